//! Certificates that hold, and certificates that do not, each with the TLS side of a server that shows it.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, SanType, date_time_ymd};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

/// An authority that signs certificates of servers.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: rcgen::Certificate,
}

/// What a server shows.
#[derive(Clone, Copy)]
pub(crate) struct Card {
    pub(crate) name: &'static str,
    /// First and last year.
    pub(crate) years: (i32, i32),
    /// Whether it claims to be an authority.
    pub(crate) is_authority: bool,
}

/// A card that holds.
pub(crate) const GOOD: Card = Card { name: "127.0.0.1", years: (2020, 2090), is_authority: false };

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(Vec::new()).expect("parameters");
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).expect("a root");
        Self { issuer: Issuer::new(params, key), certificate }
    }

    /// The root, for `--ca-file`.
    pub(crate) fn pem(&self) -> String {
        self.certificate.pem()
    }

    /// A server that shows such a card, signed by this authority.
    pub(crate) fn server(&self, card: Card) -> TlsAcceptor {
        let (params, key) = made(card);
        acceptor(params.signed_by(&key, &self.issuer).expect("a certificate").der().clone(), &key, None)
    }

    /// A server that wants a certificate of the client, from this authority.
    pub(crate) fn server_with_client_certificates(&self) -> TlsAcceptor {
        let (params, key) = made(GOOD);
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.der().clone()).expect("a root");
        acceptor(params.signed_by(&key, &self.issuer).expect("a certificate").der().clone(), &key, Some(roots))
    }
}

/// A server that shows a card signed by itself.
pub(crate) fn self_signed(card: Card) -> TlsAcceptor {
    let (params, key) = made(card);
    acceptor(params.self_signed(&key).expect("a certificate").der().clone(), &key, None)
}

fn made(card: Card) -> (CertificateParams, KeyPair) {
    let mut params = CertificateParams::new(Vec::new()).expect("parameters");
    let name = match card.name.parse() {
        Ok(address) => SanType::IpAddress(address),
        Err(_) => SanType::DnsName(card.name.try_into().expect("ASCII")),
    };
    params.subject_alt_names.push(name);
    params.not_before = date_time_ymd(card.years.0, 1, 1);
    params.not_after = date_time_ymd(card.years.1, 1, 1);
    if card.is_authority {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    }
    (params, KeyPair::generate().expect("a key"))
}

fn acceptor(certificate: CertificateDer<'static>, key: &KeyPair, clients: Option<RootCertStore>) -> TlsAcceptor {
    let provider = Arc::new(ring::default_provider());
    let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .expect("versions");
    let config = match clients {
        None => config.with_no_client_auth(),
        Some(roots) => config.with_client_cert_verifier(
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().expect("a verifier"),
        ),
    };
    let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    TlsAcceptor::from(Arc::new(config.with_single_cert(vec![certificate], private).expect("a configuration")))
}
