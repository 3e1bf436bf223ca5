use super::*;
use crate::domain::cloud::CLOUDS;
use crate::domain::exchange::Route as Way;
use crate::domain::secret::Secret;
use std::time::Duration;

fn asked(holder: Holder, route: Route) -> Asked {
    let identity =
        Identity { holder, object_id: Some("an-object-id".to_owned()), admin_roles: Vec::new(), expires_at: None };
    Asked { identity, portal: "app.powerbi.com".to_owned(), route }
}

fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> HttpAnswer {
    HttpAnswer {
        status,
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        body: Secret::new(body),
        truncated: false,
        route: Way::default(),
        received_at: Timestamp::from_seconds(1_795_528_931),
        duration: Duration::ZERO,
    }
}

const REASONS: [Reason; 26] = [
    Reason::TenantSwitch,
    Reason::NoRole,
    Reason::AdminClosed,
    Reason::GroupClosed,
    Reason::PersonalWorkspace,
    Reason::ClosedToApps,
    Reason::NotLicensed,
    Reason::NotFound,
    Reason::EffectiveIdentity,
    Reason::QueryFailed,
    Reason::InvalidToken,
    Reason::TokenExpired,
    Reason::Challenge,
    Reason::Forbidden,
    Reason::Unauthorized,
    Reason::EmbedRefused,
    Reason::MediaType,
    Reason::Throttled,
    Reason::BadRequest,
    Reason::Fault,
    Reason::Redirect,
    Reason::Page,
    Reason::ProxyCredentials,
    Reason::NoAnswer,
    Reason::TooLong,
    Reason::Other(418),
];

#[test]
fn every_reason_has_its_words_for_apps_and_users() {
    for reason in REASONS {
        let routes = [Route::Workspace, Route::ListedWorkspace, Route::Models, Route::Query];
        for (holder, route) in [Holder::App, Holder::User].into_iter().flat_map(|holder| routes.map(|it| (holder, it)))
        {
            let asked = asked(holder, route);
            let signal = Signal { status: 418, ..Signal::default() };
            let found = explain_as(&reason, &signal, &answer(418, &[], ""), &asked, &Masker::default());
            assert!(!found.code.is_empty() && !found.title.ends_with('.'), "{reason:?}");
            assert!(found.action.ends_with('.') && found.action.len() <= 76, "{reason:?}: {}", found.action);
            assert!(found.cause.ends_with('.'), "{reason:?}: {}", found.cause);
            assert!(found.remedies.iter().all(|remedy| remedy.ends_with('.')), "{reason:?}: {:?}", found.remedies);
            if holder == Holder::User {
                let shown = format!("{found:?}");
                let is_about_apps = matches!(reason, Reason::TenantSwitch | Reason::ClosedToApps);
                assert!(is_about_apps || !shown.contains("Add the app"), "{shown}");
            }
        }
    }
}

#[test]
fn a_proxy_is_named_and_a_secret_is_not() {
    let masker = Masker::new([&Secret::new("hunter2secret")]);
    let page = answer(
        403,
        &[("content-type", "text/html"), ("server", "squid/6"), ("via", "1.1 gate hunter2secret")],
        "<html>hunter2secret</html>",
    );
    let found = explain(&page, &asked(Holder::App, Route::Workspaces), &masker);
    assert_eq!(found.code, "html-answer");
    assert!(found.cause.contains("squid/6"), "{}", found.cause);
    assert!(!format!("{:?}", found.evidence).contains("hunter2"), "{found:?}");
}

#[test]
fn unknown_names_are_kept_and_harmless() {
    let odd = answer(401, &[("x-powerbi-error-info", "SomethingNew\u{1b}[2J"), ("requestid", "r-1")], "");
    let found = explain(&odd, &asked(Holder::App, Route::Workspaces), &Masker::default());
    assert_eq!(found.code, "HTTP401");
    assert!(found.cause.starts_with("Power BI calls it SomethingNew[2J. "), "{}", found.cause);
    assert_eq!(found.evidence.and_then(|evidence| evidence.trace_id).as_deref(), Some("r-1"));
}

#[test]
fn a_wrong_clock_is_told_beside_an_expired_token() {
    let late = answer(403, &[("x-powerbi-error-info", "TokenExpired"), ("date", "Tue, 24 Nov 2026 16:02:11 GMT")], "");
    let found = explain(&late, &asked(Holder::App, Route::Workspaces), &Masker::default());
    assert!(found.remedies.iter().any(|remedy| remedy.contains("behind")), "{found:?}");
}

#[test]
fn every_cloud_has_its_own_portal() {
    for row in &CLOUDS {
        let portal = format!("app.{}", row.api_host.trim_start_matches("api."));
        let asked = Asked { portal: portal.clone(), ..asked(Holder::App, Route::Workspaces) };
        let found = words(&Reason::TenantSwitch, &asked, &answer(401, &[], ""));
        assert!(found.remedies.first().is_some_and(|place| place.starts_with(&portal)), "{found:?}");
    }
}
