//! One side of a comparison: agreements as a stack that can be looked at by itself.

use std::sync::Arc;

use carveout_terms::{Agreement, Facts, Role, Stack, StackError, Vocabulary};

/// Whether the dates of agreements count.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Dates {
    /// Texts are compared as if they were in force at any time, so that two versions of one agreement
    /// don't differ by their dates alone.
    #[default]
    Ignored,
    /// Every agreement applies in its own window.
    Respected,
}

/// Agreements as one side of a comparison.
///
/// Limits by themselves grant nothing. A side of limits alone is looked at beside a grant of every
/// use, so that it says what the limits leave open.
///
/// # Errors
/// If there is no agreement, one twice, or one that was read with another vocabulary.
pub fn side(
    vocabulary: &Arc<Vocabulary>,
    agreements: impl IntoIterator<Item = Agreement>,
    dates: Dates,
) -> Result<Arc<Stack>, StackError> {
    let mut agreements: Vec<Arc<Agreement>> = agreements
        .into_iter()
        .map(|agreement| match dates {
            Dates::Ignored => Arc::new(agreement.as_if_in_force()),
            Dates::Respected => Arc::new(agreement),
        })
        .collect();
    let limits_alone = agreements.iter().all(|agreement| agreement.role() == Role::Limit);
    if limits_alone
        && !agreements.is_empty()
        && let Ok(everything) = Agreement::everything(vocabulary)
    {
        agreements.insert(0, Arc::new(everything));
    }
    Stack::new(Arc::clone(vocabulary), agreements, Facts::default()).map(Arc::new)
}
