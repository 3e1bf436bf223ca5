//! What a token that was found says by itself: whom it is for, how long it lasts, what is wrong with its text.
//!
//! There are no settings to compare with and nobody is asked, so only the times get a verdict. Everything else, the
//! signature above all, is `not checked`.

mod faults;

use serde_json::{Map, Value};

use super::token::{Body, Damage, Found, Label, Signed};
use crate::domain::check::{ClaimReport, Verdict, report};
use crate::domain::cloud::{self, CloudName};
use crate::domain::diagnosis::{self, Diagnosis, Severity};
use crate::domain::jwt::{Claim, Jwt};
use crate::domain::mask::Masker;
use crate::domain::text::printable;
use crate::domain::time::{self, Timestamp};
use crate::domain::{claims, shape};

/// How far the clocks of two machines may be apart, in seconds.
const LEEWAY: i64 = 300;

/// Why the signature says nothing.
pub const SIGNATURE: &str = "decode asks nobody";

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// For an API.
    Access,
    /// Proves a sign-in to an application.
    Id,
    /// Gets new tokens; never shown.
    Refresh,
    /// Signed by a client in the place of its secret.
    Assertion,
    /// Opens one report of Power BI.
    Embed,
}

impl Kind {
    /// The word in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Id => "id",
            Self::Refresh => "refresh",
            Self::Assertion => "assertion",
            Self::Embed => "embed",
        }
    }
}

/// How a token stands, by its own text and the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Begun and not ended; whether anybody accepts it is another question.
    Current,
    /// Ended.
    Expired,
    /// Not begun.
    NotYetValid,
    /// It has no readable end.
    NoEnd,
    /// Its text is damaged.
    Damaged,
    /// Only the API can read it.
    Encrypted,
    /// Only its issuer can read it.
    Opaque,
    /// Not shown on purpose.
    NotShown,
}

impl Status {
    /// The word in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Expired => "expired",
            Self::NotYetValid => "not yet valid",
            Self::NoEnd => "no end",
            Self::Damaged => "damaged",
            Self::Encrypted => "encrypted",
            Self::Opaque => "opaque",
            Self::NotShown => "not shown",
        }
    }
}

/// All that is said of one token.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// What it is.
    pub kind: Kind,
    /// How it stands.
    pub status: Status,
    /// The answer in one sentence.
    pub answer: String,
    /// The header's members.
    pub header: Map<String, Value>,
    /// The claims, those that every token should have first.
    pub claims: Vec<ClaimReport>,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// What is wrong with it, the worst first.
    pub diagnoses: Vec<Diagnosis>,
}

impl Reading {
    /// Returns whether the token is wrong by itself: expired, not begun or damaged.
    pub fn is_wrong(&self) -> bool {
        self.diagnoses.iter().any(|diagnosis| diagnosis.severity == Severity::Error)
    }

    /// Returns whether there is a signature that somebody could check.
    pub fn has_signature(&self) -> bool {
        !self.header.is_empty() || !self.claims.is_empty()
    }
}

/// Reads a token at the moment `now`.
pub fn read(found: &Found, now: Timestamp) -> Reading {
    match &found.body {
        _ if found.label == Some(Label::Refresh) => unread(
            Kind::Refresh,
            Status::NotShown,
            "A refresh token, not shown: it gets new access tokens until it is revoked.".to_owned(),
        ),
        Body::Signed(signed) => signed_token(found.label, signed, now),
        Body::Encrypted(header) => Reading {
            header: masked_map(header),
            ..unread(
                kind_of_label(found.label),
                Status::Encrypted,
                "An encrypted token (JWE, 5 parts): only the API it is for can read it.".to_owned(),
            )
        },
        Body::Opaque(length) => unread(
            kind_of_label(found.label),
            Status::Opaque,
            format!("An opaque token of {length} characters: only its issuer can read it."),
        ),
        Body::Embed(_) => unread(
            Kind::Embed,
            Status::Opaque,
            "A Power BI embed token: it shows no claims, and the REST API refuses it.".to_owned(),
        ),
    }
}

fn unread(kind: Kind, status: Status, answer: String) -> Reading {
    Reading { kind, status, answer, header: Map::new(), claims: Vec::new(), expires_at: None, diagnoses: Vec::new() }
}

fn kind_of_label(label: Option<Label>) -> Kind {
    match label {
        Some(Label::Id) => Kind::Id,
        Some(Label::Refresh) => Kind::Refresh,
        Some(Label::Assertion) => Kind::Assertion,
        Some(Label::Access) | None => Kind::Access,
    }
}

fn signed_token(label: Option<Label>, signed: &Signed, now: Timestamp) -> Reading {
    let jwt = Jwt { header: signed.header.clone(), claims: masked_map(&signed.claims) };
    let kind = kind(label, &jwt);
    let expires_at = match jwt.seconds("exp") {
        Claim::Present(seconds) => Some(Timestamp::from_seconds(seconds)),
        Claim::Absent | Claim::Malformed => None,
    };
    let begins_at = match jwt.seconds("nbf") {
        Claim::Present(seconds) => Some(Timestamp::from_seconds(seconds)),
        Claim::Absent | Claim::Malformed => None,
    };
    let is_expired = expires_at.is_some_and(|end| end <= now);
    let is_early = begins_at.is_some_and(|start| start.seconds_from(now) > LEEWAY);
    let mut diagnoses = Vec::new();
    if let Some(end) = expires_at.filter(|_| is_expired) {
        diagnoses.push(faults::expired(end, now));
    }
    if let Some(start) = begins_at.filter(|_| is_early) {
        diagnoses.push(faults::early(start, now));
    }
    diagnoses.extend(signed.damage.iter().map(|damage| faults::damaged(*damage)));
    diagnoses.extend(faults::use_of(kind, &jwt));
    diagnosis::rank(&mut diagnoses);
    let status = if is_expired {
        Status::Expired
    } else if !signed.damage.is_empty() {
        Status::Damaged
    } else if is_early {
        Status::NotYetValid
    } else if expires_at.is_none() {
        Status::NoEnd
    } else {
        Status::Current
    };
    Reading {
        kind,
        status,
        answer: answer(kind, &jwt, &signed.damage, expires_at, begins_at.filter(|_| is_early), now),
        claims: reports(&jwt, now),
        header: masked_map(&signed.header),
        expires_at,
        diagnoses,
    }
}

/// What the text calls it, else what its claims say.
fn kind(label: Option<Label>, jwt: &Jwt) -> Kind {
    let has = |names: &[&str]| names.iter().any(|name| jwt.claims.contains_key(*name));
    let audience = audience(jwt).unwrap_or_default();
    // Claims of an ID token win over "Bearer": that is the mistake that is looked for.
    if has(&["nonce", "at_hash", "c_hash"]) && !has(&["scp", "roles", "appid", "azp"]) {
        return Kind::Id;
    }
    if let Some(label) = label {
        return kind_of_label(Some(label));
    }
    if audience.ends_with("/token") && jwt.claims.get("iss") == jwt.claims.get("sub") {
        return Kind::Assertion;
    }
    Kind::Access
}

fn audience(jwt: &Jwt) -> Option<String> {
    match jwt.audiences() {
        Claim::Present(audiences) => Some(printable(&audiences.join(", ")).into_owned()),
        Claim::Absent | Claim::Malformed => None,
    }
}

/// APIs that many people meet, by a part of `aud`.
const APIS: [(&str, &str); 5] = [
    ("https://graph.microsoft.com", "Microsoft Graph"),
    ("https://graph.windows.net", "Azure AD Graph (retired)"),
    ("https://management.azure.com", "Azure Resource Manager"),
    ("https://management.core.windows.net", "Azure Resource Manager"),
    ("https://api.fabric.microsoft.com", "Microsoft Fabric"),
];

/// The cloud whose Power BI the token is for.
fn powerbi(audience: &str) -> Option<CloudName> {
    let by_app =
        cloud::CLOUDS.iter().find(|cloud| cloud.resource_app.is_some_and(|app| app.eq_ignore_ascii_case(audience)));
    cloud::of_resource(audience).or(by_app).map(|cloud| cloud.name)
}

/// The audience in a few words.
fn audience_words(audience: &str) -> String {
    if let Some(cloud) = powerbi(audience) {
        return match cloud {
            CloudName::Public => "Power BI".to_owned(),
            other => format!("Power BI ({})", other.title()),
        };
    }
    let id = audience.strip_prefix("spn:").unwrap_or(audience);
    let known = APIS.iter().find(|(start, _)| audience.starts_with(start)).map(|(_, name)| *name);
    match known.or_else(|| claims::app_name(id)) {
        Some(name) => name.to_owned(),
        None if shape::is_guid(id) => format!("app {}", short(id)),
        None => crate::domain::text::clip(audience, 40).into_owned(),
    }
}

/// The first characters of a GUID; the whole one stands among the claims.
fn short(id: &str) -> String {
    let id = printable(id);
    if shape::is_guid(&id) { format!("{}...", id.get(..9).unwrap_or_default()) } else { id.into_owned() }
}

/// Whether the token is of the app itself or of a user, as far as it tells.
fn owner(jwt: &Jwt) -> Option<&'static str> {
    let text = |name: &str| jwt.claims.get(name).and_then(Value::as_str);
    let has = |name: &str| jwt.claims.contains_key(name);
    match text("idtyp") {
        Some("app") => return Some("app-only"),
        Some("user") => return Some("of a user"),
        _ => {}
    }
    if has("scp") || has("upn") || has("unique_name") {
        return Some("of a user");
    }
    let is_itself = text("oid").is_some() && text("oid") == text("sub");
    (is_itself || (has("appid") && has("roles"))).then_some("app-only")
}

fn answer(
    kind: Kind,
    jwt: &Jwt,
    damage: &[Damage],
    end: Option<Timestamp>,
    begin: Option<Timestamp>,
    now: Timestamp,
) -> String {
    let target = audience(jwt).map(|audience| format!(" for {}", audience_words(&audience))).unwrap_or_default();
    let noun = match kind {
        Kind::Id => "an ID token",
        Kind::Assertion => "a client assertion",
        Kind::Access | Kind::Refresh | Kind::Embed => "a token",
    };
    let tenant = jwt.claims.get("tid").and_then(Value::as_str).map(|tid| format!("tenant {}", short(tid)));
    // An empty first item, so that each fact has its comma before it.
    let facts: Vec<String> =
        [Some(String::new()), owner(jwt).map(str::to_owned), tenant].into_iter().flatten().collect();
    let facts = facts.join(", ");
    let flaw = damage.first().map(|damage| faults::flaw(*damage));
    let left = end.map(|end| end.seconds_from(now));
    let sentence = match (left, flaw, begin) {
        (Some(left), None, _) if left <= 0 => format!("Expired {}: {noun}{target}{facts}", ago(left)),
        (Some(left), Some(flaw), _) if left <= 0 => format!("Expired {}, and {flaw}: {noun}{target}{facts}", ago(left)),
        (_, Some(flaw), _) => {
            let count = jwt.claims.len();
            let claims = if count == 1 { "claim" } else { "claims" };
            format!("Damaged, {flaw}: {noun}{target}{facts}; {count} {claims} could be read")
        }
        (_, None, Some(begin)) => {
            format!("Not valid yet, begins {}: {noun}{target}{facts}", time::relative(begin.seconds_from(now)))
        }
        (left, None, None) => {
            let life = left.map_or_else(
                || ", says no end".to_owned(),
                |left| format!(", valid for {}", time::span(left.unsigned_abs())),
            );
            let noun = noun.replacen('a', "A", 1);
            format!("{noun}{target}{life}{facts}")
        }
    };
    // A shortened ID at the end has its dots already.
    if sentence.ends_with("...") { sentence } else { format!("{sentence}.") }
}

/// `3 h ago`; a token that ends this second has ended now.
fn ago(left: i64) -> String {
    if left == 0 { "just now".to_owned() } else { time::relative(left) }
}

const NO_SETTINGS: &str = "no settings to compare with";

/// The claims that `check` judges first, then the others in the order of the token.
fn reports(jwt: &Jwt, now: Timestamp) -> Vec<ClaimReport> {
    let mut reports: Vec<ClaimReport> = Vec::with_capacity(jwt.claims.len());
    for name in ["aud", "tid", "appid", "azp", "iss", "exp", "nbf"] {
        let Some(value) = jwt.claims.get(name) else { continue };
        let (verdict, note) = match (name, jwt.seconds(name)) {
            ("exp" | "nbf", Claim::Malformed) => (Verdict::NotChecked, "of the wrong type".to_owned()),
            ("exp", Claim::Present(seconds)) => {
                let left = Timestamp::from_seconds(seconds).seconds_from(now);
                if left > 0 {
                    (Verdict::Pass, format!("ends {}", time::relative(left)))
                } else {
                    (Verdict::Fail, format!("ended {}", ago(left)))
                }
            }
            ("nbf", Claim::Present(seconds)) => {
                let ahead = Timestamp::from_seconds(seconds).seconds_from(now);
                if ahead <= LEEWAY {
                    (Verdict::Pass, "has begun".to_owned())
                } else {
                    (Verdict::Fail, format!("begins {}", time::relative(ahead)))
                }
            }
            _ => (Verdict::NotChecked, NO_SETTINGS.to_owned()),
        };
        reports.push(report(name, value.clone(), verdict, note, now));
    }
    for (name, value) in &jwt.claims {
        if !reports.iter().any(|known| known.name == *name) {
            reports.push(report(name, value.clone(), Verdict::NotChecked, String::new(), now));
        }
    }
    reports
}

/// A claim may itself hold a token: none is ever shown.
fn masked_map(map: &Map<String, Value>) -> Map<String, Value> {
    map.iter().map(|(name, value)| (Masker::default().mask(name), masked(value))).collect()
}

fn masked(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::from(Masker::default().mask(text)),
        Value::Array(items) => items.iter().map(masked).collect(),
        Value::Object(members) => Value::Object(masked_map(members)),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

#[cfg(test)]
mod tests;
