//! Several questions under way at the same time.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

/// Something that is waited for, by the task that waits for all of them: dropped with it, it is given up.
pub(super) type Waiting<'w, T> = Pin<Box<dyn Future<Output = T> + Send + 'w>>;

/// All of these, in the order in which they stand here, whichever ends first. They begin in that order too.
pub(super) struct Together<'w, T> {
    waiting: Vec<(Waiting<'w, T>, Option<T>)>,
}

impl<'w, T> Together<'w, T> {
    pub(super) fn new(all: impl Iterator<Item = Waiting<'w, T>>) -> Self {
        Self { waiting: all.map(|one| (one, None)).collect() }
    }
}

// Nothing in it is pinned but what is boxed.
impl<T> Unpin for Together<'_, T> {}

impl<T> Future for Together<'_, T> {
    type Output = Vec<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Vec<T>> {
        for (waiting, ended) in &mut self.waiting {
            if ended.is_none()
                && let Poll::Ready(output) = waiting.as_mut().poll(context)
            {
                *ended = Some(output);
            }
        }
        if self.waiting.iter().any(|(_, ended)| ended.is_none()) {
            return Poll::Pending;
        }
        Poll::Ready(std::mem::take(&mut self.waiting).into_iter().filter_map(|(_, ended)| ended).collect())
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn they_are_under_way_at_once_and_stand_in_their_own_order() {
        let (tell, told) = oneshot::channel::<()>();
        // The first ends only after the second, which would never begin if one waited for the other.
        let first: Waiting<'_, u8> = Box::pin(async move {
            told.await.ok();
            1
        });
        let second: Waiting<'_, u8> = Box::pin(async move {
            tell.send(()).ok();
            2
        });
        assert_eq!(Together::new([first, second].into_iter()).await, [1, 2]);
        assert!(Together::<u8>::new(std::iter::empty()).await.is_empty());
    }
}
