//! Power BI's side over real HTTP on loopback: every gate, every refusal, and where a token may go.
#![expect(clippy::expect_used, clippy::panic, reason = "a test ends at the first answer that is not as promised")]

mod catalogue;
mod embedding;
mod practice;
mod rows;
mod travel;
