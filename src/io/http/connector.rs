//! Measures how long connecting took: name, TCP and TLS together.
//!
//! Several requests travel at once over one client, so each one listens for its own connection only. The client polls
//! the connector within the request that wants it; a connection that is finished without it (an idle one was quicker)
//! is polled elsewhere, where nobody listens.

#![expect(clippy::disallowed_methods, reason = "durations of connections are measured here")]

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tower_layer::Layer;
use tower_service::Service;

tokio::task_local! {
    /// How long the connection of the request at hand took.
    static TOOK: Cell<Option<Duration>>;
}

/// Runs one request, up to the head of its answer, and tells how long its connection took; `None` when one was reused.
pub(super) async fn measured<F: Future>(request: F) -> (F::Output, Option<Duration>) {
    TOOK.scope(Cell::new(None), async {
        let output = request.await;
        (output, TOOK.with(Cell::take))
    })
    .await
}

/// Measures connectors for [`measured`].
#[derive(Clone, Copy)]
pub(super) struct Stopwatch;

impl<S> Layer<S> for Stopwatch {
    type Service = Timed<S>;

    fn layer(&self, inner: S) -> Timed<S> {
        Timed { inner }
    }
}

/// A connector that is measured.
#[derive(Clone)]
pub(super) struct Timed<S> {
    inner: S,
}

impl<S, R> Service<R> for Timed<S>
where
    S: Service<R>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, target: R) -> Self::Future {
        let started = Instant::now();
        let connecting = self.inner.call(target);
        Box::pin(async move {
            let connection = connecting.await?;
            let _nobody_listens = TOOK.try_with(|took| took.set(Some(started.elapsed())));
            Ok(connection)
        })
    }
}
