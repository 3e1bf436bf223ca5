//! The frame around every step: header, row of steps, rules, body, footer.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::theme::{Look, Role};
use super::{Span, draw_row, draw_spans};
use crate::domain::text;

/// No line of text is wider, so that it stays readable and copies well.
pub const MAX_COLUMNS: u16 = 78;

/// From this width on panes may stand side by side, and the frame takes all of the width.
pub const WIDE_COLUMNS: u16 = 120;

/// The smallest screen on which everything can be reached.
pub const MIN_COLUMNS: u16 = 40;

/// The fewest rows with which everything can be reached.
pub const MIN_ROWS: u16 = 10;

/// Where the parts of the frame lie. The rules span the frame; the others are one column narrower on both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Areas {
    /// File and cloud.
    pub header: Rect,
    /// The row of steps.
    pub steps: Rect,
    /// The rule above the body.
    pub rule_top: Rect,
    /// What the step draws into.
    pub body: Rect,
    /// The rule below the body.
    pub rule_bottom: Rect,
    /// The hints.
    pub footer: Rect,
}

impl Areas {
    /// Returns whether panes may stand side by side.
    pub fn is_wide(&self) -> bool {
        self.rule_top.width + 2 >= WIDE_COLUMNS
    }

    /// Returns the row of a rule that divides the body, as wide as the rules around it; empty outside of the body.
    pub fn rule_in_body(&self, y: u16) -> Rect {
        let height = u16::from((self.body.top()..self.body.bottom()).contains(&y));
        Rect { y, height, ..self.rule_top }
    }
}

/// Returns where the parts of the frame lie on a screen; parts for which there is no room are empty.
pub fn areas(screen: Rect) -> Areas {
    let width = if screen.width < WIDE_COLUMNS { screen.width.min(MAX_COLUMNS) } else { screen.width - 2 };
    let row = |y: u16, height: u16| Rect { x: screen.x, y, width, height }.intersection(screen);
    let inner = |rect: Rect| {
        let margin = u16::from(rect.width > 2);
        Rect { x: rect.x + margin, width: rect.width - 2 * margin, ..rect }
    };
    let top = |index: u16| row(screen.y.saturating_add(index), 1);
    let bottom =
        |index: u16| if screen.height < 3 + index { row(screen.bottom(), 0) } else { row(screen.bottom() - index, 1) };
    Areas {
        header: inner(top(0)),
        steps: inner(top(1)),
        rule_top: top(2),
        body: inner(row(screen.y.saturating_add(3), screen.height.saturating_sub(5))),
        rule_bottom: bottom(2),
        footer: inner(bottom(1)),
    }
}

/// Returns whether a screen is too small to work on; then [`draw_too_small`] is all there is to draw.
pub fn is_too_small(screen: Rect) -> bool {
    screen.width < MIN_COLUMNS || screen.height < MIN_ROWS
}

/// Draws the one sentence for a screen that is too small.
pub fn draw_too_small(buffer: &mut Buffer, screen: Rect, look: Look) {
    let sentence = format!(
        "This window is too small: please make it at least {MIN_COLUMNS} columns by {MIN_ROWS} rows. It has {} by {}.",
        screen.width, screen.height
    );
    for (line, y) in
        text::wrap(&sentence, usize::from(screen.width.min(MAX_COLUMNS))).iter().zip(screen.top()..screen.bottom())
    {
        draw_spans(buffer, Rect { y, height: 1, ..screen }, &[(Role::Text, line)], look);
    }
}

/// What the first row says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header<'a> {
    /// A word such as `PRACTICE` that stands before everything; none in earnest.
    pub banner: Option<&'a str>,
    /// The name of the file.
    pub file: &'a str,
    /// How its text differs from the disk.
    pub saved: Saved,
    /// The cloud that the settings lead to, or where the practice tenant is.
    pub cloud: &'a str,
}

/// Whether there is something that only this program knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    /// The file says what the screen says.
    Saved,
    /// There are changes; the name gets a `*`.
    Unsaved,
}

/// Draws the first row.
pub fn draw_header(buffer: &mut Buffer, area: Rect, header: &Header<'_>, look: Look) {
    let star = match header.saved {
        Saved::Saved => "",
        Saved::Unsaved => "*",
    };
    let file = [(Role::Title, header.file), (Role::Title, star)];
    let banner = header.banner.map(|banner| [(Role::Banner, banner), (Role::Text, "  ")]);
    let left: Vec<_> = banner.into_iter().flatten().chain(file).collect();
    draw_row(buffer, area, &left, (Role::Text, header.cloud), look);
}

/// A step in the row of steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepMark<'a> {
    /// The digit that leads there.
    pub digit: char,
    /// Its name.
    pub title: &'a str,
    /// How it stands, in a word; empty when nothing is known.
    pub word: &'a str,
    /// The role of that word.
    pub role: Role,
}

/// Whether a step that is not the current one keeps its word.
type Keeps = fn(&StepMark<'_>) -> bool;

/// Between steps where the usual separator takes too much.
const NARROW: &str = "  ";

/// Draws the row of steps with the current one in brackets, which are enough: bold would cost at every step.
///
/// When it is too long, the words of the other steps that passed go first, then the dots between the steps, then all
/// words of the others; at last only the current step is named, behind the digit that leads to it.
pub fn draw_steps(buffer: &mut Buffer, area: Rect, steps: &[StepMark<'_>], current: usize, look: Look) {
    let available = usize::from(area.width);
    let separator = look.glyphs.separator;
    let is_no_pass: Keeps = |step| step.role != Role::Ok;
    let ways: [(Keeps, &str); 4] =
        [(|_| true, separator), (is_no_pass, separator), (is_no_pass, NARROW), (|_| false, separator)];
    let digit = steps.get(current).map(|step| format!("{} ", step.digit)).unwrap_or_default();
    let spans = ways
        .into_iter()
        .map(|(keep, separator)| step_spans(steps, current, keep, separator))
        .find(|spans| spans.iter().map(|(_, text)| text::width(text)).sum::<usize>() <= available)
        .unwrap_or_else(|| {
            let mut spans: Vec<Span<'_>> = vec![(Role::Text, &digit)];
            spans.extend(steps.get(current).into_iter().flat_map(|step| step_spans(&[*step], 0, |_| true, separator)));
            spans
        });
    draw_spans(buffer, area, &spans, look);
}

fn step_spans<'a>(steps: &[StepMark<'a>], current: usize, keep: Keeps, separator: &'a str) -> Vec<Span<'a>> {
    let mut spans = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        if index > 0 {
            spans.push((Role::Text, separator));
        }
        if index == current {
            spans.extend([(Role::Text, "["), (Role::Text, step.title), (Role::Text, "]")]);
        } else {
            spans.push((Role::Text, step.title));
        }
        if !step.word.is_empty() && (index == current || keep(step)) {
            spans.extend([(Role::Text, " "), (step.role, step.word)]);
        }
    }
    spans
}

/// Draws a rule over the whole width of an area.
pub fn draw_rule(buffer: &mut Buffer, area: Rect, look: Look) {
    draw_spans(buffer, area, &[(Role::Muted, &rule(usize::from(area.width), look))], look);
}

/// Draws a rule that names panes, the one that the keys move in brackets; only that one, with its place, when all do
/// not fit. Without one the keys move a pane that another rule names.
pub fn draw_tabs(buffer: &mut Buffer, area: Rect, titles: &[&str], current: Option<usize>, look: Look) {
    let (width, dashes) = (usize::from(area.width), rule(2, look));
    let is_current = |index: usize| current == Some(index);
    let named = |index: usize, title: &str| if is_current(index) { format!("[{title}]") } else { title.to_owned() };
    let mut tabs: Vec<_> = titles.iter().enumerate().map(|(index, title)| (index, named(index, title))).collect();
    let columns: usize = tabs.iter().map(|(_, name)| dashes.len() + 2 + text::width(name)).sum();
    if columns > width && current.is_some() {
        tabs.retain(|(index, _)| is_current(*index));
        for (index, name) in &mut tabs {
            *name = format!("{name} {} of {}", *index + 1, titles.len());
        }
    }
    let mut spans: Vec<Span<'_>> = Vec::new();
    for (index, name) in &tabs {
        let role = if is_current(*index) { Role::Title } else { Role::Text };
        spans.extend([(Role::Muted, dashes.as_str()), (Role::Text, " "), (role, name.as_str()), (Role::Text, " ")]);
    }
    let drawn = draw_spans(buffer, area, &spans, look);
    draw_rule(buffer, Rect { x: area.x + drawn, width: area.width.saturating_sub(drawn), ..area }, look);
}

fn rule(columns: usize, look: Look) -> String {
    text::mask(columns, look.glyphs.rule)
}
