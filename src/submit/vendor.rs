//! Which form maker a form comes from, and whether plain HTTP reaches the builder or a browser must run its scripts. A
//! "thank you" is no proof where scripts were expected: some makers thank a scriptless sender and file the lead as spam.

use serde::Serialize;

use super::fields::{Field, Role};
use super::page::{Form, Page};

/// A form maker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Vendor {
    /// Its name.
    pub name: &'static str,
    /// Why plain HTTP will not do; `None` when it does.
    pub needs_browser: Option<&'static str>,
}

const fn http(name: &'static str) -> Vendor {
    Vendor { name, needs_browser: None }
}

const fn browser(name: &'static str, why: &'static str) -> Vendor {
    Vendor { name, needs_browser: Some(why) }
}

/// The maker of a form.
#[must_use]
pub fn recognise(page: &Page, form: &Form) -> Option<Vendor> {
    let own = form.attributes.to_ascii_lowercase();
    let action = form.action.as_deref().unwrap_or_default().to_ascii_lowercase();
    let named = |part: &str| {
        form.controls
            .iter()
            .filter_map(|index| page.controls.get(*index))
            .any(|c| c.name.as_deref().is_some_and(|name| name.contains(part)))
    };
    if own.contains("wpcf7") || named("_wpcf7") {
        return Some(http("contact-form-7"));
    }
    if own.contains("gform_") || named("gform_submit") {
        let guarded =
            page.marks.contains("gform_validation_container") || page.scripts.contains("version_hash") || page.scripts.contains("honeypot");
        return Some(if guarded {
            browser("gravity-forms", "its script signs the submission, and unsigned ones are filed as spam")
        } else {
            http("gravity-forms")
        });
    }
    let scripted = [
        ("wpforms", "wpforms", "its script adds the token"),
        ("frm_forms", "formidable", "its script adds the token"),
        ("frm-show-form", "formidable", "its script adds the token"),
        ("forminator", "forminator", "its script sends the form"),
        ("everest", "everest-forms", "its script sends the form"),
        ("frm-fluent-form", "fluent-forms", "its script sends the form"),
        ("nf-form", "ninja-forms", "its script draws and sends the form"),
        ("elementor-form", "elementor", "its script sends the form"),
        ("hs-form", "hubspot", "its script draws and sends the form"),
        ("mktoform", "marketo", "its script sends the form"),
        ("jotform", "jotform", "its script adds a token, and submissions without it are dropped"),
        ("spark.re", "spark", "its script arms the form"),
    ];
    if let Some((_, name, why)) = scripted.into_iter().find(|(mark, _, _)| own.contains(mark) || action.contains(mark)) {
        return Some(browser(name, why));
    }
    if named("item_meta[") && named("frm_action") {
        return Some(browser("formidable", "its script adds the token"));
    }
    let plain = [
        ("lassocrm.com", "lasso"),
        ("mylasso.com", "lasso"),
        ("/crm/webtoleadform", "zoho"),
        ("webtolead", "salesforce"),
        ("list-manage.com", "mailchimp"),
        ("formspree.io", "formspree"),
        ("formsubmit.co", "formsubmit"),
        ("wufoo.com", "wufoo"),
        ("go.pardot.com", "pardot"),
    ];
    if let Some((_, name)) = plain.into_iter().find(|(mark, _)| action.contains(mark)) {
        return Some(http(name));
    }
    if own.lines().any(|line| line.starts_with("netlify") || line.starts_with("data-netlify")) {
        return Some(if named("form-name") { http("netlify") } else { browser("netlify", "the form's name is added by a script") });
    }
    if named("__VIEWSTATE") {
        return Some(http("asp.net"));
    }
    if named("form_build_id") {
        return Some(http("drupal"));
    }
    None
}

/// A form maker whose form is drawn by a script, so that no form stands in the HTML.
#[must_use]
pub fn drawn_by_script(page: &Page) -> Option<&'static str> {
    let marks = [
        ("hsforms.net", "HubSpot"),
        ("hs-form-frame", "HubSpot"),
        ("hbspt.forms", "HubSpot"),
        ("mktoforms2", "Marketo"),
        ("nf-form-cont", "Ninja Forms"),
        ("nfforms", "Ninja Forms"),
        ("jotform.com", "JotForm"),
        ("typeform.com", "Typeform"),
        ("go.pardot.com", "Pardot"),
        ("leadconnectorhq.com", "LeadConnector"),
        ("wufoo.com", "Wufoo"),
        ("lassocrm.com", "Lasso"),
        ("spark.re", "Spark"),
    ];
    let scripts = page.scripts.to_ascii_lowercase();
    marks
        .into_iter()
        .find(|(mark, _)| page.sources.contains(mark) || page.marks.contains(mark) || scripts.contains(mark))
        .map(|(_, name)| name)
}

/// Why a form needs a browser; `None` when plain HTTP does.
#[must_use]
pub fn needs_browser(page: &Page, form: &Form, fields: &[Field]) -> Option<String> {
    let nameless = fields.iter().any(|field| {
        field.name.is_none() && matches!(field.role, Role::Email | Role::Message | Role::Phone | Role::FullName | Role::FirstName)
    });
    if nameless {
        return Some("its fields have no names, so that only its script can send them".to_owned());
    }
    if let Some(Vendor { name, needs_browser: Some(why) }) = recognise(page, form) {
        return Some(format!("{name}: {why}"));
    }
    let action = form.action.as_deref().map(str::trim).unwrap_or_default();
    if action.to_ascii_lowercase().starts_with("javascript:") {
        return Some("a script sends the form".to_owned());
    }
    let nowhere = action.is_empty() || action == "#";
    if form.method == "get" && nowhere {
        return Some("it has no address to send to, so that only its script can send it".to_owned());
    }
    let intercepted = form.attributes.lines().find_map(|line| line.strip_prefix("onsubmit=")).unwrap_or_default();
    if intercepted.contains("return false") || intercepted.contains("preventDefault") {
        return Some("its script keeps the form from being sent the plain way".to_owned());
    }
    let pressed = fields.iter().any(|field| field.role == Role::Submit);
    if !pressed {
        return Some("it has no button that sends it without a script".to_owned());
    }
    let unseen = fields.iter().any(|field| field.concealed && !field.honeypot && matches!(field.role, Role::Email | Role::Message));
    unseen.then(|| "its fields appear only step by step".to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::fields;
    use super::*;

    #[test]
    fn makers_are_recognised_and_forms_that_need_a_script_are_not_posted() {
        let inside = "<input name=name><input type=email name=email><textarea name=message></textarea>";
        for (form, name, browser) in [
            ("<form class=wpcf7-form method=post action='/contact/#wpcf7-f1'>", Some("contact-form-7"), false),
            ("<div class=gform_validation_container></div><form id=gform_1 method=post>", Some("gravity-forms"), true),
            ("<form id=gform_1 method=post>", Some("gravity-forms"), false),
            ("<form class=wpforms-form method=post>", Some("wpforms"), true),
            ("<form method=post action='https://app.lassocrm.com/registrant_signup/'>", Some("lasso"), false),
            ("<form method=post action='https://formspree.io/f/x'>", Some("formspree"), false),
            ("<form method=post data-netlify=true>", Some("netlify"), true),
            ("<form method=post data-netlify=true><input type=hidden name=form-name value=c>", Some("netlify"), false),
            ("<form method=post action=/send.php>", None, false),
            ("<form method=post action=''>", None, false),
            ("<form>", None, true),
            ("<form action='#'>", None, true),
            ("<form method=post action='javascript:void(0)'>", None, true),
            ("<form method=post action=/x onsubmit='send(); return false'>", None, true),
        ] {
            let html = format!("{form}{inside}<button>Send</button></form>");
            let page = Page::parse(html.as_bytes(), &url::Url::parse("http://x.example/").unwrap(), None);
            let known = fields::fields(&page, &page.forms[0]);
            assert_eq!(recognise(&page, &page.forms[0]).map(|vendor| vendor.name), name, "{form}");
            assert_eq!(needs_browser(&page, &page.forms[0], &known).is_some(), browser, "{form}");
        }
    }
}
