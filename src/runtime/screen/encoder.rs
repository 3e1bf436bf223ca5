//! Changed cells into as few bytes as a slow line deserves.
//!
//! The encoder remembers what the terminal shows, where its cursor stands and which attributes are on. So a cell that
//! is there already is not sent again, blanks up to the end of a row are one erasure, a row with a gap is erased from
//! there on where that is shorter than blanks, the cursor goes the shortest way, and attributes are told only when they
//! change. Nothing is used but what every terminal since the VT100 has:
//! line feed, carriage return, backspace, CUP, CUF, CUB, EL, ED, SGR, DECTCEM; and, where the terminal takes it, a link
//! around the cells that are marked as one (OSC 8). [`tests`] hold that a terminal shows the same as with the plain
//! encoding.

mod pen;

use std::io::Write as _;

use ratatui::buffer::Cell;
use ratatui::layout::Position;

use crate::app::effect::LINKED;
use crate::domain::text;
use pen::{Pen, codes};

/// From so many blanks on an erasure is shorter than the blanks.
const ERASE: usize = 4;

/// Down so many rows at most by line feeds: an address costs hardly more.
const FEEDS: u16 = 4;

/// The longest address that is sent, in bytes; terminals drop longer ones (VTE's limit is the lowest).
const LONGEST_LINK: usize = 2083;

/// What an erased cell shows.
static BLANK: Cell = Cell::new(" ");

/// Encodes frame after frame for one terminal.
pub(super) struct Encoder {
    /// What the terminal shows; beyond the end of a row, and of the rows, blanks.
    rows: Vec<Vec<Cell>>,
    hand: Hand,
    is_cursor_shown: Option<bool>,
    /// Where marked cells lead to; `None` where the terminal takes no links.
    link: Option<String>,
}

/// Where the terminal is about to write, and how.
#[derive(Clone, Copy)]
struct Hand {
    /// Where the terminal's cursor stands; the column is `None` where the terminal may think otherwise.
    cursor: Option<(Option<u16>, u16)>,
    /// `None` when somebody else may have changed it.
    pen: Option<Pen>,
    /// Whether the terminal takes links.
    takes_links: bool,
    /// Whether what is written now is a link.
    is_linking: bool,
}

/// A row as it is and as it shall be.
struct Change<'a> {
    y: u16,
    old: &'a [Cell],
    new: &'a [Cell],
    /// Columns of the terminal.
    columns: u16,
    /// From here on there are only blanks.
    tail: usize,
    /// Where marked cells lead to.
    link: Option<&'a str>,
}

impl Encoder {
    /// For a terminal that shows nothing and of which nothing else is known.
    pub(super) fn new() -> Self {
        let hand = Hand { cursor: None, pen: None, takes_links: false, is_linking: false };
        Self { rows: Vec::new(), hand, is_cursor_shown: None, link: None }
    }

    /// Erases everything, whatever is there, and knows nothing else of the terminal from then on.
    pub(super) fn clear(&mut self, out: &mut Vec<u8>) {
        self.hand.end_link(out);
        let hand = Hand { cursor: None, pen: Some(Pen::PLAIN), takes_links: self.hand.takes_links, is_linking: false };
        *self = Self { hand, link: self.link.take(), ..Self::new() };
        out.extend_from_slice(b"\x1b[m\x1b[2J");
    }

    /// Whether the terminal shows only blanks.
    pub(super) fn is_clear(&self) -> bool {
        self.rows.iter().flatten().all(is_blank)
    }

    /// Shows or hides the cursor.
    pub(super) fn show_cursor(&mut self, is_shown: bool, out: &mut Vec<u8>) {
        if self.is_cursor_shown.replace(is_shown) != Some(is_shown) {
            out.extend_from_slice(if is_shown { b"\x1b[?25h" } else { b"\x1b[?25l" });
        }
    }

    /// Sets where marked cells lead to. An address that is none, or could say something else to the terminal, is none.
    pub(super) fn set_link(&mut self, link: Option<String>) {
        self.link = link.filter(|link| {
            link.starts_with("https://")
                && link.len() <= LONGEST_LINK
                && link.bytes().all(|byte| byte.is_ascii_graphic())
        });
        self.hand.takes_links = self.link.is_some();
    }

    /// Whether marked cells are sent as links now.
    pub(super) const fn takes_links(&self) -> bool {
        self.hand.takes_links
    }

    /// Moves the cursor.
    pub(super) fn place_cursor(&mut self, to: Position, out: &mut Vec<u8>) {
        let row = self.rows.get(usize::from(to.y)).map(Vec::as_slice).unwrap_or_default();
        self.hand.go(to.x, to.y, row, out);
    }

    /// Draws changed cells, which come row by row and from left to right, on a terminal of so many columns.
    pub(super) fn draw<'a>(
        &mut self,
        content: impl Iterator<Item = (u16, u16, &'a Cell)>,
        columns: u16,
        out: &mut Vec<u8>,
    ) {
        let mut row = 0;
        let mut updates: Vec<(u16, &Cell)> = Vec::new();
        for (x, y, cell) in content {
            if y != row {
                self.draw_row(row, &updates, columns, out);
                updates.clear();
                row = y;
            }
            updates.push((x, cell));
        }
        self.draw_row(row, &updates, columns, out);
        self.hand.end_link(out);
    }

    fn draw_row(&mut self, y: u16, updates: &[(u16, &Cell)], columns: u16, out: &mut Vec<u8>) {
        let Some((last, _)) = updates.last() else { return };
        if self.rows.len() <= usize::from(y) {
            self.rows.resize(usize::from(y) + 1, Vec::new());
        }
        let Some(mut old) = self.rows.get_mut(usize::from(y)).map(std::mem::take) else { return };
        // Room for the second half of a wide character, too.
        let length = old.len().max(usize::from(*last) + 2);
        old.resize(length, BLANK.clone());
        let mut new = old.clone();
        for (x, cell) in updates {
            put(&mut new, usize::from(*x), cell);
        }
        let tail = new.iter().rposition(|cell| !is_blank(cell)).map_or(0, |last| last + 1);
        let change = Change { y, old: &old, new: &new, columns, tail, link: self.link.as_deref() };
        // Terminals differ over clusters of several characters; then nothing is saved, and every cell is addressed.
        let is_doubtful = old.iter().chain(&new).any(is_doubtful);
        let mut changes = Vec::with_capacity(updates.len());
        changes.extend(updates.iter().map(|(x, _)| *x).filter(|x| is_doubtful || change.is_changed(usize::from(*x))));
        let mut ways = vec![self.hand.encode(&change, &changes, None)];
        ways.extend(change.end(&changes).map(|x| self.hand.encode(&change, &changes, Some(x))));
        if !is_doubtful {
            ways.extend(change.gaps().into_iter().map(|x| self.hand.encode_erased(&change, &changes, x)));
        }
        let Some(best) = ways.into_iter().min_by_key(|(bytes, _)| bytes.len()) else { return };
        out.extend_from_slice(&best.0);
        self.hand = best.1;
        if let Some(row) = self.rows.get_mut(usize::from(y)) {
            *row = new;
        }
    }
}

impl Change<'_> {
    fn is_changed(&self, x: usize) -> bool {
        self.old.get(x).zip(self.new.get(x)).is_none_or(|(old, new)| !looks_like(old, new))
    }

    /// Where the blanks begin to change that end the row.
    fn end(&self, changes: &[u16]) -> Option<u16> {
        changes.iter().copied().find(|x| usize::from(*x) >= self.tail)
    }

    /// Where blanks begin that would have to be written and have something behind them; nothing in a row with wide
    /// characters, of which halves would be erased.
    fn gaps(&self) -> Vec<u16> {
        if self.old.iter().chain(self.new).any(|cell| cell.symbol().is_empty()) {
            return Vec::new();
        }
        let mut gaps = Vec::new();
        let mut start = None;
        let mut blanks = 0;
        for (x, cell) in self.new.iter().enumerate().take(self.tail) {
            if is_blank(cell) {
                start = start.or(Some(x));
                blanks += usize::from(self.is_changed(x));
            } else {
                gaps.extend(start.take().filter(|_| blanks >= ERASE).and_then(|x| u16::try_from(x).ok()));
                blanks = 0;
            }
        }
        gaps
    }
}

impl Hand {
    /// The bytes for these columns of a row, the blanks from a column on as an erasure, and what the hand is then.
    fn encode(mut self, change: &Change<'_>, changes: &[u16], end: Option<u16>) -> (Vec<u8>, Self) {
        let mut out = Vec::new();
        for x in changes.iter().take_while(|x| end.is_none_or(|end| **x < end)) {
            self.draw_cell(*x, change, &mut out);
        }
        if let Some(x) = end {
            self.erase(change.tail, x, change, &mut out);
        }
        (out, self)
    }

    /// The same with the row erased from a column on, and all that stands behind it written again.
    fn encode_erased(mut self, change: &Change<'_>, changes: &[u16], from: u16) -> (Vec<u8>, Self) {
        let mut out = Vec::new();
        for x in changes.iter().take_while(|x| **x < from) {
            self.draw_cell(*x, change, &mut out);
        }
        self.erase(usize::from(from), from, change, &mut out);
        for (x, _) in change.new.iter().enumerate().skip(usize::from(from)).filter(|(_, cell)| !is_blank(cell)) {
            self.draw_cell(u16::try_from(x).unwrap_or(u16::MAX), change, &mut out);
        }
        (out, self)
    }

    fn draw_cell(&mut self, x: u16, change: &Change<'_>, out: &mut Vec<u8>) {
        if let Some(cell) = change.new.get(usize::from(x)) {
            self.go(x, change.y, change.new, out);
            self.write(cell, change, out);
        }
    }

    /// Erases a row from a column on, or from one before it from which on everything is blank already.
    fn erase(&mut self, first: usize, last: u16, change: &Change<'_>, out: &mut Vec<u8>) {
        let present = self.cursor.and_then(|(column, row)| column.filter(|_| row <= change.y)).unwrap_or(last);
        let first = u16::try_from(first).unwrap_or(last);
        let starts = [last, first, present.clamp(first, last)];
        let x = starts.into_iter().min_by_key(|start| self.way(*start, change.y, change.new).len()).unwrap_or(last);
        self.go(x, change.y, change.new, out);
        self.end_link(out);
        if !self.pen.is_some_and(Pen::leaves_no_trace) {
            self.take(Pen::PLAIN, out);
        }
        out.extend_from_slice(b"\x1b[K");
    }

    /// What follows is a link, or none.
    fn turn_link(&mut self, link: Option<&str>, out: &mut Vec<u8>) {
        match link {
            None => self.end_link(out),
            Some(_) if self.is_linking => {}
            Some(link) => {
                // With an id all rows of an address are one link.
                let _infallible = write!(out, "\x1b]8;id=1;{link}\x1b\\");
                self.is_linking = true;
            }
        }
    }

    fn end_link(&mut self, out: &mut Vec<u8>) {
        if std::mem::take(&mut self.is_linking) {
            out.extend_from_slice(b"\x1b]8;;\x1b\\");
        }
    }

    /// Writes one cell where the cursor stands.
    fn write(&mut self, cell: &Cell, change: &Change<'_>, out: &mut Vec<u8>) {
        self.turn_link(change.link.filter(|_| cell.modifier.contains(LINKED)), out);
        let is_any_pen_right = is_blank(cell) && self.pen.is_some_and(Pen::leaves_no_trace);
        if !is_any_pen_right {
            self.take(if is_blank(cell) { Pen::PLAIN } else { Pen::of(cell) }, out);
        }
        out.extend_from_slice(cell.symbol().as_bytes());
        let width = u16::try_from(text::width(cell.symbol())).unwrap_or(1).max(1);
        self.cursor = self.cursor.map(|(column, row)| {
            let column = column.map(|column| column.saturating_add(width));
            // At the right end the cursor waits on the last column, or beyond it.
            (column.filter(|column| *column < change.columns && !is_doubtful(cell)), row)
        });
    }

    /// Changes attributes and colours, by what changes or from the beginning, whichever is shorter.
    fn take(&mut self, pen: Pen, out: &mut Vec<u8>) {
        if self.pen == Some(pen) {
            return;
        }
        let anew = codes(Pen::PLAIN, pen);
        let anew = if anew.is_empty() { anew } else { format!("0;{anew}") };
        let change = self.pen.map(|former| codes(former, pen));
        let shortest = change.filter(|change| change.len() < anew.len()).unwrap_or(anew);
        let _infallible = write!(out, "\x1b[{shortest}m");
        self.pen = Some(pen);
    }

    /// Moves the cursor the shortest way to a column of a row that shows these cells up to there.
    fn go(&mut self, x: u16, y: u16, shown: &[Cell], out: &mut Vec<u8>) {
        out.extend_from_slice(self.way(x, y, shown).as_bytes());
        self.cursor = Some((Some(x), y));
    }

    fn way(&self, x: u16, y: u16, shown: &[Cell]) -> String {
        if self.cursor == Some((Some(x), y)) {
            return String::new();
        }
        let mut best = if x == 0 { format!("\x1b[{}H", y + 1) } else { format!("\x1b[{};{}H", y + 1, x + 1) };
        if let Some((column, row)) = self.cursor
            && let Some(down) = y.checked_sub(row).filter(|down| *down <= FEEDS)
        {
            let feeds = "\n".repeat(usize::from(down));
            let straight = column.map(|column| (feeds.clone(), column));
            for (way, from) in straight.into_iter().chain([(format!("\r{feeds}"), 0)]) {
                let way = way + &self.along(from, x, shown);
                if way.len() < best.len() {
                    best = way;
                }
            }
        }
        best
    }

    /// The shortest way along a row.
    fn along(&self, from: u16, to: u16, shown: &[Cell]) -> String {
        let jump = |columns: u16, letter: char| match columns {
            0 => String::new(),
            1 => format!("\x1b[{letter}"),
            _ => format!("\x1b[{columns}{letter}"),
        };
        let (way, other) = if to < from {
            (jump(from - to, 'D'), Some("\u{8}".repeat(usize::from(from - to))))
        } else {
            (jump(to - from, 'C'), self.again(from, to, shown))
        };
        other.filter(|other| other.len() <= way.len()).unwrap_or(way)
    }

    /// What stands between two columns, when it can be written again with the present pen.
    fn again(&self, from: u16, to: u16, shown: &[Cell]) -> Option<String> {
        let pen = self.pen?;
        (from..to)
            .map(|x| {
                let cell = shown.get(usize::from(x)).unwrap_or(&BLANK);
                let is_right = if is_blank(cell) { pen.leaves_no_trace() } else { Pen::of(cell) == pen };
                let is_right = is_right && (self.takes_links && cell.modifier.contains(LINKED)) == self.is_linking;
                (is_right && cell.symbol().is_ascii() && cell.symbol().len() == 1).then(|| cell.symbol())
            })
            .collect()
    }
}

/// Whether two cells look the same.
fn looks_like(cell: &Cell, other: &Cell) -> bool {
    let is_link = |cell: &Cell| cell.modifier.contains(LINKED);
    (is_blank(cell) && is_blank(other))
        || (cell.symbol() == other.symbol() && Pen::of(cell) == Pen::of(other) && is_link(cell) == is_link(other))
}

/// Whether a cell looks as if it had been erased.
fn is_blank(cell: &Cell) -> bool {
    cell.symbol() == " " && Pen::of(cell).leaves_no_trace()
}

/// Whether terminals may disagree over its width.
fn is_doubtful(cell: &Cell) -> bool {
    cell.symbol().chars().nth(1).is_some()
}

/// Puts a cell into a row; the columns that a wide character covers hold nothing.
fn put(row: &mut [Cell], x: usize, cell: &Cell) {
    let width = text::width(cell.symbol()).max(1);
    if let Some(place) = row.get_mut(x) {
        *place = cell.clone();
    }
    for covered in row.iter_mut().skip(x + 1).take(width - 1) {
        covered.reset();
        covered.set_symbol("");
    }
}

#[cfg(test)]
mod moves_tests;
#[cfg(test)]
mod tests;
