//! What a mail has to do with canaries. Takes its bytes; tells one that came back, a report or an answer that names one, and what was built
//! as one by whomever. That a mail came to the address of a canary makes none: addresses leak. Of reports only one on delivery (RFC 3464)
//! that tells of a failure says that a canary was lost.

use super::canary::{HEADER, ID, SUBJECT, is_id, subject};
use crate::collect::mail::Mail;
use crate::collect::mail::arrival::came_in;

/// More ids of one mail are not looked at.
const MOST: usize = 64;

/// What a mail has to do with a canary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// It is one.
    Is(String),
    /// It tells that one could not be delivered, and why.
    Undelivered(String, String),
    /// It answers one, holds one, or is a report on one, as machines of ours write them.
    Names(String),
}

impl About {
    /// The canary's id.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Is(id) | Self::Undelivered(id, _) | Self::Names(id) => id,
        }
    }
}

/// What a mail holds of canaries, whosoever they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traces {
    /// What it has to do with each id that it bears; the surest come first. An address may look like an id by chance.
    pub about: Vec<About>,
    /// Whether a server took it in, so that it proves a way into the mailbox.
    pub came_in: bool,
    /// The id, where it is built as a canary in every part, is a report that returns one, or a machine's answer to one: whoever sent it.
    pub built: Option<String>,
}

/// Looks for ids of canaries in a mail; `parse` reads it, and is asked for the few that hold one. `None` where there is none. An id that
/// is merely mentioned, in an address or in the text, says nothing.
pub fn about(bytes: &[u8], parse: impl FnOnce(&[u8]) -> Mail) -> Option<Traces> {
    ID.as_ref()?.find(bytes)?;
    let mail = parse(bytes);
    let addresses = || mail.to.iter().map(|to| to.address.as_str()).chain(mail.delivered_to.iter().map(String::as_str));
    let mut ids: Vec<String> = Vec::new();
    let surest = mail.header(HEADER).chain(mail.message_id.as_deref()).chain([mail.subject.as_str()]).chain(addresses());
    for text in surest.map(str::as_bytes).chain([bytes]) {
        add_ids(text, &mut ids);
    }
    let marks = Marks::of(bytes);
    let about = ids.into_iter().filter_map(|id| of_id(&mail, &marks, id)).collect();
    Some(Traces { about, came_in: came_in(&mail), built: built(&mail).or_else(|| returned(&mail, &marks)).or_else(|| answered(&mail)) })
}

/// Adds the ids that stand in a text, also where a look-alike overlaps one.
fn add_ids(text: &[u8], ids: &mut Vec<String>) {
    let mut from = 0;
    while let Some(found) = ID.as_ref().and_then(|id| id.find_at(text, from)).filter(|_| ids.len() < MOST) {
        let id = String::from_utf8_lossy(found.as_bytes()).into_owned();
        if !ids.contains(&id) {
            ids.push(id);
        }
        from = found.start() + 1;
    }
}

/// What a mail has to do with one id; `None` where that merely stands in an address or in its text.
fn of_id(mail: &Mail, marks: &Marks, id: String) -> Option<About> {
    if is_report(mail) {
        return Some(match failure(mail, marks, &id) {
            Some(why) => About::Undelivered(id, why),
            None => About::Names(id),
        });
    }
    let own_header = mail.header(HEADER).any(|value| value.trim() == id);
    let own_name = mail.message_id.as_deref().is_some_and(|name| is_named(name, &id));
    if own_header || own_name || has_own_subject(mail, &id) {
        return Some(About::Is(id));
    }
    let answers = mail.in_reply_to.iter().chain(&mail.references).any(|name| is_named(name, &id));
    (answers || marks.hold(&id)).then_some(About::Names(id))
}

/// Whether a `Message-ID` is the one that a canary was sent with.
fn is_named(name: &str, id: &str) -> bool {
    name.strip_prefix(id).is_some_and(|rest| rest.starts_with('@'))
}

/// Whether the subject is a canary's own; a filter may have put a mark before it, but no answer is one.
fn has_own_subject(mail: &Mail, id: &str) -> bool {
    let mark = mail.subject.trim().strip_suffix(subject(id).as_str());
    mark.is_some_and(|mark| !mark.contains(':')) && mail.in_reply_to.is_empty() && mail.references.is_empty()
}

/// The id of the canary that a report returns, by its own header and name.
fn returned(mail: &Mail, marks: &Marks) -> Option<String> {
    let named = |id: &&String| marks.names.iter().any(|name| name.contains(&format!("<{id}@")));
    marks.headers.iter().find(|id| is_report(mail) && is_id(id)).filter(named).cloned()
}

/// What stands in a mail, or in one that it holds, where a canary is marked.
#[derive(Debug, Default)]
struct Marks {
    /// Values of the canary's own header.
    headers: Vec<String>,
    /// Values of `Message-ID`.
    names: Vec<String>,
}

impl Marks {
    /// At most so many of each as a mail may bear ids.
    fn of(bytes: &[u8]) -> Self {
        let mut marks = Self::default();
        for line in bytes.split(|byte| *byte == b'\n') {
            for (name, values) in [(HEADER, &mut marks.headers), ("Message-ID", &mut marks.names)] {
                if let Some((before, value)) = line.split_at_checked(name.len())
                    && before.eq_ignore_ascii_case(name.as_bytes())
                    && value.starts_with(b":")
                    && values.len() < MOST
                    && ID.as_ref().is_some_and(|id| id.is_match(value))
                {
                    values.push(String::from_utf8_lossy(value).trim_start_matches(':').trim().to_owned());
                }
            }
        }
        marks
    }

    /// Whether a canary of this id is marked.
    fn hold(&self, id: &str) -> bool {
        self.headers.iter().chain(&self.names).any(|value| value.contains(id))
    }
}

fn is_report(mail: &Mail) -> bool {
    mail.part_types.iter().any(|kind| kind.starts_with("multipart/report"))
}

/// The id of a mail that says in header, name and origin alike that it is a canary, and answers nothing.
fn built(mail: &Mail) -> Option<String> {
    let id = mail.header(HEADER).next()?.trim();
    let (whole, named) = (is_id(id), mail.message_id.as_deref().is_some_and(|name| is_named(name, id)));
    let automatic = mail.header("Auto-Submitted").any(|value| value.trim().eq_ignore_ascii_case("auto-generated"));
    let own = whole && named && automatic && mail.subject.contains(SUBJECT) && mail.in_reply_to.is_empty() && !is_report(mail);
    own.then(|| id.to_owned())
}

/// The id of the canary that an answering machine answers (RFC 3834, 3.1.5 and 5): it answers nothing else, and says that it is a machine.
fn answered(mail: &Mail) -> Option<String> {
    let machine = mail.header("Auto-Submitted").any(|value| value.trim().to_ascii_lowercase().starts_with("auto-replied"));
    let [name] = mail.in_reply_to.as_slice() else { return None };
    let id = name.split('@').next().filter(|id| is_id(id) && is_named(name, id))?;
    machine.then(|| id.to_owned())
}

/// Why a canary could not be delivered, where a report on delivery says so of its recipient (RFC 3464, 2.3), or of the only mail
/// that it returns. A delay, a delivery, a receipt (RFC 8098) and a complaint (RFC 5965) are no failures.
fn failure(mail: &Mail, marks: &Marks, id: &str) -> Option<String> {
    if !mail.part_types.iter().any(|kind| kind.starts_with("message/delivery-status") || kind.contains("report-type=delivery-status")) {
        return None;
    }
    let report = mail.report.as_deref()?.replace("\r\n", "\n");
    let groups: Vec<Vec<(String, String)>> = report.split("\n\n").map(fields).collect();
    let is_recipient = |name: &str| matches!(name, "final-recipient" | "original-recipient");
    let recipients: Vec<_> = groups.iter().filter(|group| group.iter().any(|(name, _)| is_recipient(name))).collect();
    let names = |group: &[(String, String)]| group.iter().any(|(name, value)| is_recipient(name) && value.to_lowercase().contains(id));
    let about: Vec<_> = recipients.iter().copied().filter(|group| names(group)).collect();
    let of_it = if about.is_empty() && marks.hold(id) { recipients } else { about };
    let failed =
        |group: &[(String, String)]| field(group, "action").is_some_and(|action| action.to_ascii_lowercase().starts_with("failed"));
    let group = of_it.into_iter().find(|group| failed(group))?;
    let said = field(group, "diagnostic-code").or_else(|| field(group, "status")).unwrap_or(&mail.subject);
    Some(said.chars().take(200).collect())
}

/// The fields of one group of a report, names in lower case; a line that begins with a space goes on with the one before.
fn fields(group: &str) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in group.lines() {
        match (line.strip_prefix([' ', '\t']), fields.last_mut()) {
            (Some(more), Some((_, value))) => {
                value.push(' ');
                value.push_str(more.trim());
            }
            _ => fields.extend(line.split_once(':').map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned()))),
        }
    }
    fields
}

fn field<'a>(group: &'a [(String, String)], name: &str) -> Option<&'a str> {
    group.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

#[cfg(test)]
mod tests {
    use super::super::canary::tests::{NAME, letter};
    use super::*;
    use crate::collect::mail::parse;

    /// What a mail has to do with the first id that it bears.
    fn first(bytes: &[u8]) -> Option<About> {
        about(bytes, parse)?.about.into_iter().next()
    }

    #[test]
    fn a_canary_is_known_by_any_of_its_three_marks() {
        let is = || Some(About::Is(NAME.to_owned()));
        let whole = letter();
        let header = format!("{HEADER}: {NAME}\r\n");
        let name = format!("Message-ID: <{NAME}@example.org>\r\n");
        let own = format!("Subject: {}\r\n", subject(NAME));
        assert_eq!(first(whole.as_bytes()), is());
        let other = "Message-ID: <0102@eu.mailer.example>\r\n";
        for changed in [
            whole.replace(&header, ""),
            whole.replace(&name, other),
            whole.replace(&own, "Subject: x\r\n"),
            whole.replace(&own, "Subject: x\r\n").replace(&name, other),
            whole.replace(&own, "Subject: x\r\n").replace(&header, ""),
            whole.replace(&header, "").replace(&name, other),
            whole.replace(&header, "").replace(&name, other).replace(&own, &format!("Subject: [SPAM?] {}\r\n", subject(NAME))),
            whole.replace("To: <shopper+canaryab2cd3ef4gh5@", "To: <shopper@").replace(&name, other),
        ] {
            assert_eq!(first(changed.as_bytes()), is(), "{changed}");
        }
    }

    #[test]
    fn what_came_to_a_canarys_address_is_none_for_that() {
        let whole = letter().replace(&format!("{HEADER}: {NAME}\r\n"), "").replace(&format!("<{NAME}@"), "<1@");
        let own = format!("Subject: {}\r\n", subject(NAME));
        for (what, mail) in [
            (
                "a newsletter that found it",
                format!("{}Sent to shopper+{NAME}@example.org.\r\n", whole.replace(&own, "Subject: Homes of the month\r\n")),
            ),
            ("delivered to it", format!("Delivered-To: shopper+{NAME}@example.org\r\nMessage-ID: <1@m.example>\r\nTo: me\r\n\r\nx")),
            ("an answer without a thread", whole.replace(&own, &format!("Subject: Re: {}\r\n", subject(NAME)))),
            ("the id of another in the subject", whole.replace(&own, &format!("Subject: {}\r\n", subject("canaryzzzzzzzzzzzz")))),
        ] {
            let held = about(mail.as_bytes(), parse).unwrap_or_else(|| panic!("{what} bears no id"));
            assert!(!held.about.iter().any(|about| about.id() == NAME) && held.built.is_none(), "{what}: {held:?}");
        }
    }

    #[test]
    fn other_mail_is_none() {
        for other in ["To: a@b.example\n\nA canary in a coal mine", "To: canary@b.example\n\ncanaryRow canaryab2", ""] {
            assert_eq!(about(other.as_bytes(), |_| panic!("read without need")), None, "{other}");
        }
        let answer = format!("To: shopper@example.org\nIn-Reply-To: <{NAME}@example.org>\nAuto-Submitted: auto-replied\n\nI am away.");
        assert_eq!(first(answer.as_bytes()), Some(About::Names(NAME.to_owned())));
    }

    #[test]
    fn a_bounce_says_why() {
        let bounce = format!(
            "From: MAILER-DAEMON@mx.example.org\nTo: shopper@example.org\nSubject: Undelivered\nMIME-Version: 1.0\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=x\n\n--x\nContent-Type: text/plain\n\nSorry.\n\
             --x\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.org\n\n\
             Final-Recipient: rfc822; shopper+{NAME}@example.org\nAction: failed\nStatus: 5.1.1\n\
             Diagnostic-Code: smtp; 550 5.1.1 no such user\n\n--x--\n"
        );
        let want = About::Undelivered(NAME.to_owned(), "smtp; 550 5.1.1 no such user".to_owned());
        assert_eq!(first(bounce.as_bytes()), Some(want));
    }

    /// A report of this kind whose machine-readable part says this, and which returns a mail with these headers.
    fn report(kind: &str, part: &str, says: &str, returned: &str) -> String {
        format!(
            "From: MAILER-DAEMON@mx.example.org\nTo: shopper@example.org\nSubject: Report\nMIME-Version: 1.0\n\
             Content-Type: multipart/report; report-type={kind}; boundary=x\n\n--x\nContent-Type: text/plain\n\nSee below.\n\
             --x\nContent-Type: message/{part}\n\n{says}\n\n--x\nContent-Type: text/rfc822-headers\n\n{returned}\n\n--x--\n"
        )
    }

    #[test]
    fn only_a_report_of_a_failure_tells_of_a_lost_canary() {
        let alias = format!("shopper+{NAME}@example.org");
        let original = format!("Message-ID: <{NAME}@example.org>\n{HEADER}: {NAME}");
        let dsn = |action: &str, recipient: &str, returned: &str| {
            let says =
                format!("Reporting-MTA: dns; mx.example.org\n\nFinal-Recipient: rfc822; {recipient}\nAction: {action}\nStatus: 5.1.1");
            report("delivery-status", "delivery-status", &says, returned)
        };
        let two = format!(
            "Reporting-MTA: dns; mx.example.org\n\nFinal-Recipient: rfc822; {alias}\nAction: delivered\nStatus: 2.0.0\n\n\
             Final-Recipient: rfc822; other@example.org\nAction: failed\nStatus: 5.1.1"
        );
        let receipt = format!("Final-Recipient: rfc822; {alias}\nDisposition: automatic-action/MDN-sent-automatically; deleted");
        let complaint = format!("Feedback-Type: abuse\nUser-Agent: x/1\nVersion: 1\nOriginal-Rcpt-To: {alias}");
        for (what, mail, lost) in [
            ("failed", dsn("failed", &alias, &original), true),
            ("failed, by the mail returned", dsn("Failed (unknown user)", "shopper@mail.example.net", &original), true),
            ("delayed", dsn("delayed", &alias, &original), false),
            ("delivered", dsn("delivered", &alias, &original), false),
            ("relayed", dsn("relayed", &alias, &original), false),
            ("another mail that quotes one", dsn("failed", "amy@b.example", &format!("Subject: about {NAME}")), false),
            ("another recipient failed", report("delivery-status", "delivery-status", &two, &original), false),
            ("receipt", report("disposition-notification", "disposition-notification", &receipt, &original), false),
            ("complaint", report("feedback-report", "feedback-report", &complaint, &original), false),
        ] {
            let of_it = about(mail.as_bytes(), parse).unwrap().about.into_iter().find(|about| about.id() == NAME).unwrap();
            assert_eq!(matches!(of_it, About::Undelivered(..)), lost, "{what}: {of_it:?}");
            assert!(lost || of_it == About::Names(NAME.to_owned()), "{what}: {of_it:?}");
        }
    }

    #[test]
    fn what_looks_like_an_id_hides_none() {
        let whole = format!("Received: from canarywharfresidence.example by mx.example; x\r\nX-A: canary{NAME}\r\n{}", letter());
        let held = about(whole.as_bytes(), parse).unwrap();
        assert_eq!(held.about.first(), Some(&About::Is(NAME.to_owned())), "its own header goes first: {held:?}");
        let headless = whole.replace(&format!("{HEADER}: {NAME}\r\n"), "").replace(&format!("<{NAME}@example.org>"), "<1@m.example>");
        let headless = headless.replace(&format!("shopper+{NAME}@"), &format!("canarywharfresidences@b.example, shopper+{NAME}@"));
        let held = about(headless.as_bytes(), parse).unwrap();
        assert_eq!(held.about, [About::Is(NAME.to_owned())]);
        let many: String = (0..500).map(|number| format!("canary{:x>12}", number.to_string().replace(['0', '1'], "y"))).collect();
        let bounce = report("delivery-status", "delivery-status", "Reporting-MTA: dns; x", &many);
        assert_eq!(about(bounce.as_bytes(), parse).unwrap().about.len(), MOST);
    }

    #[test]
    fn a_canary_of_anybody_is_known_by_its_build() {
        let built = |text: &str| about(text.as_bytes(), parse).and_then(|held| held.built);
        assert_eq!(built(&letter()).as_deref(), Some(NAME));
        assert_eq!(built(&letter().replace("Subject: ", "Subject: [SPAM] ")).as_deref(), Some(NAME));
        for changed in [
            letter().replace("Auto-Submitted: auto-generated\r\n", ""),
            letter().replace(&format!("<{NAME}@"), "<1@"),
            letter().replace("Subject: ", "In-Reply-To: <1@b.example>\r\nSubject: "),
            letter().replace("Test mail of crickets", "Welcome to Magnolia"),
            letter().replace(&format!("{HEADER}: "), "X-Other: "),
        ] {
            assert_eq!(built(&changed), None, "{changed}");
        }
    }

    #[test]
    fn a_report_on_a_canary_of_anybody_is_known_by_what_it_returns() {
        let built = |text: &str| about(text.as_bytes(), parse).and_then(|held| held.built);
        let says = "Reporting-MTA: dns; mx.example.org\n\nFinal-Recipient: rfc822; a@example.org\nAction: failed\nStatus: 5.1.1";
        let whole = letter();
        let returned = whole.split("\r\n\r\n").next().unwrap().replace("\r\n", "\n");
        assert_eq!(built(&report("delivery-status", "delivery-status", says, &returned)).as_deref(), Some(NAME));
        for other in [returned.replace(HEADER, "X-Other"), returned.replace(&format!("<{NAME}@"), "<1@"), format!("Subject: {NAME}")] {
            assert_eq!(built(&report("delivery-status", "delivery-status", says, &other)), None, "{other}");
        }
        assert_eq!(built(&format!("To: a@b.example\n\n> {}", returned.replace('\n', "\n> "))), None, "no report");
    }

    #[test]
    fn a_machines_answer_to_a_canary_of_anybody_is_known_by_what_it_answers() {
        let built = |text: &str| about(text.as_bytes(), parse).and_then(|held| held.built);
        let away = format!(
            "From: shopper@example.org\nTo: shopper@example.org\nSubject: Out of office\nIn-Reply-To: <{NAME}@example.org>\n\
             References: <{NAME}@example.org>\nAuto-Submitted: auto-replied (vacation)\n\nI am away.\n"
        );
        assert_eq!(built(&away).as_deref(), Some(NAME));
        for (what, other) in [
            ("a person's answer", away.replace("auto-replied (vacation)", "no")),
            ("an answer to something else", away.replace(&format!("In-Reply-To: <{NAME}@"), "In-Reply-To: <1@")),
            ("to that and something else", away.replace("In-Reply-To: ", "In-Reply-To: <1@b.example> ")),
            ("to what only begins so", away.replace(&format!("In-Reply-To: <{NAME}"), &format!("In-Reply-To: <{NAME}x"))),
        ] {
            assert_eq!(built(&other), None, "{what}: {other}");
        }
    }

    #[test]
    fn a_copy_that_no_server_took_in_is_told_from_one_that_came() {
        let came = |text: &str| about(text.as_bytes(), parse).unwrap().came_in;
        assert!(!came(&letter()), "as it lies in a Sent folder");
        assert!(!came(&format!("Received: from desk by smtp.example.org with ESMTPSA id 1; x\r\n{}", letter())));
        assert!(came(&format!("Received: from smtp.example.org by mx.example.org with ESMTPS id 1; x\r\n{}", letter())));
    }
}
