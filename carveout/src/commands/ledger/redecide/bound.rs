//! The terms that programs were bound by, rebuilt from the sources kept with the ledger.

use std::sync::Arc;

use carveout_ledger::{Digest, Objects, ProgramDigest, TermsAdopted};
use carveout_terms::{Agreement, Program, Stack, Vocabulary};
use miette::{IntoDiagnostic, miette};

/// A program with the terms that were adopted for it last.
pub(super) struct Bound {
    pub(super) program: Program,
    pub(super) stack: Arc<Stack>,
}

/// The programs and their stack as adopted, from the sources kept with the ledger.
pub(super) fn rebuild(objects: &Objects, adopted: &TermsAdopted) -> miette::Result<Vec<(String, Bound)>> {
    let vocabulary = Vocabulary::from_object(&object(objects, &adopted.vocabulary)?).into_diagnostic()?;
    let agreements = adopted
        .agreements
        .iter()
        .map(|adopted| {
            Ok(Arc::new(Agreement::parse(&text(objects, &adopted.digest)?, &vocabulary).into_diagnostic()?))
        })
        .collect::<miette::Result<Vec<_>>>()?;
    let vocabulary = Arc::new(vocabulary);
    let bind = |named: &ProgramDigest| {
        let program = Program::parse(&text(objects, &named.digest)?, &vocabulary).into_diagnostic()?;
        let presume = program.presume().clone();
        let stack = Stack::new(Arc::clone(&vocabulary), agreements.clone(), presume).into_diagnostic()?;
        let digest = Digest::from_bytes(*stack.digest().as_bytes());
        if digest != adopted.stack || digest != named.stack || program.id() != named.program {
            return Err(miette!(
                "the kept sources make the program `{}` and the stack {digest}, but `{}` and {} were recorded",
                program.id(),
                named.program,
                adopted.stack
            ));
        }
        Ok((named.program.clone(), Bound { program, stack: Arc::new(stack) }))
    };
    adopted.programs.iter().map(bind).collect()
}

fn object(objects: &Objects, digest: &Digest) -> miette::Result<Vec<u8>> {
    objects.get(digest).into_diagnostic()?.ok_or_else(|| {
        miette!(
            help = "the ledger's `objects` folder belongs to it: copy it too",
            "{digest} is not kept with the ledger"
        )
    })
}

fn text(objects: &Objects, digest: &Digest) -> miette::Result<String> {
    String::from_utf8(object(objects, digest)?).into_diagnostic()
}
