//! Stories of several processes on one store: they work side by side, and some are killed.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use crickets::shop::Status;
use crickets::store::{Evidence, Store};

use super::samples::{at, inquiry, judged, record, touch};
use super::{Place, run, soon};
use crate::peers::{Leash, PATIENCE};

/// Another process: this program again, which runs only [`child`].
fn child_process(part: &str, url: &str, folder: &Path) -> Leash {
    Leash::start(
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "store_story::processes::child", "--ignored", "--nocapture", "--quiet"])
            .env("CRICKETS_STORY", part)
            .env("CRICKETS_STORY_URL", url)
            .env("CRICKETS_STORY_FOLDER", folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped()),
    )
}

pub(super) async fn a_lock_ends_with_its_killed_process(place: Place) {
    let store = place.open().await;
    let mut child = child_process("hold", &place.url, &place.folder);
    lines(&mut child).find(|line| line == "held").expect("the child takes the lock");
    assert!(store.lock("submit").await.unwrap().is_none(), "the other process holds it");
    child.signal("KILL");
    assert!(child.wait(PATIENCE).is_some());
    assert!(soon(|| async { store.lock("submit").await.unwrap() }).await.is_some(), "killed, and its lock still held");
}

pub(super) async fn processes_share_one_store(place: Place) {
    const SHOPS: usize = 20;
    // The database is new: all four want to make its tables.
    let mut children: Vec<Leash> = (0..4).map(|_| child_process("work", &place.url, &place.folder)).collect();
    for child in &mut children {
        child.child().stdin.take().unwrap().write_all(b"go\n").unwrap();
    }
    let mut sent = Vec::new();
    for mut child in children {
        let mut text = String::new();
        child.child().stdout.take().unwrap().read_to_string(&mut text).unwrap();
        assert!(child.wait(PATIENCE).is_some_and(|status| status.success()), "a process failed: {text}");
        sent.extend(text.lines().filter_map(|line| line.strip_prefix("sent ")).map(str::to_owned));
    }
    let all: BTreeSet<String> = sent.iter().cloned().collect();
    assert_eq!((sent.len(), all.len()), (SHOPS, SHOPS), "each was sent by one process: {sent:?}");
    let store = place.open().await;
    assert_eq!(store.inquiries(None).await.unwrap().len(), SHOPS);
    assert_eq!(store.records().await.unwrap().len(), 200);
    assert_eq!(store.touches().await.unwrap().len(), 200);
    assert_eq!(store.covered("mailbox.main", false).await.unwrap(), vec![(at(0), at(1000))]);
}

/// What a child says, line by line.
fn lines(child: &mut Leash) -> impl Iterator<Item = String> {
    BufReader::new(child.child().stdout.take().unwrap()).lines().map_while(Result::ok)
}

#[test]
fn evidence_that_was_kept_outlives_a_killed_process() {
    let folder = tempfile::tempdir().unwrap();
    let evidence = Evidence::new(folder.path().join("evidence"));
    for round in 1..=3 {
        let mut child = child_process("keep", "", folder.path());
        let kept: Vec<String> = lines(&mut child).filter(|line| line.len() == 64).take(5 * round).collect();
        child.signal("KILL");
        assert!(child.wait(PATIENCE).is_some());
        assert_eq!(kept.len(), 5 * round);
        for name in &kept {
            assert_eq!(evidence.read(name).unwrap().len(), PART, "round {round}");
        }
    }
    // Whatever the kills left does not stand in the way.
    for number in 0..20 {
        let name = evidence.keep(&bulk(number)).unwrap();
        assert_eq!(evidence.read(&name).unwrap(), bulk(number));
    }
}

/// The size of what is kept: large enough that a kill may come within.
const PART: usize = 300_000;

fn bulk(number: u32) -> Vec<u8> {
    number.to_le_bytes().into_iter().cycle().take(PART).collect()
}

#[test]
#[ignore = "the other process of a story, which starts it"]
fn child() {
    let Ok(part) = std::env::var("CRICKETS_STORY") else { return };
    let url = std::env::var("CRICKETS_STORY_URL").unwrap();
    let folder = std::env::var("CRICKETS_STORY_FOLDER").unwrap();
    run(async move {
        match part.as_str() {
            "hold" => {
                let store = Store::open(&url, folder.into()).await.unwrap();
                let held = store.lock("submit").await.unwrap();
                assert!(held.is_some());
                println!("\nheld");
                // Ends with the story at the latest: its end closes our input.
                let _ = std::io::stdin().read_line(&mut String::new());
                drop(held);
            }
            "work" => {
                std::io::stdin().read_line(&mut String::new()).unwrap();
                work(&url, Path::new(&folder)).await;
            }
            "keep" => {
                let evidence = Evidence::new(Path::new(&folder).join("evidence"));
                for number in 0.. {
                    println!("\n{}", evidence.keep(&bulk(number)).unwrap());
                }
            }
            other => panic!("no story has a part `{other}`"),
        }
    });
}

/// What each of several processes does at the same time.
async fn work(url: &str, folder: &Path) {
    let store = Store::open(url, folder.to_owned()).await.unwrap();
    for number in 0..20 {
        let one = inquiry("w", &format!("shop-{number:02}"));
        store.add_inquiry(&one, at(0)).await.unwrap();
        let batch: Vec<_> = (number * 10..number * 10 + 10).map(record).collect();
        store.add_records(&batch, at(0), false).await.unwrap();
        store.put_touches(&judged(&batch.iter().map(touch).collect::<Vec<_>>())).await.unwrap();
        store.cover("mailbox.main", (at(i64::from(number) * 50), at(i64::from(number) * 50 + 50)), false).await.unwrap();
        if store.start_sending(&one.id, Status::Planned, at(1), false, false, false).await.unwrap() {
            println!("\nsent {}", one.id);
        }
    }
    store.close().await;
}
