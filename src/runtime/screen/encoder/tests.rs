use proptest::prelude::*;
use ratatui::backend::{Backend as _, CrosstermBackend};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use super::*;

const AREA: Rect = Rect { x: 0, y: 0, width: 40, height: 6 };

/// A piece of text somewhere on the screen, with a style.
type Piece = (u16, u16, String, Style);

fn frame(pieces: &[Piece]) -> Buffer {
    let mut buffer = Buffer::empty(AREA);
    for (x, y, text, style) in pieces {
        buffer.set_stringn(*x, *y, text, usize::from(AREA.width - x), Style::reset().patch(*style));
    }
    buffer
}

/// What the encoder sends for one frame after the other, with the cursor where it is wanted.
struct Line {
    encoder: Encoder,
    shown: Buffer,
    terminal: vt100::Parser,
}

impl Line {
    fn new() -> Self {
        let terminal = vt100::Parser::new(AREA.height, AREA.width, 0);
        Self { encoder: Encoder::new(), shown: Buffer::empty(AREA), terminal }
    }

    fn show(&mut self, next: Buffer, cursor: Option<Position>) -> Vec<u8> {
        let mut out = Vec::new();
        self.encoder.draw(self.shown.diff_iter(&next), AREA.width, &mut out);
        self.encoder.show_cursor(cursor.is_some(), &mut out);
        if let Some(cursor) = cursor {
            self.encoder.place_cursor(cursor, &mut out);
        }
        self.shown = next;
        self.terminal.process(&out);
        out
    }
}

/// What a person sees of a terminal, cell by cell; how a blank would be coloured is nothing to see.
fn seen(terminal: &vt100::Parser) -> Vec<String> {
    let screen = terminal.screen();
    (0..AREA.height)
        .flat_map(|y| (0..AREA.width).map(move |x| (x, y)))
        .filter_map(|(x, y)| screen.cell(y, x).map(|cell| (x, y, cell)))
        .map(|(x, y, cell)| {
            let text = if cell.contents().is_empty() { " " } else { cell.contents() };
            if text == " " && !cell.inverse() && !cell.underline() {
                return format!("{x},{y}: {:?}", cell.bgcolor());
            }
            let attributes = [cell.bold(), cell.dim(), cell.italic(), cell.underline(), cell.inverse()];
            format!("{x},{y}: {text} {attributes:?} {:?} {:?}", cell.fgcolor(), cell.bgcolor())
        })
        .collect()
}

fn style() -> impl Strategy<Value = Style> {
    const COLOURS: [Color; 5] = [Color::Reset, Color::Green, Color::LightRed, Color::Indexed(200), Color::Rgb(1, 2, 3)];
    const MODIFIERS: [Modifier; 5] =
        [Modifier::empty(), Modifier::BOLD, Modifier::DIM, Modifier::REVERSED, Modifier::UNDERLINED];
    let background = prop_oneof![9 => Just(Color::Reset), 1 => Just(Color::Blue)];
    (prop::sample::select(&COLOURS[..]), background, prop::sample::select(&MODIFIERS[..]), any::<bool>()).prop_map(
        |(fg, bg, modifier, bold)| {
            // Bold and dim at once mean different things to terminals, and no role has both.
            let is_bold = bold && modifier != Modifier::DIM;
            Style::new().fg(fg).bg(bg).add_modifier(if is_bold { modifier | Modifier::BOLD } else { modifier })
        },
    )
}

fn piece() -> impl Strategy<Value = Piece> {
    let text = prop_oneof![4 => "[a-d ]{0,30}", 1 => "[ -]{10,40}", 1 => "[a日本·• ]{0,20}", 1 => "(e\u{301}|x){1,4}"];
    (0..AREA.width, 0..AREA.height, text, style())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_terminal_shows_the_same_as_with_the_plain_encoding(
        frames in prop::collection::vec(
            (prop::collection::vec(piece(), 0..6), prop::option::of((0..AREA.width, 0..AREA.height)), 0..12_u8),
            1..6,
        )
    ) {
        let mut line = Line::new();
        let mut plain = vt100::Parser::new(AREA.height, AREA.width, 0);
        for (pieces, cursor, clears) in &frames {
            let next = frame(pieces);
            if *clears == 0 {
                // Whatever is there, and wherever the cursor and the pen are.
                line.terminal.process(b"\x1b[7;31mnoise\x1b[3;3H\x1b[?25l");
                let mut out = Vec::new();
                line.encoder.clear(&mut out);
                line.terminal.process(&out);
                line.shown = Buffer::empty(AREA);
                plain.process(b"\x1b[2J");
            }
            let mut encoded = Vec::new();
            CrosstermBackend::new(&mut encoded).draw(line.shown.diff_iter(&next)).unwrap();
            plain.process(&encoded);
            let cursor = cursor.map(|(x, y)| Position::new(x, y));
            line.show(next, cursor);
            let differing: Vec<_> =
                seen(&line.terminal).into_iter().zip(seen(&plain)).filter(|(ours, theirs)| ours != theirs).collect();
            prop_assert!(differing.is_empty(), "{:?}", differing);
            prop_assert_eq!(line.terminal.screen().hide_cursor(), cursor.is_none());
            if let Some(cursor) = cursor {
                prop_assert_eq!(line.terminal.screen().cursor_position(), (cursor.y, cursor.x));
            }
        }
    }
}

const LINK: &str = "https://login.example/tenant?id=1";
const OPEN: &[u8] = b"\x1b]8;id=1;https://login.example/tenant?id=1\x1b\\";
const CLOSE: &[u8] = b"\x1b]8;;\x1b\\";

/// The same bytes for a terminal that underlines links.
fn underlined(bytes: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes);
    let (open, close) = (String::from_utf8_lossy(OPEN), String::from_utf8_lossy(CLOSE));
    text.replace(&*open, "\x1b[4m").replace(&*close, "\x1b[24m").into_bytes()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn exactly_the_marked_cells_are_a_link(
        frames in prop::collection::vec(
            prop::collection::vec((0..AREA.width, 0..AREA.height, "[a-c]{1,30}", any::<bool>()), 0..6),
            1..6,
        )
    ) {
        let mut line = Line::new();
        line.encoder.set_link(Some(LINK.to_owned()));
        let mut out = Vec::new();
        // From here on no attribute is sent, so underlining stands for links alone.
        line.encoder.clear(&mut out);
        line.terminal.process(&out);
        for pieces in frames {
            let style = |is_link| if is_link { Style::new().add_modifier(LINKED) } else { Style::new().remove_modifier(LINKED) };
            let pieces: Vec<Piece> = pieces.into_iter().map(|(x, y, text, is_link)| (x, y, text, style(is_link))).collect();
            let next = frame(&pieces);
            let mut out = Vec::new();
            line.encoder.draw(line.shown.diff_iter(&next), AREA.width, &mut out);
            prop_assert!(!out.windows(2).any(|pair| pair == b"[m"), "{:?}", String::from_utf8_lossy(&out));
            line.terminal.process(&underlined(&out));
            line.shown = next;
            for (place, cell) in line.shown.content.iter().enumerate() {
                let (y, x) = (u16::try_from(place).unwrap() / AREA.width, u16::try_from(place).unwrap() % AREA.width);
                let seen = line.terminal.screen().cell(y, x).unwrap();
                let shown = if seen.contents().is_empty() { " " } else { seen.contents() };
                prop_assert_eq!(shown, cell.symbol());
                prop_assert_eq!(seen.underline(), cell.modifier.contains(LINKED) && cell.symbol() != " ", "{},{}", x, y);
            }
        }
    }
}

#[test]
fn an_address_is_told_once_for_each_row_and_ended_with_the_frame() {
    let marked = |text: &str| (0, 0, text.to_owned(), Style::new().add_modifier(LINKED));
    let mut line = Line::new();
    line.encoder.set_link(Some(LINK.to_owned()));
    let bytes = line.show(frame(&[marked("page"), at(4, 0, ": text")]), None);
    let expected = [b"\x1b[1H".as_slice(), OPEN, b"\x1b[mpage", CLOSE, b": text\x1b[?25l"].concat();
    assert_eq!(String::from_utf8_lossy(&bytes), String::from_utf8_lossy(&expected));
    assert_eq!(line.show(frame(&[marked("page"), at(4, 0, ": text")]), None), b"", "and costs nothing afterwards");
    assert_eq!(line.terminal.screen().contents().trim(), "page: text", "no byte of it takes a column");
}

#[test]
fn without_an_address_that_is_one_a_mark_is_nothing() {
    let marked = (0, 0, "page".to_owned(), Style::new().add_modifier(LINKED));
    let longest = format!("https://login.example/{}", "x".repeat(2083));
    for link in [
        None,
        Some("http://login.example"),
        Some("https://a\x1b\\b"),
        Some("https://a b"),
        Some("https://\u{e4}"),
        Some(&longest),
    ] {
        let mut line = Line::new();
        line.encoder.set_link(link.map(str::to_owned));
        assert_eq!(line.show(frame(std::slice::from_ref(&marked)), None), b"\x1b[1H\x1b[mpage\x1b[?25l", "{link:?}");
    }
}

fn at(x: u16, y: u16, text: &str) -> Piece {
    (x, y, text.to_owned(), Style::new())
}

#[test]
fn a_letter_at_the_cursor_is_one_byte() {
    let mut line = Line::new();
    line.show(frame(&[at(1, 2, "abc")]), Some(Position::new(4, 2)));
    assert_eq!(line.show(frame(&[at(1, 2, "abcd")]), Some(Position::new(5, 2))), b"d");
}

#[test]
fn a_picture_that_is_there_costs_nothing() {
    let mut line = Line::new();
    line.show(frame(&[at(1, 2, "abc")]), Some(Position::new(4, 2)));
    assert_eq!(line.show(frame(&[at(1, 2, "abc")]), Some(Position::new(4, 2))), b"");
}

#[test]
fn rows_that_become_blank_are_erased() {
    let mut line = Line::new();
    let long = "x".repeat(38);
    line.show(frame(&[at(0, 1, &long), at(0, 2, &long)]), None);
    assert_eq!(line.show(frame(&[]), None), b"\x1b[2H\x1b[K\n\x1b[K");
}

#[test]
fn a_short_gap_is_written_again_and_a_long_one_jumped() {
    let mut line = Line::new();
    line.show(frame(&[at(0, 0, "a1b2"), at(0, 1, "c"), at(30, 1, "d")]), None);
    let bytes = line.show(frame(&[at(0, 0, "A1B2"), at(0, 1, "C"), at(30, 1, "D")]), None);
    assert_eq!(bytes, b"\x1b[1HA1B\r\nC\x1b[29CD");
}

#[test]
fn attributes_are_told_when_they_change() {
    let mut line = Line::new();
    let bold = Style::new().add_modifier(Modifier::BOLD);
    let bytes = line.show(frame(&[(0, 0, "Key label".into(), bold), at(3, 0, " label")]), None);
    assert_eq!(bytes, b"\x1b[1H\x1b[0;1mKey \x1b[mlabel\x1b[?25l");
}
