//! Was an inquiry that a browser sent accepted? The answer of the request that carried it first, where that is JSON or an
//! error; else what the page then shows a person, compared with the page before.

use url::Url;

use super::super::http::Exchange;
use super::super::json::{Told, by_json};
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
            return shown(shop, &before, &unseen(&after, sent), &after, None);
        }
        return unsent(&before, &after, rendered, sent);
    };
    if let Some(outcome) = outcome::by_own_url(shop, sent) {
        return outcome;
    }
    let redirected = sent.exchanges.iter().find_map(Exchange::redirect);
    // Where a script led, the site led.
    let moved = (rendered.by_script && after.url.as_str() != before.page.url.as_str()).then(|| after.url.clone());
    let answer = Page::parse(last.body(), &last.url, last.header("content-type"));
    if !rendered.certain {
        // Something was posted, and nobody knows whether it was the inquiry: what the page shows must speak for itself, and not its address.
        let moved = moved.filter(|to| !outcome::is_thanks_url(to, &before.page.url));
        return match shown(shop, &before, last, &after, redirected.or(moved).as_ref()) {
            Outcome::Unclear { reason } => Outcome::Unclear { reason: format!("the request may have been sent, and {reason}") },
            other => other,
        };
    }
    if let Some(outcome) = outcome::by_status(last, &answer, redirected.is_some()) {
        return match outcome {
            Outcome::Rejected { reason } => Outcome::Rejected { reason: with_complaint(reason, &before.page, &after) },
            other => other,
        };
    }
    let told = if rendered.by_script { by_json(last) } else { None };
    let shown = shown(shop, &before, last, &after, redirected.or(moved).as_ref());
    // Where the shop file says what success is, nothing else is.
    let own = outcome::says_success(shop);
    match (told, shown) {
        (Some(Told::Said(Outcome::Confirmed { detail, .. })), Outcome::Rejected { reason }) if !own => otherwise(&detail, &reason),
        (Some(Told::Said(Outcome::Rejected { reason })), _) => Outcome::Rejected { reason: with_complaint(reason, &before.page, &after) },
        (Some(Told::Said(Outcome::Confirmed { by, detail })), _) if !own => match outcome::doubt(&before, &after) {
            Some(doubt) => otherwise(&detail, &doubt),
            None => Outcome::Confirmed { by, detail },
        },
        (Some(Told::Said(against @ (Outcome::Blocked { .. } | Outcome::Unclear { .. }))), Outcome::Confirmed { .. }) if !own => against,
        (_, shown) => shown,
    }
}

fn otherwise(said: &str, shown: &str) -> Outcome {
    Outcome::Unclear { reason: format!("the answer says \"{said}\", and the page says otherwise: {shown}") }
}

/// What the page shows; the address of success in the shop file is reached also where a script led there.
fn shown(shop: &Shop, before: &Prepared, last: &Exchange, after: &Page, redirected: Option<&Url>) -> Outcome {
    let shown = outcome::by_page(shop, before, last, after, redirected);
    let wanted = shop.submit.success.url.as_deref().filter(|wanted| !wanted.trim().is_empty());
    let reached = wanted.is_some_and(|wanted| after.url.as_str().contains(wanted) && !before.page.url.as_str().contains(wanted));
    match shown {
        Outcome::Unclear { .. } if reached => Outcome::Confirmed { by: ConfirmedBy::Redirect, detail: after.url.to_string() },
        shown => shown,
    }
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
    let known = |alert: &&String| before.alerts.contains(alert) || before.notices.contains(alert);
    let alerts = after.alerts.iter().chain(&after.notices).filter(|alert| !known(alert)).take(4);
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

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::super::super::fields::Role;
    use super::super::super::fill::Filled;
    use super::super::super::form::Request;
    use super::super::super::http::Session;
    use super::super::super::tests::shop;
    use super::*;

    const FORM: &str = "<form><input aria-label=Email value='{}' data-crickets-control=0><textarea aria-label=Message data-crickets-control=1></textarea></form>";

    fn page(body: &str) -> Page {
        let html = format!("<html data-crickets-rendered><body>{}</body></html>", body.replace("FORM", &FORM.replace("{}", "a@b.example")));
        Page::parse_as(html.as_bytes(), &Url::parse("http://x.example/contact").unwrap(), encoding_rs::UTF_8)
    }

    fn prepared() -> Prepared {
        let filled = |label: &str, role, value: &str| Filled {
            name: label.into(),
            label: label.into(),
            role,
            control: "text",
            value: value.into(),
            confidence: 0.9,
        };
        let page = page("<h1>Ask</h1>FORM<p data-crickets-concealed=not-shown>Thank you!</p>");
        Prepared {
            exchanges: vec![],
            request: Request { method: "GET", url: page.url.clone(), content_type: None, body: vec![], entries: vec![] },
            filled: vec![filled("Email", Role::Email, "a@b.example"), filled("Message", Role::Message, "?")],
            offered_phone: false,
            offered_text: false,
            asked: true,
            vendor: None,
            wait: std::time::Duration::ZERO,
            session: Session::default(),
            fields: vec![],
            page,
            pieces: vec![],
            plan: None,
        }
    }

    fn exchange(status: u16, kind: &str, body: &str) -> Exchange {
        let at = DateTime::from_timestamp(100, 0).unwrap();
        Exchange {
            label: "submission".into(),
            method: "POST",
            url: Url::parse("http://x.example/send").unwrap(),
            request: vec![],
            response: Some(body.as_bytes().to_vec()),
            status: Some(status),
            headers: vec![("content-type".into(), kind.into())],
            body_at: 0,
            truncated: false,
            started_at: at,
            ended_at: at,
        }
    }

    /// The judgement's name and its words.
    fn judged(answer: Option<(u16, &str, &str)>, after: &str, by_script: bool, certain: bool) -> String {
        judged_by(&shop("http://x.example/", None), answer, page(after), by_script, certain)
    }

    fn judged_by(shop: &Shop, answer: Option<(u16, &str, &str)>, page: Page, by_script: bool, certain: bool) -> String {
        let at = DateTime::from_timestamp(100, 0).unwrap();
        let rendered = Rendered { page, by_script, requests: usize::from(answer.is_some()), certain, window: false };
        let sent = Sent {
            exchanges: answer.map(|(status, kind, body)| exchange(status, kind, body)).into_iter().collect(),
            error: None,
            sent_at: at,
            answered_at: Some(at),
            pieces: vec![],
            rendered: Some(rendered.clone()),
            stopped: None,
            offered: (false, false),
        };
        match judge(shop, &prepared(), &sent, &rendered) {
            Outcome::Confirmed { by, detail } => format!("confirmed {by:?} {detail}"),
            Outcome::Rejected { reason } => format!("rejected {reason}"),
            Outcome::Unclear { reason } => format!("unclear {reason}"),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn the_answer_and_the_page_are_heard_together() {
        let (json, html) = ("application/json", "text/html");
        let shown = "FORM<p>Thank you!</p>";
        let faulted = "<form><input aria-label=Email value='a@b.example' aria-invalid=true><textarea aria-label=Message></textarea></form><p role=alert>This address is not valid.</p>";
        for (answer, after, by_script, certain, expected) in [
            (Some((200, json, r#"{"success":true}"#)), "<p>ok</p>", true, true, "confirmed Json"),
            (Some((200, json, r#"{"success":true}"#)), faulted, true, true, "unclear the answer says"),
            (Some((200, json, r#"{"success":false,"message":"no"}"#)), shown, true, true, "rejected no"),
            (Some((200, json, r#"{"id":7}"#)), shown, true, true, "confirmed Text Thank you"),
            (Some((200, html, "done")), shown, true, true, "confirmed Text Thank you"),
            (Some((200, html, "done")), "FORM", true, true, "unclear"),
            (
                Some((200, html, "done")),
                faulted,
                true,
                true,
                "rejected the site showed the form again with a complaint (Email): This address",
            ),
            (
                Some((422, json, r#"{"errors":{"email":"bad"}}"#)),
                faulted,
                true,
                true,
                "rejected the site answered 422: email: bad (Email: This address",
            ),
            (Some((403, html, "no")), "FORM", true, true, "Blocked"),
            (Some((500, html, "oops")), "FORM", true, true, "unclear the site answered 500"),
            // A page that a form led to and that shows the form as it was filled proves nothing.
            (Some((200, html, "")), shown, false, true, "unclear the answer thanks, and still shows"),
            // What the endpoint says yes to, the page may leave open; what it throws away, the page may thank for.
            (
                Some((200, json, r#"{"success":true}"#)),
                "<p>Almost done: click the link that we mailed you.</p>",
                true,
                true,
                "unclear the answer says",
            ),
            (Some((200, json, r#"{"success":true,"spam":true}"#)), "<p>Thank you!</p>", true, true, "Blocked"),
            (Some((200, json, r#"{"success":true,"duplicate":true}"#)), "<p>Thank you!</p>", true, true, "unclear the site answered"),
            // The count of a chat is not the inquiry, whatever it says.
            (Some((200, json, r#"{"success":true}"#)), "FORM", true, false, "unclear"),
            (Some((403, json, "{}")), "FORM", true, false, "unclear"),
            (None, faulted, false, false, "rejected the form's own check refused it, and nothing was sent: Email: This address"),
            (None, shown, false, false, "unclear the button was pressed, and no request"),
            (None, "FORM", false, false, "unclear the button was pressed, and no request"),
        ] {
            let said = judged(answer, after, by_script, certain);
            assert!(said.starts_with(expected), "{answer:?} {after}\n expected {expected}\n got {said}");
        }
    }

    #[test]
    fn the_shop_files_success_is_the_only_one() {
        let (json, html) = ("application/json", "text/html");
        let yes = (200, json, r#"{"success":true}"#);
        for (text, url, answer, at, after, certain, expected) in [
            // A script led to an address of thanks, or elsewhere: only the one in the shop file counts.
            (Some("we got it"), None, (200, html, "ok"), "/thanks", "<p>Hello</p>", true, "unclear the answer does not newly say"),
            (Some("we got it"), None, yes, "/contact", "<p>Thank you!</p>", true, "unclear the answer does not newly say"),
            (Some("we got it"), None, yes, "/contact", "<p>We got it.</p>", true, "confirmed Text we got it"),
            (None, Some("/welcome?ref="), yes, "/thanks", "<p>Thank you!</p>", true, "unclear the site did not lead"),
            (None, Some("/welcome?ref="), yes, "/welcome?ref=7", "<p>Hello</p>", true, "confirmed Redirect http://x.example/welcome?ref=7"),
            (None, Some("/welcome?ref="), (200, html, ""), "/welcome?ref=7", "<p>Hello</p>", false, "confirmed Redirect"),
            (None, Some("/welcome"), (200, json, r#"{"success":false,"message":"no"}"#), "/welcome", "<p>Hello</p>", true, "rejected no"),
            // The page of the form itself is not reached by the press.
            (None, Some("/contact"), (200, html, "ok"), "/contact", "<p>Hello</p>", true, "unclear the site did not lead"),
        ] {
            let mut shop = shop("http://x.example/", None);
            (shop.submit.success.text, shop.submit.success.url) = (text.map(str::to_owned), url.map(str::to_owned));
            let mut page = page(after);
            page.url = page.url.join(at).unwrap();
            let said = judged_by(&shop, Some(answer), page, true, certain);
            assert!(said.starts_with(expected), "{text:?} {url:?} {at} {after}\n expected {expected}\n got {said}");
        }
    }

    #[test]
    fn where_a_script_led_is_heard_as_where_the_site_led() {
        for (at, after, expected) in [
            ("/thanks", "<p>Hello</p>", "confirmed Redirect http://x.example/thanks"),
            ("/thanks", "<p>Sorry, this form is offline.</p>", "unclear the site led to http://x.example/thanks"),
            ("/home", "<p>Our sales team will contact you.</p>", "unclear the answer says"),
            ("/contact#done", "<p>Our sales team will contact you.</p>", "confirmed Text"),
        ] {
            let mut page = page(after);
            page.url = page.url.join(at).unwrap();
            let said = judged_by(&shop("http://x.example/", None), Some((200, "text/html", "ok")), page, true, true);
            assert!(said.starts_with(expected), "{at} {after}\n expected {expected}\n got {said}");
        }
    }

    #[test]
    fn words_that_only_became_visible_are_new() {
        let said = judged(Some((200, "text/plain", "ok")), "<h1>Ask</h1>FORM<p>Thank you!</p>", true, true);
        assert!(said.starts_with("confirmed Text"), "{said}");
        let hidden =
            judged(Some((200, "text/plain", "ok")), "<h1>Ask</h1>FORM<p data-crickets-concealed=not-shown>Thank you!</p>", true, true);
        assert!(hidden.starts_with("unclear"), "{hidden}");
    }
}
