//! `demo`: one agreement decides real HTTP traffic, and every decision can be proven.

mod uses;

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    pin::pin,
};

use carveout_ledger::{Receipt, VerifierKey};
use carveout_sample::client::{self, Reply};
use carveout_terms::{Agreement, Vocabulary};
use miette::{IntoDiagnostic, WrapErr, miette};
use serde_json::json;
use tokio::sync::oneshot;

use self::uses::{SHOWN, Shown};
use super::{
    init::{SAMPLE_CHAT, Sample, sample},
    serve,
};
use crate::{
    cli::Demo,
    output::{Exit, Printer, ruling, strong, wrapped},
    packs,
    workspace::verifier_key,
};

const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8787);
const ANY_PORT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

pub(super) fn run(arguments: &Demo, printer: &Printer) -> miette::Result<Exit> {
    let temporary = match &arguments.dir {
        Some(_) => None,
        None => Some(tempfile::tempdir().into_diagnostic().wrap_err("no temporary folder could be made")?),
    };
    let root = match (&arguments.dir, &temporary) {
        (Some(root), _) => root.clone(),
        (None, Some(temporary)) => temporary.path().join("sample-workspace"),
        (None, None) => return Err(miette!("there is no folder for the sample workspace")),
    };
    let listen = arguments.listen.unwrap_or(if arguments.once { ANY_PORT } else { LISTEN });
    super::runtime()?.block_on(demonstrate(&root, listen, arguments, printer))
}

async fn demonstrate(
    root: &Path,
    listen: SocketAddr,
    arguments: &Demo,
    printer: &Printer,
) -> miette::Result<Exit> {
    let provider = carveout_sample::serve(ANY_PORT)
        .await
        .into_diagnostic()
        .wrap_err("the sample provider can't listen")?;
    let sample = sample(root, provider.local_addr())?;
    let gateway = serve::start(root, Some(listen), None).await?.gateway;
    let address = gateway.local_addr();
    let (stop, stopping) = oneshot::channel::<()>();
    let running = tokio::spawn(gateway.run(async {
        let _ = stopping.await;
    }));
    let mut stopped = pin!(serve::stopped());
    let witness = Witness { log_key: log_key(root)?, terms: terms()? };
    if !printer.json() {
        print_head(printer, address, root, arguments);
    }
    let shown = tokio::select! {
        shown = show_all(printer, address, &sample, &witness, root) => shown,
        () = &mut stopped => Err(miette!("stopped before all uses were shown")),
    };
    if shown.is_ok() && !arguments.once && !printer.json() {
        print_next(printer, address, sample.key("logistics-support")?);
        stopped.await;
    }
    let _ = stop.send(());
    let ended = running.await.into_diagnostic()?;
    provider.shutdown().await;
    ended.into_diagnostic().wrap_err("the gateway did not end well")?;
    shown?;
    Ok(Exit::Yes)
}

/// What the demo itself knows of the terms and the log, so that it needn't take the gateway's word.
struct Witness {
    log_key: VerifierKey,
    terms: Agreement,
}

fn terms() -> miette::Result<Agreement> {
    let vocabulary = Vocabulary::parse(packs::DEFENSE_SCHEMA, packs::DEFENSE_TAXONOMY).into_diagnostic()?;
    Agreement::parse(packs::SAMPLE_TERMS, &vocabulary).into_diagnostic()
}

fn log_key(root: &Path) -> miette::Result<VerifierKey> {
    verifier_key(&root.join("keys/ledger.pub").display().to_string())
}

async fn show_all(
    printer: &Printer,
    address: SocketAddr,
    sample: &Sample,
    witness: &Witness,
    root: &Path,
) -> miette::Result<()> {
    let mut documents = Vec::new();
    for (number, shown) in (1..).zip(SHOWN) {
        let answer = ask(address, sample, &shown, witness).await.wrap_err_with(|| shown.title)?;
        if answer.ruling != shown.expected {
            return Err(miette!(
                "{}: the ruling is {}, expected {}",
                shown.title,
                answer.ruling,
                shown.expected
            ));
        }
        if printer.json() {
            documents.push(answer.document(&shown));
        } else {
            answer.print(printer, number, &shown);
        }
    }
    if printer.json() {
        printer.document("demo", &json!({ "sample": true, "workspace": root, "uses": documents }))?;
    }
    Ok(())
}

fn print_head(printer: &Printer, address: SocketAddr, root: &Path, arguments: &Demo) {
    let kept = if arguments.dir.is_some() { "" } else { " (removed at the end; --dir DIR keeps it)" };
    printer.line(strong("Carveout demo: a SAMPLE workspace. Parties, terms and provider are made up."));
    printer.line(format_args!("workspace  {}{kept}", root.display()));
    printer.line(format_args!("terms      {}", root.join("agreements/sample-terms.md").display()));
    printer.line(format_args!("gateway    http://{address}\n"));
}

/// What came of one use.
struct Answer {
    status: u16,
    ruling: String,
    clauses: Vec<serde_json::Value>,
    said: String,
    receipt: Receipt,
}

async fn ask(
    address: SocketAddr,
    sample: &Sample,
    shown: &Shown,
    witness: &Witness,
) -> miette::Result<Answer> {
    let key = sample.key(shown.program)?;
    let bearer = format!("Bearer {key}");
    let headers = [
        ("authorization", bearer.as_str()),
        ("carveout-use", shown.claim),
        ("anthropic-version", "2023-06-01"),
    ];
    let used = if shown.path == "/v1/messages" { &headers[..] } else { &headers[..2] };
    let reply = client::post(address, shown.path, used, shown.body).await.into_diagnostic()?;
    let status = reply.status.as_u16();
    let header = |reply: &Reply, name: &str| {
        reply.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    };
    let (ruling, receipt) = (header(&reply, "carveout-ruling"), header(&reply, "carveout-receipt"));
    let cited = header(&reply, "carveout-clauses");
    let body = String::from_utf8(reply.whole().await.into_diagnostic()?).into_diagnostic()?;
    let index = uses::index_of(&receipt)
        .ok_or_else(|| miette!("the answer ({status}) carries no receipt: {body}"))?;
    let path = format!("/carveout/v1/receipts/{index}");
    let receipt = client::get(address, &path, &headers[..1]).await.into_diagnostic()?;
    let receipt = Receipt::from_json(&receipt.whole().await.into_diagnostic()?).into_diagnostic()?;
    receipt.verify_own(&witness.log_key).into_diagnostic().wrap_err("the receipt does not verify")?;
    Ok(Answer {
        status,
        ruling,
        clauses: uses::clauses(&witness.terms, &cited),
        said: uses::said(&body, shown),
        receipt,
    })
}

impl Answer {
    fn print(&self, printer: &Printer, number: usize, shown: &Shown) {
        printer.line(strong(format_args!("{number}. {}", shown.title)));
        printer.line(format_args!(
            "   claim    {}",
            if shown.claim.is_empty() { "(none)" } else { shown.claim }
        ));
        printer.line(format_args!("   ruling   {} (HTTP {})", ruling(&self.ruling), self.status));
        for clause in &self.clauses {
            let text = |name: &str| clause.get(name).and_then(serde_json::Value::as_str).unwrap_or_default();
            printer.line(format_args!(
                "   clause   {} {} {}",
                text("agreement"),
                text("clause"),
                text("heading")
            ));
            for line in wrapped(text("sentence"), 84) {
                printer.line(format_args!("            {line}"));
            }
        }
        if !self.said.is_empty() {
            printer.line(format_args!("   answer   {}", self.said));
        }
        printer.line(format_args!(
            "   receipt  entry {}, leaf {}: verified against the log's key\n",
            self.receipt.index(),
            self.receipt.leaf()
        ));
    }

    fn document(&self, shown: &Shown) -> serde_json::Value {
        json!({
            "title": shown.title, "claim": shown.claim, "status": self.status, "ruling": self.ruling,
            "clauses": self.clauses, "answer": self.said,
            "receipt": { "index": self.receipt.index(), "leaf": self.receipt.leaf().to_string(), "verified": true },
        })
    }
}

/// How to go on by hand.
fn print_next(printer: &Printer, address: SocketAddr, key: &str) {
    printer.line(strong("Now yours. The gateway stays up until Ctrl-C."));
    printer.line(format_args!(
        "\ncurl http://{address}/v1/chat/completions -H 'Authorization: Bearer {key}' \\\n  \
         -H 'Content-Type: application/json' -H 'Carveout-Use: purpose=logistics.supply, subject=none' \\\n  \
         -d '{{\"model\": \"{SAMPLE_CHAT}\", \"messages\": [{{\"role\": \"user\", \"content\": \"Which parts are short?\"}}]}}'\n"
    ));
    printer.line(format_args!(
        "from openai import OpenAI\n\
         client = OpenAI(base_url=\"http://{address}/v1\", api_key=\"{key}\", default_headers={{\"Carveout-Use\": \"purpose=logistics.supply, subject=none\"}})\n\
         print(client.chat.completions.create(model=\"{SAMPLE_CHAT}\", messages=[{{\"role\": \"user\", \"content\": \"Which parts are short?\"}}]).choices[0].message.content)\n"
    ));
}
