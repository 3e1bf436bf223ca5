//! A screen of cells as an SVG: text stays text, and every run of equal cells is laid on the grid by itself.

use std::fmt::Write as _;

use vt100::{Cell, Color, Screen};

/// One cell. DejaVu Sans Mono of 14 px advances by 8.43 px; other fonts are stretched to it by `textLength`.
const CELL: (f64, f64) = (8.43, 18.0);

const FONT_SIZE: f64 = 14.0;

/// Space around the grid.
const MARGIN: f64 = 12.0;

/// Colours of a terminal.
pub(crate) struct Palette {
    pub(crate) name: &'static str,
    text: &'static str,
    background: &'static str,
    /// What dim text looks like on that background.
    dim: &'static str,
    /// Black to white, of Tango (GNOME Terminal and others).
    ansi: [&'static str; 8],
}

const TANGO: [&str; 8] = ["#2e3436", "#cc0000", "#4e9a06", "#c4a000", "#3465a4", "#75507b", "#06989a", "#d3d7cf"];

pub(crate) const PALETTES: [Palette; 2] = [
    Palette { name: "dark", text: "#d3d7cf", background: "#1c1f20", dim: "#8d908b", ansi: TANGO },
    Palette { name: "light", text: "#2e3436", background: "#ffffff", dim: "#7c8081", ansi: TANGO },
];

/// How a cell is drawn.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Style {
    text: &'static str,
    background: Option<&'static str>,
    is_bold: bool,
    is_underlined: bool,
}

impl Palette {
    fn colour(&self, colour: Color, otherwise: &'static str) -> &'static str {
        match colour {
            // The one bright colour that is used: bright cyan.
            Color::Idx(14) => "#34e2e2",
            Color::Idx(index) => self.ansi.get(usize::from(index % 8)).copied().unwrap_or(otherwise),
            Color::Default | Color::Rgb(..) => otherwise,
        }
    }

    fn style(&self, cell: &Cell, is_cursor: bool) -> Style {
        let plain = if cell.dim() { self.dim } else { self.text };
        let text = self.colour(cell.fgcolor(), plain);
        let background = self.colour(cell.bgcolor(), self.background);
        let (is_bold, is_underlined) = (cell.bold(), cell.underline());
        // A cursor on selected text has to be seen as well.
        if cell.inverse() != is_cursor {
            return Style { text: background, background: Some(text), is_bold, is_underlined };
        }
        let background = (cell.bgcolor() != Color::Default).then_some(background);
        Style { text, background, is_bold, is_underlined }
    }

    /// Draws the screen; `says` tells in a sentence what it shows.
    pub(crate) fn draw(&self, screen: &Screen, says: &str) -> String {
        let (rows, columns) = screen.size();
        let at = |cells: u16, size: f64| MARGIN + f64::from(cells) * size;
        let (width, height) = (at(columns, CELL.0) + MARGIN, at(rows, CELL.1) + MARGIN);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
             viewBox=\"0 0 {width:.2} {height:.2}\" role=\"img\">\n<title>{}</title>\n\
             <rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"{}\"/>\n\
             <g xml:space=\"preserve\" font-family=\"'DejaVu Sans Mono', Menlo, Consolas, 'Liberation Mono', monospace\" \
             font-size=\"{FONT_SIZE}\" fill=\"{}\">\n",
            escape(says),
            self.background,
            self.text,
        );
        for row in 0..rows {
            for run in self.runs(screen, row) {
                let x = at(run.column, CELL.0);
                let width = f64::from(run.columns) * CELL.0;
                if let Some(background) = run.style.background {
                    let y = at(row, CELL.1);
                    let height = CELL.1;
                    let _ = writeln!(
                        svg,
                        "<rect x=\"{x:.2}\" y=\"{y}\" width=\"{width:.2}\" height=\"{height}\" fill=\"{background}\"/>"
                    );
                }
                if run.text.trim().is_empty() {
                    continue;
                }
                let y = at(row, CELL.1) + 13.5;
                let fill =
                    if run.style.text == self.text { String::new() } else { format!(" fill=\"{}\"", run.style.text) };
                let weight = if run.style.is_bold { " font-weight=\"bold\"" } else { "" };
                let line = if run.style.is_underlined { " text-decoration=\"underline\"" } else { "" };
                let _ = writeln!(
                    svg,
                    "<text x=\"{x:.2}\" y=\"{y}\" textLength=\"{width:.2}\" lengthAdjust=\"spacingAndGlyphs\"{fill}{weight}{line}>{}</text>",
                    escape(&run.text)
                );
            }
        }
        svg.push_str("</g>\n</svg>\n");
        svg
    }

    fn runs(&self, screen: &Screen, row: u16) -> Vec<Run> {
        let cursor = (!screen.hide_cursor()).then(|| screen.cursor_position());
        let mut runs: Vec<Run> = Vec::new();
        for column in 0..screen.size().1 {
            let Some(cell) = screen.cell(row, column) else { continue };
            let style = self.style(cell, cursor == Some((row, column)));
            let text = if cell.has_contents() || cell.is_wide_continuation() { cell.contents() } else { " " };
            // Two blanks end a run, so that what stands in columns stays there in any font.
            let ends = |run: &Run| run.style != style || run.text.ends_with("  ") && text != " ";
            match runs.last_mut().filter(|run| !ends(run)) {
                Some(run) => {
                    run.text.push_str(text);
                    run.columns += 1;
                }
                None => runs.push(Run { column, columns: 1, text: text.to_owned(), style }),
            }
        }
        for run in runs.iter_mut().filter(|run| run.style.background.is_none()) {
            let blanks = run.text.len() - run.text.trim_end_matches(' ').len();
            run.text.truncate(run.text.len() - blanks);
            run.columns -= u16::try_from(blanks).unwrap_or(run.columns);
        }
        runs
    }
}

/// Cells of one style, side by side.
struct Run {
    column: u16,
    columns: u16,
    text: String,
    style: Style,
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
