//! `ledger verify --redecide`: an operator who holds the log's key can write a sound ledger of rulings that
//! don't follow. Each such ledger is made here, and each is found out.

use std::fs;

use carveout_ledger::{
    Decided, DesignationAdopted, Digest, Entry, Event, Ledger, LedgerReader, Objects, Options, Ruling,
    SignatureRule, SigningKey, VerifierKey,
};
use carveout_terms::{Facts, Use, Vocabulary};

use crate::{
    kit::{SUPPLY, Workspace, copy, provider},
    live,
};

/// Writes the ledger of a workspace anew, with every entry changed at will, and signs it as the operator.
pub(crate) fn rewrite(workspace: &Workspace, change: impl Fn(&mut Vec<Entry>)) {
    let key: SigningKey = workspace.read("keys/ledger.key").trim().parse().unwrap();
    let public: VerifierKey = key.verifier();
    let reader = LedgerReader::open(&workspace.path("ledger"), &public).unwrap();
    let mut entries: Vec<Entry> =
        reader.entries(0).map(|read| Entry::parse(&read.unwrap().1).unwrap()).collect();
    change(&mut entries);
    fs::rename(workspace.path("ledger"), workspace.path("before")).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut entries = entries.into_iter();
        let genesis = entries.next().unwrap();
        let ledger = Ledger::create(&workspace.path("ledger"), Options::default(), key, genesis).unwrap();
        ledger.append_all(entries.collect()).await.unwrap();
        ledger.close().await.unwrap();
    });
    fs::remove_dir_all(workspace.path("ledger/objects")).unwrap();
    copy(&workspace.path("before/objects"), &workspace.path("ledger/objects"));
}

pub(crate) fn decisions(entries: &mut [Entry]) -> impl Iterator<Item = &mut Decided> {
    entries.iter_mut().filter_map(|entry| match &mut entry.event {
        Event::Decided(decided) => Some(decided),
        _ => None,
    })
}

/// The entries without those that say what became of permitted uses.
fn decisions_only(entries: &mut Vec<Entry>) {
    entries.retain(|entry| !matches!(entry.event, Event::Attempted(_) | Event::Settled(_)));
}

/// Writes what was measured in another way, and the digest over the facts with it.
fn respelt(decided: &mut Decided, respell: impl Fn(&str) -> String) {
    let facts = &mut decided.facts;
    facts.gateway = respell(&facts.gateway);
    let approvals = facts.approvals.iter().map(String::as_str);
    let digest = Use::digest_of([&facts.caller, &facts.program, &facts.gateway], &facts.evidence, approvals);
    decided.facts_digest = Digest::from_bytes(*digest.as_bytes());
}

/// Facts with every number in them.
fn named(text: &str) -> String {
    let vocabulary = Vocabulary::parse(
        include_str!("../../../packs/defense/defense.cedarschema"),
        include_str!("../../../packs/defense/defense.toml"),
    );
    let vocabulary = vocabulary.unwrap();
    let facts = Facts::suppose(&vocabulary, text).unwrap();
    assert!(text.contains(", *=0;of="), "{text}");
    facts.display(&vocabulary).to_string()
}

fn terms_of(entries: &[Entry], program: &str) -> carveout_ledger::Digest {
    let adopted = entries.iter().filter_map(|entry| match &entry.event {
        Event::TermsAdopted(adopted) => Some(adopted),
        _ => None,
    });
    adopted.flat_map(|adopted| &adopted.programs).find(|named| named.program == program).unwrap().stack
}

#[test]
fn a_ruling_that_does_not_follow_is_found_in_a_ledger_that_verifies() {
    type Change = fn(&mut Vec<Entry>);
    let cases: [(&str, Change, &str); 13] = [
        (
            "every number named, as records did before",
            |entries| decisions(entries).for_each(|decided| respelt(decided, named)),
            "0 differ",
        ),
        (
            "facts in another order",
            |entries| {
                decisions(entries).for_each(|decided| {
                    respelt(decided, |text| {
                        let (first, rest) = text.split_once(", ").unwrap();
                        let (second, rest) = rest.split_once(", ").unwrap();
                        format!("{second}, {first}, {rest}")
                    });
                });
            },
            "are not spelt as facts are recorded",
        ),
        (
            "the numbers of another vocabulary",
            |entries| {
                decisions(entries)
                    .for_each(|decided| respelt(decided, |text| text.replace(";of=\"", ";of=\"0")));
            },
            "those of another vocabulary",
        ),
        ("as it was", |_| {}, "0 differ"),
        (
            "a denial recorded as a permit",
            |entries| {
                decisions(entries)
                    .filter(|decided| decided.ruling == Ruling::Deny)
                    .for_each(|decided| decided.ruling = Ruling::Permit);
            },
            "recorded as permit by",
        ),
        (
            "a clause left out",
            |entries| decisions(entries).for_each(|decided| decided.grounds.clear()),
            "by no clause",
        ),
        (
            "a presumption left out",
            |entries| decisions(entries).for_each(|decided| decided.presumed.clear()),
            ", presuming weapon_function=none (the program)",
        ),
        (
            "a role left out",
            |entries| decisions(entries).for_each(|decided| decided.roles.clear()),
            "it follows that hold for customer/release-authority",
        ),
        (
            "a fact changed",
            |entries| {
                decisions(entries).for_each(|decided| {
                    decided.facts.caller = decided.facts.caller.replace("bulk", "targeted")
                });
            },
            "it follows that",
        ),
        (
            "a registered fact changed",
            |entries| {
                decisions(entries).for_each(|decided| {
                    decided.facts.program = decided.facts.program.replace("eo12333", "warrant")
                });
            },
            "are not those registered for it",
        ),
        (
            "another program's terms",
            |entries| {
                let terms = terms_of(entries, "logistics-support");
                decisions(entries).for_each(|decided| decided.terms = terms);
            },
            "not those adopted for its program",
        ),
        (
            "another target",
            |entries| {
                decisions_only(entries);
                decisions(entries).for_each(|decided| {
                    std::sync::Arc::make_mut(&mut decided.target).maker = "openai".to_owned()
                });
            },
            "for another target than the one it names",
        ),
        (
            "an approval out of thin air",
            |entries| {
                decisions_only(entries);
                // A permit that rests on approvals which nobody gave is taken by no ledger.
                decisions(entries).filter(|decided| decided.ruling != Ruling::Permit).for_each(|decided| {
                    decided.facts.approvals.push("customer/release-authority".to_owned())
                });
            },
            "no entry proves that they were given",
        ),
    ];
    let provider = provider();
    for (what, change, words) in cases {
        let workspace = Workspace::with_decisions(&provider);
        rewrite(&workspace, change);
        workspace.run("ledger verify").expect(0, &["verified:"]);
        let sound = words == "0 differ";
        workspace.run("ledger verify --redecide").expect(if sound { 0 } else { 1 }, &[words]);
        let document = workspace.run("ledger verify --redecide --json").json();
        assert_eq!(document["verified"], sound, "{what}: {document:#}");
    }
}

/// An adoption that needs nobody's signature.
fn adoption(id: &str, record: &str) -> Event {
    Event::DesignationAdopted(DesignationAdopted {
        record: id.to_owned(),
        version: "1".to_owned(),
        digest: Digest::of(record.as_bytes()),
        confidence: "primary".to_owned(),
        loosens: Vec::new(),
        signers: Vec::new(),
        statement: None,
        signatures: SignatureRule::Optional,
    })
}

fn designated(entry: &Entry) -> bool {
    matches!(entry.event, Event::DesignationAdopted(_))
}

#[test]
fn a_limit_that_does_not_follow_from_its_record_is_found() {
    type Change = fn(&mut Vec<Entry>);
    let cases: [(&str, Change, i32, &[&str]); 4] = [
        ("as it was", |_| {}, 0, &["0 differ", "1 limits compiled again"]),
        (
            "another record than the limit was compiled from",
            |entries| {
                let other = live::order("order", "openai", "");
                entries.iter_mut().filter(|entry| designated(entry)).for_each(|entry| {
                    entry.event = adoption("order", &other);
                });
            },
            1,
            &["forbids something else than its record comes to"],
        ),
        (
            "a record that no terms follow",
            |entries| {
                let (at, other) = (entries.last().unwrap().at, live::order("second", "sample-maker", ""));
                let place =
                    entries.iter().rposition(|entry| matches!(entry.event, Event::Decided(_))).unwrap();
                entries.insert(place, Entry { at, event: adoption("second", &other) });
                entries.iter_mut().skip(place).for_each(|entry| entry.at = at);
            },
            1,
            &["is not bound by the limit that the record of `second` comes to"],
        ),
        (
            "a limit that an earlier record is to come to",
            |entries| {
                let nobody = live::order("order", "Nobody In Particular", "");
                entries.iter_mut().filter(|entry| designated(entry)).for_each(|entry| {
                    entry.event = adoption("order", &nobody);
                });
            },
            1,
            &["bound by a limit `order`, and the record comes to none"],
        ),
    ];
    let provider = provider();
    for (what, change, code, words) in cases {
        let workspace = live::workspace(&provider);
        workspace.run("designations add order.toml --key keys/first.key").expect(0, &[]);
        let gateway = workspace.serve();
        assert_eq!(live::status(&workspace, &gateway), 403, "{what}");
        assert_eq!(gateway.stop(), Some(0));
        rewrite(&workspace, change);
        let objects = Objects::of_ledger(&workspace.path("ledger"));
        for (id, who) in [("order", "openai"), ("order", "Nobody In Particular"), ("second", "sample-maker")]
        {
            objects.put(live::order(id, who, "").as_bytes()).unwrap();
        }
        workspace.run("ledger verify").expect(0, &["verified:"]);
        workspace.run("ledger verify --redecide").expect(code, words);
    }
}

#[test]
fn an_attempt_elsewhere_and_another_time_are_found() {
    type Change = fn(&mut Vec<Entry>);
    let cases: [(Change, &str); 2] = [
        (
            |entries| {
                for entry in entries {
                    if let Event::Attempted(attempted) = &mut entry.event {
                        std::sync::Arc::make_mut(&mut attempted.target).provider = "elsewhere".to_owned();
                    }
                }
            },
            "attempted at another target",
        ),
        (
            |entries| {
                let last = entries.last().unwrap().at;
                entries.iter_mut().filter(|entry| matches!(entry.event, Event::Decided(_))).for_each(
                    |entry| {
                        entry.at = carveout_ledger::Timestamp::from_millis(last.millis() + 1);
                    },
                );
            },
            "but decided as if at",
        ),
    ];
    let provider = provider();
    for (change, words) in cases {
        let workspace = Workspace::with_decisions(&provider);
        rewrite(&workspace, change);
        workspace.run("ledger verify --redecide").expect(1, &[words]);
    }
}

/// The text without what stands from one phrase to the next.
fn without(text: &str, from: &str, to: &str) -> String {
    let start = text.find(from).unwrap_or_else(|| panic!("`{from}` does not stand there"));
    let end = start + text[start..].find(to).unwrap_or_else(|| panic!("`{to}` does not follow"));
    format!("{}{}", &text[..start], &text[end..])
}

#[test]
fn what_was_recorded_before_the_vocabulary_knew_contents_still_opens_verifies_and_follows() {
    let provider = provider();
    let workspace = Workspace::sample(Some(&provider));
    let (schema, members) = ("vocabulary/defense.cedarschema", "vocabulary/defense.toml");
    let now = [schema, members, "agreements/house-rules.md"].map(|file| (file, workspace.read(file)));
    let facts = without(&now[0].1, "    // Where content comes from,", "    // What tools returned");
    workspace.write(
        schema,
        without(&facts, "@doc(\"The purpose for which a model produced", "@doc(\"What the texts"),
    );
    workspace.write(members, without(&now[1].1, "# Groups of purposes, as `derived_from`", "[Tripwire]"));
    let rules = &now[2].1;
    workspace.write(now[2].0, &rules[..rules.find("### 1.6").unwrap()]);
    let gateway = workspace.serve();
    for status in [200, 200] {
        assert_eq!(workspace.ask(&gateway, "logistics-support", SUPPLY).0, status);
    }
    assert_eq!(gateway.stop(), Some(0));
    let recorded = |workspace: &Workspace| workspace.run("ledger show --json").out.contains("reclaimed");
    assert!(!recorded(&workspace), "nobody knew the fact");
    for (file, text) in now {
        workspace.write(file, text);
    }
    workspace.run("ledger verify --redecide").expect(0, &["0 differ"]);
    let gateway = workspace.serve();
    assert_eq!(workspace.ask(&gateway, "logistics-support", SUPPLY).0, 200);
    assert_eq!(gateway.stop(), Some(0));
    assert!(recorded(&workspace));
    workspace.run("ledger verify --redecide").expect(0, &["0 differ"]);
    workspace.write("order.toml", crate::exposure::ORDER);
    workspace.edit("carveout.toml", "targets = [", crate::exposure::OTHER);
    let asked = "exposure report --designation order.toml --on 2099-06-01 --as-known-on 2099-06-01";
    let words = ["2 calls were recorded before the vocabulary had some facts"];
    let document = workspace.run(&format!("{asked} --json")).expect(1, &words).json();
    let item = &document["reports"][0]["moves"][0];
    assert_eq!(item["substitutes"][0]["permitted"], 3, "{item:#}");
    assert_eq!(item["substitutes"][0]["undecided"], 0, "{item:#}");
}

#[test]
fn terms_that_are_not_kept_with_the_ledger_are_missed() {
    let workspace = Workspace::sample(None);
    workspace.serve().stop();
    let objects = workspace.path("ledger/objects/sha256");
    for object in fs::read_dir(&objects).unwrap() {
        let object = object.unwrap().path();
        let kept = fs::read(&object).unwrap();
        fs::remove_file(&object).unwrap();
        let gone = workspace.run("ledger verify --redecide");
        assert_ne!(gone.code, Some(0), "{gone:?}");
        fs::write(&object, b"something else").unwrap();
        let changed = workspace.run("ledger verify --redecide");
        assert_ne!(changed.code, Some(0), "{changed:?}");
        fs::write(&object, kept).unwrap();
    }
    workspace.run("ledger verify --redecide").expect(0, &["0 differ"]);
}
