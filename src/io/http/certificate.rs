//! Reads who issued a certificate, for whom, and for how long.

use rustls::pki_types::CertificateDer;
use x509_cert::Certificate;
use x509_cert::der::asn1::BmpString;
use x509_cert::der::{Decode, Tag, Tagged};
use x509_cert::name::Name;
use x509_cert::time::Time;

use crate::domain::network::certificate::Presented;
use crate::domain::time::Timestamp;

/// Common name, organisational unit, organisation (X.520): the first that a name has stands for it.
const NAMES: [&str; 3] = ["2.5.4.3", "2.5.4.11", "2.5.4.10"];

/// What a server showed, its own certificate first; `None` if that cannot be read.
pub(super) fn read(chain: &[CertificateDer<'_>]) -> Option<Presented> {
    let end_entity = chain.first()?;
    let certificate = Certificate::from_der(end_entity).ok()?.tbs_certificate;
    let issuer = name(&certificate.issuer);
    let last = chain.last().and_then(|last| Certificate::from_der(last).ok());
    Some(Presented {
        subject: name(&certificate.subject),
        last_issuer: last.map_or_else(|| issuer.clone(), |last| name(&last.tbs_certificate.issuer)),
        issuer,
        count: chain.len(),
        not_before: moment(certificate.validity.not_before),
        not_after: moment(certificate.validity.not_after),
        fingerprint: fingerprint(end_entity),
    })
}

/// `Zscaler Root CA`: the common name, else another that says something, else all of it (RFC 4514).
fn name(name: &Name) -> String {
    let parts = || name.0.iter().flat_map(|part| part.0.iter());
    NAMES.iter().find_map(|wanted| parts().find(|part| part.oid.to_string() == *wanted)).map_or_else(
        || name.to_string(),
        |part| {
            if part.value.tag() == Tag::BmpString
                && let Ok(text) = BmpString::from_ucs2(part.value.value())
            {
                return text.to_string();
            }
            String::from_utf8_lossy(part.value.value()).into_owned()
        },
    )
}

fn moment(time: Time) -> Timestamp {
    Timestamp::from_seconds(i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX))
}

/// SHA-256 as browsers show it.
fn fingerprint(certificate: &CertificateDer<'_>) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, certificate);
    digest.as_ref().iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
}
