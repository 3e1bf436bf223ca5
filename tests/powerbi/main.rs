//! Power BI's side over real HTTP on loopback: every gate, every refusal, and where a token may go.
#![expect(clippy::expect_used, clippy::panic, reason = "a test ends at the first answer that is not as promised")]
#![expect(clippy::disallowed_methods, reason = "a test sets up its own files")]

mod catalogue;
mod embedding;
mod practice;
mod program;
#[cfg(target_os = "linux")]
#[path = "../support/pty.rs"]
mod pty;
mod refusals;
mod rows;
mod travel;
mod waiting;
