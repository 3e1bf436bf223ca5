//! The question which file to work on: as a state machine, and as a person meets it in a terminal; and what is
//! remembered from one run to the next.
#![cfg(target_os = "linux")]
#![expect(clippy::expect_used, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "the files that were written are read to be compared")]

#[path = "support/pty.rs"]
mod pty;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use token_wizard::app::effect::{Effect, Machine, Msg};
use token_wizard::app::opening::{Choice, Offer, Opening};
use token_wizard::domain::secret::Secret;
use token_wizard::domain::setting::{SettingName, Values};
use token_wizard::domain::time::Timestamp;
use token_wizard::io::state::State;
use token_wizard::ui::theme::Look;

const NOW: Timestamp = Timestamp::from_seconds(1_795_528_931);
const EXAMPLE: &str = include_str!("../appsettings.example.json");
const FILE: &str = "/srv/app/appsettings.json";
const TENANT: &str = "8f3c2a1e-5b7d-4c19-9e42-3a6f0d1c77d0";

/// The question, and what it wanted last.
struct Story {
    opening: Opening,
    effects: Vec<Effect>,
}

impl Story {
    fn with(file: &str, recent: &[&str]) -> Self {
        let opening = Opening::new(Offer {
            file: PathBuf::from(file),
            recent: recent.iter().map(PathBuf::from).collect(),
            look: Look::PLAIN,
            size: (80, 24),
        });
        Self { opening, effects: Vec::new() }
    }

    fn new() -> Self {
        Self::with(FILE, &["/srv/one/appsettings.json", "/srv/two/appsettings.json"])
    }

    fn tell(mut self, msg: Msg) -> Self {
        self.effects = self.opening.update(NOW, msg);
        self
    }

    fn press(self, code: KeyCode) -> Self {
        self.tell(Msg::Key(KeyEvent::new(code, KeyModifiers::NONE)))
    }

    fn keys(self, keys: &str) -> Self {
        keys.chars().fold(self, |story, key| match key {
            '\r' => story.press(KeyCode::Enter),
            '\u{1b}' => story.press(KeyCode::Esc),
            '↓' => story.press(KeyCode::Down),
            '↑' => story.press(KeyCode::Up),
            key => story.press(KeyCode::Char(key)),
        })
    }

    fn paste(self, text: &str) -> Self {
        self.tell(Msg::Paste(Secret::new(text)))
    }

    fn resize(self, columns: u16, rows: u16) -> Self {
        self.tell(Msg::Resized(columns, rows))
    }

    fn screen_at(&self, columns: u16, rows: u16) -> String {
        let mut terminal = Terminal::new(TestBackend::new(columns, rows)).expect("a screen");
        terminal.draw(|frame| self.opening.view(frame)).expect("a picture");
        let cells = terminal.backend().buffer().content();
        let text: Vec<String> = cells
            .chunks(usize::from(columns).max(1))
            .map(|row| row.iter().map(ratatui::buffer::Cell::symbol).collect::<String>().trim_end().to_owned())
            .collect();
        text.join("\n")
    }

    #[track_caller]
    fn sees(self, text: &str) -> Self {
        let screen = self.screen_at(80, 24);
        assert!(screen.contains(text), "{text:?} is not on the screen:\n{screen}");
        self
    }

    #[track_caller]
    fn sees_not(self, text: &str) -> Self {
        let screen = self.screen_at(80, 24);
        assert!(!screen.contains(text), "{text:?} is on the screen:\n{screen}");
        self
    }

    /// It has ended with that choice.
    #[track_caller]
    fn chooses(self, choice: &Choice) -> Self {
        assert_eq!((&self.effects[..], self.opening.choice()), (&[Effect::Quit][..], Some(choice)));
        self
    }

    #[track_caller]
    fn opens(self, path: &str) -> Self {
        self.chooses(&Choice::Open(PathBuf::from(path)))
    }

    /// It has ended without a choice.
    #[track_caller]
    fn leaves(self) {
        assert_eq!((&self.effects[..], self.opening.choice()), (&[Effect::Quit][..], None));
    }
}

#[test]
fn the_question_names_the_whole_path_and_the_mode() {
    insta::assert_snapshot!(Story::new().screen_at(80, 24));
    insta::assert_snapshot!(Story::new().keys("3~/a.json").screen_at(40, 10));
}

#[test]
fn every_row_is_a_choice_by_enter_and_by_its_number() {
    let create = Choice::Create(PathBuf::from(FILE));
    Story::new().keys("\r").chooses(&create);
    Story::new().keys("1").chooses(&create);
    Story::new().keys("↓\r").chooses(&Choice::Practise);
    Story::new().keys("2").chooses(&Choice::Practise);
    Story::new().keys("↓↓↓\r").opens("/srv/one/appsettings.json");
    Story::new().keys("5").opens("/srv/two/appsettings.json");
    Story::new().keys("↓↓↓↓↓\r").leaves();
    Story::new().keys("↓↓↓↓↓↓↓↑↑\r").opens("/srv/one/appsettings.json");
    Story::new().keys("q").leaves();
    Story::new().tell(Msg::Key(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL))).leaves();
    for key in "6890xt".chars() {
        assert_eq!(Story::new().keys(&key.to_string()).effects, [], "{key}");
    }
}

#[test]
fn a_path_is_typed_and_letters_are_no_commands_meanwhile() {
    let story = Story::new().keys("3").sees("Enter open").keys("~/q1.json").sees("~/q1.json");
    assert_eq!(story.effects, []);
    let story = story.keys("\r").opens("~/q1.json");
    // Esc gives the commands back, Enter the field; Alt-q is Esc q on the wire.
    let story = story.keys("\u{1b}\r").sees("Enter open");
    story.tell(Msg::Key(KeyEvent::new(KeyCode::Char('q'), KeyModifiers::ALT))).leaves();
    let story = Story::new().keys("3\r").sees("failed  Type the path of a settings file.");
    story.keys("a").sees_not("failed").keys("\r").opens("a");
}

#[test]
fn a_pasted_path_loses_quotes_and_line_ends_and_undo_brings_them_back() {
    let story = Story::new().paste("\"/srv/my app/a.json\"\r\n").sees("Taken out of the paste:");
    let story = story.keys("\r").opens("/srv/my app/a.json");
    story.keys("\u{1b}u").sees("\"/srv/my app/a.json\"").sees_not("Taken out");
}

#[test]
fn a_refused_choice_says_why_at_its_row_and_asks_on() {
    let mut story = Story::new().keys("3a.json\r").opens("a.json");
    story.opening.refused("Correct the path: there is no file a.json.");
    let story = story.sees("failed  Correct the path: there is no file a.json.").sees("Enter open");
    assert_eq!(story.opening.choice(), None);
    let mut story = story.keys("x\r").sees_not("Correct the path").opens("a.jsonx");
    story.opening.refused("Correct it.");
    story.keys("↑").sees_not("Correct it.").keys("\r").chooses(&Choice::Practise);
}

#[test]
fn file_names_cannot_command_the_terminal() {
    let story = Story::with("/srv/\u{1b}[2Ja\nb\u{202e}.json", &["/srv/\u{9b}31m.json"]);
    let screen = story.screen_at(80, 24);
    assert!(screen.contains("/srv/[2Ja b.json") && screen.contains("/srv/31m.json"), "{screen}");
}

#[test]
fn it_draws_at_every_size_and_all_of_it_can_be_reached() {
    let long = format!("/srv/{}/appsettings.json", "folder/".repeat(40));
    let recent = vec![long.as_str(); 9];
    let mut story = Story::with(&long, &recent);
    for selected in 0..14 {
        story.opening.refused("Mend the JSON at the place that is named.\nline 7, column 4\n    ^ a comma is missing");
        for (columns, rows) in [(1, 1), (3, 50), (39, 10), (40, 9), (41, 11), (64, 14), (80, 24), (119, 30), (200, 60)]
        {
            let screen = story.screen_at(columns, rows);
            assert!(columns != 80 || screen.lines().all(|line| line.chars().count() <= 78), "{screen}");
        }
        // On the smallest screen the selected row is seen, and what goes wrong with it some pages further at most.
        story = story.resize(40, 10);
        let mut seen = story.screen_at(40, 10);
        for _ in 0..4 {
            story = story.press(KeyCode::PageDown);
            seen.push_str(&story.screen_at(40, 10));
        }
        assert!(seen.contains("Mend the JSON") && seen.contains("a comma is"), "row {selected}:\n{seen}");
        story = story.resize(80, 24).press(KeyCode::Down);
    }
    assert!(story.screen_at(39, 9).contains("too small"));
    let story = Story::new().keys("3");
    for columns in (1..=130).step_by(7) {
        for rows in (1..=45).step_by(3) {
            story.screen_at(columns, rows);
        }
    }
}

#[test]
fn paging_stops_at_the_ends() {
    let story = Story::new().resize(40, 10);
    let first = story.screen_at(40, 10);
    let story = (0..9).fold(story, |story, _| story.press(KeyCode::PageDown));
    assert!(story.screen_at(40, 10).contains("Leave"));
    let story = (0..9).fold(story, |story, _| story.press(KeyCode::PageUp));
    assert_eq!(story.screen_at(40, 10), first);
}

// In a terminal.

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
    terminal.wait_for_text("Who reads the reports?");
    terminal.signal(rustix::process::Signal::TERM);
    assert_eq!(terminal.wait_exit(), 143);
    assert_eq!(draft(&disk, &path), expected);
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
    terminal.wait_for_text("In a field");
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
    disk.state().keep_draft(&path, &values, now);
    let mut terminal = typed(&disk, &path);
    terminal.type_keys("\x1bq");
    terminal.wait_for_text("Leave without saving?");
    terminal.type_keys("y");
    assert_eq!(terminal.wait_exit(), 0);
    assert_eq!(draft(&disk, &path), None);

    disk.state().keep_draft(&path, &values, now);
    let mut terminal = typed(&disk, &path);
    terminal.type_keys("\x1bs");
    terminal.wait_for_text("Enter writes these values");
    terminal.type_keys("\r");
    terminal.wait_for_text("values written");
    terminal.signal(rustix::process::Signal::HUP);
    assert_eq!(terminal.wait_exit(), 129);
    assert_eq!(draft(&disk, &path), None);
}
