//! The command line, declared once for parsing, usage errors and help.

use std::path::PathBuf;

use url::Url;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::domain::powerbi::{self, Gate, ItemId, WorkspaceId};
use crate::domain::registration::GrantName;
use crate::verify::Stage;

/// From seven blanks in appsettings.json to a token that Power BI accepts.
#[derive(Debug, Parser)]
#[command(name = "token-wizard", version, about, args_conflicts_with_subcommands = true, after_help = AFTER_HELP)]
pub struct Arguments {
    /// What to do; the wizard if nothing is named.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The settings file for the wizard.
    #[arg(default_value = "appsettings.json")]
    pub file: PathBuf,
    /// Ask and answer line by line, without a screen; TERM=dumb does the same.
    #[arg(long)]
    pub plain: bool,
    /// How the screen looks.
    #[command(flatten)]
    pub look: LookArguments,
    /// How to reach the identity provider.
    #[command(flatten)]
    pub network: NetworkArguments,
}

/// How the screen looks.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct LookArguments {
    /// Colours: auto goes by NO_COLOR, TERM and COLORTERM.
    #[arg(long, value_name = "WHEN", value_enum, default_value_t)]
    pub color: ColourWord,
    /// Draw with ASCII only, also where the locale names UTF-8.
    #[arg(long)]
    pub ascii: bool,
}

/// When there are colours, on the command line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ColourWord {
    /// Where the terminal has them and `NO_COLOR` is not set.
    #[default]
    Auto,
    /// Everywhere.
    Always,
    /// Nowhere.
    Never,
}

const AFTER_HELP: &str = "\
No Azure account at hand? `token-wizard sandbox` opens the wizard on a practice tenant on this machine.

Exit codes of check: 0 nothing failed, 2 usage, 3 settings file, 4 settings, 5 network, 6 refused by the identity
provider, 7 the token is wrong, 8 refused by Power BI.";

/// The commands beside the wizard.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Test the settings without a screen.
    Check(CheckArguments),
    /// Show what a token says; nothing is sent anywhere.
    Decode(DecodeArguments),
    /// Explain an error code, a name or a pasted message.
    Explain(ExplainArguments),
    /// Practise on a tenant on this machine: the wizard on a scratch copy of the example file.
    Sandbox(SandboxArguments),
    /// Stand in for the application: answer GET /tokens/GetAccessToken on this machine.
    Serve(ServeArguments),
}

/// How to reach the identity provider, and Power BI behind it.
#[derive(Debug, Clone, Default, Args)]
pub struct NetworkArguments {
    /// How to reach the identity provider.
    #[command(flatten)]
    pub sign_in: SignInArguments,
    /// Ask this Power BI API in the place of the cloud's, https or loopback; /v1.0/myorg is appended.
    #[arg(long, value_name = "URL", value_parser = powerbi::api_root)]
    pub powerbi_api: Option<Url>,
}

/// How to reach the identity provider.
#[derive(Debug, Clone, Default, Args)]
pub struct SignInArguments {
    /// Trust the certificates in this PEM file, beside the system's.
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// Send secrets to this sign-in host too, HOST or HOST:PORT; holds for this run.
    #[arg(long, value_name = "HOST")]
    pub allow_host: Vec<String>,
}

/// Arguments of `check`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct CheckArguments {
    /// The settings files; - reads standard input, once. Of several files each is one line, as they finish.
    #[arg(default_value = "appsettings.json", value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Print one JSON object per file and line instead of text.
    #[arg(long)]
    pub json: bool,
    /// Test this many files at once.
    #[arg(long, value_name = "N", default_value = "8", value_parser = clap::value_parser!(u8).range(1..=64))]
    pub jobs: u8,
    /// Stop after this stage.
    #[arg(long, value_name = "STAGE", default_value = "powerbi")]
    pub until: StageWord,
    /// Let warnings count as failures.
    #[arg(long)]
    pub strict: bool,
    /// Test again every S seconds (5 to 3600) until nothing fails, and keep a journal of what changed.
    #[arg(long, value_name = "S", num_args = 0..=1, require_equals = true, default_missing_value = "30",
          value_parser = clap::value_parser!(u16).range(5..=3600))]
    pub watch: Option<u16>,
    /// Look into this Power BI workspace; without it into the only one there is.
    #[arg(long, value_name = "ID", value_parser = WorkspaceId::parse)]
    pub workspace: Option<WorkspaceId>,
    /// Ask Power BI for more than can be seen, too. embed: an embed token for a report; where the workspace is on no
    /// capacity it is one of the free trial. query: a DAX query that reads no data, to the report's semantic model.
    /// admin: the read-only admin APIs; it counts against 50 requests an hour per tenant.
    #[arg(long, value_name = "GATE", value_enum, value_delimiter = ',')]
    pub gate: Vec<GateWord>,
    /// Try embed and query with this report; without it with the first whose semantic model is in the workspace.
    #[arg(long, value_name = "ID", value_parser = ItemId::parse, requires = "gate")]
    pub report: Option<ItemId>,
    /// Use this grant, whatever the settings imply.
    #[arg(long, value_name = "GRANT")]
    pub grant: Option<GrantWord>,
    /// Give up on a file after this many seconds.
    #[arg(long, value_name = "S", default_value = "30", value_parser = clap::value_parser!(u16).range(1..=600))]
    pub timeout: u16,
    /// Print every claim of the token, not only what the settings promise and what is wrong; --json has them always.
    #[arg(long)]
    pub claims: bool,
    /// Show names and addresses of persons.
    #[arg(long)]
    pub show_personal: bool,
    /// How to reach the identity provider, and Power BI behind it.
    #[command(flatten)]
    pub network: NetworkArguments,
}

/// Arguments of `decode`.
#[derive(Debug, Args)]
#[command(after_help = "\
Reads whatever the token came in: a header line, the output of curl, a JSON answer, a URL, a wrapped or quoted line.
The token itself is never printed, and nobody is asked: the signature is not checked.

Exit codes: 0 decoded (or encrypted or opaque, which only its API can read), 2 no token found, 3 the file cannot be
read, 7 the token is wrong by itself: expired, not begun, or damaged.")]
pub struct DecodeArguments {
    /// The file with the token; - reads standard input.
    #[arg(default_value = "-")]
    pub file: PathBuf,
    /// Print one JSON object per token and line instead of text.
    #[arg(long)]
    pub json: bool,
    /// Show names and addresses of persons.
    #[arg(long)]
    pub show_personal: bool,
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples: explain AADSTS7000215, explain 50126, explain 429, explain PowerBINotAuthorizedException, or paste a whole
message: token-wizard explain < error.txt. A secret does not belong in an argument: paste it through standard input.

Exit codes: 0 something was recognised, also a code that the catalogue does not list; 2 nothing was recognised;
3 standard input cannot be read.")]
pub struct ExplainArguments {
    /// The code or the message; - or nothing reads standard input.
    #[arg(value_name = "CODE|TEXT", allow_hyphen_values = true)]
    pub text: Vec<String>,
    /// Print one JSON object instead of text.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `sandbox`.
#[derive(Debug, Args)]
pub struct SandboxArguments {
    /// Only serve; print the settings that work and wait.
    #[arg(long)]
    pub serve_only: bool,
    /// Ask and answer line by line, without a screen; TERM=dumb does the same.
    #[arg(long, conflicts_with = "serve_only")]
    pub plain: bool,
    /// How the screen looks.
    #[command(flatten)]
    pub look: LookArguments,
    /// The port, or the next free one.
    #[arg(long, default_value = "18080")]
    pub port: u16,
}

/// Arguments of `serve`.
#[derive(Debug, Args)]
pub struct ServeArguments {
    /// The settings file; a change of it is picked up.
    #[arg(default_value = "appsettings.json")]
    pub file: PathBuf,
    /// The port, or the next free one.
    #[arg(long, value_name = "N", default_value = "5000")]
    pub port: u16,
    /// Serve the files of this folder beside the token.
    #[arg(long, value_name = "DIR")]
    pub root: Option<PathBuf>,
    /// Let pages of this one origin ask too, such as `http://localhost:3000`.
    #[arg(long, value_name = "ORIGIN")]
    pub allow_origin: Option<String>,
    /// Answer every user of this machine, not only this one and root.
    #[arg(long)]
    pub any_user: bool,
    /// Give up asking the identity provider after this many seconds.
    #[arg(long, value_name = "S", default_value = "30", value_parser = clap::value_parser!(u16).range(1..=600))]
    pub timeout: u16,
    /// How to reach the identity provider.
    #[command(flatten)]
    pub sign_in: SignInArguments,
}

/// A stage on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StageWord(pub Stage);

impl ValueEnum for StageWord {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self(Stage::Settings),
            Self(Stage::Connect),
            Self(Stage::Tenant),
            Self(Stage::Token),
            Self(Stage::Signature),
            Self(Stage::Claims),
            Self(Stage::PowerBi),
        ]
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.0.word()))
    }
}

/// A gate that is asked only by name, on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GateWord(pub Gate);

impl ValueEnum for GateWord {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self(Gate::Embed), Self(Gate::Query), Self(Gate::Admin)]
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.0.word()))
    }
}

/// A grant on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GrantWord(pub GrantName);

impl ValueEnum for GrantWord {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self(GrantName::ClientCredentials), Self(GrantName::Password)]
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.0.word()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_declaration_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn each_command_offers_what_it_uses() {
        let mut command = Arguments::command();
        command.build();
        let offers = |name: &str, option: &str| {
            let found = command.find_subcommand(name).expect("a command");
            found.get_arguments().any(|argument| argument.get_long() == Some(option))
        };
        assert!(offers("check", "powerbi-api") && offers("check", "allow-host"));
        assert!(offers("serve", "ca-file") && offers("serve", "allow-host"));
        // It asks for tokens only.
        assert!(!offers("serve", "powerbi-api"));
    }

    #[test]
    fn stages_on_the_command_line_are_all_of_them() {
        let words: Vec<Stage> = StageWord::value_variants().iter().map(|word| word.0).collect();
        assert_eq!(words, Stage::ALL);
    }

    #[test]
    fn gates_are_named_once_or_several_times() {
        let words: Vec<Gate> = GateWord::value_variants().iter().map(|word| word.0).collect();
        assert_eq!(words, Gate::OPTIONAL);
        let gates = |arguments: &[&str]| {
            let parsed = Arguments::try_parse_from([&["token-wizard", "check"], arguments].concat()).ok()?;
            let Some(Command::Check(check)) = parsed.command else { return None };
            Some((check.files.len(), check.gate.iter().map(|word| word.0).collect::<Vec<_>>()))
        };
        assert_eq!(gates(&["a.json"]), Some((1, Vec::new())));
        assert_eq!(gates(&["--gate", "query", "a.json", "b.json"]), Some((2, vec![Gate::Query])));
        let both = Some((1, vec![Gate::Admin, Gate::Embed]));
        assert_eq!(gates(&["--gate", "admin,embed"]), both);
        assert_eq!(gates(&["--gate=admin", "--gate=embed"]), both);
        for wrong in
            [&["--gate", "reports"][..], &["--gate", ""], &["--report", "8f3c2a1e-5b7d-4c19-9e42-3a6f0d1c77d0"]]
        {
            assert_eq!(gates(wrong), None, "{wrong:?}");
        }
        assert_eq!(gates(&["--gate", "embed", "--report", "Sales"]), None);
    }
}
