//! What the logs of a number can prove, in words: what they cannot show, when they were last proven by a call of our own, and how many
//! strangers call the number anyway.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::words;
use crate::attribute::quiet::Background;

/// What is known of a phone source. What is absent is not known.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Phoned {
    /// What its logs cannot show, in sentences.
    pub cannot_show: Vec<String>,
    /// Where several kinds of source show it, up to when each does.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub by: BTreeMap<String, DateTime<Utc>>,
    /// The last call or text from a number of our own that it showed.
    pub own_call: Option<DateTime<Utc>>,
    /// What came before anybody was asked.
    pub background: Option<Background>,
}

/// What is known of a phone source, in sentences.
#[must_use]
pub fn tell(phoned: &Phoned) -> String {
    let mut text = "No call or text means none in these logs.".to_owned();
    for limit in &phoned.cannot_show {
        text.push_str(&format!(" {}", words::brief(limit, 200)));
    }
    if !phoned.by.is_empty() {
        let told = |names: [&str; 2]| {
            let known = names.into_iter().filter_map(|name| Some(format!("{name} up to {}", words::utc(*phoned.by.get(name)?))));
            Some(known.collect::<Vec<_>>()).filter(|known| !known.is_empty())
        };
        if let Some(by) = told(["files", "twilio"]) {
            text.push_str(&format!(" It is shown by {}.", by.join(", by ")));
        }
        if let Some(kinds) = told(["calls", "texts"]) {
            text.push_str(&format!(" Of what came, it shows {}.", kinds.join(" and ")));
        }
    }
    match phoned.own_call {
        Some(at) => text.push_str(&format!(" The last call of our own that it showed came on {}.", words::utc(at))),
        None => text.push_str(" No call of our own shows that it was alive."),
    }
    if let Some(background) = &phoned.background {
        text.push_str(&format!(" Of this number: {}.", background.tell()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_of_what_silence_is_claimed() {
        assert_eq!(tell(&Phoned::default()), "No call or text means none in these logs. No call of our own shows that it was alive.");
        let phoned = Phoned {
            cannot_show: vec!["An Android backup holds no RCS messages.".into()],
            by: BTreeMap::from([
                ("files".to_owned(), "2026-11-03T12:00:00Z".parse().unwrap()),
                ("twilio".to_owned(), "2026-11-04T13:00:00Z".parse().unwrap()),
            ]),
            own_call: Some("2026-11-04T12:00:00Z".parse().unwrap()),
            background: None,
        };
        let calls = Phoned { by: [("calls".to_owned(), "2026-11-04T13:00:00Z".parse().unwrap())].into(), ..Phoned::default() };
        assert!(tell(&calls).contains(". Of what came, it shows calls up to 2026-11-04T13:00:00Z. No call"), "{}", tell(&calls));
        assert_eq!(
            tell(&phoned),
            "No call or text means none in these logs. An Android backup holds no RCS messages. It is shown by files up to 2026-11-03T12:00:00Z, by twilio up to 2026-11-04T13:00:00Z. The last call of our own that it showed came on 2026-11-04T12:00:00Z."
        );
    }
}
