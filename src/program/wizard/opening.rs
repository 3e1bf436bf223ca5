//! Asks which file to work on, and tries the answers until one can be worked on.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::{Opened, Outside, Reach, Stay, Unreadable, read, settings_file};
use crate::app::opening::{Choice, Offer, Opening};
use crate::cli::exit;
use crate::io::file;
use crate::io::state::State;
use crate::program::practice::{self, EXAMPLE};
use crate::program::{say, shown};
use crate::runtime::Ended;

/// Asks instead of the missing file, goes on with what was chosen, and returns the exit code.
pub(super) fn ask(mut stay: Stay<'_>, missing: &Path, reach: &Reach) -> u8 {
    let mut opening = Opening::new(Offer {
        file: absolute(missing),
        recent: State::of_this_user().recent(),
        look: stay.look(),
        size: stay.size(),
    });
    let outside = Rc::new(Outside::new(None, None));
    loop {
        match stay.drive(&mut opening, &outside) {
            Ok(Ended::Quit) => {}
            Ok(Ended::Signal(signal)) => return signal.exit_code(),
            Err(error) => {
                drop(stay);
                say(&format!("token-wizard: {error}"));
                return exit::INTERNAL;
            }
        }
        let opened = match opening.choice() {
            None => return exit::OK,
            Some(Choice::Create(path)) => create(path),
            Some(Choice::Open(path)) => open(&typed(path, stay.environment.home.as_deref())),
            Some(Choice::Practise) => match practice::prepare(stay.runtime, practice::PORT) {
                Ok(scratch) => return scratch.work(stay),
                Err(why) => Err(why),
            },
        };
        match opened {
            Ok(opened) => return stay.work(opened, reach.clone(), None),
            Err(why) => opening.refused(why),
        }
    }
}

/// Creates the file from the example; never overwrites.
pub(in crate::program) fn create(path: &Path) -> Result<Opened, String> {
    file::create(path, EXAMPLE.as_bytes()).map_err(|error| not_created(path, &error))?;
    open(path)
}

/// What to do when the file cannot be created, and why.
fn not_created(path: &Path, error: &io::Error) -> String {
    let folder = path.parent().unwrap_or(path);
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => {
            format!("Make the folder first, or choose another file: there is no folder {}.", shown(folder))
        }
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            format!("Choose a file elsewhere: this account may not create files in {}.", shown(folder))
        }
        ErrorKind::AlreadyExists => "Choose another file: something of this name is there by now, perhaps a link that \
                                     leads nowhere. Nothing was overwritten."
            .to_owned(),
        _ => format!("Choose a file elsewhere. The system says: {error}."),
    }
}

pub(in crate::program) fn open(path: &Path) -> Result<Opened, String> {
    read(path).map_err(|Unreadable { diagnosis, is_missing }| {
        if is_missing {
            format!("Correct the path: there is no file {}.", shown(path))
        } else {
            format!("{} {}. {}", diagnosis.action, diagnosis.title, diagnosis.cause)
        }
    })
}

/// The file that a typed path means: `~/` is the home, a folder means the usual file in it.
pub(in crate::program) fn typed(path: &Path, home: Option<&Path>) -> PathBuf {
    let path = match (path.strip_prefix("~"), home) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    };
    settings_file(&absolute(&path))
}

pub(in crate::program) fn absolute(path: &Path) -> PathBuf {
    // It fails for the empty path alone, or when the working folder is gone.
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tilde_is_the_home_and_a_folder_means_the_file_in_it() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let home = Some(folder.path());
        assert_eq!(typed(Path::new("~/a.json"), home), folder.path().join("a.json"));
        assert_eq!(typed(Path::new("~"), home), folder.path().join("appsettings.json"));
        assert_eq!(typed(Path::new("~other/a.json"), home), absolute(Path::new("~other/a.json")));
        assert_eq!(typed(Path::new("~/a.json"), None), absolute(Path::new("~/a.json")));
        assert!(typed(Path::new("a.json"), home).is_absolute());
    }

    #[test]
    fn create_never_overwrites_and_says_what_is_missing() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("appsettings.json");
        assert!(create(&path).is_ok());
        let before = file::read(&path).expect("the example").bytes;
        assert_eq!(*before, *EXAMPLE.as_bytes());
        file::create(&folder.path().join("taken"), b"mine").expect("a file");
        let refused = create(&folder.path().join("taken")).err().expect("it exists");
        assert!(refused.contains("Nothing was overwritten"), "{refused}");
        assert_eq!(*file::read(&folder.path().join("taken")).expect("it").bytes, *b"mine");
        let refused = create(&folder.path().join("no/appsettings.json")).err().expect("no folder");
        assert!(refused.starts_with("Make the folder first"), "{refused}");
    }
}
