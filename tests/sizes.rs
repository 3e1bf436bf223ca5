//! Every screen of every step and what lies over it, at every size: nothing panics, and what is needed is in view.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::PathBuf;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;
use ratatui::{Terminal, TerminalOptions, Viewport};
use token_wizard::app::effect::{Effect, Machine as _, Msg, RunId};
use token_wizard::app::{App, Start};
use token_wizard::domain::consent;
use token_wizard::domain::diagnosis::{Diagnosis, Severity};
use token_wizard::domain::discovery::realm::Realm;
use token_wizard::domain::document::Document;
use token_wizard::domain::registration::{Options, inspect};
use token_wizard::domain::secret::Secret;
use token_wizard::domain::setting::{Account, SettingName, Values};
use token_wizard::domain::storage::{Exposure, Leftover, LeftoverKind, SaveError, Snapshot, Stamp};
use token_wizard::domain::time::Timestamp;
use token_wizard::ui::theme::Look;
use token_wizard::verify::{Blame, Event, Stage, StageReport, Status};

const NOW: Timestamp = Timestamp::from_seconds(1_795_528_931);
const EXAMPLE: &str = include_str!("../appsettings.example.json");
const GUID: &str = "1b4e28ba-2fa1-41d2-883f-0016d3cca427";

/// Wide, joined, right-to-left and control characters, as a value or a server's words may have them.
const ODD: &str =
    "日本語 e\u{301}\u{302} \u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{1f468}\u{200d}\u{1f469} a\tb\u{1b}[2J\u{202e}c";

fn wizard(change: impl FnOnce(&mut Start)) -> App {
    let values = Values::default().with(SettingName::AppTenantId, GUID).with(SettingName::ClientId, GUID);
    let mut start = Start {
        path: PathBuf::from("appsettings.json"),
        file: "appsettings.json".to_owned(),
        document: Document::read(EXAMPLE.as_bytes()).expect("a settings file"),
        stamp: Stamp { identity: (1, 1), length: 1, modified: 1, contents: 1 },
        options: Options::default(),
        draft: None,
        book: vec![Account { name: "row", situation: "A row of the book.", values }; 30],
        leftovers: Vec::new(),
        powerbi_api: None,
        exposure: Exposure::default(),
        banner: Some(("PRACTICE", "local sandbox")),
        look: Look::PLAIN,
        size: (80, 24),
    };
    change(&mut start);
    App::new(start)
}

fn press(app: &mut App, keys: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    for key in keys.chars() {
        let code = match key {
            '\r' => KeyCode::Enter,
            '\u{1b}' => KeyCode::Esc,
            '\n' => KeyCode::Down,
            key => KeyCode::Char(key),
        };
        effects = app.update(NOW, Msg::Key(KeyEvent::new(code, KeyModifiers::NONE)));
    }
    effects
}

fn paste(app: &mut App, text: &str) {
    app.update(NOW, Msg::Paste(Secret::new(text)));
}

/// After these keys on a form in which every field is filled in, with odd characters in one of them.
fn after(keys: &str) -> App {
    let mut app = wizard(|_| {});
    press(&mut app, "\u{1b}2\r");
    for (step, value) in [("2", ODD), ("3", GUID), ("4", "person@contoso.com")] {
        press(&mut app, "\u{1b}");
        press(&mut app, step);
        paste(&mut app, value);
    }
    press(&mut app, "\n");
    paste(&mut app, " password with blanks ");
    press(&mut app, "\u{1b}3\n");
    paste(&mut app, GUID);
    press(&mut app, keys);
    app
}

/// After these keys on an empty form.
fn wizard_at(keys: &str) -> App {
    let mut app = wizard(|_| {});
    press(&mut app, keys);
    app
}

/// A test that failed, with much to say.
fn failed(keys: &str) -> App {
    let mut app = after("\u{1b}2");
    // Over the odd characters.
    paste(&mut app, GUID);
    let effects = press(&mut app, "\u{1b}t");
    let run = effects
        .iter()
        .find_map(|effect| if let Effect::Verify { run, .. } = effect { Some(*run) } else { None })
        .unwrap_or(RunId(1));
    for (stage, status) in
        [(Stage::Settings, Status::Passed), (Stage::Connect, Status::Warned), (Stage::Token, Status::Failed)]
    {
        let report = StageReport {
            stage,
            status,
            duration: Duration::ZERO,
            summary: format!("{ODD} {ODD} {ODD}"),
            diagnoses: Vec::new(),
            blame: Blame::Provider,
        };
        app.update(NOW, Msg::Ladder(run, Event::Ended(report)));
    }
    app.update(NOW, Msg::LadderEnded(run));
    press(&mut app, keys);
    app
}

/// A test that ended before the password, or was refused for want of a second factor or of consent.
fn asked(why: &'static str, keys: &str) -> App {
    let mut app = after("\u{1b}2");
    paste(&mut app, GUID);
    let effects = press(&mut app, "\u{1b}t");
    let Some(Effect::Verify { run, order }) = effects.into_iter().next() else { panic!("it tests") };
    let realm = Realm::Federated { host: Some("adfs.contoso.example".to_owned()), protocol: None };
    let registration = inspect(&order.values, &order.options).registration.expect("a request is possible");
    let mut diagnosis = Diagnosis::new(Severity::Error, why, "Refused", "Do something about it.")
        .because("Because of a policy.")
        .at(SettingName::ClientId)
        .remedy("Try something else.");
    if why == "AADSTS65001" {
        diagnosis.links = consent::links(&registration);
    }
    let (stage, status, diagnosis) = match realm.explain() {
        Some(held) if why == "held" => (Stage::Tenant, Status::Warned, held),
        _ => (Stage::Token, Status::Failed, diagnosis),
    };
    let report = StageReport {
        stage,
        status,
        duration: Duration::ZERO,
        summary: String::new(),
        diagnoses: vec![diagnosis],
        blame: Blame::Provider,
    };
    app.update(NOW, Msg::Ladder(run, Event::Ended(report)));
    if why == "held" {
        app.update(NOW, Msg::Ladder(run, Event::Held(realm)));
    }
    app.update(NOW, Msg::LadderEnded(run));
    press(&mut app, keys);
    app
}

fn in_conflict(keys: &str) -> App {
    let mut app = after("\u{1b}s\r");
    app.update(NOW, Msg::Saved(Err(SaveError::Changed)));
    let snapshot = Snapshot {
        path: PathBuf::from("appsettings.json"),
        bytes: EXAMPLE.replace("powerbi/api", "powerbi/other").into_bytes().into(),
        stamp: Stamp { identity: (2, 2), length: 2, modified: 2, contents: 2 },
    };
    app.update(NOW, Msg::Read(Ok(snapshot)));
    press(&mut app, keys);
    app
}

fn screens() -> Vec<(&'static str, App)> {
    let leftover = Leftover { path: PathBuf::from("/srv/app/.token-wizard-1.tmp"), kind: LeftoverKind::Backup };
    let draft = Values::default().with(SettingName::ClientId, GUID);
    vec![
        ("Who", after("\u{1b}1")),
        ("Tenant", after("\u{1b}2")),
        ("Tenant, commands", after("\u{1b}2\u{1b}")),
        ("App, first field", after("\u{1b}3")),
        ("App, last field", after("\u{1b}3\n")),
        ("App, revealed", after("\u{1b}3\n\u{1b}r")),
        ("User", after("\u{1b}4")),
        ("User, last field", after("\u{1b}4\n")),
        ("Endpoint", after("\u{1b}5")),
        ("Endpoint, second field", after("\u{1b}5\n")),
        ("Endpoint, last field", after("\u{1b}5\n\n")),
        ("Test, not yet", after("\u{1b}6")),
        ("Test, failed", failed("")),
        ("Test, copying", failed("c")),
        ("Test, plain", failed("cp")),
        ("Test, realm", asked("held", "")),
        ("Test, held", asked("held", "\u{1b}")),
        ("Test, second factor", asked("AADSTS50076", "")),
        ("move, settings", asked("AADSTS50076", "p")),
        ("move, secret", asked("AADSTS50076", "p\r")),
        ("move, gates", asked("AADSTS50076", "p\r\r\r")),
        ("Test, consent", asked("AADSTS65001", "")),
        ("Test, link", asked("AADSTS65001", "l")),
        ("App, empty field", wizard_at("\u{1b}3")),
        ("help, app", wizard_at("\u{1b}3\u{1b}?")),
        ("Save", after("\u{1b}7")),
        ("Save, conflict", in_conflict("")),
        ("Save, comparison", in_conflict("c")),
        ("help", after("\u{1b}?")),
        ("book", after("\u{1b}b\n\n\n")),
        ("leaving", after("\u{1b}q")),
        ("leftovers", wizard(|start| start.leftovers = vec![leftover])),
        ("draft", wizard(|start| start.draft = Some((draft, NOW)))),
    ]
}

/// Whether everything has room.
const fn is_large(columns: u16, rows: u16) -> bool {
    columns > 121 && rows > 30
}

/// What is drawn at a size, and where the cursor stands.
fn picture(app: &mut App, columns: u16, rows: u16) -> (Buffer, Option<Position>) {
    app.update(NOW, Msg::Resized(columns, rows));
    let viewport = Viewport::Fixed(Rect::new(0, 0, columns, rows));
    if is_large(columns, rows) {
        // Without the way to a terminal, which takes most of the time, and which alone tells of the cursor.
        let mut terminal =
            Terminal::with_options(TestBackend::new(1, 1), TerminalOptions { viewport }).expect("a screen");
        let mut frame = terminal.get_frame();
        app.view(&mut frame);
        return (std::mem::take(frame.buffer_mut()), None);
    }
    let mut terminal =
        Terminal::with_options(TestBackend::new(columns, rows), TerminalOptions { viewport }).expect("a screen");
    let buffer = terminal.draw(|frame| app.view(frame)).expect("a picture").buffer.clone();
    let cursor = terminal.backend().cursor_visible().then(|| terminal.backend().cursor_position());
    (buffer, cursor)
}

fn row(buffer: &Buffer, y: u16) -> String {
    let row = buffer.content.chunks(usize::from(buffer.area.width)).nth(usize::from(y)).unwrap_or_default();
    row.iter().map(ratatui::buffer::Cell::symbol).collect::<String>().trim_end().to_owned()
}

fn text(buffer: &Buffer) -> String {
    (0..buffer.area.height).map(|y| row(buffer, y) + "\n").collect()
}

/// What has to hold for every picture of a screen.
fn check(name: &str, app: &mut App, columns: u16, rows: u16) {
    let (buffer, cursor) = picture(app, columns, rows);
    let shown = || format!("{name} at {columns}x{rows}:\n{}", text(&buffer));
    if columns < 40 || rows < 10 {
        assert_eq!(cursor, None, "{}", shown());
        return;
    }
    if columns < 120 {
        let beyond = (78..columns).flat_map(|x| (0..rows).map(move |y| (x, y)));
        let is_clean = beyond.into_iter().all(|at| buffer.cell(at).is_some_and(|cell| cell.symbol() == " "));
        assert!(is_clean, "wider than 78: {}", shown());
    }
    let is_in_field = ["field", "Who", "User", "Endpoint"].iter().any(|part| name.contains(part)) || name == "Tenant";
    if is_in_field && !is_large(columns, rows) {
        let cursor = cursor.unwrap_or_else(|| panic!("no cursor: {}", shown()));
        let body = 3..rows - 2;
        assert!(body.contains(&cursor.y) && cursor.x < columns, "{cursor} is not in the body: {}", shown());
    }
    let footer = row(&buffer, rows - 1);
    let essential =
        if name == "Test, plain" || name == "help" || name == "book" || name == "leaving" { "Esc" } else { "" };
    assert!(!footer.trim().is_empty() && footer.contains(essential), "{}", shown());
    let keys: &[&str] = match name {
        "Test, realm" => &["y send it", "Esc do not send", "p move"],
        "Test, held" | "Test, second factor" => &["Enter test", "p move"],
        "Test, consent" => &["Enter test", "l link"],
        "move, settings" => &["Enter blank both", "Esc close"],
        "move, secret" => &["Enter to App", "Esc close", "u undo"],
        "move, gates" => &["Enter test", "Esc close", "u undo"],
        "Test, link" | "help, app" => &["Esc"],
        _ => &[],
    };
    assert!(keys.iter().all(|key| footer.contains(key)), "{keys:?}: {}", shown());
    if columns >= 80
        && name.starts_with("Test, ")
        && !matches!(name, "Test, realm" | "Test, link" | "Test, plain" | "Test, copying")
    {
        assert!(footer.contains("q quit"), "{}", shown());
    }
    // Cut off is marked, and no footer is cut off.
    assert!(!footer.contains("..."), "{}", shown());
    if matches!(name, "book" | "Test, copying" | "Who" | "Endpoint") {
        let selected =
            buffer.content.iter().any(|cell| cell.modifier.contains(Modifier::REVERSED) && cell.symbol() != " ");
        assert!(selected, "the selected row is out of view: {}", shown());
    }
}

/// Draws at every one of these sizes one of the screens, so that each of them meets every width and every height.
fn check_sizes(widths: impl Iterator<Item = u16>) {
    let mut screens = screens();
    let count = screens.len();
    for (columns, rows) in widths.flat_map(|columns| (1..=60_u16).map(move |rows| (columns, rows))) {
        let place = (usize::from(columns) * 7 + usize::from(rows)) % count;
        if let Some((name, app)) = screens.get_mut(place) {
            check(name, app, columns, rows);
        }
    }
}

// Two halves, for two threads.
#[test]
fn every_size_of_an_even_width_shows_what_is_needed() {
    check_sizes((2..=200).step_by(2));
}

#[test]
fn every_size_of_an_odd_width_shows_what_is_needed() {
    check_sizes((1..=199).step_by(2));
}

/// All screens at the sizes at which something changes, and at the largest and smallest.
#[test]
fn every_screen_at_the_sizes_that_matter() {
    for (name, mut app) in screens() {
        for columns in [1, 39, 40, 41, 60, 78, 79, 80, 81, 119, 120, 121, 200] {
            for rows in [1, 9, 10, 11, 19, 20, 24, 60] {
                check(name, &mut app, columns, rows);
            }
        }
    }
}

#[test]
fn a_small_window_says_one_sentence() {
    for (name, mut app) in screens() {
        let (buffer, _) = picture(&mut app, 39, 24);
        assert!(text(&buffer).starts_with("This window is too small"), "{name}: {}", text(&buffer));
    }
}

#[test]
fn the_example_of_the_odd_characters_is_harmless() {
    let (buffer, _) = picture(&mut failed(""), 80, 24);
    let text = text(&buffer);
    assert!(text.contains("日本語") || text.contains("日 本 語 "), "{text}");
    assert!(!text.contains(['\u{1b}', '\u{202e}', '\t']), "{text}");
}
