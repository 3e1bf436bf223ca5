//! How things look: styles by meaning, and the few characters that are not letters.
//!
//! Text is drawn in the terminal's own pair of colours and told apart by bold, underlining and reverse: that is as
//! readable as everything else in that terminal, dark or light, and needs no colour. A colour is added only where the
//! common palettes agree that it can be read (a contrast of 4.5, WCAG 2.2): of the terminal's 16 none is as letters
//! alone on all of them, neither red nor yellow nor green, and of all pairs only black with white or with bright cyan.
//! So `failed` is reverse and `warned` underlined everywhere, and the mark of practice is black on bright cyan. Tests
//! compute all of this. [`Theme::Mono`] sets no colour at all.

use ratatui::style::{Color, Modifier, Style};

/// Marks cells that show the address of a page. It is never sent as an attribute: the terminal is told the address, if
/// it takes links, and else nothing.
pub const LINKED: Modifier = Modifier::RAPID_BLINK;

/// The terminal's own 16 colours, in the order of their numbers.
pub const NAMED: [Color; 16] = [
    Color::Black,
    Color::Red,
    Color::Green,
    Color::Yellow,
    Color::Blue,
    Color::Magenta,
    Color::Cyan,
    Color::Gray,
    Color::DarkGray,
    Color::LightRed,
    Color::LightGreen,
    Color::LightYellow,
    Color::LightBlue,
    Color::LightMagenta,
    Color::LightCyan,
    Color::White,
];

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
            Self::Title | Self::Label | Self::Key => Modifier::BOLD,
            Self::Text | Self::Ok | Self::Hint | Self::Muted => Modifier::empty(),
            Self::Link => LINKED,
            Self::Focus => Modifier::REVERSED,
            Self::Warning => Modifier::BOLD.union(Modifier::UNDERLINED),
            Self::Error | Self::Banner => Modifier::BOLD.union(Modifier::REVERSED),
        }
    }

    /// Letters and background out of the terminal's 16 colours.
    const fn colours(self) -> Option<(Color, Color)> {
        match self {
            Self::Banner => Some((Color::Black, Color::LightCyan)),
            _ => None,
        }
    }

    /// Whether it marks a word, and the blanks around that word are not part of the mark.
    pub const fn is_mark(self) -> bool {
        matches!(self, Self::Warning | Self::Error)
    }
}

/// Which means the screen may use to tell roles apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// The terminal's own 16 colours, and modifiers.
    Colours,
    /// Modifiers only.
    Mono,
}

impl Theme {
    /// The style of a role.
    pub const fn style(self, role: Role) -> Style {
        match (self, role.colours()) {
            // Not bold: many terminals would brighten the letters.
            (Self::Colours, Some((letters, behind))) => Style::new().fg(letters).bg(behind),
            (Self::Colours, None) | (Self::Mono, _) => Style::new().add_modifier(role.modifiers()),
        }
    }
}

/// The characters that are not letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Glyphs {
    /// Stands for one hidden character; one byte, and one column in every terminal: a bullet takes three bytes, and two
    /// columns where ambiguous characters are wide.
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
    pub const UTF8: Self = Self { mask: '*', unprintable: '?', separator: " \u{B7} ", rule: '-' };
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

/// Returns whether the terminal is known to have all 16 colours, by its `TERM` and whether `COLORTERM` is set.
///
/// One with only eight might take the letters and leave the background: black on black.
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
    type Rgb = u32;

    /// A terminal's colours: letters and background where nothing sets any, and the 16, black to bright white.
    struct Palette {
        name: &'static str,
        letters: Rgb,
        behind: Rgb,
        colours: [Rgb; 16],
    }

    const XTERM: [Rgb; 16] = [
        0x00_0000, 0xcd_0000, 0x00_cd00, 0xcd_cd00, 0x00_00ee, 0xcd_00cd, 0x00_cdcd, 0xe5_e5e5, 0x7f_7f7f, 0xff_0000,
        0x00_ff00, 0xff_ff00, 0x5c_5cff, 0xff_00ff, 0x00_ffff, 0xff_ffff,
    ];
    const SOLARIZED: [Rgb; 16] = [
        0x07_3642, 0xdc_322f, 0x85_9900, 0xb5_8900, 0x26_8bd2, 0xd3_3682, 0x2a_a198, 0xee_e8d5, 0x00_2b36, 0xcb_4b16,
        0x58_6e75, 0x65_7b83, 0x83_9496, 0x6c_71c4, 0x93_a1a1, 0xfd_f6e3,
    ];
    const CAMPBELL: [Rgb; 16] = [
        0x0c_0c0c, 0xc5_0f1f, 0x13_a10e, 0xc1_9c00, 0x00_37da, 0x88_1798, 0x3a_96dd, 0xcc_cccc, 0x76_7676, 0xe7_4856,
        0x16_c60c, 0xf9_f1a5, 0x3b_78ff, 0xb4_009e, 0x61_d6d6, 0xf2_f2f2,
    ];
    const GNOME: [Rgb; 16] = [
        0x17_1421, 0xc0_1c28, 0x26_a269, 0xa2_734c, 0x12_488b, 0xa3_47ba, 0x2a_a1b3, 0xd0_cfcc, 0x5e_5c64, 0xf6_6151,
        0x33_d17a, 0xe9_ad0c, 0x2a_7bde, 0xc0_61cb, 0x33_c7de, 0xff_ffff,
    ];

    const PALETTES: [Palette; 7] = [
        Palette { name: "xterm", letters: 0x00_0000, behind: 0xff_ffff, colours: XTERM },
        Palette { name: "xterm, reversed", letters: 0xe5_e5e5, behind: 0x00_0000, colours: XTERM },
        Palette { name: "Solarized light", letters: 0x65_7b83, behind: 0xfd_f6e3, colours: SOLARIZED },
        Palette { name: "Solarized dark", letters: 0x83_9496, behind: 0x00_2b36, colours: SOLARIZED },
        Palette { name: "Windows Campbell", letters: 0xcc_cccc, behind: 0x0c_0c0c, colours: CAMPBELL },
        Palette { name: "GNOME light", letters: 0x17_1421, behind: 0xff_ffff, colours: GNOME },
        Palette { name: "GNOME dark", letters: 0xd0_cfcc, behind: 0x17_1421, colours: GNOME },
    ];

    /// The contrast that normal text needs (WCAG 2.2, 1.4.3).
    const ENOUGH: f64 = 4.5;

    /// Relative luminance (WCAG 2.2).
    fn luminance(colour: Rgb) -> f64 {
        let linear = |channel: u8| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        let [_, red, green, blue] = colour.to_be_bytes();
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    fn contrast(one: Rgb, other: Rgb) -> f64 {
        let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
        one.max(other) / one.min(other)
    }

    impl Palette {
        fn colour(&self, colour: Option<Color>, own: Rgb) -> Rgb {
            let Some(colour) = colour else { return own };
            let place = NAMED.iter().position(|named| *named == colour);
            self.colours[place.unwrap_or_else(|| panic!("{colour:?} is none of the terminal's own 16"))]
        }

        fn contrast(&self, letters: Option<Color>, behind: Option<Color>) -> f64 {
            contrast(self.colour(letters, self.letters), self.colour(behind, self.behind))
        }
    }

    #[test]
    fn whatever_has_a_colour_of_ours_is_readable_on_every_palette() {
        for theme in [Theme::Colours, Theme::Mono] {
            for role in Role::ALL {
                let style = theme.style(role);
                assert!(!style.add_modifier.contains(Modifier::DIM), "nobody knows how dim that is");
                assert_eq!(style.fg.is_some(), style.bg.is_some(), "half a pair is a guess at the other half");
                if style.fg.is_none() {
                    continue;
                }
                assert!(!style.add_modifier.intersects(Modifier::BOLD | Modifier::REVERSED), "bold brightens letters");
                for palette in &PALETTES {
                    let found = palette.contrast(style.fg, style.bg);
                    assert!(found >= ENOUGH, "{role:?} on {}: {found:.2}", palette.name);
                }
            }
        }
    }

    /// What text has that we give no colour is the terminal's own affair.
    #[test]
    fn the_pairs_of_the_palettes_themselves() {
        let own = PALETTES.map(|palette| format!("{}: {:.1}", palette.name, palette.contrast(None, None)));
        let known = [
            "xterm: 21.0",
            "xterm, reversed: 16.7",
            "Solarized light: 4.1",
            "Solarized dark: 4.7",
            "Windows Campbell: 12.2",
            "GNOME light: 18.1",
            "GNOME dark: 11.6",
        ];
        assert_eq!(own, known);
    }

    /// Why states have no colour: none of the 16 can be read as letters everywhere, and of the pairs only these.
    #[test]
    fn no_other_colours_are_readable_everywhere() {
        let is_readable = |letters: Option<Color>, behind: Option<Color>| {
            PALETTES.iter().all(|palette| palette.contrast(letters, behind) >= ENOUGH)
        };
        assert_eq!(NAMED.into_iter().find(|letters| is_readable(Some(*letters), None)), None);
        assert_eq!(NAMED.into_iter().find(|behind| is_readable(None, Some(*behind))), None);
        let pairs = NAMED.into_iter().filter(|behind| is_readable(Some(Color::Black), Some(*behind)));
        assert_eq!(pairs.collect::<Vec<_>>(), [Color::Gray, Color::LightCyan, Color::White]);
        let others = NAMED.into_iter().flat_map(|letters| NAMED.into_iter().map(move |behind| (letters, behind)));
        let without_black = others.filter(|(letters, behind)| ![letters, behind].contains(&&Color::Black));
        assert_eq!(
            without_black.into_iter().find(|(letters, behind)| is_readable(Some(*letters), Some(*behind))),
            None
        );
    }

    #[test]
    fn contrast_is_computed_as_the_rules_say() {
        assert!((contrast(0x00_0000, 0xff_ffff) - 21.0).abs() < 0.01);
        assert!((contrast(0x76_7676, 0xff_ffff) - 4.54).abs() < 0.01);
    }

    #[test]
    fn what_is_selected_or_wrong_is_seen_without_colour() {
        let seen = |role: Role| Theme::Mono.style(role).add_modifier;
        for role in [Role::Focus, Role::Title, Role::Warning, Role::Error, Role::Banner, Role::Key] {
            assert_ne!(seen(role), seen(Role::Text), "{role:?}");
        }
        // Each of them is told from the others, too, and colour changes nothing about that.
        let states = [Role::Text, Role::Label, Role::Focus, Role::Warning, Role::Error];
        for (place, role) in states.into_iter().enumerate() {
            assert!(states.into_iter().skip(place + 1).all(|other| seen(role) != seen(other)), "{role:?}");
            assert_eq!(Theme::Colours.style(role), Theme::Mono.style(role), "{role:?}");
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
