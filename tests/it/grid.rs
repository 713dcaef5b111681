//! The stories of `browser.rs` once more, through a real Selenium Grid: a hub and two nodes on loopback; and the report printed by it,
//! by the DevTools protocol and by the WebDriver standard alone.

use std::process::Command;

use crate::browser;
use crate::formats::{info, prints, said};
use crate::import::{WAVE, asked};
use crate::peers::{Grid, Standard, wait_for};

#[test]
fn a_grid_of_two_nodes_submits_as_a_local_browser_does() {
    let Some(grid) = Grid::start() else { return };
    let more = format!("[browser]\nwebdriver = \"{}\"\nsessions = 2\n", grid.url());
    for cases in browser::ALL {
        browser::hold(cases, &more);
    }
    let sessions = grid.sessions();
    assert!(sessions.iter().all(|count| *count > 0), "both nodes work: {sessions:?}");
    assert!(wait_for(|| grid.open() == 0), "{} sessions are left open", grid.open());
}

#[test]
fn a_grid_prints_the_report_with_and_without_the_devtools_protocol() {
    if !prints() {
        return;
    }
    let Some(grid) = Grid::start() else { return };
    let standard = Standard::before(&grid.url());
    let (workspace, _site, _alias) = asked();
    let config = std::fs::read_to_string(workspace.path().join("crickets.toml")).unwrap();
    for (url, is_standard) in [(grid.url(), false), (standard.url(), true)] {
        workspace.write("crickets.toml", &format!("{config}[browser]\nwebdriver = \"{url}\"\n"));
        for (paper, size) in [("letter", "612 x 792"), ("a4", "594.96 x 841.92")] {
            workspace.run_long(&["report", "--wave", WAVE, "--format", "pdf", "--paper", paper]).expect(0);
            let pdf = workspace.path().join("reports").join(WAVE).join("report.pdf");
            let told = said(Command::new("pdfinfo").arg(&pdf));
            assert!(info(&told, "Page size").starts_with(size), "{url} on {paper}: {told}");
            assert_eq!(info(&told, "Tagged"), "yes", "{url}");
            let pages: usize = info(&told, "Pages").parse().unwrap();
            let text = said(Command::new("pdftotext").arg("-layout").arg(&pdf).arg("-"));
            for wanted in ["Bluebonnet Homes", &format!("Page {pages} of {pages}")] {
                assert!(text.contains(wanted), "{url}: no {wanted} in {text}");
            }
            std::fs::remove_file(&pdf).unwrap();
        }
        assert_eq!(standard.commands().iter().filter(|command| *command == "print").count(), if is_standard { 2 } else { 0 });
    }
    assert!(wait_for(|| grid.open() == 0), "{} sessions are left open", grid.open());
}
