//! Texts to the terminal, to a plain view, to a file.

use std::path::PathBuf;
use std::time::Duration;

use token_wizard::app::effect::{Effect, Machine as _, Msg};
use token_wizard::domain::diagnosis::{Diagnosis, Evidence, Severity};
use token_wizard::domain::secret::Secret;
use token_wizard::verify::{Blame, Event, Stage, StageReport, Status, TokenReport};

use super::{NOW, SECRET, Story, filled};

const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJjNG5hcnkifQ.c2lnbmF0dXJl";

/// A test that was refused.
fn refused() -> Story {
    let story = filled().keys("\r");
    let run = story.run();
    let evidence = Evidence { trace_id: Some("0d9c-trace".to_owned()), ..Evidence::default() };
    let diagnosis = Diagnosis::new(Severity::Error, "AADSTS65001", "No consent", "Grant consent to the app.")
        .because("Nobody has consented.")
        .remedy("API permissions > Grant admin consent.")
        .with_evidence(evidence);
    let ended = StageReport {
        stage: Stage::Token,
        status: Status::Failed,
        duration: Duration::ZERO,
        summary: "400".to_owned(),
        diagnoses: vec![diagnosis],
        blame: Blame::Provider,
    };
    story.tell(Msg::Ladder(run, Event::Ended(ended))).tell(Msg::LadderEnded(run))
}

/// A test that brought a token.
fn passed() -> Story {
    let story = filled().keys("\r");
    let run = story.run();
    let token = TokenReport { token: Secret::new(TOKEN), received_at: NOW, expires_at: None };
    story.tell(Msg::Ladder(run, Event::Token(token))).tell(Msg::LadderEnded(run))
}

fn copied(story: &Story) -> &str {
    match story.effects.first() {
        Some(Effect::Copy(text)) => text.expose(),
        other => panic!("it copies, not {other:?}"),
    }
}

#[test]
fn a_text_is_sent_and_never_said_to_be_copied() {
    let story = refused()
        .keys("c")
        .sees("Copy a text of this test")
        .sees("> Trace ID")
        .sees("Enter sends the chosen text")
        .keys("\r");
    assert_eq!(copied(&story), "0d9c-trace");
    let story = story.sees("Sent to the terminal: Trace ID, 10 characters.").sees_not("opied");
    let story = story.sees("p show").sees("f to a file").sees("Request as curl command, asks for the secret");
    let story = story.press(crossterm::event::KeyCode::Up).keys("f");
    assert_eq!(story.effects, [Effect::Keep(Secret::new("0d9c-trace"))]);
    let story = story.tell(Msg::Kept(Err("No space left on device".to_owned()))).sees("Not written: No space left");
    let story = story.tell(Msg::Kept(Ok(PathBuf::from("/tmp/token-wizard-x.txt"))));
    let story = story.sees("Written to /tmp/token-wizard-x.txt.").keys("\u{1b}").sees("[Test] failed");
    assert!(story.app.farewell().iter().any(|line| line.contains("/tmp/token-wizard-x.txt")));
}

#[test]
fn the_last_words_are_no_wider_than_the_screen_and_break_no_path() {
    let long = format!("/run/user/1000/{}/token-wizard-x.txt", "folder".repeat(20));
    let story = refused().keys("c").keys("f").tell(Msg::Kept(Ok(PathBuf::from(&long)))).keys("\u{1b}");
    // Another text later does not make the first file forgotten.
    let story = story.keys("c").keys("f").tell(Msg::Kept(Ok(PathBuf::from("/tmp/two.txt")))).keys("\u{1b}");
    let mut story = story;
    for columns in [80, 50] {
        story.app.update(NOW, Msg::Resized(columns, 24));
        let farewell = story.app.farewell();
        let (words, paths) = farewell.split_at(farewell.len() - 2);
        assert_eq!(paths, [long.as_str(), "/tmp/two.txt"]);
        assert!(words.iter().all(|line| line.len() <= usize::from(columns).min(78)), "{words:?}");
        assert!(words.join(" ").contains("Copied text is still here; delete it when you are done:"), "{words:?}");
    }
}

#[test]
fn a_list_moves_by_pages() {
    let story = refused().keys("c").press(crossterm::event::KeyCode::PageDown).sees_not("> Trace ID");
    story.press(crossterm::event::KeyCode::PageUp).keys("\r").sees("Sent to the terminal");
}

#[test]
fn on_the_smallest_screen_the_list_stays_in_view() {
    let story = refused().keys("cf").tell(Msg::Kept(Ok(PathBuf::from("/run/user/1000/token-wizard-copied.txt"))));
    let screen = story.screen_at(40, 10);
    assert!(screen.contains(" > Trace ID\n   Correlation ID") || screen.contains(" > Trace ID\n   Why"), "{screen}");
    assert!(screen.contains("Written to /run/user/1000/token-"), "{screen}");
}

#[test]
fn the_request_as_a_command_has_no_secret() {
    let mut story = refused().keys("c");
    while !story.screen_at(80, 24).contains("> Request as curl") {
        story = story.press(crossterm::event::KeyCode::Down);
    }
    let story = story.keys("\r");
    assert!(copied(&story).contains("client_secret@<(printf %s \"$CLIENT_SECRET\")"));
    assert!(!copied(&story).contains(SECRET));
}

#[test]
fn the_message_to_the_admin_is_sent_and_shown_plain() {
    let story = refused().sees("m tell admin").keys("m");
    assert!(copied(&story).contains("AADSTS65001: No consent."));
    assert!(copied(&story).contains("Trace ID: 0d9c-trace"));
    assert!(!copied(&story).contains(SECRET));
    let screen = story.screen_at(80, 24);
    assert!(screen.starts_with("Hello,"), "the text stands at column 0, without frame:\n{screen}");
    let story = story.tell(Msg::Resized(80, 16));
    let screen = story.screen_at(80, 16);
    let below: Vec<&str> = screen.lines().skip(14).collect();
    assert!(below[0].starts_with("-- Down more -----"), "{screen}");
    assert_eq!(below[1].split("   ").next(), Some("Esc back"));
    assert!(below[1].contains("Up/Down scroll") && below[1].ends_with("Sent to the terminal, too."), "{screen}");
    // Where all of it fits nothing scrolls.
    let story = story.tell(Msg::Resized(80, 60));
    let tall = story.screen_at(80, 60);
    assert!(!tall.contains("Down more") && !tall.contains("Up/Down") && tall.contains("\n------"), "{tall}");
    story.keys("\u{1b}").sees("Sent to the terminal: Message to your admin").keys("\u{1b}").sees("Grant consent");
}

#[test]
fn a_token_is_shown_plain_for_a_minute_at_most() {
    let mut story = passed().keys("c").sees("> Access token (secret)").sees_not("eyJ").keys("p").sees(TOKEN);
    assert_eq!(story.app.wake(), Some(NOW.plus(Duration::from_mins(1))));
    story.app.update(NOW.plus(Duration::from_mins(1)), Msg::Woke);
    assert_eq!(story.app.wake(), None);
    story.sees_not("eyJ").sees("> Access token");
}

#[test]
fn there_is_nothing_to_copy_before_the_first_test() {
    filled().sees_not("c copy").keys("c").sees("Enter asks login.microsoftonline.com");
}
