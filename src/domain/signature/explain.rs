//! What a verdict on a signature means, and what to do about it.

use super::{Algorithm, Flaw, NoKeys, Reason, Verdict};
use crate::domain::diagnosis::{Diagnosis, Severity};
use crate::domain::text::{clip, printable};

/// Columns that a name out of the token may take in a text.
const NAME_COLUMNS: usize = 60;

impl Verdict {
    /// The summary of the stage: `RS256, by a published key`, `not checked`.
    pub fn summary(&self) -> String {
        match self {
            Self::Valid(algorithm) => format!("{}, by a published key", algorithm.name()),
            Self::Invalid(Flaw::UnexpectedAlgorithm(name)) => match name.as_deref().map(shown) {
                Some(name) => format!("unexpected algorithm {name}"),
                None => "no algorithm".to_owned(),
            },
            Self::Invalid(Flaw::Malformed | Flaw::Mismatch) => "false".to_owned(),
            Self::NotChecked(_) => "not checked".to_owned(),
        }
    }

    /// What is wrong; `None` for a valid signature.
    pub fn explain(&self) -> Option<Diagnosis> {
        match self {
            Self::Valid(_) => None,
            Self::Invalid(Flaw::UnexpectedAlgorithm(name)) => Some(unexpected(name.as_deref().map(shown).as_deref())),
            Self::Invalid(Flaw::Malformed) => {
                Some(invalid("What stands in the place of the signature is empty or no base64url text."))
            }
            Self::Invalid(Flaw::Mismatch) => Some(invalid(
                "The key that the token names is published by the provider, and it did not make this signature over \
                 this token. Somebody else did, or the token was changed afterwards.",
            )),
            Self::NotChecked(reason) => Some(not_checked(reason)),
        }
    }
}

/// A name out of the token, harmless and short.
pub(super) fn shown(name: &str) -> String {
    clip(&printable(name), NAME_COLUMNS).into_owned()
}

fn invalid(cause: &str) -> Diagnosis {
    Diagnosis::new(
        Severity::Error,
        "signature-invalid",
        "The token's signature is false",
        "Do not use this token; find out who answered in the provider's place.",
    )
    .because(cause)
    .remedy("Check the host in AuthTokenUrl, letter by letter.")
    .remedy("Look in stage connect whether a proxy stands in between, and ask whoever runs it.")
    .remedy("If the provider is yours, check that it publishes the key that it signs with, under its own name.")
}

fn unexpected(name: Option<&str>) -> Diagnosis {
    let accepted = [Algorithm::Rs256, Algorithm::Ps256].map(Algorithm::name).join(" and ");
    let is_unsigned = |name: &str| name.eq_ignore_ascii_case("none");
    let title = if name.is_some_and(is_unsigned) {
        "The token is not signed"
    } else {
        "The token is signed by an unexpected algorithm"
    };
    let cause = match name {
        Some(name) if is_unsigned(name) => "Its header says alg none, so anybody can have written it.".to_owned(),
        Some(name) if name.starts_with("HS") => {
            format!("Its header says {name}: whoever checks such a token could also have made it.")
        }
        Some(name) => format!("Its header says {name}."),
        None => "Its header does not say how it is signed.".to_owned(),
    };
    Diagnosis::new(
        Severity::Error,
        "signature-unexpected-algorithm",
        title,
        "Do not use this token; find out who answered in the provider's place.",
    )
    .because(format!("{cause} Entra ID signs with RS256; accepted here are {accepted}."))
    .remedy("Check the host in AuthTokenUrl, letter by letter.")
    .remedy("If the provider is yours, have it sign with RS256.")
}

fn not_checked(reason: &Reason) -> Diagnosis {
    // The reason quotes names out of the token and addresses out of documents.
    let why = reason.to_string();
    let why = printable(&why);
    let diagnosis = Diagnosis::new(
        Severity::Warning,
        "signature-not-checked",
        "The token's signature is not checked",
        action(reason),
    )
    .because(format!("{} That makes it neither valid nor false.", sentence(&why)));
    match reason {
        Reason::IssuerNotTrusted(_) => diagnosis.remedy(
            "Trusted are Entra ID and, for a provider on this machine, that provider itself. Stage claims shows iss.",
        ),
        Reason::UnknownKey(_) | Reason::OnlyKeyDoesNotFit => {
            let cause = format!(
                "{} Keys roll over without notice, and a new one is published within minutes.",
                diagnosis.cause
            );
            diagnosis.because(cause)
        }
        _ => diagnosis,
    }
}

const fn action(reason: &Reason) -> &'static str {
    match reason {
        Reason::NoJwt(_) | Reason::NonceInHeader | Reason::CriticalExtensions => "Try the token at the API it is for.",
        Reason::IssuerNotTrusted(_) => "Check that iss of the token is the issuer that you expect.",
        Reason::NoKeys(NoKeys::UntrustedKeyHost(_)) => "Check that AuthTokenUrl names the provider's own host.",
        Reason::NotFetched(_) | Reason::Unreadable(_) => "Test again; the keys are fetched anew.",
        Reason::UnknownKey(_) | Reason::OnlyKeyDoesNotFit => "Test again in some minutes.",
        Reason::NoKeys(NoKeys::NotNamed)
        | Reason::KeyNotNamed(_)
        | Reason::UnusableKey(_)
        | Reason::KeyForAnother(_) => "Ask whoever runs the provider about its keys.",
    }
}

/// With a capital at the start and one full stop at the end.
fn sentence(words: &str) -> String {
    let mut characters = words.trim_end_matches('.').chars();
    let first: String = characters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", characters.as_str())
}
