//! `sign`: both parties under one text, and what happens when the text or the key is another one.

use crate::kit::Workspace;

const TERMS: &str = "agreements/terms.md";
const SIGNATURES: &str = "agreements/terms.md.sig";
const AS_CUSTOMER: &str = "sign agreements/terms.md --key keys/customer.key";
const AS_VENDOR: &str = "sign agreements/terms.md --key vendor.key";

/// A workspace with the vendor's key.
fn workspace() -> Workspace {
    let workspace = Workspace::real();
    workspace.run("keygen --name vendor.example --out vendor.key").expect(0, &[]);
    workspace.write("keys/vendor.pub", workspace.read("vendor.pub"));
    workspace
}

#[test]
fn both_parties_sign_one_text() {
    let workspace = workspace();
    workspace.run(AS_CUSTOMER).expect(0, &["carveout/customer signed terms version draft-1 (sha256:"]);
    let document = workspace.run(&format!("{AS_VENDOR} --json")).expect(0, &[]).json();
    assert_eq!((&document["signer"], &document["beside_others"]), (&"vendor.example".into(), &true.into()));
    let note = workspace.read(SIGNATURES);
    assert!(note.contains("— carveout/customer ") && note.contains("— vendor.example "), "{note}");
    workspace.run(AS_VENDOR).expect(2, &["`vendor.example` has signed this already"]);
    assert_eq!(workspace.read(SIGNATURES), note);
    assert!(!workspace.path("agreements/terms.md.sig.new").exists());
}

#[test]
fn signatures_under_another_text_are_dropped_with_a_notice() {
    let workspace = workspace();
    workspace.run(AS_CUSTOMER).expect(0, &[]);
    workspace.edit(TERMS, "version = \"draft-1\"", "version = \"draft-2\"");
    workspace.run(AS_VENDOR).expect(0, &["its old signatures", "are dropped", "draft-2"]);
    assert!(!workspace.read(SIGNATURES).contains("— carveout/customer "));
}

#[test]
fn a_key_that_can_t_sign_is_named_and_never_shown() {
    let workspace = workspace();
    let secret = workspace.read("vendor.key");
    workspace
        .write("cut.key", secret.trim().trim_end_matches(|_| true).to_owned() + &secret[..secret.len() / 2]);
    for (key, words) in [
        ("keys/vendor.pub", "holds a public key"),
        ("carveout.toml", "is not a private key of `carveout keygen`"),
        ("cut.key", "is not a private key of `carveout keygen`"),
        ("none.key", "can't read `none.key`"),
        ("keys", "is a folder"),
    ] {
        let ran = workspace.run(&format!("sign agreements/terms.md --key {key}"));
        ran.expect(2, &[words]);
        assert!(!format!("{ran:?}").contains(&secret[..secret.len() / 2]), "{ran:?}");
    }
    assert!(!workspace.path(SIGNATURES).exists());
}

#[test]
fn a_stranger_s_signature_is_made_with_a_notice() {
    let workspace = workspace();
    workspace.run("keygen --name stranger.example --out stranger.key").expect(0, &[]);
    workspace.run("sign agreements/terms.md --key stranger.key").expect(0, &["will not count the signature"]);
    let ran = workspace.run(AS_CUSTOMER);
    assert!(!ran.err.contains("will not count"), "{ran:?}");
}

#[test]
fn garbage_among_the_signatures_is_not_overwritten() {
    let workspace = workspace();
    for garbage in [&b"garbage"[..], b"\xff\xfe", b"", b"Carveout statement v1: agreement\n\n"] {
        workspace.write(SIGNATURES, garbage);
        workspace.run(AS_CUSTOMER).expect(2, &["terms.md.sig"]);
        assert_eq!(std::fs::read(workspace.path(SIGNATURES)).unwrap(), garbage);
    }
}
