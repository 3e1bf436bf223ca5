//! Every screen of every step and what lies over it, at every size: nothing panics, and what is needed is in view.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "sizes/screens.rs"]
mod screens;

use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;
use ratatui::{Terminal, TerminalOptions, Viewport};
use screens::{NOW, ODD, Screen, screens};
use token_wizard::app::effect::{Machine, Msg};

/// The columns from which on panes stand side by side.
const WIDE: u16 = 120;

/// No line is wider before that.
const MAX: usize = 78;

/// What is drawn at a size, and where the cursor stands.
fn picture(machine: &mut dyn Machine, columns: u16, rows: u16) -> (Buffer, Option<Position>) {
    machine.update(NOW, Msg::Resized(columns, rows));
    let viewport = Viewport::Fixed(Rect::new(0, 0, columns, rows));
    let mut terminal =
        Terminal::with_options(TestBackend::new(columns, rows), TerminalOptions { viewport }).expect("a screen");
    let buffer = terminal.draw(|frame| machine.view(frame)).expect("a picture").buffer.clone();
    let cursor = terminal.backend().cursor_visible().then(|| terminal.backend().cursor_position());
    (buffer, cursor)
}

fn row(buffer: &Buffer, y: u16) -> String {
    let row = buffer.content.chunks(usize::from(buffer.area.width)).nth(usize::from(y)).unwrap_or_default();
    row.iter().map(Cell::symbol).collect::<String>().trim_end().to_owned()
}

fn text(buffer: &Buffer) -> String {
    (0..buffer.area.height).map(|y| row(buffer, y) + "\n").collect()
}

/// What has to hold for every picture of a screen.
fn check(screen: &mut Screen, columns: u16, rows: u16) {
    let (buffer, cursor) = picture(screen.machine.as_mut(), columns, rows);
    let shown = || format!("{} at {columns}x{rows}:\n{}", screen.name, text(&buffer));
    if columns < 40 || rows < 10 {
        assert_eq!(cursor, None, "{}", shown());
        return;
    }
    if columns < WIDE {
        let mut beyond = buffer.content.chunks(usize::from(columns)).flat_map(|row| row.iter().skip(MAX));
        assert!(beyond.all(|cell| cell.symbol() == " "), "wider than {MAX}: {}", shown());
    }
    if screen.is_field {
        let cursor = cursor.unwrap_or_else(|| panic!("no cursor: {}", shown()));
        let body = 3..rows - 2;
        assert!(body.contains(&cursor.y) && cursor.x < columns, "{cursor} is not in the body: {}", shown());
    }
    let footer = row(&buffer, rows - 1);
    let usual = if columns < 80 { &[][..] } else { screen.usual };
    for words in screen.essential.iter().chain(usual) {
        assert!(footer.contains(words), "no {words:?}: {}", shown());
    }
    // Cut off is marked, and no footer is cut off.
    assert!(!footer.contains("..."), "{}", shown());
    if screen.has_choice {
        let is_chosen = |cell: &Cell| cell.modifier.contains(Modifier::REVERSED) && cell.symbol() != " ";
        assert!(buffer.content.iter().any(is_chosen), "the chosen row is out of view: {}", shown());
    }
    // Whatever a value or a server says, the terminal gets nothing that it would obey or turn round.
    let is_harmful = |c: char| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c);
    assert!(!buffer.content.iter().any(|cell| cell.symbol().contains(is_harmful)), "{}", shown());
}

/// Draws a share of the screens, for several processes side by side, at these sizes.
fn check_share(share: usize, sizes: impl Fn() -> Vec<(u16, u16)>) {
    for mut screen in screens().into_iter().skip(share).step_by(SHARES) {
        for (columns, rows) in sizes() {
            check(&mut screen, columns, rows);
        }
    }
}

const SHARES: usize = 4;

/// Every size up to the design size on which there is room to work.
fn usual_sizes() -> Vec<(u16, u16)> {
    (40..=80).flat_map(|columns| (10..=24).map(move |rows| (columns, rows))).collect()
}

/// Every width and every height beyond, with the least and the most of the other.
fn large_sizes() -> Vec<(u16, u16)> {
    let by_width = (81..=200).map(|columns| (columns, if columns % 2 == 0 { 10 } else { 60 }));
    let by_height = (25..=60).flat_map(|rows| [40, 120].map(|columns| (columns, rows)));
    by_width.chain(by_height).collect()
}

#[test]
fn every_screen_at_every_usual_size_1() {
    check_share(0, usual_sizes);
}

#[test]
fn every_screen_at_every_usual_size_2() {
    check_share(1, usual_sizes);
}

#[test]
fn every_screen_at_every_usual_size_3() {
    check_share(2, usual_sizes);
}

#[test]
fn every_screen_at_every_usual_size_4() {
    check_share(3, usual_sizes);
}

#[test]
fn every_screen_at_every_larger_width_and_height_1() {
    (0..2).for_each(|share| check_share(share, large_sizes));
}

#[test]
fn every_screen_at_every_larger_width_and_height_2() {
    (2..4).for_each(|share| check_share(share, large_sizes));
}

/// Each of the 12,000 sizes with one of the screens, so that each of them meets every width and every height.
#[test]
fn every_size() {
    let mut screens = screens();
    let count = screens.len();
    for (columns, rows) in all_sizes() {
        let place = (usize::from(columns) * 7 + usize::from(rows)) % count;
        if let Some(screen) = screens.get_mut(place) {
            check(screen, columns, rows);
        }
    }
}

fn all_sizes() -> Vec<(u16, u16)> {
    (1..=200).flat_map(|columns| (1..=60).map(move |rows| (columns, rows))).collect()
}

/// Each of them with each of the screens, which takes minutes: `cargo test --release --test sizes -- --ignored`.
#[test]
#[ignore = "takes minutes; the other tests draw a choice of the same pictures"]
fn every_screen_at_every_size() {
    std::thread::scope(|scope| {
        (0..SHARES).for_each(|share| drop(scope.spawn(move || check_share(share, all_sizes))));
    });
}

#[test]
fn a_small_window_says_one_sentence() {
    for Screen { name, mut machine, .. } in screens() {
        for (columns, rows) in [(39, 24), (80, 9), (1, 1), (200, 1), (1, 60)] {
            let (buffer, _) = picture(machine.as_mut(), columns, rows);
            let text = text(&buffer).replace('\n', " ");
            let start: String = "This window is too small".chars().take(usize::from(columns.min(4))).collect();
            assert!(text.starts_with(&start), "{name}: {text}");
        }
    }
}

#[test]
fn the_example_of_the_odd_characters_is_harmless() {
    let mut shown = String::new();
    for mut screen in screens() {
        shown.push_str(&text(&picture(screen.machine.as_mut(), 80, 24).0));
    }
    assert!(shown.contains("日本語") || shown.contains("日 本 語 "), "{shown}");
    assert!(ODD.contains(['\u{1b}', '\u{202e}', '\t']) && !shown.contains(['\u{1b}', '\u{202e}', '\t']), "{shown}");
}
