//! What one inquiry brings: mail with the alias, whole and mangled, mail without it, calls. A row a kind, with its chance in a hundred.

use chrono::{DateTime, TimeDelta, Utc};
use crickets::attribute::Target;
use crickets::collect::Channel;
use crickets::collect::phone::{CallRecord, Stamp};

use crate::market::{Builder, Dice, Sent, What};

/// Our mailbox.
const BASE: &str = "shopper@example.org";
/// Says nothing of anybody.
const PLAIN: &str = "I would love to hear what you are looking for. When may I call?";

/// One kind: how often, with which headers, saying what.
struct Row {
    kind: &'static str,
    chance: usize,
    headers: Vec<String>,
    text: String,
}

/// Everything that one inquiry brings.
pub(crate) fn answers(number: usize, builder: &Builder, target: &Target, dice: &mut Dice, sent: &mut Vec<Sent>) {
    let voice = Voice::of(number, builder, target, dice);
    let rows = with_alias(&voice, dice).into_iter().chain(without(&voice, dice)).chain(agency(&voice, dice));
    for (serial, row) in rows.enumerate() {
        if !dice.chance(row.chance) {
            continue;
        }
        let at = target.sent_at + TimeDelta::minutes(5 + i64::try_from(dice.roll(28 * 1440)).unwrap_or(0));
        let id = if row.kind == "alias, first of a thread" { voice.thread.clone() } else { format!("{serial}.{}", voice.thread) };
        let raw = format!("Message-ID: <{id}>\n{}\nSubject: Your inquiry\n\n{}\n", row.headers.join("\n"), row.text);
        sent.push(Sent { kind: row.kind, at, what: What::Mail(raw), truth: Some(target.id.clone()) });
    }
    if target.id.0.starts_with("2026-10") && dice.chance(60) {
        let raw = format!(
            "From: {}\nTo: {}\nSubject: Still looking?\n\n{}, are you still looking?\n",
            voice.work, target.alias_address, voice.hi
        );
        let at = target.sent_at + TimeDelta::days(40);
        sent.push(Sent { kind: "alias of the wave before", at, what: What::Mail(raw), truth: Some(target.id.clone()) });
    }
    for (kind, from) in [("call, number of the shop file", target.numbers.first()), ("call, number of a signature", Some(&builder.cell))] {
        if dice.chance(60) {
            let at = target.sent_at + TimeDelta::minutes(3 + i64::try_from(dice.roll(20_000)).unwrap_or(0));
            sent.push(Sent { kind, at, what: What::Call(Box::new(ring(from.cloned(), at))), truth: Some(target.id.clone()) });
        }
    }
}

/// The senders and phrases of one inquiry.
struct Voice<'a> {
    builder: &'a Builder,
    target: &'a Target,
    work: String,
    own: String,
    crm: String,
    display: String,
    alike: String,
    hi: String,
    hello: String,
    signed: String,
    thread: String,
}

impl<'a> Voice<'a> {
    fn of(number: usize, builder: &'a Builder, target: &'a Target, dice: &mut Dice) -> Self {
        let (osc, name, crm) = (builder.osc, builder.name.as_str(), builder.crm);
        let mild = osc.to_lowercase().replace(' ', ".");
        let hi = format!("Hi {}", target.first_name);
        let hello = format!("{hi},\n\nthank you for asking about {}. I am glad to help.", target.community.as_deref().unwrap_or_default());
        let cell = builder.cell.trim_start_matches("+1");
        let part = |from: usize, to: usize| cell.get(from..to).unwrap_or_default();
        let cell = format!("({}) {}-{}", part(0, 3), part(3, 6), part(6, 10));
        Self {
            work: format!("{osc} <{mild}@{}>", builder.domain),
            own: format!("{osc} <{mild}.{number}@gmail.com>"),
            crm: format!("{osc} <u{number}x{}@{crm}>", dice.roll(10_000)),
            display: format!("{name} <notes@{crm}>"),
            alike: format!("{osc} <{mild}@{}>", builder.alike),
            signed: format!("{hello}\n\nBest,\n{osc}\n{name}\ncell {cell}\n"),
            thread: format!("t{number}.{}@mail.example", target.id.0.replace('/', ".")),
            builder,
            target,
            hi,
            hello,
        }
    }
}

fn row(kind: &'static str, chance: usize, from: &str, to: &str, text: &str) -> Row {
    Row { kind, chance, headers: vec![format!("From: {from}"), format!("To: {to}")], text: text.to_owned() }
}

fn with_alias(voice: &Voice<'_>, dice: &mut Dice) -> Vec<Row> {
    let Target { alias_address: alias, alias_token: token, .. } = voice.target;
    let mangled = [
        format!("shopper={token}@example.org"),
        format!("\"shopper {token}\"@example.org"),
        format!("shopper{token}@example.org"),
        format!("\"Shopper+{}\"@Example.ORG", token.to_uppercase()),
        format!("SRS0=x7=yz=example.org=shopper+{token}@forwarder.example"),
        format!("{token}@example.org"),
    ];
    let to = mangled.get(dice.roll(mangled.len())).cloned().unwrap_or_default();
    let mut rows: Vec<Row> = (0..6).map(|_| row("alias", 100, &voice.work, alias, &voice.signed)).collect();
    rows.extend((0..3).map(|_| row("alias via CRM", 100, &voice.crm, alias, &voice.hello)));
    rows.push(row("alias, first of a thread", 100, &voice.crm, alias, &voice.hello));
    rows.push(row("alias mangled", 100, &voice.work, &to, PLAIN));
    rows.push(row("free mail with alias", 60, &voice.own, alias, &voice.hello));
    let mut envelope = row("envelope only", 100, &voice.display, "undisclosed-recipients:;", PLAIN);
    envelope.headers.push(format!("Delivered-To: {alias}"));
    let mut path = row("return path", 40, &voice.display, BASE, PLAIN);
    path.headers.insert(0, format!("Return-Path: <bounces+7-ab-{}@em.{}>", alias.replace('@', "="), voice.builder.crm));
    rows.extend([envelope, path]);
    rows
}

fn without(voice: &Voice<'_>, dice: &mut Dice) -> Vec<Row> {
    let (name, hi, hello) = (voice.builder.name.as_str(), voice.hi.as_str(), voice.hello.as_str());
    let someone = format!("Sam Lee <sam.lee.{}@gmail.com>", dice.roll(100_000));
    let pat = format!("Pat Lowe <pat.lowe.{}@outlook.com>", dice.roll(100_000));
    let lead = format!("{PLAIN}\n\nNew lead\nName: {}\nEmail: {}\n", voice.target.first_name, voice.target.alias_address);
    let mut ours = row("answers our mail", 30, &voice.own, BASE, PLAIN);
    ours.headers.push(format!("In-Reply-To: <{}.1@example.org>", voice.target.alias_token));
    let mut colleague = row("colleague in the thread", 40, &pat, BASE, PLAIN);
    colleague.headers.push(format!("References: <{}>", voice.thread));
    vec![
        row("own domain, greets", 40, &voice.work, BASE, hello),
        row("own domain, says nothing", 6, &voice.work, BASE, PLAIN),
        row("CRM, named, greets", 40, &voice.display, BASE, hello),
        row("CRM, named, says nothing", 6, &voice.display, BASE, PLAIN),
        row("look-alike, greets", 30, &voice.alike, BASE, &format!("{hello}\n\n{}\n{name}", voice.builder.osc)),
        row("look-alike, says nothing", 5, &voice.alike, BASE, PLAIN),
        row("free mail, perhaps learned", 40, &voice.own, BASE, &format!("{hi}, did my mail reach you?")),
        row("alias quoted", 25, &format!("Pat Lowe <pat@{}>", voice.builder.crm), BASE, &lead),
        row("stranger who introduces himself", 15, &someone, BASE, &format!("{hi}, this is Sam with {name}. {PLAIN}")),
        row("nothing to go by", 4, &someone, BASE, PLAIN),
        ours,
        colleague,
    ]
}

/// An agency may be known by the alias of one builder and write without one for another.
fn agency(voice: &Voice<'_>, dice: &mut Dice) -> Vec<Row> {
    let Some(agency) = voice.builder.agency else {
        return Vec::new();
    };
    let clerk = format!("Jo Field <jo@{agency}>");
    let other = format!("Al Hunt <al{}@{agency}>", dice.roll(100));
    let named = format!("{},\n\nthis is Jo with {}. {PLAIN}", voice.hi, voice.builder.name);
    vec![
        row("agency with alias", 50, &clerk, &voice.target.alias_address, &voice.hello),
        row("agency, names the builder", 100, &clerk, BASE, &named),
        row("agency, says nothing", 30, &clerk, BASE, PLAIN),
        row("agency, another clerk, says nothing", 50, &other, BASE, PLAIN),
    ]
}

/// A call that nobody took.
pub(crate) fn ring(from: Option<String>, at: DateTime<Utc>) -> CallRecord {
    let number = Some("+15125550142".into());
    CallRecord { from, to: number, answered: Some(false), ..CallRecord::new(Channel::Call, Stamp::exactly(at)) }
}
