//! The value of a proxy variable.

use percent_encoding::percent_decode_str;
use url::Host;

use crate::domain::secret::Secret;

/// How a proxy is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// In plain text, which is what nearly all proxies expect, for https targets too.
    Http,
    /// With TLS to the proxy itself.
    Https,
    /// SOCKS, which .NET speaks and this program does not.
    Socks,
}

/// A proxy that a variable names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proxy {
    /// How it is spoken to.
    pub scheme: Scheme,
    /// Its name or address, without the brackets of IPv6.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// User and password, decoded, if the variable holds any.
    pub credentials: Option<(Secret, Secret)>,
}

impl Proxy {
    /// `host:port`, without the credentials.
    pub fn place(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

/// What is doubtful about a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ValueDoubt {
    /// It begins or ends with a quotation mark.
    Quotes,
    /// It begins or ends with white space.
    Blanks,
    /// It cannot be read, so it counts as unset.
    Malformed,
    /// It has no port.
    NoPort,
    /// It begins with `https://`.
    Https,
    /// It begins with `socks…://`.
    Socks,
    /// User or password hold characters that have to be percent-encoded.
    UserInfo,
}

/// What was read.
pub(super) struct Read {
    pub(super) proxy: Option<Proxy>,
    pub(super) doubts: Vec<ValueDoubt>,
}

/// The schemes that .NET knows, their default ports there, and what is doubtful about them.
const SCHEMES: [(&str, Scheme, u16, Option<ValueDoubt>); 5] = [
    ("http://", Scheme::Http, 80, None),
    ("https://", Scheme::Https, 443, Some(ValueDoubt::Https)),
    ("socks4://", Scheme::Socks, 80, Some(ValueDoubt::Socks)),
    ("socks4a://", Scheme::Socks, 80, Some(ValueDoubt::Socks)),
    ("socks5://", Scheme::Socks, 80, Some(ValueDoubt::Socks)),
];

/// Reads a value that is not empty.
pub(super) fn read(text: &str) -> Read {
    let mut doubts = Vec::new();
    if text.starts_with(['"', '\'']) || text.ends_with(['"', '\'']) {
        doubts.push(ValueDoubt::Quotes);
    }
    if text.trim() != text {
        doubts.push(ValueDoubt::Blanks);
    }
    let known = SCHEMES.iter().find_map(|(prefix, scheme, port, doubt)| {
        let is_it = text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
        let rest = text.get(prefix.len()..).filter(|_| is_it)?;
        Some((rest, *scheme, *port, *doubt))
    });
    let (rest, scheme, default_port, doubt) = known.unwrap_or((text, Scheme::Http, 80, None));
    doubts.extend(doubt);
    let (user_info, place) = match rest.rsplit_once('@') {
        Some((user_info, place)) => (Some(user_info), place),
        None => (None, rest),
    };
    if user_info.is_some_and(is_doubtful) {
        doubts.push(ValueDoubt::UserInfo);
    }
    let proxy = host_and_port(place).map(|(host, port)| {
        if port.is_none() {
            doubts.push(ValueDoubt::NoPort);
        }
        let credentials = user_info.map(credentials);
        Proxy { scheme, host, port: port.unwrap_or(default_port), credentials }
    });
    if proxy.is_none() {
        doubts.push(ValueDoubt::Malformed);
    }
    Read { proxy, doubts }
}

/// The host, and the port if there is one; what follows the port's digits is ignored.
fn host_and_port(place: &str) -> Option<(String, Option<u16>)> {
    let (host, port) = match (place.rfind(':'), place.find(']')) {
        (Some(colon), bracket) if bracket.is_none_or(|bracket| bracket < colon) => {
            let digits: String = place.get(colon + 1..)?.chars().take_while(char::is_ascii_digit).collect();
            (place.get(..colon)?, Some(digits.parse().ok()?))
        }
        _ => (place.trim_end_matches('/'), None),
    };
    // Of a host that is none, .NET's UriBuilder makes no URI either.
    let host = Host::parse(host).ok()?;
    let host = match host {
        Host::Ipv6(address) => address.to_string(),
        other => other.to_string(),
    };
    Some((host, port))
}

/// Whether other programs may take the user info for something else: its end, a path, a query.
fn is_doubtful(user_info: &str) -> bool {
    let is_reserved =
        |c: char| matches!(c, '@' | '/' | '?' | '#' | '\\' | '[' | ']' | ' ' | '"' | '<' | '>' | '^' | '`');
    let mut rest = user_info;
    while let Some((_, after)) = rest.split_once('%') {
        let is_encoded = after.get(..2).is_some_and(|digits| digits.chars().all(|c| c.is_ascii_hexdigit()));
        if !is_encoded {
            return true;
        }
        rest = after;
    }
    user_info.contains(is_reserved) || user_info.matches(':').count() > 1
}

fn credentials(user_info: &str) -> (Secret, Secret) {
    let decoded = Secret::new(percent_decode_str(user_info).decode_utf8_lossy().into_owned());
    let (user, password) = decoded.expose().split_once(':').unwrap_or((decoded.expose(), ""));
    (Secret::new(user), Secret::new(password))
}
