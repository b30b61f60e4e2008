//! `[[monitor]]`, `monitor sign` and `report`: terms that are decided by and recorded, and change no ruling.

use serde_json::Value as Json;

use crate::kit::{Serving, Workspace, provider};

const SUPPLY: &str = "purpose=logistics.supply, subject=us_person";
/// Denied by clause 3.4 and nothing else.
const BOUGHT: &str =
    "purpose=intel.foreign, volume=targeted, source=commercially_purchased, subject=us_person";
const NO_SUPPLY: &str = "
### 3.8 No supply

The Model shall not be used for supply.

```cedar
@silent(\"clause 2.2 forbids every use that states no purpose\")
forbid (principal, action, resource)
when { context.purpose == Purpose::\"logistics.supply\" };
```

## 4 ";

/// A second version of the sample terms, with a clause more.
fn draft(workspace: &Workspace) {
    let terms = workspace.read("agreements/sample-terms.md");
    let next = terms.replacen("version = \"1\"", "version = \"2\"", 1).replacen("\n## 4 ", NO_SUPPLY, 1);
    assert_ne!(terms, next);
    std::fs::create_dir_all(workspace.path("drafts")).unwrap();
    workspace.write("drafts/next.md", next);
}

const DRAFT: &str = "\n[[monitor]]\nid = \"next\"\ndraft = \"drafts/next.md\"\n";
const CLAUSE: &str =
    "\n[[monitor]]\nid = \"bought\"\nagreement = \"sample-terms\"\nclause = \"3.4\"\nuntil = 2099-01-31\n";

fn ask(workspace: &Workspace, gateway: &Serving, program: &str, claim: &str, status: u16) {
    let (found, answer) = workspace.ask(gateway, program, claim);
    assert_eq!(found, status, "{claim}: {answer}");
}

fn report(workspace: &Workspace, words: &str) -> Json {
    workspace.run(&format!("report --json{words}")).expect(0, &[]).json()
}

#[test]
fn a_draft_changes_no_ruling_and_the_report_says_what_it_would_have_changed() {
    let provider = provider();
    let workspace = Workspace::sample(Some(&provider));
    workspace.run("report").expect(2, &["there is no ledger"]);
    draft(&workspace);
    workspace.append("carveout.toml", DRAFT);
    let gateway = workspace.serve();
    for _ in 0..2 {
        ask(&workspace, &gateway, "logistics-support", SUPPLY, 200);
    }
    ask(&workspace, &gateway, "logistics-support", "purpose=translation, subject=none", 200);
    ask(&workspace, &gateway, "intelligence-support", BOUGHT, 403);
    assert_eq!(gateway.stop(), Some(0));

    let found = report(&workspace, "");
    assert_eq!((found["version"].as_u64(), found["decisions"].as_u64()), (Some(1), Some(4)));
    let next = &found["monitors"][0];
    assert_eq!(
        (&next["monitor"], &next["kind"], &next["agreement_version"]),
        (&"next".into(), &"draft".into(), &"2".into())
    );
    let expected = r#"{"decided":4,"would_deny":2,"would_hold":0,"would_permit":0}"#;
    assert_eq!(next["uses"], serde_json::from_str::<Json>(expected).unwrap());
    assert_eq!(next["programs"][0]["program"], "intelligence-support");
    assert_eq!(next["programs"][0]["uses"]["would_deny"], 0);
    assert_eq!(
        (&next["clauses"][0]["clause"], &next["clauses"][0]["would_deny"]),
        (&"3.8".into(), &2.into())
    );
    let entries = next["clauses"][0]["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 2);
    workspace.run(&format!("ledger receipt {}", entries[0])).expect(0, &[]);
    assert_eq!(
        (&next["changes"][0]["ruling"], &next["changes"][0]["would_be"]),
        (&"permit".into(), &"deny".into())
    );

    workspace.run("report --html report.html").expect(
        0,
        &[
            "4 decisions",
            "the draft sample-terms version 2",
            "sample-terms 3.8: would deny 2",
            "was permit, would be",
        ],
    );
    let page = workspace.read("report.html");
    for words in ["<h2>next</h2>", "sample-terms 3.8", "purpose=logistics.supply", "would have done"] {
        assert!(page.contains(words), "{words}");
    }
    assert!(!page.contains("http://") && !page.contains("<script"), "it stands alone");
    // Part of the record.
    assert_eq!(report(&workspace, " --program intelligence-support")["monitors"][0]["uses"]["would_deny"], 0);
    assert_eq!(report(&workspace, " --to 2026-01-01")["decisions"], 0);
    assert_eq!(report(&workspace, " --from 2026-01-01T00:00:00Z")["decisions"], 4);
    workspace.run("report --from yesterday").expect(2, &["is not a time"]);
    workspace
        .run("report --from 2027-01-01 --to 2026-01-01")
        .expect(2, &["no time lies between", "`--from`"]);
    workspace.run("report --dir agreements").expect(2, &["there is no ledger in `agreements`"]);
    workspace.run("report --html no/such/folder.html").expect(2, &["can't write `no/such/folder.html`"]);
    workspace.run("ledger show").expect(0, &["monitored from here on: next (draft sample-terms version 2)"]);
    workspace.run("ledger verify --redecide").expect(0, &["4 decisions", "0 differ"]);
    // Without the draft's text nobody can see that it says so.
    let digest = next["digest"].as_str().unwrap().trim_start_matches("sha256:").to_owned();
    let objects = workspace.path("ledger/objects");
    let kept =
        find(&objects, &digest).unwrap_or_else(|| panic!("the draft is kept in {}", objects.display()));
    std::fs::remove_file(kept).unwrap();
    workspace.run("ledger verify --redecide").expect(2, &["is not kept with the ledger"]);
}

fn find(folder: &std::path::Path, name: &str) -> Option<std::path::PathBuf> {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).find_map(|path| {
        let joined = path.to_string_lossy().replace('/', "");
        match path.is_dir() {
            true => find(&path, name),
            false => joined.contains(name).then_some(path),
        }
    })
}

#[test]
fn a_clause_in_force_is_only_monitored_by_the_word_of_every_party() {
    let provider = provider();
    let workspace = Workspace::sample(Some(&provider));
    workspace.append("carveout.toml", CLAUSE);
    workspace.refuses(&["no party has agreed to it", "carveout monitor sign bought --key FILE"]);
    workspace.run("monitor sign bought --key keys/customer.key").expect(0, &["clause 3.4", "2099-01-31"]);
    workspace.run("monitor sign bought --key keys/customer.key").expect(2, &["has signed this already"]);
    workspace.refuses(&["`vendor`, a party of `sample-terms`, has not agreed to it"]);
    workspace.run("monitor sign bought --key keys/vendor.key --json").expect(0, &["\"clause\""]);
    // Another date, another clause: neither was agreed to.
    for (old, new) in [("2099-01-31", "2099-02-01"), ("\"3.4\"", "\"3.3\"")] {
        workspace.edit("carveout.toml", old, new);
        workspace.refuses(&["has not agreed to it"]);
        workspace.edit("carveout.toml", new, old);
    }
    // Nor does "signatures are optional" make them so here.
    workspace.edit("carveout.toml", "signatures = \"required\"", "signatures = \"optional\"");
    let note = workspace.read("monitors/bought.sig");
    workspace.write("monitors/bought.sig", note.replace("3.4", "3.3"));
    workspace.refuses(&["has not agreed to it"]);
    workspace.write("monitors/bought.sig", note);
    workspace.edit("carveout.toml", "signatures = \"optional\"", "signatures = \"required\"");

    let gateway = workspace.serve();
    ask(&workspace, &gateway, "intelligence-support", BOUGHT, 200);
    // A use that may kill is decided by all the terms.
    ask(&workspace, &gateway, "intelligence-support", &format!("{BOUGHT}, effect=kinetic_lethal"), 403);
    ask(&workspace, &gateway, "intelligence-support", "purpose=intel.foreign", 403);
    ask(&workspace, &gateway, "logistics-support", SUPPLY, 200);
    assert_eq!(gateway.stop(), Some(0));
    let found = report(&workspace, "");
    let bought = &found["monitors"][0];
    assert_eq!(
        (&bought["kind"], &bought["clause"], &bought["parties"][1]),
        (&"clause".into(), &"3.4".into(), &"customer".into())
    );
    assert_eq!(
        bought["uses"],
        serde_json::json!({ "decided": 4, "would_deny": 1, "would_hold": 0, "would_permit": 0 })
    );
    assert_eq!(bought["clauses"][0]["clause"], "3.4");
    workspace
        .run("report")
        .expect(0, &["which is only monitored until 2099-01-31", "by the word of vendor and customer"]);
    workspace.run("ledger verify --redecide").expect(0, &["4 decisions", "0 differ"]);

    // Without the monitor it is enforced again.
    let config = workspace.read("carveout.toml");
    workspace.write("carveout.toml", config.replace(CLAUSE, ""));
    let gateway = workspace.serve();
    ask(&workspace, &gateway, "intelligence-support", BOUGHT, 403);
    assert_eq!(gateway.stop(), Some(0));
    workspace.run("ledger verify --redecide").expect(0, &["5 decisions", "0 differ"]);
}

#[test]
fn a_monitor_that_can_not_be_is_refused_with_a_reason() {
    let clause = |number: &str| CLAUSE.replace("3.4", number);
    let cases: Vec<(String, &str)> = vec![
        (clause("3.5"), "a clause on a lethal effect is never only monitored"),
        (clause("3.6"), "a clause on a lethal effect is never only monitored"),
        (clause("2.1"), "grants"),
        (clause("1.3"), "enforces nothing"),
        (clause("9"), "have no clause sample-terms 9"),
        (CLAUSE.replace("until = 2099-01-31\n", ""), "only monitored until a date"),
        (CLAUSE.replace("2099-01-31", "\"soon\""), "until"),
        (CLAUSE.replace("sample-terms", "nothing"), "no program is bound by `nothing`"),
        (CLAUSE.replace("clause = \"3.4\"\n", ""), "either a draft, a clause in force or a detector"),
        (format!("{CLAUSE}draft = \"drafts/next.md\"\n"), "either a draft, a clause in force or a detector"),
        (format!("{DRAFT}programs = [\"nobody\"]\n"), "there is no program `nobody`"),
        (format!("{DRAFT}{DRAFT}"), "given twice"),
        (DRAFT.replace("\"next\"", "\"../next\""), "lowercase letters"),
        (DRAFT.replace("next.md", "none.md"), "can't read"),
        (format!("{DRAFT}clauses = [\"3.3\"]\n"), "did you mean `clause`"),
    ];
    for (lines, said) in cases {
        let workspace = Workspace::sample(None);
        draft(&workspace);
        workspace.append("carveout.toml", &lines);
        workspace.refuses(&[said]);
    }
    let workspace = Workspace::sample(None);
    workspace.append("carveout.toml", &clause("3.5"));
    workspace.run("monitor sign bought --key keys/vendor.key").expect(2, &["lethal"]);
    workspace
        .run("monitor sign other --key keys/vendor.key")
        .expect(2, &["carveout.toml has these monitors: bought"]);
}

#[test]
fn an_ended_monitor_is_left_out_and_the_gateway_starts() {
    let provider = provider();
    let workspace = Workspace::sample(Some(&provider));
    workspace.append("carveout.toml", &CLAUSE.replace("2099-01-31", "2026-03-31"));
    let gateway = workspace.serve();
    ask(&workspace, &gateway, "intelligence-support", BOUGHT, 403);
    assert_eq!(gateway.stop(), Some(0));
    workspace.run("report").expect(0, &["1 decisions", "nothing was monitored"]);
}
