//! Processes that are run, waited for, and never for long.

use std::{
    ffi::OsStr,
    fmt,
    io::{BufRead, BufReader, Read},
    net::{SocketAddr, TcpStream},
    process::{Child, ChildStderr, ChildStdout, Command, Stdio},
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::Duration,
};

use serde_json::Value as Json;

/// The binary under test.
const CARVEOUT: &str = env!("CARGO_BIN_EXE_carveout");

/// How long a command may take. No test relies on it: it turns a command that wrongly goes on for ever into a
/// failure that says so.
const LIMIT: Duration = Duration::from_secs(60);

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
    ran_to(Stdio::piped(), command)
}

/// The same with its output going elsewhere.
pub(crate) fn ran_to(out: impl Into<Stdio>, command: &mut Command) -> Ran {
    ran_within(LIMIT, command.stdout(out))
}

fn ran_within(limit: Duration, command: &mut Command) -> Ran {
    let child = command.stderr(Stdio::piped()).spawn().unwrap();
    let output = within(limit, child.id(), command, || child.wait_with_output().unwrap());
    Ran {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Waits for something that a process does. If that takes too long the process is killed, which ends the wait, and
/// the test fails.
fn within<T>(limit: Duration, process: u32, what: &dyn fmt::Debug, wait: impl FnOnce() -> T) -> T {
    let (done, waiting) = mpsc::channel::<()>();
    let watch = thread::spawn(move || {
        let late = waiting.recv_timeout(limit) == Err(RecvTimeoutError::Timeout);
        if late {
            signal(process, "-KILL");
        }
        late
    });
    let waited = wait();
    drop(done);
    assert!(!watch.join().unwrap(), "it went on for {limit:?} and was killed: {what:?}");
    waited
}

/// A process that goes on until it is told to end, or killed when this goes.
pub(crate) struct Running(Child);

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        Self(command.spawn().unwrap())
    }

    /// What it prints. Reading that is to be bounded by [`Self::within_limit`].
    pub(crate) fn out(&mut self) -> BufReader<ChildStdout> {
        BufReader::new(self.0.stdout.take().unwrap())
    }

    /// What it says beside its result, to be read in the same way.
    pub(crate) fn err(&mut self) -> BufReader<ChildStderr> {
        BufReader::new(self.0.stderr.take().unwrap())
    }

    /// Waits for something that it does.
    pub(crate) fn within_limit<T>(&self, what: &str, wait: impl FnOnce() -> T) -> T {
        within(LIMIT, self.0.id(), &what, wait)
    }

    /// Sends it a signal, by its name.
    pub(crate) fn signal(&self, name: &str) {
        assert!(signal(self.0.id(), name));
    }

    /// How it ended, and what it had to say.
    pub(crate) fn ended(mut self) -> (Option<i32>, String) {
        within(LIMIT, self.0.id(), &"its end", || {
            let mut said = String::new();
            if let Some(mut err) = self.0.stderr.take() {
                err.read_to_string(&mut said).unwrap();
            }
            (self.0.wait().unwrap().code(), said)
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn signal(process: u32, name: &str) -> bool {
    Command::new("kill").args([name, &process.to_string()]).status().unwrap().success()
}

/// A command that serves.
pub(crate) struct Serving {
    running: Running,
    pub(crate) address: SocketAddr,
}

impl Serving {
    /// Starts a command that prints where it listens.
    pub(crate) fn start(command: &mut Command) -> Self {
        Self::start_saying_to(Stdio::null(), command)
    }

    /// The same with what it says beside its result going somewhere.
    pub(crate) fn start_saying_to(err: impl Into<Stdio>, command: &mut Command) -> Self {
        let mut running = Running::start(command.arg("--json").stdout(Stdio::piped()).stderr(err));
        let (mut out, mut line) = (running.out(), String::new());
        running.within_limit("where it listens", || out.read_line(&mut line).unwrap());
        let document: Json =
            serde_json::from_str(&line).unwrap_or_else(|error| panic!("it did not start: {error}: {line}"));
        Self { running, address: document["listening"].as_str().unwrap().parse().unwrap() }
    }

    /// Asks it to end, and returns when it takes no more connections.
    pub(crate) fn drain(&self) {
        self.running.signal("-TERM");
        self.running.within_limit("no more connections", || {
            while TcpStream::connect(self.address).is_ok() {
                thread::sleep(Duration::from_millis(5));
            }
        });
    }

    /// Asks it to end, and says how it did.
    pub(crate) fn stop(self) -> Option<i32> {
        self.running.signal("-TERM");
        self.running.ended().0
    }

    /// Ends it without a chance to tidy up.
    pub(crate) fn kill(self) {
        drop(self.running);
    }
}

#[test]
#[should_panic(expected = "and was killed")]
fn a_command_that_goes_on_for_ever_is_killed_and_reported() {
    ran_within(Duration::from_millis(200), command().args(["sample-provider", "--listen", "127.0.0.1:0"]));
}
