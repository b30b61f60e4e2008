//! `demo`: what a newcomer sees first.

use std::{
    io::BufRead,
    net::TcpListener,
    process::{Command, Stdio},
};

use crate::kit::{Running, command, ran, run};

#[test]
fn once_shows_each_ruling_and_every_receipt_verified() {
    let shown = run(["demo", "--once"]);
    shown.expect(
        0,
        &["SAMPLE", "permit (HTTP 200)", "deny (HTTP 403)", "hold (HTTP 403)", "3.3", "3.5", "2.2"],
    );
    assert_eq!(shown.out.matches("verified against the log's key").count(), 5);
    assert_eq!(shown.err, "");
    let document = run(["demo", "--once", "--json"]).expect(0, &[]).json();
    let uses = document["uses"].as_array().unwrap();
    assert_eq!(uses.len(), 5);
    assert!(uses.iter().all(|one| one["receipt"]["verified"] == true));
}

#[test]
fn a_taken_port_and_a_folder_with_something_in_it_are_refused() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap().to_string();
    run(["demo", "--listen", &listen]).expect(2, &["can't listen on", "free the address or choose another"]);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mine"), "mine").unwrap();
    run(["demo".as_ref(), "--once".as_ref(), "--dir".as_ref(), folder.path().as_os_str()])
        .expect(2, &["is not empty"]);
    assert_eq!(folder.path().read_dir().unwrap().count(), 1);
}

#[test]
fn the_printed_curl_works_as_pasted_and_ctrl_c_ends_it_cleanly() {
    let folder = tempfile::tempdir().unwrap();
    let workspace = folder.path().join("kept");
    let mut demo = Running::start(
        command()
            .args(["demo", "--listen", "127.0.0.1:0", "--dir"])
            .arg(&workspace)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped()),
    );
    let mut lines = demo.out().lines().map(Result::unwrap);
    let (pasted, python) = demo.within_limit("what to paste", || {
        let mut pasted = lines.by_ref().find(|line| line.starts_with("curl ")).unwrap();
        while pasted.ends_with('\\') {
            pasted.push('\n');
            pasted.push_str(&lines.next().unwrap());
        }
        let python = lines.by_ref().skip_while(|line| line.is_empty()).take(3);
        (pasted, python.collect::<Vec<String>>())
    });
    assert!(python[0].contains("from openai import OpenAI") && python[2].contains("print("), "{python:?}");
    // Not every machine has curl; those that build this do.
    ran(Command::new("sh").args(["-c", &pasted.replacen("curl ", "curl -s ", 1)]))
        .expect(0, &["This is the sample provider, not a model."]);
    demo.signal("-INT");
    assert_eq!(demo.ended(), (Some(0), String::new()));
    let verified = run([
        "-C".as_ref(),
        workspace.as_os_str(),
        "ledger".as_ref(),
        "verify".as_ref(),
        "--redecide".as_ref(),
    ]);
    verified.expect(0, &["7 decisions made again", "attempts under way or cut off: 0"]);
}
