//! Holds a finished report against the truth. Takes `report.json` (`crickets.report/1`) and the [`Truth`]; gives one sentence for
//! every difference: how inquiries ended, every touch by channel and second with its origin, sender and owner, the first times
//! and counts that follow from them, strays, and manners on the sites. An empty list is agreement. Pure.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::letter::domain;
use super::{ShopTruth, TrueTouch, Truth};
use crate::classify::Origin;
use crate::collect::Channel;
use crate::shop::Basis;

/// Twelve to find the form, one to submit it, and the page of thanks that a redirect leads to (benchmarks, section 5).
const PAGE_LOADS: u32 = 14;

/// A touch as the report has it.
struct Seen<'a> {
    shop: &'a str,
    channel: &'a str,
    origin: &'a str,
    at: Option<DateTime<Utc>>,
    from: Option<&'a str>,
    labels: &'a Value,
    taken: bool,
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn instant(value: &Value, key: &str) -> Option<DateTime<Utc>> {
    text(value, key).parse().ok()
}

/// A value as the contract spells it.
fn name(value: impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn shops(report: &Value) -> &[Value] {
    report.get("shops").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Every touch of the report.
fn seen(report: &Value) -> Vec<Seen<'_>> {
    let mut all = Vec::new();
    for shop in shops(report) {
        for touch in shop.get("touches").and_then(Value::as_array).into_iter().flatten() {
            all.push(Seen {
                shop: text(shop, "shop"),
                channel: text(touch, "channel"),
                origin: text(touch, "origin"),
                at: instant(touch, "at"),
                from: touch.get("from").and_then(Value::as_str),
                labels: touch.get("labels").unwrap_or(&Value::Null),
                taken: false,
            });
        }
    }
    all
}

/// Same channel and same second.
fn same_moment(seen: &Seen<'_>, channel: Channel, at: DateTime<Utc>) -> bool {
    !seen.taken && seen.channel == name(channel) && seen.at.is_some_and(|seen| seen.timestamp() == at.timestamp())
}

/// Whether the sender agrees; in studies staff addresses may be redacted.
fn same_sender(seen: &Seen<'_>, touch: &TrueTouch, basis: Basis) -> bool {
    match seen.from {
        Some(from) if from.eq_ignore_ascii_case(&touch.from) => true,
        other => {
            basis == Basis::Study
                && touch.channel == Channel::Email
                && other.is_none_or(|from| !from.contains('@') || domain(from) == domain(&touch.from))
        }
    }
}

/// Takes the entry of a true touch from its own shop: by sender too where several came in one second.
fn take(all: &mut [Seen<'_>], slug: &str, touch: &TrueTouch, basis: Basis) -> Option<usize> {
    let mut fitting: Vec<usize> = all
        .iter()
        .enumerate()
        .filter(|(_, seen)| seen.shop == slug && same_moment(seen, touch.channel, touch.at))
        .map(|(n, _)| n)
        .collect();
    fitting.sort_by_key(|&n| all.get(n).is_none_or(|seen| !same_sender(seen, touch, basis)));
    let n = fitting.first().copied()?;
    all.get_mut(n)?.taken = true;
    Some(n)
}

/// Every way in which the report departs from the truth, a sentence each.
#[must_use]
pub fn check(report: &Value, truth: &Truth) -> Vec<String> {
    let mut faults = Vec::new();
    let mut all = seen(report);
    let mut missing = Vec::new();
    for (slug, shop) in &truth.shops {
        let Some(entry) = shops(report).iter().find(|entry| text(entry, "shop") == slug) else {
            faults.push(format!("{slug} is not in the report."));
            continue;
        };
        endings(slug, shop, entry, &mut faults);
        let mut found = Vec::new();
        for touch in &shop.touches {
            let Some(n) = take(&mut all, slug, touch, shop.basis) else {
                missing.push((slug, touch));
                continue;
            };
            found.push(touch);
            if let Some(seen) = all.get(n) {
                compare(slug, shop, touch, seen, &mut faults);
            }
        }
        figures(slug, entry, &found, &mut faults);
    }
    let mut waiting = truth.strays.len();
    for (slug, touch) in missing {
        let what = format!("the {} from {} at {}", name(touch.channel), touch.from, touch.at.to_rfc3339());
        let elsewhere = all.iter_mut().find(|seen| same_moment(seen, touch.channel, touch.at) && seen.from == Some(touch.from.as_str()));
        match elsewhere {
            Some(seen) => {
                seen.taken = true;
                faults.push(format!("{slug}: {what} was given to {} instead.", seen.shop));
            }
            None if touch.may_be_in_review => waiting += 1,
            None => faults.push(format!("{slug}: {what} is missing.")),
        }
    }
    leftovers(truth, &mut all, &mut faults);
    let count = |key: &str| report.get(key).and_then(Value::as_u64).unwrap_or(0);
    let held = count("unmatched") + count("in_review");
    if held < waiting as u64 {
        faults
            .push(format!("{waiting} touches belong to nobody or to review, and the report counts only {held} as unmatched or in review."));
    }
    faults
}

/// How the inquiry ended, and how we behaved on the site.
fn endings(slug: &str, shop: &ShopTruth, entry: &Value, faults: &mut Vec<String>) {
    let status = text(entry, "status");
    let expected = name(shop.status);
    if status != expected {
        faults.push(format!("{slug} is {status}, and should be {expected}."));
    }
    if status == "confirmed" {
        match (shop.confirmed_at, instant(entry, "confirmed_at")) {
            (Some(truth), Some(said)) if (said.timestamp() - truth.timestamp()).abs() <= 2 => {}
            (truth, said) => faults.push(format!("{slug}: confirmed_at is {said:?}, and the site took the inquiry at {truth:?}.")),
        }
        if entry.get("confirmed_by").is_none_or(Value::is_null) {
            faults.push(format!("{slug} is confirmed without saying by what."));
        }
    }
    if let Some(asked) = shop.opt_out_at {
        let late = shop.touches.iter().any(|touch| touch.at > asked + TimeDelta::days(14) && touch.origin != Origin::Bounce);
        let criteria = entry.get("criteria").and_then(Value::as_array).into_iter().flatten();
        let missed = criteria
            .filter(|one| text(one, "id") == "respect.opt_out")
            .any(|one| text(one, "result") == "missed" && text(one, "why").contains("after the opt-out"));
        if late && !missed {
            faults.push(format!("{slug} went on after it was asked to stop, and the report does not hold it against it."));
        }
    }
    if shop.page_loads > PAGE_LOADS {
        faults.push(format!("{slug}: {} pages were loaded from the site, and {PAGE_LOADS} are the most.", shop.page_loads));
    }
    if shop.posts > 1 {
        faults.push(format!("{slug}: {} forms were posted to the site, and one is the most.", shop.posts));
    }
    faults.extend(shop.violations.iter().map(|violation| format!("{slug}: the shopper {violation}.")));
}

/// One touch against its entry.
fn compare(slug: &str, shop: &ShopTruth, touch: &TrueTouch, seen: &Seen<'_>, faults: &mut Vec<String>) {
    let what = format!("the {} at {}", name(touch.channel), touch.at.to_rfc3339());
    let origin = name(touch.origin);
    if seen.origin != origin {
        faults.push(format!("{slug}: {what} from {} is called {}, and is {origin}.", touch.from, seen.origin));
    }
    if !same_sender(seen, touch, shop.basis) {
        faults.push(format!("{slug}: {what} is said to be from {}, and is from {}.", seen.from.unwrap_or("nobody"), touch.from));
    }
}

/// What is in the report and never happened, or not to that shop.
fn leftovers(truth: &Truth, all: &mut [Seen<'_>], faults: &mut Vec<String>) {
    for stray in &truth.strays {
        if let Some(seen) = all.iter_mut().find(|seen| same_moment(seen, stray.channel, stray.at)) {
            seen.taken = true;
            faults.push(format!("{}: {} from {} belongs to nobody and was given to it.", seen.shop, stray.what, stray.from));
        }
    }
    for seen in all.iter().filter(|seen| !seen.taken) {
        let at = seen.at.map_or_else(|| "an unreadable time".to_owned(), |at| at.to_rfc3339());
        faults.push(format!(
            "{}: a {} from {} at {at} is reported and never happened.",
            seen.shop,
            seen.channel,
            seen.from.unwrap_or("nobody")
        ));
    }
}

/// Call attempts: a caller's rings within two minutes of each other are one (benchmarks, "Exactly").
fn attempts(touches: &[&TrueTouch]) -> u64 {
    let mut last: BTreeMap<&str, DateTime<Utc>> = BTreeMap::new();
    let mut count = 0;
    for touch in touches.iter().filter(|t| matches!(t.channel, Channel::Call | Channel::Voicemail) && t.origin == Origin::Personal) {
        let before = last.insert(&touch.from, touch.at);
        count += u64::from(before.is_none_or(|before| touch.at - before > TimeDelta::seconds(120)));
    }
    count
}

/// Whether a touch is of a kind.
type Fits<'a> = &'a dyn Fn(&TrueTouch) -> bool;

/// First times and counts, as they follow from the touches that the report found.
fn figures(slug: &str, entry: &Value, found: &[&TrueTouch], faults: &mut Vec<String>) {
    let (true, Some(start)) = (text(entry, "status") == "confirmed", instant(entry, "confirmed_at")) else { return };
    let over = instant(entry, "withdrawn_at").unwrap_or(DateTime::<Utc>::MAX_UTC).min(start + TimeDelta::days(30));
    let counted: Vec<&TrueTouch> = found.iter().copied().filter(|touch| touch.at <= over).collect();
    let personal = |touch: &TrueTouch| touch.origin == Origin::Personal;
    let mail = |touch: &TrueTouch| touch.channel == Channel::Email;
    let call = |touch: &TrueTouch| matches!(touch.channel, Channel::Call | Channel::Voicemail);
    let times: [(&str, Fits<'_>); 7] = [
        ("any", &|t| !matches!(t.origin, Origin::Bounce | Origin::Unknown)),
        ("personal", &personal),
        ("call", &|t| personal(t) && call(t)),
        ("personal_email", &|t| personal(t) && mail(t)),
        ("text", &|t| personal(t) && t.channel == Channel::Sms),
        ("video", &|t| personal(t) && t.labels.video.is_some()),
        ("auto_reply", &|t| t.origin == Origin::AutoReply),
    ];
    for (key, fits) in times {
        let expected = counted.iter().filter(|touch| fits(touch)).map(|touch| touch.at).min();
        let said = entry.get("first").and_then(|first| first.get(key)).and_then(Value::as_i64);
        // A bounce is "anything at all" by one reading and nothing by another.
        if key == "any" && counted.iter().any(|touch| touch.origin == Origin::Bounce) {
            continue;
        }
        let agree = match (expected, said) {
            (None, None) => true,
            // Where the confirmation lies within a second, the whole second before and after it are both right.
            (Some(at), Some(said)) => ((at - start).num_milliseconds().max(0) - said * 1_000).abs() < 1_000,
            _ => false,
        };
        if !agree {
            let expected = expected.map(|at| (at - start).num_seconds().max(0));
            faults.push(format!("{slug}: first.{key} is {}, and should be {}.", shown(said), shown(expected)));
        }
    }
    let number = |fits: Fits<'_>| counted.iter().filter(|touch| fits(touch)).count() as u64;
    let counts = [
        ("calls", attempts(&counted)),
        ("voicemails", number(&|t| t.channel == Channel::Voicemail)),
        ("texts", number(&|t| personal(t) && t.channel == Channel::Sms)),
        ("personal_emails", number(&|t| personal(t) && mail(t))),
        ("marketing_emails", number(&|t| t.origin == Origin::Marketing && mail(t))),
        ("auto_replies", number(&|t| t.origin == Origin::AutoReply)),
        ("videos", number(&|t| personal(t) && t.labels.video.is_some())),
        ("bounces", number(&|t| t.origin == Origin::Bounce)),
    ];
    for (key, expected) in counts {
        let said = entry.get("counts").and_then(|counts| counts.get(key)).and_then(Value::as_u64);
        if said != Some(expected) {
            faults.push(format!("{slug}: counts.{key} is {}, and should be {expected}.", shown(said)));
        }
    }
}

fn shown(value: Option<impl std::fmt::Display>) -> String {
    value.map_or_else(|| "null".to_owned(), |value| value.to_string())
}

/// Where the labels of the report depart from what a careful reader noted; only what the truth sets is compared, and names are
/// left out in studies, where they may be redacted.
#[must_use]
pub fn check_labels(report: &Value, truth: &Truth) -> Vec<String> {
    let mut faults = Vec::new();
    let mut all = seen(report);
    for (slug, shop) in &truth.shops {
        for touch in &shop.touches {
            let Some(seen) = take(&mut all, slug, touch, shop.basis).and_then(|n| all.get(n)) else { continue };
            let Ok(Value::Object(labels)) = serde_json::to_value(&touch.labels) else { continue };
            for (key, expected) in labels {
                let said = seen.labels.get(&key).unwrap_or(&Value::Null);
                if *said != expected && !(shop.basis == Basis::Study && key == "sender_name") {
                    let what = format!("the {} from {} at {}", name(touch.channel), touch.from, touch.at.to_rfc3339());
                    faults.push(format!("{slug}: {what} has {key} {said}, and should have {expected}."));
                }
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::classify::Labels;
    use crate::demo::Stray;
    use crate::shop::Status;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_793_635_200 + seconds, 0).unwrap()
    }

    fn touch(channel: Channel, origin: Origin, seconds: i64, from: &str) -> TrueTouch {
        TrueTouch {
            channel,
            origin,
            at: at(seconds),
            from: from.to_owned(),
            who: String::new(),
            may_be_in_review: false,
            labels: Labels::default(),
        }
    }

    fn truth() -> Truth {
        let mut truth = Truth::default();
        let shop = |status, touches| ShopTruth {
            opt_out_at: None,
            builder: "A".to_owned(),
            basis: Basis::Client,
            status,
            confirmed_at: Some(at(0)),
            page_loads: 2,
            posts: 1,
            violations: Vec::new(),
            touches,
        };
        let mut video = touch(Channel::Email, Origin::Personal, 900, "amy@a.example");
        video.labels.video = Some("https://www.loom.com/share/1".to_owned());
        let mut maybe = touch(Channel::Voicemail, Origin::Personal, 90_000, "+15125550101");
        maybe.may_be_in_review = true;
        let a = vec![
            touch(Channel::Email, Origin::AutoReply, 4, "info@a.example"),
            touch(Channel::Call, Origin::Personal, 200, "+15125550100"),
            touch(Channel::Call, Origin::Personal, 310, "+15125550100"),
            video,
            touch(Channel::Sms, Origin::Personal, 1_000, "+15125550100"),
            touch(Channel::Email, Origin::Marketing, 2_000, "news@a.example"),
            maybe,
        ];
        truth.shops.insert("a".to_owned(), shop(Status::Confirmed, a));
        truth.shops.insert("b".to_owned(), ShopTruth { confirmed_at: None, ..shop(Status::Rejected, Vec::new()) });
        let stray = Stray { channel: Channel::Call, at: at(5_000), from: "+18885550193".to_owned(), what: "a robot's call".to_owned() };
        truth.strays.push(stray);
        truth
    }

    /// A report that agrees, with the uncertain voicemail left to review.
    fn report() -> Value {
        let entry = |channel: &str, origin: &str, seconds: i64, from: &str| json!({"channel": channel, "origin": origin, "at": at(seconds), "from": from, "labels": {}});
        let mut touches = vec![
            entry("email", "auto_reply", 4, "info@a.example"),
            entry("call", "personal", 200, "+15125550100"),
            entry("call", "personal", 310, "+15125550100"),
            entry("email", "personal", 900, "amy@a.example"),
            entry("sms", "personal", 1_000, "+15125550100"),
            entry("email", "marketing", 2_000, "news@a.example"),
        ];
        touches[3]["labels"]["video"] = json!("https://www.loom.com/share/1");
        json!({"shops": [
            {"shop": "a", "status": "confirmed", "confirmed_at": at(0), "confirmed_by": "text", "withdrawn_at": null, "touches": touches,
             "first": {"any": 4, "personal": 200, "call": 200, "personal_email": 900, "text": 1_000, "video": 900, "auto_reply": 4},
             "counts": {"calls": 1, "voicemails": 0, "texts": 1, "personal_emails": 1, "marketing_emails": 1, "auto_replies": 1, "videos": 1, "bounces": 0}},
            {"shop": "b", "status": "rejected", "touches": []}],
         "unmatched": 2, "in_review": 0})
    }

    #[test]
    fn agreement_is_an_empty_list() {
        assert_eq!(check(&report(), &truth()), Vec::<String>::new());
        assert_eq!(check_labels(&report(), &truth()), Vec::<String>::new());
    }

    #[test]
    fn every_kind_of_planted_difference_is_found() {
        type Plant = fn(&mut Value, &mut Truth);
        let cases: [(&str, Plant); 19] = [
            ("b is confirmed, and should be rejected", |r, _| r["shops"][1]["status"] = json!("confirmed")),
            ("b is not in the report", |r, _| r["shops"].as_array_mut().unwrap().truncate(1)),
            ("is missing", |r, _| r["shops"][0]["touches"].as_array_mut().unwrap().truncate(5)),
            ("is missing", |r, _| r["shops"][0]["touches"][4]["at"] = json!(at(1_001))),
            ("is reported and never happened", |r, _| r["shops"][0]["touches"][4]["at"] = json!(at(1_001))),
            ("is called personal, and is auto_reply", |r, _| r["shops"][0]["touches"][0]["origin"] = json!("personal")),
            ("is said to be from amy@b.example", |r, _| r["shops"][0]["touches"][3]["from"] = json!("amy@b.example")),
            ("is said to be from nobody", |r, _| r["shops"][0]["touches"][1]["from"] = Value::Null),
            ("was given to b instead", |r, _| {
                let moved = r["shops"][0]["touches"].as_array_mut().unwrap().remove(4);
                r["shops"][1]["touches"].as_array_mut().unwrap().push(moved);
            }),
            ("a robot's call from +18885550193 belongs to nobody", |r, _| {
                let robot = json!({"channel": "call", "origin": "personal", "at": at(5_000), "from": "+18885550193"});
                r["shops"][1]["touches"].as_array_mut().unwrap().push(robot);
            }),
            ("first.call is 201, and should be 200", |r, _| r["shops"][0]["first"]["call"] = json!(201)),
            ("first.text is null, and should be 1000", |r, _| r["shops"][0]["first"]["text"] = Value::Null),
            ("counts.calls is 2, and should be 1", |r, _| r["shops"][0]["counts"]["calls"] = json!(2)),
            ("confirmed_at is", |r, _| r["shops"][0]["confirmed_at"] = json!(at(60))),
            ("without saying by what", |r, _| r["shops"][0]["confirmed_by"] = Value::Null),
            ("counts only 1 as unmatched", |r, _| r["unmatched"] = json!(1)),
            ("15 pages were loaded", |_, t| t.shops.get_mut("a").unwrap().page_loads = 15),
            ("2 forms were posted", |_, t| t.shops.get_mut("a").unwrap().posts = 2),
            ("the shopper filled the trap", |_, t| t.shops.get_mut("a").unwrap().violations.push("filled the trap `website`".to_owned())),
        ];
        for (expected, plant) in cases {
            let (mut report, mut truth) = (report(), truth());
            plant(&mut report, &mut truth);
            let faults = check(&report, &truth);
            assert!(faults.iter().any(|fault| fault.contains(expected)), "{expected}: {faults:?}");
        }
    }

    #[test]
    fn a_touch_that_only_its_words_place_may_be_matched_or_in_review() {
        let mut report = report();
        report["unmatched"] = json!(1);
        report["shops"][0]["counts"]["calls"] = json!(2);
        report["shops"][0]["counts"]["voicemails"] = json!(1);
        let found = json!({"channel": "voicemail", "origin": "personal", "at": at(90_000), "from": "+15125550101"});
        report["shops"][0]["touches"].as_array_mut().unwrap().push(found);
        assert_eq!(check(&report, &truth()), Vec::<String>::new());
    }

    #[test]
    fn a_confirmation_within_a_second_accepts_the_second_before_and_after() {
        let mut report = report();
        report["shops"][0]["confirmed_at"] = json!(at(0) + TimeDelta::milliseconds(250));
        for call in [199, 200] {
            report["shops"][0]["first"]["call"] = json!(call);
            report["shops"][0]["first"]["personal"] = json!(call);
            assert_eq!(check(&report, &truth()), Vec::<String>::new());
        }
        report["shops"][0]["first"]["call"] = json!(198);
        assert_eq!(check(&report, &truth()).len(), 1);
    }

    #[test]
    fn a_study_may_redact_the_person_but_not_the_domain() {
        let (mut report, mut truth) = (report(), truth());
        truth.shops.get_mut("a").unwrap().basis = Basis::Study;
        for (from, faults) in [("redacted@a.example", 0), ("(redacted)", 0), ("amy@b.example", 1)] {
            report["shops"][0]["touches"][3]["from"] = json!(from);
            assert_eq!(check(&report, &truth).len(), faults, "{from}");
        }
    }

    #[test]
    fn a_wrong_label_is_found() {
        let mut report = report();
        report["shops"][0]["touches"][3]["labels"]["video"] = Value::Null;
        assert!(check_labels(&report, &truth())[0].contains("video"));
    }
}
