//! Classifies failures of an exchange by the types in their chain of sources.

use std::error::Error;
use std::io;

use rustls::{AlertDescription, CertificateError, InvalidMessage};

use super::resolver::ResolveError;
use crate::domain::exchange::TransportFault;

/// What the client says when a proxy is out of reach.
pub(super) const NO_WAY_TO_PROXY: &str = "failed to create underlying connection";

/// The texts of an error and its sources, outermost first.
pub(super) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut texts: Vec<String> = Vec::new();
    for link in links(error) {
        let text = link.to_string();
        // Wrappers often repeat what they wrap.
        if texts.last().is_none_or(|last| !last.contains(&text)) {
            texts.push(text);
        }
    }
    texts.join(": ")
}

/// The error, its sources, and what I/O errors wrap, which is not among their sources.
fn links<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |link| {
        let link: &'a (dyn Error + 'static) = *link;
        let wrapped = link.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        wrapped.map(|inner| inner as &(dyn Error + 'static)).or_else(|| link.source())
    })
}

/// What kind of failure it is.
pub(super) fn classify(error: &reqwest::Error, has_proxy: bool) -> TransportFault {
    let text = chain(error);
    if let Some(fault) = proxy_fault(&text, has_proxy && error.is_connect()) {
        return fault;
    }
    if error.is_timeout() {
        return if error.is_connect() { TransportFault::ConnectTimeout } else { TransportFault::AnswerTimeout };
    }
    match links(error).find_map(by_type) {
        Some(TransportFault::Closed) if error.is_connect() => TransportFault::ClosedWhileConnecting,
        Some(fault) => fault,
        None if links(error).any(is_given_up) => TransportFault::Closed,
        None => TransportFault::Other,
    }
}

/// Whether the client gave a request up because its connection had ended.
fn is_given_up(link: &(dyn Error + 'static)) -> bool {
    link.downcast_ref::<hyper::Error>().is_some_and(|error| error.is_canceled() || error.is_closed())
}

/// What kind of failure it is that came after the head of the answer.
pub(super) fn classify_body(error: &reqwest::Error) -> TransportFault {
    if error.is_timeout() {
        return TransportFault::AnswerTimeout;
    }
    let is_malformed = |link: &(dyn Error + 'static)| {
        // The client's decoder of chunks has no other words for them.
        let kind = link.downcast_ref::<io::Error>().map(io::Error::kind);
        matches!(kind, Some(io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData))
    };
    match links(error).find_map(by_type) {
        Some(fault) => fault,
        None if links(error).any(is_malformed) => TransportFault::NotHttp,
        None => TransportFault::Closed,
    }
}

/// The tunnel's failures come as text only.
fn proxy_fault(text: &str, is_connecting: bool) -> Option<TransportFault> {
    if text.contains("proxy authorization required") {
        Some(TransportFault::ProxyAuthentication)
    } else if text.contains("tunnel error: unsuccessful") || text.contains("proxy response headers too long") {
        Some(TransportFault::ProxyRefused)
    } else if text.contains("tunnel error: unexpected end of file") {
        Some(TransportFault::ClosedWhileConnecting)
    } else if is_connecting && text.contains(NO_WAY_TO_PROXY) {
        Some(TransportFault::ProxyUnreachable)
    } else {
        None
    }
}

fn by_type(link: &(dyn Error + 'static)) -> Option<TransportFault> {
    if let Some(error) = link.downcast_ref::<ResolveError>() {
        return Some(match error {
            ResolveError::NoAddress(_) => TransportFault::NoSuchHost,
            ResolveError::LocalhostElsewhere(_) => TransportFault::LocalhostElsewhere,
        });
    }
    if let Some(error) = link.downcast_ref::<rustls::Error>() {
        return Some(tls(error));
    }
    if let Some(error) = link.downcast_ref::<hyper::Error>() {
        if error.is_parse() {
            // The question for just this is there for servers only.
            let is_long = error.to_string().contains("too large");
            return Some(if is_long { TransportFault::HeadTooLong } else { TransportFault::NotHttp });
        }
        if error.is_incomplete_message() {
            return Some(TransportFault::Closed);
        }
        // Bytes that came before the request was out.
        return error.to_string().contains("unexpected message").then_some(TransportFault::NotHttp);
    }
    let error = link.downcast_ref::<io::Error>()?;
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Some(TransportFault::Refused),
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable | io::ErrorKind::AddrNotAvailable => {
            Some(TransportFault::Unreachable)
        }
        io::ErrorKind::TimedOut => Some(TransportFault::ConnectTimeout),
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::UnexpectedEof => Some(TransportFault::Closed),
        _ => None,
    }
}

fn tls(error: &rustls::Error) -> TransportFault {
    match error {
        rustls::Error::InvalidCertificate(certificate) => by_certificate(certificate),
        rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType) => TransportFault::NoTls,
        rustls::Error::PeerIncompatible(_) | rustls::Error::AlertReceived(AlertDescription::ProtocolVersion) => {
            TransportFault::TlsVersion
        }
        rustls::Error::AlertReceived(AlertDescription::CertificateRequired) => TransportFault::ClientCertificateWanted,
        other => TransportFault::Tls(other.to_string()),
    }
}

fn by_certificate(error: &CertificateError) -> TransportFault {
    match error {
        CertificateError::UnknownIssuer => TransportFault::UntrustedIssuer(None),
        CertificateError::NotValidForName => TransportFault::WrongName(Vec::new()),
        CertificateError::NotValidForNameContext { presented, .. } => TransportFault::WrongName(presented.clone()),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => TransportFault::CertificateExpired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            TransportFault::CertificateNotYetValid
        }
        other => TransportFault::BadCertificate(other.to_string()),
    }
}
