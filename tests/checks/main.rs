//! Every comparison of a token with the settings, against the table in `expected/`: right, and wrong. Once as the plain
//! function that compares, at the very second where a verdict turns, and once as `check` tells it over real HTTP.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

#[path = "../support/front.rs"]
mod front;
mod http;
#[path = "../support/relay.rs"]
mod relay;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use token_wizard::domain::check::{CHECKS, Judgement, Verdict, judge};
use token_wizard::domain::jwt::Jwt;
use token_wizard::domain::registration::{Options, Registration, inspect};
use token_wizard::domain::setting::{SettingName, Values};
use token_wizard::domain::time::Timestamp;

const TABLE: &str = include_str!("../expected/checks.tsv");
const TENANT: &str = "8f3c2a1e-5b7d-4c19-9e42-3a6f0d1c77d0";
const CLIENT: &str = "1b4e28ba-2fa1-41d2-883f-0016d3cca427";
const OBJECT: &str = "6d0c4f5e-2b1a-4e38-9f77-0a1b2c3d4e5f";
const POWER_BI: &str = "https://analysis.windows.net/powerbi/api";
const NOW: Timestamp = Timestamp::from_seconds(1_795_528_931);

/// The settings of that name: `app`, `v2`, `domain`, `user`, `public`.
fn values(kind: &str) -> Values {
    let path = if kind == "v2" { "oauth2/v2.0/token" } else { "oauth2/token" };
    let mut values = Values::default()
        .with(SettingName::AppTenantId, if kind == "domain" { "contoso.onmicrosoft.com" } else { TENANT })
        .with(SettingName::AuthTokenUrl, format!("https://login.microsoftonline.com/{{AppTenantId}}/{path}"))
        .with(SettingName::Resource, POWER_BI)
        .with(SettingName::ClientId, CLIENT)
        .with(SettingName::ClientSecret, "5c18Q~practiceValue.of_forty_characters0");
    if has_user(kind) {
        values = values.with(SettingName::User, "anna@contoso.com").with(SettingName::Password, "p");
    }
    if kind == "public" {
        values = values.with(SettingName::ClientSecret, "");
    }
    values
}

fn has_user(kind: &str) -> bool {
    matches!(kind, "user" | "public")
}

fn registration(kind: &str) -> Registration {
    inspect(&values(kind), &Options::default()).registration.expect("a request is possible")
}

/// A token about which nothing is to be said.
fn good(kind: &str, now: Timestamp) -> Map<String, Value> {
    let issuer = format!("https://sts.windows.net/{TENANT}/");
    let mut claims = json!({
        "aud": POWER_BI, "iss": issuer, "iat": now.seconds(), "nbf": now.seconds() - 300, "exp": now.seconds() + 3600,
        "appid": CLIENT, "appidacr": if kind == "public" { "0" } else { "1" }, "oid": OBJECT, "sub": OBJECT,
        "tid": TENANT, "ver": "1.0",
    });
    if has_user(kind) {
        claims["scp"] = "Dataset.Read.All Report.Read.All Workspace.Read.All".into();
        claims["upn"] = "anna@contoso.com".into();
        claims["sub"] = "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ".into();
    }
    claims.as_object().cloned().expect("an object")
}

/// The claims of a row of the table for a token that is issued now; `shift` may move a time, in seconds from now.
fn claims(kind: &str, changes: &str, now: Timestamp, shift: fn(i64) -> i64) -> Map<String, Value> {
    let mut claims = good(kind, now);
    let changes: Map<String, Value> = serde_json::from_str(changes).expect("an object of claims");
    for (name, value) in changes {
        let offset = value.as_str().and_then(|text| text.strip_prefix('@')).map(str::parse::<i64>);
        match offset {
            Some(offset) => claims.insert(name, json!(now.seconds() + shift(offset.expect("seconds")))),
            None if value.is_null() => claims.remove(&name),
            None => claims.insert(name, value),
        };
    }
    claims
}

fn token(kind: &str, changes: &str) -> Jwt {
    Jwt { header: Map::new(), claims: claims(kind, changes, NOW, |offset| offset) }
}

/// A row of the table: check, verdict, diagnosis, settings, claims that differ from a good token.
fn rows() -> Vec<[&'static str; 5]> {
    let rows = TABLE.lines().filter(|line| !line.starts_with('#'));
    rows.map(|row| row.split('\t').collect::<Vec<_>>().try_into().expect("five columns")).collect()
}

fn verdict(judgement: &Judgement, id: &str) -> &'static str {
    judgement.findings.iter().find(|finding| finding.id == id).map_or("-", |finding| finding.verdict.word())
}

#[test]
fn every_row_gives_what_the_table_says() {
    let mut seen: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut wrong = Vec::new();
    for row in rows() {
        let [id, expected, code, kind, changes] = row;
        let judgement = judge(&token(kind, changes), &registration(kind), None, NOW);
        let codes: Vec<&str> = judgement.diagnoses.iter().map(|diagnosis| diagnosis.code.as_ref()).collect();
        let is_told = if code == "-" { codes.is_empty() } else { codes.contains(&code) };
        if verdict(&judgement, id) != expected || !is_told {
            wrong.push(format!("{row:?}: {} {codes:?}", verdict(&judgement, id)));
        }
        for diagnosis in &judgement.diagnoses {
            assert!(diagnosis.action.ends_with('.') && diagnosis.action.chars().count() <= 100, "{diagnosis:?}");
            assert!(!diagnosis.title.ends_with('.') && diagnosis.cause.ends_with('.'), "{diagnosis:?}");
        }
        seen.entry(id).or_default().insert(expected);
    }
    assert_eq!(wrong, [""; 0]);
    for check in &CHECKS {
        let verdicts = seen.get(check.id).unwrap_or_else(|| panic!("{} has no row", check.id));
        let promised: BTreeSet<&str> = check.verdicts.iter().map(|verdict| verdict.word()).collect();
        assert!(verdicts.is_subset(&promised.iter().copied().chain(["-"]).collect()), "{}: {verdicts:?}", check.id);
        assert!(verdicts.contains("fail") || verdicts.contains("warn"), "{} never complains", check.id);
        assert!(verdicts.contains("pass") || verdicts.contains("-"), "{} is never content", check.id);
        assert!(check.rule.ends_with('.') && !check.claim.is_empty(), "{}", check.id);
    }
    assert_eq!(seen.len(), CHECKS.len(), "ids are unique and known");
}

#[test]
fn the_worst_verdict_of_a_claim_is_told_with_its_reason() {
    let judgement = judge(&token("app", r#"{"exp":"@300","iat":"@0"}"#), &registration("app"), None, NOW);
    let exp = judgement.claims.iter().find(|claim| claim.name == "exp").expect("it is there");
    assert_eq!((exp.verdict, exp.note.as_str()), (Verdict::Warn, "lives 5 min only"));
    assert_eq!(judgement.claims.iter().filter(|claim| claim.name == "exp").count(), 1);
}

#[test]
fn names_of_persons_are_in_no_note() {
    let judgement = judge(&token("user", r#"{"upn":"berta@fabrikam.com"}"#), &registration("user"), None, NOW);
    let shown = format!(
        "{:?}{:?}",
        judgement.diagnoses,
        judgement.claims.iter().map(|claim| (&claim.note, &claim.words)).collect::<Vec<_>>()
    );
    assert!(!shown.contains("berta") && !shown.contains("anna"), "{shown}");
}

#[test]
fn another_provider_s_claims_are_not_read_as_microsofts() {
    let foreign = r#"{"iss":"http://127.0.0.1:8080/realm","scp":7,"roles":["Tenant.Read.All"],"acct":1,"amr":["x"],"ver":"2.0","oid":null}"#;
    let values = Values::default()
        .with(SettingName::AuthTokenUrl, "http://127.0.0.1:8080/realm/token")
        .with(SettingName::Resource, POWER_BI)
        .with(SettingName::ClientId, CLIENT)
        .with(SettingName::ClientSecret, "s");
    let registration = inspect(&values, &Options::default()).registration.expect("a request is possible");
    let judgement = judge(&token("app", foreign), &registration, None, NOW);
    assert_eq!(judgement.diagnoses, []);
}
