//! Staff names become initials in reports on builders that did not ask for the audit (benchmarks, section 5). It is done
//! once, on the model, so that no format can forget it. Takes a shop; gives it with every known name, and the personal part of
//! every mail address, shortened in whatever text it carries. The evidence itself is not touched.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde_json::Value;

use super::model::ReportShop;
use super::people::People;
use crate::shop::Basis;

/// Mailboxes that name a desk and not a person.
const DESKS: [&str; 22] = [
    "info",
    "sales",
    "hello",
    "contact",
    "office",
    "team",
    "support",
    "admin",
    "help",
    "leads",
    "homes",
    "newhomes",
    "onlinesales",
    "osc",
    "noreply",
    "no-reply",
    "donotreply",
    "do-not-reply",
    "news",
    "newsletter",
    "marketing",
    "mailer-daemon",
];

/// The shop, with its staff's names redacted unless it is our own or a client's.
pub(crate) fn shop(mut shop: ReportShop) -> ReportShop {
    if Basis::is_asked_for(shop.detail.basis) {
        return shop;
    }
    let names = Names::of(&shop);
    for touch in &mut shop.card.touches {
        names.apply(&mut touch.labels.sender_name);
        names.apply(&mut touch.labels.introduces);
        names.apply(&mut touch.labels.scheduling_link);
        names.apply(&mut touch.labels.video);
        names.apply(&mut touch.from);
    }
    shop.card.criteria.iter_mut().for_each(|criterion| names.hide(&mut criterion.why));
    shop.card.caps.iter_mut().for_each(|cap| names.hide(&mut cap.why));
    shop.card.verdict_why.iter_mut().for_each(|why| names.hide(why));
    if let Some(insight) = &mut shop.insight {
        insight.each_text(|text| names.hide(text));
    }
    names.apply(&mut shop.detail.reason);
    // No search finds a name in a picture.
    shop.detail.submission_evidence.iter_mut().for_each(|evidence| evidence.picture = None);
    for appeal in &mut shop.appeals {
        names.hide(&mut appeal.by);
        names.hide(&mut appeal.text);
        names.apply(&mut appeal.outcome_text);
    }
    for part in ["response_promise", "osc_name"] {
        if let Some(Value::String(text)) = shop.readiness.as_mut().and_then(|readiness| readiness.get_mut(part)) {
            names.hide(text);
        }
    }
    for touch in shop.detail.touches.values_mut() {
        names.apply(&mut touch.subject);
        names.apply(&mut touch.excerpt);
        names.apply(&mut touch.review);
        // Markup can split a name across tags, where no search finds it.
        touch.html = None;
        touch.quotes.iter_mut().for_each(|(_, quote)| names.hide(quote));
        touch.reasons.iter_mut().for_each(|reason| names.hide(&mut reason.detail));
    }
    shop
}

/// `Amy Ortiz` as `A. O.`.
fn initials(name: &str) -> String {
    let parts: Vec<String> =
        name.split_whitespace().filter_map(|word| word.chars().next()).map(|c| format!("{}.", c.to_uppercase())).collect();
    parts.join(" ")
}

/// Who signs an appeal, without whom they speak for: `Amy Ortiz` of `Amy Ortiz, Sales Manager`.
fn person(by: &str) -> Option<&str> {
    let name = by.split([',', '(', ';', '/', '<']).next().unwrap_or(by);
    let name = [" of ", " at ", " for "].iter().fold(name, |name, word| name.split(word).next().unwrap_or(name)).trim();
    (1..=3).contains(&name.split_whitespace().count()).then_some(name)
}

/// An address of a page often ends in a name, in whatever spelling.
static PAGE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)\b((?:https?://|www\.)[^\s/<>\x22')?#]+)[/?#][^\s<>\x22')]*[^\s<>\x22').,;:!?]").ok());

/// The address of a mailbox.
static ADDRESS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"([A-Za-z0-9][A-Za-z0-9._%+'-]*)@([A-Za-z0-9-]+\.[A-Za-z0-9.-]+)").ok());

struct Names {
    people: People,
    own: String,
}

impl Names {
    /// The names that the labels of this shop know, and their parts.
    fn of(shop: &ReportShop) -> Self {
        let mut all = BTreeSet::new();
        let labels = shop.card.touches.iter().map(|touch| &touch.labels);
        let labelled = labels.flat_map(|labels| [&labels.sender_name, &labels.introduces]).flatten();
        // A team may be listed under the builder's own name, which is no secret.
        let builder: BTreeSet<String> = shop.card.builder.split_whitespace().map(str::to_lowercase).collect();
        let staff = shop.detail.staff.iter().filter(|name| name.split_whitespace().any(|word| !builder.contains(&word.to_lowercase())));
        let shown = shop.readiness.as_ref().and_then(|readiness| readiness.get("osc_name")?.as_str().map(ToOwned::to_owned));
        for name in labelled.chain(staff).chain(&shown) {
            all.insert(name.trim().to_owned());
            all.extend(name.split_whitespace().filter(|part| part.chars().count() > 1).map(str::to_owned));
        }
        for name in shop.appeals.iter().filter_map(|appeal| person(&appeal.by)) {
            all.extend(name.split_whitespace().filter(|part| !builder.contains(&part.to_lowercase())).map(str::to_owned));
        }
        // A single letter is no name to search for: it is a word of its own in most sentences.
        all.retain(|name| name.chars().filter(|c| c.is_alphabetic()).count() > 1);
        Self { people: People::of(all), own: shop.detail.alias.to_ascii_lowercase() }
    }

    fn apply(&self, text: &mut Option<String>) {
        if let Some(text) = text {
            self.hide(text);
        }
    }

    fn hide(&self, text: &mut String) {
        if may_hold_page(text) {
            put(text, |text| PAGE.as_ref().map_or(Cow::Borrowed(text), |regex| regex.replace_all(text, "$1/…")));
        }
        if text.contains('@') {
            put(text, |text| {
                ADDRESS.as_ref().map_or(Cow::Borrowed(text), |regex| regex.replace_all(text, |found: &Captures<'_>| self.address(found)))
            });
        }
        put(text, |text| self.people.replaced(text, initials));
    }

    /// What stands in place of an address.
    fn address(&self, found: &Captures<'_>) -> String {
        let (whole, local, domain) = (&found[0], &found[1], &found[2]);
        let desk = DESKS.contains(&local.to_ascii_lowercase().as_str());
        if desk || whole.to_ascii_lowercase() == self.own {
            whole.to_owned()
        } else {
            format!("{}…@{domain}", local.chars().next().unwrap_or('x'))
        }
    }
}

/// Whether a text holds what [`PAGE`] begins with; most do not, and a wave has millions.
fn may_hold_page(text: &str) -> bool {
    let www = |at: usize| text.as_bytes().get(at.saturating_sub(3)..at).is_some_and(|before| before.eq_ignore_ascii_case(b"www"));
    text.contains("://") || memchr::memchr_iter(b'.', text.as_bytes()).any(www)
}

/// Puts the changed text in place of the text, if it was changed.
fn put(text: &mut String, change: impl FnOnce(&str) -> Cow<'_, str>) {
    let new = match change(text) {
        Cow::Borrowed(_) => None,
        Cow::Owned(new) => Some(new),
    };
    if let Some(new) = new {
        *text = new;
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Appeal, ShopDetail};
    use super::*;

    fn names(list: &[&str]) -> Names {
        let sample = super::super::sample::input().shops.into_iter().next().unwrap();
        let mut shop = ReportShop {
            card: sample.card,
            readiness: None,
            insight: None,
            appeals: Vec::new(),
            detail: sample.detail,
            file: String::new(),
        };
        let mut touch = shop.card.touches.first().cloned().unwrap();
        touch.labels.introduces = None;
        shop.card.touches = list
            .iter()
            .map(|name| {
                touch.labels.sender_name = Some((*name).to_owned());
                touch.clone()
            })
            .collect();
        shop.detail.alias = "shopper+k7f3@example.org".to_owned();
        Names::of(&shop)
    }

    #[test]
    fn a_name_that_no_label_knows_is_hidden_too() {
        let sample = super::super::sample::input().shops.into_iter().next().unwrap();
        let mut hidden = ReportShop {
            card: sample.card,
            readiness: None,
            insight: None,
            appeals: Vec::new(),
            detail: sample.detail,
            file: String::new(),
        };
        hidden.detail.basis = Some(Basis::Study);
        hidden.detail.staff = vec!["Priya Raman".to_owned(), hidden.card.builder.clone()];
        let builder = hidden.card.builder.clone();
        hidden.detail.reason = Some(format!("{builder}: the answer page is signed PRIYA"));
        assert_eq!(shop(hidden).detail.reason, Some(format!("{builder}: the answer page is signed P.")));
    }

    #[test]
    fn who_appeals_is_hidden_and_whom_they_speak_for_is_not() {
        let sample = super::super::sample::input().shops.into_iter().next().unwrap();
        let by = |by: &str, text: &str| Appeal { by: by.to_owned(), text: text.to_owned(), ..Appeal::default() };
        for (signed, said, shown, told) in [
            ("Priya Raman, Sales Manager", "Priya rang, says the sales manager", "P. R., Sales Manager", "P. rang, says the sales manager"),
            ("Raman of Bluebonnet Homes", "Bluebonnet rang: RAMAN", "R. of Bluebonnet Homes", "Bluebonnet rang: R."),
        ] {
            let appeals = vec![by(signed, said)];
            let (card, detail) = (sample.card.clone(), ShopDetail { basis: Some(Basis::Study), ..sample.detail.clone() });
            let hidden = shop(ReportShop { card, readiness: None, insight: None, appeals, detail, file: String::new() });
            assert_eq!(hidden.appeals, [by(shown, told)]);
        }
    }

    /// Every text of a shop that may hold a name holds this one.
    #[test]
    fn no_text_of_a_study_keeps_a_name_that_is_known() {
        const NAME: &str = "Zyxamy Qwvortiz";
        let said = || format!("so says {NAME}, zyxamy at her desk, zyxamy.qwvortiz@bluebonnet.example, https://meet.example/zyxamy");
        let mut input = super::super::sample::input();
        input.shops.retain(|shop| shop.card.shop == "bluebonnet");
        for shop in &mut input.shops {
            shop.detail.basis = Some(Basis::Study);
            shop.detail.reason = Some(said());
            shop.detail.staff = vec![NAME.to_owned()];
            shop.readiness = Some(serde_json::json!({"osc_name": NAME, "response_promise": said()}));
            for touch in &mut shop.card.touches {
                touch.from = Some("zyxamy.qwvortiz@bluebonnet.example".to_owned());
                let labels = &mut touch.labels;
                (labels.sender_name, labels.introduces) = (Some(NAME.to_owned()), Some(NAME.to_owned()));
                (labels.scheduling_link, labels.video) = (Some("https://meet.example/zyxamy".to_owned()), Some(said()));
            }
            let card = &mut shop.card;
            let whys = card.criteria.iter_mut().map(|one| &mut one.why).chain(card.caps.iter_mut().map(|cap| &mut cap.why));
            whys.chain(&mut card.verdict_why).for_each(|why| *why = said());
            for detail in shop.detail.touches.values_mut() {
                (detail.subject, detail.excerpt, detail.review) = (Some(said()), Some(said()), Some(said()));
                detail.html = Some("<p>Zyx<b>amy</b></p>".to_owned());
                detail.quotes.iter_mut().for_each(|(_, quote)| *quote = said());
                detail.reasons.iter_mut().for_each(|reason| reason.detail = said());
            }
            shop.appeals = vec![Appeal { by: NAME.to_owned(), text: said(), outcome_text: Some(said()), ..Appeal::default() }];
            if let Some(insight) = &mut shop.insight {
                insight.each_text(|text| *text = said());
            }
        }
        let report = super::super::build(input);
        let mut shops: Vec<ReportShop> = report.shops.each().map(Result::unwrap).collect();
        // The names that redacting goes by are never printed.
        for shop in &mut shops {
            shop.detail.staff.clear();
        }
        for text in [serde_json::to_string(&shops).unwrap(), format!("{shops:?}")] {
            let small = text.to_lowercase();
            for part in ["zyxamy", "qwvortiz"] {
                let at = small
                    .find(part)
                    .map(|at| small.chars().skip(small[..at].chars().count().saturating_sub(80)).take(160).collect::<String>());
                assert_eq!(at, None, "{part}");
            }
        }
    }

    #[test]
    fn whom_the_site_names_is_hidden_too() {
        let sample = super::super::sample::input().shops.into_iter().next().unwrap();
        let readiness =
            serde_json::json!({"osc_named": true, "osc_name": "Priya Raman", "response_promise": "Priya answers within an hour."});
        let mut hidden = ReportShop {
            card: sample.card,
            readiness: Some(readiness),
            insight: None,
            appeals: Vec::new(),
            detail: sample.detail,
            file: String::new(),
        };
        hidden.detail.basis = Some(Basis::Study);
        let shown = shop(hidden).readiness.unwrap();
        assert_eq!((&shown["osc_name"], &shown["response_promise"]), (&"P. R.".into(), &"P. answers within an hour.".into()));
    }

    #[test]
    fn names_become_initials_wherever_they_stand() {
        let names = names(&["Amy Ortiz", "José Peña", "C++ (Bot)", "A"]);
        for (text, hidden) in [
            ("Hi, this is Amy Ortiz.", "Hi, this is A. O.."),
            ("Amy's desk; AMY ORTIZ, Ms. Ortiz", "A.'s desk; A. O., Ms. O."),
            ("José called, not Josef", "J. called, not Josef"),
            ("amy.ortiz@bluebonnet.example wrote", "a…@bluebonnet.example wrote"),
            ("info@bluebonnet.example wrote", "info@bluebonnet.example wrote"),
            ("to shopper+k7f3@example.org", "to shopper+k7f3@example.org"),
            ("Amyloid is not Amy", "Amyloid is not A."),
            ("a house", "a house"),
            ("Book: https://meet.example/amyortiz?d=30; or www.example.com/amy_o.", "Book: https://meet.example/…; or www.example.com/…."),
            ("See https://bluebonnet.example/ (ours)", "See https://bluebonnet.example/ (ours)"),
        ] {
            let mut text = text.to_owned();
            names.hide(&mut text);
            assert_eq!(text, hidden);
        }
    }
}
