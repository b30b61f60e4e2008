//! Dependencies in manifests of TOML, with their lines, which a tree of values would lose.

use super::manifest::requirement;

/// Which table and which list the line stands in.
#[derive(Debug, Default)]
pub(super) struct Tables {
    table: String,
    in_list: bool,
}

impl Tables {
    /// Tells the packages that a line names.
    pub(super) fn line(&mut self, text: &str, ecosystem: &str, tell: &mut dyn FnMut(&str, &str)) {
        if self.in_list {
            self.list(text, ecosystem, tell);
            return;
        }
        if let Some(table) = text.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            self.table = table.trim_matches('[').trim().to_owned();
            // `[dependencies.example]` names its package itself.
            if let Some((parent, name)) = self.table.rsplit_once('.')
                && is_dependencies(parent)
            {
                tell(ecosystem, name.trim_matches('"'));
            }
            return;
        }
        let Some((key, value)) = text.split_once('=') else { return };
        let (key, value) = (key.trim().trim_matches('"'), value.trim());
        if is_dependencies(&self.table) {
            self.dependency(key, value, ecosystem, tell);
        } else if value.starts_with('[') && is_list(&self.table, key) {
            self.in_list = true;
            self.list(value.trim_start_matches('['), ecosystem, tell);
        }
    }

    /// `name = "1"`, `name = { package = "other" }`, or a list of requirements under the name of a group.
    fn dependency(&mut self, key: &str, value: &str, ecosystem: &str, tell: &mut dyn FnMut(&str, &str)) {
        if value.starts_with('[') {
            self.in_list = true;
            self.list(value.trim_start_matches('['), ecosystem, tell);
            return;
        }
        let renamed = value.split_once("package").and_then(|(_, rest)| rest.split('"').nth(1));
        tell(ecosystem, renamed.unwrap_or_else(|| key.split('.').next().unwrap_or(key)));
    }

    /// Quoted requirements, up to the bracket that closes the list.
    fn list(&mut self, text: &str, ecosystem: &str, tell: &mut dyn FnMut(&str, &str)) {
        for (position, piece) in text.split(['"', '\'']).enumerate() {
            if position % 2 == 1 {
                tell(ecosystem, requirement(piece));
                continue;
            }
            let code = piece.split('#').next().unwrap_or_default();
            self.in_list &= !code.contains(']');
            if code.len() < piece.len() {
                return;
            }
        }
    }
}

/// Tables whose keys are packages.
fn is_dependencies(table: &str) -> bool {
    let last = table.rsplit('.').next().unwrap_or_default();
    let known = matches!(
        last,
        "dependencies"
            | "dev-dependencies"
            | "build-dependencies"
            | "packages"
            | "dev-packages"
            | "optional-dependencies"
    );
    known || table == "dependency-groups"
}

/// Lists whose entries are requirements.
fn is_list(table: &str, key: &str) -> bool {
    matches!(
        (table, key),
        ("project", "dependencies")
            | ("build-system", "requires")
            | ("tool.uv", "dev-dependencies" | "constraint-dependencies")
    ) || table.starts_with("tool.pdm.dev-dependencies")
        || table.starts_with("tool.hatch.envs") && key.contains("dependencies")
}
