//! The workspace's records: files with their officers' signatures beside them.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use carveout_ledger::{Digest, Domain, Statement, VerifierKey, verify_statement};
use carveout_terms::designation::{Designation, Notice, Record, loosened};
use miette::{IntoDiagnostic, WrapErr};

use crate::{
    config::{self, Signatures},
    output::Printer,
    workspace::{Faults, listed, note, note_path, read, verifier_key},
};

/// Everything that is recorded, in the order of its ids and versions.
#[derive(Debug)]
pub(super) struct Store {
    pub(super) directory: PathBuf,
    pub(super) officers: BTreeMap<String, VerifierKey>,
    pub(super) stored: Vec<Stored>,
    optional: bool,
}

/// A file of the store.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) path: PathBuf,
    pub(super) record: Record,
    pub(super) trust: Trust,
}

/// Who signed a record, and who must.
#[derive(Debug)]
pub(super) struct Trust {
    /// The officers whose signatures verify.
    pub(super) signers: Vec<String>,
    /// How many officers it takes.
    pub(super) needed: usize,
    /// Why it takes more than one.
    pub(super) loosens: Vec<String>,
    /// Whether it counts.
    pub(super) counts: bool,
}

impl Store {
    /// Reads the records of a workspace.
    pub(super) fn load(root: &Path) -> miette::Result<Self> {
        let config = config::load(root)?;
        let officers = config.designations.officers.iter().map(|(officer, reference)| {
            let key = reference.fetch(root).and_then(|text| verifier_key(&text));
            Ok((officer.clone(), key.wrap_err_with(|| format!("the key of the officer `{officer}`"))?))
        });
        let mut store = Self {
            directory: root.join(&config.designations.directory),
            officers: officers.collect::<miette::Result<_>>()?,
            stored: Vec::new(),
            optional: config.terms.signatures == Signatures::Optional,
        };
        let mut faults = Faults::default();
        let mut read_files = Vec::new();
        for path in store.files()? {
            match Record::parse(&read(&path)?) {
                Ok(record) => read_files.push((path, record)),
                Err(problems) => faults.add(&path, problems),
            }
        }
        faults.into_result()?;
        // An older version first: what a newer one takes back is seen against it.
        read_files.sort_by_key(|(_, record)| key(record));
        for (path, record) in read_files {
            let trust = store.trust(&record, note(&note_path(&path))?.as_deref());
            store.stored.push(Stored { path, record, trust });
        }
        Ok(store)
    }

    fn files(&self) -> miette::Result<Vec<PathBuf>> {
        if !self.directory.exists() {
            return Ok(Vec::new());
        }
        let mut files = listed(&self.directory, "toml")?;
        files.extend(listed(&self.directory, "json")?);
        Ok(files)
    }

    /// Makes the folder.
    pub(super) fn prepare(&self) -> miette::Result<()> {
        fs::create_dir_all(&self.directory)
            .into_diagnostic()
            .wrap_err_with(|| format!("can't make the folder `{}`", self.directory.display()))
    }

    /// Who signed a record and who must, next to the records that count already.
    pub(super) fn trust(&self, record: &Record, note: Option<&str>) -> Trust {
        let loosens = match record {
            Record::Designation(designation) => loosened(self.before(designation), designation),
            Record::Notice(notice) => notice.loosened().into_iter().collect(),
        };
        let statement = statement(record);
        let signed = |key: &VerifierKey| {
            note.is_some_and(|note| verify_statement(Domain::Designation, note, key, &statement).is_ok())
        };
        let mut keys: Vec<&VerifierKey> = Vec::new();
        let mut signers = Vec::new();
        for (officer, key) in self.officers.iter().filter(|(_, key)| signed(key)) {
            // One key under two names is one person.
            if !keys.contains(&key) {
                keys.push(key);
                signers.push(officer.clone());
            }
        }
        let needed = if loosens.is_empty() { 1 } else { 2 };
        let counts = signers.len() >= needed || self.optional;
        Trust { signers, needed, loosens, counts }
    }

    /// The newest version that counts, before this one.
    fn before(&self, designation: &Designation) -> Option<&Designation> {
        let instrument = designation.instrument();
        let mut older = self.stored.iter().filter(|stored| stored.trust.counts).filter_map(|stored| {
            match &stored.record {
                Record::Designation(other)
                    if other.instrument().id == instrument.id
                        && other.instrument().version < instrument.version =>
                {
                    Some(other.as_ref())
                }
                _ => None,
            }
        });
        older.next_back()
    }

    /// The records that count.
    pub(super) fn counted(self) -> (Vec<Designation>, Vec<Notice>) {
        let (mut designations, mut notices) = (Vec::new(), Vec::new());
        for stored in self.stored.into_iter().filter(|stored| stored.trust.counts) {
            match stored.record {
                Record::Designation(designation) => designations.push(*designation),
                Record::Notice(notice) => notices.push(*notice),
            }
        }
        (designations, notices)
    }

    /// Says which records don't count, and which only do because signatures are optional.
    pub(super) fn warn(&self, printer: &Printer) {
        for stored in self.stored.iter().filter(|stored| stored.trust.signers.len() < stored.trust.needed) {
            let Trust { signers, needed, counts, .. } = &stored.trust;
            let what =
                if *counts { "counts, because signatures are optional here" } else { "does not count" };
            printer.note(format_args!(
                "{} has {} of {needed} signatures: it {what}",
                stored.path.display(),
                signers.len()
            ));
        }
    }
}

/// The order in which records are looked at.
fn key(record: &Record) -> (String, u32, String) {
    match record {
        Record::Designation(designation) => {
            let instrument = designation.instrument();
            (instrument.id.clone(), instrument.version, String::new())
        }
        Record::Notice(notice) => (notice.of().to_owned(), u32::MAX, notice.event().id.clone()),
    }
}

/// What an officer signs of a record.
pub(super) fn statement(record: &Record) -> Statement {
    let digest = |digest: carveout_terms::Digest| Digest::from_bytes(*digest.as_bytes());
    match record {
        Record::Designation(designation) => Statement {
            id: designation.instrument().id.clone(),
            version: designation.instrument().version.to_string(),
            digest: digest(designation.digest()),
        },
        Record::Notice(notice) => Statement {
            id: format!("{} of {}", notice.event().id, notice.of()),
            version: "1".to_owned(),
            digest: digest(notice.digest()),
        },
    }
}

/// The name of a record's file: ids hold no dots.
pub(super) fn file_name(record: &Record, json: bool) -> String {
    let extension = if json { "json" } else { "toml" };
    match record {
        Record::Designation(designation) => {
            let instrument = designation.instrument();
            format!("{}.{}.{extension}", instrument.id, instrument.version)
        }
        Record::Notice(notice) => format!("{}.event.{}.{extension}", notice.of(), notice.event().id),
    }
}
