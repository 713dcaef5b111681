//! A loaded page as plain data: its forms and controls with everything a person would see around them (label, text before,
//! legend, whether it is concealed), its links and its visible text. Takes bytes and the address they came from; gives
//! owned values that may cross threads. Nothing is refused: what is not HTML is a page without forms.

use encoding_rs::Encoding;
use url::Url;

use super::dom;
use super::hidden::Concealed;
use super::outline::Outline;
use super::read::Reader;

/// An option of a `select`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is shown.
    pub text: String,
    /// Whether it is chosen when the page opens.
    pub selected: bool,
    /// Whether it, or its group, is disabled.
    pub disabled: bool,
}

/// An `input`, `select`, `textarea` or `button`.
#[expect(clippy::struct_excessive_bools, reason = "each is an attribute of the element, and they are independent")]
#[derive(Clone, Debug, Default)]
pub struct Control {
    /// Position among all controls of the document.
    pub index: usize,
    /// Index of the form that owns it.
    pub form: Option<usize>,
    /// `text`, `email`, `textarea`, `select`, `submit`, … as a browser understands the type.
    pub kind: &'static str,
    /// The `name`, if any; an empty one is none.
    pub name: Option<String>,
    /// The `id`.
    pub id: String,
    /// The classes.
    pub class: String,
    /// The value when the page opens, sanitised as the type asks.
    pub value: String,
    /// Whether the `value` attribute is there.
    pub has_value: bool,
    /// Ticked when the page opens.
    pub checked: bool,
    /// Disabled, itself or by a `fieldset`.
    pub disabled: bool,
    /// Inside a `datalist`.
    pub in_datalist: bool,
    /// Must be filled: `required`, `aria-required`, or a star on the label.
    pub required: bool,
    /// A `select` that takes several.
    pub multiple: bool,
    /// Displayed rows of a `select`.
    pub size: usize,
    /// The options of a `select`.
    pub options: Vec<Choice>,
    /// Last token of `autocomplete`.
    pub autocomplete: String,
    /// The placeholder.
    pub placeholder: String,
    /// The `pattern`.
    pub pattern: String,
    /// The `maxlength`.
    pub maxlength: Option<usize>,
    /// The `dirname`.
    pub dirname: Option<String>,
    /// Which way its text runs, where `dirname` asks for it: `ltr`, `rtl`, or `auto` by its first letter.
    pub direction: &'static str,
    /// `tabindex` below zero.
    pub unreachable_by_tab: bool,
    /// `aria-hidden` on it or on an ancestor inside the form.
    pub aria_hidden: bool,
    /// `aria-invalid`, or an error class on it.
    pub invalid: bool,
    /// `readonly`.
    pub readonly: bool,
    /// Text of its label, or its ARIA name.
    pub label: String,
    /// Legend of the nearest `fieldset`.
    pub legend: String,
    /// The block of text that stands right before it, after the previous control.
    pub before: String,
    /// All text between the previous control and it.
    pub context: String,
    /// Text that stands after it in the same block.
    pub after: String,
    /// Text of the smallest part of the page that holds it and no other control.
    pub row: String,
    /// How it is concealed inside its form, if it is.
    pub concealed: Option<Concealed>,
    /// On a page that a browser rendered: its place among the live controls.
    pub live: Option<usize>,
    /// How many fields are concealed together with it, by the same element; 1 when it is the only one.
    pub concealed_together: usize,
    /// A comment in the source right before it, in lower case.
    pub comment: String,
    /// Classes and ids of the elements that hold it and no other control.
    pub wrappers: String,
    /// A button's own `formaction`, `formmethod`, `formenctype`.
    pub overrides: Option<Box<Overrides>>,
}

/// What a pressed button changes about its form.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// `formaction`.
    pub action: Option<String>,
    /// `formmethod`.
    pub method: Option<&'static str>,
    /// `formenctype`.
    pub enctype: Option<&'static str>,
}

impl Control {
    /// What a person would call it: label, placeholder, text before, or name.
    #[must_use]
    pub fn caption(&self) -> String {
        let boxed = matches!(self.kind, "checkbox" | "radio");
        let order = if boxed {
            [&self.label, &self.after, &self.legend, &self.before]
        } else if self.row.is_empty() {
            [&self.label, &self.placeholder, &self.before, &self.legend]
        } else {
            [&self.label, &self.placeholder, &self.row, &self.before]
        };
        order.into_iter().find(|text| !text.is_empty()).cloned().unwrap_or_default()
    }

    /// Whether words are typed into it.
    #[must_use]
    pub fn is_typed(&self) -> bool {
        matches!(self.kind, "text" | "search" | "tel" | "url" | "email" | "password" | "number" | "textarea")
    }

    /// Whether a value can be put into it.
    #[must_use]
    pub fn takes_value(&self) -> bool {
        !self.is_button() && !matches!(self.kind, "select" | "checkbox" | "radio" | "file")
    }

    /// Whether it presses something.
    #[must_use]
    pub fn is_button(&self) -> bool {
        matches!(self.kind, "submit" | "button" | "image" | "reset")
    }
}

/// A `form` element.
#[derive(Clone, Debug, Default)]
pub struct Form {
    /// Position among all forms of the document.
    pub index: usize,
    /// No `form` element holds it together: a group of controls that only a script can send.
    pub orphan: bool,
    /// The `action` as written; `None` without one.
    pub action: Option<String>,
    /// `get`, `post` or `dialog`.
    pub method: &'static str,
    /// The encoding type.
    pub enctype: &'static str,
    /// The `accept-charset`.
    pub accept_charset: Option<String>,
    /// All attributes as text, for recognising the vendor.
    pub attributes: String,
    /// A script intercepts the submission by an `onsubmit` attribute.
    pub onsubmit: bool,
    /// The field that Netlify's attribute names as a trap.
    pub netlify_honeypot: Option<String>,
    /// Visible text inside the form.
    pub text: String,
    /// Text that stands before it, after the last control before.
    pub heading: String,
    /// It stands inside something that is not shown: a dialog, or a copy for another screen.
    pub concealed: bool,
    /// Indices of its controls, in document order.
    pub controls: Vec<usize>,
}

/// A link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Where it leads.
    pub url: Url,
    /// What it says.
    pub text: String,
}

/// A page.
#[derive(Clone, Debug)]
pub struct Page {
    /// The address it was loaded from.
    pub url: Url,
    /// What relative addresses are relative to.
    pub base: Url,
    /// Its charset.
    pub charset: &'static Encoding,
    /// Its title.
    pub title: String,
    /// All controls in document order.
    pub controls: Vec<Control>,
    /// All forms in document order.
    pub forms: Vec<Form>,
    /// Its links.
    pub links: Vec<Link>,
    /// The text a person sees, whitespace collapsed.
    pub text: String,
    /// The same text, a line a block, so that a sentence ends where its block does.
    pub lines: String,
    /// Text of elements whose classes are those of errors.
    pub alerts: Vec<String>,
    /// Text of other elements that announce something (`role=alert`).
    pub notices: Vec<String>,
    /// Classes, ids and vendor attributes of all elements, one a line, lower case.
    pub marks: String,
    /// Addresses of scripts and frames, one a line, lower case.
    pub sources: String,
    /// Inline scripts.
    pub scripts: String,
    /// Text, pictures, numbers and data in the order of the document.
    pub outline: Outline,
    /// Where `<meta http-equiv=refresh>` leads.
    pub refresh: Option<Url>,
    /// It nests or multiplies its elements without bound; what follows is missing.
    pub cut: bool,
}

impl Page {
    /// The controls of one of its forms, in document order.
    pub fn controls_of<'a>(&'a self, form: &'a Form) -> impl Iterator<Item = &'a Control> {
        form.controls.iter().filter_map(|index| self.controls.get(*index))
    }

    /// Reads a page from its bytes.
    #[must_use]
    pub fn parse(body: &[u8], url: &Url, content_type: Option<&str>) -> Self {
        Self::parse_as(body, url, dom::charset(body, content_type))
    }

    /// Reads a page whose charset is known.
    #[must_use]
    pub fn parse_as(body: &[u8], url: &Url, charset: &'static Encoding) -> Self {
        let (text, charset, _) = charset.decode(body);
        let document = dom::parse(&text);
        Reader::new(&document, url, charset).read()
    }
}

/// Text with whitespace collapsed, at most `cap` bytes of it.
#[must_use]
pub fn collapse(text: &str, cap: usize) -> String {
    let mut out = String::new();
    append(&mut out, text, cap);
    out
}

/// Adds the words of a text, one space before each, until there are `cap` bytes.
pub(super) fn append(out: &mut String, text: &str, cap: usize) {
    let mut add = |word: &str| {
        let fits = out.len() + word.len() < cap;
        if fits {
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str(word);
        }
        fits
    };
    // Nothing that a site says may steer a terminal or turn the line around.
    let cleaned;
    // Without an early end, so that many bytes are looked at in one step.
    let odd = |byte: u8| byte >= 0x7F || byte < b' ' && !matches!(byte, b'\t' | b'\n' | 0x0C | b'\r');
    let text = if text.bytes().fold(false, |found, byte| found | odd(byte)) {
        cleaned = text.replace(is_control, "");
        &cleaned
    } else {
        text
    };
    // What a space is costs a table look-up a letter; most text is plain.
    let _ = if text.is_ascii() { text.split_ascii_whitespace().all(&mut add) } else { text.split_whitespace().all(&mut add) };
}

/// Adds words that stand one space apart, one space before them, as many as fit into `cap` bytes.
pub(super) fn join(out: &mut String, words: &str, cap: usize) {
    if out.len() + words.len() >= cap {
        append(out, words, cap);
        return;
    }
    if !out.is_empty() {
        out.push(' ');
    }
    out.push_str(words);
}

/// Letters that are none: controls of terminals, and those that change the direction of a line.
pub(crate) fn is_control(letter: char) -> bool {
    letter.is_control() && !letter.is_whitespace()
        || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
