//! After the press: waits for the answer until nothing happens any more, and keeps it: the exchanges, the final page of every
//! frame, the picture, and the list of what went out.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::super::http::{Client, Exchange, SendFault};
use super::super::outcome::Outcome;
use super::super::prepare::Prepared;
use super::driver::Visit;
use super::network::Record;
use super::plan::{self, Ready};
use super::snapshot;
use super::{BrowserFault, Piece, Rendered};

/// How long an answer is waited for.
const ANSWER: Duration = Duration::from_secs(25);
/// How long nothing must have happened for the answer to be complete.
const CALM: Duration = Duration::from_millis(1_200);

/// What Chromium says of a request that was never on its way.
const NEVER_LEFT: [&str; 6] = [
    "ERR_NAME_NOT_RESOLVED",
    "ERR_CONNECTION_REFUSED",
    "ERR_INTERNET_DISCONNECTED",
    "ERR_ADDRESS_UNREACHABLE",
    "ERR_BLOCKED_BY_CLIENT",
    "ERR_CERT_",
];

/// How far a submission came.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// Keys went to the page.
    pub(super) typed: bool,
    /// Where the traffic of the first press begins.
    pub(super) first_press: Option<usize>,
    pub(super) pieces: Vec<Piece>,
    pub(super) exchanges: Vec<Exchange>,
    /// Where it ended before the press.
    pub(super) stopped: Option<Outcome>,
    pub(super) pressed_at: Option<DateTime<Utc>>,
    pub(super) rendered: Option<Rendered>,
    pub(super) answered_at: Option<DateTime<Utc>>,
    /// The request that carried the inquiry broke off.
    pub(super) fault: Option<SendFault>,
    /// A phone number, and texts to it, over all steps.
    pub(super) offered: (bool, bool),
}

impl Progress {
    /// Keeps a picture, in place of an earlier one of its name.
    pub(super) fn take(&mut self, role: &str, picture: Result<Vec<u8>, BrowserFault>, at: DateTime<Utc>) {
        match picture {
            Ok(bytes) => {
                self.pieces.retain(|piece| piece.role != role);
                self.pieces.push(Piece { role: role.to_owned(), bytes, at });
            }
            Err(fault) => tracing::warn!(%fault, role, "a picture is missing"),
        }
    }
}

/// Waits until nothing has happened for a while.
pub(super) async fn calm(visit: &Visit, limit: Duration, quiet: Duration) -> Result<(), BrowserFault> {
    let start = Instant::now();
    let (mut last, mut changed) = (Value::Null, Instant::now());
    while start.elapsed() < limit {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let now = state(visit).await;
        let open = visit.traffic.lock().await.open();
        if now != last || open > 0 {
            (last, changed) = (now, Instant::now());
        }
        if changed.elapsed() >= quiet {
            break;
        }
    }
    Ok(())
}

/// What would change with an answer.
async fn state(visit: &Visit) -> Value {
    let _ = visit.listen().await;
    let _ = visit.enter(&[]).await;
    let script = "return [location.href, document.readyState, document.body ? document.body.innerText.length : 0]";
    let page = visit.script("look at the page", script, Vec::new()).await.unwrap_or(Value::Null);
    json!([page, visit.traffic.lock().await.records.len()])
}

/// Waits for the answer, and keeps it.
pub(super) async fn settle(
    client: &Client,
    prepared: &Prepared,
    ready: &Ready,
    progress: &mut Progress,
    way: &[u16],
    mark: usize,
) -> Result<(), BrowserFault> {
    let visit = &ready.visit;
    let start = Instant::now();
    let (mut last, mut changed) = (Value::Null, Instant::now());
    while start.elapsed() < ANSWER {
        tokio::time::sleep(Duration::from_millis(250)).await;
        let now = state(visit).await;
        let traffic = visit.traffic.lock().await;
        if now != last || traffic.open() > 0 {
            (last, changed) = (now, Instant::now());
        }
        let answered = traffic.submission(mark, &ready.alias).is_some();
        if changed.elapsed() >= CALM
            && (answered && start.elapsed() > Duration::from_millis(1_500) || start.elapsed() > Duration::from_secs(6))
        {
            break;
        }
    }
    // Such an answer is neither kept nor believed.
    visit.guard().await?;
    let at = client.now();
    progress.answered_at = Some(at);
    // Before another window is entered: the browser gives bodies only of the window it is in.
    let (by_script, certain) = evidence(visit, prepared, ready, progress, mark).await;
    let requests = {
        let traffic = visit.traffic.lock().await;
        // One that was left out counts.
        traffic.records.iter().skip(mark).filter(|record| record.matters()).count() + usize::from(traffic.full)
    };
    let window = visit.newest_window().await.unwrap_or(false);
    if window {
        calm(visit, Duration::from_secs(8), CALM).await?;
    }
    let scenes = snapshot::scenes(visit).await?;
    let main = scenes.iter().position(|scene| scene.way == way).unwrap_or(0);
    progress.take("screenshot after", visit.screenshot().await, at);
    for (place, scene) in scenes.iter().enumerate().filter(|(place, _)| *place == main || *place == 0) {
        let role = if place == main { "answer dom" } else { "answer dom top" };
        progress.pieces.push(Piece { role: role.to_owned(), bytes: scene.html.clone().into_bytes(), at });
    }
    if let Some(mut page) = snapshot::whole(&scenes, main) {
        for said in visit.dialogs() {
            page.text.push(' ');
            page.text.push_str(&said);
            page.lines.push('\n');
            page.lines.push_str(&said);
        }
        progress.rendered = Some(Rendered { page, by_script, requests, certain, window });
    }
    tracing::debug!(url = %prepared.page.url, requests, by_script, "the answer was read");
    Ok(())
}

/// The submission and its redirects as exchanges, and the list of all that went out. Tells whether a script sent it, and
/// whether it is certain that this was it.
async fn evidence(visit: &Visit, prepared: &Prepared, ready: &Ready, progress: &mut Progress, mark: usize) -> (bool, bool) {
    let at = progress.answered_at.unwrap_or_default();
    let wanted: Vec<usize> = {
        let traffic = visit.traffic.lock().await;
        let records = traffic.records.iter().enumerate().skip(mark);
        records.filter(|(_, record)| record.matters() && !record.moved && record.status.is_some()).map(|(at, _)| at).take(20).collect()
    };
    for place in wanted {
        let body = visit.body(place).await;
        if let Some(record) = visit.traffic.lock().await.records.get_mut(place) {
            record.body = body;
        }
    }
    let traffic = visit.traffic.lock().await;
    let (base, zero) = ready.clock;
    let lines: String = traffic.records.iter().skip(mark).map(Record::line).collect();
    if !lines.is_empty() {
        progress.pieces.push(Piece { role: "traffic".to_owned(), bytes: lines.into_bytes(), at });
    }
    let hosts: Vec<&str> = [&prepared.page.url, &prepared.request.url].into_iter().filter_map(url::Url::host_str).collect();
    let certain = traffic.submission(mark, &ready.alias);
    let Some(submission) = certain.or_else(|| traffic.likely(mark, &hosts)) else { return (false, false) };
    let chain = traffic.chain(submission);
    let steps = chain.iter().enumerate().filter_map(|(step, place)| Some((step, traffic.records.get(*place)?)));
    progress.exchanges = steps.map(|(step, record)| record.exchange(plan::label(step), base, zero)).collect();
    let answered = progress.exchanges.iter().rev().find(|exchange| exchange.status.is_some()).map(|exchange| exchange.ended_at);
    progress.answered_at = answered.or(progress.answered_at);
    let broken = chain.last().and_then(|place| traffic.records.get(*place)).filter(|record| record.status.is_none());
    progress.fault = broken.and_then(|record| Some((record, record.fault.as_deref()?))).map(|(record, fault)| SendFault {
        // Where nobody knows which request it was, another may have arrived.
        possibly_sent: certain.is_none() || chain.len() > 1 || !NEVER_LEFT.iter().any(|known| fault.contains(known)),
        message: format!("could not reach {}: {fault}", record.url),
    });
    let own = traffic.frame_of(&prepared.page.url);
    let by_script = |record: &Record| record.kind != "Document" || own.is_some() && record.frame.as_deref() != own;
    (traffic.records.get(submission).is_some_and(by_script), certain.is_some())
}
