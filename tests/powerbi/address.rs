//! `--powerbi-api` that leads to no Power BI: a host with a certificate that nobody knows, and the resource in the
//! place of the API. By the real program, in `check` and in the wizard.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::Arc;

use serde_json::Value;
use token_wizard::domain::cloud::CLOUDS;
use token_wizard::domain::setting::SettingName;
use token_wizard::sandbox::Sandbox;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

#[cfg(target_os = "linux")]
use crate::pty;

/// The code of the diagnosis.
pub(crate) const UNKNOWN_ISSUER: &str = "untrusted-issuer";
/// What happens to an argument that is none.
pub(crate) const REFUSED_ARGUMENT: &str = "exit 2";

/// The practice tenant, settings that work there, and a host that shows a certificate of its own making.
struct Scene {
    file: PathBuf,
    _folder: tempfile::TempDir,
    api: String,
}

impl Scene {
    fn open() -> Self {
        let (sender, made) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let sandbox = Sandbox::bind(0).await.expect("a free port");
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
                sender.send((sandbox.book(), listener.local_addr().expect("bound"))).expect("the test waits");
                tokio::spawn(sandbox.serve());
                let acceptor = acceptor();
                while let Ok((stream, _)) = listener.accept().await {
                    // Nobody who looks at the certificate goes on.
                    let _refused = acceptor.accept(stream).await;
                }
            });
        });
        let (book, api) = made.recv().expect("both are up");
        let values = book.into_iter().find(|account| account.name == "app-works").expect("a row of the book").values;
        let settings: serde_json::Map<_, _> =
            SettingName::ALL.map(|name| (name.key().to_owned(), values.get(name).into())).into_iter().collect();
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("appsettings.json");
        std::fs::write(&file, Value::Object(settings).to_string()).expect("a settings file");
        Self { file, _folder: folder, api: format!("https://{api}") }
    }

    fn check(&self, api: &str) -> Output {
        Command::new(env!("CARGO_BIN_EXE_token-wizard"))
            .env_clear()
            .args(["check", "--json", "--powerbi-api", api])
            .arg(&self.file)
            .output()
            .expect("the program runs")
    }
}

/// Shows a certificate for this machine that is signed by itself.
fn acceptor() -> TlsAcceptor {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("a certificate");
    let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], private)
        .expect("a configuration");
    TlsAcceptor::from(Arc::new(config))
}

/// What somebody writes who takes the resource for the place of the API, and what it is told.
fn mistaken() -> Vec<(String, String)> {
    let told = |host: &str| {
        format!("That is the name of the resource, not the place of the API; the API is at https://{host}.")
    };
    let with_slash = (format!("{}/", CLOUDS[0].resource), told(CLOUDS[0].api_host));
    CLOUDS.iter().map(|row| (row.resource.to_owned(), told(row.api_host))).chain([with_slash]).collect()
}

#[test]
fn check_names_the_certificate_of_the_api() {
    let scene = Scene::open();
    let output = scene.check(&scene.api);
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let stage = &report["stages"][6];
    assert_eq!((&stage["name"], &stage["status"]), (&"powerbi".into(), &"failed".into()), "{stage}");
    assert_eq!(stage["diagnoses"][0]["code"], UNKNOWN_ISSUER, "{stage}");
    assert_eq!(stage["diagnoses"][0]["setting"], Value::Null, "no setting is at fault");
    let gates: Vec<_> = stage["gates"].as_array().expect("gates").iter().map(|gate| &gate["status"]).collect();
    assert_eq!(gates, ["warned", "failed", "skipped", "skipped"]);
    assert_eq!(output.status.code(), Some(5), "it is the network");
    let said = stage["diagnoses"][0].to_string();
    assert!(said.contains(&scene.api) && said.contains("The token itself is there"), "{said}");
}

#[test]
fn check_takes_no_resource_for_the_api() {
    let scene = Scene::open();
    for (resource, told) in mistaken() {
        let output = scene.check(&resource);
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        assert!(said.contains(&told), "{resource}: {said}");
        let code = output.status.code().expect("it ends by itself");
        assert_eq!(format!("exit {code}"), REFUSED_ARGUMENT, "{resource}");
        assert!(output.stdout.is_empty(), "{resource}: nothing was tested");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_pane_names_the_certificate_of_the_api() {
    let scene = Scene::open();
    let mut wizard = pty::Program::new(env!("CARGO_BIN_EXE_token-wizard"))
        .args(["--powerbi-api", &scene.api])
        .arg(&scene.file)
        .spawn(80, 40);
    wizard.wait_for_text("Nothing has been sent yet");
    wizard.type_keys("\r");
    wizard.wait_for(UNKNOWN_ISSUER, |screen| {
        let text = screen.contents();
        text.contains("[Test] failed") && text.contains("[Why]") && text.contains(UNKNOWN_ISSUER)
    });
    wizard.type_keys("\x1b[C\x1b[C");
    wizard.wait_for("workspaces failed", |screen| {
        screen.rows(0, 80).any(|line| line.split_whitespace().take(2).eq(["failed", "workspaces"]))
    });
    wizard.type_keys("q");
    assert_eq!(wizard.wait_exit(), 0);
}

#[cfg(target_os = "linux")]
#[test]
fn the_wizard_takes_no_resource_for_the_api() {
    let scene = Scene::open();
    for (resource, told) in mistaken() {
        let wizard = pty::Program::new(env!("CARGO_BIN_EXE_token-wizard"))
            .args(["--powerbi-api", &resource])
            .arg(&scene.file)
            .spawn(160, 40);
        assert_eq!(format!("exit {}", wizard.wait_exit()), REFUSED_ARGUMENT, "{resource}");
        assert!(wizard.screen_text().contains(&told), "{resource}: {}", wizard.screen_text());
    }
}
