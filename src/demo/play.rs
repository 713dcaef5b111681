//! The whole walk: open the neighbourhood, shop it through the product's ordinary doors, let its staff answer, collect, score,
//! report, and hold the report against the truth.

use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};

use super::{Neighbourhood, Truth, answer, canary, cast, check, shop_toml, workspace_toml};
use crate::audit::{Asking, AuditError, CONFIG_FILE, Published, Ruling, Stand, Topic, Workspace};
use crate::clock::Clock;
use crate::collect::Channel;
use crate::report::{Format, Report};
use crate::score::Rubric;
use crate::shop::{InquiryId, file};

/// The wave of the demo.
pub const WAVE: &str = "2026-10";
/// When it begins: a Monday, so that a fall change of clocks lies in its window.
const START: &str = "2026-10-05T12:00:00Z";
/// The seed of its draws.
const SEED: &str = "neighbourhood";
/// What marks a folder as a demo's.
const MARKER: &str = ".crickets-demo";

/// A played demo.
#[derive(Debug)]
pub struct Played {
    /// The report.
    pub published: Published,
    /// Where it departs from what really happened, a sentence each.
    pub differences: Vec<String>,
    /// Shops in it.
    pub shops: usize,
    /// Touches that the staff made.
    pub touches: usize,
}

/// Plays the demo in a folder; `tell` hears of each act.
///
/// # Errors
/// When the folder is something else's, or any part of the audit fails.
pub async fn play(dir: &Path, tell: impl Fn(&str)) -> Result<Played, AuditError> {
    prepare_folder(dir)?;
    let start: DateTime<Utc> = START.parse().unwrap_or_default();
    let clock = Clock::manual(start);
    let cast = cast();
    let failed = |what: &'static str| move |error: std::io::Error| AuditError::wrong(format!("{what}: {error}"), "try another folder");
    let neighbourhood = Neighbourhood::start(&cast, clock.clone()).await.map_err(failed("open the neighbourhood"))?;
    for folder in ["shops", "logs", "mail/new", "mail/cur", "mail/tmp"] {
        std::fs::create_dir_all(dir.join(folder)).map_err(failed("make the demo's folders"))?;
    }
    let write = |name: &str, text: &str| std::fs::write(dir.join(name), text).map_err(failed("write the demo's files"));
    write(CONFIG_FILE, &workspace_toml("mail", "logs/calls.csv", &neighbourhood.hosts()))?;
    write("shops/shop.schema.json", &file::schema())?;
    for one in &cast {
        write(&format!("shops/{}.toml", one.slug), &shop_toml(one))?;
    }
    tell(&format!("{} builders have opened their sites on this machine.", cast.len()));

    let workspace = Workspace::open(dir, None, clock.clone()).await?;
    workspace.store.setting("seed", || SEED.to_owned()).await?;
    submit(&workspace, &clock).await?;
    tell("One question for each, at a moment drawn inside its posted hours.");

    let truth =
        answer(&cast, &neighbourhood.ledger(), &dir.join("mail"), &dir.join("logs/calls.csv")).map_err(failed("let the staff answer"))?;
    neighbourhood.stop().await;
    for (slug, asked) in truth.shops.iter().filter_map(|(slug, shop)| Some((slug, shop.opt_out_at?))) {
        clock.set(asked);
        workspace.record_opt_out(&InquiryId::new(WAVE, slug), asked).await?;
    }
    let asked: Vec<DateTime<Utc>> = workspace.store.inquiries(Some(WAVE)).await?.iter().filter_map(|inquiry| inquiry.sent_at).collect();
    let (first, last) = (asked.iter().min().copied().unwrap_or(start), asked.iter().max().copied().unwrap_or(start));
    // The first leaves within the day before the first inquiry, as a wave's does.
    let start = start + TimeDelta::days((first - start).num_days());
    let end = (last + TimeDelta::days(32)).date_naive().and_time(chrono::NaiveTime::MIN).and_utc();
    let canaries = canary::deliver_daily(&workspace, &clock, &dir.join("mail"), (start, end)).await?;
    clock.set(end);
    let gathered = workspace.gather().await?;
    let mut differences: Vec<String> = gathered.passes.iter().flat_map(|pass| pass.problems.clone()).collect();
    let collected: usize = gathered.passes.iter().map(|pass| pass.new).sum();
    tell(&format!("Their staff answered over 30 days: {collected} mails, calls and texts collected."));
    let back = workspace.canaries(&workspace.mailbox()?.source()).await?.count(Stand::Back);
    if back != canaries {
        differences.push(format!("{canaries} test mails were delivered, and {back} came back."));
    }
    tell(&format!("{back} test mails, one a day, came back: the mailbox received mail all the time."));

    let rubric = Rubric::default_rubric();
    let undecided = workspace.report(Topic::of(WAVE, end), &rubric).await?;
    differences.extend(compare(&undecided, &truth)?);
    let decided = decide(&workspace, &truth).await?;
    tell(&format!("{decided} calls and texts from unknown numbers were decided in review."));
    let mut truth = truth;
    truth.strays.retain(|stray| stray.channel == Channel::Email);
    let published = workspace.publish(Topic::of(WAVE, end), &rubric, &Format::PLAIN).await?;
    differences.extend(compare(&published.report, &truth)?);
    let touches = truth.shops.values().map(|shop| shop.touches.len()).sum();
    workspace.store.close().await;
    Ok(Played { published, differences, shops: truth.shops.len(), touches })
}

/// Sends each inquiry at the very moment that was drawn for it.
async fn submit(workspace: &Workspace, clock: &Clock) -> Result<(), AuditError> {
    let shops = workspace.select(&[])?;
    let asking = Asking { wave: WAVE.to_owned(), send: true, at_once: false, any_time: false, retry: false, new_store: false };
    workspace.ask(&asking, shops, |_| ()).await?;
    let mut drawn: Vec<_> =
        workspace.store.inquiries(Some(WAVE)).await?.into_iter().map(|inquiry| (inquiry.planned_at, inquiry.shop)).collect();
    drawn.sort_by(|a, b| (a.0, &a.1.slug).cmp(&(b.0, &b.1.slug)));
    for (moment, shop) in drawn {
        clock.set(moment);
        workspace.ask(&asking, vec![shop], |_| ()).await?;
    }
    Ok(())
}

/// Holds a report against the truth.
fn compare(report: &Report, truth: &Truth) -> Result<Vec<String>, AuditError> {
    let report = serde_json::to_value(report).map_err(|error| AuditError::wrong(format!("read the report back: {error}"), "try again"))?;
    Ok(check(&report, truth))
}

/// Decides as a person would who calls back: a wrong number is nobody's answer, an unlisted one may be a builder's.
async fn decide(workspace: &Workspace, truth: &Truth) -> Result<usize, AuditError> {
    let items = workspace.review(Some(WAVE)).await?;
    let mut decided = 0;
    for item in items.iter().filter(|item| item.inquiry.is_none()) {
        let Some((channel, at)) = item.channel.zip(item.at).filter(|(channel, _)| *channel != Channel::Email) else { continue };
        let owner = truth.shops.iter().find(|(_, shop)| shop.touches.iter().any(|touch| touch.channel == channel && touch.at == at));
        let reason =
            owner.map_or("called back: a wrong number, no builder".to_owned(), |(_, shop)| format!("called back: it was {}", shop.builder));
        let ruling = Ruling {
            owner: Some(owner.map(|(slug, _)| InquiryId::new(WAVE, slug))),
            origin: None,
            labels: None,
            confirmed: None,
            reason,
            author: "demo".to_owned(),
        };
        workspace.rule(&item.id, ruling).await?;
        decided += 1;
    }
    Ok(decided)
}

/// What a demo writes at the top of its folder, and so may clear again.
const OURS: [&str; 7] = [MARKER, CONFIG_FILE, "shops", "logs", "mail", "reports", ".crickets"];

/// A new or empty folder, or a former demo, which is cleared. What a person put into a former demo is not ours to clear.
fn prepare_folder(dir: &Path) -> Result<(), AuditError> {
    let refuse =
        |what: &str| AuditError::wrong(format!("play the demo in {}: {what}", dir.display()), "name a new folder: `crickets demo DIR`");
    let fail = |error: std::io::Error| refuse(&error.to_string());
    if dir.is_symlink() {
        return Err(refuse("it is a symbolic link"));
    }
    if dir.exists() {
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(dir).map_err(fail)? {
            entries.push(entry.map_err(fail)?.path());
        }
        let marker = dir.join(MARKER);
        if !entries.is_empty() && (marker.is_symlink() || !marker.is_file()) {
            return Err(refuse("it is not empty and no former demo"));
        }
        if let Some(foreign) = foreign(dir, &entries).map_err(fail)? {
            return Err(refuse(&format!("{} is not the demo's, and would be lost", foreign.display())));
        }
        // The marker stays to the end: an interrupted demo is still a demo.
        for path in entries.iter().filter(|path| **path != marker) {
            let folder = path.is_dir() && !path.is_symlink();
            if folder { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) }.map_err(fail)?;
        }
    }
    std::fs::create_dir_all(dir).map_err(fail)?;
    std::fs::write(dir.join(MARKER), "A demo of crickets; `crickets demo` clears and fills this folder.\n").map_err(fail)
}

/// Something in a former demo that no demo wrote: at its top, among its shops, logs or reports.
fn foreign(dir: &Path, entries: &[PathBuf]) -> std::io::Result<Option<PathBuf>> {
    if let Some(path) = entries.iter().find(|path| !OURS.iter().any(|name| **path == dir.join(name))) {
        return Ok(Some(path.clone()));
    }
    let mut shops: Vec<String> = cast().iter().map(|one| format!("{}.toml", one.slug)).collect();
    shops.push("shop.schema.json".to_owned());
    for (folder, ours) in [("shops", shops), ("logs", vec!["calls.csv".to_owned()]), ("reports", vec![WAVE.to_owned()])] {
        let folder = dir.join(folder);
        if !folder.is_dir() || folder.is_symlink() {
            continue;
        }
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            if !ours.iter().any(|name| entry.file_name() == name.as_str()) {
                return Ok(Some(entry.path()));
            }
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn former(root: &Path) -> PathBuf {
        let dir = root.join("demo");
        prepare_folder(&dir).unwrap();
        for folder in ["shops", "logs", "reports/2026-10", ".crickets/evidence"] {
            std::fs::create_dir_all(dir.join(folder)).unwrap();
        }
        for file in ["crickets.toml", "shops/bluebonnet.toml", "logs/calls.csv", "reports/2026-10/index.html", ".crickets/crickets.db"] {
            std::fs::write(dir.join(file), "old").unwrap();
        }
        dir
    }

    #[test]
    fn a_former_demo_is_cleared_and_stays_one() {
        let root = tempfile::tempdir().unwrap();
        let dir = former(root.path());
        prepare_folder(&dir).unwrap();
        let left: Vec<_> = std::fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, [MARKER]);
    }

    #[test]
    fn what_a_person_put_into_a_former_demo_is_not_cleared() {
        for mine in ["letter.txt", "shops/mine.toml", "logs/mine.csv", "reports/2026-11", "reports/notes.md"] {
            let root = tempfile::tempdir().unwrap();
            let dir = former(root.path());
            std::fs::write(dir.join(mine), "mine").unwrap();
            let error = prepare_folder(&dir).unwrap_err().to_string();
            assert!(error.contains(mine), "{error}");
            assert!(dir.join(mine).is_file() && dir.join("shops/bluebonnet.toml").is_file(), "{mine}: something was cleared");
        }
    }

    #[cfg(unix)]
    #[test]
    fn files_links_and_foreign_folders_are_refused() {
        let root = tempfile::tempdir().unwrap();
        let dir = former(root.path());
        std::fs::write(root.path().join("file"), "mine").unwrap();
        std::os::unix::fs::symlink(&dir, root.path().join("link")).unwrap();
        std::fs::create_dir(root.path().join("foreign")).unwrap();
        std::os::unix::fs::symlink(dir.join(MARKER), root.path().join("foreign").join(MARKER)).unwrap();
        for name in ["file", "link", "foreign"] {
            assert!(prepare_folder(&root.path().join(name)).unwrap_err().is_usage(), "{name}");
        }
        assert!(dir.join("crickets.toml").is_file());
    }
}
