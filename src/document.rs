//! Reads a TOML file into a domain type. What is wrong is underlined with file, line and column, and an unknown key
//! names the nearest known one. A password that stands in a file is never shown with it. Used for `crickets.toml`, shop
//! files and rubrics.

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use miette::{Diagnostic, MietteError, MietteSpanContents, NamedSource, SourceCode, SourceSpan, SpanContents};
use regex::Regex;
use serde::de::DeserializeOwned;

/// What some editors begin a file with; it is no part of the text.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Why a file could not be used, with the place underlined.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum DocumentError {
    /// The file is not there or cannot be read.
    #[error("could not read {path}: {source}")]
    #[diagnostic(help("see that the file is there and may be read"))]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file was read, and something in it is wrong.
    #[error("could not use {path}, line {line}, column {column}: {message}")]
    Content {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column, from 1, in characters.
        column: usize,
        /// What is wrong.
        message: String,
        /// The text, for the underlining.
        #[source_code]
        text: Arc<NamedSource<Source>>,
        /// The place.
        #[label("here")]
        span: SourceSpan,
        /// What to do.
        #[help]
        hint: Option<String>,
    },
}

impl DocumentError {
    /// An error at a byte range of `text`.
    #[must_use]
    pub fn at(path: &Path, text: &str, span: std::ops::Range<usize>, message: impl Into<String>, hint: Option<String>) -> Self {
        let mark = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 };
        let text = text.get(mark..).unwrap_or_default();
        let start = span.start.saturating_sub(mark);
        let before = text.get(..start).unwrap_or(text);
        Self::Content {
            path: path.to_owned(),
            line: before.matches('\n').count() + 1,
            column: characters_in_line(before) + 1,
            message: message.into(),
            text: Arc::new(NamedSource::new(path.display().to_string(), Source(hide_passwords(text))).with_language("toml")),
            span: (start, span.len().max(1)).into(),
            hint,
        }
    }
}

/// The text of a file as an error shows it: passwords blotted out, columns counted in characters.
#[derive(Debug)]
pub struct Source(String);

impl SourceCode for Source {
    fn read_span<'a>(&'a self, span: &SourceSpan, before: usize, after: usize) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let found = self.0.read_span(span, before, after)?;
        // What is found counts columns in bytes.
        let column = if found.column() == 0 { 0 } else { self.0.get(..found.span().offset()).map_or(0, characters_in_line) };
        Ok(Box::new(MietteSpanContents::new(found.data(), *found.span(), found.line(), column, found.line_count())))
    }
}

fn characters_in_line(before: &str) -> usize {
    before.rsplit('\n').next().map_or(0, |last| last.chars().count())
}

/// Blots out what looks like a password, byte for byte, so that places stay where they are.
fn hide_passwords(text: &str) -> String {
    static PASSWORD: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r#"(?i)(?:pass|secret|token)\w*["']?\s*=\s*(?:"([^"\n]*)"|'([^'\n]*)')|://[^/@:\s"']*:([^\s"']*)@|[?&]password=([^&\s"']*)"#,
        )
        .ok()
    });
    let mut shown = text.to_owned();
    for found in PASSWORD.iter().flat_map(|password| password.captures_iter(text)) {
        for secret in found.iter().skip(1).flatten() {
            shown.replace_range(secret.range(), &"*".repeat(secret.len()));
        }
    }
    shown
}

/// Reads and parses a file.
///
/// # Errors
/// When the file cannot be read, is not UTF-8, or does not fit `T`.
pub fn read<T: DeserializeOwned>(path: &Path) -> Result<(T, String), DocumentError> {
    let bytes = std::fs::read(path).map_err(|source| DocumentError::Read { path: path.to_owned(), source })?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(error.as_bytes());
        let end = at + char::REPLACEMENT_CHARACTER.len_utf8();
        DocumentError::at(path, &text, at..end, "this is no UTF-8 text", Some("save the file as UTF-8".to_owned()))
    })?;
    let value = parse(path, &text)?;
    Ok((value, text))
}

/// Parses the text of a file; `path` is only named in errors.
///
/// # Errors
/// When the text is not TOML or does not fit `T`.
pub fn parse<T: DeserializeOwned>(path: &Path, text: &str) -> Result<T, DocumentError> {
    toml::from_str(text).map_err(|error| {
        let span = error.span().unwrap_or(0..0);
        let message = error.message().trim();
        let there = text.get(span.clone()).unwrap_or_default();
        DocumentError::at(
            path,
            text,
            span,
            plain(message, there).unwrap_or_else(|| message.to_owned()),
            nearest_key(message).or_else(|| strayed(message, text)),
        )
    })
}

/// Serde's words for a value of the wrong kind, in a person's words and without the value, which is underlined anyway.
/// `there` is what stands at the place.
fn plain(message: &str, there: &str) -> Option<String> {
    let (found, expected) = message.strip_prefix("invalid ")?.rsplit_once(", expected ")?;
    let expected = match expected {
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65535",
        "u32" | "u64" | "usize" => "a whole number from 0",
        "i64" => "a whole number",
        "f64" => "a number",
        "a boolean" => "`true` or `false`",
        "a string" | "string or table" => "a text in quotes",
        "a sequence" => "a list in brackets",
        "a map" => "a table",
        name if name.starts_with("struct ") => "a table",
        other => other,
    };
    if found.starts_with("value: ") {
        return Some(format!("this value does not fit: {expected} belongs here"));
    }
    let kind = found.strip_prefix("type: ")?;
    let kind = match kind.split([' ', ',']).next()? {
        "string" => "a text",
        "integer" => "a whole number",
        "floating" => "a number",
        "boolean" => "a yes or no",
        "sequence" => "a list",
        "map" if there.starts_with(|first: char| first.is_ascii_digit()) => "a date without quotes",
        "map" => "a table",
        _ => kind,
    };
    Some(format!("{kind} stands where {expected} belongs"))
}

/// "did you mean" for serde's messages of an unknown field or variant, which list the known ones. The few values of a setting are all
/// listed, and one that is nothing like what was written (`own` for `fun`, as a basis) is no help.
fn nearest_key(message: &str) -> Option<String> {
    let rest = message.strip_prefix("unknown field `").or_else(|| message.strip_prefix("unknown variant `"))?;
    let (unknown, known) = rest.split_once('`')?;
    let best = nearest(unknown, known.split('`').skip(1).step_by(2))?;
    let alike = message.starts_with("unknown field") || strsim::jaro_winkler(best, unknown) > 0.8;
    alike.then(|| format!("did you mean `{best}`?"))
}

/// The name most like an unknown one (Jaro-Winkler); `None` where none is known.
pub(crate) fn nearest<'a>(unknown: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known.max_by(|a, b| strsim::jaro_winkler(a, unknown).total_cmp(&strsim::jaro_winkler(b, unknown)))
}

/// "did you mean" for serde's missing-field message, where the key stands in a table whose own name is nearly that of one without it:
/// tables are read in the order of their names, so that serde may not have met that one.
fn strayed(message: &str, text: &str) -> Option<String> {
    let missing = message.strip_prefix("missing field `")?.split_once('`')?.0;
    in_sister(missing, "", &text.parse().ok()?)
}

/// Looks for a key in a table beside one that lacks it and has nearly its name, here and below.
fn in_sister(missing: &str, within: &str, table: &toml::Table) -> Option<String> {
    let tables = || table.iter().filter_map(|(name, value)| Some((name, value.as_table()?)));
    let (with, without): (Vec<_>, Vec<_>) = tables().partition(|(_, inner)| inner.contains_key(missing));
    let pairs = with.iter().flat_map(|(known, _)| without.iter().map(move |(lacking, _)| (*known, *lacking)));
    let alike = |(known, lacking): &(&String, &String)| strsim::jaro_winkler(known, lacking);
    let (known, lacking) = pairs.filter(|pair| alike(pair) > 0.85).max_by(|a, b| alike(a).total_cmp(&alike(b))).unzip();
    match (known, lacking) {
        (Some(known), Some(lacking)) => {
            Some(format!("`{missing}` stands in `{within}{known}`: did you mean `{within}{lacking}.{missing}`?"))
        }
        _ => tables().find_map(|(name, inner)| in_sister(missing, &format!("{within}{name}."), inner)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        #[serde(rename = "builder")]
        _builder: String,
        #[serde(rename = "timezone")]
        _timezone: String,
    }

    #[test]
    fn an_unknown_key_is_placed_and_the_nearest_known_one_named() {
        let error = parse::<Sample>(Path::new("a.toml"), "builder = \"x\"\ntimezon = \"y\"\n").unwrap_err();
        let DocumentError::Content { line, column, hint, .. } = &error else { panic!("{error}") };
        assert_eq!((*line, *column), (2, 1));
        assert_eq!(hint.as_deref(), Some("did you mean `timezone`?"));
    }

    #[test]
    fn a_value_is_only_named_for_one_that_is_like_it() {
        let of = |written: &str| nearest_key(&format!("unknown variant `{written}`, expected one of `own`, `client`, `study`"));
        assert_eq!(of("clinet").as_deref(), Some("did you mean `client`?"));
        assert_eq!(of("Study").as_deref(), Some("did you mean `study`?"));
        assert_eq!(of("fun"), None);
    }

    #[test]
    fn a_wrong_type_is_placed() {
        let error = parse::<Sample>(Path::new("a.toml"), "timezone = \"y\"\nbuilder = 3\n").unwrap_err();
        let DocumentError::Content { line, column, .. } = &error else { panic!("{error}") };
        assert_eq!((*line, *column), (2, 11));
    }

    fn shown(error: &DocumentError) -> String {
        let mut text = String::new();
        miette::NarratableReportHandler::new().render_report(&mut text, error).unwrap();
        text
    }

    #[test]
    fn a_wrong_kind_is_said_in_plain_words() {
        #[derive(Debug, serde::Deserialize)]
        #[expect(dead_code, reason = "only read from TOML")]
        struct Kinds {
            days: Option<u16>,
            list: Option<Vec<String>>,
            text: Option<String>,
            flag: Option<bool>,
            part: Option<Sample>,
        }
        for (text, want) in [
            ("days = \"30\"", "a text stands where a whole number from 0 to 65535 belongs"),
            ("days = -1", "this value does not fit: a whole number from 0 to 65535 belongs here"),
            ("days = 1.5", "a number stands where a whole number from 0 to 65535 belongs"),
            ("list = \"a, expected b\"", "a text stands where a list in brackets belongs"),
            ("text = 3", "a whole number stands where a text in quotes belongs"),
            ("text = 2026-11-27", "a date without quotes stands where a text in quotes belongs"),
            ("text = []", "a list stands where a text in quotes belongs"),
            ("flag = \"yes\"", "a text stands where `true` or `false` belongs"),
            ("part = true", "a yes or no stands where a table belongs"),
        ] {
            let DocumentError::Content { message, .. } = parse::<Kinds>(Path::new("a.toml"), text).unwrap_err() else { panic!("{text}") };
            assert_eq!(message, want, "{text}");
        }
    }

    #[test]
    fn columns_are_characters_and_a_byte_order_mark_is_none() {
        for text in ["builder = \"Café\"\nx = { é = 1 }\n", "\u{feff}builder = \"Café\"\nx = { é = 1 }\n"] {
            let error = DocumentError::at(Path::new("a.toml"), text, text.find("= 1").unwrap()..text.find(" }").unwrap(), "wrong", None);
            assert!(error.to_string().contains("line 2, column 9"), "{error}");
            assert!(shown(&error).contains("line 2, column 9"));
        }
        let error = parse::<Sample>(Path::new("a.toml"), "\u{feff}bilder = 1").unwrap_err();
        assert!(error.to_string().contains("line 1, column 1:"), "{error}");
    }

    #[test]
    fn what_is_no_text_is_placed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.toml");
        std::fs::write(&path, b"timezone = \"y\"\nbuilder = \"Caf\xe9\"\n").unwrap();
        let error = read::<Sample>(&path).unwrap_err();
        assert!(error.to_string().contains("line 2, column 15: this is no UTF-8 text"), "{error}");
    }

    #[test]
    fn a_password_in_the_file_is_never_shown() {
        for line in [
            "url = \"postgres://me:hush@localhost/crickets\"",
            "url = \"postgres://localhost/crickets?user=me&password=hush&x=1\"",
            "password = 'hush'",
            "smtp_password = \"hush\"",
            "\"Secret\" = \"hush\"",
        ] {
            let error = parse::<Sample>(Path::new("a.toml"), &format!("{line}\nbuilder = 1\n")).unwrap_err();
            let text = format!("{error} {}", shown(&error));
            assert!(!text.contains("hush") && text.contains("****"), "{line}: {text}");
        }
        assert_eq!(hide_passwords("password = { env = \"NAME\" }"), "password = { env = \"NAME\" }");
    }
}
