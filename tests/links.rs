//! The address of a page as a link (OSC 8), in a real terminal: this test is its own program, started once more.
#![cfg(target_os = "linux")]
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "support/pty.rs"]
mod pty;
#[path = "support/start.rs"]
mod start;

use std::future::Future;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Frame;
use rustix::process::Signal;
use token_wizard::app::App;
use token_wizard::app::effect::{Effect, LINKED, Machine, Msg, World};
use token_wizard::domain::consent;
use token_wizard::domain::diagnosis::{Diagnosis, Severity};
use token_wizard::domain::discovery::Discovery;
use token_wizard::domain::endpoint::Endpoint;
use token_wizard::domain::registration::inspect;
use token_wizard::domain::secret::Secret;
use token_wizard::domain::storage::{Leftover, ReadError, SaveError, SaveOrder, Saved, Snapshot};
use token_wizard::domain::time::Timestamp;
use token_wizard::runtime;
use token_wizard::verify::{Blame, Event, Order, Stage, StageReport, Status};

/// Makes a process the program under test; its value says whether the terminal takes links.
const CHILD: &str = "TOKEN_WIZARD_LINKS_CHILD";

const NOW: Timestamp = Timestamp::from_seconds(1_795_528_931);
const FILE: &str = r#"{
  "AppTenantId": "8f3c2a1e-5b7d-4c19-9e42-3a6f0d1c77d0",
  "AuthTokenUrl": "https://login.microsoftonline.com/{AppTenantId}/oauth2/token",
  "Resource": "https://analysis.windows.net/powerbi/api",
  "ClientId": "1b4e28ba-2fa1-41d2-883f-0016d3cca427",
  "ClientSecret": "5c18Q~practiceValue.of_forty_characters0"
}"#;
const LINK: &str = "https://login.microsoftonline.com/8f3c2a1e-5b7d-4c19-9e42-3a6f0d1c77d0/adminconsent\
                    ?client_id=1b4e28ba-2fa1-41d2-883f-0016d3cca427";

/// A world in which nothing happens.
struct Nowhere;

impl World for Nowhere {
    fn now(&self) -> Timestamp {
        NOW
    }

    async fn sleep_until(&self, _: Timestamp) {
        std::future::pending::<()>().await;
    }

    fn verify(&self, _: Order, _: impl FnMut(Event) + 'static) -> impl Future<Output = ()> + 'static {
        std::future::ready(())
    }

    fn discover(&self, _: Endpoint) -> impl Future<Output = Discovery> + 'static {
        std::future::pending()
    }

    fn save(&self, _: &SaveOrder) -> Result<Saved, SaveError> {
        Ok(Saved { stamp: start::STAMP })
    }

    fn read(&self, _: &std::path::Path) -> Result<Snapshot, ReadError> {
        Err(ReadError::Missing)
    }

    fn remove(&self, _: &[Leftover]) -> Result<(), String> {
        Ok(())
    }

    fn keep(&self, _: &Secret) -> Result<PathBuf, String> {
        Err("there is no file here".to_owned())
    }
}

/// The wizard after a refusal for want of consent.
fn refused() -> App {
    let mut app = App::new(start::on(FILE));
    let effects = app.update(NOW, Msg::Key(KeyEvent::new(KeyCode::Char('t'), KeyModifiers::NONE)));
    let Some(Effect::Verify { run, order }) = effects.into_iter().next() else { panic!("it tests") };
    let registration = inspect(&order.values, &order.options).registration.expect("a request is possible");
    let mut diagnosis = Diagnosis::new(Severity::Error, "AADSTS650056", "Consent missing", "Grant admin consent.");
    diagnosis.links = consent::links(&registration, None);
    let report = StageReport {
        stage: Stage::Token,
        status: Status::Failed,
        duration: Duration::ZERO,
        summary: String::new(),
        diagnoses: vec![diagnosis],
        blame: Blame::Provider,
    };
    app.update(NOW, Msg::Ladder(run, Event::Ended(report)));
    app.update(NOW, Msg::LadderEnded(run));
    app
}

/// Pages of which each looks like the one before and has another address. n is the next one, and x a fault of the
/// program.
struct Pages(usize);

impl Machine for Pages {
    fn update(&mut self, _: Timestamp, msg: Msg) -> Vec<Effect> {
        match msg {
            Msg::Key(key) if key.code == KeyCode::Char('q') => vec![Effect::Quit],
            Msg::Key(key) if key.code == KeyCode::Char('x') => panic!("a fault"),
            Msg::Key(_) => {
                self.0 += 1;
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn view(&self, frame: &mut Frame<'_>) {
        let style = ratatui::style::Style::new().add_modifier(LINKED);
        frame.buffer_mut().set_string(0, 0, "l link", style);
    }

    fn wake(&self) -> Option<Timestamp> {
        None
    }

    fn link(&self) -> Option<String> {
        Some(format!("https://login.example/{}", self.0))
    }
}

/// The program under test; started by the tests only.
#[test]
fn child_main() {
    let Some((_, takes_links)) = std::env::vars_os().find(|(name, _)| name == CHILD) else { return };
    let threads = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let session = runtime::open(runtime::Multiplexer::None).expect("a terminal");
    let mut session = session.with_links(takes_links != "no");
    let mut machine: Box<dyn Machine> = if takes_links == "pages" { Box::new(Pages(0)) } else { Box::new(refused()) };
    let ended = threads.block_on(session.run(&mut *machine, Rc::new(Nowhere))).expect("its end");
    drop(session);
    #[expect(clippy::disallowed_methods, reason = "the exit code is what is tested")]
    std::process::exit(i32::from(ended != runtime::Ended::Quit));
}

fn shown(takes_links: &str) -> pty::Terminal {
    let this = std::env::current_exe().expect("this program");
    let terminal = pty::Program::new(this)
        .args(["--exact", "child_main", "--nocapture", "--test-threads=1"])
        .env(CHILD, takes_links)
        .spawn(80, 24);
    terminal.wait_for_text("l link");
    terminal
}

/// What was written while the terminal was told an address, and the addresses that it was told.
fn linked(bytes: &[u8]) -> (String, Vec<String>) {
    let text = String::from_utf8_lossy(bytes);
    let mut written = String::new();
    let mut addresses = Vec::new();
    for part in text.split("\x1b]8;").skip(1) {
        let (head, rest) = part.split_once("\x1b\\").expect("its end");
        let (_, address) = head.split_once(';').expect("an address, or none");
        if !address.is_empty() {
            addresses.push(address.to_owned());
            written.push_str(rest);
        }
    }
    (written, addresses)
}

#[test]
fn the_address_is_a_link_in_every_row_and_takes_no_columns() {
    let mut terminal = shown("yes");
    let (written, addresses) = linked(&terminal.bytes());
    assert!(!addresses.is_empty() && addresses.iter().all(|address| address == LINK), "{addresses:?}");
    let letters: String =
        written.split("\x1b[").map(|part| part.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';')).collect();
    assert!(letters.contains("https://login.microsoftonline.com/"), "{written:?}");
    terminal.type_keys("l");
    terminal.wait_for_text("Esc back");
    let screen = terminal.screen_text();
    let whole: String = screen.lines().take(2).map(str::trim_end).collect();
    assert_eq!(whole, LINK, "whole, from the first column");
    terminal.type_keys("\x1b");
    terminal.wait_for_text("Sent to the terminal");
    terminal.type_keys("\x1b");
    terminal.wait_for_text("l link");
    terminal.type_keys("q");
    assert_eq!(terminal.wait_exit(), 0);
    let bytes = terminal.bytes();
    let text = String::from_utf8_lossy(&bytes);
    let last = text.rfind("\x1b]8;").and_then(|at| text.get(at..)).unwrap_or_default();
    assert!(last.starts_with("\x1b]8;;\x1b\\"), "no link is left open: {last:?}");
    terminal.assert_given_back();
}

#[test]
fn a_terminal_that_takes_no_links_gets_the_address_alone() {
    let mut terminal = shown("no");
    terminal.type_keys("l");
    terminal.wait_for_text("Esc back");
    let screen = terminal.screen_text();
    let whole: String = screen.lines().take(2).map(str::trim_end).collect();
    assert_eq!(whole, LINK);
    let bytes = terminal.bytes();
    assert!(!bytes.windows(4).any(|window| window == b"\x1b]8;"));
}

/// Ends an open link.
const CLOSED: &[u8] = b"\x1b]8;;\x1b\\";

#[test]
fn a_page_that_only_leads_elsewhere_is_painted_anew() {
    let mut terminal = shown("pages");
    let mark = terminal.mark();
    terminal.type_keys("n");
    terminal.wait_for_bytes(mark, CLOSED);
    let (written, addresses) = linked(&terminal.bytes_since(mark));
    assert_eq!(addresses, ["https://login.example/1"]);
    assert!(written.contains("l link"), "what looks the same leads there now: {written:?}");
    terminal.type_keys("q");
    assert_eq!(terminal.wait_exit(), 0);
}

#[test]
fn no_link_stays_open_when_the_screen_is_given_back_in_a_hurry() {
    let mut terminal = shown("pages");
    let mark = terminal.mark();
    terminal.type_keys("x");
    assert_eq!(terminal.wait_exit(), 101);
    let last = terminal.bytes_since(mark);
    assert!(last.starts_with(CLOSED), "{:?}", String::from_utf8_lossy(&last));
}

#[test]
fn no_link_stays_open_when_the_program_is_told_to_end() {
    for (takes_links, is_closed) in [("yes", true), ("no", false)] {
        let terminal = shown(takes_links);
        let mark = terminal.mark();
        terminal.signal(Signal::TERM);
        terminal.wait_exit();
        let last = terminal.bytes_since(mark);
        let places = |wanted: &[u8]| last.windows(wanted.len()).rposition(|window| window == wanted);
        let (closed, left) = (places(CLOSED), places(b"\x1b[?1049l"));
        assert_eq!(closed.is_some(), is_closed, "{last:?}");
        assert!(closed < left, "on the screen that is left, and not on the shell's");
    }
}
