//! Submission through a real Chromium, page by page: what is drawn, hidden, stepped and framed by scripts reaches its builder
//! as a person's inquiry would, and what must not go out does not.

use std::process::Stdio;

use serde_json::Value;

use crate::peers::{Leash, PATIENCE, program, wait_for};
use crate::site::Pages;
use crate::workspace::{ShopFile, Workspace, command};

const WAVE: &str = "2026-11";

/// What must come of a page.
pub(crate) struct Case {
    slug: &'static str,
    status: &'static str,
    /// Words of the reason.
    words: &'static [&'static str],
    posts: usize,
}

const fn case(slug: &'static str, status: &'static str, words: &'static [&'static str], posts: usize) -> Case {
    Case { slug, status, words, posts }
}

const DRAWN: [Case; 4] = [
    case("react", "confirmed", &[], 1),
    case("ajax", "confirmed", &["Thank you"], 1),
    case("iframe", "confirmed", &["Thank you"], 1),
    case("captcha", "blocked", &["CAPTCHA", "recaptcha_v2"], 0),
];
const WALKED: [Case; 4] = [
    case("steps", "confirmed", &["Thank you"], 1),
    case("popup", "confirmed", &["Thank you"], 1),
    case("trap", "confirmed", &["Thank you"], 1),
    case("clock", "confirmed", &["Thank you"], 1),
];
const JUDGED: [Case; 5] = [
    case("invalid", "rejected", &["Phone", "valid phone number"], 1),
    case("own", "rejected", &["outside Texas", "nothing was sent"], 0),
    case("native", "manual", &["ZIP code", "would not send"], 0),
    case("boxes", "confirmed", &["Thank you"], 1),
    case("dialog", "confirmed", &["Thank you"], 1),
];

const FRAMED: [Case; 4] = [
    case("written", "confirmed", &["Thanks for submitting"], 1),
    case("shadow", "confirmed", &["Thank you"], 1),
    case("drawn", "confirmed", &["Thank you"], 1),
    case("blank", "confirmed", &["Thank you"], 1),
];
const DEEP: [Case; 4] = [
    case("orphan", "confirmed", &[], 1),
    case("sink", "confirmed", &["has been sent"], 1),
    case("depends", "confirmed", &["Thank you"], 1),
    case("wizard", "confirmed", &["Thank you"], 2),
];
const DOUBTED: [Case; 3] = [
    case("reload", "rejected", &["The phone number is not valid"], 1),
    case("mute", "unclear", &[], 1),
    case("silent", "unclear", &["no request"], 0),
];

const ONCE: [Case; 6] = [
    case("receipt", "unclear", &["proves acceptance"], 1),
    case("letter", "confirmed", &["received your question"], 1),
    case("veiled", "unclear", &["may have been sent"], 1),
    case("early", "manual", &["no field for an address to answer to"], 0),
    case("long", "manual", &["more steps"], 0),
    case("sheet", "confirmed", &[], 1),
];

/// Every case, in portions that one run may take.
pub(crate) const ALL: [&[Case]; 7] = [&DRAWN, &WALKED, &JUDGED, &FRAMED, &DEEP, &DOUBTED, &ONCE];

/// Whether the peers of these stories are here.
fn browser_is_here() -> bool {
    program("chromium", "chromium").is_some() && program("chromedriver", "chromium-driver").is_some()
}

/// A workspace with a shop for each page.
fn workspace(pages: &Pages, slugs: &[&str], more: &str) -> Workspace {
    let mut workspace = Workspace::with_maildir();
    workspace.configure(more);
    for slug in slugs {
        workspace.shop(&ShopFile {
            slug,
            builder: slug,
            site: pages.page(slug),
            form: pages.page(slug),
            basis: Some("client"),
            state: "TX",
            more: "",
            tail: "[submit]\nmode = \"browser\"\n",
        });
    }
    workspace
}

/// Sends to every page and holds what came of it against what must.
pub(crate) fn hold(cases: &[Case], more: &str) {
    let pages = Pages::start();
    let slugs: Vec<&str> = cases.iter().map(|case| case.slug).collect();
    let workspace = workspace(&pages, &slugs, more);
    let run = workspace.run_long(&["shop", "--wave", WAVE, "--send", "--any-time", "--json"]);
    let told = run.json();
    let mut faults = Vec::new();
    for case in cases {
        let shop = told["shops"].as_array().unwrap().iter().find(|shop| shop["shop"] == case.slug).unwrap();
        let reason = shop["reason"].as_str().unwrap_or_default();
        let posts = pages.posts(case.slug);
        if shop["status"] != case.status || !case.words.iter().all(|words| reason.contains(words)) || posts.len() != case.posts {
            faults.push(format!("{}: {} \"{reason}\", posts {posts:?}", case.slug, shop["status"]));
            continue;
        }
        for post in &posts {
            let body = format!("{} {}", post.body, post.field("email"));
            if case.slug != "veiled" && !body.contains(shop["alias"].as_str().unwrap()) {
                faults.push(format!("{}: without the alias: {}", case.slug, post.body));
            }
            // Only a form that tells its server when the page was opened is waited for.
            if case.slug == "clock" && post.after.as_secs_f64() < 5.0 {
                faults.push(format!("{}: faster than a person: {:?}", case.slug, post.after));
            }
        }
        faults.extend(evidence(&workspace, case));
        faults.extend(particular(&pages, case.slug));
    }
    assert!(faults.is_empty(), "{}\n{}", faults.join("\n"), run.err);
}

/// What a page's own post must and must not hold.
fn particular(pages: &Pages, slug: &str) -> Vec<String> {
    let posts = pages.posts(slug);
    let post = |name: &str| posts.first().map(|post| post.field(name)).unwrap_or_default();
    let wanted: &[(&str, &str)] = match slug {
        _ if posts.is_empty() => &[],
        "trap" => &[("company_site", ""), ("fname", "Dana")],
        "steps" | "popup" | "clock" | "iframe" => &[("fname", "Dana"), ("lname", "Whitfield")],
        "depends" => &[("community", "Willow Creek"), ("when", "Just looking")],
        "letter" => &[("fname", "Dana")],
        "boxes" => &[("state", ""), ("community", "Willow Creek"), ("realtor", "n"), ("agree", "1"), ("offers", "")],
        _ => &[],
    };
    let mut faults: Vec<String> = wanted
        .iter()
        .filter(|(name, value)| post(name) != *value)
        .map(|(name, value)| format!("{slug}: {name} is \"{}\", not \"{value}\"", post(name)))
        .collect();
    if matches!(slug, "react" | "orphan" | "sheet") && !posts.iter().any(|post| post.body.contains("\"name\":\"Dana Whitfield\"")) {
        faults.push(format!("{slug}: {posts:?}"));
    }
    if slug == "long" && pages.events("long").last().map(String::as_str) != Some("long?next5") {
        faults.push(format!("long: pressed {:?}", pages.events("long")));
    }
    if slug == "boxes" && pages.events("boxes") != ["boxes?reject"] {
        faults.push(format!("boxes: the banner was answered with {:?}", pages.events("boxes")));
    }
    faults
}

/// The evidence of a page: pictures are pictures, and what was sent has its request.
fn evidence(workspace: &Workspace, case: &Case) -> Vec<String> {
    let shown = workspace.json(&["review", "show", &format!("{WAVE}/{}", case.slug)]);
    let proofs = shown["evidence"].as_array().cloned().unwrap_or_default();
    let roles: Vec<&str> = proofs.iter().filter_map(|proof| proof["role"].as_str()).collect();
    let mut wanted = vec!["page response", "page dom", "screenshot page"];
    if case.posts > 0 {
        wanted.extend(["screenshot before", "screenshot after", "answer dom"]);
    }
    // What a new window sends before it stands is in no log.
    if case.posts > 0 && case.slug != "blank" {
        wanted.extend(["submission request", "submission response", "traffic"]);
    }
    let mut faults: Vec<String> =
        wanted.iter().filter(|role| !roles.contains(role)).map(|role| format!("{}: no {role} in {roles:?}", case.slug)).collect();
    for proof in proofs.iter().filter(|proof| proof["role"].as_str().is_some_and(|role| role.starts_with("screenshot"))) {
        let sha256 = proof["sha256"].as_str().unwrap();
        let file = workspace.path().join(".crickets/evidence").join(&sha256[..2]).join(sha256);
        if !std::fs::read(&file).is_ok_and(|bytes| bytes.starts_with(b"\x89PNG")) {
            faults.push(format!("{}: {} is no picture", case.slug, proof["role"]));
        }
    }
    faults
}

#[test]
fn what_scripts_draw_is_found_and_sent() {
    if browser_is_here() {
        hold(&DRAWN, "");
    }
}

#[test]
fn what_a_person_would_walk_through_is_walked_through() {
    if browser_is_here() {
        hold(&WALKED, "");
    }
}

#[test]
fn what_the_page_says_is_heard() {
    if browser_is_here() {
        hold(&JUDGED, "");
    }
}

#[test]
fn frames_shadows_and_windows_are_followed() {
    if browser_is_here() {
        hold(&FRAMED, "");
    }
}

#[test]
fn what_depends_on_an_earlier_answer_is_answered() {
    if browser_is_here() {
        hold(&DEEP, "");
    }
}

#[test]
fn a_rehearsed_host_is_this_machine_and_no_other_host_is_reached() {
    if !browser_is_here() {
        return;
    }
    let pages = Pages::start();
    let address = pages.page("ajax").replace("http://", "").replace("/ajax/", "");
    let workspace = workspace(&pages, &[], &format!("[rehearsal]\nhosts = {{ \"bluebonnet.example\" = \"{address}\" }}\n"));
    let shop = |slug: &str, host: &str| {
        let form = format!("http://{host}/ajax/");
        workspace.shop(&ShopFile {
            slug,
            builder: slug,
            site: form.clone(),
            form,
            basis: Some("client"),
            state: "TX",
            more: "",
            tail: "[submit]\nmode = \"browser\"\n",
        });
    };
    shop("near", "bluebonnet.example");
    let now = ["--now", "2026-11-03T16:00:00Z"];
    let told = workspace.json(&["shop", "near", "--wave", WAVE, "--send", "--any-time", now[0], now[1]]);
    assert_eq!((&told["shops"][0]["status"], pages.posts("ajax").len()), (&"confirmed".into(), 1), "{told:#}");
    let sent_at = told["shops"][0]["sent_at"].as_str().unwrap();
    assert!(sent_at.starts_with("2026-11-03T16:00"), "the rehearsal's clock: {sent_at}");
    // Without `--send`, a rehearsal looks at real sites too; its browser does not.
    shop("far", "far.invalid");
    let told = workspace.run(&["shop", "far", "--wave", WAVE, "--json", now[0], now[1]]).json();
    let reason = told["shops"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("would fail") && reason.contains("this machine only"), "{reason}");
}

#[test]
fn what_proves_nothing_is_not_taken_for_a_yes() {
    if browser_is_here() {
        hold(&DOUBTED, "");
    }
}

#[test]
fn one_inquiry_goes_out_once_with_an_address_or_not_at_all() {
    if browser_is_here() {
        hold(&ONCE, "");
    }
}

#[test]
fn a_site_that_scripts_draw_is_walked_to_its_form() {
    if !browser_is_here() {
        return;
    }
    let pages = Pages::start();
    let workspace = workspace(&pages, &[], "");
    let site = pages.page("spa");
    let text = format!(
        "builder = \"Spa Homes\"\nsite = \"{site}\"\ntimezone = \"America/Chicago\"\nhours = \"24/7\"\nbasis = \"client\"\nstate = \"TX\"\n\
         [inquiry]\npersona = \"dana\"\nquestion = \"Is there a three-car garage?\"\n"
    );
    workspace.write("shops/spa.toml", &text);
    let told = workspace.json(&["shop", "--wave", WAVE, "--send", "--any-time"]);
    assert_eq!(told["shops"][0]["status"], "confirmed", "{told:#}");
    assert_eq!(pages.posts("spa").len(), 1);
}

#[test]
fn a_dry_run_in_a_browser_touches_nothing() {
    if !browser_is_here() {
        return;
    }
    let pages = Pages::start();
    let workspace = workspace(&pages, &["watched"], "");
    let told = workspace.json(&["shop", "--wave", WAVE]);
    let request: &Value = &told["shops"][0]["request"];
    assert_eq!(request["browser"], true, "{told:#}");
    let fields: Vec<&str> = request["fields"].as_array().unwrap().iter().filter_map(|field| field["role"].as_str()).collect();
    assert_eq!(fields, ["first_name", "last_name", "email", "phone", "message"]);
    assert_eq!((pages.loads("watched"), pages.posts("watched").len()), (1, 0));
    assert_eq!(pages.events("watched"), Vec::<String>::new());
}

/// Processes whose environment names a folder: all that was started for it, dead ones that nobody reaped left out.
fn processes(folder: &std::path::Path) -> Vec<String> {
    let wanted = folder.display().to_string();
    let all = std::fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path());
    let named = all.filter(|path| std::fs::read(path.join("environ")).is_ok_and(|text| String::from_utf8_lossy(&text).contains(&wanted)));
    named.map(|path| std::fs::read_to_string(path.join("comm")).unwrap_or_default().trim().to_owned()).collect()
}

#[test]
fn no_browser_outlives_an_end_of_any_kind() {
    if !browser_is_here() {
        return;
    }
    for signal in ["INT", "KILL"] {
        let pages = Pages::start();
        let workspace = workspace(&pages, &["clock"], "");
        let (folder, home) = (workspace.write("tmp/x", "").parent().unwrap().to_owned(), workspace.path().join("home"));
        let mut command = command(&workspace.path(), &home, &["shop", "--wave", WAVE, "--send", "--any-time"]);
        command.env("TMPDIR", &folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut leash = Leash::start(&mut command);
        assert!(wait_for(|| pages.loads("clock") > 0), "the page was not loaded");
        assert!(processes(&folder).iter().any(|name| name.contains("chrom")), "{:?}", processes(&folder));
        leash.signal(signal);
        assert!(leash.wait(PATIENCE).is_some(), "crickets did not end");
        assert!(wait_for(|| processes(&folder).is_empty()), "after {signal}: {:?}", processes(&folder));
        let left = || std::fs::read_dir(&folder).unwrap().flatten().filter(|entry| entry.path().is_dir()).count();
        assert!(wait_for(|| left() == 0), "after {signal} a profile is left");
    }
}

#[test]
fn without_a_browser_a_person_is_told_what_to_install() {
    let pages = Pages::start();
    let workspace = workspace(&pages, &["ajax"], "[browser]\nwebdriver = \"off\"\n");
    let told = workspace.json(&["shop", "--wave", WAVE]);
    let reason = told["shops"][0]["reason"].as_str().unwrap();
    assert!(
        ["person must submit", "apt install chromium chromium-driver", "Selenium Grid"].iter().all(|words| reason.contains(words)),
        "{reason}"
    );
    let check = workspace.run(&["check"]).expect(1);
    assert!(check.out.contains("FAULT  browser") && check.out.contains("needed by ajax"), "{}", check.out);
    let sent = workspace.json(&["shop", "--wave", WAVE, "--send", "--any-time"]);
    assert_eq!((&sent["shops"][0]["status"], pages.posts("ajax").len()), (&"manual".into(), 0), "{sent:#}");
}

#[test]
fn probe_shows_the_form_that_scripts_draw_and_types_nothing() {
    if !browser_is_here() {
        return;
    }
    let pages = Pages::start();
    let workspace = Workspace::with_maildir();
    let run = workspace.run_long(&["probe", &pages.page("written"), "--json"]).expect(0);
    let told = run.json();
    assert_eq!((&told["result"], &told["form"]["way"]), (&"found".into(), &"browser".into()), "{told:#}");
    let fields = told["form"]["fields"].as_array().unwrap();
    let value = |name: &str| fields.iter().find(|field| field["name"] == name).map(|field| field["value"].clone()).unwrap();
    assert_eq!((value("fname"), value("email")), ("Dana".into(), "shopper+TOKEN@crickets.test".into()));
    assert!(pages.posts("written").is_empty() && pages.events("written").is_empty());
}

#[test]
fn probe_takes_the_first_step_for_the_form_as_shop_does() {
    if !browser_is_here() {
        return;
    }
    let pages = Pages::start();
    let workspace = Workspace::with_maildir();
    let told = workspace.run_long(&["probe", &pages.page("stair"), "--json"]).expect(0).json();
    assert_eq!((&told["result"], &told["form"]["way"]), (&"found".into(), &"browser".into()), "{told:#}");
    assert!(pages.posts("stair").is_empty() && pages.events("stair").is_empty());
}
