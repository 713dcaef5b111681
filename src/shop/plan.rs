//! The plan of a wave: who may be shopped, and when. Drawing is seeded, so that it can be repeated and defended.

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use super::{Inquiry, Shop, Status};

/// A span of time, start inclusive, end exclusive.
pub type Span = (DateTime<Utc>, DateTime<Utc>);

/// What binds every wave (`[wave]` of `crickets.toml`).
#[derive(Clone, Debug)]
pub struct Rules {
    /// Slugs and domains that are never shopped.
    pub do_not_shop: Vec<String>,
    /// Least days between two inquiries to one builder.
    pub min_days_between: i64,
}

/// Why a shop is refused on principle; nothing is sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No `basis` is stated.
    #[error("no basis is stated: say in the shop file why this builder may be shopped, `basis = \"own\"`, `\"client\"` or `\"study\"`")]
    NoBasis,
    /// The builder is on a do-not-shop list.
    #[error("{0} is on the do-not-shop list")]
    DoNotShop(String),
    /// Too soon after the last one.
    #[error("this builder is or was asked on {last} in wave {wave}; {days} days must lie between two inquiries (`min_days_between`)")]
    TooSoon {
        /// The day of the last inquiry.
        last: chrono::NaiveDate,
        /// Its wave.
        wave: String,
        /// The setting.
        days: i64,
    },
    /// Nevada requires a licensed private investigator for shops that evaluate employees (NRS 648).
    #[error(
        "Nevada requires a licensed private investigator for shops that evaluate employees: state the licence in the shop file, `license = \"…\"`"
    )]
    Nevada,
}

/// Whether a shop may be asked now, given what was sent before.
///
/// # Errors
/// The first rule that forbids it.
pub fn permit(shop: &Shop, rules: &Rules, earlier: &[Inquiry], wave: &str, now: DateTime<Utc>) -> Result<(), Refusal> {
    if shop.basis.is_none() {
        return Err(Refusal::NoBasis);
    }
    let host = shop.site.host_str().unwrap_or_default().to_lowercase();
    let listed = rules.do_not_shop.iter().map(|entry| entry.trim()).find(|written| {
        let entry = &written.to_lowercase();
        // An address with its `www.` means the whole site.
        let site = entry.strip_prefix("www.").unwrap_or(entry);
        *entry == shop.slug.to_lowercase()
            || *entry == shop.builder.to_lowercase()
            || shop
                .domains
                .iter()
                .map(String::as_str)
                .chain([host.as_str()])
                .any(|domain| domain == site || domain.strip_suffix(site).is_some_and(|rest| rest.ends_with('.')))
    });
    if shop.do_not_shop || listed.is_some() {
        return Err(Refusal::DoNotShop(listed.unwrap_or(&shop.builder).to_owned()));
    }
    if shop.state.as_deref() == Some("NV") && shop.license.is_none() {
        return Err(Refusal::Nevada);
    }
    let last = earlier
        .iter()
        .filter(|inquiry| !(inquiry.wave == wave && inquiry.shop.slug == shop.slug) && same_builder(&inquiry.shop, shop))
        .filter_map(|inquiry| {
            // Of this wave, what is only drawn, or waits for a person, counts too: a builder with two shop files is asked once.
            let drawn = (inquiry.wave == wave && matches!(inquiry.status, Status::Planned | Status::Manual)).then_some(inquiry.planned_at);
            Some((inquiry.sent_at.or(drawn)?, inquiry))
        })
        .max_by_key(|(at, _)| *at);
    if let Some((at, inquiry)) = last
        && now < at + TimeDelta::days(rules.min_days_between)
    {
        return Err(Refusal::TooSoon { last: at.date_naive(), wave: inquiry.wave.clone(), days: rules.min_days_between });
    }
    Ok(())
}

/// Two shop files may name one builder: the limit is the builder's, not the file's. Hosts do not tell: portals carry many builders.
fn same_builder(a: &Shop, b: &Shop) -> bool {
    a.slug == b.slug || super::same_builder(&a.builder, &b.builder)
}

/// Draws a moment, to the second and evenly over the allowed spans. `None` when they are empty.
#[must_use]
pub fn draw(seed: &str, id: &str, spans: &[Span]) -> Option<DateTime<Utc>> {
    let total: u64 = spans.iter().map(|span| seconds(*span)).sum();
    let mut left = number(seed, id).checked_rem(total)?;
    for span in spans {
        let length = seconds(*span);
        if left < length {
            return Some(span.0 + TimeDelta::seconds(i64::try_from(left).unwrap_or(0)));
        }
        left -= length;
    }
    None
}

/// Where two lists of spans overlap; both are in order.
#[must_use]
pub fn overlap(a: &[Span], b: &[Span]) -> Vec<Span> {
    a.iter().flat_map(|x| b.iter().map(move |y| (x.0.max(y.0), x.1.min(y.1)))).filter(|span| span.0 < span.1).collect()
}

/// An alias token: eight letters and digits that cannot be mistaken for each other, and tell a reader nothing.
#[must_use]
pub fn alias_token(seed: &str, id: &str) -> String {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let base = LETTERS.len() as u64;
    let mut number = number(seed, &format!("alias {id}"));
    let mut token = String::with_capacity(8);
    while token.len() < 8 {
        let index = usize::try_from(number % base).unwrap_or(0);
        token.push(LETTERS.get(index).map_or('x', |letter| char::from(*letter)));
        number /= base;
    }
    token
}

fn seconds(span: Span) -> u64 {
    u64::try_from((span.1 - span.0).num_seconds()).unwrap_or(0)
}

fn number(seed: &str, id: &str) -> u64 {
    let digest = Sha256::digest(format!("{seed}\n{id}"));
    digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::shop::{Ask, Basis, Persona, SubmitRules};

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn shop() -> Shop {
        Shop {
            slug: "bluebonnet".into(),
            builder: "Bluebonnet Homes".into(),
            site: "https://www.bluebonnet.example/".parse().unwrap(),
            form: None,
            timezone: chrono_tz::America::Chicago,
            hours: "Mo-Fr 09:00-18:00".into(),
            basis: Some(Basis::Client),
            state: Some("TX".into()),
            do_not_shop: false,
            license: None,
            tags: vec![],
            phones: vec![],
            domains: vec!["bluebonnet.example".into()],
            team: vec![],
            holidays: vec![],
            program: None,
            ask: Ask { persona: "dana".into(), community: None, question: "?".into(), answer: vec![] },
            submit: SubmitRules::default(),
        }
    }

    fn earlier(wave: &str, sent: &str) -> Inquiry {
        Inquiry {
            id: crate::shop::InquiryId::new(wave, "bluebonnet"),
            wave: wave.into(),
            shop: shop(),
            persona: Persona {
                id: "dana".into(),
                first: "Dana".into(),
                last: "Whitfield".into(),
                phone: None,
                zip: None,
                street: None,
                city: None,
                state: None,
            },
            mailbox: "mailbox.main".into(),
            alias_token: "t".into(),
            alias_address: "a+t@example.org".into(),
            planned_at: at(sent),
            status: Status::Confirmed,
            reason: None,
            sent_at: Some(at(sent)),
            confirmed_at: None,
            confirmed_by: None,
            offered_phone: true,
            offered_text: false,
            opt_out_at: None,
            withdrawn_at: None,
            rehearsal: false,
            readiness: None,
        }
    }

    /// An inquiry of a shop of this name that was sent at a moment, with an address of its own.
    pub(crate) fn inquiry(slug: &str, wave: &str, sent: DateTime<Utc>) -> Inquiry {
        let shop = Shop { slug: slug.into(), builder: slug.into(), domains: vec![format!("{slug}.example")], ..shop() };
        let (id, alias_address) = (crate::shop::InquiryId::new(wave, slug), format!("a+{slug}@example.org"));
        Inquiry {
            id,
            shop,
            alias_token: slug.into(),
            alias_address,
            sent_at: Some(sent),
            planned_at: sent,
            ..earlier(wave, "2026-11-02T12:00:00Z")
        }
    }

    #[test]
    fn each_rule_refuses_with_its_reason() {
        let rules = Rules { do_not_shop: vec!["example.net".into()], min_days_between: 25 };
        let now = at("2026-11-20T12:00:00Z");
        let refuse = |change: &dyn Fn(&mut Shop), past: &[Inquiry]| {
            let mut shop = shop();
            change(&mut shop);
            permit(&shop, &rules, past, "2026-11", now).err()
        };
        assert_eq!(refuse(&|_| (), &[]), None);
        assert_eq!(refuse(&|shop| shop.basis = None, &[]), Some(Refusal::NoBasis));
        assert!(matches!(refuse(&|shop| shop.do_not_shop = true, &[]), Some(Refusal::DoNotShop(_))));
        assert!(matches!(refuse(&|shop| shop.domains = vec!["mail.example.net".into()], &[]), Some(Refusal::DoNotShop(_))));
        assert_eq!(refuse(&|shop| shop.domains = vec!["myexample.net".into()], &[]), None, "a suffix is no subdomain");
        let (mut other, mut rules_of_others) = (shop(), rules.clone());
        (other.domains, rules_of_others.do_not_shop) = (vec!["example.net".into()], vec!["WWW.Example.NET".into()]);
        let refused = permit(&other, &rules_of_others, &[], "2026-11", now).err();
        assert_eq!(refused, Some(Refusal::DoNotShop("WWW.Example.NET".into())), "a whole site, told as it was written");
        assert_eq!(refuse(&|shop| shop.state = Some("NV".into()), &[]), Some(Refusal::Nevada));
        assert!(matches!(refuse(&|_| (), &[earlier("2026-10", "2026-10-27T12:00:00Z")]), Some(Refusal::TooSoon { .. })));
        assert_eq!(refuse(&|_| (), &[earlier("2026-10", "2026-10-26T12:00:00Z")]), None, "25 days are enough");
        assert_eq!(refuse(&|_| (), &[earlier("2026-11", "2026-11-19T12:00:00Z")]), None, "its own wave is no earlier one");
        assert!(matches!(
            refuse(&|shop| shop.slug = "bluebonnet-2".into(), &[earlier("2026-10", "2026-11-19T12:00:00Z")]),
            Some(Refusal::TooSoon { .. })
        ));
    }

    #[test]
    fn a_drawn_moment_is_allowed_repeatable_and_spread() {
        let spans = [(at("2026-11-02T15:30:00Z"), at("2026-11-02T22:30:00Z")), (at("2026-11-03T15:30:00Z"), at("2026-11-03T22:30:00Z"))];
        let mut days = std::collections::BTreeSet::new();
        for shop in 0..40 {
            let moment = draw("seed", &shop.to_string(), &spans).unwrap();
            assert_eq!(Some(moment), draw("seed", &shop.to_string(), &spans));
            assert!(spans.iter().any(|span| span.0 <= moment && moment < span.1));
            days.insert(moment.date_naive());
        }
        assert_eq!(days.len(), 2);
        assert_eq!(draw("seed", "x", &[]), None);
    }

    #[test]
    fn tokens_differ_and_are_plain() {
        let tokens: std::collections::BTreeSet<_> = (0..500).map(|n| alias_token("s", &n.to_string())).collect();
        assert_eq!(tokens.len(), 500);
        assert!(tokens.iter().all(|token| token.len() == 8 && token.chars().all(|c| c.is_ascii_alphanumeric())));
    }
}
