//! Every row of the account book, through the real network code, against the table in `expected/`.

use std::time::Duration;

use token_wizard::domain::diagnosis::Diagnosis;
use token_wizard::domain::registration::Options;
use token_wizard::domain::setting::{Account, SettingName};
use token_wizard::io::http::Network;
use token_wizard::sandbox::Sandbox;
use token_wizard::verify::{self, Event, OnRealm, Order, PowerBiOrder, Report, Stage, Status};

const TABLE: &str = include_str!("expected/account-book.tsv");

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

/// The stage with the answer, its diagnosis, and the exit code.
fn found(report: &Report) -> (String, String, u8, String, String) {
    let stage = report.first(Status::Failed).or_else(|| report.first(Status::Warned));
    let dash = || "-".to_owned();
    let answer: Option<&Diagnosis> = report.answer();
    (
        stage.map_or_else(dash, |stage| stage.stage.word().to_owned()),
        answer.map_or_else(dash, |diagnosis| diagnosis.code.to_string()),
        report.exit_code(false),
        answer.and_then(|diagnosis| diagnosis.setting).map_or_else(dash, |name| name.key().to_owned()),
        answer.map_or_else(dash, |diagnosis| diagnosis.action.clone()),
    )
}

#[tokio::test]
async fn every_row_gives_what_the_table_says() {
    let sandbox = Sandbox::bind(0).await.expect("a free port");
    let book = sandbox.book();
    let server = tokio::spawn(sandbox.serve());
    let mut wrong = Vec::new();
    let rows: Vec<Vec<&str>> =
        TABLE.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect()).collect();
    for row in &rows {
        let [name, stage, code, exit, setting, words] = row.as_slice() else { panic!("six columns: {row:?}") };
        let account = book.iter().find(|account| account.name == *name).expect("the book has every row of the table");
        let report = test(account).await;
        let (is_stage, is_code, is_exit, is_setting, action) = found(&report);
        let is = format!("{is_stage} {is_code} {is_exit} {is_setting}");
        if is != format!("{stage} {code} {exit} {setting}") || *words != "-" && !action.contains(words) {
            wrong.push(format!("{name}: {is}: {action}"));
        }
        // What the server said and what is shown of it never holds a secret.
        let shown = format!("{:?}{:?}{:?}", report.stages, report.request, report.response);
        for secret in account.values.secrets() {
            assert!(!shown.contains(secret.expose()), "{name} shows a secret");
        }
    }
    let listed = |account: &&Account| rows.iter().any(|row| row.first() == Some(&account.name));
    let missing: Vec<_> = book.iter().filter(|account| !listed(account)).map(|account| account.name).collect();
    server.abort();
    assert_eq!(wrong, [""; 0]);
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
