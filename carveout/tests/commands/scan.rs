//! `scan`: files and standard input, as text and as requests.

use std::{fs, io::Write as _, process::Stdio};

use tempfile::TempDir;

use crate::kit::{command, ran, run};

/// A file in a folder of its own.
fn file(name: &str, content: impl AsRef<[u8]>) -> (TempDir, String) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (folder, path)
}

#[test]
fn a_text_shows_its_identifiers_with_their_places() {
    let (_folder, path) =
        file("note.txt", "Dear all,\nask Ines (ines@posthaus-nord.de) or +1 415 867 2309.\n");
    run(["scan", &path]).expect(
        0,
        &["2 11 email certain plain ines@posthaus-nord.de", "phone 1", "persons: at least 1, at most 2"],
    );
    let document = run(["scan", "--json", &path]).json();
    let finding = &document["files"][0]["findings"][0];
    assert_eq!((finding["line"].as_u64(), finding["column"].as_u64()), (Some(2), Some(11)));
    assert_eq!((finding["start"].as_u64(), finding["end"].as_u64()), (Some(20), Some(41)));
    assert_eq!(document["persons"], serde_json::json!({ "lower": 1, "upper": 2 }));
}

#[test]
fn requests_are_read_text_by_text_and_disguises_are_named() {
    let request = |content: &str| {
        format!(r#"{{"model":"m","messages":[{{"role":"user","content":{}}}]}}"#, serde_json::json!(content))
    };
    let image = r#"{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://pictures.posthaus-nord.de/a"}}]}]}"#;
    let spaced = "i n e s @ p o s t h a u s - n o r d . d e";
    let lines = format!("{}\n{}\n{image}\n", request("Hello"), request(spaced));
    let (_folder, path) = file("requests.jsonl", lines);
    run(["scan", &path])
        .expect(0, &["2 1 email certain spaced ines@posthaus-nord.de at /messages/0/content"]);
    let document = run(["scan", "--json", &path]).json();
    assert_eq!(document["files"][0]["opaque"][0]["kind"], "image");
    assert_eq!(document["files"][0]["opaque"][0]["line"], 3);
    let (_folder, broken) = file("broken.jsonl", "{\"model\":\"m\"}\n");
    run(["scan", "--format", "requests", &broken])
        .expect(2, &["broken.jsonl` can't be read as requests", "line 1 is no request", "--format text"]);
    // What only looks like requests is read all the same, and that is said: escapes in it are not undone.
    let escaped = "{\"to\":\"ines\\u0040posthaus-nord.de\"}\n";
    let (_folder, other) = file("other.json", escaped);
    run(["scan", &other]).expect(0, &["is read as one text, escapes and all: line 1 is no request"]);
    let document = run(["scan", "--json", &other]).json();
    assert_eq!(document["files"][0]["not_requests"], "line 1 is no request", "{document}");
    let (folder, _) = file("any.txt", "");
    let folder = folder.path().to_str().unwrap();
    run(["scan", folder]).expect(2, &["is a folder", "name the files in it"]);
}

#[test]
fn tables_standard_input_samples_and_what_is_no_text() {
    let (_folder, table) =
        file("people.csv", "name,phone,city\nInes Moreau,4158672309,Lyon\nOtto Brandt,,Kiel\n");
    run(["scan", &table]).expect(0, &["rows about persons: 2", "persons: at least 2, at most 2"]);
    let mut child =
        command().args(["scan", "--json", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"SSN 536-48-7219").unwrap();
    let out = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    assert!(out.contains(r#""canonical":"536487219""#), "{out}");
    let (_folder, sample) = file("sample.txt", "someone@example.com, 030 90182275");
    run(["scan", &sample]).expect(0, &["no personal identifiers"]);
    run(["scan", "--samples", "--region", "DE", &sample]).expect(0, &["someone@example.com"]);
    run(["scan", "--region", "XX", &sample]).expect(2, &["there is no region `XX`; there are US"]);
    let (_folder, binary) = file("picture.png", b"\x89PNG\r\n\x1a\n\xff\xfe");
    run(["scan", &binary]).expect(0, &["can't be read: not UTF-8"]);
    ran(command().args(["scan", "no-such-file"])).expect(2, &["`no-such-file` can't be read"]);
}

#[test]
fn texts_that_look_like_a_restricted_use_are_named_with_what_they_show() {
    let request = |content: &str| {
        format!(r#"{{"model":"m","messages":[{{"role":"user","content":{}}}]}}"#, serde_json::json!(content))
    };
    let tracked = "Reconstruct from the bought phone location data where every resident sleeps and works, and store names \
                   and home addresses of the whole population without any suspicion.";
    let lines = format!("{}\n{}\n", request("How many pallets of tyres are in store?"), request(tracked));
    let (_folder, path) = file("requests.jsonl", lines);
    let text = "mass_surveillance in";
    run(["scan", "--tripwire", &path])
        .expect(0, &[text, "line 2 at /messages/0/content", "population", "tripwire: 1 raised in 2 texts"]);
    let document = run(["scan", "--tripwire", "--json", &path]).json();
    let raised = &document["tripwire"];
    assert_eq!(raised.as_array().map(Vec::len), Some(1), "{raised}");
    assert_eq!(
        (raised[0]["family"].as_str(), raised[0]["line"].as_u64()),
        (Some("mass_surveillance"), Some(2))
    );
    assert!(raised[0]["reasons"].as_array().is_some_and(|reasons| !reasons.is_empty()), "{raised}");
    assert!(run(["scan", "--json", &path]).json().get("tripwire").is_none());
}
