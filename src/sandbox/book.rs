//! The account book: for each situation the seven values that lead to it.

use std::net::SocketAddr;

use crate::domain::setting::{Account, SettingName, Values};

use super::directory::{
    ADELE, AWKWARD, App, CONTOSO, DESKTOP, EXPIRED, FABRIKAM, FOREIGN, GRAPH_ONLY, IRVIN, MEGAN, POWER_BI,
    STRAY_SECRET, UNCONSENTED, User, VIEWER, VIEWER_SECRET, VIEWER_SECRET_ID,
};

/// The path of the v1 token endpoint, after the tenant.
pub(super) const V1: &str = "/oauth2/token";
/// The path of the v2 token endpoint, after the tenant.
pub(super) const V2: &str = "/oauth2/v2.0/token";

/// The token URL at that address, with the tenant left open.
pub(super) fn token_url(address: SocketAddr, path: &str) -> String {
    format!("http://{address}/{{AppTenantId}}{path}")
}

/// A row before the address is known.
struct Row {
    name: &'static str,
    situation: &'static str,
    tenant: &'static str,
    path: &'static str,
    resource: &'static str,
    client_id: &'static str,
    client_secret: &'static str,
    user: &'static str,
    password: &'static str,
}

impl Row {
    /// A row of the report viewer, on v1, for Power BI.
    fn new(name: &'static str, situation: &'static str) -> Self {
        Self {
            name,
            situation,
            tenant: CONTOSO.domain,
            path: V1,
            resource: POWER_BI,
            client_id: VIEWER.id,
            client_secret: VIEWER_SECRET,
            user: "",
            password: "",
        }
    }

    fn app(self, app: &App) -> Self {
        Self { client_id: app.id, client_secret: app.secret(), ..self }
    }

    fn secret(self, client_secret: &'static str) -> Self {
        Self { client_secret, ..self }
    }

    fn user(self, user: &User) -> Self {
        Self { user: user.upn, password: user.password, ..self }
    }

    fn tenant(self, tenant: &'static str) -> Self {
        Self { tenant, ..self }
    }
}

/// The rows: first what works, then what goes wrong in the order in which it is checked.
fn rows() -> Vec<Row> {
    vec![
        Row::new("app-works", "A service principal with a good secret."),
        Row { path: V2, ..Row::new("app-works-v2", "The same on the v2 endpoint.").tenant(CONTOSO.id) },
        Row::new("awkward-secret", "An old secret full of characters that forms must encode.").app(&AWKWARD),
        Row::new("user-works", "A user signs in through a confidential app.").tenant(CONTOSO.id).user(&MEGAN),
        Row::new("public-client-user", "A user signs in through a public client, which sends no secret.")
            .app(&DESKTOP)
            .user(&MEGAN),
        Row::new("unknown-tenant", "No tenant has this ID.").tenant("0b9d7c35-62e4-4f18-a7d0-5c81e6b2f493"),
        Row {
            client_id: "d4f0a6b3-7c19-4e85-b2d6-90e3175af8c4",
            ..Row::new("unknown-app", "No app has this client ID.")
        },
        Row::new("app-elsewhere", "The app is not known in this tenant, only in another one.").tenant(FABRIKAM.domain),
        Row::new("missing-secret", "A confidential app without its secret; a user signs in.").secret("").user(&MEGAN),
        Row::new("wrong-secret", "The secret is none of this app's secrets.").tenant(CONTOSO.id).secret(STRAY_SECRET),
        Row::new("secret-id", "The Secret ID was copied instead of the Value.").secret(VIEWER_SECRET_ID),
        Row::new("expired-secret", "The secret's end date has passed.").app(&EXPIRED).tenant(CONTOSO.id),
        Row::new("secret-on-public-client", "A public client that sends a secret.")
            .app(&DESKTOP)
            .secret(STRAY_SECRET)
            .user(&MEGAN),
        Row {
            resource: "https://analysis.windows.net/powerbi",
            ..Row::new("unknown-resource", "The tenant knows no such resource.")
        },
        Row {
            user: "meagan@contoso.onmicrosoft.com",
            ..Row::new("unknown-user", "The user name is misspelt.").user(&MEGAN)
        },
        Row { password: "Seven Blanks", ..Row::new("wrong-password", "The password is wrong.").user(&MEGAN) },
        Row::new("mfa-user", "The tenant demands a second factor of this user.").user(&ADELE),
        Row {
            path: V2,
            ..Row::new("mfa-user-v2", "The same on the v2 endpoint, which has another word for it.").user(&ADELE)
        },
        Row::new("blocked-user", "A Conditional Access policy blocks this user.").tenant(CONTOSO.id).user(&IRVIN),
        Row::new("missing-consent", "Nobody has agreed to what the app wants to do for users.")
            .app(&UNCONSENTED)
            .tenant(CONTOSO.id)
            .user(&MEGAN),
        Row::new("other-resource", "The token that comes back is for Microsoft Graph.").app(&GRAPH_ONLY),
        Row::new("other-tenant", "The token that comes back is from another tenant.").app(&FOREIGN).tenant(CONTOSO.id),
    ]
}

/// The account book of a sandbox at that address.
pub(super) fn accounts(address: SocketAddr) -> Vec<Account> {
    let account = |row: Row| Account {
        name: row.name,
        situation: row.situation,
        values: Values::default()
            .with(SettingName::AppTenantId, row.tenant)
            .with(SettingName::AuthTokenUrl, token_url(address, row.path))
            .with(SettingName::Resource, row.resource)
            .with(SettingName::ClientId, row.client_id)
            .with(SettingName::ClientSecret, row.client_secret)
            .with(SettingName::User, row.user)
            .with(SettingName::Password, row.password),
    };
    rows().into_iter().map(account).collect()
}
