//! Hands on the page: types, ticks, chooses and presses as a person does, in the frame that was entered. Gives whether the page
//! took it. A control that takes no keys is helped along by the events that a person's hand would cause.

use std::time::Duration;

use serde_json::{Value, json};

use super::super::form::Edits;
use super::super::page::{Control, Page};
use super::BrowserFault;
use super::driver::Visit;
use super::press::Button;
use super::snapshot::{Choice, Scene};

const CLOSERS: &str = include_str!("closers.js");
/// Between two fields.
const BREATH: Duration = Duration::from_millis(120);

/// Sets what is to be set and is seen. Gives the controls that were set, by their place on the page; the reason when a field
/// does not take it.
pub(super) async fn fill(visit: &Visit, scene: &Scene, choice: &Choice, edits: &Edits) -> Result<Result<Vec<usize>, String>, BrowserFault> {
    let page = &scene.page;
    let mut set = Vec::new();
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
            Done::Set => {
                set.push(control.index);
                tokio::time::sleep(BREATH).await;
            }
            Done::Refused => {
                return Ok(Err(format!("the field \"{}\" on {} does not take what is typed into it", control.caption(), page.url)));
            }
        }
    }
    Ok(Ok(set))
}

enum Done {
    Nothing,
    Set,
    Refused,
}

async fn write(visit: &Visit, reference: &Value, control: &Control, edits: &Edits) -> Result<Done, BrowserFault> {
    let mut wanted = edits.value(control).to_owned();
    if control.readonly || stands(&wanted, &control.value) {
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

/// Whether a field already holds what is wanted, as the page may have written it: `(512) 555-0142`.
fn stands(wanted: &str, held: &str) -> bool {
    let plain = |text: &str| text.chars().filter(|letter| letter.is_alphanumeric()).collect::<String>().to_lowercase();
    wanted == held || !plain(wanted).is_empty() && plain(wanted) == plain(held)
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

/// Presses once. What lies over the button is put away first, and nothing of the form itself; a press that the driver refused
/// was none.
pub(super) async fn press(visit: &Visit, button: &Button, fields: &[Value]) -> Result<(), BrowserFault> {
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
    let kept: Vec<&Value> = std::iter::once(&button.element).chain(fields).collect();
    let closers = visit.script("look for what lies over the page", CLOSERS, vec![json!(kept)]).await?;
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
