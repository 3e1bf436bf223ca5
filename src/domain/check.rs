//! The claims of a token against what the settings promise.
//!
//! A claim that is present and wrong fails; one that is absent or malformed is not checked and warns. What was not
//! checked is never called valid or invalid.

use serde_json::Value;

use super::claims;
use super::cloud::{self, CloudName};
use super::diagnosis::{self, Diagnosis, Severity};
use super::jwt::{Claim, Jwt};
use super::registration::Registration;
use super::setting::SettingName::{AppTenantId, AuthTokenUrl, ClientId, Resource};
use super::shape;
use super::text::printable;
use super::time::{self, Timestamp};

/// How far the clocks of two machines may be apart, in seconds.
const LEEWAY: i64 = 300;

/// What came out of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is as promised.
    Pass,
    /// Worth a look.
    Warn,
    /// Present and wrong.
    Fail,
    /// Nothing to compare with, or not possible.
    NotChecked,
}

impl Verdict {
    /// The word on the screen and in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::NotChecked => "not checked",
        }
    }
}

/// One claim, ready to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimReport {
    /// The claim's name; control and invisible characters as `\u{7}`.
    pub name: String,
    /// The value as it came; null when the claim is absent.
    pub value: Value,
    /// The value in words: a date, a known name; empty when the value speaks for itself.
    pub words: String,
    /// What the claim is for, from the dictionary; empty when it is unknown.
    pub meaning: &'static str,
    /// The comparison's outcome.
    pub verdict: Verdict,
    /// Why that verdict; for `NotChecked` why not. Empty for claims that no rule is about.
    pub note: String,
    /// Whether it names a person or an address.
    pub personal: bool,
}

impl ClaimReport {
    /// The value on one line: in words where there are any, a text without its quotes, anything else as JSON.
    pub fn shown_value(&self) -> String {
        match &self.value {
            Value::Null => "absent".to_owned(),
            Value::Number(_) if !self.words.is_empty() => self.words.clone(),
            Value::String(text) => printable(text).into_owned(),
            other => printable(&other.to_string()).into_owned(),
        }
    }
}

/// The claims with their verdicts, and what is wrong with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// All claims, the checked ones first, then the others in the order of the token.
    pub claims: Vec<ClaimReport>,
    /// What is wrong, the worst first.
    pub diagnoses: Vec<Diagnosis>,
}

impl Judgement {
    /// `6 as expected`, `1 wrong, 4 as expected, 1 not checked`.
    pub fn summary(&self) -> String {
        let rules = self.claims.iter().filter(|claim| !claim.note.is_empty());
        let count = |verdict| rules.clone().filter(|claim| claim.verdict == verdict).count();
        [
            (Verdict::Fail, "wrong"),
            (Verdict::Warn, "doubtful"),
            (Verdict::Pass, "as expected"),
            (Verdict::NotChecked, "not checked"),
        ]
        .into_iter()
        .map(|(verdict, words)| (count(verdict), words))
        .filter(|(count, _)| *count > 0)
        .map(|(count, words)| format!("{count} {words}"))
        .collect::<Vec<_>>()
        .join(", ")
    }
}

/// A rule's outcome for one claim.
struct Outcome {
    claim: &'static str,
    verdict: Verdict,
    note: String,
    /// The token does not say it, or not readably.
    is_missing: bool,
    diagnosis: Option<Diagnosis>,
}

impl Outcome {
    fn pass(claim: &'static str, note: impl Into<String>) -> Self {
        Self { claim, verdict: Verdict::Pass, note: note.into(), is_missing: false, diagnosis: None }
    }

    fn not_checked(claim: &'static str, why: impl Into<String>) -> Self {
        Self { claim, verdict: Verdict::NotChecked, note: why.into(), is_missing: false, diagnosis: None }
    }

    fn fail(claim: &'static str, note: impl Into<String>, diagnosis: Diagnosis) -> Self {
        Self { claim, verdict: Verdict::Fail, note: note.into(), is_missing: false, diagnosis: Some(diagnosis) }
    }

    /// A claim that is not there or of the wrong type.
    fn missing<T>(claim: &'static str, found: &Claim<T>) -> Self {
        let why = if matches!(found, Claim::Malformed) { "of the wrong type" } else { "absent" };
        Self { is_missing: true, ..Self::not_checked(claim, why) }
    }
}

/// Compares the token with the settings at the moment `now`.
pub fn judge(jwt: &Jwt, registration: &Registration, now: Timestamp) -> Judgement {
    let outcomes = [
        audience(jwt, registration),
        tenant(jwt, registration),
        application(jwt, registration),
        issuer(jwt, registration),
        expiry(jwt, now),
        not_before(jwt, now),
    ];
    let mut diagnoses: Vec<Diagnosis> = outcomes.iter().filter_map(|outcome| outcome.diagnosis.clone()).collect();
    diagnoses.extend(not_checked(jwt, &outcomes));
    diagnosis::rank(&mut diagnoses);
    let mut reports = Vec::with_capacity(jwt.claims.len() + outcomes.len());
    for outcome in outcomes {
        // The optional nbf is only mentioned when it is there.
        if outcome.claim != "nbf" || jwt.claims.contains_key("nbf") {
            let value = jwt.claims.get(outcome.claim).cloned().unwrap_or(Value::Null);
            reports.push(report(outcome.claim, value, outcome.verdict, outcome.note, now));
        }
    }
    let judged: Vec<String> = reports.iter().map(|known| known.name.clone()).collect();
    for (name, value) in &jwt.claims {
        if !judged.contains(name) {
            reports.push(report(name, value.clone(), Verdict::NotChecked, String::new(), now));
        }
    }
    Judgement { claims: reports, diagnoses }
}

fn report(name: &str, value: Value, verdict: Verdict, note: String, now: Timestamp) -> ClaimReport {
    let entry = claims::entry(name);
    ClaimReport {
        words: if value.is_null() { String::new() } else { claims::words(name, &value, now) },
        meaning: entry.as_ref().map_or("", |entry| entry.meaning),
        personal: entry.as_ref().is_some_and(|entry| entry.personal),
        name: shown_name(name),
        value,
        verdict,
        note,
    }
}

/// The name without what a terminal would obey or hide. What goes is written out: otherwise another claim could pass
/// for one that was checked.
fn shown_name(name: &str) -> String {
    if printable(name) == name {
        return name.to_owned();
    }
    let shown = |c: char| {
        let text = c.to_string();
        if printable(&text) == text { text } else { c.escape_unicode().to_string() }
    };
    name.chars().map(shown).collect()
}

/// One warning for all that the token does not say.
fn not_checked(jwt: &Jwt, outcomes: &[Outcome]) -> Option<Diagnosis> {
    let names: Vec<String> = outcomes
        .iter()
        .filter(|outcome| outcome.is_missing)
        .filter(|outcome| jwt.claims.contains_key(outcome.claim) || outcome.claim != "nbf")
        .map(|outcome| format!("{} ({})", outcome.claim, outcome.note))
        .collect();
    (!names.is_empty()).then(|| {
        let list = names.join(", ");
        Diagnosis::new(
            Severity::Warning,
            "claims-not-checked",
            format!("Not checked: {list}"),
            "Look at these claims yourself.",
        )
        .because("The token does not say it, or not in a readable way. That makes it neither right nor wrong.")
    })
}

fn audience(jwt: &Jwt, registration: &Registration) -> Outcome {
    let audiences = match jwt.audiences() {
        Claim::Present(audiences) => audiences,
        other => return Outcome::missing("aud", &other),
    };
    let without_slash = |text: &str| text.strip_suffix('/').unwrap_or(text).to_owned();
    let resource = without_slash(&registration.resource);
    let row = cloud::of_resource(&resource);
    let app = row.and_then(|row| row.resource_app);
    let is_right = |audience: &&str| {
        without_slash(audience) == resource || app.is_some_and(|app| audience.eq_ignore_ascii_case(app))
    };
    if audiences.iter().any(is_right) {
        return Outcome::pass("aud", "equals Resource");
    }
    let found = audiences.join(", ");
    let name =
        claims::app_name(&found).map_or_else(|| printable(&found).into_owned(), |name| format!("{name} ({found})"));
    Outcome::fail(
        "aud",
        "is not Resource",
        error("audience-wrong", "The token is for another API", "Put the name of the API that the token is needed for into Resource.")
            .at(Resource)
            .because(format!("It is for {name}, but {} was asked for. The API that Resource names will refuse it.", registration.resource))
            .remedy("Compare Resource with the resource of your cloud, letter by letter; step Endpoint sets it.")
            .remedy("If AuthTokenUrl is a v1 endpoint, check that the application sends resource at all: without it Entra issues tokens for the retired Azure AD Graph."),
    )
}

/// The tenant that the token has to be of, when a GUID names it.
fn expected_tenant(registration: &Registration) -> Result<&str, &'static str> {
    match registration.tenant.as_deref() {
        None => Err("the settings name no tenant"),
        Some(tenant) if shape::is_guid(tenant) => Ok(tenant),
        Some(tenant) if shape::is_tenant_alias(tenant) => Err("the settings name an alias"),
        Some(_) => Err("the settings name the tenant by a domain"),
    }
}

fn tenant(jwt: &Jwt, registration: &Registration) -> Outcome {
    let found = match jwt.text("tid") {
        Claim::Present(found) => found,
        other => return Outcome::missing("tid", &other),
    };
    match expected_tenant(registration) {
        Err(why) => Outcome::not_checked("tid", why),
        Ok(expected) if expected.eq_ignore_ascii_case(found) => Outcome::pass("tid", "equals the tenant of the settings"),
        Ok(expected) => Outcome::fail(
            "tid",
            "is another tenant",
            error("tenant-wrong", "The token is of another tenant", "Put the tenant that the app and its workspaces are in into AppTenantId.")
                .at(AppTenantId)
                .because(format!("The settings ask tenant {expected}, the token is of {}.", printable(found)))
                .remedy("Entra admin center > App registrations > your app > Overview: copy Directory (tenant) ID into AppTenantId."),
        ),
    }
}

fn application(jwt: &Jwt, registration: &Registration) -> Outcome {
    let names = ["appid", "azp", "client_id"];
    let Some(claim) = names.into_iter().find(|name| jwt.claims.contains_key(*name)) else {
        return Outcome { is_missing: true, ..Outcome::not_checked("appid", "absent, and so are azp and client_id") };
    };
    match jwt.text(claim) {
        Claim::Present(found) if found.eq_ignore_ascii_case(&registration.client_id) => {
            Outcome::pass(claim, "equals ClientId")
        }
        Claim::Present(found) => Outcome::fail(
            claim,
            "is not ClientId",
            error(
                "application-wrong",
                "The token is of another app",
                "Compare ClientId with the app that answers here.",
            )
            .at(ClientId)
            .because(format!(
                "ClientId is {}, the token is of {}.",
                registration.client_id,
                printable(found)
            )),
        ),
        other => Outcome::missing(claim, &other),
    }
}

/// Trusted are Microsoft's issuers of the right tenant; elsewhere also the sign-in host's own origin.
fn issuer(jwt: &Jwt, registration: &Registration) -> Outcome {
    let found = match jwt.text("iss") {
        Claim::Present(found) => found,
        other => return Outcome::missing("iss", &other),
    };
    let url = url::Url::parse(found).ok();
    let host = url.as_ref().filter(|url| url.scheme() == "https").and_then(|url| url.host_str());
    if let Some(host) = host.filter(|host| cloud::is_issuer_host(host)) {
        return microsoft_issuer(jwt, registration, found, host, url.as_ref());
    }
    let origin = registration.endpoint.origin();
    let is_below = found.strip_prefix(&origin).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let is_elsewhere = matches!(registration.cloud, None | Some(CloudName::Local));
    if is_below && is_elsewhere {
        return Outcome::pass("iss", "is the sign-in host");
    }
    if is_elsewhere {
        return Outcome::not_checked("iss", "not a known issuer");
    }
    Outcome::fail("iss", "is no issuer of this cloud", wrong_issuer(found))
}

fn microsoft_issuer(
    jwt: &Jwt,
    registration: &Registration,
    found: &str,
    host: &str,
    url: Option<&url::Url>,
) -> Outcome {
    let in_path = url.and_then(|url| url.path_segments()?.find(|segment| shape::is_guid(segment)));
    let Some(tenant) = in_path else { return Outcome::fail("iss", "names no tenant", wrong_issuer(found)) };
    if let Ok(expected) = expected_tenant(registration)
        && !expected.eq_ignore_ascii_case(tenant)
    {
        // The same fault as a wrong tid, which has the same diagnosis; one of them is enough.
        let diagnosis = matches!(jwt.text("tid"), Claim::Absent | Claim::Malformed).then(|| wrong_issuer(found));
        return Outcome {
            claim: "iss",
            verdict: Verdict::Fail,
            note: "names another tenant".into(),
            is_missing: false,
            diagnosis,
        };
    }
    if let Claim::Present(tid) = jwt.text("tid")
        && !tid.eq_ignore_ascii_case(tenant)
    {
        return Outcome::fail("iss", "names another tenant than tid", wrong_issuer(found));
    }
    if !fits_cloud(host, registration.cloud) {
        return Outcome::fail("iss", "is an issuer of another cloud", wrong_issuer(found));
    }
    Outcome::pass("iss", "is Entra ID, of the same tenant")
}

fn fits_cloud(host: &str, cloud: Option<CloudName>) -> bool {
    let Some(row) = cloud.and_then(cloud::row) else { return true };
    match host {
        // Government tokens carry it too: Microsoft documents one v1 issuer for all but China.
        "sts.windows.net" => row.name != CloudName::China,
        "sts.chinacloudapi.cn" => row.name == CloudName::China,
        host => row.sign_in_hosts.contains(&host),
    }
}

fn wrong_issuer(found: &str) -> Diagnosis {
    error("issuer-wrong", "The token is of another issuer", "Check the host and the tenant in AuthTokenUrl.")
        .at(AuthTokenUrl)
        .because(format!("It says that it was issued by {}.", printable(found)))
}

fn expiry(jwt: &Jwt, now: Timestamp) -> Outcome {
    let end = match jwt.seconds("exp") {
        Claim::Present(seconds) => Timestamp::from_seconds(seconds),
        other => return Outcome::missing("exp", &other),
    };
    let left = end.seconds_from(now);
    if left > 0 {
        return Outcome::pass("exp", format!("ends {}", time::relative(left)));
    }
    Outcome::fail(
        "exp",
        format!("ended {}", time::relative(left)),
        error("token-expired", "The token has ended already", "Set this machine's clock.")
            .because(format!("It ended at {}, and this machine's clock says {}.", end.utc(), now.utc()))
            .remedy("A token that has just been issued ends about an hour later: compare the clock with the Date header in pane Response."),
    )
}

fn not_before(jwt: &Jwt, now: Timestamp) -> Outcome {
    let start = match jwt.seconds("nbf") {
        Claim::Present(seconds) => Timestamp::from_seconds(seconds),
        other => return Outcome::missing("nbf", &other),
    };
    let ahead = start.seconds_from(now);
    if ahead <= LEEWAY {
        return Outcome::pass("nbf", "has begun");
    }
    Outcome::fail(
        "nbf",
        format!("begins {}", time::relative(ahead)),
        error("token-not-yet-valid", "The token is not valid yet", "Set this machine's clock.").because(format!(
            "It begins at {}, and this machine's clock says {}.",
            start.utc(),
            now.utc()
        )),
    )
}

fn error(code: &'static str, title: &str, action: &str) -> Diagnosis {
    Diagnosis::new(Severity::Error, code, title, action)
}

#[cfg(test)]
mod tests;
