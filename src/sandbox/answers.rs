//! What is refused, in the shape of Entra's own answers.
//!
//! One row of text for each refusal. Entra has changed the shape of its answers over the years, and old and new
//! shapes are both still met; the rows differ in it on purpose, so that a reader of answers has to cope with all.

use serde_json::{Map, Value, json};

use super::rules::Version;

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
}

/// The code that once stood for every failed credential, and its text.
const UMBRELLA: (u32, &str) = (70002, "AADSTS70002: Error validating credentials. ");

/// What most rows have in common.
const USUAL: Row = Row {
    code: 0,
    error: "invalid_request",
    error_v1: None,
    text: "",
    suberror: None,
    separator: Separator::Space,
    lists_codes: true,
    has_umbrella: false,
    has_page: false,
};

pub(super) const UNKNOWN_TENANT: Row = Row {
    code: 90002,
    text: "Tenant '{subject}' not found. Check that you have the right tenant ID and are signing in to the right cloud. \
           The tenant may have no active subscriptions; ask its administrator.",
    has_page: true,
    ..USUAL
};
pub(super) const MALFORMED_TENANT: Row = Row {
    code: 900_023,
    text: "The tenant identifier '{subject}' in the request is neither a valid DNS name nor a valid external domain.",
    separator: Separator::LineBreak,
    has_page: true,
    ..USUAL
};
pub(super) const ZERO_TENANT: Row = Row {
    code: 900_021,
    text: "The tenant identifier '{subject}' in the request is not valid. Tenant identifiers must not be empty GUIDs.",
    separator: Separator::LineBreak,
    has_page: true,
    ..USUAL
};
pub(super) const NO_TENANT: Row = Row {
    code: 50059,
    text: "No information that identifies a tenant was found in the request or implied by the credentials provided.",
    has_page: true,
    ..USUAL
};
pub(super) const SHARED_ENDPOINT: Row = Row {
    code: 9_001_023,
    text: "This grant type is not served on the /common or /consumers endpoints. Use /organizations or an endpoint of \
           the tenant.",
    ..USUAL
};
pub(super) const NOT_POSTED: Row =
    Row { code: 900_561, text: "The endpoint accepts only POST requests. A GET request was received.", ..USUAL };
pub(super) const MISSING_FIELD: Row = Row {
    code: 900_144,
    text: "The request body must contain the parameter '{subject}'.",
    separator: Separator::LineBreak,
    has_page: true,
    ..USUAL
};
pub(super) const UNSUPPORTED_GRANT: Row = Row {
    code: 70003,
    error: "unsupported_grant_type",
    text: "The app requested the grant type '{subject}', which is not supported.",
    has_page: true,
    ..USUAL
};
pub(super) const TWO_CLIENTS: Row = Row {
    code: 7_000_110,
    text: "The request names more than one client identifier, and they differ.",
    lists_codes: false,
    ..USUAL
};
pub(super) const UNKNOWN_APP: Row = Row {
    code: 700_016,
    error: "unauthorized_client",
    text: "Application with identifier '{subject}' was not found in the directory that was asked. It may not have been \
           installed by the administrator of the tenant, or nobody in the tenant has agreed to it. The request may \
           also have gone to the wrong tenant.",
    separator: Separator::LineBreak,
    has_page: true,
    ..USUAL
};
pub(super) const RESOURCE_ON_V2: Row =
    Row { code: 901_002, text: "The parameter 'resource' is not supported by this endpoint.", ..USUAL };
pub(super) const BAD_SCOPE: Row = Row {
    code: 1_002_012,
    error: "invalid_scope",
    text: "The value of scope '{subject}' is not valid. Client credential flows must ask for one scope: the resource \
           identifier (application ID URI) with /.default after it.",
    ..USUAL
};
pub(super) const MISSING_SECRET: Row = Row {
    code: 7_000_218,
    error: "invalid_client",
    text: "The request body must contain the parameter 'client_assertion' or 'client_secret'.",
    has_page: true,
    ..USUAL
};
pub(super) const WRONG_SECRET: Row = Row {
    code: 7_000_215,
    error: "invalid_client",
    text: "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not \
           the client secret ID, for a secret added to app '{subject}'.",
    has_page: true,
    ..USUAL
};
pub(super) const EXPIRED_SECRET: Row = Row {
    code: 7_000_222,
    error: "invalid_client",
    text: "The client secret keys provided for app '{subject}' are expired. Create new keys for the app in the portal, \
           or use certificate credentials for added security.",
    separator: Separator::LineBreak,
    lists_codes: false,
    ..USUAL
};
pub(super) const PUBLIC_WITH_SECRET: Row = Row {
    code: 700_025,
    error: "invalid_client",
    text: "The client '{subject}' is public, so neither 'client_assertion' nor 'client_secret' should be presented.",
    has_page: true,
    ..USUAL
};
pub(super) const UNKNOWN_RESOURCE: Row = Row {
    code: 500_011,
    error: "invalid_resource",
    text: "The resource principal named {subject} was not found in the tenant named Contoso. The administrator of the \
           tenant may not have installed the application, or no user of the tenant has agreed to it.",
    separator: Separator::LineBreak,
    has_page: true,
    ..USUAL
};
pub(super) const UNKNOWN_USER: Row = Row {
    code: 50034,
    error: "invalid_grant",
    text: "The user account {subject} does not exist in the directory. To sign in to this application, the account \
           must be added to the directory.",
    has_page: true,
    ..USUAL
};
pub(super) const WRONG_PASSWORD: Row = Row {
    code: 50126,
    error: "invalid_grant",
    text: "Error validating credentials due to invalid username or password.",
    separator: Separator::LineBreak,
    has_umbrella: true,
    has_page: true,
    ..USUAL
};
pub(super) const SECOND_FACTOR: Row = Row {
    code: 50076,
    error: "invalid_grant",
    error_v1: Some("interaction_required"),
    text: "Due to a configuration change made by your administrator, or because you moved to a new location, you must \
           use multi-factor authentication to access '{subject}'.",
    suberror: Some("basic_action"),
    has_page: true,
    ..USUAL
};
pub(super) const POLICY: Row = Row {
    code: 53003,
    error: "invalid_grant",
    error_v1: Some("interaction_required"),
    text: "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
    suberror: Some("message_only"),
    has_page: true,
    ..USUAL
};
pub(super) const NO_CONSENT: Row = Row {
    code: 65001,
    error: "invalid_grant",
    text: "The user or administrator has not consented to use the application with ID {subject}. Send an interactive \
           authorization request for this user and resource.",
    suberror: Some("consent_required"),
    lists_codes: false,
    ..USUAL
};

/// A refusal: its row, and what it is about.
#[derive(Debug)]
pub(super) struct Refusal {
    /// Text and shape.
    pub(super) row: &'static Row,
    /// What `{subject}` in the text stands for.
    subject: String,
    /// The ID of the policy that blocks, sent in `claims`.
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

    /// A refusal by a Conditional Access policy.
    pub(super) const fn by_policy(policy: &'static str) -> Self {
        Self { row: &POLICY, subject: String::new(), policy: Some(policy) }
    }

    /// The HTTP status: 401 when the client failed to prove itself, else 400.
    pub(super) fn status(&self) -> u16 {
        if self.row.error == "invalid_client" { 401 } else { 400 }
    }

    /// The body for the token endpoint.
    pub(super) fn body(&self, version: Version, stamps: &Stamps) -> String {
        let error = match version {
            Version::One => self.row.error_v1.unwrap_or(self.row.error),
            Version::Two => self.row.error,
        };
        self.body_with(error, self.row.has_umbrella && version == Version::One, stamps)
    }

    /// The body for documents about the tenant, which have their own word for every trouble with it.
    pub(super) fn document_body(&self, stamps: &Stamps) -> String {
        self.body_with("invalid_tenant", false, stamps)
    }

    fn body_with(&self, error: &str, under_umbrella: bool, stamps: &Stamps) -> String {
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
        Value::Object(body).to_string()
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
