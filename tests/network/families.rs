//! What comes to light about address families while the ladder goes on ends the stage `connect` once more.

use std::time::Duration;

use token_wizard::domain::exchange::{Clock, Http, HttpAnswer, HttpRequest, Route, TransportError};
use token_wizard::domain::network::Way;
use token_wizard::domain::network::families::{Family, Outcome, Tried};
use token_wizard::domain::registration::Options;
use token_wizard::domain::secret::Secret;
use token_wizard::domain::setting::{SettingName, Values};
use token_wizard::domain::time::Timestamp;
use token_wizard::verify::{self, Event, OnRealm, Order, PowerBiOrder, Report, Stage, Status};
use url::Url;

const fn tried(family: Family, outcome: Outcome, millis: u64, is_first: bool) -> Tried {
    Tried { family, addresses: 4, outcome, took: Duration::from_millis(millis), is_first }
}

/// Refuses every request, and knows more about the connection later.
struct Ports(Vec<Tried>);

impl Http for Ports {
    async fn send(&self, _: HttpRequest) -> Result<HttpAnswer, TransportError> {
        let first =
            vec![tried(Family::V6, Outcome::NotTried, 0, true), tried(Family::V4, Outcome::Connected, 0, false)];
        let way = Box::new(Way { tls: Some("TLS 1.3"), tried: first, ..Way::default() });
        Ok(HttpAnswer {
            status: 401,
            headers: Vec::new(),
            body: Secret::new(r#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid."}"#),
            truncated: false,
            route: Route { connect: Some(Duration::from_millis(412)), way },
            received_at: self.now(),
            duration: Duration::from_millis(500),
        })
    }

    async fn families(&self, url: &Url) -> Vec<Tried> {
        assert_eq!(url.host_str(), Some("login.microsoftonline.com"));
        self.0.clone()
    }
}

impl Clock for Ports {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(1_795_528_931)
    }

    fn request_id(&self) -> String {
        "8f3c2a1e-5b7d-4c9a-9e21-3a6b1c0d77d0".to_owned()
    }

    async fn pause(&self, _: Duration) {}
}

async fn events(found: Vec<Tried>, until: Stage) -> Vec<Event> {
    let values = Values::default()
        .with(SettingName::AppTenantId, "8f3c2a1e-5b7d-4c9a-9e21-3a6b1c0d77d0")
        .with(SettingName::AuthTokenUrl, "https://login.microsoftonline.com/{AppTenantId}/oauth2/token")
        .with(SettingName::Resource, "https://analysis.windows.net/powerbi/api")
        .with(SettingName::ClientId, "1b4e28ba-2fa1-41d2-883f-0016d3cca427")
        .with(SettingName::ClientSecret, "c4n8Q~practiceValue.of_forty_characters0");
    let (options, timeout) = (Options::default(), Duration::from_secs(10));
    let order = Order { values, options, until, timeout, powerbi: PowerBiOrder::default(), on_realm: OnRealm::Warn };
    let mut events = Vec::new();
    verify::run(&Ports(found), &order, |event| events.push(event)).await;
    events
}

fn endings(events: &[Event], stage: Stage) -> Vec<usize> {
    let is_it = |event: &Event| matches!(event, Event::Ended(report) if report.stage == stage);
    events.iter().enumerate().filter(|(_, event)| is_it(event)).map(|(place, _)| place).collect()
}

/// The places of the amendments of a stage.
fn amendments(events: &[Event], stage: Stage) -> Vec<usize> {
    let is_it = |event: &Event| matches!(event, Event::Amended(report) if report.stage == stage);
    events.iter().enumerate().filter(|(_, event)| is_it(event)).map(|(place, _)| place).collect()
}

fn folded(events: Vec<Event>) -> Report {
    let mut report = Report::default();
    for event in events {
        report.apply(event);
    }
    report
}

#[tokio::test]
async fn a_black_hole_is_told_after_the_token_and_changes_no_other_stage() {
    let found = vec![tried(Family::V6, Outcome::Silent, 1000, true), tried(Family::V4, Outcome::Connected, 23, false)];
    for until in [Stage::PowerBi, Stage::Connect] {
        let events = events(found.clone(), until).await;
        let connect = endings(&events, Stage::Connect);
        let token = endings(&events, Stage::Token);
        let amended = amendments(&events, Stage::Connect);
        assert_eq!((connect.len(), token.len(), amended.len()), (1, 1, 1), "no stage ends twice");
        assert!(connect.first() < token.first() && token.last() < amended.last());
        let report = folded(events);
        let stage = report.stage(Stage::Connect).expect("the stage");
        let summary = "login.microsoftonline.com, IPv6 no answer in 1.0 s, IPv4 in 23 ms, TLS 1.3, 412 ms";
        assert_eq!((stage.status, stage.summary.as_str()), (Status::Warned, summary));
        let first = stage.diagnoses.first().expect("a diagnosis");
        assert_eq!(first.code, "ipv6-black-hole");
        assert!(first.cause.contains(".NET's HttpClient tries one address after the other"), "{}", first.cause);
        assert!(first.action.contains("DOTNET_SYSTEM_NET_DISABLEIPV6=1"), "{}", first.action);
    }
}

#[tokio::test]
async fn without_news_the_stage_ends_once() {
    let events = events(Vec::new(), Stage::PowerBi).await;
    assert_eq!((endings(&events, Stage::Connect).len(), amendments(&events, Stage::Connect).len()), (1, 0));
    let report = folded(events);
    let stage = report.stage(Stage::Connect).expect("the stage");
    let summary = "login.microsoftonline.com, IPv4, TLS 1.3, 412 ms";
    assert_eq!((stage.status, stage.summary.as_str()), (Status::Passed, summary));
}
