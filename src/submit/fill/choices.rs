//! What is chosen or ticked: of lists, boxes and radio buttons. Only what plainly answers for the persona; nothing is bound by it.

use super::{FillFault, Filler, called, manual, says_texts};
use crate::submit::fields::{Field, Role};
use crate::submit::page::{Choice, Control};
use crate::submit::states;
use crate::submit::words::words;

const UNDECIDED: [&str; 9] =
    ["not sure", "undecided", "just looking", "just browsing", "unsure", "any", "no preference", "other", "flexible"];

impl Filler<'_> {
    pub(super) fn list(&mut self, field: &Field, control: &Control) -> Result<(), FillFault> {
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
            let says = |text: &str, wanted: &str| format!(" {} ", words(text)).contains(&format!(" {wanted} "));
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
                let asked = self.asker.shop.ask.community.as_deref().map(words);
                let found = asked.as_deref().filter(|asked| !asked.is_empty()).and_then(|asked| {
                    let same = |o: &str| o == asked;
                    let gone = |o: &str| ["sold out", "closed", "resale", "coming soon"].iter().any(|words| o.contains(words));
                    let like = |o: &str| (o.contains(asked) || o.len() > 4 && asked.contains(o)) && !gone(o);
                    real().find(|(_, o)| same(&words(&o.text))).or_else(|| real().find(|(_, o)| like(&words(&o.text))))
                });
                found.map(|(at, _)| at).or_else(|| {
                    if field.required { texts(&["not sure", "undecided", "any", "general", "all communities", "other"]) } else { None }
                })
            }
            // A list before a number is one of dialling codes.
            Role::Phone => {
                let code = |o: &Choice| o.text.contains("+1") || o.value.trim_start_matches('+') == "1" || o.value == "US";
                let states = |o: &Choice| o.text.contains("United States") || o.text.contains("US") || o.value == "US";
                let abroad = self.asker.persona.phone.as_deref().is_none_or(|number| !number.starts_with("+1"));
                let found = real().filter(|(_, o)| code(o) && !abroad);
                found.min_by_key(|(_, o)| !states(o)).map(|(at, _)| at)
            }
            Role::State => self.asker.persona.state.as_deref().and_then(state).map(|(at, _)| at),
            Role::Country => texts(&["united states", "usa", "us"]),
            Role::Realtor => real()
                .find(|(_, o)| {
                    let text = words(&o.text);
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
                .or_else(|| if self.asker.persona.phone.is_some() { texts(&["phone", "call"]) } else { None })
                .or_else(|| texts(&["email"])),
            Role::Other if field.required => {
                let label = words(&field.label);
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
        let own = |text: &str| !words(text).split(' ').any(other);
        let real: Vec<(usize, String)> = control
            .options
            .iter()
            .enumerate()
            .filter(|(_, o)| is_real(o) && !o.disabled && own(&o.text))
            .map(|(at, o)| (at, format!(" {} ", words(&o.text))))
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

    pub(super) fn check_box(&mut self, field: &Field, control: &Control) -> Result<(), FillFault> {
        let asked = self.asker.shop.ask.community.as_deref().map(words).unwrap_or_default();
        let said = words(if control.label.is_empty() { &control.after } else { &control.label });
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

    pub(super) fn radio(&mut self, field: &Field, control: &Control) -> Result<(), FillFault> {
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
                words(said.into_iter().find(|text| !text.is_empty()).unwrap_or_default())
            })
            .collect();
        let find = |wanted: &[&str]| {
            wanted.iter().find_map(|wanted| texts.iter().position(|text| text == wanted || text.starts_with(&format!("{wanted} "))))
        };
        let context = words(&format!("{} {}", control.legend, control.before));
        let about = field.role;
        let required = group.iter().any(|c| c.required) || context.is_empty() && field.required;
        let asked = self.asker.shop.ask.community.as_deref().map(words).unwrap_or_default();
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
fn is_real(option: &Choice) -> bool {
    let text = words(&option.text);
    let prompts = ["select", "choose", "please", "pick", "none selected"];
    !option.value.trim().is_empty()
        && !text.is_empty()
        && !prompts.iter().any(|prompt| text.starts_with(prompt))
        && !option.text.trim().starts_with("--")
}
