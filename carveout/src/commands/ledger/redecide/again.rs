//! One decision, made again.

use carveout_ledger::{Decided, Found, RecordedFacts, Timestamp};
use carveout_signals::meters::MeterFact;
use carveout_terms::{Decision, Facts, Known, RoleId, Ruling, Use};

use super::bound::Bound;

/// How a decision comes out otherwise, if it does.
///
/// `held` is what was measured when the use was put on hold, if it is decided again after a hold. That its approvals
/// were given, in time and by appointed officers, and that it is the same use otherwise, is among the rules that every
/// entry of a verified ledger has kept.
pub(super) fn difference(
    bound: &Bound,
    decided: &Decided,
    held: Option<&str>,
    proven: &[String],
    at: Timestamp,
) -> Option<String> {
    let (use_, found) = match again(bound, decided, held, proven) {
        Err(error) => return Some(error),
        Ok(uses) => uses,
    };
    let Some(stack) = bound.terms(&decided.terms, &use_) else {
        return Some(format!(
            "decided by the terms {}, which are not those adopted for its program",
            decided.terms
        ));
    };
    if let Some(difference) = monitored(bound, decided, found.as_ref().unwrap_or(&use_)) {
        return Some(difference);
    }
    if !is_spelt_so(bound, &decided.facts, &use_) {
        return Some("the recorded facts are not spelt as facts are recorded".to_owned());
    }
    let decision = stack.decide(&use_);
    if decision.at.millis() != at.millis() {
        return Some(format!("recorded at {at}, but decided as if at {}", decision.at));
    }
    let now = Comparable::of(&decision, digest(&decided.facts));
    let recorded = recorded(decided);
    (recorded != now).then(|| format!("recorded as {recorded}, but it follows that {now}"))
}

/// Facts have one spelling. Records from before numbers that are 0 were left out have another, in which all are named.
fn is_spelt_so(bound: &Bound, facts: &RecordedFacts, use_: &Use) -> bool {
    let in_full = || {
        let vocabulary = bound.stack.vocabulary();
        let measured = Facts::suppose(vocabulary, &facts.gateway).unwrap_or_default();
        measured.display(vocabulary).to_string() == facts.gateway
    };
    use_.claimed() == facts.caller
        && use_.registered() == facts.program
        && use_.evidence() == facts.evidence
        && (use_.measured() == facts.gateway || in_full())
}

/// The digest over the facts as they were recorded.
fn digest(facts: &RecordedFacts) -> [u8; 32] {
    let mut approvals: Vec<&str> = facts.approvals.iter().map(String::as_str).collect();
    approvals.sort_unstable();
    approvals.dedup();
    *Use::digest_of([&facts.caller, &facts.program, &facts.gateway], &facts.evidence, approvals).as_bytes()
}

/// How the use would have been decided by what was monitored must follow too.
fn monitored(bound: &Bound, decided: &Decided, use_: &Use) -> Option<String> {
    decided.monitored.iter().find_map(|recorded| {
        let Some(stack) = bound.monitors.get(&recorded.monitor) else {
            return Some(format!("it names the monitor `{}`, and none is set", recorded.monitor));
        };
        let decision = stack.decide(use_);
        let grounds = decision.grounds.iter().map(|ground| (&ground.agreement, &ground.clause));
        let same = word(recorded.ruling) == decision.ruling.as_str()
            && recorded.terms.as_bytes() == decision.terms.as_bytes()
            && recorded.grounds.iter().map(|cited| (&cited.agreement, &cited.clause)).eq(grounds);
        (!same).then(|| {
            format!(
                "monitored by `{}` as {}, but it follows that {}",
                recorded.monitor,
                word(recorded.ruling),
                decision.ruling.as_str()
            )
        })
    })
}

const fn word(ruling: carveout_ledger::Ruling) -> &'static str {
    match ruling {
        carveout_ledger::Ruling::Permit => "permit",
        carveout_ledger::Ruling::Hold => "hold",
        carveout_ledger::Ruling::Deny => "deny",
    }
}

/// The use, assembled again from what was recorded: as it was decided, and with what was found beyond that.
fn again(
    bound: &Bound,
    decided: &Decided,
    held: Option<&str>,
    proven: &[String],
) -> Result<(Use, Option<Use>), String> {
    let vocabulary = bound.stack.vocabulary();
    let facts = &decided.facts;
    let mut known = Known::read(vocabulary, &facts.caller, &facts.program, &facts.gateway, &facts.evidence)
        .map_err(|error| format!("the recorded facts can't be read: {error}"))?;
    // The registered facts are part of the terms: other ones are not what the parties saw.
    if known.program != *bound.program.facts() {
        return Err("the facts recorded for its program are not those registered for it".to_owned());
    }
    bound.program.admits(&known.caller, vocabulary).map_err(|refused| refused.to_string())?;
    if known.gateway != targeted(&known.gateway, bound, decided)? {
        return Err("it was decided for another target than the one it names".to_owned());
    }
    match held {
        None if facts.approvals != proven && !facts.approvals.is_empty() => {
            return Err("it rests on approvals, and no entry proves that they were given".to_owned());
        }
        None => {}
        // What is held against what was held is what was found, whether or not it decided.
        Some(held) => match &decided.found {
            Some(found) => {
                let found = Facts::suppose(vocabulary, &found.gateway).map_err(|error| error.to_string())?;
                unchanged(bound, &found, held)?;
            }
            None => unchanged(bound, &known.gateway, held)?,
        },
    }
    known.approvals = facts.approvals.iter().map(RoleId::new).collect();
    let found = decided.found.as_ref().map(|found| beyond(bound, decided, found, &known)).transpose()?;
    Ok((known.assemble(vocabulary).map_err(|error| error.to_string())?, found))
}

/// The use with everything that was found. What decided may lack only what detectors found that were only monitored then,
/// and nothing where the use may kill.
fn beyond(bound: &Bound, decided: &Decided, found: &Found, decides: &Known) -> Result<Use, String> {
    let vocabulary = bound.stack.vocabulary();
    let facts = &decided.facts;
    let mut known = Known::read(vocabulary, &facts.caller, &facts.program, &found.gateway, &found.evidence)
        .map_err(|error| format!("what was found can't be read: {error}"))?;
    known.approvals.clone_from(&decides.approvals);
    let use_ = known.assemble(vocabulary).map_err(|error| error.to_string())?;
    let (masks, monitors) = bound.masks(&use_);
    if masks.is_empty() {
        return Err(
            "something that was found did not decide, and no detector was only monitored for this use".into(),
        );
    }
    if let Some(fact) = masks.contradicted_by(vocabulary, &known.gateway, &decides.gateway) {
        return Err(format!(
            "`{fact}` decided as something else than what was found, and no monitored detector finds that"
        ));
    }
    let subject = vocabulary.fact("subject");
    let only_subject =
        |facts: &Facts| !masks.is_of_texts() || facts.iter().any(|(fact, _)| Some(fact) != subject);
    let differs = |one: &[Facts], other: &[Facts]| {
        one.iter().any(|facts| !other.contains(facts) && only_subject(facts))
    };
    if differs(&known.evidence, &decides.evidence) || differs(&decides.evidence, &known.evidence) {
        return Err("evidence did not decide that no monitored detector gives".to_owned());
    }
    let says = |monitor: &&&str| decided.monitored.iter().all(|one| one.monitor != ***monitor);
    match monitors.iter().find(says) {
        Some(monitor) => Err(format!("it doesn't say what the monitor `{monitor}` would have ruled")),
        None if use_.measured() != found.gateway || use_.evidence() != found.evidence => {
            Err("what was found is not spelt as facts are recorded".to_owned())
        }
        None => Ok(use_),
    }
}

/// What was measured when the use was held must be what was measured now, but for the time, the meters, which go on
/// counting while it waits, and where its content came from, of which more may be known by then.
fn unchanged(bound: &Bound, now: &Facts, held: &str) -> Result<(), String> {
    let vocabulary = bound.stack.vocabulary();
    let mut held = Facts::suppose(vocabulary, held).map_err(|error| error.to_string())?;
    let moves =
        |name: &str| ["at", "reclaimed", "derived_from"].contains(&name) || MeterFact::parse(name).is_some();
    held = held.overridden_by(&now.filtered(|fact| moves(vocabulary.get(fact).name())));
    if held == *now {
        Ok(())
    } else {
        Err("it was measured otherwise than when it was put on hold".to_owned())
    }
}

/// The measured facts as they must be for the target that the entry names.
fn targeted(gateway: &Facts, bound: &Bound, decided: &Decided) -> Result<Facts, String> {
    let target = &decided.target;
    let mut facts = Facts::default();
    for (fact, member) in [("maker", &target.maker), ("host", &target.host), ("operator", &target.operator)] {
        facts.set_member(bound.stack.vocabulary(), fact, member).map_err(|error| error.to_string())?;
    }
    Ok(gateway.overridden_by(&facts))
}

/// The parts of a decision that must be equal.
#[derive(PartialEq, Eq)]
struct Comparable {
    ruling: String,
    roles: Vec<String>,
    grounds: Vec<(String, String)>,
    /// What was presumed, by each agreement or, without a name, by the program's registration.
    presumed: Vec<(Option<String>, String)>,
    facts: [u8; 32],
}

impl Comparable {
    fn of(decision: &Decision, facts: [u8; 32]) -> Self {
        let roles = match &decision.ruling {
            Ruling::Hold { roles } => roles.iter().map(ToString::to_string).collect(),
            Ruling::Permit | Ruling::Deny => Vec::new(),
        };
        Self {
            ruling: decision.ruling.as_str().to_owned(),
            roles,
            grounds: decision
                .grounds
                .iter()
                .map(|clause| (clause.agreement.clone(), clause.clause.clone()))
                .collect(),
            presumed: decision
                .presumed
                .iter()
                .map(|presumption| (presumption.agreement.clone(), presumption.fact.clone()))
                .collect(),
            facts,
        }
    }
}

fn recorded(decided: &Decided) -> Comparable {
    Comparable {
        ruling: word(decided.ruling).to_owned(),
        roles: decided.roles.clone(),
        grounds: decided
            .grounds
            .iter()
            .map(|cited| (cited.agreement.clone(), cited.clause.clone()))
            .collect(),
        presumed: decided
            .presumed
            .iter()
            .map(|presumed| (presumed.agreement.clone(), presumed.fact.clone()))
            .collect(),
        facts: *decided.facts_digest.as_bytes(),
    }
}

impl std::fmt::Display for Comparable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let grounds: Vec<String> =
            self.grounds.iter().map(|(agreement, clause)| format!("{agreement} {clause}")).collect();
        write!(f, "{}", self.ruling)?;
        if !self.roles.is_empty() {
            write!(f, " for {}", self.roles.join(" and "))?;
        }
        let digest = carveout_terms::Digest::from_bytes(self.facts);
        write!(
            f,
            " by {} on facts {digest}",
            if grounds.is_empty() { "no clause".into() } else { grounds.join(", ") }
        )?;
        for (position, (agreement, fact)) in self.presumed.iter().enumerate() {
            let sign = if position == 0 { ", presuming" } else { "," };
            write!(f, "{sign} {fact} ({})", agreement.as_deref().unwrap_or("the program"))?;
        }
        Ok(())
    }
}
