//! The clock and random numbers.

#![expect(clippy::disallowed_methods, reason = "this is where the clock is read")]

use std::time::SystemTime;

use ring::rand::{SecureRandom, SystemRandom};

use crate::domain::time::Timestamp;

/// The present moment by the system's clock.
pub fn now() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
}

/// A random GUID (version 4 of RFC 9562).
pub fn guid() -> String {
    let mut bytes = [0_u8; 16];
    // A failure of the system's random numbers leaves zeros: still a valid ID, only not a unique one.
    let _filled = SystemRandom::new().fill(&mut bytes);
    let number = u128::from_be_bytes(bytes);
    let version = number & !(0xf << 76) | 4 << 76;
    let variant = version & !(0b11 << 62) | 0b10 << 62;
    let hex = format!("{variant:032x}");
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::shape::is_guid;

    #[test]
    fn guids_are_version_4_and_differ() {
        let (one, two) = (guid(), guid());
        assert!(is_guid(&one), "{one}");
        assert_eq!(one.as_bytes().get(14), Some(&b'4'));
        assert!(matches!(one.as_bytes().get(19), Some(b'8' | b'9' | b'a' | b'b')));
        assert_ne!(one, two);
    }
}
