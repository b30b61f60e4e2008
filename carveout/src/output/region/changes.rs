//! What changes between two texts, as people and programs are shown it.

use carveout_proof::{Change, Diff};

use super::{RegionView, Seen, print};
use crate::output::{Printer, strong};

/// The regions that change.
#[derive(Debug, serde::Serialize)]
pub(crate) struct ChangesView {
    pub(crate) permits: Moved,
    pub(crate) holds: Vec<Held>,
}

/// What is so now and was not, and what was so and is not now.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Moved {
    pub(crate) opened: RegionView,
    pub(crate) closed: RegionView,
}

/// What changes in the uses held for a role.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Held {
    pub(crate) role: String,
    #[serde(flatten)]
    pub(crate) moved: Moved,
}

impl ChangesView {
    pub(crate) fn of(diff: &Diff, seen: Seen<'_>) -> Self {
        let held = diff.holds.iter().map(|hold| Held {
            role: hold.role.to_string(),
            moved: Moved {
                opened: RegionView::of(&hold.opened, seen),
                closed: RegionView::of(&hold.closed, seen),
            },
        });
        Self {
            permits: Moved {
                opened: RegionView::of(&diff.permits_opened, seen),
                closed: RegionView::of(&diff.permits_closed, seen),
            },
            holds: held.collect(),
        }
    }

    /// Every region with its title. Those about holds are left out where nothing is in them.
    pub(crate) fn titled(&self) -> Vec<(String, &RegionView)> {
        let mut titled = vec![
            ("Permitted now, and was not".to_owned(), &self.permits.opened),
            ("Was permitted, and is not now".to_owned(), &self.permits.closed),
        ];
        for Held { role, moved } in &self.holds {
            titled.push((format!("Held for {role} now, and was not"), &moved.opened));
            titled.push((format!("Was held for {role}, and is not now"), &moved.closed));
        }
        let permits = 2;
        let kept = |(position, (_, region)): &(usize, (String, &RegionView))| {
            *position < permits || !region.is_empty()
        };
        titled.into_iter().enumerate().filter(kept).map(|(_, titled)| titled).collect()
    }

    /// Whether every region is proven to be whole.
    pub(crate) fn exhausted(&self) -> bool {
        self.titled().iter().all(|(_, region)| region.exhausted)
    }

    /// Prints every region.
    pub(crate) fn print(&self, printer: &Printer, unfinished: &str) {
        for (title, region) in self.titled() {
            print(printer, &title, region, unfinished);
        }
    }
}

/// A direction in its colour, as a sentence.
pub(crate) fn verdict(change: Change) -> String {
    format!("{}: {}", strong(change.as_str()), sentence(change))
}

/// What a direction means.
pub(crate) const fn sentence(change: Change) -> &'static str {
    match change {
        Change::Equivalent => "every use there is gets the same ruling before and after.",
        Change::Narrower => "some uses are ruled on more strictly than before, and none less strictly.",
        Change::Wider => "some uses are ruled on less strictly than before, and none more strictly.",
        Change::Both => "some uses are ruled on less strictly than before, and some more strictly.",
    }
}
