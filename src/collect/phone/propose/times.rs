//! How the times of a table are written: the order of day and month, the zone, the unit of durations. What the cells leave open is asked.

use chrono_tz::Tz;

use super::super::column::Run;
use super::super::map::{Pick, Role, Unit};
use super::super::wall::{ORDERS, Order};
use super::Work;
use super::zones::{self, Said};

impl Work<'_> {
    pub(super) fn order(&mut self) {
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
        let steady: Vec<&Order> = fitting.iter().filter(|order| run(order).is_some_and(Run::is_steady)).collect();
        let others_mixed = fitting.iter().filter(|order| run(order).is_some_and(Run::is_mixed)).count() + 1 == fitting.len();
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

    pub(super) fn zone(&mut self, utc: bool) {
        let Some(at) = self.told(Role::StartedAt).or(self.told(Role::Time)).or(self.told(Role::Date)) else { return };
        let Some(column) = self.column(at) else { return };
        if column.zoned == column.filled {
            return;
        }
        let said = self.said();
        let named = matches!(&said, Some((Place::Column(_), Said::Zone(Tz::UTC))));
        if self.told(Role::Zone).is_some() && !named {
            return;
        }
        if utc || named {
            self.map.columns.zone = None;
            self.decided.push(format!("{} is in UTC, as its name or its program says", self.pick(at)));
            self.map.time.zone = Some(Tz::UTC);
            return;
        }
        match (said, self.settings.zone) {
            (Some((place, Said::Zone(zone))), None) => {
                self.map.columns.zone = None;
                self.decided.push(format!("{} is in times of {zone}, as {place} says", self.pick(at)));
                self.map.time.zone = Some(zone);
            }
            (Some((place, said)), Some(zone)) => {
                self.map.time.zone = Some(zone);
                if said.is(zone) { self.initials(zone) } else { self.differs(&place, &said.to_string(), zone) }
            }
            (None, Some(zone)) => {
                self.map.time.zone = Some(zone);
                self.initials(zone);
            }
            (said, None) => {
                let says = said.map_or_else(
                    || "names no time zone".to_owned(),
                    |(_, said)| format!("is said to be in times of {said}, which is no time zone"),
                );
                let message = format!("{} {says}", self.pick(at));
                self.ask("timezone", message, &["--timezone ZONE", "`timezone` of the phone in crickets.toml"]);
            }
        }
    }

    /// What the table says of the zone of its times outside of its cells, and where.
    fn said(&self) -> Option<(Place, Said)> {
        let columns = [Role::StartedAt, Role::Date, Role::Time].into_iter().filter_map(|role| self.told(role));
        let layout = &self.survey.layout;
        let names = layout.header.as_ref().map_or(&[][..], |(_, names)| names);
        let mut of_columns = columns.filter_map(|at| Some((Place::Column(self.pick(at)), zones::of_column(names.get(at)?)?)));
        of_columns.next().or_else(|| layout.above.iter().find_map(|line| Some((Place::Line(line.clone()), zones::of_line(line)?))))
    }

    /// Cells that name another zone than they would be read in.
    fn initials(&mut self, zone: Tz) {
        let mut columns = [Role::StartedAt, Role::Date, Role::Time].into_iter().filter_map(|role| self.told(role));
        let other = columns.find_map(|at| {
            let (word, _) = self.column(at)?.initials.iter().find(|(_, hours)| **hours * 60 != zones::standard(zone))?;
            Some((Place::Column(self.pick(at)), word.clone()))
        });
        if let Some((place, word)) = other {
            self.differs(&place, &word, zone);
        }
    }

    /// The table says another zone than it would be read in: that is a person's to decide.
    fn differs(&mut self, place: &Place, said: &str, zone: Tz) {
        if self.answers().zone_told {
            self.overruled = true;
            return self.decided.push(format!("{place} says {said}, and is read as times of {zone}, as you said"));
        }
        let message = format!("{place} says {said}, which is no time of {zone}, the `timezone` of the phone");
        self.ask("timezone", message, &["--timezone ZONE"]);
    }

    pub(super) fn unit(&mut self) {
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

/// Where a table names a zone.
enum Place {
    Column(Pick),
    Line(String),
}

impl std::fmt::Display for Place {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Column(pick) => pick.fmt(formatter),
            Self::Line(line) => write!(formatter, "the line {line:?} above the columns"),
        }
    }
}

fn spelled(order: Order) -> &'static str {
    match order {
        Order::DayFirst => "day/month/year",
        Order::MonthFirst => "month/day/year",
        Order::YearFirst => "year/month/day",
    }
}
