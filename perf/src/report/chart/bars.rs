//! Things side by side: a row of bars for each, with marks for what they should stay below.

use super::{Svg, WIDTH, escape, legend, number, scale::Scale};

const LEFT: f64 = 262.0;
const RIGHT: f64 = WIDTH - 70.0;
const TOP: f64 = 34.0;
const BAR: f64 = 15.0;
const GAP: f64 = 14.0;
const FOOT: f64 = 52.0;

/// A plot of bars.
pub struct Bars {
    pub description: String,
    pub unit: String,
    pub series: Vec<String>,
    pub rows: Vec<Row>,
}

/// One thing: a value for each series that has one, and marks.
pub struct Row {
    pub label: String,
    pub values: Vec<Option<f64>>,
    /// What to stay below, with its name.
    pub marks: Vec<(f64, &'static str)>,
}

impl Bars {
    pub fn svg(&self) -> String {
        let row_height = BAR * f64::from(u32::try_from(self.series.len()).unwrap_or(1)) + GAP;
        let rows_end = TOP + row_height * f64::from(u32::try_from(self.rows.len()).unwrap_or(0));
        let mut svg = Svg::new(rows_end + FOOT, &self.description);
        let names: Vec<&str> = self.series.iter().map(|name| &**name).collect();
        legend(&mut svg, 8.0, 18.0, &names);
        let max = self
            .rows
            .iter()
            .flat_map(|row| row.values.iter().flatten().copied().chain(row.marks.iter().map(|mark| mark.0)))
            .fold(0.0, f64::max);
        let x = Scale::from_zero(max, LEFT, RIGHT);
        for tick in x.ticks() {
            svg.line("grid", (x.place(tick), TOP), (x.place(tick), rows_end));
            svg.text("tick middle", (x.place(tick), rows_end + 18.0), &number(tick));
        }
        svg.text("label middle", ((LEFT + RIGHT) / 2.0, rows_end + 40.0), &self.unit);
        let mut top = TOP + GAP / 2.0;
        for row in &self.rows {
            draw(&mut svg, row, &self.series, x, top);
            top += row_height;
        }
        svg.line("axis", (LEFT, TOP), (LEFT, rows_end));
        svg.end()
    }
}

fn draw(svg: &mut Svg, row: &Row, series: &[String], x: Scale, top: f64) {
    let height = BAR * f64::from(u32::try_from(series.len()).unwrap_or(1));
    svg.text("label end", (LEFT - 10.0, top + height / 2.0 + 4.0), &row.label);
    let mut y = top;
    for (at, (name, value)) in series.iter().zip(&row.values).enumerate() {
        if let Some(value) = value {
            svg.push(format_args!(
                "<rect class=\"s{at} fill\" x=\"{LEFT}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"2\"><title>{}, {}: {}</title></rect>",
                y + 1.0,
                (x.place(*value) - LEFT).max(1.0),
                BAR - 2.0,
                escape(&row.label),
                escape(name),
                number(*value)
            ));
            svg.text("value", (x.place(*value) + 5.0, y + BAR - 3.5), &number(*value));
        }
        y += BAR;
    }
    for (mark, name) in &row.marks {
        svg.push(format_args!(
            "<line class=\"mark\" x1=\"{0:.1}\" x2=\"{0:.1}\" y1=\"{1:.1}\" y2=\"{2:.1}\"><title>{3}: {4}</title></line>",
            x.place(*mark),
            top - 3.0,
            top + height + 3.0,
            escape(name),
            number(*mark)
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_marks_and_gaps() {
        let bars = Bars {
            description: "side by side".to_owned(),
            unit: "instructions".to_owned(),
            series: vec!["ours".to_owned(), "matchit".to_owned()],
            rows: vec![Row {
                label: "GitHub".to_owned(),
                values: vec![Some(262.0), None],
                marks: vec![(350.0, "commit to")],
            }],
        };
        let svg = bars.svg();
        for part in ["GitHub, ours: 262", "commit to: 350", ">matchit<", ">instructions<"] {
            assert!(svg.contains(part), "{part} in {svg}");
        }
        assert!(!svg.contains("GitHub, matchit") && !svg.contains("NaN"), "{svg}");
    }
}
