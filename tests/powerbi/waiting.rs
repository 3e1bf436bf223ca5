//! Too many requests at Power BI: the ladder waits once, for as long as it was asked to, if that fits what is left of
//! its time. On a clock that only the answers and the pauses move.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use token_wizard::domain::exchange::{Clock, Http, HttpAnswer, HttpRequest, Route, TransportError};
use token_wizard::domain::powerbi::{Extras, Gate};
use token_wizard::domain::registration::Options;
use token_wizard::domain::secret::Secret;
use token_wizard::domain::setting::{SettingName, Values};
use token_wizard::domain::time::Timestamp;
use token_wizard::verify::{self, Event, OnRealm, Order, PowerBiOrder, Report, Stage, StageReport, Status};

const BEGUN: Timestamp = Timestamp::from_seconds(1_795_528_931);
const LIMIT: Duration = Duration::from_secs(30);

/// Each answer takes so long.
const SPENT: Duration = Duration::from_secs(2);

/// An answer that is no refusal, and one that says to come back later.
#[derive(Debug, Clone)]
enum Call {
    Fine,
    Later(Option<&'static str>),
}

#[derive(Debug)]
struct State {
    now: Timestamp,
    /// What comes of the calls of the gate `workspaces`; after the last one all is fine.
    workspaces: Vec<Call>,
    /// The same for the gate `features`, which is the one before.
    features: Vec<Call>,
    asked: usize,
    /// How much was left of the time at the first 429.
    left: Option<Duration>,
    /// When a pause began, and how long it was.
    pauses: Vec<(Timestamp, Duration)>,
}

/// A sign-in host and a Power BI that exist on paper only.
struct Paper(Mutex<State>);

impl Paper {
    fn new(features: &[Call], workspaces: &[Call]) -> Arc<Self> {
        let (features, workspaces) = (features.to_vec(), workspaces.to_vec());
        Arc::new(Self(Mutex::new(State { now: BEGUN, workspaces, features, asked: 0, left: None, pauses: Vec::new() })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, request: &HttpRequest) -> HttpAnswer {
        let mut state = self.state();
        state.now = state.now.plus(SPENT);
        let now = state.now;
        let path = request.url.path().to_owned();
        let mut next = |calls: fn(&mut State) -> &mut Vec<Call>| {
            let calls = calls(&mut state);
            if calls.is_empty() { Call::Fine } else { calls.remove(0) }
        };
        let (call, body) = match path.rsplit('/').next().unwrap_or_default() {
            "availableFeatures" => (next(|state| &mut state.features), r#"{"features":[]}"#),
            "groups" => {
                let call = next(|state| &mut state.workspaces);
                state.asked += 1;
                (
                    call,
                    r#"{"value":[{"id":"0d6f3c52-7c1f-4a58-9f0e-1c2b3a4d5e6f","name":"W"},{"id":"1d6f3c52-7c1f-4a58-9f0e-1c2b3a4d5e6f","name":"V"}]}"#,
                )
            }
            _ if request.body.is_some() => {
                (Call::Fine, r#"{"token_type":"Bearer","expires_in":"3600","access_token":"opaque"}"#)
            }
            _ => (Call::Fine, "{}"),
        };
        let (status, wanted) = match call {
            Call::Fine => (200, None),
            Call::Later(wanted) => (429, wanted),
        };
        if status == 429 && state.left.is_none() {
            state.left = Some(LIMIT.saturating_sub(now.since(BEGUN)));
        }
        let headers = wanted.map(|value| ("retry-after".to_owned(), value.to_owned())).into_iter().collect();
        HttpAnswer {
            status,
            headers,
            body: Secret::new(if status == 200 { body } else { "" }),
            truncated: false,
            route: Route::default(),
            received_at: now,
            duration: SPENT,
        }
    }
}

/// One ladder's view of it.
struct Ports(Arc<Paper>);

impl Http for Ports {
    async fn send(&self, request: HttpRequest) -> Result<HttpAnswer, TransportError> {
        Ok(self.0.answer(&request))
    }
}

impl Clock for Ports {
    fn now(&self) -> Timestamp {
        self.0.state().now
    }

    fn request_id(&self) -> String {
        "an-id".to_owned()
    }

    async fn pause(&self, span: Duration) {
        let mut state = self.0.state();
        let begun = state.now;
        state.pauses.push((begun, span));
        state.now = begun.plus(span);
    }
}

/// The report of a ladder, and how long it said that it waits, with what the stage looked like meanwhile.
async fn climbed(paper: &Arc<Paper>) -> (Report, Vec<(Duration, StageReport)>) {
    climbed_for(paper, &[]).await
}

/// The same of one that asks for these gates by name.
async fn climbed_for(paper: &Arc<Paper>, named: &[Gate]) -> (Report, Vec<(Duration, StageReport)>) {
    let values = Values::default()
        .with(SettingName::AppTenantId, "8f3c2a1e-5b7d-4c19-9e42-3a6f0d1c77d0")
        .with(SettingName::AuthTokenUrl, "http://127.0.0.1:9/{AppTenantId}/oauth2/token")
        .with(SettingName::Resource, "https://analysis.windows.net/powerbi/api")
        .with(SettingName::ClientId, "1b4e28ba-2fa1-41d2-883f-0016d3cca427")
        .with(SettingName::ClientSecret, "5c18Q~practiceValue.of_forty_characters0");
    let root = Some("http://127.0.0.1:10".parse().expect("a URL"));
    let order = Order {
        values,
        options: Options::default(),
        until: Stage::PowerBi,
        timeout: LIMIT,
        powerbi: PowerBiOrder { root, workspace: None, extras: Extras::new(named, None) },
        on_realm: OnRealm::Warn,
    };
    let (mut report, mut told) = (Report::default(), Vec::new());
    verify::run(&Ports(Arc::clone(paper)), &order, |event| {
        let waits = if let Event::Waiting(Stage::PowerBi, span) = event { Some(span) } else { None };
        // It is told before the pause begins, for nobody sees anything during it.
        assert_eq!(told.len(), paper.state().pauses.len(), "{event:?}");
        report.apply(event);
        if let Some(span) = waits {
            told.push((span, report.stage(Stage::PowerBi).expect("it runs").clone()));
        }
    })
    .await;
    (report, told)
}

fn ending(report: &Report) -> (Status, Option<&str>, u8) {
    let stage = report.stage(Stage::PowerBi).expect("the stage");
    (stage.status, stage.diagnoses.first().map(|found| found.code.as_ref()), report.exit_code(false))
}

#[tokio::test]
async fn it_waits_as_long_as_it_was_asked_and_says_so() {
    let paper = Paper::new(&[], &[Call::Later(Some("7"))]);
    let (report, told) = climbed(&paper).await;
    assert_eq!(ending(&report).2, 0, "{report:#?}");
    assert_ne!(ending(&report).0, Status::Failed);
    assert_eq!(paper.state().asked, 2);
    let [(span, shown)] = told.as_slice() else { panic!("once: {told:?}") };
    assert_eq!((*span, shown.status), (Duration::from_secs(7), Status::Running));
    assert_eq!(shown.summary, "too many requests, waiting 7 s as it asks");
    assert_eq!(paper.state().pauses.iter().map(|(_, span)| *span).collect::<Vec<_>>(), [*span]);
    let stage = report.stage(Stage::PowerBi).expect("the stage");
    assert!(!stage.summary.contains("waiting") && stage.duration >= *span, "{stage:?}");
}

#[tokio::test]
async fn it_waits_only_if_an_answer_still_fits_behind() {
    let probe = Paper::new(&[], &[Call::Later(None)]);
    let (report, told) = climbed(&probe).await;
    assert_eq!(
        (ending(&report), told.len()),
        ((Status::Failed, Some("TooManyRequests"), 8), 0),
        "nobody said how long"
    );
    let left = probe.state().left.expect("a 429").as_secs();
    assert!(left > 10, "{left} s are left");
    let fits = left - 1;
    for (seconds, waits) in [(1, true), (fits, true), (left, false), (left + 1, false), (900, false), (u64::MAX, false)]
    {
        let text: &'static str = seconds.to_string().leak();
        let paper = Paper::new(&[], &[Call::Later(Some(text))]);
        let (report, told) = climbed(&paper).await;
        let spans: Vec<u64> = told.iter().map(|(span, _)| span.as_secs()).collect();
        assert_eq!(spans, if waits { vec![seconds] } else { Vec::new() }, "{seconds} of {left} s");
        assert_eq!(paper.state().asked, if waits { 2 } else { 1 }, "{seconds} of {left} s");
        let expected = if waits { 0 } else { 8 };
        assert_eq!(ending(&report).2, expected, "{seconds} of {left} s");
    }
}

#[tokio::test]
async fn a_date_counts_from_the_answer_and_nonsense_is_no_time() {
    let paper = Paper::new(&[], &[Call::Later(None)]);
    climbed(&paper).await;
    let at = BEGUN.plus(LIMIT.saturating_sub(paper.state().left.expect("a 429"))).plus_seconds(5);
    let date = jiff::Timestamp::from_second(at.seconds()).expect("a date").strftime("%a, %d %b %Y %H:%M:%S GMT");
    let date: &'static str = date.to_string().leak();
    for (text, expected) in [(date, Some(5)), ("Tue, 24 Nov 2099 14:02:11 GMT", None), ("soon", None), ("-1", None)] {
        let (_, told) = climbed(&Paper::new(&[], &[Call::Later(Some(text))])).await;
        assert_eq!(told.first().map(|(span, _)| span.as_secs()), expected, "{text}");
    }
}

#[tokio::test]
async fn it_waits_once_whichever_gate_is_next() {
    let later = || Call::Later(Some("3"));
    let paper = Paper::new(&[], &[later(), later()]);
    let (report, told) = climbed(&paper).await;
    assert_eq!(ending(&report), (Status::Failed, Some("TooManyRequests"), 8));
    assert_eq!((told.len(), paper.state().asked), (1, 2));
    let paper = Paper::new(&[later()], &[later()]);
    let (report, told) = climbed(&paper).await;
    assert_eq!(ending(&report), (Status::Failed, Some("TooManyRequests"), 8));
    assert_eq!((told.len(), paper.state().asked), (1, 1));
}

#[tokio::test]
async fn what_is_asked_by_name_waits_like_the_other_gates() {
    // The admin APIs list workspaces, too.
    let paper = Paper::new(&[], &[Call::Fine, Call::Later(Some("3"))]);
    let (report, told) = climbed_for(&paper, &[Gate::Admin]).await;
    assert_eq!((ending(&report).2, paper.state().asked, told.len()), (0, 3, 1), "{report:#?}");
    let paper = Paper::new(&[], &[Call::Fine, Call::Later(Some("900"))]);
    let (report, told) = climbed_for(&paper, &[Gate::Admin]).await;
    assert_eq!(ending(&report), (Status::Failed, Some("TooManyRequests"), 8));
    assert_eq!((told.len(), paper.state().asked), (0, 2));
}
