//! One shop of an anonymous report, field by field: names become others, numbers and times stay, and what a builder's people or a
//! site said is left out.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use serde_json::Value;

use super::names::Names;
use super::{LEFT_OUT, own};
use crate::classify::Labels;
use crate::collect::Signal;
use crate::report::input::{ShopDetail, TouchDetail};
use crate::report::model::ReportShop;
use crate::report::{Appeal, words};
use crate::score::{Cap, Card, Criterion, Insight, TouchEntry, TouchId};
use crate::shop::Status;

/// Words of a question that say nothing of whom it asks, though they begin large.
const ASKING: [&str; 48] = [
    "I", "I'm", "A", "An", "The", "This", "That", "These", "There", "It", "Is", "Are", "Was", "Do", "Does", "Did", "Can", "Could", "Will",
    "Would", "Should", "May", "What", "Which", "How", "When", "Where", "Who", "Why", "Have", "Has", "Hi", "Hello", "Please", "Thanks",
    "Thank", "We", "My", "Our", "You", "Your", "If", "In", "At", "On", "For", "And", "Also",
];

/// Ids of touches under their new names: an id is made of the message's own.
type Ids = BTreeMap<String, String>;

pub(super) fn hidden(names: &Names, shop: ReportShop) -> ReportShop {
    let ReportShop { card, readiness, insight, appeals, detail, file: _ } = shop;
    let builder = card.builder.clone();
    let slug = names.shop(&card.shop);
    let ids = ids(&card, &slug);
    ReportShop {
        readiness: readiness.map(|ready| ready_of(names, &builder, ready)),
        insight: insight.map(|insight| taken(names, &builder, &ids, insight)),
        appeals: appeals.into_iter().map(|appeal| appealed(names, &builder, &ids, appeal)).collect(),
        detail: detail_of(names, &ids, detail),
        card: card_of(names, &builder, &slug, &ids, card),
        file: slug,
    }
}

fn ids(card: &Card, slug: &str) -> Ids {
    let letters = slug.trim_start_matches("builder-");
    card.touches.iter().enumerate().map(|(n, touch)| (touch.id.to_string(), format!("t_{letters}_{}", n + 1))).collect()
}

fn renamed(ids: &Ids, list: &[TouchId]) -> Vec<TouchId> {
    list.iter().filter_map(|id| Some(ids.get(&**id)?.as_str().into())).collect()
}

/// A sentence of ours, in which touches may be named by their ids.
fn sentence(names: &Names, ids: &Ids, text: &str) -> String {
    let mut text = text.to_owned();
    for (id, new) in ids.iter().filter(|(id, _)| !id.is_empty()) {
        text = text.replace(id.as_str(), new);
    }
    names.finder.replace(&text)
}

fn card_of(names: &Names, builder: &str, slug: &str, ids: &Ids, card: Card) -> Card {
    let Card {
        shop: _,
        builder: _,
        status,
        verdict,
        verdict_why,
        sent_at,
        confirmed_at,
        confirmed_by,
        channels,
        first,
        first_business,
        counts,
        points,
        out_of,
        score,
        tier,
        caps,
        withdrawn_at,
        cut_at,
        opt_out_at,
        criteria,
        touches,
    } = card;
    let criterion = |Criterion { id, counted, result, points, of, why, touches }| Criterion {
        id,
        counted,
        result,
        points,
        of,
        why: sentence(names, ids, &why).into(),
        touches: renamed(ids, &touches),
    };
    let touch = |touch: TouchEntry| {
        let TouchEntry {
            id,
            channel,
            origin,
            at,
            at_latest,
            disputed,
            from,
            attributed_by,
            confidence,
            labels,
            evidence: _,
            evidence_fault: _,
        } = touch;
        TouchEntry {
            id: ids.get(&*id).cloned().unwrap_or_default().into(),
            channel,
            origin,
            at,
            at_latest,
            disputed,
            from: from.map(|from| names.origin(&from)),
            attributed_by,
            confidence,
            labels: labels_of(names, builder, labels),
            // Whoever has the same bytes would know it by its hash.
            evidence: None,
            evidence_fault: None,
        }
    };
    // Why a site let nobody through is told in its own words.
    let why = |why: String| if status == Status::Confirmed { own(names, &why, 2) } else { words::status_meaning(status).to_owned() };
    Card {
        shop: slug.to_owned(),
        builder: names.builder(builder),
        status,
        verdict,
        verdict_why: verdict_why.into_iter().map(why).collect(),
        sent_at,
        confirmed_at,
        confirmed_by,
        channels,
        first,
        first_business,
        counts,
        points,
        out_of,
        score,
        tier: tier.map(|tier| names.finder.replace(&tier)),
        caps: caps.into_iter().map(|Cap { kind, cap, why }| Cap { kind, cap, why: sentence(names, ids, &why) }).collect(),
        withdrawn_at,
        cut_at,
        opt_out_at,
        criteria: criteria.into_iter().map(criterion).collect(),
        touches: touches.into_iter().map(touch).collect(),
    }
}

fn labels_of(names: &Names, builder: &str, labels: Labels) -> Labels {
    let Labels {
        sender_name,
        name_used,
        community_named,
        direct_phone,
        placement,
        video,
        appointment,
        scheduling_link,
        reason_or_discovery,
        question,
        faults,
        introduces,
        suspected_automation,
    } = labels;
    Labels {
        sender_name: sender_name.map(|name| names.person(builder, &name)),
        name_used,
        community_named,
        direct_phone: direct_phone.map(|phone| names.origin(&phone)),
        placement,
        video: left_out(video),
        appointment,
        scheduling_link: left_out(scheduling_link),
        reason_or_discovery,
        question,
        faults,
        introduces: introduces.map(|name| names.person(builder, &name)),
        suspected_automation,
    }
}

fn left_out(text: Option<String>) -> Option<String> {
    text.map(|_| LEFT_OUT.to_owned())
}

fn taken(names: &Names, builder: &str, ids: &Ids, mut insight: Insight) -> Insight {
    insight.each_text(|text| *text = names.text(builder, &sentence(names, ids, text)));
    for list in insight.fixes.iter_mut().map(|fix| &mut fix.touches).chain(insight.hypotheses.iter_mut().map(|guess| &mut guess.touches)) {
        *list = renamed(ids, list);
    }
    let continuity = &mut insight.continuity;
    continuity.over_calling = renamed(ids, &continuity.over_calling);
    for hand_off in &mut continuity.hand_offs {
        hand_off.touch = ids.get(&*hand_off.touch).cloned().unwrap_or_default().into();
    }
    insight
}

fn appealed(names: &Names, builder: &str, ids: &Ids, appeal: Appeal) -> Appeal {
    let Appeal { id, at, by, text: _, criterion, touch, outcome, outcome_at, outcome_by, outcome_text, corrections, rehearsal } = appeal;
    Appeal {
        id,
        at,
        by: names.person(builder, &by),
        text: LEFT_OUT.to_owned(),
        criterion,
        touch: touch.map(|touch| ids.get(&touch).cloned().unwrap_or_else(|| LEFT_OUT.to_owned())),
        outcome,
        outcome_at,
        outcome_by: outcome_by.map(|name| names.person(builder, &name)),
        outcome_text: left_out(outcome_text),
        corrections: corrections.iter().map(|id| ids.get(id).cloned().unwrap_or_else(|| LEFT_OUT.to_owned())).collect(),
        rehearsal,
    }
}

/// Of what a site shows only what is known to name nobody.
fn ready_of(names: &Names, builder: &str, ready: Value) -> Value {
    let Value::Object(object) = ready else { return Value::Null };
    let kept = object.into_iter().filter_map(|(key, value)| {
        let value = match (key.as_str(), value) {
            (_, value @ (Value::Null | Value::Bool(_) | Value::Number(_))) => value,
            ("osc_name", Value::String(name)) => names.person(builder, &name).into(),
            ("phones", Value::Array(phones)) => phones.iter().filter_map(Value::as_str).map(|phone| names.origin(phone)).collect(),
            ("chat", Value::String(vendor)) if is_word(&vendor) => names.finder.replace(&vendor).into(),
            ("response_promise" | "chat", Value::String(_)) => LEFT_OUT.into(),
            _ => return None,
        };
        is_word(&key).then_some((key, value))
    });
    Value::Object(kept.collect())
}

fn is_word(text: &str) -> bool {
    text.len() < 32 && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn detail_of(names: &Names, ids: &Ids, detail: ShopDetail) -> ShopDetail {
    let ShopDetail {
        site: _,
        question,
        community,
        persona,
        hours,
        timezone,
        tags,
        basis,
        staff: _,
        known: _,
        planned_at,
        alias: _,
        phone: _,
        rehearsal,
        submission_evidence: _,
        touches,
        open_spans,
        reason: _,
    } = detail;
    let touched = |(id, touch): (String, TouchDetail)| Some((ids.get(&id)?.clone(), touch_of(names, touch)));
    ShopDetail {
        site: String::new(),
        question: asked(names, &question),
        community: community.map(|name| names.community(&name)),
        persona: if persona.is_empty() { persona } else { names.person("", &persona) },
        hours: without_remarks(&hours),
        timezone: by_region(timezone),
        tags: tags.iter().map(|tag| names.group(tag)).collect(),
        basis,
        staff: Vec::new(),
        known: Vec::new(),
        planned_at,
        alias: String::new(),
        phone: None,
        rehearsal,
        submission_evidence: Vec::new(),
        touches: touches.into_iter().filter_map(touched).collect(),
        open_spans,
        reason: None,
    }
}

fn touch_of(names: &Names, touch: TouchDetail) -> TouchDetail {
    let TouchDetail { subject, excerpt, html: _, quotes: _, reasons, duration_s, answered, review, source } = touch;
    TouchDetail {
        subject: left_out(subject),
        excerpt: left_out(excerpt),
        html: None,
        quotes: Vec::new(),
        reasons: reasons.into_iter().map(|reason| Signal { detail: LEFT_OUT.to_owned(), ..reason }).collect(),
        duration_s,
        answered,
        review: left_out(review),
        source: if source.is_empty() { source } else { names.source(&source) },
    }
}

/// The question without what it names: known names, in whatever letters, and every word that is written large or is a number.
fn asked(names: &Names, question: &str) -> String {
    let mut text = String::new();
    for piece in names.finder.pieces(question) {
        if piece.replaced {
            // A word of a builder's name may be a plan's here.
            text.push_str(if piece.text.starts_with("Community ") || piece.text.starts_with('[') { &piece.text } else { "…" });
            continue;
        }
        for part in piece.text.split_inclusive(|c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '’' | '-')) {
            let word = part.trim_end_matches(|c: char| !c.is_alphanumeric());
            let tail = part.strip_prefix(word).unwrap_or_default();
            let small = word.chars().all(|c| !c.is_alphabetic() || c.is_lowercase());
            let digits = word.chars().filter(char::is_ascii_digit).count();
            let safe = ASKING.contains(&word) || small && digits < 3 && !names.finder.knows(word);
            text.push_str(if safe || word.is_empty() { word } else { "…" });
            text.push_str(tail);
        }
    }
    text
}

/// Hours without the remarks that may stand among them in quotation marks.
fn without_remarks(hours: &str) -> String {
    let outside = hours.split('"').step_by(2).map(str::trim).filter(|part| !part.is_empty());
    outside.collect::<Vec<_>>().join(" ")
}

/// A zone by its region: its usual name is a town's.
fn by_region(zone: Tz) -> Tz {
    match zone {
        Tz::America__New_York => Tz::US__Eastern,
        Tz::America__Chicago => Tz::US__Central,
        Tz::America__Denver => Tz::US__Mountain,
        Tz::America__Phoenix => Tz::US__Arizona,
        Tz::America__Los_Angeles => Tz::US__Pacific,
        Tz::America__Anchorage => Tz::US__Alaska,
        Tz::Pacific__Honolulu => Tz::US__Hawaii,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_keeps_its_kind_and_loses_its_names() {
        let names = Names::of(&[], "s").unwrap();
        for (question, want) in [
            (
                "Does the Magnolia plan at Willow Creek come with a three-car garage?",
                "Does the … plan at … … come with a three-car garage?",
            ),
            ("Hi, I'm Dana. Is plan 2417B ready by May? Call +1 512 555 0142.", "Hi, I'm …. Is plan … ready by May? … [number]."),
            ("家を探す", "…"),
            ("", ""),
        ] {
            assert_eq!(asked(&names, question), want);
        }
    }

    #[test]
    fn a_zone_keeps_its_time() {
        let at = chrono::DateTime::from_timestamp(1_793_000_000, 0).unwrap();
        let zones = ["America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles"];
        for zone in zones.into_iter().chain(["America/Anchorage", "Pacific/Honolulu"]).map(|name| name.parse::<Tz>().unwrap()) {
            let region = by_region(zone);
            assert!(region != zone && region.name().starts_with("US/"), "{region}");
            for days in [0, 90, 180, 270] {
                let at = at + chrono::TimeDelta::days(days);
                assert_eq!(at.with_timezone(&zone).to_string(), at.with_timezone(&region).to_string());
            }
        }
    }

    #[test]
    fn hours_lose_their_remarks() {
        assert_eq!(without_remarks("Mo-Fr 09:00-18:00; Sa \"by appointment at Willow Creek\""), "Mo-Fr 09:00-18:00; Sa");
        assert_eq!(without_remarks("24/7"), "24/7");
    }
}
