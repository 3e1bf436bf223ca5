#![cfg(unix)]

use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::domain::setting::SettingName;

const NOW: Timestamp = Timestamp::from_seconds(1_795_528_931);
const DAY: Duration = Duration::from_hours(24);

/// A state in a folder that does not exist yet, and a settings file beside it.
struct Bench {
    folder: tempfile::TempDir,
    state: State,
    settings: PathBuf,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let state = State::at(folder.path().join("deep/state"));
        let settings = folder.path().join("appsettings.json");
        file::create(&settings, b"{}").expect("a settings file");
        Self { folder, state, settings }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join("deep/state").join(name)
    }

    fn settings_file(&self, name: impl AsRef<Path>) -> PathBuf {
        let path = self.folder.path().join(name);
        file::create(&path, b"{}").expect("another settings file");
        path
    }

    fn put(&self, name: &str, contents: &[u8]) {
        let path = self.at(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("the folder");
        drop(fs::remove_file(&path));
        file::create(&path, contents).expect("the file");
    }

    fn mode(&self, name: &str) -> u32 {
        fs::metadata(self.at(name)).expect("it is there").permissions().mode() & 0o7777
    }
}

fn typed() -> Values {
    Values::default().with(SettingName::AppTenantId, "contoso.com").with(SettingName::User, "anna@contoso.com")
}

#[test]
fn folder_and_files_are_private() {
    let bench = Bench::new();
    bench.state.remember_opened(&bench.settings);
    bench.state.keep_draft(&bench.settings, &typed(), NOW);
    assert_eq!((bench.mode(""), bench.mode("recent.json"), bench.mode("drafts.json")), (0o700, 0o600, 0o600));
    fs::set_permissions(bench.at(""), fs::Permissions::from_mode(0o755)).expect("an open folder");
    bench.state.keep_draft(&bench.settings, &typed(), NOW.plus(DAY));
    assert_eq!(bench.mode(""), 0o700);
    let left: Vec<_> = fs::read_dir(bench.at("")).expect("the folder").map(|entry| entry.expect("it").path()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn recent_files_are_absolute_newest_first_and_still_there() {
    let bench = Bench::new();
    let paths: Vec<_> = (0..12).map(|number| bench.settings_file(format!("{number}.json"))).collect();
    for path in &paths {
        bench.state.remember_opened(path);
    }
    bench.state.remember_opened(&paths[5]);
    fs::remove_file(&paths[11]).expect("one goes");
    let expected = [5, 10, 9, 8, 7, 6, 4, 3].map(|number| paths[number].clone());
    assert_eq!(bench.state.recent(), expected);
    bench.put("recent.json", br#"{"files":["relative.json"]}"#);
    bench.state.remember_opened(Path::new("Cargo.toml"));
    assert_eq!(bench.state.recent(), [std::path::absolute("Cargo.toml").expect("a path")]);
}

#[test]
fn a_draft_is_found_by_every_name_of_its_file_and_forgotten() {
    let bench = Bench::new();
    assert_eq!(bench.state.draft(&bench.settings, NOW), None);
    bench.state.keep_draft(&bench.settings, &typed(), NOW);
    let link = bench.folder.path().join("link.json");
    std::os::unix::fs::symlink(&bench.settings, &link).expect("a link");
    assert_eq!(bench.state.draft(&link, NOW.plus(DAY)), Some((typed(), NOW)));
    assert_eq!(bench.state.draft(&bench.settings_file("other.json"), NOW), None);
    bench.state.forget_draft(&link);
    assert_eq!(bench.state.draft(&bench.settings, NOW), None);
}

#[test]
fn drafts_are_at_most_twenty_and_thirty_days_old() {
    let bench = Bench::new();
    bench.state.keep_draft(&bench.settings, &typed(), NOW);
    assert!(bench.state.draft(&bench.settings, NOW.plus(DAY * 30)).is_some());
    assert_eq!(bench.state.draft(&bench.settings, NOW.plus(DAY * 31)), None);
    let files: Vec<_> = (0..20).map(|number| bench.settings_file(format!("{number}.json"))).collect();
    for path in &files {
        bench.state.keep_draft(path, &typed(), NOW);
    }
    assert_eq!(bench.state.draft(&bench.settings, NOW), None, "the twenty-first is the oldest");
    assert!(files.iter().all(|path| bench.state.draft(path, NOW).is_some()));
}

#[test]
fn no_secret_is_in_the_bytes() {
    let bench = Bench::new();
    let secret = typed().with(SettingName::ClientSecret, "c4nary-secret").with(SettingName::Password, "c4nary-word");
    bench.state.keep_draft(&bench.settings, &secret, NOW);
    let bytes = file::read(&bench.at("drafts.json")).expect("the drafts").bytes;
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.contains("contoso.com") && !text.contains("c4nary"), "{text}");
    let only = Values::default().with(SettingName::Password, "c4nary-word");
    bench.state.forget_draft(&bench.settings);
    bench.state.keep_draft(&bench.settings, &only, NOW);
    assert_eq!(bench.state.draft(&bench.settings, NOW), None);
}

#[test]
fn a_secret_that_somebody_wrote_into_the_drafts_is_not_read() {
    let bench = Bench::new();
    bench.state.keep_draft(&bench.settings, &typed(), NOW);
    let bytes = file::read(&bench.at("drafts.json")).expect("the drafts").bytes;
    let text = String::from_utf8_lossy(&bytes).replace("\"User\"", "\"Password\"");
    bench.put("drafts.json", text.as_bytes());
    let expected = Values::default().with(SettingName::AppTenantId, "contoso.com");
    assert_eq!(bench.state.draft(&bench.settings, NOW), Some((expected, NOW)));
}

#[test]
fn a_broken_file_is_the_same_as_none() {
    let bench = Bench::new();
    let large = format!("{{\"files\":[\"{}\"]}}", bench.settings.display()).into_bytes();
    let large = [large, vec![b' '; LARGEST]].concat();
    for broken in [&b"{"[..], b"[]", b"\xff\xfe", b"{\"files\":7}", b"", &large] {
        bench.put("recent.json", broken);
        bench.put("drafts.json", broken);
        assert_eq!(bench.state.recent(), [""; 0].map(PathBuf::from));
        assert_eq!(bench.state.draft(&bench.settings, NOW), None);
        bench.state.remember_opened(&bench.settings);
        assert_eq!(bench.state.recent(), std::slice::from_ref(&bench.settings));
    }
}

#[test]
fn a_folder_that_cannot_be_made_remembers_nothing() {
    let bench = Bench::new();
    // A file is in the place of the folder, also for root.
    let state = State::at(bench.settings.join("state"));
    state.remember_opened(&bench.settings);
    state.keep_draft(&bench.settings, &typed(), NOW);
    assert_eq!((state.recent().len(), state.draft(&bench.settings, NOW)), (0, None));
}

#[test]
fn values_too_large_for_the_file_drop_older_drafts_and_then_themselves() {
    let bench = Bench::new();
    let other = bench.settings_file("other.json");
    bench.state.keep_draft(&bench.settings, &typed(), NOW);
    let long = Values::default().with(SettingName::ClientId, "x".repeat(LARGEST - 100 - other.as_os_str().len()));
    bench.state.keep_draft(&other, &long, NOW);
    assert!(bench.state.draft(&other, NOW).is_some());
    assert_eq!(bench.state.draft(&bench.settings, NOW), None);
    let longer = Values::default().with(SettingName::ClientId, "x".repeat(LARGEST));
    bench.state.keep_draft(&other, &longer, NOW);
    assert_eq!(bench.state.draft(&other, NOW), None);
}

#[test]
fn a_path_that_is_not_unicode_survives() {
    let bench = Bench::new();
    let latin = bench.settings_file(std::ffi::OsStr::from_bytes(b"f\xfcr.json"));
    bench.state.remember_opened(&latin);
    bench.state.keep_draft(&latin, &typed(), NOW);
    assert_eq!(bench.state.recent(), std::slice::from_ref(&latin));
    assert_eq!(bench.state.draft(&latin, NOW), Some((typed(), NOW)));
}

proptest! {
    #[test]
    fn every_path_comes_back(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
        let path = Path::new(std::ffi::OsStr::from_bytes(&bytes));
        let stored = StoredPath::new(path).expect("bytes can be kept");
        let json = serde_json::to_string(&stored).expect("JSON");
        let read: StoredPath = serde_json::from_str(&json).expect("the same");
        prop_assert_eq!(read.path(), Some(path.to_owned()));
    }
}
