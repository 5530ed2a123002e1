//! What is wrong with a configuration: all of it at once, each with place and mend.

use std::fmt;

use super::keys::Key;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    place: Box<str>,
    what: Box<str>,
    mend: Box<str>,
}

impl ConfigError {
    pub(super) fn new(place: &str, what: impl Into<Box<str>>, mend: impl Into<Box<str>>) -> Self {
        Self { place: place.into(), what: what.into(), mend: mend.into() }
    }

    /// A name that nothing has.
    pub(super) fn unknown(place: &str, kind: &str, name: &str, near: &[String]) -> Self {
        let meant = near.first().map_or_else(String::new, |near| format!("; is `{near}` meant?"));
        Self::new(place, format!("there is no {kind} `{name}`{meant}"), "mend the name, or take it out")
    }

    /// A value that a key cannot have; `why` says more where more is known.
    pub(super) fn wrong(place: &str, name: &str, why: Option<&str>, key: &Key) -> Self {
        let why = why.map_or_else(String::new, |why| format!(": {why}"));
        Self::new(
            place,
            format!("the value of `{name}` is not possible{why}"),
            format!("write {}; `{}` would do", key.must_be, key.example),
        )
    }

    /// A name that means something only with a feature that was not built.
    pub(super) fn not_built(place: &str, name: &str, feature: &str) -> Self {
        Self::new(
            place,
            format!("`{name}` means nothing here: this program was built without the feature `{feature}`"),
            format!("build it with that feature, as by `cargo build --features {feature}`, or take it out"),
        )
    }

    /// Where it stands: a file with line and column, or a variable.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}\n  --> {}\n  = mend: {}\n", self.what, self.place, self.mend)
    }
}

impl std::error::Error for ConfigError {}

/// Everything that is wrong.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ConfigErrors(Vec<ConfigError>);

impl ConfigErrors {
    pub(super) fn push(&mut self, error: ConfigError) {
        self.0.push(error);
    }

    pub(super) fn extend(&mut self, error: Option<ConfigError>) {
        self.0.extend(error);
    }

    /// The value, if nothing is wrong.
    pub(super) fn or<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() { Ok(value) } else { Err(self) }
    }

    /// Each by itself.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &ConfigError> {
        self.0.iter()
    }
}

impl From<ConfigError> for ConfigErrors {
    fn from(error: ConfigError) -> Self {
        Self(vec![error])
    }
}

impl FromIterator<ConfigError> for ConfigErrors {
    fn from_iter<I: IntoIterator<Item = ConfigError>>(errors: I) -> Self {
        Self(errors.into_iter().collect())
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|error| error.fmt(f))
    }
}

/// As for people, since it is what `main` and `unwrap` print.
impl fmt::Debug for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n{self}")
    }
}

impl std::error::Error for ConfigErrors {}
