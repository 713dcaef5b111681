//! Fields that people do not see and robots fill: filled, the inquiry is thrown away. What is looked at: names and words
//! that traps have, how the field is tucked away, and whether it stands alone in that; whole steps, tabs and dialogs are
//! hidden too, and are none.

use std::sync::LazyLock;

use regex::Regex;

use super::fields::Field;
use super::hidden::Concealed;
use super::page::{Control, Form};
use super::role::Role;
use super::words::{trap_name, trap_words, words};

/// Classes and ids that only traps are wrapped in.
static TRAP_MARKS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(^|[\s_-])(honey(pot|[\s_-]|$)|ohnohoney|hp($|[\s_-])|hpot|gform_validation_container|gfield_visibility_hidden|bot-?(field|trap|check)|spam-?trap|nospam|",
        r"no-?spam|do-?not-?fill|required-hidden|accessible-hidden|frm_verify|aftersubmit|wpa_hidden_field|special-field)"
    ))
    .ok()
});

/// Classes that hide from the eye and not from a robot, when a whole field is inside.
static UNSEEN_MARKS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(^|\s)(visually-?hidden|sr-only|screen-?reader(-text|-only)?|off-?screen|offscreen|u-hidden|is-hidden-visually|element-invisible|invisible|out-of-sight|hide-?me|hidden-?field|hide-?field)($|\s)").ok()
});

fn marks(regex: &LazyLock<Option<Regex>>, text: &str) -> bool {
    !text.is_empty() && regex.as_ref().is_some_and(|regex| regex.is_match(text))
}

/// Whether a control is a trap, by itself.
pub(super) fn is_trap(control: &Control, form: &Form) -> bool {
    let name = control.name.as_deref().unwrap_or(control.id.as_str());
    if form.netlify_honeypot.as_deref().is_some_and(|trap| Some(trap) == control.name.as_deref()) {
        return true;
    }
    if control.kind == "hidden" {
        return trap_name(name) && control.value.trim().is_empty();
    }
    let typed = control.is_typed() && control.kind != "password";
    if !typed && control.kind != "checkbox" {
        return false;
    }
    let spoken =
        [&control.label, &control.placeholder, &control.row, &control.before, &control.after].into_iter().any(|text| trap_words(text));
    let announced = ["honeypot", "honey pot", "bot trap", "spam trap", "leave blank", "anti spam", "antispam", "bots"]
        .iter()
        .any(|mark| control.comment.contains(mark));
    if trap_name(name) || spoken || announced || marks(&TRAP_MARKS, &control.wrappers) || marks(&TRAP_MARKS, &control.class) {
        return true;
    }
    typed && control.value.is_empty() && tucked_away(control, name)
}

/// Whether a typed field is out of a person's reach, and alone in that.
fn tucked_away(control: &Control, name: &str) -> bool {
    let alone = control.concealed_together <= 1;
    let no_help = matches!(control.autocomplete.as_str(), "off" | "nope" | "new-password" | "false" | "disabled" | "no");
    if control.unreachable_by_tab && (no_help || control.aria_hidden) {
        return true;
    }
    match control.concealed {
        Some(Concealed::Trick) => {
            alone || control.concealed_together == 2 && (control.unreachable_by_tab || control.aria_hidden || no_help)
        }
        Some(Concealed::NotShown) => {
            let bait = ["website", "url", "homepage", "web", "fax", "company", "subject", "address"].contains(&words(name).as_str());
            let mute = control.label.is_empty() && control.placeholder.is_empty() && control.row.is_empty() && control.kind == "text";
            alone && !control.required && (control.unreachable_by_tab || control.aria_hidden || bait || mute && !control.id.is_empty())
        }
        None => {
            (marks(&UNSEEN_MARKS, &control.wrappers) || marks(&UNSEEN_MARKS, &control.class)) && !control.required
                || control.aria_hidden && control.unreachable_by_tab
        }
    }
}

/// A trap is an exception: where most of a form is tucked away, it is a step or a dialog, drawn field by field.
pub(super) fn forgive_the_many(fields: &mut [Field], controls: &[&Control], judge: impl Fn(usize, &Control) -> (Role, f64)) {
    let tucked = |field: &Field, control: &Control| {
        let name = control.name.as_deref().unwrap_or(control.id.as_str());
        field.honeypot && control.kind != "hidden" && !trap_name(name) && tucked_away(control, name)
    };
    let many = fields.iter().zip(controls).filter(|(field, control)| tucked(field, control)).count();
    let typed = controls.iter().filter(|control| control.is_typed()).count();
    if many <= 2 || many * 3 <= typed {
        return;
    }
    for (field, control) in fields.iter_mut().zip(controls) {
        if tucked(field, control) {
            (field.role, field.confidence) = judge(field.index, control);
            field.honeypot = false;
        }
    }
}

/// A later optional field that repeats what was asked before, and is tucked away or made to look the same, is a trap.
pub(super) fn mark_repeated(fields: &mut [Field], controls: &[&Control]) {
    let single = |role| {
        matches!(role, Role::Email | Role::FullName | Role::FirstName | Role::LastName | Role::Message | Role::Phone | Role::Company)
    };
    let known: Vec<(Role, String, bool)> = fields.iter().map(|field| (field.role, words(&field.label), field.required)).collect();
    for (at, (field, control)) in fields.iter_mut().zip(controls).enumerate() {
        let rivals = || known.iter().enumerate().filter(|(other, (role, ..))| *other != at && *role == field.role);
        let earlier = rivals().any(|(other, _)| other < at);
        let no_help = matches!(control.autocomplete.as_str(), "off" | "nope" | "new-password");
        let tucked = control.concealed.is_some() && control.concealed_together <= 1 || control.unreachable_by_tab;
        let twin = known.get(at).is_some_and(|(_, label, _)| {
            !label.is_empty() && rivals().any(|(_, (_, other, required))| other == label && (*required || earlier))
        });
        if single(field.role) && !field.required && (earlier && tucked || twin && (tucked || no_help)) {
            field.role = Role::Honeypot;
            field.honeypot = true;
            field.confidence = 0.8;
        }
    }
}
