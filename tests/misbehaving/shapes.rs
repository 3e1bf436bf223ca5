//! The shapes: what a server can do wrong, each as a script. What has to come of it stands in
//! `expected/misbehaving.tsv`. One list of data, longer than a file should be otherwise.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::certificates::{Authority, Card, GOOD, self_signed};
use crate::gzip;
use crate::scripted::{Door, ISSUER, Script, Step};

pub(crate) const TENANT: &str = "8f3c2a1e-5b7d-4c9a-9e21-3a6b1c0d77d0";
pub(crate) const CLIENT: &str = "1b4e28ba-2fa1-41d2-883f-0016d3cca427";
pub(crate) const RESOURCE: &str = "https://analysis.windows.net/powerbi/api";
pub(crate) const SECRET: &str = "c4n8Q~ary.one+/=&%~secret~secret~secr";
pub(crate) const PASSWORD: &str = "c4nary two +&=% pass<word>é";

/// Parts of the password.
pub(crate) const CANARIES_OF_PASSWORD: [&str; 2] = ["c4nary", "pass<word"];

/// Parts of the client secret, in the spellings in which it could come back.
pub(crate) const CANARIES: [&str; 6] = [
    "c4n8Q",
    "~secret",
    // base64 of the secret, at the three alignments.
    "YzRuOFF+YXJ5",
    "M0bjhRfmFyeS",
    "jNG44UX5hcnk",
    // In JSON's escapes.
    "\\u0063\\u0034\\u006e\\u0038",
];

/// What makes a terminal do things: OSC 52 (clipboard), window size, title, C1 CSI and OSC, right-to-left, invisible
/// characters, line ends, backspace.
pub(crate) const EVIL: &str = "\x1b]52;c;aGFja2Vk\x07\x1b[8;1;1t\x1b]0;owned\x1b\\\u{9b}31m\u{9d}0;x\u{9c}\u{202e}\u{2066}\
                               \u{200f}\u{200b}\u{85}\r\n\x08\x7f";

/// How much a flood would like to send, in bytes.
pub(crate) const FLOOD: u64 = 100_000_000;

pub(crate) struct Shape {
    pub(crate) name: &'static str,
    /// `http` or `https`.
    pub(crate) scheme: &'static str,
    pub(crate) script: Script,
}

impl Shape {
    /// Whether it ends only with the time-out.
    pub(crate) fn is_endless(&self) -> bool {
        ["silence", "slow-bytes", "tls-silence"].contains(&self.name)
    }
}

/// All shapes; `elsewhere` is where redirects point to.
pub(crate) fn all(ours: &Authority, elsewhere: &str) -> Vec<Shape> {
    let mut shapes = Vec::new();
    let mut put = |name, door: &Door, steps| {
        let script = Script { door: door.clone(), steps };
        shapes.push(Shape { name, scheme: "http", script });
    };
    for (name, steps) in streams() {
        put(name, &Door::Plain, steps);
    }
    for (name, bytes) in heads(elsewhere).into_iter().chain(refusals()).chain(bodies()).chain(tokens()) {
        put(name, &Door::Plain, vec![Step::Send(bytes)]);
    }
    put("close-on-accept", &Door::Early, Vec::new());
    put("banner-before-request", &Door::Early, vec![Step::Send(b"220 mail.example ESMTP\r\n".to_vec())]);
    put("tls-on-plain-url", &Door::Tls(ours.server(GOOD)), Vec::new());
    shapes.extend(handshakes(ours));
    shapes
}

/// What happens to the stream of bytes itself.
fn streams() -> Vec<(&'static str, Vec<Step>)> {
    let portion = vec![b'a'; 64 * 1024];
    let send = |text: &str| Step::Send(text.as_bytes().to_vec());
    let good = answer("200 OK", &[], issued().as_bytes());
    let failing = answer("400 Bad Request", &[], refusal("AADSTS7000215: x").as_bytes());
    let flood = |head: &str, portion: &[u8]| vec![send(head), Step::Flood(portion.to_vec(), FLOOD)];
    vec![
        ("silence", vec![Step::Wait]),
        ("slow-bytes", vec![Step::Drip(good.clone())]),
        ("close-without-answer", vec![]),
        ("half-header", vec![send("HTTP/1.1 200 OK\r\nContent-Ty")]),
        ("reset-before-answer", vec![Step::Reset]),
        ("reset-in-body", vec![send("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{\"access_token\":"), Step::Reset]),
        ("length-too-long", vec![send("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{}")]),
        (
            "length-too-short",
            vec![send(&format!("HTTP/1.1 200 OK\r\nContent-Length: 30\r\nConnection: close\r\n\r\n{}", issued()))],
        ),
        ("lengths-contradict", vec![send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} ")]),
        (
            "gzip-bomb",
            vec![Step::Send(answer(
                "200 OK",
                &["Content-Type: application/json", "Content-Encoding: gzip"],
                &gzip::bomb(FLOOD),
            ))],
        ),
        ("body-100-mb", flood(&format!("HTTP/1.1 200 OK\r\nContent-Length: {FLOOD}\r\n\r\n"), &portion)),
        ("body-100-mb-of-500", flood(&format!("HTTP/1.1 500 No\r\nContent-Length: {FLOOD}\r\n\r\n"), &portion)),
        (
            "chunks-endless",
            flood(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                format!("400\r\n{}\r\n", "a".repeat(1024)).as_bytes(),
            ),
        ),
        ("header-1-mb", vec![send(&format!("HTTP/1.1 200 OK\r\nX-Long: {}\r\n\r\n", "a".repeat(1_000_000)))]),
        ("headers-endless", flood("HTTP/1.1 200 OK\r\n", format!("X-More: {}\r\n", "a".repeat(1000)).as_bytes())),
        ("headers-500", vec![send(&format!("HTTP/1.1 200 OK\r\n{}\r\n", "X-More: a\r\n".repeat(500)))]),
        ("chunk-size-bad", vec![send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n")]),
        ("chunk-cut", vec![send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n400\r\n{}")]),
        ("http-1.0-without-length", vec![send(&format!("HTTP/1.0 200 OK\r\n\r\n{}", issued()))]),
        ("http-2-answer", vec![Step::Send(b"\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x80".to_vec())]),
        ("http-2-preface", vec![send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")]),
        ("http-0.9-answer", vec![send("<html>hello</html>")]),
        ("status-000", vec![send("HTTP/1.1 000 Nothing\r\n\r\n")]),
        ("status-101", vec![send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n")]),
        ("continue-100", vec![send("HTTP/1.1 100 Continue\r\n\r\n"), Step::Send(good.clone())]),
        ("early-hints-103", vec![send("HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n"), Step::Send(good.clone())]),
        ("two-answers", vec![Step::Send([kept(&good), kept(&failing)].concat()), Step::Wait]),
        ("answer-and-rubbish", vec![Step::Send([kept(&good), b"\x00\x01\x02rubbish".to_vec()].concat()), Step::Wait]),
    ]
}

/// The answer on a connection that stays open.
fn kept(answer: &[u8]) -> Vec<u8> {
    String::from_utf8_lossy(answer).replace("Connection: close\r\n", "").into_bytes()
}

/// Status lines and headers.
fn heads(elsewhere: &str) -> Vec<(&'static str, Vec<u8>)> {
    let location = format!("Location: {elsewhere}/oauth2/token");
    let form: String = url::form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
    let telling = format!("Location: {elsewhere}/?client_secret={form}&again={}", SECRET.replace('&', "%26"));
    let good = issued();
    let page = b"<!DOCTYPE html><html><body>Sign in to the network</body></html>";
    let html = "Content-Type: text/html; charset=utf-8";
    // Only what is no ASCII control character can stand in a header.
    let visible: String = EVIL.chars().filter(|c| !c.is_ascii_control()).collect();
    let trace = format!("x-ms-request-id: trace{visible}");
    let cookie = format!("Set-Cookie: esctx={SECRET}{visible}; path=/");
    let echo = format!("X-Echo: {SECRET}");
    let www = format!("WWW-Authenticate: Bearer error=\"{SECRET}{visible}\"");
    vec![
        ("redirect-301", answer("301 Moved Permanently", &[&location], b"")),
        ("redirect-302", answer("302 Found", &[&location], b"")),
        ("redirect-303", answer("303 See Other", &[&location], b"")),
        ("redirect-307", answer("307 Temporary Redirect", &[&location], b"")),
        ("redirect-308", answer("308 Permanent Redirect", &[&location], b"")),
        ("redirect-nowhere", answer("302 Found", &[], b"")),
        ("redirect-telling", answer("307 Temporary Redirect", &[&telling, &format!("X-Link: {visible}")], b"")),
        ("html-200", answer("200 OK", &[html], page)),
        ("html-404", answer("404 Not Found", &[html], page)),
        ("status-204", b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n".to_vec()),
        ("status-407", answer("407 Proxy Authentication Required", &["Proxy-Authenticate: Basic realm=\"x\""], b"")),
        ("status-401", answer("401 Unauthorized", &[&www], b"")),
        ("status-503-empty", answer("503 Service Unavailable", &[], b"")),
        ("status-999", answer("999 Go away", &[], b"")),
        ("429-seconds", answer("429 Too Many Requests", &["Retry-After: 60"], b"Too Many Requests")),
        (
            "429-date",
            answer("429 Too Many Requests", &["Retry-After: Tue, 24 Nov 2099 14:02:11 GMT"], b"Too Many Requests"),
        ),
        ("429-nonsense", answer("429 Too Many Requests", &["Retry-After: -1e99 soon"], b"Too Many Requests")),
        ("429-bare", answer("429 Too Many Requests", &[], b"")),
        ("date-nonsense", answer("200 OK", &["Date: Someday, 99 Foo 99999 99:99:99 GMT"], good.as_bytes())),
        ("date-of-1970", answer("200 OK", &["Date: Thu, 01 Jan 1970 00:00:00 GMT"], good.as_bytes())),
        ("content-type-wrong", answer("200 OK", &[html], good.as_bytes())),
        ("escapes-in-reason", answer("503 \x1b]52;c;aGFja2Vk\x07", &[], b"")),
        ("escapes-in-reason-8-bit", answer(&format!("503 {visible}"), &[], b"")),
        ("escapes-in-header", answer("503 No", &["X-Evil: \x1b[31m"], b"")),
        ("escapes-in-headers-8-bit", answer("503 No", &[&trace, &cookie, &echo, &format!("Server: {visible}")], b"")),
    ]
}

/// Refusals in words of OAuth, more or less.
fn refusals() -> Vec<(&'static str, Vec<u8>)> {
    let refuse = |body: &[u8]| answer("401 Unauthorized", &["Content-Type: application/json"], body);
    let told = |value: &Value| refuse(value.to_string().as_bytes());
    let words = |text: &str| told(&json!({ "error": "invalid_client", "error_description": text }));
    let evil = |text: &str| format!("{text}{EVIL}");
    let evil_fields = json!({
        "error": evil("invalid_client"),
        "error_description": format!("AADSTS7000215: {EVIL} no. Trace ID: t{EVIL} Correlation ID: c{EVIL}"),
        "error_uri": evil("https://login.microsoftonline.com/error?code=7000215"),
        "error_codes": [7_000_215, evil("7000215")],
        "trace_id": evil("trace"),
        "correlation_id": evil("correlation"),
        "timestamp": evil("2026-11-24 14:02:11Z"),
        "suberror": evil("basic_action"),
        "claims": evil("{}"),
        evil("key"): evil("value"),
    });
    let echo = format!(
        "AADSTS7000215: raw {SECRET} form {} base64 {} hidden {} password {PASSWORD} {}",
        url::form_urlencoded::byte_serialize(SECRET.as_bytes()).collect::<String>(),
        STANDARD.encode(format!("{CLIENT}:{SECRET}")),
        SECRET.replace("Q~", "Q\u{200b}~\x1b").replace("sec", "s\u{202e}ec"),
        STANDARD.encode(format!("x{SECRET}")),
    );
    let in_escapes = |c: char| format!("\\u{:04x}", u32::from(c));
    let escaped: Vec<String> = SECRET.chars().chain(PASSWORD.chars()).map(in_escapes).collect();
    let escaped = escaped.concat();
    let escaped =
        format!(r#"{{"error":"invalid_client","error_description":"AADSTS7000215: {escaped}","x":"{escaped}"}}"#);
    // As System.Text.Json and PHP write it.
    let dialects = format!(
        r#"{{"error":"invalid_client","error_description":"AADSTS7000215","net":"{}","php":"{}"}}"#,
        SECRET.replace('+', "\\u002B").replace('&', "\\u0026"),
        SECRET.replace('/', "\\/"),
    );
    let raw = format!("{{\"error\":\"invalid_client\",\"error_description\":\"AADSTS7000215: {EVIL}\"}}");
    let seven = "AADSTS7000215: Invalid client secret provided.";
    let ids = ["Trace ID: 0d9c", "Correlation ID: 5f1e", "Timestamp: 2026-11-24 14:02:11Z"];
    vec![
        ("codes-missing", words(seven)),
        ("codes-string", told(&json!({ "error": "invalid_grant", "error_codes": "[500011]" }))),
        ("codes-strings-inside", told(&json!({ "error": "invalid_grant", "error_codes": ["70002", "50126"] }))),
        (
            "codes-several",
            told(&json!({ "error": "invalid_grant", "error_codes": [70002, 50126],
            "error_description": "AADSTS70002: Error validating credentials. AADSTS50126: Bad password." })),
        ),
        (
            "codes-absurd",
            told(&json!({ "error": "invalid_client",
            "error_codes": [-1, 1e99, null, 99_999_999_999_u64, {}, [], true, "", "x"] })),
        ),
        ("code-unknown", words("AADSTS99999999: New.")),
        ("description-crlf", words(&format!("{seven}\r\n{}", ids.join("\r\n")))),
        ("description-blanks", words(&format!("{seven} {}", ids.join(" ")))),
        ("description-900-kb", words(&format!("{seven} {}", "word ".repeat(180_000)))),
        ("codes-80000", words(&(10_000..90_000).map(|code| format!("AADSTS{code} ")).collect::<Vec<_>>().concat())),
        (
            "error-codes-100000",
            told(&json!({ "error": "invalid_grant",
            "error_codes": (10_000..110_000).collect::<Vec<u32>>() })),
        ),
        (
            "ids-200-kb",
            told(&json!({ "error": "invalid_client", "error_codes": [7_000_215],
            "trace_id": "t".repeat(200_000), "correlation_id": "c".repeat(200_000), "timestamp": "0".repeat(200_000) })),
        ),
        ("word-500-kb", told(&json!({ "error": "a".repeat(500_000) }))),
        ("word-unknown", told(&json!({ "error": "out_of_cheese" }))),
        ("types-wrong", told(&json!({ "error": 5, "error_description": ["x"], "error_codes": {}, "trace_id": [] }))),
        ("token-in-refusal", told(&json!({ "access_token": "opaque-token-of-a-refusal", "error": null }))),
        (
            "utf-8-invalid",
            refuse(b"{\"error\":\"invalid_client\",\"error_description\":\"AADSTS7000215: \xff\xfe\xc3(\"}"),
        ),
        ("nested-10000-refusal", refuse(nested(10_000).as_bytes())),
        ("escapes-in-refusal", told(&evil_fields)),
        ("escapes-in-word", told(&json!({ "error": evil("invalid_client") }))),
        ("escapes-raw", refuse(raw.as_bytes())),
        ("echo", words(&echo)),
        ("echo-in-word", told(&json!({ "error": SECRET, "error_description": SECRET, "trace_id": SECRET }))),
        ("echo-escaped", refuse(escaped.as_bytes())),
        ("echo-in-dialects", refuse(dialects.as_bytes())),
        ("echo-in-page", answer("500 No", &["Content-Type: text/html"], format!("<p>{SECRET} {echo}").as_bytes())),
    ]
}

/// Successes that are none, or strange ones.
fn bodies() -> Vec<(&'static str, Vec<u8>)> {
    let ok = |body: &[u8]| answer("200 OK", &["Content-Type: application/json"], body);
    let told = |value: Value| ok(value.to_string().as_bytes());
    let with = |key: &str, value: Value| {
        let mut object = json!({ "token_type": "Bearer", "access_token": jwt() });
        object[key] = value;
        ok(object.to_string().as_bytes())
    };
    let twice =
        format!(r#"{{"access_token":"first-opaque","access_token":"{}","expires_in":1,"expires_in":3600}}"#, jwt());
    let mut invalid = br#"{"note":""#.to_vec();
    invalid.extend_from_slice(b"\xff\xfe\x80");
    invalid.extend_from_slice(format!(r#"","access_token":"{}"}}"#, jwt()).as_bytes());
    vec![
        ("json-array", ok(b"[]")),
        ("json-number", ok(b"7")),
        ("json-string", ok(b"\"eyJ\"")),
        ("json-null", ok(b"null")),
        ("json-empty-object", ok(b"{}")),
        ("json-cut", ok(b"{\"access_token\":\"opaque-token-that-was-cut")),
        ("json-900-kb", ok(format!("[{}0]", "{},".repeat(300_000)).as_bytes())),
        ("nested-10000", ok(nested(10_000).as_bytes())),
        ("token-number", told(json!({ "access_token": 7 }))),
        ("token-object", told(json!({ "access_token": { "value": jwt() } }))),
        ("token-null", told(json!({ "access_token": null }))),
        ("token-empty", told(json!({ "access_token": "" }))),
        ("refusal-with-200", told(json!({ "error": "invalid_client", "error_codes": [7_000_215] }))),
        ("expires-in-string", with("expires_in", json!("3599"))),
        ("expires-in-word", with("expires_in", json!("soon"))),
        ("expires-in-negative", with("expires_in", json!(-5))),
        ("expires-in-huge", with("expires_in", json!(u64::MAX))),
        ("expires-on-huge", with("expires_on", json!("9223372036854775807"))),
        ("expires-in-huge-opaque", told(json!({ "access_token": "opaque", "expires_in": i64::MAX }))),
        ("bom", ok(format!("\u{feff}{}", issued()).as_bytes())),
        ("utf-8-invalid-beside-token", ok(&invalid)),
        ("keys-twice", ok(twice.as_bytes())),
        ("escapes-in-keys", with(&format!("key{EVIL}"), json!(EVIL))),
    ]
}

/// Tokens.
fn tokens() -> Vec<(&'static str, Vec<u8>)> {
    let token = |token: &str| answer("200 OK", &[], json!({ "access_token": token }).to_string().as_bytes());
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let of = |claims: &str| token(&format!("{}.{}.c2ln", part(HEADER), part(claims)));
    let exp = |value: &str| of(&claims(&format!(r#","exp":{value}"#)));
    let more = |text: &str| of(&claims(&format!(r#","exp":4102444800,{text}"#)));
    let other = |key: &str, value: &str| {
        let mut object: Value = serde_json::from_str(&claims(r#","exp":4102444800"#)).unwrap_or_default();
        object[key] = json!(value);
        of(&object.to_string())
    };
    let evil = |text: &str| format!("{text}{EVIL}");
    let strange = json!({ evil("name"): evil("value"), "list": [evil("item"), { evil("k"): evil("v") }],
        "roles": [evil("role")], "app_displayname": evil("app"), "given_name": evil("anna@contoso.com") });
    let strange = strange.to_string();
    let strange = strange.trim_start_matches('{').trim_end_matches('}');
    let good = part(&claims(r#","exp":4102444800"#));
    vec![
        ("token-without-dots", token("opaque")),
        ("token-of-2-parts", token(&format!("{}.{good}", part(HEADER)))),
        ("token-of-5-parts", token(&format!("{}.{good}.a.b.c", part(HEADER)))),
        ("token-of-200000-parts", token(&".".repeat(200_000))),
        ("token-bad-base64", token(&format!("{}.{good}!!.c2ln", part(HEADER)))),
        ("token-header-not-json", token(&format!("{}.{good}.c2ln", part("alg=RS256")))),
        ("token-claims-array", of("[1,2]")),
        ("token-claims-nested", of(&nested(10_000))),
        ("token-claims-empty", of("{}")),
        ("token-of-1-mb", token(&"a".repeat(1_000_000))),
        (
            "token-repetitive",
            answer(
                "200 OK",
                &[],
                json!({ "note": format!("{}b", "a".repeat(299_999)),
            "access_token": "a".repeat(300_000), "refresh_token": "a".repeat(300_001) })
                .to_string()
                .as_bytes(),
            ),
        ),
        ("token-with-escapes", token(EVIL)),
        ("exp-huge", exp("9223372036854775807")),
        ("exp-huger", exp("1e300")),
        ("exp-negative", exp("-5")),
        ("exp-past", exp("1600000000")),
        ("exp-fraction", exp("4102444800.75")),
        ("exp-string", exp("\"4102444800\"")),
        ("exp-null", exp("null")),
        ("exp-missing", of(&claims(""))),
        ("nbf-future", more(r#""nbf":4102444700"#)),
        ("claims-twice", of(&claims(r#","exp":1,"exp":4102444800,"x":1,"x":2"#))),
        (
            "claims-invisible-twin",
            more(&format!("\"aud\u{200b}\":\"evil\",\"aud\\u0007\":\"evil\",\"{}\":1", "x".repeat(500))),
        ),
        ("claims-100-kb", more(&format!("\"big\":\"{}\",\"many\":[{}0]", "b".repeat(100_000), "1,".repeat(20_000)))),
        ("escapes-in-claims", more(strange)),
        ("escapes-in-audience", other("aud", &evil("https://graph.microsoft.com"))),
        ("escapes-in-tenant", other("tid", &evil("00000000-0000-0000-0000-000000000001"))),
        ("escapes-in-issuer", other("iss", &evil("https://sts.windows.net/"))),
    ]
}

/// TLS.
fn handshakes(ours: &Authority) -> Vec<Shape> {
    let good = || vec![Step::Send(answer("200 OK", &[], issued().as_bytes()))];
    let alert = |code: u8| vec![Step::Send(vec![0x15, 0x03, 0x01, 0, 2, 2, code])];
    let server = |card: Card| Door::Tls(ours.server(card));
    let card = |name| Card { name, ..GOOD };
    let text = |text: &str| vec![Step::Send(text.as_bytes().to_vec())];
    [
        ("tls-good", server(GOOD), good()),
        ("tls-expired", server(Card { years: (2020, 2021), ..GOOD }), good()),
        ("tls-not-yet-valid", server(Card { years: (2080, 2090), ..GOOD }), good()),
        ("tls-wrong-name", server(card("login.example")), good()),
        ("tls-wrong-name-escapes", server(card("a\x1b]52;c;aGFja2Vk\x07\x1b[31m.example")), good()),
        ("tls-untrusted", Door::Tls(Authority::new("another").server(GOOD)), good()),
        ("tls-self-signed", Door::Tls(self_signed(GOOD)), good()),
        ("tls-self-signed-authority", Door::Tls(self_signed(Card { is_authority: true, ..GOOD })), good()),
        ("tls-client-certificate", Door::Tls(ours.server_with_client_certificates()), good()),
        // Alerts 70 protocol_version, 40 handshake_failure, 112 unrecognized_name.
        ("tls-protocol-version", Door::Raw, alert(70)),
        ("tls-handshake-failure", Door::Raw, alert(40)),
        ("tls-unrecognized-name", Door::Raw, alert(112)),
        ("tls-to-plain-http", Door::Raw, text("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")),
        ("tls-to-ssh", Door::Early, text("SSH-2.0-OpenSSH_9.2\r\n")),
        ("tls-close", Door::Raw, vec![]),
        ("tls-reset", Door::Raw, vec![Step::Reset]),
        ("tls-silence", Door::Raw, vec![Step::Wait]),
        (
            "tls-cut-in-body",
            server(GOOD),
            [text("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{\"access_token\":"), vec![Step::Cut]].concat(),
        ),
        (
            "tls-cut-without-length",
            server(GOOD),
            [text("HTTP/1.1 200 OK\r\n\r\n{\"access_token\":"), vec![Step::Cut]].concat(),
        ),
    ]
    .map(|(name, door, steps)| Shape { name, scheme: "https", script: Script { door, steps } })
    .into()
}

const HEADER: &str = r#"{"typ":"JWT","alg":"RS256","kid":"k"}"#;

/// Claims that fit the settings, and whatever is written after them.
fn claims(more: &str) -> String {
    format!(r#"{{"aud":"{RESOURCE}","iss":"{ISSUER}","tid":"{TENANT}","appid":"{CLIENT}"{more}}}"#)
}

/// A token that fits the settings until the year 2100.
fn jwt() -> String {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}.c2ln", part(HEADER), part(&claims(r#","exp":4102444800"#)))
}

fn issued() -> String {
    json!({ "token_type": "Bearer", "expires_in": "3599", "access_token": jwt() }).to_string()
}

fn refusal(words: &str) -> String {
    json!({ "error": "invalid_client", "error_description": words }).to_string()
}

fn nested(depth: usize) -> String {
    format!("{}{}", "{\"a\":[".repeat(depth), "]}".repeat(depth))
}

/// An answer of that status with these header lines, its length, and the body.
fn answer(status: &str, headers: &[&str], body: &[u8]) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status}\r\n");
    for line in headers {
        head.push_str(line);
        head.push_str("\r\n");
    }
    head.push_str("Connection: close\r\n");
    let mut bytes = format!("{head}Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    bytes.extend_from_slice(body);
    bytes
}
