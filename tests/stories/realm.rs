//! A password is not spent on a user whom Entra ID does not check or know before somebody was asked.

use std::time::Duration;

use crossterm::event::KeyCode;
use token_wizard::app::effect::{Effect, Machine as _, Msg};
use token_wizard::domain::discovery::realm::Realm;
use token_wizard::domain::secret::Secret;
use token_wizard::verify::{Blame, Event, OnRealm, Stage, StageReport, Status, TokenReport};

use super::lockout::{refused, sends, with_user};
use super::{NOW, Story};

fn federated() -> Realm {
    Realm::Federated { host: Some("adfs.contoso.com".to_owned()), protocol: Some("WSTrust".to_owned()) }
}

fn ended(stage: Stage, status: Status, realm: Option<&Realm>) -> Event {
    Event::Ended(StageReport {
        stage,
        status,
        duration: Duration::ZERO,
        summary: String::new(),
        diagnoses: realm.and_then(Realm::explain).into_iter().collect(),
        blame: Blame::Provider,
    })
}

/// The ladder ends before the password, for that realm.
fn held(story: Story, realm: &Realm) -> Story {
    let run = story.run();
    let mut story = story
        .tell(Msg::Ladder(run, ended(Stage::Settings, Status::Passed, None)))
        .tell(Msg::Ladder(run, ended(Stage::Tenant, Status::Warned, Some(realm))))
        .tell(Msg::Ladder(run, Event::Held(realm.clone())));
    for stage in [Stage::Token, Stage::Signature, Stage::Claims, Stage::PowerBi] {
        story = story.tell(Msg::Ladder(run, ended(stage, Status::Skipped, None)));
    }
    story.tell(Msg::LadderEnded(run))
}

fn on_realm(story: &Story) -> Option<OnRealm> {
    story.effects.iter().find_map(|effect| match effect {
        Effect::Verify { order, .. } => Some(order.on_realm),
        _ => None,
    })
}

#[test]
fn a_federated_user_is_asked_about_and_only_y_sends() {
    let story = with_user();
    assert_eq!(on_realm(&story), Some(OnRealm::Hold));
    let story = held(story, &federated()).sees("Send the password of a federated user?").sees("adfs.contoso.com");
    let story = story.sees("AADSTS50126").sees("lockout").sees("after 10").sees("y send it").sees("Esc do not send");
    assert!(!sends(&story));
    let story = story.press(KeyCode::Enter);
    assert!(!sends(&story), "Enter, pressed by habit, sends nothing");
    let story = story.sees("The password was not sent.").sees("user-federated").sees_not("passed   token");
    let story = story.sees("[Test] warned").sees_not("tell admin").keys("t");
    assert_eq!(on_realm(&story), Some(OnRealm::Hold), "it is looked up again, and asked again");
    let story = held(story, &federated()).keys("y");
    assert_eq!(on_realm(&story), Some(OnRealm::Warn));
}

#[test]
fn an_unknown_user_is_asked_about_and_a_personal_account_too() {
    let story = held(with_user(), &Realm::Unknown).sees("a user that Entra ID does not know?").sees("AADSTS50034");
    story.sees_not("p move").keys("\u{1b}").sees("The password was not sent.").sees_not("p move");
    held(with_user(), &Realm::Personal).sees("personal account").sees("p move");
}

#[test]
fn what_was_held_back_has_not_passed() {
    let story = held(with_user(), &federated()).keys("\u{1b}").sees("t again").sees_not("to Save");
    assert!(story.app.farewell().iter().any(|line| line.starts_with("Last test ended before the password was sent")));
    let story = story.press(KeyCode::Enter);
    assert_eq!(on_realm(&story), Some(OnRealm::Hold));
    let story = held(story, &federated()).keys("\u{1b}").keys("a");
    assert_eq!(story.app.wake(), None, "no watch begins");
}

#[test]
fn nobody_is_interrupted_elsewhere() {
    let story = with_user().keys("5");
    let story = Story { effects: vec![], ..story };
    let run = token_wizard::app::effect::RunId(1);
    let story = story
        .tell(Msg::Ladder(run, ended(Stage::Tenant, Status::Warned, Some(&federated()))))
        .tell(Msg::Ladder(run, Event::Held(federated())))
        .tell(Msg::LadderEnded(run))
        .sees("[Endpoint]")
        .sees_not("Send the password");
    story.keys("\u{1b}6").sees("The password was not sent.");
}

#[test]
fn after_a_refusal_both_questions_are_one_key_press() {
    let story = held(with_user(), &federated()).keys("y");
    let story = refused(story, "AADSTS50126").sees("refused in this session: 1").keys("t");
    assert!(!sends(&story));
    let story = story.sees("Send a password again that was already refused?").keys("y");
    assert_eq!(on_realm(&story), Some(OnRealm::Warn), "whoever says yes here was asked about the realm before");
    // Another password of the same user is another question.
    let story = refused(story, "AADSTS50126").keys("4").press(KeyCode::Down).paste("another").keys("\u{1b}t");
    assert_eq!(on_realm(&story), Some(OnRealm::Hold));
}

/// A test whose password was accepted, and which failed behind that.
fn accepted(story: Story) -> Story {
    let run = story.run();
    let token = TokenReport { token: Secret::new("a.b.c"), received_at: NOW, expires_at: None };
    story
        .tell(Msg::Ladder(run, Event::Token(token)))
        .tell(Msg::Ladder(run, ended(Stage::PowerBi, Status::Failed, None)))
        .tell(Msg::LadderEnded(run))
}

#[test]
fn a_password_that_was_accepted_in_spite_of_its_realm_is_not_asked_about_again() {
    let later = NOW.plus(Duration::from_secs(30));
    let story = accepted(held(with_user(), &federated()).keys("y")).keys("t");
    assert_eq!(on_realm(&story), Some(OnRealm::Warn));
    let mut story = accepted(story).keys("a");
    story.effects = story.app.update(later, Msg::Woke);
    assert_eq!(on_realm(&story), Some(OnRealm::Warn), "nor by the watch");
}

#[test]
fn a_watch_stops_before_a_realm_that_nobody_was_asked_about() {
    let later = NOW.plus(Duration::from_secs(30));
    let mut story = accepted(with_user()).keys("a");
    assert_eq!(story.app.wake(), Some(later));
    story.effects = story.app.update(later, Msg::Woke);
    assert_eq!(on_realm(&story), Some(OnRealm::Hold));
    // Meanwhile the domain was federated.
    let story = held(story, &federated()).sees("Send the password of a federated user?");
    assert!(!sends(&story));
    assert_eq!(story.app.wake(), None, "the watch has ended");
    let story = story.keys("\u{1b}").press(KeyCode::PageDown).press(KeyCode::PageDown);
    story.sees("Watching has ended.").sees("password not sent, user-federated");
}
