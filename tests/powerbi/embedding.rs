//! What embedding needs to know, and what the page is given.

use token_wizard::domain::powerbi::{self, Model};

use crate::practice::Practice;

#[tokio::test]
async fn each_report_says_what_embedding_it_needs() {
    let practice = Practice::start().await;
    let api = practice.api("app-works").await;
    let gates = practice.gates(&api, None).await;
    let facts = gates.embed_facts();
    let of = |name: &str| {
        let report = gates.reports().iter().find(|report| report.name == name).expect("a report");
        facts.iter().find(|facts| facts.report_id == report.id).expect("its facts")
    };
    assert_eq!(of("Sales Overview").model, Model::Here { needs_identity: false, needs_roles: false });
    assert_eq!(of("Sales by Region").words(), ["on a capacity", "needs an effective identity with roles"]);
    assert_eq!(of("Invoice").words(), ["paginated", "on a capacity", "no semantic model"]);
    assert!(gates.reports().iter().all(|report| report.embed_url.is_some()));

    let api = practice.api("no-capacity").await;
    let gates = practice.gates(&api, None).await;
    let words: Vec<_> = gates.embed_facts().iter().map(powerbi::EmbedFacts::words).collect();
    assert_eq!(words[0], ["on no capacity: trial tokens only"]);
    assert_eq!(words[1], ["on no capacity: trial tokens only", "semantic model not in this workspace"]);
}

#[tokio::test]
async fn the_page_is_given_its_data_source_and_no_token() {
    let practice = Practice::start().await;
    let api = practice.api("app-works").await;
    let gates = practice.gates(&api, None).await;
    let mut workspace = gates.workspace().expect("the only workspace").clone();
    workspace.name = "Sales\u{2028}alert(1)\n".to_owned();
    let text = powerbi::data_source(&api, &workspace);
    assert!(
        text.starts_with("// Workspace: Sales alert(1) \nconst answer = await fetch(\"/tokens/GetAccessToken\");\n")
    );
    assert!(text.contains("Headers: { Authorization: \"Bearer \" + token },"), "{text}");
    assert!(text.contains(&format!("Provider: {{ groupId: \"{}\" }}", workspace.id)), "{text}");
    assert!(text.contains(&format!("ServiceRoot: \"{}/v1.0/myorg\",", practice.origin)), "{text}");
    assert!(!text.contains("eyJ"), "{text}");
}
