//! Failures of the network, told apart by what mends them.

use super::diagnosis::{Diagnosis, Evidence, Severity};
use super::endpoint::Endpoint;
use super::exchange::{TransportError, TransportFault};
use super::setting::SettingName::AuthTokenUrl;
use super::text::printable;
use super::time;

/// Explains why there was no answer from the endpoint.
pub fn explain(error: &TransportError, endpoint: &Endpoint) -> Diagnosis {
    let place = endpoint.authority();
    let host = endpoint.host();
    let proxy = error.proxy.as_deref().unwrap_or("the proxy");
    let took = time::duration(error.duration);
    let diagnosis = match &error.kind {
        TransportFault::NoSuchHost => failure("no-such-host", format!("{host} has no address"), "Check the host in AuthTokenUrl, then this machine's name resolution.")
            .at(AuthTokenUrl)
            .because("The name could not be resolved.")
            .remedy(format!("getent hosts {host} shows what this machine makes of the name."))
            .remedy("If names are resolved only by a proxy here, set HTTPS_PROXY, for the application too."),
        TransportFault::LocalhostElsewhere => failure("localhost-elsewhere", "localhost is not this machine", "Write 127.0.0.1 in AuthTokenUrl.")
            .at(AuthTokenUrl)
            .because("The name localhost resolves to an address that is not a loopback one, so secrets are not sent there."),
        TransportFault::Refused => failure("connect-refused", format!("{place} refused the connection"), "Check host and port in AuthTokenUrl, and that something listens there.")
            .at(AuthTokenUrl)
            .because("The machine answered that nothing listens on that port, or a firewall said so in its name."),
        TransportFault::ConnectTimeout => failure("connect-timeout", format!("No connection to {place} within {took}"), "Open the way to this host in the firewall, or set HTTPS_PROXY.")
            .because("Nothing answered. A firewall that drops packets looks like this, and so does a network that needs a proxy.")
            .remedy(format!("curl -v https://{place}/ from this machine shows the same."))
            .remedy("The application needs the same way: set the proxy variable for its service too."),
        TransportFault::AnswerTimeout => failure("answer-timeout", format!("{place} did not answer within {took}"), "Try again; if it stays silent, look for a proxy or firewall in between.")
            .because("The connection stands, but no complete answer came."),
        TransportFault::Closed => failure("connection-closed", format!("{place} closed the connection without an answer"), "Try again; then look for a proxy or firewall that cuts the connection.")
            .because("The other side ended the connection before its answer was complete."),
        TransportFault::ClosedWhileConnecting => failure("connection-closed", format!("{place} cut the connection while it was being made"), "Try again; then look for a proxy or firewall that cuts the connection.")
            .because("The other side took the connection and ended it before it was ready, most likely during the TLS handshake. A filter that minds the host's name does this, and so does a port that is for something else."),
        TransportFault::Unreachable => failure("unreachable", format!("There is no route to {place}"), "Connect this machine to the network, or set HTTPS_PROXY.")
            .because("The system knows no way to that address."),
        TransportFault::NotHttp => failure("not-http", format!("{place} does not speak HTTP"), "Check scheme, host and port in AuthTokenUrl.")
            .at(AuthTokenUrl)
            .because("What came back is no HTTP answer."),
        TransportFault::HeadTooLong => failure("head-too-long", format!("The headers from {place} are too long"), "Check AuthTokenUrl: another server than the token endpoint answered.")
            .at(AuthTokenUrl)
            .because("A token endpoint sends a few thousand bytes of headers; reading stopped at 100 headers or 400 KB."),
        TransportFault::NoTls => failure("no-tls", format!("{place} does not speak TLS"), "Check the port in AuthTokenUrl, or begin it with http:// for this machine.")
            .at(AuthTokenUrl)
            .because("AuthTokenUrl begins with https, but the other side answered in plain text."),
        TransportFault::NoTrustStore => failure("no-trust-store", "This machine has no certificate store", "Install the package ca-certificates.")
            .because("Without it no https host can be trusted; the application will fail in the same way.")
            .remedy("Or name a file with the certificates: --ca-file FILE, or the variable SSL_CERT_FILE, which the application reads too."),
        TransportFault::CaFile(why) => failure("ca-file", "The extra certificates cannot be read", "Name a PEM file with --ca-file.").because(format!("{why}.")),
        TransportFault::ProxyAuthentication => failure("proxy-credentials", "The proxy wants credentials", "Put user and password into HTTPS_PROXY: http://user:password@host:port.")
            .because(format!("{proxy} answered 407 Proxy Authentication Required."))
            .remedy("The application needs the same variable in its service."),
        TransportFault::ProxyRefused => failure("proxy-refused", "The proxy refused the connection", format!("Have {host}:443 allowed at the proxy."))
            .because(format!("{proxy} did not open a tunnel.")),
        TransportFault::ProxyUnreachable => failure("proxy-unreachable", "The proxy cannot be reached", "Correct HTTPS_PROXY, or name the host in NO_PROXY.")
            .because(format!("There is no connection to {proxy}.")),
        TransportFault::Other => failure("network", format!("The exchange with {place} failed"), "Try again, and read the details.").because("The network failed in a way that has no name here."),
        tls => return tls_failure(tls, &place).with_evidence(evidence(error)),
    };
    diagnosis.with_evidence(evidence(error))
}

/// Certificates and handshakes.
fn tls_failure(fault: &TransportFault, place: &str) -> Diagnosis {
    const NEEDED: &str = "The application will need it too: it trusts the system's store, not a flag of this program.";
    match fault {
        TransportFault::UntrustedIssuer(issuer) => {
            let who = issuer.as_deref().map_or(String::new(), |name| format!(", issued by {}", printable(name)));
            failure("untrusted-issuer", "The certificate's issuer is not trusted", "Install the issuer's root certificate in this system's store.")
                .because(format!("{place} showed a certificate{who} that no root of this system vouches for. A company proxy that reads TLS does this."))
                .remedy("Debian: copy the root as .crt into /usr/local/share/ca-certificates and run update-ca-certificates.")
                .remedy(NEEDED)
                .remedy("For this test alone: --ca-file FILE.")
        }
        TransportFault::WrongName(names) => {
            failure("certificate-name", "The certificate is for another name", "Correct the host in AuthTokenUrl.")
                .at(AuthTokenUrl)
                .because(if names.is_empty() {
                    format!("It does not name {place}.")
                } else {
                    format!("It names {}, not {place}.", printable(&names.join(", ")))
                })
        }
        TransportFault::CertificateExpired => failure(
            "certificate-expired",
            "The certificate has expired",
            "Compare this machine's clock with the time; if it is right, whoever runs the host must renew.",
        )
        .because(format!("The certificate of {place} is no longer valid at the time this machine shows.")),
        TransportFault::CertificateNotYetValid => {
            failure("certificate-not-yet-valid", "The certificate is not valid yet", "Set this machine's clock.")
                .because(format!("The certificate of {place} becomes valid later than the time this machine shows."))
        }
        TransportFault::BadCertificate(what) => failure(
            "certificate-bad",
            "The certificate cannot be used",
            "Have the host's certificate replaced by one of a trusted issuer.",
        )
        .because(format!("{place} showed a certificate that does not hold: {}.", printable(what)))
        .remedy(NEEDED),
        TransportFault::TlsVersion => failure(
            "tls-version",
            "No common TLS version",
            "Have TLS 1.2 or 1.3 enabled between here and the host.",
        )
        .because(format!(
            "{place} accepts neither TLS 1.2 nor 1.3. An old proxy in between does this; Entra itself accepts both."
        )),
        TransportFault::ClientCertificateWanted => failure(
            "client-certificate",
            "A client certificate is wanted",
            "Check the host in AuthTokenUrl: Entra wants no client certificate.",
        )
        .at(AuthTokenUrl)
        .because(format!("{place} ended the handshake since none was shown.")),
        other => failure("tls", "The TLS handshake failed", "Look for a proxy in between, and read the details.")
            .because(match other {
                TransportFault::Tls(what) => format!("{place}: {}.", printable(what)),
                _ => format!("The handshake with {place} failed."),
            }),
    }
}

fn failure(code: &'static str, title: impl Into<String>, action: impl Into<String>) -> Diagnosis {
    Diagnosis::new(Severity::Error, code, title, action)
}

fn evidence(error: &TransportError) -> Evidence {
    Evidence { body: printable(&error.detail).into_owned(), ..Evidence::default() }
}
