//! Somebody else does something in the middle of a save: another wizard, an editor, a deployment.

use std::fs;
use std::os::unix::fs::{FileTypeExt as _, symlink};
use std::path::Path;
use std::sync::Barrier;
use std::thread;

use rustix::fs::{CWD, FileType, Mode, mknodat};
use token_wizard::domain::secret::Secret;
use token_wizard::domain::storage::{Manner, SaveError, SaveOrder};
use token_wizard::io::file::{self, LocalFiles, Point};

use super::place::{MANNERS, OLD, Place, put, text};

/// Before the last check, so that what happens there is noticed.
fn is_noticed(point: Point) -> bool {
    !matches!(
        point,
        Point::CheckedAgain
            | Point::Renamed
            | Point::PieceWritten
            | Point::LengthSet
            | Point::FileSynced
            | Point::PuttingBack
            | Point::Done
    )
}

/// The points of a save that nobody disturbs.
fn points(manner: Manner) -> Vec<Point> {
    let place = Place::new();
    let mut points = Vec::new();
    let order = SaveOrder { manner, ..place.order() };
    LocalFiles::default().save_observed(&order, &mut |point| points.push(point)).expect("it is saved");
    points
}

#[test]
fn whatever_takes_the_place_of_the_file_is_left_as_it_is() {
    const THEIRS: &str = "{ \"ClientId\": \"their edit\" }\n";
    type Change = (&'static str, fn(&Path), fn(&Path) -> bool);
    let changes: [Change; 6] = [
        ("edited", |path| put(path, THEIRS), |path| text(path) == THEIRS),
        (
            "replaced by its equal",
            |path| {
                put(&path.with_extension("new"), OLD);
                fs::rename(path.with_extension("new"), path).expect("it is renamed");
            },
            |path| text(path) == OLD,
        ),
        ("deleted", |path| fs::remove_file(path).expect("it is deleted"), |path| !path.exists()),
        (
            "a folder",
            |path| {
                fs::remove_file(path).expect("it is deleted");
                fs::create_dir(path).expect("a folder");
            },
            Path::is_dir,
        ),
        (
            "a pipe",
            |path| {
                fs::remove_file(path).expect("it is deleted");
                mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).expect("a pipe");
            },
            |path| path.symlink_metadata().expect("it is there").file_type().is_fifo(),
        ),
        (
            "a link to another file",
            |path| {
                put(&path.with_extension("other"), OLD);
                fs::remove_file(path).expect("it is deleted");
                symlink(path.with_extension("other"), path).expect("a link");
            },
            |path| path.is_symlink() && text(path) == OLD,
        ),
    ];
    for manner in MANNERS {
        for when in points(manner).into_iter().filter(|point| is_noticed(*point)) {
            for (what, change, is_as_it_was) in changes {
                let place = Place::new();
                let order = SaveOrder { manner, ..place.order() };
                let result = LocalFiles::default().save_observed(&order, &mut |point| {
                    if point == when {
                        change(&place.path);
                    }
                });
                assert_eq!(result, Err(SaveError::Changed), "{manner:?}, {what} at {when:?}");
                assert!(is_as_it_was(&place.path), "{manner:?}, {what} at {when:?}");
                place.assert_nothing_left();
            }
        }
    }
}

#[test]
fn of_two_saves_interleaved_at_any_point_one_wins_and_the_other_is_told() {
    for (one, other) in MANNERS.into_iter().flat_map(|one| MANNERS.map(|other| (one, other))) {
        for when in points(one) {
            let place = Place::new();
            let order = |letter: &str, manner| SaveOrder {
                contents: Secret::new(letter.repeat(100_000)),
                manner,
                ..place.order()
            };
            let (first, second) = (order("1", one), order("2", other));
            let mut inner = None;
            let outer = LocalFiles::default().save_observed(&first, &mut |point| {
                if point == when && inner.is_none() {
                    inner = Some(file::save(&second));
                }
            });
            let inner = inner.expect("the point was passed");
            let case = format!("{one:?} and {other:?} at {when:?}: {outer:?}, {inner:?}");
            assert_eq!(usize::from(outer.is_ok()) + usize::from(inner.is_ok()), 1, "{case}");
            let winner = if outer.is_ok() { &first } else { &second };
            assert_eq!(text(&place.path), winner.contents.expose(), "{case}");
            for error in [outer.err(), inner.err()].into_iter().flatten() {
                let is_told = match &error {
                    SaveError::Changed => true,
                    SaveError::System { words, .. } => words.contains("at this moment; save again"),
                    _ => false,
                };
                assert!(is_told, "{case}");
            }
            place.assert_nothing_left();
            // Whoever lost and tries again is told that the file is another one.
            let loser = if winner == &first { &second } else { &first };
            assert_eq!(file::save(loser), Err(SaveError::Changed), "{case}");
        }
    }
}

#[test]
fn no_save_of_many_at_once_is_lost() {
    const THREADS: usize = 4;
    const SAVES: usize = 25;
    let place = Place::new();
    put(&place.path, "0");
    let start = Barrier::new(THREADS);
    thread::scope(|scope| {
        for number in 0..THREADS {
            let (path, start) = (&place.path, &start);
            scope.spawn(move || {
                start.wait();
                let mut done = 0;
                // Each counts one up from what it has read; a save over an unseen one would lose a number. A turn that
                // another has is tried again: somebody gets on each time, so this ends.
                while done < SAVES {
                    let Ok(read) = file::read(path) else { continue };
                    let Some(count) = std::str::from_utf8(&read.bytes).ok().and_then(|text| text.parse::<usize>().ok())
                    else {
                        // Another one is just writing in place.
                        continue;
                    };
                    let contents = Secret::new((count + 1).to_string());
                    let manner = MANNERS[number % 2];
                    match file::save(&SaveOrder { path: path.clone(), contents, expected: read.stamp, manner }) {
                        Ok(_) => done += 1,
                        Err(SaveError::Changed | SaveError::System { .. }) => thread::yield_now(),
                        Err(other) => panic!("{other}"),
                    }
                }
            });
        }
    });
    place.assert_only(&(THREADS * SAVES).to_string());
}

#[test]
fn a_reader_that_asks_for_a_shared_lock_is_never_shut_out_of_a_replacement() {
    // So .NET reads its configuration; the file that it opens may be the old one or the new one.
    let place = Place::new();
    let mut read = 0;
    let saved = LocalFiles::default().save_observed(&place.order(), &mut |point| {
        let file = fs::File::open(&place.path).expect("it opens");
        file.try_lock_shared().unwrap_or_else(|error| panic!("{point:?}: {error}"));
        read += 1;
    });
    saved.expect("it is saved");
    assert!(read > 5);
}

#[test]
fn a_deleted_file_is_made_anew_for_its_owner_alone_and_never_over_another() {
    use std::os::unix::fs::PermissionsExt as _;

    let place = Place::new();
    let order = SaveOrder { manner: Manner::Create, ..place.order() };
    assert_eq!(file::save(&order), Err(SaveError::Changed), "it is still there");
    place.assert_only(super::OLD);
    fs::remove_file(&place.path).expect("it is removed");
    let replacement = SaveOrder { manner: Manner::Replace, ..order.clone() };
    assert_eq!(file::save(&replacement), Err(SaveError::Changed), "a replacement needs a file");
    let saved = file::save(&order).expect("it is made");
    place.assert_only(super::NEW);
    assert_eq!(file::stamp(&place.path), Ok(saved.stamp));
    assert_eq!(fs::metadata(&place.path).expect("its mode").permissions().mode() & 0o777, 0o600);
}
