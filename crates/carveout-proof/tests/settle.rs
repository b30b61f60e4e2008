//! Common ground: what was settled against what every single use says, and drafts that can be signed.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where it can't go on"
)]

mod common;

use std::sync::Arc;

use carveout_proof::{
    Budget, Dates, Frame, Granted, LineKind, Prover, SettleError, Settlement, ShownRegion, side,
};
use carveout_terms::{Agreement, Facts, RedLines, RoleId, Ruling, Stack, Use, Vocabulary};
use common::{
    cases, deeply,
    drawn::Drawer,
    every_use::{assembled, every_use, inside, told},
    stack, world,
    world::World,
};

fn frame(vocabulary: &Vocabulary, governs: &str) -> Frame {
    Frame {
        id: "common-ground".to_owned(),
        version: "draft".to_owned(),
        effective: "2026-01-01T00:00:00Z".parse().unwrap(),
        governs: Facts::suppose(vocabulary, governs).unwrap(),
    }
}

/// A party's file: each policy is a clause.
fn file(party: &str, policies: &[String]) -> String {
    let clauses: String = policies
        .iter()
        .enumerate()
        .map(|(at, policy)| {
            format!("\n## {} Line {party} {at}\nA line.\n\n```cedar\n{policy}\n```\n", at + 1)
        })
        .collect();
    format!(
        "+++\nredlines = \"{party}-lines\"\nversion = \"1\"\nvocabulary = \"world\"\nparty = {{ id = \"{party}\", name = \"Example {party}\" }}\n+++\n# Lines\n{clauses}"
    )
}

fn scoped(short: &[&str]) -> Vec<String> {
    short.iter().map(|short| short.replacen(" when", " (principal, action, resource) when", 1)).collect()
}

fn red_lines(world: &World, party: &str, policies: &[String]) -> RedLines {
    let text = file(party, policies);
    RedLines::parse(&text, &world.vocabulary).unwrap_or_else(|problems| panic!("{problems}\n{text}"))
}

fn settle(world: &World, vendor: &RedLines, customer: &RedLines) -> Result<Settlement, SettleError> {
    let mut prover = Prover::new(Arc::clone(&world.vocabulary), Budget::unlimited())?;
    prover.settle(vendor, customer, &frame(&world.vocabulary, ""))
}

fn settled(vendor: &[&str], customer: &[&str]) -> Settlement {
    let world = world::tiny();
    let (vendor, customer) = (scoped(vendor), scoped(customer));
    let (vendor, customer) = (red_lines(world, "vendor", &vendor), red_lines(world, "customer", &customer));
    settle(world, &vendor, &customer).unwrap()
}

/// One line by itself, as the authorizer sees it.
struct Alone {
    permits: bool,
    hold: Option<RoleId>,
    stack: Arc<Stack>,
}

impl Alone {
    fn of(world: &World, policy: &str) -> Self {
        let permits = !policy.contains("forbid (");
        let everything = "permit (principal, action, resource);".to_owned();
        let policies = if permits { vec![policy.to_owned()] } else { vec![everything, policy.to_owned()] };
        let text = common::source("world", "alone", "", policies);
        let agreement = Agreement::draft(&text, &world.vocabulary).unwrap().as_if_in_force();
        let hold = agreement.holding_roles().next().cloned();
        Self { permits, hold, stack: stack(&world.vocabulary, vec![agreement]) }
    }

    fn matches(&self, use_: &Use) -> bool {
        (self.stack.decide(use_).ruling == Ruling::Permit) == self.permits
    }
}

/// What both parties' lines make of a use.
fn expected(lines: &[Alone], use_: &Use) -> Ruling {
    let any = |chosen: &dyn Fn(&Alone) -> bool| lines.iter().any(|line| chosen(line) && line.matches(use_));
    if !any(&|line| line.permits) || any(&|line| !line.permits && line.hold.is_none()) {
        return Ruling::Deny;
    }
    let mut roles: Vec<RoleId> = lines.iter().filter_map(|line| line.hold.clone()).collect();
    roles.sort();
    roles.dedup();
    roles.retain(|role| any(&|line| line.hold.as_ref() == Some(role)));
    if roles.is_empty() { Ruling::Permit } else { Ruling::Hold { roles } }
}

fn in_force(world: &World, agreement: &Agreement) -> Arc<Stack> {
    side(&world.vocabulary, [agreement.clone()], Dates::Ignored).unwrap()
}

#[test]
fn what_is_settled_is_what_every_use_says() {
    let world = world::tiny();
    let uses: Vec<(Facts, Use)> = every_use(world)
        .into_iter()
        .map(|facts| (facts.clone(), assembled(&world.vocabulary, &facts)))
        .collect();
    let (mut drafts, mut seen) = (0, [false; 4]);
    for seed in 0..cases(24) {
        let mut drawer = Drawer::new(world, seed);
        let mut drawn = |wants: usize, lines: usize| -> Vec<String> {
            let wants = (0..wants).map(|_| true).chain((0..lines).map(|_| false));
            wants.map(|permits| drawer.policy(permits)).collect()
        };
        let lines = usize::try_from(seed % 3).unwrap();
        let (mine, theirs) = (drawn(2, lines), drawn(1, lines));
        let (vendor, customer) = (red_lines(world, "vendor", &mine), red_lines(world, "customer", &theirs));
        let settlement = deeply(|| settle(world, &vendor, &customer))
            .unwrap_or_else(|error| panic!("seed {seed}: {error}\n{}", file("vendor", &mine)));
        let lines: Vec<Alone> = mine.iter().chain(&theirs).map(|policy| Alone::of(world, policy)).collect();
        let wants: Vec<&Alone> = lines.iter().filter(|line| line.permits).collect();
        let draft = settlement.draft.as_ref().map(|draft| in_force(world, &draft.agreement));
        drafts += usize::from(draft.is_some());
        // Every 17th use, from another one each time: all of them would take minutes.
        let sample = uses.iter().skip(usize::try_from(seed % 17).unwrap()).step_by(17);
        let mut granted = vec![(false, false); wants.len()];
        for (facts, use_) in sample {
            let right = expected(&lines, use_);
            let ruled = draft.as_ref().map_or(Ruling::Deny, |draft| draft.decide(use_).ruling);
            assert_eq!(ruled, right, "seed {seed}: {}", told(&world.vocabulary, facts));
            for ((want, outcome), (some, not_all)) in wants.iter().zip(&settlement.wants).zip(&mut granted) {
                let within = |region: &ShownRegion| region.cubes.iter().any(|cube| inside(&cube.cube, facts));
                let asked = want.matches(use_);
                assert_eq!(within(&outcome.permitted), asked && right == Ruling::Permit, "seed {seed}");
                assert_eq!(within(&outcome.denied), asked && right == Ruling::Deny, "seed {seed}");
                *some |= asked && right != Ruling::Deny;
                *not_all |= asked && right != Ruling::Permit;
            }
        }
        for (outcome, (some, not_all)) in settlement.wants.iter().zip(granted) {
            // A sample can miss what there is, and can't show what there isn't.
            match outcome.granted {
                Granted::Fully => assert!(!not_all, "seed {seed}"),
                Granted::NotAtAll => assert!(!some, "seed {seed}"),
                Granted::InPart => {}
                Granted::AsksNothing => assert!(!some && !not_all, "seed {seed}"),
            }
            seen[outcome.granted as usize] = true;
        }
    }
    assert!(drafts > 12, "{drafts} drafts are too few to have shown anything");
    assert!(seen[..3].iter().all(|seen| *seen), "{seen:?}");
}

#[test]
fn a_draft_can_be_signed() {
    let settlement = settled(
        &["permit when { context.volume == Volume::\"targeted\" };", "forbid when { context.retry };"],
        &[
            "permit when { context.purpose in Purpose::\"intel\" };",
            "@hold(\"customer/counsel\")\nforbid when { context.purpose == Purpose::\"intel.home.mass\" };",
        ],
    );
    let draft = settlement.draft.unwrap();
    let vocabulary = &world::tiny().vocabulary;
    let text = draft.agreement.source();
    let again = Agreement::parse(text, vocabulary).unwrap();
    assert_eq!(again.digest(), draft.agreement.digest());
    let outcomes = again.run_examples(vocabulary);
    assert!(outcomes.len() >= 4, "{text}");
    assert!(outcomes.iter().all(|outcome| outcome.failure.is_none()), "{outcomes:?}");
    assert_eq!(again.parties().len(), 2);
    assert_eq!(again.parties()[1].roles, [RoleId::new("customer/counsel")]);
    let never = |verdict: &&carveout_proof::LineVerdict| verdict.kind == LineKind::Never;
    assert!(draft.first.iter().chain(&draft.second).filter(never).all(|verdict| verdict.kept()));
    let granted: Vec<&str> = settlement.wants.iter().map(|want| want.granted.as_str()).collect();
    assert_eq!(granted, ["in part", "in part"]);
    assert_eq!(settlement.wants[1].held[0].0, RoleId::new("customer/counsel"));
    for clause in &draft.clauses {
        assert!(text.contains(&clause.cedar), "{}", clause.cedar);
    }
}

#[test]
fn what_is_in_the_way_of_a_want_and_what_is_not() {
    let bulk = "forbid when { context.volume == Volume::\"bulk\" };";
    let all_intelligence = "forbid when { context.purpose in Purpose::\"intel\" };";
    let home = "permit when { context.purpose in Purpose::\"intel.home\" };";
    let rest = "permit when { context.purpose == Purpose::\"supply\" };";
    // The line on bulk data adds nothing: the one on intelligence is enough by itself.
    let settlement = settled(&[bulk, all_intelligence, rest], &[home]);
    let home = &settlement.wants[1];
    assert_eq!(home.granted, Granted::NotAtAll);
    let lines: Vec<&str> = home.in_the_way.iter().map(|clash| clash.line.clause.as_str()).collect();
    assert_eq!(lines, ["2"]);
    let shown = &home.in_the_way[0].shown;
    assert_eq!((shown.before.ruling.as_str(), shown.after.ruling.as_str()), ("permit", "deny"));
    assert!(home.clauses.is_empty(), "{home:?}");
    // A want that a line rules out as a whole is said to contradict it; bulk supply only narrows.
    let conflicts: Vec<_> =
        settlement.conflicts.iter().map(|it| (&*it.line.clause, it.whole, it.own())).collect();
    assert_eq!(conflicts, [("1", false, true), ("2", true, false)]);
    assert_eq!(settlement.wants[0].granted, Granted::InPart);
}

#[test]
fn nothing_is_drafted_where_nothing_is_common() {
    let settlement = settled(
        &["forbid when { true };"],
        &["permit when { context.retry };", "permit when { context.retry && !context.retry };"],
    );
    assert!(settlement.draft.is_none());
    let granted: Vec<Granted> = settlement.wants.iter().map(|want| want.granted).collect();
    assert_eq!(granted, [Granted::NotAtAll, Granted::AsksNothing]);
    assert!(!settlement.wants[0].denied.is_empty());
}

#[test]
fn files_that_cant_be_settled_say_why() {
    type Case = (&'static [&'static str], (&'static str, &'static [&'static str]), &'static str);
    const WANT: &str = "permit when { context.retry };";
    const THIRD: &str = "@hold(\"third/officer\")\nforbid when { context.retry };";
    let world = world::tiny();
    let table: [Case; 3] = [
        (&[WANT], ("vendor", &[WANT]), "give one file of each party"),
        (&["forbid when { context.retry };"], ("customer", &["forbid when { true };"]), "neither file wants"),
        (&[WANT], ("customer", &[THIRD]), "no role of either party"),
    ];
    for (vendor, (party, theirs), words) in table {
        let (vendor, theirs) = (scoped(vendor), scoped(theirs));
        let (vendor, theirs) = (red_lines(world, "vendor", &vendor), red_lines(world, party, &theirs));
        let error = settle(world, &vendor, &theirs).unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[test]
fn a_spent_budget_is_undecided_and_a_capped_region_is_not_drafted() {
    let world = world::tiny();
    let mine = scoped(&["permit when { context.volume == Volume::\"targeted\" };"]);
    let theirs = scoped(&[
        "permit when { true };",
        "forbid when { context.purpose == Purpose::\"supply\" || context.retry || context.parts > 0 };",
    ]);
    let (vendor, customer) = (red_lines(world, "vendor", &mine), red_lines(world, "customer", &theirs));
    let frame = frame(&world.vocabulary, "");
    let settle = |budget: Budget| {
        let mut prover = Prover::new(Arc::clone(&world.vocabulary), budget)?;
        prover.settle(&vendor, &customer, &frame)
    };
    assert!(matches!(settle(Budget::unlimited().until(|| true)), Err(SettleError::Undecided(_))));
    assert!(matches!(settle(Budget::unlimited().cubes(1)), Err(SettleError::Unproven(_))));
    assert!(settle(Budget::unlimited()).unwrap().draft.is_some());
}

#[test]
fn a_draft_that_governs_some_targets_is_about_those() {
    let world = world::tiny();
    let wants = scoped(&["permit when { context.maker != Maker::\"unknown\" };"]);
    let lines = scoped(&["forbid when { context.maker == Maker::\"birch\" };"]);
    let (vendor, customer) = (red_lines(world, "vendor", &wants), red_lines(world, "customer", &lines));
    let mut prover = Prover::new(Arc::clone(&world.vocabulary), Budget::unlimited()).unwrap();
    let governed = |prover: &mut Prover, governs: &str| {
        prover.settle(&vendor, &customer, &frame(&world.vocabulary, governs)).unwrap()
    };
    assert_eq!(governed(&mut prover, "maker=acme").wants[0].granted, Granted::Fully);
    assert_eq!(governed(&mut prover, "maker=birch").wants[0].granted, Granted::NotAtAll);
    assert_eq!(governed(&mut prover, "").wants[0].granted, Granted::InPart);
}

#[test]
fn the_dispute_settles() {
    let read =
        |name: &str| std::fs::read_to_string(format!("{}/../../{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let vocabulary = Arc::new(
        Vocabulary::parse(&read("packs/defense/defense.cedarschema"), &read("packs/defense/defense.toml"))
            .unwrap(),
    );
    let lines = |name| RedLines::parse(&read(name), &vocabulary).unwrap();
    let vendor = lines("examples/dispute/vendor.redlines.md");
    let customer = lines("examples/dispute/customer.redlines.md");
    let settlement = deeply(|| {
        let mut prover = Prover::new(Arc::clone(&vocabulary), Budget::unlimited()).unwrap();
        prover.settle(&vendor, &customer, &frame(&vocabulary, "maker=sample-maker")).unwrap()
    });
    assert!(settlement.wants.iter().all(|want| want.granted == Granted::Fully), "{:?}", settlement.wants);
    let draft = settlement.draft.unwrap();
    assert!(draft.first.iter().chain(&draft.second).all(carveout_proof::LineVerdict::kept));
    assert!(draft.agreement.run_examples(&vocabulary).iter().all(|outcome| outcome.failure.is_none()));
}
