//! The page as a browser shows it, frame by frame, without touching it. Gives for each frame a [`Page`] whose controls know
//! how they are concealed (style sheets and scripts included), and the live elements to act on.

use std::future::Future;
use std::pin::Pin;

use serde_json::Value;
use url::Url;

use super::super::fields::{self, Field, FormKind, Known, Role};
use super::super::page::{Form, Page};
use super::BrowserFault;
use super::driver::Visit;
use super::press;

const SNAPSHOT: &str = include_str!("snapshot.js");
const MAX_DEPTH: usize = 3;
const MAX_FRAMES: usize = 12;

/// One frame as it stands.
#[derive(Clone, Debug)]
pub(super) struct Scene {
    /// The way from the top, by places in `window.frames`.
    pub(super) way: Vec<u16>,
    /// What a person sees in it.
    pub(super) page: Page,
    /// The copied document.
    pub(super) html: String,
    /// The live controls.
    controls: Vec<Value>,
}

impl Scene {
    /// The driver's name for a control.
    pub(super) fn reference(&self, control: usize) -> Option<&Value> {
        self.controls.get(self.page.controls.get(control)?.live?)
    }
}

/// A form for inquiries in one of the scenes.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub(super) scene: usize,
    pub(super) form: usize,
    pub(super) kind: FormKind,
    pub(super) fields: Vec<Field>,
    /// The whole form stands hidden, as in a box that a button opens.
    pub(super) out: bool,
}

/// All frames of the page that could hold a form, the top first.
pub(super) async fn scenes(visit: &Visit) -> Result<Vec<Scene>, BrowserFault> {
    let mut found = Vec::new();
    visit.enter(&[]).await?;
    walk(visit, Vec::new(), &mut found).await?;
    visit.enter(&[]).await?;
    Ok(found)
}

fn walk<'a>(
    visit: &'a Visit,
    way: Vec<u16>,
    found: &'a mut Vec<Scene>,
) -> Pin<Box<dyn Future<Output = Result<(), BrowserFault>> + Send + 'a>> {
    Box::pin(async move {
        let taken = visit.script("read the page", SNAPSHOT, Vec::new()).await;
        let taken = match taken {
            Ok(taken) => taken,
            // A frame may be gone, or another's to read; the page itself may not.
            Err(_) if !way.is_empty() => return Ok(()),
            Err(fault) => return Err(fault),
        };
        let text = |name: &str| taken.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let list = |name: &str| taken.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
        let html = text("html");
        let Ok(url) = Url::parse(&text("url")) else { return Ok(()) };
        let page = Page::parse_as(html.as_bytes(), &url, encoding_rs::UTF_8);
        found.push(Scene { way: way.clone(), page, html, controls: list("controls") });
        if way.len() >= MAX_DEPTH {
            return Ok(());
        }
        for frame in list("frames").iter().filter_map(|place| place.as_u64().and_then(|place| u16::try_from(place).ok())) {
            if found.len() > MAX_FRAMES {
                break;
            }
            let mut below = way.clone();
            below.push(frame);
            if visit.enter(&below).await.is_ok() {
                walk(visit, below, found).await?;
            }
        }
        Ok(())
    })
}

/// The form an inquiry goes to, over all frames: the one that asks the most of what a buyer would say, seen before hidden.
pub(super) fn choose(scenes: &[Scene]) -> Option<Choice> {
    let mut best: Option<(u32, Choice)> = None;
    for (at, scene) in scenes.iter().enumerate() {
        let known = fields::survey(&scene.page);
        let first_step = || known.iter().find(|form| begins(&scene.page, form));
        let Some(chosen) = fields::choose(&known).or_else(first_step) else { continue };
        let shown = known.iter().filter(|form| form.kind == FormKind::Inquiry && !is_out(&scene.page, form.index, &form.fields));
        // `choose` prefers what is filled in most; a box that is still closed comes after a form that stands open.
        let chosen = if is_out(&scene.page, chosen.index, &chosen.fields) {
            shown.max_by_key(|form| worth(&form.fields)).unwrap_or(chosen)
        } else {
            chosen
        };
        let out = is_out(&scene.page, chosen.index, &chosen.fields);
        let worth = worth(&chosen.fields) + if out { 0 } else { 100 };
        if best.as_ref().is_none_or(|(known, _)| worth > *known) {
            best = Some((worth, Choice { scene: at, form: chosen.index, kind: chosen.kind, fields: chosen.fields.clone(), out }));
        }
    }
    best.map(|(_, choice)| choice)
}

/// Whether a form is the first step of one that goes on: who asks is asked for, and a button leads further.
fn begins(page: &Page, form: &Known) -> bool {
    let seen = |roles: &[Role]| form.fields.iter().any(|field| !field.concealed && roles.contains(&field.role));
    let button =
        |field: &Field| page.controls.get(field.control_index).filter(|control| control.is_button() && control.concealed.is_none());
    let further = form.fields.iter().filter_map(button).any(|control| press::is_next(&format!("{} {}", control.label, control.value)));
    matches!(form.kind, FormKind::Newsletter | FormKind::Other)
        && seen(&[Role::Email, Role::Phone])
        && seen(&[Role::FirstName, Role::FullName])
        && further
}

/// The same form again, as it now stands; where it is gone, another for inquiries. A step of a form need not look like one.
pub(super) fn again(scenes: &[Scene], before: &Choice, way: &[u16]) -> Option<Choice> {
    let same = scenes.iter().enumerate().find(|(_, scene)| scene.way == way).and_then(|(at, scene)| {
        let known = fields::survey(&scene.page).into_iter().nth(before.form)?;
        let seen = known.fields.iter().any(|field| !field.concealed && !matches!(field.role, Role::Hidden | Role::Submit | Role::Honeypot));
        let other = matches!(known.kind, FormKind::Search | FormKind::Login | FormKind::Registration);
        (seen && !other).then_some(Choice { scene: at, form: before.form, kind: known.kind, fields: known.fields, out: false })
    });
    same.or_else(|| choose(scenes))
}

fn worth(fields: &[Field]) -> u32 {
    let has = |role| fields.iter().any(|field| field.role == role && !field.concealed);
    let points = [(Role::Message, 8), (Role::Email, 4), (Role::Phone, 2), (Role::FirstName, 2), (Role::FullName, 2), (Role::Community, 1)];
    points.into_iter().filter(|(role, _)| has(*role)).map(|(_, worth)| worth).sum()
}

/// Whether a form stands hidden as a whole.
fn is_out(page: &Page, form: usize, fields: &[Field]) -> bool {
    let marked = page.forms.get(form).is_some_and(|form| form.attributes.contains("data-crickets-out"));
    let mut asked = fields.iter().filter(|field| !field.honeypot && !matches!(field.role, Role::Hidden | Role::Submit)).peekable();
    marked || asked.peek().is_some() && asked.all(|field| field.concealed)
}

/// The chosen form of a scene.
pub(super) fn form<'a>(scenes: &'a [Scene], choice: &Choice) -> Option<(&'a Scene, &'a Form)> {
    let scene = scenes.get(choice.scene)?;
    Some((scene, scene.page.forms.get(choice.form)?))
}

/// One page with the words of all frames, so that thanks in another frame than the form's are heard.
pub(super) fn whole(scenes: &[Scene], main: usize) -> Option<Page> {
    let mut page = scenes.get(main)?.page.clone();
    for other in scenes.iter().enumerate().filter(|(at, _)| *at != main).map(|(_, scene)| &scene.page) {
        page.text.push(' ');
        page.text.push_str(&other.text);
        page.alerts.extend(other.alerts.iter().cloned());
        page.notices.extend(other.notices.iter().cloned());
        page.lines.push('\n');
        page.lines.push_str(&other.lines);
    }
    Some(page)
}
