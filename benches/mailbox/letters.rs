//! The mail of a mailbox, made up: the same in every run. What a builder's people, CRM, newsletter tool and mail server
//! write, in the MIME that each of them makes; 15 kB on average, 1 to 50 kB each.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// An inquiry that is answered.
pub(crate) struct Asked {
    /// The builder.
    pub(crate) builder: String,
    /// Its mail domain.
    pub(crate) domain: String,
    /// The inquiry's own address.
    pub(crate) alias: String,
}

/// Numbers that look random (splitmix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        let at = usize::try_from(self.roll(all.len() as u64)).unwrap_or_default();
        all.get(at).copied().unwrap_or_default()
    }
}

const PEOPLE: [&str; 6] = ["Amy Ortiz", "Ben Cole", "Carla Nguyen", "Dev Patel", "Ellen Brandt", "Frank Moreno"];
const SAID: [&str; 14] = [
    "Yes, the Magnolia comes with a three-car garage; the third bay is a tandem.",
    "I will find out from our building team and call you this afternoon.",
    "The community opens its second phase in spring, with lots that back up to the greenbelt.",
    "Our models are open every day from ten to six, and on Sundays from noon.",
    "Quick move-in homes start in the low $400s, and some of them close within sixty days.",
    "Would Thursday at 4 pm or Saturday at 11 am suit you better for a visit?",
    "The kitchen has an island of nine feet, a walk-in pantry and windows over the back yard.",
    "The elementary school is four minutes away by bicycle, and the middle school is next to it.",
    "May I ask what brings you to the area, and when you would like to have moved?",
    "The HOA is $85 a month and covers the pool, the trails and the front yards.",
    "Our lender pays up to $10,000 toward closing costs on contracts that are written this month.",
    "Every home is tested for its energy rating, and the certificate comes with the keys.",
    "I attached the floor plan and the list of what is included in every home.",
    "You can pick a time for a call here: https://calendar.example/amy/15min",
];
const PLANS: [&str; 5] = ["The Magnolia", "The Juniper", "The Caf\u{e9}", "The Willow", "The Sage"];

/// A letter of this number, with LF at its line ends, as it lies in a Maildir.
pub(crate) fn letter(number: u64, asked: &[Asked]) -> String {
    let mut dice = Dice(number.wrapping_mul(0x2545_f491_4f6c_dd1d));
    let one = usize::try_from(dice.roll(asked.len() as u64)).ok().and_then(|at| asked.get(at)).expect("there are inquiries");
    // One in ten goes to the mailbox itself: whose it is must be told from what it says.
    let to = if dice.roll(10) == 0 { "shopper@crickets.test" } else { one.alias.as_str() };
    let person = dice.of(&PEOPLE);
    let mut out = envelope(number, to, one);
    match dice.roll(20) {
        0..=2 => plain(&mut out, &mut dice, person, one, to),
        3..=8 => alternative(&mut out, &mut dice, person, one, to),
        9..=12 => newsletter(&mut out, &mut dice, one, to),
        13..=15 => acknowledgement(&mut out, &mut dice, one, to),
        16..=18 => attached(&mut out, &mut dice, person, one, to),
        _ => bounce(&mut out, number, to),
    }
    out
}

fn envelope(number: u64, to: &str, asked: &Asked) -> String {
    let (minute, second, domain) = (number / 60 % 60, number % 60, &asked.domain);
    format!(
        "Return-Path: <bounce-{number}@mail.{domain}>\nDelivered-To: {to}\nReceived: from mx.crickets.test ([127.0.0.1])\n\tby imap.crickets.test with LMTP id {number:x}\n\t\
         for <{to}>; Thu, 26 Nov 2026 05:{minute:02}:{second:02} +0000\nReceived: from out.{domain} (out.{domain} [192.0.2.7])\n\tby mx.crickets.test (Postfix) with ESMTPS id {number:X}\n\t\
         for <{to}>; Thu, 26 Nov 2026 05:{minute:02}:{second:02} +0000 (UTC)\nDKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s=s1;\n\t\
         h=from:to:subject:date:message-id; bh={}=;\n\tb={}\nMessage-ID: <{number}.{}@mail.{domain}>\nDate: Thu, 26 Nov 2026 05:{minute:02}:{second:02} +0000\nMIME-Version: 1.0\n",
        "Zm9v".repeat(10),
        "YmFy".repeat(40),
        number * 7919,
    )
}

fn address(person: &str, asked: &Asked) -> String {
    format!("{person} <{}@{}>", person.split(' ').next().unwrap_or_default().to_lowercase(), asked.domain)
}

fn sentences(dice: &mut Dice, count: u64) -> Vec<&'static str> {
    (0..count).map(|_| dice.of(&SAID)).collect()
}

/// What a person wrote, with a signature and the mail it answers.
fn words(dice: &mut Dice, person: &str, asked: &Asked, paragraphs: u64) -> String {
    let mut text = "Hi Dana,\n\n".to_owned();
    for _ in 0..paragraphs {
        let count = 2 + dice.roll(4);
        text.push_str(&sentences(dice, count).join("\n"));
        text.push_str("\n\n");
    }
    let _ = write!(text, "Best regards,\n{person}\nOnline Sales Counselor, {}\n(512) 555-01{:02}\n", asked.builder, dice.roll(100));
    text
}

const QUOTED: &str = "\nOn Wed, Nov 25, 2026 at 9:04 AM Dana Whitfield <dana@crickets.test> wrote:\n\n> Does the Magnolia at Willow Creek come with a three-car garage?\n> Thank you, Dana\n";

fn plain(out: &mut String, dice: &mut Dice, person: &str, asked: &Asked, to: &str) {
    let paragraphs = 2 + dice.roll(8);
    let text = words(dice, person, asked, paragraphs);
    let _ = write!(
        out,
        "From: {}\nTo: {to}\nSubject: Re: The Magnolia at Willow Creek\nX-Mailer: Apple Mail (2.3774)\nContent-Type: text/plain; charset=utf-8\n\n{text}{QUOTED}",
        address(person, asked),
    );
}

fn alternative(out: &mut String, dice: &mut Dice, person: &str, asked: &Asked, to: &str) {
    let paragraphs = 3 + dice.roll(14);
    let text = words(dice, person, asked, paragraphs);
    let rich: String = text.lines().map(|line| format!("<p class=3D\"MsoNormal\"><span style=3D\"font-size:11.0pt;font-family:&quot;Calibri&quot;,=\nsans-serif;color:#1F497D\">{line}<o:p></o:p></span></p>\n")).collect();
    let _ = write!(
        out,
        "From: {}\nTo: {to}\nSubject: =?utf-8?Q?Your_question_about_The_Caf=C3=A9?=\nThread-Topic: Your question\nX-MS-Has-Attach:\nContent-Type: multipart/alternative;\n\tboundary=\"_000_alt_\"\n\n\
         --_000_alt_\nContent-Type: text/plain; charset=\"utf-8\"\nContent-Transfer-Encoding: quoted-printable\n\n{text}{QUOTED}\n--_000_alt_\nContent-Type: text/html; charset=\"utf-8\"\n\
         Content-Transfer-Encoding: quoted-printable\n\n<html><head><style><!-- p.MsoNormal {{margin:0in; font-size:11.0pt;}} a:link {{color:#0563C1;}} --></style></head><body lang=3D\"EN-US\">\n\
         <div class=3D\"WordSection1\">\n{rich}<p>See <a href=3D\"https://{}/plans?u=3D{}\">the plan</a>.</p></div><div style=3D\"border-top:solid #E1E1E1 1.0pt\">\
         <p><b>From:</b> Dana Whitfield<br><b>Sent:</b> Wednesday<br><b>Subject:</b> A question</p></div></body></html>\n\n--_000_alt_--\n",
        address(person, asked),
        asked.domain,
        dice.roll(1_000_000)
    );
}

/// A table of homes, as newsletter tools lay them out.
fn newsletter(out: &mut String, dice: &mut Dice, asked: &Asked, to: &str) {
    let mut rows = String::new();
    for _ in 0..6 + dice.roll(38) {
        let (plan, said, id) = (dice.of(&PLANS), dice.of(&SAID), dice.roll(1_000_000_000));
        let domain = &asked.domain;
        let _ = write!(
            rows,
            "<tr><td align=3D\"center\" valign=3D\"top\" style=3D\"padding:12px 18px;font-family:Arial,=\nHelvetica,sans-serif;font-size:14px;line-height:150%\"><a href=3D\"https://click.{domain}/l/{id}/=\nhome?utm_source=3Dnews&amp;utm_medium=3Demail\"><img src=3D\"https://img.{domain}/{id}.jpg\" width=3D\"=\n264\" alt=3D\"{}\" style=3D\"display:block;border:0\"></a></td>\n\
             <td style=3D\"padding:12px;color:#444444\"><h3>{}</h3><p>{said}</p><p>4 bd &middot; 3 ba &middot; 2,4{:02} sq ft</p></td></tr>\n",
            plan.replace('\u{e9}', "=C3=A9"),
            plan.replace('\u{e9}', "=C3=A9"),
            id % 100
        );
    }
    let _ = write!(
        out,
        "From: {} <news@{}>\nTo: {to}\nSubject: New homes this week, Dana\nList-Unsubscribe: <https://click.{1}/u/1>, <mailto:u@{1}>\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\n\
         Precedence: bulk\nFeedback-ID: 12:34:campaign:esp\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n<!DOCTYPE html><html><head><title>News</title><style>=\n\
         @media only screen and (max-width:480px){{.col{{width:100%!important}}}}</style></head><body><div style=3D\"display:none\">This week's homes</div>\n\
         <table width=3D\"100%\" cellpadding=3D\"0\"><tbody>\n{rows}</tbody></table><p>You receive this because you asked us. <a href=3D\"https://click.{1}/u/1\">Unsubscribe</a></p>\
         <img src=3D\"https://click.{1}/open/1.gif\" width=3D\"1\" height=3D\"1\"></body></html>\n",
        asked.builder, asked.domain
    );
}

fn acknowledgement(out: &mut String, dice: &mut Dice, asked: &Asked, to: &str) {
    let text = format!(
        "Thank you for contacting {}. We have received your inquiry, and a member of our team will be in touch within one business day.\n\n{}\n",
        asked.builder,
        sentences(dice, 3).join(" ")
    );
    let wrapped: String =
        STANDARD.encode(&text).as_bytes().chunks(76).map(|line| String::from_utf8_lossy(line).into_owned() + "\n").collect();
    let _ = write!(
        out,
        "From: {} <no-reply@{}>\nTo: {to}\nSubject: We received your inquiry\nAuto-Submitted: auto-replied\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n{wrapped}",
        asked.builder, asked.domain
    );
}

fn attached(out: &mut String, dice: &mut Dice, person: &str, asked: &Asked, to: &str) {
    let text = words(dice, person, asked, 3);
    let mut file = String::new();
    for _ in 0..320 + dice.roll(520) {
        let line: Vec<u8> = (0..57).map(|_| u8::try_from(dice.roll(256)).unwrap_or_default()).collect();
        file.push_str(&STANDARD.encode(line));
        file.push('\n');
    }
    let _ = write!(
        out,
        "From: {}\nTo: {to}\nSubject: The floor plan you asked for\nContent-Type: multipart/mixed; boundary=mix\n\nThis is a multi-part message in MIME format.\n--mix\nContent-Type: multipart/alternative; boundary=alt\n\n\
         --alt\nContent-Type: text/plain; charset=iso-8859-1\n\n{text}\n--alt\nContent-Type: text/html; charset=iso-8859-1\n\n<div dir=\"ltr\">{}</div>\n--alt--\n--mix\nContent-Type: application/pdf; name=\"plan.pdf\"\n\
         Content-Disposition: attachment; filename=\"plan.pdf\"\nContent-Transfer-Encoding: base64\n\n{file}--mix--\n",
        address(person, asked),
        text.replace('\n', "<br>")
    );
}

fn bounce(out: &mut String, number: u64, to: &str) {
    let _ = write!(
        out,
        "From: MAILER-DAEMON@mx.crickets.test (Mail Delivery System)\nTo: {to}\nSubject: Undelivered Mail Returned to Sender\nAuto-Submitted: auto-replied\n\
         Content-Type: multipart/report; report-type=delivery-status;\n\tboundary=\"dsn\"\n\n--dsn\nContent-Type: text/plain; charset=us-ascii\n\nI'm sorry to have to inform you that your message could not\n\
         be delivered to one or more recipients.\n\n<sales{number}@gone.test>: host mx.gone.test said: 550 5.1.1 User unknown\n\n--dsn\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.crickets.test\n\n\
         Final-Recipient: rfc822; sales{number}@gone.test\nAction: failed\nStatus: 5.1.1\n\n--dsn\nContent-Type: message/rfc822\n\nFrom: {to}\nTo: sales{number}@gone.test\nSubject: Re: Your question\n\nThank you!\n--dsn--\n"
    );
}
