//! Regions as text.

use super::{CubeView, Group, RegionView, Said};
use crate::output::{Printer, coloured, indented, strong};

/// Prints a region under its title. `unfinished` says why it may be larger than what is listed.
pub(crate) fn print(printer: &Printer, title: &str, region: &RegionView, unfinished: &str) {
    printer.line(format_args!("\n{}: {}", strong(title), extent(region, unfinished)));
    if !region.in_every_case.is_empty() {
        indented(printer, "  ", "  ", &format!("In every case: {}", phrase(&region.in_every_case)));
    }
    let shown = region.first();
    for group in &region.groups {
        print_group(printer, region, group, &shown);
    }
    if region.cubes.len() > shown.len() {
        let more = region.cubes.len() - shown.len();
        printer.line(format_args!("  and {more} more cubes, which --json lists"));
    }
}

/// How much of a region the cubes are.
fn extent(region: &RegionView, unfinished: &str) -> String {
    let cubes = match region.cubes.len() {
        1 => "this cube".to_owned(),
        cubes => format!("these {cubes} cubes"),
    };
    match (region.cubes.len(), region.exhausted) {
        (0, true) => "nothing (proven)".to_owned(),
        (0, false) => format!("{}: {unfinished}", coloured("hold", "undecided")),
        (1, true) => format!("{cubes} is the whole region (proven)"),
        (_, true) => format!("{cubes} are the whole region (proven)"),
        (_, false) => {
            format!("{cubes}, and perhaps more; {}: {unfinished}", coloured("hold", "not exhausted"))
        }
    }
}

fn print_group(printer: &Printer, region: &RegionView, group: &Group, shown: &[usize]) {
    if !group.cubes.iter().any(|cube| shown.contains(cube)) {
        return;
    }
    let count = match group.cubes.len() {
        1 => "1 cube".to_owned(),
        cubes => format!("{cubes} cubes"),
    };
    let head = format!("{count}: {}", turned(group));
    indented(printer, "  ", "    ", &head);
    if !group.in_every_case.is_empty() {
        indented(printer, "    ", "    ", &format!("In each of them: {}", phrase(&group.in_every_case)));
    }
    for position in group.cubes.iter().filter(|cube| shown.contains(cube)) {
        if let Some(cube) = region.cubes.get(*position) {
            print_cube(printer, position + 1, cube);
        }
    }
}

/// What was decided before and what is decided now; once where nothing changes.
fn turned(group: &Group) -> String {
    if group.before == group.after {
        return group.after.coloured();
    }
    format!("{} → {}", group.before.coloured(), group.after.coloured())
}

fn print_cube(printer: &Printer, number: usize, cube: &CubeView) {
    let mut own = phrase(cube.own());
    if own.is_empty() {
        own = cube.anything().to_owned();
    }
    indented(printer, &format!("  {number:>3}. "), "       ", &own);
    // On one line, so that it can be copied.
    printer.line(format_args!("       use: {}", cube.use_));
}

/// Several things said, as one phrase.
fn phrase<'a>(said: impl IntoIterator<Item = &'a Said>) -> String {
    said.into_iter().map(Said::marked).collect::<Vec<_>>().join(", and ")
}
