//! Who checks the password of a user.

use serde_json::Value;

use crate::provider::Provider;

async fn realm(provider: &Provider, user: &str, version: &str) -> Value {
    let answer = provider.get(&format!("/common/userrealm/{user}?api-version={version}")).await;
    assert_eq!(answer.status, 200, "{user}: {}", answer.text);
    answer.json()
}

#[tokio::test]
async fn the_domain_alone_tells_the_realm() {
    let provider = Provider::start().await;
    // Nobody is called so.
    let managed = realm(&provider, "nobody%40Contoso.onmicrosoft.com", "1.0").await;
    assert_eq!((&managed["ver"], &managed["account_type"]), (&"1.0".into(), &"Managed".into()));
    assert_eq!(managed["domain_name"], "contoso.onmicrosoft.com");
    assert_eq!(managed["cloud_instance_name"], "microsoftonline.com");
    assert_eq!(managed["cloud_audience_urn"], "urn:federation:MicrosoftOnline");
    assert!(managed.get("federation_protocol").is_none());

    let federated = realm(&provider, "lee@contoso.example", "1.0").await;
    assert_eq!(
        (&federated["account_type"], &federated["federation_protocol"]),
        (&"Federated".into(), &"WSTrust".into())
    );
    let address = |name: &str| federated[name].as_str().unwrap_or_default().to_owned();
    assert!(address("federation_metadata_url").ends_with("/adfs/services/trust/mex"));
    assert!(address("federation_active_auth_url").ends_with("/trust/2005/usernamemixed"));

    for user in ["megan@contosso.example", "megan", "@"] {
        let unknown = realm(&provider, user, "1.0").await;
        assert_eq!((&unknown["account_type"], unknown.get("domain_name")), (&"Unknown".into(), None), "{user}");
    }
    let elsewhere = realm(&provider, "sam@adatum.onmicrosoft.us", "1.0").await;
    assert_eq!(elsewhere["cloud_instance_name"], "microsoftonline.us");
}

#[tokio::test]
async fn later_versions_have_other_keys() {
    let provider = Provider::start().await;
    for version in ["2.0", "2.1"] {
        let managed = realm(&provider, "megan@contoso.onmicrosoft.com", version).await;
        assert_eq!((&managed["NameSpaceType"], managed.get("account_type")), (&"Managed".into(), None));
        assert_eq!(managed["Login"], "megan@contoso.onmicrosoft.com");
        let federated = realm(&provider, "lee@contoso.example", version).await;
        assert_eq!(
            (&federated["NameSpaceType"], &federated["DomainName"]),
            (&"Federated".into(), &"contoso.example".into())
        );
        assert!(federated["AuthURL"].as_str().is_some_and(|url| url.contains("/adfs/ls/")));
    }
    let by_query = provider.get("/common/userrealm/?user=megan%40contosso.example&api-version=2.1").await.json();
    assert_eq!((&by_query["NameSpaceType"], &by_query["Login"]), (&"Unknown".into(), &"megan@contosso.example".into()));
}

#[tokio::test]
async fn a_version_that_is_none_is_not_found() {
    let provider = Provider::start().await;
    for query in ["", "?api-version=", "?api-version=3.0"] {
        let answer = provider.get(&format!("/common/userrealm/megan@contoso.onmicrosoft.com{query}")).await;
        assert_eq!(answer.status, 404, "{query}");
    }
}

#[tokio::test]
async fn the_realm_of_a_user_agrees_with_the_token_endpoint() {
    let provider = Provider::start().await;
    for (row, word) in [("user-works", "Managed"), ("federated-user", "Federated"), ("unknown-user-domain", "Unknown")]
    {
        let user = provider.account(row).values.get(token_wizard::domain::setting::SettingName::User).to_owned();
        assert_eq!(realm(&provider, &user, "1.0").await["account_type"], word, "{row}");
        assert_eq!(provider.ask(row).await.status == 200, word == "Managed", "{row}");
    }
}
