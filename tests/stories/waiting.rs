//! Power BI has too many requests: the wait is shown, and a key ends it.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use token_wizard::app::effect::{Effect, Msg};
use token_wizard::verify::{Event, Stage};

use super::filled;

#[test]
fn a_wait_is_shown_and_cancelled_by_a_key() {
    let story = filled().keys("\r");
    let run = story.run();
    let story = story.tell(Msg::Ladder(run, Event::Started(Stage::PowerBi)));
    let story = story.tell(Msg::Ladder(run, Event::Waiting(Stage::PowerBi, Duration::from_secs(7))));
    let story = story.sees("running  powerbi    too many requests, waiting 7 s as it asks").sees("Ctrl-C cancels.");
    let story = story.tell(Msg::Key(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL)));
    assert_eq!(story.effects, [Effect::Cancel(run)]);
    // What comes late belongs to nobody.
    let late = Event::Waiting(Stage::PowerBi, Duration::from_secs(9));
    let story = story.sees_not("waiting").tell(Msg::Ladder(run, late)).sees_not("waiting").keys("\r");
    assert_ne!(story.run(), run, "another test can begin at once");
}
