//! Walks a parsed document once and gathers what [`Page`] holds. Contents of `template` do not count; the text of scripts,
//! styles and concealed parts is not visible text.

use std::collections::HashMap;

use ego_tree::iter::Edge;
use encoding_rs::Encoding;
use scraper::{ElementRef, Node};
use url::Url;

use super::dom::{Document, NodeId};
use super::elements::{kind_of, lower, read_form, read_options, read_overrides};
use super::hidden::{Concealed, HidingRules};
use super::page::{Control, Link, Page, collapse};
use super::sanitize;

const MAX_TEXT: usize = 200_000;
const MAX_FORM_TEXT: usize = 20_000;
const MAX_LABEL: usize = 300;

pub(super) struct Reader<'a> {
    document: &'a Document,
    ids: HashMap<&'a str, ElementRef<'a>>,
    label_for: HashMap<&'a str, String>,
    forms: HashMap<NodeId, usize>,
    rules: HidingRules,
    page: Page,
    before: String,
    open_box: Option<usize>,
}

/// One step of the walk.
enum Step<'a> {
    Enter(ElementRef<'a>),
    Leave(ElementRef<'a>),
    Text(&'a str),
}

fn steps(document: &Document) -> impl Iterator<Item = Step<'_>> {
    let mut inside_template = 0_usize;
    document.html.tree.root().traverse().filter_map(move |edge| match edge {
        Edge::Open(node) => {
            if let Some(element) = ElementRef::wrap(node) {
                let skipped = inside_template > 0;
                if element.value().name() == "template" {
                    inside_template += 1;
                }
                return (!skipped).then_some(Step::Enter(element));
            }
            match node.value() {
                Node::Text(text) if inside_template == 0 => Some(Step::Text(text)),
                _ => None,
            }
        }
        Edge::Close(node) => {
            let element = ElementRef::wrap(node)?;
            if element.value().name() == "template" {
                inside_template = inside_template.saturating_sub(1);
            }
            (inside_template == 0).then_some(Step::Leave(element))
        }
    })
}

/// Text inside an element, as a person reads it.
fn inner_text(element: ElementRef<'_>, cap: usize) -> String {
    let mut raw = String::new();
    let mut muted = 0_usize;
    for edge in element.traverse() {
        match edge {
            Edge::Open(node) => match node.value() {
                Node::Text(text) if muted == 0 && raw.len() < cap * 4 => {
                    raw.push_str(text);
                    raw.push(' ');
                }
                Node::Element(inner) if is_mute(inner.name()) => muted += 1,
                _ => {}
            },
            Edge::Close(node) => {
                if node.value().as_element().is_some_and(|inner| is_mute(inner.name())) {
                    muted = muted.saturating_sub(1);
                }
            }
        }
    }
    collapse(&raw, cap)
}

fn is_mute(tag: &str) -> bool {
    matches!(tag, "script" | "style" | "title" | "select" | "textarea" | "datalist" | "template" | "noscript" | "iframe")
}

fn is_control(tag: &str) -> bool {
    matches!(tag, "input" | "select" | "textarea" | "button")
}

impl<'a> Reader<'a> {
    pub(super) fn new(document: &'a Document, url: &Url, charset: &'static Encoding) -> Self {
        let page = Page {
            url: url.clone(),
            base: url.clone(),
            charset,
            title: String::new(),
            controls: Vec::new(),
            forms: Vec::new(),
            links: Vec::new(),
            text: String::new(),
            alerts: Vec::new(),
            marks: String::new(),
            sources: String::new(),
            scripts: String::new(),
            refresh: None,
            cut: document.cut,
        };
        let mut reader = Self {
            document,
            ids: HashMap::new(),
            label_for: HashMap::new(),
            forms: HashMap::new(),
            rules: HidingRules::default(),
            page,
            before: String::new(),
            open_box: None,
        };
        reader.survey();
        reader
    }

    /// First pass: what later elements may refer to.
    fn survey(&mut self) {
        let mut css = String::new();
        let mut base_seen = false;
        for step in steps(self.document) {
            let Step::Enter(element) = step else { continue };
            if let Some(id) = element.attr("id") {
                self.ids.entry(id).or_insert(element);
            }
            match element.value().name() {
                "style" => css.extend(element.text()),
                "base" if !base_seen => {
                    if let Some(href) = element.attr("href") {
                        base_seen = true;
                        if let Ok(base) = self.page.url.join(href) {
                            self.page.base = base;
                        }
                    }
                }
                "form" => {
                    let form = read_form(element, self.page.forms.len());
                    self.forms.insert(element.id(), form.index);
                    self.page.forms.push(form);
                }
                "label" => {
                    if let Some(target) = element.attr("for") {
                        self.label_for.entry(target).or_insert_with(|| inner_text(element, MAX_LABEL));
                    }
                }
                _ => {}
            }
        }
        let rendered = self.document.html.root_element().attr("data-crickets-rendered").is_some();
        self.rules = if rendered { HidingRules::rendered() } else { HidingRules::from_css(&css) };
    }

    /// Second pass: controls, links and text in document order.
    pub(super) fn read(mut self) -> Page {
        let mut muted = 0_usize;
        let mut unseen: Vec<NodeId> = Vec::new();
        let mut form: Option<usize> = None;
        for step in steps(self.document) {
            match step {
                Step::Enter(element) => {
                    let tag = element.value().name();
                    if is_mute(tag) || tag == "option" {
                        muted += 1;
                    }
                    if self.rules.conceals(element).is_some() {
                        unseen.push(element.id());
                    }
                    if let Some(index) = self.forms.get(&element.id()) {
                        form = Some(*index);
                        self.before.clear();
                    }
                    if matches!(tag, "label" | "br" | "p" | "div" | "li") {
                        self.open_box = None;
                    }
                    if is_control(tag) {
                        self.add_control(element, tag);
                    }
                    self.note(element, tag, !unseen.is_empty());
                }
                Step::Leave(element) => {
                    let tag = element.value().name();
                    if is_mute(tag) || tag == "option" {
                        muted = muted.saturating_sub(1);
                    }
                    if unseen.last() == Some(&element.id()) {
                        unseen.pop();
                    }
                    if self.forms.contains_key(&element.id()) {
                        form = None;
                    }
                    if matches!(tag, "label" | "li" | "tr" | "p" | "div" | "fieldset") {
                        self.open_box = None;
                    }
                    if matches!(tag, "p" | "div" | "li" | "td" | "h1" | "h2" | "h3" | "h4" | "section") {
                        self.say("\n", form);
                    }
                }
                Step::Text(text) if muted == 0 && unseen.is_empty() => {
                    self.say(text, form);
                    self.hear(text);
                }
                Step::Text(_) => {}
            }
        }
        self.page.text = collapse(&self.page.text, MAX_TEXT);
        for form in &mut self.page.forms {
            form.text = collapse(&form.text, MAX_FORM_TEXT);
        }
        self.page
    }

    fn say(&mut self, text: &str, form: Option<usize>) {
        if self.page.text.len() < MAX_TEXT {
            self.page.text.push_str(text);
            self.page.text.push(' ');
        }
        if let Some(form) = form.and_then(|index| self.page.forms.get_mut(index))
            && form.text.len() < MAX_FORM_TEXT
        {
            form.text.push_str(text);
            form.text.push(' ');
        }
    }

    /// Keeps text for the control that follows, and for the box just passed.
    fn hear(&mut self, text: &str) {
        let text = collapse(text, MAX_LABEL);
        if text.is_empty() {
            return;
        }
        if let Some(control) = self.open_box.and_then(|index| self.page.controls.get_mut(index))
            && control.after.len() < MAX_LABEL
        {
            if !control.after.is_empty() {
                control.after.push(' ');
            }
            control.after.push_str(&text);
        }
        if !self.before.is_empty() {
            self.before.push(' ');
        }
        self.before.push_str(&text);
    }

    fn note(&mut self, element: ElementRef<'a>, tag: &str, unseen: bool) {
        let class = lower(element, "class");
        if self.page.marks.len() < MAX_TEXT {
            for (name, value) in element.value().attrs() {
                if matches!(name, "class" | "id")
                    || name.starts_with("data-site")
                    || name.starts_with("data-form")
                    || name == "data-portal-id"
                {
                    self.page.marks.push_str(&value.to_ascii_lowercase());
                    self.page.marks.push('\n');
                }
            }
        }
        let speaks = lower(element, "role") == "alert"
            || ["error", "invalid-feedback", "alert-danger", "validation-message", "not-valid-tip"].iter().any(|mark| class.contains(mark));
        if speaks && !unseen && !is_control(tag) && !matches!(tag, "html" | "body" | "form") && self.page.alerts.len() < 40 {
            let text = inner_text(element, MAX_LABEL);
            if !text.is_empty() {
                self.page.alerts.push(text);
            }
        }
        match tag {
            "a" => {
                if let Some(url) = element.attr("href").and_then(|href| self.page.base.join(href).ok()) {
                    let mut text = inner_text(element, 120);
                    if text.is_empty() {
                        element.attr("title").or(element.attr("aria-label")).unwrap_or_default().clone_into(&mut text);
                    }
                    self.page.links.push(Link { url, text });
                }
            }
            "script" | "iframe" | "img" => {
                if let Some(source) = element.attr("src").or(element.attr("data-src"))
                    && self.page.sources.len() < MAX_TEXT
                    && !source.starts_with("data:")
                {
                    self.page.sources.push_str(tag);
                    self.page.sources.push(' ');
                    self.page.sources.push_str(&source.to_ascii_lowercase());
                    self.page.sources.push('\n');
                }
                if tag == "script" && self.page.scripts.len() < MAX_TEXT {
                    self.page.scripts.extend(element.text());
                    self.page.scripts.push('\n');
                }
            }
            "title" if self.page.title.is_empty() => self.page.title = collapse(&element.text().collect::<String>(), MAX_LABEL),
            "meta" if lower(element, "http-equiv") == "refresh" => {
                let content = element.attr("content").unwrap_or_default();
                let target = content.split_once(['=']).map(|(_, target)| target.trim().trim_matches(['"', '\'']));
                self.page.refresh = target.and_then(|target| self.page.base.join(target).ok());
            }
            _ => {}
        }
    }

    fn owner(&self, element: ElementRef<'a>) -> Option<usize> {
        let told = element.attr("data-crickets-form").and_then(|place| place.parse().ok());
        if let Some(place) = told.filter(|place| *place < self.page.forms.len()) {
            return Some(place);
        }
        if let Some(id) = element.attr("form") {
            return self.ids.get(id).and_then(|form| self.forms.get(&form.id())).copied();
        }
        let recorded = self.document.owner.get(&element.id()).and_then(|form| self.forms.get(form));
        recorded.copied().or_else(|| element.ancestors().find_map(|node| self.forms.get(&node.id()).copied()))
    }

    fn label_of(&self, element: ElementRef<'a>) -> String {
        if let Some(ids) = element.attr("aria-labelledby") {
            let text: Vec<String> = ids.split_whitespace().filter_map(|id| self.ids.get(id)).map(|e| inner_text(*e, MAX_LABEL)).collect();
            let text = text.join(" ");
            if !text.trim().is_empty() {
                return text;
            }
        }
        if let Some(text) = element.attr("id").and_then(|id| self.label_for.get(id))
            && !text.is_empty()
        {
            return text.clone();
        }
        let wrapping = element.ancestors().filter_map(ElementRef::wrap).find(|e| e.value().name() == "label");
        let text = wrapping.map(|label| inner_text(label, MAX_LABEL)).unwrap_or_default();
        if !text.is_empty() {
            return text;
        }
        element.attr("aria-label").or(element.attr("title")).map(|text| collapse(text, MAX_LABEL)).unwrap_or_default()
    }

    fn add_control(&mut self, element: ElementRef<'a>, tag: &str) {
        let index = self.page.controls.len();
        let form = self.owner(element);
        let kind = kind_of(element, tag);
        let mut control = Control {
            index,
            form,
            kind,
            name: element.attr("name").filter(|name| !name.is_empty()).map(ToOwned::to_owned),
            id: element.attr("id").unwrap_or_default().to_owned(),
            class: lower(element, "class"),
            has_value: element.attr("value").is_some(),
            checked: matches!(kind, "checkbox" | "radio") && element.attr("checked").is_some(),
            multiple: element.attr("multiple").is_some(),
            autocomplete: lower(element, "autocomplete").split_whitespace().last().unwrap_or_default().to_owned(),
            placeholder: collapse(element.attr("placeholder").unwrap_or_default(), MAX_LABEL),
            pattern: element.attr("pattern").unwrap_or_default().to_owned(),
            maxlength: element.attr("maxlength").and_then(|n| n.trim().parse().ok()),
            dirname: element.attr("dirname").filter(|name| !name.is_empty()).map(ToOwned::to_owned),
            unreachable_by_tab: element.attr("tabindex").is_some_and(|n| n.trim().starts_with('-')),
            readonly: element.attr("readonly").is_some(),
            live: element.attr("data-crickets-control").and_then(|place| place.parse().ok()),
            label: self.label_of(element),
            ..Control::default()
        };
        control.size = element.attr("size").and_then(|n| n.trim().parse().ok()).unwrap_or(if control.multiple { 4 } else { 1 });
        control.invalid = lower(element, "aria-invalid") == "true"
            || element.attr("data-crickets-invalid").is_some()
            || control
                .class
                .split_whitespace()
                .any(|class| matches!(class, "is-invalid" | "wpcf7-not-valid" | "error" | "has-error" | "invalid" | "field-error"));
        control.value = match tag {
            "textarea" => element.text().collect::<String>().replace("\r\n", "\n").replace('\r', "\n"),
            "select" => String::new(),
            _ => sanitize::value(kind, element.attr("value").unwrap_or_default(), element),
        };
        if tag == "button" && control.label.is_empty() {
            control.label = inner_text(element, MAX_LABEL);
        }
        if matches!(kind, "submit" | "image") {
            control.overrides = read_overrides(element);
        }
        if tag == "select" {
            control.options = read_options(element);
        }
        self.surroundings(element, &mut control);
        let starred = |text: &str| text.contains('*') || text.to_ascii_lowercase().contains("(required)");
        control.required = element.attr("required").is_some()
            || lower(element, "aria-required") == "true"
            || control
                .class
                .split_whitespace()
                .any(|class| class == "required" || class.ends_with("as-required") || class.ends_with("field-required"))
            || !control.is_button()
                && kind != "hidden"
                && (starred(&control.label) || starred(&control.placeholder) || control.label.is_empty() && starred(&control.before));
        if let Some(form) = form.and_then(|form| self.page.forms.get_mut(form)) {
            form.controls.push(index);
        }
        if kind != "hidden" && kind != "radio" {
            self.before.clear();
        }
        self.open_box = matches!(kind, "checkbox" | "radio").then_some(index);
        self.page.controls.push(control);
    }

    /// What the ancestors say: disabled, concealed, legend, text before.
    fn surroundings(&self, element: ElementRef<'a>, control: &mut Control) {
        control.disabled = element.attr("disabled").is_some();
        let mut within = true;
        let mut passed: Vec<NodeId> = vec![element.id()];
        let mut concealed = if control.kind == "hidden" { None } else { self.rules.conceals(element) };
        control.aria_hidden = lower(element, "aria-hidden") == "true";
        for ancestor in element.ancestors().filter_map(ElementRef::wrap) {
            let tag = ancestor.value().name();
            if matches!(tag, "form" | "body") {
                within = false;
            }
            match tag {
                "datalist" => control.in_datalist = true,
                "fieldset" => {
                    let legend = ancestor.child_elements().find(|child| child.value().name() == "legend");
                    if ancestor.attr("disabled").is_some() && !legend.is_some_and(|legend| passed.contains(&legend.id())) {
                        control.disabled = true;
                    }
                    if control.legend.is_empty() {
                        control.legend = legend.map(|legend| inner_text(legend, MAX_LABEL)).unwrap_or_default();
                    }
                }
                _ => {}
            }
            if within {
                if !self.rules.rendered && (concealed.is_none() || concealed == Some(Concealed::NotShown)) {
                    concealed = self.rules.conceals(ancestor).or(concealed);
                }
                control.aria_hidden |= lower(ancestor, "aria-hidden") == "true";
                let class = lower(ancestor, "class");
                control.invalid |= class.split_whitespace().any(|c| matches!(c, "gfield_error" | "has-error"));
                if class.contains("honeypot") || class.contains("gform_validation_container") {
                    concealed = Some(Concealed::Trick);
                }
                if class.contains("wpcf7-acceptance") && !class.contains("optional") {
                    control.class.push_str(" required");
                }
            }
            passed.push(ancestor.id());
        }
        control.concealed = if control.kind == "hidden" { None } else { concealed };
        let start = self.before.char_indices().rev().nth(119).map_or(0, |(at, _)| at);
        self.before.get(start..).unwrap_or_default().trim().clone_into(&mut control.before);
    }
}
