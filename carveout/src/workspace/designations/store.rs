//! The workspace's records: files with their officers' signatures beside them, and what the ledger has adopted.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use carveout_ledger::{
    DesignationAdopted, DesignationSigner, Digest, Domain, SignatureRule, Statement, VerifierKey,
    verify_statement,
};
use carveout_terms::designation::{Designation, Notice, Record, Register, loosened};
use miette::{IntoDiagnostic, Report, WrapErr};

use super::super::{Faults, listed, note, note_path, read, verifier_key};
use crate::config::{self, Config, Signatures};

/// Everything that is recorded, in the order of its ids and versions.
#[derive(Debug)]
pub(crate) struct Store {
    pub(crate) directory: PathBuf,
    pub(crate) officers: BTreeMap<String, VerifierKey>,
    pub(crate) stored: Vec<Stored>,
    optional: bool,
}

/// A record, and where it was read.
#[derive(Debug)]
pub(crate) struct Stored {
    pub(crate) path: PathBuf,
    pub(crate) record: Record,
    pub(crate) trust: Trust,
    /// The signed note beside it.
    note: Option<String>,
}

/// Who signed a record, and who must.
#[derive(Debug, Default)]
pub(crate) struct Trust {
    /// The officers whose signatures verify.
    pub(crate) signers: Vec<String>,
    /// How many officers it takes.
    pub(crate) needed: usize,
    /// Why it takes more than one.
    pub(crate) loosens: Vec<String>,
    /// Whether it counts.
    pub(crate) counts: bool,
    /// Whether the ledger says that it counts, whatever became of its file.
    pub(crate) adopted: bool,
}

impl Store {
    /// Reads the records of a workspace. One that can't be read is an error.
    pub(crate) fn load(root: &Path) -> miette::Result<Self> {
        let config = config::load(root)?;
        let (store, unread) = Self::beside(root, &config, Vec::new())?;
        unread.into_result()?;
        Ok(store)
    }

    /// Reads the records of a workspace beside those that the ledger has adopted, which count whatever became of their
    /// files. What can't be read is told apart, so that it keeps nothing else from counting.
    pub(crate) fn beside(
        root: &Path,
        config: &Config,
        adopted: Vec<Record>,
    ) -> miette::Result<(Self, Unread)> {
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
        let mut unread = Unread::default();
        let known: BTreeMap<(String, String), Digest> = adopted.iter().map(named).collect();
        let mut found: Vec<Stored> = adopted.into_iter().map(Stored::adopted).collect();
        for path in store.files()? {
            if let Some(stored) = unread.read(path)
                && is_news(&stored, &known)
            {
                found.push(stored);
            }
        }
        // An older version first: what a newer one takes back is seen against it.
        found.sort_by_key(|stored| key(&stored.record));
        for stored in found {
            let adopted = stored.trust.adopted;
            let trust = store.trust(&stored.record, stored.note.as_deref());
            let trust = Trust { counts: trust.counts || adopted, adopted, ..trust };
            store.stored.push(Stored { trust, ..stored });
        }
        Ok((store, unread))
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
    pub(crate) fn prepare(&self) -> miette::Result<()> {
        fs::create_dir_all(&self.directory)
            .into_diagnostic()
            .wrap_err_with(|| format!("can't make the folder `{}`", self.directory.display()))
    }

    /// Who signed a record and who must, next to the records that count already.
    pub(crate) fn trust(&self, record: &Record, note: Option<&str>) -> Trust {
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
        Trust { signers, needed, loosens, counts, adopted: false }
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
    pub(crate) fn counted(&self) -> (Vec<Designation>, Vec<Notice>) {
        let (mut designations, mut notices) = (Vec::new(), Vec::new());
        for stored in self.stored.iter().filter(|stored| stored.trust.counts) {
            match &stored.record {
                Record::Designation(designation) => designations.push(designation.as_ref().clone()),
                Record::Notice(notice) => notices.push(notice.as_ref().clone()),
            }
        }
        (designations, notices)
    }

    /// The records that count, put together.
    pub(crate) fn register(&self) -> Register {
        let (designations, notices) = self.counted();
        Register::new(designations, notices)
    }

    /// The records that count and that the ledger doesn't know of yet.
    pub(crate) fn to_adopt(&self) -> impl Iterator<Item = &Stored> {
        self.stored.iter().filter(|stored| stored.trust.counts && !stored.trust.adopted)
    }

    /// Leaves out what can't be enforced. Whether there was anything to leave out.
    pub(crate) fn leave_out(&mut self, designation: &str) -> bool {
        let before = self.stored.len();
        self.stored.retain(|stored| stored.trust.adopted || about(&stored.record) != designation);
        self.stored.len() < before
    }

    /// What the ledger says of a record that counts from now on.
    pub(crate) fn adoption(&self, stored: &Stored) -> DesignationAdopted {
        let Statement { id, version, digest } = statement(&stored.record);
        let signers: Vec<DesignationSigner> = stored
            .trust
            .signers
            .iter()
            .filter_map(|officer| {
                let key = self.officers.get(officer)?.to_string();
                Some(DesignationSigner { officer: officer.clone(), key })
            })
            .collect();
        let confidence = match &stored.record {
            Record::Designation(designation) => designation.instrument().confidence,
            Record::Notice(notice) => notice.event().confidence,
        };
        DesignationAdopted {
            record: id,
            version,
            digest,
            confidence: confidence.to_string(),
            loosens: stored.trust.loosens.clone(),
            statement: stored.note.clone().filter(|_| !signers.is_empty()),
            signers,
            signatures: if self.optional { SignatureRule::Optional } else { SignatureRule::Required },
        }
    }
}

/// What of the folder can't be read.
#[derive(Debug, Default)]
pub(crate) struct Unread {
    faults: Faults,
    files: Vec<Report>,
}

impl Unread {
    fn read(&mut self, path: PathBuf) -> Option<Stored> {
        let texts = read(&path).and_then(|text| Ok((text, note(&note_path(&path))?)));
        let (text, note) = texts.map_err(|error| self.files.push(error)).ok()?;
        match Record::parse(&text) {
            Ok(record) => Some(Stored { path, record, trust: Trust::default(), note }),
            Err(problems) => {
                self.faults.add(&path, problems);
                None
            }
        }
    }

    /// Nothing, if there is nothing.
    pub(crate) fn into_result(self) -> miette::Result<()> {
        match self.files.into_iter().next() {
            Some(first) => Err(first),
            None => self.faults.into_result(),
        }
    }

    /// Every reason, in a line.
    pub(crate) fn list(&self) -> Vec<String> {
        let files = self.files.iter().map(|error| format!("{error:#}"));
        files.chain(self.faults.lines()).collect()
    }
}

/// Whether a file holds something that was not adopted. Another text under the name and version of what was adopted
/// is nobody's word.
fn is_news(stored: &Stored, known: &BTreeMap<(String, String), Digest>) -> bool {
    let (name, digest) = named(&stored.record);
    let adopted = known.get(&name);
    if adopted.is_some_and(|adopted| *adopted != digest) {
        tracing::error!(
            file = %stored.path.display(),
            record = name.0,
            version = name.1,
            "another text was adopted under this version and stays in force: a correction is a new version"
        );
    }
    adopted.is_none()
}

fn named(record: &Record) -> ((String, String), Digest) {
    let Statement { id, version, digest } = statement(record);
    ((id, version), digest)
}

impl Stored {
    /// What the ledger holds.
    fn adopted(record: Record) -> Self {
        let trust = Trust { adopted: true, counts: true, ..Trust::default() };
        Self { path: PathBuf::new(), record, trust, note: None }
    }

    /// The record's text.
    pub(crate) fn source(&self) -> &str {
        match &self.record {
            Record::Designation(designation) => designation.source(),
            Record::Notice(notice) => notice.source(),
        }
    }
}

/// The instrument that a record is about.
fn about(record: &Record) -> &str {
    match record {
        Record::Designation(designation) => &designation.instrument().id,
        Record::Notice(notice) => notice.of(),
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
pub(crate) fn statement(record: &Record) -> Statement {
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
pub(crate) fn file_name(record: &Record, json: bool) -> String {
    let extension = if json { "json" } else { "toml" };
    match record {
        Record::Designation(designation) => {
            let instrument = designation.instrument();
            format!("{}.{}.{extension}", instrument.id, instrument.version)
        }
        Record::Notice(notice) => format!("{}.event.{}.{extension}", notice.of(), notice.event().id),
    }
}
