//! The submission itself, as a person makes it: field by field, step by step, one press. Before the press nothing that is
//! amiss goes out: a CAPTCHA, a fault the browser sees, a button that is not there end it. After the press it is never pressed
//! again; what came back is read from the page, the traffic and the picture of both.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::super::fields::Role;
use super::super::form::Edits;
use super::super::http::{Client, Exchange, SendFault};
use super::super::outcome::Outcome;
use super::super::page::{Control, Page};
use super::super::prepare::{Prepared, Sent};
use super::driver::Visit;
use super::plan::{self, Ready};
use super::press::{self, Button, Purpose};
use super::snapshot::{self, Choice, Scene};
use super::{BrowserFault, Piece, Rendered};

const FAULTS: &str = include_str!("faults.js");
const CLOSERS: &str = include_str!("closers.js");
const MAX_STEPS: usize = 6;
/// Between two fields.
const BREATH: Duration = Duration::from_millis(120);
/// How long an answer is waited for.
const ANSWER: Duration = Duration::from_secs(25);
/// How long nothing must have happened for the answer to be complete.
const CALM: Duration = Duration::from_millis(1_200);
/// The least a person takes from page to press; up to three seconds more, drawn by the alias.
const PERSON: u64 = 5_000;

/// How far it came.
#[derive(Debug, Default)]
struct Progress {
    began: DateTime<Utc>,
    pieces: Vec<Piece>,
    exchanges: Vec<Exchange>,
    stopped: Option<Outcome>,
    pressed_at: Option<DateTime<Utc>>,
    rendered: Option<Rendered>,
    answered_at: Option<DateTime<Utc>>,
    /// A phone number, and texts to it, over all steps.
    offered: (bool, bool),
}

/// Fills and presses, exactly once.
pub(in super::super) async fn send(client: &Client, prepared: &Prepared) -> Sent {
    let began = client.now();
    let mut progress = Progress { began, offered: (prepared.offered_phone, prepared.offered_text), ..Progress::default() };
    let mut error = None;
    let ready = match &prepared.plan {
        Some(plan) => plan.take().await,
        None => None,
    };
    if let Some(ready) = ready {
        let limit = ready.limit;
        let result = match tokio::time::timeout(limit, work(client, prepared, &ready, &mut progress)).await {
            Ok(result) => result.map_err(|fault| fault.to_string()),
            Err(_) => Err(format!("the browser was not done within {} s", limit.as_secs())),
        };
        ready.visit.close().await;
        if let Err(message) = result {
            error = Some(SendFault { possibly_sent: progress.pressed_at.is_some(), message });
        }
    } else {
        error = Some(SendFault { possibly_sent: false, message: "the browser with the page is gone".to_owned() });
    }
    Sent {
        exchanges: progress.exchanges,
        error,
        sent_at: progress.pressed_at.unwrap_or(began),
        answered_at: progress.answered_at,
        pieces: progress.pieces,
        rendered: progress.rendered,
        stopped: progress.stopped,
        offered: progress.offered,
    }
}

async fn work(client: &Client, prepared: &Prepared, ready: &Ready, progress: &mut Progress) -> Result<(), BrowserFault> {
    let visit = &ready.visit;
    if let Err(fault) = client.may_go(&prepared.session, &prepared.request.url).await {
        progress.stopped = Some(Outcome::Failed { reason: fault.message });
        return Ok(());
    }
    visit.listen().await?;
    let mark = visit.traffic.lock().await.records.len();
    let (mut scenes, mut choice, mut edits) = (ready.scenes.clone(), ready.choice.clone(), ready.filling.edits.clone());
    let mut given = ready.filling.filled.iter().any(|field| matches!(field.role, Role::Email | Role::Phone));
    for step in 0..MAX_STEPS {
        let Some((scene, _)) = snapshot::form(&scenes, &choice) else { break };
        let way = scene.way.clone();
        visit.enter(&way).await?;
        if let Err(reason) = fill(visit, scene, &choice, &edits).await? {
            return stop(progress, visit, mark, ready, Outcome::Manual { reason }).await;
        }
        // What the typing brought forth counts: new fields, a CAPTCHA, a button that is now enabled.
        scenes = snapshot::scenes(visit).await?;
        let Some(now) = snapshot::again(&scenes, &choice, &way) else { break };
        choice = now;
        if let Some(outcome) = plan::captcha_before(&scenes, &choice) {
            return stop(progress, visit, mark, ready, outcome).await;
        }
        let Some((scene, _)) = snapshot::form(&scenes, &choice) else { break };
        visit.enter(&scene.way).await?;
        let buttons = buttons_of(visit, scene, &choice).await?;
        let unseen = choice.fields.iter().any(|field| field.concealed && !field.honeypot && field.role != Role::Hidden);
        let Some((purpose, button)) = press::onward(&buttons, unseen) else {
            let reason = format!("the form on {} has no button that plainly sends it", scene.page.url);
            return stop(progress, visit, mark, ready, Outcome::Manual { reason }).await;
        };
        let last = step + 1 == MAX_STEPS;
        let (purpose, button) = (purpose, button.clone());
        if button.validates
            && let Some(reason) = faults(visit, scene, &choice).await?
        {
            return stop(progress, visit, mark, ready, Outcome::Manual { reason }).await;
        }
        if purpose == Purpose::Send || last {
            if !given {
                let reason = format!("the form on {} has no field for an address to answer to", scene.page.url);
                return stop(progress, visit, mark, ready, Outcome::Manual { reason }).await;
            }
            let person =
                Duration::from_millis(PERSON + ready.alias.bytes().fold(7_u64, |sum, byte| sum * 31 % 3_000 + u64::from(byte)) % 3_000);
            tokio::time::sleep(person.saturating_sub(ready.loaded.elapsed())).await;
            take(progress, "screenshot before", visit.screenshot().await, client.now());
            visit.enter(&scene.way).await?;
            visit.listen().await?;
            let press_mark = visit.traffic.lock().await.records.len();
            progress.pressed_at = Some(client.now());
            press(visit, &button).await?;
            return settle(client, prepared, ready, progress, &scene.way.clone(), press_mark).await;
        }
        let (before, press_mark) = (shown(scene, &choice), visit.traffic.lock().await.records.len());
        let pressed_at = client.now();
        press(visit, &button).await?;
        calm(visit, Duration::from_secs(8), Duration::from_millis(700)).await?;
        let sent = visit.traffic.lock().await.submission(mark, &ready.alias).is_some_and(|at| at >= press_mark);
        scenes = snapshot::scenes(visit).await?;
        let next = snapshot::again(&scenes, &choice, &way).filter(|choice| !choice.out);
        if sent {
            progress.pressed_at = Some(pressed_at);
        }
        match next {
            Some(next) if snapshot::form(&scenes, &next).is_some_and(|(scene, _)| shown(scene, &next) != before) => choice = next,
            _ if sent => return settle(client, prepared, ready, progress, &way, press_mark).await,
            _ => {
                let faulted = scenes.get(choice.scene).and_then(|scene| scene.page.alerts.first()).cloned().unwrap_or_default();
                let reason = format!("the form on {} does not go on to its next step: {faulted}", ready_url(&scenes));
                return stop(progress, visit, mark, ready, Outcome::Manual { reason }).await;
            }
        }
        let Some((scene, form)) = snapshot::form(&scenes, &choice) else { break };
        let filling = match plan::fill_form(scene, form, &choice, &ready.shop, &ready.persona, &ready.alias) {
            Ok(filling) => filling,
            Err(outcome) => return stop(progress, visit, mark, ready, outcome).await,
        };
        progress.offered.0 |= filling.offered_phone;
        progress.offered.1 |= filling.offered_text;
        given |= filling.filled.iter().any(|field| matches!(field.role, Role::Email | Role::Phone));
        edits = filling.edits;
    }
    let reason = "the form goes on for more steps than a person would take, or was gone".to_owned();
    stop(progress, visit, mark, ready, Outcome::Manual { reason }).await
}

fn ready_url(scenes: &[Scene]) -> String {
    scenes.first().map(|scene| scene.page.url.to_string()).unwrap_or_default()
}

/// Ends before the press. What an earlier step sent makes it unclear.
async fn stop(progress: &mut Progress, visit: &Visit, mark: usize, ready: &Ready, outcome: Outcome) -> Result<(), BrowserFault> {
    let _ = visit.listen().await;
    let sent = visit.traffic.lock().await.submission(mark, &ready.alias).is_some() || progress.pressed_at.is_some();
    take(progress, "screenshot before", visit.screenshot().await, progress.began);
    progress.stopped = Some(match outcome {
        Outcome::Manual { reason } | Outcome::Blocked { reason } | Outcome::Failed { reason } if sent => {
            Outcome::Unclear { reason: format!("{reason}; what had been typed may have been sent") }
        }
        outcome => outcome,
    });
    Ok(())
}

fn take(progress: &mut Progress, role: &str, bytes: Result<Vec<u8>, BrowserFault>, at: DateTime<Utc>) {
    match bytes {
        Ok(bytes) => progress.pieces.push(Piece { role: role.to_owned(), bytes, at }),
        Err(fault) => tracing::warn!(%fault, role, "a picture is missing"),
    }
}

/// The names of the fields that a person sees; a step differs from another by them.
fn shown(scene: &Scene, choice: &Choice) -> Vec<(String, Option<usize>)> {
    let seen = choice.fields.iter().filter(|field| !field.concealed && field.role != Role::Hidden);
    seen.map(|field| {
        let control = scene.page.controls.get(field.control_index);
        (format!("{}/{}/{}", field.label, field.name.as_deref().unwrap_or_default(), control.map_or("", |c| c.id.as_str())), None)
    })
    .collect()
}

async fn buttons_of(visit: &Visit, scene: &Scene, choice: &Choice) -> Result<Vec<Button>, BrowserFault> {
    let asked =
        choice.fields.iter().filter(|field| !field.concealed && !matches!(field.role, Role::Hidden | Role::Submit | Role::Honeypot));
    let references: Vec<Value> = asked.filter_map(|field| scene.reference(field.control_index).cloned()).collect();
    let last = references.last().cloned().unwrap_or(Value::Null);
    plan::buttons(visit, vec![last, json!(references), Value::Null]).await
}

/// What the browser would object to, as a reason.
async fn faults(visit: &Visit, scene: &Scene, choice: &Choice) -> Result<Option<String>, BrowserFault> {
    let Some(reference) = choice.fields.iter().find_map(|field| scene.reference(field.control_index)) else { return Ok(None) };
    let told = visit.script("check the form", FAULTS, vec![reference.clone()]).await?;
    let list: Vec<String> = told
        .as_array()
        .into_iter()
        .flatten()
        .map(|fault| {
            let text = |name: &str| fault.get(name).and_then(Value::as_str).unwrap_or_default();
            format!("\"{}\": {}", text("label"), text("message"))
        })
        .collect();
    Ok((!list.is_empty()).then(|| format!("the browser would not send the form on {}: {}", scene.page.url, list.join("; "))))
}

/// Sets what is to be set and is seen; the reason when a field does not take it.
async fn fill(visit: &Visit, scene: &Scene, choice: &Choice, edits: &Edits) -> Result<Result<(), String>, BrowserFault> {
    let page = &scene.page;
    for field in choice.fields.iter().filter(|field| !field.concealed && !field.honeypot) {
        let Some(control) = page.controls.get(field.control_index).filter(|control| !control.disabled && !control.is_button()) else {
            continue;
        };
        let Some(reference) = scene.reference(control.index) else { continue };
        let done = match control.kind {
            "select" => choose(visit, reference, control, edits).await?,
            "checkbox" | "radio" => tick(visit, reference, page, control, edits).await?,
            "hidden" | "file" => continue,
            _ => write(visit, reference, control, edits).await?,
        };
        match done {
            Done::Nothing => {}
            Done::Set => tokio::time::sleep(BREATH).await,
            Done::Refused => {
                return Ok(Err(format!("the field \"{}\" on {} does not take what is typed into it", control.caption(), page.url)));
            }
        }
    }
    Ok(Ok(()))
}

enum Done {
    Nothing,
    Set,
    Refused,
}

async fn write(visit: &Visit, reference: &Value, control: &Control, edits: &Edits) -> Result<Done, BrowserFault> {
    let mut wanted = edits.value(control).to_owned();
    if wanted == control.value || control.readonly {
        return Ok(Done::Nothing);
    }
    if control.kind != "textarea" {
        // Enter would send the form.
        wanted = wanted.replace(['\r', '\n'], " ");
    }
    let element = visit.element(reference)?;
    if visit.click(&element).await.is_err() {
        visit
            .script("enter a field", "arguments[0].scrollIntoView({block: 'center'}); arguments[0].focus()", vec![reference.clone()])
            .await?;
    }
    if !control.value.is_empty() && visit.clear(&element).await.is_err() {
        visit.script("clear a field", "arguments[0].select()", vec![reference.clone()]).await?;
    }
    let value = || visit.script("read a field", "return arguments[0].value ?? arguments[0].innerText", vec![reference.clone()]);
    let typed = visit.keys(&element, &wanted).await;
    if typed.is_err() || value().await?.as_str().is_none_or(str::is_empty) {
        // Letters beyond the first plane, or an element that takes no keys from the driver.
        visit
            .script("enter a field", "arguments[0].focus(); if (arguments[0].select) arguments[0].select()", vec![reference.clone()])
            .await?;
        visit.cdp("Input.insertText", json!({ "text": wanted })).await?;
    }
    Ok(if value().await?.as_str().is_none_or(str::is_empty) { Done::Refused } else { Done::Set })
}

async fn tick(visit: &Visit, reference: &Value, page: &Page, control: &Control, edits: &Edits) -> Result<Done, BrowserFault> {
    let wanted = edits.is_checked(page, control);
    let checked = || visit.script("read a box", "return arguments[0].checked", vec![reference.clone()]);
    // A radio button is released by pressing another.
    if wanted == control.checked || control.kind == "radio" && !wanted {
        return Ok(Done::Nothing);
    }
    let element = visit.element(reference)?;
    let _ = visit.click(&element).await;
    for other in [
        "const l = arguments[0].labels && arguments[0].labels[0]; if (l) l.click()",
        "arguments[0].click()",
        "arguments[0].checked = arguments[1]; for (const e of ['input', 'change']) arguments[0].dispatchEvent(new Event(e, {bubbles: true}))",
    ] {
        if checked().await?.as_bool() == Some(wanted) {
            return Ok(Done::Set);
        }
        visit.script("tick a box", other, vec![reference.clone(), json!(wanted)]).await?;
    }
    Ok(if checked().await?.as_bool() == Some(wanted) { Done::Set } else { Done::Refused })
}

async fn choose(visit: &Visit, reference: &Value, control: &Control, edits: &Edits) -> Result<Done, BrowserFault> {
    let wanted = edits.chosen(control);
    if wanted == Edits::default().chosen(control) {
        return Ok(Done::Nothing);
    }
    for at in &wanted {
        let option =
            visit.script("find an option", "return arguments[0].options[arguments[1]]", vec![reference.clone(), json!(at)]).await?;
        if option.is_null() {
            return Ok(Done::Refused);
        }
        let clicked = match visit.element(&option) {
            Ok(option) => visit.click(&option).await.is_ok(),
            Err(_) => false,
        };
        let chosen = visit.script("read a list", "return arguments[0].selected", vec![option.clone()]).await?.as_bool() == Some(true);
        if !clicked || !chosen {
            let script = "arguments[1].selected = true; for (const e of ['input', 'change']) arguments[0].dispatchEvent(new Event(e, {bubbles: true}))";
            visit.script("choose an option", script, vec![reference.clone(), option]).await?;
        }
    }
    Ok(Done::Set)
}

/// Presses once. What lies over the button is put away first; a press that the driver refused was none.
async fn press(visit: &Visit, button: &Button) -> Result<(), BrowserFault> {
    let element = visit.element(&button.element)?;
    let refused = |fault: &BrowserFault| match fault {
        BrowserFault::Command { message, .. } => message.contains("intercepted") || message.contains("not interactable"),
        _ => false,
    };
    match visit.click(&element).await {
        Err(fault) if refused(&fault) => {}
        // A load that takes its time, or a dialog, comes after the press.
        _ => return Ok(()),
    }
    let closers = visit.script("look for what lies over the page", CLOSERS, Vec::new()).await?;
    for closer in closers.as_array().into_iter().flatten().take(2) {
        if let Ok(closer) = visit.element(closer) {
            let _ = visit.click(&closer).await;
            tokio::time::sleep(Duration::from_millis(400)).await;
        }
        match visit.click(&element).await {
            Err(fault) if refused(&fault) => {}
            _ => return Ok(()),
        }
    }
    visit.script("press", "arguments[0].click()", vec![button.element.clone()]).await.map(|_| ())
}

/// Waits until nothing has happened for a while.
async fn calm(visit: &Visit, limit: Duration, quiet: Duration) -> Result<(), BrowserFault> {
    let start = Instant::now();
    let (mut last, mut changed) = (Value::Null, Instant::now());
    while start.elapsed() < limit {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let now = state(visit).await;
        let open = visit.traffic.lock().await.open();
        if now != last || open > 0 {
            (last, changed) = (now, Instant::now());
        }
        if changed.elapsed() >= quiet {
            break;
        }
    }
    Ok(())
}

/// What would change with an answer.
async fn state(visit: &Visit) -> Value {
    let _ = visit.listen().await;
    let _ = visit.enter(&[]).await;
    let script = "return [location.href, document.readyState, document.body ? document.body.innerText.length : 0]";
    let page = visit.script("look at the page", script, Vec::new()).await.unwrap_or(Value::Null);
    json!([page, visit.traffic.lock().await.records.len()])
}

/// Waits for the answer, and keeps it.
async fn settle(
    client: &Client,
    prepared: &Prepared,
    ready: &Ready,
    progress: &mut Progress,
    way: &[u16],
    mark: usize,
) -> Result<(), BrowserFault> {
    let visit = &ready.visit;
    let start = Instant::now();
    let (mut last, mut changed) = (Value::Null, Instant::now());
    while start.elapsed() < ANSWER {
        tokio::time::sleep(Duration::from_millis(250)).await;
        let now = state(visit).await;
        let traffic = visit.traffic.lock().await;
        if now != last || traffic.open() > 0 {
            (last, changed) = (now, Instant::now());
        }
        let answered = traffic.submission(mark, &ready.alias).is_some();
        if changed.elapsed() >= CALM
            && (answered && start.elapsed() > Duration::from_millis(1_500) || start.elapsed() > Duration::from_secs(6))
        {
            break;
        }
    }
    let at = client.now();
    let window = visit.newest_window().await.unwrap_or(false);
    if window {
        calm(visit, Duration::from_secs(8), CALM).await?;
    }
    let scenes = snapshot::scenes(visit).await?;
    let main = scenes.iter().position(|scene| scene.way == way).unwrap_or(0);
    take(progress, "screenshot after", visit.screenshot().await, at);
    for (place, scene) in scenes.iter().enumerate().filter(|(place, _)| *place == main || *place == 0) {
        let role = if place == main { "answer dom" } else { "answer dom top" };
        progress.pieces.push(Piece { role: role.to_owned(), bytes: scene.html.clone().into_bytes(), at });
    }
    progress.answered_at = Some(at);
    let (by_script, certain) = evidence(visit, prepared, ready, progress, mark).await;
    let requests = visit.traffic.lock().await.records.iter().skip(mark).filter(|record| record.matters()).count();
    if let Some(mut page) = snapshot::whole(&scenes, main) {
        for said in visit.dialogs() {
            page.text.push(' ');
            page.text.push_str(&said);
        }
        progress.rendered = Some(Rendered { page, by_script, requests, certain, window });
    }
    tracing::debug!(url = %prepared.page.url, requests, by_script, "the answer was read");
    Ok(())
}

/// The submission and its redirects as exchanges, and the list of all that went out. Tells whether a script sent it, and
/// whether it is certain that this was it.
async fn evidence(visit: &Visit, prepared: &Prepared, ready: &Ready, progress: &mut Progress, mark: usize) -> (bool, bool) {
    let at = progress.answered_at.unwrap_or_default();
    let wanted: Vec<usize> = {
        let traffic = visit.traffic.lock().await;
        let records = traffic.records.iter().enumerate().skip(mark);
        records.filter(|(_, record)| record.matters() && !record.moved && record.status.is_some()).map(|(at, _)| at).take(20).collect()
    };
    for place in wanted {
        let body = plan::body(visit, place).await;
        if let Some(record) = visit.traffic.lock().await.records.get_mut(place) {
            record.body = body;
        }
    }
    let traffic = visit.traffic.lock().await;
    let zero = traffic.records.get(mark).map_or(0.0, super::network::Record::started);
    let base = progress.pressed_at.unwrap_or(at);
    let lines: String = traffic.records.iter().skip(mark).map(super::network::Record::line).collect();
    if !lines.is_empty() {
        progress.pieces.push(Piece { role: "traffic".to_owned(), bytes: lines.into_bytes(), at });
    }
    let hosts: Vec<&str> = [&prepared.page.url, &prepared.request.url].into_iter().filter_map(url::Url::host_str).collect();
    let certain = traffic.submission(mark, &ready.alias);
    let Some(submission) = certain.or_else(|| traffic.likely(mark, &hosts)) else { return (false, false) };
    let chain = traffic.chain(submission);
    let steps = chain.iter().enumerate().filter_map(|(step, place)| Some((step, traffic.records.get(*place)?)));
    progress.exchanges = steps.map(|(step, record)| record.exchange(plan::label(step), base, zero)).collect();
    let answered = progress.exchanges.iter().rev().find(|exchange| exchange.status.is_some()).map(|exchange| exchange.ended_at);
    progress.answered_at = answered.or(progress.answered_at);
    (traffic.records.get(submission).is_some_and(|record| record.kind != "Document"), certain.is_some())
}
