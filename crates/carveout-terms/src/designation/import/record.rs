//! What a list says of one instrument, and the record that comes of it.

use chrono::NaiveDate;
use toml::{Table, Value, value::Datetime};

use super::{
    super::{Agency, Conduct, InstrumentKind, SystemClass},
    List,
};
use crate::Digest;

/// What a row or entity says.
#[derive(Clone, Debug, Default)]
pub(super) struct Entry {
    /// What tells it from the others of its list.
    pub(super) key: String,
    pub(super) name: String,
    pub(super) aliases: Vec<String>,
    pub(super) uei: Vec<String>,
    pub(super) cage: Vec<String>,
    pub(super) lei: Vec<String>,
    pub(super) domains: Vec<String>,
    pub(super) covered_article: bool,
    pub(super) kind: Option<InstrumentKind>,
    pub(super) issuer: Option<String>,
    pub(super) authority: Option<String>,
    pub(super) conduct: Vec<Conduct>,
    pub(super) agencies: Vec<Agency>,
    pub(super) system_classes: Vec<SystemClass>,
    pub(super) hooks: Vec<&'static str>,
    pub(super) only_if_modified: bool,
    pub(super) duties: Vec<Table>,
    pub(super) effective: Option<NaiveDate>,
    pub(super) published: Option<NaiveDate>,
    pub(super) until: Option<NaiveDate>,
    pub(super) notes: Vec<String>,
}

impl Entry {
    /// The text of the record, or why there is none.
    pub(super) fn to_toml(&self, list: &List, digest: Digest) -> Result<String, String> {
        if self.name.is_empty() {
            return Err("it names nobody".to_owned());
        }
        let issuer = self.issuer.clone().or_else(|| list.issuer.clone());
        let authority = self.authority.clone().or_else(|| list.authority.clone());
        let issuer = issuer.ok_or("it doesn't say who made the instrument; name the issuer of the list")?;
        let authority =
            authority.ok_or("it doesn't say what the instrument rests on; name the authority of the list")?;
        let mut record = Table::new();
        record.insert("designation".into(), self.id(list).into());
        record.insert("version".into(), 1.into());
        record.insert("title".into(), format!("{}: {}", list.title, self.name).into());
        record.insert("kind".into(), self.kind.unwrap_or(list.kind).as_str().into());
        record.insert("issuer".into(), issuer.into());
        record.insert("force".into(), "binding".into());
        record.insert("confidence".into(), list.confidence.as_str().into());
        record.insert("authorities".into(), texts([authority]));
        let conduct = if self.conduct.is_empty() { &list.conduct } else { &self.conduct };
        record.insert("conduct".into(), texts(conduct.iter().map(|word| word.as_str())));
        if self.only_if_modified {
            record.insert("existing_contracts".into(), "only_if_modified".into());
        }
        let mut notes = self.notes.clone();
        record.insert("dates".into(), self.dates(list, &mut notes).into());
        if !notes.is_empty() {
            record.insert("note".into(), notes.join(" ").into());
        }
        record.insert("source".into(), Value::Array(vec![source(list, digest).into()]));
        record.insert("target".into(), Value::Array(vec![self.target().into()]));
        record.insert("scope".into(), self.scope(list).into());
        if !self.duties.is_empty() {
            record
                .insert("duty".into(), Value::Array(self.duties.iter().cloned().map(Value::Table).collect()));
        }
        toml::to_string(&record).map_err(|error| error.to_string())
    }

    /// The prefix of the list and what tells the entry apart.
    fn id(&self, list: &List) -> String {
        let key: String = self
            .key
            .to_lowercase()
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
            .collect();
        let words: Vec<&str> = key.split('-').filter(|word| !word.is_empty()).collect();
        let id = format!("{}-{}", list.prefix, words.join("-"));
        // Ids are part of the names of files. Letters that no id has are told apart by a digest.
        let lost = self.key.chars().any(|c| c.is_alphanumeric() && !c.is_ascii());
        if id.len() <= 100 && !lost { id } else { format!("{}-{}", list.prefix, short(&self.key)) }
    }

    fn dates(&self, list: &List, notes: &mut Vec<String>) -> Table {
        let mut dates = Table::new();
        dates.insert("zone".into(), "America/New_York".into());
        dates.insert("last_day".into(), "included".into());
        let known = list.known.to_string();
        let effective = match self.effective {
            Some(day) => day.to_string(),
            None => {
                notes.push(
                    "The list gives no date from which this has effect; the date of the list is taken."
                        .to_owned(),
                );
                known.clone()
            }
        };
        let published = self.published.map_or(known, |day| day.to_string());
        for (key, text) in [
            ("effective", Some(effective)),
            ("published", Some(published)),
            ("until", self.until.map(|day| day.to_string())),
        ] {
            if let Some(when) = text.and_then(|text| text.parse::<Datetime>().ok()) {
                dates.insert(key.into(), Value::Datetime(when));
            }
        }
        dates
    }

    fn target(&self) -> Table {
        let mut target = Table::new();
        target.insert("kind".into(), if self.covered_article { "covered_article" } else { "source" }.into());
        target.insert("name".into(), self.name.clone().into());
        for (key, values) in [
            ("aliases", &self.aliases),
            ("uei", &self.uei),
            ("cage", &self.cage),
            ("lei", &self.lei),
            ("domains", &self.domains),
        ] {
            let mut distinct: Vec<&String> = Vec::new();
            for value in values.iter().filter(|value| **value != self.name) {
                if !distinct.contains(&value) {
                    distinct.push(value);
                }
            }
            if !distinct.is_empty() {
                target.insert(key.into(), texts(distinct.into_iter().cloned()));
            }
        }
        target
    }

    fn scope(&self, list: &List) -> Table {
        let mut scope = Table::new();
        let agencies = if self.agencies.is_empty() { &list.agencies } else { &self.agencies };
        scope.insert("agencies".into(), texts(agencies.iter().map(|agency| agency.as_str())));
        if !self.system_classes.is_empty() {
            scope.insert(
                "system_classes".into(),
                texts(self.system_classes.iter().map(|class| class.as_str())),
            );
        }
        if !self.hooks.is_empty() {
            scope.insert("hooks".into(), texts(self.hooks.iter().copied()));
        }
        scope
    }
}

fn source(list: &List, digest: Digest) -> Table {
    let mut source = Table::new();
    source.insert("id".into(), "list".into());
    source.insert("title".into(), list.title.clone().into());
    if let Some(url) = &list.url {
        source.insert("url".into(), url.clone().into());
    }
    source.insert("digest".into(), digest.to_string().into());
    source.insert("confidence".into(), list.confidence.as_str().into());
    source
}

/// Sixteen hexadecimal digits that stand for a text.
pub(super) fn short(text: &str) -> String {
    Digest::of(text.as_bytes()).to_string().chars().skip("sha256:".len()).take(16).collect()
}

pub(super) fn texts<T: Into<String>>(values: impl IntoIterator<Item = T>) -> Value {
    Value::Array(values.into_iter().map(|value| Value::String(value.into())).collect())
}
