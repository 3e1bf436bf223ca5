//! What the settings say once they are parsed: tenant, client, credential, endpoint, resource, grant.

use super::cloud::{self, CloudName};
use super::diagnosis::{self, Diagnosis, Severity};
use super::endpoint::{self, Endpoint, Trust};
use super::rules;
use super::secret::Secret;
use super::setting::SettingName::{self, AppTenantId, AuthTokenUrl, ClientId, ClientSecret, Password, Resource, User};
use super::setting::Values;
use super::shape::{self, Placeholder};

/// Which OAuth 2.0 grant the application uses (RFC 6749, sections 4.3 and 4.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantName {
    /// The app itself: "app owns data".
    ClientCredentials,
    /// A user's name and password: "user owns data", or a master user.
    Password,
}

impl GrantName {
    /// The value of `grant_type`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::ClientCredentials => "client_credentials",
            Self::Password => "password",
        }
    }

    /// The grant of that name.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::ClientCredentials, Self::Password].into_iter().find(|grant| grant.word() == word)
    }
}

/// The version of the token endpoint; the path of `AuthTokenUrl` decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// `/oauth2/token`, takes `resource`.
    V1,
    /// `/oauth2/v2.0/token`, takes `scope`.
    V2,
}

impl Version {
    /// 1 or 2.
    pub const fn number(self) -> u8 {
        match self {
            Self::V1 => 1,
            Self::V2 => 2,
        }
    }
}

/// How to read the settings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Overrides the grant that the settings imply.
    pub grant: Option<GrantName>,
    /// Sign-in hosts that the user vouches for in this run, `HOST` or `HOST:PORT`.
    pub allowed_hosts: Vec<String>,
    /// The shell's `USER` variable, which hides a top-level `User` in .NET's default host.
    pub shell_user: Option<String>,
}

/// What a run is going to ask for, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The grant.
    pub grant: Option<GrantName>,
    /// The cloud of the sign-in host.
    pub cloud: Option<CloudName>,
    /// The endpoint's version.
    pub version: Option<Version>,
}

/// Settings that a request can be made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// The tenant that the request goes to: from the URL's path, else `AppTenantId`; a provider elsewhere may have none.
    pub tenant: Option<String>,
    /// `AppTenantId` as it stands, also where the URL names a tenant itself; `None` when it is not set.
    pub app_tenant_id: Option<String>,
    /// Which setting names that tenant.
    pub tenant_setting: SettingName,
    /// Where the request goes.
    pub endpoint: Endpoint,
    /// The cloud of that place; `None` for a host that the user vouches for.
    pub cloud: Option<CloudName>,
    /// What the token shall be for.
    pub resource: String,
    /// The app.
    pub client_id: String,
    /// Its secret; `None` for a public client.
    pub client_secret: Option<Secret>,
    /// The grant with what only it needs.
    pub grant: Grant,
}

/// The grant with what only it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grant {
    /// Nothing more.
    ClientCredentials,
    /// A user.
    Password {
        /// The sign-in name.
        user: String,
        /// The password, exactly as it stands in the settings.
        password: Secret,
    },
}

impl Registration {
    /// The grant's name.
    pub const fn grant_name(&self) -> GrantName {
        match self.grant {
            Grant::ClientCredentials => GrantName::ClientCredentials,
            Grant::Password { .. } => GrantName::Password,
        }
    }
}

/// What the settings were read as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// What they ask for, as far as it is known.
    pub plan: Plan,
    /// What is wrong with them, the worst first.
    pub diagnoses: Vec<Diagnosis>,
    /// The parsed settings, unless a diagnosis is an error.
    pub registration: Option<Registration>,
}

impl Inspection {
    /// The diagnoses of one setting, the worst first.
    pub fn of(&self, setting: SettingName) -> impl Iterator<Item = &Diagnosis> {
        self.diagnoses.iter().filter(move |diagnosis| diagnosis.setting == Some(setting))
    }
}

/// Reads the settings: which grant, which endpoint, and everything that is wrong with them.
pub fn inspect(values: &Values, options: &Options) -> Inspection {
    let mut diagnoses = Vec::new();
    let grant = options.grant.unwrap_or_else(|| implied_grant(values));
    require(values, grant, &mut diagnoses);
    let endpoint = match parse_endpoint(values, options) {
        Some(Err(fault)) => {
            diagnoses.push(fault);
            None
        }
        Some(Ok(endpoint)) => Some(endpoint),
        None => None,
    };
    let cloud = endpoint.as_ref().and_then(|endpoint| cloud_of(endpoint, values.get(Resource)));
    diagnoses.extend(rules::warnings(values, grant, endpoint.as_ref(), options));
    diagnosis::rank(&mut diagnoses);
    let plan = Plan { grant: Some(grant), cloud, version: endpoint.as_ref().map(|endpoint| endpoint.version) };
    let is_possible = diagnoses.iter().all(|diagnosis| diagnosis.severity != Severity::Error);
    let registration = endpoint.filter(|_| is_possible).map(|endpoint| read_as(values, grant, endpoint, cloud));
    Inspection { plan, diagnoses, registration }
}

/// The settings as far as a question without credentials needs them: what is missing or wrong besides the place of the
/// request counts for nothing. `None` when there is no such place, or none that is trusted.
///
/// No token can be requested with the result: what is not set yet is empty in it.
pub fn incomplete(values: &Values, options: &Options) -> Option<Registration> {
    let endpoint = parse_endpoint(values, options).and_then(Result::ok)?;
    let cloud = cloud_of(&endpoint, values.get(Resource));
    Some(read_as(values, options.grant.unwrap_or_else(|| implied_grant(values)), endpoint, cloud))
}

fn read_as(values: &Values, grant: GrantName, endpoint: Endpoint, cloud: Option<CloudName>) -> Registration {
    Registration {
        tenant: endpoint.tenant.clone().or_else(|| set(values, AppTenantId).map(str::to_owned)),
        app_tenant_id: set(values, AppTenantId).map(str::to_owned),
        tenant_setting: if values.get(AuthTokenUrl).contains(endpoint::TENANT_PLACE) {
            AppTenantId
        } else {
            AuthTokenUrl
        },
        cloud,
        endpoint,
        resource: values.get(Resource).to_owned(),
        client_id: values.get(ClientId).to_owned(),
        client_secret: set(values, ClientSecret).map(Secret::new),
        grant: match grant {
            GrantName::ClientCredentials => Grant::ClientCredentials,
            GrantName::Password => {
                Grant::Password { user: values.get(User).to_owned(), password: Secret::new(values.get(Password)) }
            }
        },
    }
}

/// Stands in the URL for a tenant that is not set; it has no shape of one, so nothing is asked about it.
const STAND_IN: &str = "tenant";

/// The value, unless it is blank or a placeholder.
fn set(values: &Values, name: SettingName) -> Option<&str> {
    let text = values.get(name);
    (!text.is_empty() && shape::placeholder(text).is_none()).then_some(text)
}

/// `client_credentials` unless both `User` and `Password` are set.
fn implied_grant(values: &Values) -> GrantName {
    if set(values, User).is_some() || set(values, Password).is_some() {
        GrantName::Password
    } else {
        GrantName::ClientCredentials
    }
}

/// Adds an error for every setting without which there is no request.
fn require(values: &Values, grant: GrantName, diagnoses: &mut Vec<Diagnosis>) {
    for name in SettingName::ALL {
        let text = values.get(name);
        let needed = match (name, grant) {
            // Only AuthTokenUrl can tell whether it needs the tenant.
            (AppTenantId, _) => values.get(AuthTokenUrl).contains(endpoint::TENANT_PLACE),
            (AuthTokenUrl | Resource | ClientId, _)
            | (ClientSecret, GrantName::ClientCredentials)
            | (User | Password, GrantName::Password) => true,
            (ClientSecret, GrantName::Password) | (User | Password, GrantName::ClientCredentials) => false,
        };
        match (shape::placeholder(text), needed) {
            (Some(Placeholder::Elsewhere), _) => diagnoses.push(rules::resolved_elsewhere(name)),
            (Some(Placeholder::Template), true) => diagnoses.push(rules::placeholder_left(name)),
            (Some(Placeholder::Template), false) => diagnoses.push(rules::optional_placeholder_left(name)),
            (None, true) if text.is_empty() => diagnoses.push(missing(values, name)),
            (None, _) => {}
        }
    }
}

fn missing(values: &Values, name: SettingName) -> Diagnosis {
    let (this, other) = match name {
        User => (User, Password),
        Password => (Password, User),
        _ => return rules::not_set(name),
    };
    if set(values, other).is_some() { rules::one_alone(this, other) } else { rules::not_set(name) }
}

/// `None` when `AuthTokenUrl` is not set.
fn parse_endpoint(values: &Values, options: &Options) -> Option<Result<Endpoint, Diagnosis>> {
    let url = set(values, AuthTokenUrl)?;
    // A tenant that is missing has its own diagnosis already; the rest of the URL is judged all the same.
    let tenant = set(values, AppTenantId).map_or("", str::trim);
    let stand_in = if tenant.is_empty() { STAND_IN } else { tenant };
    Some(endpoint::parse(url, stand_in, &options.allowed_hosts))
}

fn cloud_of(endpoint: &Endpoint, resource: &str) -> Option<CloudName> {
    match endpoint.trust {
        Trust::Loopback => Some(CloudName::Local),
        Trust::Microsoft => cloud::of_host(endpoint.host(), resource).map(|cloud| cloud.name),
        Trust::Allowed => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TENANT: &str = "8f3c2a1e-5b7d-4c9a-9e21-3a6b1c0d77d0";
    const CLIENT: &str = "1b4e28ba-2fa1-41d2-883f-0016d3cca427";
    const SECRET: &str = "5c18Q~practiceValue.of_forty_characters0";

    fn good() -> Values {
        Values::default()
            .with(AppTenantId, TENANT)
            .with(AuthTokenUrl, "https://login.microsoftonline.com/{AppTenantId}/oauth2/token")
            .with(Resource, "https://analysis.windows.net/powerbi/api")
            .with(ClientId, CLIENT)
            .with(ClientSecret, SECRET)
    }

    /// `severity code setting`, one a line.
    fn found(values: &Values, options: &Options) -> Vec<String> {
        let inspection = inspect(values, options);
        let is_error = inspection.diagnoses.iter().any(|diagnosis| diagnosis.severity == Severity::Error);
        assert_eq!(inspection.registration.is_none(), is_error, "a registration exactly without errors");
        let line = |diagnosis: &Diagnosis| {
            let setting = diagnosis.setting.map_or("-", SettingName::key);
            assert!(diagnosis.action.ends_with('.') && !diagnosis.title.is_empty(), "{diagnosis:?}");
            format!("{} {} {setting}", diagnosis.severity.word(), diagnosis.code)
        };
        inspection.diagnoses.iter().map(line).collect()
    }

    fn found_in(values: &Values) -> Vec<String> {
        found(values, &Options::default())
    }

    #[test]
    fn complete_settings_say_nothing() {
        assert_eq!(found_in(&good()), [""; 0]);
        let user = good().with(User, "anna@contoso.com").with(Password, "p");
        assert_eq!(found_in(&user), [""; 0]);
        assert_eq!(inspect(&user, &Options::default()).plan.grant, Some(GrantName::Password));
        let public = user.with(ClientSecret, "");
        let registration = inspect(&public, &Options::default()).registration.expect("a request is possible");
        assert_eq!(registration.client_secret, None);
    }

    #[test]
    fn what_is_no_tenant_is_told_by_its_shape() {
        for (text, reason) in [
            ("contoso", "A domain has a dot, as in contoso.onmicrosoft.com."),
            ("8f3c2a1e-5b7d-4c9a-9e21-3a6b1c0d77d", "A GUID has 36 characters; this has 35."),
            ("8f3c2a1e5b7d-4c9a-9e21-3a6b1c0d77d00", "A GUID is 8-4-4-4-12 digits."),
        ] {
            let inspection = inspect(&good().with(AppTenantId, text), &Options::default());
            let found = inspection.of(AppTenantId).next().expect("it is no tenant");
            assert_eq!(found.cause, reason, "{text}");
        }
    }

    #[test]
    fn every_rule_has_its_setting_and_severity() {
        for (name, text, expected) in [
            (AppTenantId, "", "error not-set AppTenantId"),
            (AppTenantId, "[Your Azure Tenant ID]", "error placeholder-left AppTenantId"),
            (AppTenantId, "contoso", "warning tenant-shape AppTenantId"),
            (AppTenantId, "common", "warning tenant-alias AppTenantId"),
            (AppTenantId, "8f3c2a1e-5b7d-4c9a-9e21-3a6b1c0d77d0 ", "warning outer-space AppTenantId"),
            (AuthTokenUrl, "", "error not-set AuthTokenUrl"),
            (AuthTokenUrl, "https://login.microsoftonline.com/{tenant}/oauth2/token", "error brace-left AuthTokenUrl"),
            (
                AuthTokenUrl,
                "https://login.microsoftonline.com/{AppTenantId}/oauth2/v2.0/token",
                "warning v2-endpoint AuthTokenUrl",
            ),
            (
                AuthTokenUrl,
                "https://login.microsoftonline.com/{AppTenantId}/oauth2/authorize",
                "warning url-path AuthTokenUrl",
            ),
            (
                AuthTokenUrl,
                "https://login.microsoftonline.com/contoso.com/oauth2/token",
                "warning tenant-differs AuthTokenUrl",
            ),
            (
                AuthTokenUrl,
                "https://login.microsoftonline.us/{AppTenantId}/oauth2/token",
                "warning cloud-pair Resource",
            ),
            (Resource, "", "error not-set Resource"),
            (Resource, "https://analysis.windows.net/powerbi/api/", "warning resource-slash Resource"),
            (Resource, "https://analysis.windows.net/powerbi/api/.default", "warning resource-scope Resource"),
            (Resource, "https://api.powerbi.com", "warning resource-unknown Resource"),
            (ClientId, "my-app", "warning client-id-shape ClientId"),
            (ClientId, TENANT, "warning equal-ids ClientId"),
            (ClientSecret, "", "error not-set ClientSecret"),
            (ClientSecret, "@Microsoft.KeyVault(SecretUri=x)", "error resolved-elsewhere ClientSecret"),
            (ClientSecret, "0f8b1c2d-1111-4222-8333-444455556666", "warning secret-id-pasted ClientSecret"),
            (ClientSecret, CLIENT, "warning equal-ids ClientSecret"),
            (ClientSecret, "5c1*****************", "warning secret-hint ClientSecret"),
            (ClientSecret, "5c18Q~practiceValue.of", "warning secret-cut ClientSecret"),
            (ClientSecret, "a94a8fe5ccb19ba61c4c0873d391e987982fbbd3", "warning secret-thumbprint ClientSecret"),
            (ClientSecret, "abc+def&ghi=klmnop", "info form-encoding ClientSecret"),
            (ClientSecret, "abc+def&ghi=", "warning secret-short ClientSecret"),
            (ClientSecret, "x", "warning secret-short ClientSecret"),
            (ClientSecret, "the secret of our web app", "warning secret-space ClientSecret"),
            (ClientSecret, "eyJhbGciOiJub25lIn0.eyJhdWQiOiJ4In0.", "warning secret-token ClientSecret"),
            (ClientSecret, "\"5c18Q~practiceValue.of_forty_characters0\"", "warning quotes ClientSecret"),
            (ClientSecret, "5c18Q~practiceValue.of_forty_characters0\u{a0}", "warning outer-space ClientSecret"),
            (ClientId, "9f28Q~practiceValue.of_forty_characters0", "warning secret-misplaced ClientId"),
            (User, "anna@contoso.com", "error one-alone Password"),
            (Password, "p", "error one-alone User"),
            (User, "[Optional - User name]", "warning placeholder-left User"),
        ] {
            assert_eq!(found_in(&good().with(name, text)), [expected], "{name} = {text}");
        }
    }

    #[test]
    fn rules_of_the_password_grant() {
        let user = good().with(User, "anna@contoso.com").with(Password, "p");
        for (name, text, expected) in [
            (User, "CONTOSO\\anna", "warning user-shape User"),
            (Password, " p", "warning outer-space Password"),
            (AppTenantId, "common", "warning tenant-alias AppTenantId"),
        ] {
            assert_eq!(found_in(&user.clone().with(name, text)), [expected], "{name} = {text}");
        }
        assert_eq!(found_in(&user.with(AppTenantId, "organizations")), [""; 0]);
    }

    #[test]
    fn the_shell_user_hides_the_setting() {
        let options = Options { shell_user: Some("root".into()), ..Options::default() };
        assert_eq!(found(&good(), &options), ["info user-hidden User"]);
        let user = good().with(User, "anna@contoso.com").with(Password, "p");
        assert_eq!(found(&user, &options), ["warning user-hidden User"]);
    }

    #[test]
    fn the_grant_can_be_overridden() {
        let user = good().with(User, "anna@contoso.com").with(Password, "p");
        let options = Options { grant: Some(GrantName::ClientCredentials), ..Options::default() };
        let registration = inspect(&user, &options).registration.expect("a request is possible");
        assert_eq!(registration.grant, Grant::ClientCredentials);
        let options = Options { grant: Some(GrantName::Password), ..Options::default() };
        assert_eq!(found(&good(), &options), ["error not-set User", "error not-set Password"]);
    }

    #[test]
    fn a_literal_tenant_needs_no_app_tenant_id() {
        let values = good()
            .with(AppTenantId, "")
            .with(AuthTokenUrl, "https://login.microsoftonline.com/contoso.com/oauth2/token");
        assert_eq!(found_in(&values), [""; 0]);
        let registration = inspect(&values, &Options::default()).registration.expect("a request is possible");
        assert_eq!(registration.tenant.as_deref(), Some("contoso.com"));
    }
}
