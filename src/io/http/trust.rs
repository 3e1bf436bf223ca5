//! Whom to trust: the system's judgement of certificates, with a note of what was judged.

use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use rustls_platform_verifier::Verifier;

use super::connector::{Shown, note};
use super::fault;
use crate::domain::exchange::TransportFault;
use crate::domain::network::certificate::Roots;
use crate::io::environment::NetworkVariables;

/// Whom the client trusts; making it reads the system's store.
pub(super) struct Trust {
    config: ClientConfig,
    /// How many certificates came beside the system's, if any were given.
    extra: Option<usize>,
    /// How many the system has, counted when it is first told.
    system: OnceLock<Option<usize>>,
}

impl Trust {
    /// With the system's roots, or those of `SSL_CERT_FILE` and `SSL_CERT_DIR`, and the PEM certificates of `extra`.
    pub(super) fn new(extra: Option<&[u8]>) -> Result<Self, TransportFault> {
        let provider = Arc::new(ring::default_provider());
        let extra_roots = extra.map(read_roots).transpose()?;
        let count = extra_roots.as_ref().map(Vec::len);
        let keeping = Keeping { inner: verifier(extra_roots, &provider)? };
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| TransportFault::Tls(error.to_string()))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(keeping))
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { config, extra: count, system: OnceLock::new() })
    }

    /// The client's side of TLS.
    pub(super) fn config(&self) -> ClientConfig {
        self.config.clone()
    }

    /// The roots in use.
    pub(super) fn roots(&self, variables: &NetworkVariables) -> Roots {
        let system = *self.system.get_or_init(system_roots);
        Roots { system, ca_file: self.extra, ..replacement(variables) }
    }
}

/// What stands in the place of the system's store.
pub(super) fn replacement(variables: &NetworkVariables) -> Roots {
    Roots { cert_file: variables.cert_file.clone(), cert_dir: variables.cert_dir.clone(), ..Roots::default() }
}

/// Fails when neither the system nor the caller has a root.
fn verifier(
    extra: Option<Vec<CertificateDer<'static>>>,
    provider: &Arc<CryptoProvider>,
) -> Result<Verifier, TransportFault> {
    let is_alone = extra.is_none();
    Verifier::new_with_extra_roots(extra.unwrap_or_default(), Arc::clone(provider)).map_err(|error| {
        if is_alone { TransportFault::NoTrustStore } else { TransportFault::CaFile(fault::chain(&error)) }
    })
}

/// The certificates of a PEM text, at least one.
pub(super) fn read_roots(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TransportFault> {
    let roots: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match roots {
        Err(error) => Err(TransportFault::CaFile(fault::chain(&error))),
        Ok(roots) if roots.is_empty() => Err(TransportFault::CaFile("there is no certificate in it".to_owned())),
        Ok(roots) => Ok(roots),
    }
}

/// How many roots the system's store holds, or what replaces it.
#[cfg(all(unix, not(target_os = "android"), not(target_vendor = "apple")))]
#[expect(clippy::unnecessary_wraps, reason = "other systems do not tell")]
fn system_roots() -> Option<usize> {
    Some(rustls_native_certs::load_native_certs().certs.len())
}

/// Other systems judge certificates themselves and do not tell how many roots they have.
#[cfg(not(all(unix, not(target_os = "android"), not(target_vendor = "apple"))))]
fn system_roots() -> Option<usize> {
    None
}

/// Notes what servers show, and leaves the judgement to the system's verifier.
#[derive(Debug)]
struct Keeping {
    inner: Verifier,
}

/// The server has proved that the certificate is its own, in that version of TLS.
fn proved(version: &'static str) {
    note(|notes| {
        if let Some(shown) = notes.shown.last_mut() {
            shown.version = Some(version);
        }
    });
}

impl ServerCertVerifier for Keeping {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        note(|notes| {
            let chain = std::iter::once(end_entity).chain(intermediates).map(|one| one.clone().into_owned()).collect();
            notes.shown.push(Shown { name: server_name.to_str().into_owned(), chain, version: None });
        });
        self.inner.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let proof = self.inner.verify_tls12_signature(message, certificate, signature)?;
        proved("TLS 1.2");
        Ok(proof)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let proof = self.inner.verify_tls13_signature(message, certificate, signature)?;
        proved("TLS 1.3");
        Ok(proof)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }

    fn requires_raw_public_keys(&self) -> bool {
        self.inner.requires_raw_public_keys()
    }

    fn root_hint_subjects(&self) -> Option<&[rustls::DistinguishedName]> {
        self.inner.root_hint_subjects()
    }
}
