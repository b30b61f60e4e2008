//! What is printed: data to stdout, everything else to stderr.

mod failure;
pub(crate) mod html;
pub(crate) mod region;
pub(crate) mod ruled;
mod table;
mod visible;

use std::{
    fmt,
    io::{self, Write},
    process::ExitCode,
    sync::OnceLock,
};

use anstyle::{AnsiColor, Style};

use self::visible::{visible, visible_json};
pub(crate) use self::{
    table::{Table, indented, wrapped},
    visible::visible_source,
};

/// The version of every `--json` document's shape.
const JSON_VERSION: u64 = 1;

/// How a command ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Exit {
    /// Yes: permitted, verified, no problems.
    Yes,
    /// A negative answer: denied, held, unverified, problems found.
    No,
    /// The command could not do its work.
    Failure,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Yes => 0,
            Exit::No => 1,
            Exit::Failure => 2,
        })
    }
}

/// Where results go.
#[derive(Debug)]
pub(crate) struct Printer {
    json: bool,
    /// Why a part of the result could not be written.
    lost: OnceLock<io::Error>,
}

impl Printer {
    pub(crate) const fn new(json: bool) -> Self {
        Self { json, lost: OnceLock::new() }
    }

    /// Whether one JSON document is wanted.
    pub(crate) const fn json(&self) -> bool {
        self.json
    }

    /// A line of the result.
    pub(crate) fn line(&self, text: impl fmt::Display) {
        self.shown(&visible(&text.to_string()));
    }

    fn shown(&self, text: &str) {
        self.keep(writeln!(anstream::stdout().lock(), "{text}"));
    }

    /// Bytes of the result as they are.
    pub(crate) fn bytes(&self, bytes: &[u8]) {
        let mut stdout = io::stdout().lock();
        self.keep(stdout.write_all(bytes).and_then(|()| stdout.flush()));
    }

    fn keep(&self, written: io::Result<()>) {
        match written {
            // A reader that closed the pipe has seen enough.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                let _ = self.lost.set(error);
            }
            _ => {}
        }
    }

    /// How the program ends: what nobody got to read was not said.
    pub(crate) fn end(&self, exit: Exit) -> Exit {
        match self.lost.get() {
            None => exit,
            Some(error) => {
                self.note(format_args!("the result could not be written: {error}"));
                Exit::Failure
            }
        }
    }

    /// The whole result as JSON: `command` and `version`, then the fields of `result`.
    pub(crate) fn document(&self, command: &str, result: &impl serde::Serialize) -> miette::Result<()> {
        let mut document = serde_json::Map::new();
        document.insert("command".into(), command.into());
        document.insert("version".into(), JSON_VERSION.into());
        match serde_json::to_value(result)
            .map_err(|error| miette::miette!("could not write JSON: {error}"))?
        {
            serde_json::Value::Object(fields) => document.extend(fields),
            other => {
                document.insert("result".into(), other);
            }
        }
        self.shown(&visible_json(&serde_json::Value::Object(document).to_string()));
        Ok(())
    }

    /// Something to know that is not the result.
    pub(crate) fn note(&self, text: impl fmt::Display) {
        let _ = writeln!(anstream::stderr().lock(), "{text}");
    }

    /// Why the command failed: for programs in the one document, for people on stderr.
    pub(crate) fn failure(&self, report: &miette::Report) {
        if self.json {
            let _ = self.document("error", &failure::document(report));
        }
        self.note(format_args!("{report:?}"));
    }
}

/// Sets up how errors look and what is logged. Logs are JSON unless a person is reading them.
pub(crate) fn install(quiet: &str, verbose: u8) {
    let level = match verbose {
        0 => quiet,
        1 => "debug",
        _ => "trace",
    };
    let filter = tracing_subscriber::EnvFilter::try_from_env("CARVEOUT_LOG").unwrap_or_else(|_| {
        tracing_subscriber::EnvFilter::new(format!("warn,carveout={level},carveout_gateway={level}"))
    });
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if std::io::IsTerminal::is_terminal(&std::io::stderr()) {
        builder.with_target(false).init();
    } else {
        builder.json().flatten_event(true).init();
    }
    let theme = if std::io::IsTerminal::is_terminal(&std::io::stderr()) {
        miette::GraphicalTheme::default()
    } else {
        miette::GraphicalTheme::unicode_nocolor()
    };
    // Fails only if a hook is set already, which nothing else here does.
    let _ = miette::set_hook(Box::new(move |_| Box::new(handler(theme.clone()))));
}

/// How errors are laid out: lines end between words only, so that a path, an id or `--log-key` can be found and
/// copied whole.
fn handler(theme: miette::GraphicalTheme) -> miette::MietteHandler {
    miette::MietteHandlerOpts::new()
        .graphical_theme(theme)
        .width(100)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .break_words(false)
        .build()
}

/// Text in bold.
pub(crate) fn strong(text: impl fmt::Display) -> String {
    let style = Style::new().bold();
    format!("{style}{text}{style:#}")
}

/// A ruling in its colour.
pub(crate) fn ruling(word: &str) -> String {
    coloured(word, word)
}

/// Text in the colour of a ruling.
pub(crate) fn coloured(ruling: &str, text: &str) -> String {
    let colour = match ruling {
        "permit" => AnsiColor::Green,
        "hold" => AnsiColor::Yellow,
        _ => AnsiColor::Red,
    };
    let style = Style::new().bold().fg_color(Some(colour.into()));
    format!("{style}{text}{style:#}")
}
