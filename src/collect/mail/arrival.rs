//! When a mail arrived. Takes the headers and the clocks that were read, gives an [`Arrival`] with all of them kept.
//! The `Date` header is the sender's claim and is believed by nobody; of the `Received` lines only the [handover](super::handover)
//! counts. Pure: no clock of its own.

use chrono::{DateTime, Utc};

use super::handover::{ENVELOPE, TOLERANCE, Trust, taken_over};
use super::{Mail, Received};
use crate::collect::{Arrival, ArrivalBasis};

/// Whether a mail came in through a server: it bears a `Received` line of one that took it from another (RFC 5321, 4.4), or any such
/// line and the address it was delivered to. The copy that a sender keeps has at most the line of its submission, which bears an
/// authenticated protocol (RFC 3848) and no delivery.
#[must_use]
pub fn came_in(mail: &Mail) -> bool {
    let submitted = |line: &Received| {
        let with = line.with.as_deref().unwrap_or_default();
        with.starts_with("HTTP") || with == "ASMTP" || ["SMTPA", "SMTPSA", "LMTPA", "LMTPSA"].iter().any(|end| with.ends_with(end))
    };
    let was_delivered = || ENVELOPE.iter().any(|name| mail.header(name).next().is_some());
    !mail.received.is_empty() && (was_delivered() || mail.received.iter().any(|line| !submitted(line)))
}

/// The moment of the handover, and that by which the mail was surely within, where before it was only likely and that is much later.
fn steps(mail: &Mail, trust: &Trust) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
    let step = taken_over(mail, trust);
    (step.and_then(|step| step.line.at), step.and_then(|step| step.surely_by))
}

/// The clocks of an IMAP fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// INTERNALDATE (RFC 3501, 2.3.3), where the server gave one.
    pub internal_date: Option<DateTime<Utc>>,
    /// SAVEDATE (RFC 8514), where the server gave one.
    pub save_date: Option<DateTime<Utc>>,
    /// When the folder was last looked at and the mail was not there.
    pub from: Option<DateTime<Utc>>,
    /// When the mail was first seen.
    pub by: DateTime<Utc>,
}

/// The arrival of a mail fetched by IMAP: INTERNALDATE if the handover line agrees with it and it is not in the future;
/// else the handover line if it lies in our observation window; else the moment we saw it, disputed.
///
/// SAVEDATE is when the mail came to stand where it stands: by delivery, by a move, or because a mail program put it there. Nothing
/// arrives after it. Without a handover line it tells an INTERNALDATE that the server set from one that may be a mail program's
/// claim: where they disagree, the mail arrived between them, disputed; where INTERNALDATE is impossible, SAVEDATE stands for the moment
/// we saw it.
///
/// A handover long before a step that was only likely within may be forged: where INTERNALDATE does not agree with it, the mail arrived
/// between the two, disputed.
#[must_use]
pub fn imap(mail: &Mail, trust: &Trust, seen: Seen) -> Arrival {
    let (handover, surely_by) = steps(mail, trust);
    let latest = seen.save_date.map_or(seen.by, |saved| saved.min(seen.by));
    let agree = |a: DateTime<Utc>, b: DateTime<Utc>| (a - b).abs() <= TOLERANCE;
    let not_later = |at: DateTime<Utc>| at <= latest + TOLERANCE;
    let in_window = |at: DateTime<Utc>| not_later(at) && seen.from.is_none_or(|from| at >= from - TOLERANCE);
    let (at, at_latest, basis) = match (seen.internal_date, handover, seen.save_date) {
        (Some(internal), Some(edge), _) if agree(internal, edge) && not_later(internal) => (internal, None, ArrivalBasis::InternalDate),
        (_, Some(edge), _) if in_window(edge) => (edge, surely_by.filter(|by| not_later(*by)), ArrivalBasis::Handover),
        (Some(internal), None, Some(saved)) if in_window(internal) && !agree(internal, saved) => {
            (internal, Some(saved), ArrivalBasis::InternalDate)
        }
        (Some(internal), None, _) if in_window(internal) => (internal, None, ArrivalBasis::InternalDate),
        (_, _, Some(saved)) if in_window(saved) => (saved, None, ArrivalBasis::SaveDate),
        _ => (seen.by, None, ArrivalBasis::Seen),
    };
    Arrival {
        at,
        at_latest,
        disputed: at_latest.is_some() || matches!(basis, ArrivalBasis::Seen | ArrivalBasis::SaveDate),
        basis,
        internal_date: seen.internal_date,
        save_date: seen.save_date,
        handover,
        date_header: mail.date,
        seen_from: seen.from,
        seen_by: Some(seen.by),
    }
}

/// The arrival of a mail read from a file: the handover line; else the Maildir delivery time; else the `Date` header,
/// disputed; else the moment we saw it, disputed. Nothing arrives after it was seen: a clock that says so is passed over, and what is
/// believed in its stead is disputed. So is a handover after the delivery, one of whose clocks is wrong, and one that may be forged: see
/// [`imap()`].
#[must_use]
pub fn file(mail: &Mail, trust: &Trust, delivered: Option<DateTime<Utc>>, seen_by: DateTime<Utc>) -> Arrival {
    let (handover, surely_by) = steps(mail, trust);
    let possible = |at: &DateTime<Utc>| *at <= seen_by + TOLERANCE;
    let early = |edge: DateTime<Utc>| delivered.is_some_and(|at| at + TOLERANCE < edge);
    let (at, basis, disputed) = handover
        .filter(possible)
        .map(|at| (at, ArrivalBasis::Handover, early(at)))
        .or_else(|| delivered.filter(possible).map(|at| (at, ArrivalBasis::Maildir, handover.is_some())))
        .or_else(|| mail.date.filter(possible).map(|at| (at, ArrivalBasis::DateHeader, true)))
        .unwrap_or((seen_by, ArrivalBasis::Seen, true));
    let at_latest = surely_by.filter(|by| basis == ArrivalBasis::Handover && possible(by));
    let at_latest = at_latest.filter(|_| delivered.is_none_or(|delivered| (delivered - at).abs() > TOLERANCE));
    Arrival {
        at,
        at_latest,
        disputed: disputed || at_latest.is_some(),
        basis,
        internal_date: None,
        save_date: None,
        handover,
        date_header: mail.date,
        seen_from: None,
        seen_by: Some(seen_by),
    }
}

/// Whether another source tells better when a mail arrived that is known: a server's clock, or a Maildir's, where only less was at hand.
/// What a server told stands, since a later look knows less of when the mail was not there; and nothing arrives after it was seen.
#[must_use]
pub fn is_surer(other: &Arrival, known: &Arrival) -> bool {
    let sure = |arrival: &Arrival| match arrival.basis {
        _ if arrival.disputed => 0,
        ArrivalBasis::Maildir => 1,
        _ => 2,
    };
    let possible = known.seen_by.is_none_or(|seen| other.at <= seen + TOLERANCE);
    known.internal_date.is_none() && sure(other) > sure(known) && possible
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000 + seconds, 0).unwrap()
    }

    fn line(from: Option<&str>, by: Option<&str>, seconds: i64) -> Received {
        Received { by: by.map(str::to_owned), from: from.map(str::to_owned), at: Some(at(seconds)), ..Received::default() }
    }

    fn mail(received: Vec<Received>) -> Mail {
        Mail { received, date: Some(at(-9_000)), ..Mail::default() }
    }

    #[test]
    fn what_came_in_through_a_server_says_so() {
        for (headers, came) in [
            ("From: a@b.example", false),
            (
                "Received: from mx.example (mx.example [192.0.2.1])\n\tby imap.example with LMTP id 1;\n Mon, 2 Nov 2026 15:04:05 +0000",
                true,
            ),
            ("Received: from desk ([192.0.2.1]) by smtp.example with ESMTPSA id 1; Mon, 2 Nov 2026 15:04:05 +0000", false),
            ("Received: from desk by smtp.example with esmtpa id 1; x\nReturn-Path: <a@b.example>", false),
            ("Delivered-To: a@b.example\nReceived: from desk by mail.example (Postfix) with ESMTPSA id 1; x", true),
            ("Received: from desk by smtp.example with ESMTPSA id 1; x\nReceived: by mx.example; x", true),
            ("Delivered-To: a@b.example", false),
        ] {
            assert_eq!(came_in(&crate::collect::mail::parse(format!("{headers}\n\nHi\n").as_bytes())), came, "{headers}");
        }
    }

    #[test]
    fn imap_arrivals_follow_the_clock_rules() {
        let trust = Trust::new(["example.org"]);
        let edge = |seconds| mail(vec![line(Some("out.test"), Some("mx.example.org"), seconds)]);
        let bare = || mail(vec![]);
        // what, mail, INTERNALDATE, window, expected (at, basis)
        let cases = [
            ("agree", edge(5), Some(10), (Some(0), 20), (10, ArrivalBasis::InternalDate)),
            ("agree at the limit", edge(0), Some(120), (None, 130), (120, ArrivalBasis::InternalDate)),
            ("a second over it", edge(0), Some(121), (None, 130), (0, ArrivalBasis::Handover)),
            ("moved by a client: edge in an open window", edge(0), Some(9_000), (None, 9_010), (0, ArrivalBasis::Handover)),
            ("edge before the window", edge(0), Some(9_000), (Some(8_000), 9_010), (9_010, ArrivalBasis::Seen)),
            ("edge in the future", edge(9_000), Some(0), (Some(-10), 10), (10, ArrivalBasis::Seen)),
            ("both in the future", edge(9_000), Some(9_000), (Some(-10), 10), (10, ArrivalBasis::Seen)),
            ("moved between folders, both clocks agree", edge(0), Some(3), (Some(5_000), 5_060), (3, ArrivalBasis::InternalDate)),
            ("no edge", bare(), Some(10), (Some(0), 20), (10, ArrivalBasis::InternalDate)),
            ("no edge, appended with an old date", bare(), Some(-90_000), (Some(0), 20), (20, ArrivalBasis::Seen)),
            ("no edge, first look", bare(), Some(-90_000), (None, 20), (-90_000, ArrivalBasis::InternalDate)),
            ("no INTERNALDATE", edge(5), None, (Some(0), 20), (5, ArrivalBasis::Handover)),
            ("nothing", bare(), None, (Some(0), 20), (20, ArrivalBasis::Seen)),
        ];
        for (what, mail, internal, (from, by), (expected, basis)) in cases {
            let arrival = imap(&mail, &trust, Seen { internal_date: internal.map(at), save_date: None, from: from.map(at), by: at(by) });
            assert_eq!((arrival.at, arrival.basis), (at(expected), basis), "{what}");
            assert_eq!(arrival.disputed, basis == ArrivalBasis::Seen, "{what}");
            assert_eq!(arrival.internal_date, internal.map(at), "{what}");
            assert_eq!((arrival.date_header, arrival.seen_from, arrival.seen_by), (Some(at(-9_000)), from.map(at), Some(at(by))), "{what}");
        }
    }

    #[test]
    fn a_handover_that_may_be_forged_leaves_an_interval() {
        let trust = Trust::new(["example.org"]);
        let chain = |gap: i64| {
            mail(vec![line(Some("mx2.example.org"), Some("mx.example.org"), 0), line(Some("web.test"), Some("mx2.example.org"), -gap)])
        };
        let seen = |internal: i64| Seen { internal_date: Some(at(internal)), save_date: None, from: None, by: at(internal + 10) };
        // what, how long before, INTERNALDATE, expected (at, latest, disputed)
        for (what, gap, internal, expected) in [
            ("within the tolerance", 60, 1, (1, None, false)),
            ("hours before, and the server agrees with the later step", 9_000, 1, (-9_000, Some(0), true)),
            ("the same, moved since: the server agrees with neither", 9_000, 90_000, (-9_000, Some(0), true)),
            ("the server agrees with the handover", 9_000, -8_990, (-8_990, None, false)),
        ] {
            let arrival = imap(&chain(gap), &trust, seen(internal));
            let (from, to, disputed) = expected;
            assert_eq!((arrival.at, arrival.at_latest, arrival.disputed), (at(from), to.map(at), disputed), "{what}");
        }
        for (what, delivered, expected) in
            [("no clock", None, (Some(0), true)), ("Maildir", Some(1), (Some(0), true)), ("agrees", Some(-8_990), (None, false))]
        {
            let arrival = file(&chain(9_000), &trust, delivered.map(at), at(99));
            assert_eq!((arrival.at, (arrival.at_latest, arrival.disputed)), (at(-9_000), (expected.0.map(at), expected.1)), "{what}");
        }
    }

    #[test]
    fn save_dates_tell_what_a_mail_program_claimed() {
        use ArrivalBasis::{Handover, InternalDate, SaveDate, Seen as SeenBasis};
        let trust = Trust::new(["example.org"]);
        let edge = |seconds| mail(vec![line(Some("out.test"), Some("mx.example.org"), seconds)]);
        let bare = || mail(vec![]);
        // what, mail, INTERNALDATE, SAVEDATE, window, expected (at, latest, basis, disputed)
        let cases = [
            ("delivered", bare(), Some(10), 10, (Some(0), 20), (10, None, InternalDate, false)),
            ("delivered, with an edge", edge(5), Some(10), 10, (Some(0), 20), (10, None, InternalDate, false)),
            ("moved by COPY, the edge agrees", edge(5), Some(10), 9_000, (None, 9_010), (10, None, InternalDate, false)),
            ("appended with an old date, first look", bare(), Some(-90_000), 10, (None, 20), (-90_000, Some(10), InternalDate, true)),
            ("appended with an old date, watched", bare(), Some(-90_000), 10, (Some(0), 20), (10, None, SaveDate, true)),
            ("appended with the time of the append", edge(-9_000), Some(10), 10, (None, 20), (-9_000, None, Handover, false)),
            ("a date after the saving", bare(), Some(9_000), 10, (None, 9_010), (10, None, SaveDate, true)),
            ("an edge after the saving", edge(9_000), Some(9_000), 10, (None, 9_010), (10, None, SaveDate, true)),
            ("no INTERNALDATE", bare(), None, 10, (Some(0), 20), (10, None, SaveDate, true)),
            ("saved in the future", bare(), None, 9_000, (Some(0), 20), (20, None, SeenBasis, true)),
        ];
        for (what, mail, internal, saved, (from, by), (expected, latest, basis, disputed)) in cases {
            let seen = Seen { internal_date: internal.map(at), save_date: Some(at(saved)), from: from.map(at), by: at(by) };
            let arrival = imap(&mail, &trust, seen);
            assert_eq!((arrival.at, arrival.at_latest, arrival.basis), (at(expected), latest.map(at), basis), "{what}");
            assert_eq!((arrival.disputed, arrival.save_date), (disputed, Some(at(saved))), "{what}");
        }
    }

    #[test]
    fn file_arrivals_follow_the_clock_rules() {
        let trust = Trust::new(["example.org"]);
        let edge = mail(vec![line(Some("out.test"), Some("mx.example.org"), 5)]);
        let dateless = Mail::default();
        let ahead = mail(vec![line(Some("out.test"), Some("mx.example.org"), 90_000)]);
        let tomorrow = Mail { date: Some(at(90_000)), ..Mail::default() };
        for (what, mail, delivered, expected, basis, disputed) in [
            ("handover", &edge, Some(50), 5, ArrivalBasis::Handover, false),
            ("Maildir", &mail(vec![]), Some(50), 50, ArrivalBasis::Maildir, false),
            ("Date", &mail(vec![]), None, -9_000, ArrivalBasis::DateHeader, true),
            ("nothing", &dateless, None, 99, ArrivalBasis::Seen, true),
            ("a copy of an older mail, delivered to the folder later", &edge, Some(80), 5, ArrivalBasis::Handover, false),
            ("delivered before it was handed over", &edge, Some(-500), 5, ArrivalBasis::Handover, true),
            ("handed over after it was seen", &ahead, Some(50), 50, ArrivalBasis::Maildir, true),
            ("the same with no other clock but Date", &ahead, None, -9_000, ArrivalBasis::DateHeader, true),
            ("delivered after it was seen", &dateless, Some(90_000), 99, ArrivalBasis::Seen, true),
            ("dated after it was seen", &tomorrow, None, 99, ArrivalBasis::Seen, true),
        ] {
            let arrival = file(mail, &trust, delivered.map(at), at(99));
            assert_eq!((arrival.at, arrival.basis, arrival.disputed), (at(expected), basis, disputed), "{what}");
        }
    }

    #[test]
    fn a_surer_clock_takes_the_place_of_a_claim() {
        let arrival = |seconds, basis, disputed, internal: Option<i64>, seen| Arrival {
            at: at(seconds),
            disputed,
            basis,
            internal_date: internal.map(at),
            ..file(&Mail::default(), &Trust::nobody(), None, at(seen))
        };
        let claimed = arrival(-9_000, ArrivalBasis::DateHeader, true, None, 500);
        let delivered = arrival(60, ArrivalBasis::Maildir, false, None, 500);
        let stamped = |seconds| arrival(seconds, ArrivalBasis::InternalDate, false, Some(seconds), 9_000);
        let handed_over = arrival(10, ArrivalBasis::Handover, false, None, 500);
        let seen = arrival(500, ArrivalBasis::Seen, true, Some(-9_000), 500);
        for (what, other, known, surer) in [
            ("a server's clock for a claim", &stamped(10), &claimed, true),
            ("a server's clock for the time at which a mirror was written", &stamped(10), &delivered, true),
            ("a delivery for a claim", &delivered, &claimed, true),
            ("a claim for a delivery", &claimed, &delivered, false),
            ("a second look for the handover", &stamped(10), &handed_over, false),
            ("a mailbox to which it was moved after it was seen", &stamped(8_000), &claimed, false),
            ("what a server says without knowing when it was not there", &stamped(-9_000), &seen, false),
        ] {
            assert_eq!(is_surer(other, known), surer, "{what}");
        }
    }
}
