//! At most one inquiry: `shop --send` is killed at every stage of its work, time and again, and run again afterwards.
//! No site ever gets a second post, and no inquiry is left in a state that nobody would look at.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::peers::PATIENCE;
use crate::site::{Answer, Site};
use crate::workspace::{DEADLINE, ShopFile, Workspace, command, mix};

const WAVE: &str = "2026-11";
/// Kills that found the process alive.
const KILLS: usize = 54;
/// More shops than kills, because some runs end before their kill.
const SHOPS: usize = 200;
/// And as many at each stage at least.
const OF_EACH: usize = 3;

/// When a run is killed: so long after something that was seen.
#[derive(Clone, Copy, Debug)]
enum Moment {
    Started(Duration),
    Arrived(Duration),
    Answered(Duration),
}

/// Where the request stood when the kill came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Before,
    During,
    After,
}

const STAGES: [Stage; 3] = [Stage::Before, Stage::During, Stage::After];

/// A fixed sequence that looks random: half the kills anywhere in a run, a quarter around the request on its way, a
/// quarter in the short time between the site's answer and the end.
fn moment(round: usize, whole: Duration) -> Moment {
    let draw = mix(round as u64);
    let part = |of: Duration| of.mul_f64(f64::from(u32::try_from(draw % 10_000).unwrap_or(0)) / 10_000.0);
    match round % 4 {
        0 | 2 => Moment::Started(part(whole)),
        1 => Moment::Arrived(part(Duration::from_millis(200))),
        _ => Moment::Answered(part(Duration::from_millis(25))),
    }
}

fn slug(number: usize) -> String {
    format!("builder-{number:03}")
}

/// Runs `shop --send` for one builder and kills it; the stage, or how long it took when it had ended by itself.
fn run_and_kill(workspace: &Workspace, site: &Site, slug: &str, moment: Moment) -> Result<Stage, Duration> {
    let home = workspace.path().parent().unwrap().join("home");
    let mut command = command(&workspace.path(), &home, &["shop", slug, "--wave", WAVE, "--send", "--at-once", "--any-time"]);
    let started = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    loop {
        let now = Instant::now();
        assert!(now < started + DEADLINE, "the run for {slug} hangs");
        let post = site.posts_to(slug).pop();
        let due = match moment {
            Moment::Started(wait) => Some(started + wait),
            Moment::Arrived(wait) => post.as_ref().map(|post| post.arrived + wait),
            Moment::Answered(wait) => post.as_ref().and_then(|post| post.answered).map(|answered| answered + wait),
        };
        if matches!(child.try_wait(), Ok(Some(_))) {
            return Err(started.elapsed());
        }
        if due.is_some_and(|due| now >= due) {
            child.kill().unwrap();
            let killed = Instant::now();
            let status = child.wait().unwrap();
            let by_signal = std::os::unix::process::ExitStatusExt::signal(&status) == Some(9);
            let stage = match site.posts_to(slug).pop() {
                Some(post) if post.answered.is_some_and(|answered| answered <= killed) => Stage::After,
                Some(post) if post.arrived <= killed => Stage::During,
                _ => Stage::Before,
            };
            return if by_signal { Ok(stage) } else { Err(killed - started) };
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_killed_send_never_asks_twice_and_never_loses_an_inquiry() {
    let site = Site::slow(Answer::Thanks, 50, 200);
    let workspace = Workspace::with_maildir();
    for number in 0..SHOPS {
        let (slug, builder) = (slug(number), format!("Builder {number}"));
        workspace.shop(&ShopFile::on(&site, &slug, &builder));
    }

    let started = Instant::now();
    workspace.ok(&["shop", &slug(0), "--wave", WAVE, "--send", "--at-once", "--any-time"]);
    let mut whole = started.elapsed();
    assert_eq!(site.posts_to(&slug(0)).len(), 1);

    let mut stages: BTreeMap<Stage, usize> = BTreeMap::new();
    let mut killed: BTreeMap<String, Stage> = BTreeMap::new();
    let mut used = vec![slug(0)];
    for number in 1..SHOPS {
        if killed.len() >= KILLS && STAGES.iter().all(|stage| stages.get(stage).is_some_and(|count| *count >= OF_EACH)) {
            break;
        }
        let slug = slug(number);
        match run_and_kill(&workspace, &site, &slug, moment(number, whole)) {
            Ok(stage) => {
                *stages.entry(stage).or_default() += 1;
                killed.insert(slug.clone(), stage);
            }
            // The machine was busier when the first was timed.
            Err(ended) => whole = whole.min(ended),
        }
        workspace.ok(&["shop", &slug, "--wave", WAVE, "--send", "--at-once", "--any-time"]);
        used.push(slug);
    }
    println!("a whole run took {whole:?}; {} of {} runs were killed: {stages:?}", killed.len(), used.len() - 1);
    assert!(killed.len() >= KILLS, "only {} kills found the process alive", killed.len());
    for stage in STAGES {
        assert!(stages.get(&stage).is_some_and(|count| *count >= OF_EACH), "too few kills {stage:?} the request: {stages:?}");
    }

    let mut last = vec!["shop"];
    last.extend(used.iter().map(String::as_str));
    last.extend(["--wave", WAVE, "--send", "--at-once", "--any-time"]);
    workspace.ok(&last);

    let mut by_address: BTreeMap<String, usize> = BTreeMap::new();
    for post in site.posts() {
        *by_address.entry(post.email().to_owned()).or_default() += 1;
    }
    by_address.retain(|_, count| *count > 1);
    assert!(by_address.is_empty(), "addresses were used twice: {by_address:?}");

    let status = workspace.json(&["status", "--wave", WAVE]);
    let review = workspace.json(&["review", "list"]);
    let listed: BTreeSet<&str> = review["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|item| item["kind"] == "inquiry")
        .filter_map(|item| item["id"].as_str())
        .collect();
    let mut unclear = 0;
    for slug in &used {
        let posts = site.posts_to(slug).len();
        assert!(posts <= 1, "{slug} was asked {posts} times; killed {:?}", killed.get(slug));
        let inquiry = status["inquiries"].as_array().unwrap().iter().find(|inquiry| inquiry["shop"] == *slug);
        let inquiry = inquiry.unwrap_or_else(|| panic!("{slug} is lost; killed {:?}", killed.get(slug)));
        match inquiry["status"].as_str().unwrap_or_default() {
            "confirmed" => assert_eq!(posts, 1, "{slug} is confirmed and was never asked"),
            "unclear" => {
                unclear += 1;
                assert!(killed.contains_key(slug), "{slug} was not killed and is unclear");
                let id = inquiry["id"].as_str().unwrap_or_default();
                assert!(listed.contains(id), "{id} is unclear and not in review: {review:#}");
            }
            other => panic!("{slug} is left {other}; killed {:?}: {inquiry:#}", killed.get(slug)),
        }
        if killed.get(slug) == Some(&Stage::During) {
            assert_eq!(inquiry["status"], "unclear", "{slug}: the answer was never seen");
        }
    }
    println!("{unclear} of {} inquiries are unclear and wait for a person; every other is confirmed", used.len());
}

/// Stores an answer as a watch does that is killed before it judges it.
fn leave_unjudged(workspace: &Workspace, to: &str, number: usize) {
    use crickets::collect::{Channel, RawRecord};
    use crickets::store::NewRecord;

    let now = chrono::Utc::now();
    let text = format!("From: Amy Ortiz <amy@bluebonnet.test>\nTo: {to}\nSubject: {number}\n\nHi Dana,\n\nyes, number {number}.\n\nAmy\n");
    let arrival = serde_json::json!({"at": now, "disputed": false, "basis": "internal_date", "internal_date": now, "seen_by": now});
    let raw = RawRecord {
        source: "mailbox.main".into(),
        external_id: number.to_string(),
        identity: format!("r{number}-left-unjudged"),
        delivery: None,
        channel: Channel::Email,
        bytes: text.into(),
        arrival: serde_json::from_value(arrival).unwrap(),
        placement: None,
    };
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let opened = crickets::audit::Workspace::open(&workspace.path(), None, crickets::clock::Clock::system()).await.unwrap();
        let sha256 = opened.evidence.keep(&raw.bytes).unwrap();
        opened.store.add_records(&[NewRecord { raw, sha256, held: None, canary: None }], now, false).await.unwrap();
        opened.store.close().await;
    });
}

fn judged(workspace: &Workspace) -> usize {
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let opened = crickets::audit::Workspace::open(&workspace.path(), None, crickets::clock::Clock::system()).await.unwrap();
        let count = opened.store.touches().await.unwrap().len();
        opened.store.close().await;
        count
    })
}

#[test]
fn what_a_killed_watch_left_unjudged_is_judged_by_whoever_comes_next() {
    let site = Site::start(Answer::Thanks);
    let workspace = Workspace::with_maildir();
    workspace.shop(&ShopFile::on(&site, "bluebonnet", "Bluebonnet Homes"));
    workspace.ok(&["shop", "--wave", WAVE, "--send", "--at-once", "--any-time"]);
    let to = Workspace::alias(&site, "bluebonnet");
    let mut wrong = Vec::new();
    let mut expect = |what: &str, found: usize, want: usize| {
        if found != want {
            wrong.push(format!("{what}: {found} of {want}"));
        }
    };
    leave_unjudged(&workspace, &to, 1);
    expect("status", usize::try_from(workspace.inquiry(WAVE, "bluebonnet")["touches"].as_u64().unwrap()).unwrap(), 1);
    leave_unjudged(&workspace, &to, 2);
    expect("report", crate::workspace::touches(&workspace.make_report(WAVE, &[]), "bluebonnet").len(), 2);
    leave_unjudged(&workspace, &to, 3);
    let watch = workspace.spawn(&["watch"]);
    let started = Instant::now();
    while judged(&workspace) < 3 && started.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(100));
    }
    watch.signal("INT");
    expect("watch", judged(&workspace), 3);
    assert!(wrong.is_empty(), "{wrong:?}");
}
