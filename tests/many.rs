//! `check` of many files: the real binary, several files at once over few connections, in flat memory, and no file in
//! the way of another.
#![cfg(target_os = "linux")]
#![expect(clippy::disallowed_methods, reason = "a test sets up its own files")]
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

#[path = "support/book.rs"]
mod book;
#[path = "many/provider.rs"]
mod provider;
#[path = "support/pty.rs"]
mod pty;
#[path = "support/signals.rs"]
mod signals;

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use book::{practice, values};
use provider::Provider;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use token_wizard::domain::setting::{SettingName, Values};

const REFUSED: &str = r#"{"error":"invalid_grant","error_description":"AADSTS50126: Invalid username or password.","error_codes":[50126]}"#;
const WRONG_SECRET: &str = r#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided.","error_codes":[7000215]}"#;

/// A folder of settings files.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: impl AsRef<Path>, values: &Values) -> PathBuf {
        self.write_text(name, &book::settings(values))
    }

    fn write_text(&self, name: impl AsRef<Path>, text: &str) -> PathBuf {
        let path = self.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path
    }
}

/// Settings that ask the provider, for the password grant if there is a user.
fn asking(provider: &Provider, user: &str) -> Values {
    let password = if user.is_empty() { "" } else { "not-the-password" };
    Values::default()
        .with(SettingName::AppTenantId, "contoso.onmicrosoft.com")
        .with(SettingName::AuthTokenUrl, format!("http://{}/{{AppTenantId}}/oauth2/token", provider.address))
        .with(SettingName::Resource, "https://analysis.windows.net/powerbi/api")
        .with(SettingName::ClientId, "1b4e28ba-2fa1-41d2-883f-0016d3cca427")
        .with(SettingName::ClientSecret, "5c18Q~practiceValue.of_forty_characters0")
        .with(SettingName::User, user)
        .with(SettingName::Password, password)
}

fn command(arguments: &[&str], files: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
    let mut command = signals::program();
    command.env_clear().env("PATH", "/usr/bin:/bin").arg("check").args(arguments).args(files);
    command
}

fn check(arguments: &[&str], files: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Output {
    command(arguments, files).output().expect("the program runs")
}

fn text(output: &Output) -> String {
    let text = String::from_utf8(output.stdout.clone()).expect("UTF-8");
    assert!(!text.contains('\u{1b}') && output.stderr.is_empty(), "{text}{output:?}");
    text
}

fn objects(output: &Output) -> Vec<Value> {
    text(output).lines().map(|line| serde_json::from_str(line).expect("each line is an object")).collect()
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("an exit code")
}

/// A check whose last file is standard input, which is held open: it cannot end before it is told.
struct Held {
    child: Child,
    lines: BufReader<std::process::ChildStdout>,
}

impl Held {
    fn start(arguments: &[&str], files: &[PathBuf]) -> Self {
        let mut command = command(arguments, files.iter().map(PathBuf::as_path).chain([Path::new("-")]));
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().expect("the program runs");
        let lines = BufReader::new(child.stdout.take().expect("its output"));
        Self { child, lines }
    }

    fn read(&mut self, count: usize) -> Vec<String> {
        self.lines.by_ref().lines().take(count).map(|line| line.expect("a line")).collect()
    }

    /// The most memory that it has had so far, in KiB.
    fn peak(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("it runs");
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("its peak");
        peak.trim().trim_end_matches(" kB").parse().expect("a number")
    }

    /// Ends its input and returns the rest of its output, its messages and its exit code.
    fn end(mut self) -> (String, String, i32) {
        drop(self.child.stdin.take());
        self.finish()
    }

    fn finish(mut self) -> (String, String, i32) {
        let (mut rest, mut said) = (String::new(), String::new());
        self.lines.read_to_string(&mut rest).expect("its output");
        self.child.stderr.take().expect("its messages").read_to_string(&mut said).expect("UTF-8");
        (rest, said, self.child.wait().expect("it ends").code().expect("an exit code"))
    }
}

/// As many as a debug build tests in a few seconds; `benches/check.rs` has 1,000.
const MANY: usize = 200;

#[test]
fn hundreds_of_files_are_all_tested_in_flat_memory() {
    let (book, folder) = (practice(), Folder::new());
    let (works, wrong, warned) =
        (values(&book, "app-works"), values(&book, "wrong-secret"), values(&book, "app-works-v2"));
    let files: Vec<PathBuf> = (0..MANY)
        .map(|number| {
            let values = match number % 10 {
                3 => &wrong,
                7 => &warned,
                _ => &works,
            };
            folder.write(format!("{number}.json"), values)
        })
        .collect();
    let peak_of = |count: usize| {
        let mut held = Held::start(&[], &files[..count]);
        let lines = held.read(count);
        let peak = held.peak();
        let starts = |word: &str| lines.iter().filter(|line| line.starts_with(word)).count();
        assert_eq!(starts("passed  "), count / 10 * 8);
        assert_eq!(starts("failed  "), count / 10);
        assert_eq!(starts("warned  "), count / 10);
        let (rest, said, code) = held.end();
        assert_eq!((said.as_str(), code), ("", 6));
        let counts = format!(
            "\n{} files: {} passed, {} warned, {} failed\n",
            count + 1,
            starts("pa"),
            starts("wa"),
            count / 10 + 1
        );
        assert!(rest.contains(&counts) && rest.contains("  AADSTS7000215: "), "{rest}");
        peak
    };
    let (few, many) = (peak_of(10), peak_of(MANY));
    // The allocator keeps some room. A report that stayed would take some 10 KiB, and a document its size.
    assert!(many < few + 1536, "10 files: {few} KiB, {MANY} files: {many} KiB");
}

#[test]
fn connections_are_used_again() {
    let (provider, folder) = (Provider::refusing(WRONG_SECRET), Folder::new());
    let files: Vec<_> = (0..100).map(|number| folder.write(format!("{number}.json"), &asking(&provider, ""))).collect();
    let output = check(&["--jobs", "4"], &files);
    assert_eq!(code(&output), 6);
    assert!(text(&output).contains("\n100 files: 100 failed\n100  AADSTS7000215: "));
    assert_eq!(provider.posts(), 100);
    assert!(provider.requests() > 100);
    // Each of four files at a time has two requests on their way; one more may be begun when an idle one is quicker.
    assert!(provider.connections() <= 16, "{} connections", provider.connections());
}

#[test]
fn a_refused_password_is_sent_once() {
    let (provider, folder) = (Provider::refusing(REFUSED), Folder::new());
    let files: Vec<_> = (0..20)
        .map(|number| {
            let app = format!("{number:08}-2fa1-41d2-883f-0016d3cca427");
            let values = asking(&provider, "anna@contoso.com").with(SettingName::ClientId, app);
            folder.write(format!("{number}.json"), &values)
        })
        .collect();
    let output = check(&["--jobs", "8", "--json"], &files);
    assert_eq!((code(&output), provider.posts()), (6, 1));
    let stage = |object: &Value| object["stages"][3].clone();
    let stages: Vec<Value> = objects(&output).iter().map(stage).collect();
    assert_eq!(stages.len(), 20);
    assert!(stages.iter().all(|stage| stage["diagnoses"][0]["code"] == "AADSTS50126"), "{stages:?}");
    let is_spared = |stage: &&Value| stage["summary"].as_str().is_some_and(|words| words.ends_with(", not sent again"));
    assert_eq!(stages.iter().filter(is_spared).count(), 19);
}

#[test]
fn a_right_password_gets_every_file_its_token() {
    let (book, folder) = (practice(), Folder::new());
    let files: Vec<_> =
        (0..8).map(|number| folder.write(format!("{number}.json"), &values(&book, "user-works"))).collect();
    let output = check(&["--json"], &files);
    assert_eq!(code(&output), 0);
    assert!(objects(&output).iter().all(|object| object["claims"]["aud"]["verdict"] == "pass"));
}

#[test]
fn one_bad_file_stops_no_other_and_the_highest_code_counts() {
    let (book, folder) = (practice(), Folder::new());
    let works = values(&book, "app-works");
    let good = folder.write("good.json", &works);
    let wrong = folder.write("wrong.json", &values(&book, "wrong-secret"));
    let strict = folder.write("v2.json", &values(&book, "app-works-v2"));
    let malformed = folder.write_text("malformed.json", "{\"ClientId\" \"a\"}");
    let unset = folder.write("unset.json", &works.with(SettingName::ClientId, ""));
    let missing = folder.path().join("missing.json");
    let folder_itself = folder.path().to_owned();
    for (files, arguments, expected) in [
        (vec![&good, &missing, &good, &malformed, &folder_itself], &["--json"][..], 3),
        (vec![&missing, &unset, &good], &["--json"], 4),
        (vec![&wrong, &missing, &unset, &good], &["--json"], 6),
        (vec![&good, &good], &["--json"], 0),
        (vec![&good, &strict], &["--json"], 0),
        (vec![&good, &strict], &["--json", "--strict"], 4),
        (vec![&good, &wrong], &["--json", "--until", "tenant"], 0),
    ] {
        let output = check(arguments, &files);
        let objects = objects(&output);
        let mut told: Vec<&str> = objects.iter().map(|object| object["file"].as_str().expect("a name")).collect();
        let mut asked: Vec<&str> = files.iter().map(|path| path.to_str().expect("UTF-8")).collect();
        told.sort_unstable();
        asked.sort_unstable();
        assert_eq!(told, asked);
        let codes = objects.iter().map(|object| object["exit_code"].as_i64().expect("a code"));
        assert_eq!((codes.max(), code(&output)), (Some(expected), i32::try_from(expected).expect("small")));
        for object in &objects {
            let is_good = object["file"] == good.to_str().expect("UTF-8");
            assert!(!is_good || object["ok"] == true, "{object}");
        }
    }
}

#[test]
fn each_file_is_a_line_when_it_finishes() {
    let (book, folder) = (practice(), Folder::new());
    let good = folder.write("good.json", &values(&book, "app-works"));
    // One at a time, so the order is that of the arguments; standard input comes last.
    let mut held = Held::start(&["--jobs", "1"], &[good.clone(), folder.path().join("missing.json"), good.clone()]);
    let lines = held.read(3);
    let passed = format!("passed  {}  client_credentials, local provider, ", good.display());
    assert!(lines[0].starts_with(&passed) && lines[0].ends_with('s'), "{lines:?}");
    assert!(
        lines[1].starts_with("failed  ") && lines[1].contains("/missing.json  file-missing: Name the"),
        "{lines:?}"
    );
    let (rest, _, code) = held.end();
    assert_eq!(code, 3);
    assert!(rest.starts_with("failed  -  file-malformed: Mend the JSON"), "{rest}");
    assert!(rest.contains("\n4 files: 2 passed, 2 failed\n1  file-missing: "), "{rest}");
    // Standard input is the first one, and is waited for beside the others.
    let mut command = command(&[], [Path::new("-"), &good]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the program runs");
    let mut first = String::new();
    let mut lines = BufReader::new(child.stdout.take().expect("its output"));
    lines.read_line(&mut first).expect("a line");
    assert!(first.starts_with(&passed), "{first}");
    drop(child.stdin.take());
    assert_eq!(child.wait().expect("it ends").code(), Some(3));
}

#[test]
fn names_of_files_are_data() {
    let (book, folder) = (practice(), Folder::new());
    let name = "a\u{1b}[31m\nb\u{202e}.json";
    let files = [name, "plain.json"].map(|name| folder.write(name, &values(&book, "app-works")));
    let shown = text(&check(&[], &files));
    assert_eq!(shown.lines().filter(|line| line.starts_with("passed  ")).count(), 2, "{shown}");
    assert!(shown.contains("a[31m b.json"), "{shown}");
    assert!(!shown.contains('\u{202e}'), "{shown}");
    let objects = objects(&check(&["--json"], &files));
    assert!(objects.iter().any(|object| object["file"] == files[0].to_str().expect("UTF-8")), "{objects:?}");
}

#[test]
fn wrong_arguments_are_told_before_anything_is_read() {
    for arguments in [&["-", "x", "-"][..], &["--jobs", "0", "x"], &["--jobs", "65", "x"]] {
        let output = check(&[], arguments);
        assert_eq!((code(&output), output.stdout.len()), (2, 0), "{arguments:?}");
        assert!(!output.stderr.is_empty());
    }
}

#[test]
fn interrupted_what_was_finished_stays() {
    let folder = Folder::new();
    let missing: Vec<_> = (0..3).map(|number| folder.path().join(format!("{number}.json"))).collect();
    for (signal, expected) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        let mut held = Held::start(&[], &missing);
        assert_eq!(held.read(3).len(), 3);
        kill_process(Pid::from_child(&held.child), signal).expect("it runs");
        let (rest, said, code) = held.finish();
        assert_eq!((rest.as_str(), code), ("", expected));
        assert_eq!(said, "token-wizard: stopped, 3 of 4 files were tested\n");
    }
}

#[test]
fn a_person_at_a_terminal_sees_how_far_it_is() {
    let folder = Folder::new();
    let start = |arguments: &[&str], files: &[&str]| {
        let mut program = pty::Program::new(env!("CARGO_BIN_EXE_token-wizard")).arg("check");
        for argument in arguments {
            program = program.arg(argument);
        }
        for file in files {
            program = program.arg(if *file == "-" { PathBuf::from("-") } else { folder.path().join(file) });
        }
        program.env("NO_COLOR", "1").spawn(80, 24)
    };
    let mut terminal = start(&[], &["a", "b", "-"]);
    terminal.wait_for_text("2/3 files, 2 failed");
    terminal.type_keys("\x04");
    terminal.wait_for_text("3 files: 3 failed");
    assert_eq!(terminal.wait_exit(), 3);
    let screen = terminal.screen_text();
    assert!(!screen.contains("2/3 files") && !screen.contains("3/3 files"), "{screen}");
    // JSON for copying, and one file: nothing is drawn.
    for (arguments, files) in [(&["--json"][..], &["a", "b"][..]), (&[], &["a"])] {
        let terminal = start(arguments, files);
        assert_eq!(terminal.wait_exit(), 3);
        assert!(!terminal.bytes().contains(&0x1b), "{}", terminal.screen_text());
    }
}

/// What is printed of settings that are refused, and of that file among others.
fn printed(columns: Option<u16>, files: &[&Path]) -> String {
    let Some(columns) = columns else { return text(&check(&[], files)) };
    let program = pty::Program::new(env!("CARGO_BIN_EXE_token-wizard")).arg("check").args(files);
    let terminal = program.env("NO_COLOR", "1").spawn(columns, 200);
    terminal.wait_exit();
    terminal.screen_text()
}

#[test]
fn no_line_loses_its_end() {
    let (book, folder) = (practice(), Folder::new());
    let works = folder.write(
        "a-rather-long-name-of-a-file.json",
        &values(&book, "user-works").with(SettingName::AppTenantId, "contoso.onmicrosoft.com"),
    );
    let wrong = folder.write("another-long-name-of-a-file.json", &values(&book, "wrong-secret"));
    let solid = |text: &str| text.split_whitespace().collect::<String>();
    for (files, said, lines) in
        [(&[works.as_path()][..], "managed user", 7), (&[wrong.as_path(), works.as_path()], " into ClientSecret", 2)]
    {
        let piped = printed(None, files);
        assert!(!piped.contains("..."), "{piped}");
        let row = piped.lines().find(|line| line.contains(said)).expect("one whole line");
        assert!(row.len() > 80, "a line that a screen of 80 columns would cut: {row}");
        let rows = piped.lines().filter(|line| line.starts_with("passed  ") || line.starts_with("failed  "));
        assert_eq!(rows.count(), lines, "{piped}");
        for columns in [50, 80, 120] {
            let shown = printed(Some(columns), files);
            assert!(!shown.contains("..."), "{shown}");
            assert!(solid(&shown).contains(&solid(said)), "{said} at {columns}: {shown}");
            assert!(shown.lines().all(|line| line.chars().count() <= columns.into()), "{shown}");
        }
    }
}
