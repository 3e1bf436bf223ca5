//! The same table over real HTTP: `check` asks Microsoft's sign-in host for each row's token, through a proxy that leads
//! to a provider of this test, with TLS and a certificate for that name. Nothing leaves this machine.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "a test sets up its own files")]

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{Method, Response, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use token_wizard::domain::check::{CHECKS, Check};
use token_wizard::domain::exchange::Clock;
use token_wizard::domain::setting::SettingName;
use token_wizard::io::http::Network;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Handle};
use tokio_rustls::rustls::version::TLS13;

use crate::front::{self, Certificate};
use crate::relay::Ledger;
use crate::{claims, has_user, rows, values};

const HOST: &str = "login.microsoftonline.com";

/// Begins the secret by which the provider knows whose token is wanted.
const OF_ROW: &str = "token-of-row-";

/// The clock goes on between issuing and judging; a verdict that turns at a second is asked for a minute beside it.
const fn beside(offset: i64) -> i64 {
    match offset {
        1 | 301 => offset + 60,
        300 => offset - 60,
        offset => offset,
    }
}

/// Answers a token request with the token of the row that it names; of the tenant and its keys it says nothing.
async fn answer(method: Method, form: Bytes) -> Response<Body> {
    if method != Method::POST {
        return Response::builder().status(StatusCode::NOT_FOUND).body(Body::empty()).expect("an answer");
    }
    let row = url::form_urlencoded::parse(&form).find_map(|(_, value)| value.strip_prefix(OF_ROW)?.parse().ok());
    let row: usize = row.expect("the request names a row");
    let [_, _, _, kind, changes] = rows()[row];
    let now = Network::new(Duration::ZERO, None).now();
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let claims = Value::Object(claims(kind, changes, now, beside));
    let token = format!("{}.{}.c2ln", part(&json!({ "typ": "JWT", "alg": "RS256", "kid": "k" })), part(&claims));
    let body = json!({ "token_type": "Bearer", "expires_in": "3600", "access_token": token });
    let response = Response::builder().header("content-type", "application/json");
    response.body(Body::from(body.to_string())).expect("an answer")
}

/// Leads to `target` whoever wants to go to the sign-in host, and nobody else.
async fn lead(stream: TcpStream, target: SocketAddr) -> std::io::Result<()> {
    let mut client = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if client.read_line(&mut head).await? == 0 {
            return Ok(());
        }
    }
    if !head.starts_with(&format!("CONNECT {HOST}:443 ")) {
        return client.write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n").await;
    }
    let mut server = TcpStream::connect(target).await?;
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
    tokio::io::copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}

/// Starts provider and proxy on a thread that lives as long as the test's process; returns the proxy's address.
fn start(certificate: Certificate) -> SocketAddr {
    let (sender, address) = mpsc::channel();
    std::thread::spawn(move || {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let bind = async || TcpListener::bind("127.0.0.1:0").await.expect("a free port");
            let (provider, proxy) = (bind().await, bind().await);
            let behind = provider.local_addr().expect("bound");
            let target = front::start(&Handle::current(), behind, &certificate, &TLS13, Ledger::new());
            sender.send(proxy.local_addr().expect("bound")).expect("the test waits");
            tokio::spawn(async move { axum::serve(provider, Router::new().fallback(answer)).await });
            while let Ok((stream, _)) = proxy.accept().await {
                tokio::spawn(lead(stream, target));
            }
        });
    });
    address.recv().expect("the proxy")
}

/// What `check` said of each row, by its file's name.
fn reports() -> BTreeMap<String, Value> {
    let folder = tempfile::tempdir().expect("a folder");
    let certificate = Certificate::of(HOST);
    let root = folder.path().join("root.pem");
    std::fs::write(&root, &certificate.root).expect("a file");
    let proxy = start(certificate);
    for (row, [_, _, _, kind, _]) in rows().into_iter().enumerate() {
        let secret = if has_user(kind) { SettingName::Password } else { SettingName::ClientSecret };
        let values = values(kind).with(secret, format!("{OF_ROW}{row}"));
        let object: serde_json::Map<String, Value> =
            SettingName::ALL.map(|name| (name.key().to_owned(), values.get(name).into())).into_iter().collect();
        std::fs::write(folder.path().join(row.to_string()), Value::Object(object).to_string()).expect("a file");
    }
    let output = Command::new(env!("CARGO_BIN_EXE_token-wizard"))
        .env_clear()
        .env("HTTPS_PROXY", format!("http://{proxy}"))
        .current_dir(folder.path())
        .args(["check", "--json", "--until", "claims", "--ca-file", "root.pem"])
        .args((0..rows().len()).map(|row| row.to_string()))
        .stdin(Stdio::null())
        .output()
        .expect("the program runs");
    let lines = String::from_utf8(output.stdout).expect("UTF-8");
    let reports = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    reports.map(|report| (report["file"].as_str().expect("a name").to_owned(), report)).collect()
}

/// The verdict about the claim of that check, which may have another name in the row's token.
fn verdict<'a>(report: &'a Value, check: &Check, changes: &str) -> &'a str {
    let changes: serde_json::Map<String, Value> = serde_json::from_str(changes).expect("an object of claims");
    let mut names = std::iter::once(check.claim).chain(changes.keys().map(String::as_str));
    names.find_map(|name| report["claims"][name]["verdict"].as_str()).unwrap_or("-")
}

#[test]
fn every_check_is_told_over_http() {
    let reports = reports();
    let (mut wrong, mut content, mut complaints) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    for (row, [id, expected, code, _, changes]) in rows().into_iter().enumerate() {
        let check = CHECKS.iter().find(|check| check.id == id).expect("a check of that name");
        let report = &reports[&row.to_string()];
        let stage = &report["stages"][5];
        assert_eq!(stage["name"], "claims");
        let found = stage["diagnoses"].as_array().expect("diagnoses");
        let codes: Vec<&str> = found.iter().filter_map(|diagnosis| diagnosis["code"].as_str()).collect();
        let is_told = if code == "-" { codes.is_empty() } else { codes.contains(&code) };
        let is = verdict(report, check, changes);
        let (status, exit) = match expected {
            "fail" => ("failed", 7),
            "warn" => ("warned", 0),
            _ if code != "-" => ("warned", 0),
            _ => ("passed", 0),
        };
        let is_right = stage["status"] == status && report["exit_code"] == exit;
        match expected {
            "pass" | "-" => content.insert(id),
            "fail" | "warn" => complaints.insert(id),
            _ => false,
        };
        if !is_told || !is_right || (expected != "-" && is != expected) {
            wrong.push(format!("{id} {expected} {code}: {is} {codes:?} {} {}", stage["status"], report["exit_code"]));
        }
    }
    assert_eq!(wrong, [""; 0]);
    // A check that is new has no rows yet.
    let all: BTreeSet<&str> = CHECKS.iter().map(|check| check.id).collect();
    assert_eq!((&content, &complaints), (&all, &all), "each check has been content with a token, and not with another");
}
