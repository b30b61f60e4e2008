pub(super) fn page(_: &super::Comparison) -> String {
    String::new()
}
