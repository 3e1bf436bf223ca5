//! The certificate that a server showed, and the roots that it was held against.

use crate::domain::text::printable;
use crate::domain::time::Timestamp;

/// The certificate of a server, and the chain that came with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presented {
    /// Whom it is for: the common name, else all of the name.
    pub subject: String,
    /// Who signed it.
    pub issuer: String,
    /// Who signed the last certificate that came: the root that is wanted.
    pub last_issuer: String,
    /// How many certificates came.
    pub count: usize,
    /// The beginning of its validity.
    pub not_before: Timestamp,
    /// The end of its validity.
    pub not_after: Timestamp,
    /// SHA-256 of the server's certificate, in hexadecimal pairs with colons, as browsers show it.
    pub fingerprint: String,
}

impl Presented {
    /// Lines for the evidence of a failure.
    pub fn lines(&self) -> Vec<String> {
        vec![
            format!("Certificate for {}", printable(&self.subject)),
            format!("Issued by {}", printable(&self.issuer)),
            format!("{} in the chain, the last one issued by {}", self.count, printable(&self.last_issuer)),
            format!("Valid from {} to {}", self.not_before.utc(), self.not_after.utc()),
            format!("SHA-256 {}", self.fingerprint),
        ]
    }
}

/// The roots that certificates are held against.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roots {
    /// How many certificates came from the system's store or what replaces it; `None` where that is not known.
    pub system: Option<usize>,
    /// `SSL_CERT_FILE`, which replaces the system's store.
    pub cert_file: Option<String>,
    /// `SSL_CERT_DIR`, which replaces the system's store.
    pub cert_dir: Option<String>,
    /// How many certificates came from `--ca-file`, if it was given.
    pub ca_file: Option<usize>,
}

impl Roots {
    /// What stands in the place of the system's store: `SSL_CERT_FILE=/etc/roots.pem`.
    pub fn replaced_by(&self) -> Option<String> {
        let named =
            |name: &str, value: &Option<String>| value.as_deref().map(|value| format!("{name}={}", printable(value)));
        let places: Vec<String> = [named("SSL_CERT_FILE", &self.cert_file), named("SSL_CERT_DIR", &self.cert_dir)]
            .into_iter()
            .flatten()
            .collect();
        (!places.is_empty()).then(|| places.join(" and "))
    }

    /// `142 certificates of the system's store, 1 of --ca-file`.
    pub fn words(&self) -> String {
        let place = self.replaced_by().unwrap_or_else(|| "the system's store".to_owned());
        let system = match self.system {
            Some(1) => format!("1 certificate of {place}"),
            Some(count) => format!("{count} certificates of {place}"),
            None => format!("the certificates of {place}"),
        };
        match self.ca_file {
            Some(count) => format!("{system}, {count} of --ca-file"),
            None => system,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_are_told_with_their_place_and_number() {
        let mut roots = Roots { system: Some(142), ..Roots::default() };
        assert_eq!(roots.words(), "142 certificates of the system's store");
        roots.ca_file = Some(1);
        roots.system = Some(1);
        roots.cert_file = Some("/etc/roots.pem".to_owned());
        assert_eq!(roots.words(), "1 certificate of SSL_CERT_FILE=/etc/roots.pem, 1 of --ca-file");
        roots.cert_dir = Some("/etc/ce\u{1b}rts".to_owned());
        assert!(!roots.words().contains('\u{1b}'));
    }
}
