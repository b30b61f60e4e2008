//! `exposure`: traces in trees, and suppliers, names and owners out of sources.

use serde_json::Value as Json;

use crate::kit::{Ran, Workspace};

fn texts<'a>(list: &'a Json, key: &str) -> Vec<&'a str> {
    list.as_array().unwrap().iter().map(|item| item[key].as_str().unwrap()).collect()
}

/// A workspace with these files.
fn with(files: &[(&str, &str)]) -> Workspace {
    let workspace = Workspace::real();
    for (path, text) in files {
        let path_there = workspace.path(path);
        std::fs::create_dir_all(path_there.parent().unwrap()).unwrap();
        workspace.write(path, text);
    }
    workspace
}

const TREE: [(&str, &str); 9] = [
    ("tree/requirements.txt", "flask\nanthropic==0.40\n"),
    ("tree/.env", "OPENAI_API_KEY=x\n"),
    ("tree/README.md", "We use claude-3-opus.\n"),
    ("tree/.gitignore", "build/\n"),
    ("tree/build/config.toml", "model = \"grok-4\"\n"),
    ("tree/src/main.py", "import litellm\n"),
    ("tree/look-alikes.yaml", "a: claude-monet\nb: my-gpt-4\nc: https://api.openai.com.example.org\n"),
    ("tree/.git/config", "model = \"gemini-2.5-pro\"\n"),
    ("empty/notes.cfg", "nothing = true\n"),
];

#[test]
fn a_tree_is_scanned_with_file_line_and_rule() {
    let workspace = with(&TREE);
    let told = workspace.run("exposure scan tree");
    told.expect(
        1,
        &[
            ".env:1: configured openai `OPENAI_API_KEY` (openai-setting)",
            "requirements.txt:2: declared anthropic `anthropic` (anthropic-pypi)",
            "src/main.py:1: capable unknown `litellm` (router-pypi)",
        ],
    );
    for absent in ["grok", "gemini", "README", "look-alikes"] {
        assert!(!told.out.contains(absent), "{absent}: {}", told.out);
    }
    let document = workspace.run("exposure scan tree --json").expect(1, &[]).json();
    assert_eq!(texts(&document["files"], "file"), [".env", "requirements.txt", "src/main.py"]);
    assert_eq!(texts(&document["providers"], "provider"), ["anthropic", "openai", "unknown"]);
    for (words, code, said) in [
        ("exposure scan tree --no-ignore --provider xai", 1, "build/config.toml:1"),
        ("exposure scan tree --provider xai", 0, "no trace found"),
        ("exposure scan tree --grade configured", 1, ".env:1"),
        ("exposure scan tree/requirements.txt", 1, "requirements.txt:2"),
        ("exposure scan empty", 0, "no trace found"),
        ("exposure scan nowhere", 2, "there is no"),
    ] {
        workspace.run(words).expect(code, &[said]);
    }
}

#[test]
fn what_a_scan_finds_becomes_part_of_the_graph() {
    let workspace = with(&TREE);
    workspace.run("exposure scan tree --as product:desk --links found.csv").expect(1, &[]);
    let written = workspace.read("found.csv");
    assert!(written.contains("maker:anthropic,embedded_in,product:desk,"), "{written}");
    assert!(written.contains(",configured\n") && !written.contains("unknown"), "{written}");
    workspace.write("more.csv", "from,relation,to\nproduct:desk,used_by,program:alpha\n");
    workspace
        .run("exposure paths --from links=found.csv --from links=more.csv --barred maker:openai --rule none --on 9999-01-01")
        .expect(1, &["program:alpha: declared at the best", "is embedded in product:desk (configured)"]);
    workspace.run("exposure scan tree --links found.csv").expect(2, &["--as"]);
}

#[test]
fn what_can_not_be_read_leaves_the_answer_open() {
    let workspace = with(&[("tree/bom.json", "{\"bomFormat\": \"CycloneDX\", \"components\": [")]);
    workspace.run("exposure scan tree").expect(2, &["not read: bom.json", "cut"]);
}

#[test]
fn rules_of_ones_own_must_find_their_own_examples() {
    let rule = |misses: &str| {
        format!(
            "format = 1\nversion = \"mine\"\n[[rule]]\nid = \"mine\"\nprovider = \"sample-maker\"\nmodel = [\"sample-model-*\"]\n\
             hits = [\"sample-model-1\"]\nmisses = [\"{misses}\"]\n"
        )
    };
    let workspace = with(&[
        ("good.toml", &rule("other")),
        ("bad.toml", &rule("sample-model-2")),
        ("tree/x.cfg", "model = sample-model-7\n"),
    ]);
    workspace.run("exposure scan tree --fingerprints good.toml").expect(1, &["x.cfg:1", "sample-model-7"]);
    workspace.run("exposure scan tree --fingerprints bad.toml").expect(2, &["which it says is a look-alike"]);
}

const ENTITIES: &str =
    "name,uei\nExample Holding Inc,ABCDEFGHJK12\nExample Works LLC,ABCDEFGHJK13\nSample Plumbing,12\n";
const LINKS: &str = "from,relation,to,share,since\n\
    uei:ABCDEFGHJK12,owns,uei:ABCDEFGHJK13,30,\n\
    id:other,owns,uei:ABCDEFGHJK13,25,2026-06-01\n\
    uei:ABCDEFGHJK12,owns,id:other,60,\n\
    uei:ABCDEFGHJK13,owns,id:leaf,40-60,\n\
    uei:ABCDEFGHJK13,likes,id:leaf,,\n";

fn sources() -> (Workspace, impl Fn(&Workspace, &str) -> Ran) {
    let workspace = with(&[("entities.csv", ENTITIES), ("links.csv", LINKS)]);
    let run = |workspace: &Workspace, words: &str| {
        workspace.run(&format!("{words} --from entities=entities.csv --from links=links.csv"))
    };
    (workspace, run)
}

#[test]
fn an_import_ends_with_what_was_not_read() {
    let (workspace, run) = sources();
    run(&workspace, "exposure import").expect(
        1,
        &[
            "4 nodes, 4 edges",
            "2 read, 1 not read",
            "1 x a UEI that is none",
            "line 4",
            "line 6: no relation",
        ],
    );
    let document = run(&workspace, "exposure import --json").expect(1, &[]).json();
    assert_eq!(document["sources"][1]["not_read"]["total"], 1);
    workspace.run("exposure import --from sam=entities.csv").expect(2, &["does not start with `BOF`"]);
    workspace.run("exposure import --from nonsense=x").expect(2, &["none of sam"]);
    workspace.run("exposure import --from entities=nowhere.csv").expect(2, &["nowhere.csv"]);
}

#[test]
fn names_are_matched_with_reasons() {
    let (workspace, run) = sources();
    workspace.write("wanted.csv", "name,uei\nEXAMPLE HOLDING,\n,ABCDEFGHJK13\n");
    run(&workspace, "exposure match --names wanted.csv").expect(0, &["Example Holding Inc", "the same name"]);
    let document = run(&workspace, "exposure match --name Wroks --json").expect(1, &[]).json();
    assert_eq!(document["matches"][0]["candidates"], Json::Array(Vec::new()));
    workspace.write("wanted.csv", "name,uei\nX,12\n");
    run(&workspace, "exposure match --names wanted.csv").expect(2, &["`12` is no UEI", "line 2"]);
}

#[test]
fn an_affiliate_rule_reaches_by_its_own_measure_and_date() {
    let (workspace, run) = sources();
    for (words, code, said) in [
        (
            "--rule ownership:50 --on 2026-11-23",
            1,
            "certain Example Works LLC: Example Holding Inc > Example Works LLC",
        ),
        ("--rule ownership:50 --on 2026-11-23", 1, "possible leaf"),
        ("--rule ownership:50 --on 2026-05-31", 1, "reaches 1 beside"),
        ("--rule ownership:50:single --on 2026-11-23", 1, "reaches 1 beside"),
        ("--rule none", 0, "reaches 0"),
        ("--rule ownership:0", 2, "no percentage"),
    ] {
        let words = format!("exposure reach --barred uei:ABCDEFGHJK12 {words}");
        let told = run(&workspace, &words);
        told.expect(code, &[]);
        let said_all = format!("{} {}", told.out, told.err).replace("id:", "");
        let said_all = said_all.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said_all.contains(said), "{words}: {said_all}");
    }
    run(&workspace, "exposure reach --barred Nobody --rule none").expect(2, &["means 0 organisations"]);
}

#[test]
fn every_way_to_a_program_is_shown_with_its_weakest_step() {
    let workspace = with(&[(
        "facts.toml",
        r#"
version = 1
[[entity]]
name = "Example Model Maker"
identifier = ["uei:ABCDEFGHJK12"]
[[link]]
from = "uei:ABCDEFGHJK12"
relation = "embedded_in"
to = "product:desk"
evidence = "capable"
[[link]]
from = "product:desk"
relation = "used_by"
to = "program:alpha"
evidence = "configured"
[[link]]
from = "uei:ABCDEFGHJK12"
relation = "used_by"
to = "Example Subcontractor"
until = 2026-06-30
[[link]]
from = "Example Subcontractor"
relation = "works_for"
to = "Example Prime"
"#,
    )]);
    let asked = "exposure paths --from facts=facts.toml --barred uei:ABCDEFGHJK12 --rule none";
    workspace.run(&format!("{asked} --on 2026-11-23 --graphviz ways.dot")).expect(
        1,
        &[
            "2 are exposed",
            "program:alpha: capable at the best",
            "Example Model Maker > is embedded in product:desk (capable) > is used by program:alpha (configured)",
        ],
    );
    let drawn = workspace.read("ways.dot");
    assert!(
        drawn.contains("\"product:desk\" -> \"program:alpha\" [label=\"is used by (configured)\"];"),
        "{drawn}"
    );
    let on_time = workspace.run(&format!("{asked} --on 2026-06-30 --json")).expect(1, &[]).json();
    let names = texts(&on_time["exposed"], "name");
    assert!(names.contains(&"Example Prime"), "{names:?}");
    let tiers = workspace.run(&format!("{asked} --on 2026-06-30 --tiers 0 --json")).expect(1, &[]).json();
    assert!(!texts(&tiers["exposed"], "name").contains(&"Example Prime"));
}
