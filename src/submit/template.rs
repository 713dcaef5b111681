//! The templates of `[submit.fields]`: `{{persona.first}}`, `{{inquiry.question}}` and their kin. An unknown name is an error.

use crate::shop::Shop;

use super::SubmitError;
use super::asker::Asker;

const NAMES: [&str; 8] = [
    "persona.first",
    "persona.last",
    "persona.full_name",
    "persona.email",
    "persona.phone",
    "persona.zip",
    "inquiry.question",
    "inquiry.community",
];

/// Checks the templates of a shop file without values, for `check` and for a dry run.
///
/// # Errors
/// When a template names something unknown.
pub fn check_templates(shop: &Shop) -> Result<(), SubmitError> {
    for (field, text) in &shop.submit.fields {
        replace(shop, field, text, |_| String::new())?;
    }
    Ok(())
}

/// A value with its templates replaced.
pub(super) fn render(asker: Asker<'_>, field: &str, text: &str) -> Result<String, SubmitError> {
    let Asker { shop, persona, alias } = asker;
    replace(shop, field, text, |name| match name {
        "persona.first" => persona.first.clone(),
        "persona.last" => persona.last.clone(),
        "persona.full_name" => persona.full_name(),
        "persona.email" => alias.to_owned(),
        "persona.phone" => persona.phone.clone().unwrap_or_default(),
        "persona.zip" => persona.zip.clone().unwrap_or_default(),
        "inquiry.question" => shop.ask.question.clone(),
        _ => shop.ask.community.clone().unwrap_or_default(),
    })
}

fn replace(shop: &Shop, field: &str, text: &str, value: impl Fn(&str) -> String) -> Result<String, SubmitError> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, tail) = after.split_once("}}").unwrap_or((after, ""));
        let name = name.trim();
        if !NAMES.contains(&name) {
            return Err(SubmitError::Template {
                shop: shop.slug.clone(),
                field: field.to_owned(),
                name: name.to_owned(),
                known: NAMES.join(", "),
            });
        }
        out.push_str(before);
        out.push_str(&value(name));
        rest = tail;
    }
    out.push_str(rest);
    Ok(out)
}
