//! Which credentials a request carries: one of the alternatives that its operation declares, met by what the command line gives.
//!
//! A cookie that nobody gave is earned: users ask for the session cookie as anybody would, and carry what they were given.

use conformance::generate::{Need, NeedKind, NeedPlace, PreparedOperation};

use super::options::Traffic;

/// What is added to every request of an operation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Carried {
    /// Field lines.
    pub headers: Vec<(String, String)>,
    /// Pairs of the query, encoded.
    pub query: Vec<String>,
    /// Pairs of the Cookie field.
    pub cookies: Vec<String>,
    /// Cookies that a user has to earn.
    pub earned: Vec<String>,
    /// Whether credentials of the command line are among them.
    pub given: bool,
}

/// The credentials for an operation.
///
/// # Errors
/// The schemes of which at least one is needed.
pub fn choose(operation: &PreparedOperation, traffic: &Traffic) -> Result<Carried, Vec<String>> {
    let met = operation.alternatives.iter().filter_map(|needs| meet(needs, traffic));
    // What is given goes before what must be earned, and anything before nothing.
    let best = met.min_by_key(|carried| (!carried.earned.is_empty(), !carried.given));
    best.ok_or_else(|| {
        let mut schemes: Vec<String> =
            operation.alternatives.iter().flatten().map(|need| need.scheme.clone()).collect();
        schemes.sort();
        schemes.dedup();
        schemes
    })
}

fn meet(needs: &[Need], traffic: &Traffic) -> Option<Carried> {
    let mut carried = Carried::default();
    for need in needs {
        let given = traffic.credential.iter().find(|(scheme, _)| *scheme == need.scheme);
        match (given, &need.place) {
            (Some((_, value)), place) => {
                carried.given = true;
                put(&mut carried, place, text(&need.kind, value));
            }
            (None, NeedPlace::Header(name)) => {
                traffic.header.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
                carried.given = true;
            }
            (None, NeedPlace::Cookie(name)) => carried.earned.push(name.clone()),
            (None, NeedPlace::Query(_)) => return None,
        }
    }
    Some(carried)
}

fn put(carried: &mut Carried, place: &NeedPlace, text: String) {
    match place {
        NeedPlace::Header(name) => carried.headers.push((name.to_ascii_lowercase(), text)),
        NeedPlace::Query(name) => carried.query.push(format!("{name}={text}")),
        NeedPlace::Cookie(name) => carried.cookies.push(format!("{name}={text}")),
    }
}

fn text(kind: &NeedKind, value: &str) -> String {
    match kind {
        NeedKind::Key => value.to_owned(),
        NeedKind::Basic => format!("Basic {}", conformance::generate::base64(value)),
        NeedKind::Token(word) => format!("{word} {value}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::made;
    use super::*;

    #[test]
    fn credentials_are_given_earned_or_asked_for() {
        let check = |name: &str, flags: &[&str]| {
            let operation = made::operation(name);
            choose(&operation, &made::traffic(flags))
        };
        let staff = check("getOwner", &["--credential", "staff=t"]).expect("a token is given");
        assert_eq!(staff.headers, [("authorization".to_owned(), "Bearer t".to_owned())]);
        let admin = check("resetShop", &["--credential", "admin=a:b"]).expect("a password is given");
        assert_eq!(admin.headers, [("authorization".to_owned(), "Basic YTpi".to_owned())]);
        let key = check("createPet", &["--header", "X-API-Key: k"]).expect("a field is given");
        assert!(key.given && key.headers.is_empty());
        let session = check("getSession", &[]).expect("a cookie is earned");
        assert_eq!((session.earned, session.given), (vec!["session".to_owned()], false));
        assert_eq!(check("listPets", &[]), Ok(Carried::default()));
        assert_eq!(check("getOwner", &[]), Err(vec!["staff".to_owned()]));
    }
}
