//! Pictures of the real program, in a terminal, on the practice tenant. `tests/pictures/make` draws them; nothing is
//! compared, so this is no test that can find a fault by itself: they are for people to look at.
#![cfg(target_os = "linux")]
#![expect(clippy::expect_used, clippy::panic, reason = "a scene that cannot be reached ends the drawing")]
#![expect(clippy::disallowed_methods, reason = "files are written and the folder is named in the environment")]

#[path = "../support/pty.rs"]
mod pty;
mod rarer;
mod svg;

use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use token_wizard::domain::setting::{Account, SettingName};
use token_wizard::sandbox::Sandbox;

const PROGRAM: &str = env!("CARGO_BIN_EXE_token-wizard");
const ENTER: &str = "\r";
const ESC: &str = "\x1b";
const UP: &str = "\x1b[A";
const DOWN: &str = "\x1b[B";
const RIGHT: &str = "\x1b[C";

/// A screen that does not change for so long is finished.
const SETTLED: Duration = Duration::from_millis(80);

/// The port in all pictures, in the place of the free one that was found: the usual port of the sandbox.
const PORT: &str = "18080";

/// How a series of pictures is taken.
#[derive(Clone, Copy)]
struct Manner<'a> {
    folder: &'a Path,
    columns: u16,
    rows: u16,
    is_utf8: bool,
}

impl Manner<'_> {
    fn start(self, program: pty::Program) -> pty::Terminal {
        program.env("LANG", if self.is_utf8 { "C.UTF-8" } else { "C" }).spawn(self.columns, self.rows)
    }

    /// Draws what stands on the screen once it has settled, in both palettes.
    fn draw(self, terminal: &pty::Terminal, name: &str, says: &str) {
        settle(terminal);
        let ascii = if self.is_utf8 { "" } else { "-ascii" };
        let path = |rest: &str| self.folder.join(format!("{name}-{}x{}{rest}", self.columns, self.rows));
        terminal.with_screen(|screen| {
            for palette in &svg::PALETTES {
                let drawn = with_usual_port(&palette.draw(screen, says));
                write(&path(&format!("-{}{ascii}.svg", palette.name)), &drawn);
            }
            write(&path(&format!("{ascii}.txt")), &with_usual_port(&screen.contents()));
        });
    }
}

/// Waits until the program has written nothing for a while, or has ended.
fn settle(terminal: &pty::Terminal) {
    loop {
        let mark = terminal.mark();
        if terminal.is_silent_for(SETTLED) || terminal.mark() == mark {
            return;
        }
    }
}

/// The sandbox's wizard in its terminal.
struct Practice<'a> {
    manner: Manner<'a>,
    terminal: pty::Terminal,
    temporary: tempfile::TempDir,
    book: Vec<Account>,
}

impl<'a> Practice<'a> {
    fn open(manner: Manner<'a>) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let book = runtime.block_on(Sandbox::bind(0)).expect("a free port").book();
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let program = pty::Program::new(PROGRAM).args(["sandbox", "--port", "0"]).env("TMPDIR", temporary.path());
        let terminal = manner.start(program);
        terminal.wait_for_text("Who reads the reports?");
        Self { manner, terminal, temporary, book }
    }

    fn value(&self, account: &str, name: SettingName) -> String {
        let account = self.book.iter().find(|row| row.name == account).expect("a row of the book");
        account.values.get(name).to_owned()
    }

    /// Types keys one packet each, then waits for a text.
    #[track_caller]
    fn keys(&mut self, keys: &[&str], until: &str) {
        for key in keys {
            self.terminal.type_keys(key);
            settle(&self.terminal);
        }
        self.terminal.wait_for_text(until);
    }

    #[track_caller]
    fn paste(&mut self, text: &str, until: &str) {
        self.terminal.paste(text);
        self.terminal.wait_for_text(until);
    }

    fn draw(&self, name: &str, says: &str) {
        self.manner.draw(&self.terminal, name, says);
    }

    /// Fills the form with a row of the account book; ends in step Test.
    #[track_caller]
    fn fill(&mut self, account: &str) {
        let place = self.book.iter().position(|row| row.name == account).expect("a row of the book");
        self.keys(&[&format!("{ESC}b")], "Account book");
        for _ in 0..place {
            self.terminal.type_keys(DOWN);
        }
        self.keys(&[ENTER], "[Test]");
    }

    /// Fills in and tests.
    #[track_caller]
    fn test(&mut self, account: &str) {
        self.fill(account);
        self.keys(&[ENTER], "[Test]");
        self.terminal.wait_for("the end of the test", |screen| {
            let steps = screen.contents().lines().nth(1).unwrap_or_default().to_owned();
            ["failed", "warned", "passed"].iter().any(|word| steps.contains(&format!("[Test] {word}")))
        });
    }

    fn file(&self) -> PathBuf {
        let mut folders = std::fs::read_dir(self.temporary.path()).expect("the temporary folder");
        folders.next().expect("the scratch folder").expect("the scratch folder").path().join("appsettings.json")
    }
}

#[test]
#[ignore = "draws pictures into the folder that PICTURES names; tests/pictures/make calls it"]
fn make() {
    let folder = PathBuf::from(std::env::var_os("PICTURES").expect("PICTURES names a folder"));
    let manners = [(80, 24, true), (120, 40, true), (80, 24, false), (120, 40, false)];
    for (columns, rows, is_utf8) in manners {
        let manner = Manner { folder: &folder, columns, rows, is_utf8 };
        println!("{columns}x{rows}{}", if is_utf8 { "" } else { ", ASCII" });
        form(manner);
        app_owns_data(manner);
        user_owns_data(manner);
        conflict(manner);
        waiting(manner);
        missing(manner);
        too_small(manner);
        rarer::gates(manner);
        rarer::offers(manner);
    }
    plain(&folder);
}

/// The steps that are forms, and what they say of wrong values.
fn form(manner: Manner<'_>) {
    let mut practice = Practice::open(manner);
    practice.draw("01-who", "Step Who: customers or people of the own organisation");
    practice.keys(&[DOWN], "[Tenant]");
    practice.draw("02-tenant-empty", "Step Tenant, nothing typed yet");
    practice.paste("\u{a0}8f3c2a1e-5b7d-4c19-9e42-3a6f0d1c77d\r\n", "8f3c2a1e");
    practice.draw("02-tenant-cut", "Step Tenant: a pasted ID without its last digit");
    practice.terminal.type_keys("0");
    practice.keys(&[ENTER], "[App]");
    practice.draw("03-app-empty", "Step App, nothing typed yet");
    let id = practice.value("app-works", SettingName::ClientId);
    practice.paste(&id, &id);
    practice.keys(&[ENTER], "ClientSecret");
    let secret_id = practice.value("secret-id", SettingName::ClientSecret);
    practice.paste(&secret_id, "36 characters");
    practice.draw("03-app-secret-id", "Step App: the Secret ID in the place of the secret's Value");
    practice.keys(&[ESC], "t test");
    practice.draw("03-app-commands", "Step App after Esc: the row of commands");
    practice.keys(&[ENTER], "Esc commands");
    let secret = practice.value("app-works", SettingName::ClientSecret);
    practice.paste(&secret, "40 characters");
    practice.draw("03-app", "Step App: the secret's Value, masked");
    practice.keys(&[&format!("{ESC}r")], &secret);
    practice.draw("03-app-revealed", "Step App: the secret revealed for a minute");
    practice.keys(&["1"], "[Who]");
    practice.keys(&[RIGHT], "user owns data");
    practice.draw("01-who-organisation", "Step Who: people of the own organisation");
    practice.keys(&[ESC, "4"], "[User]");
    practice.draw("04-user-empty", "Step User, nothing typed yet");
    practice.paste("megan", "megan");
    practice.keys(&[DOWN], "Password");
    practice.paste(" Seven Blanks ", "note");
    practice.draw("04-user", "Step User: a short name, and white space around a password");
    practice.keys(&[&format!("{ESC}5")], "[Endpoint]");
    practice.draw("05-endpoint", "Step Endpoint on the practice tenant");
    practice.keys(&[DOWN], "[Endpoint]");
    practice.draw("05-endpoint-url", "Step Endpoint: the URL in focus");
    practice.keys(&[UP, RIGHT], "public");
    practice.draw("05-endpoint-cloud", "Step Endpoint: a cloud was chosen");
    practice.keys(&[DOWN], "[Endpoint]");
    practice.paste("https://login.example.com/{tenant}/oauth2/token", "failed");
    practice.draw("05-endpoint-wrong", "Step Endpoint: a host that is not trusted");
    practice.keys(&[&format!("{ESC}6")], "[Test]");
    practice.draw("06-test-settings", "Step Test with settings that cannot be sent");
    practice.keys(&["?"], "Esc close");
    practice.draw("14-help-test", "Help in step Test");
}

/// The app signs in: test, panes, copying, saving, leaving.
fn app_owns_data(manner: Manner<'_>) {
    let mut practice = Practice::open(manner);
    practice.keys(&[&format!("{ESC}b")], "Account book");
    practice.draw("15-book", "The account book");
    practice.keys(&[ESC, "?"], "Esc close");
    practice.draw("14-help", "Help in step Who");
    practice.keys(&[ESC], "[Who]");
    practice.fill("secret-id");
    practice.draw("06-test-before", "Step Test before the first test");
    practice.test("secret-id");
    for pane in ["why", "claims", "powerbi", "request", "response"] {
        practice.draw(&format!("08-failed-{pane}"), &format!("A refused test, pane {pane}"));
        practice.keys(&[RIGHT], "[Test]");
    }
    practice.keys(&["c"], "Why");
    practice.draw("16-copying", "What can be copied of a refused test");
    practice.keys(&[ENTER], "Sent to the terminal");
    practice.draw("16-copying-sent", "A text was sent to the terminal");
    practice.keys(&[ESC, "m"], "Esc back");
    practice.draw("17-letter", "The message to the administrator");
    practice.keys(&[ESC], "Esc close");
    practice.keys(&[ESC, "3"], "[App]");
    practice.keys(&[ESC, "6"], "[Test]");
    practice.fill("app-works");
    practice.draw("08-outdated", "The settings have changed since the test");
    practice.test("app-works");
    for pane in ["claims", "powerbi", "request", "response", "why"] {
        practice.draw(&format!("09-passed-{pane}"), &format!("A test that passed, pane {pane}"));
        practice.keys(&[RIGHT], "[Test]");
    }
    // Round to the pane of the gates, which names the key.
    practice.keys(&[RIGHT, RIGHT, "e"], "Ask Power BI for more");
    practice.draw("19-asking", "What else can be asked of Power BI");
    practice.keys(&[ESC], "[Test]");
    practice.keys(&["c"], "Access token");
    practice.draw("16-copying-token", "What can be copied of a test that passed");
    practice.keys(&[ESC, "q"], "Leave without saving?");
    practice.draw("18-leaving", "The question before leaving without saving");
    practice.keys(&[ESC, "s"], "Enter writes");
    practice.draw("10-save", "Step Save: the difference, secrets masked");
    practice.keys(&[ENTER], "values written");
    practice.draw("11-saved", "Step Save after saving");
    for (name, account) in [
        ("08-failed-clock", "fast-clock"),
        ("08-failed-tenant", "unknown-domain"),
        ("08-failed-gateway", "gateway-page"),
        ("08-failed-expired", "expired-secret"),
        ("08-failed-audience", "other-resource"),
        ("08-failed-throttled", "throttled"),
        ("08-failed-cloud", "other-cloud"),
        ("08-warned-key", "unpublished-key"),
        ("08-failed-unsigned", "unsigned-token"),
    ] {
        practice.test(account);
        practice.draw(name, &format!("Account {account}"));
    }
    practice.keys(&["q"], "Leave without saving?");
    practice.terminal.type_keys("y");
    practice.terminal.wait_exit();
    practice.draw("22-farewell", "What stands on the normal screen after leaving");
}

/// A user signs in.
fn user_owns_data(manner: Manner<'_>) {
    let mut practice = Practice::open(manner);
    practice.test("wrong-password");
    practice.draw("12-password-refused", "A wrong password");
    practice.keys(&["t"], "y send it");
    practice.draw("12-password-again", "The question before a refused password is sent again");
    practice.keys(&[ESC], "[Test]");
    practice.test("federated-user");
    practice.draw("12-federated-question", "The question before the password of a federated user is sent");
    practice.keys(&[ESC], "The password was not sent.");
    practice.draw("12-federated", "Account federated-user, its password not sent");
    practice.test("mfa-user");
    practice.draw("12-mfa", "Account mfa-user");
    practice.keys(&["p"], "1 of 3");
    practice.draw("12-move-settings", "The move to a service principal: what becomes blank");
    practice.keys(&[ENTER], "2 of 3");
    practice.draw("12-move-secret", "The move to a service principal: the secret of the app");
    practice.keys(&[RIGHT], "3 of 3");
    practice.draw("12-move-gates", "The move to a service principal: the gates of Power BI");
    practice.keys(&[ESC], "[Test]");
    for (name, account) in [("12-consent", "missing-consent"), ("12-user-works", "user-works")] {
        practice.test(account);
        practice.draw(name, &format!("Account {account}"));
    }
    practice.keys(&["4"], "[User]");
    practice.draw("04-user-filled", "Step User with name and password");
}

/// Somebody else changes the file.
fn conflict(manner: Manner<'_>) {
    let mut practice = Practice::open(manner);
    practice.test("app-works");
    let file = practice.file();
    let before = std::fs::read_to_string(&file).expect("the scratch file");
    let theirs =
        before.replace("[Your Azure Tenant ID]", "fabrikam.example").replace("\"User\"", "\"Note\": 1,\n  \"User\"");
    std::fs::write(&file, theirs).expect("the scratch file");
    practice.keys(&["s", ENTER], "k keep mine");
    practice.draw("13-conflict", "Step Save: somebody else changed the file");
    practice.keys(&["c"], "What changed in the file");
    practice.draw("13-comparison", "What somebody else changed, line by line");
}

/// A file of its own, made in the working folder, so that no path of this machine is shown.
fn own_file(text: &str) -> pty::Program {
    pty::Program::new("sh")
        .args(["-c", "printf %s \"$TEXT\" >appsettings.json; chmod 644 appsettings.json; exec \"$0\""])
        .arg(PROGRAM)
        .env("TEXT", text)
}

/// A provider that takes the connection and says nothing.
fn waiting(manner: Manner<'_>) {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = silent.local_addr().expect("an address");
    let text = format!(
        r#"{{
  "AppTenantId": "8f3c2a1e-5b7d-4c19-9e42-3a6f0d1c77d0",
  "AuthTokenUrl": "http://{address}/{{AppTenantId}}/oauth2/token",
  "Resource": "https://analysis.windows.net/powerbi/api",
  "ClientId": "1b4e28ba-2fa1-41d2-883f-0016d3cca427",
  "ClientSecret": "5c18Q~practiceValue.of_forty_characters0"
}}
"#
    );
    let mut terminal = manner.start(own_file(&text));
    terminal.wait_for_text("[Test]");
    manner.draw(&terminal, "06-test-complete", "A complete file opens on the test");
    terminal.type_keys(ENTER);
    terminal.wait_for_text("Ctrl-C cancel");
    manner.draw(&terminal, "07-running", "A test that waits for the provider");
    terminal.type_keys("\x03");
    terminal.wait_for("the end of the wait", |screen| !screen.contents().contains("Ctrl-C"));
    manner.draw(&terminal, "07-cancelled", "A test that was cancelled");
    terminal.type_keys("s");
    terminal.wait_for_text("[Save]");
    manner.draw(&terminal, "10-save-nothing", "Step Save of a file that everybody may read");
}

/// The question before the wizard.
fn missing(manner: Manner<'_>) {
    let program =
        pty::Program::new("sh").args(["-c", "exec \"$0\" \"$1\""]).arg(PROGRAM).arg("/srv/reports/appsettings.json");
    let mut terminal = manner.start(program);
    terminal.wait_for_text("appsettings.json");
    manner.draw(&terminal, "20-missing", "The file does not exist");
    terminal.type_keys(DOWN);
    terminal.type_keys(DOWN);
    terminal.type_keys("/etc/nowhere.json\r");
    manner.draw(&terminal, "20-missing-typed", "The typed file does not exist either");
}

fn too_small(manner: Manner<'_>) {
    for (columns, rows) in [(39, 9), (40, 10), (60, 16)] {
        let manner = Manner { columns, rows, ..manner };
        let mut practice = Practice { manner, ..Practice::open(Manner { columns: 80, rows: 24, ..manner }) };
        practice.test("secret-id");
        practice.terminal.resize(columns, rows);
        practice.draw("19-small", "A small window");
        practice.terminal.type_keys("3");
        practice.draw("19-small-app", "A small window, step App");
    }
}

/// Line by line, as text.
fn plain(folder: &Path) {
    let mut child = Command::new(PROGRAM)
        .args(["sandbox", "--plain", "--port", "0"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .expect("the program starts");
    let answers = "\n8f3c2a1e-5b7d-4c19-9e42-3a6f0d1c77d0\n?\n\n<\n.\nb\n10\n\nt\nc\n<\nm\n<\n?\nq\ny\n";
    child.stdin.take().expect("its input").write_all(answers.as_bytes()).expect("it takes input");
    let output = child.wait_with_output().expect("its end");
    write(&folder.join("21-plain.txt"), &with_usual_port(&String::from_utf8_lossy(&output.stdout)));
}

/// Replaces the free port of this run by the usual one; both have five digits.
fn with_usual_port(text: &str) -> String {
    let mut parts = text.split("127.0.0.1:");
    let mut usual = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.chars().take_while(char::is_ascii_digit).count();
        usual.push_str("127.0.0.1:");
        usual.push_str(if digits == PORT.len() { PORT } else { part.get(..digits).unwrap_or_default() });
        usual.push_str(part.get(digits..).unwrap_or_default());
    }
    usual
}

fn write(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}
