//! `ledger receipt --body`: what a body was, shown by its owner and checked by whoever is given its opening.

use std::fs;

use serde_json::Value as Json;

use crate::kit::{SUPPLY, Workspace, post, provider, run};

const BODY: &str =
    r#"{ "model" : "sample-chat", "messages" : [{"role":"user","content":"Which parts are short?"}] }"#;

struct Asked {
    workspace: Workspace,
    /// The indexes of the decision and of its settlement.
    decided: u64,
    settled: u64,
}

/// A workspace with one permitted request, and its body and reply in `body.json` and `reply.json`.
fn asked() -> Asked {
    let provider = provider();
    let workspace = Workspace::sample(Some(&provider));
    let gateway = workspace.serve();
    let key = workspace.key("logistics-support");
    let headers = format!(
        "Authorization: Bearer {key}\r\nContent-Type: application/json\r\nCarveout-Use: {SUPPLY}\r\n"
    );
    let (status, answer) = post(gateway.address, "/v1/chat/completions", &headers, BODY);
    assert_eq!(status, 200, "{answer}");
    gateway.stop();
    workspace.write("body.json", BODY);
    workspace.write("reply.json", answer.split_once("\r\n\r\n").unwrap().1);
    let entries = workspace.run("ledger show --json").json();
    let index = |kind: &str| {
        let entries = entries["entries"].as_array().unwrap();
        entries.iter().find(|entry| entry["entry"]["kind"] == kind).unwrap()["index"].as_u64().unwrap()
    };
    let (decided, settled) = (index("decided"), index("settled"));
    Asked { workspace, decided, settled }
}

impl Asked {
    fn check(&self, index: u64, file: &str) -> crate::kit::Ran {
        let (index, file) = (index.to_string(), self.workspace.path(file));
        self.workspace.run_all([
            "ledger".as_ref(),
            "receipt".as_ref(),
            index.as_ref(),
            "--body".as_ref(),
            file.as_os_str(),
        ])
    }

    /// As somebody who has nothing but what was handed out: the receipt, a body, a salt and the log's key.
    fn check_outside(&self, index: u64, file: &str, salt: &str) -> crate::kit::Ran {
        let receipt = self.workspace.run(&format!("ledger receipt {index}")).expect(0, &[]).out.clone();
        self.workspace.write("receipt.json", receipt);
        let (receipt, file) = (self.workspace.path("receipt.json"), self.workspace.path(file));
        let key = self.workspace.read("keys/ledger.pub");
        run([
            "ledger".as_ref(),
            "receipt".as_ref(),
            "--check".as_ref(),
            receipt.as_os_str(),
            "--log-key".as_ref(),
            key.trim().as_ref(),
            "--body".as_ref(),
            file.as_os_str(),
            "--salt".as_ref(),
            salt.as_ref(),
            "--json".as_ref(),
        ])
    }
}

#[test]
fn request_and_reply_are_shown_to_be_what_was_recorded_and_nothing_else_is() {
    let asked = asked();
    asked.workspace.write("other.json", BODY.replace("short", "long"));
    for (index, own) in [(asked.decided, "body.json"), (asked.settled, "reply.json")] {
        asked.check(index, own).expect(0, &["is the body that entry", "salt: "]);
        asked.check(index, "other.json").expect(1, &["is not the body that entry"]);
    }
    asked.check(asked.settled, "body.json").expect(1, &[]);
    asked.check(0, "body.json").expect(2, &["`genesis` and commits to no body"]);
    asked.check(asked.decided, "none.json").expect(2, &["can't read"]);
}

#[test]
fn one_salt_opens_one_commitment_for_somebody_without_the_workspace() {
    let asked = asked();
    let salt = |index, file| {
        let shown = asked.check(index, file).expect(0, &[]).out.clone();
        shown.split_once("salt: ").unwrap().1.trim().to_owned()
    };
    let (of_request, of_reply) = (salt(asked.decided, "body.json"), salt(asked.settled, "reply.json"));
    for (index, file, salt, code) in [
        (asked.decided, "body.json", &of_request, 0),
        (asked.decided, "reply.json", &of_request, 1),
        (asked.decided, "body.json", &of_reply, 1),
        (asked.settled, "reply.json", &of_reply, 0),
    ] {
        let document: Json = asked.check_outside(index, file, salt).expect(code, &[]).json();
        assert_eq!(document["opened"], code == 0, "{document:#}");
    }
    asked.check_outside(asked.decided, "body.json", "abc").expect(2, &["64 hexadecimal digits"]);
}

#[test]
fn lost_openings_are_told_and_the_record_still_verifies() {
    let asked = asked();
    let openings = asked.workspace.path("openings");
    assert!(!asked.workspace.path("ledger/openings").exists());
    fs::rename(&openings, asked.workspace.path("elsewhere")).unwrap();
    fs::create_dir(&openings).unwrap();
    asked.check(asked.decided, "body.json").expect(2, &["the openings of", "restore them from a backup"]);
    asked.workspace.run("ledger verify --redecide").expect(0, &["verified:"]);
    fs::remove_dir(&openings).unwrap();
    fs::rename(asked.workspace.path("elsewhere"), &openings).unwrap();
    asked.check(asked.decided, "body.json").expect(0, &[]);
}
