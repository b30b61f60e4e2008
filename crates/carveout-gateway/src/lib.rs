//! The gateway: it stands in front of model providers, decides every request by the agreed terms, makes the decision
//! durable, and only then forwards what it has judged.
//!
//! A request makes eight stops, and there is a module for each, in this order:
//!
//! | stop | module | what comes out |
//! |---|---|---|
//! | 1 door | `door` | a known key, and a body under every cap |
//! | 2 read | `read` | `Asked`: what the body asks for, strictly parsed |
//! | 3 claim | `claim` | the caller's facts, within the program's purposes |
//! | 4 attest | `attest` | a `Use`: those facts with what is registered and what is measured here |
//! | 5 decide | `carveout-terms` | a `Decision` |
//! | 6 admit | `admit` | a durable entry, and then a [`Passage`] |
//! | 7 forward | `forward`, `guard` | one exchange with one target, and `Release`s of what was judged of the reply |
//! | 8 settle | `settle` | a record of how it ended, which no hang-up can prevent |
//!
//! `request` walks them. What must hold, whatever else changes:
//! - No byte goes to a provider without a [`Passage`], and no byte comes back to a caller without a `Release`.
//! - What was judged is what is forwarded; what was judged is what is released.
//! - What can't be recorded is not forwarded.

mod admit;
mod adopter;
mod attest;
mod callers;
mod claim;
mod clock;
mod contents;
mod door;
mod forward;
mod gateway;
mod guard;
mod health;
mod holds;
mod house;
mod judge;
mod kept;
mod limits;
mod log;
mod meters;
mod metrics;
mod models;
mod monitor;
mod notices;
mod outward;
mod phase_outs;
mod read;
mod receipts;
mod request;
mod secret;
mod settings;
mod settle;
mod tasks;
mod webhooks;

pub use admit::Passage;
pub use adopter::{AdoptError, Adopter, Adoption};
pub use attest::{Detector, DetectorError, Masks, Shown, UnknownDetector};
pub use clock::Clock;
pub use gateway::{Gateway, RunError};
pub use holds::seen_on_hold;
pub use judge::{Asked, Judge, NoVerdict, Opinion, Policy, Verdict, View};
pub use limits::{Limits, Patience};
pub use secret::Secret;
pub use settings::{
    Credential, DEMO_KEY_PREFIX, DetectorTerms, EvidenceSettings, HoldNews, HoldSettings, JudgeSettings,
    MetricsSettings, MonitorTerms, Monitoring, Moves, OfficerSettings, ProgramSettings, ProgramTerms,
    ProviderSettings, RelaxedTerms, RouteSettings, SAMPLE_PROVIDER_PREFIX, Settings, SettingsError,
    TargetSettings, WebhookSettings,
};
