//! What the stories of the store put into it: whole values, with text that breaks what is not bound.

use chrono::{DateTime, NaiveDate, Utc};
use crickets::attribute::{AttributedBy, Attribution, Candidate};
use crickets::classify::{Classified, Labels, Origin, Quotes};
use crickets::collect::{Arrival, ArrivalBasis, Channel, Placement, RawRecord, Signal};
use crickets::shop::{Ask, Basis, Inquiry, InquiryId, Persona, Shop, Status, SubmitMode, SubmitRules, Success};
use crickets::store::{Judged, NewRecord, Touch};

/// Text that somebody may send us, and that must come back as it was.
pub(crate) const ODD: &str =
    "O'Brien said \"$1\" -- ; DROP TABLE inquiry; 'Zoë' 家を探す 👩‍👩‍👧 e\u{301} \u{202e}rtl\u{202c} \\n \r\n\t%s {} \u{feff}end";

/// So many milliseconds after a moment of this year.
pub(crate) fn at(ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_793_000_000_000 + ms).unwrap()
}

/// An inquiry that was drawn.
pub(crate) fn inquiry(wave: &str, slug: &str) -> Inquiry {
    Inquiry {
        id: InquiryId::new(wave, slug),
        wave: wave.to_owned(),
        shop: Shop {
            slug: slug.to_owned(),
            builder: format!("Builder of {slug}"),
            site: "https://builder.example/".parse().unwrap(),
            form: Some("https://builder.example/contact?a=1&b=%20#form".parse().unwrap()),
            timezone: chrono_tz::America::Denver,
            hours: "Mo-Sa 09:00-18:00".into(),
            basis: Some(Basis::Client),
            state: Some("CO".into()),
            do_not_shop: false,
            license: None,
            tags: vec!["north".into(), "it's".into()],
            phones: vec!["+13035550100".into()],
            domains: vec!["builder.example".into()],
            team: vec!["Zoë O'Brien".into()],
            holidays: vec![NaiveDate::from_ymd_opt(2026, 12, 25).unwrap()],
            program: Some("programs/north.csv".into()),
            ask: Ask { persona: "dana".into(), community: None, question: ODD.into(), answer: vec!["garage".into()] },
            submit: SubmitRules {
                mode: SubmitMode::Http,
                fields: [("a$1".to_owned(), "'".to_owned())].into(),
                success: Success { text: Some("thanks".into()), url: None },
            },
        },
        persona: Persona {
            id: "dana".into(),
            first: "Dana".into(),
            last: "O'Neill".into(),
            phone: Some("+13035550123".into()),
            zip: Some("80202".into()),
            street: None,
            city: None,
            state: None,
        },
        mailbox: "mailbox.main".into(),
        alias_token: format!("{wave}{slug}"),
        alias_address: format!("dana+{wave}{slug}@example.org"),
        planned_at: at(1),
        status: Status::Planned,
        reason: None,
        sent_at: None,
        confirmed_at: None,
        confirmed_by: None,
        offered_phone: false,
        offered_text: false,
        opt_out_at: None,
        withdrawn_at: None,
        rehearsal: true,
        readiness: None,
    }
}

/// A record and the name of its evidence; the identities are in another order than the times.
pub(crate) fn record(number: u32) -> NewRecord {
    let arrival = Arrival {
        at: at(i64::from(number) * 1000),
        at_latest: Some(at(i64::from(number) * 1000 + 999)),
        disputed: number.is_multiple_of(2),
        basis: ArrivalBasis::Handover,
        internal_date: None,
        save_date: None,
        handover: Some(at(7)),
        date_header: None,
        seen_from: None,
        seen_by: None,
    };
    let raw = RawRecord {
        source: "mailbox.main".into(),
        external_id: format!("INBOX/1/{number}"),
        identity: format!("{:08x}", number.wrapping_mul(2_654_435_761)),
        delivery: None,
        channel: Channel::Email,
        bytes: Vec::new(),
        arrival,
        placement: Some(Placement::Promotions),
    };
    NewRecord { raw, sha256: format!("{number:064x}"), held: None, canary: None }
}

/// Touches that teach nothing.
pub(crate) fn judged(touches: &[Touch]) -> Vec<Judged> {
    touches.iter().map(|touch| Judged { touch: touch.clone(), taught: Vec::new(), words: None }).collect()
}

/// What a record was judged to be.
pub(crate) fn touch(of: &NewRecord) -> Touch {
    let NewRecord { raw, sha256, .. } = of;
    Touch {
        id: format!("t_{}", raw.identity),
        record: raw.identity.clone(),
        source: raw.source.clone(),
        channel: raw.channel,
        arrival: raw.arrival.clone(),
        sha256: sha256.clone(),
        from: Some("zoe@builder.example".into()),
        subject: Some(ODD.into()),
        excerpt: None,
        duration_s: None,
        answered: None,
        marks: crickets::attribute::Marks::default(),
        sketch: None,
        imported: false,
        twin: None,
        judged_under: "one".into(),
        inquiry: None,
        attribution: Attribution {
            owner: None,
            by: Some(AttributedBy::Content),
            confidence: 0.1 + 0.2,
            reasons: vec![Signal::new("content", -0.25, "a 'quote'")],
            candidates: vec![Candidate { inquiry: InquiryId::new("w", "a"), confidence: 0.4, reason: "$1".into() }],
        },
        classified: Classified {
            origin: Origin::Personal,
            confidence: 1.0 / 3.0,
            signals: Vec::new(),
            labels: Labels { name_used: Some(true), ..Labels::default() },
            quotes: Quotes::default(),
        },
        review: Some("may belong to w/a: it's $1".into()),
        decided: None,
        rehearsal: false,
    }
}
