//! Bills of materials: CycloneDX 1.4 to 1.7 in JSON and XML, SPDX 2.3 in JSON, SPDX 3.0 in JSON with its AI profile.
//!
//! Every document is read once from its beginning to its end, part by part, so that its size doesn't matter.

mod cyclonedx_json;
mod cyclonedx_xml;
mod document;
mod part;
mod spdx;

pub use document::{Format, InventoryError, Read, read};
pub use part::{Part, PartKind};
