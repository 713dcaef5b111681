//! What single elements say: forms, buttons, types and options, read from their attributes alone.

use scraper::ElementRef;

use super::page::{Choice, Form, Overrides, collapse};

/// An attribute, trimmed and in lower case.
pub(super) fn lower(element: ElementRef<'_>, name: &str) -> String {
    element.attr(name).unwrap_or_default().trim().to_ascii_lowercase()
}

pub(super) fn read_form(element: ElementRef<'_>, index: usize) -> Form {
    let attributes: Vec<String> = element.value().attrs().map(|(name, value)| format!("{name}={value}")).collect();
    Form {
        index,
        action: element.attr("action").map(ToOwned::to_owned),
        method: method_of(element.attr("method").unwrap_or_default()),
        enctype: enctype_of(element.attr("enctype").unwrap_or_default()),
        accept_charset: element.attr("accept-charset").map(ToOwned::to_owned),
        onsubmit: element.attr("onsubmit").is_some(),
        netlify_honeypot: element.attr("netlify-honeypot").or(element.attr("data-netlify-honeypot")).map(ToOwned::to_owned),
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
        action: element.attr("formaction").filter(|action| !action.is_empty()).map(ToOwned::to_owned),
        method: element.attr("formmethod").map(method_of),
        enctype: element.attr("formenctype").map(enctype_of),
    };
    (overrides.action.is_some() || overrides.method.is_some() || overrides.enctype.is_some()).then(|| Box::new(overrides))
}

pub(super) fn kind_of(element: ElementRef<'_>, tag: &str) -> &'static str {
    let type_ = element.attr("type").unwrap_or_default().to_ascii_lowercase();
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
                value: option.attr("value").map_or_else(|| text.clone(), ToOwned::to_owned),
                selected: option.attr("selected").is_some(),
                disabled: option.attr("disabled").is_some() || group.is_some_and(|group| group.attr("disabled").is_some()),
                text,
            }
        })
        .collect()
}
