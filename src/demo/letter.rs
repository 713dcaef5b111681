//! Writes a mail as it lies in the shopper's mailbox: envelope lines, the `Received` chain with the handover to the shopper's own
//! provider, then what the sender's program wrote (RFC 5322, 2045, 3464, 3834, 2369, 5545). Takes who, when and what; gives bytes
//! that are the same every time: ids and boundaries come from the builder and the number of the letter.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, TimeDelta, Utc};

use super::pages::{escape, national};
use super::{Character, Kind, Person, Plan};

/// The shopper's own mail host.
pub(super) const PROVIDER: &str = "mx.example.org";

/// What goes into a letter.
pub(super) struct Letter<'a> {
    pub(super) one: &'a Character,
    pub(super) plan: &'a Plan,
    pub(super) by: &'a Person,
    /// The number of the plan within its character.
    pub(super) n: usize,
    /// The alias that it goes to.
    pub(super) to: &'a str,
    pub(super) to_name: String,
    /// Subject and text with everything filled in.
    pub(super) subject: String,
    pub(super) text: String,
    /// When the shopper's provider took it over.
    pub(super) arrived: DateTime<Utc>,
    /// The visit proposed.
    pub(super) invite: Option<DateTime<Utc>>,
}

/// The domain of an address.
pub(super) fn domain(address: &str) -> &str {
    address.rsplit('@').next().unwrap_or(address)
}

pub(super) fn rfc5322(at: DateTime<Utc>) -> String {
    at.format("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

/// A header value, as an encoded word where it is not ASCII (RFC 2047).
fn word(text: &str) -> String {
    if text.is_ascii() { text.to_owned() } else { format!("=?UTF-8?B?{}?=", BASE64_STANDARD.encode(text)) }
}

/// Quoted-printable (RFC 2045, 6.7).
fn quoted_printable(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let mut width = 0;
        let last = line.len();
        for (at, byte) in line.bytes().enumerate() {
            let plain = (b'!'..=b'~').contains(&byte) && byte != b'=' || byte == b' ' && at + 1 < last;
            let piece = if plain { char::from(byte).to_string() } else { format!("={byte:02X}") };
            if width + piece.len() > 75 {
                out.push_str("=\n");
                width = 0;
            }
            width += piece.len();
            out.push_str(&piece);
        }
        out.push('\n');
    }
    out
}

impl Letter<'_> {
    /// A number that stays the same for this letter and differs between letters.
    fn mark(&self) -> u32 {
        self.one
            .slug
            .bytes()
            .fold(17, |sum: u32, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)))
            .wrapping_add(self.n.try_into().unwrap_or(0))
    }

    /// Whether it goes out through a sales system on a domain that is not the builder's.
    fn through_crm(&self) -> bool {
        !self.one.domains.iter().any(|known| known == domain(&self.by.email))
    }

    /// The message.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut head = self.envelope();
        let date = rfc5322(self.arrived + TimeDelta::seconds(self.plan.date_off - 3));
        let _ = writeln!(head, "Date: {date}\nMessage-ID: <{:08x}.{}@{}>", self.mark(), self.arrived.timestamp(), domain(&self.by.email));
        let _ = writeln!(head, "From: \"{}\" <{}>\nTo: {} <{}>", self.by.name, self.by.email, self.to_name, self.to);
        let _ = writeln!(head, "Subject: {}\nMIME-Version: 1.0", word(&self.subject));
        let body = match self.plan.kind {
            Kind::Bounce => self.bounce(&mut head),
            Kind::Auto => {
                head.push_str("Auto-Submitted: auto-replied\nX-Auto-Response-Suppress: All\n");
                head.push_str("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n");
                self.text.clone()
            }
            Kind::Drip => self.drip(&mut head),
            _ => self.personal(&mut head),
        };
        format!("{head}\n{body}\n").into_bytes()
    }

    /// What the provider wrote above the message, and the hops below it.
    fn envelope(&self) -> String {
        let host = format!("mail.{}", domain(&self.by.email));
        let mark = self.mark();
        let sender = match self.plan.kind {
            Kind::Bounce | Kind::Auto => String::new(),
            Kind::Drip => format!("bounce+{mark:08x}@{}", domain(&self.by.email)),
            _ if self.through_crm() => format!("bounces+{mark:08x}@{}", domain(&self.by.email)),
            _ => self.by.email.clone(),
        };
        let address = format!("203.0.113.{}", mark % 200 + 10);
        let mut head = format!("Return-Path: <{sender}>\nDelivered-To: {}\n", self.to);
        let _ = writeln!(
            head,
            "Received: from {PROVIDER} (localhost [127.0.0.1])\n\tby {PROVIDER} (Postfix) with LMTP id {mark:08X}L\n\tfor <{}>; {}",
            self.to,
            rfc5322(self.arrived + TimeDelta::seconds(1))
        );
        let _ = writeln!(
            head,
            "Received: from {host} ({host} [{address}])\n\tby {PROVIDER} (Postfix) with ESMTPS id {mark:08X}E\n\tfor <{}>; {}",
            self.to,
            rfc5322(self.arrived)
        );
        if self.plan.kind == Kind::Mail {
            let _ = writeln!(
                head,
                "Received: from [192.0.2.{}] (unknown [192.0.2.{}])\n\tby {host} with ESMTPSA id {mark:08x}; {}",
                mark % 90 + 5,
                mark % 90 + 5,
                rfc5322(self.arrived + TimeDelta::seconds(self.plan.date_off - 2))
            );
        }
        head
    }

    /// The lines under a personal mail.
    fn signature(&self) -> String {
        let Person { name, title, phone, .. } = self.by;
        format!("{name}\n{title}, {}\n{}", self.one.builder, national(phone))
    }

    fn personal(&self, head: &mut String) -> String {
        let programs = ["Microsoft Outlook 16.0", "Apple Mail (2.3774.600.62)", "iPhone Mail (21F90)"];
        let mark = self.one.slug.len() + usize::from(self.through_crm());
        if self.through_crm() {
            let _ = writeln!(head, "X-SES-Outgoing: 2026.11-203.0.113.77\nList-Unsubscribe: <mailto:leave@{}>", domain(&self.by.email));
        } else if let Some(program) = programs.get(mark % programs.len()) {
            let _ = writeln!(head, "X-Mailer: {program}");
        }
        let mut text = format!("{}\n\n{}", self.text.trim(), self.signature());
        let mut html = paragraphs(&text);
        if let Some(video) = &self.plan.video {
            text = format!("{}\n\nWatch it here: {video}\n\n{}", self.text.trim(), self.signature());
            html = format!(
                "{}<p><a href=\"{}\"><img src=\"{}\" alt=\"Click to play video\" width=\"480\"></a></p>\n{}",
                paragraphs(self.text.trim()),
                escape(video),
                escape(&thumbnail(video)),
                paragraphs(&self.signature())
            );
        }
        if self.plan.video.is_none() && self.invite.is_none() && mark % 3 == 2 {
            head.push_str("Content-Type: text/plain; charset=utf-8; format=flowed\nContent-Transfer-Encoding: 8bit\n");
            return text;
        }
        self.alternative(head, &text, &html)
    }

    /// A mail in text and HTML, and a calendar part where a visit is proposed.
    fn alternative(&self, head: &mut String, text: &str, html: &str) -> String {
        let boundary = format!("=_{:08x}_{}", self.mark(), self.n);
        let _ = writeln!(head, "Content-Type: multipart/alternative; boundary=\"{boundary}\"");
        let mut body = format!(
            "--{boundary}\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{text}\n\n\
             --{boundary}\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n{}\n",
            quoted_printable(&format!("<html><body>\n{html}</body></html>"))
        );
        if let Some(start) = self.invite {
            let stamp = |at: DateTime<Utc>| at.format("%Y%m%dT%H%M%SZ").to_string();
            let _ = write!(
                body,
                "--{boundary}\nContent-Type: text/calendar; charset=utf-8; method=REQUEST\nContent-Transfer-Encoding: 8bit\n\n\
                 BEGIN:VCALENDAR\nPRODID:-//Neighbourhood//Visit//EN\nVERSION:2.0\nMETHOD:REQUEST\nBEGIN:VEVENT\nUID:{:08x}@{}\nDTSTAMP:{}\nDTSTART:{}\nDTEND:{}\n\
                 SUMMARY:{}\nORGANIZER;CN={}:mailto:{}\nATTENDEE;RSVP=TRUE:mailto:{}\nEND:VEVENT\nEND:VCALENDAR\n\n",
                self.mark(),
                domain(&self.by.email),
                stamp(self.arrived),
                stamp(start),
                stamp(start + TimeDelta::hours(1)),
                self.subject,
                self.by.name,
                self.by.email,
                self.to
            );
        }
        let _ = write!(body, "--{boundary}--");
        body
    }

    fn drip(&self, head: &mut String) -> String {
        let list = domain(&self.by.email);
        let leave = format!("https://{list}/u/{:08x}", self.mark());
        let _ = writeln!(
            head,
            "List-Unsubscribe: <{leave}>, <mailto:unsubscribe@{list}>\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\nPrecedence: bulk\n\
             Feedback-ID: {}:drip:{list}",
            self.n
        );
        let foot = format!("You receive this email because you asked {} for information.", self.one.builder);
        let text =
            format!("{}\n\n{foot}\nUnsubscribe: {leave}\nManage preferences: https://{list}/p/{:08x}", self.text.trim(), self.mark());
        let html = format!(
            "<p><a href=\"https://{list}/view/{:08x}\">View in browser</a></p>\n<img src=\"https://{list}/img/banner-{}.jpg\" alt=\"\" width=\"600\">\n{}\
             <p style=\"font-size:11px\">{}<br><a href=\"{leave}\">Unsubscribe</a> | <a href=\"https://{list}/p/{:08x}\">Manage preferences</a></p>\n\
             <img src=\"https://{list}/o/{:08x}.gif\" width=\"1\" height=\"1\" alt=\"\">\n",
            self.mark(),
            self.n,
            paragraphs(self.text.trim()),
            escape(&foot),
            self.mark(),
            self.mark()
        );
        self.alternative(head, &text, &html)
    }

    fn bounce(&self, head: &mut String) -> String {
        let boundary = format!("=_report_{:08x}", self.mark());
        let host = format!("mail.{}", domain(&self.by.email));
        let _ = writeln!(
            head,
            "Auto-Submitted: auto-replied\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"{boundary}\""
        );
        format!(
            "--{boundary}\nContent-Type: text/plain; charset=utf-8\n\n{}\n\n--{boundary}\nContent-Type: message/delivery-status\n\n\
             Reporting-MTA: dns; {host}\n\nFinal-Recipient: rfc822; websales@{dom}\nAction: failed\nStatus: 5.1.1\n\
             Diagnostic-Code: smtp; 550 5.1.1 <websales@{dom}>: user unknown\n\n--{boundary}\nContent-Type: text/rfc822-headers\n\n\
             From: {}\nTo: websales@{dom}\nSubject: Website inquiry\n\n--{boundary}--",
            self.text.trim(),
            self.to,
            dom = domain(&self.by.email)
        )
    }
}

/// Text as HTML: blank lines part paragraphs.
fn paragraphs(text: &str) -> String {
    text.split("\n\n").fold(String::new(), |mut html, paragraph| {
        let _ = writeln!(html, "<p>{}</p>", escape(paragraph.trim()).replace('\n', "<br>\n"));
        html
    })
}

/// The still picture that a video service puts into mails.
fn thumbnail(video: &str) -> String {
    let id = video.rsplit(['/', '=']).next().unwrap_or_default();
    if video.contains("vidyard.com") {
        format!("https://play.vidyard.com/{id}.jpg")
    } else if video.contains("loom.com") {
        format!("https://cdn.loom.com/sessions/thumbnails/{id}-with-play.gif")
    } else {
        format!("https://img.youtube.com/vi/{id}/hqdefault.jpg")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_printable_is_narrow_and_reversible() {
        let text = "A line = with “quotes”, a trailing space \nand one that goes on and on and on and on and on and on and on and on and on and on.\n";
        let encoded = quoted_printable(text);
        assert!(encoded.lines().all(|line| line.len() <= 76), "{encoded}");
        let message = format!("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n{encoded}");
        let parsed = mail_parser::MessageParser::default().parse(message.as_bytes()).unwrap();
        assert_eq!(parsed.body_text(0).unwrap().replace("\r\n", "\n"), text);
    }

    #[test]
    fn subjects_that_are_not_ascii_become_encoded_words() {
        assert_eq!(word("Your question"), "Your question");
        assert_eq!(word("Peñasco"), "=?UTF-8?B?UGXDsWFzY28=?=");
    }
}
