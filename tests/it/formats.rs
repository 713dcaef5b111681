//! The report in the formats that other programs read: a PDF of a real Chromium through Poppler, the workbook through openpyxl, and
//! the JSON against its committed schema through jsonschema.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use crate::import::{WAVE, asked, now};
use crate::peers::{program, python};
use crate::workspace::{Workspace, run_in};
use crate::{demo, pdf};

/// After all that the demo plays.
const AS_OF: &str = "2026-11-20T12:00:00Z";

/// What a program says, which must end well.
pub(crate) fn said(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    assert!(status.success(), "{command:?}: {}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

/// The value of a line of `pdfinfo`.
pub(crate) fn info<'a>(told: &'a str, key: &str) -> &'a str {
    let line = told.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'));
    line.unwrap_or_else(|| panic!("no {key} in {told}")).trim()
}

/// A demo whose workspace may drive a browser, and the wave in it.
pub(crate) fn demo_with_browser(folder: &Path) -> (PathBuf, String) {
    demo::run(folder, "demo").expect(0);
    let demo = folder.join("demo");
    allow_browser(&demo);
    let wave = demo::report_file(&demo, "index.html").parent().unwrap().file_name().unwrap().to_str().unwrap().to_owned();
    (demo, wave)
}

/// Lets a demo's workspace drive a browser.
pub(crate) fn allow_browser(demo: &Path) {
    let config = demo.join("crickets.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    assert!(text.contains("webdriver = \"off\""), "{text}");
    std::fs::write(&config, text.replace("webdriver = \"off\"", "webdriver = \"auto\"")).unwrap();
}

/// Whether what prints and reads a PDF is here.
pub(crate) fn prints() -> bool {
    let needed =
        [("chromium", "chromium"), ("chromedriver", "chromium-driver"), ("pdfinfo", "poppler-utils"), ("pdftotext", "poppler-utils")];
    needed.iter().all(|(name, package)| program(name, package).is_some())
}

/// Rows of tables on the printed pages of a report: what stays on the screen is not printed.
fn rows_of_pages(folder: &Path) -> usize {
    let unprinted = regex::Regex::new(r#"(?s)<details class="minor">.*?</details>|<div class="mail".*?</details>"#).unwrap();
    let scorecards = std::fs::read_dir(folder.join("builders")).unwrap().map(|entry| entry.unwrap().path());
    let pages = ["index.html", "methods.html"].map(|name| folder.join(name)).into_iter().chain(scorecards);
    pages.map(|page| unprinted.replace_all(&std::fs::read_to_string(page).unwrap(), "").matches("<tr").count()).sum()
}

/// No row of a table begins on one page and ends on the next; and none is lost.
fn rows_are_whole(pdf: &[u8], rows_of_pages: usize) {
    let rows = pdf::rows(pdf);
    assert_eq!(rows.len(), rows_of_pages, "rows of the pages, and of the PDF");
    assert!(rows.iter().all(|row| !row.pages.is_empty()));
    let (heads, others): (Vec<&pdf::Row>, Vec<&pdf::Row>) = rows.iter().partition(|row| row.is_head);
    assert!(heads.iter().any(|row| row.pages.len() > 1), "no table goes on over a page: nothing could be cut");
    let cut: Vec<_> = others.iter().filter(|row| row.pages.len() > 1).collect();
    assert!(cut.is_empty() && others.len() > 400, "{} of {} rows are cut: {cut:?}", cut.len(), others.len());
}

#[test]
fn the_pdf_is_tagged_numbered_whole_and_dated_by_the_report() {
    if !prints() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (demo, wave) = demo_with_browser(folder.path());
    let report: Value = serde_json::from_slice(&std::fs::read(demo::report_file(&demo, "report.json")).unwrap()).unwrap();
    let file = demo.join("reports").join(&wave).join("report.pdf");
    for (paper, size) in [("letter", "612 x 792"), ("a4", "594.96 x 841.92")] {
        run_in(&demo, folder.path(), &["report", "--wave", &wave, "--as-of", AS_OF, "--format", "html,pdf", "--paper", paper]).expect(0);
        let told = said(Command::new("pdfinfo").arg("-isodates").arg(&file));
        assert_eq!(
            (info(&told, "Tagged"), info(&told, "CreationDate"), info(&told, "ModDate")),
            ("yes", "2026-11-20T12:00:00Z", "2026-11-20T12:00:00Z")
        );
        assert!(info(&told, "Page size").starts_with(size), "{told}");
        assert!(info(&told, "Title").starts_with(&format!("Wave {wave}")), "{told}");
        let pages: usize = info(&told, "Pages").parse().unwrap();
        let shops = report["shops"].as_array().unwrap();
        assert!(pages > shops.len(), "{pages} pages for {} scorecards", shops.len());
        let text = said(Command::new("pdftotext").arg("-layout").arg(&file).arg("-"));
        let sheets: Vec<&str> = text.split('\u{c}').filter(|sheet| !sheet.trim().is_empty()).collect();
        assert_eq!(sheets.len(), pages, "no page is empty");
        for (n, sheet) in (1..).zip(&sheets) {
            assert!(sheet.contains(&format!("Page {n} of {pages}")), "page {n}:\n{sheet}");
            assert!(sheet.contains("Rehearsal"), "each page says what it is:\n{sheet}");
        }
        for shop in shops {
            let name = shop["builder"].as_str().unwrap();
            let of = sheets
                .iter()
                .skip(1)
                .filter(|sheet| sheet.lines().find(|line| !line.trim().is_empty()).is_some_and(|line| line.contains(name)));
            assert!(of.count() > 0, "no page has {name} at its head");
        }
        rows_are_whole(&std::fs::read(&file).unwrap(), rows_of_pages(file.parent().unwrap()));
    }
    let bytes = std::fs::read(&file).unwrap();
    assert!(bytes.windows(9).any(|part| part == b"/Outlines"), "the headings are its outline");
}

#[test]
fn without_a_browser_the_others_are_written_and_it_says_what_to_do() {
    let (mut workspace, _site, _alias) = asked();
    workspace.configure("[browser]\nwebdriver = \"off\"\n");
    let run = workspace.run(&["report", "--wave", WAVE, "--format", "html,pdf"]).expect(1);
    assert!(run.err.contains("report.pdf was not written: `webdriver` is `off` in crickets.toml; set it to `auto`"), "{}", run.err);
    let made = |name: &str| workspace.path().join("reports").join(WAVE).join(name);
    assert!(made("index.html").exists() && !made("report.pdf").exists());
    std::fs::write(made("report.pdf"), "%PDF-1.4 of last month").unwrap();
    let run = workspace.run(&["report", "--wave", WAVE, "--format", "pdf"]).expect(1);
    assert!(run.err.contains("The report.pdf that is there is of an earlier report."), "{}", run.err);
    let run = workspace.ok(&["report", "--wave", WAVE]);
    assert!(!run.err.contains("report.pdf") && made("report.xlsx").exists(), "nobody asked for a PDF: {}", run.err);
}

/// Reads a workbook as any program would, and prints what it found as JSON.
const READ: &str = r#"
import datetime, json, sys, openpyxl
book = openpyxl.load_workbook(sys.argv[1])
def plain(value):
    if isinstance(value, datetime.timedelta): return {"span": value.total_seconds()}
    if isinstance(value, datetime.datetime): return {"at": value.isoformat()}
    if isinstance(value, datetime.time): return {"span": value.hour * 3600 + value.minute * 60 + value.second}
    return value
sheets = {}
for sheet in book:
    rows = [[plain(cell.value) for cell in row] for row in sheet.iter_rows()]
    formulas = sum(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)
    formats = [cell.number_format for cell in next(sheet.iter_rows(min_row=2, max_row=2), [])]
    sheets[sheet.title] = {"rows": rows, "formulas": formulas, "formats": formats, "freeze": sheet.freeze_panes, "filter": sheet.auto_filter.ref,
        "charts": len(sheet._charts), "widths": [d.width for d in sheet.column_dimensions.values()]}
print(json.dumps({"names": book.sheetnames, "sheets": sheets, "created": book.properties.created.isoformat(), "title": book.properties.title}))
"#;

#[test]
fn the_workbook_has_typed_cells_frozen_heads_and_charts() {
    let Some(python) = python("openpyxl", "python3-openpyxl") else { return };
    let folder = tempfile::tempdir().unwrap();
    demo::run(folder.path(), "demo").expect(0);
    let demo = folder.path().join("demo");
    let file = demo::report_file(&demo, "report.xlsx");
    let report: Value = serde_json::from_slice(&std::fs::read(demo::report_file(&demo, "report.json")).unwrap()).unwrap();
    let book: Value = serde_json::from_str(&said(Command::new(python).args(["-c", READ]).arg(&file))).unwrap();
    let names: Vec<&str> = book["names"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    for name in ["Rehearsal", "Leaderboard", "Charts", "Criteria", "Touches", "Distribution", "Builders over waves"] {
        assert!(names.contains(&name), "{name} in {names:?}");
    }
    assert_eq!(names[0], "Rehearsal", "what it is comes first");
    assert_eq!(book["created"].as_str().unwrap().trim_end_matches('Z'), report["as_of"].as_str().unwrap().trim_end_matches('Z'));
    let sheet = |name: &str| &book["sheets"][name];
    assert_eq!(sheet("Charts")["charts"], 2);
    for name in names.iter().filter(|name| **name != "Charts") {
        let sheet = sheet(name);
        assert_eq!(sheet["formulas"], 0, "{name}");
        assert!(
            sheet["freeze"].as_str().is_some_and(|at| at.ends_with('2'))
                && sheet["filter"].as_str().is_some_and(|at| at.starts_with("A1:")),
            "{name}"
        );
    }
    // The leaderboard against the JSON.
    let rows = sheet("Leaderboard")["rows"].as_array().unwrap();
    let head: Vec<&str> = rows[0].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let column = |title: &str| head.iter().position(|known| *known == title).unwrap_or_else(|| panic!("{title} in {head:?}"));
    let shops = report["shops"].as_array().unwrap();
    assert_eq!(rows.len(), 1 + shops.len());
    let mut compared = 0;
    for shop in shops {
        let row = rows.iter().find(|row| row[column("Shop")] == shop["shop"]).unwrap();
        assert_eq!(row[column("Builder")], shop["builder"]);
        assert_eq!(row[column("Score")].as_f64(), shop["score"].as_f64());
        assert_eq!(row[column("Calls")].as_f64(), shop["counts"]["calls"].as_f64());
        let span = row[column("First call")]["span"].as_f64().map(f64::round);
        assert_eq!(span, shop["first"]["call"].as_f64(), "{row}");
        let at = row[column("Confirmed (UTC)")]["at"].as_str().map(|at| format!("{}Z", at.split('.').next().unwrap()));
        assert_eq!(at.as_deref(), shop["confirmed_at"].as_str(), "{row}");
        compared += usize::from(span.is_some() && at.is_some());
    }
    assert!(compared >= 4, "{compared} shops with a call");
    let formats = &sheet("Leaderboard")["formats"];
    assert_eq!((&formats[column("First call")], &formats[column("Confirmed (UTC)")]), (&"[h]:mm:ss".into(), &"yyyy-mm-dd hh:mm:ss".into()));
    let touches: usize = shops.iter().map(|shop| shop["touches"].as_array().unwrap().len()).sum();
    assert_eq!(sheet("Touches")["rows"].as_array().unwrap().len(), 1 + touches);
    let spread = sheet("Distribution")["rows"].as_array().unwrap();
    assert_eq!((&spread[1][1], spread.len()), (&report["cohort"]["buckets"]["<=5m"], 11));
}

#[test]
fn the_workbook_is_the_same_bytes_each_time() {
    let (workspace, _site, _alias) = asked();
    let as_of = now();
    let made = |workspace: &Workspace| {
        workspace.ok(&["report", "--wave", WAVE, "--as-of", &as_of, "--format", "xlsx"]);
        std::fs::read(workspace.path().join("reports").join(WAVE).join("report.xlsx")).unwrap()
    };
    let first = made(&workspace);
    std::thread::sleep(std::time::Duration::from_millis(2_100));
    assert!(made(&workspace) == first, "twice, and not the same");
}

/// Holds documents against a schema, and prints what is wrong with each.
const VALIDATE: &str = r"
import json, sys, jsonschema
schema = json.load(open(sys.argv[1]))
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
print(json.dumps([[error.message[:200] for error in validator.iter_errors(document)] for document in json.load(sys.stdin)]))
";

/// What a validator that is not ours says of documents, by a committed schema.
fn faults(python: &Path, schema: &str, documents: &[Value]) -> Vec<Vec<String>> {
    use std::io::Write as _;
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema").join(schema);
    let mut command = Command::new(python);
    command.args(["-c", VALIDATE]).arg(schema).stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(&serde_json::to_vec(documents).unwrap()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "the validator failed");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_report_is_as_its_schema_says() {
    let Some(python) = python("jsonschema", "python3-jsonschema") else { return };
    let folder = tempfile::tempdir().unwrap();
    demo::run(folder.path(), "demo").expect(0);
    let file = demo::report_file(&folder.path().join("demo"), "report.json");
    let report: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let spoilt = |pointer: &str, value: Value| {
        let mut spoilt = report.clone();
        *spoilt.pointer_mut(pointer).unwrap() = value;
        spoilt
    };
    let mut short = report.clone();
    short.as_object_mut().unwrap().remove("wave");
    let mut grown = report.clone();
    grown["new_key"] = "of a later version".into();
    let documents = [
        report.clone(),
        grown,
        short,
        spoilt("/shops/0/verdict", "perfect".into()),
        spoilt("/as_of", 3.into()),
        spoilt("/shops/0/touches", Value::Null),
    ];
    let found = faults(&python, "report.schema.json", &documents);
    assert!(found[0].is_empty() && found[1].is_empty(), "{found:#?}");
    assert!(found[2..].iter().all(|faults| !faults.is_empty()), "the schema lets pass what is wrong: {found:#?}");
}

#[test]
fn a_log_is_as_its_schema_says() {
    let Some(python) = python("jsonschema", "python3-jsonschema") else { return };
    let told = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/scoring.md")).unwrap();
    let example = told.split("```json\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let log: Value = serde_json::from_str(example).unwrap();
    let mut sparse = log.clone();
    sparse["touches"] = Value::Null;
    sparse["inquiry"]["offered"] = Value::Null;
    let mut wrong = log.clone();
    wrong["touches"][0]["channel"] = "pigeon".into();
    let found = faults(&python, "log.schema.json", &[log.clone(), sparse.clone(), wrong.clone()]);
    assert!(found[0].is_empty() && found[1].is_empty() && !found[2].is_empty(), "{found:#?}");
    // And the program agrees.
    let folder = tempfile::tempdir().unwrap();
    for (name, document, code) in [("log.json", &log, 0), ("sparse.json", &sparse, 0), ("wrong.json", &wrong, 2)] {
        std::fs::write(folder.path().join(name), serde_json::to_vec(document).unwrap()).unwrap();
        run_in(folder.path(), folder.path(), &["score", name]).expect(code);
    }
}

#[test]
fn a_call_is_as_its_schema_says() {
    let Some(python) = python("jsonschema", "python3-jsonschema") else { return };
    let folder = tempfile::tempdir().unwrap();
    let rows = "id,channel,from,to,started_at,duration_s,answered,body\n1,call,+15125550100,+15125550142,2026-11-02T15:04:05Z,40,true,\n\
        2,sms,,+15125550142,2026-11-02T15:05:05Z,,,Hi Dana\n";
    std::fs::write(folder.path().join("a.csv"), rows).unwrap();
    let said = run_in(folder.path(), folder.path(), &["inspect", "calls", "a.csv", "--json"]).expect(0);
    let mut documents: Vec<Value> = said.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(documents.len(), 2);
    // What is expected of the logs of every service, too.
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/calls")).unwrap().flatten() {
        if entry.path().extension().is_some_and(|extension| extension == "jsonl") {
            let lines = std::fs::read_to_string(entry.path()).unwrap();
            let records = lines.lines().map(|line| serde_json::from_str(line).unwrap()).filter(|line: &Value| line.get("schema").is_some());
            documents.extend(records);
        }
    }
    let good = documents.len();
    assert!(good > 20, "{good} records");
    for (key, wrong) in [("channel", "pigeon".into()), ("started_at", 3.into()), ("answered", "maybe".into()), ("line", (-1).into())] {
        let mut document = documents[0].clone();
        document[key] = wrong;
        documents.push(document);
    }
    let mut short = documents[0].clone();
    short.as_object_mut().unwrap().remove("from");
    documents.push(short);
    let found = faults(&python, "call.schema.json", &documents);
    assert!(found[..good].iter().all(Vec::is_empty), "{found:#?}");
    assert!(found[good..].iter().all(|faults| !faults.is_empty()), "the schema lets pass what is wrong: {:#?}", &found[good..]);
}
