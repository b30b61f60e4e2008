//! Reading `carveout.toml`, with errors that point into it.

use std::path::Path;

use miette::{LabeledSpan, NamedSource, Report, miette};

use super::Config;
use crate::output::visible_source;

/// The file that makes a folder a workspace.
pub(crate) const FILE: &str = "carveout.toml";

/// Loads the configuration of a workspace.
pub(crate) fn load(workspace: &Path) -> miette::Result<Config> {
    let path = workspace.join(FILE);
    if !path.exists() {
        return Err(miette!(
            help = "make one with `carveout init DIR`, or name one with `--workspace DIR`",
            "`{}` is no workspace: it has no `{FILE}`",
            workspace.display()
        ));
    }
    let source = crate::workspace::read(&path)?;
    parse(&path.display().to_string(), source)
}

fn parse(name: &str, source: String) -> Result<Config, Report> {
    toml::from_str(&source).map_err(|error| {
        let message = error.message().replace('\n', "; ");
        let labels = error.span().map(LabeledSpan::underline).into_iter().collect::<Vec<_>>();
        let report = match suggestion(&message) {
            Some(help) => miette!(labels = labels, help = help, "{message}"),
            None => miette!(labels = labels, "{message}"),
        };
        let shown = visible_source(&without_secrets(&source));
        report.with_source_code(NamedSource::new(name, shown)).wrap_err(format!("`{name}` can't be used"))
    })
}

/// The source as errors may show it, of the same length. Secrets don't stand in the file, but whoever put one there
/// gets an error, and errors end up in logs: so long words are blotted out, unless they are names, references or
/// addresses.
fn without_secrets(source: &str) -> String {
    let delimits = |character: char| character.is_whitespace() || matches!(character, '"' | '\'');
    let mut shown = String::with_capacity(source.len());
    for piece in source.split_inclusive(delimits) {
        let word = piece.trim_end_matches(delimits);
        let reference = ["env:", "file:", "http:", "https:"].iter().any(|scheme| word.starts_with(scheme));
        let name =
            word.chars().all(|character| character.is_ascii_lowercase() || "_-./[]".contains(character));
        if word.len() < 16 || reference || name {
            shown.push_str(piece);
        } else {
            shown.push_str(&"*".repeat(word.len()));
            shown.push_str(piece.get(word.len()..).unwrap_or_default());
        }
    }
    shown
}

/// For an unknown key, the known one that was probably meant.
fn suggestion(message: &str) -> Option<String> {
    let names: Vec<&str> = message.strip_prefix("unknown ")?.split('`').skip(1).step_by(2).collect();
    let (written, known) = names.split_first()?;
    let nearest = known.iter().min_by_key(|known| strsim::damerau_levenshtein(written, known))?;
    Some(format!("did you mean `{nearest}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_is_refused_with_a_hint() {
        let source = "[gateway]\nlisen = \"127.0.0.1:1\"\n";
        let report = format!("{:?}", parse("carveout.toml", source.into()).unwrap_err());
        assert!(report.contains("`lisen`") && report.contains("did you mean `listen`?"), "{report}");
    }

    #[test]
    fn a_secret_in_the_file_is_refused_and_not_repeated() {
        let source = "[gateway]\nlisten = \"127.0.0.1:1\"\n[terms]\nvocabulary = \"v\"\nagreements = \"a\"\nprograms = \"p\"\n\
                      [ledger]\ndirectory = \"l\"\nkey = \"PRIVATE+KEY+x\"\n";
        let error = parse("carveout.toml", source.into()).unwrap_err();
        assert!(error.chain().any(|cause| cause.to_string().contains("env:NAME")), "{error:?}");
        for secret in ["PRIVATE+KEY+x+0a1b2c3d+c2VjcmV0", "sk-live-0123456789abcdef"] {
            for line in [
                format!("kee = \"{secret}\"\n"),
                format!("key = '{secret}'\n[gatewai]\n"),
                format!("key = {secret}\n"),
                format!("{secret}\n"),
            ] {
                let shown = format!("{:?}", parse("carveout.toml", format!("[ledger]\n{line}")).unwrap_err());
                assert!(!shown.contains(secret), "{shown}");
            }
        }
    }
}
