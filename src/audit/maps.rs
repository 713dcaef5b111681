//! Saved maps of tables: `maps/NAME.toml` of the workspace, or any file. Takes files, gives maps; refuses unknown keys with the nearest
//! that is known, and never writes over a map.

use std::path::{Path, PathBuf};

use super::{AuditError, Workspace};
use crate::collect::phone::map::Map;
use crate::document::{self, DocumentError};

/// The folder of the saved maps.
const FOLDER: &str = "maps";

/// Reads a map.
///
/// # Errors
/// When the file cannot be read, has an unknown key, or lacks what no map can do without.
pub fn read(path: &Path) -> Result<Map, AuditError> {
    let (map, text) = document::read::<Map>(path)?;
    match map.fault() {
        Some(fault) => {
            Err(DocumentError::at(path, &text, 0..0, fault, Some("`inspect calls --save-map` writes a whole one".to_owned())).into())
        }
        None => Ok(map),
    }
}

/// Writes a map to a file that is not there yet.
///
/// # Errors
/// When there is such a file, or it cannot be written.
pub fn write(path: &Path, map: &Map) -> Result<(), AuditError> {
    let failed = |why: String| AuditError::wrong(format!("write {}: {why}", path.display()), "name another file, or remove that one");
    let text = toml::to_string(map).map_err(|error| failed(error.to_string()))?;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| failed(error.to_string()))?;
    }
    let mut file = std::fs::File::create_new(path).map_err(|error| failed(error.to_string()))?;
    let text = format!("# How crickets reads tables with these columns. What each key means: docs/reference.md, \"Call logs\".\n\n{text}");
    std::io::Write::write_all(&mut file, text.as_bytes()).map_err(|error| failed(error.to_string()))
}

/// The one map that was taken for files that are to be remembered by one name.
///
/// # Errors
/// When there were several.
pub fn only(maps: &[Map]) -> Result<Option<&Map>, AuditError> {
    match maps {
        [first, rest @ ..] if rest.iter().any(|map| map != first) => Err(AuditError::wrong(
            "save the map: these files are read in several ways",
            "give each kind of file a `--save-map` of its own; what was read was kept",
        )),
        maps => Ok(maps.first()),
    }
}

impl Workspace {
    /// Every saved map with its name, by name.
    ///
    /// # Errors
    /// When one is wrong.
    pub fn maps(&self) -> Result<Vec<(String, Map)>, AuditError> {
        let Ok(entries) = std::fs::read_dir(self.root.join(FOLDER)) else { return Ok(Vec::new()) };
        let mut paths: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
        paths.sort();
        let named = |path: PathBuf| {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            read(&path).map(|map| (name, map))
        };
        paths.into_iter().map(named).collect()
    }

    /// The file of a saved map.
    ///
    /// # Errors
    /// When the name is none for a file.
    pub fn map_file(&self, name: &str) -> Result<PathBuf, AuditError> {
        let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if name.is_empty() || !name.chars().all(good) {
            return Err(AuditError::wrong(format!("call a map {name:?}"), "use letters, digits, `-` and `_`"));
        }
        Ok(self.root.join(FOLDER).join(format!("{name}.toml")))
    }
}
