//! How the columns of a table are read: which column says what, how its times are written, what its words mean. A [`Map`] comes
//! from a person's file (`maps/NAME.toml`), from a known export, or is proposed by `propose` from what the table holds.

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::Direction;
use super::wall::Order;
use crate::collect::Channel;

/// How a table is read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Map {
    /// What a file looks like that this is for.
    #[serde(default)]
    pub file: Layout,
    /// Which column says what.
    pub columns: Columns,
    /// How its times are written.
    #[serde(default)]
    pub time: Time,
    /// How its durations are written.
    #[serde(default)]
    pub duration: Lengths,
    /// What holds for all rows, where no column says it.
    #[serde(default)]
    pub rows: Rows,
    /// What its words mean.
    #[serde(default)]
    pub values: Values,
}

/// What a file looks like.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layout {
    /// What parts the columns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<char>,
    /// The names of all columns, by which a file is recognised; absent where it has no header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<Vec<String>>,
    /// How many columns a file without header has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fields: Option<usize>,
}

/// A column: by its name, or by its number from 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Pick {
    /// The number, from 1.
    Number(usize),
    /// The name.
    Name(String),
}

impl std::fmt::Display for Pick {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => write!(formatter, "column {number}"),
            Self::Name(name) => write!(formatter, "{name:?}"),
        }
    }
}

macro_rules! columns {
    ($($name:ident $role:ident $about:literal),* $(,)?) => {
        /// Which column says what.
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct Columns {
            $(
                #[doc = $about]
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $name: Option<Pick>,
            )*
        }

        /// What a column can say.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Role { $(#[doc = $about] $role,)* }

        /// Every role.
        pub const ROLES: &[Role] = &[$(Role::$role),*];

        impl Role {
            /// Its name, as a map has it.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$role => stringify!($name),)* }
            }
        }

        impl Columns {
            /// The column of a role.
            #[must_use]
            pub fn get(&self, role: Role) -> Option<&Pick> {
                match role { $(Role::$role => self.$name.as_ref(),)* }
            }

            /// Sets the column of a role.
            pub fn set(&mut self, role: Role, pick: Option<Pick>) {
                match role { $(Role::$role => self.$name = pick,)* }
            }
        }
    };
}

columns! {
    started_at StartedAt "When it began: date and time in one column.",
    date Date "The date alone.",
    time Time "The time of day alone.",
    zone Zone "The IANA name of the time zone of the row's times.",
    from From "Who called or wrote.",
    to To "Who was called or written to.",
    party Party "The other side, whichever way it went.",
    own Own "The shopper's side, whichever way it went.",
    direction Direction "Which way it went.",
    channel Channel "Call, voicemail or text.",
    answered Answered "Whether somebody picked up.",
    duration Duration "How long it took.",
    body Body "The text, or a transcript.",
    id Id "The source's own id.",
    session Session "What joins the records of one call.",
    name Name "The name of the other side.",
    forwarded_from ForwardedFrom "The number that was dialled, where the call was forwarded.",
    voicemail Voicemail "What stands only where a voicemail was left: a link to it, or a yes.",
    service Service "What carried it: rows of other services than the telephone are passed over.",
}

/// How times are written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Time {
    /// In which order the numbers of a date stand; absent where the dates say it themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<Order>,
    /// A pattern in the manner of `strftime`, for what is read in no other way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// The zone of times that name none; absent: the `timezone` of the phone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<Tz>,
    /// What becomes of an hour that the clock shows twice, or never.
    #[serde(default, skip_serializing_if = "Fold::is_default")]
    pub fold: Fold,
}

/// What becomes of an hour that the clock shows twice, or never.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fold {
    /// It may be either.
    #[default]
    Both,
    /// The earlier.
    Earliest,
    /// The later.
    Latest,
    /// The row is refused.
    Reject,
}

impl Fold {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
    fn is_default(&self) -> bool {
        *self == Self::Both
    }
}

/// How durations are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lengths {
    /// The unit of a bare number; absent: seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Unit>,
}

/// The unit of a bare number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Seconds.
    Seconds,
    /// Minutes.
    Minutes,
    /// Milliseconds.
    Milliseconds,
    /// `1:43` is an hour and 43 minutes.
    HoursMinutes,
}

/// What holds for all rows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rows {
    /// Which way they went.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// What they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// Numbers without `+` begin with their country's code.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub international: bool,
}

macro_rules! values {
    ($($name:ident $about:literal),* $(,)?) => {
        /// What the words of the columns mean; compared without regard to case.
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct Values {
            $(
                #[doc = $about]
                #[serde(default, skip_serializing_if = "Vec::is_empty")]
                pub $name: Vec<String>,
            )*
        }

        /// What a word can mean.
        pub const MEANINGS: &[&str] = &[$(stringify!($name)),*];

        impl Values {
            /// The words of a meaning.
            pub fn words_mut(&mut self, meaning: &str) -> Option<&mut Vec<String>> {
                match meaning { $(stringify!($name) => Some(&mut self.$name),)* _ => None }
            }
        }
    };
}

values! {
    inbound "Came to the shopper.",
    outbound "Went from the shopper.",
    call "A call.",
    voicemail "A voicemail.",
    sms "A text.",
    answered "Somebody picked up.",
    missed "Nobody picked up.",
    unknown "Says nothing of whether somebody picked up.",
    skip "A row that is passed over.",
}

/// What a name of a column is compared by: its words in lower case; `createdAt` is two.
#[must_use]
pub fn plain(name: &str) -> String {
    let mut parted = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_uppercase() && parted.ends_with(char::is_lowercase) {
            parted.push(' ');
        }
        parted.push(letter);
    }
    super::words::plain(&parted)
}

impl Map {
    /// Whether a file with these columns in this order is what the map was made for.
    #[must_use]
    pub fn fits(&self, header: &[String]) -> bool {
        self.file.header.as_ref().is_some_and(|known| {
            known.len() == header.len() && known.iter().zip(header).all(|(known, column)| plain(known) == plain(column))
        })
    }

    /// What is wrong with it, as far as it can be told without a file.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        let has = |role: Role| self.columns.get(role).is_some();
        if !has(Role::StartedAt) && !has(Role::Date) {
            return Some("`[columns]` names neither `started_at` nor `date`".to_owned());
        }
        if !has(Role::From) && !has(Role::Party) {
            return Some("`[columns]` names neither `from` nor `party`".to_owned());
        }
        if self.file.header.is_none() && self.file.fields.is_none() {
            return Some("`[file]` names neither `header` nor `fields`, by which a file is recognised".to_owned());
        }
        if let Some(format) = &self.time.format
            && chrono::format::StrftimeItems::new(format).any(|item| matches!(item, chrono::format::Item::Error))
        {
            return Some(format!("`format` is {format:?}, which is no pattern of strftime"));
        }
        None
    }
}

/// What a person said of the tables: maps that are saved, and answers to what was asked.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    /// The saved maps, by name; the first that fits a file is used.
    pub saved: Vec<(String, Map)>,
    /// The map to use for every table that no reader knows.
    pub named: Option<(String, Map)>,
    /// A proposed map is taken where it leaves nothing open.
    pub yes: bool,
    /// The name that a map is saved by.
    pub save: Option<String>,
    /// In which order the numbers of a date stand.
    pub order: Option<Order>,
    /// Which way all rows went.
    pub direction: Option<Direction>,
    /// What all rows are.
    pub channel: Option<Channel>,
    /// The unit of durations.
    pub unit: Option<Unit>,
    /// What parts the columns.
    pub delimiter: Option<char>,
    /// The zone of local times was said for this file, and is not that of the phone.
    pub zone_told: bool,
    /// Which column says what.
    pub columns: Vec<(Role, Pick)>,
    /// What a word means.
    pub values: Vec<(String, String)>,
}
