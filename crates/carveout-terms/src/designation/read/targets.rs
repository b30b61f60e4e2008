//! Sources and targets.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    super::{
        AffiliateRule, Affiliates, Holds, Reach, Source, Target,
        tree::{Placed, Table},
    },
    id, values,
};

/// The facts of a target that a member can stand in.
const MEMBER_FACTS: [&str; 4] = ["maker", "host", "operator", "model"];

/// The sources, and the ids of all of them, also of those that can't be read: who cites one of these is not wrong.
pub(super) fn sources(table: &Table<'_>) -> (Vec<Source>, BTreeSet<String>) {
    if !table.has("source") {
        table.missing("source", "write `[[source]]` with an id, a title and the digest of the file you keep");
    }
    let mut ids = BTreeSet::new();
    let sources = table.tables("source", "a source").into_iter().filter_map(|table| source(table, &mut ids));
    (sources.collect(), ids)
}

fn source(table: Table<'_>, ids: &mut BTreeSet<String>) -> Option<Source> {
    let id = id(&table, "id");
    if let Some(id) = &id
        && !ids.insert(id.value.clone())
    {
        let message = format!("there are two sources `{}`", id.value);
        table.sink().error(
            "duplicate-id",
            id.span.clone(),
            message,
            "give each its own id: events cite them",
        );
    }
    let title = table.need_text("title", "write what the document is");
    let date = table.when("date").map(|date| date.value);
    let url = table.text("url").map(|url| url.value);
    let digest = table.digest("digest");
    let holds = table.word("holds").map_or(Holds::Document, |holds| holds.value);
    let confidence = table.need_word("confidence");
    table.finish();
    Some(Source {
        id: id?.value,
        title: title?.value,
        date,
        url,
        digest: digest?,
        holds,
        confidence: confidence?.value,
    })
}

pub(super) fn targets(table: &Table<'_>) -> Vec<Target> {
    if !table.has("target") {
        table.missing("target", "write `[[target]]` with a kind and a name");
    }
    table.tables("target", "a target").into_iter().filter_map(target).collect()
}

fn target(table: Table<'_>) -> Option<Target> {
    let kind = table.need_word("kind");
    let name = table.need_text("name", "write whom or what is barred");
    let reach: Vec<Reach> = table.words("reach");
    let target = Target {
        kind: kind.map(|kind| kind.value)?,
        name: name?.value,
        aliases: values(table.texts("aliases")),
        uei: identifiers(&table, "uei", 12, "twelve capital letters and digits"),
        cage: identifiers(&table, "cage", 5, "five capital letters and digits"),
        lei: identifiers(&table, "lei", 20, "twenty capital letters and digits"),
        domains: values(table.texts("domains")),
        packages: values(table.texts("packages")),
        models: values(table.texts("models")),
        members: members(&table),
        reach: if reach.is_empty() { vec![Reach::MadeBy, Reach::ProvidedBy] } else { reach },
        affiliates: table
            .tables("affiliates", "an affiliate rule")
            .into_iter()
            .filter_map(affiliates)
            .collect(),
    };
    table.finish();
    Some(target)
}

/// Identifiers of a fixed length, in the capital letters and digits that their registries write.
fn identifiers(table: &Table<'_>, key: &'static str, length: usize, shape: &str) -> Vec<String> {
    let fits = |text: &str| {
        text.len() == length && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    };
    let mut found = Vec::new();
    for Placed { value, span } in table.texts(key) {
        if fits(&value) {
            found.push(value);
        } else {
            let message = format!("`{value}` is no {}", key.to_uppercase());
            table.sink().error("identifier", span, message, &format!("it has {shape}"));
        }
    }
    found
}

fn members(table: &Table<'_>) -> BTreeMap<String, Vec<String>> {
    let Some(inner) = table.table("members", "the members") else { return BTreeMap::new() };
    let members = MEMBER_FACTS.iter().filter_map(|fact| {
        let names = values(inner.texts(fact));
        (!names.is_empty()).then(|| ((*fact).to_owned(), names))
    });
    let members = members.collect();
    inner.finish();
    members
}

fn affiliates(table: Table<'_>) -> Option<Affiliates> {
    let rule = table.need_word::<AffiliateRule>("rule");
    let threshold = table.number("threshold", 1, 100);
    let affiliates = Affiliates {
        threshold: threshold.as_ref().and_then(|threshold| u8::try_from(threshold.value).ok()),
        aggregate: table.truth("aggregate").unwrap_or(false),
        names: values(table.texts("names")),
        rule: rule.as_ref()?.value,
    };
    let rule = rule?;
    let (code, hint) = match (rule.value, &affiliates) {
        (AffiliateRule::Ownership, Affiliates { threshold: None, .. }) if !table.has("threshold") => {
            ("no-threshold", "write the share in percent: `threshold = 50`")
        }
        (AffiliateRule::NamedOnly, Affiliates { names, .. }) if names.is_empty() => {
            ("no-names", "write whom it names: `names = [\"…\"]`")
        }
        (AffiliateRule::Ownership, _) => ("", ""),
        (_, Affiliates { threshold: Some(_), .. } | Affiliates { aggregate: true, .. }) => {
            ("not-ownership", "`threshold` and `aggregate` belong to `rule = \"ownership\"`")
        }
        _ => ("", ""),
    };
    if !code.is_empty() {
        let message = format!("the affiliate rule `{}` doesn't fit what stands beside it", rule.value);
        table.sink().error(code, rule.span, message, hint);
    }
    table.finish();
    Some(affiliates)
}
