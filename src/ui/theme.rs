//! How things look: styles by meaning, and the few characters that are not letters.
//!
//! Text is drawn in the terminal's own colours, told apart by bold and reverse: that is as readable as everything else
//! in that terminal. Of its 16 colours none is readable on all common palettes (a test computes that), and dim is no
//! better; so what needs a look gets both letters and background from the fixed part of the 256 colours (xterm's
//! cube), which look the same everywhere. [`Theme::Mono`] sets no colour at all.

use ratatui::style::{Color, Modifier, Style};

/// Marks cells that show the address of a page. It is never sent as an attribute: the terminal is told the address, if
/// it takes links, and else nothing.
pub const LINKED: Modifier = Modifier::RAPID_BLINK;

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
    /// The address of a page: looks like other text, and is a link where the terminal takes one.
    Link,
    /// The name of a key.
    Key,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 12] = [
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
        Self::Link,
        Self::Key,
    ];

    const fn modifiers(self) -> Modifier {
        match self {
            Self::Title | Self::Label | Self::Warning | Self::Error | Self::Key => Modifier::BOLD,
            Self::Text | Self::Ok | Self::Hint | Self::Muted => Modifier::empty(),
            Self::Link => LINKED,
            Self::Focus => Modifier::REVERSED,
            Self::Banner => Modifier::REVERSED.union(Modifier::BOLD),
        }
    }

    /// Letters and background, as places in the 256 colours from 16 on.
    const fn colours(self) -> Option<(u8, u8)> {
        match self {
            Self::Warning => Some((WHITE, PURPLE)),
            Self::Error => Some((WHITE, RED)),
            Self::Banner => Some((WHITE, BLUE)),
            Self::Title
            | Self::Label
            | Self::Text
            | Self::Hint
            | Self::Focus
            | Self::Ok
            | Self::Muted
            | Self::Link
            | Self::Key => None,
        }
    }
}

const WHITE: u8 = 231;
const PURPLE: u8 = 54;
const RED: u8 = 88;
const BLUE: u8 = 18;

/// Which means the screen may use to tell roles apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// Fixed colours of a terminal with 256, and modifiers.
    Colours,
    /// Modifiers only.
    Mono,
}

impl Theme {
    /// The style of a role.
    pub const fn style(self, role: Role) -> Style {
        match (self, role.colours()) {
            (Self::Colours, Some((letters, behind))) => Style::new()
                .fg(Color::Indexed(letters))
                .bg(Color::Indexed(behind))
                .add_modifier(role.modifiers().difference(Modifier::REVERSED)),
            (Self::Colours, None) | (Self::Mono, _) => Style::new().add_modifier(role.modifiers()),
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

    /// Chooses by what is known of the terminal: [`has_colours`] and [`is_utf8`].
    pub const fn of_terminal(colours: bool, utf8: bool) -> Self {
        Self {
            theme: if colours { Theme::Colours } else { Theme::Mono },
            glyphs: if utf8 { Glyphs::UTF8 } else { Glyphs::ASCII },
        }
    }

    /// The style of a role.
    pub const fn style(self, role: Role) -> Style {
        self.theme.style(role)
    }
}

/// Returns whether the terminal is known to have 256 colours, by its `TERM` and whether `COLORTERM` is set.
pub fn has_colours(term: Option<&str>, colorterm: bool) -> bool {
    let term = term.unwrap_or_default();
    let known = ["256color", "direct", "kitty", "alacritty", "foot", "ghostty", "wezterm"];
    // A multiplexer hands COLORTERM of the terminal on in which it was started.
    known.iter().any(|name| term.contains(name)) || (colorterm && term.starts_with("xterm"))
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

    /// sRGB, 8 bits a channel.
    type Rgb = (u8, u8, u8);

    /// Letters and background where nothing sets any: dark and light ones.
    const PALETTES: [(&str, Rgb, Rgb); 7] = [
        ("xterm", (0, 0, 0), (255, 255, 255)),
        ("xterm, reversed", (255, 255, 255), (0, 0, 0)),
        ("xterm, grey on black", (229, 229, 229), (0, 0, 0)),
        ("Solarized light", (0x65, 0x7b, 0x83), (0xfd, 0xf6, 0xe3)),
        ("Windows Campbell", (0xcc, 0xcc, 0xcc), (0x0c, 0x0c, 0x0c)),
        ("GNOME light", (0x17, 0x14, 0x21), (255, 255, 255)),
        ("GNOME dark", (0xd0, 0xcf, 0xcc), (0x17, 0x14, 0x21)),
    ];

    /// The contrast that normal text needs (WCAG 2.2, 1.4.3).
    const ENOUGH: f64 = 4.5;

    /// Relative luminance (WCAG 2.2).
    fn luminance((red, green, blue): Rgb) -> f64 {
        let linear = |channel: u8| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    fn contrast(one: Rgb, other: Rgb) -> f64 {
        let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
        one.max(other) / one.min(other)
    }

    /// A colour of xterm's cube (places 16 to 231), which palettes leave alone.
    fn fixed(place: u8) -> Rgb {
        let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
        let place = place.checked_sub(16).filter(|place| *place < 216).unwrap();
        (level(place / 36), level(place / 6 % 6), level(place % 6))
    }

    fn shown(style: Style, (letters, behind): (Rgb, Rgb)) -> f64 {
        let of = |colour: Option<Color>, own: Rgb| match colour {
            None => own,
            Some(Color::Indexed(place)) => fixed(place),
            Some(other) => panic!("{other:?} looks different in every palette"),
        };
        assert!(!style.add_modifier.contains(Modifier::DIM), "nobody knows how dim that is");
        contrast(of(style.fg, letters), of(style.bg, behind))
    }

    #[test]
    fn everything_is_readable_on_dark_and_light() {
        for theme in [Theme::Colours, Theme::Mono] {
            for (palette, letters, behind) in PALETTES {
                // Solarized's own text has less than enough; nothing of ours may have less than that.
                let wanted = contrast(letters, behind).min(ENOUGH);
                for role in Role::ALL {
                    let found = shown(theme.style(role), (letters, behind));
                    assert!(found >= wanted, "{role:?} on {palette}: {found:.2} of {wanted:.2}");
                }
            }
        }
    }

    #[test]
    fn contrast_is_computed_as_the_rules_say() {
        assert!((contrast((0, 0, 0), (255, 255, 255)) - 21.0).abs() < 0.01);
        assert!((contrast((0x76, 0x76, 0x76), (255, 255, 255)) - 4.54).abs() < 0.01);
        // Why the terminal's own colours are not used: green of xterm, of Solarized, red of Campbell.
        assert!(contrast((0, 205, 0), (255, 255, 255)) < ENOUGH);
        assert!(contrast((0x85, 0x99, 0), (0xfd, 0xf6, 0xe3)) < ENOUGH);
        assert!(contrast((0xc5, 0x0f, 0x1f), (0x0c, 0x0c, 0x0c)) < ENOUGH);
    }

    #[test]
    fn what_is_selected_or_wrong_is_seen_without_colour() {
        let plain = Theme::Mono.style(Role::Text);
        for role in [Role::Focus, Role::Title, Role::Warning, Role::Error, Role::Banner, Role::Key] {
            assert_ne!(Theme::Mono.style(role), plain, "{role:?}");
        }
        for theme in [Theme::Colours, Theme::Mono] {
            assert_eq!(theme.style(Role::Focus).add_modifier, Modifier::REVERSED);
        }
    }

    #[test]
    fn colours_are_for_terminals_that_have_them() {
        for term in ["xterm-256color", "screen-256color", "tmux-256color", "xterm-kitty", "alacritty"] {
            assert!(has_colours(Some(term), false), "{term}");
        }
        for term in ["vt100", "linux", "screen", "xterm", "dumb", ""] {
            assert!(!has_colours(Some(term), false), "{term}");
        }
        assert!(has_colours(Some("xterm"), true));
        assert!(!has_colours(Some("screen"), true) && !has_colours(None, true));
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
