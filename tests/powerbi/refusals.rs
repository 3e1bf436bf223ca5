//! The failure catalogue as `check` prints it and the pane shows it: an API that answers as scripted, for the rows that
//! calls of the program can meet.

use std::net::SocketAddr;
use std::process::Command;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Response, Uri};
use serde_json::Value;
use token_wizard::domain::setting::SettingName;
use token_wizard::sandbox::Sandbox;

use crate::pty;

const WORKSPACE: &str = "0d6f3c52-7c1f-4a58-9f0e-1c2b3a4d5e6f";

/// What the API answers to one of its calls; to the others it answers well.
#[derive(Clone, Copy)]
struct Row {
    name: &'static str,
    route: &'static str,
    status: u16,
    header: Option<(&'static str, &'static str)>,
    body: &'static str,
    /// The first diagnosis of the stage, and the gate that is closed.
    code: &'static str,
    gate: usize,
}

const fn row(name: &'static str, status: u16, info: &'static str, body: &'static str, code: &'static str) -> Row {
    let header = if info.is_empty() { None } else { Some(("x-powerbi-error-info", info)) };
    Row { name, route: "groups", status, header, body, code, gate: 1 }
}

const fn inside(row: Row) -> Row {
    Row { route: "reports", gate: 2, ..row }
}

const SWITCH: &str = "ServicePrincipalIsNotAllowedByTenantAdminSwitch";

const ROWS: [Row; 12] = [
    row("switch", 401, SWITCH, "", SWITCH),
    inside(row(
        "no-role",
        401,
        "",
        r#"{"error":{"code":"PowerBINotAuthorizedException"}}"#,
        "PowerBINotAuthorizedException",
    )),
    row(
        "closed-to-apps",
        403,
        "",
        r#"{"Message":"API is not accessible for application"}"#,
        "ApiNotAccessibleForApplication",
    ),
    row("invalid-token", 403, "InvalidToken", "", "InvalidToken"),
    row("ended", 403, "", r#"{"error":{"code":"TokenExpired"}}"#, "TokenExpired"),
    row("licence", 401, "", r#"{"error":{"code":"PowerBINotLicensedException"}}"#, "PowerBINotLicensedException"),
    inside(row("not-found", 404, "", r#"{"error":{"code":"PowerBIEntityNotFound"}}"#, "PowerBIEntityNotFound")),
    row("bad-request", 400, "", r#"{"error":{"code":"InvalidRequest"}}"#, "InvalidRequest"),
    Row { header: Some(("retry-after", "900")), ..row("throttled", 429, "", "", "TooManyRequests") },
    row("fault", 500, "", r#"{"error":{"code":"UnknownError"}}"#, "UnknownError"),
    row("gateway", 503, "", "", "UnknownError"),
    Row { header: Some(("content-type", "text/html")), ..row("proxy", 403, "", "<html>no</html>", "HTTP403") },
];

/// The practice tenant, and an API that answers as the row in force says.
struct Scene {
    file: std::path::PathBuf,
    _folder: tempfile::TempDir,
    api: SocketAddr,
    row: Arc<Mutex<Row>>,
}

impl Scene {
    fn open() -> Self {
        let (sender, made) = std::sync::mpsc::channel();
        let row = Arc::new(Mutex::new(ROWS[0]));
        let state = Arc::clone(&row);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let sandbox = Sandbox::bind(0).await.expect("a free port");
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
                sender.send((sandbox.book(), listener.local_addr().expect("an address"))).expect("the test waits");
                tokio::spawn(sandbox.serve());
                axum::serve(listener, Router::new().fallback(answer).with_state(state)).await
            })
        });
        let (book, api) = made.recv().expect("both are up");
        let values = book.into_iter().find(|account| account.name == "app-works").expect("a row of the book").values;
        let settings: serde_json::Map<_, _> =
            SettingName::ALL.map(|name| (name.key().to_owned(), values.get(name).into())).into_iter().collect();
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("appsettings.json");
        std::fs::write(&file, Value::Object(settings).to_string()).expect("a settings file");
        Self { file, _folder: folder, api, row }
    }

    fn play(&self, row: Row) {
        *self.row.lock().expect("the row") = row;
    }
}

async fn answer(State(row): State<Arc<Mutex<Row>>>, uri: Uri) -> Response<Body> {
    let row = *row.lock().expect("the row");
    let route = uri.path().rsplit('/').next().unwrap_or_default();
    let response = Response::builder().header("requestid", "1-2-3");
    let response = if route == row.route {
        let response = response.status(row.status);
        let response = row.header.into_iter().fold(response, |response, (name, value)| response.header(name, value));
        response.body(Body::from(row.body))
    } else {
        let body = match route {
            "groups" => format!(r#"{{"value":[{{"id":"{WORKSPACE}","name":"W","isOnDedicatedCapacity":true}}]}}"#),
            "availableFeatures" => r#"{"features":[]}"#.to_owned(),
            _ => r#"{"value":[]}"#.to_owned(),
        };
        response.header("content-type", "application/json").body(Body::from(body))
    };
    response.expect("an answer")
}

#[test]
fn check_says_what_is_closed() {
    let scene = Scene::open();
    let mut wrong = Vec::new();
    for row in ROWS {
        scene.play(row);
        let output = Command::new(env!("CARGO_BIN_EXE_token-wizard"))
            .env_clear()
            .args(["check", "--json", "--powerbi-api", &format!("http://{}", scene.api)])
            .arg(&scene.file)
            .output()
            .expect("the program runs");
        let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let stage = &report["stages"][6];
        let found = (
            stage["diagnoses"][0]["code"].as_str().unwrap_or("-"),
            stage["gates"][row.gate]["status"].as_str().unwrap_or("-"),
            output.status.code(),
        );
        if found != (row.code, "failed", Some(8)) {
            wrong.push(format!("{}: {found:?}", row.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[cfg(target_os = "linux")]
#[test]
fn the_pane_shows_what_is_closed() {
    let scene = Scene::open();
    let mut wizard = pty::Program::new(env!("CARGO_BIN_EXE_token-wizard"))
        .args(["--powerbi-api", &format!("http://{}", scene.api)])
        .arg(&scene.file)
        .spawn(80, 40);
    wizard.wait_for_text("Nothing has been sent yet");
    for row in ROWS {
        scene.play(row);
        wizard.type_keys("\r");
        wizard.wait_for(&format!("{}: {}", row.name, row.code), |screen| {
            let text = screen.contents();
            text.contains("[Test] failed") && text.contains("[Why]") && text.contains(row.code)
        });
        wizard.type_keys("\x1b[C\x1b[C");
        let gate = ["features", "workspaces", "reports", "datasets"][row.gate];
        wizard.wait_for(&format!("{}: {gate} failed", row.name), |screen| {
            screen.rows(0, 80).any(|line| line.split_whitespace().take(2).eq(["failed", gate]))
        });
    }
    wizard.type_keys("q");
    assert_eq!(wizard.wait_exit(), 0);
}
