//! Twilio's REST API (2010-04-01): the calls, texts, recordings and transcripts of a number, page by page. Takes an account and a moment,
//! gives the pages as they came; they are read as any JSON of Twilio is. All pages or none: what is not whole proves nothing. Its filters
//! know whole days of UTC, so one day more is asked for.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::{StatusCode, header};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use url::Url;

use super::{CollectError, root_cause};
use crate::config::leads_here;

/// How long one answer may take.
const TIME: Duration = Duration::from_secs(30);
/// The most that is read of an answer.
const MOST: usize = 32 << 20;
/// Pages of one list; 200,000 calls.
const PAGES: usize = 200;
/// Records of a page.
const PAGE_SIZE: &str = "1000";
/// How often an answer that says "later" is asked for again, and how long is waited at most.
const TRIES: u32 = 4;
const WAIT: Duration = Duration::from_mins(1);

/// An account, and the number whose records are wanted.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its id.
    pub account: String,
    /// Its auth token.
    pub token: SecretString,
    /// The number, E.164.
    pub number: String,
    /// Where the API is.
    pub url: Url,
}

impl Account {
    /// The host of the API.
    #[must_use]
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    fn fault(&self, what: &'static str, reason: impl Into<String>) -> CollectError {
        CollectError::Service { host: self.host().to_owned(), what, reason: reason.into() }
    }

    fn list(&self, list: &str) -> Result<Url, CollectError> {
        let path = format!("/2010-04-01/Accounts/{}{list}.json", self.account);
        self.url.join(&path).map_err(|error| self.fault("the account", error.to_string()))
    }
}

/// A list of the API: its path, what it holds, by what it is filtered.
type List<'a> = (&'a str, &'static str, Vec<(&'a str, &'a str)>);

/// Every page about the number since `from`, one after the other.
///
/// # Errors
/// When the login is refused, or a page does not come.
pub async fn pages(account: &Account, from: DateTime<Utc>) -> Result<Vec<u8>, CollectError> {
    let client = client(account)?;
    let day = (from - TimeDelta::days(1)).format("%Y-%m-%d").to_string();
    let mut all = Vec::new();
    let to = ("To", account.number.as_str());
    let lists: [List<'_>; 4] = [
        ("/Calls", "the calls", vec![to, ("StartTime>", &day)]),
        ("/Messages", "the texts", vec![to, ("DateSent>", &day)]),
        ("/Recordings", "the recordings", vec![("DateCreated>", &day)]),
        // Transcripts cannot be asked for by day.
        ("/Transcriptions", "the transcripts", Vec::new()),
    ];
    for (list, what, filters) in lists {
        let mut next = account.list(list)?;
        next.query_pairs_mut().extend_pairs(filters).append_pair("PageSize", PAGE_SIZE);
        for page in 1.. {
            if page > PAGES {
                return Err(account.fault(what, format!("there are over {PAGES} pages")));
            }
            let Some(bytes) = get(&client, account, &next, what).await? else { break };
            let body: Value = serde_json::from_slice(&bytes).map_err(|error| account.fault(what, format!("it is no JSON: {error}")))?;
            all.extend_from_slice(&bytes);
            all.push(b'\n');
            let Some(following) = body.get("next_page_uri").and_then(Value::as_str).filter(|uri| !uri.is_empty()) else { break };
            if list == "/Transcriptions" && all_before(&body, from - TimeDelta::days(1)) {
                break;
            }
            let following = account.url.join(following).map_err(|error| account.fault(what, error.to_string()))?;
            // The token goes to nobody else.
            if following.origin() != account.url.origin() || following == next {
                return Err(account.fault(what, format!("its next page is {following}, which cannot be")));
            }
            next = following;
        }
    }
    Ok(all)
}

/// Whether the account holds the number: of one that is mistyped or was given back, every list is empty.
///
/// # Errors
/// When that is not told: a key of few rights reads calls and texts, and not this.
pub async fn holds(account: &Account) -> Result<bool, CollectError> {
    let what = "the numbers of the account";
    let mut list = account.list("/IncomingPhoneNumbers")?;
    list.query_pairs_mut().append_pair("PhoneNumber", &account.number);
    let bytes = get(&client(account)?, account, &list, what).await?.unwrap_or_default();
    let body: Value = serde_json::from_slice(&bytes).map_err(|error| account.fault(what, format!("it is no JSON: {error}")))?;
    let numbers = body.get("incoming_phone_numbers").and_then(Value::as_array);
    let numbers = numbers.ok_or_else(|| account.fault(what, "it lists none"))?;
    Ok(numbers.iter().any(|number| number.get("phone_number").and_then(Value::as_str) == Some(account.number.as_str())))
}

/// Whether every transcript of a page is older: the lists begin with the newest.
fn all_before(body: &Value, from: DateTime<Utc>) -> bool {
    let created = |item: &Value| {
        let text = item.get("date_created")?.as_str()?;
        DateTime::parse_from_rfc2822(text).ok().map(|at| at.to_utc())
    };
    let all = body.get("transcriptions").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    !all.is_empty() && all.iter().all(|item| created(item).is_some_and(|at| at < from))
}

/// Logs in and gives the account's name and standing.
///
/// # Errors
/// When the login is refused or the API does not answer.
pub async fn check_login(account: &Account) -> Result<String, CollectError> {
    let what = "the account";
    let body = get(&client(account)?, account, &account.list("")?, what).await?.unwrap_or_default();
    let body: Value = serde_json::from_slice(&body).map_err(|error| account.fault(what, format!("it is no JSON: {error}")))?;
    let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or("unknown").to_owned();
    match text("status").as_str() {
        "suspended" | "closed" => Err(account.fault(what, format!("it is {}", text("status")))),
        status => Ok(format!("{}, {status}", text("friendly_name"))),
    }
}

fn client(account: &Account) -> Result<reqwest::Client, CollectError> {
    // Idempotent; the only other outcome is that one is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).retry(reqwest::retry::never()).timeout(TIME);
    if leads_here(&account.url) {
        builder = builder.no_proxy();
    }
    builder.build().map_err(|error| account.fault("the account", root_cause(&error)))
}

/// One answer; asked for again while the API says that it is busy. `None` where a list does not exist there.
async fn get(client: &reqwest::Client, account: &Account, url: &Url, what: &'static str) -> Result<Option<Vec<u8>>, CollectError> {
    let mut wait = Duration::from_secs(1);
    let mut last = String::new();
    for attempt in 1..=TRIES {
        let asked = client
            .get(url.clone())
            .basic_auth(&account.account, Some(account.token.expose_secret()))
            .header(header::ACCEPT, "application/json")
            .send()
            .await;
        match asked {
            Ok(response) if response.status().is_success() => return read(response, account, what).await.map(Some),
            Ok(response) => {
                let status = response.status();
                if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
                    return Err(CollectError::Login {
                        host: account.host().to_owned(),
                        user: account.account.clone(),
                        reason: format!("it answers {status}; look at `account` and `token`"),
                    });
                }
                if status == StatusCode::NOT_FOUND && what == "the transcripts" {
                    return Ok(None);
                }
                if status != StatusCode::TOO_MANY_REQUESTS && !status.is_server_error() {
                    return Err(account.fault(what, format!("it answers {status}")));
                }
                let after = response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
                wait = after.map_or(wait, Duration::from_secs).min(WAIT);
                last = format!("it answers {status}");
            }
            Err(error) => last = root_cause(&error),
        }
        if attempt < TRIES {
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(WAIT);
        }
    }
    Err(account.fault(what, format!("{last}, {TRIES} times")))
}

async fn read(mut response: reqwest::Response, account: &Account, what: &'static str) -> Result<Vec<u8>, CollectError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| account.fault(what, root_cause(&error)))? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > MOST {
            return Err(account.fault(what, "a page is longer than 32 MB"));
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_old_transcripts_is_the_last() {
        let from = "2026-11-02T00:00:00Z".parse().unwrap();
        for (dates, want) in [
            (&["Sun, 01 Nov 2026 10:00:00 +0000"][..], true),
            (&["Sun, 01 Nov 2026 10:00:00 +0000", "Mon, 02 Nov 2026 10:00:00 +0000"], false),
            (&["soon"], false),
            (&[], false),
        ] {
            let all: Vec<Value> = dates.iter().map(|date| serde_json::json!({"date_created": date})).collect();
            assert_eq!(all_before(&serde_json::json!({"transcriptions": all}), from), want, "{dates:?}");
        }
    }
}
