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
    /// Why plain HTTP does; `None` when it does not.
    pub plain_because: Option<&'static str>,
}

/// Where a maker leaves its mark.
enum Mark {
    /// In the form's own attributes.
    Own(&'static str),
    /// In the address it goes to.
    Action(&'static str),
    /// In the name of one of its controls.
    Name(&'static str),
}

/// What a maker's forms need.
enum Way {
    Http(&'static str),
    Browser(&'static str),
    /// A browser if something on the page guards the form, as the function tells.
    Guarded(fn(&Page, &Form) -> bool, &'static str, &'static str),
}

struct Maker {
    name: &'static str,
    marks: &'static [Mark],
    way: Way,
}

use Mark::{Action, Name, Own};
use Way::{Browser, Guarded, Http};

const PLAIN_ENDPOINT: &str = "its address takes a plain request, and scripts add nothing";

/// The makers, the most telling marks first. What was seen of each stands in the test pages of `tests/forms/vendors`.
const MAKERS: &[Maker] = &[
    Maker {
        name: "contact-form-7",
        marks: &[Own("wpcf7"), Name("_wpcf7")],
        way: Http("its plain request is delivered, and scripts add nothing"),
    },
    Maker {
        name: "gravity-forms",
        marks: &[Own("gform_"), Name("gform_submit")],
        way: Guarded(
            gravity_is_guarded,
            "its script signs the submission, and unsigned ones are thanked for and filed as spam",
            "it has neither honeypot nor signature",
        ),
    },
    Maker {
        name: "wpforms",
        marks: &[Own("wpforms"), Name("wpforms[")],
        way: Browser("its script adds the token, and a request without it is refused"),
    },
    Maker { name: "ninja-forms", marks: &[Own("nf-form"), Own("ninja-forms")], way: Browser("its script draws and sends the form") },
    Maker {
        name: "formidable",
        marks: &[Own("frm_forms"), Own("frm-show-form"), Name("frm_action"), Name("item_meta[")],
        way: Browser("its script adds the token, and a request without it is refused"),
    },
    Maker { name: "forminator", marks: &[Own("forminator")], way: Browser("its script sends the form, and a plain request is not kept") },
    Maker {
        name: "fluent-forms",
        marks: &[Own("frm-fluent-form"), Own("fluent_form"), Name("_fluentform_")],
        way: Browser("its script wraps and sends the form"),
    },
    Maker {
        name: "everest-forms",
        marks: &[Own("everest-form"), Name("everest_forms[")],
        way: Browser("its script sends the form, and a plain request is ignored"),
    },
    Maker { name: "elementor", marks: &[Own("elementor-form")], way: Browser("its script sends the form") },
    Maker {
        name: "hubspot",
        marks: &[Own("hs-form"), Name("hs_context"), Action("hsforms.")],
        way: Browser("its script sends the form with a context of its own"),
    },
    Maker {
        name: "marketo",
        marks: &[Own("mktoform"), Name("munchkinid"), Action("leadcapture/save")],
        way: Browser("its script draws and sends the form"),
    },
    Maker {
        name: "jotform",
        marks: &[Own("jotform"), Action("jotform.com"), Name("simple_spc")],
        way: Browser("its script adds a token, and submissions without it are dropped"),
    },
    Maker { name: "typeform", marks: &[Action("typeform.com")], way: Browser("its script opens a session before it takes answers") },
    Maker {
        name: "leadconnector",
        marks: &[Action("leadconnectorhq.com"), Action("msgsndr.com")],
        way: Browser("its script sends the form"),
    },
    Maker {
        name: "spark",
        marks: &[Action("spark.re"), Name("are_you_simulated")],
        way: Browser("its script hides a trap, checks the form and sends it"),
    },
    Maker {
        name: "lasso",
        marks: &[Action("lassocrm.com"), Action("mylasso.com"), Name("lassouid")],
        way: Guarded(lasso_is_tracked, "its tracking script fills in who the visitor is", PLAIN_ENDPOINT),
    },
    Maker {
        name: "zoho",
        marks: &[Action("/crm/webtoleadform"), Action("/crm/webtocontactform"), Name("xnqsjsdp")],
        way: Http(PLAIN_ENDPOINT),
    },
    Maker { name: "salesforce", marks: &[Action("webtolead"), Action("webtocase")], way: Http(PLAIN_ENDPOINT) },
    Maker { name: "mailchimp", marks: &[Action("list-manage.com"), Own("mc-embedded")], way: Http(PLAIN_ENDPOINT) },
    Maker { name: "formspree", marks: &[Action("formspree.io")], way: Http(PLAIN_ENDPOINT) },
    Maker { name: "formsubmit", marks: &[Action("formsubmit.co")], way: Http(PLAIN_ENDPOINT) },
    Maker { name: "wufoo", marks: &[Action("wufoo.com"), Own("wufoo")], way: Http(PLAIN_ENDPOINT) },
    Maker {
        name: "pardot",
        marks: &[Action("go.pardot.com"), Own("pardot-form"), Name("pi_extra_field")],
        way: Http("its form handler takes a plain request"),
    },
    Maker {
        name: "squarespace",
        marks: &[Own("squarespace"), Own("data-form-id="), Action("squarespace.com")],
        way: Browser("its script fetches a key and sends the form"),
    },
    Maker {
        name: "wix",
        marks: &[Own("wixui"), Own("data-hook=form"), Own("wix-form")],
        way: Browser("its script gathers and sends the form"),
    },
    Maker { name: "webflow", marks: &[Own("wf-form-"), Own("data-wf-")], way: Browser("its script sends the form") },
    Maker {
        name: "netlify",
        marks: &[Own("netlify=")],
        way: Guarded(|page, form| !has_name(page, form, "form-name"), "a script adds the form's name and sends it", PLAIN_ENDPOINT),
    },
    Maker {
        name: "drupal-webform",
        marks: &[Own("webform-"), Name("form_build_id")],
        way: Http("the site itself takes it, and scripts add nothing"),
    },
    Maker { name: "aspnet", marks: &[Name("__viewstate")], way: Http("the page itself takes it, and scripts only check the fields") },
];

fn has_name(page: &Page, form: &Form, part: &str) -> bool {
    page.controls_of(form).filter_map(|control| control.name.as_deref()).any(|name| name.to_ascii_lowercase().contains(part))
}

fn gravity_is_guarded(page: &Page, form: &Form) -> bool {
    let trap = page.controls_of(form).any(|control| control.wrappers.contains("gform_validation_container"));
    trap || page.marks.contains("gform_validation_container") || page.scripts.contains("version_hash") || page.scripts.contains("honeypot")
}

fn lasso_is_tracked(page: &Page, form: &Form) -> bool {
    let tracks =
        |text: &str| text.contains("lassocrm.com/wt") || text.contains("LassoAnalytics") || text.contains("patchRegistrationForms");
    has_name(page, form, "guid") || tracks(&page.scripts) || page.sources.contains("lassocrm.com/wt")
}

/// The maker of a form.
#[must_use]
pub fn recognise(page: &Page, form: &Form) -> Option<Vendor> {
    let own = form.attributes.to_ascii_lowercase();
    let action = form.action.as_deref().unwrap_or_default().to_ascii_lowercase();
    let names: Vec<String> = page.controls_of(form).filter_map(|control| control.name.as_deref()).map(str::to_ascii_lowercase).collect();
    let fits = |mark: &Mark| match mark {
        Own(part) => own.contains(part),
        Action(part) => action.contains(part),
        Name(part) => names.iter().any(|name| name.contains(part)),
    };
    let maker = MAKERS.iter().find(|maker| maker.marks.iter().any(fits))?;
    let (needs_browser, plain_because) = match maker.way {
        Guarded(guarded, why, _) if guarded(page, form) => (Some(why), None),
        Browser(why) => (Some(why), None),
        Http(why) | Guarded(_, _, why) => (None, Some(why)),
    };
    Some(Vendor { name: maker.name, needs_browser, plain_because })
}

/// A form maker whose form is drawn by a script, so that no form stands in the HTML.
#[must_use]
pub fn drawn_by_script(page: &Page) -> Option<&'static str> {
    let marks = [
        ("hsforms.net", "hubspot"),
        ("hs-form-frame", "hubspot"),
        ("hbspt.forms", "hubspot"),
        ("mktoforms2", "marketo"),
        ("nf-form-cont", "ninja-forms"),
        ("nfforms", "ninja-forms"),
        ("jotform", "jotform"),
        ("typeform.com", "typeform"),
        ("data-tf-", "typeform"),
        ("go.pardot.com", "pardot"),
        ("leadconnectorhq.com", "leadconnector"),
        ("msgsndr.com", "leadconnector"),
        ("wufoo.com", "wufoo"),
        ("wufooform", "wufoo"),
        ("lassocrm.com", "lasso"),
        ("spark.re", "spark"),
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
    if form.orphan {
        return Some("no form element holds its fields together, so that only a script can send them".to_owned());
    }
    let nameless = fields.iter().any(|field| {
        field.name.is_none() && matches!(field.role, Role::Email | Role::Message | Role::Phone | Role::FullName | Role::FirstName)
    });
    if nameless {
        return Some("its fields have no names, so that only its script can send them".to_owned());
    }
    if let Some(Vendor { name, needs_browser: Some(why), .. }) = recognise(page, form) {
        return Some(format!("{name}: {why}"));
    }
    let action = form.action.as_deref().map(str::trim).unwrap_or_default();
    if action.to_ascii_lowercase().starts_with("javascript:") {
        return Some("a script sends the form".to_owned());
    }
    let nowhere = action.is_empty() || action.starts_with('#');
    if form.method == "get" && nowhere {
        return Some("it has no address to send to, so that only its script can send it".to_owned());
    }
    if action.starts_with('#') && form.onsubmit {
        return Some("its script sends it somewhere else".to_owned());
    }
    let intercepted = form.attributes.lines().find_map(|line| line.strip_prefix("onsubmit=")).unwrap_or_default();
    if intercepted.contains("return false") || intercepted.contains("preventDefault") {
        return Some("its script keeps the form from being sent the plain way".to_owned());
    }
    let pressed = page.controls_of(form).any(|control| matches!(control.kind, "submit" | "image") && !control.disabled);
    if !pressed {
        return Some("it has no button that sends it without a script".to_owned());
    }
    let unseen = fields.iter().any(|field| field.concealed && !field.honeypot && matches!(field.role, Role::Email | Role::Message));
    unseen.then(|| "its fields appear only step by step".to_owned())
}

/// Whether a form tells its server when the page was opened, so that who is too fast is taken for a robot: by a hidden start
/// time, or because its maker is known for it.
#[must_use]
pub fn has_clock(page: &Page, form: &Form) -> bool {
    let marks = [
        "time-start",
        "time-token",
        "time_token",
        "timestamp",
        "time_start",
        "start_time",
        "starttime",
        "form_time",
        "ak_js",
        "loaded_at",
        "load_time",
        "loadtime",
        "page_time",
        "honeypot_time",
        "token_time",
        "_elapsed",
        "form_loaded",
        "submitted_at_start",
        "antispam_time",
        "hp_time",
    ];
    let hidden = page.controls_of(form).filter(|control| control.kind == "hidden").filter_map(|control| control.name.as_deref());
    let told = hidden.map(str::to_ascii_lowercase).any(|name| marks.iter().any(|mark| name.contains(mark)));
    let known = recognise(page, form).is_some_and(|vendor| {
        matches!(vendor.name, "wpforms" | "formidable") || vendor.name == "gravity-forms" && vendor.needs_browser.is_some()
    });
    told || known || form.attributes.contains("data-token-time")
}

#[cfg(test)]
mod tests {
    use super::super::fields;
    use super::*;

    fn page(html: &str) -> Page {
        Page::parse(html.as_bytes(), &url::Url::parse("http://x.example/").unwrap(), Some("text/html; charset=utf-8"))
    }

    #[test]
    fn makers_are_recognised_by_the_markup_they_really_write() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/forms");
        let listed = std::fs::read_to_string(root.join("vendors.jsonl")).unwrap();
        for line in listed.lines() {
            let known: serde_json::Value = serde_json::from_str(line).unwrap();
            let name = known["page"].as_str().unwrap();
            let page = page(&std::fs::read_to_string(root.join("vendors").join(name)).unwrap());
            let survey = fields::survey(&page);
            let chosen = fields::choose(&survey);
            if known["embedded"] == true {
                assert!(chosen.is_none(), "{name}: {chosen:?}");
                assert_eq!(drawn_by_script(&page), known["vendor"].as_str(), "{name}");
                continue;
            }
            // A newsletter's maker has a form too, though none for an inquiry.
            let best = chosen.or_else(|| survey.iter().find(|form| form.kind == fields::FormKind::Newsletter));
            let best = best.unwrap_or_else(|| panic!("{name}: {:?}", survey.iter().map(|form| form.kind).collect::<Vec<_>>()));
            let form = &page.forms[best.index];
            assert_eq!(recognise(&page, form).map(|vendor| vendor.name), known["vendor"].as_str(), "{name}");
            let why = needs_browser(&page, form, &best.fields);
            assert_eq!(why.is_some(), known["route"] == "browser", "{name}: {why:?}");
        }
        assert_eq!(listed.lines().count(), 37);
    }

    #[test]
    fn forms_that_need_a_script_are_not_posted() {
        let inside = "<input name=name><input type=email name=email><textarea name=message></textarea>";
        for (form, name, browser) in [
            ("<form class=wpcf7-form method=post action='/contact/#wpcf7-f1'>", Some("contact-form-7"), false),
            ("<div class=gform_validation_container></div><form id=gform_1 method=post>", Some("gravity-forms"), true),
            ("<form id=gform_1 method=post>", Some("gravity-forms"), false),
            ("<form method=post data-netlify=true>", Some("netlify"), true),
            ("<form method=post data-netlify=true><input type=hidden name=form-name value=c>", Some("netlify"), false),
            ("<form method=post action=/send.php>", None, false),
            ("<form method=post action=''>", None, false),
            ("<form>", None, true),
            ("<form action='#'>", None, true),
            ("<form method=post action='#' onsubmit='return send(this)'>", None, true),
            ("<form method=post action='javascript:void(0)'>", None, true),
            ("<form method=post action=/x onsubmit='send(); return false'>", None, true),
        ] {
            let page = page(&format!("{form}{inside}<button>Send</button></form>"));
            let known = fields::fields(&page, &page.forms[0]);
            assert_eq!(recognise(&page, &page.forms[0]).map(|vendor| vendor.name), name, "{form}");
            assert_eq!(needs_browser(&page, &page.forms[0], &known).is_some(), browser, "{form}");
        }
        let orphan = page("<div><input name=name><input type=email name=email><textarea name=m></textarea><button>Send</button></div>");
        assert!(needs_browser(&orphan, &orphan.forms[0], &fields::fields(&orphan, &orphan.forms[0])).is_some());
    }

    #[test]
    fn only_forms_with_a_clock_are_waited_for() {
        for (form, clock) in [
            ("<form method=post><input type=hidden name=honeypot_time value=x>", true),
            ("<form class=wpforms-form method=post>", true),
            ("<form method=post><input type=hidden name=token value=x>", false),
            ("<form class=wpcf7-form method=post>", false),
        ] {
            let page = page(&format!("{form}<button>Send</button></form>"));
            assert_eq!(has_clock(&page, &page.forms[0]), clock, "{form}");
        }
    }
}
