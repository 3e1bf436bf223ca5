//! The panes of step Test: which one the keys move, which one opens, and what stands in them when there is nothing.

use std::time::Duration;

use crossterm::event::KeyCode;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::Modifier;
use token_wizard::app::effect::{Machine as _, Msg};
use token_wizard::domain::check::{ClaimReport, Verdict};
use token_wizard::domain::diagnosis::{Diagnosis, Evidence, Severity};
use token_wizard::domain::secret::Secret;
use token_wizard::verify::{Blame, Event, Stage, StageReport, Status, TokenReport};

use super::{NOW, Story, TENANT, filled};

const WIDE: (u16, u16) = (120, 40);

fn stage(stage: Stage, status: Status, summary: &str, diagnoses: Vec<Diagnosis>) -> Event {
    let (summary, duration, blame) = (summary.to_owned(), Duration::ZERO, Blame::Provider);
    Event::Ended(StageReport { stage, status, duration, summary, diagnoses, blame })
}

fn claims(count: usize) -> Event {
    let claim = |index| ClaimReport {
        name: format!("c{index}"),
        value: serde_json::Value::String("value".to_owned()),
        words: String::new(),
        meaning: "what it is for",
        verdict: if index == 0 { Verdict::Fail } else { Verdict::Pass },
        note: "is something else".to_owned(),
        personal: false,
    };
    Event::Claims((0..count).map(claim).collect())
}

fn diagnosis(severity: Severity, remedies: usize) -> Diagnosis {
    let diagnosis = Diagnosis::new(severity, "some-code", "Something is wrong", "Mend it.");
    (0..remedies).fold(diagnosis, |diagnosis, number| diagnosis.remedy(format!("Remedy {number}.")))
}

/// A test that ends with these events.
fn ended(events: impl IntoIterator<Item = Event>) -> Story {
    let story = filled().keys("\r");
    let run = story.run();
    events.into_iter().fold(story, |story, event| story.tell(Msg::Ladder(run, event))).tell(Msg::LadderEnded(run))
}

fn with_token(others: impl IntoIterator<Item = Event>) -> Story {
    let token = TokenReport { token: Secret::new("a.b.c"), received_at: NOW, expires_at: None };
    ended(std::iter::once(Event::Token(token)).chain(others))
}

/// A test that passed; on a wide screen both panes have more than fits.
fn passed_with_much() -> Story {
    with_token([claims(30)]).press(KeyCode::Left)
}

fn refused_with_much() -> Story {
    let refused = diagnosis(Severity::Error, 40);
    ended([stage(Stage::Token, Status::Failed, "401 invalid_client", vec![refused])])
}

fn rows(story: &Story) -> Vec<String> {
    story.screen_at(WIDE.0, WIDE.1).lines().map(str::to_owned).collect()
}

fn buffer(story: &Story, (columns, rows): (u16, u16)) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).expect("a screen");
    terminal.draw(|frame| story.app.view(frame)).expect("a picture");
    terminal.backend().buffer().clone()
}

/// The modifiers of the cells of a word's first place.
fn look(story: &Story, size: (u16, u16), word: &str) -> Modifier {
    let buffer = buffer(story, size);
    for cells in buffer.content().chunks(usize::from(size.0)) {
        let row: String = cells.iter().map(Cell::symbol).collect();
        if let Some(at) = row.find(word) {
            let column = row.get(..at).expect("a border").chars().count();
            return cells
                .iter()
                .skip(column)
                .take(word.len())
                .map(|cell| cell.modifier)
                .fold(Modifier::empty(), |a, b| a | b);
        }
    }
    panic!("{word:?} is not on the screen:\n{}", story.screen_at(size.0, size.1))
}

#[test]
fn side_by_side_only_the_pane_that_the_keys_move_stands_in_brackets() {
    let story = passed_with_much();
    let screen = story.screen_at(WIDE.0, WIDE.1);
    assert!(screen.contains("-- [Why] --") && screen.contains("-- Claims -- Power BI --"), "{screen}");
    assert!(look(&story, WIDE, "[Why]").contains(Modifier::BOLD));
    let story = story.press(KeyCode::Right);
    let screen = story.screen_at(WIDE.0, WIDE.1);
    assert!(screen.contains("-- Why --") && screen.contains("-- [Claims] -- Power BI --"), "{screen}");
    assert!(look(&story, WIDE, "[Claims]").contains(Modifier::BOLD));
    assert!(!look(&story, WIDE, "Why").contains(Modifier::BOLD));
    let story = story.press(KeyCode::Right);
    assert!(story.screen_at(WIDE.0, WIDE.1).contains("-- Claims -- [Power BI] --"));
}

#[test]
fn only_the_pane_that_down_moves_says_down() {
    const THERE: &str = "-- more; Left/Right leads here --";
    let last = |story: &Story, columns: std::ops::Range<usize>| {
        let row = rows(story).get(37).cloned().unwrap_or_default();
        row.chars().skip(columns.start).take(columns.len()).collect::<String>().trim().to_owned()
    };
    let (left, right) = (0..60, 60..120);
    // In Why, with more in the claims beside it.
    let story = passed_with_much();
    assert_eq!([last(&story, left.clone()), last(&story, right.clone())], ["", THERE]);
    let story = story.press(KeyCode::Right);
    assert_eq!([last(&story, left.clone()), last(&story, right.clone())], ["", "-- Down more --"]);
    // In Why with more there, then in each of the others.
    let mut story = refused_with_much();
    assert_eq!(last(&story, left.clone()), "-- Down more --");
    let moved = story.press(KeyCode::Down);
    assert_eq!(last(&moved, left.clone()), "-- Up back, Down more --");
    story = moved;
    for pane in ["[Claims]", "[Power BI]", "[Request]", "[Response]"] {
        story = story.press(KeyCode::Right);
        assert!(story.screen_at(WIDE.0, WIDE.1).contains(pane), "{pane}");
        assert_eq!(last(&story, left.clone()), THERE, "{pane}");
    }
    assert_eq!(last(&story.press(KeyCode::Right), left), "-- Down more --", "one of the keys leads there");
}

#[test]
fn between_what_stands_side_by_side_are_four_columns() {
    let long = "word ".repeat(60);
    let why = diagnosis(Severity::Error, 0).because(long.clone());
    let story = ended([
        Event::Requested(vec!["POST".to_owned()]),
        Event::Answered(vec![long]),
        stage(Stage::Token, Status::Failed, "401 invalid_client", vec![why]),
    ]);
    let rows = rows(&story);
    for row in rows.iter().skip(3).take(35) {
        let gutter: String = row.chars().skip(57).take(4).collect();
        assert_eq!(gutter.trim(), "", "{row}");
    }
    assert!(rows.iter().any(|row| row.chars().nth(56).is_some_and(|c| c != ' ')), "the left takes all that it has");
}

#[test]
fn a_warned_stage_opens_why_also_when_all_passed() {
    with_token([claims(1)]).sees("[Claims]").sees("[Test] passed");
    let warned = stage(Stage::Connect, Status::Warned, "clock 10 min behind", vec![diagnosis(Severity::Warning, 1)]);
    with_token([warned, claims(1)]).sees("[Why]").sees("Mend it.").sees("[Test] warned").sees("clock 10 min behind");
}

#[test]
fn an_old_result_is_marked_and_its_words_are_drawn_without_emphasis() {
    let screen = (80, 24);
    let story = ended([stage(Stage::Token, Status::Failed, "401 invalid_client", Vec::new())]);
    assert!(look(&story, screen, "failed   token").contains(Modifier::REVERSED));
    let story =
        story.keys("3").paste(TENANT).keys("\u{1b}6").sees("warned   The settings have changed since this test");
    assert_eq!(look(&story, screen, "failed   token"), Modifier::empty());
    assert!(look(&story, screen, "warned   The").contains(Modifier::UNDERLINED));
    for (columns, words) in [(120, "Settings changed since; t tests"), (40, "warned   Changed since; t tests again.")] {
        let screen = story.screen_at(columns, 24);
        assert!(screen.contains(words), "{screen}");
    }
}

#[test]
fn what_is_not_there_says_why() {
    let story = ended([stage(Stage::Tenant, Status::Failed, "unknown", Vec::new())]);
    let story = story.press(KeyCode::Right).sees("No token was issued, so there are no claims; see Why.");
    let story = story.press(KeyCode::Right).sees("Power BI is asked only with a token; see Why.");
    let story = story.press(KeyCode::Right).sees("No token request was sent; see Why.");
    story.press(KeyCode::Right).sees("No token request was sent, so there is no response.");
    let story = ended([Event::Requested(vec!["POST /token".to_owned()])]).press(KeyCode::Left);
    story.sees("[Response]").sees("Nothing came back.");
    with_token([]).press(KeyCode::Right).sees("The token is no JWT, so there are no claims; see Why.");
    let reason = "A token whose signature failed is not sent.";
    let skipped = stage(Stage::PowerBi, Status::Skipped, reason, Vec::new());
    let story = with_token([claims(1), skipped]).sees(&format!("skipped  powerbi    {reason}"));
    story.press(KeyCode::Right).sees("[Power BI]").sees(&format!("Power BI was not asked. {reason}"));
}

#[test]
fn a_failed_claim_looks_like_a_failed_stage() {
    let story = with_token([claims(2)]);
    let story = story.sees("c0  value").sees("What it is for. Is something else.");
    assert!(look(&story, (80, 24), "fail").contains(Modifier::REVERSED | Modifier::BOLD));
    assert_eq!(look(&story, (80, 24), "pass "), Modifier::empty());
}

#[test]
fn what_the_server_says_stands_in_one_column() {
    let guid = "8f3c2a1e-5b7d-4c19-9e42-3a6f0d1c77d0".to_owned();
    let evidence = Evidence {
        words: Some("AADSTS1: No.".to_owned()),
        trace_id: Some(guid.clone()),
        correlation_id: Some(guid.clone()),
        ..Evidence::default()
    };
    let story = ended([stage(
        Stage::Token,
        Status::Failed,
        "400",
        vec![diagnosis(Severity::Error, 0).with_evidence(evidence)],
    )]);
    let story = story.sees("Server       AADSTS1: No.").sees(&format!("Trace        {guid}"));
    let story = story.sees(&format!("Correlation  {guid}"));
    assert!(look(&story, (80, 24), "Trace").contains(Modifier::BOLD));
    assert_eq!(look(&story, (80, 24), &guid), Modifier::empty());
}

#[test]
fn a_long_row_of_an_answer_hangs() {
    let header = format!("x-long: {}", "word ".repeat(20).trim_end());
    let story = ended([Event::Requested(vec!["POST".to_owned()]), Event::Answered(vec![header])]).press(KeyCode::Left);
    let screen = story.sees("x-long: word").screen_at(80, 24);
    assert!(screen.lines().any(|row| row.starts_with("   word word")), "{screen}");
}

#[test]
fn the_kind_of_a_user_that_is_a_reason_is_never_cut() {
    let tenant = format!("federated user, contoso.onmicrosoft.com = {TENANT}, region EU");
    let story = ended([
        stage(Stage::Settings, Status::Passed, "password, v1", Vec::new()),
        stage(Stage::Tenant, Status::Warned, &tenant, vec![diagnosis(Severity::Warning, 0)]),
        stage(Stage::Token, Status::Skipped, "", Vec::new()),
    ]);
    story.sees("warned   tenant     federated user,").sees("contoso.onmicrosoft.com = 8f3c2a1e-...-77d0, region EU");
}
