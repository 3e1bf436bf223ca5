//! The wizard line by line, as the real program: from a pipe, and in a terminal.
#![cfg(target_os = "linux")]
#![expect(clippy::expect_used, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "saved files are compared, and deadlines measured")]

#[path = "support/pty.rs"]
mod pty;
#[path = "plain/same.rs"]
mod same;
#[path = "support/signals.rs"]
mod signals;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Output, Stdio};

use token_wizard::domain::setting::{Account, SettingName};
use token_wizard::sandbox::Sandbox;

const PROGRAM: &str = env!("CARGO_BIN_EXE_token-wizard");
const EXAMPLE: &str = include_str!("../appsettings.example.json");
const TENANT: &str = "8f3c2a1e-5b7d-4c19-9e42-3a6f0d1c77d0";
const CLIENT: &str = "1b4e28ba-2fa1-41d2-883f-0016d3cca427";
const SECRET: &str = "5c18Q~practiceValue.of_forty_characters0";

fn sandbox() -> (tokio::runtime::Runtime, Sandbox) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let sandbox = runtime.block_on(Sandbox::bind(0)).expect("a free port");
    (runtime, sandbox)
}

/// A practice tenant in this process, and the example file with its address in a folder.
struct Tenant {
    folder: tempfile::TempDir,
    book: Vec<Account>,
    scratch: String,
}

impl Tenant {
    fn open() -> Self {
        let (runtime, sandbox) = sandbox();
        let (book, scratch) = (sandbox.book(), sandbox.scratch(EXAMPLE));
        std::thread::spawn(move || runtime.block_on(sandbox.serve()));
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("appsettings.json"), &scratch).expect("a file");
        Self { folder, book, scratch }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("appsettings.json")
    }

    fn value(&self, name: SettingName) -> String {
        value(&self.book, name)
    }
}

fn value(book: &[Account], name: SettingName) -> String {
    let account = book.iter().find(|row| row.name == "app-works").expect("a row of the book");
    account.values.get(name).to_owned()
}

/// What the file is after the job of the README; tests/wizard.rs expects the same of the screen.
fn saved(scratch: &str, book: &[Account]) -> String {
    let mut expected = scratch.to_owned();
    for (placeholder, value) in [
        ("[Your Azure Tenant ID]", value(book, SettingName::AppTenantId)),
        ("[Client ID the Azure AD app]", value(book, SettingName::ClientId)),
        ("[Client Secret for the Azure AD app]", value(book, SettingName::ClientSecret)),
        ("[Optional - User name if using 'password' grant type]", String::new()),
        ("[Optional - Password if using 'password' grant type]", String::new()),
    ] {
        assert!(expected.contains(placeholder), "{placeholder}");
        expected = expected.replace(placeholder, &value);
    }
    expected
}

fn start(home: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Child {
    let mut command = signals::program();
    command.args(arguments).env_clear().env("HOME", home).env("LANG", "C.UTF-8").current_dir(home);
    command.envs(variables.iter().copied());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts")
}

/// The program with these lines in its input, at its end.
fn piped(home: &Path, arguments: &[&str], variables: &[(&str, &str)], lines: &[&str]) -> (Output, String) {
    let mut child = start(home, arguments, variables);
    let mut input = child.stdin.take().expect("its input");
    // A program that ends early takes no more.
    drop(input.write_all((lines.join("\n") + "\n").as_bytes()));
    drop(input);
    let output = child.wait_with_output().expect("its end");
    let text = String::from_utf8(output.stdout.clone()).expect("UTF-8");
    assert_plain(&text);
    (output, text)
}

/// Lines of at most 78 columns, and nothing that commands a terminal.
#[track_caller]
fn assert_plain(text: &str) {
    for line in text.lines() {
        assert!(line.chars().count() <= 78, "too wide: {line}");
        assert!(!line.contains(char::is_control), "{line:?}");
    }
}

#[track_caller]
fn assert_has(text: &str, words: &str) {
    assert!(text.contains(words), "{words:?} is not in\n{text}");
}

#[test]
fn the_whole_job_is_done_from_a_pipe() {
    let tenant = Tenant::open();
    let [id, client, secret] =
        [SettingName::AppTenantId, SettingName::ClientId, SettingName::ClientSecret].map(|name| tenant.value(name));
    for (line_end, file) in [("", "appsettings.json"), ("\r", "crlf.json")] {
        let path = tenant.folder.path().join(file);
        std::fs::write(&path, &tenant.scratch).expect("a file");
        let lines = ["", &id, &client, &secret, "", "", "", "t", "s", "y", "q"].map(|line| format!("{line}{line_end}"));
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let (output, text) = piped(tenant.folder.path(), &["--plain", file], &[], &lines);
        assert_eq!(output.status.code(), Some(0), "{text}");
        assert_has(&text, "passed  token: 200");
        assert_has(&text, &format!("appid: {client}"));
        assert_has(&text, "5 values written, every other byte kept.");
        assert_has(&text, "Last test passed");
        assert!(!text.contains(&secret), "{text}");
        assert!(!text.contains("Taken out"), "a line end is no noise: {text}");
        assert_eq!(std::fs::read_to_string(path).expect("the file"), saved(&tenant.scratch, &tenant.book));
    }
}

#[test]
fn the_account_book_explains_a_wrong_secret() {
    let tenant = Tenant::open();
    let place = tenant.book.iter().position(|row| row.name == "wrong-secret").expect("a row of the book") + 1;
    let lines = [".", "b", &place.to_string(), "t", "m", "g", "?", "q", "y"];
    let arguments = ["sandbox", "--plain", "--port", "0"];
    let (output, text) = piped(tenant.folder.path(), &arguments, &[], &lines);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert_has(&text, "PRACTICE, local sandbox");
    assert_has(&text, "a number fills these settings in");
    assert!(!text.contains("letters"), "rows are numbered here, and no key finds one: {text}");
    assert_has(&text, "failed  token: 401 invalid_client, AADSTS7000215");
    assert_has(&text, "[AADSTS7000215]");
    assert_has(&text, "into ClientSecret");
    assert_has(&text, "our application asks the identity provider on our own machine");
    assert_has(&text, "App: ClientSecret");
    assert_has(&text, "Not saved to appsettings.json");
}

#[test]
fn the_end_of_the_input_saves_nothing_and_the_exit_code_says_so() {
    let tenant = Tenant::open();
    let home = tenant.folder.path();
    let (output, text) = piped(home, &["--plain"], &[], &["", "contoso.com"]);
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert_has(&text, "Not saved to appsettings.json: AppTenantId");
    assert_eq!(std::fs::read_to_string(tenant.file()).expect("the file"), tenant.scratch);
    // What a pipe typed is not offered to the next one.
    let (_, text) = piped(home, &["--plain"], &[], &[]);
    assert!(!text.contains("typed here before"), "{text}");
    // Nothing was changed, so nothing is lost.
    std::fs::write(tenant.file(), saved(&tenant.scratch, &tenant.book)).expect("a file");
    let (output, text) = piped(home, &["--plain"], &[], &["?"]);
    assert_eq!(output.status.code(), Some(0), "{text}");
    let (output, text) = piped(home, &["--plain"], &[], &["", "\u{fc}"]);
    assert_eq!(output.status.code(), Some(0), "{text}");
}

#[test]
fn a_line_that_is_no_text_is_dropped() {
    let tenant = Tenant::open();
    let mut child = start(tenant.folder.path(), &["--plain"], &[]);
    child.stdin.take().expect("its input").write_all(b"\n\xFF\xFE\ncontoso.com\n").expect("it reads");
    let text = String::from_utf8(child.wait_with_output().expect("its end").stdout).expect("UTF-8");
    assert_has(&text, "That is no UTF-8 text");
    assert_has(&text, "App: ClientId");
}

#[test]
fn a_missing_file_is_asked_about() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path();
    let (output, text) = piped(home, &["--plain"], &[], &[]);
    assert_eq!(output.status.code(), Some(3), "{text}");
    assert_has(&text, "There is no such file. What now?");
    // That was said once; the error says what to do.
    let error = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(error, "Name the settings file, or answer with a line: the input ended before there was one.\n");
    let (output, text) = piped(home, &["--plain"], &[], &["nowhere.json", "1", "q", "y"]);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert_has(&text, "Correct the path: there is no file");
    assert_eq!(std::fs::read_to_string(home.join("appsettings.json")).expect("the file"), EXAMPLE);
    let (output, text) = piped(home, &["--plain", "other.json"], &[], &["appsettings.json", "q", "y"]);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert_has(&text, "File: appsettings.json");
    std::fs::write(home.join("broken.json"), "{").expect("a file");
    let (output, _) = piped(home, &["--plain", "broken.json"], &[], &[]);
    assert_eq!(output.status.code(), Some(3));
}

#[test]
fn a_terminal_that_cannot_move_its_cursor_gets_lines_and_an_old_one_ascii() {
    let tenant = Tenant::open();
    let variables = [("TERM", "dumb"), ("LANG", "C"), ("LC_ALL", "C")];
    let (output, text) = piped(tenant.folder.path(), &[], &variables, &["", "m\u{fc}ller.example", "<", "q", "y"]);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.is_ascii(), "{text}");
    assert_has(&text, "m?ller.example");
}

/// A provider that takes connections and never answers, and a complete file that names it.
fn silent(folder: &Path) -> TcpListener {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("its address");
    let text = format!(
        r#"{{"AppTenantId":"{TENANT}","AuthTokenUrl":"http://{address}/{{AppTenantId}}/oauth2/token",
        "Resource":"https://analysis.windows.net/powerbi/api","ClientId":"{TENANT}","ClientSecret":"{SECRET}"}}"#
    );
    std::fs::write(folder.join("appsettings.json"), text).expect("a file");
    listener
}

#[test]
fn an_interrupt_ends_a_test_and_the_program_in_a_pipe() {
    let folder = tempfile::tempdir().expect("a folder");
    let listener = silent(folder.path());
    let mut child = start(folder.path(), &["--plain"], &[]);
    let mut input = child.stdin.take().expect("its input");
    input.write_all(b"t\n").expect("it reads");
    // Its request has come, so it waits for the answer.
    let (mut connection, _) = listener.accept().expect("a connection");
    connection.read_exact(&mut [0; 4]).expect("a request");
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).expect("it is there");
    let output = child.wait_with_output().expect("its end");
    assert_eq!(output.status.code(), Some(130));
    assert_plain(&String::from_utf8_lossy(&output.stdout));
}

#[test]
fn a_signal_ends_the_program_although_nobody_reads_on() {
    for (signal, code) in [(rustix::process::Signal::TERM, 143), (rustix::process::Signal::INT, 130)] {
        let tenant = Tenant::open();
        let mut child = start(tenant.folder.path(), &["--plain"], &[]);
        let mut input = child.stdin.take().expect("its input");
        // More explanations than the pipe behind it takes.
        input.write_all("?\n".repeat(2000).as_bytes()).expect("it reads");
        let output = child.stdout.take().expect("its output");
        let begin = std::time::Instant::now();
        let filled = || rustix::io::ioctl_fionread(&output).expect("a pipe");
        // Full is when for a while no more goes in: then the program sleeps in a write.
        let settled = rustix::event::Timespec { tv_sec: 0, tv_nsec: 50_000_000 };
        let mut before = 0;
        while before < 60 * 1024 || filled() != before {
            assert!(begin.elapsed() < pty::PATIENCE, "the pipe never became full");
            before = filled();
            rustix::event::poll(&mut [], Some(&settled)).expect("a pause");
        }
        rustix::process::kill_process(rustix::process::Pid::from_child(&child), signal).expect("it is there");
        assert_eq!(child.wait().expect("its end").code(), Some(code));
    }
}

/// The program in a terminal, answered only when it has asked.
struct Typist {
    terminal: pty::Terminal,
    mark: usize,
}

impl Typist {
    fn spawn(program: pty::Program) -> Self {
        Self { terminal: program.spawn(80, 24), mark: 0 }
    }

    /// Waits for these words and for the prompt.
    #[track_caller]
    fn asks(&mut self, words: &str) {
        self.terminal.wait_for_bytes(self.mark, words.as_bytes());
        self.terminal.wait_for_bytes(self.mark, b"\r\n> ");
    }

    fn types(&mut self, keys: &str) {
        self.mark = self.terminal.mark();
        self.terminal.type_keys(keys);
    }

    #[track_caller]
    fn answers(&mut self, words: &str, line: &str) {
        self.asks(words);
        self.types(&format!("{line}\r"));
    }

    #[track_caller]
    fn assert_plain_without(&self, secret: &str) {
        let text = String::from_utf8(self.terminal.bytes()).expect("UTF-8");
        // A terminal shows Ctrl-C as two signs, and ends lines with two.
        assert_plain(&text.replace("\r\n", "\n"));
        for part in secret.as_bytes().windows(8) {
            let part = std::str::from_utf8(part).expect("ASCII");
            assert!(!text.contains(part), "the secret was on the line: {part}");
        }
    }
}

/// At the question for the secret of a file in the terminal's home.
fn at_the_secret() -> Typist {
    let mut typist = Typist::spawn(pty::Program::new(PROGRAM).args(["--plain", "appsettings.json"]));
    typist.answers("There is no such file", "1");
    typist.answers("Who reads the reports?", "");
    typist.answers("AppTenantId", TENANT);
    typist.answers("ClientId", CLIENT);
    typist.asks("What you type here is not shown.");
    assert_ne!(typist.terminal.modes(), typist.terminal.modes_before());
    typist
}

#[test]
fn the_whole_job_is_done_in_a_terminal_and_the_secret_is_not_shown() {
    let (_, sandbox) = sandbox();
    let (book, address, scratch) = (sandbox.book(), sandbox.address().to_string(), sandbox.scratch(EXAMPLE));
    drop(sandbox);
    let temporary = tempfile::tempdir().expect("a folder");
    let program = pty::Program::new(PROGRAM).args(["sandbox", "--plain", "--port", "0"]);
    let mut typist = Typist::spawn(program.env("TMPDIR", temporary.path()));
    let secret = value(&book, SettingName::ClientSecret);
    typist.answers("Who reads the reports?", "");
    typist.answers("AppTenantId", &value(&book, SettingName::AppTenantId));
    typist.answers("ClientId", &value(&book, SettingName::ClientId));
    typist.answers("not shown.", &secret);
    typist.answers("Cloud", "");
    typist.answers("AuthTokenUrl", "");
    typist.answers("Resource", "");
    typist.answers("Step Test", "");
    typist.answers("passed  token", "s");
    typist.answers("Step Save", "y");
    typist.asks("5 values written");
    let folder = std::fs::read_dir(temporary.path()).expect("the folder").next().expect("a folder").expect("a folder");
    let file = std::fs::read_to_string(folder.path().join("appsettings.json")).expect("the saved file");
    let text = String::from_utf8(typist.terminal.bytes()).expect("UTF-8");
    let (_, rest) = text.split_once("http://").expect("a URL");
    let (own_address, _) = rest.split_once('/').expect("a path");
    assert_eq!(file, saved(&scratch, &book).replace(&address, own_address));
    typist.types("q\r");
    assert_eq!(typist.terminal.wait_exit(), 0);
    typist.terminal.assert_given_back();
    typist.assert_plain_without(&secret);
}

#[test]
fn ctrl_c_at_a_hidden_answer_gives_the_echo_back() {
    let mut typist = at_the_secret();
    typist.types("5c18Q~practice");
    typist.types("\x03");
    assert_eq!(typist.terminal.wait_exit(), 130);
    typist.terminal.assert_given_back();
    typist.assert_plain_without(SECRET);
}

#[test]
fn signals_at_a_hidden_answer_give_the_echo_back() {
    for (signal, code) in [(rustix::process::Signal::TERM, 143), (rustix::process::Signal::HUP, 129)] {
        let typist = at_the_secret();
        typist.terminal.signal(signal);
        assert_eq!(typist.terminal.wait_exit(), code);
        typist.terminal.assert_given_back();
    }
}

#[test]
fn a_lost_line_ends_the_program_and_what_was_typed_is_offered_again() {
    let mut typist = at_the_secret();
    // The harness types an end of input before it hangs up; a program that is stopped sees only the hang-up, which
    // also wakes it.
    typist.terminal.signal(rustix::process::Signal::STOP);
    typist.terminal.wait_for_state('T');
    typist.terminal.hang_up();
    assert_eq!(typist.terminal.wait_end(pty::PATIENCE).exit_code(), 129);
    let home = typist.terminal.home().to_owned();
    let file = home.join("appsettings.json");
    let program = pty::Program::new(PROGRAM).arg("--plain").arg(&file).env("HOME", &home);
    let mut again = Typist::spawn(program);
    again.answers("Something was typed here before", "");
    again.answers("Who reads the reports?", "");
    again.asks(&format!("Enter keeps it: {TENANT}"));
}

#[test]
fn ctrl_c_cancels_a_running_test_and_the_commands_are_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let listener = silent(folder.path());
    let program = pty::Program::new(PROGRAM).arg(folder.path()).env("TERM", "dumb");
    let mut typist = Typist::spawn(program);
    typist.answers("Commands: Enter test", "");
    let (mut connection, _) = listener.accept().expect("a connection");
    connection.read_exact(&mut [0; 4]).expect("a request");
    typist.types("\x03");
    typist.answers("Cancelled.", "q");
    assert_eq!(typist.terminal.wait_exit(), 0);
    typist.terminal.assert_given_back();
    typist.assert_plain_without(SECRET);
}

#[test]
fn the_end_of_input_in_a_terminal_leaves_without_saving() {
    let mut typist = at_the_secret();
    typist.types("\x04");
    assert_eq!(typist.terminal.wait_exit(), 2);
    typist.terminal.assert_given_back();
    let text = String::from_utf8(typist.terminal.bytes()).expect("UTF-8");
    assert_has(&text, "Not saved to appsettings.json: AppTenantId, ClientId");
}
