//! Vocabularies that are small enough to try every use, or nearly so.

use std::sync::{Arc, LazyLock};

use carveout_terms::Vocabulary;

/// What can be said in a vocabulary.
pub(crate) struct Words {
    pub(crate) purposes: &'static [&'static str],
    pub(crate) groups: &'static [&'static str],
    pub(crate) volumes: &'static [&'static str],
    pub(crate) steps: &'static [&'static str],
    pub(crate) makers: &'static [&'static str],
    /// Moments that clauses and windows are cut at.
    pub(crate) times: &'static [&'static str],
    /// Numbers that clauses compare with.
    pub(crate) numbers: &'static [i64],
}

pub(crate) struct World {
    pub(crate) vocabulary: Arc<Vocabulary>,
    pub(crate) words: Words,
}

pub(crate) const ROLES: [&str; 3] = ["customer/counsel", "customer/release-authority", "vendor/duty-officer"];

/// So small that every use is tried: 5 purposes, 3 volumes, 7 sets of steps, 3 makers, 2 truth values,
/// and every interval of the number and of the time.
pub(crate) fn tiny() -> &'static World {
    static TINY: LazyLock<World> = LazyLock::new(|| {
        world(Words {
            purposes: &["intel.foreign", "intel.home.mass", "intel.home.one", "supply", "unknown"],
            groups: &["intel", "intel.home"],
            volumes: &["bulk", "targeted", "unknown"],
            steps: &["link", "query", "unknown"],
            makers: &["acme", "birch", "unknown"],
            times: &["2026-06-01T00:00:00.000Z"],
            numbers: &[0, 1],
        })
    });
    &TINY
}

/// Larger, with numbers and times at the ends of what can be written.
pub(crate) fn small() -> &'static World {
    static SMALL: LazyLock<World> = LazyLock::new(|| {
        world(Words {
            purposes: &[
                "intel.foreign",
                "intel.home.mass",
                "intel.home.one",
                "logistics.repair",
                "logistics.supply",
                "translation",
                "unknown",
            ],
            groups: &["intel", "intel.home", "logistics"],
            volumes: &["bulk", "targeted", "unknown"],
            steps: &["link", "profile", "query", "score", "unknown"],
            makers: &["acme", "birch", "unknown"],
            times: &[
                "0000-01-01T00:00:00.000Z",
                "2026-05-31T23:59:59.999Z",
                "2026-06-01T00:00:00.000Z",
                "2026-06-01T00:00:00.001Z",
                "9999-12-31T23:59:59.999Z",
            ],
            numbers: &[
                i64::MIN,
                -999_999_999_999_999,
                -1,
                0,
                1,
                2,
                3,
                999_999_999_999_999,
                1_000_000_000_000_000,
                i64::MAX,
            ],
        })
    });
    &SMALL
}

fn world(words: Words) -> World {
    let listed =
        |names: &[&str]| names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
    let schema = format!(
        r#"
entity Program;
entity Purpose;
entity Volume enum [{volumes}];
entity Step enum [{steps}];
entity Maker enum [{makers}];
entity Other enum ["unknown"];
action invoke appliesTo {{
  principal: [Program],
  resource: [Other],
  context: {{
    @attester("caller") @doc("what the use is for") purpose: Purpose,
    @attester("caller") @doc("how the data was selected") volume: Volume,
    @attester("caller") @doc("what is done") steps: Set<Step>,
    @attester("gateway") @doc("the time") at: datetime,
    @attester("gateway") @doc("who made it") maker: Maker,
    @attester("gateway") @doc("whose machines") host: Other,
    @attester("gateway") @doc("who operates it") operator: Other,
    @attester("gateway") @doc("the line") model: Other,
    @attester("gateway") @doc("whether it is a retry") retry: Bool,
    @attester("gateway") @doc("unreadable parts") parts: Long,
  }}
}};
"#,
        volumes = listed(words.volumes),
        steps = listed(words.steps),
        makers = listed(words.makers),
    );
    let nodes = words.purposes.iter().chain(words.groups);
    let nodes: String = nodes.map(|node| format!("\"{node}\" = \"A purpose.\"\n")).collect();
    let taxonomy = format!("vocabulary = \"world\"\nversion = \"1\"\n[Purpose]\n{nodes}");
    let vocabulary = Vocabulary::parse(&schema, &taxonomy).unwrap_or_else(|problems| panic!("{problems}"));
    World { vocabulary: Arc::new(vocabulary), words }
}
