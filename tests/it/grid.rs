//! The stories of `browser.rs` once more, through a real Selenium Grid: a hub and two nodes on loopback.

use crate::browser;
use crate::peers::{Grid, wait_for};

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
