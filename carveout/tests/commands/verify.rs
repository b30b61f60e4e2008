//! `ledger verify`, `show` and `receipt`: as the operator, and as an auditor with a copy and a key.

use std::{
    fs,
    path::{Path, PathBuf},
};

use carveout_ledger::{Checkpoint, Digest, SigningKey};

use crate::kit::{Serving, Workspace, copy, post, provider, run};

/// The files below a folder.
fn files(folder: PathBuf) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(path) } else { vec![path] }).collect()
}

#[test]
fn a_sound_ledger_verifies_and_one_that_was_changed_cut_or_taken_from_does_not() {
    let provider = provider();
    let workspace = Workspace::with_decisions(&provider);
    workspace.run("ledger verify").expect(0, &["verified:", "equivocation not detected"]);
    let document = workspace.run("ledger verify --redecide --json").expect(0, &[]).json();
    assert_eq!((&document["verified"], &document["redecided"]["decisions"]), (&true.into(), &3.into()));
    let tiles = files(workspace.path("ledger/tile"));
    assert!(tiles.len() >= 2, "{tiles:?}");
    for tile in tiles {
        let sound = fs::read(&tile).unwrap();
        let mut flipped = sound.clone();
        let middle = flipped.len() / 2;
        flipped[middle] ^= 1;
        for changed in [flipped.as_slice(), &sound[..sound.len() - 1], &[]] {
            fs::remove_file(&tile).unwrap();
            fs::write(&tile, changed).unwrap();
            workspace.run("ledger verify").expect(1, &["not verified:"]);
            let document = workspace.run("ledger verify --json").expect(1, &[]).json();
            assert_eq!(document["verified"], false);
        }
        // A partial tile may be gone once there is a wider one (C2SP tlog-tiles, "Partial Tiles").
        fs::remove_file(&tile).unwrap();
        let width = |tile: &Path| tile.file_name().unwrap().to_str().unwrap().parse::<u64>().unwrap();
        let wider = files(tile.parent().unwrap().to_owned()).iter().any(|other| width(other) > width(&tile));
        workspace.run("ledger verify").expect(if wider { 0 } else { 1 }, &[]);
        fs::write(&tile, sound).unwrap();
    }
    workspace.run("ledger verify").expect(0, &["verified:"]);
}

#[test]
fn an_auditor_needs_a_copy_and_the_log_s_key_and_no_workspace() {
    let workspace = Workspace::sample(None);
    workspace.serve().stop();
    let elsewhere = tempfile::tempdir().unwrap();
    copy(&workspace.path("ledger"), &elsewhere.path().join("copy"));
    let key = workspace.read("keys/ledger.pub");
    fs::write(elsewhere.path().join("log.pub"), &key).unwrap();
    let verify = |key: &str| {
        crate::kit::ran(crate::kit::command().current_dir(elsewhere.path()).args([
            "ledger",
            "verify",
            "--redecide",
            "--dir",
            "copy",
            "--log-key",
            key,
        ]))
    };
    verify(key.trim()).expect(0, &["verified:"]);
    verify("log.pub").expect(0, &["verified:"]);
    verify(workspace.read("keys/vendor.pub").trim()).expect(1, &["not verified:", "no signature by"]);
    verify("other.pub").expect(2, &["neither a file nor a public key"]);
    verify("").expect(2, &["neither a file nor a public key"]);
    let without = crate::kit::ran(
        crate::kit::command().current_dir(elsewhere.path()).args(["ledger", "verify", "--dir", "copy"]),
    );
    without.expect(2, &["--log-key"]);
    run(["ledger", "verify", "--dir", "/nowhere", "--log-key", key.trim()])
        .expect(2, &["there is no ledger in `/nowhere`"]);
}

#[test]
fn in_a_copy_of_the_workspace_without_secrets_the_public_key_is_enough() {
    let workspace = Workspace::sample(None);
    workspace.run("ledger verify").expect(2, &["there is no ledger in", "when it first starts"]);
    workspace.serve().stop();
    for party in ["ledger", "vendor", "customer"] {
        fs::remove_file(workspace.path(&format!("keys/{party}.key"))).unwrap();
    }
    workspace.run("ledger verify --redecide").expect(0, &["verified:"]);
    workspace.run("ledger show").expect(0, &["founded"]);
    fs::remove_file(workspace.path("keys/ledger.pub")).unwrap();
    workspace.run("ledger verify").expect(2, &["name it with `--log-key`"]);
}

#[test]
fn an_earlier_checkpoint_must_still_be_extended() {
    let workspace = Workspace::sample(None);
    workspace.serve().stop();
    copy(&workspace.path("ledger/checkpoint"), &workspace.path("earlier"));
    workspace.serve().stop();
    workspace.run("ledger verify --since earlier").expect(0, &["it extends the checkpoint in earlier"]);
    let log: SigningKey = workspace.read("keys/ledger.key").trim().parse().unwrap();
    let stranger = SigningKey::from_seed(log.name(), &[7; 32]).unwrap();
    for (name, key, size, code, words) in [
        ("another history", &log, 2, 1, "history was rewritten"),
        ("a longer one", &log, 99, 1, "history was rewritten"),
        ("a stranger's", &stranger, 2, 2, "is no checkpoint of this log"),
    ] {
        let note = Checkpoint::new(log.name(), size, Digest::of(b"another root")).sign(key).unwrap();
        workspace.write("forged", note);
        let ran = workspace.run("ledger verify --since forged");
        assert_eq!(ran.code, Some(code), "{name}: {ran:?}");
        ran.expect(code, &[words]);
    }
    workspace.write("forged", "nonsense");
    workspace.run("ledger verify --since forged").expect(2, &["is no checkpoint of this log"]);
}

#[test]
fn entries_are_shown_by_place_and_program() {
    let provider = provider();
    let workspace = Workspace::with_decisions(&provider);
    let all = workspace
        .run("ledger show")
        .expect(0, &["founded", "permit logistics-support", "hold intelligence-support", "completed"])
        .out
        .clone();
    for (arguments, lines) in [
        ("--from 1", all.lines().count() - 1),
        ("--limit 2", 2),
        ("--limit 0", 0),
        ("--from 99", 0),
        ("--program logistics-support", 3),
        ("--program intelligence-support", 2),
        ("--program nobody", 0),
    ] {
        let shown = workspace.run(&format!("ledger show {arguments}"));
        assert_eq!((shown.code, shown.out.lines().count()), (Some(0), lines), "{arguments}: {shown:?}");
        let document = workspace.run(&format!("ledger show --json {arguments}")).json();
        assert_eq!(document["entries"].as_array().unwrap().len(), lines, "{arguments}");
    }
    assert!(!all.contains("Which parts are short?"));
    // What doesn't fit is said, and where to go on; whose an attempt is, too, when its decision stands before.
    let cut = workspace.run("ledger show --program logistics-support --limit 2");
    cut.expect(0, &["of the", "go on with `--from"]);
    let next =
        workspace.run("ledger show --program logistics-support --limit 2 --json").json()["next"].clone();
    let rest = workspace.run(&format!("ledger show --program logistics-support --from {next}"));
    assert_eq!((rest.out.lines().count(), rest.err.as_str()), (1, ""), "{rest:?}");
    assert!(rest.out.contains("settled"), "{rest:?}");
    assert_eq!(workspace.run("ledger show --json").json()["next"], serde_json::Value::Null);
}

#[test]
fn a_receipt_is_checked_offline_and_a_changed_one_is_refused() {
    let workspace = Workspace::sample(None);
    workspace.serve().stop();
    let receipt = workspace.run("ledger receipt 1").expect(0, &[]).out.clone();
    workspace.write("receipt.json", &receipt);
    let key = workspace.read("keys/ledger.pub");
    let check = |file: &str| {
        let path = workspace.path(file);
        run([
            "ledger".as_ref(),
            "receipt".as_ref(),
            "--check".as_ref(),
            path.as_os_str(),
            "--log-key".as_ref(),
            key.trim().as_ref(),
        ])
    };
    check("receipt.json")
        .expect(0, &["verified: entry 1 is in `sample.carveout.example/ledger`", "terms_adopted"]);
    let document = workspace.run("ledger receipt 1 --json");
    assert_eq!(document.json()["receipt"], serde_json::from_str::<serde_json::Value>(&receipt).unwrap());
    workspace.write("document.json", &document.out);
    check("document.json").expect(0, &["verified: entry 1"]);
    for (what, changed) in [
        ("entry", receipt.replace("sample-terms", "sample-termz")),
        ("index", receipt.replace("\"index\":1", "\"index\":0")),
        ("checkpoint", receipt.replace("ledger\\n3\\n", "ledger\\n4\\n")),
        ("form", receipt.replace("\"v\":1", "\"v\":9")),
        ("all", "{}".to_owned()),
    ] {
        assert_ne!(changed, receipt, "{what}");
        workspace.write("changed.json", changed);
        check("changed.json").expect(1, &["not verified:"]);
    }
    workspace.run("ledger receipt 99").expect(2, &["there is no receipt for entry 99"]);
    workspace.run("ledger receipt 0 --check x").expect(2, &["cannot be used with"]);
}

/// Evidence is the customer's, beside the ledger: it is checked where it is found, and its absence is said.
#[test]
fn evidence_is_held_against_the_ledger_where_it_is_found() {
    let provider = provider();
    let workspace = Workspace::sample(Some(&provider));
    let gateway = workspace.serve();
    for person in ["ines", "otto"] {
        let status = ask_about(&workspace, &gateway, &format!("{person}@posthaus-nord.de"));
        assert_eq!(status, 200);
    }
    assert_eq!(gateway.stop(), Some(0));
    workspace
        .run("ledger verify")
        .expect(0, &["evidence in `", "records that the ledger vouches for are there"]);
    let document = workspace.run("ledger verify --json").expect(0, &[]).json();
    let evidence = &document["evidence"];
    assert_eq!((&evidence["found"], &evidence["verified"]), (&true.into(), &true.into()), "{evidence:#}");
    assert!(evidence["vouched"].as_u64().unwrap() >= 2, "{evidence:#}");
    assert_eq!(evidence["confirmed"], evidence["vouched"], "{evidence:#}");
    let mut segments = files(workspace.path("evidence"));
    segments.retain(|path| path.extension().is_some_and(|extension| extension == "evidence"));
    let largest = segments.iter().max_by_key(|path| fs::metadata(path).unwrap().len()).unwrap();
    let (sound, name) = (fs::read(largest).unwrap(), largest.file_name().unwrap().to_str().unwrap());
    let mut flipped = sound.clone();
    *flipped.last_mut().unwrap() ^= 1;
    fs::write(largest, flipped).unwrap();
    workspace.run("ledger verify").expect(1, &["verified:", name, "is damaged"]);
    let document = workspace.run("ledger verify --json").expect(1, &[]).json();
    assert_eq!((&document["verified"], &document["evidence"]["verified"]), (&false.into(), &false.into()));
    fs::write(largest, sound).unwrap();
    // A customer may keep it elsewhere, and say where.
    let elsewhere = tempfile::tempdir().unwrap();
    let kept = elsewhere.path().join("kept");
    fs::rename(workspace.path("evidence"), &kept).unwrap();
    workspace.run("ledger verify").expect(0, &["evidence not verified: there is none in `", "--evidence"]);
    let document = workspace.run("ledger verify --json").expect(0, &[]).json();
    assert_eq!((&document["verified"], &document["evidence"]["found"]), (&true.into(), &false.into()));
    let named = ["ledger", "verify", "--evidence", kept.to_str().unwrap()];
    workspace.run_all(named).expect(0, &["records that the ledger vouches for are there"]);
    workspace.run("ledger verify --evidence nowhere").expect(2, &["there is no folder `nowhere`"]);
    // What is in another folder is not what the ledger vouches for.
    let empty = elsewhere.path().join("empty");
    fs::create_dir(&empty).unwrap();
    let named = ["ledger", "verify", "--evidence", empty.to_str().unwrap()];
    workspace.run_all(named).expect(1, &["are not there"]);
}

/// Asks for something about a person, and returns the status.
fn ask_about(workspace: &Workspace, gateway: &Serving, person: &str) -> u16 {
    let body =
        format!(r#"{{"model":"sample-chat","messages":[{{"role":"user","content":"Write to {person}."}}]}}"#);
    let headers = format!(
        "Authorization: Bearer {}\r\nCarveout-Use: purpose=logistics.supply, subject=us_person, volume=targeted\r\n\
         Content-Type: application/json\r\n",
        workspace.key("logistics-support")
    );
    post(gateway.address, "/v1/chat/completions", &headers, &body).0
}
