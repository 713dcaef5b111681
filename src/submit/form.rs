//! The form-submission algorithm of the WHATWG HTML standard (4.10.21): which controls are successful, in which order, in
//! which charset, and the request that comes of it. Takes a page, a form, what a person set and the button pressed; gives
//! the exact request a browser would send. Sends nothing.

use std::borrow::Cow;
use std::collections::BTreeMap;

use encoding_rs::Encoding;
use url::Url;

use super::SubmitError;
use super::encode::{self, Entry, EntryValue};
use super::page::{Control, Form, Page};
use super::sanitize;

/// What a person changed on a page: controls by index.
#[derive(Clone, Debug, Default)]
pub struct Edits {
    values: BTreeMap<usize, String>,
    checked: BTreeMap<usize, bool>,
    selected: BTreeMap<usize, Vec<usize>>,
}

impl Edits {
    /// Types a value.
    pub fn set(&mut self, control: usize, value: impl Into<String>) {
        self.values.insert(control, value.into());
    }

    /// Ticks or unticks a box; ticking a radio button releases the others of its group.
    pub fn check(&mut self, page: &Page, control: usize, checked: bool) {
        if let Some(this) = page.controls.get(control).filter(|c| checked && c.kind == "radio" && c.name.is_some()) {
            for other in page.controls.iter().filter(|c| c.kind == "radio" && c.form == this.form && c.name == this.name) {
                self.checked.insert(other.index, false);
            }
        }
        self.checked.insert(control, checked);
    }

    /// Chooses options by position.
    pub fn select(&mut self, control: usize, options: Vec<usize>) {
        self.selected.insert(control, options);
    }

    /// The value of a typed control as it now stands.
    #[must_use]
    pub fn value<'a>(&'a self, control: &'a Control) -> &'a str {
        self.values.get(&control.index).map_or(control.value.as_str(), String::as_str)
    }

    /// Whether a box is ticked as it now stands.
    #[must_use]
    pub fn is_checked(&self, page: &Page, control: &Control) -> bool {
        if let Some(checked) = self.checked.get(&control.index) {
            return *checked;
        }
        if control.kind == "radio" && control.checked && control.name.is_some() {
            let rival = |c: &&Control| c.kind == "radio" && c.form == control.form && c.name == control.name && c.checked;
            return page.controls.iter().rfind(rival).is_some_and(|last| last.index == control.index);
        }
        control.checked
    }

    /// Positions of the chosen options as they now stand.
    #[must_use]
    pub fn chosen(&self, control: &Control) -> Vec<usize> {
        if let Some(chosen) = self.selected.get(&control.index) {
            return chosen.clone();
        }
        let marked: Vec<usize> = control.options.iter().enumerate().filter(|(_, o)| o.selected).map(|(at, _)| at).collect();
        if control.multiple {
            return marked;
        }
        if let Some(last) = marked.last() {
            return vec![*last];
        }
        if control.size > 1 {
            return Vec::new();
        }
        control.options.iter().position(|o| !o.disabled).into_iter().collect()
    }
}

/// A request as a browser would send it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Where to.
    pub url: Url,
    /// The type of the body; `None` for GET.
    pub content_type: Option<String>,
    /// The body; empty for GET.
    pub body: Vec<u8>,
    /// What it says, name by name, before encoding.
    pub entries: Vec<Entry>,
}

/// The charset a form is sent in.
fn encoding_of(form: &Form, page: &Page) -> &'static Encoding {
    let wanted = form.accept_charset.as_deref().unwrap_or_default();
    let found = wanted.split([' ', ',', '\t', '\n', '\r']).find_map(|label| Encoding::for_label(label.as_bytes()));
    found.unwrap_or(page.charset).output_encoding()
}

/// The entry list of a form.
#[must_use]
pub fn entries(page: &Page, form: &Form, edits: &Edits, submitter: Option<usize>) -> Vec<Entry> {
    let charset = encoding_of(form, page);
    let mut list = Vec::new();
    let controls = page.controls_of(form);
    for control in controls.filter(|c| !c.disabled && !c.in_datalist) {
        add_entries(page, control, edits, submitter, charset, &mut list);
    }
    list
}

fn add_entries(page: &Page, control: &Control, edits: &Edits, submitter: Option<usize>, charset: &'static Encoding, list: &mut Vec<Entry>) {
    let mut add = |name: &str, value: &str| list.push(Entry { name: name.to_owned(), value: EntryValue::Text(value.to_owned()) });
    if control.is_button() && submitter != Some(control.index) {
        return;
    }
    if control.kind == "image" {
        let prefix = control.name.as_ref().map(|name| format!("{name}.")).unwrap_or_default();
        add(&format!("{prefix}x"), "0");
        add(&format!("{prefix}y"), "0");
        return;
    }
    let Some(name) = control.name.as_deref() else { return };
    match control.kind {
        "select" => {
            for option in edits.chosen(control).into_iter().filter_map(|at| control.options.get(at)).filter(|o| !o.disabled) {
                add(name, &option.value);
            }
        }
        "checkbox" | "radio" => {
            if edits.is_checked(page, control) {
                add(name, if control.has_value { &control.value } else { "on" });
            }
        }
        "file" => list.push(Entry { name: name.to_owned(), value: EntryValue::File(encode::File::none()) }),
        "hidden" if name.eq_ignore_ascii_case("_charset_") => add(name, charset.name()),
        "button" | "reset" => {}
        kind => {
            let value = edits.value(control);
            let value = if kind == "range" { value.to_owned() } else { sanitize::text(kind, value) };
            add(name, &value);
            if let Some(direction) = control.dirname.as_deref()
                && matches!(kind, "hidden" | "text" | "search" | "tel" | "url" | "email" | "textarea")
            {
                add(direction, if control.direction == "auto" { direction_by(&value) } else { control.direction });
            }
        }
    }
}

/// Which way a text runs by its first strong letter: Hebrew, Arabic and their kin run from right to left.
fn direction_by(text: &str) -> &'static str {
    let strong = text.chars().find(|c| c.is_alphabetic());
    let leftwards = strong.is_some_and(
        |c| matches!(u32::from(c), 0x0590..=0x08FF | 0xFB1D..=0xFDFF | 0xFE70..=0xFEFF | 0x1_0800..=0x1_0FFF | 0x1_E800..=0x1_EFFF),
    );
    if leftwards { "rtl" } else { "ltr" }
}

/// The request of a form. `seed` makes the boundary of a multipart body.
///
/// # Errors
/// When the form's address is not a web address, or the form closes a dialog instead of sending.
pub fn request(page: &Page, form: &Form, edits: &Edits, submitter: Option<usize>, seed: u64) -> Result<Request, SubmitError> {
    let pressed = submitter.and_then(|index| page.controls.get(index));
    let (method, enctype, action) = overridden(form, pressed);
    let charset = encoding_of(form, page);
    let list = entries(page, form, edits, submitter);
    let action = action.unwrap_or_default();
    let mut url = if action.is_empty() {
        page.url.clone()
    } else {
        let document = page.charset.output_encoding();
        let encode: &dyn for<'s> Fn(&'s str) -> Cow<'s, [u8]> = &|text| Cow::Owned(document.encode(text).0.into_owned());
        let options = Url::options().base_url(Some(&page.base)).encoding_override(Some(encode)).parse(action);
        options.map_err(|_| SubmitError::Action { page: page.url.to_string(), action: action.to_owned() })?
    };
    if !matches!(url.scheme(), "http" | "https") || method == "dialog" {
        return Err(SubmitError::Action { page: page.url.to_string(), action: action.to_owned() });
    }
    url.set_fragment(None);
    if method == "get" {
        url.set_query(Some(&encode::urlencoded(&list, charset)));
        return Ok(Request { method: "GET", url, content_type: None, body: Vec::new(), entries: list });
    }
    let (content_type, body) = match enctype {
        "multipart/form-data" => {
            let boundary = encode::boundary(seed);
            (format!("multipart/form-data; boundary={boundary}"), encode::multipart(&list, charset, &boundary))
        }
        "text/plain" => ("text/plain".to_owned(), encode::plain(&list, charset)),
        _ => ("application/x-www-form-urlencoded".to_owned(), encode::urlencoded(&list, charset).into_bytes()),
    };
    Ok(Request { method: "POST", url, content_type: Some(content_type), body, entries: list })
}

/// Method, type and address, where the pressed button may have its own.
fn overridden<'a>(form: &'a Form, pressed: Option<&'a Control>) -> (&'static str, &'static str, Option<&'a str>) {
    let over = pressed.and_then(|control| control.overrides.as_deref());
    let method = over.and_then(|o| o.method).unwrap_or(form.method);
    let enctype = over.and_then(|o| o.enctype).unwrap_or(form.enctype);
    let action = over.and_then(|o| o.action.as_deref()).or(form.action.as_deref());
    (method, enctype, action)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(html: &str, submitter: Option<usize>) -> (String, String) {
        let page = Page::parse(html.as_bytes(), &Url::parse("http://x.example/a/b?c#d").unwrap(), Some("text/html; charset=utf-8"));
        let request = request(&page, &page.forms[0], &Edits::default(), submitter, 7).unwrap();
        (request.url.to_string(), String::from_utf8(request.body).unwrap())
    }

    #[test]
    fn only_what_the_standard_calls_successful_is_sent() {
        for (html, submitter, url, sent) in [
            (
                "<form method=post><fieldset disabled><legend><input name=a value=1></legend><input name=b value=2></fieldset><button name=c value=3>",
                None,
                "http://x.example/a/b?c",
                "a=1",
            ),
            (
                "<form method=post action=e id=f></form><input form=f name=a value=1><input form=g name=b value=2><input name=c>",
                None,
                "http://x.example/a/e",
                "a=1",
            ),
            (
                "<form method=post><input type=image name=go><input type=image><input type=submit name=s>",
                Some(0),
                "http://x.example/a/b?c",
                "go.x=0&go.y=0",
            ),
            ("<form method=post><input type=image name=go><input type=image>", Some(1), "http://x.example/a/b?c", "x=0&y=0"),
            ("<form method=get action='?q=1'><input type=submit name=s>", Some(0), "http://x.example/a/b?s=Submit", ""),
            ("<form method=get action=e><button formaction='' formmethod=post name=s value=1>", Some(0), "http://x.example/a/b?c", "s=1"),
            (
                "<form method=get><button formaction=/z formmethod=post formenctype=text/plain name=s value='a b'>",
                Some(0),
                "http://x.example/z",
                "s=a b\r\n",
            ),
            ("<base href='http://y.example/k/'><form method=post action=e><input name=a value=1>", None, "http://y.example/k/e", "a=1"),
            (
                "<form method=post><input type=hidden name=_charset_ value=x><input type=hidden name=_CHARSET_>",
                None,
                "http://x.example/a/b?c",
                "_charset_=UTF-8&_CHARSET_=UTF-8",
            ),
            (
                "<form method=post dir=rtl><input name=a value=x dirname=d><input name=b dir=auto value='שלום' dirname=e><input type=tel name=c dirname=f>",
                None,
                "http://x.example/a/b?c",
                "a=x&d=rtl&b=%D7%A9%D7%9C%D7%95%D7%9D&e=rtl&c=&f=ltr",
            ),
            (
                "<form method=post><select name=a><option>x<option disabled selected>y</select><select name=b multiple><option selected>1<option selected>2</select><select name=c><option disabled>z</select>",
                None,
                "http://x.example/a/b?c",
                "b=1&b=2",
            ),
            (
                "<form method=post><datalist><input name=a value=1></datalist><input type=radio name=r checked><input type=radio name=r value=2 checked>",
                None,
                "http://x.example/a/b?c",
                "r=2",
            ),
            ("<form method=post><textarea name=t>\n\na\nb</textarea>", None, "http://x.example/a/b?c", "t=%0D%0Aa%0D%0Ab"),
        ] {
            assert_eq!(body(html, submitter), (url.to_owned(), sent.to_owned()), "{html}");
        }
    }

    #[test]
    fn what_leads_to_no_web_address_is_no_request() {
        for html in [
            "<form method=post action='mailto:a@b.example'>",
            "<form method=dialog>",
            "<form method=post action='http://'>",
            "<form action='javascript:x()'>",
        ] {
            let page = Page::parse(html.as_bytes(), &Url::parse("http://x.example/").unwrap(), None);
            assert!(request(&page, &page.forms[0], &Edits::default(), None, 0).is_err(), "{html}");
        }
    }
}
