//! The files of `--root`, served beside the token as the application serves its front end.
//!
//! A folder with settings in it is refused at the start, because the settings would be readable by every visitor. What
//! is asked for is resolved first and served by its real path: links that lead out of the folder, files and folders
//! that begin with a dot, and settings files that came later are not there. Between the look and the opening a file
//! could still be replaced by a link, by somebody who may write into the folder and so may publish there anyway.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{Request, Uri};
use axum::response::Response;
use percent_encoding::percent_decode_str;
use tower_http::services::ServeFile;

/// A folder with more entries than this is not a front end.
const MOST_ENTRIES: usize = 100_000;

/// Why a folder is not served.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// It cannot be read, or is none.
    #[error("it cannot be read as a folder: {0}")]
    Unreadable(String),
    /// What every visitor could read.
    #[error("it holds {}, and every visitor could read that", .0.display())]
    Private(PathBuf),
    /// Too large to look through.
    #[error("it holds more than {MOST_ENTRIES} files, which is no folder of a front end")]
    TooLarge,
}

/// A folder whose files may be served.
#[derive(Debug, Clone)]
pub struct Folder {
    /// Its real path.
    root: PathBuf,
}

/// What there is at a path.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A file, by its real path.
    File(PathBuf),
    /// A folder that was asked for without the slash at the end; its links would be resolved wrongly.
    WithoutSlash,
    /// Nothing that is served.
    Nothing,
}

impl Folder {
    /// Looks through a folder and everything in it, without following links.
    ///
    /// `settings` is the file with the settings, which must not be in it under any name.
    ///
    /// # Errors
    /// See [`FolderError`].
    pub fn open(path: &Path, settings: &Path) -> Result<Self, FolderError> {
        let unreadable = |error: io::Error| FolderError::Unreadable(error.to_string());
        let root = fs::canonicalize(path).map_err(unreadable)?;
        if let Ok(settings) = fs::canonicalize(settings)
            && settings.starts_with(&root)
        {
            return Err(FolderError::Private(settings));
        }
        let mut folders = vec![root.clone()];
        let mut count = 0;
        while let Some(folder) = folders.pop() {
            let entries = match fs::read_dir(&folder) {
                Ok(entries) => entries,
                Err(error) if folder == root => return Err(unreadable(error)),
                // What we cannot read we cannot serve.
                Err(_) => continue,
            };
            for entry in entries.flatten() {
                count += 1;
                if count > MOST_ENTRIES {
                    return Err(FolderError::TooLarge);
                }
                if is_private(&entry.file_name().to_string_lossy()) {
                    return Err(FolderError::Private(entry.path()));
                }
                if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    folders.push(entry.path());
                }
            }
        }
        Ok(Self { root })
    }

    /// Looks for what a path of a URL names.
    pub(super) fn find(&self, url_path: &str) -> Found {
        let Ok(path) = percent_decode_str(url_path).decode_utf8() else { return Found::Nothing };
        let Some(inner) = path.strip_prefix('/') else { return Found::Nothing };
        let is_folder = inner.is_empty() || inner.ends_with('/');
        let inner = inner.strip_suffix('/').unwrap_or(inner);
        let mut wanted = self.root.clone();
        for name in inner.split('/').filter(|_| !inner.is_empty()) {
            if !is_served(name) {
                return Found::Nothing;
            }
            wanted.push(name);
        }
        match self.real(&wanted) {
            Some((real, true)) if is_folder => match self.real(&real.join("index.html")) {
                Some((index, false)) => Found::File(index),
                Some((_, true)) | None => Found::Nothing,
            },
            Some((_, true)) => Found::WithoutSlash,
            Some((real, false)) if !is_folder => Found::File(real),
            Some((_, false)) | None => Found::Nothing,
        }
    }

    /// The real path within the folder, and whether it is a folder.
    fn real(&self, path: &Path) -> Option<(PathBuf, bool)> {
        let real = fs::canonicalize(path).ok()?;
        let inner = real.strip_prefix(&self.root).ok()?;
        let is_served = inner.components().all(|part| is_served(&part.as_os_str().to_string_lossy()));
        let metadata = fs::metadata(&real).ok()?;
        // A pipe or a device would keep a thread waiting for ever.
        (is_served && (metadata.is_dir() || metadata.is_file())).then_some((real, metadata.is_dir()))
    }

    /// Answers with a file, or the part of it that is asked for.
    pub(super) async fn answer(path: &Path, request: &Parts) -> Result<Response, io::Error> {
        let mut asked = Request::new(Body::empty());
        *asked.method_mut() = request.method.clone();
        *asked.headers_mut() = request.headers.clone();
        *asked.uri_mut() = Uri::from_static("/");
        ServeFile::new(path).try_call(asked).await.map(|response| response.map(Body::new))
    }
}

/// Whether a name in a path may be served: no dot in front, no way up, no other separators, nothing private.
fn is_served(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('.') && !name.contains(['\\', '\0', ':']) && !is_private(name)
}

/// What tells a folder of an application from one of a front end: settings, a project, a repository.
fn is_private(name: &str) -> bool {
    let name = name.to_lowercase();
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    let is_settings = name.starts_with("appsettings") && ends(&[".json"]);
    is_settings || name == ".git" || ends(&[".csproj", ".fsproj", ".vbproj"])
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test sets up its own files")]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(folder.path().join("site/sub/.hidden")).expect("folders");
        for name in ["index.html", "sub/index.html", "sub/a b.js", "sub/.hidden/x", ".env"] {
            fs::write(folder.path().join("site").join(name), name).expect("a file");
        }
        fs::write(folder.path().join("appsettings.json"), "{}").expect("a file");
        folder
    }

    fn open(folder: &tempfile::TempDir) -> Folder {
        Folder::open(&folder.path().join("site"), &folder.path().join("appsettings.json")).expect("a front end")
    }

    #[test]
    fn folders_of_an_application_are_refused() {
        let settings = Path::new("elsewhere.json");
        let folder = folder();
        // The settings lie beside the served folder, not in it; one above they are in it.
        assert!(Folder::open(&folder.path().join("site"), settings).is_ok());
        assert!(matches!(Folder::open(folder.path(), settings), Err(FolderError::Private(_))));
        for name in ["AppSettings.Production.json", "sub/Web.csproj", "sub/.git"] {
            let path = folder.path().join("site").join(name);
            fs::write(&path, "").expect("a file");
            let refused = Folder::open(&folder.path().join("site"), settings).expect_err(name);
            assert!(matches!(&refused, FolderError::Private(found) if found.ends_with(name)), "{refused}");
            fs::remove_file(path).expect("gone");
        }
        let named_otherwise = folder.path().join("site/sub/live.json");
        fs::write(&named_otherwise, "{}").expect("a file");
        assert!(matches!(Folder::open(&folder.path().join("site"), &named_otherwise), Err(FolderError::Private(_))));
        assert!(matches!(Folder::open(&named_otherwise, settings), Err(FolderError::Unreadable(_))));
        assert!(matches!(Folder::open(Path::new("/nowhere/at/all"), settings), Err(FolderError::Unreadable(_))));
    }

    #[test]
    fn paths_lead_to_files_and_nowhere_else() {
        let folder = folder();
        let site = open(&folder);
        fs::write(folder.path().join("site/appsettings.later.json"), "{}").expect("a file");
        let file = |name: &str| Found::File(site.root.join(name));
        for (path, expected) in [
            ("/", file("index.html")),
            ("/index.html", file("index.html")),
            ("/sub/", file("sub/index.html")),
            ("/sub", Found::WithoutSlash),
            ("/sub/a%20b.js", file("sub/a b.js")),
            ("/index.html/", Found::Nothing),
            ("/.env", Found::Nothing),
            ("/%2eenv", Found::Nothing),
            ("/sub/.hidden/x", Found::Nothing),
            ("/sub%2f.hidden%2fx", Found::Nothing),
            ("/../appsettings.json", Found::Nothing),
            ("/sub/%2e%2e/%2e%2e/appsettings.json", Found::Nothing),
            ("/sub/..%5c..%5cappsettings.json", Found::Nothing),
            ("/appsettings.later.json", Found::Nothing),
            ("//index.html", Found::Nothing),
            ("/index.html%00", Found::Nothing),
            ("/%ff", Found::Nothing),
            ("index.html", Found::Nothing),
            ("*", Found::Nothing),
            ("", Found::Nothing),
        ] {
            assert_eq!(site.find(path), expected, "{path}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_within_the_folder_only() {
        use std::os::unix::fs::symlink;
        let folder = folder();
        let site = open(&folder);
        let at = |name: &str| folder.path().join("site").join(name);
        symlink(folder.path().join("appsettings.json"), at("out.json")).expect("a link");
        symlink(folder.path(), at("up")).expect("a link");
        symlink(at(".env"), at("env.txt")).expect("a link");
        symlink(at("sub/a b.js"), at("in.js")).expect("a link");
        symlink(at("nothing"), at("dangling")).expect("a link");
        symlink("/dev/zero", at("zero")).expect("a link");
        for path in ["/out.json", "/up/appsettings.json", "/up/", "/env.txt", "/dangling", "/zero"] {
            assert_eq!(site.find(path), Found::Nothing, "{path}");
        }
        assert_eq!(site.find("/in.js"), Found::File(site.root.join("sub/a b.js")));
    }
}
