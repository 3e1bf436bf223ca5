//! Moments and spans: printed for every `i64`, and read back where there is a reader.

use std::time::Duration;

use proptest::prelude::*;
use token_wizard::domain::time::{Timestamp, duration, relative, span};

use crate::nasty;

/// The last second of the year 9998, before the calendar ends.
const LAST: i64 = 253_370_764_799;

/// Days of the civil calendar since 1970, by counting years and months: nothing of the code under test.
fn civil(seconds: i64) -> (i64, usize, i64, i64) {
    let mut days = seconds.div_euclid(86_400);
    let is_leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let mut year = 1970;
    loop {
        let length = if is_leap(year) { 366 } else { 365 };
        if days < length {
            break;
        }
        days -= length;
        year += 1;
    }
    let lengths = [31, if is_leap(year) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 0;
    while days >= lengths[month] {
        days -= lengths[month];
        month += 1;
    }
    (year, month, days + 1, seconds.rem_euclid(86_400))
}

fn http_date(seconds: i64) -> String {
    let (year, month, day, rest) = civil(seconds);
    let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    let weekday = weekdays[usize::try_from(seconds.div_euclid(86_400).rem_euclid(7)).expect("below seven")];
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{weekday}, {day:02} {} {year:04} {hour:02}:{minute:02}:{second:02} GMT", months[month])
}

/// The number before a unit, and how many seconds the unit has.
fn read_span(text: &str) -> (u64, u64) {
    let (number, unit) = text.split_once(' ').expect("a number and a unit");
    let seconds = match unit {
        "s" => 1,
        "min" => 60,
        "h" => 3_600,
        "days" => 86_400,
        "years" => 31_536_000,
        other => unreachable!("the unit {other}"),
    };
    (number.parse().expect("a number"), seconds)
}

fn is_plain(text: &str, longest: usize) -> bool {
    !text.is_empty() && text.len() <= longest && text.chars().all(|c| (' '..='~').contains(&c))
}

proptest! {
    #![proptest_config(nasty::cases(512))]

    #[test]
    fn every_moment_is_a_short_plain_text(number in nasty::integer()) {
        for moment in [Timestamp::from_millis(number), Timestamp::from_seconds(number)] {
            prop_assert!(is_plain(&moment.utc(), 40), "{}", moment.utc());
            if let Some(text) = moment.rfc3339() {
                prop_assert!(is_plain(&text, 24) && text.ends_with('Z'), "{text}");
            }
        }
        prop_assert_eq!(Timestamp::from_millis(number).seconds(), number.div_euclid(1000));
    }

    #[test]
    fn a_moment_of_the_calendar_prints_as_rfc_3339_counts_it(seconds in 0..LAST, millis in 0_i64..1000) {
        let (year, month, day, rest) = civil(seconds);
        let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
        let date = format!("{year:04}-{:02}-{day:02}", month + 1);
        let time = format!("{hour:02}:{minute:02}:{second:02}Z");
        let moment = Timestamp::from_millis(seconds * 1000 + millis);
        prop_assert_eq!(moment.rfc3339(), Some(format!("{date}T{time}")));
        prop_assert_eq!(moment.utc(), format!("{date} {time}"));
    }

    #[test]
    fn an_http_date_is_read_back(seconds in 0..LAST, before in "[ \t]{0,2}", after in "[ \t]{0,2}") {
        let text = format!("{before}{}{after}", http_date(seconds));
        prop_assert_eq!(Timestamp::from_http_date(&text), Some(Timestamp::from_seconds(seconds)), "{}", text);
    }

    #[test]
    fn no_text_breaks_the_reader_of_http_dates(text in nasty::text(8), seconds in 0..LAST, cut in 0_usize..30) {
        let _read = Timestamp::from_http_date(&text);
        let date = http_date(seconds);
        let torn: String = date.chars().take(cut).chain(text.chars()).collect();
        let _read = Timestamp::from_http_date(&torn);
    }

    #[test]
    fn a_span_says_its_largest_unit_rounded_down(seconds in nasty::integer()) {
        let words = span(seconds.unsigned_abs());
        prop_assert!(is_plain(&words, 24), "{words}");
        let (number, unit) = read_span(&words);
        let whole = number * unit;
        prop_assert!(whole <= seconds.unsigned_abs() && seconds.unsigned_abs() - whole < unit, "{words}");
        prop_assert!(number > 1 || unit == 1, "one of a unit is said in the smaller one: {words}");
        let expected = match seconds {
            0 => "now".to_owned(),
            1.. => format!("in {words}"),
            _ => format!("{words} ago"),
        };
        prop_assert_eq!(relative(seconds), expected);
    }

    #[test]
    fn a_duration_is_told_to_a_tenth_of_a_second(millis in nasty::integer()) {
        let millis = millis.unsigned_abs();
        let words = duration(Duration::from_millis(millis));
        prop_assert!(is_plain(&words, 24), "{words}");
        let (number, unit) = words.split_once(' ').expect("a number and a unit");
        let told: u64 = match (unit, number.split_once('.')) {
            ("ms", None) => number.parse().expect("a number"),
            ("s", Some((whole, tenths))) => {
                prop_assert_eq!(tenths.len(), 1);
                whole.parse::<u64>().expect("a number") * 1000 + tenths.parse::<u64>().expect("a number") * 100
            }
            _ => return Err(TestCaseError::fail(words)),
        };
        prop_assert!(told <= millis && millis - told < if unit == "ms" { 1 } else { 100 }, "{words}");
        prop_assert!(!duration(Duration::MAX).is_empty());
    }

    #[test]
    fn moments_count_forwards_and_backwards(a in nasty::integer(), b in nasty::integer()) {
        let (earlier, later) = (Timestamp::from_millis(a.min(b)), Timestamp::from_millis(a.max(b)));
        prop_assert_eq!(earlier.since(later), Duration::ZERO);
        let gap = later.since(earlier);
        let exact = i128::from(later.millis()) - i128::from(earlier.millis());
        prop_assert_eq!(gap.as_millis(), u128::try_from(exact).expect("not negative"));
        prop_assert_eq!(earlier.plus(gap), later);
        prop_assert_eq!(earlier.plus(Duration::MAX), Timestamp::from_millis(i64::MAX));
        prop_assert!(later.seconds_from(earlier) >= 0 && earlier.seconds_from(later) <= 0);
    }
}

#[test]
fn known_moments_are_read_and_printed() {
    let known = [
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0, "1970-01-01T00:00:00Z"),
        // The example of RFC 9110, section 5.6.7.
        ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777, "1994-11-06T08:49:37Z"),
        ("Tue, 29 Feb 2000 23:59:59 GMT", 951_868_799, "2000-02-29T23:59:59Z"),
        ("Tue, 19 Jan 2038 03:14:08 GMT", 2_147_483_648, "2038-01-19T03:14:08Z"),
        ("Mon, 01 Mar 2100 00:00:00 GMT", 4_107_542_400, "2100-03-01T00:00:00Z"),
    ];
    for (date, seconds, text) in known {
        assert_eq!(Timestamp::from_http_date(date), Some(Timestamp::from_seconds(seconds)), "{date}");
        assert_eq!(Timestamp::from_seconds(seconds).rfc3339().as_deref(), Some(text));
        assert_eq!(http_date(seconds), date);
    }
    assert_eq!(Timestamp::from_millis(-1).rfc3339().as_deref(), Some("1969-12-31T23:59:59Z"));
    for bad in ["", "GMT", "Sun, 31 Feb 2021 00:00:00 GMT", "Sun, 06 Nov 1994 25:00:00 GMT", "1994-11-06T08:49:37Z"] {
        assert_eq!(Timestamp::from_http_date(bad), None, "{bad}");
    }
}
