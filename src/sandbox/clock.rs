//! The present moment, and how Entra writes it.
#![expect(clippy::disallowed_methods, reason = "a server stamps its answers with its own clock")]

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;

/// The present moment.
pub(super) fn now() -> Timestamp {
    Timestamp::now()
}

/// `2026-11-24 14:02:11Z`: whole seconds, and a blank instead of the `T` of RFC 3339.
pub(super) fn written(moment: Timestamp) -> String {
    let whole = Timestamp::from_second(moment.as_second()).unwrap_or(moment);
    whole.to_string().replacen('T', " ", 1)
}

/// `Tue, 24 Nov 2026 14:02:11 GMT` (RFC 9110, section 5.6.7), for the header `Date`; empty when the year has more than
/// four digits.
pub(super) fn http_date(moment: Timestamp) -> String {
    DateTimePrinter::new().timestamp_to_rfc9110_string(&moment).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_with_a_blank() {
        let moment = Timestamp::from_millisecond(1_795_528_931_250).expect("a moment");
        assert_eq!(written(moment), "2026-11-24 14:02:11Z");
        assert_eq!(http_date(moment), "Tue, 24 Nov 2026 14:02:11 GMT");
    }
}
