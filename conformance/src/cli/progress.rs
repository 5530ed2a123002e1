//! The progress bar: how much of a run is behind, drawn on standard error where that is a terminal.
//!
//! Takes: how many there are, and of what. Gives: a bar that draws nothing when standard error is no terminal, nor under CI. Never panics.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar of `count` things.
pub(crate) fn progress(count: usize, what: &'static str) -> ProgressBar {
    let is_ci = std::env::var_os("CI").is_some();
    bar(count, what, if is_ci { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() })
}

fn bar(count: usize, what: &'static str, target: ProgressDrawTarget) -> ProgressBar {
    let length = u64::try_from(count).unwrap_or(u64::MAX);
    let bar = ProgressBar::with_draw_target(Some(length), target);
    let style = ProgressStyle::with_template("{msg:24} {bar:40} {pos}/{len}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_message(what);
    bar
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use indicatif::TermLike;

    use super::*;

    /// A terminal that keeps what stands in its line.
    #[derive(Debug, Clone, Default)]
    struct Line(Arc<Mutex<String>>);

    impl Line {
        fn text(&self) -> String {
            self.0.lock().expect("no panic").clone()
        }
    }

    impl TermLike for Line {
        fn width(&self) -> u16 {
            100
        }

        fn move_cursor_up(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn move_cursor_down(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn move_cursor_right(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn move_cursor_left(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn write_line(&self, text: &str) -> io::Result<()> {
            self.write_str(text)
        }

        fn write_str(&self, text: &str) -> io::Result<()> {
            self.0.lock().expect("no panic").push_str(text);
            Ok(())
        }

        fn clear_line(&self) -> io::Result<()> {
            self.0.lock().expect("no panic").clear();
            Ok(())
        }

        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_terminal_shows_what_is_behind_and_is_left_clear() {
        let line = Line::default();
        let bar = bar(4, "cases", ProgressDrawTarget::term_like(Box::new(line.clone())));
        for (behind, blocks) in [(1, 10), (2, 20), (4, 40)] {
            bar.set_position(behind);
            bar.tick();
            let text = line.text();
            assert!(text.starts_with("cases "), "{text}");
            assert!(text.trim_end().ends_with(&format!(" {behind}/4")), "{text}");
            assert_eq!(text.matches('█').count(), blocks, "{text}");
        }
        bar.finish_and_clear();
        assert_eq!(line.text().trim(), "");
    }

    #[test]
    fn a_run_of_nothing_draws_too() {
        let line = Line::default();
        let bar = bar(0, "documents", ProgressDrawTarget::term_like(Box::new(line.clone())));
        bar.tick();
        assert!(line.text().trim_end().ends_with("0/0"), "{}", line.text());
    }

    #[test]
    fn where_nobody_looks_nothing_is_drawn() {
        assert!(bar(1, "cases", ProgressDrawTarget::hidden()).is_hidden());
        // The tests of the program hold its standard error against it: a pipe is no terminal.
    }
}
