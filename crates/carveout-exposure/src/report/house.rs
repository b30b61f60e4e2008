//! What a workspace knows: its programs, where its routes go, and what the ledger recorded.

use std::collections::{BTreeMap, BTreeSet};

use carveout_terms::{
    Known, Stack, Timestamp, Vocabulary,
    designation::{Instrument, Reach, Situation},
};

/// Whose model it is, whose machines it runs on, and who operates it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize)]
pub struct Served {
    /// The configured provider.
    pub provider: String,
    /// Who made the model.
    pub maker: String,
    /// Whose machines run it.
    pub host: String,
    /// Who operates the service.
    pub operator: String,
    /// The model's name at the provider.
    pub model: String,
}

/// A target of a configured route.
#[derive(Clone, Debug)]
pub struct RouteTarget {
    /// The route's alias.
    pub route: String,
    /// Where it goes.
    pub served: Served,
    /// The vocabulary's member for the model, if it is another.
    pub line: Option<String>,
    /// The facts of the target.
    pub facts: carveout_terms::Facts,
}

/// What the ledger recorded of one program's calls to one target by one route.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Usage {
    /// The program.
    pub program: String,
    /// The route, as callers named the model.
    pub route: String,
    /// Where the calls went.
    #[serde(flatten)]
    pub served: Served,
    /// How many calls were attempted.
    pub calls: u64,
    /// Tokens read, as the provider counted them.
    pub input_tokens: u64,
    /// Tokens written, as the provider counted them.
    pub output_tokens: u64,
    /// Calls of which the provider counted nothing.
    pub uncounted: u64,
    /// The first of them.
    pub first: Timestamp,
    /// The last of them.
    pub last: Timestamp,
}

/// A program of the workspace.
#[derive(Debug)]
pub struct Program<'a> {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is bound by.
    pub stack: &'a Stack,
    /// Where its work falls, by its registered facts.
    pub situation: Situation,
    /// Its uses, by which substitutes are tried.
    pub uses: Vec<SeenUse>,
}

/// A use that a program makes.
#[derive(Clone, Debug)]
pub struct SeenUse {
    /// The route.
    pub route: String,
    /// What was known about it.
    pub known: Known,
    /// How many calls were like that; 0 if none was recorded, and the claim of a key stands for them.
    pub calls: u64,
}

/// What a workspace knows.
#[derive(Debug)]
pub struct House<'a> {
    /// The words of its facts.
    pub vocabulary: &'a Vocabulary,
    /// Its programs.
    pub programs: Vec<Program<'a>>,
    /// The targets of its routes, in their order.
    pub targets: Vec<RouteTarget>,
    /// What its ledger recorded.
    pub usage: Vec<Usage>,
}

/// What of what is served an instrument bars.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct BarredService {
    /// Members of the vocabulary, by the fact.
    members: BTreeMap<String, BTreeSet<String>>,
    /// Patterns of model names.
    patterns: Vec<String>,
}

impl BarredService {
    /// Reads the targets of an instrument in the words of a vocabulary. Patterns of models count beside the members: a
    /// clause can't name them all, so the gateway may bar less.
    #[must_use]
    pub fn of(instrument: &Instrument, vocabulary: &Vocabulary) -> Self {
        let mut members: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (fact, names) in instrument.members(vocabulary) {
            let known = vocabulary.fact(&fact);
            let Some(enumeration) = known.and_then(|fact| vocabulary.get(fact).kind().enumeration()) else {
                continue;
            };
            let single = names.iter().filter_map(|name| enumeration.resolve(name)).flat_map(|set| {
                set.iter().map(|member| enumeration.member_name(member).to_owned()).collect::<Vec<_>>()
            });
            members.entry(fact).or_default().extend(single);
        }
        let made = instrument.targets.iter().filter(|target| target.reach.contains(&Reach::MadeBy));
        Self { members, patterns: made.flat_map(|target| target.models.clone()).collect() }
    }

    /// Whether it bars what is served.
    #[must_use]
    pub fn bars(&self, served: &Served, line: Option<&str>) -> bool {
        let is =
            |fact: &str, member: &str| self.members.get(fact).is_some_and(|members| members.contains(member));
        is("maker", &served.maker)
            || is("host", &served.host)
            || is("operator", &served.operator)
            || is("model", line.unwrap_or(&served.model))
            || self.patterns.iter().any(|pattern| fits(pattern, &served.model))
    }

    /// Whether the vocabulary has a word for any of it.
    #[must_use]
    pub fn is_known(&self) -> bool {
        !self.members.is_empty() || !self.patterns.is_empty()
    }
}

/// Whether a model's name fits a pattern, in which `*` stands for anything.
fn fits(pattern: &str, name: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(mut rest) = name.strip_prefix(pieces.next().unwrap_or_default()) else { return false };
    let pieces: Vec<&str> = pieces.collect();
    let Some((last, middle)) = pieces.split_last() else { return rest.is_empty() };
    for piece in middle {
        let Some(found) = rest.find(piece) else { return false };
        rest = rest.get(found + piece.len()..).unwrap_or_default();
    }
    rest.ends_with(last)
}

impl House<'_> {
    /// The member of the vocabulary for a model, if a route says it.
    #[must_use]
    pub fn line(&self, served: &Served) -> Option<&str> {
        self.targets.iter().find(|target| target.served == *served)?.line.as_deref()
    }

    /// Whether an instrument bars what is served.
    #[must_use]
    pub fn is_barred(&self, barred: &BarredService, served: &Served) -> bool {
        barred.bars(served, self.line(served))
    }
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, name, expected) in [
            ("claude-*", "claude-3", true),
            ("claude-*", "my-claude-3", false),
            ("*claude*", "my-claude-3", true),
            ("a*b*c", "aXbYc", true),
            ("a*b*c", "aXc", false),
            ("a*a", "a", false),
            ("exact", "exact", true),
            ("exact", "exactly", false),
            ("*", "", true),
        ] {
            assert_eq!(fits(pattern, name), expected, "{pattern} {name}");
        }
    }
}
