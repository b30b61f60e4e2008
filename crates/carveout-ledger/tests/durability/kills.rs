//! A process that is killed under load. Every entry that it acknowledged must be there afterwards.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use carveout_ledger::*;

use crate::common::*;

const DIRECTORY: &str = "CARVEOUT_WRITER_DIRECTORY";

/// The child, which other tests start as a process of its own: appends from 16 tasks until it is killed, and says
/// what was acknowledged. Without its directory in the environment there is nothing for it to do.
#[test]
fn writer_process() {
    let Some(directory) = std::env::var_os(DIRECTORY).map(PathBuf::from) else { return };
    let options =
        Options { publish_interval: Duration::from_millis(20), segment_bytes: 50_000, ..Options::default() };
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap();
    let stopped = runtime.block_on(async {
        let opened = match Ledger::open(&directory, options.clone(), key()) {
            Err(LedgerError::Missing { .. }) => Ledger::create(&directory, options, key(), genesis()),
            opened => opened.map(|(ledger, _)| ledger),
        };
        let ledger = match opened {
            Ok(ledger) => ledger,
            Err(error) => return error,
        };
        let tasks: Vec<_> = (0..16).map(|task| tokio::spawn(append_for_ever(ledger.clone(), task))).collect();
        let mut stopped = LedgerError::Closed;
        for task in tasks {
            stopped = task.await.unwrap();
        }
        stopped
    });
    say(&format!("stopped {stopped:?}"));
}

async fn append_for_ever(ledger: Ledger, task: u64) -> LedgerError {
    for number in 0.. {
        let entries = (0..=number % 3).map(|part| denied(task << 40 | number << 2 | part)).collect();
        match ledger.append_all(entries).await {
            Ok(positions) => {
                for position in positions {
                    say(&format!("acknowledged {} {}", position.index, position.leaf));
                }
            }
            Err(error) => return error,
        }
    }
    LedgerError::Closed
}

/// One write for one line, so that a kill leaves whole lines and one broken one at most.
fn say(line: &str) {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(format!("\n{line}\n").as_bytes()).unwrap();
    stdout.flush().unwrap();
}

pub(crate) struct Writer(Command);

pub(crate) struct Output {
    pub(crate) acknowledged: Vec<Position>,
    pub(crate) stopped: String,
}

/// The child process for a ledger directory.
pub(crate) fn writer(directory: &Path) -> Writer {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "--nocapture", "kills::writer_process"]);
    command.env(DIRECTORY, directory).stdout(Stdio::piped()).stderr(Stdio::inherit());
    Writer(command)
}

impl Writer {
    /// Files may not grow beyond so many kibibytes; the signal that says so is ignored, as a server does.
    pub(crate) fn limit_file_size(self, kibibytes: u64) -> Self {
        let mut shell = Command::new("bash");
        shell.args(["-c", &format!("trap '' XFSZ; ulimit -f {kibibytes}; exec \"$0\" \"$@\"")]);
        shell.arg(self.0.get_program()).args(self.0.get_args());
        for (name, value) in self.0.get_envs() {
            shell.env(name, value.unwrap_or_default());
        }
        shell.stdout(Stdio::piped());
        Self(shell)
    }

    pub(crate) fn run_to_the_end(mut self) -> Output {
        let output = self.0.output().unwrap();
        read(&output.stdout[..])
    }

    fn run_for(mut self, time: Duration) -> Output {
        let mut child = self.0.spawn().unwrap();
        let stdout = child.stdout.take().unwrap();
        let reading = std::thread::spawn(move || read(stdout));
        std::thread::sleep(time);
        child.kill().unwrap();
        child.wait().unwrap();
        reading.join().unwrap()
    }
}

fn read(stdout: impl std::io::Read) -> Output {
    let mut output = Output { acknowledged: Vec::new(), stopped: String::new() };
    let mut reader = BufReader::new(stdout);
    let mut line = String::new();
    while reader.read_line(&mut line).unwrap() > 0 {
        if let Some(words) = line.strip_prefix("acknowledged ").filter(|line| line.ends_with('\n')) {
            let (index, leaf) = words.trim_end().split_once(' ').unwrap();
            output.acknowledged.push(Position { index: index.parse().unwrap(), leaf: leaf.parse().unwrap() });
        }
        if let Some(words) = line.strip_prefix("stopped ") {
            output.stopped = words.to_owned();
        }
        line.clear();
    }
    output
}

#[test]
fn what_a_killed_process_acknowledged_is_there() {
    let directory = tempfile::tempdir().unwrap();
    let mut acknowledged = Vec::new();
    for kill in 0..scale("CARVEOUT_KILLS", 24) {
        let output = writer(directory.path()).run_for(Duration::from_millis(60 + kill * 37 % 150));
        assert_eq!(output.stopped, "", "kill {kill}");
        acknowledged.extend(output.acknowledged);
    }
    assert!(acknowledged.len() > 100, "only {} entries in all", acknowledged.len());
    let (ledger, recovery) = Ledger::open(directory.path(), patient(), key()).unwrap();
    assert!(recovery.entries > acknowledged.len() as u64);
    drop(ledger);
    verify_directory(directory.path(), &key().verifier(), None, |_| ()).unwrap();
    let reader = LedgerReader::open(directory.path(), &key().verifier()).unwrap();
    acknowledged.sort_unstable_by_key(|position| position.index);
    let mut expected = acknowledged.iter();
    let mut next = expected.next();
    for entry in reader.entries(0) {
        let (index, bytes) = entry.unwrap();
        while let Some(position) = next.filter(|position| position.index == index) {
            assert_eq!(leaf_hash(&bytes), position.leaf, "entry {index}");
            next = expected.next();
        }
    }
    assert_eq!(next, None, "acknowledged but not there");
}
