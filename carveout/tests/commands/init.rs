//! `init`: a workspace that checks, says what is missing, and serves once it is there.

use std::fs;

use crate::kit::{Serving, Workspace, run};

const PROVIDER: &str = r#"
[[provider]]
id = "vllm"
dialect = "openai"
base_url = "http://127.0.0.1:9/v1"

[[route]]
alias = "general"
targets = [
  { provider = "vllm", model = "m", line = "openai.gpt-oss", maker = "openai", host = "self", operator = "self", deployment = "on_prem" },
]
"#;

#[test]
fn a_new_workspace_serves_once_both_parties_have_signed() {
    let workspace = Workspace::real();
    workspace.run("check").expect(0, &["6 as agreed"]);
    workspace.refuses(&[
        "the public key of the party `vendor` is missing",
        "keys/vendor.pub",
        "carveout keygen",
        "never `vendor.key`",
    ]);
    workspace.run("keygen --name vendor.example --out vendor.key").expect(0, &[]);
    fs::rename(workspace.path("vendor.pub"), workspace.path("keys/vendor.pub")).unwrap();
    workspace.refuses(&["lacks a valid signature", "vendor:", "customer:", "carveout sign"]);
    workspace.run("sign agreements/terms.md --key keys/customer.key").expect(0, &[]);
    workspace.refuses(&["lacks a valid signature", "vendor.example"]);
    assert!(!workspace.path("ledger").exists(), "no key is pinned before all have signed with theirs");
    workspace.run("sign agreements/terms.md --key vendor.key").expect(0, &[]);
    workspace.append("carveout.toml", PROVIDER);
    let gateway = workspace.serve();
    assert_eq!(gateway.stop(), Some(0));
    workspace
        .run("ledger show")
        .expect(0, &["founded `carveout/ledger`", "terms version draft-1 signed by vendor, customer"]);
}

#[test]
fn every_commented_example_of_the_configuration_is_valid() {
    let workspace = Workspace::real();
    workspace.write("carveout.toml", uncommented(&workspace.read("carveout.toml")));
    for provider in ["openai", "anthropic", "azure", "bedrock", "vertex", "vllm"] {
        assert!(workspace.read("carveout.toml").contains(&format!("\nid = \"{provider}\"")), "{provider}");
    }
    workspace.run("decide --route general --use purpose=unknown").expect(1, &["deny", "host=microsoft"]);
    workspace.sign_as_both();
    workspace.write("keys/vertex.token", "token");
    for officer in ["counsel", "supply-chain"] {
        let words = format!("keygen --name {officer}.example --out keys/{officer}.key");
        workspace.run(&words).expect(0, &[]);
    }
    let mut serve = workspace.command(["serve", "--listen", "127.0.0.1:0"]);
    for name in ["OPENAI_API_KEY", "ANTHROPIC_API_KEY", "AZURE_OPENAI_API_KEY", "AWS_BEARER_TOKEN_BEDROCK"] {
        serve.env(name, "credential");
    }
    assert_eq!(Serving::start(&mut serve).stop(), Some(0));
}

/// The configuration with its examples in force: what is commented out is a table's head, a key with its value, or
/// a line of an array. The rest of the comments is prose.
fn uncommented(config: &str) -> String {
    let is_key = |line: &str| {
        let key = line.split_once(" = ").map(|(key, _)| key);
        key.is_some_and(|key| key.chars().all(|character| character.is_ascii_lowercase() || character == '_'))
    };
    let example = |line: &&str| line.starts_with(['[', ']', ' ']) || is_key(line);
    let lines = config.lines().map(|line| line.strip_prefix("# ").filter(example).unwrap_or(line));
    lines.flat_map(|line| [line, "\n"]).collect()
}

#[test]
fn what_is_there_is_left_alone() {
    let workspace = Workspace::real();
    let before = workspace.read("keys/customer.key");
    run(["init".as_ref(), workspace.path("").as_os_str()]).expect(2, &["is not empty", "doesn't exist yet"]);
    run(["init".as_ref(), workspace.path("carveout.toml").as_os_str()])
        .expect(2, &["can't make a workspace in"]);
    assert_eq!(workspace.read("keys/customer.key"), before);
    // Every secret and token in `keys` is kept out of a repository, and so are the record and what opens it.
    assert_eq!(workspace.read(".gitignore"), "keys/*\n!keys/*.pub\nledger/\nopenings/\nevidence/\nheld/\n");
}
