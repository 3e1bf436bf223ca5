//! What .NET, curl, OpenSSL, Node and Python say when there is no answer at all.
//!
//! The codes are those of the program's own network failures, so that the same trouble has the same name.

use crate::domain::diagnosis::{Diagnosis, Severity};

/// A kind of network failure and the texts by which it is known.
#[derive(Debug, PartialEq, Eq)]
pub struct Phrase {
    /// The code of the diagnosis.
    pub code: &'static str,
    /// Parts of messages, in small letters.
    texts: &'static [&'static str],
    /// Only if the text also holds one of these; empty for no condition.
    with: &'static [&'static str],
    title: &'static str,
    action: &'static str,
    cause: &'static str,
    remedies: &'static [&'static str],
}

impl Phrase {
    /// What it means.
    pub fn diagnosis(&self) -> Diagnosis {
        let diagnosis = Diagnosis::new(Severity::Error, self.code, self.title, self.action).because(self.cause);
        self.remedies.iter().fold(diagnosis, |diagnosis, remedy| diagnosis.remedy(*remedy))
    }
}

/// The failures that a text in small letters speaks of; a more exact one silences those that it explains.
pub(super) fn found_in(small: &str) -> Vec<&'static Phrase> {
    let holds = |texts: &[&str]| texts.iter().any(|text| small.contains(text));
    let mut found: Vec<&Phrase> = Vec::new();
    for phrase in &PHRASES {
        let is_it = holds(phrase.texts) && (phrase.with.is_empty() || holds(phrase.with));
        if is_it && found.iter().all(|other| group(other.code) != group(phrase.code)) {
            found.push(phrase);
        }
    }
    found
}

/// Failures of which the first one of the table is enough.
fn group(code: &str) -> &str {
    match code {
        "certificate-name"
        | "certificate-expired"
        | "certificate-not-yet-valid"
        | "untrusted-issuer"
        | "tls-version"
        | "no-tls"
        | "tls" => "tls",
        "resource-as-address" | "no-such-host" => "name",
        "proxy-name" | "proxy-credentials" | "proxy-refused" => "proxy",
        "unreachable" | "connect-refused" | "connect-timeout" | "connection-closed" => "connect",
        other => other,
    }
}

const APPLICATION_TOO: &str = "The application needs the same: set it for its service too, then restart it.";

/// In the order in which they are looked for: exact ones before those that they bring along.
const PHRASES: [Phrase; 17] = [
    Phrase {
        code: "certificate-name",
        texts: &[
            "remotecertificatenamemismatch",
            "no alternative certificate subject name",
            "does not match target host",
            "hostname mismatch",
            "err_tls_cert_altname_invalid",
        ],
        with: &[],
        title: "The certificate is for another name",
        action: "Correct the host name in the URL that is called.",
        cause: "The server showed a certificate for other names than the one that was called.",
        remedies: &[
            "Compare the host with login.microsoftonline.com and api.powerbi.com, letter by letter.",
            "A proxy that answers for every host does this too.",
        ],
    },
    Phrase {
        code: "certificate-not-yet-valid",
        texts: &["certificate is not yet valid", "cert_not_yet_valid"],
        with: &[],
        title: "The certificate is not valid yet",
        action: "Set the clock of the machine.",
        cause: "By the machine's clock the certificate begins in the future.",
        remedies: &[
            "Run timedatectl to see whether the clock is synchronised; timedatectl set-ntp true turns that on.",
        ],
    },
    Phrase {
        code: "certificate-expired",
        texts: &["certificate has expired", "cert_has_expired", "nottimevalid"],
        with: &[],
        title: "The certificate has expired",
        action: "Compare the machine's clock with the time.",
        cause: "By the machine's clock the certificate is no longer valid.",
        remedies: &[
            "If the clock is right, whoever runs the host or the proxy must renew it.",
            "An old certificate store does this too: update the package ca-certificates.",
        ],
    },
    Phrase {
        code: "tls-version",
        texts: &[
            "unsupported protocol",
            "alert protocol version",
            "could not create ssl/tls secure channel",
            "unsupported_protocol",
        ],
        with: &[],
        title: "No common TLS version",
        action: "Have TLS 1.2 or 1.3 enabled on the machine and on proxies in between.",
        cause: "Entra and Power BI accept TLS 1.2 and 1.3 only.",
        remedies: &["Old .NET Framework: set ServicePointManager.SecurityProtocol to Tls12, or use 4.8."],
    },
    Phrase {
        code: "no-tls",
        texts: &[
            "wrong version number",
            "cannot determine the frame size",
            "corrupted frame was received",
            "first record does not look like a tls handshake",
        ],
        with: &[],
        title: "The other side does not speak TLS",
        action: "Check scheme and port: https was called where plain http is spoken.",
        cause: "The answer to the handshake was plain text, as a proxy or a wrong port gives it.",
        remedies: &["A proxy is named with http:// in HTTPS_PROXY, even for https targets."],
    },
    Phrase {
        code: "untrusted-issuer",
        texts: &[
            "unable to get local issuer certificate",
            "unable to get issuer certificate",
            "self-signed certificate",
            "self signed certificate",
            "certificate_verify_failed",
            "certificate verify failed",
            "certificate signed by unknown authority",
            "unable to verify the first certificate",
            "self_signed_cert_in_chain",
            "unable_to_get_issuer_cert",
            "untrustedroot",
            "partialchain",
            "remote certificate is invalid",
            "remotecertificatechainerrors",
            "could not establish trust relationship",
        ],
        with: &[],
        title: "The certificate's issuer is not trusted",
        action: "Install the issuer's root certificate in the system's store.",
        cause: "The server showed a certificate that no root of the system vouches for. A company proxy that reads TLS does this.",
        remedies: &[
            "openssl s_client -connect login.microsoftonline.com:443 shows who issued it.",
            "Debian: copy the root as .crt into /usr/local/share/ca-certificates and run update-ca-certificates; in a container, in its image.",
            "Never switch the check off: the client secret goes over this connection.",
        ],
    },
    Phrase {
        code: "tls",
        texts: &[
            "the ssl connection could not be established",
            "ssl_error_syscall",
            "handshake failure",
            "handshake failed",
            "ssl handshake",
        ],
        with: &[],
        title: "The TLS handshake failed",
        action: "Read the inner exception: it names what was wrong with TLS.",
        cause: "The connection stood, but no encrypted channel came about. Most often the certificate's issuer is not trusted, or a proxy cuts in.",
        remedies: &["openssl s_client -connect login.microsoftonline.com:443 shows the certificate and its issuer."],
    },
    Phrase {
        code: "resource-as-address",
        texts: NO_SUCH_HOST,
        with: &["analysis.windows.net", "analysis.usgovcloudapi.net", "analysis.chinacloudapi.cn"],
        title: "The resource was called like an address",
        action: "Call https://api.powerbi.com; the resource URI is only a name.",
        cause: "https://analysis.windows.net/powerbi/api names the API in token requests. No server has that name.",
        remedies: &[
            "Resource keeps the URI. The base address of the API is https://api.powerbi.com (other clouds have their own host).",
        ],
    },
    Phrase {
        code: "proxy-name",
        texts: &["could not resolve proxy"],
        with: &[],
        title: "The proxy has no address",
        action: "Correct the proxy's name in HTTPS_PROXY.",
        cause: "The name of the proxy could not be resolved.",
        remedies: &[APPLICATION_TOO],
    },
    Phrase {
        code: "no-such-host",
        texts: NO_SUCH_HOST,
        with: &[],
        title: "The host has no address",
        action: "Check the host name, then the machine's name resolution.",
        cause: "The name could not be resolved.",
        remedies: &[
            "getent hosts login.microsoftonline.com shows what the machine makes of the name.",
            "If names are resolved only by a proxy here, set HTTPS_PROXY, for the application's service too.",
        ],
    },
    Phrase {
        code: "proxy-credentials",
        texts: &[
            "407 proxy authentication required",
            "code 407 from proxy",
            "status code '407'",
            "407 (proxy authentication",
            "response 407",
            "(407) proxy",
        ],
        with: &[],
        title: "The proxy wants credentials",
        action: "Put user and password into HTTPS_PROXY: http://user:password@host:port.",
        cause: "The proxy answered 407: the request never reached Microsoft.",
        remedies: &[
            APPLICATION_TOO,
            "Or have login.microsoftonline.com and api.powerbi.com allowed without credentials.",
        ],
    },
    Phrase {
        code: "proxy-refused",
        texts: &[
            "connect tunnel failed",
            "proxy tunnel request",
            "from proxy after connect",
            "err_tunnel_connection_failed",
        ],
        with: &[],
        title: "The proxy refused the connection",
        action: "Have the sign-in host and api.powerbi.com allowed at the proxy.",
        cause: "The proxy did not open a tunnel.",
        remedies: &["Port 443 of login.microsoftonline.com, api.powerbi.com and app.powerbi.com has to be open."],
    },
    Phrase {
        code: "unreachable",
        texts: &[
            "network is unreachable",
            "no route to host",
            "enetunreach",
            "ehostunreach",
            "unreachable network",
            "unreachable host",
        ],
        with: &[],
        title: "There is no route to the host",
        action: "Connect the machine to the network, or set HTTPS_PROXY.",
        cause: "The system knows no way to that address.",
        remedies: &[
            "If only an IPv6 address is named: the machine has no IPv6, but its DNS offers it. DOTNET_SYSTEM_NET_DISABLEIPV6=1 helps .NET.",
        ],
    },
    Phrase {
        code: "connect-refused",
        texts: &["connection refused", "actively refused", "econnrefused"],
        with: &[],
        title: "The connection was refused",
        action: "Check host and port, and that something listens there.",
        cause: "The machine answered that nothing listens on that port, or a firewall said so in its name.",
        remedies: &["Microsoft's hosts never refuse port 443: look for a proxy setting that points nowhere."],
    },
    Phrase {
        code: "connect-timeout",
        texts: &[
            "a connection attempt failed because",
            "connection timed out",
            "etimedout",
            "httpclient.timeout",
            "a task was canceled",
            "the operation has timed out",
            "the operation was canceled",
            "operation timed out",
            "connect timeout",
            "couldn't connect to server",
            "connection timeout",
            "read timed out",
            "und_err_connect_timeout",
        ],
        with: &[],
        title: "No answer in time",
        action: "Open the way to this host in the firewall, or set HTTPS_PROXY.",
        cause: "Nothing answered. A firewall that drops packets looks like this, and so does a network that needs a proxy.",
        remedies: &[
            "If curl works and .NET hangs, IPv6 leads nowhere: DOTNET_SYSTEM_NET_DISABLEIPV6=1 for the service shows it.",
            "curl -4 -v https://login.microsoftonline.com/ and curl -6 -v tell the two apart.",
            APPLICATION_TOO,
        ],
    },
    Phrase {
        code: "connection-closed",
        texts: &[
            "connection reset by peer",
            "forcibly closed",
            "econnreset",
            "response ended prematurely",
            "empty reply from server",
            "socket hang up",
            "unexpected eof",
            "connection aborted",
            "unable to read data from the transport connection",
        ],
        with: &[],
        title: "The connection was cut",
        action: "Try again; then look for a proxy or firewall that cuts the connection.",
        cause: "The other side, or something in between, ended the connection before the answer was complete.",
        remedies: &[
            "curl -v https://login.microsoftonline.com/ from the same machine shows whether it is the application alone.",
        ],
    },
    Phrase {
        code: "html-answer",
        texts: &[
            "'<' is an invalid start of a value",
            "unexpected token '<'",
            "unexpected token < in json",
            "unexpected character encountered while parsing value: <",
            "'0x3c' is invalid",
            "<!doctype html",
        ],
        with: &[],
        title: "A web page came in the place of JSON",
        action: "Open the URL that is called and see who answers with a page.",
        cause: "The program expected JSON and got HTML: a proxy, a gateway, a sign-in page or a wrong path answered.",
        remedies: &[
            "For the token: AuthTokenUrl has to end in /oauth2/token.",
            "For /tokens/GetAccessToken: the application's own error page came; its log has the reason.",
            "Behind a proxy: have the hosts of Microsoft allowed.",
        ],
    },
];

const NO_SUCH_HOST: &[&str] = &[
    "name or service not known",
    "no such host is known",
    "could not resolve host",
    "nodename nor servname",
    "temporary failure in name resolution",
    "name resolution failure",
    "resource temporarily unavailable (",
    "enotfound",
    "eai_again",
    "name does not resolve",
    "remote name could not be resolved",
    "failed to resolve",
    "err_name_not_resolved",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_of_one_form() {
        for phrase in &PHRASES {
            assert!(phrase.action.len() <= 76 && phrase.action.ends_with('.'), "{}", phrase.action);
            assert!(!phrase.title.ends_with('.') && phrase.cause.ends_with('.'), "{}", phrase.code);
            assert!(phrase.remedies.iter().all(|remedy| remedy.ends_with('.')), "{}", phrase.code);
            let texts = phrase.texts.iter().chain(phrase.with);
            assert!(texts.clone().all(|text| text.to_lowercase() == **text), "{}", phrase.code);
        }
    }

    #[test]
    fn the_exact_failure_is_the_only_one_of_its_kind() {
        let codes =
            |text: &str| -> Vec<&str> { found_in(&text.to_lowercase()).iter().map(|found| found.code).collect() };
        for (text, expected) in [
            (
                "The SSL connection could not be established, see inner exception. ---> AuthenticationException: The remote certificate is invalid because of errors in the certificate chain: PartialChain",
                vec!["untrusted-issuer"],
            ),
            ("The SSL connection could not be established, see inner exception.", vec!["tls"]),
            ("Name or service not known (analysis.windows.net:443)", vec!["resource-as-address"]),
            ("Name or service not known (login.microsoftonline.com:443)", vec!["no-such-host"]),
            ("curl: (56) Received HTTP code 407 from proxy after CONNECT", vec!["proxy-credentials"]),
            ("all is well", vec![]),
        ] {
            assert_eq!(codes(text), expected, "{text}");
        }
    }
}
