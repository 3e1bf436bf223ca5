//! What is asked without credentials, beside the token request: the tenant, the realm of its user, the keys.

use std::time::Duration;

use url::Url;

use crate::domain::discovery::realm::{self, Realm};
use crate::domain::discovery::{self, Configuration, Discovery};
use crate::domain::endpoint::Endpoint;
use crate::domain::exchange::{Http, HttpAnswer, TransportError};
use crate::domain::jwt::{self, Claim};
use crate::domain::keys::{self, KeySet};
use crate::domain::registration::Registration;
use crate::domain::secret::Secret;
use crate::domain::signature::{self, Reason, Verdict};
use crate::domain::transport;

/// What an exchange led to, for the stage `connect`.
pub(super) type Outcome = Result<HttpAnswer, TransportError>;

/// How long one question without credentials may take.
pub(super) const LIMIT: Duration = Duration::from_secs(10);

/// Asks for the OpenID configuration. The outcome is `None` when there is nothing to ask.
pub(super) async fn discover<P: Http>(ports: &P, endpoint: &Endpoint, limit: Duration) -> (Option<Outcome>, Discovery) {
    let Some(request) = discovery::request(endpoint, limit) else {
        return (None, Discovery::NotChecked(discovery::NotChecked::NoTenantInUrl));
    };
    let outcome = ports.send(request).await;
    let found = match &outcome {
        Ok(answer) => discovery::read(answer),
        Err(error) => Discovery::NotChecked(discovery::NotChecked::NoAnswer(words(error, endpoint))),
    };
    (Some(outcome), found)
}

/// Asks for the realm of the user; `None` for another grant, and for a name about which there is nothing to ask.
pub(super) async fn realm<P: Http>(ports: &P, registration: &Registration, limit: Duration) -> Option<Realm> {
    let request = realm::request(registration, limit)?;
    Some(match ports.send(request).await {
        Ok(answer) => realm::read(&answer),
        Err(error) => Realm::NotChecked(realm::NotChecked::NoAnswer(words(&error, &registration.endpoint))),
    })
}

/// Keys that were fetched, and from where.
pub(super) struct Fetched {
    address: Url,
    keys: Result<KeySet, Reason>,
}

/// Fetches the keys that the token to come will most likely need.
pub(super) async fn prefetch<P: Http>(ports: &P, registration: &Registration, limit: Duration) -> Option<Fetched> {
    let address = keys::likely_address(registration)?;
    Some(fetch(ports, address, registration, limit).await)
}

async fn fetch<P: Http>(ports: &P, address: Url, registration: &Registration, limit: Duration) -> Fetched {
    let keys = match ports.send(keys::request(address.clone(), limit)).await {
        Ok(answer) => KeySet::read(&answer).map_err(Reason::from),
        Err(error) => Err(Reason::NotFetched(words(&error, &registration.endpoint))),
    };
    Fetched { address, keys }
}

/// Compares the signature with the published keys; fetches what is missing, and once more when keys may have rolled.
pub(super) async fn verdict<P: Http>(
    ports: &P,
    token: &Secret,
    registration: &Registration,
    known: Option<&Configuration>,
    prefetched: Option<Fetched>,
    limit: Duration,
) -> Verdict {
    let jwt = match jwt::decode(token.expose()) {
        Ok(jwt) => jwt,
        Err(fault) => return Verdict::NotChecked(fault.into()),
    };
    let mut address = signature::key_address(&jwt, registration, known);
    if matches!(address, Err(Verdict::NotChecked(Reason::IssuerNotTrusted(_) | Reason::NoKeys(_))))
        && known.is_none()
        && let Claim::Present(issuer) = jwt.text("iss")
        && let Some(request) = discovery::request_for_issuer(issuer, &registration.endpoint, limit)
        && let Ok(answer) = ports.send(request).await
        && let Discovery::Known(configuration) = discovery::read(&answer)
    {
        address = signature::key_address(&jwt, registration, Some(&configuration));
    }
    let address = match address {
        Ok(address) => address,
        Err(verdict) => return verdict,
    };
    let prefetched = prefetched.filter(|fetched| fetched.address == address);
    // Keys that could not be fetched beside the token are worth a try of their own.
    let fetched = match prefetched.filter(|fetched| fetched.keys.is_ok()) {
        Some(fetched) => fetched,
        None => fetch(ports, address.clone(), registration, limit).await,
    };
    match compare(token, fetched) {
        Verdict::NotChecked(reason) if reason.is_worth_a_fetch() => {
            compare(token, fetch(ports, address, registration, limit).await)
        }
        verdict => verdict,
    }
}

fn compare(token: &Secret, fetched: Fetched) -> Verdict {
    match fetched.keys {
        Ok(keys) => signature::verify(token, &keys),
        Err(reason) => Verdict::NotChecked(reason),
    }
}

/// Why there was no answer, in words without the URL.
fn words(error: &TransportError, endpoint: &Endpoint) -> String {
    transport::explain(error, endpoint).title
}
