//! Was the inquiry accepted? A pure judgement of what the site answered, compared with the page before: words of thanks that
//! stood there before prove nothing, and thanks above a form that is shown again with errors prove the contrary.

use std::sync::LazyLock;

use regex::Regex;
use url::Url;

use crate::shop::{ConfirmedBy, Shop};

use super::captcha;
use super::http::{Exchange, SendFault};
use super::json::by_json;
use super::page::{Form, Page, collapse};
use super::prepare::{Prepared, Sent};

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

static THANKS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)\bthank(s| you)\b|\bgracias\b|\b(we|we've|have) (have )?received (your|the)|(message|inquiry|enquiry|request|submission|information|form|email|question) ",
        r"(has been|was|is|have been) (successfully )?(sent|received|submitted)|(sent|submitted|received) successfully|successfully (sent|submitted|received)|",
        r"(will|we'll) (be in touch|contact you|respond|get back|reach out|reply|be contacting)|message sent\b|hemos recibido|nos pondremos en contacto|",
        r"(ha sido|fue|se ha) enviad[oa]|mensaje enviado|enviado correctamente|\balmost finished\b|new submission added|submission (was )?(saved|complete)|",
        r"(vielen|besten|herzlichen) dank|danke f[uü]r|(wurde|haben) .{0,40}(gesendet|versendet|[uü]bermittelt|erhalten)\b|\bmerci\b|a bien [eé]t[eé] (envoy|re[cç]u)|",
        r"\bobrigad[oa]\b|foi enviad[oa]|\bgrazie\b|([eè] stat[oa] inviat[oa]|inviato con successo)|\bbedankt\b|\bdank u\b|\btack f[oö]r\b|\btakk for\b"
    ))
    .ok()
});

static TROUBLE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)(could|can|was|were|did|has|have) ?(not|n't|n’t) (be |been )?(sent|send|deliver|process|submit|complete|accept)|\bfailed\b|try(ing)? again|",
        r"(is|are) (a )?required\b|required field|(please|must) (enter|provide|fill|complete|select|correct|check (the (form|fields?|highlighted)|your (entr|input|answers)))|there (was|were|is|are) (an? )?(errors?|problem|issue)|\bcannot (find|process|send|submit|accept)|",
        r"\binvalid\b|not valid|\berrors? (in|with|occurred|below)|one or more fields|no (se ha|se pudo|pudo|fue) |campo (es )?(obligatorio|requerido)|flagged as spam|errors? (has|have) been found|",
        r"por favor,? (ingrese|complete|introduzca|corrija|revise|escriba)|\binv[aá]lid[oa]s?\b|no es v[aá]lid|error al|bitte (geben|f[uü]llen|w[aä]hlen|pr[uü]fen|korrigieren)|pflichtfeld|ung[uü]ltig|fehlgeschlagen|",
        r"champs? obligatoires?|veuillez (saisir|remplir|corriger|indiquer|v[eé]rifier)|campo obrigat[oó]rio|campo obbligatorio|non valid[oa]|verplicht veld|ongeldig"
    ))
    .ok()
});

/// Words of a guard against robots.
static GUARD: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)complete the (re)?captcha|captcha .{0,40}(invalid|incorrect|failed|required|again)|prove (that )?you are (a )?human|not a robot|please wait \d+ seconds|(flagged|marked|detected|identified) as spam|spam (was )?detected|anti-?spam").ok()
});

static THANKS_URL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)(^|[/_\-?&=.#])(thank(s|[-_]?you)?|thankyou|ty|gracias|success(ful(ly)?)?|confirm(ation|ed)|submitted|sent|mail[-_]sent)([/_\-.?&=]|$)").ok()
});

static REFUSAL_URL: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)(error|fail|invalid|denied|captcha)|(success|sent|submitted)=(0|false|no)(&|$)").ok());

fn finds(regex: &LazyLock<Option<Regex>>, text: &str) -> bool {
    regex.as_ref().is_some_and(|regex| regex.is_match(text))
}

/// Whether words thank for an inquiry.
pub(super) fn thanks(text: &str) -> bool {
    finds(&THANKS, text)
}

/// Whether words complain of one.
pub(super) fn complains(text: &str) -> bool {
    finds(&TROUBLE, text)
}

/// The first place where the answer has more of something than the page before had.
fn new_words(regex: &LazyLock<Option<Regex>>, before: &str, after: &str) -> Option<String> {
    let regex = regex.as_ref()?;
    let known: Vec<String> = regex.find_iter(before).map(|found| around(before, found.start(), found.end())).collect();
    let mut found = regex.find_iter(after).map(|found| around(after, found.start(), found.end()));
    found.find(|words| !known.contains(words))
}

/// The words at a place with what follows, so that the same phrase elsewhere on the page is another.
fn around(text: &str, start: usize, end: usize) -> String {
    let tail = text.get(end..).unwrap_or_default();
    let stop = tail.char_indices().nth(40).map_or(tail.len(), |(at, _)| at);
    let near = tail.get(..stop).unwrap_or_default();
    let whole = if stop < tail.len() { near.rsplit_once(' ').map_or(near, |(words, _)| words) } else { near };
    let sentence = whole.split(['.', '!', '\n', '|', '–', '·']).next().unwrap_or_default();
    collapse(&format!("{}{sentence}", text.get(start..end).unwrap_or_default()), 200)
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
    if let Some(outcome) = by_json(last) {
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
        match by_json(last) {
            Some(Outcome::Rejected { reason }) => return Some(rejected(format!("the site answered {status}: {reason}"))),
            Some(Outcome::Blocked { reason }) => return Some(Outcome::Blocked { reason: format!("the site answered {status}: {reason}") }),
            _ => {}
        }
        let said = page.alerts.first().cloned().or_else(|| new_words(&TROUBLE, "", &page.text));
        return Some(rejected(
            said.map_or_else(|| format!("the site answered {status}"), |said| format!("the site answered {status}: {said}")),
        ));
    }
    Some(unclear(format!("the site answered {status}")))
}

pub(super) fn is_thanks_url(target: &Url, page: &Url) -> bool {
    let tail = |url: &Url| format!("{}?{}", url.path(), url.query().unwrap_or_default());
    let (after, before) = (tail(target), tail(page));
    finds(&THANKS_URL, &after) && !finds(&REFUSAL_URL, &after) && !finds(&THANKS_URL, &before)
}

/// The submitted form where the answer shows it again.
fn shown_again<'a>(prepared: &Prepared, page: &'a Page) -> Option<&'a Form> {
    let names: Vec<&str> = prepared.filled.iter().map(|field| field.name.as_str()).collect();
    if names.is_empty() {
        return None;
    }
    page.forms.iter().find(|form| {
        let held =
            |name: &&&str| form.controls.iter().filter_map(|index| page.controls.get(*index)).any(|c| c.name.as_deref() == Some(**name));
        names.iter().filter(held).count() * 3 >= names.len() * 2
    })
}

pub(super) fn by_page(shop: &Shop, prepared: &Prepared, last: &Exchange, page: &Page, redirected: Option<&Url>) -> Outcome {
    let before = format!("{} {}", prepared.page.title, prepared.page.text);
    let after = format!("{} {}", page.title, page.text);
    let again = shown_again(prepared, page);
    let controls = || again.into_iter().flat_map(|form| form.controls.iter()).filter_map(|index| page.controls.get(*index));
    let refilled = controls().any(|control| {
        let sent = prepared.filled.iter().find(|field| Some(field.name.as_str()) == control.name.as_deref());
        sent.is_some_and(|field| control.is_typed() && !field.value.is_empty() && control.value == field.value)
    });
    let faulted: Vec<String> = controls().filter(|c| c.invalid).map(super::page::Control::caption).collect();
    let alerts: Vec<&String> = page.alerts.iter().filter(|text| !prepared.page.alerts.contains(text) && !finds(&THANKS, text)).collect();
    let trouble = new_words(&TROUBLE, &before, &after);
    let newly_faulted = !faulted.is_empty() && !prepared.page.controls.iter().any(|c| c.invalid);
    if again.is_some()
        && let Some(guard) = new_words(&GUARD, &before, &after).filter(|_| !alerts.is_empty() || trouble.is_some())
    {
        return Outcome::Blocked { reason: format!("the site's guard against robots refused it: {guard}") };
    }
    if again.is_some() && (newly_faulted || !alerts.is_empty() || trouble.is_some()) {
        let said = alerts.first().map(|text| (*text).clone()).or(trouble).unwrap_or_default();
        let fields = if faulted.is_empty() { String::new() } else { format!(" ({})", faulted.join(", ")) };
        return rejected(format!("the site showed the form again with a complaint{fields}: {said}"));
    }
    if let Some(wanted) = shop.submit.success.text.as_deref().filter(|text| !text.trim().is_empty()) {
        let wanted = collapse(&wanted.to_lowercase(), usize::MAX);
        let count = |text: &str| text.to_lowercase().matches(&wanted).count();
        return if count(&after) > count(&before) {
            confirmed(ConfirmedBy::Text, wanted)
        } else {
            unclear(format!("the answer does not newly say \"{wanted}\", the words of success in the shop file"))
        };
    }
    if shop.submit.success.url.is_some() {
        return unclear("the site did not lead to the address of success in the shop file");
    }
    if let Some(words) = new_words(&THANKS, &before, &after) {
        if refilled {
            return unclear("the answer thanks, and still shows the form as it was filled");
        }
        if trouble.is_some() || !alerts.is_empty() {
            return unclear(format!(
                "the answer says \"{words}\", and also \"{}\"",
                trouble.or_else(|| alerts.first().map(|t| (*t).clone())).unwrap_or_default()
            ));
        }
        return confirmed(ConfirmedBy::Text, words);
    }
    if let Some(target) = redirected.into_iter().chain(page.refresh.as_ref()).find(|target| is_thanks_url(target, &prepared.page.url)) {
        return confirmed(ConfirmedBy::Redirect, target.as_str());
    }
    let bare = page.text.trim().trim_end_matches(['.', '!']).to_ascii_lowercase();
    if matches!(bare.as_str(), "ok" | "success" | "sent") {
        return confirmed(ConfirmedBy::Text, bare);
    }
    if again.is_none() {
        let fields = super::fields::survey(page).into_iter().flat_map(|form| form.fields).collect::<Vec<_>>();
        if captcha::detect(page, &fields).is_some() && captcha::detect(&prepared.page, &prepared.fields).is_none() {
            return Outcome::Blocked { reason: "the site answered the submission with a CAPTCHA".to_owned() };
        }
        if let Some(guard) = new_words(&GUARD, &before, &after).filter(|_| trouble.is_some()) {
            return Outcome::Blocked { reason: format!("the site's guard against robots refused it: {guard}") };
        }
        if let Some(trouble) = trouble {
            return rejected(format!("the site answered: {trouble}"));
        }
    }
    if redirected.is_some_and(|target| finds(&REFUSAL_URL, &format!("{}?{}", target.path(), target.query().unwrap_or_default()))) {
        return rejected(format!("the site led to {}", last.url));
    }
    unclear(match (again, last.body().is_empty()) {
        (Some(_), _) => "the site showed the form again, without thanks and without a complaint",
        (None, true) => "the site answered with an empty page",
        (None, false) => "the answer says nothing that proves acceptance",
    })
}
