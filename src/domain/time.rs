//! Moments and spans, printed for people; total for every `i64`.
//!
//! The domain has no clock: the present moment is always an argument.

use std::time::Duration;

/// A moment in milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From milliseconds since the epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// From seconds since the epoch (a `NumericDate` of RFC 7519, section 2); saturates.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// Milliseconds since the epoch.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// The moment `span` later; saturates.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        let millis = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
        Self(self.0.saturating_add_unsigned(millis))
    }

    /// The moment so many seconds later, or earlier when they are negative; saturates.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1000)))
    }

    /// The time from `earlier` to this moment, or zero when it is not earlier.
    pub fn since(self, earlier: Self) -> Duration {
        if self > earlier { Duration::from_millis(self.0.abs_diff(earlier.0)) } else { Duration::ZERO }
    }

    /// Seconds from `other` to this moment; negative when `other` is later. Saturates.
    pub const fn seconds_from(self, other: Self) -> i64 {
        self.seconds().saturating_sub(other.seconds())
    }

    /// RFC 3339 in UTC with whole seconds, or `None` outside of the years -9999 to 9999.
    pub fn rfc3339(self) -> Option<String> {
        jiff::Timestamp::from_second(self.seconds()).ok().map(|moment| moment.to_string())
    }

    /// `2026-11-24 14:02:11Z`, or the number of seconds for moments outside of the calendar.
    pub fn utc(self) -> String {
        match self.rfc3339() {
            Some(text) => text.replacen('T', " ", 1),
            None => format!("{} s after 1970", self.seconds()),
        }
    }

    /// `14:02`, the hour and minute in UTC; `None` outside of the calendar.
    pub fn utc_clock(self) -> Option<String> {
        let text = self.rfc3339()?;
        let (_, time) = text.split_once('T')?;
        time.get(..5).map(str::to_owned)
    }

    /// Reads a moment as RFC 3339 writes it, `2026-11-24T14:02:11Z`.
    pub fn from_rfc3339(text: &str) -> Option<Self> {
        text.trim().parse::<jiff::Timestamp>().ok().map(|moment| Self::from_seconds(moment.as_second()))
    }

    /// Reads an HTTP date (RFC 9110, section 5.6.7; only the preferred form).
    pub fn from_http_date(text: &str) -> Option<Self> {
        let moment = jiff::fmt::rfc2822::parse(text.trim()).ok()?;
        Some(Self::from_seconds(moment.timestamp().as_second()))
    }
}

/// A number of seconds in words, seen from now: `in 58 min`, `3 days ago`, `now`.
pub fn relative(seconds: i64) -> String {
    let words = span(seconds.unsigned_abs());
    match seconds {
        0 => "now".to_owned(),
        1.. => format!("in {words}"),
        _ => format!("{words} ago"),
    }
}

/// A number of seconds in words with the largest useful unit: `45 s`, `58 min`, `23 h`, `12 days`.
pub fn span(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        172_800..63_072_000 => format!("{} days", seconds / 86_400),
        _ => format!("{} years", seconds / 31_536_000),
    }
}

/// A measured duration: `182 ms`, `2.4 s`.
pub fn duration(span: Duration) -> String {
    let millis = span.as_millis();
    if millis < 1000 { format!("{millis} ms") } else { format!("{}.{} s", millis / 1000, millis % 1000 / 100) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn prints_moments_and_spans() {
        let moment = Timestamp::from_seconds(1_795_528_931);
        assert_eq!(moment.utc(), "2026-11-24 14:02:11Z");
        assert_eq!(moment.utc_clock().as_deref(), Some("14:02"));
        assert_eq!(Timestamp::from_rfc3339("2026-11-24T15:02:11.5+01:00"), Some(moment));
        assert_eq!(Timestamp::from_rfc3339("soon"), None);
        assert_eq!(moment.rfc3339().as_deref(), Some("2026-11-24T14:02:11Z"));
        assert_eq!(relative(3_480), "in 58 min");
        assert_eq!(relative(-300_000), "3 days ago");
        assert_eq!(relative(0), "now");
        assert_eq!(duration(Duration::from_millis(2_449)), "2.4 s");
    }

    #[test]
    fn reads_http_dates() {
        let read = Timestamp::from_http_date("Tue, 24 Nov 2026 14:02:11 GMT");
        assert_eq!(read, Some(Timestamp::from_seconds(1_795_528_931)));
        assert_eq!(Timestamp::from_http_date("yesterday"), None);
    }

    proptest! {
        #[test]
        fn every_moment_prints(millis: i64) {
            prop_assert!(!Timestamp::from_millis(millis).utc().is_empty());
            prop_assert!(!Timestamp::from_seconds(millis).utc().is_empty());
            prop_assert!(!relative(millis).is_empty());
        }
    }
}
