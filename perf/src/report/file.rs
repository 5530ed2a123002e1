//! A report's file: its format by its ending, where it may stand, and the page round what it tells.

use std::fs;
use std::path::{Path, PathBuf};

use super::chart::escape;
use crate::fault::Fault;

const STYLE: &str = include_str!("page.css");

/// Reads `--report-file`.
///
/// # Errors
/// An ending that names no format.
pub fn report_file(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("html" | "md" | "json") => Ok(path),
        _ => Err(format!(
            "`{text}` ends neither in .html nor in .md nor in .json, which say the report's format"
        )),
    }
}

/// Whether a report can stand at `path`, before anything is measured.
///
/// # Errors
/// That its folder cannot be made.
pub fn check(path: &Path) -> Result<(), Fault> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)
        .map_err(|error| Fault::usage(format!("--report-file {}: {error}", path.display())))
}

/// A page round what it tells; it needs no script, no font, no address to load from.
pub fn around(title: &str, inside: &str) -> String {
    let title = escape(title);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n<main>\n<h1>{title}</h1>\n{inside}</main>\n</html>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ending_names_the_format() {
        for name in ["r.md", "a/r.json", "r.html"] {
            assert_eq!(report_file(name), Ok(PathBuf::from(name)));
        }
        assert!(report_file("r.pdf").unwrap_err().contains(".html"));
        assert!(report_file("r").is_err());
    }
}
