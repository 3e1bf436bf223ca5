//! The discovery documents (OpenID Connect Discovery 1.0, section 3) in Entra's two versions.

use serde_json::{Value, json};

use super::directory::{Cloud, Segment, Tenant};
use super::rules::Version;

/// The tenant that stands for all personal accounts.
const CONSUMERS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// The tenant as it stands in the issuer. Where the path names none, Entra leaves the word for the reader to fill in.
fn issuing(place: Segment) -> &'static str {
    match place {
        Segment::Known(tenant) => tenant.id,
        Segment::Consumers => CONSUMERS,
        _ => "{tenantid}",
    }
}

/// The tenant as it stands in the addresses: by its ID, also when a domain was asked for; an alias stays.
fn addressed(place: Segment) -> &'static str {
    match place {
        Segment::Known(tenant) => tenant.id,
        Segment::Organizations => "organizations",
        Segment::Consumers => "consumers",
        _ => "common",
    }
}

fn cloud(place: Segment) -> Cloud {
    if let Segment::Known(tenant) = place { tenant.cloud } else { Cloud::Public }
}

/// The issuer that the document names. It is Microsoft's, for so are the tokens': everything else is at this server.
pub(super) fn issuer(place: Segment, version: Version) -> String {
    let tenant = issuing(place);
    match (version, cloud(place)) {
        (Version::One, _) => format!("https://sts.windows.net/{tenant}/"),
        (Version::Two, Cloud::Public) => format!("https://login.microsoftonline.com/{tenant}/v2.0"),
        (Version::Two, Cloud::UsGovernment) => format!("https://login.microsoftonline.us/{tenant}/v2.0"),
    }
}

/// The document about a tenant or an alias, as JSON text; `origin` is where this server was called.
pub(super) fn document(place: Segment, version: Version, origin: &str) -> String {
    // The public cloud knows tenants of the others, and sends the reader to their own hosts.
    let origin = match cloud(place) {
        Cloud::Public => origin,
        Cloud::UsGovernment => "https://login.microsoftonline.us",
    };
    let base = format!("{origin}/{}", addressed(place));
    let mut document = match version {
        Version::One => first(&base),
        Version::Two => second(&base, origin),
    };
    if let Some(members) = document.as_object_mut() {
        members.insert("issuer".to_owned(), issuer(place, version).into());
        members.extend(region(place));
    }
    document.to_string()
}

fn first(base: &str) -> Value {
    json!({
        "token_endpoint": format!("{base}/oauth2/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": format!("{base}/discovery/keys"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "token id_token", "token"],
        "scopes_supported": ["openid"],
        "issuer": null,
        "microsoft_multi_refresh_token": true,
        "authorization_endpoint": format!("{base}/oauth2/authorize"),
        "device_authorization_endpoint": format!("{base}/oauth2/devicecode"),
        "http_logout_supported": true,
        "frontchannel_logout_supported": true,
        "end_session_endpoint": format!("{base}/oauth2/logout"),
        "claims_supported": [
            "sub", "iss", "cloud_instance_name", "cloud_instance_host_name", "cloud_graph_host_name", "msgraph_host",
            "aud", "exp", "iat", "auth_time", "acr", "amr", "nonce", "email", "given_name", "family_name", "nickname",
        ],
        "check_session_iframe": format!("{base}/oauth2/checksession"),
        "userinfo_endpoint": format!("{base}/openid/userinfo"),
        "kerberos_endpoint": format!("{base}/kerberos"),
    })
}

fn second(base: &str, origin: &str) -> Value {
    json!({
        "token_endpoint": format!("{base}/oauth2/v2.0/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": format!("{base}/discovery/v2.0/keys"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": null,
        "request_uri_parameter_supported": false,
        // Entra's is at Graph; no token of this server may go there.
        "userinfo_endpoint": format!("{origin}/oidc/userinfo"),
        "authorization_endpoint": format!("{base}/oauth2/v2.0/authorize"),
        "device_authorization_endpoint": format!("{base}/oauth2/v2.0/devicecode"),
        "http_logout_supported": true,
        "frontchannel_logout_supported": true,
        "end_session_endpoint": format!("{base}/oauth2/v2.0/logout"),
        "claims_supported": [
            "sub", "iss", "cloud_instance_name", "cloud_instance_host_name", "cloud_graph_host_name", "msgraph_host",
            "aud", "exp", "iat", "auth_time", "acr", "nonce", "preferred_username", "name", "tid", "ver", "at_hash",
            "c_hash", "email",
        ],
        "kerberos_endpoint": format!("{base}/kerberos"),
    })
}

/// Where the tenant lives. An alias lives nowhere: its region is null.
fn region(place: Segment) -> Vec<(String, Value)> {
    let region = if let Segment::Known(Tenant { region, .. }) = place { Some(*region) } else { None };
    let (sub_region, instance, old_graph, graph, roles) = match cloud(place) {
        Cloud::Public => {
            (None, "microsoftonline.com", "graph.windows.net", "graph.microsoft.com", "https://pas.windows.net")
        }
        Cloud::UsGovernment => (
            Some("DODCON"),
            "microsoftonline.us",
            "graph.microsoftazure.us",
            "graph.microsoft.us",
            "https://pasff.usgovcloudapi.net",
        ),
    };
    let mut members = vec![("tenant_region_scope".to_owned(), json!(region))];
    members.extend(sub_region.map(|sub_region| ("tenant_region_sub_scope".to_owned(), json!(sub_region))));
    members.extend(
        [
            ("cloud_instance_name", instance),
            ("cloud_graph_host_name", old_graph),
            ("msgraph_host", graph),
            ("rbac_url", roles),
        ]
        .map(|(name, value)| (name.to_owned(), json!(value))),
    );
    members
}
