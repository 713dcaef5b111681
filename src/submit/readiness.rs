//! How ready a site is to be asked: is the online sales counselor named and pictured, which numbers, which chat, how many ways
//! to ask, what is promised about the answer, and whether consent to texts is sought. Takes a page; pure. What is said rests on
//! words of the page, which [`Findings`] quotes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::data;
use super::http::Exchange;
use super::numbers;
use super::outline::SECTION;
use super::page::{Page, collapse};
use super::people;

/// The readiness of a site, as in `crickets.form/1`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Readiness {
    /// Whether the online sales counselor has a name.
    pub osc_named: bool,
    /// Whether a picture stands beside that name.
    pub osc_pictured: bool,
    /// Numbers a buyer could call, E.164, in document order.
    pub phones: Vec<String>,
    /// The chat's vendor.
    pub chat: Option<String>,
    /// Different calls to get in touch, visit or ask.
    pub calls_to_action: usize,
    /// The sentence that says how soon an answer comes.
    pub response_promise: Option<String>,
    /// Whether consent to text messages is asked for.
    pub text_consent: bool,
}

impl Readiness {
    /// Two pages of one site: what either shows, this one's words first.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.osc_named |= other.osc_named;
        self.osc_pictured |= other.osc_pictured;
        for phone in other.phones {
            if !self.phones.contains(&phone) {
                self.phones.push(phone);
            }
        }
        self.chat = self.chat.or(other.chat);
        self.calls_to_action = self.calls_to_action.max(other.calls_to_action);
        self.response_promise = self.response_promise.or(other.response_promise);
        self.text_consent |= other.text_consent;
        self
    }
}

/// The readiness with what it rests on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// The readiness.
    pub readiness: Readiness,
    /// The words behind each part, by its name.
    pub quotes: BTreeMap<&'static str, String>,
    /// Who the online sales counselor is.
    pub osc: Option<String>,
    calls: BTreeSet<String>,
}

impl Findings {
    /// As kept with an inquiry: the readiness, and who is named.
    #[must_use]
    pub fn record(&self) -> Value {
        let mut value = serde_json::to_value(&self.readiness).unwrap_or_default();
        if let (Some(object), Some(name)) = (value.as_object_mut(), &self.osc) {
            object.insert("osc_name".to_owned(), name.as_str().into());
        }
        value
    }

    /// Two pages of one site; calls that both make count once.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.readiness = self.readiness.merge(other.readiness);
        for (part, quote) in other.quotes {
            self.quotes.entry(part).or_insert(quote);
        }
        self.osc = self.osc.or(other.osc);
        self.calls.extend(other.calls);
        self.readiness.calls_to_action = self.calls.len();
        self
    }
}

/// The readiness of one page.
#[must_use]
pub fn readiness(page: &Page) -> Readiness {
    examine(page).readiness
}

/// The readiness of one page, with what it rests on.
#[must_use]
pub fn examine(page: &Page) -> Findings {
    let nodes = data::nodes(&page.outline);
    let mut found = Findings::default();
    if let Some(counselor) = people::counselor(page, &nodes) {
        found.readiness.osc_named = true;
        found.readiness.osc_pictured = counselor.picture.is_some();
        found.quotes.insert("osc_named", counselor.quote);
        if let Some(picture) = counselor.picture {
            found.quotes.insert("osc_pictured", picture);
        }
        found.osc = Some(counselor.name);
    }
    found.readiness.phones = numbers::of_page(page, &nodes);
    found.readiness.chat = chat(page).map(|(name, mark)| {
        found.quotes.insert("chat", mark.to_owned());
        name.to_owned()
    });
    found.calls = calls(page);
    found.readiness.calls_to_action = found.calls.len();
    found.readiness.response_promise = promise(page);
    if let Some(words) = text_consent(page) {
        found.readiness.text_consent = true;
        found.quotes.insert("text_consent", words);
    }
    found
}

/// The readiness of a site by what was loaded of it: the page with the form, and the home page where the search began there.
#[must_use]
pub fn of_exchanges(exchanges: &[Exchange]) -> Option<Findings> {
    let good = |exchange: &&Exchange| exchange.status.is_some_and(|status| (200..300).contains(&status)) && !exchange.body().is_empty();
    // The last exchange of a load is the page, those before it the redirects that led there.
    let last_of = |label: &str| {
        let of_load =
            |exchange: &&Exchange| exchange.label.strip_prefix(label).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
        exchanges.iter().rev().filter(good).find(of_load)
    };
    let (form, home) = (last_of("page"), last_of("search-1"));
    let findings = |exchange: &Exchange| examine(&Page::parse(exchange.body(), &exchange.url, exchange.header("content-type")));
    [form, home].into_iter().flatten().map(findings).reduce(Findings::merge)
}

/// A pattern whose word boundaries are those of ASCII: with those of Unicode the quick way of matching ends at the first letter
/// outside ASCII.
pub(super) fn regex(text: &str) -> Option<Regex> {
    Regex::new(&text.replace(r"\b", r"(?-u:\b)")).ok()
}

/// Marks of chat vendors in script and frame addresses, inline scripts, classes and ids.
const CHATS: [(&str, &str); 52] = [
    ("widget.intercom.io", "intercom"),
    ("js.intercomcdn.com", "intercom"),
    ("intercomsettings", "intercom"),
    ("drift.com", "drift"),
    ("driftt.com", "drift"),
    ("embed.tawk.to", "tawk.to"),
    ("tawk_api", "tawk.to"),
    ("static.zdassets.com", "zendesk"),
    ("zopim", "zendesk"),
    ("livechatinc.com", "livechat"),
    ("__lc.license", "livechat"),
    ("olark", "olark"),
    ("usemessages.com", "hubspot"),
    ("hubspot-messages", "hubspot"),
    ("hubspotconversations", "hubspot"),
    ("client.crisp.chat", "crisp"),
    ("crisp_website_id", "crisp"),
    ("code.tidio.co", "tidio"),
    ("tidiochat", "tidio"),
    ("connect.podium.com", "podium"),
    ("podium-widget", "podium"),
    ("podium.com/widget", "podium"),
    ("birdeye.com", "birdeye"),
    ("freshchat", "freshchat"),
    ("wchat.freshchat.com", "freshchat"),
    ("config.gorgias", "gorgias"),
    ("gorgias.chat", "gorgias"),
    ("liveperson", "liveperson"),
    ("lpcdn.lpsnmedia", "liveperson"),
    ("lptag", "liveperson"),
    ("salesiq.zoho", "zoho-salesiq"),
    ("zohosalesiq", "zoho-salesiq"),
    ("$zoho.salesiq", "zoho-salesiq"),
    ("fb-customerchat", "messenger"),
    ("customerchat.js", "messenger"),
    ("smith.ai", "smith.ai"),
    ("apex.live", "apexchat"),
    ("apexchat", "apexchat"),
    ("ngagelive", "ngagelive"),
    ("blazeo", "blazeo"),
    ("textus.com", "textus"),
    ("opcity", "opcity"),
    ("userlike", "userlike"),
    ("snapengage", "snapengage"),
    ("helpscout", "helpscout"),
    ("chatra.io", "chatra"),
    ("smartsupp", "smartsupp"),
    ("leadconnectorhq.com/loader", "leadconnector"),
    ("widgets.leadconnectorhq", "leadconnector"),
    ("chat-widget.js", "other"),
    ("livechat", "other"),
    ("live-chat", "other"),
];

static CHAT_MARKS: LazyLock<Option<Regex>> = LazyLock::new(|| regex(&CHATS.map(|(mark, _)| regex::escape(mark)).join("|")));

/// The chat on a page, with the mark it is known by.
fn chat(page: &Page) -> Option<(&'static str, &'static str)> {
    let marks = CHAT_MARKS.as_ref()?;
    let scripts = page.scripts.to_ascii_lowercase();
    // An address of theirs outweighs a word in a script, and a vendor's own mark one that any chat may bear.
    let best = |text: &str| {
        let hits = marks.find_iter(text).filter_map(|hit| CHATS.iter().position(|(mark, _)| *mark == hit.as_str()));
        hits.min().and_then(|at| CHATS.get(at))
    };
    [page.sources.as_str(), &page.marks, &scripts].into_iter().find_map(best).map(|(mark, name)| (*name, *mark))
}

/// Words that call on a buyer to do something, by what they call to.
const CALLS: [(&str, &str); 8] = [
    (
        "tour",
        r"\b(schedule|book|plan|take|request|arrange)\b.{0,24}\b(tour|visit|appointment|showing|walk ?through)|\btour (now|today|a |our |this )|\bself[- ]?(guided )?tour",
    ),
    ("appointment", r"\b(schedule|book|make|set up)\b.{0,20}\b(appointment|call|meeting|consultation|time)\b"),
    (
        "information",
        r"\b(request|get|send me|receive|ask for)\b.{0,24}\b(info|information|details|brochure|pric\w*|floor ?plans?|quote|estimate)\b|\bmore info(rmation)?\b",
    ),
    ("ask", r"\bask (a|us|our|your|about|me|\p{Lu}\w+)\b|\bhave (a )?questions?\b"),
    ("call", r"\b(call|phone) (us|now|today|me|our|\p{Lu}\w+|\(?\d)"),
    ("text", r"\b(text) (us|now|me|our|\p{Lu}\w+)\b"),
    ("chat", r"\b(live )?chat( with| now| live|$)|\bmessage us\b"),
    (
        "contact",
        r"\bcontact\b|\bget in touch\b|\bget started\b|\binquir|\benquir|\b(join|register)\b.{0,20}\b(vip|interest|waitlist|wait list|list|now|today)\b|\btalk to (us|our|an?)\b|\breach out\b|\bconnect with\b|\bcontacto\b|\bcontáctenos\b",
    ),
];

static CALL_WORDS: LazyLock<Vec<(&'static str, Regex)>> =
    LazyLock::new(|| CALLS.into_iter().filter_map(|(name, words)| Some((name, regex(&format!("(?i){words}"))?))).collect());

static CALL_HINT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    regex(
        r"(?i)tour|visit|showing|walk|appointment|call|phone|meeting|consult|time|info|detail|brochure|pric|plan|quote|estimate|ask|question|text|chat|message|contact|touch|started|quir|join|register|talk|reach|connect",
    )
});

fn call_of(text: &str) -> Option<&'static str> {
    if !CALL_HINT.as_ref()?.is_match(text) {
        return None;
    }
    let text = collapse(text, 80);
    CALL_WORDS.iter().find(|(_, words)| words.is_match(&text)).map(|(name, _)| *name)
}

/// The different calls: what they call to, and where they lead.
fn calls(page: &Page) -> BTreeSet<String> {
    let links = page.links.iter().filter_map(|link| {
        let call = call_of(&link.text)?;
        let mut target = link.url.clone();
        if target.path() != page.url.path() {
            target.set_fragment(None);
        }
        Some(format!("{call} {}", target.as_str().trim_end_matches('/')))
    });
    let buttons = page.controls.iter().filter(|control| control.is_button() && control.concealed.is_none()).filter_map(|control| {
        let text = if control.label.is_empty() { &control.value } else { &control.label };
        call_of(text).map(|call| format!("{call} {}", text.to_lowercase()))
    });
    links.chain(buttons).collect()
}

static PROMISE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let span = r"(an?|one|two|three|four|five|ten|fifteen|twenty|thirty|sixty|twenty[- ]four|forty[- ]eight|a few|\d{1,3})";
    let time = format!(
        r"((with)?in|under|less than|no (later|more) than|inside)( of)?( just| about)? {span}( ?(-|–|to) ?\d{{1,2}})?[ -](business |working )?(minutes?|mins?|hours?|hrs?|days?)\b|\b(by the )?(same|next|following|one|1) ?(business |working )?day\b|\bby the end of the (business )?day\b"
    );
    let answer = r"\b(respon(d|ds|se)|repl(y|ies)|answers?|get(s|ting)? back|(reach|reaches) out|(be )?in touch|hear (back )?from|(call|calls|contact|contacts|email|emails) you|call ?back|follow(s)? up)\b";
    regex(&format!(r"(?i){answer}.{{0,90}}({time})|({time}).{{0,60}}{answer}"))
});

static TIME_HINT: LazyLock<Option<Regex>> = LazyLock::new(|| regex(r"(?i)hour|hrs|minute|mins|day"));

/// The sentence that promises an answer in a stated time.
fn promise(page: &Page) -> Option<String> {
    let (regex, hint) = (PROMISE.as_ref()?, TIME_HINT.as_ref()?);
    let speaks = |block: &str| block.len() < 3_000 && hint.is_match(block) && sentences(block).any(|one| promises(regex, one));
    let (_, block) = page.outline.blocks().find(|(_, block)| speaks(block))?;
    sentences(block).find(|one| promises(regex, one)).map(|one| collapse(one, 300))
}

fn promises(regex: &Regex, sentence: &str) -> bool {
    let lower = sentence.to_lowercase();
    // Warranty claims, privacy requests and what a buyer must do are no promise of an answer.
    let other = ["warranty", "opt out", "opt-out", "unsubscribe", "personal information", "refund", "cancel", "please respond", "you must"];
    regex.is_match(sentence) && !other.iter().any(|word| lower.contains(word))
}

/// Sentences, ended by `.`, `!` or `?` before a space.
pub(super) fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = rest.char_indices().zip(rest.chars().skip(1)).find(|((_, c), next)| ".!?".contains(*c) && next.is_whitespace());
        let (one, tail) = rest.split_at(end.map_or(rest.len(), |((at, c), _)| at + c.len_utf8()));
        rest = tail;
        Some(one.trim())
    })
}

static TEXTS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    regex(r"(?i)\btext messag|\bsms\b|\btexts\b|\bby text\b|\b(call|email) (or|and|/) text\b|\btext me\b|mensajes de texto")
});
static CONSENTS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    regex(
        r"(?i)\bconsent|\bagree|\bopt[- ]?(in|out)\b|\bauthori[sz]e|\bby (submitting|providing|clicking|checking|pressing|sending)\b|\breply stop\b|\backnowledge|\bacepto\b|\bal enviar\b|\bi would like to receive|\byes,",
    )
});

/// The words that ask for consent to texts: a block of the page, or the caption of a box.
fn text_consent(page: &Page) -> Option<String> {
    let (texts, consents) = (TEXTS.as_ref()?, CONSENTS.as_ref()?);
    let asks = |text: &str| text.len() < 4_000 && texts.is_match(text) && consents.is_match(text);
    let boxes = page.controls.iter().filter(|control| control.kind == "checkbox");
    let caption = |text: &str| texts.is_match(text) && text.len() < 1_000;
    let ticked = boxes.map(super::page::Control::caption).find(|text| caption(text));
    let quote = |text: &str| {
        let best = sentences(text).find(|one| texts.is_match(one)).unwrap_or(text);
        collapse(best, 240)
    };
    let anywhere = || texts.is_match(&page.outline.text);
    ticked.map(|text| quote(&text)).or_else(|| {
        let blocks = anywhere().then(|| page.outline.text.split(['\n', SECTION]));
        blocks?.find(|block| asks(block)).map(quote)
    })
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    fn page(html: &str) -> Page {
        Page::parse(html.as_bytes(), &Url::parse("http://x.example/contact").unwrap(), Some("text/html; charset=utf-8"))
    }

    #[test]
    fn chats_are_known_by_their_marks() {
        for (html, expected) in [
            ("<script src='https://widget.intercom.io/widget/x'></script>", Some("intercom")),
            ("<script>var Tawk_API=Tawk_API||{};</script>", Some("tawk.to")),
            ("<script src=https://static.zdassets.com/ekr/snippet.js?key=1></script>", Some("zendesk")),
            ("<script src=//js.usemessages.com/conversations-embed.js></script>", Some("hubspot")),
            ("<div class=fb-customerchat></div>", Some("messenger")),
            ("<script>window.$crisp=[];window.CRISP_WEBSITE_ID='x'</script>", Some("crisp")),
            ("<p>Chat with us about intercom wiring", None),
        ] {
            assert_eq!(readiness(&page(html)).chat.as_deref(), expected, "{html}");
        }
    }

    #[test]
    fn a_promise_has_an_answer_and_a_time() {
        for (text, expected) in [
            ("Questions? We respond within 24 hours. Really.", Some("We respond within 24 hours.")),
            (
                "Amy usually answers within five minutes during office hours.",
                Some("Amy usually answers within five minutes during office hours."),
            ),
            (
                "A member of our team will contact you by the next business day!",
                Some("A member of our team will contact you by the next business day!"),
            ),
            ("Within one business day, you will hear from us.", Some("Within one business day, you will hear from us.")),
            ("Our average response time is under 10 minutes.", Some("Our average response time is under 10 minutes.")),
            ("We will be in touch shortly.", None),
            ("Homes are finished within 90 days.", None),
            ("We respond to warranty claims within 30 days.", None),
            ("Quick move-in homes ready in 30 days. Contact us.", None),
        ] {
            assert_eq!(readiness(&page(&format!("<p>{text}</p>"))).response_promise.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn consent_to_texts_is_heard_in_boxes_and_small_print() {
        for (html, expected) in [
            ("<form><label><input type=checkbox name=a> I agree to receive text messages</label></form>", true),
            ("<form><label><input type=checkbox name=a> Text me updates</label></form>", true),
            ("<p>By submitting you consent to calls, emails and SMS. Reply STOP to opt out.</p>", true),
            ("<p>Call or text us</p><p>I agree to the privacy policy</p>", false),
            ("<form><label><input type=checkbox name=a> Email me news</label></form>", false),
        ] {
            assert_eq!(readiness(&page(html)).text_consent, expected, "{html}");
        }
    }

    #[test]
    fn calls_count_once_each() {
        let html = "<nav><a href=/contact>Contact Us</a> <a href=/about>About</a></nav><a href=/tour>Schedule a tour</a><a href=/contact#f>Get in touch</a>\
                    <form><button>Request information</button></form><footer><a href=/contact>Contact</a><a href=tel:5125550100>Call us</a></footer>";
        let one = examine(&page(html));
        assert_eq!(one.readiness.calls_to_action, 5, "{:?}", one.calls);
        let both = one.merge(examine(&page("<a href=/contact#f>Contact</a><a href=/visit>Book a visit</a>")));
        assert_eq!(both.readiness.calls_to_action, 6, "{:?}", both.calls);
    }

    #[test]
    fn the_keys_are_the_contracts() {
        let text = serde_json::to_string(&Readiness::default()).unwrap();
        let expected = r#"{"osc_named":false,"osc_pictured":false,"phones":[],"chat":null,"calls_to_action":0,"response_promise":null,"text_consent":false}"#;
        assert_eq!(text, expected);
    }

    #[test]
    fn pages_merge_into_what_either_shows() {
        let one = Readiness { phones: vec!["+1".into()], calls_to_action: 2, ..Readiness::default() };
        let two = Readiness { osc_named: true, phones: vec!["+1".into(), "+2".into()], chat: Some("drift".into()), ..Readiness::default() };
        let merged = one.merge(two);
        assert!(
            merged.osc_named && merged.phones == ["+1", "+2"] && merged.chat.as_deref() == Some("drift") && merged.calls_to_action == 2
        );
    }
}
