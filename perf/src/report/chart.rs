//! Plots as inline SVG. Colours are classes (`s0` to `s5`) that the page's style sheet sets for light and dark; every point
//! and bar carries its value as a tooltip, and every plot a description for those who cannot see it.

mod bars;
mod lines;
mod scale;

use std::fmt::Write as _;

pub use bars::{Bars, Row};
pub use lines::Lines;

/// The width of every plot in the SVG's own units; the page scales it.
const WIDTH: f64 = 760.0;

/// Text for HTML and SVG.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// A number for people: `251,000`, `1,032`, `94.5`, `0`, `1.44`.
pub fn number(value: f64) -> String {
    if !value.is_finite() {
        return "n/a".to_owned();
    }
    let decimals = match value.abs() {
        small if small >= 100.0 || small.fract() == 0.0 => 0,
        small if small >= 10.0 => 1,
        _ => 2,
    };
    let text = format!("{:.*}", decimals, value.abs());
    let (whole, fraction) = text.split_once('.').map_or((&*text, None), |(whole, rest)| (whole, Some(rest)));
    let mut grouped = String::from(if value < 0.0 { "-" } else { "" });
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && whole.len().saturating_sub(at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if let Some(fraction) = fraction {
        grouped.push('.');
        grouped.push_str(fraction);
    }
    grouped
}

/// An SVG under construction; writing to a `String` cannot fail.
struct Svg(String);

impl Svg {
    fn new(height: f64, description: &str) -> Self {
        Self(format!(
            "<svg viewBox=\"0 0 {WIDTH} {height:.0}\" role=\"img\" aria-label=\"{0}\"><title>{0}</title>\n",
            escape(description)
        ))
    }

    fn push(&mut self, element: std::fmt::Arguments<'_>) {
        self.0.write_fmt(element).unwrap_or_default();
        self.0.push('\n');
    }

    fn text(&mut self, class: &str, (x, y): (f64, f64), text: &str) {
        self.push(format_args!("<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>", escape(text)));
    }

    fn line(&mut self, class: &str, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) {
        self.push(format_args!(
            "<line class=\"{class}\" x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\"/>"
        ));
    }

    fn end(mut self) -> String {
        self.0.push_str("</svg>\n");
        self.0
    }
}

/// The names of the series with their colours, above a plot.
fn legend(svg: &mut Svg, left: f64, y: f64, names: &[&str]) {
    let mut x = left;
    for (at, name) in names.iter().enumerate() {
        svg.push(format_args!(
            "<rect class=\"s{at} fill\" x=\"{x:.1}\" y=\"{:.1}\" width=\"12\" height=\"12\" rx=\"2\"/>",
            y - 10.5
        ));
        svg.text("label", (x + 17.0, y), name);
        x += 40.0 + 7.2 * f64::from(u32::try_from(name.chars().count()).unwrap_or(0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_people() {
        let check = |value: f64, expected: &str| assert_eq!(number(value), expected);
        check(251_000.0, "251,000");
        check(1_032.4, "1,032");
        check(94.46, "94.5");
        check(1.436, "1.44");
        check(0.0, "0");
        check(-1_500.0, "-1,500");
        check(12.0, "12");
        check(f64::NAN, "n/a");
    }

    #[test]
    fn markup_in_names_stays_text() {
        assert_eq!(escape("a<b>&\"'"), "a&lt;b&gt;&amp;&quot;&#39;");
    }
}
