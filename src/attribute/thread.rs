//! An answer to a mail that we sent for the inquiry: In-Reply-To and References (RFC 5322, section 3.6.4); in a receipt, the id of the mail
//! it is for (Original-Message-ID, RFC 8098, section 3.2.5).

use crate::collect::mail::Mail;

use super::{AttributedBy, Evidence, Target};

/// Targets whose sent mail is named by the message.
pub(super) fn find<'a>(mail: &Mail, targets: &'a [Target]) -> Vec<Evidence<'a>> {
    let named: Vec<&str> = mail.in_reply_to.iter().chain(&mail.references).map(|id| bare(id)).chain(reported(mail)).collect();
    targets
        .iter()
        .filter_map(|target| {
            let id = target.sent_message_ids.iter().map(|id| bare(id)).find(|id| !id.is_empty() && named.contains(id))?;
            Some(Evidence {
                target,
                by: AttributedBy::Thread,
                confidence: 0.97,
                id: "thread",
                reason: format!("answers our mail {id}"),
                own: true,
            })
        })
        .collect()
}

/// The ids of mails that a report says it is for.
fn reported(mail: &Mail) -> impl Iterator<Item = &str> {
    let fields = mail.report.iter().flat_map(|report| report.lines()).filter_map(|line| line.split_once(':'));
    fields.filter(|(name, _)| name.trim().eq_ignore_ascii_case("original-message-id")).map(|(_, id)| bare(id))
}

fn bare(id: &str) -> &str {
    id.trim().trim_start_matches('<').trim_end_matches('>')
}

#[cfg(test)]
mod tests {
    use super::super::samples::two;
    use super::*;
    use crate::collect::mail::parse;

    /// A read receipt that names a mail in its machine-readable part alone.
    fn receipt(id: &str) -> String {
        format!(
            "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n--b\n\nIt was read.\n--b\n\
             Content-Type: message/disposition-notification\n\nFinal-Recipient: rfc822;amy@b.example\nOriginal-Message-ID: {id}\n\
             Disposition: manual-action/MDN-sent-manually; displayed\n--b--"
        )
    }

    #[test]
    fn follows_the_thread() {
        let targets = two();
        for (header, owner) in [
            ("In-Reply-To: <m2p9.1@example.org>", Some("2026-11/cedar")),
            ("References: <a@b> <k7f3.1@example.org>", Some("2026-11/bluebonnet")),
            ("In-Reply-To: <other@example.org>", None),
            ("Subject: none", None),
            ("IN-REPLY-TO: Your message of Monday\n <m2p9.1@example.org>", Some("2026-11/cedar")),
            (&receipt("<k7f3.1@example.org>"), Some("2026-11/bluebonnet")),
            (&receipt("<other@example.org>"), None),
        ] {
            let found = find(&parse(format!("{header}\n\nx").as_bytes()), &targets);
            assert_eq!(found.first().map(|evidence| evidence.target.id.0.as_str()), owner, "{header}");
        }
    }
}
