//! The failure catalogue, and the table in which 401 and 403 have changed places, row by row.

use std::collections::BTreeSet;

use token_wizard::domain::diagnosis::Diagnosis;
use token_wizard::domain::exchange::HttpAnswer;
use token_wizard::domain::mask::Masker;
use token_wizard::domain::powerbi::{Asked, Dataset, Gates, Route, WorkspaceId, explain};
use token_wizard::domain::refusal;
use token_wizard::domain::secret::Secret;

use crate::address;
use crate::practice::Practice;

/// Which account shows which row, at which call.
const CATALOGUE: &str = include_str!("../expected/catalogue.tsv");
/// What the gates of `check` and of the pane come to.
const GATES: &str = include_str!("../expected/powerbi.tsv");

const MY_WORKSPACE: &str = "7881bd63-c0a4-4319-b831-ae125a2fd5c7";
const JSON: &str = "application/json";
const DAX: &str = r#"{"queries":[{"query":"EVALUATE Sales"}]}"#;

struct Lab {
    practice: Practice,
    /// What the app that works sees.
    gates: Gates,
    asked: Asked,
    good: Secret,
}

impl Lab {
    async fn open() -> Self {
        let practice = Practice::start().await;
        let api = practice.api("app-works").await;
        let good = practice.token("app-works").await;
        let gates = practice.gates(&api, None).await;
        let asked = Asked::of(&api, Route::Workspace);
        Self { practice, gates, asked, good }
    }

    fn explain(&self, answer: &HttpAnswer, route: Route) -> Diagnosis {
        explain(answer, &Asked { route, ..self.asked.clone() }, &Masker::new([&self.good]))
    }

    fn model(&self, has_rules: bool) -> &Dataset {
        let is_it = |model: &&Dataset| model.is_effective_identity_required == Some(has_rules);
        self.gates.datasets().iter().find(is_it).expect("a model")
    }

    async fn embed(&self, token: &Secret, kind: &str, body: String) -> HttpAnswer {
        self.practice.post("GenerateToken", token, kind, body).await
    }
}

/// Status, header `X-PowerBI-Error-Info`, code, and whether there was a body.
fn shape(answer: &HttpAnswer, diagnosis: &Diagnosis) -> String {
    let info = answer.header("x-powerbi-error-info").unwrap_or("-");
    let body = if answer.body.is_empty() { "empty" } else { "body" };
    format!("{} {info} {body} {}", answer.status, diagnosis.code)
}

#[tokio::test]
async fn a_bad_token_is_403() {
    let lab = Lab::open().await;
    for (token, expected, action) in [
        (None, "403 - empty HTTP403", "Look for a proxy that takes the header Authorization out."),
        (
            Some(Secret::new("H4sIAAAAembed")),
            "403 InvalidToken empty InvalidToken",
            "Compare Resource with the resource of your cloud, letter by letter.",
        ),
        (
            Some(lab.practice.token("graph-token").await),
            "403 InvalidToken empty InvalidToken",
            "Compare Resource with the resource of your cloud, letter by letter.",
        ),
        (
            Some(lab.practice.token("false-signature").await),
            "403 TokenExpired empty TokenExpired",
            "Get a new token from the sign-in host of your cloud.",
        ),
    ] {
        let answer = lab.practice.get("groups", token.as_ref()).await;
        let found = lab.explain(&answer, Route::Workspaces);
        assert_eq!((shape(&answer, &found).as_str(), found.action.as_str()), (expected, action));
        let evidence = found.evidence.expect("evidence");
        assert_eq!(evidence.trace_id.as_deref(), answer.header("requestid"));
        assert!(evidence.trace_id.is_some());
    }
}

#[tokio::test]
async fn a_token_that_has_ended_says_so_in_its_claims() {
    let lab = Lab::open().await;
    let token = lab.practice.token("ended-token").await;
    let answer = lab.practice.get("groups", Some(&token)).await;
    let found = lab.explain(&answer, Route::Workspaces);
    assert_eq!(shape(&answer, &found), "403 TokenExpired body TokenExpired");
    let api = lab.practice.api("ended-token").await;
    let first = lab.practice.gates(&api, None).await.diagnoses().remove(0);
    assert_eq!((first.title.as_str(), first.action.as_str()), ("The token has ended", "Get a new token."));
}

#[tokio::test]
async fn a_missing_permission_is_401_and_no_build_permission_404() {
    let lab = Lab::open().await;
    let roamer = lab.practice.api("many-workspaces").await;
    let roamer = lab.practice.gates(&roamer, None).await;
    let finance = roamer.workspaces().iter().find(|workspace| workspace.name == "Finance").expect("a workspace");
    let nowhere = "00000000-0000-4000-8000-000000000000";
    for (path, route, expected, title) in [
        (
            format!("groups/{}/reports", finance.id),
            Route::Workspace,
            "401 GroupNotAccessible empty GroupNotAccessible",
            "The workspace is not open to this app",
        ),
        (
            format!("groups/{nowhere}/reports"),
            Route::Workspace,
            "401 - body PowerBINotAuthorizedException",
            "The workspace is not open to this app",
        ),
        (
            format!("groups/{MY_WORKSPACE}/reports"),
            Route::Workspace,
            "401 GroupNotAccessible body GroupNotAccessible",
            "That is a My workspace",
        ),
        (
            "admin/groups?$top=1".to_owned(),
            Route::Admin,
            "401 - body PowerBINotAuthorizedException",
            "The admin APIs are closed to this app",
        ),
        (
            "reports".to_owned(),
            Route::Workspaces,
            "403 - body ApiNotAccessibleForApplication",
            "This call is closed to apps",
        ),
    ] {
        let answer = lab.practice.get(&path, Some(&lab.good)).await;
        let found = lab.explain(&answer, route);
        assert_eq!((shape(&answer, &found).as_str(), found.title.as_str()), (expected, title), "{path}");
        assert_eq!(found.setting, None, "{path}: no setting is at fault");
    }
    let user = lab.practice.token("user-works").await;
    assert_eq!(lab.practice.get("reports", Some(&user)).await.status, 200, "users have a My workspace");

    let workspace = lab.gates.chosen().expect("the only workspace");
    let path = format!("groups/{workspace}/datasets/{}/executeQueries", lab.model(false).id);
    let dax = DAX.to_owned();
    assert_eq!(lab.practice.post(&path, &lab.good, JSON, dax.clone()).await.status, 200);
    let viewer = lab.practice.token("viewer-role").await;
    let answer = lab.practice.post(&path, &viewer, JSON, dax).await;
    let found = lab.explain(&answer, Route::Workspace);
    assert_eq!(shape(&answer, &found), "404 - body PowerBIEntityNotFound");
    assert!(found.cause.contains("Build permission"), "{found:?}");
    let answer = lab.practice.post(&path, &lab.good, JSON, r#"{"queries":[{"query":"SELECT"}]}"#.to_owned()).await;
    let found = lab.explain(&answer, Route::Workspace);
    assert_eq!(shape(&answer, &found), "400 - body DatasetExecuteQueriesError");
    assert_eq!(found.evidence.expect("evidence").words.as_deref(), Some("The syntax is incorrect."));
}

#[tokio::test]
async fn embed_tokens_have_refusals_of_their_own() {
    let lab = Lab::open().await;
    let of = |id: &str| serde_json::json!({"datasets": [{"id": id}]}).to_string();
    let (plain, ruled) = (of(&lab.model(false).id), of(&lab.model(true).id));
    let viewer = lab.practice.token("viewer-role").await;
    for (token, kind, body, expected) in [
        (&lab.good, JSON, ruled, "400 InvalidRequest body EffectiveIdentity"),
        (&viewer, JSON, plain.clone(), "403 - empty GenerateTokenForbidden"),
        (&lab.good, JSON, of("7"), "400 - body InvalidRequest"),
        (&lab.good, "text/plain", plain.clone(), "415 - body UnsupportedMediaType"),
        (&lab.good, JSON, of("00000000-0000-4000-8000-000000000000"), "404 - body PowerBIEntityNotFound"),
    ] {
        let answer = lab.embed(token, kind, body.clone()).await;
        let found = lab.explain(&answer, Route::EmbedToken);
        assert_eq!(shape(&answer, &found), expected, "{body}");
    }
    let answer = lab.embed(&lab.good, JSON, plain).await;
    assert_eq!(answer.status, 200);
    let shown = refusal::shown_body(&answer, &Masker::default());
    assert!(shown.contains("[masked]") && !shown.contains("H4sI"), "an embed token is a secret: {shown}");
}

#[tokio::test]
async fn what_is_in_the_way_is_told_apart() {
    let lab = Lab::open().await;
    for (name, status, code, words) in [
        ("powerbi-throttled", 429, "TooManyRequests", "Wait 47 s"),
        ("powerbi-moved", 307, "HTTP307", "cluster.powerbi.example"),
        ("powerbi-gateway", 403, "html-answer", "squid"),
        ("powerbi-fault", 500, "UnknownError", "RequestId"),
        ("revoked-app", 401, "insufficient_claims", "Enterprise apps"),
        ("unlicensed-app", 401, "PowerBINotLicensedException", "dedicated capacity"),
        ("unlicensed-user", 401, "PowerBINotLicensedException", "Users > Active users"),
        ("switch-off", 401, "ServicePrincipalIsNotAllowedByTenantAdminSwitch", "Admin portal > Tenant settings"),
    ] {
        let api = lab.practice.api(name).await;
        let first = lab.practice.gates(&api, None).await.diagnoses().remove(0);
        assert_eq!(first.code, code, "{name}");
        assert_eq!(first.evidence.as_ref().and_then(|evidence| evidence.status), Some(status), "{name}");
        let shown = format!("{} {} {}", first.action, first.cause, first.remedies.join(" "));
        assert!(shown.contains(words), "{name}: {shown}");
    }
}

#[tokio::test]
async fn a_wished_workspace_that_is_closed_fails_at_its_reports() {
    let lab = Lab::open().await;
    let api = lab.practice.api("app-works").await;
    let nowhere = WorkspaceId::parse("00000000-0000-4000-8000-000000000000").expect("a GUID");
    let gates = lab.practice.gates(&api, Some(nowhere)).await;
    let rows: Vec<_> = gates.rows().iter().map(|row| row.status.word()).collect();
    assert_eq!(rows, ["passed", "passed", "failed", "skipped"]);
    assert_eq!(gates.summary(), "reports: 401 PowerBINotAuthorizedException");
}

/// Table, row, signal, account, call, answer.
fn catalogue() -> Vec<[&'static str; 6]> {
    let rows = CATALOGUE.lines().filter(|line| !line.starts_with('#'));
    rows.map(|line| line.split('\t').collect::<Vec<_>>().try_into().expect("six columns")).collect()
}

#[test]
fn no_row_of_the_catalogue_is_left_out() {
    let numbers = |table: &str| -> BTreeSet<u8> {
        let of_table = catalogue().into_iter().filter(|row| row[0] == table);
        of_table.map(|row| row[1].parse().expect("a number")).collect()
    };
    assert_eq!(numbers("status"), (1..=8).collect());
    assert_eq!(numbers("catalogue"), (1..=16).collect());
    let elsewhere: Vec<_> = catalogue().into_iter().filter(|row| row[3] == "-").map(|row| row[5]).collect();
    assert_eq!(elsewhere, [address::UNKNOWN_ISSUER, address::REFUSED_ARGUMENT], "what no account can show");
}

#[test]
fn check_and_the_pane_meet_every_row_at_their_gates() {
    let gates: Vec<Vec<&str>> = GATES.lines().map(|line| line.split('\t').collect()).collect();
    for [_, _, signal, account, call, answer] in catalogue() {
        let Some(place) = ["features", "workspaces", "reports", "datasets"].iter().position(|gate| *gate == call)
        else {
            continue;
        };
        let row = gates.iter().find(|row| row[0] == account).unwrap_or_else(|| panic!("{signal}: no {account}"));
        assert_eq!(row[2].split(' ').nth(place), Some("failed"), "{signal}: {account}");
        assert_eq!(answer.rsplit(' ').next(), Some(row[3]), "{signal}: {account}");
    }
}

/// What the account is answered at that call.
async fn answer_at(practice: &Practice, account: &str, call: &str) -> (HttpAnswer, Diagnosis) {
    let token = practice.token(account).await;
    let api = practice.api(account).await;
    let gates = practice.gates(&api, None).await;
    let inside = |what: &str| format!("groups/{}/{what}", gates.chosen().expect("the only workspace"));
    let model = || &gates.datasets().first().expect("a model").id;
    let (answer, route) = match call {
        "workspaces" => (practice.get("groups", Some(&token)).await, Route::Workspaces),
        "reports" | "datasets" => (practice.get(&inside(call), Some(&token)).await, Route::Workspace),
        "admin" => (practice.get("admin/groups?$top=1", Some(&token)).await, Route::Admin),
        "query" => {
            let path = inside(&format!("datasets/{}/executeQueries", model()));
            (practice.post(&path, &token, JSON, DAX.to_owned()).await, Route::Workspace)
        }
        "embed" => {
            let body = serde_json::json!({"datasets": [{"id": model()}]}).to_string();
            (practice.post("GenerateToken", &token, JSON, body).await, Route::EmbedToken)
        }
        other => panic!("no call {other}"),
    };
    let found = explain(&answer, &Asked::of(&api, route), &Masker::new([&token]));
    (answer, found)
}

#[tokio::test]
async fn every_account_of_the_catalogue_gives_its_answer() {
    let practice = Practice::start().await;
    let mut wrong = Vec::new();
    for [_, _, signal, account, call, expected] in catalogue() {
        if account == "-" {
            continue;
        }
        let (answer, mut found) = answer_at(&practice, account, call).await;
        if answer.status == 200 {
            let list: serde_json::Value = serde_json::from_str(answer.body.expose()).expect("JSON");
            assert_eq!(list["value"].as_array().map(Vec::len), Some(1), "{signal}: as many as were asked for");
            found.code = "-".into();
        }
        let is = shape(&answer, &found);
        if is != expected {
            wrong.push(format!("{signal}\t{account}\t{call}\t{is}"));
        }
        assert!(answer.status == 200 || !(found.title.is_empty() || found.action.is_empty()), "{signal}");
    }
    assert!(wrong.is_empty(), "not as expected:\n{}", wrong.join("\n"));
}

#[tokio::test]
async fn a_proxy_answers_in_its_own_words() {
    let practice = Practice::start().await;
    let (answer, found) = answer_at(&practice, "proxy-password", "workspaces").await;
    assert_eq!(answer.header("requestid"), None);
    assert_eq!(answer.header("proxy-authenticate"), Some("Basic realm=\"gate.contoso.example\""));
    assert!(answer.header("via").is_some_and(|via| via.contains("squid")));
    assert!(found.action.contains("HTTPS_PROXY"), "{found:?}");
    let api = practice.api("proxy-password").await;
    assert!(practice.gates(&api, None).await.is_network(), "it is none of Power BI's refusals");
}

#[tokio::test]
async fn the_admin_list_wants_to_be_told_how_many() {
    let practice = Practice::start().await;
    let token = practice.token("admin-open").await;
    for (query, status) in [("", 400), ("?$top=0", 400), ("?$top=5001", 400), ("?$top=5000", 200)] {
        assert_eq!(practice.get(&format!("admin/groups{query}"), Some(&token)).await.status, status, "{query}");
    }
}

#[tokio::test]
async fn the_permission_that_shuts_the_admin_apis_is_named() {
    let practice = Practice::start().await;
    for (account, words) in [("app-works", "such as Tenant.Read.All"), ("admin-permission", "here Tenant.Read.All")] {
        let (_, found) = answer_at(&practice, account, "admin").await;
        assert!(found.remedies.iter().any(|remedy| remedy.contains(words)), "{account}: {found:?}");
    }
}
