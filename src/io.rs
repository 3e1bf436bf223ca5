//! The outside: implements the ports with real sockets, files, clock and environment.
//!
//! Knows no screen. Nothing else in the crate may touch these.

pub mod chance;
pub mod environment;
pub mod file;
pub mod http;
pub mod peer;
pub mod state;
