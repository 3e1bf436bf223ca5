//! What a token that was found says by itself: whom it is for, how long it lasts, what is wrong with its text.
//!
//! There are no settings to compare with and nobody is asked, so only the times get a verdict. Everything else, the
//! signature above all, is `not checked`.

use serde_json::{Map, Value};

use super::token::{Body, Damage, Found, Label, Signed};
use crate::domain::check::{ClaimReport, Verdict, report};
use crate::domain::cloud::{self, CloudName};
use crate::domain::diagnosis::{self, Diagnosis, Severity};
use crate::domain::jwt::{Claim, Jwt};
use crate::domain::mask::Masker;
use crate::domain::setting::SettingName::Resource;
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
        diagnoses.push(expired(end, now));
    }
    if let Some(start) = begins_at.filter(|_| is_early) {
        diagnoses.push(early(start, now));
    }
    diagnoses.extend(signed.damage.iter().map(|damage| damaged(*damage)));
    diagnoses.extend(use_of(kind, &jwt));
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
    let flaw = damage.first().map(|damage| flaw(*damage));
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

fn flaw(damage: Damage) -> &'static str {
    match damage {
        Damage::HeaderMissing => "its beginning is missing",
        Damage::HeaderCut => "cut in the header",
        Damage::PayloadCut => "cut in the payload",
        Damage::PayloadBroken => "the payload is broken",
        Damage::SignatureMissing => "the signature is missing",
        Damage::SignatureLength(..) => "the signature is cut or broken",
        Damage::Unsigned => "it is not signed",
    }
}

fn damaged(damage: Damage) -> Diagnosis {
    let (code, title, cause) = match damage {
        Damage::HeaderMissing => (
            "header-missing",
            "The beginning of the token is missing",
            "A token begins with eyJ and has two dots. Here the part before the first dot is not there.".to_owned(),
        ),
        Damage::HeaderCut => (
            "token-cut",
            "The token is cut in its header",
            "It ends before the first dot, so it shows no claims.".to_owned(),
        ),
        Damage::PayloadCut => (
            "token-cut",
            "The token is cut in its payload",
            "It ends in the middle of the claims; those before the cut are shown.".to_owned(),
        ),
        Damage::PayloadBroken => (
            "payload-broken",
            "The payload of the token is broken",
            "Characters of it are missing or were changed; the claims before that place are shown.".to_owned(),
        ),
        Damage::SignatureMissing => (
            "signature-missing",
            "The signature is missing",
            "Nothing stands behind the payload. The claims can be read, but every API refuses such a token.".to_owned(),
        ),
        Damage::SignatureLength(found, right) => (
            "signature-length",
            "The signature is cut or broken",
            format!(
                "It has {found} characters, and by its algorithm it should have {right}. Every API refuses such a token."
            ),
        ),
        Damage::Unsigned => (
            "unsigned",
            "The token is not signed",
            "Its header says alg none, so anybody can have written it. Every API refuses such a token.".to_owned(),
        ),
    };
    Diagnosis::new(Severity::Error, code, title, "Copy the token again, from eyJ to its last character.")
        .because(cause)
        .remedy("Copy it from the answer itself: windows, logs and terminals cut long lines.")
}

fn expired(end: Timestamp, now: Timestamp) -> Diagnosis {
    Diagnosis::new(Severity::Error, "token-expired", "The token has expired", "Get a new token.")
        .because(format!("It ended at {}, and this machine's clock says {}.", end.utc(), now.utc()))
        .remedy("A token of Entra lasts 60 to 90 minutes; if this one is new, compare the clock with the time.")
}

fn early(start: Timestamp, now: Timestamp) -> Diagnosis {
    Diagnosis::new(
        Severity::Error,
        "token-not-yet-valid",
        "The token is not valid yet",
        "Compare this machine's clock with the time.",
    )
    .because(format!("It begins at {}, and this machine's clock says {}.", start.utc(), now.utc()))
}

/// What is worth knowing for whoever wants to use the token at Power BI.
fn use_of(kind: Kind, jwt: &Jwt) -> Vec<Diagnosis> {
    let mut notes = Vec::new();
    let audience = audience(jwt).unwrap_or_default();
    let cloud = powerbi(&audience);
    if kind == Kind::Id {
        notes.push(
            Diagnosis::new(
                Severity::Warning,
                "id-token",
                "An ID token is for the application",
                "Send access_token to the API, not id_token.",
            )
            .because("It proves to the application who has signed in. No API accepts it."),
        );
    } else if kind == Kind::Access && cloud.is_none() && !audience.is_empty() {
        notes.push(
            Diagnosis::new(
                Severity::Info,
                "not-powerbi",
                "The token is not for Power BI",
                "To call Power BI, ask for a token with its Resource.",
            )
            .at(Resource)
            .because("Power BI refuses tokens for other APIs. Whether another API is meant, decode cannot know."),
        );
    }
    let roles = jwt.claims.get("roles").and_then(Value::as_array);
    let is_tenant = |role: &Value| role.as_str().is_some_and(|role| role.starts_with("Tenant.Read"));
    if cloud.is_some() && owner(jwt) == Some("app-only") && roles.is_some_and(|roles| roles.iter().any(is_tenant)) {
        notes.push(
            Diagnosis::new(
                Severity::Warning,
                "tenant-permission",
                "The app carries Tenant permissions",
                "Remove Tenant.Read.All and Tenant.ReadWrite.All from the app registration.",
            )
            .because(
                "A service principal needs no API permission for Power BI, and with these the admin APIs refuse it.",
            )
            .remedy("Entra admin center > App registrations > your app > API permissions."),
        );
    }
    notes
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
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_528_931);
    const TENANT: &str = "8f3c2a1e-0b1d-4c2e-9a3f-5d6e7f8091a2";

    fn reading(claims: Value, damage: &[Damage]) -> Reading {
        let Value::Object(claims) = claims else { panic!("an object") };
        let Value::Object(header) = json!({"alg": "RS256", "kid": "practice"}) else { panic!("an object") };
        let signed = Signed { header, claims, damage: damage.to_vec() };
        read(&Found { label: None, body: Body::Signed(signed) }, NOW)
    }

    #[test]
    fn the_answer_says_what_matters() {
        let aud = "https://analysis.windows.net/powerbi/api";
        for (claims, damage, answer) in [
            (
                json!({"aud": aud, "exp": 1_795_532_411, "idtyp": "app", "tid": TENANT}),
                vec![],
                "A token for Power BI, valid for 58 min, app-only, tenant 8f3c2a1e-...",
            ),
            (
                json!({"aud": aud, "exp": 1_795_518_131, "scp": "Report.Read.All"}),
                vec![],
                "Expired 3 h ago: a token for Power BI, of a user.",
            ),
            (
                json!({"aud": aud, "exp": 1_795_518_131}),
                vec![Damage::SignatureMissing],
                "Expired 3 h ago, and the signature is missing: a token for Power BI.",
            ),
            (
                json!({"aud": "https://graph.microsoft.com", "exp": 1_795_532_411, "nbf": 1_795_529_831}),
                vec![],
                "Not valid yet, begins in 15 min: a token for Microsoft Graph.",
            ),
            (
                json!({"aud": aud}),
                vec![Damage::PayloadCut],
                "Damaged, cut in the payload: a token for Power BI; 1 claim could be read.",
            ),
            (
                json!({"aud": TENANT, "nonce": "n", "exp": 1_795_532_411}),
                vec![],
                "An ID token for app 8f3c2a1e-..., valid for 58 min.",
            ),
            (json!({}), vec![], "A token, says no end."),
        ] {
            let reading = reading(claims, &damage);
            assert_eq!(reading.answer, answer, "{reading:?}");
        }
    }

    #[test]
    fn only_the_times_get_a_verdict() {
        let reading =
            reading(json!({"ver": "1.0", "exp": 1_795_532_411, "nbf": 1_795_528_000, "aud": "x", "tid": TENANT}), &[]);
        let verdicts: Vec<(&str, Verdict)> =
            reading.claims.iter().map(|claim| (claim.name.as_str(), claim.verdict)).collect();
        let expected = [
            ("aud", Verdict::NotChecked),
            ("tid", Verdict::NotChecked),
            ("exp", Verdict::Pass),
            ("nbf", Verdict::Pass),
            ("ver", Verdict::NotChecked),
        ];
        assert_eq!(verdicts, expected);
        assert!(!reading.is_wrong());
        assert_eq!(reading.status, Status::Current);
    }

    #[test]
    fn a_token_inside_a_claim_is_masked() {
        let inner = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJhIjoxfQ.c2ln";
        let reading = reading(json!({"act": {"token": [inner]}, "exp": 1}), &[]);
        assert!(!format!("{reading:?}").contains("eyJ"));
        assert!(reading.is_wrong());
    }

    proptest! {
        #[test]
        fn any_claims_are_read(aud: String, exp: i64, nbf: i64, tid: String, now: i64) {
            let claims = json!({"aud": aud, "exp": exp, "nbf": nbf, "tid": tid, "iss": aud, "sub": aud});
            let Value::Object(claims) = claims else { return Ok(()) };
            let found = Found { label: None, body: Body::Signed(Signed { claims, ..Signed::default() }) };
            let reading = read(&found, Timestamp::from_millis(now));
            prop_assert!(!reading.answer.contains('\n'));
        }
    }
}
