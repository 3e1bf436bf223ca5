//! Colours and attributes, and the parameters that change them (SGR; ECMA-48, 8.3.117).

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

use crate::app::effect::{LINKED, NAMED};

/// Attributes that show on a blank.
const ON_BLANKS: Modifier =
    Modifier::REVERSED.union(Modifier::UNDERLINED).union(Modifier::CROSSED_OUT).union(Modifier::SLOW_BLINK);

/// Attributes and how they are turned on and off (ECMA-48, 8.3.117).
const ATTRIBUTES: [(Modifier, u8, u8); 7] = [
    (Modifier::BOLD, 1, 22),
    (Modifier::DIM, 2, 22),
    (Modifier::ITALIC, 3, 23),
    (Modifier::UNDERLINED, 4, 24),
    (Modifier::SLOW_BLINK, 5, 25),
    (Modifier::REVERSED, 7, 27),
    (Modifier::CROSSED_OUT, 9, 29),
];

/// What letters are drawn with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pen {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

impl Pen {
    pub(super) const PLAIN: Self = Self { fg: Color::Reset, bg: Color::Reset, modifier: Modifier::empty() };

    pub(super) const fn of(cell: &Cell) -> Self {
        // That a cell is a link is told apart from its attributes.
        Self { fg: cell.fg, bg: cell.bg, modifier: cell.modifier.difference(LINKED) }
    }

    /// Whether a blank drawn with it looks like an erased cell.
    pub(super) fn leaves_no_trace(self) -> bool {
        self.bg == Color::Reset && !self.modifier.intersects(ON_BLANKS)
    }
}

/// The parameters that turn one pen into another.
pub(super) fn codes(from: Pen, to: Pen) -> String {
    let mut codes: Vec<String> = Vec::new();
    let (off, on) = (from.modifier - to.modifier, to.modifier - from.modifier);
    let mut lost = Modifier::empty();
    for (modifier, _, code) in ATTRIBUTES {
        if off.contains(modifier) {
            codes.push(code.to_string());
            // Bold and dim are turned off together.
            if code == 22 {
                lost = (to.modifier - on) & (Modifier::BOLD | Modifier::DIM);
            }
        }
    }
    codes.dedup();
    let wanted = on | lost;
    codes.extend(
        ATTRIBUTES.iter().filter(|(modifier, ..)| wanted.contains(*modifier)).map(|(_, code, _)| code.to_string()),
    );
    for (former, colour, base) in [(from.fg, to.fg, 30), (from.bg, to.bg, 40)] {
        if former != colour {
            codes.push(colour_code(colour, base));
        }
    }
    codes.join(";")
}

/// The parameters of a colour; `base` is 30 for letters and 40 behind them.
fn colour_code(colour: Color, base: u8) -> String {
    match colour {
        Color::Rgb(red, green, blue) => format!("{};2;{red};{green};{blue}", base + 8),
        Color::Indexed(index) => format!("{};5;{index}", base + 8),
        Color::Reset => (base + 9).to_string(),
        named => match (0_u8..).zip(NAMED).find(|(_, colour)| *colour == named) {
            Some((place, _)) if place < 8 => (base + place).to_string(),
            Some((place, _)) => (base + 60 + place - 8).to_string(),
            None => (base + 9).to_string(),
        },
    }
}
