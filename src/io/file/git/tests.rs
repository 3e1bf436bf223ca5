//! Indexes made by hand, byte by byte, and such that git itself made where it is installed.

use std::process::{Command, Stdio};

use proptest::prelude::*;

use super::*;

/// Writes an index by the book; the names must be sorted.
fn index(version: u32, hash: usize, names: &[&str], is_extended: bool) -> Vec<u8> {
    let mut bytes = b"DIRC".to_vec();
    bytes.extend(version.to_be_bytes());
    bytes.extend(u32::try_from(names.len()).unwrap().to_be_bytes());
    let mut before = "";
    for name in names {
        let start = bytes.len();
        // Neither zeros nor text, so that a wrong offset is noticed.
        bytes.extend([0x81; 40]);
        bytes.extend(vec![0xa5; hash]);
        let flags = u16::try_from(name.len().min(0xfff)).unwrap();
        bytes.extend((flags | if is_extended { 0x4000 } else { 0 }).to_be_bytes());
        if is_extended {
            bytes.extend([0x20, 0]);
        }
        if version == 4 {
            let common = before.bytes().zip(name.bytes()).take_while(|(one, other)| one == other).count();
            bytes.extend(varint(before.len() - common));
            bytes.extend(name.as_bytes().get(common..).unwrap());
            bytes.push(0);
        } else {
            bytes.extend(name.as_bytes());
            bytes.push(0);
            while !(bytes.len() - start).is_multiple_of(8) {
                bytes.push(0);
            }
        }
        before = name;
    }
    bytes.extend(vec![0x5a; hash]);
    bytes
}

/// The encoding of offsets in packs, from the definition of its inverse.
fn varint(mut value: usize) -> Vec<u8> {
    let mut bytes = vec![u8::try_from(value & 0x7f).unwrap()];
    while value >= 0x80 {
        value = (value >> 7) - 1;
        bytes.insert(0, u8::try_from(value & 0x7f).unwrap() | 0x80);
    }
    bytes
}

#[test]
fn every_version_with_either_hash_is_read() {
    let long = "d/".repeat(2200) + "x";
    let names = ["a.json", "deploy/appsettings.json", "deploy/appsettings.local.json", &long, "é/ü.json"];
    for hash in HASHES {
        for (version, is_extended) in [(2, false), (3, false), (3, true), (4, false), (4, true)] {
            let bytes = index(version, hash, &names, is_extended);
            for name in names {
                assert_eq!(lists(&bytes, name.as_bytes(), hash), Some(true), "{version} {hash} {name}");
            }
            for name in ["", "a", "a.jso", "b.json", "deploy", "appsettings.json", "zzz"] {
                assert_eq!(lists(&bytes, name.as_bytes(), hash), Some(false), "{version} {hash} {name}");
            }
            let other = HASHES.into_iter().find(|other| *other != hash).unwrap();
            assert_eq!(lists(&bytes, b"zzz", other), None, "{version} {hash}");
        }
    }
}

#[test]
fn what_is_no_index_is_refused() {
    let good = index(2, 20, &["a.json"], false);
    assert_eq!(lists(&good, b"b", 20), Some(false));
    let with = |at: usize, byte: u8| {
        let mut bytes = good.clone();
        *bytes.get_mut(at).unwrap() = byte;
        lists(&bytes, b"b", 20)
    };
    assert_eq!(with(0, b'd'), None, "the signature");
    assert_eq!(with(7, 1), None, "a version before");
    assert_eq!(with(7, 5), None, "a version to come");
    assert_eq!(with(11, 2), None, "more entries than there are");
    assert_eq!(with(73, 7), None, "another length of the name");
    assert_eq!(with(72, 0x40), None, "more flags than version 2 has");
    assert_eq!(with(82, 1), None, "the filling");
    assert_eq!(lists(b"", b"b", 20), None);
}

/// A work tree with a repository that holds this index.
fn repository(index: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    fs::create_dir_all(root.join(".git")).unwrap();
    fs::create_dir_all(root.join("deploy/empty")).unwrap();
    super::super::create(&root.join(".git/HEAD"), b"ref: refs/heads/main\n").unwrap();
    super::super::create(&root.join(".git/index"), index).unwrap();
    (folder, root)
}

#[test]
fn the_nearest_repository_decides() {
    let bytes = index(2, 20, &["deploy/appsettings.json"], false);
    let (_folder, root) = repository(&bytes);
    let path = root.join("deploy/appsettings.json");
    assert!(is_tracked(&path));
    assert!(!is_tracked(&root.join("appsettings.json")));
    assert!(!is_tracked(&root.join("deploy/empty/appsettings.json")));
    // A folder that is no repository is passed by, as git does.
    fs::create_dir(root.join("deploy/.git")).unwrap();
    assert!(is_tracked(&path));
    super::super::create(&root.join("deploy/.git/HEAD"), b"ref: refs/heads/main\n").unwrap();
    assert!(!is_tracked(&path));
}

#[test]
fn a_linked_work_tree_is_followed_to_its_index() {
    let (_folder, root) = repository(&index(4, 20, &["appsettings.json"], false));
    let tree = root.join("tree");
    fs::create_dir(&tree).unwrap();
    let path = tree.join("appsettings.json");
    super::super::create(&tree.join(".git"), b"gitdir: ../.git\n").unwrap();
    assert!(is_tracked(&path));
    let absolute = format!("gitdir: {}\r\n", root.join(".git").display());
    fs::remove_file(tree.join(".git")).unwrap();
    super::super::create(&tree.join(".git"), absolute.as_bytes()).unwrap();
    assert!(is_tracked(&path));
    for useless in [&b"gitdir: /dev/zero\n"[..], b"gitdir:", b"something else", b"gitdir: a\0b"] {
        fs::remove_file(tree.join(".git")).unwrap();
        super::super::create(&tree.join(".git"), useless).unwrap();
        assert!(!is_tracked(&path), "{}", String::from_utf8_lossy(useless));
    }
}

#[test]
fn an_index_that_is_too_large_or_no_file_is_not_read() {
    let bytes = index(2, 20, &["appsettings.json"], false);
    let (_folder, root) = repository(&bytes);
    let path = root.join("appsettings.json");
    let file = fs::OpenOptions::new().write(true).open(root.join(".git/index")).unwrap();
    file.set_len(LARGEST_INDEX).unwrap();
    assert!(is_tracked(&path));
    file.set_len(LARGEST_INDEX + 1).unwrap();
    assert!(!is_tracked(&path));
    fs::remove_file(root.join(".git/index")).unwrap();
    assert!(!is_tracked(&path));
    fs::create_dir(root.join(".git/index")).unwrap();
    assert!(!is_tracked(&path));
}

#[test]
fn indexes_that_git_made_are_read() {
    let run = |folder: &Path, arguments: &[&str]| {
        let mut command = Command::new("git");
        // Nothing of the person's own configuration, and no repository around the tests.
        command.env_clear().env("HOME", folder).env("GIT_CONFIG_NOSYSTEM", "1").current_dir(folder);
        command.envs(std::env::vars_os().filter(|(name, _)| name == "PATH"));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).args(arguments);
        command.status()
    };
    let here = tempfile::tempdir().unwrap();
    if let Err(error) = run(here.path(), &["--version"]) {
        // The indexes made by hand above say the same.
        eprintln!("NOT TESTED against git itself: it cannot be run here ({error})");
        return;
    }
    for version in ["2", "4"] {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        assert!(run(&root, &["init", "-q"]).unwrap().success());
        fs::create_dir(root.join("deploy")).unwrap();
        for name in ["a.json", "deploy/appsettings.json", "deploy/appsettings.local.json", "left out.json"] {
            super::super::create(&root.join(name), b"{}").unwrap();
        }
        assert!(run(&root, &["add", "a.json", "deploy/appsettings.json"]).unwrap().success());
        // Intent to add: needs the flags of version 3.
        assert!(run(&root, &["add", "-N", "deploy/appsettings.local.json"]).unwrap().success());
        assert!(run(&root, &["update-index", "--index-version", version]).unwrap().success());
        for name in ["a.json", "deploy/appsettings.json", "deploy/appsettings.local.json"] {
            assert!(is_tracked(&root.join(name)), "version {version}: {name}");
        }
        assert!(!is_tracked(&root.join("left out.json")), "version {version}");
        assert!(run(&root, &["rm", "-q", "--cached", "a.json"]).unwrap().success());
        assert!(!is_tracked(&root.join("a.json")), "version {version}");
    }
}

proptest! {
    #[test]
    fn no_bytes_are_too_strange(bytes in proptest::collection::vec(any::<u8>(), 0..200), version in 2_u32..5) {
        let mut index = b"DIRC".to_vec();
        index.extend(version.to_be_bytes());
        index.extend(&bytes);
        for hash in HASHES {
            let _ = lists(&index, b"a", hash);
            let _ = lists(&bytes, b"a", hash);
        }
    }

    #[test]
    fn a_damaged_index_never_lists_what_it_does_not_hold(at in 0_usize..200, byte in any::<u8>(), version in 2_u32..5) {
        let mut bytes = index(version, 20, &["a", "ab/c", "ab/d"], false);
        let at = at % bytes.len();
        *bytes.get_mut(at).unwrap() = byte;
        prop_assert_ne!(lists(&bytes, b"other", 20), Some(true));
    }

    #[test]
    fn numbers_come_back(value in 0_usize..1 << 40) {
        let bytes = varint(value);
        prop_assert_eq!(Bytes(&bytes).varint(), Some(value));
    }
}
