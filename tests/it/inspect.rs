//! `inspect` from outside: forms and fields of labelled pages, and requests against those a real browser made.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crickets::submit::encode::{self, Entry, EntryValue, File};
use encoding_rs::Encoding;
use serde_json::Value;

use crate::workspace::{Run, run_in};

const IDENTITY: [&str; 10] = ["first_name", "last_name", "full_name", "email", "phone", "street", "city", "state", "zip", "country"];

fn inspect(args: &[&str]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    run_in(folder.path(), folder.path(), &[&["inspect"], args].concat())
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

fn ours() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/forms")
}

/// Real pages that are not part of the repository.
fn shared() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/forms");
    if root.is_dir() {
        return Some(root);
    }
    println!("SKIPPED: {} is not there", root.display());
    None
}

#[test]
fn builders_forms_are_told_apart_and_their_fields_known() {
    let pages = ours().join("builders");
    let run = inspect(&["form", pages.to_str().unwrap(), "--json"]).expect(0);
    let found: HashMap<String, Value> = lines(&run.out).into_iter().map(|page| (page["page"].as_str().unwrap().to_owned(), page)).collect();
    assert_eq!(found.len(), 40);
    let labels: Vec<Value> = ["builders.1.jsonl", "builders.2.jsonl"]
        .iter()
        .flat_map(|name| lines(&std::fs::read_to_string(ours().join(name)).unwrap()))
        .collect();
    let (mut right, mut said, mut is, mut traps, mut caught, mut wronged, mut real) = (0, 0, 0, 0, 0, Vec::new(), 0);
    let mut chosen: HashMap<&str, Option<u64>> = HashMap::new();
    for label in &labels {
        let name = label["page"].as_str().unwrap();
        let page = &found[name];
        assert_eq!(page["schema"], "crickets.form/1");
        let best = chosen.entry(name).or_default();
        *best = best.or(label["form"].as_u64().filter(|_| label["chosen"] == true));
        let form = &page["forms"][usize::try_from(label["form"].as_u64().unwrap()).unwrap()];
        assert_eq!(form["kind"], label["kind"], "{name}: form {}", label["form"]);
        assert_eq!(form["orphan"] == true, label["orphan"] == true, "{name}: form {}", label["form"]);
        for field in label["fields"].as_array().unwrap() {
            let role = field["role"].as_str().unwrap();
            let guess = form["fields"].as_array().unwrap().iter().find(|known| known["control_index"] == field["control_index"]);
            let guess = guess.map_or("none", |known| known["role"].as_str().unwrap());
            is += usize::from(IDENTITY.contains(&role));
            said += usize::from(IDENTITY.contains(&guess));
            right += usize::from(role == guess && IDENTITY.contains(&role));
            traps += usize::from(role == "honeypot");
            caught += usize::from(role == "honeypot" && guess == role);
            real += usize::from(role != "honeypot" && role != "hidden");
            if guess == "honeypot" && role != "honeypot" && role != "hidden" {
                wronged.push(format!("{name} {}", field["control_index"]));
            }
        }
    }
    for (page, form) in chosen {
        assert_eq!(found[page]["chosen"].as_u64(), form, "{page}");
    }
    // In hundredths: precision, recall, traps found, real fields taken for traps.
    assert!(right * 100 >= said * 98, "precision {right}/{said}");
    assert!(right * 100 >= is * 97, "recall {right}/{is}");
    assert!(caught * 100 >= traps * 95, "honeypots {caught}/{traps}");
    assert!(wronged.len() * 200 <= real, "{wronged:?} of {real}");
}

#[test]
fn requests_are_those_that_a_browser_made() {
    let Some(root) = shared() else { return };
    let tasks = root.join("submit_tasks.jsonl");
    let run =
        inspect(&["request", "--tasks", tasks.to_str().unwrap(), "--pages", root.join("pages").to_str().unwrap(), "--json"]).expect(0);
    let made = lines(&run.out);
    let recorded: HashMap<String, Value> = lines(&std::fs::read_to_string(root.join("submit_expected.jsonl")).unwrap())
        .into_iter()
        .map(|line| (line["id"].as_str().unwrap().to_owned(), line))
        .collect();
    assert_eq!(made.len(), recorded.len());
    let part = |value: &Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let body = |value: &Value| {
        let bytes = STANDARD.decode(part(value, "body_b64")).unwrap();
        match part(value, "content_type").split_once("boundary=") {
            Some((_, boundary)) => String::from_utf8_lossy(&bytes).replace(boundary, "").into_bytes(),
            None => bytes,
        }
    };
    let media = |value: &Value| part(value, "content_type").split(';').next().unwrap_or_default().to_owned();
    let differs = |one: &Value, other: &Value| {
        ["method", "url"].iter().any(|key| part(one, key) != part(other, key)) || media(one) != media(other) || body(one) != body(other)
    };
    let wrong: Vec<String> = made.iter().filter(|made| differs(made, &recorded[&part(made, "id")])).map(|made| part(made, "id")).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// The web-platform tests' own cases.
#[test]
fn entries_are_encoded_as_the_web_platform_tests_ask() {
    let Some(root) = shared() else { return };
    let cases: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(root.join("encoding_cases.json")).unwrap()).unwrap();
    assert!(cases.len() >= 45);
    for case in cases {
        let part = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let file = &case["file"];
        let value = if file.is_null() {
            EntryValue::Text(part(&case["value"]))
        } else {
            let (name, media_type, content) = (part(&file["filename"]), part(&file["type"]), part(&file["content"]).into_bytes());
            EntryValue::File(File { name, media_type, content })
        };
        let charset = Encoding::for_label(part(&case["charset"]).as_bytes()).unwrap();
        let entries = [Entry { name: part(&case["name"]), value }];
        let made = match part(&case["enctype"]).as_str() {
            "multipart/form-data" => encode::multipart(&entries, charset, "BOUNDARY"),
            "text/plain" => encode::plain(&entries, charset),
            _ => encode::urlencoded(&entries, charset).into_bytes(),
        };
        // The expectation is written byte for byte, a character a byte.
        let expected: Vec<u8> = part(&case["expected_full"]).chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
        assert_eq!(made, expected, "{case}");
    }
}

#[test]
fn one_form_is_asked_for_by_hand() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("p.html");
    let page = "<form method=post action=/send enctype=text/plain><input name=a><input type=checkbox name=b><select name=c><option>x<option>y</select><button name=go value=1>Go</button></form>";
    std::fs::write(&file, page).unwrap();
    let name = file.to_str().unwrap();
    let base = ["request", name, "--page-url", "https://x.example/contact", "--form", "0"];
    let rest = ["--set", "0=Dana", "--check", "1", "--select", "2=1", "--submitter", "3", "--json"];
    let made = lines(&inspect(&[&base[..], &rest].concat()).expect(0).out).remove(0);
    assert_eq!((made["method"].as_str(), made["url"].as_str()), (Some("POST"), Some("https://x.example/send")));
    assert_eq!(STANDARD.decode(made["body_b64"].as_str().unwrap()).unwrap(), b"a=Dana\r\nb=on\r\nc=y\r\ngo=1\r\n");
    for (wrong, says) in [
        (["--set", "1=x"], "nothing can be typed into control 1"),
        (["--set", "9=x"], "no control 9"),
        (["--check", "0"], "cannot be ticked"),
        (["--select", "2=7"], "no option 7"),
        (["--submitter", "0"], "sends nothing"),
    ] {
        let run = inspect(&[&base[..], &wrong].concat()).expect(2);
        assert!(run.err.contains(says), "{}", run.err);
    }
}

#[test]
fn what_cannot_be_read_does_not_hide_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let good = "<form method=post><input name=name><input type=email name=email><textarea name=q></textarea><button>Send</button></form>";
    std::fs::write(folder.path().join("a.html"), good).unwrap();
    std::fs::write(folder.path().join("b.html"), "<b><i>".repeat(100_000)).unwrap();
    std::fs::write(folder.path().join("c.html"), vec![b' '; 50_000_000]).unwrap();
    std::fs::write(folder.path().join("d.html"), b"\xff\xfe\x00<\x00p").unwrap();
    std::fs::write(folder.path().join("e.txt"), "no page").unwrap();
    let run = inspect(&["form", folder.path().to_str().unwrap(), "--json"]).expect(1);
    let pages = lines(&run.out);
    let names: Vec<&str> = pages.iter().map(|page| page["page"].as_str().unwrap()).collect();
    assert_eq!(names, ["a.html", "b.html", "c.html", "d.html"]);
    assert_eq!(pages[0]["chosen"], 0);
    assert!(
        pages[1]["error"].as_str().unwrap().contains("without bound") && pages[2]["error"].as_str().unwrap().contains("longer than 5 MB")
    );
    assert!(pages[3]["chosen"].is_null() && pages[3]["error"].is_null());
    inspect(&["form", "nowhere.html"]).expect(2);
    let known = folder.path().join("pages.json");
    std::fs::write(&known, r#"[{"page":"a.html","url":null,"split":"dev"},{"page":"d.html","url":"no address"}]"#).unwrap();
    let (root, known) = (folder.path().to_str().unwrap(), known.to_str().unwrap());
    let pages = lines(&inspect(&["form", "nowhere.html", root, "--pages", known, "--json"]).expect(1).out);
    let of = |name: &str| pages.iter().find(|page| page["page"] == name).unwrap();
    assert!(of("a.html")["chosen"] == 0 && of("a.html")["error"].is_null(), "{pages:?}");
    assert!(of("nowhere.html")["error"].is_string() && of("d.html")["error"].as_str().unwrap().contains("no address"), "{pages:?}");
    let tasks = folder.path().join("t.jsonl");
    std::fs::write(&tasks, "{\"id\":\"x\"\n{\"id\":\"y\",\"page\":\"a.html\",\"form\":3,\"page_url\":\"http://x.example/\"}\n").unwrap();
    let run = inspect(&["request", "--tasks", tasks.to_str().unwrap(), "--pages", folder.path().to_str().unwrap(), "--json"]).expect(1);
    let made = lines(&run.out);
    assert!(made[0]["error"].as_str().unwrap().contains("column") && made[0]["line"] == 1, "{}", run.out);
    assert!(made[1]["error"].as_str().unwrap().contains("no form 3"), "{}", run.out);
}

#[test]
fn mails_of_every_kind_of_place_are_judged_and_what_is_none_is_told() {
    let mails = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mails/known");
    let yes = std::fs::read(mails.join("001-osc-gmail-lots-two-times.eml")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::create_dir_all(at("in/box/cur")).unwrap();
    std::fs::create_dir_all(at("in/box/new")).unwrap();
    std::fs::write(at("in/box/new/1793631845.M1.host"), &yes).unwrap();
    std::fs::write(at("in/all.mbox"), [b"From a@b Mon Nov  2 15:04:05 2026\n".as_slice(), &yes, b"\n"].concat()).unwrap();
    std::fs::write(at("in/noise.eml"), b"\x00\x01\xff no mail at all").unwrap();
    std::fs::write(at("in/labels.jsonl"), b"{\"file\":\"x\"}\n").unwrap();
    let question = "How big are the lots at Barton Meadow that back to the greenbelt, and are any still available?";
    let asked = ["--question", question, "--answer", "square feet,7200", "--name", "Nora Hollins", "--community", "Barton Meadow"];
    let run = inspect(&[&["mail", at("in").to_str().unwrap(), "--json"], asked.as_slice()].concat()).expect(1);
    let (judged, errors): (Vec<Value>, Vec<Value>) = lines(&run.out).into_iter().partition(|line| line["error"].is_null());
    let names: Vec<&str> = judged.iter().map(|mail| mail["file"].as_str().unwrap()).collect();
    assert_eq!(names, ["all.mbox@0", "box/INBOX/1793631845.M1.host"]);
    assert_eq!(errors.iter().map(|line| line["file"].as_str().unwrap()).collect::<Vec<_>>(), ["noise.eml"]);
    for mail in &judged {
        assert_eq!((&mail["schema"], &mail["origin"]), (&"crickets.mail/1".into(), &"personal".into()), "{mail}");
        assert_eq!(mail["arrived"]["date_header"], "2026-11-02T16:39:46Z");
        let labels = &mail["labels"];
        assert_eq!((&labels["sender_name"], &labels["question"]), (&"Rebecca Lindqvist".into(), &"yes".into()), "{mail}");
        assert_eq!((&labels["name_used"], &labels["community_named"]), (&true.into(), &true.into()));
        assert_eq!((&labels["appointment"], &labels["video"]), (&"specific".into(), &Value::Null));
        assert_eq!(labels["direct_phone"], "+15125550118");
        assert!(mail["quotes"]["question"].as_str().unwrap().contains("7,200"));
    }
    // One file by its own name, without options: what cannot be judged is left out.
    let one = at("in/all.mbox");
    let run = inspect(&["mail", one.to_str().unwrap(), "--json"]).expect(0);
    let found = lines(&run.out).remove(0);
    assert_eq!(found["file"], format!("{}@0", one.display()));
    assert!(found["labels"].get("question").is_none() && found["labels"].get("name_used").is_none(), "{found}");
    assert!(inspect(&["mail", one.to_str().unwrap()]).expect(0).out.contains("personal"));
    inspect(&["mail", "nowhere.eml"]).expect(2);
}
