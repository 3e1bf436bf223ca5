use super::value::ValueDoubt;
use super::*;
use proptest::prelude::*;

fn choice_for(url: &str, variables: &[(&str, &str)]) -> Choice {
    let variables = Variables::read(|name| {
        variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    });
    choose(&variables, &Url::parse(url).unwrap())
}

fn choice(variables: &[(&str, &str)]) -> Choice {
    choice_for("https://login.microsoftonline.com/t/oauth2/token", variables)
}

fn codes(choice: &Choice) -> Vec<String> {
    choice
        .explain("login.microsoftonline.com")
        .into_iter()
        .map(|diagnosis| diagnosis.code.into_owned())
        .filter(|code| code != "proxy-in-use")
        .collect()
}

/// Variables, the proxy with the variable that chose it, and the doubts.
type Row<'a> = (&'a [(&'a str, &'a str)], Option<&'a str>, &'a [&'a str]);

#[test]
fn variables_are_read_as_dotnet_reads_them() {
    let rows: &[Row<'_>] = &[
        (&[], None, &[]),
        (&[("HTTPS_PROXY", "http://proxy:8080")], Some("proxy:8080 (HTTPS_PROXY)"), &[]),
        (&[("https_proxy", "http://proxy:8080")], Some("proxy:8080 (https_proxy)"), &[]),
        (&[("ALL_PROXY", "http://proxy:8080")], Some("proxy:8080 (ALL_PROXY)"), &[]),
        (&[("all_proxy", "http://a:1"), ("HTTPS_PROXY", "http://b:2")], Some("b:2 (HTTPS_PROXY)"), &[]),
        (&[("https_proxy", ""), ("HTTPS_PROXY", "http://b:2")], Some("b:2 (HTTPS_PROXY)"), &["proxy-both-cases"]),
        (
            &[("https_proxy", "http://a:1"), ("HTTPS_PROXY", "http://b:2")],
            Some("a:1 (https_proxy)"),
            &["proxy-both-cases"],
        ),
        (&[("https_proxy", "http://a:1"), ("HTTPS_PROXY", "http://a:1")], Some("a:1 (https_proxy)"), &[]),
        (&[("HTTP_PROXY", "http://proxy:8080")], None, &["proxy-http-only"]),
        (&[("HTTPS_PROXY", "proxy:8080")], Some("proxy:8080 (HTTPS_PROXY)"), &[]),
        (&[("HTTPS_PROXY", "HTTP://proxy:8080/path")], Some("proxy:8080 (HTTPS_PROXY)"), &[]),
        (&[("HTTPS_PROXY", "http://proxy")], Some("proxy:80 (HTTPS_PROXY)"), &["proxy-no-port"]),
        (&[("HTTPS_PROXY", "http://proxy/")], Some("proxy:80 (HTTPS_PROXY)"), &["proxy-no-port"]),
        (&[("HTTPS_PROXY", "https://proxy:8443")], Some("proxy:8443 (HTTPS_PROXY)"), &["proxy-https"]),
        (&[("HTTPS_PROXY", "https://proxy")], Some("proxy:443 (HTTPS_PROXY)"), &["proxy-https", "proxy-no-port"]),
        (&[("HTTPS_PROXY", "socks5://proxy:1080")], Some("proxy:1080 (HTTPS_PROXY)"), &["proxy-socks"]),
        (&[("HTTPS_PROXY", "http://[::1]:8080")], Some("[::1]:8080 (HTTPS_PROXY)"), &[]),
        (&[("HTTPS_PROXY", "http://[::1]")], Some("[::1]:80 (HTTPS_PROXY)"), &["proxy-no-port"]),
        (&[("HTTPS_PROXY", "http://proxy:8080 ")], Some("proxy:8080 (HTTPS_PROXY)"), &["proxy-blanks"]),
        (&[("HTTPS_PROXY", "http://proxy:8080\r")], Some("proxy:8080 (HTTPS_PROXY)"), &["proxy-blanks"]),
        (&[("HTTPS_PROXY", " http://proxy:8080")], None, &["proxy-blanks", "proxy-malformed"]),
        (&[("HTTPS_PROXY", "\"http://proxy:8080\"")], None, &["proxy-quotes", "proxy-malformed"]),
        (&[("HTTPS_PROXY", "http://proxy:eighty")], None, &["proxy-malformed"]),
        (&[("HTTPS_PROXY", "http://proxy:99999")], None, &["proxy-malformed"]),
        (&[("HTTPS_PROXY", "http://:8080")], None, &["proxy-malformed"]),
        (&[("HTTPS_PROXY", "http://:8080"), ("ALL_PROXY", "a:1")], Some("a:1 (ALL_PROXY)"), &["proxy-malformed"]),
        (&[("HTTPS_PROXY", "http://u:p@proxy:8080")], Some("proxy:8080 (HTTPS_PROXY)"), &[]),
        (&[("HTTPS_PROXY", "http://u:p%40s@proxy:8080")], Some("proxy:8080 (HTTPS_PROXY)"), &[]),
        (&[("HTTPS_PROXY", "http://u:p@s@proxy:8080")], Some("proxy:8080 (HTTPS_PROXY)"), &["proxy-user-info"]),
        (&[("HTTPS_PROXY", "http://u:p#s@proxy:8080")], Some("proxy:8080 (HTTPS_PROXY)"), &["proxy-user-info"]),
        (&[("HTTPS_PROXY", "http://u:100%@proxy:8080")], Some("proxy:8080 (HTTPS_PROXY)"), &["proxy-user-info"]),
    ];
    for (variables, proxy, doubts) in rows {
        let choice = choice(variables);
        assert_eq!(choice.words().as_deref(), *proxy, "{variables:?}");
        assert_eq!(codes(&choice), *doubts, "{variables:?}");
    }
}

#[test]
fn no_proxy_counts_as_in_dotnet_and_what_curl_makes_of_it_is_told() {
    let rows: &[(&str, Option<&str>, &[&str])] = &[
        ("", None, &[]),
        ("login.microsoftonline.com", Some("login.microsoftonline.com"), &[]),
        ("Login.MicrosoftOnline.com", Some("Login.MicrosoftOnline.com"), &[]),
        ("localhost, login.microsoftonline.com", Some("login.microsoftonline.com"), &[]),
        (".microsoftonline.com", Some(".microsoftonline.com"), &[]),
        (".login.microsoftonline.com", Some(".login.microsoftonline.com"), &[]),
        ("localhost,127.0.0.1,.corp", None, &[]),
        ("online.com", None, &[]),
        ("microsoftonline.com", None, &["no-proxy-differs"]),
        ("*", None, &["no-proxy-differs"]),
        ("localhost login.microsoftonline.com", None, &["no-proxy-differs"]),
        ("login.microsoftonline.com.", None, &["no-proxy-differs"]),
        ("*.microsoftonline.com", None, &["no-proxy-unread"]),
        ("login.microsoftonline.com:443", None, &["no-proxy-unread"]),
        ("https://login.microsoftonline.com", None, &["no-proxy-unread"]),
        ("localhost;login.microsoftonline.com", None, &["no-proxy-unread"]),
        ("localhost,*", None, &["no-proxy-unread"]),
    ];
    for (list, exempted_by, doubts) in rows {
        let choice = choice(&[("HTTPS_PROXY", "http://proxy:8080"), ("NO_PROXY", list)]);
        assert_eq!(choice.exempted_by.as_deref(), *exempted_by, "{list}");
        assert_eq!(choice.proxy.is_none(), exempted_by.is_some(), "{list}");
        assert_eq!(codes(&choice), *doubts, "{list}");
    }
    let lower_wins =
        choice(&[("HTTPS_PROXY", "http://proxy:8080"), ("no_proxy", ""), ("NO_PROXY", "login.microsoftonline.com")]);
    assert!(lower_wins.proxy.is_some(), "an empty list in lower case hides the other");
    assert_eq!(codes(&lower_wins), ["proxy-both-cases"]);
}

#[test]
fn networks_count_for_curl_only() {
    for (list, url, code) in [
        ("10.0.0.0/8", "https://10.1.2.3/", Some("no-proxy-differs")),
        ("10.0.0.0/8", "https://11.1.2.3/", None),
        ("0.0.0.0/0", "https://11.1.2.3/", Some("no-proxy-differs")),
        ("10.0.0.0/40", "https://10.1.2.3/", None),
        ("fd00::/8", "https://[fd12::1]/", Some("no-proxy-differs")),
        ("::/0", "https://[fd12::1]/", Some("no-proxy-differs")),
    ] {
        let choice = choice_for(url, &[("HTTPS_PROXY", "http://proxy:8080"), ("NO_PROXY", list)]);
        assert_eq!(codes(&choice).first().map(String::as_str), code, "{list} {url}");
        assert!(choice.proxy.is_some());
    }
}

#[test]
fn loopback_never_goes_through_a_proxy_and_what_the_application_does_is_told() {
    let proxy = ("HTTP_PROXY", "http://proxy:8080");
    for url in ["http://127.0.0.1:18080/t", "http://localhost:1/", "http://[::1]:1/"] {
        let choice = choice_for(url, &[proxy]);
        assert_eq!((choice.proxy.as_ref(), codes(&choice)), (None, vec!["proxy-loopback".to_owned()]), "{url}");
    }
    let exempted = choice_for("http://localhost:1/", &[proxy, ("NO_PROXY", "localhost")]);
    assert_eq!((exempted.proxy.as_ref(), codes(&exempted).len()), (None, 0));
    let cgi = choice_for("http://localhost:1/", &[proxy, ("GATEWAY_INTERFACE", "CGI/1.1")]);
    assert_eq!(codes(&cgi), [""; 0], "a client could have sent the variable");
    assert_eq!(codes(&choice_for("https://127.0.0.1:1/", &[proxy])), [""; 0]);
}

#[test]
fn credentials_are_decoded_and_never_shown() {
    let choice = choice(&[("HTTPS_PROXY", "http://anna:p%40ss:w@proxy:8080")]);
    let (user, password) = choice.proxy.clone().unwrap().credentials.unwrap();
    assert_eq!((user.expose(), password.expose()), ("anna", "p@ss:w"));
    let shown = format!("{choice:?} {:?}", choice.explain("login.microsoftonline.com"));
    assert!(!shown.contains("p@ss") && !shown.contains("p%40ss"), "{shown}");
    assert!(choice.doubts.contains(&Doubt::Value("HTTPS_PROXY", ValueDoubt::UserInfo)));
}

proptest! {
    #[test]
    fn no_value_panics(value: String, list: String, host in "[a-z.]{1,20}") {
        let choice = choice_for(&format!("https://a{host}/"), &[("HTTPS_PROXY", &value), ("NO_PROXY", &list)]);
        prop_assert!(choice.explain(&host).iter().all(|diagnosis| diagnosis.action.ends_with('.')));
    }
}
