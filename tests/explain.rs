//! `explain` on what people paste, and the real binary.

#![expect(clippy::disallowed_methods, reason = "a test reads its own files")]
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use token_wizard::cli::explain;
use token_wizard::cli::page::Page;
use token_wizard::domain::pasted::{answer, text_of};

const FOLDER: &str = "tests/fixtures/pasted";

fn paste(name: &str) -> String {
    text_of(&std::fs::read(Path::new(FOLDER).join("explain").join(name)).expect("a fixture")).to_string()
}

#[test]
fn every_paste_has_its_answer() {
    let table = std::fs::read_to_string("tests/expected/pasted.tsv").expect("the table");
    let rows: Vec<&str> = table.lines().filter(|line| line.starts_with("explain/")).collect();
    assert!(rows.len() >= 50, "{} rows", rows.len());
    let files = std::fs::read_dir(Path::new(FOLDER).join("explain")).expect("the folder").count();
    assert_eq!(rows.len(), files, "every file has its row");
    let mut wrong = Vec::new();
    for row in rows {
        let cells: Vec<&str> = row.split('\t').collect();
        let [file, code, first] = cells.as_slice() else { panic!("three cells: {row}") };
        let text = text_of(&std::fs::read(Path::new(FOLDER).join(file)).expect("a fixture"));
        let answer = answer::explain(&text);
        let shown = explain::render(&answer, Page::of(78));
        let shown = if shown.is_empty() { explain::NOTHING.to_owned() } else { shown };
        let found = shown.lines().next().unwrap_or_default();
        let found_code = explain::exit_code(&answer).to_string();
        if (found, found_code.as_str()) != (*first, *code) {
            wrong.push(format!("{file}: {found_code} {found:?}, not {code} {first:?}"));
        }
        assert!(!shown.contains("Q~") && !shown.contains("eyJ") && !shown.contains("ada@"), "{file}: {shown}");
        for line in shown.lines().skip(1) {
            assert!(line.chars().count() <= 78, "{file}: {line}");
        }
    }
    assert_eq!(wrong, [""; 0], "{}", wrong.join("\n"));
}

#[test]
fn ids_and_words_of_the_server_are_shown() {
    for name in ["answer.json", "answer-escaped.txt", "answer-twice-escaped.txt", "msal.txt", "utf16.txt"] {
        let shown = explain::render(&answer::explain(&paste(name)), Page::of(78));
        for part in [
            "AADSTS7000215: Client secret not valid [ClientSecret].",
            "Server: Invalid client secret provided.",
            "Trace       0d9c1f2e-1111-4222-8333-444455556666",
            "Correlation 5f1e2d3c-7777-4888-9999-aaaabbbbcccc",
            "Time        2026-11-24 14:02:11Z",
        ] {
            assert!(shown.contains(part), "{name}: {part}\n{shown}");
        }
    }
    let portal = explain::render(&answer::explain(&paste("portal.txt")), Page::of(78));
    assert!(portal.contains("Request     0d9c1f2e") && portal.contains("2026-11-24T14:02:11Z"), "{portal}");
    let policy = explain::render(&answer::explain(&paste("policy.json")), Page::of(78));
    assert!(policy.contains("9a8b7c6d-1212-4343-8565-787809090a0b"), "{policy}");
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_token-wizard"));
    command.env_clear().env("PATH", "/usr/bin:/bin").arg("explain").args(arguments).stdin(Stdio::null());
    command
}

fn explained(arguments: &[&str]) -> Output {
    command(arguments).output().expect("the program runs")
}

fn first_line(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().to_owned()
}

#[test]
fn arguments_are_joined_and_may_begin_with_anything() {
    for arguments in [&["AADSTS7000215"][..], &["7000215"], &["aadsts", "7000215"], &["error", "code:", "7000215"]] {
        let output = explained(arguments);
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(first_line(&output), "Put the secret's Value into ClientSecret.", "{arguments:?}");
    }
    let dashed = explained(&["--->", "SocketException:", "Connection", "refused"]);
    assert_eq!(first_line(&dashed), "Check host and port, and that something listens there.");
}

#[test]
fn json_is_one_object() {
    let input = std::fs::File::open(Path::new(FOLDER).join("explain/umbrella.json")).expect("a fixture");
    let output = command(&["--json", "-"]).stdin(Stdio::from(input)).output().expect("the program runs");
    let object: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let codes: Vec<&Value> = object["diagnoses"].as_array().expect("a list").iter().map(|one| &one["code"]).collect();
    assert_eq!(codes, ["AADSTS50126", "AADSTS70002"]);
    assert_eq!(object["schema"], 1);
    let first = object["diagnoses"][0].as_object().expect("an object");
    let keys: Vec<&str> = first.keys().map(String::as_str).collect();
    assert_eq!(keys, ["code", "severity", "title", "action", "cause", "setting", "remedies", "evidence"]);
}

#[test]
fn nothing_recognised_is_a_usage_error() {
    let output = explained(&["it", "is", "broken"]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("Paste the whole message"));
    let output = explained(&["--json", "it", "is", "broken"]);
    let object: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((output.status.code(), &object["diagnoses"]), (Some(2), &serde_json::json!([])));
}

/// What is repeated here took minutes when a search began anew at every place, now a fraction of a second.
#[test]
fn no_input_makes_the_search_slow() {
    for part in [
        "AADSTS",
        "1\n",
        "trace id: ",
        "{\"access_token\":{",
        "claims=AAAA",
        "status 4",
        "aadsts1\n1:",
        "&#x41;",
        "&",
        "\n",
    ] {
        let started = std::time::Instant::now();
        let _answer = answer::explain(&part.repeat(100_000 / part.len()));
        assert!(started.elapsed().as_secs() < 20, "{part:?} took {:?}", started.elapsed());
    }
}
