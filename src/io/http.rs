//! Sends requests: no redirects, no repetition, no cookies, bounded in time and size.

#![expect(clippy::disallowed_methods, reason = "durations of exchanges are measured here")]

mod certificate;
mod connector;
mod families;
mod fault;
mod memory;
mod proxy;
mod resolver;
mod trust;
mod tunnel;

use std::borrow::Cow;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Response};
use url::Url;

use self::connector::{Notes, Stopwatch};
use self::families::Tcp;
use self::memory::Memory;
use self::resolver::Resolver;
use self::trust::Trust;
use super::chance;
use super::environment::NetworkVariables;
use super::file;
use crate::domain::endpoint;
use crate::domain::exchange::{
    Body, Clock, Http, HttpAnswer, HttpRequest, KEPT, Route, TransportError, TransportFault,
};
use crate::domain::network::Way;
use crate::domain::network::families::{PATIENCE, Tried};
use crate::domain::network::proxy::{Scheme, choose};
use crate::domain::secret::Secret;
use crate::domain::time::Timestamp;

/// The longest body that is read, in bytes.
const LONGEST_BODY: usize = 1024 * 1024;

/// The longest wait for a connection; the whole exchange has its own limit.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// A client that is made when it is first needed; what failed is tried again the next time.
type Lazy = OnceLock<Client>;

/// Certificates to trust beside the system's, PEM.
#[derive(Debug, Clone)]
pub enum ExtraRoots {
    /// The text itself.
    Pem(Vec<u8>),
    /// A file, read when it is needed and once more when it was of no use.
    File(PathBuf),
}

impl ExtraRoots {
    fn pem(&self) -> Result<Cow<'_, [u8]>, TransportFault> {
        match self {
            Self::Pem(pem) => Ok(Cow::Borrowed(pem)),
            Self::File(path) => match file::read(path) {
                Ok(snapshot) => Ok(Cow::Owned(snapshot.bytes.to_vec())),
                Err(error) => Err(TransportFault::CaFile(error.to_string())),
            },
        }
    }
}

/// The network as the domain's ports.
pub struct Network {
    /// PEM certificates to trust beside the system's.
    extra_roots: Option<ExtraRoots>,
    variables: NetworkVariables,
    connect_limit: Duration,
    /// How long an idle connection is kept.
    kept: Duration,
    resolver: Resolver,
    /// Read when it is first needed; what failed is read again the next time.
    trust: OnceLock<Trust>,
    /// For plain http, which stays on this machine.
    plain: Lazy,
    /// For https on this machine.
    loopback: Lazy,
    /// For https elsewhere, through a proxy if there is one.
    remote: Lazy,
    memory: Memory,
}

impl Network {
    /// A network for exchanges that may take `limit` each; `extra_roots` are certificates beside the system's, proxies
    /// come from the environment.
    ///
    /// Nothing is contacted and no certificate store is read before the first request.
    pub fn new(limit: Duration, extra_roots: Option<ExtraRoots>) -> Self {
        Self::with_variables(limit, extra_roots, NetworkVariables::read())
    }

    /// The same with the given variables in the place of the environment's.
    pub fn with_variables(limit: Duration, extra_roots: Option<ExtraRoots>, variables: NetworkVariables) -> Self {
        Self {
            extra_roots,
            variables,
            // Below the whole, so that a dead address is told from a silent server.
            connect_limit: CONNECT_LIMIT.min(limit.mul_f32(0.8)),
            kept: KEPT,
            resolver: Resolver::default(),
            trust: OnceLock::new(),
            plain: Lazy::new(),
            loopback: Lazy::new(),
            remote: Lazy::new(),
            memory: Memory::default(),
        }
    }

    fn client(&self, url: &Url) -> Result<Client, TransportFault> {
        let lazy = match (url.scheme(), endpoint::is_loopback(url)) {
            ("https", true) => &self.loopback,
            (_, true) => &self.plain,
            (_, false) => &self.remote,
        };
        if let Some(client) = lazy.get() {
            return Ok(client.clone());
        }
        let client = self.build(url)?;
        Ok(lazy.get_or_init(|| client).clone())
    }

    fn trust(&self) -> Result<&Trust, TransportFault> {
        if let Some(trust) = self.trust.get() {
            return Ok(trust);
        }
        let trust = Trust::new(self.pem()?.as_deref())?;
        Ok(self.trust.get_or_init(|| trust))
    }

    /// The certificates of the caller, as they are now.
    fn pem(&self) -> Result<Option<Cow<'_, [u8]>>, TransportFault> {
        self.extra_roots.as_ref().map(ExtraRoots::pem).transpose()
    }

    fn build(&self, url: &Url) -> Result<Client, TransportFault> {
        let is_loopback = endpoint::is_loopback(url);
        let mut builder = ClientBuilder::new()
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .https_only(!is_loopback)
            .connect_timeout(self.connect_limit)
            .pool_idle_timeout(self.kept)
            .user_agent(concat!("token-wizard/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(Arc::new(self.resolver.clone()))
            .connector_layer(Stopwatch)
            .no_proxy();
        if !is_loopback {
            builder = builder.proxy(proxy::for_client(self.variables.proxy.clone()));
        }
        if url.scheme() == "https" || !is_loopback {
            builder = builder.tls_backend_preconfigured(self.trust()?.config());
        } else {
            // Plain http needs no store, and reading one takes longer than the exchange.
            self.pem()?.as_deref().map(trust::read_roots).transpose()?;
            // Fails only when a provider is installed already, which is as good.
            let _installed = rustls::crypto::ring::default_provider().install_default();
            builder = builder.tls_certs_only([]);
        }
        builder.build().map_err(|error| fault::classify(&error, false))
    }

    /// The answer's head, with what was learned of the connection.
    async fn head(&self, request: HttpRequest, way: &Way) -> (Result<Response, Failure>, Notes) {
        let unsent = |kind, detail: &str| (Err(Failure { kind, detail: detail.to_owned() }), Notes::default());
        if let Some(chosen) = &way.proxy.proxy {
            if chosen.scheme == Scheme::Socks {
                return unsent(TransportFault::ProxyScheme, "");
            }
            if proxy::address(chosen).is_none() {
                return unsent(TransportFault::ProxyUnreachable, "no address can be made of its name");
            }
        }
        let client = match self.client(&request.url) {
            Ok(client) => client,
            Err(kind) => return unsent(kind, ""),
        };
        let mut builder = match request.body {
            Some(Body::Form(form)) => client
                .post(request.url)
                .header("content-type", "application/x-www-form-urlencoded")
                .body(form.expose().to_owned()),
            Some(Body::Json(json)) => client.post(request.url).header("content-type", "application/json").body(json),
            None => client.get(request.url),
        };
        for (name, value) in request.headers {
            builder = builder.header(name, value);
        }
        if let Some(token) = &request.bearer {
            builder = builder.bearer_auth(token.expose());
        }
        let (sent, notes) = connector::noted(builder.timeout(request.timeout).send()).await;
        let failed = |error: reqwest::Error| Failure::of(&error.without_url(), way.proxy.proxy.is_some());
        (sent.map_err(failed), notes)
    }

    /// Finds out more about a failure, in what is left of the time for the exchange.
    async fn look_into(&self, url: &Url, failure: &mut Failure, notes: &Notes, way: &mut Way, left: Duration) {
        let Failure { kind, detail } = failure;
        way.presented = notes.shown.last().and_then(|shown| certificate::read(&shown.chain));
        if let TransportFault::UntrustedIssuer(issuer) = kind {
            *issuer = way.presented.as_ref().map(|shown| shown.issuer.clone());
        }
        if *kind == TransportFault::NoTrustStore {
            way.roots = Some(trust::replacement(&self.variables));
        } else if is_of_certificate(kind) {
            way.roots = self.trust().ok().map(|trust| trust.roots(&self.variables));
        }
        let port = url.port_or_known_default().unwrap_or(443);
        if way.proxy.proxy.is_some() {
            let target = format!("{}:{port}", url.host_str().unwrap_or_default());
            proxy::ask_again(way, kind, detail, &target, left).await;
        } else if is_of_tcp(kind) && families::are_mixed(&notes.addresses) && !endpoint::is_loopback(url) {
            way.tried = families::probe(Tcp, notes.addresses.clone(), port, PATIENCE.min(left)).await;
        }
    }
}

/// Why there is no answer, and the texts behind it.
struct Failure {
    kind: TransportFault,
    detail: String,
}

impl Failure {
    fn of(error: &reqwest::Error, has_proxy: bool) -> Self {
        let (kind, detail) = (fault::classify(error, has_proxy), fault::chain(error));
        // Of a proxy out of reach only the reason is of interest, not that the client wanted a tunnel.
        let reason = detail.split_once(fault::NO_WAY_TO_PROXY).map(|(_, reason)| reason.trim_start_matches(": "));
        let detail = reason.map(str::to_owned).unwrap_or(detail);
        Self { kind, detail }
    }
}

const fn is_of_certificate(fault: &TransportFault) -> bool {
    matches!(
        fault,
        TransportFault::UntrustedIssuer(_)
            | TransportFault::CertificateExpired
            | TransportFault::CertificateNotYetValid
            | TransportFault::BadCertificate(_)
    )
}

const fn is_of_tcp(fault: &TransportFault) -> bool {
    matches!(fault, TransportFault::ConnectTimeout | TransportFault::Refused | TransportFault::Unreachable)
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
        let (url, limit) = (request.url.clone(), request.timeout);
        let mut way = Box::new(Way { proxy: choose(&self.variables.proxy, &url), ..Way::default() });
        let (head, notes) = self.head(request, &way).await;
        let response = match head {
            Ok(response) => response,
            Err(mut failure) => {
                let duration = started.elapsed();
                let left = limit.saturating_sub(duration);
                self.look_into(&url, &mut failure, &notes, &mut way, left).await;
                let Failure { kind, detail } = failure;
                return Err(TransportError { kind, detail, way, duration });
            }
        };
        let received_at = chance::now();
        let is_direct = way.proxy.proxy.is_none() && !endpoint::is_loopback(&url);
        let remote = response.remote_addr().as_ref().map(SocketAddr::ip).filter(|_| is_direct);
        (way.tls, way.tried) = self.memory.learn(&url, &notes, remote);
        let status = response.status().as_u16();
        let headers = headers(&response);
        match body(response).await {
            Ok((body, truncated)) => {
                let (route, duration) = (Route { connect: notes.took, way }, started.elapsed());
                Ok(HttpAnswer { status, headers, body, truncated, route, received_at, duration })
            }
            Err(error) => {
                let error = error.without_url();
                let (kind, detail) = (fault::classify_body(&error), fault::chain(&error));
                Err(TransportError { kind, detail, way, duration: started.elapsed() })
            }
        }
    }

    async fn families(&self, url: &Url) -> Vec<Tried> {
        self.memory.families(url).await
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

#[cfg(test)]
mod tests;
