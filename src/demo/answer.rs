//! Lets the staff answer. Takes the cast and what their sites received; writes 30 days of mail into a Maildir and of calls and
//! texts into a neutral call log, and gives the [`Truth`] about them. The same receipts give the same bytes.

use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use chrono_tz::Tz;

use super::letter::{Letter, PROVIDER};
use super::{Character, Kind, Ledger, Outcome, Person, Plan, Receipt, ShopTruth, Stray, TrueTouch, Truth};
use crate::classify::Origin;
use crate::collect::Channel;
use crate::shop::Status;

/// The shopper's address without an alias, and first number.
const SHOPPER: (&str, &str) = ("shopper@example.org", "+15125550142");

/// A mail to be filed.
struct Filed {
    at: DateTime<Utc>,
    folder: &'static str,
    bytes: Vec<u8>,
}

/// A row of the call log.
struct Row {
    channel: Channel,
    outbound: bool,
    from: String,
    to: String,
    at: DateTime<Utc>,
    seconds: u32,
    body: String,
}

/// Everything that is about to arrive.
#[derive(Default)]
struct Post {
    mails: Vec<Filed>,
    rows: Vec<Row>,
}

/// Writes what the staff do after the receipts of `ledger`, and says what is true.
///
/// # Errors
/// When the Maildir or the log cannot be written.
pub fn answer(cast: &[Character], ledger: &Ledger, maildir: &Path, csv: &Path) -> std::io::Result<Truth> {
    let mut truth = Truth::default();
    let mut post = Post::default();
    for one in cast {
        let visits = ledger.sites.get(&one.slug).cloned().unwrap_or_default();
        let receipt = visits.receipts.iter().find(|receipt| receipt.accepted);
        let mut touches = receipt.map_or_else(Vec::new, |receipt| act(one, receipt, &mut post));
        touches.sort_by(|a, b| (a.at, &a.from).cmp(&(b.at, &b.from)));
        let status = match one.outcome {
            Outcome::Accepts => Status::Confirmed,
            Outcome::RefusesPlus => Status::Rejected,
            Outcome::Captcha => Status::Blocked,
            // After an error of the server nobody can say whether it kept the inquiry; it did go out, so it has not failed.
            Outcome::Mute | Outcome::Breaks => Status::Unclear,
        };
        let shop = ShopTruth {
            builder: one.builder.clone(),
            basis: one.basis,
            status,
            confirmed_at: receipt.map(|receipt| receipt.at),
            page_loads: visits.page_loads,
            posts: visits.posts,
            violations: visits.violations,
            opt_out_at: receipt.zip(one.opt_out.as_ref()).map(|(receipt, moment)| moment.resolve(receipt.at, one.timezone)),
            touches,
        };
        truth.shops.insert(one.slug.clone(), shop);
    }
    let receipts = || ledger.sites.values().flat_map(|visits| &visits.receipts).map(|receipt| receipt.at.trunc_subsecs(0));
    if let (Some(first), Some(last)) = (receipts().min(), receipts().max()) {
        truth.strays = stray(first, &mut post);
        probe(first, last, &mut post);
    }
    file(&mut post.mails, maildir)?;
    log(&mut post.rows, csv)?;
    Ok(truth)
}

/// Carries out the plan of one builder.
fn act(one: &Character, receipt: &Receipt, post: &mut Post) -> Vec<TrueTouch> {
    let digits: String = receipt.phone.chars().filter(char::is_ascii_digit).collect();
    let number = digits.get(digits.len().saturating_sub(10)..).filter(|ten| ten.len() == 10).map(|ten| format!("+1{ten}"));
    let fill = |text: &str| {
        text.replace("%first%", &receipt.first).replace("%last%", &receipt.last).replace("%community%", &one.community).trim().to_owned()
    };
    let mut touches = Vec::new();
    for (n, plan) in one.plan.iter().enumerate() {
        let Some(by) = one.person(&plan.by) else { continue };
        let at = plan.when.resolve(receipt.at, one.timezone);
        let touch = |channel, origin, at, from: &str| TrueTouch {
            channel,
            origin,
            at,
            from: from.to_owned(),
            who: by.name.clone(),
            may_be_in_review: plan.from.is_some(),
            labels: plan.labels.clone(),
        };
        let caller = plan.from.as_ref().unwrap_or(&by.phone);
        let mut row = |channel, at, seconds, body: String| {
            let to = number.clone()?;
            post.rows.push(Row { channel, outbound: false, from: caller.clone(), to, at, seconds, body });
            Some(touch(channel, Origin::Personal, at, caller))
        };
        match plan.kind {
            Kind::Call => {
                touches.extend(
                    std::iter::once(0)
                        .chain(plan.rings.iter().copied())
                        .filter_map(|later| row(Channel::Call, at + TimeDelta::seconds(later), plan.seconds, String::new())),
                );
            }
            Kind::Voicemail => {
                touches.extend(row(Channel::Call, at, 0, String::new()).map(|mut call| {
                    call.labels = crate::classify::Labels::default();
                    call
                }));
                touches.extend(row(Channel::Voicemail, at + TimeDelta::seconds(28), plan.seconds, fill(&plan.body)));
            }
            Kind::Text => touches.extend(row(Channel::Sms, at, 0, fill(&plan.body))),
            Kind::Mail | Kind::Auto | Kind::Drip | Kind::Bounce => {
                let letter = letter(one, plan, by, n, receipt, at, &fill);
                post.mails.push(Filed { at, folder: if plan.junk { ".Junk" } else { "" }, bytes: letter.bytes() });
                let origin = match plan.kind {
                    Kind::Auto => Origin::AutoReply,
                    Kind::Drip => Origin::Marketing,
                    Kind::Bounce => Origin::Bounce,
                    _ => Origin::Personal,
                };
                let mut touch = touch(Channel::Email, origin, at, &by.email);
                touch.labels.video.clone_from(&plan.video);
                touches.push(touch);
            }
        }
    }
    touches
}

/// The letter of a plan.
fn letter<'a>(
    one: &'a Character,
    plan: &'a Plan,
    by: &'a Person,
    n: usize,
    receipt: &'a Receipt,
    arrived: DateTime<Utc>,
    fill: &dyn Fn(&str) -> String,
) -> Letter<'a> {
    Letter {
        one,
        plan,
        by,
        n,
        to: &receipt.email,
        to_name: format!("{} {}", receipt.first, receipt.last).trim().to_owned(),
        subject: fill(&plan.subject),
        text: fill(&plan.body),
        arrived,
        invite: plan.invite.map(|moment| moment.resolve(receipt.at, one.timezone)),
    }
}

/// What comes to the shopper and belongs to nobody: a robot's call, a wrong number, a newsletter to the bare address.
fn stray(first: DateTime<Utc>, post: &mut Post) -> Vec<Stray> {
    let (address, number) = SHOPPER;
    let robot = first + TimeDelta::seconds(3 * 86_400 + 4_127);
    let wrong = first + TimeDelta::seconds(6 * 86_400 + 9_015);
    let digest = first + TimeDelta::seconds(4 * 86_400 + 611);
    let mut row = |channel, from: &str, at, seconds, body: &str| {
        post.rows.push(Row { channel, outbound: false, from: from.to_owned(), to: number.to_owned(), at, seconds, body: body.to_owned() });
    };
    row(Channel::Call, "+18885550193", robot, 0, "");
    let warranty = "This is the final courtesy call about the factory warranty of your vehicle. Press one to speak with a specialist.";
    row(Channel::Voicemail, "+18885550193", robot + TimeDelta::seconds(25), 19, warranty);
    row(Channel::Sms, "+12145550190", wrong, 0, "Rosa, are you bringing the folding chairs on Saturday or should I?");
    let date = |at: DateTime<Utc>| at.format("%a, %d %b %Y %H:%M:%S +0000").to_string();
    let (list, page) = ("mail.homehunt-digest.example", "https://homehunt-digest.example/u/5151");
    let mail = format!(
        "Return-Path: <bounce@{list}>\nDelivered-To: {address}\nReceived: from {list} ({list} [198.51.100.24])\n\tby {PROVIDER} (Postfix) with ESMTPS id 51D16E57\n\tfor <{address}>; {}\n\
         Date: {}\nMessage-ID: <digest-5151@{list}>\nFrom: \"Homehunt Digest\" <weekly@homehunt-digest.example>\nTo: {address}\nSubject: 214 price drops near you\n\
         List-Unsubscribe: <{page}>\nPrecedence: bulk\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n\
         This week's listings in your saved search: 214 price drops, 38 open houses.\n\nUnsubscribe: {page}\n",
        date(digest),
        date(digest - TimeDelta::seconds(2))
    );
    post.mails.push(Filed { at: digest, folder: "", bytes: mail.into_bytes() });
    let stray = |channel, at, from: &str, what: &str| Stray { channel, at, from: from.to_owned(), what: what.to_owned() };
    vec![
        stray(Channel::Call, robot, "+18885550193", "a robot's call"),
        stray(Channel::Voicemail, robot + TimeDelta::seconds(25), "+18885550193", "a robot's voicemail"),
        stray(Channel::Email, digest, "weekly@homehunt-digest.example", "a newsletter to the bare address"),
        stray(Channel::Sms, wrong, "+12145550190", "a text to a wrong number"),
    ]
}

/// The shopper's own weekly test calls: a log proves nothing beyond its newest row.
fn probe(first: DateTime<Utc>, last: DateTime<Utc>, post: &mut Post) {
    let mut at = first - TimeDelta::hours(1);
    let end = last + TimeDelta::days(31);
    while at <= end {
        let next = at + TimeDelta::days(7);
        // The last call is moved to the end, so that the whole window of the last inquiry lies before it.
        let when = if next > end { end } else { at };
        let (from, to) = (SHOPPER.1.to_owned(), "+15125550199".to_owned());
        post.rows.push(Row { channel: Channel::Call, outbound: true, from, to, at: when, seconds: 7, body: String::new() });
        at = next;
    }
}

/// Files mails as a delivery agent does: the delivery time in seconds begins the file name.
fn file(mails: &mut [Filed], maildir: &Path) -> std::io::Result<()> {
    mails.sort_by(|a, b| (a.at, &a.bytes).cmp(&(b.at, &b.bytes)));
    for folder in ["", ".Junk"] {
        for part in ["cur", "new", "tmp"] {
            std::fs::create_dir_all(maildir.join(folder).join(part))?;
        }
    }
    for (n, mail) in mails.iter().enumerate() {
        let delivered = mail.at.timestamp() + 1;
        let path = maildir.join(mail.folder).join("new").join(format!("{delivered}.M{:06}P{}.{PROVIDER}", n * 37 % 1_000_000, 4_000 + n));
        let mut out = std::fs::File::create(path)?;
        out.write_all(&mail.bytes)?;
        out.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(delivered).unwrap_or(0)))?;
    }
    Ok(())
}

/// Writes the neutral call log, in the shopper's local time with its offset.
fn log(rows: &mut [Row], path: &Path) -> std::io::Result<()> {
    rows.sort_by(|a, b| (a.at, &a.from, a.channel).cmp(&(b.at, &b.from, b.channel)));
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut out = csv::Writer::from_path(path)?;
    out.write_record(["id", "channel", "direction", "from", "to", "started_at", "duration_s", "answered", "body"])?;
    for (n, row) in rows.iter().enumerate() {
        let channel = match row.channel {
            Channel::Call => "call",
            Channel::Voicemail => "voicemail",
            Channel::Sms | Channel::Email => "sms",
        };
        let answered = if row.channel == Channel::Call { (row.seconds > 0).to_string() } else { String::new() };
        let started = row.at.with_timezone(&Tz::America__Chicago).to_rfc3339();
        let direction = if row.outbound { "outbound" } else { "inbound" };
        let (id, seconds) = (format!("L{:04}", n + 1), row.seconds.to_string());
        out.write_record([&id, channel, direction, &row.from, &row.to, &started, &seconds, &answered, &row.body])?;
    }
    out.flush()
}
