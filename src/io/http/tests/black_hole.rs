//! A host that has addresses of both families, of which the system's first one does not answer.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use super::Network;
use crate::domain::exchange::{Http, HttpAnswer, HttpRequest, TransportFault};
use crate::domain::network::families::{Family, Outcome, PATIENCE, Tried};
use crate::io::environment::NetworkVariables;

const LIMIT: Duration = Duration::from_secs(10);

/// A queue that lets nobody in for so long is full.
const FULL: Duration = Duration::from_millis(300);

/// A listener on IPv6 whose queue is full, so that the system drops every further attempt; and what fills it.
async fn hole() -> (SocketAddr, Vec<TcpStream>) {
    let socket = TcpSocket::new_v6().unwrap();
    socket.bind(SocketAddr::new(Ipv6Addr::LOCALHOST.into(), 0)).unwrap();
    let address = socket.local_addr().unwrap();
    let listener = socket.listen(1).unwrap();
    let mut filling = Vec::new();
    // Linux takes one more than it is told; how long it may take to see that it takes no more is a matter of patience.
    while let Ok(stream) = timeout(if filling.len() < 2 { LIMIT } else { FULL }, TcpStream::connect(address)).await {
        filling.push(stream.unwrap());
    }
    assert!(filling.len() >= 2);
    // It goes on listening and never takes a connection.
    std::mem::forget(listener);
    (address, filling)
}

/// A server behind TLS on IPv4, called login.example, that answers every request; returns its root.
async fn server(port: u16) -> String {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root = params.self_signed(&key).unwrap().pem();
    let issuer = Issuer::new(params, key);
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["login.example".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &issuer).unwrap().der().clone();
    let private = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], private)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let mut head = Vec::new();
                while let Ok(byte) = stream.read_u8().await {
                    head.push(byte);
                    if head.ends_with(b"\r\n\r\n") {
                        let _sent = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").await;
                    }
                }
            });
        }
    });
    root
}

fn network(root: Option<String>, first: IpAddr, second: IpAddr) -> Network {
    let mut network = Network::with_variables(
        LIMIT,
        root.map(|pem| super::super::ExtraRoots::Pem(pem.into_bytes())),
        NetworkVariables::default(),
    );
    network.resolver.known = vec![("login.example".to_owned(), vec![first, second])];
    network
}

fn request(port: u16) -> HttpRequest {
    let url = format!("https://login.example:{port}/").parse().unwrap();
    HttpRequest { url, headers: Vec::new(), bearer: None, body: None, timeout: LIMIT }
}

fn tried(answer: &HttpAnswer) -> Vec<(Family, Outcome)> {
    outcomes(&answer.route.way.tried)
}

fn outcomes(tried: &[Tried]) -> Vec<(Family, Outcome)> {
    tried.iter().map(|tried| (tried.family, tried.outcome)).collect()
}

#[tokio::test]
async fn it_is_looked_into_beside_everything_else_and_remembered() {
    let (address, filling) = hole().await;
    let root = server(address.port()).await;
    let network = network(Some(root), Ipv6Addr::LOCALHOST.into(), Ipv4Addr::LOCALHOST.into());
    let request = request(address.port());
    let answer = network.send(request.clone()).await.unwrap();
    assert!(answer.route.connect.is_some());
    // The answer does not wait for the look.
    assert_eq!(tried(&answer), [(Family::V6, Outcome::NotTried), (Family::V4, Outcome::Connected)]);
    let found = network.families(&request.url).await;
    assert_eq!(outcomes(&found), [(Family::V6, Outcome::Silent), (Family::V4, Outcome::Connected)]);
    assert!(found.iter().any(|tried| tried.took >= PATIENCE && tried.is_first), "{found:?}");
    // The next request travels on the same connection, of which all that is known by now.
    let next = network.send(request).await.unwrap();
    assert_eq!((next.route.connect, next.route.way.tls), (None, Some("TLS 1.3")));
    assert_eq!(next.route.way.tried, found);
    drop(filling);
}

#[tokio::test]
async fn nothing_is_looked_into_when_the_first_family_is_taken() {
    let (address, filling) = hole().await;
    let root = server(address.port()).await;
    let network = network(Some(root), Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into());
    let answer = network.send(request(address.port())).await.unwrap();
    assert_eq!(tried(&answer), [(Family::V4, Outcome::Connected), (Family::V6, Outcome::NotTried)]);
    assert_eq!(network.families(&request(address.port()).url).await, []);
    drop(filling);
}

#[tokio::test]
async fn each_family_is_told_when_neither_can_be_reached() {
    let port = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).await.unwrap().local_addr().unwrap().port();
    let root = server(0).await;
    let network = network(Some(root), Ipv6Addr::LOCALHOST.into(), Ipv4Addr::LOCALHOST.into());
    let error = network.send(request(port)).await.unwrap_err();
    assert_eq!(error.kind, TransportFault::Refused);
    assert_eq!(outcomes(&error.way.tried), [(Family::V6, Outcome::Refused), (Family::V4, Outcome::Refused)]);
}
