//! Connections are kept for the next request, and made anew when the other side has closed them.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use token_wizard::domain::exchange::{Http, HttpAnswer, HttpRequest, TransportError};
use token_wizard::io::environment::NetworkVariables;
use token_wizard::io::http::Network;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A server that answers so many requests on one connection and closes it then; returns its port and the number of
/// connections.
async fn server(requests: usize) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    let connections = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            for _ in 0..requests {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    let Ok(byte) = stream.read_u8().await else { break };
                    head.push(byte);
                }
                let _sent = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
            }
        }
    });
    (port, connections)
}

async fn get(network: &Network, port: u16) -> Result<HttpAnswer, TransportError> {
    let url = format!("http://127.0.0.1:{port}/").parse().expect("a URL");
    let timeout = Duration::from_secs(10);
    let request = HttpRequest { url, headers: Vec::new(), bearer: None, body: None, timeout };
    network.send(request).await
}

#[tokio::test]
async fn a_second_request_travels_on_the_same_connection() {
    let network = Network::with_variables(Duration::from_secs(10), None, NetworkVariables::default());
    let (port, connections) = server(3).await;
    let first = get(&network, port).await.expect("an answer");
    assert!(first.route.connect.is_some());
    for _ in 0..2 {
        let next = get(&network, port).await.expect("an answer");
        assert_eq!((next.status, next.body.expose(), next.route.connect), (200, "ok", None));
    }
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_connection_that_the_server_closed_is_made_anew() {
    let network = Network::with_variables(Duration::from_secs(10), None, NetworkVariables::default());
    let (port, connections) = server(1).await;
    for expected in 1..=5 {
        if get(&network, port).await.is_err() {
            // It was closed while the request was on its way, which is not sent twice; but the connection is not kept.
            assert_eq!(get(&network, port).await.expect("an answer").status, 200);
        }
        assert_eq!(connections.load(Ordering::SeqCst), expected);
    }
}
