//! Whether the terminal takes links (OSC 8), by what the environment says; nothing is asked over the wire.
//!
//! A terminal that knows the sequence shows text that can be opened; one that does not should drop it, and some do not.
//! So it is sent only where the name of the terminal speaks for it.

/// The first tmux that passes links on.
const TMUX: (u32, u32) = (3, 4);

/// The first VTE without a fault in its links, as in `VTE_VERSION` (0.50.1).
const VTE: u32 = 5001;

/// Beginnings of `TERM` of terminals that take links, or drop them without a trace.
const KNOWN: [&str; 10] =
    ["xterm", "alacritty", "foot", "kitty", "ghostty", "wezterm", "vte", "gnome", "konsole", "contour"];

/// What the environment says of the terminal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hints<'a> {
    /// `TERM`.
    pub term: Option<&'a str>,
    /// `NO_HYPERLINKS` is set and not empty.
    pub is_unwanted: bool,
    /// The terminal is tmux.
    pub is_tmux: bool,
    /// The terminal is GNU screen.
    pub is_screen: bool,
    /// `TERM_PROGRAM` and `TERM_PROGRAM_VERSION`, which tmux sets to its own.
    pub program: Option<(&'a str, &'a str)>,
    /// `VTE_VERSION`.
    pub vte: Option<&'a str>,
}

/// Returns whether links may be sent.
///
/// Never on the Linux console or a dumb terminal, nor within screen; within tmux from 3.4 on, and not when it does not
/// tell its version; never when the user does not want any.
pub fn takes_links(hints: Hints<'_>) -> bool {
    let term = hints.term.unwrap_or_default();
    if hints.is_unwanted {
        return false;
    }
    // Screen does not pass them on, and what runs within the other one cannot be known.
    if hints.is_screen {
        return false;
    }
    if hints.is_tmux || term.starts_with("tmux") || term.starts_with("screen") {
        return hints.is_tmux
            && hints.program.is_some_and(|(name, version)| name == "tmux" && tmux_version(version) >= Some(TMUX));
    }
    let is_old = hints.vte.and_then(|version| version.parse::<u32>().ok()).is_some_and(|version| version < VTE);
    KNOWN.iter().any(|name| term.starts_with(name)) && !is_old
}

/// `3.4`, `3.3a`, `next-3.5`.
fn tmux_version(text: &str) -> Option<(u32, u32)> {
    let digits = text.trim_start_matches(|letter: char| !letter.is_ascii_digit());
    let (major, rest) = digits.split_once('.')?;
    let minor: String = rest.chars().take_while(char::is_ascii_digit).collect();
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_for_terminals_whose_name_speaks_for_it() {
        let of = |term| takes_links(Hints { term: Some(term), ..Hints::default() });
        for term in ["xterm-256color", "xterm", "alacritty", "foot", "xterm-kitty", "wezterm"] {
            assert!(of(term), "{term}");
        }
        for term in ["dumb", "linux", "vt100", "vt220", "ansi", "screen-256color", "tmux-256color", "rxvt", "eterm", ""]
        {
            assert!(!of(term), "{term}");
        }
        assert!(!takes_links(Hints::default()));
    }

    #[test]
    fn tmux_passes_them_on_from_3_4() {
        let of = |version| {
            let program = Some(("tmux", version));
            takes_links(Hints { term: Some("tmux-256color"), is_tmux: true, program, ..Hints::default() })
        };
        assert!(of("3.4") && of("3.5a") && of("4.0") && of("next-3.6"));
        assert!(!of("3.3a") && !of("2.9") && !of("") && !of("x.y"));
        let untold = Hints { term: Some("screen-256color"), is_tmux: true, ..Hints::default() };
        assert!(!takes_links(untold));
        // Over SSH from within tmux only the name of the terminal arrives, and no version.
        assert!(!takes_links(Hints { term: Some("tmux-256color"), ..Hints::default() }));
        assert!(!takes_links(Hints { program: Some(("iTerm.app", "3.6.9")), ..untold }));
    }

    #[test]
    fn nobody_gets_them_who_does_not_want_them_or_cannot_show_them() {
        let xterm = Hints { term: Some("xterm-256color"), ..Hints::default() };
        assert!(!takes_links(Hints { is_unwanted: true, ..xterm }));
        assert!(!takes_links(Hints { is_screen: true, ..xterm }));
        assert!(!takes_links(Hints { vte: Some("4803"), ..xterm }));
        assert!(takes_links(Hints { vte: Some("7600"), ..xterm }));
    }
}
