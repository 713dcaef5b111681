//! `crickets probe URL…`.

use std::fmt::Write as _;

use clap::Args;
use futures::StreamExt;
use serde_json::{Value, json};
use url::Url;

use super::output::table;
use super::shop::progress;
use super::{Context, DONE, Ended, FAILED};
use crate::audit::{AuditError, Prober};
use crate::submit::Outcome;
use crate::submit::fields::Role;
use crate::submit::probe::{Probed, ProbedField, ProbedForm, Way};
use crate::submit::readiness::Findings;

/// Look at a site: its form, what would go in, and how ready it is
///
/// Finds the inquiry form from the address given, with at most 12 page loads and robots.txt respected. Pages are only looked
/// at: nothing is sent. `--save` drafts shops/NAME.toml in the workspace, with what the site tells of its hours, phones, domains
/// and time zone; what it does not tell is marked CONFIRM. Works without a workspace when nothing is saved.
#[derive(Debug, Args)]
pub(super) struct ProbeArgs {
    /// Home pages, or pages with a form; `https://` may be left out.
    #[arg(required = true, value_name = "URL", value_parser = address)]
    url: Vec<Url>,
    /// Write a shop file for each site.
    #[arg(long)]
    save: bool,
    /// Write over a shop file that is there.
    #[arg(long, requires = "save")]
    force: bool,
    /// Who would ask, by name in crickets.toml; by default the first there, or an example.
    #[arg(long, value_name = "NAME")]
    persona: Option<String>,
    /// The community that the question would be about.
    #[arg(long, value_name = "NAME")]
    community: Option<String>,
}

/// An address on the command line.
fn address(text: &str) -> Result<Url, String> {
    let whole = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let good = |url: &Url| matches!(url.scheme(), "http" | "https") && url.has_host();
    Url::parse(&whole).ok().filter(good).ok_or_else(|| "write it as https://www.builder.example/".to_owned())
}

pub(super) async fn run(command: ProbeArgs, context: &Context) -> Ended {
    let root = match context.root() {
        Ok(root) => Some(root),
        // A workspace that was named and is none is a mistake; no workspace at all is not, unless it is to be written into.
        Err(AuditError::NoWorkspace(_)) if !command.save => None,
        Err(error) => return Err(error),
    };
    let scout = Prober::new(root.as_deref(), command.persona.as_deref(), command.community.as_deref(), context.clock.clone())?;
    let mut looks = futures::stream::iter(command.url.iter().cloned())
        .map(|url| {
            let scout = scout.clone();
            // A task of its own: a page that is slow to read must not hold up the others.
            tokio::spawn(async move {
                let probed = scout.look(&url).await;
                (url, probed)
            })
        })
        .buffered(scout.concurrency);
    let bar = progress(command.url.len(), context);
    let mut status = DONE;
    let mut first = true;
    while let Some(look) = looks.next().await {
        let Ok((url, probed)) = look else { return Err(AuditError::Interrupted("looking at a site")) };
        let saved = command.save.then(|| scout.save(&url, &probed, command.force));
        if probed.found.is_err() || matches!(saved, Some(Err(_))) {
            status = FAILED;
        }
        bar.inc(1);
        let path = saved.as_ref().and_then(|saved| saved.as_ref().ok()).map(|path| path.display().to_string());
        bar.suspend(|| {
            context.out.event(&document(&url, &probed, &scout, path.as_deref()), || {
                let gap = if first { "" } else { "\n" };
                format!("{gap}{}", text(&url, &probed, &scout, path.as_deref()))
            });
        });
        first = false;
        if let Some(Err(error)) = saved {
            context.out.error(error);
        }
    }
    bar.finish_and_clear();
    Ok(status)
}

/// Why there is no form, and by what name.
fn reason(outcome: &Outcome) -> (&'static str, &str) {
    match outcome {
        Outcome::Blocked { reason } => ("blocked", reason),
        Outcome::Manual { reason } => ("none", reason),
        Outcome::Failed { reason } | Outcome::Rejected { reason } | Outcome::Unclear { reason } => ("failed", reason),
        Outcome::Confirmed { detail, .. } => ("failed", detail),
    }
}

/// The site as `crickets.probe/1`.
fn document(url: &Url, probed: &Probed, scout: &Prober, saved: Option<&str>) -> Value {
    let facts = &probed.facts;
    let value = |fact: &Option<crate::submit::site::Fact>| fact.as_ref().map(|fact| json!({"value": fact.value, "source": fact.source}));
    json!({
        "schema": "crickets.probe/1",
        "url": url,
        "result": probed.found.as_ref().map_or_else(|outcome| reason(outcome).0, |_| "found"),
        "reason": probed.found.as_ref().err().map(|outcome| reason(outcome).1),
        "form": probed.found.as_ref().ok().map(form),
        "readiness": probed.findings.as_ref().map(|findings| &findings.readiness),
        "quotes": probed.findings.as_ref().map(|findings| &findings.quotes),
        "osc_name": probed.findings.as_ref().and_then(|findings| findings.osc.as_ref()),
        "site": {
            "builder": value(&facts.builder), "state": value(&facts.state), "zip": value(&facts.zip), "hours": value(&facts.hours),
            "domains": facts.domains,
        },
        "persona": {"name": scout.persona.full_name(), "example": scout.example},
        "tried": probed.tried.iter().map(|tried| json!({"url": tried.url, "what": tried.what})).collect::<Vec<_>>(),
        "loads": probed.loads(),
        "saved": saved,
    })
}

fn form(found: &ProbedForm) -> Value {
    let form = found.form();
    json!({
        "page": found.page.url,
        "index": found.index,
        "kind": found.kind,
        "method": form.map(|form| form.method),
        "action": action(found),
        "enctype": form.map(|form| form.enctype),
        "vendor": found.vendor.as_ref().map(|vendor| vendor.name),
        "captcha": found.captcha,
        "needs_browser": matches!(found.way, Way::Browser(_)),
        "way": found.way.name(),
        "why": found.way.why(),
        "fields": found.fields.iter().map(field).collect::<Vec<_>>(),
    })
}

fn field(one: &ProbedField) -> Value {
    let mut value = serde_json::to_value(&one.field).unwrap_or_default();
    if let Some(object) = value.as_object_mut() {
        object.insert("value".to_owned(), json!(one.value));
        object.insert("options".to_owned(), json!(one.options));
        object.insert("missing".to_owned(), json!(one.missing));
    }
    value
}

/// Where the form goes.
fn action(found: &ProbedForm) -> Option<String> {
    let action = found.form()?.action.as_deref().map(str::trim).filter(|action| !action.is_empty());
    Some(
        action.map_or_else(
            || found.page.url.to_string(),
            |action| found.page.base.join(action).map_or_else(|_| action.to_owned(), String::from),
        ),
    )
}

/// The site for a terminal.
fn text(url: &Url, probed: &Probed, scout: &Prober, saved: Option<&str>) -> String {
    let name = probed.facts.builder.as_ref().map(|fact| format!("{}, ", fact.value)).unwrap_or_default();
    let mut text = format!("{name}{url}\n");
    match &probed.found {
        Ok(found) => text.push_str(&form_text(found, probed, scout)),
        Err(outcome) => {
            let _ = writeln!(text, "  {}: {}", if reason(outcome).0 == "none" { "no form" } else { reason(outcome).0 }, reason(outcome).1);
        }
    }
    if let Some(findings) = &probed.findings {
        text.push_str("  readiness\n");
        text.push_str(&table(&ready(findings)));
    }
    if let Some(path) = saved {
        let _ = writeln!(text, "  saved as {path}; look for CONFIRM in it");
    }
    text
}

fn form_text(found: &ProbedForm, probed: &Probed, scout: &Prober) -> String {
    let method = found.form().map_or("post", |form| form.method).to_uppercase();
    let loads = probed.loads();
    let mut text = format!(
        "  form on {} ({method} {}), found with {loads} {}\n",
        found.page.url,
        action(found).unwrap_or_default(),
        if loads == 1 { "load" } else { "loads" }
    );
    let mut rows = vec![["  field", "label", "role", "required", "sure", "value"].map(str::to_owned).to_vec()];
    let shown = |one: &&ProbedField| !matches!(one.field.role, Role::Hidden | Role::Submit);
    for one in found.fields.iter().filter(shown) {
        let value = match (&one.value, &one.missing) {
            (_, Some(_)) => "? (required, and not understood)".to_owned(),
            (Some(value), None) => short(value, 60),
            (None, None) => "-".to_owned(),
        };
        rows.push(vec![
            format!("  {}", short(one.field.name.as_deref().unwrap_or("(no name)"), 40)),
            short(&one.field.label, 40),
            one.field.role.as_str().to_owned(),
            if one.field.required { "yes" } else { "" }.to_owned(),
            format!("{:.0} %", one.field.confidence * 100.0),
            value,
        ]);
    }
    text.push_str(&table(&rows));
    let hidden = found.fields.iter().filter(|one| one.field.role == Role::Hidden).count();
    if hidden > 0 {
        let _ = writeln!(text, "  and {hidden} hidden, which go out as the page brings them");
    }
    let who = scout.persona.full_name();
    let _ = writeln!(text, "  values of {who}{}", if scout.example { ", an example persona" } else { "" });
    let way = match &found.way {
        Way::Http => "plain HTTP".to_owned(),
        Way::Browser(why) => format!("a browser: {why}"),
        Way::Manual(why) => format!("a person: {why}"),
    };
    let _ = writeln!(text, "  sent by  {way}");
    let _ = writeln!(text, "  vendor   {}", found.vendor.as_ref().map_or("not known", |vendor| vendor.name));
    let _ = writeln!(text, "  CAPTCHA  {}", found.captcha.map_or("none", |captcha| captcha.as_str()));
    text
}

/// The readiness, part by part, with the words behind it.
fn ready(findings: &Findings) -> Vec<Vec<String>> {
    let readiness = &findings.readiness;
    let quote = |part: &str| findings.quotes.get(part).map(|words| format!(" \"{}\"", short(words, 120))).unwrap_or_default();
    let yes = |part: &str, yes: bool| if yes { format!("yes{}", quote(part)) } else { "no".to_owned() };
    let named = match &findings.osc {
        Some(name) => format!("{name}{}", quote("osc_named")),
        None => "no".to_owned(),
    };
    let row = |label: &str, value: String| vec![format!("    {label}"), value];
    let none = || "none".to_owned();
    vec![
        row("counselor named", named),
        row("pictured", yes("osc_pictured", readiness.osc_pictured)),
        row("phones", if readiness.phones.is_empty() { none() } else { readiness.phones.join(", ") }),
        row("chat", readiness.chat.clone().unwrap_or_else(none)),
        row("calls to action", readiness.calls_to_action.to_string()),
        row("response promise", readiness.response_promise.as_ref().map_or_else(none, |words| format!("\"{}\"", short(words, 160)))),
        row("consent to texts", yes("text_consent", readiness.text_consent)),
    ]
}

/// A text on one line of a table.
fn short(text: &str, most: usize) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= most { text } else { format!("{}…", text.chars().take(most.saturating_sub(1)).collect::<String>()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_lack_its_scheme_and_nothing_else() {
        assert_eq!(address("www.builder.example").unwrap().as_str(), "https://www.builder.example/");
        assert_eq!(address("http://127.0.0.1:8080/x").unwrap().as_str(), "http://127.0.0.1:8080/x");
        for bad in ["ftp://a.example", "file:///etc/passwd", "", "http://"] {
            assert!(address(bad).is_err(), "{bad}");
        }
    }
}
