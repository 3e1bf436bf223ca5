//! The real program as different terminals show it: names of terminals, locales, a real tmux.
//!
//! What is tested with tmux says so on standard error and passes where tmux is not installed.
#![cfg(target_os = "linux")]
#![expect(clippy::expect_used, clippy::print_stderr, reason = "a test fails by panicking, and says what it skips")]
#![expect(clippy::disallowed_methods, reason = "a test waits for another program, with a deadline")]

#[path = "support/pty.rs"]
mod pty;
#[path = "terminals/tmux.rs"]
mod tmux;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const DOWN: &str = "\x1b[B";
const PROGRAM: &str = env!("CARGO_BIN_EXE_token-wizard");

fn practice(options: &[&str], variables: &[(&str, &str)]) -> pty::Terminal {
    let mut program = pty::Program::new(PROGRAM).args(["sandbox", "--port", "0"]).args(options);
    for (name, value) in variables {
        program = program.env(name, value);
    }
    let terminal = program.spawn(80, 24);
    terminal.wait_for_text("Esc commands");
    terminal
}

/// The parameters of all SGR sequences.
fn attributes(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    text.split("\x1b[")
        .filter_map(|part| {
            let end = part.find(|c: char| !c.is_ascii_digit() && c != ';')?;
            part.get(end..)?.starts_with('m').then(|| part.get(..end).unwrap_or_default().to_owned())
        })
        .collect()
}

fn has_colour(bytes: &[u8]) -> bool {
    let is_colour =
        |code: &str| code.parse().is_ok_and(|code| matches!(code, 30..=38 | 40..=48 | 90..=97 | 100..=107_u8));
    attributes(bytes).iter().any(|codes| codes.split(';').any(is_colour))
}

/// Does it for all rows at once, and says in which it failed.
fn everywhere<T: Sync + Send + std::fmt::Debug>(rows: impl IntoIterator<Item = T>, act: impl Fn(&T) + Sync) {
    let rows: Vec<T> = rows.into_iter().collect();
    for some in rows.chunks(4) {
        std::thread::scope(|scope| {
            let act = &act;
            let acts: Vec<_> = some.iter().map(|row| (row, scope.spawn(move || act(row)))).collect();
            for (row, act) in acts {
                assert!(act.join().is_ok(), "with {row:?}");
            }
        });
    }
}

/// Opens the list of accounts, takes the first, and tests it.
fn walk(terminal: &mut pty::Terminal) {
    terminal.type_keys("\x1bb");
    terminal.wait_for_text("Account book");
    terminal.type_keys("\r");
    terminal.wait_for_text("[Test]");
    terminal.type_keys("\r");
    terminal.wait_for_text("[Test] passed");
    terminal.wait_for_text("[Claims]");
}

#[test]
fn every_terminal_and_locale_shows_the_same_words() {
    let terms = ["xterm-256color", "screen-256color", "tmux-256color", "vt100"];
    let rows = terms.iter().flat_map(|term| ["C", "C.UTF-8"].map(|locale| (*term, locale)));
    let rows = rows.flat_map(|(term, locale)| ["", "1"].map(|no_colour| (term, locale, no_colour)));
    everywhere(rows, |&(term, locale, no_colour)| {
        let mut terminal = practice(&[], &[("TERM", term), ("LANG", locale), ("NO_COLOR", no_colour)]);
        walk(&mut terminal);
        let (bytes, screen) = (terminal.bytes(), terminal.screen_text());
        assert_eq!(bytes.is_ascii(), locale == "C");
        assert_eq!(has_colour(&bytes), term != "vt100" && no_colour.is_empty());
        let separator = if locale == "C" { " - " } else { " · " };
        assert!(screen.contains(&format!("App ok{separator}Endpoint ok")), "{screen}");
        terminal.type_keys("q");
        terminal.wait_for_text("Leave without saving?");
        terminal.type_keys("y");
        assert_eq!(terminal.wait_exit(), 0);
        terminal.assert_given_back();
    });
}

#[test]
fn a_terminal_that_cannot_move_its_cursor_gets_lines() {
    let rows = ["C", "C.UTF-8"].into_iter().flat_map(|locale| ["", "1"].map(|no_colour| (locale, no_colour)));
    everywhere(rows, |&(locale, no_colour)| {
        let program = pty::Program::new(PROGRAM).args(["sandbox", "--port", "0"]);
        let program = program.env("TERM", "dumb").env("LANG", locale).env("NO_COLOR", no_colour);
        let mut terminal = program.spawn(80, 24);
        let mut mark = 0;
        for (question, answer) in [
            ("Who reads the reports?", "."),
            ("b book", "b"),
            ("a number fills", "1"),
            ("Enter test", ""),
            ("passed  token", "q"),
            ("Leave without saving?", "y"),
        ] {
            // Not on the screen: a long answer has scrolled by when this looks.
            terminal.wait_for_bytes(mark, question.as_bytes());
            terminal.wait_for_bytes(mark, b"\r\n> ");
            mark = terminal.mark();
            terminal.type_keys(format!("{answer}\r"));
        }
        assert_eq!(terminal.wait_exit(), 0);
        let bytes = terminal.bytes();
        assert!(!bytes.contains(&0x1b), "it commands the terminal");
        assert!(locale != "C" || bytes.is_ascii());
        terminal.assert_given_back();
    });
}

/// The token behind the list of what can be copied, as the bytes that ask for a place on the clipboard.
fn clipboard(variables: &[(&str, &str)]) -> (String, Vec<u8>) {
    let mut terminal = practice(&[], variables);
    walk(&mut terminal);
    terminal.type_keys("c");
    terminal.wait_for_text("> Access token");
    terminal.type_keys("p");
    terminal.wait_for_text("eyJ");
    let token = terminal.screen_text().lines().take_while(|line| !line.starts_with("-----")).collect::<String>();
    terminal.type_keys("\x1b");
    terminal.wait_for_text("> Access token");
    let mark = terminal.mark();
    terminal.type_keys("\r");
    terminal.wait_for_text("Sent to the terminal: Access token");
    (token.replace(' ', ""), terminal.bytes_since(mark))
}

#[test]
fn a_copied_text_goes_to_the_terminal_in_the_words_of_what_stands_between() {
    let tmux = ("TMUX", "/tmp/tmux-1000/default,1,0");
    let screen = ("STY", "1.pts-0.host");
    for (variables, begins, ends) in [
        (&[("TERM", "xterm-256color")][..], "\x1b]52;c;", "\x07"),
        (&[("TERM", "vt100")], "\x1b]52;c;", "\x07"),
        (&[("TERM", "tmux-256color"), tmux], "\x1bPtmux;\x1b\x1b]52;c;", "\x07\x1b\\"),
        (&[("TERM", "screen-256color"), tmux], "\x1bPtmux;\x1b\x1b]52;c;", "\x07\x1b\\"),
        (&[("TERM", "screen-256color"), screen], "\x1bP\x1b]52;c;", "\x07\x1b\\"),
    ] {
        let (token, bytes) = clipboard(variables);
        let text = String::from_utf8(bytes).expect("UTF-8");
        let (_, rest) = text.split_once(begins).unwrap_or_else(|| panic!("{variables:?}: {text:?}"));
        let (encoded, _) = rest.split_once(ends).unwrap_or_else(|| panic!("{variables:?}: {text:?}"));
        // Of screen's strings each has an end and the next one a beginning.
        let strings: Vec<&str> = encoded.split("\x1b\\\x1bP").collect();
        let is_screen = variables.contains(&screen);
        assert_eq!(strings.len() > 1, is_screen, "{variables:?}");
        assert!(!is_screen || strings.iter().all(|string| string.len() <= 768), "{variables:?}");
        let decoded = STANDARD.decode(strings.concat()).expect("base64");
        assert_eq!(String::from_utf8(decoded).expect("UTF-8"), token, "{variables:?}");
        // tmux takes the bare sequence too, with set-clipboard on.
        assert_eq!(text.matches("]52;c;").count(), if variables.contains(&tmux) { 2 } else { 1 });
    }
}

#[test]
fn colours_are_off_when_asked() {
    for (options, variables, is_coloured) in [
        (&[][..], &[("NO_COLOR", "1")][..], false),
        (&["--color", "always"], &[("NO_COLOR", "1"), ("TERM", "vt100")], true),
        (&["--color", "never"], &[], false),
        (&["--color", "auto"], &[("NO_COLOR", "")], true),
    ] {
        let terminal = practice(options, variables);
        let bytes = terminal.bytes();
        assert_eq!(has_colour(&bytes), is_coloured, "{options:?} {variables:?}");
        // What has the focus is reversed all the same.
        assert!(attributes(&bytes).iter().any(|codes| codes.split(';').any(|code| code == "7")));
    }
}

#[test]
fn ascii_when_asked() {
    let terminal = practice(&["--ascii"], &[]);
    assert!(terminal.bytes().is_ascii());
}

#[test]
fn a_storm_of_resizes_leaves_no_ghosts() {
    let terminal = practice(&[], &[]);
    let before = terminal.screen_text();
    for round in 0..40_u16 {
        terminal.resize(200 - round * 4, 60 - round);
        terminal.resize(1 + round, 1 + round);
    }
    terminal.resize(80, 24);
    terminal.wait_for("the screen as it was", |screen| screen.contents() == before);
}

#[test]
fn at_every_size_the_field_in_focus_is_there() {
    let mut terminal = practice(&[], &[]);
    terminal.type_keys("\x1b3");
    terminal.wait_for_text("Application (client) ID");
    terminal.paste("1b4e28ba-2fa1");
    for (columns, rows) in [(80, 24), (120, 40), (200, 60), (60, 15), (40, 10), (80, 10), (40, 24)] {
        terminal.resize(columns, rows);
        terminal.wait_for("the field and the frame", |screen| {
            let text = screen.contents();
            text.contains("1b4e28ba-2fa1") && text.contains("Esc") && text.contains("App")
        });
        let widest = terminal.screen_text().lines().map(|line| line.chars().count()).max();
        assert!(columns >= 120 || widest <= Some(78), "{columns}x{rows}");
        // Typing shows there.
        terminal.type_keys("x");
        terminal.wait_for_text("1b4e28ba-2fa1x");
        terminal.type_keys("\x7f");
        terminal.wait_for("the letter gone", |screen| !screen.contents().contains("2fa1x"));
    }
    for (columns, rows) in [(39, 9), (20, 3), (1, 1), (2, 40), (300, 1)] {
        terminal.resize(columns, rows);
    }
    terminal.resize(39, 9);
    terminal.wait_for_text("too small");
    terminal.resize(80, 24);
    terminal.wait_for_text("1b4e28ba-2fa1");
}

#[test]
fn keys_and_pastes_survive_a_slow_line() {
    let mut terminal = practice(&[], &[]);
    terminal.type_keys("\x1b2");
    terminal.wait_for_text("[Tenant]");
    // An arrow in three packets, which a line may deliver apart or together.
    for packet in ["\x1b", "[", "B"] {
        terminal.type_keys(packet);
    }
    terminal.wait_for_text("[App]");
    // A paste whose end never comes, and the key after it.
    terminal.type_keys("\x1b[200~1b4e28ba\x1b[20");
    terminal.wait_for_text("1b4e28ba");
    terminal.type_keys("\x7f");
    terminal.wait_for("the last character gone", |screen| !screen.contents().contains("1b4e28ba[20"));
    // The marks of a paste, cut anywhere.
    terminal.type_keys("\x1b[B");
    for packet in ["\x1b[2", "00~5c18Q~prac", "ticeValue\x1b[20", "1~"] {
        terminal.type_keys(packet);
    }
    terminal.wait_for_text("19 characters");
}

#[test]
fn a_newline_in_a_burst_does_not_submit() {
    let mut terminal = practice(&[], &[]);
    terminal.type_keys("\x1b2");
    terminal.wait_for_text("Directory (tenant) ID");
    terminal.type_keys("contoso.onmicrosoft.com\rfabrikam.com\r");
    terminal.wait_for_text("contoso.onmicrosoft.com");
    terminal.wait_for_text("Taken out of the paste");
    terminal.wait_for_text("[Tenant]");
}

#[test]
fn a_large_paste_is_taken_and_the_program_goes_on() {
    let mut terminal = practice(&[], &[]);
    terminal.type_keys("\x1b2");
    terminal.wait_for_text("Directory (tenant) ID");
    terminal.paste(&"0123456789".repeat(30_000));
    terminal.wait_for_text("0123456789");
    terminal.type_keys(DOWN);
    terminal.wait_for_text("[App]");
}

#[test]
fn in_tmux_it_looks_the_same() {
    let Some(tmux) = tmux::Tmux::start("off") else { return };
    tmux.wait_for("Esc commands");
    tmux.keys(&["Escape", "2"]);
    tmux.wait_for("Directory (tenant) ID");
    tmux.keys(&["contoso.onmicrosoft.com"]);
    let screen = tmux.wait_for("contoso.onmicrosoft.com");
    assert!(screen.lines().all(|line| line.chars().count() <= 78), "{screen}");
    assert!(screen.contains("Who ok · [Tenant]"), "{screen}");
    tmux.keys(&["Down"]);
    let screen = tmux.wait_for("[App]");
    assert!(screen.contains("Tenant ok"), "{screen}");
    assert!(!screen.contains("contoso"), "a ghost: {screen}");
    // The same after everything was drawn anew.
    tmux.resize(100, 30);
    tmux.resize(80, 24);
    tmux.wait_until("the screen as it was", |again| again == screen);
}

#[test]
fn in_tmux_a_copied_text_is_in_its_buffer() {
    let Some(tmux) = tmux::Tmux::start("on") else { return };
    tmux.wait_for("Esc commands");
    tmux.keys(&["Escape", "b"]);
    tmux.wait_for("Account book");
    tmux.keys(&["Enter"]);
    tmux.wait_for("[Test]");
    tmux.keys(&["Enter"]);
    tmux.wait_for("[Test] passed");
    tmux.keys(&["c"]);
    tmux.wait_for("> Access token");
    tmux.keys(&["Enter"]);
    let screen = tmux.wait_for("Sent to the terminal: Access token");
    let count =
        screen.split("Access token (secret), ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap_or_default();
    let token = tmux.buffer();
    assert_eq!(token.len().to_string(), count);
    assert_eq!(token.split('.').count(), 3);
}

#[test]
fn in_tmux_without_clipboard_copying_harms_nothing() {
    everywhere(["off", "external"], |clipboard| copies_in_vain(clipboard));
}

fn copies_in_vain(clipboard: &str) {
    let Some(tmux) = tmux::Tmux::start(clipboard) else { return };
    tmux.wait_for("Esc commands");
    tmux.keys(&["Escape", "b"]);
    tmux.wait_for("Account book");
    tmux.keys(&["Enter"]);
    tmux.wait_for("[Test]");
    tmux.keys(&["Enter"]);
    tmux.wait_for("[Test] passed");
    tmux.keys(&["c"]);
    tmux.wait_for("> Access token");
    tmux.keys(&["Enter"]);
    tmux.wait_for("Sent to the terminal: Access token");
    assert_eq!(tmux.buffer(), "");
    tmux.keys(&["Escape"]);
    tmux.wait_for("[Claims]");
}
