//! The guide to comparing: what it shows is what happens.

use std::{env, fs, path::Path, process::Command};

use tempfile::TempDir;

use crate::kit::{command, copy, ran};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// A command of the guide.
#[derive(Debug, Default)]
struct Shown {
    line: String,
    /// How it ends.
    code: i32,
    /// Lines of its output.
    output: Vec<String>,
}

/// The commands in the `console` blocks of a document. `…` stands for lines that are left out.
fn shown(document: &str) -> Vec<Shown> {
    let mut shown: Vec<Shown> = Vec::new();
    let mut console = false;
    for line in document.lines() {
        match line.strip_prefix("$ ") {
            _ if line.starts_with("```") => console = line == "```console",
            _ if !console => {}
            Some(typed) => {
                let (line, note) = typed.split_once("  #").unwrap_or((typed, ""));
                let code = note.trim().strip_prefix("ends with ").map_or(0, |code| code.parse().unwrap());
                shown.push(Shown { line: line.trim().to_owned(), code, output: Vec::new() });
            }
            None if line == "…" => {}
            None => shown.last_mut().unwrap().output.push(line.to_owned()),
        }
    }
    shown
}

/// Runs a command line as a shell does, with the binary under test on the path.
fn typed(line: &str, folder: &Path) -> Command {
    let binary = command().get_program().to_owned();
    let path = env::join_paths(
        [Path::new(&binary).parent().unwrap().to_owned()]
            .into_iter()
            .chain(env::split_paths(&env::var_os("PATH").unwrap())),
    );
    let mut shell = Command::new("sh");
    shell.args(["-c", line]).current_dir(folder).env("PATH", path.unwrap());
    shell
}

#[test]
fn what_the_guide_to_comparing_shows_is_what_happens() {
    assert!(happens("docs/comparing.md") > 10);
}

#[test]
fn what_the_guide_to_common_ground_shows_is_what_happens() {
    assert!(happens("docs/common-ground.md") > 5);
}

/// Runs every command of a guide, and says how many there are.
fn happens(guide: &str) -> usize {
    let folder = TempDir::new().unwrap();
    let root = Path::new(ROOT);
    for part in ["examples/dispute", "packs"] {
        let within = folder.path().join(part);
        fs::create_dir_all(within.parent().unwrap()).unwrap();
        copy(&root.join(part), within.parent().unwrap());
    }
    let shown = shown(&fs::read_to_string(root.join(guide)).unwrap());
    let count = shown.len();
    for Shown { line, code, output } in shown {
        let told = ran(&mut typed(&line, &folder.path().join("examples/dispute")));
        assert_eq!(told.code, Some(code), "{line}: {told:#?}");
        assert!(!output.is_empty(), "{line} shows nothing");
        let said = format!("{}\n{}", told.out, told.err);
        let mut lines = said.lines();
        for expected in &output {
            // In the same order, with other lines between them.
            assert!(
                lines.any(|line| line == expected || line.trim_start().starts_with(expected)),
                "`{expected}` is not shown by `{line}`: {told:#?}"
            );
        }
    }
    count
}
