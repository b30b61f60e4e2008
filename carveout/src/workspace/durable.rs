//! Writing files that must not be lost: keys and signatures. Their bytes and their names are on the disk before
//! anybody is told, and what replaces a file does so whole.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use miette::{IntoDiagnostic, WrapErr, miette};

/// Who may read a file: everybody, or its owner alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Readers {
    Everybody,
    Owner,
}

impl Readers {
    const fn mode(self) -> u32 {
        match self {
            Self::Everybody => 0o644,
            Self::Owner => 0o600,
        }
    }
}

/// Writes a file that must not exist yet: a key that is overwritten is lost.
pub(crate) fn create(path: &Path, text: &str, readers: Readers) -> miette::Result<()> {
    let file = OpenOptions::new().write(true).create_new(true).mode(readers.mode()).open(path);
    let written = match file {
        Ok(file) => fill(file, path, text).and_then(|()| sync_folder(path)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(miette!(
                help = "name another file, or move this one away first",
                "`{}` exists already and is not overwritten",
                path.display()
            ));
        }
        Err(error) => Err(error),
    };
    told(path, written)
}

/// Writes a file, in the place of the one that may be there.
pub(crate) fn replace(path: &Path, text: &str) -> miette::Result<()> {
    let mut staged = path.as_os_str().to_owned();
    staged.push(".new");
    let staged = PathBuf::from(staged);
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(Readers::Everybody.mode())
        .open(&staged);
    let written = file
        .and_then(|file| fill(file, &staged, text))
        .and_then(|()| fs::rename(&staged, path))
        .and_then(|()| sync_folder(path));
    told(path, written)
}

/// Writes all of a text durably, or leaves no file.
fn fill(mut file: File, path: &Path, text: &str) -> io::Result<()> {
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    if written.is_err() {
        let _ = fs::remove_file(path);
    }
    written
}

fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

fn told(path: &Path, written: io::Result<()>) -> miette::Result<()> {
    written.into_diagnostic().wrap_err_with(|| format!("can't write `{}`", path.display()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_file_is_created_once_replaced_at_will_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.key");
        create(&path, "one", Readers::Owner).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let refused = create(&path, "two", Readers::Owner).unwrap_err();
        assert!(refused.to_string().contains("exists already"), "{refused}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
        replace(&path, "three").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "three");
        assert_eq!(folder.path().read_dir().unwrap().count(), 1);
        assert!(create(&folder.path().join("no/such"), "x", Readers::Everybody).is_err());
    }
}
