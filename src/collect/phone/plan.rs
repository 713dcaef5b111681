//! A map at work: rows of a table become calls and texts. Takes a map and the names of the columns, gives per row a record, what it
//! is instead, or what is wrong with it. A number that a spreadsheet has shortened is gone, and its row is refused.

use std::borrow::Cow;
use std::collections::HashMap;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use chrono_tz::Tz;

use super::beside::ELSEWHERE;
use super::column::{caller, clean, is_shortened, is_uuid, length};
use super::fields::is_elsewhere;
use super::map::{self, Fold, Map, ROLES, Role, Unit};
use super::propose::position;
use super::reading::Read;
use super::wall::{self, Order, Wall};
use super::words;
use super::{CallRecord, Direction, Settings, Stamp, when};
use crate::collect::Channel;
use crate::number;

/// What a word of a column means.
#[derive(Clone, Copy, Default)]
struct Meaning {
    direction: Option<Direction>,
    channel: Option<Channel>,
    answered: Option<bool>,
    skip: bool,
}

/// A map on the columns of a file.
pub(super) struct Plan<'a> {
    map: &'a Map,
    places: HashMap<Role, usize>,
    meanings: HashMap<String, Meaning>,
    header: Vec<String>,
    own: Option<&'a str>,
    zone: Option<Tz>,
}

impl<'a> Plan<'a> {
    /// The map on a file with these columns; an error names the column that is missing.
    pub(super) fn new(map: &'a Map, header: &[String], fields: usize, settings: &'a Settings) -> Result<Self, String> {
        let names: Vec<String> = header.iter().map(|name| map::plain(name)).collect();
        let mut places = HashMap::new();
        for role in ROLES {
            if let Some(pick) = map.columns.get(*role) {
                let at = position(pick, &names, fields).ok_or_else(|| {
                    format!("the map reads {} from {pick}, and the file has the columns {}", role.name(), header.join(", "))
                })?;
                places.insert(*role, at);
            }
        }
        let mut meanings: HashMap<String, Meaning> = HashMap::new();
        let values = &map.values;
        let mut mean = |words: &[String], set: &dyn Fn(&mut Meaning)| {
            for word in words {
                set(meanings.entry(word.trim().to_lowercase()).or_default());
            }
        };
        mean(&values.inbound, &|meaning| meaning.direction = Some(Direction::Inbound));
        mean(&values.outbound, &|meaning| meaning.direction = Some(Direction::Outbound));
        mean(&values.call, &|meaning| meaning.channel = Some(Channel::Call));
        mean(&values.voicemail, &|meaning| meaning.channel = Some(Channel::Voicemail));
        mean(&values.sms, &|meaning| meaning.channel = Some(Channel::Sms));
        mean(&values.answered, &|meaning| meaning.answered = Some(true));
        mean(&values.missed, &|meaning| meaning.answered = Some(false));
        mean(&values.unknown, &|meaning| meaning.answered = None);
        mean(&values.skip, &|meaning| meaning.skip = true);
        Ok(Self { map, places, meanings, header: names, own: settings.own.as_deref(), zone: map.time.zone.or(settings.zone) })
    }

    /// What a row is. `field` gives its cells.
    pub(super) fn read<'c>(&self, field: &dyn Fn(usize) -> Option<Cow<'c, str>>) -> Result<Read, String> {
        let cell = |role: Role| {
            let cell = field(*self.places.get(&role)?)?;
            let cell = clean(&cell);
            (!cell.is_empty()).then(|| cell.to_owned())
        };
        if let Some(what) = self.beside(field, &cell) {
            return Ok(Read::Skip(what));
        }
        let mean = |role: Role| cell(role).and_then(|word| self.meanings.get(&word.to_lowercase()).copied());
        let said = [mean(Role::Direction), mean(Role::Channel), mean(Role::Answered)];
        if said.iter().flatten().any(|meaning| meaning.skip) {
            let why = [Role::Direction, Role::Channel, Role::Answered].iter().find_map(|role| words::facts(&cell(*role)?).skip);
            return Ok(Read::Skip(why.unwrap_or("a row that the map passes over")));
        }
        if cell(Role::Service).is_some_and(|service| words::is_other_service(&service)) {
            return Ok(Read::Skip(ELSEWHERE));
        }
        let [from, to, party, own] = [Role::From, Role::To, Role::Party, Role::Own].map(&cell);
        if [&from, &to, &party].into_iter().flatten().any(|number| is_uuid(number) || is_elsewhere(number)) {
            return Ok(Read::Skip(ELSEWHERE));
        }
        let at = self.at(&cell)?;
        let number = |text: Option<String>| text.map(|text| self.number(&text)).transpose().map(Option::flatten);
        let [from, to, party] = [number(from)?, number(to)?, number(party)?];
        let own = number(own)?.or_else(|| self.own.map(str::to_owned));
        let channel = said.iter().flatten().find_map(|meaning| meaning.channel.filter(|channel| *channel != Channel::Call));
        let left =
            cell(Role::Voicemail).is_some_and(|cell| !matches!(map::plain(&cell).as_str(), "" | "no" | "false" | "0" | "none" | "n a"));
        let channel = if left { Some(Channel::Voicemail) } else { channel };
        let channel = channel.or_else(|| said.iter().flatten().find_map(|meaning| meaning.channel)).or(self.map.rows.channel);
        let channel = channel.ok_or_else(|| unknown("channel", cell(Role::Channel).or(cell(Role::Direction))))?;
        // What holds for all rows holds for those that do not say otherwise themselves: a bill says "Incoming", or a place.
        let told = || cell(Role::Direction).filter(|_| self.map.rows.direction.is_some()).and_then(|word| words::facts(&word).direction);
        let direction = said.iter().flatten().find_map(|meaning| meaning.direction).or_else(told).or(self.map.rows.direction);
        let direction = direction.or_else(|| {
            let is_own = |side: &Option<String>| side.is_some() && *side == own;
            match (is_own(&from), is_own(&to)) {
                (true, false) => Some(Direction::Outbound),
                (false, true) => Some(Direction::Inbound),
                _ => None,
            }
        });
        let direction = match (direction, cell(Role::Direction)) {
            (Some(direction), _) => direction,
            (None, None) if self.places.contains_key(&Role::Direction) => return Err("it does not say which way it went".to_owned()),
            (None, None) => return Err("neither side of it is the own number, and nothing else says which way it went".to_owned()),
            (None, word) => return Err(unknown("direction", word)),
        };
        // An extension of the shopper's own is the number that it is reached by.
        let ours = |side: Option<String>| match (side, &own) {
            (Some(side), Some(own)) if !side.starts_with('+') => Some(own.clone()),
            (side, own) => side.or_else(|| own.clone()),
        };
        let (from, to) = match direction {
            Direction::Inbound => (from.or(party), ours(to)),
            Direction::Outbound => (ours(from), to.or(party)),
        };
        Ok(Read::call(CallRecord {
            id: cell(Role::Id),
            direction,
            from,
            to,
            duration_s: cell(Role::Duration).map(|text| self.length(&text)).transpose()?,
            answered: said.iter().flatten().find_map(|meaning| meaning.answered),
            body: cell(Role::Body),
            name: cell(Role::Name),
            session: cell(Role::Session),
            forwarded_from: cell(Role::ForwardedFrom).and_then(|text| number::e164(&text, number::REGION)),
            ..CallRecord::new(channel, at)
        }))
    }

    /// What a row is that is none of the table's: a total, a note, the header again.
    fn beside<'c>(&self, field: &dyn Fn(usize) -> Option<Cow<'c, str>>, cell: &dyn Fn(Role) -> Option<String>) -> Option<&'static str> {
        let again = !self.header.is_empty()
            && self.header.iter().enumerate().all(|(at, name)| field(at).is_some_and(|cell| map::plain(&cell) == *name));
        if again {
            return Some("the names of the columns again");
        }
        let told = |role: Role| cell(role).is_some_and(|text| wall::read(&text).is_some() || text.chars().any(|c| c.is_ascii_digit()));
        if [Role::StartedAt, Role::Date].into_iter().any(told) || [Role::From, Role::Party, Role::To].into_iter().any(told) {
            return None;
        }
        let filled: Vec<String> =
            (0..super::rows::MOST_FIELDS).map_while(field).map(Cow::into_owned).filter(|cell| !cell.is_empty()).collect();
        match filled.as_slice() {
            cells if cells.iter().any(|cell| words::is_sum(cell)) => Some("a total, no row of its own"),
            [_] => Some("a note, no row of its own"),
            _ => None,
        }
    }

    fn at(&self, cell: &dyn Fn(Role) -> Option<String>) -> Result<Stamp, String> {
        let zone = match cell(Role::Zone).map(|name| name.parse::<Tz>().map_err(|_| name)) {
            Some(Ok(zone)) => Some(zone),
            Some(Err(name)) => return Err(format!("its zone is {name:?}, which is none of the IANA's")),
            None => self.zone,
        };
        let whole = cell(Role::StartedAt);
        let text = match (&whole, cell(Role::Date), cell(Role::Time)) {
            (Some(whole), _, _) => whole.clone(),
            (None, Some(date), Some(time)) => format!("{date} {time}"),
            (None, Some(date), None) if !self.places.contains_key(&Role::Time) => date,
            (None, Some(_), None) => return Err("it has no time of day".to_owned()),
            (None, None, _) => return Err("it has no time".to_owned()),
        };
        let refused = || format!("its time is {text:?}, which cannot be read as the map says");
        let (day, wall) = match &self.map.time.format {
            Some(format) => formatted(&text, format).ok_or_else(refused)?,
            None => match wall::read(&text).ok_or_else(refused)? {
                wall::Read::Epoch(at, _) => return Ok(Stamp::exactly(at)),
                wall::Read::Wall(wall) => {
                    let day = wall.day.ok_or_else(refused)?;
                    let order = match self.map.time.order {
                        Some(order) => order,
                        None if day.is_open() => {
                            return Err(format!("its time is {text:?}, and the map does not say whether day or month is first"));
                        }
                        None => Order::YearFirst,
                    };
                    (day.on(order).ok_or_else(refused)?, wall)
                }
            },
        };
        let stamp = wall::stamp(day, &wall, zone)?;
        let Some(latest) = stamp.latest.filter(|_| self.map.time.fold != Fold::Both && wall.offset.is_none()) else { return Ok(stamp) };
        // What is only vague, as a minute is, is no fold.
        if latest - stamp.at <= wall.length || wall.time.is_none() {
            return Ok(stamp);
        }
        match self.map.time.fold {
            Fold::Earliest => Ok(Stamp { latest: None, ..stamp }.coarse(wall.length)),
            Fold::Latest => Ok(Stamp { at: latest - wall.length, latest: None, ..stamp }.coarse(wall.length)),
            _ => Err(format!("its time is {text:?}, which the clock showed twice or never")),
        }
    }

    fn length(&self, text: &str) -> Result<u32, String> {
        let refused = || format!("its duration is {text:?}, which cannot be read");
        if self.map.duration.unit == Some(Unit::HoursMinutes) {
            return when::duration(&format!("{text}:00")).ok_or_else(refused);
        }
        // A rate of nothing is a dash.
        if matches!(text, "-" | "--" | "N/A" | "n/a") {
            return Ok(0);
        }
        let (seconds, bare) = length(text).ok_or_else(refused)?;
        match self.map.duration.unit {
            Some(Unit::Minutes) if bare => fraction_minutes(text).ok_or_else(refused),
            Some(Unit::Milliseconds) if bare => Ok(seconds / 1000),
            _ => Ok(seconds),
        }
    }

    fn number(&self, text: &str) -> Result<Option<String>, String> {
        if is_shortened(text) {
            return Err(format!("{text} is a number that a spreadsheet has shortened; export it again, with that column as text"));
        }
        let plus = self.map.rows.international && text.len() > 6 && text.bytes().all(|byte| byte.is_ascii_digit());
        let caller = if plus { number::normalise(&format!("+{text}"), number::REGION) } else { caller(text) };
        Ok(caller.into_text())
    }
}

/// Minutes with a fraction, in seconds.
fn fraction_minutes(text: &str) -> Option<u32> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let hundredths: u32 = format!("{part:0<2}").get(..2)?.parse().ok()?;
    whole.parse::<u32>().ok()?.checked_mul(60)?.checked_add(hundredths * 60 / 100)
}

fn unknown(what: &str, word: Option<String>) -> String {
    match word {
        Some(word) => format!("its {what} is {word:?}, which the map does not know; say what it means under `[values]` or with --value"),
        None => format!("it does not say its {what}"),
    }
}

/// A time by a pattern of `strftime`.
fn formatted(text: &str, format: &str) -> Option<(NaiveDate, Wall)> {
    let seconds = format.contains("%S") || format.contains("%T") || format.contains("%s");
    let length = if seconds { chrono::Duration::zero() } else { chrono::Duration::seconds(59) };
    if let Ok(at) = chrono::DateTime::parse_from_str(text, format) {
        let naive = at.naive_local();
        return Some((naive.date(), Wall { day: None, time: Some(naive.time()), length, offset: Some(*at.offset()) }));
    }
    let (date, time) = match NaiveDateTime::parse_from_str(text, format) {
        Ok(naive) => (naive.date(), Some(naive.time())),
        Err(_) => (NaiveDate::parse_from_str(text, format).ok()?, None::<NaiveTime>),
    };
    when::YEARS.contains(&chrono::Datelike::year(&date)).then_some((date, Wall { day: None, time, length, offset: None }))
}
