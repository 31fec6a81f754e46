//! A roll-back that is cut off after its snapshot is published: whoever looks next finishes it.

use super::*;
use sqlx::{AnyPool, AssertSqlSafe};

/// No exchange can be withdrawn from its route any more, as if the process had ended before it got to that.
async fn jam(pool: &AnyPool, place: &Place) {
    let steps: &[&str] = match place.name {
        "postgres" => &[
            "CREATE FUNCTION jam() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'jam'; END $$",
            "CREATE TRIGGER jam BEFORE INSERT ON history FOR EACH ROW WHEN (NEW.move = 'route-withdrawn') EXECUTE FUNCTION jam()",
        ],
        _ => &[
            "CREATE TRIGGER jam BEFORE INSERT ON history WHEN NEW.move = 'route-withdrawn' BEGIN SELECT RAISE(ABORT, 'jam'); END",
        ],
    };
    for step in steps {
        let step = AssertSqlSafe((*step).to_owned());
        sqlx::query(step).execute(pool).await.unwrap();
    }
}

async fn clear(pool: &AnyPool, place: &Place) {
    let on = match place.name {
        "postgres" => " ON history",
        _ => "",
    };
    let drop = AssertSqlSafe(format!("DROP TRIGGER jam{on}"));
    sqlx::query(drop).execute(pool).await.unwrap();
}

async fn chosen(service: &Service, id: &str) -> Vec<i64> {
    let choices = service.route_of(id, "").await["choices"].clone();
    let choices = choices.as_array().unwrap();
    choices
        .iter()
        .map(|choice| choice["set"].as_i64().unwrap())
        .collect()
}

/// A service with two exchanges that wait on set 3, which was taken back without anybody leaving it.
async fn cut_off(place: &Place, (scene, stub): (&Scene, &MockServer)) -> (Service, Vec<String>) {
    answers(stub, "stable", matched()).await;
    let service = scene.start().await;
    for (number, name) in [(2, "stable"), (3, "next")] {
        let set = routes(number, &[(name, "", format!("{}/{name}", stub.uri()))]);
        service.publish("routing", number, &set).await;
    }
    feed(&service, "pause").await;
    let mut waiting = Vec::new();
    for number in [7, 8] {
        let id = begun(&service, &uuid::Uuid::from_u128(number).to_string()).await;
        service.until_held(&id, "paused").await;
        waiting.push(id);
    }
    let pool = place.look().await;
    jam(&pool, place).await;
    let back = service.act("op-1", "routing/3/rollback", "").await;
    assert_eq!(back.status, 200, "{}", back.text);
    clear(&pool, place).await;
    for id in &waiting {
        assert_eq!(chosen(&service, id).await, [3], "{}", place.name);
    }
    (service, waiting)
}

/// They have chosen again, although they still wait.
async fn left(service: &Service, waiting: &[String]) {
    for id in waiting {
        while chosen(service, id).await != [3, 2] {
            tokio::task::yield_now().await;
        }
        service.until_held(id, "paused").await;
    }
}

#[tokio::test]
async fn a_roll_back_that_was_cut_off_is_finished_by_the_next_round_or_the_next_start() {
    for how in ["round", "start"] {
        for place in stores().await {
            let (scene, stub) = scene_at(&place).await;
            let (mut service, waiting) = cut_off(&place, (&scene, &stub)).await;
            if how == "start" {
                service.running.stop().await;
                service = scene.start().await;
            } else {
                service.clock.advance(Duration::from_secs(5));
            }
            left(&service, &waiting).await;
            let pool = place.look().await;
            let open = "SELECT count(*) FROM withdrawals WHERE ended_at IS NULL";
            while support::later::counted(&pool, open).await > 0 {
                service.clock.advance(Duration::from_secs(5));
                tokio::task::yield_now().await;
            }
            feed(&service, "resume").await;
            for id in &waiting {
                service.until(id, "fulfilled").await;
            }
            service.running.stop().await;
        }
    }
}

#[tokio::test]
async fn nothing_is_sent_on_a_set_that_was_taken_back_before_anybody_has_left_it() {
    for place in stores().await {
        let (scene, stub) = scene_at(&place).await;
        let (service, waiting) = cut_off(&place, (&scene, &stub)).await;
        // The clock stands, so that no round comes first.
        feed(&service, "resume").await;
        for id in &waiting {
            let view = service.until(id, "fulfilled").await;
            assert_eq!(
                view["attempts"].as_array().unwrap().len(),
                1,
                "{}",
                place.name
            );
            assert_eq!(chosen(&service, id).await, [3, 2], "{}", place.name);
        }
        service.running.stop().await;
    }
}

#[tokio::test]
async fn a_set_that_is_tried_again_keeps_those_that_have_chosen_it_since() {
    let place = Place::sqlite();
    let (scene, stub) = scene_at(&place).await;
    let (service, waiting) = cut_off(&place, (&scene, &stub)).await;
    answers(&stub, "next", matched()).await;
    let share = service
        .act(
            "op-1",
            "routing/3/canary",
            r#"{"share":10000,"soak_ms":3600000}"#,
        )
        .await;
    assert_eq!(share.status, 200, "{}", share.text);
    let id = begun(&service, &uuid::Uuid::from_u128(9).to_string()).await;
    service.until_held(&id, "paused").await;
    feed(&service, "resume").await;
    service.until(&id, "fulfilled").await;
    assert_eq!(chosen(&service, &id).await, [3]);
    for id in &waiting {
        service.until(id, "fulfilled").await;
        assert_eq!(chosen(&service, id).await, [3, 3]);
    }
}
