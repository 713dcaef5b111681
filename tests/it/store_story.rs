//! The stories of the store: each runs on SQLite and, word for word, on PostgreSQL. What several do at once is told with
//! tasks of one process, with stores opened side by side, and with processes of their own, one of which is killed.

mod pages;
mod processes;
mod samples;

use std::collections::BTreeSet;
use std::future::Future;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta};
use crickets::attribute::{Kind, Marks, Taught};
use crickets::classify::{Labels, Origin};
use crickets::report::AppealOutcome;
use crickets::shop::{ConfirmedBy, Inquiry, InquiryId, Status};
use crickets::store::{Added, AppealStep, Canary, Decision, Folder, Judged, Look, NewRecord, Part, Proof, Said, Store, Subject, Touch};
use futures::future::join_all;
use sqlx::Connection;
use tempfile::TempDir;

use pages::{more_ids_than_a_query_takes_are_all_found_once, what_is_due_comes_a_page_at_a_time};
use processes::{a_lock_ends_with_its_killed_process, processes_share_one_store};
use samples::{ODD, at, inquiry, judged, record, touch};

use crate::peers::{PATIENCE, Postgres};

/// A database and a folder for locks: stores can be opened on it side by side.
struct Place {
    url: String,
    folder: PathBuf,
    _above: TempDir,
}

impl Place {
    /// On SQLite, in a folder whose name has what URLs give a meaning.
    fn sqlite() -> Self {
        let above = tempfile::tempdir().unwrap();
        let folder = above.path().join("50%20 off #1? Zoë's");
        Self { url: format!("sqlite:{}", folder.join("crickets.db").display()), folder, _above: above }
    }

    fn postgres(server: &Postgres, database: &str) -> Self {
        let above = tempfile::tempdir().unwrap();
        server.value(&format!("create database {database}")).unwrap();
        let url = server.url().strip_suffix("postgres").map(|server| format!("{server}{database}")).unwrap();
        Self { url, folder: above.path().join(".crickets"), _above: above }
    }

    async fn open(&self) -> Store {
        Store::open(&self.url, self.folder.clone()).await.unwrap()
    }
}

fn run<F: Future>(story: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    runtime.block_on(async { tokio::time::timeout(PATIENCE * 3, story).await.expect("the story hangs") })
}

/// Every story as a test on SQLite, and all of them on one PostgreSQL, each in a database of its own.
macro_rules! stories {
    ($($story:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test]
            fn $story() {
                super::run(super::$story(super::Place::sqlite()));
            })+
        }

        #[test]
        fn every_story_on_postgresql() {
            let Some(server) = Postgres::start() else { return };
            let mut failed = Vec::new();
            $({
                let (name, started) = (stringify!($story), Instant::now());
                // One failure does not hide the others.
                if std::panic::catch_unwind(|| run($story(Place::postgres(&server, name)))).is_err() {
                    failed.push(name);
                }
                println!("{name} on PostgreSQL: {} ms", started.elapsed().as_millis());
            })+
            assert!(failed.is_empty(), "on PostgreSQL: {failed:?}");
        }
    };
}

stories! {
    an_inquiry_is_stored_once_and_comes_back_whole,
    one_of_many_may_send,
    an_inquiry_is_settled_from_the_state_it_is_in,
    only_a_planned_inquiry_is_refrozen,
    proofs_stay_in_order,
    a_record_is_stored_once,
    a_canary_flies_once_a_day_and_its_record_is_no_touch,
    a_touch_put_twice_is_replaced,
    what_is_taught_is_found_by_its_mark,
    a_later_decision_lies_over_an_earlier,
    an_appeal_is_only_ever_added_to,
    cursors_are_moved,
    what_was_watched_is_joined,
    looks_are_kept_by_folder,
    a_setting_is_made_once,
    how_far_things_were_read_is_kept_by_source,
    a_record_grows_once_and_is_judged_again,
    what_is_due_comes_a_page_at_a_time,
    more_ids_than_a_query_takes_are_all_found_once,
    a_lock_is_held_by_one,
    a_lock_ends_with_its_killed_process,
    all_is_there_after_opening_again,
    text_and_instants_come_back_as_they_were,
    processes_share_one_store,
    a_store_of_a_newer_version_is_refused,
}

async fn an_inquiry_is_stored_once_and_comes_back_whole(place: Place) {
    let store = place.open().await;
    let first = inquiry("w", "a");
    assert!(store.add_inquiry(&first, at(5)).await.unwrap());
    let again = Inquiry { planned_at: at(9), alias_token: "other".into(), alias_address: "other@example.org".into(), ..first.clone() };
    assert!(!store.add_inquiry(&again, at(6)).await.unwrap(), "its shop was asked in this wave");
    assert_eq!(store.inquiry(&first.id).await.unwrap().as_ref(), Some(&first));
    assert_eq!(store.steps(&first.id).await.unwrap(), vec![(Status::Planned, at(5), None)]);
    assert_eq!(store.inquiry(&InquiryId::new("w", "none")).await.unwrap(), None);

    let thief = Inquiry { alias_token: first.alias_token.clone(), ..inquiry("w", "thief") };
    let error = store.add_inquiry(&thief, at(6)).await.unwrap_err().to_string();
    assert!(error.contains("w/thief") && error.contains("alias"), "{error}");
    assert_eq!(store.inquiry(&thief.id).await.unwrap(), None);

    let whole = Inquiry {
        status: Status::Confirmed,
        reason: Some(ODD.into()),
        sent_at: Some(at(11)),
        confirmed_at: Some(at(12)),
        confirmed_by: Some(ConfirmedBy::Json),
        offered_phone: true,
        offered_text: true,
        opt_out_at: Some(at(13)),
        withdrawn_at: Some(at(14)),
        rehearsal: false,
        ..inquiry("v", "b")
    };
    let added = join_all((0..8).map(|_| store.add_inquiry(&whole, at(7)))).await;
    assert_eq!(added.into_iter().filter(|added| *added.as_ref().unwrap()).count(), 1, "eight at once store one");
    assert_eq!(store.inquiry(&whole.id).await.unwrap().as_ref(), Some(&whole));
    assert_eq!(store.steps(&whole.id).await.unwrap(), vec![(Status::Confirmed, at(7), Some(ODD.to_owned()))]);
    assert_eq!(store.inquiries(None).await.unwrap(), vec![whole.clone(), first.clone()]);
    assert_eq!(store.inquiries(Some("w")).await.unwrap(), vec![first]);
    assert_eq!(store.inquiries(Some("none")).await.unwrap(), vec![]);
}

async fn one_of_many_may_send(place: Place) {
    let (store, other) = (place.open().await, place.open().await);
    for round in 0..5 {
        let one = inquiry("w", &format!("shop-{round}"));
        store.add_inquiry(&one, at(0)).await.unwrap();
        assert!(!store.start_sending(&one.id, Status::Failed, at(1), true, true, false).await.unwrap(), "it has not failed");
        let tasks = (0..16).map(|task| {
            let (store, id) = (if task % 2 == 0 { store.clone() } else { other.clone() }, one.id.clone());
            tokio::spawn(async move { store.start_sending(&id, Status::Planned, at(2 + task), task % 2 == 0, false, false).await.unwrap() })
        });
        let won: Vec<bool> = join_all(tasks).await.into_iter().map(Result::unwrap).collect();
        let winners: Vec<usize> = won.iter().enumerate().filter_map(|(task, won)| won.then_some(task)).collect();
        assert_eq!(winners.len(), 1, "one of sixteen may send: {won:?}");
        let now = at(2 + i64::try_from(winners[0]).unwrap());
        let want = Inquiry {
            status: Status::Sending,
            sent_at: Some(now),
            offered_phone: winners[0].is_multiple_of(2),
            rehearsal: false,
            ..one.clone()
        };
        assert_eq!(store.inquiry(&one.id).await.unwrap(), Some(want), "what is stored is the winner's");
        assert_eq!(store.steps(&one.id).await.unwrap(), vec![(Status::Planned, at(0), None), (Status::Sending, now, None)]);
    }
    assert!(!store.start_sending(&InquiryId::new("w", "none"), Status::Planned, at(1), true, true, false).await.unwrap());
}

async fn an_inquiry_is_settled_from_the_state_it_is_in(place: Place) {
    let store = place.open().await;
    let mut one = inquiry("w", "a");
    store.add_inquiry(&one, at(0)).await.unwrap();
    one.status = Status::Unclear;
    one.reason = Some("it's $1".into());
    assert!(!store.settle(Status::Sending, &one, at(1)).await.unwrap(), "it is not sending");
    assert_eq!(store.inquiry(&one.id).await.unwrap().map(|kept| (kept.status, kept.reason)), Some((Status::Planned, None)));
    let readiness = serde_json::json!({"osc_named": true, "response_promise": ODD});
    store.note_readiness(&one.id, &readiness).await.unwrap();
    assert!(store.start_sending(&one.id, Status::Planned, at(2), true, false, false).await.unwrap());
    let verdicts = [Status::Confirmed, Status::Rejected, Status::Blocked, Status::Unclear, Status::Failed, Status::Manual];
    let tasks = verdicts.map(|status| {
        let (store, one) = (store.clone(), Inquiry { status, sent_at: Some(at(2)), ..one.clone() });
        tokio::spawn(async move { store.settle(Status::Sending, &one, at(3)).await.unwrap().then_some(status) })
    });
    let settled: Vec<Status> = join_all(tasks).await.into_iter().filter_map(Result::unwrap).collect();
    assert_eq!(settled.len(), 1, "{settled:?}");
    assert_eq!(store.inquiry(&one.id).await.unwrap().map(|kept| kept.status), settled.first().copied());
    assert_eq!(store.inquiry(&one.id).await.unwrap().and_then(|kept| kept.readiness), Some(readiness), "what was seen of the site stays");
    let steps: Vec<Status> = store.steps(&one.id).await.unwrap().into_iter().map(|(status, ..)| status).collect();
    assert_eq!(steps, vec![Status::Planned, Status::Sending, settled[0]]);
}

async fn only_a_planned_inquiry_is_refrozen(place: Place) {
    let store = place.open().await;
    let mut one = inquiry("w", "a");
    store.add_inquiry(&one, at(0)).await.unwrap();
    one.shop.builder = "Renamed".into();
    one.persona.first = "Alex".into();
    store.refreeze(&one).await.unwrap();
    assert_eq!(store.inquiry(&one.id).await.unwrap().as_ref(), Some(&one));
    store.start_sending(&one.id, Status::Planned, at(1), false, false, false).await.unwrap();
    one.shop.builder = "Too late".into();
    store.refreeze(&one).await.unwrap();
    assert_eq!(store.inquiry(&one.id).await.unwrap().map(|kept| kept.shop.builder).as_deref(), Some("Renamed"));
}

async fn proofs_stay_in_order(place: Place) {
    let (store, other) = (place.open().await, place.open().await);
    let one = inquiry("w", "a");
    store.add_inquiry(&one, at(0)).await.unwrap();
    let proof = |role: String, size| Proof { role, sha256: format!("{size:064x}"), size, at: at(size) };
    let first: Vec<Proof> = (0..12).map(|number| proof(format!("page {number} 'it'"), number)).collect();
    store.add_proofs(&one.id, &first).await.unwrap();
    store.add_proofs(&one.id, &[]).await.unwrap();
    assert_eq!(store.proofs(&one.id).await.unwrap(), first);

    let tasks = (0..8_i64).map(|task| {
        let (store, id) = (if task % 2 == 0 { store.clone() } else { other.clone() }, one.id.clone());
        let batch: Vec<Proof> = (0..5).map(|number| proof(format!("task {task}"), 100 * task + number)).collect();
        tokio::spawn(async move { store.add_proofs(&id, &batch).await })
    });
    for added in join_all(tasks).await {
        added.unwrap().unwrap();
    }
    let all = store.proofs(&one.id).await.unwrap();
    assert_eq!(all.len(), 12 + 8 * 5);
    for batch in all[12..].chunks(5) {
        assert!(batch.windows(2).all(|pair| pair[0].role == pair[1].role && pair[0].size < pair[1].size), "a batch was torn: {batch:?}");
    }
    let unknown = InquiryId::new("w", "none");
    assert!(store.add_proofs(&unknown, &first).await.is_err(), "evidence of no inquiry");
    assert_eq!(store.proofs(&unknown).await.unwrap(), vec![]);
}

async fn a_record_is_stored_once(place: Place) {
    let (store, other) = (place.open().await, place.open().await);
    let one = record(1);
    assert!(store.known_records(std::slice::from_ref(&one.raw.identity)).await.unwrap().is_empty());
    assert_eq!(store.add_records(&[one.clone(), one.clone()], at(0), false).await.unwrap().new, 1);
    assert_eq!(store.add_records(&[], at(0), false).await.unwrap(), Added::default());
    assert!(!store.known_records(std::slice::from_ref(&one.raw.identity)).await.unwrap().is_empty());
    let kept = store.records().await.unwrap();
    assert_eq!(kept.len(), 1);
    let want = (one.raw.identity.clone(), one.raw.external_id.clone(), one.sha256.clone(), one.raw.arrival.clone(), one.raw.placement);
    let kept = kept[0].clone();
    assert_eq!((kept.id, kept.external_id, kept.sha256, kept.arrival, kept.placement), want);

    // What a rehearsal collected becomes real as it is seen then; what is real, and what its own canary came back as, stays.
    let rehearsed = |number: u32, canary: Option<&str>| NewRecord { canary: canary.map(str::to_owned), ..record(number) };
    let batch = [rehearsed(2, None), rehearsed(3, Some("about it")), rehearsed(4, Some("canaryab2cd3ef4gh5"))];
    store.add_records(&batch, at(0), true).await.unwrap();
    let ids: Vec<String> = [1, 2, 3, 4].map(|number| record(number).raw.identity).into();
    let mut open: Vec<String> = store.rehearsed_records(&ids).await.unwrap().into_iter().collect();
    open.sort();
    let mut want = [ids[1].clone(), ids[2].clone()];
    want.sort();
    assert_eq!(open, want);
    assert_eq!(
        (store.external_ids("mailbox.main", true).await.unwrap().len(), store.external_ids("mailbox.main", false).await.unwrap().len()),
        (4, 2)
    );
    let seen = |number: u32, canary: Option<&str>| {
        let mut seen = rehearsed(number, canary);
        (seen.raw.external_id, seen.raw.arrival) = ("elsewhere".into(), record(9).raw.arrival);
        seen
    };
    let batch = [seen(1, None), seen(2, None), seen(3, Some("canaryqq2cd3ef4gh5")), seen(4, None)];
    assert_eq!(store.make_real(&batch, at(1)).await.unwrap(), Added { new: 1, canaries: 1, ..Added::default() });
    let kept = store.records_of(&ids).await.unwrap();
    let find = |number: usize| kept.iter().find(|record| record.id == ids[number - 1]).unwrap();
    assert_eq!((find(1).rehearsal, find(2).rehearsal, find(3).rehearsal, find(4).rehearsal), (false, false, false, true));
    assert_eq!(
        (find(1).external_id == "elsewhere", find(2).external_id.as_str(), &find(2).arrival),
        (false, "elsewhere", &record(9).raw.arrival)
    );
    assert_eq!(store.make_real(&batch, at(2)).await.unwrap(), Added::default());

    // Eight tasks with overlapping batches, every other one from its end.
    let tasks = (0..8_u32).map(|task| {
        let store = if task % 2 == 0 { store.clone() } else { other.clone() };
        let mut batch: Vec<_> = (0..60).map(|number| record(10 + task * 20 + number)).collect();
        if task % 2 == 1 {
            batch.reverse();
        }
        tokio::spawn(async move {
            let mut added = 0;
            for part in batch.chunks(30) {
                added += store.add_records(part, at(1), true).await.unwrap().new;
            }
            added
        })
    });
    let added: usize = join_all(tasks).await.into_iter().map(Result::unwrap).sum();
    assert_eq!(added, 7 * 20 + 60, "each is new once");
    let records = store.records().await.unwrap();
    assert_eq!(records.len(), 2 + added);
    assert!(records.windows(2).all(|pair| pair[0].arrival.at <= pair[1].arrival.at), "they are by time");
}

async fn a_canary_flies_once_a_day_and_its_record_is_no_touch(place: Place) {
    let (store, other) = (place.open().await, place.open().await);
    let day = TimeDelta::hours(23);
    let of = |id: &str, sent_at| Canary {
        id: id.into(),
        source: "mailbox.main".into(),
        address: format!("shopper+{id}@example.org"),
        sent_at,
        accepted_at: None,
        refused: None,
        undelivered: None,
        back: None,
        rehearsal: false,
    };
    let hour = |hour: i64| at(hour * 3_600_000);
    let tasks = (0..8).map(|task| {
        let (store, canary) = (if task % 2 == 0 { store.clone() } else { other.clone() }, of(&format!("one{task}"), hour(100)));
        tokio::spawn(async move { (store.begin_canary(&canary, day).await.unwrap(), canary) })
    });
    let begun: Vec<_> = join_all(tasks).await.into_iter().map(Result::unwrap).filter(|(may, _)| *may).collect();
    assert_eq!(begun.len(), 1, "eight at once send one");
    let one = begun[0].1.clone();
    assert_eq!(store.canaries().await.unwrap(), vec![one.clone()], "it is there before it leaves");
    assert_eq!(store.sent_canary(&one.id).await.unwrap(), Some(("mailbox.main".to_owned(), false)));
    assert_eq!(store.sent_canary("one").await.unwrap(), None);
    for (id, sent, apart, may) in
        [("soon", 122, day, false), ("asked", 122, TimeDelta::zero(), true), ("late", 144, day, false), ("next", 146, day, true)]
    {
        assert_eq!(store.begin_canary(&of(id, hour(sent)), apart).await.unwrap(), may, "{id}");
    }
    let elsewhere = Canary { source: "mailbox.b".into(), ..of("elsewhere", hour(146)) };
    let rehearsed = Canary { rehearsal: true, ..of("rehearsed", hour(146)) };
    assert!(store.begin_canary(&elsewhere, day).await.unwrap() && store.begin_canary(&rehearsed, day).await.unwrap());

    // What the outgoing server refused may be tried again, but not at once.
    store.settle_canary("next", Err(ODD)).await.unwrap();
    assert!(!store.begin_canary(&of("at once", hour(146)), day).await.unwrap());
    assert!(store.begin_canary(&of("an hour later", hour(148)), day).await.unwrap());
    store.settle_canary(&one.id, Ok(hour(101))).await.unwrap();
    store.canary_undelivered("asked", ODD).await.unwrap();

    let came = NewRecord { canary: Some(one.id.clone()), ..record(1) };
    let again = NewRecord { canary: Some(one.id.clone()), ..record(2) };
    let bounce = NewRecord { canary: Some("about asked".into()), ..record(3) };
    let batch = [came.clone(), bounce, record(4)];
    assert_eq!(store.add_records(&batch, hour(102), false).await.unwrap(), Added { new: 1, canaries: 2, ..Added::default() });
    assert_eq!(store.add_records(&[again], hour(103), false).await.unwrap(), Added { new: 0, canaries: 1, ..Added::default() });
    assert_eq!(store.records().await.unwrap().len(), 1, "only what a builder sent");
    assert_eq!(store.external_ids("mailbox.main", false).await.unwrap().len(), 4, "and no file need be read again");
    assert!(!store.known_records(std::slice::from_ref(&came.raw.identity)).await.unwrap().is_empty());

    let all = store.canaries().await.unwrap();
    let sent: Vec<_> = all.iter().map(|canary| canary.sent_at).collect();
    assert!(sent.is_sorted() && all.len() == 6, "each once, by time: {all:?}");
    let find = |id: &str| all.iter().find(|canary| canary.id == id).unwrap();
    let back = find(&one.id).back.clone().unwrap();
    assert_eq!((back.arrival, back.seen_at, back.sha256), (came.raw.arrival, hour(102), came.sha256), "as it was seen first");
    assert_eq!((find(&one.id).accepted_at, &find("next").refused), (Some(hour(101)), &Some(ODD.to_owned())));
    assert_eq!((&find("asked").undelivered, &find("asked").back), (&Some(ODD.to_owned()), &None));
}

async fn what_is_taught_is_found_by_its_mark(place: Place) {
    let store = place.open().await;
    let of: Vec<_> = (0..4).map(record).collect();
    store.add_records(&of, at(0), false).await.unwrap();
    let taught = |by: usize, kind: Kind, value: &str, owner: Option<&str>, ms: i64| Taught {
        kind,
        value: value.to_owned(),
        owner: owner.map(|slug| InquiryId::new("w", slug)),
        by_person: owner.is_none(),
        at: at(ms),
        touch: format!("t_{by}"),
    };
    let marks = |values: &[(Kind, &str)]| values.iter().map(|(kind, value)| kind.key(value)).collect::<BTreeSet<_>>();
    let mut bearing = touch(&of[3]);
    bearing.marks.senders = vec!["amy@agency.example".to_owned()];
    store.put_touches(&judged(&[bearing.clone()])).await.unwrap();
    assert_eq!(store.stale_touches(9).await.unwrap(), []);

    // Two touches say the same of an owner: the earlier is named. A mark of no lesson is not found.
    let sender = |by, owner, ms| taught(by, Kind::Sender, "amy@agency.example", owner, ms);
    let teach = |by: usize, taught: Vec<Taught>| Judged { touch: touch(&of[by]), taught, words: None };
    store.put_touches(&[teach(0, vec![sender(0, Some("a"), 2000)]), teach(1, vec![sender(1, Some("a"), 1000)])]).await.unwrap();
    store.put_touches(&[teach(2, vec![sender(2, None, 5), taught(2, Kind::Number, "+15125550100", None, 5)])]).await.unwrap();
    let asked = marks(&[(Kind::Sender, "amy@agency.example"), (Kind::Domain, "agency.example")]);
    let mut found = store.taught(&asked).await.unwrap();
    found.sort_by_key(|taught| taught.at);
    assert_eq!(found, [sender(2, None, 5), sender(1, Some("a"), 1000)]);
    assert_eq!(store.taught(&BTreeSet::new()).await.unwrap(), []);

    // Who bears it is looked at once, and again when it is taught otherwise; the same lesson again changes nothing.
    let due = || async { store.stale_touches(9).await.unwrap().into_iter().map(|touch| touch.record).collect::<Vec<_>>() };
    let bearer = vec![bearing.record.clone()];
    assert_eq!(due().await, bearer);
    store.looked_at(&bearer).await.unwrap();
    store.put_touches(&[teach(1, vec![sender(1, Some("a"), 1000)])]).await.unwrap();
    assert_eq!(due().await, Vec::<String>::new());
    store.put_touches(&[teach(1, Vec::new())]).await.unwrap();
    assert_eq!(due().await, bearer);
    store.put_touches(&judged(&[Touch { marks: Marks::default(), ..bearing }])).await.unwrap();
    store.put_touches(&[teach(0, Vec::new())]).await.unwrap();
    assert_eq!(due().await, Vec::<String>::new(), "it bears nothing any more");
}

async fn a_touch_put_twice_is_replaced(place: Place) {
    let (store, other) = (place.open().await, place.open().await);
    let of: Vec<_> = (0..40).map(record).collect();
    assert!(store.put_touches(&judged(&[touch(&of[0])])).await.is_err(), "a touch of no record");
    store.add_records(&of, at(0), false).await.unwrap();
    let owner = inquiry("w", "a");
    store.add_inquiry(&owner, at(0)).await.unwrap();
    let mut touches: Vec<Touch> = of.iter().map(touch).collect();
    store.put_touches(&judged(&touches)).await.unwrap();
    store.put_touches(&[]).await.unwrap();
    assert_eq!(store.touches().await.unwrap(), touches);
    touches[3].inquiry = Some(owner.id.clone());
    touches[3].review = None;
    touches[3].classified.origin = Origin::Marketing;
    touches[3].excerpt = Some("'".repeat(1_000_000));
    store.put_touches(&judged(&touches[3..4])).await.unwrap();
    assert_eq!(store.touches().await.unwrap(), touches, "also with a megabyte in it");
    assert_eq!(store.touch(&touches[3].id).await.unwrap().as_ref(), Some(&touches[3]), "one is found by its id");
    assert_eq!(store.touch("t_none").await.unwrap(), None);
    let mut open = Vec::new();
    store.each_in_review(|touch| open.push(touch)).await.unwrap();
    assert_eq!(open, [&touches[..3], &touches[4..]].concat(), "all but the one that needs nobody");
    assert_eq!(store.counts().await.unwrap(), (40, 39));

    touches[3].excerpt = None;
    let tasks = (0..8).map(|task| {
        let (store, mut touches) = (if task % 2 == 0 { store.clone() } else { other.clone() }, touches.clone());
        if task % 3 == 0 {
            touches.reverse();
        }
        tokio::spawn(async move { store.put_touches(&judged(&touches)).await })
    });
    for put in join_all(tasks).await {
        put.unwrap().unwrap();
    }
    assert_eq!(store.touches().await.unwrap(), touches);
}

async fn a_later_decision_lies_over_an_earlier(place: Place) {
    let store = place.open().await;
    assert!(store.decisions().await.unwrap().is_empty());
    let decision = Decision {
        kind: Subject::Touch,
        subject: "r1".into(),
        owner: Some(Some(InquiryId::new("w", "a"))),
        origin: Some(Origin::Personal),
        labels: Some(Labels { name_used: Some(false), ..Labels::default() }),
        confirmed: None,
        reason: ODD.into(),
        author: "O'Brien".into(),
        at: at(1),
    };
    store.add_decision(&decision).await.unwrap();
    let nobody = Decision { owner: Some(None), origin: None, labels: None, reason: "nobody's".into(), at: at(2), ..decision.clone() };
    store.add_decision(&nobody).await.unwrap();
    let of_inquiry = Decision { kind: Subject::Inquiry, owner: None, confirmed: Some(false), at: at(0), ..decision.clone() };
    store.add_decision(&of_inquiry).await.unwrap();
    let kept = store.decisions().await.unwrap();
    let want = Decision { owner: Some(None), reason: "nobody's".into(), at: at(2), ..decision.clone() };
    assert_eq!(kept.get(&(Subject::Touch, "r1".to_owned())), Some(&want), "nobody's, and the rest as it was");
    assert_eq!(kept.get(&(Subject::Inquiry, "r1".to_owned())), Some(&of_inquiry), "the same word for another kind is another subject");
    assert_eq!(kept.len(), 2);
    let open = Decision { owner: None, origin: Some(Origin::Unknown), ..nobody };
    store.add_decision(&open).await.unwrap();
    let kept = store.decisions().await.unwrap().remove(&(Subject::Touch, "r1".to_owned())).unwrap();
    assert_eq!((kept.owner, kept.origin), (Some(None), Some(Origin::Unknown)), "what is left open stays decided");
}

async fn an_appeal_is_only_ever_added_to(place: Place) {
    let store = place.open().await;
    assert_eq!(store.appeals().await.unwrap(), []);
    let filed = |slug: &str| AppealStep {
        number: 0,
        inquiry: InquiryId::new("w", slug),
        said: Said::Filed { text: ODD.into(), criterion: Some("speed.call".into()), touch: Some("t\0_1".into()) },
        author: "nul \0 O'Brien".into(),
        at: at(1),
        rehearsal: true,
    };
    let slugs: Vec<String> = (0..6).map(|n| format!("shop{n}")).collect();
    let numbers = join_all(slugs.iter().map(|slug| async { store.file_appeal(&filed(slug)).await.unwrap() })).await;
    let each: BTreeSet<i64> = numbers.iter().copied().collect();
    assert_eq!(each, (1..=6).collect(), "six at once are six appeals");

    let decided = |outcome, ms| AppealStep {
        number: numbers[0],
        said: Said::Decided { outcome, text: ODD.into(), corrections: vec!["t_1".into()] },
        at: at(ms),
        rehearsal: false,
        ..filed(&slugs[0])
    };
    store.decide_appeal(&decided(AppealOutcome::Rejected, 2)).await.unwrap();
    store.decide_appeal(&decided(AppealOutcome::Corrected, 3)).await.unwrap();
    store.close().await;

    let again = place.open().await;
    let all = again.appeals().await.unwrap();
    assert_eq!(all.len(), 8, "nothing was replaced");
    let of_first: Vec<AppealStep> = all.into_iter().filter(|step| step.number == numbers[0]).collect();
    let kept = |step: AppealStep| AppealStep { number: numbers[0], author: "nul \u{fffd} O'Brien".into(), ..step };
    let steps = [filed(&slugs[0]), decided(AppealOutcome::Rejected, 2), decided(AppealOutcome::Corrected, 3)];
    assert_eq!(of_first, steps.map(kept));
}

async fn cursors_are_moved(place: Place) {
    let store = place.open().await;
    assert_eq!(store.folders("mailbox.main").await.unwrap(), vec![]);
    let inbox = Folder { name: "INBOX".into(), uidvalidity: u32::MAX, next_uid: 1, last_pass: None, aside: serde_json::json!([]) };
    let odd = Folder {
        name: "[Gmail]/Entwürfe 'n' $1".into(),
        uidvalidity: 1,
        next_uid: u32::MAX,
        last_pass: Some(at(3)),
        aside: serde_json::json!([{"uid": 7}]),
    };
    for folder in [&odd, &inbox] {
        store.put_folder("mailbox.main", folder).await.unwrap();
    }
    assert_eq!(store.folders("mailbox.main").await.unwrap(), vec![inbox.clone(), odd.clone()]);
    let moved = Folder {
        uidvalidity: 7,
        next_uid: 43,
        last_pass: Some(at(4)),
        aside: serde_json::json!([{"reason": "no\u{0} '"}]),
        ..inbox.clone()
    };
    store.put_folder("mailbox.main", &moved).await.unwrap();
    store.put_folder("mailbox.other", &inbox).await.unwrap();
    assert_eq!(store.folders("mailbox.main").await.unwrap(), vec![moved, odd]);
    assert_eq!(store.folders("mailbox.other").await.unwrap(), vec![inbox]);
}

async fn what_was_watched_is_joined(place: Place) {
    let (store, other) = (place.open().await, place.open().await);
    let span = |from: i64, to: i64| (at(from), at(to));
    for (number, (spans, want)) in [
        (vec![span(10, 20)], vec![span(10, 20)]),
        (vec![span(10, 20), span(30, 40)], vec![span(10, 20), span(30, 40)]),
        (vec![span(30, 40), span(10, 20), span(20, 30)], vec![span(10, 40)]),
        (vec![span(10, 20), span(15, 35), span(36, 50)], vec![span(10, 35), span(36, 50)]),
        (vec![span(10, 20), span(30, 40), span(0, 100)], vec![span(0, 100)]),
        (vec![span(0, 100), span(30, 40)], vec![span(0, 100)]),
        (vec![span(10, 10), span(10, 10), span(10, 20)], vec![span(10, 20)]),
        (vec![span(20, 10)], vec![]),
    ]
    .into_iter()
    .enumerate()
    {
        let source = format!("source {number}");
        for span in &spans {
            store.cover(&source, *span, false).await.unwrap();
        }
        assert_eq!(store.covered(&source, false).await.unwrap(), want, "{spans:?}");
    }
    for round in 0..5 {
        let source = format!("busy {round}");
        let tasks = (0..16_i64).map(|task| {
            let (store, source) = (if task % 2 == 0 { store.clone() } else { other.clone() }, source.clone());
            tokio::spawn(async move {
                for step in 0..3 {
                    let from = if step == 1 { 0 } else { (task * 7 + step * 5) % 100 };
                    store.cover(&source, (at(from), at(from + 10 + task)), false).await?;
                }
                store.cover(&source, (at(1000 + 100 * task), at(1001 + 100 * task)), false).await
            })
        });
        for covered in join_all(tasks).await {
            covered.unwrap().unwrap();
        }
        let spans = store.covered(&source, false).await.unwrap();
        assert!(spans.windows(2).all(|pair| pair[0].1 < pair[1].0), "in order and apart: {spans:?}");
        assert_eq!(spans[0].0, at(0), "{spans:?}");
        assert_eq!(spans.iter().filter(|span| span.0 >= at(1000)).count(), 16, "{spans:?}");
    }
}

async fn looks_are_kept_by_folder(place: Place) {
    let (store, other) = (place.open().await, place.open().await);
    let look = |folder: &str, tried, complete: Option<i64>, problem: Option<&str>| Look {
        folder: folder.into(),
        tried_at: at(tried),
        complete_to: complete.map(at),
        problem: problem.map(str::to_owned),
        gone: None,
        left_at: None,
    };
    let (junk, inbox) = (look("Junk", 5, None, Some(ODD)), look("INBOX", 6, Some(6), None));
    for (source, look) in [("mailbox.a", &junk), ("mailbox.a", &inbox), ("mailbox.b", &look("", 1, None, Some(ODD)))] {
        store.note_look(source, look, false).await.unwrap();
    }
    assert_eq!(other.looks("mailbox.a", false).await.unwrap(), vec![inbox, junk]);
    other.note_look("mailbox.a", &look("INBOX", 9, None, Some("gone")), false).await.unwrap();
    let kept = store.looks("mailbox.a", false).await.unwrap();
    assert_eq!(kept[0], look("INBOX", 9, Some(6), Some("gone")), "a look that fails leaves what is known");
    store.note_look("mailbox.a", &look("INBOX", 12, Some(12), None), false).await.unwrap();
    assert_eq!(other.looks("mailbox.a", false).await.unwrap()[0], look("INBOX", 12, Some(12), None));
    assert_eq!(other.looks("mailbox.c", false).await.unwrap(), vec![]);
}

async fn how_far_things_were_read_is_kept_by_source(place: Place) {
    let (store, other) = (place.open().await, place.open().await);
    let state = |line: u64| serde_json::json!({"line": line, "odd": ODD});
    for (source, name, line) in [("phone.a", "file b.csv", 1), ("phone.a", "file a.csv", 2), ("phone.b", "file a.csv", 3)] {
        store.put_progress(source, name, &state(line)).await.unwrap();
    }
    other.put_progress("phone.a", "file a.csv", &state(9)).await.unwrap();
    let kept = store.progress("phone.a").await.unwrap();
    assert_eq!(kept, [("file a.csv".to_owned(), state(9)), ("file b.csv".to_owned(), state(1))], "by name, the last word of each");
    other.drop_progress("phone.a", "file a.csv").await.unwrap();
    other.drop_progress("phone.a", "file c.csv").await.unwrap();
    assert_eq!(store.progress("phone.a").await.unwrap().len(), 1);
    assert_eq!(store.progress("phone.b").await.unwrap(), [("file a.csv".to_owned(), state(3))], "another source's stays");
    assert_eq!(store.progress("phone.c").await.unwrap(), []);
}

async fn a_record_grows_once_and_is_judged_again(place: Place) {
    let (store, other) = (place.open().await, place.open().await);
    let (first, second) = (record(1), record(2));
    store.add_records(&[first.clone(), second.clone()], at(0), false).await.unwrap();
    store.put_touches(&judged(&[touch(&first), touch(&second)])).await.unwrap();
    let due = |store: Store| async move {
        let mut due = 0;
        for part in [Part::Mails, Part::RowsBefore(at(4)), Part::RowsFrom(at(4))] {
            due += store.due_records(part, Some("one"), None, 9).await.unwrap().len();
        }
        due
    };
    assert_eq!(due(store.clone()).await, 0, "both are judged");
    let mut grown = first.raw.clone();
    (grown.channel, grown.arrival.at) = (crickets::collect::Channel::Voicemail, at(5));
    let (old, new) = (first.sha256.as_str(), "f".repeat(64));
    assert!(!store.grow_record(&grown, &"e".repeat(64), &new).await.unwrap(), "it rests on other evidence");
    assert_eq!(due(store.clone()).await, 0);
    let (one, two) = tokio::join!(store.grow_record(&grown, old, &new), other.grow_record(&grown, old, &new));
    assert!(one.unwrap() != two.unwrap(), "one of two that know more is first");
    assert_eq!(due(other.clone()).await, 1, "what grew is judged again");
    let kept = other.records_of(std::slice::from_ref(&grown.identity)).await.unwrap();
    assert_eq!(
        (kept[0].sha256.as_str(), kept[0].channel, kept[0].arrival.at),
        (new.as_str(), crickets::collect::Channel::Voicemail, at(5))
    );
    assert_eq!(other.records_of(std::slice::from_ref(&second.raw.identity)).await.unwrap()[0].sha256, second.sha256);
}

async fn a_setting_is_made_once(place: Place) {
    let (store, other) = (place.open().await, place.open().await);
    let tasks = (0..16).map(|task| {
        let store = if task % 2 == 0 { store.clone() } else { other.clone() };
        tokio::spawn(async move { store.setting("seed", || format!("{task} {ODD}")).await.unwrap() })
    });
    let values: BTreeSet<String> = join_all(tasks).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(values.len(), 1, "all have the same: {values:?}");
    let value = store.setting("seed", || unreachable!("it was made")).await.unwrap();
    assert!(values.contains(&value) && value.ends_with(ODD));
    assert_eq!(store.setting("turn: coverage", || "mine".into()).await.unwrap(), "mine");
}

async fn a_lock_is_held_by_one(place: Place) {
    let (store, other) = (place.open().await, place.open().await);
    let held = store.lock("submit").await.unwrap().expect("nobody holds it");
    for round in 0..20 {
        assert!(other.lock("submit").await.unwrap().is_none(), "it is held, round {round}");
        assert!(store.lock("submit").await.unwrap().is_none(), "by the same process too, round {round}");
    }
    let another = other.lock("watch").await.unwrap().expect("another name is another lock");
    store.setting("seed", || "works beside it".into()).await.unwrap();
    drop(held);
    assert!(soon(|| async { other.lock("submit").await.unwrap() }).await.is_some(), "it was let go");
    drop(another);
    let held = soon(|| async { store.lock("submit").await.unwrap() }).await;
    store.clone().close().await;
    drop((held, store));
    assert!(soon(|| async { other.lock("submit").await.unwrap() }).await.is_some(), "closing lets go");
}

/// PostgreSQL notices the end of a session a moment later.
async fn soon<T, F: Future<Output = Option<T>>>(mut ask: impl FnMut() -> F) -> Option<T> {
    let end = Instant::now() + PATIENCE;
    loop {
        let answer = ask().await;
        if answer.is_some() || Instant::now() > end {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn all_is_there_after_opening_again(place: Place) {
    let store = place.open().await;
    let one = inquiry("w", "a");
    let of = record(1);
    let pass = Folder { name: "INBOX".into(), uidvalidity: 1, next_uid: 2, last_pass: Some(at(1)), aside: serde_json::json!([]) };
    let proof = Proof { role: "page".into(), sha256: "ab".into(), size: 3, at: at(2) };
    store.add_inquiry(&one, at(0)).await.unwrap();
    store.start_sending(&one.id, Status::Planned, at(1), true, false, false).await.unwrap();
    store.add_proofs(&one.id, std::slice::from_ref(&proof)).await.unwrap();
    store.add_records(std::slice::from_ref(&of), at(0), false).await.unwrap();
    store.put_touches(&judged(&[touch(&of)])).await.unwrap();
    store.put_folder("mailbox.main", &pass).await.unwrap();
    store.cover("mailbox.main", (at(0), at(5)), false).await.unwrap();
    let seed = store.setting("seed", || "first".into()).await.unwrap();
    let before = store.inquiries(None).await.unwrap();
    store.close().await;

    let again = place.open().await;
    assert_eq!(again.inquiries(None).await.unwrap(), before);
    assert_eq!(before[0].status, Status::Sending);
    assert_eq!(again.proofs(&one.id).await.unwrap(), vec![proof]);
    assert_eq!(again.steps(&one.id).await.unwrap().len(), 2);
    assert_eq!(again.records().await.unwrap()[0].id, of.raw.identity);
    assert_eq!(again.touches().await.unwrap(), vec![touch(&of)]);
    assert_eq!(again.folders("mailbox.main").await.unwrap(), vec![pass]);
    assert_eq!(again.covered("mailbox.main", false).await.unwrap(), vec![(at(0), at(5))]);
    assert_eq!(again.setting("seed", || "second".into()).await.unwrap(), seed);
}

async fn text_and_instants_come_back_as_they_were(place: Place) {
    let store = place.open().await;
    let far = [-62_135_596_800_000, -1, 0, 1, 253_402_300_799_999, 8_000_000_000_000_000];
    for (number, ms) in far.into_iter().enumerate() {
        let moment = DateTime::from_timestamp_millis(ms).unwrap();
        let one = Inquiry { planned_at: moment, sent_at: Some(moment), ..inquiry("w", &format!("{number}")) };
        store.add_inquiry(&one, moment).await.unwrap();
        assert_eq!(store.inquiry(&one.id).await.unwrap(), Some(one.clone()), "{ms}");
        assert_eq!(store.steps(&one.id).await.unwrap()[0].1, moment);
        store.cover("far", (moment, moment), false).await.unwrap();
    }
    assert_eq!(store.covered("far", false).await.unwrap().len(), far.len());
    let precise = at(0) + TimeDelta::nanoseconds(123_456_789);
    let one = Inquiry { planned_at: precise, ..inquiry("w", "precise") };
    store.add_inquiry(&one, at(0)).await.unwrap();
    assert_eq!(store.inquiry(&one.id).await.unwrap().map(|kept| kept.planned_at), Some(at(123)), "milliseconds are kept");

    // PostgreSQL has no NUL in a text; what was sent with one must not stop the store.
    let mut odd = record(1);
    odd.raw.external_id = "row\0 1".into();
    odd.raw.arrival.at = precise;
    store.add_records(std::slice::from_ref(&odd), at(0), false).await.unwrap();
    let kept = store.records().await.unwrap();
    assert_eq!((kept[0].external_id.as_str(), kept[0].arrival.at), ("row\u{fffd} 1", precise));
    let odd = Touch { subject: Some("nul \0 in it".into()), review: Some("nul \0 in it".into()), ..touch(&odd) };
    store.put_touches(&judged(std::slice::from_ref(&odd))).await.unwrap();
    assert_eq!(store.touches().await.unwrap(), vec![odd]);
    let refused = Inquiry { status: Status::Rejected, reason: Some("the site said \0".into()), ..one };
    assert!(store.settle(Status::Planned, &refused, at(1)).await.unwrap());
    assert_eq!(store.inquiry(&refused.id).await.unwrap().and_then(|kept| kept.reason).as_deref(), Some("the site said \u{fffd}"));
}

async fn a_store_of_a_newer_version_is_refused(place: Place) {
    place.open().await.close().await;
    let address = place.url.replace('%', "%25").replace('#', "%23").replace('?', "%3F");
    let mut connection = sqlx::AnyConnection::connect(&address).await.unwrap();
    sqlx::query("UPDATE _sqlx_migrations SET version = 9999 WHERE version = 1").execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let error = Store::open(&place.url, place.folder.clone()).await.unwrap_err().to_string();
    assert!(error.contains("9999"), "{error}");
}

#[test]
fn a_store_that_cannot_be_opened_says_where_and_keeps_its_password() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "this is no database, and long enough for SQLite to look at it: ".repeat(20)).unwrap();
    let port = crate::peers::free_port();
    for (url, want) in [
        (format!("postgres://me:hush@127.0.0.1:{port}/crickets"), format!("127.0.0.1:{port}")),
        (format!("postgres://127.0.0.1:{port}/crickets?user=me&password=hush"), format!("127.0.0.1:{port}")),
        ("postgres://me:hush@127.0.0.1:port/crickets".to_owned(), "postgres://".to_owned()),
        ("postgres://me:hu/sh@127.0.0.1/crickets".to_owned(), "postgres://".to_owned()),
        (format!("sqlite:{}", file.display()), file.display().to_string()),
        (format!("sqlite:{}", folder.path().display()), folder.path().display().to_string()),
        (format!("sqlite:{}/none/store.db", folder.path().display()), "none/store.db".to_owned()),
    ] {
        let started = Instant::now();
        let error = run(Store::open(&url, folder.path().join("locks"))).unwrap_err();
        assert!(started.elapsed() < Duration::from_secs(15), "it took {:?} to say: {error}", started.elapsed());
        assert!(!error.to_string().contains("timed out"), "that is not why: {error}");
        let shown = format!("{error} {error:?}");
        assert!(error.to_string().contains(&want), "{error}");
        assert!(!shown.contains("hush") && !shown.contains("hu/sh"), "{shown}");
    }
    let error = run(Store::open(&format!("sqlite:{}", folder.path().join("store.db").display()), file.join("locks"))).unwrap_err();
    assert!(error.to_string().contains("locks") || error.to_string().contains("file"), "{error}");
}
