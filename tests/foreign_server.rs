//! Both grants, and signatures that are right and wrong, against an OAuth server that nobody here wrote: npm's
//! `oauth2-mock-server`, on loopback. It signs the tokens, and publishes its keys through its discovery document.
//!
//! npm installs it once into the folder for tests below `target/`. Skipped, with the reason printed, where npm is missing
//! or cannot fetch the package.

#![expect(clippy::disallowed_methods, reason = "a test sets up its own files")]
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

#[cfg(target_os = "linux")]
#[path = "support/pty.rs"]
mod pty;

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

const PACKAGE: &str = "oauth2-mock-server@8.2.3";

/// By the client secret it knows what to do to a token.
const SERVER: &str = r"import crypto from 'node:crypto';
import { OAuth2Server } from 'oauth2-mock-server';
const server = new OAuth2Server();
await server.issuer.keys.generate('RS256');
await server.start(0, '127.0.0.1');
const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
server.service.on('beforeTokenSigning', (token, request) => {
  if (request.body.client_secret === 'unknown-kid') token.header.kid = 'nobody';
  if (request.body.client_secret === 'other-issuer') token.payload.iss = 'https://issuer.example';
});
server.service.on('beforeResponse', (response, request) => {
  const [header, payload, signature] = response.body.access_token.split('.');
  const bytes = Buffer.from(signature, 'base64url');
  const { kid } = JSON.parse(Buffer.from(header, 'base64url'));
  const changed = {
    'flipped-bit': () => {
      bytes[100] ^= 1;
      return [header, payload, bytes.toString('base64url')];
    },
    'alg-none': () => [part({ alg: 'none', kid }), payload, ''],
    'alg-hs256': () => {
      const [jwk] = server.issuer.keys.toJSON();
      const key = crypto.createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
      const message = part({ alg: 'HS256', kid }) + '.' + payload;
      return [message, crypto.createHmac('sha256', key).update(message).digest('base64url')];
    },
  }[request.body.client_secret];
  if (changed) response.body.access_token = changed().join('.');
});
console.log(server.address().port);
";

/// The server, ended with the test.
struct Server {
    child: Child,
    port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// The folder with the package in it, which npm puts there the first time.
fn installed() -> Result<PathBuf, String> {
    let shared = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let place = shared.join(PACKAGE);
    if place.is_dir() {
        return Ok(place);
    }
    // Beside it and then all at once: several tests may be about it.
    let folder = tempfile::tempdir_in(shared).map_err(|error| error.to_string())?;
    std::fs::write(folder.path().join("package.json"), "{\"private\":true}").map_err(|error| error.to_string())?;
    let install = Command::new("npm")
        .args(["install", "--no-audit", "--no-fund", "--silent", "--fetch-retries=1", PACKAGE])
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("npm: {error}"))?;
    if !install.status.success() {
        return Err(format!("npm install {PACKAGE}: {}", String::from_utf8_lossy(&install.stderr)));
    }
    match std::fs::rename(folder.path(), &place) {
        Err(error) if !place.is_dir() => Err(error.to_string()),
        Ok(()) | Err(_) => Ok(place),
    }
}

fn start() -> Result<Server, String> {
    let mut child = Command::new("node")
        .args(["--input-type=module", "--eval", SERVER])
        .current_dir(installed()?)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("node: {error}"))?;
    let mut line = String::new();
    let output = child.stdout.take().ok_or("node has no output")?;
    BufReader::new(output).read_line(&mut line).map_err(|error| error.to_string())?;
    let port = line.trim().parse().map_err(|_| format!("the server said {line:?}"))?;
    Ok(Server { child, port })
}

fn settings(server: &Server, secret: &str, user: &str, password: &str) -> Value {
    serde_json::json!({
        "AppTenantId": "contoso.com",
        "AuthTokenUrl": format!("http://127.0.0.1:{}/token", server.port),
        "Resource": "https://analysis.windows.net/powerbi/api",
        "ClientId": "1b4e28ba-2fa1-41d2-883f-0016d3cca427",
        "ClientSecret": secret,
        "User": user,
        "Password": password,
    })
}

/// What `check --json` says, and the exit code.
fn check(settings: &Value) -> (Value, Option<i32>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_token-wizard"))
        .env_clear()
        .args(["check", "--json", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program runs");
    child.stdin.take().expect("its input").write_all(settings.to_string().as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    (serde_json::from_slice(&output.stdout).expect("JSON"), output.status.code())
}

#[test]
fn both_grants_succeed() {
    let server = match start() {
        Ok(server) => server,
        Err(why) => {
            println!("skipped: {why}");
            return;
        }
    };
    let folder = tempfile::tempdir().expect("a folder");
    for (user, password, grant) in [("", "", "client_credentials"), ("anna@contoso.com", "p~.+/=&% w", "password")] {
        let settings = settings(&server, "a~.+/=&%b", user, password);
        let (object, code) = check(&settings);
        assert_eq!(code, Some(0), "{object:#}");
        assert_eq!(object["grant"], grant);
        assert_eq!(object["stages"][3]["status"], "passed");
        // Its keys are found through its discovery document, and they made the signature.
        let [tenant, signature] = [2, 4].map(|stage| &object["stages"][stage]);
        assert_eq!(tenant["status"], "passed", "{tenant}");
        assert_eq!((&signature["name"], &signature["status"]), (&"signature".into(), &"passed".into()), "{signature}");
        // It sends no aud: that is not checked, and neither passed nor failed.
        assert_eq!(object["claims"]["aud"]["verdict"], "not checked");
        assert_eq!(object["claims"]["exp"]["verdict"], "pass");
        in_the_wizard(folder.path(), &settings.to_string());
    }
}

#[test]
fn its_signatures_are_valid_false_or_not_checked() {
    let server = match start() {
        Ok(server) => server,
        Err(why) => {
            println!("skipped: {why}");
            return;
        }
    };
    for (secret, status, diagnosis, words, exit) in [
        ("unchanged", "passed", Value::Null, "RS256, by a published key", 0),
        ("flipped-bit", "failed", "signature-invalid".into(), "false", 7),
        ("alg-none", "failed", "signature-unexpected-algorithm".into(), "unexpected algorithm none", 7),
        ("alg-hs256", "failed", "signature-unexpected-algorithm".into(), "unexpected algorithm HS256", 7),
        ("unknown-kid", "warned", "signature-not-checked".into(), "not checked", 0),
        ("other-issuer", "warned", "signature-not-checked".into(), "not checked", 0),
    ] {
        let (object, code) = check(&settings(&server, secret, "", ""));
        let stage = &object["stages"][4];
        assert_eq!((&stage["name"], &stage["status"]), (&"signature".into(), &status.into()), "{secret}: {object:#}");
        assert_eq!(stage["diagnoses"][0]["code"], diagnosis, "{secret}: {stage:#}");
        assert_eq!((&stage["summary"], code), (&words.into(), Some(exit)), "{secret}: {object:#}");
        let cause = stage["diagnoses"][0]["cause"].as_str().unwrap_or_default();
        match secret {
            "unknown-kid" => assert!(cause.contains("no key named nobody"), "{cause}"),
            "other-issuer" => assert!(cause.to_lowercase().contains("issuer not trusted"), "{cause}"),
            _ => {}
        }
    }
}

/// A complete file opens on the test, one key from the answer.
#[cfg(target_os = "linux")]
fn in_the_wizard(folder: &Path, settings: &str) {
    let file = folder.join("appsettings.json");
    std::fs::write(&file, settings).expect("a settings file");
    let mut wizard =
        pty::Program::new(env!("CARGO_BIN_EXE_token-wizard")).arg(file.to_str().expect("a plain path")).spawn(80, 36);
    wizard.wait_for_text("Nothing has been sent yet");
    wizard.type_keys("\r");
    // What is missing in such a token is said first.
    wizard.wait_for_text("claims-not-checked");
    wizard.type_keys("\x1b[C");
    wizard.wait_for_text("[Claims]");
    wizard.wait_for_text("exp ");
    wizard.type_keys("q");
    assert_eq!(wizard.wait_exit(), 0);
}

#[cfg(not(target_os = "linux"))]
fn in_the_wizard(_folder: &Path, _settings: &str) {}
