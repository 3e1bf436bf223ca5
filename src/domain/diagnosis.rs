//! The one answer to "what is wrong".
//!
//! Validation, network, identity provider, token checks and saving all speak in a [`Diagnosis`]; screen,
//! plain text and JSON print it.

use std::borrow::Cow;

use super::setting::SettingName;

/// How bad it is. Errors stop the ladder, warnings and notes do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; the stage stays passed.
    Info,
    /// Probably wrong; whoever is asked will judge.
    Warning,
    /// Makes the request impossible, or was refused.
    Error,
}

impl Severity {
    /// The word in JSON: `error`, `warning` or `info`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One thing that is wrong, with what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// Stable name: `AADSTS7000215`, `HTTP429`, `placeholder-left`.
    pub code: Cow<'static, str>,
    /// How bad it is.
    pub severity: Severity,
    /// What happened, in a few words without a full stop.
    pub title: String,
    /// The one next step, a full sentence in the imperative.
    pub action: String,
    /// Why it happened, in full sentences.
    pub cause: String,
    /// The setting at fault, if it is one.
    pub setting: Option<SettingName>,
    /// What to try, in order, full sentences.
    pub remedies: Vec<String>,
    /// What the other side answered; only for failures of an exchange.
    pub evidence: Option<Box<Evidence>>,
    /// Pages that mend it, to be opened in a browser; they stand in the remedies, too.
    pub links: Vec<Link>,
}

/// A page to open in a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What it is, in a few words.
    pub title: &'static str,
    /// Its address: https, on a host of Microsoft's, printable ASCII, without a secret.
    pub url: String,
}

impl Diagnosis {
    /// A diagnosis with its code, severity, title and action; the rest is added by the `with_` methods.
    pub fn new(
        severity: Severity,
        code: impl Into<Cow<'static, str>>,
        title: impl Into<String>,
        action: impl Into<String>,
    ) -> Self {
        Self {
            code: code.into(),
            severity,
            title: title.into(),
            action: action.into(),
            cause: String::new(),
            setting: None,
            remedies: Vec::new(),
            evidence: None,
            links: Vec::new(),
        }
    }

    /// Adds why it happened.
    #[must_use]
    pub fn because(mut self, cause: impl Into<String>) -> Self {
        self.cause = cause.into();
        self
    }

    /// Names the setting at fault.
    #[must_use]
    pub fn at(mut self, setting: SettingName) -> Self {
        self.setting = Some(setting);
        self
    }

    /// Adds one more thing to try.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedies.push(remedy.into());
        self
    }

    /// The remedies for a view that shows the links by themselves: in the place of an address stands what `there` says
    /// of it.
    pub fn remedies_beside_links(&self, there: impl Fn(&Link) -> &'static str) -> Vec<String> {
        let without = |remedy: String, link: &Link| remedy.replace(&link.url, there(link));
        self.remedies.iter().map(|remedy| self.links.iter().fold(remedy.clone(), without)).collect()
    }

    /// Adds what the other side answered.
    #[must_use]
    pub fn with_evidence(mut self, evidence: Evidence) -> Self {
        self.evidence = Some(Box::new(evidence));
        self
    }
}

/// Puts the worst first and keeps the order among equals: the first one is the answer.
pub fn rank(diagnoses: &mut [Diagnosis]) {
    diagnoses.sort_by_key(|diagnosis| std::cmp::Reverse(diagnosis.severity));
}

/// What the other side answered, masked and cut, safe to show.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// HTTP status, if there was an HTTP answer.
    pub status: Option<u16>,
    /// Headers in the order received; values of `Set-Cookie` are masked.
    pub headers: Vec<(String, String)>,
    /// The body as text, masked, at most 4 KiB; or the text of a transport error.
    pub body: String,
    /// Entra's trace ID: in the body, else the header `x-ms-request-id`.
    pub trace_id: Option<String>,
    /// The correlation ID: in the body, else the header `client-request-id`.
    pub correlation_id: Option<String>,
    /// Entra's own time of the refusal, as written in the body.
    pub timestamp: Option<String>,
    /// The server's own words, without trace and correlation IDs.
    pub words: Option<String>,
}
