//! Power BI's side over real HTTP on loopback: every gate, every refusal, and where a token may go.
//!
//! `expected/catalogue.tsv` says for each row of the failure catalogue, and of the table of what 401 and 403 mean, which
//! account of the sandbox shows it, and at which call. [`catalogue`] asks for it over HTTP, and [`asked`] with
//! `check --gate` where the gate is asked by name only; what the usual gates meet is also in `expected/powerbi.tsv`, which
//! [`program`] asserts in `check` and in the pane.
#![expect(clippy::expect_used, clippy::panic, reason = "a test ends at the first answer that is not as promised")]
#![expect(clippy::disallowed_methods, reason = "a test sets up its own files")]

mod address;
mod asked;
#[path = "../support/book.rs"]
mod book;
mod catalogue;
mod embedding;
mod practice;
mod program;
#[cfg(target_os = "linux")]
#[path = "../support/pty.rs"]
mod pty;
mod rows;
mod travel;
mod waiting;
