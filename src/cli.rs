//! Arguments and the commands that work without a screen.
//!
//! Knows the ladder and its report; reads no file and no socket itself.

pub mod arguments;
pub mod json;
pub mod text;

/// The exit codes that are not a stage's (those are in [`crate::verify::Blame`]).
pub mod exit {
    /// Nothing failed.
    pub const OK: u8 = 0;
    /// A fault of this program or of the system under it.
    pub const INTERNAL: u8 = 1;
    /// The arguments are wrong.
    pub const USAGE: u8 = 2;
    /// The settings file is missing, unreadable or malformed.
    pub const FILE: u8 = 3;
    /// Ended by Ctrl-C.
    pub const INTERRUPTED: u8 = 130;
}
