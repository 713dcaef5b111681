//! Webhooks from outside: each provider's own signature over real HTTP, requests that are forged or come again, and a process that is
//! killed between the journal and the store.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use ring::hmac;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::import::{WAVE, now};
use crate::peers::Leash;
use crate::workspace::{ShopFile, Workspace, eventually, touches};

/// The address that providers are told.
const PUBLIC: &str = "https://hooks.example.test";
const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

/// A `crickets serve`; it goes with its test.
pub(crate) struct Serving {
    pub(crate) process: Leash,
    address: String,
}

impl Serving {
    pub(crate) fn start(workspace: &Workspace) -> Self {
        Self::start_with(workspace, &[])
    }

    fn start_with(workspace: &Workspace, more: &[&str]) -> Self {
        let process = workspace.spawn(&[&["serve", "--bind", "127.0.0.1:0", "--public-url", PUBLIC, "--json"], more].concat());
        let out = workspace.path().join("spawned.out");
        let line = eventually(
            || format!("{}{}", std::fs::read_to_string(&out).unwrap_or_default(), workspace.spawned_err()),
            |text| text.lines().next().is_some_and(|line| line.contains("listening")),
        );
        let first: Value = serde_json::from_str(line.lines().next().unwrap()).unwrap();
        Self { process, address: first["listening"].as_str().unwrap().to_owned() }
    }

    /// Sends one request; gives the status and the body of the answer.
    pub(crate) fn post(&self, provider: &str, headers: &[(&str, &str)], body: &str) -> (u16, String) {
        self.send("POST", &format!("/hooks/main/{provider}"), headers, body)
    }

    fn send(&self, method: &str, way: &str, headers: &[(&str, &str)], body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let mut text = format!("{method} {way} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n", body.len());
        for (name, value) in headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        // A refusal may come before all is sent.
        let _ = stream.write_all(format!("{text}\r\n{body}").as_bytes());
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        (status, answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
    }
}

fn mac(algorithm: hmac::Algorithm, key: &[u8], text: &str) -> String {
    STANDARD.encode(hmac::sign(&hmac::Key::new(algorithm, key), text.as_bytes()))
}

/// A form and Twilio's signature of it.
pub(crate) fn twilio(fields: &[(&str, &str)]) -> (String, String) {
    let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let mut sorted = fields.to_vec();
    sorted.sort_unstable();
    let tail: String = sorted.iter().map(|(name, value)| format!("{name}{value}")).collect();
    (form, mac(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, b"hush", &format!("{PUBLIC}/hooks/main/twilio{tail}")))
}

fn seed() -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap()
}

/// A workspace with a phone and an inquiry of an hour ago.
pub(crate) fn asked_before() -> Workspace {
    asked_with(chrono::Duration::hours(1), &[])
}

/// The same, so long ago, and with more said of the inquiry.
pub(crate) fn asked_with(ago: chrono::Duration, said: &[&str]) -> Workspace {
    let workspace = Workspace::with_maildir().with_phone();
    let (site, form) = ("https://bluebonnet.test/".to_owned(), "https://bluebonnet.test/contact".to_owned());
    let more = "phones = [\"+15125550100\"]\ndomains = [\"bluebonnet.test\"]\n";
    let (slug, builder) = ("bluebonnet", "Bluebonnet Homes");
    workspace.shop(&ShopFile { slug, builder, site, form, basis: Some("client"), state: "TX", more, tail: "" });
    let at = (Utc::now() - ago).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    workspace.ok(&[&["record", "inquiry", slug, "--wave", WAVE, "--at", &at], said].concat());
    workspace
}

/// A workspace with an inquiry, whose phone takes webhooks of every provider.
fn hooked() -> Workspace {
    let mut workspace = asked_before();
    let public = STANDARD.encode(seed().public_key());
    let key = STANDARD.encode("hush");
    workspace.configure(&format!(
        "webhooks.twilio = {{ command = \"printf hush\" }}\nwebhooks.callrail = {{ command = \"printf hush\" }}\n\
         webhooks.telnyx = {{ command = \"printf {public}\" }}\nwebhooks.quo = {{ command = \"printf {key}\" }}\n\
         webhooks.plivo = {{ command = \"printf hush\" }}\nwebhooks.vonage = {{ command = \"printf hush\" }}\n\
         webhooks.bandwidth = {{ command = \"printf me:hush\" }}\nwebhooks.aircall = {{ command = \"printf hush\" }}\n"
    ));
    workspace
}

/// The journal as text; empty while there is none.
fn journal(workspace: &Workspace) -> String {
    let Ok(files) = std::fs::read_dir(workspace.path().join(".crickets/journal")) else { return String::new() };
    files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect()
}

fn touch_count(workspace: &Workspace) -> u64 {
    workspace.inquiry(WAVE, "bluebonnet")["touches"].as_u64().unwrap()
}

/// Provider, headers, body.
type Sent = (&'static str, Vec<(String, String)>, String);

/// A request of each provider as it sends them: provider, headers, body.
fn requests() -> Vec<Sent> {
    let (at, from, to) = (now(), "+15125550100", "+15125550142");
    let seconds = Utc::now().timestamp();
    let mut all = Vec::new();
    let mut add = |provider, kind: &str, headers: &[(&str, String)], body: String| {
        let mut headers: Vec<(String, String)> = headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        headers.push(("Content-Type".to_owned(), kind.to_owned()));
        all.push((provider, headers, body));
    };
    let sms = [("MessageSid", "SM1"), ("From", from), ("To", to), ("Body", "It's Amy of Bluebonnet & co"), ("NumMedia", "0")];
    let (form, signature) = twilio(&sms);
    add("twilio", FORM, &[("X-Twilio-Signature", signature)], form);
    let body = json!({"id": 7, "call_type": "voicemail", "voicemail": true, "answered": false, "direction": "inbound", "duration": "13",
        "customer_phone_number": from, "tracking_phone_number": to, "start_time": at, "transcription": "Call me"})
    .to_string();
    add("callrail", JSON, &[("Signature", mac(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, b"hush", &body))], body);
    let body = json!({"data": {"event_type": "message.received", "id": "e1", "occurred_at": at, "record_type": "event", "payload": {
        "id": "m1", "record_type": "message", "direction": "inbound", "from": {"phone_number": from}, "to": [{"phone_number": to}],
        "text": "Hello of Telnyx", "received_at": at}}})
    .to_string();
    let signature = STANDARD.encode(seed().sign(format!("{seconds}|{body}").as_bytes()));
    add("telnyx", JSON, &[("telnyx-signature-ed25519", signature), ("telnyx-timestamp", seconds.to_string())], body);
    let quo = |id: &str| {
        json!({"id": "EV1", "object": "event", "type": "message.received", "data": {"object": {"id": id, "object": "message", "from": from,
            "to": to, "direction": "incoming", "body": "Hello of Quo", "status": "received", "createdAt": at}}})
        .to_string()
    };
    let (body, ms) = (quo("AC1"), seconds * 1000);
    let legacy = format!("hmac;1;{ms};{}", mac(hmac::HMAC_SHA256, b"hush", &format!("{ms}.{body}")));
    add("openphone", JSON, &[("openphone-signature", legacy)], body);
    let body = quo("AC2");
    let standard = format!("v1,{}", mac(hmac::HMAC_SHA256, b"hush", &format!("msg_1.{seconds}.{body}")));
    let headers = [("webhook-id", "msg_1".to_owned()), ("webhook-timestamp", seconds.to_string()), ("webhook-signature", standard)];
    add("quo", JSON, &headers, body);
    let body = "From=15125550100&MessageUUID=p1&Text=Hello+of+Plivo&To=15125550142&Type=sms".to_owned();
    let signed = format!("{PUBLIC}/hooks/main/plivo?From15125550100MessageUUIDp1TextHello of PlivoTo15125550142Typesms.n1");
    let headers = [("X-Plivo-Signature-V3", mac(hmac::HMAC_SHA256, b"hush", &signed)), ("X-Plivo-Signature-V3-Nonce", "n1".to_owned())];
    add("plivo", FORM, &headers, body);
    let body = json!({"message_uuid": "v1", "to": "15125550142", "from": "15125550100", "timestamp": at, "text": "Hello of Vonage",
        "channel": "sms", "message_type": "text"})
    .to_string();
    let hash: String = Sha256::digest(&body).iter().map(|byte| format!("{byte:02x}")).collect();
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let token = format!("{}.{}", part(json!({"alg": "HS256", "typ": "JWT"})), part(json!({"iat": seconds, "payload_hash": hash})));
    let tag = URL_SAFE_NO_PAD.encode(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, b"hush"), token.as_bytes()));
    add("vonage", JSON, &[("Authorization", format!("Bearer {token}.{tag}"))], body);
    let body = json!([{"type": "message-received", "time": at, "description": "Incoming", "to": to, "message": {"id": "b1", "time": at,
        "to": [to], "from": from, "text": "Hello of Bandwidth", "applicationId": "a", "owner": to, "direction": "in", "segmentCount": 1}}])
    .to_string();
    add("bandwidth", JSON, &[("Authorization", format!("Basic {}", STANDARD.encode("me:hush")))], body);
    let body =
        json!({"resource": "call", "event": "call.ended", "timestamp": seconds, "token": "hush", "data": {"id": 9, "direction": "inbound",
        "status": "done", "raw_digits": "+1 512-555-0100", "started_at": seconds, "answered_at": null, "ended_at": seconds + 20,
        "missed_call_reason": "no_available_agent", "number": {"digits": "+1 512-555-0142"}}})
        .to_string();
    add("aircall", JSON, &[], body);
    all
}

fn lent(headers: &[(String, String)]) -> Vec<(&str, &str)> {
    headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

#[test]
fn every_provider_is_believed_by_its_own_signature_once() {
    let workspace = hooked();
    let serving = Serving::start(&workspace);
    let before: DateTime<Utc> = now().parse().unwrap();
    let all = requests();
    for (provider, headers, body) in &all {
        let (status, text) = serving.post(provider, &lent(headers), body);
        assert_eq!(status, 200, "{provider}: {text}");
        let (status, text) = serving.post(provider, &lent(headers), body);
        assert_eq!(status, 200, "{provider}, again: {text}");
    }
    assert_eq!(journal(&workspace).lines().count(), all.len(), "what comes again is not kept again");
    let count = u64::try_from(all.len()).unwrap();
    eventually(|| touch_count(&workspace), |touches| *touches == count);
    let report = workspace.make_report(WAVE, &[]);
    for touch in touches(&report, "bluebonnet") {
        assert_eq!((&touch["from"], &touch["attributed_by"]), (&"+15125550100".into(), &"number".into()), "{touch}");
        let at: DateTime<Utc> = touch["at"].as_str().unwrap().parse().unwrap();
        let earliest = before - chrono::Duration::seconds(if touch["at_latest"].is_null() { 1 } else { 61 });
        assert!(at >= earliest, "the time is the payload's, or within the minute before: {touch}");
    }
    let kinds = |channel: &str| touches(&report, "bluebonnet").iter().filter(|touch| touch["channel"] == channel).count();
    assert_eq!((kinds("call"), kinds("voicemail"), kinds("sms")), (1, 1, 7), "{report:#}");
    let check = workspace.run(&["check", "--json"]);
    let said = |provider: &str| {
        let findings = check.json()["findings"].as_array().unwrap().clone();
        findings.iter().map(|finding| finding["say"].as_str().unwrap().to_owned()).find(|say| say.starts_with(provider)).unwrap()
    };
    assert!(said("quo").contains("4 came") && said("aircall").contains("2 came"), "{} {}", said("quo"), said("aircall"));
    for text in [journal(&workspace), workspace.spawned_err()] {
        assert!(!text.contains(&STANDARD.encode("me:hush")), "no secret is written down: {text}");
    }
}

#[test]
fn what_plivo_tells_of_the_end_of_a_call_narrows_when_it_began() {
    let workspace = hooked();
    let serving = Serving::start(&workspace);
    let post = |pairs: &[(&str, &str)]| {
        let mut sorted = pairs.to_vec();
        sorted.sort_unstable();
        let fields: String = sorted.iter().map(|(name, value)| format!("{name}{value}")).collect();
        let signed = mac(hmac::HMAC_SHA256, b"hush", &format!("{PUBLIC}/hooks/main/plivo?{fields}.n1"));
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        let headers = [("Content-Type", FORM), ("X-Plivo-Signature-V3", signed.as_str()), ("X-Plivo-Signature-V3-Nonce", "n1")];
        let (status, text) = serving.post("plivo", &headers, &body);
        assert_eq!(status, 200, "{text}");
    };
    let call = [("CallUUID", "c1"), ("From", "15125550100"), ("To", "15125550142"), ("Direction", "inbound")];
    let began = (Utc::now() - chrono::Duration::seconds(10)).format("%Y-%m-%d %H:%M:%S").to_string();
    let span = || {
        let report = workspace.make_report(WAVE, &[]);
        let all = touches(&report, "bluebonnet").clone();
        all.first().map(|touch| (all.len(), touch["at"].clone(), touch["at_latest"].clone()))
    };
    post(&[&call[..], &[("CallStatus", "ringing")]].concat());
    eventually(|| touch_count(&workspace), |touches| *touches == 1);
    let (_, at, latest) = span().unwrap();
    assert!(!latest.is_null(), "the request names no time: it lies in the minute before {at}");
    post(&[&call[..], &[("CallStatus", "completed"), ("Duration", "5"), ("StartTime", &began)]].concat());
    let exact = Value::from(format!("{}Z", began.replace(' ', "T")));
    eventually(span, |span| *span == Some((1, exact.clone(), Value::Null)));
}

/// The touches of an inquiry: whether a rehearsal's, and when it came.
fn held(workspace: &Workspace) -> Vec<(bool, DateTime<Utc>)> {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let opened = crickets::audit::Workspace::open(&workspace.path(), None, crickets::clock::Clock::system()).await.unwrap();
        let mut held: Vec<_> = opened.store.touches().await.unwrap().iter().map(|touch| (touch.rehearsal, touch.arrival.at)).collect();
        held.sort_unstable();
        opened.store.close().await;
        held
    })
}

#[test]
fn what_came_during_a_rehearsal_came_when_it_really_did() {
    let workspace = hooked();
    let (start, ahead) = (Utc::now(), chrono::TimeDelta::days(3));
    let later = (start + ahead).to_rfc3339();
    let rehearsal = Serving::start_with(&workspace, &["--now", &later]);
    // Twilio's names no moment; Telnyx's is signed with one of now.
    let all = requests();
    for (provider, headers, body) in all.iter().filter(|(provider, ..)| matches!(*provider, "twilio" | "telnyx")) {
        let (status, text) = rehearsal.post(provider, &lent(headers), body);
        assert_eq!(status, 200, "{provider}: {text}");
    }
    let rehearsed = eventually(|| held(&workspace), |held| held.len() == 2);
    assert!(rehearsed.iter().all(|(rehearsal, _)| *rehearsal), "{rehearsed:?}");
    assert!(rehearsed[1].1 >= start + ahead - chrono::TimeDelta::minutes(1), "the rehearsal's clock: {rehearsed:?}");
    drop(rehearsal);
    workspace.ok(&["watch", "--once"]);
    let real = held(&workspace);
    assert_eq!(real.len(), 2, "{real:?}");
    assert!(real.iter().all(|(rehearsal, at)| !rehearsal && *at <= Utc::now()), "{real:?}");
    // Nor does a later rehearsal take them back.
    workspace.ok(&["--now", &later, "watch", "--once"]);
    assert_eq!(held(&workspace), real);
}

#[test]
fn what_is_forged_is_refused_and_counted_and_nothing_of_it_is_kept() {
    let workspace = hooked();
    let serving = Serving::start(&workspace);
    for (provider, headers, body) in requests() {
        let bare: Vec<(&str, &str)> = lent(&headers).into_iter().filter(|(name, _)| *name == "Content-Type").collect();
        if provider != "aircall" {
            assert_eq!(serving.post(provider, &bare, &body).0, 403, "{provider}, unsigned");
        }
        // A login or a token in the body vouches for any body.
        let forged = match provider {
            "aircall" => body.replace("hush", "huss"),
            _ => body.replace("5550100", "5550199"),
        };
        let headers: Vec<(String, String)> = headers
            .into_iter()
            .map(|(name, value)| if provider == "bandwidth" { (name, value.replace("bWU6", "eW91")) } else { (name, value) })
            .collect();
        let (status, text) = serving.post(provider, &lent(&headers), &forged);
        assert_eq!(status, 403, "{provider}, forged: {text}");
    }
    assert_eq!(serving.post("ringcentral", &[], "{}").0, 404);
    assert_eq!(serving.send("POST", "/hooks/other/twilio", &[], "{}").0, 404);
    assert_eq!(serving.send("PUT", "/hooks/main/twilio", &[], "{}").0, 405);
    assert_eq!(serving.post("callrail", &[("Signature", "AAAA")], &"x".repeat((1 << 20) + 1)).0, 413);
    let looks = eventually(
        || workspace.json(&["status"])["coverage"]["phone.main"]["looks"].clone(),
        |looks| {
            looks.as_array().is_some_and(|looks| looks.iter().filter(|look| look["problem"].to_string().contains("refused")).count() == 8)
        },
    );
    let twilio = looks.as_array().unwrap().iter().find(|look| look["folder"] == "webhooks twilio").unwrap();
    assert!(twilio["problem"].as_str().unwrap().starts_with("2 requests were refused"), "{looks:#}");
    assert_eq!((journal(&workspace), touch_count(&workspace)), (String::new(), 0));
    let second = workspace.run(&["serve", "--bind", "127.0.0.1:0"]).expect(2);
    assert!(second.err.contains("another crickets serves this workspace"), "{}", second.err);
}

#[test]
fn a_kill_between_journal_and_store_loses_nothing() {
    let workspace = hooked();
    let serving = Serving::start(&workspace);
    // Whoever holds this lock reads the journal: nobody else does.
    let lock = std::fs::File::create(workspace.path().join(".crickets/journal.lock")).unwrap();
    lock.lock().unwrap();
    let all = requests();
    for (provider, headers, body) in &all {
        assert_eq!(serving.post(provider, &lent(headers), body).0, 200, "{provider}");
    }
    assert_eq!(touch_count(&workspace), 0);
    serving.process.signal("KILL");
    drop(serving);
    // A power cut in the middle of the next line.
    let folder = workspace.path().join(".crickets/journal");
    let file = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    std::fs::OpenOptions::new().append(true).open(&file).unwrap().write_all(b"{\"at\":\"20").unwrap();
    drop(lock);
    let count = u64::try_from(all.len()).unwrap();
    let once = workspace.json(&["watch", "--once"]);
    assert_eq!(touch_count(&workspace), count, "{once:#}");
    let serving = Serving::start(&workspace);
    for (provider, headers, body) in &all {
        assert_eq!(serving.post(provider, &lent(headers), body).0, 200, "{provider}, again after the restart");
    }
    let sms = [("MessageSid", "SM2"), ("From", "+15125550100"), ("Body", "One more")];
    let (form, signature) = twilio(&sms);
    assert_eq!(serving.post("twilio", &[("X-Twilio-Signature", &signature), ("Content-Type", FORM)], &form).0, 200);
    eventually(|| touch_count(&workspace), |touches| *touches == count + 1);
    assert_eq!(journal(&workspace).lines().count(), all.len() + 2, "the torn line stands between");
}

#[test]
fn a_webhook_for_a_phone_that_is_not_configured_is_read_when_it_is() {
    let sender = hooked();
    let serving = Serving::start(&sender);
    let (form, signature) = twilio(&[("MessageSid", "SM1"), ("From", "+15125550100"), ("To", "+15125550142"), ("Body", "Hello")]);
    assert_eq!(serving.post("twilio", &[("X-Twilio-Signature", &signature), ("Content-Type", FORM)], &form).0, 200);
    drop(serving);
    let workspace = asked_before();
    let folder = workspace.path().join(".crickets/journal");
    std::fs::create_dir_all(&folder).unwrap();
    for file in std::fs::read_dir(sender.path().join(".crickets/journal")).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), folder.join(file.file_name())).unwrap();
    }
    let config = std::fs::read_to_string(workspace.path().join("crickets.toml")).unwrap();
    workspace.write("crickets.toml", &config.replace("[phone.main]", "[phone.spare]"));
    let run = workspace.run(&["watch", "--once"]).expect(1);
    assert!(run.err.contains("crickets.toml names no such phone"), "{}", run.err);
    workspace.ok(&["watch", "--once"]);
    assert_eq!(touch_count(&workspace), 0, "it is told once");
    workspace.write("crickets.toml", &config);
    workspace.ok(&["watch", "--once"]);
    assert_eq!(touch_count(&workspace), 1);
    workspace.ok(&["watch", "--once"]);
    assert_eq!(touch_count(&workspace), 1);
}

#[test]
fn a_call_that_comes_in_gets_a_tone_and_its_events_are_one_call() {
    let workspace = hooked();
    let serving = Serving::start(&workspace);
    let call = |more: &[(&str, &str)]| {
        let mut fields = vec![("CallSid", "CA1"), ("From", "+15125550100"), ("To", "+15125550142"), ("Direction", "inbound")];
        fields.extend(more);
        let (form, signature) = twilio(&fields);
        serving.post("twilio", &[("X-Twilio-Signature", &signature), ("Content-Type", FORM)], &form)
    };
    let (status, script) = call(&[("CallStatus", "ringing")]);
    assert!(status == 200 && script.contains("<Record "), "{script}");
    let (_, script) = call(&[("CallStatus", "in-progress"), ("RecordingSid", "RE1"), ("RecordingDuration", "4")]);
    assert!(script.ends_with("<Response/>"), "{script}");
    let stamp = Utc::now().to_rfc2822();
    call(&[("CallStatus", "completed"), ("CallDuration", "5"), ("Timestamp", &stamp), ("CallbackSource", "call-progress-events")]);
    call(&[("RecordingSid", "RE1"), ("TranscriptionText", "This is Amy of Bluebonnet."), ("TranscriptionSid", "TR1")]);
    let seen = eventually(
        || {
            let report = workspace.make_report(WAVE, &[]);
            let mut seen: Vec<String> =
                touches(&report, "bluebonnet").iter().map(|touch| touch["channel"].as_str().unwrap().to_owned()).collect();
            seen.sort();
            seen
        },
        |seen| seen.len() == 2,
    );
    assert_eq!(seen, ["call", "voicemail"]);
    eventually(
        || std::fs::read_to_string(workspace.path().join("spawned.out")).unwrap(),
        |out| out.contains("\"grown\":1") || out.contains("\"grown\":2"),
    );
}
