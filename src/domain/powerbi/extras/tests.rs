use super::*;
use crate::domain::exchange::{HttpAnswer, Route, TransportError, TransportFault};
use crate::domain::mask::Masker;
use crate::domain::powerbi::{self, Call};
use crate::domain::registration::{Options, inspect};
use crate::domain::secret::Secret;
use crate::domain::setting::{SettingName, Values};
use crate::domain::time::Timestamp;
use proptest::prelude::*;
use std::time::Duration;

const SALES: &str = "8f3c2a1e-5b7d-4c19-9e42-3a6f0d1c77d0";
const PLAIN: &str = "11111111-5b7d-4c19-9e42-3a6f0d1c77d0";
const RULED: &str = "22222222-5b7d-4c19-9e42-3a6f0d1c77d0";
const PAGES: &str = "33333333-5b7d-4c19-9e42-3a6f0d1c77d0";
const AWAY: &str = "44444444-5b7d-4c19-9e42-3a6f0d1c77d0";
const MODEL: &str = "55555555-5b7d-4c19-9e42-3a6f0d1c77d0";
const RULES: &str = "66666666-5b7d-4c19-9e42-3a6f0d1c77d0";
const TOKEN: &str = "H4sIAAAAAAAEAB2Wt66EZhCF3-W2";

/// Gates of an app, or of a user.
fn gates(user: bool, named: &[Gate], report: Option<&str>) -> Gates {
    let report = report.map(|id| ItemId::parse(id).expect("a GUID"));
    Gates::new(&api(user), None).asking(&Extras::new(named, report))
}

/// The API with a token of an app, or of a user.
fn api(user: bool) -> powerbi::Api {
    let mut values = Values::default()
        .with(SettingName::AppTenantId, SALES)
        .with(SettingName::AuthTokenUrl, "https://login.microsoftonline.com/{AppTenantId}/oauth2/token")
        .with(SettingName::Resource, "https://analysis.windows.net/powerbi/api")
        .with(SettingName::ClientId, "1b4e28ba-2fa1-41d2-883f-0016d3cca427")
        .with(SettingName::ClientSecret, "a-secret");
    if user {
        values.set(SettingName::User, "anna@contoso.com");
        values.set(SettingName::Password, "a-password");
    }
    let registration = inspect(&values, &Options::default()).registration.expect("settings");
    powerbi::api(&registration, None, &Secret::new("opaque")).expect("an API")
}

fn answer(status: u16, body: &str) -> HttpAnswer {
    HttpAnswer {
        status,
        headers: Vec::new(),
        body: Secret::new(body),
        truncated: false,
        route: Route::default(),
        received_at: Timestamp::from_seconds(0),
        duration: Duration::ZERO,
    }
}

fn take(gates: &mut Gates, call: &Call, status: u16, body: &str) {
    gates.take(call, Ok(&answer(status, body)), &Masker::default());
}

/// The reports that the workspace of most tests holds: paginated, over rules, elsewhere, plain.
fn reports() -> String {
    format!(
        r#"{{"value":[{{"id":"{PAGES}","name":"Pages"}},{{"id":"{RULED}","name":"Ruled","datasetId":"{RULES}"}},
        {{"id":"{AWAY}","name":"Away","datasetId":"77777777-5b7d-4c19-9e42-3a6f0d1c77d0"}},
        {{"id":"{PLAIN}","name":"Plain","datasetId":"{}"}}]}}"#,
        MODEL.to_uppercase()
    )
}

/// The same after the usual gates have passed.
fn passed(user: bool, named: &[Gate], report: Option<&str>, reports: &str) -> Gates {
    let mut gates = gates(user, named, report);
    let datasets = format!(
        r#"{{"value":[{{"id":"{RULES}","isEffectiveIdentityRequired":true}},{{"id":"{MODEL}","name":"Model"}}]}}"#
    );
    for _ in 0..4 {
        let call = gates.next().expect("a usual gate");
        let body = match call.gate() {
            Gate::Features => r#"{"features":[]}"#.to_owned(),
            Gate::Workspaces => format!(r#"{{"value":[{{"id":"{SALES}","name":"Sales"}}]}}"#),
            Gate::Reports => reports.to_owned(),
            Gate::Datasets => datasets.clone(),
            other => panic!("{other:?} before the usual gates"),
        };
        take(&mut gates, &call, 200, &body);
    }
    gates
}

fn item(id: &str) -> ItemId {
    ItemId::parse(id).expect("a GUID")
}

fn workspace() -> WorkspaceId {
    WorkspaceId::parse(SALES).expect("a GUID")
}

#[test]
fn nothing_is_asked_without_being_named() {
    let gates = passed(false, &[], None, &reports());
    assert_eq!((gates.next(), gates.rows().len()), (None, 4));
    assert_eq!(Extras::new(&[Gate::Features, Gate::Admin, Gate::Embed, Gate::Admin], None).gates().len(), 2);
}

#[test]
fn what_is_named_comes_last_and_in_order_with_a_report_without_rules() {
    let gates = passed(false, &[Gate::Admin, Gate::Query, Gate::Embed], None, &reports());
    let embed = Call::Embed { report: item(PLAIN), dataset: Some(item(MODEL)), target: Some(workspace()) };
    let query = Call::Query { workspace: workspace(), dataset: item(MODEL) };
    assert_eq!(gates.ready(), [embed, query, Call::Admin]);
    let words: Vec<_> = gates.rows().iter().map(|row| row.gate.word()).collect();
    assert_eq!(words, ["features", "workspaces", "reports", "datasets", "embed", "query", "admin"]);
    assert_eq!(gates.prospect(Gate::Embed), Ok("Plain"));
    assert_eq!(gates.prospect(Gate::Admin), Ok(""));
}

#[test]
fn a_report_that_is_named_is_taken_whatever_it_is() {
    for (report, dataset, query) in [
        (RULED, Some(RULES), Ok(RULES)),
        (PAGES, None, Err("the report has no semantic model")),
        (AWAY, Some("77777777-5b7d-4c19-9e42-3a6f0d1c77d0"), Err("the semantic model is in another workspace")),
    ] {
        let gates = passed(false, &[Gate::Embed, Gate::Query], Some(&report.to_uppercase()), &reports());
        let calls = gates.ready();
        let embed = Call::Embed { report: item(report), dataset: dataset.map(item), target: Some(workspace()) };
        assert_eq!(calls.first(), Some(&embed), "{report}");
        let asked = calls.get(1).cloned();
        assert_eq!(asked, query.ok().map(|id| Call::Query { workspace: workspace(), dataset: item(id) }), "{report}");
        assert_eq!(gates.rows()[5].summary, query.err().unwrap_or_default(), "{report}");
    }
    let there = reports().replace(r#""name":"Away""#, &format!(r#""name":"Away","datasetWorkspaceId":"{RULED}""#));
    let gates = passed(false, &[Gate::Query], Some(AWAY), &there);
    let Some(Call::Query { workspace, .. }) = gates.next() else { panic!("its workspace is known") };
    assert_eq!(workspace.as_str(), RULED);
}

#[test]
fn a_model_with_rules_is_taken_when_there_is_no_other() {
    let reports = reports().replace(PLAIN, "no GUID");
    let gates = passed(false, &[Gate::Embed], None, &reports);
    assert_eq!(gates.prospect(Gate::Embed), Ok("Ruled"));
}

#[test]
fn a_user_names_no_workspace_to_save_to() {
    let gates = passed(true, &[Gate::Embed], None, &reports());
    assert_eq!(gates.next(), Some(Call::Embed { report: item(PLAIN), dataset: Some(item(MODEL)), target: None }));
}

#[test]
fn what_is_missing_skips_the_gate_and_warns() {
    let nothing = r#"{"value":[]}"#;
    for (report, reports, summary, action) in [
        (None, nothing, "no report to try in this workspace", "Publish a report"),
        (Some(SALES), reports().as_str(), "the report is not in this workspace", "Compare the report's ID"),
    ] {
        let gates = passed(false, &[Gate::Embed, Gate::Query], report, reports);
        assert_eq!(gates.next(), None);
        let rows = gates.rows();
        assert!(rows.iter().skip(4).all(|row| row.status == GateStatus::Skipped && row.summary == summary), "{rows:?}");
        assert_eq!(gates.status(), GateStatus::Warned);
        let found: Vec<_> = gates.diagnoses().into_iter().filter(|found| found.code == "gate-not-tried").collect();
        assert!(matches!(found.as_slice(), [one] if one.action.starts_with(action)), "said once: {found:?}");
        assert!(gates.summary().starts_with("embed not tried, query not tried, "), "{}", gates.summary());
    }
    let mut several = gates(false, &[Gate::Embed], None);
    assert_eq!(several.rows()[4].summary, "", "nothing is known yet");
    take(&mut several, &Call::Features, 200, r#"{"features":[]}"#);
    let two = format!(r#"{{"value":[{{"id":"{SALES}"}},{{"id":"{RULED}"}}]}}"#);
    take(&mut several, &Call::Workspaces, 200, &two);
    assert_eq!((several.next(), several.rows()[4].summary.as_str()), (None, "none chosen: --workspace ID, or w"));
    assert!(several.diagnoses()[0].action.contains("--workspace"));
}

#[test]
fn behind_a_closed_gate_only_the_admin_apis_are_asked() {
    let mut closed = gates(false, &[Gate::Embed, Gate::Query, Gate::Admin], None);
    take(&mut closed, &Call::Features, 200, r#"{"features":[]}"#);
    take(&mut closed, &Call::Workspaces, 401, "");
    assert_eq!(closed.ready(), [Call::Admin]);
    assert_eq!(closed.rows()[4].summary, "not tried: workspaces failed");
    take(&mut closed, &Call::Admin, 200, r#"{"value":[]}"#);
    assert_eq!(closed.rows()[6].status, GateStatus::Passed);
    assert!(closed.summary().starts_with("workspaces: 401"), "{}", closed.summary());
    // Where nobody answers, nothing more is sent.
    let mut silent = gates(false, &[Gate::Admin], None);
    take(&mut silent, &Call::Features, 200, r#"{"features":[]}"#);
    let kind = TransportFault::AnswerTimeout;
    let error = TransportError { kind, detail: String::new(), way: Box::default(), duration: Duration::ZERO };
    silent.take(&Call::Workspaces, Err(&error), &Masker::default());
    assert_eq!(silent.next(), None);
}

/// What comes of the answer to the one call that is left.
fn judged(named: Gate, status: u16, body: &str) -> (GateStatus, String, Option<String>) {
    let mut gates = passed(false, &[named], None, &reports());
    let call = gates.next().expect("a call");
    take(&mut gates, &call, status, body);
    assert_eq!(gates.next(), None);
    let row = gates.rows().remove(4);
    assert!(!format!("{gates:?}{}", gates.summary()).contains(TOKEN), "the embed token is kept");
    (row.status, row.summary, row.diagnoses.first().map(|first| first.code.to_string()))
}

#[test]
fn answers_that_pass() {
    let good =
        |token: &str| format!(r#"{{"token":"{token}","tokenId":"{SALES}","expiration":"2026-11-24T15:04:59Z"}}"#);
    let passed = |summary: &str| (GateStatus::Passed, summary.to_owned(), None);
    assert_eq!(judged(Gate::Embed, 200, &good(TOKEN)), passed("embed token until 15:04 UTC (Plain)"));
    assert_eq!(judged(Gate::Embed, 200, &format!(r#"{{"token":"{TOKEN}"}}"#)), passed("embed token (Plain)"));
    let rows = r#"{"results":[{"tables":[{"rows":[{"[answer]":1}]}]}]}"#;
    assert_eq!(judged(Gate::Query, 200, rows), passed("query answered (Model)"));
    assert_eq!(judged(Gate::Admin, 200, r#"{"value":[]}"#), passed("read-only admin APIs open"));
}

#[test]
fn answers_that_fail_have_a_diagnosis_of_their_own() {
    let token = format!(r#"{{"token":"{TOKEN}"#);
    let inner = r#"{"results":[{"error":{"code":"x","message":"The model\u001b is empty."}}]}"#;
    let not_authorized = r#"{"error":{"code":"PowerBINotAuthorizedException"}}"#;
    for (gate, status, body, code) in [
        (Gate::Embed, 403, "", "GenerateTokenForbidden"),
        (Gate::Embed, 400, r#"{"error":{"code":"InvalidRequest"}}"#, "InvalidRequest"),
        (Gate::Embed, 200, token.as_str(), "not-power-bi"),
        (Gate::Embed, 200, r#"{"token":""}"#, "not-power-bi"),
        (Gate::Query, 404, "", "PowerBIEntityNotFound"),
        (Gate::Query, 200, inner, "DatasetExecuteQueriesError"),
        (Gate::Query, 200, "[]", "not-power-bi"),
        (Gate::Admin, 401, not_authorized, "PowerBINotAuthorizedException"),
        (Gate::Admin, 200, "<html>", "html-answer"),
        (Gate::Admin, 429, "", "TooManyRequests"),
    ] {
        let (status, _, found) = judged(gate, status, body);
        assert_eq!((status, found.as_deref()), (GateStatus::Failed, Some(code)), "{gate:?} {body}");
    }
    let mut gates = passed(false, &[Gate::Query], None, &reports());
    let call = gates.next().expect("a call");
    take(&mut gates, &call, 200, inner);
    let evidence = gates.diagnoses().remove(0).evidence.expect("evidence");
    assert_eq!(evidence.words.as_deref(), Some("The model is empty."));
}

#[test]
fn one_code_with_two_meanings_is_told_twice() {
    let mut gates = passed(false, &[Gate::Admin], None, &reports());
    let body = r#"{"error":{"code":"PowerBINotAuthorizedException"}}"#;
    take(&mut gates, &Call::Reports(workspace()), 401, body);
    take(&mut gates, &Call::Admin, 401, body);
    let errors = gates.diagnoses().into_iter().filter(|found| found.severity == Severity::Error);
    assert_eq!(errors.count(), 2);
}

#[test]
fn another_try_asks_only_for_what_has_not_passed() {
    let mut gates = passed(false, &[Gate::Embed, Gate::Admin], None, &reports());
    let embed = gates.next().expect("a call");
    take(&mut gates, &embed, 200, &format!(r#"{{"token":"{TOKEN}"}}"#));
    take(&mut gates, &Call::Admin, 401, "");
    let rest = gates.extras().for_next_try(Some(&gates));
    assert!(!format!("{rest:?}").contains(TOKEN));
    let again = passed(false, &[], None, &reports()).asking(&rest);
    assert_eq!(again.ready(), [Call::Admin]);
    assert_eq!(again.rows()[4].summary, "embed token (Plain)");
    // A try that did not come so far has shown nothing.
    assert_eq!(rest.for_next_try(None), rest);
}

#[test]
fn what_may_have_been_spent_is_not_asked_again() {
    let lost = TransportError {
        kind: TransportFault::AnswerTimeout,
        detail: String::new(),
        way: Box::default(),
        duration: Duration::ZERO,
    };
    for (outcome, is_asked_again) in
        [(Err(&lost), false), (Ok(&answer(200, "<html>")), false), (Ok(&answer(503, "")), true)]
    {
        let mut gates = passed(false, &[Gate::Embed], None, &reports());
        let embed = gates.next().expect("a call");
        gates.take(&embed, outcome, &Masker::default());
        assert_eq!((gates.status(), gates.has_only_spent()), (GateStatus::Failed, !is_asked_again));
        let rest = gates.extras().for_next_try(Some(&gates));
        let again = passed(false, &[], None, &reports()).asking(&rest);
        assert_eq!(again.next().is_some(), is_asked_again, "{outcome:?}");
    }
}

#[test]
fn what_is_known_of_one_workspace_says_nothing_of_another() {
    let mut gates = passed(false, &[Gate::Embed, Gate::Admin], None, &reports());
    let embed = gates.next().expect("a call");
    take(&mut gates, &embed, 200, &format!(r#"{{"token":"{TOKEN}"}}"#));
    take(&mut gates, &Call::Admin, 200, r#"{"value":[]}"#);
    let rest = gates.extras().for_next_try(Some(&gates));
    for (id, embed) in [(SALES, GateStatus::Passed), (PLAIN, GateStatus::Skipped)] {
        let mut again = Gates::new(&api(false), None).asking(&rest);
        take(&mut again, &Call::Workspaces, 200, &format!(r#"{{"value":[{{"id":"{id}","name":"Other"}}]}}"#));
        let rows = again.rows();
        assert_eq!((rows[4].status, rows[5].status), (embed, GateStatus::Passed), "{id}");
    }
    // A list that fails once makes nobody forget that an embed token was given.
    let mut late = Gates::new(&api(false), None).asking(&rest);
    take(&mut late, &Call::Workspaces, 503, "");
    let rest = rest.for_next_try(Some(&late));
    assert_eq!(passed(false, &[], None, &reports()).asking(&rest).next(), None);
}

#[test]
fn an_answer_that_may_hold_an_embed_token_is_no_evidence() {
    for body in [
        format!(r#"["{TOKEN}"]"#),
        format!(r#"{{"Token":"{TOKEN}"}}"#),
        format!(r#"{{"token":{{"value":"{TOKEN}"}}}}"#),
        format!(r#"{{"error":{{"code":"{TOKEN}","message":"{TOKEN}"}}}}"#),
        format!("<token>{TOKEN}</token>"),
    ] {
        let mut gates = passed(false, &[Gate::Embed], None, &reports());
        let embed = gates.next().expect("a call");
        take(&mut gates, &embed, 200, &body);
        assert_eq!(gates.status(), GateStatus::Failed);
        assert!(!format!("{gates:?} {:?} {}", gates.diagnoses(), gates.summary()).contains(TOKEN), "{body}");
        let evidence = gates.diagnoses().remove(0).evidence.expect("evidence");
        assert_eq!(evidence.body, format!("({} bytes, not shown, for they may hold an embed token)", body.len()));
    }
}

#[test]
fn another_workspace_forgets_what_was_tried() {
    let mut gates = passed(false, &[Gate::Embed, Gate::Admin], None, &reports());
    let embed = gates.next().expect("a call");
    take(&mut gates, &embed, 403, "");
    take(&mut gates, &Call::Admin, 200, r#"{"value":[]}"#);
    gates.choose(WorkspaceId::parse(RULED).expect("a GUID"));
    assert_eq!(gates.rows()[4].summary, "");
    assert_eq!(gates.rows()[5].status, GateStatus::Passed, "which has nothing to do with a workspace");
}

#[test]
fn every_obstacle_that_nothing_else_explains_says_what_to_do() {
    for obstacle in
        [Obstacle::NoChoice, Obstacle::NoReport, Obstacle::NotListed, Obstacle::NoModel, Obstacle::ModelElsewhere]
    {
        let found = obstacle.explain().expect("a diagnosis");
        assert!(found.action.len() <= 76 && found.action.ends_with('.'), "{}", found.action);
        assert!(!obstacle.words().is_empty() && found.severity == Severity::Warning);
    }
}

#[test]
fn a_token_that_goes_nowhere_is_told_to_whoever_asked() {
    let skip = Skip { reason: "The token is for another API.".to_owned() };
    assert_eq!(Extras::default().explain(&skip), None);
    let found = Extras::new(&[Gate::Embed], None).explain(&skip).expect("a diagnosis");
    assert!(found.cause.starts_with("The token is for another API. ") && found.action.len() <= 76, "{found:?}");
}

proptest! {
    #[test]
    fn any_answer_to_what_was_named_can_be_taken(status in 100_u16..=599, body: String, which in 0_usize..3) {
        let named = Gate::OPTIONAL[which];
        let mut gates = passed(false, &[named], None, &reports());
        let call = gates.next().expect("a call");
        take(&mut gates, &call, status, &body);
        let row = gates.rows().remove(4);
        prop_assert!(row.status != GateStatus::Skipped && !row.summary.is_empty());
        prop_assert!(row.summary.chars().all(|letter| !letter.is_control()));
    }
}
