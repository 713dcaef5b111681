//! A report on its way to people: printed by a browser, and sent by mail to whoever is named. To nobody else: no builder gets a mail
//! that was not asked for by its address.

use super::{AuditError, Published, Workspace};
use crate::report::{self, Lead, Paper, Report, ReportError};
use crate::send::{Enclosure, Outbox, Parcel, SendError};

/// What became of one mail.
#[derive(Debug)]
pub struct Mailed {
    /// The recipient.
    pub to: String,
    /// Why it did not go out.
    pub failed: Option<SendError>,
}

impl Workspace {
    /// Prints a report; gives the PDF, or why there is none, as a sentence's part.
    ///
    /// # Errors
    /// When the pages cannot be rendered.
    pub(super) async fn print(&self, report: &Report, paper: Paper) -> Result<Result<Vec<u8>, String>, AuditError> {
        let browser = self.browser();
        if let Some(why) = browser.absent() {
            return Ok(Err(why));
        }
        let document = report::printable(report, paper)?;
        Ok(browser.print(&document).await.map_err(|fault| fault.to_string()))
    }

    /// What stands in the builders' CRMs of ours: the test leads of a wave or of all, and of these shops or of all, in the order of the waves.
    ///
    /// # Errors
    /// When there is no such wave or shop, or the store fails.
    pub async fn purge_list(&self, wave: Option<&str>, shops: &[String]) -> Result<Vec<Lead>, AuditError> {
        let all = self.store.inquiries(wave).await?;
        if let Some(wave) = wave.filter(|_| all.is_empty()) {
            return Err(AuditError::wrong(format!("find the wave `{wave}`"), "`crickets status` lists all waves"));
        }
        if let Some(slug) = shops.iter().find(|slug| all.iter().all(|inquiry| inquiry.shop.slug != **slug)) {
            return Err(AuditError::wrong(format!("find an inquiry of the shop `{slug}`"), "`crickets status` lists all of them"));
        }
        Ok(all.iter().filter(|inquiry| shops.is_empty() || shops.contains(&inquiry.shop.slug)).filter_map(Lead::of).collect())
    }

    /// The way out for a report, and the address that it comes from. A rehearsal sends to this machine alone.
    ///
    /// # Errors
    /// When there is none, or its password cannot be had.
    pub async fn postbox(&self) -> Result<(Outbox, String), AuditError> {
        let hint = "add `[smtp]` with `url` to crickets.toml, or leave `--mail-to` out";
        let server = self.config.smtp.clone().ok_or_else(|| AuditError::wrong("mail the report: crickets.toml names no `[smtp]`", hint))?;
        if self.clock.is_rehearsal() && !server.is_local() {
            let host = server.url.host_str().unwrap_or_default().to_owned();
            return Err(AuditError::wrong(
                format!("mail the report: a rehearsal sends mail through this machine only, and {host} is elsewhere"),
                "leave out `--now`, or name a server on this machine",
            ));
        }
        let outbox = tokio::task::spawn_blocking(move || Outbox::of(&server))
            .await
            .map_err(|_| AuditError::Interrupted("reading the password of the outgoing server"))??;
        let otherwise = self.config.mailboxes.values().next().map(|mailbox| mailbox.address.clone()).unwrap_or_default();
        let from = outbox.sender(&otherwise).to_owned();
        if from.is_empty() {
            return Err(AuditError::wrong(
                "mail the report: there is no address that it could come from",
                "put the address before the host in the `url` of `[smtp]` (`smtps://me%40example.org@mail.example.org`), or configure a mailbox",
            ));
        }
        Ok((outbox, from))
    }

    /// Sends a written report to each of `to`, one mail each, and tells of each as it is done. One that fails stops no other. The PDF goes
    /// with it, or the first page of the HTML where none was printed.
    ///
    /// # Errors
    /// When the file to be attached cannot be read.
    pub async fn mail_report(
        &self,
        published: &Published,
        (outbox, from): &(Outbox, String),
        to: &[String],
        done: impl Fn(&Mailed),
    ) -> Result<Vec<Mailed>, AuditError> {
        let printed = published.pdf();
        let (name, media) = match printed {
            Some(_) => ("pdf", "application/pdf"),
            None => ("html", "text/html; charset=utf-8"),
        };
        let path = printed
            .or_else(|| published.index())
            .ok_or_else(|| AuditError::wrong("mail the report: neither its PDF nor its HTML was written", "ask for one with `--format`"))?;
        let bytes = std::fs::read(path).map_err(|source| ReportError::Read { path: path.to_owned(), source })?;
        let report = &published.report;
        let letter = report::summary(report, printed.is_some());
        let wave: String = report.wave.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '-' }).collect();
        let name = format!("crickets-{wave}.{name}");
        let mut all = Vec::new();
        for to in to {
            let parcel = Parcel {
                name: report.made_by(),
                from,
                to,
                at: self.clock.now(),
                subject: &letter.subject,
                text: &letter.text,
                html: &letter.html,
                enclosure: Enclosure { name: &name, media, bytes: &bytes },
            };
            let sent = match parcel.bytes() {
                Ok(message) => outbox.send(from, to, &message).await,
                Err(error) => Err(error),
            };
            let mailed = Mailed { to: to.clone(), failed: sent.err() };
            done(&mailed);
            all.push(mailed);
        }
        Ok(all)
    }
}
