//! The file of rules.

use std::collections::HashSet;

use serde::Deserialize;

use super::{
    glob::Glob,
    rule::{Rule, RuleKind},
    usual_grade,
    words::Alphabet,
};
use crate::graph::Evidence;

/// The version of the file's shape.
const FORMAT: u32 = 1;

/// What is wrong with a file of rules.
#[derive(Debug, thiserror::Error)]
pub enum FingerprintError {
    /// Not TOML, or not of the shape.
    #[error("the fingerprints can't be read: {0}")]
    Shape(#[from] toml::de::Error),
    /// A shape of another time.
    #[error("the fingerprints have format {0}; this program reads format {FORMAT}")]
    Format(u32),
    /// A rule that can't be looked for.
    #[error("rule `{rule}`: {what}")]
    Rule {
        /// The rule.
        rule: String,
        /// What is wrong with it.
        what: &'static str,
    },
    /// Too many patterns for one search.
    #[error("the patterns can't be looked for together: {0}")]
    TooMany(#[from] aho_corasick::BuildError),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: u32,
    version: String,
    rule: Vec<Written>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: String,
    provider: String,
    grade: Option<Evidence>,
    package: Option<String>,
    #[serde(default)]
    names: Vec<String>,
    #[serde(default)]
    modules: Vec<String>,
    #[serde(default)]
    model: Vec<String>,
    near: Option<String>,
    #[serde(default)]
    host: Vec<String>,
    #[serde(default)]
    setting: Vec<String>,
    #[serde(default)]
    except: Vec<String>,
    hits: Vec<String>,
    misses: Vec<String>,
}

/// The version and the rules.
pub(super) fn parse(text: &str) -> Result<(String, Vec<Rule>), FingerprintError> {
    let file: File = toml::from_str(text)?;
    if file.format != FORMAT {
        return Err(FingerprintError::Format(file.format));
    }
    let mut seen = HashSet::new();
    let mut rules = Vec::with_capacity(file.rule.len());
    for written in file.rule {
        let id = written.id.clone();
        let wrong = |what| FingerprintError::Rule { rule: id.clone(), what };
        if !seen.insert(id.clone()) {
            return Err(wrong("there are two of it"));
        }
        rules.push(rule(written).map_err(wrong)?);
    }
    Ok((file.version, rules))
}

fn rule(written: Written) -> Result<Rule, &'static str> {
    let asked = [
        written.package.is_some(),
        !written.model.is_empty(),
        !written.host.is_empty(),
        !written.setting.is_empty(),
    ];
    if asked.iter().filter(|asked| **asked).count() != 1 {
        return Err("a rule looks for one thing: `package` with `names`, `model`, `host` or `setting`");
    }
    if written.hits.is_empty() || written.misses.is_empty() {
        return Err("a rule has examples: `hits`, and look-alikes as `misses`");
    }
    let (alphabet, kind) = if let Some(ecosystem) = written.package {
        let names = globs(&written.names, Alphabet::Package)?;
        (Alphabet::Package, RuleKind::Package { ecosystem, names, modules: written.modules })
    } else if !written.model.is_empty() {
        let names = globs(&written.model, Alphabet::Model)?;
        (Alphabet::Model, RuleKind::Model { names, near: written.near })
    } else if !written.host.is_empty() {
        (Alphabet::Host, RuleKind::Host { hosts: hosts(&written.host)? })
    } else {
        (Alphabet::Setting, RuleKind::Setting { names: globs(&written.setting, Alphabet::Setting)? })
    };
    let grade = written.grade.unwrap_or_else(|| usual_grade(&kind));
    if grade == Evidence::Observed {
        return Err("`observed` is the gateway's to say");
    }
    let except = globs(&written.except, alphabet)?;
    let (id, provider, hits, misses) = (written.id, written.provider, written.hits, written.misses);
    Ok(Rule { id, provider, grade, kind, except, hits, misses })
}

fn globs(patterns: &[String], alphabet: Alphabet) -> Result<Vec<Glob>, &'static str> {
    let all = patterns
        .iter()
        .map(|pattern| Glob::all(pattern, alphabet).ok_or("a pattern with an open bracket, or none"));
    Ok(all.collect::<Result<Vec<_>, _>>()?.concat())
}

fn hosts(patterns: &[String]) -> Result<Vec<(Glob, String)>, &'static str> {
    let mut hosts = Vec::new();
    for pattern in patterns {
        let (host, path) = pattern.split_once('/').unwrap_or((pattern, ""));
        let globs = Glob::all(host, Alphabet::Host).ok_or("a host with an open bracket, or none")?;
        hosts.extend(globs.into_iter().map(|glob| (glob, path.to_owned())));
    }
    Ok(hosts)
}
