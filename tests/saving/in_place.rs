//! A save into the old file: the inode stays, and a backup is there as long as it is needed.

use std::fs;
use std::os::unix::fs::MetadataExt as _;

use token_wizard::domain::secret::Secret;
use token_wizard::domain::storage::SaveOrder;
use token_wizard::io::file::{self, LocalFiles, Point};

use super::place::{NEW, OLD, Place, order_in_place, text};

#[test]
fn the_inode_stays_and_the_new_stamp_is_told() {
    let place = Place::new();
    let before = fs::metadata(&place.path).expect("it is there");
    let saved = file::save(&order_in_place(&place.path)).expect("it is saved");
    let after = fs::metadata(&place.path).expect("it is there");
    assert_eq!((before.ino(), before.mode(), before.uid()), (after.ino(), after.mode(), after.uid()));
    assert_eq!(file::stamp(&place.path), Ok(saved.stamp));
    place.assert_only(NEW);
    // Shorter again, with the stamp that was told; and nothing at all.
    for contents in [OLD, "", NEW] {
        let expected = file::stamp(&place.path).expect("it is there");
        let order = SaveOrder { contents: Secret::new(contents), expected, ..order_in_place(&place.path) };
        file::save(&order).expect("it is saved");
        place.assert_only(contents);
    }
}

#[test]
fn the_backup_is_whole_before_the_first_byte_is_written_and_gone_afterwards() {
    let place = Place::new();
    let mut points = Vec::new();
    let saved = LocalFiles::default().save_observed(&order_in_place(&place.path), &mut |point| {
        points.push(point);
        let backups: Vec<_> = place.names().into_iter().filter(|name| name.contains("-backup-")).collect();
        let is_needed = !matches!(point, Point::Begun | Point::Opened | Point::Done);
        assert_eq!(backups.len(), usize::from(is_needed), "{point:?}");
        if is_needed && point != Point::BackupCreated {
            assert_eq!(text(&place.folder.path().join(&backups[0])), OLD, "{point:?}");
        }
        if !matches!(point, Point::PieceWritten | Point::LengthSet | Point::FileSynced | Point::Done) {
            assert_eq!(text(&place.path), OLD, "{point:?}");
        }
    });
    saved.expect("it is saved");
    assert_eq!(
        points,
        [
            Point::Begun,
            Point::Opened,
            Point::BackupCreated,
            Point::BackupWritten,
            Point::BackupSynced,
            Point::SpaceReserved,
            Point::CheckedAgain,
            Point::PieceWritten,
            Point::LengthSet,
            Point::FileSynced,
            Point::Done
        ]
    );
    place.assert_only(NEW);
}
