//! Parses HTML as a browser without scripting does: the HTML5 tree, the charset of the document (BOM, HTTP, `<meta>`, then
//! windows-1252), and the form that the parser itself associates with each control, which the tree alone cannot tell
//! (`<table><form><tr><td><input>`).

use std::borrow::Cow;
use std::cell::{Cell, Ref, RefCell};

use encoding_rs::Encoding;
use html5ever::driver::{self, ParseOpts};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use html5ever::tree_builder::{ElementFlags, NodeOrText, QuirksMode, TreeBuilderOpts, TreeSink};
use html5ever::{Attribute, QualName};
use rustc_hash::FxHashMap;
use scraper::{Html, HtmlTreeSink};

/// A node of the tree.
pub(super) type NodeId = <HtmlTreeSink as TreeSink>::Handle;

/// A parsed document with the parser's form associations.
pub(super) struct Document {
    pub(super) html: Html,
    /// Control to form, as the parser's form pointer had it.
    pub(super) owner: FxHashMap<NodeId, NodeId>,
    /// Parsing stopped early: elements are nested or multiplied without bound.
    pub(super) cut: bool,
}

/// Deepest nesting that is read; browsers flatten what lies deeper than 512.
const MAX_DEPTH: usize = 1_000;
/// Elements read of one page.
const MAX_ELEMENTS: usize = 300_000;
/// Bytes given to the parser at a time; a bound may be overrun by one such piece.
const PIECE: usize = 8_192;

struct Sink {
    inner: HtmlTreeSink,
    owner: RefCell<FxHashMap<NodeId, NodeId>>,
    depth: RefCell<FxHashMap<NodeId, usize>>,
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
        // About as many nodes as a page of this length has; growing by doubling would cost more than the look-ups.
        depth: RefCell::new(FxHashMap::with_capacity_and_hasher((text.len() / 32).min(4_096), rustc_hash::FxBuildHasher)),
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

/// How far a `<meta>` with the charset is looked for.
const MAX_HEAD: usize = 65_536;
/// Chromium looks this far whatever it meets; beyond, the first element that does not belong into a head ends the search.
const LOOKED_AT_ANYWAY: usize = 1_024;

/// The charset of a document: BOM, `Content-Type`, `<meta>`, windows-1252. Browsers that guess by the content where nothing
/// is declared are not followed: what they guess depends on tables of their own.
pub(super) fn charset(body: &[u8], content_type: Option<&str>) -> &'static Encoding {
    if let Some((found, _)) = Encoding::for_bom(body) {
        return found;
    }
    content_type.and_then(charset_parameter).or_else(|| declared(body)).unwrap_or(encoding_rs::WINDOWS_1252)
}

/// The charset that a `<meta>` declares.
fn declared(body: &[u8]) -> Option<&'static Encoding> {
    let tokenizer = Tokenizer::new(Declaration::default(), TokenizerOpts::default());
    let input = BufferQueue::default();
    let feed = |bytes: &[u8]| {
        // Every charset that may be declared here writes its tags as ASCII does.
        input.push_back(StrTendril::from(encoding_rs::mem::decode_latin1(bytes).as_ref()));
        // A script that ends gives its runner a moment, and reading goes on.
        while !input.is_empty() {
            let _ = tokenizer.feed(&input);
        }
    };
    let (start, rest) = body.split_at(body.len().min(LOOKED_AT_ANYWAY));
    feed(start);
    tokenizer.sink.strict.set(true);
    for piece in rest.get(..MAX_HEAD).unwrap_or(rest).chunks(1_024) {
        if tokenizer.sink.found.get().is_some() || tokenizer.sink.left.get() {
            break;
        }
        feed(piece);
    }
    tokenizer.sink.found.get().map(|found| match found.name() {
        "UTF-16LE" | "UTF-16BE" => encoding_rs::UTF_8,
        "x-user-defined" => encoding_rs::WINDOWS_1252,
        _ => found,
    })
}

/// Listens for the first `<meta>` that declares a charset.
#[derive(Default)]
struct Declaration {
    found: Cell<Option<&'static Encoding>>,
    /// Something stood there that does not belong into a head.
    left: Cell<bool>,
    /// From here on nothing counts once the head was left.
    strict: Cell<bool>,
}

impl TokenSink for Declaration {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let Token::TagToken(tag) = token else { return TokenSinkResult::Continue };
        let (name, opens) = (&*tag.name, tag.kind == TagKind::StartTag);
        if name == "meta" && opens && self.found.get().is_none() && !(self.strict.get() && self.left.get()) {
            self.found.set(charset_of_meta(&tag));
        }
        let of_head = matches!(name, "script" | "noscript" | "style" | "link" | "meta" | "object" | "title" | "base")
            || opens && matches!(name, "html" | "head");
        self.left.set(self.left.get() || !of_head);
        match name {
            "script" if opens => TokenSinkResult::RawData(RawKind::ScriptData),
            "style" | "noscript" if opens => TokenSinkResult::RawData(RawKind::Rawtext),
            "title" | "textarea" if opens => TokenSinkResult::RawData(RawKind::Rcdata),
            _ => TokenSinkResult::Continue,
        }
    }
}

fn charset_of_meta(tag: &Tag) -> Option<&'static Encoding> {
    let attribute = |name: &str| tag.attrs.iter().find(|attribute| &*attribute.name.local == name).map(|found| found.value.trim());
    if let Some(label) = attribute("charset") {
        return Encoding::for_label(label.as_bytes());
    }
    let pragma = attribute("http-equiv").is_some_and(|value| value.eq_ignore_ascii_case("content-type"));
    attribute("content").filter(|_| pragma).and_then(charset_parameter)
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
    fn a_late_declaration_counts_only_while_the_head_lasts() {
        let script = format!("<script>\"<body>\"{}</script>", " ".repeat(1_500));
        for (before, expected) in [
            (script.clone(), "UTF-8"),
            (format!("{script}<iframe></iframe>"), "windows-1252"),
            (format!("{script}</head>"), "windows-1252"),
        ] {
            let page = format!("<html><head>{before}<meta charset=utf-8>");
            assert_eq!(charset(page.as_bytes(), None).name(), expected, "{before}");
        }
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
            (b"<meta charset=nonsense><meta charset=utf-8>", None, "UTF-8"),
            (b"<meta name=x content='charset=utf-8'>", None, "windows-1252"),
            (b"<script>'<meta charset=utf-8>'</script>", None, "windows-1252"),
            (b"<title><meta charset=utf-8></title>", None, "windows-1252"),
            (b"<body><p>late, and within what is looked at <meta charset=utf-8>", None, "UTF-8"),
        ] {
            assert_eq!(charset(body, header).name(), expected);
        }
    }
}
