//! `sample-provider`: answers like a model, and says that it isn't one.

use miette::{IntoDiagnostic, WrapErr};
use serde_json::json;

use crate::{
    cli::SampleProvider,
    output::{Exit, Printer},
};

pub(super) fn run(arguments: &SampleProvider, printer: &Printer) -> miette::Result<Exit> {
    super::runtime()?.block_on(async {
        let provider = carveout_sample::serve(arguments.listen)
            .await
            .into_diagnostic()
            .wrap_err_with(|| format!("the sample provider can't listen on `{}`", arguments.listen))?;
        let stopped = super::serve::stopped();
        if printer.json() {
            printer
                .document("sample-provider", &json!({ "listening": provider.local_addr().to_string() }))?;
        } else {
            printer.line(format_args!("the sample provider listens on http://{}", provider.local_addr()));
            printer.note("it is no model: every answer says so. Stop it with Ctrl-C.");
        }
        stopped.await;
        provider.shutdown().await;
        Ok(Exit::Yes)
    })
}
