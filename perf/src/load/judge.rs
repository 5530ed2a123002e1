//! What an answer means for the run.
//!
//! A request that is made from the description must be served or be declined for what the server holds at that moment (no such resource, a
//! conflict), by a status that the description declares. Anything else is a failure.

use conformance::generate::{Answers, Declared};

/// What an answer means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was served.
    Served,
    /// It was declined, as the description says that it may be.
    Declined,
    /// It should not have come.
    Failed,
}

/// With which credentials a request went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credentials {
    /// None are asked for.
    None,
    /// Those of the command line.
    Given,
    /// Those that an earlier answer gave, which others may have ended meanwhile; or none, where nobody has earned any yet.
    Earned,
}

/// Judges a status; a failure with its reason.
///
/// # Errors
/// Why it is a failure.
pub fn status(answers: Option<&Answers>, status: u16, credentials: Credentials) -> Result<Verdict, String> {
    let Some(answers) = answers else {
        return if (200..300).contains(&status) {
            Ok(Verdict::Served)
        } else {
            Err(format!("status {status}"))
        };
    };
    let declared = answers.declared(status);
    match status {
        500.. => Err(format!("status {status}")),
        _ if declared == Declared::Not => Err(format!("status {status}, which is not declared")),
        100..400 => Ok(Verdict::Served),
        404 | 409 | 410 | 412 => Ok(Verdict::Declined),
        401 | 403 => match credentials {
            Credentials::Earned => Ok(Verdict::Declined),
            Credentials::None if declared == Declared::Exactly => Ok(Verdict::Declined),
            Credentials::Given => {
                Err(format!("status {status}: the credentials that were given do not let in"))
            }
            Credentials::None => Err(format!("status {status}, where no credentials are asked for")),
        },
        400 | 405 | 406 | 411 | 413..=415 | 431 => {
            Err(format!("status {status} for a request that the description allows"))
        }
        _ if declared == Declared::Exactly => Ok(Verdict::Declined),
        _ => Err(format!("status {status}, which only `default` or a class declares")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::made;
    use super::*;

    #[test]
    fn statuses_are_served_declined_or_failures() {
        use Credentials::{Earned, Given, None as Nobody};
        for (operation, code, credentials, expected) in [
            ("getPet", 200, Nobody, Some(Verdict::Served)),
            ("getPet", 304, Nobody, Some(Verdict::Served)),
            ("getPet", 404, Nobody, Some(Verdict::Declined)),
            ("getPet", 400, Nobody, None),
            ("getPet", 401, Nobody, None),
            ("getPet", 429, Nobody, None),
            ("getPet", 503, Nobody, None),
            // Declared, but it is the server's fault whatever the description says.
            ("createPet", 507, Given, None),
            ("createPet", 401, Given, None),
            ("getSession", 401, Earned, Some(Verdict::Declined)),
            ("logIn", 401, Nobody, Some(Verdict::Declined)),
            ("getHealth", 201, Nobody, None),
        ] {
            let answers = made::operation(operation).answers;
            assert_eq!(status(Some(&answers), code, credentials).ok(), expected, "{operation} {code}");
        }
        assert_eq!(status(None, 200, Nobody), Ok(Verdict::Served));
        assert!(status(None, 404, Nobody).is_err());
    }
}
