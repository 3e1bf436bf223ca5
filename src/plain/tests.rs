use std::path::PathBuf;
use std::time::Duration;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::app::Start;
use crate::domain::check::{ClaimReport, Verdict};
use crate::domain::diagnosis::{Diagnosis, Severity};
use crate::domain::document::Document;
use crate::domain::registration::Options;
use crate::domain::setting::Account;
use crate::domain::storage::{
    Exposure, Leftover, LeftoverKind, Manner, ReadError, SaveError, SaveOrder, Saved, Snapshot, Stamp,
};
use crate::domain::text;
use crate::ui::theme::{Look, Theme};
use crate::verify::{Blame, Stage, StageReport, Status, TokenReport};

const NOW: Timestamp = Timestamp::from_seconds(1_795_528_931);
const EXAMPLE: &str = include_str!("../../appsettings.example.json");
const STAMP: Stamp = Stamp { identity: (1, 1), length: 1, modified: 1, contents: 1 };
const TENANT: &str = "8f3c2a1e-5b7d-4c19-9e42-3a6f0d1c77d0";
const CLIENT: &str = "1b4e28ba-2fa1-41d2-883f-0016d3cca427";
const SECRET: &str = "5c18Q~practiceValue.of_forty_characters0";

/// A conversation, all that was said, and what it wanted last.
struct Story {
    conversation: Conversation,
    said: Vec<String>,
    effects: Vec<Effect>,
}

fn start(text: &str) -> Start {
    let values = Values::default().with(SettingName::AppTenantId, TENANT).with(SettingName::ClientId, TENANT);
    Start {
        path: PathBuf::from("appsettings.json"),
        file: "appsettings.json".to_owned(),
        document: Document::read(text.as_bytes()).expect("a settings file"),
        stamp: STAMP,
        options: Options::default(),
        draft: None,
        book: vec![Account { name: "row", situation: "A row.", values }],
        leftovers: Vec::new(),
        powerbi_api: None,
        exposure: Exposure::default(),
        banner: None,
        look: Look::PLAIN,
        size: (80, 24),
    }
}

impl Story {
    fn starting(start: Start, answers: Answers) -> Self {
        let mut conversation = Conversation::new(App::new(start), answers);
        let begun = conversation.begin(NOW);
        let story = Self { conversation, said: Vec::new(), effects: Vec::new() };
        story.take(begun)
    }

    fn new() -> Self {
        Self::starting(start(EXAMPLE), Answers::Piped)
    }

    fn take(mut self, turn: Turn) -> Self {
        self.said = turn.lines;
        self.said.extend(self.conversation.prompt().into_iter().flat_map(|prompt| prompt.lines));
        self.effects = turn.effects;
        self
    }

    fn answer(mut self, line: &str) -> Self {
        let turn = self.conversation.answer(NOW, &Secret::new(line));
        self.take(turn)
    }

    fn answers(self, lines: &[&str]) -> Self {
        lines.iter().fold(self, |story, line| story.answer(line))
    }

    fn tell(mut self, msg: Msg) -> Self {
        let turn = self.conversation.tell(NOW, msg);
        self.take(turn)
    }

    /// Whether that was said, wherever the lines were broken.
    fn has(&self, words: &str) -> bool {
        let flowing = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        flowing(&self.said.join(" ")).contains(&flowing(words))
    }

    #[track_caller]
    fn says(self, words: &str) -> Self {
        assert!(self.has(words), "{words:?} is not in\n{}", self.said.join("\n"));
        self
    }

    #[track_caller]
    fn says_not(self, words: &str) -> Self {
        assert!(!self.has(words), "{words:?} is in\n{}", self.said.join("\n"));
        self
    }

    #[track_caller]
    fn run(&self) -> RunId {
        let run = |effect: &Effect| if let Effect::Verify { run, .. } = effect { Some(*run) } else { None };
        self.effects.iter().find_map(run).expect("a test was begun")
    }

    #[track_caller]
    fn order(&self) -> &SaveOrder {
        match self.effects.first() {
            Some(Effect::Save(order)) => order,
            other => panic!("it saves, not {other:?}"),
        }
    }
}

fn filled() -> Story {
    Story::new().answers(&["", TENANT, CLIENT, SECRET, "", "", ""])
}

fn stage(stage: Stage, status: Status, summary: &str, diagnoses: Vec<Diagnosis>) -> Event {
    Event::Ended(StageReport {
        stage,
        status,
        duration: Duration::ZERO,
        summary: summary.to_owned(),
        diagnoses,
        blame: Blame::Provider,
    })
}

fn refusal(code: &'static str) -> Event {
    let mut diagnosis =
        Diagnosis::new(Severity::Error, code, "The provider refuses", "Put the Value into ClientSecret.")
            .because("It is none of this app's secrets.");
    diagnosis.setting = Some(SettingName::ClientSecret);
    diagnosis.remedies = vec!["Compare.".to_owned(), "Make a new one.".to_owned()];
    stage(Stage::Token, Status::Failed, "401 invalid_client", vec![diagnosis])
}

#[test]
fn the_rows_stand_in_the_order_of_the_ladder() {
    let story = filled().answer("t");
    let run = story.run();
    let story = story.tell(Msg::Ladder(run, Event::Started(Stage::Tenant)));
    let story = story.tell(Msg::Ladder(run, Event::Started(Stage::Token)));
    let story = story.tell(Msg::Ladder(run, refusal("AADSTS90002")));
    assert_eq!(story.said, [""; 0], "the tenant is asked about yet");
    let story = story.tell(Msg::Ladder(run, stage(Stage::Tenant, Status::Failed, "contosso.com unknown", vec![])));
    assert_eq!(story.said, ["failed  tenant: contosso.com unknown", "failed  token: 401 invalid_client"]);
    // A test that is given up tells what it has.
    let story = story.tell(Msg::LadderEnded(run)).answer("t");
    let run = story.run();
    let story = story.tell(Msg::Ladder(run, Event::Started(Stage::Tenant)));
    let mut story = story.tell(Msg::Ladder(run, refusal("AADSTS90002")));
    let turn = story.conversation.cancel(NOW);
    assert_eq!(turn.lines.first().map(String::as_str), Some("failed  token: 401 invalid_client"));
}

#[test]
fn what_two_stages_say_is_explained_once() {
    let story = filled().answer("t");
    let run = story.run();
    let Event::Ended(report) = refusal("AADSTS90002") else { panic!("an end") };
    let story = story.tell(Msg::Ladder(run, stage(Stage::Tenant, Status::Failed, "unknown", report.diagnoses)));
    let story = story.tell(Msg::Ladder(run, refusal("AADSTS90002"))).tell(Msg::LadderEnded(run));
    let story = story.says("Stage tenant says the same: AADSTS90002.");
    assert_eq!(story.said.join("\n").matches("Put the Value into ClientSecret.").count(), 1, "{:?}", story.said);
}

#[test]
fn what_turned_out_later_is_no_second_end() {
    let story = filled().answer("t");
    let run = story.run();
    let ended = |summary: &str| stage(Stage::Connect, Status::Passed, summary, Vec::new());
    let Event::Ended(report) = stage(Stage::Connect, Status::Warned, "a.example, IPv6 no answer", Vec::new()) else {
        panic!("an end")
    };
    let story = story
        .tell(Msg::Ladder(run, ended("a.example, IPv4")))
        .says("passed  connect: a.example, IPv4")
        .tell(Msg::Ladder(run, Event::Amended(report)));
    story.says("warned  connect, as it turned out since: a.example, IPv6 no answer");
}

/// A test that has ended well.
fn passed(story: Story) -> Story {
    let run = story.run();
    let claim = ClaimReport {
        name: "aud".to_owned(),
        value: json!("https://analysis.windows.net/powerbi/api"),
        words: String::new(),
        meaning: "what the token is for",
        verdict: Verdict::Pass,
        note: "the Resource of the settings".to_owned(),
        personal: false,
    };
    let token = TokenReport { token: Secret::new("eyJ.c4nary.token"), received_at: NOW, expires_at: None };
    story
        .tell(Msg::Ladder(run, stage(Stage::Token, Status::Passed, "200", Vec::new())))
        .tell(Msg::Ladder(run, Event::Requested(vec!["POST /token".to_owned()])))
        .tell(Msg::Ladder(run, Event::Token(token)))
        .tell(Msg::Ladder(run, Event::Claims(vec![claim])))
        .tell(Msg::LadderEnded(run))
}

#[test]
fn the_questions_are_those_of_the_steps_and_lead_to_the_test() {
    let story = Story::new().says("Who: Who reads the reports?").says("1  customers of our application");
    let story =
        story.answer("").says("Tenant: AppTenantId, Directory (tenant) ID").says("Not set yet (the file says [Your");
    let story = story.answer(TENANT).says("ok").says("App: ClientId").answer(CLIENT).says("App: ClientSecret");
    assert!(story.conversation.prompt().expect("a question").is_secret);
    let story = story.answer(SECRET).says("ok, 40 characters, starts 5c1").says_not("practiceValue");
    let story = story.says("Endpoint: Cloud").answer("3").says("Enter keeps it: https://login.microsoftonline.us/");
    let story = story.answers(&["", ""]).says("Step Test").says("Enter asks login.microsoftonline.us for a token");
    let story = story.answer("").says("Ctrl-C cancels");
    let Some(Effect::Verify { order, .. }) = story.effects.first() else { panic!("it tests") };
    assert_eq!(order.values.get(SettingName::ClientSecret), SECRET);
    assert_eq!(order.values.get(SettingName::Resource), "https://high.analysis.usgovcloudapi.net/powerbi/api");
    assert_eq!(story.conversation.prompt(), None);
}

#[test]
fn a_complete_file_begins_at_the_commands_and_an_empty_line_tests() {
    let text = EXAMPLE
        .replace("[Your Azure Tenant ID]", TENANT)
        .replace("[Client ID the Azure AD app]", CLIENT)
        .replace("[Client Secret for the Azure AD app]", SECRET);
    let story = Story::starting(start(&text), Answers::Piped).says("Commands: Enter test,");
    assert_eq!(story.effects, []);
    assert_eq!(story.answer("").run(), RunId(1));
}

#[test]
fn words_in_a_question_explain_go_back_empty_and_leave() {
    let story = Story::new().answer("").answer("?").says("App registrations > your app > Overview");
    let story = story.says("AppTenantId").answer("<").says("Who: Who reads").answer("2").answers(&[TENANT, CLIENT]);
    // Under the password grant the secret may be empty, and so may the user.
    let story = story.answers(&[SECRET, "<"]).says("Enter keeps it: 40 characters, starts 5c1").answer("-");
    let story = story.says("It is empty now.").says("User: User").answer("anna@contoso.com").says("ok");
    let story = story.says("User: Password").answer("<").says("Enter keeps it: anna@contoso.com").answer("-");
    let story = story.says("Answer again, or Enter leaves it unset.").answer("");
    let story = story.answer(".").says("Commands: Enter back, t test, s save").answer("3").says("App: ClientId");
    let story = story
        .answer("-")
        .says("failed  Put the Application (client) ID into ClientId.")
        .says("Answer again, or Enter leaves it unset");
    story.answer("q").says("Leave without saving?").answer("<").says("Commands: Enter back");
}

#[test]
fn a_sign_with_an_equals_sign_before_it_is_a_value() {
    let password = |typed: &str| {
        let story = Story::new().answers(&["2", TENANT, CLIENT, SECRET, "anna@contoso.com", typed]);
        story.conversation.app.form().field(SettingName::Password).text().to_owned()
    };
    for (typed, value) in [("=q", "q"), ("=-", "-"), ("==q", "=q"), ("=Quiet", "=Quiet"), ("=?", "?"), ("u", "u")] {
        assert_eq!(password(typed), value, "{typed}");
    }
}

#[test]
fn noise_is_taken_out_and_told_and_can_be_brought_back() {
    let story = Story::new().answer("").answer("\u{201C}contoso.com\u{201D}\u{200B}");
    let story = story.says("Taken out of the paste: surrounding quotes, a zero-width character. u brings it back.");
    let story = story.says("Answer again, or Enter keeps it: contoso.com");
    let again = story
        .answer("u")
        .says("Answer again")
        .says("warned  Take the white space off AppTenantId. AppTenantId has white space")
        .says("Enter keeps it: ?contoso.com?");
    again.answer("contoso.com").says("ok").says("App: ClientId");
    let story = Story::new().answers(&["2", TENANT, CLIENT, SECRET, "anna@contoso.com", " word"]);
    let story = story.says("The password has white space at the start. x takes it out.").answer("x").answer("");
    assert_eq!(story.conversation.app.form().field(SettingName::Password).text(), "word");
}

#[test]
fn what_speaks_against_an_answer_is_said_at_once_and_enter_keeps_it() {
    let story = Story::new().answers(&["", TENANT, CLIENT, "0f8b1c2d-1111-4222-8333-444455556666"]);
    let story = story
        .says("warned  Put the secret's Value into ClientSecret. ClientSecret has the shape")
        .says("Answer again, or Enter");
    let story =
        story.answer("").says("Endpoint: Cloud").answer("<").says("warned  Put the secret's Value into ClientSecret.");
    story.answer(SECRET).says("ok, 40 characters").says("Endpoint: Cloud");
    Story::new().answer("9").says("Answer with one of the numbers.").says("Enter keeps 1.");
}

#[test]
fn a_test_is_told_stage_by_stage_and_then_explained() {
    let story = filled().answer("t");
    let run = story.run();
    let story = story.tell(Msg::Ladder(run, stage(Stage::Settings, Status::Passed, "client_credentials, v1", vec![])));
    assert_eq!(story.said, ["passed  settings: client_credentials, v1"]);
    let story = story.tell(Msg::Ladder(RunId(7), refusal("AADSTS1")));
    assert_eq!(story.said, [""; 0]);
    let story = story.tell(Msg::Ladder(run, refusal("AADSTS7000215")));
    assert_eq!(story.said, ["failed  token: 401 invalid_client"]);
    let story = story.tell(Msg::LadderEnded(run)).says("Put the Value into ClientSecret. [AADSTS7000215]");
    let story = story.says("It is none of this app's secrets.").says("1  Compare.").says("2  Make a new one.");
    let story = story.says("g to ClientSecret").answer("m").says("Hello,").says("Commands: t again");
    assert_eq!(story.effects, [], "nothing goes to a clipboard");
    let story =
        story.answer("response").says("No token request was sent, so there").answer("g").says("App: ClientSecret");
    story.answer("other~secret~value~of~this~app").answer(".").answer("6").says("The settings have changed since");
}

#[test]
fn a_good_token_shows_its_claims_and_only_a_file_gets_the_token() {
    let story = passed(filled().answer("t")).says("aud: https://analysis.windows.net/powerbi/api");
    let story = story.says("(what the token is for; pass: the Resource of the settings)").says_not("c4nary");
    let story = story.says("Enter to Save, t again").answer("request").says("POST /token");
    let story = story
        .answer("c")
        .says("1  Access token")
        .says("f writes \"Access token (secret)\" to")
        .answer("1")
        .says("is not printed");
    let story = story.answer("f");
    let [Effect::Keep(token)] = story.effects.as_slice() else { panic!("it is written: {:?}", story.effects) };
    assert_eq!(token.expose(), "eyJ.c4nary.token");
    let story = story.tell(Msg::Kept(Ok(PathBuf::from("/run/kept")))).says("Written to /run/kept. Delete it");
    let story = story.answer("4").says("POST").says_not("c4nary").answer("<").says("Enter to Save").answer("");
    let story = story.says("Step Save").answer("q").answer("y");
    assert_eq!(story.effects, [Effect::Quit]);
    let farewell = story.conversation.farewell();
    assert_eq!(farewell.last().map(String::as_str), Some("/run/kept"), "{farewell:?}");
}

#[test]
fn cancelling_leads_back_to_the_commands() {
    let mut story = filled().answer("t");
    let run = story.run();
    assert_eq!(story.conversation.answer(NOW, &Secret::new("q")), Turn::default(), "nothing is asked meanwhile");
    let turn = story.conversation.cancel(NOW);
    assert_eq!(turn, Turn { lines: vec!["Cancelled.".to_owned()], effects: vec![Effect::Cancel(run)] });
    assert!(story.conversation.prompt().is_some());
    assert_eq!(story.conversation.cancel(NOW), Turn::default());
}

#[test]
fn saving_shows_the_masked_difference_asks_and_writes_what_the_screen_writes() {
    let story = filled().answer("s").says("+ [masked] 40 characters, starts 5c1").says_not("practiceValue");
    let story = story.says("y or Enter save").answer("n").says("Nothing was saved.");
    assert_eq!(story.effects, []);
    let story = story.answer("y");
    let keys = |app: &mut App, keys: &str| {
        let code = |key| if key == '\r' { KeyCode::Enter } else { KeyCode::Char(key) };
        let pressed = keys.chars().map(|key| Msg::Key(KeyEvent::new(code(key), KeyModifiers::NONE)));
        pressed.flat_map(|msg| app.update(NOW, msg)).collect::<Vec<_>>()
    };
    let mut screen = App::new(start(EXAMPLE));
    for text in [TENANT, CLIENT, SECRET] {
        keys(&mut screen, "\r");
        screen.update(NOW, Msg::Paste(Secret::new(text)));
    }
    keys(&mut screen, "\r\r\r\r");
    assert_eq!(story.effects, keys(&mut screen, "s\r"));
    let story = story.tell(Msg::Saved(Ok(Saved { stamp: STAMP }))).says("passed  appsettings.json: 5 values written");
    assert_eq!(story.answer("q").effects, [Effect::Quit]);
}

#[test]
fn no_sign_stands_where_a_sentence_could_end() {
    let mut conversation = Conversation::new(App::new(start(EXAMPLE)), Answers::Typed);
    let said = conversation.begin(NOW).lines;
    assert!(said.iter().any(|line| line == ".      leaves for the commands"), "{said:?}");
    assert!(said.iter().all(|line| !line.ends_with(" .")), "{said:?}");
}

#[test]
fn the_numbers_of_a_long_list_stand_below_each_other() {
    let account = |_| Account { name: "row", situation: "A row.", values: Values::default() };
    let start = Start { book: (0..10).map(account).collect(), ..start(EXAMPLE) };
    let story = Story::starting(start, Answers::Piped).answers(&[".", "b"]);
    let rows: Vec<&str> = story.said.iter().map(String::as_str).filter(|line| line.contains("row: ")).collect();
    assert_eq!(rows.get(8..), Some([" 9  row: A row.", "10  row: A row."].as_slice()), "{rows:?}");
}

#[test]
fn a_conflict_is_compared_kept_or_loaded() {
    let changed = |text: &str| {
        let story = filled().answers(&["s", "y"]).tell(Msg::Saved(Err(SaveError::Changed))).says_not("written:");
        assert_eq!(story.effects, [Effect::Read(PathBuf::from("appsettings.json"))]);
        let path = PathBuf::from("appsettings.json");
        let snapshot = Snapshot { path, bytes: text.as_bytes().to_vec().into(), stamp: Stamp { contents: 2, ..STAMP } };
        story.tell(Msg::Read(Ok(snapshot)))
    };
    let theirs = EXAMPLE.replace("[Client ID the Azure AD app]", TENANT).replace("[Client Secret", "c4nary [");
    let story = changed(&theirs).says("was changed by somebody else").says("k keep mine, l load theirs, c compare");
    let story =
        story.answer("y").says("That is no command here.").answer("c").says("are in the file now").says_not("c4nary");
    let story = story.answer("k").says("y or Enter save").answer("y");
    assert_eq!(story.order().expected.contents, 2);
    changed(&theirs).answer("load theirs").answer("3").says(&format!("Enter keeps it: {TENANT}"));
    let gone = filled().answers(&["s", "y"]).tell(Msg::Saved(Err(SaveError::Changed)));
    let gone = gone.tell(Msg::Read(Err(ReadError::Missing))).says("was deleted since").answer("k").answer("y");
    assert_eq!(gone.order().manner, Manner::Create);
    let why = "It has 2 names".to_owned();
    let refused = SaveError::NotReplaceable { why, may_write_in_place: true };
    let story = filled().answers(&["s", "y"]).tell(Msg::Saved(Err(refused.clone()))).says("i write into it");
    // The same refusal once more is told once more.
    let story = story.answer("y").tell(Msg::Saved(Err(refused))).says("It has 2 names").answer("i");
    assert_eq!(story.order().manner, Manner::InPlace);
}

#[test]
fn who_else_can_read_the_file_is_told_before_it_is_saved() {
    let exposed = Start { exposure: Exposure { open_mode: Some(0o644), is_tracked_by_git: true }, ..start(EXAMPLE) };
    let story = Story::starting(exposed, Answers::Piped).answers(&["", TENANT, CLIENT, SECRET, ".", "s"]);
    let story = story.says("warned  Let only the application's account read this file:").says("git tracks this file");
    let row = story.said.iter().find(|line| line.contains("chmod")).expect("the command");
    assert_eq!(row.trim(), "chmod 600 appsettings.json", "alone in its row");
    story.says("Everybody on this machine can read it (mode 644)");
}

#[test]
fn a_refused_password_is_asked_for_before_it_is_sent_again() {
    let story = Story::new().answers(&["2", TENANT, CLIENT, SECRET, "anna@contoso.com", "wrong", ".", "t"]);
    let run = story.run();
    let story = story.tell(Msg::Ladder(run, refusal("AADSTS50126"))).tell(Msg::LadderEnded(run)).answer("t");
    let story =
        story.says("Send a password again that was already refused?").says("y send it, < do not send, g to Password");
    assert_eq!(story.effects, []);
    let story = story.answer("").says("Commands: t again");
    assert_eq!(story.effects, []);
    assert_eq!(story.answer("t").answer("y").run(), RunId(2));
}

#[test]
fn the_account_book_is_a_numbered_list() {
    let story = Story::new().answer(".").answer("b").says("1  row: A row.").answer("2").says("one of the numbers");
    let story = story.answer("1").says("Step Test");
    assert_eq!(story.conversation.app.form().field(SettingName::ClientId).text(), TENANT);
}

#[test]
fn what_was_left_is_asked_about_at_a_terminal_and_only_told_to_a_pipe() {
    let left = || Start {
        leftovers: vec![Leftover { path: PathBuf::from("/srv/app/left"), kind: LeftoverKind::Temporary }],
        draft: Some((Values::default().with(SettingName::AppTenantId, "contoso.com"), NOW)),
        ..start(EXAMPLE)
    };
    let story =
        Story::starting(left(), Answers::Typed).says("A save of this file was killed").says("d delete, < leave");
    let story = story.answer("d");
    assert!(matches!(story.effects.as_slice(), [Effect::Remove(_)]));
    let story = story.tell(Msg::Removed(Ok(()))).says("Something was typed here before").says("Enter take it up");
    story.answer("").answer("").says("Enter keeps it: contoso.com");
    let story = Story::starting(left(), Answers::Piped).says("/srv/app/left").says("Something was typed here before");
    story.says("Who: Who reads").answer("").says("Enter leaves it so.");
}

#[test]
fn help_lists_what_can_be_answered() {
    let story = filled()
        .answer("?")
        .says("Enter: test; after a pass")
        .says("1 to 7: 1 Who, 2 Tenant, 3 App, 4 User")
        .says("q: leave");
    story.answer("nonsense").says("That is no command here. ? lists them.").says_not("nonsense");
}

#[test]
fn a_terminal_that_knows_utf8_gets_it_and_another_one_does_not() {
    let value = "https://login.microsoftonline.com/\u{fc}/oauth2/token";
    let utf8 = Look { glyphs: crate::ui::theme::Glyphs::UTF8, theme: Theme::Mono };
    for (look, shown) in [(Look::PLAIN, "com/?/oauth2"), (utf8, "com/\u{fc}/oauth2")] {
        let story =
            Story::starting(Start { look, ..start(EXAMPLE) }, Answers::Piped).answer(".").answer("5").answer("");
        story.answer(value).answer("<").says(shown);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn no_line_is_too_wide_coloured_or_tells_a_secret(
        lines in proptest::collection::vec(
            prop_oneof![
                "[?<.=qux-]", "[0-9]", "[tsbgcmfklidyn]", Just(String::new()), Just(SECRET.to_owned()),
                "(why|claims|request|response)", r"\PC{0,100}", "\x1b\\[[0-9]{1,3}m", "[a-z./:-]{60,120}",
            ],
            0..30,
        ),
        is_saved in any::<bool>(),
    ) {
        let mut story = Story::new();
        for line in lines {
            let is_secret = story.conversation.prompt().is_some_and(|prompt| prompt.is_secret);
            // A secret in a field that is none is shown like any other value.
            story = if line == SECRET && !is_secret { story } else { story.answer(&line) };
            let mut said = std::mem::take(&mut story.said);
            for effect in std::mem::take(&mut story.effects) {
                let msg = match effect {
                    Effect::Verify { run, .. } => Msg::LadderEnded(run),
                    Effect::Save(_) if is_saved => Msg::Saved(Ok(Saved { stamp: STAMP })),
                    Effect::Save(_) => Msg::Saved(Err(SaveError::Changed)),
                    Effect::Read(_) => Msg::Read(Err(ReadError::Missing)),
                    Effect::Keep(_) => Msg::Kept(Err("no room".to_owned())),
                    Effect::Copy(_)
                    | Effect::Ring
                    | Effect::Suspend
                    | Effect::Discover { .. }
                    | Effect::Forget(_) => return Err(TestCaseError::fail("not on lines")),
                    Effect::Cancel(_) | Effect::Remove(_) | Effect::Quit => continue,
                };
                story = story.tell(msg);
                said.append(&mut story.said);
            }
            for line in said {
                prop_assert!(text::width(&line) <= WIDTH, "{line}");
                prop_assert!(line.is_ascii() && !line.contains(char::is_control), "{line:?}");
                prop_assert!(!line.contains("practiceValue"), "{line}");
            }
        }
    }
}
