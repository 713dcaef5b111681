//! What each field is. Takes a form; gives roles with a confidence, traps marked. Rule order: traps, `autocomplete`, type,
//! label, placeholder, the row it stands in, name, text before, options; then what stands beside it (`beside`). Boxes are
//! judged by their question (`boxes`).

use std::sync::LazyLock;

use regex::Regex;
use serde::Serialize;

use super::boxes::{self, Groups};
use super::page::{Control, Form, Page};
use super::words::{name_words, roles_of, words};
use super::{beside, honeypot};

pub use super::kind::{FormKind, choose, kind};
pub use super::role::Role;

/// A control with its role.
#[derive(Clone, Debug, Serialize)]
pub struct Field {
    /// Position in the form.
    pub index: usize,
    /// Position among all controls of the document.
    pub control_index: usize,
    /// The `name`.
    pub name: Option<String>,
    /// What a person would call it.
    pub label: String,
    /// The kind of control.
    pub control: &'static str,
    /// The role.
    pub role: Role,
    /// Whether it must be filled.
    pub required: bool,
    /// Whether it is a trap for robots.
    pub honeypot: bool,
    /// Whether it is concealed from a person.
    pub concealed: bool,
    /// How sure the role is, 0 to 1.
    pub confidence: f64,
}

/// The controls of a form, with what is known of them all before each is judged.
struct Together<'a> {
    form: &'a Form,
    controls: Vec<&'a Control>,
    groups: Groups,
    layout: Layout,
}

/// The fields of a form.
#[must_use]
pub fn fields(page: &Page, form: &Form) -> Vec<Field> {
    let controls: Vec<&Control> = page.controls_of(form).collect();
    let together = Together { form, groups: Groups::of(&controls), layout: Layout::of(&controls), controls };
    let controls = together.controls.as_slice();
    let mut fields: Vec<Field> = controls
        .iter()
        .enumerate()
        .map(|(index, control)| {
            let (role, confidence) = judge(&together, index, control);
            Field {
                index,
                control_index: control.index,
                name: control.name.clone(),
                label: control.caption(),
                control: control.kind,
                role,
                required: control.required,
                honeypot: role == Role::Honeypot,
                concealed: control.concealed.is_some(),
                confidence,
            }
        })
        .collect();
    honeypot::forgive_the_many(&mut fields, controls, |index, control| judge_fairly(&together, index, control));
    beside::neighbours(&mut fields, controls);
    beside::parts_of_a_number(&mut fields, controls);
    honeypot::mark_repeated(&mut fields, controls);
    beside::one_message(&mut fields, controls);
    beside::other_parts(&mut fields, controls);
    beside::a_button(&mut fields, controls);
    fields
}

/// On which side of their fields the labels stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    LabelBefore,
    LabelAfter,
}

impl Layout {
    fn of(controls: &[&Control]) -> Self {
        let bare = |c: &&&Control| c.is_typed() && c.label.is_empty() && c.placeholder.is_empty() && c.concealed.is_none();
        let first = controls.iter().find(bare);
        let last = controls.iter().rfind(bare);
        let follows = first.is_some_and(|c| c.before.is_empty() && !c.after.is_empty()) && last.is_some_and(|c| !c.after.is_empty());
        if follows { Self::LabelAfter } else { Self::LabelBefore }
    }
}

/// Where the label of a field stands that has none of its own: text right behind the field before is the label of that.
fn label_side(together: &Together<'_>, index: usize, control: &Control) -> Layout {
    let earlier = index.checked_sub(1).and_then(|at| together.controls.get(at));
    let taken = earlier.is_some_and(|other| !other.after.is_empty() && other.after == control.before);
    if taken && !control.after.is_empty() { Layout::LabelAfter } else { together.layout }
}

fn judge(together: &Together<'_>, index: usize, control: &Control) -> (Role, f64) {
    if control.is_button() {
        return (if control.kind == "submit" || control.kind == "image" { Role::Submit } else { Role::Other }, 1.0);
    }
    let name = control.name.as_deref().unwrap_or(control.id.as_str());
    if is_captcha(control, name) {
        return (Role::Captcha, 0.95);
    }
    if honeypot::is_trap(control, together.form) {
        return (Role::Honeypot, 0.95);
    }
    if control.kind == "hidden" {
        return (Role::Hidden, 1.0);
    }
    if is_machine(control, name) {
        return (Role::Hidden, 0.9);
    }
    judge_fairly(together, index, control)
}

/// What a field is that is no trap.
fn judge_fairly(together: &Together<'_>, index: usize, control: &Control) -> (Role, f64) {
    let name = control.name.as_deref().unwrap_or(control.id.as_str());
    match control.kind {
        "file" | "password" | "color" | "range" => (Role::Other, 0.9),
        "checkbox" | "radio" => boxes::judge(control, name, together.groups.around(index, &together.controls)),
        _ => by_autocomplete(control).map_or_else(|| by_words(control, name, label_side(together, index, control)), |role| (role, 0.98)),
    }
}

/// A field that a script or the builder fills: concealed with a value, or by a name that only scripts use.
fn is_machine(control: &Control, name: &str) -> bool {
    let concealed = control.concealed.is_some() && !control.required;
    let valued = control.is_typed() && control.has_value && !control.value.is_empty();
    let chosen = control.kind == "select" && control.options.iter().any(|option| option.selected);
    let own = [
        "ldeskuid",
        "ldtuvid",
        "zc_gad",
        "xnqsjsdp",
        "xmiwtld",
        "gclid",
        "fbclid",
        "utm_",
        "referrer",
        "landing_page",
        "g-recaptcha-response",
    ];
    let name = name.to_ascii_lowercase();
    concealed && (control.concealed_together <= 1 && (valued || chosen) || own.iter().any(|own| name.starts_with(own)))
}

/// A field whose own name says that it holds a CAPTCHA's answer.
fn is_captcha(control: &Control, name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let typed = control.is_typed() && control.kind != "password";
    typed && (lower.contains("captcha") && !lower.contains("honey") || lower == "cf-turnstile-response")
        || control.class.contains("wpcf7-quiz")
}

/// What a text field or list is, by all that is said about it.
fn by_words(control: &Control, name: &str, layout: Layout) -> (Role, f64) {
    let said = |text: &str| {
        let sum = matches!(control.kind, "text" | "number" | "tel") && is_sum(text);
        if sum { Some(Role::Captcha) } else { role_for(&words(text), control.kind) }
    };
    let named = || role_for(&name_words(name), control.kind).or_else(|| role_for(&name_words(&control.id), control.kind));
    let beside = match layout {
        Layout::LabelBefore => control.before.as_str(),
        Layout::LabelAfter => control.after.as_str(),
    };
    // A few words in the cell before are a label; a sentence may be about anything.
    let titled = beside.chars().count() <= 40;
    if control.kind == "email" {
        let beside = said(beside).filter(|_| titled);
        return by_email_type(&[said(&control.label), said(&control.placeholder), said(&control.row), beside, named()]);
    }
    let own_value =
        if control.is_typed() && control.kind != "textarea" && control.placeholder.is_empty() { control.value.as_str() } else { "" };
    let prompt = control.options.first().filter(|_| control.kind == "select").map_or("", |option| option.text.as_str());
    // Each is looked at only when those before it say nothing.
    let sources: [(&dyn Fn() -> Option<Role>, f64); 9] = [
        (&|| said(&control.label), 0.95),
        (&|| example(&control.placeholder).filter(|_| control.is_typed()).or_else(|| said(&control.placeholder)), 0.92),
        (&|| role_for(&words(own_value), control.kind), 0.85),
        (&|| Some(&control.row).filter(|row| **row != control.label).and_then(|row| said(row)), 0.9),
        (&|| said(prompt), 0.85),
        (&|| Some(beside).filter(|text| titled && *text != control.label && *text != control.row).and_then(said), 0.86),
        (&named, 0.85),
        (&|| Some(beside).filter(|_| !titled).and_then(said), 0.75),
        (&|| said(&control.legend), 0.6),
    ];
    let found = sources.iter().find_map(|(look, confidence)| look().map(|role| (role, *confidence)));
    match (found, control.kind) {
        (Some((role, confidence)), _) if confidence > 0.85 => match named() {
            Some(named) if named == role => (role, 0.98),
            Some(_) => (role, confidence - 0.1),
            None => (role, confidence),
        },
        (Some(found), _) => found,
        (None, "textarea") => (Role::Message, 0.7),
        (None, "tel") => (Role::Phone, 0.7),
        (None, "select") => by_options(control),
        (None, _) => (Role::Other, 0.5),
    }
}

/// What a placeholder is an example of: an address, a number.
fn example(placeholder: &str) -> Option<Role> {
    let address = placeholder.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
    let digits = placeholder.chars().filter(|c| c.is_ascii_digit() || matches!(c, 'x' | 'X' | '_' | '#')).count();
    let number = matches!(digits, 10 | 11) && !placeholder.chars().any(|c| c.is_alphabetic() && !matches!(c, 'x' | 'X'));
    if address { Some(Role::Email) } else { number.then_some(Role::Phone) }
}

/// "3 + 4 =".
fn is_sum(text: &str) -> bool {
    SUM.as_ref().is_some_and(|regex| regex.is_match(text))
}

static SUM: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(^|[^\d.,(/-])\d{1,2}\s*[+×*x−–-]\s*\d{1,2}(\s*[=?]|\s*[+×*x−–-]\s*\d{1,2}|\s*$)").ok());

/// `type=email` is an email address, unless its label plainly says something else and nothing says email.
fn by_email_type(said: &[Option<Role>]) -> (Role, f64) {
    if said.contains(&Some(Role::EmailConfirm)) {
        return (Role::EmailConfirm, 0.95);
    }
    let first = said.iter().flatten().next().copied();
    let lies =
        matches!(first, Some(Role::Subject | Role::FullName | Role::FirstName | Role::LastName | Role::Phone | Role::City | Role::Company));
    match first {
        Some(role) if lies && !said.contains(&Some(Role::Email)) => (role, 0.75),
        _ => (Role::Email, 0.97),
    }
}

/// The first role that words speak for and a control of this kind can hold.
pub(super) fn role_for(words: &str, kind: &str) -> Option<Role> {
    if words.is_empty() || words.len() > 120 {
        return None;
    }
    roles_of(words).find(|role| suits(*role, kind))
}

/// Whether a control of this kind can hold the role.
fn suits(role: Role, kind: &str) -> bool {
    match role {
        Role::Email | Role::EmailConfirm | Role::FirstName | Role::LastName | Role::FullName | Role::Company => {
            matches!(kind, "text" | "email" | "tel" | "search" | "url")
        }
        Role::Message => matches!(kind, "text" | "textarea"),
        Role::Phone => matches!(kind, "text" | "tel" | "number" | "select"),
        Role::Zip => matches!(kind, "text" | "tel" | "number"),
        Role::Street => matches!(kind, "text" | "textarea" | "number"),
        Role::Captcha => matches!(kind, "text" | "number" | "tel"),
        Role::Consent | Role::Newsletter => matches!(kind, "checkbox" | "radio"),
        Role::Other => true,
        _ => kind != "textarea",
    }
}

fn by_autocomplete(control: &Control) -> Option<Role> {
    Some(match control.autocomplete.as_str() {
        "username" if control.kind == "email" => Role::Email,
        "given-name" => Role::FirstName,
        "family-name" => Role::LastName,
        "name" => Role::FullName,
        "email" => Role::Email,
        "tel" | "tel-national" | "tel-local" | "tel-area-code" | "tel-country-code" => Role::Phone,
        "postal-code" => Role::Zip,
        "street-address" | "address-line1" | "address-line2" | "address-line3" => Role::Street,
        "address-level2" => Role::City,
        "address-level1" => Role::State,
        "country" | "country-name" => Role::Country,
        "organization" => Role::Company,
        "username" | "one-time-code" | "new-password" | "current-password" | "honorific-prefix" | "bday" | "sex" | "additional-name"
        | "nickname" => Role::Other,
        token if token.starts_with("cc-") => Role::Other,
        _ => return None,
    })
}

fn by_options(control: &Control) -> (Role, f64) {
    let texts: Vec<String> = control.options.iter().map(|o| words(&o.text)).collect();
    let any = |needles: &[&str]| texts.iter().filter(|text| needles.iter().any(|needle| text.contains(needle))).count();
    let is = |needles: &[&str]| texts.iter().filter(|text| needles.contains(&text.as_str())).count();
    if any(&["texas", "california", "florida", "ohio"]) >= 3 || is(&["tx", "ca", "fl", "oh"]) >= 3 {
        return (Role::State, 0.9);
    }
    if any(&["united states", "canada", "germany"]) >= 2 {
        return (Role::Country, 0.9);
    }
    if any(&["google", "facebook", "billboard", "friend", "drive by", "radio", "internet"]) >= 2 {
        return (Role::Other, 0.8);
    }
    if any(&["month", "right away", "immediately", "asap", "days", "just looking", "just browsing"]) >= 2 && any(&["january"]) == 0 {
        return (Role::Timeframe, 0.8);
    }
    if control.options.iter().filter(|o| o.text.contains('$')).count() >= 2 {
        return (Role::Budget, 0.85);
    }
    if is(&["email", "phone", "text", "call", "sms", "text message", "phone call"]) >= 2 {
        return (Role::ContactPreference, 0.85);
    }
    if any(&["realtor", "real estate agent", "i am a buyer", "home buyer", "homebuyer"]) >= 1 {
        return (Role::Realtor, 0.7);
    }
    if any(&["general", "sales", "question", "support", "inquiry", "warranty"]) >= 2 {
        return (Role::Subject, 0.7);
    }
    (Role::Other, 0.5)
}

/// A form with everything known about it.
#[derive(Clone, Debug)]
pub struct Known {
    /// Its position.
    pub index: usize,
    /// What it is for.
    pub kind: FormKind,
    /// What is written there is a comment, a review or a tip for a friend: no question to the builder.
    pub for_others: bool,
    /// It stands inside something that is not shown.
    pub concealed: bool,
    /// Its fields.
    pub fields: Vec<Field>,
}

/// All forms of a page.
#[must_use]
pub fn survey(page: &Page) -> Vec<Known> {
    let known = |form: &Form| {
        let mut fields = fields(page, form);
        let (kind, for_others) = kind(page, form, &fields);
        if kind == FormKind::Search {
            beside::of_a_search(&mut fields);
        }
        Known { index: form.index, kind, for_others, concealed: form.concealed, fields }
    };
    page.forms.iter().map(known).collect()
}
