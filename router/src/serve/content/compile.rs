//! Request Body Object -> content plan (BOD-001 to BOD-006, BOD-015, ENC-002 to ENC-011).
//!
//! Takes: a Request Body Object and the compiler of its schemas. Gives: a [`ContentPlan`], and what is said
//! but not applied as diagnostics: elements that are left out of XML, the fields of OAS 3.2 that position parts. What may not be
//! said at all is reported by the checks of `description::object`. Build phase; never panics.

use std::borrow::Cow;
use std::sync::Arc;

use super::field_syntax::ListElements;
use super::media_type::{MediaType, MediaTypeKey};
use super::plan::{ContentPlan, MediaTypePlan};
use super::property::{FormPlan, Gather, PropertyPlan, ValuePlan};
use super::styled::StyledPlan;
use super::xml::XmlPlan;
use crate::description::{
    Code, Description, Diagnostic, Diagnostics, Encoding, Kind, Location, MediaType as MediaTypeObject,
    RequestBody, Severity,
};
use crate::limits::content::LENGTH_SCHEMAS_MAX;
use crate::schema::{SchemaCompiler, Shape, TypeSet, level, shape};
use crate::serve::parameter::{ParameterOptions, ParameterPlan, ParameterPlans, ScalarTypes};

impl ContentPlan {
    /// Compiles a request body and asks `schemas` for the slots of its schemas.
    ///
    /// A key that is no media type matches nothing and is left out; the checks of the description warn of it.
    #[must_use]
    pub fn compile(
        description: &Description,
        body: RequestBody<'_>,
        schemas: &mut SchemaCompiler<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        Self::compile_content(description, (body.required(), body.content()), schemas, diagnostics)
    }

    /// Compiles a `content` map, of a request body or a response, and whether there has to be content.
    pub(crate) fn compile_content(
        description: &Description,
        (required, content): (bool, Vec<(&str, MediaTypeObject<'_>)>),
        schemas: &mut SchemaCompiler<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let mut compiling = Compiling { description, schemas, diagnostics };
        let mut media_types = Vec::new();
        for (key, object) in content {
            if let Ok(key) = MediaTypeKey::new(key) {
                media_types.push(compiling.media_type(key, object));
            }
        }
        Self::new(required, media_types)
    }
}

impl MediaTypePlan {
    /// Compiles one Media Type Object: the form that a parameter is (PAR-020).
    pub(crate) fn compile(
        description: &Description,
        key: MediaTypeKey,
        object: MediaTypeObject<'_>,
        schemas: &mut SchemaCompiler<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        Compiling { description, schemas, diagnostics }.media_type(key, object)
    }
}

/// What every step of compiling one request body needs.
struct Compiling<'c, 'd> {
    description: &'c Description,
    schemas: &'c mut SchemaCompiler<'d>,
    diagnostics: &'c mut Diagnostics,
}

impl Compiling<'_, '_> {
    fn media_type(&mut self, key: MediaTypeKey, object: MediaTypeObject<'_>) -> MediaTypePlan {
        let media_type = key.media_type();
        let forms = Forms::of(&media_type);
        let may_be_xml = may_be_xml(&media_type);
        self.report_unapplied(&media_type, object);
        let Some(at) = object.schema() else { return MediaTypePlan::new(key) };
        let shape = shape(self.description, at);
        let mut plan = MediaTypePlan::new(key);
        plan.slot = Some(self.schemas.slot(at));
        plan.value = value_plan(&shape);
        if may_be_xml {
            plan.value.xml = self.xml(&[at], None);
        }
        plan.octets_max = octets_max(self.description, at);
        if forms.any() {
            plan.form = self.form((at, &shape), object, forms);
        }
        plan
    }

    fn form(
        &mut self,
        (at, shape): (Location, &Shape),
        object: MediaTypeObject<'_>,
        forms: Forms,
    ) -> FormPlan {
        let encodings = object.encoding();
        let members = level(self.description, &[at]).members;
        let mut properties = Vec::new();
        let mut styled = Vec::new();
        for (name, shape) in &shape.properties {
            let encoding = encodings.iter().find(|(own, _)| *own == &**name).map(|(_, encoding)| *encoding);
            if let Some(encoding) = encoding
                && let Some(plan) = styled_field(name, shape, encoding, forms)
            {
                styled.push(plan);
            }
            let schemas = members.iter().find(|(own, _)| *own == &**name).map(|(_, schemas)| &**schemas);
            properties.push(self.property((name, shape), schemas.unwrap_or_default(), encoding, forms));
        }
        let others = match &shape.additional {
            Some(others) => self.property(("", others), &[], None, forms),
            None => self.property(("", &Shape::any()), &[], None, forms),
        };
        FormPlan::new(properties, others, StyledPlan::new(styled))
    }

    fn property(
        &mut self,
        (name, shape): (&str, &Shape),
        schemas: &[Location],
        encoding: Option<Encoding<'_>>,
        forms: Forms,
    ) -> PropertyPlan {
        let items = shape.items.as_deref().map_or_else(|| value_plan(&Shape::any()), value_plan);
        let mut plan = PropertyPlan {
            name: name.into(),
            gather: gather(shape.types),
            value: value_plan(shape),
            item: items,
            ..PropertyPlan::default()
        };
        let Some(encoding) = encoding else { return plan };
        plan.content_types = self.content_types(name, encoding);
        if plan.content_types.iter().any(|key| may_be_xml(&key.media_type())) {
            let item = level(self.description, schemas).items;
            plan.value.xml = self.xml(schemas, Some(name));
            plan.item.xml = self.xml(&item, Some(name));
        }
        // ENC-011: headers are ignored for form-urlencoded.
        let mut headers = Vec::new();
        for (header, object) in encoding.headers().into_iter().filter(|_| forms.multipart) {
            if header.eq_ignore_ascii_case("content-transfer-encoding") {
                plan.transfer_encoding = true;
            }
            headers.extend(ParameterPlan::compile_header(self.description, header, object, self.schemas));
        }
        plan.headers = ParameterPlans::new(headers, ParameterOptions::default());
        plan
    }

    /// How content that the schemas are about is read when it comes as XML.
    fn xml(&mut self, schemas: &[Location], inferred: Option<&str>) -> Option<Arc<XmlPlan>> {
        let (plan, unapplied) = XmlPlan::compile(self.description, schemas, inferred);
        for at in unapplied {
            self.report(
                ("SCH-025", Severity::Warning, at),
                "`nodeType: none` is applied to arrays only: an element is expected here".to_owned(),
                (
                    "the nodes of a left-out element stand among those of the element round it",
                    "declare its properties there",
                ),
            );
        }
        plan.map(Arc::new)
    }

    /// ENC-007: a comma-separated list with wildcards.
    fn content_types(&mut self, name: &str, encoding: Encoding<'_>) -> Vec<MediaTypeKey> {
        let mut keys = Vec::new();
        for element in ListElements::new(encoding.content_type().unwrap_or_default()) {
            match MediaTypeKey::new(element) {
                Ok(key) => keys.push(key),
                Err(error) => self.report(
                    ("ENC-007", Severity::Error, encoding.at()),
                    format!(
                        "the `contentType` of `{name}` lists `{element}`, which is no media type: {error}"
                    ),
                    (
                        "it is a comma-separated list of media types and wildcards (OAS Encoding Object)",
                        "correct it",
                    ),
                ),
            }
        }
        keys
    }

    fn report_unapplied(&mut self, media_type: &MediaType<'_>, object: MediaTypeObject<'_>) {
        let positional = !object.prefix_encoding().is_empty() || object.item_encoding().is_some();
        if object.item_schema().is_some() || positional {
            self.report(
                ("BOD-016", Severity::Warning, object.at()),
                format!(
                    "`itemSchema`, `prefixEncoding` and `itemEncoding` of `{media_type}` are not applied yet"
                ),
                ("OAS 3.2 loads, and its run-time features come later", "use `schema` and `encoding`"),
            );
        }
    }

    fn report(
        &mut self,
        (code, severity, at): (&'static str, Severity, Location),
        what: String,
        (why, mend): (&'static str, &'static str),
    ) {
        self.diagnostics.push(Diagnostic {
            code: Code::new(code),
            severity,
            what,
            why: Cow::Borrowed(why),
            mend: Cow::Borrowed(mend),
            place: self.description.place(at),
            related: Vec::new(),
        });
    }
}

/// Whether content that a key or range stands for may be XML.
fn may_be_xml(key: &MediaType<'_>) -> bool {
    key.is_xml() || key.type_name() == "*" || key.subtype() == "*"
}

/// The form media types that a key may stand for.
#[derive(Clone, Copy, Debug)]
struct Forms {
    urlencoded: bool,
    multipart: bool,
    form_data: bool,
}

impl Forms {
    fn of(key: &MediaType<'_>) -> Self {
        let covers = |kind: &str, subtype: &str| {
            let same = |own: &str, other: &str| own == "*" || own.eq_ignore_ascii_case(other);
            same(key.type_name(), kind) && same(key.subtype(), subtype)
        };
        let is_multipart = key.type_name().eq_ignore_ascii_case("multipart");
        Self {
            urlencoded: covers("application", "x-www-form-urlencoded"),
            multipart: is_multipart || key.type_name() == "*",
            form_data: covers("multipart", "form-data"),
        }
    }

    const fn any(self) -> bool {
        self.urlencoded || self.multipart
    }
}

/// ENC-008, ENC-009: one explicit style field, in a media type that has them.
fn styled_field(name: &str, shape: &Shape, encoding: Encoding<'_>, forms: Forms) -> Option<ParameterPlan> {
    let explicit =
        encoding.style().is_some() || encoding.explode().is_some() || encoding.allow_reserved().is_some();
    if !explicit || !(forms.urlencoded || forms.form_data) {
        return None;
    }
    let style = encoding.style().unwrap_or(crate::description::Style::Form);
    let explode = encoding.explode().unwrap_or(style == crate::description::Style::Form);
    Some(ParameterPlan::compile_field(name, style, explode, shape))
}

/// Whether several fields of one name make an array (ENC-004).
pub(super) fn gather(types: TypeSet) -> Gather {
    let others = types.without(TypeSet::ARRAY.or(TypeSet::OBJECT).or(TypeSet::NULL));
    if types.is_all() {
        Gather::WhenRepeated
    } else if !types.contains(TypeSet::ARRAY) {
        Gather::Never
    } else if others.is_none() {
        Gather::Always
    } else {
        Gather::WhenRepeated
    }
}

pub(super) fn value_plan(shape: &Shape) -> ValuePlan {
    let types = shape.types;
    let untyped = types.is_all();
    let has = |of: TypeSet| !untyped && types.contains(of);
    ValuePlan {
        scalars: ScalarTypes {
            null: has(TypeSet::NULL),
            boolean: has(TypeSet::BOOLEAN),
            integer: has(TypeSet::INTEGER),
            number: has(TypeSet::NUMBER),
            string: has(TypeSet::STRING),
        },
        structured: has(TypeSet::ARRAY) || has(TypeSet::OBJECT),
        untyped,
        content_encoding: shape.content_encoding.clone(),
        xml: None,
    }
}

/// The least `maxLength` of a schema, through `$ref` and `allOf` (BOD-015).
fn octets_max(description: &Description, schema: Location) -> Option<u64> {
    let mut work = vec![schema];
    let mut least: Option<u64> = None;
    for _ in 0..LENGTH_SCHEMAS_MAX {
        let Some(at) = work.pop() else { break };
        let node = description.at(at);
        if node.kind() != Kind::Object {
            continue;
        }
        let own =
            node.get("maxLength").and_then(|value| value.as_number()).and_then(|text| text.parse().ok());
        least = match (least, own) {
            (Some(least), Some(own)) => Some(least.min(own)),
            (least, own) => least.or(own),
        };
        let reference = node.get("$ref").and_then(|value| value.as_str());
        work.extend(reference.and_then(|reference| description.resolve(at, reference).ok()));
        if let Some(all_of) = node.get("allOf") {
            work.extend(all_of.items().map(|item| Location { node: item.id(), ..at }));
        }
    }
    least
}
