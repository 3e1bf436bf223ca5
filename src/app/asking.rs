//! Asking Power BI for more than a test asks by itself: an embed token, a query, the admin APIs.
//!
//! The next test carries it, and only that one: an embed token is spent when a key says so. A watch is a key press for
//! as long as it goes on: it asks again for what has not passed, and a refusal spends nothing.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::effect::Effect;
use super::list::CHOSEN;
use super::view::MORE;
use super::{App, Overlay};
use crate::domain::powerbi::Extras;
use crate::steps::test::asking::Offer;
use crate::ui::draw_spans;
use crate::ui::pane::{Line, Pane, scroll_into_view};
use crate::ui::theme::Role;

impl App {
    /// What can be asked for now.
    pub(super) fn offers_to_ask(&self) -> Vec<Offer> {
        self.test.offers(&self.form.draft())
    }

    pub(super) fn can_ask(&self) -> bool {
        !self.is_running() && !self.offers_to_ask().is_empty()
    }

    pub(super) fn open_asking(&mut self) {
        self.overlay = Some(Overlay::Asking { row: 0 });
    }

    /// Begins a test that asks for the chosen gate, too.
    pub(super) fn ask(&mut self, row: usize) -> Vec<Effect> {
        // A watch may have begun a test meanwhile: it is not taken away for one that asks for nothing.
        let Some(gate) = self.offers_to_ask().get(row).map(|offer| offer.gate) else { return Vec::new() };
        self.asking = Some(gate);
        self.begin_test()
    }

    /// What the test that begins by a key asks for by name.
    pub(super) fn take_asked(&mut self) -> Extras {
        let named: Vec<_> = self.asking.take().into_iter().collect();
        self.asked = Extras::new(&named, None);
        self.asked.clone()
    }

    /// What the next test of a watch asks for by name.
    pub(super) fn still_asked(&mut self) -> Extras {
        self.asked = self.test.still_asked(&self.asked);
        self.asked.clone()
    }

    pub(super) fn asking_lines(&self, row: usize) -> (Vec<Line>, usize) {
        self.test.offer_lines(&self.form.draft(), row)
    }

    pub(super) fn draw_asking(&self, buffer: &mut Buffer, area: Rect, row: usize) {
        let (lines, chosen) = self.asking_lines(row);
        let rows = |lines: &[Line]| Pane::new(lines, area.width).len();
        let first = rows(lines.get(..chosen).unwrap_or_default());
        let last = rows(lines.get(..=chosen).unwrap_or_default()).saturating_sub(1).max(first);
        let pane = Pane::new(&lines, area.width);
        let scroll = scroll_into_view(0, first, last, pane.len(), usize::from(area.height));
        pane.draw(buffer, area, scroll, MORE, self.start.look);
        // Its word alone is reversed, without the sign before it and the blanks behind it.
        let word = self.offers_to_ask().get(row).map_or("", |offer| offer.gate.word());
        let y = u16::try_from(first.saturating_sub(scroll)).unwrap_or(u16::MAX);
        if y < area.height {
            let sign = u16::try_from(CHOSEN.len()).unwrap_or(0);
            let at = Rect { x: area.x + sign, y: area.y + y, width: area.width.saturating_sub(sign), height: 1 };
            draw_spans(buffer, at, &[(Role::Focus, word)], self.start.look);
        }
    }
}
