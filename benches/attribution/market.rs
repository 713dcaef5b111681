//! A market of known truth: builders, asked in two waves, and what they, their CRMs and strangers send. Every touch knows whose
//! it is; some cannot be told by anybody, and belong in review.

use chrono::{DateTime, TimeDelta, Utc};
use crickets::attribute::Target;
use crickets::collect::phone::CallRecord;
use crickets::shop::InquiryId;

use crate::letters;

/// Builders of the market.
pub(crate) const BUILDERS: usize = 60;

const CORES: [&str; 54] = [
    "Bluebonnet",
    "Cedar & Stone",
    "Heritage",
    "Summit Ridge",
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
    "Crestview",
    "Dunmore",
    "Elmwood",
    "Pena",
];
const PLACES: [&str; 12] = [
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
];
const QUESTIONS: [&str; 5] = [
    "Does the Magnolia plan come with a three-car garage?",
    "Which elementary schools serve the neighborhood?",
    "When will the next quick move-in homes be finished?",
    "Is a covered patio included in the base price?",
    "Can we choose our own countertops and flooring?",
];
const PEOPLE: [&str; 10] = [
    "Amy Ortiz",
    "Tom Reyes",
    "Kelly Dunn",
    "Luis Romero",
    "Beth Hanley",
    "Carl Voss",
    "Nina Patel",
    "Owen Clark",
    "Paula Gray",
    "Rita Moss",
];
const PERSONAS: [&str; 4] = ["Dana", "Marcus", "Elena", "Victor"];
const CRMS: [&str; 6] = ["lassocrm.com", "followupboss.com", "hubspotemail.net", "salesforce.com", "zohocrm.com", "kvcore.com"];
const AGENCIES: [&str; 3] = ["leadcare.example", "oscpartners.example", "newhomedesk.example"];

/// Dice that fall the same each time.
pub(crate) struct Dice(u64);

impl Dice {
    /// A number below `sides`.
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides.max(1) as u64).unwrap_or(0)
    }

    /// Whether something of that many in a hundred happens.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.roll(100) < percent
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of.get(self.roll(of.len())).copied().unwrap_or_default()
    }
}

/// What came.
pub(crate) enum What {
    /// A mail, raw.
    Mail(String),
    /// A call.
    Call(Box<CallRecord>),
}

/// One touch and its truth.
pub(crate) struct Sent {
    /// The kind it was made as.
    pub(crate) kind: &'static str,
    /// When it came.
    pub(crate) at: DateTime<Utc>,
    /// What came.
    pub(crate) what: What,
    /// Whose it is; `None`: no inquiry's.
    pub(crate) truth: Option<InquiryId>,
}

/// One builder as the market knows it.
pub(crate) struct Builder {
    pub(crate) name: String,
    pub(crate) domain: String,
    pub(crate) alike: String,
    pub(crate) osc: &'static str,
    pub(crate) cell: String,
    pub(crate) crm: &'static str,
    pub(crate) agency: Option<&'static str>,
}

/// The market: targets as the workspace knows them, and everything that was sent.
pub(crate) fn market() -> (Vec<Target>, Vec<Sent>) {
    let mut dice = Dice(0x2026_1102_0417_1117);
    let builders: Vec<Builder> = (0..BUILDERS).map(|number| builder(number, &mut dice)).collect();
    let (mut targets, mut sent) = (Vec::new(), Vec::new());
    for (number, builder) in builders.iter().enumerate() {
        let pair = [target(number, builder, 0, &mut dice, None)];
        let second = target(number, builder, 1, &mut dice, pair.first());
        for target in pair.into_iter().chain([second]) {
            letters::answers(number, builder, &target, &mut dice, &mut sent);
            targets.push(target);
        }
    }
    noise(&builders, &targets, &mut dice, &mut sent);
    (targets, sent)
}

fn builder(number: usize, dice: &mut Dice) -> Builder {
    // The last ones share their core with the first: two builders of like names.
    let core = CORES.get(number).or_else(|| CORES.get(number - CORES.len())).copied().unwrap_or_default();
    let tail =
        if number >= CORES.len() { "Custom Builders" } else { dice.pick(&["Homes", "Homes", "Builders", "Communities", "Residential"]) };
    let spelt: String = core.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    let tails: String = tail.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    // A quarter has a domain that says nothing.
    let domain = if dice.chance(25) {
        format!("{}hb{number}.com", spelt.chars().take(2).collect::<String>())
    } else {
        format!("{spelt}{tails}.com")
    };
    Builder {
        name: format!("{core} {tail}"),
        alike: dice
            .pick(&["-{}.net", "{}tx.com", "my{}.com"])
            .replace("{}", &tails)
            .replace('-', &format!("{spelt}-"))
            .replace("tx.com", ".info"),
        domain,
        osc: dice.pick(&PEOPLE),
        cell: format!("+1512{}{:04}", 220 + number, 1000 + dice.roll(9000)),
        crm: dice.pick(&CRMS),
        agency: dice.chance(15).then(|| dice.pick(&AGENCIES)),
    }
}

fn target(number: usize, builder: &Builder, wave: usize, dice: &mut Dice, before: Option<&Target>) -> Target {
    let letters: Vec<char> = "abcdefghjkmnpqrstuvwxyz23456789".chars().collect();
    let token: String = (0..8).filter_map(|_| letters.get(dice.roll(letters.len())).copied()).collect();
    let start: DateTime<Utc> = "2026-10-01T15:00:00Z".parse().unwrap_or_default();
    let sent_at =
        start + TimeDelta::days(31 * i64::try_from(wave).unwrap_or(0)) + TimeDelta::minutes(i64::try_from(dice.roll(3000)).unwrap_or(0));
    // Personas and questions rotate; a fifth of the shop files stays as it was.
    let same = before.filter(|_| dice.chance(20));
    Target {
        id: InquiryId::new(if wave == 0 { "2026-10" } else { "2026-11" }, &format!("b{number:02}")),
        builder: builder.name.clone(),
        alias_address: format!("shopper+{token}@example.org"),
        first_name: same
            .map_or_else(|| PERSONAS.get((number + wave) % 4).copied().unwrap_or_default().to_owned(), |known| known.first_name.clone()),
        mailbox: "shopper@example.org".into(),
        numbers: vec![format!("+1737{}{:04}", 220 + number, 1000 + number)],
        domains: vec![builder.domain.clone()],
        team: if number.is_multiple_of(2) { vec![builder.osc.to_owned()] } else { Vec::new() },
        community: same.map_or_else(|| Some(dice.pick(&PLACES).to_owned()), |known| known.community.clone()),
        question: same.map_or_else(|| dice.pick(&QUESTIONS).to_owned(), |known| known.question.clone()),
        phone: Some("+15125550142".into()),
        sent_message_ids: vec![format!("{token}.1@example.org")],
        learned: Vec::new(),
        sent_at,
        until: sent_at + TimeDelta::days(30),
        alias_token: token,
    }
}

/// What belongs to no inquiry.
fn noise(builders: &[Builder], targets: &[Target], dice: &mut Dice, sent: &mut Vec<Sent>) {
    for number in 0..targets.len() {
        let Some(target) = targets.get(number) else { continue };
        let (Some(one), Some(two)) = (builders.get(dice.roll(BUILDERS)), builders.get(dice.roll(BUILDERS))) else { continue };
        let at = target.sent_at + TimeDelta::hours(i64::try_from(dice.roll(600)).unwrap_or(0));
        let mut add = |kind: &'static str, raw: String| sent.push(Sent { kind, at, what: What::Mail(raw), truth: None });
        add(
            "spam",
            format!(
                "From: Deals <deals@mowers{number}.example>\nTo: shopper@example.org\nSubject: Mowers\n\nOur lawn mowers are 20 % off."
            ),
        );
        if number.is_multiple_of(4) {
            let text = format!("This week: {} opens a model, {} lowers its prices.", one.name, two.name);
            add(
                "newsletter of two builders",
                format!("From: New Homes <news@guide.example>\nTo: shopper@example.org\nSubject: News\n\n{text}"),
            );
        }
        if number.is_multiple_of(12) {
            let text = format!("{} opens a model home on Sunday.", one.name);
            add(
                "newsletter of one builder",
                format!("From: New Homes <news@guide.example>\nTo: shopper@example.org\nSubject: News\n\n{text}"),
            );
        }
        if number.is_multiple_of(10) {
            let text = format!(
                "From: Kim <kim@{}>\nTo: shopper+forgotn{number}@example.org\nSubject: Hello\n\nHi {}, are you still looking?",
                one.domain, target.first_name
            );
            add("alias of no inquiry known", text);
        }
        if number.is_multiple_of(3) {
            let from = (number.is_multiple_of(6)).then(|| format!("+1214{}{:04}", 220 + number, 1000 + dice.roll(9000)));
            sent.push(Sent { kind: "spam call", at, what: What::Call(Box::new(letters::ring(from, at))), truth: None });
        }
    }
}
