//! An identity provider that refuses every token request in the same words, and counts who asks over what.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};

use axum::Router;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::serve::Listener;
use tokio::net::{TcpListener, TcpStream};

#[derive(Default)]
struct Seen {
    connections: AtomicUsize,
    requests: AtomicUsize,
    posts: AtomicUsize,
}

/// The provider, on a thread of its own that lives as long as the test's process.
pub(crate) struct Provider {
    pub(crate) address: SocketAddr,
    seen: Arc<Seen>,
}

impl Provider {
    pub(crate) fn refusing(body: &'static str) -> Self {
        let seen = Arc::new(Seen::default());
        let (sender, address) = mpsc::channel();
        let watched = Arc::clone(&seen);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
                sender.send(listener.local_addr().expect("an address")).expect("the test waits");
                let router = Router::new().fallback(answer).with_state((Arc::clone(&watched), body));
                axum::serve(Counting { listener, seen: watched }, router).await
            })
        });
        Self { address: address.recv().expect("its address"), seen }
    }

    pub(crate) fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn requests(&self) -> usize {
        self.seen.requests.load(Ordering::SeqCst)
    }

    pub(crate) fn posts(&self) -> usize {
        self.seen.posts.load(Ordering::SeqCst)
    }
}

async fn answer(State((seen, body)): State<(Arc<Seen>, &'static str)>, method: Method) -> Response {
    seen.requests.fetch_add(1, Ordering::SeqCst);
    if method == Method::GET {
        return StatusCode::NOT_FOUND.into_response();
    }
    seen.posts.fetch_add(1, Ordering::SeqCst);
    (StatusCode::BAD_REQUEST, [("content-type", "application/json")], body).into_response()
}

struct Counting {
    listener: TcpListener,
    seen: Arc<Seen>,
}

impl Listener for Counting {
    type Io = TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        let accepted = Listener::accept(&mut self.listener).await;
        self.seen.connections.fetch_add(1, Ordering::SeqCst);
        accepted
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}
