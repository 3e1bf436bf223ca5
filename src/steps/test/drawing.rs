//! Where the parts of the step lie, and how they are drawn.
//!
//! On a wide screen the explanation stands below the ladder, and the other panes beside both. The keys move one pane;
//! only the name of that one stands in brackets.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::ladder::{self, SUMMARY};
use super::{Model, OUTDATED, PaneName, Run};
use crate::domain::setting::Values;
use crate::domain::text;
use crate::ui::draw_spans;
use crate::ui::frame::{Areas, draw_tabs};
use crate::ui::pane::{Line, More, Pane, max_scroll};
use crate::ui::theme::{Look, Role};
use crate::verify::Stage;

use super::watch::Watch;

/// How many rows the ladder has on a low screen, where stages of one status share a row.
const LOW_LADDER: u16 = 3;

/// Screens with fewer rows for the step are low.
const LOW_BODY: u16 = 15;

/// Columns between what stands side by side.
const GUTTER: u16 = 4;

/// Half of a wide screen is narrow: so many summaries take a second row there.
const SECOND_ROWS: u16 = 4;

/// At the end of the pane that the keys move.
const MORE: More = More { above: "Up back", below: "Down more" };

/// At the end of the pane that they do not move: one of the two keys, pressed often enough, leads to each pane.
const MORE_THERE: More = More { above: "", below: "more; Left/Right leads here" };

/// The columns of a status with the space behind it.
const STATUS: usize = 9;

/// Where the parts of the step lie.
struct Places {
    ladder: Rect,
    /// The rule above the explanation and the explanation, where it has a place of its own.
    why: Option<(Rect, Rect)>,
    tabs: Rect,
    pane: Rect,
}

/// The mark that says where there is more takes a row of a pane that has at least so many.
const WITH_MARK: u16 = 3;

impl Model {
    /// Scrolls by so many rows.
    pub fn scroll(&mut self, rows: isize, areas: &Areas, draft: &Values, idle: &[Line]) {
        let places = self.places(areas, draft);
        // Beside each other, the keys scroll the pane that was chosen.
        let (area, pane) = match places.why {
            Some((_, why)) if self.pane == PaneName::Why => (why, PaneName::Why),
            _ => (places.pane, self.shown_pane(areas)),
        };
        let lines = self.lines(pane, areas, draft, idle);
        let end = max_scroll(Pane::new(&lines, area.width).len(), usize::from(area.height));
        self.scroll = self.scroll.min(end).saturating_add_signed(rows).min(end);
    }

    /// Draws ladder and pane; `idle` is what the pane says before the first test.
    pub fn draw(&self, buffer: &mut Buffer, areas: &Areas, draft: &Values, idle: &[Line], look: Look) {
        let places = self.places(areas, draft);
        self.draw_ladder(buffer, &places, areas, draft, look);
        let shown = self.shown_pane(areas);
        // Without a place of its own the explanation is one of the panes behind the tabs.
        let is_beside = places.why.is_some() && self.pane == PaneName::Why;
        if let Some((rule, below)) = places.why {
            let lines = self.lines(PaneName::Why, areas, draft, idle);
            let (scroll, more) = if is_beside { (self.scroll, MORE) } else { (0, MORE_THERE) };
            draw_tabs(buffer, rule, &["Why"], is_beside.then_some(0), look);
            Pane::new(&lines, below.width).draw(buffer, below, scroll, more, look);
        }
        if self.run.is_none() {
            // There is nothing to choose from yet.
            return Pane::new(idle, places.pane.width).draw(buffer, places.pane, 0, MORE, look);
        }
        let titles = PaneName::TITLES.get(usize::from(places.why.is_some())..).unwrap_or_default();
        let names = if places.why.is_some() { PaneName::BESIDE.as_slice() } else { PaneName::ALL.as_slice() };
        let place = names.iter().position(|pane| *pane == shown).filter(|_| !is_beside);
        draw_tabs(buffer, places.tabs, titles, place, look);
        let lines = self.lines(shown, areas, draft, idle);
        let (scroll, more) = if is_beside { (0, MORE_THERE) } else { (self.scroll, MORE) };
        Pane::new(&lines, places.pane.width).draw(buffer, places.pane, scroll, more, look);
    }

    fn draw_ladder(&self, buffer: &mut Buffer, places: &Places, areas: &Areas, draft: &Values, look: Look) {
        let mut rows = places.ladder.top()..places.ladder.bottom();
        let mut row = |spans: &[(Role, &str)]| {
            if let Some(y) = rows.next() {
                draw_spans(buffer, Rect { y, height: 1, ..places.ladder }, spans, look);
            }
        };
        let Some(run) = &self.run else {
            let text = if self.is_cancelled { "The test was cancelled." } else { "Not tested yet." };
            return row(&[(Role::Text, text)]);
        };
        let is_outdated = self.is_outdated(draft);
        if is_outdated {
            let warned = format!("{:<STATUS$}", "warned");
            let room = usize::from(places.ladder.width).saturating_sub(STATUS);
            row(&[(Role::Warning, &warned), (Role::Text, outdated(room))]);
        }
        for stage in self.ladder(run, places.ladder, areas, is_outdated) {
            let lead = format!("{:<STATUS$}", stage.status.word());
            let name = format!("{:<10} ", stage.name);
            let mut lines = stage.lines.iter();
            let first = lines.next().map(String::as_str).unwrap_or_default();
            row(&[(ladder::role(stage.status, is_outdated), &lead), (Role::Text, &name), (Role::Text, first)]);
            for line in lines {
                row(&[(Role::Text, &" ".repeat(SUMMARY)), (Role::Text, line)]);
            }
        }
    }

    /// The rows of the ladder as they are drawn there. Where the ladder has no rows to spare, none is broken before the
    /// test has ended: the rows below it would move up and down.
    fn ladder(&self, run: &Run, area: Rect, areas: &Areas, is_outdated: bool) -> Vec<ladder::Row> {
        let columns = usize::from(area.width).saturating_sub(SUMMARY);
        let may_break = !run.is_running || self.is_side_by_side(areas);
        let height = if may_break { usize::from(area.height).saturating_sub(usize::from(is_outdated)) } else { 0 };
        ladder::rows(&run.report, is_low(areas), columns, height)
    }

    /// The pane with the tabs: beside the explanation that is one of the others.
    fn shown_pane(&self, areas: &Areas) -> PaneName {
        match self.pane {
            PaneName::Why if self.is_side_by_side(areas) => {
                // Without a token the answer says more than an empty list of claims.
                let has_claims = self.run.as_ref().is_some_and(|run| run.report.claims.is_some() || run.is_running);
                if has_claims { PaneName::Claims } else { PaneName::Response }
            }
            pane => pane,
        }
    }

    fn is_side_by_side(&self, areas: &Areas) -> bool {
        self.run.is_some() && areas.is_wide() && !is_low(areas)
    }

    /// Whether the pane has more than fits and is too low for the mark that says so.
    pub fn is_cut_unmarked(&self, areas: &Areas, draft: &Values, idle: &[Line]) -> bool {
        let pane = self.places(areas, draft).pane;
        let rows = || Pane::new(&self.lines(self.shown_pane(areas), areas, draft, idle), pane.width).len();
        pane.height < WITH_MARK && rows() > usize::from(pane.height)
    }

    /// Where everything lies. The ladder has as many rows as it will have at its end, so that nothing jumps meanwhile.
    fn places(&self, areas: &Areas, draft: &Values) -> Places {
        let body = areas.body;
        let stages = if is_low(areas) { LOW_LADDER } else { u16::try_from(Stage::ALL.len()).unwrap_or(u16::MAX) };
        let stages = if self.is_side_by_side(areas) { stages + SECOND_ROWS } else { stages };
        let rows = if self.run.is_some() { stages + u16::from(self.is_outdated(draft)) } else { 1 };
        let ladder = Rect { height: rows.min(body.height), ..body };
        let below = |rows: u16, area: Rect| {
            let used = rows.min(area.height);
            Rect { y: area.y + used, height: area.height - used, ..area }
        };
        if self.is_side_by_side(areas) {
            let left = Rect { width: body.width.saturating_sub(GUTTER) / 2, ..body };
            let right =
                Rect { x: left.right() + GUTTER, width: body.width.saturating_sub(left.width + GUTTER), ..body };
            let rule = below(rows, left);
            return Places {
                ladder: Rect { width: left.width, ..ladder },
                why: Some((Rect { height: rule.height.min(1), ..rule }, below(1, rule))),
                tabs: Rect { height: right.height.min(1), ..right },
                pane: below(1, right),
            };
        }
        Places { ladder, why: None, tabs: areas.rule_in_body(body.y + rows), pane: below(rows + 1, body) }
    }

    fn lines(&self, pane: PaneName, areas: &Areas, draft: &Values, idle: &[Line]) -> Vec<Line> {
        let Some(run) = &self.run else { return idle.to_vec() };
        let mut lines = self.says(pane);
        if let (PaneName::PowerBi, Some(gates)) = (pane, self.gates().filter(|_| !self.offers(draft).is_empty())) {
            let hint = "asks Power BI for more, once: an embed token, a query or the admin APIs.";
            let hint = [Line::blank(), Line::new(Role::Hint, hint).led_by(Role::Key, "e  ")];
            let place = gates.rows().len().min(lines.len());
            lines.splice(place..place, hint);
        }
        if pane == PaneName::Why && !run.is_running && !self.is_side_by_side(areas) {
            let area = self.places(areas, draft).ladder;
            lines.extend(ladder::cut_short(&run.report, &self.ladder(run, area, areas, self.is_outdated(draft))));
        }
        // In view whatever is read meanwhile.
        if pane == PaneName::Why || !self.is_side_by_side(areas) {
            lines.splice(0..0, self.watch.as_ref().and_then(Watch::state));
        }
        lines
    }
}

fn is_low(areas: &Areas) -> bool {
    areas.body.height < LOW_BODY
}

/// What is said of a test whose settings have changed, on one row of so many columns.
fn outdated(columns: usize) -> &'static str {
    const SHORTEST: &str = "Changed since; t tests again.";
    let words = [OUTDATED, "Settings changed since; t tests again."];
    words.into_iter().find(|words| text::width(words) <= columns).unwrap_or(SHORTEST)
}
