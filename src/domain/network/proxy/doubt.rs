//! What is doubtful about proxy variables, and how it is told.

use std::net::IpAddr;

use super::value::ValueDoubt;
use super::{Choice, Variables};
use crate::domain::diagnosis::{Diagnosis, Severity};
use crate::domain::text::printable;

/// Where the application gets the variables from.
const SERVICE: &str = "A service does not see the variables of your shell: systemd takes them from Environment= in the \
                       unit, a container from its environment, IIS from environmentVariables in web.config.";

/// One doubtful thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doubt {
    /// About the value of a variable.
    Value(&'static str, ValueDoubt),
    /// Both spellings of a variable are set, and differ; the first, in lower case, counts.
    Cases(&'static str, &'static str),
    /// Only the variable for plain http is set, and the request is https.
    HttpOnly(&'static str),
    /// An entry of the list counts for curl and not for .NET.
    OnlyForCurl(&'static str, String),
    /// An entry of the list looks as if it meant the host, and counts for nobody.
    ForNobody(&'static str, String),
    /// The application would go through a proxy to this machine itself.
    Loopback(&'static str),
}

/// What the list of `NO_PROXY` makes of a host.
#[derive(Default)]
pub(super) struct Judged {
    pub(super) exempted_by: Option<String>,
    pub(super) doubts: Vec<Doubt>,
}

/// Compares what .NET and curl read in the list.
pub(super) fn of_list(name: &'static str, list: &str, host: &str) -> Judged {
    let host = host.trim_end_matches('.');
    let entries = || list.split(',').map(str::trim).filter(|entry| !entry.is_empty());
    if let Some(entry) = entries().find(|entry| counts_for_dotnet(entry, host)) {
        return Judged { exempted_by: Some(entry.to_owned()), doubts: Vec::new() };
    }
    let for_curl = if list.trim() == "*" {
        Some("*")
    } else {
        // curl takes blanks for commas too.
        list.split([',', ' ', '\t']).filter(|entry| !entry.is_empty()).find(|entry| counts_for_curl(entry, host))
    };
    let doubt = match for_curl {
        Some(entry) => Some(Doubt::OnlyForCurl(name, entry.to_owned())),
        None => entries()
            .flat_map(|entry| entry.split([' ', '\t', ';']))
            .find(|entry| means(entry, host))
            .map(|entry| Doubt::ForNobody(name, entry.to_owned())),
    };
    Judged { exempted_by: None, doubts: doubt.into_iter().collect() }
}

/// The whole name, or a leading dot before it or before an end of it.
fn counts_for_dotnet(entry: &str, host: &str) -> bool {
    match entry.strip_prefix('.') {
        Some(name) => name.eq_ignore_ascii_case(host) || ends_with(host, entry),
        None => entry.eq_ignore_ascii_case(host),
    }
}

/// The name or an end of it with or without a dot, an address, or a network (curl 7.86 and later).
fn counts_for_curl(entry: &str, host: &str) -> bool {
    if let Ok(address) = host.trim_matches(['[', ']']).parse::<IpAddr>() {
        return match entry.split_once('/') {
            Some((network, bits)) => is_within(address, network, bits),
            None => entry.trim_matches(['[', ']']).parse() == Ok(address),
        };
    }
    let name = entry.trim_start_matches('.').trim_end_matches('.');
    name.eq_ignore_ascii_case(host) || (!name.is_empty() && ends_with(host, &format!(".{name}")))
}

/// Whether a person who wrote the entry will have meant the host: without a port, a scheme, and with `*` for anything.
fn means(entry: &str, host: &str) -> bool {
    let name = entry.split_once("://").map_or(entry, |(_, rest)| rest);
    let name = name.trim_end_matches('/').trim_matches(['"', '\'']);
    let name = name.rsplit_once(':').map_or(name, |(name, _)| name);
    let name = name.strip_prefix('*').unwrap_or(name);
    (name.is_empty() && entry.contains('*')) || (!name.is_empty() && counts_for_curl(name, host))
}

fn ends_with(host: &str, end: &str) -> bool {
    host.len()
        .checked_sub(end.len())
        .and_then(|start| host.get(start..))
        .is_some_and(|rest| rest.eq_ignore_ascii_case(end))
}

fn is_within(address: IpAddr, network: &str, bits: &str) -> bool {
    let Ok(bits) = bits.parse::<u32>() else { return false };
    match (address, network.parse()) {
        (IpAddr::V4(address), Ok(IpAddr::V4(network))) if bits <= 32 => {
            let shift = 32 - bits;
            u64::from(address.to_bits()) >> shift == u64::from(network.to_bits()) >> shift
        }
        (IpAddr::V6(address), Ok(IpAddr::V6(network))) if bits <= 128 => {
            let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
            address.to_bits() & mask == network.to_bits() & mask
        }
        _ => false,
    }
}

/// Variables of which both spellings are set, and differ.
pub(super) fn of_cases(variables: &Variables, is_https: bool) -> Vec<Doubt> {
    let own = if is_https { ("https_proxy", "HTTPS_PROXY") } else { ("http_proxy", "HTTP_PROXY") };
    let differ = |(lower, upper)| {
        let ((lower, one), (upper, other)) = (variables.get(lower)?, variables.get(upper)?);
        (one != other).then_some(Doubt::Cases(lower, upper))
    };
    [own, ("all_proxy", "ALL_PROXY"), ("no_proxy", "NO_PROXY")].into_iter().filter_map(differ).collect()
}

/// A proxy that is named for plain http alone.
pub(super) fn http_only(variables: &Variables, is_https: bool) -> Option<Doubt> {
    let named = variables.either("http_proxy", "HTTP_PROXY").find(|(_, value)| !value.is_empty());
    named.filter(|_| is_https).map(|(name, _)| Doubt::HttpOnly(name))
}

impl Choice {
    /// What is doubtful, and what the application needs if there is a proxy.
    pub fn explain(&self, host: &str) -> Vec<Diagnosis> {
        let mut diagnoses: Vec<Diagnosis> = self.doubts.iter().map(|doubt| doubt.explain(host)).collect();
        if let (Some(proxy), Some(variable)) = (self.words(), self.variable) {
            diagnoses.push(
                Diagnosis::new(
                    Severity::Info,
                    "proxy-in-use",
                    format!("The way leads through the proxy {proxy}"),
                    format!("Give the application the variable {variable} too."),
                )
                .because(SERVICE)
                .remedy("systemd: systemctl edit UNIT, and below [Service] a line Environment=HTTPS_PROXY=http://host:port; then restart the unit."),
            );
        }
        diagnoses
    }
}

impl Doubt {
    fn explain(&self, host: &str) -> Diagnosis {
        let made = |severity, code, title: String, action: String| Diagnosis::new(severity, code, title, action);
        let warning = |code, title: String, action: String| made(Severity::Warning, code, title, action);
        match self {
            Self::Value(name, doubt) => doubt.explain(name),
            Self::Cases(lower, upper) => warning(
                "proxy-both-cases",
                format!("{lower} and {upper} are both set, and differ"),
                format!("Set {lower} and {upper} to the same value, or unset one of them."),
            )
            .because(format!("Here, in .NET and in curl {lower} counts; other programs read {upper} first."))
            .remedy(SERVICE),
            Self::HttpOnly(name) => made(
                Severity::Info,
                "proxy-http-only",
                format!("{name} does not count for https"),
                "Set HTTPS_PROXY too if the way out leads through this proxy.".to_owned(),
            )
            .because(format!("{name} is for http:// targets; {host} is asked over https, so no proxy is taken, neither here nor by .NET or curl."))
            .remedy(SERVICE),
            Self::OnlyForCurl(name, entry) => {
                let entry = printable(entry);
                warning(
                    "no-proxy-differs",
                    format!("{name} takes {host} out for curl, not for .NET"),
                    format!("Write {host} itself into {name}, for the application too."),
                )
                .because(format!(
                    "The entry {entry} counts for curl. .NET takes whole names, and a leading dot for everything below a name: \
                     no *, no networks such as 10.0.0.0/8, no name without a dot for those below it, no blanks instead of \
                     commas. So the application will go through the proxy, and so did this test."
                ))
                .remedy(SERVICE)
            }
            Self::ForNobody(name, entry) => warning(
                "no-proxy-unread",
                format!("{name} does not take {host} out of the proxy"),
                format!("Write {host} without port, scheme and * into {name}, with commas between the entries."),
            )
            .because(format!(
                "The entry {} looks as if it meant this host. Neither .NET nor curl reads it so: entries have no port, no \
                 scheme and no *, and are separated by commas.",
                printable(entry)
            ))
            .remedy(SERVICE),
            Self::Loopback(name) => made(
                Severity::Info,
                "proxy-loopback",
                format!("The application would look for {host} through a proxy"),
                format!("Add {host} to NO_PROXY for the application."),
            )
            .because(format!(
                "{name} names a proxy and NO_PROXY does not take {host} out. This program never goes to this machine \
                 through a proxy; .NET does."
            )),
        }
    }
}

impl ValueDoubt {
    fn explain(self, name: &str) -> Diagnosis {
        let warning = |code, title: String, action: String| Diagnosis::new(Severity::Warning, code, title, action);
        match self {
            Self::Quotes => warning(
                "proxy-quotes",
                format!("{name} holds quotation marks"),
                format!("Take the quotation marks out of {name}."),
            )
            .because("They are part of the value. A shell takes them away; a file for systemd or docker may not.")
            .remedy(SERVICE),
            Self::Blanks => {
                warning("proxy-blanks", format!("{name} begins or ends with white space"), format!("Take the white space out of {name}."))
                    .because("Some programs take it for a part of the host. A file with Windows line ends leaves a carriage return there.")
                    .remedy(SERVICE)
            }
            Self::Malformed => warning(
                "proxy-malformed",
                format!("{name} cannot be read, so it counts as unset"),
                format!("Write {name} as http://host:port."),
            )
            .because("The host or the port is none. .NET ignores such a value without a word and goes on without this proxy, and so does this program; curl stops.")
            .remedy(SERVICE),
            Self::NoPort => {
                warning("proxy-no-port", format!("{name} has no port"), format!("Add the port to {name}: http://host:port."))
                    .because("Without a port .NET takes 80 (443 behind https://), and curl takes 1080.")
                    .remedy(SERVICE)
            }
            Self::Https => warning(
                "proxy-https",
                format!("{name} begins with https://"),
                format!("Write {name} as http://host:port, unless the proxy itself speaks TLS."),
            )
            .because("The scheme is that of the way to the proxy, not of the target; most proxies are spoken to in plain text and still carry https. .NET speaks TLS to a proxy from version 8 on.")
            .remedy(SERVICE),
            Self::Socks => warning(
                "proxy-socks",
                format!("{name} names a SOCKS proxy"),
                "Name an HTTP proxy if there is one, or test from where none is needed.".to_owned(),
            )
            .because("This program does not speak SOCKS. .NET does, from version 6 on: socks4, socks4a and socks5."),
            Self::UserInfo => warning(
                "proxy-user-info",
                format!("User or password in {name} hold special characters"),
                format!("Percent-encode them in {name}: @ is %40, : is %3A, / is %2F, # is %23, % is %25."),
            )
            .because(".NET takes all before the last @ for user and password and decodes it; other programs end them at the first /, ? or #.")
            .remedy(SERVICE),
        }
    }
}
