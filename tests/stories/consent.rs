//! Consent is missing: the page on which it is given is shown whole, copied, and a link.

use std::time::Duration;

use crossterm::event::KeyCode;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use token_wizard::app::effect::{Effect, Machine as _, Msg};
use token_wizard::domain::consent;
use token_wizard::domain::diagnosis::{Diagnosis, Severity};
use token_wizard::domain::registration::{Options, inspect};
use token_wizard::ui::theme::LINKED;
use token_wizard::verify::{Blame, Event, Stage, StageReport, Status};

use super::lockout::with_user;
use super::{Story, TENANT};

const LINK: &str = "https://login.microsoftonline.com/8f3c2a1e-5b7d-4c19-9e42-3a6f0d1c77d0/adminconsent\
                    ?client_id=1b4e28ba-2fa1-41d2-883f-0016d3cca427";

/// A refusal for want of consent, as the ladder would tell it.
fn refused() -> Story {
    let story = with_user();
    let run = story.run();
    let Some(Effect::Verify { order, .. }) = story.effects.first() else { panic!("it tests") };
    let registration = inspect(&order.values, &Options::default()).registration.expect("a request is possible");
    let mut diagnosis = Diagnosis::new(Severity::Error, "AADSTS65001", "Consent missing", "Grant admin consent.")
        .because("Nobody has agreed.")
        .remedy(format!("An admin can grant it at {LINK} in a browser."));
    diagnosis.links = consent::links(&registration, None);
    let ended = StageReport {
        stage: Stage::Token,
        status: Status::Failed,
        duration: Duration::ZERO,
        summary: "400 invalid_grant, AADSTS65001".to_owned(),
        diagnoses: vec![diagnosis],
        blame: Blame::Provider,
    };
    story.tell(Msg::Ladder(run, Event::Ended(ended))).tell(Msg::LadderEnded(run))
}

/// The text of the cells that are marked as a link, row after row.
fn linked(story: &Story, columns: u16, rows: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).expect("a screen");
    terminal.draw(|frame| story.app.view(frame)).expect("a picture");
    let cells = terminal.backend().buffer().content().iter();
    cells.filter(|cell| cell.modifier.contains(LINKED)).map(ratatui::buffer::Cell::symbol).collect()
}

#[test]
fn the_page_is_named_whole_copied_by_a_key_and_shown_without_frame() {
    let story = refused().sees("l link").sees("Admin consent link (l sends it").sees("in a browser").sees("q quit");
    // Only an admin can mend it, and has to be told.
    let story = story.sees("m tell admin").sees("? help");
    assert!(linked(&story, 80, 24).starts_with(LINK));
    assert_eq!(story.app.link(), Some(LINK.to_owned()));
    let story = story.keys("l");
    let Some(Effect::Copy(text)) = story.effects.first() else { panic!("it copies") };
    assert_eq!(text.expose(), LINK);
    let screen = story.screen_at(80, 24);
    let shown: String = screen.lines().take(2).collect();
    assert_eq!(shown, LINK, "from the first column, with nothing between");
    assert_eq!((linked(&story, 80, 24).as_str(), story.app.link()), (LINK, Some(LINK.to_owned())));
    let story = story.keys("\u{1b}").sees("Sent to the terminal: Admin consent link").sees("User consent link");
    assert_eq!(story.app.link(), None);
    let story = story.press(KeyCode::Down).keys("p");
    assert!(linked(&story, 80, 24).contains("/oauth2/authorize?client_id="));
    assert!(story.app.link().is_some_and(|link| link.contains("/oauth2/authorize?client_id=")));
    assert!(!format!("{:?}", story.app.link()).contains("wrong password"));
}

#[test]
fn without_such_a_page_there_is_neither_key_nor_link() {
    let story = super::lockout::refused(with_user(), "AADSTS65001").sees_not("l link").keys("l").sees("[Test] failed");
    assert_eq!((story.effects.as_slice(), story.app.link()), ([].as_slice(), None));
    assert!(!LINK.contains('\u{1b}') && LINK.contains(TENANT));
}
