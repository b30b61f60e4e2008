//! `init`: a workspace that checks, says what is missing, and serves once it is there.

use std::fs;

use crate::kit::{Workspace, run};

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
fn the_organisation_s_name_stands_in_the_keys() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ws");
    run(["init".as_ref(), "--name".as_ref(), "agency.example".as_ref(), path.as_os_str()])
        .expect(0, &["README.md"]);
    assert!(fs::read_to_string(path.join("keys/ledger.pub")).unwrap().starts_with("agency.example/ledger+"));
    let bad = folder.path().join("bad");
    run(["init".as_ref(), "--name".as_ref(), "an agency".as_ref(), bad.as_os_str()])
        .expect(2, &["can't name a key"]);
    assert!(!bad.exists(), "nothing is left of it");
}

#[test]
fn what_is_there_is_left_alone() {
    let workspace = Workspace::real();
    let before = workspace.read("keys/customer.key");
    run(["init".as_ref(), workspace.path("").as_os_str()]).expect(2, &["is not empty", "doesn't exist yet"]);
    run(["init".as_ref(), workspace.path("carveout.toml").as_os_str()])
        .expect(2, &["can't make a workspace in"]);
    assert_eq!(workspace.read("keys/customer.key"), before);
    assert!(workspace.read(".gitignore").contains("keys/*.key"));
}
