//! Answers to a draft: red lines kept, nothing else lost, and nothing of the lines shown.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where it can't go on"
)]

mod common;

use std::sync::Arc;

use carveout_proof::{Budget, Change, Counter, CounterError, Dates, EditKind, LineVerdict, Prover, side};
use carveout_terms::{Agreement, Facts, RedLines, RoleId, Ruling, Stack, Use, Vocabulary};
use common::{
    cases, deeply, draft,
    drawn::Drawer,
    every_use::{assembled, every_use, told},
    stack, world,
};

const SECRET: &str = "Heading that nobody else may read";

/// A party's file, whose every word is easy to find again.
fn file(policies: &[String]) -> String {
    let clauses: String = policies
        .iter()
        .enumerate()
        .map(|(at, policy)| {
            format!("\n## 77{at}.1 {SECRET} {at}\nSecret sentence {at}.\n\n```cedar\n{policy}\n```\n")
        })
        .collect();
    format!(
        "+++\nredlines = \"secret-lines\"\nversion = \"1\"\nvocabulary = \"world\"\nparty = {{ id = \"vendor\", name = \"Example Vendor\" }}\n+++\n# Secret title\n{clauses}"
    )
}

fn scoped(short: &[&str]) -> Vec<String> {
    short.iter().map(|short| short.replacen(" when", " (principal, action, resource) when", 1)).collect()
}

fn counter(draft: &Agreement, lines: &[String]) -> Result<Counter, CounterError> {
    let vocabulary = &world::tiny().vocabulary;
    let text = file(lines);
    let lines = RedLines::parse(&text, vocabulary).unwrap_or_else(|problems| panic!("{problems}\n{text}"));
    let mut prover = Prover::new(Arc::clone(vocabulary), Budget::unlimited())?;
    prover.counter(draft, &lines)
}

fn terms(head: &str, policies: &[&str]) -> Agreement {
    draft(&world::tiny().vocabulary, "terms", head, policies).unwrap_or_else(|problems| panic!("{problems}"))
}

fn countered(head: &str, policies: &[&str], lines: &[&str]) -> Counter {
    counter(&terms(head, policies), &scoped(lines)).unwrap()
}

fn kinds(counter: &Counter) -> Vec<(&str, &str)> {
    counter.edits.iter().map(|edit| (edit.kind.as_str(), edit.clause.as_str())).collect()
}

#[test]
fn which_edit_answers_which_line() {
    let intelligence = "permit when { context.purpose in Purpose::\"intel\" };";
    let supply = "permit when { context.purpose == Purpose::\"supply\" };";
    let bulk = "forbid when { [Volume::\"bulk\", Volume::\"unknown\"].contains(context.volume) };";
    type Case = (&'static str, Vec<&'static str>, Vec<&'static str>, Vec<(&'static str, &'static str)>);
    let table: Vec<Case> = vec![
        (
            "kept as it is",
            vec![intelligence],
            vec!["forbid when { context.purpose == Purpose::\"supply\" };"],
            vec![],
        ),
        (
            "an overlap is cut out",
            vec![intelligence],
            vec!["forbid when { context.retry };"],
            vec![("restrict", "2.1")],
        ),
        (
            "a grant of nothing but what is never permitted is dropped",
            vec![supply, "permit when { context.purpose in Purpose::\"intel.home\" && context.retry };"],
            vec!["forbid when { context.retry && context.purpose in Purpose::\"intel\" };"],
            vec![("drop", "2")],
        ),
        (
            "a hold is enough where the line allows it",
            vec![intelligence],
            vec!["@hold(\"customer/counsel\")\nforbid when { context.retry };"],
            vec![("hold", "2.1")],
        ),
        (
            "a role that the draft gives to nobody is given to its party",
            vec![intelligence],
            vec!["@hold(\"vendor/chief\")\nforbid when { context.retry };"],
            vec![("hold", "2.1")],
        ),
        (
            "a role of nobody's party can't hold",
            vec![intelligence],
            vec!["@hold(\"third/officer\")\nforbid when { context.retry };"],
            vec![("restrict", "2.1")],
        ),
        (
            "a restriction gets an exception for what is always permitted",
            vec![intelligence, bulk],
            vec!["permit when { context.purpose == Purpose::\"intel.foreign\" };"],
            vec![("except", "2")],
        ),
        (
            "a restriction that only stands in the way of that is dropped",
            vec![supply, "forbid when { context.purpose == Purpose::\"supply\" && context.retry };"],
            vec!["permit when { context.purpose == Purpose::\"supply\" };"],
            vec![("drop", "2")],
        ),
        (
            "what isn't granted is granted",
            vec![intelligence],
            vec!["permit when { context.purpose == Purpose::\"supply\" };"],
            vec![("grant", "2.1")],
        ),
    ];
    for (sentence, policies, lines, expected) in table {
        let counter = countered("", &policies, &lines);
        assert_eq!(kinds(&counter), expected, "{sentence}\n{}", counter.agreement.source());
    }
}

#[test]
fn an_edit_costs_what_crosses_the_line_and_nothing_else() {
    let counter = countered(
        "",
        &["permit when { context.purpose in Purpose::\"intel\" };"],
        &["forbid when { context.volume == Volume::\"bulk\" && context.purpose != Purpose::\"unknown\" };"],
    );
    assert_eq!(counter.change.change, Change::Narrower);
    let closed = &counter.change.permits_closed;
    let vocabulary = &world::tiny().vocabulary;
    let words: Vec<String> =
        closed.cubes.iter().map(|cube| cube.cube.words(vocabulary).to_string()).collect();
    assert_eq!(words, ["purpose is within intel, and volume is bulk"]);
    assert!(closed.exhausted && counter.change.permits_opened.is_empty());
    // It says no more than the draft makes necessary: of the line's other purposes there is no word.
    assert!(counter.edits[0].cedar.contains("context.volume == Volume::\"bulk\""));
    assert!(!counter.edits[0].cedar.contains("purpose"));
}

#[test]
fn what_the_draft_presumes_is_seen_through() {
    // Who says nothing about volume is seen by the draft as targeted, and never meets a clause on `unknown`.
    let counter = countered(
        "presume = { volume = \"targeted\" }\n",
        &["permit when { context.purpose == Purpose::\"supply\" };"],
        &["forbid when { [Volume::\"bulk\", Volume::\"unknown\"].contains(context.volume) };"],
    );
    assert_eq!(kinds(&counter), [("restrict", "2.1")]);
    assert!(!counter.edits[0].cedar.contains("unknown"), "{}", counter.edits[0].cedar);
}

#[test]
fn a_role_is_given_to_its_party_in_the_head() {
    let counter = countered(
        "presume = { volume = \"targeted\" }\ngoverns = { maker = \"acme\" }\n",
        &["permit when { context.purpose == Purpose::\"supply\" };"],
        &["@hold(\"vendor/chief\")\nforbid when { context.retry };"],
    );
    let roles = &counter.agreement.parties()[0].roles;
    assert_eq!(roles, &[RoleId::new("vendor/duty-officer"), RoleId::new("vendor/chief")]);
    assert_eq!(counter.agreement.version(), "1-counter");
    let terms = terms(
        "presume = { volume = \"targeted\" }\ngoverns = { maker = \"acme\" }\n",
        &["permit when { true };"],
    );
    assert_eq!(counter.agreement.presume(), terms.presume());
    assert_eq!(counter.agreement.governs(), terms.governs());
    assert_eq!(counter.agreement.window(), terms.window());
}

#[test]
fn what_cant_be_answered_says_why() {
    let supply = "permit when { context.purpose == Purpose::\"supply\" };";
    let never_supply = "forbid when { context.retry };";
    let draft = terms("", &[supply]);
    let error = counter(&draft, &scoped(&[supply, never_supply])).unwrap_err();
    assert!(matches!(error, CounterError::Contradiction { .. }), "{error}");
    let said = error.to_string();
    assert!(said.contains("purpose=supply") && !said.contains("77"), "{said}");
    // With what is presumed, nobody can be told apart from who says nothing, and both lines can't be kept.
    let presuming = terms("presume = { volume = \"targeted\" }\n", &[supply]);
    let lines = scoped(&[
        "forbid when { context.volume == Volume::\"unknown\" };",
        "permit when { context.purpose == Purpose::\"supply\" && context.volume == Volume::\"targeted\" };",
    ]);
    assert!(matches!(counter(&presuming, &lines), Err(CounterError::Impossible)));
}

#[test]
fn lost_examples_are_taken_out_and_told() {
    let text = common::source(
        "world",
        "terms",
        "",
        scoped(&[
            "permit when { context.purpose in Purpose::\"intel\" };\n```\n```uses\npermit: purpose=intel.foreign, retry=?1\npermit: purpose=intel.foreign",
            "forbid when { context.volume == Volume::\"bulk\" };\n```\n```uses\ndeny: purpose=intel.foreign, volume=bulk",
        ]),
    );
    let vocabulary = &world::tiny().vocabulary;
    let draft = Agreement::draft(&text, vocabulary).unwrap_or_else(|problems| panic!("{problems}"));
    let lines = scoped(&[
        "forbid when { context.retry };",
        "permit when { context.purpose in Purpose::\"intel\" && !context.retry };",
    ]);
    let counter = counter(&draft, &lines).unwrap();
    let lost: Vec<(&str, &str)> =
        counter.lost_examples.iter().map(|lost| (lost.clause.as_str(), lost.use_.as_str())).collect();
    assert_eq!(lost, [("1", "purpose=intel.foreign, retry=?1"), ("2", "purpose=intel.foreign, volume=bulk")]);
    assert!(counter.agreement.run_examples(vocabulary).iter().all(|outcome| outcome.failure.is_none()));
}

/// Every piece of a file of red lines that must not be seen: its ids, numbers, headings, sentences, and the
/// text of its policies.
fn secrets(lines: &[String]) -> Vec<String> {
    let numbered = (0..lines.len()).flat_map(|at| [format!("77{at}"), format!("Secret sentence {at}")]);
    let fixed = ["secret-lines", "Secret title", SECRET].map(str::to_owned);
    numbered.chain(fixed).chain(lines.iter().map(|line| squeezed(line))).collect()
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn drawn_drafts_are_answered_at_no_other_cost_and_without_a_word_of_the_lines() {
    let world = world::tiny();
    let uses: Vec<(Facts, Use)> = every_use(world)
        .into_iter()
        .map(|facts| (facts.clone(), assembled(&world.vocabulary, &facts)))
        .collect();
    let (mut answered, mut kept) = (0, 0);
    for seed in 0..cases(18) {
        let mut drawer = Drawer::new(world, seed);
        let policies: Vec<String> = [true, true, false].map(|permits| drawer.policy(permits)).into();
        // Lines that only forbid never contradict each other.
        let lines: Vec<String> = (0..2).map(|_| drawer.policy(false)).collect();
        let text = common::source("world", "terms", "", policies);
        let draft = Agreement::draft(&text, &world.vocabulary).unwrap();
        let counter =
            deeply(|| counter(&draft, &lines)).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        if counter.edits.is_empty() {
            kept += 1;
            continue;
        }
        answered += 1;
        let edits: String =
            counter.edits.iter().map(|edit| format!("{} {}", edit.prose, edit.cedar)).collect();
        let shown = squeezed(&format!("{} {edits}", counter.agreement.source()));
        for secret in secrets(&lines) {
            assert!(!shown.contains(&secret), "seed {seed}: {secret}\n{}", counter.agreement.source());
        }
        let (before, after) = (in_force(&draft), in_force(&counter.agreement));
        let alone: Vec<(Option<RoleId>, Arc<Stack>)> = lines.iter().map(|line| alone(line)).collect();
        for (facts, use_) in uses.iter().skip(usize::try_from(seed % 17).unwrap()).step_by(17) {
            let (old, new) = (before.decide(use_).ruling, after.decide(use_).ruling);
            let right = allowed(&old, &alone, use_);
            assert_eq!(
                new,
                right,
                "seed {seed}: {}\n{}",
                told(&world.vocabulary, facts),
                counter.agreement.source()
            );
        }
    }
    assert!(answered > 6 && kept > 0, "{answered} answered, {kept} kept");
}

#[test]
fn what_must_always_be_permitted_is_opened_and_nothing_else() {
    let world = world::tiny();
    let uses: Vec<(Facts, Use)> = every_use(world)
        .into_iter()
        .map(|facts| (facts.clone(), assembled(&world.vocabulary, &facts)))
        .collect();
    let mut kinds = std::collections::BTreeSet::new();
    for seed in 0..cases(20) {
        let mut drawer = Drawer::new(world, seed);
        let policies: Vec<String> = [true, true, false, false].map(|permits| drawer.policy(permits)).into();
        let lines: Vec<String> = (0..1 + seed % 2).map(|_| drawer.policy(true)).collect();
        let text = common::source("world", "terms", "", policies);
        let draft = Agreement::draft(&text, &world.vocabulary).unwrap();
        let counter =
            deeply(|| counter(&draft, &lines)).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        kinds.extend(counter.edits.iter().map(|edit| edit.kind.as_str()));
        let (before, after) = (in_force(&draft), in_force(&counter.agreement));
        let asked: Vec<Arc<Stack>> = lines.iter().map(|line| wanted(line)).collect();
        for (facts, use_) in uses.iter().skip(usize::try_from(seed % 17).unwrap()).step_by(17) {
            let right = match asked.iter().any(|line| line.decide(use_).ruling == Ruling::Permit) {
                true => Ruling::Permit,
                false => before.decide(use_).ruling,
            };
            let case = format!("seed {seed}: {}", told(&world.vocabulary, facts));
            assert_eq!(after.decide(use_).ruling, right, "{case}\n{}", counter.agreement.source());
        }
    }
    assert!(kinds.contains("except") && kinds.contains("grant"), "{kinds:?}");
}

/// Terms that permit what one line asks for.
fn wanted(line: &str) -> Arc<Stack> {
    let vocabulary = &world::tiny().vocabulary;
    let text = common::source("world", "wanted", "", [line.to_owned()]);
    stack(vocabulary, vec![Agreement::draft(&text, vocabulary).unwrap().as_if_in_force()])
}

fn in_force(agreement: &Agreement) -> Arc<Stack> {
    side(&world::tiny().vocabulary, [agreement.clone()], Dates::Ignored).unwrap()
}

/// Terms that permit everything but what one line forbids.
fn alone(line: &str) -> (Option<RoleId>, Arc<Stack>) {
    let vocabulary = &world::tiny().vocabulary;
    let every = "permit (principal, action, resource);".to_owned();
    let text = common::source("world", "alone", "", [every, line.to_owned()]);
    let agreement = Agreement::draft(&text, vocabulary).unwrap().as_if_in_force();
    let role = agreement.holding_roles().next().cloned();
    (role, stack(vocabulary, vec![agreement]))
}

/// The most that the lines leave of a ruling.
fn allowed(old: &Ruling, lines: &[(Option<RoleId>, Arc<Stack>)], use_: &Use) -> Ruling {
    let met: Vec<&Option<RoleId>> = lines
        .iter()
        .filter(|(_, stack)| stack.decide(use_).ruling != Ruling::Permit)
        .map(|(role, _)| role)
        .collect();
    let mut roles = match old {
        Ruling::Deny => return Ruling::Deny,
        Ruling::Permit => Vec::new(),
        Ruling::Hold { roles } => roles.clone(),
    };
    if met.contains(&&None) {
        return Ruling::Deny;
    }
    roles.extend(met.into_iter().flatten().cloned());
    roles.sort();
    roles.dedup();
    if roles.is_empty() { Ruling::Permit } else { Ruling::Hold { roles } }
}

#[test]
fn a_line_in_the_usual_words_is_answered_in_others() {
    let policies = ["permit when { true };"];
    for line in [
        "forbid when { context.retry };",
        "forbid when { context.parts >= 1 };",
        "forbid when { [Purpose::\"supply\", Purpose::\"unknown\"].contains(context.purpose) };",
        "@hold(\"customer/counsel\")\nforbid when { context.steps.containsAll([Step::\"link\"]) };",
        "forbid\n  when { context.maker == Maker::\"acme\" };",
    ] {
        let counter = countered("", &policies, &[line]);
        assert_eq!(counter.edits.len(), 1, "{line}");
        let shown = squeezed(counter.agreement.source());
        let own = squeezed(&scoped(&[line])[0]);
        let own = &own[own.find("forbid").unwrap()..];
        assert!(!shown.contains(own), "{own}\n{}", counter.agreement.source());
        assert_eq!(counter.edits[0].change.change, Change::Narrower);
    }
}

#[test]
fn dropping_any_edit_crosses_a_line_again() {
    let policies = [
        "permit when { context.purpose in Purpose::\"intel\" };",
        "permit when { context.purpose == Purpose::\"supply\" };",
    ];
    let lines = [
        "forbid when { context.volume == Volume::\"bulk\" };",
        "forbid when { context.retry && context.purpose == Purpose::\"supply\" };",
        "@hold(\"customer/counsel\")\nforbid when { context.parts > 0 };",
    ];
    let counter = countered("", &policies, &lines);
    assert_eq!(counter.edits.len(), 3, "{:?}", kinds(&counter));
    for edit in &counter.edits {
        assert_ne!(edit.change.change, Change::Equivalent, "{}", edit.cedar);
        // Taken out of the text, the lines are crossed.
        let text = counter.agreement.source().replace(edit.cedar.as_str(), "");
        let vocabulary = &world::tiny().vocabulary;
        let without = Agreement::draft(&text, vocabulary).unwrap();
        let lines = RedLines::parse(&file(&scoped(&lines)), vocabulary).unwrap();
        let mut prover = Prover::new(Arc::clone(vocabulary), Budget::unlimited()).unwrap();
        let law = prover.law(&in_force(&without)).unwrap();
        assert!(!prover.red_lines(&law, &lines).unwrap().iter().all(LineVerdict::kept), "{}", edit.cedar);
    }
}

#[test]
fn the_dispute_is_answered() {
    let read =
        |name: &str| std::fs::read_to_string(format!("{}/../../{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let vocabulary = Arc::new(
        Vocabulary::parse(&read("packs/defense/defense.cedarschema"), &read("packs/defense/defense.toml"))
            .unwrap(),
    );
    let table = [
        ("draft-2", "vendor", vec!["restrict"]),
        ("draft-1", "customer", vec!["except"]),
        ("draft-1", "vendor", vec![]),
        ("draft-2", "customer", vec![]),
    ];
    for (draft, party, expected) in table {
        let draft = Agreement::parse(&read(&format!("examples/dispute/{draft}.md")), &vocabulary).unwrap();
        let text = read(&format!("examples/dispute/{party}.redlines.md"));
        let lines = RedLines::parse(&text, &vocabulary).unwrap();
        let counter = deeply(|| {
            let mut prover = Prover::new(Arc::clone(&vocabulary), Budget::unlimited()).unwrap();
            prover.counter(&draft, &lines).unwrap()
        });
        let found: Vec<&str> = counter.edits.iter().map(|edit| edit.kind.as_str()).collect();
        assert_eq!(found, expected, "{party}");
        let again = Agreement::parse(counter.agreement.source(), &vocabulary);
        let again = again.unwrap_or_else(|problems| panic!("{problems}\n{}", counter.agreement.source()));
        assert!(again.run_examples(&vocabulary).iter().all(|outcome| outcome.failure.is_none()));
        for clause in lines.clauses().iter().filter(|clause| !clause.sentence().is_empty()) {
            assert!(!again.source().contains(clause.sentence()), "{}", clause.sentence());
        }
        assert!(counter.edits.iter().all(|edit| !matches!(edit.kind, EditKind::Drop)));
    }
}
