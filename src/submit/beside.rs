//! What fields are by those beside them: names next to last names, numbers in several boxes, one label for several fields, the
//! one question of a form, the parts of a page that is one form.

use super::fields::{Field, role_for};
use super::page::Control;
use super::role::Role;
use super::words::{leads_elsewhere, name_words, words};

/// A page that is one form holds several: what stands before a button of its own, away from the question, is a search or a
/// newsletter, and neither filled nor pressed.
pub(super) fn other_parts(fields: &mut [Field], controls: &[&Control]) {
    let mut part = 0;
    let parts: Vec<usize> = controls
        .iter()
        .map(|control| {
            let here = part;
            part += usize::from(matches!(control.kind, "submit" | "image"));
            here
        })
        .collect();
    let of = |field: &Field| parts.get(field.index).copied();
    let Some(own) = fields.iter().find(|field| field.role == Role::Message && !field.concealed).and_then(of) else { return };
    let complete = fields.iter().any(|field| of(field) == Some(own) && matches!(field.role, Role::Email | Role::Phone))
        && fields.iter().any(|field| of(field) == Some(own) && field.role == Role::Submit);
    if !complete {
        return;
    }
    for field in fields.iter_mut() {
        let elsewhere = parts.get(field.index) != Some(&own);
        if elsewhere && !field.required && !matches!(field.role, Role::Hidden | Role::Honeypot | Role::Captcha) {
            (field.role, field.confidence) = (Role::Other, 0.7);
        }
    }
}

/// Where nothing sends the form by itself, a script listens to the last button that is not for going elsewhere.
pub(super) fn a_button(fields: &mut [Field], controls: &[&Control]) {
    if fields.iter().any(|field| field.role == Role::Submit) {
        return;
    }
    let sends = |c: &&Control| c.kind == "button" && !leads_elsewhere(&format!("{} {}", c.label, c.value));
    let last = fields.iter_mut().zip(controls).rfind(|(_, control)| sends(control));
    if let Some((field, _)) = last {
        (field.role, field.confidence) = (Role::Submit, 0.8);
    }
}

/// What fields are by those beside them.
pub(super) fn neighbours(fields: &mut [Field], controls: &[&Control]) {
    let has = |fields: &[Field], role| fields.iter().any(|field| field.role == role);
    if has(fields, Role::LastName) && !has(fields, Role::FirstName) {
        if let Some(field) = fields.iter_mut().find(|field| field.role == Role::FullName) {
            field.role = Role::FirstName;
            field.confidence = 0.8;
        }
    } else if has(fields, Role::FirstName) && !has(fields, Role::LastName) {
        let lone = fields
            .iter_mut()
            .find(|field| field.role == Role::FirstName && matches!(words(&field.label).as_str(), "name" | "your name" | "nombre"));
        if let Some(field) = lone {
            field.role = Role::FullName;
        }
    }
    one_label_for_several(fields, controls);
    mislabelled_addresses(fields, controls);
    for at in 1..fields.len() {
        let (Some(before), Some(control)) = (fields.get(at - 1).map(|field| field.role), controls.get(at)) else { continue };
        let Some(field) = fields.get_mut(at) else { continue };
        // The text before may belong to the field before, when labels stand below.
        if field.role == before && control.label.is_empty() && !matches!(before, Role::Other | Role::Submit | Role::Hidden | Role::Honeypot)
        {
            let named = role_for(&name_words(control.name.as_deref().unwrap_or(&control.id)), control.kind);
            if let Some(named) = named.filter(|named| *named != field.role && *named != Role::Other) {
                (field.role, field.confidence) = (named, 0.8);
            }
        }
        // A second address right after the first, that nothing else says anything of.
        if field.role == Role::Email && before == Role::Email && control.value.is_empty() {
            let name = name_words(control.name.as_deref().unwrap_or(&control.id));
            if name.ends_with('2') || control.name.as_deref().is_some_and(|name| name.ends_with(['2', '_'])) {
                (field.role, field.confidence) = (Role::EmailConfirm, 0.8);
            }
        }
    }
    if !has(fields, Role::Message) {
        let fallback =
            fields.iter_mut().zip(controls).find(|(field, c)| c.kind == "textarea" && field.role == Role::Other && !field.concealed);
        if let Some((field, _)) = fallback {
            field.role = Role::Message;
            field.confidence = 0.6;
        }
    }
}

/// Of several `type=email` fields, the one that people see called something else is that, whatever its name.
fn mislabelled_addresses(fields: &mut [Field], controls: &[&Control]) {
    if fields.iter().filter(|field| field.role == Role::Email).count() < 2 {
        return;
    }
    for (field, control) in fields.iter_mut().zip(controls).filter(|(field, c)| field.role == Role::Email && c.kind == "email") {
        let seen = [&control.label, &control.placeholder, &control.row, &control.before];
        let said = seen.into_iter().filter(|text| !text.is_empty()).find_map(|text| role_for(&words(text), "text"));
        if let Some(role) = said.filter(|role| matches!(role, Role::Subject | Role::FullName | Role::City | Role::Company)) {
            (field.role, field.confidence) = (role, 0.75);
        }
    }
}

/// "City, State, Zip" before three fields.
fn one_label_for_several(fields: &mut [Field], controls: &[&Control]) {
    for at in 0..fields.len() {
        let Some(control) = controls.get(at).filter(|c| c.is_typed()) else { continue };
        let label = [&control.label, &control.before].into_iter().find(|text| !text.is_empty()).map(|text| words(text)).unwrap_or_default();
        let place = |word: &str| match word {
            "city" | "town" | "ciudad" => Some(Role::City),
            "state" | "st" | "province" | "estado" => Some(Role::State),
            "zip" | "zipcode" | "postal" => Some(Role::Zip),
            _ => None,
        };
        let mut roles: Vec<Role> = label.split(' ').filter_map(place).collect();
        roles.dedup();
        let bare =
            |c: &&&Control| c.label.is_empty() && c.placeholder.is_empty() && c.before.chars().filter(|c| c.is_alphanumeric()).count() == 0;
        if roles.len() < 2 || label.len() > 40 {
            continue;
        }
        let rest = controls.iter().skip(at + 1).take(roles.len()).take_while(bare).count() + 1;
        if rest < roles.len() {
            continue;
        }
        for (field, role) in fields.iter_mut().skip(at).zip(roles) {
            (field.role, field.confidence) = (role, 0.85);
        }
    }
}

/// Short boxes after a telephone box are its parts; a list of dialling codes before one belongs to it.
pub(super) fn parts_of_a_number(fields: &mut [Field], controls: &[&Control]) {
    for at in 1..fields.len() {
        let short = |at: usize| controls.get(at).is_some_and(|c| c.is_typed() && c.maxlength.is_some_and(|max| max <= 5));
        let bare = controls.get(at).is_some_and(|c| c.label.is_empty() && c.placeholder.is_empty());
        let follows = fields.get(at - 1).is_some_and(|before| before.role == Role::Phone) && short(at - 1) && short(at);
        let Some(field) = fields.get_mut(at) else { continue };
        if follows && (field.role == Role::Other || bare) {
            (field.role, field.confidence) = (Role::Phone, 0.85);
        }
    }
    for at in 1..fields.len() {
        let codes =
            controls.get(at - 1).is_some_and(|c| c.kind == "select" && c.options.iter().filter(|o| o.text.contains('+')).count() > 1);
        if codes
            && fields.get(at).is_some_and(|field| field.role == Role::Phone)
            && let Some(field) = fields.get_mut(at - 1)
        {
            (field.role, field.confidence) = (Role::Phone, 0.85);
        }
    }
}

/// The question is asked once: where several fields would take it, in the first text area that is surest.
pub(super) fn one_message(fields: &mut [Field], controls: &[&Control]) {
    let worth = |field: &Field, control: &Control| (control.kind == "textarea", !field.concealed, field.confidence > 0.8);
    let messages = fields.iter().zip(controls).filter(|(field, _)| field.role == Role::Message);
    let best = messages.rev().max_by_key(|(field, control)| worth(field, control)).map(|(field, _)| field.index);
    for field in fields.iter_mut().filter(|field| field.role == Role::Message && Some(field.index) != best) {
        field.role = Role::Other;
    }
}

/// What a search asks for is no budget and no question of a buyer.
pub(super) fn of_a_search(fields: &mut [Field]) {
    for field in fields {
        if matches!(field.role, Role::Budget | Role::Subject | Role::Message | Role::Timeframe | Role::ContactPreference | Role::FullName) {
            (field.role, field.confidence) = (Role::Other, 0.6);
        }
    }
}
