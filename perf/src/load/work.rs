//! What is to be done: every operation with its requests, credentials and the resources that it needs or makes.
//!
//! Takes: a description and the command line. Gives: jobs, or why there are none.

use conformance::generate::{Answers, Prepared, PreparedOperation, PreparedRequest};
use http::Method;

use super::credentials::{self, Carried};
use super::ledger::Kind;
use super::options::Traffic;
use super::template::Template;
use super::values;
use crate::fault::Fault;

/// Everything that is asked.
#[derive(Debug)]
pub struct Work {
    /// Scheme and authority.
    pub origin: String,
    pub jobs: Vec<Job>,
    /// Kinds of resources, by their number.
    pub kinds: Vec<Template>,
    /// What is not asked, with the reason.
    pub left_out: Vec<(String, String)>,
}

/// One operation, or one path that the server answers by itself.
#[derive(Debug)]
pub struct Job {
    pub name: String,
    pub method: Method,
    pub template: Template,
    pub requests: Vec<PreparedRequest>,
    pub carried: Carried,
    /// None for a path of the server's own.
    pub answers: Option<Answers>,
    /// What a success makes.
    pub makes: Option<Kind>,
    /// What the path may name, the longest first.
    pub names: Vec<Kind>,
    pub once: bool,
}

impl Job {
    /// Whether it asks for credentials.
    pub fn secured(&self) -> bool {
        self.carried.given || !self.carried.earned.is_empty()
    }

    /// When in a user's round it comes: what makes before what reads, what takes away last.
    pub fn rank(&self) -> u8 {
        match self.method.as_str() {
            "POST" if self.template.last_name().is_none() && self.names.is_empty() => 0,
            "POST" | "PUT" => 1,
            "DELETE" => 4,
            "PATCH" => 3,
            _ => 2,
        }
    }
}

impl Work {
    /// # Errors
    /// What is wrong with the description, the URL or a name.
    pub fn of(traffic: &Traffic) -> Result<Self, Fault> {
        let (origin, base) = split_url(&traffic.url)?;
        let at = traffic.description.display();
        let prepared = Prepared::read(&traffic.description, traffic.seed).map_err(|reason| {
            Fault::usage(format!("{at}: {reason}; DESCRIPTION is the file of an OpenAPI description"))
        })?;
        check_names(traffic, &prepared)?;
        let kinds = kinds(&prepared, base.as_deref());
        let mut work = Self { origin, jobs: Vec::new(), kinds, left_out: Vec::new() };
        let mut unmet = Vec::new();
        for operation in prepared.operations {
            if named(&traffic.skip, &operation) {
                work.left_out.push((operation.name, "left out by --skip".to_owned()));
                continue;
            }
            if operation.requests.is_empty() {
                let reasons: Vec<String> = operation.reasons.into_iter().collect();
                work.left_out.push((operation.name, format!("no request is made: {}", reasons.join("; "))));
                continue;
            }
            match credentials::choose(&operation, traffic) {
                Ok(carried) => work.jobs.push(job(operation, carried, base.as_deref(), traffic, &work.kinds)),
                Err(schemes) => unmet.push((operation.name, schemes)),
            }
        }
        refuse_unmet(&unmet)?;
        if work.jobs.is_empty() {
            return Err(Fault::usage(format!("{at}: no operation is left to be asked")));
        }
        Ok(work)
    }

    /// Adds a path that the server answers by itself.
    pub fn add_own(&mut self, path: &str) {
        let request =
            PreparedRequest { path: vec![], query: vec![], headers: vec![], cookies: vec![], content: None };
        self.jobs.push(Job {
            name: path.to_owned(),
            method: Method::GET,
            template: Template::new(path),
            requests: vec![request],
            carried: Carried::default(),
            answers: None,
            makes: None,
            names: Vec::new(),
            once: false,
        });
    }
}

fn job(
    mut operation: PreparedOperation,
    carried: Carried,
    base: Option<&str>,
    traffic: &Traffic,
    kinds: &[Template],
) -> Job {
    for (name, value) in values::of(&traffic.value, &operation.name) {
        operation.requests.iter_mut().for_each(|request| values::put(request, name, value));
    }
    let template = full(&operation, base);
    let once = named(&traffic.once, &operation);
    let makes =
        kinds.iter().position(|kind| kind.is_item_of(&template)).filter(|_| operation.method == "POST");
    let mut names: Vec<Kind> =
        kinds.iter().enumerate().filter(|(_, kind)| kind.leads_to(&template)).map(|(at, _)| at).collect();
    names.reverse();
    Job {
        method: Method::from_bytes(operation.method.as_bytes()).unwrap_or_default(),
        name: operation.name,
        template,
        requests: operation.requests,
        carried,
        answers: Some(operation.answers),
        makes,
        names,
        once,
    }
}

/// The templates that end in an expression, the shorter ones first.
fn kinds(prepared: &Prepared, base: Option<&str>) -> Vec<Template> {
    let mut paths: Vec<String> = prepared
        .operations
        .iter()
        .map(|operation| format!("{}{}", base.unwrap_or(&operation.base), operation.template))
        .collect();
    paths.sort_by_key(|path| (path.matches('/').count(), path.clone()));
    paths.dedup();
    paths.iter().map(|path| Template::new(path)).filter(|kind| kind.last_name().is_some()).collect()
}

fn full(operation: &PreparedOperation, base: Option<&str>) -> Template {
    Template::new(&format!("{}{}", base.unwrap_or(&operation.base), operation.template))
}

fn line(operation: &PreparedOperation) -> String {
    format!("{} {}", operation.method, operation.template)
}

fn named(names: &[String], operation: &PreparedOperation) -> bool {
    names.iter().any(|name| *name == operation.name || *name == line(operation))
}

fn check_names(traffic: &Traffic, prepared: &Prepared) -> Result<(), Fault> {
    for (flag, names) in [("--skip", &traffic.skip), ("--once", &traffic.once)] {
        let known = |name: &&String| {
            prepared.operations.iter().any(|operation| named(std::slice::from_ref(*name), operation))
        };
        if let Some(unknown) = names.iter().find(|name| !known(name)) {
            let all: Vec<&str> =
                prepared.operations.iter().map(|operation| operation.name.as_str()).collect();
            return Err(Fault::usage(format!(
                "{flag} {unknown}: {} has no such operation; it has {}",
                traffic.description.display(),
                all.join(", ")
            )));
        }
    }
    let schemes: Vec<&str> = prepared
        .operations
        .iter()
        .flat_map(|operation| operation.alternatives.iter().flatten())
        .map(|need| need.scheme.as_str())
        .collect();
    match traffic.credential.iter().find(|(scheme, _)| !schemes.contains(&scheme.as_str())) {
        Some((unknown, _)) => Err(Fault::usage(format!(
            "--credential {unknown}=…: no operation of {} asks for a security scheme of that name",
            traffic.description.display()
        ))),
        None => Ok(()),
    }
}

fn refuse_unmet(unmet: &[(String, Vec<String>)]) -> Result<(), Fault> {
    let Some((_, schemes)) = unmet.first() else { return Ok(()) };
    let names: Vec<&str> = unmet.iter().map(|(name, _)| name.as_str()).collect();
    let mend = match schemes.first() {
        Some(scheme) => format!("give --credential {scheme}=…, or --header with its field, or --skip them"),
        None => "they ask for what no field can carry: --skip them".to_owned(),
    };
    Err(Fault::usage(format!("nobody would be let into {}; {mend}", names.join(", "))))
}

/// The origin, and the path where there is one.
fn split_url(url: &str) -> Result<(String, Option<String>), Fault> {
    let wrong =
        || Fault::usage(format!("--url {url}: no URL of a server; write it as http://127.0.0.1:8080"));
    let parsed: http::Uri = url.parse().map_err(|_| wrong())?;
    let scheme = parsed.scheme_str().filter(|scheme| ["http", "https"].contains(scheme)).ok_or_else(wrong)?;
    let authority = parsed.authority().ok_or_else(wrong)?;
    if authority.as_str().contains('@') || parsed.query().is_some() {
        return Err(wrong());
    }
    let path = parsed.path().trim_end_matches('/');
    Ok((format!("{scheme}://{authority}"), (!path.is_empty()).then(|| path.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::super::made;
    use super::*;

    #[test]
    fn urls_have_an_origin_and_may_have_a_path() {
        let split = |url: &str| split_url(url).ok();
        assert_eq!(split("http://127.0.0.1:80/"), Some(("http://127.0.0.1:80".to_owned(), None)));
        assert_eq!(
            split("https://a.example/v2/"),
            Some(("https://a.example".to_owned(), Some("/v2".to_owned())))
        );
        for wrong in ["127.0.0.1:80", "ftp://a", "http://", "http://u:p@a", "http://a?b", "nonsense"] {
            assert_eq!(split(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn jobs_know_what_they_make_and_name() {
        let work = made::work(&[]);
        let job = |name: &str| work.jobs.iter().find(|job| job.name == name).expect(name);
        let kind = |template: &str| work.kinds.iter().position(|kind| *kind == Template::new(template));
        assert_eq!(job("createPet").makes, kind("/v1/pets/{petId}"));
        assert_eq!(job("addPhoto").makes, kind("/v1/pets/{petId}/photos/{photoId}"));
        assert_eq!((job("searchPets").makes, job("listPets").makes), (None, None));
        let names: Vec<Option<Kind>> = job("getPhoto").names.iter().map(|kind| Some(*kind)).collect();
        assert_eq!(names, [kind("/v1/pets/{petId}/photos/{photoId}"), kind("/v1/pets/{petId}")]);
        assert!(job("createPet").rank() < job("getPet").rank());
        assert!(job("getPet").rank() < job("deletePet").rank());
    }

    #[test]
    fn what_cannot_be_asked_is_told_with_its_mend() {
        for (flags, told) in [
            (&["--skip", "noSuch"][..], "no such operation; it has listAppointments"),
            (&["--credential", "nobody=x"], "asks for a security scheme of that name"),
        ] {
            let fault = Work::of(&made::traffic(&[made::ALL, flags].concat())).expect_err(told).to_string();
            assert!(fault.contains(told), "{fault}");
        }
        let fault = Work::of(&made::traffic(&[])).expect_err("nothing is given").to_string();
        assert!(fault.contains("--credential apiKey=") && fault.contains("createPet"), "{fault}");
        let skipped = made::work(&["--skip", "getPet"]);
        assert!(skipped.left_out.iter().any(|(name, _)| name == "getPet"));
        assert_eq!(skipped.jobs.len(), 38);
    }
}
