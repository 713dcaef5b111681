//! From the store to a report: each inquiry's log scored by the rubric, with the evidence behind it, as of a moment.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::{DateTime, TimeDelta, Utc};

use super::ledger::Ledger;
use super::{AuditError, Workspace};
use crate::classify::{self, Context};
use crate::collect::Channel;
use crate::collect::mail::{self, Mail};
use crate::report::{self, EvidenceRef, Format, Input, Report, RubricRef, ShopDetail, ShopInput, TouchDetail};
use crate::score::{self, Card, Insight, Rubric, Setting};
use crate::shop::hours::{Hours, open_spans};
use crate::shop::{Basis, Inquiry, Status};
use crate::store::Touch;

/// Waves that a builder's mean runs over.
const TRAILING_WAVES: usize = 6;
/// Final inquiries of a builder below which it has no rank.
const RANKED_FROM: u32 = 3;

/// A written report.
#[derive(Debug)]
pub struct Published {
    /// The model.
    pub report: Report,
    /// The files.
    pub files: Vec<PathBuf>,
}

impl Workspace {
    /// The report of a wave as of a moment, without writing it. What is not judged yet is judged first.
    ///
    /// # Errors
    /// When the wave is unknown, or the store or the evidence fails.
    pub async fn report(&self, wave: &str, as_of: DateTime<Utc>, rubric: &Rubric) -> Result<Report, AuditError> {
        let all = self.store.inquiries(None).await?;
        let inquiries: Vec<&Inquiry> = all.iter().filter(|inquiry| inquiry.wave == wave).collect();
        if inquiries.is_empty() {
            let mut waves: Vec<&str> = all.iter().map(|inquiry| inquiry.wave.as_str()).collect();
            waves.dedup();
            let hint = if waves.is_empty() {
                "`crickets shop --wave WAVE` starts one".to_owned()
            } else {
                format!("there is {}", waves.join(", "))
            };
            return Err(AuditError::wrong(format!("find the wave `{wave}`"), hint));
        }
        self.derive().await?;
        let ledger = self.ledger().await?;
        let trailing = self.trailing(&all, wave, &ledger, as_of, rubric)?;
        let mut of_builder: BTreeMap<&str, Vec<&Card>> = BTreeMap::new();
        for card in &trailing {
            of_builder.entry(&card.builder).or_default().push(card);
        }
        let mut shops = Vec::new();
        for inquiry in &inquiries {
            let card = score::card(&ledger.log(inquiry, as_of), rubric)?;
            let detail = self.detail(inquiry, &ledger, as_of).await?;
            let known = of_builder.get(card.builder.as_str()).map_or(&[][..], Vec::as_slice);
            let insight = insight(&card, known, rubric, &setting(&detail, inquiry.readiness.as_ref(), as_of));
            shops.push(ShopInput { card, readiness: inquiry.readiness.clone(), detail, insight });
        }
        let cards: Vec<Card> = shops.iter().map(|shop| shop.card.clone()).collect();
        let (unmatched, in_review) = self.open_questions(wave, &ledger, as_of);
        let unclear = inquiries.iter().filter(|inquiry| inquiry.status == Status::Unclear).count();
        let builders = score::builders(&trailing, RANKED_FROM);
        let slugs: Vec<&str> = inquiries.iter().map(|inquiry| inquiry.shop.slug.as_str()).collect();
        let program = self.programs(&slugs, &builders)?;
        Ok(report::build(Input {
            wave: wave.to_owned(),
            as_of,
            clock: if inquiries.iter().any(|inquiry| inquiry.rehearsal) { "rehearsal" } else { "system" }.to_owned(),
            rubric: RubricRef { name: rubric.name.clone(), version: rubric.version.clone(), sha256: rubric.sha256() },
            workspace: self.config.name.clone(),
            shops,
            builders,
            cohort: score::cohort(&cards, as_of),
            program,
            coverage: ledger.all_gaps(&inquiries, as_of),
            alive: ledger.alive(&inquiries, as_of),
            phoned: ledger.phoned(as_of),
            clock_offset: self.clock_offset(&inquiries).await?,
            unmatched: count(unmatched),
            in_review: count(in_review + unclear),
        }))
    }

    /// Writes the report of a wave into `reports/<wave>/`.
    ///
    /// # Errors
    /// As [`report`](Self::report), or when a file cannot be written.
    pub async fn publish(&self, wave: &str, as_of: DateTime<Utc>, rubric: &Rubric, formats: &[Format]) -> Result<Published, AuditError> {
        let report = self.report(wave, as_of, rubric).await?;
        let files = report::write(&report, &self.report_folder(wave), formats)?;
        Ok(Published { report, files })
    }

    /// Cards of the trailing waves up to this one, each as of the same moment.
    #[expect(clippy::unused_self, reason = "part of making a report")]
    fn trailing(
        &self,
        all: &[Inquiry],
        wave: &str,
        ledger: &Ledger,
        as_of: DateTime<Utc>,
        rubric: &Rubric,
    ) -> Result<Vec<Card>, AuditError> {
        // Waves in the order in which they began; a wave's name need not sort.
        let mut began: BTreeMap<&str, DateTime<Utc>> = BTreeMap::new();
        for inquiry in all {
            let at = inquiry.sent_at.unwrap_or(inquiry.planned_at);
            began.entry(&inquiry.wave).and_modify(|first| *first = at.min(*first)).or_insert(at);
        }
        let mut waves: Vec<(&str, DateTime<Utc>)> = began.into_iter().collect();
        waves.sort_by_key(|(name, at)| (*at, *name));
        let upto = waves.iter().position(|(name, _)| *name == wave).map_or(waves.len(), |index| index + 1);
        let kept: Vec<&str> = waves.iter().take(upto).skip(upto.saturating_sub(TRAILING_WAVES)).map(|(name, _)| *name).collect();
        all.iter()
            .filter(|inquiry| kept.contains(&inquiry.wave.as_str()))
            .map(|inquiry| Ok(score::card(&ledger.log(inquiry, as_of), rubric)?))
            .collect()
    }

    /// How many touches match no inquiry at all, and how many of this wave await a decision.
    #[expect(clippy::unused_self, reason = "part of making a report")]
    fn open_questions(&self, wave: &str, ledger: &Ledger, as_of: DateTime<Utc>) -> (usize, usize) {
        let (mut unmatched, mut in_review) = (0, 0);
        for touch in ledger.all().iter().filter(|touch| touch.review.is_some() && touch.arrival.at <= as_of) {
            let of_wave = |id: &crate::shop::InquiryId| id.0.split_once('/').is_some_and(|(of, _)| of == wave);
            match &touch.inquiry {
                None if touch.attribution.candidates.is_empty() => unmatched += 1,
                None if touch.attribution.candidates.iter().any(|candidate| of_wave(&candidate.inquiry)) => in_review += 1,
                Some(owner) if of_wave(owner) => in_review += 1,
                _ => {}
            }
        }
        (unmatched, in_review)
    }

    async fn detail(&self, inquiry: &Inquiry, ledger: &Ledger, as_of: DateTime<Utc>) -> Result<ShopDetail, AuditError> {
        let shop = &inquiry.shop;
        let proofs = self.store.proofs(&inquiry.id).await?;
        let start = inquiry.confirmed_at.or(inquiry.sent_at).unwrap_or(inquiry.planned_at);
        let hours = Hours::parse(&shop.hours, shop.timezone, &shop.holidays).map_err(|message| {
            AuditError::wrong(
                format!("read the hours of `{}`: {message}", shop.slug),
                "mend `hours` in the shop file and run the report again",
            )
        })?;
        let mut touches = BTreeMap::new();
        let mut staff = shop.team.clone();
        for touch in ledger.touches(inquiry, as_of) {
            let mail = self.kept_mail(touch);
            staff.extend(mail.as_ref().and_then(|mail| classify::writer(mail, &context(inquiry))));
            touches.insert(touch.id.clone(), touch_detail(touch, mail.and_then(|mail| mail.html)));
        }
        Ok(ShopDetail {
            site: shop.site.to_string(),
            question: shop.ask.question.clone(),
            community: shop.ask.community.clone(),
            persona: inquiry.persona.full_name(),
            hours: shop.hours.clone(),
            timezone: shop.timezone,
            tags: shop.tags.clone(),
            basis: shop.basis,
            staff,
            planned_at: Some(inquiry.planned_at),
            alias: inquiry.alias_address.clone(),
            phone: inquiry.persona.phone.clone().filter(|_| inquiry.offered_phone),
            rehearsal: inquiry.rehearsal,
            submission_evidence: proofs
                .into_iter()
                .map(|proof| EvidenceRef {
                    content_type: "message/http".to_owned(),
                    role: proof.role,
                    sha256: proof.sha256,
                    bytes: u64::try_from(proof.size).unwrap_or(0),
                })
                .collect(),
            touches,
            open_spans: open_spans(&hours, start, start + TimeDelta::days(self.config.wave.window_days)),
            reason: inquiry.reason.clone(),
        })
    }

    /// The mail of a touch, if its evidence is still what was kept.
    fn kept_mail(&self, touch: &Touch) -> Option<Mail> {
        let bytes = (touch.channel == Channel::Email).then(|| self.evidence.read(&touch.sha256).ok()).flatten()?;
        Some(mail::parse(&bytes))
    }
}

/// What a trainer takes from a card, beside the builder's other cards.
fn insight(card: &Card, of_builder: &[&Card], rubric: &Rubric, setting: &Setting<'_>) -> Option<Insight> {
    let same = |other: &Card| (&other.shop, other.sent_at) == (&card.shop, card.sent_at);
    let others: Vec<&Card> = of_builder.iter().copied().filter(|other| !same(other)).collect();
    score::insight(card, &others, rubric, setting)
}

fn setting<'a>(detail: &'a ShopDetail, readiness: Option<&'a serde_json::Value>, as_of: DateTime<Utc>) -> Setting<'a> {
    let chat = readiness.and_then(|readiness| readiness.get("chat")?.as_str());
    Setting {
        as_of,
        timezone: detail.timezone,
        open: &detail.open_spans,
        chat,
        study: !matches!(detail.basis, Some(Basis::Own | Basis::Client)),
    }
}

fn touch_detail(touch: &Touch, html: Option<String>) -> TouchDetail {
    TouchDetail {
        subject: touch.subject.clone(),
        excerpt: touch.excerpt.clone(),
        html,
        quotes: touch.classified.quotes.clone(),
        reasons: touch.attribution.reasons.iter().chain(&touch.classified.signals).cloned().collect(),
        duration_s: touch.duration_s.map(i64::from),
        answered: touch.answered,
        review: touch.review.clone().or_else(|| touch.decided.clone()),
        source: touch.source.clone(),
    }
}

/// What tells the shopper's and the builder's names from those of its staff.
fn context(inquiry: &Inquiry) -> Context {
    Context {
        first_name: inquiry.persona.first.clone(),
        last_name: inquiry.persona.last.clone(),
        builder: inquiry.shop.builder.clone(),
        ..Context::default()
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
