//! Failures of TLS on loopback, each with its diagnosis; certificates are made for the test.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use token_wizard::domain::registration::Options;
use token_wizard::domain::setting::{SettingName, Values};
use token_wizard::io::environment::NetworkVariables;
use token_wizard::io::http::{ExtraRoots, Network};
use token_wizard::verify::{self, OnRealm, Order, PowerBiOrder, Report, Stage};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// A certificate authority of one test.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

fn authority(name: &str) -> Authority {
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new(Vec::new()).expect("parameters");
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let pem = params.self_signed(&key).expect("a root").pem();
    Authority { issuer: Issuer::new(params, key), pem }
}

/// A server that shows a certificate for `name` valid until `year`, and answers every request with 403.
async fn server(authority: &Authority, name: &str, year: i32) -> u16 {
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new(vec![name.to_owned()]).expect("parameters");
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(year, 1, 1);
    let certificate = params.signed_by(&key, &authority.issuer).expect("a certificate");
    let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], private)
        .expect("a configuration");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let mut request = [0; 4096];
                let _read = stream.read(&mut request).await;
                let _sent = stream.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n").await;
                let _closed = stream.shutdown().await;
            });
        }
    });
    port
}

async fn check(port: u16, roots: &str) -> (Option<String>, u8) {
    let report = report(port, roots).await;
    (report.answer().map(|answer| answer.code.to_string()), report.exit_code(false))
}

async fn report(port: u16, roots: &str) -> Report {
    let values = Values::default()
        .with(SettingName::AuthTokenUrl, format!("https://127.0.0.1:{port}/token"))
        .with(SettingName::Resource, "https://analysis.windows.net/powerbi/api")
        .with(SettingName::ClientId, "1b4e28ba-2fa1-41d2-883f-0016d3cca427")
        .with(SettingName::ClientSecret, "5c18Q~practiceValue.of_forty_characters0");
    let limit = Duration::from_secs(10);
    let order = Order {
        values,
        options: Options::default(),
        until: Stage::Claims,
        timeout: limit,
        powerbi: PowerBiOrder::default(),
        on_realm: OnRealm::Warn,
    };
    let mut report = Report::default();
    let network =
        Network::with_variables(limit, Some(ExtraRoots::Pem(roots.as_bytes().to_vec())), NetworkVariables::default());
    verify::run(&network, &order, |event| report.apply(event)).await;
    report
}

#[tokio::test]
async fn every_fault_of_a_certificate_has_its_name() {
    let (ours, other) = (authority("ours"), authority("another"));
    for (name, year, roots, expected, exit) in [
        ("127.0.0.1", 2040, &ours.pem, "HTTP403", 6),
        ("127.0.0.1", 2040, &other.pem, "untrusted-issuer", 5),
        ("127.0.0.1", 2021, &ours.pem, "certificate-expired", 5),
        ("login.example", 2040, &ours.pem, "certificate-name", 5),
    ] {
        let port = server(&ours, name, year).await;
        assert_eq!(check(port, roots).await, (Some(expected.to_owned()), exit), "{name} {year}");
    }
}

#[tokio::test]
async fn plain_text_where_tls_was_expected_has_its_name() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _read = stream.read(&mut request).await;
            let _sent = stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await;
        }
    });
    assert_eq!(check(port, &authority("ours").pem).await, (Some("no-tls".to_owned()), 5));
}

#[tokio::test]
async fn certificates_that_cannot_be_read_are_named() {
    assert_eq!(check(1, "no certificate").await, (Some("ca-file".to_owned()), 5));
}

#[tokio::test]
async fn the_certificate_that_came_is_told_with_its_issuer_and_the_version_of_tls_when_it_holds() {
    let (ours, other) = (authority("Zscaler Root CA"), authority("another"));
    let port = server(&ours, "127.0.0.1", 2040).await;
    let refused = report(port, &other.pem).await;
    let answer = refused.answer().expect("an answer");
    assert!(answer.cause.contains("The certificate was issued by 'Zscaler Root CA'."), "{}", answer.cause);
    assert_eq!(answer.action, "Install the root certificate 'Zscaler Root CA' in this system's store.");
    assert!(answer.cause.contains("of the system's store, 1 of --ca-file."), "{}", answer.cause);
    let body = &answer.evidence.as_ref().expect("evidence").body;
    assert!(body.contains("Valid from 2020-01-01 00:00:00Z to 2040-01-01 00:00:00Z"), "{body}");
    assert!(body.lines().any(|line| line.starts_with("SHA-256 ") && line.len() == 8 + 32 * 3 - 1), "{body}");
    let taken = report(port, &ours.pem).await;
    let summary = &taken.stage(Stage::Connect).expect("the stage").summary;
    assert!(summary.contains(", TLS 1.3"), "{summary}");
}
