//! Was an inquiry that a browser sent accepted? The answer of the request that carried it first, where that is JSON or an
//! error; else what the page then shows a person, compared with the page before.

use super::super::http::Exchange;
use super::super::outcome::{self, Outcome};
use super::super::page::{Page, collapse};
use super::super::prepare::{Prepared, Sent};
use super::Rendered;
use crate::shop::{ConfirmedBy, Shop};

/// The outcome of a submission in a browser.
#[must_use]
pub(in super::super) fn judge(shop: &Shop, prepared: &Prepared, sent: &Sent, rendered: &Rendered) -> Outcome {
    let mut before = prepared.clone();
    before.page = comparable(&prepared.page);
    let mut after = comparable(&rendered.page);
    if rendered.by_script {
        // Where a script took the answer, a form that still shows what was typed says nothing.
        for control in &mut after.controls {
            control.value.clear();
        }
    }
    let Some(last) = sent.exchanges.iter().rev().find(|exchange| exchange.status.is_some()) else {
        if rendered.window {
            // The browser's log begins when the new window stands; its page is the answer all the same.
            return outcome::by_page(shop, &before, &unseen(&after, sent), &after, None);
        }
        return unsent(&before, &after, rendered, sent);
    };
    if let Some(outcome) = outcome::by_own_url(shop, sent) {
        return outcome;
    }
    let redirected = sent.exchanges.iter().find_map(Exchange::redirect);
    let answer = Page::parse(last.body(), &last.url, last.header("content-type"));
    if !rendered.certain {
        // Something was posted, and nobody knows whether it was the inquiry: what the page shows must speak for itself.
        return outcome::by_page(shop, &before, last, &after, redirected.as_ref());
    }
    if let Some(outcome) = outcome::by_status(last, &answer, redirected.is_some()) {
        return match outcome {
            Outcome::Rejected { reason } => Outcome::Rejected { reason: with_complaint(reason, &before.page, &after) },
            other => other,
        };
    }
    let told = if rendered.by_script { outcome::by_json(last) } else { None };
    let shown = outcome::by_page(shop, &before, last, &after, redirected.as_ref());
    match (told, shown) {
        (Some(Outcome::Confirmed { detail, .. }), Outcome::Rejected { reason }) => {
            Outcome::Unclear { reason: format!("the answer says \"{detail}\", and the page says otherwise: {reason}") }
        }
        (Some(Outcome::Rejected { reason }), _) => Outcome::Rejected { reason: with_complaint(reason, &before.page, &after) },
        (Some(confirmed @ Outcome::Confirmed { .. }), _) => confirmed,
        (_, Outcome::Unclear { reason }) => moved(prepared, rendered, reason),
        (_, shown) => shown,
    }
}

/// A page that a script led to, when its address speaks of thanks.
fn moved(prepared: &Prepared, rendered: &Rendered, reason: String) -> Outcome {
    let (from, to) = (&prepared.page.url, &rendered.page.url);
    if rendered.by_script && from.as_str() != to.as_str() && outcome::is_thanks_url(to, from) {
        return Outcome::Confirmed { by: ConfirmedBy::Redirect, detail: to.to_string() };
    }
    Outcome::Unclear { reason }
}

/// In place of an exchange that the log does not show.
fn unseen(page: &Page, sent: &Sent) -> Exchange {
    Exchange {
        label: "submission".to_owned(),
        method: "OTHER",
        url: page.url.clone(),
        request: Vec::new(),
        response: None,
        status: None,
        headers: Vec::new(),
        body_at: 0,
        truncated: true,
        started_at: sent.sent_at,
        ended_at: sent.answered_at.unwrap_or(sent.sent_at),
    }
}

/// The button was pressed and no request was seen: the page's own check stopped it, or nothing is known.
fn unsent(before: &Prepared, after: &Page, rendered: &Rendered, sent: &Sent) -> Outcome {
    if let Some(fault) = &sent.error {
        return if fault.possibly_sent {
            Outcome::Unclear { reason: format!("the button was pressed, and {}", fault.message) }
        } else {
            Outcome::Failed { reason: fault.message.clone() }
        };
    }
    let complaint = complaint(&before.page, after);
    if !complaint.is_empty() && rendered.requests == 0 {
        return Outcome::Rejected { reason: format!("the form's own check refused it, and nothing was sent: {complaint}") };
    }
    Outcome::Unclear { reason: "the button was pressed, and no request that carries the inquiry was seen".to_owned() }
}

fn with_complaint(reason: String, before: &Page, after: &Page) -> String {
    let complaint = complaint(before, after);
    let known = complaint.is_empty() || reason.contains(&complaint);
    if known { reason } else { format!("{reason} ({complaint})") }
}

/// What the page newly finds fault with: fields and messages.
fn complaint(before: &Page, after: &Page) -> String {
    let faulted = after.controls.iter().filter(|control| control.invalid && control.concealed.is_none());
    let mut parts: Vec<String> = faulted.map(super::super::page::Control::caption).filter(|caption| !caption.is_empty()).take(6).collect();
    parts.dedup();
    let alerts = after.alerts.iter().filter(|alert| !before.alerts.contains(alert)).take(4);
    let said: Vec<&str> = alerts.map(String::as_str).collect();
    if !said.is_empty() {
        parts.push(said.join("; "));
    }
    collapse(&parts.join(": "), 400)
}

/// A page with only what a person sees: closed forms left out, fields without a name known by their caption.
fn comparable(page: &Page) -> Page {
    let mut page = page.clone();
    for control in &mut page.controls {
        if control.name.is_none() && !control.is_button() {
            control.name = Some(control.caption());
        }
    }
    let controls = &page.controls;
    let seen = |index: &usize| controls.get(*index).is_some_and(|control| control.concealed.is_none() && control.kind != "hidden");
    page.forms.retain(|form| !form.attributes.contains("data-crickets-out") && form.controls.iter().any(seen));
    page
}
