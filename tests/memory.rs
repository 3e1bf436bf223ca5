//! The question which file to work on as a person meets it in a terminal, and what is remembered from one run to the
//! next: recent files, and drafts of what a dropped line would lose.
#![cfg(target_os = "linux")]
#![expect(clippy::expect_used, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "the files that were written are read to be compared")]

#[path = "support/pty.rs"]
mod pty;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use token_wizard::domain::setting::{SettingName, Values};
use token_wizard::io::state::State;

const EXAMPLE: &str = include_str!("../appsettings.example.json");
const TENANT: &str = "8f3c2a1e-5b7d-4c19-9e42-3a6f0d1c77d0";

/// Folders that outlast a run: one for the state, one to work in.
struct Disk {
    folder: tempfile::TempDir,
}

impl Disk {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn example(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, EXAMPLE).expect("a settings file");
        path
    }

    fn state(&self) -> State {
        State::at(self.path("state/token-wizard"))
    }

    fn run(&self, file: &Path) -> pty::Terminal {
        pty::Program::new(env!("CARGO_BIN_EXE_token-wizard"))
            .arg(file)
            .env("XDG_STATE_HOME", self.path("state"))
            .env("TMPDIR", self.folder.path())
            .spawn(80, 24)
    }
}

/// Leaves the wizard, on whose example file the optional placeholders are always unsaved.
fn quit(terminal: &mut pty::Terminal) {
    terminal.type_keys("\x1bq");
    terminal.wait_for_text("Leave without saving?");
    terminal.type_keys("y");
    assert_eq!(terminal.wait_exit(), 0);
    terminal.assert_given_back();
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("it is there").permissions().mode() & 0o777
}

#[test]
fn a_missing_file_is_created_and_opened_and_is_recent_from_then_on() {
    let disk = Disk::new();
    let path = disk.path("appsettings.json");
    let mut terminal = disk.run(&path);
    terminal.wait_for_text("There is no such file. What now?");
    terminal.type_keys("\r");
    terminal.wait_for_text("Who reads the reports?");
    assert_eq!(fs::read_to_string(&path).expect("the new file"), EXAMPLE);
    assert_eq!(mode(&path), 0o600);
    quit(&mut terminal);
    assert_eq!(disk.state().recent(), std::slice::from_ref(&path));

    let mut terminal = disk.run(&disk.path("other.json"));
    terminal.wait_for_text(" 4  ");
    terminal.type_keys("4");
    terminal.wait_for_text("Who reads the reports?");
    quit(&mut terminal);
    assert!(!disk.path("other.json").exists());
}

#[test]
fn a_folder_means_the_usual_file_in_it() {
    let disk = Disk::new();
    let mut terminal = disk.run(disk.folder.path());
    terminal.wait_for_text("There is no such file. What now?");
    // Esc first, as one who does not know whether a field has the keys.
    terminal.type_keys("\x1bq");
    assert_eq!(terminal.wait_exit(), 0);
    terminal.assert_given_back();
    disk.example("appsettings.json");
    let mut terminal = disk.run(disk.folder.path());
    terminal.wait_for_text("Who reads the reports?");
    quit(&mut terminal);
}

#[test]
fn a_typed_path_that_leads_nowhere_is_told_and_can_be_corrected() {
    let disk = Disk::new();
    let mut terminal = disk.run(Path::new("appsettings.json"));
    terminal.wait_for_text("What now?");
    let home = terminal.home().to_owned();
    fs::write(home.join("broken.json"), "{ \"ClientId\": }").expect("a broken file");
    fs::write(home.join("good.json"), EXAMPLE).expect("a settings file");
    terminal.type_keys("3~/no.json\r");
    terminal.wait_for_text("Correct the path");
    terminal.type_keys("\x15broken.json\r");
    terminal.wait_for_text("failed  Mend the JSON at the place that is named.");
    terminal.type_keys("\x15");
    terminal.paste(" '~/good.json'\n");
    terminal.type_keys("\r");
    terminal.wait_for_text("Who reads the reports?");
    quit(&mut terminal);
    assert_eq!(disk.state().recent(), [home.join("good.json")]);
}

#[test]
fn a_folder_that_does_not_exist_is_named_and_nothing_is_created() {
    let disk = Disk::new();
    let mut terminal = disk.run(&disk.path("no/appsettings.json"));
    terminal.wait_for_text("What now?");
    terminal.type_keys("1");
    terminal.wait_for_text("failed  Make the folder first");
    terminal.type_keys("q");
    assert_eq!(terminal.wait_exit(), 0);
    assert!(!disk.path("no").exists() && !disk.path("state").exists());
}

#[test]
fn practising_leads_to_a_token_and_is_not_remembered() {
    let disk = Disk::new();
    let mut terminal = disk.run(&disk.path("appsettings.json"));
    terminal.wait_for_text("What now?");
    terminal.type_keys("2");
    terminal.wait_for_text("PRACTICE");
    terminal.type_keys("\x1bb");
    terminal.wait_for_text("Account book: known situations");
    terminal.type_keys("\r");
    terminal.wait_for_text("Nothing has been sent yet");
    terminal.type_keys("\r");
    terminal.wait_for_text("passed   token");
    terminal.type_keys("q");
    terminal.wait_for_text("Leave without saving?");
    terminal.type_keys("y");
    assert_eq!(terminal.wait_exit(), 0);
    assert_eq!(fs::read_dir(disk.folder.path()).expect("the folder").count(), 0, "nothing is left");
}

#[test]
fn a_malformed_file_is_told_without_a_question() {
    let disk = Disk::new();
    let path = disk.path("appsettings.json");
    fs::write(&path, "{").expect("a broken file");
    let terminal = disk.run(&path);
    assert_eq!(terminal.wait_exit(), 3);
    terminal.wait_for_text("The file is not what .NET reads");
}

#[test]
fn without_a_terminal_the_commands_that_work_are_named() {
    let disk = Disk::new();
    let output = std::process::Command::new("setsid")
        .args(["--wait", env!("CARGO_BIN_EXE_token-wizard")])
        .arg(disk.path("appsettings.json"))
        .stdin(std::process::Stdio::null())
        .output()
        .expect("the program runs");
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{told}");
    assert!(told.contains("appsettings.json cannot be read") && told.contains("token-wizard check FILE"), "{told}");
    assert!(told.contains("token-wizard --plain FILE"), "{told}");
}

/// Types a tenant and a secret into the example file, and waits until both are on the screen.
fn typed(disk: &Disk, path: &Path) -> pty::Terminal {
    let mut terminal = disk.run(path);
    terminal.wait_for_text("Who reads the reports?");
    terminal.type_keys("\r");
    terminal.wait_for_text("AppTenantId");
    terminal.paste(TENANT);
    terminal.wait_for_text(TENANT);
    terminal.type_keys("\x1b3");
    terminal.wait_for_text("ClientSecret");
    terminal.type_keys("\x1b[B");
    terminal.paste("c4nary~of.a_secret-with-forty-letters000");
    terminal.wait_for_text("40 characters");
    terminal
}

/// Makes the program paint its whole screen until nothing more goes over the line.
fn fill_line(terminal: &pty::Terminal) {
    for turn in 0..600_u16 {
        let sleeps = terminal.sleeps();
        terminal.resize(117 + turn % 2, 60);
        // Signals that come while one is pending are one, so it gets the time to take this one in.
        (0..1000).find(|_| terminal.sleeps() != sleeps);
    }
}

fn draft(disk: &Disk, path: &Path) -> Option<Values> {
    disk.state().draft(path, token_wizard::io::chance::now()).map(|(values, _)| values)
}

#[test]
fn a_hang_up_leaves_a_draft_without_the_secret() {
    let disk = Disk::new();
    let path = disk.example("appsettings.json");
    let expected = Some(Values::default().with(SettingName::AppTenantId, TENANT));
    let terminal = typed(&disk, &path);
    assert_eq!(draft(&disk, &path), None);
    terminal.signal(rustix::process::Signal::HUP);
    assert_eq!(terminal.wait_exit(), 129);
    assert_eq!(draft(&disk, &path), expected);
    let file = disk.path("state/token-wizard/drafts.json");
    assert_eq!((mode(&file), mode(file.parent().expect("its folder"))), (0o600, 0o700));
    let bytes = fs::read_to_string(&file).expect("the drafts");
    assert!(!bytes.contains("c4nary"), "{bytes}");

    // Nobody has answered the draft when the next line drops too; leaving by a key is an answer.
    let terminal = disk.run(&path);
    terminal.wait_for_text("Something was typed here before");
    terminal.signal(rustix::process::Signal::TERM);
    assert_eq!(terminal.wait_exit(), 143);
    assert_eq!(draft(&disk, &path), expected);
    let mut terminal = disk.run(&path);
    terminal.wait_for_text("Something was typed here before");
    terminal.type_keys("\r");
    terminal.wait_for_text("Who reads the reports?");
    terminal.type_keys("\x1b2");
    terminal.wait_for_text(TENANT);
}

#[test]
fn a_terminal_that_is_gone_or_stalled_leaves_a_draft_too() {
    let disk = Disk::new();
    let path = disk.example("appsettings.json");
    let mut terminal = typed(&disk, &path);
    terminal.hang_up();
    assert_eq!(terminal.wait_exit(), 129);
    assert!(draft(&disk, &path).is_some());
    disk.state().forget_draft(&path);

    let mut terminal = typed(&disk, &path);
    terminal.type_keys("\x1b?");
    terminal.wait_for_text("Commands (Esc first)");
    terminal.stop_reading();
    fill_line(&terminal);
    terminal.wait_until_blocked();
    terminal.signal(rustix::process::Signal::TERM);
    assert_eq!(terminal.wait_end(pty::PATIENCE).exit_code(), 143);
    assert!(draft(&disk, &path).is_some());
}

#[test]
fn leaving_and_saving_forget_the_draft() {
    let disk = Disk::new();
    let path = disk.example("appsettings.json");
    let values = Values::default().with(SettingName::AppTenantId, TENANT);
    let now = token_wizard::io::chance::now();
    let mut terminal = typed(&disk, &path);
    disk.state().keep_draft(&path, &values, now);
    terminal.type_keys("\x1bq");
    terminal.wait_for_text("Leave without saving?");
    terminal.type_keys("y");
    assert_eq!(terminal.wait_exit(), 0);
    assert_eq!(draft(&disk, &path), None);

    let mut terminal = typed(&disk, &path);
    disk.state().keep_draft(&path, &values, now);
    terminal.type_keys("\x1bs");
    terminal.wait_for_text("Enter writes these values");
    terminal.type_keys("\r");
    terminal.wait_for_text("values written");
    terminal.signal(rustix::process::Signal::HUP);
    assert_eq!(terminal.wait_exit(), 129);
    assert_eq!(draft(&disk, &path), None);
}
