//! A token request as it came: the form, and the client's identity in the `Authorization` header.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use url::form_urlencoded;

use crate::domain::secret::Secret;

/// The fields of a token request.
#[derive(Debug, Default)]
pub(super) struct TokenRequest {
    fields: Vec<(String, Secret)>,
    basic: Option<(String, Secret)>,
}

/// The client ID of a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ClientId<'a> {
    /// There is none.
    Missing,
    /// Body and header name different ones.
    Two,
    /// There is one.
    One(&'a str),
}

impl TokenRequest {
    /// Reads the request. A body of another content type has no fields for Entra, as has one that is empty.
    pub(super) fn read(content_type: &str, authorization: &str, body: &[u8]) -> Self {
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        let is_form = media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded");
        let body = if is_form { body } else { &[] };
        let fields = form_urlencoded::parse(body)
            .map(|(name, value)| (name.into_owned(), Secret::new(value.into_owned())))
            .collect();
        Self { fields, basic: basic(authorization) }
    }

    /// The first field of that name; an empty one counts as missing.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, value)| known == name && !value.is_empty()).map(|(_, value)| value.expose())
    }

    /// The client ID, from the body or the header.
    pub(super) fn client_id(&self) -> ClientId<'_> {
        let header = self.basic.as_ref().map(|(id, _)| id.as_str()).filter(|id| !id.is_empty());
        match (self.field("client_id"), header) {
            (Some(body), Some(header)) if !body.eq_ignore_ascii_case(header) => ClientId::Two,
            (Some(id), _) | (None, Some(id)) => ClientId::One(id),
            (None, None) => ClientId::Missing,
        }
    }

    /// The client secret, from the body or else the header.
    pub(super) fn client_secret(&self) -> Option<&str> {
        let header = self.basic.as_ref().map(|(_, secret)| secret.expose()).filter(|secret| !secret.is_empty());
        self.field("client_secret").or(header)
    }
}

/// Client ID and secret of a Basic header. Both are form-encoded before they are joined (RFC 6749, section 2.3.1).
fn basic(authorization: &str) -> Option<(String, Secret)> {
    let (scheme, credentials) = authorization.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = Secret::new(String::from_utf8(STANDARD.decode(credentials.trim()).ok()?).ok()?);
    let (id, secret) = text.expose().split_once(':')?;
    Some((form_decoded(id), Secret::new(form_decoded(secret))))
}

/// One form-encoded value, decoded.
fn form_decoded(text: &str) -> String {
    // A raw "&" or "=" would part the value; neither parts anything here.
    let text = text.replace('&', "%26").replace('=', "%3D");
    form_urlencoded::parse(text.as_bytes()).next().map(|(value, _)| value.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";

    #[test]
    fn values_are_decoded_once_and_blanks_count_as_missing() {
        let request = TokenRequest::read(FORM, "", b"a=%2541+%2B&b=&b=2&c");
        assert_eq!(request.field("a"), Some("%41 +"));
        assert_eq!(request.field("b"), Some("2"));
        assert_eq!(request.field("c"), None);
        assert_eq!(request.client_id(), ClientId::Missing);
    }

    #[test]
    fn another_content_type_has_no_fields() {
        assert_eq!(TokenRequest::read("application/json", "", b"a=1").field("a"), None);
        assert_eq!(TokenRequest::read("", "", b"a=1").field("a"), None);
    }

    #[test]
    fn header_and_body_must_name_one_client() {
        let header = format!("Basic {}", STANDARD.encode("one:s%2Bt"));
        assert_eq!(TokenRequest::read(FORM, &header, b"").client_id(), ClientId::One("one"));
        assert_eq!(TokenRequest::read(FORM, &header, b"client_id=ONE").client_id(), ClientId::One("ONE"));
        assert_eq!(TokenRequest::read(FORM, &header, b"client_id=two").client_id(), ClientId::Two);
        assert_eq!(TokenRequest::read(FORM, &header, b"").client_secret(), Some("s+t"));
    }

    #[test]
    fn debug_shows_no_secret() {
        let header = format!("Basic {}", STANDARD.encode("one:hunter2"));
        let request = TokenRequest::read(FORM, &header, b"client_secret=hunter2&password=hunter2");
        assert!(!format!("{request:?}").contains("hunter2"));
    }

    proptest! {
        #[test]
        fn any_secret_survives_body_and_header(secret in "\\PC+") {
            let encoded: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
            let body = format!("client_secret={encoded}");
            let header = format!("basic {}", STANDARD.encode(format!("id:{encoded}")));
            let in_body = TokenRequest::read(FORM, "", body.as_bytes());
            prop_assert_eq!(in_body.client_secret(), Some(secret.as_str()));
            let in_header = TokenRequest::read(FORM, &header, b"");
            prop_assert_eq!(in_header.client_secret(), Some(secret.as_str()));
        }

        #[test]
        fn nothing_that_comes_panics(content_type: String, authorization: String, body: Vec<u8>) {
            let request = TokenRequest::read(&content_type, &authorization, &body);
            let _ = (request.client_id(), request.client_secret());
        }
    }
}
