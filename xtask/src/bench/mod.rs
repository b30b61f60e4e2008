//! bench
pub(crate) fn bench(_what: &str) -> crate::shell::Outcome {
    Ok(())
}
