//! All screens of the program, with more to say on them than usual and with every kind of character.

use std::path::PathBuf;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use token_wizard::app::effect::{Effect, Machine, Msg, RunId};
use token_wizard::app::opening::{Offer, Opening};
use token_wizard::app::{App, Start};
use token_wizard::domain::check::{ClaimReport, Verdict};
use token_wizard::domain::consent;
use token_wizard::domain::diagnosis::{Diagnosis, Evidence, Severity};
use token_wizard::domain::discovery::realm::Realm;
use token_wizard::domain::document::Document;
use token_wizard::domain::exchange::{HttpAnswer, Route};
use token_wizard::domain::mask::Masker;
use token_wizard::domain::powerbi::{self, Gates, WorkspaceId};
use token_wizard::domain::registration::{Options, inspect};
use token_wizard::domain::secret::Secret;
use token_wizard::domain::setting::{Account, SettingName, Values};
use token_wizard::domain::storage::{Exposure, Leftover, LeftoverKind, SaveError, Saved, Snapshot, Stamp};
use token_wizard::domain::time::Timestamp;
use token_wizard::ui::theme::Look;
use token_wizard::verify::{Blame, Event, Stage, StageReport, Status, TokenReport};

pub(super) const NOW: Timestamp = Timestamp::from_seconds(1_795_528_931);
const EXAMPLE: &str = include_str!("../../appsettings.example.json");
const GUID: &str = "1b4e28ba-2fa1-41d2-883f-0016d3cca427";
const STAMP: Stamp = Stamp { identity: (1, 1), length: 1, modified: 1, contents: 1 };

/// Wide, joined, right-to-left and control characters, as a value or a server's words may have them.
pub(super) const ODD: &str =
    "日本語 e\u{301}\u{302} \u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{1f468}\u{200d}\u{1f469} a\tb\u{1b}[2J\u{202e}c";

fn wizard(change: impl FnOnce(&mut Start)) -> App {
    let values = Values::default().with(SettingName::AppTenantId, GUID).with(SettingName::ClientId, GUID);
    let mut start = Start {
        path: PathBuf::from("appsettings.json"),
        file: "appsettings.json".to_owned(),
        document: Document::read(EXAMPLE.as_bytes()).expect("a settings file"),
        stamp: STAMP,
        options: Options::default(),
        draft: None,
        book: vec![Account { name: "row", situation: "A row of the book.", values }; 30],
        leftovers: Vec::new(),
        powerbi_api: None,
        exposure: Exposure::default(),
        banner: Some(("PRACTICE", "local sandbox")),
        look: Look::PLAIN,
        size: (80, 24),
    };
    change(&mut start);
    App::new(start)
}

fn press(machine: &mut impl Machine, keys: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    for key in keys.chars() {
        let code = match key {
            '\r' => KeyCode::Enter,
            '\u{1b}' => KeyCode::Esc,
            '\n' => KeyCode::Down,
            '>' => KeyCode::Right,
            key => KeyCode::Char(key),
        };
        effects = machine.update(NOW, Msg::Key(KeyEvent::new(code, KeyModifiers::NONE)));
    }
    effects
}

fn paste(app: &mut App, text: &str) {
    app.update(NOW, Msg::Paste(Secret::new(text)));
}

/// After these keys on a form in which every field is filled in, with odd characters in one of them.
fn after(keys: &str) -> App {
    let mut app = wizard(|_| {});
    press(&mut app, "\u{1b}2\r");
    for (step, value) in [("2", ODD), ("3", GUID), ("4", "person@contoso.com")] {
        press(&mut app, "\u{1b}");
        press(&mut app, step);
        paste(&mut app, value);
    }
    press(&mut app, "\n");
    paste(&mut app, " password with blanks ");
    press(&mut app, "\u{1b}3\n");
    paste(&mut app, GUID);
    press(&mut app, keys);
    app
}

fn stage(stage: Stage, status: Status, diagnoses: Vec<Diagnosis>) -> Event {
    let summary = format!("{ODD} {ODD} {ODD}");
    Event::Ended(StageReport { stage, status, duration: Duration::ZERO, summary, diagnoses, blame: Blame::Provider })
}

/// A diagnosis with much to say, in the server's words too.
fn refusal(code: &'static str) -> Diagnosis {
    let words = "The secret that was sent is none of this app's secrets, and so most likely another was copied. ";
    let evidence = Evidence {
        status: Some(401),
        headers: Vec::new(),
        body: ODD.to_owned(),
        trace_id: Some(GUID.to_owned()),
        correlation_id: Some(GUID.to_owned()),
        timestamp: Some("2026-11-24 14:02:11Z".to_owned()),
        words: Some(format!("{code}: {} {ODD}", words.repeat(6))),
    };
    Diagnosis::new(Severity::Error, code, "The secret is not accepted", "Put the secret's Value into ClientSecret.")
        .at(SettingName::ClientSecret)
        .because(words.repeat(5))
        .remedy("Certificates & secrets > Client secrets: compare with column Secret ID.")
        .remedy("New client secret; copy the column Value at once.")
        .with_evidence(evidence)
}

/// A test that came to these events, then these keys.
fn tested(events: Vec<Event>, keys: &str) -> App {
    let mut app = after("\u{1b}2");
    // Over the odd characters.
    paste(&mut app, GUID);
    let run = begin(&mut app);
    for event in events {
        app.update(NOW, Msg::Ladder(run, event));
    }
    app.update(NOW, Msg::LadderEnded(run));
    press(&mut app, keys);
    app
}

fn begin(app: &mut App) -> RunId {
    let effects = press(app, "\u{1b}t");
    effects
        .iter()
        .find_map(|effect| if let Effect::Verify { run, .. } = effect { Some(*run) } else { None })
        .expect("a test began")
}

/// A test that failed, with much to say.
fn failed(keys: &str) -> App {
    let lines = || vec![ODD.to_owned(), "POST /token HTTP/1.1".to_owned(), "x".repeat(300), String::new()];
    let events = vec![
        stage(Stage::Settings, Status::Passed, Vec::new()),
        stage(Stage::Connect, Status::Warned, Vec::new()),
        Event::Requested(lines()),
        Event::Answered(lines()),
        stage(Stage::Token, Status::Failed, vec![refusal("AADSTS7000215")]),
    ];
    tested(events, keys)
}

/// After these keys on an empty form.
fn empty(keys: &str) -> App {
    let mut app = wizard(|_| {});
    press(&mut app, keys);
    app
}

/// A test that ended before the password was sent, for another provider checks it.
fn held(keys: &str) -> App {
    let realm = Realm::Federated { host: Some("adfs.contoso.example".to_owned()), protocol: None };
    let warning = realm.explain().into_iter().collect();
    tested(vec![stage(Stage::Tenant, Status::Warned, warning), Event::Held(realm)], keys)
}

/// A user who was refused for want of a second factor.
fn second_factor(keys: &str) -> App {
    tested(vec![stage(Stage::Token, Status::Failed, vec![refusal("AADSTS50076")])], keys)
}

/// An app to which nobody has consented.
fn without_consent(keys: &str) -> App {
    let mut app = after("\u{1b}2");
    paste(&mut app, GUID);
    let effects = press(&mut app, "\u{1b}t");
    let Some(Effect::Verify { run, order }) = effects.into_iter().next() else { panic!("it tests") };
    let registration = inspect(&order.values, &order.options).registration.expect("a request is possible");
    let diagnosis = Diagnosis { links: consent::links(&registration, None), ..refusal("AADSTS65001") };
    assert!(!diagnosis.links.is_empty(), "the host is one of Microsoft's");
    app.update(NOW, Msg::Ladder(run, stage(Stage::Token, Status::Failed, vec![diagnosis])));
    app.update(NOW, Msg::LadderEnded(run));
    press(&mut app, keys);
    app
}

/// A token whose claims are partly wrong, and Power BI with a closed gate and two workspaces.
fn with_token(keys: &str) -> App {
    let claim = |name: &str, value: &str, verdict| ClaimReport {
        name: name.to_owned(),
        value: value.into(),
        words: "Power BI Service".to_owned(),
        meaning: "whom the token is for",
        verdict,
        note: format!("the settings promise another: {ODD}"),
        personal: false,
    };
    let claims = vec![
        claim("aud", "https://analysis.windows.net/powerbi/api", Verdict::Pass),
        claim("iss", ODD, Verdict::Fail),
        claim("a-claim-with-a-long-name", &"y".repeat(200), Verdict::NotChecked),
    ];
    let token = TokenReport { token: Secret::new("a.b.c"), received_at: NOW, expires_at: None };
    let gate = Diagnosis::new(Severity::Error, "GroupNotAccessible", "The workspace is closed", "Add the app to it.");
    let events = vec![
        stage(Stage::Settings, Status::Passed, Vec::new()),
        stage(Stage::Token, Status::Passed, Vec::new()),
        Event::Token(token),
        Event::Claims(claims),
        stage(Stage::Claims, Status::Warned, Vec::new()),
        Event::PowerBi(Box::new(gates())),
        stage(Stage::PowerBi, Status::Failed, vec![gate]),
    ];
    tested(events, keys)
}

/// Power BI's side: workspaces with names in many writings, reports, semantic models.
fn gates() -> Gates {
    let values = Values::default()
        .with(SettingName::AppTenantId, GUID)
        .with(SettingName::AuthTokenUrl, "https://login.microsoftonline.com/{AppTenantId}/oauth2/token")
        .with(SettingName::Resource, "https://analysis.windows.net/powerbi/api")
        .with(SettingName::ClientId, GUID)
        .with(SettingName::ClientSecret, "a-secret");
    let registration = inspect(&values, &Options::default()).registration.expect("settings");
    let api = powerbi::api(&registration, None, &Secret::new("opaque")).expect("an API");
    let mut gates = Gates::new(&api, WorkspaceId::parse(GUID).ok());
    let odd = serde_json::Value::from(ODD);
    while let Some(call) = gates.next() {
        let item = format!(
            "{{\"id\":\"{GUID}\",\"name\":{odd},\"datasetId\":\"{GUID}\",\"embedUrl\":\"https://app.powerbi.com/x\",\
             \"isOnDedicatedCapacity\":true,\"isReadOnly\":true,\"reportType\":\"Strange\",\
             \"isEffectiveIdentityRequired\":true,\"isEffectiveIdentityRolesRequired\":true}}"
        );
        let other = item.replacen(GUID, "2c5f39cb-3ab2-4ed3-9940-1127e4ddb538", 1);
        let answer = HttpAnswer {
            status: 200,
            headers: Vec::new(),
            body: Secret::new(format!("{{\"value\":[{item},{other}]}}")),
            truncated: false,
            route: Route::default(),
            received_at: NOW,
            duration: Duration::ZERO,
        };
        gates.take(&call, Ok(&answer), &Masker::default());
    }
    gates
}

/// A watch: between two tests, or in the midst of one.
fn watching(is_running: bool) -> App {
    let mut app = failed("a");
    if is_running {
        let due = app.wake().expect("a next test");
        app.update(due, Msg::Woke);
    }
    app
}

/// A password that was refused, about to be sent again.
fn again() -> App {
    let mut app = after("\u{1b}2");
    paste(&mut app, GUID);
    let run = begin(&mut app);
    app.update(NOW, Msg::Ladder(run, stage(Stage::Token, Status::Failed, vec![refusal("AADSTS50126")])));
    app.update(NOW, Msg::LadderEnded(run));
    press(&mut app, "t");
    app
}

fn refused_save(error: SaveError) -> App {
    let mut app = after("\u{1b}s\r");
    app.update(NOW, Msg::Saved(Err(error)));
    app
}

fn in_conflict(keys: &str) -> App {
    let mut app = after("\u{1b}s\r");
    app.update(NOW, Msg::Saved(Err(SaveError::Changed)));
    let snapshot = Snapshot {
        path: PathBuf::from("appsettings.json"),
        bytes: EXAMPLE.replace("powerbi/api", "powerbi/other").into_bytes().into(),
        stamp: Stamp { identity: (2, 2), length: 2, modified: 2, contents: 2 },
    };
    app.update(NOW, Msg::Read(Ok(snapshot)));
    press(&mut app, keys);
    app
}

/// The question before the wizard.
fn opening(keys: &str, refused: bool) -> Opening {
    let path = "/srv/a folder/日本語/".repeat(8);
    let mut opening = Opening::new(Offer {
        file: PathBuf::from(format!("{path}appsettings.json")),
        recent: vec![PathBuf::from("/srv/one/appsettings.json"), PathBuf::from(path)],
        look: Look::PLAIN,
        size: (80, 24),
    });
    press(&mut opening, keys);
    if refused {
        opening.refused(format!("{ODD} {ODD}"));
    }
    opening
}

/// A picture of the program, and what has to be seen on it.
pub(super) struct Screen {
    pub(super) name: &'static str,
    pub(super) machine: Box<dyn Machine>,
    /// Words of the footer that are there from 40 columns on.
    pub(super) essential: &'static [&'static str],
    /// More of them, from 80 columns on.
    pub(super) usual: &'static [&'static str],
    /// Whether keys go into a question, where the cursor stands.
    pub(super) is_field: bool,
    /// Whether one of several rows is chosen.
    pub(super) has_choice: bool,
}

impl Screen {
    fn new(name: &'static str, machine: impl Machine + 'static, essential: &'static [&'static str]) -> Self {
        Self { name, machine: Box::new(machine), essential, usual: &[], is_field: false, has_choice: false }
    }

    fn field(name: &'static str, app: App) -> Self {
        let screen = Self::new(name, app, &["Enter next", "Esc commands"]);
        Self { is_field: true, usual: &["Up/Down "], ..screen }
    }

    fn choice(name: &'static str, app: App) -> Self {
        let screen = Self::new(name, app, &["Enter next", "Esc commands", "Space choose"]);
        Self { is_field: true, has_choice: true, ..screen }
    }

    fn list(name: &'static str, machine: impl Machine + 'static, essential: &'static [&'static str]) -> Self {
        Self { has_choice: true, ..Self::new(name, machine, essential) }
    }

    fn usual(self, usual: &'static [&'static str]) -> Self {
        Self { usual, ..self }
    }
}

/// Every page of every step, and everything that can lie over one.
pub(super) fn screens() -> Vec<Screen> {
    const COMMANDS: &[&str] = &["Enter back", "t test", "? help", "q quit"];
    const RESULT: &[&str] = &["t again", "? help", "q quit"];
    const FAILED: &[&str] = &["Left/Right pane", "g to ClientSecret", "a watch", "c copy"];
    let leftover = |kind| Leftover { path: PathBuf::from(format!("/srv/app/{ODD}/.token-wizard-1.tmp")), kind };
    let draft = Values::default().with(SettingName::ClientId, GUID).with(SettingName::User, ODD);
    let not_replaceable =
        SaveError::NotReplaceable { why: format!("It has another owner. {ODD}"), may_write_in_place: true };
    let half = SaveError::HalfWritten { backup: PathBuf::from(format!("/srv/{ODD}")), words: ODD.to_owned() };
    let mut not_removed = wizard(|start| start.leftovers = vec![leftover(LeftoverKind::Backup)]);
    not_removed.update(NOW, Msg::Removed(Err(ODD.to_owned())));
    let mut kept = with_token("cf");
    kept.update(NOW, Msg::Kept(Ok(PathBuf::from("/run/user/1000/token-wizard-copied.txt"))));
    let mut running = after("\u{1b}2");
    paste(&mut running, GUID);
    let run = begin(&mut running);
    running.update(NOW, Msg::Ladder(run, Event::Started(Stage::Token)));
    let mut saved = after("\u{1b}s\r");
    saved.update(NOW, Msg::Saved(Ok(Saved { stamp: STAMP })));
    vec![
        Screen::choice("Who", after("\u{1b}1")),
        Screen::new("Who, commands", after("\u{1b}1\u{1b}"), COMMANDS),
        Screen::field("Tenant", after("\u{1b}2")),
        Screen::new("Tenant, commands", after("\u{1b}2\u{1b}"), COMMANDS).usual(&["s save", "b book", "u undo"]),
        Screen::field("App", after("\u{1b}3")),
        Screen::field("App, last field", after("\u{1b}3\n")),
        Screen::new("App, revealed", after("\u{1b}3\n\u{1b}r"), COMMANDS).usual(&["s save", "r hide", "u undo"]),
        Screen::field("User", after("\u{1b}4")),
        Screen::field("User, last field", after("\u{1b}4\n")),
        Screen::new("User, commands", after("\u{1b}4\n\u{1b}"), COMMANDS).usual(&["s save", "r reveal", "x clean"]),
        Screen::choice("Endpoint", after("\u{1b}5")),
        Screen::field("Endpoint, second field", after("\u{1b}5\n")),
        Screen::field("Endpoint, last field", after("\u{1b}5\n\n")),
        Screen::choice("Endpoint, another cloud", after("\u{1b}5 ")),
        Screen::new("Test, not yet", after("\u{1b}6"), &["Enter test", "? help", "q quit"]).usual(&["s save"]),
        Screen::new("Test, running", running, &["Ctrl-C cancel", "? help", "q quit"]),
        Screen::new("Test, Why", failed(""), RESULT).usual(FAILED),
        Screen::new("Test, Why further down", failed("\n\n\n\n\n"), RESULT).usual(FAILED),
        Screen::new("Test, no claims", failed(">"), RESULT).usual(FAILED),
        Screen::new("Test, not asked", failed(">>"), RESULT).usual(FAILED),
        Screen::new("Test, Request", failed(">>>"), RESULT).usual(FAILED),
        Screen::new("Test, Response", failed(">>>>"), RESULT).usual(FAILED),
        Screen::new("Test, watching", watching(false), RESULT).usual(&["g to ClientSecret", "a end watch"]),
        Screen::new("Test, watching and running", watching(true), &["Ctrl-C cancel", "? help", "q quit"]),
        Screen::new("Test, Claims", with_token(">"), RESULT).usual(&["Left/Right pane", "m tell admin"]),
        Screen::new("Test, Power BI", with_token(">>"), RESULT).usual(&[
            "Left/Right pane",
            "w workspace",
            "m tell admin",
        ]),
        Screen::list("Test, workspaces", with_token("w\n"), &["Enter look in", "Up/Down row", "Esc close"]),
        Screen::list("Test, asking", with_token("e\n"), &["Enter ask", "Up/Down row", "Esc close"]),
        Screen::list("Test, asking for the last", with_token("e\n\n"), &["Enter ask", "Up/Down row", "Esc close"]),
        Screen::list("Test, copying", failed("c"), &["Enter send", "p show", "Esc close"]).usual(&["f to a file"]),
        Screen::list("Test, copied", with_token("c\r"), &["Enter send", "p show", "Esc close"]),
        Screen::list("Test, kept", kept, &["Enter send", "p show", "Esc close"]),
        Screen::new("Test, plain", failed("cp"), &["Esc back"]),
        Screen::new("Test, send again?", again(), &["y send it", "Esc do not send"]),
        Screen::new("Test, realm", held(""), &["y send it", "Esc do not send", "p move"]),
        Screen::new("Test, held", held("\u{1b}"), &["p move", "? help", "q quit"]),
        Screen::new("Test, second factor", second_factor(""), RESULT).usual(&["p move"]),
        Screen::new("move, settings", second_factor("p"), &["Enter blank both", "Esc close"]),
        Screen::new("move, secret", second_factor("p\r"), &["Enter to App", "Esc close", "u undo"]),
        Screen::new("move, gates", second_factor("p\r\r\r"), &["Enter test", "Esc close", "u undo"]),
        Screen::new("Test, consent", without_consent(""), RESULT).usual(&["l link"]),
        Screen::new("Test, link", without_consent("l"), &["Esc"]),
        Screen::field("App, empty", empty("\u{1b}3")),
        Screen::new("help of App", empty("\u{1b}3\u{1b}?"), &["Esc close", "Up/Down scroll"]),
        Screen::new("Save", after("\u{1b}7"), &["Enter save", "t test", "? help", "q quit"]),
        Screen::new("Save, saved", saved, &["t test", "? help", "q quit"]),
        Screen::new("Save, not replaceable", refused_save(not_replaceable), &["Enter save", "i write into it"])
            .usual(&["t test", "? help", "q quit"]),
        Screen::new("Save, broken off", refused_save(half), &["Enter save", "t test", "? help", "q quit"]),
        Screen::new("Save, conflict", in_conflict(""), &["k keep mine", "l load theirs", "c compare"])
            .usual(&["t test", "? help", "q quit"]),
        Screen::new("Save, comparison", in_conflict("c"), &["Esc close", "k keep mine", "l load theirs"]),
        Screen::new("help", after("\u{1b}?"), &["Esc close", "Up/Down scroll"]),
        Screen::new("help of Test", failed("?\n\n"), &["Esc close", "Up/Down scroll"]),
        Screen::list("book", after("\u{1b}b\n\n\n"), &["Enter fill in", "Up/Down row", "Esc close"]),
        Screen::new("leaving", after("\u{1b}q"), &["s look and save", "y leave", "Esc stay"]),
        Screen::new(
            "leftovers",
            wizard(|start| start.leftovers = vec![leftover(LeftoverKind::Backup), leftover(LeftoverKind::Temporary)]),
            &["d delete", "Esc leave them"],
        ),
        Screen::new("leftovers, not deleted", not_removed, &["d delete", "Esc leave them"]),
        Screen::new("draft", wizard(|start| start.draft = Some((draft, NOW))), &["Enter take it up", "Esc drop it"]),
        Screen::new("opening", opening("", false), &["Enter create", "Up/Down row", "q quit"]),
        Screen::new("opening, a path", opening("\n\nsrv", false), &["Enter open", "Up/Down row", "Esc commands"]),
        Screen::new("opening, refused", opening("\n\n\n", true), &["Enter open", "Up/Down row", "q quit"]),
    ]
}
