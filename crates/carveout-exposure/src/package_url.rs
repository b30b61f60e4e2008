//! Package URLs: `pkg:npm/%40example/sdk@1.0.0`.

/// A package, in its ecosystem's own spelling.
#[derive(Clone, PartialEq, Eq, Hash, Debug, serde::Serialize)]
pub struct Package {
    /// The type of the package URL: `pypi`, `npm`, `golang`, `maven`, `cargo`.
    pub ecosystem: String,
    /// The name with its namespace: `@example/sdk`, `org.example:sdk`.
    pub name: String,
    /// The version, if one is stated.
    pub version: Option<String>,
}

impl Package {
    /// A package with its name in the one spelling of its ecosystem.
    #[must_use]
    pub fn new(ecosystem: &str, name: &str, version: Option<&str>) -> Self {
        let ecosystem = ecosystem.to_ascii_lowercase();
        let name = normalised(&ecosystem, name);
        Self { ecosystem, name, version: version.map(str::to_owned) }
    }

    /// Reads a package URL: percent-encoding is decoded, qualifiers and subpath are dropped.
    #[must_use]
    pub fn parse(url: &str) -> Option<Self> {
        let rest = url.trim().strip_prefix("pkg:")?.trim_start_matches('/');
        let rest = rest.split(['?', '#']).next().unwrap_or_default();
        let (ecosystem, path) = rest.split_once('/')?;
        // The version's `@` is never the first character: that one is npm's, written out by some tools.
        let at = path.rfind('@').filter(|at| *at > 0 && !path.get(*at..).unwrap_or_default().contains('/'));
        let (path, version) = at
            .map_or((path, None), |at| (path.get(..at).unwrap_or_default(), path.get(at + 1..).map(decoded)));
        let parts: Vec<String> = path.split('/').filter(|part| !part.is_empty()).map(decoded).collect();
        let (name, namespace) = parts.split_last()?;
        let separator = if ecosystem.eq_ignore_ascii_case("maven") { ":" } else { "/" };
        let name = if namespace.is_empty() {
            name.clone()
        } else {
            format!("{}{separator}{name}", namespace.join(if separator == ":" { "." } else { "/" }))
        };
        Some(Self::new(ecosystem, &name, version.as_deref()))
    }
}

/// The one spelling of a name: PyPI's are in small letters with single hyphens (PEP 503), npm's and Go's modules in
/// small letters; Go's major versions are no part of a module's name.
#[must_use]
pub fn normalised(ecosystem: &str, name: &str) -> String {
    let name = name.trim();
    match ecosystem {
        "pypi" => {
            let mut spelt = String::with_capacity(name.len());
            for letter in name.chars() {
                match letter {
                    '-' | '_' | '.' if spelt.ends_with('-') => {}
                    '-' | '_' | '.' => spelt.push('-'),
                    letter => spelt.extend(letter.to_lowercase()),
                }
            }
            spelt
        }
        "golang" => {
            let lower = name.to_lowercase();
            let version = |part: &str| {
                part.strip_prefix('v').is_some_and(|digits| {
                    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
                })
            };
            match lower.rsplit_once('/') {
                Some((module, last)) if version(last) => module.to_owned(),
                _ => lower,
            }
        }
        "npm" | "cargo" => name.to_lowercase(),
        _ => name.to_owned(),
    }
}

fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut position = 0;
    while let Some(byte) = bytes.get(position) {
        let digits = text.get(position + 1..position + 3).filter(|_| *byte == b'%');
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(value) => {
                out.push(value);
                position += 3;
            }
            None => {
                out.push(*byte);
                position += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::Package;

    #[test]
    fn package_urls_are_decoded_and_names_normalised() {
        for (url, expected) in [
            ("pkg:npm/%40example/sdk@1.0.0", Some(("npm", "@example/sdk", Some("1.0.0")))),
            ("pkg:npm/@example/sdk@1.0.0", Some(("npm", "@example/sdk", Some("1.0.0")))),
            ("pkg:npm/%40example%2Fsdk", Some(("npm", "@example/sdk", None))),
            ("pkg:pypi/Some_Package..Name@2?x=y#z", Some(("pypi", "some-package-name", Some("2")))),
            (
                "pkg:golang/github.com/Example/sdk/v2@v2.1.0",
                Some(("golang", "github.com/example/sdk", Some("v2.1.0"))),
            ),
            ("pkg:maven/org.example/sdk@1", Some(("maven", "org.example:sdk", Some("1")))),
            ("pkg:cargo/example@0.1", Some(("cargo", "example", Some("0.1")))),
            ("pkg:npm/%zz", Some(("npm", "%zz", None))),
            ("pkg:npm/", None),
            ("pkg:npm", None),
            ("npm/x", None),
        ] {
            let package = Package::parse(url);
            let read = package.as_ref().map(|package| {
                (package.ecosystem.as_str(), package.name.as_str(), package.version.as_deref())
            });
            assert_eq!(read, expected, "{url}");
        }
    }
}
