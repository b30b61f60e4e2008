//! How hand-written sources name an organisation, a product or a program: `uei:…`, `lei:…`, or by its name.

use crate::{
    graph::{EdgeKind, Evidence, GraphBuilder, Kind, NodeId, Party},
    identifier::Identifier,
};

/// Schemes that a reference may start with.
const SCHEMES: [&str; 11] =
    ["uei", "cage", "lei", "domain", "id", "award", "product", "program", "deployment", "maker", "ftm"];

/// The node that a reference means.
pub(super) fn node(text: &str, builder: &mut GraphBuilder) -> Result<NodeId, &'static str> {
    let text = text.trim();
    if text.is_empty() {
        return Err("an end is missing");
    }
    let Some((scheme, value)) = scheme(text) else {
        return Ok(builder.node(&Party { kind: Kind::Organisation, names: &[text], identifiers: &[] }));
    };
    if let Some(known) = builder.known(text) {
        return Ok(known);
    }
    let identifier = Identifier::of_scheme(scheme, value).map_err(|_| "an identifier that is none")?;
    Ok(builder.node(&Party { kind: kind(scheme), names: &[], identifiers: &[identifier] }))
}

/// What a reference can only mean; none for a name.
pub(super) fn kind_of(text: &str) -> Option<Kind> {
    scheme(text.trim()).map(|(scheme, _)| kind(scheme))
}

fn scheme(text: &str) -> Option<(&str, &str)> {
    text.split_once(':').filter(|(scheme, _)| SCHEMES.contains(scheme))
}

/// What a scheme's identifiers are given to.
fn kind(scheme: &str) -> Kind {
    match scheme {
        "award" => Kind::Contract,
        "product" => Kind::Product,
        "program" => Kind::Program,
        "deployment" => Kind::Deployment,
        _ => Kind::Organisation,
    }
}

/// The relation that a word means.
pub(super) fn relation(word: &str) -> Result<EdgeKind, &'static str> {
    Ok(match word.trim().to_lowercase().replace([' ', '-'], "_").as_str() {
        "owns" => EdgeKind::Owns,
        "controls" => EdgeKind::Controls,
        "succeeded_by" => EdgeKind::BecomesPart,
        "offers" => EdgeKind::Offers,
        "embedded_in" => EdgeKind::EmbeddedIn,
        "works_for" => EdgeKind::WorksFor,
        "performs" => EdgeKind::Performs,
        "used_by" => EdgeKind::UsedBy,
        _ => {
            return Err(
                "no relation: owns, controls, succeeded_by, offers, embedded_in, works_for, performs, used_by",
            );
        }
    })
}

/// The grade that a word means; a statement without one is a declaration.
pub(super) fn evidence(word: &str) -> Result<Evidence, &'static str> {
    Ok(match word.trim().to_lowercase().as_str() {
        "capable" => Evidence::Capable,
        "" | "declared" => Evidence::Declared,
        "configured" => Evidence::Configured,
        "observed" => Evidence::Observed,
        _ => return Err("no grade of evidence: capable, declared, configured, observed"),
    })
}

/// A date of TOML as a table would have it, empty for none.
pub(super) fn date(date: Option<toml::value::Datetime>) -> String {
    date.map(|date| date.to_string()).unwrap_or_default()
}
