//! Workspaces, and requests to their gateways.

use std::{
    ffi::OsStr,
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use serde_json::Value as Json;
use tempfile::TempDir;

use super::{Ran, Serving, command, ran, run};

/// The request of the demo that is permitted.
pub(crate) const SUPPLY: &str = "purpose=logistics.supply, subject=none";

/// The sample provider.
pub(crate) fn provider() -> Serving {
    Serving::start(command().args(["sample-provider", "--listen", "127.0.0.1:0"]))
}

/// A workspace in a temporary folder.
pub(crate) struct Workspace {
    folder: TempDir,
    /// Programs and keys.
    keys: Vec<(String, String)>,
}

impl Workspace {
    /// The sample workspace. Nobody answers at its provider's address unless one is given.
    pub(crate) fn sample(provider: Option<&Serving>) -> Self {
        let folder = TempDir::new().unwrap();
        let provider = provider.map_or("127.0.0.1:9".to_owned(), |serving| serving.address.to_string());
        let path = folder.path().join("ws");
        let made = run([
            OsStr::new("init"),
            "--sample".as_ref(),
            "--json".as_ref(),
            "--provider".as_ref(),
            provider.as_ref(),
            path.as_ref(),
        ]);
        Self::made(folder, &made)
    }

    /// A workspace as a team starts from.
    pub(crate) fn real() -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("ws");
        let made = run([OsStr::new("init"), "--json".as_ref(), path.as_ref()]);
        Self::made(folder, &made)
    }

    fn made(folder: TempDir, made: &Ran) -> Self {
        let document = made.expect(0, &[]).json();
        let text = |value: &Json| value.as_str().unwrap().to_owned();
        let keys = document["keys"].as_array().unwrap().iter();
        Self { folder, keys: keys.map(|key| (text(&key["program"]), text(&key["key"]))).collect() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("ws").join(name)
    }

    pub(crate) fn key(&self, program: &str) -> &str {
        &self.keys.iter().find(|(name, _)| name == program).unwrap().1
    }

    /// A command on this workspace, run in it.
    pub(crate) fn command<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Command {
        let mut command = command();
        command.current_dir(self.path("")).args(arguments);
        command
    }

    /// Runs a command written as words.
    pub(crate) fn run(&self, words: &str) -> Ran {
        self.run_all(words.split(' '))
    }

    pub(crate) fn run_all<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Ran {
        ran(&mut self.command(arguments))
    }

    pub(crate) fn serve(&self) -> Serving {
        Serving::start(&mut self.command(["serve", "--listen", "127.0.0.1:0"]))
    }

    /// The same with its log in a file of the workspace.
    pub(crate) fn serve_logging(&self, name: &str) -> Serving {
        let log = fs::File::create(self.path(name)).unwrap();
        Serving::start_saying_to(log, &mut self.command(["serve", "--listen", "127.0.0.1:0"]))
    }

    /// What `serve` says when it is expected to refuse.
    pub(crate) fn refuses(&self, words: &[&str]) {
        self.run("serve --listen 127.0.0.1:0").expect(2, words);
    }

    /// Signs the terms of a real workspace as both of its parties.
    pub(crate) fn sign_as_both(&self) {
        self.run("keygen --name vendor.example --out vendor.key").expect(0, &[]);
        fs::rename(self.path("vendor.pub"), self.path("keys/vendor.pub")).unwrap();
        for key in ["vendor.key", "keys/customer.key"] {
            self.run(&format!("sign agreements/terms.md --key {key}")).expect(0, &[]);
        }
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.path(name), text).unwrap();
    }

    /// Replaces a text that stands in a file.
    pub(crate) fn edit(&self, name: &str, old: &str, new: &str) {
        let text = self.read(name);
        assert!(text.contains(old), "`{old}` does not stand in {name}");
        self.write(name, text.replacen(old, new, 1));
    }

    pub(crate) fn append(&self, name: &str, text: &str) {
        self.write(name, self.read(name) + text);
    }

    /// Sends a use of the sample program, and returns status and head of the answer.
    pub(crate) fn ask(&self, gateway: &Serving, program: &str, claim: &str) -> (u16, String) {
        let body =
            r#"{"model":"sample-chat","messages":[{"role":"user","content":"Which parts are short?"}]}"#;
        let headers = format!(
            "Authorization: Bearer {}\r\nCarveout-Use: {claim}\r\nContent-Type: application/json\r\n",
            self.key(program)
        );
        post(gateway.address, "/v1/chat/completions", &headers, body)
    }

    /// A workspace whose ledger holds a permit, a denial and a hold, all settled.
    pub(crate) fn with_decisions(provider: &Serving) -> Self {
        let workspace = Self::sample(Some(provider));
        let gateway = workspace.serve();
        for (program, claim, status) in [
            ("logistics-support", SUPPLY, 200),
            ("intelligence-support", "purpose=intel.foreign, volume=bulk, subject=us_person", 403),
            ("intelligence-support", "purpose=targeting.nominate, volume=targeted, subject=none", 403),
        ] {
            assert_eq!(workspace.ask(&gateway, program, claim).0, status, "{claim}");
        }
        assert_eq!(gateway.stop(), Some(0));
        workspace
    }
}

/// One request on a connection of its own.
pub(crate) fn post(address: SocketAddr, path: &str, headers: &str, body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let length = body.len();
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nHost: {address}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer)
}

/// Copies a folder with everything in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    assert!(Command::new("cp").arg("-r").args([from, to]).status().unwrap().success());
}
