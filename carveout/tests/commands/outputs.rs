//! What all commands share: help, versions, colours, pipes, and JSON whatever happens.

use std::{fs::OpenOptions, net::TcpListener, process::Stdio};

use crate::kit::{Running, Workspace, command, ran, ran_to, run};

const COMMANDS: [&str; 44] = [
    "demo",
    "init",
    "serve",
    "check",
    "decide",
    "diff",
    "redlines",
    "what-if",
    "keygen",
    "sign",
    "ledger",
    "ledger verify",
    "ledger show",
    "ledger receipt",
    "ledger reconcile",
    "ledger rotate",
    "packs",
    "packs list",
    "packs show",
    "packs add",
    "designations",
    "designations add",
    "designations list",
    "designations show",
    "designations asof",
    "designations import",
    "designations compile",
    "exposure",
    "exposure scan",
    "exposure import",
    "exposure match",
    "exposure reach",
    "exposure paths",
    "exposure report",
    "exposure snapshot",
    "exposure customers",
    "exposure questionnaire",
    "exposure questionnaire new",
    "exposure questionnaire check",
    "exposure questionnaire sign",
    "exposure questionnaire import",
    "sample-provider",
    "completions",
    "",
];

#[test]
fn every_command_explains_itself() {
    for words in COMMANDS {
        let help = run(words.split(' ').filter(|word| !word.is_empty()).chain(["--help"]));
        help.expect(0, &["Usage: carveout", words, "--json"]);
        assert!(help.err.is_empty() && help.out.lines().all(|line| line.chars().count() <= 100), "{help:?}");
    }
    run(["--version"]).expect(0, &["carveout 0."]);
}

#[test]
fn what_is_mistyped_is_a_failure_in_json_too() {
    for arguments in
        [&["frobnicate"][..], &["check", "--nope"], &["decide"], &["ledger"], &["serve", "--listen", "here"]]
    {
        let mistyped = run(arguments);
        assert_eq!((mistyped.code, mistyped.out.as_str()), (Some(2), ""), "{mistyped:?}");
        let document = run(arguments.iter().copied().chain(["--json"])).expect(2, &[]).json();
        assert_eq!(document["command"], "error", "{document:#}");
    }
    let workspace = Workspace::sample(None);
    workspace.edit("programs/logistics-support.toml", "agency = ", "agenzy = ");
    let document = workspace.run("serve --json").expect(2, &[]).json();
    let problem = &document["problems"][0];
    assert!(problem["file"].as_str().unwrap().ends_with("logistics-support.toml"), "{document:#}");
    assert_eq!((&problem["line"], &problem["column"]), (&11.into(), &1.into()), "{document:#}");
    assert!(problem["hint"].as_str().unwrap().contains("agency"), "{document:#}");
}

#[test]
fn colours_are_for_terminals_and_only_without_no_color() {
    let workspace = Workspace::real();
    let plain = workspace.run("check");
    assert!(!format!("{}{}", plain.out, plain.err).contains('\u{1b}'), "{plain:?}");
    let forced = ran(workspace.command(["check"]).env("CLICOLOR_FORCE", "1"));
    assert!(forced.out.contains("\u{1b}[1m"), "{forced:?}");
    let neither = ran(workspace.command(["check"]).env("NO_COLOR", "1"));
    assert_eq!(neither.out, plain.out);
    workspace.edit("agreements/terms.md", "context.volume)", "context.volum)");
    let broken = ran(workspace.command(["check"]).env("NO_COLOR", "1"));
    assert!(!broken.err.contains('\u{1b}'), "{broken:?}");
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let workspace = Workspace::real();
    for words in [&["check"][..], &["check", "--json"], &["completions", "zsh"], &["--help"]] {
        let mut command = workspace.command(words);
        let mut running = Running::start(command.stdout(Stdio::piped()).stderr(Stdio::piped()));
        drop(running.out());
        assert_eq!(running.ended(), (Some(0), String::new()), "{words:?}");
    }
}

#[test]
fn a_result_that_can_t_be_written_is_a_failure() {
    for words in [&["keygen", "--program", "depot-1"][..], &["completions", "bash"]] {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        ran_to(full, command().args(words)).expect(2, &["could not be written"]);
    }
}

#[test]
fn completions_know_the_commands() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        run(["completions", shell]).expect(0, &["carveout", "reconcile"]);
    }
    run(["completions", "tcsh"]).expect(2, &["invalid value"]);
}

#[test]
fn the_environment_stands_between_the_flag_and_the_file() {
    let workspace = Workspace::sample(None);
    let elsewhere = tempfile::tempdir().unwrap();
    let mut show = command();
    show.current_dir(elsewhere.path()).args(["decide", "--use", "purpose=logistics.supply"]);
    ran(&mut show).expect(2, &["is no workspace"]);
    ran(show.env("CARVEOUT_WORKSPACE", workspace.path(""))).expect(0, &["permit"]);
    ran(show.args(["-C", "/nowhere"])).expect(2, &["`/nowhere` is no workspace"]);
    let (first, second) = (taken(), taken());
    let refusal = |listener: &TcpListener| format!("can't listen on `{}`", listener.local_addr().unwrap());
    let mut serve = workspace.command(["serve"]);
    serve.env("CARVEOUT_LISTEN", first.local_addr().unwrap().to_string());
    ran(&mut serve).expect(2, &[&refusal(&first)]);
    serve.args(["--listen", &second.local_addr().unwrap().to_string()]);
    ran(&mut serve).expect(2, &[&refusal(&second)]);
}

/// An address that somebody else listens on already.
fn taken() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").unwrap()
}
