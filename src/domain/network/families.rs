//! What came of each address family, and what an application makes of it that tries one address after the other.

use std::time::Duration;

use crate::domain::diagnosis::{Diagnosis, Severity};
use crate::domain::time;

/// An address that has said nothing for so long, while the other family answered, is taken to be dead.
pub const PATIENCE: Duration = Duration::from_secs(1);

/// A version of the Internet Protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl Family {
    /// Its name on the screen.
    pub const fn word(self) -> &'static str {
        match self {
            Self::V4 => "IPv4",
            Self::V6 => "IPv6",
        }
    }
}

/// What came of the addresses of one family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A connection stands.
    Connected,
    /// An address refused.
    Refused,
    /// No route leads there.
    Unreachable,
    /// Nothing came back as long as was waited.
    Silent,
    /// None was tried: the other family was first.
    NotTried,
    /// Something else.
    Failed,
}

impl Outcome {
    /// A few words about it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::Refused => "refused",
            Self::Unreachable => "no route",
            Self::Silent => "no answer",
            Self::NotTried => "not tried",
            Self::Failed => "failed",
        }
    }
}

/// The attempts at one family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tried {
    /// Which one.
    pub family: Family,
    /// How many addresses the name has in it.
    pub addresses: usize,
    /// The best that came of them.
    pub outcome: Outcome,
    /// How long that took, from the first attempt at the family; zero where it was not measured.
    pub took: Duration,
    /// Whether the system puts this family first, as an application that asks it will.
    pub is_first: bool,
}

/// What came of each family, if more than one was tried: `IPv6 no answer in 1.0 s, IPv4 in 23 ms`; else the one that
/// was used: `IPv4`. `None` when nothing was tried, or the one address on loopback.
pub fn words(tried: &[Tried]) -> Option<String> {
    let used = tried.iter().find(|tried| tried.outcome == Outcome::Connected)?;
    let others = tried.iter().filter(|other| !matches!(other.outcome, Outcome::Connected | Outcome::NotTried));
    let mut words: Vec<String> = others.map(one).collect();
    if words.is_empty() {
        // With one family there is nothing to tell apart.
        return (tried.len() > 1).then(|| used.family.word().to_owned());
    }
    words.push(format!("{} in {}", used.family.word(), time::duration(used.took)));
    Some(words.join(", "))
}

/// Every family and what came of it, for the evidence of a failure: `IPv6: 2 addresses, no answer in 8.0 s`.
pub fn lines(tried: &[Tried]) -> Vec<String> {
    let line = |tried: &Tried| {
        let (count, noun) = (tried.addresses, if tried.addresses == 1 { "address" } else { "addresses" });
        let what = match tried.outcome {
            Outcome::NotTried => Outcome::NotTried.words().to_owned(),
            outcome => format!("{} in {}", outcome.words(), time::duration(tried.took)),
        };
        format!("{}: {count} {noun}, {what}", tried.family.word())
    };
    tried.iter().map(line).collect()
}

fn one(tried: &Tried) -> String {
    format!("{} {} in {}", tried.family.word(), tried.outcome.words(), time::duration(tried.took))
}

/// Names a family whose addresses say nothing while those of the other answer.
pub fn explain(tried: &[Tried], host: &str) -> Option<Diagnosis> {
    let used = tried.iter().find(|tried| tried.outcome == Outcome::Connected)?;
    let silent = tried.iter().find(|tried| tried.outcome == Outcome::Silent && tried.took >= PATIENCE)?;
    let (dead, alive) = (silent.family.word(), used.family.word());
    let order = if silent.is_first {
        format!("This system puts {dead} first, so each new connection of the application will stall.")
    } else {
        format!("Whenever the system puts {dead} first, a new connection of the application will stall.")
    };
    let cause = format!(
        "{host} has {dead} addresses that gave no answer in {}, while {alive} answered in {}. This program tries both \
         side by side and goes on with what works. .NET's HttpClient tries one address after the other, without a limit \
         of its own for connecting: it waits for the system to give up, which takes Linux two minutes, and its own limit \
         of 100 seconds for a request ends the request before. {order}",
        time::duration(silent.took),
        time::duration(used.took),
    );
    let diagnosis = match silent.family {
        Family::V6 => Diagnosis::new(
            Severity::Warning,
            "ipv6-black-hole",
            "IPv6 does not answer, IPv4 does",
            "Mend the IPv6 route of this machine, or set DOTNET_SYSTEM_NET_DISABLEIPV6=1 for the application.",
        )
        .because(cause)
        .remedy("The variable belongs into the environment of the service: Environment= in its systemd unit, environment: of the container.")
        .remedy("For all programs of this machine: the line \"precedence ::ffff:0:0/96 100\" in /etc/gai.conf puts IPv4 first.")
        .remedy(format!("curl -6 -v https://{host}/ and curl -4 -v https://{host}/ show the difference.")),
        Family::V4 => Diagnosis::new(
            Severity::Warning,
            "ipv4-black-hole",
            "IPv4 does not answer, IPv6 does",
            "Mend the IPv4 route of this machine, or have the firewall let it through.",
        )
        .because(cause)
        .remedy(format!("curl -4 -v https://{host}/ and curl -6 -v https://{host}/ show the difference.")),
    };
    Some(diagnosis)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn tried(family: Family, outcome: Outcome, millis: u64, is_first: bool) -> Tried {
        Tried { family, addresses: 2, outcome, took: Duration::from_millis(millis), is_first }
    }

    fn code(tried: &[Tried]) -> Option<String> {
        explain(tried, "login.example").map(|diagnosis| diagnosis.code.into_owned())
    }

    #[test]
    fn a_silent_family_is_named_only_beside_one_that_answers_and_only_after_some_patience() {
        let connected = tried(Family::V4, Outcome::Connected, 20, false);
        let silent = |millis| tried(Family::V6, Outcome::Silent, millis, true);
        assert_eq!(code(&[silent(1000), connected]).as_deref(), Some("ipv6-black-hole"));
        assert_eq!(code(&[silent(400), connected]), None, "that may be a long way");
        assert_eq!(code(&[silent(9000), tried(Family::V4, Outcome::Refused, 3, false)]), None);
        for harmless in [Outcome::Refused, Outcome::Unreachable, Outcome::NotTried, Outcome::Failed] {
            assert_eq!(code(&[tried(Family::V6, harmless, 5000, true), connected]), None, "{harmless:?}");
        }
        let reversed =
            [tried(Family::V4, Outcome::Silent, 1000, true), tried(Family::V6, Outcome::Connected, 9, false)];
        assert_eq!(code(&reversed).as_deref(), Some("ipv4-black-hole"));
    }

    #[test]
    fn words_name_the_family_that_was_used_and_what_failed_beside_it() {
        let v4 = tried(Family::V4, Outcome::Connected, 23, false);
        assert_eq!(words(&[]), None);
        assert_eq!(words(&[v4]), None);
        assert_eq!(words(&[tried(Family::V6, Outcome::NotTried, 0, false), v4]).as_deref(), Some("IPv4"));
        let both = [tried(Family::V6, Outcome::Silent, 1000, true), v4];
        assert_eq!(words(&both).as_deref(), Some("IPv6 no answer in 1.0 s, IPv4 in 23 ms"));
        assert_eq!(lines(&both), ["IPv6: 2 addresses, no answer in 1.0 s", "IPv4: 2 addresses, connected in 23 ms"]);
    }
}
