//! The test leads for the builders' CRMs: every inquiry that reached a builder, as the builder has it, whole or a shop at a time.

use crate::import::WAVE;
use crate::site::{Answer, Site};
use crate::workspace::{ShopFile, Workspace};

#[test]
fn the_list_holds_what_each_builder_was_given() {
    let site = Site::start(Answer::Thanks);
    let workspace = Workspace::with_maildir();
    workspace.shop(&ShopFile::on(&site, "bluebonnet", "Bluebonnet Homes"));
    workspace.shop(&ShopFile::on(&site, "harbor", "Harbor, Homes & Sons"));
    workspace.shop(&ShopFile { form: site.home("nowhere"), ..ShopFile::on(&site, "nowhere", "Nowhere Homes") });
    workspace.run(&["shop", "--wave", WAVE, "--send", "--at-once", "--any-time"]);
    let rows = |text: &str| -> Vec<Vec<String>> {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let head = reader.headers().unwrap().iter().collect::<Vec<_>>().join(",");
        assert_eq!(head, "wave,shop,builder,name,email,phone,community,sent_at,status,question");
        reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
    };
    let whole = workspace.ok(&["purge-list", "--wave", WAVE]).out;
    let listed = rows(&whole);
    assert_eq!(listed.iter().map(|row| row[1].as_str()).collect::<Vec<_>>(), ["bluebonnet", "harbor"], "what failed reached nobody");
    let post = &site.posts_to("harbor")[0];
    let row = &listed[1];
    assert_eq!((row[0].as_str(), row[2].as_str(), row[3].as_str()), (WAVE, "Harbor, Homes & Sons", "Dana Whitfield"));
    assert_eq!(row[4], post.email());
    assert_eq!((row[6].as_str(), row[8].as_str()), ("Willow Creek", "confirmed"));
    assert!(row[7].ends_with('Z') && row[9].starts_with("Does the Magnolia plan"), "{row:?}");

    let one = rows(&workspace.ok(&["purge-list", "--shop", "bluebonnet"]).out);
    assert_eq!(one, listed[..1]);
    let json = workspace.json(&["purge-list"]);
    assert_eq!((&json["schema"], &json["leads"][1]["email"]), (&"crickets.purge/1".into(), &row[4].as_str().into()), "{json:#}");
    for wrong in [["--wave", "2020-01"], ["--shop", "nobody"]] {
        let run = workspace.run(&["purge-list", wrong[0], wrong[1]]).expect(2);
        assert!(run.err.contains(wrong[1]), "{}", run.err);
    }
    workspace.ok(&["report", "--wave", WAVE, "--format", "csv"]);
    let written = std::fs::read_to_string(workspace.path().join("reports").join(WAVE).join("purge-list.csv")).unwrap();
    assert_eq!(written, whole, "the report comes with the same");
}
