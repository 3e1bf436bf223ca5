//! Whether git tracks a file, read from the index of the repository around it.
//!
//! The format is git's own `Documentation/gitformat-index.txt`, versions 2 to 4. What cannot be read or is of another
//! kind counts as not tracked: this is for a warning only.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::{Access, Links, open};

/// The largest index that is read, in bytes: about half a million files.
const LARGEST_INDEX: u64 = 64 << 20;

/// The largest `.git` file that is read, in bytes: one path.
const LARGEST_LINK: u64 = 8 << 10;

/// Lengths of the two kinds of object names, in bytes: SHA-1 and SHA-256. The index does not say which it has.
const HASHES: [usize; 2] = [20, 32];

/// Tells whether the nearest repository around a file has it in its index. The path is a canonical one.
pub(super) fn is_tracked(path: &Path) -> bool {
    let Some((tree, git)) = path.ancestors().skip(1).find_map(|folder| Some((folder, git_folder(folder)?))) else {
        return false;
    };
    let Some(name) = path.strip_prefix(tree).ok().and_then(index_name) else { return false };
    let Some(index) = read(&git.join("index"), LARGEST_INDEX) else { return false };
    HASHES.into_iter().any(|hash| lists(&index, &name, hash) == Some(true))
}

/// The folder of the repository whose work tree this folder is.
fn git_folder(folder: &Path) -> Option<PathBuf> {
    let git = folder.join(".git");
    let git = if fs::metadata(&git).ok()?.is_dir() {
        git
    } else {
        // A linked work tree or a submodule.
        let link = read(&git, LARGEST_LINK)?;
        folder.join(to_path(link.strip_prefix(b"gitdir:")?.trim_ascii())?)
    };
    // Git itself goes on to the next folder if this is no repository.
    git.join("HEAD").symlink_metadata().is_ok().then_some(git)
}

/// A regular file of at most so many bytes.
fn read(path: &Path, largest: u64) -> Option<Vec<u8>> {
    if !fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let file = open(path, Links::Follow, Access::Read).ok()?;
    if !file.metadata().ok()?.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    file.take(largest + 1).read_to_end(&mut bytes).ok()?;
    (u64::try_from(bytes.len()).ok()? <= largest).then_some(bytes)
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere a path may be no text")]
fn to_path(bytes: &[u8]) -> Option<&Path> {
    Some(Path::new(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(bytes)))
}

#[cfg(not(unix))]
fn to_path(bytes: &[u8]) -> Option<&Path> {
    Some(Path::new(str::from_utf8(bytes).ok()?))
}

/// A relative path as the index has it: parts with slashes between.
fn index_name(path: &Path) -> Option<Vec<u8>> {
    let parts: Vec<&[u8]> = path.iter().map(std::ffi::OsStr::as_encoded_bytes).collect();
    (!parts.is_empty()).then(|| parts.join(&b'/'))
}

/// Tells whether an index with object names of this length lists a file; `None` if it is no such index.
fn lists(index: &[u8], wanted: &[u8], hash: usize) -> Option<bool> {
    let mut rest = Bytes(index);
    if rest.take(4)? != b"DIRC" {
        return None;
    }
    let version = rest.number()?;
    if !(2..=4).contains(&version) {
        return None;
    }
    let count = rest.number()?;
    let mut name = Vec::new();
    for _ in 0..count {
        let before = rest.0.len();
        // Times, device, inode, mode, owner, length: ten numbers of four bytes.
        rest.take(40 + hash)?;
        let flags = rest.short()?;
        let is_extended = flags & 0x4000 != 0;
        if is_extended {
            // Not in version 2.
            (version > 2).then_some(())?;
            rest.take(2)?;
        }
        if version == 4 {
            // So many bytes less of the name before, then the rest of this one.
            let kept = name.len().checked_sub(rest.varint()?)?;
            name.truncate(kept);
        } else {
            name.clear();
        }
        name.extend_from_slice(rest.until_zero()?);
        let noted = usize::from(flags & 0x0fff);
        if name.len().min(0x0fff) != noted {
            return None;
        }
        if version < 4 {
            // With the zero that ended the name, filled to a multiple of eight.
            let length = before - rest.0.len();
            let filling = rest.take(length.next_multiple_of(8) - length)?;
            filling.iter().all(|byte| *byte == 0).then_some(())?;
        }
        if name == wanted {
            return Some(true);
        }
    }
    Some(false)
}

/// What is left to read.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn short(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes(self.take(2)?.try_into().ok()?))
    }

    fn number(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    /// Seven bits a byte, the highest first; each further byte also adds one to what was before it.
    fn varint(&mut self) -> Option<usize> {
        let mut byte = self.byte()?;
        let mut value = usize::from(byte & 0x7f);
        while byte & 0x80 != 0 {
            byte = self.byte()?;
            value = value.checked_add(1)?.checked_mul(0x80)? | usize::from(byte & 0x7f);
        }
        Some(value)
    }

    /// Up to a zero, which is taken as well.
    fn until_zero(&mut self) -> Option<&'a [u8]> {
        let end = self.0.iter().position(|byte| *byte == 0)?;
        let text = self.take(end)?;
        self.take(1)?;
        Some(text)
    }
}

#[cfg(test)]
mod tests;
