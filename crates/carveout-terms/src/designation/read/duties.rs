//! Duties, flow-down and waivers.

use std::collections::BTreeSet;

use super::{
    super::{Clock, Duty, FlowDown, Waiver, WaiverRule, Zone, tree::Table},
    dates::Order,
    id, part, values,
};
use crate::agreement::is_id;

/// Longer clocks are mistakes.
const LONGEST: i64 = 10_000;

pub(super) fn duties(table: &Table<'_>) -> Vec<Duty> {
    table.tables("duty", "a duty").into_iter().filter_map(duty).collect()
}

fn duty(table: Table<'_>) -> Option<Duty> {
    let kind = table.need_word("kind");
    let trigger = table.need_text("trigger", "write what sets it off");
    let hook = table.need_text("hook", "write which contract clause or provision says so");
    let within = table.table("within", "a clock").map(clock);
    let every = table.table("every", "a clock").map(clock);
    let fields = values(table.texts("fields"));
    let recipient = table.text("recipient").map(|recipient| recipient.value);
    let contracts_from = table.when("contracts_from");
    let contracts_before = table.when("contracts_before");
    let order = Order { zone: Zone::UTC, table: &table };
    order.not_before("contracts_before", &contracts_before, "contracts_from", &contracts_from);
    table.finish();
    Some(Duty {
        kind: kind?.value,
        trigger: trigger?.value,
        within: within.flatten(),
        every: every.flatten(),
        fields,
        recipient,
        hook: hook?.value,
        contracts_from: contracts_from.map(|when| when.value),
        contracts_before: contracts_before.map(|when| when.value),
    })
}

fn clock(table: Table<'_>) -> Option<Clock> {
    let amount = table.number("amount", 1, LONGEST);
    if !table.has("amount") {
        table.missing("amount", "write how many: `{ amount = 3, unit = \"business_days\" }`");
    }
    let unit = table.need_word("unit");
    table.finish();
    Some(Clock { amount: u32::try_from(amount?.value).ok()?, unit: unit?.value })
}

pub(super) fn flow_down(table: &Table<'_>) -> Option<FlowDown> {
    let inner = table.table("flow_down", "the flow-down")?;
    let tiers = inner.number("tiers", 0, 100).and_then(|tiers| u32::try_from(tiers.value).ok());
    let excluded = values(inner.texts("excluded"));
    inner.finish();
    Some(FlowDown { tiers, excluded })
}

pub(super) fn waiver_rule(table: &Table<'_>) -> Option<WaiverRule> {
    let inner = table.table("waiver_rule", "the waiver rule")?;
    let by = inner.need_text("by", "write who may give one");
    let criteria = inner.need_text("criteria", "write when one may be given");
    let attachments = values(inner.texts("attachments"));
    inner.finish();
    Some(WaiverRule { by: by?.value, criteria: criteria?.value, attachments })
}

pub(super) fn waivers(table: &Table<'_>) -> Vec<Waiver> {
    let mut ids = BTreeSet::new();
    table.tables("waiver", "a waiver").into_iter().filter_map(|table| waiver(table, &mut ids)).collect()
}

fn waiver(table: Table<'_>, ids: &mut BTreeSet<String>) -> Option<Waiver> {
    let id = id(&table, "id");
    if let Some(id) = &id
        && !ids.insert(id.value.clone())
    {
        let message = format!("there are two waivers `{}`", id.value);
        table.sink().error("duplicate-id", id.span.clone(), message, "give each its own id");
    }
    let for_what = table.need_text("for", "write to whom, or for what, it is given");
    let granted = table.when("granted");
    let expires = table.when("expires");
    let known = table.when("known");
    let order = Order { zone: Zone::UTC, table: &table };
    order.not_before("expires", &expires, "granted", &granted);
    if granted.is_none() && (expires.is_some() || known.is_some()) {
        table.missing("granted", "a waiver that only was asked for has no other dates");
    }
    let role = table.text("role");
    if let Some(role) = role.as_ref().filter(|role| !is_role(&role.value)) {
        let message = format!("`{}` can't be a role", role.value);
        table.sink().error("role", role.span.clone(), message, "write `party/role`, as agreements name it");
    }
    let scope = part(&table);
    if role.is_some() && scope.is_none() && !table.has("scope") {
        table.missing("scope", "write for what a use is held: `scope = { programs = [\"…\"] }`");
    }
    if granted.is_some() && scope.is_none() && !table.has("scope") {
        table.missing("scope", "write what it covers: `scope = { programs = [\"…\"] }`");
    }
    table.finish();
    Some(Waiver {
        id: id?.value,
        for_what: for_what?.value,
        granted: granted.map(|when| when.value),
        expires: expires.map(|when| when.value),
        known: known.map(|when| when.value),
        role: role.map(|role| role.value),
        scope: scope.unwrap_or_default(),
    })
}

fn is_role(text: &str) -> bool {
    text.split_once('/').is_some_and(|(party, role)| is_id(party) && is_id(role))
}
