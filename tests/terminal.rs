//! The terminal over a bad line: a small machine runs through the real session in a pseudo-terminal.
//!
//! The program under test is this test binary itself: `child_main` is a test that does nothing unless the harness
//! started it in a terminal of its own.
#![cfg(target_os = "linux")]
#![expect(clippy::panic, clippy::unwrap_used, reason = "the program under test is part of the test")]

#[path = "support/pty.rs"]
mod pty;

use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyModifiers};
use ratatui::Frame;
use rustix::process::Signal;
use token_wizard::app::effect::{Effect, Msg, World};
use token_wizard::domain::discovery::Discovery;
use token_wizard::domain::endpoint::Endpoint;
use token_wizard::domain::storage::{Leftover, ReadError, SaveError, SaveOrder, Saved, Snapshot, Stamp};
use token_wizard::domain::time::Timestamp;
use token_wizard::runtime::lines::Lines;
use token_wizard::runtime::{self, Ended, Machine, unseen};
use token_wizard::verify::{Event, Order};

const CHILD: &str = "TOKEN_WIZARD_PTY_CHILD";

// The program.

/// Shows what it was told last. `q` quits, `p` panics, `f` floods the line, Ctrl-Z suspends.
struct Echo {
    last: String,
    told: usize,
    flooding: bool,
}

impl Machine for Echo {
    fn update(&mut self, _: Timestamp, msg: Msg) -> Vec<Effect> {
        self.told += 1;
        match msg {
            Msg::Key(key) if key.modifiers == KeyModifiers::CONTROL && key.code == KeyCode::Char('z') => {
                "back again".clone_into(&mut self.last);
                return vec![Effect::Suspend];
            }
            Msg::Key(key) => match key.code {
                KeyCode::Char('q') => return vec![Effect::Quit],
                KeyCode::Char('p') => panic!("as asked\x1b[31m"),
                KeyCode::Char('f') => self.flooding = true,
                code => self.last = format!("key {code:?}"),
            },
            Msg::Paste(text) => {
                let text = text.expose();
                let ends = (text.chars().next(), text.chars().next_back());
                self.last = format!("pasted {} from {ends:?}", text.len());
            }
            Msg::Resized(columns, rows) => self.last = format!("size {columns}x{rows}"),
            Msg::Woke
            | Msg::Ladder(..)
            | Msg::LadderEnded(_)
            | Msg::Saved(_)
            | Msg::Read(_)
            | Msg::Removed(_)
            | Msg::Discovered(..)
            | Msg::Kept(_) => {}
        }
        Vec::new()
    }

    fn view(&self, frame: &mut Frame<'_>) {
        if self.flooding {
            let letter = if self.told.is_multiple_of(2) { "x" } else { "y" };
            let row = letter.repeat(usize::from(frame.area().width));
            let rows = vec![row.as_str(); usize::from(frame.area().height)];
            frame.render_widget(rows.join("\n"), frame.area());
        } else {
            frame.render_widget(format!("ready\n{}", self.last), frame.area());
        }
    }

    fn wake(&self) -> Option<Timestamp> {
        self.flooding.then_some(Timestamp::from_seconds(0))
    }
}

/// A world in which nothing happens.
struct Nowhere;

impl World for Nowhere {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(0)
    }

    async fn sleep_until(&self, _: Timestamp) {}

    fn verify(&self, _: Order, _: impl FnMut(Event) + 'static) -> impl Future<Output = ()> + 'static {
        std::future::ready(())
    }

    fn discover(&self, _: Endpoint) -> impl Future<Output = Discovery> + 'static {
        std::future::pending()
    }

    fn save(&self, _: &SaveOrder) -> Result<Saved, SaveError> {
        Ok(Saved { stamp: Stamp { identity: (0, 0), length: 0, modified: 0, contents: 0 } })
    }

    fn read(&self, _: &std::path::Path) -> Result<Snapshot, ReadError> {
        Err(ReadError::Missing)
    }

    fn remove(&self, _: &[Leftover]) -> Result<(), String> {
        Ok(())
    }

    fn keep(&self, _: &token_wizard::domain::secret::Secret) -> Result<std::path::PathBuf, String> {
        Err("there is no file here".to_owned())
    }
}

/// The program under test; started by the harness only.
#[test]
fn child_main() {
    let Some((_, role)) = std::env::vars_os().find(|(name, _)| name == CHILD) else { return };
    match role.to_str() {
        Some("lines") => return panic_without_echo(),
        Some("unseen") => return panic_in_a_paste(),
        _ => {}
    }
    runtime::forbid_core_dumps().unwrap();
    let threads = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let mut session = runtime::open(runtime::Multiplexer::None).unwrap();
    let mut machine = Echo { last: String::new(), told: 0, flooding: false };
    let ended = threads.block_on(session.run(&mut machine, Rc::new(Nowhere))).unwrap();
    drop(session);
    #[expect(clippy::disallowed_methods, reason = "the exit code is what is tested")]
    std::process::exit(match ended {
        Ended::Quit => 0,
        Ended::Signal(signal) => i32::from(signal.exit_code()),
    });
}

/// Panics while a secret is asked for line by line.
fn panic_without_echo() {
    let lines = Lines::open().unwrap();
    lines.hide(true).unwrap();
    lines.write("ready\n").unwrap();
    let mut lines = lines;
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(lines.next());
    panic!("as asked");
}

/// Panics while a paste is read unseen.
fn panic_in_a_paste() {
    let is_complete = |text: &str| if text.contains("now") { panic!("as asked") } else { false };
    drop(unseen::read(is_complete));
}

// The tests.

fn program() -> pty::Program {
    let this = std::env::current_exe().unwrap();
    pty::Program::new(this).args(["--exact", "child_main", "--nocapture", "--test-threads=1"]).env(CHILD, "1")
}

fn ready() -> pty::Terminal {
    let terminal = program().spawn(80, 24);
    terminal.wait_for_text("ready");
    terminal
}

#[test]
fn quitting_gives_the_terminal_back() {
    let mut terminal = ready();
    assert_ne!(terminal.modes(), terminal.modes_before(), "raw while it runs");
    assert!(terminal.with_screen(|screen| screen.alternate_screen() && screen.bracketed_paste()));
    terminal.type_keys("q");
    assert_eq!(terminal.wait_exit(), 0);
    terminal.assert_given_back();
}

#[test]
fn nothing_is_asked_over_the_wire() {
    let mut terminal = ready();
    terminal.type_keys("q");
    terminal.wait_exit();
    let bytes = terminal.bytes();
    for question in [b"\x1b[6n".as_slice(), b"\x1b[c", b"\x1b[?u", b"\x1b]11;?", b"\x1b[?2026"] {
        assert!(!bytes.windows(question.len()).any(|window| window == question), "{}", question.escape_ascii());
    }
}

#[test]
fn signals_end_the_program_with_their_codes() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::INT, 130)] {
        let terminal = ready();
        terminal.signal(signal);
        assert_eq!(terminal.wait_exit(), code);
        terminal.assert_given_back();
    }
}

#[test]
fn a_lost_line_ends_the_program() {
    let mut terminal = ready();
    terminal.hang_up();
    let status = terminal.wait_end(pty::PATIENCE);
    assert_eq!((status.signal(), status.exit_code()), (None, 129));
}

#[test]
fn a_lost_line_ends_the_program_even_when_the_signal_is_ignored() {
    let this = std::env::current_exe().unwrap();
    let mut terminal = pty::Program::new("sh")
        .args(["-c", "trap '' HUP; exec \"$0\" --exact child_main --nocapture --test-threads=1"])
        .arg(this)
        .env(CHILD, "1")
        .spawn(80, 24);
    terminal.wait_for_text("ready");
    terminal.signal(Signal::HUP);
    terminal.type_keys("k");
    terminal.wait_for_text("key Char('k')");
    terminal.hang_up();
    let status = terminal.wait_end(pty::PATIENCE);
    assert_eq!((status.signal(), status.exit_code()), (None, 129));
}

#[test]
fn a_panic_gives_the_terminal_back_and_then_speaks() {
    let mut terminal = ready();
    terminal.type_keys("p");
    assert_eq!(terminal.wait_exit(), 101);
    terminal.assert_given_back();
    let text = terminal.screen_text();
    assert!(text.contains("internal error: as asked [31m (tests/terminal.rs:"), "{text}");
}

#[test]
fn a_panic_where_no_screen_is_gives_the_terminal_back_too() {
    for (role, ready) in [("lines", b"ready".as_slice()), ("unseen", b"\x1b[?2004h")] {
        let mut terminal = program().env(CHILD, role).spawn(80, 24);
        terminal.wait_for_bytes(0, ready);
        assert_ne!(terminal.modes(), terminal.modes_before(), "{role}");
        terminal.type_keys("now\r");
        assert_eq!(terminal.wait_exit(), 101, "{role}");
        terminal.assert_given_back();
        let text = terminal.screen_text();
        assert!(text.contains("internal error: as asked (tests/terminal.rs:"), "{text}");
        assert!(!text.contains("now"), "{text}");
    }
}

#[test]
fn suspending_gives_the_terminal_back_and_takes_it_again() {
    // In a session of its own the program's group is orphaned, so a shell with job control has to be its parent.
    let this = std::env::current_exe().unwrap();
    let command = "set -m; \"$0\" --exact child_main --nocapture --test-threads=1; echo stopped; fg >/dev/null";
    let mut terminal = pty::Program::new("bash").args(["-c", command]).arg(this).env(CHILD, "1").spawn(80, 24);
    terminal.wait_for_text("ready");
    terminal.type_keys("\x1a");
    terminal.wait_for_bytes(0, b"stopped");
    terminal.wait_for_text("size 80x24");
    assert!(terminal.with_screen(|screen| screen.alternate_screen() && screen.bracketed_paste()));
    let bytes = terminal.bytes();
    let at = |sought: &[u8]| bytes.windows(sought.len()).position(|window| window == sought).unwrap();
    assert!(at(b"\x1b[?1049l") < at(b"stopped"), "the shell wrote on its own screen");
    terminal.type_keys("q");
    assert_eq!(terminal.wait_exit(), 0);
    terminal.assert_given_back();
}

#[test]
fn where_nobody_could_continue_it_suspending_goes_on() {
    let mut terminal = ready();
    terminal.type_keys("\x1a");
    terminal.wait_for_text("size 80x24");
    terminal.type_keys("k");
    terminal.wait_for_text("key Char('k')");
    terminal.type_keys("q");
    assert_eq!(terminal.wait_exit(), 0);
}

#[test]
fn after_a_stop_from_outside_the_screen_is_painted_anew() {
    let terminal = ready();
    terminal.signal(Signal::STOP);
    terminal.wait_for_state('T');
    let mark = terminal.mark();
    terminal.signal(Signal::CONT);
    terminal.wait_for_text("size 80x24");
    terminal.wait_for_bytes(mark, b"ready");
}

#[test]
fn a_large_paste_arrives_whole() {
    let mut terminal = ready();
    let text = format!("a{}z", "b".repeat(300_000));
    terminal.paste(&text);
    terminal.wait_for_text("pasted 300002 from (Some('a'), Some('z'))");
}

#[test]
fn a_paste_without_its_end_does_not_swallow_the_input() {
    let mut terminal = ready();
    terminal.type_keys("\x1b[200~half");
    terminal.wait_for_text("pasted 4");
    terminal.type_keys("k");
    terminal.wait_for_text("key Char('k')");
}

#[test]
fn an_arrow_in_two_packets_is_an_arrow() {
    let mut terminal = ready();
    terminal.type_keys("\x1b");
    terminal.type_keys("[A");
    terminal.wait_for_text("key Up");
    terminal.type_keys("\x1b");
    terminal.wait_for_text("key Esc");
}

#[test]
fn a_burst_of_keys_arrives_whole() {
    let mut terminal = ready();
    terminal.type_keys(format!("{}k", "b".repeat(20_000)));
    terminal.wait_for_text("key Char('k')");
}

#[test]
fn at_rest_nothing_is_written_and_nobody_wakes() {
    let mut terminal = ready();
    terminal.type_keys("k");
    terminal.wait_for_text("key Char('k')");
    // The threads need a moment to fall asleep after the key.
    while !terminal.is_silent_for(Duration::from_millis(50)) {}
    let before = terminal.sleeps();
    assert!(terminal.is_silent_for(Duration::from_millis(300)));
    assert_eq!(terminal.sleeps(), before);
}

#[test]
fn a_resize_is_told_and_painted() {
    let terminal = ready();
    terminal.resize(100, 30);
    terminal.wait_for_text("size 100x30");
}

#[test]
fn a_terminal_without_a_size_gets_the_design_size() {
    let terminal = program().spawn(0, 0);
    terminal.wait_for_bytes(0, b"ready");
    terminal.signal(Signal::WINCH);
    terminal.wait_for_bytes(0, b"80x24");
}

#[test]
fn a_client_that_stopped_reading_does_not_keep_the_program_alive() {
    let mut terminal = ready();
    terminal.type_keys("f");
    terminal.wait_for_text("xxxxxxxx");
    terminal.stop_reading();
    terminal.wait_until_blocked();
    terminal.signal(Signal::TERM);
    let status = terminal.wait_end(Duration::from_secs(3));
    assert_eq!((status.signal(), status.exit_code()), (None, 143));
    assert_eq!(terminal.modes(), terminal.modes_before());
}

#[test]
fn without_a_terminal_it_says_so() {
    // `setsid` takes the controlling terminal away, the redirections the rest.
    let this = std::env::current_exe().unwrap();
    let command = "setsid -w \"$0\" --exact child_main --nocapture --test-threads=1 </dev/null 2>&1 | cat";
    let terminal = pty::Program::new("sh").args(["-c", command]).arg(this).env(CHILD, "1").spawn(80, 24);
    terminal.wait_for_text("NoTerminal");
}
