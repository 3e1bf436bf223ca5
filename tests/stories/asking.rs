//! An embed token, a query and the admin APIs are asked for by a key, with the next test and no other.

use std::time::Duration;

use crossterm::event::KeyCode;
use token_wizard::app::effect::{Effect, Machine as _, Msg};
use token_wizard::domain::exchange::{HttpAnswer, Route};
use token_wizard::domain::mask::Masker;
use token_wizard::domain::powerbi::{self, Extras, Gate, GateStatus, Gates};
use token_wizard::domain::secret::Secret;
use token_wizard::verify::{Blame, Event, Order, Stage, StageReport, Status, TokenReport};

use super::{NOW, Story, TENANT, filled};

const REPORT: &str = "1b4e28ba-2fa1-41d2-883f-0016d3cca427";

/// Power BI's side after a test that asked for this, in a workspace that is on a capacity or not.
fn gates(order: &Order, capacity: bool, refused: &[Gate]) -> Gates {
    let registration = token_wizard::domain::registration::inspect(&order.values, &order.options);
    let registration = registration.registration.expect("settings");
    let api = powerbi::api(&registration, None, &Secret::new("opaque")).expect("an API");
    let mut gates = Gates::new(&api, None).asking(&order.powerbi.extras);
    while let Some(call) = gates.next() {
        let body = match call.gate() {
            Gate::Features => r#"{"features":[{"name":"embedTrial","additionalInfo":{"usage":12}}]}"#.to_owned(),
            Gate::Workspaces => {
                format!(r#"{{"value":[{{"id":"{TENANT}","name":"Sales","isOnDedicatedCapacity":{capacity}}}]}}"#)
            }
            Gate::Reports => {
                format!(r#"{{"value":[{{"id":"{REPORT}","name":"Overview","datasetId":"{REPORT}"}}]}}"#)
            }
            Gate::Datasets => format!(r#"{{"value":[{{"id":"{REPORT}","name":"Model"}}]}}"#),
            Gate::Embed => r#"{"token":"H4sIcanary","expiration":"2026-11-24T15:04:05Z"}"#.to_owned(),
            Gate::Query => r#"{"results":[{"tables":[]}]}"#.to_owned(),
            Gate::Admin => r#"{"value":[]}"#.to_owned(),
        };
        let is_refused = refused.contains(&call.gate());
        let answer = HttpAnswer {
            status: if is_refused { 403 } else { 200 },
            headers: Vec::new(),
            body: Secret::new(if is_refused { String::new() } else { body }),
            truncated: false,
            route: Route::default(),
            received_at: NOW,
            duration: Duration::ZERO,
        };
        gates.take(&call, Ok(&answer), &Masker::default());
    }
    gates
}

fn order(story: &Story) -> Order {
    let found = story.effects.iter().find_map(|effect| match effect {
        Effect::Verify { order, .. } => Some((**order).clone()),
        _ => None,
    });
    found.expect("a test was begun")
}

fn asked(story: &Story) -> Extras {
    order(story).powerbi.extras
}

/// The test that has begun ends like this.
fn ended(story: Story, capacity: bool, refused: &[Gate]) -> Story {
    let (run, gates) = (story.run(), gates(&order(&story), capacity, refused));
    let token = TokenReport { token: Secret::new("a.b.c"), received_at: NOW, expires_at: None };
    let status = match gates.status() {
        GateStatus::Failed => Status::Failed,
        GateStatus::Warned => Status::Warned,
        _ => Status::Passed,
    };
    let report = StageReport {
        stage: Stage::PowerBi,
        status,
        duration: Duration::ZERO,
        summary: gates.summary(),
        diagnoses: gates.diagnoses(),
        blame: Blame::PowerBi,
    };
    story
        .tell(Msg::Ladder(run, Event::Token(token)))
        .tell(Msg::Ladder(run, Event::Claims(Vec::new())))
        .tell(Msg::Ladder(run, Event::PowerBi(Box::new(gates))))
        .tell(Msg::Ladder(run, Event::Ended(report)))
        .tell(Msg::LadderEnded(run))
}

/// A test that passed and asked for nothing by name.
fn passed() -> Story {
    let story = filled().keys("\r");
    assert_eq!(asked(&story), Extras::default());
    ended(story, true, &[])
}

#[test]
fn a_key_lists_what_can_be_asked_and_what_it_costs() {
    let story = passed()
        .sees("[Claims]")
        .press(KeyCode::Right)
        .sees("e ask more")
        .sees("e  asks Power BI for more, once: an embed token");
    let story = story.keys("e").sees("Ask Power BI for more").sees("An embed token for the report Overview");
    let story = story.sees("it costs nothing").sees("no data, to the semantic model of Overview");
    let story = story
        .sees("Uses one of the 50")
        .sees("> embed  An embed token")
        .sees("  query  A query")
        .sees("Enter ask")
        .sees("Esc close");
    assert_eq!(story.effects, [], "nothing is sent before Enter");
    story.keys("\u{1b}?").sees("try an embed token, a query or the admin APIs once");
    let story = ended(filled().keys("\r"), false, &[]).keys("e");
    story.sees("one of the free embed tokens (12 % are").sees("no capacity.");
}

#[test]
fn the_next_test_asks_for_it_and_no_other_one() {
    let story = passed().keys("e\r");
    assert_eq!(asked(&story), Extras::new(&[Gate::Embed], None));
    let story = ended(story, true, &[]).sees("[Power BI]").sees("passed   embed       embed token until 15:04 UTC");
    let story = story.sees_not("H4sIcanary").keys("t");
    assert_eq!(asked(&story), Extras::default(), "t asks for nothing");
    let story = ended(story, true, &[]).keys("e").press(KeyCode::Down).press(KeyCode::Down).keys("\r");
    assert_eq!(asked(&story), Extras::new(&[Gate::Admin], None));
}

#[test]
fn whoever_closes_the_list_asks_for_nothing() {
    for closing in ["\u{1b}", "q", "e"] {
        let story = passed().keys("e").press(KeyCode::Down).keys(closing).sees_not("Ask Power BI for more");
        assert_eq!(story.effects, []);
        assert_eq!(asked(&story.keys("t")), Extras::default());
    }
}

#[test]
fn without_a_result_of_these_settings_there_is_nothing_to_ask() {
    filled().sees_not("e ask more").keys("e").sees_not("Ask Power BI for more");
    filled().keys("\re").sees_not("Ask Power BI for more").sees_not("e ask more");
    let story = passed().keys("3").paste(TENANT).keys("\u{1b}6e");
    story.sees_not("Ask Power BI for more").sees_not("e ask more");
}

#[test]
fn a_refusal_is_explained_and_a_watch_asks_again_until_it_has_passed() {
    let story = ended(passed().keys("e\r"), false, &[Gate::Embed]).sees("[Why]").sees("GenerateTokenForbidden");
    let story = story.sees("failed   powerbi    embed: 403 GenerateTokenForbidden").keys("a");
    let mut story = story;
    story.effects = story.app.update(story.app.wake().expect("a next test"), Msg::Woke);
    assert_eq!(asked(&story).gates(), [Gate::Embed]);
    let story = ended(story, true, &[]);
    assert!(story.effects.contains(&Effect::Ring));
    assert_eq!(story.app.wake(), None);
    // Another watch, of something else, spends no second embed token.
    assert_eq!(asked(&story.keys("t")), Extras::default());
}

#[test]
fn the_admin_apis_are_watched_slowly() {
    let story = passed().keys("e").press(KeyCode::Down).press(KeyCode::Down).keys("\r");
    let story = ended(story, true, &[Gate::Admin]).keys("a");
    assert_eq!(story.app.wake(), Some(NOW.plus(Duration::from_mins(2))));
    let story = ended(passed().keys("e\r"), true, &[Gate::Embed]).keys("a");
    assert_eq!(story.app.wake(), Some(NOW.plus(Duration::from_secs(30))));
}

#[test]
fn only_one_of_several_workspaces_needs_a_mark() {
    let story = passed().press(KeyCode::Right).sees("The only workspace").sees("   Sales").sees_not("> Sales");
    story.sees("passed   workspaces  1 workspace");
}
