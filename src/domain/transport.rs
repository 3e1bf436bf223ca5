//! Failures of the network, told apart by what mends them.

use super::diagnosis::{Diagnosis, Evidence, Severity};
use super::endpoint::Endpoint;
use super::exchange::{TransportError, TransportFault};
use super::network::certificate::{Presented, Roots};
use super::network::{self, Tunnel, Way, families};
use super::setting::SettingName::AuthTokenUrl;
use super::text::{printable, printable_lines};
use super::time;

/// Explains why there was no answer from the endpoint.
pub fn explain(error: &TransportError, endpoint: &Endpoint) -> Diagnosis {
    let place = endpoint.authority();
    let host = endpoint.host();
    let way = &error.way;
    let proxy = way.proxy.words().unwrap_or_else(|| "the proxy".to_owned());
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
        TransportFault::NoTrustStore => no_trust_store(way),
        TransportFault::CaFile(why) => failure("ca-file", "The extra certificates cannot be read", "Name a PEM file with --ca-file.").because(format!("{why}.")),
        TransportFault::ProxyAuthentication => proxy_credentials(way, &proxy),
        TransportFault::ProxyRefused => proxy_refused(way, &proxy, host),
        TransportFault::ProxyUnreachable => failure("proxy-unreachable", "The proxy cannot be reached", format!("Correct {}, or name {host} in NO_PROXY.", way.proxy.variable.unwrap_or("HTTPS_PROXY")))
            .because(format!("There is no connection to {proxy}: {}.", printable(&error.detail)))
            .remedy("The application needs the same values in its own environment; a service does not see those of your shell."),
        TransportFault::ProxyScheme => failure("proxy-scheme", "The proxy is a SOCKS proxy", "Name an HTTP proxy in HTTPS_PROXY, or test from where none is needed.")
            .because(format!("{proxy} is to be spoken to by SOCKS, which this program does not know. .NET knows it from version 6 on.")),
        TransportFault::Other => failure("network", format!("The exchange with {place} failed"), "Try again, and read the details.").because("The network failed in a way that has no name here."),
        tls => return tls_failure(tls, &place, way).with_evidence(evidence(error)),
    };
    diagnosis.with_evidence(evidence(error))
}

/// No root at all, for want of a store or because a variable leads elsewhere.
fn no_trust_store(way: &Way) -> Diagnosis {
    match way.roots.as_ref().and_then(Roots::replaced_by) {
        Some(place) => failure("no-trust-store", "No certificate is trusted", "Correct SSL_CERT_FILE and SSL_CERT_DIR, or unset them.")
            .because(format!("{place} stands in the place of this system's certificate store, and no certificate was found there. On Linux .NET reads the same variables from the environment of the application."))
            .remedy("The variables name a file of certificates in PEM form, and a folder with one file for each."),
        None => failure("no-trust-store", "This machine has no certificate store", "Install the package ca-certificates.")
            .because("Without it no https host can be trusted; the application will fail in the same way.")
            .remedy("Or name a file with the certificates: --ca-file FILE, or the variable SSL_CERT_FILE, which the application reads too."),
    }
}

/// 407, with what the proxy would take.
fn proxy_credentials(way: &Way, proxy: &str) -> Diagnosis {
    let schemes = way.tunnel.as_ref().map(|tunnel| printable(&tunnel.schemes.join(", ")).into_owned());
    let schemes = schemes.unwrap_or_default();
    let takes_basic = schemes.is_empty() || schemes.to_ascii_lowercase().contains("basic");
    let has_sent = way.proxy.proxy.as_ref().is_some_and(|proxy| proxy.credentials.is_some());
    let variable = way.proxy.variable.unwrap_or("HTTPS_PROXY");
    let action = match (takes_basic, has_sent) {
        (true, true) => format!("Correct user and password in {variable}."),
        (true, false) => format!("Put user and password into {variable}: http://user:password@host:port."),
        (false, _) => "Have this machine let through the proxy without a password, or with Basic.".to_owned(),
    };
    let offered = if schemes.is_empty() { String::new() } else { format!(" It takes {schemes}.") };
    let sent = match (takes_basic, has_sent) {
        (true, true) => format!(" The user and password of {variable} were sent and not accepted."),
        (false, _) => " This program knows Basic only; .NET also knows NTLM and Negotiate.".to_owned(),
        (true, false) => String::new(),
    };
    failure("proxy-credentials", "The proxy wants credentials", action)
        .because(format!("{proxy} answered 407 Proxy Authentication Required.{offered}{sent}"))
        .remedy("Special characters in user and password are percent-encoded there: @ is %40, : is %3A.")
        .remedy("The application needs the same variable in its own environment; a service does not see that of your shell.")
}

/// An answer to CONNECT that is neither a tunnel nor 407.
fn proxy_refused(way: &Way, proxy: &str, host: &str) -> Diagnosis {
    let answered = match &way.tunnel {
        Some(Tunnel { status, content_type, .. }) => {
            let is_page =
                content_type.as_deref().is_some_and(|kind| kind.to_ascii_lowercase().starts_with("text/html"));
            format!(" It answered {status}{}.", if is_page { " with a page of HTML" } else { "" })
        }
        None => String::new(),
    };
    let action = match way.tunnel.as_ref().map(|tunnel| tunnel.status) {
        Some(500..=599) => format!("Have the proxy's own way to {host}:443 mended: it could not get there."),
        _ => format!("Have {host}:443 allowed at the proxy."),
    };
    failure("proxy-refused", "The proxy refused the connection", action)
        .because(format!("{proxy} did not open a tunnel.{answered}"))
        .remedy(format!("If {host} can be reached without the proxy, name it in NO_PROXY."))
}

/// What the clock says about a certificate that does not hold now: the clock first, if it is known to be wrong.
fn out_of_time(way: &Way, place: &str, is_over: bool) -> Diagnosis {
    let (code, title) = if is_over {
        ("certificate-expired", "The certificate has expired")
    } else {
        ("certificate-not-yet-valid", "The certificate is not valid yet")
    };
    let validity = way.presented.as_ref().map(|shown| {
        format!(
            " It is valid from {} to {}, and was issued by '{}'.",
            shown.not_before.utc(),
            shown.not_after.utc(),
            printable(&shown.issuer)
        )
    });
    let validity = validity.unwrap_or_default();
    if let Some(words) = way.proxy_ahead.and_then(network::skew_words) {
        return failure(code, format!("This clock is {words} the proxy's"), "Set this machine's clock.")
            .because(format!(
                "At the time that this machine shows, the certificate of {place} does not hold.{validity}"
            ))
            .remedy(
                "Run timedatectl to see whether the clock is synchronised; timedatectl set-ntp true turns that on.",
            );
    }
    if is_over {
        failure(
            code,
            title,
            "Compare this machine's clock with the time; if it is right, whoever runs the host must renew.",
        )
        .because(format!("The certificate of {place} is no longer valid at the time this machine shows.{validity}"))
    } else {
        failure(code, title, "Set this machine's clock.").because(format!(
            "The certificate of {place} becomes valid later than the time this machine shows.{validity}"
        ))
    }
    .remedy("Run timedatectl to see whether the clock is synchronised; timedatectl set-ntp true turns that on.")
}

/// An issuer that no root vouches for.
fn untrusted(issuer: Option<&str>, place: &str, way: &Way) -> Diagnosis {
    let shown = way.presented.as_ref();
    let who = issuer.map_or(String::new(), |name| format!(" The certificate was issued by '{}'.", printable(name)));
    let is_own = shown.is_some_and(|shown| shown.count == 1 && shown.issuer == shown.subject);
    let root = shown.map(|shown| &*shown.last_issuer).or(issuer).map(|name| printable(name).into_owned());
    let chain = match (&root, issuer) {
        (Some(root), Some(issuer)) if *root != printable(issuer) => format!(" Its chain ends at '{root}'."),
        _ => String::new(),
    };
    let guess = if is_own {
        "It is signed by itself."
    } else {
        "A company proxy that reads TLS puts its own issuer there: ask those who run it for its root certificate."
    };
    let held = way.roots.as_ref().map(|roots| format!(" It was held against {}.", roots.words())).unwrap_or_default();
    let root = root
        .map_or_else(|| "the issuer's root certificate".to_owned(), |root| format!("the root certificate '{root}'"));
    let diagnosis = failure("untrusted-issuer", "The certificate's issuer is not trusted", format!("Install {root} in this system's store."))
        .because(format!("No root that is trusted here vouches for {place}.{who}{chain} {guess}{held}"))
        .remedy("Debian, Ubuntu: copy the root in PEM form as NAME.crt into /usr/local/share/ca-certificates and run update-ca-certificates.")
        .remedy("The application trusts the system's store too, not a flag of this program; on Linux also SSL_CERT_FILE and SSL_CERT_DIR in the environment of its service.")
        .remedy("For this test alone: --ca-file FILE with the root in PEM form.");
    match shown {
        Some(shown) => diagnosis.remedy(format!(
            "Compare before you trust it: SHA-256 of the server's certificate is {}.",
            shown.fingerprint
        )),
        None => diagnosis,
    }
}

/// Certificates and handshakes.
fn tls_failure(fault: &TransportFault, place: &str, way: &Way) -> Diagnosis {
    const NEEDED: &str = "The application will need it too: it trusts the system's store, not a flag of this program.";
    match fault {
        TransportFault::UntrustedIssuer(issuer) => untrusted(issuer.as_deref(), place, way),
        TransportFault::WrongName(names) => {
            failure("certificate-name", "The certificate is for another name", "Correct the host in AuthTokenUrl.")
                .at(AuthTokenUrl)
                .because(if names.is_empty() {
                    format!("It does not name {place}.")
                } else {
                    format!("It names {}, not {place}.", printable(&names.join(", ")))
                })
        }
        TransportFault::CertificateExpired => out_of_time(way, place, true),
        TransportFault::CertificateNotYetValid => out_of_time(way, place, false),
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
    let way = &error.way;
    let mut lines = vec![printable(&error.detail).into_owned()];
    lines.extend(families::lines(&way.tried));
    lines.extend(way.presented.iter().flat_map(Presented::lines));
    let held = way.roots.iter().filter(|roots| roots.system.is_some() || roots.ca_file.is_some());
    lines.extend(held.map(|roots| format!("Held against {}", roots.words())));
    lines.extend(way.tunnel.iter().map(|tunnel| printable_lines(&tunnel.body).into_owned()));
    lines.retain(|line| !line.is_empty());
    Evidence { status: way.tunnel.as_ref().map(|tunnel| tunnel.status), body: lines.join("\n"), ..Evidence::default() }
}
