//! A gateway that holds, with officers who sign.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use carveout_gateway::{Clock, HoldSettings, OfficerSettings};
use carveout_ledger::{
    Appointed, Digest, Entry, Event, HoldAnswer, Ledger, OfficersAppointed, OpenHold, Options, Recovery,
    SealedBodies, SigningKey,
};
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

use super::{CHAT, Kit, Running, client::Answer, now};

/// A claim that the test terms hold.
pub const HELD: &str = "purpose=logistics.supply, volume=targeted, source=commercially_purchased";
pub const ROLE: &str = "customer/release-authority";
/// How long holds wait in these tests.
pub const LASTS: Duration = Duration::from_secs(3_600);

/// Somebody who may answer holds: id, roles, and the programs that he asks for himself.
pub struct Officer {
    pub id: &'static str,
    roles: &'static [&'static str],
    programs: &'static [&'static str],
    seed: u8,
}

/// May lift what the test terms hold.
pub const RELEASE: Officer = Officer { id: "release", roles: &[ROLE], programs: &[], seed: 11 };
/// Has the role too, and asks for the program `depot` himself.
pub const REQUESTER: Officer = Officer { id: "requester", roles: &[ROLE], programs: &["depot"], seed: 12 };
/// Has another role.
pub const DUTY: Officer = Officer { id: "duty", roles: &["customer/duty-officer"], programs: &[], seed: 13 };
/// Nobody has appointed him.
pub const STRANGER: Officer = Officer { id: "stranger", roles: &[ROLE], programs: &[], seed: 14 };

impl Officer {
    pub fn key(&self) -> SigningKey {
        SigningKey::from_seed(&format!("officer.example/{}", self.id), &[self.seed; 32]).unwrap()
    }

    pub fn bearer(&self) -> String {
        format!("Bearer cvt_{}_abcdefghijklmnopqrstuvwxyz0123456789-_ABCDE", self.id)
    }

    fn settings(&self) -> OfficerSettings {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let appointed = Appointed {
            officer: self.id.to_owned(),
            roles: owned(self.roles),
            key: self.key().verifier().to_string(),
            programs: owned(self.programs),
        };
        let bearer = self.bearer();
        let token = bearer.strip_prefix("Bearer ").unwrap();
        OfficerSettings { appointed, token: Some(Sha256::digest(token.as_bytes()).into()) }
    }

    pub async fn get(&self, gateway: &Running, path: &str) -> Answer {
        let path = format!("/carveout/v1/officer/holds{path}");
        gateway.get(&path, &[("authorization", &self.bearer())]).await
    }

    pub async fn post(&self, gateway: &Running, path: &str, body: &Json) -> Answer {
        let path = format!("/carveout/v1/officer/holds{path}");
        let headers = [("authorization", &*self.bearer()), ("content-type", "application/json")];
        gateway.post(&path, &headers, body.to_string().as_bytes()).await
    }

    /// What the officer would send to approve a hold.
    pub fn approval(&self, seen: &Seen) -> Json {
        let until = soon();
        let answer = HoldAnswer {
            hold: seen.hold.parse().unwrap(),
            held: seen.leaf,
            roles: vec![ROLE.to_owned()],
            until: Some(until),
        };
        let statement = answer.sign(&self.key()).unwrap();
        json!({ "roles": [ROLE], "until": until.to_string(), "statement": statement })
    }

    pub fn refusal(&self, seen: &Seen) -> Json {
        let answer = HoldAnswer {
            hold: seen.hold.parse().unwrap(),
            held: seen.leaf,
            roles: vec![ROLE.to_owned()],
            until: None,
        };
        json!({ "roles": [ROLE], "statement": answer.sign(&self.key()).unwrap() })
    }

    /// Looks at a hold and approves it.
    pub async fn approves(&self, gateway: &Running, hold: &str) -> Answer {
        let seen = Seen::by(self, gateway, hold).await;
        self.post(gateway, &format!("/{hold}/approve"), &self.approval(&seen)).await
    }
}

/// Ten minutes from now.
pub fn soon() -> carveout_ledger::Timestamp {
    carveout_ledger::Timestamp::from_millis(now().millis() + 600_000)
}

/// What an officer is shown of a hold.
#[derive(Clone)]
pub struct Seen {
    pub hold: String,
    pub leaf: Digest,
    pub document: Json,
}

impl Seen {
    pub async fn by(officer: &Officer, gateway: &Running, hold: &str) -> Self {
        let answer = officer.get(gateway, &format!("/{hold}")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let document = answer.json()["hold"].clone();
        let entry = document["entry"].as_str().unwrap().as_bytes();
        Self { hold: hold.to_owned(), leaf: carveout_ledger::leaf_hash(entry), document }
    }
}

/// Puts a request on hold, and returns the hold's id.
pub async fn held(gateway: &Running) -> String {
    hold_of(&gateway.chat(HELD, CHAT).await)
}

pub fn hold_of(answer: &Answer) -> String {
    assert_eq!(answer.status, 403, "{answer:?}");
    answer.json()["error"]["carveout"]["hold"].as_str().unwrap_or_else(|| panic!("{answer:?}")).to_owned()
}

/// Comes back for a hold.
pub async fn collect(gateway: &Running, hold: &str) -> Answer {
    let bearer = super::bearer();
    gateway.post(&format!("/carveout/v1/holds/{hold}/collect"), &[("authorization", &bearer)], b"").await
}

/// What a test can turn while the gateway runs: how far its clock is off, in milliseconds.
#[derive(Clone, Default)]
pub struct Skew(Arc<AtomicI64>);

impl Skew {
    pub fn set(&self, millis: i64) {
        self.0.store(millis, Ordering::Relaxed);
    }

    pub fn clock(&self) -> Clock {
        let skew = self.0.clone();
        Clock::from_source(move || {
            carveout_terms::Timestamp::from_millis(now().millis() + skew.load(Ordering::Relaxed))
        })
    }
}

impl Kit {
    /// Appoints the officers of these tests, and lets holds wait for them.
    pub async fn holding(self, two_person: bool) -> Self {
        self.holding_found(two_person, Vec::new()).await
    }

    async fn holding_found(mut self, two_person: bool, found: Vec<OpenHold>) -> Self {
        let officers: Vec<_> = [RELEASE, REQUESTER, DUTY].iter().map(Officer::settings).collect();
        let appointed = officers.iter().map(|officer| officer.appointed.clone()).collect();
        let event = Event::OfficersAppointed(OfficersAppointed {
            officers: appointed,
            two_person,
            appointments: Vec::new(),
            signatures: None,
        });
        let at = carveout_ledger::Timestamp::from_millis(now().millis());
        self.settings.ledger.append(Entry { at, event }).await.unwrap();
        let bodies = bodies(self.directory.path());
        self.settings.holds = Some(HoldSettings {
            officers,
            two_person,
            lasts: LASTS,
            most: 20,
            bodies,
            found,
            webhooks: Vec::new(),
        });
        self
    }

    /// The gateway that starts where another one ended, however it ended.
    pub async fn after(address: std::net::SocketAddr, ended: &Running) -> Self {
        let mut kit = Self::new(address);
        kit.directory = ended.directory.clone();
        kit.key = ended.key.clone();
        let (ledger, recovery): (Ledger, Recovery) =
            Ledger::open(kit.directory.path(), Options::default(), kit.key.clone()).unwrap();
        let at = carveout_ledger::Timestamp::from_millis(now().millis());
        ledger.append_all(recovery.interruptions(at, "test")).await.unwrap();
        kit.settings.ledger = ledger;
        kit.settings.evidence = Some(super::evidence(kit.directory.path(), recovery.evidence));
        kit.settings.openings =
            carveout_ledger::Openings::keep(&kit.directory.path().join("openings")).unwrap();
        kit.holding_found(true, recovery.open_holds).await
    }
}

pub fn bodies(directory: &Path) -> SealedBodies {
    SealedBodies::keep(&directory.join("held"), &directory.join("openings/held.key")).unwrap()
}

/// The sealed bodies that are on the disk.
pub fn sealed(directory: &Path) -> usize {
    std::fs::read_dir(directory.join("held")).unwrap().count()
}
