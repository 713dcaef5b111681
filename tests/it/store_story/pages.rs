//! What is more than a page: what is due, and what is asked for by more ids than one query takes.

use std::collections::BTreeSet;

use crickets::attribute::{Kind, Taught};
use crickets::collect::Channel;
use crickets::shop::InquiryId;
use crickets::store::{Judged, NewRecord, Part, Record, Touch};

use super::Place;
use super::samples::{at, judged, record, touch};

/// Five came at each moment, and every third is a row of a log.
fn came() -> Vec<NewRecord> {
    let one = |number: u32| {
        let mut one = record(number);
        one.raw.arrival.at = at(i64::from(number / 5));
        one.raw.channel = if number.is_multiple_of(3) { Channel::Call } else { Channel::Email };
        one
    };
    (0..600).map(one).collect()
}

pub(super) async fn what_is_due_comes_a_page_at_a_time(place: Place) {
    let store = place.open().await;
    let all = came();
    store.add_records(&all, at(0), false).await.unwrap();
    let middle = at(60);
    let mut seen: Vec<String> = Vec::new();
    for part in [Part::Mails, Part::RowsBefore(middle), Part::RowsFrom(middle)] {
        let (mut after, mut found): (_, Vec<Record>) = (None, Vec::new());
        loop {
            let page = store.due_records(part, None, after.as_ref(), 7).await.unwrap();
            let Some(last) = page.last() else { break };
            assert!(page.len() <= 7 && page.iter().all(|due| !due.judged));
            after = Some(last.record.place());
            found.extend(page.into_iter().map(|due| due.record));
        }
        let place = |record: &Record| (record.arrival.at, record.id.clone());
        let in_order = |pair: &[Record]| match part {
            Part::RowsFrom(_) => pair[0].id < pair[1].id,
            Part::Mails | Part::RowsBefore(_) => place(&pair[0]) < place(&pair[1]),
        };
        assert!(found.len() >= 100 && found.windows(2).all(in_order), "{part:?}");
        seen.extend(found.into_iter().map(|record| record.id));
    }
    seen.sort();
    let mut want: Vec<String> = all.iter().map(|one| one.raw.identity.clone()).collect();
    want.sort();
    assert_eq!(seen, want, "each is of one part, and comes once");

    // What was judged on these grounds is due no more, whatever was learned besides; on others it is.
    let mut touches: Vec<Touch> = all.iter().map(touch).collect();
    for (at, grounds) in [(1, "one+learned"), (2, "one more")] {
        grounds.clone_into(&mut touches[at].judged_under);
    }
    store.put_touches(&judged(&touches)).await.unwrap();
    let due = store.due_records(Part::Mails, Some("one"), None, 999).await.unwrap();
    assert_eq!(due.iter().map(|due| (&due.record.id, due.judged)).collect::<Vec<_>>(), [(&touches[2].record, true)]);
    assert_eq!(store.due_records(Part::Mails, Some("two"), None, 999).await.unwrap().len(), 400);
}

pub(super) async fn more_ids_than_a_query_takes_are_all_found_once(place: Place) {
    let store = place.open().await;
    let all = came();
    store.add_records(&all, at(0), false).await.unwrap();
    let mut touches: Vec<Touch> = all.iter().map(touch).collect();
    for touch in &mut touches {
        touch.marks.senders = vec!["amy@agency.example".to_owned()];
    }
    store.put_touches(&judged(&touches)).await.unwrap();

    let mut ids: Vec<String> = all.iter().map(|one| one.raw.identity.clone()).collect();
    let known: BTreeSet<String> = ids.iter().cloned().collect();
    ids.push("of no record".to_owned());
    let found: Vec<String> = store.records_of(&ids).await.unwrap().into_iter().map(|record| record.id).collect();
    assert_eq!((found.len(), found.into_iter().collect::<BTreeSet<_>>()), (600, known.clone()));
    let found: Vec<String> = store.touches_of(&ids).await.unwrap().into_iter().map(|touch| touch.record).collect();
    assert_eq!((found.len(), found.into_iter().collect::<BTreeSet<_>>()), (600, known.clone()));
    assert_eq!(store.known_records(&ids).await.unwrap().into_iter().collect::<BTreeSet<_>>(), known);

    // All bear what is taught now: each is looked at once.
    let taught = Taught {
        kind: Kind::Sender,
        value: "amy@agency.example".to_owned(),
        owner: Some(InquiryId::new("w", "a")),
        by_person: false,
        at: at(0),
        touch: touches[0].id.clone(),
    };
    store.put_touches(&[Judged { touch: touches[0].clone(), taught: vec![taught], words: None }]).await.unwrap();
    assert_eq!(store.stale_touches(9).await.unwrap().len(), 9);
    let stale: BTreeSet<String> = store.stale_touches(999).await.unwrap().into_iter().map(|touch| touch.record).collect();
    assert!(stale.len() >= 599, "all but perhaps the one that teaches it: {}", stale.len());
    let last = stale.last().unwrap().clone();
    let looked_at: Vec<String> = stale.into_iter().filter(|record| *record != last).collect();
    store.looked_at(&looked_at).await.unwrap();
    let left: Vec<String> = store.stale_touches(999).await.unwrap().into_iter().map(|touch| touch.record).collect();
    assert_eq!(left, [last]);
}
