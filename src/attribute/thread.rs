//! An answer to a mail that we sent for the inquiry: In-Reply-To and References (RFC 5322, section 3.6.4).

use crate::collect::mail::Mail;

use super::{AttributedBy, Evidence, Target};

/// Targets whose sent mail is named by the message.
pub(super) fn find<'a>(mail: &Mail, targets: &'a [Target]) -> Vec<Evidence<'a>> {
    let named: Vec<&str> = mail.in_reply_to.iter().chain(&mail.references).map(|id| bare(id)).collect();
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

fn bare(id: &str) -> &str {
    id.trim().trim_start_matches('<').trim_end_matches('>')
}

#[cfg(test)]
mod tests {
    use super::super::samples::two;
    use super::*;
    use crate::collect::mail::parse;

    #[test]
    fn follows_the_thread() {
        let targets = two();
        for (header, owner) in [
            ("In-Reply-To: <m2p9.1@example.org>", Some("2026-11/cedar")),
            ("References: <a@b> <k7f3.1@example.org>", Some("2026-11/bluebonnet")),
            ("In-Reply-To: <other@example.org>", None),
            ("Subject: none", None),
        ] {
            let found = find(&parse(format!("{header}\n\nx").as_bytes()), &targets);
            assert_eq!(found.first().map(|evidence| evidence.target.id.0.as_str()), owner, "{header}");
        }
    }
}
