//! The operations of a description, with what the path item lends them.
//!
//! Takes: a description. Gives: parameters, content and security requirements, references followed. Reads the documents by
//! itself, so that a fault in the library's reading shows. Never panics.

use serde_json::Value;

use super::Reason;
use super::description::{Description, Node};

/// The methods of a Path Item Object.
const METHODS: [&str; 9] = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

/// One operation.
#[derive(Debug)]
pub struct Operation<'d> {
    /// The Operation Object.
    pub node: Node<'d>,
    /// The method token.
    pub method: String,
    /// The key under `paths`.
    pub template: &'d str,
    /// Methods of the path item.
    pub methods: Vec<String>,
    /// Its parameters, or why they cannot be told.
    pub parameters: Result<Vec<Parameter<'d>>, Reason>,
    /// Its content.
    pub body: Option<Body<'d>>,
    /// The servers that it overrides the description's with, or theirs.
    pub servers: Option<Node<'d>>,
}

/// One parameter.
#[derive(Debug, Clone)]
pub struct Parameter<'d> {
    /// The Parameter Object.
    pub node: Node<'d>,
    /// Its name.
    pub name: &'d str,
    /// `path`, `query`, `header`, `cookie` or `querystring`.
    pub location: &'d str,
    /// Whether it must be there.
    pub required: bool,
    /// Its schema.
    pub schema: Option<Node<'d>>,
    /// Its media type, where it is described by `content`.
    pub media_type: Option<&'d str>,
}

/// A request's content.
#[derive(Debug)]
pub struct Body<'d> {
    /// Whether it must be there.
    pub required: bool,
    /// By media range.
    pub media: Vec<Media<'d>>,
}

/// One Media Type Object.
#[derive(Debug, Clone)]
pub struct Media<'d> {
    /// Its key.
    pub range: &'d str,
    /// The object.
    pub node: Node<'d>,
    /// Its schema.
    pub schema: Option<Node<'d>>,
}

/// All operations under `paths`.
pub fn operations(description: &Description) -> Vec<Operation<'_>> {
    let mut list = Vec::new();
    let Some(root) = description.entry() else { return list };
    let paths = root.child("paths").map(|paths| paths.members()).unwrap_or_default();
    for (template, item) in paths.into_iter().filter(|(template, _)| template.starts_with('/')) {
        let Ok(item) = description.follow(&item) else { continue };
        let found = methods(&item);
        let names: Vec<String> = found.iter().map(|(method, _)| method.clone()).collect();
        for (method, node) in found {
            let servers = node.child("servers").or_else(|| item.child("servers")).or(root.child("servers"));
            let parameters = parameters(description, &item, &node);
            let body = body(description, &node);
            let methods = names.clone();
            list.push(Operation { node, method, template, methods, parameters, body, servers });
        }
    }
    list
}

fn methods<'d>(item: &Node<'d>) -> Vec<(String, Node<'d>)> {
    let fixed = METHODS.iter().filter_map(|name| Some((name.to_uppercase(), item.child(name)?)));
    let more = item.child("additionalOperations").map(|more| more.members()).unwrap_or_default();
    fixed.chain(more.into_iter().map(|(name, node)| (name.to_owned(), node))).collect()
}

/// The operation's own parameters, then those of the path item that it does not override.
fn parameters<'d>(
    description: &'d Description,
    item: &Node<'d>,
    operation: &Node<'d>,
) -> Result<Vec<Parameter<'d>>, Reason> {
    let mut list: Vec<Parameter<'d>> = Vec::new();
    for holder in [operation, item] {
        for node in holder.child("parameters").map(|list| list.items()).unwrap_or_default() {
            let parameter = parameter(description, &node)?;
            let known =
                |other: &Parameter<'_>| other.name == parameter.name && other.location == parameter.location;
            if !list.iter().any(known) && !is_ignored(&parameter) {
                list.push(parameter);
            }
        }
    }
    Ok(list)
}

fn parameter<'d>(description: &'d Description, node: &Node<'d>) -> Result<Parameter<'d>, Reason> {
    let node = description.follow(node)?;
    let (Some(name), Some(location)) = (node.text("name"), node.text("in")) else {
        return Err("parameter without name or place".to_owned());
    };
    let media = node.child("content").and_then(|content| content.members().into_iter().next());
    let schema = match &media {
        Some((_, media)) => description.follow(media)?.child("schema"),
        None => node.child("schema"),
    };
    let media_type = media.map(|(range, _)| range);
    let required = node.truth("required");
    Ok(Parameter { node, name, location, required, schema, media_type })
}

/// Header parameters that OpenAPI gives no meaning to.
fn is_ignored(parameter: &Parameter<'_>) -> bool {
    let ignored = ["accept", "content-type", "authorization"];
    parameter.location == "header" && ignored.contains(&parameter.name.to_ascii_lowercase().as_str())
}

fn body<'d>(description: &'d Description, operation: &Node<'d>) -> Option<Body<'d>> {
    let node = description.follow(&operation.child("requestBody")?).ok()?;
    let mut media = Vec::new();
    for (range, one) in node.child("content").map(|content| content.members()).unwrap_or_default() {
        let Ok(one) = description.follow(&one) else { continue };
        media.push(Media { range, schema: one.child("schema"), node: one });
    }
    Some(Body { required: node.truth("required"), media })
}

impl<'d> Operation<'d> {
    /// The name that findings call it by.
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.template)
    }

    /// Its operationId.
    pub fn id(&self) -> Option<&'d str> {
        self.node.text("operationId")
    }

    /// Its security requirements, or the description's.
    pub fn security(&self, description: &'d Description) -> Vec<&'d Value> {
        let own = self.node.value.get("security");
        let all = description.entry().and_then(|root| root.value.get("security"));
        own.or(all).and_then(Value::as_array).into_iter().flatten().collect()
    }
}
