//! From the store to a report: each inquiry's log scored by the rubric, with the evidence behind it, as of a moment.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::ledger::Ledger;
use super::{AuditError, Workspace, portfolio};
use crate::classify::{self, Context};
use crate::collect::mail::{self, Mail};
use crate::collect::{Channel, EvidenceFault};
use crate::report::{self, EvidenceRef, Format, Input, Making, Report, RubricRef, ShopDetail, ShopInput, TouchDetail};
use crate::score::{self, Card, History, Rubric, Scorer, Setting, Subject, Watch};
use crate::shop::hours::{Hours, open_spans};
use crate::shop::{Basis, Inquiry, Status};
use crate::store::{Kept, Proof, Touch};

/// Waves that ranks and trends run over, where nothing else is asked for.
pub const TRAILING_WAVES: usize = 6;

/// What a report speaks of.
#[derive(Clone, Copy, Debug)]
pub struct Topic<'a> {
    /// The wave.
    pub wave: &'a str,
    /// Up to which moment; a later one than now is now, since nothing is known of it.
    pub as_of: DateTime<Utc>,
    /// Trailing waves that ranks and trends run over, the wave itself included.
    pub waves: usize,
}

impl<'a> Topic<'a> {
    /// A wave as of a moment, over as many trailing waves as usual.
    #[must_use]
    pub fn of(wave: &'a str, as_of: DateTime<Utc>) -> Self {
        Self { wave, as_of, waves: TRAILING_WAVES }
    }
}

/// An inquiry scored, with what the statistics want to know of it.
struct Scored<'a> {
    inquiry: &'a Inquiry,
    touches: Vec<Touch>,
    card: Card,
    watch: Watch,
}

/// A written report.
#[derive(Debug)]
pub struct Published {
    /// The model.
    pub report: Report,
    /// The files.
    pub files: Vec<PathBuf>,
    /// Why there is no PDF though one was asked for, as a sentence's part.
    pub unprinted: Option<String>,
}

impl Published {
    /// The PDF, where it was printed.
    #[must_use]
    pub fn pdf(&self) -> Option<&PathBuf> {
        self.files.iter().find(|file| file.ends_with("report.pdf"))
    }

    /// The first page of the HTML, where it was written.
    #[must_use]
    pub fn index(&self) -> Option<&PathBuf> {
        self.files.iter().find(|file| file.ends_with("index.html"))
    }
}

impl Workspace {
    /// The report of a wave as of a moment, without writing it. What is not judged yet is judged first.
    ///
    /// # Errors
    /// When the wave is unknown, or the store or the evidence fails.
    pub async fn report(&self, topic: Topic<'_>, rubric: &Rubric) -> Result<Report, AuditError> {
        let wave = topic.wave;
        // Silence up to a moment that is yet to come is nothing that anybody watched.
        let as_of = topic.as_of.min(self.this_second());
        let asked = self.store.inquiries(None).await?;
        let unclear = asked.iter().filter(|inquiry| inquiry.wave == wave && inquiry.status == Status::Unclear).count();
        let all: Vec<Inquiry> = asked.into_iter().map(|inquiry| as_it_stood(inquiry, as_of)).collect();
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
        let mut appeals = self.appeals(as_of).await?;
        let waves = portfolio::trailing(&all, wave, topic.waves);
        let mut making = Making::within(&self.root.join(".crickets"));
        let (mut own, mut others, mut evidence_faults) = (Vec::new(), Vec::new(), 0);
        let mut by_rubric = Scorer::new(rubric);
        // One builder at a time: its cards are read beside each other, and what its touches say is put away before the next.
        for of_builder in by_builder(&all, &waves) {
            let touches = ledger.touches(&self.store, &of_builder, as_of).await?;
            let scored = scored(&of_builder, touches, &ledger, as_of, &mut by_rubric)?;
            let history = History::of(scored.iter().map(|one| (&one.card, one.inquiry.shop.timezone)), rubric, as_of);
            let mut told = Vec::new();
            for one in &scored {
                told.push(if one.inquiry.wave == wave {
                    let (detail, faults) = self.detail(one.inquiry, &one.touches).await?;
                    let setting = setting(&detail, one.inquiry.readiness.as_ref(), as_of);
                    let insight = score::insight(&one.card, &history, rubric, &setting);
                    Some((detail, insight, faults))
                } else {
                    None
                });
            }
            for (Scored { inquiry, touches: _, mut card, watch }, told) in scored.into_iter().zip(told) {
                let Some((detail, insight, faults)) = told else {
                    card.touches = Vec::new();
                    others.push((inquiry, watch, card));
                    continue;
                };
                for touch in &mut card.touches {
                    touch.evidence_fault = faults.get(&*touch.id).copied();
                }
                evidence_faults += faults.len() + detail.submission_evidence.iter().filter(|proof| proof.fault.is_some()).count();
                let appeals = appeals.remove(&inquiry.id).unwrap_or_default();
                making.shop(ShopInput { card, readiness: inquiry.readiness.clone(), detail, insight, appeals })?;
                own.push((inquiry, watch));
            }
        }
        let own = own.iter().zip(making.cards()).map(|((inquiry, watch), card)| subject(inquiry, *watch, card));
        let subjects: Vec<Subject<'_>> = own.chain(others.iter().map(|(inquiry, watch, card)| subject(inquiry, *watch, card))).collect();
        let (builders, statistics) = score::statistics(&subjects, &waves, self.config.report.rank_from);
        let logo = self.config.brand.picture().map_err(|error| {
            let what = error.to_string();
            AuditError::wrong(what.trim_start_matches("could not "), "mend `brand.logo` in crickets.toml, or leave it out")
        })?;
        let (unmatched, in_review) = open_questions(wave, ledger.open(as_of));
        let unread = ledger.unread(&inquiries, as_of);
        let slugs: Vec<&str> = inquiries.iter().map(|inquiry| inquiry.shop.slug.as_str()).collect();
        let program = self.programs(&slugs, &builders)?;
        Ok(making.finish(Input {
            wave: wave.to_owned(),
            as_of,
            clock: if inquiries.iter().any(|inquiry| inquiry.rehearsal) { "rehearsal" } else { "system" }.to_owned(),
            rubric: RubricRef { name: rubric.name.clone(), version: rubric.version.clone(), sha256: rubric.sha256() },
            rubric_text: rubric.text().to_owned(),
            workspace: self.config.name.clone(),
            brand: self.config.brand.clone(),
            logo,
            builders,
            cohort: statistics.cohort(),
            statistics,
            program,
            coverage: ledger.all_gaps(&inquiries, as_of),
            alive: ledger.alive(&inquiries, as_of),
            phoned: ledger.phoned(as_of),
            clock_offset: self.clock_offset(&inquiries).await?,
            unmatched: count(unmatched),
            in_review: count(in_review + unclear + unread),
            evidence_faults: count(evidence_faults),
        }))
    }

    /// Writes the report of a wave into `reports/<wave>/`. Where no browser prints the PDF, the others are written, and why is told.
    ///
    /// # Errors
    /// As [`report`](Self::report), or when a file cannot be written.
    pub async fn publish(&self, topic: Topic<'_>, rubric: &Rubric, formats: &[Format]) -> Result<Published, AuditError> {
        let report = self.report(topic, rubric).await?;
        self.written(report, &self.report_folder(topic.wave), formats).await
    }

    /// Writes a report that names nobody into `reports/<wave>/`, where it takes the place of the one with names.
    ///
    /// # Errors
    /// As [`publish`](Self::publish), or when a name is left where it cannot be taken out.
    pub async fn publish_anonymous(&self, topic: Topic<'_>, rubric: &Rubric, formats: &[Format]) -> Result<Published, AuditError> {
        let named = self.report(topic, rubric).await?;
        let mut hidden = self.without_names(vec![named]).await?;
        let report = hidden.pop().ok_or(AuditError::Interrupted("the report"))?;
        self.written(report, &self.report_folder(topic.wave), formats).await
    }

    async fn written(&self, report: Report, folder: &Path, formats: &[Format]) -> Result<Published, AuditError> {
        let mut files = report::write(&report, folder, formats)?;
        let mut unprinted = None;
        if let Some(paper) = formats.iter().find_map(|format| if let Format::Pdf(paper) = format { Some(*paper) } else { None }) {
            match self.print(&report, paper).await? {
                Ok(printed) => files.push(report::write_pdf(&report, folder, printed)?),
                Err(why) => unprinted = Some(why),
            }
        }
        Ok(Published { report, files, unprinted })
    }

    /// The present moment to the second, as reports name it.
    #[must_use]
    pub fn this_second(&self) -> DateTime<Utc> {
        let now = self.clock.now();
        DateTime::from_timestamp(now.timestamp(), 0).unwrap_or(now)
    }

    /// What a reader sees of an inquiry; and by touch, what is wrong with its evidence.
    async fn detail(&self, inquiry: &Inquiry, came: &[Touch]) -> Result<(ShopDetail, BTreeMap<String, EvidenceFault>), AuditError> {
        let shop = &inquiry.shop;
        let mut proofs = self.store.proofs(&inquiry.id).await?;
        if inquiry.status == Status::Planned {
            proofs.clear();
        }
        let start = inquiry.confirmed_at.or(inquiry.sent_at).unwrap_or(inquiry.planned_at);
        let hours = Hours::parse(&shop.hours, shop.timezone, &shop.holidays).map_err(|message| {
            AuditError::wrong(
                format!("read the hours of `{}`: {message}", shop.slug),
                "mend `hours` in the shop file and run the report again",
            )
        })?;
        let records: Vec<String> = came.iter().map(|touch| touch.record.clone()).collect();
        let kept = self.store.kept(&records).await?;
        let (mut touches, mut faults) = (Vec::new(), BTreeMap::new());
        let mut staff = shop.team.clone();
        for touch in came {
            let (mail, fault) = self.shown(touch, kept.get(&touch.record))?;
            faults.extend(fault.map(|fault| (touch.id.clone(), fault)));
            staff.extend(mail.as_ref().and_then(|mail| classify::writer(mail, &context(inquiry))));
            // Of a study the report would drop it: until then the mails of a large wave would fill the memory.
            let html = mail.and_then(|mail| mail.html).filter(|_| Basis::is_asked_for(shop.basis));
            touches.push((touch.id.clone(), touch_detail(touch, html)));
        }
        let detail = ShopDetail {
            site: shop.site.to_string(),
            question: shop.ask.question.clone(),
            community: shop.ask.community.clone(),
            persona: inquiry.persona.full_name(),
            hours: shop.hours.clone(),
            timezone: shop.timezone,
            tags: shop.tags.clone(),
            basis: shop.basis,
            staff,
            known: known(inquiry),
            planned_at: Some(inquiry.planned_at),
            alias: inquiry.alias_address.clone(),
            phone: inquiry.persona.phone.clone().filter(|_| inquiry.offered_phone),
            rehearsal: inquiry.rehearsal,
            submission_evidence: proofs.into_iter().map(|proof| self.evidence_ref(proof)).collect(),
            // At once: a map that grows one by one is half empty.
            touches: touches.into_iter().collect(),
            open_spans: open_spans(&hours, start, start + TimeDelta::days(self.config.wave.window_days)),
            reason: inquiry.reason.clone(),
        };
        Ok((detail, faults))
    }

    fn evidence_ref(&self, proof: Proof) -> EvidenceRef {
        let is_picture = proof.role.starts_with("screenshot");
        let content_type = match proof.role.as_str() {
            _ if is_picture => "image/png",
            role if role.ends_with(" dom") => "text/html",
            "traffic" => "application/json",
            _ => "message/http",
        };
        let fault = self.evidence.file_fault(&proof.sha256);
        EvidenceRef {
            content_type: content_type.to_owned(),
            picture: (is_picture && fault.is_none()).then(|| self.evidence.path(&proof.sha256)),
            fault,
            role: proof.role,
            sha256: proof.sha256,
            bytes: u64::try_from(proof.size).unwrap_or(0),
        }
    }

    /// The mail of a touch, and what is wrong with its evidence. A row of a log lies under the name that the report gives it.
    fn shown(&self, touch: &Touch, kept: Option<&Kept>) -> Result<(Option<Mail>, Option<EvidenceFault>), AuditError> {
        if touch.channel == Channel::Email {
            return Ok(match self.evidence.read(&touch.sha256) {
                Ok(bytes) => (Some(mail::parse(&bytes)), None),
                Err(error) => (None, Some(error.fault())),
            });
        }
        let Some(fault) = self.evidence.file_fault(&touch.sha256) else { return Ok((None, None)) };
        let Some(kept) = kept.filter(|kept| kept.held.is_some()) else { return Ok((None, Some(fault))) };
        match self.evidence.read_kept(kept) {
            Ok(bytes) => self.evidence.keep(&bytes).map(|_| (None, None)).map_err(AuditError::from),
            Err(error) => Ok((None, Some(error.fault()))),
        }
    }
}

/// An inquiry as it stood at a moment: before it was sent it was planned, and until its answer came nothing was proven.
fn as_it_stood(inquiry: Inquiry, as_of: DateTime<Utc>) -> Inquiry {
    let unproven = Inquiry { confirmed_at: None, confirmed_by: None, ..inquiry.clone() };
    if inquiry.sent_at.is_some_and(|sent| sent > as_of) {
        let reason = Some("it was not asked yet at the moment of this report".to_owned());
        return Inquiry { status: Status::Planned, reason, sent_at: None, offered_phone: false, offered_text: false, ..unproven };
    }
    if inquiry.status == Status::Confirmed && inquiry.confirmed_at.is_some_and(|confirmed| confirmed > as_of) {
        return Inquiry {
            status: Status::Unclear,
            reason: Some("the site had not answered yet at the moment of this report".to_owned()),
            ..unproven
        };
    }
    inquiry
}

/// How many touches match no inquiry at all, and how many of this wave await a decision.
fn open_questions<'a>(wave: &str, open: impl Iterator<Item = &'a Touch>) -> (usize, usize) {
    let (mut unmatched, mut in_review) = (0, 0);
    for touch in open {
        let of_wave = |id: &crate::shop::InquiryId| id.is_of(wave);
        match &touch.inquiry {
            None if touch.attribution.candidates.is_empty() => unmatched += 1,
            None if touch.attribution.candidates.iter().any(|candidate| of_wave(&candidate.inquiry)) => in_review += 1,
            Some(owner) if of_wave(owner) => in_review += 1,
            _ => {}
        }
    }
    (unmatched, in_review)
}

fn setting<'a>(detail: &'a ShopDetail, readiness: Option<&'a serde_json::Value>, as_of: DateTime<Utc>) -> Setting<'a> {
    let chat = readiness.and_then(|readiness| readiness.get("chat")?.as_str());
    Setting { as_of, timezone: detail.timezone, open: &detail.open_spans, chat, study: !Basis::is_asked_for(detail.basis) }
}

/// The inquiries of some waves, those of a builder together.
fn by_builder<'a>(all: &'a [Inquiry], waves: &[&str]) -> Vec<Vec<&'a Inquiry>> {
    let mut builders: BTreeMap<&str, Vec<&Inquiry>> = BTreeMap::new();
    for inquiry in all.iter().filter(|inquiry| waves.contains(&inquiry.wave.as_str())) {
        builders.entry(&inquiry.shop.builder).or_default().push(inquiry);
    }
    builders.into_values().collect()
}

/// Inquiries, each scored as of the same moment.
fn scored<'a>(
    inquiries: &[&'a Inquiry],
    touches: Vec<Vec<Touch>>,
    ledger: &Ledger,
    as_of: DateTime<Utc>,
    by_rubric: &mut Scorer<'_>,
) -> Result<Vec<Scored<'a>>, AuditError> {
    let scored = inquiries.iter().zip(touches).map(|(inquiry, touches)| {
        let (card, watch) = by_rubric.score(ledger.log(inquiry, &touches, as_of))?;
        Ok(Scored { inquiry, touches, card, watch })
    });
    scored.collect()
}

/// What the statistics want to know of a scored inquiry.
fn subject<'a>(inquiry: &'a Inquiry, watch: Watch, card: &'a Card) -> Subject<'a> {
    let shows = |keys: &[&str]| {
        let site = inquiry.readiness.as_ref()?;
        Some(keys.iter().any(|key| site.get(key).is_some_and(|found| !matches!(found, Value::Null | Value::Bool(false)))))
    };
    Subject {
        card,
        wave: &inquiry.wave,
        tags: &inquiry.shop.tags,
        state: inquiry.shop.state.as_deref(),
        osc_shown: shows(&["osc_named", "osc_pictured"]),
        chat: shows(&["chat"]),
        watch,
    }
}

fn touch_detail(touch: &Touch, html: Option<String>) -> TouchDetail {
    TouchDetail {
        subject: touch.subject.clone(),
        excerpt: touch.excerpt.clone(),
        html,
        quotes: touch.classified.quotes.clone().into_iter().collect(),
        reasons: touch.attribution.reasons.iter().chain(&touch.classified.signals).cloned().collect(),
        duration_s: touch.duration_s.map(i64::from),
        answered: touch.answered,
        review: touch.review.clone().or_else(|| touch.decided.clone()),
        source: touch.source.clone(),
    }
}

/// What a shop file and a persona hold besides names, that could tell whom a report speaks of.
fn known(inquiry: &Inquiry) -> Vec<String> {
    let (shop, persona) = (&inquiry.shop, &inquiry.persona);
    let form = shop.form.as_ref().and_then(|form| form.host_str()).map(str::to_owned);
    let lived = [&persona.phone, &persona.zip, &persona.street, &persona.city].into_iter().flatten().cloned();
    shop.phones.iter().chain(&shop.domains).cloned().chain(form).chain(lived).collect()
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
