//! The one thread that writes: what waits is written together and synced once.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    thread,
};

use tokio::sync::oneshot;

use super::{
    EvidenceError, EvidenceMark,
    queue::{self, Pending, Receiver, Record, Sender},
    segment, segment_path, snapshot_path,
};
use crate::Digest;

/// A segment that has grown to this many bytes is followed by another.
const SEGMENT_BYTES: u64 = 64 << 20;

pub(super) type Reply = oneshot::Sender<Result<EvidenceMark, EvidenceError>>;

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
pub(super) fn start(directory: PathBuf, last: EvidenceMark) -> io::Result<Sender> {
    let (file, length) = begin(&directory, &last)?;
    let writer = Writer { directory, last, file, length, snapshots: Vec::new(), failed: None };
    let (sender, receiver) = queue::queue();
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
    fn run(mut self, receiver: &Receiver) {
        while let Some(pending) = receiver.next() {
            match pending {
                Pending::Records(records) => self.records(records),
                Pending::Place(reply) => {
                    let place = self.attempt(|writer| Ok(writer.last));
                    reply.send(place).ok();
                }
                Pending::Snapshot { at, bytes, reply } => {
                    let written = self.attempt(|writer| writer.snapshot(&at, &bytes));
                    reply.send(written).ok();
                }
            }
        }
    }

    /// Writes records together and tells those who wait for one.
    fn records(&mut self, records: Vec<Record>) {
        let (mut buffer, mut waiting, mut last) = (Vec::new(), Vec::with_capacity(records.len()), self.last);
        for Record { bytes, reply } in records {
            segment::frame(&mut buffer, last.record + 1, &bytes);
            last = segment::next(&last, &bytes);
            waiting.push((reply, last));
        }
        let written = self.attempt(|writer| writer.append(&buffer, last));
        for (reply, mark) in waiting {
            reply.send(written.clone().map(|_last| mark)).ok();
        }
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

    fn snapshot(&mut self, at: &EvidenceMark, bytes: &[u8]) -> io::Result<EvidenceMark> {
        let record = at.record;
        let (file, digest): (Vec<u8>, Digest) = segment::snapshot(at, bytes);
        let staged = self.directory.join("snapshot.new");
        let mut to = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&staged)?;
        to.write_all(&file)?;
        to.sync_all()?;
        fs::rename(&staged, snapshot_path(&self.directory, record))?;
        File::open(&self.directory)?.sync_all()?;
        if self.snapshots.last() != Some(&record) {
            self.snapshots.push(record);
        }
        // The one before stays until this one is surely in the ledger: when the next is written.
        while self.snapshots.len() > 2 {
            let old = self.snapshots.remove(0);
            fs::remove_file(snapshot_path(&self.directory, old))?;
        }
        Ok(EvidenceMark { record, digest })
    }
}
