//! `bench`: measures, and writes what it measured into docs/performance.md.

mod exposure;
mod gateway;
mod load;
pub(crate) mod page;
mod process;
mod signals;

use std::fs;

use crate::shell::{Outcome, command, output, root};
use crate::tools;

/// The sections of the page, and the crate whose bench examples fill each.
const SECTIONS: [(&str, &str); 7] = [
    ("decide", "carveout-terms"),
    ("read", "carveout-dialects"),
    ("ledger", "carveout-ledger"),
    ("gateway", "carveout-gateway"),
    ("proof", "carveout-proof"),
    ("signals", "carveout-signals"),
    ("exposure", "carveout-exposure"),
];

/// Measures one section or all. Labelled pairs of names are public data that the project doesn't hold: without their path
/// the section of exposure says so.
pub(crate) fn bench(what: &str, pairs: Option<&str>) -> Outcome {
    let sections: Vec<_> = SECTIONS.iter().filter(|(name, _)| what == "all" || what == *name).collect();
    if sections.is_empty() {
        return Err(format!(
            "there is no bench `{what}`: there are decide, read, ledger, gateway, proof, signals, exposure and all"
        ));
    }
    for (name, package) in sections {
        println!("\n== bench {name}");
        if *name == "proof" {
            tools::cvc5()?;
        }
        let mut text = match *name {
            "exposure" => exposure::measured(pairs)?,
            _ => examples(package)?,
        };
        if *name == "gateway" {
            text.push_str(&gateway::against_nginx()?);
        }
        if *name == "signals" {
            text.push_str(&signals::presidio()?);
        }
        println!("{text}");
        page::write(name, &text)?;
    }
    page::stamp()
}

/// Runs a crate's bench examples: those called `throughput`, or `bench_` something.
fn examples(package: &str) -> Outcome<String> {
    let Ok(folder) = fs::read_dir(root().join("crates").join(package).join("examples")) else {
        return Ok(String::new());
    };
    let mut names: Vec<String> = folder
        .flatten()
        .filter_map(|file| Some(file.path().file_stem()?.to_string_lossy().into_owned()))
        .filter(|name| name == "throughput" || name.starts_with("bench_"))
        .collect();
    names.sort();
    names.dedup();
    let mut text = String::new();
    for name in names {
        println!("$ {package}: {name}");
        let line = format!("cargo run --quiet --release --locked --package {package} --example {name}");
        let printed = output(&mut command(&line))?;
        text.push_str(&page::block(&printed));
    }
    Ok(text)
}
