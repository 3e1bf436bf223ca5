//! `explain`: what an error means, from the arguments or from standard input.

use std::io::IsTerminal;

use zeroize::Zeroizing;

use super::decode::{ended, read_input};
use super::{page, print, say};
use crate::cli::arguments::ExplainArguments;
use crate::cli::{exit, explain};
use crate::domain::pasted::answer;

/// Explains the text and returns the exit code.
pub(super) fn run(arguments: &ExplainArguments) -> u8 {
    let words = &arguments.text;
    let is_piped = words.is_empty() && !std::io::stdin().is_terminal();
    let pasted = if is_piped || words.iter().map(String::as_str).eq(["-"]) {
        match read_input("Paste the message; it is not shown. End with Ctrl-D.", |_| false) {
            Ok(pasted) => pasted,
            Err(fault) => return ended(&fault),
        }
    } else {
        Zeroizing::new(words.join(" "))
    };
    let answer = answer::explain(&pasted);
    if arguments.json {
        match explain::json(&answer) {
            Ok(line) => print(&line),
            Err(_) => return exit::INTERNAL,
        }
    } else {
        print(&explain::render(&answer, page(&std::io::stdout())));
    }
    if answer.diagnoses.is_empty() {
        say(explain::NOTHING);
    }
    explain::exit_code(&answer)
}
