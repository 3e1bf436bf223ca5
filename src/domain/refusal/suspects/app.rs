//! The app: not known, borrowed from Microsoft, without consent.

use super::{Case, Suspect, wrapping};
use crate::domain::claims;
use crate::domain::consent;
use crate::domain::diagnosis::Diagnosis;
use crate::domain::powerbi::practice_api;
use crate::domain::registration::GrantName;
use crate::domain::setting::SettingName::{AppTenantId, AuthTokenUrl, ClientId, Resource, User};
use crate::domain::shape;
use crate::domain::text::printable;

/// Characters of a GUID.
const GUID_LENGTH: usize = 36;

/// No app of that ID in that tenant: a wrong ID, or a wrong tenant.
pub(super) fn unknown(case: &Case) -> Vec<Suspect> {
    let registration = case.registration;
    let client_id = registration.client_id.as_str();
    let mut found = Vec::new();
    let mut add = |action: &str, cause: &str| found.push(Suspect::new(ClientId, action, cause));
    if client_id.eq_ignore_ascii_case(case.tenant())
        || registration.app_tenant_id.as_deref().is_some_and(|tenant| tenant.eq_ignore_ascii_case(client_id))
    {
        add(
            "Copy Application (client) ID into ClientId: it holds the tenant's ID.",
            "The app's page shows three GUIDs, and that of the tenant stands in ClientId.",
        );
    } else if case.secret().is_some_and(|secret| secret.eq_ignore_ascii_case(client_id)) {
        add(
            "Copy Application (client) ID into ClientId: it holds the same text as ClientSecret.",
            "ClientId and ClientSecret are equal, so one of them was pasted into both.",
        );
    } else if let Some(name) = claims::app_name(client_id) {
        add(
            &format!("Put the ID of your own app into ClientId: this one is {name}."),
            "ClientId is an app of Microsoft's, which cannot be used with a secret or a password of yours.",
        );
    } else if let Some(suspect) = wrapping(ClientId, client_id) {
        found.push(suspect);
    } else if !shape::is_guid(client_id) {
        let length = client_id.chars().count();
        let is_cut = client_id.chars().all(|letter| letter.is_ascii_hexdigit() || letter == '-');
        if is_cut {
            add(
                &format!(
                    "Copy all {GUID_LENGTH} characters of Application (client) ID into ClientId: it has {length}."
                ),
                "ClientId looks like a GUID that lost or gained characters.",
            );
        } else {
            add(
                "Copy Application (client) ID into ClientId: what is there is no GUID.",
                "Entra names an app by a GUID, not by its display name or address.",
            );
        }
    }
    found.extend(super::tenant::elsewhere(case));
    if found.is_empty() {
        found.push(Suspect::new(
            ClientId,
            "Copy Application (client) ID, not Object ID, into ClientId, and compare AppTenantId.",
            "No app with this ClientId is known in the tenant that was asked. Most often Object ID, which stands beside it, was copied; else the app is registered in another tenant.",
        ));
        found.push(Suspect::new(
            AppTenantId,
            "Compare Directory (tenant) ID on the app's Overview with AppTenantId.",
            "",
        ));
    }
    found
}

/// An app of Microsoft's own.
pub(super) fn of_microsoft(case: &Case) -> Vec<Suspect> {
    let name = claims::app_name(&case.registration.client_id).unwrap_or("an app of Microsoft's");
    vec![Suspect::new(
        ClientId,
        format!("Register an app of your own and put its ID into ClientId: this one is {name}."),
        "Apps of Microsoft's may ask only for what Microsoft arranged between them.",
    )]
}

/// How the catalogue writes the page on which an admin consents.
const CONSENT_FORM: &str = "https://login.microsoftonline.com/{AppTenantId}/adminconsent?client_id={ClientId}";

/// The pages on which consent can be given, built from the settings.
pub(super) fn with_consent_links(case: &Case, mut diagnosis: Diagnosis) -> Diagnosis {
    diagnosis.links = consent::links(case.registration, practice_api(case.registration, case.answer).as_ref());
    let remedies = diagnosis.links.iter().map(|link| {
        let url = &link.url;
        if link.title == consent::ADMIN {
            format!("An admin can grant it at {url} in a browser.")
        } else {
            format!(
                "Where users may consent themselves, this user can do so in a browser at {url} if the app has a redirect URI."
            )
        }
    });
    let mut remedies: Vec<String> = remedies.collect();
    if let Some(admin) = diagnosis.links.iter().find(|link| link.title == consent::ADMIN) {
        // The catalogue knows only the form of it, and that of one cloud.
        diagnosis.remedies.iter_mut().for_each(|remedy| *remedy = remedy.replace(CONSENT_FORM, &admin.url));
    }
    let client_id = case.registration.client_id.trim();
    if shape::is_guid(client_id) {
        diagnosis.remedies.iter_mut().for_each(|remedy| *remedy = remedy.replace("{ClientId}", client_id));
    }
    remedies.append(&mut diagnosis.remedies);
    diagnosis.remedies = remedies;
    diagnosis
}

/// Consent is missing.
pub(super) fn consent(case: &Case, diagnosis: Diagnosis) -> Diagnosis {
    let registration = case.registration;
    let mut found = Vec::new();
    if claims::app_name(&registration.client_id).is_some() {
        found.extend(of_microsoft(case));
    } else if shape::is_tenant_alias(case.tenant()) && registration.grant_name() == GrantName::ClientCredentials {
        found.extend(super::tenant::unknown(case));
    } else if registration.grant_name() == GrantName::ClientCredentials {
        found.push(Suspect::new(
            ClientId,
            "Have an admin grant consent once, so that the app of ClientId gets its object in the tenant.",
            "A service principal needs no API permission for Power BI, but it has to exist under Enterprise apps of the tenant.",
        ));
    } else {
        found.push(Suspect::new(
            ClientId,
            "Grant admin consent under App registrations > the app of ClientId > API permissions.",
            "Neither the user nor an admin has agreed that this app may call Power BI. The password grant cannot show the question, so consent must exist beforehand.",
        ));
    }
    found.extend(resource_suspect(case));
    with_consent_links(case, super::apply(found, diagnosis))
}

/// Consent is asked for each API: with another Resource it is asked for another one.
fn resource_suspect(case: &Case) -> Option<Suspect> {
    let is_known = crate::domain::cloud::of_resource(&case.registration.resource).is_some();
    (!is_known).then(|| {
        Suspect::new(Resource, "Compare Resource with the name of Power BI: consent is asked for that API.", "")
    })
}

/// The app or the user has to be assigned.
pub(super) fn assignment(case: &Case) -> Vec<Suspect> {
    if case.code == 501_051 {
        let is_known = crate::domain::cloud::of_resource(&case.registration.resource).is_some();
        if !is_known {
            return super::resource::unknown(case);
        }
        return Vec::new();
    }
    match case.registration.grant_name() {
        GrantName::Password => vec![Suspect::new(
            User,
            "Add the user under Enterprise apps > your app > Users and groups.",
            "The app demands an assignment, and the user has none. Members of a group within a group do not count.",
        )],
        GrantName::ClientCredentials => vec![Suspect::new(
            ClientId,
            "Set Assignment required to No under Enterprise apps > the app of ClientId > Properties.",
            "The app demands an assignment, which a service principal cannot get from Users and groups.",
        )],
    }
}

/// The URL names a tenant of its own.
pub(super) fn literal_tenant(case: &Case) -> Option<Suspect> {
    let registration = case.registration;
    let setting = registration.app_tenant_id.as_deref()?;
    let tenant = registration.tenant.as_deref()?;
    (registration.tenant_setting == AuthTokenUrl && !tenant.eq_ignore_ascii_case(setting.trim())).then(|| {
        Suspect::new(
            AuthTokenUrl,
            "Write {AppTenantId} in AuthTokenUrl: it names another tenant than AppTenantId.",
            format!("The request went to {}, which stands in the URL; AppTenantId was not used.", printable(tenant)),
        )
    })
}
