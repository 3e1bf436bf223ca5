//! Which proxy the environment names for a URL, read as .NET reads it, and what is doubtful about the variables.
//!
//! The test is to tell what the application will meet, so the rules are those of .NET's `HttpEnvironmentProxy`: lower
//! case before upper case, `all_proxy` where the scheme has none, a value that cannot be read is as good as none, and
//! `NO_PROXY` knows whole names and names with a leading dot, no `*`, no networks, no ports. Where curl, by which
//! people try things out, decides otherwise, a [`Doubt`] says so. One rule is our own: loopback never through a proxy.

mod doubt;
mod value;

use url::Url;

use crate::domain::endpoint;
use crate::domain::secret::Secret;
use crate::domain::text::printable;

pub use doubt::Doubt;
pub use value::{Proxy, Scheme};

/// The variables that matter, those for whole lists last.
pub const NAMES: [&str; 9] = [
    "https_proxy",
    "HTTPS_PROXY",
    "http_proxy",
    "HTTP_PROXY",
    "all_proxy",
    "ALL_PROXY",
    "no_proxy",
    "NO_PROXY",
    "GATEWAY_INTERFACE",
];

/// The variables of an environment that are set, with their values; a value may hold a password.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Variables(Vec<(&'static str, Secret)>);

impl Variables {
    /// Asks for every variable in [`NAMES`].
    pub fn read(mut value: impl FnMut(&str) -> Option<String>) -> Self {
        Self(NAMES.iter().filter_map(|name| Some((*name, Secret::new(value(name)?)))).collect())
    }

    fn get(&self, name: &str) -> Option<(&'static str, &str)> {
        self.0.iter().find(|(known, _)| *known == name).map(|(known, value)| (*known, value.expose()))
    }

    /// A variable in lower case, else the same in upper case.
    fn either(&self, lower: &str, upper: &str) -> impl Iterator<Item = (&'static str, &str)> {
        self.get(lower).into_iter().chain(self.get(upper))
    }

    /// The variables that may name a proxy for a scheme, the first that can be read counts.
    fn candidates(&self, is_https: bool) -> Vec<(&'static str, &str)> {
        let own: Vec<_> = if is_https {
            self.either("https_proxy", "HTTPS_PROXY").collect()
        } else {
            // In a CGI program HTTP_PROXY is what a client sent as the header "Proxy".
            let is_cgi = self.get("GATEWAY_INTERFACE").is_some();
            self.either("http_proxy", "HTTP_PROXY").filter(|(name, _)| !(is_cgi && *name == "HTTP_PROXY")).collect()
        };
        own.into_iter().chain(self.either("all_proxy", "ALL_PROXY")).filter(|(_, value)| !value.is_empty()).collect()
    }
}

/// The proxy for one URL.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// The proxy to take; `None` goes straight there.
    pub proxy: Option<Proxy>,
    /// The variable that named it, or that would have but for `NO_PROXY`.
    pub variable: Option<&'static str>,
    /// The entry of `NO_PROXY` that takes the host out.
    pub exempted_by: Option<String>,
    /// What is doubtful about the variables.
    pub doubts: Vec<Doubt>,
}

impl Choice {
    /// The proxy in force and the variable that chose it, for the screen: `proxy.corp:8080 (HTTPS_PROXY)`.
    pub fn words(&self) -> Option<String> {
        let place = printable(&self.proxy.as_ref()?.place()).into_owned();
        Some(match self.variable {
            Some(variable) => format!("{place} ({variable})"),
            None => place,
        })
    }
}

/// Chooses the proxy for a URL.
pub fn choose(variables: &Variables, url: &Url) -> Choice {
    let (is_https, host) = (url.scheme() == "https", url.host_str().unwrap_or_default());
    let mut choice = Choice::default();
    let mut found = None;
    for (variable, text) in variables.candidates(is_https) {
        let read = value::read(text);
        choice.doubts.extend(read.doubts.into_iter().map(|doubt| Doubt::Value(variable, doubt)));
        if let Some(proxy) = read.proxy {
            found = Some((variable, proxy));
            break;
        }
    }
    choice.doubts.extend(doubt::of_cases(variables, is_https));
    let Some((variable, proxy)) = found else {
        choice.doubts.extend(doubt::http_only(variables, is_https));
        if endpoint::is_loopback(url) {
            choice.doubts.clear();
        }
        return choice;
    };
    choice.variable = Some(variable);
    let list = variables.either("no_proxy", "NO_PROXY").next();
    let judged = list.map(|(name, text)| doubt::of_list(name, text, host)).unwrap_or_default();
    choice.exempted_by = judged.exempted_by;
    if endpoint::is_loopback(url) {
        // Not even a malformed variable matters here: only what the application would do is told.
        choice.doubts.clear();
        if choice.exempted_by.is_none() {
            choice.doubts.push(Doubt::Loopback(variable));
        }
        return choice;
    }
    choice.doubts.extend(judged.doubts);
    if choice.exempted_by.is_none() {
        choice.proxy = Some(proxy);
    }
    choice
}

#[cfg(test)]
mod tests;
