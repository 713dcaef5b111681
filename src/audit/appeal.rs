//! Appeals: an audited builder disputes a finding, a person decides, and the report shows both. Takes what somebody files or decides;
//! keeps it for ever. No point moves by it: a correction is a decision in review, which the appeal then names.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{AuditError, Workspace};
use crate::document;
use crate::report::words::tidy;
use crate::report::{APPEAL_LIMIT, APPEAL_NAME_LIMIT, Appeal, AppealOutcome};
use crate::score::Rubric;
use crate::shop::InquiryId;
use crate::store::{AppealStep, Decision, Said, Subject};

/// An appeal to be filed.
#[derive(Clone, Debug)]
pub struct Filing {
    /// The inquiry.
    pub inquiry: InquiryId,
    /// Who appeals.
    pub by: String,
    /// What is disputed.
    pub text: String,
    /// The criterion.
    pub criterion: Option<String>,
    /// The touch.
    pub touch: Option<String>,
}

/// A decision on an appeal.
#[derive(Clone, Debug)]
pub struct Ending {
    /// How.
    pub outcome: AppealOutcome,
    /// Why.
    pub reason: String,
    /// Who decides.
    pub by: String,
    /// Of a correction: the touch that was decided anew, where it is not among those of the inquiry any more.
    pub touch: Option<String>,
}

impl Workspace {
    /// The appeals of each inquiry as they stood at a moment.
    pub(super) async fn appeals(&self, as_of: DateTime<Utc>) -> Result<BTreeMap<InquiryId, Vec<Appeal>>, AuditError> {
        Ok(standing(self.store.appeals().await?, as_of))
    }

    /// The appeals that nobody has decided yet, with their inquiries; `wave` limits them to one.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn open_appeals(&self, wave: Option<&str>) -> Result<Vec<(InquiryId, Appeal)>, AuditError> {
        let of_wave = |id: &InquiryId| wave.is_none_or(|wave| id.is_of(wave));
        let all = self.appeals(DateTime::<Utc>::MAX_UTC).await?.into_iter().filter(|(id, _)| of_wave(id));
        let mut open: Vec<(InquiryId, Appeal)> =
            all.flat_map(|(id, list)| list.into_iter().map(move |appeal| (id.clone(), appeal))).collect();
        open.retain(|(_, appeal)| appeal.outcome == AppealOutcome::Open);
        open.sort_by_key(|(_, appeal)| appeal.at);
        Ok(open)
    }

    /// An appeal by its id, with its inquiry; `None` where there is none.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn appeal(&self, id: &str) -> Result<Option<(InquiryId, Appeal)>, AuditError> {
        let all = self.appeals(DateTime::<Utc>::MAX_UTC).await?;
        let mut each = all.into_iter().flat_map(|(id, list)| list.into_iter().map(move |appeal| (id.clone(), appeal)));
        Ok(each.find(|(_, appeal)| appeal.id.eq_ignore_ascii_case(id)))
    }

    /// Files an appeal.
    ///
    /// # Errors
    /// When what it is about does not exist, its words are none or too many, or the store fails.
    pub async fn file_appeal(&self, filing: Filing) -> Result<(InquiryId, Appeal), AuditError> {
        let Filing { inquiry, by, text, criterion, touch } = filing;
        if self.store.inquiry(&inquiry).await?.is_none() {
            return Err(AuditError::wrong(format!("appeal for {inquiry}: there is no such inquiry"), "`crickets status` lists them"));
        }
        if let Some(id) = &criterion {
            known_criterion(id)?;
        }
        if let Some(id) = &touch {
            self.known_touch(id).await?;
        }
        let said = Said::Filed { text: words_of("--text", &text, APPEAL_LIMIT)?, criterion, touch };
        let step = AppealStep { number: 0, ..self.appeal_step(inquiry, said, &by)? };
        let number = self.store.file_appeal(&step).await?;
        self.found(number).await
    }

    /// Decides an appeal; a later decision goes before an earlier one, and all are kept.
    ///
    /// # Errors
    /// When there is no such appeal, a correction names no decision in review, the words are none or too many, or the store fails.
    pub async fn decide_appeal(&self, id: &str, ending: Ending) -> Result<(InquiryId, Appeal), AuditError> {
        let Some((inquiry, appeal)) = self.appeal(id).await? else {
            return Err(AuditError::wrong(format!("find the appeal `{id}`"), "`crickets review list` shows what is open"));
        };
        let corrections = if ending.outcome == AppealOutcome::Corrected {
            self.corrections(&inquiry, &appeal, ending.touch.as_deref()).await?
        } else {
            Vec::new()
        };
        let text = words_of("--reason", &ending.reason, APPEAL_LIMIT)?;
        let step = self.appeal_step(inquiry, Said::Decided { outcome: ending.outcome, text, corrections }, &ending.by)?;
        let number = number(&appeal.id).unwrap_or_default();
        self.store.decide_appeal(&AppealStep { number, ..step }).await?;
        self.found(number).await
    }

    fn appeal_step(&self, inquiry: InquiryId, said: Said, by: &str) -> Result<AppealStep, AuditError> {
        let author = words_of("--by", by, APPEAL_NAME_LIMIT)?;
        Ok(AppealStep { number: 0, inquiry, said, author, at: self.clock.now(), rehearsal: self.clock.is_rehearsal() })
    }

    async fn found(&self, number: i64) -> Result<(InquiryId, Appeal), AuditError> {
        let id = name(number);
        self.appeal(&id)
            .await?
            .ok_or_else(|| AuditError::wrong(format!("find the appeal `{id}`"), "`crickets review list` shows what is open"))
    }

    /// What was decided anew in review since the appeal was filed: its touch, the one named, those of its inquiry, the inquiry.
    async fn corrections(&self, inquiry: &InquiryId, appeal: &Appeal, named: Option<&str>) -> Result<Vec<String>, AuditError> {
        let decisions = self.store.decisions().await?;
        let since = |subject: (Subject, String)| decisions.get(&subject).is_some_and(|decision: &Decision| decision.at >= appeal.at);
        let mut meant = self.store.touches_owned(std::slice::from_ref(&inquiry.0)).await?;
        for id in [named, appeal.touch.as_deref()].into_iter().flatten() {
            meant.extend(self.store.touch(id).await?);
        }
        meant.sort_by(|a, b| (a.arrival.at, &a.id).cmp(&(b.arrival.at, &b.id)));
        meant.dedup_by(|a, b| a.id == b.id);
        let decided = meant.into_iter().filter(|touch| since((Subject::Touch, touch.record.clone())));
        let mut corrected: Vec<String> = decided.map(|touch| touch.id).collect();
        if since((Subject::Inquiry, inquiry.0.clone())) {
            corrected.push(inquiry.0.clone());
        }
        if corrected.is_empty() {
            return Err(AuditError::wrong(
                format!("call {} corrected: nothing of {inquiry} was decided in review since it was filed", appeal.id),
                "set right what was wrong with `crickets review set` first, then say `--outcome corrected`; name a touch that went to \
                 another inquiry with `--touch`; or say `--outcome upheld` where there is nothing to set right",
            ));
        }
        Ok(corrected)
    }

    async fn known_touch(&self, id: &str) -> Result<(), AuditError> {
        if self.store.touch(id).await?.is_some() {
            return Ok(());
        }
        Err(AuditError::wrong(
            format!("find the touch `{id}`"),
            "`touches.csv` of the report lists them; leave `--touch` out where none came",
        ))
    }
}

/// The appeals as they stood at a moment: what was filed or decided later does not stand yet.
fn standing(steps: Vec<AppealStep>, as_of: DateTime<Utc>) -> BTreeMap<InquiryId, Vec<Appeal>> {
    let mut all: BTreeMap<InquiryId, Vec<Appeal>> = BTreeMap::new();
    for step in steps.into_iter().filter(|step| step.at <= as_of) {
        let (id, list) = (name(step.number), all.entry(step.inquiry).or_default());
        match step.said {
            Said::Filed { text, criterion, touch } => {
                let (at, by, rehearsal) = (step.at, step.author, step.rehearsal);
                list.push(Appeal { id, at, by, text, criterion, touch, rehearsal, ..Appeal::default() });
            }
            Said::Decided { outcome, text, corrections } => {
                if let Some(appeal) = list.iter_mut().find(|appeal| appeal.id == id) {
                    appeal.outcome = outcome;
                    (appeal.outcome_at, appeal.outcome_by, appeal.outcome_text) = (Some(step.at), Some(step.author), Some(text));
                    appeal.corrections = corrections;
                    appeal.rehearsal |= step.rehearsal;
                }
            }
        }
    }
    all.retain(|_, list| !list.is_empty());
    all
}

/// `A1` for 1.
fn name(number: i64) -> String {
    format!("A{number}")
}

fn number(id: &str) -> Option<i64> {
    id.strip_prefix('A')?.parse().ok()
}

/// What somebody said, without what could deceive the eye.
fn words_of(option: &str, text: &str, limit: usize) -> Result<String, AuditError> {
    let text = tidy(text).trim().to_owned();
    let length = text.chars().count();
    if length == 0 {
        return Err(AuditError::wrong(format!("keep the appeal: `{option}` says nothing"), "say it in a sentence"));
    }
    if length > limit {
        let what = format!("keep the appeal: `{option}` has {length} characters, and {limit} is the most");
        return Err(AuditError::wrong(what, "say the gist, and where the rest can be read"));
    }
    Ok(text)
}

fn known_criterion(id: &str) -> Result<(), AuditError> {
    let known = Rubric::default_rubric().criteria();
    if known.iter().any(|(name, _)| *name == id) {
        return Ok(());
    }
    let nearest = document::nearest(id, known.iter().map(|(name, _)| *name));
    Err(AuditError::wrong(
        format!("find the criterion `{id}`"),
        nearest.map_or_else(String::new, |nearest| format!("did you mean `{nearest}`? `criteria.csv` of the report lists them")),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(number: i64, second: i64, said: Said) -> AppealStep {
        let at = DateTime::from_timestamp(second, 0).unwrap();
        AppealStep { number, inquiry: InquiryId::new("w", "a"), said, author: "Pat".into(), at, rehearsal: false }
    }

    fn decided(outcome: AppealOutcome) -> Said {
        Said::Decided { outcome, text: "why".into(), corrections: Vec::new() }
    }

    #[test]
    fn an_appeal_stands_as_it_stood_at_the_moment() {
        let filed = Said::Filed { text: "no".into(), criterion: None, touch: None };
        let steps = vec![
            step(1, 10, filed.clone()),
            step(1, 20, decided(AppealOutcome::Rejected)),
            step(1, 40, decided(AppealOutcome::Upheld)),
            step(2, 30, filed),
        ];
        let at = |second: i64| {
            let all = standing(steps.clone(), DateTime::from_timestamp(second, 0).unwrap());
            let list = all.into_values().flatten().map(|appeal| (appeal.id, appeal.outcome, appeal.outcome_at.map(|at| at.timestamp())));
            list.collect::<Vec<_>>()
        };
        let one = |outcome, at| ("A1".to_owned(), outcome, at);
        let two = ("A2".to_owned(), AppealOutcome::Open, None);
        assert_eq!(at(9), []);
        assert_eq!(at(19), [one(AppealOutcome::Open, None)]);
        assert_eq!(at(20), [one(AppealOutcome::Rejected, Some(20))]);
        assert_eq!(at(35), [one(AppealOutcome::Rejected, Some(20)), two.clone()]);
        assert_eq!(at(40), [one(AppealOutcome::Upheld, Some(40)), two]);
    }

    #[test]
    fn words_are_there_and_not_too_many() {
        assert_eq!(words_of("--text", " we \u{202e}rang ", 10).unwrap(), "we rang");
        assert!(words_of("--text", " \u{202e} ", 10).is_err());
        let long = words_of("--text", "12345678901", 10).unwrap_err().to_string();
        assert!(long.contains("11 characters") && long.contains("10"), "{long}");
    }

    #[test]
    fn a_criterion_is_one_of_the_rubrics() {
        assert!(known_criterion("speed.call").is_ok());
        let refused = known_criterion("speed.cal");
        assert!(matches!(&refused, Err(AuditError::Wrong(_, hint)) if hint.contains("`speed.call`")), "{refused:?}");
    }
}
