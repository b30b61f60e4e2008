//! Analyses: on a thread of their own, within limits, telling how far they are.

mod second_opinion;

use std::{
    io::IsTerminal,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    time::Duration,
};

use carveout_proof::{Budget, Progress, Prover};
use indicatif::{ProgressBar, ProgressStyle};
use miette::{IntoDiagnostic, WrapErr, miette};
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::oneshot,
};

use crate::cli::Limits;

/// The symbolic compiler recurses into conditions, and large agreements overflow an ordinary stack.
const STACK: usize = 256 << 20;

/// Why an analysis was ended before it was done.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Stopped {
    /// The time that it was given.
    Timeout,
    /// Whoever started it.
    Interrupted,
}

impl Stopped {
    /// The reason in words.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Timeout => "the time given with --timeout was up",
            Self::Interrupted => "it was interrupted",
        }
    }
}

/// What an analysis found, and whether it was ended early.
#[derive(Debug)]
pub(crate) struct Proven<T> {
    pub(crate) found: T,
    pub(crate) stopped: Option<Stopped>,
}

/// What another solver says.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
#[serde(rename_all = "lowercase", tag = "answer")]
pub(crate) enum SecondOpinion {
    /// Nobody asked it.
    #[serde(rename = "not asked")]
    NotAsked,
    /// It answers every question alike.
    Agrees {
        /// How many it was asked.
        questions: usize,
    },
    /// It doesn't agree, or doesn't say: nothing is to be concluded.
    Withheld {
        /// Why.
        why: String,
    },
}

impl SecondOpinion {
    /// Why nothing is to be concluded.
    pub(crate) fn objection(&self) -> Option<&str> {
        match self {
            Self::Withheld { why } => Some(why),
            Self::NotAsked | Self::Agrees { .. } => None,
        }
    }

    /// A line for people, where there is something to say.
    pub(crate) fn words(&self) -> Option<String> {
        match self {
            Self::NotAsked => None,
            Self::Agrees { questions } => Some(format!("cvc5 answers all {questions} questions alike")),
            Self::Withheld { why } => Some(why.clone()),
        }
    }
}

/// A prover that remembers what it finds out if another solver is to be asked.
pub(crate) fn remembering(prover: Prover, asked: Option<&PathBuf>) -> Prover {
    if asked.is_some() { prover.keeping_findings() } else { prover }
}

/// What an analysis is given.
#[derive(Debug)]
pub(crate) struct Means {
    /// What it may take.
    pub(crate) budget: Budget,
    bar: ProgressBar,
    stop: Arc<Stop>,
}

impl Means {
    /// Shows what is known already, while the rest is worked out.
    pub(crate) fn known(&self, words: &str) {
        tracing::debug!(words, "known");
        self.bar.set_prefix(format!("{words}; "));
        self.bar.set_message("looking for the uses that change");
    }

    /// Asks another solver everything that a prover found out, if one is wanted.
    pub(crate) fn cross_checked(&self, prover: &Prover, program: Option<&PathBuf>) -> SecondOpinion {
        let Some(program) = program else { return SecondOpinion::NotAsked };
        self.bar.set_message("asking the second solver");
        match second_opinion::ask(prover, program, &self.stop) {
            Ok(questions) => SecondOpinion::Agrees { questions },
            Err(why) => SecondOpinion::Withheld { why },
        }
    }
}

/// Runs an analysis to its end, or until the time is up or somebody interrupts it. Then it is told to stop, and
/// returns what it has.
pub(crate) fn prove<T: Send + 'static>(
    limits: Limits,
    analysis: impl FnOnce(&Means) -> T + Send + 'static,
) -> miette::Result<Proven<T>> {
    let stop = Arc::new(Stop::default());
    if limits.timeout == Some(Duration::ZERO) {
        stop.set(Stopped::Timeout);
    }
    let bar = bar();
    let means = Means { budget: budget(limits, &stop, &bar), bar: bar.clone(), stop: Arc::clone(&stop) };
    let (done, found) = oneshot::channel();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().into_diagnostic()?;
    let ended = runtime.block_on(async {
        // From here on an interrupt no longer ends the process.
        let interrupts = signal(SignalKind::interrupt()).into_diagnostic()?;
        tracing::debug!("proving");
        std::thread::Builder::new()
            .name("proof".into())
            .stack_size(STACK)
            .spawn(move || drop(done.send(analysis(&means))))
            .into_diagnostic()
            .wrap_err("no thread could be started for the proof")?;
        waited_for(found, limits, interrupts, &stop).await
    });
    bar.finish_and_clear();
    Ok(Proven { found: ended?, stopped: stop.reason() })
}

async fn waited_for<T>(
    mut found: oneshot::Receiver<T>,
    limits: Limits,
    mut interrupts: Signal,
    stop: &Stop,
) -> miette::Result<T> {
    let time = tokio::time::sleep(limits.timeout.unwrap_or(Duration::MAX));
    tokio::pin!(time);
    loop {
        tokio::select! {
            ended = &mut found => {
                let defect = || miette!(help = "please report this as a defect", "the proof broke off");
                return ended.map_err(|_| defect());
            }
            () = &mut time, if stop.reason().is_none() => stop.set(Stopped::Timeout),
            _ = interrupts.recv() => {
                if stop.reason() == Some(Stopped::Interrupted) {
                    return Err(miette!("interrupted twice; nothing was concluded"));
                }
                stop.set(Stopped::Interrupted);
            }
        }
    }
}

/// Whether the analysis is to end, and why.
#[derive(Debug, Default)]
struct Stop(AtomicU8);

impl Stop {
    fn set(&self, why: Stopped) {
        let code = match why {
            Stopped::Timeout => 1,
            Stopped::Interrupted => 2,
        };
        self.0.store(code, Ordering::Relaxed);
    }

    fn reason(&self) -> Option<Stopped> {
        match self.0.load(Ordering::Relaxed) {
            0 => None,
            1 => Some(Stopped::Timeout),
            _ => Some(Stopped::Interrupted),
        }
    }
}

fn budget(limits: Limits, stop: &Arc<Stop>, bar: &ProgressBar) -> Budget {
    let (stop, bar) = (Arc::clone(stop), bar.clone());
    let budget = Budget::unlimited()
        .until(move || stop.reason().is_some())
        .reporting(move |progress| bar.set_message(told(progress)));
    match limits.cubes {
        Some(cubes) => budget.cubes(cubes.get()),
        None => budget,
    }
}

fn told(progress: Progress) -> String {
    match progress {
        Progress::Compiled { done, of } => format!("{done} of {of} clauses compiled"),
        Progress::Cubes(cubes) => format!("{cubes} cubes of the region so far"),
        Progress::Answered { done, of } => format!("{done} of {of} questions answered"),
    }
}

/// Shown on a terminal only.
fn bar() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template(
        "{spinner} {prefix}{msg} ({elapsed}; Ctrl-C stops and shows what is proven)",
    );
    let bar = ProgressBar::new_spinner().with_message("reading the clauses");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}
