//! Notes what is learned while the client connects: how long name, TCP and TLS took together, which addresses the name
//! has, what the server showed.
//!
//! Several requests travel at once over one client, so each one keeps notes of its own connection only. The client polls
//! the connector, the resolver and the verifier of certificates within the request that wants the connection; one that
//! is finished without it (an idle one was quicker) is polled elsewhere, where nobody takes notes.

#![expect(clippy::disallowed_methods, reason = "durations of connections are measured here")]

use std::cell::RefCell;
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use rustls::pki_types::CertificateDer;
use tower_layer::Layer;
use tower_service::Service;

tokio::task_local! {
    static NOTES: RefCell<Notes>;
}

/// What was learned of the connection of one request.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// How long connecting took; `None` when a connection was reused or none was made.
    pub(super) took: Option<Duration>,
    /// The addresses of the name that was looked up, in the system's order.
    pub(super) addresses: Vec<IpAddr>,
    /// The servers that showed certificates, in the order in which they did: a proxy that speaks TLS, the host.
    pub(super) shown: Vec<Shown>,
}

/// What a server showed.
#[derive(Debug)]
pub(super) struct Shown {
    /// Whom the client meant to speak to.
    pub(super) name: String,
    /// Its certificate, and those that came with it.
    pub(super) chain: Vec<CertificateDer<'static>>,
    /// The TLS version, once the server has proved that the certificate is its own.
    pub(super) version: Option<&'static str>,
}

/// Runs one request, up to the head of its answer, with what was learned of its connection.
pub(super) async fn noted<F: Future>(request: F) -> (F::Output, Notes) {
    NOTES
        .scope(RefCell::default(), async {
            let output = request.await;
            (output, NOTES.with(RefCell::take))
        })
        .await
}

/// Takes a note, if somebody takes any here.
pub(super) fn note(take: impl FnOnce(&mut Notes)) {
    let _nobody_listens = NOTES.try_with(|notes| take(&mut notes.borrow_mut()));
}

/// Measures connectors for [`noted`].
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

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, target: R) -> Self::Future {
        let started = Instant::now();
        let connecting = self.inner.call(target);
        Box::pin(async move {
            let connection = connecting.await?;
            note(|notes| notes.took = Some(started.elapsed()));
            Ok(connection)
        })
    }
}
