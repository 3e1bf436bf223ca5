//! Every row of the account book that gets a token, against the table in `expected/`.

use token_wizard::domain::powerbi::{GateStatus, Gates, Skip};
use token_wizard::domain::secret::Secret;

use crate::practice::Practice;

const TABLE: &str = include_str!("../expected/powerbi.tsv");

/// The status, the four gates, the first code and its action.
fn found(outcome: &Result<Gates, Skip>) -> (String, String) {
    let gates = match outcome {
        Ok(gates) => gates,
        Err(skip) => return ("skipped\t-\t-".to_owned(), skip.reason.clone()),
    };
    let rows: Vec<_> = gates.rows().iter().map(|row| row.status.word()).collect();
    let diagnoses = gates.diagnoses();
    let (code, action) = diagnoses
        .first()
        .map_or(("-".to_owned(), "-".to_owned()), |first| (first.code.to_string(), first.action.clone()));
    (format!("{}\t{}\t{code}", gates.status().word(), rows.join(" ")), action)
}

#[tokio::test]
async fn every_row_with_a_token_gives_what_the_table_says() {
    let practice = Practice::start().await;
    let expected: Vec<Vec<&str>> =
        TABLE.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect()).collect();
    let mut wrong = Vec::new();
    let mut seen = Vec::new();
    for account in &practice.book {
        let Some(issued) = practice.issue(account.name).await else { continue };
        seen.push(account.name);
        let outcome = match issued.api() {
            Ok(api) => Ok(practice.gates(&api, None).await),
            Err(skip) => Err(skip),
        };
        let (is, words) = found(&outcome);
        let row = expected.iter().find(|row| row.first() == Some(&account.name));
        let is_right = row.is_some_and(|row| {
            row.len() == 5 && is == row[1..4].join("\t") && (row[4] == "-" || words.contains(row[4]))
        });
        if !is_right {
            wrong.push(format!("{}\t{is}\t{words}", account.name));
        }
        if let Ok(gates) = &outcome {
            shows_no_secret(account.name, gates, &issued.token);
        }
    }
    let extra: Vec<_> = expected.iter().filter_map(|row| row.first()).filter(|name| !seen.contains(name)).collect();
    assert!(wrong.is_empty() && extra.is_empty(), "not as expected:\n{}\nwithout a token: {extra:?}", wrong.join("\n"));
}

fn shows_no_secret(name: &str, gates: &Gates, token: &Secret) {
    let shown = format!("{gates:?}{:?}{}", gates.diagnoses(), gates.summary());
    let signature = token.expose().rsplit('.').next().unwrap_or_default();
    assert!(!shown.contains(token.expose()), "{name} shows the token");
    assert!(signature.is_empty() || !shown.contains(signature), "{name} shows a part of the token");
}

#[tokio::test]
async fn the_switch_takes_effect_after_a_while() {
    let practice = Practice::start().await;
    let api = practice.api("switch-arrives").await;
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(practice.gates(&api, None).await.status());
    }
    assert_eq!(statuses, [GateStatus::Failed, GateStatus::Failed, GateStatus::Passed]);
}

#[tokio::test]
async fn a_chosen_workspace_is_looked_into() {
    let practice = Practice::start().await;
    let api = practice.api("many-workspaces").await;
    let mut gates = practice.gates(&api, None).await;
    assert_eq!(gates.workspaces().len(), 3);
    assert_eq!(gates.summary(), "3 workspaces, none chosen: --workspace ID, or w");
    let finance = gates.workspaces().iter().find(|workspace| workspace.name == "Finance").expect("a workspace");
    gates.choose(finance.id.clone());
    practice.walk(&api, &mut gates).await;
    assert_eq!(gates.summary(), "3 workspaces, 2 reports, 1 semantic model");
    let codes: Vec<_> = gates.diagnoses().into_iter().map(|diagnosis| diagnosis.code).collect();
    assert_eq!(codes, ["no-capacity", "model-elsewhere"]);
    // Another choice forgets what was found before.
    let sales = gates.workspaces().iter().find(|workspace| workspace.name == "Sales").expect("a workspace");
    gates.choose(sales.id.clone());
    assert!(gates.reports().is_empty());
    practice.walk(&api, &mut gates).await;
    assert_eq!(gates.status(), GateStatus::Passed);
    assert_eq!(gates.summary(), "3 workspaces, 3 reports, 2 semantic models");
}
