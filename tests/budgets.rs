//! What the screen may cost: bytes on the line and wake-ups, of the real program on the practice tenant at 80×24.
#![cfg(target_os = "linux")]
#[path = "support/pty.rs"]
mod pty;

use std::time::Duration;

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

/// Every move of the focus, within a step and over every border of steps, in both directions, on the line of the real
/// program. That it holds for every row of the account book, too, is tested beside the encoder.
#[test]
fn moving_the_focus() {
    let mut terminal = practice();
    // An empty form, one with a user, and the first account of the book, which fills it in.
    for form in ["", " ", "\x1bb\r"] {
        if !form.is_empty() {
            answer(&mut terminal, form);
        }
        for (start, key, last) in [("\x1b1", DOWN, "Test"), ("\x1b5\x1b[B\x1b[B", UP, "Who")] {
            answer(&mut terminal, "\x1b7");
            answer(&mut terminal, start);
            while step(&terminal) != last {
                let bytes = answer(&mut terminal, key);
                let screen = terminal.screen_text();
                assert!(bytes.len() <= 400, "{} bytes: {}\n{screen}", bytes.len(), bytes.escape_ascii());
            }
        }
    }
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
fn typing_a_letter_costs_no_more_where_the_tenant_is_asked_about() {
    let mut terminal = practice();
    answer(&mut terminal, "\x1bb");
    answer(&mut terminal, "\r");
    terminal.type_keys("\r");
    terminal.wait_for_text("[Claims]");
    // From here on the provider was tested, and is asked when somebody stops typing.
    answer(&mut terminal, "2");
    let text = "contoso.onmicrosoft.com";
    let costs = text.chars().map(|letter| answer(&mut terminal, &letter.to_string()).len()).collect();
    assert!(median(costs) <= 60);
    let mark = terminal.mark();
    terminal.wait_for_text("The provider knows it");
    while !terminal.is_silent_for(QUIET) {}
    let bytes = terminal.bytes_since(mark);
    assert!(bytes.len() <= 600, "{} bytes: {}", bytes.len(), bytes.escape_ascii());
    assert_sleeps(&terminal, Duration::from_millis(300));
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

/// A whole minute on every step, with an empty form and a filled one; all at once, so that it takes little more than one.
/// On step Test the filled form has its connection warm, which may wake up.
#[test]
#[ignore = "takes a minute; the test above looks at the same for a moment"]
fn an_idle_minute_on_every_step() {
    std::thread::scope(|scope| {
        for digit in 1..=7 {
            for form in ["", "\x1bb\r"].into_iter().filter(|form| form.is_empty() || digit != 6) {
                scope.spawn(move || {
                    let mut terminal = practice();
                    if !form.is_empty() {
                        answer(&mut terminal, form);
                    }
                    // From another step, so that there is an answer to wait for.
                    answer(&mut terminal, if digit == 7 { "\x1b2" } else { "\x1b7" });
                    answer(&mut terminal, &format!("{ESC}{digit}"));
                    assert_sleeps(&terminal, Duration::from_mins(1));
                });
            }
        }
    });
}

/// Asserts that nothing is written and no thread runs for so long.
#[track_caller]
fn assert_sleeps(terminal: &pty::Terminal, span: Duration) {
    while !terminal.is_silent_for(QUIET * 2) {}
    let before = terminal.sleeps();
    assert!(terminal.is_silent_for(span));
    assert_eq!(terminal.sleeps(), before, "woken up on\n{}", terminal.screen_text());
}
