//! The contact forms, as data and as markup. Takes a character; gives the controls its form has and their HTML in one of the ways
//! found on real pages: layout tables, placeholders only, traps for robots, labels around controls.

use std::fmt::Write as _;

use super::pages::escape;
use super::{Character, Markup, Outcome};

/// What a control is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    First,
    Last,
    Full,
    Email,
    Phone,
    Zip,
    Community,
    Heard,
    Message,
    Preference,
    Consent,
    OptIn,
    Trap,
    Token,
    Machine,
    File,
}

/// One control: name, caption, what it is for, whether it must be filled.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) role: Role,
    pub(super) required: bool,
    /// The value of a [`Role::Machine`] control.
    value: &'static str,
}

const fn field(name: &'static str, label: &'static str, role: Role, required: bool) -> Field {
    Field { name, label, role, required, value: "" }
}

const fn machine(name: &'static str, value: &'static str) -> Field {
    Field { name, label: "", role: Role::Machine, required: true, value }
}

/// The controls of a form, in document order.
pub(super) fn fields(markup: Markup) -> Vec<Field> {
    use Role::{Community, Consent, Email, File, First, Full, Heard, Last, Message, OptIn, Phone, Preference, Token, Trap, Zip};
    match markup {
        Markup::Table => vec![
            machine("recipient", "web-leads"),
            field("txtName", "Your Name", Full, true),
            field("txtEmail", "E-mail Address", Email, true),
            field("txtPhone", "Daytime Phone", Phone, false),
            field("txtZip", "Zip Code", Zip, false),
            field("txtComments", "Comments or Questions", Message, true),
        ],
        Markup::Token => vec![
            field("authenticity_token", "", Token, true),
            field("lead[first_name]", "First name", First, true),
            field("lead[last_name]", "Last name", Last, true),
            field("lead[email]", "Email", Email, true),
            field("lead[phone]", "Phone", Phone, true),
            field("lead[message]", "How can we help?", Message, true),
        ],
        Markup::Communities => vec![
            field("fname", "First Name*", First, true),
            field("lname", "Last Name*", Last, true),
            field("emailaddress", "Email Address*", Email, true),
            field("tel", "Mobile Phone", Phone, false),
            field("community", "Community of interest", Community, true),
            field("source", "How did you hear about us?", Heard, true),
            field("comments", "Questions? Ask away!", Message, false),
        ],
        Markup::Honeypot => vec![
            field("your-name", "Name", Full, true),
            field("your-email", "Email", Email, true),
            field("website", "Website", Trap, false),
            field("your-phone", "Phone", Phone, false),
            field("your-message", "Message", Message, true),
            field("contact_comments", "Comments", Trap, false),
        ],
        Markup::Latin => vec![
            field("FirstName", "First Name", First, true),
            field("LastName", "Last Name", Last, true),
            field("Email", "E-mail", Email, true),
            field("Phone", "Phone", Phone, false),
            field("Neighborhood", "Neighborhood", Community, true),
            field("Question", "Your question", Message, true),
        ],
        Markup::Multipart => vec![
            machine("form_id", "7"),
            field("input_1", "First Name", First, true),
            field("input_2", "Last Name", Last, true),
            field("input_3", "Email", Email, true),
            field("input_4", "Phone", Phone, false),
            field("input_5", "ZIP Code", Zip, false),
            field("input_6", "Tell us what you are looking for", Message, true),
            field("input_9", "Attach a sketch or floor plan (optional)", File, false),
        ],
        Markup::Plugin => vec![
            machine("_wpcf7", "16"),
            machine("_wpcf7_version", "5.9.8"),
            machine("_wpcf7_locale", "en_US"),
            machine("_wpcf7_unit_tag", "wpcf7-f16-p17-o1"),
            machine("_wpcf7_container_post", "17"),
            field("first-name", "First name", First, true),
            field("last-name", "Last name", Last, true),
            field("your-email", "Your email", Email, true),
            field("your-tel", "Your phone", Phone, false),
            field("your-message", "Your message", Message, true),
        ],
        Markup::Consent => vec![
            field("contact[first]", "First Name", First, true),
            field("contact[last]", "Last Name", Last, true),
            field("contact[email]", "Email", Email, true),
            field("contact[phone]", "Phone Number", Phone, true),
            field("contact[message]", "Message", Message, true),
            field(
                "agree",
                "I agree to be contacted about my inquiry by phone call, email or text message. Message and data rates may apply.",
                Consent,
                true,
            ),
            field("newsletter", "Yes, send me news, promotions and special offers.", OptIn, false),
            field("partners", "Share my details with preferred lenders and partners.", OptIn, false),
        ],
        Markup::Plain => vec![
            field("full_name", "Full name", Full, true),
            field("email", "Email", Email, true),
            field("phone", "Phone", Phone, false),
            field("preferred", "How should we reach you?", Preference, false),
            field("message", "What would you like to know?", Message, true),
        ],
    }
}

/// The path that the form posts to.
pub(super) fn action(one: &Character) -> &str {
    match one.markup {
        Markup::Table => "/cgi-bin/contact.php",
        Markup::Communities => "/api/inquiry",
        Markup::Honeypot => "/contact/send",
        Markup::Latin => "/send.asp",
        Markup::Multipart => "/inquiries",
        Markup::Consent => "/forms/submit",
        Markup::Token | Markup::Plugin | Markup::Plain => &one.path,
    }
}

/// The control itself.
fn control(field: Field, id: &str, token: &str, one: &Character) -> String {
    let name = escape(field.name);
    let required = if field.required { " required" } else { "" };
    // Where there are no labels, a careful page still names its controls: by placeholder, or for a list by ARIA.
    let (placeholder, aria) = if one.markup == Markup::Communities {
        (format!(" placeholder=\"{}\"", escape(field.label)), format!(" aria-label=\"{}\"", escape(field.label)))
    } else {
        (String::new(), String::new())
    };
    let text = |kind: &str| format!("<input type=\"{kind}\" name=\"{name}\" id=\"{id}\"{placeholder}{required}>");
    match field.role {
        Role::First | Role::Last | Role::Full | Role::Zip => text("text"),
        Role::Email => text(if one.markup == Markup::Table { "text" } else { "email" }),
        Role::Phone => text("tel"),
        Role::File => text("file"),
        Role::Trap => format!("<input type=\"text\" name=\"{name}\" id=\"{id}\" tabindex=\"-1\" autocomplete=\"off\" value=\"\">"),
        Role::Token => format!("<input type=\"hidden\" name=\"{name}\" value=\"{token}\">"),
        Role::Machine => format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escape(field.value)),
        Role::Message => format!("<textarea name=\"{name}\" id=\"{id}\" rows=\"6\" cols=\"40\"{placeholder}{required}></textarea>"),
        Role::Consent | Role::OptIn => format!("<input type=\"checkbox\" name=\"{name}\" id=\"{id}\" value=\"1\"{required}>"),
        Role::Preference => ["Phone", "Email", "Either"].iter().fold(String::new(), |mut all, way| {
            let _ = write!(all, "<label><input type=\"radio\" name=\"{name}\" value=\"{}\"> {way}</label> ", way.to_lowercase());
            all
        }),
        Role::Community => {
            let mut all =
                format!("<select name=\"{name}\" id=\"{id}\"{aria}{required}><option value=\"\">-- {} --</option>", escape(field.label));
            let mut names: Vec<&String> = one.others.iter().chain(std::iter::once(&one.community)).collect();
            names.sort();
            for community in names {
                let _ = write!(all, "<option>{}</option>", escape(community));
            }
            all + "</select>"
        }
        Role::Heard => format!(
            "<select name=\"{name}\" id=\"{id}\"{aria}{required}><option value=\"\">{}</option><option value=\"drive\">Drove by</option>\
             <option value=\"web\">Internet search</option><option value=\"friend\">Friend or family</option>\
             <option value=\"realtor\">I am a Realtor</option><option value=\"other\">Other</option></select>",
            escape(field.label)
        ),
    }
}

/// The whole form, with the error of a refused attempt above it.
pub(super) fn form(one: &Character, token: &str, error: Option<&str>) -> String {
    let mut rows = String::new();
    for (n, field) in fields(one.markup).into_iter().enumerate() {
        let id = format!("f{n}");
        let input = control(field, &id, token, one);
        let label = escape(field.label);
        let star = if field.required { " <span class=\"req\">*</span>" } else { "" };
        let _ = match (field.role, one.markup) {
            (Role::Token | Role::Machine, _) => writeln!(rows, "{input}"),
            (_, Markup::Table) => writeln!(rows, "<tr><td align=\"right\"><b>{label}:</b>{star}</td><td>{input}</td></tr>"),
            (_, Markup::Communities) => writeln!(rows, "<div class=\"col-6\">{input}</div>"),
            (Role::Trap, _) if field.name == "website" => {
                writeln!(rows, "<div class=\"extra-field\"><label for=\"{id}\">{label}</label>{input}</div>")
            }
            (Role::Trap, _) => writeln!(
                rows,
                "<div style=\"position:absolute; left:-5000px\" aria-hidden=\"true\"><label for=\"{id}\">{label}</label>{input}</div>"
            ),
            (Role::Consent | Role::OptIn, _) => writeln!(rows, "<p class=\"check\"><label>{input} {label}{star}</label></p>"),
            (Role::Preference, _) => writeln!(rows, "<fieldset><legend>{label}</legend>{input}</fieldset>"),
            (_, Markup::Plain) => writeln!(rows, "<p><label>{label}{star}<br>{input}</label></p>"),
            (_, Markup::Plugin) => writeln!(
                rows,
                "<p><label for=\"{id}\">{label}</label><br><span class=\"wpcf7-form-control-wrap\" data-name=\"{}\">{input}</span></p>",
                field.name
            ),
            _ => writeln!(rows, "<div class=\"form-group\"><label for=\"{id}\">{label}{star}</label>{input}</div>"),
        };
    }
    let error = error.map_or_else(String::new, |text| format!("<div class=\"alert alert-danger\" role=\"alert\">{}</div>\n", escape(text)));
    let wall = if one.outcome == Outcome::Captcha {
        "<div class=\"g-recaptcha\" data-sitekey=\"demo-site-key\"></div>\n<script src=\"/recaptcha/api.js\" async defer></script>\n"
    } else {
        ""
    };
    let to = escape(action(one));
    match one.markup {
        Markup::Table => format!(
            "{error}<form name=\"contactform\" action=\"{to}\" method=\"post\">\n<table border=\"0\" cellpadding=\"4\">\n{rows}\
             <tr><td></td><td>{wall}<input type=\"submit\" name=\"Submit\" value=\"Send\"> <input type=\"reset\" value=\"Clear\"></td></tr>\n</table>\n</form>"
        ),
        Markup::Multipart => format!(
            "{error}<form id=\"inquiry\" action=\"{to}\" method=\"post\" enctype=\"multipart/form-data\">\n{rows}{wall}\
             <button type=\"submit\" name=\"go\" value=\"1\">Send my question</button>\n</form>"
        ),
        Markup::Plugin => format!(
            "<div class=\"wpcf7 no-js\" id=\"wpcf7-f16-p17-o1\" lang=\"en-US\" dir=\"ltr\">\n<div class=\"screen-reader-response\"><p role=\"status\"></p><ul></ul></div>\n\
             {error}<form action=\"{to}#wpcf7-f16-p17-o1\" method=\"post\" class=\"wpcf7-form init\" aria-label=\"Contact form\" novalidate data-status=\"init\">\n{rows}{wall}\
             <p><input class=\"wpcf7-form-control wpcf7-submit\" type=\"submit\" value=\"Send\"></p>\n<div class=\"wpcf7-response-output\" aria-hidden=\"true\"></div>\n</form>\n</div>\n\
             <script>var wpcf7 = {{\"api\":{{\"root\":\"http:\\/\\/{}\\/wp-json\\/\",\"namespace\":\"contact-form-7\\/v1\"}}}};</script>",
            one.host
        ),
        Markup::Plain => format!("{error}<form method=\"post\" class=\"contact\">\n{rows}{wall}<button>Ask us</button>\n</form>"),
        _ => format!(
            "{error}<form class=\"contact-form\" action=\"{to}\" method=\"post\">\n{rows}{wall}<button type=\"submit\" class=\"btn\">Submit</button>\n</form>"
        ),
    }
}
