//! How things look: styles by meaning, and the few characters that are not letters.
//!
//! Colours are the terminal's own 16, and no background is ever set, so that light and dark terminals stay readable;
//! yellow, white and the bright colours vanish on one of them and are not used. [`Theme::Mono`] sets no colour at
//! all, because crossterm answers `NO_COLOR` with resets that would take bold and reverse away as well.

use ratatui::style::{Color, Modifier, Style};

/// What a piece of text is for; the theme decides how that looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The name of what is on the screen.
    Title,
    /// The name of a value.
    Label,
    /// Everything that has no other role.
    Text,
    /// Advice, examples and placeholders.
    Hint,
    /// What is selected, or where the keys go.
    Focus,
    /// A good state.
    Ok,
    /// A state worth a look.
    Warning,
    /// A state that has to be mended.
    Error,
    /// What matters least: rules, skipped stages.
    Muted,
    /// The mark that this is practice.
    Banner,
    /// The name of a key.
    Key,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 11] = [
        Self::Title,
        Self::Label,
        Self::Text,
        Self::Hint,
        Self::Focus,
        Self::Ok,
        Self::Warning,
        Self::Error,
        Self::Muted,
        Self::Banner,
        Self::Key,
    ];

    const fn modifiers(self) -> Modifier {
        match self {
            Self::Title | Self::Label | Self::Warning | Self::Error | Self::Key => Modifier::BOLD,
            Self::Text | Self::Ok => Modifier::empty(),
            Self::Hint | Self::Muted => Modifier::DIM,
            Self::Focus => Modifier::REVERSED,
            Self::Banner => Modifier::REVERSED.union(Modifier::BOLD),
        }
    }

    const fn colour(self) -> Option<Color> {
        match self {
            Self::Ok => Some(Color::Green),
            Self::Warning | Self::Banner => Some(Color::Magenta),
            Self::Error => Some(Color::Red),
            Self::Title | Self::Label | Self::Text | Self::Hint | Self::Focus | Self::Muted | Self::Key => None,
        }
    }
}

/// Which means the screen may use to tell roles apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// The terminal's 16 colours and modifiers.
    Ansi,
    /// Modifiers only.
    Mono,
}

impl Theme {
    /// The style of a role.
    pub const fn style(self, role: Role) -> Style {
        let style = Style::new().add_modifier(role.modifiers());
        match (self, role.colour()) {
            (Self::Ansi, Some(colour)) => style.fg(colour),
            (Self::Ansi, None) | (Self::Mono, _) => style,
        }
    }
}

/// The characters that are not letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Glyphs {
    /// Stands for one hidden character.
    pub mask: char,
    /// Stands for a character that cannot be shown.
    pub unprintable: char,
    /// Stands between things in a row, with its spaces.
    pub separator: &'static str,
    /// Makes horizontal rules; one byte, for rules cost most of a frame.
    pub rule: char,
}

impl Glyphs {
    /// For terminals that read UTF-8.
    pub const UTF8: Self = Self { mask: '\u{2022}', unprintable: '?', separator: " \u{B7} ", rule: '-' };
    /// For all others.
    pub const ASCII: Self = Self { mask: '*', unprintable: '?', separator: " - ", rule: '-' };
}

/// How everything on the screen looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Styles by meaning.
    pub theme: Theme,
    /// Characters.
    pub glyphs: Glyphs,
}

impl Look {
    /// Modifiers and ASCII: readable everywhere, and what tests show.
    pub const PLAIN: Self = Self { theme: Theme::Mono, glyphs: Glyphs::ASCII };

    /// Chooses by what the environment says: whether `NO_COLOR` is set and not empty, and [`is_utf8`].
    pub const fn from_environment(no_color: bool, utf8: bool) -> Self {
        Self {
            theme: if no_color { Theme::Mono } else { Theme::Ansi },
            glyphs: if utf8 { Glyphs::UTF8 } else { Glyphs::ASCII },
        }
    }

    /// The style of a role.
    pub const fn style(self, role: Role) -> Style {
        self.theme.style(role)
    }
}

/// Returns whether the locale names UTF-8: the first of `LC_ALL`, `LC_CTYPE` and `LANG` that is not empty decides
/// (POSIX, "Environment Variables", 8.2).
pub fn is_utf8(lc_all: Option<&str>, lc_ctype: Option<&str>, lang: Option<&str>) -> bool {
    let locale = [lc_all, lc_ctype, lang].into_iter().flatten().find(|value| !value.is_empty()).unwrap_or("");
    let locale = locale.to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_color_leaves_no_colour_at_all() {
        for role in Role::ALL {
            let style = Theme::Mono.style(role);
            assert_eq!((style.fg, style.bg), (None, None), "{role:?}");
        }
    }

    #[test]
    fn no_background_and_no_colour_that_vanishes() {
        for role in Role::ALL {
            let style = Theme::Ansi.style(role);
            assert_eq!(style.bg, None, "{role:?}");
            assert!(
                matches!(style.fg, None | Some(Color::Green | Color::Magenta | Color::Red | Color::Blue)),
                "{role:?}"
            );
        }
    }

    #[test]
    fn the_first_variable_that_is_set_names_the_locale() {
        assert!(is_utf8(None, None, Some("en_US.UTF-8")));
        assert!(is_utf8(Some(""), Some("C.utf8"), Some("C")));
        assert!(!is_utf8(Some("C"), None, Some("en_US.UTF-8")));
        assert!(!is_utf8(None, None, Some("de_DE@euro")));
        assert!(!is_utf8(None, None, None));
    }

    #[test]
    fn ascii_glyphs_are_ascii() {
        let Glyphs { mask, unprintable, separator, rule } = Glyphs::ASCII;
        assert!(mask.is_ascii() && unprintable.is_ascii() && separator.is_ascii() && rule.is_ascii());
    }
}
