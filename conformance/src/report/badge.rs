//! A badge: how many literal MUST rows of 3.1 are met, of how many.
//!
//! Literal rows alone: derived rows and companion RFCs are counted apart and never blended in. Never panics.

use serde_json::{Value, json};

use super::Run;
use crate::accounting::RowState;
use crate::catalogue::{Basis, Row};

const LABEL: &str = "OpenAPI 3.1 MUST rows";
/// Width of a character at 11 px, roughly; the text is set to the width that follows.
const CHAR_PIXELS: usize = 7;
const PADDING_PIXELS: usize = 12;

struct Badge {
    message: String,
    colour: &'static str,
    hex: &'static str,
}

impl Badge {
    fn of(run: &Run) -> Self {
        let literal = |row: &Row| row.must_be_accounted_for() && row.basis == Basis::Literal;
        let count = |state| run.account.count(&run.catalogue, state, literal);
        let met = count(RowState::Met);
        let total = run.catalogue.rows().iter().filter(|row| literal(row)).count();
        let (colour, hex) = match (run.whole, run.regressed(), met == total) {
            (false, ..) => ("lightgrey", "#9f9f9f"),
            (true, true, _) => ("red", "#c62828"),
            (true, false, true) => ("brightgreen", "#1a7f37"),
            (true, false, false) => ("yellow", "#b08800"),
        };
        Self { message: format!("{met} of {total} met"), colour, hex }
    }
}

/// The form that shields.io reads.
#[must_use]
pub fn json(run: &Run) -> Value {
    let Badge { message, colour, .. } = Badge::of(run);
    json!({ "schemaVersion": 1, "label": LABEL, "message": message, "color": colour })
}

/// The picture.
#[must_use]
pub fn svg(run: &Run) -> String {
    let Badge { message, hex, .. } = Badge::of(run);
    let width = |text: &str| text.chars().count() * CHAR_PIXELS + PADDING_PIXELS;
    let (left, right) = (width(LABEL), width(&message));
    let text = |text: &str, x: usize, width: usize| {
        format!("<text x=\"{x}\" y=\"14\" textLength=\"{}\">{text}</text>", width - PADDING_PIXELS)
    };
    let all = left + right;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{all}\" height=\"20\" role=\"img\" aria-label=\"{LABEL}: {message}\">\
         <title>{LABEL}: {message}</title><rect width=\"{left}\" height=\"20\" fill=\"#444c56\"/>\
         <rect x=\"{left}\" width=\"{right}\" height=\"20\" fill=\"{hex}\"/>\
         <g fill=\"#fff\" font-family=\"Verdana, sans-serif\" font-size=\"11\" lengthAdjust=\"spacingAndGlyphs\">{}{}</g></svg>\n",
        text(LABEL, PADDING_PIXELS / 2, left),
        text(&message, left + PADDING_PIXELS / 2, right),
    )
}
