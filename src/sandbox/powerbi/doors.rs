//! Doors that open after a while, as changes in the admin portal take effect.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

/// Who has knocked how often, and when first.
#[derive(Debug, Default)]
pub(in crate::sandbox) struct Doors {
    knocks: Mutex<HashMap<&'static str, (u32, Timestamp)>>,
}

impl Doors {
    /// Whether the door is open for that caller now: after so many refused requests, or so many seconds after the
    /// first one.
    pub(super) fn opens(&self, caller: &'static str, requests: u32, seconds: i64, now: Timestamp) -> bool {
        let mut knocks = self.knocks.lock().unwrap_or_else(PoisonError::into_inner);
        let (count, first) = knocks.entry(caller).or_insert((0, now));
        let is_open = *count >= requests || now.as_second() - first.as_second() >= seconds;
        *count = count.saturating_add(1);
        is_open
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_795_528_931 + seconds).expect("a moment")
    }

    #[test]
    fn a_door_opens_after_so_many_requests() {
        let doors = Doors::default();
        let opens = |caller| doors.opens(caller, 2, 90, at(0));
        assert_eq!([opens("a"), opens("a"), opens("a"), opens("a")], [false, false, true, true]);
        assert!(!opens("b"), "each caller for itself");
    }

    #[test]
    fn or_after_so_many_seconds() {
        let doors = Doors::default();
        assert!(!doors.opens("a", 9, 90, at(0)) && !doors.opens("a", 9, 90, at(89)));
        assert!(doors.opens("a", 9, 90, at(90)));
    }
}
