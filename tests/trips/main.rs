//! How many round trips a token costs, counted at the socket: connections, and what a client sends before it has to
//! wait. Counts do not depend on how busy the machine is; `benches/trips.rs` has the times.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "a test sets up its own files")]

#[path = "../support/front.rs"]
mod front;
#[path = "../support/relay.rs"]
mod relay;

use std::net::SocketAddr;
use std::process::{Command, Output};
use std::time::Duration;

use relay::{Ledger, Manner, Post};
use serde_json::Value;
use token_wizard::domain::registration::Options;
use token_wizard::domain::setting::{SettingName, Values};
use token_wizard::io::http::Network;
use token_wizard::sandbox::Sandbox;
use token_wizard::verify::{self, Order, PowerBiOrder, Report, Stage, Status};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio_rustls::rustls::SupportedProtocolVersion;
use tokio_rustls::rustls::version::{TLS12, TLS13};

/// Both versions, and how many flights a request on a new connection costs: that of the request itself, and those of
/// the handshake (RFC 8446, section 2, and RFC 5246, section 7.3). In TLS 1.3 the handshake's last one carries the
/// request.
const VERSIONS: [(&SupportedProtocolVersion, usize); 2] = [(&TLS13, 2), (&TLS12, 3)];

const LIMIT: Duration = Duration::from_secs(10);

/// The practice tenant behind TLS, behind a relay.
struct Scene {
    ledger: Ledger,
    values: Values,
    root: String,
    folder: tempfile::TempDir,
    /// The client's; the servers have a thread of their own.
    runtime: Runtime,
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

impl Scene {
    /// With the settings of that row of the account book.
    fn open(row: &str, version: &'static SupportedProtocolVersion, manner: Manner) -> Self {
        let (sender, made) = std::sync::mpsc::channel();
        // It lives as long as the test's process.
        std::thread::spawn(move || {
            let runtime = runtime();
            runtime.block_on(async {
                let sandbox = Sandbox::bind(0).await.expect("a free port");
                sender.send((Handle::current(), sandbox.address(), sandbox.book())).expect("the test waits");
                sandbox.serve().await
            })
        });
        let (servers, behind, book) = made.recv().expect("the sandbox");
        let certificate = front::Certificate::of("127.0.0.1");
        let ledger = Ledger::new();
        let address = front::start(&servers, behind, &certificate, version, ledger.clone());
        let address: SocketAddr = relay::start(&servers, address, manner, ledger.clone());
        let values = book.into_iter().find(|account| account.name == row).expect("a row of the book").values;
        let url = format!("https://{address}/{{AppTenantId}}/oauth2/token");
        let folder = tempfile::tempdir().expect("a folder");
        let values = values.with(SettingName::AuthTokenUrl, url);
        let scene = Self { ledger, values, root: certificate.root, folder, runtime: runtime() };
        let object: serde_json::Map<String, Value> =
            SettingName::ALL.map(|name| (name.key().to_owned(), scene.values.get(name).into())).into_iter().collect();
        std::fs::write(scene.path("appsettings.json"), Value::Object(object).to_string()).expect("a file");
        std::fs::write(scene.path("root.pem"), &scene.root).expect("a file");
        scene
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    /// The real program, up to the token.
    fn check(&self) -> Output {
        Command::new(env!("CARGO_BIN_EXE_token-wizard"))
            .env_clear()
            .args(["check", "--json", "--until", "token", "--timeout", "10", "--ca-file"])
            .args([self.path("root.pem"), self.path("appsettings.json")])
            .output()
            .expect("the program runs")
    }

    /// The same token request by `curl`; none where there is no `curl`.
    fn curl(&self) -> Option<Output> {
        let text = |name| self.values.get(name).to_owned();
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "client_credentials")
            .append_pair("client_id", &text(SettingName::ClientId))
            .append_pair("client_secret", &text(SettingName::ClientSecret))
            .append_pair("resource", &text(SettingName::Resource))
            .finish();
        let url = text(SettingName::AuthTokenUrl).replace("{AppTenantId}", &text(SettingName::AppTenantId));
        let mut command = Command::new("curl");
        command.args(["--silent", "--show-error", "--noproxy", "*", "--data-binary", &form, "--cacert"]);
        command.arg(self.path("root.pem")).arg(url).output().ok()
    }

    /// One ladder of several over the same network, as the wizard has it.
    fn climb(&self, network: &Network, until: Stage) -> Report {
        let order = Order {
            values: self.values.clone(),
            options: Options::default(),
            until,
            timeout: LIMIT,
            powerbi: PowerBiOrder::default(),
        };
        let mut report = Report::default();
        self.runtime.block_on(verify::run(network, &order, |event| report.apply(event)));
        assert_eq!(report.stage(until).map(|stage| stage.status), Some(Status::Passed), "{report:#?}");
        report
    }
}

fn passed_token(output: &Output) {
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((output.status.code(), &report["stages"][3]["status"]), (Some(0), &"passed".into()), "{report:#}");
}

#[test]
fn a_cold_check_takes_no_more_round_trips_than_curl() {
    for (version, flights) in VERSIONS {
        // With every other connection dead until the token is there, nothing that it waits for can be on one.
        let scene = Scene::open("app-works", version, Manner { is_first_only: true, ..Manner::default() });
        passed_token(&scene.check());
        assert_eq!(scene.ledger.posts(), [Post { line: 0, flights }], "{version:?}");
        let scene = Scene::open("app-works", version, Manner::default());
        let Some(output) = scene.curl() else {
            println!("skipped: there is no curl to compare with");
            continue;
        };
        assert!(String::from_utf8_lossy(&output.stdout).contains("access_token"), "{output:?}");
        assert_eq!(scene.ledger.posts(), [Post { line: 0, flights }], "curl, {version:?}");
    }
}

#[test]
fn on_a_warm_connection_the_token_is_one_round_trip() {
    for (version, flights) in VERSIONS {
        let scene = Scene::open("app-works", version, Manner::default());
        let network = Network::new(LIMIT, Some(scene.root.clone().into_bytes()));
        scene.climb(&network, Stage::Tenant);
        let warm: Vec<usize> = scene.ledger.lines().iter().map(|line| line.flights).collect();
        assert_eq!(warm, [flights], "discovery alone: {version:?}");
        scene.climb(&network, Stage::Token);
        assert_eq!(scene.ledger.posts(), [Post { line: 0, flights: flights + 1 }], "{version:?}");
        // And once more: both connections are there, and nothing new is opened.
        let open = scene.ledger.lines().len();
        let before = scene.ledger.lines()[0].flights;
        scene.climb(&network, Stage::Token);
        assert_eq!(scene.ledger.lines().len(), open);
        assert!(scene.ledger.posts()[1].flights <= before + 1, "{:?}", scene.ledger.posts());
    }
}

#[test]
fn a_password_waits_for_the_realm_and_then_takes_its_connection() {
    for (version, flights) in VERSIONS {
        let scene = Scene::open("user-works", version, Manner::default());
        passed_token(&scene.check());
        let posts = scene.ledger.posts();
        assert_eq!(scene.ledger.lines().len(), 2, "tenant and realm at once, and the token over one of their connections");
        assert_eq!(posts.iter().map(|post| post.flights).collect::<Vec<_>>(), [flights + 1], "{version:?}");
    }
}
