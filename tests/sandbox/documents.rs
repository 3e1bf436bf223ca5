//! What is told of a tenant without credentials: the discovery document and the keys.

use crate::provider::Provider;

const V1: &str = "/.well-known/openid-configuration";
const V2: &str = "/v2.0/.well-known/openid-configuration";

#[tokio::test]
async fn a_tenant_is_described_by_its_id_also_when_a_domain_was_asked_for() {
    let provider = Provider::start().await;
    let (origin, home) = (provider.origin.as_str(), provider.home());
    for name in [home, "contoso.onmicrosoft.com", "Contoso.Example"] {
        let answer = provider.get(&format!("/{name}{V1}")).await;
        assert_eq!((answer.status, answer.header("cache-control")), (200, "max-age=86400, private"), "{name}");
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{name}");
        let first = answer.json();
        assert_eq!(first["issuer"], format!("https://sts.windows.net/{home}/"), "{name}");
        assert_eq!(first["token_endpoint"], format!("{origin}/{home}/oauth2/token"), "{name}");
        assert_eq!(first["jwks_uri"], format!("{origin}/{home}/discovery/keys"), "{name}");

        let second = provider.get(&format!("/{name}{V2}")).await.json();
        assert_eq!(second["issuer"], format!("https://login.microsoftonline.com/{home}/v2.0"), "{name}");
        assert_eq!(second["token_endpoint"], format!("{origin}/{home}/oauth2/v2.0/token"), "{name}");
        assert_eq!(second["jwks_uri"], format!("{origin}/{home}/discovery/v2.0/keys"), "{name}");

        for document in [first, second] {
            assert_eq!(document["tenant_region_scope"], "EU", "{name}");
            assert!(document.get("tenant_region_sub_scope").is_none(), "{name}");
            assert_eq!(document["cloud_instance_name"], "microsoftonline.com", "{name}");
            assert_eq!(document["cloud_graph_host_name"], "graph.windows.net", "{name}");
            assert_eq!(document["msgraph_host"], "graph.microsoft.com", "{name}");
            assert_eq!(document["rbac_url"], "https://pas.windows.net", "{name}");
        }
    }
}

#[tokio::test]
async fn the_issuer_of_the_first_document_is_the_issuer_of_the_tokens() {
    let provider = Provider::start().await;
    let document = provider.get(&format!("/contoso.onmicrosoft.com{V1}")).await.json();
    assert_eq!(provider.parts("app-works").await.claims["iss"], document["issuer"]);
}

#[tokio::test]
async fn every_address_of_a_document_is_at_this_server() {
    let provider = Provider::start().await;
    for path in [V1, V2].into_iter().flat_map(|rest| ["common", provider.home()].map(|place| format!("/{place}{rest}")))
    {
        let document = provider.get(&path).await.json();
        let members = document.as_object().expect("an object");
        let addresses: Vec<_> =
            members.iter().filter(|(name, _)| name.ends_with("_endpoint") || name.ends_with("_uri")).collect();
        assert!(addresses.len() >= 7, "{path}");
        for (name, address) in addresses {
            assert!(
                address.as_str().is_some_and(|text| text.starts_with(&provider.origin)),
                "{path}: {name} {address}"
            );
        }
        let keys = document["jwks_uri"].as_str().and_then(|text| text.strip_prefix(&provider.origin)).expect("a path");
        assert_eq!(provider.get(keys).await.status, 200, "{path}");
    }
    // Whoever calls by another name of this machine is answered with that name.
    let url = format!("{}/common{V1}", provider.origin);
    let port = provider.origin.rsplit_once(':').expect("a port").1;
    for (host, origin) in [
        (format!("localhost:{port}"), format!("http://localhost:{port}")),
        ("login.microsoftonline.com".to_owned(), provider.origin.clone()),
        (format!("localhost:{port}.example"), provider.origin.clone()),
    ] {
        let document = provider.send(provider.client.get(&url).header("host", &host)).await.json();
        assert_eq!(document["token_endpoint"], format!("{origin}/common/oauth2/token"), "{host}");
    }
}

#[tokio::test]
async fn aliases_stay_in_the_addresses_and_leave_the_issuer_open() {
    let provider = Provider::start().await;
    let personal = "9188040d-6c67-4c5b-b112-36a304b66dad";
    for (alias, issuing) in [("common", "{tenantid}"), ("organizations", "{tenantid}"), ("consumers", personal)] {
        let first = provider.get(&format!("/{alias}{V1}")).await.json();
        let second = provider.get(&format!("/{alias}{V2}")).await.json();
        assert_eq!(first["issuer"], format!("https://sts.windows.net/{issuing}/"));
        assert_eq!(second["issuer"], format!("https://login.microsoftonline.com/{issuing}/v2.0"));
        assert_eq!(second["token_endpoint"], format!("{}/{alias}/oauth2/v2.0/token", provider.origin));
        assert!(first["tenant_region_scope"].is_null() && second.get("tenant_region_scope").is_some());
    }
}

#[tokio::test]
async fn a_tenant_of_another_cloud_is_told_by_its_document() {
    let provider = Provider::start().await;
    let document = provider.get(&format!("/adatum.onmicrosoft.us{V2}")).await.json();
    assert_eq!(document["cloud_instance_name"], "microsoftonline.us");
    assert_eq!(document["tenant_region_scope"], "USGov");
    assert_eq!(document["tenant_region_sub_scope"], "DODCON");
    assert!(
        document["token_endpoint"].as_str().is_some_and(|url| url.starts_with("https://login.microsoftonline.us/"))
    );
}

#[tokio::test]
async fn what_is_no_tenant_has_no_documents() {
    let provider = Provider::start().await;
    for (tenant, code, words) in [
        ("nowhere.example", 90002, "'nowhere.example'"),
        ("0b9d7c35-62e4-4f18-a7d0-5c81e6b2f493", 90002, "'0b9d7c35-62e4-4f18-a7d0-5c81e6b2f493'"),
        ("00000000-0000-0000-0000-000000000000", 900_021, "'00000000-0000-0000-0000-000000000000'"),
        ("8f3c2a1e-5b7d-4c19-9e42", 900_023, "'8f3c2a1e-5b7d-4c19-9e42'"),
        ("%7BAppTenantId%7D", 900_023, "'{AppTenantId}'"),
    ] {
        for rest in [V1, V2, "/discovery/keys", "/discovery/v2.0/keys"] {
            let answer = provider.get(&format!("/{tenant}{rest}")).await;
            let body = answer.json();
            assert_eq!(
                (answer.status, &body["error"], answer.code()),
                (400, &"invalid_tenant".into(), code),
                "{tenant}"
            );
            assert!(body["error_description"].as_str().is_some_and(|text| text.contains(words)), "{body}");
        }
    }
}

#[tokio::test]
async fn key_sets_name_their_issuer_in_v2_only() {
    let provider = Provider::start().await;
    let old = provider.get("/contoso.onmicrosoft.com/discovery/keys").await.json();
    let new = provider.get("/contoso.onmicrosoft.com/discovery/v2.0/keys").await.json();
    assert!(
        old["keys"].as_array().is_some_and(|keys| keys.len() == 2 && keys.iter().all(|key| key["issuer"].is_null()))
    );
    for key in new["keys"].as_array().expect("keys") {
        assert_eq!(key["issuer"], format!("https://login.microsoftonline.com/{}/v2.0", provider.home()));
        assert!(key["d"].is_null());
    }
    let common = provider.get("/common/discovery/v2.0/keys").await.json();
    assert_eq!(common["keys"][0]["issuer"], "https://login.microsoftonline.com/{tenantid}/v2.0");
}

#[tokio::test]
async fn the_pages_of_consent_say_that_this_is_practice() {
    let provider = Provider::start().await;
    let app = "1b4e28ba-2fa1-41d2-883f-0016d3cca427";
    for (page, whom) in [
        (format!("/contoso.onmicrosoft.com/adminconsent?client_id={app}"), "an administrator"),
        (format!("/contoso.onmicrosoft.com/oauth2/authorize?client_id={app}&prompt=consent"), "the user"),
        (format!("/contoso.onmicrosoft.com/oauth2/v2.0/authorize?client_id={app}"), "the user"),
    ] {
        let answer = provider.get(&page).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, "text/html; charset=utf-8"), "{page}");
        assert!(answer.text.contains("This is practice") && answer.text.contains(app), "{}", answer.text);
        assert!(answer.text.contains(whom) && !answer.text.contains("<script"), "{}", answer.text);
    }
    assert_eq!(provider.get("/nobody.example/adminconsent").await.status, 404);
}
