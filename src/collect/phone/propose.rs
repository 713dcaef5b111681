//! From what a table holds to how it is to be read. Takes a survey and what a person said, gives a map with all that it leaves open.
//! A name alone makes no column: its cells must be what the name says. Nothing is guessed that the cells do not decide.

mod columns;
mod meanings;
mod times;
mod zones;

use super::Settings;
use super::column::Column;
use super::map::{self, Answers, Map, Pick, Role};
use super::question::Ambiguity;
use super::survey::Survey;
use super::synonyms;
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
    /// A column names another zone than the one that was said for it.
    pub(super) overruled: bool,
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
    overruled: bool,
}

/// Proposes how to read a table; `None` where it holds no moments or no numbers.
pub(super) fn propose(survey: &Survey, settings: &Settings, profile: Option<&Profile>) -> Option<Proposal> {
    let answers = &settings.answers;
    let names = survey.layout.header.as_ref().map(|(_, names)| names.iter().map(|name| map::plain(name)).collect()).unwrap_or_default();
    let mut work = Work {
        survey,
        settings,
        names,
        map: Map::default(),
        taken: Vec::new(),
        sure: Vec::new(),
        decided: Vec::new(),
        open: Vec::new(),
        overruled: false,
    };
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
    Some(Proposal { map: work.map, confidence, decided: work.decided, open: work.open, overruled: work.overruled })
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
