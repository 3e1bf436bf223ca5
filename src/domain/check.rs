//! The claims of a token against what the settings promise.

/// What came out of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is as promised.
    Pass,
    /// Worth a look.
    Warn,
    /// Present and wrong.
    Fail,
    /// Nothing to compare with, or not possible.
    NotChecked,
}

impl Verdict {
    /// The word on the screen and in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::NotChecked => "not checked",
        }
    }
}

/// One claim, ready to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimReport {
    /// The claim's name, control characters taken out.
    pub name: String,
    /// The value as it came.
    pub value: serde_json::Value,
    /// The value in words: a date, a known name; empty when the value speaks for itself.
    pub words: String,
    /// What the claim is for, from the dictionary; empty when it is unknown.
    pub meaning: &'static str,
    /// The comparison's outcome.
    pub verdict: Verdict,
    /// Why that verdict; for `NotChecked` why not.
    pub note: String,
    /// Whether it names a person or an address.
    pub personal: bool,
}
