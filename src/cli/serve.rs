//! What `matchmark serve` is asked, from its flags and from where secrets come.
//! Refuses a secret on the command line: every process of the machine reads it there.

use super::args::ServeArguments;
use super::request::repository;
use crate::model::{Request, Secret, ServeRequest};

/// Holds the address of the database where it has a password.
const DATABASE: &str = "MATCHMARK_DATABASE";

/// What the arguments ask for.
///
/// Errors: a password on the command line, an address of another database
pub(super) fn request(arguments: ServeArguments) -> Result<Request, String> {
    let named = arguments.database;
    if named.as_deref().is_some_and(has_password) {
        return Err(format!(
            "error: a password on the command line is read by every process of this machine; put the address into \
             {DATABASE}, or the password into a file of PGPASSFILE"
        ));
    }
    let database = named.or_else(|| std::env::var(DATABASE).ok().filter(|url| !url.is_empty()));
    let is_known =
        |url: &String| url.starts_with("postgres://") || url.starts_with("postgresql://");
    if !database.iter().all(is_known) {
        return Err("error: the address of a database begins with postgres://".to_owned());
    }
    Ok(Request::Serve(ServeRequest {
        repository: repository(&arguments.repository),
        dev: arguments.dev,
        database: database.map(Secret::new),
        otlp: arguments.otlp,
    }))
}

/// `scheme://user:password@host`, or a password among the parameters.
fn has_password(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?']).next().unwrap_or(rest);
    let user = authority.rsplit_once('@').map(|(user, _)| user);
    user.is_some_and(|user| user.contains(':')) || rest.contains("password=")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_told_from_a_port() {
        assert!(has_password("postgres://us:secret@db.example:5432/x"));
        assert!(has_password("postgres://db.example/x?password=secret"));
        assert!(!has_password("postgres://us@db.example:5432/x"));
        assert!(!has_password("postgres://db.example:5432/x"));
    }
}
