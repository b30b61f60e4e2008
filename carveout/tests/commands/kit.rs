//! The binary, workspaces to run it on, and a few lines of HTTP.

use std::{
    ffi::OsStr,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::Value as Json;
use tempfile::TempDir;

/// The binary under test.
const CARVEOUT: &str = env!("CARGO_BIN_EXE_carveout");

/// The request of the demo that is permitted.
pub(crate) const SUPPLY: &str = "purpose=logistics.supply, subject=none";

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    /// The one JSON document on stdout.
    pub(crate) fn json(&self) -> Json {
        assert_eq!(self.out.lines().count(), 1, "one document: {self:?}");
        let document: Json = serde_json::from_str(&self.out).unwrap();
        assert_eq!(document["version"], 1, "{self:?}");
        document
    }

    /// Asserts the exit code, and that all of these words were said somewhere.
    #[track_caller]
    pub(crate) fn expect(&self, code: i32, words: &[&str]) -> &Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        // Errors are wrapped between words, with a bar before each line.
        let said = format!("{} {}", self.out, self.err).replace(['│', '\n'], " ");
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        for word in words {
            assert!(said.contains(word), "`{word}` is missing: {self:#?}");
        }
        self
    }
}

/// The binary, with nothing of the surroundings.
pub(crate) fn command() -> Command {
    let mut command = Command::new(CARVEOUT);
    for name in ["CARVEOUT_WORKSPACE", "CARVEOUT_LISTEN", "CARVEOUT_LOG", "NO_COLOR", "CLICOLOR_FORCE"] {
        command.env_remove(name);
    }
    command.stdin(Stdio::null());
    command
}

/// Runs a command to its end.
pub(crate) fn run<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Ran {
    ran(command().args(arguments))
}

pub(crate) fn ran(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    Ran {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A command that serves until it is told to end, or killed when this goes.
pub(crate) struct Serving {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Serving {
    /// Starts a command that prints where it listens.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.arg("--json").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let document: Json = serde_json::from_str(&line).unwrap_or_else(|error| {
            let _ = child.kill();
            panic!("it did not start: {error}: {line}")
        });
        Self { child, address: document["listening"].as_str().unwrap().parse().unwrap() }
    }

    /// Asks it to end, and says how it did.
    pub(crate) fn stop(mut self) -> Option<i32> {
        signal(&self.child, "-TERM");
        self.child.wait().unwrap().code()
    }

    /// Ends it without a chance to tidy up.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a signal by its name.
pub(crate) fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

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

    /// What `serve` says when it is expected to refuse.
    pub(crate) fn refuses(&self, words: &[&str]) {
        let mut child = self.command(["serve", "--listen", "127.0.0.1:0"]);
        let ran = ran(Command::new("timeout")
            .arg("20")
            .arg(child.get_program())
            .args(child.get_args())
            .current_dir(self.path("")));
        ran.expect(2, words);
        child.stdin(Stdio::null());
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
