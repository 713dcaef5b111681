//! `crickets init`.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::{Context, DONE, Ended};
use crate::audit::{AuditError, CONFIG_FILE};
use crate::shop::file;

/// Make a workspace
///
/// Writes a commented crickets.toml, one example shop, its schema for editors, and a .gitignore. Files that exist are left alone.
#[derive(Debug, Args)]
pub(super) struct Init {
    /// The folder; it is made when it is not there.
    #[arg(default_value = ".")]
    dir: PathBuf,
}

const CONFIG: &str = include_str!("init/crickets.toml");
const SHOP: &str = include_str!("init/example.toml");
const IGNORE: &str = "/.crickets/\n/reports/\n";

pub(super) fn run(command: &Init, context: &Context) -> Ended {
    let dir = &command.dir;
    if dir.join(CONFIG_FILE).exists() {
        return Err(AuditError::wrong(format!("make a workspace in {}: it is one", dir.display()), "edit its crickets.toml"));
    }
    let schema = file::schema();
    let mut written = Vec::new();
    // What makes it a workspace comes last, so that a failure can be mended and `init` run again.
    for (name, text) in
        [("shops/example.toml", SHOP), ("shops/shop.schema.json", schema.as_str()), (".gitignore", IGNORE), (CONFIG_FILE, CONFIG)]
    {
        if write(&dir.join(name), text)? {
            written.push(name);
        }
    }
    context.out.result(&json!({"schema": "crickets.init/1", "workspace": dir, "written": written}), || {
        format!(
            "Workspace in {}: {}.\nNext: edit crickets.toml and shops/example.toml, then run `crickets check` there.\n",
            dir.display(),
            written.join(", ")
        )
    });
    Ok(DONE)
}

/// Writes a file that is not there yet.
fn write(path: &Path, text: &str) -> Result<bool, AuditError> {
    let fail =
        |error: std::io::Error| AuditError::wrong(format!("write {}: {error}", path.display()), "name a folder that you may write to");
    if path.exists() {
        return Ok(false);
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(fail)?;
    }
    std::fs::write(path, text).map_err(fail)?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_init_writes_can_be_read() {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [("crickets.toml", CONFIG), ("example.toml", SHOP)] {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let config = crate::config::load(&folder.path().join("crickets.toml"), None).unwrap();
        let shop = file::read(&folder.path().join("example.toml")).unwrap();
        assert!(config.personas.contains_key(&shop.ask.persona));
        assert_eq!(shop.basis, None, "nothing can be sent before the user has said why");
    }
}
