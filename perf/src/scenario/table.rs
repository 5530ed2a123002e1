//! The route tables of public APIs, as facts: templates and methods.
//!
//! A request's path is its template with every expression replaced by a value of the length that such a value has in
//! practice. The values are fixed, so that counts can be compared between machines and years.

use http::Method;

/// The operations of one API.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) operations: Vec<Operation>,
}

/// One operation, and a request for it.
#[derive(Clone, Debug)]
pub(super) struct Operation {
    pub(super) method: Method,
    pub(super) template: String,
    pub(super) path: String,
}

impl Operation {
    pub(super) fn new(method: Method, template: &str) -> Self {
        Self { method, template: template.to_owned(), path: fill(template) }
    }

    /// How many expressions the template has.
    pub(super) fn parameters(&self) -> usize {
        self.template.matches('{').count()
    }
}

pub(super) fn github() -> Table {
    Table::parse(include_str!("../../data/github.routes"))
}

pub(super) fn stripe() -> Table {
    Table::parse(include_str!("../../data/stripe.routes"))
}

pub(super) fn kubernetes() -> Table {
    Table::parse(include_str!("../../data/kubernetes.routes"))
}

impl Table {
    /// Reads lines of a template and its methods; `#` begins a comment.
    fn parse(text: &str) -> Self {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        Self { operations: lines.flat_map(operations_of).collect() }
    }

    /// Only the operations whose templates have no expressions.
    pub(super) fn without_parameters(mut self) -> Self {
        self.operations.retain(|operation| operation.parameters() == 0);
        self
    }

    /// The templates, each once.
    pub(super) fn templates(&self) -> Vec<&str> {
        let mut templates: Vec<&str> =
            self.operations.iter().map(|operation| operation.template.as_str()).collect();
        templates.dedup();
        templates
    }
}

fn operations_of(line: &str) -> impl Iterator<Item = Operation> {
    let mut words = line.split(' ');
    let template = words.next().unwrap_or_default();
    words.map(move |method| {
        let method = Method::from_bytes(method.as_bytes()).expect("the table names methods");
        Operation::new(method, template)
    })
}

/// The template with its expressions replaced by values.
fn fill(template: &str) -> String {
    let mut path = String::with_capacity(template.len() * 2);
    for piece in template.split_inclusive('}') {
        let (literal, expression) = piece.split_once('{').unwrap_or((piece, ""));
        path.push_str(literal);
        path.push_str(expression.strip_suffix('}').map_or("", value));
    }
    path
}

/// What stands for an expression of this name: values as they look in each API.
fn value(name: &str) -> &'static str {
    match name {
        // GitHub
        "owner" | "org" => "rust-lang",
        "repo" | "repository" => "rust",
        "user" | "target_user" | "assignee" => "octocat",
        "sha" => "6dcb09b5b57875f334f61aebed695e2e4193db5e",
        "number" => "1347",
        "id" => "1234567",
        // Kubernetes
        "namespace" => "default",
        "name" => "web-7d4b9c6f58",
        "group" => "stable.example.com",
        "version" => "v1",
        "plural" => "crontabs",
        // Stripe's identifiers, and whatever else
        _ => "id_1MqLiJLkdIwHu7ix",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_there() {
        for (table, operations, templates) in
            [(github(), 203, 142), (stripe(), 568, 406), (kubernetes(), 935, 356)]
        {
            assert_eq!((table.operations.len(), table.templates().len()), (operations, templates));
        }
    }

    #[test]
    fn paths_are_filled() {
        for (template, path) in [
            ("/", "/"),
            ("/users/{user}/keys", "/users/octocat/keys"),
            ("/repos/{owner}/{repo}", "/repos/rust-lang/rust"),
            ("/files/{name}.{version}", "/files/web-7d4b9c6f58.v1"),
        ] {
            assert_eq!(fill(template), path);
        }
    }
}
