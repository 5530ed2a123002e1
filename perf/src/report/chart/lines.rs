//! How something grows: a line for each series.

use super::{Svg, WIDTH, legend, number, scale::Scale};

const HEIGHT: f64 = 340.0;
const LEFT: f64 = 76.0;
const RIGHT: f64 = WIDTH - 24.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = HEIGHT - 52.0;

/// A plot of lines.
pub struct Lines {
    pub description: String,
    pub x: String,
    pub y: String,
    pub series: Vec<(String, Vec<(f64, f64)>)>,
    /// Words instead of numbers below the points, when x merely counts.
    pub words: Vec<String>,
}

impl Lines {
    pub fn svg(&self) -> String {
        let points = || self.series.iter().flat_map(|(_, points)| points.iter().copied());
        let (low, high) =
            points().fold((f64::MAX, f64::MIN), |(low, high), (x, _)| (low.min(x), high.max(x)));
        let x = Scale::spanning(low, high, LEFT, RIGHT);
        let y = Scale::from_zero(points().map(|(_, y)| y).fold(0.0, f64::max), BOTTOM, TOP);
        let mut svg = Svg::new(HEIGHT, &self.description);
        let names: Vec<&str> = self.series.iter().map(|(name, _)| &**name).collect();
        legend(&mut svg, LEFT, 18.0, &names);
        self.axes(&mut svg, x, y);
        for (at, (name, points)) in self.series.iter().enumerate() {
            let path: Vec<String> =
                points.iter().map(|(px, py)| format!("{:.1},{:.1}", x.place(*px), y.place(*py))).collect();
            svg.push(format_args!("<polyline class=\"s{at} stroke\" points=\"{}\"/>", path.join(" ")));
            for (px, py) in points {
                svg.push(format_args!(
                    "<circle class=\"s{at} fill\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"4\"><title>{}: {} at {}</title></circle>",
                    x.place(*px),
                    y.place(*py),
                    super::escape(name),
                    number(*py),
                    super::escape(&self.word(*px)),
                ));
            }
        }
        svg.end()
    }

    fn axes(&self, svg: &mut Svg, x: Scale, y: Scale) {
        for tick in y.ticks() {
            svg.line("grid", (LEFT, y.place(tick)), (RIGHT, y.place(tick)));
            svg.text("tick end", (LEFT - 8.0, y.place(tick) + 4.0), &number(tick));
        }
        let marks: Vec<f64> = if self.words.is_empty() {
            x.ticks()
        } else {
            (0..self.words.len()).map(|at| f64::from(u32::try_from(at).unwrap_or(u32::MAX))).collect()
        };
        for mark in marks {
            svg.line("axis", (x.place(mark), BOTTOM), (x.place(mark), BOTTOM + 5.0));
            svg.text("tick middle", (x.place(mark), BOTTOM + 20.0), &self.word(mark));
        }
        svg.line("axis", (LEFT, BOTTOM), (RIGHT, BOTTOM));
        svg.text("label middle", ((LEFT + RIGHT) / 2.0, HEIGHT - 8.0), &self.x);
        let middle = (TOP + BOTTOM) / 2.0;
        svg.push(format_args!(
            "<text class=\"label middle\" transform=\"translate(16 {middle:.1}) rotate(-90)\">{}</text>",
            super::escape(&self.y)
        ));
    }

    fn word(&self, x: f64) -> String {
        self.words
            .iter()
            .enumerate()
            .find(|(at, _)| u32::try_from(*at).is_ok_and(|at| (f64::from(at) - x).abs() < 0.5))
            .map_or_else(|| number(x), |(_, word)| word.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_point_has_its_value() {
        let lines = Lines {
            description: "growth".to_owned(),
            x: "routes".to_owned(),
            y: "instructions".to_owned(),
            series: vec![("ours & theirs".to_owned(), vec![(10.0, 200.0), (10_000.0, 260.0)])],
            words: Vec::new(),
        };
        let svg = lines.svg();
        for part in ["ours &amp; theirs: 260 at 10,000", ">1,000<", ">routes<", ">instructions<", "<polyline"]
        {
            assert!(svg.contains(part), "{part} in {svg}");
        }
        assert!(!svg.contains("NaN"), "{svg}");
    }

    #[test]
    fn words_may_stand_below() {
        let lines = Lines {
            description: String::new(),
            x: String::new(),
            y: String::new(),
            series: vec![("one".to_owned(), vec![(0.0, 5.0)])],
            words: vec!["abc123".to_owned()],
        };
        let svg = lines.svg();
        assert!(svg.contains(">abc123<") && !svg.contains("NaN"), "{svg}");
    }
}
