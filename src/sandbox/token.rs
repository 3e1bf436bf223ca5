//! What is granted: the claims of the token, and the answer around it.

use std::io;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::directory::{Credential, GRAPH, Issue};
use super::identifier::{Identifiers, derived};
use super::keys::Keys;
use super::rules::{Granted, Version};

/// How long a token lives, in seconds.
const LIFE: i64 = 3600;
/// How long before its issue a token is already valid, in seconds: room for clocks that are late.
const LEEWAY: i64 = 300;

/// The answer to a request that was granted, as JSON text. v1 writes numbers as strings, v2 as numbers.
pub(super) fn body(
    granted: &Granted,
    version: Version,
    now: Timestamp,
    keys: &Keys,
    identifiers: &Identifiers,
) -> io::Result<String> {
    let issued = match granted.app.issue {
        Issue::Ended => now.as_second() - 2 * LIFE,
        Issue::AsAsked | Issue::For(_) | Issue::By(_) => now.as_second(),
    };
    let claims = claims(granted, issued, &identifiers.opaque(), &identifiers.opaque());
    let signing = granted.app.signing;
    let token = if granted.audience.trim_end_matches('/') == GRAPH {
        keys.token_with_nonce(&claims, signing, &identifiers.opaque())?
    } else {
        keys.token(&claims, signing)?
    };
    let scope = granted.user.map(|_| granted.app.scopes);
    let refresh = granted.is_offline.then(|| format!("0.A{}{}", identifiers.opaque(), identifiers.opaque()));
    let mut body = match version {
        Version::One => json!({
            "token_type": "Bearer",
            "scope": scope,
            "expires_in": LIFE.to_string(),
            "ext_expires_in": LIFE.to_string(),
            "expires_on": (issued + LIFE).to_string(),
            "not_before": (issued - LEEWAY).to_string(),
            "resource": granted.resource,
            "access_token": token,
            "refresh_token": refresh,
        }),
        Version::Two => json!({
            "token_type": "Bearer",
            "scope": scope.map(|scopes| full_scopes(&granted.resource, scopes)),
            "expires_in": LIFE - 1,
            "ext_expires_in": LIFE - 1,
            "access_token": token,
            "refresh_token": refresh,
        }),
    };
    without_nulls(&mut body);
    Ok(body.to_string())
}

/// v2 spells permissions with their resource, and adds the scope that stands for all of them.
fn full_scopes(resource: &str, scopes: &str) -> String {
    let resource = resource.strip_suffix('/').unwrap_or(resource);
    scopes.split(' ').chain([".default"]).map(|scope| format!("{resource}/{scope}")).collect::<Vec<_>>().join(" ")
}

/// The claims of a token of version 1.0, which Power BI gets from both endpoints.
fn claims(granted: &Granted, start: i64, aio: &str, uti: &str) -> Value {
    let Granted { tenant, app, user, audience, .. } = granted;
    let issuer = format!("https://sts.windows.net/{}/", tenant.id);
    let times = (start, start - LEEWAY, start + LIFE);
    let appidacr = match app.credential {
        Credential::Secret(_) | Credential::ExpiredSecret(_) => "1",
        Credential::Public => "0",
    };
    let aio = format!("k2{aio}");
    let rh = format!("1.A{}.", derived(&["rh", tenant.id, app.id]));
    let mut claims = match user {
        None => json!({
            "aud": audience,
            "iss": issuer,
            "iat": times.0,
            "nbf": times.1,
            "exp": times.2,
            "aio": aio,
            "appid": app.id,
            "appidacr": appidacr,
            "idp": issuer,
            "idtyp": "app",
            "oid": app.object_id,
            "rh": rh,
            "roles": (!app.roles.is_empty()).then_some(app.roles),
            "sub": app.object_id,
            "tid": tenant.id,
            "uti": uti,
            "ver": "1.0",
            // What every token of an app carries; no role of the directory.
            "wids": ["0997a1d0-0d1d-4acb-b408-d5ca73121e90"],
        }),
        Some(user) => json!({
            "aud": audience,
            "iss": issuer,
            "iat": times.0,
            "nbf": times.1,
            "exp": times.2,
            "acct": 0,
            "acr": "1",
            "aio": aio,
            "amr": ["pwd"],
            "appid": app.id,
            "appidacr": appidacr,
            "family_name": user.family_name,
            "given_name": user.given_name,
            "idtyp": "user",
            // An address for documentation (RFC 5737, section 3): nobody's.
            "ipaddr": "203.0.113.7",
            "name": format!("{} {}", user.given_name, user.family_name),
            "oid": user.object_id,
            "puid": user.puid,
            "rh": rh,
            "scp": app.scopes,
            "sub": derived(&["sub", app.id, user.object_id]),
            "tid": tenant.id,
            "unique_name": user.upn,
            "upn": user.upn,
            "uti": uti,
            "ver": "1.0",
            // What every user who is no guest carries.
            "wids": ["b79fbf4d-3ef9-4689-8143-76b194e85509"],
        }),
    };
    without_nulls(&mut claims);
    claims
}

/// Takes out the members that do not apply.
fn without_nulls(value: &mut Value) {
    if let Some(members) = value.as_object_mut() {
        members.retain(|_, member| !member.is_null());
    }
}
