//! The account book: for each situation the seven values that lead to it.

use std::net::SocketAddr;

use crate::domain::setting::{Account, SettingName, Values};

use super::directory::{
    ADATUM, ADELE, AWAITED, AWKWARD, App, BARE, BARRED, BEREFT, BLOCKED, BUSY, CLASSIC, CLIPPED, CONTOSO, DEPARTED,
    DESKTOP, DISABLED, EAGER, EARLY, EXPIRED, FABRIKAM, FAST, FENCED, FOREIGN, GARBLED, GRADY, GRAPH, GRAPH_ONLY,
    GUEST, HENRIETTA, HOMELESS, IRVIN, JONI, KEYLESS, LEE, LIDIA, MEGAN, MOVED, NESTOR, NORTHWIND, ONLOOKER,
    OVERGRANTED, OVERSEER, PADDED, PAUSED, POWER_BI, PRADEEP, PROXIED, QUINN, RECALLED, REVOKED, ROAMER, ROLLING, ROSA,
    RULED, SERVICELESS, SIGHTLESS, SOURCELESS, SPENT, STALE, STRAY_SECRET, STRIPPED, SUSPENDED, TAILSPIN, TAMPERED,
    THRIFTY, TYPELESS, UNANSWERED, UNBUILT, UNCONSENTED, UNCOVERED, UNEMBEDDED, UNLUCKY, UNREACHED, UNSWITCHED, User,
    VIEWER, VIEWER_SECRET, VIEWER_SECRET_ID, WINGTIP,
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
    [granted(), refused_app(), refused_user(), doubtful(), at_power_bi(), at_calls()].into_iter().flatten().collect()
}

/// Tokens that are as they should be.
fn granted() -> Vec<Row> {
    vec![
        Row::new("app-works", "A service principal with a good secret."),
        Row { path: V2, ..Row::new("app-works-v2", "A service principal on the v2 endpoint.").tenant(CONTOSO.id) },
        Row::new("awkward-secret", "An old secret full of what forms must encode.").app(&AWKWARD),
        Row::new("user-works", "A user signs in through a confidential app.").tenant(CONTOSO.id).user(&MEGAN),
        Row::new("public-client-user", "A user signs in; a public client has no secret.").app(&DESKTOP).user(&MEGAN),
        Row::new("user-organizations", "The user's name tells the tenant.").tenant("organizations").user(&MEGAN),
        Row::new("key-rollover", "The key of the token is published a moment late.")
            .app(&ROLLING)
            .tenant(NORTHWIND.domain),
        Row::new("fast-clock", "The server's clock is 10 minutes ahead.").app(&FAST).tenant(TAILSPIN.domain),
    ]
}

/// What is refused for the tenant, the app or the resource.
fn refused_app() -> Vec<Row> {
    vec![
        Row::new("unknown-tenant", "No tenant has this ID.").tenant("0b9d7c35-62e4-4f18-a7d0-5c81e6b2f493"),
        Row::new("unknown-domain", "No tenant has this domain.").tenant("contosso.onmicrosoft.com"),
        Row::new("broken-tenant", "The tenant ID has lost its last digit.")
            .tenant("8f3c2a1e-5b7d-4c19-9e42-3a6f0d1c77d"),
        Row::new("no-tenant", "An alias where a tenant is needed.").tenant("common"),
        Row::new("alias-user", "A user signs in under an alias without passwords.").tenant("common").user(&MEGAN),
        Row::new("other-cloud", "The tenant is in the US Government cloud.").tenant(ADATUM.domain),
        Row::new("other-cloud-user", "A user of the US Government cloud, public client.")
            .app(&DESKTOP)
            .tenant(ADATUM.id)
            .user(&MEGAN),
        Row {
            client_id: "d4f0a6b3-7c19-4e85-b2d6-90e3175af8c4",
            ..Row::new("unknown-app", "No app has this client ID.")
        },
        Row::new("app-elsewhere", "The app is known in another tenant only.").tenant(FABRIKAM.domain),
        Row::new("no-principal", "Another organisation's app, not installed here.").app(&GUEST).tenant(CONTOSO.id),
        Row::new("disabled-app", "An administrator has disabled the app.").app(&DISABLED),
        Row::new("throttled", "The app has asked too often.").app(&BUSY),
        Row::new("gateway-page", "A gateway answers, with a web page.").app(&UNREACHED),
        Row::new("gateway-silent", "A gateway answers, without a word.").app(&UNANSWERED),
        Row::new("missing-secret", "A confidential app without its secret.").secret("").user(&MEGAN),
        Row::new("wrong-secret", "The secret is none of this app's secrets.").tenant(CONTOSO.id).secret(STRAY_SECRET),
        Row::new("secret-id", "The Secret ID was copied instead of the Value.").secret(VIEWER_SECRET_ID),
        Row { client_secret: UNCONSENTED.secret(), ..Row::new("other-apps-secret", "The secret is another app's.") },
        Row::new("expired-secret", "The secret's end date has passed.").app(&EXPIRED).tenant(CONTOSO.id),
        Row::new("secret-on-public-client", "A public client that sends a secret.")
            .app(&DESKTOP)
            .secret(STRAY_SECRET)
            .user(&MEGAN),
        Row {
            resource: "https://analysis.windows.net/powerbi",
            ..Row::new("unknown-resource", "The tenant knows no such resource.")
        },
        Row::new("no-power-bi", "The tenant has no Power BI.").app(&SERVICELESS).tenant(WINGTIP.id),
        Row::new("blocked-app", "A policy for workloads blocks the app.").app(&BLOCKED).tenant(CONTOSO.id),
    ]
}

/// What is refused for the user.
fn refused_user() -> Vec<Row> {
    vec![
        Row {
            user: "meagan@contoso.onmicrosoft.com",
            ..Row::new("unknown-user", "The user name is misspelt.").user(&MEGAN)
        },
        Row {
            user: "megan@contosso.example",
            ..Row::new("unknown-user-domain", "No tenant has the domain of the user.").user(&MEGAN)
        },
        Row { password: "Seven Blanks", ..Row::new("wrong-password", "The password is wrong.").user(&MEGAN) },
        Row::new("federated-user", "The company's own server checks the password.").user(&LEE),
        Row::new("locked-user", "The account is locked after too many attempts.").user(&HENRIETTA),
        Row::new("disabled-user", "The account is disabled.").user(&JONI),
        Row::new("expired-password", "The password has expired.").tenant(CONTOSO.id).user(&GRADY),
        Row { path: V2, ..Row::new("expired-password-v2", "An expired password on v2, in other words.").user(&GRADY) },
        Row::new("mfa-user", "The tenant demands a second factor.").user(&ADELE),
        Row { path: V2, ..Row::new("mfa-user-v2", "A demanded second factor on v2, in other words.").user(&ADELE) },
        Row::new("mfa-unregistered", "The user has no second factor yet.").user(&LIDIA),
        Row::new("blocked-user", "A Conditional Access policy blocks this user.").tenant(CONTOSO.id).user(&IRVIN),
        Row::new("unmanaged-device", "A policy demands a managed device.").user(&NESTOR),
        Row::new("security-defaults", "The security defaults keep the user out.").user(&PRADEEP),
        Row::new("missing-consent", "Nobody has agreed that the app acts for users.")
            .app(&UNCONSENTED)
            .tenant(CONTOSO.id)
            .user(&MEGAN),
    ]
}

/// Tokens that are not what they should be, or cannot be checked.
fn doubtful() -> Vec<Row> {
    vec![
        Row { resource: GRAPH, ..Row::new("graph-token", "A token that only Microsoft Graph can verify.") },
        Row::new("unpublished-key", "The key of the token is never published.").app(&KEYLESS),
        Row::new("false-signature", "The token was changed on its way.").app(&TAMPERED),
        Row::new("other-algorithm", "The token is signed with PS256, not RS256.").app(&PADDED),
        Row::new("unsigned-token", "The token bears no signature.").app(&BARE),
        Row::new("other-resource", "The token that comes back is for Microsoft Graph.").app(&GRAPH_ONLY),
        Row::new("other-tenant", "The token that comes back is from another tenant.").app(&FOREIGN).tenant(CONTOSO.id),
    ]
}

/// Good tokens that meet something at Power BI.
fn at_power_bi() -> Vec<Row> {
    vec![
        Row::new("switch-off", "The tenant lets no app call Power BI.").app(&UNSWITCHED),
        Row::new("switch-arrives", "The tenant's switch takes effect after a while.").app(&AWAITED),
        Row::new("in-no-workspace", "The app is in no workspace.").app(&HOMELESS),
        Row::new("user-in-none", "The user is in no workspace.").user(&ROSA),
        Row::new("viewer-role", "The app may only look into its workspace.").app(&ONLOOKER),
        Row::new("no-capacity", "The app's workspace is on no capacity.").app(&THRIFTY),
        Row::new("many-workspaces", "The app is in several workspaces.").app(&ROAMER),
        Row::new("empty-workspace", "The app's workspace holds nothing.").app(&EARLY),
        Row::new("unlicensed-user", "The user has no Power BI licence.").user(&QUINN),
        Row::new("unlicensed-app", "What the app calls wants a capacity.").app(&UNCOVERED),
        Row::new("ended-token", "The token has ended before it is used.").app(&STALE),
        Row::new("revoked-app", "The app was disabled after its token was issued.").app(&REVOKED),
        Row::new("powerbi-throttled", "Power BI is called too often.").app(&EAGER),
        Row::new("powerbi-moved", "Power BI redirects to another cluster.").app(&MOVED),
        Row::new("powerbi-gateway", "A gateway answers for Power BI, with a web page.").app(&FENCED),
        Row::new("powerbi-fault", "Power BI has a fault.").app(&UNLUCKY),
    ]
}

/// Good tokens that are refused at some of Power BI's calls.
fn at_calls() -> Vec<Row> {
    vec![
        Row::new("role-withdrawn", "The app's role was withdrawn; the list is late.").app(&RECALLED),
        Row::new("group-left", "The app has left the group that has the role.").app(&DEPARTED),
        Row::new("workspace-deleted", "The app's workspace was deleted a moment ago.").app(&BEREFT),
        Row::new("models-hidden", "The app has no Build permission on any model.").app(&SIGHTLESS),
        Row::new("closed-to-apps", "The API is closed to apps.").app(&BARRED),
        Row::new("header-cut", "A gateway cuts long headers, and so the token.").app(&CLIPPED),
        Row::new("header-stripped", "A gateway takes the header Authorization out.").app(&STRIPPED),
        Row::new("query-garbled", "A gateway garbles the query of each call.").app(&GARBLED),
        Row::new("powerbi-unavailable", "Power BI is not available for a while.").app(&SUSPENDED),
        Row::new("proxy-password", "A proxy before Power BI wants a password.").app(&PROXIED),
        Row::new("trial-spent", "On no capacity, and no free embed token is left.").app(&SPENT),
        Row::new("capacity-paused", "The capacity is paused: e, embed.").app(&PAUSED),
        Row::new("embedding-off", "An admin has switched embedding off.").app(&UNEMBEDDED),
        Row::new("old-workspace", "Too old a workspace for GenerateToken: e, embed.").app(&CLASSIC),
        Row::new("rules-everywhere", "Every report has row-level security: e, embed.").app(&RULED),
        Row::new("media-type-lost", "A gateway drops Content-Type: e, query.").app(&TYPELESS),
        Row::new("no-build-permission", "It may see models, not build on them: e, query.").app(&UNBUILT),
        Row::new("query-fails", "The models' source answers no query: e, query.").app(&SOURCELESS),
        Row::new("admin-open", "The admin APIs are open to the app: e, admin.").app(&OVERSEER),
        Row::new("admin-permission", "An API permission shuts the admin APIs: e, admin.").app(&OVERGRANTED),
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
