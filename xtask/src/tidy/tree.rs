//! The files of the checkout, as text.

use std::fs;
use std::path::Path;

use crate::shell::{Outcome, command, output, root};

/// A tracked text file, or one that is about to be.
#[derive(Debug)]
pub(crate) struct File {
    /// From the root, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// All of them.
#[derive(Debug)]
pub(crate) struct Tree {
    files: Vec<File>,
}

impl Tree {
    /// What git tracks or would add; files that are not UTF-8 are left out.
    pub(crate) fn of_checkout() -> Outcome<Self> {
        let listed = output(&mut command("git ls-files --cached --others --exclude-standard"))?;
        let read = |path: &str| {
            let text = fs::read_to_string(root().join(path)).ok()?;
            Some(File { path: path.to_owned(), text })
        };
        Ok(Self { files: listed.lines().filter_map(read).collect() })
    }

    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let file = |(path, text): &(&str, &str)| File { path: (*path).to_owned(), text: (*text).to_owned() };
        Self { files: files.iter().map(file).collect() }
    }

    pub(crate) fn files(&self) -> &[File] {
        &self.files
    }

    /// The files with an extension.
    pub(crate) fn with(&self, extension: &str) -> impl Iterator<Item = &File> {
        self.files
            .iter()
            .filter(move |file| Path::new(&file.path).extension().is_some_and(|own| own == extension))
    }

    /// Whether a path is a file, or a folder that has files.
    pub(crate) fn has(&self, path: &str) -> bool {
        let inside = format!("{}/", path.trim_end_matches('/'));
        path.is_empty() || self.files.iter().any(|file| file.path == path || file.path.starts_with(&inside))
    }

    /// The file at a path, or the files below it.
    pub(crate) fn below(&self, path: &str) -> impl Iterator<Item = &File> {
        let inside = format!("{path}/");
        self.files.iter().filter(move |file| file.path == path || file.path.starts_with(&inside))
    }
}

impl File {
    /// Whether the file holds tests, or only serves them.
    pub(crate) fn is_test(&self) -> bool {
        let parts: Vec<&str> = self.path.split('/').collect();
        parts.iter().any(|part| matches!(*part, "tests" | "benches" | "e2e" | "tests.rs"))
    }

    /// The lines before the file's own test module, numbered from 1.
    pub(crate) fn product_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let is_tests = |line: &str| line.trim() == "#[cfg(test)]";
        let tests = self.text.lines().collect::<Vec<_>>();
        let end = tests
            .windows(2)
            .position(
                |pair| matches!(pair, [attribute, module] if is_tests(attribute) && module.contains("mod ")),
            )
            .unwrap_or(tests.len());
        self.text.lines().take(end).enumerate().map(|(index, line)| (index + 1, line))
    }
}
