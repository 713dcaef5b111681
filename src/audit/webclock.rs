//! Our clock against those of the sites that were asked: each answer to a submission bears a `Date` (RFC 9110, 6.6.1), set between
//! our request and its answer. One site's clock may be wrong; when most agree that ours is, it is.

use chrono::{DateTime, Utc};

use super::{AuditError, Workspace};
use crate::collect::mail::skew::Skew;
use crate::report::ClockOffset;
use crate::shop::Inquiry;
use crate::store::Proof;

/// The roles under which a submission's two halves are kept.
const HALVES: [&str; 2] = ["submission request", "submission response"];

/// The `Date` of a response, from its head.
fn date_of(response: &[u8]) -> Option<DateTime<Utc>> {
    let head = response.get(..response.len().min(64 * 1024))?;
    let text = String::from_utf8_lossy(head);
    let lines = text.lines().take_while(|line| !line.trim().is_empty());
    let value = lines.filter_map(|line| line.split_once(':')).find(|(name, _)| name.trim().eq_ignore_ascii_case("date"))?.1;
    DateTime::parse_from_rfc2822(value.trim()).ok().map(|at| at.with_timezone(&Utc))
}

/// What the sites' clocks say of ours: the middle of how far each is certainly off, in seconds. `None` without any site.
fn middle(skews: &[Skew]) -> Option<ClockOffset> {
    let mut off: Vec<i64> = skews
        .iter()
        .map(|skew| match skew.seconds() {
            [low, _] if low > 0 => low,
            [_, high] if high < 0 => high,
            _ => 0,
        })
        .collect();
    off.sort_unstable();
    // Of an even number, the two in the middle must agree on what is said.
    let (below, above) = (*off.get((off.len().checked_sub(1)?) / 2)?, *off.get(off.len() / 2)?);
    let offset_s = if below > 0 { below } else { above.min(0) };
    Some(ClockOffset { sites: u32::try_from(off.len()).unwrap_or(u32::MAX), offset_s })
}

impl Workspace {
    /// How far our clock was from those of the sites that these inquiries went to; rehearsals tell nothing.
    ///
    /// # Errors
    /// When the store fails. Evidence that cannot be read tells nothing either.
    pub async fn clock_offset(&self, inquiries: &[&Inquiry]) -> Result<Option<ClockOffset>, AuditError> {
        let mut skews = Vec::new();
        for inquiry in inquiries.iter().filter(|inquiry| !inquiry.rehearsal && inquiry.sent_at.is_some()) {
            let proofs = self.store.proofs(&inquiry.id).await?;
            let [request, response] = HALVES.map(|role| proofs.iter().rev().find(|proof| proof.role == role));
            if let Some((request, response)) = request.zip(response) {
                skews.extend(self.site_clock(request, response));
            }
        }
        Ok(middle(&skews))
    }

    fn site_clock(&self, request: &Proof, response: &Proof) -> Option<Skew> {
        let date = date_of(&self.evidence.read(&response.sha256).ok()?)?;
        Skew::measured(date, request.at, response.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_is_read_from_the_head_alone() {
        let want = "2026-11-02T15:04:05Z".parse().ok();
        for (response, found) in [
            ("HTTP/1.1 200 OK\r\nserver: x\r\nDate: Mon, 02 Nov 2026 15:04:05 GMT\r\n\r\nhello", want),
            ("HTTP/1.1 200 OK\r\n\r\nDate: Mon, 02 Nov 2026 15:04:05 GMT", None),
            ("HTTP/1.1 200 OK\r\ndate: yesterday\r\n\r\n", None),
            ("", None),
        ] {
            assert_eq!(date_of(response.as_bytes()), found, "{response}");
        }
    }

    #[test]
    fn one_wrong_site_says_nothing_and_most_of_them_do() {
        let middle = |seconds: &[[i64; 2]]| middle(&seconds.iter().map(|of| Skew::from(*of)).collect::<Vec<_>>());
        let of = |sites, offset_s| Some(ClockOffset { sites, offset_s });
        assert_eq!(middle(&[]), None);
        assert_eq!(middle(&[[-1, 2], [3_600, 3_602], [0, 1]]), of(3, 0));
        assert_eq!(middle(&[[94, 97], [95, 96], [-1, 2]]), of(3, 94));
        assert_eq!(middle(&[[94, 97], [-1, 2]]), of(2, 0), "one of two is not most of them");
        assert_eq!(middle(&[[-97, -94], [-1, 2]]), of(2, 0));
        assert_eq!(middle(&[[-97, -94], [94, 97]]), of(2, 0));
        assert_eq!(middle(&[[-97, -94], [-20, -10], [-1, 2], [-96, -94]]), of(4, -10));
        assert_eq!(middle(&[[-97, -94], [-96, -95], [-97, -90]]), of(3, -94));
    }
}
