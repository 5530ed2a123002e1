//! From a schema with XML Objects and an XML text to a value, or a refusal with its place.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{XmlPlan, XmlRule, decode};
use crate::description::Description;
use crate::limits;
use crate::schema::instance::JsonLimits;

const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// The plan of the component `X`, as the schema of a body that refers to it.
fn plan(schemas: &Value) -> XmlPlan {
    let text = json!({
        "openapi": "3.2.0", "info": {"title": "t", "version": "1"},
        "components": {"schemas": schemas, "parameters": {"body": {
            "name": "b", "in": "query", "schema": {"$ref": "#/components/schemas/X"}
        }}},
    });
    let description = Description::from_text("t.json", &text.to_string()).unwrap();
    let pointer = "/components/parameters/body/schema";
    let at = description.at_pointer(description.entry().document, pointer).unwrap();
    let (plan, unapplied) = XmlPlan::compile(&description, &[at], None);
    assert!(unapplied.is_empty());
    plan.expect("the schema describes XML")
}

/// The value, or the broken rule and its pointer.
fn outcome(plan: &XmlPlan, text: &str) -> Result<Value, (XmlRule, String)> {
    let decoded = decode(plan, text.as_bytes(), &JsonLimits::default());
    decoded.map(|value| value.root().to_json()).map_err(|fault| (fault.error.rule, fault.pointer))
}

fn check(properties: &Value, cases: &[(&str, Value)]) {
    let plan = plan(&json!({"X": {"type": "object", "properties": properties}}));
    for (inside, expected) in cases {
        let text = format!("<X xmlns:xsi=\"{XSI}\">{inside}</X>");
        assert_eq!(outcome(&plan, &text), Ok(expected.clone()), "{inside}");
    }
}

fn refuse(properties: &Value, cases: &[(&str, XmlRule, &str)]) {
    let plan = plan(&json!({"X": {"type": "object", "properties": properties}}));
    for (text, rule, pointer) in cases {
        assert_eq!(outcome(&plan, text), Err((*rule, (*pointer).to_owned())), "{text}");
    }
}

/// The examples of OAS 3.1 §XML Object, read back.
#[test]
fn the_examples_of_the_specification() {
    let list = json!({"animals": ["one", "two"]});
    let string = json!({"type": "string"});
    let animal = json!({"type": "string", "xml": {"name": "animal"}});
    check(&json!({"animals": string}), &[("<animals>...</animals>", json!({"animals": "..."}))]);
    check(&json!({"animals": animal}), &[("<animal>...</animal>", json!({"animals": "..."}))]);
    let cases = [
        (json!({"items": string}), "<animals>one</animals><animals>two</animals>"),
        (json!({"items": animal}), "<animal>one</animal><animal>two</animal>"),
        (json!({"items": animal, "xml": {"name": "aliens"}}), "<animal>one</animal><animal>two</animal>"),
        (
            json!({"items": string, "xml": {"wrapped": true}}),
            "<animals><animals>one</animals><animals>two</animals></animals>",
        ),
        (
            json!({"items": animal, "xml": {"wrapped": true}}),
            "<animals><animal>one</animal><animal>two</animal></animals>",
        ),
        (
            json!({"items": animal, "xml": {"name": "aliens", "wrapped": true}}),
            "<aliens><animal>one</animal><animal>two</animal></aliens>",
        ),
        (
            json!({"items": string, "xml": {"name": "aliens", "wrapped": true}}),
            "<aliens><aliens>one</aliens><aliens>two</aliens></aliens>",
        ),
        (
            json!({"items": animal, "xml": {"nodeType": "element"}}),
            "<animals><animal>one</animal><animal>two</animal></animals>",
        ),
    ];
    for (mut schema, inside) in cases {
        schema["type"] = json!("array");
        check(&json!({"animals": schema}), &[(inside, list.clone())]);
    }
}

#[test]
fn attributes_namespaces_and_nulls() {
    let person = json!({
        "id": {"type": "integer", "xml": {"attribute": true}},
        "name": {"type": "string", "xml": {"namespace": "https://example.com/schema/sample", "prefix": "sample"}},
        "note": {"type": ["string", "null"]},
        "rank": {"type": ["number", "null"], "xml": {"attribute": true}},
    });
    let plan = plan(&json!({"X": {"type": "object", "properties": person}}));
    let cases = [
        (
            r#"<X id="123"><s:name xmlns:s="https://example.com/schema/sample">e</s:name></X>"#,
            json!({"id": 123, "name": "e", "rank": null}),
        ),
        (
            r#"<X rank='1e1'><name xmlns="https://example.com/schema/sample">e</name></X>"#,
            json!({"name": "e", "rank": 10.0}),
        ),
        (r#"<X id="x"/>"#, json!({"id": "x", "rank": null})),
        (r#"<X><note xsi:nil="true" /></X>"#, json!({"note": null, "rank": null})),
        (r#"<X><note xsi:nil="false" /></X>"#, json!({"note": "", "rank": null})),
        // Of another namespace it is another name, which the schema does not declare.
        (r#"<X><name xmlns="u:x">e</name></X>"#, json!({"{u:x}name": "e", "rank": null})),
        (r#"<X xml:lang="en" xsi:schemaLocation="a b"/>"#, json!({"rank": null})),
        (r#"<X xmlns="u:x"><note>n</note></X>"#, json!({"note": "n", "rank": null})),
    ];
    for (text, expected) in cases {
        assert_eq!(outcome(&plan, text), Ok(expected), "{text}");
    }
}

#[test]
fn types_convert_as_in_forms() {
    let typed = json!({
        "i": {"type": "integer"}, "n": {"type": "number"}, "b": {"type": "boolean"}, "s": {"type": "string"},
        "z": {"type": ["integer", "null"]}, "o": {"type": "object", "properties": {"k": {"type": "integer"}}},
        "on": {"type": ["object", "null"]}, "l": {"type": "array", "items": {"type": "integer"}},
        "either": {"type": ["string", "array"], "items": {"type": "integer"}}, "any": {},
        "loose": {"properties": {"k": {"type": "integer"}}},
        "m": {"type": "object", "additionalProperties": {"type": "integer"}},
    });
    check(
        &typed,
        &[
            ("<i>7</i><n>2.50</n><b>true</b><s>7</s>", json!({"i": 7, "n": 2.5, "b": true, "s": "7"})),
            ("<i> 7</i><b>TRUE</b><n/>", json!({"i": " 7", "b": "TRUE", "n": ""})),
            ("<s> a\r\nb </s>", json!({"s": " a\nb "})),
            ("<s>a<![CDATA[<b>]]>&amp;&#x41;&#66;&lt;</s>", json!({"s": "a<b>&AB<"})),
            ("<s>a<!-- c -->b<?p i?>c</s>", json!({"s": "abc"})),
            ("<z/><s/>", json!({"z": null, "s": ""})),
            ("<o><k>1</k></o>", json!({"o": {"k": 1}})),
            ("<o/>", json!({"o": {}})),
            ("<o>text</o>", json!({"o": "text"})),
            ("<on></on>", json!({"on": {}})),
            ("<l>1</l>", json!({"l": [1]})),
            ("<l>1</l><i>2</i><l>x</l>", json!({"l": [1, "x"], "i": 2})),
            ("<either>1</either>", json!({"either": "1"})),
            ("<either>1</either><either>2</either>", json!({"either": [1, 2]})),
            ("<any>1</any>", json!({"any": "1"})),
            ("<any a='1'><b/><b>2</b></any>", json!({"any": {"a": "1", "b": ["", "2"]}})),
            ("<i><x>1</x></i>", json!({"i": {"x": "1"}})),
            ("<loose><k>1</k></loose>", json!({"loose": {"k": 1}})),
            ("<m><a>1</a><b>2</b></m>", json!({"m": {"a": 1, "b": 2}})),
            ("<other>1</other>\n<other>2</other>", json!({"other": ["1", "2"]})),
        ],
    );
}

#[test]
fn references_unions_and_recursion() {
    let plan = plan(&json!({
        "X": {"xml": {"name": "x"}, "type": "object", "properties": {
            "pet": {"$ref": "#/components/schemas/Pet"},
            "pets": {"type": "array", "xml": {"wrapped": true}, "items": {"$ref": "#/components/schemas/Pet"}},
            "next": {"anyOf": [{"$ref": "#/components/schemas/X"}, {"type": "null"}]},
            "matrix": {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}},
            "named": {"$ref": "#/components/schemas/Pet", "xml": {"name": "renamed"}},
        }},
        "Pet": {"xml": {"name": "p"}, "allOf": [{"properties": {"age": {"type": "integer"}}}], "type": "object"},
    }));
    let deep = "<next>".repeat(30) + "<pet><age>1</age></pet>" + &"</next>".repeat(30);
    let mut expected = json!({"pet": {"age": 1}});
    for _ in 0..30 {
        expected = json!({"next": expected});
    }
    let cases = [
        ("<x><pet><age>1</age></pet></x>", json!({"pet": {"age": 1}})),
        ("<X><renamed><age>1</age></renamed></X>", json!({"named": {"age": 1}})),
        ("<x><pets><p><age>1</age></p><pets/><Pet/></pets></x>", json!({"pets": [{"age": 1}, {}, {}]})),
        ("<x><pets/></x>", json!({"pets": []})),
        ("<x><matrix><matrix>1</matrix></matrix><matrix/></x>", json!({"matrix": [[1], []]})),
        (&format!("<x>{deep}</x>"), expected),
    ];
    for (text, expected) in cases {
        assert_eq!(outcome(&plan, text), Ok(expected), "{text}");
    }
    assert_eq!(outcome(&plan, "<y/>"), Err((XmlRule::UnexpectedRoot, String::new())));
}

#[test]
fn text_beside_attributes() {
    let animals = json!({
        "X": {"type": "array", "xml": {"nodeType": "element", "name": "animals"}, "items": {
            "xml": {"name": "animal"}, "properties": {
                "kind": {"type": "string", "xml": {"nodeType": "attribute"}},
                "name": {"type": "string", "xml": {"nodeType": "text"}},
            }}},
    });
    let animals = plan(&animals);
    let text = r#"<animals><animal kind="Cat">Fluffy</animal> <animal kind="Dog"/></animals>"#;
    assert_eq!(outcome(&animals, text), Ok(json!([{"kind": "Cat", "name": "Fluffy"}, {"kind": "Dog"}])));
    let html = plan(&json!({"X": {"type": "object", "properties": {
        "content": {"type": "string", "xml": {"nodeType": "cdata"}},
    }}}));
    let text = "<X>\n  <![CDATA[<p>a</p>]]>\n</X>";
    assert_eq!(outcome(&html, text), Ok(json!({"content": "<p>a</p>"})));
    assert_eq!(outcome(&html, "<X>a<![CDATA[b]]></X>"), Err((XmlRule::UnexpectedText, String::new())));
}

#[test]
fn what_is_left_out_is_told() {
    let text = r##"{
        "openapi": "3.2.0", "info": {"title": "t", "version": "1"}, "components": {"schemas": {"X": {
            "type": "object", "properties": {
                "a": {"type": "object", "xml": {"nodeType": "none"}},
                "b": {"type": "array", "xml": {"nodeType": "none"}}
            }
        }, "Text": {"type": "string"}, "Any": {}, "Either": {"type": ["string", "object"]}}}
    }"##;
    let description = Description::from_text("t.json", text).unwrap();
    let compile = |pointer: &str| {
        let at = description.at_pointer(description.entry().document, pointer).unwrap();
        let (plan, unapplied) = XmlPlan::compile(&description, &[at], None);
        let unapplied: Vec<_> = unapplied.into_iter().map(|at| description.at(at).pointer()).collect();
        (plan.is_some(), unapplied)
    };
    assert_eq!(
        compile("/components/schemas/X"),
        (true, vec!["/components/schemas/X/properties/a".to_owned()])
    );
    assert_eq!(compile("/components/schemas/Text"), (false, vec![]));
    assert_eq!(compile("/components/schemas/Any"), (false, vec![]));
    assert_eq!(compile("/components/schemas/Either"), (true, vec![]));
}

#[test]
fn the_root_has_its_own_namespace() {
    let plan = plan(
        &json!({"X": {"type": "object", "xml": {"name": "x", "namespace": "u:x", "prefix": "p"}, "properties": {
            "a": {"type": "integer"}, "b": {"type": "integer", "xml": {"namespace": "u:x"}},
        }}}),
    );
    for text in [
        "<p:x xmlns:p='u:x'><a>1</a><p:b>2</p:b></p:x>",
        "<x xmlns='u:x'><a>1</a><b>2</b></x>",
        "<q:x xmlns:q='u:x'><q:a>1</q:a><b xmlns='u:x'>2</b></q:x>",
    ] {
        assert_eq!(outcome(&plan, text), Ok(json!({"a": 1, "b": 2})), "{text}");
    }
    for text in ["<x/>", "<p:x xmlns:p='u:y'/>"] {
        assert_eq!(outcome(&plan, text), Err((XmlRule::UnexpectedRoot, String::new())), "{text}");
    }
    let misplaced = "<x xmlns='u:x'><b xmlns=''>2</b></x>";
    assert_eq!(outcome(&plan, misplaced), Err((XmlRule::Misplaced, "/b".to_owned())));
}

#[test]
fn what_is_in_another_form() {
    let properties = json!({
        "id": {"type": "integer", "xml": {"attribute": true}}, "name": {"type": "string"},
        "animals": {"type": "array", "xml": {"wrapped": true}, "items": {
            "type": "object", "xml": {"name": "animal"}, "properties": {"a/b": {"xml": {"name": "ab"}}, "s": {"type": "string"}}
        }},
        "renamed": {"type": "string", "xml": {"name": "other"}},
    });
    refuse(
        &properties,
        &[
            ("<X><id>1</id></X>", XmlRule::Misplaced, "/id"),
            ("<X name='1'/>", XmlRule::Misplaced, "/name"),
            ("<X><renamed/></X>", XmlRule::Misplaced, "/renamed"),
            ("<X><name>a</name><name>b</name></X>", XmlRule::Repeated, "/name"),
            ("<X><animals/><animals/></X>", XmlRule::Repeated, "/animals"),
            ("<X><animals><animals/></animals></X>", XmlRule::Misplaced, "/animals"),
            ("<X><animals a='1'/></X>", XmlRule::Misplaced, "/animals"),
            ("<X><animals>text<animal/></animals></X>", XmlRule::UnexpectedText, "/animals"),
            ("<X>text<name/></X>", XmlRule::UnexpectedText, ""),
            (
                "<X><animals><animal/><animal><s/><s/></animal></animals></X>",
                XmlRule::Repeated,
                "/animals/1/s",
            ),
            (
                "<X><animals><animal><s xsi:nil='1'>x</s></animal></animals></X>",
                XmlRule::NilWithContent,
                "/animals/0/s",
            ),
            ("<Y/>", XmlRule::UnexpectedRoot, ""),
        ],
    );
}

#[test]
fn what_is_not_well_formed() {
    let plan = plan(&json!({"X": {"type": "object", "properties": {}}}));
    let attributes: String = (0..300).map(|number| format!(" a{number}=''")).collect();
    let prefixes: String = (0..100).map(|number| format!(" xmlns:a{number}='u:{number}'")).collect();
    let cases: &[(&str, XmlRule)] = &[
        ("", XmlRule::UnexpectedEnd),
        ("<X>", XmlRule::UnexpectedEnd),
        ("<X", XmlRule::UnexpectedEnd),
        ("<X><![CDATA[", XmlRule::UnexpectedEnd),
        ("text", XmlRule::Malformed),
        ("<X></Y>", XmlRule::Malformed),
        ("<X/><X/>", XmlRule::Malformed),
        ("<X/>text", XmlRule::Malformed),
        ("</X>", XmlRule::Malformed),
        ("<X>a ]]> b</X>", XmlRule::Malformed),
        ("<X>a & b</X>", XmlRule::Malformed),
        ("<X a='<'/>", XmlRule::Malformed),
        ("<X a=1/>", XmlRule::Malformed),
        ("<X a/>", XmlRule::Malformed),
        ("<X><!-- a -- b --></X>", XmlRule::Malformed),
        ("<X><?xml version='1.0'?></X>", XmlRule::Malformed),
        (" <?xml version='1.0'?><X/>", XmlRule::Malformed),
        ("<?xml version='2.0'?><X/>", XmlRule::Malformed),
        ("<?xml encoding='utf-8'?><X/>", XmlRule::Malformed),
        ("<?xml version='1.0' encoding='ISO-8859-1'?><X/>", XmlRule::Encoding),
        ("<!DOCTYPE X><X/>", XmlRule::DocumentType),
        ("<!DOCTYPE X [<!ENTITY a 'b'>]><X>&a;</X>", XmlRule::DocumentType),
        ("<!DOCTYPE X SYSTEM 'file:///etc/passwd'><X/>", XmlRule::DocumentType),
        ("<!DOCTYPE", XmlRule::DocumentType),
        ("<X>&a;</X>", XmlRule::UnknownEntity),
        ("<X a='&a;'/>", XmlRule::UnknownEntity),
        ("<X>\u{1}</X>", XmlRule::InvalidCharacter),
        ("<X>&#1;</X>", XmlRule::InvalidCharacter),
        ("<X a='&#xFFFE;'/>", XmlRule::InvalidCharacter),
        ("<X>&#xD800;</X>", XmlRule::Malformed),
        ("<X><1/></X>", XmlRule::InvalidName),
        ("<X><a:b:c/></X>", XmlRule::InvalidName),
        ("<X :a=''/>", XmlRule::InvalidName),
        ("<a:X/>", XmlRule::InvalidPrefix),
        ("<X a:b=''/>", XmlRule::InvalidPrefix),
        ("<X xmlns:a=''/>", XmlRule::InvalidPrefix),
        ("<X xmlns:xmlns='u:x'/>", XmlRule::InvalidPrefix),
        ("<X xmlns:xml='u:x'/>", XmlRule::InvalidPrefix),
        ("<X><a xmlns:p='u:x'/><p:b/></X>", XmlRule::InvalidPrefix),
        ("<X a='' a=''/>", XmlRule::DuplicateAttribute),
        ("<X xmlns:p='u:x' xmlns:q='u:x' p:a='' q:a=''/>", XmlRule::DuplicateAttribute),
        ("<X xmlns:p='u:x' xmlns:p='u:y'/>", XmlRule::DuplicateAttribute),
        (&format!("<X{attributes}/>"), XmlRule::TooManyAttributes),
        (&format!("<X{prefixes}/>"), XmlRule::TooManyNamespaces),
        (&format!("<X>{}{}</X>", "<a>".repeat(65), "</a>".repeat(65)), XmlRule::TooDeep),
        (&format!("<X>{}", "<a>".repeat(100_000)), XmlRule::TooDeep),
    ];
    for (text, rule) in cases {
        let shown = text.get(..60).unwrap_or(text);
        assert_eq!(outcome(&plan, text), Err((*rule, String::new())), "{shown}");
    }
    for text in
        ["\u{feff}<X/>", "<?xml version=\"1.0\" encoding='utf-8' standalone='yes'?>\n<!-- c --><X/>\n<?p?>"]
    {
        assert_eq!(outcome(&plan, text), Ok(json!({})), "{text}");
    }
    let fault = decode(&plan, b"<X>\n  <\xC3\xA9></b>", &JsonLimits::default()).unwrap_err().error;
    assert_eq!((fault.rule, fault.line, fault.column), (XmlRule::Malformed, 2, 6));
}

#[test]
fn bounds() {
    let plan = plan(&json!({"X": {"type": "object", "properties": {"a": {"type": "array", "items": {}}}}}));
    let rule = |text: &str, limits: JsonLimits| {
        decode(&plan, text.as_bytes(), &limits).err().map(|fault| fault.error.rule)
    };
    let limits = JsonLimits::default();
    assert_eq!(rule("<X><a/></X>", JsonLimits { bytes_max: 11, ..limits }), None);
    assert_eq!(rule("<X><a/></X>", JsonLimits { bytes_max: 10, ..limits }), Some(XmlRule::TooLong));
    assert_eq!(rule("<X><a/></X>", JsonLimits { values_max: 3, ..limits }), None);
    assert_eq!(rule("<X><a/></X>", JsonLimits { values_max: 2, ..limits }), Some(XmlRule::TooManyValues));
    assert_eq!(rule("<X b='' c=''/>", JsonLimits { values_max: 2, ..limits }), Some(XmlRule::TooManyValues));
    // An object in an array in an object.
    assert_eq!(rule("<X><a><b/></a></X>", JsonLimits { nesting_max: 3, ..limits }), None);
    assert_eq!(rule("<X><a><b/></a></X>", JsonLimits { nesting_max: 2, ..limits }), Some(XmlRule::TooDeep));
    let many = format!("<X>{}</X>", "<a/>".repeat(usize::try_from(limits::json::VALUES_MAX).unwrap()));
    assert_eq!(rule(&many, limits), Some(XmlRule::TooManyValues));
}

/// Encodes a value of the schema below; the inverse of decoding it.
fn encode(value: &Value) -> String {
    let escape = |text: &str| {
        text.chars().fold(String::new(), |text, character| text + &format!("&#{};", u32::from(character)))
    };
    let text = |name: &str| value[name].as_str().map(escape).unwrap_or_default();
    let tags: String = value["tags"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(|tag| format!("<t>{}</t>", escape(tag)))
        .collect();
    let ids: String =
        value["ids"].as_array().into_iter().flatten().map(|id| format!("<ids>{id}</ids>")).collect();
    let next = if value["next"].is_object() {
        encode(&value["next"]).replacen("<X", "<next", 1)
    } else {
        String::new()
    };
    let next = next.strip_suffix("</X>").map(|next| format!("{next}</next>")).unwrap_or_default();
    format!("<X a=\"{}\">{ids}<s>{}</s><tags>{tags}</tags>{next}</X>", text("a"), text("s"))
}

fn value() -> impl Strategy<Value = Value> {
    let text = || {
        proptest::string::string_regex("[\t\n\r -\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]{0,8}")
            .unwrap()
    };
    let flat =
        (text(), text(), prop::collection::vec(text(), 0..4), prop::collection::vec(any::<i64>(), 1..4))
            .prop_map(|(a, s, tags, ids)| json!({"a": a, "s": s, "tags": tags, "ids": ids}));
    flat.prop_recursive(4, 8, 1, move |inner| {
        (inner, text()).prop_map(|(next, a)| json!({"a": a, "s": "", "tags": [], "ids": [0], "next": next}))
    })
}

proptest! {
    #[test]
    fn what_is_encoded_is_decoded(value in value()) {
        let plan = plan(&json!({"X": {"type": "object", "properties": {
            "a": {"type": "string", "xml": {"attribute": true}}, "s": {"type": "string"},
            "tags": {"type": "array", "xml": {"wrapped": true}, "items": {"type": "string", "xml": {"name": "t"}}},
            "ids": {"type": "array", "items": {"type": "integer"}}, "next": {"$ref": "#/components/schemas/X"},
        }}}));
        prop_assert_eq!(outcome(&plan, &encode(&value)), Ok(value));
    }

    /// Whatever comes is read or refused, with a place inside the text.
    #[test]
    fn any_text_has_an_outcome(
        text in "(<X>|</X>|<a|<a>|</a>|/>| b='|'|&|;|&lt;|&#65;|<!--|-->|<!\\[CDATA\\[|\\]\\]>|<\\?|\\?>|<!DOCTYPE|xmlns:p='u'|p:|>|<|x| |\u{e9}){0,24}",
        octets in prop::collection::vec(any::<u8>(), 0..24),
        is_text in any::<bool>(),
    ) {
        let plan = plan(&json!({"X": {"type": "object", "properties": {"a": {"type": "array", "xml": {"wrapped": true}}}}}));
        let body = if is_text { format!("<X>{text}").into_bytes() } else { octets };
        if let Err(fault) = decode(&plan, &body, &JsonLimits::default()) {
            prop_assert!(usize::try_from(fault.error.offset).unwrap() <= body.len());
        }
    }
}
