//! Which button a person would press: the one that sends, the one that leads to the next step, or the one that opens a form
//! that is still hidden. Takes what a script told of the buttons in reach; gives one of them. Presses nothing.

use serde::Deserialize;
use serde_json::Value;

use super::super::words::words;

/// Something that can be pressed.
#[derive(Clone, Debug, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is what the page says of the button, and they are independent")]
pub(super) struct Button {
    pub(super) element: Value,
    /// What it says.
    pub(super) text: String,
    /// It sends its form by itself.
    pub(super) submits: bool,
    /// The browser checks the form before.
    pub(super) validates: bool,
    link: bool,
    /// It stands after the fields.
    after: bool,
    /// `form` when it opens the form sought, `hidden` when something else that is hidden.
    target: Option<String>,
}

/// What pressing does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Send,
    Next,
}

const AWAY: [&str; 24] = [
    "back",
    "previous",
    "prev",
    "cancel",
    "reset",
    "clear",
    "close",
    "search",
    "upload",
    "browse",
    "save draft",
    "log in",
    "login",
    "sign in",
    "privacy",
    "terms",
    "add another",
    "remove",
    "call us",
    "anterior",
    "cancelar",
    "volver",
    "show password",
    "learn more",
];
const NEXT: [&str; 8] = ["next", "continue", "proceed", "siguiente", "continuar", "next step", "go on", "weiter"];
const SEND: [&str; 26] = [
    "send",
    "submit",
    "request",
    "contact",
    "inquire",
    "inquiry",
    "enquire",
    "ask",
    "get info",
    "get information",
    "get in touch",
    "schedule",
    "book",
    "register",
    "sign up",
    "enviar",
    "get started",
    "join",
    "go",
    "message",
    "finish",
    "done",
    "complete",
    "reach out",
    "absenden",
    "apply",
];
const OPEN: [(&str, u32); 14] = [
    ("contact", 6),
    ("request info", 8),
    ("request information", 8),
    ("request more", 7),
    ("ask", 6),
    ("inquire", 7),
    ("inquiry", 6),
    ("get in touch", 7),
    ("more information", 5),
    ("get info", 6),
    ("talk to", 5),
    ("message us", 6),
    ("schedule", 3),
    ("contacto", 6),
];

fn says(text: &str, list: &[&str]) -> bool {
    let text = format!(" {} ", words(text));
    list.iter().any(|words| text.contains(&format!(" {words} ")))
}

/// Whether a button leads to a next step and does not send.
pub(super) fn is_next(text: &str) -> bool {
    says(text, &NEXT) && !says(text, &AWAY)
}

/// The button that goes on, and whether it sends. `unseen` tells that fields of the form are still to come.
pub(super) fn onward(buttons: &[Button], unseen: bool) -> Option<(Purpose, &Button)> {
    let judged = buttons.iter().filter(|button| !says(&button.text, &AWAY)).filter_map(|button| {
        let (next, send) = (says(&button.text, &NEXT), says(&button.text, &SEND));
        let (purpose, mut worth) = if next && !(send && button.submits) {
            (Purpose::Next, if unseen { 40 } else { 15 })
        } else if send {
            (Purpose::Send, 20)
        } else if button.submits {
            (Purpose::Send, 12)
        } else {
            return None;
        };
        worth += u32::from(button.submits) * 10 + u32::from(button.after) * 5 + u32::from(!button.link) * 3;
        Some((worth, purpose, button))
    });
    let best = judged.rev().max_by_key(|(worth, _, _)| *worth);
    // A lone button between the fields and the end is pressed whatever it says.
    best.map(|(_, purpose, button)| (purpose, button)).or_else(|| {
        let mut lone = buttons.iter().filter(|button| button.after && !button.link && !says(&button.text, &AWAY));
        let first = lone.next()?;
        lone.next().is_none().then_some((Purpose::Send, first))
    })
}

/// What most likely opens the form, best first.
pub(super) fn openers(buttons: &[Button]) -> Vec<&Button> {
    let mut judged: Vec<(u32, &Button)> = buttons
        .iter()
        .filter_map(|button| {
            let said = OPEN.iter().filter(|(words, _)| says(&button.text, &[words])).map(|(_, worth)| *worth).max().unwrap_or(0);
            let worth = match button.target.as_deref() {
                Some("form") => 50 + said,
                Some(_) if said > 0 => 10 + said,
                Some(_) => 0,
                None => said,
            };
            (worth > 0).then_some((worth, button))
        })
        .collect();
    judged.sort_by_key(|(worth, _)| std::cmp::Reverse(*worth));
    judged.into_iter().map(|(_, button)| button).take(3).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn button(text: &str, submits: bool) -> Button {
        Button { element: Value::Null, text: text.into(), submits, validates: submits, link: false, after: true, target: None }
    }

    #[test]
    fn the_button_that_goes_on_is_told_from_those_that_go_back() {
        for (buttons, unseen, expected) in [
            (vec![button("Back", false), button("Next", false)], true, Some((Purpose::Next, "Next"))),
            (vec![button("Back", false), button("Send", true)], false, Some((Purpose::Send, "Send"))),
            (vec![button("Next", false), button("Submit", true)], true, Some((Purpose::Next, "Next"))),
            (vec![button("Next", false), button("Submit", true)], false, Some((Purpose::Send, "Submit"))),
            (vec![button("Clear", false), button("", true)], false, Some((Purpose::Send, ""))),
            (vec![button("Request Info", false)], false, Some((Purpose::Send, "Request Info"))),
            (vec![button("Let's talk!", false)], false, Some((Purpose::Send, "Let's talk!"))),
            (vec![button("Continue", true)], true, Some((Purpose::Next, "Continue"))),
            (vec![button("Show map", false), button("Menu", false)], false, None),
            (vec![], false, None),
        ] {
            let found = onward(&buttons, unseen).map(|(purpose, button)| (purpose, button.text.as_str()));
            assert_eq!(found, expected, "{buttons:?}");
        }
    }

    #[test]
    fn an_opener_names_the_form_or_speaks_of_contact() {
        let mut aimed = button("Details", false);
        aimed.target = Some("form".into());
        let mut menu = button("Menu", false);
        menu.target = Some("hidden".into());
        let all = [button("Our story", false), menu, button("Contact us", false), aimed];
        let found: Vec<&str> = openers(&all).into_iter().map(|button| button.text.as_str()).collect();
        assert_eq!(found, ["Details", "Contact us"]);
    }
}
