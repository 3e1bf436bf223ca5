//! A server that does everything wrong that a server can do wrong, met by the real program: by `check`, and by the
//! wizard in a terminal. What has to come of each shape stands in one table, `expected/misbehaving.tsv`.
//!
//! Whatever the server sends: the program neither panics nor hangs, no control sequence reaches the terminal, and no
//! secret of the settings is shown.

#![expect(clippy::disallowed_methods, reason = "a test sets up its own files and measures its deadlines")]
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

#[path = "misbehaving/certificates.rs"]
mod certificates;
#[path = "misbehaving/gzip.rs"]
mod gzip;
#[cfg(target_os = "linux")]
#[path = "support/pty.rs"]
mod pty;
#[path = "support/scripted.rs"]
mod scripted;
#[path = "misbehaving/shapes.rs"]
mod shapes;
#[cfg(target_os = "linux")]
#[path = "misbehaving/wizard.rs"]
mod wizard;

use std::collections::VecDeque;
use std::fmt::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use certificates::Authority;
use scripted::{Door, Script, Server};
use shapes::{CANARIES, CANARIES_OF_PASSWORD, CLIENT, PASSWORD, RESOURCE, SECRET, Shape, TENANT};

const TABLE: &str = include_str!("expected/misbehaving.tsv");

/// How many programs run at once.
const AT_ONCE: usize = 4;

/// No check takes so long, whatever the machine is doing; one that does hangs.
const PATIENCE: Duration = Duration::from_mins(1);

/// Of a body or a head without end, at most so many bytes leave the server: the limits, and what sockets hold back.
const AT_MOST: u64 = 16 * 1024 * 1024;

/// Nothing that is printed is longer than this, in bytes, however much the server says.
const LONGEST_OUTPUT: usize = 512 * 1024;

/// What was expected, or what happened: the rows' columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) shape: String,
    pub(crate) stage: String,
    pub(crate) status: String,
    pub(crate) code: String,
    pub(crate) exit: String,
}

impl Row {
    fn text(&self) -> String {
        [&*self.shape, &self.stage, &self.status, &self.code, &self.exit].join("\t")
    }
}

pub(crate) fn table() -> Vec<Row> {
    let rows = TABLE.lines().filter(|line| !line.starts_with('#'));
    rows.map(|line| {
        let mut columns = line.split('\t').map(str::to_owned);
        let mut next = || columns.next().expect("five columns");
        Row { shape: next(), stage: next(), status: next(), code: next(), exit: next() }
    })
    .collect()
}

/// Settings that fit the shapes, with the sign-in host there; complete for the password grant if there is a user.
pub(crate) fn settings(scheme: &str, address: SocketAddr, has_user: bool) -> String {
    let (user, password) = if has_user { ("anna@contoso.com", PASSWORD) } else { ("", "") };
    json!({
        "AppTenantId": TENANT,
        "AuthTokenUrl": format!("{scheme}://{address}/{{AppTenantId}}/oauth2/token"),
        "Resource": RESOURCE,
        "ClientId": CLIENT,
        "ClientSecret": SECRET,
        "User": user,
        "Password": password,
    })
    .to_string()
}

/// What a terminal may get: lines of text, and nothing that steers it.
pub(crate) fn steering(text: &str) -> Option<char> {
    let steers = |c: char| {
        c.is_control() && c != '\n'
            || matches!(c, '\u{061C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().find(|c| steers(*c))
}

fn check(file: &Path, roots: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_token-wizard"))
        .env_clear()
        .arg("check")
        .args(arguments)
        .arg("--ca-file")
        .args([roots, file])
        .output()
        .expect("the program runs")
}

/// The time-out is short for the shapes that end with it, and out of the way of all others.
fn limit(shape: &Shape) -> &'static str {
    if shape.is_endless() { "1" } else { "30" }
}

/// The answer of a report: the first failed stage, else the first warned one, else the last that was tried. That no
/// keys are published is the same for all shapes, and no matter of theirs.
fn row(shape: &str, report: &Value) -> Row {
    let stages = report["stages"].as_array().expect("stages");
    let with = |status: &str| {
        stages.iter().find(|stage| {
            stage["status"] == status
                && stage["name"] != "settings"
                && !(status == "warned" && stage["name"] == "signature")
        })
    };
    let tried = || stages.iter().rfind(|stage| stage["status"] != "skipped");
    let stage = with("failed").or_else(|| with("warned")).or_else(tried).expect("a stage");
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    Row {
        shape: shape.to_owned(),
        stage: text(&stage["name"]),
        status: text(&stage["status"]),
        code: text(&stage["diagnoses"][0]["code"]),
        exit: report["exit_code"].to_string(),
    }
}

/// Runs a shape through `check --json` and `check`; returns the row, and what else is wrong.
fn try_shape(shape: &Shape, server: &Server, folder: &Path, roots: &Path) -> (Row, Vec<String>) {
    let open = server.open(shape.script.clone());
    let file = folder.join(format!("{}.json", shape.name));
    std::fs::write(&file, settings(shape.scheme, open.address, true)).expect("a settings file");
    let mut wrong = Vec::new();
    let began = Instant::now();
    let structured = check(&file, roots, &["--json", "--timeout", limit(shape)]);
    let text = check(&file, roots, &["--timeout", limit(shape)]);
    if began.elapsed() > PATIENCE {
        wrong.push("took too long".to_owned());
    }
    for (name, output) in [("json", &structured), ("text", &text)] {
        wrong.extend(faults_of(output).into_iter().map(|fault| format!("{name}: {fault}")));
    }
    if structured.status.code() != text.status.code() {
        wrong.push(format!("exit codes {:?} and {:?}", structured.status.code(), text.status.code()));
    }
    let flooded = open.seen.flooded.load(Ordering::SeqCst);
    if flooded > 2 * AT_MOST {
        wrong.push(format!("took {flooded} bytes of a flood"));
    }
    let report: Value = serde_json::from_slice(&structured.stdout).unwrap_or_default();
    if report.is_null() {
        let (out, err) = (String::from_utf8_lossy(&structured.stdout), String::from_utf8_lossy(&structured.stderr));
        wrong.push(format!("no JSON: {out}{err}"));
        let none = || "?".to_owned();
        let (name, exit) = (shape.name.to_owned(), format!("{:?}", structured.status.code()));
        return (Row { shape: name, stage: none(), status: none(), code: none(), exit }, wrong);
    }
    if report["exit_code"].as_i64() != structured.status.code().map(i64::from) {
        wrong.push(format!("ended with {:?} and says {}", structured.status.code(), report["exit_code"]));
    }
    if report["claims"].is_object()
        && shape.name == "claims-invisible-twin"
        && report["claims"]["aud"]["verdict"] != "pass"
    {
        wrong.push(format!("an invisible twin stands in the place of aud: {}", report["claims"]["aud"]));
    }
    (row(shape.name, &report), wrong)
}

/// What must be in no output.
fn faults_of(output: &Output) -> Vec<String> {
    let mut faults = Vec::new();
    for bytes in [&output.stdout, &output.stderr] {
        let Ok(text) = std::str::from_utf8(bytes) else {
            faults.push("is no UTF-8".to_owned());
            continue;
        };
        if let Some(c) = steering(text) {
            faults.push(format!("holds {}", c.escape_unicode()));
        }
        let plain = text.replace("\\\\", "\\");
        faults.extend(
            CANARIES
                .iter()
                .chain(&CANARIES_OF_PASSWORD)
                .filter(|part| plain.contains(**part))
                .map(|part| format!("holds the secret's {part}")),
        );
        if text.len() > LONGEST_OUTPUT {
            faults.push(format!("is {} bytes long", text.len()));
        }
        if text.contains("panicked") || text.contains("internal error") {
            faults.push(text.to_owned());
        }
    }
    match output.status.code() {
        Some(0 | 4..=8) => {}
        other => faults.push(format!("ended with {other:?}: {}", String::from_utf8_lossy(&output.stderr))),
    }
    faults
}

#[test]
fn every_shape_comes_to_what_the_table_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let (ours, server) = (Authority::new("ours"), Arc::new(Server::start()));
    let roots: PathBuf = folder.path().join("roots.pem");
    std::fs::write(&roots, ours.pem()).expect("a file of roots");
    let elsewhere = server.open(Script { door: Door::Plain, steps: Vec::new() });
    let shapes = shapes::all(&ours, &format!("http://{}", elsewhere.address));
    let names: Vec<&str> = shapes.iter().map(|shape| shape.name).collect();
    assert_eq!(names, table().iter().map(|row| &*row.shape).collect::<Vec<_>>(), "the table has a row for each shape");
    let count = shapes.len();
    assert!(count >= 50);
    let queue = Arc::new(Mutex::new(shapes.into_iter().enumerate().collect::<VecDeque<_>>()));
    let (sender, results) = mpsc::channel();
    for _ in 0..AT_ONCE {
        let (queue, server, sender) = (Arc::clone(&queue), Arc::clone(&server), sender.clone());
        let (folder, roots) = (folder.path().to_owned(), roots.clone());
        std::thread::spawn(move || {
            loop {
                let next = queue.lock().expect("no thread panicked").pop_front();
                let Some((place, shape)) = next else { return };
                let (row, wrong) = try_shape(&shape, &server, &folder, &roots);
                drop(sender.send((place, row, wrong)));
            }
        });
    }
    drop(sender);
    let mut found: Vec<Option<(Row, Vec<String>)>> = vec![None; count];
    while found.iter().any(Option::is_none) {
        let missing =
            || names.iter().zip(&found).filter(|(_, done)| done.is_none()).map(|(name, _)| *name).collect::<Vec<_>>();
        let Ok((place, row, wrong)) = results.recv_timeout(2 * PATIENCE) else {
            panic!("these hang or panicked, or wait for one that does: {:?}", missing());
        };
        found[place] = Some((row, wrong));
    }
    let mut difference = String::new();
    for (expected, (row, wrong)) in table().iter().zip(found.into_iter().flatten()) {
        if *expected != row {
            let _infallible = writeln!(difference, "-{}\n+{}", expected.text(), row.text());
        }
        for fault in wrong {
            let _infallible = writeln!(difference, "!{}: {fault}", row.shape);
        }
    }
    assert!(difference.is_empty(), "the table and what happened:\n{difference}");
    assert_eq!(elsewhere.seen.connections.load(Ordering::SeqCst), 0, "a redirect was followed");
}
