//! Secrets and keys by reference: `env:NAME` or `file:PATH`.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
};

use miette::{IntoDiagnostic, WrapErr, miette};
use serde::{Deserialize, Deserializer, de::Error as _};

/// Where a text is to be found that doesn't stand in the configuration itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reference {
    Environment(String),
    File(PathBuf),
}

impl Reference {
    /// Fetches the text, without surrounding blanks. Paths are relative to the workspace.
    #[expect(clippy::disallowed_methods, reason = "the one place where configuration reads the environment")]
    pub(crate) fn fetch(&self, workspace: &Path) -> miette::Result<String> {
        let text = match self {
            Self::Environment(name) => std::env::var(name).map_err(|_| {
                miette!(help = "set it before starting", "the environment variable `{name}` is not set")
            })?,
            Self::File(path) => {
                let path = workspace.join(path);
                fs::read_to_string(&path)
                    .into_diagnostic()
                    .wrap_err_with(|| format!("can't read `{}`", path.display()))?
            }
        };
        let text = text.trim().to_owned();
        if text.is_empty() { Err(miette!("{self} is empty")) } else { Ok(text) }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment(name) => write!(f, "env:{name}"),
            Self::File(path) => write!(f, "file:{}", path.display()),
        }
    }
}

/// The text itself may be the secret, so it is not repeated.
const NOT_HERE: &str = "keys and credentials don't stand here; write `env:NAME` or `file:PATH`";

impl Reference {
    /// Reads a reference from its text.
    pub(crate) fn parse(text: &str) -> miette::Result<Self> {
        Self::read(text).ok_or_else(|| miette!("{NOT_HERE}"))
    }

    fn read(text: &str) -> Option<Self> {
        match text.split_once(':') {
            Some(("env", name)) if !name.is_empty() => Some(Self::Environment(name.to_owned())),
            Some(("file", path)) if !path.is_empty() => Some(Self::File(path.into())),
            _ => None,
        }
    }
}

impl<'de> Deserialize<'de> for Reference {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(&String::deserialize(deserializer)?).ok_or_else(|| D::Error::custom(NOT_HERE))
    }
}
