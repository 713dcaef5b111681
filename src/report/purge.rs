//! The purge list: our test leads as they stand in the builders' CRMs, for taking them out there. Takes an inquiry or a shop of a
//! report; gives a [`Lead`] wherever something may have reached the builder. Pure.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::ReportShop;
use super::words::{key, utc};
use crate::shop::{Inquiry, Status};

/// The header of `purge-list.csv`.
pub(super) const HEADER: &str = "wave,shop,builder,name,email,phone,community,sent_at,status,question";

/// A test lead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lead {
    /// The wave.
    pub wave: String,
    /// The shop's slug.
    pub shop: String,
    /// The builder.
    pub builder: String,
    /// Who asked, as the builder has it.
    pub name: String,
    /// The inquiry's own address.
    pub email: String,
    /// The number that was given.
    pub phone: Option<String>,
    /// The community asked about.
    pub community: Option<String>,
    /// When it was submitted; `None` where a crash took that with it.
    pub sent_at: Option<DateTime<Utc>>,
    /// Where the inquiry stands.
    pub status: Status,
    /// What was asked.
    pub question: String,
}

impl Lead {
    /// The lead that an inquiry left behind; `None` where nothing can have reached the builder.
    #[must_use]
    pub fn of(inquiry: &Inquiry) -> Option<Self> {
        left_behind(inquiry.sent_at, inquiry.status).then(|| Self {
            wave: inquiry.wave.clone(),
            shop: inquiry.shop.slug.clone(),
            builder: inquiry.shop.builder.clone(),
            name: inquiry.persona.full_name(),
            email: inquiry.alias_address.clone(),
            phone: inquiry.persona.phone.clone().filter(|_| inquiry.offered_phone),
            community: inquiry.shop.ask.community.clone(),
            sent_at: inquiry.sent_at,
            status: inquiry.status,
            question: inquiry.shop.ask.question.clone(),
        })
    }

    /// The same, of a shop in the report of a wave.
    pub(super) fn of_shop(wave: &str, shop: &ReportShop) -> Option<Self> {
        let (card, detail) = (&shop.card, &shop.detail);
        left_behind(card.sent_at, card.status).then(|| Self {
            wave: wave.to_owned(),
            shop: card.shop.clone(),
            builder: card.builder.clone(),
            name: detail.persona.clone(),
            email: detail.alias.clone(),
            phone: detail.phone.clone(),
            community: detail.community.clone(),
            sent_at: card.sent_at,
            status: card.status,
            question: detail.question.clone(),
        })
    }

    pub(super) fn row(&self) -> Vec<String> {
        vec![
            self.wave.clone(),
            self.shop.clone(),
            self.builder.clone(),
            self.name.clone(),
            self.email.clone(),
            self.phone.clone().unwrap_or_default(),
            self.community.clone().unwrap_or_default(),
            self.sent_at.map(utc).unwrap_or_default(),
            key(&self.status),
            self.question.clone(),
        ]
    }
}

/// Whether something may stand in the builder's CRM: it went out, or that is not known.
fn left_behind(sent_at: Option<DateTime<Utc>>, status: Status) -> bool {
    sent_at.is_some() || matches!(status, Status::Sending | Status::Confirmed | Status::Unclear)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_have_arrived_is_on_the_list() {
        let sent = Some("2026-11-02T15:04:05Z".parse().unwrap());
        for (sent_at, status, listed) in [
            (sent, Status::Confirmed, true),
            (sent, Status::Rejected, true),
            (None, Status::Unclear, true),
            (None, Status::Sending, true),
            (None, Status::Planned, false),
            (None, Status::Blocked, false),
            (None, Status::Failed, false),
            (None, Status::Manual, false),
        ] {
            assert_eq!(left_behind(sent_at, status), listed, "{status:?}");
        }
    }

    #[test]
    fn a_row_has_a_cell_a_column() {
        let report = super::super::build(super::super::sample::input());
        let lead = report.shops.iter().find_map(|shop| Lead::of_shop(&report.wave, shop)).unwrap();
        assert_eq!(lead.row().len(), HEADER.split(',').count());
    }
}
