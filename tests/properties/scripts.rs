//! Scripts: the wizard under any keys, pastes, sizes and answers, on a clock that only goes forward.
//!
//! Long because the messages, the world and the rules belong together.

use std::collections::HashSet;
use std::path::PathBuf;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use token_wizard::app::effect::{Effect, Machine, Msg, ProbeId, RunId};
use token_wizard::app::{App, Start};
use token_wizard::domain::check::{ClaimReport, Verdict};
use token_wizard::domain::diagnosis::{Diagnosis, Evidence, Severity};
use token_wizard::domain::discovery::{self, Discovery, NotChecked};
use token_wizard::domain::document::Document;
use token_wizard::domain::endpoint::Trust;
use token_wizard::domain::exchange::{HttpAnswer, Route};
use token_wizard::domain::registration::Options;
use token_wizard::domain::secret::Secret;
use token_wizard::domain::setting::{Account, SettingName, Values};
use token_wizard::domain::shape::{is_domain, is_guid};
use token_wizard::domain::storage::{Exposure, Leftover, LeftoverKind, ReadError, SaveError, Saved, Snapshot, Stamp};
use token_wizard::domain::text::{is_bidi_control, is_line_break, width};
use token_wizard::domain::time::Timestamp;
use token_wizard::ui::theme::{Glyphs, Look, Theme};
use token_wizard::verify::{Blame, Event, Stage, StageReport, Status, TokenReport};

use crate::nasty;

const EXAMPLE: &str = include_str!("../../appsettings.example.json");
const TENANT: &str = "8f3c2a1e-5b7d-4c19-9e42-3a6f0d1c77d0";
const STAMP: Stamp = Stamp { identity: (1, 1), length: 1, modified: 1, contents: 1 };

/// Secrets that no word of the screen has a part of: plain, with what JSON and terminals treat in their own way, short.
const SECRETS: [&str; 5] = [
    "Zq8Q~Xk7WvJ9.Qz4Xj0_Kq5ZxW2-JvQ8kXz1Wq6J",
    "Zq8\"Xk\\7Wv J9日本Qz4Xj👩\u{200d}👧Kq5ZxW",
    "ZqJ9xW7k",
    "8Zq'Xk7Wv%J9&Qz4+Xj<Kq5>",
    "Zq8e\u{301}Xk7W\u{202e}vJ9Qz4Xj",
];

#[derive(Debug, Clone)]
enum Act {
    Key(KeyEvent),
    Paste(String),
    /// To ClientSecret or Password, and a secret pasted or typed there.
    Enter {
        into_password: bool,
        secret: &'static str,
        is_typed: bool,
    },
    /// To AppTenantId, a tenant pasted there, and a while without a key.
    Tenant(&'static str),
    /// Begins a test from the commands of a form, whatever goes on, and tells of it.
    Test(Vec<Event>),
    /// Reveals ClientSecret or Password, perhaps until the time is over.
    Reveal {
        of_password: bool,
        to_the_end: bool,
    },
    Resize(u16, u16),
    Look(u16, u16),
    /// An event of the run that goes on, or of an older or unknown one.
    Ladder {
        run: WhichRun,
        event: Event,
    },
    Ended(WhichRun),
    /// An answer to the newest question about a tenant, or to an older or unknown one.
    Discovered {
        probe: WhichRun,
        found: Discovery,
    },
    Saved(Result<Saved, SaveError>),
    Read(Result<Snapshot, ReadError>),
    Removed(Result<(), String>),
    Kept(Result<PathBuf, String>),
    Wait(u32),
    Wake,
}

#[derive(Debug, Clone, Copy)]
enum WhichRun {
    Newest,
    Former,
    Unknown,
}

impl WhichRun {
    const fn of(self, newest: u64) -> u64 {
        match self {
            Self::Newest => newest,
            Self::Former => newest.saturating_sub(1),
            Self::Unknown => 777,
        }
    }
}

fn any_key(with_reveal: bool) -> impl Strategy<Value = KeyEvent> {
    let mut letters = vec![
        't', 's', 'u', 'x', 'b', '?', 'q', 'y', 'n', 'g', 'c', '1', '2', '3', '4', '5', '6', '7', ' ', 'k', 'l', 'i',
        'd', 'm', 'p', 'f',
    ];
    if with_reveal {
        letters.extend(['r'; 8]);
    }
    let code = prop_oneof![
        6 => prop::sample::select(vec![
            KeyCode::Enter, KeyCode::Esc, KeyCode::Tab, KeyCode::BackTab, KeyCode::Up, KeyCode::Down, KeyCode::Left,
            KeyCode::Right, KeyCode::PageUp, KeyCode::PageDown, KeyCode::Home, KeyCode::End, KeyCode::Backspace,
            KeyCode::Delete,
        ]),
        6 => prop::sample::select(letters).prop_map(KeyCode::Char),
        1 => "[^r]".prop_map(|text| KeyCode::Char(text.chars().next().unwrap_or('a'))),
        1 => prop::sample::select(vec![KeyCode::F(1), KeyCode::Insert, KeyCode::Null]),
    ];
    let modifiers = prop_oneof![
        12 => Just(KeyModifiers::NONE),
        2 => Just(KeyModifiers::ALT),
        1 => Just(KeyModifiers::CONTROL),
        1 => Just(KeyModifiers::SHIFT),
    ];
    prop_oneof![
        12 => (code, modifiers).prop_map(|(code, modifiers)| KeyEvent::new(code, modifiers)),
        1 => Just(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL)),
        1 => Just(KeyEvent::new(KeyCode::Char('z'), KeyModifiers::CONTROL)),
    ]
}

fn any_diagnosis() -> impl Strategy<Value = Diagnosis> {
    let severity = prop::sample::select(vec![Severity::Info, Severity::Warning, Severity::Error]);
    let setting = prop::option::of(prop::sample::select(&SettingName::ALL[..]));
    let texts = prop::collection::vec(nasty::text(6), 8);
    (severity, setting, texts, any::<bool>()).prop_map(|(severity, setting, texts, has_evidence)| {
        let [code, title, action, cause, remedy, words, trace, body] = <[String; 8]>::try_from(texts).expect("eight");
        let mut diagnosis = Diagnosis::new(severity, code, title, action).because(cause).remedy(remedy);
        diagnosis.setting = setting;
        if has_evidence {
            let evidence = Evidence { words: Some(words), trace_id: Some(trace), body, ..Evidence::default() };
            diagnosis = diagnosis.with_evidence(evidence);
        }
        diagnosis
    })
}

fn any_event() -> impl Strategy<Value = Event> {
    let stage = prop::sample::select(&Stage::ALL[..]);
    let statuses = [Status::Running, Status::Passed, Status::Warned, Status::Failed, Status::Skipped];
    let report = (
        stage.clone(),
        prop::sample::select(statuses.to_vec()),
        nasty::text(14),
        prop::collection::vec(any_diagnosis(), 0..3),
    );
    let lines = || prop::collection::vec(nasty::text(8), 0..12);
    let claim = (nasty::text(3), nasty::text(4), nasty::text(3), any::<bool>());
    prop_oneof![
        2 => stage.prop_map(Event::Started),
        4 => report.prop_map(|(stage, status, summary, diagnoses)| {
            Event::Ended(StageReport { stage, status, duration: Duration::ZERO, summary, diagnoses, blame: Blame::Provider })
        }),
        1 => lines().prop_map(Event::Requested),
        1 => lines().prop_map(Event::Answered),
        1 => prop::collection::vec(claim, 0..4).prop_map(|claims| {
            Event::Claims(claims.into_iter().map(|(name, value, note, fails)| ClaimReport {
                name,
                value: value.into(),
                words: String::new(),
                meaning: "what it is for",
                verdict: if fails { Verdict::Fail } else { Verdict::Pass },
                note,
                personal: false,
            }).collect())
        }),
        1 => nasty::integer().prop_map(|seconds| Event::Token(TokenReport {
            token: Secret::new("token-of-a-test"),
            received_at: Timestamp::from_seconds(seconds),
            expires_at: Some(Timestamp::from_seconds(seconds)),
        })),
    ]
}

/// An answer to a question about a tenant, as a server may word it.
fn any_discovery() -> impl Strategy<Value = Discovery> {
    let instances = ["microsoftonline.com", "microsoftonline.us", "partner.microsoftonline.cn", "sovcloud-identity.fr"];
    let instance = prop::option::of(prop::sample::select(instances.to_vec()).prop_map(str::to_owned));
    let scope = prop_oneof![Just("GCC".to_owned()), Just("DOD".to_owned()), nasty::text(3)];
    let known = (nasty::text(4), prop::bool::ANY, instance, nasty::text(3), prop::option::of(scope));
    let refused = (prop::sample::select(vec![90_002_u32, 900_023, 90_038, 7]), nasty::text(8));
    prop_oneof![
        4 => known.prop_map(|(issuer, is_entra, instance, region, scope)| {
            let issuer = if is_entra { format!("https://sts.windows.net/{TENANT}/") } else { issuer };
            read_discovery(200, &serde_json::json!({
                "issuer": issuer,
                "cloud_instance_name": instance,
                "tenant_region_scope": region,
                "tenant_region_sub_scope": scope,
            }))
        }),
        2 => refused.prop_map(|(code, words)| read_discovery(400, &serde_json::json!({
            "error": "invalid_tenant",
            "error_description": format!("AADSTS{code}: {words}"),
            "error_codes": [code],
        }))),
        1 => nasty::text(5).prop_map(|words| Discovery::NotChecked(NotChecked::NoAnswer(words))),
        1 => (100_u16..600).prop_map(|status| Discovery::NotChecked(NotChecked::Status(status))),
    ]
}

fn read_discovery(status: u16, body: &serde_json::Value) -> Discovery {
    discovery::read(&HttpAnswer {
        status,
        headers: Vec::new(),
        body: Secret::new(body.to_string()),
        truncated: false,
        route: Route::default(),
        received_at: Timestamp::from_seconds(0),
        duration: Duration::ZERO,
    })
}

fn any_saved() -> impl Strategy<Value = Result<Saved, SaveError>> {
    prop_oneof![
        4 => Just(Ok(Saved { stamp: STAMP })),
        1 => Just(Err(SaveError::Changed)),
        1 => nasty::text(4).prop_map(|words| Err(SaveError::System { doing: "rename", words })),
        1 => nasty::text(4).prop_map(|why| Err(SaveError::NotReplaceable { why, may_write_in_place: true })),
    ]
}

/// The file as somebody else left it.
fn any_read() -> impl Strategy<Value = Result<Snapshot, ReadError>> {
    let other = EXAMPLE.replace("[Client Secret for the Azure AD app]", SECRETS[1]).replace('\n', "\r\n");
    let text = prop::sample::select(vec![EXAMPLE.to_owned(), other, "{}".to_owned(), "{ broken".to_owned()]);
    prop_oneof![
        4 => text.prop_map(|text| {
            let bytes = text.into_bytes().into();
            Ok(Snapshot { path: PathBuf::from("appsettings.json"), bytes, stamp: STAMP })
        }),
        1 => Just(Err(ReadError::Missing)),
        1 => nasty::text(4).prop_map(|words| Err(ReadError::System(words))),
    ]
}

fn any_act(with_reveal: bool) -> impl Strategy<Value = Act> {
    let run = prop::sample::select(vec![WhichRun::Newest, WhichRun::Newest, WhichRun::Former, WhichRun::Unknown]);
    prop_oneof![
        20 => any_key(with_reveal).prop_map(Act::Key),
        2 => nasty::text(6).prop_map(Act::Paste),
        3 => (any::<bool>(), prop::sample::select(&SECRETS[..]), any::<bool>())
            .prop_map(|(into_password, secret, is_typed)| Act::Enter { into_password, secret, is_typed }),
        2 => prop::collection::vec(any_event(), 1..6).prop_map(Act::Test),
        2 => any::<[bool; 2]>().prop_map(move |[of_password, to_the_end]| {
            if with_reveal { Act::Reveal { of_password, to_the_end } } else { Act::Wake }
        }),
        1 => (1_u16..=200, 1_u16..=60).prop_map(|(columns, rows)| Act::Resize(columns, rows)),
        1 => (1_u16..=200, 1_u16..=60).prop_map(|(columns, rows)| Act::Look(columns, rows)),
        3 => (run.clone(), any_event()).prop_map(|(run, event)| Act::Ladder { run, event }),
        1 => run.clone().prop_map(Act::Ended),
        2 => (run, any_discovery()).prop_map(|(probe, found)| Act::Discovered { probe, found }),
        1 => prop::sample::select(vec![TENANT, "contoso.com", "common", "contoso"])
            .prop_map(Act::Tenant),
        2 => any_saved().prop_map(Act::Saved),
        1 => any_read().prop_map(Act::Read),
        1 => prop_oneof![Just(Ok(())), nasty::text(4).prop_map(Err)].prop_map(Act::Removed),
        1 => prop_oneof![nasty::text(4).prop_map(|name| Ok(PathBuf::from(name))), nasty::text(4).prop_map(Err)]
            .prop_map(Act::Kept),
        1 => prop_oneof![0_u32..5, 0_u32..100_000].prop_map(Act::Wait),
        1 => Just(Act::Wake),
    ]
}

fn any_start() -> impl Strategy<Value = (String, bool, bool)> {
    let complete = format!(
        r#"{{"AppTenantId":"{TENANT}","AuthTokenUrl":"https://login.microsoftonline.com/{{AppTenantId}}/oauth2/token",
        "Resource":"https://analysis.windows.net/powerbi/api","ClientId":"{TENANT}","ClientSecret":"{}",
        "User":"anna@contoso.com","Password":"{}"}}"#,
        SECRETS[0], SECRETS[2],
    );
    let odd = r#"{"User":{"a":1},"Password":1.5,"ClientSecret":null,"Resource":[]}"#.to_owned();
    (prop::sample::select(vec![EXAMPLE.to_owned(), complete, odd, "{}".to_owned()]), any::<bool>(), any::<bool>())
}

/// The key of step App or User, whose second question is the secret. Four Esc before it lead to the commands from
/// everywhere: out of both offers at the start or what else lies over the step, then out of the field.
const fn step_of(password: bool) -> KeyCode {
    KeyCode::Char(if password { '4' } else { '3' })
}

fn leftover() -> Leftover {
    Leftover { path: PathBuf::from("/srv/.token-wizard-new-a\u{202e}b"), kind: LeftoverKind::Temporary }
}

/// The wizard, and what the world knows of it.
struct World {
    app: App,
    now: Timestamp,
    newest: u64,
    alive: HashSet<RunId>,
    /// The newest question about a tenant, and whether its answer is awaited.
    probe: u64,
    is_asked: bool,
    size: (u16, u16),
    /// A secret may be shown: the key that reveals was pressed at some time.
    pressed_reveal: bool,
}

impl World {
    fn new(text: &str, in_practice: bool, in_colour: bool) -> Self {
        let values =
            Values::default().with(SettingName::AppTenantId, TENANT).with(SettingName::ClientSecret, SECRETS[0]);
        let look = if in_colour { Look { theme: Theme::Colours, glyphs: Glyphs::UTF8 } } else { Look::PLAIN };
        let row = |name| Account { name, situation: "A row of the book.", values: values.clone() };
        let app = App::new(Start {
            path: PathBuf::from("appsettings.json"),
            file: "appsettings.json".to_owned(),
            document: Document::read(text.as_bytes()).expect("a settings file"),
            stamp: STAMP,
            options: Options::default(),
            book: if in_practice { ["one", "two", "three"].map(row).to_vec() } else { Vec::new() },
            // What practice never has stands for a start after an accident.
            leftovers: if in_practice { Vec::new() } else { vec![leftover()] },
            powerbi_api: None,
            exposure: Exposure { open_mode: Some(0o644), is_tracked_by_git: in_colour },
            draft: (!in_practice)
                .then(|| (Values::default().with(SettingName::Resource, "typed"), Timestamp::from_seconds(0))),
            banner: in_practice.then_some(("PRACTICE", "local sandbox")),
            look,
            size: (80, 24),
        });
        Self {
            app,
            now: Timestamp::from_seconds(1_795_528_931),
            newest: 0,
            alive: HashSet::new(),
            probe: 0,
            is_asked: false,
            size: (80, 24),
            pressed_reveal: false,
        }
    }

    fn run(&self, which: WhichRun) -> RunId {
        RunId(which.of(self.newest))
    }

    fn play(&mut self, act: &Act) -> Result<(), TestCaseError> {
        match act {
            Act::Key(key) => self.tell(Msg::Key(*key))?,
            Act::Paste(text) => self.tell(Msg::Paste(Secret::new(text.clone())))?,
            Act::Enter { into_password, secret, is_typed } => {
                self.press(&[
                    KeyCode::Esc,
                    KeyCode::Esc,
                    KeyCode::Esc,
                    KeyCode::Esc,
                    step_of(*into_password),
                    KeyCode::Down,
                ])?;
                if *is_typed {
                    for c in secret.chars() {
                        self.tell(Msg::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)))?;
                    }
                } else {
                    self.tell(Msg::Paste(Secret::new(*secret)))?;
                }
            }
            Act::Test(events) => {
                self.press(&[
                    KeyCode::Esc,
                    KeyCode::Esc,
                    KeyCode::Esc,
                    KeyCode::Esc,
                    step_of(false),
                    KeyCode::Esc,
                    KeyCode::Char('t'),
                ])?;
                for event in events {
                    self.tell(Msg::Ladder(RunId(self.newest), event.clone()))?;
                    self.look(80, 24)?;
                }
            }
            Act::Reveal { of_password, to_the_end } => {
                let keys = [
                    KeyCode::Esc,
                    KeyCode::Esc,
                    KeyCode::Esc,
                    KeyCode::Esc,
                    step_of(*of_password),
                    KeyCode::Down,
                    KeyCode::Esc,
                ];
                self.press(&keys)?;
                self.press(&[KeyCode::Char('r')])?;
                prop_assert!(self.app.wake().is_some(), "what is revealed ends");
                if *to_the_end {
                    self.play(&Act::Wake)?;
                    self.look(80, 24)?;
                }
            }
            Act::Resize(columns, rows) => {
                self.size = (*columns, *rows);
                self.tell(Msg::Resized(*columns, *rows))?;
            }
            Act::Look(columns, rows) => self.look(*columns, *rows)?,
            Act::Ladder { run, event } => self.tell(Msg::Ladder(self.run(*run), event.clone()))?,
            Act::Ended(run) => {
                let run = self.run(*run);
                self.tell(Msg::LadderEnded(run))?;
                self.alive.remove(&run);
            }
            Act::Discovered { probe, found } => {
                let probe = probe.of(self.probe);
                let is_awaited = self.is_asked && probe == self.probe;
                let before = self.screen(100, 30)?;
                self.is_asked &= probe != self.probe;
                self.tell(Msg::Discovered(ProbeId(probe), found.clone()))?;
                prop_assert!(is_awaited || self.screen(100, 30)? == before, "an answer to nothing shows");
            }
            Act::Tenant(tenant) => {
                self.press(&[KeyCode::Esc, KeyCode::Esc, KeyCode::Esc, KeyCode::Esc, KeyCode::Char('2')])?;
                self.tell(Msg::Paste(Secret::new(*tenant)))?;
                self.play(&Act::Wait(600))?;
            }
            Act::Saved(result) => self.tell(Msg::Saved(result.clone()))?,
            Act::Read(result) => self.tell(Msg::Read(result.clone()))?,
            Act::Removed(result) => self.tell(Msg::Removed(result.clone()))?,
            Act::Kept(result) => self.tell(Msg::Kept(result.clone()))?,
            Act::Wait(millis) => {
                self.now = self.now.plus(Duration::from_millis(u64::from(*millis)));
                if self.app.wake().is_some_and(|at| at <= self.now) {
                    self.tell(Msg::Woke)?;
                }
            }
            Act::Wake => {
                if let Some(at) = self.app.wake() {
                    self.now = self.now.max(at);
                    self.tell(Msg::Woke)?;
                    prop_assert_ne!(self.app.wake(), Some(at), "it wakes again and again");
                }
            }
        }
        Ok(())
    }

    fn press(&mut self, keys: &[KeyCode]) -> Result<(), TestCaseError> {
        keys.iter().try_for_each(|key| self.tell(Msg::Key(KeyEvent::new(*key, KeyModifiers::NONE))))
    }

    fn tell(&mut self, msg: Msg) -> Result<(), TestCaseError> {
        let key = if let Msg::Key(key) = &msg { Some(*key) } else { None };
        let letter = key.and_then(|key| if let KeyCode::Char(c) = key.code { Some((c, key.modifiers)) } else { None });
        self.pressed_reveal |= letter.is_some_and(|(c, _)| c == 'r');
        let may_quit = |(c, modifiers): (char, KeyModifiers)| {
            c == 'q' || c == 'y' || c == 'c' && modifiers.contains(KeyModifiers::CONTROL)
        };
        let before = if letter.is_some_and(may_quit) { self.screen(100, 30)? } else { String::new() };
        let former = self.alive.clone();
        let effects = self.app.update(self.now, msg);
        for effect in &effects {
            match effect {
                Effect::Verify { run, order } => {
                    prop_assert!(self.alive.is_empty(), "a second run begins beside {:?}", self.alive);
                    prop_assert!(run.0 > self.newest, "a run's name is used twice");
                    prop_assert!(order.timeout > Duration::ZERO);
                    self.newest = run.0;
                    self.alive.insert(*run);
                }
                Effect::Cancel(run) => {
                    prop_assert!(self.alive.remove(run), "what is cancelled goes on");
                }
                Effect::Discover { probe, endpoint } => {
                    prop_assert!(!self.is_asked, "a second question beside the first");
                    prop_assert!(probe.0 > self.probe, "a question's name is used twice");
                    prop_assert!(matches!(endpoint.trust, Trust::Microsoft), "not trusted: {:?}", endpoint);
                    no_part_of_a_secret(endpoint.url.as_str())?;
                    let tenant = endpoint.tenant.as_deref().unwrap_or_default();
                    prop_assert!(is_guid(tenant) || is_domain(tenant), "nobody's name: {tenant}");
                    (self.probe, self.is_asked) = (probe.0, true);
                }
                Effect::Forget(probe) => {
                    prop_assert!(self.is_asked && probe.0 == self.probe, "what is forgotten was asked");
                    self.is_asked = false;
                }
                Effect::Quit => {
                    let is_control = letter.is_some_and(|(_, modifiers)| modifiers.contains(KeyModifiers::CONTROL));
                    let asks = before.contains("Leave without saving?");
                    let is_unsaved = before.contains("appsettings.json*");
                    match letter {
                        Some(('y', _)) => prop_assert!(asks && !is_control),
                        Some(('q', _)) => prop_assert!(!asks && !is_unsaved && !is_control),
                        Some(('c', _)) => prop_assert!(is_control && former.is_empty() && (asks || !is_unsaved)),
                        other => return Err(TestCaseError::fail(format!("{other:?} leaves"))),
                    }
                }
                other => {
                    if let Effect::Save(order) = other {
                        prop_assert!(Document::read(order.contents.expose().as_bytes()).is_ok());
                    }
                    let is_control_z = letter == Some(('z', KeyModifiers::CONTROL));
                    prop_assert_eq!(*other == Effect::Suspend, is_control_z);
                }
            }
        }
        prop_assert!(self.app.wake().is_none_or(|at| at > self.now), "it would wake at once, every time");
        Ok(())
    }

    fn buffer(&self, columns: u16, rows: u16) -> Buffer {
        let mut terminal = Terminal::new(TestBackend::new(columns, rows)).expect("a screen");
        terminal.draw(|frame| self.app.view(frame)).expect("a picture");
        terminal.backend().buffer().clone()
    }

    /// The rows as a terminal shows them; fails when a row is not what was counted.
    fn screen(&self, columns: u16, rows: u16) -> Result<String, TestCaseError> {
        let buffer = self.buffer(columns, rows);
        let mut lines = Vec::new();
        for row in buffer.content().chunks(usize::from(columns)) {
            let (mut line, mut covered) = (String::with_capacity(row.len()), 0);
            for (column, cell) in row.iter().enumerate() {
                let symbol = cell.symbol();
                if column >= covered {
                    line.push_str(symbol);
                    covered = column + if symbol.len() == 1 { 1 } else { width(symbol).max(1) };
                }
            }
            let has_teeth = |c: char| !c.is_ascii() && (is_bidi_control(c) || is_line_break(c)) || c.is_control();
            prop_assert!(!line.contains(has_teeth), "a terminal would obey: {line:?}");
            prop_assert!(covered <= usize::from(columns), "a wide character hangs over the edge: {line}");
            lines.push(line.trim_end().to_owned());
        }
        Ok(lines.join("\n"))
    }

    fn look(&self, columns: u16, rows: u16) -> Result<(), TestCaseError> {
        let screen = self.screen(columns, rows)?;
        prop_assert!(
            !screen.trim().is_empty() || columns < 12 || rows < 5,
            "nothing is on a screen of {columns}x{rows}"
        );
        if (79..120).contains(&columns) {
            for line in screen.lines() {
                prop_assert!(width(line) <= 78, "wider than 78 columns: {line}");
            }
        }
        let may_show = self.pressed_reveal && self.app.wake().is_some();
        if !may_show {
            no_part_of_a_secret(&screen)?;
            no_part_of_a_secret(&screen.lines().map(str::trim).collect::<String>())?;
        }
        Ok(())
    }
}

/// Of a client secret the first three characters may show, of a password nothing: never four in a row.
fn no_part_of_a_secret(text: &str) -> Result<(), TestCaseError> {
    for secret in SECRETS {
        let characters: Vec<char> = secret.chars().collect();
        for part in characters.windows(4) {
            let part: String = part.iter().collect();
            prop_assert!(!text.contains(&part), "{part:?} of a secret is on the screen:\n{text}");
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(nasty::cases(48))]

    #[test]
    fn any_script_keeps_the_rules_of_the_screen(
        (text, in_practice, in_colour) in any_start(),
        acts in prop_oneof![1 => prop::collection::vec(any_act(false), 1..40), 1 => prop::collection::vec(any_act(true), 1..40)],
    ) {
        let mut story = World::new(&text, in_practice, in_colour);
        for act in &acts {
            story.play(act)?;
            let (columns, rows) = story.size;
            story.look(columns, rows)?;
        }
        prop_assert!(story.buffer(80, 24) == story.buffer(80, 24), "the same state looks the same");
        for line in story.app.farewell() {
            no_part_of_a_secret(&line)?;
        }
        no_part_of_a_secret(&format!("{:?}", story.app))?;
    }

}

proptest! {
    #![proptest_config(nasty::cases(12))]

    #[test]
    fn every_size_has_a_picture(
        (text, in_practice, in_colour) in any_start(),
        acts in prop::collection::vec(any_act(false), 0..12),
        sizes in prop::collection::vec((1_u16..=200, 1_u16..=60), 12),
        small in prop::collection::vec((1_u16..=45, 1_u16..=12), 24),
    ) {
        let mut story = World::new(&text, in_practice, in_colour);
        for act in &acts {
            story.play(act)?;
        }
        for (columns, rows) in sizes.into_iter().chain(small) {
            story.look(columns, rows)?;
        }
    }
}
/// In brackets it looks like a placeholder; what was typed is a secret all the same.
#[test]
fn a_typed_secret_in_the_shape_of_a_placeholder_is_masked() -> Result<(), TestCaseError> {
    for into_password in [false, true] {
        for secret in ["[Zq8Q~Xk7WvJ9]", "<Zq8Q~Xk7WvJ9>", "${Zq8Q~Xk7WvJ9}"] {
            let mut story = World::new(EXAMPLE, false, false);
            story.play(&Act::Enter { into_password, secret, is_typed: true })?;
            story.look(80, 24)?;
            for key in [KeyCode::Esc, KeyCode::Char('s')] {
                story.play(&Act::Key(KeyEvent::new(key, KeyModifiers::NONE)))?;
            }
            prop_assert!(story.screen(80, 24)?.contains("[masked]"));
            story.look(80, 24)?;
        }
    }
    Ok(())
}
