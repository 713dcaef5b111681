//! Parses HTML as a browser without scripting does: the HTML5 tree, the charset of the document (BOM, HTTP, `<meta>`, then
//! windows-1252), and the form that the parser itself associates with each control, which the tree alone cannot tell
//! (`<table><form><tr><td><input>`).

use std::borrow::Cow;
use std::cell::{Cell, Ref, RefCell};
use std::collections::HashMap;

use encoding_rs::Encoding;
use html5ever::driver::{self, ParseOpts};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::tree_builder::{ElementFlags, NodeOrText, QuirksMode, TreeBuilderOpts, TreeSink};
use html5ever::{Attribute, QualName};
use scraper::{Html, HtmlTreeSink};

/// A node of the tree.
pub(super) type NodeId = <HtmlTreeSink as TreeSink>::Handle;

/// A parsed document with the parser's form associations.
pub(super) struct Document {
    pub(super) html: Html,
    /// Control to form, as the parser's form pointer had it.
    pub(super) owner: HashMap<NodeId, NodeId>,
    /// Parsing stopped early: elements are nested or multiplied without bound.
    pub(super) cut: bool,
}

/// Deepest nesting that is read; browsers flatten what lies deeper than 512.
const MAX_DEPTH: usize = 1_000;
/// Elements read of one page.
const MAX_ELEMENTS: usize = 300_000;
/// Bytes given to the parser at a time; a bound may be overrun by one such piece.
const PIECE: usize = 1_024;

struct Sink {
    inner: HtmlTreeSink,
    owner: RefCell<HashMap<NodeId, NodeId>>,
    depth: RefCell<HashMap<NodeId, usize>>,
    elements: Cell<usize>,
    cut: Cell<bool>,
}

impl Sink {
    /// The parser looks through all open elements at every tag, so that depth without bound would take time without bound.
    fn weigh(&self, parent: NodeId, child: &NodeOrText<NodeId>) {
        let NodeOrText::AppendNode(child) = child else { return };
        let mut known = self.depth.borrow_mut();
        let depth = known.get(&parent).copied().unwrap_or(0) + 1;
        known.insert(*child, depth);
        if depth > MAX_DEPTH || self.elements.get() > MAX_ELEMENTS {
            self.cut.set(true);
        }
    }
}

impl TreeSink for Sink {
    type Output = Document;
    type Handle = NodeId;
    type ElemName<'a> = Ref<'a, QualName>;

    fn finish(self) -> Document {
        Document { html: self.inner.finish(), owner: self.owner.into_inner(), cut: self.cut.get() }
    }

    fn associate_with_form(&self, target: &NodeId, form: &NodeId, _nodes: (&NodeId, Option<&NodeId>)) {
        self.owner.borrow_mut().insert(*target, *form);
    }

    fn parse_error(&self, _message: Cow<'static, str>) {}
    fn set_quirks_mode(&self, mode: QuirksMode) {
        self.inner.set_quirks_mode(mode);
    }
    fn get_document(&self) -> NodeId {
        self.inner.get_document()
    }
    fn same_node(&self, x: &NodeId, y: &NodeId) -> bool {
        x == y
    }
    fn elem_name<'a>(&'a self, target: &'a NodeId) -> Ref<'a, QualName> {
        self.inner.elem_name(target)
    }
    fn create_element(&self, name: QualName, attrs: Vec<Attribute>, flags: ElementFlags) -> NodeId {
        self.elements.set(self.elements.get() + 1);
        self.inner.create_element(name, attrs, flags)
    }
    fn create_comment(&self, text: StrTendril) -> NodeId {
        self.inner.create_comment(text)
    }
    fn append_doctype_to_document(&self, name: StrTendril, public_id: StrTendril, system_id: StrTendril) {
        self.inner.append_doctype_to_document(name, public_id, system_id);
    }
    fn append(&self, parent: &NodeId, child: NodeOrText<NodeId>) {
        self.weigh(*parent, &child);
        self.inner.append(parent, child);
    }
    fn append_before_sibling(&self, sibling: &NodeId, new_node: NodeOrText<NodeId>) {
        self.weigh(*sibling, &new_node);
        self.inner.append_before_sibling(sibling, new_node);
    }
    fn append_based_on_parent_node(&self, element: &NodeId, prev: &NodeId, child: NodeOrText<NodeId>) {
        self.weigh(*element, &child);
        self.inner.append_based_on_parent_node(element, prev, child);
    }
    fn remove_from_parent(&self, target: &NodeId) {
        self.inner.remove_from_parent(target);
    }
    fn reparent_children(&self, node: &NodeId, new_parent: &NodeId) {
        self.inner.reparent_children(node, new_parent);
    }
    fn add_attrs_if_missing(&self, target: &NodeId, attrs: Vec<Attribute>) {
        self.inner.add_attrs_if_missing(target, attrs);
    }
    fn get_template_contents(&self, target: &NodeId) -> NodeId {
        self.inner.get_template_contents(target)
    }
    fn mark_script_already_started(&self, node: &NodeId) {
        self.inner.mark_script_already_started(node);
    }
    fn create_pi(&self, target: StrTendril, data: StrTendril) -> NodeId {
        self.inner.create_pi(target, data)
    }
}

/// The HTML5 tree, built as with scripting off.
pub(super) fn parse(text: &str) -> Document {
    let options =
        ParseOpts { tree_builder: TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() }, ..ParseOpts::default() };
    let sink = Sink {
        inner: HtmlTreeSink::new(Html::new_document()),
        owner: RefCell::default(),
        depth: RefCell::default(),
        elements: Cell::new(0),
        cut: Cell::new(false),
    };
    let mut parser = driver::parse_document(sink, options);
    let mut rest = text;
    while !rest.is_empty() && !parser.tokenizer.sink.sink.cut.get() {
        let (piece, tail) = rest.split_at(rest.floor_char_boundary(PIECE));
        parser.process(StrTendril::from(piece));
        rest = tail;
    }
    parser.finish()
}

/// How far a `<meta>` with the charset is looked for: browsers read on past the standard's 1,024 bytes to the end of the head.
const MAX_HEAD: usize = 65_536;

/// The charset of a document: BOM, `Content-Type`, `<meta>` in the head, windows-1252.
pub(super) fn charset(body: &[u8], content_type: Option<&str>) -> &'static Encoding {
    if let Some((found, _)) = Encoding::for_bom(body) {
        return found;
    }
    if let Some(found) = content_type.and_then(charset_parameter) {
        return found;
    }
    let head = String::from_utf8_lossy(body.get(..MAX_HEAD).unwrap_or(body)).to_ascii_lowercase();
    let head = uncommented(&head);
    let head = head.split_once("<body").filter(|(head, _)| head.len() > 1024).map_or(head.as_str(), |(head, _)| head);
    for tag in head.split("<meta").skip(1) {
        let tag = tag.split('>').next().unwrap_or(tag);
        if let Some(found) = charset_parameter(tag) {
            return match found.name() {
                "UTF-16LE" | "UTF-16BE" => encoding_rs::UTF_8,
                "x-user-defined" => encoding_rs::WINDOWS_1252,
                _ => found,
            };
        }
    }
    encoding_rs::WINDOWS_1252
}

/// The text without HTML comments, in which a `<meta>` does not count.
fn uncommented(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<!--") {
        out.push_str(before);
        rest = after.split_once("-->").map_or("", |(_, tail)| tail);
    }
    out.push_str(rest);
    out
}

/// `charset=x` in a header or a `<meta>` tag.
fn charset_parameter(text: &str) -> Option<&'static Encoding> {
    let lower = text.to_ascii_lowercase();
    let mut rest = lower.as_str();
    while let Some((_, after)) = rest.split_once("charset") {
        rest = after;
        let Some(value) = after.trim_start().strip_prefix('=') else { continue };
        let value = value.trim_start().trim_start_matches(['"', '\'']);
        let end = value.find(['"', '\'', ';', ' ', '\t', '\n', '\r', '/', '>']).unwrap_or(value.len());
        if let Some(found) = value.get(..end).and_then(|label| Encoding::for_label(label.as_bytes())) {
            return Some(found);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_without_bound_is_cut_and_not_waited_for() {
        let many = "<p>x</p>".repeat(50_000);
        for (text, cut) in [
            ("<div>".repeat(200_000), true),
            ("<b><i>".repeat(100_000), true),
            ("<b id=1><b id=2>".repeat(600) + many.as_str(), true),
            (many, false),
        ] {
            assert_eq!(parse(&text).cut, cut, "{}", &text[..40]);
        }
        assert!(!parse(&"<ul><li>Größe ".repeat(300)).cut, "a piece may end inside a letter");
    }

    #[test]
    fn the_charset_is_found_as_a_browser_finds_it() {
        for (body, header, expected) in [
            (&b"<p>x"[..], None, "windows-1252"),
            (b"\xEF\xBB\xBF<p>", Some("text/html; charset=iso-8859-2"), "UTF-8"),
            (b"<meta charset=utf-8>", Some("text/html; charset=\"ISO-8859-15\""), "ISO-8859-15"),
            (b"<meta http-equiv=content-type content='text/html; charset=gb2312'>", Some("text/html"), "GBK"),
            (b"<!-- <meta charset=utf-8> --><meta charset=shift_jis>", None, "Shift_JIS"),
            (b"<meta charset=utf-16>", None, "UTF-8"),
            (b"<meta charset=nonsense>", None, "windows-1252"),
        ] {
            assert_eq!(charset(body, header).name(), expected);
        }
    }
}
