//! What a careless template leaves behind: merge fields, an empty or `null` name, another community's name.

use std::sync::LazyLock;

use super::pattern::{Regex, any_case, exact, shorten};
use super::{Context, name};
use crate::attribute::words::{core_of, fold};

static MERGE: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\{\{[^{}\n]{1,80}\}\}|\{![a-z][a-z_.$]{2,40}\}|\{%[^%\n]{1,80}%\}|\$\{[^{}\n]{1,40}\}|\{(?:[a-z]{1,12}[._ ])?(?:first|last|full|name|customer|lead|contact|community|agent|builder|prospect|company|city|email|phone)[^{}:;\n]{0,30}\}|\[\[?(?:your[ _-]|insert |enter )?(?:first|last|full|name|fname|lname|customer|prospect|lead|contact|community|agent|builder|buyer|salutation|recipient|insert|plan|company|city)[^\[\]\n]{0,40}\]|%%?[a-z][a-z_.:]{2,40}%%?|\*\|[^|\n]{2,40}\|\*|<<[^<>\n]{2,40}>>|\u{ab}[^\u{ab}\u{bb}\n]{2,40}\u{bb}|##?[a-z_]{4,40}##?|@@[a-z_.]{3,40}@@|\bmerge_?field\b|\$(?:first|last|full|user)?_?name\b",
    )
});
static EMPTY: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"^\s*(?:hi|hello|dear|hey|hola|estimad[oa])(?: +,|,? +(?:null|undefined|n/a|none|nan|fname|firstname|first name|first_name|\(null\)|\[\]|valued null)\s*[,!.:])",
    )
});
static ABOUT: LazyLock<Regex> = LazyLock::new(|| {
    exact(
        r"(?:(?i:interest(?:ed)? in|inquir(?:y|ing|ed) (?:about|on|for|regarding)|asking about|asked about|information (?:on|about|for)|welcome (?:home )?to|touring|homes (?:at|in)|learning (?:more )?about|looking at|(?:note|message|question|inquiry|request|email|form) (?:about|on|regarding)))\s+(?:(?i:our|the|new)\s+)*((?:[A-Z][\p{L}'\u{2019}]+)(?:\s+(?:(?:at|of|on)\s+)?[A-Z][\p{L}'\u{2019}]+){1,3})",
    )
});

/// A placeholder left in subject or text.
pub(super) fn merge_field(subject: &str, text: &str) -> Option<String> {
    [subject, text].into_iter().find_map(|part| MERGE.find(part).or_else(|| EMPTY.find(part))).map(|found| shorten(found.as_str()))
}

/// Another community named as the one asked about, ours nowhere.
pub(super) fn wrong_community(text: &str, context: &Context) -> Option<String> {
    let ours = context.community.as_deref().filter(|name| !name.trim().is_empty())?;
    if name::community(text, context).is_some_and(|(named, _)| named) || fold(text).contains(core_of(ours).trim()) {
        return None;
    }
    let known = fold(&format!("{} {ours} {} {} {}", context.builder, context.question, context.first_name, context.last_name));
    ABOUT
        .captures_iter(text)
        .filter_map(|found| found.get(1))
        .map(|found| found.as_str())
        .find(|other| {
            let core = core_of(other);
            let strange = core.split_whitespace().count() > 0 && core.split_whitespace().all(|word| !known.contains(&format!(" {word} ")));
            strange && core.trim().len() >= 4
        })
        .map(shorten)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_placeholders() {
        for (text, fault) in [
            ("Hi {{first_name}},", true),
            ("Hi [Name],", true),
            ("Hello [First Name]!", true),
            ("Dear %FIRSTNAME%,", true),
            ("Hi *|FNAME|*,", true),
            ("Hi {FirstName}", true),
            ("Hi ${lead.first}", true),
            ("Hi <<First Name>>", true),
            ("Hi ,", true),
            ("Hi null,", true),
            ("Hello,", false),
            ("Hi Dana,", false),
            ("100% off, [image: logo], {color: red}, 50%", false),
            ("[Bluebonnet] see [1]", false),
        ] {
            assert_eq!(merge_field("", text).is_some(), fault, "{text}");
        }
        assert!(merge_field("{{subject}}", "").is_some());
    }

    #[test]
    fn finds_another_community() {
        let context = Context {
            builder: "Bluebonnet Homes".into(),
            community: Some("Willow Creek".into()),
            question: "Does the Magnolia come with a garage?".into(),
            first_name: "Dana".into(),
            ..Context::default()
        };
        for (text, fault) in [
            ("Thank you for your interest in Cypress Ridge!", true),
            ("Thank you for your interest in Willow Creek!", false),
            ("Thank you for your interest in Bluebonnet Homes!", false),
            ("Thank you for your interest in the Magnolia!", false),
            ("Thank you for your interest in Cypress Ridge and Willow Creek.", false),
            ("Thank you for your interest.", false),
        ] {
            assert_eq!(wrong_community(text, &context).is_some(), fault, "{text}");
        }
    }
}
