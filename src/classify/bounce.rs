//! Delivery reports (RFC 3464, RFC 6522), complaints (RFC 5965) and receipts (RFC 8098), and the many that follow no standard.

use std::sync::LazyLock;

use super::evidence::Evidence;
use super::pattern::{Regex, any_case};
use super::reply;
use crate::collect::mail::Mail;

static DAEMON: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"^(?:mailer[-_.]?daemon|mail[-_.]?daemon|postmaster|mdaemon|mail-?delivery|maildelivery|bounces?|bounced?mail|mmdf|uucp|root|majordomo-owner|post[-_]master)\b|mailer-daemon|microsoftexchange\w{8,}",
    )
});
static DAEMON_NAME: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"mail delivery (?:sub)?system|mailer[- ]daemon|(?:e-?mail )?delivery (?:status|subsystem|agent|failure)|postmaster|internet mail delivery|mail administrator|mail delivery service|system administrator|mail router|delivery system",
    )
});
static SUBJECT: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"^(?:\W*(?:undeliver(?:able|ed)|undelivered mail|mail (?:delivery )?(?:failed|failure|error)|delivery (?:status notification|failure|failed|report|error|has failed|unsuccessful|notification|problem)|mail (?:system )?(?:error|status)|returned (?:mail|e?-?mail|message|to sender)|failure notice|failed (?:mail|delivery|to deliver)|nondeliverable|non-?delivery|.{0,80}\bnon remis\b|mail delivery warning|mensaje no entregado|no se (?:puede|pudo|ha podido) (?:entregar|enviar)|onbestelbaar|unzustellbar|fehler|mail konnte nicht|message (?:not|could not be|undeliverable|delivery|status)|user unknown|unable to deliver|could not (?:send|deliver)|permanent delivery|permanent (?:error|failure)|warning: (?:could not send|message)|delayed mail|delivery delayed|rejected|mdaemon warning|\[?ndr|dsn|email (?:delivery|not delivered|error|rejected|returned)|your (?:message|e-?mail|mail) (?:could not|was not|has not|cannot|to .{1,80} (?:could not|was not|failed|has been (?:rejected|blocked)))|notification d'.tat|r.ponse de non|impossibile|avviso di mancat|mancato recapito|mail returned|auto.?reply: mail bounced|automatically rejected mail|problema en la entrega|envoi de message|rapport de non|returning message|nachricht nicht|aviso de n.o entrega|delivery to .* (?:failed|delayed)|mail could not be|message you sent blocked|banned|virus (?:found|alert|in)|loop alert|you .{1,80} are not (?:a )?member|(?:e-?mail )?bounce notification)|.{0,60}\b(?:undeliverable|delivery (?:status notification|failure|has failed)|returned mail|failure notice|mail delivery failed)\b)",
    )
});
static FIELDS: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"^[>\s]*(?:final-recipient|original-recipient|diagnostic-code|reporting-mta|remote-mta|x-failed-recipients?|action: *failed|status: *[45]\.\d)",
    )
});
static PHRASE: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"(?:could not be|couldn'?t be|cannot be|was not|not be|unable to be|were not|is not|has not been|wasn'?t|can ?not) (?:successfully )?delivered|(?:un|not )able to deliver|undeliverable|delivery (?:to the following|failed|has failed|failure|attempts?)|(?:returned|returning) (?:to sender|message|mail|your)|(?:permanent|fatal) (?:delivery )?(?:error|failure)|permanent fatal errors|did not reach the following|user unknown|unknown user|no such (?:user|recipient|mailbox|person)|mailbox (?:is )?(?:unavailable|full|not found|disabled|over)|over quota|quota exceeded|recipient (?:address )?(?:rejected|unknown|not found)|does(?:n'?t| not) (?:exist|have a)|account (?:has been |is )?(?:disabled|inactive|closed|suspended)|address(?:ee)? (?:not found|unknown|rejected|error)|host (?:unknown|not found)|has been (?:rejected|blocked|returned)|failed to deliver|was undeliverable|transcript of session|message (?:was )?rejected|still undelivered|(?:has|have) been (?:postponed|delayed)|full mailbox|n'a pas pu .tre (?:d.livr|distribu|remis)|did not reach|will be (?:retried|deleted)|no longer (?:valid|in use|accept|works|available|active)|invalid (?:recipient|address|user|mailbox)|not (?:a )?(?:valid|known|listed)|nicht zugestellt|no (?:ha podido|se ha podido|pudo) (?:ser )?entreg|non (?:.t. )?remis|not (?:a )?member of this mailing list|duplicated message-id",
    )
});
/// Reports in the words of scripts that [`any_case`] cannot tell apart by ASCII words: Japanese, Chinese, Korean, Russian.
static ELSEWHERE: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        "\u{30e1}\u{30fc}\u{30eb}\u{30a8}\u{30e9}\u{30fc}|\u{9001}\u{4fe1}\u{3067}\u{304d}|\u{914d}\u{4fe1}\u{3067}\u{304d}|\u{5b9b}\u{5148}\u{4e0d}\u{660e}|\u{9000}\u{4fe1}|\u{65e0}\u{6cd5}\u{6295}\u{9012}|\u{7121}\u{6cd5}\u{50b3}\u{9001}|\u{43d}\u{435} \u{434}\u{43e}\u{441}\u{442}\u{430}\u{432}\u{43b}\u{435}\u{43d}\u{43e}",
    )
});
/// A bounce that a mailing service tells as JSON (Amazon SES through SNS).
static NOTIFICATION: LazyLock<Regex> = LazyLock::new(|| any_case(r#"\\?"(?:notification|event)Type\\?"\s*:\s*\\?"Bounce"#));
static CODE: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:5\d\d|4[25]\d)[ -](?:#?[45]\.\d{1,3}\.\d{1,3}|[^\n]{0,60}(?:user|mailbox|recipient|relay|address|unknown|reject|denied|unavailable|account|quota|spam|host))|\bSMTP (?:error|reply|code)|(?:remote|host|server) (?:host )?said:|<<< ?[45]\d\d|>>> (?:RCPT|DATA)|#[45]\.\d\.\d",
    )
});

/// The signs of a delivery failure.
pub(super) fn weigh(mail: &Mail, head: &str) -> Evidence {
    let mut evidence = Evidence::default();
    let report = mail.part_types.first().is_some_and(|kind| kind.starts_with("multipart/report"));
    let status = mail
        .part_types
        .iter()
        .any(|kind| kind.starts_with("message/delivery-status") || kind.starts_with("message/global-delivery-status"));
    let dsn = mail.part_types.first().is_some_and(|kind| kind.contains("report-type=delivery-status"));
    evidence.when(dsn || status, "delivery-status", 1.0, "a delivery status report (RFC 3464)");
    evidence.when(report && !dsn && !status, "multipart-report", 0.4, "a report without a status part");
    evidence.found(mail.header("X-Failed-Recipients").next(), "x-failed-recipients", 1.0);
    let address = mail.from.as_ref().map(|from| from.address.as_str()).unwrap_or_default();
    let name = mail.from.as_ref().and_then(|from| from.name.as_deref()).unwrap_or_default();
    let daemon = DAEMON.is_match(address) || DAEMON_NAME.is_match(name) || DAEMON.is_match(name);
    // A mailing service lets its mail come back to such an address too, under a name that is no daemon's.
    let service = address.starts_with("bounce") && !name.is_empty() && !DAEMON_NAME.is_match(name) && !DAEMON.is_match(name);
    evidence.when(daemon, "daemon-sender", if service { 0.3 } else { 0.6 }, format!("{name} <{address}>"));
    let path = mail.header("Return-Path").next();
    let null = path.is_some_and(|path| matches!(path.trim(), "<>" | ""));
    evidence.when(null, "null-return-path", 0.3, "Return-Path: <>");
    evidence.when(
        !daemon && path.is_some_and(|path| DAEMON.is_match(path.trim().trim_start_matches('<'))),
        "daemon-return-path",
        0.4,
        path.unwrap_or_default(),
    );
    let subject = mail.subject.trim();
    let answers = reply::answers(subject);
    let found = SUBJECT.find(subject).or_else(|| ELSEWHERE.find(subject)).map(|found| found.as_str());
    // Some systems answer with the old subject and put theirs behind it.
    evidence.found(found, "bounce-subject", if answers { 0.35 } else { 0.6 });
    evidence.found(FIELDS.find(head).map(|found| found.as_str()), "status-fields", 0.4);
    let mut phrases: Vec<String> =
        PHRASE.find_iter(head).chain(ELSEWHERE.find_iter(head)).take(20).map(|found| found.as_str().to_lowercase()).collect();
    phrases.sort_unstable();
    phrases.dedup();
    evidence.when(!phrases.is_empty(), "bounce-words", if phrases.len() > 1 { 0.5 } else { 0.35 }, phrases.join(", "));
    let returned =
        !phrases.is_empty() && mail.part_types.len() > 1 && mail.part_types.iter().any(|kind| kind.starts_with("message/rfc822"));
    evidence.when(returned, "returned-mail", 0.4, "holds the mail that failed");
    evidence.found(NOTIFICATION.find(head).map(|found| found.as_str()), "bounce-notification", 1.0);
    evidence.found(CODE.find(head).map(|found| found.as_str()), "smtp-code", 0.35);
    evidence
}

/// What a delivery report says happened, where it says it: not every report is a failure.
pub(super) fn only_news(mail: &Mail) -> Option<&'static str> {
    let report = mail.report.as_deref()?.to_ascii_lowercase();
    let action = |word: &str| report.lines().any(|line| line.strip_prefix("action:").is_some_and(|value| value.trim().starts_with(word)));
    if action("failed") {
        return None;
    }
    [("delayed", "a delay, no failure"), ("delivered", "delivered"), ("relayed", "relayed"), ("expanded", "expanded")]
        .into_iter()
        .find(|(word, _)| action(word))
        .map(|(_, what)| what)
}
