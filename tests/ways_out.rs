//! Every way out of the real program, wherever it may be: the terminal is as it was, the process is gone within two
//! seconds, the exit code says why, and nothing spins.
//!
//! From outside no panic can be provoked, and none is known; what a panic does to the terminal is tested with a machine
//! that panics when asked to, in `tests/terminal.rs`.
#![cfg(target_os = "linux")]
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "deadlines are measured, and a test sets up its own files")]

#[path = "support/pty.rs"]
mod pty;

use std::time::{Duration, Instant};

use rustix::process::Signal;
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

const PROGRAM: &str = env!("CARGO_BIN_EXE_token-wizard");

/// No way out may take longer.
const LIMIT: Duration = Duration::from_secs(2);

/// What a program may compute when it only has to leave or to go on.
const CALM: Duration = Duration::from_millis(300);

/// Where the program is when it has to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// The screen.
    Wizard,
    /// A question of `--plain`.
    Question,
    /// The question for the secret of `--plain`, without echo.
    Secret,
    /// `decode`, waiting for a paste.
    Paste,
    /// `check --watch`, between two tests.
    Watch,
    /// `serve`, waiting for pages.
    Serve,
    /// `sandbox --serve-only`, waiting for requests.
    Tenant,
}

const PLACES: [Place; 7] =
    [Place::Wizard, Place::Question, Place::Secret, Place::Paste, Place::Watch, Place::Serve, Place::Tenant];

/// The places where the modes of the terminal are not the usual ones.
const TAKEN: [Place; 3] = [Place::Wizard, Place::Secret, Place::Paste];

/// Who starts the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Starter {
    /// Nobody between it and the terminal.
    Nobody,
    /// A shell that ignores SIGHUP, as `nohup` does.
    Nohup,
    /// A shell that waits for a line before it becomes the program.
    Waiting,
    /// A shell with job control, which waits for a line before it continues what was stopped.
    JobControl,
    /// A shell that is its parent.
    Parent,
}

/// The program in a terminal, and the folder with its files.
struct Run {
    terminal: pty::Terminal,
    _folder: tempfile::TempDir,
}

impl Place {
    fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Wizard => &["sandbox", "--port", "0"],
            Self::Question | Self::Secret => &["sandbox", "--plain", "--port", "0"],
            Self::Paste => &["decode"],
            Self::Watch => &["check", "--watch=3600"],
            Self::Serve => &["serve", "--port", "0"],
            Self::Tenant => &["sandbox", "--serve-only", "--port", "0"],
        }
    }

    fn begin(self, starter: Starter) -> Run {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("settings.json");
        // Nobody listens at that port, so every test fails at once and the watch goes on.
        let text = r#"{"AppTenantId":"contoso.com","AuthTokenUrl":"http://127.0.0.1:1/{AppTenantId}/oauth2/token",
            "Resource":"https://analysis.windows.net/powerbi/api","ClientId":"1b4e28ba-2fa1-41d2-883f-0016d3cca427",
            "ClientSecret":"5c18Q~practiceValue.of_forty_characters0"}"#;
        std::fs::write(&file, text).expect("a file");
        let program = match starter {
            Starter::Nobody => pty::Program::new(PROGRAM),
            Starter::Nohup => shell("sh", "trap '' HUP; exec \"$0\" \"$@\""),
            Starter::Waiting => shell("sh", "read line; exec \"$0\" \"$@\""),
            Starter::JobControl => shell("bash", "set -m; \"$0\" \"$@\"; echo stopped; read line; fg >/dev/null"),
            Starter::Parent => shell("sh", "\"$0\" \"$@\"; true"),
        };
        let program = program.args(self.arguments()).env("TMPDIR", folder.path());
        let program = if matches!(self, Self::Watch | Self::Serve) { program.arg(&file) } else { program };
        Run { terminal: program.spawn(80, 24), _folder: folder }
    }

    /// Started, and where it should be.
    fn reach(self, starter: Starter) -> Run {
        let mut run = self.begin(starter);
        let terminal = &mut run.terminal;
        match self {
            Self::Wizard => terminal.wait_for_text("Esc commands"),
            Self::Question => terminal.wait_for_bytes(0, b"\r\n> "),
            Self::Secret => {
                let mut mark = 0;
                for (question, answer) in [
                    ("Who reads the reports?", ""),
                    ("AppTenantId", "8f3c2a1e-5b7d-4c19-9e42-3a6f0d1c77d0"),
                    ("ClientId", "1b4e28ba-2fa1-41d2-883f-0016d3cca427"),
                ] {
                    terminal.wait_for_bytes(mark, question.as_bytes());
                    terminal.wait_for_bytes(mark, b"\r\n> ");
                    mark = terminal.mark();
                    terminal.type_keys(format!("{answer}\r"));
                }
                terminal.wait_for_bytes(mark, b"not shown.\r\n> ");
            }
            Self::Paste => terminal.wait_for_bytes(0, b"\x1b[?2004h"),
            Self::Watch => terminal.wait_for_text("failed"),
            Self::Serve => terminal.wait_for_text("Ctrl-C ends it."),
            Self::Tenant => terminal.wait_for_text("\"ClientSecret\""),
        }
        assert_eq!(terminal.modes() != terminal.modes_before(), TAKEN.contains(&self), "{self:?}");
        run
    }

    /// Leaves as a person does; returns the exit code.
    fn leave(self, terminal: &mut pty::Terminal) -> u32 {
        match self {
            Self::Wizard => {
                terminal.type_keys("\x1bq");
                // The lines for a user, that the example has, would go.
                terminal.wait_for_text("Leave without saving?");
                terminal.type_keys("y");
                0
            }
            Self::Question | Self::Secret => {
                terminal.type_keys("q\r");
                terminal.wait_for_text("Leave without saving?");
                terminal.type_keys("y\r");
                0
            }
            Self::Paste | Self::Watch | Self::Serve | Self::Tenant => {
                terminal.type_keys("\x03");
                130
            }
        }
    }
}

fn shell(name: &str, script: &str) -> pty::Program {
    pty::Program::new(name).args(["-c", script]).arg(PROGRAM)
}

/// Does it in all places at once.
fn everywhere(places: &[Place], act: impl Fn(Place) + Sync) {
    std::thread::scope(|scope| {
        let act = &act;
        let acts: Vec<_> = places.iter().map(|place| (place, scope.spawn(move || act(*place)))).collect();
        for (place, act) in acts {
            assert!(act.join().is_ok(), "in the place {place:?}");
        }
    });
}

/// The exit code as a shell tells it: a program that a signal killed has 128 and its number.
#[track_caller]
fn code(terminal: &pty::Terminal) -> u32 {
    let status = terminal.wait_end(LIMIT);
    match status.signal() {
        None => status.exit_code(),
        Some("Hangup") => 129,
        Some("Interrupt") => 130,
        Some("Terminated") => 143,
        Some(other) => panic!("killed: {other}"),
    }
}

/// Asserts that the program lives on and computes next to nothing.
#[track_caller]
fn assert_calm(terminal: &pty::Terminal) {
    let before = terminal.computed().expect("it lives");
    let _time_passes = terminal.is_silent_for(Duration::from_millis(400));
    let after = terminal.computed().expect("it lives");
    assert!(after.saturating_sub(before) < CALM / 2, "it spins: {:?}", after.saturating_sub(before));
}

#[test]
fn a_person_leaves() {
    everywhere(&PLACES, |place| {
        let mut run = place.reach(Starter::Nobody);
        let expected = place.leave(&mut run.terminal);
        assert_eq!(code(&run.terminal), expected);
        run.terminal.assert_given_back();
    });
}

#[test]
fn signals_end_it() {
    for (signal, expected) in [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::INT, 130)] {
        everywhere(&PLACES, |place| {
            let run = place.reach(Starter::Nobody);
            run.terminal.signal(signal);
            assert_eq!(code(&run.terminal), expected);
            run.terminal.assert_given_back();
        });
    }
}

#[test]
fn what_was_ignored_stays_ignored() {
    everywhere(&PLACES, |place| {
        let run = place.reach(Starter::Nohup);
        let status = std::fs::read_to_string(format!("/proc/{}/status", run.terminal.pid().as_raw_nonzero()));
        let status = status.expect("the kernel's word");
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:\t")).expect("a mask");
        assert_eq!(u64::from_str_radix(mask, 16).expect("a number") & 1, 1, "{mask}");
        run.terminal.signal(Signal::HUP);
        assert_calm(&run.terminal);
        run.terminal.signal(Signal::TERM);
        assert_eq!(code(&run.terminal), 143);
        run.terminal.assert_given_back();
    });
}

#[test]
fn stopped_by_a_key_the_shell_gets_the_terminal_and_fg_gives_it_back() {
    everywhere(&PLACES, |place| {
        let mut run = place.reach(Starter::JobControl);
        let terminal = &mut run.terminal;
        let (taken, mark) = (terminal.modes(), terminal.mark());
        // A secret is typed in line mode; the key that stops waits until it is over, for the echo would stay off.
        let stops = place != Place::Secret;
        if stops {
            terminal.type_keys("\x1a");
            terminal.wait_for_bytes(mark, b"stopped");
            terminal.assert_given_back();
            terminal.type_keys("\r");
        }
        let begin = Instant::now();
        while terminal.modes() != taken {
            assert!(begin.elapsed() < LIMIT, "the terminal was not taken again");
            std::thread::yield_now();
        }
        if place == Place::Wizard {
            terminal.wait_for_text("Esc commands");
        }
        place.leave(terminal);
        if !stops {
            terminal.wait_for_bytes(mark, b"stopped");
            terminal.type_keys("\r");
        }
        let _of_the_shell = code(terminal);
        terminal.assert_given_back();
    });
}

#[test]
fn stopped_from_outside_it_takes_the_terminal_again() {
    everywhere(&TAKEN, |place| {
        let run = place.reach(Starter::Nobody);
        let terminal = &run.terminal;
        let taken = terminal.modes();
        terminal.signal(Signal::STOP);
        terminal.wait_for_state('T');
        // As a shell does that lets its user type on.
        let line = terminal.other_side();
        let mut modes = tcgetattr(&line).expect("modes");
        modes.local_modes.insert(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG | LocalModes::NOFLSH);
        tcsetattr(&line, OptionalActions::Now, &modes).expect("modes");
        drop(line);
        assert_ne!(terminal.modes(), taken);
        terminal.signal(Signal::CONT);
        let begin = Instant::now();
        while terminal.modes() != taken {
            assert!(begin.elapsed() < LIMIT, "the terminal was not taken again");
            std::thread::yield_now();
        }
        assert_calm(terminal);
        terminal.signal(Signal::TERM);
        assert_eq!(code(terminal), 143);
        terminal.assert_given_back();
    });
}

/// Takes the line away while the program is stopped: the harness types an end of input before, which it must not see.
fn hang_up(terminal: &mut pty::Terminal) {
    terminal.signal(Signal::STOP);
    terminal.wait_for_state('T');
    // The kernel continues those that it tells of the hang-up.
    terminal.hang_up();
}

#[test]
fn a_lost_line_ends_it() {
    everywhere(&PLACES, |place| {
        let mut run = place.reach(Starter::Nobody);
        hang_up(&mut run.terminal);
        assert_eq!(code(&run.terminal), 129);
    });
}

#[test]
fn a_lost_line_ends_what_needs_one_even_when_the_signal_is_ignored() {
    everywhere(&PLACES, |place| {
        let mut run = place.reach(Starter::Nohup);
        hang_up(&mut run.terminal);
        if matches!(place, Place::Watch | Place::Serve | Place::Tenant) {
            // That is what nohup is for.
            assert_calm(&run.terminal);
            run.terminal.signal(Signal::TERM);
            assert_eq!(code(&run.terminal), 143);
        } else {
            assert_eq!(code(&run.terminal), 129);
        }
    });
}

#[test]
fn it_does_not_outlive_the_session() {
    everywhere(&PLACES, |place| {
        let run = place.reach(Starter::Parent);
        let shell = run.terminal.pid().as_raw_nonzero();
        let children = std::fs::read_to_string(format!("/proc/{shell}/task/{shell}/children")).expect("children");
        let child = children.split_whitespace().next().expect("the program").to_owned();
        let executable = || std::fs::read_link(format!("/proc/{child}/exe")).ok();
        assert!(executable().is_some_and(|path| path.ends_with("token-wizard")));
        // The leader of the session, as when a connection's own process is killed.
        run.terminal.signal(Signal::KILL);
        let begin = Instant::now();
        while std::fs::metadata(format!("/proc/{child}/cwd")).is_ok() && executable().is_some() {
            assert!(begin.elapsed() < LIMIT, "it outlived its session");
            std::thread::yield_now();
        }
    });
}

/// Ends the program on a line that takes nothing.
#[track_caller]
fn end_on_a_full_line(terminal: &pty::Terminal, signal: Signal, expected: u32) {
    let before = terminal.computed().expect("it lives");
    terminal.signal(signal);
    let (begin, mut after) = (Instant::now(), before);
    while let Some(computed) = terminal.computed() {
        assert!(begin.elapsed() < LIMIT, "it is still there");
        after = computed;
        let _time_passes = terminal.is_silent_for(Duration::from_millis(20));
    }
    assert!(after.saturating_sub(before) < CALM, "it spins: {:?}", after.saturating_sub(before));
    assert_eq!(code(terminal), expected);
    assert_eq!(terminal.modes(), terminal.modes_before());
}

#[test]
fn a_client_that_stopped_reading_keeps_nothing_alive() {
    for (signal, expected) in [(Signal::TERM, 143), (Signal::HUP, 129)] {
        everywhere(&PLACES, |place| {
            let mut run = place.reach(Starter::Nobody);
            run.terminal.fill_line();
            let mark = run.terminal.sleeps();
            match place {
                // It sleeps in a write.
                Place::Wizard => run.terminal.type_keys("\x1b"),
                Place::Question | Place::Secret => run.terminal.type_keys("?\r"),
                // It has read all, and prints.
                Place::Paste => run.terminal.paste("eyJhbGciOiJub25lIn0.eyJhdWQiOiJ4In0.c2ln"),
                Place::Serve => run.terminal.type_keys("\r"),
                Place::Watch | Place::Tenant => {}
            }
            if !matches!(place, Place::Watch | Place::Tenant) {
                let begin = Instant::now();
                while run.terminal.sleeps() == mark {
                    assert!(begin.elapsed() < pty::PATIENCE, "it never woke up");
                    std::thread::yield_now();
                }
            }
            run.terminal.wait_until_asleep();
            end_on_a_full_line(&run.terminal, signal, expected);
        });
    }
}

#[test]
fn a_line_that_is_full_from_the_start_keeps_nothing_alive() {
    let places: Vec<Place> = PLACES.into_iter().filter(|place| *place != Place::Secret).collect();
    everywhere(&places, |place| {
        let mut run = place.begin(Starter::Waiting);
        run.terminal.wait_until_asleep();
        run.terminal.fill_line();
        run.terminal.type_keys("\r");
        let executable = format!("/proc/{}/exe", run.terminal.pid().as_raw_nonzero());
        let begin = Instant::now();
        while !std::fs::read_link(&executable).is_ok_and(|path| path.ends_with("token-wizard")) {
            assert!(begin.elapsed() < pty::PATIENCE, "the shell never became the program");
            std::thread::yield_now();
        }
        run.terminal.wait_until_asleep();
        end_on_a_full_line(&run.terminal, Signal::TERM, 143);
    });
}
