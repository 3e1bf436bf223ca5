//! A small gzip file that unpacks to a large one, made by hand: RFC 1951, section 3.2.6, and RFC 1952.

/// The letter `a`, `size` times or a few more, packed to less than a hundredth. The check sum at the end is wrong; by
/// then everything has been unpacked.
pub(crate) fn bomb(size: u64) -> Vec<u8> {
    let mut bytes = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let mut bits = Bits { bytes: Vec::new(), filled: 0 };
    // The last block, with the fixed codes; numbers go in from their lowest bit, codes from their highest.
    bits.put(&[1, 1, 0]);
    // The letter itself: 0x30 + 0x61.
    bits.put(&[1, 0, 0, 1, 0, 0, 0, 1]);
    for _ in 0..size.div_ceil(258) {
        // Length 258 is code 285; distance 1 is code 0.
        bits.put(&[1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0]);
    }
    bits.put(&[0; 7]);
    bytes.extend(bits.bytes);
    bytes.extend([0; 8]);
    bytes
}

struct Bits {
    bytes: Vec<u8>,
    filled: usize,
}

impl Bits {
    fn put(&mut self, bits: &[u8]) {
        for bit in bits {
            if self.filled.is_multiple_of(8) {
                self.bytes.push(0);
            }
            if let Some(last) = self.bytes.last_mut() {
                *last |= bit << (self.filled % 8);
            }
            self.filled += 1;
        }
    }
}
