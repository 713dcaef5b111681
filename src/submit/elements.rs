//! What single elements say: forms, buttons, types and options, read from their attributes alone, and which of them part the
//! text around them.

use scraper::ElementRef;

use super::page::{Choice, Form, Overrides, collapse};

/// An attribute. The tree's own look-up makes an interned name of each name it is asked for, which costs more than a look
/// at the few attributes that an element has.
pub(super) fn attr<'a>(element: ElementRef<'a>, name: &str) -> Option<&'a str> {
    element.value().attrs().find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// An attribute, trimmed and in lower case.
pub(super) fn lower(element: ElementRef<'_>, name: &str) -> String {
    attr(element, name).unwrap_or_default().trim().to_ascii_lowercase()
}

/// Whether text before and after a tag reads as two blocks: the elements that the HTML standard's style sheet (section 15.3)
/// lays out as blocks, lists and tables, line breaks, and what a person sees as one thing each: captions of fields, buttons.
pub(super) fn ends_block(tag: &str) -> bool {
    ends_section(tag)
        || matches!(
            tag,
            "address"
                | "blockquote"
                | "br"
                | "button"
                | "dd"
                | "div"
                | "dl"
                | "dt"
                | "fieldset"
                | "figcaption"
                | "figure"
                | "h1"
                | "h2"
                | "h3"
                | "h4"
                | "h5"
                | "h6"
                | "hr"
                | "label"
                | "legend"
                | "li"
                | "ol"
                | "p"
                | "pre"
                | "table"
                | "td"
                | "th"
                | "tr"
                | "ul"
        )
}

/// Whether a tag ends more than a block: what stands before and after it belongs to different parts of a page.
pub(super) fn ends_section(tag: &str) -> bool {
    matches!(tag, "section" | "article" | "aside" | "header" | "footer" | "main" | "nav" | "form")
}

pub(super) fn read_form(element: ElementRef<'_>, index: usize) -> Form {
    let attributes: Vec<String> = element.value().attrs().map(|(name, value)| format!("{name}={value}")).collect();
    Form {
        index,
        action: attr(element, "action").map(ToOwned::to_owned),
        method: method_of(attr(element, "method").unwrap_or_default()),
        enctype: enctype_of(attr(element, "enctype").unwrap_or_default()),
        accept_charset: attr(element, "accept-charset").map(ToOwned::to_owned),
        onsubmit: attr(element, "onsubmit").is_some(),
        netlify_honeypot: attr(element, "netlify-honeypot").or(attr(element, "data-netlify-honeypot")).map(ToOwned::to_owned),
        attributes: attributes.join("\n"),
        ..Form::default()
    }
}

fn method_of(text: &str) -> &'static str {
    match text.to_ascii_lowercase().as_str() {
        "post" => "post",
        "dialog" => "dialog",
        _ => "get",
    }
}

fn enctype_of(text: &str) -> &'static str {
    match text.to_ascii_lowercase().as_str() {
        "multipart/form-data" => "multipart/form-data",
        "text/plain" => "text/plain",
        _ => "application/x-www-form-urlencoded",
    }
}

pub(super) fn read_overrides(element: ElementRef<'_>) -> Option<Box<Overrides>> {
    let overrides = Overrides {
        action: attr(element, "formaction").map(ToOwned::to_owned),
        method: attr(element, "formmethod").map(method_of),
        enctype: attr(element, "formenctype").map(enctype_of),
    };
    (overrides.action.is_some() || overrides.method.is_some() || overrides.enctype.is_some()).then(|| Box::new(overrides))
}

/// Which way the text of an element runs: its own `dir`, or that of the nearest element around it that says.
pub(super) fn direction_of(element: ElementRef<'_>, kind: &str) -> &'static str {
    let own = std::iter::once(element);
    let around = element.ancestors().filter_map(ElementRef::wrap);
    let said = own.chain(around).enumerate().find_map(|(at, element)| match lower(element, "dir").as_str() {
        "ltr" => Some("ltr"),
        "rtl" => Some("rtl"),
        "auto" if at == 0 => Some("auto"),
        _ if at == 0 && kind == "tel" => Some("ltr"),
        _ => None,
    });
    said.unwrap_or("ltr")
}

pub(super) fn kind_of(element: ElementRef<'_>, tag: &str) -> &'static str {
    let type_ = attr(element, "type").unwrap_or_default().to_ascii_lowercase();
    match tag {
        "select" => "select",
        "textarea" => "textarea",
        "button" => match type_.as_str() {
            "button" => "button",
            "reset" => "reset",
            _ => "submit",
        },
        _ => {
            const TYPES: [&str; 21] = [
                "hidden",
                "search",
                "tel",
                "url",
                "email",
                "password",
                "date",
                "month",
                "week",
                "time",
                "datetime-local",
                "number",
                "range",
                "color",
                "checkbox",
                "radio",
                "file",
                "submit",
                "image",
                "reset",
                "button",
            ];
            TYPES.into_iter().find(|known| *known == type_).unwrap_or("text")
        }
    }
}

pub(super) fn read_options(select: ElementRef<'_>) -> Vec<Choice> {
    let options = select.descendants().filter_map(ElementRef::wrap).filter(|e| e.value().name() == "option");
    options
        .map(|option| {
            let text = collapse(&option.text().collect::<String>(), 4096);
            let group = option.parent().and_then(ElementRef::wrap).filter(|parent| parent.value().name() == "optgroup");
            Choice {
                value: attr(option, "value").map_or_else(|| text.clone(), ToOwned::to_owned),
                selected: attr(option, "selected").is_some(),
                disabled: attr(option, "disabled").is_some() || group.is_some_and(|group| attr(group, "disabled").is_some()),
                text,
            }
        })
        .collect()
}
