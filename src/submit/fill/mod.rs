//! Fills a form as the persona. Takes the fields with their roles; gives the edits and what stands where. Only what is
//! recognised is filled: an unknown optional field stays as it is, an unknown required one stops the filling and is named.
//! Marketing consents that the form does not require are never ticked; we are never a realtor.

mod choices;

use super::SubmitError;
use super::asker::Asker;
use super::fields::{Field, Role};
use super::form::Edits;
use super::page::{Control, Form, Page};
use super::{phone, template};

/// A field as it goes out.
#[derive(Clone, Debug, PartialEq)]
pub struct Filled {
    /// The `name` it is sent under; what a person would call it where it has none.
    pub name: String,
    /// What a person would call it.
    pub label: String,
    /// Its role.
    pub role: Role,
    /// The kind of control.
    pub control: &'static str,
    /// What was put in, or the text of the option chosen.
    pub value: String,
    /// How sure the role is.
    pub confidence: f64,
}

/// A filled form.
#[derive(Clone, Debug, Default)]
pub struct Filling {
    /// What was changed.
    pub edits: Edits,
    /// What stands where.
    pub filled: Vec<Filled>,
    /// Whether a phone number goes out.
    pub offered_phone: bool,
    /// Whether texts are consented to.
    pub offered_text: bool,
    /// Whether the question goes out.
    pub asked: bool,
}

/// Why a form was not filled.
#[derive(Debug, thiserror::Error)]
pub enum FillFault {
    /// A person must look at it.
    #[error("{0}")]
    Manual(String),
    /// The shop file is wrong.
    #[error(transparent)]
    Settings(#[from] SubmitError),
}

struct Filler<'a> {
    page: &'a Page,
    fields: &'a [Field],
    asker: Asker<'a>,
    out: Filling,
    text_consent: bool,
}

/// Fills a form.
///
/// # Errors
/// When a required field cannot be filled honestly, or the shop file names a field or template that is not there.
pub fn fill(page: &Page, form: &Form, fields: &[Field], asker: Asker<'_>) -> Result<Filling, FillFault> {
    let mut filler = Filler::new(page, fields, asker)?;
    for field in fields {
        filler.one(field)?;
    }
    Ok(filler.filling(form))
}

/// Fills what can be filled, and says of each field that cannot be, by its position, why.
///
/// # Errors
/// When the shop file names a field or template that is not there.
pub fn fill_what_can(page: &Page, form: &Form, fields: &[Field], asker: Asker<'_>) -> Result<(Filling, Vec<(usize, String)>), FillFault> {
    let mut filler = Filler::new(page, fields, asker)?;
    let mut missing = Vec::new();
    for field in fields {
        match filler.one(field) {
            Err(FillFault::Manual(why)) => missing.push((field.index, why)),
            other => other?,
        }
    }
    Ok((filler.filling(form), missing))
}

fn manual(reason: impl Into<String>) -> FillFault {
    FillFault::Manual(reason.into())
}

fn says_texts(text: &str) -> bool {
    let text = text.to_lowercase();
    ["text message", "sms", "texts", "by text", "text me", "via text", "call or text", "mensajes de texto"]
        .iter()
        .any(|words| text.contains(words))
}

fn accepts_by_sending(text: &str) -> bool {
    let text = text.to_lowercase();
    ["by submitting", "by clicking", "by providing", "by pressing", "by sending", "al enviar"].iter().any(|words| text.contains(words))
}

fn called(field: &Field) -> String {
    match (&field.name, field.label.as_str()) {
        (Some(name), "") => format!("`{name}`"),
        (Some(name), label) => format!("\"{label}\" (`{name}`)"),
        (None, label) => format!("\"{label}\""),
    }
}

impl<'a> Filler<'a> {
    fn new(page: &'a Page, fields: &'a [Field], asker: Asker<'a>) -> Result<Self, FillFault> {
        // A rendered form may show more of itself later.
        let whole = page.controls.iter().all(|control| control.live.is_none());
        let named = &asker.shop.submit.fields;
        if let Some(name) = named.keys().find(|name| whole && !fields.iter().any(|field| field.name.as_ref() == Some(name))) {
            return Err(manual(format!("the shop file fills a field `{name}`, which the form on {} does not have", page.url)));
        }
        Ok(Self { page, fields, asker, out: Filling::default(), text_consent: false })
    }

    /// What came of filling a form.
    fn filling(mut self, form: &Form) -> Filling {
        let stated = says_texts(&form.text) && accepts_by_sending(&form.text);
        self.out.offered_text = self.out.offered_phone && (self.text_consent || stated);
        self.out
    }

    fn one(&mut self, field: &Field) -> Result<(), FillFault> {
        let Some(control) = self.page.controls.get(field.control_index).filter(|c| !c.is_button() && !c.disabled) else { return Ok(()) };
        // Without a name it is not sent, unless a script that the browser runs sends it.
        let name = field.name.as_deref().or(control.live.map(|_| control.id.as_str()));
        let Some(name) = name else { return Ok(()) };
        if let Some(text) = self.asker.shop.submit.fields.get(name) {
            let value = template::render(self.asker, name, text)?;
            return self.put(field, control, &value);
        }
        if matches!(field.role, Role::Hidden | Role::Honeypot) || self.repeats(field, control) {
            return Ok(());
        }
        if field.concealed && !matches!(field.role, Role::Email | Role::Message) {
            return Ok(());
        }
        self.field(field, control)
    }

    /// Whether an optional field asks again for what was given: a second name or address is another's, or a trap that only a
    /// style sheet hides.
    fn repeats(&self, field: &Field, control: &Control) -> bool {
        let once = matches!(
            field.role,
            Role::FirstName
                | Role::LastName
                | Role::FullName
                | Role::Email
                | Role::Phone
                | Role::Zip
                | Role::City
                | Role::State
                | Role::Message
                | Role::Subject
        );
        let given = self.out.filled.iter().any(|filled| filled.role == field.role);
        once && given && !field.required && control.is_typed() && self.box_of_number(control).is_none()
    }

    fn note(&mut self, field: &Field, value: &str) {
        if field.role == Role::Phone && !value.is_empty() || value == self.asker.persona.phone.as_deref().unwrap_or("\u{0}") {
            self.out.offered_phone = true;
        }
        if value.contains(&self.asker.shop.ask.question) && !self.asker.shop.ask.question.is_empty() {
            self.out.asked = true;
        }
        self.out.filled.push(Filled {
            name: field.name.clone().unwrap_or_else(|| field.label.clone()),
            label: field.label.clone(),
            role: field.role,
            control: field.control,
            value: value.to_owned(),
            confidence: field.confidence,
        });
    }

    /// Puts a value of the shop file into a control.
    fn put(&mut self, field: &Field, control: &Control, value: &str) -> Result<(), FillFault> {
        match control.kind {
            "select" => {
                let same = |text: &str| text.trim().eq_ignore_ascii_case(value.trim());
                let at = control.options.iter().position(|o| same(&o.value)).or_else(|| control.options.iter().position(|o| same(&o.text)));
                let at = at.ok_or_else(|| {
                    manual(format!("the shop file chooses \"{value}\" for {}, which is not among its options", called(field)))
                })?;
                self.choose(field, control, at);
            }
            "checkbox" | "radio" => {
                let same = control.value.eq_ignore_ascii_case(value) || control.label.eq_ignore_ascii_case(value);
                let ticked =
                    same || control.kind == "checkbox" && matches!(value.to_ascii_lowercase().as_str(), "true" | "yes" | "on" | "1");
                if control.kind == "checkbox" || ticked {
                    self.tick(field, control, ticked);
                }
            }
            _ => {
                self.out.edits.set(control.index, value);
                self.note(field, value);
            }
        }
        Ok(())
    }

    fn choose(&mut self, field: &Field, control: &Control, at: usize) {
        self.out.edits.select(control.index, vec![at]);
        let text = control.options.get(at).map(|o| o.text.clone()).unwrap_or_default();
        self.note(field, &text);
    }

    fn tick(&mut self, field: &Field, control: &Control, ticked: bool) {
        self.out.edits.check(self.page, control.index, ticked);
        self.text_consent |= ticked && says_texts(&format!("{} {}", control.caption(), control.legend));
        self.note(field, if ticked { "ticked" } else { "not ticked" });
    }

    fn field(&mut self, field: &Field, control: &Control) -> Result<(), FillFault> {
        match control.kind {
            "select" => self.list(field, control),
            "checkbox" => self.check_box(field, control),
            "radio" => self.radio(field, control),
            _ => self.typed(field, control),
        }
    }

    fn typed(&mut self, field: &Field, control: &Control) -> Result<(), FillFault> {
        let value = self.words_for(field, control)?;
        let Some(value) = value else {
            let empty = control.value.trim().is_empty();
            if field.required && empty && field.role != Role::Captcha {
                return Err(manual(format!("the form requires {}, which is not recognised or not known of the persona", called(field))));
            }
            return Ok(());
        };
        if control.readonly {
            return Ok(());
        }
        if let Some(max) = control.maxlength.filter(|max| value.chars().count() > *max) {
            if !field.required && !matches!(field.role, Role::Email | Role::Message) {
                return Ok(());
            }
            return Err(manual(format!("{} takes {max} characters, fewer than what is to be written there", called(field))));
        }
        self.out.edits.set(control.index, &value);
        self.note(field, &value);
        Ok(())
    }

    fn words_for(&self, field: &Field, control: &Control) -> Result<Option<String>, FillFault> {
        let persona = self.asker.persona;
        let about =
            || self.asker.shop.ask.community.clone().map_or_else(|| "A question".to_owned(), |name| format!("A question about {name}"));
        let required = |value: Option<String>| if field.required { value } else { None };
        Ok(match field.role {
            Role::FirstName => Some(persona.first.clone()),
            Role::LastName => Some(persona.last.clone()),
            Role::FullName => Some(persona.full_name()),
            Role::Email | Role::EmailConfirm => Some(self.asker.alias.to_owned()),
            Role::Phone => match persona.phone.as_deref() {
                Some(number) => match self
                    .box_of_number(control)
                    .map_or_else(|| phone::written(number, control), |lengths| phone::part(number, lengths))
                {
                    Some(written) => Some(written),
                    None if field.required => return Err(manual(format!("{} does not take the persona's number", called(field)))),
                    None => None,
                },
                None => None,
            },
            Role::Zip => persona.zip.clone(),
            Role::Street => required(persona.street.clone()),
            Role::City => persona.city.clone(),
            Role::State => persona.state.clone(),
            Role::Country => required(Some("United States".to_owned())),
            Role::Community => self.asker.shop.ask.community.clone(),
            Role::Message => Some(self.asker.shop.ask.question.clone()),
            Role::Subject => Some(about())
                .filter(|text| control.maxlength.is_none_or(|max| text.chars().count() <= max))
                .or_else(|| Some("Question".to_owned())),
            Role::Timeframe | Role::Budget => required(Some("Not sure yet".to_owned())),
            Role::Realtor => required(Some("No".to_owned())),
            Role::ContactPreference => required(Some("Either is fine".to_owned())),
            _ => None,
        })
    }

    /// Where a number is asked for in several boxes: how long the boxes before this one are, and this one is.
    fn box_of_number(&self, control: &Control) -> Option<(usize, usize)> {
        let short = |field: &Field| {
            let control = self.page.controls.get(field.control_index).filter(|c| field.role == Role::Phone && c.is_typed());
            control.and_then(|control| control.maxlength).filter(|max| *max <= 8)
        };
        let at = self.fields.iter().position(|field| field.control_index == control.index)?;
        let own = self.fields.get(at).and_then(short)?;
        let before: Vec<usize> = self.fields.get(..at)?.iter().rev().map_while(short).collect();
        let follows = self.fields.get(at + 1).and_then(short).is_some();
        (follows || !before.is_empty()).then(|| (before.iter().sum(), own))
    }
}

#[cfg(test)]
mod tests;
