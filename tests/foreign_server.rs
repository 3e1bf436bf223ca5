//! Both grants against an OAuth server that nobody here wrote: npm's `oauth2-mock-server`, on loopback.
//!
//! Skipped, with the reason printed, where npm is missing or cannot fetch the package.

#![expect(clippy::disallowed_methods, reason = "a test sets up its own files")]
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

#[cfg(target_os = "linux")]
#[path = "support/pty.rs"]
mod pty;

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

const PACKAGE: &str = "oauth2-mock-server@8.2.3";

const SERVER: &str = "import { OAuth2Server } from 'oauth2-mock-server';
const server = new OAuth2Server();
await server.issuer.keys.generate('RS256');
await server.start(0, '127.0.0.1');
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

fn start(folder: &Path) -> Result<Server, String> {
    std::fs::write(folder.join("package.json"), "{\"private\":true}").map_err(|error| error.to_string())?;
    std::fs::write(folder.join("server.mjs"), SERVER).map_err(|error| error.to_string())?;
    let install = Command::new("npm")
        .args(["install", "--no-audit", "--no-fund", "--silent", PACKAGE])
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("npm: {error}"))?;
    if !install.status.success() {
        return Err(format!("npm install {PACKAGE}: {}", String::from_utf8_lossy(&install.stderr)));
    }
    let mut child = Command::new("node")
        .arg("server.mjs")
        .current_dir(folder)
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

#[test]
fn both_grants_succeed() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = match start(folder.path()) {
        Ok(server) => server,
        Err(why) => {
            println!("skipped: {why}");
            return;
        }
    };
    for (user, password, grant) in [("", "", "client_credentials"), ("anna@contoso.com", "p~.+/=&% w", "password")] {
        let settings = serde_json::json!({
            "AppTenantId": "contoso.com",
            "AuthTokenUrl": format!("http://127.0.0.1:{}/token", server.port),
            "Resource": "https://analysis.windows.net/powerbi/api",
            "ClientId": "1b4e28ba-2fa1-41d2-883f-0016d3cca427",
            "ClientSecret": "a~.+/=&%b",
            "User": user,
            "Password": password,
        });
        let mut child = Command::new(env!("CARGO_BIN_EXE_token-wizard"))
            .env_clear()
            .args(["check", "--json", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program runs");
        child.stdin.take().expect("its input").write_all(settings.to_string().as_bytes()).expect("it reads");
        let output = child.wait_with_output().expect("it ends");
        let object: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(output.status.code(), Some(0), "{object:#}");
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

/// A complete file opens on the test, one key from the answer.
#[cfg(target_os = "linux")]
fn in_the_wizard(folder: &Path, settings: &str) {
    let file = folder.join("appsettings.json");
    std::fs::write(&file, settings).expect("a settings file");
    let mut wizard =
        pty::Program::new(env!("CARGO_BIN_EXE_token-wizard")).arg(file.to_str().expect("a plain path")).spawn(80, 36);
    wizard.wait_for_text("Nothing has been sent yet");
    wizard.type_keys("\r");
    wizard.wait_for_text("[Claims]");
    wizard.wait_for_text("exp ");
    wizard.type_keys("q");
    assert_eq!(wizard.wait_exit(), 0);
}

#[cfg(not(target_os = "linux"))]
fn in_the_wizard(_folder: &Path, _settings: &str) {}
