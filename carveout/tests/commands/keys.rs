//! `keygen` and `sign`'s files: keys that are secret, and are never overwritten.

use std::{fs, os::unix::fs::PermissionsExt};

use carveout_ledger::Digest;

use crate::kit::{Workspace, run};

#[test]
fn a_key_is_for_its_owner_only_and_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let private = folder.path().join("vendor.key");
    let generate = |out: &std::path::Path| {
        run([
            "keygen".as_ref(),
            "--name".as_ref(),
            "vendor.example".as_ref(),
            "--out".as_ref(),
            out.as_os_str(),
        ])
    };
    let made = generate(&private);
    made.expect(0, &["vendor.example+", "keep it secret"]);
    let (secret, public) = (
        fs::read_to_string(&private).unwrap(),
        fs::read_to_string(folder.path().join("vendor.pub")).unwrap(),
    );
    assert_eq!(fs::metadata(&private).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(made.out, public);
    assert!(!format!("{made:?}").contains(secret.trim()), "the private key is not shown");
    generate(&private).expect(2, &["exists already and is not overwritten"]);
    fs::remove_file(&private).unwrap();
    generate(&private).expect(2, &["vendor.pub", "exists already"]);
    assert!(!private.exists(), "no private key without its public half");
    generate(&folder.path().join("other.pub")).expect(2, &["a name for a public half"]);
    generate(&folder.path().join("no/such.key")).expect(2, &["can't write", "No such file"]);
    assert_eq!(folder.path().read_dir().unwrap().count(), 1);
    generate(&folder.path().join("agency.example")).expect(0, &["agency.example.pub"]);
}

#[test]
fn a_key_s_name_is_checked_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("a.key");
    for name in ["", "a b", "a+b"] {
        let arguments =
            ["keygen".as_ref(), "--name".as_ref(), name.as_ref(), "--out".as_ref(), out.as_os_str()];
        run(arguments).expect(2, &["can't name a key"]);
    }
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);
}

#[test]
fn a_program_s_key_is_shown_once_with_the_digest_to_register() {
    let made = run(["keygen", "--program", "depot-1"]);
    let key = made.expect(0, &["[[key]] id = \"depot-1\"", "can't be shown again"]).out.trim().to_owned();
    assert!(key.starts_with("cvo_depot-1_") && key.len() == "cvo_depot-1_".len() + 43, "{key}");
    let digest = Digest::of(key.as_bytes()).to_string();
    assert!(made.err.contains(digest.trim_start_matches("sha256:")), "{made:?}");
    let document = run(["keygen", "--program", "depot-1", "--json"]).json();
    assert_ne!(document["key"], key.as_str(), "each is its own");
    run(["keygen", "--program", "Depot 1"]).expect(2, &["can't be a key's id"]);
    run(["keygen", "--program", "depot", "--out", "x"]).expect(2, &["cannot be used with"]);
    run(["keygen"]).expect(2, &["--name", "--out"]);
}

#[test]
fn a_made_key_opens_the_gateway_once_it_is_registered() {
    let provider = crate::kit::provider();
    let workspace = Workspace::sample(Some(&provider));
    let made = run(["keygen", "--program", "depot-1", "--json"]).json();
    let registration = format!(
        "\n[[key]]\nid = \"depot-1\"\nsha256 = {}\nclaim = 'purpose=logistics.supply'\n",
        made["sha256"]
    );
    workspace.append("programs/logistics-support.toml", &registration);
    let gateway = workspace.serve();
    let headers =
        format!("x-api-key: {}\r\nContent-Type: application/json\r\n", made["key"].as_str().unwrap());
    let body = r#"{"model":"sample-chat","messages":[{"role":"user","content":"Hello"}]}"#;
    let (status, answer) = crate::kit::post(gateway.address, "/v1/chat/completions", &headers, body);
    assert_eq!(status, 200, "{answer}");
}
