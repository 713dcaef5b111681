//! Posted hours in OSM syntax: from schema.org `openingHours` and `openingHoursSpecification`, or from words such as
//! "Mon – Fri: 9am – 6pm". What is not plainly hours of days of the week gives nothing.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::data::Node;
use crate::shop::hours::check_hours;

const DAYS: [&str; 7] = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];

/// Minutes of the day, opening and closing, by day of the week.
type Week = BTreeMap<usize, Vec<(u32, u32)>>;

/// The hours that structured data tells.
pub(super) fn of_data(nodes: &[Node]) -> Option<String> {
    let written = nodes.iter().map(|node| node.texts("openingHours")).find(|texts| !texts.is_empty());
    if let Some(texts) = written {
        let mut week = Week::new();
        for text in texts.iter().flat_map(|text| text.split([';', ','])).map(str::trim) {
            // A list may be "Mo,Tu,We 09:00-17:00": days without a time belong to the time that follows.
            let _ = line(text).map(|(days, spans)| days.into_iter().for_each(|day| week.entry(day).or_default().extend(&spans)));
        }
        let listed = texts.join("; ");
        return if listed.contains(',') { whole(&listed) } else { said(&week) };
    }
    let mut week = Week::new();
    for node in nodes.iter().filter(|node| node.is_a("OpeningHoursSpecification") && node.get("validFrom").is_none()) {
        let (Some(opens), Some(closes)) = (node.text("opens").and_then(clock), node.text("closes").and_then(clock)) else { continue };
        // Closed all day is written as the same time twice.
        if opens == closes {
            continue;
        }
        let closes = if closes == 0 { 1_440 } else { closes };
        let days: Vec<String> = match node.get("dayOfWeek") {
            Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            Some(Value::String(one)) => one.split(',').map(str::to_owned).collect(),
            _ => continue,
        };
        for day in days.iter().filter_map(|day| day_of(day.trim().rsplit('/').next().unwrap_or_default())) {
            week.entry(day).or_default().push((opens, closes));
        }
    }
    said(&week)
}

/// A text that is OSM syntax already.
fn whole(text: &str) -> Option<String> {
    check_hours(text).ok().map(|()| text.to_owned())
}

/// The hours that blocks of text tell, with their words.
pub(super) fn of_text<'a>(blocks: impl Iterator<Item = &'a str>) -> Option<(String, String)> {
    let (mut week, mut quote, mut since): (Week, Vec<&str>, usize) = (Week::new(), Vec::new(), 0);
    let mut days_alone: Vec<usize> = Vec::new();
    for block in blocks.filter(|block| !block.trim().is_empty()) {
        since += 1;
        // Hours stand together; a second table further on is another office's.
        if !week.is_empty() && since > 3 {
            break;
        }
        let found = if block.len() > 300 { Vec::new() } else { lines(block) };
        if found.is_empty() {
            let days = if block.len() > 300 { None } else { days(block.trim().trim_end_matches(':')) };
            if let Some(spans) = times_alone(block).filter(|_| !days_alone.is_empty()) {
                for day in days_alone.drain(..) {
                    week.entry(day).or_default().extend(&spans);
                }
                quote.push(block);
                since = 0;
            } else {
                days_alone = days.unwrap_or_default();
                if !days_alone.is_empty() {
                    quote.push(block);
                    since = 0;
                }
            }
            continue;
        }
        let again = found.iter().flat_map(|(days, _)| days).any(|day| week.contains_key(day));
        if again && !week.is_empty() {
            break;
        }
        for (days, spans) in found {
            for day in days {
                week.entry(day).or_default().extend(&spans);
            }
        }
        quote.push(block);
        since = 0;
    }
    Some((said(&week)?, quote.join(" ")))
}

const DAY: &str = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:days?)?\b\.?|(?:mo|tu|we|th|fr|sa|su)\b";
const TIME: &str = r"(?:\d{1,2}(?::\d{2})?\s*(?:[ap]\.?\s?m\b\.?)?|noon|midnight)";

static LINE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let days = format!(
        r"(?:(?:{DAY})(?:\s*(?:-|–|—|to|through|thru|&|and|,|/)\s*(?:{DAY}))*|daily|every ?day|weekdays|weekends?|(?:open )?7 days(?: a week)?|seven days a week)"
    );
    Regex::new(&format!(
        r"(?i)\b(?P<days>{days})[\s:,|(]*(?:from |open )?(?:(?P<opens>{TIME})\s*(?:-|–|—|to|until|till)\s*(?P<closes>{TIME})|(?P<closed>closed|by appointment))"
    ))
    .ok()
});
static SPAN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(&format!(r"(?i)^\s*(?:from |open )?(?P<opens>{TIME})\s*(?:-|–|—|to|until|till)\s*(?P<closes>{TIME})(?:\s[^\d]{{0,30}})?$"))
        .ok()
});
static DAY_WORD: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(&format!(r"(?i)\b(?P<first>{DAY})(?:\s*(?:-|–|—|to|through|thru)\s*(?P<last>{DAY}))?")).ok());

/// Days with their times; no time is closed.
type Line = (Vec<usize>, Vec<(u32, u32)>);

fn line(text: &str) -> Option<Line> {
    lines(text).into_iter().next()
}

fn lines(block: &str) -> Vec<Line> {
    let hits = LINE.iter().flat_map(|regex| regex.captures_iter(block));
    hits.filter_map(|hit| {
        let days = days(hit.name("days")?.as_str())?;
        if hit.name("closed").is_some() {
            return Some((days, Vec::new()));
        }
        Some((days, vec![span(hit.name("opens")?.as_str(), hit.name("closes")?.as_str())?]))
    })
    .collect()
}

fn times_alone(block: &str) -> Option<Vec<(u32, u32)>> {
    if block.trim().eq_ignore_ascii_case("closed") {
        return Some(Vec::new());
    }
    let hit = SPAN.as_ref()?.captures(block)?;
    Some(vec![span(hit.name("opens")?.as_str(), hit.name("closes")?.as_str())?])
}

fn day_of(text: &str) -> Option<usize> {
    let text = text.trim().to_lowercase();
    DAYS.iter().position(|day| text.starts_with(&day.to_lowercase()))
}

fn days(text: &str) -> Option<Vec<usize>> {
    let lower = text.trim().to_lowercase();
    match lower.as_str() {
        "daily" | "every day" | "everyday" => return Some((0..7).collect()),
        "weekdays" => return Some((0..5).collect()),
        "weekend" | "weekends" => return Some(vec![5, 6]),
        _ if lower.contains("7 days") || lower.contains("seven days") => return Some((0..7).collect()),
        _ => {}
    }
    let mut all = Vec::new();
    let mut rest = lower.clone();
    for hit in DAY_WORD.as_ref()?.captures_iter(&lower) {
        let first = day_of(hit.name("first")?.as_str())?;
        let last = hit.name("last").map_or(Some(first), |last| day_of(last.as_str()))?;
        let steps = (last + 7 - first) % 7;
        all.extend((0..=steps).map(|step| (first + step) % 7));
        rest = rest.replacen(hit.get(0)?.as_str(), "", 1);
    }
    // Words besides the days: these are no bare days.
    let bare = rest.chars().filter(|c| c.is_alphanumeric()).count() <= 3;
    (!all.is_empty() && bare).then_some(all)
}

/// Minutes since midnight of `9`, `9:30 am`, `17:00`, `noon`, with whether morning or afternoon was said.
fn time(text: &str) -> Option<(u32, Option<bool>)> {
    let text: String = text.to_lowercase().chars().filter(|c| !c.is_whitespace() && *c != '.').collect();
    match text.as_str() {
        "noon" => return Some((720, Some(true))),
        "midnight" => return Some((1_440, Some(true))),
        _ => {}
    }
    let (digits, half) = match (text.strip_suffix("am"), text.strip_suffix("pm")) {
        (Some(digits), _) => (digits, Some(false)),
        (_, Some(digits)) => (digits, Some(true)),
        _ => (text.as_str(), None),
    };
    let (hour, minute) = digits.split_once(':').unwrap_or((digits, "0"));
    let (hour, minute) = (hour.parse::<u32>().ok()?, minute.parse::<u32>().ok()?);
    if minute > 59 || hour > 24 || half.is_some() && (hour > 12 || hour == 0) {
        return None;
    }
    let hour = match half {
        Some(true) if hour < 12 => hour + 12,
        Some(false) if hour == 12 => 0,
        _ => hour,
    };
    Some((hour * 60 + minute, half))
}

/// Opening and closing; where only one says am or pm, or none, what offices mean: from the morning into the afternoon.
fn span(opens: &str, closes: &str) -> Option<(u32, u32)> {
    let ((mut from, first), (mut to, second)) = (time(opens)?, time(closes)?);
    if second.is_none() && to <= 720 && (to <= from || first.is_some_and(|afternoon| !afternoon) && to < from) {
        to += 720;
    }
    if first.is_none() && second == Some(true) && from + 720 < to && from < 420 {
        from += 720;
    }
    (from < to && to <= 1_440).then_some((from, to))
}

/// `09:00`, `09:00:00`, `9:00 AM`.
fn clock(text: &str) -> Option<u32> {
    let text = text.trim().trim_start_matches('T');
    let short = if text.matches(':').count() > 1 { text.rsplit_once(':').map_or(text, |(short, _)| short) } else { text };
    time(short).map(|(minutes, _)| minutes)
}

/// A week as OSM writes it: days with the same hours together.
fn said(week: &Week) -> Option<String> {
    let mut parts: Vec<(Vec<usize>, String)> = Vec::new();
    for (day, spans) in week.iter().filter(|(_, spans)| !spans.is_empty()) {
        let mut spans = spans.clone();
        spans.sort_unstable();
        spans.dedup();
        let clock = |minutes: u32| format!("{:02}:{:02}", minutes / 60, minutes % 60);
        let text = spans.iter().map(|(from, to)| format!("{}-{}", clock(*from), clock(*to))).collect::<Vec<_>>().join(",");
        match parts.last_mut() {
            Some((days, known)) if *known == text && days.last().is_some_and(|last| last + 1 == *day) => days.push(*day),
            _ => parts.push((vec![*day], text)),
        }
    }
    let name = |day: &usize| DAYS.get(*day).copied().unwrap_or_default();
    let rule = |(days, text): &(Vec<usize>, String)| match (days.first(), days.last()) {
        (Some(first), Some(last)) if first != last => format!("{}-{} {text}", name(first), name(last)),
        (Some(first), _) => format!("{} {text}", name(first)),
        _ => String::new(),
    };
    let text = parts.iter().map(rule).collect::<Vec<_>>().join("; ");
    whole(&text)
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::super::data;
    use super::super::page::Page;
    use super::*;

    fn page(html: &str) -> Page {
        Page::parse(html.as_bytes(), &Url::parse("http://x.example/").unwrap(), Some("text/html; charset=utf-8"))
    }

    #[test]
    fn words_become_hours() {
        for (html, expected) in [
            ("<p>Mon–Fri 9–6", Some("Mo-Fr 09:00-18:00")),
            (
                "<p>Monday - Friday: 9:00 AM - 6:00 PM</p><p>Saturday 10am-5pm</p><p>Sunday: Closed</p>",
                Some("Mo-Fr 09:00-18:00; Sa 10:00-17:00"),
            ),
            ("<p>Mon-Sat 10am to 6pm, Sun 12 - 5pm", Some("Mo-Sa 10:00-18:00; Su 12:00-17:00")),
            ("<p>Open daily 10–6", Some("Mo-Su 10:00-18:00")),
            ("<p>Open 7 days a week: 10 a.m. – 6 p.m.", Some("Mo-Su 10:00-18:00")),
            ("<table><tr><td>Mon - Fri<td>9:30am - 5:30pm<tr><td>Saturday<td>Closed</table>", Some("Mo-Fr 09:30-17:30")),
            ("<p>Mon, Wed & Fri 9 - noon", Some("Mo 09:00-12:00; We 09:00-12:00; Fr 09:00-12:00")),
            ("<p>Sunday – Thursday 11-7", Some("Mo-Th 11:00-19:00; Su 11:00-19:00")),
            ("<p>Mon-Fri 9-5</p><p>Pool hours</p><p>x</p><p>y</p><p>z</p><p>Mon-Sun 6am-10pm</p>", Some("Mo-Fr 09:00-17:00")),
            ("<p>Homes from 1,800 to 2,400 square feet", None),
            ("<p>Monday-Friday <br/>8 AM to 8 PM ET<br>Saturday 9 AM to 5 PM ET", Some("Mo-Fr 08:00-20:00; Sa 09:00-17:00")),
            ("<p>Call Monday", None),
            ("<p>Monet</p><p>Moon</p><p>SUN - SAT 8am - 7pm CST</p>", Some("Mo-Su 08:00-19:00")),
            ("<p>Saturday by appointment", None),
        ] {
            let page = page(html);
            let found = of_text(page.outline.blocks().map(|(_, block)| block));
            assert_eq!(found.as_ref().map(|(hours, _)| hours.as_str()), expected, "{html} {found:?}");
        }
    }

    #[test]
    fn structured_data_becomes_hours() {
        for (json, expected) in [
            (r#"{"openingHours":"Mo-Fr 09:00-18:00"}"#, Some("Mo-Fr 09:00-18:00")),
            (r#"{"openingHours":["Mo-Fr 09:00-18:00","Sa 10:00-17:00"]}"#, Some("Mo-Fr 09:00-18:00; Sa 10:00-17:00")),
            (r#"{"openingHours":["Mo,Tu,We 09:00-18:00"]}"#, Some("Mo,Tu,We 09:00-18:00")),
            (
                r#"{"openingHoursSpecification":[{"@type":"OpeningHoursSpecification","dayOfWeek":["https://schema.org/Monday","Tuesday"],"opens":"09:00","closes":"18:00:00"},
                {"@type":"OpeningHoursSpecification","dayOfWeek":"Sunday","opens":"00:00","closes":"00:00"}]}"#,
                Some("Mo-Tu 09:00-18:00"),
            ),
            (r#"{"openingHours":"by appointment"}"#, None),
            (r#"{"name":"x"}"#, None),
        ] {
            let page = page(&format!("<script type='application/ld+json'>{json}</script>"));
            assert_eq!(of_data(&data::nodes(&page.outline)).as_deref(), expected, "{json}");
        }
    }
}
