//! Finds in a pasted error what can be looked up: codes, names, statuses, IDs, a challenge.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde_json::Value;

use super::network::{self, Phrase};
use crate::domain::catalogue::{self, oauth, powerbi};
use crate::domain::mask::{MASKED, Masker};
use crate::domain::shape;
use crate::domain::text::{is_bidi_control, printable};

/// The longest quotation of a server's words, in characters.
const LONGEST_WORDS: usize = 600;

/// What stands in the place of a name of a person.
pub const PERSONAL: &str = "[personal]";

/// What was found in a text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Message {
    /// AADSTS numbers, the most telling first.
    pub entra: Vec<u32>,
    /// Errors of Power BI, in the order of their table.
    pub powerbi: Vec<&'static powerbi::Entry>,
    /// Texts of .NET, curl and others about the network.
    pub network: Vec<&'static Phrase>,
    /// Words of OAuth.
    pub oauth: Vec<&'static oauth::Entry>,
    /// HTTP statuses from 400 on.
    pub statuses: Vec<u16>,
    /// Who the text is about.
    pub place: Place,
    /// What a policy or Power BI demands.
    pub challenge: Option<Challenge>,
    /// The server's own words after the leading AADSTS number, masked.
    pub words: Option<String>,
    /// IDs for whoever looks into the logs.
    pub ids: Ids,
}

/// Who answered, as far as the text tells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Place {
    /// It does not tell.
    #[default]
    Unknown,
    /// The sign-in host.
    SignIn,
    /// The REST API of Power BI.
    PowerBi,
}

/// A claims challenge, decoded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Challenge {
    /// IDs of Conditional Access policies (`capolids`).
    pub policies: Vec<String>,
    /// Whether a newer token is demanded (`nbf`): the old one was revoked.
    pub is_revoked: bool,
    /// Authentication contexts that are demanded (`acrs`).
    pub contexts: Vec<String>,
}

/// IDs and the time of a failure, as written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ids {
    /// Entra's trace ID.
    pub trace: Option<String>,
    /// The correlation ID.
    pub correlation: Option<String>,
    /// The request ID of a portal or of Power BI.
    pub request: Option<String>,
    /// The activity ID of Power BI.
    pub activity: Option<String>,
    /// The time of the failure.
    pub timestamp: Option<String>,
}

impl Message {
    /// Returns whether nothing was recognised; IDs alone explain nothing.
    pub fn is_empty(&self) -> bool {
        self.entra.is_empty()
            && self.powerbi.is_empty()
            && self.network.is_empty()
            && self.oauth.is_empty()
            && self.statuses.is_empty()
            && self.challenge.is_none()
    }
}

/// Reads a text that [`super::clean`] has been through.
pub fn read(text: &str) -> Message {
    let challenge_text = decoded_challenge(text);
    let challenge = challenge(&challenge_text).or_else(|| challenge(text));
    let numbers = bare_numbers(text);
    let entra = match numbers.as_slice() {
        [] => codes(text),
        numbers => numbers.iter().copied().filter(|number| *number > 999).collect(),
    };
    let entra = catalogue::rank(&entra);
    let small = text.to_lowercase();
    let place = place(&small);
    let mut statuses: Vec<u16> = numbers.iter().filter_map(|number| u16::try_from(*number).ok()).collect();
    statuses.retain(|status| (400..600).contains(status));
    if numbers.is_empty() {
        statuses = self::statuses(&small);
    }
    Message {
        words: entra.first().and_then(|code| words(text, *code)),
        powerbi: powerbi::found_in(&small),
        network: network::found_in(&small),
        oauth: oauth::found_in(&small),
        entra,
        statuses,
        place,
        challenge,
        ids: ids(text),
    }
}

/// The numbers of a text that holds nothing else: `7000215`, `[70002,50126]`, `429`.
fn bare_numbers(text: &str) -> Vec<u32> {
    let is_bare = text.chars().all(|letter| letter.is_ascii_digit() || " ,;[]()#\n\t".contains(letter));
    if !is_bare {
        return Vec::new();
    }
    let digits = text.split(|letter: char| !letter.is_ascii_digit());
    digits.filter(|digits| (3..=9).contains(&digits.len())).filter_map(|digits| digits.parse().ok()).collect()
}

/// AADSTS numbers, also where a line break stands within the name or within the number.
fn codes(text: &str) -> Vec<u32> {
    let found = catalogue::codes_in(&healed(text));
    let is_listed = |code: &u32| catalogue::entra(*code).is_some();
    if found.iter().any(is_listed) {
        return found;
    }
    let joined: String = text.lines().map(str::trim).collect();
    let joined: Vec<u32> = catalogue::codes_in(&joined).into_iter().filter(is_listed).collect();
    if joined.is_empty() { found } else { joined }
}

/// Takes out the line break in `AADSTS70002`, line end, `15: …`: the colon shows where the number ends.
fn healed(text: &str) -> String {
    let mut healed = String::with_capacity(text.len());
    let mut previous = "";
    for line in text.split_inclusive('\n') {
        let head = previous.trim_end();
        let name = head.trim_end_matches(|letter: char| letter.is_ascii_digit());
        let tail = line.trim_start();
        let rest = tail.trim_start_matches(|letter: char| letter.is_ascii_digit());
        let is_code = name.len() < head.len()
            && name
                .len()
                .checked_sub(6)
                .and_then(|at| name.get(at..))
                .is_some_and(|n| n.eq_ignore_ascii_case("aadsts"));
        if is_code && rest.len() < tail.len() && rest.starts_with(':') {
            healed.truncate(healed.len() - (previous.len() - head.len()));
            healed.push_str(tail);
        } else {
            healed.push_str(line);
        }
        previous = line;
    }
    healed
}

fn place(small: &str) -> Place {
    let is_about = |words: &[&str]| words.iter().any(|word| small.contains(word));
    if is_about(&[
        "api.powerbi",
        ".powerbigov.us",
        "/myorg",
        "x-powerbi",
        "microsoft.powerbi.api",
        "powerbiclient",
        "powerbi-rest",
        "microsoft.rest.",
        "httpoperationexception",
        "generatetoken",
        "invoke-powerbi",
        "get-powerbi",
    ]) {
        Place::PowerBi
    } else if is_about(&["login.microsoft", "login.windows.net", "oauth2", "x-ms-ests", "msal", "sts.windows.net"]) {
        Place::SignIn
    } else {
        Place::Unknown
    }
}

/// What stands before a status, in small letters.
const BEFORE_STATUS: [&str; 18] = [
    "does not indicate success:",
    "http/1.0",
    "http/1.1",
    "http/2",
    "http/3",
    "status code",
    "statuscode",
    "status-code",
    "status_code",
    "\"status\"",
    "status:",
    "status",
    "returned error:",
    "returned an error:",
    "http error",
    "http status",
    "response",
    "http",
];

/// Reasons in the place of a status, as .NET writes them.
const REASONS: [(&str, u16); 13] = [
    ("badrequest", 400),
    ("bad request", 400),
    ("unauthorized", 401),
    ("forbidden", 403),
    ("notfound", 404),
    ("not found", 404),
    ("toomanyrequests", 429),
    ("too many requests", 429),
    ("internalservererror", 500),
    ("internal server error", 500),
    ("badgateway", 502),
    ("serviceunavailable", 503),
    ("service unavailable", 503),
];

/// HTTP statuses from 400 to 599 that a text names as such, in order.
fn statuses(small: &str) -> Vec<u16> {
    let mut found: Vec<(usize, u16)> = Vec::new();
    for marker in BEFORE_STATUS {
        for (position, _) in small.match_indices(marker) {
            let rest = small.get(position + marker.len()..).unwrap_or_default();
            let rest = rest.trim_start_matches(|letter: char| letter.is_whitespace() || ":='\"([,".contains(letter));
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let number = rest.get(..3).filter(|_| digits == 3).and_then(|digits| digits.parse().ok());
            let named = || REASONS.iter().find(|(reason, _)| rest.starts_with(reason)).map(|(_, status)| *status);
            if let Some(status) = number.or_else(named).filter(|status| (400..600).contains(status)) {
                found.push((position, status));
            }
        }
    }
    for (reason, status) in REASONS {
        let numbered = [
            format!("{status} {reason}"),
            format!("{status} ({reason})"),
            format!("({status}) {reason}"),
            format!("{reason} ({status})"),
        ];
        let positions = numbered.iter().filter_map(|text| small.find(text.as_str()));
        // The reason alone, as a log line or an exception may have it.
        let alone = small.trim().trim_matches(['.', '"', '\'', '!']).trim().eq(reason).then_some(0);
        found.extend(positions.chain(alone).map(|position| (position, status)));
    }
    found.sort_by_key(|(position, _)| *position);
    let mut statuses: Vec<u16> = Vec::new();
    for (_, status) in found {
        if !statuses.contains(&status) {
            statuses.push(status);
        }
    }
    statuses
}

/// The value of `claims="…"` in a `WWW-Authenticate` header, which is base64; empty when there is none.
fn decoded_challenge(text: &str) -> String {
    text.match_indices("claims=")
        .filter_map(|(at, marker)| {
            let value = text.get(at + marker.len()..)?.trim_start_matches(['"', '\'']);
            let length =
                value.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte)).count();
            let value = value.get(..length)?;
            let bytes = STANDARD_NO_PAD.decode(value).or_else(|_| URL_SAFE_NO_PAD.decode(value)).ok()?;
            String::from_utf8(bytes).ok()
        })
        .collect()
}

/// Reads `{"access_token":{"capolids":…}}` out of a text.
fn challenge(text: &str) -> Option<Challenge> {
    let start = text.match_indices('{').map(|(at, _)| at).find(|at| {
        let tail = text.get(at + 1..).unwrap_or_default().trim_start();
        tail.strip_prefix("\"access_token\"").is_some_and(|rest| {
            rest.trim_start().strip_prefix(':').is_some_and(|rest| rest.trim_start().starts_with('{'))
        })
    })?;
    let mut values = serde_json::Deserializer::from_str(text.get(start..)?).into_iter::<Value>();
    let value = values.next()?.ok()?;
    let demands = value.get("access_token")?;
    let list = |name: &str| -> Vec<String> {
        let of = |value: &Value| value.as_str().map(|text| printable(text).into_owned());
        let demand = demands.get(name);
        let many = demand.and_then(|demand| demand.get("values")).and_then(Value::as_array);
        let one = demand.and_then(|demand| demand.get("value")).and_then(of);
        many.map(|items| items.iter().filter_map(of).collect()).or(one.map(|one| vec![one])).unwrap_or_default()
    };
    Some(Challenge {
        policies: list("capolids").into_iter().filter(|id| shape::is_guid(id)).collect(),
        is_revoked: demands.get("nbf").is_some(),
        contexts: list("acrs"),
    })
}

/// The server's words behind a number, to the IDs or to the end of the text that holds them.
fn words(text: &str, code: u32) -> Option<String> {
    let name = format!("aadsts{code}");
    let at = text.to_ascii_lowercase().find(&name)?;
    let rest = text.get(at + name.len()..)?.trim_start_matches([':', ' ', '\n']);
    let ends = [
        "Trace ID",
        "Trace+ID",
        "trace_id",
        "\",",
        "\"}",
        "\"]",
        "&error_uri",
        "&state=",
        "\n   at ",
        "\n\tat ",
        "\n  at ",
        "\n at ",
        "</",
        "\n\n",
        "\nTraceback",
        "'}",
        "\nStatusCode",
        "\nHeaders",
        "AADSTS",
        "{\"",
        "Correlation ID",
    ];
    let end = ends.iter().filter_map(|end| rest.find(end)).min().unwrap_or(rest.len());
    let words = rest.get(..end)?;
    let words = if words.contains('+') && !words.contains(' ') { words.replace('+', " ") } else { words.to_owned() };
    let words = quoted(&words);
    (words.chars().any(char::is_alphabetic)).then_some(words)
}

/// A text of a server for showing: on one line, without tokens, secrets and names of persons, cut.
pub(super) fn quoted(text: &str) -> String {
    let masked = Masker::default().mask(text);
    let words: Vec<String> = printable(&masked).split_whitespace().map(without_person).collect();
    let words = words.join(" ");
    let cut: String = words.trim().trim_end_matches(['"', '\'', ',', '\\']).chars().take(LONGEST_WORDS).collect();
    if cut.chars().count() == LONGEST_WORDS { format!("{cut}...") } else { cut }
}

/// Masks a word that is an address of a person, a secret of Entra's shape, or the value of a secret field.
fn without_person(word: &str) -> String {
    let core = word.trim_matches(|letter: char| !letter.is_alphanumeric() && letter != '~' && letter != '_');
    let is_address = core.split_once('@').is_some_and(|(name, host)| !name.is_empty() && shape::is_domain(host));
    let field = ["client_secret=", "password=", "refresh_token=", "access_token=", "client_assertion="]
        .into_iter()
        .find_map(|field| word.find(field).map(|at| at + field.len()));
    if is_address {
        word.replace(core, PERSONAL)
    } else if super::token::is_client_secret(core) {
        word.replace(core, MASKED)
    } else if let Some(kept) = field.and_then(|at| word.get(..at)) {
        format!("{kept}{MASKED}")
    } else {
        word.to_owned()
    }
}

fn ids(text: &str) -> Ids {
    // Changes no lengths, so positions hold in both.
    let small = text.to_ascii_lowercase();
    let find = |labels: &[&str]| labels.iter().find_map(|label| guid_after(text, &small, label));
    Ids {
        trace: find(&["trace id", "trace_id", "traceid", "trace+id", "x-ms-request-id"]),
        correlation: find(&[
            "correlation id",
            "correlation_id",
            "correlationid",
            "correlation+id",
            "client-request-id",
        ]),
        request: find(&["request id", "\"request_id", "requestid"]),
        activity: find(&["activity id", "activityid"]),
        timestamp: ["timestamp", "\ntime:", "date:"].iter().find_map(|label| time_after(text, &small, label)),
    }
}

fn after(text: &str, at: usize) -> Option<&str> {
    let marks = |letter: char| letter.is_whitespace() || "\"'\\:=+#[(".contains(letter);
    text.get(at..).map(|rest| rest.trim_start_matches(marks))
}

fn guid_after(text: &str, small: &str, label: &str) -> Option<String> {
    small
        .match_indices(label)
        .filter_map(|(at, label)| after(text, at + label.len())?.get(..36))
        .find(|guid| shape::is_guid(guid))
        .map(str::to_owned)
}

/// `2024-07-15 11:14:02Z` or with a `T`.
fn time_after(text: &str, small: &str, label: &str) -> Option<String> {
    small.match_indices(label).find_map(|(at, label)| {
        let rest = after(text, at + label.len())?;
        let is_time = |letter: &char| letter.is_ascii_digit() || "-:.T +Z".contains(*letter);
        let time: String = rest.chars().take_while(is_time).take(32).collect();
        let time = time.split_inclusive('Z').next().unwrap_or_default().trim().replace('+', " ");
        let looks_right = time.len() >= 19 && time.starts_with(|letter: char| letter.is_ascii_digit());
        (looks_right && !time.contains(is_bidi_control)).then_some(time)
    })
}

#[cfg(test)]
mod tests;
