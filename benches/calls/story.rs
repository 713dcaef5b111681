//! What happens in 30 days: what each builder does by telephone, the mails by which some of it can be known, and what strangers do.

use chrono::TimeDelta;
use crickets::shop::InquiryId;

use crate::market::{Builder, Dice, OURS, Row, call, core, place, start, stranger, text};

/// A mail to the alias of an inquiry, raw.
pub(crate) struct Mail {
    pub(crate) raw: String,
    pub(crate) owner: InquiryId,
}

/// The rows of the logs in one.
pub(crate) struct Log<'a> {
    pub(crate) rows: Vec<Row>,
    pub(crate) dice: &'a mut Dice,
}

impl Log<'_> {
    fn of(&mut self, builder: &Builder, kind: &'static str, knowable: bool, from: Option<&str>, words: Option<String>) {
        let (to, at) = (builder.target.phone.clone().unwrap_or_default(), builder.target.sent_at + self.dice.within(29));
        self.add(kind, call(from, &to, at, words), Some(builder.target.id.clone()), knowable);
    }

    fn text_of(&mut self, builder: &Builder, kind: &'static str, knowable: bool, from: &str, words: String) {
        let (to, at) = (builder.target.phone.clone().unwrap_or_default(), builder.target.sent_at + self.dice.within(29));
        self.add(kind, text(from, &to, at, words), Some(builder.target.id.clone()), knowable);
    }

    fn add(&mut self, kind: &'static str, call: crickets::collect::phone::CallRecord, truth: Option<InquiryId>, knowable: bool) {
        self.rows.push(Row { kind, call, format: "twilio-json", truth, knowable, same_as: None });
    }
}

/// What a builder does; the mails by which its people and their numbers can be known.
pub(crate) fn of_builder(builder: &mut Builder, log: &mut Log<'_>) -> Vec<Mail> {
    let mut mails = Vec::new();
    let signs = log.dice.chance(45);
    if signs || log.dice.chance(25) {
        mails.push(mail(builder, signs));
        builder.agent_known = true;
    }
    if let Some(number) = builder.target.numbers.first().filter(|number| Some(*number) != builder.site.as_ref()).cloned() {
        for _ in 0..=log.dice.roll(4) {
            log.of(builder, "number of the shop file", true, Some(&number), None);
        }
    }
    if let Some(number) = builder.site.clone() {
        let shared = number.starts_with("+1888");
        let kind = if shared { "number of a call centre" } else { "number of the site" };
        for _ in 0..=log.dice.roll(2) {
            log.of(builder, kind, !shared, Some(&number), None);
        }
        if shared {
            let words = greeting(builder, &format!("this is {} calling for {}", builder.first(), builder.target.builder));
            log.of(builder, "call centre, names the builder", true, Some(&number), Some(words));
        }
    }
    mobile(builder, signs, log);
    withheld(builder, log);
    spoken(builder, log);
    texts(builder, log);
    mails
}

fn greeting(builder: &Builder, words: &str) -> String {
    format!("Hi {}, {words}. Please call me back when you have a minute.", builder.target.first_name)
}

/// The counselor's own mobile: in a signature, in a voicemail, or nowhere.
fn mobile(builder: &Builder, signed: bool, log: &mut Log<'_>) {
    let cell = builder.cell.clone();
    if signed {
        for _ in 0..=log.dice.roll(4) {
            log.of(builder, "mobile, in a signature", true, Some(&cell), None);
        }
        return;
    }
    let name = builder.target.builder.clone();
    match log.dice.roll(10) {
        0..4 => {
            let words = greeting(builder, &format!("this is {} with {name}", builder.first()));
            log.of(builder, "voicemail, names the builder", true, Some(&cell), Some(words));
            for _ in 0..log.dice.roll(4) {
                log.of(builder, "mobile, named in its voicemail", true, Some(&cell), None);
            }
        }
        4..6 => {
            let (other, digits) = (log.dice.line(), cell.trim_start_matches("+1").to_owned());
            let shown = format!(
                "{} {} {}",
                digits.get(..3).unwrap_or_default(),
                digits.get(3..6).unwrap_or_default(),
                digits.get(6..).unwrap_or_default()
            );
            let words =
                format!("Hi {}, it's {} from {name}. My cell is {shown}, call me any time.", builder.target.first_name, builder.first());
            log.of(builder, "voicemail, names the builder", true, Some(&other), Some(words));
            log.of(builder, "mobile, told in a voicemail", true, Some(&cell), None);
        }
        6..7 => {
            for _ in 0..=log.dice.roll(3) {
                log.of(builder, "mobile, told nowhere", false, Some(&cell), None);
            }
        }
        _ => {}
    }
}

fn withheld(builder: &Builder, log: &mut Log<'_>) {
    if log.dice.chance(6) {
        log.of(builder, "withheld, no words", false, None, None);
    }
    if log.dice.chance(12) {
        let words = greeting(builder, &format!("{} here with {} about your question", builder.first(), builder.target.builder));
        log.of(builder, "withheld, names the builder", true, None, Some(words));
    }
}

/// Voicemails that name other things than the builder, or name it as a machine wrote it down.
fn spoken(builder: &Builder, log: &mut Log<'_>) {
    let (line, place) = (log.dice.line(), builder.target.community.clone().unwrap_or_default());
    if log.dice.chance(12) {
        let words = greeting(builder, &format!("this is {} calling about {place}", builder.agent));
        log.of(builder, "voicemail, agent and community", builder.agent_known && !builder.namesake, Some(&line), Some(words));
    }
    let line = log.dice.line();
    if log.dice.chance(6) {
        let words = greeting(builder, &format!("it's {}, returning your inquiry", builder.agent));
        log.of(builder, "voicemail, agent alone", builder.agent_known && !builder.namesake, Some(&line), Some(words));
    }
    let line = log.dice.line();
    if log.dice.chance(5) {
        log.of(
            builder,
            "voicemail, first name alone",
            false,
            Some(&line),
            Some(greeting(builder, &format!("this is {}", builder.first()))),
        );
    }
    let line = log.dice.line();
    if log.dice.chance(10) {
        let name = apart(&builder.target.builder);
        let words = greeting(builder, &format!("this is {} with {name} at {place}", builder.first()));
        log.of(builder, "voicemail, name parted", true, Some(&line), Some(words.to_lowercase()));
    }
    let line = log.dice.line();
    if log.dice.chance(6) {
        let name = misheard(&builder.target.builder, log.dice);
        let words = greeting(builder, &format!("this is {} with {name} at {place}", builder.first()));
        log.of(builder, "voicemail, name misheard", true, Some(&line), Some(words));
    }
    let line = log.dice.line();
    if log.dice.chance(5) {
        let asked = builder.target.question.replace('?', "").to_lowercase();
        let words = greeting(builder, &format!("you asked {asked}, and the answer is yes at {place}"));
        log.of(builder, "voicemail, question and community", false, Some(&line), Some(words));
    }
}

fn texts(builder: &Builder, log: &mut Log<'_>) {
    let (hi, name, first) = (builder.target.first_name.clone(), builder.target.builder.clone(), builder.first().to_owned());
    if log.dice.chance(30) {
        let line = log.dice.line();
        let words = format!("Hi {hi}, this is {first} with {name}. Thanks for reaching out!");
        log.text_of(builder, "text, names the builder", true, &line, words);
        for _ in 0..log.dice.roll(3) {
            log.text_of(
                builder,
                "text, from the number of such a one",
                true,
                &line,
                "Just checking in, do you have time this week?".into(),
            );
        }
    }
    if log.dice.chance(20) {
        let code = format!("{}", 24_580 + log.dice.roll(12));
        let words = format!("{name}: thank you for your interest. Msg&data rates may apply. Reply STOP to opt out.");
        log.text_of(builder, "short code, names the builder", true, &code, words);
        log.text_of(builder, "short code, names nobody", false, &code, format!("Hi {hi}, are you still looking? Reply STOP to opt out."));
    }
    if log.dice.chance(8) {
        let sender: String = name.to_uppercase().chars().filter(char::is_ascii_alphanumeric).take(11).collect();
        log.text_of(builder, "text of a named sender", sender.len() >= 9, &sender, format!("Hi {hi}, our models are open this weekend."));
    }
}

/// A name as speech recognition parts it: "Bluebonnet" becomes "blue bonnet".
fn apart(name: &str) -> String {
    let part = |word: &str| match word.len() {
        8.. if word.is_ascii() => format!("{} {}", word.get(..4).unwrap_or_default(), word.get(4..).unwrap_or_default()),
        _ => word.to_owned(),
    };
    name.replace('&', "and").split(' ').map(part).collect::<Vec<_>>().join(" ")
}

/// A name as it is misheard: a letter is another, and another is gone.
fn misheard(name: &str, dice: &mut Dice) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    let within = 1 + dice.roll(4);
    if let Some(letter) = letters.get_mut(within) {
        *letter = dice.pick(&["a", "e", "i", "o", "u"]).chars().next().unwrap_or('a');
    }
    if letters.len() > 7 {
        letters.remove(5);
    }
    letters.into_iter().collect()
}

fn mail(builder: &Builder, signs: bool) -> Mail {
    let Builder { target, agent, cell, .. } = builder;
    let digits = cell.trim_start_matches("+1");
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    let cell = if signs { format!("\ncell ({}) {}-{}", part(0, 3), part(3, 6), part(6, 10)) } else { String::new() };
    let local = agent.to_lowercase().replace(' ', ".");
    let domain = target.domains.first().map_or("", String::as_str);
    let raw = format!(
        "From: {agent} <{local}@{domain}>\nTo: {}\nMessage-ID: <1.{}@{domain}>\nSubject: Your inquiry\n\nHi {},\n\nthank you for asking about {}.\n\nBest,\n{agent}\n{}{cell}\n",
        target.alias_address,
        target.alias_token,
        target.first_name,
        target.community.as_deref().unwrap_or_default(),
        target.builder,
    );
    Mail { raw, owner: target.id.clone() }
}

/// What strangers do, from twelve days before the wave to the end.
pub(crate) fn strangers(log: &mut Log<'_>) {
    let nagging: Vec<String> = (0..12).map(|_| log.dice.line()).collect();
    for (to, persona) in OURS {
        for _ in 0..84 {
            let at = start() - TimeDelta::days(12) + log.dice.within(42);
            let line = match log.dice.roll(10) {
                0 => None,
                1..4 => Some(log.dice.pick(&nagging.iter().map(String::as_str).collect::<Vec<_>>()).to_owned()),
                _ => Some(log.dice.line()),
            };
            let who = stranger(log.dice);
            let (kind, words) = match log.dice.roll(20) {
                0 | 1 => (
                    "spam voicemail",
                    Some(
                        "This is a recorded message. Your car's extended warranty is about to expire. Press 1 to speak to an agent.".into(),
                    ),
                ),
                2 => ("spam voicemail", Some(format!("Hi {persona}, this is {who} with {} Insurance, about your policy.", core(log.dice)))),
                3 => (
                    "spam voicemail, a realtor",
                    Some(format!("Hi {persona}, this is {who}, a realtor, about homes in {}. Call me.", place(log.dice))),
                ),
                4 => ("spam voicemail", Some(format!("Hello, {who} from {} Roofing, we are in your area.", core(log.dice)))),
                _ => ("spam call", None),
            };
            log.add(kind, call(line.as_deref(), to, at, words), None, false);
        }
        for number in 0..14 {
            let at = start() - TimeDelta::days(12) + log.dice.within(42);
            let words =
                ["Vote on Tuesday! Reply STOP to end.", "Your package is waiting, see bit.example/x1", "Hi, is this still your number?"];
            let from = if number % 3 == 0 { format!("{}", 24_580 + log.dice.roll(12)) } else { log.dice.line() };
            let words = log.dice.pick(&words).to_owned();
            log.add("spam text", text(&from, to, at, words), None, false);
        }
    }
}
