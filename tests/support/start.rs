//! A wizard on a file that nobody touched, in a terminal of 80 columns and 24 rows without colours.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::path::PathBuf;

use token_wizard::app::Start;
use token_wizard::domain::document::Document;
use token_wizard::domain::registration::Options;
use token_wizard::domain::storage::{Exposure, Stamp};
use token_wizard::ui::theme::Look;

/// The file as it was read.
pub(crate) const STAMP: Stamp = Stamp { identity: (1, 1), length: 1, modified: 1, contents: 1 };

/// Opens the wizard on a settings file with this text.
pub(crate) fn on(text: &str) -> Start {
    Start {
        path: PathBuf::from("appsettings.json"),
        file: "appsettings.json".to_owned(),
        document: Document::read(text.as_bytes()).expect("a settings file"),
        stamp: STAMP,
        options: Options::default(),
        draft: None,
        book: Vec::new(),
        leftovers: Vec::new(),
        powerbi_api: None,
        exposure: Exposure::default(),
        banner: None,
        look: Look::PLAIN,
        size: (80, 24),
    }
}
