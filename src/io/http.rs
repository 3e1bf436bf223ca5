//! Sends requests: no redirects, no repetition, no cookies, bounded in time and size.

#![expect(clippy::disallowed_methods, reason = "durations of exchanges are measured here")]

mod connector;
mod fault;
mod resolver;

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, ClientBuilder, Response};
use url::Url;

use self::connector::Stopwatch;
use self::resolver::Resolver;
use super::chance;
use crate::domain::endpoint;
use crate::domain::exchange::{Clock, Http, HttpAnswer, HttpRequest, KEPT, Route, TransportError, TransportFault};
use crate::domain::secret::Secret;
use crate::domain::time::Timestamp;

/// The longest body that is read, in bytes.
const LONGEST_BODY: usize = 1024 * 1024;

/// The longest wait for a connection; the whole exchange has its own limit.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// The network as the domain's ports.
pub struct Network {
    /// PEM certificates to trust beside the system's.
    extra_roots: Option<Vec<u8>>,
    connect_limit: Duration,
    /// How long an idle connection is kept.
    kept: Duration,
    loopback: OnceLock<Result<Client, TransportFault>>,
    remote: OnceLock<Result<Client, TransportFault>>,
}

impl Network {
    /// A network for exchanges that may take `limit` each; `extra_roots` are PEM certificates.
    ///
    /// Nothing is contacted and no certificate store is read before the first request.
    pub fn new(limit: Duration, extra_roots: Option<Vec<u8>>) -> Self {
        // Below the whole, so that a dead address is told from a silent server.
        let connect_limit = CONNECT_LIMIT.min(limit.mul_f32(0.8));
        Self { extra_roots, connect_limit, kept: KEPT, loopback: OnceLock::new(), remote: OnceLock::new() }
    }

    fn client(&self, url: &Url) -> Result<Client, TransportFault> {
        if endpoint::is_loopback(url) {
            self.loopback.get_or_init(|| self.build(url.scheme() == "https", true)).clone()
        } else {
            self.remote.get_or_init(|| self.build(true, false)).clone()
        }
    }

    fn build(&self, needs_tls: bool, is_loopback: bool) -> Result<Client, TransportFault> {
        // Fails only when a provider is installed already, which is as good.
        let _installed = rustls::crypto::ring::default_provider().install_default();
        let mut builder = ClientBuilder::new()
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .https_only(!is_loopback)
            .connect_timeout(self.connect_limit)
            .pool_idle_timeout(self.kept)
            .user_agent(concat!("token-wizard/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(Arc::new(Resolver))
            .connector_layer(Stopwatch);
        if is_loopback {
            builder = builder.no_proxy();
        }
        if let Some(pem) = &self.extra_roots {
            let roots =
                Certificate::from_pem_bundle(pem).map_err(|error| TransportFault::CaFile(fault::chain(&error)))?;
            if roots.is_empty() {
                return Err(TransportFault::CaFile("there is no certificate in it".to_owned()));
            }
            builder = builder.tls_certs_merge(roots);
        } else if !needs_tls {
            // Plain http needs no store, and reading one takes longer than the exchange.
            builder = builder.tls_certs_only([]);
        }
        builder.build().map_err(|error| fault::classify(&error, false))
    }
}

impl Clock for Network {
    fn pause(&self, span: Duration) -> impl Future<Output = ()> + Send {
        tokio::time::sleep(span)
    }

    fn now(&self) -> Timestamp {
        chance::now()
    }

    fn request_id(&self) -> String {
        chance::guid()
    }
}

impl Http for Network {
    async fn send(&self, request: HttpRequest) -> Result<HttpAnswer, TransportError> {
        let started = Instant::now();
        let proxy = proxy_for(&request.url);
        let failed = |kind: TransportFault, detail: String| TransportError {
            kind,
            detail,
            proxy: proxy.clone(),
            duration: started.elapsed(),
        };
        let client = self.client(&request.url).map_err(|kind| failed(kind, String::new()))?;
        let mut builder = match request.form {
            Some(form) => client
                .post(request.url)
                .header("content-type", "application/x-www-form-urlencoded")
                .body(form.expose().to_owned()),
            None => client.get(request.url),
        };
        for (name, value) in request.headers {
            builder = builder.header(name, value);
        }
        if let Some(token) = &request.bearer {
            builder = builder.bearer_auth(token.expose());
        }
        let (sent, connect) = connector::measured(builder.timeout(request.timeout).send()).await;
        let response = sent.map_err(|error| {
            let error = error.without_url();
            failed(fault::classify(&error, proxy.is_some()), fault::chain(&error))
        })?;
        let received_at = chance::now();
        let status = response.status().as_u16();
        let headers = headers(&response);
        let (body, truncated) = body(response).await.map_err(|error| {
            let error = error.without_url();
            failed(fault::classify_body(&error), fault::chain(&error))
        })?;
        Ok(HttpAnswer {
            status,
            headers,
            body,
            truncated,
            route: Route { proxy, connect },
            received_at,
            duration: started.elapsed(),
        })
    }
}

fn headers(response: &Response) -> Vec<(String, String)> {
    response
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect()
}

/// The body up to the limit, and whether there was more.
async fn body(mut response: Response) -> Result<(Secret, bool), reqwest::Error> {
    let mut bytes = zeroize::Zeroizing::new(Vec::new());
    while let Some(chunk) = response.chunk().await? {
        let room = LONGEST_BODY - bytes.len();
        bytes.extend(chunk.iter().take(room));
        if chunk.len() > room {
            return Ok((Secret::new(String::from_utf8_lossy(&bytes)), true));
        }
    }
    Ok((Secret::new(String::from_utf8_lossy(&bytes)), false))
}

/// The proxy that the client takes for that URL, without its credentials.
fn proxy_for(url: &Url) -> Option<String> {
    if endpoint::is_loopback(url) {
        return None;
    }
    let uri = url.as_str().parse().ok()?;
    let proxy = hyper_util::client::proxy::matcher::Matcher::from_env().intercept(&uri)?;
    let place = proxy.uri();
    Some(format!("{}:{}", place.host()?, place.port_u16().unwrap_or(80)))
}

#[cfg(test)]
mod tests;
