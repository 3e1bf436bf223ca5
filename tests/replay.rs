//! Broken registrations as people report them in public, in our own words: the settings, and what the server said.
//! The first diagnosis has to be the cause that was found in the end; `expected/replay.tsv` was written before.

#![expect(clippy::disallowed_methods, reason = "a test reads its own fixtures")]
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use token_wizard::cli;
use token_wizard::domain::diagnosis::{Diagnosis, Severity};
use token_wizard::domain::discovery::realm::Realm;
use token_wizard::domain::exchange::{HttpAnswer, Route};
use token_wizard::domain::mask::Masker;
use token_wizard::domain::oauth::{self, TokenAnswer};
use token_wizard::domain::refusal;
use token_wizard::domain::registration::{Options, Plan, inspect};
use token_wizard::domain::secret::Secret;
use token_wizard::domain::setting::{SettingName, Values};
use token_wizard::domain::time::Timestamp;
use token_wizard::verify::Report;

const TABLE: &str = include_str!("expected/replay.tsv");
const FOLDER: &str = "tests/fixtures/replay";

/// One report.
#[derive(Deserialize)]
struct Case {
    /// What had happened.
    story: String,
    settings: BTreeMap<String, String>,
    /// None where nothing was sent.
    answer: Option<Answer>,
}

#[derive(Deserialize)]
struct Answer {
    status: u16,
    headers: BTreeMap<String, String>,
    body: String,
}

fn read(name: &str) -> Case {
    let text = std::fs::read_to_string(format!("{FOLDER}/{name}.json")).expect("a fixture");
    serde_json::from_str(&text).expect("a report of the known form")
}

fn first_diagnosis(case: &Case) -> Option<Diagnosis> {
    first_diagnosis_for(case, None)
}

/// The same when it was learnt who checks the user's password.
fn first_diagnosis_for(case: &Case, realm: Option<&Realm>) -> Option<Diagnosis> {
    let mut values = Values::default();
    for (key, value) in &case.settings {
        values.set(SettingName::from_key(key).expect("one of the seven"), value.as_str());
    }
    let inspection = inspect(&values, &Options::default());
    let Some(registration) = inspection.registration else {
        return inspection.diagnoses.into_iter().find(|found| found.severity == Severity::Error);
    };
    let Answer { status, headers, body } = case.answer.as_ref()?;
    let answer = HttpAnswer {
        status: *status,
        headers: headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
        body: Secret::new(body.as_str()),
        truncated: false,
        route: Route::default(),
        received_at: Timestamp::from_seconds(1_795_528_931),
        duration: Duration::from_millis(182),
    };
    let masker = Masker::new(values.secrets());
    match oauth::read_answer(&answer) {
        TokenAnswer::Token(_) => None,
        TokenAnswer::Refusal(error) => Some(refusal::explain(&error, &answer, &registration, realm, &masker)),
        TokenAnswer::Other(kind) => Some(refusal::explain_other(kind, &answer, &registration, &masker)),
    }
}

#[test]
fn the_first_diagnosis_is_the_cause_that_was_found() {
    let mut wrong = Vec::new();
    let rows: Vec<&str> = TABLE.lines().filter(|line| !line.starts_with('#')).collect();
    for row in &rows {
        let [name, code, setting, words] = row.split('\t').collect::<Vec<_>>()[..] else {
            panic!("four columns: {row}")
        };
        let case = read(name);
        let found = first_diagnosis(&case).unwrap_or_else(|| panic!("{name}: nothing is wrong"));
        let is_setting = found.setting.map_or("-", SettingName::key);
        if (found.code.as_ref(), is_setting) != (code, setting) || !found.action.contains(words) {
            wrong.push(format!("{name}: {} {is_setting}: {} -- {}", found.code, found.action, case.story));
        }
        assert!(found.action.ends_with('.') && found.action.chars().count() <= 100, "{name}: {}", found.action);
        assert!(
            found.remedies.iter().all(|remedy| remedy.ends_with('.') || remedy.contains(": token-wizard ")),
            "{name}: {:?}",
            found.remedies
        );
        for key in ["ClientSecret", "Password"] {
            let secret = case.settings.get(key).map(String::as_str).unwrap_or_default();
            let shown = format!("{found:?}");
            // A GUID may stand in two settings, of which one is no secret.
            let is_elsewhere = case.settings.iter().any(|(other, value)| other != key && value == secret);
            assert!(secret.len() < 6 || is_elsewhere || !shown.contains(secret), "{name} shows {key}");
        }
    }
    assert_eq!(wrong, [""; 0]);
    assert!(rows.len() >= 80);
    let files = std::fs::read_dir(FOLDER).expect("the fixtures").count();
    assert_eq!(files, rows.len(), "every fixture has its expectation");
}

#[test]
fn the_link_for_consent_is_of_this_app_and_tenant() {
    let found = first_diagnosis(&read("consent-user")).expect("a refusal");
    let link = "https://login.microsoftonline.com/8f3c2a1e-5b7d-4c19-9e42-3a6f0d1c77d0/adminconsent\
                ?client_id=1b4e28ba-2fa1-41d2-883f-0016d3cca427";
    assert!(found.remedies.iter().any(|remedy| remedy.contains(link)), "{:?}", found.remedies);
}

#[test]
fn check_shows_the_link_in_one_piece_and_lists_it_in_json() {
    let found = first_diagnosis(&read("consent-user")).expect("a refusal");
    let [admin, user] = found.links.as_slice() else { panic!("two pages: {:?}", found.links) };
    let mut report = Report::unreadable(&found);
    report.plan = Plan::default();
    let text = cli::text::render("appsettings.json", &report, cli::text::Shown::default(), cli::page::Page::of(78));
    for link in [admin, user] {
        assert!(text.lines().any(|line| line == link.url), "{text}");
    }
    assert!(text.contains("An admin can grant it at the link below in a browser."), "{text}");
    assert!(text.lines().all(|line| line.starts_with("https://") || line.chars().count() <= 78), "{text}");
    let json = cli::json::line("appsettings.json", &report, 6, false, Timestamp::from_seconds(0)).expect("JSON");
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let shown = json.pointer("/stages/0/diagnoses/0").expect("the diagnosis");
    assert_eq!(shown["links"][0], serde_json::json!({"title": "Admin consent link", "url": admin.url}));
    let remedies = shown["remedies"].as_array().expect("a list");
    assert!(remedies.iter().any(|remedy| remedy.as_str().is_some_and(|remedy| remedy.contains(&user.url))));
    assert!(!json.to_string().contains("{ClientId}"), "the form of the address gave way to the address");
    // Where there is none the object is as it always was.
    let without = Report::unreadable(&first_diagnosis(&read("ca-53003-claims")).expect("a refusal"));
    let json = cli::json::line("appsettings.json", &without, 6, false, Timestamp::from_seconds(0)).expect("JSON");
    assert!(!json.contains("\"links\""), "{json}");
}

#[test]
fn what_is_known_of_the_realm_is_said_and_not_asked() {
    let case = read("password-adfs");
    let whole = |found: &Diagnosis| format!("{} {} {}", found.action, found.cause, found.remedies.join(" "));
    let unknown = first_diagnosis(&case).expect("a refusal");
    assert!(whole(&unknown).contains("the domain is federated"), "nobody asked: {unknown:?}");
    let host = Some("adfs.contoso.com".to_owned());
    let federated = Realm::Federated { host, protocol: Some("WSTrust".to_owned()) };
    let found = first_diagnosis_for(&case, Some(&federated)).expect("a refusal");
    let said = whole(&found);
    assert!(!said.to_lowercase().contains("if the domain is federated"), "{said}");
    assert!(
        found.cause.starts_with("The domain of User is federated: adfs.contoso.com checks its passwords"),
        "{said}"
    );
    assert_eq!(found.setting, Some(SettingName::User));
    assert!(found.action.chars().count() <= 100 && found.remedies.iter().all(|remedy| remedy.ends_with('.')), "{said}");
    let managed = whole(&first_diagnosis_for(&case, Some(&Realm::Managed)).expect("a refusal"));
    assert!(!managed.contains("domain is federated") && managed.contains("browser"), "{managed}");
}

#[test]
fn a_policy_is_told_in_the_words_of_the_grant() {
    for (name, foreign, own) in [
        (
            "ca-53003-claims",
            &["workload identit", "client_credentials", "or the service principal"][..],
            "exclude the account",
        ),
        ("ca-53003-app", &["For a user", "the account", "For a service principal:"], "workload identities"),
    ] {
        let found = first_diagnosis(&read(name)).expect("a refusal");
        let said = format!("{} {} {} {}", found.title, found.action, found.cause, found.remedies.join(" "));
        assert!(foreign.iter().all(|words| !said.contains(words)), "{name}: {said}");
        assert!(said.contains(own), "{name}: {said}");
    }
}

#[test]
fn a_policy_is_named_by_its_id() {
    let found = first_diagnosis(&read("ca-53003-claims")).expect("a refusal");
    assert!(found.cause.contains("7ad5f2b1-3d54-4f0e-8a55-0f6f2c1f9c3a"), "{}", found.cause);
    assert!(
        found.remedies.iter().filter(|remedy| remedy.contains("app.powerbi.com > ")).count() == 2,
        "{:?}",
        found.remedies
    );
}

#[test]
fn a_number_that_is_not_listed_still_has_words_and_a_page() {
    let found = first_diagnosis(&read("unlisted-ca")).expect("a refusal");
    assert!(found.title.contains("conditional access") && found.cause.contains("HTTP 400"), "{found:?}");
    assert!(found.remedies.iter().any(|remedy| remedy.contains("/error?code=530099")), "{:?}", found.remedies);
    let words = found.evidence.and_then(|evidence| evidence.words);
    assert_eq!(words.as_deref(), Some("AADSTS530099: Something new was blocked."));
}

#[test]
fn whoever_stands_between_is_named() {
    let found = first_diagnosis(&read("html-zscaler")).expect("a refusal");
    assert!(found.remedies.iter().any(|remedy| remedy.contains("Zscaler")), "{:?}", found.remedies);
}
