//! What the settings say once they are parsed: tenant, client, credential, endpoint, resource, grant.

use super::cloud::CloudName;

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
}

/// The version of the token endpoint; the path of `AuthTokenUrl` decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// `/oauth2/token`, takes `resource`.
    V1,
    /// `/oauth2/v2.0/token`, takes `scope`.
    V2,
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
