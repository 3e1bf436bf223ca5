//! The practice tenant behind TLS, behind a relay; and who asks it for a token: the program, its ladder, and `curl`.
#![allow(dead_code, unreachable_pub, reason = "the bench takes it in by its path too")]
#![expect(clippy::expect_used, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "a test sets up its own files")]

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use token_wizard::domain::registration::Options;
use token_wizard::domain::setting::{SettingName, Values};
use token_wizard::io::http::{ExtraRoots, Network};
use token_wizard::sandbox::Sandbox;
use token_wizard::verify::{self, Event, OnRealm, Order, PowerBiOrder, Stage};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio_rustls::rustls::SupportedProtocolVersion;

use crate::front;
use crate::relay::{self, Ledger, Manner};

const LIMIT: Duration = Duration::from_secs(10);

/// The practice tenant behind TLS, behind a relay.
pub struct Scene {
    pub ledger: Ledger,
    pub values: Values,
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
    pub fn open(row: &str, version: &'static SupportedProtocolVersion, manner: Manner) -> Self {
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

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The real program, up to the token.
    pub fn check(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_token-wizard"));
        command.env_clear().args(["check", "--json", "--until", "token", "--timeout", "10", "--ca-file"]);
        command.args([self.path("root.pem"), self.path("appsettings.json")]);
        command
    }

    /// The same token request by `curl`.
    pub fn curl(&self) -> Command {
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
        command.arg(self.path("root.pem")).arg(url);
        command
    }

    /// The program's network; it stays for several ladders.
    pub fn network(&self) -> Network {
        Network::new(LIMIT, Some(ExtraRoots::Pem(self.root.clone().into_bytes())))
    }

    /// One ladder over that network.
    pub fn climb(&self, network: &Network, until: Stage, emit: impl FnMut(Event)) {
        let order = Order {
            values: self.values.clone(),
            options: Options::default(),
            until,
            timeout: LIMIT,
            powerbi: PowerBiOrder::default(),
            on_realm: OnRealm::Warn,
        };
        self.runtime.block_on(verify::run(network, &order, emit));
    }
}
