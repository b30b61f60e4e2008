//! What the binary carries with it.

/// The `defense` vocabulary: its Cedar schema.
pub(crate) const DEFENSE_SCHEMA: &str = include_str!("../../packs/defense/defense.cedarschema");
/// The `defense` vocabulary: its taxonomy.
pub(crate) const DEFENSE_TAXONOMY: &str = include_str!("../../packs/defense/defense.toml");
/// The sample agreement.
pub(crate) const SAMPLE_TERMS: &str = include_str!("../../packs/sample/sample-terms.md");
/// The sample of a rule that only forbids.
pub(crate) const HOUSE_RULES: &str = include_str!("../../packs/sample/house-rules.md");
/// The sample programs: file name and text.
pub(crate) const SAMPLE_PROGRAMS: [(&str, &str); 2] = [
    ("logistics-support", include_str!("../../packs/sample/programs/logistics-support.toml")),
    ("intelligence-support", include_str!("../../packs/sample/programs/intelligence-support.toml")),
];
