//! Requests and answers as plain data, and the port through which they travel.
//!
//! Building a request and reading an answer are functions of the domain; only sending is done by `io`.

use std::future::Future;
use std::time::Duration;

use url::Url;

use super::network::Way;
use super::network::families::Tried;
use super::secret::Secret;
use super::time::Timestamp;

/// How long a connection is kept open for the next request. After that it costs a new connection, and nothing wakes up.
pub const KEPT: Duration = Duration::from_secs(30);

/// A request to be sent once, without following redirects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// Where it goes: by `POST` when there is a body, else by `GET`.
    pub url: Url,
    /// Header names and values, without `Content-Type` of the body.
    pub headers: Vec<(&'static str, String)>,
    /// The token for the header `Authorization: Bearer`, if one is to be shown there; no other header holds a secret.
    pub bearer: Option<Secret>,
    /// The body, if it is a `POST`.
    pub body: Option<Body>,
    /// How long connecting and answering may take together.
    pub timeout: Duration,
}

/// What is posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// `application/x-www-form-urlencoded`; holds credentials.
    Form(Secret),
    /// `application/json`; holds no secret.
    Json(String),
}

/// An answer as it came, whatever it is.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpAnswer {
    /// The status code.
    pub status: u16,
    /// Header names in lower case and their values, in the order received.
    pub headers: Vec<(String, String)>,
    /// The body up to the limit, bytes that are no UTF-8 replaced; it may hold a token.
    pub body: Secret,
    /// Whether the body was longer than the limit.
    pub truncated: bool,
    /// How the connection came about.
    pub route: Route,
    /// When the answer's head arrived.
    pub received_at: Timestamp,
    /// From the start of the request to the end of the body.
    pub duration: Duration,
}

impl HttpAnswer {
    /// The first header of that name (lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

impl std::fmt::Debug for HttpAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpAnswer").field("status", &self.status).field("body", &self.body).finish_non_exhaustive()
    }
}

/// How a connection came about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Route {
    /// Name look-up, TCP, the proxy's tunnel and TLS together; `None` when a connection was reused.
    pub connect: Option<Duration>,
    /// Proxy, address families, TLS.
    pub way: Box<Way>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransportError {
    /// What kind of failure it was.
    pub kind: TransportFault,
    /// The chain of error texts, outermost first, without the URL.
    pub detail: String,
    /// The way as far as it was gone.
    pub way: Box<Way>,
    /// How long it took to fail.
    pub duration: Duration,
}

/// The kinds of network failure that call for different remedies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransportFault {
    /// The name has no address.
    NoSuchHost,
    /// `localhost` resolves to an address that is not this machine.
    LocalhostElsewhere,
    /// Nobody listens at that address and port.
    Refused,
    /// No connection within the limit.
    ConnectTimeout,
    /// Connected, but no complete answer within the limit.
    AnswerTimeout,
    /// The connection was closed or reset before a complete answer.
    Closed,
    /// The connection was closed or reset before it was ready: during the TLS handshake, most likely.
    ClosedWhileConnecting,
    /// No route to the network or host.
    Unreachable,
    /// The certificate's issuer is not trusted; its name if it could be read.
    UntrustedIssuer(Option<String>),
    /// The certificate is for other names.
    WrongName(Vec<String>),
    /// The certificate is not valid at this time.
    CertificateExpired,
    /// The certificate becomes valid later.
    CertificateNotYetValid,
    /// Another fault of the certificate.
    BadCertificate(String),
    /// The other side speaks no TLS there, most likely plain HTTP.
    NoTls,
    /// The other side accepts no TLS version of ours.
    TlsVersion,
    /// The other side wants a client certificate.
    ClientCertificateWanted,
    /// Another TLS failure.
    Tls(String),
    /// The machine has no certificate store.
    NoTrustStore,
    /// The proxy wants credentials.
    ProxyAuthentication,
    /// The proxy refused to connect.
    ProxyRefused,
    /// The proxy itself cannot be reached.
    ProxyUnreachable,
    /// The proxy is spoken to in a way that is not known here: SOCKS.
    ProxyScheme,
    /// The answer is no HTTP.
    NotHttp,
    /// The answer has more headers, or longer ones, than are read.
    HeadTooLong,
    /// The extra certificates cannot be read.
    CaFile(String),
    /// Something else.
    Other,
}

impl TransportFault {
    /// Whether the connection stood and the exchange failed afterwards.
    pub const fn is_after_connect(&self) -> bool {
        matches!(self, Self::AnswerTimeout | Self::Closed | Self::NotHttp | Self::HeadTooLong)
    }
}

/// The port to the network.
pub trait Http {
    /// Sends the request once and reads the answer up to a limit.
    fn send(&self, request: HttpRequest) -> impl Future<Output = Result<HttpAnswer, TransportError>> + Send;

    /// What came of each address family of the URL's host, where the last connection to it took another one than the
    /// system puts first; else nothing.
    ///
    /// It takes [`PATIENCE`](super::network::families::PATIENCE) at most from that connection on, and nothing waits for
    /// it but the caller.
    fn families(&self, _url: &Url) -> impl Future<Output = Vec<Tried>> + Send {
        std::future::ready(Vec::new())
    }
}

/// The port to the clock and to chance.
pub trait Clock {
    /// The present moment.
    fn now(&self) -> Timestamp;

    /// A new random GUID, to find a request in the sign-in logs.
    fn request_id(&self) -> String;

    /// Resolves after that time.
    fn pause(&self, span: Duration) -> impl Future<Output = ()> + Send;
}
