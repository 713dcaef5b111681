//! What check boxes and radio buttons are: of several, by the question above them; of one alone, by its own words.

use super::page::Control;
use super::role::Role;
use super::words::{name_words, roles_of, words};

/// What a check box or radio button is: of several, by the question above them; of one alone, by its own words.
pub(super) fn judge(control: &Control, name: &str, group: &[&Control]) -> (Role, f64) {
    let own = own_text(control);
    let by_own = said_of_boxes(&own);
    let long = own.len() > 25;
    if long && consents(&own) {
        return (Role::Consent, 0.9);
    }
    if let Some(role) = by_own.filter(|role| matches!(role, Role::Consent | Role::Newsletter) && (long || group.len() < 2)) {
        return (role, 0.9);
    }
    let named = said_of_boxes(&name_words(name));
    let first = group.first().map_or(control, |first| first);
    let question = [&control.legend, &first.before, &first.context].map(|text| words(text));
    if group.len() < 2 {
        return match (by_own, named) {
            (Some(role), named) => (role, if named == Some(role) { 0.96 } else { 0.9 }),
            (None, Some(role)) => (role, 0.8),
            (None, None) => question.iter().find_map(|text| said_of_boxes(text)).map_or((Role::Other, 0.5), |role| (role, 0.6)),
        };
    }
    let [legend, before, context] = &question;
    let asked = said_of_boxes(legend).or_else(|| said_of_boxes(before));
    if let Some(role) = asked.filter(|role| *role != Role::Other) {
        return (role, if named == Some(role) { 0.96 } else { 0.9 });
    }
    if let Some(role) = named.filter(|role| *role != Role::Other) {
        return (role, 0.85);
    }
    if let Some(found) = by_choices(group) {
        return found;
    }
    if let Some(role) = asked.or(named) {
        return (role, 0.7);
    }
    said_of_boxes(context).map_or((Role::Other, 0.5), |role| (role, 0.6))
}

/// What a question is by the answers that it offers.
fn by_choices(group: &[&Control]) -> Option<(Role, f64)> {
    let texts: Vec<String> = group.iter().take(MOST_CHOICES).map(|c| own_text(c)).collect();
    if texts.iter().any(|text| ["realtor", "real estate agent", "broker"].iter().any(|word| text.contains(word))) {
        return Some((Role::Realtor, 0.8));
    }
    let ways = ["email", "phone", "text", "call", "sms", "correo", "telefono"];
    let told = texts.iter().filter(|text| ways.iter().any(|way| text.contains(way))).count();
    if told >= 2 && told * 2 >= texts.len() && texts.iter().all(|text| text.len() < 40) {
        return Some((Role::ContactPreference, 0.85));
    }
    let shared: Vec<Role> = texts.iter().filter_map(|text| said_of_boxes(text)).filter(|role| *role != Role::Other).collect();
    let one = shared.first().copied().filter(|role| shared.len() * 2 > texts.len() && shared.iter().all(|other| other == role));
    if let Some(role) = one {
        return Some((role, 0.75));
    }
    (group.iter().take(MOST_CHOICES).filter(|c| c.label.contains('$') || c.value.contains('$')).count() >= 2).then_some((Role::Budget, 0.8))
}

/// How many answers are read to know the question.
const MOST_CHOICES: usize = 12;

/// Which boxes of a form belong to one question: of one name, or one after the other with nothing between but their own words.
pub(super) struct Groups(Vec<(usize, usize)>);

impl Groups {
    /// For each control the first and last of its question, found in one walk.
    pub(super) fn of(controls: &[&Control]) -> Self {
        let mut groups: Vec<(usize, usize)> = (0..controls.len()).map(|at| (at, at)).collect();
        let mut start = 0;
        for at in 1..=controls.len() {
            if controls.get(at).zip(controls.get(at - 1)).is_some_and(|(b, a)| are_joined(a, b)) {
                continue;
            }
            for group in groups.iter_mut().take(at).skip(start) {
                *group = (start, at - 1);
            }
            start = at;
        }
        Self(groups)
    }

    /// The boxes of one question.
    pub(super) fn around<'c, 'a>(&self, index: usize, controls: &'c [&'a Control]) -> &'c [&'a Control] {
        let (first, last) = self.0.get(index).copied().unwrap_or((index, index));
        controls.get(first..=last).unwrap_or_default()
    }
}

fn are_joined(a: &Control, b: &Control) -> bool {
    if !matches!(a.kind, "checkbox" | "radio") || a.kind != b.kind || a.legend != b.legend {
        return false;
    }
    if a.name.is_some() && a.name == b.name {
        return true;
    }
    let between = b.before.is_empty() || b.before == a.label || b.before == a.after || b.before == a.row;
    let short = |c: &Control| own_text(c).len() <= 60;
    // A consent or a newsletter beside other boxes is a question of its own.
    let own = |c: &Control| matches!(said_of_boxes(&own_text(c)), Some(Role::Consent | Role::Newsletter));
    between && short(a) && short(b) && !own(a) && !own(b)
}

fn own_text(control: &Control) -> String {
    let said = [&control.label, &control.after, &control.row, &control.value];
    words(said.into_iter().find(|text| !text.is_empty()).map_or("", String::as_str))
}

fn said_of_boxes(words: &str) -> Option<Role> {
    let holds = |role: &Role| {
        !matches!(
            role,
            Role::FirstName
                | Role::LastName
                | Role::FullName
                | Role::Email
                | Role::EmailConfirm
                | Role::Phone
                | Role::Street
                | Role::City
                | Role::State
                | Role::Zip
                | Role::Country
                | Role::Company
                | Role::Message
                | Role::Captcha
        )
    };
    roles_of(words).find(holds)
}

/// Whether words give leave, whatever else they speak of.
fn consents(words: &str) -> bool {
    ["agree", "consent", "authoriz", "authoris", "understand", "acknowledge", "i accept", "permission", "acepto", "autorizo"]
        .iter()
        .any(|verb| words.contains(verb))
}
