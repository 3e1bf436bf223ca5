//! Stories of the wizard as a state machine: keys and messages in, effects and screen out, on a fixed clock.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "../support/start.rs"]
mod start;

mod asking;
mod conflicts;
mod consent;
mod copying;
mod discovering;
mod lockout;
mod moving;
mod offers;
mod panes;
mod realm;
mod waiting;
mod watching;

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use token_wizard::app::effect::{Effect, Machine, Msg, RunId};
use token_wizard::app::{App, Start};
use token_wizard::domain::diagnosis::{Diagnosis, Severity};
use token_wizard::domain::secret::Secret;
use token_wizard::domain::setting::{Account, SettingName, Values};
use token_wizard::domain::storage::{SaveError, Saved};
use token_wizard::domain::time::Timestamp;
use token_wizard::verify::{Blame, Event, Stage, StageReport, Status};

use start::STAMP;

const NOW: Timestamp = Timestamp::from_seconds(1_795_528_931);
const EXAMPLE: &str = include_str!("../../appsettings.example.json");
const TENANT: &str = "8f3c2a1e-5b7d-4c19-9e42-3a6f0d1c77d0";
const SECRET: &str = "5c18Q~practiceValue.of_forty_characters0";

/// A wizard on a text, and what it wanted last.
struct Story {
    app: App,
    effects: Vec<Effect>,
}

impl Story {
    fn of(text: &str) -> Self {
        Self::starting(text, |_| {})
    }

    /// With something else at the start than a file that nobody touched.
    fn starting(text: &str, change: impl FnOnce(&mut Start)) -> Self {
        let values = Values::default().with(SettingName::AppTenantId, TENANT).with(SettingName::ClientId, TENANT);
        let mut start = start::on(text);
        start.book = vec![Account { name: "row", situation: "A row.", values }];
        change(&mut start);
        Self { app: App::new(start), effects: Vec::new() }
    }

    fn tell(mut self, msg: Msg) -> Self {
        self.effects = self.app.update(NOW, msg);
        self
    }

    fn press(self, code: KeyCode) -> Self {
        self.tell(Msg::Key(KeyEvent::new(code, KeyModifiers::NONE)))
    }

    fn keys(self, keys: &str) -> Self {
        keys.chars().fold(self, |story, key| match key {
            '\r' => story.press(KeyCode::Enter),
            '\u{1b}' => story.press(KeyCode::Esc),
            key => story.press(KeyCode::Char(key)),
        })
    }

    fn paste(self, text: &str) -> Self {
        self.tell(Msg::Paste(Secret::new(text)))
    }

    fn screen_at(&self, columns: u16, rows: u16) -> String {
        let mut terminal = Terminal::new(TestBackend::new(columns, rows)).expect("a screen");
        terminal.draw(|frame| self.app.view(frame)).expect("a picture");
        let cells = terminal.backend().buffer().content();
        let text: Vec<String> = cells
            .chunks(usize::from(columns).max(1))
            .map(|row| row.iter().map(ratatui::buffer::Cell::symbol).collect::<String>().trim_end().to_owned())
            .collect();
        text.join("\n")
    }

    fn sees(self, text: &str) -> Self {
        let screen = self.screen_at(80, 24);
        assert!(screen.contains(text), "{text:?} is not on the screen:\n{screen}");
        self
    }

    fn sees_not(self, text: &str) -> Self {
        let screen = self.screen_at(80, 24);
        assert!(!screen.contains(text), "{text:?} is on the screen:\n{screen}");
        self
    }

    fn run(&self) -> RunId {
        self.effects
            .iter()
            .find_map(|effect| if let Effect::Verify { run, .. } = effect { Some(*run) } else { None })
            .expect("a test was begun")
    }
}

fn filled() -> Story {
    Story::of(EXAMPLE)
        .keys("\r")
        .paste(TENANT)
        .keys("\r")
        .paste("1b4e28ba-2fa1-41d2-883f-0016d3cca427")
        .keys("\r")
        .paste(SECRET)
        .keys("\r\r\r\r")
}

fn failed(stage: Stage) -> Event {
    Event::Ended(StageReport {
        stage,
        status: Status::Failed,
        duration: Duration::ZERO,
        summary: "401 invalid_client".to_owned(),
        diagnoses: Vec::new(),
        blame: Blame::Provider,
    })
}

#[test]
fn the_example_opens_on_the_first_step_and_leads_to_the_test() {
    let story = Story::of(EXAMPLE).sees("[Who]").sees("customers of our application").keys("\r").sees("[Tenant]");
    assert_eq!(story.effects, []);
    let story = filled().sees("[Test]").sees("Enter asks login.microsoftonline.com for a token");
    let story = story.keys("\r");
    assert_eq!(story.run(), RunId(1));
}

#[test]
fn how_to_go_on_is_told_until_the_first_question_is_left() {
    let story = Story::of(EXAMPLE).sees("Esc leaves the field").press(KeyCode::Esc).sees("Esc leaves the field");
    let story = story.press(KeyCode::Enter).press(KeyCode::Enter).sees("AppTenantId").sees_not("Esc leaves the field");
    story.press(KeyCode::Up).sees("Who reads the reports?").sees_not("Esc leaves the field");
}

#[test]
fn a_complete_file_opens_on_the_test_and_nothing_is_sent() {
    let text = format!(
        r#"{{"AppTenantId":"{TENANT}","AuthTokenUrl":"https://login.microsoftonline.com/{{AppTenantId}}/oauth2/token",
        "Resource":"https://analysis.windows.net/powerbi/api","ClientId":"{TENANT}","ClientSecret":"{SECRET}"}}"#
    );
    let story = Story::of(&text).sees("[Test]").sees("Nothing has been sent yet");
    assert_eq!(story.effects, []);
}

#[test]
fn what_the_ladder_has_no_room_for_is_whole_below_it() {
    let story = filled().keys("\u{1b}t");
    let run = story.run();
    let about = format!("contoso.onmicrosoft.com = {TENANT}, EU, managed user");
    let ended = Event::Ended(StageReport {
        stage: Stage::Tenant,
        status: Status::Passed,
        duration: Duration::ZERO,
        summary: about.clone(),
        diagnoses: Vec::new(),
        blame: Blame::Provider,
    });
    let story = story.tell(Msg::Ladder(run, ended)).tell(Msg::LadderEnded(run));
    let joined = |screen: String| screen.split_whitespace().collect::<Vec<_>>().join(" ");
    for (columns, rows) in [(80, 24), (60, 16)] {
        let screen = joined(story.screen_at(columns, rows));
        let below = screen.split("Nothing is wrong").nth(1).expect("the pane");
        assert!(joined(below.to_owned()).replace("- ", "-").contains(&format!("tenant {about}")), "{screen}");
    }
}

#[test]
fn a_secret_is_masked_revealed_for_a_minute_and_masked_again() {
    let story = filled().keys("3").press(KeyCode::Down).sees_not("practiceValue").sees("starts 5c1");
    let story = story.keys("\u{1b}r").sees(SECRET);
    assert_eq!(story.app.wake(), Some(NOW.plus(Duration::from_mins(1))));
    let mut story = story;
    story.app.update(NOW.plus(Duration::from_mins(1)), Msg::Woke);
    assert_eq!(story.app.wake(), None);
    story.sees_not("practiceValue");
}

#[test]
fn a_row_of_the_account_book_is_found_by_a_part_of_it() {
    let account = |name, situation| Account { name, situation, values: Values::default() };
    let book = vec![
        account("app-works", "The app signs in."),
        account("mfa-user", "A second factor is wanted."),
        account("switch-off", "The tenant lets no app in."),
        account("mfa-unregistered", "No second factor is registered."),
    ];
    let story = Story::starting(EXAMPLE, |start| start.book = book).keys("\u{1b}b").sees("1 of 4").sees("letters find");
    let story = story.keys("MFA").sees("2 of 4, find: MFA").keys("-un").sees("4 of 4, find: MFA-un");
    // What is nowhere moves nothing, and a letter taken back seeks on from here.
    let story = story.keys("q").sees("4 of 4, find: MFA-unq").press(KeyCode::Backspace).sees("4 of 4, find: MFA-un");
    let story = (0..6).fold(story, |story, _| story.press(KeyCode::Backspace)).keys("lets").sees("3 of 4, find: lets");
    // Another time nothing is sought yet.
    story.keys("\u{1b}").sees_not("Account book").keys("b").sees("1 of 4").sees_not("find:");
}

#[test]
fn a_secret_id_is_named_as_soon_as_it_is_pasted() {
    let story = Story::of(EXAMPLE).keys("\u{1b}3").press(KeyCode::Down).paste("0f8b1c2d-1111-4222-8333-444455556666");
    let story = story.sees("warned  Put the secret's Value into ClientSecret.");
    story.sees("ClientSecret has the shape of the portal's Secret ID.");
}

#[test]
fn what_is_wrong_with_a_typed_answer_is_said_before_the_next_question_hides_it() {
    let story = Story::of(EXAMPLE).keys("\rcontoso").sees("[Tenant]").sees_not("warned  ").keys("\r");
    let story = story.sees("[Tenant] warned").sees("warned  Put the Directory (tenant) ID into AppTenantId.");
    // The reason takes the place of the help.
    let story = story.sees("AppTenantId is neither a GUID nor a domain. A domain has a dot");
    let story = story.sees_not("The tenant that the app is registered in").keys("\r").sees("[App]").keys("abc\r");
    let story = story.sees("Copy Application (client) ID").sees("ClientId is no GUID. Entra names an app by a GUID");
    let story = story.keys("\u{1b}?").sees("Entra names an app by a GUID of 36 characters.").keys("\u{1b}\r");
    // Of a question that is not in focus the reason is not said.
    let story = story.keys("\r").sees("Copy Application (client) ID").sees_not("ClientId is no GUID.");
    // What was corrected meanwhile holds nobody up, nor what was never filled in.
    let story = story.keys("\r").sees("[Endpoint]").keys("\u{1b}2").press(KeyCode::End);
    story.keys(".example").sees_not("warned  AppTenantId").keys("\r").sees("[App]");
}

#[test]
fn before_a_test_stands_what_is_known_to_be_wrong_and_a_key_leads_there() {
    let story = Story::of(EXAMPLE).keys("\u{1b}6").sees("[Test]").sees_not("[Why]").sees_not("Left/Right");
    let story = story.sees("failed  Put the Directory (tenant) ID into AppTenantId.");
    let story = story.sees("        To be mended, too: ClientId, ClientSecret.").sees("g to AppTenantId");
    let story = story.keys("g").sees("[Tenant]").paste(TENANT).keys("\r").paste(TENANT).keys("\r");
    // What alone is wrong has its reason; what is only doubtful does not keep the test from being made.
    let story = story.keys("\u{1b}6").sees("failed  Put the client secret's Value").sees("template").keys("3");
    let story = story.press(KeyCode::Down).paste(SECRET).keys("\u{1b}6").sees("Enter asks login.microsoftonline.com");
    story.sees("warned  ").sees("g to ClientId").keys("g").sees("[App]");
}

#[test]
fn an_address_that_leads_nowhere_is_no_known_cloud() {
    let story = Story::of(EXAMPLE).sees("public cloud").keys("\u{1b}5").press(KeyCode::Down);
    story.paste("https://login.example.com/{tenant}/oauth2/token").sees("no known cloud").sees("[another]");
}

#[test]
fn the_help_is_that_of_the_answer_and_the_footer_says_what_the_arrows_reach() {
    let story = Story::of(EXAMPLE).sees("recommends that the app signs in").sees("Up/Down step");
    story.press(KeyCode::Right).sees("needs a Power BI licence").keys("\u{1b}3").sees("Up/Down field");
}

#[test]
fn a_step_opens_at_its_first_question_from_wherever_somebody_comes() {
    let story = Story::of(EXAMPLE).keys("\u{1b}5").sees("[Endpoint]").press(KeyCode::Up);
    let story = story.sees("[App]").sees("your app > Overview > Application");
    let story = story.press(KeyCode::Down).sees("[App]").sees("your app > Certificates & secrets >");
    let story = story.press(KeyCode::Down).sees("[Endpoint]").press(KeyCode::Down).press(KeyCode::Up);
    story.sees("[Endpoint]").press(KeyCode::BackTab).sees("[App]").sees("your app > Overview > Application");
}

#[test]
fn what_is_wrong_is_said_once_more_before_it_is_saved() {
    let story = Story::of(EXAMPLE).keys("\r").paste(TENANT).keys("\rabc\r\r").paste("x").keys("\u{1b}s");
    let story = story.sees("warned  Copy Application (client) ID into ClientId. ClientId is no GUID.");
    let story = story.sees("warned  Copy the whole Value into ClientSecret. ClientSecret has 1\n");
    story.sees("Enter writes these values").sees_not("warned  User");
}

#[test]
fn a_secret_in_the_wrong_field_is_told_and_not_shown_once_more() {
    let secret = "5c18Q~practiceValue.of_forty_characters0";
    let story =
        Story::of(EXAMPLE).keys("\u{1b}3").paste(secret).sees("ClientId holds what looks like a client secret.");
    story.keys("\u{1b}s").sees("+ [masked] looks like a client secret").sees_not(secret);
}

#[test]
fn a_paste_loses_its_line_end_and_undo_brings_it_back() {
    let story = Story::of(EXAMPLE).keys("\r").paste("contoso.com\r\n").sees("Taken out of the paste: a line break");
    story.sees("Esc u").keys("\u{1b}u").sees_not("Taken out of the paste");
}

#[test]
fn a_late_answer_is_ignored_and_cancel_is_an_effect() {
    let story = filled().keys("\r");
    let first = story.run();
    let ctrl_c = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    let story = story.tell(Msg::Key(ctrl_c));
    assert_eq!(story.effects, [Effect::Cancel(first)]);
    let story = story.tell(Msg::Ladder(first, failed(Stage::Token))).sees_not("invalid_client").keys("\r");
    let second = story.run();
    assert_ne!(first, second);
    let story = story.tell(Msg::Ladder(first, failed(Stage::Token))).sees_not("invalid_client");
    story.tell(Msg::Ladder(second, failed(Stage::Token))).tell(Msg::LadderEnded(second)).sees("failed   token");
}

#[test]
fn escape_and_alt_are_the_same_on_the_wire() {
    let alt = |key| KeyEvent::new(KeyCode::Char(key), KeyModifiers::ALT);
    let story = Story::of(EXAMPLE).tell(Msg::Key(alt('2'))).sees("[Tenant]");
    let story = story.tell(Msg::Key(alt('b'))).sees("Account book").keys("\r").sees("[Test]");
    assert_eq!(story.tell(Msg::Key(alt('t'))).run(), RunId(1));
}

#[test]
fn the_account_book_moves_by_pages() {
    let rows = ["r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12"];
    let account = |name| Account { name, situation: "A row.", values: Values::default() };
    let story = Story::starting(EXAMPLE, |start| start.book = rows.map(account).to_vec()).keys("\u{1b}b");
    let story = story
        .sees(" > ")
        .sees_not("Down more")
        .sees("1 of 13")
        .press(KeyCode::PageDown)
        .sees("11 of 13")
        .press(KeyCode::PageDown);
    story.sees("13 of 13").press(KeyCode::PageUp).sees("3 of 13").press(KeyCode::PageUp).sees("1 of 13");
}

#[test]
fn a_long_list_says_that_there_is_more() {
    let account =
        |place: usize| Account { name: ["first", "second"][place % 2], situation: "A row.", values: Values::default() };
    let book: Vec<Account> = (0..40).map(account).collect();
    let story = Story::starting(EXAMPLE, |start| start.book = book).keys("\u{1b}b");
    let story = story.sees(" > first   A row.\n   second  A row.").sees("-- Down more --").sees_not("Up back");
    let story =
        story.press(KeyCode::PageDown).press(KeyCode::PageDown).sees("21 of 40").sees("-- Up back, Down more --");
    let story = story.press(KeyCode::PageDown).press(KeyCode::PageDown).sees("40 of 40").sees("-- Up back --");
    story.sees(" > second  A row.\n -- Up back --");
}

#[test]
fn leaving_asks_while_something_is_unsaved() {
    let story = filled().keys("q").sees("Leave without saving?").sees("ClientSecret");
    assert_eq!(story.effects, []);
    let story = story.keys("\u{1b}").sees("[Test]").keys("q").keys("y");
    assert_eq!(story.effects, [Effect::Quit]);
    assert!(story.app.farewell().iter().any(|line| line.starts_with("Not saved to appsettings.json:")));
}

#[test]
fn saving_shows_a_masked_difference_and_writes_only_the_values() {
    let story = filled().keys("s").sees("+ [masked] 40 characters, starts 5c1").sees_not("practiceValue").keys("\r");
    let Some(Effect::Save(order)) = story.effects.first() else { panic!("it saves") };
    let mut expected = EXAMPLE.to_owned();
    for (placeholder, value) in [
        ("[Your Azure Tenant ID]", TENANT),
        ("[Client ID the Azure AD app]", "1b4e28ba-2fa1-41d2-883f-0016d3cca427"),
        ("[Client Secret for the Azure AD app]", SECRET),
        ("[Optional - User name if using 'password' grant type]", ""),
        ("[Optional - Password if using 'password' grant type]", ""),
    ] {
        expected = expected.replace(placeholder, value);
    }
    assert_eq!(order.contents.expose(), expected);
    assert_eq!(order.expected, STAMP);
    let story = story.tell(Msg::Saved(Ok(Saved { stamp: STAMP }))).sees("5 values written").keys("q");
    assert_eq!(story.effects, [Effect::Quit]);
}

#[test]
fn a_save_counts_until_the_next_change() {
    let story = filled().keys("s\r").tell(Msg::Saved(Ok(Saved { stamp: STAMP }))).sees("[Save] passed");
    let story = story.sees("Start your application again").sees_not("nothing to save");
    let story = story.keys("3x\u{1b}").sees("appsettings.json*").sees_not("Save passed");
    story
        .keys("s")
        .sees_not("values written")
        .sees("Enter writes these values to appsettings.json and changes nothing");
    // Nothing to save is said of a file that was only opened.
    let values = [
        "[Optional - User name if using 'password' grant type]",
        "[Optional - Password if using 'password' grant type]",
    ];
    let text = values.iter().fold(EXAMPLE.to_owned(), |text, words| text.replace(words, ""));
    let text = text.replace("[Your Azure Tenant ID]", TENANT).replace("[Client ID the Azure AD app]", TENANT);
    let text = text.replace("[Client Secret for the Azure AD app]", SECRET);
    Story::of(&text).keys("s").sees("appsettings.json already holds these values; there is nothing to save.");
}

#[test]
fn practice_is_told_from_real_work_to_the_last_word() {
    let practice = |start: &mut Start| start.banner = Some(("PRACTICE", "local sandbox"));
    let story = Story::starting(EXAMPLE, practice).keys("\r").paste(TENANT).keys("\u{1b}q");
    let story = story.sees("practice copy, which is removed when you leave").keys("y");
    let farewell = story.app.farewell();
    assert!(farewell.first().is_some_and(|line| line.starts_with("Practice: Not saved to appsettings.json: ")));
    assert!(farewell.iter().all(|line| !line.is_empty()) && farewell.last().is_some_and(|line| line.ends_with('.')));
    let story = Story::starting(EXAMPLE, practice).keys("\r").paste(TENANT).keys("\u{1b}s\r");
    let story = story.tell(Msg::Saved(Ok(Saved { stamp: STAMP }))).sees("This is the practice copy");
    assert!(story.app.farewell().join(" ").contains("the practice copy, which is removed now."));
    // In earnest none of it is said.
    let story = filled().keys("q").sees_not("practice").keys("y");
    assert!(!story.app.farewell().join(" ").contains("ractice"));
}

#[test]
fn the_last_words_say_first_what_to_do() {
    let story = filled().keys("\r");
    let run = story.run();
    let Event::Ended(mut report) = failed(Stage::Token) else { panic!("a stage ended") };
    report.diagnoses.push(Diagnosis::new(Severity::Error, "AADSTS7000215", "No", "Put the Value into ClientSecret."));
    let story = story.tell(Msg::Ladder(run, Event::Ended(report))).tell(Msg::LadderEnded(run));
    let last = "Last test failed. Put the Value into ClientSecret. [AADSTS7000215]";
    assert_eq!(story.app.farewell().first().map(String::as_str), Some(last));
}

#[test]
fn the_help_says_where_it_is_and_what_each_key_does() {
    let story =
        filled().keys("?").sees("Help, step Test").sees("start or end a watch: a test every 30 s until nothing");
    story
        .keys("\u{1b}1\u{1b}?")
        .sees("Help, step Who")
        .sees("Commands (Esc first)")
        .sees("show or hide the secret, 60 s");
    let story = Story::of(EXAMPLE).keys("\u{1b}1\u{1b}?");
    let screen = story.screen_at(80, 60);
    for words in [
        " 1 to 7        1 Who  2 Tenant  3 App  4 User  5 Endpoint  6 Test  7 Save",
        " letters       replace the selected value",
        " Left/Home/End edit the value",
        " PageUp/Down   scroll by ten rows",
    ] {
        assert!(screen.contains(words), "{words:?}: {screen}");
    }
}

#[test]
fn on_the_smallest_screen_the_way_on_is_named() {
    let story = filled().keys("\r");
    let run = story.run();
    let Event::Ended(mut report) = failed(Stage::Token) else { panic!("a stage ended") };
    let diagnosis = Diagnosis::new(Severity::Error, "AADSTS7000215", "No", "Put the Value into ClientSecret.");
    report.diagnoses.push(Diagnosis { setting: Some(SettingName::ClientSecret), ..diagnosis });
    let story = story.tell(Msg::Ladder(run, Event::Ended(report))).tell(Msg::LadderEnded(run));
    let story = story.tell(Msg::Resized(40, 10));
    let screen = story.screen_at(40, 10);
    assert!(screen.contains("\n 6 [Test] failed\n") && screen.contains("Up/Down more"), "{screen}");
    let story = story.tell(Msg::Resized(80, 24)).sees_not("Up/Down more");
    assert!(story.screen_at(80, 24).contains("[Test] failed"));
    let story = Story::of(EXAMPLE).keys("\u{1b}3").paste("1b4e28ba-2fa1-41d2-883f-0016d3cca427");
    let screen = story.screen_at(40, 10);
    assert!(screen.contains("\n <") && screen.contains("0016d3cca427"), "what is cut is marked: {screen}");
    assert!(story.screen_at(39, 9).replace('\n', " ").contains("40 columns by 10 rows. It has 39 by 9."));
}

#[test]
fn after_a_pass_enter_alone_is_named_as_the_way_to_save() {
    let story = filled().sees("s save").keys("\r");
    let run = story.run();
    let story = story.tell(Msg::LadderEnded(run)).sees("Enter to Save").sees_not("s save");
    story.keys("s").sees("[Save]");
}

#[test]
fn one_value_is_one_value() {
    let (head, tail) = EXAMPLE.split_once("[Client ID the Azure AD app]").expect("a placeholder");
    let filled = [head, "1b4e28ba-2fa1-41d2-883f-0016d3cca427", tail].concat();
    let placeholders = [
        "[Optional - User name if using 'password' grant type]",
        "[Optional - Password if using 'password' grant type]",
    ];
    let filled = placeholders.iter().fold(filled, |text, words| text.replace(words, ""));
    let story = Story::of(&filled).keys("\r").paste(TENANT).keys("\u{1b}s\r");
    assert!(matches!(story.effects.as_slice(), [Effect::Save(_)]), "{:?}", story.effects);
    let story = story.tell(Msg::Saved(Ok(Saved { stamp: STAMP }))).sees("1 value written, every other byte kept.");
    assert!(story.app.farewell().contains(&"Saved to appsettings.json: 1 value.".to_owned()));
}

#[test]
fn a_refused_save_keeps_what_was_typed() {
    let story = filled().keys("s\r").tell(Msg::Saved(Err(SaveError::Changed))).sees("Nothing was written");
    story.sees("[Save] failed").keys("3").press(KeyCode::Down).sees("starts 5c1");
}

#[test]
fn people_of_the_organisation_are_asked_for_a_user() {
    let story = Story::of(EXAMPLE).press(KeyCode::Right).sees("User").keys("\u{1b}4").sees("[User]");
    story.sees("Password").keys("\u{1b}6").sees("failed  Put the Directory (tenant) ID into AppTenantId.");
}

#[test]
fn every_step_draws_at_every_size() {
    for keys in ["", "\u{1b}2", "\u{1b}3", "\u{1b}4", "\u{1b}5", "\u{1b}6", "\u{1b}7", "\u{1b}?", "\u{1b}b", "\u{1b}q"]
    {
        let story = Story::of(EXAMPLE).keys(keys);
        for columns in (1..=130).step_by(7) {
            for rows in (1..=45).step_by(3) {
                let screen = story.screen_at(columns, rows);
                assert!(columns != 80 || screen.lines().all(|line| line.chars().count() <= 78), "{screen}");
            }
        }
        assert!(story.screen_at(39, 9).contains("too small"));
    }
}
