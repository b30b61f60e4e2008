//! Clauses that say what a region is: heading, prose, policies, an example.

use std::fmt;

use carveout_terms::{Attester, ExampleRuling, MemberSet, RoleId, Vocabulary};

use super::spelling::{self, Spelling};
use crate::{Constraint, Cube};

/// A clause to be written.
#[derive(Clone, Debug)]
pub(crate) struct NewClause {
    pub(crate) number: String,
    pub(crate) heading: String,
    pub(crate) rule: Rule,
    pub(crate) spelling: Spelling,
    /// What is said after the rule.
    pub(crate) note: String,
    /// A use, and the ruling that it has under the whole agreement.
    pub(crate) example: Option<(ExampleRuling, String)>,
}

/// What a clause does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Rule {
    /// It permits what a policy of somebody's own words permits.
    Permit { words: String, cedar: String },
    /// It permits these uses.
    PermitCubes(Vec<Cube>),
    /// It forbids these uses.
    Forbid(Vec<Cube>),
    /// It holds these uses for a role.
    Hold(RoleId, Vec<Cube>),
}

impl Rule {
    /// The rule as an English sentence, or as a sentence with a list.
    pub(crate) fn prose(&self, vocabulary: &Vocabulary) -> String {
        match self {
            Self::Permit { words, .. } if words == "always" => "Every Use is permitted.".to_owned(),
            Self::Permit { words, .. } => format!("A Use is permitted where {words}."),
            Self::PermitCubes(cubes) => sentence(vocabulary, cubes, "permitted", ""),
            Self::Forbid(cubes) => sentence(vocabulary, cubes, "not permitted", ""),
            Self::Hold(role, cubes) => {
                sentence(vocabulary, cubes, "not permitted", &format!(" unless {role} approves it"))
            }
        }
    }

    /// The rule as policies.
    pub(crate) fn cedar(&self, vocabulary: &Vocabulary, spelling: Spelling) -> String {
        let conjuncts = |cube| conjuncts(vocabulary, cube, spelling);
        let policies: Vec<String> = match self {
            Self::Permit { cedar, .. } => vec![cedar.clone()],
            Self::PermitCubes(cubes) => cubes.iter().map(|cube| policy("permit", &conjuncts(cube))).collect(),
            Self::Forbid(cubes) => {
                cubes.iter().map(|cube| restriction(vocabulary, cube, &conjuncts(cube))).collect()
            }
            Self::Hold(role, cubes) => {
                let restriction = |cube| restriction(vocabulary, cube, &conjuncts(cube));
                cubes.iter().map(|cube| format!("@hold(\"{role}\")\n{}", restriction(cube))).collect()
            }
        };
        policies.join("\n")
    }
}

impl NewClause {
    /// The clause as it stands in an agreement.
    pub(crate) const fn shown<'a>(&'a self, vocabulary: &'a Vocabulary) -> Shown<'a> {
        Shown { clause: self, vocabulary }
    }
}

/// A clause, shown as Markdown.
#[derive(Clone, Copy)]
pub(crate) struct Shown<'a> {
    clause: &'a NewClause,
    vocabulary: &'a Vocabulary,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NewClause { number, heading, rule, spelling, note, example } = self.clause;
        writeln!(f, "### {number} {heading}\n")?;
        writeln!(f, "{}\n", rule.prose(self.vocabulary))?;
        if !note.is_empty() {
            writeln!(f, "{note}\n")?;
        }
        writeln!(f, "{}", fenced("cedar", &rule.cedar(self.vocabulary, *spelling)))?;
        if let Some((ruling, use_)) = example {
            writeln!(f, "\n{}", fenced("uses", &format!("{ruling}: {use_}")))?;
        }
        Ok(())
    }
}

/// A fenced block. Its fence is longer than any that stands in the text.
pub(crate) fn fenced(language: &str, text: &str) -> String {
    let mut fence = "```".to_owned();
    while text.contains(&fence) {
        fence.push('`');
    }
    format!("{fence}{language}\n{}\n{fence}", text.trim_end())
}

/// Several cubes as the alternatives of one condition.
pub(crate) fn listed(vocabulary: &Vocabulary, cubes: &[Cube]) -> String {
    match cubes {
        [one] => conjuncts(vocabulary, one, Spelling::Usual),
        several => {
            let parts: Vec<String> =
                several.iter().map(|cube| format!("({})", cube.cedar(vocabulary))).collect();
            parts.join(" ||\n  ")
        }
    }
}

fn sentence(vocabulary: &Vocabulary, cubes: &[Cube], verb: &str, tail: &str) -> String {
    match cubes {
        [] => format!("No Use is {verb} by this."),
        [one] if one.constraints().len() == 0 => format!("Any Use whatever is {verb}{tail}."),
        [one] => format!("A Use is {verb}{tail} where {}.", one.words(vocabulary)),
        several => {
            let cases: Vec<String> =
                several.iter().map(|cube| format!("- {}", cube.words(vocabulary))).collect();
            format!("A Use is {verb}{tail} in any of these cases:\n\n{}", cases.join("\n"))
        }
    }
}

/// A cube as a condition, a line for each thing that it says.
fn conjuncts(vocabulary: &Vocabulary, cube: &Cube, spelling: Spelling) -> String {
    let each = cube.constraints().map(|(fact, constraint)| match spelling {
        Spelling::Usual => cube.filtered(|other| other == fact).cedar(vocabulary),
        Spelling::Other => spelling::other(vocabulary.get(fact), constraint),
    });
    let lines: Vec<String> = each.collect();
    if lines.is_empty() { cube.cedar(vocabulary) } else { lines.join(" &&\n  ") }
}

fn policy(effect: &str, condition: &str) -> String {
    format!("{effect} (principal, action, resource)\nwhen {{\n  {condition}\n}};")
}

fn restriction(vocabulary: &Vocabulary, cube: &Cube, condition: &str) -> String {
    let forbid = policy("forbid", condition);
    let silent = silent_on(vocabulary, cube);
    if silent.is_empty() {
        return forbid;
    }
    let reason =
        format!("what a Use leaves unsaid about {} is ruled on by the other policies", silent.join(", "));
    format!("@silent(\"{reason}\")\n{forbid}")
}

/// The facts on which a use escapes a restriction to this cube by saying nothing.
fn silent_on<'v>(vocabulary: &'v Vocabulary, cube: &Cube) -> Vec<&'v str> {
    let silent = cube.constraints().filter_map(|(fact, constraint)| {
        let declared = vocabulary.get(fact);
        let unknown = declared.kind().enumeration()?.unknown();
        let covered = match constraint {
            Constraint::OneOf(members) => members.contains(unknown),
            Constraint::Holds { all_of, none_of } => {
                MemberSet::of([unknown]).contains_all(all_of) && !none_of.contains(unknown)
            }
            Constraint::Is(_) | Constraint::Between { .. } => true,
        };
        (!covered && declared.attester() != Attester::Gateway).then(|| declared.name())
    });
    silent.collect()
}
