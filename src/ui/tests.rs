use ratatui::layout::Position;

use super::footer::{Hint, draw_footer};
use super::frame::*;
use super::pane::{Line, More, Pane};
use super::text_field::{Mask, TextField};
use super::theme::{Glyphs, Theme};
use super::*;

/// The characters of a buffer, without the blanks at the ends.
pub(super) fn shown(buffer: &Buffer) -> String {
    let rows = buffer.content.chunks(usize::from(buffer.area.width).max(1));
    let rows: Vec<_> = rows.map(|row| row.iter().map(ratatui::buffer::Cell::symbol).collect::<String>()).collect();
    rows.iter().map(|row| row.trim_end()).collect::<Vec<_>>().join("\n").trim_end().to_owned()
}

const STEPS: [StepMark<'static>; 6] = [
    StepMark { digit: '1', title: "Who", word: "passed", role: Role::Ok },
    StepMark { digit: '2', title: "Tenant", word: "passed", role: Role::Ok },
    StepMark { digit: '3', title: "App", word: "warned", role: Role::Warning },
    StepMark { digit: '5', title: "Endpoint", word: "passed", role: Role::Ok },
    StepMark { digit: '6', title: "Test", word: "", role: Role::Text },
    StepMark { digit: '7', title: "Save", word: "", role: Role::Text },
];

const HINTS: [Hint; 6] = [
    Hint { key: "t", label: "again", essential: true },
    Hint { key: "Left/Right", label: "pane", essential: false },
    Hint { key: "g", label: "go to ClientSecret", essential: false },
    Hint { key: "c", label: "copy", essential: false },
    Hint { key: "Esc", label: "steps", essential: true },
    Hint { key: "?", label: "help", essential: true },
];

fn screen(width: u16, height: u16, look: Look) -> Buffer {
    let area = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(area);
    if is_too_small(area) {
        draw_too_small(&mut buffer, area, look);
        return buffer;
    }
    draw_all(&mut buffer, area, look);
    buffer
}

fn draw_all(buffer: &mut Buffer, area: Rect, look: Look) {
    let areas = areas(area);
    let header =
        Header { banner: Some("PRACTICE"), file: "appsettings.json", saved: Saved::Unsaved, cloud: "local sandbox" };
    draw_header(buffer, areas.header, &header, look);
    draw_steps(buffer, areas.steps, &STEPS, 4, look);
    draw_rule(buffer, areas.rule_top, look);
    let row = |index: u16| Rect { y: areas.body.y + index, height: 1, ..areas.body }.intersection(areas.body);
    draw_label(buffer, row(0), "ClientSecret", "client secret, Value", look);
    let field = TextField::new("5c1f2e6a-0000-4000-8000-000000000000");
    let visible = field.visible(usize::from(row(1).width), Some(Mask::Each), look.glyphs);
    draw_field(buffer, row(1), &visible, look);
    draw_tabs(buffer, areas.rule_in_body(row(3).y), &["Why", "Claims", "Request", "Response"], Some(0), look);
    let lines = [
        Line::new(Role::Title, "Put the secret's Value into ClientSecret.").with_right("AADSTS7000215"),
        Line::new(
            Role::Text,
            "The secret that was sent is none of this app's secrets: what you have is a GUID, so most likely the \
             Secret ID was copied.",
        ),
        Line::blank(),
        Line::new(Role::Text, "New client secret; copy the column Value at once.").led_by(Role::Text, "2  "),
    ];
    let below = Rect { y: row(4).y, height: areas.body.height.saturating_sub(4), ..areas.body };
    let more = More { above: "Up back", below: "Down more" };
    Pane::new(&lines, below.width).draw(buffer, below, 0, more, look);
    draw_rule(buffer, areas.rule_bottom, look);
    draw_footer(buffer, areas.footer, &HINTS, look);
}

#[test]
fn the_design_size_shows_everything() {
    insta::assert_snapshot!(shown(&screen(80, 24, Look::PLAIN)), @r"
     PRACTICE  appsettings.json*                                    local sandbox
     Who passed - Tenant passed - App warned - Endpoint passed - [Test] - Save
    ------------------------------------------------------------------------------
     ClientSecret - client secret, Value
     ************************************

    -- [Why] -- Claims -- Request -- Response ------------------------------------
     Put the secret's Value into ClientSecret.                      AADSTS7000215
     The secret that was sent is none of this app's secrets: what you have is a
     GUID, so most likely the Secret ID was copied.

     2  New client secret; copy the column Value at once.










    ------------------------------------------------------------------------------
     t again  Left/Right pane  g go to ClientSecret  c copy  Esc steps  ? help
    ");
}

#[test]
fn the_smallest_size_shows_what_is_needed() {
    insta::assert_snapshot!(shown(&screen(40, 10, Look::PLAIN)), @r"
     PRACTICE  appsetting...  local sandbox
     6 [Test]
    ----------------------------------------
     ClientSecret - client secret, Value
     ************************************

    -- [Why] 1 of 4 ------------------------
     Put the secret's Value   AADSTS7000215
    ----------------------------------------
     t again   c copy   Esc steps   ? help
    ");
}

#[test]
fn a_word_of_warning_stays_as_long_as_narrower_gaps_make_room_for_it() {
    let row = |width| {
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, 1));
        let area = buffer.area;
        draw_steps(&mut buffer, area, &STEPS, 4, Look::PLAIN);
        shown(&buffer)
    };
    assert_eq!(row(52), "Who - Tenant - App warned - Endpoint - [Test] - Save");
    assert_eq!(row(51), "Who  Tenant  App warned  Endpoint  [Test]  Save");
    assert_eq!(row(47), "Who  Tenant  App warned  Endpoint  [Test]  Save");
    assert_eq!(row(46), "Who - Tenant - App - Endpoint - [Test] - Save");
    assert_eq!(row(44), "6 [Test]");
}

#[test]
fn a_smaller_one_says_so() {
    insta::assert_snapshot!(shown(&screen(30, 5, Look::PLAIN)), @r"
    This window is too small:
    please make it at least 40
    columns by 10 rows. It has 30
    by 5.
    ");
}

#[test]
fn no_size_panics_and_no_line_is_wider_than_78() {
    let utf8 = Look { theme: Theme::Colours, glyphs: Glyphs::UTF8 };
    // Each width with the heights at which something changes, and each height with such widths.
    let by_width = (0..=130).flat_map(|width| [0, 1, 2, 3, 4, 6, 9, 10, 24].map(|height| (width, height)));
    let by_height = (0..=45).flat_map(|height| [0, 1, 2, 3, 39, 40, 80, 119, 120, 130].map(|width| (width, height)));
    for (width, height) in by_width.chain(by_height) {
        let area = Rect::new(0, 0, width, height);
        // The pieces survive the sizes at which the sentence stands instead of them, too.
        let mut buffer = Buffer::empty(area);
        draw_all(&mut buffer, area, utf8);
        if is_too_small(area) {
            screen(width, height, utf8);
        }
        if width < WIDE_COLUMNS {
            for (x, y) in (MAX_COLUMNS..width).flat_map(|x| (0..height).map(move |y| (x, y))) {
                assert_eq!(buffer[(x, y)].symbol(), " ", "{width}x{height} at {x},{y}");
            }
        }
    }
}

#[test]
fn an_area_outside_of_the_buffer_is_left_alone() {
    let mut buffer = Buffer::empty(Rect::new(0, 0, 5, 1));
    assert_eq!(draw_spans(&mut buffer, Rect::new(3, 0, 9, 9), &[(Role::Text, "abcdef")], Look::PLAIN), 2);
    assert_eq!(draw_spans(&mut buffer, Rect::new(0, 7, 9, 9), &[(Role::Text, "abcdef")], Look::PLAIN), 0);
}

#[test]
fn areas_tile_the_screen() {
    let areas = areas(Rect::new(0, 0, 80, 24));
    assert_eq!(areas.header, Rect::new(1, 0, 76, 1));
    assert_eq!(areas.rule_top, Rect::new(0, 2, 78, 1));
    assert_eq!(areas.body, Rect::new(1, 3, 76, 19));
    assert_eq!(areas.rule_bottom, Rect::new(0, 22, 78, 1));
    assert_eq!(areas.footer, Rect::new(1, 23, 76, 1));
}

#[test]
fn control_characters_of_a_file_name_do_not_reach_the_screen() {
    let mut buffer = Buffer::empty(Rect::new(0, 0, 30, 1));
    let header = Header { banner: None, file: "a\x1b[2J\u{202e}.json", saved: Saved::Saved, cloud: "" };
    draw_header(&mut buffer, Rect::new(0, 0, 30, 1), &header, Look::PLAIN);
    assert_eq!(shown(&buffer), "a[2J.json");
}

#[test]
fn the_cursor_stands_in_the_field() {
    let mut buffer = Buffer::empty(Rect::new(0, 0, 10, 2));
    let visible = TextField::new("日本").visible(8, None, Glyphs::ASCII);
    let cursor = draw_field(&mut buffer, Rect::new(1, 1, 8, 1), &visible, Look::PLAIN);
    assert_eq!(cursor, Some(Position::new(5, 1)));
}

#[test]
fn where_a_value_is_cut_a_sign_stands() {
    let mut buffer = Buffer::empty(Rect::new(0, 0, 10, 2));
    let mut field = TextField::new("0123456789abcdef");
    let draw = |buffer: &mut Buffer, field: &TextField| {
        draw_field(buffer, Rect::new(0, 0, 10, 1), &field.visible(10, None, Glyphs::ASCII), Look::PLAIN)
    };
    assert_eq!(draw(&mut buffer, &field), Some(Position::new(5, 0)));
    assert_eq!(shown(&buffer), "<cdef");
    field.key(crossterm::event::KeyEvent::from(crossterm::event::KeyCode::Home));
    assert_eq!(draw(&mut buffer, &field), Some(Position::new(0, 0)));
    assert_eq!(shown(&buffer), "012345678>");
}

#[test]
fn a_rule_whose_panes_the_keys_do_not_move_marks_none_of_them() {
    let drawn = |width, current| {
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, 1));
        draw_tabs(&mut buffer, Rect::new(0, 0, width, 1), &["Claims", "Request"], current, Look::PLAIN);
        let is_bold = buffer.content().iter().any(|cell| cell.modifier.contains(ratatui::style::Modifier::BOLD));
        (shown(&buffer), is_bold)
    };
    assert_eq!(drawn(30, Some(1)), ("-- Claims -- [Request] -------".to_owned(), true));
    assert_eq!(drawn(30, None), ("-- Claims -- Request ---------".to_owned(), false));
    assert_eq!(drawn(22, Some(1)), ("-- [Request] 2 of 2 --".to_owned(), true));
    assert!(drawn(14, None).0.starts_with("-- Claims"));
}
