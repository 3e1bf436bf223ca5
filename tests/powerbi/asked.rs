//! Gates that are asked only by name, with the real program on the practice tenant: `check --gate`, the list of the
//! wizard, and the lines of the plain mode.

use std::cell::RefCell;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use token_wizard::domain::exchange::{Clock, Http, HttpAnswer, HttpRequest, TransportError, TransportFault};
use token_wizard::domain::powerbi::{Extras, Gate};
use token_wizard::domain::registration::Options;
use token_wizard::domain::setting::Account;
use token_wizard::domain::time::Timestamp;
use token_wizard::io::http::Network;
use token_wizard::sandbox::Sandbox;
use token_wizard::verify::{OnRealm, Order, PowerBiOrder, Stage, watch};

use crate::book;
use crate::practice::LIMIT;
#[cfg(target_os = "linux")]
use crate::pty;

const PROGRAM: &str = env!("CARGO_BIN_EXE_token-wizard");
const CATALOGUE: &str = include_str!("../expected/catalogue.tsv");

/// What every embed token begins with.
const EMBED_TOKEN: &str = "H4sI";

/// A report over a semantic model with row-level security, and one that is paginated.
const RULED: &str = "a33fa9c5-4b15-4312-b318-87f0ac126a5b";
const PAGINATED: &str = "4ae39862-a423-454e-aae4-1372a84a5bdf";
const FINANCE: &str = "97f3cc26-766b-41fa-a9a2-828153e5566a";

/// A practice tenant on a thread of its own, and a folder for settings files.
struct Tenant {
    book: Vec<Account>,
    folder: tempfile::TempDir,
}

impl Tenant {
    fn open() -> Self {
        Self { book: book::practice(), folder: tempfile::tempdir().expect("a folder") }
    }

    fn file(&self, name: &str) -> PathBuf {
        let file = self.folder.path().join(format!("{name}.json"));
        std::fs::write(&file, book::settings(&book::values(&self.book, name))).expect("a settings file");
        file
    }

    fn check(&self, accounts: &[&str], arguments: &[&str]) -> Output {
        let files = accounts.iter().map(|name| self.file(name));
        let mut command = Command::new(PROGRAM);
        let output = command.env_clear().arg("check").args(arguments).args(files).output().expect("the program runs");
        for text in [&output.stdout, &output.stderr] {
            assert!(!String::from_utf8_lossy(text).contains(EMBED_TOKEN), "an embed token is printed");
        }
        output
    }

    /// The stage `powerbi` of one file, and the exit code.
    fn stage(&self, account: &str, arguments: &[&str]) -> (Value, Option<i32>) {
        let output = self.check(&[account], &[&["--json"], arguments].concat());
        let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(report["exit_code"].as_i64(), output.status.code().map(i64::from));
        (report["stages"][6].clone(), output.status.code())
    }
}

/// Name, status, summary and first code of a gate.
fn row(stage: &Value, place: usize) -> [&str; 4] {
    let gate = &stage["gates"][place];
    [&gate["name"], &gate["status"], &gate["summary"], &gate["codes"][0]].map(|value| value.as_str().unwrap_or("-"))
}

/// `embed token until 15:04 UTC (Sales Overview)`, whatever the time.
#[track_caller]
fn assert_embed_token(summary: &str, report: &str) {
    let time = summary.strip_prefix("embed token until ").and_then(|rest| rest.strip_suffix(report)).expect(summary);
    let is_time = time.strip_suffix(" UTC ").is_some_and(|time| {
        time.len() == 5 && time.char_indices().all(|(place, c)| if place == 2 { c == ':' } else { c.is_ascii_digit() })
    });
    assert!(is_time, "{summary}");
}

#[test]
fn every_account_of_the_catalogue_meets_its_answer_at_the_gate_that_was_named() {
    let tenant = Tenant::open();
    let mut wrong = Vec::new();
    let mut seen = Vec::new();
    for line in CATALOGUE.lines().filter(|line| !line.starts_with('#')) {
        let [_, _, signal, account, call, answer] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        if !Gate::OPTIONAL.iter().any(|gate| gate.word() == call) {
            continue;
        }
        seen.push(call);
        let (stage, exit_code) = tenant.stage(account, &["--gate", call]);
        let [name, status, summary, code] = row(&stage, 4);
        assert_eq!(name, call);
        let expected = match answer.rsplit(' ').next().unwrap_or_default() {
            "-" => ("passed", "-", Some(0)),
            code => ("failed", code, Some(8)),
        };
        // Its diagnosis is the answer of the stage.
        let first = stage["diagnoses"][0]["code"].as_str().unwrap_or("-");
        let is_told = expected.2 == Some(0) || first == code && stage["status"] == "failed";
        if (status, code, exit_code) != expected || !is_told {
            wrong.push(format!("{signal}, {account}: {status} {summary} {code} {exit_code:?}, first {first}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(Gate::OPTIONAL.iter().all(|gate| seen.contains(&gate.word())), "{seen:?}");
}

#[test]
fn what_was_named_comes_behind_the_usual_gates_in_order() {
    let tenant = Tenant::open();
    let (stage, exit_code) = tenant.stage("app-works", &["--gate", "admin", "--gate", "query,embed,admin"]);
    assert_eq!(stage["gates"].as_array().map(Vec::len), Some(7));
    let [embed, query, admin] = [4, 5, 6].map(|place| row(&stage, place));
    assert_eq!([embed[0], embed[1], embed[3]], ["embed", "passed", "-"]);
    assert_embed_token(embed[2], "(Sales Overview)");
    assert_eq!(query, ["query", "passed", "query answered (Sales)", "-"]);
    assert_eq!([admin[0], admin[1], admin[3]], ["admin", "failed", "PowerBINotAuthorizedException"]);
    assert_eq!(exit_code, Some(8));
    assert_eq!(stage["diagnoses"][0]["title"], "The admin APIs are closed to this app");
    let (stage, exit_code) = tenant.stage("user-works", &["--gate", "embed,query"]);
    assert_eq!((row(&stage, 4)[1], row(&stage, 5)[1], exit_code), ("passed", "passed", Some(0)), "{stage}");
    let (stage, exit_code) = tenant.stage("app-works", &[]);
    assert_eq!((stage["gates"].as_array().map(Vec::len), exit_code), (Some(4), Some(0)), "nothing is asked by itself");
}

#[test]
fn a_report_that_is_named_is_tried() {
    let tenant = Tenant::open();
    let with_report = |report: &'static str, more: &[&'static str]| {
        tenant.stage("app-works", &[&["--gate", "embed,query", "--report", report], more].concat())
    };
    let (stage, exit_code) = with_report(RULED, &[]);
    assert_eq!((row(&stage, 4)[3], row(&stage, 5)[1], exit_code), ("EffectiveIdentity", "passed", Some(8)));
    let (stage, exit_code) = with_report(PAGINATED, &[]);
    assert_embed_token(row(&stage, 4)[2], "(Invoice)");
    let skipped = ["query", "skipped", "the report has no semantic model", "gate-not-tried"];
    assert_eq!((row(&stage, 5), stage["status"].as_str(), exit_code), (skipped, Some("warned"), Some(0)));
    assert_eq!(with_report(PAGINATED, &["--strict"]).1, Some(8), "what was asked for is not proved");
    let (stage, _) = with_report(FINANCE, &[]);
    assert_eq!([row(&stage, 4)[2], row(&stage, 5)[2]], ["the report is not in this workspace"; 2]);
}

#[test]
fn what_is_missing_before_it_skips_it() {
    let tenant = Tenant::open();
    let (stage, exit_code) = tenant.stage("many-workspaces", &["--gate", "embed"]);
    assert_eq!((row(&stage, 4)[1], exit_code), ("skipped", Some(0)));
    assert_eq!(row(&stage, 4)[2], "none chosen: --workspace ID, or w");
    let (stage, exit_code) = tenant.stage("many-workspaces", &["--gate", "embed", "--workspace", FINANCE]);
    assert_embed_token(row(&stage, 4)[2], "(Budget)");
    assert_eq!(exit_code, Some(0));
    let (stage, _) = tenant.stage("empty-workspace", &["--gate", "embed,query"]);
    assert_eq!([row(&stage, 4)[2], row(&stage, 5)[2]], ["no report to try in this workspace"; 2]);
    let (stage, exit_code) = tenant.stage("switch-off", &["--gate", "embed,admin"]);
    assert_eq!((row(&stage, 4)[1], row(&stage, 4)[2]), ("skipped", "not tried: workspaces failed"));
    assert_eq!((row(&stage, 5)[1], exit_code), ("failed", Some(8)), "the admin APIs need no workspace");
    // Nothing that was named is sent elsewhere.
    let (stage, _) = tenant.stage("powerbi-moved", &["--gate", "admin"]);
    assert_eq!(row(&stage, 4)[3], "HTTP307");
    let (stage, exit_code) = tenant.stage("graph-token", &["--gate", "embed"]);
    assert_eq!((stage["status"].as_str(), stage["gates"].as_array(), exit_code), (Some("warned"), None, Some(0)));
    assert_eq!(stage["diagnoses"][0]["code"], "gate-not-tried");
    let (stage, _) = tenant.stage("graph-token", &[]);
    assert_eq!((stage["status"].as_str(), stage["diagnoses"].as_array().map(Vec::len)), (Some("skipped"), Some(0)));
}

#[test]
fn it_is_told_in_text_too_and_of_several_files() {
    let tenant = Tenant::open();
    let output = tenant.check(&["app-works"], &["--gate", "embed"]);
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(text.contains("passed   powerbi    embed token until "), "{text}");
    let output = tenant.check(&["app-works"], &["--gate", "admin,query"]);
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let rows: Vec<&str> = text.lines().skip(7).take(3).collect();
    let admin = "401 PowerBINotAuthorizedException";
    let expected = [
        format!("failed   powerbi    admin: {admin}"),
        "passed   query      query answered (Sales)".to_owned(),
        format!("failed   admin      {admin}"),
    ];
    assert_eq!(rows, expected, "{text}");
    let output = tenant.check(&["app-works", "viewer-role"], &["--gate", "embed"]);
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(text.contains("GenerateTokenForbidden: Assign the workspace to a running capacity"), "{text}");
    assert_eq!(output.status.code(), Some(8), "{text}");
    let output = tenant.check(&["app-works"], &["--gate", "embed", "--until", "claims"]);
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(2), &b""[..]));
    let output = tenant.check(&["app-works"], &["--gate", "embed", "--report", FINANCE]);
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(text.contains("The report is not in this workspace"), "{text}");
    assert_eq!(text.matches("A semantic model has row-level").count(), 1, "{text}");
    for (accounts, arguments) in [
        (&["app-works", "admin-open"][..], &["--gate", "embed,admin"][..]),
        (&["app-works"], &["--gate", "admin", "--report", RULED]),
    ] {
        let output = tenant.check(accounts, arguments);
        assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(2), &b""[..]), "{arguments:?}");
    }
    let output = tenant.check(&["app-works"], &["--gate", "query", "--watch=5", "--json"]);
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((row(&report["stages"][6], 4)[1], output.status.code()), ("passed", Some(0)));
    let help = Command::new(PROGRAM).args(["check", "--help"]).output().expect("the program runs");
    let help = String::from_utf8(help.stdout).expect("UTF-8");
    let words = help.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("one of the free trial") && words.contains("50 requests an hour per tenant"), "{help}");
}

/// The network, which writes down what is asked by name; pauses are noted instead of waited for.
struct Ports {
    network: Network,
    /// Whether the answer with an embed token is lost on its way.
    is_lossy: bool,
    asked: Arc<Mutex<Vec<String>>>,
    pauses: Arc<Mutex<Vec<Duration>>>,
}

impl Http for Ports {
    fn send(&self, request: HttpRequest) -> impl Future<Output = Result<HttpAnswer, TransportError>> + Send {
        let path = request.url.path().to_owned();
        if path.ends_with("/GenerateToken") || path.ends_with("/admin/groups") {
            self.asked.lock().expect("one thread").push(path.rsplit('/').next().unwrap_or_default().to_owned());
        }
        let is_lost = self.is_lossy && path.ends_with("/GenerateToken");
        let sent = self.network.send(request);
        async move {
            let answer = sent.await;
            if !is_lost {
                return answer;
            }
            assert_eq!(answer.expect("the sandbox answers").status, 200, "a token was given");
            let way = Box::default();
            Err(TransportError { kind: TransportFault::AnswerTimeout, detail: String::new(), way, duration: LIMIT })
        }
    }
}

impl Clock for Ports {
    fn now(&self) -> Timestamp {
        self.network.now()
    }

    fn request_id(&self) -> String {
        self.network.request_id()
    }

    fn pause(&self, span: Duration) -> impl Future<Output = ()> + Send {
        self.pauses.lock().expect("one thread").push(span);
        std::future::ready(())
    }
}

#[tokio::test]
async fn a_watch_spends_one_embed_token_and_asks_the_admin_apis_slowly() {
    let sandbox = Sandbox::bind(0).await.expect("a free port");
    let accounts = sandbox.book();
    tokio::spawn(sandbox.serve());
    let (asked, pauses) = (Arc::default(), Arc::default());
    let tries = RefCell::new(0);
    let order = || {
        let mut tries = tries.borrow_mut();
        *tries += 1;
        // Twice the same settings, then others, which are tried anew.
        let name = if *tries < 3 { "app-works" } else { "admin-open" };
        Ok(Order {
            values: book::values(&accounts, name),
            options: Options::default(),
            until: Stage::PowerBi,
            timeout: LIMIT,
            powerbi: PowerBiOrder { extras: Extras::new(&[Gate::Embed, Gate::Admin], None), ..PowerBiOrder::default() },
            on_realm: OnRealm::Warn,
        })
    };
    let ports = || Ports {
        network: Network::new(LIMIT, None),
        is_lossy: false,
        asked: Arc::clone(&asked),
        pauses: Arc::clone(&pauses),
    };
    let report = watch::watch(ports, order, Duration::from_secs(30), |_| {}).await;
    assert_eq!(*tries.borrow(), 3);
    let calls = asked.lock().expect("one thread").join(" ");
    assert_eq!(calls, "GenerateToken groups groups GenerateToken groups");
    assert_eq!(*pauses.lock().expect("one thread"), [Duration::from_mins(2); 2]);
    let rows = report.powerbi.expect("Power BI was asked").rows();
    assert!(rows.iter().skip(4).all(|row| row.status.word() == "passed"), "{rows:?}");
}

#[tokio::test]
async fn a_watch_ends_where_an_embed_token_may_have_been_spent() {
    let sandbox = Sandbox::bind(0).await.expect("a free port");
    let values = book::values(&sandbox.book(), "app-works");
    tokio::spawn(sandbox.serve());
    let asked = Arc::default();
    let order = || {
        Ok(Order {
            values: values.clone(),
            options: Options::default(),
            until: Stage::PowerBi,
            timeout: LIMIT,
            powerbi: PowerBiOrder { extras: Extras::new(&[Gate::Embed], None), ..PowerBiOrder::default() },
            on_realm: OnRealm::Warn,
        })
    };
    let network = || Network::new(LIMIT, None);
    let ports = || Ports { network: network(), is_lossy: true, asked: Arc::clone(&asked), pauses: Arc::default() };
    let report = watch::watch(ports, order, Duration::from_secs(30), |_| {}).await;
    assert_eq!(asked.lock().expect("one thread").join(" "), "GenerateToken");
    assert_eq!(watch::next(&report), watch::Next::Stopped);
}

/// Each row of the catalogue that only a gate asked by name meets, in the wizard: the code stands in Why, and the gate in
/// its pane.
#[cfg(target_os = "linux")]
#[test]
fn the_pane_shows_every_row_of_the_catalogue_that_is_asked_by_name() {
    let temporary = tempfile::tempdir().expect("a folder");
    let mut wizard =
        pty::Program::new(PROGRAM).args(["sandbox", "--port", "0"]).env("TMPDIR", temporary.path()).spawn(80, 40);
    wizard.wait_for_text("Who reads the reports?");
    wizard.type_keys("\x1b");
    let has_result =
        |text: &str| ["passed", "warned", "failed"].iter().any(|it| text.contains(&format!("[Test] {it}")));
    let (mut count, mut present) = (0, "");
    for line in CATALOGUE.lines().filter(|line| !line.starts_with('#')) {
        let [_, _, _, account, call, answer] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let Some(place) = Gate::OPTIONAL.iter().position(|gate| gate.word() == call) else { continue };
        count += 1;
        // One row after the other of the same account needs no other settings.
        if std::mem::replace(&mut present, account) != account {
            wizard.type_keys("b");
            wizard.wait_for_text("Account book: known situations");
            wizard.type_keys(account);
            wizard.wait_for_text(&format!("find: {account}"));
            wizard.type_keys("\r");
            wizard.wait_for("step Test without a result", |screen| {
                screen.contents().contains("[Test]") && !has_result(&screen.contents())
            });
            wizard.type_keys("t");
            wizard.wait_for("a result", |screen| has_result(&screen.contents()));
        }
        wizard.type_keys("e");
        wizard.wait_for_text("Ask Power BI for more");
        wizard.type_keys(format!("{}\r", "\x1b[B".repeat(place)));
        let code = answer.rsplit(' ').next().unwrap_or_default();
        let word = if code == "-" { "passed" } else { "failed" };
        if code != "-" {
            wizard.wait_for(&format!("{account}: {code}"), |screen| {
                let text = screen.contents();
                text.contains("[Test] failed") && text.contains("[Why]") && text.contains(code)
            });
            wizard.type_keys("\x1b[C\x1b[C");
        }
        wizard.wait_for(&format!("{account}: {word} {call}"), |screen| {
            let is_row = |line: &String| line.split_whitespace().take(2).eq([word, call]);
            screen.contents().contains("[Power BI]") && screen.rows(0, 80).any(|line| is_row(&line))
        });
    }
    assert!(count >= 14, "{count} rows");
    wizard.type_keys("q");
    wizard.wait_for_text("Leave without saving?");
    wizard.type_keys("y");
    assert_eq!(wizard.wait_exit(), 0);
    assert!(!String::from_utf8_lossy(&wizard.bytes()).contains(EMBED_TOKEN), "an embed token was on the screen");
}

#[cfg(target_os = "linux")]
#[test]
fn the_wizard_asks_by_a_key_and_shows_no_embed_token() {
    let tenant = Tenant::open();
    let mut wizard = pty::Program::new(PROGRAM).arg(tenant.file("app-works")).spawn(80, 40);
    wizard.wait_for_text("Nothing has been sent yet");
    wizard.type_keys("\r");
    wizard.wait_for_text("[Claims]");
    for (chosen, row) in
        [("\r", "passed   embed       embed token until "), ("\x1b[B\r", "passed   query       query answered")]
    {
        wizard.type_keys("e");
        wizard.wait_for_text("An embed token for the report Sales Overview");
        wizard.type_keys(chosen);
        wizard.wait_for_text(row);
        wizard.wait_for_text("[Power BI]");
    }
    wizard.type_keys("e");
    wizard.wait_for_text("Ask Power BI for more");
    wizard.type_keys("\x1b[B\x1b[B\r");
    wizard.wait_for_text("Have a Fabric admin open the admin APIs in");
    wizard.wait_for_text("[Test] failed");
    // A test without a wish asks for nothing, and so passes.
    wizard.type_keys("t");
    wizard.wait_for_text("[Claims]");
    wizard.wait_for_text("passed   powerbi    1 workspace");
    wizard.type_keys("q");
    assert_eq!(wizard.wait_exit(), 0);
    let shown = String::from_utf8_lossy(&wizard.bytes()).into_owned();
    assert!(!shown.contains(EMBED_TOKEN), "an embed token was on the screen");
}

#[test]
fn lines_ask_for_it_too() {
    let tenant = Tenant::open();
    let mut command = Command::new(PROGRAM);
    command.env_clear().env("HOME", tenant.folder.path()).arg("--plain").arg(tenant.file("viewer-role"));
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the program starts");
    let mut input = child.stdin.take().expect("its input");
    input.write_all(b"t\n?\ne\n1\npowerbi\ne\n<\nt\nq\n").expect("it reads");
    drop(input);
    let output = child.wait_with_output().expect("its end");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for expected in [
        "e ask more",
        "e: try an embed token, a query or the admin APIs once",
        "1 embed: An embed token for the report Sales Overview: it shows whether embedding works end to end.",
        "a number tests and asks for it",
        "failed powerbi: embed: 403 GenerateTokenForbidden",
        "failed embed 403 GenerateTokenForbidden",
        "warned powerbi: 1 workspace",
    ] {
        assert!(words.contains(expected), "{expected:?} is not in\n{text}");
    }
    assert!(!text.contains(EMBED_TOKEN), "{text}");
    assert_eq!(output.status.code(), Some(0), "{text}");
}
