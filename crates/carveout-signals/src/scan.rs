//! One text from start to end, in every view.

use crate::{
    Evidence, Finding, Kinds, Opaque, OpaqueKind, People, Region, Span, View, Views, blocks,
    bytes::{Set, at, before, is_among, set, slice},
    context::Context,
    lanes::{bits, from_place},
    merge::Merged,
    normalise::{Mapped, Suspicions},
    recognise::{self, FOR_GUESSES, Match, Reading},
    table,
};

/// How much work a text may cause beyond being read once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Views of a text, and views of those, at most.
    pub views: usize,
    /// Bytes of all views together, as a multiple of the text's.
    pub times: usize,
    /// Bytes of all views together that are allowed however short the text is.
    pub least: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { views: 32, times: 4, least: 64 << 10 }
    }
}

/// Reads texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scanner {
    region: Region,
    limits: Limits,
    reserved: bool,
    without: Kinds,
}

impl Scanner {
    /// A scanner that reads national telephone numbers as those of a region.
    #[must_use]
    pub fn new(region: Region) -> Self {
        Self { region, ..Self::default() }
    }

    /// The same with other limits.
    #[must_use]
    pub const fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// The same, finding also identifiers of ranges that are kept for documentation, tests and fiction. Samples
    /// are made of those; in real traffic they are nobody's.
    #[must_use]
    pub const fn with_reserved(self) -> Self {
        Self { reserved: true, ..self }
    }

    /// The same, as if the recognisers of these kinds weren't there: what they would have found is left to the others.
    #[must_use]
    pub const fn without(self, kinds: Kinds) -> Self {
        Self { without: kinds, ..self }
    }

    /// What a text shows. Total: every text has an answer.
    #[must_use]
    pub fn scan(&self, text: &str) -> Evidence {
        self.scan_seeing(text, &mut |_| {})
    }

    /// The same, handing over the text and each view of it that decodes something: what else is to be read of a text is read
    /// in the same views. Views that fold characters or guess are left out; a reader folds for itself.
    pub(crate) fn scan_seeing(&self, text: &str, see: &mut dyn FnMut(&str)) -> Evidence {
        let mut evidence = Evidence::default();
        let mut merged = Merged::default();
        let mut allowed = (text.len().saturating_mul(self.limits.times)).max(self.limits.least);
        let mut levels = Levels { text, levels: Vec::new() };
        let mut next = None;
        loop {
            let length = levels.text(next).len();
            let over = next.is_some_and(|next| next >= self.limits.views || length > allowed);
            if over {
                evidence.opaque.extend(levels.unread(next));
            } else {
                allowed -= if next.is_some() { length } else { 0 };
                let views = levels.views(next);
                if !views.is_guess() && views.iter().last().is_none_or(View::decodes) {
                    see(levels.text(next));
                }
                let more = self.read(&levels, next, &mut merged, &mut evidence);
                levels.levels.extend(more);
            }
            let following = next.map_or(0, |next| next + 1);
            if following >= levels.levels.len() {
                break;
            }
            next = Some(following);
        }
        merged.finish(&mut evidence);
        evidence
    }

    /// Reads one text, and returns the views of it that are to be read.
    fn read(
        &self,
        levels: &Levels<'_>,
        level: Option<usize>,
        merged: &mut Merged,
        evidence: &mut Evidence,
    ) -> Vec<Level> {
        let text = levels.text(level);
        let views = levels.views(level);
        let reading = Reading::new(text, self.region, self.reserved, Context::NONE).without(self.without);
        let (mut found, suspicions) = look(&reading);
        let rows = table::read(&reading, &mut found);
        if views.is_guess() {
            found.retain(|one| one.confidence >= FOR_GUESSES);
        }
        evidence.work.texts += 1;
        evidence.work.bytes += text.len();
        evidence.work.walked += reading.walked();
        add_rows(&mut evidence.people, rows, |span| levels.origin(level, span));
        merged.add(found.into_iter().map(|one| finding(one, views, levels, level)));
        self.views_of(text, level, views, &suspicions, levels, evidence)
    }

    fn views_of(
        &self,
        text: &str,
        parent: Option<usize>,
        views: Views,
        suspicions: &Suspicions,
        levels: &Levels<'_>,
        evidence: &mut Evidence,
    ) -> Vec<Level> {
        let mut opaque: Vec<Opaque> = Vec::new();
        let mut made = Vec::new();
        for view in View::ALL {
            let mapped = view.of(text, suspicions, &mut opaque);
            if mapped.is_empty() {
                continue;
            }
            match views.with(view) {
                Some(views) => made.push(Level { mapped, parent, views }),
                None => opaque.extend(mapped.sources().map(|span| Opaque {
                    span,
                    bytes: mapped.text.len(),
                    kind: OpaqueKind::Unread,
                })),
            }
        }
        let at_origin = opaque.into_iter().map(|one| Opaque { span: levels.origin(parent, one.span), ..one });
        evidence.opaque.extend(at_origin);
        made
    }
}

/// Adds rows, unless an earlier view showed rows in the same place.
fn add_rows(known: &mut Vec<People>, rows: Rows, origin: impl Fn(Span) -> Span) {
    let before = known.len();
    for people in rows {
        let span = origin(people.span);
        let earlier = known.get(..before).unwrap_or_default();
        let next = earlier.partition_point(|one| one.span.end <= span.start);
        if !earlier.get(next).is_some_and(|one| one.span.overlaps(span)) {
            known.push(People { span, ..people });
        }
    }
    known.sort_by_key(|people| people.span);
}

fn finding(one: Match, via: Views, levels: &Levels<'_>, level: Option<usize>) -> Finding {
    let span = Span::new(one.start, one.end);
    let span = if level.is_some() { levels.origin(level, span) } else { span };
    Finding { kind: one.kind, span, canonical: one.canonical, confidence: one.confidence, via }
}

/// Looks through a text once, and at every place where something may be.
pub(crate) fn look(reading: &Reading<'_>) -> (Vec<Match>, Suspicions) {
    let (text, bytes) = (reading.text, reading.bytes);
    let mut found = Vec::new();
    let mut suspicions = Suspicions::default();
    let (mut after_number, mut after_colons) = (0_usize, 0);
    blocks::each(bytes, |offset, places| {
        suspicions.beyond_ascii(text, offset, places.strangers);
        if !places.any_in_ascii() {
            return;
        }
        let before_block = found.len();
        for place in bits(places.beside_letters).map(|bit| offset + bit) {
            if let Some(digits) = misread_at(bytes, place) {
                suspicions.looks_like_digits(text, digits);
            }
        }
        let mut digits = places.digits & from_place(after_number.saturating_sub(offset));
        while let Some(place) = bits(digits).next().map(|bit| offset + bit) {
            let end = places.digits_end(bytes, offset, place);
            after_number = recognise::at_digit(reading, (place, end), &mut found);
            digits &= from_place(after_number.max(place + 1) - offset);
        }
        for place in bits(places.at_signs).map(|bit| offset + bit) {
            recognise::at_sign(reading, place, &mut found);
            if before(bytes, place) == b' ' && at(bytes, place + 1) == b' ' {
                suspicions.apart.push(place);
            }
        }
        for place in bits(places.colons).map(|bit| offset + bit) {
            if place >= after_colons {
                after_colons = recognise::at_colon(reading, place, &mut found);
            }
        }
        bits(places.hyphens).for_each(|bit| recognise::at_hyphen(reading, offset + bit, &mut found));
        let mut long = places.long;
        while let Some(bit) = bits(long).next() {
            let end = suspicions.long_run(bytes, offset + bit);
            long &= from_place(end.saturating_sub(offset));
        }
        bits(places.escapes).for_each(|bit| suspicions.escape(text, offset + bit));
        bits(places.spaced).for_each(|bit| suspicions.spaced_letters(text, offset + bit));
        if found.len() > before_block {
            settle(reading, &mut found, before_block);
        }
    });
    (found, suspicions)
}

/// Puts what was found last in its place among what was found before, which is never far. What is reserved is left out, if
/// nobody wants it.
fn settle(reading: &Reading<'_>, found: &mut Vec<Match>, first: usize) {
    let new = found.get(first..).unwrap_or_default();
    let wanted = reading.reserved || !new.iter().any(|one| one.reserved);
    let joined = found.get(first.saturating_sub(1)..).unwrap_or_default();
    if wanted && joined.is_sorted_by_key(|one| one.start) {
        return;
    }
    if !wanted {
        let mut kept = first;
        for place in first..found.len() {
            if found.get(place).is_some_and(|one| !one.reserved) {
                found.swap(kept, place);
                kept += 1;
            }
        }
        found.truncate(kept);
    }
    let start = |found: &[Match], place: usize| found.get(place).map_or(usize::MAX, |one| one.start);
    for place in first..found.len() {
        let mut here = place;
        while here > 0 && start(found, here - 1) > start(found, here) {
            found.swap(here - 1, here);
            here -= 1;
        }
    }
}

/// Where the digits start beside which a letter stands that looks like a digit: before their first one at a place, or at the
/// place itself. Longer runs are no numbers.
fn misread_at(bytes: &[u8], place: usize) -> Option<usize> {
    const LONGEST: usize = 20;
    static LIKE: Set = set(b"OoIliSsBZz|");
    if at(bytes, place).is_ascii_digit() {
        return is_among(&LIKE, before(bytes, place)).then_some(place);
    }
    let earlier = slice(bytes, place.saturating_sub(LONGEST), place);
    let digits = earlier.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    (is_among(&LIKE, at(bytes, place)) && digits < LONGEST).then_some(place - digits)
}

/// A view of a text, which may itself be one.
#[derive(Debug)]
struct Level {
    mapped: Mapped,
    /// The view that it is made from; none for the original.
    parent: Option<usize>,
    views: Views,
}

/// The original and its views.
#[derive(Debug)]
struct Levels<'t> {
    text: &'t str,
    levels: Vec<Level>,
}

impl Levels<'_> {
    fn level(&self, level: Option<usize>) -> Option<&Level> {
        level.and_then(|level| self.levels.get(level))
    }

    fn text(&self, level: Option<usize>) -> &str {
        self.level(level).map_or(self.text, |level| &level.mapped.text)
    }

    fn views(&self, level: Option<usize>) -> Views {
        self.level(level).map_or(Views::default(), |level| level.views)
    }

    /// The span of the original that a span of a view came from.
    fn origin(&self, level: Option<usize>, span: Span) -> Span {
        let (mut level, mut span) = (level, span);
        while let Some(view) = self.level(level) {
            span = view.mapped.source(span, self.text(view.parent));
            level = view.parent;
        }
        span
    }

    /// A view that a limit keeps from being read, as what can't be read.
    fn unread(&self, level: Option<usize>) -> Option<Opaque> {
        let view = self.level(level)?;
        let span = self.origin(view.parent, view.mapped.sources()?);
        Some(Opaque { span, bytes: view.mapped.text.len(), kind: OpaqueKind::Unread })
    }
}

/// Rows about persons, on their way to the evidence.
pub(crate) type Rows = Vec<People>;
