//! Offline sources that a person names: mail files as of one of our mailboxes, call logs as of one of our phones.

use std::path::{Path, PathBuf};

use chrono_tz::Tz;

use super::{AuditError, Gathered, Vouched, Workspace, maps};
use crate::collect::CollectError;
use crate::collect::phone::map::Answers;
use crate::collect::phone::question::Question;
use crate::collect::phone::shown::other_than;
use crate::collect::phone::{Row, Settings, read};
use crate::config::Phone;

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

    /// Reads call logs, as of one of our phones (by default the first). `vouched`: from and up to when somebody says that they are complete.
    ///
    /// # Errors
    /// When a file cannot be read or the phone is unknown.
    ///
    /// Also gives what must be asked about tables, which were not read.
    pub async fn import_calls(
        &self,
        files: &[PathBuf],
        phone: Option<&str>,
        vouched: Vouched,
        timezone: Option<Tz>,
        mut answers: Answers,
    ) -> Result<(Gathered, Vec<Question>), AuditError> {
        let named = phone.is_some();
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
        let saved_as = answers.save.as_deref().map(|name| self.map_file(name)).transpose()?;
        if let Some(path) = saved_as.as_ref().filter(|path| path.exists()) {
            return Err(AuditError::wrong(format!("save the map: {} is there already", path.display()), "use another name, or remove it"));
        }
        answers.saved = self.maps()?;
        let phone = &Phone { timezone: timezone.or(phone.timezone), ..phone.clone() };
        for file in files.iter().filter(|_| !named) {
            self.is_of(phone, file, &answers).await?;
        }
        let (mut passes, mut maps, mut questions) = (Vec::new(), Vec::new(), Vec::new());
        for file in files {
            let settings = Settings { answers: answers.clone(), ..self.phone_settings(phone)? };
            let read = match self.read_call_log_as(phone, file, vouched, settings).await {
                Ok((pass, taken, asked)) => {
                    maps.extend(taken);
                    questions.extend(asked);
                    Ok(pass)
                }
                Err(AuditError::Collect(CollectError::Unmapped(question))) => {
                    questions.push(*question);
                    continue;
                }
                Err(error) => Err(error),
            };
            let mut pass = self.told(phone.source(), read)?;
            pass.source = file.display().to_string();
            passes.push(pass);
        }
        if let (Some(path), Some(map)) = (saved_as, maps::only(&maps)?) {
            maps::write(&path, map)?;
        }
        Ok((Gathered { passes, derived: Some(self.derive().await?) }, questions))
    }
}

/// What a log says of whose it is.
enum Whose {
    Ours,
    Unsaid,
    Other(String),
}

impl Workspace {
    /// Refuses a log all of whose records are of another number: nobody said that it is this phone's.
    async fn is_of(&self, phone: &Phone, file: &Path, answers: &Answers) -> Result<(), AuditError> {
        let settings = Settings { answers: answers.clone(), ..self.phone_settings(phone)? };
        let path = file.to_owned();
        let whose = tokio::task::spawn_blocking(move || whose(&path, &settings)).await;
        let Whose::Other(other) = whose.map_err(|_| AuditError::Interrupted("reading a call log"))? else { return Ok(()) };
        let theirs = self.config.phones.values().find(|phone| phone.number == other).map_or("NAME", |phone| &phone.name);
        Err(AuditError::wrong(
            format!("take {} for the log of {}, {}: all its records are of {other}", file.display(), phone.source(), phone.number),
            format!("say whose it is: --phone {theirs}"),
        ))
    }
}

/// Looks at the records of a log up to the first that is the phone's. What cannot be read is told when it is read in earnest.
fn whose(path: &Path, settings: &Settings) -> Whose {
    let (mut found, own) = (Whose::Unsaid, settings.own.as_deref().unwrap_or_default());
    let mut look = |row: Row<'_>| {
        let Ok(call) = &row.call else { return Ok(()) };
        let ours = |other: &&str| !settings.sims.values().any(|sim| sim == other);
        let Some(other) = other_than(call, own).filter(ours) else {
            found = Whose::Ours;
            return Err(CollectError::Stopped);
        };
        found = Whose::Other(other.to_owned());
        Ok(())
    };
    // Nothing is left to be read after the first that is the phone's.
    drop(read::path(path, settings, &mut look));
    found
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
