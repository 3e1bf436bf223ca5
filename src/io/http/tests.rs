//! Which connection an answer came over, when several requests travel at once; what is told of address families.

mod black_hole;

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Barrier;

use super::{ExtraRoots, Network};
use crate::domain::exchange::{Http, HttpRequest, TransportFault};

/// Answers every request of a connection, each one after `barrier` let it go; of a path `/free` at once.
async fn answer(mut stream: TcpStream, barrier: Arc<Barrier>) {
    let mut head = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(length @ 1..) = stream.read(&mut buffer).await {
        head.extend(buffer.iter().take(length));
        if !head.ends_with(b"\r\n\r\n") {
            continue;
        }
        if !head.starts_with(b"GET /free ") {
            barrier.wait().await;
        }
        head.clear();
        if stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").await.is_err() {
            return;
        }
    }
}

#[tokio::test]
async fn each_answer_tells_of_its_own_connection() {
    const AT_ONCE: usize = 8;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        let barrier = Arc::new(Barrier::new(AT_ONCE));
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer(stream, Arc::clone(&barrier)));
        }
    });
    let network = Arc::new(Network::new(Duration::from_secs(10), None));
    let ask = |path: &str| {
        let url = format!("http://{address}{path}").parse().expect("a URL");
        let request =
            HttpRequest { url, headers: Vec::new(), bearer: None, body: None, timeout: Duration::from_secs(10) };
        let network = Arc::clone(&network);
        async move { network.send(request).await.expect("an answer").route.connect }
    };
    // All are on their way before the first one is answered, so each has a connection of its own.
    let mut sent = tokio::task::JoinSet::new();
    for _ in 0..AT_ONCE {
        sent.spawn(ask("/held"));
    }
    let measured = sent.join_all().await;
    assert!(measured.iter().all(Option::is_some), "{measured:?}");
    // Now all of them are idle.
    assert_eq!(ask("/free").await, None);
    let mut reused = tokio::task::JoinSet::new();
    for _ in 0..AT_ONCE {
        reused.spawn(ask("/held"));
    }
    assert_eq!(reused.join_all().await, [None; AT_ONCE]);
}

#[tokio::test]
async fn an_idle_connection_is_found_again_for_a_while_and_then_closed() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let (closed, is_closed) = tokio::sync::oneshot::channel();
    tokio::spawn(async move {
        if let Ok((stream, _)) = listener.accept().await {
            answer(stream, Arc::new(Barrier::new(1))).await;
            closed.send(()).expect("somebody waits for the end");
        }
    });
    let network = Network { kept: Duration::from_millis(300), ..Network::new(Duration::from_secs(10), None) };
    let ask = async || {
        let url = format!("http://{address}/free").parse().expect("a URL");
        let request =
            HttpRequest { url, headers: Vec::new(), bearer: None, body: None, timeout: Duration::from_secs(10) };
        network.send(request).await.expect("an answer").route.connect
    };
    assert!(ask().await.is_some());
    assert_eq!(ask().await, None, "the connection was found again");
    tokio::time::timeout(Duration::from_secs(10), is_closed).await.expect("it is closed").expect("by the client");
}

#[tokio::test]
async fn certificates_that_were_of_no_use_are_read_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ca.pem");
    let write = |text: &str| std::fs::write(&path, text).expect("a file");
    write("no certificate");
    let network = Network::new(Duration::from_secs(10), Some(ExtraRoots::File(path.clone())));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            answer(stream, Arc::new(Barrier::new(1))).await;
        }
    });
    let ask = async || {
        let url = format!("http://{address}/free").parse().expect("a URL");
        let request =
            HttpRequest { url, headers: Vec::new(), bearer: None, body: None, timeout: Duration::from_secs(10) };
        network.send(request).await.map_err(|error| error.kind)
    };
    assert!(matches!(ask().await, Err(TransportFault::CaFile(_))));
    assert!(matches!(network.trust(), Err(TransportFault::CaFile(_))));
    let key = rcgen::KeyPair::generate().expect("a key");
    let card = rcgen::CertificateParams::new(vec!["ca.example".to_owned()]).expect("a card").self_signed(&key);
    write(&card.expect("a certificate").pem());
    assert!(ask().await.is_ok() && network.trust().is_ok());
    // What was of use stays.
    std::fs::remove_file(&path).expect("a file");
    assert!(ask().await.is_ok() && network.trust().is_ok());
}
