//! Folders that are still there after a power cut: making one, or a file in it, is durable when the folder above is synced.

use std::fs::File;
use std::io::{Error, ErrorKind};
use std::path::Path;

/// Makes a folder with all that it lies in; what is made is durable. Gives the folder that failed with the failure.
pub(super) fn make(folder: &Path) -> Result<(), (&Path, Error)> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    if let Some(above) = folder.parent() {
        make(above)?;
    }
    match std::fs::create_dir(folder) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists || !folder.is_dir() => Err((folder, error)),
        _ => sync_above(folder),
    }
}

/// Makes a folder's own entry durable, whoever made it: its maker may have been killed before it could.
pub(super) fn sync_above(folder: &Path) -> Result<(), (&Path, Error)> {
    match folder.parent() {
        None => Ok(()),
        Some(above) if above.as_os_str().is_empty() => sync(Path::new(".")),
        Some(above) => sync(above),
    }
}

/// Makes the entries of a folder durable.
pub(super) fn sync(folder: &Path) -> Result<(), (&Path, Error)> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| (folder, error))
}

/// Whether a folder's file system is one that makes all it holds durable when asked to. One behind a network or a program may only
/// send it on.
#[cfg(target_os = "linux")]
pub(super) fn syncs_whole(folder: &Path) -> bool {
    // ext, XFS, Btrfs, F2FS, tmpfs, overlay.
    const KNOWN: [u64; 6] = [0xEF53, 0x5846_5342, 0x9123_683E, 0xF2F5_2010, 0x0102_1994, 0x794C_7630];
    rustix::fs::statfs(folder).is_ok_and(|system| u64::try_from(system.f_type).is_ok_and(|kind| KNOWN.contains(&kind)))
}

/// Makes all that a folder's file system holds durable (syncfs).
#[cfg(target_os = "linux")]
pub(super) fn sync_whole(folder: &Path) -> Result<(), (&Path, Error)> {
    File::open(folder).and_then(|open| Ok(rustix::fs::syncfs(&open)?)).map_err(|error| (folder, error))
}

/// Elsewhere every file is synced by itself.
#[cfg(not(target_os = "linux"))]
pub(super) fn syncs_whole(_folder: &Path) -> bool {
    false
}

/// Is not asked for elsewhere.
#[cfg(not(target_os = "linux"))]
pub(super) fn sync_whole(folder: &Path) -> Result<(), (&Path, Error)> {
    sync(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_made_with_those_above_and_once() {
        let above = tempfile::tempdir().unwrap();
        let folder = above.path().join("a/b/c");
        for _ in 0..2 {
            make(&folder).unwrap();
            assert!(folder.is_dir());
        }
        std::fs::write(above.path().join("file"), b"").unwrap();
        for wrong in ["file", "file/below"] {
            let wrong = above.path().join(wrong);
            assert!(make(&wrong).is_err(), "{} is no folder", wrong.display());
        }
    }
}
