//! What a token endpoint said when it gave no token, explained.
//!
//! The catalogue says what a code means; the shape of the values that were sent says which of its causes it is.

mod evidence;
mod suspects;
mod words;

use super::catalogue;
use super::diagnosis::{Diagnosis, Evidence, Severity};
use super::discovery::realm::Realm;
use super::exchange::HttpAnswer;
use super::mask::Masker;
use super::oauth::{NoOauth, TokenError};
use super::powerbi;
use super::registration::Registration;
use super::setting::SettingName::{self, AppTenantId};
use super::status;
use super::text::head;
use super::time;

use evidence::evidence as evidence_of;
pub use evidence::{shown_body, shown_headers};
use suspects::Case;
use words::{by_status, by_word, no_token, redirect};

/// How much of the server's words is searched for codes, in bytes.
const LONGEST_SEARCH: usize = 16 * 1024;

/// The longest OAuth word that is taken for one, in characters.
const LONGEST_WORD: usize = 64;

/// Explains a refusal in words of OAuth: by Entra's number where there is one, else by the OAuth word.
///
/// `realm` is what is known of who checks the user's password.
pub fn explain(
    error: &TokenError,
    answer: &HttpAnswer,
    registration: &Registration,
    realm: Option<&Realm>,
    masker: &Masker,
) -> Diagnosis {
    let evidence = evidence_of(answer, Some(error), masker);
    let description = head(error.description.as_deref().unwrap_or_default(), LONGEST_SEARCH);
    let mut codes = error.codes.clone();
    codes.extend(catalogue::codes_in(description).into_iter().filter(|code| !error.codes.contains(code)));
    let ranked = catalogue::rank(&codes);
    let case = |code| Case { code, description, answer, registration, realm };
    let diagnosis = match ranked.first() {
        Some(&code) => by_code(&case(code)),
        None => match name(error, masker) {
            Some(word) => suspects::of_word(word, &case(0), by_word(word, registration)),
            None => by_status(answer.status, registration),
        },
    };
    fitted(diagnosis, answer, evidence)
}

/// Explains an answer that is none in words of OAuth. A page of Entra's may hold a number all the same.
pub fn explain_other(kind: NoOauth, answer: &HttpAnswer, registration: &Registration, masker: &Masker) -> Diagnosis {
    let evidence = evidence_of(answer, None, masker);
    let description = head(answer.body.expose(), LONGEST_SEARCH);
    let codes = catalogue::rank(&catalogue::codes_in(description));
    if let Some(&code) = codes.first() {
        let case = Case { code, description, answer, registration, realm: None };
        return fitted(by_code(&case), answer, evidence);
    }
    let diagnosis = match answer.status {
        200..=299 => no_token(kind, registration),
        300..=399 => redirect(answer, masker),
        status => by_status(status, registration),
    };
    let diagnosis = match kind {
        // Entra's own front door gives its pages an ID.
        NoOauth::Html if answer.status >= 500 && evidence.trace_id.is_none() && evidence.correlation_id.is_none() => {
            of_gateway(diagnosis)
        }
        // Of a proxy or firewall they speak already.
        NoOauth::Html if matches!(answer.status, 403 | 407) => diagnosis,
        NoOauth::Html if answer.status >= 300 => diagnosis.remedy(
            "The answer is a web page: most likely a proxy or gateway answered instead of the identity provider.",
        ),
        NoOauth::Empty if answer.status >= 300 => {
            diagnosis.remedy("The answer has no words: look into the log of whoever answered.")
        }
        _ => diagnosis,
    };
    let diagnosis = match suspects::middlebox(answer) {
        Some(name) => diagnosis.remedy(format!("The answer bears the marks of {name}; ask whoever runs it.")),
        None => diagnosis,
    };
    fitted(diagnosis, answer, evidence)
}

/// A fault that is told on a web page: a token endpoint tells its own in JSON.
fn of_gateway(mut diagnosis: Diagnosis) -> Diagnosis {
    diagnosis.remedies.insert(0, "Read the page in the response: it often says who answered.".to_owned());
    Diagnosis {
        action: "Wait a minute, then test; if it lasts, ask who runs the proxy or gateway.".to_owned(),
        cause: "A proxy or gateway answered with a web page; a token endpoint answers in JSON.".to_owned(),
        ..diagnosis
    }
}

/// How long to wait where an answer does not say it, in seconds.
const USUAL_WAIT: u64 = 60;

/// How the remedy begins that wants the IDs of the answer kept.
const KEEP_IDS: &str = "Keep Trace ID";

/// Fits the words to what the answer carries: how long to wait, the server's words, and the IDs.
fn fitted(mut diagnosis: Diagnosis, answer: &HttpAnswer, evidence: Evidence) -> Diagnosis {
    if diagnosis.action.starts_with("Wait ")
        && let Some((how_long, rest)) = diagnosis.action.split_once(", then test")
    {
        let wanted = powerbi::retry_after(answer).map(|wait| wait.as_secs()).filter(|seconds| *seconds > 0);
        let is_open = how_long.contains("Retry-After");
        if let Some(wait) = wanted.or(is_open.then_some(USUAL_WAIT)) {
            diagnosis.action = format!("Wait {}, then test{rest}", time::span(wait));
        }
    }
    if evidence.trace_id.is_none() && evidence.correlation_id.is_none() {
        diagnosis.remedies.retain(|remedy| !remedy.starts_with(KEEP_IDS));
    }
    if diagnosis.cause.is_empty() {
        diagnosis.cause = evidence.words.clone().unwrap_or_default();
    }
    diagnosis.with_evidence(evidence)
}

/// The summary line of the stage: `401 invalid_client, AADSTS7000215`, or `429 Too Many Requests` without an OAuth word.
pub fn summary(error: Option<&TokenError>, answer: &HttpAnswer, diagnosis: &Diagnosis, masker: &Masker) -> String {
    let word = error.and_then(|error| name(error, masker)).map(|word| format!(" {word}")).unwrap_or_default();
    let is_repeated = word.trim() == diagnosis.code || diagnosis.code.starts_with("HTTP");
    let code = if is_repeated { String::new() } else { format!(", {}", diagnosis.code) };
    let status = if word.is_empty() { status::words(answer.status) } else { answer.status.to_string() };
    format!("{status}{word}{code}")
}

/// The OAuth word, if it is one: a name and no text, and nothing that has to be masked.
fn name<'a>(error: &'a TokenError, masker: &Masker) -> Option<&'a str> {
    let word = error.error.as_deref()?;
    let is_name = (1..=LONGEST_WORD).contains(&word.len())
        && word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
    (is_name && masker.mask(word) == word).then_some(word)
}

fn by_code(case: &Case) -> Diagnosis {
    let mut diagnosis = numbered(case.code, case.answer.status);
    diagnosis.setting = diagnosis.setting.map(|setting| setting_in(setting, case.registration));
    if catalogue::entra(case.code).is_none() {
        return diagnosis;
    }
    suspects::rank(case, diagnosis)
}

/// Says what the catalogue knows of an AADSTS number, without knowing the settings or the answer.
pub fn by_number(code: u32) -> Diagnosis {
    numbered(code, 0)
}

fn numbered(code: u32, status: u16) -> Diagnosis {
    let name = format!("AADSTS{code}");
    let look_up = format!("https://login.microsoftonline.com/error?code={code} shows what Microsoft says about it.");
    let Some(entry) = catalogue::entra(code) else {
        let family = catalogue::family_of_unknown(code);
        let title = family.map_or_else(
            || "Entra ID refused".to_owned(),
            |family| format!("Entra ID refused: {}", catalogue::family_title(family).to_lowercase()),
        );
        let sentence = family.map(catalogue::family_sentence).unwrap_or_default();
        let why = [sentence, status_sentence(status)].join(" ");
        return failure(name, title, "Read the server's words below, and look the code up.")
            .because(why.trim())
            .remedy(look_up)
            .remedy("Keep Trace ID, Correlation ID and Timestamp: support finds the request by them.");
    };
    let action = entry
        .action
        .or_else(|| entry.remedies.first().cloned())
        .unwrap_or_else(|| "Read the server's words below, and look the code up.".to_owned());
    let why = entry.cause.unwrap_or_else(|| {
        [catalogue::family_sentence(entry.family), status_sentence(status)].join(" ").trim().to_owned()
    });
    let mut diagnosis = failure(name, entry.title, action).because(why);
    diagnosis.setting = entry.setting;
    diagnosis.remedies = entry.remedies;
    if !entry.detailed {
        diagnosis = diagnosis.remedy(look_up);
    }
    diagnosis
}

/// What the status alone says of a refusal that Entra itself gave.
const fn status_sentence(status: u16) -> &'static str {
    match status {
        400 => "HTTP 400: Entra minds the request or the user, not the app's credential.",
        401 => "HTTP 401: Entra did not accept the app's credential.",
        403 => "HTTP 403: something refused, most likely before Entra.",
        429 => "HTTP 429: too many requests; wait before the next one.",
        500..=599 => "The status says that the fault is on Entra's side or on a proxy's; it may pass.",
        _ => "",
    }
}

/// The tenant stands in AppTenantId or, literally, in AuthTokenUrl.
fn setting_in(setting: SettingName, registration: &Registration) -> SettingName {
    if setting == AppTenantId { registration.tenant_setting } else { setting }
}

fn failure(
    code: impl Into<std::borrow::Cow<'static, str>>,
    title: impl Into<String>,
    action: impl Into<String>,
) -> Diagnosis {
    Diagnosis::new(Severity::Error, code, title, action)
}

#[cfg(test)]
mod tests;
