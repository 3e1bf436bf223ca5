//! What moving the focus costs on the line: every move of the whole wizard, for every row of the account book.

use std::path::PathBuf;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::*;
use crate::app::effect::{Machine as _, Msg};
use crate::app::{App, Start};
use crate::domain::document::Document;
use crate::domain::registration::Options;
use crate::domain::setting::{Account, SettingName};
use crate::domain::storage::{Exposure, Stamp};
use crate::domain::time::Timestamp;
use crate::sandbox::Sandbox;
use crate::ui::theme::{Glyphs, Look, Theme};

const NOW: Timestamp = Timestamp::from_seconds(1_795_528_931);
const EXAMPLE: &str = include_str!("../../../../appsettings.example.json");

/// What a move may cost with its help text changing.
const LIMIT: usize = 400;

/// A move: where from and to with its bytes, and how many they are.
type Move = (String, usize);

/// The wizard and the line to a terminal of the design size.
struct Session {
    app: App,
    encoder: Encoder,
    terminal: Terminal<TestBackend>,
    shown: Buffer,
}

impl Session {
    fn new(practice: Option<&Sandbox>) -> Self {
        let text = practice.map_or_else(|| EXAMPLE.to_owned(), |sandbox| sandbox.scratch(EXAMPLE));
        Self::over(&text, practice)
    }

    fn over(text: &str, practice: Option<&Sandbox>) -> Self {
        let start = Start {
            path: PathBuf::from("appsettings.json"),
            file: "appsettings.json".to_owned(),
            document: Document::read(text.as_bytes()).unwrap(),
            stamp: Stamp { identity: (1, 1), length: 1, modified: 1, contents: 1 },
            options: Options::default(),
            draft: None,
            book: practice.map(Sandbox::book).unwrap_or_default(),
            leftovers: Vec::new(),
            powerbi_api: None,
            exposure: Exposure::default(),
            banner: practice.map(|_| ("PRACTICE", "local sandbox")),
            look: Look { theme: Theme::Colours, glyphs: Glyphs::UTF8 },
            size: (80, 24),
        };
        let terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
        let shown = Buffer::empty(Rect::new(0, 0, 80, 24));
        let mut session = Self { app: App::new(start), encoder: Encoder::new(), terminal, shown };
        session.paint();
        session
    }

    fn press(&mut self, code: KeyCode, modifiers: KeyModifiers) -> Vec<u8> {
        self.app.update(NOW, Msg::Key(KeyEvent::new(code, modifiers)));
        self.paint()
    }

    /// To the first question of a step, by its digit.
    fn go(&mut self, digit: char) {
        self.press(KeyCode::Char(digit), KeyModifiers::ALT);
    }

    /// The bytes of the next frame.
    fn paint(&mut self) -> Vec<u8> {
        let next = self.terminal.draw(|frame| self.app.view(frame)).unwrap().buffer.clone();
        let cursor = self.terminal.backend().cursor_visible().then(|| self.terminal.backend().cursor_position());
        let mut out = Vec::new();
        self.encoder.draw(self.shown.diff_iter(&next), 80, &mut out);
        self.encoder.show_cursor(cursor.is_some(), &mut out);
        if let Some(cursor) = cursor {
            self.encoder.place_cursor(cursor, &mut out);
        }
        self.shown = next;
        out
    }

    fn rows(&self) -> Vec<String> {
        let rows = self.shown.content.chunks(80);
        rows.map(|row| row.iter().map(Cell::symbol).collect::<String>().trim_end().to_owned()).collect()
    }

    fn step(&self) -> String {
        let rows = self.rows();
        let current = rows[1].split('[').nth(1).and_then(|rest| rest.split(']').next());
        current.unwrap_or_default().to_owned()
    }

    /// Down through all questions of all steps to Test, and up again.
    fn moves(&mut self) -> Vec<Move> {
        let mut moves = Vec::new();
        for (digit, key, last) in [('1', KeyCode::Down, "Test"), ('5', KeyCode::Up, "Who")] {
            self.go('7');
            self.go(digit);
            if key == KeyCode::Up {
                self.press(KeyCode::Down, KeyModifiers::NONE);
                self.press(KeyCode::Down, KeyModifiers::NONE);
            }
            while self.step() != last {
                let before = self.step();
                let bytes = self.press(key, KeyModifiers::NONE);
                let which = format!("{before} to {}: {}", self.step(), bytes.escape_ascii());
                moves.push((which, bytes.len()));
            }
        }
        moves
    }
}

fn practice() -> Sandbox {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(Sandbox::bind(0)).unwrap()
}

/// Every move for an empty form, for one with a user, and for every row of the book, on the practice tenant.
fn all_moves() -> Vec<Move> {
    let sandbox = practice();
    let local = format!("http://{}", sandbox.address());
    let mut session = Session::new(Some(&sandbox));
    let mut moves = session.moves();
    session.press(KeyCode::Char(' '), KeyModifiers::NONE);
    moves.extend(session.moves());
    for (place, account) in sandbox.book().iter().enumerate() {
        let Account { name, values, .. } = account;
        let mut session = Session::new(Some(&sandbox));
        session.press(KeyCode::Char('b'), KeyModifiers::ALT);
        let down = KeyEvent::new(KeyCode::Down, KeyModifiers::NONE);
        (0..place).for_each(|_| drop(session.app.update(NOW, Msg::Key(down))));
        session.press(KeyCode::Enter, KeyModifiers::NONE);
        let has_user = !values.get(SettingName::User).is_empty();
        moves.extend(
            session
                .moves()
                .into_iter()
                .map(|(which, bytes)| (format!("{name}{}: {which}", if has_user { " (user)" } else { "" }), bytes)),
        );
    }
    // And the example as it is, which signs in at the public cloud, and the same values there.
    moves.extend(Session::new(None).moves());
    for Account { name, values, .. } in sandbox.book() {
        let value = |setting| values.get(setting).replace(&local, "https://login.microsoftonline.com");
        let text: serde_json::Map<_, _> =
            SettingName::ALL.into_iter().map(|setting| (setting.key().to_owned(), value(setting).into())).collect();
        let moves_there = Session::over(&serde_json::Value::from(text).to_string(), None).moves();
        moves.extend(moves_there.into_iter().map(|(which, bytes)| (format!("{name} in earnest: {which}"), bytes)));
    }
    moves
}

#[test]
fn moving_the_focus_over_any_border() {
    let moves = all_moves();
    // Every border in both directions, and within the steps.
    for border in
        ["Who to Tenant", "Tenant to App", "App to Endpoint", "App to User", "User to Endpoint", "Endpoint to Test"]
    {
        let (one, other) = border.split_once(" to ").unwrap();
        let back = format!("{other} to {one}");
        assert!(moves.iter().any(|(which, ..)| which.contains(border)), "{border}");
        assert!(border.ends_with("Test") || moves.iter().any(|(which, ..)| which.contains(&back)), "{back}");
    }
    let dear: Vec<_> = moves.iter().filter(|(_, bytes)| *bytes > LIMIT).collect();
    assert!(dear.is_empty(), "{dear:#?}");
}
