//! Reading `carveout.toml`, with errors that point into it.

use std::{fs, path::Path};

use miette::{IntoDiagnostic, LabeledSpan, NamedSource, Report, WrapErr, miette};

use super::Config;

/// The file that makes a folder a workspace.
pub(crate) const FILE: &str = "carveout.toml";

/// Loads the configuration of a workspace.
pub(crate) fn load(workspace: &Path) -> miette::Result<Config> {
    let path = workspace.join(FILE);
    let source = fs::read_to_string(&path).into_diagnostic().wrap_err_with(|| {
        format!(
            "`{}` is no workspace: make one with `carveout init DIR`, or name one with `--workspace DIR`",
            workspace.display()
        )
    })?;
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
        report.with_source_code(NamedSource::new(name, source)).wrap_err(format!("`{name}` can't be used"))
    })
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
        assert!(error.chain().all(|cause| !cause.to_string().contains("PRIVATE")), "{error:?}");
    }
}
