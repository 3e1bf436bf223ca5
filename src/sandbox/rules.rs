//! Who gets a token: the checks, in Entra's order. An early refusal hides the later ones, there as here.

use super::answers::{
    BAD_SCOPE, CROSS_CLOUD, DISABLED_APP, DISABLED_USER, EXPIRED_PASSWORD, EXPIRED_SECRET, FACTOR_NOT_REGISTERED,
    LOCKED_USER, MALFORMED_TENANT, MISSING_FIELD, MISSING_SECRET, NATIONAL_CLOUD, NO_CONSENT, NO_PRINCIPAL, NO_SERVICE,
    NO_TENANT, POLICY, PUBLIC_WITH_SECRET, RESOURCE_ON_V2, Refusal, SECOND_FACTOR, SECURITY_DEFAULTS, SHARED_ENDPOINT,
    TWO_CLIENTS, UNKNOWN_APP, UNKNOWN_RESOURCE, UNKNOWN_TENANT, UNKNOWN_USER, UNMANAGED_DEVICE, UNSUPPORTED_GRANT,
    WRONG_PASSWORD, WRONG_SECRET, ZERO_TENANT,
};
use super::directory::{
    AZURE_AD_GRAPH, App, Cloud, Credential, Fault, GRAPH, Hurdle, Issue, Presence, Segment, State, Tenant, User,
    is_power_bi, knows_resource,
};
use super::request::{ClientId, TokenRequest};

/// The version of the token endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    /// `/oauth2/token`, with `resource`.
    One,
    /// `/oauth2/v2.0/token`, with `scope`.
    Two,
}

/// A token that may be issued.
#[derive(Debug)]
pub(super) struct Granted {
    /// The tenant that issues it.
    pub(super) tenant: &'static Tenant,
    /// The app that asked.
    pub(super) app: &'static App,
    /// The user, unless it is for the app itself.
    pub(super) user: Option<&'static User>,
    /// The audience.
    pub(super) audience: String,
    /// The resource as the v1 answer spells it.
    pub(super) resource: String,
    /// Whether a refresh token was asked for; v1 gives one to every user.
    pub(super) is_offline: bool,
}

/// The grant, as far as it is supported here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grant {
    ClientCredentials,
    Password,
}

/// Why there is no token.
#[derive(Debug)]
pub(super) enum Denial {
    /// The service refuses.
    Refusal(Refusal),
    /// The service is not reached.
    Fault(Fault),
}

impl From<Refusal> for Denial {
    fn from(refusal: Refusal) -> Self {
        Self::Refusal(refusal)
    }
}

/// Decides about a token request; `segment` is the tenant in the path.
pub(super) fn decide(segment: &str, version: Version, request: &TokenRequest) -> Result<Granted, Denial> {
    let place = existing(segment)?;
    let grant = match required(request, "grant_type")? {
        "client_credentials" => Grant::ClientCredentials,
        "password" => Grant::Password,
        other => return Err(Refusal::about(&UNSUPPORTED_GRANT, other).into()),
    };
    let tenant = tenant_for(place, grant, request)?;
    let app = app_of(request, tenant)?;
    match app.state {
        State::Failing(fault) => return Err(Denial::Fault(fault)),
        State::Disabled => {
            return Err(Refusal::about(&DISABLED_APP, format!("'{}'({})", app.id, app.name)).into());
        }
        State::Serving | State::Policy(_) => {}
    }
    let scope = match version {
        Version::One => None,
        Version::Two => Some(scope_of(request, grant)?),
    };
    prove(app, request)?;
    let resource = match scope {
        None => request.field("resource").map(str::to_owned),
        Some(scope) => Some(resource_of(scope).to_owned()),
    };
    if let Some(unknown) = resource.as_deref().filter(|resource| !knows_resource(resource)) {
        let subject = format!("{unknown} was not found in the tenant named {}", tenant.name);
        return Err(Refusal::about(&UNKNOWN_RESOURCE, subject).into());
    }
    if let Some(missing) = resource.as_deref().filter(|resource| is_power_bi(resource) && !tenant.has_power_bi) {
        return Err(Refusal::about(&NO_SERVICE, missing).into());
    }
    let user = match (grant, app.state) {
        (Grant::ClientCredentials, State::Policy(id)) => return Err(Refusal::by_policy(&POLICY, id).into()),
        (Grant::ClientCredentials, _) => None,
        (Grant::Password, _) => Some(user_of(app, tenant, request)?),
    };
    let is_offline = match version {
        Version::One => user.is_some(),
        Version::Two => user.is_some() && scopes(scope.unwrap_or_default()).any(|scope| scope == "offline_access"),
    };
    Ok(issue(tenant, app, user, resource, is_offline))
}

/// Refuses what is no tenant and no alias for one.
pub(super) fn existing(segment: &str) -> Result<Segment, Refusal> {
    match Segment::read(segment) {
        Segment::Malformed => Err(Refusal::about(&MALFORMED_TENANT, segment)),
        Segment::Unknown => Err(Refusal::about(&UNKNOWN_TENANT, segment)),
        Segment::Zero => Err(Refusal::about(&ZERO_TENANT, segment)),
        place @ (Segment::Known(_) | Segment::Organizations | Segment::Common | Segment::Consumers) => Ok(place),
    }
}

/// The tenant that a grant is served by. Under `organizations` the domain of the user's name tells it.
fn tenant_for(place: Segment, grant: Grant, request: &TokenRequest) -> Result<&'static Tenant, Refusal> {
    let tenant = match (place, grant) {
        (Segment::Known(tenant), _) => tenant,
        (Segment::Organizations, Grant::Password) => {
            let domain = required(request, "username")?.rsplit_once('@').map(|(_, domain)| domain);
            domain.and_then(Tenant::of_domain).ok_or_else(|| Refusal::plain(&NO_TENANT))?
        }
        (Segment::Common | Segment::Consumers, Grant::Password) => return Err(Refusal::plain(&SHARED_ENDPOINT)),
        (_, Grant::ClientCredentials | Grant::Password) => return Err(Refusal::plain(&NO_TENANT)),
    };
    match (tenant.cloud, request.client_secret()) {
        (Cloud::Public, _) => Ok(tenant),
        (Cloud::UsGovernment, Some(_)) => Err(Refusal::plain(&CROSS_CLOUD)),
        (Cloud::UsGovernment, None) => Err(Refusal::about(&NATIONAL_CLOUD, tenant.id)),
    }
}

/// The app that asks.
fn app_of(request: &TokenRequest, tenant: &'static Tenant) -> Result<&'static App, Refusal> {
    match request.client_id() {
        ClientId::Missing => Err(Refusal::about(&MISSING_FIELD, "client_id")),
        ClientId::Two => Err(Refusal::plain(&TWO_CLIENTS)),
        ClientId::One(id) => match App::find(id, tenant) {
            Presence::Here(app) => Ok(app),
            Presence::Uninstalled(app) => Err(Refusal::about(&NO_PRINCIPAL, app.id)),
            Presence::Unknown => Err(Refusal::about(&UNKNOWN_APP, id)),
        },
    }
}

/// The scope of a v2 request; for the app itself it must be one resource with `/.default`.
fn scope_of(request: &TokenRequest, grant: Grant) -> Result<&str, Refusal> {
    if request.field("resource").is_some() {
        return Err(Refusal::plain(&RESOURCE_ON_V2));
    }
    let scope = required(request, "scope")?;
    let is_one_default = scopes(scope).count() == 1 && scope.trim().ends_with("/.default");
    match grant {
        Grant::ClientCredentials if !is_one_default => Err(Refusal::about(&BAD_SCOPE, scope)),
        Grant::ClientCredentials | Grant::Password => Ok(scope),
    }
}

fn scopes(scope: &str) -> impl Iterator<Item = &str> {
    scope.split_ascii_whitespace()
}

/// The resource that a scope is about: what stands before the last slash. A bare name is Graph's.
fn resource_of(scope: &str) -> &str {
    let names_resource = |scope: &&str| scope.contains('/');
    scopes(scope).find(names_resource).and_then(|scope| scope.rsplit_once('/')).map_or(GRAPH, |(resource, _)| resource)
}

/// Checks the client's credential.
fn prove(app: &App, request: &TokenRequest) -> Result<(), Refusal> {
    match (&app.credential, request.client_secret()) {
        (Credential::Public, None) if request.field("grant_type") == Some("password") => Ok(()),
        (Credential::Public, Some(_)) => Err(Refusal::about(&PUBLIC_WITH_SECRET, app.id)),
        (Credential::Secret(right), Some(sent)) if sent == *right => Ok(()),
        (Credential::ExpiredSecret(right), Some(sent)) if sent == *right => {
            Err(Refusal::about(&EXPIRED_SECRET, app.id))
        }
        (Credential::Secret(_) | Credential::ExpiredSecret(_), Some(_)) => Err(Refusal::about(&WRONG_SECRET, app.id)),
        (Credential::Secret(_) | Credential::ExpiredSecret(_) | Credential::Public, None) => {
            Err(Refusal::plain(&MISSING_SECRET))
        }
    }
}

/// Signs the user in, and looks whether the app may act for users at all.
fn user_of(app: &App, tenant: &Tenant, request: &TokenRequest) -> Result<&'static User, Refusal> {
    let upn = required(request, "username")?;
    let password = required(request, "password")?;
    let user = User::find(upn, tenant).ok_or_else(|| Refusal::plain(&UNKNOWN_USER))?;
    let resource = || request.field("resource").or(request.field("scope")).unwrap_or(AZURE_AD_GRAPH);
    match user.hurdle {
        Hurdle::Locked => Err(Refusal::plain(&LOCKED_USER)),
        Hurdle::Disabled => Err(Refusal::plain(&DISABLED_USER)),
        // Entra has nothing to compare the password with.
        Hurdle::Federated => Err(Refusal::plain(&WRONG_PASSWORD)),
        _ if user.password != password => Err(Refusal::plain(&WRONG_PASSWORD)),
        Hurdle::ExpiredPassword => Err(Refusal::plain(&EXPIRED_PASSWORD)),
        Hurdle::SecondFactor => Err(Refusal::about(&SECOND_FACTOR, resource())),
        Hurdle::NoFactor => Err(Refusal::about(&FACTOR_NOT_REGISTERED, resource())),
        Hurdle::Policy(id) => Err(Refusal::by_policy(&POLICY, id)),
        Hurdle::ManagedDevice(id) => Err(Refusal::by_policy(&UNMANAGED_DEVICE, id)),
        Hurdle::SecurityDefaults => Err(Refusal::plain(&SECURITY_DEFAULTS)),
        Hurdle::None if app.scopes.is_empty() => {
            Err(Refusal::about(&NO_CONSENT, format!("'{}' named '{}'", app.id, app.name)))
        }
        Hurdle::None => Ok(user),
    }
}

fn issue(
    tenant: &'static Tenant,
    app: &'static App,
    user: Option<&'static User>,
    resource: Option<String>,
    is_offline: bool,
) -> Granted {
    let (audience, resource) = match (&app.issue, resource) {
        (Issue::For(other), _) => ((*other).to_owned(), (*other).to_owned()),
        (Issue::AsAsked | Issue::By(_) | Issue::Ended, Some(resource)) => (resource.clone(), resource),
        // Entra's v1 endpoint answers with a token for the retired directory API when no resource is named.
        (Issue::AsAsked | Issue::By(_) | Issue::Ended, None) => {
            (AZURE_AD_GRAPH.to_owned(), format!("spn:{AZURE_AD_GRAPH}"))
        }
    };
    let tenant = match app.issue {
        Issue::By(other) => other,
        Issue::AsAsked | Issue::For(_) | Issue::Ended => tenant,
    };
    Granted { tenant, app, user, audience, resource, is_offline }
}

/// A field that must be there.
fn required<'a>(request: &'a TokenRequest, name: &str) -> Result<&'a str, Refusal> {
    request.field(name).ok_or_else(|| Refusal::about(&MISSING_FIELD, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_resource_is_what_stands_before_the_last_slash() {
        for (scope, resource) in [
            ("https://analysis.windows.net/powerbi/api/.default", "https://analysis.windows.net/powerbi/api"),
            (
                "openid https://analysis.windows.net/powerbi/api/Report.Read.All",
                "https://analysis.windows.net/powerbi/api",
            ),
            ("https://graph.microsoft.com//.default", "https://graph.microsoft.com/"),
            ("openid User.Read", GRAPH),
            ("", GRAPH),
        ] {
            assert_eq!(resource_of(scope), resource, "{scope}");
        }
    }
}
