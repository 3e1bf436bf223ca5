//! Reads the arguments and turns the result into an exit code.

use std::process::ExitCode;

use clap::Parser;
use token_wizard::cli::arguments::Arguments;

fn main() -> ExitCode {
    // Before any secret is read: none of them may end in a core dump. Refused, the program is as useful.
    #[cfg(unix)]
    let _refused = token_wizard::runtime::forbid_core_dumps();
    ExitCode::from(token_wizard::program::run(Arguments::parse()))
}
