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
    for term in ["xterm-256color", "screen-256color", "tmux-256color", "vt100"] {
        for locale in ["C", "C.UTF-8"] {
            let mut terminal = practice(&[], &[("TERM", term), ("LANG", locale)]);
            walk(&mut terminal);
            let (bytes, screen) = (terminal.bytes(), terminal.screen_text());
            assert_eq!(bytes.is_ascii(), locale == "C", "{term}, {locale}");
            assert_eq!(has_colour(&bytes), term != "vt100", "{term}, {locale}");
            let separator = if locale == "C" { " - " } else { " · " };
            assert!(screen.contains(&format!("App{separator}Endpoint")), "{term}, {locale}:\n{screen}");
            terminal.type_keys("q");
            terminal.wait_for_text("Leave without saving?");
            terminal.type_keys("y");
            assert_eq!(terminal.wait_exit(), 0);
            terminal.assert_given_back();
        }
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
    assert!(screen.contains("Who passed · [Tenant]"), "{screen}");
    tmux.keys(&["Down"]);
    let screen = tmux.wait_for("[App]");
    assert!(screen.contains("Tenant passed"), "{screen}");
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
    let count = screen.split("Access token, ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap_or_default();
    let token = tmux.buffer();
    assert_eq!(token.len().to_string(), count);
    assert_eq!(token.split('.').count(), 3);
}

#[test]
fn in_tmux_without_clipboard_copying_harms_nothing() {
    let Some(tmux) = tmux::Tmux::start("off") else { return };
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
