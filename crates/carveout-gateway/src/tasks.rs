//! Work that outlives the connection it came from.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use tokio::{runtime::Handle, sync::Notify};

/// Tasks that the gateway owns. A caller that hangs up drops its connection and everything in it, but not these;
/// the drain waits for them.
#[derive(Clone, Debug)]
pub(crate) struct Tasks {
    runtime: Handle,
    open: Arc<Open>,
}

#[derive(Debug, Default)]
struct Open {
    count: AtomicUsize,
    emptied: Notify,
}

/// Counts one task out when it ends, however it ends.
struct Running(Arc<Open>);

impl Drop for Running {
    fn drop(&mut self) {
        if self.0.count.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0.emptied.notify_waiters();
        }
    }
}

impl Tasks {
    /// Tasks on the runtime that `runtime` names; they can be started from any thread, also from a destructor.
    pub(crate) fn on(runtime: Handle) -> Self {
        Self { runtime, open: Arc::default() }
    }

    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.open.count.fetch_add(1, Ordering::AcqRel);
        let running = Running(self.open.clone());
        self.runtime.spawn(async move {
            let _running = running;
            work.await;
        });
    }

    /// Resolves when none of them is left.
    pub(crate) async fn finished(&self) {
        loop {
            let emptied = self.open.emptied.notified();
            tokio::pin!(emptied);
            emptied.as_mut().enable();
            if self.open.count.load(Ordering::Acquire) == 0 {
                return;
            }
            emptied.await;
        }
    }
}

/// A future that is finished even if whoever waits for it goes away: dropped halfway, it goes on as a task of the
/// gateway and its output is dropped there. While nobody hangs up it costs no task.
pub(crate) struct Finished<F: Future + Send + 'static>
where
    F::Output: Send,
{
    work: Option<Pin<Box<F>>>,
    tasks: Tasks,
}

impl<F: Future + Send + 'static> Finished<F>
where
    F::Output: Send,
{
    pub(crate) fn new(work: F, tasks: Tasks) -> Self {
        Self { work: Some(Box::pin(work)), tasks }
    }
}

impl<F: Future + Send + 'static> Future for Finished<F>
where
    F::Output: Send,
{
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let Some(work) = self.work.as_mut() else { return Poll::Pending };
        let output = std::task::ready!(work.as_mut().poll(context));
        self.work = None;
        Poll::Ready(output)
    }
}

impl<F: Future + Send + 'static> Drop for Finished<F>
where
    F::Output: Send,
{
    fn drop(&mut self) {
        if let Some(work) = self.work.take() {
            self.tasks.spawn(async move { drop(work.await) });
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn dropped_halfway_it_is_finished_all_the_same() {
        let tasks = Tasks::on(Handle::current());
        let (go, gone) = oneshot::channel::<()>();
        let (done, finished) = oneshot::channel();
        let mut work = Box::pin(Finished::new(
            async move {
                gone.await.ok();
                done.send("finished").ok();
            },
            tasks.clone(),
        ));
        assert!(futures_poll(work.as_mut()).await.is_pending());
        drop(work);
        go.send(()).unwrap();
        tasks.finished().await;
        assert_eq!(finished.await, Ok("finished"));
    }

    #[tokio::test]
    async fn finished_it_starts_no_task() {
        let tasks = Tasks::on(Handle::current());
        assert_eq!(Finished::new(async { 7 }, tasks.clone()).await, 7);
        assert_eq!(tasks.open.count.load(Ordering::Relaxed), 0);
    }

    async fn futures_poll<F: Future>(mut future: Pin<&mut F>) -> Poll<F::Output> {
        std::future::poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await
    }
}
