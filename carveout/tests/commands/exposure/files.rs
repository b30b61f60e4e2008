//! Source trees and archives: what is found in them, and what of them could not be read.

use super::{texts, with};

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

/// Text, packed with gzip.
fn packed(text: &str) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut packer, text.as_bytes()).unwrap();
    packer.finish().unwrap()
}

#[test]
fn archives_are_read_whole_or_said_to_be_cut() {
    let workspace = with(&[]);
    let rows: String = (0..2_000).map(|row| format!("Sample Firm {row} of {},\n", row * 7_919)).collect();
    let whole = packed(&format!("name,uei\n{rows}"));
    workspace.write("firms.csv.gz", &whole);
    workspace.run("exposure import --from entities=firms.csv.gz").expect(0, &["2000 read, 0 not read"]);
    workspace.write("cut.csv.gz", &whole[..whole.len() / 2]);
    workspace.run("exposure import --from entities=cut.csv.gz").expect(2, &["not read to its end"]);
    // Who can't be found in a half has not been looked for.
    workspace
        .run("exposure reach --from entities=cut.csv.gz --barred uei:ABCDEFGHJK12 --rule none")
        .expect(2, &[]);
    let mut damaged = whole.clone();
    damaged[whole.len() - 6] ^= 1;
    workspace.write("damaged.csv.gz", damaged);
    workspace.run("exposure import --from entities=damaged.csv.gz").expect(2, &["not read to its end"]);
    for length in [4, 40] {
        let zip = [b"PK\x03\x04".as_slice(), &[0; 36]].concat();
        workspace.write("firms.zip", &zip[..length]);
        workspace
            .run("exposure import --from entities=firms.zip")
            .expect(2, &["it is a zip archive", "unpack it"]);
    }
}
