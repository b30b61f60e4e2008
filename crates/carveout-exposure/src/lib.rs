//! Who is touched by a designation, and through what.
//!
//! Everything here is pure: sources are readers and records, and nothing knows a clock or a file system.

pub mod calendar;
pub mod dates;
pub mod fingerprints;
pub mod graph;
pub mod identifier;
pub mod inventory;
mod json;
pub mod matching;
pub mod names;
pub mod ownership;
pub mod package_url;
pub mod paths;
pub mod questionnaire;
pub mod report;
pub mod scan;
pub mod share;
pub mod sources;
pub mod unread;
