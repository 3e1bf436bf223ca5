//! Properties that hold for every input, over many generated ones: documents, fields, pastes, times, masks, screens.
//!
//! The inputs are the same in every run: the seed is fixed, and nothing of a failure is kept in a file.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

#[path = "properties/documents.rs"]
mod documents;
#[path = "properties/fields.rs"]
mod fields;
#[path = "properties/masks.rs"]
mod masks;
#[path = "properties/nasty.rs"]
mod nasty;
#[path = "properties/pastes.rs"]
mod pastes;
#[path = "properties/scripts.rs"]
mod scripts;
#[path = "properties/texts.rs"]
mod texts;
#[path = "properties/times.rs"]
mod times;
