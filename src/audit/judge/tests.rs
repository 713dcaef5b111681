//! What a judgement does where judging fails, or where nothing is known of a touch.

use super::*;
use crate::collect::EvidenceFault;
use crate::guard::crafted;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
}

/// A mail that came then.
fn came(seconds: i64) -> Record {
    Record {
        id: "0123456789abcdef".into(),
        source: "mailbox.main".into(),
        external_id: String::new(),
        channel: Channel::Email,
        sha256: String::new(),
        held: None,
        arrival: serde_json::from_value(serde_json::json!({"at": at(seconds), "basis": "internal_date"})).unwrap(),
        placement: None,
        rehearsal: false,
    }
}

#[test]
fn what_makes_us_fail_is_for_a_person_and_stops_no_other() {
    let record = came(0);
    let decisions = BTreeMap::new();
    let judge = Judge::new(&[], &decisions, 30, BTreeMap::new(), &[], Skews::default());
    let content = Content::of(&record, b"From: amy@bluebonnet.example\nSubject: Hi\n\nHi Dana\n");
    let review = || judge.touch(&record, &content, None).touch.review;
    for what in ["telling whose a touch is", "judging a touch"] {
        crafted::fail(what);
        let failed = review().unwrap();
        assert_eq!(failed, "matches no inquiry; not all of it is known: judging it failed, by a fault in crickets", "{what}");
        assert_eq!(review().as_deref(), Some("matches no inquiry"), "the next is judged as ever");
    }
    crafted::fail("reading the parts of a mail");
    let Content::Mail(mail) = Content::of(&record, b"Subject: Hi\n\nHi Dana\n") else { panic!("a mail") };
    assert_eq!((mail.subject.as_str(), mail.text.as_str()), ("Hi", "Hi Dana"), "what stands there is read as it stands");
    let review = judge.touch(&record, &Content::Mail(mail), None).touch.review.unwrap();
    assert!(review.ends_with("; not all of it is known: reading it failed, by a fault in crickets"), "{review}");
}

#[test]
fn what_nobody_can_tell_may_be_anybodys_who_was_awaited() {
    let asked = |slug: &str, sent: i64, mailbox: &str| {
        let mut inquiry = crate::shop::plan::tests::inquiry(slug, "w", at(sent));
        inquiry.mailbox = mailbox.to_owned();
        inquiry
    };
    let inquiries =
        [asked("a", 0, "mailbox.main"), asked("b", 10, "mailbox.main"), asked("later", 900, "mailbox.main"), asked("c", 0, "mailbox.two")];
    let record = came(100);
    let decisions = BTreeMap::new();
    let judge = Judge::new(&inquiries, &decisions, 30, BTreeMap::new(), &[], Skews::default());
    let whose = |touch: &Touch| touch.attribution.candidates.iter().map(|candidate| candidate.inquiry.0.clone()).collect::<Vec<_>>();
    let lost = judge.touch(&record, &Content::Lost(EvidenceFault::Missing), None).touch;
    assert_eq!(whose(&lost), ["w/a", "w/b"]);
    assert_eq!(
        lost.review.as_deref(),
        Some("may belong to w/a (it was awaited when this came) or 1 more; not all of it is known: its evidence is missing")
    );
    assert_eq!(lost.judged_under, "", "it is tried again");
    let mail = |to: &str| Content::of(&record, format!("From: amy@a.example\nTo: {to}\n\nHi Dana\n").as_bytes());
    for (to, want) in [("somebody@example.org", vec!["w/a", "w/b"]), (inquiries[1].alias_address.as_str(), vec!["w/b"])] {
        let content = mail(to);
        crafted::fail("telling whose a touch is");
        assert_eq!(whose(&judge.touch(&record, &content, None).touch), want, "{to}");
    }
}
