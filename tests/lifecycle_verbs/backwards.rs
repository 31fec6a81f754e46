//! Ends and numbers that a change writes by hand so that nobody sees what is taken away.

use crate::life::Life;

const SHORT: &str = "lifecycle/window-short /sunset";

/// Ends 1.0.0 by hand.
fn end(life: &Life, whole: &str, notice: &str, sunset: &str) {
    let ended = format!(
        "\"deprecated\"\ndeprecated = \"{notice}\"\nsunset = \"{sunset}\"\nreplaced-by = \"1.1.0\"\n\
         migration = \"docs/migrations/a.md\"\n"
    );
    let after = whole.replacen("\"released\" # the first\n", &ended, 1);
    assert_ne!(after, whole);
    life.write("schemas/a/entry.toml", &after);
}

fn is_short(life: &Life) -> bool {
    life.rules().iter().any(|rule| rule == SHORT)
}

#[test]
fn a_notice_that_the_change_backdates_counts_from_its_base() {
    let life = Life::with_draft("1.1.0", ", \"minProperties\": 0");
    life.commit();
    let whole = life.read("schemas/a/entry.toml");
    end(&life, &whole, "2026-03-02", "2026-12-31");
    assert!(is_short(&life), "nobody had it before: {:?}", life.rules());
    life.commit();
    life.write("docs/migrations/b.md", "Another.\n");
    assert!(!is_short(&life), "the base has it: {:?}", life.rules());
}

#[test]
fn a_window_that_the_change_shortens_is_as_long_as_before() {
    let life = Life::with_draft("1.1.0", ", \"minProperties\": 0");
    life.commit();
    let whole = life.read("schemas/a/entry.toml");
    end(&life, &whole, "2026-11-20", "2027-03-20");
    for (path, find, replace) in [
        ("policies/windows.toml", "high = 300", "high = 90"),
        (
            "partners/contoso.toml",
            "maturity = \"low\"",
            "maturity = \"high\"",
        ),
    ] {
        let before = life.read(path);
        let after = before.replacen(find, replace, 1);
        let after = after.replacen("criticality = \"high\"", "criticality = \"low\"", 1);
        life.write(path, &after);
        assert!(is_short(&life), "{path}: {:?}", life.rules());
        life.write("schemas/a/entry.toml", &whole);
        life.commit();
        end(&life, &whole, "2026-11-20", "2027-03-20");
        assert!(!is_short(&life), "{path}: {:?}", life.rules());
        life.write(path, &before);
        life.write("schemas/a/entry.toml", &whole);
        life.commit();
        end(&life, &whole, "2026-11-20", "2027-03-20");
    }
}

#[test]
fn a_new_number_below_one_that_is_served_is_refused() {
    let life = Life::with_draft("1.1.0", ", \"minProperties\": 0");
    life.commit();
    let schema = life.read("schemas/a/1.0.0/schema.json");
    life.write(
        "schemas/a/0.9.0/schema.json",
        &schema.replace("1.0.0", "0.9.0"),
    );
    let whole = life.read("schemas/a/entry.toml");
    let older =
        "\n[[version]]\nversion = \"0.9.0\"\nstatus = \"released\"\nreleased = \"2026-11-20\"\n";
    life.write("schemas/a/entry.toml", &format!("{whole}{older}"));
    let rules = life.rules();
    assert!(
        rules
            .iter()
            .any(|rule| rule == "lifecycle/move-refused /version"),
        "{rules:?}"
    );
}
