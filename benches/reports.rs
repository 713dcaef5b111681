//! What a whole wave costs: 100, 1,000 and 10,000 shops with 50 touches each are scored, summarised, put into a report and written as HTML,
//! CSV and JSON. Each size is a process of its own, so that its memory is its own. Beside it the floor: as many bytes in as many files
//! written without making them. CPU time of this thread, once each.
//!
//!     cargo bench --bench reports

#![expect(clippy::cast_precision_loss, clippy::disallowed_methods, reason = "figures of a bench, which asks the system itself")]

mod made;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use chrono::{DateTime, TimeDelta, Utc};
use crickets::classify::Origin;
use crickets::collect::{Channel, Signal};
use crickets::config::Brand;
use crickets::report::{self, Format, Input, Making, RubricRef, ShopDetail, ShopInput, TouchDetail};
use crickets::score::{self, Card, History, Rubric, Scorer, Setting, Subject, TouchEntry, Watch};
use crickets::shop::Basis;
use crickets::shop::hours::{Hours, open_spans};

use made::{TOUCHES, WAVES, cpu_ns, log, memory, state, tags, wave_of};

const SIZES: [usize; 3] = [100, 1_000, 10_000];
/// The size that a child process measures.
const SIZE: &str = "CRICKETS_BENCH_SHOPS";

const SAID: &str = "Hi Dana, thank you for asking about the Magnolia in Sunset Ridge! It comes with a two-car garage, and a third bay is an \
    option on most of our home sites. Would Thursday at 4 pm suit you for a visit? Call or text me any time.";

/// What a reader sees of a touch: about 200 characters said, quotes for what was judged, and the reasons.
fn touch_detail(touch: &TouchEntry, client: bool) -> TouchDetail {
    let (mail, personal) = (touch.channel == Channel::Email, touch.origin == Origin::Personal);
    let call = touch.channel == Channel::Call;
    let quote = |label: &str, words: &str| (label.to_owned(), words.to_owned());
    let mut reasons = vec![
        Signal::new("alias", 12.0, "it was sent to this inquiry's own address"),
        Signal::new("number", 4.0, format!("it came from {}, the builder's", touch.from.as_deref().unwrap_or("a number"))),
    ];
    if mail {
        reasons.push(Signal::new(
            if personal { "no-unsubscribe" } else { "list-unsubscribe" },
            2.5,
            "List-Unsubscribe: <mailto:out@mail.example>",
        ));
    }
    // As `audit` collects them.
    reasons.shrink_to_fit();
    TouchDetail {
        subject: mail.then(|| "Your question about the Magnolia in Sunset Ridge".to_owned()),
        excerpt: (!call).then(|| format!("{SAID} ({})", touch.id)),
        html: (mail && client).then(|| format!("<html><body><table><tr><td><p>{SAID}</p><p>{SAID}</p></td></tr></table></body></html>")),
        quotes: if mail && personal {
            vec![
                quote("appointment", "Would Thursday at 4 pm suit you for a visit?"),
                quote("name_used", "Hi Dana"),
                quote("question", "It comes with a two-car garage"),
            ]
        } else {
            Vec::new()
        },
        reasons,
        duration_s: call.then_some(47),
        answered: call.then_some(false),
        review: None,
        source: if mail { "mailbox.main" } else { "phone.main" }.to_owned(),
    }
}

/// What a reader sees of a shop; every tenth is a client's, whose staff is named and whose mails are shown.
fn detail(number: usize, hours: &str, card: &Card) -> ShopDetail {
    let client = number.is_multiple_of(10);
    let timezone = chrono_tz::America::Chicago;
    let start = card.confirmed_at.unwrap_or_else(as_of);
    let open = Hours::parse(hours, timezone, &[]).map(|hours| open_spans(&hours, start, start + TimeDelta::days(30)));
    ShopDetail {
        site: format!("https://builder-{number}.example/"),
        question: "Does the Magnolia come with a three-car garage?".to_owned(),
        community: Some("Sunset Ridge".to_owned()),
        persona: "Dana Whitfield".to_owned(),
        hours: hours.to_owned(),
        timezone,
        tags: tags(number),
        basis: Some(if client { Basis::Client } else { Basis::Study }),
        staff: vec!["Amy Ortiz".to_owned()],
        planned_at: card.sent_at,
        alias: format!("dana+{number:06}@shopper.example"),
        phone: Some("+15125550199".to_owned()),
        touches: card.touches.iter().map(|touch| (touch.id.to_string(), touch_detail(touch, client))).collect(),
        open_spans: open.unwrap_or_default(),
        ..ShopDetail::default()
    }
}

/// The moment that all is judged at, when every window is over.
fn as_of() -> DateTime<Utc> {
    DateTime::from_timestamp(1_796_313_600, 0).unwrap_or_default()
}

/// CPU seconds of what is done.
fn timed<T>(run: impl FnOnce() -> T) -> (T, f64) {
    let start = cpu_ns();
    let made = run();
    (made, (cpu_ns() - start) as f64 / 1e9)
}

/// Every part of one wave, and what it cost: the names of the parts with their CPU seconds. Shop by shop, as `audit` does it.
fn wave(shops: usize, dir: &Path) -> Vec<(&'static str, f64)> {
    let rubric = Rubric::default_rubric();
    let mut scorer = Scorer::new(&rubric);
    let (mut scoring, mut insight, mut building) = (0.0, 0.0, 0.0);
    let (mut making, mut watched) = (Making::within(dir), Vec::with_capacity(shops));
    for number in 0..shops {
        let log = log(number);
        let hours = log.inquiry.hours.clone();
        let (judged, took) = timed(|| scorer.score(log));
        let (card, watch) = judged.unwrap_or_else(|error| panic!("{error}"));
        scoring += took;
        let detail = detail(number, &hours, &card);
        let setting = Setting { as_of: as_of(), timezone: detail.timezone, open: &detail.open_spans, chat: None, study: false };
        let (told, took) = timed(|| score::insight(&card, &History::default(), &rubric, &setting));
        insight += took;
        let shop = ShopInput { card, readiness: None, detail, insight: told, appeals: Vec::new() };
        let (made, took) = timed(|| making.shop(shop));
        made.unwrap_or_else(|error| panic!("{error}"));
        building += took;
        watched.push(watch);
    }
    println!("{:>18} {:>8.0} MB", "all shops", memory("VmRSS:"));
    let tags: Vec<Vec<String>> = (0..shops).map(tags).collect();
    let of = making.cards().zip(&watched).zip(&tags).enumerate();
    let subjects: Vec<Subject<'_>> = of.map(|(number, ((card, watch), tags))| subject(number, card, *watch, tags)).collect();
    let ((builders, statistics), summarising) = timed(|| score::statistics(&subjects, &WAVES, 3));
    drop(subjects);
    let cohort = statistics.cohort();
    let (report, finishing) = timed(|| {
        making.finish(Input {
            wave: WAVES[5].to_owned(),
            as_of: as_of(),
            clock: "system".to_owned(),
            rubric: RubricRef { name: rubric.name.clone(), version: rubric.version.clone(), sha256: rubric.sha256() },
            rubric_text: rubric.text().to_owned(),
            workspace: "Bench".to_owned(),
            brand: Brand::default(),
            logo: None,
            builders,
            cohort,
            program: Vec::new(),
            evidence_faults: 0,
            statistics,
            coverage: BTreeMap::new(),
            alive: BTreeMap::new(),
            phoned: BTreeMap::new(),
            clock_offset: None,
            unmatched: 0,
            in_review: 0,
        })
    });
    println!("{:>18} {:>8.0} MB", "the report", memory("VmRSS:"));
    let mut parts = vec![("score", scoring), ("insight", insight), ("statistics", summarising), ("build", building + finishing)];
    for (name, format) in [("html", Format::Html), ("csv", Format::Csv), ("json", Format::Json)] {
        let (written, took) = timed(|| report::write(&report, dir, &[format]));
        let files = written.unwrap_or_else(|error| panic!("{error}"));
        let sizes: Vec<usize> =
            files.iter().map(|file| std::fs::metadata(file).map_or(0, |of| usize::try_from(of.len()).unwrap_or(0))).collect();
        println!("{name:>18} {:>8.0} MB in {} files", sizes.iter().sum::<usize>() as f64 / 1e6, sizes.len());
        parts.push((name, took));
        if format == Format::Html {
            parts.push(("floor: html files", timed(|| blank(&sizes, &dir.join("blank"))).1));
        }
    }
    println!("{:>18} {:>8.0} MB", "at most", memory("VmHWM:"));
    parts
}

fn subject<'a>(number: usize, card: &'a Card, watch: Watch, tags: &'a [String]) -> Subject<'a> {
    let seen = !number.is_multiple_of(7);
    Subject {
        card,
        wave: wave_of(number),
        tags,
        state: Some(state(number)),
        osc_shown: seen.then_some(number.is_multiple_of(2)),
        chat: seen.then_some(number.is_multiple_of(3)),
        watch,
    }
}

/// As many files of as many bytes, which cost nothing to make.
fn blank(sizes: &[usize], dir: &Path) {
    let bytes = vec![b' '; sizes.iter().copied().max().unwrap_or(0)];
    std::fs::create_dir_all(dir).unwrap_or_else(|error| panic!("{error}"));
    for (number, size) in sizes.iter().enumerate() {
        let written = std::fs::write(dir.join(number.to_string()), bytes.get(..*size).unwrap_or_default());
        written.unwrap_or_else(|error| panic!("{error}"));
    }
}

/// Measures one size in this process, and prints its figures for the parent after those for people.
fn child(shops: usize) {
    let dir = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
    for (name, seconds) in wave(shops, dir.path()) {
        println!("={name}={seconds}");
    }
}

fn main() {
    if let Some(shops) = std::env::var(SIZE).ok().and_then(|shops| shops.parse().ok()) {
        return child(shops);
    }
    println!("a wave of shops with {TOUCHES} touches each, {}", Utc::now().format("%Y-%m-%d"));
    let own = std::env::current_exe().unwrap_or_else(|error| panic!("{error}"));
    let mut first: BTreeMap<String, f64> = BTreeMap::new();
    for shops in SIZES {
        println!("\n== {shops} shops");
        let ran = Command::new(&own).env(SIZE, shops.to_string()).output().unwrap_or_else(|error| panic!("{error}"));
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        for line in String::from_utf8_lossy(&ran.stdout).lines() {
            let part = line.strip_prefix('=').and_then(|part| part.split_once('='));
            let Some((name, seconds)) = part.and_then(|(name, seconds)| Some((name, seconds.parse::<f64>().ok()?))) else {
                println!("{line}");
                continue;
            };
            let each = seconds / shops as f64 * 1e6;
            let first = *first.entry(name.to_owned()).or_insert(each);
            println!("{name:>18} {seconds:>8.3} CPU s  {each:>8.1} µs a shop  {:.2} times that of {}", each / first, SIZES[0]);
        }
    }
}
