//! The picture of the question: the usual frame around one list.

use std::path::Path;

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use unicode_segmentation::UnicodeSegmentation;

use super::{Opening, Row};
use crate::domain::text::{self, ELLIPSIS};
use crate::ui::footer::draw_footer;
use crate::ui::frame::{self, Header, MAX_COLUMNS, Saved, areas};
use crate::ui::keymap::hints;
use crate::ui::pane::{Line, More, Pane, max_scroll, rows_shown, scroll_into_view};
use crate::ui::theme::Role;
use crate::ui::{draw_field, draw_spans};

const MORE: More = More { above: "PageUp back", below: "PageDown more" };

/// Columns of the numbers before the rows.
const LEAD: usize = 3;

/// Columns of the sign before the chosen row, and of the blanks before the others.
const SIGN: usize = 2;

/// A path is told over so many rows at most, so that a row with its path fits on the smallest screen.
const PATH_ROWS: usize = 3;

/// The list as wrapped text, and where the selected row lies in it.
struct List {
    lines: Vec<Line>,
    first: usize,
    last: usize,
    /// The row of the screen's text that the path is typed into.
    field: Option<usize>,
}

impl Opening {
    pub(super) fn draw(&self, frame: &mut Frame<'_>) {
        let (screen, look) = (frame.area(), self.offer.look);
        let buffer = frame.buffer_mut();
        if frame::is_too_small(screen) {
            frame::draw_too_small(buffer, screen, look);
            return;
        }
        let areas = areas(screen);
        let name = self.offer.file.file_name().unwrap_or(self.offer.file.as_os_str()).to_string_lossy();
        let header = Header { banner: None, file: &name, saved: Saved::Saved, cloud: "no such file" };
        frame::draw_header(buffer, areas.header, &header, look);
        draw_spans(buffer, areas.steps, &[(Role::Text, "There is no such file. What now?")], look);
        frame::draw_rule(buffer, areas.rule_top, look);
        frame::draw_rule(buffer, areas.rule_bottom, look);
        draw_footer(buffer, areas.footer, &hints(self.table(), self), look);

        let (list, body) = (self.list(areas.body, SIGN), areas.body);
        let pane = Pane::new(&list.lines, body.width);
        let scroll = self.scroll(&list, pane.len(), body);
        pane.draw(buffer, body, scroll, MORE, look);
        if let Some(cursor) = self.draw_path(buffer, body, &list, scroll, pane.len()) {
            frame.set_cursor_position(cursor);
        }
    }

    /// Draws the typed path; returns where the cursor stands while keys go there.
    fn draw_path(
        &self,
        buffer: &mut ratatui::buffer::Buffer,
        body: Rect,
        list: &List,
        scroll: usize,
        rows: usize,
    ) -> Option<Position> {
        let place = list.field?.checked_sub(scroll)?;
        if place >= rows_shown(rows, usize::from(body.height)) {
            return None;
        }
        let lead = u16::try_from(SIGN + LEAD).ok()?;
        let area = Rect {
            x: body.x + lead,
            y: body.y + u16::try_from(place).ok()?,
            width: body.width.min(MAX_COLUMNS).saturating_sub(lead),
            height: 1,
        };
        let look = self.offer.look;
        let visible = self.field.visible(usize::from(area.width), None, look.glyphs);
        draw_field(buffer, area, &visible, look).filter(|_| self.is_typing)
    }

    /// A page further from the selected row, as far as there is something to see.
    pub(super) fn turn(&mut self, pages: isize) {
        let (width, height) = self.offer.size;
        let body = areas(Rect { x: 0, y: 0, width, height }).body;
        let list = self.list(body, SIGN);
        let rows = Pane::new(&list.lines, body.width).len();
        let before = (self.page, self.scroll(&list, rows, body));
        self.page = self.page.saturating_add(pages);
        if self.scroll(&list, rows, body) == before.1 {
            self.page = before.0;
        }
    }

    fn scroll(&self, list: &List, rows: usize, body: Rect) -> usize {
        let height = usize::from(body.height);
        let base = scroll_into_view(0, list.first, list.last, rows, height);
        let page = isize::try_from(rows_shown(rows, height).max(1)).unwrap_or(1);
        base.saturating_add_signed(self.page.saturating_mul(page)).min(max_scroll(rows, height))
    }

    /// The numbered rows as text; none of them is chosen there.
    pub fn lines(&self) -> Vec<Line> {
        let lines = self.list(Rect { x: 0, y: 0, width: MAX_COLUMNS, height: 0 }, 0).lines;
        lines.into_iter().filter(|line| *line != Line::blank()).collect()
    }

    /// The list with so many columns for the sign of the chosen row.
    fn list(&self, body: Rect, sign: usize) -> List {
        let lead = sign + LEAD;
        let columns = usize::from(body.width.min(MAX_COLUMNS)).saturating_sub(lead).max(1);
        let indented = |role, words: String| Line::new(role, words).led_by(Role::Text, " ".repeat(lead));
        let mut list = List { lines: Vec::new(), first: 0, last: 0, field: None };
        let mut rows = 0;
        for (place, row) in self.rows().into_iter().enumerate() {
            let is_selected = row == self.selected;
            let mut lines = vec![self.label(place, row, is_selected, (sign, columns))];
            let height = |lines: &[Line]| Pane::new(lines, body.width).len();
            if is_selected && row == Row::Type {
                list.field = Some(rows + height(&lines));
                lines.push(Line::blank());
                let note = self.pasted.as_ref().and_then(|cleaned| cleaned.note("Esc u"));
                lines.extend(note.map(|note| indented(Role::Hint, note)));
            }
            if row == Row::Create {
                let path = shown(&self.offer.file, columns * PATH_ROWS);
                lines.push(indented(Role::Text, format!("{path}, readable by you only")));
            }
            if is_selected && let Some(why) = &self.error {
                lines.push(Line::new(Role::Text, why).led_by(Role::Error, format!("{:lead$}failed  ", "")));
            }
            let count = height(&lines);
            if is_selected {
                (list.first, list.last) = (rows, (rows + count).saturating_sub(1));
            }
            rows += count;
            list.lines.extend(lines);
        }
        list
    }

    fn label(&self, place: usize, row: Row, is_selected: bool, (sign, columns): (usize, usize)) -> Line {
        let words = match row {
            Row::Create => "Create it from the example".to_owned(),
            Row::Practise => "Practise in the sandbox (no Azure account needed)".to_owned(),
            Row::Type => "Open another file: type its path".to_owned(),
            Row::Recent(place) => self.offer.recent.get(place).map(|path| shown(path, columns)).unwrap_or_default(),
            Row::Quit => "Leave".to_owned(),
        };
        let key = match row {
            Row::Quit => "q".to_owned(),
            _ if place < 9 => (place + 1).to_string(),
            _ => String::new(),
        };
        let role = if is_selected { Role::Focus } else { Role::Text };
        let chosen = if is_selected { ">" } else { "" };
        Line::new(role, words).led_by(Role::Key, format!("{:<sign$}{key:<LEAD$}", if sign == 0 { "" } else { chosen }))
    }
}

/// A path made printable, with `...` in its middle when it takes more columns.
fn shown(path: &Path, columns: usize) -> String {
    let path = path.to_string_lossy();
    clip_middle(&text::printable(&path), columns)
}

/// The beginning and, of twice its length, the end: the last folders tell files apart.
fn clip_middle(path: &str, columns: usize) -> String {
    if text::width(path) <= columns {
        return path.to_owned();
    }
    let room = columns.saturating_sub(ELLIPSIS.len());
    let mut used = 0;
    let mut fits = |grapheme: &&str, room: usize| {
        used += text::width(grapheme);
        used <= room
    };
    let head: String = path.graphemes(true).take_while(|grapheme| fits(grapheme, room / 3)).collect();
    used = text::width(&head);
    let mut fits = |grapheme: &&str| {
        used += text::width(grapheme);
        used <= room
    };
    let tail: Vec<&str> = path.graphemes(true).rev().take_while(|grapheme| fits(grapheme)).collect();
    let tail: String = tail.into_iter().rev().collect();
    let dots: String = ELLIPSIS.chars().take(columns).collect();
    format!("{head}{dots}{tail}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_end_of_a_path_stays() {
        assert_eq!(clip_middle("/srv/app/appsettings.json", 25), "/srv/app/appsettings.json");
        assert_eq!(clip_middle("/srv/app/appsettings.json", 24), "/srv/ap...psettings.json");
    }

    proptest! {
        #[test]
        fn a_clipped_path_is_never_too_wide(path in "\\PC{0,60}", columns in 0..50_usize) {
            prop_assert!(text::width(&clip_middle(&path, columns)) <= columns);
        }
    }
}
