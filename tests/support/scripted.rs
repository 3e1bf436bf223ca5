//! A server on loopback that answers a request as a script says, byte by byte, and keeps no rule that a script breaks.
//!
//! Each script is a list of [`Step`]s behind a [`Door`]. A door that is open can be given another script at any time;
//! the next connection follows it. All sockets are served by one thread, so that a test needs no runtime.
#![allow(dead_code, unreachable_pub, reason = "every test file takes in the whole server and uses a part of it")]
#![expect(clippy::expect_used, reason = "a server of a test fails its test by panicking")]

use std::net::{SocketAddr, TcpListener as Listener};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{self, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// How many bytes go out at once when there is much to send.
const PORTION: usize = 64 * 1024;

/// A drip's pause. A client's time-out is longer than a pause and shorter than all of them.
const PAUSE: Duration = Duration::from_millis(50);

/// One thing to do on a connection. After the last one the connection ends in good order.
#[derive(Clone, Debug)]
pub enum Step {
    /// Sends bytes.
    Send(Vec<u8>),
    /// Sends bytes one by one, slowly.
    Drip(Vec<u8>),
    /// Sends a portion again and again until the other side closes, or so many bytes are out.
    Flood(Vec<u8>, u64),
    /// Says nothing until the other side closes.
    Wait,
    /// Resets the connection: `SO_LINGER` of zero.
    Reset,
    /// Ends TCP without ending TLS.
    Cut,
}

/// How a connection begins.
#[derive(Clone)]
pub enum Door {
    /// In plain text: the request is read, then the script runs.
    Plain,
    /// The script runs on the socket after the first bytes of the client, whatever they are.
    Raw,
    /// The script runs on the socket before the client has said anything.
    Early,
    /// With TLS: the request is read, then the script runs.
    Tls(TlsAcceptor),
}

/// What happens at an open door.
#[derive(Clone)]
pub struct Script {
    pub door: Door,
    pub steps: Vec<Step>,
}

/// What an open door has seen.
#[derive(Default)]
pub struct Seen {
    /// Connections.
    pub connections: AtomicU64,
    /// Requests, or first bytes, that were read.
    pub requests: AtomicU64,
    /// Bytes of a [`Step::Flood`] that went out.
    pub flooded: AtomicU64,
}

/// A listening socket and its script.
pub struct Open {
    pub address: SocketAddr,
    pub seen: Arc<Seen>,
    script: Arc<Mutex<Script>>,
}

impl Open {
    /// From the next connection on this script counts.
    pub fn play(&self, script: Script) {
        *lock(&self.script) = script;
    }
}

/// The thread that serves.
pub struct Server {
    handle: Handle,
}

impl Server {
    pub fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let handle = runtime.handle().clone();
        // It lives as long as the test's process.
        std::thread::spawn(move || runtime.block_on(std::future::pending::<()>()));
        Self { handle }
    }

    /// Listens on a free port and follows the script.
    pub fn open(&self, script: Script) -> Open {
        let listener = Listener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        listener.set_nonblocking(true).expect("a socket");
        let (script, seen) = (Arc::new(Mutex::new(script)), Arc::new(Seen::default()));
        let (next, watched) = (Arc::clone(&script), Arc::clone(&seen));
        self.handle.spawn(async move {
            let listener = TcpListener::from_std(listener).expect("a listener");
            while let Ok((stream, _)) = listener.accept().await {
                watched.connections.fetch_add(1, Ordering::SeqCst);
                let (script, seen) = (lock(&next).clone(), Arc::clone(&watched));
                tokio::spawn(async move {
                    // The other side may leave at any time; that is what many scripts are about.
                    let _left = follow(stream, script, &seen).await;
                });
            }
        });
        Open { address, seen, script }
    }
}

fn lock(script: &Mutex<Script>) -> MutexGuard<'_, Script> {
    script.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A connection, with TLS or without.
enum Line {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Line {
    fn socket(&self) -> &TcpStream {
        match self {
            Self::Plain(socket) => socket,
            Self::Tls(stream) => stream.get_ref().0,
        }
    }

    async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.read(buffer).await,
            Self::Tls(stream) => stream.read(buffer).await,
        }
    }

    async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(socket) => {
                socket.write_all(bytes).await?;
                socket.flush().await
            }
            Self::Tls(stream) => {
                stream.write_all(bytes).await?;
                stream.flush().await
            }
        }
    }

    async fn shutdown(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(socket) => socket.shutdown().await,
            Self::Tls(stream) => stream.shutdown().await,
        }
    }

    /// Until the other side closes.
    async fn drain(&mut self) -> io::Result<()> {
        let mut rest = [0; 1024];
        while self.read(&mut rest).await? > 0 {}
        Ok(())
    }
}

async fn follow(socket: TcpStream, script: Script, seen: &Seen) -> io::Result<()> {
    let mut line = match &script.door {
        Door::Plain | Door::Raw | Door::Early => Line::Plain(socket),
        Door::Tls(acceptor) => Line::Tls(Box::new(acceptor.accept(socket).await?)),
    };
    match script.door {
        Door::Early => {}
        Door::Raw => {
            let _first = line.read(&mut [0; 8192]).await?;
        }
        Door::Plain | Door::Tls(_) => {
            let head = read_request(&mut line).await?;
            if let Some(path) = head.strip_prefix("get ") {
                // Asked without credentials, beside the request that the script is for.
                line.send(beside(path.split(' ').next().unwrap_or_default()).as_bytes()).await?;
                line.shutdown().await?;
                return line.drain().await;
            }
        }
    }
    seen.requests.fetch_add(1, Ordering::SeqCst);
    for step in script.steps {
        match step {
            Step::Send(bytes) => {
                for portion in bytes.chunks(PORTION) {
                    line.send(portion).await?;
                }
            }
            Step::Drip(bytes) => {
                for byte in bytes {
                    line.send(&[byte]).await?;
                    tokio::time::sleep(PAUSE).await;
                }
            }
            Step::Flood(portion, total) => {
                let mut sent = 0;
                while sent < total {
                    line.send(&portion).await?;
                    sent += portion.len() as u64;
                    seen.flooded.fetch_add(portion.len() as u64, Ordering::SeqCst);
                }
            }
            Step::Wait => line.drain().await?,
            Step::Reset => {
                line.socket().set_zero_linger()?;
                return Ok(());
            }
            Step::Cut => {
                return match line {
                    Line::Plain(mut socket) => socket.shutdown().await,
                    Line::Tls(stream) => stream.into_inner().0.shutdown().await,
                };
            }
        }
    }
    line.shutdown().await?;
    // Closing with bytes unread would reset the connection and could take the answer along.
    line.drain().await
}

/// What the provider calls itself.
pub const ISSUER: &str = "https://issuer.example/";

/// A sound answer to what is asked without credentials: the tenant exists, its user is managed, and there are no keys.
fn beside(path: &str) -> String {
    let (status, body) = if path.ends_with("/.well-known/openid-configuration") {
        ("200 OK", format!(r#"{{"issuer":"{ISSUER}"}}"#))
    } else if path.starts_with("/common/userrealm/") {
        ("200 OK", r#"{"account_type":"Managed"}"#.to_owned())
    } else {
        ("404 Not Found", String::new())
    };
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// Reads the head and, by its `Content-Length`, the body; returns the head in small letters.
async fn read_request(line: &mut Line) -> io::Result<String> {
    let mut request = Vec::new();
    let mut buffer = [0; 8192];
    loop {
        let length = line.read(&mut buffer).await?;
        if length == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        request.extend_from_slice(&buffer[..length]);
        let text = String::from_utf8_lossy(&request).to_ascii_lowercase();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let promised = head.lines().find_map(|line| line.strip_prefix("content-length:"));
        let promised = promised.and_then(|length| length.trim().parse().ok()).unwrap_or(0_usize);
        if body.len() >= promised {
            return Ok(head.to_owned());
        }
    }
}
