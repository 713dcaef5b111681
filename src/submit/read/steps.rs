//! The steps of a walk through a document, and which of its elements hold text that a person reads.

use std::borrow::Cow;

use ego_tree::iter::Edge;
use scraper::{ElementRef, Node};

use crate::submit::dom::Document;
use crate::submit::page::collapse;

/// Nodes that are looked through for the text of one element.
const MAX_NODES: usize = 2_000;

/// One step of the walk.
pub(super) enum Step<'a> {
    Enter(ElementRef<'a>),
    Leave(ElementRef<'a>),
    Text(&'a str),
    Comment(&'a str),
}

pub(super) fn steps(document: &Document) -> impl Iterator<Item = Step<'_>> {
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
pub(super) fn inner_text(element: ElementRef<'_>, cap: usize) -> String {
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

pub(super) fn is_mute(tag: &str) -> bool {
    matches!(tag, "script" | "style" | "title" | "select" | "textarea" | "datalist" | "template" | "noscript" | "iframe")
}

/// Whether classes are those of error messages.
pub(super) fn is_complaint(class: &str) -> bool {
    let class: Cow<'_, str> = if class.bytes().any(|b| b.is_ascii_uppercase()) { class.to_ascii_lowercase().into() } else { class.into() };
    ["error", "invalid-feedback", "alert-danger", "validation-message", "not-valid-tip"].iter().any(|mark| class.contains(mark))
}

pub(super) fn is_control(tag: &str) -> bool {
    matches!(tag, "input" | "select" | "textarea" | "button")
}
