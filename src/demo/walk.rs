//! Tests that walk the neighbourhood as a careful person would: over real HTTP, by `Host`, with cookies; then let the staff answer
//! and read what they wrote with a foreign parser.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use chrono::{DateTime, Datelike, TimeDelta, Timelike, Utc, Weekday};

use super::form::{self, Role};
use super::{Character, Ledger, Markup, Neighbourhood, Outcome, Truth, answer, cast, pages};
use crate::clock::Clock;
use crate::collect::Channel;
use crate::shop::Status;

fn start() -> DateTime<Utc> {
    "2026-11-03T16:20:00Z".parse().unwrap()
}

fn client(hosts: &BTreeMap<String, std::net::SocketAddr>) -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder().no_proxy().cookie_store(true).redirect(reqwest::redirect::Policy::none());
    for (host, address) in hosts {
        builder = builder.resolve(host, *address);
    }
    builder.build().unwrap()
}

fn url(one: &Character, path: &str) -> String {
    format!("http://{}{path}", one.host)
}

async fn body(response: reqwest::Response) -> String {
    let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
    let bytes = response.bytes().await.unwrap();
    if kind.contains("windows-1252") {
        encoding_rs::WINDOWS_1252.decode(&bytes).0.into_owned()
    } else {
        String::from_utf8(bytes.to_vec()).unwrap()
    }
}

/// What a person types; `change` alters it.
fn typed(one: &Character, page: &str, alias: &str) -> Vec<(String, String)> {
    let hidden = |name: &str| {
        let (_, rest) = page.split_once(&format!("name=\"{}\" value=\"", pages::escape(name))).unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    let mut entries = Vec::new();
    for field in form::fields(one.markup) {
        let value = match field.role {
            Role::First => "Dana".to_owned(),
            Role::Last => "Whitfield".to_owned(),
            Role::Full => "Dana Whitfield".to_owned(),
            Role::Email => alias.to_owned(),
            Role::Phone => "(512) 555-0142".to_owned(),
            Role::Zip => "78701".to_owned(),
            Role::Community => one.community.clone(),
            Role::Heard => "web".to_owned(),
            Role::Message => format!("Hello,\r\n{}\r\nThank you", one.question),
            Role::Consent => "1".to_owned(),
            Role::Trap | Role::File => String::new(),
            Role::Token | Role::Machine => hidden(field.name),
            Role::OptIn | Role::Preference => continue,
        };
        entries.push((field.name.to_owned(), value));
    }
    entries
}

async fn post(client: &reqwest::Client, one: &Character, entries: &[(String, String)]) -> reqwest::Response {
    let request = client.post(url(one, form::action(one)));
    if one.markup == Markup::Multipart {
        let mut text = String::new();
        for (name, value) in entries {
            let _ = write!(text, "--bound\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        }
        return request.header("content-type", "multipart/form-data; boundary=bound").body(text + "--bound--\r\n").send().await.unwrap();
    }
    let encoding = if one.markup == Markup::Latin { encoding_rs::WINDOWS_1252 } else { encoding_rs::UTF_8 };
    let text = url::form_urlencoded::Serializer::new(String::new())
        .encoding_override(Some(&|text: &str| encoding.encode(text).0.into_owned().into()))
        .extend_pairs(entries)
        .finish();
    request.header("content-type", "application/x-www-form-urlencoded").body(text).send().await.unwrap()
}

/// Shops everyone, a minute apart; gives the ledger and each answer: status, address redirected to, text.
async fn shop_all() -> (Vec<Character>, Ledger, BTreeMap<String, (u16, String, String)>) {
    let cast = cast();
    let clock = Clock::manual(start());
    let neighbourhood = Neighbourhood::start(&cast, clock.clone()).await.unwrap();
    let client = client(&neighbourhood.hosts());
    let mut answers = BTreeMap::new();
    for (n, one) in cast.iter().enumerate() {
        clock.set(start() + TimeDelta::minutes(i64::try_from(n).unwrap()));
        let page = client.get(url(one, &one.path)).send().await.unwrap();
        assert_eq!(page.status(), 200, "{}", one.slug);
        let page = body(page).await;
        if one.outcome == Outcome::Captcha {
            assert!(page.contains("g-recaptcha"));
            continue;
        }
        let response = post(&client, one, &typed(one, &page, &format!("shopper+t{n}@example.org"))).await;
        let location = response.headers().get("location").map_or("", |value| value.to_str().unwrap()).to_owned();
        answers.insert(one.slug.clone(), (response.status().as_u16(), location, body(response).await));
    }
    let ledger = neighbourhood.ledger();
    neighbourhood.stop().await;
    (cast, ledger, answers)
}

#[tokio::test]
async fn a_careful_person_gets_the_outcome_that_each_character_stands_for() {
    let (cast, ledger, answers) = shop_all().await;
    for one in &cast {
        let visits = &ledger.sites[&one.slug];
        assert!(visits.violations.is_empty(), "{}: {:?}", one.slug, visits.violations);
        assert_eq!(visits.page_loads, 1, "{}", one.slug);
        assert_eq!(visits.posts, u32::from(one.outcome != Outcome::Captcha), "{}", one.slug);
        let accepted = visits.receipts.iter().filter(|receipt| receipt.accepted).count();
        assert_eq!(accepted, usize::from(matches!(one.outcome, Outcome::Accepts | Outcome::Mute)), "{}: {visits:?}", one.slug);
        let Some((status, location, text)) = answers.get(&one.slug) else { continue };
        match one.outcome {
            Outcome::Breaks => assert_eq!(*status, 500),
            Outcome::RefusesPlus => assert!(text.contains("valid email address") && *status == 200),
            Outcome::Mute => assert!(!text.to_lowercase().contains("thank") && *status == 200),
            Outcome::Captcha => unreachable!("nothing was posted"),
            Outcome::Accepts => {
                let redirected = one.reply == super::Reply::Redirect;
                assert_eq!((*status, location.as_str()), if redirected { (303, "/thank-you") } else { (200, "") }, "{}", one.slug);
                assert!(redirected || text.contains("hank"), "{}: {text}", one.slug);
            }
        }
    }
    let receipt = &ledger.sites["desert-willow"].receipts[0];
    assert_eq!(receipt.fields.iter().find(|(name, _)| name == "Neighborhood").unwrap().1, "Peñasco Vista");
    assert_eq!(
        (receipt.email.as_str(), receipt.first.as_str(), receipt.at),
        ("shopper+t3@example.org", "Dana", start() + TimeDelta::minutes(3))
    );
    assert_eq!(ledger.sites["cedar-hollow"].receipts[0].last, "Whitfield");
}

#[tokio::test]
async fn what_a_fair_shopper_would_not_do_is_noted() {
    let cast = cast();
    let neighbourhood = Neighbourhood::start(&cast, Clock::manual(start())).await.unwrap();
    let hosts = neighbourhood.hosts();
    let client = client(&hosts);
    let of = |slug: &str| cast.iter().find(|one| one.slug == slug).unwrap();
    let set = |entries: &mut Vec<(String, String)>, name: &str, value: &str| {
        entries.retain(|(key, _)| key != name);
        entries.push((name.to_owned(), value.to_owned()));
    };
    let cases = [
        ("clearbrook", "website", "http://x.example", "filled the trap `website`"),
        ("clearbrook", "contact_comments", "Hello", "filled the trap `contact_comments`"),
        ("northgate", "newsletter", "1", "ticked the marketing box `newsletter`"),
        ("lakeshore", "source", "realtor", "claimed to be a Realtor"),
        ("lakeshore", "community", "Loon Harbor", "chose `Loon Harbor` instead of `Birch Cove`"),
        ("lakeshore", "comments", "Please call me", "the question did not arrive as asked"),
    ];
    for (slug, name, value, violation) in cases {
        let one = of(slug);
        let page = body(client.get(url(one, &one.path)).send().await.unwrap()).await;
        let mut entries = typed(one, &page, "shopper+a@example.org");
        set(&mut entries, name, value);
        assert!(post(&client, one, &entries).await.status().as_u16() < 400);
        let noted = neighbourhood.ledger().sites[slug].violations.last().cloned().unwrap_or_default();
        assert!(noted.starts_with(violation), "{noted}");
    }
    let foxglove = of("foxglove");
    client.post(url(foxglove, "/newsletter")).body("nl_email=a@b.example").send().await.unwrap();
    client.get(url(foxglove, "/search?q=a")).send().await.unwrap();
    assert_eq!(neighbourhood.ledger().sites["foxglove"].violations.len(), 2);
    let twin_oaks = of("twin-oaks");
    client.get(url(twin_oaks, "/newsletter?nl_email=a%40b.example")).send().await.unwrap();
    assert_eq!(neighbourhood.ledger().sites["twin-oaks"].violations, ["signed up for the newsletter"]);
    neighbourhood.stop().await;
}

#[tokio::test]
async fn a_site_insists_on_its_token_its_fields_and_its_name() {
    let cast = cast();
    let neighbourhood = Neighbourhood::start(&cast, Clock::manual(start())).await.unwrap();
    let hosts = neighbourhood.hosts();
    let of = |slug: &str| cast.iter().find(|one| one.slug == slug).unwrap();
    let bluebonnet = of("bluebonnet");
    let page = body(client(&hosts).get(url(bluebonnet, &bluebonnet.path)).send().await.unwrap()).await;
    let entries = typed(bluebonnet, &page, "shopper+a@example.org");
    assert_eq!(post(&client(&hosts), bluebonnet, &entries).await.status(), 403, "the token without its cookie");
    let northgate = of("northgate");
    let mut entries = typed(northgate, "", "shopper+a@example.org");
    entries.retain(|(name, _)| name != "agree");
    assert!(body(post(&client(&hosts), northgate, &entries).await).await.contains("required fields"));
    assert!(!neighbourhood.ledger().sites["northgate"].receipts[0].accepted);
    let address = hosts[&bluebonnet.host];
    let stranger = client(&hosts).get(format!("http://{address}/")).header("host", "other.example").send().await.unwrap();
    assert_eq!(stranger.status(), 421);
    let plugin = of("summit-ridge");
    let endpoint = url(plugin, "/wp-json/contact-form-7/v1/contact-forms/16/feedback");
    let text = "--b\r\nContent-Disposition: form-data; name=\"your-email\"\r\n\r\nx\r\n--b--\r\n";
    let answer = client(&hosts).post(endpoint).header("content-type", "multipart/form-data; boundary=b").body(text).send().await.unwrap();
    assert!(body(answer).await.contains("validation_failed"));
    neighbourhood.stop().await;
}

#[tokio::test]
async fn every_form_is_linked_from_its_home_page() {
    let cast = cast();
    let neighbourhood = Neighbourhood::start(&cast, Clock::manual(start())).await.unwrap();
    let client = client(&neighbourhood.hosts());
    for one in &cast {
        let home = body(client.get(url(one, "/")).send().await.unwrap()).await;
        assert!(home.contains(&format!("<a href=\"{}\">Contact Us</a>", one.path)), "{}", one.slug);
        assert!(home.contains("tel:+1"), "{}", one.slug);
    }
    neighbourhood.stop().await;
}

/// Every file below a folder with its bytes.
fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.insert(path.strip_prefix(root).unwrap().display().to_string(), std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

async fn answered() -> (BTreeMap<String, Vec<u8>>, Truth) {
    let (cast, ledger, _) = shop_all().await;
    let folder = tempfile::tempdir().unwrap();
    let truth = answer(&cast, &ledger, &folder.path().join("mail"), &folder.path().join("logs/calls.csv")).unwrap();
    (files(folder.path()), truth)
}

#[tokio::test]
async fn two_runs_write_the_same_bytes_and_the_same_truth() {
    let (first, truth) = answered().await;
    let (second, again) = answered().await;
    assert_eq!(first, second);
    assert_eq!(truth, again);
}

#[tokio::test]
async fn a_foreign_parser_reads_the_mails_as_the_truth_has_them() {
    let (files, truth) = answered().await;
    let mut expected: BTreeMap<(i64, String), String> = BTreeMap::new();
    for (slug, shop) in &truth.shops {
        for touch in shop.touches.iter().filter(|touch| touch.channel == Channel::Email) {
            expected.insert((touch.at.timestamp(), touch.from.clone()), slug.clone());
        }
    }
    for stray in truth.strays.iter().filter(|stray| stray.channel == Channel::Email) {
        expected.insert((stray.at.timestamp(), stray.from.clone()), "nobody".to_owned());
    }
    let mut ids = BTreeSet::new();
    for (name, bytes) in files.iter().filter(|(name, _)| name.starts_with("mail")) {
        let mail = mail_parser::MessageParser::default().parse(bytes).unwrap();
        assert!(ids.insert(mail.message_id().unwrap().to_owned()), "{name}");
        let from = mail.from().unwrap().first().unwrap().address().unwrap().to_owned();
        let handover = String::from_utf8_lossy(bytes);
        let hop = handover.split("Received: ").find(|hop| hop.contains("ESMTPS") && hop.contains("by mx.example.org")).unwrap();
        let stamp = hop.split("; ").nth(1).unwrap().lines().next().unwrap();
        let at = DateTime::parse_from_rfc2822(stamp).unwrap().timestamp();
        assert!(expected.remove(&(at, from.clone())).is_some(), "{name}: {from} at {stamp}");
        let delivered: i64 = name.rsplit('/').next().unwrap().split('.').next().unwrap().parse().unwrap();
        assert!((delivered - at).abs() <= 1, "{name}");
        assert!(!mail.body_text(0).unwrap_or_default().contains('%'), "{name}: a text was not filled in");
    }
    assert!(expected.is_empty(), "{expected:?}");
    assert!(files.keys().any(|name| name.starts_with("mail/.Junk/new/")));
}

#[tokio::test]
async fn the_call_log_holds_every_ring_and_reaches_beyond_the_window() {
    let (files, truth) = answered().await;
    let mut reader = csv::Reader::from_reader(files["logs/calls.csv"].as_slice());
    let rows: Vec<BTreeMap<String, String>> = reader.deserialize().map(|row| row.unwrap()).collect();
    let at = |row: &BTreeMap<String, String>| DateTime::parse_from_rfc3339(&row["started_at"]).unwrap().to_utc();
    let mut logged: Vec<_> =
        rows.iter().filter(|row| row["direction"] == "inbound").map(|row| (at(row), row["from"].clone(), row["channel"].clone())).collect();
    let name = |channel: Channel| serde_json::to_value(channel).unwrap().as_str().unwrap().to_owned();
    let mut expected: Vec<_> = truth
        .shops
        .values()
        .flat_map(|shop| &shop.touches)
        .map(|touch| (touch.at, touch.from.clone(), touch.channel))
        .chain(truth.strays.iter().map(|stray| (stray.at, stray.from.clone(), stray.channel)))
        .filter(|(_, _, channel)| *channel != Channel::Email)
        .map(|(at, from, channel)| (at, from, name(channel)))
        .collect();
    logged.sort();
    expected.sort();
    assert_eq!(logged, expected);
    let newest = rows.iter().map(at).max().unwrap();
    assert!(newest >= truth.shops.values().filter_map(|shop| shop.confirmed_at).max().unwrap() + TimeDelta::days(31));
    assert!(rows.iter().filter(|row| row["direction"] == "outbound").count() >= 5);
}

#[tokio::test]
async fn the_month_holds_what_makes_clocks_matter() {
    let (_, truth) = answered().await;
    let cast = cast();
    let (mut saturday, mut late, mut day) = (false, false, BTreeSet::new());
    for one in &cast {
        let shop = &truth.shops[&one.slug];
        assert!(shop.touches.is_sorted_by_key(|touch| touch.at), "{}", one.slug);
        for touch in &shop.touches {
            let after = touch.at - shop.confirmed_at.unwrap();
            assert!(after >= TimeDelta::zero() && after < TimeDelta::days(30), "{}", one.slug);
            let local = touch.at.with_timezone(&one.timezone);
            saturday |= local.weekday() == Weekday::Sat;
            late |= local.hour() >= 20;
            day.insert(after.num_days());
        }
    }
    assert!(saturday && late && day.contains(&12) && day.range(21..28).next().is_some() && day.range(28..).next().is_some(), "{day:?}");
    assert!(truth.shops.values().any(|shop| shop.status == Status::Unclear && !shop.touches.is_empty()));
    assert!(truth.shops.values().filter(|shop| shop.touches.is_empty()).count() >= 4);
}

#[test]
fn nobody_acts_before_the_receipt_or_after_the_window_whatever_the_day() {
    for one in cast() {
        for hours in 0..(24 * 21) {
            let receipt = start() - TimeDelta::days(10) + TimeDelta::hours(hours);
            for plan in &one.plan {
                let after = plan.when.resolve(receipt, one.timezone) - receipt;
                assert!(after > TimeDelta::zero() && after < TimeDelta::days(30), "{}: {:?}", one.slug, plan.when);
            }
        }
    }
}
