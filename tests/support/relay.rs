//! A relay on loopback between a client and a server: it counts what a network would make people wait for, and can be
//! as slow as one.
//!
//! What is counted are connections, and on each one the *flights* of the client: what it sends before it has to wait
//! for the other side. Each flight costs one round trip, however fast the machines are, so a test can compare counts
//! where times would depend on the load. TCP's own handshake costs one more for each new connection.
//!
//! In front of the server stands a [`front`](super::front), which ends TLS and says with which flight a token request
//! came.
#![allow(dead_code, unreachable_pub, reason = "tests and benches take in the whole relay and use a part of it")]
#![expect(clippy::expect_used, reason = "a relay of a test fails its test by panicking")]

use std::net::{SocketAddr, TcpListener as Listener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

/// What passed over one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// How many flights the client has sent.
    pub flights: usize,
    /// Where the server sees this connection come from.
    from: SocketAddr,
    /// Whether the client was the last to send.
    is_clients: bool,
}

/// A token request, as it reached the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Post {
    /// The connection that it came over: its place in the order of opening, from 0.
    pub line: usize,
    /// How many flights the client had sent there by then, with that of the request.
    pub flights: usize,
}

#[derive(Default)]
struct Book {
    lines: Vec<Line>,
    posts: Vec<Post>,
}

/// What relay and front write down.
#[derive(Clone)]
pub struct Ledger {
    book: Arc<Mutex<Book>>,
    is_answered: watch::Sender<bool>,
}

impl Ledger {
    pub fn new() -> Self {
        Self { book: Arc::default(), is_answered: watch::Sender::new(false) }
    }

    /// All connections, in the order of their opening.
    pub fn lines(&self) -> Vec<Line> {
        self.book().lines.clone()
    }

    /// All token requests, in the order in which they came.
    pub fn posts(&self) -> Vec<Post> {
        self.book().posts.clone()
    }

    /// Forgets what was written down, and that a token request was answered. Connections that are open go uncounted.
    pub fn clear(&self) {
        *self.book() = Book::default();
        self.is_answered.send_replace(false);
    }

    /// A token request has come over the connection from there.
    pub fn posted(&self, from: SocketAddr) {
        let mut book = self.book();
        let found = book.lines.iter().enumerate().find(|(_, line)| line.from == from);
        if let Some((line, flights)) = found.map(|(place, line)| (place, line.flights)) {
            book.posts.push(Post { line, flights });
        }
    }

    /// The answer to a token request is on its way.
    pub fn answered(&self) {
        self.is_answered.send_replace(true);
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something was sent on the connection from there, by the client or to it.
    fn sent(&self, from: SocketAddr, is_clients: bool) {
        if let Some(line) = self.book().lines.iter_mut().find(|line| line.from == from) {
            line.flights += usize::from(is_clients && !line.is_clients);
            line.is_clients = is_clients;
        }
    }
}

/// How a relay treats what passes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Manner {
    /// How long everything is on its way, in each direction.
    pub delay: Duration,
    /// Every connection but the first is dead until a token request was answered: what waits for them waits in vain.
    pub is_first_only: bool,
}

/// Relays to `target` from the address that is returned.
pub fn start(runtime: &Handle, target: SocketAddr, manner: Manner, ledger: Ledger) -> SocketAddr {
    let listener = Listener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    listener.set_nonblocking(true).expect("a socket");
    runtime.spawn(async move {
        let listener = TcpListener::from_std(listener).expect("a listener");
        let mut is_first = true;
        while let Ok((client, _)) = listener.accept().await {
            let is_held = manner.is_first_only && !std::mem::take(&mut is_first);
            tokio::spawn(pass(client, target, manner.delay, is_held, ledger.clone()));
        }
    });
    address
}

async fn pass(client: TcpStream, target: SocketAddr, delay: Duration, is_held: bool, ledger: Ledger) {
    let Ok(server) = TcpStream::connect(target).await else { return };
    let Ok(from) = server.local_addr() else { return };
    // Without, the system would hold back the second of two short messages.
    let _unchanged = (client.set_nodelay(true), server.set_nodelay(true));
    ledger.book().lines.push(Line { flights: 0, from, is_clients: false });
    if is_held {
        let mut is_answered = ledger.is_answered.subscribe();
        let _gone = is_answered.wait_for(|is_answered| *is_answered).await;
    }
    // The system took the connection at once; over a network that would have been a round trip.
    tokio::time::sleep(2 * delay).await;
    let ((client_in, client_out), (server_in, server_out)) = (client.into_split(), server.into_split());
    let back = ledger.clone();
    tokio::join!(
        carry(client_in, server_out, delay, move || ledger.sent(from, true)),
        carry(server_in, client_out, delay, move || back.sent(from, false)),
    );
}

/// Carries one direction, each piece for as long as `delay`; several can be on their way.
async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, delay: Duration, count: impl Fn()) {
    let (sender, mut on_its_way) = mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
    let reading = async move {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(length @ 1..) = from.read(&mut buffer).await {
            // Before it goes out, so that whoever got it finds it counted.
            count();
            if sender.send((Instant::now() + delay, buffer[..length].to_vec())).is_err() {
                return;
            }
        }
    };
    let writing = async move {
        while let Some((due, bytes)) = on_its_way.recv().await {
            tokio::time::sleep_until(due).await;
            if to.write_all(&bytes).await.is_err() {
                return;
            }
        }
        let _gone = to.shutdown().await;
    };
    tokio::join!(reading, writing);
}
