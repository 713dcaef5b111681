//! Walks a parsed document once and gathers what [`Page`] holds. Contents of `template` do not count; the text of scripts,
//! styles and concealed parts is not visible text.

use std::borrow::Cow;

use ego_tree::iter::Edge;
use encoding_rs::Encoding;
use rustc_hash::FxHashMap;
use scraper::{ElementRef, Node};
use url::Url;

use super::dom::{Document, NodeId};
use super::elements::{attr, direction_of, kind_of, lower, read_form, read_options, read_overrides};
use super::hidden::{Concealed, HidingRules};
use super::orphans::{self, Orphan};
use super::outline::Outline;
use super::page::{Control, Form, Link, Page, append, collapse, join};
use super::sanitize;

const MAX_TEXT: usize = 200_000;
const MAX_FORM_TEXT: usize = 20_000;
const MAX_LABEL: usize = 300;
/// Controls of a page that are read; with more it is no page that a person fills.
const MAX_CONTROLS: usize = 10_000;
/// Nodes that are looked through for the text of one element.
const MAX_NODES: usize = 2_000;
/// Pieces of text that are kept for the control that follows.
const MAX_PIECES: usize = 64;
/// Longest text of a row that may be the name of its field.
const MAX_ROW: usize = 120;

pub(super) struct Reader<'a> {
    document: &'a Document,
    ids: FxHashMap<&'a str, ElementRef<'a>>,
    label_for: FxHashMap<&'a str, String>,
    forms: FxHashMap<NodeId, usize>,
    rules: HidingRules,
    page: Page,
    /// Text since the last control; `None` ends a block.
    before: Vec<Option<&'a str>>,
    /// The comment since the last control.
    comment: String,
    /// The control that text still stands after.
    open: Option<usize>,
    /// The nodes of the controls.
    nodes: Vec<NodeId>,
    /// The nodes that conceal controls, and which.
    concealing: FxHashMap<NodeId, Vec<usize>>,
    /// How many controls an element holds that a person would see as such.
    holds: FxHashMap<NodeId, usize>,
    /// The words of the text that is being read.
    words: String,
}

/// One step of the walk.
enum Step<'a> {
    Enter(ElementRef<'a>),
    Leave(ElementRef<'a>),
    Text(&'a str),
    Comment(&'a str),
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
                Node::Comment(text) if inside_template == 0 => Some(Step::Comment(text)),
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
    // What is longer is no label; the nodes are counted, because a page may nest any number of them without a letter.
    for edge in element.traverse().take(MAX_NODES.max(cap)) {
        match edge {
            Edge::Open(node) => match node.value() {
                Node::Text(text) if muted == 0 => {
                    raw.push_str(text);
                    raw.push(' ');
                    if raw.len() > cap * 4 {
                        break;
                    }
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

/// Whether classes are those of error messages.
fn is_complaint(class: &str) -> bool {
    let class: Cow<'_, str> = if class.bytes().any(|b| b.is_ascii_uppercase()) { class.to_ascii_lowercase().into() } else { class.into() };
    ["error", "invalid-feedback", "alert-danger", "validation-message", "not-valid-tip"].iter().any(|mark| class.contains(mark))
}

fn is_block(tag: &str) -> bool {
    matches!(
        tag,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "br"
            | "dd"
            | "div"
            | "dl"
            | "dt"
            | "fieldset"
            | "footer"
            | "form"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "hr"
            | "legend"
            | "li"
            | "main"
            | "nav"
            | "ol"
            | "p"
            | "pre"
            | "section"
            | "table"
            | "td"
            | "th"
            | "tr"
            | "ul"
    )
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
            lines: String::new(),
            alerts: Vec::new(),
            notices: Vec::new(),
            marks: String::new(),
            sources: String::new(),
            scripts: String::new(),
            outline: Outline::default(),
            refresh: None,
            cut: document.cut,
        };
        let mut reader = Self {
            document,
            ids: FxHashMap::default(),
            label_for: FxHashMap::default(),
            forms: FxHashMap::default(),
            rules: HidingRules::default(),
            page,
            before: Vec::new(),
            comment: String::new(),
            open: None,
            nodes: Vec::new(),
            concealing: FxHashMap::default(),
            holds: FxHashMap::default(),
            words: String::new(),
        };
        reader.survey();
        reader
    }

    /// First pass: what later elements may refer to.
    fn survey(&mut self) {
        let mut css = String::new();
        let mut scripts = String::new();
        let mut base_seen = false;
        for step in steps(self.document) {
            let Step::Enter(element) = step else { continue };
            if let Some(id) = attr(element, "id") {
                self.ids.entry(id).or_insert(element);
            }
            match element.value().name() {
                "style" => css.extend(element.text()),
                "script" if scripts.len() < MAX_TEXT => scripts.extend(element.text()),
                tag if is_control(tag) && kind_of(element, tag) != "hidden" => {
                    for ancestor in element.ancestors() {
                        *self.holds.entry(ancestor.id()).or_default() += 1;
                    }
                }
                "base" if !base_seen => {
                    if let Some(href) = attr(element, "href") {
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
                    if let Some(target) = attr(element, "for") {
                        self.label_for.entry(target).or_insert_with(|| inner_text(element, MAX_LABEL));
                    }
                }
                _ => {}
            }
        }
        let rendered = self.document.html.root_element().attr("data-crickets-rendered").is_some();
        self.rules = if rendered { HidingRules::rendered() } else { HidingRules::from_css(&css) };
        self.rules.add_scripts(&scripts);
        self.page.scripts = scripts;
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
                    if let Some(index) = self.forms.get(&element.id()).copied() {
                        form = Some(index);
                        let (_, heading) = self.text_before();
                        if let Some(form) = self.page.forms.get_mut(index) {
                            (form.heading, form.concealed) = (heading, !unseen.is_empty());
                        }
                        self.before.clear();
                    }
                    if tag == "label" || is_block(tag) {
                        self.close_block();
                    }
                    if is_control(tag) {
                        self.add_control(element, tag);
                    }
                    self.note(element, tag, !unseen.is_empty());
                    let Page { outline, base, .. } = &mut self.page;
                    outline.enter(element, tag, !unseen.is_empty(), base);
                }
                Step::Leave(element) => {
                    let tag = element.value().name();
                    self.page.outline.leave(tag);
                    if is_mute(tag) || tag == "option" {
                        muted = muted.saturating_sub(1);
                    }
                    if unseen.last() == Some(&element.id()) {
                        unseen.pop();
                    }
                    if self.forms.contains_key(&element.id()) {
                        form = None;
                    }
                    if tag == "label" || is_block(tag) {
                        self.close_block();
                    }
                }
                Step::Text(text) if muted == 0 => {
                    if text.trim_ascii_start().is_empty() {
                        continue;
                    }
                    if unseen.is_empty() {
                        self.say(text, form);
                    }
                    // A step or dialog that is not shown yet has its labels all the same.
                    self.hear(text);
                }
                Step::Text(_) => {}
                Step::Comment(text) => self.comment = tail(text, MAX_ROW).to_lowercase(),
            }
        }
        self.conclude();
        self.page
    }

    /// Adds text that is seen to everything that gathers it; its words are told apart once.
    fn say(&mut self, text: &str, form: Option<usize>) {
        self.words.clear();
        append(&mut self.words, text, MAX_TEXT);
        if self.words.is_empty() {
            return;
        }
        join(&mut self.page.text, &self.words, MAX_TEXT);
        if self.page.lines.len() < MAX_TEXT {
            self.page.lines.push_str(&self.words);
            self.page.lines.push(' ');
        }
        self.page.outline.say(&self.words);
        if let Some(form) = form.and_then(|index| self.page.forms.get_mut(index)) {
            join(&mut form.text, &self.words, MAX_FORM_TEXT);
        }
    }

    /// Keeps text for the control that follows, and for the one just passed.
    fn hear(&mut self, text: &'a str) {
        if let Some(control) = self.open.and_then(|index| self.page.controls.get_mut(index))
            && control.after.len() < MAX_LABEL
        {
            if !control.after.is_empty() {
                control.after.push(' ');
            }
            control.after.push_str(&collapse(text, MAX_LABEL));
        }
        if self.before.len() > MAX_PIECES * 2 {
            // Only the end of it may be about the control that follows.
            self.before.drain(..MAX_PIECES);
        }
        self.before.push(Some(text));
    }

    fn close_block(&mut self) {
        self.open = None;
        if !self.page.lines.is_empty() && !self.page.lines.ends_with('\n') {
            self.page.lines.push('\n');
        }
        if self.before.last().is_some_and(Option::is_some) {
            self.before.push(None);
        }
    }

    /// The last block of text before a control that has any letters, and all text since the last control.
    fn text_before(&self) -> (String, String) {
        let mut blocks: Vec<String> = self
            .before
            .split(Option::is_none)
            .rev()
            .take(MAX_PIECES / 4)
            .map(|block| collapse(&block.iter().flatten().copied().collect::<Vec<_>>().join(" "), usize::MAX))
            .filter(|block| !block.is_empty())
            .collect();
        let last = blocks.iter().find(|block| block.contains(char::is_alphanumeric)).map(|block| tail(block, MAX_ROW)).unwrap_or_default();
        blocks.reverse();
        (last, tail(&blocks.join(" "), MAX_LABEL))
    }

    /// What only the whole document tells: which fields are concealed together, and the groups without a form.
    fn conclude(&mut self) {
        for together in self.concealing.values() {
            for index in together {
                if let Some(control) = self.page.controls.get_mut(*index) {
                    control.concealed_together = together.len();
                }
            }
        }
        let alone = |control: &&Control| control.form.is_none() && control.kind != "reset";
        let orphans: Vec<Orphan> = self.page.controls.iter().filter(alone).filter_map(|control| self.orphan(control)).collect();
        let roof = orphans.first().map_or(0, |orphan| orphan.way.iter().position(|node| self.is_body(*node)).map_or(0, |at| at + 1));
        for group in orphans::group(&orphans, roof) {
            self.adopt(&group);
        }
    }

    fn is_body(&self, node: NodeId) -> bool {
        self.document.html.tree.get(node).and_then(ElementRef::wrap).is_some_and(|element| element.value().name() == "body")
    }

    fn orphan(&self, control: &Control) -> Option<Orphan> {
        let node = self.document.html.tree.get(*self.nodes.get(control.index)?)?;
        let mut way: Vec<NodeId> = node.ancestors().map(|ancestor| ancestor.id()).collect();
        way.reverse();
        Some(Orphan {
            control: control.index,
            way,
            asks: control.is_typed() || control.kind == "select",
            presses: matches!(control.kind, "submit" | "button" | "image"),
        })
    }

    /// Makes a group of controls a form.
    fn adopt(&mut self, group: &orphans::Group) {
        let index = self.page.forms.len();
        let Some(holder) = self.document.html.tree.get(group.holder).and_then(ElementRef::wrap) else { return };
        let mut form = Form { action: None, ..read_form(holder, index) };
        (form.orphan, form.method, form.enctype) = (true, "get", "application/x-www-form-urlencoded");
        form.text = inner_text(holder, MAX_FORM_TEXT);
        for index in &group.controls {
            if let Some(control) = self.page.controls.get_mut(*index) {
                control.form = Some(form.index);
                form.controls.push(*index);
            }
        }
        self.page.forms.push(form);
    }

    fn note(&mut self, element: ElementRef<'a>, tag: &str, unseen: bool) {
        let (mut complains, mut announces) = (false, false);
        for (name, value) in element.value().attrs() {
            let marks = matches!(name, "class" | "id" | "data-portal-id") || name.starts_with("data-site") || name.starts_with("data-form");
            if marks && self.page.marks.len() < MAX_TEXT {
                let start = self.page.marks.len();
                self.page.marks.push_str(value);
                if let Some(added) = self.page.marks.get_mut(start..) {
                    added.make_ascii_lowercase();
                }
                self.page.marks.push('\n');
            }
            complains |= name == "class" && is_complaint(value);
            announces |= name == "role" && value.trim().eq_ignore_ascii_case("alert");
        }
        if (complains || announces) && !unseen && !is_control(tag) && !matches!(tag, "html" | "body" | "form") {
            let list = if complains { &mut self.page.alerts } else { &mut self.page.notices };
            let text = if list.len() < 40 { inner_text(element, MAX_LABEL) } else { String::new() };
            if !text.is_empty() {
                list.push(text);
            }
        }
        match tag {
            "a" => {
                if let Some(url) = attr(element, "href").and_then(|href| self.page.base.join(href).ok()) {
                    let mut text = inner_text(element, 120);
                    if text.is_empty() {
                        attr(element, "title").or(attr(element, "aria-label")).unwrap_or_default().clone_into(&mut text);
                    }
                    self.page.links.push(Link { url, text });
                }
            }
            "script" | "iframe" | "img" => {
                if let Some(source) = attr(element, "src").or(attr(element, "data-src"))
                    && self.page.sources.len() < MAX_TEXT
                    && !source.starts_with("data:")
                {
                    self.page.sources.push_str(tag);
                    self.page.sources.push(' ');
                    self.page.sources.push_str(&source.to_ascii_lowercase());
                    self.page.sources.push('\n');
                }
            }
            "title" if self.page.title.is_empty() => self.page.title = collapse(&element.text().collect::<String>(), MAX_LABEL),
            "meta" if lower(element, "http-equiv") == "refresh" => {
                let content = attr(element, "content").unwrap_or_default();
                let target = content.split_once(['=']).map(|(_, target)| target.trim().trim_matches(['"', '\'']));
                self.page.refresh = target.and_then(|target| self.page.base.join(target).ok());
            }
            _ => {}
        }
    }

    fn owner(&self, element: ElementRef<'a>) -> Option<usize> {
        let told = attr(element, "data-crickets-form").and_then(|place| place.parse().ok());
        if let Some(place) = told.filter(|place| *place < self.page.forms.len()) {
            return Some(place);
        }
        if let Some(id) = attr(element, "form") {
            return self.ids.get(id).and_then(|form| self.forms.get(&form.id())).copied();
        }
        let recorded = self.document.owner.get(&element.id()).and_then(|form| self.forms.get(form));
        recorded.copied().or_else(|| element.ancestors().find_map(|node| self.forms.get(&node.id()).copied()))
    }

    fn label_of(&self, element: ElementRef<'a>) -> String {
        if let Some(ids) = attr(element, "aria-labelledby") {
            let text: Vec<String> = ids.split_whitespace().filter_map(|id| self.ids.get(id)).map(|e| inner_text(*e, MAX_LABEL)).collect();
            let text = text.join(" ");
            if !text.trim().is_empty() {
                return text;
            }
        }
        if let Some(text) = attr(element, "id").and_then(|id| self.label_for.get(id))
            && !text.is_empty()
        {
            return text.clone();
        }
        let wrapping = element.ancestors().filter_map(ElementRef::wrap).find(|e| e.value().name() == "label");
        let text = wrapping.map(|label| inner_text(label, MAX_LABEL)).unwrap_or_default();
        if !text.is_empty() {
            return text;
        }
        attr(element, "aria-label").or(attr(element, "title")).map(|text| collapse(text, MAX_LABEL)).unwrap_or_default()
    }

    fn add_control(&mut self, element: ElementRef<'a>, tag: &str) {
        let index = self.page.controls.len();
        if index >= MAX_CONTROLS {
            self.page.cut = true;
            return;
        }
        let form = self.owner(element);
        let kind = kind_of(element, tag);
        let mut control = Control {
            index,
            form,
            kind,
            name: attr(element, "name").filter(|name| !name.is_empty()).map(ToOwned::to_owned),
            id: attr(element, "id").unwrap_or_default().to_owned(),
            class: lower(element, "class"),
            has_value: attr(element, "value").is_some(),
            checked: matches!(kind, "checkbox" | "radio") && attr(element, "checked").is_some(),
            multiple: attr(element, "multiple").is_some(),
            autocomplete: lower(element, "autocomplete").split_whitespace().last().unwrap_or_default().to_owned(),
            placeholder: collapse(attr(element, "placeholder").unwrap_or_default(), MAX_LABEL),
            pattern: attr(element, "pattern").unwrap_or_default().to_owned(),
            maxlength: attr(element, "maxlength").and_then(|n| n.trim().parse().ok()),
            dirname: attr(element, "dirname").filter(|name| !name.is_empty()).map(ToOwned::to_owned),
            direction: if attr(element, "dirname").is_some() { direction_of(element, kind) } else { "ltr" },
            unreachable_by_tab: attr(element, "tabindex").is_some_and(|n| n.trim().starts_with('-')),
            readonly: attr(element, "readonly").is_some(),
            live: attr(element, "data-crickets-control").and_then(|place| place.parse().ok()),
            label: self.label_of(element),
            ..Control::default()
        };
        control.size = attr(element, "size").and_then(|n| n.trim().parse().ok()).unwrap_or(if control.multiple { 4 } else { 1 });
        control.invalid = lower(element, "aria-invalid") == "true"
            || attr(element, "data-crickets-invalid").is_some()
            || control
                .class
                .split_whitespace()
                .any(|class| matches!(class, "is-invalid" | "wpcf7-not-valid" | "error" | "has-error" | "invalid" | "field-error"));
        control.value = match tag {
            "textarea" => element.text().collect::<String>().replace("\r\n", "\n").replace('\r', "\n"),
            "select" => String::new(),
            _ => sanitize::value(kind, attr(element, "value").unwrap_or_default(), element),
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
        control.required = attr(element, "required").is_some()
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
        control.comment = std::mem::take(&mut self.comment);
        if kind != "hidden" {
            self.open = Some(index);
        }
        self.nodes.push(element.id());
        self.page.controls.push(control);
    }

    /// The text of the smallest element around a control that has any, as long as it holds no other.
    fn row_of(&self, element: ElementRef<'a>) -> (String, String) {
        let mut wrappers = String::new();
        let mut row = String::new();
        for ancestor in element.ancestors().filter_map(ElementRef::wrap).take(6) {
            let tag = ancestor.value().name();
            if matches!(tag, "form" | "body" | "html") || self.holds.get(&ancestor.id()).is_some_and(|held| *held > 1) {
                break;
            }
            for name in ["class", "id"] {
                wrappers.push_str(&lower(ancestor, name));
                wrappers.push(' ');
            }
            if row.is_empty() {
                row = inner_text(ancestor, MAX_ROW * 2);
            }
        }
        (if row.len() > MAX_ROW { String::new() } else { row }, wrappers)
    }

    /// What the ancestors say: disabled, concealed, legend, text before.
    fn surroundings(&mut self, element: ElementRef<'a>, control: &mut Control) {
        control.disabled = attr(element, "disabled").is_some();
        let mut within = true;
        let mut passed: Vec<NodeId> = vec![element.id()];
        let mut concealed = self.rules.conceals(element).map(|how| (how, element.id()));
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
                    if attr(ancestor, "disabled").is_some() && !legend.is_some_and(|legend| passed.contains(&legend.id())) {
                        control.disabled = true;
                    }
                    if control.legend.is_empty() {
                        control.legend = legend.map(|legend| inner_text(legend, MAX_LABEL)).unwrap_or_default();
                    }
                }
                _ if control.legend.is_empty() && matches!(attr(ancestor, "role"), Some("group" | "radiogroup")) => {
                    control.legend = self.label_of(ancestor);
                }
                _ => {}
            }
            if within {
                let class = lower(ancestor, "class");
                if concealed.is_none_or(|(how, _)| how == Concealed::NotShown) {
                    let here = if class.contains("honeypot") {
                        Some(Concealed::Trick)
                    } else if self.rules.rendered {
                        None
                    } else {
                        self.rules.conceals(ancestor)
                    };
                    concealed = here.map(|how| (how, ancestor.id())).or(concealed);
                }
                // A dialog is hidden from readers while it is closed; a trap is hidden alone.
                let few = self.holds.get(&ancestor.id()).is_some_and(|held| *held <= 2);
                control.aria_hidden |= few && lower(ancestor, "aria-hidden") == "true";
                control.invalid |= class.split_whitespace().any(|c| matches!(c, "gfield_error" | "has-error"));
                if class.contains("wpcf7-acceptance") && !class.contains("optional") {
                    control.class.push_str(" required");
                }
            }
            passed.push(ancestor.id());
        }
        if let Some((how, node)) = concealed.filter(|_| control.kind != "hidden") {
            control.concealed = Some(how);
            if control.is_typed() || control.kind == "select" {
                self.concealing.entry(node).or_default().push(control.index);
            }
        }
        (control.before, control.context) = self.text_before();
        (control.row, control.wrappers) =
            if control.kind == "hidden" || control.is_button() { Default::default() } else { self.row_of(element) };
    }
}

/// The end of a text, at most so many letters of it.
fn tail(text: &str, letters: usize) -> String {
    let start = text.char_indices().rev().nth(letters.saturating_sub(1)).map_or(0, |(at, _)| at);
    text.get(start..).unwrap_or_default().trim().to_owned()
}
