//! Keys as rows of a table: one row is what dispatches, what the footer shows and what the help lists.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::footer::Hint;

/// A key as a terminal can send it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// A printable character, as typed.
    Char(char),
    /// Return.
    Enter,
    /// Escape.
    Esc,
    /// Tab.
    Tab,
    /// Shift and Tab.
    BackTab,
    /// Cursor keys and paging.
    Up,
    /// Cursor down.
    Down,
    /// Cursor left.
    Left,
    /// Cursor right.
    Right,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// To the beginning.
    Home,
    /// To the end.
    End,
    /// Ctrl and a letter.
    Ctrl(char),
}

impl Key {
    /// Whether that is the key that was pressed.
    pub fn matches(self, event: KeyEvent) -> bool {
        let plain = !event.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        match self {
            Self::Char(c) => plain && event.code == KeyCode::Char(c),
            Self::Ctrl(c) => event.modifiers.contains(KeyModifiers::CONTROL) && event.code == KeyCode::Char(c),
            Self::BackTab => {
                event.code == KeyCode::BackTab
                    || (event.code == KeyCode::Tab && event.modifiers.contains(KeyModifiers::SHIFT))
            }
            Self::Tab => event.code == KeyCode::Tab && !event.modifiers.contains(KeyModifiers::SHIFT),
            other => plain && other.code() == Some(event.code),
        }
    }

    const fn code(self) -> Option<KeyCode> {
        match self {
            Self::Enter => Some(KeyCode::Enter),
            Self::Esc => Some(KeyCode::Esc),
            Self::Up => Some(KeyCode::Up),
            Self::Down => Some(KeyCode::Down),
            Self::Left => Some(KeyCode::Left),
            Self::Right => Some(KeyCode::Right),
            Self::PageUp => Some(KeyCode::PageUp),
            Self::PageDown => Some(KeyCode::PageDown),
            Self::Home => Some(KeyCode::Home),
            Self::End => Some(KeyCode::End),
            Self::Char(_) | Self::Ctrl(_) | Self::Tab | Self::BackTab => None,
        }
    }
}

/// One row: keys, what is written on them, what they do now, and the action.
pub struct Binding<C: ?Sized, A: 'static> {
    /// Any of these keys.
    pub keys: &'static [Key],
    /// What the footer calls them; empty for an alias that is not advertised.
    pub shown: &'static str,
    /// What they do in that state; `None` when they do nothing there.
    pub label: fn(&C) -> Option<&'static str>,
    /// What the help says about them.
    pub help: &'static str,
    /// Whether the hint stays on a narrow screen.
    pub essential: bool,
    /// What happens.
    pub action: A,
}

/// The action of the first row that has that key and does something now.
pub fn lookup<C: ?Sized, A: Copy>(table: &[Binding<C, A>], context: &C, event: KeyEvent) -> Option<A> {
    let row =
        table.iter().find(|row| row.keys.iter().any(|key| key.matches(event)) && (row.label)(context).is_some())?;
    Some(row.action)
}

/// What the footer shows now.
pub fn hints<C: ?Sized, A>(table: &[Binding<C, A>], context: &C) -> Vec<Hint> {
    let advertised = table.iter().filter(|row| !row.shown.is_empty());
    advertised
        .filter_map(|row| Some(Hint { key: row.shown, label: (row.label)(context)?, essential: row.essential }))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &[Binding<bool, u8>] = &[
        Binding {
            keys: &[Key::Char('a')],
            shown: "a",
            label: |on| on.then_some("on"),
            help: "",
            essential: true,
            action: 1,
        },
        Binding { keys: &[Key::Char('a')], shown: "", label: |_| Some("else"), help: "", essential: true, action: 2 },
    ];

    fn press(code: KeyCode, modifiers: KeyModifiers) -> KeyEvent {
        KeyEvent::new(code, modifiers)
    }

    #[test]
    fn a_row_that_does_nothing_now_neither_acts_nor_shows() {
        let a = press(KeyCode::Char('a'), KeyModifiers::NONE);
        assert_eq!(lookup(TABLE, &true, a), Some(1));
        assert_eq!(lookup(TABLE, &false, a), Some(2));
        assert_eq!(hints(TABLE, &true).len(), 1);
        assert_eq!(hints(TABLE, &false).len(), 0);
    }

    #[test]
    fn modifiers_make_another_key() {
        assert!(!Key::Char('a').matches(press(KeyCode::Char('a'), KeyModifiers::CONTROL)));
        assert!(!Key::Char('t').matches(press(KeyCode::Char('t'), KeyModifiers::ALT)));
        assert!(Key::Ctrl('c').matches(press(KeyCode::Char('c'), KeyModifiers::CONTROL)));
        assert!(Key::BackTab.matches(press(KeyCode::BackTab, KeyModifiers::SHIFT)));
        assert!(!Key::Tab.matches(press(KeyCode::Tab, KeyModifiers::SHIFT)));
        assert!(Key::Char('?').matches(press(KeyCode::Char('?'), KeyModifiers::SHIFT)));
    }
}
