//! `aud`: which API the token is for.

use super::Facts;
use super::outcome::{Outcome, error};
use crate::domain::claims;
use crate::domain::cloud;
use crate::domain::jwt::Claim;
use crate::domain::registration::Version;
use crate::domain::setting::SettingName::{AuthTokenUrl, Resource};
use crate::domain::text::printable;

/// The names of Azure AD Graph, which is retired: its application ID, and its address.
const RETIRED_GRAPH: [&str; 2] = ["00000002-0000-0000-c000-000000000000", "https://graph.windows.net"];

/// v1 writes an application ID in `aud` sometimes with this in front.
const PREFIX: &str = "spn:";

fn name(audience: &str) -> &str {
    let name = audience.strip_prefix(PREFIX).unwrap_or(audience);
    name.strip_suffix('/').unwrap_or(name)
}

fn is_retired_graph(audience: &str) -> bool {
    RETIRED_GRAPH.iter().any(|graph| name(audience).eq_ignore_ascii_case(graph))
}

pub(super) fn retired_graph(facts: &Facts) -> Option<Outcome> {
    // A wrong type is told by the comparison with Resource.
    let Claim::Present(audiences) = facts.jwt.audiences() else { return None };
    if !audiences.iter().any(|audience| is_retired_graph(audience)) || is_retired_graph(&facts.registration.resource) {
        return Some(Outcome::pass("aud", "is not the retired Azure AD Graph"));
    }
    let action = match facts.registration.endpoint.version {
        Version::V1 => "Have the application send resource: without it Entra answers for Azure AD Graph.",
        Version::V2 => "Have the application send scope with Resource in it.",
    };
    Some(Outcome::fail(
        "aud",
        "is the retired Azure AD Graph",
        error("audience-retired-graph", "The token is for the retired Azure AD Graph", action)
            .at(Resource)
            .because("A v1 endpoint that gets no resource answers with success and a token for Azure AD Graph. Power BI refuses that token.")
            .remedy("Compare Resource with the resource of your cloud, letter by letter; step Endpoint sets it.")
            .remedy("Look at the request of the application: its form needs the field resource, spelled so."),
    ))
}

pub(super) fn resource(facts: &Facts) -> Option<Outcome> {
    let audiences = match facts.jwt.audiences() {
        Claim::Present(audiences) => audiences,
        other => return Some(Outcome::missing("aud", &other)),
    };
    let resource = name(&facts.registration.resource);
    let app = cloud::of_resource(resource).and_then(|row| row.resource_app);
    let is_right =
        |audience: &&str| name(audience) == resource || app.is_some_and(|app| name(audience).eq_ignore_ascii_case(app));
    if let Some(audience) = audiences.iter().find(|audience| is_right(audience)) {
        let note = if name(audience) == resource { "equals Resource" } else { "is Power BI, of Resource" };
        return Some(Outcome::pass("aud", note));
    }
    if audiences.iter().any(|audience| is_retired_graph(audience)) {
        // The row below has the better words.
        return None;
    }
    let found = audiences.join(", ");
    let other_cloud = cloud::of_audience(name(&found));
    let known = claims::app_name(name(&found)).or_else(|| known_address(name(&found)));
    let shown = match (other_cloud, known) {
        (Some(row), _) => format!("Power BI of {} ({})", row.name.title(), printable(&found)),
        (None, Some(known)) => format!("{known} ({})", printable(&found)),
        (None, None) => printable(&found).into_owned(),
    };
    let because = format!(
        "It is for {shown}, but {} was asked for. The API that Resource names will refuse it.",
        printable(&facts.registration.resource)
    );
    let diagnosis = if other_cloud.is_none() && is_right_for_host(facts) {
        // Resource needs no change: whoever answered gave something else than was asked for.
        error(
            "audience-wrong",
            "The token is for another API",
            "Check AuthTokenUrl: the provider issued a token for another API than asked.",
        )
        .at(AuthTokenUrl)
        .because(format!("{because} Resource is right: it is the name of Power BI in this cloud."))
        .remedy("Compare the host in AuthTokenUrl with the sign-in host of your cloud, letter by letter.")
        .remedy("Ask whoever runs the provider, or a proxy before it, why it issues that token.")
    } else {
        let action = if other_cloud.is_some() {
            "Choose the cloud in step Endpoint: the token is for Power BI of another one."
        } else {
            "Put the name of the API that the token is needed for into Resource."
        };
        error("audience-wrong", "The token is for another API", action)
            .at(Resource)
            .because(because)
            .remedy("Compare Resource with the resource of your cloud, letter by letter; step Endpoint sets it.")
            .remedy("If AuthTokenUrl is a v1 endpoint, check that the application sends resource at all: without it Entra issues tokens for the retired Azure AD Graph.")
    };
    Some(Outcome::fail("aud", "is not Resource", diagnosis))
}

/// Whether Resource is the name of Power BI in the cloud of the sign-in host; any cloud's name is at other hosts.
fn is_right_for_host(facts: &Facts) -> bool {
    let registration = facts.registration;
    let of_host = cloud::of_host(registration.endpoint.host(), &registration.resource);
    cloud::of_resource(&registration.resource).is_some_and(|row| of_host.is_none_or(|host| host.name == row.name))
}

/// Names of APIs that stand in `aud` as an address.
fn known_address(audience: &str) -> Option<&'static str> {
    let rows = [
        ("https://graph.microsoft.com", "Microsoft Graph"),
        ("https://management.azure.com", "Azure Resource Manager"),
        ("https://management.core.windows.net", "Azure Resource Manager"),
        ("https://api.fabric.microsoft.com", "Microsoft Fabric"),
        ("https://database.windows.net", "Azure SQL Database"),
        ("https://storage.azure.com", "Azure Storage"),
        ("https://vault.azure.net", "Azure Key Vault"),
    ];
    rows.into_iter().find(|(address, _)| audience.eq_ignore_ascii_case(address)).map(|(_, name)| name)
}
