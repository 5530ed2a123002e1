//! A request made concrete: with identifiers of resources that there are, credentials and cookies.
//!
//! Takes: a job, one of its requests, the ledger and what a user has earned. Gives: what goes over the wire, and a line that sends the same without
//! showing a credential of the command line.

use conformance::generate::PreparedRequest;
use serde_json::Value;

use super::ledger::{Ledger, Resource};
use super::work::{Job, Work};

/// What goes over the wire.
#[derive(Debug)]
pub struct Concrete {
    pub url: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub content: Option<Vec<u8>>,
    /// What the path names.
    pub resource: Option<Resource>,
    /// Whether nobody else is given the resource meanwhile.
    pub taken: bool,
}

/// What one request is made from.
#[derive(Debug)]
pub struct Binding<'b> {
    pub work: &'b Work,
    pub job: &'b Job,
    pub ledger: &'b Ledger,
    /// Fields of the command line.
    pub common: &'b [(String, String)],
    /// Cookies that this user was given.
    pub cookies: &'b [(String, String)],
    pub random: usize,
}

impl Binding<'_> {
    /// Makes `request` concrete.
    pub fn concrete(&self, request: &PreparedRequest) -> Concrete {
        let taken = self.take();
        let resource = taken.clone().or_else(|| self.any());
        let value = |name: &str| {
            let known = resource.iter().flat_map(|resource| &resource.values);
            let own = request.path.iter();
            known.chain(own).find(|(known, _)| known == name).map(|(_, text)| text.as_str())
        };
        let path = self.job.template.fill(value);
        let mut query = request.query.clone();
        query.extend(self.job.carried.query.iter().cloned());
        let target = if query.is_empty() { path.clone() } else { format!("{path}?{}", query.join("&")) };
        Concrete {
            url: format!("{}{target}", self.work.origin),
            headers: self.headers(request, resource.as_ref()),
            content: request.content.as_ref().map(|content| match &content.json {
                Some(json) => self.content(json, &content.octets),
                None => content.octets.clone(),
            }),
            path,
            resource,
            taken: taken.is_some(),
        }
    }

    /// What this request will take away: the very thing that its template names.
    fn take(&self) -> Option<Resource> {
        let kind =
            self.job.names.first().filter(|kind| self.work.kinds.get(**kind) == Some(&self.job.template));
        let kind = kind.filter(|_| self.job.method == http::Method::DELETE)?;
        self.ledger.take(*kind, self.random)
    }

    fn any(&self) -> Option<Resource> {
        self.job.names.iter().find_map(|kind| self.ledger.any(*kind, self.random))
    }

    fn headers(&self, request: &PreparedRequest, resource: Option<&Resource>) -> Vec<(String, String)> {
        let mut headers: Vec<(String, String)> = Vec::new();
        let mut put = |name: &str, value: &str| {
            let name = name.to_ascii_lowercase();
            headers.retain(|(known, _)| *known != name);
            headers.push((name, value.to_owned()));
        };
        for (name, value) in &request.headers {
            let told = resource.and_then(|resource| resource.etag.as_deref());
            let told = told.filter(|_| name.eq_ignore_ascii_case("if-match"));
            put(name, told.unwrap_or(value));
        }
        if let Some(content) = &request.content {
            put("content-type", &content.media_type);
        }
        self.common.iter().for_each(|(name, value)| put(name, value));
        let carried = &self.job.carried;
        carried.headers.iter().for_each(|(name, value)| put(name, value));
        let earned = self.cookies.iter().filter(|(name, _)| carried.earned.contains(name));
        let earned = earned.map(|(name, value)| format!("{name}={value}"));
        let cookies: Vec<String> =
            request.cookies.iter().chain(&carried.cookies).cloned().chain(earned).collect();
        if !cookies.is_empty() {
            put("cookie", &cookies.join("; "));
        }
        headers
    }

    /// JSON whose members are named like the identifiers of resources that there are names those.
    fn content(&self, json: &Value, octets: &[u8]) -> Vec<u8> {
        let Some(members) = json.as_object() else { return octets.to_vec() };
        let mut changed = None;
        for name in members.keys() {
            let Some(known) = self.identifier(name) else { continue };
            let Some(member) = changed.get_or_insert_with(|| json.clone()).get_mut(name) else { continue };
            let as_number = || serde_json::from_str(&known).ok().filter(Value::is_number);
            if member.is_string() {
                *member = Value::from(known);
            } else if let Some(number) = as_number().filter(|_| member.is_number()) {
                *member = number;
            }
        }
        changed.map_or_else(|| octets.to_vec(), |json: Value| json.to_string().into_bytes())
    }

    fn identifier(&self, name: &str) -> Option<String> {
        let kind = self.work.kinds.iter().position(|kind| kind.last_name() == Some(name))?;
        let resource = self.ledger.any(kind, self.random)?;
        resource.values.into_iter().find(|(known, _)| known == name).map(|(_, text)| text)
    }
}

impl Concrete {
    /// A command line that sends it; credentials are left to whoever has them.
    pub fn curl(&self, job: &Job, common: &[(String, String)]) -> String {
        let quoted = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
        let mut line = format!("curl -g -X {} {}", job.method, quoted(self.url_without(job)));
        let secret = |name: &str| {
            let listed =
                |list: &[(String, String)]| list.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
            listed(common) || listed(&job.carried.headers) || name == "cookie"
        };
        for (name, value) in &self.headers {
            let value = if secret(name) { "…" } else { value };
            line.push_str(&format!(" -H {}", quoted(&format!("{name}: {value}"))));
        }
        if let Some(content) = &self.content {
            let text: String = String::from_utf8_lossy(content).chars().take(1000).collect();
            line.push_str(&format!(" --data-raw {}", quoted(&text)));
        }
        line
    }

    fn url_without(&self, job: &Job) -> &str {
        match job.carried.query.first().and_then(|secret| self.url.find(secret.as_str())) {
            Some(at) => self.url.get(..at).unwrap_or(&self.url),
            None => &self.url,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::made;
    use super::*;

    fn pet(work: &Work, id: &str) -> Resource {
        let kind = work.kinds.iter().position(|kind| kind.last_name() == Some("petId")).expect("pets");
        let path = format!("/v1/pets/{id}");
        let values = vec![("petId".to_owned(), id.to_owned())];
        Resource { kind, path, values, etag: Some("\"17-3\"".to_owned()) }
    }

    #[test]
    fn requests_name_what_there_is() {
        let work = made::work(&[]);
        let ledger = Ledger::new(9);
        ledger.add(pet(&work, "17"));
        let concrete = |name: &str| {
            let job = work.jobs.iter().find(|job| job.name == name).expect(name);
            let cookies = [("session".to_owned(), "s1".to_owned())];
            let common = [("x-trace".to_owned(), "secret".to_owned())];
            let binding =
                Binding { work: &work, job, ledger: &ledger, common: &common, cookies: &cookies, random: 3 };
            let concrete = binding.concrete(job.requests.last().expect("a request"));
            let curl = concrete.curl(job, &common);
            (concrete, curl)
        };
        let (photos, _) = concrete("listPhotos");
        assert_eq!((&*photos.url, photos.taken), ("http://127.0.0.1:1/v1/pets/17/photos", false));
        let (put, curl) = concrete("replacePet");
        assert!(put.headers.contains(&("if-match".to_owned(), "\"17-3\"".to_owned())), "{:?}", put.headers);
        assert!(put.headers.contains(&("x-api-key".to_owned(), "k".to_owned())));
        assert!(
            curl.contains("x-api-key: …") && curl.contains("x-trace: …") && !curl.contains("secret"),
            "{curl}"
        );
        let (order, _) = concrete("placeOrder");
        let order: Value = serde_json::from_slice(&order.content.expect("content")).expect("JSON");
        assert_eq!(order["petId"], 17);
        let (session, curl) = concrete("getSession");
        assert!(
            session.headers.contains(&("cookie".to_owned(), "session=s1".to_owned())) && !curl.contains("s1")
        );
        let (delete, _) = concrete("deletePet");
        assert!(delete.taken && delete.path == "/v1/pets/17");
        assert!(!concrete("deletePet").0.taken);
    }
}
