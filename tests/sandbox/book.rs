//! The account book, and the sandbox as a server.

use token_wizard::domain::setting::SettingName;
use token_wizard::sandbox::Sandbox;

use crate::provider::Provider;
use crate::refusals::{FAILING, REFUSED};
use crate::tokens::{GRANTED, UNVERIFIABLE};

/// Columns for a name in the list of the wizard.
const NAME_COLUMNS: usize = 23;
/// Columns for a situation beside it.
const SITUATION_COLUMNS: usize = 49;

#[tokio::test]
async fn every_row_of_the_book_is_expected() {
    let provider = Provider::start().await;
    let refused = REFUSED.iter().map(|row| row.name);
    let mut expected: Vec<_> = refused.chain(FAILING).chain(GRANTED).chain(UNVERIFIABLE).collect();
    let mut found: Vec<_> = provider.book.iter().map(|account| account.name).collect();
    expected.sort_unstable();
    found.sort_unstable();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn every_row_fits_its_line_and_has_a_form_of_its_own() {
    let provider = Provider::start().await;
    for account in &provider.book {
        assert!(account.name.len() <= NAME_COLUMNS, "{}", account.name);
        assert!(account.situation.len() <= SITUATION_COLUMNS, "{}: {}", account.name, account.situation);
        let leans = account.situation.starts_with("The same");
        assert!(!leans, "{} says nothing without the row above it", account.name);
        assert!(account.situation.is_ascii() && account.situation.ends_with('.'), "{}", account.situation);
        let twins = provider.book.iter().filter(|other| other.values == account.values).count();
        assert_eq!(twins, 1, "{}", account.name);
        let has_user = !account.values.get(SettingName::User).is_empty();
        assert_eq!(has_user, !account.values.get(SettingName::Password).is_empty(), "{}", account.name);
    }
}

#[tokio::test]
async fn the_scratch_copy_points_here_and_keeps_the_rest() {
    let sandbox = Sandbox::bind(0).await.expect("a free port");
    let example = include_str!("../../appsettings.example.json");
    let real = "https://login.microsoftonline.com/{AppTenantId}/oauth2/token";
    assert_eq!(sandbox.scratch(example), example.replace(real, &sandbox.token_url()));
    assert_eq!(sandbox.token_url(), format!("http://{}/{{AppTenantId}}/oauth2/token", sandbox.address()));
    assert_eq!(sandbox.scratch("{}"), "{}");
}

#[tokio::test]
async fn a_second_sandbox_takes_the_next_port() {
    let first = Sandbox::bind(0).await.expect("a free port");
    let wished = first.address().port();
    let second = Sandbox::bind(wished).await.expect("a free port");
    assert!(second.address().ip().is_loopback());
    assert_ne!(second.address().port(), wished);
}
