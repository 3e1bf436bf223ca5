//! Asking about the tenant without credentials: while it is typed, and when the test is near.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use token_wizard::app::effect::{Effect, Machine as _, Msg, ProbeId};
use token_wizard::domain::discovery::{self, Discovery, NotChecked};
use token_wizard::domain::exchange::{HttpAnswer, Route};
use token_wizard::domain::secret::Secret;
use token_wizard::domain::time::Timestamp;
use token_wizard::verify::{Blame, Event, Stage, StageReport, Status, TokenReport};

use super::{EXAMPLE, NOW, SECRET, Story, TENANT, filled};

const CALM: Duration = Duration::from_millis(600);
const KEPT: Duration = Duration::from_secs(30);

/// What a provider answers.
fn answer(status: u16, body: &str) -> Discovery {
    discovery::read(&HttpAnswer {
        status,
        headers: Vec::new(),
        body: Secret::new(body),
        truncated: false,
        route: Route::default(),
        received_at: NOW,
        duration: Duration::ZERO,
    })
}

/// The tenant is there, in that cloud.
fn exists(instance: &str, sub_scope: Option<&str>) -> Discovery {
    let mut document = serde_json::json!({
        "issuer": format!("https://sts.windows.net/{TENANT}/"),
        "cloud_instance_name": instance,
        "tenant_region_scope": "EU",
    });
    if let Some(sub_scope) = sub_scope {
        document["tenant_region_sub_scope"] = sub_scope.into();
    }
    answer(200, &document.to_string())
}

fn unknown() -> Discovery {
    answer(
        400,
        r#"{"error":"invalid_tenant","error_description":"AADSTS90002: Tenant not found. Trace ID: t","error_codes":[90002]}"#,
    )
}

fn silence() -> Discovery {
    Discovery::NotChecked(NotChecked::NoAnswer("login.microsoftonline.com cannot be reached".to_owned()))
}

/// In step Tenant of the example file.
fn tenant() -> Story {
    Story::of(EXAMPLE).keys("\r").sees("[Tenant]")
}

/// A file with these values, of which the tenant and the address matter here.
fn file(tenant: &str, url: &str) -> String {
    format!(
        r#"{{"AppTenantId":"{tenant}","AuthTokenUrl":"{url}","Resource":"https://analysis.windows.net/powerbi/api",
        "ClientId":"1b4e28ba-2fa1-41d2-883f-0016d3cca427","ClientSecret":"{SECRET}"}}"#
    )
}

const PUBLIC: &str = "https://login.microsoftonline.com/{AppTenantId}/oauth2/token";

trait Later {
    fn at(self, now: Timestamp, msg: Msg) -> Self;
    fn key_at(self, now: Timestamp, key: char) -> Self;
    fn asked(&self) -> Option<(ProbeId, String)>;
    fn calm(self) -> Self;
}

impl Later for Story {
    fn at(mut self, now: Timestamp, msg: Msg) -> Self {
        self.effects = self.app.update(now, msg);
        self
    }

    fn key_at(self, now: Timestamp, key: char) -> Self {
        self.at(now, Msg::Key(KeyEvent::new(KeyCode::Char(key), KeyModifiers::NONE)))
    }

    /// The one question that was asked last, and where.
    fn asked(&self) -> Option<(ProbeId, String)> {
        let mut asked = self.effects.iter().filter_map(|effect| match effect {
            Effect::Discover { probe, endpoint } => Some((*probe, endpoint.url.to_string())),
            _ => None,
        });
        let first = asked.next();
        assert_eq!(asked.next(), None, "one question at a time");
        first
    }

    /// Somebody has stopped typing.
    fn calm(self) -> Self {
        self.at(NOW.plus(CALM), Msg::Woke)
    }
}

fn url(tenant: &str) -> String {
    format!("https://login.microsoftonline.com/{tenant}/oauth2/token")
}

#[test]
fn the_tenant_is_asked_about_when_the_typing_stops() {
    let story = tenant().paste(TENANT);
    assert_eq!((story.effects.len(), story.app.wake()), (0, Some(NOW.plus(CALM))));
    let early = NOW.plus(CALM / 2);
    let story = story.at(early, Msg::Woke);
    assert_eq!((story.effects.len(), story.app.wake()), (0, Some(NOW.plus(CALM))), "not yet");
    let story = story.calm().sees_not("The tenant exists");
    assert_eq!(story.asked(), Some((ProbeId(1), url(TENANT))));
    assert_eq!(story.app.wake(), None, "nothing ticks while an answer is awaited");
    let before = story.screen_at(80, 24);
    let story = story.tell(Msg::Discovered(ProbeId(1), exists("microsoftonline.com", None)));
    assert_eq!((story.effects.len(), story.app.wake()), (0, None));
    let story = story.sees("passed  The tenant exists: region EU, public cloud.").sees("[Tenant] ok");
    assert_eq!(before.lines().nth(4), story.screen_at(80, 24).lines().nth(4), "the field itself does not move");
}

#[test]
fn each_letter_puts_the_question_off_and_writes_nothing_more() {
    let mut story = tenant();
    let mut now = NOW;
    for letter in "contoso.com".chars() {
        let before = story.screen_at(80, 24);
        story = story.key_at(now, letter);
        assert_eq!(story.effects, []);
        let after = story.screen_at(80, 24);
        let changed = before.lines().zip(after.lines()).filter(|(before, after)| before != after).count();
        assert!(changed <= 3, "header, marks and the field:\n{after}");
        now = now.plus(CALM / 2);
    }
    let due = story.app.wake().expect("a question is due");
    assert_eq!(due, now.plus(CALM / 2), "counted from the last letter");
    let story = story.at(due, Msg::Woke);
    assert_eq!(story.asked(), Some((ProbeId(1), url("contoso.com"))));
    let story = story.tell(Msg::Discovered(ProbeId(1), exists("microsoftonline.com", None)));
    story.sees(&format!("passed  The tenant exists: {TENANT}, region EU,"));
}

#[test]
fn a_newer_question_takes_the_place_of_an_older_one() {
    let story = tenant().paste(TENANT).calm().press(KeyCode::Backspace);
    assert_eq!(story.effects, [Effect::Forget(ProbeId(1))]);
    assert_eq!(story.app.wake(), None, "35 digits are no tenant");
    let story = story.tell(Msg::Discovered(ProbeId(1), unknown())).sees_not("failed");
    let story = story.key_at(NOW, '1').calm();
    let (second, asked) = story.asked().expect("the new value is asked about");
    assert_eq!((second, asked), (ProbeId(2), url(&format!("{}1", TENANT.trim_end_matches('0')))));
    let story = story.tell(Msg::Discovered(ProbeId(1), exists("microsoftonline.com", None))).sees_not("exists");
    story.tell(Msg::Discovered(second, unknown())).sees("failed").sees("[Tenant] failed");
}

#[test]
fn the_same_value_is_asked_about_once() {
    let story = tenant().paste(TENANT).calm().tell(Msg::Discovered(ProbeId(1), exists("microsoftonline.com", None)));
    let story =
        story.key_at(NOW, 'x').sees_not("The tenant exists").press(KeyCode::Backspace).sees("The tenant exists");
    assert_eq!((story.effects.len(), story.app.wake()), (0, None));
    // Nothing is known after a silence, so it is asked again, but only when it is typed again.
    let story = tenant().paste(TENANT).calm().tell(Msg::Discovered(ProbeId(1), silence()));
    let story = story.sees("note    The tenant is not checked").sees("[Tenant] ok").sees("ok");
    assert_eq!(story.app.wake(), None);
    let story = story.key_at(NOW, 'x').press(KeyCode::Backspace).calm();
    assert!(story.asked().is_some());
}

#[test]
fn nothing_is_asked_without_a_tenant_or_a_trusted_host() {
    for (typed, host) in [
        ("[Your Azure Tenant ID]", PUBLIC),
        ("00000000-0000-0000-0000-000000000000", PUBLIC),
        ("contoso", PUBLIC),
        ("common", PUBLIC),
        // It has the shape of a domain, and ends as a password may and no domain does.
        ("Winter.2024", PUBLIC),
        ("Hunter2.x", PUBLIC),
        // The secret, pasted into the wrong field.
        (SECRET, PUBLIC),
        (TENANT, "https://login.example.com/{AppTenantId}/oauth2/token"),
        (TENANT, "https://login.microsoftonline.com.evil.example/{AppTenantId}/oauth2/token"),
        (TENANT, "http://login.microsoftonline.com/{AppTenantId}/oauth2/token"),
        (TENANT, "http://127.0.0.1:18080/{AppTenantId}/oauth2/token"),
        (TENANT, "http://localhost:631/{AppTenantId}/oauth2/token"),
    ] {
        let story = Story::of(&file("", host)).keys("\u{1b}2").paste(typed);
        assert_eq!(story.app.wake(), None, "{typed} {host}");
        let story = story.calm().keys("\u{1b}6");
        assert_eq!(story.asked(), None, "{typed} {host}");
    }
    let vouched = |start: &mut token_wizard::app::Start| start.options.allowed_hosts = vec!["idp.example".to_owned()];
    let text = file("", "https://idp.example/{AppTenantId}/oauth2/token");
    let story = Story::starting(&text, vouched).keys("\u{1b}2").paste(TENANT).calm();
    assert!(story.asked().is_some(), "whoever vouched for it in this run trusts it");
}

#[test]
fn this_machine_is_asked_once_it_was_tested() {
    let story = Story::of(&file(TENANT, "http://127.0.0.1:18080/{AppTenantId}/oauth2/token")).sees("[Test]");
    let story = story.keys("2").keys("\u{1b}6");
    assert_eq!(story.effects, []);
    let story = story.keys("\r");
    let run = story.run();
    let story = story.tell(Msg::LadderEnded(run));
    assert_eq!((story.effects.len(), story.app.wake()), (0, None), "that it may be asked is no change of the settings");
    let story = story.keys("2").paste("contoso.com").calm();
    let (probe, asked) = story.asked().expect("it was tested");
    assert_eq!(asked, "http://127.0.0.1:18080/contoso.com/oauth2/token");
    let story = story.tell(Msg::Discovered(probe, exists("microsoftonline.us", None)));
    // A provider here may say of itself what it likes.
    let story = story.sees(&format!("passed  The provider knows it: {TENANT}.")).sees_not("another cloud");
    let story = story.keys("\u{1b}5").press(KeyCode::Down).paste("http://127.0.0.1:18081/{AppTenantId}/oauth2/token");
    assert_eq!(story.app.wake(), None, "another port is another place");
}

#[test]
fn an_unknown_tenant_is_named_before_any_test() {
    let story = tenant().paste(TENANT).calm().tell(Msg::Discovered(ProbeId(1), unknown()));
    let story = story.sees("failed  ").sees("[Tenant] failed").sees_not("    ok\n");
    let story = story.keys("\r").paste(TENANT).keys("\r").paste(SECRET).keys("\r\r\r\r").sees("[Test]");
    story.sees("Enter asks login.microsoftonline.com").sees("failed  ");
}

#[test]
fn a_tenant_of_another_cloud_is_moved_there_by_one_choice() {
    let story = tenant().paste(TENANT).calm();
    let story = story.tell(Msg::Discovered(ProbeId(1), exists("microsoftonline.us", Some("DODCON"))));
    let story = story.sees("warned  Choose US government, GCC High in step Endpoint.").sees("Esc c takes");
    let story = story.sees("The tenant lives in another cloud: US government, GCC High.");
    let story = story.keys("\u{1b}c").sees("AuthTokenUrl  https://login.microsoftonline.us/{AppTenantId}/oauth2/token");
    let story = story.sees("Resource      https://high.analysis.usgovcloudapi.net/powerbi/api");
    let story =
        story.sees("Power BI API  https://api.high.powerbigov.us").sees("Portal        https://entra.microsoft.us");
    let story = story
        .keys("\u{1b}")
        .sees("[Tenant]")
        .keys("5")
        .sees("warned  Esc c takes sign-in host and Resource of US government, GCC High");
    let story = story.keys("\u{1b}c\r").sees_not("warned  Esc c takes").sees("[GCC High]");
    assert_eq!(story.app.wake(), Some(NOW.plus(CALM)), "the other host is asked in its turn");
    let story = story.calm();
    let (probe, asked) = story.asked().expect("the new place is trusted, too");
    assert_eq!(asked, format!("https://login.microsoftonline.us/{TENANT}/oauth2/token"));
    let story = story.tell(Msg::Discovered(probe, exists("microsoftonline.us", Some("DODCON")))).keys("\u{1b}2");
    let story = story.sees("passed  The tenant exists: region EU, US government, GCC High.");
    story.keys("\u{1b}").sees_not("cloud  ");
}

#[test]
fn gcc_keeps_the_sign_in_host_of_the_public_cloud() {
    let literal = "https://login.windows.net/contoso.com/oauth2/v2.0/token";
    let story = Story::of(&file("", literal)).keys("5").press(KeyCode::Down).sees("[Endpoint]");
    // Entering the field again with the same value is no change.
    assert_eq!(story.app.wake(), None);
    let story = story.keys("\u{1b}2").paste(TENANT).keys("\u{1b}5").press(KeyCode::Down).paste(PUBLIC).calm();
    let (probe, _) = story.asked().expect("a tenant is named");
    let story = story.tell(Msg::Discovered(probe, exists("microsoftonline.com", Some("GCC"))));
    let story = story.keys("\u{1b}2").sees("The tenant is in US government, GCC; Resource is not").keys("\u{1b}c");
    let story = story.sees("GCC signs in at the public cloud").sees(&format!("AuthTokenUrl  {PUBLIC}"));
    let story = story.sees("Power BI API  https://api.powerbigov.us").keys("\r").sees_not("Resource is not");
    assert_eq!(story.app.wake(), None, "the host is the same, and so is the answer");
    story.sees("passed  The tenant exists: region EU, US government, GCC.").keys("\u{1b}5").sees("[GCC]");
}

#[test]
fn entering_the_test_by_a_key_opens_the_connection_once() {
    let story = Story::of(&file(TENANT, PUBLIC)).sees("[Test]");
    assert_eq!((story.effects.len(), story.app.wake()), (0, None), "nothing is contacted at the start");
    let story = story.keys("2").keys("\u{1b}").keys("6").sees("Nothing has been sent yet");
    let (probe, asked) = story.asked().expect("the test is near");
    assert_eq!(asked, url(TENANT));
    let story = story.keys("2").keys("\u{1b}6");
    assert_eq!(story.effects, [], "it is on its way");
    let reached = NOW.plus(Duration::from_secs(1));
    let story = story.at(reached, Msg::Discovered(probe, exists("microsoftonline.com", None)));
    assert_eq!(story.app.wake(), None, "nobody wakes up to close it");
    let to_test_at = |story: Story, now| story.key_at(now, '7').key_at(now, '6');
    let story = to_test_at(story, reached.plus(KEPT).plus(Duration::ZERO).plus_seconds(-1));
    assert_eq!(story.effects, [], "it is still open");
    let story = to_test_at(story, reached.plus(KEPT));
    let (again, _) = story.asked().expect("it was closed");
    // In vain; what is known stays known.
    let story = story.tell(Msg::Discovered(again, silence())).keys("2").sees("The tenant exists: region EU");
    let story = to_test_at(story.keys("\u{1b}"), reached.plus(KEPT).plus_seconds(1));
    assert!(story.asked().is_some(), "a silence opened nothing");
}

#[test]
fn a_test_keeps_the_connection_open_too() {
    let connected = Event::Ended(StageReport {
        stage: Stage::Connect,
        status: Status::Passed,
        duration: Duration::ZERO,
        summary: String::new(),
        diagnoses: Vec::new(),
        blame: Blame::Network,
    });
    // By a key from a form the request itself goes at once.
    let story = Story::of(&file(TENANT, PUBLIC)).keys("2").keys("\u{1b}t");
    assert_eq!(story.asked(), None);
    let run = story.run();
    let story = story.keys("7").keys("6");
    assert_eq!(story.effects, [], "it runs still");
    let story = story.tell(Msg::Ladder(run, connected)).tell(Msg::LadderEnded(run));
    let story = story.key_at(NOW.plus(KEPT / 2), '7').key_at(NOW.plus(KEPT / 2), '6');
    assert_eq!(story.effects, []);
    let story = story.key_at(NOW.plus(KEPT), '7').key_at(NOW.plus(KEPT), '6');
    assert!(story.asked().is_some());
}

#[test]
fn an_issued_token_speaks_against_a_refusal() {
    let story = filled();
    let (probe, _) = story.asked().expect("the test is near");
    let story = story.tell(Msg::Discovered(probe, unknown())).sees("Tenant failed").keys("\r");
    let run = story.run();
    let token = TokenReport { token: Secret::new("a.b.c"), received_at: NOW, expires_at: None };
    let story = story.tell(Msg::Ladder(run, Event::Token(token))).tell(Msg::LadderEnded(run));
    story.sees("Tenant warned").keys("2").sees("warned  Copy Directory (tenant) ID").sees("Tenant not found.");
}

#[test]
fn a_test_asks_what_was_due_itself() {
    let story = filled().keys("2").paste("contoso.com");
    assert_eq!(story.app.wake(), Some(NOW.plus(CALM)));
    let story = story.keys("\u{1b}t");
    assert_eq!(story.app.wake(), None);
    assert_eq!(story.calm().asked(), None);
}
