//! From seven blanks in `appsettings.json` to a token that Power BI accepts.

pub mod app;
pub mod cli;
pub mod domain;
pub mod io;
pub mod runtime;
pub mod sandbox;
pub mod steps;
pub mod ui;
pub mod verify;
