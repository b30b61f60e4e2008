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

/// The traces of models that `exposure scan` looks for.
pub(crate) const FINGERPRINTS: &str = include_str!("../../packs/fingerprints.toml");

/// A ready-made agreement.
pub(crate) struct Pack {
    /// The name it is asked for by, and the name of its folder.
    pub(crate) name: &'static str,
    /// What it is written after, and from when that is.
    pub(crate) after: &'static str,
    /// The file.
    pub(crate) text: &'static str,
}

/// A pack whose file is `packs/NAME/NAME.md`.
macro_rules! pack {
    ($name:literal, $after:literal) => {
        Pack {
            name: $name,
            after: $after,
            text: include_str!(concat!("../../packs/", $name, "/", $name, ".md")),
        }
    };
}

/// Every pack, contracts first. docs/packs.md says the same at length.
pub(crate) const PACKS: [Pack; 15] = [
    pack!("two-lines", "a vendor's statement, 2026-02-26"),
    pack!("all-lawful-purposes", "a department's strategy memorandum, 2026-01-09"),
    pack!("openai-department-v1", "excerpts of a contract, 2026-02-28"),
    pack!("openai-department-v2", "the same with additions, 2026-03-02"),
    pack!("google-department", "press reports of a contract, 2026-04-28"),
    pack!("anthropic-usage-policy", "a usage policy, 2025-09-15"),
    pack!("openai-usage-policy", "a usage policy, 2025-10-29"),
    pack!("gsar-552-239-7001-march", "a draft contract clause, 2026-03-06"),
    pack!("gsar-552-239-7001-june", "its next draft, 2026-06-17"),
    pack!("dodd-3000-09", "a directive on weapons, 2023-01-25"),
    pack!("omb-m-26-04", "a memorandum on procurement, 2025-12-11"),
    pack!("eu-ai-act-article-5", "Regulation (EU) 2024/1689, applied from 2025-02-02"),
    pack!("bulk-data-28-cfr-202", "numbers of 28 CFR part 202, 2025-04-08"),
    Pack { name: "sample-terms", after: "nothing: a made-up contract", text: SAMPLE_TERMS },
    Pack { name: "house-rules", after: "nothing: a made-up limit", text: HOUSE_RULES },
];

/// The names of the packs: what can be typed.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    PACKS.iter().map(|pack| pack.name)
}
