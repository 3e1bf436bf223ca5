//! A save that is killed at every step, one after the other.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use rustix::process::{Signal, getpid, kill_process};
use token_wizard::domain::secret::Secret;
use token_wizard::domain::storage::{LeftoverKind, Manner, SaveOrder};
use token_wizard::io::file::{self, LocalFiles, TEMPORARY_PREFIX};

use super::child::{Child, path};
use super::place::{Place, names, order, put, text};

/// Contents of so many bytes, all told apart by their letter.
fn filled(letter: &str, length: usize) -> String {
    format!("{{ \"ClientId\": \"{}\" }}\n", letter.repeat(length))
}

fn manner(word: &str) -> Manner {
    if word == "in place" { Manner::InPlace } else { Manner::Replace }
}

/// Arguments: the file, the manner, the length of the new contents, the step at which it dies.
pub(crate) fn save_and_die(arguments: &[String]) {
    let number = |index: usize| arguments[index].parse::<usize>().expect("a number");
    let contents = Secret::new(filled("n", number(2)));
    let order = SaveOrder { contents, manner: manner(&arguments[1]), ..order(&path(arguments, 0)) };
    let mut left = number(3);
    let saved = LocalFiles::default().save_observed(&order, &mut |_| {
        if left == 0 {
            kill_process(getpid(), Signal::KILL).expect("it dies");
        }
        left -= 1;
    });
    saved.expect("it is saved");
}

/// Kills a save at each step; returns at how many, and how often the file was neither old nor new.
fn killed_everywhere(word: &str, old: usize, new: usize) -> (usize, usize) {
    let (old, new_length) = (filled("o", old), new);
    let new = filled("n", new_length);
    let mut halves = 0;
    for step in 0.. {
        let place = Place::new();
        put(&place.path, &old);
        let arguments = [place.path.to_str().expect("UTF-8"), word, &new_length.to_string(), &step.to_string()];
        let is_killed = Child::new("killed", &arguments).dies();
        let now = text(&place.path);
        let left = file::leftovers(&place.path);
        let is_whole = now == old || now == new;

        // All that is there beside the file is found, and none of it can be read by others.
        let others: Vec<String> = place.names().into_iter().filter(|name| name != "appsettings.json").collect();
        assert!(others.iter().all(|name| name.starts_with(TEMPORARY_PREFIX)), "{others:?}");
        assert_eq!(left.len(), others.len(), "step {step}: {left:?} of {others:?}");
        assert!(left.len() <= 1, "{left:?}");
        for leftover in &left {
            let allowed = if leftover.kind == LeftoverKind::Backup { 0o600 } else { 0o644 };
            let mode = fs::metadata(&leftover.path).expect("it is there").mode() & 0o7777;
            assert_eq!(mode & !allowed, 0, "step {step}: {mode:o}");
        }
        if !is_whole {
            halves += 1;
            assert_eq!(word, "in place", "a replaced file is whole, at step {step} too");
            let [backup] = &left[..] else { panic!("there is a backup") };
            assert_eq!(backup.kind, LeftoverKind::Backup);
            assert_eq!(text(&backup.path), old, "step {step}");
        }
        if !is_killed {
            assert_eq!((now, others.len()), (new.clone(), 0));
            return (step, halves);
        }

        // The next save is not hindered, and the leftovers go.
        let again = SaveOrder { contents: Secret::new(old.clone()), manner: manner(word), ..place.order() };
        file::save(&again).expect("it is saved");
        file::remove_leftovers(&left).expect("they are removed");
        assert_eq!(names(place.folder.path()), ["appsettings.json"]);
        assert_eq!(file::leftovers(&place.path), []);
        assert_eq!(text(&place.path), old);
    }
    unreachable!("it ends when nothing was killed")
}

#[test]
fn a_replacement_killed_at_any_step_leaves_the_old_or_the_new_file() {
    let (steps, halves) = killed_everywhere("replace", 100, 200);
    assert_eq!((steps, halves), (9, 0));
}

#[test]
fn a_save_in_place_killed_at_any_step_leaves_a_whole_file_or_a_backup() {
    // Three pieces over one, and one over three: the file is cut short at some steps, and too long at others.
    let (steps, halves) = killed_everywhere("in place", 1000, 150_000);
    assert_eq!((steps, halves), (13, 2));
    let (steps, halves) = killed_everywhere("in place", 150_000, 1000);
    assert_eq!((steps, halves), (11, 1));
}

#[test]
fn the_steps_of_the_child_are_real() {
    let place = Place::new();
    let child = |step: &str| Child::new("killed", &[place.path.to_str().expect("UTF-8"), "replace", "10", step]).dies();
    assert!(child("0"));
    assert!(!child("99"));
    assert_eq!(text(Path::new(&place.path)), filled("n", 10));
}
