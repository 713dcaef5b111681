//! Which columns are of words, and what their words mean: which way a row went, what it is, whether somebody picked up.

use super::super::column::Column;
use super::super::map::{self, Role};
use super::super::words::{self, Facts};
use super::super::{Direction, synonyms};
use super::{ENOUGH, Profile, Work};
use crate::collect::Channel;

impl Work<'_> {
    /// The columns of words, and what each word means.
    pub(super) fn facts(&mut self, profile: Option<&Profile>) {
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
        // A bill says "Incoming" where it names the place of those that were called.
        let half = |column: &Column| match &column.words {
            Some(words) => words.keys().any(|word| words::facts(word).direction.is_some()),
            None => !column.ways.is_empty(),
        };
        if let Some(at) = (0..self.survey.columns.len()).find(|at| self.column(*at).is_some_and(half)) {
            let pick = self.pick(at);
            let message = format!("{pick} says of some rows which way they went, and of others something else: if those went out");
            let name = pick.to_string().replace('"', "'");
            return self.ask("direction", message, &[&format!("--column direction={name} --direction outbound")]);
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
}
