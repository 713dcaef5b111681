//! How well forms and fields are told apart: precision and recall per role, form kind and chosen form, with the failures,
//! on labelled pages: `../shared/data/forms` (Formasaurus, autofill tests, small builders; not part of the repository) and
//! `tests/forms/builders` (written for this). Then the recorded submissions of a real browser, byte for byte, and the
//! encoding cases of the web-platform tests.
//!
//! Last, the CPU time of parsing and classifying all shared pages, as a ratio to plain `scraper` parsing in the same run.
//!
//!     cargo bench --bench forms                  # the figures
//!     cargo bench --bench forms -- --failures    # and every miss
//!     FORMS_ROOT=DIR cargo bench --bench forms   # other pages: DIR/tests/forms, DIR/../shared/data/forms

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a bench stops at the first surprise")]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crickets::submit::encode::{self, Entry, EntryValue, File};
use crickets::submit::fields::{self, Role};
use crickets::submit::inspect::{self, Task};
use crickets::submit::page::Page;
use serde_json::Value;
use url::Url;

const IDENTITY: [&str; 10] = ["first_name", "last_name", "full_name", "email", "phone", "street", "city", "state", "zip", "country"];

/// What a label of the material is called in the contract.
fn role_of(label: &str) -> &str {
    match label {
        "address1" | "address2" | "street_number" => "street",
        "newsletter_optin" => "newsletter_opt_in",
        "is_realtor" => "realtor",
        "price_range" => "budget",
        "machine" => "hidden",
        "phone_alt" | "phone_part" | "phone_country_code" => "phone",
        "property_interest" => "property_interest",
        known if ROLES.contains(&known) => known,
        _ => "other",
    }
}

const ROLES: [&str; 26] = [
    "first_name",
    "last_name",
    "full_name",
    "email",
    "email_confirm",
    "phone",
    "street",
    "city",
    "state",
    "zip",
    "country",
    "community",
    "message",
    "subject",
    "company",
    "budget",
    "timeframe",
    "realtor",
    "contact_preference",
    "consent",
    "newsletter_opt_in",
    "honeypot",
    "captcha",
    "hidden",
    "submit",
    "other",
];

fn kind_of(label: &str) -> &str {
    match label {
        "contact" | "inquiry" => "inquiry",
        "mailing_list" | "newsletter" => "newsletter",
        "search" | "login" | "registration" => label,
        _ => "other",
    }
}

/// A labelled form.
struct Labelled {
    page: String,
    /// `None`: fields of the page, whatever form they are in.
    form: Option<usize>,
    kind: String,
    chosen: Option<bool>,
    fields: Vec<(usize, String)>,
}

#[derive(Default)]
struct Tally {
    right: usize,
    said: usize,
    is: usize,
}

impl Tally {
    fn precision(&self) -> f64 {
        ratio(self.right, self.said)
    }
    fn recall(&self) -> f64 {
        ratio(self.right, self.is)
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of a bench")]
fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { f64::NAN } else { part as f64 / whole as f64 }
}

/// Everything counted over one set of pages.
#[derive(Default)]
struct Score {
    roles: BTreeMap<String, Tally>,
    kinds: BTreeMap<String, Tally>,
    fields: (usize, usize),
    forms: (usize, usize),
    whole: (usize, usize),
    identity: Tally,
    chosen: (usize, usize),
    spared: (usize, usize),
    failures: Vec<String>,
}

impl Score {
    fn count(tallies: &mut BTreeMap<String, Tally>, is: &str, said: &str) {
        tallies.entry(is.to_owned()).or_default().is += 1;
        tallies.entry(said.to_owned()).or_default().said += 1;
        if is == said {
            tallies.entry(is.to_owned()).or_default().right += 1;
        }
    }

    fn field(&mut self, place: &str, is: &str, said: &str, what: &str) -> bool {
        let interest = is == "property_interest";
        let right = is == said || interest && matches!(said, "community" | "subject" | "other");
        let is = if interest { if right { said } else { "community" } } else { is };
        Self::count(&mut self.roles, is, said);
        self.fields.0 += usize::from(right);
        self.fields.1 += 1;
        self.identity.is += usize::from(IDENTITY.contains(&is));
        self.identity.said += usize::from(IDENTITY.contains(&said));
        self.identity.right += usize::from(right && IDENTITY.contains(&is));
        if is != "honeypot" && is != "hidden" {
            self.spared.0 += usize::from(said == "honeypot");
            self.spared.1 += 1;
        }
        if !right {
            self.failures.push(format!("{place}: {is} taken for {said}: {what}"));
        }
        right
    }

    fn print(&self, name: &str, failures: bool) {
        println!("\n== {name}");
        let part = |(right, of): (usize, usize)| format!("{:.2} % ({right}/{of})", 100.0 * ratio(right, of));
        println!("fields right {}   all fields of a form right {}", part(self.fields), part(self.whole));
        println!("form kinds right {}   form chosen {}", part(self.forms), part(self.chosen));
        println!("ten identity types: precision {:.3} recall {:.3}", self.identity.precision(), self.identity.recall());
        println!("real fields taken for a honeypot {}", part(self.spared));
        for (what, tallies) in [("role", &self.roles), ("kind", &self.kinds)] {
            println!("{what:<20} precision  recall   right   said     is");
            for (name, tally) in tallies {
                println!(
                    "  {name:<18} {:>9.3} {:>7.3} {:>7} {:>6} {:>6}",
                    tally.precision(),
                    tally.recall(),
                    tally.right,
                    tally.said,
                    tally.is
                );
            }
        }
        if failures {
            for failure in &self.failures {
                println!("  {failure}");
            }
        }
    }
}

fn lines(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

fn index(value: &Value) -> Option<usize> {
    value.as_u64().and_then(|n| usize::try_from(n).ok())
}

/// The labels of the shared material.
fn shared(root: &Path, source: &str) -> Vec<Labelled> {
    let all = lines(&root.join("labels.jsonl"));
    let ours = all.into_iter().filter(|label| label["source"] == source && (source == "ddg" || label["html5_form_index"] != Value::Null));
    ours.map(|label| {
        let annotated = label["fields_annotated"] != Value::Bool(false);
        let fields = label["fields"].as_array().cloned().unwrap_or_default();
        let mut known = Vec::new();
        for field in fields.iter().filter(|_| annotated) {
            let label = role_of(field["type"].as_str().unwrap_or_default()).to_owned();
            let several: Vec<usize> =
                field["control_indices"].as_array().map(|all| all.iter().filter_map(index).collect()).unwrap_or_default();
            let first = several.first().copied().or_else(|| index(&field["control_index"]));
            known.extend(first.map(|index| (index, label.clone())));
        }
        Labelled {
            page: label["page"].as_str().unwrap_or_default().to_owned(),
            form: index(&label["html5_form_index"]),
            kind: kind_of(label["form_type"].as_str().unwrap_or_default()).to_owned(),
            chosen: None,
            fields: known,
        }
    })
    .collect()
}

/// The labels of our own pages.
fn own(root: &Path) -> Vec<Labelled> {
    let all = ["builders.1.jsonl", "builders.2.jsonl"].into_iter().flat_map(|name| lines(&root.join(name)));
    all.map(|label| Labelled {
        page: label["page"].as_str().unwrap_or_default().to_owned(),
        form: index(&label["form"]),
        kind: label["kind"].as_str().unwrap_or_default().to_owned(),
        chosen: Some(label["chosen"] == Value::Bool(true)),
        fields: label["fields"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|field| Some((index(&field["control_index"])?, role_of(field["role"].as_str()?).to_owned())))
            .collect(),
    })
    .collect()
}

fn measure(labels: &[Labelled], folder: &Path, addresses: &HashMap<String, Url>) -> Score {
    let mut score = Score::default();
    let mut pages: BTreeMap<&str, Vec<&Labelled>> = BTreeMap::new();
    for label in labels {
        pages.entry(&label.page).or_default().push(label);
    }
    let nowhere = Url::parse("http://builder.example/").unwrap();
    for (name, labels) in pages {
        let Ok(body) = std::fs::read(folder.join(name)) else { continue };
        let page = Page::parse(&body, addresses.get(name).unwrap_or(&nowhere), None);
        let known = fields::survey(&page);
        let roles: HashMap<usize, (Role, String)> = known
            .iter()
            .flat_map(|form| &form.fields)
            .map(|field| {
                (
                    field.control_index,
                    (field.role, format!("{:?} {:?} {}", field.name.as_deref().unwrap_or_default(), field.label, field.control)),
                )
            })
            .collect();
        for label in &labels {
            let mut all = true;
            for (control, is) in &label.fields {
                let (said, what) = roles.get(control).map_or(("none", String::new()), |(role, what)| (role.as_str(), what.clone()));
                all &= score.field(&format!("{name} {control}"), is, said, &what);
            }
            if !label.fields.is_empty() {
                score.whole.0 += usize::from(all);
                score.whole.1 += 1;
            }
            let said = label.form.and_then(|form| known.iter().find(|known| known.index == form));
            if let Some(said) = said {
                let said = serde_json::to_value(said.kind).unwrap();
                let said = said.as_str().unwrap_or_default();
                Score::count(&mut score.kinds, &label.kind, said);
                score.forms.0 += usize::from(label.kind == said);
                score.forms.1 += 1;
                if label.kind != said {
                    score.failures.push(format!("{name} form {:?}: {} taken for {said}", label.form, label.kind));
                }
            } else if label.form.is_some() {
                score.forms.1 += 1;
                score.failures.push(format!("{name}: no form {:?} of {}", label.form, known.len()));
            }
        }
        // Of a page with one inquiry form, that must be the one; of a page with several, one of them.
        let wanted: BTreeSet<usize> =
            labels.iter().filter(|label| label.chosen.unwrap_or(label.kind == "inquiry")).filter_map(|label| label.form).collect();
        let judged = labels.iter().any(|label| label.chosen.is_some());
        if !wanted.is_empty() || judged {
            let said = fields::choose(&known).map(|form| form.index);
            let right = said.map_or(wanted.is_empty(), |form| wanted.contains(&form));
            score.chosen.0 += usize::from(right);
            score.chosen.1 += 1;
            if !right {
                score.failures.push(format!("{name}: chose {said:?}, is {wanted:?}"));
            }
        }
    }
    score
}

fn without_boundary(body: &[u8], content_type: &str) -> Vec<u8> {
    match content_type.split_once("boundary=") {
        Some((_, boundary)) => String::from_utf8_lossy(body).replace(boundary, "").into_bytes(),
        None => body.to_vec(),
    }
}

/// The recorded submissions; `told` gives the charset and base address that the browser had, else they are found.
fn submissions(root: &Path, told: bool) -> (usize, usize, Vec<String>) {
    let recorded: HashMap<String, Value> =
        lines(&root.join("submit_expected.jsonl")).into_iter().filter_map(|line| Some((line["id"].as_str()?.to_owned(), line))).collect();
    let (mut right, mut of, mut misses) = (0, 0, Vec::new());
    for line in lines(&root.join("submit_tasks.jsonl")) {
        let mut task: Task = serde_json::from_value(line).unwrap();
        if !told {
            (task.base, task.charset) = (None, None);
        }
        of += 1;
        let expected = &recorded[&task.id];
        let text = |key: &str| expected[key].as_str().unwrap_or_default().to_owned();
        let body = std::fs::read(root.join("pages").join(&task.page)).unwrap();
        match inspect::page_of(&task, &body).and_then(|page| inspect::request_of(&task, &page)) {
            Ok(request) => {
                let kind = request.content_type.clone().unwrap_or_default();
                let media = |kind: &str| kind.split(';').next().unwrap_or_default().to_owned();
                let same = request.method == text("method")
                    && request.url.as_str() == text("url")
                    && media(&kind) == media(&text("content_type"))
                    && without_boundary(&request.body, &kind)
                        == without_boundary(&STANDARD.decode(text("body_b64")).unwrap(), &text("content_type"));
                right += usize::from(same);
                if !same {
                    misses.push(format!("{}: {} {}", task.id, request.method, request.url));
                }
            }
            Err(error) => misses.push(format!("{}: {error}", task.id)),
        }
    }
    (right, of, misses)
}

/// The encoding cases of the web-platform tests.
fn encodings(root: &Path) -> (usize, usize, Vec<String>) {
    let text = std::fs::read_to_string(root.join("encoding_cases.json")).unwrap_or_else(|_| "[]".to_owned());
    let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
    let mut misses = Vec::new();
    for case in &cases {
        let part = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let value = match &case["file"] {
            Value::Null => EntryValue::Text(part(&case["value"])),
            file => EntryValue::File(File {
                name: part(&file["filename"]),
                media_type: part(&file["type"]),
                content: part(&file["content"]).into_bytes(),
            }),
        };
        let charset = encoding_rs::Encoding::for_label(part(&case["charset"]).as_bytes()).unwrap();
        let entries = [Entry { name: part(&case["name"]), value }];
        let made = match case["enctype"].as_str().unwrap_or_default() {
            "multipart/form-data" => encode::multipart(&entries, charset, "BOUNDARY"),
            "text/plain" => encode::plain(&entries, charset),
            _ => encode::urlencoded(&entries, charset).into_bytes(),
        };
        // The expectation is written byte for byte, a character a byte.
        let expected: Vec<u8> = part(&case["expected_full"]).chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect();
        if made != expected {
            misses.push(format!("{} {}: {}", part(&case["enctype"]), part(&case["description"]), String::from_utf8_lossy(&made)));
        }
    }
    (cases.len() - misses.len(), cases.len(), misses)
}

/// Nanoseconds of CPU that this thread has used.
fn cpu_ns() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|ns| ns.parse().ok()).unwrap_or(0)
}

/// Best of five, in CPU seconds; the two take turns, so that both have the same neighbours.
#[expect(clippy::cast_precision_loss, reason = "nanoseconds of a bench")]
fn speed(root: &Path) {
    let names = ["formasaurus", "ddg", "realestate"].map(|name| root.join("pages").join(name));
    let files = names.iter().filter_map(|folder| folder.read_dir().ok()).flatten().flatten();
    let pages: Vec<Vec<u8>> = files.filter_map(|file| std::fs::read(file.path()).ok()).collect();
    let url = Url::parse("http://builder.example/").unwrap();
    let (mut plain, mut ours) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..5 {
        let start = cpu_ns();
        for page in &pages {
            std::hint::black_box(scraper::Html::parse_document(&String::from_utf8_lossy(page)));
        }
        let between = cpu_ns();
        for page in &pages {
            std::hint::black_box(fields::survey(&Page::parse(page, &url, None)));
        }
        plain = plain.min((between - start) as f64 / 1e9);
        ours = ours.min((cpu_ns() - between) as f64 / 1e9);
    }
    let (count, megabytes) = (pages.len() as f64, pages.iter().map(Vec::len).sum::<usize>() as f64 / 1e6);
    println!("\n== speed: {count} pages, {megabytes:.1} MB, best of five");
    println!("scraper, parsing alone    {plain:.2} CPU s  {:>5.0} pages per CPU s", count / plain);
    println!("parsing and classifying   {ours:.2} CPU s  {:>5.0} pages per CPU s  {:.2} times scraper's", count / ours, ours / plain);
}

fn main() {
    let failures = std::env::args().any(|arg| arg == "--failures");
    let here = std::env::var_os("FORMS_ROOT").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    let root = here.join("../shared/data/forms");
    measure(&own(&here.join("tests/forms")), &here.join("tests/forms/builders"), &HashMap::new())
        .print("builders' pages of our own", failures);
    if !root.is_dir() {
        println!("{} is not there: the rest is not measured", root.display());
        return;
    }
    let listed: Vec<Value> =
        serde_json::from_str(&std::fs::read_to_string(root.join("pages.json")).unwrap_or_default()).unwrap_or_default();
    let addresses: HashMap<String, Url> =
        listed.iter().filter_map(|page| Some((page["page"].as_str()?.to_owned(), Url::parse(page["url"].as_str()?).ok()?))).collect();
    for source in ["formasaurus", "ddg", "realestate"] {
        measure(&shared(&root, source), &root.join("pages"), &addresses).print(source, failures);
    }
    for (name, (right, of, misses)) in [
        ("recorded submissions, charset and base told", submissions(&root, true)),
        ("recorded submissions, charset and base found", submissions(&root, false)),
        ("encoding cases", encodings(&root)),
    ] {
        println!("\n== {name}: {right}/{of} byte-exact");
        for miss in misses {
            println!("  {miss}");
        }
    }
    speed(&root);
}
