//! The HTML part of a mail as readable text with its links. Takes foreign HTML of any quality; gives text whose blocks are
//! lines and whose quoted blocks carry the `> ` of plain mail. Scripts, styles and hidden preheaders are left out; nothing is fetched.

use mail_parser::decoders::html::html_to_text;
use scraper::Html;
use scraper::node::{Element, Node};

use super::parse::{Link, MAX_LINK, start_of};

/// More than this of a part is not read: no answer to an inquiry is that long.
pub(super) const MAX_HTML: usize = 512 << 10;
/// More links than this of a part are not read, nor more of the text of one.
const MAX_LINKS: (usize, usize) = (2000, 2000);

/// Elements that begin and end a line.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "html",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "tbody",
    "tfoot",
    "thead",
    "tr",
    "ul",
];

/// Blocks set apart by a blank line.
const PARAGRAPHS: &[&str] = &["blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "ol", "p", "pre", "table", "ul"];

/// Elements whose content is not for reading.
const UNREAD: &[&str] =
    &["head", "iframe", "math", "noscript", "object", "script", "select", "style", "svg", "template", "textarea", "title"];

/// Elements that need no end tag, or have none.
const CLOSES_ITSELF: &[&str] = &[
    "area", "base", "br", "col", "dd", "dt", "hr", "img", "input", "li", "link", "meta", "o", "option", "p", "source", "td", "th", "tr",
    "wbr",
];

/// Deeper trees are read as flat text, without links; tags of more attributes too.
const MAX_DEPTH: usize = 1000;
/// As many as a tag may have before comparing each with each takes long.
const MAX_ATTRIBUTES: usize = 1000;

/// Classes and ids by which mail programs mark the mail they answer.
const QUOTE_MARKS: &[&str] =
    &["gmail_quote", "yahoo_quoted", "moz-cite-prefix", "appendonsend", "divrplyfwdmsg", "mail-editor-reference-message-container"];

/// The text and the links of an HTML part, from one parse.
pub(super) fn read(html: &str) -> (String, Vec<Link>) {
    let html = start_of(html, MAX_HTML);
    if heavy(html) {
        return (html_to_text(html), Vec::new());
    }
    let document = Html::parse_document(html);
    let mut page = Page::default();
    let mut node = document.tree.root();
    loop {
        let entered = match node.value() {
            Node::Text(text) => {
                page.push(text);
                true
            }
            Node::Element(element) => {
                let attributes = Attributes::of(element);
                let read = !unread(element, &attributes);
                if read {
                    page.open(element.name(), &attributes, quotes(element));
                }
                read
            }
            _ => true,
        };
        if let Some(child) = node.first_child().filter(|_| entered) {
            node = child;
            continue;
        }
        let mut closes = entered;
        loop {
            if let (Node::Element(element), true) = (node.value(), closes) {
                page.close(element.name(), quotes(element));
            }
            if let Some(next) = node.next_sibling() {
                node = next;
                break;
            }
            let Some(parent) = node.parent() else {
                return page.finish();
            };
            node = parent;
            closes = true;
        }
    }
}

/// Whether the page was written to keep a parser busy.
pub(in crate::collect) fn heavy(html: &str) -> bool {
    deep(html) || crowded(html)
}

/// Whether elements are left open so often that building the tree, quadratic in its depth, would take minutes.
fn deep(html: &str) -> bool {
    let (mut depth, mut deepest) = (0usize, 0usize);
    for tag in html.split('<').skip(1) {
        let name = tag.trim_start_matches('/');
        let name = name.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        if name.is_empty() || CLOSES_ITSELF.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            continue;
        }
        if tag.starts_with('/') {
            depth = depth.saturating_sub(1);
        } else {
            depth += 1;
            deepest = deepest.max(depth);
        }
    }
    deepest > MAX_DEPTH
}

/// Whether a tag has so many attributes that reading it, quadratic in their number, would take long. Counts what may part two
/// of them outside of quotes, so it never finds too few.
fn crowded(html: &str) -> bool {
    let (mut in_tag, mut quote, mut parts, mut last) = (false, None, 0_usize, b' ');
    for byte in html.bytes() {
        match (in_tag, quote, byte) {
            (false, _, _) if last == b'<' && (byte.is_ascii_alphabetic() || byte == b'/') => (in_tag, parts) = (true, 0),
            (true, Some(mark), _) if byte == mark => (quote, parts) = (None, parts + 1),
            (true, None, b'"' | b'\'') if last == b'=' => quote = Some(byte),
            (true, None, b'>') => in_tag = false,
            (true, None, b'/') => parts += 1,
            (true, None, _) if byte.is_ascii_whitespace() => parts += 1,
            _ => {}
        }
        if parts > MAX_ATTRIBUTES {
            return true;
        }
        // Space between `=` and its value changes nothing.
        if !byte.is_ascii_whitespace() {
            last = byte;
        }
    }
    false
}

/// What of an element's attributes matters, from one look over them.
#[derive(Default)]
struct Attributes<'a> {
    href: Option<&'a str>,
    src: Option<&'a str>,
    alt: Option<&'a str>,
    /// It is not shown.
    hidden: bool,
}

impl<'a> Attributes<'a> {
    fn of(element: &'a Element) -> Self {
        let mut found = Self::default();
        for (name, value) in element.attrs() {
            match name {
                "href" => found.href = Some(value),
                "src" => found.src = Some(value),
                "alt" => found.alt = Some(value),
                "hidden" => found.hidden = true,
                "style" => found.hidden |= says(value, "display:none") || says(value, "mso-hide:all"),
                _ => {}
            }
        }
        found
    }
}

/// Whether a style says this, in whatever case and with whatever spaces.
fn says(style: &str, wanted: &str) -> bool {
    let letters =
        |from: usize| style.get(from..).unwrap_or_default().chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_lowercase());
    let first = |byte: u8| wanted.bytes().next().is_some_and(|first| first == byte.to_ascii_lowercase());
    let starts = style.bytes().enumerate().filter(|(_, byte)| first(*byte)).map(|(at, _)| at);
    starts.into_iter().any(|at| letters(at).take(wanted.len()).eq(wanted.chars()))
}

/// Whether a text holds some words in whatever case of ASCII.
fn holds_any_case(text: &str, words: &str) -> bool {
    text.as_bytes().windows(words.len()).any(|window| window.eq_ignore_ascii_case(words.as_bytes()))
}

fn unread(element: &Element, attributes: &Attributes<'_>) -> bool {
    attributes.hidden || UNREAD.contains(&element.name())
}

/// Whether it is, or a mail program marked it as, the mail that is answered.
fn quotes(element: &Element) -> bool {
    let marked = |value: &str| QUOTE_MARKS.iter().any(|mark| holds_any_case(value, mark));
    element.name() == "blockquote" || element.attrs().any(|(name, value)| matches!(name, "class" | "id") && marked(value))
}

/// What the walk has written so far.
#[derive(Default)]
struct Page {
    out: String,
    line: String,
    links: Vec<Link>,
    /// Inside an anchor: the last link of `links` is still open.
    in_link: bool,
    quote: usize,
    /// The depth of quoting of the last line.
    last_quote: usize,
    pre: usize,
    /// A blank line is owed before the next text.
    gap: bool,
}

impl Page {
    fn push(&mut self, text: &str) {
        if self.in_link
            && let Some(link) = self.links.last_mut()
            && link.text.len() < MAX_LINKS.1
        {
            link.text.push_str(start_of(text, MAX_LINKS.1));
        }
        if self.pre > 0 {
            for (index, part) in text.split('\n').enumerate() {
                if index > 0 {
                    self.flush();
                }
                self.line.push_str(part);
            }
            return;
        }
        for (index, word) in text.split(char::is_whitespace).enumerate() {
            if index > 0 && !self.line.is_empty() && !self.line.ends_with(' ') {
                self.line.push(' ');
            }
            self.line.push_str(word);
        }
    }

    fn flush(&mut self) {
        let line = std::mem::take(&mut self.line);
        let line = line.trim_end();
        if line.trim().is_empty() {
            return;
        }
        let prefix = "> ".repeat(self.quote.min(8));
        if self.gap && !self.out.is_empty() {
            self.out.push_str("> ".repeat(self.quote.min(self.last_quote).min(8)).trim_end());
            self.out.push('\n');
        }
        self.gap = false;
        self.last_quote = self.quote;
        self.out.push_str(&prefix);
        self.out.push_str(line);
        self.out.push('\n');
    }

    fn open(&mut self, name: &str, attributes: &Attributes<'_>, quotes: bool) {
        match name {
            "br" => {
                if self.line.trim().is_empty() {
                    self.gap = true;
                }
                self.flush();
            }
            "a" => {
                self.close_link();
                if let Some(href) = attributes.href.map(str::trim).filter(|href| self.takes(href)) {
                    self.links.push(Link { href: href.to_owned(), text: String::new(), image: None });
                    self.in_link = true;
                }
            }
            "img" => self.image(attributes),
            "td" | "th" if !self.line.is_empty() && !self.line.ends_with(' ') => self.line.push(' '),
            _ => {}
        }
        if BLOCKS.contains(&name) {
            self.flush();
            self.gap |= PARAGRAPHS.contains(&name);
        }
        match name {
            "li" => self.line.push_str("- "),
            "pre" => self.pre += 1,
            _ => {}
        }
        if quotes {
            self.flush();
            self.quote += 1;
        }
    }

    fn close(&mut self, name: &str, quotes: bool) {
        if name == "a" {
            self.close_link();
        }
        if BLOCKS.contains(&name) || quotes {
            self.flush();
            self.gap |= PARAGRAPHS.contains(&name);
        }
        if name == "pre" {
            self.pre = self.pre.saturating_sub(1);
        }
        if quotes {
            self.quote = self.quote.saturating_sub(1);
        }
    }

    fn image(&mut self, image: &Attributes<'_>) {
        let link = self.links.last_mut().filter(|_| self.in_link);
        if let (Some(link), Some(src)) = (link, image.src) {
            if src.len() <= MAX_LINK {
                link.image.get_or_insert_with(|| src.to_owned());
            }
            if link.text.trim().is_empty() {
                start_of(image.alt.unwrap_or_default(), MAX_LINKS.1).clone_into(&mut link.text);
            }
        }
    }

    /// Whether a target is one to note.
    fn takes(&self, href: &str) -> bool {
        !href.is_empty() && !href.starts_with('#') && href.len() <= MAX_LINK && self.links.len() < MAX_LINKS.0
    }

    fn close_link(&mut self) {
        if std::mem::take(&mut self.in_link)
            && let Some(link) = self.links.last_mut()
        {
            link.text = link.text.split_whitespace().collect::<Vec<_>>().join(" ");
        }
    }

    fn finish(mut self) -> (String, Vec<Link>) {
        self.flush();
        self.close_link();
        self.out.truncate(self.out.trim_end().len());
        (self.out, self.links)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_as_a_person_would() {
        for (html, text) in [
            ("<p>Hi Dana,</p><p>Yes, a <b>third</b>\n bay.</p>", "Hi Dana,\n\nYes, a third bay."),
            ("one<br>two<br><br>three", "one\ntwo\n\nthree"),
            ("<style>p{}</style><script>x()</script><title>t</title>seen", "seen"),
            ("<div style='DISPLAY : none'>preheader</div><div>Hello</div>", "Hello"),
            ("<ul><li>a<li>b</ul>", "- a\n- b"),
            ("<p>Sure.</p><blockquote>Is there<br>a bay?</blockquote>", "Sure.\n\n> Is there\n> a bay?"),
            ("<div>Yes</div><div class='gmail_quote'>On Monday Dana wrote:<p>old</p></div>", "Yes\n> On Monday Dana wrote:\n>\n> old"),
            ("<table><tr><td>Beds</td><td>3</td></tr><tr><td>Baths</td><td>2</td></tr></table>", "Beds 3\nBaths 2"),
            ("<pre>a  b\nc</pre>", "a  b\nc"),
            ("", ""),
        ] {
            assert_eq!(read(html).0, text, "{html}");
        }
    }

    #[test]
    fn finds_links_with_their_text_and_image() {
        let (_, links) = read(
            "<a href='#top'>up</a><a href=' https://a.example/ '>The <b>site</b></a><a href=https://v.example><img src=t.gif alt=Play></a>",
        );
        let flat: Vec<_> = links.iter().map(|link| (link.href.as_str(), link.text.as_str(), link.image.as_deref())).collect();
        assert_eq!(flat, [("https://a.example/", "The site", None), ("https://v.example", "Play", Some("t.gif"))]);
    }

    #[test]
    fn survives_depth_and_size() {
        let deep = "<div><blockquote>".repeat(20_000) + "bottom";
        assert!(read(&deep).0.ends_with("bottom"));
        assert!(read(&"é".repeat(MAX_HTML)).0.len() <= MAX_HTML);
        let attributes = |quote: &str| (0..20_000).map(|number| format!(" a{number}={quote}1{quote}")).collect::<String>();
        for quote in ["", "'", "\""] {
            assert_eq!(read(&format!("<p{}>x</p>y", attributes(quote))), ("x\ny".to_owned(), Vec::new()));
        }
        let line = format!("<p style=\"margin : 0 1px\">{}<a href=/x>x</a>", "words and words ".repeat(500));
        assert_eq!(read(&line).1.len(), 1, "words between tags are no attributes");
    }
}
