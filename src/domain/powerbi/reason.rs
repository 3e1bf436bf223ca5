//! Why Power BI refused: the rows of the failure catalogue, told apart.
//!
//! At this API 403 mostly says that the token is the problem, and 401 that the token is fine and the permissions are
//! not. A name or a message, where there is one, counts more than the status.

use std::borrow::Cow;

use super::answer::Signal;
use super::call::Route;

/// Why Power BI, or whoever answered in its place, refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The tenant lets no service principal call the API, or not this one.
    TenantSwitch,
    /// No role in the workspace, or no such workspace.
    NoRole,
    /// The admin APIs are closed to the holder.
    AdminClosed,
    /// The workspace is not open to the holder.
    GroupClosed,
    /// The ID is that of a My workspace.
    PersonalWorkspace,
    /// A route that apps may not call.
    ClosedToApps,
    /// No licence.
    NotLicensed,
    /// Not found, or hidden.
    NotFound,
    /// The identity for row-level security is missing or not wanted.
    EffectiveIdentity,
    /// The DAX query itself failed.
    QueryFailed,
    /// No acceptable token.
    InvalidToken,
    /// The token has ended or is not trusted.
    TokenExpired,
    /// A policy demands another token.
    Challenge,
    /// 403 without a word: the header may be lost on its way.
    Forbidden,
    /// 401 without a known name: the permissions.
    Unauthorized,
    /// No embed token is given.
    EmbedRefused,
    /// The body was not declared as JSON.
    MediaType,
    /// Too many calls.
    Throttled,
    /// The request is malformed.
    BadRequest,
    /// Power BI has a fault.
    Fault,
    /// A redirect; none is followed.
    Redirect,
    /// A web page in the place of an answer.
    Page,
    /// A proxy wants credentials.
    ProxyCredentials,
    /// A success that is no answer of this API.
    NoAnswer,
    /// A success whose body was longer than what is read.
    TooLong,
    /// Another status.
    Other(u16),
}

impl Reason {
    /// Tells why, for an answer that was no success; `route` is what was called.
    pub fn of(signal: &Signal, route: Route) -> Self {
        match signal.status {
            300..=399 => return Self::Redirect,
            407 => return Self::ProxyCredentials,
            _ => {}
        }
        if signal.is_page && !signal.is_power_bi {
            return Self::Page;
        }
        if signal.is_challenge {
            return Self::Challenge;
        }
        let message = signal.message.as_deref().unwrap_or_default().to_lowercase();
        Self::by_message(&message)
            .or_else(|| Self::by_name(signal.name.as_deref().unwrap_or_default(), route))
            .unwrap_or_else(|| Self::by_status(signal, route))
    }

    /// Messages that say more than the name beside them, in small letters.
    fn by_message(message: &str) -> Option<Self> {
        let known = [
            ("api is not accessible for application", Self::ClosedToApps),
            ("unable to parse aad token", Self::InvalidToken),
            ("access token has expired", Self::TokenExpired),
            ("personal workspace", Self::PersonalWorkspace),
            ("effective identity", Self::EffectiveIdentity),
        ];
        known.into_iter().find(|(text, _)| message.contains(text)).map(|(_, reason)| reason)
    }

    fn by_name(name: &str, route: Route) -> Option<Self> {
        let reason = match name {
            "ServicePrincipalIsNotAllowedByTenantAdminSwitch" => Self::TenantSwitch,
            "PowerBINotAuthorizedException" if route == Route::Admin => Self::AdminClosed,
            "PowerBINotAuthorizedException"
                if matches!(route, Route::Workspace | Route::ListedWorkspace | Route::Models | Route::Query) =>
            {
                Self::NoRole
            }
            "GroupNotAccessible" => Self::GroupClosed,
            "PowerBINotLicensedException" | "UserNotLicensed" => Self::NotLicensed,
            "PowerBIEntityNotFound" => Self::NotFound,
            "DatasetExecuteQueriesError" => Self::QueryFailed,
            "InvalidToken" => Self::InvalidToken,
            "TokenExpired" | "AccessTokenExpired" => Self::TokenExpired,
            "insufficient_claims" => Self::Challenge,
            "InvalidRequest" | "BadRequest" => Self::BadRequest,
            "TooManyRequests" | "RequestsQuotaExceeded" => Self::Throttled,
            "UnsupportedMediaType" => Self::MediaType,
            "UnknownError" => Self::Fault,
            _ => return None,
        };
        Some(reason)
    }

    fn by_status(signal: &Signal, route: Route) -> Self {
        match signal.status {
            200..=299 => Self::NoAnswer,
            400 => Self::BadRequest,
            401 => Self::Unauthorized,
            403 if route == Route::EmbedToken => Self::EmbedRefused,
            403 => Self::Forbidden,
            404 => Self::NotFound,
            415 => Self::MediaType,
            429 => Self::Throttled,
            500..=599 => Self::Fault,
            other => Self::Other(other),
        }
    }

    /// The stable code: Power BI's own name where it has one.
    pub fn code(&self, status: u16) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::TenantSwitch => "ServicePrincipalIsNotAllowedByTenantAdminSwitch",
            Self::NoRole | Self::AdminClosed => "PowerBINotAuthorizedException",
            Self::GroupClosed | Self::PersonalWorkspace => "GroupNotAccessible",
            Self::ClosedToApps => "ApiNotAccessibleForApplication",
            Self::NotLicensed => "PowerBINotLicensedException",
            Self::NotFound => "PowerBIEntityNotFound",
            Self::EffectiveIdentity => "EffectiveIdentity",
            Self::QueryFailed => "DatasetExecuteQueriesError",
            Self::InvalidToken => "InvalidToken",
            Self::TokenExpired => "TokenExpired",
            Self::Challenge => "insufficient_claims",
            Self::EmbedRefused => "GenerateTokenForbidden",
            Self::MediaType => "UnsupportedMediaType",
            Self::Throttled => "TooManyRequests",
            Self::BadRequest => "InvalidRequest",
            Self::Fault => "UnknownError",
            Self::Page => "html-answer",
            Self::ProxyCredentials => "proxy-credentials",
            Self::NoAnswer => "not-power-bi",
            Self::TooLong => "answer-too-long",
            Self::Forbidden | Self::Unauthorized | Self::Redirect | Self::Other(_) => {
                return Cow::Owned(format!("HTTP{status}"));
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(status: u16, name: &str, message: &str, route: Route) -> Reason {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Reason::of(&Signal { status, name: text(name), message: text(message), ..Signal::default() }, route)
    }

    #[test]
    fn the_text_counts_and_not_the_status() {
        for status in [200, 401, 403] {
            let found = reason(status, "", "API is not accessible for application", Route::Workspaces);
            assert_eq!(found, Reason::ClosedToApps, "{status}");
        }
        assert_eq!(reason(403, "GroupNotAccessible", "", Route::Workspace), Reason::GroupClosed);
        assert_eq!(reason(401, "TokenExpired", "", Route::Workspace), Reason::TokenExpired);
        assert_eq!(reason(403, "", "Unable to parse AAD token: IDX12741", Route::Tenant), Reason::InvalidToken);
    }

    #[test]
    fn the_route_decides_between_two_meanings() {
        let name = "PowerBINotAuthorizedException";
        assert_eq!(reason(401, name, "", Route::Workspace), Reason::NoRole);
        assert_eq!(reason(401, name, "", Route::Admin), Reason::AdminClosed);
        assert_eq!(reason(401, name, "", Route::Workspaces), Reason::Unauthorized);
        assert_eq!(reason(403, "", "", Route::EmbedToken), Reason::EmbedRefused);
        assert_eq!(reason(403, "", "", Route::Workspaces), Reason::Forbidden);
    }

    #[test]
    fn a_page_is_no_answer_of_power_bi() {
        let page = Signal { status: 403, is_page: true, ..Signal::default() };
        assert_eq!(Reason::of(&page, Route::Tenant), Reason::Page);
        let own = Signal { is_power_bi: true, ..page };
        assert_eq!(Reason::of(&own, Route::Tenant), Reason::Forbidden);
    }
}
