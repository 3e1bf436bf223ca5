//! `decode`: what a token says, from a file, from a pipe or pasted into the terminal.

use std::io::{IsTerminal, Read};
use std::path::Path;

use zeroize::Zeroizing;

use super::{page, print, say, shown};
use crate::cli::arguments::DecodeArguments;
use crate::cli::{decode, exit};
use crate::domain::pasted::{LONGEST, reading, text_of, token};
use crate::domain::storage::ReadError;
use crate::io::{chance, file};
#[cfg(unix)]
use crate::runtime::unseen;

/// How an input failed.
pub(super) enum Fault {
    /// It cannot be read.
    Unreadable(String),
    /// The person or the system ended the program.
    Stopped(u8),
}

/// Decodes the tokens of the input and returns the exit code.
pub(super) fn run(arguments: &DecodeArguments) -> u8 {
    let pasted = if arguments.file == Path::new("-") {
        read_input(
            "Paste the token; it is not shown. It is read when it is complete, else end with Ctrl-D.",
            token::is_complete,
        )
    } else {
        let path = &arguments.file;
        file::read(path)
            .map(|snapshot| text_of(&snapshot.bytes))
            .map_err(|error| Fault::Unreadable(format!("{}: {error}", shown(path))))
    };
    let pasted = match pasted {
        Ok(pasted) => pasted,
        Err(fault) => return ended(&fault),
    };
    let now = chance::now();
    match token::find(&pasted) {
        Err(nothing) => {
            say(decode::nothing(nothing));
            exit::USAGE
        }
        Ok(found) => {
            let readings: Vec<_> = found.iter().map(|found| reading::read(found, now)).collect();
            if arguments.json {
                match decode::json(&readings, arguments.show_personal, now) {
                    Ok(lines) => print(&lines),
                    Err(_) => return exit::INTERNAL,
                }
            } else {
                print(&decode::render(&readings, arguments.show_personal, page(&std::io::stdout())));
            }
            decode::exit_code(&readings)
        }
    }
}

/// Says why there is no input and returns the exit code.
pub(super) fn ended(fault: &Fault) -> u8 {
    match fault {
        Fault::Unreadable(why) => {
            say(&format!("Name a readable file of at most 1 MiB. {why}."));
            exit::FILE
        }
        Fault::Stopped(code) => *code,
    }
}

/// Reads standard input to its end; from a terminal what is pasted, until it is complete.
pub(super) fn read_input(hint: &str, is_complete: fn(&str) -> bool) -> Result<Zeroizing<String>, Fault> {
    if std::io::stdin().is_terminal() {
        say(hint);
        #[cfg(unix)]
        return unseen::read(is_complete).map_err(|unread| match unread {
            unseen::Unread::Stopped(signal) => Fault::Stopped(signal.exit_code()),
            unseen::Unread::TooLong => Fault::Unreadable("The paste is longer than 1 MiB".to_owned()),
            unseen::Unread::System(error) => Fault::Unreadable(format!("The terminal: {error}")),
        });
    }
    #[cfg(not(unix))]
    let _only_for_terminals = is_complete;
    let unreadable = |error: &ReadError| Fault::Unreadable(format!("Standard input: {error}"));
    let limit = u64::try_from(LONGEST).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Zeroizing::new(Vec::new());
    match std::io::stdin().lock().take(limit).read_to_end(&mut bytes) {
        Err(error) => Err(unreadable(&ReadError::System(error.to_string()))),
        Ok(length) if length > LONGEST => Err(unreadable(&ReadError::TooLarge)),
        Ok(_) => Ok(text_of(&bytes)),
    }
}
