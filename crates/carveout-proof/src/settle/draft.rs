//! The draft: a grant for every want, and clauses that take back what a red line rules out.

use std::sync::Arc;

use carveout_terms::{Agreement, ClauseRef, ExampleRuling, Party, RedLines, Role, RoleId, Stack, Window};

use super::{
    DraftClause, Frame, Ground, SettleError, SettledWant, stack_of,
    taken_back::{TakenBack, taken_back},
};
use crate::{
    Prover, ShownCube, ShownRegion,
    drafting::{Head, NewClause, Rule, Spelling, give, stated},
    symbolic::{any, both, not},
};

/// A draft before its examples.
pub(super) struct Draft {
    head: String,
    names: [String; 2],
    clauses: Vec<About>,
    pub(super) stack: Arc<Stack>,
}

/// A clause, and the wants that it is about, by position.
struct About {
    clause: NewClause,
    wants: Vec<usize>,
}

impl Draft {
    /// Drafts what was settled; nothing if nothing is granted.
    pub(super) fn of(
        prover: &mut Prover,
        ground: &Ground,
        frame: &Frame,
        files: [&RedLines; 2],
    ) -> Result<Option<Self>, SettleError> {
        let mut granted = Vec::new();
        for (position, want) in ground.wants.iter().enumerate() {
            if prover.can_be(&both(ground.asked(want), ground.lifted()))? {
                granted.push(position);
            }
        }
        if granted.is_empty() {
            return Ok(None);
        }
        let mut clauses = grants(ground, &granted);
        clauses.extend(restrictions(prover, ground, &granted)?);
        for (role, _) in &ground.holds {
            let number = clauses.iter().filter(|about| about.clause.number.starts_with("3.")).count();
            clauses.extend(holds(prover, ground, &granted, role, number)?);
        }
        note_narrowed(&mut clauses);
        let parties = parties(ground, files)?;
        let names = files.map(|file| file.holder().map_or(String::new(), |party| party.name.clone()));
        let vocabulary = Arc::clone(prover.vocabulary());
        let head = Head {
            id: &frame.id,
            version: &frame.version,
            vocabulary: vocabulary.name(),
            role: Role::Grant,
            window: Window { effective: frame.effective, until: None },
            governs: stated(&vocabulary, &frame.governs),
            parties,
            presume: Vec::new(),
        };
        let head = head.to_string();
        let source = source(prover, &head, &names, &clauses);
        let stack = stack_of(prover, &parsed(prover, &source)?)?;
        Ok(Some(Self { head, names, clauses, stack }))
    }

    /// The numbers of the clauses that are about a want.
    pub(super) fn about(&self, want: usize) -> Vec<String> {
        let about = self.clauses.iter().filter(|about| about.wants.contains(&want));
        about.map(|about| about.clause.number.clone()).collect()
    }

    /// The agreement with examples made from uses that were found. Each was run: one that the agreement
    /// doesn't bear out, because its own dates leave it out, is not written.
    pub(super) fn with_examples(
        mut self,
        prover: &Prover,
        wants: &[SettledWant],
    ) -> Result<(Agreement, Vec<DraftClause>), SettleError> {
        for about in &mut self.clauses {
            let number = about.clause.number.clone();
            let (ruling, found) = shown(wants, about);
            let grounded = |cube: &&ShownCube| {
                ruling == ExampleRuling::Permit
                    || cube.after.grounds.iter().any(|clause| clause.clause == number)
            };
            let use_ = found.into_iter().flat_map(|region| &region.cubes).find(grounded);
            let said = use_.map(|cube| cube.witness.said.display(prover.vocabulary()).to_string());
            about.clause.example = said.map(|said| (ruling, said));
        }
        let agreement = parsed(prover, &source(prover, &self.head, &self.names, &self.clauses))?;
        let failing: Vec<String> = agreement
            .run_examples(prover.vocabulary())
            .into_iter()
            .filter(|outcome| outcome.failure.is_some())
            .map(|outcome| outcome.example.clause().to_owned())
            .collect();
        for about in self.clauses.iter_mut().filter(|about| failing.contains(&about.clause.number)) {
            about.clause.example = None;
        }
        let agreement = parsed(prover, &source(prover, &self.head, &self.names, &self.clauses))?;
        let vocabulary = prover.vocabulary();
        let clause = |about: &About| DraftClause {
            number: about.clause.number.clone(),
            heading: about.clause.heading.clone(),
            prose: about.clause.rule.prose(vocabulary),
            cedar: about.clause.rule.cedar(vocabulary, Spelling::Usual),
        };
        Ok((agreement, self.clauses.iter().map(clause).collect()))
    }
}

/// The regions that examples of a clause can be taken from.
fn shown<'w>(wants: &'w [SettledWant], about: &About) -> (ExampleRuling, Vec<&'w ShownRegion>) {
    let own = about.wants.iter().filter_map(|want| wants.get(*want));
    match &about.clause.rule {
        Rule::Permit { .. } | Rule::PermitCubes(_) => {
            (ExampleRuling::Permit, own.map(|want| &want.permitted).collect())
        }
        Rule::Forbid(_) => (ExampleRuling::Deny, own.map(|want| &want.denied).collect()),
        Rule::Hold(role, _) => {
            let held = own.flat_map(|want| &want.held).filter(|(held, _)| held == role);
            (ExampleRuling::Hold, held.map(|(_, region)| region).collect())
        }
    }
}

fn grants(ground: &Ground, granted: &[usize]) -> Vec<About> {
    let wants = granted.iter().filter_map(|position| Some((*position, ground.wants.get(*position)?)));
    let clause = |(number, (position, want)): (usize, (usize, &super::Compiled))| {
        let heading = plain(&want.line.heading);
        About {
            clause: NewClause {
                number: format!("1.{}", number + 1),
                heading: if heading.is_empty() { format!("As {} asks", want.line.party) } else { heading },
                rule: Rule::Permit { words: want.line.words.clone(), cedar: want.text.clone() },
                spelling: Spelling::Usual,
                note: String::new(),
                example: None,
            },
            wants: vec![position],
        }
    };
    wants.enumerate().map(clause).collect()
}

/// What a red line rules out of the wants that are granted, as restrictions that rule out nothing else
/// that anybody wants.
fn restrictions(prover: &mut Prover, ground: &Ground, granted: &[usize]) -> Result<Vec<About>, SettleError> {
    let allowed = not(ground.lifted());
    let found = taken_back(prover, ground, granted, &ground.ruled_out, &allowed)?;
    let clause = |(number, TakenBack { wants, cubes }): (usize, TakenBack)| About {
        clause: NewClause {
            number: format!("2.{}", number + 1),
            heading: "Not included".to_owned(),
            rule: Rule::Forbid(cubes),
            spelling: Spelling::Usual,
            note: String::new(),
            example: None,
        },
        wants,
    };
    Ok(found.into_iter().enumerate().map(clause).collect())
}

fn holds(
    prover: &mut Prover,
    ground: &Ground,
    granted: &[usize],
    role: &RoleId,
    before: usize,
) -> Result<Vec<About>, SettleError> {
    let held = ground.held_for(role);
    let asked = any(ground.holds.iter().filter(|(known, _)| known == role).map(|(_, held)| held.clone()));
    let allowed = any([not(ground.lifted()), asked]);
    let found = taken_back(prover, ground, granted, &held, &allowed)?;
    let clause = |(number, TakenBack { wants, cubes }): (usize, TakenBack)| About {
        clause: NewClause {
            number: format!("3.{}", before + number + 1),
            heading: "Only with an approval".to_owned(),
            rule: Rule::Hold(role.clone(), cubes),
            spelling: Spelling::Usual,
            note: String::new(),
            example: None,
        },
        wants,
    };
    Ok(found.into_iter().enumerate().map(clause).collect())
}

/// Says at every grant which clauses narrow it, and names the grants in the headings of those.
fn note_narrowed(clauses: &mut [About]) {
    let numbers: Vec<(String, Vec<usize>)> =
        clauses.iter().map(|about| (about.clause.number.clone(), about.wants.clone())).collect();
    for about in clauses {
        let others = numbers.iter().filter(|(number, wants)| {
            number.starts_with("1.") != about.clause.number.starts_with("1.")
                && wants.iter().any(|want| about.wants.contains(want))
        });
        let others: Vec<&str> = others.map(|(number, _)| number.as_str()).collect();
        let named = match others.as_slice() {
            [] => continue,
            [one] => format!("clause {one}"),
            [first @ .., last] => format!("clauses {} and {last}", first.join(", ")),
        };
        if about.clause.number.starts_with("1.") {
            let verb = if others.len() == 1 { "narrows" } else { "narrow" };
            about.clause.note = format!("{}{} {verb} this.", named[..1].to_uppercase(), &named[1..]);
        } else {
            about.clause.heading = format!("{}: {named}", about.clause.heading);
        }
    }
}

/// Both parties, each with the roles whose approval a line asks for.
fn parties(ground: &Ground, files: [&RedLines; 2]) -> Result<Vec<Party>, SettleError> {
    let holder = |file: &RedLines| file.holder().cloned();
    let mut parties: Vec<Party> = files.into_iter().filter_map(holder).collect();
    for line in &ground.held {
        let Some(role) = &line.line.hold else { continue };
        give(&mut parties, role).ok_or_else(|| SettleError::Role {
            line: ClauseRef { agreement: line.line.party.clone(), clause: line.line.clause.clone() },
            role: role.to_string(),
        })?;
    }
    Ok(parties)
}

fn source(prover: &Prover, head: &str, names: &[String; 2], clauses: &[About]) -> String {
    let [first, second] = names.each_ref().map(|name| plain(name));
    let mut source = format!("{head}# Terms between {first} and {second}\n\n");
    source
        .push_str("A draft of the common ground. It permits what a party asked for and neither rules out.\n");
    let chapters = [
        ("1", "Grants", "What the parties may do."),
        ("2", "Restrictions", "What the grants don't include."),
        ("3", "Holds", "What waits for an approval."),
    ];
    for (number, heading, prose) in chapters {
        let own = |about: &&About| about.clause.number.split('.').next() == Some(number);
        let mut clauses = clauses.iter().filter(own).peekable();
        if clauses.peek().is_none() {
            continue;
        }
        source.push_str(&format!("\n## {number} {heading}\n\n{prose}\n"));
        for about in clauses {
            source.push_str(&format!("\n{}", about.clause.shown(prover.vocabulary())));
        }
    }
    source
}

/// Text in one line that Markdown takes for nothing but text.
fn plain(text: &str) -> String {
    let kept = |character: char| if "`#*_<>[]\\|~".contains(character) { ' ' } else { character };
    let text: String = text.chars().map(kept).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn parsed(prover: &Prover, source: &str) -> Result<Agreement, SettleError> {
    Agreement::parse(source, prover.vocabulary())
        .map_err(|problems| SettleError::Unwritable(problems.to_string()))
}
