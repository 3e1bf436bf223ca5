//! The practice tenant over real HTTP on loopback: every row of its book, and what it answers besides.
#![expect(clippy::expect_used, clippy::panic, reason = "a test ends at the first answer that is not as promised")]

mod book;
mod documents;
mod provider;
mod realms;
mod refusals;
mod requests;
mod tokens;
