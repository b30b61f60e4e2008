use super::{Fault, Shape};
use crate::json::View;
use crate::{Media, Speaker, TextKind};

/// Told what the walk meets, in document order.
pub(crate) trait Visitor {
    /// What the enclosing objects say about what is inside them: a speaker, a choice.
    type Context: Copy;

    /// An object of a known shape begins; what is inside it has the returned context.
    fn enter(
        &mut self,
        context: Self::Context,
        shape: &'static Shape,
        object: View<'_>,
    ) -> Result<Self::Context, Fault>;

    /// What is inside is said by `speaker`.
    fn says(&mut self, context: Self::Context, speaker: Speaker) -> Self::Context;

    /// A string, number or member name that somebody reads.
    fn text(&mut self, context: Self::Context, value: View<'_>, kind: TextKind);

    /// Content that can't be read here.
    fn opaque(&mut self, context: Self::Context, value: View<'_>, media: Media);

    /// A member the shape doesn't have. Its texts are told separately.
    fn unlisted(&mut self, context: Self::Context, key: View<'_>);

    /// Something the provider would do on its own.
    fn feature(&mut self, value: View<'_>, name: &'static str);
}
