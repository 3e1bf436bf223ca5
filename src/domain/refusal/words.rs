//! Refusals without a number of Entra's: by the OAuth word, by the HTTP status, or by the kind of answer.

use super::evidence::{LONGEST_HEADER, shown};
use super::failure;
use crate::domain::catalogue;
use crate::domain::diagnosis::Diagnosis;
use crate::domain::endpoint::Trust;
use crate::domain::exchange::HttpAnswer;
use crate::domain::mask::Masker;
use crate::domain::oauth::NoOauth;
use crate::domain::registration::{Grant, Registration};
use crate::domain::setting::SettingName::{AuthTokenUrl, ClientId, ClientSecret, Password, Resource};

/// The words of RFC 6749, section 5.2, and a few that are common beside them.
pub(super) fn by_word(word: &str, registration: &Registration) -> Diagnosis {
    let is_password = matches!(registration.grant, Grant::Password { .. });
    let code = word.to_owned();
    match word {
        "invalid_client" => failure(
            code,
            "The client was not accepted",
            "Check ClientId and ClientSecret against the app registration.",
        )
        .at(ClientSecret)
        .because("The provider does not know this client, or its secret is wrong.")
        .remedy("Copy both again, without blanks or quotes."),
        "invalid_grant" if is_password => failure(
            code,
            "User or password was not accepted",
            "Check User and Password by signing in with them in a browser.",
        )
        .at(Password)
        .because("The provider accepted the client and refused the user.")
        .remedy("Do not repeat the attempt with the same password: failures count towards a lockout."),
        "invalid_grant" => {
            failure(code, "The grant was not accepted", "Have the provider allow this grant to the client.")
                .because("The provider does not accept the grant that was used.")
        }
        "unauthorized_client" => failure(
            code,
            "The client may not use this grant",
            "Have the grant allowed for this client at the provider.",
        )
        .at(ClientId)
        .because(format!("The provider knows the client, but does not allow it {}.", registration.grant_name().word())),
        "unsupported_grant_type" => failure(
            code,
            "The provider does not offer this grant",
            "Check that AuthTokenUrl is the token endpoint of the right provider.",
        )
        .at(AuthTokenUrl)
        .because(format!("It does not offer {}.", registration.grant_name().word())),
        "invalid_scope" | "invalid_target" | "invalid_resource" => failure(
            code,
            "The resource was not accepted",
            "Check Resource: the provider has to know it by exactly that name.",
        )
        .at(Resource)
        .because("The provider does not issue tokens for what was asked."),
        "invalid_request" => {
            failure(code, "The request was not accepted", "Read the server's words; check AuthTokenUrl first.")
                .at(AuthTokenUrl)
                .because("The provider misses a field, or minds one that was sent.")
        }
        "temporarily_unavailable" | "server_error" => {
            failure(code, "The provider cannot answer now", "Wait a minute and test again.")
                .because("The fault is on its side.")
        }
        _ => failure(code, "The provider refused", "Read the server's words, and ask whoever runs the provider.")
            .because("It gave a reason that is none of the common ones."),
    }
}

pub(super) fn by_status(status: u16, registration: &Registration) -> Diagnosis {
    let name = format!("HTTP{status}");
    // What the catalogue says of 403 holds for Entra, which never answers so; another provider may well.
    let is_entra = registration.endpoint.trust == Trust::Microsoft;
    if let Some(entry) = catalogue::http(status).filter(|_| is_entra || status != 403) {
        let action = entry.action.or_else(|| entry.remedies.first().cloned()).unwrap_or_default();
        let mut diagnosis = failure(name, entry.title, action).because(entry.cause.unwrap_or_default());
        diagnosis.setting = entry.setting.map(|setting| super::setting_in(setting, registration));
        diagnosis.remedies = entry.remedies;
        return diagnosis;
    }
    match status {
        400 => failure(name, "The request was not accepted", "Check AuthTokenUrl: is it the token endpoint?")
            .at(AuthTokenUrl)
            .because("Whoever answered minds the request, in no words of OAuth."),
        401 => failure(name, "The client was not accepted", "Check ClientId and ClientSecret against the app registration.")
            .at(ClientSecret)
            .because("The answer is 401 Unauthorized, in no words of OAuth."),
        403 => failure(name, "Access was refused", "Check ClientId and ClientSecret, and whether this client may ask for a token here.")
            .at(ClientId)
            .because("The answer is 403 Forbidden, in no words of OAuth: the provider or something before it lets this client through no further."),
        408 => failure(name, "The server gave up waiting", "Test again.").because("The request did not reach it in time."),
        413 | 414 | 431 => failure(name, "The request is too long", "Check the values for text that was pasted by mistake.")
            .because("A token request is below two thousand bytes."),
        402 | 404..=407 | 409..=412 | 415..=430 | 432..=499 => failure(name, format!("The answer is HTTP {status}"), "Check that AuthTokenUrl is the token endpoint of the provider.")
            .at(AuthTokenUrl)
            .because("Whoever answered minds the request, in no words of OAuth."),
        500..=599 => failure(name, "The server has a fault", "Wait a minute and test again.").because("The fault is on the other side, or on a proxy's."),
        _ => failure(name, format!("The answer is HTTP {status}"), "Check that AuthTokenUrl is the token endpoint of the provider.")
            .at(AuthTokenUrl)
            .because("That is no answer that a token endpoint gives."),
    }
}

pub(super) fn redirect(answer: &HttpAnswer, masker: &Masker) -> Diagnosis {
    let target = answer.header("location").map(|place| shown(place, LONGEST_HEADER, masker)).unwrap_or_default();
    let cause = if target.is_empty() {
        "It was not followed.".to_owned()
    } else {
        format!("It points to {target} and was not followed, since secrets go nowhere else.")
    };
    failure(
        format!("HTTP{}", answer.status),
        "The answer is a redirect",
        "Check AuthTokenUrl: a token endpoint never redirects.",
    )
    .at(AuthTokenUrl)
    .because(cause)
    .remedy("A page to sign in at a proxy or network looks like this, too.")
}

pub(super) fn no_token(kind: NoOauth, registration: &Registration) -> Diagnosis {
    if kind == NoOauth::Html && registration.endpoint.url.path().trim_end_matches('/').ends_with("/authorize") {
        return failure(
            "html-answer",
            "The answer is a sign-in page",
            "End AuthTokenUrl with /oauth2/token: /authorize is the page for browsers.",
        )
        .at(AuthTokenUrl)
        .because("The address in AuthTokenUrl is the one to which a browser is sent; tokens are asked for beside it.");
    }
    let (code, title, cause) = match kind {
        NoOauth::Html => (
            "html-answer",
            "The answer is a web page",
            "A proxy, a gateway or a sign-in page answered; a token endpoint answers in JSON.",
        ),
        NoOauth::Empty => {
            ("empty-answer", "The answer is empty", "The status says success, but there is no token in it.")
        }
        NoOauth::NoToken => {
            ("no-token", "The answer holds no token", "It is JSON and says success, but has no access_token.")
        }
        NoOauth::OtherJson | NoOauth::Text => (
            "not-oauth",
            "The answer is none of a token endpoint",
            "The status says success, but the body is no object with an access_token.",
        ),
        NoOauth::TooLong => (
            "answer-too-long",
            "The answer is too long",
            "A token endpoint answers in a few thousand bytes; reading stopped at the limit.",
        ),
    };
    failure(code, title, "Check AuthTokenUrl: another server than the token endpoint answered.")
        .at(AuthTokenUrl)
        .because(cause)
}
