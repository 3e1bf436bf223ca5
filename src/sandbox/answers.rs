//! What is refused, in the shape of Entra's own answers.
//!
//! One row of text for each refusal. Entra has changed the shape of its answers over the years, and old and new
//! shapes are both still met; the rows differ in it on purpose, so that a reader of answers has to cope with all.

mod rows;

use serde_json::{Map, Value, json};

use super::rules::Version;

pub(super) use rows::*;

/// How the description parts the text from the IDs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Separator {
    /// A line break, until August 2023.
    LineBreak,
    /// One space, since then.
    Space,
}

impl Separator {
    const fn text(self) -> &'static str {
        match self {
            Self::LineBreak => "\r\n",
            Self::Space => " ",
        }
    }
}

/// The text and the shape of a refusal.
#[derive(Debug)]
pub(super) struct Row {
    /// The number after `AADSTS`.
    pub(super) code: u32,
    /// The OAuth word.
    pub(super) error: &'static str,
    /// The OAuth word of the v1 endpoint where it is another one.
    pub(super) error_v1: Option<&'static str>,
    /// The HTTP status where it is another one than the OAuth word's usual one.
    pub(super) status: Option<u16>,
    /// What happened; `{subject}` stands for the thing that it is about.
    pub(super) text: &'static str,
    /// What makes the refusal more exact.
    pub(super) suberror: Option<&'static str>,
    /// How text and IDs are parted.
    pub(super) separator: Separator,
    /// Whether the member `error_codes` is there.
    pub(super) lists_codes: bool,
    /// Whether v1 puts the old umbrella code 70002 in front.
    pub(super) has_umbrella: bool,
    /// Whether the public page of error codes knows the number.
    pub(super) has_page: bool,
    /// Where v1 says that the password can be changed.
    pub(super) change_url: Option<&'static str>,
}

/// The code that once stood for every failed credential, and its text.
const UMBRELLA: (u32, &str) = (70002, "AADSTS70002: Error validating credentials. ");

/// A refusal: its row, and what it is about.
#[derive(Debug)]
pub(super) struct Refusal {
    /// Text and shape.
    pub(super) row: &'static Row,
    /// What `{subject}` in the text stands for.
    subject: String,
    /// The ID of the policy that demands or blocks, sent in `claims`.
    policy: Option<&'static str>,
}

impl Refusal {
    /// A refusal that is about something.
    pub(super) fn about(row: &'static Row, subject: impl Into<String>) -> Self {
        Self { row, subject: subject.into(), policy: None }
    }

    /// A refusal whose text needs nothing filled in.
    pub(super) const fn plain(row: &'static Row) -> Self {
        Self { row, subject: String::new(), policy: None }
    }

    /// The same refusal, by a Conditional Access policy of that ID.
    pub(super) const fn by_policy(row: &'static Row, policy: &'static str) -> Self {
        Self { row, subject: String::new(), policy: Some(policy) }
    }

    /// The HTTP status: 401 when the client failed to prove itself, else 400.
    pub(super) fn status(&self) -> u16 {
        self.row.status.unwrap_or(if self.row.error == "invalid_client" { 401 } else { 400 })
    }

    /// The body for the token endpoint.
    pub(super) fn body(&self, version: Version, stamps: &Stamps) -> String {
        let error = match version {
            Version::One => self.row.error_v1.unwrap_or(self.row.error),
            Version::Two => self.row.error,
        };
        let mut body = self.body_with(error, self.row.has_umbrella && version == Version::One, stamps);
        if let (Some(url), Version::One) = (self.row.change_url, version) {
            body.insert("password_change_url".to_owned(), url.into());
        }
        Value::Object(body).to_string()
    }

    /// The body for documents about the tenant, which have their own word for every trouble with it.
    pub(super) fn document_body(&self, stamps: &Stamps) -> String {
        Value::Object(self.body_with("invalid_tenant", false, stamps)).to_string()
    }

    fn body_with(&self, error: &str, under_umbrella: bool, stamps: &Stamps) -> Map<String, Value> {
        let row = self.row;
        let (umbrella_code, umbrella_text) = UMBRELLA;
        let prefix = if under_umbrella { umbrella_text } else { "" };
        let text = row.text.replace("{subject}", &self.subject);
        let gap = row.separator.text();
        let Stamps { trace_id, correlation_id, timestamp } = stamps;
        let mut body = Map::new();
        let mut put = |name: &str, value: Value| body.insert(name.to_owned(), value);
        put("error", error.into());
        put(
            "error_description",
            format!(
                "{prefix}AADSTS{}: {text}{gap}Trace ID: {trace_id}{gap}Correlation ID: {correlation_id}{gap}\
                 Timestamp: {timestamp}",
                row.code
            )
            .into(),
        );
        if row.lists_codes {
            put("error_codes", if under_umbrella { json!([umbrella_code, row.code]) } else { json!([row.code]) });
        }
        put("timestamp", timestamp.as_str().into());
        put("trace_id", trace_id.as_str().into());
        put("correlation_id", correlation_id.as_str().into());
        if row.has_page {
            put("error_uri", format!("https://login.microsoftonline.com/error?code={}", row.code).into());
        }
        if let Some(suberror) = row.suberror {
            put("suberror", suberror.into());
        }
        if let Some(policy) = self.policy {
            // JSON inside of a JSON string, as Entra sends it.
            let claims = json!({"access_token": {"capolids": {"essential": true, "values": [policy]}}});
            put("claims", claims.to_string().into());
        }
        body
    }
}

/// What makes an answer findable in the sign-in logs.
#[derive(Debug)]
pub(super) struct Stamps {
    /// Fresh for each answer; also in the header `x-ms-request-id`.
    pub(super) trace_id: String,
    /// What the client sent as `client-request-id`, else fresh.
    pub(super) correlation_id: String,
    /// The moment of the answer in UTC, `2026-11-24 14:02:11Z`.
    pub(super) timestamp: String,
}
