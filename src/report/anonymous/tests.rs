//! What an anonymous report promises: no name in any page of any format, and no score or alphabet in the letters.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::{Format, Report, ShopDetail, build, sample};
use super::*;
use crate::score::insight::{Continuity, HandOff, Insight, OptOut, Person};
use crate::shop::Basis;

/// A word that no template, rubric or sentence of ours holds; one for each field, so that a failure names it.
fn mark(field: &str) -> String {
    format!("Zyx{field}Qwv")
}

/// The sample with a mark in every text that can come from outside.
fn marked(wave: &str) -> Report {
    build(marks(wave))
}

fn marks(wave: &str) -> sample::Sample {
    let mut input = sample::input();
    input.wave = wave.to_owned();
    input.workspace = mark("workspace");
    input.brand.name = Some(mark("brand"));
    input.shops.retain(|shop| shop.card.shop != "hostile" && shop.card.shop != "refused");
    for (n, shop) in input.shops.iter_mut().enumerate() {
        let builder = format!("{} {n} Homes", mark("builder"));
        shop.card.shop = format!("zyxslug{n}-qwv");
        for standing in input.rest.builders.iter_mut().filter(|standing| standing.builder == shop.card.builder) {
            standing.builder.clone_from(&builder);
        }
        shop.card.builder.clone_from(&builder);
        for why in shop.card.verdict_why.iter_mut().chain(shop.card.caps.iter_mut().map(|cap| &mut cap.why)) {
            *why = format!("{why}, says {builder}");
        }
        if shop.card.status != crate::shop::Status::Confirmed {
            shop.card.verdict_why = vec![mark("verdictwhy")];
        }
        let person = format!("{}{n} {}{n}", mark("first"), mark("last"));
        for criterion in &mut shop.card.criteria {
            criterion.why = format!("{} from {person} at {builder}, {}", criterion.why, "+1 (512) 555-0177");
        }
        for touch in &mut shop.card.touches {
            touch.labels.sender_name = Some(person.clone());
            touch.labels.introduces = Some(mark("introduces"));
            touch.labels.direct_phone = Some("+15125550177".to_owned());
            touch.labels.scheduling_link = Some(format!("https://meet.test/{}", mark("link")));
            touch.labels.video = Some(format!("https://video.test/{}", mark("video")));
            touch.from = Some(format!("zyx.from{n}@zyxdomain-qwv.com"));
            touch.evidence = Some(format!("sha256:{}", mark("evidence")));
            let old = touch.id.clone();
            touch.id = format!("t_zyxid{old}qwv");
            if let Some(mut detail) = shop.detail.touches.remove(&old) {
                detail.subject = Some(mark("subject"));
                detail.excerpt = Some(mark("excerpt"));
                detail.html = Some(format!("<p>{}</p>", mark("html")));
                detail.quotes = [("question".to_owned(), mark("quote"))].into();
                detail.reasons.iter_mut().for_each(|reason| reason.detail = mark("reason"));
                detail.review = Some(mark("review"));
                detail.source = format!("mailbox.{}", mark("source"));
                shop.detail.touches.insert(touch.id.clone(), detail);
            }
        }
        shop.readiness = Some(serde_json::json!({"osc_named": true, "osc_name": person, "phones": ["+15125550177"], "chat": mark("chat"),
            "response_promise": mark("promise"), "calls_to_action": 3, "zyxkey": mark("key"), "list": [mark("list")]}));
        let fresh = |id: &str| crate::report::Appeal {
            id: id.to_owned(),
            by: format!("{}, {builder}", mark("appellant")),
            text: mark("appeal"),
            touch: shop.card.touches.first().map(|touch| touch.id.clone()),
            outcome_by: Some(mark("coach")),
            outcome_text: Some(mark("outcome")),
            corrections: vec![mark("correction")],
            ..crate::report::Appeal::default()
        };
        shop.appeals = vec![fresh("A1")];
        shop.insight = shop.card.score.map(|_| Insight {
            fixes: Vec::new(),
            hypotheses: Vec::new(),
            continuity: Continuity {
                people: vec![Person { name: person.clone(), touches: 2 }, Person { name: mark("colleague"), touches: 1 }],
                hand_offs: vec![HandOff {
                    from: person.clone(),
                    to: mark("colleague"),
                    introduced: false,
                    touch: shop.card.touches.first().map(|touch| touch.id.clone()).unwrap_or_default(),
                }],
                opt_out: OptOut::NotTested,
                ..Continuity::default()
            },
        });
        let detail = &mut shop.detail;
        detail.site = format!("https://www.zyxsite{n}-qwv.com/{}", mark("path"));
        detail.question = format!("Does the {} plan at {} come with a garage? Ask {person}.", mark("plan"), mark("community"));
        detail.community = Some(mark("community"));
        detail.persona = format!("{} {}", mark("shopperfirst"), mark("shopperlast"));
        detail.hours = format!("Mo-Fr 09:00-18:00 \"{}\"", mark("hours"));
        detail.tags = vec![mark("tag")];
        detail.staff = vec![mark("staff")];
        detail.known = vec![mark("known"), "+15125550188".to_owned(), "zyxdomain-qwv.com".to_owned()];
        detail.alias = "zyxalias+qwv@example.org".to_owned();
        detail.phone = Some("+15125550199".to_owned());
        detail.reason = Some(mark("reason"));
        for evidence in &mut detail.submission_evidence {
            evidence.sha256 = mark("proof");
        }
    }
    let gaps = input.coverage.values().flatten().cloned().collect::<Vec<_>>();
    input.coverage = [(format!("mailbox.{}", mark("source")), gaps)].into();
    for gap in input.coverage.values_mut().flatten() {
        gap.why = Some(format!("not read to its end: {} refused, 192.0.2.7", mark("gap")));
    }
    input.alive.clear();
    input
}

/// The shops of a report with their touches.
fn whole(report: &Report) -> Vec<ReportShop> {
    report.shops.each().map(Result::unwrap).collect()
}

fn pages(report: &Report) -> Vec<(String, String)> {
    let all = Format::PLAIN.iter().filter_map(|format| format.writer()).flat_map(|writer| writer.pages(report).unwrap());
    all.map(|page| (page.path.display().to_string(), String::from_utf8_lossy(&page.bytes).into_owned())).collect()
}

#[test]
fn no_page_of_any_format_names_anybody() {
    let named = marked("2026-11");
    let shown: String = pages(&named).into_iter().map(|(_, text)| text.to_lowercase()).collect();
    for field in ["builder", "first", "staff", "tag", "community", "subject", "excerpt", "quote", "review", "appeal", "link", "gap"] {
        // Staff that signs nothing is known and not shown.
        assert!(field == "staff" || shown.contains(&mark(field).to_lowercase()), "the test marks nothing with {field}");
    }
    let hidden = anonymous(vec![named], "secret").unwrap().remove(0);
    let document = serde_json::to_string(&hidden).unwrap();
    let details: Vec<String> = whole(&hidden).iter().map(|shop| format!("{:?}{:?}", shop.detail, shop.file)).collect();
    let texts = pages(&hidden).into_iter().chain([("the model".to_owned(), document), ("the details".to_owned(), details.concat())]);
    for (page, text) in texts {
        let small = text.to_lowercase();
        for marked in ["zyx", "qwv"] {
            let around = small.find(marked).map(|at| small[at.saturating_sub(60)..].chars().take(120).collect::<String>());
            assert_eq!(around, None, "{page}");
        }
        for number in ["5550177", "555-0177", "5550188", "5550199", "example.org", "192.0.2.7"] {
            assert!(!small.contains(number), "{number} in {page}");
        }
        assert!(!page.contains("zyx"), "{page}");
    }
}

#[test]
fn what_is_measured_stays_and_is_told_apart() {
    let named = marked("2026-11");
    let hidden = anonymous(vec![named.clone()], "secret").unwrap().remove(0);
    let scores = |report: &Report| {
        let mut all: Vec<String> = report.shops.iter().map(|shop| format!("{:?} {:?}", shop.card.score, shop.card.first)).collect();
        all.sort();
        all
    };
    assert_eq!(scores(&named), scores(&hidden));
    assert_eq!(named.cohort, hidden.cohort);
    let builders: BTreeSet<&str> = hidden.shops.iter().map(|shop| shop.card.builder.as_str()).collect();
    assert_eq!(builders.len(), named.shops.len());
    assert!(builders.iter().all(|name| name.starts_with("Builder ")), "{builders:?}");
    let shops = whole(&hidden);
    let ids: Vec<&str> = shops.iter().flat_map(|shop| &shop.card.touches).map(|touch| touch.id.as_str()).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "each touch has an id of its own");
    for shop in &shops {
        assert_eq!(shop.detail.touches.len(), shop.card.touches.len());
        let known: BTreeSet<&String> = shop.card.touches.iter().map(|touch| &touch.id).collect();
        let rested: usize = shop.card.criteria.iter().map(|criterion| criterion.touches.len()).sum();
        assert!(
            shop.card.criteria.iter().flat_map(|criterion| &criterion.touches).all(|id| known.contains(id))
                && (rested == 0 || !known.is_empty())
        );
    }
    let best = shops.iter().find(|shop| shop.file == hidden.leaderboard()[0].file).unwrap();
    let person = best.card.touches[0].labels.sender_name.clone().unwrap();
    assert!(person.starts_with("Person "), "{person}");
    assert!(best.card.criteria[0].why.contains(&person), "the same person in a label and in a sentence: {}", best.card.criteria[0].why);
    assert_eq!(best.insight.as_ref().unwrap().continuity.people[0].name, person);
    let json: Value = serde_json::to_value(&hidden).unwrap();
    assert_eq!((&json["anonymous"], &json["schema"]), (&Value::Bool(true), &Value::from("crickets.report/1")));
}

#[test]
fn a_builder_has_one_name_over_the_waves_and_its_letter_tells_nothing() {
    let mut input = marks("2026-12");
    input.shops.reverse();
    input.shops.truncate(5);
    let later = build(input);
    let original: Vec<(String, Option<f64>)> = later.shops.iter().map(|shop| (shop.card.builder.clone(), shop.card.score)).collect();
    let both = anonymous(vec![marked("2026-11"), later.clone()], "secret").unwrap();
    let of = |report: &Report| report.shops.iter().map(|shop| (shop.card.builder.clone(), shop.card.shop.clone())).collect::<BTreeSet<_>>();
    assert!(of(&both[1]).is_subset(&of(&both[0])), "the same names in both");
    assert_eq!(of(&both[1]).len(), original.len());
    let again = anonymous(vec![marked("2026-11"), later], "secret").unwrap();
    let text = |reports: &[Report]| serde_json::to_string(reports).unwrap();
    assert_eq!(text(&both), text(&again), "the same secret, the same names");
    let letters = |secret: &str| {
        anonymous(vec![marked("2026-11")], secret)
            .unwrap()
            .remove(0)
            .leaderboard()
            .iter()
            .map(|shop| shop.card.builder.clone())
            .collect::<Vec<_>>()
    };
    let one = letters("one");
    assert!(one != letters("two"), "another secret, other names");
    assert!(!one.is_sorted(), "the letters are not in the order of the scores");
}

#[test]
fn a_study_stays_redacted_and_an_empty_wave_is_no_trouble() {
    let mut input = sample::input();
    for shop in &mut input.shops {
        shop.detail = ShopDetail { basis: Some(Basis::Study), ..shop.detail.clone() };
    }
    let hidden = anonymous(vec![build(input.clone())], "secret").unwrap().remove(0);
    for (page, text) in pages(&hidden) {
        for name in ["Ortiz", "Bluebonnet", "Caliche", "Whitfield", "Willow Creek", "amy.ortiz", "Feliz"] {
            assert!(!text.contains(name), "{name} in {page}");
        }
    }
    input.shops.clear();
    input.builders.clear();
    assert!(anonymous(vec![build(input)], "secret").is_ok());
    assert!(anonymous(Vec::new(), "secret").unwrap().is_empty());
}

#[test]
fn a_name_that_is_left_is_refused() {
    let names = Names::of(&[marked("2026-11")], "secret").unwrap();
    let mut hidden = anonymous(vec![marked("2026-11")], "secret").unwrap().remove(0);
    assert!(searched(&names, &hidden).is_ok());
    hidden.shops[0].detail.hours = format!("by {} 0 homes", mark("builder"));
    let error = searched(&names, &hidden).unwrap_err().to_string();
    assert!(error.contains("anonymous") && error.contains("detail.hours"), "{error}");
}

#[test]
fn what_an_earlier_report_left_in_the_folder_goes() {
    let folder = tempfile::tempdir().unwrap();
    let named = marked("2026-11");
    super::super::write(&named, folder.path(), &Format::PLAIN).unwrap();
    std::fs::write(folder.path().join("report.pdf"), "printed before").unwrap();
    std::fs::write(folder.path().join("notes.txt"), "mine").unwrap();
    let hidden = anonymous(vec![named], "secret").unwrap().remove(0);
    super::super::write(&hidden, folder.path(), &[Format::Md]).unwrap();
    let mut left: Vec<String> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    left.sort();
    assert_eq!(left, ["builders", "notes.txt", "report.md"], "every file that any format writes is known, and went");
    assert_eq!(std::fs::read_dir(folder.path().join("builders")).unwrap().count(), 0);
}
