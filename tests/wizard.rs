//! The wizard as a person meets it: the real program on the practice tenant, in a terminal of 80 columns and 24 rows.
//!
//! A key is pressed only after the screen has named it. Values come from the account book, not from the program's
//! screen.
#![cfg(target_os = "linux")]
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by them")]
#![expect(clippy::disallowed_methods, reason = "the saved file is read to be compared")]

#[path = "support/pty.rs"]
mod pty;

use std::path::PathBuf;

use token_wizard::domain::setting::{Account, SettingName};
use token_wizard::sandbox::Sandbox;

const EXAMPLE: &str = include_str!("../appsettings.example.json");
const ENTER: &str = "\r";
const ESC: &str = "\x1b";
const DOWN: &str = "\x1b[B";
const RIGHT: &str = "\x1b[C";

/// The program in its terminal, and a book like its own.
struct Practice {
    terminal: pty::Terminal,
    temporary: tempfile::TempDir,
    book: Vec<Account>,
    /// The address in the book; the program has another port.
    address: String,
    /// The example file with that address.
    scratch: String,
    keys: usize,
}

impl Practice {
    fn open() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let sandbox = runtime.block_on(Sandbox::bind(0)).expect("a free port");
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let terminal = pty::Program::new(env!("CARGO_BIN_EXE_token-wizard"))
            .args(["sandbox", "--port", "0"])
            .env("LANG", "C.UTF-8")
            .env("TMPDIR", temporary.path())
            .spawn(80, 24);
        terminal.wait_for_text("Who reads the reports?");
        let address = sandbox.address().to_string();
        Self { terminal, temporary, book: sandbox.book(), address, scratch: sandbox.scratch(EXAMPLE), keys: 0 }
    }

    fn value(&self, account: &str, name: SettingName) -> String {
        let account = self.book.iter().find(|row| row.name == account).expect("a row of the book");
        account.values.get(name).to_owned()
    }

    /// Waits until the footer names the key with that label, and presses it.
    #[track_caller]
    fn press(&mut self, key: &str, hint: &str) {
        self.terminal.wait_for(&format!("the key {hint:?} in the footer"), |screen| footer(screen).contains(hint));
        self.terminal.type_keys(key);
        self.keys += 1;
    }

    #[track_caller]
    fn wait(&self, text: &str) {
        self.terminal.wait_for_text(text);
    }

    /// Waits until the cursor stands in the field of that setting.
    #[track_caller]
    fn wait_for_field(&self, name: &str) {
        self.terminal.wait_for(&format!("the cursor in {name}"), |screen| {
            let (row, _) = screen.cursor_position();
            let above = screen.rows(0, 80).nth(usize::from(row).saturating_sub(1)).unwrap_or_default();
            !screen.hide_cursor() && above.trim_start().starts_with(name)
        });
    }

    /// Fills in tenant, app and secret; ends in the field of the secret.
    fn paste_app(&mut self) {
        self.press(ENTER, "Enter next");
        self.wait_for_field("AppTenantId");
        self.terminal.paste(&self.value("app-works", SettingName::AppTenantId));
        self.wait(&self.value("app-works", SettingName::AppTenantId));
        self.press(ENTER, "Enter next");
        self.wait_for_field("ClientId");
        self.terminal.paste(&self.value("app-works", SettingName::ClientId));
        self.wait(&self.value("app-works", SettingName::ClientId));
        self.press(ENTER, "Enter next");
        self.wait_for_field("ClientSecret");
        let secret = self.value("app-works", SettingName::ClientSecret);
        self.terminal.paste(&secret);
        self.wait(&format!("{} characters", secret.chars().count()));
    }

    /// Asserts that no eight letters of the secret in a row were ever written to the terminal.
    #[track_caller]
    fn assert_never_shown(&self, secret: &str) {
        let bytes = self.terminal.bytes();
        for part in secret.as_bytes().windows(8) {
            let is_there = bytes.windows(part.len()).any(|window| window == part);
            assert!(!is_there, "the secret was on the line: {}", part.escape_ascii());
        }
    }

    /// The value that the pane Claims shows behind a name.
    #[track_caller]
    fn claim(&self, name: &str) -> String {
        let screen = self.terminal.screen_text();
        let found = screen.lines().find_map(|line| {
            let mut words = line.split_whitespace();
            (words.next() == Some(name)).then(|| words.next().unwrap_or_default().to_owned())
        });
        found.unwrap_or_else(|| panic!("no claim {name} in\n{screen}"))
    }

    /// The scratch file that the program works on.
    fn file(&self) -> PathBuf {
        let mut folders = std::fs::read_dir(self.temporary.path()).expect("the temporary folder");
        let folder = folders.next().expect("the scratch folder").expect("the scratch folder");
        assert!(folder.file_name().to_string_lossy().starts_with("token-wizard-sandbox-"));
        folder.path().join("appsettings.json")
    }
}

fn footer(screen: &vt100::Screen) -> String {
    screen.rows(0, 80).last().unwrap_or_default()
}

/// `127.0.0.1` and the port, as the screen shows them.
fn address_on(screen: &str) -> String {
    let (_, rest) = screen.split_once("http://127.0.0.1:").expect("a URL on the screen");
    let (port, _) = rest.split_once('/').expect("a path behind the port");
    format!("127.0.0.1:{port}")
}

#[test]
fn three_pastes_lead_to_a_token_and_a_saved_file() {
    let mut practice = Practice::open();
    practice.paste_app();
    practice.press(ENTER, "Enter next");
    practice.wait("Cloud");
    practice.press(ENTER, "Enter next");
    practice.wait_for_field("AuthTokenUrl");
    let address = address_on(&practice.terminal.screen_text());
    practice.press(ENTER, "Enter next");
    practice.wait_for_field("Resource");
    practice.press(ENTER, "Enter next");
    practice.wait("Nothing has been sent yet");
    practice.press(ENTER, "Enter test");
    practice.wait("[Claims]");
    practice.wait("appid");
    practice.wait("tid");

    assert_eq!(practice.claim("aud"), practice.value("app-works", SettingName::Resource));
    assert_eq!(practice.claim("appid"), practice.value("app-works", SettingName::ClientId));
    // The account names its tenant by domain; its neighbour has the same tenant by ID.
    assert_eq!(practice.claim("tid"), practice.value("app-works-v2", SettingName::AppTenantId));

    practice.press(ENTER, "Enter to Save");
    practice.wait("Enter writes these values");
    practice.press(ENTER, "Enter save");
    practice.wait("values written");
    assert!(practice.keys <= 12, "{} keys besides three pastes", practice.keys);

    let mut expected = practice.scratch.replace(&practice.address, &address);
    for (placeholder, value) in [
        ("[Your Azure Tenant ID]", practice.value("app-works", SettingName::AppTenantId)),
        ("[Client ID the Azure AD app]", practice.value("app-works", SettingName::ClientId)),
        ("[Client Secret for the Azure AD app]", practice.value("app-works", SettingName::ClientSecret)),
        ("[Optional - User name if using 'password' grant type]", String::new()),
        ("[Optional - Password if using 'password' grant type]", String::new()),
    ] {
        assert!(expected.contains(placeholder), "{placeholder}");
        expected = expected.replace(placeholder, &value);
    }
    assert_eq!(std::fs::read_to_string(practice.file()).expect("the saved file"), expected);

    practice.press("q", "q quit");
    assert_eq!(practice.terminal.wait_exit(), 0);
    practice.terminal.assert_given_back();
    let farewell = practice.terminal.screen_text();
    assert!(farewell.contains("Last test passed"), "{farewell}");
    assert!(farewell.contains("Saved to appsettings.json: 5 values"), "{farewell}");
    practice.assert_never_shown(&practice.value("app-works", SettingName::ClientSecret));
    let left = std::fs::read_dir(practice.temporary.path()).expect("the temporary folder").count();
    assert_eq!(left, 0, "the scratch folder was left behind");
}

#[test]
fn a_wrong_secret_of_the_account_book_leads_back_to_the_secret() {
    let mut practice = Practice::open();
    practice.press(ESC, "Esc commands");
    practice.press("b", "b book");
    practice.wait("Account book: known situations");
    let place = practice.book.iter().position(|row| row.name == "wrong-secret").expect("a row of the book");
    for _ in 0..place {
        practice.press(DOWN, "Up/Down row");
    }
    practice.press(ENTER, "Enter fill in");
    practice.wait("Nothing has been sent yet");
    practice.press(ENTER, "Enter test");
    practice.wait("failed   token");
    practice.wait("AADSTS7000215");
    practice.press("g", "g to ClientSecret");
    practice.wait_for_field("ClientSecret");
    practice.assert_never_shown(&practice.value("wrong-secret", SettingName::ClientSecret));
}

#[test]
fn a_secret_is_shown_only_when_asked_for() {
    let mut practice = Practice::open();
    practice.paste_app();
    let secret = practice.value("app-works", SettingName::ClientSecret);
    practice.press(ESC, "Esc commands");
    practice.press("t", "t test");
    practice.wait("[Claims]");
    // Request and Response: what was sent and what came back are masked too.
    practice.press(RIGHT, "Left/Right pane");
    practice.press(RIGHT, "Left/Right pane");
    practice.wait("client_secret");
    practice.press(RIGHT, "Left/Right pane");
    practice.wait("-- Down more --");
    practice.wait("access_token");
    practice.terminal.type_keys(DOWN.repeat(40));
    practice.wait("content-length");
    practice.press(ENTER, "Enter to Save");
    practice.wait("Enter writes these values");
    practice.assert_never_shown(&secret);

    // Digits are named on the help page.
    practice.press("?", "? help");
    practice.wait("1 Who  2 Tenant  3 App");
    practice.press(ESC, "Esc close");
    practice.wait("Enter writes these values");
    practice.terminal.type_keys("3");
    practice.wait_for_field("ClientId");
    practice.press(DOWN, "Up/Down field");
    practice.wait_for_field("ClientSecret");
    practice.press(ESC, "Esc commands");
    practice.assert_never_shown(&secret);
    practice.press("r", "r reveal");
    practice.wait(&secret);
    practice.press("r", "r hide");
    practice.terminal.wait_for("the secret masked again", |screen| !screen.contents().contains(&secret));
}

#[test]
fn leaving_with_unsaved_values_asks_and_gives_the_terminal_back() {
    let mut practice = Practice::open();
    practice.paste_app();
    practice.press(ESC, "Esc commands");
    practice.press("q", "q quit");
    practice.wait("Leave without saving?");
    practice.press(ESC, "Esc stay");
    practice.press("q", "q quit");
    practice.wait("Leave without saving?");
    practice.press("y", "y leave");
    assert_eq!(practice.terminal.wait_exit(), 0);
    practice.terminal.assert_given_back();
    let farewell = practice.terminal.screen_text();
    assert!(farewell.contains("Not saved to appsettings.json: AppTenantId, ClientId, ClientSecret"), "{farewell}");
    practice.assert_never_shown(&practice.value("app-works", SettingName::ClientSecret));
}

#[test]
fn a_password_and_a_token_are_never_shown() {
    let mut practice = Practice::open();
    practice.press(ESC, "Esc commands");
    practice.press("b", "b book");
    practice.wait("Account book: known situations");
    let place = practice.book.iter().position(|row| row.name == "user-works").expect("a row of the book");
    for _ in 0..place {
        practice.press(DOWN, "Up/Down row");
    }
    practice.press(ENTER, "Enter fill in");
    practice.press(ENTER, "Enter test");
    practice.wait("[Claims]");
    practice.press(RIGHT, "Left/Right pane");
    practice.press(RIGHT, "Left/Right pane");
    practice.wait("client_secret");
    practice.press(RIGHT, "Left/Right pane");
    practice.wait("access_token");
    practice.terminal.type_keys(DOWN.repeat(40));
    practice.wait("content-length");
    practice.press(ENTER, "Enter to Save");
    practice.terminal.type_keys(DOWN.repeat(20));
    practice.wait("Password");
    practice.press(ENTER, "Enter save");
    practice.wait("values written");
    practice.press("q", "q quit");
    assert_eq!(practice.terminal.wait_exit(), 0);
    for name in [SettingName::ClientSecret, SettingName::Password] {
        practice.assert_never_shown(&practice.value("user-works", name));
    }
    practice.assert_never_shown("eyJhbGciOi");
}
