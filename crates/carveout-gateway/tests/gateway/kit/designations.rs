//! Designations for a gateway under test: records, a clock that stands still, and what binds programs by them.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use carveout_gateway::{Adoption, Clock, Monitoring, ProgramTerms};
use carveout_ledger::{DesignationAdopted, Event, SignatureRule};
use carveout_terms::{
    Stack, Timestamp,
    designation::{Enforcement, Record, Register},
};

use super::{Kit, Running, now, program, vocabulary};

pub const HOUR: i64 = 3_600_000;
pub const DAY: i64 = 24 * HOUR;

/// A clock that stands still until a test moves it, some days from now.
#[derive(Clone)]
pub struct Still(Arc<AtomicI64>);

impl Still {
    pub fn new() -> Self {
        let days = now().millis() / DAY + 10;
        Self(Arc::new(AtomicI64::new(days * DAY)))
    }

    /// So much later than the clock shows now.
    pub fn later(&self, millis: i64) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst) + millis)
    }

    pub fn set(&self, at: Timestamp) {
        self.0.store(at.millis(), Ordering::SeqCst);
    }

    pub fn clock(&self) -> Clock {
        let shown = self.0.clone();
        Clock::from_source(move || Timestamp::from_millis(shown.load(Ordering::SeqCst)))
    }
}

const SOURCE: &str = "[[source]]\nid = \"order\"\ntitle = \"The order\"\nconfidence = \"primary\"\n\
     digest = \"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"\n";

/// An order that bars a host, with more keys in the head, in the dates and after them.
pub fn order(id: &str, host: &str, effective: Timestamp, head: &str, dates: &str, rest: &str) -> String {
    format!(
        "designation = \"{id}\"\nversion = 1\ntitle = \"An order\"\nkind = \"exclusion_order\"\n\
         issuer = \"Example Agency\"\nconfidence = \"primary\"\nauthorities = [\"41 USC 1323\"]\n\
         conduct = [\"use_in_performance\"]\n{head}\n{SOURCE}\
         [[target]]\nkind = \"source\"\nname = \"Example Host\"\nreach = [\"hosted_by\"]\nmembers = {{ host = \"{host}\" }}\n\
         [scope]\nagencies = [\"defense\"]\n\
         [dates]\nzone = \"UTC\"\nlast_day = \"excluded\"\neffective = {effective}\n{dates}\n{rest}"
    )
}

/// An order that binds.
pub fn binding(id: &str, host: &str, effective: Timestamp) -> String {
    order(id, host, effective, "force = \"binding\"", "", "")
}

/// What happened to an order.
pub fn event(kind: &str, of: &str, decided: Timestamp, effective: Timestamp) -> String {
    format!(
        "event = \"{kind}\"\nof = \"{of}\"\nkind = \"{kind}\"\nforum = \"Example Agency\"\nconfidence = \"primary\"\n\
         decided = {decided}\neffective = {effective}\n{SOURCE}"
    )
}

pub fn register(records: &[String]) -> Register {
    let (mut designations, mut notices) = (Vec::new(), Vec::new());
    for record in records {
        match Record::parse(record).unwrap_or_else(|problems| panic!("{problems}: {record}")) {
            Record::Designation(designation) => designations.push(*designation),
            Record::Notice(notice) => notices.push(*notice),
        }
    }
    Register::new(designations, notices)
}

/// What binds the kit's programs while these records count.
pub fn bound(records: &[String]) -> Vec<ProgramTerms> {
    let register = register(records);
    let how = Enforcement { announced: false, hold: true, party: "customer".to_owned() };
    ["depot", "other"]
        .into_iter()
        .map(|id| {
            let agreed = program(id, &[]).stack;
            let enforced = register.enforce(&vocabulary(), id, &how).unwrap();
            let all = agreed.agreements().iter().chain(&enforced.limits).cloned().collect();
            let stack = Stack::new(vocabulary(), all, agreed.presume().clone()).unwrap();
            ProgramTerms {
                program: id.to_owned(),
                stack: Arc::new(stack),
                designations: enforced.watched,
                monitoring: Monitoring::default(),
            }
        })
        .collect()
}

fn adopted(record: &str) -> Event {
    Event::DesignationAdopted(DesignationAdopted {
        record: carveout_ledger::Digest::of(record.as_bytes()).to_string(),
        version: "1".to_owned(),
        digest: carveout_ledger::Digest::of(record.as_bytes()),
        confidence: "primary".to_owned(),
        loosens: Vec::new(),
        signers: Vec::new(),
        statement: None,
        signatures: SignatureRule::Optional,
    })
}

impl Kit {
    /// Tells the time by a clock that stands still, and starts with these records.
    pub fn designated(mut self, still: &Still, records: &[String]) -> Self {
        self.settings.clock = still.clock();
        for (settings, terms) in self.settings.programs.iter_mut().zip(bound(records)) {
            assert_eq!(settings.program.id(), terms.program);
            (settings.stack, settings.designations) = (terms.stack, terms.designations);
        }
        self
    }
}

impl Running {
    /// Adopts these records, in place of those before.
    pub async fn adopt(&self, records: &[String]) {
        let events = records.iter().map(|record| adopted(record)).collect();
        self.adopter.adopt(Adoption { events, programs: bound(records) }).await.unwrap();
    }
}
