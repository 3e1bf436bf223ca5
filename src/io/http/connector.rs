//! Measures how long connecting took: name, TCP and TLS together.

#![expect(clippy::disallowed_methods, reason = "durations of connections are measured here")]

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tower_layer::Layer;
use tower_service::Service;

/// Holds the duration of the latest connection until it is asked for.
#[derive(Clone, Default)]
pub(super) struct Stopwatch(Arc<Mutex<Option<Duration>>>);

impl Stopwatch {
    /// The duration of the connection made since the last call; `None` when one was reused.
    pub(super) fn take(&self) -> Option<Duration> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl<S> Layer<S> for Stopwatch {
    type Service = Timed<S>;

    fn layer(&self, inner: S) -> Timed<S> {
        Timed { inner, stopwatch: self.clone() }
    }
}

/// A connector that is measured.
#[derive(Clone)]
pub(super) struct Timed<S> {
    inner: S,
    stopwatch: Stopwatch,
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
        let stopwatch = self.stopwatch.clone();
        Box::pin(async move {
            let connection = connecting.await?;
            *stopwatch.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(started.elapsed());
            Ok(connection)
        })
    }
}
