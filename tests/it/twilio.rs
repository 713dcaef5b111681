//! Twilio's API, served on loopback: pages, busy answers, refused logins, a next page that leads elsewhere; recorded samples and made-up
//! calls; and one call told by API and webhook, which is one touch.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Duration, SecondsFormat, Utc};
use serde_json::{Value, json};

use crate::import::WAVE;
use crate::webhooks::{Serving, asked_before, twilio};
use crate::workspace::{Workspace, eventually, touches};

const ACCOUNT: &str = "AC00000000000000000000000000000001";

/// What the API holds and has seen.
#[derive(Default)]
struct Held {
    calls: Vec<Value>,
    messages: Vec<Value>,
    recordings: Vec<Value>,
    transcriptions: Vec<Value>,
    /// Numbers that the account does not hold.
    released: Vec<&'static str>,
    /// Answers 429 so many times first.
    busy: usize,
    /// What the first page of calls names as its next.
    leads_to: Option<String>,
    asked: Vec<String>,
}

struct Api {
    port: u16,
    held: Arc<Mutex<Held>>,
    _runtime: tokio::runtime::Runtime,
}

impl Api {
    fn start(held: Held) -> Self {
        let held = Arc::new(Mutex::new(held));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let port = listener.local_addr().unwrap().port();
        let router = Router::new().fallback(answer).with_state(Arc::clone(&held));
        runtime.spawn(async move { axum::serve(listener, router).await });
        Self { port, held, _runtime: runtime }
    }

    fn line(&self, token: &str) -> String {
        format!(
            "twilio = {{ account = \"{ACCOUNT}\", token = {{ command = \"printf {token}\" }}, url = \"http://127.0.0.1:{}\" }}",
            self.port
        )
    }
}

/// Two records a page; the filters are noted and not applied, as if they knew whole days.
async fn answer(State(held): State<Arc<Mutex<Held>>>, request: Request) -> Response {
    let mut held = held.lock().unwrap();
    let login = request.headers().get("authorization").map(|value| value.to_str().unwrap().to_owned());
    if login != Some(format!("Basic {}", STANDARD.encode(format!("{ACCOUNT}:hush")))) {
        return (StatusCode::UNAUTHORIZED, "{\"code\":20003}").into_response();
    }
    if held.busy > 0 {
        held.busy -= 1;
        return (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "0")], "{}").into_response();
    }
    let (path, query) = (request.uri().path().to_owned(), request.uri().query().unwrap_or_default().to_owned());
    held.asked.push(format!("{path}?{query}"));
    let page: usize = query.split('&').find_map(|pair| pair.strip_prefix("Page=")).map_or(0, |page| page.parse().unwrap());
    let (name, all) = match path.rsplit('/').next().unwrap() {
        "IncomingPhoneNumbers.json" => {
            let number = url::form_urlencoded::parse(query.as_bytes()).find_map(|(key, value)| (key == "PhoneNumber").then_some(value));
            let held = number.filter(|number| !held.released.contains(&number.as_ref()));
            let list: Vec<_> = held.iter().map(|number| json!({"sid": "PN1", "phone_number": number})).collect();
            return json!({"incoming_phone_numbers": list, "next_page_uri": null}).to_string().into_response();
        }
        "Calls.json" => ("calls", &held.calls),
        "Messages.json" => ("messages", &held.messages),
        "Recordings.json" => ("recordings", &held.recordings),
        "Transcriptions.json" => ("transcriptions", &held.transcriptions),
        _ => return json!({"friendly_name": "Acme Coaching", "status": "active"}).to_string().into_response(),
    };
    let items: Vec<&Value> = all.iter().skip(page * 2).take(2).collect();
    let next = (all.len() > (page + 1) * 2).then(|| format!("{path}?PageSize=2&Page={}", page + 1));
    let next = held.leads_to.clone().filter(|_| name == "calls").or(next);
    json!({ name: items, "page": page, "page_size": 2, "next_page_uri": next }).to_string().into_response()
}

fn rfc(at: DateTime<Utc>) -> String {
    at.format("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

fn call(sid: &str, at: DateTime<Utc>, more: &Value) -> Value {
    let mut call = json!({"sid": sid, "date_created": rfc(at), "start_time": rfc(at), "end_time": rfc(at), "status": "completed", "duration": "12",
        "direction": "inbound", "from": "+15125550100", "to": "+15125550142", "parent_call_sid": null, "forwarded_from": null});
    call.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    call
}

fn message(sid: &str, at: DateTime<Utc>, body: &str) -> Value {
    json!({"sid": sid, "date_created": rfc(at), "date_sent": rfc(at), "status": "received", "direction": "inbound", "from": "+15125550100",
        "to": "+15125550142", "body": body, "num_media": "0"})
}

/// The records of a recorded answer.
fn recorded(file: &str, list: &str) -> Vec<Value> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/phone/twilio_rest_json").join(file);
    let Ok(bytes) = std::fs::read(&path) else {
        println!("left out: {} is not here", path.display());
        return Vec::new();
    };
    serde_json::from_slice::<Value>(&bytes).unwrap()[list].as_array().unwrap().clone()
}

fn phone(workspace: &Workspace) -> Value {
    workspace.json(&["status"])["coverage"]["phone.main"].clone()
}

#[test]
fn all_pages_are_read_and_the_phone_is_watched_up_to_then() {
    let mut workspace = asked_before();
    let at = Utc::now();
    let mut held = Held { busy: 2, ..Held::default() };
    held.calls = recorded("calls__get__readFullPage2.json", "calls");
    held.calls.extend([
        call("CA1", at, &json!({})),
        call("CA2", at, &json!({"parent_call_sid": "CA1", "direction": "outbound-dial"})),
        call("CA3", at, &json!({"direction": "outbound-api", "from": "+15125550142", "to": "+15125550100"})),
        call("CA4", at - Duration::days(20), &json!({})),
        call("CA5", at, &json!({"status": "no-answer", "duration": "", "end_time": null})),
    ]);
    held.messages = vec![message("SM1", at, "Hello"), message("SM2", at, "Hello again"), message("SM3", at, "And once more")];
    held.recordings = recorded("recordings__get__readFull.json", "recordings");
    held.recordings.push(
        json!({"sid": "RE1", "call_sid": "CA5", "date_created": rfc(at), "start_time": rfc(at), "duration": "9", "status": "completed"}),
    );
    held.transcriptions =
        vec![json!({"sid": "TR1", "recording_sid": "RE1", "transcription_text": "Amy of Bluebonnet here", "date_created": rfc(at)})];
    let api = Api::start(held);
    workspace.configure(&api.line("hush"));
    let sent_at: DateTime<Utc> = workspace.inquiry(WAVE, "bluebonnet")["sent_at"].as_str().unwrap().parse().unwrap();
    let start = Utc::now();
    let once = workspace.json(&["watch", "--once"]);
    let source = once["sources"].as_array().unwrap().iter().find(|source| source["source"] == "phone.main").unwrap().clone();
    assert_eq!((&source["new"], &source["problems"]), (&6.into(), &json!([])), "{once:#}");
    let report = workspace.make_report(WAVE, &[]);
    let mut seen: Vec<&str> = touches(&report, "bluebonnet").iter().map(|touch| touch["channel"].as_str().unwrap()).collect();
    seen.sort_unstable();
    assert_eq!(seen, ["call", "call", "sms", "sms", "sms", "voicemail"]);
    let to: DateTime<Utc> = phone(&workspace)["covered"][0]["to"].as_str().unwrap().parse().unwrap();
    assert!(to >= start - Duration::milliseconds(1) && to <= Utc::now(), "{to}");
    {
        let held = api.held.lock().unwrap();
        // Two weeks before the inquiry, and a day for whatever zone the service counts its days in.
        let day = (sent_at - Duration::days(15)).format("%Y-%m-%d");
        let first = held.asked.iter().find(|asked| asked.contains("/Calls.json")).unwrap();
        assert!(first.contains(&format!("StartTime%3E={day}")) && first.contains("To=%2B15125550142"), "{first}");
        assert!(held.asked.iter().any(|asked| asked.contains("/Messages.json?PageSize=2&Page=1")), "{:?}", held.asked);
        assert!(held.calls.len() > 5 || held.asked.iter().filter(|asked| asked.contains("/Calls.json")).count() == 3);
    }
    let again = workspace.json(&["watch", "--once"]);
    let source = again["sources"].as_array().unwrap().iter().find(|source| source["source"] == "phone.main").unwrap();
    assert_eq!((&source["new"], &source["grown"], &source["known"]), (&0.into(), &0.into(), &6.into()), "{again:#}");
    let check = workspace.run(&["check"]);
    assert!(check.out.contains("phone.main twilio: logged in to 127.0.0.1: Acme Coaching, active"), "{}", check.out);
}

#[test]
fn what_a_rehearsal_asked_is_asked_again_for_real() {
    let mut workspace = asked_before();
    let at = Utc::now();
    let api = Api::start(Held { calls: vec![call("CA1", at, &json!({}))], messages: vec![message("SM1", at, "Hello")], ..Held::default() });
    workspace.configure(&api.line("hush"));
    let later = (Utc::now() + Duration::days(3)).to_rfc3339();
    workspace.ok(&["--now", &later, "watch", "--once"]);
    assert_eq!(workspace.rehearsed(), [true, true]);
    assert_eq!(phone(&workspace)["covered"], json!([]), "a rehearsal watches no real phone");
    workspace.ok(&["watch", "--once"]);
    assert_eq!(workspace.rehearsed(), [false, false]);
    let to: DateTime<Utc> = phone(&workspace)["covered"][0]["to"].as_str().unwrap().parse().unwrap();
    assert!(to <= Utc::now(), "{to}");
    // Nor does a later rehearsal take them back.
    api.held.lock().unwrap().calls.push(call("CA2", at + Duration::days(3), &json!({})));
    workspace.ok(&["--now", &later, "watch", "--once"]);
    assert_eq!(workspace.rehearsed(), [false, false, true]);
}

#[test]
fn what_does_not_come_whole_proves_nothing_and_is_told() {
    let mut workspace = asked_before();
    let api = Api::start(Held::default());
    let config = std::fs::read_to_string(workspace.path().join("crickets.toml")).unwrap();
    workspace.configure(&api.line("wrong"));
    let run = workspace.run(&["watch", "--once"]).expect(1);
    assert!(run.err.contains(&format!("could not log in to 127.0.0.1 as {ACCOUNT}: it answers 401")), "{}", run.err);
    assert!(phone(&workspace)["covered"].as_array().unwrap().is_empty());
    let check = workspace.run(&["check"]).expect(1);
    assert!(check.out.contains("FAULT  phone.main twilio: could not log in"), "{}", check.out);

    workspace.write("crickets.toml", &format!("{config}\n{}\n", api.line("hush")));
    let elsewhere = Api::start(Held::default());
    for (next, words) in [
        (format!("http://127.0.0.1:{}/2010-04-01/Accounts/{ACCOUNT}/Calls.json", elsewhere.port), "which cannot be"),
        ("/2010-04-01/none".to_owned(), ""),
    ] {
        api.held.lock().unwrap().leads_to = Some(next);
        let run = workspace.run(&["watch", "--once"]);
        assert!(run.err.contains(words), "{}", run.err);
    }
    assert!(elsewhere.held.lock().unwrap().asked.is_empty(), "the token goes nowhere else");
    {
        let mut held = api.held.lock().unwrap();
        (held.leads_to, held.busy) = (None, 1_000);
    }
    let run = workspace.run(&["watch", "--once"]).expect(1);
    assert!(run.err.contains("could not read the calls from 127.0.0.1: it answers 429 Too Many Requests, 4 times"), "{}", run.err);
    api.held.lock().unwrap().busy = 0;
    workspace.ok(&["watch", "--once"]);
    assert_eq!(phone(&workspace)["covered"].as_array().unwrap().len(), 1);
}

#[test]
fn a_call_told_by_webhook_and_api_is_one_touch_at_the_moment_of_the_api() {
    let mut workspace = asked_before();
    let api = Api::start(Held::default());
    workspace.configure(&api.line("hush"));
    let serving = Serving::start(&workspace);
    let at = Utc::now();
    for fields in [
        &[("CallSid", "CA1"), ("From", "+15125550100"), ("To", "+15125550142"), ("Direction", "inbound"), ("CallStatus", "ringing")][..],
        &[("MessageSid", "SM1"), ("From", "+15125550100"), ("To", "+15125550142"), ("Body", "Hello")],
    ] {
        let (form, signature) = twilio(fields);
        let headers = [("X-Twilio-Signature", signature.as_str()), ("Content-Type", "application/x-www-form-urlencoded")];
        assert_eq!(serving.post("twilio", &headers, &form).0, 200, "the token of the API is that of the signature");
    }
    let seen = || {
        let report = workspace.make_report(WAVE, &[]);
        let times = |touch: &Value| (touch["channel"].as_str().unwrap().to_owned(), touch["at"].clone(), touch["at_latest"].is_null());
        let mut seen: Vec<_> = touches(&report, "bluebonnet").iter().map(times).collect();
        seen.sort_by(|a, b| a.0.cmp(&b.0));
        seen
    };
    let before = eventually(seen, |seen| seen.len() == 2);
    assert!(before.iter().all(|(_, _, exact)| !exact), "a webhook names no time: {before:?}");
    {
        let mut held = api.held.lock().unwrap();
        (held.calls, held.messages) = (vec![call("CA1", at, &json!({}))], vec![message("SM1", at, "Hello")]);
    }
    let once = workspace.json(&["watch", "--once"]);
    let source = once["sources"].as_array().unwrap().iter().find(|source| source["source"] == "phone.main").unwrap();
    assert_eq!((&source["new"], &source["grown"]), (&0.into(), &2.into()), "{once:#}");
    let whole = Value::from(at.to_rfc3339_opts(SecondsFormat::Secs, true));
    let after = seen();
    assert!(after.len() == 2 && after.iter().all(|(_, at, exact)| *exact && *at == whole), "{after:?} {whole}");
}

#[test]
fn a_number_that_the_account_does_not_hold_is_not_watched() {
    let mut workspace = asked_before();
    let api = Api::start(Held { calls: vec![call("CA1", Utc::now(), &json!({}))], ..Held::default() });
    let config = std::fs::read_to_string(workspace.path().join("crickets.toml")).unwrap();
    workspace.configure(&api.line("hush"));
    let covered = |workspace: &Workspace| phone(workspace)["covered"].as_array().unwrap().len();
    api.held.lock().unwrap().released = vec!["+15125550142"];
    let run = workspace.run(&["watch", "--once"]).expect(1);
    assert!(run.err.contains(&format!("{ACCOUNT} does not hold +15125550142")), "{}", run.err);
    assert_eq!((covered(&workspace), workspace.inquiry(WAVE, "bluebonnet")["touches"].as_u64()), (0, Some(1)), "what came stays");
    let check = workspace.run(&["check"]).expect(1);
    assert!(check.out.contains("FAULT  phone.main twilio: could not watch phone.main at Twilio"), "{}", check.out);

    // Held, and not the number that the builders were given.
    let line = api.line("hush").replace("twilio = {", "twilio = { number = \"+15125550177\",");
    workspace.write("crickets.toml", &format!("{config}\n{line}\n"));
    let run = workspace.run(&["watch", "--once"]).expect(1);
    assert!(run.err.contains("is +15125550177, and the phone's is +15125550142"), "{}", run.err);
    assert_eq!(covered(&workspace), 0);
    workspace.run(&["check"]).expect(1);

    workspace.write("crickets.toml", &format!("{config}\n{}\n", api.line("hush")));
    api.held.lock().unwrap().released.clear();
    workspace.ok(&["watch", "--once"]);
    assert_eq!(covered(&workspace), 1);
}
