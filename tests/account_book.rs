//! Every row of the account book over real HTTP, against the tables in `expected/`: by the ladder up to `claims`, which
//! also holds what the panes of the wizard show, and by the real program to the end of the ladder.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

#[path = "support/book.rs"]
mod book;

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use token_wizard::domain::diagnosis::Diagnosis;
use token_wizard::domain::registration::Options;
use token_wizard::domain::setting::{Account, SettingName};
use token_wizard::io::http::Network;
use token_wizard::sandbox::Sandbox;
use token_wizard::verify::{self, Event, OnRealm, Order, PowerBiOrder, Report, Stage, Status};

const TABLE: &str = include_str!("expected/account-book.tsv");

/// Takes the place of rows of the other one when the ladder is climbed to its end.
const WITH_POWER_BI: &str = include_str!("expected/account-book-powerbi.tsv");

/// Row, stage, code, exit code, setting, words of the action.
type Row = [&'static str; 6];

fn rows(table: &'static str) -> Vec<Row> {
    let rows = table.lines().filter(|line| !line.starts_with('#'));
    rows.map(|line| line.split('\t').collect::<Vec<_>>().try_into().expect("six columns")).collect()
}

async fn test(account: &Account) -> Report {
    test_until(account, Stage::Claims).await
}

async fn test_until(account: &Account, until: Stage) -> Report {
    let network = Network::new(Duration::from_secs(10), None);
    let order = Order {
        values: account.values.clone(),
        options: Options::default(),
        until,
        timeout: Duration::from_secs(10),
        powerbi: PowerBiOrder::default(),
        on_realm: OnRealm::Warn,
    };
    let mut report = Report::default();
    verify::run(&network, &order, |event: Event| report.apply(event)).await;
    report
}

/// What a test came to.
#[derive(Debug, PartialEq, Eq)]
struct Found {
    /// The stage with the answer, its diagnosis, the exit code, and the setting at fault.
    columns: [String; 4],
    action: String,
}

impl Found {
    /// What is wrong with it; a row with an answer says what has to be done.
    fn differs(&self, [name, columns @ .., words]: &Row) -> Option<String> {
        let is_told = if columns[1] == "-" { self.action == "-" } else { *words != "-" && self.action.contains(words) };
        let is_right = self.columns == *columns && is_told;
        (!is_right).then(|| format!("{name}\t{}\t{}", self.columns.join("\t"), self.action))
    }
}

fn found(report: &Report) -> Found {
    let stage = report.first(Status::Failed).or_else(|| report.first(Status::Warned));
    let dash = || "-".to_owned();
    let answer: Option<&Diagnosis> = report.answer();
    Found {
        columns: [
            stage.map_or_else(dash, |stage| stage.stage.word().to_owned()),
            answer.map_or_else(dash, |diagnosis| diagnosis.code.to_string()),
            report.exit_code(false).to_string(),
            answer.and_then(|diagnosis| diagnosis.setting).map_or_else(dash, |name| name.key().to_owned()),
        ],
        action: answer.map_or_else(dash, |diagnosis| diagnosis.action.clone()),
    }
}

/// The same of the real program, and all that it printed.
fn checked(account: &Account) -> (Found, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_token-wizard"))
        .env_clear()
        .args(["check", "--json", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    child.stdin.take().expect("its input").write_all(book::settings(&account.values).as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    let printed = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let stages = report["stages"].as_array().expect("stages");
    let with = |status: &str| stages.iter().find(|stage| stage["status"] == status);
    let stage = with("failed").or_else(|| with("warned")).cloned().unwrap_or_default();
    let answer = &stage["diagnoses"][0];
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let code = output.status.code().expect("it ends by itself");
    assert_eq!(report["exit_code"], code, "{}", account.name);
    let columns = [text(&stage["name"]), text(&answer["code"]), code.to_string(), text(&answer["setting"])];
    (Found { columns, action: text(&answer["action"]) }, printed)
}

#[tokio::test]
async fn every_row_gives_what_the_table_says() {
    let book = book::practice();
    let mut wrong = Vec::new();
    let (rows, with_power_bi) = (rows(TABLE), rows(WITH_POWER_BI));
    for row in &rows {
        let name = row[0];
        let account = book.iter().find(|account| account.name == name).expect("the book has every row of the table");
        let report = test(account).await;
        wrong.extend(found(&report).differs(row));
        let whole = with_power_bi.iter().find(|other| other[0] == name).unwrap_or(row);
        let (found, printed) = checked(account);
        wrong.extend(found.differs(whole).map(|wrong| format!("check: {wrong}")));
        // What the server said and what is shown of it never holds a secret.
        let shown = format!("{:?}{:?}{:?}{printed}", report.stages, report.request, report.response);
        for secret in account.values.secrets() {
            assert!(!shown.contains(secret.expose()), "{name} shows a secret");
        }
    }
    let unknown: Vec<_> = with_power_bi.iter().filter(|row| rows.iter().all(|other| other[0] != row[0])).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    let listed = |account: &&Account| rows.iter().any(|row| row[0] == account.name);
    let missing: Vec<_> = book.iter().filter(|account| !listed(account)).map(|account| account.name).collect();
    assert!(wrong.is_empty(), "not as expected:\n{}", wrong.join("\n"));
    assert_eq!(missing, [""; 0], "rows of the book without an expectation");
}

/// The summary of a stage.
fn summary(report: &Report, stage: Stage) -> &str {
    report.stage(stage).map(|stage| stage.summary.as_str()).expect("the stage was told")
}

#[tokio::test]
async fn the_end_of_a_token_is_counted_from_the_clock_of_its_server() {
    let book = book::practice();
    let account = book.iter().find(|account| account.name == "fast-clock").expect("a row");
    let report = test(account).await;
    let connect = summary(&report, Stage::Connect);
    assert!(connect.starts_with("clock 10 min behind, 127.0.0.1:"), "{connect}");
    let token = summary(&report, Stage::Token);
    let end = report.claims.iter().flatten().find(|claim| claim.name == "exp").expect("an end");
    let (_, relative) = end.words.split_once(", ").expect("a moment and how far off it is");
    assert!(token.contains(&format!("ends {relative}, ")), "{token} and {}", end.words);
    let minutes: u32 = relative.trim_start_matches("in ").trim_end_matches(" min").parse().expect("minutes");
    assert!((50..=62).contains(&minutes), "this machine's clock would make it ten more: {relative}");
}

#[tokio::test]
async fn power_bi_is_not_asked_with_a_false_token_and_the_row_says_so() {
    let book = book::practice();
    let account = book.iter().find(|account| account.name == "unsigned-token").expect("a row");
    let report = test_until(account, Stage::PowerBi).await;
    let stage = report.stage(Stage::PowerBi).expect("the stage was told");
    assert_eq!(stage.status, Status::Skipped);
    assert_eq!(stage.summary, "A token whose signature failed is not sent.");
    assert!(report.powerbi.is_none());
    assert_eq!(report.exit_code(false), 7);
}

#[tokio::test]
async fn a_status_without_words_has_its_standard_ones() {
    let book = book::practice();
    for (name, words) in [("throttled", "429 Too Many Requests, "), ("gateway-silent", "503 Service Unavailable, ")] {
        let account = book.iter().find(|account| account.name == name).expect("a row");
        let report = test(account).await;
        assert!(summary(&report, Stage::Token).starts_with(words), "{}", summary(&report, Stage::Token));
        assert!(report.response.first().is_some_and(|line| line.starts_with(&format!("HTTP {words}"))));
    }
}

#[tokio::test]
async fn nothing_is_sent_to_a_host_that_is_not_trusted() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let account = Account {
        name: "elsewhere",
        situation: "",
        values: Sandbox::bind(0).await.expect("a free port").book().remove(0).values.with(
            SettingName::AuthTokenUrl,
            format!("http://127.0.0.1.example:{}/t/oauth2/token", listener.local_addr().expect("bound").port()),
        ),
    };
    let report = test(&account).await;
    assert_eq!(report.exit_code(false), 4);
    assert_eq!(report.answer().map(|answer| answer.code.as_ref()), Some("scheme-not-https"));
}
