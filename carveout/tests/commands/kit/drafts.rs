//! Small agreements and red lines, written by a test.

use super::Workspace;

/// An agreement with these clauses, in force since the given date.
pub(crate) fn agreement(id: &str, effective: &str, clauses: &[(&str, &str)]) -> String {
    let body: String = clauses.iter().map(|(heading, text)| format!("### {heading}\n\n{text}\n\n")).collect();
    format!(
        "+++\nagreement = \"{id}\"\nversion = \"1\"\nvocabulary = \"defense\"\nrole = \"grant\"\neffective = {effective}\n\
         party = [ {{ id = \"customer\", name = \"Example Agency\", roles = [\"officer\"] }} ]\n+++\n# Terms\n\n## 1 Clauses\n\n{body}"
    )
}

/// A clause with a sentence and one policy.
pub(crate) fn policy(sentence: &str, cedar: &str) -> String {
    format!("{sentence}\n\n```cedar\n{cedar}\n```")
}

/// A permission under a condition.
pub(crate) fn permits(condition: &str) -> String {
    policy("This is permitted.", &format!("permit (principal, action, resource) when {{ {condition} }};"))
}

/// A prohibition under a condition.
pub(crate) fn forbids(condition: &str) -> String {
    policy("This is forbidden.", &format!("forbid (principal, action, resource) when {{ {condition} }};"))
}

impl Workspace {
    /// Writes an agreement that has been in force for long, with these clauses.
    pub(crate) fn draft(&self, name: &str, clauses: &[(&str, &str)]) {
        self.write(name, agreement("terms", "2026-01-01", clauses));
    }

    /// Writes a customer's red lines.
    pub(crate) fn red_lines(&self, name: &str, clauses: &[(&str, &str)]) {
        let body: String =
            clauses.iter().map(|(heading, text)| format!("### {heading}\n\n{text}\n\n")).collect();
        let head = "+++\nredlines = \"lines\"\nversion = \"1\"\nvocabulary = \"defense\"\n\
                    party = { id = \"customer\", name = \"Example Agency\" }\n+++\n# Red lines\n\n## 1 Lines\n\n";
        self.write(name, format!("{head}{body}"));
    }
}
