//! Path templates, as far as a load needs them: to fill one, and to know which one made an identifier.
//!
//! Takes: templates with their base path, and paths that servers tell. Gives: paths, and the values of expressions.

/// One step of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Literal(String),
    /// A whole segment that is an expression.
    Name(String),
    /// Text with expressions in it.
    Mixed(String),
}

/// A template in its steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(Vec<Step>);

impl Template {
    pub fn new(template: &str) -> Self {
        let step = |segment: &str| match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(name) if !name.contains(['{', '}']) => Step::Name(name.to_owned()),
            _ if segment.contains('{') => Step::Mixed(segment.to_owned()),
            _ => Step::Literal(segment.to_owned()),
        };
        Self(template.split('/').skip(1).map(step).collect())
    }

    /// The name of the last step, where it is an expression.
    pub fn last_name(&self) -> Option<&str> {
        match self.0.last() {
            Some(Step::Name(name)) => Some(name),
            Some(Step::Literal(_) | Step::Mixed(_)) | None => None,
        }
    }

    /// Whether this is `other`, or leads to it.
    pub fn leads_to(&self, other: &Self) -> bool {
        other.0.starts_with(&self.0)
    }

    /// Whether this is `parent` and one expression more.
    pub fn is_item_of(&self, parent: &Self) -> bool {
        self.last_name().is_some()
            && self.0.len() == parent.0.len().saturating_add(1)
            && parent.leads_to(self)
    }

    /// The values of the expressions, where `path` follows this template.
    pub fn values(&self, path: &str) -> Option<Vec<(String, String)>> {
        let segments: Vec<&str> = path.split('/').skip(1).collect();
        if segments.len() != self.0.len() {
            return None;
        }
        let mut values = Vec::new();
        for (step, segment) in self.0.iter().zip(segments) {
            match step {
                Step::Literal(text) if text == segment => {}
                Step::Name(name) if !segment.is_empty() => values.push((name.clone(), segment.to_owned())),
                Step::Literal(_) | Step::Name(_) | Step::Mixed(_) => return None,
            }
        }
        Some(values)
    }

    /// The path with these values; what has none stays as the template has it.
    pub fn fill<'v>(&self, value: impl Fn(&str) -> Option<&'v str>) -> String {
        let mut path = String::new();
        for step in &self.0 {
            path.push('/');
            match step {
                Step::Literal(text) => path.push_str(text),
                Step::Name(name) => path.push_str(value(name).unwrap_or(name)),
                Step::Mixed(text) => path.push_str(&mixed(text, &value)),
            }
        }
        path.replace(' ', "%20")
    }
}

fn mixed<'v>(text: &str, value: &impl Fn(&str) -> Option<&'v str>) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((literal, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        filled.push_str(literal);
        filled.push_str(value(name).unwrap_or(name));
        rest = after;
    }
    filled + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_filled_and_recognised() {
        let item = Template::new("/v1/pets/{petId}");
        let photo = Template::new("/v1/pets/{petId}/photos/{photoId}");
        let value = |name: &str| match name {
            "petId" => Some("7"),
            "photoId" => Some("2"),
            _ => None,
        };
        assert_eq!(photo.fill(value), "/v1/pets/7/photos/2");
        assert_eq!(Template::new("/a/{petId}.{photoId}").fill(value), "/a/7.2");
        let owned = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        assert_eq!(item.values("/v1/pets/7"), Some(vec![owned("petId", "7")]));
        for other in ["/v1/pets", "/v1/pets/", "/v2/pets/7", "/v1/pets/7/photos"] {
            assert_eq!(item.values(other), None, "{other}");
        }
        assert!(item.leads_to(&photo) && item.leads_to(&item) && !photo.leads_to(&item));
        assert!(item.is_item_of(&Template::new("/v1/pets")) && !photo.is_item_of(&item));
        assert_eq!(item.last_name(), Some("petId"));
    }
}
