//! Asks a proxy for a tunnel (RFC 9110, section 9.3.6), to learn what it answers.
//!
//! The client asks by itself and tells no more than that there was no tunnel. So the proxy is asked once more, and only
//! after a failure.

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::domain::mask::Masker;
use crate::domain::network::Tunnel;
use crate::domain::network::proxy::Proxy;
use crate::domain::secret::Secret;
use crate::domain::text;
use crate::domain::time::Timestamp;

/// The longest head of an answer that is read, in bytes; and of a refusal's body as much is read and shown.
const LONGEST_HEAD: usize = 16 * 1024;

/// The longest beginning of a refusal's body that is kept, in bytes.
const LONGEST_BODY: usize = 4 * 1024;

/// So much more is read, for credentials that begin before that limit and end behind it.
const MARGIN: usize = 4 * 1024;

/// What came of asking.
pub(super) struct Answer {
    /// The moment in its header `Date`.
    pub(super) date: Option<Timestamp>,
    /// The answer, unless it opened the tunnel.
    pub(super) refusal: Option<Tunnel>,
}

/// Asks for a tunnel to `host:port`, without the proxy's credentials; they are only masked in what it answers.
///
/// # Errors
/// In words: what came is no answer.
pub(super) async fn open<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    proxy: &Proxy,
    target: &str,
) -> Result<Answer, String> {
    let told = |error: std::io::Error| format!("the proxy ended the connection: {error}");
    let request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.map_err(told)?;
    stream.flush().await.map_err(told)?;
    let head = head(stream).await?;
    let mut lines = head.lines();
    let status = lines.next().and_then(status).ok_or("the proxy's answer to CONNECT is no HTTP")?;
    let headers: Vec<(&str, &str)> =
        lines.filter_map(|line| line.split_once(':')).map(|(name, value)| (name.trim(), value.trim())).collect();
    let all = |wanted: &'static str| {
        headers.iter().filter(move |(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| *value)
    };
    let date = all("date").next().and_then(Timestamp::from_http_date);
    if (200..300).contains(&status) {
        return Ok(Answer { date, refusal: None });
    }
    let schemes = all("proxy-authenticate").flat_map(|value| value.split(',')).filter_map(scheme).collect();
    let length = all("content-length").next().and_then(|length| length.parse().ok());
    // Masked first and cut then, so that no half of a credential is left at the cut.
    let most = LONGEST_BODY + MARGIN;
    let body = masker(proxy).mask(&body(stream, length.unwrap_or(most).min(most)).await);
    let body = text::head(&body, LONGEST_BODY).to_owned();
    let content_type = all("content-type").next().map(str::to_owned);
    let refusal = Tunnel { status, schemes, content_type, body };
    Ok(Answer { date, refusal: Some(refusal) })
}

/// Byte by byte, so that nothing is taken away from what comes through the tunnel.
async fn head<S: AsyncRead + Unpin>(stream: &mut S) -> Result<String, String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") && !head.ends_with(b"\n\n") {
        if head.len() >= LONGEST_HEAD {
            return Err("the proxy's answer to CONNECT is too long".to_owned());
        }
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(error) if head.is_empty() => return Err(format!("the proxy ended the connection: {error}")),
            Err(_) => break,
        }
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

/// What comes of the body, up to so many bytes; a proxy may end it in any way.
async fn body<S: AsyncRead + Unpin>(stream: &mut S, length: usize) -> String {
    let mut bytes = vec![0; length];
    let mut filled = 0;
    while let Some(room) = bytes.get_mut(filled..).filter(|room| !room.is_empty()) {
        match stream.read(room).await {
            Ok(0) | Err(_) => break,
            Ok(count) => filled += count,
        }
    }
    bytes.truncate(filled);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// `HTTP/1.1 407 Proxy Authentication Required`.
fn status(line: &str) -> Option<u16> {
    let mut words = line.split_ascii_whitespace();
    words.next().filter(|version| version.starts_with("HTTP/"))?;
    words.next()?.parse().ok()
}

/// The first word of a challenge; parameters, which also stand between commas, are none.
fn scheme(challenge: &str) -> Option<String> {
    let word = challenge.split_ascii_whitespace().next()?;
    let is_scheme = word.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    is_scheme.then(|| word.to_owned())
}

fn masker(proxy: &Proxy) -> Masker {
    let Some((user, password)) = &proxy.credentials else { return Masker::default() };
    let pair = Secret::new(format!("{}:{}", user.expose(), password.expose()));
    Masker::new([&pair, password])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::network::proxy::Scheme;

    fn proxy() -> Proxy {
        let credentials = Some((Secret::new("anna"), Secret::new("p@ss-w0rd")));
        Proxy { scheme: Scheme::Http, host: "proxy".to_owned(), port: 8080, credentials }
    }

    /// Asks a proxy that answers so; returns what it was asked, too.
    async fn ask(answer: &str) -> (Result<Answer, String>, String, String) {
        let (mut ours, mut theirs) = tokio::io::duplex(64 * 1024);
        theirs.write_all(answer.as_bytes()).await.unwrap();
        theirs.shutdown().await.unwrap();
        let result = open(&mut ours, &proxy(), "login.example:443").await;
        let mut rest = String::new();
        ours.read_to_string(&mut rest).await.unwrap();
        drop(ours);
        let mut asked = String::new();
        theirs.read_to_string(&mut asked).await.unwrap();
        (result, asked, rest)
    }

    #[tokio::test]
    async fn a_tunnel_begins_right_after_the_head() {
        let (answer, asked, rest) =
            ask("HTTP/1.1 200 Connection established\r\nDate: Tue, 24 Nov 2026 14:02:11 GMT\r\n\r\nfirst bytes").await;
        let answer = answer.unwrap();
        assert!(answer.refusal.is_none());
        assert_eq!(answer.date, Some(Timestamp::from_seconds(1_795_528_931)));
        assert_eq!(rest, "first bytes");
        let expected = "CONNECT login.example:443 HTTP/1.1\r\nHost: login.example:443\r\n\r\n";
        assert_eq!(asked, expected, "no credentials");
    }

    #[tokio::test]
    async fn a_refusal_is_kept_without_the_credentials() {
        let (answer, ..) = ask(
            "HTTP/1.0 407 Authenticate\r\nProxy-Authenticate: Negotiate, NTLM\r\nproxy-authenticate: Basic realm=\"a, b c\"\r\n\
             Content-Type: text/html\r\n\r\n<p>anna, p@ss-w0rd, YW5uYTpwQHNzLXcwcmQ=</p>",
        )
        .await;
        let refusal = answer.unwrap().refusal.unwrap();
        assert_eq!(refusal.status, 407);
        assert_eq!(refusal.schemes.get(..3).unwrap(), ["Negotiate", "NTLM", "Basic"]);
        assert!(refusal.body.starts_with("<p>anna"), "{}", refusal.body);
        assert!(!refusal.body.contains("p@ss") && !refusal.body.contains("YW5u"), "{}", refusal.body);
    }

    #[tokio::test]
    async fn what_is_no_answer_is_told_in_words() {
        for (answer, words) in [
            ("", "ended the connection"),
            ("SSH-2.0-OpenSSH_9.9\r\n\r\n", "is no HTTP"),
            ("HTTP/1.1 abc\r\n\r\n", "is no HTTP"),
            (&format!("HTTP/1.1 200 {}\r\n\r\n", "x".repeat(LONGEST_HEAD)), "too long"),
        ] {
            let said = ask(answer).await.0.err().unwrap();
            assert!(said.contains(words), "{said}");
        }
    }

    #[tokio::test]
    async fn a_page_is_masked_before_it_is_cut() {
        // The password lies across the limit: cut first, its beginning would be left.
        let before = "x".repeat(LONGEST_BODY - 4);
        let (answer, ..) = ask(&format!("HTTP/1.1 403 No\r\n\r\n{before}p@ss-w0rd and more")).await;
        let body = answer.unwrap().refusal.unwrap().body;
        assert!(body.len() <= LONGEST_BODY && body.starts_with("xxx"));
        assert!(!body.contains("p@"), "{}", body.trim_start_matches('x'));
    }
}
