//! The direction of dependence between the rooms, read from the `use` lines and paths under `src/`.

#![expect(clippy::disallowed_methods, reason = "a test sets up its own files")]
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

/// A room, and the rooms that it may name.
const ALLOWED: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("verify", &["domain"]),
    ("ui", &["domain"]),
    ("steps", &["ui", "verify", "domain"]),
    ("app", &["steps", "ui", "verify", "domain"]),
    ("plain", &["app", "steps", "ui", "verify", "domain"]),
    ("runtime", &["app", "verify", "domain"]),
    ("io", &["domain"]),
    ("sandbox", &["domain"]),
    ("serve", &["verify", "domain"]),
    ("cli", &["verify", "domain"]),
];

/// All that the sandbox may take from the domain: with more it would agree with itself.
const SANDBOX_MAY_USE: &[&str] = &["setting", "secret"];

/// The rooms that a source text names.
fn named(text: &str) -> Vec<String> {
    text.split("crate::")
        .skip(1)
        .map(|rest| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect())
        .collect()
}

fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let name = path.strip_prefix("src").expect("below src").to_string_lossy().into_owned();
            found.push((name, fs::read_to_string(&path).expect("a source")));
        }
    }
}

#[test]
fn rooms_only_name_rooms_below_them() {
    let mut found = Vec::new();
    sources(Path::new("src"), &mut found);
    assert!(found.len() > 40, "the sources were found");
    let mut wrong = Vec::new();
    for (name, text) in &found {
        let room = name.split(['/', '.']).next().unwrap_or_default();
        let Some((_, allowed)) = ALLOWED.iter().find(|(known, _)| *known == room) else { continue };
        // Unit tests may reach further.
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        if name.ends_with("tests.rs") {
            continue;
        }
        for other in named(code) {
            let is_room = ALLOWED.iter().any(|(known, _)| *known == other) || other == "program";
            if is_room && other != room && !allowed.contains(&other.as_str()) {
                wrong.push(format!("{name} names {other}"));
            }
        }
        if room == "sandbox" {
            let of_domain = code.split("domain::").skip(1);
            wrong.extend(
                of_domain
                    .filter(|rest| !SANDBOX_MAY_USE.iter().any(|module| rest.starts_with(module)))
                    .map(|_| format!("{name} takes more of the domain than it may")),
            );
        }
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn the_domain_knows_no_outside() {
    let mut found = Vec::new();
    sources(Path::new("src/domain"), &mut found);
    for (name, text) in &found {
        for outside in ["std::fs", "std::net::Tcp", "std::env", "reqwest", "tokio::", "ratatui", "crossterm"] {
            assert!(!text.contains(outside), "{name} names {outside}");
        }
    }
}
