//! The outside: implementations of the ports.

pub mod file;
