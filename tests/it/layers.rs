//! The order of the rooms, read from the source: a later room may use an earlier one, never the reverse; and the pure
//! rooms touch neither the network, nor files, nor the clock.

use std::path::{Path, PathBuf};

/// The rooms, earliest first.
const ORDER: [&str; 18] = [
    "clock",
    "guard",
    "document",
    "number",
    "shop",
    "config",
    "submit",
    "collect",
    "send",
    "attribute",
    "classify",
    "score",
    "report",
    "store",
    "audit",
    "web",
    "demo",
    "cli",
];

/// Values in, values out.
const PURE: [&str; 6] = ["attribute", "classify", "score", "report/coverage", "report/input", "report/model"];

/// What a pure room never names.
const IMPURE: [&str; 13] = [
    "tokio",
    "reqwest",
    "sqlx",
    "lettre",
    "std::fs",
    "std::net",
    "std::process",
    "std::env",
    "SystemTime",
    "Instant::now",
    "Utc::now",
    "Clock",
    "async fn",
];

/// A source file, by its path under `src/` with `/` between folders.
struct Source {
    path: String,
    text: String,
}

/// The rules that a source file breaks, each as a sentence.
fn broken(source: &Source) -> Vec<String> {
    let mut faults = Vec::new();
    let code = without_comments(&source.text);
    if !source.text.starts_with("//!") && !source.text.starts_with("#!") {
        faults.push(format!("{} does not begin with //! and what it is for.", source.path));
    }
    let stem = source.path.trim_end_matches(".rs");
    let room = stem.split('/').next().unwrap_or_default();
    if matches!(room, "lib" | "main") {
        return faults;
    }
    let Some(place) = ORDER.iter().position(|known| *known == room) else {
        faults.push(format!("{} is in no known room: give `{room}` its place in the order.", source.path));
        return faults;
    };
    for used in rooms_used(&code) {
        match ORDER.iter().position(|known| *known == used) {
            Some(other) if other > place => faults.push(format!("{} uses `{used}`, which comes after `{room}`.", source.path)),
            _ => {}
        }
    }
    if PURE.iter().any(|pure| stem == *pure || stem.starts_with(&format!("{pure}/"))) {
        let product = code.split("#[cfg(test)]").next().unwrap_or_default();
        for word in IMPURE.iter().filter(|word| names(product, word)) {
            faults.push(format!("{} is pure, and names `{word}`.", source.path));
        }
    }
    faults
}

/// The code without line comments; a `//` inside a text stays when it follows a colon, as in an address.
fn without_comments(text: &str) -> String {
    let line = |line: &str| match line.match_indices("//").find(|(at, _)| !line[..*at].ends_with(':')) {
        Some((at, _)) => line[..at].to_owned(),
        None => line.to_owned(),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// The names that follow `crate::`, alone or in braces, and `super::super::`, by which a file could leave its room.
fn rooms_used(code: &str) -> Vec<String> {
    let mut used = Vec::new();
    for way in ["crate::", "super::super::"] {
        for (at, _) in code.match_indices(way) {
            if code[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_') {
                continue;
            }
            let rest = code[at + way.len()..].trim_start();
            match rest.strip_prefix('{') {
                Some(group) => used.extend(first_names(group)),
                None => used.push(identifier(rest)),
            }
        }
    }
    used.retain(|name| !name.is_empty());
    used
}

/// The first name of every item of a `{…}` group whose brace is already open.
fn first_names(group: &str) -> Vec<String> {
    let (mut depth, mut start, mut names) = (0_usize, true, Vec::new());
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => start = true,
            _ if start && !letter.is_whitespace() => {
                names.push(identifier(&group[at..]));
                start = false;
            }
            _ => {}
        }
    }
    names
}

fn identifier(text: &str) -> String {
    text.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect()
}

/// Whether a word stands in the code on its own.
fn names(code: &str, word: &str) -> bool {
    let part = |letter: char| letter.is_alphanumeric() || letter == '_';
    code.match_indices(word).any(|(at, _)| !code[..at].ends_with(part) && !code[at + word.len()..].starts_with(part))
}

fn sources(folder: &Path, below: &Path, found: &mut Vec<Source>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            sources(&path, below, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(below).unwrap().to_string_lossy().replace('\\', "/");
            found.push(Source { path: name, text: std::fs::read_to_string(&path).unwrap() });
        }
    }
}

#[test]
fn a_later_room_may_use_an_earlier_one_never_the_reverse() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    sources(&folder, &folder, &mut found);
    assert!(found.len() > 14, "only {} source files found", found.len());
    let faults: Vec<String> = found.iter().flat_map(broken).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_checker_finds_what_is_planted() {
    let cases = [
        ("shop/a.rs", "//! A.\nuse crate::clock::Clock;\n", 0),
        ("shop/a.rs", "//! A.\nuse crate::score::Card;\n", 1),
        ("shop/a.rs", "//! A.\nuse crate::{clock::Clock, score::{Card, report}};\n", 1),
        ("shop/a.rs", "//! A.\nuse crate::{\n    store,\n    report::model::Report,\n};\n", 2),
        ("shop/a.rs", "//! A.\nfn f() -> crate::cli::Args { todo() }\n", 1),
        ("shop/a.rs", "//! A. See [`crate::score`].\n/// As `crate::report` has it.\nfn f() {}\n", 0),
        ("shop/a.rs", "//! A.\nuse super::super::audit::run;\n", 1),
        ("shop/a.rs", "//! A.\nconst AT: &str = \"http://a.test/\"; fn f() { crate::audit::run() }\n", 1),
        ("shop/a.rs", "//! A.\npub(crate) fn f() {}\nuse other_crate::score;\n", 0),
        ("clock.rs", "//! A.\nuse crate::shop::Shop;\n", 1),
        ("cli/mod.rs", "//! A.\nuse crate::demo::run;\nuse tokio::fs;\n", 0),
        ("score/a.rs", "//! A.\nuse std::fs;\n", 1),
        ("score/mod.rs", "//! A.\nasync fn f(clock: &Clock) {}\n", 2),
        ("score/a.rs", "//! A.\nfn clock_face() {}\n#[cfg(test)]\nmod tests { use std::fs; }\n", 0),
        ("report/model.rs", "//! A.\nuse std::fs::File;\n", 1),
        ("report/model/touch.rs", "//! A.\nuse tokio::task;\n", 1),
        ("report/html.rs", "//! A.\nuse std::fs::File;\n", 0),
        ("ward/mod.rs", "//! A.\n", 1),
        ("shop/a.rs", "use crate::clock::Clock;\n", 1),
        ("lib.rs", "//! A.\npub mod cli;\n", 0),
    ];
    for (path, text, faults) in cases {
        let found = broken(&Source { path: path.to_owned(), text: text.to_owned() });
        assert_eq!(found.len(), faults, "{path}: {text}\n{found:?}");
    }
}
