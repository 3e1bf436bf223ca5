//! A password that was refused is not sent again by accident.

use std::time::Duration;

use token_wizard::app::effect::{Effect, Machine as _, Msg};
use token_wizard::domain::diagnosis::{Diagnosis, Severity};
use token_wizard::domain::registration::{GrantName, Plan};
use token_wizard::domain::secret::Secret;
use token_wizard::verify::{Blame, Event, Stage, StageReport, Status, TokenReport};

use super::{EXAMPLE, NOW, SECRET, Story, TENANT};

/// A user and a password, ready to be tested.
pub(super) fn with_user() -> Story {
    Story::of(EXAMPLE)
        .press(crossterm::event::KeyCode::Right)
        .keys("\r")
        .paste(TENANT)
        .keys("\r")
        .paste("1b4e28ba-2fa1-41d2-883f-0016d3cca427")
        .keys("\r")
        .paste(SECRET)
        .keys("\r")
        .paste("anna@contoso.com")
        .keys("\r")
        .paste("wrong password")
        .keys("\u{1b}t")
}

/// The test that goes on ends with that code.
pub(super) fn refused(story: Story, code: &'static str) -> Story {
    let run = story.run();
    let ended = StageReport {
        stage: Stage::Token,
        status: Status::Failed,
        duration: Duration::ZERO,
        summary: code.to_owned(),
        diagnoses: vec![Diagnosis::new(Severity::Error, code, "User name or password not validated", "Look.")],
        blame: Blame::Provider,
    };
    let plan = Plan { grant: Some(GrantName::Password), ..Plan::default() };
    let story = story.tell(Msg::Ladder(run, Event::Planned(plan)));
    story.tell(Msg::Ladder(run, Event::Ended(ended))).tell(Msg::LadderEnded(run))
}

pub(super) fn sends(story: &Story) -> bool {
    story.effects.iter().any(|effect| matches!(effect, Effect::Verify { .. }))
}

#[test]
fn how_near_the_lockout_is_stands_straight_after_the_cause() {
    let story = refused(with_user(), "AADSTS50126");
    let screen = story.screen_at(120, 40);
    let row = |words: &str| {
        screen.lines().position(|line| line.contains(words)).unwrap_or_else(|| panic!("{words}\n{screen}"))
    };
    assert_eq!(row("Passwords of this user refused"), row("User name or password not validated") + 1, "{screen}");
    assert!(screen.contains("refused in this session: 1"), "{screen}");
}

#[test]
fn the_same_password_is_asked_for_before_it_is_sent_again() {
    let story = refused(with_user(), "AADSTS50126").sees("refused in this session: 1");
    let story = story
        .keys("t")
        .sees("Send a password again that was already refused?")
        .sees("anna@contoso.com was refused once");
    assert!(!sends(&story));
    let story = story.keys("\r");
    assert!(!sends(&story), "Enter, pressed twice by habit, sends nothing");
    let story = story.keys("t").keys("y");
    assert!(sends(&story));
}

#[test]
fn a_password_that_is_not_to_be_sent_again_is_corrected_by_a_key() {
    let story = refused(with_user(), "AADSTS50126").keys("t").sees("press g").sees("g to Password").keys("g");
    assert!(!sends(&story));
    let story = story.sees("[User]").paste("another password").keys("\u{1b}t");
    assert!(sends(&story), "the key led to the password, and another one is not asked about");
}

#[test]
fn watching_does_not_send_it_again() {
    let story = refused(with_user(), "AADSTS50126").keys("a");
    assert!(!sends(&story));
    assert_eq!(story.app.wake(), None, "no later moment sends it either");
}

#[test]
fn another_password_goes_at_once_until_half_of_the_way_to_the_lockout() {
    let mut story = refused(with_user(), "AADSTS50126");
    for number in 0..4 {
        story =
            story.keys("4").press(crossterm::event::KeyCode::Down).paste(&format!("other {number}")).keys("\u{1b}t");
        assert!(sends(&story), "{number}");
        story = refused(story, "AADSTS50126");
    }
    let story = story.keys("4").press(crossterm::event::KeyCode::Down).paste("sixth").keys("\u{1b}t");
    assert!(!sends(&story));
    story.sees("Send one more password of this user?").sees("was refused 5 times").sees("locks a user after 10");
}

#[test]
fn a_right_password_or_another_refusal_counts_nothing() {
    let story = refused(with_user(), "AADSTS50076").sees_not("refused in this session").keys("t");
    assert!(sends(&story), "the password was right, a second factor is wanted");
    let run = story.run();
    let token = TokenReport { token: Secret::new("a.b.c"), received_at: NOW, expires_at: None };
    let story = story.tell(Msg::Ladder(run, Event::Token(token))).tell(Msg::LadderEnded(run)).keys("t");
    assert!(sends(&story));
}
