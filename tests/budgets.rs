//! What the screen may cost: bytes on the line and wake-ups, of the real program on the practice tenant at 80×24.
#![cfg(target_os = "linux")]

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

#[path = "support/pty.rs"]
mod pty;

use std::time::Duration;

use token_wizard::domain::setting::{Account, SettingName};
use token_wizard::sandbox::Sandbox;

const ESC: &str = "\x1b";
const DOWN: &str = "\x1b[B";
const UP: &str = "\x1b[A";

/// After so much silence an answer to a key is whole.
const QUIET: Duration = Duration::from_millis(25);

fn practice() -> pty::Terminal {
    let terminal = pty::Program::new(env!("CARGO_BIN_EXE_token-wizard")).args(["sandbox", "--port", "0"]).spawn(80, 24);
    terminal.wait_for_text("Who reads the reports?");
    terminal.wait_for_text("Esc commands");
    terminal
}

/// What the program answers to these keys; the answer to the last of them is whole when it was silent for a while.
#[track_caller]
fn answer(terminal: &mut pty::Terminal, keys: &str) -> Vec<u8> {
    while !terminal.is_silent_for(QUIET) {}
    let mark = terminal.mark();
    terminal.type_keys(keys);
    terminal.wait_for_more(mark);
    while !terminal.is_silent_for(QUIET) {}
    terminal.bytes_since(mark)
}

fn step(terminal: &pty::Terminal) -> String {
    let screen = terminal.screen_text();
    screen.split('[').nth(1).and_then(|rest| rest.split(']').next()).unwrap_or_default().to_owned()
}

fn median(mut costs: Vec<usize>) -> usize {
    costs.sort_unstable();
    costs[costs.len() / 2]
}

#[test]
fn the_first_paint() {
    let terminal = practice();
    while !terminal.is_silent_for(QUIET) {}
    let bytes = terminal.mark();
    assert!(bytes <= 2_000, "{bytes} bytes");
}

/// What a warning below a field says, in bytes of its letters: it is text of that value and not of the page.
fn warnings(terminal: &pty::Terminal) -> usize {
    let screen = terminal.screen_text();
    let is_continued = |line: &str| line.starts_with("         ") && !line.trim().is_empty();
    let mut is_warning = false;
    let rows = screen.lines().filter(|line| {
        let begins = [" warned  ", " failed  ", " note    "].iter().any(|lead| line.starts_with(lead));
        is_warning = begins || is_warning && is_continued(line);
        is_warning
    });
    rows.map(|line| line.trim().len()).sum()
}

/// Moves through all questions of all steps, down to Test and up again, and returns each move with its bytes, those of
/// the warnings that came into view left out.
fn journey(terminal: &mut pty::Terminal) -> Vec<(String, usize)> {
    let mut costs = Vec::new();
    for (start, key, last) in [("\x1b7\x1b1", DOWN, "Test"), ("\x1b7\x1b5\x1b[B\x1b[B", UP, "Who")] {
        answer(terminal, start);
        loop {
            let before = step(terminal);
            let bytes = answer(terminal, key);
            let after = step(terminal);
            let cost = bytes.len().saturating_sub(warnings(terminal));
            costs.push((format!("{before} to {after}: {cost} bytes: {}", bytes.escape_ascii()), cost));
            if after == last {
                break;
            }
        }
    }
    costs
}

/// The accounts that fill in the form in different ways: one of each combination of length and validity would be many
/// more, and one of each situation of the book is what the screen is for.
fn book() -> Vec<Account> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(Sandbox::bind(0)).expect("a free port").book()
}

/// Every move of the focus, within a step and over every border of steps, in both directions: on the empty form, on
/// that of a user, and with every row of the account book.
#[test]
fn moving_the_focus() {
    let mut terminal = practice();
    let mut costs = journey(&mut terminal);
    answer(&mut terminal, "\x1b7\x1b1 ");
    costs.extend(journey(&mut terminal));
    for (place, account) in book().iter().enumerate() {
        answer(&mut terminal, "\x1bb");
        if place > 0 {
            answer(&mut terminal, &DOWN.repeat(place));
        }
        answer(&mut terminal, "\r");
        let moves = journey(&mut terminal).into_iter();
        let has_user = !account.values.get(SettingName::User).is_empty();
        costs.extend(moves.map(|(which, cost)| (format!("{}, user {has_user}: {which}", account.name), cost)));
    }
    println!("{}", costs.iter().map(|(which, cost)| format!("{cost} {which}")).collect::<Vec<_>>().join("\n"));
    let dear: Vec<&str> = costs.iter().filter(|(_, cost)| *cost > 400).map(|(which, _)| which.as_str()).collect();
    assert!(dear.is_empty(), "{}", dear.join("\n"));
}

#[test]
fn typing_a_letter_with_its_validation() {
    let mut terminal = practice();
    answer(&mut terminal, "\x1b2");
    let costs = |terminal: &mut pty::Terminal, text: &str| {
        median(text.chars().map(|letter| answer(terminal, &letter.to_string()).len()).collect())
    };
    let plain = costs(&mut terminal, "contoso.onmicrosoft.com");
    answer(&mut terminal, "\x1b3");
    answer(&mut terminal, DOWN);
    let masked = costs(&mut terminal, "5c18Q~practiceValue");
    assert!(plain <= 60 && masked <= 60, "plain {plain} bytes, masked {masked}");
}

#[test]
fn queued_keys_are_drawn_once() {
    let mut terminal = practice();
    answer(&mut terminal, "\x1b2");
    let text = "contoso.onmicrosoft.com".repeat(40);
    let bytes = answer(&mut terminal, &text).len();
    assert!(bytes <= 400, "{bytes} bytes for {} letters", text.len());
}

#[test]
fn a_key_that_changes_nothing_costs_nothing() {
    let mut terminal = practice();
    let mark = terminal.mark();
    terminal.type_keys(UP.repeat(5));
    assert!(terminal.is_silent_for(Duration::from_millis(100)), "{}", terminal.bytes_since(mark).escape_ascii());
}

#[test]
fn at_rest_no_step_writes_or_wakes() {
    let mut terminal = practice();
    for digit in [2, 3, 4, 5, 6, 7, 1] {
        answer(&mut terminal, &format!("{ESC}{digit}"));
        assert_sleeps(&terminal, Duration::from_millis(150));
    }
    assert_sleeps(&terminal, Duration::from_millis(1500));
}

/// Asserts that nothing is written and no thread runs for so long.
#[track_caller]
fn assert_sleeps(terminal: &pty::Terminal, span: Duration) {
    while !terminal.is_silent_for(QUIET * 2) {}
    let before = terminal.sleeps();
    assert!(terminal.is_silent_for(span));
    assert_eq!(terminal.sleeps(), before, "woken up on\n{}", terminal.screen_text());
}
