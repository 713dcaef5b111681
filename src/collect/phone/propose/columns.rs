//! Which column says when, who, how long and what else: by the names of the columns, borne out by their cells.

use super::super::column::Column;
use super::super::map::Role;
use super::super::synonyms;
use super::Work;

impl Work<'_> {
    pub(super) fn times(&mut self) {
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

    pub(super) fn numbers(&mut self) {
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
    pub(super) fn others(&mut self) {
        type Good = fn(&Column) -> f64;
        let unlike =
            |column: &Column| if column.words.as_ref().is_some_and(|words| (words.len() as u64) < column.filled) { 0.0 } else { 1.0 };
        let zones = |column: &Column| {
            let all = column.words.as_ref().is_some_and(|words| words.keys().all(|word| word.parse::<chrono_tz::Tz>().is_ok()));
            f64::from(u8::from(all))
        };
        let length = |column: &Column| column.share(column.lengths + column.bare);
        let any = |column: &Column| f64::from(u8::from(column.filled > 0));
        let roles: [(Role, Good); 9] = [
            (Role::Duration, length),
            (Role::Body, any),
            (Role::Id, unlike),
            (Role::Session, any),
            (Role::Name, any),
            (Role::Zone, zones),
            (Role::Voicemail, any),
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
}
