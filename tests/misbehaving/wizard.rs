//! The same table, with the wizard in a terminal: one program meets one shape after the other.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "a test sets up its own files")]

use std::path::PathBuf;
use std::sync::atomic::Ordering;

use crate::certificates::Authority;
use crate::pty::{Program, Terminal};
use crate::scripted::{Door, Open, Script, Server, Step};
use crate::shapes::{self, CANARIES, Shape};
use crate::{Row, settings, table};

const ENTER: &str = "\r";
const CTRL_C: &str = "\x03";
const LEFT: &str = "\x1b[D";

/// The program in its terminal, with a door that plays any shape, and one that redirects point to.
struct Meeting {
    terminal: Terminal,
    door: Open,
    elsewhere: Open,
    shapes: Vec<Shape>,
    _folder: tempfile::TempDir,
}

impl Meeting {
    /// Opens on step Test, for the settings are complete.
    fn open(scheme: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = |name: &str, text: String| -> PathBuf {
            let path = folder.path().join(name);
            std::fs::write(&path, text).expect("a file");
            path
        };
        let (server, ours) = (Server::start(), Authority::new("ours"));
        let nothing = || Script { door: Door::Plain, steps: Vec::new() };
        let (door, elsewhere) = (server.open(nothing()), server.open(nothing()));
        let mut shapes = shapes::all(&ours, &format!("http://{}", elsewhere.address));
        shapes.retain(|shape| shape.scheme == scheme);
        let terminal = Program::new(env!("CARGO_BIN_EXE_token-wizard"))
            .arg(file("appsettings.json", settings(scheme, door.address, false)))
            .arg("--ca-file")
            .arg(file("roots.pem", ours.pem()))
            .spawn(80, 24);
        terminal.wait_for_text("Nothing has been sent yet");
        Self { terminal, door, elsewhere, shapes, _folder: folder }
    }

    fn shape(&self, name: &str) -> &Shape {
        self.shapes.iter().find(|shape| shape.name == name).expect("a shape of that name")
    }

    /// Begins a test that meets the shape. From another step, so that nothing of the test before is on the screen.
    fn begin(&mut self, script: Script) {
        self.door.play(script);
        self.terminal.type_keys("1");
        self.terminal.wait_for_text("Who reads the reports?");
        // "Esc t" in one packet: out of the field and test.
        self.terminal.type_keys("\x1bt");
    }

    /// Meets the shape and waits for what the table says, on the screen.
    #[track_caller]
    fn meet(&mut self, script: Script, expected: &Row) {
        let mark = self.terminal.mark();
        self.begin(script);
        let ladder = format!("{:<8} {}", expected.status, expected.stage);
        let about = format!("{}: {ladder}", expected.shape);
        self.terminal.wait_for(&about, |screen| {
            let text = screen.contents();
            text.contains(&ladder) && !text.contains("running")
        });
        if expected.code != "-" {
            // A token with claims opens the claims; what was found stands beside them.
            if self.terminal.screen_text().contains("[Claims]") {
                self.terminal.type_keys(LEFT);
            }
            self.terminal.wait_for(&format!("{}: {}", expected.shape, expected.code), |screen| {
                let text = screen.contents();
                text.contains("[Why]") && text.lines().any(|line| line.trim_end().ends_with(&expected.code))
            });
        }
        self.look_at_everything();
        let bytes = self.terminal.bytes_since(mark);
        let text = String::from_utf8_lossy(&bytes);
        assert_eq!(foreign(&text), None, "{}: a sequence of the server's reached the terminal", expected.shape);
        // These settings have no password, so the one that comes in an answer is none.
        for canary in CANARIES {
            assert!(!text.contains(canary), "{}: {canary} was on the line", expected.shape);
        }
    }

    /// Through the panes, to the left, and back: what was sent and what came.
    fn look_at_everything(&mut self) {
        let panes = ["[Why]", "[Claims]", "[Power BI]", "[Request]", "[Response]"];
        let at = panes.iter().position(|pane| self.terminal.screen_text().contains(pane)).expect("a pane");
        for step in 1..=panes.len() {
            self.terminal.type_keys(LEFT);
            self.terminal.wait_for_text(panes[(at + panes.len() - step % panes.len()) % panes.len()]);
        }
    }

    /// Leaves; the program ends as always, and nothing was sent to where redirects point.
    #[track_caller]
    fn leave(mut self) {
        self.terminal.type_keys("q");
        assert_eq!(self.terminal.wait_exit(), 0);
        self.terminal.assert_given_back();
        assert_eq!(foreign(&String::from_utf8_lossy(&self.terminal.bytes())), None, "after the end");
        assert_eq!(self.elsewhere.seen.connections.load(Ordering::SeqCst), 0, "a redirect was followed");
    }
}

/// A mark of the sequences that the shapes send; the program itself writes none of them.
fn foreign(text: &str) -> Option<String> {
    let marks = ["\x1b]52", "\x1b]0;", "\x1b[8;1;1t", "\x1b[31;", "\x07"];
    let sequence = marks.into_iter().find(|mark| text.contains(mark)).map(str::to_owned);
    let is_steering = |c: &char| matches!(c, '\u{80}'..='\u{9F}' | '\u{061C}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    sequence
        .or_else(|| text.chars().find(is_steering).map(String::from))
        .map(|found| found.escape_unicode().to_string())
}

fn meet_all(scheme: &str) {
    let mut meeting = Meeting::open(scheme);
    let rows = table();
    let scripts: Vec<(&'static str, Script)> = meeting
        .shapes
        .iter()
        .filter(|shape| !shape.is_endless())
        .map(|shape| (shape.name, shape.script.clone()))
        .collect();
    assert!(scripts.len() >= 15);
    for (name, script) in scripts {
        let expected = rows.iter().find(|row| row.shape == name).expect("a row for each shape");
        meeting.meet(script, expected);
    }
    meeting.leave();
}

#[test]
fn the_wizard_says_of_plain_answers_what_the_table_says() {
    meet_all("http");
}

#[test]
fn the_wizard_says_of_tls_what_the_table_says() {
    meet_all("https");
}

/// Silence and slowness end with the time-out of thirty seconds, or with Ctrl-C.
fn cancel(scheme: &str, endless: &[&str], good: &str) {
    let mut meeting = Meeting::open(scheme);
    for name in endless {
        let before = meeting.door.seen.requests.load(Ordering::SeqCst);
        let script = meeting.shape(name).script.clone();
        meeting.begin(script);
        meeting.terminal.wait_for_text("Ctrl-C cancels.");
        // The program waits in the middle of the exchange.
        while meeting.door.seen.requests.load(Ordering::SeqCst) == before {
            std::thread::yield_now();
        }
        meeting.terminal.type_keys(CTRL_C);
        meeting.terminal.wait_for_text("The test was cancelled.");
    }
    // Nothing of what was cancelled is left over for the next test.
    let script = meeting.shape(good).script.clone();
    let row = table().into_iter().find(|row| row.shape == good).expect("a row");
    meeting.meet(script, &row);
    meeting.leave();
}

#[test]
fn ctrl_c_ends_waiting_for_an_answer_and_the_wizard_goes_on() {
    cancel("http", &["silence", "slow-bytes"], "continue-100");
}

#[test]
fn ctrl_c_ends_waiting_for_a_handshake_and_the_wizard_goes_on() {
    cancel("https", &["tls-silence"], "tls-good");
}

#[test]
fn enter_tests_at_once_what_was_opened() {
    let mut meeting = Meeting::open("http");
    let steps = vec![Step::Send(b"HTTP/1.1 503 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec())];
    meeting.door.play(Script { door: Door::Plain, steps });
    meeting.terminal.type_keys(ENTER);
    meeting.terminal.wait_for_text("HTTP503");
    meeting.leave();
}
