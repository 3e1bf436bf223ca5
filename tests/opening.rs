//! Stories of the question which file to work on, as a state machine: keys in, choice and screen out.

use std::path::PathBuf;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use token_wizard::app::effect::{Effect, Machine, Msg};
use token_wizard::app::opening::{Choice, Offer, Opening};
use token_wizard::domain::secret::Secret;
use token_wizard::domain::time::Timestamp;
use token_wizard::ui::theme::Look;

const NOW: Timestamp = Timestamp::from_seconds(1_795_528_931);
const FILE: &str = "/srv/app/appsettings.json";

/// The question, and what it wanted last.
struct Story {
    opening: Opening,
    effects: Vec<Effect>,
}

impl Story {
    fn with(file: &str, recent: &[&str]) -> Self {
        let opening = Opening::new(Offer {
            file: PathBuf::from(file),
            recent: recent.iter().map(PathBuf::from).collect(),
            look: Look::PLAIN,
            size: (80, 24),
        });
        Self { opening, effects: Vec::new() }
    }

    fn new() -> Self {
        Self::with(FILE, &["/srv/one/appsettings.json", "/srv/two/appsettings.json"])
    }

    fn tell(mut self, msg: Msg) -> Self {
        self.effects = self.opening.update(NOW, msg);
        self
    }

    fn press(self, code: KeyCode) -> Self {
        self.tell(Msg::Key(KeyEvent::new(code, KeyModifiers::NONE)))
    }

    fn keys(self, keys: &str) -> Self {
        keys.chars().fold(self, |story, key| match key {
            '\r' => story.press(KeyCode::Enter),
            '\u{1b}' => story.press(KeyCode::Esc),
            '↓' => story.press(KeyCode::Down),
            '↑' => story.press(KeyCode::Up),
            key => story.press(KeyCode::Char(key)),
        })
    }

    fn paste(self, text: &str) -> Self {
        self.tell(Msg::Paste(Secret::new(text)))
    }

    fn resize(self, columns: u16, rows: u16) -> Self {
        self.tell(Msg::Resized(columns, rows))
    }

    fn screen_at(&self, columns: u16, rows: u16) -> String {
        let mut terminal = Terminal::new(TestBackend::new(columns, rows)).expect("a screen");
        terminal.draw(|frame| self.opening.view(frame)).expect("a picture");
        let cells = terminal.backend().buffer().content();
        let text: Vec<String> = cells
            .chunks(usize::from(columns).max(1))
            .map(|row| row.iter().map(ratatui::buffer::Cell::symbol).collect::<String>().trim_end().to_owned())
            .collect();
        text.join("\n")
    }

    #[track_caller]
    fn sees(self, text: &str) -> Self {
        let screen = self.screen_at(80, 24);
        assert!(screen.contains(text), "{text:?} is not on the screen:\n{screen}");
        self
    }

    #[track_caller]
    fn sees_not(self, text: &str) -> Self {
        let screen = self.screen_at(80, 24);
        assert!(!screen.contains(text), "{text:?} is on the screen:\n{screen}");
        self
    }

    /// It has ended with that choice.
    #[track_caller]
    fn chooses(self, choice: &Choice) -> Self {
        assert_eq!((&self.effects[..], self.opening.choice()), (&[Effect::Quit][..], Some(choice)));
        self
    }

    #[track_caller]
    fn opens(self, path: &str) -> Self {
        self.chooses(&Choice::Open(PathBuf::from(path)))
    }

    /// It has ended without a choice.
    #[track_caller]
    fn leaves(self) {
        assert_eq!((&self.effects[..], self.opening.choice()), (&[Effect::Quit][..], None));
    }
}

#[test]
fn the_question_names_the_whole_path_and_the_mode() {
    insta::assert_snapshot!(Story::new().screen_at(80, 24));
    insta::assert_snapshot!(Story::new().keys("3~/a.json").screen_at(40, 10));
}

#[test]
fn every_row_is_a_choice_by_enter_and_by_its_number() {
    let create = Choice::Create(PathBuf::from(FILE));
    Story::new().keys("\r").chooses(&create);
    Story::new().keys("1").chooses(&create);
    Story::new().keys("↓\r").chooses(&Choice::Practise);
    Story::new().keys("2").chooses(&Choice::Practise);
    Story::new().keys("↓↓↓\r").opens("/srv/one/appsettings.json");
    Story::new().keys("5").opens("/srv/two/appsettings.json");
    Story::new().keys("↓↓↓↓↓\r").leaves();
    Story::new().keys("↓↓↓↓↓↓↓↑↑\r").opens("/srv/one/appsettings.json");
    Story::new().keys("q").leaves();
    Story::new().tell(Msg::Key(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL))).leaves();
    for key in "6890xt".chars() {
        assert_eq!(Story::new().keys(&key.to_string()).effects, [], "{key}");
    }
}

#[test]
fn a_path_is_typed_and_letters_are_no_commands_meanwhile() {
    let story = Story::new().keys("3").sees("Enter open").keys("~/q1.json").sees("~/q1.json");
    assert_eq!(story.effects, []);
    let story = story.keys("\r").opens("~/q1.json");
    // Esc gives the commands back, Enter the field; Alt-q is Esc q on the wire.
    let story = story.keys("\u{1b}\r").sees("Enter open");
    story.tell(Msg::Key(KeyEvent::new(KeyCode::Char('q'), KeyModifiers::ALT))).leaves();
    let story = Story::new().keys("3\r").sees("failed  Type the path of a settings file.");
    story.keys("a").sees_not("failed").keys("\r").opens("a");
}

#[test]
fn a_pasted_path_loses_quotes_and_line_ends_and_undo_brings_them_back() {
    let story = Story::new().paste("\"/srv/my app/a.json\"\r\n").sees("Taken out of the paste:");
    let story = story.keys("\r").opens("/srv/my app/a.json");
    story.keys("\u{1b}u").sees("\"/srv/my app/a.json\"").sees_not("Taken out");
}

#[test]
fn a_refused_choice_says_why_at_its_row_and_asks_on() {
    let mut story = Story::new().keys("3a.json\r").opens("a.json");
    story.opening.refused("Correct the path: there is no file a.json.");
    let story = story.sees("failed  Correct the path: there is no file a.json.").sees("Enter open");
    assert_eq!(story.opening.choice(), None);
    let mut story = story.keys("x\r").sees_not("Correct the path").opens("a.jsonx");
    story.opening.refused("Correct it.");
    story.keys("↑").sees_not("Correct it.").keys("\r").chooses(&Choice::Practise);
}

#[test]
fn file_names_cannot_command_the_terminal() {
    let story = Story::with("/srv/\u{1b}[2Ja\nb\u{202e}.json", &["/srv/\u{9b}31m.json"]);
    let screen = story.screen_at(80, 24);
    assert!(screen.contains("/srv/[2Ja b.json") && screen.contains("/srv/31m.json"), "{screen}");
}

#[test]
fn it_draws_at_every_size_and_all_of_it_can_be_reached() {
    let long = format!("/srv/{}/appsettings.json", "folder/".repeat(20));
    let recent = vec![long.as_str(); 9];
    let mut story = Story::with(&long, &recent);
    for selected in 0..14 {
        story.opening.refused("Mend the JSON at the place that is named.\nline 7, column 4\n    ^ a comma is missing");
        for (columns, rows) in [(1, 1), (3, 50), (39, 10), (40, 9), (41, 11), (64, 14), (80, 24), (119, 30), (200, 60)]
        {
            let screen = story.screen_at(columns, rows);
            assert!(columns != 80 || screen.lines().all(|line| line.chars().count() <= 78), "{screen}");
        }
        // On the smallest screen the selected row is seen, and what goes wrong with it some pages further at most.
        story = story.resize(40, 10);
        let mut seen = story.screen_at(40, 10);
        for _ in 0..4 {
            story = story.press(KeyCode::PageDown);
            seen.push_str(&story.screen_at(40, 10));
        }
        assert!(seen.contains("Mend the JSON") && seen.contains("a comma is"), "row {selected}:\n{seen}");
        story = story.resize(80, 24).press(KeyCode::Down);
    }
    assert!(story.screen_at(39, 9).contains("too small"));
    let story = Story::new().keys("3");
    for columns in (1..=130).step_by(7) {
        for rows in (1..=45).step_by(3) {
            story.screen_at(columns, rows);
        }
    }
}

#[test]
fn paging_stops_at_the_ends() {
    let story = Story::new().resize(40, 10);
    let first = story.screen_at(40, 10);
    let story = (0..9).fold(story, |story, _| story.press(KeyCode::PageDown));
    assert!(story.screen_at(40, 10).contains("Leave"));
    let story = (0..9).fold(story, |story, _| story.press(KeyCode::PageUp));
    assert_eq!(story.screen_at(40, 10), first);
}
