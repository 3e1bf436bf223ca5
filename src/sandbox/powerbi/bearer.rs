//! Who calls: the token of the header, checked as the service does.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::Value;

use crate::sandbox::directory::{App, Standing, User, is_power_bi};
use crate::sandbox::keys::Keys;

/// Who calls.
#[derive(Debug)]
pub(super) struct Caller {
    /// The object ID of the app or the user.
    pub(super) id: &'static str,
    /// The user; `None` for an app.
    pub(super) user: Option<&'static User>,
    /// How the caller stands.
    pub(super) standing: &'static Standing,
    /// The present moment in the caller's tenant.
    pub(super) now: Timestamp,
}

/// Why a token is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rejected {
    /// There is none.
    Missing,
    /// It is no token for this service.
    Unusable,
    /// Nobody who is trusted signed it.
    Untrusted,
    /// It has ended.
    Ended,
}

/// The claims of the token in a header, unchecked.
fn claims(authorization: &str) -> Option<(&str, Value)> {
    let (_, token) = authorization.split_once(' ')?;
    let parts: Vec<&str> = token.split('.').collect();
    let [_, claims, _] = parts.as_slice() else { return None };
    let claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
    Some((token, claims))
}

/// The tenant that a token names, for its clock; empty when it names none.
pub(super) fn tenant(authorization: &str) -> String {
    let claims = claims(authorization).map(|(_, claims)| claims).unwrap_or_default();
    claims.get("tid").and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Reads the header `Authorization`.
pub(super) fn read(authorization: &str, keys: &Keys, now: Timestamp) -> Result<Caller, Rejected> {
    let is_bearer = authorization.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer "));
    if !is_bearer {
        return Err(Rejected::Missing);
    }
    let (token, claims) = claims(authorization).ok_or(Rejected::Unusable)?;
    let word = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    if !is_power_bi(word("aud")) {
        return Err(Rejected::Unusable);
    }
    if !keys.verifies(token) {
        return Err(Rejected::Untrusted);
    }
    if claims.get("exp").and_then(Value::as_i64).is_none_or(|end| end <= now.as_second()) {
        return Err(Rejected::Ended);
    }
    if let Some(user) = User::of_token(word("oid")) {
        return Ok(Caller { id: user.object_id, user: Some(user), standing: &user.power_bi, now });
    }
    let app = App::of_token(word("appid")).ok_or(Rejected::Unusable)?;
    Ok(Caller { id: app.object_id, user: None, standing: &app.power_bi, now })
}
