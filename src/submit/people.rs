//! Who answers: finds the online sales counselor that a page names. A title such as "Online Sales Counselor" with a person's
//! name in the same block or the one beside it, or a `Person` of the structured data whose job that is; and the picture that
//! goes with the name. A title without a name names nobody; a community is no person.

use std::sync::LazyLock;

use regex::Regex;

use super::data::Node;
use super::outline::{SECTION, Thing};
use super::page::{Page, collapse};
use super::readiness::regex;

/// How far from a name its portrait may stand, in bytes of text.
const NEAR: usize = 400;

/// A named counselor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Counselor {
    /// The name.
    pub(super) name: String,
    /// The words that name it.
    pub(super) quote: String,
    /// The picture, by what it says or where it lies.
    pub(super) picture: Option<String>,
}

const TITLE_WORDS: &str = r"(?:(?:on-?line|internet|digital|virtual|web)\s+(?:new\s+)?(?:home\s+|homes\s+|housing\s+)?(?:sales\s+)?(?:and\s+marketing\s+)?(?:counsel+ors?|consultants?|concierges?|specialists?|advis[oe]rs?|associates?|representatives?|guides?|managers?|agents?|director|coordinators?|experts?|team)|(?:on-?line|internet)\s+sales|new[\s-]homes?\s+(?:sales\s+)?(?:specialists?|guides?|advis[oe]rs?|counsel+ors?|consultants?|concierges?)|home[\s-]?buying\s+(?:guides?|concierges?|advis[oe]rs?)|home\s+(?:concierges?|finders?|sales\s+counsel+ors?)|sales\s+counsel+ors?)";

static TITLE: LazyLock<Option<Regex>> = LazyLock::new(|| regex(&format!(r"(?i)\b{TITLE_WORDS}\b")));

const NAME_WORD: &str = r"\p{Lu}(?:\p{Ll}|['’]\p{Lu})[\p{L}'’-]*";

/// Two or three names, an initial between them, letters of a degree after them.
static NAME: LazyLock<Option<Regex>> =
    LazyLock::new(|| regex(&format!(r"\b{NAME_WORD}(?:\s+\p{{Lu}}\.)?(?:\s+(?:de|la|van|von|del)\s)?(?:\s+{NAME_WORD}){{1,2}}")));

/// A name beside the title in one sentence: "Amy, your online sales counselor", "Online Sales Counselor: Amy Ortiz".
static BESIDE: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let name = format!(r"(?P<name>{NAME_WORD}(?:\s+{NAME_WORD}){{0,2}})");
    let full = format!(r"(?P<name>{NAME_WORD}(?:\s+\p{{Lu}}\.)?(?:\s+{NAME_WORD}){{1,2}})");
    [
        format!(
            r"\b{full}\s*(?:,|[-–—|:•·]|\(|is|as)\s*(?:(?i:your|our|the|an?|with|dedicated|senior|lead)\s+){{0,3}}(?i:{TITLE_WORDS})\b"
        ),
        // A first name alone may as well be a town: "Austin: New Home Guide".
        format!(r"\b{name},?\s*(?:is\s+)?(?i:your|our)\s+(?:(?i:dedicated|senior|lead|own|very)\s+){{0,2}}(?i:{TITLE_WORDS})\b"),
        format!(r"\b(?i:{TITLE_WORDS})\s*(?:,|[-–—|:•·]|is|\()?\s*{name}"),
        format!(r"\b(?i:meet|ask|contact|call|text|I['’]?m|i am|hi,?|hello,?|my name is|chat with|talk (?:to|with))\s+{name}"),
    ]
    .iter()
    .filter_map(|pattern| regex(pattern))
    .collect()
});

/// What follows the name of a firm or a place.
const FIRMS: [&str; 24] = [
    "home",
    "builder",
    "communit",
    "group",
    "realty",
    "construction",
    "creek",
    "ridge",
    "run",
    "park",
    "lake",
    "woods",
    "hills",
    "ranch",
    "village",
    "estates",
    "crossing",
    "springs",
    "farms",
    "design",
    "studio",
    "team",
    "real",
    "center",
];

/// Words that begin with a capital on a builder's page and are nobody's name.
const NO_NAME: &str = "online internet sales counselor counsellor consultant concierge specialist advisor adviser guide team new home homes house \
    contact our your meet call text email the community communities schedule tour visit learn more about us creek ridge run \
    park lake lakes woods hills oaks pines meadows village estates crossing ranch grove landing point valley springs place \
    heights farms trails preserve commons square street road drive avenue texas florida carolina available plans floor model \
    models gallery builder builders group realty construction quick move ready ask chat questions question hours monday \
    tuesday wednesday thursday friday saturday sunday office center design studio request information info get started view \
    all for real estate digital virtual director manager representative associate agent agents hello hi and or buying you we \
    today now help north thank san fort saint rock worth city beach county bay river mount port las los el santa glen cove \
    harbor island terrace gardens forest canyon mesa desert prairie hollow bend south east west central metro greater area \
    region downtown phase section first last name phone address message privacy policy terms links follow main menu price \
    directions send submit read see find browse search save share download featured welcome customer service care warranty \
    financing mortgage news blog events careers awards testimonials reviews photos video site map copyright rights reserved \
    equal housing opportunity required select state zip code comments please yes no interested";

/// Whether words may be a person's name; `builder` is the site's name, a space, and the letters of its host.
fn is_name(text: &str, builder: &str) -> bool {
    let words: Vec<String> = text.split_whitespace().map(|word| word.trim_matches(|c: char| !c.is_alphabetic()).to_lowercase()).collect();
    // "Marlow Homes" and "Marlow" are the builder; "Tom Marlow" may well sell for it.
    let (name, host) = builder.rsplit_once(' ').unwrap_or(("", builder));
    let named = format!(" {} ", super::words::words(name)).contains(&format!(" {} ", words.join(" ")));
    let is_builder = named || words.concat().len() > 4 && host.contains(&words.concat());
    !words.is_empty() && !is_builder && words.iter().all(|word| !word.is_empty() && !NO_NAME.split_whitespace().any(|known| known == word))
}

/// The name inside a block that is little else, e.g. "Amy Ortiz, MIRM" or "Meet Amy Ortiz".
fn lone_name(block: &str, builder: &str) -> Option<String> {
    let block = block.trim();
    let block =
        ["Meet ", "Hi, I'm ", "Hi, I’m ", "Hi! I'm ", "I'm ", "I’m "].into_iter().find_map(|cue| block.strip_prefix(cue)).unwrap_or(block);
    if block.len() > 60 {
        return None;
    }
    let found = NAME.as_ref()?.find(block).filter(|found| found.start() == 0)?;
    let rest = block.get(found.end()..).unwrap_or_default();
    let spare = rest.chars().filter(|c| c.is_lowercase()).count();
    (spare < 4 && is_name(found.as_str(), builder)).then(|| found.as_str().to_owned())
}

/// The counselor that a page names, if any.
pub(super) fn counselor(page: &Page, nodes: &[Node]) -> Option<Counselor> {
    let host: String = page.url.host_str().unwrap_or_default().chars().filter(char::is_ascii_alphanumeric).collect();
    let builder = format!("{} {host}", page.outline.site_name.as_deref().unwrap_or_default());
    in_text(page, &builder).or_else(|| in_pictures(page, &builder)).or_else(|| in_data(page, nodes))
}

fn in_text(page: &Page, builder: &str) -> Option<Counselor> {
    // Most pages name no such title, and one look tells.
    let title = TITLE.as_ref().filter(|title| title.is_match(&page.outline.text))?;
    let blocks: Vec<(usize, &str)> = page.outline.blocks().filter(|(_, block)| !block.trim().is_empty()).collect();
    for (index, (at, block)) in blocks.iter().enumerate() {
        if block.len() > 2_000 || !title.is_match(block) {
            continue;
        }
        let same = BESIDE.iter().find_map(|pattern| {
            pattern.captures_iter(block).find_map(|hit| {
                let name = hit.name("name")?.as_str();
                trimmed(name, builder)
            })
        });
        // "Amy Ortiz 512-555-0100 Online Sales Counselor": the name begins or ends a short block.
        let same = same.or_else(|| {
            let block = block.trim();
            let edge = |found: &regex::Match<'_>| block.len() < 120 && (found.start() == 0 || found.end() == block.len());
            let mut found = NAME.as_ref()?.find_iter(block).filter(edge);
            found.find_map(|found| trimmed(found.as_str(), builder).filter(|name| name.contains(' ')))
        });
        if let Some(name) = same {
            let quote = super::readiness::sentences(block).find(|one| one.contains(&name)).unwrap_or(block);
            return Some(Counselor { picture: picture(page, *at, &name), quote: collapse(quote, 200), name });
        }
        // A card: the name in its own block, above or below the title.
        if block.len() > 120 {
            continue;
        }
        let near = [index.checked_sub(1), Some(index + 1), index.checked_sub(2)];
        let beside = near.into_iter().flatten().filter_map(|near| blocks.get(near)).find_map(|(place, other)| {
            let (from, to) = if place < at { (*place, *at) } else { (*at, *place) };
            let apart = page.outline.text.get(from..to).is_none_or(|between| between.contains(SECTION));
            lone_name(other, builder).filter(|_| !apart).map(|name| (*place, name))
        });
        if let Some((place, name)) = beside {
            return Some(Counselor { picture: picture(page, place, &name), quote: collapse(&format!("{name}, {block}"), 200), name });
        }
    }
    None
}

/// A name without the words around it that only look like one.
fn trimmed(name: &str, builder: &str) -> Option<String> {
    let words: Vec<&str> = name.split_whitespace().collect();
    let good = |word: &&&str| is_name(word, "");
    let skip = words.iter().take_while(|word| !good(word)).count();
    let kept = words.iter().skip(skip).take_while(good).count();
    // "Marlow Homes", "Willow Creek": what goes on as a firm or a place is no person.
    let after = words.get(skip + kept).map(|word| word.to_lowercase()).unwrap_or_default();
    if FIRMS.iter().any(|firm| after.starts_with(firm)) {
        return None;
    }
    let name = words.iter().skip(skip).take(kept).copied().collect::<Vec<_>>().join(" ");
    let name = name.trim_end_matches(|c: char| !c.is_alphabetic()).to_owned();
    // "Dallas' specialists", "Amy's kitchen": whose something is, and no more.
    let possessive = words.get(skip + kept.saturating_sub(1)).is_some_and(|word| word.ends_with(['\'', '’']))
        || name.ends_with("'s")
        || name.ends_with("’s");
    (!possessive && name.chars().count() > 2 && is_name(&name, builder)).then_some(name)
}

/// A picture whose text names counselor and title.
fn in_pictures(page: &Page, builder: &str) -> Option<Counselor> {
    let title = TITLE.as_ref()?;
    page.outline.objects.iter().find_map(|object| {
        let Thing::Picture { alt, .. } = &object.thing else { return None };
        let hit = title.find(alt)?;
        let (before, after) = (alt.get(..hit.start()).unwrap_or_default(), alt.get(hit.end()..).unwrap_or_default());
        let name = [before, after].into_iter().find_map(|part| {
            let found = NAME.as_ref()?.find(part)?;
            trimmed(found.as_str(), builder).filter(|name| name.contains(' '))
        })?;
        Some(Counselor { name, quote: alt.clone(), picture: Some(alt.clone()) })
    })
}

fn in_data(page: &Page, nodes: &[Node]) -> Option<Counselor> {
    let title = TITLE.as_ref()?;
    nodes.iter().find_map(|node| {
        let job = node.text("jobTitle").or_else(|| node.text("contactType"))?;
        let name = node.text("name")?;
        let sells = title.is_match(job) || job.to_lowercase().contains("sales");
        if !(node.is_a("Person") && sells || title.is_match(job) && NAME.as_ref()?.is_match(name)) {
            return None;
        }
        let shown = node
            .get("image")
            .and_then(|image| image.as_str().map(ToOwned::to_owned).or_else(|| Some(image.get("url")?.as_str()?.to_owned())));
        Some(Counselor {
            name: collapse(name, 80),
            quote: collapse(&format!("{name}, {job}"), 200),
            picture: shown.or_else(|| picture(page, node.at, name)),
        })
    })
}

/// The picture that goes with a name: its text has the name, or it is a likely portrait in the same section.
fn picture(page: &Page, at: usize, name: &str) -> Option<String> {
    let text = &page.outline.text;
    let parts: Vec<String> = name.split_whitespace().filter(|part| part.chars().count() > 2).map(str::to_lowercase).collect();
    let named = page.outline.objects.iter().find_map(|object| match &object.thing {
        Thing::Picture { alt, source, .. } => {
            let said = super::words::words(alt);
            let file = source.rsplit('/').next().unwrap_or_default();
            let says = |part: &String| format!(" {said} ").contains(&format!(" {part} "));
            let filed = parts.len() > 1 && parts.iter().all(|part| file.contains(part.as_str()));
            ((parts.iter().any(says) || filed) && !is_decoration(source, alt)).then(|| shown(alt, source))
        }
        _ => None,
    });
    named.or_else(|| {
        page.outline.objects.iter().find_map(|object| match &object.thing {
            Thing::Picture { alt, source, size } => {
                let (from, to) = (object.at.min(at), object.at.max(at));
                let together = to - from <= NEAR && text.get(from..to).is_some_and(|between| !between.contains(SECTION));
                (together && is_portrait(alt, source, *size)).then(|| shown(alt, source))
            }
            _ => None,
        })
    })
}

fn shown(alt: &str, source: &str) -> String {
    collapse(if alt.is_empty() { source } else { alt }, 120)
}

fn is_decoration(source: &str, alt: &str) -> bool {
    let said = format!("{source} {}", alt.to_lowercase());
    ["logo", "icon", "badge", "sprite", "pixel", "spacer", "facebook", "instagram", "equal"].iter().any(|word| said.contains(word))
}

fn is_portrait(alt: &str, source: &str, size: Option<(u32, u32)>) -> bool {
    let said = format!("{} {}", source.rsplit('/').next().unwrap_or_default(), alt.to_lowercase());
    let house =
        ["plan", "elevation", "exterior", "interior", "kitchen", "render", "banner", "hero", "map", "house", "home", "communit", "award"];
    let shape = size.is_none_or(|(width, height)| width >= 32 && height >= 32 && width * 3 <= height * 4);
    let drawn = source.split(['?', '#']).next().and_then(|path| path.rsplit_once('.')).is_some_and(|(_, end)| matches!(end, "svg" | "gif"));
    let person = ["headshot", "portrait", "team", "staff", "counselor", "agent", "osc", "avatar", "profile", "bio"];
    let likely = person.iter().any(|word| said.contains(word)) || !house.iter().any(|word| said.contains(word));
    shape && !drawn && !source.is_empty() && source != "data:" && !is_decoration(source, alt) && likely
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::super::data;
    use super::*;

    fn found(html: &str) -> Option<(String, bool)> {
        let html = format!("<meta property=og:site_name content='Marlow Homes'>{html}");
        let page = Page::parse(html.as_bytes(), &Url::parse("http://x.example/").unwrap(), Some("text/html; charset=utf-8"));
        counselor(&page, &data::nodes(&page.outline)).map(|one| (one.name, one.picture.is_some()))
    }

    #[test]
    fn counselors_are_known_by_title_and_name() {
        let amy = |pictured| Some(("Amy Ortiz".to_owned(), pictured));
        let data = r#"<script type="application/ld+json">{"@graph":[{"@type":"Person","name":"Amy Ortiz","jobTitle":"Online Sales Counselor","image":"/a.jpg"}]}</script>"#;
        for (html, expected) in [
            (
                "<aside><img src=/img/amy.jpg alt='Amy Ortiz, Online Sales Counselor'><p><b>Amy Ortiz</b><br>Online Sales Counselor</p></aside>",
                amy(true),
            ),
            ("<div class=card><img src=/team/x.jpg><h3>Amy Ortiz</h3><p>New Home Specialist</p></div>", amy(true)),
            ("<div><h3>Amy Ortiz</h3><p>Internet Sales Manager</p></div>", amy(false)),
            ("<p>Your online home consultant, Amy Ortiz, is here for you.</p>", amy(false)),
            ("<p>Amy Ortiz | Online Sales Consultant</p><img src=/logo.png alt='Marlow Homes'>", amy(false)),
            ("<p>Questions? Ask Amy, our Online Sales Concierge.</p>", Some(("Amy".into(), false))),
            ("<p>Online Sales Counselor: Amy Ortiz 512-555-0100</p>", amy(false)),
            (data, amy(true)),
            ("<img src=/x.jpg alt='Online sales counselor Amy Ortiz'>", amy(true)),
            ("<p>Hi, I'm Amy! I am your Online Sales Guide and happy to help.</p>", Some(("Amy".into(), false))),
            ("<p>Amy Ortiz 512-555-0100 Online Sales Counselor</p>", amy(false)),
            ("<p>Call Marlow Homes and speak with our online sales team.</p>", None),
            ("<p>Contact Brightwater Communities' online concierge today</p>", None),
            ("<p>Austin: New Home Guide</p><p>Fort Worth - New Home Specialist</p>", None),
            (
                "<form><label>First Name<input></label><label>New Home Specialist<select></select></label><label>Zip Code<input></label></form>",
                None,
            ),
            ("<p>Contact Dallas' new home specialists</p>", None),
            ("<h2>Talk to an Online Sales Counselor</h2><p>Willow Creek</p>", None),
            ("<p>Contact our Online Sales Team</p><p>Marlow Homes</p>", None),
            ("<p>Our new home specialists are here to help.</p>", None),
            (
                "<section><h3>Amy Ortiz</h3><p>Superintendent</p></section><section><p>Call our online sales counselor today</p></section>",
                None,
            ),
            ("<h3>Amy Ortiz</h3><img src=/plan-a.jpg alt='Floor plan'><p>Online Sales Counselor</p>", amy(false)),
        ] {
            assert_eq!(found(html), expected, "{html}");
        }
    }
}
