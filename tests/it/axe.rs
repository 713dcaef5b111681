//! The report for people who cannot see it well or use no mouse: axe-core looks at its pages in a real Chromium, light and dark, and
//! finds nothing serious; and on a phone nothing has to be scrolled sideways.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::demo;
use crate::peers::{Chrome, Look, absent};
use crate::portfolio::{self, END};
use crate::workspace::Workspace;

/// axe-core below the build folder, where `./test` fetches it with npm.
fn axe() -> Option<String> {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("axe/node_modules/axe-core/axe.min.js");
    std::fs::read_to_string(file).ok().or_else(|| absent("axe-core", "npm"))
}

/// What axe-core finds on the page that is open, from serious on, and how many of its rules looked.
fn findings(chrome: &mut Chrome, axe: &str) -> (Vec<Value>, u64) {
    chrome.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })");
    chrome.evaluate(&format!("{axe}; null"));
    let found = chrome.evaluate(
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}).then(result => ({\
           looked: result.passes.length + result.violations.length,\
           found: result.violations.filter(one => ['serious', 'critical'].includes(one.impact)).map(one => (\
             {id: one.id, impact: one.impact, at: one.nodes.slice(0, 6).map(node => [node.target.join(' '), node.failureSummary])}))}))",
    );
    (found["found"].as_array().unwrap().clone(), found["looked"].as_u64().unwrap())
}

/// The demo's index, methods and three scorecards, with a score and without; and of three waves the last one's, and the portfolio.
fn pages(folder: &Path, waves: &Workspace) -> Vec<PathBuf> {
    demo::run(folder, "demo").expect(0);
    let index = demo::report_file(&folder.join("demo"), "index.html");
    let of = |name: &str| index.with_file_name(name);
    waves.ok(&["--now", END, "report", "--wave", "2026-03", "--as-of", END, "--format", "html"]);
    waves.ok(&["--now", END, "report", "--portfolio", "--as-of", END, "--format", "html"]);
    let later = |name: &str| waves.path().join("reports").join(name);
    let names = ["index.html", "methods.html", "builders/bluebonnet.html", "builders/redstone.html", "builders/harborview.html"];
    let waves = ["2026-03/index.html", "2026-03/builders/bluebonnet.html", "portfolio-2026-01-2026-03/index.html"];
    names.map(of).into_iter().chain(waves.map(later)).collect()
}

#[test]
fn every_page_can_be_read_by_everybody() {
    let (Some(axe), Some(mut chrome)) = (axe(), Chrome::start()) else { return };
    let folder = tempfile::tempdir().unwrap();
    let (waves, _site) = portfolio::asked();
    let pages = pages(folder.path(), &waves);
    for page in &pages {
        for (dark, width) in [(false, 1_280), (true, 1_280), (false, 390), (true, 390)] {
            chrome.open(page, Look { width, dark, bypass: true });
            let (found, looked) = findings(&mut chrome, &axe);
            assert!(looked > 15, "only {looked} rules looked at {}", page.display());
            let told = serde_json::to_string_pretty(&found).unwrap();
            assert!(found.is_empty(), "{} at {width}{}: {told}", page.display(), if dark { ", dark" } else { "" });
            let wide = chrome.evaluate("document.documentElement.scrollWidth").as_u64().unwrap();
            assert!(wide <= u64::from(width), "{} is {wide} wide in a window of {width}", page.display());
        }
    }
    chrome.evaluate(
        "document.querySelector('main').insertAdjacentHTML('beforeend', '<p style=\"color:#999;background:#fff\">pale</p><img src=x>')",
    );
    let (found, _) = findings(&mut chrome, &axe);
    let ids: Vec<&str> = found.iter().filter_map(|one| one["id"].as_str()).collect();
    assert!(ids.contains(&"color-contrast") && ids.contains(&"image-alt"), "what was planted is found: {ids:?}");
}
