//! A refusal of Power BI in words: what it means for an app or a user, and the exact place where it is mended.

use super::answer::{self, Signal};
use super::api::Api;
use super::call::Route;
use super::identity::{Holder, Identity};
use super::reason::Reason;
use crate::domain::diagnosis::{Diagnosis, Evidence, Severity};
use crate::domain::exchange::HttpAnswer;
use crate::domain::mask::Masker;
use crate::domain::principal::{OLDER_NAMES, SWITCH};
use crate::domain::refusal;
use crate::domain::setting::SettingName::Resource;
use crate::domain::text::printable;
use crate::domain::time::{self, Timestamp};

/// Clocks that are further apart than this, in seconds, are worth a word.
const CLOCK_LEEWAY: i64 = 300;

/// Who asked for what, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Whom the token is for.
    pub identity: Identity,
    /// The host of the portal, `app.powerbi.com`.
    pub portal: String,
    /// What was called.
    pub route: Route,
}

impl Asked {
    /// By the holder of the API's token.
    pub fn of(api: &Api, route: Route) -> Self {
        Self { identity: api.identity().clone(), portal: api.portal(), route }
    }

    fn is_app(&self) -> bool {
        self.identity.holder == Holder::App
    }

    fn holder(&self) -> &'static str {
        self.identity.holder.word()
    }

    /// A setting of the tenant, by its section and name.
    fn tenant_setting(&self, section: &str, name: &str) -> String {
        format!("{} > Settings > Admin portal > Tenant settings > {section} > {name}.", self.portal)
    }

    /// The switch that lets service principals in, with its older names.
    fn switch(&self) -> String {
        self.tenant_setting("Developer settings", &format!("{SWITCH} (older names: {OLDER_NAMES})"))
    }

    /// Where roles in a workspace are given.
    pub(super) fn manage_access(&self) -> String {
        format!("{} > Workspaces > the workspace > Manage access > Add people or groups.", self.portal)
    }

    /// By what the holder is found there.
    pub(super) fn how_found(&self) -> String {
        match (&self.identity.object_id, self.is_app()) {
            (Some(id), true) => format!(
                "Search for the app by its display name; scripts take the object ID of its service principal, {id}, not that of the app registration."
            ),
            (None, true) => "Search for the app by its display name; scripts take the object ID of its service principal, not that of the app registration.".to_owned(),
            (_, false) => "Search for the user by name, or add a security group that the user is in.".to_owned(),
        }
    }

    /// When a change is seen.
    pub(super) fn patience(&self) -> &'static str {
        if self.is_app() {
            "A change takes some minutes to arrive; then get a new token."
        } else {
            "A change takes some minutes to arrive; signing in once at the portal makes Power BI look again (RefreshUserPermissions does so, too, once an hour)."
        }
    }
}

/// Explains an answer that was no success, or none of this API.
pub fn explain(answer: &HttpAnswer, asked: &Asked, masker: &Masker) -> Diagnosis {
    let signal = answer::read(answer);
    explain_as(&Reason::of(&signal, asked.route), &signal, answer, asked, masker)
}

pub(super) fn explain_as(
    reason: &Reason,
    signal: &Signal,
    answer: &HttpAnswer,
    asked: &Asked,
    masker: &Masker,
) -> Diagnosis {
    let mut diagnosis = words(reason, asked, answer);
    diagnosis.code = reason.code(answer.status);
    // A name that is not known is still the best word to search for.
    let clean = |text: &str| printable(&masker.mask(text)).into_owned();
    if let (Reason::Unauthorized | Reason::Forbidden | Reason::Other(_), Some(name)) = (reason, &signal.name) {
        diagnosis.cause = format!("Power BI calls it {}. {}", clean(name), diagnosis.cause);
    }
    let evidence = Evidence {
        status: Some(answer.status),
        headers: refusal::shown_headers(answer, masker),
        body: refusal::shown_body(answer, masker),
        trace_id: answer.header("requestid").or_else(|| answer.header("x-ms-request-id")).map(clean),
        correlation_id: answer.header("x-ms-client-request-id").or_else(|| answer.header("activityid")).map(clean),
        timestamp: answer.header("date").and_then(Timestamp::from_http_date).map(Timestamp::utc),
        words: signal.message.as_deref().map(clean),
    };
    diagnosis.with_evidence(evidence)
}

fn words(reason: &Reason, asked: &Asked, answer: &HttpAnswer) -> Diagnosis {
    match reason {
        Reason::TenantSwitch
        | Reason::NoRole
        | Reason::AdminClosed
        | Reason::GroupClosed
        | Reason::PersonalWorkspace
        | Reason::ClosedToApps
        | Reason::NotLicensed
        | Reason::Unauthorized => about_permissions(reason, asked),
        Reason::InvalidToken | Reason::TokenExpired | Reason::Challenge | Reason::Forbidden => {
            about_token(reason, asked, answer)
        }
        Reason::NotFound
        | Reason::EffectiveIdentity
        | Reason::QueryFailed
        | Reason::EmbedRefused
        | Reason::MediaType
        | Reason::BadRequest => about_request(reason, asked),
        Reason::Throttled
        | Reason::Fault
        | Reason::Redirect
        | Reason::Page
        | Reason::ProxyCredentials
        | Reason::NoAnswer
        | Reason::TooLong
        | Reason::Other(_) => about_way(reason, answer),
    }
}

/// 401: the token is fine, what its holder may do is not.
fn about_permissions(reason: &Reason, asked: &Asked) -> Diagnosis {
    let holder = asked.holder();
    match reason {
        Reason::TenantSwitch => failure(
            "The tenant lets no service principal call Power BI",
            "Have a Fabric admin allow service principals in the Admin portal.",
        )
        .because("The tenant setting is off, or it is on for some security groups and this app is in none of them. The token itself is fine.")
        .remedy(asked.switch())
        .remedy("If it is limited to groups: the group has to be of type Security, and its member has to be the enterprise application (service principal), not the person who registered it.")
        .remedy("Wait 15 to 30 minutes, sometimes longer, then get a new token. API permissions do not help."),
        Reason::AdminClosed => {
            let diagnosis = failure(
                format!("The admin APIs are closed to this {holder}"),
                if asked.is_app() {
                    "Have a Fabric admin open the admin APIs in the Admin portal."
                } else {
                    "Have the user made a Fabric administrator, or use an app."
                },
            )
            .because("The tenant setting for them is off, or the token carries permissions that must not be there, or its holder is no admin.")
            .remedy(asked.tenant_setting("Admin API settings", "Service principals can access read-only admin APIs"));
            let roles = &asked.identity.admin_roles;
            let found = if roles.is_empty() { "such as Tenant.Read.All".to_owned() } else { format!("here {}", roles.join(", ")) };
            diagnosis
                .remedy(format!("Entra admin center > App registrations > your app > API permissions: remove the Power BI permissions that need admin consent, {found}."))
                .remedy("Then wait and get a new token.")
        }
        Reason::NoRole | Reason::GroupClosed => failure(
            format!("The workspace is not open to this {holder}"),
            format!("Add the {holder} to the workspace as Member or Admin."),
        )
        .because(format!("The token is fine, but its {holder} has no role in this workspace, or the workspace ID is wrong."))
        .remedy(asked.manage_access())
        .remedy(asked.how_found())
        .remedy(format!("Compare the workspace ID with the browser's address, {}/groups/ID.", asked.portal))
        .remedy(asked.patience()),
        Reason::PersonalWorkspace => failure("That is a My workspace", "Name a workspace that is shared: publish the reports into one.")
            .because("The ID is that of somebody's My workspace, which these calls do not serve.")
            .remedy(format!("{} > Workspaces > New workspace; its ID stands in the browser's address after /groups/.", asked.portal))
            .remedy(asked.manage_access()),
        Reason::ClosedToApps => failure(
            "This call is closed to apps",
            "Call /v1.0/myorg/groups/{workspaceId}/... with the workspace in it.",
        )
        .because("A service principal called a route of My workspace, which apps do not have, or a call that takes users only. It is refused even if all is well.")
        .remedy("In the application: every address of a report or semantic model needs /groups/{workspaceId}/.")
        .remedy(format!("If it has: {}", asked.switch()))
        .remedy("No API permission mends this."),
        Reason::NotLicensed if asked.is_app() => failure(
            "No Power BI licence for this call",
            "Put the workspace on a dedicated capacity (A, EM, P or F).",
        )
        .because("An app has no licence of its own; in a shared or Premium-per-user workspace some calls are refused to it.")
        .remedy(format!("{} > Workspaces > the workspace > Workspace settings > License info.", asked.portal)),
        Reason::NotLicensed => failure("The user has no Power BI licence", "Give the user a Power BI Pro licence.")
            .because("Power BI takes the token, and its user may not use Power BI.")
            .remedy("admin.microsoft.com > Users > Active users > the user > Licenses and apps.")
            .remedy(format!("Then let the user sign in once at {}.", asked.portal)),
        _ => {
            let diagnosis = failure(
                format!("Power BI takes the token, but this {holder} may not do that"),
                if asked.is_app() {
                    "Check the tenant setting for service principals, then the workspace."
                } else {
                    "Check the user's licence, permissions and role in the workspace."
                },
            )
            .because("At Power BI 401 mostly says that the token is fine and the permissions are not.");
            if asked.is_app() {
                diagnosis.remedy(asked.switch()).remedy(asked.manage_access()).remedy("Do not add API permissions for this: a service principal needs none.")
            } else {
                diagnosis
                    .remedy("Entra admin center > App registrations > your app > API permissions: Workspace.Read.All, Report.Read.All and Dataset.Read.All, delegated.")
                    .remedy(asked.manage_access())
                    .remedy("admin.microsoft.com > Users > Active users > the user > Licenses and apps.")
            }
        }
    }
}

/// 403: the token itself.
fn about_token(reason: &Reason, asked: &Asked, answer: &HttpAnswer) -> Diagnosis {
    match reason {
        Reason::InvalidToken => failure(
            "Power BI cannot use this token",
            "Compare Resource with the resource of your cloud, letter by letter.",
        )
        .at(Resource)
        .because("It is no access token for Power BI: cut, with quotes or line ends, an ID or embed token, or for another API or cloud.")
        .remedy("Step Endpoint sets Resource and cloud together; token-wizard decode shows aud.")
        .remedy("In the application: the header is Authorization: Bearer TOKEN, one blank and nothing around the token."),
        Reason::TokenExpired => expired(asked, answer),
        Reason::Challenge => failure("A policy demands a new token", "Get a new token; if it is refused as well, look at Conditional Access.")
            .because("The token was revoked before its end, or a Conditional Access policy demands what it does not prove: the account or app was disabled, its secret or password changed, or the network is another one.")
            .remedy("Entra admin center > Monitoring & health > Sign-in logs: the entry's tab Conditional Access names the policy.")
            .remedy(if asked.is_app() {
                "Entra admin center > Enterprise apps > your app > Properties: Enabled for users to sign-in has to be Yes."
            } else {
                "Entra admin center > Users > the user: the account has to be enabled."
            }),
        _ => failure("Power BI does not take the token", "Look for a proxy that takes the header Authorization out.")
            .because("At Power BI 403 mostly says that the token is the problem; without a word, that none arrived.")
            .remedy("Repeat from another network, or with NO_PROXY for this host, and compare.")
            .remedy("In the application: the header is Authorization: Bearer TOKEN, spelled exactly so."),
    }
}

fn expired(asked: &Asked, answer: &HttpAnswer) -> Diagnosis {
    let now = answer.received_at;
    let ahead = answer.header("date").and_then(Timestamp::from_http_date).map_or(0, |server| now.seconds_from(server));
    let is_over = asked.identity.expires_at.is_some_and(|end| end <= now);
    let diagnosis = if is_over || asked.identity.expires_at.is_none() {
        failure("The token has ended", "Get a new token.")
            .because("Tokens of Entra live 60 to 90 minutes. If this one is new, a clock is wrong.")
            .remedy("In the application: ask for a new token before the old one ends, and do not keep it for longer.")
    } else {
        failure("Power BI does not trust the token", "Get a new token from the sign-in host of your cloud.")
            .because("By its claims the token has not expired; Power BI answers the same to a signature it cannot check, and to a token that was changed on its way.")
            .remedy("If stage signature is not passed, begin with what it says.")
    };
    if ahead.abs() <= CLOCK_LEEWAY {
        return diagnosis;
    }
    let direction = if ahead > 0 { "ahead of" } else { "behind" };
    diagnosis
        .remedy(format!("This machine's clock is {} {direction} Power BI's: set it.", time::span(ahead.unsigned_abs())))
}

/// 400, 404 and 415: what was asked.
fn about_request(reason: &Reason, asked: &Asked) -> Diagnosis {
    let holder = asked.holder();
    match reason {
        Reason::NotFound => not_found(asked),
        Reason::EffectiveIdentity => failure(
            "The semantic model wants to know whose rows to show",
            "Send identities with username, roles and datasets to GenerateToken.",
        )
        .because("It has row-level security and no effective identity was sent, or it has none and one was sent.")
        .remedy("Power BI Desktop > Modeling > Manage roles shows the roles; GET groups/ID/datasets says isEffectiveIdentityRequired.")
        .remedy("For Analysis Services and a service principal send customData as well."),
        Reason::QueryFailed if asked.route == Route::Query => failure(
            "The semantic model answers no query",
            "Open the semantic model in the portal, refresh it, and test again.",
        )
        .because("Sign-in and permissions are fine. The query reads no data, so it is the model that cannot run: it was never refreshed, its source or capacity is out of reach, or it has row-level security, with which no service principal may query it.")
        .remedy("The workspace > the semantic model > Refresh history shows what is wrong with it.")
        .remedy(asked.tenant_setting("Integration settings", "Semantic Model Execute Queries REST API")),
        Reason::QueryFailed => failure("The DAX query failed", "Run the query in Power BI Desktop or DAX Studio, and mend it there.")
            .because("Sign-in and permissions are fine; the query itself cannot be run."),
        Reason::EmbedRefused => failure("No embed token is given", "Assign the workspace to a running capacity (A, EM, P or F).")
            .because(format!("The free embed tokens are used up, the capacity is paused, embedding is off for the tenant, or this {holder} is only a Viewer or has no right to the semantic model."))
            .remedy(format!("{} > Workspaces > the workspace > Workspace settings > License info.", asked.portal))
            .remedy("Azure portal > Power BI Embedded or Microsoft Fabric capacities: the capacity has to run.")
            .remedy(asked.tenant_setting("Developer settings", "Embed content in apps"))
            .remedy(format!("The {holder} has to be Member or Admin: {}", asked.manage_access())),
        Reason::MediaType if matches!(asked.route, Route::Query | Route::EmbedToken) => failure(
            "The body arrived without its Content-Type",
            "Look for a proxy or gateway that takes the header Content-Type out.",
        )
        .because("This program sends it, as application/json, and Power BI says that it is not there.")
        .remedy("Repeat from another network, or with NO_PROXY for this host, and compare.")
        .remedy("If only the application is refused so: in .NET new StringContent(json, Encoding.UTF8, \"application/json\")."),
        Reason::MediaType => failure("The body is not declared as JSON", "Send the body with Content-Type: application/json.")
            .because("Power BI takes JSON only.")
            .remedy("In .NET: new StringContent(json, Encoding.UTF8, \"application/json\")."),
        // Lists are asked for by this program itself, and there is nothing in them to get wrong.
        _ if matches!(asked.route, Route::Tenant | Route::Workspaces | Route::ListedWorkspace | Route::Models) => failure(
            "Power BI minds the request",
            "Look for a proxy or gateway that changes requests on their way.",
        )
        .because("It is a plain list that was asked for, without any field: something between here and Power BI changed the request.")
        .remedy("Repeat from another network, or with NO_PROXY for this host, and compare."),
        _ => failure("Power BI minds the request", "Compare the request with the reference of this call, field by field.")
            .because("A field has the wrong name, an ID is no GUID, or identities are missing or not allowed; details in the answer name it."),
    }
}

/// 404, which hides what may not be seen, too.
fn not_found(asked: &Asked) -> Diagnosis {
    let holder = asked.holder();
    let whom = if asked.is_app() { "an app" } else { "a user" };
    let build = "The workspace > the semantic model > Manage permissions > Add user: Build.";
    match asked.route {
        Route::Query => failure(
            format!("The semantic model is hidden from this {holder}"),
            format!("Give the {holder} Build permission on the semantic model."),
        )
        .because(format!("The workspace lists the model, and a query to it is answered as not found: that is what {whom} without Build permission is told."))
        .remedy(build)
        .remedy(format!("A role of Contributor or more in the workspace holds it: {}", asked.manage_access())),
        Route::Models => failure(
            format!("The semantic models are hidden from this {holder}"),
            format!("Give the {holder} Build permission on the semantic models."),
        )
        .because(format!("The workspace lists its reports, and its semantic models are answered as not found: that is what {whom} without Build permission is told."))
        .remedy(build)
        .remedy(format!("A role of Contributor or more in the workspace holds it: {}", asked.manage_access())),
        Route::ListedWorkspace => failure(
            "The workspace is in the list and cannot be found",
            format!("Look in the portal whether the workspace is still there, and the {holder} in it."),
        )
        .because(format!("Its ID comes from the list of a moment ago. It was deleted since, or the {holder} was taken out of it, and the list is late."))
        .remedy(asked.manage_access())
        .remedy(asked.patience()),
        _ => failure("Not found, or hidden", "Compare the workspace ID with the portal, and pick one from the list.")
            .because(format!("The ID is wrong, the item is in another workspace or deleted, or this {holder} lacks Build permission on the semantic model: that is answered as not found, too."))
            .remedy(format!("The IDs stand in the browser's address, {}/groups/WORKSPACE/reports/REPORT.", asked.portal))
            .remedy(asked.manage_access())
            .remedy("For Build permission: the workspace > the semantic model > Manage permissions."),
    }
}

/// What stands between here and Power BI, and Power BI's own troubles.
fn about_way(reason: &Reason, answer: &HttpAnswer) -> Diagnosis {
    let status = answer.status;
    match reason {
        Reason::Throttled => {
            let wait = answer::retry_after(answer).map(|wait| time::span(wait.as_secs()));
            let action = wait.map_or_else(|| "Wait some minutes before the next test.".to_owned(), |wait| format!("Wait {wait} before the next test."));
            failure("Power BI is called too often", action)
                .because("Too many calls came in a short time, of this or of others in the tenant. The admin APIs have hard limits per tenant.")
                .remedy("In the application: keep a token until shortly before its end instead of calling for each page.")
        }
        Reason::Fault => failure("Power BI has a fault", "Test once more after a pause; then report the request ID to Microsoft.")
            .because(format!("The answer is HTTP {status}: the fault is on Power BI's side, or on that of something before it."))
            .remedy("The header RequestId of the answer is what Microsoft's support asks for; support.fabric.microsoft.com tells of outages."),
        Reason::Redirect => {
            let target = answer.header("location").map(|place| printable(place).into_owned());
            let cause = target.map_or_else(
                || "It was not followed, since the token goes nowhere else.".to_owned(),
                |target| format!("It points to {target} and was not followed, since the token goes nowhere else."),
            );
            failure("Power BI answers with a redirect", "Check for a sign-in page of a proxy; else name the host with --powerbi-api.")
                .because(cause)
                .remedy("Tenants can be served by a cluster of their own. Name its host only if it belongs to your cloud.")
        }
        Reason::Page => failure("A web page came instead of an answer", "Have Power BI's host allowed at the proxy or gateway.")
            .because(format!("It is HTTP {status} with a page: a proxy or gateway answered, not Power BI.{}", whose(answer)))
            .remedy("The application needs the same way: the proxy variable belongs into its service, too."),
        Reason::ProxyCredentials => failure("The proxy wants credentials", "Put user and password into HTTPS_PROXY: http://user:password@host:port.")
            .because(format!("The answer is 407 Proxy Authentication Required.{}", whose(answer)))
            .remedy("The application needs the same variable in its service."),
        Reason::NoAnswer => failure("The answer is none of Power BI's API", "Check the host of the API.")
            .because("The status says success, but there is no list in it: another server answered.")
            .remedy("--powerbi-api takes the host root, such as https://api.powerbi.com; /v1.0/myorg is appended."),
        Reason::TooLong => failure("The list is longer than what is read", "Name the workspace with --workspace.")
            .because("Reading stopped after a megabyte, in the middle of the list."),
        _ => failure(format!("The answer is HTTP {status}"), "Check the host of the API.")
            .because("Power BI does not answer like this; something else answered, or a new case came up."),
    }
}

/// ` It says: Server squid.` from the headers by which proxies name themselves.
fn whose(answer: &HttpAnswer) -> String {
    let said: Vec<_> = ["server", "via"]
        .into_iter()
        .filter_map(|name| answer.header(name).map(|value| format!("{name} {}", printable(value))))
        .collect();
    if said.is_empty() { String::new() } else { format!(" It says: {}.", said.join(", ")) }
}

fn failure(title: impl Into<String>, action: impl Into<String>) -> Diagnosis {
    Diagnosis::new(Severity::Error, "", title, action)
}

#[cfg(test)]
mod tests;
