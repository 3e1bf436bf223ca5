//! Errors of Power BI's REST API: what each means, where it is mended, and the next step.
//!
//! A row per line of the failure catalogue. Names come from the header `X-PowerBI-Error-Info`, from `error.code` of
//! the body and from messages (MicrosoftDocs/powerbi-docs `embedded-troubleshoot.md` and `troubleshoot-rest-api.md`,
//! microsoft/powerbi-powershell, public issue threads). At this API 403 mostly says that the token is the problem, and
//! 401 that the token is fine and the permissions are not; a name, where there is one, counts more than the status.

use crate::domain::diagnosis::{Diagnosis, Severity};
use crate::domain::setting::SettingName::{self, Resource};

/// What is known of an error of Power BI.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    /// Power BI's own name, or ours for errors that have none.
    pub name: &'static str,
    /// The status that it comes with, if it always has the same.
    pub status: Option<u16>,
    /// Parts of messages that say it, in small letters; names are found as whole words.
    texts: &'static [&'static str],
    /// Only if the text also holds one of these; empty for no condition.
    with: &'static [&'static str],
    title: &'static str,
    action: &'static str,
    cause: &'static str,
    /// Where it is mended: the exact place.
    pub place: &'static str,
    setting: Option<SettingName>,
    remedies: &'static [&'static str],
}

impl Entry {
    /// What it means; the place to go to is the first remedy.
    pub fn diagnosis(&self) -> Diagnosis {
        let mut diagnosis = Diagnosis::new(Severity::Error, self.name, self.title, self.action).because(self.cause);
        diagnosis.setting = self.setting;
        let steps = std::iter::once(&self.place).chain(self.remedies);
        steps.fold(diagnosis, |diagnosis, step| diagnosis.remedy(*step))
    }
}

/// The errors that a text in small letters names, in the order of the table; of two with the same name the first.
pub fn found_in(small: &str) -> Vec<&'static Entry> {
    let holds = |texts: &[&str]| texts.iter().any(|text| small.contains(text));
    let mut found: Vec<&Entry> = Vec::new();
    for entry in &TABLE {
        let is_named = is_word(small, &entry.name.to_lowercase()) || holds(entry.texts);
        let is_it = is_named && (entry.with.is_empty() || holds(entry.with));
        if is_it && found.iter().all(|other| other.name != entry.name) {
            found.push(entry);
        }
    }
    found
}

/// What a status of the REST API means when nothing else is known.
pub fn by_status(status: u16) -> Option<&'static Entry> {
    TABLE.iter().find(|entry| entry.name == format!("HTTP{status}")).or_else(|| {
        let name = match status {
            400 => "InvalidRequest",
            404 => "PowerBIEntityNotFound",
            415 => "UnsupportedMediaType",
            429 => "TooManyRequests",
            500..=599 => "UnknownError",
            _ => return None,
        };
        TABLE.iter().find(|entry| entry.name == name)
    })
}

fn is_word(text: &str, word: &str) -> bool {
    let is_part = |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|after| after.chars().next());
        !is_part(before) && !is_part(after)
    })
}

const ADMIN_PORTAL: &str = "Where: app.powerbi.com > Settings > Admin portal > Tenant settings > Developer settings > \"Service principals can call Fabric public APIs\" (older names: \"Service principals can use Fabric APIs\", \"Allow service principals to use Power BI APIs\").";
const WORKSPACE: &str = "Where: app.powerbi.com > Workspaces > your workspace > Manage access > Add people or groups.";
const NEW_TOKEN: &str = "Wait 15 to 30 minutes, then get a new token: an old one does not learn of the change.";

const TABLE: [Entry; 21] = [
    Entry {
        name: "ServicePrincipalIsNotAllowedByTenantAdminSwitch",
        status: Some(401),
        texts: &[],
        with: &[],
        title: "The tenant lets no service principal call the API",
        action: "Have a Fabric admin allow service principals in the Admin portal.",
        cause: "The tenant setting is off, or it is on for some security groups and this app is in none of them. The token itself is fine.",
        place: ADMIN_PORTAL,
        setting: None,
        remedies: &[
            "If it is limited to groups: the group has to be of type Security, and its member has to be the enterprise application (service principal), not the person who registered it.",
            NEW_TOKEN,
        ],
    },
    Entry {
        name: "PowerBINotAuthorizedException",
        status: Some(401),
        texts: &[],
        with: &["/admin/"],
        title: "The admin APIs are closed to this identity",
        action: "Allow the admin APIs in the Admin portal, and drop API permissions.",
        cause: "The tenant setting for read-only admin APIs is off, or the app carries permissions such as Tenant.Read.All, which a service principal must not have there.",
        place: "Where: app.powerbi.com > Settings > Admin portal > Tenant settings > Admin API settings > Service principals can access read-only admin APIs.",
        setting: None,
        remedies: &[
            "Entra admin center > App registrations > your app > API permissions: remove every Power BI permission that needs admin consent.",
            NEW_TOKEN,
        ],
    },
    Entry {
        name: "PowerBINotAuthorizedException",
        status: Some(401),
        texts: &[],
        with: &[],
        title: "No role in the workspace",
        action: "Add the app to the workspace as Member or Admin.",
        cause: "The token is fine, but its owner has no role in this workspace, or the workspace ID is wrong.",
        place: WORKSPACE,
        setting: None,
        remedies: &[
            "Search for the app by its display name, or add a security group that holds it.",
            "In scripts use the object ID of the service principal (Enterprise applications), not that of the app registration.",
            "Compare the workspace ID with the address in the browser: app.powerbi.com/groups/ID.",
            "If the call was to /admin/, the admin APIs are closed to this identity: app.powerbi.com > Settings > Admin portal > Tenant settings > Admin API settings.",
        ],
    },
    Entry {
        name: "GroupNotAccessible",
        status: Some(401),
        texts: &["group apis are not permitted for personal workspace"],
        with: &[],
        title: "The workspace is not open to this identity",
        action: "Add the app to the workspace as Member or Admin, or correct its ID.",
        cause: "The token is fine. The app is not in this workspace, the ID is wrong, or it is the ID of a My workspace.",
        place: WORKSPACE,
        setting: None,
        remedies: &["A My workspace cannot be used by a service principal: publish into a workspace."],
    },
    Entry {
        name: "ApiNotAccessibleForApplication",
        status: Some(403),
        texts: &["api is not accessible for application"],
        with: &[],
        title: "This route is closed to apps",
        action: "Call /v1.0/myorg/groups/{workspaceId}/... with the workspace in it.",
        cause: "A service principal called a route of My workspace, which apps do not have, or an API that takes users only.",
        place: "Where: in the code that calls the API; workspace IDs stand in the browser's address, app.powerbi.com/groups/ID.",
        setting: None,
        remedies: &[
            "If the URL has /groups/ already: have service principals allowed in the Admin portal, Developer settings.",
            "No API permission mends this.",
        ],
    },
    Entry {
        name: "GenerateTokenForbidden",
        status: Some(403),
        texts: &["forbidden", "403"],
        with: &["generatetoken"],
        title: "No embed token is given",
        action: "Assign the workspace to a running capacity (A, EM, P or F).",
        cause: "The free embed tokens are used up, the capacity is paused, embedding is off for the tenant, or the caller has no right to the data.",
        place: "Where: app.powerbi.com > Workspaces > your workspace > Workspace settings > License info; the capacity itself in the Azure portal.",
        setting: None,
        remedies: &[
            "GET /v1.0/myorg/availableFeatures shows embedTrial and how much of it is used.",
            "app.powerbi.com > Settings > Admin portal > Tenant settings > Developer settings > Embed content in apps has to be on.",
            "The app needs a role in the report's workspace and in the workspace of its semantic model.",
        ],
    },
    Entry {
        name: "PowerBINotLicensedException",
        status: Some(401),
        texts: &["usernotlicensed"],
        with: &[],
        title: "No Power BI licence",
        action: "Give the user a Pro licence, or put the workspace on a capacity.",
        cause: "The user has no licence, or an app calls something that wants a dedicated capacity.",
        place: "Where: admin.microsoft.com > Users > Active users > the user > Licenses and apps.",
        setting: None,
        remedies: &[
            "Let the user sign in once at app.powerbi.com afterwards.",
            "For a service principal: a workspace on a dedicated capacity, not a shared one or Premium per user.",
        ],
    },
    Entry {
        name: "PowerBIEntityNotFound",
        status: Some(404),
        texts: &[],
        with: &[],
        title: "Not found, or hidden",
        action: "Compare workspace, report and semantic model IDs with the portal.",
        cause: "An ID is wrong, the item is in another workspace or deleted, or the caller lacks Build permission: that is answered as not found, too.",
        place: "Where: the address in the browser, app.powerbi.com/groups/WORKSPACE/reports/REPORT.",
        setting: None,
        remedies: &[
            "List the workspace with GET /groups/ID/reports and take the IDs from there.",
            "Give the app a role in the workspace of the semantic model, or Build permission on it.",
        ],
    },
    Entry {
        name: "EffectiveIdentity",
        status: Some(400),
        texts: &["effective identity", "effectiveidentity"],
        with: &[],
        title: "The identity for row-level security is missing or not wanted",
        action: "Send identities with username, roles and datasets, or leave them out.",
        cause: "The semantic model has row-level security and no identity was sent, or it has none and one was sent.",
        place: "Where: in the body of GenerateToken; the roles stand in Power BI Desktop under Modeling > Manage roles.",
        setting: None,
        remedies: &[
            "isEffectiveIdentityRequired of GET /groups/ID/datasets tells what the model wants.",
            "For Analysis Services and a service principal send customData too.",
        ],
    },
    Entry {
        name: "DatasetExecuteQueriesError",
        status: Some(400),
        texts: &[],
        with: &[],
        title: "The DAX query failed",
        action: "Run the query in Power BI Desktop or DAX Studio and mend it there.",
        cause: "Sign-in and permissions are fine; the query itself cannot be run.",
        place: "Where: the query in the body of executeQueries; details in the answer say which part.",
        setting: None,
        remedies: &[],
    },
    Entry {
        name: "InvalidToken",
        status: Some(403),
        texts: &["unable to parse aad token"],
        with: &[],
        title: "Power BI cannot use this token",
        action: "Decode the token with token-wizard decode; its aud has to be Power BI.",
        cause: "It is no access token of Entra: cut, with quotes or line ends, an ID or embed token, or for another API.",
        place: "Where: Resource in the settings; https://analysis.windows.net/powerbi/api in the public cloud.",
        setting: Some(Resource),
        remedies: &[
            "Send the header as Authorization: Bearer TOKEN, with one blank and nothing around the token.",
            "Compare the cloud: resource and API host have to be of one row.",
        ],
    },
    Entry {
        name: "TokenExpired",
        status: Some(403),
        texts: &["access token has expired", "accesstokenexpired"],
        with: &[],
        title: "The token has expired",
        action: "Get a new token.",
        cause: "Tokens of Entra last 60 to 90 minutes. If this one is new, a clock is wrong.",
        place: "Where: in the application; it has to ask for a new token before the old one ends.",
        setting: None,
        remedies: &[
            "Compare the header Date of the answer with the clock of this machine.",
            "In the browser: fetch a new token and call report.setAccessToken before the old one ends.",
        ],
    },
    Entry {
        name: "insufficient_claims",
        status: Some(401),
        texts: &[],
        with: &[],
        title: "A policy demands more than the token proves",
        action: "Get a new token; if it is refused too, look at Conditional Access.",
        cause: "The token was revoked before its end, or a Conditional Access policy demands something that it does not carry.",
        place: "Where: Entra admin center > Protection > Conditional Access > Sign-in logs, tab Conditional Access of the entry.",
        setting: None,
        remedies: &["A service principal is judged by policies for workload identities, for example by its network."],
    },
    Entry {
        name: "DisabledByAdmin",
        status: None,
        texts: &[],
        with: &[],
        title: "An admin has switched this off",
        action: "Have a Fabric admin switch the feature on in the Admin portal.",
        cause: "availableFeatures says that the feature exists and is disabled for the tenant.",
        place: "Where: app.powerbi.com > Settings > Admin portal > Tenant settings > Developer settings > Embed content in apps.",
        setting: None,
        remedies: &[NEW_TOKEN],
    },
    Entry {
        name: "NoWorkspace",
        status: Some(200),
        texts: &["\"value\":[]", "\"value\": []"],
        with: &["/groups", "#groups"],
        title: "The app is in no workspace",
        action: "Add the app to the workspace as Member or Admin.",
        cause: "Token and tenant setting are fine: the list of workspaces is empty because the app is in none.",
        place: WORKSPACE,
        setting: None,
        remedies: &["Search for the app by its display name.", "A change takes some minutes to arrive."],
    },
    Entry {
        name: "UnsupportedMediaType",
        status: Some(415),
        texts: &["unsupported media type", "media type is not supported"],
        with: &[],
        title: "The body is not declared as JSON",
        action: "Send the body with Content-Type: application/json.",
        cause: "Power BI takes JSON only, and the header says something else or is missing.",
        place: "Where: in the code that calls the API.",
        setting: None,
        remedies: &["new StringContent(json, Encoding.UTF8, \"application/json\") sets it in .NET."],
    },
    Entry {
        name: "TooManyRequests",
        status: Some(429),
        texts: &["requestsquotaexceeded"],
        with: &["powerbi", "myorg", "requestsquotaexceeded"],
        title: "Power BI throttles",
        action: "Wait as long as Retry-After says, then call less often.",
        cause: "Too many calls in a short time. Admin APIs have hard limits per tenant, such as 50 an hour.",
        place: "Where: in the code that calls the API; never repeat in a loop.",
        setting: None,
        remedies: &["Keep embed tokens until shortly before their end instead of making one per page view."],
    },
    Entry {
        name: "InvalidRequest",
        status: Some(400),
        texts: &[],
        with: &[],
        title: "The request is malformed",
        action: "Compare the body with the reference of this call, field by field.",
        cause: "A field has the wrong name, an ID is no GUID, or identities are missing or not allowed.",
        place: "Where: in the code that calls the API; details in the answer name the field.",
        setting: None,
        remedies: &["A report or workspace ID is a GUID, without braces and quotes."],
    },
    Entry {
        name: "UnknownError",
        status: Some(500),
        texts: &[],
        with: &[],
        title: "Power BI has a fault",
        action: "Repeat once after a pause; then report the RequestId to Microsoft.",
        cause: "The fault is on Power BI's side, or a report ID is no GUID, which is answered like this as well.",
        place: "Where: the header RequestId of the answer is what Microsoft's support asks for.",
        setting: None,
        remedies: &["The page of Microsoft Fabric's status tells of outages."],
    },
    Entry {
        name: "HTTP401",
        status: Some(401),
        texts: &[],
        with: &["api.powerbi", "myorg", "x-powerbi"],
        title: "Power BI takes the token, but not its owner",
        action: "Give the app a role in the workspace, and check the tenant setting.",
        cause: "At Power BI 401 mostly says that the token is fine and the permissions are not. The header X-PowerBI-Error-Info names the reason.",
        place: WORKSPACE,
        setting: None,
        remedies: &[ADMIN_PORTAL, REGISTRATION_NONE],
    },
    Entry {
        name: "HTTP403",
        status: Some(403),
        texts: &[],
        with: &["api.powerbi", "myorg", "x-powerbi"],
        title: "Power BI does not take the token",
        action: "Decode the token with token-wizard decode: look at aud and exp.",
        cause: "At Power BI 403 mostly says that the token itself is the problem: missing, damaged, expired or for another API. The header X-PowerBI-Error-Info names the reason.",
        place: "Where: the header Authorization: Bearer TOKEN of the request; a proxy may have taken it out.",
        setting: Some(Resource),
        remedies: &[
            "If the answer says that the API is not accessible for application: call /groups/{workspaceId}/... instead.",
        ],
    },
];

const REGISTRATION_NONE: &str =
    "Do not add API permissions in the app registration for this: a service principal needs none.";

#[cfg(test)]
mod tests;
