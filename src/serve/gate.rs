//! Who is answered: the rules about `Host`, `Origin` and `Sec-Fetch-Site`.
//!
//! The token is worth as much as the service principal, and every page in the browser of this machine can send
//! requests to loopback. Three things stand between such a page and the token. A name of its own that it lets resolve
//! to 127.0.0.1 (DNS rebinding) fails at `Host`. A script of another origin carries `Origin`. A request without
//! script, by a link or an image, carries `Sec-Fetch-Site` in every current browser. Programs that are no browser
//! send neither and are told apart by their user instead.

use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderName, StatusCode, Uri};
use url::Url;

/// What a browser tells of the relation between the asking page and us (W3C, Fetch Metadata).
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// An origin as browsers write it: `http://localhost:3000`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// Reads `scheme://host[:port]` of http or https; a slash at the end is forgiven. `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let is_bare = url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
        (is_bare && is_web).then(|| Self(url.origin().ascii_serialization()))
    }

    /// The text in the headers.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a request is not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Foreign {
    /// `Host` is missing, doubled or none of our names with our port.
    Host,
    /// A script of another origin.
    Origin,
    /// A page of another site.
    Site,
}

impl Foreign {
    /// The status of the refusal.
    pub(super) const fn status(self) -> StatusCode {
        match self {
            Self::Host => StatusCode::MISDIRECTED_REQUEST,
            Self::Origin | Self::Site => StatusCode::FORBIDDEN,
        }
    }

    /// What to do about it.
    pub(super) fn words(self, port: u16) -> String {
        match self {
            Self::Host => format!(
                "Ask for http://localhost:{port}, http://127.0.0.1:{port} or http://[::1]:{port}; through a tunnel the \
                 port must be the same at both ends."
            ),
            Self::Origin => "Start token-wizard serve with --allow-origin and the origin of this page.".to_owned(),
            Self::Site => "Open this address itself; requests from pages of other sites are not answered.".to_owned(),
        }
    }
}

/// The rules of one server.
#[derive(Debug, Clone)]
pub(super) struct Gate {
    /// Our port.
    pub(super) port: u16,
    /// The one other origin whose pages may ask.
    pub(super) allowed: Option<Origin>,
}

impl Gate {
    /// Returns whether the request comes from the allowed other origin, or why it is not answered.
    pub(super) fn admit(&self, uri: &Uri, headers: &HeaderMap) -> Result<bool, Foreign> {
        let host = only(headers, &HOST).ok_or(Foreign::Host)?;
        // A request in absolute form names the host a second time (RFC 9112, section 3.2.2).
        let is_ours = self.is_ours(host) && uri.authority().is_none_or(|authority| self.is_ours(authority.as_str()));
        if !is_ours {
            return Err(Foreign::Host);
        }
        if headers.contains_key(ORIGIN) {
            let origin = only(headers, &ORIGIN).ok_or(Foreign::Origin)?;
            if self.allowed.as_ref().is_some_and(|allowed| allowed.as_str() == origin) {
                return Ok(true);
            }
            let is_own = origin.strip_prefix("http://").is_some_and(|rest| rest.eq_ignore_ascii_case(host));
            return if is_own { Ok(false) } else { Err(Foreign::Origin) };
        }
        // Only a script tells its origin, and the allowed origin has only scripts to ask with.
        if headers.get_all(SEC_FETCH_SITE).iter().any(|site| site == "cross-site") {
            return Err(Foreign::Site);
        }
        Ok(false)
    }

    /// Whether `name[:port]` is one of ours. Port 80 may be left out.
    fn is_ours(&self, authority: &str) -> bool {
        let with_port = authority.rsplit_once(':').filter(|(_, port)| !port.ends_with(']'));
        let (name, port) = with_port.unwrap_or((authority, "80"));
        let is_name = ["localhost", "127.0.0.1", "[::1]"].iter().any(|ours| ours.eq_ignore_ascii_case(name));
        // Compared as text: as a number, "+5000" would be the same.
        is_name && port == self.port.to_string()
    }
}

/// The value of a header that came exactly once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    if values.next().is_some() { None } else { value.to_str().ok() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use proptest::prelude::*;

    fn judge(gate: &Gate, uri: &str, headers: &[(&'static str, &str)]) -> Result<bool, Foreign> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_str(value).expect("a value"));
        }
        gate.admit(&uri.parse().expect("a target"), &map)
    }

    #[test]
    fn only_our_names_with_our_port_are_hosts() {
        let gate = Gate { port: 5000, allowed: None };
        for ours in ["localhost:5000", "LocalHost:5000", "127.0.0.1:5000", "[::1]:5000"] {
            assert_eq!(judge(&gate, "/", &[("host", ours)]), Ok(false), "{ours}");
        }
        for foreign in [
            "evil.example:5000",
            "localhost",
            "127.0.0.1",
            "[::1]",
            "localhost:5001",
            "localhost:",
            "localhost.:5000",
            "127.0.0.2:5000",
            "0.0.0.0:5000",
            "::1:5000",
            "localhost:5000.evil.example",
            "evil@localhost:5000",
            "localhost:5000:5000",
            "",
            ":5000",
            "127.1:5000",
            "localhost:+5000",
            "localhost:05000",
        ] {
            assert_eq!(judge(&gate, "/", &[("host", foreign)]), Err(Foreign::Host), "{foreign}");
        }
        assert_eq!(judge(&gate, "/", &[]), Err(Foreign::Host));
        let twice = [("host", "localhost:5000"), ("host", "localhost:5000")];
        assert_eq!(judge(&gate, "/", &twice), Err(Foreign::Host));
        assert_eq!(judge(&gate, "http://evil.example/", &[("host", "localhost:5000")]), Err(Foreign::Host));
        assert_eq!(judge(&gate, "http://127.0.0.1:5000/", &[("host", "localhost:5000")]), Ok(false));
        let web = Gate { port: 80, allowed: None };
        for ours in ["localhost", "localhost:80", "[::1]", "[::1]:80"] {
            assert_eq!(judge(&web, "/", &[("host", ours)]), Ok(false), "{ours}");
        }
    }

    #[test]
    fn other_origins_and_sites_are_foreign_unless_allowed() {
        const HOST: (&str, &str) = ("host", "localhost:5000");
        let closed = Gate { port: 5000, allowed: None };
        let open = Gate { port: 5000, allowed: Origin::parse("http://localhost:3000") };
        let (other, own) = (("origin", "http://localhost:3000"), ("origin", "http://localhost:5000"));
        let table = [
            (&closed, vec![own], Ok(false)),
            (&closed, vec![("origin", "http://127.0.0.1:5000")], Err(Foreign::Origin)),
            (&closed, vec![("origin", "https://localhost:5000")], Err(Foreign::Origin)),
            (&closed, vec![("origin", "null")], Err(Foreign::Origin)),
            (&closed, vec![other], Err(Foreign::Origin)),
            (&closed, vec![own, own], Err(Foreign::Origin)),
            (&closed, vec![("sec-fetch-site", "same-origin")], Ok(false)),
            (&closed, vec![("sec-fetch-site", "none")], Ok(false)),
            (&closed, vec![("sec-fetch-site", "cross-site")], Err(Foreign::Site)),
            (&open, vec![other], Ok(true)),
            (&open, vec![other, ("sec-fetch-site", "cross-site")], Ok(true)),
            (&open, vec![("origin", "http://localhost:3001")], Err(Foreign::Origin)),
            (&open, vec![("origin", "http://localhost:3000.evil.example")], Err(Foreign::Origin)),
            (&open, vec![own], Ok(false)),
            (&open, vec![("sec-fetch-site", "cross-site")], Err(Foreign::Site)),
        ];
        for (gate, mut headers, expected) in table {
            headers.push(HOST);
            assert_eq!(judge(gate, "/tokens/GetAccessToken", &headers), expected, "{headers:?}");
        }
    }

    #[test]
    fn an_origin_is_scheme_host_and_port_alone() {
        for (text, origin) in [
            ("http://localhost:3000", "http://localhost:3000"),
            ("HTTPS://Example.com:443/", "https://example.com"),
            ("http://[::1]:8080", "http://[::1]:8080"),
        ] {
            assert_eq!(Origin::parse(text).as_ref().map(Origin::as_str), Some(origin));
        }
        for text in
            ["*", "null", "localhost:3000", "http://a/b", "http://a/?b", "http://u@a", "file:///", "http://", ""]
        {
            assert_eq!(Origin::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_other_host_gets_in(host in "[a-z0-9.:\\[\\]@-]{0,24}") {
            let gate = Gate { port: 5000, allowed: None };
            let ours = ["localhost:5000", "127.0.0.1:5000", "[::1]:5000"];
            prop_assert_eq!(gate.is_ours(&host), ours.contains(&host.as_str()));
        }
    }
}
