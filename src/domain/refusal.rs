//! What a token endpoint said when it gave no token, explained.

use super::catalogue;
use super::diagnosis::{Diagnosis, Evidence, Severity};
use super::endpoint::Trust;
use super::exchange::HttpAnswer;
use super::mask::Masker;
use super::oauth::{self, NoOauth, TokenError};
use super::registration::{Grant, Registration};
use super::setting::SettingName::{self, AppTenantId, AuthTokenUrl, ClientId, ClientSecret, Password, Resource, User};
use super::shape;
use super::text::{ELLIPSIS, head, printable};

/// The longest body that is kept as evidence, in bytes; the same for the server's words.
const LONGEST_BODY: usize = 4096;

/// The longest value of a header that is kept as evidence, in bytes.
const LONGEST_HEADER: usize = 1024;

/// The longest trace or correlation ID, in bytes; real ones have 36.
const LONGEST_ID: usize = 128;

/// How much of the server's words is searched for codes, in bytes.
const LONGEST_SEARCH: usize = 16 * 1024;

/// The longest OAuth word that is taken for one, in characters.
const LONGEST_WORD: usize = 64;

/// Explains a refusal in words of OAuth: by Entra's number where there is one, else by the OAuth word.
pub fn explain(error: &TokenError, answer: &HttpAnswer, registration: &Registration, masker: &Masker) -> Diagnosis {
    let evidence = evidence(answer, Some(error), masker);
    let description = error.description.as_deref().unwrap_or_default();
    let mut codes = error.codes.clone();
    let searched = head(description, LONGEST_SEARCH);
    codes.extend(catalogue::codes_in(searched).into_iter().filter(|code| !error.codes.contains(code)));
    let ranked = catalogue::rank(&codes);
    let diagnosis = match ranked.first() {
        Some(&code) => by_code(code, description, registration),
        None => match name(error, masker) {
            Some(word) => by_word(word, registration),
            None => by_status(answer.status, registration),
        },
    };
    with_words(diagnosis, &evidence).with_evidence(evidence)
}

/// Explains an answer that is none in words of OAuth.
pub fn explain_other(kind: NoOauth, answer: &HttpAnswer, registration: &Registration, masker: &Masker) -> Diagnosis {
    let evidence = evidence(answer, None, masker);
    let diagnosis = match answer.status {
        200..=299 => no_token(kind),
        300..=399 => redirect(answer, masker),
        status => by_status(status, registration),
    };
    let diagnosis = match kind {
        NoOauth::Html if answer.status >= 300 => diagnosis.remedy(
            "The answer is a web page: most likely a proxy or gateway answered instead of the identity provider.",
        ),
        NoOauth::Empty if answer.status >= 300 => {
            diagnosis.remedy("The answer has no words: look into the log of whoever answered.")
        }
        _ => diagnosis,
    };
    with_words(diagnosis, &evidence).with_evidence(evidence)
}

/// The summary line of the stage: `401 invalid_client, AADSTS7000215`.
pub fn summary(error: Option<&TokenError>, answer: &HttpAnswer, diagnosis: &Diagnosis, masker: &Masker) -> String {
    let word = error.and_then(|error| name(error, masker)).map(|word| format!(" {word}")).unwrap_or_default();
    let is_repeated = word.trim() == diagnosis.code || diagnosis.code.starts_with("HTTP");
    let code = if is_repeated { String::new() } else { format!(", {}", diagnosis.code) };
    format!("{}{word}{code}", answer.status)
}

/// The OAuth word, if it is one: a name and no text, and nothing that has to be masked.
fn name<'a>(error: &'a TokenError, masker: &Masker) -> Option<&'a str> {
    let word = error.error.as_deref()?;
    let is_name = (1..=LONGEST_WORD).contains(&word.len())
        && word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
    (is_name && masker.mask(word) == word).then_some(word)
}

fn by_code(code: u32, description: &str, registration: &Registration) -> Diagnosis {
    let name = format!("AADSTS{code}");
    let Some(entry) = catalogue::entra(code) else {
        let family = catalogue::family_of_unknown(code).map(catalogue::family_sentence).unwrap_or_default();
        return failure(name, "Entra ID refused", "Read the server's words below, and look the code up.")
            .because(family)
            .remedy(format!(
                "https://login.microsoftonline.com/error?code={code} shows what Microsoft says about it."
            ));
    };
    let action = entry
        .action
        .or_else(|| entry.remedies.first().cloned())
        .unwrap_or_else(|| "Read the server's words below, and look the code up.".to_owned());
    let cause = entry.cause.unwrap_or_else(|| catalogue::family_sentence(entry.family).to_owned());
    let mut diagnosis = failure(name, entry.title, action).because(cause);
    diagnosis.setting = entry.setting.map(|setting| setting_in(setting, registration));
    diagnosis.remedies = entry.remedies;
    if !entry.detailed {
        diagnosis = diagnosis
            .remedy(format!("https://login.microsoftonline.com/error?code={code} shows what Microsoft says about it."));
    }
    match code {
        7_000_215 => secret_refused(diagnosis, registration),
        900_144 => field_missing(diagnosis, description),
        _ => diagnosis,
    }
}

/// The tenant stands in AppTenantId or, literally, in AuthTokenUrl.
fn setting_in(setting: SettingName, registration: &Registration) -> SettingName {
    if setting == AppTenantId { registration.tenant_setting } else { setting }
}

/// Says which of the known reasons fits the shape of the secret that was sent.
fn secret_refused(mut diagnosis: Diagnosis, registration: &Registration) -> Diagnosis {
    let Some(secret) = &registration.client_secret else { return diagnosis };
    if shape::is_guid(secret.expose()) {
        "The secret that was sent is none of this app's secrets: what you have is a GUID, so most likely the Secret ID was copied."
            .clone_into(&mut diagnosis.cause);
    }
    diagnosis
}

/// `'scope'` in the server's words names the field of the form that was missing.
fn field_missing(mut diagnosis: Diagnosis, description: &str) -> Diagnosis {
    let field = description.split('\'').nth(1).unwrap_or_default();
    diagnosis.setting = match field {
        "client_id" => Some(ClientId),
        "client_secret" | "client_assertion" => Some(ClientSecret),
        "scope" | "resource" => Some(Resource),
        "username" => Some(User),
        "password" => Some(Password),
        _ => diagnosis.setting,
    };
    diagnosis
}

/// The words of RFC 6749, section 5.2, and a few that are common beside them.
fn by_word(word: &str, registration: &Registration) -> Diagnosis {
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

fn by_status(status: u16, registration: &Registration) -> Diagnosis {
    let name = format!("HTTP{status}");
    // What the catalogue says of 403 holds for Entra, which never answers so; another provider may well.
    let is_entra = registration.endpoint.trust == Trust::Microsoft;
    if let Some(entry) = catalogue::http(status).filter(|_| is_entra || status != 403) {
        let action = entry.action.or_else(|| entry.remedies.first().cloned()).unwrap_or_default();
        let mut diagnosis = failure(name, entry.title, action).because(entry.cause.unwrap_or_default());
        diagnosis.setting = entry.setting.map(|setting| setting_in(setting, registration));
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

fn redirect(answer: &HttpAnswer, masker: &Masker) -> Diagnosis {
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

fn no_token(kind: NoOauth) -> Diagnosis {
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

/// The server's own words always follow the cause.
fn with_words(mut diagnosis: Diagnosis, evidence: &Evidence) -> Diagnosis {
    if diagnosis.cause.is_empty() {
        diagnosis.cause = evidence.words.clone().unwrap_or_default();
    }
    diagnosis
}

fn evidence(answer: &HttpAnswer, error: Option<&TokenError>, masker: &Masker) -> Evidence {
    let description = error.and_then(|error| error.description.as_deref());
    let from_body = |field: Option<&String>, label: &str| {
        field.cloned().or_else(|| description.and_then(|text| oauth::labelled(text, label)).map(str::to_owned))
    };
    let clean = |text: String| shown(&text, LONGEST_ID, masker);
    Evidence {
        status: Some(answer.status),
        headers: shown_headers(answer, masker),
        body: shown_body(answer, masker),
        trace_id: from_body(error.and_then(|error| error.trace_id.as_ref()), "Trace ID:")
            .or_else(|| answer.header("x-ms-request-id").map(str::to_owned))
            .map(clean),
        correlation_id: from_body(error.and_then(|error| error.correlation_id.as_ref()), "Correlation ID:")
            .or_else(|| answer.header("client-request-id").map(str::to_owned))
            .map(clean),
        timestamp: error.and_then(|error| error.timestamp.clone()).map(clean),
        words: description
            .map(|text| shown(oauth::words_of(text), LONGEST_BODY, masker))
            .filter(|words| !words.is_empty()),
    }
}

/// Headers for showing: secrets masked, cookies without their values, control characters out.
pub fn shown_headers(answer: &HttpAnswer, masker: &Masker) -> Vec<(String, String)> {
    let value = |name: &str, value: &str| {
        if name == "set-cookie" {
            let cookie = value.split('=').next().unwrap_or_default();
            format!("{}={}", shown(cookie, LONGEST_ID, masker), super::mask::MASKED)
        } else {
            shown(value, LONGEST_HEADER, masker)
        }
    };
    answer.headers.iter().map(|(name, text)| (shown(name, LONGEST_ID, masker), value(name, text))).collect()
}

/// The body for showing: masked, control characters out, cut at 4 KiB.
pub fn shown_body(answer: &HttpAnswer, masker: &Masker) -> String {
    let text = masker.mask(answer.body.expose());
    let clean = super::text::printable_lines(&text);
    let cut = head(&clean, LONGEST_BODY);
    if cut.len() < clean.len() { format!("{cut}\n(cut at 4 KiB)") } else { cut.to_owned() }
}

/// A text of the server for showing on one line: masked first, then cut, so that no secret is cut in two.
fn shown(text: &str, longest: usize, masker: &Masker) -> String {
    let harmless = masker.mask(text);
    let clean = printable(&harmless);
    let cut = head(&clean, longest);
    if cut.len() < clean.len() { format!("{cut}{ELLIPSIS}") } else { cut.to_owned() }
}

fn failure(
    code: impl Into<std::borrow::Cow<'static, str>>,
    title: impl Into<String>,
    action: impl Into<String>,
) -> Diagnosis {
    Diagnosis::new(Severity::Error, code, title, action)
}
