//! Makes the client take the proxy that was chosen, and asks that proxy why there is no tunnel.

use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use url::Url;

use super::tunnel;
use crate::domain::exchange::TransportFault;
use crate::domain::network::Way;
use crate::domain::network::proxy::{self, Proxy, Scheme, Variables};
use crate::io::chance;

/// How long a proxy is asked why there is no tunnel.
const ASKED: Duration = Duration::from_secs(2);

/// The status of a proxy that wants credentials (RFC 9110, section 15.5.8).
const WANTS_CREDENTIALS: u16 = 407;

/// How long is waited for what a server says unasked, which no TLS server does.
const UNASKED: Duration = Duration::from_millis(100);

/// The proxies that the variables name, in the client's words.
pub(super) fn for_client(variables: Variables) -> reqwest::Proxy {
    reqwest::Proxy::custom(move |url| proxy::choose(&variables, url).proxy.and_then(|proxy| address(&proxy)))
}

/// The proxy's place with its credentials; `None` if it is none that the client can go to.
pub(super) fn address(proxy: &Proxy) -> Option<Url> {
    let scheme = match proxy.scheme {
        Scheme::Http => "http",
        Scheme::Https => "https",
        Scheme::Socks => return None,
    };
    let mut url = Url::parse(&format!("{scheme}://{}", proxy.place())).ok()?;
    if let Some((user, password)) = &proxy.credentials {
        let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        url.set_username(&encoded(user.expose())).ok()?;
        url.set_password(Some(&encoded(password.expose()))).ok()?;
    }
    // The client goes straight to the target when it cannot read the address.
    url.as_str().parse::<hyper::Uri>().is_ok().then_some(url)
}

/// Whether it is worth asking the proxy about that failure.
const fn is_telling(fault: &TransportFault) -> bool {
    matches!(
        fault,
        TransportFault::ProxyAuthentication
            | TransportFault::ProxyRefused
            | TransportFault::ClosedWhileConnecting
            | TransportFault::Tls(_)
            | TransportFault::CertificateExpired
            | TransportFault::CertificateNotYetValid
    )
}

/// Asks the proxy of the way once more for a tunnel to `host:port`, after a failure of which the client tells too
/// little; `way`, `kind` and `detail` hold what came of it.
///
/// It is asked without credentials, whatever was sent before. A proxy that speaks TLS itself is not asked.
pub(super) async fn ask_again(
    way: &mut Way,
    kind: &mut TransportFault,
    detail: &mut String,
    target: &str,
    limit: Duration,
) {
    let Some(proxy) = way.proxy.proxy.clone().filter(|proxy| proxy.scheme == Scheme::Http && is_telling(kind)) else {
        return;
    };
    // Credentials are never sent twice to compare: the proxy may count them.
    let is_blind = proxy.credentials.is_some() && *kind != TransportFault::ProxyAuthentication;
    // That it takes too long, too, is no news.
    let _late = timeout(ASKED.min(limit), async {
        let Ok(mut stream) = TcpStream::connect((proxy.host.as_str(), proxy.port)).await else { return };
        match tunnel::open(&mut stream, &proxy, target).await {
            Ok(tunnel::Answer { date, refusal }) => {
                way.proxy_ahead = date.map(|date| date.seconds_from(chance::now()));
                match refusal {
                    // It wants to see the credentials that it has seen, so this says nothing about what failed.
                    Some(refusal) if refusal.status == WANTS_CREDENTIALS && is_blind => {}
                    Some(refusal) => {
                        *detail = format!("the proxy answered {} to CONNECT {target}", refusal.status);
                        way.tunnel = Some(refusal);
                    }
                    None if *kind == TransportFault::ClosedWhileConnecting && speaks_first(&mut stream).await => {
                        *kind = TransportFault::NoTls;
                    }
                    None => {}
                }
            }
            Err(why) if *kind == TransportFault::ProxyRefused => *detail = why,
            Err(_) => {}
        }
    })
    .await;
}

/// Whether the other side says something before it is asked.
async fn speaks_first<S: AsyncRead + Unpin>(stream: &mut S) -> bool {
    matches!(timeout(UNASKED, stream.read(&mut [0])).await, Ok(Ok(1)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::secret::Secret;

    fn proxy(scheme: Scheme, host: &str, credentials: Option<(&str, &str)>) -> Proxy {
        let credentials = credentials.map(|(user, password)| (Secret::new(user), Secret::new(password)));
        Proxy { scheme, host: host.to_owned(), port: 8080, credentials }
    }

    #[test]
    fn addresses_are_those_that_the_client_reads() {
        let of = |scheme, host, credentials| address(&proxy(scheme, host, credentials)).map(String::from);
        assert_eq!(of(Scheme::Http, "proxy", None).as_deref(), Some("http://proxy:8080/"));
        assert_eq!(of(Scheme::Https, "::1", None).as_deref(), Some("https://[::1]:8080/"));
        assert_eq!(of(Scheme::Socks, "proxy", None), None);
        let encoded = of(Scheme::Http, "proxy", Some(("CORP\\anna", "p@s:s/100%41")));
        assert_eq!(encoded.as_deref(), Some("http://CORP%5Canna:p%40s%3As%2F100%2541@proxy:8080/"));
    }

    proptest! {
        #[test]
        fn the_client_can_go_wherever_a_variable_leads(value in "[ -~]{0,20}(proxy|a_b|[!-~]{1,8})(:[0-9]{1,5})?") {
            let variables = Variables::read(|name| (name == "HTTPS_PROXY").then(|| value.clone()));
            let url = Url::parse("https://login.example/").unwrap();
            if let Some(chosen) = proxy::choose(&variables, &url).proxy && let Some(address) = address(&chosen) {
                prop_assert_eq!(address.port_or_known_default(), Some(chosen.port));
                let read: hyper::Uri = address.as_str().parse().unwrap();
                prop_assert_eq!(read.host(), address.host_str());
            }
        }
    }
}
