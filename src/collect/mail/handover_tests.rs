//! Chains of `Received` lines as they are found in mailboxes, each with the step that was the handover (`handover_chains.txt`); and chains
//! that a sender would like to be believed.

use chrono::{DateTime, Utc};

use super::handover::{Trust, handover, taken_over};
use super::parse;

/// The hosts of the shopper's provider where only these are named.
fn only(hosts: &[&str]) -> Trust {
    Trust::new(hosts)
}

/// A mail with these lines; the minute of each stands before it.
fn chain(lines: &[(u32, &str)]) -> super::Mail {
    let head: String =
        lines.iter().map(|(minute, line)| format!("Received: {line}; Mon, 2 Nov 2026 15:{minute:02}:00 +0000\r\n")).collect();
    parse(format!("{head}From: Amy Ortiz <amy@bluebonnet.example>\r\nMessage-ID: <1@bluebonnet.example>\r\n\r\nHi.\r\n").as_bytes())
}

/// The minute of the handover.
fn minute(lines: &[(u32, &str)], trust: &Trust) -> Option<i64> {
    taken_over(&chain(lines), trust).and_then(|step| step.line.at).map(minute_of)
}

fn minute_of(at: DateTime<Utc>) -> i64 {
    (at.timestamp() - 1_793_631_600) / 60
}

const CRM: &str = "from out.crm.example (out.crm.example [192.0.2.7]) by mx.example.org (Postfix) with ESMTPS id E1 for <s@example.org>";

#[test]
fn every_providers_chain_has_its_handover() {
    let blocks = include_str!("handover_chains.txt").split("\n\n").filter(|block| block.starts_with('#'));
    let mut count = 0;
    for block in blocks {
        let word = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        let trusted: Vec<String> = word("trusted ").split_whitespace().map(str::to_owned).collect();
        let steps: Vec<(bool, u32, &str)> = block
            .lines()
            .filter(|line| line.starts_with(['*', ' ']))
            .map(|line| (line.starts_with('*'), line[2..4].parse().unwrap(), &line[5..]))
            .collect();
        let lines: Vec<(u32, &str)> = steps.iter().map(|(_, minute, line)| (*minute, *line)).collect();
        let expected = steps.iter().find(|(is_it, ..)| *is_it).map(|(_, minute, _)| i64::from(*minute));
        assert_eq!(minute(&lines, &Trust::configured(&trusted, word("mailbox "))), expected, "{block}");
        count += 1;
    }
    assert_eq!(count, 29, "chains that were read");
}

#[test]
fn nothing_below_the_first_line_about_a_stranger_is_believed() {
    let trust = only(&["example.org"]);
    let forged = (1, "from web.bluebonnet.example (web [192.0.2.9]) by mx.example.org with ESMTPS id f1 for <s@example.org>");
    for true_line in [
        "from localhost (out.relay.test [192.0.2.7]) by mx.example.org with ESMTPS id t1",
        "from 127.0.0.1 (out.relay.test [192.0.2.7]) by mx.example.org with ESMTPS id t1",
        "from [127.0.0.1] (out.relay.test [192.0.2.7]) by mx.example.org with ESMTPS id t1",
        "from mx2.example.org (out.relay.test [192.0.2.7]) by mx.example.org with ESMTPS id t1",
        "from mx2.example.org (mx2.example.org [192.0.2.7] (may be forged)) by mx.example.org (8.17/8.17) with ESMTP id t1",
        "from mx2.example.org (mx2.example.org.evil.test [192.0.2.7]) by mx.example.org with ESMTPS id t1",
        "from mx2.example.org ([192.0.2.7]) by mx.example.org with ESMTPS id t1",
        "from [192.0.2.7] (helo=mx2.example.org) by mx.example.org with esmtp id t1",
        "from [192.0.2.7] (helo=[10.0.0.1]) by mx.example.org with esmtp id t1",
        "from localhost (localhost [127.0.0.1]) (out.relay.test [192.0.2.7]) by mx.example.org with ESMTPS id t1",
        "from x (mx2.example.org [203.0.113.2]) (out.relay.test [192.0.2.7]) by mx.example.org with ESMTPS id t1",
        "from localhost by mx.example.org with LMTP id 1; Mon, 2 Nov 2026 15:01:00 +0000 (out.relay.test [192.0.2.7]) by mx.example.org with ESMTPS id t1",
        "from bluebonnet.example (gateway [172.18.0.1]) by mx.example.org with ESMTPS id t1",
    ] {
        assert_eq!(minute(&[(50, true_line), forged], &trust), Some(50), "{true_line}");
        assert_eq!(
            minute(&[(51, "from mx.example.org by mail.example.org with LMTP id L"), (50, true_line), forged], &trust),
            Some(50),
            "{true_line}"
        );
    }
    // A stranger's line above is not passed over: what it took the mail from is no more known.
    let hosted = "from out.crm.example (out.crm.example [192.0.2.7]) by s12.hosting.test with esmtps id X1";
    assert_eq!(minute(&[(50, hosted), forged], &trust), None);
    assert_eq!(
        minute(&[(50, "from out.crm.example (out.crm.example [192.0.2.7]) by s12 with esmtps id X1"), forged], &trust),
        None,
        "a short name"
    );
    // Nor is a submission that the provider took from its own customer.
    assert_eq!(minute(&[(50, "from [127.0.0.1] (localhost [127.0.0.1]) by mx.example.org with ESMTPSA id S1"), forged], &trust), None);
}

#[test]
fn an_address_that_a_router_may_have_put_there_leaves_the_later_step_to_be_reckoned_with() {
    let trust = only(&["example.org"]);
    let mail = chain(&[
        (50, "from mx2.example.org (gateway [172.18.0.1]) by mx.example.org with ESMTPS id t1"),
        (1, "from web.bluebonnet.example (web [192.0.2.9]) by mx2.example.org with ESMTPS id f1"),
    ]);
    let step = taken_over(&mail, &trust).unwrap();
    assert_eq!(((step.surely_by.unwrap() - step.line.at.unwrap()).num_minutes(), step.line.id.as_deref()), (49, Some("f1")));
    let nameless = [
        (50, "from mx2.example.org by mx.example.org with ESMTPS id t1"),
        (49, "from web.bluebonnet.example by mx2.example.org with ESMTPS id f1"),
    ];
    assert_eq!(handover(&chain(&nameless), &trust).map(minute_of), Some(49), "nor does a server that writes no addresses");
    let long_before = [nameless[0], (1, nameless[1].1)];
    assert_eq!(handover(&chain(&long_before), &trust).map(minute_of), Some(50));
    assert_eq!(taken_over(&chain(&long_before), &trust).unwrap().surely_by.map(minute_of), Some(50));
    let filtered = chain(&[(50, "from localhost (localhost [127.0.0.1]) by mx.example.org with ESMTP id A"), (1, CRM)]);
    assert_eq!(taken_over(&filtered, &trust).unwrap().surely_by, None, "nobody else speaks from the machine itself");
}

#[test]
fn without_trust_or_a_step_between_hosts_there_is_no_handover() {
    assert_eq!(minute(&[(5, CRM)], &Trust::nobody()), None);
    assert_eq!(minute(&[(5, "by mx.example.org with SMTP id 1")], &only(&["example.org"])), None);
    let filtered = [
        (9, "from localhost ([127.0.0.1]) by mx.google.com with SMTP"),
        (8, "from x (HELO localhost) (127.0.0.1) by mx.google.com with SMTP"),
    ];
    assert_eq!(minute(&filtered[..1], &Trust::of_host("imap.gmail.com")), None, "what a machine hands to itself is no step");
    assert_eq!(minute(&filtered, &Trust::of_host("imap.gmail.com")), Some(8));
}

#[test]
fn a_mail_alone_is_read_by_whoever_wrote_its_topmost_line() {
    for (what, lines, expected) in [
        ("its provider", vec![(6, "from mx.example.org by mail.example.org with LMTP id L1"), (5, CRM)], Some(5)),
        (
            "a store without a domain",
            vec![
                (7, "from mx6.messagingengine.com ([10.202.2.160]) by sloti22 (Cyrus) with LMTPA"),
                (5, "from out.crm.example (out.crm.example [192.0.2.7]) by mx6.messagingengine.com (Postfix) with ESMTPS id F0"),
            ],
            Some(5),
        ),
        (
            "what fetchmail took",
            vec![(50, "from pop.example.org [203.0.113.3] by laptop.lan with POP3 (fetchmail-6.4.37)"), (5, CRM)],
            Some(5),
        ),
    ] {
        let mail = chain(&lines);
        assert_eq!(minute(&lines, &Trust::of_mail(&mail)), expected, "{what}");
    }
}

#[test]
fn a_host_trusts_itself_and_what_is_below_it() {
    let trust = Trust::new(["mx.example.org"]);
    for (host, covered) in [
        ("mx.example.org", true),
        ("MX.Example.org.", true),
        ("a.mx.example.org", true),
        ("evilmx.example.org", false),
        ("example.org", false),
        ("mx.example.org.evil.test", false),
    ] {
        assert_eq!(trust.covers(host), covered, "{host}");
    }
}

#[test]
fn the_default_is_the_domain_of_the_mailbox_host() {
    for (host, hosts) in [
        ("mail.example.org", vec!["example.org"]),
        ("example.org", vec!["example.org"]),
        ("imap.eu.mail.example.co.uk", vec!["example.co.uk"]),
        ("localhost", vec!["localhost"]),
        ("127.0.0.1", vec!["127.0.0.1", "localhost"]),
        ("imap.gmail.com", vec!["google.com", "gmail.com"]),
        ("192.0.2.7", vec!["192.0.2.7"]),
    ] {
        assert_eq!(Trust::of_host(host).hosts, hosts, "{host}");
    }
    assert_eq!(Trust::configured(&["mx.a.test".to_owned()], "mail.b.test").hosts, ["b.test", "mx.a.test"], "what is named comes besides");
    assert!(Trust::new(["gmail.com"]).covers("mx.google.com"), "the default that the configuration writes out");
}
