//! Offline sources that a person names: mail files as of one of our mailboxes, call logs as of one of our phones.

use std::path::PathBuf;

use chrono::{DateTime, Utc};

use super::{AuditError, Gathered, Workspace};

impl Workspace {
    /// Reads mail from Maildirs, mboxes, .eml files or folders of them, as of one of our mailboxes (by default the first).
    ///
    /// # Errors
    /// When a path cannot be read or the mailbox is unknown.
    pub async fn import_mail(&self, paths: &[PathBuf], mailbox: Option<&str>) -> Result<Gathered, AuditError> {
        let mailbox = match mailbox {
            None => self.mailbox()?,
            Some(name) => self.config.mailboxes.get(name).ok_or_else(|| {
                AuditError::wrong(format!("find the mailbox `{name}`"), "name one of the `[mailbox.NAME]` tables of crickets.toml")
            })?,
        };
        readable(paths)?;
        let mut passes = Vec::new();
        for path in paths {
            let mut pass = self.told(mailbox.source(), self.read_mail_files(mailbox, path, false).await.map(|(pass, _)| pass))?;
            pass.source = path.display().to_string();
            passes.push(pass);
        }
        Ok(Gathered { passes, derived: Some(self.derive().await?) })
    }

    /// Reads call logs, as of one of our phones (by default the first). `through`: somebody vouches that they are complete up to then.
    ///
    /// # Errors
    /// When a file cannot be read or the phone is unknown.
    pub async fn import_calls(
        &self,
        files: &[PathBuf],
        phone: Option<&str>,
        through: Option<DateTime<Utc>>,
    ) -> Result<Gathered, AuditError> {
        let phone = match phone {
            None => self.config.phones.values().next(),
            Some(name) => self.config.phones.get(name),
        }
        .ok_or_else(|| {
            AuditError::wrong(
                "find the phone of this call log",
                "add a `[phone.main]` with `number` to crickets.toml, or name it with `--phone`",
            )
        })?;
        readable(files)?;
        let mut passes = Vec::new();
        for file in files {
            let mut pass = self.told(phone.source(), self.read_call_log(phone, file, through).await)?;
            pass.source = file.display().to_string();
            passes.push(pass);
        }
        Ok(Gathered { passes, derived: Some(self.derive().await?) })
    }
}

/// What was named must be there before anything is taken in.
fn readable(paths: &[PathBuf]) -> Result<(), AuditError> {
    match paths.iter().find_map(|path| std::fs::metadata(path).err().map(|error| (path, error))) {
        Some((path, error)) => {
            Err(AuditError::wrong(format!("read {}: {error}", path.display()), "nothing was imported; name files that are there"))
        }
        None => Ok(()),
    }
}
