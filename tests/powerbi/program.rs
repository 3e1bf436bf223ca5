//! The stage `powerbi` as `check` prints it and as the pane of the wizard shows it, for every row of the table.

use std::process::Command;

use serde_json::Value;
use token_wizard::sandbox::Sandbox;

use crate::{book, pty};

const TABLE: &str = include_str!("../expected/powerbi.tsv");

/// Rows whose token the ladder does not pass on: its signature is false.
const FALSE: [&str; 2] = ["false-signature", "unsigned-token"];

/// Name, status, the four gates, code, words of the action.
fn table() -> Vec<[&'static str; 5]> {
    let rows = TABLE.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect::<Vec<_>>());
    rows.map(|row| row.try_into().expect("five columns")).filter(|row: &[&str; 5]| !FALSE.contains(&row[0])).collect()
}

#[test]
fn check_says_of_every_row_what_the_table_says() {
    let book = book::practice();
    let folder = tempfile::tempdir().expect("a folder");
    let mut wrong = Vec::new();
    for [name, status, gates, code, action] in table() {
        let account = book.iter().find(|account| account.name == name).expect("a row of the book");
        let file = folder.path().join(format!("{name}.json"));
        std::fs::write(&file, book::settings(&account.values)).expect("a settings file");
        let output = Command::new(env!("CARGO_BIN_EXE_token-wizard"))
            .env_clear()
            .args(["check", "--json"])
            .arg(&file)
            .output()
            .expect("the program runs");
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        let report: Value = serde_json::from_str(&text).expect("JSON");
        assert!(!text.contains("eyJ"), "a token is printed: {text}");
        let stage = &report["stages"][6];
        assert_eq!(stage["name"], "powerbi");
        let words = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let listed = stage["gates"].as_array().map_or("-".to_owned(), |gates| {
            gates.iter().map(|gate| words(&gate["status"])).collect::<Vec<_>>().join(" ")
        });
        let found = [words(&stage["status"]), listed, words(&stage["diagnoses"][0]["code"])];
        if found != [status, gates, code] {
            wrong.push(format!("{name}: {found:?}"));
        }
        if code != "-" && !words(&stage["diagnoses"][0]["action"]).contains(action) {
            wrong.push(format!("{name}: {}", stage["diagnoses"][0]["action"]));
        }
        // What failed before decides; otherwise the closed gate does.
        let before =
            report["stages"].as_array().expect("stages").iter().take(6).find(|stage| stage["status"] == "failed");
        let expected = if before.is_some() {
            7
        } else if status == "failed" {
            // A proxy's refusal is none of Power BI's.
            if code == "proxy-credentials" { 5 } else { 8 }
        } else {
            0
        };
        if report["exit_code"] != expected {
            wrong.push(format!("{name}: exit code {}, not {expected}", report["exit_code"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether a test of the present settings is over.
#[cfg(target_os = "linux")]
fn has_result(screen: &str) -> bool {
    ["passed", "warned", "failed"].iter().any(|word| screen.contains(&format!("[Test] {word}")))
}

/// A screen as one line, however long sentences were parted.
#[cfg(target_os = "linux")]
fn flat(screen: &str) -> String {
    screen.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(target_os = "linux")]
#[test]
fn the_pane_shows_every_gate_and_the_workspaces_to_choose() {
    let temporary = tempfile::tempdir().expect("a folder");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let book = runtime.block_on(Sandbox::bind(0)).expect("a free port").book();
    let mut wizard = pty::Program::new(env!("CARGO_BIN_EXE_token-wizard"))
        .args(["sandbox", "--port", "0"])
        .env("TMPDIR", temporary.path())
        .spawn(80, 40);
    wizard.wait_for_text("Who reads the reports?");
    wizard.type_keys("\x1b");
    for [name, status, gates, code, action] in table() {
        let place = book.iter().position(|account| account.name == name).expect("a row of the book");
        wizard.type_keys("b");
        wizard.wait_for_text("Account book: known situations");
        wizard.type_keys("\x1b[B".repeat(place));
        wizard.type_keys("\r");
        // The result of the row before counts no more.
        wizard.wait_for("step Test without a result", |screen| {
            screen.contents().contains("[Test]") && !has_result(&screen.contents())
        });
        wizard.type_keys("t");
        wizard.wait_for(&format!("{name}: {status} powerbi"), |screen| {
            let rows: Vec<String> = screen.rows(0, 80).collect();
            let row = rows.iter().find(|row| row.split_whitespace().take(2).eq([status, "powerbi"]));
            has_result(&screen.contents()) && row.is_some()
        });
        let is_claims = wizard.screen_text().contains("[Claims]");
        wizard.type_keys(if is_claims { "\x1b[C" } else { "\x1b[C\x1b[C" });
        wizard.wait_for_text("[Power BI]");
        if gates != "-" {
            let screen = wizard.screen_text();
            let shown: Vec<&str> = ["features", "workspaces", "reports", "datasets"]
                .iter()
                .filter_map(|gate| {
                    screen.lines().find(|line| line.split_whitespace().nth(1) == Some(gate))?.split_whitespace().next()
                })
                .collect();
            assert_eq!(shown.join(" "), gates, "{name}:\n{screen}");
        }
        if status == "failed" {
            wizard.type_keys("\x1b[D\x1b[D");
            wizard.wait_for(&format!("{name}: {code}"), |screen| {
                let shown = flat(&screen.contents());
                shown.contains("[Why]") && shown.contains(code) && shown.contains(action)
            });
        }
        if name == "many-workspaces" {
            wizard.type_keys("w");
            wizard.wait_for_text("Power BI workspaces that the token can look into");
            wizard.type_keys("\r");
            wizard.wait_for_text("passed   powerbi");
            wizard.wait_for_text("report");
        }
    }
    wizard.type_keys("q");
    wizard.wait_for_text("Leave without saving?");
    wizard.type_keys("y");
    assert_eq!(wizard.wait_exit(), 0);
}
