//! The pages around the forms: home, communities, contact, thanks. Takes a character; gives HTML as small builders have it, with
//! the search and newsletter forms that stand beside a contact form in real life.

use std::fmt::Write as _;

use super::{Character, Markup, form};

/// Text made safe for HTML.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// `+15125550110` as `(512) 555-0110`.
pub(super) fn national(number: &str) -> String {
    match (number.get(2..5), number.get(5..8), number.get(8..)) {
        (Some(area), Some(exchange), Some(line)) => format!("({area}) {exchange}-{line}"),
        _ => number.to_owned(),
    }
}

/// Whether the page has a search form in its head.
fn searches(markup: Markup) -> bool {
    matches!(markup, Markup::Table | Markup::Latin | Markup::Plugin | Markup::Honeypot)
}

/// Whether the page has a newsletter form at its foot.
fn subscribes(markup: Markup) -> bool {
    matches!(markup, Markup::Communities | Markup::Plain | Markup::Plugin | Markup::Consent)
}

/// A whole page.
pub(super) fn page(one: &Character, title: &str, body: &str) -> String {
    let builder = escape(&one.builder);
    let charset = charset(one.markup);
    let phone = one.phones.first().map(String::as_str).unwrap_or_default();
    let search = if searches(one.markup) {
        "<form action=\"/search\" method=\"get\" role=\"search\"><input type=\"search\" name=\"q\" placeholder=\"Search homes\"><button>Go</button></form>"
    } else {
        ""
    };
    let newsletter = if subscribes(one.markup) {
        let method = if one.markup == Markup::Plain { "get" } else { "post" };
        format!(
            "<form action=\"/newsletter\" method=\"{method}\" class=\"newsletter\"><label>Be the first to hear about new homes \
             <input type=\"email\" name=\"nl_email\" placeholder=\"Your email\"></label><button>Sign up</button></form>"
        )
    } else {
        String::new()
    };
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"{charset}\">\n<title>{} | {builder}</title>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<style>body{{font-family:sans-serif;margin:0 auto;max-width:60em}}\
         .extra-field{{display:none}}.osc{{float:right}}.req{{color:#a00}}</style>\n</head>\n<body>\n<header>\n<a class=\"logo\" href=\"/\">{builder}</a>\n\
         <nav><a href=\"/\">Home</a> <a href=\"/communities\">Communities</a> <a href=\"/about\">About</a> <a href=\"{}\">Contact Us</a></nav>\n\
         <a class=\"phone\" href=\"tel:{phone}\">{}</a>\n{search}\n</header>\n<main>\n{body}\n</main>\n<footer>\n{newsletter}\n<p>{builder}, {}, {}. \
         Equal housing opportunity. Prices and plans may change without notice.</p>\n<p><a href=\"/privacy\">Privacy</a></p>\n</footer>\n</body>\n</html>\n",
        escape(title),
        escape(&one.path),
        national(phone),
        escape(&one.city),
        one.state,
    )
}

/// The charset of a site's pages.
pub(super) fn charset(markup: Markup) -> &'static str {
    if markup == Markup::Latin { "windows-1252" } else { "utf-8" }
}

/// The home page.
pub(super) fn home(one: &Character) -> String {
    page(
        one,
        &format!("New homes in {}", one.city),
        &format!(
            "<h1>New homes in {}, {}</h1>\n<p>{} builds in {} and nearby. Walk a model, meet the people who frame your house, and take your time.</p>\n\
             <p><a class=\"btn\" href=\"{}\">Ask a question</a> <a href=\"/communities\">See where we build</a></p>",
            escape(&one.city),
            one.state,
            escape(&one.builder),
            escape(&one.community),
            escape(&one.path),
        ),
    )
}

/// The list of communities.
pub(super) fn communities(one: &Character) -> String {
    let mut items = String::new();
    for name in std::iter::once(&one.community).chain(&one.others) {
        let _ = writeln!(items, "<li><h2>{}</h2><p>Three to five bedrooms, models open during office hours.</p></li>", escape(name));
    }
    page(one, "Communities", &format!("<h1>Our communities</h1>\n<ul>\n{items}</ul>"))
}

/// The page with the form, and the counselor beside it.
pub(super) fn contact(one: &Character, token: &str, error: Option<&str>) -> String {
    let counselor = one.staff.first().map_or_else(String::new, |person| {
        format!(
            "<aside class=\"osc\"><img src=\"/img/{}.jpg\" alt=\"{}, {}\" width=\"140\" height=\"140\">\n<p><strong>{}</strong><br>{}<br><a href=\"tel:{}\">{}</a></p></aside>\n",
            escape(&person.key),
            escape(&person.name),
            escape(&person.title),
            escape(&person.name),
            escape(&person.title),
            person.phone,
            national(&person.phone),
        )
    });
    let promise = one.promise.as_ref().map_or_else(String::new, |text| format!("<p class=\"promise\">{}</p>\n", escape(text)));
    page(one, "Contact us", &format!("<h1>Contact us</h1>\n{counselor}{promise}{}", form::form(one, token, error)))
}

/// The words of thanks, a little different at every builder.
pub(super) fn thanks(one: &Character) -> &'static str {
    const WORDS: [&str; 4] = [
        "Thank you for contacting us! Your question has been sent to our online sales team.",
        "Thanks for reaching out. We have received your message and will be in touch.",
        "Thank you! Your message was sent successfully.",
        "Thank you for your inquiry. One of our new home counselors will contact you soon.",
    ];
    WORDS.get(one.slug.len() % WORDS.len()).copied().unwrap_or("Thank you!")
}

/// The page of thanks.
pub(super) fn thank_you(one: &Character) -> String {
    page(one, "Thank you", &format!("<h1>We got it</h1>\n<p>{}</p>", thanks(one)))
}
