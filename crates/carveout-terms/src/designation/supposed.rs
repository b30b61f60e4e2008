//! The record of an instrument that doesn't exist: what if somebody were designated?

use std::{collections::BTreeMap, sync::Arc};

use super::{
    AffiliateRule, Affiliates, Agency, Conduct, Confidence, Dates, Designation, ExistingContracts, Holds,
    Instrument, InstrumentKind, LastDay, LegalForce, Reach, Scope, Source, Target, TargetKind, When, Zone,
};
use crate::Digest;

/// The id of every supposition. No record can have it by accident: it says what it is.
const ID: &str = "what-if";

impl Designation {
    /// Supposes that an instrument bars somebody from a date on. With `like` it has the reach, the conduct, the duties
    /// and the flow-down of a real one; without, it bars what the source makes, provides and hosts in every federal
    /// agency's contracts, with its subsidiaries, and asks for nothing that only a real clause can ask for.
    ///
    /// `who` is a name, or an identifier such as `uei:ABCDEFGHJK12`, `domain:example.org` or `maker:example-maker`.
    #[must_use]
    pub fn supposed(who: &str, like: Option<&Self>, effective: When) -> Self {
        let mut instrument = like.map_or_else(|| plain(effective), |like| like.instrument().clone());
        let old = instrument.targets.first();
        let reach = old.map_or_else(everything, |target| target.reach.clone());
        let affiliates = old.map_or_else(subsidiaries, |target| target.affiliates.clone());
        instrument.targets = vec![Target { reach, affiliates, ..target(who) }];
        instrument.title = match like {
            Some(like) => format!("what if {who} were barred as in `{}`", like.instrument().id),
            None => format!("what if {who} were barred"),
        };
        ID.clone_into(&mut instrument.id);
        instrument.version = 1;
        instrument.force = LegalForce::Binding;
        instrument.confidence = Confidence::Unverified;
        instrument.note = Some("A supposition. No such instrument is known.".to_owned());
        instrument.supersedes.clear();
        instrument.superseded_by = None;
        instrument.conflicts_with.clear();
        instrument.waivers.clear();
        instrument.events.clear();
        let old = instrument.dates;
        instrument.dates = Dates { zone: old.zone, last_day: old.last_day, ..dates(effective) };
        let source: Arc<str> = serde_json::to_string(&instrument).unwrap_or_default().into();
        let digest = Digest::of(source.as_bytes());
        Self { instrument, source, digest, warnings: Vec::new() }
    }
}

fn dates(effective: When) -> Dates {
    Dates {
        zone: Zone::UTC,
        last_day: LastDay::Included,
        signed: None,
        effective,
        published: None,
        known: effective,
        corrected: None,
        phase_out_until: None,
        review_due: None,
        rescinded: None,
        until: None,
    }
}

fn plain(effective: When) -> Instrument {
    let digest = Digest::of(b"");
    let source = Source {
        id: "supposition".to_owned(),
        title: "no document: a supposition".to_owned(),
        date: None,
        url: None,
        digest,
        holds: Holds::Note,
        confidence: Confidence::Unverified,
    };
    Instrument {
        id: ID.to_owned(),
        version: 1,
        title: String::new(),
        kind: InstrumentKind::ExclusionOrder,
        issuer: "nobody".to_owned(),
        force: LegalForce::Binding,
        confidence: Confidence::Unverified,
        authorities: Vec::new(),
        conduct: vec![Conduct::Provide, Conduct::UseInPerformance],
        existing_contracts: ExistingContracts::NotStated,
        supersedes: Vec::new(),
        superseded_by: None,
        conflicts_with: Vec::new(),
        note: None,
        sources: vec![source],
        targets: Vec::new(),
        scope: Scope { agencies: vec![Agency::AnyFederal], ..Scope::default() },
        dates: dates(effective),
        priorities: Vec::new(),
        exceptions: Vec::new(),
        flow_down: None,
        duties: Vec::new(),
        waiver_rule: None,
        waivers: Vec::new(),
        events: Vec::new(),
    }
}

fn everything() -> Vec<Reach> {
    vec![Reach::MadeBy, Reach::ProvidedBy, Reach::HostedBy]
}

fn subsidiaries() -> Vec<Affiliates> {
    vec![Affiliates {
        rule: AffiliateRule::Subsidiaries,
        threshold: None,
        aggregate: false,
        names: Vec::new(),
    }]
}

fn target(who: &str) -> Target {
    let (scheme, value) = who.split_once(':').unwrap_or(("", who));
    let of = |wanted: &str| if scheme == wanted { vec![value.to_owned()] } else { Vec::new() };
    let member = |fact: &str| (fact.to_owned(), vec![value.to_owned()]);
    let members =
        if scheme == "maker" { ["maker", "host", "operator"].map(member).into() } else { BTreeMap::new() };
    Target {
        kind: TargetKind::Source,
        name: if matches!(scheme, "uei" | "cage" | "lei" | "domain" | "maker") { value } else { who }
            .to_owned(),
        aliases: Vec::new(),
        uei: of("uei"),
        cage: of("cage"),
        lei: of("lei"),
        domains: of("domain"),
        packages: Vec::new(),
        models: Vec::new(),
        members,
        reach: Vec::new(),
        affiliates: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::designation::{Docket, Register, Situation, Status};

    #[test]
    fn a_supposition_bars_from_its_day_on_and_says_what_it_is() {
        let tomorrow = When::find("2026-11-24").unwrap();
        let supposed = Designation::supposed("uei:ABCDEFGHJK12", None, tomorrow);
        assert_eq!(supposed.instrument().targets[0].uei, ["ABCDEFGHJK12"]);
        let docket = Docket::alone(supposed.clone());
        let asked = |day: &str| {
            let day = When::find(day).unwrap();
            docket.in_force_for(&Situation::usual()[1], day, tomorrow).status
        };
        assert!(matches!(asked("2026-11-23"), Status::NotYet { .. }));
        assert_eq!(asked("2026-11-24"), Status::Barred);
        let again = Designation::supposed("Example Model Maker", Some(&supposed), tomorrow);
        assert_eq!(again.instrument().targets[0].name, "Example Model Maker");
        assert!(again.instrument().title.contains("as in `what-if`"));
        assert_eq!(Register::new(vec![again], Vec::new()).findings(), []);
    }
}
