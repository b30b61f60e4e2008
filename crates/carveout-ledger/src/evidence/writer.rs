//! The one thread that writes: what waits is written together and synced once.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    sync::mpsc::{self, Receiver, Sender, TryRecvError},
    thread,
    time::{Duration, Instant},
};

use tokio::sync::oneshot;

use super::{EvidenceError, EvidenceMark, segment, segment_path, snapshot_path};
use crate::Digest;

/// A segment that has grown to this many bytes is followed by another.
const SEGMENT_BYTES: u64 = 64 << 20;

/// What is written before one sync, in bytes, at most.
const BATCH_BYTES: usize = 4 << 20;

/// A record that nobody waits for is written with whatever comes within this time, so that it costs no sync of its own.
const SOON: Duration = Duration::from_millis(50);

pub(super) type Reply = oneshot::Sender<Result<EvidenceMark, EvidenceError>>;

/// What is to be written, in the order in which it happened.
#[derive(Debug)]
pub(super) enum Message {
    /// Somebody waits for it, unless it is only wanted soon.
    Record {
        bytes: Vec<u8>,
        soon: bool,
        reply: Reply,
    },
    Snapshot {
        bytes: Vec<u8>,
        reply: Reply,
    },
}

struct Writer {
    directory: PathBuf,
    last: EvidenceMark,
    file: File,
    length: u64,
    /// The snapshots that are there: the last and the one before it, until an entry names the last.
    snapshots: Vec<u64>,
    failed: Option<String>,
}

/// Begins a segment and the thread that writes it. The thread ends when nobody is left to send.
pub(super) fn start(directory: PathBuf, last: EvidenceMark) -> io::Result<Sender<Message>> {
    let (file, length) = begin(&directory, &last)?;
    let writer = Writer { directory, last, file, length, snapshots: Vec::new(), failed: None };
    let (sender, receiver) = mpsc::channel();
    thread::Builder::new().name("evidence".to_owned()).spawn(move || writer.run(&receiver))?;
    Ok(sender)
}

/// A segment of that name can only be one in which nothing was kept.
fn begin(directory: &Path, last: &EvidenceMark) -> io::Result<(File, u64)> {
    let head = segment::head(last);
    let path = segment_path(directory, last.record + 1);
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(&head)?;
    file.sync_all()?;
    File::open(directory)?.sync_all()?;
    Ok((file, head.len() as u64))
}

impl Writer {
    fn run(mut self, messages: &Receiver<Message>) {
        let mut waiting = None;
        while let Some(message) = waiting.take().or_else(|| messages.recv().ok()) {
            match message {
                Message::Record { bytes, soon, reply } => {
                    waiting = self.records((bytes, soon, reply), messages);
                }
                Message::Snapshot { bytes, reply } => {
                    let written = self.attempt(|writer| writer.snapshot(&bytes));
                    reply.send(written).ok();
                }
            }
        }
    }

    /// Writes this record and those that wait behind it, and returns what else waits.
    fn records(&mut self, first: (Vec<u8>, bool, Reply), messages: &Receiver<Message>) -> Option<Message> {
        let (mut buffer, mut replies, mut marks, mut other) = (Vec::new(), Vec::new(), Vec::new(), None);
        let mut last = self.last;
        // None once somebody waits.
        let mut until = Some(Instant::now() + SOON);
        let mut next = Some(first);
        while let Some((bytes, soon, reply)) = next.take() {
            until = until.filter(|_| soon);
            segment::frame(&mut buffer, last.record + 1, &bytes);
            last = segment::next(&last, &bytes);
            replies.push(reply);
            marks.push(last);
            if buffer.len() < BATCH_BYTES {
                match receive(messages, until) {
                    Some(Message::Record { bytes, soon, reply }) => next = Some((bytes, soon, reply)),
                    Some(snapshot) => other = Some(snapshot),
                    None => {}
                }
            }
        }
        let written = self.attempt(|writer| writer.append(&buffer, last));
        for (reply, mark) in replies.into_iter().zip(marks) {
            reply.send(written.clone().map(|_last| mark)).ok();
        }
        other
    }

    /// After a failure it isn't known what the disk holds, so nothing more is written.
    fn attempt(
        &mut self,
        work: impl FnOnce(&mut Self) -> io::Result<EvidenceMark>,
    ) -> Result<EvidenceMark, EvidenceError> {
        if let Some(cause) = &self.failed {
            return Err(EvidenceError::Poisoned(cause.clone()));
        }
        work(self).map_err(|error| {
            self.failed = Some(error.to_string());
            super::io_error("write", &self.directory, &error)
        })
    }

    fn append(&mut self, buffer: &[u8], last: EvidenceMark) -> io::Result<EvidenceMark> {
        if self.length >= SEGMENT_BYTES {
            (self.file, self.length) = begin(&self.directory, &self.last)?;
        }
        self.file.write_all(buffer)?;
        self.file.sync_data()?;
        self.length += buffer.len() as u64;
        self.last = last;
        Ok(last)
    }

    fn snapshot(&mut self, bytes: &[u8]) -> io::Result<EvidenceMark> {
        let record = self.last.record;
        let (file, digest): (Vec<u8>, Digest) = segment::snapshot(&self.last, bytes);
        let staged = self.directory.join("snapshot.new");
        let mut to = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&staged)?;
        to.write_all(&file)?;
        to.sync_all()?;
        fs::rename(&staged, snapshot_path(&self.directory, record))?;
        File::open(&self.directory)?.sync_all()?;
        self.snapshots.push(record);
        // The one before stays until this one is surely in the ledger: when the next is written.
        while self.snapshots.len() > 2 {
            let old = self.snapshots.remove(0);
            fs::remove_file(snapshot_path(&self.directory, old))?;
        }
        Ok(EvidenceMark { record, digest })
    }
}

/// What waits; if nothing does, what comes until then.
fn receive(messages: &Receiver<Message>, until: Option<Instant>) -> Option<Message> {
    match (messages.try_recv(), until) {
        (Ok(message), _) => Some(message),
        (Err(TryRecvError::Disconnected), _) | (Err(TryRecvError::Empty), None) => None,
        (Err(TryRecvError::Empty), Some(until)) => {
            messages.recv_timeout(until.saturating_duration_since(Instant::now())).ok()
        }
    }
}
