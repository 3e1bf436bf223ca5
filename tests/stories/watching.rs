//! Testing again and again until nothing fails.

use std::time::Duration;

use crossterm::event::KeyCode;
use token_wizard::app::effect::{Effect, Machine as _, Msg, RunId};
use token_wizard::domain::diagnosis::{Diagnosis, Severity};
use token_wizard::domain::time::Timestamp;
use token_wizard::verify::{Blame, Event, Stage, StageReport, Status};

use super::{NOW, Story, filled};

fn ended(stage: Stage, code: Option<&'static str>) -> Event {
    let diagnoses = code.map(|code| Diagnosis::new(Severity::Error, code, "Closed", "Open it.")).into_iter().collect();
    let status = if code.is_some() { Status::Failed } else { Status::Passed };
    let (duration, summary) = (Duration::ZERO, String::new());
    Event::Ended(StageReport { stage, status, duration, summary, diagnoses, blame: Blame::PowerBi })
}

/// The test that goes on comes to that at that moment.
fn comes_to(mut story: Story, run: RunId, code: Option<&'static str>, now: Timestamp) -> Story {
    story.effects = story.app.update(now, Msg::Ladder(run, ended(Stage::PowerBi, code)));
    story.effects.extend(story.app.update(now, Msg::LadderEnded(run)));
    story
}

#[test]
fn a_closed_gate_is_tried_again_until_it_opens_and_then_it_rings() {
    let story = filled().sees_not("watch").keys("\r");
    let run = story.run();
    let story = comes_to(story, run, Some("NoWorkspace"), NOW).keys("a").sees("the next test begins at");
    let story = story.sees("powerbi failed, NoWorkspace");
    // What it waits for stands in every pane.
    let story = story.press(KeyCode::Right).sees("[Claims]").sees("the next test begins at").press(KeyCode::Left);
    let due = NOW.plus(Duration::from_secs(30));
    assert_eq!(story.app.wake(), Some(due), "nothing wakes it before");
    let mut story = story;
    story.effects = story.app.update(due, Msg::Woke);
    let run = story.run();
    assert_eq!(story.app.wake(), None, "while a test runs nothing has to wake it");
    let mut story = comes_to(story, run, Some("NoWorkspace"), due);
    let due = due.plus(Duration::from_secs(30));
    assert_eq!((story.app.wake(), story.effects.len()), (Some(due), 0), "the same again is no change");
    story.effects = story.app.update(due, Msg::Woke);
    let run = story.run();
    let story = comes_to(story, run, None, due);
    assert_eq!(story.effects, [Effect::Ring]);
    assert_eq!(story.app.wake(), None);
    story.sees("Watching has ended.").sees("NoWorkspace -> passed");
}

#[test]
fn a_key_or_a_changed_setting_ends_the_watch() {
    let story = filled().keys("\r");
    let run = story.run();
    let story = comes_to(story, run, Some("NoWorkspace"), NOW).keys("a").keys("a").sees("Watching has ended.");
    assert_eq!(story.app.wake(), None);
    let mut story = story.keys("a").keys("3x");
    let due = story.app.wake().expect("a next test");
    story.effects = story.app.update(due, Msg::Woke);
    assert_eq!(story.effects, [], "what was changed is tested by a key");
    assert_eq!(story.app.wake(), None);
}
