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
    let network = Network::new(Duration::from_secs(10), None);
    let order = Order {
        values: account.values.clone(),
        options: Options::default(),
        until: Stage::Claims,
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
