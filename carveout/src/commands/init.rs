//! `init`: a workspace to start from.

use std::{fs, net::SocketAddr, path::Path};

use carveout_ledger::{Digest, Domain, SigningKey, Statement, cosign_statement, sign_statement};
use miette::{IntoDiagnostic, WrapErr, miette};
use serde_json::json;

use super::keygen::{ProgramKeyText, write_key};
use crate::{
    cli::Init,
    output::{Exit, Printer},
    packs,
    workspace::{Readers, create, note_path, signing_key},
};

const CONFIG: &str = include_str!("../../templates/carveout.toml");
const TERMS: &str = include_str!("../../templates/terms.md");
const PROGRAM: &str = include_str!("../../templates/program.toml");
const README: &str = include_str!("../../templates/README.md");
/// Of the keys only public halves: the others are secrets, as are the tokens that people put beside them.
const IGNORED: &str = "keys/*\n!keys/*.pub\nledger/\nopenings/\nevidence/\nheld/\n";

pub(super) fn run(arguments: &Init, printer: &Printer) -> miette::Result<Exit> {
    if arguments.sample {
        let sample = sample(&arguments.dir, arguments.provider)?;
        if printer.json() {
            let keys = sample.keys.iter().map(|(program, key)| json!({ "program": program, "key": key }));
            printer
                .document("init", &json!({ "workspace": arguments.dir, "keys": keys.collect::<Vec<_>>() }))?;
        } else {
            printer.line(format_args!(
                "a sample workspace is in {}; nothing in it is real",
                arguments.dir.display()
            ));
            for (program, key) in &sample.keys {
                printer.line(format_args!("key of {program}: {key}"));
            }
        }
        return Ok(Exit::Yes);
    }
    let key = real(&arguments.dir, &arguments.name)?;
    if printer.json() {
        let keys = [json!({ "program": "first-program", "key": key })];
        printer.document("init", &json!({ "workspace": arguments.dir, "keys": keys }))?;
    } else {
        printer.line(format_args!(
            "a workspace is in {}; its README.md says what to do next",
            arguments.dir.display()
        ));
        printer.line(format_args!("key of first-program, shown only now: {key}"));
    }
    Ok(Exit::Yes)
}

/// A workspace for a real team. Returns the first program's key.
fn real(root: &Path, name: &str) -> miette::Result<String> {
    // The name goes into files that can't be taken back: it is tried before the first is written.
    SigningKey::generate(name).into_diagnostic()?;
    folders(root)?;
    write(root, "carveout.toml", CONFIG)?;
    write(root, "README.md", README)?;
    write(root, "agreements/terms.md", TERMS)?;
    write_key(&format!("{name}/customer"), &root.join("keys/customer.key"))?;
    write_key(&format!("{name}/ledger"), &root.join("keys/ledger.key"))?;
    let key = ProgramKeyText::generate("first-program-1")?;
    write(root, "programs/first-program.toml", &format!("{PROGRAM}\n{}", key.registration(None)))?;
    Ok(key.text)
}

/// A sample workspace, with the keys of its programs' callers.
pub(super) struct Sample {
    /// Program and key.
    pub(super) keys: Vec<(&'static str, String)>,
}

impl Sample {
    /// The key of a program.
    pub(super) fn key(&self, program: &str) -> miette::Result<&str> {
        let found = self.keys.iter().find(|(name, _)| *name == program);
        found.map(|(_, key)| key.as_str()).ok_or_else(|| miette!("the sample has no program `{program}`"))
    }
}

/// The aliases of the sample workspace: OpenAI's dialect and Anthropic's.
pub(super) const SAMPLE_CHAT: &str = "sample-chat";
pub(super) const SAMPLE_MESSAGES: &str = "sample-messages";

/// The labelled sample workspace, signed by both sample parties.
pub(super) fn sample(root: &Path, provider: SocketAddr) -> miette::Result<Sample> {
    folders(root)?;
    write(root, "carveout.toml", &sample_config(provider))?;
    for (name, text) in [("sample-terms", packs::SAMPLE_TERMS), ("house-rules", packs::HOUSE_RULES)] {
        write(root, &format!("agreements/{name}.md"), text)?;
    }
    for name in ["customer", "vendor", "ledger"] {
        write_key(&format!("sample.carveout.example/{name}"), &root.join(format!("keys/{name}.key")))?;
    }
    sign(root, "sample-terms", packs::SAMPLE_TERMS, "1", &["vendor", "customer"])?;
    sign(root, "house-rules", packs::HOUSE_RULES, "1", &["customer"])?;
    let mut keys = Vec::new();
    for (program, text) in packs::SAMPLE_PROGRAMS {
        let key = ProgramKeyText::generate(&format!("demo-{program}"))?;
        let file = format!(
            "{text}\n# A key of the demonstration: it opens nothing where `sample = true` is not set.\n{}",
            key.registration(None)
        );
        write(root, &format!("programs/{program}.toml"), &file)?;
        keys.push((program, key.text));
    }
    Ok(Sample { keys })
}

fn sample_config(provider: SocketAddr) -> String {
    let target = |id: &str| {
        format!(
            "{{ provider = \"{id}\", model = \"sample-1\", maker = \"sample-maker\", host = \"sample-host\", \
             operator = \"sample-operator\", deployment = \"vendor_cloud\" }}"
        )
    };
    format!(
        "# A SAMPLE workspace: made-up parties, made-up terms, a provider that is no model.\n\
         sample = true\n\n\
         [gateway]\nlisten = \"127.0.0.1:8787\"\n\n\
         [terms]\nvocabulary = \"vocabulary/defense\"\nagreements = \"agreements\"\nprograms = \"programs\"\nsignatures = \"required\"\n\n\
         [ledger]\ndirectory = \"ledger\"\nkey = \"file:keys/ledger.key\"\npublish_every_ms = 250\n\n\
         [parties]\nvendor = \"file:keys/vendor.pub\"\ncustomer = \"file:keys/customer.pub\"\n\n\
         [[provider]]\nid = \"sample-openai\"\ndialect = \"openai\"\nbase_url = \"http://{provider}/v1\"\n\n\
         [[provider]]\nid = \"sample-anthropic\"\ndialect = \"anthropic\"\nbase_url = \"http://{provider}\"\n\n\
         [[route]]\nalias = \"{SAMPLE_CHAT}\"\ntargets = [{}]\n\n\
         [[route]]\nalias = \"{SAMPLE_MESSAGES}\"\ntargets = [{}]\n",
        target("sample-openai"),
        target("sample-anthropic"),
    )
}

fn sign(root: &Path, id: &str, text: &str, version: &str, parties: &[&str]) -> miette::Result<()> {
    let file = root.join(format!("agreements/{id}.md"));
    let statement =
        Statement { id: id.to_owned(), version: version.to_owned(), digest: Digest::of(text.as_bytes()) };
    let mut note: Option<String> = None;
    for party in parties {
        let key = signing_key(&root.join(format!("keys/{party}.key")))?;
        note = Some(match note {
            None => sign_statement(Domain::Agreement, &key, &statement).into_diagnostic()?,
            Some(note) => cosign_statement(Domain::Agreement, &key, &note, &statement).into_diagnostic()?,
        });
    }
    create(&note_path(&file), &note.unwrap_or_default(), Readers::Everybody)
}

fn folders(root: &Path) -> miette::Result<()> {
    let cant = || format!("can't make a workspace in `{}`", root.display());
    if root.exists() && fs::read_dir(root).into_diagnostic().wrap_err_with(cant)?.next().is_some() {
        return Err(miette!(
            help = "name a folder that doesn't exist yet",
            "`{}` is not empty",
            root.display()
        ));
    }
    for folder in ["vocabulary", "agreements", "programs", "keys"] {
        fs::create_dir_all(root.join(folder)).into_diagnostic().wrap_err_with(cant)?;
    }
    write(root, "vocabulary/defense.cedarschema", packs::DEFENSE_SCHEMA)?;
    write(root, "vocabulary/defense.toml", packs::DEFENSE_TAXONOMY)?;
    write(root, ".gitignore", IGNORED)
}

fn write(root: &Path, name: &str, text: &str) -> miette::Result<()> {
    create(&root.join(name), text, Readers::Everybody)
}
