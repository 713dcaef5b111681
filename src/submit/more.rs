//! Does an answer ask for more before it takes the inquiry? Compared with the page before, as everything about an answer is: a form
//! that stood there already asks for nothing new.

use super::fields::{FormKind, Role, survey};
use super::page::{Form, Page};
use super::prepare::Prepared;
use super::receipt::Strength;

/// Whether a form that the page before did not have must be sent yet. Beside bare thanks, or none, any form does that asks who one is, asks
/// to log in, or must be filled; beside a receipt one that goes on where the sent one ended: something must be filled, and
/// nobody is asked for the address that was just given. A newsletter or the next inquiry may stand there.
pub(super) fn asks_for_more(prepared: &Prepared, page: &Page, thanked: Option<Strength>) -> bool {
    let names = |page: &Page, form: &Form| -> Vec<String> {
        let typed = page.controls_of(form).filter(|control| control.is_typed());
        typed.map(|control| control.name.clone().unwrap_or_else(|| control.id.clone())).collect()
    };
    let known: Vec<Vec<String>> = prepared.page.forms.iter().map(|form| names(&prepared.page, form)).collect();
    survey(page).iter().any(|form| {
        let Some(new) = page.forms.get(form.index).map(|form| names(page, form)).filter(|names| !known.contains(names)) else {
            return false;
        };
        let shown = || form.fields.iter().filter(|field| !field.concealed && !field.honeypot);
        let must = shown().any(|field| field.required);
        // "Look it over, then confirm": nothing is typed any more, and nothing is sent yet.
        let pressed = shown().filter(|field| field.role == Role::Submit).filter_map(|field| page.controls.get(field.control_index));
        let confirms = pressed
            .map(|control| format!("{} {}", control.label, control.value).to_lowercase())
            .any(|said| ["confirm", "send", "submit", "continue", "enviar", "continuar"].iter().any(|word| said.contains(word)));
        if thanked == Some(Strength::Receipt) {
            let aside = matches!(form.kind, FormKind::Search | FormKind::Newsletter | FormKind::Login) || form.for_others;
            let anew = shown().any(|field| field.role == Role::Email);
            return !aside && !anew && (must || new.is_empty() && confirms);
        }
        let asks = matches!(form.kind, FormKind::Inquiry | FormKind::Registration | FormKind::Login) && !form.for_others;
        if new.is_empty() { confirms } else { asks || must && form.kind != FormKind::Search }
    })
}
