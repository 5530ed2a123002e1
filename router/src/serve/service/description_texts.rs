//! The description as it is served: JSON and YAML.

use std::sync::Arc;

use serde::de::IgnoredAny;

use crate::description::Description;
use crate::description::text::{TextOptions, parse};

/// The texts of a description, to be served at paths of their own.
///
/// Made from a [`Description`] they are its entry document: the text itself in the notation it was written in. JSON is written
/// from YAML with the same members in the same order and the same numbers; YAML of a JSON document is that document, since JSON is
/// YAML 1.2. References to other documents stay as they are.
#[derive(Clone, Debug)]
pub struct DescriptionTexts {
    pub(super) json: Arc<[u8]>,
    pub(super) yaml: Arc<[u8]>,
}

impl DescriptionTexts {
    /// These octets, such as of a description that was bundled or stripped of what is internal.
    #[must_use]
    pub fn new(json: impl Into<Arc<[u8]>>, yaml: impl Into<Arc<[u8]>>) -> Self {
        Self { json: json.into(), yaml: yaml.into() }
    }
}

impl From<&Description> for DescriptionTexts {
    fn from(description: &Description) -> Self {
        let Some(document) = description.document(description.entry().document) else {
            return Self::new([], []);
        };
        let text = document.source().text();
        if serde_json::from_str::<IgnoredAny>(text).is_ok() {
            let octets: Arc<[u8]> = text.as_bytes().into();
            return Self { json: Arc::clone(&octets), yaml: octets };
        }
        // The tree of a 3.0 document was rewritten to 3.1, so its text is read once more.
        let own = || document.tree().root().to_json_text();
        let json = if document.upgraded_from_3_0() {
            let (tree, _) =
                parse(document.source(), &TextOptions { lenient: true, ..TextOptions::default() });
            tree.map_or_else(own, |tree| tree.root().to_json_text())
        } else {
            own()
        };
        Self::new(json.into_bytes(), text.as_bytes())
    }
}
