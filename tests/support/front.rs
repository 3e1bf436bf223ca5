//! Ends TLS in front of a server that speaks plain HTTP, with a certificate of a test's own authority, and writes down
//! the token requests that it sees inside.
#![allow(dead_code, unreachable_pub, reason = "tests and benches take in the whole front and use a part of it")]
#![expect(clippy::expect_used, reason = "a front of a test fails its test by panicking")]

use std::net::{SocketAddr, TcpListener as Listener};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::{ServerConfig, SupportedProtocolVersion};

use super::relay::Ledger;

/// A certificate for one name, and the root that has to be trusted for it.
pub struct Certificate {
    /// The root, for `--ca-file`.
    pub root: String,
    name: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Certificate {
    /// For a host name or an address.
    pub fn of(name: &str) -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(Vec::new()).expect("parameters");
        params.distinguished_name.push(DnType::CommonName, "an authority of a test");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root = params.self_signed(&key).expect("a root").pem();
        Self { root, name: name.to_owned(), issuer: Issuer::new(params, key) }
    }

    fn acceptor(&self, version: &'static SupportedProtocolVersion) -> TlsAcceptor {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(vec![self.name.clone()]).expect("parameters");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate").der().clone();
        let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[version])
            .expect("a version")
            .with_no_client_auth()
            .with_single_cert(vec![certificate], private)
            .expect("a configuration");
        // Tickets come between two messages of the client or after them, as it happens; nobody waits for them, and
        // without them the flights can be counted.
        config.send_tls13_tickets = 0;
        TlsAcceptor::from(Arc::new(config))
    }
}

/// Listens with TLS of that version at the address that is returned, and passes everything on to `target`.
pub fn start(
    runtime: &Handle,
    target: SocketAddr,
    certificate: &Certificate,
    version: &'static SupportedProtocolVersion,
    ledger: Ledger,
) -> SocketAddr {
    let acceptor = certificate.acceptor(version);
    let listener = Listener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    listener.set_nonblocking(true).expect("a socket");
    runtime.spawn(async move {
        let listener = TcpListener::from_std(listener).expect("a listener");
        while let Ok((stream, from)) = listener.accept().await {
            let (acceptor, ledger) = (acceptor.clone(), ledger.clone());
            tokio::spawn(async move {
                // Clients leave when they have what they came for.
                let _left = pass(stream, from, target, &acceptor, &ledger).await;
            });
        }
    });
    address
}

async fn pass(
    stream: TcpStream,
    from: SocketAddr,
    target: SocketAddr,
    acceptor: &TlsAcceptor,
    ledger: &Ledger,
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut client = acceptor.accept(stream).await?;
    let mut server = TcpStream::connect(target).await?;
    let (mut request, mut answer) = (vec![0; 64 * 1024], vec![0; 64 * 1024]);
    let mut is_asked = false;
    loop {
        tokio::select! {
            length = client.read(&mut request) => {
                let bytes = &request[..length?];
                if bytes.is_empty() {
                    return Ok(());
                }
                if bytes.starts_with(b"POST ") {
                    ledger.posted(from);
                    is_asked = true;
                }
                server.write_all(bytes).await?;
            }
            length = server.read(&mut answer) => {
                let bytes = &answer[..length?];
                client.write_all(bytes).await?;
                client.flush().await?;
                if bytes.is_empty() {
                    return client.shutdown().await;
                }
                if std::mem::take(&mut is_asked) {
                    ledger.answered();
                }
            }
        }
    }
}
