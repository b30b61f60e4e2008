//! Whether programs are bound by just the limits that the adopted records of designations come to.

use std::collections::{BTreeMap, BTreeSet};

use carveout_ledger::{DesignationAdopted, Objects};
use carveout_terms::{
    Agreement, Stack,
    designation::{Designation, Enforcement, Notice, Record, Register},
};
use miette::{IntoDiagnostic, miette};

use super::bound::text;

/// The records that were adopted up to some entry.
#[derive(Default)]
pub(super) struct Recorded {
    designations: Vec<Designation>,
    notices: Vec<Notice>,
    adopted: BTreeSet<(String, String)>,
    register: Option<Register>,
    /// The limits that came out as they were adopted, by id and digest.
    compiled: BTreeSet<(String, [u8; 32])>,
}

/// What a workspace may have been set to. The ledger doesn't say it, and the limits show it.
const SETTINGS: [(bool, bool); 4] = [(false, true), (false, false), (true, true), (true, false)];

impl Recorded {
    /// Takes in a record that counts from now on. Its text is the one whose digest officers signed.
    pub(super) fn adopt(&mut self, objects: &Objects, adopted: &DesignationAdopted) -> miette::Result<()> {
        let name = (adopted.record.clone(), adopted.version.clone());
        if !self.adopted.insert(name) {
            return Ok(());
        }
        match Record::parse(&text(objects, &adopted.digest)?).into_diagnostic()? {
            Record::Designation(designation) => self.designations.push(*designation),
            Record::Notice(notice) => self.notices.push(*notice),
        }
        self.register = None;
        Ok(())
    }

    /// How many records there are: what was right for fewer is to be looked at again.
    pub(super) fn records(&self) -> usize {
        self.adopted.len()
    }

    /// How many limits came out as they were adopted.
    pub(super) fn compiled(&self) -> usize {
        self.compiled.len()
    }

    /// What is wrong with the limits that a program is bound by, if anything is.
    pub(super) fn difference(&mut self, program: &str, stack: &Stack) -> miette::Result<Option<String>> {
        if self.adopted.is_empty() {
            return Ok(None);
        }
        let register = self
            .register
            .get_or_insert_with(|| Register::new(self.designations.clone(), self.notices.clone()));
        let ids: BTreeSet<&str> = register.dockets().map(|docket| docket.instrument().id.as_str()).collect();
        let limits = stack.agreements().iter().map(AsRef::as_ref);
        let bound: BTreeMap<&str, &Agreement> =
            limits.filter(|limit| ids.contains(limit.id())).map(|limit| (limit.id(), limit)).collect();
        let mut first = None;
        for (announced, hold) in SETTINGS {
            let how = Enforcement { announced, hold, party: "customer".to_owned() };
            let enforced = register
                .enforce(stack.vocabulary(), program, &how)
                .map_err(|error| miette!("the adopted records can't be compiled again: {error}"))?;
            match compared(&bound, enforced.limits.iter().map(AsRef::as_ref)) {
                Some(difference) => first = first.or(Some(difference)),
                None => {
                    let compiled = bound.values();
                    self.compiled
                        .extend(compiled.map(|limit| (limit.id().to_owned(), *limit.digest().as_bytes())));
                    return Ok(None);
                }
            }
        }
        Ok(first.map(|difference| format!("the program `{program}` {difference}")))
    }
}

fn compared<'a>(
    bound: &BTreeMap<&str, &Agreement>,
    follows: impl Iterator<Item = &'a Agreement>,
) -> Option<String> {
    let mut left: BTreeSet<&str> = bound.keys().copied().collect();
    for limit in follows {
        let id = limit.id();
        let Some(adopted) = bound.get(id) else {
            return Some(format!("is not bound by the limit that the record of `{id}` comes to"));
        };
        left.remove(id);
        let same =
            adopted.digest() == limit.digest() || policies(adopted.source()).eq(policies(limit.source()));
        if !same {
            return Some(format!(
                "is bound by a limit `{id}` that forbids something else than its record comes to"
            ));
        }
    }
    left.first().map(|id| format!("is bound by a limit `{id}`, and the record comes to none"))
}

/// The policies of a limit, line by line. The words around them may be another version's, and forbid nothing.
fn policies(source: &str) -> impl Iterator<Item = &str> {
    let mut within = false;
    source.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        within = if fence { !within && line.trim() == "```cedar" } else { within };
        within
    })
}

#[cfg(test)]
mod tests {
    use super::policies;

    #[test]
    fn policies_are_what_stands_in_their_fences() {
        let text = "+++\nrole = \"limit\"\n+++\n### 1.1 Words\n```cedar\nforbid (a);\n```\n```uses\ndeny: x=y\n```\nmore\n```cedar\nforbid (b);\n```\n";
        let found: Vec<&str> = policies(text).collect();
        assert_eq!(found, ["```cedar", "forbid (a);", "```cedar", "forbid (b);"]);
    }
}
