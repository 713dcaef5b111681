//! From what a table holds to how it is to be read. Takes a survey and what a person said, gives a map with all that it leaves open.
//! A name alone makes no column: its cells must be what the name says. Nothing is guessed that the cells do not decide.

use super::column::Column;
use super::map::{self, Answers, Map, Pick, Role, Unit};
use super::question::Ambiguity;
use super::survey::Survey;
use super::synonyms;
use super::wall::{ORDERS, Order};
use super::words::{self, Facts};
use super::{Direction, Settings};
use crate::collect::Channel;

/// The share of a column's cells that must be what its role asks.
const ENOUGH: f64 = 0.8;

/// What a known export says of its columns.
#[derive(Debug)]
pub(super) struct Profile {
    /// The name of the format.
    pub(super) name: &'static str,
    /// Columns that make a file one of it.
    pub(super) needs: &'static [&'static str],
    /// Where each role stands: names, the first that is there counts.
    pub(super) columns: &'static [(Role, &'static [&'static str])],
    /// Its times without offset are in UTC.
    pub(super) utc: bool,
    /// Its numbers without `+` begin with their country's code.
    pub(super) international: bool,
    /// What all rows are.
    pub(super) channel: Option<Channel>,
    /// What its words mean, where they mean something else than elsewhere.
    pub(super) values: &'static [(&'static str, &'static [&'static str])],
    /// What such a file cannot show.
    pub(super) caveat: Option<&'static str>,
}

/// A map and how sure it is.
pub(super) struct Proposal {
    pub(super) map: Map,
    pub(super) confidence: f64,
    pub(super) decided: Vec<String>,
    pub(super) open: Vec<Ambiguity>,
}

/// The work on one proposal.
struct Work<'a> {
    survey: &'a Survey,
    settings: &'a Settings,
    names: Vec<String>,
    map: Map,
    taken: Vec<usize>,
    sure: Vec<f64>,
    decided: Vec<String>,
    open: Vec<Ambiguity>,
}

/// Proposes how to read a table; `None` where it holds no moments or no numbers.
pub(super) fn propose(survey: &Survey, settings: &Settings, profile: Option<&Profile>) -> Option<Proposal> {
    let answers = &settings.answers;
    let names = survey.layout.header.as_ref().map(|(_, names)| names.iter().map(|name| map::plain(name)).collect()).unwrap_or_default();
    let mut work =
        Work { survey, settings, names, map: Map::default(), taken: Vec::new(), sure: Vec::new(), decided: Vec::new(), open: Vec::new() };
    work.layout();
    work.map.rows.direction = answers.direction;
    work.map.rows.channel = answers.channel.or(profile.and_then(|profile| profile.channel));
    for (role, pick) in &answers.columns {
        let at = work.at(pick)?;
        work.set(*role, at);
    }
    if let Some(profile) = profile {
        work.follow(profile);
    } else {
        work.times();
        work.numbers();
    }
    let told = work.told(Role::StartedAt).or(work.told(Role::Date));
    if told.is_none() || (work.told(Role::From).is_none() && work.told(Role::Party).is_none()) {
        return None;
    }
    if profile.is_none() {
        work.others();
    }
    work.facts(profile);
    work.order();
    work.zone(profile.is_some_and(|profile| profile.utc));
    work.unit();
    let sure = work.sure.iter().copied().fold(1.0, f64::min);
    let confidence = (sure * 0.7_f64.powi(i32::try_from(work.open.len()).unwrap_or(9)) * 100.0).round() / 100.0;
    Some(Proposal { map: work.map, confidence, decided: work.decided, open: work.open })
}

impl Work<'_> {
    fn answers(&self) -> &Answers {
        &self.settings.answers
    }

    fn column(&self, at: usize) -> Option<&Column> {
        self.survey.columns.get(at)
    }

    fn name(&self, at: usize) -> &str {
        self.names.get(at).map_or("", String::as_str)
    }

    /// A column as a map names it: by its name, where no other has the same.
    fn pick(&self, at: usize) -> Pick {
        let name = self.survey.layout.header.as_ref().and_then(|(_, names)| names.get(at));
        match name.filter(|_| !self.name(at).is_empty() && self.names.iter().filter(|name| *name == self.name(at)).count() == 1) {
            Some(name) => Pick::Name(name.clone()),
            None => Pick::Number(at + 1),
        }
    }

    fn at(&self, pick: &Pick) -> Option<usize> {
        position(pick, &self.names, self.survey.columns.len())
    }

    fn told(&self, role: Role) -> Option<usize> {
        self.map.columns.get(role).and_then(|pick| self.at(pick))
    }

    fn set(&mut self, role: Role, at: usize) {
        let pick = self.pick(at);
        self.map.columns.set(role, Some(pick));
        self.taken.push(at);
    }

    fn ask(&mut self, kind: &'static str, message: String, settle: &[&str]) {
        self.open.push(Ambiguity { kind, message, settle: settle.iter().map(|option| (*option).to_owned()).collect() });
    }

    fn layout(&mut self) {
        let layout = &self.survey.layout;
        self.map.file.delimiter = Some(char::from(layout.delimiter));
        self.map.file.header = layout.header.as_ref().map(|(_, names)| names.clone());
        self.map.file.fields = layout.header.is_none().then_some(layout.fields);
        match &layout.header {
            Some((line, _)) => self.decided.push(format!("line {line} names the columns")),
            None => self.decided.push("there is no header: the first row already holds a time".to_owned()),
        }
        if let Some(rival) = layout.rival.filter(|_| self.answers().delimiter.is_none()) {
            let message = format!("{:?} and {:?} both part the rows into columns", char::from(layout.delimiter), char::from(rival));
            self.ask("delimiter", message, &["--delimiter CHARACTER"]);
        }
    }

    /// The columns of a known export.
    fn follow(&mut self, profile: &Profile) {
        for (role, names) in profile.columns {
            if self.map.columns.get(*role).is_some() {
                continue;
            }
            let by_number = |name: &str| name.strip_prefix('#').and_then(|number| number.parse::<usize>().ok()).map(|number| number - 1);
            let found = names.iter().find_map(|name| by_number(name).or_else(|| self.names.iter().position(|column| column == name)));
            if let Some(at) = found.filter(|at| *at < self.survey.columns.len()) {
                self.set(*role, at);
            }
        }
        self.map.rows.international = profile.international;
    }

    /// Columns that satisfy `good`, by the rank of their names for a role; nameless ones last.
    fn candidates(&self, role: Role, good: impl Fn(&Column) -> f64) -> Vec<(usize, usize, f64)> {
        let mut found: Vec<(usize, usize, f64)> = (self.survey.columns.iter().enumerate())
            .filter(|(at, column)| column.filled > 0 && !self.taken.contains(at))
            .map(|(at, column)| (synonyms::rank(role, self.name(at)).unwrap_or(usize::MAX), at, good(column)))
            .filter(|(_, _, share)| *share >= ENOUGH)
            .collect();
        found.sort_by_key(|(rank, at, _)| (*rank, *at));
        found
    }

    fn times(&mut self) {
        if self.told(Role::StartedAt).is_some() || (self.told(Role::Date).is_some() && self.told(Role::Time).is_some()) {
            return;
        }
        // What ends or is answered is not when it began.
        let late = |name: &str| {
            [
                "end",
                "ended",
                "answer",
                "answered",
                "updated",
                "modified",
                "completed",
                "read",
                "delivered",
                "hangup",
                "disconnect",
                "edited",
            ]
            .iter()
            .any(|word| name.split(' ').any(|part| part == *word))
        };
        let mut whole = self.candidates(Role::StartedAt, |column| column.share(column.moments));
        if whole.len() > 1 && whole.iter().any(|(_, at, _)| !late(self.name(*at))) {
            whole.retain(|(_, at, _)| !late(self.name(*at)));
        }
        if let Some((rank, at, share)) = whole.first().copied() {
            if whole.len() > 1 && rank == usize::MAX {
                let columns: Vec<String> = whole.iter().map(|(_, at, _)| self.pick(*at).to_string()).collect();
                let message = format!("{} hold moments: which is when it began", columns.join(" and "));
                self.ask("time", message, &["--column started_at=COLUMN"]);
            }
            self.sure.push(share);
            return self.set(Role::StartedAt, at);
        }
        let Some((_, date, share)) = self.candidates(Role::Date, |column| column.share(column.dates)).first().copied() else { return };
        self.sure.push(share);
        self.set(Role::Date, date);
        let clocks = self.candidates(Role::Time, |column| column.share(column.clocks));
        let named = clocks.iter().filter(|(rank, _, _)| *rank != usize::MAX).count();
        let nameless: Vec<_> =
            clocks.iter().filter(|(_, at, _)| synonyms::rank(Role::Duration, self.name(*at)).is_none()).copied().collect();
        match nameless.first().copied() {
            Some((_, at, share)) => {
                if named == 0 && nameless.len() > 1 {
                    let columns: Vec<String> = nameless.iter().map(|(_, at, _)| self.pick(*at).to_string()).collect();
                    let message = format!("{} could be the time of day, or a duration", columns.join(" and "));
                    self.ask("time", message, &["--column time=COLUMN", "--column duration=COLUMN"]);
                }
                self.sure.push(share);
                self.set(Role::Time, at);
            }
            None => self.decided.push("no column holds a time of day: a row is somewhere within its day".to_owned()),
        }
    }

    fn numbers(&mut self) {
        if self.told(Role::Party).is_some() || self.told(Role::From).is_some() && self.told(Role::To).is_some() {
            return;
        }
        let good = |column: &Column| {
            let full = column.numbers + column.spoilt;
            if full * 4 < column.filled { 0.0 } else { column.share(full + column.hidden) }
        };
        for role in [Role::From, Role::To, Role::Own, Role::Party] {
            if self.map.columns.get(role).is_none()
                && let Some((rank, at, share)) = self.candidates(role, good).first().copied()
                && rank != usize::MAX
            {
                self.sure.push(share);
                self.set(role, at);
            }
        }
        // An extension that is called is a number too, though none of full length.
        if let (Some(_), None, None) = (self.told(Role::From), self.told(Role::To), self.told(Role::Own))
            && let Some((rank, at, _)) = self.candidates(Role::To, |column| column.share(column.numbers + column.hidden)).first().copied()
            && rank != usize::MAX
        {
            self.set(Role::To, at);
        }
        let has = |work: &Self, role| work.told(role).is_some();
        if has(self, Role::From) || has(self, Role::Party) {
            // A caller and a called say more than a number that is the one or the other.
            if has(self, Role::From) && has(self, Role::To) && has(self, Role::Party) {
                self.map.columns.set(Role::Party, None);
            }
            return;
        }
        let mut left: Vec<usize> = self.candidates(Role::Party, good).iter().map(|(_, at, _)| *at).collect();
        if let Some(to) = self.told(Role::To) {
            if let Some(at) = left.first().copied() {
                self.set(Role::From, at);
            } else {
                self.map.columns.set(Role::To, None);
                self.set(Role::Party, to);
            }
            return;
        }
        if left.len() > 1 {
            let own = |at: &usize| self.column(*at).map_or(0.0, |column| column.share(column.own));
            let ours: Vec<usize> = left.iter().filter(|at| own(at) > 0.95).copied().collect();
            if let (1, true) = (ours.len(), left.iter().filter(|at| own(at) < 0.05).count() == 1) {
                left.retain(|at| !ours.contains(at));
                for at in ours {
                    self.set(Role::Own, at);
                }
            }
        }
        match left.as_slice() {
            [at] => {
                self.sure.push(0.9);
                self.set(Role::Party, *at);
            }
            [first, second, ..] => {
                let columns: Vec<String> = left.iter().map(|at| self.pick(*at).to_string()).collect();
                let message = format!("{} hold numbers: which is the caller's", columns.join(" and "));
                self.ask("numbers", message, &["--column from=COLUMN", "--column to=COLUMN", "--column party=COLUMN"]);
                let (first, second) = (*first, *second);
                self.set(Role::From, first);
                self.set(Role::To, second);
            }
            [] => {}
        }
    }

    /// What else the names tell, and the cells bear out.
    fn others(&mut self) {
        type Good = fn(&Column) -> f64;
        let unlike =
            |column: &Column| if column.words.as_ref().is_some_and(|words| (words.len() as u64) < column.filled) { 0.0 } else { 1.0 };
        let zones = |column: &Column| {
            let all = column.words.as_ref().is_some_and(|words| words.keys().all(|word| word.parse::<chrono_tz::Tz>().is_ok()));
            f64::from(u8::from(all))
        };
        let length = |column: &Column| column.share(column.lengths + column.bare);
        let any = |column: &Column| f64::from(u8::from(column.filled > 0));
        let roles: [(Role, Good); 8] = [
            (Role::Duration, length),
            (Role::Body, any),
            (Role::Id, unlike),
            (Role::Session, any),
            (Role::Name, any),
            (Role::Zone, zones),
            (Role::ForwardedFrom, any),
            (Role::Service, any),
        ];
        for (role, good) in roles {
            if self.map.columns.get(role).is_none()
                && let Some((rank, at, _)) = self.candidates(role, good).first().copied()
                && rank != usize::MAX
            {
                self.set(role, at);
            }
        }
        if self.told(Role::Duration).is_none()
            && let Some((_, at, _)) = self.candidates(Role::Duration, |column| column.share(column.lengths)).first().copied()
        {
            self.set(Role::Duration, at);
        }
    }

    /// The columns of words, and what each word means.
    fn facts(&mut self, profile: Option<&Profile>) {
        type Says = fn(&Facts) -> bool;
        let roles: [(Role, Says); 3] = [
            (Role::Direction, |facts| facts.direction.is_some()),
            (Role::Channel, |facts| facts.channel.is_some() || facts.skip.is_some()),
            (Role::Answered, |facts| facts.answered.is_some()),
        ];
        for (role, says) in roles {
            if self.map.columns.get(role).is_some() || profile.is_some() {
                continue;
            }
            let mut best: Option<(f64, usize, usize)> = None;
            for (at, column) in self.survey.columns.iter().enumerate() {
                let Some(words) = &column.words else { continue };
                let named = synonyms::rank(role, self.name(at));
                let said: u64 = words
                    .iter()
                    .filter(|(word, _)| {
                        let facts = words::facts(word);
                        // "yes" says something where the column asks whether it was answered, and nowhere else.
                        let bare = matches!(word.to_lowercase().as_str(), "yes" | "no" | "true" | "false");
                        says(&facts) && (!bare || self.name(at).contains("answered"))
                    })
                    .map(|(_, count)| count)
                    .sum();
                let share = column.share(said);
                let enough = match (role, named) {
                    (Role::Answered, Some(_)) => said > 0,
                    (Role::Answered, None) if self.told(Role::Direction) == Some(at) => said > 0,
                    (_, Some(_)) => share >= 0.5,
                    (_, None) => share >= ENOUGH,
                };
                let score = (share, named.map_or(0, |rank| 100 - rank.min(99)), at);
                if enough
                    && column.filled > 0
                    && best.is_none_or(|best| (score.0 > best.0 + 0.05) || ((score.0 - best.0).abs() <= 0.05 && score.1 > best.1))
                {
                    best = Some(score);
                }
            }
            if let Some((_, _, at)) = best {
                let pick = self.pick(at);
                self.map.columns.set(role, Some(pick));
            }
        }
        self.words(profile);
        self.only_one_side();
        self.direction();
        self.channel();
    }

    fn words(&mut self, profile: Option<&Profile>) {
        let mut said: Vec<(String, String)> = Vec::new();
        for (meaning, words) in profile.map(|profile| profile.values).unwrap_or_default() {
            said.extend(words.iter().map(|word| ((*meaning).to_owned(), (*word).to_owned())));
        }
        said.extend(self.answers().values.iter().cloned());
        let is_said = |word: &str, among: &[&str]| {
            said.iter().any(|(meaning, known)| among.contains(&meaning.as_str()) && map::plain(known) == map::plain(word))
        };
        let mut add = Vec::new();
        let mut unknown = Vec::new();
        for role in [Role::Direction, Role::Channel, Role::Answered] {
            let Some(words) = self.told(role).and_then(|at| self.column(at)).and_then(|column| column.words.clone()) else { continue };
            for (word, count) in words {
                let facts = words::facts(&word);
                if is_said(&word, &["skip"]) {
                    continue;
                }
                if facts.skip.is_some() && !is_said(&word, &["inbound", "outbound", "call", "voicemail", "sms"]) {
                    add.push(("skip", word));
                    continue;
                }
                // A voicemail is one whichever column says so.
                if facts.channel == Some(Channel::Voicemail) && !is_said(&word, &["call", "voicemail", "sms"]) {
                    add.push(("voicemail", word.clone()));
                }
                match role {
                    Role::Direction if is_said(&word, &["inbound", "outbound"]) => {}
                    Role::Direction => match (facts.direction, facts) {
                        (Some(Direction::Outbound), _) => add.push(("outbound", word)),
                        // What is left or refused came in.
                        (Some(Direction::Inbound), _)
                        | (None, Facts { channel: Some(Channel::Voicemail), .. } | Facts { answered: Some(false), .. }) => {
                            add.push(("inbound", word));
                        }
                        _ if self.map.rows.direction.is_some() => {}
                        _ => unknown.push((word, count, "inbound or outbound", "--value inbound=WORD or outbound=WORD")),
                    },
                    Role::Channel if is_said(&word, &["call", "voicemail", "sms"]) => {}
                    Role::Channel => match facts.channel {
                        Some(Channel::Voicemail) => {}
                        Some(Channel::Sms) => add.push(("sms", word)),
                        Some(_) => add.push(("call", word)),
                        None if facts.direction.is_some() || facts.answered.is_some() || self.map.rows.channel.is_some() => {}
                        None => unknown.push((
                            word,
                            count,
                            "call, voicemail or sms",
                            "--value call=WORD, voicemail=WORD, sms=WORD or skip=WORD",
                        )),
                    },
                    _ if is_said(&word, &["answered", "missed", "unknown"]) => {}
                    _ => match facts.answered {
                        Some(true) => add.push(("answered", word)),
                        Some(false) => add.push(("missed", word)),
                        None => {}
                    },
                }
            }
        }
        for (meaning, word) in said.into_iter().chain(add.into_iter().map(|(meaning, word)| (meaning.to_owned(), word))) {
            if let Some(words) = self.map.values.words_mut(&meaning)
                && !words.contains(&word)
            {
                words.push(word);
            }
        }
        for (word, count, what, settle) in unknown {
            self.ask("words", format!("{count} rows say {word:?}: is it {what}"), &[settle]);
        }
    }

    /// One column of numbers beside words of both directions holds the other side, whatever it is called.
    fn only_one_side(&mut self) {
        let both = !self.map.values.inbound.is_empty() && !self.map.values.outbound.is_empty();
        if let (true, Some(at), None, None) = (both, self.told(Role::From), self.told(Role::To), self.told(Role::Party)) {
            self.map.columns.set(Role::From, None);
            self.set(Role::Party, at);
        }
    }

    fn direction(&mut self) {
        if self.map.columns.direction.is_some() || self.map.rows.direction.is_some() {
            return;
        }
        let own = |role: Role| self.told(role).and_then(|at| self.column(at)).map_or(0, |column| column.own);
        if self.told(Role::From).is_some() && self.told(Role::To).is_some() && own(Role::From) + own(Role::To) > 0 {
            self.decided.push("which way a row went is told by where the own number stands".to_owned());
            return;
        }
        let message = "nothing says which way a call or text went".to_owned();
        self.ask("direction", message, &["--direction inbound", "--direction outbound", "--column direction=COLUMN", "--own NUMBER"]);
    }

    fn channel(&mut self) {
        if self.map.rows.channel.is_some() || !(self.map.values.call.is_empty() && self.map.values.sms.is_empty()) {
            if self.map.rows.channel.is_none() {
                self.map.rows.channel = self.told(Role::Duration).map(|_| Channel::Call);
            }
            return;
        }
        let names = self.names.join(" ");
        let says = |words: &[&str]| words.iter().any(|word| names.split(' ').any(|name| name == *word));
        let calls = self.told(Role::Duration).is_some() || says(&["call", "caller", "calls", "talk", "ring", "ringing", "answered"]);
        let texts = self.told(Role::Body).is_some() || says(&["sms", "message", "messages", "text"]);
        self.map.rows.channel = match (calls, texts) {
            (true, _) => Some(Channel::Call),
            (false, true) => Some(Channel::Sms),
            (false, false) => {
                let message = "nothing says whether these are calls or texts".to_owned();
                self.ask("channel", message, &["--channel call", "--channel sms", "--column channel=COLUMN"]);
                None
            }
        };
    }

    fn order(&mut self) {
        let Some(at) = self.told(Role::StartedAt).or(self.told(Role::Date)) else { return };
        let Some(column) = self.column(at).filter(|column| column.open > 0).cloned() else { return };
        // Years stand first only where they vary less than the days that would then stand last.
        let [first, last] =
            [column.ends.first().map_or(0, std::collections::BTreeSet::len), column.ends.get(1).map_or(0, std::collections::BTreeSet::len)];
        let reads = |order: &Order| match order {
            Order::DayFirst => column.fits.first(),
            Order::MonthFirst => column.fits.get(1),
            Order::YearFirst => column.fits.get(2).filter(|_| first <= last),
        };
        let fitting: Vec<Order> = ORDERS.iter().filter(|order| reads(order) == Some(&column.open)).copied().collect();
        let pick = self.pick(at);
        if let [only] = fitting.as_slice() {
            let deciding = column.open - column.both;
            self.decided.push(format!("{pick} is {}: {deciding} of {} dates fit nothing else", spelled(*only), column.open));
            self.map.time.order = Some(*only);
            return;
        }
        if let Some(order) = self.answers().order {
            self.map.time.order = Some(order);
            return;
        }
        let run = |order: &Order| ORDERS.iter().position(|known| known == order).and_then(|at| column.runs.get(at));
        let steady: Vec<&Order> = fitting.iter().filter(|order| run(order).is_some_and(super::column::Run::is_steady)).collect();
        let others_mixed = fitting.iter().filter(|order| run(order).is_some_and(super::column::Run::is_mixed)).count() + 1 == fitting.len();
        if let ([only], true) = (steady.as_slice(), others_mixed) {
            self.decided.push(format!("{pick} is {}: only so do its dates run in one direction", spelled(**only)));
            self.map.time.order = Some(**only);
            return;
        }
        let message = if fitting.is_empty() {
            let [day, month, _] = column.fits;
            format!("{pick} mixes orders: of {} dates {day} can be day first and {month} month first", column.open)
        } else {
            let names: Vec<&str> = fitting.iter().map(|order| spelled(*order)).collect();
            format!("is {pick} {}: {} rows fit both, 0 decide", names.join(" or "), column.open)
        };
        self.ask("date_order", message, &["--day-first", "--month-first"]);
        if fitting.contains(&Order::YearFirst)
            && let Some(open) = self.open.last_mut()
        {
            open.settle.push("--year-first".to_owned());
        }
    }

    fn zone(&mut self, utc: bool) {
        let Some(at) = self.told(Role::StartedAt).or(self.told(Role::Time)).or(self.told(Role::Date)) else { return };
        let Some(column) = self.column(at) else { return };
        if column.zoned == column.filled {
            return;
        }
        let named = self.name(at).split(' ').any(|word| matches!(word, "utc" | "gmt"));
        if self.told(Role::Zone).is_some() && !named {
            return;
        }
        if utc || named {
            self.map.columns.zone = None;
            self.decided.push(format!("{} is in UTC, as its name or its program says", self.pick(at)));
            self.map.time.zone = Some(chrono_tz::UTC);
        } else if let Some(zone) = self.settings.zone {
            self.map.time.zone = Some(zone);
        } else {
            let message = format!("{} names no time zone", self.pick(at));
            self.ask("timezone", message, &["--timezone ZONE", "`timezone` of the phone in crickets.toml"]);
        }
    }

    fn unit(&mut self) {
        let Some(at) = self.told(Role::Duration) else { return };
        let name = self.name(at).to_owned();
        let says = |words: &[&str]| words.iter().any(|word| name.split(' ').any(|part| part == *word));
        let told = self.answers().unit.or_else(|| {
            if name.contains("hh mm") && !name.contains("ss") {
                Some(Unit::HoursMinutes)
            } else if says(&["ms", "milliseconds", "msec"]) {
                Some(Unit::Milliseconds)
            } else if says(&["min", "mins", "minutes", "minute"]) {
                Some(Unit::Minutes)
            } else if says(&["s", "sec", "secs", "seconds", "billsec"]) {
                Some(Unit::Seconds)
            } else {
                None
            }
        });
        if told.is_none() && self.column(at).is_some_and(|column| column.bare > 0) {
            self.decided.push(format!("{} names no unit and is taken for seconds (else --duration-unit)", self.pick(at)));
        }
        self.map.duration.unit = told;
    }
}

fn spelled(order: Order) -> &'static str {
    match order {
        Order::DayFirst => "day/month/year",
        Order::MonthFirst => "month/day/year",
        Order::YearFirst => "year/month/day",
    }
}

/// Where a column stands. `names` are plain.
pub(super) fn position(pick: &Pick, names: &[String], fields: usize) -> Option<usize> {
    match pick {
        Pick::Number(number) => number.checked_sub(1).filter(|at| *at < fields),
        Pick::Name(name) => {
            let plain = map::plain(name);
            names.iter().position(|known| *known == plain).or_else(|| {
                let number = name.parse::<usize>().ok()?;
                number.checked_sub(1).filter(|at| *at < fields)
            })
        }
    }
}
