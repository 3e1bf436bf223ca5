//! `decode` on what people paste: the answers by a clock that stands still, and the real binary.

#![expect(clippy::disallowed_methods, reason = "a test sets up its own files")]
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use token_wizard::cli::decode;
use token_wizard::cli::page::Page;
use token_wizard::domain::pasted::{reading, text_of, token};
use token_wizard::domain::time::Timestamp;

#[path = "support/pty.rs"]
mod pty;

/// 2026-11-24 14:02:11Z.
const NOW: Timestamp = Timestamp::from_seconds(1_795_528_931);

const FOLDER: &str = "tests/fixtures/pasted";

/// File, exit code and first line of the rows that begin with that word.
fn rows(word: &str) -> Vec<(PathBuf, u8, String)> {
    let table = std::fs::read_to_string("tests/expected/pasted.tsv").expect("the table");
    table
        .lines()
        .filter(|line| line.starts_with(word))
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            let cell = |index: usize| *cells.get(index).expect("three cells");
            (Path::new(FOLDER).join(cell(0)), cell(1).parse().expect("an exit code"), cell(2).to_owned())
        })
        .collect()
}

fn said(bytes: &[u8]) -> (u8, String, String) {
    match token::find(&text_of(bytes)) {
        Err(nothing) => (2, decode::nothing(nothing).to_owned(), String::new()),
        Ok(found) => {
            let readings: Vec<_> = found.iter().map(|found| reading::read(found, NOW)).collect();
            let json = decode::json(&readings, false, NOW).expect("JSON");
            (decode::exit_code(&readings), decode::render(&readings, false, Page::of(78)), json)
        }
    }
}

/// Every run of the input that is long enough to be a part of a token or secret.
fn secrets(bytes: &[u8]) -> Vec<String> {
    let text = text_of(bytes);
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "-_~".contains(letter);
    text.split(|letter| !is_part(letter))
        .filter(|part| part.len() > 40 || part.starts_with("eyJ") || part.contains("Q~"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_paste_has_its_answer() {
    let rows = rows("decode/");
    assert!(rows.len() >= 50, "{} rows", rows.len());
    let files = std::fs::read_dir(Path::new(FOLDER).join("decode")).expect("the folder").count();
    assert_eq!(rows.len(), files, "every file has its row");
    let mut wrong = Vec::new();
    for (file, code, first) in rows {
        let bytes = std::fs::read(&file).expect("a fixture");
        let (found_code, text, json) = said(&bytes);
        let found = text.lines().next().unwrap_or_default();
        if (found_code, found) != (code, first.as_str()) {
            wrong.push(format!("{}: {found_code} {found:?}, not {code} {first:?}", file.display()));
        }
        for secret in secrets(&bytes) {
            assert!(!text.contains(&secret) && !json.contains(&secret), "{}: {secret}", file.display());
        }
        for line in text.lines() {
            assert!(line.chars().count() <= 78, "{}: {line}", file.display());
        }
        for shown in [&text, &json] {
            assert!(!shown.contains("Ada") && !shown.contains("ada@"), "{}: {shown}", file.display());
        }
    }
    assert_eq!(wrong, [""; 0], "{}", wrong.join("\n"));
}

#[test]
fn the_objects_have_one_shape() {
    for (file, ..) in rows("decode/") {
        let (_, _, json) = said(&std::fs::read(&file).expect("a fixture"));
        for line in json.lines() {
            let object: Value = serde_json::from_str(line).expect("JSON");
            let keys: Vec<&str> = object.as_object().expect("an object").keys().map(String::as_str).collect();
            let expected = [
                "schema",
                "kind",
                "status",
                "answer",
                "header",
                "signature",
                "claims",
                "expires_at",
                "expires_in",
                "diagnoses",
            ];
            assert_eq!(keys, expected, "{}", file.display());
            for claim in object["claims"].as_object().expect("claims").values() {
                assert!(claim["verdict"].is_string() && claim["note"].is_string());
            }
        }
    }
}

#[test]
fn the_text_says_everything_that_is_in_the_token() {
    let (_, text, json) = said(&std::fs::read(Path::new(FOLDER).join("decode/bare.txt")).expect("a fixture"));
    for part in [
        "alg            header      RS256",
        "signature      not checked decode asks nobody",
        "exp            pass        2026-11-24 15:00:11Z, in 58 min",
        "tid            not checked 8f3c2a1e-0b1d-4c2e-9a3f-5d6e7f8091a2",
        "appidacr       not checked 1 (client secret)",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    let object: Value = serde_json::from_str(json.trim()).expect("JSON");
    assert_eq!(object["status"], "current");
    assert_eq!(object["expires_in"], 3480);
    assert_eq!(object["expires_at"], "2026-11-24T15:00:11Z");
    assert_eq!(object["claims"]["exp"]["verdict"], "pass");
    assert_eq!(object["claims"]["aud"]["verdict"], "not checked");
    assert_eq!(object["signature"]["note"], "decode asks nobody");
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_token-wizard"));
    command.env_clear().env("PATH", "/usr/bin:/bin").arg("decode").args(arguments);
    command
}

fn fed(arguments: &[&str], path: &Path) -> Output {
    let input = std::fs::File::open(path).expect("a fixture");
    command(arguments).stdin(Stdio::from(input)).output().expect("the program runs")
}

fn fixture(name: &str) -> PathBuf {
    Path::new(FOLDER).join("decode").join(name)
}

#[test]
fn the_binary_reads_files_and_standard_input() {
    // Long expired by any clock.
    let path = fixture("old.txt");
    let by_name = command(&[path.to_str().expect("UTF-8")]).output().expect("the program runs");
    let by_input = fed(&[], &path);
    // All but what the clock said in the meantime.
    let timeless = |output: &Output| {
        let lines = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes).into_owned();
            text.lines().filter(|line| !line.contains("clock says")).map(str::to_owned).collect::<Vec<_>>()
        };
        (output.status.code(), lines(&output.stdout), lines(&output.stderr))
    };
    assert_eq!(timeless(&by_name), timeless(&by_input));
    assert_eq!(timeless(&by_name), timeless(&fed(&["-"], &path)));
    assert_eq!(by_name.status.code(), Some(7));
    assert!(String::from_utf8_lossy(&by_name.stdout).starts_with("Expired "));
    // Valid for a very long time.
    let current = fed(&["--json", "--show-personal"], &fixture("far-future.txt"));
    assert_eq!(current.status.code(), Some(0));
    let object: Value = serde_json::from_slice(&current.stdout).expect("JSON");
    assert_eq!(object["claims"]["upn"]["value"], "ada@contoso.example");
    let masked = fed(&["--json"], &fixture("far-future.txt"));
    let object: Value = serde_json::from_slice(&masked.stdout).expect("JSON");
    assert_eq!(object["claims"]["upn"]["value"], "[personal]");
}

#[test]
fn without_a_token_standard_output_stays_empty() {
    for (name, arguments) in [("nothing-prose.txt", &[][..]), ("nothing-empty.txt", &["--json"])] {
        let output = fed(arguments, &fixture(name));
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{name}");
        assert!(String::from_utf8_lossy(&output.stderr).starts_with("Paste "));
    }
    let missing = command(&["no-such-file"]).output().expect("the program runs");
    assert_eq!(missing.status.code(), Some(3));
    let folder = tempfile::tempdir().expect("a folder");
    let large = folder.path().join("large.txt");
    std::fs::write(&large, vec![b'a'; 1024 * 1024 + 1]).expect("a file");
    assert_eq!(fed(&[], &large).status.code(), Some(3));
    assert_eq!(command(&[large.to_str().expect("UTF-8")]).output().expect("it runs").status.code(), Some(3));
}

/// What is repeated here took minutes when a search began anew at every place, now a fraction of a second.
#[test]
fn no_input_makes_the_search_slow() {
    for part in
        ["eyJ ", "eyJhbGciOiJIUzI1NiJ9.", "eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiJ4\n", "access_token=", "1\n", "{\"a\\"]
    {
        let text = part.repeat(100_000 / part.len());
        let started = std::time::Instant::now();
        let _found = token::find(&text);
        assert!(started.elapsed().as_secs() < 20, "{part:?} took {:?}", started.elapsed());
    }
}

#[test]
fn a_token_pasted_into_a_terminal_is_neither_cut_nor_seen() {
    let mut program = pty::Program::new(env!("CARGO_BIN_EXE_token-wizard")).arg("decode").spawn(80, 24);
    program.wait_for_text("Paste the token");
    program.wait_for_bytes(0, b"\x1b[?2004h");
    // Longer than a line of a terminal may be.
    let token = std::fs::read_to_string(fixture("long.txt")).expect("a fixture");
    assert!(token.len() > 5000);
    program.paste(token.trim_end());
    assert_eq!(program.wait_exit(), 7);
    let shown = String::from_utf8_lossy(&program.bytes()).into_owned();
    assert!(shown.contains("Expired ") && !shown.contains("eyJ"), "{shown}");
    assert_eq!(program.modes(), program.modes_before());
}

#[test]
fn a_terminal_is_given_back_after_ctrl_c_and_ctrl_d() {
    for (keys, code) in [("\x03", 130), ("\x04", 2), ("some text\x04", 2)] {
        let mut program = pty::Program::new(env!("CARGO_BIN_EXE_token-wizard")).arg("decode").spawn(80, 24);
        program.wait_for_bytes(0, b"\x1b[?2004h");
        program.type_keys(keys);
        assert_eq!(program.wait_exit(), code, "{keys:?}");
        assert_eq!(program.modes(), program.modes_before());
    }
}
