//! `settle`: what can both parties have?

mod document;
mod text;

use std::sync::Arc;

use carveout_proof::{Frame, Granted, Prover, SettleError, Settlement, ShownRegion};
use carveout_terms::{Attester, Facts, RedLines, Timestamp, Vocabulary};
use miette::{IntoDiagnostic, Report, WrapErr, miette};

use super::{
    diff::unfinished,
    redlines::{red_lines, still_undecided},
};
use crate::{
    cli::{Global, Settle},
    output::{Exit, Printer},
    proving::{Means, SecondOpinion, prove, remembering},
    workspace::{Readers, create},
};

pub(super) fn run(global: &Global, arguments: &Settle, printer: &Printer) -> miette::Result<Exit> {
    let vocabulary = Arc::new(super::vocabulary(arguments.vocabulary.as_ref(), &global.workspace)?);
    let (first, second) =
        (red_lines(&arguments.first, &vocabulary)?, red_lines(&arguments.second, &vocabulary)?);
    let frame = frame(arguments, &vocabulary)?;
    let (files, asked) = ([first.clone(), second.clone()], (Arc::clone(&vocabulary), frame.clone()));
    let solver = arguments.cross_check.program();
    let proven = prove(arguments.limits, move |means| settled(means, asked, files, solver.as_ref()))?;
    let unfinished = unfinished(proven.stopped, arguments.limits);
    let (settlement, opinion) = match proven.found {
        Ok((_, opinion)) if opinion.objection().is_some() => {
            return still_undecided(printer, "settle", opinion.objection().unwrap_or_default());
        }
        Ok(found) => found,
        Err(SettleError::Undecided(undecided)) => {
            let why =
                proven.stopped.map_or_else(|| undecided.to_string(), |stopped| stopped.words().to_owned());
            return still_undecided(printer, "settle", &why);
        }
        Err(SettleError::Unproven(why)) => {
            let why = SettleError::Unproven(why).to_string();
            return still_undecided(printer, "settle", &why);
        }
        Err(error) => return Err(unsettled(&error)),
    };
    let found = Found { settlement, files: [first, second], vocabulary, frame, unfinished, opinion };
    if let (Some(path), Some(draft)) = (&arguments.out, &found.settlement.draft) {
        create(path, draft.agreement.source(), Readers::Everybody)?;
        printer.note(format_args!("wrote {}", path.display()));
    }
    if printer.json() {
        printer.document("settle", &document::of(&found))?;
    } else {
        text::print(printer, &found, arguments.out.is_none());
    }
    Ok(found.exit())
}

/// Everything that was found out.
struct Found {
    settlement: Settlement,
    files: [RedLines; 2],
    vocabulary: Arc<Vocabulary>,
    frame: Frame,
    unfinished: String,
    opinion: SecondOpinion,
}

impl Found {
    fn exit(&self) -> Exit {
        let refused = self.settlement.wants.iter().any(|want| want.granted == Granted::NotAtAll);
        if refused { Exit::No } else { Exit::Yes }
    }

    fn count(&self, granted: Granted) -> usize {
        self.settlement.wants.iter().filter(|want| want.granted == granted).count()
    }

    /// A time to state in uses, if the draft doesn't apply yet.
    fn replay_at(&self) -> Option<Timestamp> {
        Some(self.frame.effective).filter(|effective| *effective > super::now())
    }
}

fn settled(
    means: &Means,
    (vocabulary, frame): (Arc<Vocabulary>, Frame),
    [first, second]: [RedLines; 2],
    solver: Option<&std::path::PathBuf>,
) -> Result<(Settlement, SecondOpinion), SettleError> {
    let mut prover = remembering(Prover::new(vocabulary, means.budget.clone())?, solver);
    let settlement = prover.settle(&first, &second, &frame)?;
    Ok((settlement, means.cross_checked(&prover, solver)))
}

fn unsettled(error: &SettleError) -> Report {
    miette!("{error}").wrap_err("nothing was settled")
}

fn frame(arguments: &Settle, vocabulary: &Vocabulary) -> miette::Result<Frame> {
    let id = &arguments.id;
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if id.is_empty() || !id.bytes().all(plain) {
        let help = "use lowercase letters, digits and hyphens";
        return Err(miette!(help = help, "`{id}` can't be an agreement's id"));
    }
    let governs = Facts::suppose(vocabulary, &arguments.governs)
        .into_diagnostic()
        .wrap_err_with(|| format!("`{}` can't be used", arguments.governs))?;
    let target = |name: &str| ["maker", "host", "operator", "model"].contains(&name);
    if let Some((fact, _)) = governs.iter().find(|(fact, _)| !target(vocabulary.get(*fact).name())) {
        let name = vocabulary.get(fact).name();
        return Err(miette!(
            help = "use maker, host, operator or model",
            "an agreement can't govern by `{name}`"
        ));
    }
    debug_assert!(governs.iter().all(|(fact, _)| vocabulary.get(fact).attester() == Attester::Gateway));
    let effective = arguments.effective.unwrap_or_else(today);
    Ok(Frame { id: id.clone(), version: "draft".to_owned(), effective, governs })
}

/// The first moment of this day, in UTC.
fn today() -> Timestamp {
    const DAY: i64 = 24 * 60 * 60 * 1000;
    let now = super::now().millis();
    Timestamp::from_millis(now - now.rem_euclid(DAY))
}

/// A region as the draft alone decides it: what a want says by itself goes without saying.
fn as_drafted(region: &ShownRegion) -> ShownRegion {
    let mut region = region.clone();
    for cube in &mut region.cubes {
        cube.before = cube.after.clone();
    }
    region
}
