//! `[[monitor]] detector = …`: what a detector finds doesn't decide for a time, by the word of all parties, and the record holds both.

use carveout_ledger::{Entry, Event};

use crate::{
    kit::{Serving, Workspace, post, provider},
    redecide::{decisions, rewrite},
};

const SUPPLY: &str = "purpose=logistics.supply, subject=us_person";
pub(super) const PLATES: &str =
    "\n[[monitor]]\nid = \"plates\"\ndetector = \"identifiers.plate\"\nuntil = 2099-01-31\n";
const NO_PLATES: &str = "
### 3.8 Licence plates

Texts with licence plates shall not be put to the Model.

```cedar
@silent(\"the gateway always says what it recognised\")
forbid (principal, action, resource)
when { context.identifiers.contains(Identifier::\"plate\") };
```

## 4 ";

/// A workspace whose terms forbid plates, signed by both parties.
fn workspace(provider: Option<&Serving>) -> Workspace {
    let workspace = Workspace::sample(provider);
    forbid_plates(&workspace);
    workspace
}

pub(super) fn forbid_plates(workspace: &Workspace) {
    workspace.edit("agreements/sample-terms.md", "\n## 4 ", NO_PLATES);
    for party in ["customer", "vendor"] {
        let sign = format!("sign agreements/sample-terms.md --key keys/{party}.key");
        workspace.run(&sign).expect(0, &[]);
    }
}

pub(super) fn ask(workspace: &Workspace, gateway: &Serving, claim: &str, text: &str) -> (u16, String) {
    let body = format!(r#"{{"model":"sample-chat","messages":[{{"role":"user","content":"{text}"}}]}}"#);
    let headers = format!(
        "Authorization: Bearer {}\r\nCarveout-Use: {claim}\r\nContent-Type: application/json\r\n",
        workspace.key("logistics-support")
    );
    post(gateway.address, "/v1/chat/completions", &headers, &body)
}

pub(super) const PLATE: &str = "Where is the truck with the licence plate 7KLM482?";

pub(super) fn agree(workspace: &Workspace) {
    for party in ["customer", "vendor"] {
        let sign = format!("monitor sign plates --key keys/{party}.key");
        workspace
            .run(&sign)
            .expect(0, &["the detector identifiers.plate is only monitored until 2099-01-31"]);
    }
}

/// A ledger with a use in which the monitored detector found something, and one in which it didn't.
fn recorded(provider: &Serving) -> Workspace {
    let workspace = workspace(Some(provider));
    workspace.append("carveout.toml", PLATES);
    agree(&workspace);
    let gateway = workspace.serve();
    let (status, answer) = ask(&workspace, &gateway, SUPPLY, PLATE);
    assert_eq!(status, 200, "{answer}");
    assert_eq!(ask(&workspace, &gateway, SUPPLY, "Where is the truck?").0, 200);
    assert_eq!(gateway.stop(), Some(0));
    workspace
}

#[test]
fn a_detector_is_only_monitored_by_the_word_of_every_party_and_for_their_time() {
    let provider = provider();
    let workspace = workspace(Some(&provider));
    let gateway = workspace.serve();
    let (status, answer) = ask(&workspace, &gateway, SUPPLY, PLATE);
    assert!(status == 403 && answer.contains("3.8"), "{answer}");
    assert_eq!(gateway.stop(), Some(0));

    workspace.append("carveout.toml", PLATES);
    workspace.refuses(&["no party has agreed to it", "carveout monitor sign plates --key FILE"]);
    let signed = workspace.run("monitor sign plates --key keys/customer.key --json").expect(0, &[]).json();
    assert_eq!((&signed["detector"], &signed["monitor"]), (&"identifiers.plate".into(), &"plates".into()));
    assert_eq!(signed["agreements"][0]["agreement"], "sample-terms");
    workspace.run("monitor sign plates --key keys/customer.key").expect(2, &["has signed this already"]);
    workspace.refuses(&["`vendor`, a party of `sample-terms`, has not agreed to it"]);
    workspace
        .run("monitor sign plates --key keys/vendor.key")
        .expect(0, &["only monitored until 2099-01-31"]);
    // Another date, another detector: neither was agreed to.
    for (old, new) in [("2099-01-31", "2099-02-01"), ("identifiers.plate", "identifiers.vin")] {
        workspace.edit("carveout.toml", old, new);
        workspace.refuses(&["has not agreed to it"]);
        workspace.edit("carveout.toml", new, old);
    }
    // Nor is what was agreed under one text agreed under the next.
    workspace.edit("agreements/sample-terms.md", "Texts with licence plates", "Texts with plates");
    for party in ["customer", "vendor"] {
        workspace.run(&format!("sign agreements/sample-terms.md --key keys/{party}.key")).expect(0, &[]);
    }
    workspace.refuses(&["has not agreed to it"]);
    agree(&workspace);

    let gateway = workspace.serve();
    assert_eq!(ask(&workspace, &gateway, SUPPLY, PLATE).0, 200, "only monitored");
    assert_eq!(ask(&workspace, &gateway, SUPPLY, "Where is the truck?").0, 200);
    let (status, answer) = ask(&workspace, &gateway, &format!("{SUPPLY}, effect=kinetic_lethal"), PLATE);
    assert!(status == 403 && answer.contains("3.8"), "a use that may kill: {answer}");
    assert_eq!(gateway.stop(), Some(0));

    let found = workspace.run("report --json").expect(0, &[]).json();
    let plates = &found["monitors"][0];
    assert_eq!((&plates["kind"], &plates["detector"]), (&"detector".into(), &"identifiers.plate".into()));
    assert_eq!(plates["agreements"][0]["parties"], serde_json::json!(["vendor", "customer"]));
    let uses = serde_json::json!({ "decided": 3, "would_deny": 1, "would_hold": 0, "would_permit": 0 });
    assert_eq!(plates["uses"], uses, "{found:#}");
    assert_eq!(
        (&plates["clauses"][0]["clause"], &plates["clauses"][0]["would_deny"]),
        (&"3.8".into(), &1.into())
    );
    workspace.run("report --html report.html").expect(
        0,
        &[
            "the detector identifiers.plate, which is only monitored until 2099-01-31",
            "sample-terms 3.8: would deny 1",
        ],
    );
    assert!(workspace.read("report.html").contains("identifiers.plate"));
    workspace.run("ledger show").expect(0, &["plates (the detector identifiers.plate until 2099-01-31"]);
    workspace.run("ledger verify --redecide").expect(0, &["4 decisions", "0 differ"]);

    // Without the monitor it decides again.
    let config = workspace.read("carveout.toml");
    workspace.write("carveout.toml", config.replace(PLATES, ""));
    let gateway = workspace.serve();
    assert_eq!(ask(&workspace, &gateway, SUPPLY, PLATE).0, 403);
    assert_eq!(gateway.stop(), Some(0));
    workspace.run("ledger verify --redecide").expect(0, &["5 decisions", "0 differ"]);
}

#[test]
fn what_did_not_decide_without_everybodys_word_is_found_in_a_ledger_that_verifies() {
    type Change = fn(&mut Vec<Entry>);
    fn first(entries: &mut [Entry]) -> &mut carveout_ledger::Decided {
        decisions(entries).find(|one| one.found.is_some()).unwrap()
    }
    fn set(entries: &mut [Entry]) -> &mut carveout_ledger::MonitorsSet {
        let sets = entries.iter_mut().filter_map(|entry| match &mut entry.event {
            Event::MonitorsSet(set) => Some(set),
            _ => None,
        });
        sets.last().unwrap()
    }
    let cases: [(&str, Change, i32, &str); 6] = [
        ("as it was", |_| {}, 0, "0 differ"),
        (
            "no detector was monitored",
            |entries| set(entries).detectors.clear(),
            1,
            "no detector was only monitored for this use",
        ),
        (
            "something else was left out too",
            |entries| {
                let found = first(entries).found.as_mut().unwrap();
                found.gateway = format!("opaque_texts=4, {}", found.gateway);
            },
            1,
            "`opaque_texts` decided as something else than what was found",
        ),
        (
            "another kind was left out too",
            |entries| {
                let found = first(entries).found.as_mut().unwrap();
                found.gateway = found.gateway.replace("identifiers=(plate)", "identifiers=(plate vin)");
            },
            1,
            "`identifiers` decided as something else",
        ),
        (
            "what would have been ruled is not said",
            |entries| first(entries).monitored.clear(),
            1,
            "doesn't say what the monitor `plates` would have ruled",
        ),
        (
            "what would have been ruled does not follow",
            |entries| first(entries).monitored[0].ruling = carveout_ledger::Ruling::Permit,
            1,
            "monitored by `plates` as permit, but it follows that deny",
        ),
    ];
    let provider = provider();
    let original = recorded(&provider);
    for (case, change, code, words) in cases {
        rewrite(&original, change);
        let verified = original.run("ledger verify --redecide");
        verified.expect(code, &[words]);
        assert_eq!(code == 0, case == "as it was");
        std::fs::remove_dir_all(original.path("ledger")).unwrap();
        std::fs::rename(original.path("before"), original.path("ledger")).unwrap();
    }
}

#[test]
fn a_detector_that_can_not_be_only_monitored_is_refused_with_a_reason() {
    let cases: Vec<(String, &str)> = vec![
        (
            PLATES.replace("identifiers.plate", "plates"),
            "there is no detector `plates`; there are: identifiers.email",
        ),
        (PLATES.replace("until = 2099-01-31\n", ""), "a detector is only monitored until a date"),
        (format!("{PLATES}clause = \"3.4\"\n"), "either a draft, a clause in force or a detector"),
        (PLATES.replace("identifiers.plate", "tripwire.targeting"), "no terms of these programs test what"),
        (format!("{PLATES}programs = [\"nobody\"]\n"), "there is no program `nobody`"),
    ];
    for (lines, said) in cases {
        let workspace = workspace(None);
        workspace.append("carveout.toml", &lines);
        workspace.refuses(&[said]);
    }
    // A clause that turns on force must see everything.
    let workspace = Workspace::sample(None);
    let force = NO_PLATES.replace(
        "when { context.identifiers.contains(Identifier::\"plate\") };",
        "when { context.identifiers.contains(Identifier::\"plate\") && context.effect != Effect::\"informational\" };",
    );
    workspace.edit("agreements/sample-terms.md", "\n## 4 ", &force);
    for party in ["customer", "vendor"] {
        workspace.run(&format!("sign agreements/sample-terms.md --key keys/{party}.key")).expect(0, &[]);
    }
    workspace.append("carveout.toml", PLATES);
    workspace.run("monitor sign plates --key keys/vendor.key").expect(2, &["turns on `effect`"]);
    workspace.refuses(&["turns on `effect`"]);
}

#[test]
fn kinds_of_identifiers_are_monitored_together() {
    let workspace = workspace(None);
    let vins = PLATES.replace("plates", "vins").replace("identifiers.plate", "identifiers.vin");
    workspace.append("carveout.toml", &format!("{PLATES}{}", vins.replace("2099-01-31", "2099-03-31")));
    for monitor in ["plates", "vins"] {
        for party in ["customer", "vendor"] {
            workspace.run(&format!("monitor sign {monitor} --key keys/{party}.key")).expect(0, &[]);
        }
    }
    workspace.refuses(&["kinds of identifiers are monitored together"]);
}
