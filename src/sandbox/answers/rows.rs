//! The rows: the words of every refusal, and the shape in which it comes.
//!
//! First come the tenant, the request and the app, then the user, in the order in which they are checked.

use super::{Row, Separator};

/// What most rows have in common.
const USUAL: Row = Row {
    code: 0,
    error: "invalid_request",
    error_v1: None,
    status: None,
    text: "",
    suberror: None,
    separator: Separator::Space,
    lists_codes: true,
    has_umbrella: false,
    has_page: false,
    change_url: None,
};

pub(in crate::sandbox) const UNKNOWN_TENANT: Row = Row {
    code: 90002,
    text: "Tenant '{subject}' not found. Check that you have the right tenant ID and are signing in to the right cloud. \
           The tenant may have no active subscriptions; ask its administrator.",
    has_page: true,
    ..USUAL
};
pub(in crate::sandbox) const MALFORMED_TENANT: Row = Row {
    code: 900_023,
    text: "The tenant identifier '{subject}' in the request is neither a valid DNS name nor a valid external domain.",
    separator: Separator::LineBreak,
    has_page: true,
    ..USUAL
};
pub(in crate::sandbox) const ZERO_TENANT: Row = Row {
    code: 900_021,
    text: "The tenant identifier '{subject}' in the request is not valid. Tenant identifiers must not be empty GUIDs.",
    separator: Separator::LineBreak,
    has_page: true,
    ..USUAL
};
pub(in crate::sandbox) const NO_TENANT: Row = Row {
    code: 50059,
    text: "No information that identifies a tenant was found in the request or implied by the credentials provided.",
    has_page: true,
    ..USUAL
};
pub(in crate::sandbox) const SHARED_ENDPOINT: Row = Row {
    code: 9_001_023,
    text: "This grant type is not served on the /common or /consumers endpoints. Use /organizations or an endpoint of \
           the tenant.",
    ..USUAL
};
pub(in crate::sandbox) const CROSS_CLOUD: Row = Row {
    code: 900_382,
    text: "Confidential Client is not supported in Cross Cloud request.",
    separator: Separator::LineBreak,
    ..USUAL
};
pub(in crate::sandbox) const NATIONAL_CLOUD: Row = Row {
    code: 90038,
    text: "The tenant '{subject}' belongs to the National Cloud 'MicrosoftOnline.US', to which this request is redirected.",
    has_page: true,
    ..USUAL
};
pub(in crate::sandbox) const NOT_POSTED: Row =
    Row { code: 900_561, text: "The endpoint accepts only POST requests. A GET request was received.", ..USUAL };
pub(in crate::sandbox) const MISSING_FIELD: Row = Row {
    code: 900_144,
    text: "The request body must contain the parameter '{subject}'.",
    separator: Separator::LineBreak,
    has_page: true,
    ..USUAL
};
pub(in crate::sandbox) const UNSUPPORTED_GRANT: Row = Row {
    code: 70003,
    error: "unsupported_grant_type",
    text: "The app requested the grant type '{subject}', which is not supported.",
    has_page: true,
    ..USUAL
};
pub(in crate::sandbox) const TWO_CLIENTS: Row = Row {
    code: 7_000_110,
    text: "The request names more than one client identifier, and they differ.",
    lists_codes: false,
    ..USUAL
};
pub(in crate::sandbox) const UNKNOWN_APP: Row = Row {
    code: 700_016,
    error: "unauthorized_client",
    text: "Application with identifier '{subject}' was not found in the directory that was asked. It may not have been \
           installed by the administrator of the tenant, or nobody in the tenant has agreed to it. The request may \
           also have gone to the wrong tenant.",
    separator: Separator::LineBreak,
    has_page: true,
    ..USUAL
};
pub(in crate::sandbox) const NO_PRINCIPAL: Row = Row {
    code: 7_000_229,
    error: "invalid_client",
    text: "The client application {subject} is missing service principal in the tenant. An administrator of the tenant \
           must consent to it, or create the service principal.",
    ..USUAL
};
pub(in crate::sandbox) const DISABLED_APP: Row = Row {
    code: 7_000_112,
    error: "unauthorized_client",
    text: "Application {subject} is disabled.",
    separator: Separator::LineBreak,
    has_page: true,
    ..USUAL
};
pub(in crate::sandbox) const RESOURCE_ON_V2: Row =
    Row { code: 901_002, text: "The parameter 'resource' is not supported by this endpoint.", ..USUAL };
pub(in crate::sandbox) const BAD_SCOPE: Row = Row {
    code: 1_002_012,
    error: "invalid_scope",
    text: "The value of scope '{subject}' is not valid. Client credential flows must ask for one scope: the resource \
           identifier (application ID URI) with /.default after it.",
    ..USUAL
};
pub(in crate::sandbox) const MISSING_SECRET: Row = Row {
    code: 7_000_218,
    error: "invalid_client",
    text: "The request body must contain the parameter 'client_assertion' or 'client_secret'.",
    has_page: true,
    ..USUAL
};
pub(in crate::sandbox) const WRONG_SECRET: Row = Row {
    code: 7_000_215,
    error: "invalid_client",
    text: "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not \
           the client secret ID, for a secret added to app '{subject}'.",
    has_page: true,
    ..USUAL
};
pub(in crate::sandbox) const EXPIRED_SECRET: Row = Row {
    code: 7_000_222,
    error: "invalid_client",
    text: "The client secret keys provided for app '{subject}' are expired. Create new keys for the app in the portal, \
           or use certificate credentials for added security.",
    separator: Separator::LineBreak,
    lists_codes: false,
    ..USUAL
};
pub(in crate::sandbox) const PUBLIC_WITH_SECRET: Row = Row {
    code: 700_025,
    error: "invalid_client",
    text: "The client '{subject}' is public, so neither 'client_assertion' nor 'client_secret' should be presented.",
    has_page: true,
    ..USUAL
};
pub(in crate::sandbox) const UNKNOWN_RESOURCE: Row = Row {
    code: 500_011,
    error: "invalid_resource",
    // The subject names resource and tenant.
    text: "The resource principal named {subject}. The administrator of the tenant may not have \
           installed the application, or no user of the tenant has agreed to it.",
    separator: Separator::LineBreak,
    has_page: true,
    ..USUAL
};
pub(in crate::sandbox) const NO_SERVICE: Row = Row {
    code: 650_052,
    error: "invalid_client",
    // Not the 401 that the word stands for otherwise.
    status: Some(400),
    text: "The app is trying to access a service '{subject}' that your organization lacks a service principal for. Ask \
           an administrator to review the subscriptions of your organization.",
    ..USUAL
};
pub(in crate::sandbox) const UNKNOWN_USER: Row = Row {
    code: 50034,
    error: "invalid_grant",
    // The braces are Entra's own: it hides what it was sent.
    text: "The user account {EmailHidden} does not exist in the directory. To sign in to this application, the account \
           must be added to the directory.",
    has_page: true,
    ..USUAL
};
pub(in crate::sandbox) const WRONG_PASSWORD: Row = Row {
    code: 50126,
    error: "invalid_grant",
    text: "Error validating credentials due to invalid username or password.",
    separator: Separator::LineBreak,
    has_umbrella: true,
    has_page: true,
    ..USUAL
};
pub(in crate::sandbox) const LOCKED_USER: Row = Row {
    code: 50053,
    error: "invalid_grant",
    text: "The account is locked, because there were too many attempts to sign in with an incorrect user ID or password.",
    separator: Separator::LineBreak,
    has_page: true,
    ..USUAL
};
pub(in crate::sandbox) const DISABLED_USER: Row = Row {
    code: 50057,
    error: "invalid_grant",
    text: "The user account is disabled. It has been disabled by an administrator.",
    separator: Separator::LineBreak,
    has_umbrella: true,
    has_page: true,
    ..USUAL
};
pub(in crate::sandbox) const EXPIRED_PASSWORD: Row = Row {
    code: 50055,
    error: "invalid_grant",
    // Seen on v1: the same word twice.
    error_v1: Some("user_password_expired"),
    text: "The password is expired.",
    suberror: Some("user_password_expired"),
    separator: Separator::LineBreak,
    has_page: true,
    change_url: Some("https://portal.microsoftonline.com/ChangePassword.aspx"),
    ..USUAL
};
pub(in crate::sandbox) const SECOND_FACTOR: Row = Row {
    code: 50076,
    error: "invalid_grant",
    error_v1: Some("interaction_required"),
    text: "Due to a configuration change made by your administrator, or because you moved to a new location, you must \
           use multi-factor authentication to access '{subject}'.",
    suberror: Some("basic_action"),
    has_page: true,
    ..USUAL
};
pub(in crate::sandbox) const POLICY: Row = Row {
    code: 53003,
    error: "invalid_grant",
    error_v1: Some("interaction_required"),
    text: "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
    suberror: Some("message_only"),
    has_page: true,
    ..USUAL
};
pub(in crate::sandbox) const FACTOR_NOT_REGISTERED: Row = Row {
    code: 50079,
    error: "invalid_grant",
    error_v1: Some("interaction_required"),
    text: "Due to a configuration change made by your administrator, or because you moved to a new location, you must \
           enroll in multi-factor authentication to access '{subject}'.",
    separator: Separator::LineBreak,
    suberror: Some("basic_action"),
    has_page: true,
    ..USUAL
};
pub(in crate::sandbox) const UNMANAGED_DEVICE: Row = Row {
    code: 530_003,
    error: "invalid_grant",
    error_v1: Some("interaction_required"),
    text: "Your device is required to be managed to access this resource.",
    suberror: Some("additional_action"),
    ..USUAL
};
pub(in crate::sandbox) const SECURITY_DEFAULTS: Row = Row {
    code: 530_035,
    error: "invalid_grant",
    error_v1: Some("interaction_required"),
    text: "Access has been blocked by security defaults.",
    suberror: Some("message_only"),
    lists_codes: false,
    ..USUAL
};
pub(in crate::sandbox) const NO_CONSENT: Row = Row {
    code: 65001,
    error: "invalid_grant",
    text: "The user or administrator has not consented to use the application with ID {subject}. Send an interactive \
           authorization request for this user and resource.",
    suberror: Some("consent_required"),
    lists_codes: false,
    ..USUAL
};
