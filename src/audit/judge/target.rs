//! What attribution is told of an inquiry: where its answers go, by what its builder is known, and how long they are awaited.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use crate::attribute::Target;
use crate::number::is_placeholder;
use crate::shop::Inquiry;

/// An inquiry as the target of what comes; `base` gives the address of each mailbox.
pub(super) fn target(inquiry: &Inquiry, window_days: i64, base: &BTreeMap<String, String>) -> Target {
    let sent_at = inquiry.sent_at.unwrap_or(inquiry.planned_at);
    let shop = &inquiry.shop;
    let mut domains: BTreeSet<String> = shop.domains.iter().cloned().collect();
    if let Some(host) = shop.site.domain() {
        domains.insert(host.trim_start_matches("www.").to_lowercase());
    }
    Target {
        id: inquiry.id.clone(),
        builder: shop.builder.clone(),
        alias_address: inquiry.alias_address.to_lowercase(),
        alias_token: inquiry.alias_token.to_lowercase(),
        first_name: inquiry.persona.first.clone(),
        mailbox: base.get(&inquiry.mailbox).cloned().unwrap_or_default(),
        numbers: shop.phones.iter().cloned().chain(on_site(inquiry)).collect(),
        domains: domains.into_iter().collect(),
        team: shop.team.clone(),
        community: shop.ask.community.clone(),
        question: shop.ask.question.clone(),
        // What was not sent yet will be given it, if the form takes one.
        phone: inquiry.persona.phone.clone().filter(|_| inquiry.offered_phone || inquiry.sent_at.is_none()),
        sent_message_ids: Vec::new(),
        learned: Vec::new(),
        sent_at,
        // What was not sent is not waited for; its alias, which a person may have used, is still its own.
        // An opt-out is watched for 30 days more (benchmarks, section 2).
        until: inquiry.sent_at.map_or(DateTime::<Utc>::MIN_UTC, |sent_at| {
            sent_at + TimeDelta::days(if inquiry.opt_out_at.is_some() { window_days + 30 } else { window_days })
        }),
    }
}

/// The numbers that the builder's site showed when it was asked, without those that stand for none.
fn on_site(inquiry: &Inquiry) -> Vec<String> {
    let phones = inquiry.readiness.as_ref().and_then(|readiness| readiness.get("phones")?.as_array());
    let numbers = phones.into_iter().flatten().filter_map(|number| number.as_str());
    numbers.filter(|number| !is_placeholder(number)).map(str::to_owned).collect()
}

/// When each number of ours was first given to anybody.
pub(in crate::audit) fn given(inquiries: &[Inquiry]) -> BTreeMap<String, DateTime<Utc>> {
    let mut given: BTreeMap<String, DateTime<Utc>> = BTreeMap::new();
    for inquiry in inquiries.iter().filter(|inquiry| inquiry.offered_phone) {
        if let Some((number, sent_at)) = inquiry.persona.phone.clone().zip(inquiry.sent_at) {
            let first = given.entry(number).or_insert(sent_at);
            *first = sent_at.min(*first);
        }
    }
    given
}
