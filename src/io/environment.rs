//! The environment variables that matter, read once.

#![expect(clippy::disallowed_methods, reason = "this is where the environment is read")]

use std::path::PathBuf;

use crate::domain::network::proxy;

/// What the environment says about the network.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NetworkVariables {
    /// The variables that name proxies.
    pub proxy: proxy::Variables,
    /// `SSL_CERT_FILE`, which replaces the system's certificate store.
    pub cert_file: Option<String>,
    /// `SSL_CERT_DIR`, which replaces the system's certificate store.
    pub cert_dir: Option<String>,
}

impl NetworkVariables {
    /// Reads the variables of this process.
    pub fn read() -> Self {
        let text = |name: &str| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned());
        Self { proxy: proxy::Variables::read(text), cert_file: text("SSL_CERT_FILE"), cert_dir: text("SSL_CERT_DIR") }
    }
}

/// What the environment says about the terminal and the user.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a variable that is set or not")]
pub struct Environment {
    /// `NO_COLOR` is set and not empty (no-color.org).
    pub no_color: bool,
    /// `TERM`.
    pub term: Option<String>,
    /// `COLORTERM` is set and not empty.
    pub has_colorterm: bool,
    /// `LC_ALL`.
    pub lc_all: Option<String>,
    /// `LC_CTYPE`.
    pub lc_ctype: Option<String>,
    /// `LANG`.
    pub lang: Option<String>,
    /// `TMUX` is set: the terminal is tmux.
    pub is_tmux: bool,
    /// `STY` is set: the terminal is GNU screen.
    pub is_screen: bool,
    /// `USER`, which .NET takes for the setting `User`.
    pub user: Option<String>,
    /// The folder that `~` stands for.
    pub home: Option<PathBuf>,
}

impl Environment {
    /// Reads the variables of this process.
    pub fn read() -> Self {
        let text = |name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned());
        Self {
            no_color: text("NO_COLOR").is_some_and(|value| !value.is_empty()),
            term: text("TERM"),
            has_colorterm: text("COLORTERM").is_some_and(|value| !value.is_empty()),
            lc_all: text("LC_ALL"),
            lc_ctype: text("LC_CTYPE"),
            lang: text("LANG"),
            is_tmux: text("TMUX").is_some_and(|value| !value.is_empty()),
            is_screen: text("STY").is_some_and(|value| !value.is_empty()),
            user: text("USER"),
            home: std::env::home_dir(),
        }
    }
}
