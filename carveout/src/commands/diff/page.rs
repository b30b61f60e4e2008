//! A comparison as a page that can be sent to somebody.

use carveout_proof::{Change, Dates};
use carveout_terms::{Agreement, Vocabulary};

use super::{
    Comparison,
    blocks::Block,
    clauses::{ClauseChange, Fate},
    text::title,
    words::PieceKind,
};
use crate::{
    output::{
        html::{Html, region},
        region::{ChangesView, RegionView, sentence},
    },
    workspace::Side,
};

/// The whole page.
pub(super) fn page(comparison: &Comparison) -> String {
    let mut html = Html::default();
    let (old, new) = (named(&comparison.old), named(&comparison.new));
    html.markup("<header>\n<p class=\"kicker\">What a changed text changes</p>\n")
        .within("<h1>", &new, "</h1>\n")
        .within("<p class=\"versus\">compared with ", &old, "</p>\n</header>\n<main>\n");
    verdict(&mut html, comparison);
    let answer = &comparison.answer;
    if let Some(regions) = &answer.regions {
        tally(&mut html, regions, comparison);
        html.markup("<h2 id=\"uses\">The uses that change</h2>\n");
        for (title, view) in regions.titled() {
            region(&mut html, &title, view, &answer.unfinished);
        }
    }
    redline(&mut html, &comparison.redline);
    head(&mut html, comparison);
    html.markup("</main>\n");
    method(&mut html, comparison);
    let change = answer.change.map_or("undecided", Change::as_str);
    html.document(&format!("{change}: {new}, compared with {old}"))
}

/// What a side is called: its title if it is one agreement.
fn named(side: &Side) -> String {
    match side.agreements.as_slice() {
        [only] => format!("{} ({} version {})", only.title(), only.id(), only.version()),
        several => format!("{} agreements of {}", several.len(), side.name),
    }
}

fn verdict(html: &mut Html, comparison: &Comparison) {
    let Some(change) = comparison.answer.change else {
        let why = comparison.answer.undecided.as_deref().unwrap_or_default();
        html.within("<div class=\"verdict undecided\"><strong>Undecided</strong><p>", why, "</p></div>\n");
        return;
    };
    let (open, word) = match change {
        Change::Equivalent => ("<div class=\"verdict equivalent\"><strong>", "Equivalent"),
        Change::Narrower => ("<div class=\"verdict narrower\"><strong>", "Narrower"),
        Change::Wider => ("<div class=\"verdict wider\"><strong>", "Wider"),
        Change::Both => ("<div class=\"verdict both\"><strong>", "Both wider and narrower"),
    };
    html.within(open, word, "</strong>").within("<p>Proven: ", sentence(change), "</p></div>\n");
}

/// One line for each region, and for the text.
fn tally(html: &mut Html, regions: &ChangesView, comparison: &Comparison) {
    html.markup("<table class=\"tally\">\n");
    for (title, view) in regions.titled() {
        html.within("<tr><th scope=\"row\">", title, "</th><td>").text(counted(view)).markup("</td></tr>\n");
    }
    let count = |fate| comparison.redline.iter().filter(|change| change.fate == fate).count();
    let fates = [Fate::Changed, Fate::Added, Fate::Removed, Fate::Renumbered]
        .map(|fate| (count(fate), fate.as_str()));
    let fates: Vec<String> =
        fates.iter().filter(|(count, _)| *count > 0).map(|(count, fate)| format!("{count} {fate}")).collect();
    let fates = if fates.is_empty() { "none differs".to_owned() } else { fates.join(", ") };
    html.within("<tr><th scope=\"row\">Clauses in the text</th><td>", fates, "</td></tr>\n</table>\n");
}

fn counted(view: &RegionView) -> String {
    let cubes = match view.cubes.len() {
        1 => "1 kind of use".to_owned(),
        cubes => format!("{cubes} kinds of use"),
    };
    match (view.cubes.len(), view.exhausted) {
        (0, true) => "nothing (proven)".to_owned(),
        (0, false) => "undecided".to_owned(),
        (_, true) => format!("{cubes}, the whole of it (proven)"),
        (_, false) => format!("{cubes}, and perhaps more"),
    }
}

fn redline(html: &mut Html, changes: &[ClauseChange]) {
    html.markup("<h2 id=\"redline\">The text that changes</h2>\n");
    if changes.is_empty() {
        html.markup("<p>No clause was changed.</p>\n");
        return;
    }
    html.markup("<p class=\"extent\">Where lines are broken is left out of account. Text in grey is the same on both sides.</p>\n");
    for change in changes {
        html.within("<article class=\"clause\">\n<h3>", title(change), " <span class=\"fate\">")
            .text(change.fate.as_str())
            .markup("</span></h3>\n");
        if change.fate != Fate::Renumbered {
            change.blocks.iter().for_each(|part| block(html, part));
        }
        html.markup("</article>\n");
    }
}

fn block(html: &mut Html, block: &Block) {
    let (open, close) = match (block.language.is_some(), block.is_same()) {
        (true, true) => ("<pre class=\"same\"><code>", "</code></pre>\n"),
        (true, false) => ("<pre><code>", "</code></pre>\n"),
        (false, true) => ("<p class=\"text same\">", "</p>\n"),
        (false, false) => ("<p class=\"text\">", "</p>\n"),
    };
    html.markup(open);
    for piece in &block.pieces {
        match piece.kind {
            PieceKind::Same => html.text(&piece.text),
            PieceKind::Removed => html.within("<del>", &piece.text, "</del>"),
            PieceKind::Added => html.within("<ins>", &piece.text, "</ins>"),
        };
    }
    html.markup(close);
}

fn head(html: &mut Html, comparison: &Comparison) {
    let mut reworded = comparison.reworded.all().peekable();
    if comparison.head.is_empty() && reworded.peek().is_none() {
        return;
    }
    html.markup("<h2 id=\"head\">Outside of the clauses</h2>\n<ul>\n");
    let several = comparison.new.agreements.len() > 1;
    for change in &comparison.head {
        html.markup("<li>");
        if several {
            html.text(&change.agreement).markup(": ");
        }
        html.text(&change.words).markup("</li>\n");
    }
    for change in reworded {
        html.within("<li>vocabulary: ", change, "</li>\n");
    }
    html.markup("</ul>\n");
}

/// What "proven" means here, and what was compared, so that the reader can do it again.
fn method(html: &mut Html, comparison: &Comparison) {
    html.markup("<footer>\n<h2 id=\"method\">How this was found, and what it doesn’t say</h2>\n")
        .markup("<p>Every use that the vocabulary can express was considered at once. The clauses’ policies were compiled into logic by Cedar’s symbolic compiler, and a SAT solver decided whether any use is ruled on differently. <b>Proven</b> means that it found that there can be no other case. A <b>kind of use</b> (a cube) is meant in full: every use that meets its conditions changes so, whatever its other facts are. The use printed with it was decided again, on both texts, by the authorizer that a gateway runs.</p>\n")
        .markup("<p>What a policy doesn’t say is compared as text only. A fact is as good as the one whose word it is, which is noted beside it. ")
        .markup(match comparison.dates {
            Dates::Ignored => "Dates were left out of account: this is about what the texts say while they are in force.</p>\n",
            Dates::Respected => "Every agreement was taken to apply in its own window of time.</p>\n",
        })
        ;
    if let Some(words) = comparison.answer.second.words() {
        html.within("<p>A second solver was asked: ", words, ".</p>\n");
    }
    html.markup("<dl class=\"sides\">\n");
    for (label, side) in [("old", &comparison.old), ("new", &comparison.new)] {
        side.agreements.iter().for_each(|agreement| compared(html, label, agreement));
    }
    let (old, new) = (comparison.old.stack.vocabulary(), comparison.new.stack.vocabulary());
    if old.digest() != new.digest() {
        vocabulary(html, "old vocabulary", old);
    }
    vocabulary(html, "vocabulary", new);
    html.within("<dt>tool</dt><dd>Carveout ", env!("CARGO_PKG_VERSION"), "</dd>\n")
        .within("<dt>again</dt><dd><code>", &comparison.again, "")
        .markup("</code></dd>\n</dl>\n</footer>\n");
}

fn compared(html: &mut Html, label: &'static str, agreement: &Agreement) {
    html.within("<dt>", label, "</dt><dd>")
        .text(format_args!("{} version {}", agreement.id(), agreement.version()))
        .within("<br><span class=\"digest\">", agreement.digest(), "</span></dd>\n");
}

fn vocabulary(html: &mut Html, label: &'static str, vocabulary: &Vocabulary) {
    html.within("<dt>", label, "</dt><dd>")
        .text(format_args!("{} version {}", vocabulary.name(), vocabulary.version()))
        .within("<br><span class=\"digest\">", vocabulary.digest(), "</span></dd>\n");
}
