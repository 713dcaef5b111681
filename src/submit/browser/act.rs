//! The submission itself, as a person makes it: field by field, step by step, one press. Before the press nothing that is
//! amiss goes out: a CAPTCHA, a fault the browser sees, a button that is not there end it. After the press it is never pressed
//! again; what came back is read from the page, the traffic and the picture of both.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use url::Url;

use super::super::fields::{FormKind, Role};
use super::super::fill;
use super::super::http::{Client, SendFault};
use super::super::outcome::Outcome;
use super::super::prepare::{Prepared, Sent, a_persons_time, seed};
use super::super::receipt::{self, Strength};
use super::driver::Visit;
use super::look;
use super::plan::Ready;
use super::press::{self, Button, Purpose};
use super::settle::{self, Progress};
use super::snapshot::{self, Choice, Scene};
use super::{BrowserFault, hands};

const FAULTS: &str = include_str!("faults.js");
const MAX_STEPS: usize = 6;

/// Fills and presses, exactly once.
pub(in super::super) async fn send(client: &Client, prepared: &Prepared) -> Sent {
    let began = client.now();
    let mut progress = Progress { offered: (prepared.offered_phone, prepared.offered_text), ..Progress::default() };
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
        if let Err(message) = result {
            let possibly_sent = may_be_out(&ready.visit, &progress, 0, &ready.alias).await;
            error = Some(SendFault { possibly_sent, message });
        }
        ready.visit.close().await;
    } else {
        error = Some(SendFault { possibly_sent: false, message: "the browser with the page is gone".to_owned() });
    }
    Sent {
        exchanges: progress.exchanges,
        error: error.or(progress.fault),
        sent_at: progress.pressed_at.unwrap_or(began),
        answered_at: progress.answered_at,
        pieces: progress.pieces,
        rendered: progress.rendered,
        stopped: progress.stopped,
        offered: progress.offered,
    }
}

/// One way through a form, from the first field to the answer.
struct Walk<'a> {
    client: &'a Client,
    prepared: &'a Prepared,
    ready: &'a Ready,
    progress: &'a mut Progress,
    /// Where the traffic of this walk begins.
    mark: usize,
    scenes: Vec<Scene>,
    choice: Choice,
    /// An address to answer to was typed.
    given: bool,
    /// The question was typed.
    asked: bool,
}

/// How the form stood before a press.
struct Stand {
    kind: FormKind,
    url: Url,
    /// The fields that were seen.
    shown: Vec<String>,
    /// Where it says that it goes.
    action: Option<Url>,
    /// Its live controls.
    controls: Vec<Value>,
    /// The words of all frames.
    words: String,
}

/// Whether there is more to do.
enum Course {
    On,
    Over,
}

async fn work(client: &Client, prepared: &Prepared, ready: &Ready, progress: &mut Progress) -> Result<(), BrowserFault> {
    if let Err(fault) = client.may_go(&prepared.session, &prepared.request.url).await {
        progress.stopped = Some(Outcome::Failed { reason: fault.message });
        return Ok(());
    }
    ready.visit.listen().await?;
    let mark = ready.visit.traffic.lock().await.records.len();
    let (scenes, choice) = (ready.scenes.clone(), ready.choice.clone());
    let mut walk = Walk { client, prepared, ready, progress, mark, scenes, choice, given: false, asked: false };
    let mut step = 1;
    while let Course::On = walk.step(step == MAX_STEPS).await? {
        step += 1;
    }
    Ok(())
}

impl Walk<'_> {
    /// Fills what is seen and presses what leads on.
    async fn step(&mut self, last: bool) -> Result<Course, BrowserFault> {
        let Some(way) = self.scenes.get(self.choice.scene).map(|scene| scene.way.clone()) else {
            return self.over("the form is gone").await;
        };
        // What the typing brings forth counts: fields that depend on others, a CAPTCHA, a button that is now enabled.
        for _ in 0..2 {
            if !self.fill().await? {
                return Ok(Course::Over);
            }
            self.scenes = snapshot::scenes(&self.ready.visit).await?;
            let Some(now) = snapshot::again(&self.scenes, &self.choice, &way) else {
                return self.over("the form was gone when it had been filled").await;
            };
            self.choice = now;
            if let Some(outcome) = look::captcha_before(&self.scenes, &self.choice) {
                self.stop(outcome).await;
                return Ok(Course::Over);
            }
        }
        let visit = &self.ready.visit;
        let Some((scene, form)) = snapshot::form(&self.scenes, &self.choice) else { return self.over("the form is gone").await };
        let url = scene.page.url.clone();
        visit.enter(&way).await?;
        let buttons = buttons_of(visit, scene, &self.choice).await?;
        let unseen = self.choice.fields.iter().any(|field| field.concealed && !field.honeypot && field.role != Role::Hidden);
        let Some((purpose, button)) = press::onward(&buttons, unseen) else {
            return self.over(&format!("the form on {url} has no button that plainly sends it")).await;
        };
        if button.validates
            && let Some(reason) = faults(visit, scene, &self.choice).await?
        {
            return self.over(&reason).await;
        }
        let sends = purpose == Purpose::Send;
        if last && !sends {
            return self.over(&format!("the form on {url} goes on for more steps than a person would take")).await;
        }
        if sends && !self.given {
            return self.over(&format!("the form on {url} has no field for an address to answer to")).await;
        }
        if sends || button.submits {
            let wait = a_persons_time(&scene.page, form, seed(&self.ready.alias));
            tokio::time::sleep(wait.saturating_sub(self.ready.loaded.elapsed())).await;
        }
        self.progress.take("screenshot before", visit.screenshot().await, self.client.now());
        visit.enter(&way).await?;
        visit.listen().await?;
        let press_mark = visit.traffic.lock().await.records.len();
        let pressed_at = self.client.now();
        if sends {
            self.progress.pressed_at = Some(pressed_at);
        }
        self.progress.first_press.get_or_insert(press_mark);
        let before = self.stand(scene);
        let fields: Vec<Value> = self.choice.fields.iter().filter_map(|field| scene.reference(field.control_index).cloned()).collect();
        hands::press(visit, button, &fields).await?;
        if !sends && self.goes_on(&way, press_mark, pressed_at, &before).await? {
            return Ok(Course::On);
        }
        if self.progress.stopped.is_none() {
            settle::settle(self.client, self.prepared, self.ready, self.progress, &way, press_mark).await?;
        }
        Ok(Course::Over)
    }

    /// Sets all that is seen; `false` when that ended it.
    async fn fill(&mut self) -> Result<bool, BrowserFault> {
        let Ready { visit, alias, .. } = self.ready;
        let Some((scene, form)) = snapshot::form(&self.scenes, &self.choice) else { return Ok(true) };
        let filling = match fill::fill(&scene.page, form, &self.choice.fields, self.ready.asker()) {
            Ok(filling) => filling,
            Err(fault) => {
                self.stop(fault.into()).await;
                return Ok(false);
            }
        };
        self.progress.offered.0 |= filling.offered_phone;
        self.progress.offered.1 |= filling.offered_text;
        self.progress.typed = true;
        visit.enter(&scene.way).await?;
        let set = match hands::fill(visit, scene, &self.choice, &filling.edits).await? {
            Ok(set) => set,
            Err(reason) => {
                self.stop(Outcome::Manual { reason }).await;
                return Ok(false);
            }
        };
        // What was decided for a field that stands hidden was not typed.
        for field in self.choice.fields.iter().filter(|field| set.contains(&field.control_index)) {
            let value = scene.page.controls.get(field.control_index).map_or("", |control| filling.edits.value(control));
            self.given |= matches!(field.role, Role::Email | Role::Phone) || value.contains(alias.as_str());
            self.asked |= field.role == Role::Message;
        }
        Ok(true)
    }

    fn stand(&self, scene: &Scene) -> Stand {
        let form = scene.page.forms.get(self.choice.form);
        let controls = form.into_iter().flat_map(|form| &form.controls);
        Stand {
            kind: self.choice.kind,
            url: scene.page.url.clone(),
            shown: shown(scene, &self.choice),
            action: action(scene, &self.choice),
            controls: controls.filter_map(|control| scene.reference(*control).cloned()).collect(),
            words: words_of(&self.scenes),
        }
    }

    /// Whether a form goes on with the one that stood before the press. `sent` tells that our address went out with that press,
    /// `None` that something went out which may have held it: then another form of the page would be a second inquiry.
    fn continues(&self, next: &Choice, before: &Stand, sent: Option<bool>) -> bool {
        let Some((scene, form)) = snapshot::form(&self.scenes, next) else { return false };
        if form.controls.iter().filter_map(|control| scene.reference(*control)).any(|control| before.controls.contains(control)) {
            return true;
        }
        let foreign = matches!(next.kind, FormKind::Newsletter | FormKind::Search | FormKind::Login | FormKind::Registration);
        if sent == Some(false) {
            return !foreign || next.kind == before.kind;
        }
        let same_action = before.action.is_some() && action(scene, next) == before.action;
        let controls = || scene.page.controls_of(form);
        let carried = || controls().any(|control| control.kind == "hidden" && control.value.contains(&self.ready.alias));
        let asks = || !self.asked && next.fields.iter().any(|field| field.role == Role::Message && !field.concealed);
        // A script that reports each step draws the next one in place.
        let in_place = || sent.is_none() && scene.page.url == before.url && matches!(next.kind, FormKind::Inquiry | FormKind::Other);
        !foreign && (same_action || carried() || asks() || in_place())
    }

    /// After a press that should lead to the next step: whether it did. Where the step was the last after all, it was the press.
    async fn goes_on(&mut self, way: &[u16], mark: usize, pressed_at: DateTime<Utc>, before: &Stand) -> Result<bool, BrowserFault> {
        let visit = &self.ready.visit;
        settle::calm(visit, Duration::from_secs(8), Duration::from_millis(700)).await?;
        visit.listen().await?;
        let sent = {
            let traffic = visit.traffic.lock().await;
            let legible = traffic.submission(mark, &self.ready.alias).is_some();
            if legible || !traffic.may_have_sent(mark) { Some(legible) } else { None }
        };
        if sent == Some(true) {
            self.progress.pressed_at = Some(pressed_at);
        }
        self.scenes = snapshot::scenes(visit).await?;
        let next = snapshot::again(&self.scenes, &self.choice, way).filter(|choice| !choice.out);
        let new = |choice: &Choice| snapshot::form(&self.scenes, choice).is_some_and(|(scene, _)| shown(scene, choice) != before.shown);
        let thanked = sent != Some(false) && newly_thanks(&before.words, &words_of(&self.scenes));
        if let Some(next) = next.filter(new).filter(|next| !thanked && self.continues(next, before, sent)) {
            self.choice = next;
            return Ok(true);
        }
        if sent == Some(false) {
            let page = self.scenes.get(self.choice.scene).map(|scene| &scene.page);
            let said = page.and_then(|page| page.alerts.first()).map(|said| format!(": {said}")).unwrap_or_default();
            self.by_hand(&format!("the form on {} does not go on to its next step{said}", self.prepared.page.url)).await?;
        } else {
            self.progress.pressed_at = Some(pressed_at);
        }
        Ok(false)
    }

    async fn over(&mut self, reason: &str) -> Result<Course, BrowserFault> {
        self.by_hand(reason).await.map(|()| Course::Over)
    }

    async fn by_hand(&mut self, reason: &str) -> Result<(), BrowserFault> {
        self.stop(Outcome::Manual { reason: reason.to_owned() }).await;
        Ok(())
    }

    /// Ends before the press. What an earlier step sent makes it unclear.
    async fn stop(&mut self, outcome: Outcome) {
        let visit = &self.ready.visit;
        let sent = may_be_out(visit, self.progress, self.mark, &self.ready.alias).await;
        self.progress.take("screenshot before", visit.screenshot().await, self.client.now());
        self.progress.stopped = Some(match outcome {
            Outcome::Manual { reason } | Outcome::Blocked { reason } | Outcome::Failed { reason } if sent => {
                Outcome::Unclear { reason: format!("{reason}; what had been typed may have been sent") }
            }
            outcome => outcome,
        });
    }
}

/// Whether what was typed may have gone out: the address we left since a mark, or after a press something that may have held
/// it. A log that cannot be read, or is full, does not say no.
async fn may_be_out(visit: &Visit, progress: &Progress, mark: usize, alias: &str) -> bool {
    if !progress.typed {
        return false;
    }
    if progress.pressed_at.is_some() || visit.listen().await.is_err() {
        return true;
    }
    let traffic = visit.traffic.lock().await;
    traffic.full || traffic.submission(mark, alias).is_some() || progress.first_press.is_some_and(|press| traffic.may_have_sent(press))
}

/// Where a form says that it goes.
fn action(scene: &Scene, choice: &Choice) -> Option<Url> {
    let written = scene.page.forms.get(choice.form)?.action.as_deref().map(str::trim).filter(|action| !action.is_empty())?;
    scene.page.base.join(written).ok()
}

fn words_of(scenes: &[Scene]) -> String {
    scenes.iter().map(|scene| format!("{}\n{}\n", scene.page.title, scene.page.lines)).collect()
}

/// Whether a sentence thanks that was not there before. A promise to get in touch may stand beside any step.
fn newly_thanks(before: &str, after: &str) -> bool {
    receipt::listen(before, after).thanks.is_some_and(|(strength, _)| strength >= Strength::Thanks)
}

/// The fields that a person sees, by label, name and id; one step differs from another by them.
fn shown(scene: &Scene, choice: &Choice) -> Vec<String> {
    let seen = choice.fields.iter().filter(|field| !field.concealed && field.role != Role::Hidden);
    seen.map(|field| {
        let id = scene.page.controls.get(field.control_index).map_or("", |control| control.id.as_str());
        format!("{}/{}/{id}", field.label, field.name.as_deref().unwrap_or_default())
    })
    .collect()
}

async fn buttons_of(visit: &Visit, scene: &Scene, choice: &Choice) -> Result<Vec<Button>, BrowserFault> {
    let asked =
        choice.fields.iter().filter(|field| !field.concealed && !matches!(field.role, Role::Hidden | Role::Submit | Role::Honeypot));
    let references: Vec<Value> = asked.filter_map(|field| scene.reference(field.control_index).cloned()).collect();
    let last = references.last().cloned().unwrap_or(Value::Null);
    look::buttons(visit, vec![last, json!(references), Value::Null]).await
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thanks_that_stood_there_before_are_not_new() {
        for (before, after, expected) in [
            ("Ask us. Thank you for visiting! ", "Ask us. Thank you for visiting! ", false),
            ("Ask us. Thank you for visiting! ", "Thank you! We will be in touch. Thank you for visiting! ", true),
            ("Ask us. ", "One more thing. Your phone? ", false),
        ] {
            assert_eq!(newly_thanks(before, after), expected, "{after}");
        }
    }
}
