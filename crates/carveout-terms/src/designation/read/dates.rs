//! Dates, and the ways in which they contradict each other.

use super::{
    super::{
        Dates, Exception, LastDay, Priority, When, Zone,
        tree::{Placed, Table},
    },
    part,
};
use crate::{Problem, Severity};

const ZONES: &str = "write `UTC`, `America/New_York`, or an offset such as `-05:00`";

pub(super) fn dates(table: &Table<'_>) -> Option<Dates> {
    let Some(inner) = table.table("dates", "the dates") else {
        if !table.has("dates") {
            table.missing("dates", "write `[dates]` with `zone`, `last_day` and `effective`");
        }
        return None;
    };
    let zone = zone(&inner);
    let last_day = inner.need_word::<LastDay>("last_day");
    let signed = inner.when("signed");
    let effective = inner.when("effective");
    if !inner.has("effective") {
        inner.missing("effective", "write from when it has effect, and in the note how sure that is");
    }
    let published = inner.when("published");
    let known = inner.when("known");
    let corrected = inner.when("corrected");
    let phase_out_until = inner.when("phase_out_until");
    let review_due = inner.when("review_due");
    let rescinded = inner.when("rescinded");
    let until = inner.when("until");
    let order = Order { zone: zone.unwrap_or(Zone::UTC), table: &inner };
    order.not_before("until", &until, "effective", &effective);
    order.not_before("published", &published, "signed", &signed);
    order.not_before("known", &known, "signed", &signed);
    order.not_before("phase_out_until", &phase_out_until, "effective", &effective);
    order.not_before("review_due", &review_due, "signed", &signed);
    order.not_before("rescinded", &rescinded, "signed", &signed);
    order.not_before("corrected", &corrected, "known", &known);
    order.not_before("corrected", &corrected, "published", &published);
    order.odd("effective", &effective, "signed", &signed);
    order.odd("known", &known, "published", &published);
    inner.finish();
    let value = |when: &Option<Placed<When>>| when.as_ref().map(|when| when.value);
    let effective = value(&effective)?;
    let first_known = value(&known).or(value(&published)).or(value(&signed)).unwrap_or(effective);
    Some(Dates {
        zone: zone?,
        last_day: last_day?.value,
        signed: value(&signed),
        effective,
        published: value(&published),
        known: first_known,
        corrected: value(&corrected),
        phase_out_until: value(&phase_out_until),
        review_due: value(&review_due),
        rescinded: value(&rescinded),
        until: value(&until),
    })
}

fn zone(table: &Table<'_>) -> Option<Zone> {
    let text = table.need_text("zone", ZONES)?;
    let zone = Zone::find(&text.value);
    if zone.is_none() {
        let message = format!("`{}` is no zone that can be read here", text.value);
        table.sink().error("zone", text.span, message, ZONES);
    }
    zone
}

/// Compares dates that stand in one table.
pub(super) struct Order<'t, 'n> {
    pub(super) zone: Zone,
    pub(super) table: &'t Table<'n>,
}

impl Order<'_, '_> {
    /// Whether both are there and the later one is before the earlier one.
    fn reversed(&self, later: &Option<Placed<When>>, earlier: &Option<Placed<When>>) -> bool {
        later.as_ref().zip(earlier.as_ref()).is_some_and(|(later, earlier)| {
            later.value.ends(self.zone, LastDay::Included) <= earlier.value.begins(self.zone)
        })
    }

    /// A contradiction if it is.
    pub(super) fn not_before(
        &self,
        later_key: &str,
        later: &Option<Placed<When>>,
        earlier_key: &str,
        earlier: &Option<Placed<When>>,
    ) {
        if let (Some(when), Some(other), true) = (later, earlier, self.reversed(later, earlier)) {
            let message = format!(
                "`{later_key}` ({}) is before `{earlier_key}` ({}), which can't be",
                when.value, other.value
            );
            self.table.sink().error("contradictory-dates", when.span.clone(), message, "look both up again");
        }
    }

    /// Unusual if it is, and possible: an order can be made retroactive.
    pub(super) fn odd(
        &self,
        later_key: &str,
        later: &Option<Placed<When>>,
        earlier_key: &str,
        earlier: &Option<Placed<When>>,
    ) {
        if let (Some(when), Some(other), true) = (later, earlier, self.reversed(later, earlier)) {
            let message =
                format!("`{later_key}` ({}) is before `{earlier_key}` ({})", when.value, other.value);
            let problem = Problem::error("unusual-dates", when.span.clone(), message);
            let problem = problem.hint("that can be; say in the note why");
            self.table.sink().add(Problem { severity: Severity::Warning, ..problem });
        }
    }
}

pub(super) fn priorities(table: &Table<'_>) -> Vec<Priority> {
    let read = |table: Table<'_>| {
        let name = table.need_text("name", "write which systems come first");
        let until = table.when("until").map(|until| until.value);
        let scope = part(&table).unwrap_or_default();
        table.finish();
        Some(Priority { name: name?.value, until, scope })
    };
    table.tables("priority", "a priority").into_iter().filter_map(read).collect()
}

pub(super) fn exceptions(table: &Table<'_>) -> Vec<Exception> {
    let read = |table: Table<'_>| {
        let what = table.need_text("what", "write what is excepted");
        let until = table.when("until").map(|until| until.value);
        let scope = part(&table).unwrap_or_default();
        table.finish();
        Some(Exception { what: what?.value, until, scope })
    };
    table.tables("exception", "an exception").into_iter().filter_map(read).collect()
}
