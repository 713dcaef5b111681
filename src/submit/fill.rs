//! Fills a form as the persona. Takes the fields with their roles; gives the edits and what stands where. Only what is
//! recognised is filled: an unknown optional field stays as it is, an unknown required one stops the filling and is named.
//! Marketing consents that the form does not require are never ticked; we are never a realtor.

use crate::shop::{Persona, Shop};

use super::SubmitError;
use super::fields::{Field, Role};
use super::form::Edits;
use super::page::{Control, Form, Page};
use super::{phone, states, template};

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

const UNDECIDED: [&str; 9] =
    ["not sure", "undecided", "just looking", "just browsing", "unsure", "any", "no preference", "other", "flexible"];

struct Filler<'a> {
    page: &'a Page,
    fields: &'a [Field],
    shop: &'a Shop,
    persona: &'a Persona,
    alias: &'a str,
    out: Filling,
    text_consent: bool,
}

/// Fills a form.
///
/// # Errors
/// When a required field cannot be filled honestly, or the shop file names a field or template that is not there.
pub fn fill(page: &Page, form: &Form, fields: &[Field], shop: &Shop, persona: &Persona, alias: &str) -> Result<Filling, FillFault> {
    let (filling, missing) = fill_all(page, form, fields, shop, persona, alias, true)?;
    missing.into_iter().next().map_or(Ok(filling), |(_, why)| Err(FillFault::Manual(why)))
}

/// Fills what can be filled, and says of each field that cannot be, by its position, why.
///
/// # Errors
/// When the shop file names a field or template that is not there.
pub fn fill_what_can(
    page: &Page,
    form: &Form,
    fields: &[Field],
    shop: &Shop,
    persona: &Persona,
    alias: &str,
) -> Result<(Filling, Vec<(usize, String)>), FillFault> {
    fill_all(page, form, fields, shop, persona, alias, false)
}

fn fill_all(
    page: &Page,
    form: &Form,
    fields: &[Field],
    shop: &Shop,
    persona: &Persona,
    alias: &str,
    at_first: bool,
) -> Result<(Filling, Vec<(usize, String)>), FillFault> {
    let mut filler = Filler { page, fields, shop, persona, alias, out: Filling::default(), text_consent: false };
    // A rendered form may show more of itself later.
    let whole = page.controls.iter().all(|control| control.live.is_none());
    if let Some(name) = shop.submit.fields.keys().find(|name| whole && !fields.iter().any(|field| field.name.as_ref() == Some(name))) {
        return Err(manual(format!("the shop file fills a field `{name}`, which the form on {} does not have", page.url)));
    }
    let mut missing = Vec::new();
    for field in fields {
        match filler.one(field) {
            Err(FillFault::Manual(why)) => missing.push((field.index, why)),
            other => other?,
        }
        if at_first && !missing.is_empty() {
            break;
        }
    }
    let stated = says_texts(&form.text) && accepts_by_sending(&form.text);
    filler.out.offered_text = filler.out.offered_phone && (filler.text_consent || stated);
    Ok((filler.out, missing))
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

impl Filler<'_> {
    fn one(&mut self, field: &Field) -> Result<(), FillFault> {
        let Some(control) = self.page.controls.get(field.control_index).filter(|c| !c.is_button() && !c.disabled) else { return Ok(()) };
        // Without a name it is not sent, unless a script that the browser runs sends it.
        let name = field.name.as_deref().or(control.live.map(|_| control.id.as_str()));
        let Some(name) = name else { return Ok(()) };
        if let Some(text) = self.shop.submit.fields.get(name) {
            let value = template::render(self.shop, self.persona, self.alias, name, text)?;
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
        if field.role == Role::Phone && !value.is_empty() || value == self.persona.phone.as_deref().unwrap_or("\u{0}") {
            self.out.offered_phone = true;
        }
        if value.contains(&self.shop.ask.question) && !self.shop.ask.question.is_empty() {
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
        let persona = self.persona;
        let about = || self.shop.ask.community.clone().map_or_else(|| "A question".to_owned(), |name| format!("A question about {name}"));
        let required = |value: Option<String>| if field.required { value } else { None };
        Ok(match field.role {
            Role::FirstName => Some(persona.first.clone()),
            Role::LastName => Some(persona.last.clone()),
            Role::FullName => Some(persona.full_name()),
            Role::Email | Role::EmailConfirm => Some(self.alias.to_owned()),
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
            Role::Community => self.shop.ask.community.clone(),
            Role::Message => Some(self.shop.ask.question.clone()),
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

    fn list(&mut self, field: &Field, control: &Control) -> Result<(), FillFault> {
        if let Some(at) = self.option_for(field, control) {
            self.choose(field, control, at);
            return Ok(());
        }
        let stands = self.out.edits.chosen(control).into_iter().filter_map(|at| control.options.get(at)).any(is_real);
        if field.required && !stands {
            return Err(manual(format!("the form requires a choice for {}, and none of its options is plainly right", called(field))));
        }
        Ok(())
    }

    fn option_for(&self, field: &Field, control: &Control) -> Option<usize> {
        let real = || control.options.iter().enumerate().filter(|(_, o)| is_real(o) && !o.disabled);
        let texts = |wanted: &[&str]| {
            let says = |text: &str, wanted: &str| format!(" {} ", super::words::words(text)).contains(&format!(" {wanted} "));
            wanted.iter().find_map(|wanted| real().find(|(_, o)| says(&o.text, wanted)).map(|(at, _)| at))
        };
        let state = |code: &str| {
            real().find(|(_, o)| {
                o.value.eq_ignore_ascii_case(code)
                    || o.text.eq_ignore_ascii_case(code)
                    || states::name(code).is_some_and(|name| o.text.eq_ignore_ascii_case(name))
            })
        };
        match field.role {
            Role::Community => {
                let asked = self.shop.ask.community.as_deref().map(super::words::words);
                let found = asked.as_deref().filter(|asked| !asked.is_empty()).and_then(|asked| {
                    let same = |o: &str| o == asked;
                    let gone = |o: &str| ["sold out", "closed", "resale", "coming soon"].iter().any(|words| o.contains(words));
                    let like = |o: &str| (o.contains(asked) || o.len() > 4 && asked.contains(o)) && !gone(o);
                    real()
                        .find(|(_, o)| same(&super::words::words(&o.text)))
                        .or_else(|| real().find(|(_, o)| like(&super::words::words(&o.text))))
                });
                found.map(|(at, _)| at).or_else(|| {
                    if field.required { texts(&["not sure", "undecided", "any", "general", "all communities", "other"]) } else { None }
                })
            }
            // A list before a number is one of dialling codes.
            Role::Phone => {
                let code = |o: &super::page::Choice| o.text.contains("+1") || o.value.trim_start_matches('+') == "1" || o.value == "US";
                let states = |o: &super::page::Choice| o.text.contains("United States") || o.text.contains("US") || o.value == "US";
                let abroad = self.persona.phone.as_deref().is_none_or(|number| !number.starts_with("+1"));
                let found = real().filter(|(_, o)| code(o) && !abroad);
                found.min_by_key(|(_, o)| !states(o)).map(|(at, _)| at)
            }
            Role::State => self.persona.state.as_deref().and_then(state).map(|(at, _)| at),
            Role::Country => texts(&["united states", "usa", "us"]),
            Role::Realtor => real()
                .find(|(_, o)| {
                    let text = super::words::words(&o.text);
                    matches!(text.split(' ').next(), Some("no" | "not")) && !text.contains("longer")
                })
                .map(|(at, _)| at)
                .or_else(|| texts(&["home buyer", "homebuyer", "buyer"])),
            Role::Subject => Self::topic(control),
            Role::Timeframe if field.required => {
                texts(&UNDECIDED).or_else(|| texts(&["6", "12"])).or_else(|| real().next_back().map(|(at, _)| at))
            }
            Role::Budget if field.required => texts(&UNDECIDED),
            Role::ContactPreference if field.required => texts(&["either", "any", "both", "no preference"])
                .or_else(|| if self.persona.phone.is_some() { texts(&["phone", "call"]) } else { None })
                .or_else(|| texts(&["email"])),
            Role::Other if field.required => {
                let label = super::words::words(&field.label);
                let heard = ["hear about", "did you hear", "referr", "how did you find"].iter().any(|words| label.contains(words));
                let moment = label.contains("time") || label.contains("when");
                if heard {
                    texts(&["internet", "online", "web", "google", "search", "other"])
                } else if moment {
                    texts(&["any", "anytime", "no preference", "flexible", "morning", "afternoon"])
                } else {
                    texts(&UNDECIDED)
                }
            }
            _ => None,
        }
    }

    /// The topic of a buyer's question; never another department's.
    fn topic(control: &Control) -> Option<usize> {
        let others = [
            "warranty",
            "service",
            "care",
            "career",
            "employment",
            "job",
            "vendor",
            "trade",
            "land",
            "media",
            "press",
            "realtor",
            "agent",
            "broker",
            "complaint",
            "billing",
            "selling",
            "sell",
            "homeowner",
            "support",
            "repair",
            "maintenance",
        ];
        let other = |word: &str| others.contains(&word) || word.strip_suffix('s').is_some_and(|one| others.contains(&one));
        let own = |text: &str| !super::words::words(text).split(' ').any(other);
        let real: Vec<(usize, String)> = control
            .options
            .iter()
            .enumerate()
            .filter(|(_, o)| is_real(o) && !o.disabled && own(&o.text))
            .map(|(at, o)| (at, format!(" {} ", super::words::words(&o.text))))
            .collect();
        let wanted = [
            "new home sales",
            "sales",
            "new home",
            "new homes",
            "buying",
            "buy",
            "general",
            "question",
            "questions",
            "information",
            "inquiry",
            "enquiry",
            "other",
        ];
        wanted.iter().find_map(|wanted| real.iter().find(|(_, text)| text.contains(&format!(" {wanted} "))).map(|(at, _)| *at))
    }

    fn check_box(&mut self, field: &Field, control: &Control) -> Result<(), FillFault> {
        let asked = self.shop.ask.community.as_deref().map(super::words::words).unwrap_or_default();
        let said = super::words::words(if control.label.is_empty() { &control.after } else { &control.label });
        let tick = match field.role {
            Role::Consent | Role::Newsletter => field.required && !binds(&said),
            // The community asked about, named by itself and not in a sentence that may say anything.
            Role::Community => {
                !asked.is_empty() && said.contains(&asked) && said.len() <= asked.len() + 25 && !control.checked && !binds(&said)
            }
            _ => false,
        };
        if tick {
            self.tick(field, control, true);
        } else if control.checked
            && !field.required
            && (field.role == Role::Newsletter || field.role == Role::Consent && says_texts(&control.caption()))
        {
            self.tick(field, control, false);
        } else if field.required && !control.checked {
            let alone =
                self.page.controls.iter().filter(|c| c.form == control.form && c.name == control.name && c.kind == "checkbox").count() == 1;
            if alone {
                return Err(manual(format!("the form requires {} to be ticked, and it is not plain what that says", called(field))));
            }
        }
        Ok(())
    }

    fn radio(&mut self, field: &Field, control: &Control) -> Result<(), FillFault> {
        let page = self.page;
        let group: Vec<&Control> =
            page.controls.iter().filter(|c| c.kind == "radio" && c.form == control.form && c.name == control.name).collect();
        if group.first().is_none_or(|first| first.index != control.index) {
            return Ok(());
        }
        let texts: Vec<String> = group
            .iter()
            .map(|c| {
                let said = [c.label.as_str(), c.after.as_str(), c.value.as_str()];
                super::words::words(said.into_iter().find(|text| !text.is_empty()).unwrap_or_default())
            })
            .collect();
        let find = |wanted: &[&str]| {
            wanted.iter().find_map(|wanted| texts.iter().position(|text| text == wanted || text.starts_with(&format!("{wanted} "))))
        };
        let context = super::words::words(&format!("{} {}", control.legend, control.before));
        let about = field.role;
        let required = group.iter().any(|c| c.required) || context.is_empty() && field.required;
        let asked = self.shop.ask.community.as_deref().map(super::words::words).unwrap_or_default();
        let pick = match about {
            Role::Realtor | Role::Newsletter => find(&["no"]),
            Role::Consent if required => find(&["yes", "i agree", "agree", "accept"]),
            Role::ContactPreference if required => find(&["either", "any", "both", "no preference", "phone", "call", "email"]),
            Role::Timeframe | Role::Community | Role::Budget | Role::Other if required => find(&UNDECIDED),
            _ => None,
        };
        let named = |text: &String| text.contains(&asked) && text.len() <= asked.len() + 25 && !binds(text);
        let pick = pick.or_else(|| if asked.is_empty() || about != Role::Community { None } else { texts.iter().position(named) });
        if let Some(chosen) = pick.and_then(|at| group.get(at)) {
            self.tick(field, chosen, true);
        } else if required && !group.iter().any(|c| self.out.edits.is_checked(page, c)) {
            return Err(manual(format!("the form requires a choice for {}, and none is plainly right", called(field))));
        }
        Ok(())
    }
}

/// Whether what is ticked binds a person to more than being answered: money, a trade, a contradiction.
fn binds(words: &str) -> bool {
    let said = format!(" {words} ");
    let stops = [
        "deposit",
        "refundable",
        "charge",
        "credit",
        "card",
        "payment",
        "pay",
        "purchase agreement",
        "loan",
        "licensed",
        "agent and",
        "realtor",
        "broker",
        "do not",
        "don t",
        "not agree",
        "sell",
        "resale",
        "binding",
        "background check",
    ];
    stops.iter().any(|stop| said.contains(&format!(" {stop} ")))
}

/// Whether an option is an answer and not "Select one".
fn is_real(option: &super::page::Choice) -> bool {
    let text = super::words::words(&option.text);
    let prompts = ["select", "choose", "please", "pick", "none selected"];
    !option.value.trim().is_empty()
        && !text.is_empty()
        && !prompts.iter().any(|prompt| text.starts_with(prompt))
        && !option.text.trim().starts_with("--")
}

#[cfg(test)]
mod tests {
    use super::super::fields;
    use super::super::tests::{persona, shop};
    use super::*;

    /// The filled form as `name=value` pairs, or the reason why not.
    fn filled(extra: &str, community: Option<&str>) -> (String, bool, bool) {
        let html = format!(
            "<form method=post action=/x><label>Name <input name=n></label><label>Email <input type=email name=e></label>\
             <label>Message <textarea name=m></textarea></label>{extra}<button>Send</button></form>"
        );
        let page = Page::parse(html.as_bytes(), &url::Url::parse("http://x.example/").unwrap(), Some("text/html; charset=utf-8"));
        let known = fields::survey(&page);
        let chosen = fields::choose(&known).unwrap();
        let mut shop = shop("http://x.example/", None);
        shop.ask.community = community.map(ToOwned::to_owned);
        match fill(&page, &page.forms[0], &chosen.fields, &shop, &persona(), "a@b.example") {
            Ok(filling) => {
                let list = filling.filled.iter().skip(3).map(|f| format!("{}={}", f.name, f.value)).collect::<Vec<_>>().join("&");
                (list, filling.offered_phone, filling.offered_text)
            }
            Err(fault) => (fault.to_string(), false, false),
        }
    }

    #[test]
    fn only_what_is_recognised_is_filled_and_nothing_is_consented_to_for_free() {
        let communities = "<option value=''>Select a community</option><option>Oak Run</option><option>The Willow Creek Collection</option><option>Not sure yet</option>";
        let willow = Some("Willow Creek");
        for (extra, community, expected) in [
            ("<label>Favourite colour <input name=x></label>".to_owned(), willow, ""),
            ("<label>Favourite colour <input name=x required></label>".to_owned(), willow, "the form requires \"Favourite colour\" (`x`)"),
            ("<label>State <select name=x><option>--<option value=48>Texas<option>Ohio</select></label>".to_owned(), willow, "x=Texas"),
            (format!("<label>Community <select name=x required>{communities}</select></label>"), willow, "x=The Willow Creek Collection"),
            (format!("<label>Community <select name=x required>{communities}</select></label>"), Some("Far Hills"), "x=Not sure yet"),
            (format!("<label>Community <select name=x>{communities}</select></label>"), Some("Far Hills"), ""),
            ("<label>Community * <select name=x><option value=''>Select<option>Oak Run<option>Elm</select></label>".to_owned(), willow, "the form requires a choice for \"Community * \""),
            ("<label>Are you working with a realtor? <select name=x><option value=''>Select<option>Yes<option>No</select></label>".to_owned(), willow, "x=No"),
            ("<fieldset><legend>Are you a realtor?</legend><label><input type=radio name=x value=y required> Yes</label><label><input type=radio name=x value=n> No</label></fieldset>".to_owned(), willow, "x=ticked"),
            ("<label><input type=checkbox name=x required> I agree to the privacy policy</label>".to_owned(), willow, "x=ticked"),
            ("<label><input type=checkbox name=x> I agree to the privacy policy</label>".to_owned(), willow, ""),
            ("<label><input type=checkbox name=x checked> Send me special offers</label>".to_owned(), willow, "x=not ticked"),
            ("<label><input type=checkbox name=x checked> I agree to receive text messages</label>".to_owned(), willow, "x=not ticked"),
            ("<label><input type=checkbox name=x checked> I agree to the privacy policy</label>".to_owned(), willow, ""),
            ("<label><input type=checkbox name=x required> Acepto la política de privacidad</label>".to_owned(), willow, "x=ticked"),
            ("<label><input type=checkbox name=x required> I own a boat</label>".to_owned(), willow, "the form requires \"I own a boat\""),
            ("<label>How soon do you want to move? <select name=x required><option value=''>Select<option>0-3 months<option>6-12 months</select></label>".to_owned(), willow, "x=6-12 months"),
            ("<label>How did you hear about us? <select name=x required><option value=''>Select<option>Radio<option>Internet search</select></label>".to_owned(), willow, "x=Internet search"),
            ("<label>Phone <input name=a maxlength=3></label> <input name=b maxlength=3> <input name=c maxlength=4>".to_owned(), willow, "a=512&b=555&c=0142"),
            ("<label>Best time to call <select name=x required><option value=''>Select<option>Morning<option>Any time</select></label>".to_owned(), willow, "x=Any time"),
            ("<p style='display:none'><label>Fax <input name=fax></label></p><label>Message <input name=x autocomplete=off tabindex=-1></label>".to_owned(), willow, ""),
        ] {
            let (said, _, _) = filled(&extra, community);
            let fits = if expected.starts_with("the form") { said.starts_with(expected.trim_end_matches(" \"")) } else { said == expected };
            assert!(fits, "{extra}\n expected {expected}\n got {said}");
        }
    }

    #[test]
    fn phone_and_texts_are_offered_only_where_the_form_says_so() {
        let phone = "<label>Phone <input type=tel name=p></label>";
        for (extra, expected) in [
            (String::new(), (false, false)),
            (phone.to_owned(), (true, false)),
            (format!("{phone}<p>By clicking Send you agree to receive calls and text messages.</p>"), (true, true)),
            ("<p>By clicking Send you agree to receive text messages.</p>".to_owned(), (false, false)),
            (format!("{phone}<label><input type=checkbox name=t> I agree to receive text messages</label>"), (true, false)),
            (format!("{phone}<label><input type=checkbox name=t required> I agree to receive text messages</label>"), (true, true)),
        ] {
            let (_, phone, text) = filled(&extra, None);
            assert_eq!((phone, text), expected, "{extra}");
        }
    }
}
