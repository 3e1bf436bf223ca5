//! Stands in for the application: `GET /tokens/GetAccessToken` on loopback, answered as the .NET application does.
//!
//! It tells a broken front end from a broken back end: with it, the page of the application gets its token without the
//! application. Tokens come from [`crate::verify`]; the files of a folder can be served beside them.
//!
//! A token is worth as much as the service principal that it is for. Only loopback is bound, `gate` keeps foreign pages
//! out, and its [`Admission`] keeps out the programs of other users.

mod answers;
mod folder;
mod gate;
mod tokens;

use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::connect_info::Connected;
use axum::extract::{ConnectInfo, State};
use axum::http::header::{CACHE_CONTROL, HeaderValue};
use axum::http::request::Parts;
use axum::http::{Method, Request, StatusCode};
use axum::response::Response;
use axum::serve::IncomingStream;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{oneshot, watch};

use crate::domain::diagnosis::Diagnosis;
use crate::domain::registration::Options;
use crate::domain::setting::Values;
use crate::domain::storage::Stamp;
use crate::domain::time::Timestamp;
use crate::verify::{Event, Order, Report};

pub use folder::{Folder, FolderError};
pub use gate::Origin;

use folder::Found;
use gate::Gate;
use tokens::{Tokens, Wish};

/// The place where the application's pages ask; ASP.NET Core matches it in any case.
pub const PATH: &str = "/tokens/GetAccessToken";

/// How many ports after the wished one are tried when it is taken.
const MORE_PORTS: u16 = 50;

/// How long requests may go on after the server was told to stop.
const GRACE: Duration = Duration::from_secs(2);

/// Who may ask.
pub trait Admission: Send + Sync {
    /// Takes note that a connection has been accepted; returns its number.
    fn arrived(&self) -> u64;

    /// Lets the connection between `peer` and our `local` address ask; called once for each, with its first request.
    ///
    /// # Errors
    /// Why its requests are not answered, without a full stop.
    fn admit(&self, peer: SocketAddr, local: SocketAddr, arrival: u64) -> Result<(), String>;
}

/// The outside, as the server needs it.
pub trait World {
    /// The present moment.
    fn now(&self) -> Timestamp;

    /// The values of the settings file as it is now, and what tells this state of it from another.
    ///
    /// # Errors
    /// What is wrong with the file.
    fn settings(&self) -> Result<(Stamp, Values), Diagnosis>;

    /// Walks the ladder and tells of it; dropping the future cancels it.
    fn verify(&self, order: Order, emit: impl FnMut(Event) + 'static) -> impl Future<Output = ()> + 'static;

    /// Shows a result that is news.
    fn tell(&self, report: &Report);

    /// Shows a sentence.
    fn say(&self, text: &str);
}

/// What the person wants while it serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Forget token and refusals.
    AskAgain,
    /// Stop: requests may go on for two seconds.
    Stop,
}

/// Who is answered, and with what beside the token.
pub struct Policy {
    /// The one other origin whose pages may ask.
    pub allowed_origin: Option<Origin>,
    /// Which programs may ask.
    pub admission: Arc<dyn Admission>,
    /// The files beside it.
    pub folder: Option<Folder>,
}

/// A server that is bound and not yet serving.
pub struct Server {
    listeners: Vec<TcpListener>,
    port: u16,
    policy: Policy,
}

impl Server {
    /// Binds `127.0.0.1:port` and the same port of `::1`, or the next port that is free on both, up to `port + 50`;
    /// port 0 takes any free one. A machine without `::1` is served on 127.0.0.1 alone.
    ///
    /// # Errors
    /// When all of these ports are taken or loopback cannot be bound.
    pub async fn bind(port: u16, policy: Policy) -> io::Result<Self> {
        let last = if port == 0 { MORE_PORTS } else { port.saturating_add(MORE_PORTS) };
        let mut outcome = Err(io::Error::from(io::ErrorKind::AddrInUse));
        for candidate in port..=last {
            outcome = listen(if port == 0 { 0 } else { candidate }).await;
            match &outcome {
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
                Ok(_) | Err(_) => break,
            }
        }
        let (listeners, port) = outcome?;
        Ok(Self { listeners, port, policy })
    }

    /// The port.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Whether it is bound on `::1` too.
    pub fn has_ipv6(&self) -> bool {
        self.listeners.len() > 1
    }

    /// Serves until it is told to stop, or until nobody can tell it any more.
    ///
    /// # Errors
    /// When a listener itself fails; a broken connection is no error.
    pub async fn run<W: World>(
        self,
        world: W,
        options: Options,
        timeout: Duration,
        mut commands: UnboundedReceiver<Command>,
    ) -> io::Result<()> {
        let (wishes, inbox) = unbounded_channel();
        let shared = Arc::new(Shared {
            gate: Gate { port: self.port, allowed: self.policy.allowed_origin },
            folder: self.policy.folder,
            admission: Arc::clone(&self.policy.admission),
            wishes: wishes.clone(),
        });
        let (stop, stopping) = watch::channel(());
        let service = Router::new().fallback(handle).with_state(shared);
        let mut servers = tokio::task::JoinSet::new();
        for listener in self.listeners {
            let door = Door { listener, admission: Arc::clone(&self.policy.admission) };
            let mut stopping = stopping.clone();
            let server = axum::serve(door, service.clone().into_make_service_with_connect_info::<Visitor>());
            // An error means that the other end is gone, which stops it as well.
            servers.spawn(server.with_graceful_shutdown(async move { drop(stopping.changed().await) }).into_future());
        }
        let person = async {
            while let Some(Command::AskAgain) = commands.recv().await {
                drop(wishes.send(Wish::Again));
            }
            drop(stop);
            let ended = async { while servers.join_next().await.is_some() {} };
            let _dropped = tokio::time::timeout(GRACE, ended).await;
        };
        tokio::select! {
            () = Tokens::new(world, options, timeout).run(inbox) => {}
            () = person => {}
        }
        Ok(())
    }
}

/// Binds one port on both loopback addresses.
async fn listen(port: u16) -> io::Result<(Vec<TcpListener>, u16)> {
    let first = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let port = first.local_addr()?.port();
    let mut listeners = vec![first];
    match TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await {
        Ok(second) => listeners.push(second),
        // `localhost` would lead browsers to whoever has it.
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => return Err(error),
        // The machine has no IPv6.
        Err(_) => {}
    }
    Ok((listeners, port))
}

/// What all requests need.
struct Shared {
    gate: Gate,
    folder: Option<Folder>,
    admission: Arc<dyn Admission>,
    wishes: UnboundedSender<Wish>,
}

/// Accepts connections and counts them.
struct Door {
    listener: TcpListener,
    admission: Arc<dyn Admission>,
}

/// A connection, and what was found out about it with its first request.
#[derive(Debug, Clone)]
struct Visitor {
    peer: SocketAddr,
    local: SocketAddr,
    arrival: u64,
    admitted: Arc<OnceLock<Result<(), String>>>,
}

impl Visitor {
    /// Why the connection is not answered, if it is not; told on the terminal once.
    fn turned_away(&self, shared: &Shared) -> Option<&str> {
        let admitted = self.admitted.get_or_init(|| {
            let admitted = shared.admission.admit(self.peer, self.local, self.arrival);
            if let Err(why) = &admitted {
                drop(shared.wishes.send(Wish::TurnedAway(why.clone())));
            }
            admitted
        });
        admitted.as_ref().err().map(String::as_str)
    }
}

impl axum::serve::Listener for Door {
    type Io = TcpStream;
    type Addr = Visitor;

    async fn accept(&mut self) -> (TcpStream, Visitor) {
        let (stream, peer) = axum::serve::Listener::accept(&mut self.listener).await;
        // Small answers shall not wait for more.
        let _as_good = stream.set_nodelay(true);
        // A connection without an address of ours is one that nobody can be found at.
        let local = stream.local_addr().unwrap_or(peer);
        let arrival = self.admission.arrived();
        (stream, Visitor { peer, local, arrival, admitted: Arc::default() })
    }

    fn local_addr(&self) -> io::Result<Visitor> {
        let local = self.listener.local_addr()?;
        Ok(Visitor { peer: local, local, arrival: 0, admitted: Arc::default() })
    }
}

impl Connected<IncomingStream<'_, Door>> for Visitor {
    fn connect_info(stream: IncomingStream<'_, Door>) -> Self {
        stream.remote_addr().clone()
    }
}

async fn handle(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(visitor): ConnectInfo<Visitor>,
    request: Request<Body>,
) -> Response {
    let allowed = shared.gate.allowed.as_ref();
    // No request here has a body that means something.
    let (asked, _) = request.into_parts();
    if let Some(why) = visitor.turned_away(&shared) {
        return answers::finish(answers::refusal(StatusCode::FORBIDDEN, &format!("Refused: {why}.")), allowed, false);
    }
    match shared.gate.admit(&asked.uri, &asked.headers) {
        Err(foreign) => {
            let response = answers::refusal(foreign.status(), &foreign.words(shared.gate.port));
            answers::finish(response, allowed, false)
        }
        Ok(is_allowed_origin) => {
            let response = answer(&shared, &asked, is_allowed_origin).await;
            answers::finish(response, allowed, is_allowed_origin)
        }
    }
}

/// Answers somebody who may ask.
async fn answer(shared: &Shared, asked: &Parts, is_allowed_origin: bool) -> Response {
    let path = asked.uri.path();
    // ASP.NET Core forgives one slash at the end.
    let is_token = path.strip_suffix('/').unwrap_or(path).eq_ignore_ascii_case(PATH);
    let found = match &shared.folder {
        Some(folder) if !is_token => folder.find(path),
        Some(_) | None => Found::Nothing,
    };
    if !is_token && found == Found::Nothing {
        return answers::refusal(StatusCode::NOT_FOUND, &format!("There is nothing here. The token is at {PATH}."));
    }
    match asked.method {
        Method::GET | Method::HEAD => {}
        Method::OPTIONS => return answers::options(&asked.headers, is_allowed_origin),
        _ => return answers::wrong_method(),
    }
    match found {
        Found::Nothing => token(shared).await,
        Found::WithoutSlash => answers::with_slash(path),
        Found::File(file) => match Folder::answer(&file, asked).await {
            Ok(mut response) => {
                // A page that is being worked on is looked for anew every time.
                response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
                response
            }
            Err(error) => answers::refusal(StatusCode::INTERNAL_SERVER_ERROR, &format!("The file: {}.", error.kind())),
        },
    }
}

async fn token(shared: &Shared) -> Response {
    let (caller, answer) = oneshot::channel();
    drop(shared.wishes.send(Wish::Token(caller)));
    match answer.await {
        Ok(answer) => answer.response(),
        Err(_) => answers::refusal(StatusCode::SERVICE_UNAVAILABLE, "token-wizard serve is about to end."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::IpAddr;

    struct Everybody;

    impl Admission for Everybody {
        fn arrived(&self) -> u64 {
            0
        }

        fn admit(&self, _: SocketAddr, _: SocketAddr, _: u64) -> Result<(), String> {
            Ok(())
        }
    }

    fn policy() -> Policy {
        Policy { allowed_origin: None, admission: Arc::new(Everybody), folder: None }
    }

    #[tokio::test]
    async fn only_loopback_is_bound_and_both_have_one_port() {
        let server = Server::bind(0, policy()).await.expect("a free port");
        for listener in &server.listeners {
            let address = listener.local_addr().expect("an address");
            assert!(address.ip().is_loopback() && address.port() == server.port(), "{address}");
        }
    }

    #[tokio::test]
    async fn a_port_that_is_taken_on_either_address_gives_the_next_one() {
        for place in [IpAddr::from(Ipv4Addr::LOCALHOST), IpAddr::from(Ipv6Addr::LOCALHOST)] {
            let Ok(taken) = TcpListener::bind((place, 0)).await else { continue };
            let port = taken.local_addr().expect("an address").port();
            // At the very end of the range there may be no next port.
            if port < u16::MAX - MORE_PORTS {
                let server = Server::bind(port, policy()).await.expect("a free port");
                assert!(server.port() > port, "{place}");
            }
        }
    }
}
