//! The matrix as JSON.

use carveout_proof::{Answer, Cell, ShownRegion};
use serde_json::{Value as Json, json};

use super::{Column, Found};
use crate::output::{
    region::{RegionView, Seen},
    ruled::Ground,
};

pub(super) fn of(found: &Found) -> Json {
    let agreements = found.columns.iter().map(|column| {
        let agreement = &column.agreement;
        json!({
            "file": column.path, "agreement": agreement.id(), "agreement_version": agreement.version(),
            "role": agreement.role(), "digest": agreement.digest(),
        })
    });
    let rows = found.comparison.rows.iter().map(|row| {
        let cells =
            row.cells.iter().zip(&found.columns).map(|(cell, column)| self::cell(cell, column, found));
        json!({ "uses": row.names, "alike": row.alike, "cells": cells.collect::<Vec<_>>() })
    });
    json!({
        "agreements": agreements.collect::<Vec<_>>(),
        "rows": rows.collect::<Vec<_>>(),
        "second_opinion": found.opinion,
    })
}

fn cell(cell: &Cell, column: &Column, found: &Found) -> Json {
    let roles = match &cell.answer {
        Answer::Held(roles) => roles.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    };
    let window = column.agreement.window();
    let at = Some(window.effective).filter(|_| !window.covers(crate::commands::now()));
    let seen = Seen { vocabulary: &found.vocabulary, old: &column.stack, new: &column.stack, at };
    let region =
        |region: &ShownRegion| (cell.answer == Answer::Depends).then(|| RegionView::of(region, seen));
    let held = cell.held.iter().map(|(role, held)| json!({ "role": role.as_str(), "region": region(held) }));
    json!({
        "answer": cell.answer.as_str(),
        "roles": roles,
        "clauses": cell.clauses.iter().map(|clause| Ground::of(&column.stack, clause)).collect::<Vec<_>>(),
        "ungranted": cell.ungranted,
        "permitted": region(&cell.permitted),
        "held": held.collect::<Vec<_>>(),
        "denied": region(&cell.denied),
    })
}
