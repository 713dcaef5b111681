//! Whole mails, calls and texts, judged as they come.

use super::*;
use crate::collect::mail::parse;
use crate::collect::phone::{CallRecord, Stamp};

fn context(elapsed_s: i64) -> Context {
    Context {
        first_name: "Dana".into(),
        last_name: "Whitfield".into(),
        builder: "Bluebonnet Homes".into(),
        community: Some("Willow Creek".into()),
        question: "Does the Magnolia plan at Willow Creek come with a three-car garage?".into(),
        answer: ["three-car", "3-car", "third bay", "tandem"].map(str::to_owned).to_vec(),
        own: vec!["shopper+k7f3@example.org".into(), "+15125550142".into()],
        elapsed_s: Some(elapsed_s),
    }
}

fn judged(raw: &str, elapsed_s: i64) -> Classified {
    mail(&parse(raw.as_bytes()), &context(elapsed_s))
}

const COUNSELOR: &str = "From: Amy Ortiz <amy@bluebonnet.example>\nTo: shopper+k7f3@example.org\nSubject: Your question about the Magnolia\n\n\
Hi Dana,\n\nYes, the Magnolia has a third bay on every lot. When are you hoping to move? Could you come by Saturday at 2 pm?\n\nWarm regards,\nAmy Ortiz\nCell 512-555-0100\n";

#[test]
fn a_counselor_is_a_person_and_says_much() {
    let found = judged(COUNSELOR, 1800);
    assert_eq!(found.origin, Origin::Personal, "{found:?}");
    let labels = found.labels;
    assert_eq!(labels.sender_name.as_deref(), Some("Amy Ortiz"));
    assert_eq!((labels.name_used, labels.community_named, labels.reason_or_discovery), (Some(true), Some(true), Some(true)));
    assert_eq!(labels.direct_phone.as_deref(), Some("+15125550100"));
    assert_eq!((labels.question, labels.appointment), (Some(QuestionAnswered::Yes), Some(Appointment::Specific)));
    assert_eq!((labels.faults, labels.video, labels.suspected_automation), (Some(Vec::new()), None, None));
    assert_eq!(found.quotes.get("question").map(String::as_str), Some("Yes, the Magnolia has a third bay on every lot."));
    assert_eq!(judged(COUNSELOR, 40).labels.suspected_automation, Some(true));
}

#[test]
fn origins_of_whole_mails() {
    let unsubscribe = "List-Unsubscribe: <mailto:u@crm.example>\nX-SG-EID: abc\n";
    for (what, raw, origin) in [
        (
            "a counselor through a CRM",
            format!("{unsubscribe}{COUNSELOR}\nUnsubscribe: https://crm.example/u\n"),
            Origin::Personal,
        ),
        (
            "a drip",
            format!("{unsubscribe}Precedence: bulk\nFrom: Bluebonnet Homes <news@bluebonnet.example>\nSubject: Grand opening this weekend!\nContent-Type: text/html\n\n<p>View this email in your browser</p><table><tr><td><img src=a.png width=\"1\"></td></tr></table><p>Hi Dana, don't miss our grand opening. Save $10,000 on move-in ready homes.</p><p><a href=https://b.example/u>Unsubscribe</a> All rights reserved</p>"),
            Origin::Marketing,
        ),
        (
            "an acknowledgement",
            "From: Bluebonnet Homes <noreply@bluebonnet.example>\nSubject: We received your inquiry\n\nThank you for your interest in Bluebonnet Homes. A member of our team will contact you shortly. Please do not reply to this email.\n".to_owned(),
            Origin::AutoReply,
        ),
        (
            "an acknowledgement from a manned address",
            "From: Bluebonnet Homes <info@bluebonnet.example>\nSubject: Thank you\n\nThank you for contacting us! We have received your request and someone will be in touch within 24 hours.\n\nThe Bluebonnet Team\n".to_owned(),
            Origin::AutoReply,
        ),
        (
            "an absence note",
            "From: Amy Ortiz <amy@bluebonnet.example>\nSubject: Automatic reply: Magnolia\nAuto-Submitted: auto-replied\nX-Auto-Response-Suppress: All\n\nI am out of the office until Monday.\n".to_owned(),
            Origin::AutoReply,
        ),
        (
            "a bounce that calls itself auto-replied",
            "Return-Path: <>\nFrom: Mail Delivery System <Mailer-Daemon@mx.example>\nX-Failed-Recipients: x@b.example\nAuto-Submitted: auto-replied\nSubject: Mail delivery failed: returning message to sender\n\nA message that you sent could not be delivered.\n".to_owned(),
            Origin::Bounce,
        ),
        (
            "a person who writes Spanish",
            "From: Ana Ruiz <ana@bluebonnet.example>\nIn-Reply-To: <1@example.org>\nSubject: RE: Magnolia\n\nHola Dana,\n\nS\u{ed}, el Magnolia tiene garage tandem. \u{bf}Puede visitarnos el s\u{e1}bado a las 3?\n\nSaludos,\nAna Ruiz\n".to_owned(),
            Origin::Personal,
        ),
        (
            "a person about an absence",
            "From: Amy Ortiz <amy@bluebonnet.example>\nSubject: Re: Tom is out of the office\n\nHi Dana, Tom is away, so I am answering you about Willow Creek.\n\nThanks,\nAmy\n".to_owned(),
            Origin::Personal,
        ),
    ] {
        let found = judged(&raw, 3600);
        assert_eq!(found.origin, origin, "{what}: {:?}", found.signals);
        assert!(found.confidence >= THRESHOLD, "{what}: {}", found.confidence);
        assert!(!found.signals.is_empty(), "{what}");
    }
}

#[test]
fn faults_and_video_of_a_drip() {
    let raw = "From: Amy Ortiz <amy@bluebonnet.example>\nSubject: Hi {{first_name}}\nContent-Type: text/html\n\n<p>Hi Mike,</p><p>Thank you for your interest in Cypress Ridge! I made you a video.</p><a href=https://click.crm.example/1><img src=https://cdn.loom.com/sessions/thumbnails/1-with-play.gif></a>";
    let labels = judged(raw, 3600).labels;
    assert_eq!(labels.faults, Some(vec![Fault::MergeField, Fault::WrongName, Fault::WrongCommunity]));
    assert_eq!(labels.video.as_deref(), Some("https://click.crm.example/1"));
    assert_eq!(labels.name_used, Some(false));
}

#[test]
fn a_quoted_inquiry_answers_nothing() {
    let raw = "From: Amy Ortiz <amy@bluebonnet.example>\nSubject: Re: Magnolia\n\nHi Dana, call me and I'll tell you all about it.\n\nOn Mon, Nov 2, 2026 Dana <d@example.org> wrote:\n> Does it come with a three-car garage? It has a third bay.\n";
    assert_eq!(judged(raw, 3600).labels.question, Some(QuestionAnswered::Deferred));
}

#[test]
fn calls_and_texts() {
    let said = |channel, from: &str, body: Option<&str>, elapsed| {
        let at = Stamp::exactly("2026-11-02T15:00:00Z".parse().unwrap());
        let record = CallRecord { from: Some(from.to_owned()), body: body.map(str::to_owned), ..CallRecord::new(channel, at) };
        call(&record, &context(elapsed))
    };
    let silent = said(Channel::Call, "+15125550100", None, 60);
    assert_eq!((silent.origin, silent.labels), (Origin::Personal, Labels::default()));
    let voicemail = said(
        Channel::Voicemail,
        "+15125550100",
        Some("Hi Dana, this is Amy Ortiz with Bluebonnet Homes. The Magnolia does have a three car garage. Call me at 512 555 0100."),
        900,
    );
    assert_eq!((voicemail.origin, voicemail.labels.question), (Origin::Personal, Some(QuestionAnswered::Yes)));
    assert_eq!(voicemail.labels.sender_name.as_deref(), Some("Amy Ortiz"));
    assert_eq!(voicemail.labels.direct_phone.as_deref(), Some("+15125550100"));
    for (channel, from, body, origin) in [
        (
            Channel::Voicemail,
            "+18005550100",
            "This is a recorded message about your vehicle's extended warranty. Press 1 to speak",
            Origin::Marketing,
        ),
        (Channel::Sms, "+15125550100", "Hi Dana, it's Amy from Bluebonnet Homes. Are you free tomorrow?", Origin::Personal),
        (
            Channel::Sms,
            "+15125550100",
            "Hi Dana, this is Amy with Bluebonnet. Yes it has a third bay! Reply STOP to opt out",
            Origin::Personal,
        ),
        (
            Channel::Sms,
            "72345",
            "Bluebonnet Homes: Thank you for your inquiry. Reply STOP to end. Msg & data rates may apply",
            Origin::AutoReply,
        ),
        (Channel::Sms, "72345", "Grand opening this weekend! Txt STOP to end", Origin::Marketing),
        (Channel::Sms, "+15125550100", "Thank you for contacting Bluebonnet Homes. One of our team will be in touch.", Origin::AutoReply),
    ] {
        let found = said(channel, from, Some(body), 900);
        assert_eq!(found.origin, origin, "{body}: {found:?}");
    }
}

#[test]
fn nothing_known_judges_nothing_by_guess() {
    let found = mail(&parse(COUNSELOR.as_bytes()), &Context::default());
    assert_eq!(found.origin, Origin::Personal);
    assert_eq!((found.labels.question, found.labels.name_used, found.labels.community_named), (None, None, None));
    let empty = mail(&parse(b""), &Context::default());
    assert_eq!(empty.origin, Origin::Unknown);
}

#[test]
fn a_calendar_asks_for_an_appointment_in_a_persons_name() {
    let head = "From: Amy Ortiz <amy@bluebonnet.example>\nSender: calendar-notification@google.com\nAuto-Submitted: auto-generated\n";
    let body = "Content-Type: multipart/alternative; boundary=c\n\n--c\nContent-Type: text/plain\n\nTour of Willow Creek\n\
        --c\nContent-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\n--c--\n";
    let found = mail(&parse(format!("{head}{body}").as_bytes()), &context(900));
    assert_eq!((found.origin, found.labels.appointment), (Origin::Personal, Some(Appointment::Specific)), "{found:?}");
}

#[test]
fn a_challenge_is_no_bounce_even_if_it_calls_itself_one() {
    let raw = "From: noreply@filter.example\nSubject: Re: Garage\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n\
        --b\nContent-Type: text/plain\n\nYour message has been waitlisted. Please add yourself to my personal guest list.\n--b\n\
        Content-Type: message/delivery-status\n\nAction: failed\nStatus: 4.7.0\n--b--\n";
    assert_eq!(judged(raw, 60).origin, Origin::AutoReply);
}

#[test]
fn what_everybody_says_is_no_advertising() {
    let weight = |text: &str| {
        let mail = parse(format!("From: a@b.example\nTo: c@d.example\n\n{text}\n").as_bytes());
        bulk::weigh(&mail, &mail.text).score
    };
    assert!(weight("Feel free to call when you are free, and I can offer a tour.") < 0.01);
    assert!(weight("Free software, special offer, order now.") > 0.3);
}

#[test]
fn a_mail_into_the_senders_own_mailbox_hides_no_reader() {
    let own = "From: a@b.example\nTo: a@b.example\n";
    for (raw, hides) in [(format!("{own}\nHello.\n"), true), (format!("Delivered-To: a@b.example\n{own}\nHello.\n"), false)] {
        let mail = parse(raw.as_bytes());
        assert_eq!(bulk::weigh(&mail, &mail.text).signals.iter().any(|signal| signal.id == "to-self"), hides, "{raw}");
    }
}

#[test]
fn answers_that_come_another_way() {
    use QuestionAnswered::{Deferred, No, Partly, Unknown, Yes};
    for (question, answer, text, expected) in [
        ("Do you accept ITIN loans?", "", "Hola Dana, let me check with the bank y te digo ma\u{f1}ana ok?", Deferred),
        ("What is the difference in price?", "", "Dana, can I owe you that one? The sheet is at the office.", Deferred),
        ("Is it in a flood zone?", "", "Dana, survey and elevation certificate attached, flood info is on page two.", Unknown),
        ("What is the price of the Teak?", "price", "Hi Dana, the price sheet's attached.", Unknown),
        ("\u{bf}Hay que pagar impuesto MUD?", "MUD", "Hola Dana, no, ah\u{ed} no se paga ninguno, solo lo del condado.", Yes),
        ("Is there a bus to the school?", "", "S\u{ed} pasa el bus, se para en la entrada.", Yes),
        (
            "Is the refrigerator included, and the patio cover?",
            "fridge",
            "The kitchen comes complete with range, dishwasher and fridge.",
            Partly,
        ),
        (
            "Are there any lawsuits against you?",
            "lawsuit",
            "Dana, Whitaker has been family owned for three generations and builds sixty homes a year.",
            No,
        ),
        ("Is the primary bedroom on the main floor?", "", "No, in the Carrington the owner's suite is up.", Yes),
        ("Is the primary bedroom on the main floor?", "", "No problem, ask me whatever you like.", No),
        ("Is there a sidewalk on both sides?", "", "Good afternoon. One side only, the north.", Unknown),
        ("Is it fenced?", "", "If you'd rather call me it's 770-223-0162.", No),
        ("How long is the warranty?", "", "Dana,\n1. What kept you?\n2. Did you buy elsewhere?", No),
        ("What are the model home hours?", "", "The model is open Mon thru Sat 10-6.", Yes),
    ] {
        let asked = Context { first_name: "Dana".into(), question: question.into(), answer: vec![answer.to_owned()], ..Context::default() };
        assert_eq!(question::answered(text, &asked).map(|found| found.verdict), Some(expected), "{question} {text}");
    }
}

#[test]
fn a_question_is_settled_without_being_said_again() {
    use QuestionAnswered::{Deferred, No, Partly, Unknown, Yes};
    let hens = "Are hens allowed at Willow Creek?";
    let dear = "Do you have anything at Willow Creek under $375,000?";
    for (question, text, expected) in [
        (hens, "Dana, not anymore, no.", Yes),
        (hens, "Hi Dana! You can keep up to four.", Yes),
        (hens, "Nobody's been told no so far. Mostly folks put up a run by the garage.", Yes),
        (hens, "Yes, I'd love to help.", No),
        (dear, "We don't have any left at that price.", Yes),
        (dear, "Nothing under 400 right now.", Yes),
        (dear, "Sometimes we do, it depends on the month.", Partly),
        (dear, "I've been with Bluebonnet six years and before that I taught third grade.", No),
        ("Is the Sabine offered there?", "Hi Dana, that plan isn't offered there.", Yes),
        ("Is there a pool and a gym?", "Dana, neither one I'm afraid.", Yes),
        ("Is there a pool, and what are the dues?", "We do! As for the rest I'd have to ask.", Partly),
        (
            "Which elementary and middle schools is it zoned for?",
            "Kids go to Pungo Creek. The middle school I'd have to ask about.",
            Partly,
        ),
        ("How much is the deposit, and is it refundable?", "It's 5k down at contract.", Partly),
        ("Can we move the wall between the study and the dining room?", "Dana, sorry, we can't.", Yes),
        ("Is there solar?", "Dana, I recorded you a video answering your question.", Unknown),
        ("Is there solar?", "I'll record you a video answering your question.", Deferred),
        (hens, "That's up to the architectural committee, so I'd send them a drawing.", Deferred),
        (hens, "I'd double check on the hens.", Deferred),
    ] {
        let asked = Context { question: question.into(), answer: Vec::new(), ..context(4_000) };
        assert_eq!(question::answered(text, &asked).map(|found| found.verdict), Some(expected), "{question} {text}");
    }
    // The words of a builder's name are no words on the matter.
    let asked =
        Context { builder: "Harrow & Vale".into(), question: "Does the price include the lot and a stove?".into(), ..context(4_000) };
    let told = "I've been with Harrow & Vale six years.";
    assert_eq!(question::answered(told, &asked).map(|found| found.verdict), Some(No));
}

#[test]
fn a_bare_figure_answers_less_than_a_word_on_the_matter() {
    let asked = Context { question: "How far is it from the base?".into(), ..context(4_000) };
    let named = |text| question::answered(text, &asked).map(|found| (found.verdict, found.named));
    assert_eq!(named("It is 12 miles."), Some((QuestionAnswered::Yes, false)));
    assert_eq!(named("The base is 12 miles off."), Some((QuestionAnswered::Yes, true)));
}

#[test]
fn what_a_list_adds_says_nothing_twice() {
    let post = |headers: &str| {
        format!(
            "Received: from a by b; x\nFrom: Kevin Lyda <kevin@x.example>\nTo: social <social@x.example>\nSubject: [Social] Re: a record\n\
             In-Reply-To: <1@x.example>\nUser-Agent: Mutt/1.2\n{headers}\nOn Fri, Ann wrote:\n> I will be away.\n\nis this a record for software?\n\nkevin\n"
        )
    };
    let judged = |headers: &str| mail(&parse(post(headers).as_bytes()), &Context::default());
    let found = judged("List-Id: <social.x.example>\nPrecedence: bulk\n");
    assert_eq!(found.origin, Origin::Personal, "{:?}", found.signals);
    let weight = |headers: &str| judged(headers).signals.iter().find(|signal| signal.id == "precedence").map(|signal| signal.weight.abs());
    assert!(weight("List-Id: <social.x.example>\nPrecedence: list\n") < weight("Precedence: list\n"));
}

#[test]
fn an_address_made_for_answers_is_a_thread_and_no_words_are_no_persons() {
    let raw = |to: &str, body: &str| {
        format!("Return-Path: <ann@x.example>\nFrom: Ann Marsh <ann@x.example>\nTo: {to}\nUser-Agent: Thunderbird\n\n{body}\n")
    };
    let signals = |to: &str, body: &str| {
        let found = mail(&parse(raw(to, body).as_bytes()), &Context::default());
        (found.origin, found.signals.into_iter().map(|signal| signal.id).collect::<Vec<_>>())
    };
    let has = |to: &str, body: &str, id: &str| signals(to, body).1.iter().any(|signal| signal == id);
    assert!(has("reply+4f97315cc828096c9cb34c6f1a0d6fe8@x.example", "Some words.", "thread"));
    assert!(!has("shopper+k7f3@x.example", "Some words.", "thread") && !has("reply+k7f3@x.example", "Some words.", "thread"));
    assert_eq!(signals("b@x.example", "").0, Origin::Unknown);
    assert_eq!(signals("b@x.example", "Some words.").0, Origin::Personal);
}

#[test]
fn who_advertises_and_names_nothing_of_the_inquiry_found_the_address_elsewhere() {
    let pitch = |from: &str| {
        format!(
            "Received: from a by b; x\nFrom: Mike Ross <{from}>\nTo: shopper+k7f3@example.org\nSubject: your property\n\n\
             Hey, Mike here. I buy houses for cash in any condition. Do you own anything you'd consider selling?\n\nMike\n"
        )
    };
    assert_eq!(judged(&pitch("mike@else.example"), 90_000).origin, Origin::Marketing);
    assert_ne!(judged(&pitch("mike@bluebonnethomes.example"), 90_000).origin, Origin::Marketing);
}

#[test]
fn a_desk_that_passes_on_an_answer_is_its_writers() {
    let ticket = |update: &str, said: &str| {
        format!(
            "From: Moses Begay (Bluebonnet) <support@bluebonnet.zendesk.example>\nTo: shopper+k7f3@example.org\nSubject: Re: garage\n\
             Auto-Submitted: auto-generated\nX-Mailer: Zendesk Mailer\n\n{update}\n\nMoses Begay\n\n{said}\n"
        )
    };
    let updated = "Your request (20814) has been updated. To add additional comments, reply to this email.";
    for (update, said, origin) in [
        (updated, "Hi Dana, I walked over to look. The Magnolia has a third bay on every lot.", Origin::Personal),
        (updated, "Its state is now: open.", Origin::AutoReply),
        ("Your request (20814) has been received.", "A three-car garage? Somebody will answer shortly.", Origin::AutoReply),
    ] {
        assert_eq!(judged(&ticket(update, said), 4_000).origin, origin, "{update} {said}");
    }
}

#[test]
fn the_loop_guard_of_a_list_says_nothing_of_its_members() {
    let letter = |headers: &str| {
        format!(
            "From: a@b.example\nTo: list@c.example\nSubject: your help\n{headers}X-Loop: c.example\n\nThank you for your interest in our hens.\n"
        )
    };
    assert_eq!(judged(&letter(""), 90_000).origin, Origin::AutoReply);
    assert_ne!(judged(&letter("X-Mailing-List: hens@c.example\n"), 90_000).origin, Origin::AutoReply);
}

#[test]
fn who_offers_to_rank_a_site_or_lend_money_wrote_to_many() {
    for text in [
        "Hi there,\n\nI was going through your website and noticed a few errors that keep it from ranking on page one of Google. We help \
         businesses like yours with backlinks at affordable prices.\n\nJenny",
        "Hello,\n\nMy name is Kevin and I help buyers save thousands. You have been pre-selected for rates as low as 5.25% APR. See what you \
         qualify for.\n\nIf you don't want to hear from us again, write back.",
    ] {
        let found = judged(
            &format!(
                "Received: from a by b; x\nFrom: Jenny Marks <jenny@else.example>\nTo: shopper+k7f3@example.org\nSubject: Quick question\n\n{text}\n"
            ),
            90_000,
        );
        assert_eq!(found.origin, Origin::Marketing, "{text}: {:?}", found.signals);
    }
}

#[test]
fn what_a_program_sends_in_nobodys_name_is_for_many() {
    let mail = |from: &str, signed: &str| {
        format!(
            "Received: from a by b; x\nList-Unsubscribe: <https://b.example/u>\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\nX-SG-EID: 1\n\
             X-SG-ID: 2\nFrom: {from} <hello@bluebonnet.example>\n\
             To: shopper+k7f3@example.org\nSubject: Willow Creek\n\nHi Dana,\n\nWillow Creek has a lake. What brings you there?\n\nBest,\n{signed}\n\n\
             Unsubscribe: https://b.example/u\n"
        )
    };
    assert_eq!(judged(&mail("Bluebonnet Homes", "The Bluebonnet Team"), 90_000).origin, Origin::Marketing);
    assert_eq!(judged(&mail("Amy Ortiz", "Amy Ortiz"), 90_000).origin, Origin::Personal);
}

#[test]
fn what_a_named_person_tells_this_reader_is_no_machines_for_a_header_or_a_subject() {
    let from = "From: Amy Ortiz <amy@bluebonnet.example>\n";
    let answer = "Hi Dana,\n\nYes, the Magnolia has a third bay on every lot.\n\nAmy Ortiz\n512-555-0100\n";
    for head in [
        "Subject: Out of office tomorrow - but here is your answer\n",
        "Subject: RE: Magnolia\nAuto-Submitted: auto-generated\n",
        "Subject: Magnolia\nList-Id: <sales.bluebonnet.example>\nList-Unsubscribe: <mailto:x@y.example>\nPrecedence: list\n",
    ] {
        let found = judged(&format!("{from}{head}\n{answer}"), 1800);
        assert_eq!((found.origin, found.labels.question), (Origin::Unknown, Some(QuestionAnswered::Yes)), "{head}: {found:?}");
        assert!(found.signals.iter().any(|signal| signal.id == "told-in-person"), "{head}");
    }
    let returned =
        format!("{from}Subject: Undeliverable? Trying again\n\n{answer}\nMy first mail was returned: delivery failed, it said.\n");
    assert_eq!(judged(&returned, 1800).origin, Origin::Unknown);
    let mailer = "List-Unsubscribe: <mailto:u@bb.example>\nX-Mailgun-Sid: W\nContent-Type: text/html\n";
    let film = |words: &str| {
        let thumbnail = "<a href=\"https://bombbomb.com/v/1\"><img src=\"https://bombbomb.com/thumb.gif\" alt=\"Click to play video\"></a>";
        let foot = "<p>Amy Ortiz 512-555-0100</p><p><a href=\"https://bb.example/u\">Unsubscribe</a></p>";
        judged(&format!("{from}Subject: A video\n{mailer}\n<p>Hi Dana, {words}</p>{thumbnail}{foot}"), 1800).origin
    };
    assert_eq!(film("I recorded a quick video to answer your question."), Origin::Unknown);
    assert_eq!(film("our new video tour is here. Save $10,000 this weekend only!"), Origin::Marketing);
    let away =
        format!("{from}Subject: Out of office\n\nHi Dana,\n\nI am out of the office until Monday and will answer then.\n\nAmy Ortiz\n");
    assert_eq!(judged(&away, 1800).origin, Origin::AutoReply);
    let report = format!(
        "From: Mail Delivery System <mailer-daemon@mx.example>\nSubject: Undelivered Mail\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\n{answer}\n--b\nContent-Type: message/delivery-status\n\nStatus: 5.1.1\n\n--b--\n"
    );
    assert_eq!(judged(&report, 1800).origin, Origin::Bounce);
}
