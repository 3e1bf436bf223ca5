//! Finds the tokens in a pasted text and reads them as far as they go.
//!
//! A token that a terminal or a mail program has wrapped is put together again: its parts end at the dots, and how
//! long a signature is follows from the algorithm. Nothing of a token is kept but its header and its claims.

mod opaque;

use std::cell::Cell;

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::clean;
use super::recover::{self, Part};
pub(super) use opaque::is_client_secret;

/// The longest token that is read, in bytes; real ones are below 16 KiB.
const LONGEST: usize = 256 * 1024;
/// The longest header, in bytes as base64url; one with a chain of certificates is below.
const LONGEST_HEADER: usize = 16 * 1024;
/// Places that may be tried as the beginning of a token, so that no text takes long.
const MOST_TRIES: usize = 500;
/// Pieces that a token may be wrapped into and is still put together in full.
const MOST_PIECES: usize = 400;
/// Bytes that may be read for all tries together; a token of 6 KiB in lines of 64 takes less than one.
const MOST_WORK: usize = 16 * 1024 * 1024;
/// Opaque values that are listed.
const MOST_OPAQUE: usize = 50;

/// What the text around a token calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    /// `access_token`, or `Bearer` before it.
    Access,
    /// `id_token`.
    Id,
    /// `refresh_token`.
    Refresh,
    /// `client_assertion`.
    Assertion,
}

/// A token that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// What the text calls it.
    pub label: Option<Label>,
    /// What it is.
    pub body: Body,
}

/// What a token shows.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// A signed JWT, perhaps damaged.
    Signed(Signed),
    /// Five parts: encrypted (RFC 7516). Its header.
    Encrypted(Map<String, Value>),
    /// Text that only its issuer can read; its length in characters.
    Opaque(usize),
    /// An embed token of Power BI, which is packed and no JWT; its length in characters.
    Embed(usize),
}

/// A JWT as far as it could be read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Signed {
    /// The header's members; empty when it is missing or damaged.
    pub header: Map<String, Value>,
    /// The claims that could be read.
    pub claims: Map<String, Value>,
    /// What is wrong with it, from its beginning to its end.
    pub damage: Vec<Damage>,
}

/// What is wrong with the text of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// It begins in the middle.
    HeaderMissing,
    /// It ends within the header.
    HeaderCut,
    /// It ends within the payload.
    PayloadCut,
    /// The payload is no JSON object to its end, though a signature follows.
    PayloadBroken,
    /// Nothing stands behind the payload.
    SignatureMissing,
    /// The signature has another length than its algorithm gives: found, and the nearest right one.
    SignatureLength(usize, usize),
    /// Something follows a signature that is declared to be none (`alg` is `none`).
    Unsigned,
}

/// Why there is no token in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nothing {
    /// There is no text.
    Empty,
    /// A GUID.
    Guid,
    /// The shape of a client secret.
    ClientSecret,
    /// An error message.
    Refusal,
    /// Anything else.
    Other,
}

/// Finds all tokens, in order.
///
/// # Errors
/// There is none; what there is instead.
pub fn find(pasted: &str) -> Result<Vec<Found>, Nothing> {
    let text = clean(pasted);
    let mut found: Vec<(usize, Found)> = Vec::new();
    let mut from = 0;
    let work = Cell::new(MOST_WORK);
    for _ in 0..MOST_TRIES {
        let Some(start) = next_start(&text, from) else { break };
        match read(&text, start, &work) {
            Some((body, end)) => {
                found.push((start, Found { label: label_before(&text, start), body }));
                from = end.max(start + 1);
            }
            None => from = start + 1,
        }
    }
    let mut others = opaque::values(&text);
    others.retain(|(start, end, _)| found.iter().all(|(known, _)| !(*start..*end).contains(known)));
    for (start, end, label) in others.into_iter().take(MOST_OPAQUE) {
        let body = text.get(start..end).map_or(Body::Opaque(0), opaque::body);
        found.push((start, Found { label: Some(label), body }));
    }
    found.sort_by_key(|(start, _)| *start);
    if found.is_empty() {
        return opaque::alone(&text).map(|body| vec![Found { label: None, body }]);
    }
    Ok(found.into_iter().map(|(_, found)| found).collect())
}

/// Returns whether a text holds a token to its last part, so that nothing more has to be waited for.
pub fn is_complete(pasted: &str) -> bool {
    find(pasted).is_ok_and(|found| {
        found.last().is_some_and(|found| match &found.body {
            Body::Signed(signed) => signed.damage.is_empty(),
            Body::Encrypted(_) | Body::Embed(_) => true,
            Body::Opaque(_) => false,
        })
    })
}

const fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// The next place where base64url of `{"`, `{ `, `{` and a line end begins, and nothing of it stands before.
fn next_start(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let is_start = |at: &usize| {
        let begins = bytes.get(*at..at + 3).is_some_and(|start| matches!(start, b"eyJ" | b"eyA" | b"ewo" | b"ew0"));
        begins && !at.checked_sub(1).and_then(|at| bytes.get(at)).copied().is_some_and(is_token_byte)
    };
    (from..bytes.len()).find(is_start)
}

/// A token's text without its breaks.
struct Joined<'a> {
    text: Zeroizing<String>,
    /// Where pieces end: in the joined text, and in the text it came from.
    pieces: Vec<(usize, usize)>,
    /// Bytes that may still be read.
    work: &'a Cell<usize>,
}

impl Joined<'_> {
    /// Reads a range as a part of a token; nothing when there has been work enough.
    fn part(&self, from: usize, to: usize) -> Part {
        let text = self.get(from, to).trim_end_matches('.');
        match self.work.get().checked_sub(text.len()) {
            Some(left) => {
                self.work.set(left);
                recover::part(text)
            }
            None => Part::Nothing,
        }
    }

    /// The ends of pieces within a range of the joined text, and the end of the range itself.
    fn ends(&self, from: usize, to: usize) -> Vec<usize> {
        let within = self.pieces.iter().map(|(end, _)| *end).filter(|end| (from..to).contains(end));
        within.chain([to]).collect()
    }

    fn get(&self, from: usize, to: usize) -> &str {
        self.text.get(from..to).unwrap_or_default()
    }

    /// The place in the original behind that many bytes of the joined text.
    fn source(&self, at: usize) -> usize {
        let piece = self.pieces.iter().find(|(end, _)| *end >= at).or(self.pieces.last());
        piece.map_or(0, |(end, source)| source.saturating_sub(end.saturating_sub(at)))
    }
}

/// Collects characters of a token across line breaks and blanks, up to something that can be no part of it.
fn join<'a>(text: &str, start: usize, work: &'a Cell<usize>) -> Joined<'a> {
    let bytes = text.as_bytes();
    let mut joined = Joined { text: Zeroizing::new(String::new()), pieces: Vec::new(), work };
    let mut at = start;
    let limit = LONGEST.min(work.get());
    while joined.text.len() < limit && joined.pieces.len() < MOST_PIECES {
        let byte = bytes.get(at).copied().unwrap_or(0);
        let next = bytes.get(at + 1).copied().unwrap_or(0);
        match byte {
            // Somebody marked a cut.
            b'.' if next == b'.' => break,
            b'.' => joined.text.push('.'),
            _ if is_token_byte(byte) => joined.text.push(char::from(byte)),
            // Padding, or the line end of a mail.
            b'=' if !is_token_byte(next) => {}
            // A line that a shell continues.
            b'\\' if next == b'\n' => {}
            _ if byte.is_ascii_whitespace() => {
                let end = joined.text.len();
                if joined.pieces.last().is_none_or(|(last, _)| *last < end) {
                    joined.pieces.push((end, at));
                }
            }
            _ => break,
        }
        at += 1;
    }
    joined.pieces.push((joined.text.len(), at));
    work.set(work.get().saturating_sub(joined.text.len()));
    joined
}

/// Reads the token that begins there; `None` when none does. Also returns where it ends.
fn read(text: &str, start: usize, work: &Cell<usize>) -> Option<(Body, usize)> {
    let joined = join(text, start, work);
    let dots: Vec<usize> = joined.text.match_indices('.').map(|(at, _)| at).take(5).collect();
    let first_dot = dots.first().copied().filter(|dot| *dot <= LONGEST_HEADER);
    let header = first_dot.map(|dot| joined.part(0, dot));
    match (header, first_dot) {
        (Some(Part::Whole(header)), Some(_)) if header.contains_key("enc") => {
            let is_whole = dots.len() >= 4;
            let last = if is_whole { dots.get(3).map_or(0, |dot| dot + 1) } else { joined.text.len() };
            let end = joined.ends(last, joined.text.len()).first().copied().unwrap_or(last);
            Some((Body::Encrypted(header), joined.source(end)))
        }
        (Some(Part::Whole(header)), Some(dot)) if is_header(&header) => {
            let mut signed = Signed { header, ..Signed::default() };
            let end = payload(&joined, dot + 1, &mut signed);
            Some((Body::Signed(signed), joined.source(end)))
        }
        (Some(Part::Whole(claims)), Some(dot)) if is_payload(&claims) => {
            let mut signed = Signed { claims, damage: vec![Damage::HeaderMissing], ..Signed::default() };
            let end = signature(&joined, dot, &mut signed);
            Some((Body::Signed(signed), joined.source(end)))
        }
        _ => headless_or_cut(&joined),
    }
}

/// A text that ends within the header, or a payload alone.
fn headless_or_cut(joined: &Joined<'_>) -> Option<(Body, usize)> {
    let mut ends = joined.ends(1, joined.text.len());
    ends.truncate(8);
    for end in ends {
        let (members, is_whole) = match joined.part(0, end) {
            Part::Whole(members) => (members, true),
            Part::Beginning(members) => (members, false),
            Part::Nothing => continue,
        };
        let signed = if is_header(&members) {
            Signed { header: members, damage: vec![Damage::HeaderCut], ..Signed::default() }
        } else if is_payload(&members) {
            let mut damage = vec![Damage::HeaderMissing];
            damage.push(if is_whole { Damage::SignatureMissing } else { Damage::PayloadCut });
            Signed { claims: members, damage, ..Signed::default() }
        } else {
            continue;
        };
        return Some((Body::Signed(signed), joined.source(end)));
    }
    None
}

fn is_header(members: &Map<String, Value>) -> bool {
    ["alg", "typ", "kid", "x5t"].iter().any(|name| members.contains_key(*name)) && !is_payload(members)
}

fn is_payload(members: &Map<String, Value>) -> bool {
    ["aud", "iss", "exp", "sub", "tid"].iter().any(|name| members.contains_key(*name))
}

/// Reads payload and signature; returns where the token ends in the joined text.
fn payload(joined: &Joined<'_>, from: usize, signed: &mut Signed) -> usize {
    let rest = joined.get(from, joined.text.len());
    let dot = rest.find('.').map(|at| from + at);
    let limit = dot.unwrap_or(joined.text.len());
    let ends = joined.ends(from + 1, limit);
    // Up to the dot if there is one, else the fewest pieces that make an object.
    let tries: Vec<usize> = if dot.is_some() { ends.iter().rev().copied().collect() } else { ends.clone() };
    for end in tries {
        if let Part::Whole(claims) = joined.part(from, end) {
            signed.claims = claims;
            if dot == Some(end) {
                return signature(joined, end, signed);
            }
            signed.damage.push(Damage::SignatureMissing);
            return end;
        }
    }
    let mut best = ends.first().copied().unwrap_or(limit);
    for end in ends.into_iter().take(64) {
        if let Part::Beginning(claims) = joined.part(from, end)
            && claims.len() > signed.claims.len()
        {
            signed.claims = claims;
            best = end;
        }
    }
    if dot == Some(limit) && best == limit {
        signed.damage.push(Damage::PayloadBroken);
        return signature(joined, limit, signed);
    }
    signed.damage.push(Damage::PayloadCut);
    best
}

/// Reads what stands behind the dot at `dot`; returns where it ends.
fn signature(joined: &Joined<'_>, dot: usize, signed: &mut Signed) -> usize {
    let from = dot + 1;
    let rest = joined.get(from, joined.text.len());
    let limit = rest.find('.').map_or(joined.text.len(), |at| from + at);
    let ends = joined.ends(from, limit);
    let algorithm = signed.header.get("alg").and_then(Value::as_str).unwrap_or_default();
    let lengths = signature_lengths(algorithm);
    let first = ends.first().copied().unwrap_or(from);
    let end = ends.iter().copied().find(|end| lengths.contains(&(end - from))).unwrap_or(first);
    let length = end - from;
    if algorithm.eq_ignore_ascii_case("none") {
        signed.damage.push(Damage::Unsigned);
    } else if length == 0 {
        signed.damage.push(Damage::SignatureMissing);
    } else if !lengths.is_empty() && !lengths.contains(&length) {
        let nearest = lengths.iter().copied().find(|right| *right > length).or(lengths.last().copied());
        signed.damage.push(Damage::SignatureLength(length, nearest.unwrap_or_default()));
    }
    end
}

/// Lengths of signatures as base64url (RFC 7518, section 3.1; RSA keys of 2048, 3072 and 4096 bits); empty for
/// algorithms that are not known.
fn signature_lengths(algorithm: &str) -> &'static [usize] {
    match algorithm {
        "RS256" | "RS384" | "RS512" | "PS256" | "PS384" | "PS512" => &[342, 512, 683],
        "ES256" | "ES256K" | "HS512" => &[86],
        "ES384" => &[128],
        "ES512" => &[176],
        "HS256" => &[43],
        "HS384" => &[64],
        "EdDSA" => &[86, 152],
        _ => &[],
    }
}

/// Names of members and fields that hold tokens, in small letters without `_`.
const LABELS: [(&str, Label); 5] = [
    ("accesstoken", Label::Access),
    ("idtoken", Label::Id),
    ("refreshtoken", Label::Refresh),
    ("clientassertion", Label::Assertion),
    ("bearer", Label::Access),
];

/// What stands right before a token: `"access_token":"`, `id_token=`, `Bearer `.
fn label_before(text: &str, start: usize) -> Option<Label> {
    let before = text.get(start.saturating_sub(64)..start)?;
    let name: String = before
        .trim_end_matches(|letter: char| letter.is_whitespace() || "\"':=".contains(letter))
        .chars()
        .rev()
        .take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '_')
        .collect();
    let name: String = name.chars().rev().filter(|letter| *letter != '_').collect::<String>().to_ascii_lowercase();
    LABELS.iter().find(|(known, _)| name.ends_with(known)).map(|(_, label)| *label)
}

#[cfg(test)]
mod tests;
