//! The network doctor as the real program tells it: `check --json` behind proxies that work, refuse, want a password,
//! answer with pages or are not there, with certificates of a company's issuer, and with variables that mislead.

#![expect(clippy::disallowed_methods, reason = "a test sets up its own files")]
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

#[path = "misbehaving/certificates.rs"]
#[expect(dead_code, reason = "shared with another test, which uses all of it")]
mod certificates;
#[path = "network/families.rs"]
mod families;
#[path = "network/keeping.rs"]
mod keeping;
#[path = "network/proxy.rs"]
mod proxy;
#[path = "support/scripted.rs"]
mod scripted;

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;

use certificates::{Authority, Card};
use proxy::{Does, Proxy};
use scripted::{Door, Open, Script, Server, Step};
use serde_json::{Value, json};

const TENANT: &str = "8f3c2a1e-5b7d-4c9a-9e21-3a6b1c0d77d0";
const OPENED: &str = "HTTP/1.1 200 Connection established\r\n\r\n";
const REFUSAL: &str = r#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret."}"#;

/// A sign-in host behind TLS, called login.example, with the file of its root.
struct Host {
    open: Open,
    roots: PathBuf,
    settings: PathBuf,
    _folder: tempfile::TempDir,
}

impl Host {
    fn new(card: Card) -> Self {
        let authority = Authority::new("Contoso Inspection CA");
        let body = format!(
            "HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{REFUSAL}",
            REFUSAL.len()
        );
        let door = Door::Tls(authority.server(card));
        let open = Server::start().open(Script { door, steps: vec![Step::Send(body.into_bytes())] });
        let folder = tempfile::tempdir().expect("a folder");
        let (roots, settings) = (folder.path().join("roots.pem"), folder.path().join("appsettings.json"));
        std::fs::write(&roots, authority.pem()).expect("a file of roots");
        let values = json!({
            "AppTenantId": TENANT,
            "AuthTokenUrl": "https://login.example/{AppTenantId}/oauth2/token",
            "Resource": "https://analysis.windows.net/powerbi/api",
            "ClientId": "1b4e28ba-2fa1-41d2-883f-0016d3cca427",
            "ClientSecret": "c4n8Q~practiceValue.of_forty_characters0",
        });
        std::fs::write(&settings, values.to_string()).expect("a settings file");
        Self { open, roots, settings, _folder: folder }
    }

    /// The report of `check --json` with these variables; no secret is in any output.
    fn check(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Report {
        let output = Command::new(env!("CARGO_BIN_EXE_token-wizard"))
            .env_clear()
            .envs(variables.iter().copied())
            .args(["check", "--json", "--allow-host", "login.example"])
            .args(arguments)
            .arg(&self.settings)
            .output()
            .expect("the program runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        for secret in ["pr0xy-s3cret", "cHIweHktczNjcmV0", "YW5uYTpwcjB4eS1zM2NyZXQ", "practiceValue"] {
            assert!(!text.contains(secret), "{text}");
        }
        Report(serde_json::from_str(&text).expect("one line of JSON"))
    }

    fn check_with_roots(&self, variables: &[(&str, &str)]) -> Report {
        self.check(variables, &["--ca-file", self.roots.to_str().expect("UTF-8")])
    }
}

struct Report(Value);

impl Report {
    fn connect(&self) -> &Value {
        let stages = self.0["stages"].as_array().expect("stages");
        stages.iter().find(|stage| stage["name"] == "connect").expect("the stage")
    }

    fn status(&self) -> &str {
        self.connect()["status"].as_str().expect("a status")
    }

    fn summary(&self) -> &str {
        self.connect()["summary"].as_str().expect("a summary")
    }

    fn codes(&self) -> Vec<&str> {
        let diagnoses = self.connect()["diagnoses"].as_array().expect("diagnoses");
        diagnoses.iter().map(|diagnosis| diagnosis["code"].as_str().expect("a code")).collect()
    }

    /// All that the first diagnosis says.
    fn says(&self) -> String {
        self.connect()["diagnoses"][0].to_string()
    }

    fn exit(&self) -> i64 {
        self.0["exit_code"].as_i64().expect("a code")
    }
}

const GOOD: Card = Card { name: "login.example", years: (2020, 2090), is_authority: false };

/// A port on which nobody listens.
fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("an address").port()
}

#[test]
fn a_proxy_that_works_is_named_with_its_variable() {
    let host = Host::new(GOOD);
    let proxy = Proxy::start(Does::Tunnels(OPENED, host.open.address));
    let url = format!("http://anna:pr0xy-s3cret@{}", proxy.address);
    for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        let report = host.check_with_roots(&[(variable, &url)]);
        assert_eq!((report.status(), report.exit()), ("passed", 6), "{}", report.0);
        let expected = format!("login.example through proxy {} ({variable}), TLS 1.3", proxy.address);
        assert!(report.summary().starts_with(&expected), "{}", report.summary());
        assert_eq!(report.codes(), ["proxy-in-use"]);
        assert!(report.says().contains("systemd"), "{}", report.says());
    }
    let asked = proxy.asked();
    assert!(asked.iter().all(|head| head.starts_with("CONNECT login.example:443 HTTP/1.1\r\n")), "{asked:?}");
    assert!(asked.iter().all(|head| head.to_ascii_lowercase().contains("\r\nproxy-authorization: ")), "{asked:?}");
    assert!(asked.iter().all(|head| head.contains(": Basic YW5uYTpwcjB4eS1zM2NyZXQ=\r\n")), "{asked:?}");
}

#[test]
fn what_a_proxy_does_wrong_has_its_name() {
    const WANTS: &str = "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Negotiate\r\n\
                         Proxy-Authenticate: NTLM\r\nContent-Length: 0\r\n\r\n";
    const BASIC: &str =
        "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"corp\"\r\n\r\n";
    const PAGE: &str =
        "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<h1>No way there</h1>\x1b[2J";
    const FORBIDDEN: &str = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
    let host = Host::new(GOOD);
    for (does, code, words) in [
        (Does::Answers(WANTS), "proxy-credentials", "It takes Negotiate, NTLM. This program knows Basic only"),
        (Does::Answers(BASIC), "proxy-credentials", "The user and password of HTTPS_PROXY were sent and not accepted."),
        (Does::Answers(PAGE), "proxy-refused", "It answered 502 with a page of HTML."),
        (Does::Answers(PAGE), "proxy-refused", "<h1>No way there</h1>"),
        (Does::Answers(FORBIDDEN), "proxy-refused", "Have login.example:443 allowed at the proxy."),
        (Does::Answers("SSH-2.0-OpenSSH\r\n\r\n"), "proxy-refused", "the proxy's answer to CONNECT is no HTTP"),
        (Does::Answers("HTTP/1.1 200 OK\r\n\r\n<h1>Sign in</h1>"), "no-tls", "login.example does not speak TLS"),
        (Does::Closes, "connection-closed", "cut the connection while it was being made"),
    ] {
        let proxy = Proxy::start(does);
        let url = format!("http://anna:pr0xy-s3cret@{}", proxy.address);
        let report = host.check_with_roots(&[("HTTPS_PROXY", &url)]);
        assert_eq!((report.status(), report.exit()), ("failed", 5), "{code}");
        assert_eq!(report.codes(), [code, "proxy-in-use"], "{}", report.0);
        assert!(report.says().contains(words), "{words}: {}", report.says());
        assert!(!report.says().contains("u001b"), "{}", report.says());
        // Each request of the ladder shows its credentials once; what asks for the reason shows none.
        let asked = proxy.asked();
        let shown = asked.iter().filter(|head| head.to_ascii_lowercase().contains("\r\nproxy-authorization: ")).count();
        assert!(shown <= 2 && shown < asked.len(), "{code}: {asked:?}");
    }
    assert_eq!(host.open.seen.connections.load(std::sync::atomic::Ordering::SeqCst), 0, "nothing went past the proxy");
}

#[test]
fn a_proxy_that_is_not_there_or_silent_has_its_name() {
    let host = Host::new(GOOD);
    let url = format!("http://127.0.0.1:{}", closed_port());
    let report = host.check_with_roots(&[("HTTPS_PROXY", &url)]);
    assert_eq!((report.codes()[0], report.exit()), ("proxy-unreachable", 5));
    assert!(report.says().contains("Correct HTTPS_PROXY"), "{}", report.says());
    let silent = Proxy::start(Does::Waits);
    let url = format!("http://{}", silent.address);
    let report =
        host.check(&[("HTTPS_PROXY", &url)], &["--timeout", "1", "--ca-file", host.roots.to_str().expect("UTF-8")]);
    assert_eq!((report.codes()[0], report.exit()), ("connect-timeout", 5));
    let report = host.check_with_roots(&[("HTTPS_PROXY", "socks5://127.0.0.1:1080")]);
    assert_eq!((report.codes()[0], report.exit()), ("proxy-scheme", 5));
}

#[test]
fn doubtful_variables_warn_although_the_way_can_be_gone() {
    let host = Host::new(GOOD);
    let proxy = Proxy::start(Does::Tunnels(OPENED, host.open.address));
    let other = Proxy::start(Does::Closes);
    let (url, wrong) = (format!("http://{}", proxy.address), format!("http://{}", other.address));
    for (more, code) in [
        (("NO_PROXY", "*"), "no-proxy-differs"),
        (("NO_PROXY", "example"), "no-proxy-differs"),
        (("NO_PROXY", "login.example:443"), "no-proxy-unread"),
        (("HTTPS_PROXY", &*wrong), "proxy-both-cases"),
    ] {
        let report = host.check_with_roots(&[("https_proxy", &url), more]);
        assert_eq!((report.status(), report.codes()[0]), ("warned", code), "{}", report.0);
        assert!(report.summary().contains("through proxy"), "{}", report.summary());
    }
    assert_eq!(other.asked(), [""; 0], "the variable in lower case counts");
    let quoted = format!("'{url}'");
    let report = host.check_with_roots(&[("HTTPS_PROXY", &quoted), ("ALL_PROXY", &url)]);
    assert_eq!((report.status(), report.codes()[0]), ("warned", "proxy-quotes"));
    assert!(report.summary().contains("(ALL_PROXY)"), "{}", report.summary());
}

#[test]
fn an_issuer_that_nobody_knows_is_named_with_what_it_was_held_against() {
    let host = Host::new(GOOD);
    let proxy = Proxy::start(Does::Tunnels(OPENED, host.open.address));
    let url = format!("http://{}", proxy.address);
    let others = host.roots.with_file_name("others.pem");
    std::fs::write(&others, Authority::new("another").pem()).expect("a file of roots");
    let others = others.to_str().expect("UTF-8");
    let report = host.check(&[("HTTPS_PROXY", &url), ("SSL_CERT_FILE", others)], &[]);
    assert_eq!((report.codes()[0], report.exit()), ("untrusted-issuer", 5), "{}", report.0);
    for words in [
        "The certificate was issued by 'Contoso Inspection CA'.",
        &format!("It was held against 1 certificate of SSL_CERT_FILE={others}."),
        "update-ca-certificates",
        "--ca-file",
        "SHA-256",
    ] {
        assert!(report.says().contains(words), "{words}: {}", report.says());
    }
    let trusted = host.check(&[("HTTPS_PROXY", &url), ("SSL_CERT_FILE", host.roots.to_str().expect("UTF-8"))], &[]);
    assert_eq!((trusted.status(), trusted.exit()), ("passed", 6), "{}", trusted.0);
}

#[test]
fn a_variable_that_leads_to_no_certificates_is_named() {
    let host = Host::new(GOOD);
    let nothing = host.roots.with_file_name("nothing.pem");
    let report = host.check(&[("SSL_CERT_FILE", nothing.to_str().expect("UTF-8"))], &[]);
    assert_eq!((report.codes(), report.exit()), (vec!["no-trust-store"], 5), "{}", report.0);
    let words = format!("SSL_CERT_FILE={} stands in the place of this system's certificate store", nothing.display());
    assert!(report.says().contains(&words), "{}", report.says());
    assert!(report.says().contains("Correct SSL_CERT_FILE and SSL_CERT_DIR, or unset them."), "{}", report.says());
}

#[test]
fn a_clock_that_is_wrong_comes_before_the_certificate() {
    const LONG_AGO: &str = "HTTP/1.1 200 OK\r\nDate: Sat, 24 Nov 2018 14:02:11 GMT\r\n\r\n";
    const LATER: &str = "HTTP/1.1 200 OK\r\nDate: Thu, 24 Nov 2095 14:02:11 GMT\r\n\r\n";
    for (years, answer, code, words) in [
        ((2015, 2019), LONG_AGO, "certificate-expired", "ahead of the proxy's"),
        ((2094, 2099), LATER, "certificate-not-yet-valid", "behind the proxy's"),
    ] {
        let host = Host::new(Card { years, ..GOOD });
        let proxy = Proxy::start(Does::Tunnels(answer, host.open.address));
        let report = host.check_with_roots(&[("HTTPS_PROXY", &format!("http://{}", proxy.address))]);
        let first = &report.connect()["diagnoses"][0];
        assert_eq!((first["code"].as_str(), report.exit()), (Some(code), 5));
        assert_eq!(first["action"], "Set this machine's clock.");
        assert!(first["title"].as_str().is_some_and(|title| title.contains(words)), "{first}");
        let proxy = Proxy::start(Does::Tunnels(OPENED, host.open.address));
        let report = host.check_with_roots(&[("HTTPS_PROXY", &format!("http://{}", proxy.address))]);
        assert!(report.says().contains(&format!("It is valid from {}-01-01", years.0)), "{}", report.says());
    }
}

#[test]
fn loopback_never_goes_through_a_proxy() {
    let server = Server::start();
    let body = format!("HTTP/1.1 401 Unauthorized\r\nContent-Length: {}\r\n\r\n{REFUSAL}", REFUSAL.len());
    let open = server.open(Script { door: Door::Plain, steps: vec![Step::Send(body.into_bytes())] });
    let host = Host::new(GOOD);
    let text = std::fs::read_to_string(&host.settings).expect("the settings");
    std::fs::write(&host.settings, text.replace("https://login.example", &format!("http://{}", open.address)))
        .expect("a settings file");
    let proxy = Proxy::start(Does::Closes);
    let report = host.check(&[("http_proxy", &format!("http://{}", proxy.address))], &[]);
    assert_eq!((report.status(), report.codes(), report.exit()), ("passed", vec!["proxy-loopback"], 6), "{}", report.0);
    assert_eq!(proxy.asked(), [""; 0]);
}
