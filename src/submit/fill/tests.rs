//! What is filled into forms, and where filling stops.

use super::*;
use crate::submit::fields;
use crate::submit::tests::{persona, shop};

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
    match fill(&page, &page.forms[0], &chosen.fields, Asker { shop: &shop, persona: &persona(), alias: "a@b.example" }) {
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
