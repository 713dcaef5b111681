//! What every format promises together.

use std::collections::BTreeSet;
use std::io::{Cursor, Read};

use serde_json::Value;

use super::{Format, Report, build, sample, write};
use crate::score::{Channels, Reach, Verdict};

fn all(report: &Report) -> Vec<(String, String)> {
    let pages = Format::PLAIN.iter().flat_map(|format| format.writer().unwrap().pages(report).unwrap());
    pages.map(|page| (page.path.display().to_string(), text(page.bytes))).collect()
}

/// What a file says; of a workbook, all its parts.
fn text(bytes: Vec<u8>) -> String {
    if !bytes.starts_with(b"PK") {
        return String::from_utf8(bytes).unwrap();
    }
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let parts = (0..archive.len()).map(|index| {
        let mut part = archive.by_index(index).unwrap();
        let mut text = format!("{}\n", part.name().unwrap());
        part.read_to_string(&mut text).unwrap();
        text
    });
    parts.collect()
}

fn page<'a>(pages: &'a [(String, String)], name: &str) -> &'a str {
    &pages.iter().find(|(path, _)| path == name).unwrap().1
}

/// A page without its style sheet and its own icons, where only the report's values are left.
fn body(html: &str) -> &str {
    html.split_once("<body>").unwrap().1
}

#[test]
fn hostile_text_is_never_markup() {
    let report = build(sample::input());
    let pages = all(&report);
    let html: Vec<_> = pages.iter().filter(|(path, _)| path.ends_with("html")).collect();
    assert_eq!(html.len(), 2 + report.shops.len());
    let mut shown = 0;
    for (path, text) in html {
        for bad in ["<script", "<img", "onclick=", "<iframe", "http://evil.example/pixel", "<a href=\"http://evil", "<link", "url("] {
            assert!(!text.contains(bad), "{bad} in {path}");
        }
        shown += body(text).matches("script&#62;").count() + body(text).matches("script&gt;").count();
        assert!(text.contains("default-src 'none'; style-src 'unsafe-inline'; img-src data:"), "{path}");
        for start in text.match_indices('<').map(|(at, _)| &text[at + 1..]) {
            let name: String = start.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
            assert!(KNOWN.contains(&name.as_str()) || start.starts_with("!doctype"), "<{name}> in {path}");
        }
    }
    assert!(shown > 20, "the hostile text is shown as text: {shown}");
    let md = page(&pages, "report.md");
    assert!(!md.contains("<script") && !md.contains("<img") && md.contains("&lt;script&gt;"));
}

const KNOWN: [&str; 59] = [
    "defs",
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "svg",
    "symbol",
    "path",
    "circle",
    "use",
    "a",
    "p",
    "strong",
    "header",
    "div",
    "main",
    "footer",
    "code",
    "h1",
    "h2",
    "h3",
    "section",
    "dl",
    "dt",
    "dd",
    "table",
    "caption",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "span",
    "ul",
    "ol",
    "li",
    "details",
    "summary",
    "figure",
    "figcaption",
    "nav",
    "blockquote",
    "time",
    "br",
    "desc",
    "rect",
    "line",
    "polygon",
    "text",
    "b",
    "i",
    "em",
    "u",
    "pre",
    "abbr",
    "small",
    "g",
];

#[test]
fn the_json_has_the_contracts_keys() {
    let report = build(sample::input());
    let json: Value = serde_json::from_str(page(&all(&report), "report.json")).unwrap();
    let has = |value: &Value, keys: &str| {
        let object = value.as_object().unwrap();
        for key in keys.split_whitespace() {
            assert!(object.contains_key(key), "{key} is missing in {object:?}");
        }
    };
    assert_eq!(json["schema"], "crickets.report/1");
    assert_eq!(json["as_of"], "2026-12-03T00:00:00Z");
    has(&json, "schema wave as_of clock rubric shops builders cohort statistics coverage unmatched in_review");
    has(&json["rubric"], "name version sha256");
    has(&json["statistics"], "settings groups trailing");
    has(&json["statistics"]["groups"][0], "by name n n_final median_first_personal_s never_personal buckets score shares curves");
    has(&json["statistics"]["groups"][0]["curves"]["call"], "n answered censored not_offered not_watched median_s median_interval_s steps");
    has(&json["statistics"]["trailing"], "kind left_out sensitivity trend builders most_improved");
    has(&json["cohort"], "n median_first_personal_s never_personal buckets");
    has(&json["cohort"]["buckets"], "<=5m <=15m <=30m <=1h <=4h <=24h <=48h <=7d <=30d never");
    has(&json["builders"][0], "builder n mean_score interval rank");
    assert_eq!(json["coverage"]["mailbox.main"]["gaps"], Value::Array(Vec::new()));
    has(&json["coverage"]["phone.main"]["gaps"][0], "from to");
    let shops = json["shops"].as_array().unwrap();
    let slugs: Vec<&str> = shops.iter().map(|shop| shop["shop"].as_str().unwrap()).collect();
    assert!(slugs.is_sorted() && slugs.len() == 14);
    for shop in shops {
        has(
            shop,
            "shop builder status verdict sent_at confirmed_at confirmed_by first first_business counts points out_of score tier caps readiness",
        );
        has(shop, "withdrawn_at criteria touches");
        has(&shop["first"], "any personal call personal_email text video auto_reply");
        has(&shop["first_business"], "call personal_email");
        has(&shop["counts"], "calls voicemails texts personal_emails marketing_emails auto_replies videos bounces");
        assert!(shop.get("detail").is_none());
        for criterion in shop["criteria"].as_array().unwrap() {
            has(criterion, "id counted result points of why touches");
        }
        for touch in shop["touches"].as_array().unwrap() {
            has(touch, "id channel origin at at_latest disputed from attributed_by confidence labels evidence");
        }
        let card: crate::score::Card = serde_json::from_value(shop.clone()).unwrap();
        assert_eq!(card, report.shops.each().map(Result::unwrap).find(|s| s.card.shop == card.shop).unwrap().card);
    }
}

#[test]
fn staff_names_are_redacted_in_every_format_of_a_study_and_only_there() {
    let mut input = sample::input();
    input.shops.retain(|shop| shop.card.shop == "caliche-creek");
    for (path, text) in all(&build(input.clone())) {
        for name in ["Amy", "amy", "Ortiz", "ortiz"] {
            assert!(!text.contains(name), "{name} in {path}");
        }
        if path.ends_with("caliche-creek.html") {
            assert!(text.contains("A. O.") && text.contains("a…@caliche-creek.example") && text.contains("staff names redacted"));
        }
    }
    for basis in [Some(crate::shop::Basis::Own), Some(crate::shop::Basis::Client)] {
        input.shops[0].detail.basis = basis;
        let pages = all(&build(input.clone()));
        assert!(page(&pages, "touches.csv").contains("Amy Ortiz") && page(&pages, "builders/caliche-creek.html").contains("Amy Ortiz"));
    }
    input.shops[0].detail.basis = None;
    assert!(!page(&all(&build(input)), "report.json").contains("Ortiz"));
}

#[test]
fn the_same_input_is_the_same_bytes_in_whatever_order_the_shops_come() {
    let mut input = sample::input();
    let one = all(&build(input.clone()));
    input.shops.reverse();
    input.builders.reverse();
    assert_eq!(one, all(&build(input)));
    assert!(page(&one, "report.json").ends_with("}\n"));
}

#[test]
fn files_are_written_whole_and_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("2026-11");
    let report = build(sample::input());
    let paths = write(&report, &dir, &Format::PLAIN).unwrap();
    let again = write(&report, &dir, &Format::PLAIN).unwrap();
    assert_eq!(paths, again);
    let names: BTreeSet<String> = std::fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let expected = [
        "appeals.csv",
        "builders",
        "builders.csv",
        "criteria.csv",
        "curves.csv",
        "fixes.csv",
        "index.html",
        "leaderboard.csv",
        "methods.html",
        "program.csv",
        "purge-list.csv",
        "report.json",
        "report.md",
        "report.xlsx",
        "statistics.csv",
        "touches.csv",
        "trend.csv",
    ];
    assert_eq!(names, expected.map(str::to_owned).into());
    assert_eq!(std::fs::read_dir(dir.join("builders")).unwrap().count(), report.shops.len());
    let (gone, kept) = (dir.join("builders/gone.html"), dir.join("builders/notes.txt"));
    std::fs::write(&gone, "of a shop that left the wave").unwrap();
    std::fs::write(&kept, "a person's").unwrap();
    assert_eq!(write(&report, &dir, &[Format::Json]).unwrap(), [dir.join("report.json")]);
    assert!(gone.exists(), "only scorecards sweep scorecards");
    write(&report, &dir, &[Format::Html]).unwrap();
    assert!(!gone.exists() && kept.exists());
    let file = folder.path().join("file");
    std::fs::write(&file, "x").unwrap();
    let error = write(&report, &file.join("wave"), &[Format::Json]).unwrap_err().to_string();
    assert!(error.starts_with("could not write ") && error.contains("report.json"), "{error}");
}

#[test]
fn an_empty_wave_is_a_report_too() {
    let mut input = sample::input();
    input.shops.clear();
    input.builders.clear();
    input.coverage.clear();
    input.cohort = crate::score::Cohort::default();
    input.clock = "rehearsal".to_owned();
    let pages = all(&build(input));
    let index = page(&pages, "index.html");
    assert!(index.contains("No inquiry of this wave has a score yet.") && index.contains("<strong>Rehearsal.</strong>"));
}

#[test]
fn the_index_says_what_a_reader_must_know() {
    let pages = all(&build(sample::input()));
    let index = page(&pages, "index.html");
    for text in
        ["Acme Coaching", "n = 1", "For coaching, not for discipline.", "Not ranked", "5-minute line", "3 min 32 s", "30 %", "50 min"]
    {
        assert!(index.contains(text), "{text}");
    }
    assert!(!index.contains("<strong>Rehearsal.</strong>"));
    let order: Vec<usize> = ["Bluebonnet", "Caliche", "Pecan", "Silent"].iter().map(|name| index.find(name).unwrap()).collect();
    assert!(order.is_sorted());
    let card = page(&pages, "builders/bluebonnet.html");
    for text in
        ["Mon Nov 2, 2026, 9:07:34 am CST", "2026-11-02T15:04:02Z", "What would help most", "sha256:abab", "the address redirected to"]
    {
        assert!(card.contains(text), "{text}");
    }
    assert!(page(&pages, "builders/blocked.html").contains("The clock never started."));
}

#[test]
fn what_is_not_proven_stands_in_plain_sight() {
    let pages = all(&build(sample::input()));
    let index = page(&pages, "index.html");
    for text in [
        "<strong>Not proven:</strong> 2 inquiries are inconclusive",
        "1 gap in what was watched",
        "Times in dispute",
        "Perhaps automatic",
        "<dt>Indeterminate</dt>",
        "<dt>Appeals</dt>",
    ] {
        assert!(index.contains(text), "{text}");
    }
    let card = page(&pages, "builders/emoji.html");
    for text in ["in dispute", "phone.main was not watched: 2026-11-10T02:00:00Z to 2026-11-11T05:30:00Z (1 d 3 h): no log shows it."] {
        assert!(card.contains(text), "{text}");
    }
}

#[test]
fn every_page_leads_to_the_methods_and_they_hold_the_whole_rubric() {
    let report = build(sample::input());
    let pages = all(&report);
    for (path, text) in pages.iter().filter(|(path, _)| path.ends_with("html")) {
        let link = if path.contains('/') { "href=\"../methods.html\"" } else { "href=\"methods.html\"" };
        assert!(text.contains(link), "{path}");
    }
    let methods = page(&pages, "methods.html");
    for (id, _) in crate::score::Rubric::default_rubric().criteria() {
        assert!(methods.contains(&format!("<span class=\"sub\">{id}</span>")), "{id}");
    }
    for text in [
        "9f9f9f",
        "first call attempt within 5 min, inside posted hours",
        "Velocify",
        "For coaching, not for discipline",
        "same_attempt_s = 120",
    ] {
        assert!(methods.contains(text), "{text}");
    }
    let mut without = report;
    without.rubric_text.clear();
    assert!(page(&all(&without), "methods.html").contains("its hash tells it from any other"));
}

#[test]
fn the_methods_claim_only_what_was_done() {
    let mut report = build(sample::input());
    report.statistics.settings.needed = 5;
    let pages = all(&report);
    let methods = page(&pages, "methods.html");
    assert!(methods.contains("A rank needs 5 final inquiries"), "the workspace's own number");
    assert!(!methods.contains("inquiry is closed with"), "nothing withdraws by itself");
}

#[test]
fn a_scorecard_tells_when_the_opt_out_was_sent() {
    let mut input = sample::input();
    let asked = "2026-11-20T15:00:00Z";
    input.shops[0].card.opt_out_at = Some(asked.parse().unwrap());
    let slug = input.shops[0].card.shop.clone();
    let pages = all(&build(input));
    let (_, told) = page(&pages, &format!("builders/{slug}.html")).split_once("<dt>Opt-out sent</dt>").unwrap();
    assert!(told.split_once("</div>").unwrap().0.contains(asked));
}

#[test]
fn what_came_is_counted_in_words() {
    let pages = all(&build(sample::input()));
    let counted: Vec<&str> = page(&pages, "index.html")
        .split("<li title=\"")
        .skip(1)
        .filter_map(|item| item.split_once("</li>"))
        .map(|(item, _)| item)
        .collect();
    assert!(counted.iter().any(|item| item.contains(">bounce")), "a bounce came, and that is not nothing");
    for item in counted {
        let one = item.contains("<span class=\"num\">1</span>");
        let what = item.split_once('"').unwrap().0;
        assert_eq!(one, !what.ends_with('s'), "{item}");
    }
}

#[test]
fn a_scorecard_coaches() {
    let pages = all(&build(sample::input()));
    let card = page(&pages, "builders/caliche-creek.html");
    for text in ["What would help most", "Done well", "Done badly", "How the buyer was looked after", "Over the waves"] {
        assert!(card.contains(text), "{text}");
    }
}

/// A wave of so many shops, after the sample's.
fn wave_of(shops: usize) -> sample::Sample {
    let mut input = sample::input();
    let some = std::mem::take(&mut input.shops);
    let one = |n: usize| {
        let mut shop = some[n % some.len()].clone();
        shop.card.shop = format!("shop-{n}");
        shop
    };
    input.shops = (0..shops).map(one).collect();
    input
}

#[test]
fn a_large_wave_stays_openable_and_a_scorecard_does_not_grow_with_it() {
    use askama::Template as _;
    let (small, large) = (build(wave_of(14)), build(wave_of(1_400)));
    let index = super::index::view(&large).unwrap().render().unwrap();
    let before = super::index::view(&build(wave_of(0))).unwrap().render().unwrap();
    assert!((index.len() - before.len()) / 1_400 < 1_300, "{} bytes a shop", (index.len() - before.len()) / 1_400);
    assert!(index.contains("stand on its builder’s own page") && !index.contains("id=\"strip0"));
    let card = |report: &Report| super::scorecard::view(report, &report.shops.each().next().unwrap().unwrap()).render().unwrap();
    assert_eq!(card(&small), card(&large));
}

#[test]
fn never_is_said_only_of_what_was_offered_watched_and_waited_for() {
    let pages = |channels: Channels, verdict: Verdict| {
        let mut input = sample::input();
        input.shops.retain(|shop| shop.card.verdict == Verdict::Final && shop.card.first.personal.is_none());
        input.shops.truncate(1);
        let card = &mut input.shops[0].card;
        (card.channels, card.verdict) = (Some(channels), verdict);
        let report = build(input);
        let pages = all(&report);
        let card = format!("builders/{}.html", report.shops[0].file);
        (body(page(&pages, "index.html")).to_owned(), body(page(&pages, &card)).to_owned())
    };
    let watched = Channels { call: Reach::Watched, text: Reach::Watched, email: Reach::Watched };
    let clocks = |card: &str| card.split("id=\"h-clock\"").nth(1).unwrap().split("</table>").next().unwrap().to_owned();
    let board = |index: &str| index.split("id=\"h-board\"").nth(1).unwrap().split("</table>").next().unwrap().to_owned();
    let (index, card) = pages(watched, Verdict::Final);
    assert!(board(&index).contains(">never<") && index.contains("and 1 never in the window. "), "{index}");
    assert!(clocks(&card).contains(">never<") && card.contains("First personal touch: never."), "{card}");
    let half = Channels { call: Reach::NotOffered, text: Reach::NotOffered, email: Reach::NotWatched };
    let (index, card) = pages(half, Verdict::Final);
    let told = [board(&index), clocks(&card)];
    assert!(
        told.iter().all(|text| text.contains(">not offered<") && text.contains(">not watched<") && !text.contains(">never<")),
        "{told:?}"
    );
    assert!(
        index.contains("and 0 never in the window; of 1 it is not proven. ") && !card.contains("First personal touch: never."),
        "{index}"
    );
    let (_, card) = pages(watched, Verdict::Provisional);
    assert!(clocks(&card).contains(">none so far<") && card.contains("First personal touch: none so far."), "{card}");
}
