//! What a form is for, and which form of a page an inquiry goes to.

mod errands;

use serde::Serialize;

use self::errands::{JOIN, LETTERS, LOGIN, OTHER_ERRANDS, RECOVERY, SEARCH};
use super::fields::{Field, Known};
use super::page::{Control, Form, Page};
use super::role::Role;
use super::words::words;

/// What a form is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FormKind {
    /// A buyer asks something.
    Inquiry,
    /// A mailing list.
    Newsletter,
    /// A search.
    Search,
    /// A login.
    Login,
    /// An account.
    Registration,
    /// Anything else.
    Other,
}

/// Words of a form, from what its author calls it to what it says.
struct Said {
    /// Address, name, id and classes.
    own: String,
    /// What its buttons say.
    pressed: String,
    /// What stands in it.
    text: String,
    /// What stands over it.
    heading: String,
}

/// How much of a form's text is listened to.
const MAX_SAID: usize = 3_000;

impl Said {
    fn of(form: &Form, controls: &[&Control]) -> Self {
        let telling = |line: &&str| {
            ["action=", "id=", "name=", "class=", "role=", "data-name=", "onsubmit=", "aria-label="].iter().any(|key| line.starts_with(key))
        };
        let attributes: Vec<&str> =
            form.attributes.lines().filter(telling).filter_map(|line| line.split_once('=').map(|(_, value)| value)).collect();
        let buttons: Vec<String> = controls
            .iter()
            .filter(|c| c.is_button())
            .map(|c| format!("{} {} {} {}", c.label, c.value, c.name.as_deref().unwrap_or_default(), c.id))
            .collect();
        Self {
            own: spaced(&attributes.join(" ")),
            pressed: spaced(&buttons.join(" ")),
            text: spaced(head(&form.text, MAX_SAID)),
            heading: spaced(tail(&form.heading, 120)),
        }
    }

    fn anywhere(&self, words: &[&str]) -> bool {
        [&self.own, &self.pressed, &self.text].into_iter().any(|text| has(text, words))
    }

    /// Over it, at its head, in its name or on its buttons.
    fn called(&self, words: &[&str]) -> bool {
        self.named(words) || has(&self.heading, words) || has(head(&self.text, 100), words)
    }

    /// In what its author calls it, or on its buttons.
    fn named(&self, words: &[&str]) -> bool {
        has(&self.own, words) || has(&self.pressed, words)
    }
}

/// Words with a space at each end, so that a word with spaces around it is a whole one.
fn spaced(text: &str) -> String {
    format!(" {} ", words(text))
}

fn has(text: &str, needles: &[&str]) -> bool {
    needles.iter().any(|needle| text.contains(needle))
}

/// What a form is for; and of an inquiry, whether what is written goes to all readers of the site, or to a friend, and not to
/// the builder.
#[must_use]
pub fn kind(page: &Page, form: &Form, fields: &[Field]) -> (FormKind, bool) {
    let controls: Vec<&Control> = page.controls_of(form).collect();
    let said = Said::of(form, &controls);
    let for_others = addresses_others(&controls, &said);
    let kind = purpose(form, fields, &controls, &said, for_others);
    (kind, for_others && kind == FormKind::Inquiry)
}

fn purpose(form: &Form, fields: &[Field], controls: &[&Control], said: &Said, for_others: bool) -> FormKind {
    let live = || fields.iter().filter(|field| !field.honeypot && field.role != Role::Hidden);
    let asks = |role| live().any(|field| field.role == role);
    let typed = live()
        .filter(|field| matches!(field.control, "text" | "email" | "tel" | "textarea" | "search" | "password" | "number" | "url"))
        .count();
    let person = asks(Role::Email) || asks(Role::Phone);
    let named = asks(Role::FullName) || asks(Role::FirstName) || asks(Role::LastName);
    if let Some(kind) = with_password(controls, said, typed) {
        return kind;
    }
    let account = controls.iter().any(|c| {
        c.is_typed()
            && has(
                &spaced(&format!("{} {}", c.name.as_deref().unwrap_or_default(), c.label)),
                &["username", "user login", " login ", "nickname"],
            )
    });
    let writes = controls.iter().any(|control| control.kind == "textarea" && control.concealed.is_none());
    let plainly = controls.iter().any(|control| is_search_box(control)) || has(&said.own, &[" search"]) && form.method == "get";
    if plainly && !writes && !named && !asks(Role::Phone) && !controls.iter().any(|control| control.kind == "email") {
        return FormKind::Search;
    }
    let free = !asks(Role::Message) && !asks(Role::Community);
    let few = free && typed <= 3 && !asks(Role::Phone);
    if few && (said.named(&RECOVERY) || typed <= 2 && has(&said.text, &["forgot", "your password", "lost password", "reset"])) {
        return FormKind::Other;
    }
    if pays(controls) || finances(said) {
        return FormKind::Other;
    }
    if for_others {
        // It is written like an inquiry, and never chosen.
        return FormKind::Inquiry;
    }
    let letters = said.anywhere(&LETTERS);
    let makes = [
        "create account",
        "create an account",
        "create my account",
        "createaccount",
        "new account",
        "register",
        "registration",
        "registr",
        "neues konto",
        "crear cuenta",
        "注册",
        "登録",
    ];
    let joins = has(&said.pressed, &makes) || has(&said.own, &JOIN) && !has(&said.own, &LETTERS);
    let makes_account = has(&said.own, &makes)
        || has(&said.pressed, &makes)
        || has(&said.own, &["account", " user ", "member", "wp signup", "signup pre", "signup password"]);
    if joins && free && (account || !asks(Role::Phone) && (makes_account && !letters || person && !named && typed > 1 && !letters)) {
        return FormKind::Registration;
    }
    if account && few && !asks(Role::FullName) && asks(Role::Email) && !letters {
        return FormKind::Other;
    }
    if searches(form, controls, said, live().filter(|field| field.role != Role::Submit).count()) && !person && !writes {
        return FormKind::Search;
    }
    if !person {
        return match (asks(Role::Message) && named, account && said.named(&LOGIN)) {
            (true, _) => FormKind::Inquiry,
            (_, true) => FormKind::Login,
            _ => FormKind::Other,
        };
    }
    // Above a form may stand the tabs of several: "New home information", "Warranty request".
    let several = || !said.named(&OTHER_ERRANDS) && said.called(&["home info", "home inqu", "home sales", " sales "]);
    let inquiry = if said.called(&OTHER_ERRANDS) && !several() { FormKind::Other } else { FormKind::Inquiry };
    if asks(Role::Message) || named && asks(Role::Phone) || named && asks(Role::Community) {
        return inquiry;
    }
    let contacts = said.anywhere(&[
        "contact",
        "inquir",
        "enquir",
        "request",
        "schedule",
        "tour",
        "brochure",
        "quote",
        "more info",
        "get in touch",
        "appointment",
        "interest",
    ]);
    if letters || asks(Role::Email) && typed <= 2 && !(named && contacts) {
        return FormKind::Newsletter;
    }
    if named && asks(Role::Email) && (contacts || typed > 3) {
        inquiry
    } else if asks(Role::Email) && typed <= 3 {
        FormKind::Newsletter
    } else {
        FormKind::Other
    }
}

/// A form with a password opens an account or makes one.
fn with_password(controls: &[&Control], said: &Said, typed: usize) -> Option<FormKind> {
    let passwords = controls.iter().filter(|control| control.kind == "password").count();
    if passwords == 0 {
        return None;
    }
    let (joins, enters) = (said.named(&JOIN), said.named(&LOGIN));
    let resets =
        said.named(&["reset password", "change password", "resetpassword", "changepassword", "new password"]) && typed <= 3 && !joins;
    let only_joins = joins && (!enters || has(&said.pressed, &JOIN) && !has(&said.pressed, &LOGIN));
    let twice = passwords > 1 && (typed > 3 || joins || !enters);
    Some(if resets {
        FormKind::Other
    } else if twice || only_joins || typed > 3 && !enters {
        FormKind::Registration
    } else {
        FormKind::Login
    })
}

/// A form that finds something: it says so, or asks for something by GET and for nothing of a person.
fn searches(form: &Form, controls: &[&Control], said: &Said, asked: usize) -> bool {
    if asked == 0 {
        return false;
    }
    let shown = || controls.iter().filter(|control| control.kind != "hidden" && !control.is_button());
    let told = |control: &Control| spaced(&format!("{} {}", control.name.as_deref().unwrap_or(&control.id), control.label));
    let displays = shown().all(|control| {
        control.kind == "select"
            && has(&told(control), &["style", "lang", "sort", "per page", "perpage", "currency", "jump", "view", "order by", "limit"])
    });
    let elsewhere = [
        "jump",
        "language",
        "currency",
        "style",
        "paginat",
        "quick nav",
        "vote",
        "poll",
        "logout",
        "cart",
        "basket",
        "login",
        "coupon",
        "calculat",
        "order",
        "track",
        "save",
        "share",
        "upload",
    ];
    let known_name = |control: &&Control| {
        is_search_box(control)
            || control.is_typed() && has(&spaced(&format!("{} {}{}", control.placeholder, control.value, told(control))), &SEARCH)
    };
    if shown().any(known_name) {
        return true;
    }
    if displays || said.named(&elsewhere) || controls.iter().any(|control| has(&told(control), &["coupon", "order num", "ordernum", "url"]))
    {
        return false;
    }
    let plain_get = form.method == "get" && !form.orphan && (form.action.is_some() || form.attributes.contains("method="));
    said.named(&SEARCH) || plain_get || has(&said.text, &SEARCH) && asked <= 4
}

fn is_search_box(control: &Control) -> bool {
    let named = matches!(control.name.as_deref(), Some("s" | "q" | "query" | "keyword" | "keywords" | "search" | "searchword" | "k" | "w"));
    control.kind == "search" || named && control.kind == "text"
}

/// Only what a person fills tells: the hidden `recipient` of a mail script is the builder's own.
fn any_name(controls: &[&Control], parts: &[&str]) -> bool {
    let shown = controls.iter().filter(|control| control.kind != "hidden");
    shown.filter_map(|control| control.name.as_deref()).any(|name| has(&name.to_ascii_lowercase(), parts))
}

fn pays(controls: &[&Control]) -> bool {
    any_name(controls, &["creditcard", "cardnumber", "card_number", "cc-number", "ccnum", "cvv", "cvc"])
        || controls.iter().any(|control| control.autocomplete.starts_with("cc-"))
}

fn addresses_others(controls: &[&Control], said: &Said) -> bool {
    let writes = controls.iter().any(|control| matches!(control.kind, "textarea" | "email")) || any_name(controls, &["mail"]);
    writes && (is_remark(controls, said) || shares(controls))
}

/// A comment below an article, or a review.
fn is_remark(controls: &[&Control], said: &Said) -> bool {
    has(
        &said.own,
        &[
            "commentform",
            "comment form",
            "comments post",
            "comment post",
            "comment respond",
            "new comment",
            "add comment",
            "review",
            "comment add",
            "reply",
        ],
    ) || has(
        &said.pressed,
        &["post comment", "submit comment", "add comment", "leave comment", "post reply", "submit review", "publicar comentario"],
    ) || controls.iter().any(|control| matches!(control.name.as_deref(), Some("comment_post_ID" | "comment_parent")))
        || any_name(controls, &["rating["])
}

/// "Tell a friend".
fn shares(controls: &[&Control]) -> bool {
    any_name(controls, &["recipient", "friend", "target_email", "to_email", "share_message"])
}

fn finances(said: &Said) -> bool {
    let money = [
        "social security",
        " ssn ",
        "pre qualif",
        "prequalif",
        "annual income",
        "credit score",
        "loan amount",
        "down payment",
        "interest rate",
    ];
    said.anywhere(&money)
}

fn tail(text: &str, bytes: usize) -> &str {
    text.get(text.ceil_char_boundary(text.len().saturating_sub(bytes))..).unwrap_or(text)
}

fn head(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or(text)
}

/// The form an inquiry goes to: the inquiry form that asks the most of what a buyer would say.
#[must_use]
pub fn choose(known: &[Known]) -> Option<&Known> {
    let worth = |form: &Known| -> u32 {
        let asks = |role, seen: bool| form.fields.iter().any(|field| field.role == role && field.concealed != seen);
        let points =
            [(Role::Message, 8), (Role::Email, 4), (Role::Phone, 2), (Role::FirstName, 2), (Role::FullName, 2), (Role::Community, 1)];
        // Of equal forms, the one that is seen at once.
        points
            .into_iter()
            .map(|(role, worth)| {
                if asks(role, true) && !form.concealed {
                    worth * 4
                } else if asks(role, true) || asks(role, false) {
                    worth * 3
                } else {
                    0
                }
            })
            .sum()
    };
    known.iter().filter(|form| form.kind == FormKind::Inquiry && !form.for_others).rev().max_by_key(|form| worth(form))
}
