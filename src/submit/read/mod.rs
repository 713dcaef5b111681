//! Walks a parsed document once and gathers what [`Page`] holds. Contents of `template` do not count; the text of scripts,
//! styles and concealed parts is not visible text.

mod controls;
mod steps;

use encoding_rs::Encoding;
use rustc_hash::FxHashMap;
use scraper::ElementRef;
use url::Url;

use self::steps::{Step, inner_text, is_complaint, is_control, is_mute, steps};
use super::dom::{Document, NodeId};
use super::elements::{attr, ends_block, kind_of, lower, read_form};
use super::hidden::HidingRules;
use super::orphans::{self, Orphan};
use super::outline::Outline;
use super::page::{Control, Form, Link, Page, append, collapse, join};

const MAX_TEXT: usize = 200_000;
const MAX_FORM_TEXT: usize = 20_000;
const MAX_LABEL: usize = 300;
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
                    if ends_block(tag) {
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
                    if ends_block(tag) {
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
}

/// The end of a text, at most so many letters of it.
fn tail(text: &str, letters: usize) -> String {
    let start = text.char_indices().rev().nth(letters.saturating_sub(1)).map_or(0, |(at, _)| at);
    text.get(start..).unwrap_or_default().trim().to_owned()
}
