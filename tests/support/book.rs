//! A practice tenant for a program of its own, and settings files of its account book.
#![allow(dead_code, reason = "every test file takes in the whole and uses a part of it")]
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use token_wizard::domain::setting::{Account, SettingName, Values};
use token_wizard::sandbox::Sandbox;

/// The account book of a sandbox on a thread that lives as long as the test's process.
pub(crate) fn practice() -> Vec<Account> {
    let (sender, book) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let sandbox = Sandbox::bind(0).await.expect("a free port");
            sender.send(sandbox.book()).expect("the test waits");
            sandbox.serve().await
        })
    });
    book.recv().expect("the account book")
}

/// The values of a row of the book.
pub(crate) fn values(book: &[Account], name: &str) -> Values {
    book.iter().find(|account| account.name == name).expect("a row of the book").values.clone()
}

/// The text of a settings file with these values.
pub(crate) fn settings(values: &Values) -> String {
    let object: serde_json::Map<String, serde_json::Value> =
        SettingName::ALL.map(|name| (name.key().to_owned(), values.get(name).into())).into_iter().collect();
    serde_json::Value::Object(object).to_string()
}
