//! A shop file, `shops/<slug>.toml`: parsed once at the border into a [`Shop`], every mistake underlined.
//! The JSON Schema that editors use is generated from the same structs.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use chrono_tz::Tz;
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;
use url::Url;

use super::hours::check_hours;
use super::{Ask, Basis, Shop, SubmitMode, SubmitRules, Success};
use crate::document::{self, DocumentError};

/// A shop: one builder, its site, its hours and the question we ask.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "crickets shop file")]
struct RawShop {
    /// The builder's name, as the report shows it.
    #[schemars(with = "String", length(min = 1))]
    builder: Spanned<String>,
    /// The home page.
    #[schemars(with = "Url")]
    site: Spanned<String>,
    /// The page with the inquiry form; found from `site` when absent.
    #[schemars(with = "Option<Url>")]
    form: Option<Spanned<String>>,
    /// IANA time zone, e.g. `America/Chicago`.
    #[schemars(with = "String")]
    timezone: Spanned<String>,
    /// Opening hours in OSM syntax, e.g. `Mo-Fr 09:00-18:00; Sa 10:00-17:00; PH off`.
    #[schemars(with = "String")]
    hours: Spanned<String>,
    /// Why we may shop it. Without one nothing is sent.
    basis: Option<Basis>,
    /// State, two letters.
    #[schemars(with = "Option<String>", regex(pattern = "^[A-Za-z]{2}$"))]
    state: Option<Spanned<String>>,
    /// The builder asked not to be shopped.
    #[serde(default)]
    do_not_shop: bool,
    /// Nevada only: the licensed private investigator this shop runs under, kept on record.
    license: Option<String>,
    /// Groups for cohorts.
    #[serde(default)]
    tags: Vec<String>,
    /// The builder's numbers.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    phones: Vec<Spanned<String>>,
    /// The builder's mail and web domains.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    domains: Vec<Spanned<String>>,
    /// Names of the sales team, for own and client shops.
    #[serde(default)]
    team: Vec<String>,
    /// Days closed besides what `hours` says.
    #[serde(default)]
    #[schemars(with = "Vec<NaiveDate>")]
    holidays: Vec<Spanned<String>>,
    /// A CSV of the builder's own leads, appointments and sales by month and source, relative to the workspace. Own and client shops.
    #[schemars(with = "Option<String>")]
    program: Option<Spanned<String>>,
    /// What is asked, and as whom.
    inquiry: RawAsk,
    /// How the form is filled and sent.
    #[serde(default)]
    submit: RawSubmit,
}

/// What is asked, and as whom.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Inquiry")]
struct RawAsk {
    /// The name of a `[persona.NAME]` in `crickets.toml`.
    persona: String,
    /// The community asked about.
    community: Option<String>,
    /// The question.
    #[schemars(with = "String", length(min = 1))]
    question: Spanned<String>,
    /// Words that a real answer would hold.
    #[serde(default)]
    answer: Vec<String>,
}

/// How the form is filled and sent.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "Submit")]
struct RawSubmit {
    /// Way of sending.
    mode: SubmitMode,
    /// Values by field name; override what was recognised.
    fields: BTreeMap<String, String>,
    /// How acceptance shows; recognised when absent.
    success: RawSuccess,
}

/// How acceptance shows.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "Success")]
struct RawSuccess {
    /// Text of the answer page.
    text: Option<String>,
    /// Part of the address that the site redirects to.
    url: Option<String>,
}

/// Why the shops could not be read.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum ShopFileError {
    /// One file is wrong.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Document(#[from] DocumentError),
    /// The folder cannot be listed.
    #[error("could not list the shops in {path}: {source}")]
    List {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Reads one shop file.
///
/// # Errors
/// When it cannot be read, is not TOML, has an unknown key, or a value makes no sense.
pub fn read(path: &Path) -> Result<Shop, ShopFileError> {
    let (raw, text) = document::read::<RawShop>(path)?;
    let slug = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    Ok(Check { path, text: &text }.shop(slug, raw)?)
}

/// Reads every `*.toml` of a folder, by name. Good files are returned beside the errors of the others.
///
/// # Errors
/// When the folder cannot be listed.
pub fn read_all(folder: &Path) -> Result<(Vec<Shop>, Vec<ShopFileError>), ShopFileError> {
    let list = |source| ShopFileError::List { path: folder.to_owned(), source };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(list)? {
        let path = entry.map_err(list)?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            paths.push(path);
        }
    }
    paths.sort();
    let (mut shops, mut errors) = (Vec::new(), Vec::new());
    for path in paths {
        match read(&path) {
            Ok(shop) => shops.push(shop),
            Err(error) => errors.push(error),
        }
    }
    Ok((shops, errors))
}

/// The JSON Schema of a shop file, pretty-printed, with a newline at the end.
#[must_use]
pub fn schema() -> String {
    let schema = schemars::generate::SchemaSettings::draft07().into_generator().into_root_schema_for::<RawShop>();
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}

/// Reads a number as `+15125550100` or in North American dress, `(512) 555-0100`. `None` when it is neither.
#[must_use]
pub fn phone_number(text: &str) -> Option<String> {
    let trimmed = text.trim();
    let digits: String = trimmed.chars().filter(char::is_ascii_digit).collect();
    let plain = trimmed.chars().all(|c| c.is_ascii_digit() || "+-. ()/".contains(c));
    match (plain, trimmed.starts_with('+'), digits.len()) {
        (true, true, 8..=15) => Some(format!("+{digits}")),
        (true, false, 10) => Some(format!("+1{digits}")),
        (true, false, 11) if digits.starts_with('1') => Some(format!("+{digits}")),
        _ => None,
    }
}

/// The file being checked, for errors that point into it.
struct Check<'a> {
    path: &'a Path,
    text: &'a str,
}

impl Check<'_> {
    fn wrong(&self, span: Range<usize>, message: impl Into<String>, hint: &str) -> DocumentError {
        DocumentError::at(self.path, self.text, span, message, (!hint.is_empty()).then(|| hint.to_owned()))
    }

    fn shop(&self, slug: String, raw: RawShop) -> Result<Shop, DocumentError> {
        self.not_empty(&raw.builder, "the builder needs a name")?;
        self.not_empty(&raw.inquiry.question, "the inquiry needs a question")?;
        let span = raw.timezone.span();
        let timezone = raw.timezone.get_ref().parse::<Tz>().map_err(|_| {
            self.wrong(span, format!("`{}` is no time zone", raw.timezone.get_ref()), "use an IANA name such as `America/Chicago`")
        })?;
        check_hours(raw.hours.get_ref()).map_err(|message| self.wrong(raw.hours.span(), message, ""))?;
        if let Some(state) = &raw.state
            && !(state.get_ref().len() == 2 && state.get_ref().chars().all(|c| c.is_ascii_alphabetic()))
        {
            return Err(self.wrong(state.span(), format!("`{}` is no state", state.get_ref()), "use two letters such as `TX`"));
        }
        let phones = raw
            .phones
            .iter()
            .map(|phone| {
                phone_number(phone.get_ref()).ok_or_else(|| {
                    self.wrong(phone.span(), format!("`{}` is no phone number", phone.get_ref()), "write it as `+15125550100`")
                })
            })
            .collect::<Result<_, _>>()?;
        let holidays = raw
            .holidays
            .iter()
            .map(|day| {
                day.get_ref()
                    .parse::<NaiveDate>()
                    .map_err(|_| self.wrong(day.span(), format!("`{}` is no date", day.get_ref()), "write it as `2026-11-27`"))
            })
            .collect::<Result<_, _>>()?;
        if let Some(program) = &raw.program {
            self.not_empty(program, "a program needs the path of a file")?;
            if raw.basis == Some(Basis::Study) {
                let hint = "take the key out, or say `basis = \"client\"` if the builder asked for the audit";
                return Err(self.wrong(program.span(), "a study takes no figures of the builder's own", hint));
            }
        }
        let domains = raw.domains.iter().map(|domain| self.domain(domain)).collect::<Result<_, _>>()?;
        Ok(Shop {
            slug,
            site: self.url(&raw.site)?,
            form: raw.form.as_ref().map(|form| self.url(form)).transpose()?,
            builder: raw.builder.into_inner().trim().to_owned(),
            timezone,
            hours: raw.hours.into_inner(),
            basis: raw.basis,
            state: raw.state.map(|state| state.into_inner().to_ascii_uppercase()),
            do_not_shop: raw.do_not_shop,
            license: raw.license.filter(|license| !license.trim().is_empty()),
            tags: raw.tags,
            phones,
            domains,
            team: raw.team,
            holidays,
            program: raw.program.map(|program| program.into_inner().trim().to_owned()),
            ask: Ask {
                persona: raw.inquiry.persona,
                community: raw.inquiry.community,
                question: raw.inquiry.question.into_inner().trim().to_owned(),
                answer: raw.inquiry.answer,
            },
            submit: SubmitRules {
                mode: raw.submit.mode,
                fields: raw.submit.fields,
                success: Success { text: raw.submit.success.text, url: raw.submit.success.url },
            },
        })
    }

    fn not_empty(&self, value: &Spanned<String>, message: &str) -> Result<(), DocumentError> {
        if value.get_ref().trim().is_empty() { Err(self.wrong(value.span(), message, "")) } else { Ok(()) }
    }

    /// A domain as it stands after the `@` of a mail address.
    fn domain(&self, value: &Spanned<String>) -> Result<String, DocumentError> {
        let domain = value.get_ref().trim().trim_start_matches('@').trim_end_matches('.').to_lowercase();
        let good =
            domain.contains('.') && domain.split('.').all(|label| !label.is_empty()) && !domain.contains(|c: char| "/:@?# ,".contains(c));
        if good {
            return Ok(domain);
        }
        Err(self.wrong(value.span(), format!("`{}` is no domain", value.get_ref()), "write it as `bluebonnet.example`"))
    }

    fn url(&self, value: &Spanned<String>) -> Result<Url, DocumentError> {
        let hint = "write the whole address, such as `https://www.bluebonnet.example/`";
        match Url::parse(value.get_ref()) {
            Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(url),
            Ok(_) => Err(self.wrong(value.span(), format!("`{}` is no web address", value.get_ref()), hint)),
            Err(error) => Err(self.wrong(value.span(), format!("`{}` is no web address: {error}", value.get_ref()), hint)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
builder = "Bluebonnet Homes"
site = "https://www.bluebonnet.example/"
timezone = "America/Chicago"
hours = "Mo-Fr 09:00-18:00; Sa 10:00-17:00; PH off"
basis = "client"
state = "tx"
phones = ["(512) 555-0100"]
domains = ["@Bluebonnet.example"]
holidays = ["2026-11-27"]
program = "programs/bluebonnet.csv"
[inquiry]
persona = "dana"
question = "Does the Magnolia come with a three-car garage?"
[submit.fields]
input_7 = "{{persona.zip}}"
"#;

    fn parse(text: &str) -> Result<Shop, DocumentError> {
        let path = Path::new("shops/bluebonnet.toml");
        Check { path, text }.shop("bluebonnet".into(), document::parse(path, text)?)
    }

    #[test]
    fn a_good_file_becomes_a_shop() {
        let shop = parse(GOOD).unwrap();
        assert_eq!(shop.phones, ["+15125550100"]);
        assert_eq!(shop.domains, ["bluebonnet.example"]);
        assert_eq!(shop.state.as_deref(), Some("TX"));
        assert_eq!(shop.program.as_deref(), Some("programs/bluebonnet.csv"));
        assert_eq!(shop.submit.mode, SubmitMode::Auto);
    }

    #[test]
    fn every_mistake_is_underlined_at_its_place() {
        for (from, to, place, words) in [
            ("America/Chicago", "America/Austin", (4, 12), "no time zone"),
            ("Mo-Fr 09:00-18:00; Sa 10:00-17:00; PH off", "nine to five", (5, 9), "hours"),
            ("https://www.bluebonnet.example/", "www.bluebonnet.example", (3, 8), "no web address"),
            ("(512) 555-0100", "555-0100", (8, 11), "no phone number"),
            ("2026-11-27", "27.11.2026", (10, 13), "no date"),
            ("\"tx\"", "\"Texas\"", (7, 9), "no state"),
            ("@Bluebonnet.example", "https://bluebonnet.example/", (9, 12), "no domain"),
            ("\"2026-11-27\"", "2026-11-27", (10, 13), "a date without quotes"),
            ("basis = \"client\"", "basis = \"cleint\"", (6, 9), "unknown variant"),
            ("basis = \"client\"", "basis = \"study\"", (11, 11), "a study takes no figures"),
            ("programs/bluebonnet.csv", " ", (11, 11), "needs the path"),
            ("persona = ", "personna = ", (13, 1), "unknown field"),
        ] {
            let error = parse(&GOOD.replace(from, to)).unwrap_err();
            let DocumentError::Content { line, column, message, .. } = &error else { panic!("{error}") };
            assert_eq!((*line, *column), place, "{to}: {message}");
            assert!(message.contains(words), "{to}: {message}");
        }
    }

    /// The shops that come with the source.
    fn examples() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("shops")
    }

    /// `UPDATE=1 cargo test --lib shop::file` writes it.
    #[test]
    fn the_committed_schema_is_the_code_s() {
        let path = examples().join("shop.schema.json");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, schema()).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap();
        assert!(committed == schema(), "{} is out of date: run this test with UPDATE=1", path.display());
        let value: serde_json::Value = serde_json::from_str(&committed).unwrap();
        for part in ["", "/definitions/Inquiry", "/definitions/Submit", "/definitions/Success"] {
            assert_eq!(value.pointer(&format!("{part}/additionalProperties")), Some(&false.into()), "unknown keys in `{part}`");
        }
    }

    #[test]
    fn the_examples_are_shops() {
        let (shops, errors) = read_all(&examples()).unwrap();
        assert!(errors.is_empty(), "{errors:?}");
        let personas: std::collections::BTreeSet<_> = shops.iter().map(|shop| shop.ask.persona.as_str()).collect();
        let questions: std::collections::BTreeSet<_> = shops.iter().map(|shop| shop.ask.question.as_str()).collect();
        assert!(shops.len() >= 3 && questions.len() == shops.len() && personas.len() >= 2, "{shops:?}");
    }

    #[test]
    fn numbers_are_read_strictly() {
        for (text, want) in [
            ("+15125550100", Some("+15125550100")),
            ("512.555.0100", Some("+15125550100")),
            ("1 512 555 0100", Some("+15125550100")),
            ("555-0100", None),
            ("call us", None),
            ("+1 (512) 555-0100 ext 4", None),
        ] {
            assert_eq!(phone_number(text).as_deref(), want, "{text}");
        }
    }
}
