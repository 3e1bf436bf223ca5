//! The claims of a token against what the settings promise.
//!
//! A claim that is present and wrong fails; what is right and unwise warns; what is absent or malformed is not checked.
//! What was not checked is never called valid or invalid. Every comparison is a row of [`CHECKS`].

mod audience;
mod client;
mod issuer;
mod outcome;
mod permissions;
mod times;
mod user;

use serde_json::Value;

use super::claims;
use super::cloud;
use super::diagnosis::{self, Diagnosis, Severity};
use super::discovery::Configuration;
use super::jwt::{Claim, Jwt};
use super::registration::{GrantName, Registration};
use super::text::printable;
use super::time::Timestamp;

use outcome::Outcome;

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

    /// Which of two verdicts about one claim is told: the smaller one.
    const fn rank(self) -> u8 {
        match self {
            Self::Fail => 0,
            Self::Warn => 1,
            Self::NotChecked => 2,
            Self::Pass => 3,
        }
    }
}

/// One comparison: a row of the table.
pub struct Check {
    /// Stable name: `aud-resource`.
    pub id: &'static str,
    /// The claim that it is about; the first of them where versions differ.
    pub claim: &'static str,
    /// What is compared, in one sentence.
    pub rule: &'static str,
    /// The verdicts that it can give, beside silence when the claim is optional and absent.
    pub verdicts: &'static [Verdict],
    judge: fn(&Facts) -> Option<Outcome>,
}

const PASS_FAIL: &[Verdict] = &[Verdict::Pass, Verdict::Fail, Verdict::NotChecked];
const PASS_WARN: &[Verdict] = &[Verdict::Pass, Verdict::Warn, Verdict::NotChecked];

/// A row of the table.
const fn check(
    id: &'static str,
    claim: &'static str,
    verdicts: &'static [Verdict],
    judge: fn(&Facts) -> Option<Outcome>,
    rule: &'static str,
) -> Check {
    Check { id, claim, rule, verdicts, judge }
}

/// All comparisons, in the order in which claims are shown.
#[rustfmt::skip]
pub const CHECKS: [Check; 32] = [
    check("aud-resource", "aud", PASS_FAIL, audience::resource, "Equals Resource, one slash at the end ignored, or is the application ID of Power BI in that cloud."),
    check("aud-retired-graph", "aud", PASS_FAIL, audience::retired_graph, "Is not the retired Azure AD Graph, which a v1 endpoint gives when resource is not sent."),
    check("tid-tenant", "tid", PASS_FAIL, issuer::tenant, "Equals the tenant that the request went to, when a GUID names it."),
    check("client-id", "appid", PASS_FAIL, client::application, "appid, azp or client_id equals ClientId."),
    check("iss-trusted", "iss", PASS_FAIL, issuer::issuer, "Is an issuer of Microsoft's, of the right tenant and cloud, or the sign-in host itself elsewhere."),
    check("exp-ahead", "exp", PASS_FAIL, times::expiry, "Lies ahead of this machine's clock."),
    check("nbf-past", "nbf", PASS_FAIL, times::not_before, "Lies at most five minutes ahead of this machine's clock."),
    check("iat-past", "iat", PASS_FAIL, times::issued_at, "Lies at most five minutes ahead of this machine's clock."),
    check("exp-lifetime", "exp", PASS_WARN, times::lifetime, "Lies between 10 minutes and 28 hours after the beginning."),
    check("ver-known", "ver", PASS_WARN, issuer::version, "Is 1.0, which Power BI gets from both endpoints, and fits the form of iss."),
    check("region-cloud", "tenant_region_scope", PASS_WARN, issuer::region, "A government region goes with a government Resource, any other with any other."),
    check("credential-kind", "appidacr", PASS_FAIL, client::credential, "appidacr or azpacr is 1 when a secret was sent, and 0 for a public client."),
    check("idtyp-grant", "idtyp", PASS_FAIL, client::kind_of_subject, "Is app for client_credentials and user for the password grant."),
    check("oid-principal", "oid", PASS_WARN, client::principal, "Is there, so that the app or the user has an object in the tenant."),
    check("sub-principal", "sub", PASS_WARN, client::subject, "Equals oid in a token of an app."),
    check("mirid-absent", "xms_mirid", &[Verdict::Fail], client::managed_identity, "Is absent: no managed identity stands in for ClientId and ClientSecret."),
    check("relation-kind", "xms_idrel", PASS_WARN, client::relation, "Its odd numbers fit the grant: 1 a member, 7 a service principal; 5 is a guest, 13 no principal."),
    check("agent-subject", "xms_sub_fct", PASS_WARN, client::agent_subject, "Holds neither 11 nor 13, which mark an agent identity."),
    check("agent-actor", "xms_act_fct", PASS_WARN, client::agent_actor, "Does not hold 11, which marks an agent identity."),
    check("cnf-absent", "cnf", &[Verdict::Fail], client::confirmation, "Is absent: the token can be used without a further key."),
    check("cae-declared", "xms_cc", PASS_WARN, times::continuous, "cp1 is not declared: the token ends after an hour or two and is not revoked before."),
    check("roles-none", "roles", PASS_WARN, permissions::roles, "Holds no Tenant permission when a service principal asks."),
    check("scp-enough", "scp", PASS_WARN_FAIL, permissions::scopes, "Holds what embedding reads: reports, semantic models, workspaces; absent from tokens of an app."),
    check("wids-modest", "wids", PASS_WARN, permissions::directory_roles, "Holds no role that administers the directory."),
    check("groups-listed", "_claim_names", &[Verdict::Warn], permissions::overage, "Is absent: the groups stand in the token itself."),
    check("user-same", "upn", PASS_WARN, user::same_user, "upn, unique_name or preferred_username equals User, ignoring case."),
    check("acct-member", "acct", PASS_WARN, user::member, "Is 0, a member of the tenant; guests cannot use the password grant."),
    check("home-tenant", "home_tid", PASS_WARN, user::home_tenant, "Equals tid: the user is at home in this tenant."),
    check("idp-same", "idp", PASS_WARN, user::provider, "Is the issuer: no other provider checked the subject."),
    check("altsecid-absent", "altsecid", &[Verdict::Warn], user::alternative_id, "Is absent: the user is a normal member."),
    check("amr-password", "amr", PASS_WARN, user::methods, "Holds pwd for the password grant."),
    check("pwd-lasting", "pwd_exp", PASS_WARN, user::password_expiry, "Is absent, or the password lasts two weeks."),
];

const PASS_WARN_FAIL: &[Verdict] = &[Verdict::Pass, Verdict::Warn, Verdict::Fail, Verdict::NotChecked];

/// What a comparison may look at.
struct Facts<'a> {
    jwt: &'a Jwt,
    registration: &'a Registration,
    /// What the provider says of itself, if it was asked.
    configuration: Option<&'a Configuration>,
    now: Timestamp,
}

impl Facts<'_> {
    /// Whether the app itself is the subject.
    fn is_app_only(&self) -> bool {
        self.registration.grant_name() == GrantName::ClientCredentials
    }

    /// Whether the token says that Microsoft issued it; others give the same claims other meanings.
    fn is_of_microsoft(&self) -> bool {
        let Claim::Present(issuer) = self.jwt.text("iss") else { return false };
        let url = url::Url::parse(issuer).ok().filter(|url| url.scheme() == "https");
        url.as_ref().and_then(url::Url::host_str).is_some_and(cloud::is_issuer_host)
    }
}

/// The outcome of one comparison, as tests and help name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding {
    /// The row of [`CHECKS`].
    pub id: &'static str,
    /// What came out.
    pub verdict: Verdict,
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
    /// What each comparison gave, in the order of the table; those with nothing to say are left out.
    pub findings: Vec<Finding>,
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

/// Compares the token with the settings at the moment `now`; what the provider says of itself turns a domain into the
/// tenant's ID, and names the issuer of a provider that is not Microsoft's.
pub fn judge(
    jwt: &Jwt,
    registration: &Registration,
    configuration: Option<&Configuration>,
    now: Timestamp,
) -> Judgement {
    let facts = Facts { jwt, registration, configuration, now };
    let outcomes: Vec<(&'static str, Outcome)> =
        CHECKS.iter().filter_map(|check| Some((check.id, (check.judge)(&facts)?))).collect();
    let mut diagnoses: Vec<Diagnosis> = outcomes.iter().filter_map(|(_, outcome)| outcome.diagnosis.clone()).collect();
    diagnoses.extend(not_checked(outcomes.iter().map(|(_, outcome)| outcome)));
    diagnosis::rank(&mut diagnoses);
    let findings = outcomes.iter().map(|(id, outcome)| Finding { id, verdict: outcome.verdict }).collect();
    Judgement { claims: reports(jwt, outcomes, now), diagnoses, findings }
}

/// One row for each claim: the worst that was found about it.
fn reports(jwt: &Jwt, outcomes: Vec<(&'static str, Outcome)>, now: Timestamp) -> Vec<ClaimReport> {
    let mut told: Vec<Outcome> = Vec::new();
    for (_, outcome) in outcomes {
        match told.iter_mut().find(|other| other.claim == outcome.claim) {
            Some(other) if outcome.verdict.rank() < other.verdict.rank() => *other = outcome,
            Some(_) => {}
            None => told.push(outcome),
        }
    }
    let checked = told.into_iter().map(|outcome| {
        let value = jwt.claims.get(outcome.claim).cloned().unwrap_or(Value::Null);
        report(outcome.claim, value, outcome.verdict, outcome.note, now)
    });
    let mut reports: Vec<ClaimReport> = checked.collect();
    let judged: Vec<String> = reports.iter().map(|known| known.name.clone()).collect();
    for (name, value) in &jwt.claims {
        if !judged.contains(name) {
            reports.push(report(name, value.clone(), Verdict::NotChecked, String::new(), now));
        }
    }
    reports
}

/// A claim ready to show, with its meaning from the dictionary.
pub(super) fn report(name: &str, value: Value, verdict: Verdict, note: String, now: Timestamp) -> ClaimReport {
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

/// One warning for all that the token does not say, or not readably.
fn not_checked<'a>(outcomes: impl Iterator<Item = &'a Outcome>) -> Option<Diagnosis> {
    let mut names: Vec<String> = outcomes
        .filter(|outcome| outcome.is_missing)
        .map(|outcome| format!("{} ({})", outcome.claim, outcome.note))
        .collect();
    names.dedup();
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

#[cfg(test)]
mod tests;
