//! Names and characters (XML 1.0 §2.2, §2.3; Namespaces in XML 1.0 §4).
//!
//! Takes: characters and names. Gives: whether the grammar allows them. Never panics.

use super::error::XmlRule;

/// `Char` of XML 1.0: no control characters but tab and line ends.
pub(super) const fn is_xml_char(character: char) -> bool {
    !matches!(character, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}

/// Splits a qualified name into its prefix, empty where there is none, and its local part.
pub(super) fn split_name(name: &str) -> Result<(&str, &str), XmlRule> {
    let (prefix, local) = match name.split_once(':') {
        Some((prefix, _)) if !is_unqualified(prefix) => return Err(XmlRule::InvalidName),
        Some(split) => split,
        None => ("", name),
    };
    if is_unqualified(local) { Ok((prefix, local)) } else { Err(XmlRule::InvalidName) }
}

/// `NCName`: a name without a colon.
fn is_unqualified(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(starts_name) && characters.all(continues_name)
}

/// `NameStartChar` without the colon.
const fn starts_name(character: char) -> bool {
    matches!(
        character,
        'A'..='Z' | '_' | 'a'..='z' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
            | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}'
            | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}'
            | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}'
    )
}

/// `NameChar` without the colon.
const fn continues_name(character: char) -> bool {
    starts_name(character)
        || matches!(character, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}
