//! The demo works anywhere, comes out the same each time, and touches no folder that is not its own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::workspace::{Run, run_within};

/// A demo is a whole wave; on a busy machine it takes its time.
const PATIENT: std::time::Duration = std::time::Duration::from_mins(3);

/// Runs the demo into `name` under `folder`.
pub(crate) fn run(folder: &Path, name: &str) -> Run {
    run_within(PATIENT, folder, folder, &["demo", name])
}

/// The one file of a name under a demo's `reports/`.
pub(crate) fn report_file(demo: &Path, name: &str) -> PathBuf {
    let waves = std::fs::read_dir(demo.join("reports")).unwrap_or_else(|error| panic!("{}: {error}", demo.display()));
    let mut found: Vec<PathBuf> = waves.flatten().map(|wave| wave.path().join(name)).filter(|path| path.exists()).collect();
    assert_eq!(found.len(), 1, "{name}: {found:?}");
    found.remove(0)
}

#[test]
fn the_demo_comes_out_the_same_each_time() {
    let folder = tempfile::tempdir().unwrap();
    let first = run(folder.path(), "one").expect(0);
    assert!(first.out.contains("index.html"), "the demo says where its report is:\n{}", first.out);
    run(folder.path(), "two").expect(0);
    let read = |name: &str| std::fs::read(report_file(&folder.path().join(name), "report.json")).unwrap();
    let (one, two) = (read("one"), read("two"));
    assert!(one == two, "two demos, two reports:\n{}", first_difference(&one, &two));

    let report: Value = serde_json::from_slice(&one).unwrap();
    assert_eq!(report["clock"], "rehearsal", "a demo's report says that it is one");
    let back = report["coverage"]["mailbox.main"]["alive"]["back"].as_u64().unwrap();
    assert!(first.err.contains(&format!("{back} test mails, one a day, came back")), "{}", first.err);
    let shops = report["shops"].as_array().unwrap();
    let verdicts: std::collections::BTreeSet<_> = shops.iter().filter_map(|shop| shop["verdict"].as_str()).collect();
    let origins: std::collections::BTreeSet<_> =
        shops.iter().flat_map(|shop| shop["touches"].as_array().unwrap()).filter_map(|touch| touch["origin"].as_str()).collect();
    assert!(shops.len() >= 4 && verdicts.contains("final"), "{} shops, verdicts {verdicts:?}", shops.len());
    assert!(["personal", "auto_reply", "marketing"].iter().all(|origin| origins.contains(origin)), "{origins:?}");
    for shop in shops.iter().filter(|shop| shop["status"] == "confirmed") {
        let ready = &shop["readiness"];
        assert!(ready["osc_named"].is_boolean() && ready["phones"].as_array().is_some_and(|phones| !phones.is_empty()), "{shop:#}");
    }
    let tiers: std::collections::BTreeSet<_> = shops.iter().filter_map(|shop| shop["tier"].as_str()).collect();
    assert!(tiers.len() >= 3, "a neighbourhood of all kinds: {tiers:?}");

    run(folder.path(), "one").expect(0);
    assert!(read("one") == one, "a former demo may be run again, and comes out the same");
    example(&index_folder(&folder.path().join("one")));
}

/// Where a demo's report is.
fn index_folder(demo: &Path) -> PathBuf {
    report_file(demo, "index.html").parent().unwrap().to_owned()
}

/// The report that is kept in the repository is the one that the demo makes today; `UPDATE=1` writes it anew.
fn example(made: &Path) {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/demo");
    if std::env::var_os("UPDATE").is_some() {
        let _ = std::fs::remove_dir_all(&kept);
        for (name, bytes) in files(made, made) {
            std::fs::create_dir_all(kept.join(&name).parent().unwrap()).unwrap();
            std::fs::write(kept.join(name), bytes).unwrap();
        }
    }
    let (made, kept) = (files(made, made), files(&kept, &kept));
    let names = |files: &BTreeMap<PathBuf, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&made), names(&kept), "reports/demo holds other files; write it anew with UPDATE=1");
    for (name, bytes) in made {
        assert!(kept.get(&name) == Some(&bytes), "reports/demo/{} is not what the demo makes; write it anew with UPDATE=1", name.display());
    }
}

/// Every file below a folder, by its path there.
fn files(root: &Path, folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for path in std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            found.extend(files(root, &path));
        } else {
            found.insert(path.strip_prefix(root).unwrap().to_owned(), std::fs::read(&path).unwrap());
        }
    }
    found
}

#[test]
fn the_demo_leaves_a_foreign_folder_alone() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("mine")).unwrap();
    std::fs::write(folder.path().join("mine/letter.txt"), "mine").unwrap();
    let refused = run(folder.path(), "mine");
    assert!(matches!(refused.code, Some(2 | 3)), "{refused:?}");
    assert!(refused.err.contains("mine"), "{}", refused.err);
    let left: Vec<_> = std::fs::read_dir(folder.path().join("mine")).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(left, ["letter.txt"]);
}

fn first_difference(one: &[u8], two: &[u8]) -> String {
    let at = one.iter().zip(two).position(|(a, b)| a != b).unwrap_or(one.len().min(two.len()));
    let around =
        |text: &[u8]| String::from_utf8_lossy(&text[at.saturating_sub(120).min(text.len())..(at + 80).min(text.len())]).into_owned();
    format!("at byte {at}:\n{}\n-- and --\n{}", around(one), around(two))
}
