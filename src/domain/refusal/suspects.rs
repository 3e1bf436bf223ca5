//! Differential diagnosis: which of the causes of a code it is, by the shape of the values that were sent.
//!
//! A code of Entra's has several causes, and the values that we hold speak for one of them. Every module lists those
//! that fit, the likeliest first: the first takes the place of the catalogue's action, the others come before its
//! remedies. Where nothing in the values stands out, the catalogue's words remain.

mod app;
mod request;
mod resource;
mod secret;
mod tenant;
mod user;

use crate::domain::catalogue;
use crate::domain::diagnosis::Diagnosis;
use crate::domain::discovery::realm::Realm;
use crate::domain::endpoint::Trust;
use crate::domain::exchange::HttpAnswer;
use crate::domain::registration::Registration;
use crate::domain::secret::Secret;
use crate::domain::setting::SettingName;
use crate::domain::shape;

/// What a refusal is judged by.
pub(super) struct Case<'a> {
    /// Entra's number; 0 when there is none.
    pub(super) code: u32,
    /// The server's words as they came.
    pub(super) description: &'a str,
    /// The whole answer.
    pub(super) answer: &'a HttpAnswer,
    /// What was sent.
    pub(super) registration: &'a Registration,
    /// Who checks the user's password, if that is known.
    pub(super) realm: Option<&'a Realm>,
}

impl Case<'_> {
    fn secret(&self) -> Option<&str> {
        self.registration.client_secret.as_ref().map(Secret::expose)
    }

    fn tenant(&self) -> &str {
        self.registration.tenant.as_deref().unwrap_or_default()
    }

    /// Whether the server's words hold that text, ignoring case.
    fn says(&self, text: &str) -> bool {
        self.description.to_ascii_lowercase().contains(text)
    }

    /// The text in the first quotes that follow `label` in the server's words.
    fn quoted_after(&self, label: &str) -> Option<&str> {
        let (_, after) = self.description.split_once(label)?;
        after.split('\'').nth(1).filter(|text| !text.is_empty())
    }
}

/// One cause that fits.
struct Suspect {
    setting: Option<SettingName>,
    /// One sentence in the imperative of at most 100 characters.
    action: String,
    cause: String,
}

impl Suspect {
    fn new(setting: SettingName, action: impl Into<String>, cause: impl Into<String>) -> Self {
        Self { setting: Some(setting), action: action.into(), cause: cause.into() }
    }
}

/// Puts the cause that fits best into the diagnosis; the others become remedies before those of the catalogue.
fn apply(suspects: Vec<Suspect>, mut diagnosis: Diagnosis) -> Diagnosis {
    let mut suspects = suspects.into_iter();
    let Some(first) = suspects.next() else { return diagnosis };
    let others: Vec<String> = suspects.map(|suspect| suspect.action).filter(|action| *action != first.action).collect();
    diagnosis.setting = first.setting;
    diagnosis.action = first.action;
    if !first.cause.is_empty() {
        diagnosis.cause = first.cause;
    }
    diagnosis.remedies.splice(0..0, others);
    diagnosis
}

/// Ranks the causes of Entra's codes.
pub(super) fn rank(case: &Case, diagnosis: Diagnosis) -> Diagnosis {
    let family = catalogue::entra(case.code).map(|entry| entry.family);
    match case.code {
        // The umbrella, alone: its words tell which of the two meanings it has.
        70_002 | 90_014 if case.says("client_secret") => apply(secret::missing(case), diagnosis),
        7_000_216 | 7_000_218 | 7_000_219 => apply(secret::missing(case), diagnosis),
        50_012 | 70_002 | 7_000_215 => secret::compared(case, apply(secret::refused(case), diagnosis)),
        7_000_222 => apply(secret::expired(case), diagnosis),
        700_025 | 9_002_319 => apply(secret::unwanted(case), diagnosis),
        70_001 | 90_112 | 700_016 | 700_038 | 7_000_217 => apply(app::unknown(case), diagnosis),
        // The app is registered somewhere, so its ID is right: only the tenant can be wrong, or consent be missing.
        7_000_229 => app::with_consent_links(case, apply(tenant::elsewhere(case), diagnosis)),
        65_002 => apply(app::of_microsoft(case), diagnosis),
        65_001 | 65_004 | 90_094 | 90_095 | 650_056 => app::consent(case, diagnosis),
        650_057 | 65_005 => apply(resource::not_listed(case), diagnosis),
        50_105 | 501_051 => apply(app::assignment(case), diagnosis),
        50_059 | 50_128 | 50_194 | 90_002 | 90_019 | 90_038 | 650_059 | 900_021 | 900_023 | 900_439 | 1_002_026
        | 9_001_023 => tenant::with_domain(case, apply(tenant::unknown(case), diagnosis)),
        900_382 | 900_432 => apply(tenant::of_another_cloud(case), diagnosis),
        28_002 | 28_003 | 50_001 | 70_011 | 90_009 | 90_102 | 500_011 | 500_013 | 650_052 | 1_002_012 => {
            apply(resource::unknown(case), diagnosis)
        }
        50_020 | 50_034 | 51_004 | 90_072 | 16_003 | 500_200 | 500_207 | 500_208 => {
            apply(user::unknown(case), diagnosis)
        }
        50_126 | 50_064 | 50_056 => user::with_federation(case, apply(user::refused(case), diagnosis)),
        900_144 | 900_143 | 90_014 | 90_100 => apply(request::field_missing(case), diagnosis),
        9_002_313 | 9_002_338 => apply(request::malformed(case), diagnosis),
        _ if family == Some("mfa") || family == Some("conditional-access") => user::policy(case, diagnosis),
        50_005 | 50_131 => user::policy(case, diagnosis),
        _ => diagnosis,
    }
}

/// Ranks the causes of an OAuth word that came from Entra without a number.
pub(super) fn of_word(word: &str, case: &Case, diagnosis: Diagnosis) -> Diagnosis {
    match word {
        "invalid_client" if case.registration.endpoint.trust == Trust::Microsoft => {
            if case.says("client_secret") && case.says("must contain") {
                apply(secret::missing(case), diagnosis)
            } else {
                apply(secret::refused(case), diagnosis)
            }
        }
        _ => diagnosis,
    }
}

/// A text that has white space or quotes around it, or braces of a template.
fn wrapping(name: SettingName, text: &str) -> Option<Suspect> {
    if shape::has_outer_space(text) {
        return Some(Suspect::new(
            name,
            format!("Take the white space off both ends of {name}."),
            format!("{name} begins or ends with a blank, a line end or a zero-width character, which was sent along."),
        ));
    }
    if shape::has_quotes(text) {
        return Some(Suspect::new(
            name,
            format!("Take the quotes off {name}."),
            format!("{name} has quotes around it, which were sent along."),
        ));
    }
    let is_braced = text.starts_with(['{', '(', '<']) && text.ends_with(['}', ')', '>']);
    is_braced.then(|| {
        Suspect::new(
            name,
            format!("Take the braces off {name}."),
            format!("{name} has braces around it, which were sent along."),
        )
    })
}

/// Who stands between, by the marks in headers and page.
pub(super) fn middlebox(answer: &HttpAnswer) -> Option<&'static str> {
    const MARKS: [(&str, &str); 12] = [
        ("zscaler", "Zscaler"),
        ("squid", "the proxy Squid"),
        ("forcepoint", "Forcepoint"),
        ("websense", "Forcepoint"),
        ("fortigate", "FortiGate"),
        ("fortinet", "FortiGate"),
        ("netskope", "Netskope"),
        ("cisco umbrella", "Cisco Umbrella"),
        ("bluecoat", "the proxy Blue Coat"),
        ("cloudflare", "Cloudflare"),
        ("mcafee web gateway", "McAfee Web Gateway"),
        ("palo alto", "a firewall of Palo Alto"),
    ];
    let headers = ["server", "via", "x-squid-error", "proxy-agent"];
    let marked: String = headers.into_iter().filter_map(|name| answer.header(name)).collect::<Vec<_>>().join(" ");
    let text = format!("{marked} {}", answer.body.expose()).to_ascii_lowercase();
    MARKS.into_iter().find(|(mark, _)| text.contains(mark)).map(|(_, name)| name)
}
