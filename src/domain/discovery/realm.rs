//! The realm of a user: who checks the password. The answer tells about the domain, not whether the user exists.

use std::time::Duration;

use serde_json::{Map, Value};
use url::Url;

use super::{at, get, object};
use crate::domain::diagnosis::{Diagnosis, Severity};
use crate::domain::exchange::{HttpAnswer, HttpRequest};
use crate::domain::registration::{Grant, Registration};
use crate::domain::setting::SettingName::User;
use crate::domain::shape;
use crate::domain::text::{clip, printable};

/// The request for the realm of `User`, without credentials.
///
/// `None` for another grant, and for a name without a domain, about which there is nothing to ask. The URL holds the
/// user's name: it is not for logs and reports.
pub fn request(registration: &Registration, timeout: Duration) -> Option<HttpRequest> {
    let Grant::Password { user, .. } = &registration.grant else { return None };
    let user = user.trim();
    if !shape::is_sign_in_name(user) {
        return None;
    }
    let mut url = at(&registration.endpoint, "/common/userrealm");
    url.path_segments_mut().ok()?.push(user);
    url.set_query(Some("api-version=1.0"));
    Some(get(url, timeout))
}

/// Who checks the password of the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Realm {
    /// Entra itself.
    Managed,
    /// The organisation's own identity provider.
    Federated {
        /// Its host, if the answer names one.
        host: Option<String>,
        /// `WSTrust`, `WSFed` or `SAML20`.
        protocol: Option<String>,
    },
    /// It is a personal Microsoft account.
    Personal,
    /// The domain belongs to no tenant of this cloud.
    Unknown,
    /// Nothing is known.
    NotChecked(NotChecked),
}

/// Why nothing is known of the realm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotChecked {
    /// The host has no such service.
    NoService,
    /// The exchange failed, for this reason in words.
    NoAnswer(String),
    /// The answer has this status.
    Status(u16),
    /// The answer has none of the words for a realm.
    NoRealm,
}

/// Reads the answer to [`request`], of `api-version` 1.0 and the later ones.
pub fn read(answer: &HttpAnswer) -> Realm {
    match answer.status {
        200..=299 => {}
        404 => return Realm::NotChecked(NotChecked::NoService),
        status => return Realm::NotChecked(NotChecked::Status(status)),
    }
    let Ok(object) = object(answer) else { return Realm::NotChecked(NotChecked::NoRealm) };
    let text = |names: &[&str]| names.iter().find_map(|name| object.get(*name).and_then(Value::as_str));
    let domain = text(&["domain_name", "DomainName"]).unwrap_or_default();
    if domain.eq_ignore_ascii_case("live.com") {
        return Realm::Personal;
    }
    match text(&["account_type", "NameSpaceType"]).map(str::to_ascii_lowercase).as_deref() {
        Some("managed") => Realm::Managed,
        Some("federated") => Realm::Federated {
            host: federation_host(&object),
            protocol: text(&["federation_protocol", "FederationProtocol"])
                .map(|text| clip(&printable(text), 20).into_owned()),
        },
        Some("unknown") => Realm::Unknown,
        _ => Realm::NotChecked(NotChecked::NoRealm),
    }
}

fn federation_host(object: &Map<String, Value>) -> Option<String> {
    let addresses = ["federation_active_auth_url", "federation_metadata_url", "AuthURL"];
    addresses
        .iter()
        .filter_map(|name| object.get(*name)?.as_str())
        .find_map(|text| Url::parse(text).ok()?.host_str().map(str::to_owned))
}

impl Realm {
    /// A few words for the summary of the stage; empty when nothing is known.
    pub const fn words(&self) -> &'static str {
        match self {
            Self::Managed => "managed user",
            Self::Federated { .. } => "federated user",
            Self::Personal => "personal account",
            Self::Unknown => "unknown user domain",
            Self::NotChecked(_) => "",
        }
    }

    /// What it means for the password grant; `None` when that is nothing, or the host has no such service.
    pub fn explain(&self) -> Option<Diagnosis> {
        match self {
            Self::Managed | Self::NotChecked(NotChecked::NoService) => None,
            Self::Federated { host, .. } => Some(federated(host.as_deref())),
            Self::Personal => Some(
                warning(
                    "user-personal",
                    "User is a personal Microsoft account",
                    "Put a work account of the tenant into User.",
                )
                .because("The password grant never accepts personal accounts, whatever their password.")
                .remedy(INSTEAD),
            ),
            Self::Unknown => Some(
                warning(
                    "user-domain-unknown",
                    "The domain of User belongs to no tenant of this cloud",
                    "Check the part after @ in User for a typing error.",
                )
                .because("Entra ID does not know the domain here, so it will not know the user either.")
                .remedy("Entra admin center > Users > the user: copy User principal name into User.")
                .remedy("If the user is of another cloud, choose that cloud in step Endpoint."),
            ),
            Self::NotChecked(reason) => Some(not_checked(reason)),
        }
    }
}

impl Realm {
    /// What becomes of a password that is sent all the same, in full sentences; `None` where nothing speaks against
    /// sending it.
    pub const fn prospect(&self) -> Option<&'static str> {
        match self {
            Self::Federated { .. } => Some(
                "Entra ID does not check this user's password; the organisation's own provider does. Most likely \
                 Entra ID refuses the request with AADSTS50126, even when the password is right.",
            ),
            Self::Personal => Some("Entra ID refuses the password grant to every personal account, with any password."),
            Self::Unknown => Some(
                "Entra ID knows no such domain, so there is no such user: most likely it refuses the request with \
                 AADSTS50034.",
            ),
            Self::Managed | Self::NotChecked(_) => None,
        }
    }

    /// Whether a user of this realm can never sign in by password, so that a service principal is the way out.
    pub const fn shuts_passwords_out(&self) -> bool {
        matches!(self, Self::Federated { .. } | Self::Personal)
    }
}

/// How an account is found whose password Entra itself checks.
pub const CLOUD_ONLY: &str =
    "Take an account whose name ends with .onmicrosoft.com, or with another domain that is not federated.";

/// The way out that always works.
const INSTEAD: &str = "Or use a service principal: empty User and Password, and the grant becomes client_credentials.";

fn federated(host: Option<&str>) -> Diagnosis {
    let place = host.map_or_else(|| "at the organisation's own provider".to_owned(), |host| format!("at {host}"));
    warning(
        "user-federated",
        format!("The user in User signs in {place}, not at Entra ID"),
        "Use a cloud-only account in User, or a service principal.",
    )
    .because(
        "The domain is federated. Unless hashes are synchronised and a policy allows it, Entra ID has no password to \
         compare with and refuses with AADSTS50126 even when the password is right. Every refusal counts towards a \
         lockout.",
    )
    .remedy(CLOUD_ONLY)
    .remedy(INSTEAD)
    .remedy(
        "Or have password hashes synchronised, and a home realm discovery policy with AllowCloudPasswordValidation \
         assigned to the app.",
    )
}

/// A note only: the realm is a hint, and the token request will tell.
fn not_checked(reason: &NotChecked) -> Diagnosis {
    let why = match reason {
        NotChecked::NoService => "The host has no such service.".to_owned(),
        NotChecked::NoAnswer(words) => format!("There was no answer: {}.", printable(words).trim_end_matches('.')),
        NotChecked::Status(status) => format!("The answer is HTTP {status}."),
        NotChecked::NoRealm => "The answer does not say it.".to_owned(),
    };
    Diagnosis::new(
        Severity::Info,
        "realm-not-checked",
        "Not checked: who checks the password of User",
        "Go on; the answer to the token request will tell.",
    )
    .because(why)
}

fn warning(code: &'static str, title: impl Into<String>, action: &str) -> Diagnosis {
    Diagnosis::new(Severity::Warning, code, title, action).at(User)
}
