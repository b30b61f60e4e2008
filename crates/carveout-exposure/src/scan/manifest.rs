//! Manifests and lock files, line by line.

use super::{kind::Language, tables::Tables};

/// What a manifest has said so far.
#[derive(Debug)]
pub(super) struct Manifest {
    language: Language,
    tables: Tables,
    /// The group of the dependency of Maven that is open.
    group: Option<String>,
}

impl Manifest {
    pub(super) fn new(language: Language) -> Self {
        Self { language, tables: Tables::default(), group: None }
    }

    /// Tells the packages that a line names.
    pub(super) fn line(&mut self, line: &str, tell: &mut dyn FnMut(&str, &str)) {
        let text = line.trim();
        if text.is_empty() || text.starts_with('#') && !matches!(self.language, Language::Maven) {
            return;
        }
        match self.language {
            Language::Requirements => tell("pypi", requirement(text)),
            Language::Conda => tell("pypi", requirement(text.trim_start_matches("- ").trim())),
            Language::Manifest(ecosystem) => self.tables.line(text, ecosystem, tell),
            Language::NamedLock(ecosystem) => {
                if let Some(name) = text.strip_prefix("name = \"").and_then(|rest| rest.strip_suffix('"')) {
                    tell(ecosystem, name);
                }
            }
            Language::NpmLock => npm_lock(line, tell),
            Language::Go => {
                let name = text.trim_start_matches("require ").split_whitespace().next().unwrap_or_default();
                tell("golang", name);
            }
            Language::Maven => self.maven(text, tell),
            Language::Gradle => {
                for coordinates in text.split(['"', '\'']).skip(1).step_by(2) {
                    let mut parts = coordinates.splitn(3, ':');
                    if let (Some(group), Some(artifact)) = (parts.next(), parts.next()) {
                        tell("maven", &format!("{group}:{artifact}"));
                    }
                }
            }
            _ => {}
        }
    }

    /// Elements of a `pom.xml`, however they are divided into lines.
    fn maven(&mut self, text: &str, tell: &mut dyn FnMut(&str, &str)) {
        for piece in text.split('<').skip(1) {
            let (tag, value) = piece.split_once('>').unwrap_or((piece, ""));
            match tag {
                "groupId" => self.group = Some(value.trim().to_owned()),
                "artifactId" => {
                    if let Some(group) = &self.group {
                        tell("maven", &format!("{group}:{}", value.trim()));
                    }
                }
                "/dependency" | "/plugin" | "/parent" => self.group = None,
                _ => {}
            }
        }
    }
}

/// The name in a requirement: `name[extra]>=1; marker`, `name @ url` (PEP 508). Options have none.
pub(super) fn requirement(text: &str) -> &str {
    let end = text.find(|letter: char| !letter.is_ascii_alphanumeric() && !matches!(letter, '-' | '_' | '.'));
    let name = end.and_then(|end| text.get(..end)).unwrap_or(text);
    // What follows a name is a version, an extra, a marker or an address: not a path, as in `git+https://…`.
    let follows = text.get(name.len()..).unwrap_or_default().trim_start().chars().next();
    let valid = follows.is_none_or(|letter| "[=<>~!;@(,#\\".contains(letter));
    if valid && !name.starts_with('-') { name } else { "" }
}

/// Keys of the locks of Yarn, pnpm and Bun: `"@a/b@^1", c@1:`, `/@a/b@1.0.0:`, `"@a/b": ["@a/b@1.0.0", …]`.
fn npm_lock(line: &str, tell: &mut dyn FnMut(&str, &str)) {
    let text = line.trim();
    let Some(keys) = text.strip_suffix(':').or_else(|| text.split_once(':').map(|(keys, _)| keys)) else {
        return;
    };
    for key in keys.split(',') {
        let key = key.trim().trim_matches(['"', '\'']).trim_start_matches('/');
        let key = key.split('(').next().unwrap_or_default();
        let at = key.rfind('@').filter(|at| *at > 0);
        tell("npm", at.and_then(|at| key.get(..at)).unwrap_or(key));
    }
}

#[cfg(test)]
mod tests {
    use super::requirement;

    #[test]
    fn requirements_have_a_name() {
        for (text, name) in [
            ("example", "example"),
            ("example[extra]>=1.0; python_version > '3'", "example"),
            ("example @ https://example.org/x.whl", "example"),
            ("example==1 \\", "example"),
            ("-r other.txt", ""),
            ("--hash=sha256:abc", ""),
            ("git+https://example.org/example", ""),
            ("./example", ""),
        ] {
            assert_eq!(requirement(text), name, "{text}");
        }
    }
}
