//! A market of known truth: 200 builders that were given one of three numbers, and who they are. A row of the log knows whose it is and
//! whether that can be known from all the logs and mails together; what cannot belongs in review.

use chrono::{DateTime, TimeDelta, Utc};
use crickets::attribute::Target;
use crickets::collect::Channel;
use crickets::collect::phone::{CallRecord, Stamp};
use crickets::shop::InquiryId;

/// Builders of the market.
pub(crate) const BUILDERS: usize = 200;
/// The shopper's numbers, each with its persona. Calls to the first are forwarded to a handset.
pub(crate) const OURS: [(&str, &str); 3] = [("+15124416010", "Dana"), ("+15124416011", "Marcus"), ("+15124416012", "Elena")];
/// The handset behind the first number.
pub(crate) const HANDSET: &str = "+15124416099";

const CORES: [&str; 50] = [
    "Bluebonnet",
    "Cedar & Stone",
    "Heritage",
    "Summit",
    "Oakhurst",
    "Lone Star",
    "Magnolia",
    "Harborview",
    "Juniper",
    "Redstone",
    "Lakeshore",
    "Northgate",
    "Clearbrook",
    "Foxglove",
    "Prairie Lane",
    "Twin Oaks",
    "Desert Willow",
    "Wren & Sons",
    "Cottonwood",
    "Pinnacle",
    "Sterling",
    "Meadowlark",
    "Granite Peak",
    "Silverleaf",
    "Amberwood",
    "Brightwater",
    "Canyon Creek",
    "Driftwood",
    "Eastfield",
    "Fairmont",
    "Golden Gate",
    "Hollybrook",
    "Ironwood",
    "Kingsley",
    "Larkspur",
    "Maplecrest",
    "Newbury",
    "Orchard Hill",
    "Partridge",
    "Quailridge",
    "Rosewood",
    "Sagebrush",
    "Thornton",
    "Underhill",
    "Valencia",
    "Westbrook",
    "Yellowstone",
    "Zephyr",
    "Ashford",
    "Birchwood",
];
const SECONDS: [&str; 4] = ["", " Ridge", " Valley", " Point"];
const TAILS: [&str; 5] = ["Homes", "Homes", "Builders", "Communities", "Residential"];
const PLACES: [&str; 40] = [
    "Willow Creek",
    "Stone Oak",
    "Cedar Park",
    "Walnut Terrace",
    "Lake Forest",
    "Sunset Ridge",
    "River Bend",
    "Eagle Pass",
    "Maple Glen",
    "Fox Hollow",
    "Mill Pond",
    "Quarry Hill",
    "Heron Bay",
    "Aspen Grove",
    "Bear Creek",
    "Copper Canyon",
    "Deer Run",
    "Elm Crossing",
    "Falcon Heights",
    "Garden Gate",
    "Hidden Springs",
    "Indigo Lakes",
    "Jasper Fields",
    "Kestrel Park",
    "Lantern Hill",
    "Mission Oaks",
    "North Fork",
    "Otter Creek",
    "Pecan Grove",
    "Quiet Waters",
    "Rolling Meadows",
    "Sandy Point",
    "Timber Trace",
    "Upland Park",
    "Vista Verde",
    "Whisper Woods",
    "Yarrow Field",
    "Zinnia Court",
    "Briar Patch",
    "Coral Bluff",
];
const QUESTIONS: [&str; 6] = [
    "Does the Magnolia plan come with a three-car garage?",
    "Which elementary schools serve the neighborhood?",
    "When will the next quick move-in homes be finished?",
    "Is a covered patio included in the base price?",
    "Can we choose our own countertops and flooring?",
    "Is there a homesite that backs to the greenbelt?",
];
const FIRST: [&str; 20] = [
    "Amy", "Tom", "Kelly", "Luis", "Beth", "Carl", "Nina", "Owen", "Paula", "Rita", "Sean", "Tara", "Victor", "Wendy", "Alan", "Brooke",
    "Chris", "Diane", "Evan", "Faith",
];
const LAST: [&str; 20] = [
    "Ortiz", "Reyes", "Dunn", "Romero", "Hanley", "Voss", "Patel", "Clark", "Gray", "Moss", "Ibarra", "Keller", "Lowe", "Nash", "Olsen",
    "Pruitt", "Quinn", "Ramsey", "Sutter", "Tate",
];

/// Dice that fall the same each time.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// A number below `sides`.
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 8) % sides.max(1) as u64).unwrap_or(0)
    }

    /// Whether something of that many in a hundred happens.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.roll(100) < percent
    }

    pub(crate) fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of.get(self.roll(of.len())).copied().unwrap_or_default()
    }

    /// A line of Texas that nobody else has.
    pub(crate) fn line(&mut self) -> String {
        // No exchange ends with 11, and 555 is nobody's.
        let office = (0..100).map(|_| 230 + self.roll(650)).find(|office| office % 100 != 11 && *office != 555).unwrap_or(230);
        format!("+1{}{office}{:04}", self.pick(&["512", "713", "210", "214", "737"]), self.roll(10_000))
    }

    /// So many minutes as this many days have at most.
    pub(crate) fn within(&mut self, days: usize) -> TimeDelta {
        TimeDelta::seconds(i64::try_from(self.roll(days * 86_400)).unwrap_or(0))
    }
}

/// A row of a log and its truth.
pub(crate) struct Row {
    /// The kind it was made as.
    pub(crate) kind: &'static str,
    /// What the log says.
    pub(crate) call: CallRecord,
    /// The format of the log.
    pub(crate) format: &'static str,
    /// Whose it is; `None`: no builder's.
    pub(crate) truth: Option<InquiryId>,
    /// Whether that can be known from everything together.
    pub(crate) knowable: bool,
    /// The place of the row that is the same call in another log.
    pub(crate) same_as: Option<usize>,
}

/// One builder as the market knows it.
pub(crate) struct Builder {
    pub(crate) target: Target,
    /// Who answers.
    pub(crate) agent: String,
    /// Whether the shop file or a mail tells that name.
    pub(crate) agent_known: bool,
    /// Whether another builder employs somebody of that name.
    pub(crate) namesake: bool,
    /// The number on its site; harvested.
    pub(crate) site: Option<String>,
    /// The agent's own mobile.
    pub(crate) cell: String,
}

impl Builder {
    /// The agent's first name.
    pub(crate) fn first(&self) -> &str {
        self.agent.split(' ').next().unwrap_or_default()
    }
}

/// The builders. Four in a hundred have the number of a call centre on their site that others have too.
pub(crate) fn builders(dice: &mut Dice) -> Vec<Builder> {
    let mut builders: Vec<Builder> = (0..BUILDERS).map(|number| builder(number, dice)).collect();
    let names: Vec<String> = builders.iter().map(|builder| builder.agent.clone()).collect();
    for builder in &mut builders {
        builder.namesake = names.iter().filter(|name| **name == builder.agent).count() > 1;
    }
    builders
}

fn builder(number: usize, dice: &mut Dice) -> Builder {
    let core = format!("{}{}", CORES[number % CORES.len()], SECONDS[number / CORES.len()]);
    let name = format!("{core} {}", dice.pick(&TAILS));
    let (own, persona) = OURS[number % OURS.len()];
    let token = format!("tk{number:03}");
    let sent_at = start() + dice.within(2);
    // Two builders may employ people of one name.
    let agent = format!("{} {}", dice.pick(&FIRST), dice.pick(&LAST));
    let file = dice.line();
    let site = if dice.chance(4) { Some("+18882304400".to_owned()) } else { dice.chance(60).then(|| dice.line()) };
    let in_team = dice.chance(40);
    let spelt: String = core.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    let mut numbers = if dice.chance(80) { vec![file] } else { Vec::new() };
    numbers.extend(site.clone());
    // A page that was built from a template.
    if dice.chance(5) {
        numbers.extend(Some("+15125551234".to_owned()).filter(|number| !crickets::number::is_placeholder(number)));
    }
    Builder {
        target: Target {
            id: InquiryId::new("2026-11", &format!("b{number:03}")),
            builder: name,
            alias_address: format!("shopper+{token}@example.org"),
            alias_token: token,
            first_name: persona.to_owned(),
            mailbox: "shopper@example.org".into(),
            numbers,
            domains: vec![format!("{spelt}.example")],
            team: if in_team { vec![agent.clone()] } else { Vec::new() },
            community: Some(dice.pick(&PLACES).to_owned()),
            question: dice.pick(&QUESTIONS).to_owned(),
            phone: Some(own.to_owned()),
            sent_message_ids: Vec::new(),
            learned: Vec::new(),
            sent_at,
            until: sent_at + TimeDelta::days(30),
        },
        agent,
        agent_known: in_team,
        namesake: false,
        site,
        cell: dice.line(),
    }
}

/// When the wave begins; the logs begin twelve days before.
pub(crate) fn start() -> DateTime<Utc> {
    "2026-11-02T15:00:00Z".parse().unwrap_or_default()
}

/// A call that nobody took, or with words a voicemail.
pub(crate) fn call(from: Option<&str>, to: &str, at: DateTime<Utc>, words: Option<String>) -> CallRecord {
    let channel = if words.is_some() { Channel::Voicemail } else { Channel::Call };
    CallRecord {
        from: from.map(str::to_owned),
        to: Some(to.to_owned()),
        duration_s: words.as_ref().map(|_| 24),
        answered: Some(false),
        body: words,
        ..CallRecord::new(channel, Stamp::exactly(at))
    }
}

/// A text.
pub(crate) fn text(from: &str, to: &str, at: DateTime<Utc>, words: String) -> CallRecord {
    CallRecord { channel: Channel::Sms, duration_s: None, answered: None, ..call(Some(from), to, at, Some(words)) }
}

/// A name for each of the market's people, by number.
pub(crate) fn stranger(dice: &mut Dice) -> String {
    format!("{} {}", dice.pick(&["Gary", "Lisa", "Mona", "Pete", "Ruth"]), dice.pick(&["Grant", "Hobbs", "Inman", "Jarvis", "Kemp"]))
}

/// One of the cores, for those who are called like a builder and are none.
pub(crate) fn core(dice: &mut Dice) -> &'static str {
    CORES[dice.roll(CORES.len())]
}

/// One of the places.
pub(crate) fn place(dice: &mut Dice) -> &'static str {
    PLACES[dice.roll(PLACES.len())]
}
