//! Files as texts: as they are, or request by request.

use std::{
    fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use carveout_dialects::{Asked, Dialect, Limits, Media};
use miette::{IntoDiagnostic, WrapErr, miette};

use crate::cli::ScanFormat;

/// What was read from one place.
pub(super) struct Input {
    /// The file's path, or `-`.
    pub(super) name: String,
    pub(super) bytes: usize,
    pub(super) texts: Vec<Text>,
    /// Parts that no text can be taken from.
    pub(super) opaque: Vec<Part>,
    /// Why it is read as one text although it looks like requests.
    pub(super) not_requests: Option<String>,
}

/// A text, and where it stands.
pub(super) struct Text {
    pub(super) text: String,
    /// The line that the text starts in, from one.
    pub(super) line: usize,
    /// JSON pointer into the request of that line; none if the text is the file itself.
    pub(super) place: Option<String>,
}

/// A part of a request that can't be read.
pub(super) struct Part {
    pub(super) line: usize,
    pub(super) place: String,
    pub(super) kind: &'static str,
}

/// Reads the files, or standard input if there are none.
pub(super) fn read(files: &[PathBuf], format: ScanFormat) -> miette::Result<Vec<Input>> {
    if files.is_empty() {
        return Ok(vec![input(Path::new("-"), format)?]);
    }
    files.iter().map(|file| input(file, format)).collect()
}

fn input(file: &Path, format: ScanFormat) -> miette::Result<Input> {
    let name = file.display().to_string();
    let bytes = bytes(file)?;
    let length = bytes.len();
    let Ok(text) = String::from_utf8(bytes) else {
        let whole = Part { line: 1, place: String::new(), kind: "not UTF-8" };
        return Ok(Input { name, bytes: length, texts: Vec::new(), opaque: vec![whole], not_requests: None });
    };
    let (requests, not_requests) = match format {
        ScanFormat::Text => (None, None),
        ScanFormat::Requests => {
            let requests = requests(&text).wrap_err_with(|| format!("`{name}` can't be read as requests"))?;
            (Some(requests), None)
        }
        ScanFormat::Auto if text.trim_start().starts_with('{') => match requests(&text) {
            Ok(requests) => (Some(requests), None),
            Err(why) => (None, Some(why.to_string())),
        },
        ScanFormat::Auto => (None, None),
    };
    let (texts, opaque) = requests.unwrap_or_else(|| (vec![Text { text, line: 1, place: None }], Vec::new()));
    Ok(Input { name, bytes: length, texts, opaque, not_requests })
}

fn bytes(file: &Path) -> miette::Result<Vec<u8>> {
    if file == Path::new("-") {
        let mut bytes = Vec::new();
        io::stdin()
            .lock()
            .read_to_end(&mut bytes)
            .into_diagnostic()
            .wrap_err("standard input can't be read")?;
        return Ok(bytes);
    }
    if file.is_dir() {
        let help = "name the files in it; folders are not walked";
        return Err(miette!(help = help, "`{}` is a folder", file.display()));
    }
    fs::read(file).into_diagnostic().wrap_err_with(|| format!("`{}` can't be read", file.display()))
}

/// The texts of chat requests, one request a line, or one in the whole file.
fn requests(text: &str) -> miette::Result<(Vec<Text>, Vec<Part>)> {
    let (mut texts, mut parts) = (Vec::new(), Vec::new());
    if let Some(asked) = asked(text) {
        add(&asked, 1, &mut texts, &mut parts);
        return Ok((texts, parts));
    }
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let line_number = number + 1;
        let asked = asked(line).ok_or_else(|| {
            miette!(
                help = "each line is to be the body of a Chat Completions or Messages request; `--format text` reads anything",
                "line {line_number} is no request"
            )
        })?;
        add(&asked, line_number, &mut texts, &mut parts);
    }
    Ok((texts, parts))
}

/// A request of the dialect that knows more of its members.
fn asked(line: &str) -> Option<Asked> {
    let limits = Limits::default();
    let read = |dialect| carveout_dialects::read(dialect, line.as_bytes(), &limits).ok();
    let both = [read(Dialect::OpenAi), read(Dialect::Anthropic)];
    both.into_iter().flatten().min_by_key(|asked| asked.unlisted().len())
}

fn add(asked: &Asked, line: usize, texts: &mut Vec<Text>, parts: &mut Vec<Part>) {
    let text = |(place, text): (String, carveout_dialects::Text<'_>)| Text {
        place: Some(place),
        text: text.text.into_owned(),
        line,
    };
    texts.extend(asked.texts_in_place().map(text));
    parts.extend(asked.opaque().map(|part| Part { line, place: part.place(), kind: media(part.media) }));
}

const fn media(media: Media) -> &'static str {
    match media {
        Media::Image => "image",
        Media::Audio => "media",
        Media::Document => "document",
        Media::File => "file",
        Media::Stored => "stored",
        Media::Sealed => "sealed",
    }
}
