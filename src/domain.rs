//! What the program knows: settings, documents, requests, answers, tokens, checks, diagnoses.
//!
//! Knows no screen, no network, no clock and no file. Time comes in as an argument; the ports to the outside are
//! traits with plain exchange types.

pub mod attempts;
pub mod catalogue;
pub mod check;
pub mod claims;
pub mod cloud;
pub mod consent;
pub mod diagnosis;
pub mod discovery;
pub mod document;
pub mod endpoint;
pub mod exchange;
pub mod jwt;
pub mod keys;
pub mod letter;
pub mod mask;
pub mod network;
pub mod oauth;
pub mod paste;
pub mod pasted;
pub mod powerbi;
pub mod principal;
pub mod refusal;
pub mod registration;
pub mod rules;
pub mod secret;
pub mod setting;
pub mod shape;
pub mod signature;
pub mod status;
pub mod storage;
pub mod text;
pub mod time;
pub mod transport;
