//! GUIDs: fresh ones for traces, and the shape of given ones.

use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{Context, SHA256};
use ring::rand::{SecureRandom, SystemRandom};

/// Gives out identifiers that differ from each other.
#[derive(Debug)]
pub(super) struct Identifiers {
    counter: AtomicU64,
    random: SystemRandom,
}

impl Default for Identifiers {
    fn default() -> Self {
        Self { counter: AtomicU64::new(0), random: SystemRandom::new() }
    }
}

impl Identifiers {
    /// A fresh GUID of version 4.
    pub(super) fn guid(&self) -> String {
        guid_of(u128::from_be_bytes(self.bytes()))
    }

    /// A fresh opaque text of 22 characters, base64url of 16 bytes.
    pub(super) fn opaque(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes())
    }

    /// Sixteen fresh bytes. The counter keeps them apart even if the system has no random numbers to give.
    fn bytes(&self) -> [u8; 16] {
        let mut seed = [0_u8; 16];
        let filled = self.random.fill(&mut seed).is_ok();
        let count = self.counter.fetch_add(1, Ordering::Relaxed);
        let mut context = Context::new(&SHA256);
        context.update(&count.to_be_bytes());
        context.update(&[u8::from(filled)]);
        context.update(&seed);
        let digest = context.finish();
        let mut bytes = [0_u8; 16];
        bytes.iter_mut().zip(digest.as_ref()).for_each(|(to, from)| *to = *from);
        bytes
    }
}

/// The number as a GUID, with the bits of version and variant (RFC 9562, section 5.4) set.
fn guid_of(number: u128) -> String {
    let number = number & !(0xf << 76) & !(0x3 << 62) | 0x4 << 76 | 0x2 << 62;
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        number >> 96,
        number >> 80 & 0xffff,
        number >> 64 & 0xffff,
        number >> 48 & 0xffff,
        number & 0xffff_ffff_ffff
    )
}

/// An opaque text of 43 characters that is always the same for the same parts.
pub(super) fn derived(parts: &[&str]) -> String {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part.as_bytes());
        context.update(&[0]);
    }
    URL_SAFE_NO_PAD.encode(context.finish())
}

/// Whether the text is a GUID: 8, 4, 4, 4 and 12 hexadecimal digits parted by hyphens.
pub(super) fn is_guid(text: &str) -> bool {
    let groups = text.split('-').map(|group| {
        let hexadecimal = group.bytes().all(|byte| byte.is_ascii_hexdigit());
        if hexadecimal { group.len() } else { 0 }
    });
    groups.eq([8, 4, 4, 4, 12])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn fresh_guids_are_guids_and_differ() {
        let identifiers = Identifiers::default();
        let (one, two) = (identifiers.guid(), identifiers.guid());
        assert!(is_guid(&one) && is_guid(&two), "{one} {two}");
        assert_ne!(one, two);
        assert_eq!(identifiers.opaque().len(), 22);
    }

    #[test]
    fn what_is_no_guid_is_told_apart() {
        for text in ["", "-", "8f3c2a1e-5b7d-4c19-9e42", "8f3c2a1e-5b7d-4c19-9e42-3a6f0d1c77dg", "contoso.com"] {
            assert!(!is_guid(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_number_gives_a_guid_of_version_4(number: u128) {
            let guid = guid_of(number);
            prop_assert!(is_guid(&guid));
            prop_assert_eq!(guid.chars().nth(14), Some('4'));
            prop_assert!(matches!(guid.chars().nth(19), Some('8' | '9' | 'a' | 'b')));
        }
    }
}
