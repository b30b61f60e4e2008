//! What a file is, by its path.

/// What a file is read as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FileKind {
    /// A bill of materials.
    Inventory,
    /// `package.json` and the lock files of npm.
    PackageJson,
    /// Text, with what its lines mean beside being searched.
    Text(Language),
}

/// What the lines of a text mean.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Language {
    /// One requirement a line.
    Requirements,
    /// Tables of TOML that hold dependencies: `pyproject.toml`, `Pipfile`, `Cargo.toml`.
    Manifest(&'static str),
    /// Lists of `name = "…"` in TOML: `poetry.lock`, `uv.lock`, `Cargo.lock`.
    NamedLock(&'static str),
    /// The locks of Yarn and pnpm.
    NpmLock,
    /// `go.mod` and `go.sum`.
    Go,
    /// `pom.xml`.
    Maven,
    /// Builds of Gradle.
    Gradle,
    /// Environments of Conda.
    Conda,
    /// Commands that install: container files, CI, scripts.
    Commands,
    /// Source of Python.
    Python,
    /// Source of JavaScript and TypeScript.
    JavaScript,
    /// Source of Go.
    GoSource,
    /// Source of any other language.
    Source,
    /// Any other text: settings, templates, definitions.
    Other,
}

/// Endings of prose and of what is no text. Binary files with other endings are told by their first bytes.
const LEFT_OUT: [&str; 52] = [
    "md",
    "markdown",
    "rst",
    "adoc",
    "txt",
    "html",
    "htm",
    "tex",
    "po",
    "pot",
    "csv",
    "tsv",
    "log",
    "patch",
    "diff",
    "svg",
    "png",
    "jpg",
    "jpeg",
    "gif",
    "ico",
    "webp",
    "pdf",
    "zip",
    "gz",
    "tgz",
    "bz2",
    "xz",
    "zst",
    "7z",
    "jar",
    "whl",
    "so",
    "a",
    "o",
    "dll",
    "dylib",
    "exe",
    "class",
    "pyc",
    "wasm",
    "woff",
    "woff2",
    "ttf",
    "otf",
    "mp3",
    "mp4",
    "map",
    "parquet",
    "npz",
    "safetensors",
    "gguf",
];

impl Language {
    /// Whether the text is a program, in which a name in capitals may be any constant.
    pub(super) const fn is_source(self) -> bool {
        matches!(self, Self::Python | Self::JavaScript | Self::GoSource | Self::Source)
    }
}

impl FileKind {
    /// What the file at a path is read as; `None` for what is left out.
    #[must_use]
    pub fn of(path: &str) -> Option<Self> {
        let lower = path.to_ascii_lowercase().replace('\\', "/");
        let name = lower.rsplit('/').next().unwrap_or_default();
        if is_inventory(name) {
            return Some(Self::Inventory);
        }
        if matches!(name, "package.json" | "package-lock.json" | "npm-shrinkwrap.json") {
            return Some(Self::PackageJson);
        }
        if let Some(language) = by_name(name, &lower) {
            return Some(Self::Text(language));
        }
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        if LEFT_OUT.contains(&ending) || name.ends_with(".min.js") || name.ends_with(".min.css") {
            return None;
        }
        Some(Self::Text(match ending {
            "py" | "pyi" | "ipynb" => Language::Python,
            "js" | "mjs" | "cjs" | "jsx" | "ts" | "mts" | "cts" | "tsx" | "vue" | "svelte" => {
                Language::JavaScript
            }
            "go" => Language::GoSource,
            "sh" | "bash" | "zsh" | "ps1" | "bat" | "cmd" => Language::Commands,
            "gradle" => Language::Gradle,
            "yml" | "yaml" => Language::Commands,
            "rs" | "java" | "kt" | "scala" | "groovy" | "c" | "h" | "cc" | "cpp" | "hpp" | "cs" | "fs"
            | "vb" | "php" | "rb" | "swift" | "m" | "mm" | "ex" | "exs" | "erl" | "hs" | "ml" | "clj"
            | "dart" | "lua" | "pl" | "r" | "jl" => Language::Source,
            _ => Language::Other,
        }))
    }
}

fn by_name(name: &str, path: &str) -> Option<Language> {
    let requirements =
        |start: &str| name.starts_with(start) && (name.ends_with(".txt") || name.ends_with(".in"));
    Some(match name {
        "pyproject.toml" | "pipfile" => Language::Manifest("pypi"),
        "cargo.toml" => Language::Manifest("cargo"),
        "poetry.lock" | "uv.lock" | "pdm.lock" => Language::NamedLock("pypi"),
        "cargo.lock" => Language::NamedLock("cargo"),
        "yarn.lock" | "pnpm-lock.yaml" | "bun.lock" => Language::NpmLock,
        "go.mod" | "go.sum" => Language::Go,
        "pom.xml" => Language::Maven,
        "build.gradle.kts" | "build.gradle" | "libs.versions.toml" => Language::Gradle,
        "environment.yml" | "environment.yaml" => Language::Conda,
        "makefile" | "justfile" | "procfile" | "jenkinsfile" | "vagrantfile" => Language::Commands,
        _ if requirements("requirements")
            || requirements("constraints")
            || requirements("dev-requirements") =>
        {
            Language::Requirements
        }
        _ if path.contains("requirements/") && name.ends_with(".txt") => Language::Requirements,
        _ if name.starts_with("dockerfile")
            || name.starts_with("containerfile")
            || name.ends_with(".dockerfile") =>
        {
            Language::Commands
        }
        _ => return None,
    })
}

fn is_inventory(name: &str) -> bool {
    let structured = name.ends_with(".json") || name.ends_with(".xml");
    let marked = [".cdx.", ".spdx.", ".spdx3.", ".bom.", ".sbom."].iter().any(|mark| name.contains(mark));
    let called =
        ["bom.", "sbom.", "sbom-", "bom-", "spdx", "cyclonedx"].iter().any(|start| name.starts_with(start));
    structured && (marked || called)
}

#[cfg(test)]
mod tests {
    use super::{FileKind, Language};

    #[test]
    fn files_are_told_by_their_paths() {
        for (path, kind) in [
            ("a/package.json", Some(FileKind::PackageJson)),
            ("bom.json", Some(FileKind::Inventory)),
            ("dist/app.cdx.xml", Some(FileKind::Inventory)),
            ("dist/app.spdx.json", Some(FileKind::Inventory)),
            ("requirements-dev.txt", Some(FileKind::Text(Language::Requirements))),
            ("requirements/base.txt", Some(FileKind::Text(Language::Requirements))),
            ("notes.txt", None),
            ("README.md", None),
            ("Dockerfile.prod", Some(FileKind::Text(Language::Commands))),
            (".github/workflows/ci.yml", Some(FileKind::Text(Language::Commands))),
            ("environment.yml", Some(FileKind::Text(Language::Conda))),
            ("src/main.PY", Some(FileKind::Text(Language::Python))),
            ("src\\main.rs", Some(FileKind::Text(Language::Source))),
            ("spdx3-example.json", Some(FileKind::Inventory)),
            ("cyclonedx.rs", Some(FileKind::Text(Language::Source))),
            (".env", Some(FileKind::Text(Language::Other))),
            ("app.min.js", None),
            ("logo.PNG", None),
        ] {
            assert_eq!(FileKind::of(path), kind, "{path}");
        }
    }
}
