//! Was the inquiry accepted? A pure judgement of what the site answered, compared with the page before: words of thanks that
//! stood there before prove nothing, and thanks above a form that is shown again with errors prove the contrary.

use std::sync::LazyLock;

use regex::Regex;
use url::Url;

use crate::shop::{ConfirmedBy, Shop};

use super::captcha;
use super::fill::FillFault;
use super::http::{Exchange, SendFault};
use super::json::{Told, by_json};
use super::more::asks_for_more;
use super::page::{Form, Page, collapse};
use super::prepare::{Prepared, Sent};
use super::receipt::{self, Strength};

/// How a submission ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Accepted, with the proof.
    Confirmed {
        /// What proves it.
        by: ConfirmedBy,
        /// The words, address or status.
        detail: String,
    },
    /// The site said no.
    Rejected {
        /// What it said.
        reason: String,
    },
    /// A CAPTCHA, a bot wall, 403 or 429.
    Blocked {
        /// Which.
        reason: String,
    },
    /// Sent, or possibly sent, and nothing proves acceptance.
    Unclear {
        /// Why.
        reason: String,
    },
    /// Provably nothing was sent.
    Failed {
        /// Why.
        reason: String,
    },
    /// A person must submit.
    Manual {
        /// Why, and what to do.
        reason: String,
    },
}

impl Outcome {
    /// A person must submit, and why.
    pub(super) fn by_hand(reason: impl std::fmt::Display) -> Self {
        Self::Manual { reason: reason.to_string() }
    }
}

impl From<FillFault> for Outcome {
    fn from(fault: FillFault) -> Self {
        match fault {
            FillFault::Manual(reason) => Self::Manual { reason },
            FillFault::Settings(error) => Self::Failed { reason: error.to_string() },
        }
    }
}

/// The last part of an address that speaks of success as a whole word.
static THANKS_PART: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)^([a-z0-9]+[-_])*(thank([-_]?(you|s))?|thankyou|ty|gracias|danke|merci|success(ful(ly)?)?|submitted|sent|confirm(ation|ed))",
        r"([-_](page|you|message|inquiry|enquiry|contact|form|request|email|for[-_]\w+([-_]\w+)*))*(\.\w{2,5})?$"
    ))
    .ok()
});

/// The last part of an address where one proves who one is: whatever its query says, nobody is thanked there.
static DOOR_PART: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)^(\w+[-_])*(log|sign)[-_]?(in|on)(\.\w{2,5})?$|^auth(enticate)?$").ok());

static REFUSAL_URL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)(error|fail|invalid|denied|captcha|not[-_]?(sent|submitted))|(success|sent|submitted|thanks)=(0|false|no?)(&|$)").ok()
});

fn finds(regex: &LazyLock<Option<Regex>>, text: &str) -> bool {
    regex.as_ref().is_some_and(|regex| regex.is_match(text))
}

fn confirmed(by: ConfirmedBy, detail: impl Into<String>) -> Outcome {
    Outcome::Confirmed { by, detail: detail.into() }
}

fn rejected(reason: impl Into<String>) -> Outcome {
    Outcome::Rejected { reason: reason.into() }
}

fn unclear(reason: impl Into<String>) -> Outcome {
    Outcome::Unclear { reason: reason.into() }
}

/// The outcome of a submission.
#[must_use]
pub fn judge(shop: &Shop, prepared: &Prepared, sent: &Sent) -> Outcome {
    if let Some(stopped) = &sent.stopped {
        return stopped.clone();
    }
    if let Some(rendered) = &sent.rendered {
        return super::browser::judge(shop, prepared, sent, rendered);
    }
    let answered = sent.exchanges.iter().rev().find(|exchange| exchange.status.is_some());
    let redirected = sent.exchanges.iter().find_map(Exchange::redirect);
    let Some(last) = answered else { return unanswered(sent.error.as_ref()) };
    if let Some(outcome) = by_own_url(shop, sent) {
        return outcome;
    }
    if let (Some(fault), Some(target)) = (&sent.error, last.redirect()) {
        return if is_thanks_url(&target, &prepared.page.url) {
            confirmed(ConfirmedBy::Redirect, target.as_str())
        } else {
            unclear(format!("the site took the submission and led to {target}, and then {}", fault.message))
        };
    }
    let page = Page::parse(last.body(), &last.url, last.header("content-type"));
    if let Some(outcome) = by_status(last, &page, redirected.is_some()) {
        return outcome;
    }
    if let Some(fault) = &sent.error {
        return unclear(format!("the request was sent, and {}", fault.message));
    }
    // Where the shop file says what success is, nothing else is.
    let told = by_json(last).map(Told::outcome).filter(|told| !says_success(shop) || !matches!(told, Outcome::Confirmed { .. }));
    if let Some(outcome) = told {
        return outcome;
    }
    by_page(shop, prepared, last, &page, redirected.as_ref())
}

fn unanswered(error: Option<&SendFault>) -> Outcome {
    match error {
        Some(fault) if !fault.possibly_sent => Outcome::Failed { reason: fault.message.clone() },
        Some(fault) => unclear(format!("the request may have been sent, and {}", fault.message)),
        None => Outcome::Failed { reason: "nothing was sent".to_owned() },
    }
}

/// Whether the shop file says how success is known.
pub(super) fn says_success(shop: &Shop) -> bool {
    let success = &shop.submit.success;
    [&success.text, &success.url].into_iter().flatten().any(|wanted| !wanted.trim().is_empty())
}

/// What the shop file says about the address of success.
pub(super) fn by_own_url(shop: &Shop, sent: &Sent) -> Option<Outcome> {
    let wanted = shop.submit.success.url.as_deref().filter(|part| !part.is_empty())?;
    let targets: Vec<Url> = sent.exchanges.iter().filter_map(Exchange::redirect).collect();
    let reached = targets.into_iter().rev().find(|target| target.as_str().contains(wanted))?;
    Some(confirmed(ConfirmedBy::Redirect, reached.as_str()))
}

pub(super) fn by_status(last: &Exchange, page: &Page, redirected: bool) -> Option<Outcome> {
    let status = last.status?;
    let walled = captcha::wall(status, &last.headers, page);
    if (walled || matches!(status, 403 | 429)) && !redirected {
        let what = if walled {
            "a wall against robots"
        } else if status == 429 {
            "\"too many requests\""
        } else {
            "\"forbidden\""
        };
        return Some(Outcome::Blocked { reason: format!("the site answered the submission with {what} (status {status})") });
    }
    if (200..300).contains(&status) && !walled {
        return None;
    }
    if redirected {
        return Some(unclear(format!("the site took the submission and led to {}, which answered {status}", last.url)));
    }
    if (400..500).contains(&status) {
        match by_json(last).map(Told::outcome) {
            Some(Outcome::Rejected { reason }) => return Some(rejected(format!("the site answered {status}: {reason}"))),
            Some(Outcome::Blocked { reason }) => return Some(Outcome::Blocked { reason: format!("the site answered {status}: {reason}") }),
            _ => {}
        }
        let said = page.alerts.first().cloned().or_else(|| {
            let heard = receipt::listen("", &page.lines);
            heard.refused.or(heard.faulted)
        });
        return Some(rejected(
            said.map_or_else(|| format!("the site answered {status}"), |said| format!("the site answered {status}: {said}")),
        ));
    }
    Some(unclear(format!("the site answered {status}")))
}

/// Whether an address says that the inquiry was taken: by the last part of its path, by its fragment, or by a query that
/// answers yes. A word somewhere in it proves nothing (`/login?next=/thank-you`, `/success-stories`).
pub(super) fn is_thanks_url(target: &Url, page: &Url) -> bool {
    let last_part = |url: &Url| {
        url.path_segments().and_then(|parts| parts.rev().find(|part| !part.is_empty()).map(ToOwned::to_owned)).unwrap_or_default()
    };
    let says = |url: &Url| {
        let yes = |pair: &str| match pair.split_once('=') {
            Some((key, value)) => {
                let value = value.to_ascii_lowercase();
                let yes = matches!(value.as_str(), "1" | "true" | "yes" | "ok" | "y" | "success" | "sent" | "submitted" | "done");
                matches!(
                    key.to_ascii_lowercase().as_str(),
                    "success" | "sent" | "submitted" | "thanks" | "thankyou" | "thank-you" | "thank_you"
                ) && yes
                    || matches!(
                        key.to_ascii_lowercase().as_str(),
                        "status" | "form" | "msg" | "message" | "result" | "mail" | "contact" | "inquiry" | "r"
                    ) && (finds(&THANKS_PART, &value) || value == "success")
            }
            None => matches!(pair.to_ascii_lowercase().as_str(), "success" | "sent" | "submitted" | "thanks" | "thankyou" | "thank-you"),
        };
        let of_query = url.query().unwrap_or_default().split('&').any(yes);
        let of_fragment = url.fragment().is_some_and(|fragment| finds(&THANKS_PART, fragment.trim_start_matches('/')));
        finds(&THANKS_PART, &last_part(url)) || of_query || of_fragment
    };
    let whole = format!("{}?{}", target.path(), target.query().unwrap_or_default());
    let closed = finds(&REFUSAL_URL, &whole) || finds(&DOOR_PART, &last_part(target));
    matches!(target.scheme(), "http" | "https") && says(target) && !closed && !says(page)
}

/// The submitted form where the answer shows it again.
fn shown_again<'a>(prepared: &Prepared, page: &'a Page) -> Option<&'a Form> {
    let names: Vec<&str> = prepared.filled.iter().map(|field| field.name.as_str()).collect();
    if names.is_empty() {
        return None;
    }
    page.forms.iter().find(|form| {
        let held = |name: &&&str| page.controls_of(form).any(|c| c.name.as_deref() == Some(**name));
        names.iter().filter(held).count() * 3 >= names.len() * 2
    })
}

pub(super) fn by_page(shop: &Shop, prepared: &Prepared, last: &Exchange, page: &Page, redirected: Option<&Url>) -> Outcome {
    let before = format!("{}\n{}", prepared.page.title, prepared.page.lines);
    let after = format!("{}\n{}", page.title, page.lines);
    let again = shown_again(prepared, page);
    let controls = || again.into_iter().flat_map(|form| page.controls_of(form));
    let refilled = controls().any(|control| {
        let sent = prepared.filled.iter().find(|field| Some(field.name.as_str()) == control.name.as_deref());
        sent.is_some_and(|field| control.is_typed() && !field.value.is_empty() && control.value == field.value)
    });
    let faulted: Vec<String> = controls().filter(|c| c.invalid).map(super::page::Control::caption).collect();
    let heard = receipt::listen(&before, &after);
    let new = |text: &&String| !prepared.page.alerts.contains(text) && !prepared.page.notices.contains(text);
    // Errors are told in boxes of their own; what else is announced (cookies, an open house) may be anything.
    let alerts: Vec<&String> = page
        .alerts
        .iter()
        .filter(new)
        .filter(|text| receipt::thanks(text).is_none())
        .chain(page.notices.iter().filter(new).filter(|text| receipt::complains(text)))
        .collect();
    let trouble = heard.refused.clone().or_else(|| heard.faulted.clone());
    let newly_faulted = !faulted.is_empty() && !prepared.page.controls.iter().any(|c| c.invalid);
    let blocked = |guard: &str| Outcome::Blocked { reason: format!("the site's guard against robots refused it: {guard}") };
    if let Some(guard) = heard.guard.as_deref().filter(|_| again.is_some() && (!alerts.is_empty() || trouble.is_some())) {
        return blocked(guard);
    }
    let complains = newly_faulted || !alerts.is_empty() || trouble.is_some();
    let received = heard.thanks.as_ref().is_some_and(|(strength, _)| *strength == Strength::Receipt);
    if again.is_some() && complains && !(received && heard.refused.is_none() && alerts.is_empty() && !newly_faulted) {
        let said = alerts.first().map(|text| (*text).clone()).or(trouble).unwrap_or_default();
        let fields = if faulted.is_empty() { String::new() } else { format!(" ({})", faulted.join(", ")) };
        return rejected(format!("the site showed the form again with a complaint{fields}: {said}"));
    }
    if let Some(wanted) = shop.submit.success.text.as_deref().filter(|text| !text.trim().is_empty()) {
        let wanted = collapse(&wanted.to_lowercase(), usize::MAX);
        let count = |text: &str| collapse(&text.to_lowercase(), usize::MAX).matches(&wanted).count();
        return if count(&after) > count(&before) {
            confirmed(ConfirmedBy::Text, wanted)
        } else {
            unclear(format!("the answer does not newly say \"{wanted}\", the words of success in the shop file"))
        };
    }
    if shop.submit.success.url.is_some() {
        return unclear("the site did not lead to the address of success in the shop file");
    }
    if newly_guarded(prepared, page) {
        return Outcome::Blocked { reason: "the site answered the submission with a CAPTCHA".to_owned() };
    }
    let led = redirected.into_iter().chain(page.refresh.as_ref()).find(|target| is_thanks_url(target, &prepared.page.url));
    if again.is_none() && led.is_none() && heard.thanks.is_none() {
        if let Some(guard) = heard.guard.as_deref().filter(|_| trouble.is_some()) {
            return blocked(guard);
        }
        if let Some(trouble) = &trouble {
            return rejected(format!("the site answered: {trouble}"));
        }
    }
    if let Some((strength, words)) = &heard.thanks {
        if refilled {
            return unclear("the answer thanks, and still shows the form as it was filled");
        }
        let against = heard.refused.clone().or_else(|| alerts.first().map(|text| (*text).clone()));
        let against = against.or_else(|| heard.guard.clone()).or_else(|| heard.doubted.clone());
        if let Some(against) = against.or_else(|| heard.faulted.clone().filter(|_| *strength != Strength::Receipt)) {
            return unclear(format!("the answer says \"{words}\", and also \"{against}\""));
        }
        if asks_for_more(prepared, page, Some(*strength)) {
            return unclear(format!("the answer says \"{words}\", and asks for more before it is done"));
        }
        let anywhere = *strength != Strength::Receipt && led.is_none() && elsewhere(prepared, page, redirected);
        if anywhere || *strength == Strength::Promise && again.is_some() {
            return unclear(format!("the answer says \"{words}\", which may be meant for anybody"));
        }
        return confirmed(ConfirmedBy::Text, words);
    }
    if let Some(target) = led {
        let against = trouble.clone().or_else(|| alerts.first().map(|text| (*text).clone()));
        if let Some(against) = against.or_else(|| heard.guard.clone()).or_else(|| heard.doubted.clone()) {
            return unclear(format!("the site led to {target}, which says \"{against}\""));
        }
        if asks_for_more(prepared, page, None) {
            return unclear(format!("the site led to {target}, which asks for more before it is done"));
        }
        return confirmed(ConfirmedBy::Redirect, target.as_str());
    }
    if let Some(outcome) = by_one_word(page, last, redirected) {
        return outcome;
    }
    if redirected.is_some_and(|target| finds(&REFUSAL_URL, &format!("{}?{}", target.path(), target.query().unwrap_or_default()))) {
        return rejected(format!("the site led to {}", page.url));
    }
    if let Some(doubt) = heard.doubted {
        return unclear(format!("the answer says \"{doubt}\""));
    }
    unclear(match (again, last.body().is_empty()) {
        (Some(_), _) => "the site showed the form again, without thanks and without a complaint",
        (None, true) => "the site answered with an empty page",
        (None, false) => "the answer says nothing that proves acceptance",
    })
}

/// Whether the site led to a page that may say the same to anybody (decision 0047): its home, or wherever else. What it says is new only
/// beside the form's page, which is another. There a receipt of the reader's message counts, and thanks in the title.
fn elsewhere(prepared: &Prepared, page: &Page, redirected: Option<&Url>) -> bool {
    let kept = |pair| page.url.query_pairs().any(|other| other == pair);
    let same = page.url.path() == prepared.page.url.path() && prepared.page.url.query_pairs().all(kept);
    redirected.is_some() && !same && receipt::listen(&prepared.page.title, &page.title).thanks.is_none()
}

/// What leaves open whether the inquiry will reach anybody, where something else said that it was taken.
pub(super) fn doubt(prepared: &Prepared, page: &Page) -> Option<String> {
    let text = |page: &Page| format!("{}\n{}", page.title, page.lines);
    let said = receipt::listen(&text(&prepared.page), &text(page)).doubted;
    said.or_else(|| asks_for_more(prepared, page, Some(Strength::Receipt)).then(|| "a form that must be filled yet".to_owned()))
}

/// An answer of one word (decision 0037). "Sent" says what happened; a bare "ok" is what an endpoint says to its form's script, and what any
/// script may leave on a page.
fn by_one_word(page: &Page, last: &Exchange, redirected: Option<&Url>) -> Option<Outcome> {
    let word = page.text.trim().trim_end_matches(['.', '!']).to_ascii_lowercase();
    let of_endpoint = redirected.is_none() && !last.body().contains(&b'<');
    match word.as_str() {
        "success" | "sent" => Some(confirmed(ConfirmedBy::Text, word)),
        "ok" if of_endpoint => Some(confirmed(ConfirmedBy::Text, "ok (the bare answer of the form's endpoint, and all it said)")),
        "ok" => Some(unclear("the answer is a page that says \"ok\" and nothing else, which may be said of anything")),
        "true" | "1" | "done" | "yes" => Some(unclear(format!("the answer is \"{word}\" and nothing else, which may be said of anything"))),
        _ => None,
    }
}

/// Whether a CAPTCHA stands on the answer that stood not on the page before.
fn newly_guarded(prepared: &Prepared, page: &Page) -> bool {
    let fields = super::fields::survey(page).into_iter().flat_map(|form| form.fields).collect::<Vec<_>>();
    captcha::detect(page, &fields).is_some() && captcha::detect(&prepared.page, &prepared.fields).is_none()
}
