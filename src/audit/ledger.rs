//! From the store to `crickets.log/1`: one inquiry, its touches and its coverage gaps, as of a moment.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, TimeDelta, Utc};

use super::alive::{self, Life, Unproven};
use super::aside::Unread;
use super::canary::{Canaries, Stand};
use super::holes::Lacking;
use super::phones::{FILES, TWILIO, part_of};
use super::wave::whole_second;
use super::{AuditError, Workspace, judge, looks, one_call, opted, round_trip, skew};
use crate::attribute::{AttributedBy, quiet};
use crate::collect::mail::skew::Skew;
use crate::collect::phone::shown::Kind;
use crate::collect::{Channel, Placement};
use crate::report::{Alive, Phoned};
use crate::score::{Gap, Log, LogInquiry, LogTouch, Offered};
use crate::shop::plan::Span;
use crate::shop::{Inquiry, InquiryId, Status};
use crate::store::{Store, Touch};

/// No shorter gap is told.
const SHORTEST: TimeDelta = TimeDelta::seconds(1);

/// How many reasons of a gap are told.
const TOLD: usize = 3;

/// Places in the list of touches, in its order.
type Places = HashMap<InquiryId, Vec<usize>>;

/// What the logs of a wave are made of, read once.
pub(super) struct Ledger {
    /// What logs of calls and texts show, and whatever waits for a person: few beside the mails, which stay in the store.
    touches: Vec<Touch>,
    /// By mailbox, rehearsed or real: when the mails came that show it alive.
    mails: BTreeMap<(String, bool), Vec<DateTime<Utc>>>,
    /// Where among them those of each inquiry are.
    owned: Places,
    /// Where those are that wait for a person and may belong to an inquiry.
    asked: Places,
    /// Texts of the shopper's own: no touches, and yet a person may have to say of which inquiry one is.
    sent: Vec<Touch>,
    /// When texts of the shopper's own opted out.
    opt_outs: BTreeMap<InquiryId, DateTime<Utc>>,
    /// What was watched, really and in rehearsals.
    coverage: [Vec<(String, Vec<Span>)>; 2],
    /// The same of texts, by phone.
    texts: [BTreeMap<String, Vec<Span>>; 2],
    canaries: BTreeMap<String, Canaries>,
    /// Messages that could not be read so far.
    unread: Vec<Unread>,
    /// What came to each mailbox and was never read.
    lacking: BTreeMap<(String, bool), Vec<Lacking>>,
    /// What was in the way of the last look, by source.
    obstacles: BTreeMap<String, String>,
    /// By mailbox, rehearsed or real.
    lives: BTreeMap<(String, bool), Life>,
    phones: Vec<(String, String)>,
    /// What the logs of each phone cannot show.
    limits: BTreeMap<String, Vec<String>>,
    /// Of a phone that both files and a service show: up to when each does.
    parts: BTreeMap<String, BTreeMap<String, DateTime<Utc>>>,
    /// Numbers from which the shopper tries whether a phone is alive.
    testers: BTreeSet<String>,
    /// When each number of ours was first given to anybody.
    given: BTreeMap<String, DateTime<Utc>>,
    window: TimeDelta,
}

impl Workspace {
    /// Every source of the configuration with the spans over which it is known to be complete (a phone: in its calls), by the real clock
    /// or a rehearsal's.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn coverage(&self, rehearsal: bool) -> Result<Vec<(String, Vec<Span>)>, AuditError> {
        self.coverage_around(&self.all_lacking(rehearsal).await?, rehearsal).await
    }

    /// What came to each mailbox and was never read, by the real clock or a rehearsal's.
    async fn all_lacking(&self, rehearsal: bool) -> Result<BTreeMap<(String, bool), Vec<Lacking>>, AuditError> {
        let mut all = BTreeMap::new();
        for source in self.config.mailboxes.values().map(crate::config::Mailbox::source) {
            let lacking = self.lacking(&source, rehearsal).await?;
            all.insert((source, rehearsal), lacking);
        }
        Ok(all)
    }

    /// The spans of [`Self::coverage`], around what is lacking.
    async fn coverage_around(
        &self,
        lacking: &BTreeMap<(String, bool), Vec<Lacking>>,
        rehearsal: bool,
    ) -> Result<Vec<(String, Vec<Span>)>, AuditError> {
        if !self.clock.is_rehearsal() {
            // Our clock may have run ahead and been set right since.
            self.store.nothing_covered_after(self.clock.now()).await?;
        }
        let mut coverage = Vec::new();
        for source in self.config.mailboxes.values().map(crate::config::Mailbox::source) {
            let spans = self.store.covered(&source, rehearsal).await?.into_iter();
            let holes: Vec<Span> = lacking.get(&(source.clone(), rehearsal)).into_iter().flatten().map(Lacking::span).collect();
            let spans = spans.flat_map(|span| looks::around(span, holes.clone())).collect();
            coverage.push((source, spans));
        }
        for source in self.config.phones.values().map(crate::config::Phone::source) {
            let spans = self.kind_covered(&source, Kind::Calls, rehearsal).await?;
            coverage.push((source, spans));
        }
        Ok(coverage)
    }

    /// Every phone with the spans over which all texts are known.
    async fn texts_covered(&self, rehearsal: bool) -> Result<BTreeMap<String, Vec<Span>>, AuditError> {
        let mut texts = BTreeMap::new();
        for source in self.config.phones.values().map(crate::config::Phone::source) {
            let spans = self.kind_covered(&source, Kind::Texts, rehearsal).await?;
            texts.insert(source, spans);
        }
        Ok(texts)
    }

    /// What the logs of each phone can prove.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn phoned(&self) -> Result<BTreeMap<String, Phoned>, AuditError> {
        Ok(self.ledger().await?.phoned(self.clock.now()))
    }

    /// The gaps of every source over the windows of these inquiries up to now.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn gaps(&self, inquiries: &[&Inquiry]) -> Result<BTreeMap<String, Vec<Gap>>, AuditError> {
        Ok(self.ledger().await?.all_gaps(inquiries, self.clock.now()))
    }

    pub(super) async fn ledger(&self) -> Result<Ledger, AuditError> {
        let (mut few, mut mails) = (Vec::new(), BTreeMap::<(String, bool), Vec<DateTime<Utc>>>::new());
        let keep = |touch: Touch| {
            if alive::is_sign(&touch) {
                mails.entry((touch.source.clone(), touch.rehearsal)).or_default().push(touch.arrival.at);
            }
            few.extend(Some(touch).filter(is_held));
        };
        self.store.each_touch(keep).await?;
        let (touches, sent, opt_outs) = opted::apart(one_call::joined(few));
        let (mut canaries, mut lives) = (BTreeMap::new(), BTreeMap::new());
        for source in self.config.mailboxes.values().map(crate::config::Mailbox::source) {
            let of_source = self.canaries(&source).await?;
            for rehearsal in [false, true] {
                let of_mailbox = (source.clone(), rehearsal);
                let life = Life::of(rehearsal, &of_source, mails.get(&of_mailbox).map_or(&[], Vec::as_slice));
                lives.insert(of_mailbox, life);
            }
            canaries.insert(source, of_source);
        }
        let mut lacking = self.all_lacking(false).await?;
        lacking.extend(self.all_lacking(true).await?);
        let coverage = [self.coverage_around(&lacking, false).await?, self.coverage_around(&lacking, true).await?];
        let texts = [self.texts_covered(false).await?, self.texts_covered(true).await?];
        let ([real, rehearsed], [real_texts, rehearsed_texts]) = (&coverage, &texts);
        let (watched, texts_watched) = if self.clock.is_rehearsal() { (rehearsed, rehearsed_texts) } else { (real, real_texts) };
        let mut obstacles = BTreeMap::new();
        for (source, _) in real {
            obstacles.extend(
                looks::obstacle(&self.store.looks(source, self.clock.is_rehearsal()).await?).map(|obstacle| (source.clone(), obstacle)),
            );
        }
        let (mut limits, mut parts) = (BTreeMap::new(), BTreeMap::new());
        for source in self.config.phones.values().map(crate::config::Phone::source) {
            limits.insert(source.clone(), self.limits(&source).await?);
            let mut shown = BTreeMap::new();
            for part in [FILES, TWILIO] {
                let spans = self.store.covered(&part_of(&source, part), self.clock.is_rehearsal()).await?;
                shown.extend(spans.last().map(|(_, to)| (part.to_owned(), *to)));
            }
            if shown.len() < 2 {
                shown.clear();
            }
            // Where calls are shown and texts are not, or not as far, both are told.
            let of_calls = watched.iter().find(|(name, _)| *name == source).map(|(_, spans)| spans);
            let [calls, of_texts] =
                [of_calls, texts_watched.get(&source)].map(|spans| spans.and_then(|spans| spans.last()).map(|(_, to)| *to));
            if calls != of_texts {
                shown.extend(
                    [(Kind::Calls, calls), (Kind::Texts, of_texts)]
                        .into_iter()
                        .filter_map(|(kind, to)| Some((kind.name().to_owned(), to?))),
                );
            }
            if !shown.is_empty() {
                parts.insert(source, shown);
            }
        }
        Ok(Ledger {
            limits,
            parts,
            testers: self.testers().await?,
            owned: places(&touches, |touch| touch.inquiry.as_slice().iter().collect()),
            asked: places(&touches, candidates),
            touches,
            mails,
            sent,
            opt_outs,
            coverage,
            texts,
            unread: self.unread().await?,
            lacking,
            obstacles,
            canaries,
            lives,
            phones: self.config.phones.values().map(|phone| (phone.number.clone(), phone.source())).collect(),
            given: judge::given(&self.store.inquiries(None).await?),
            window: TimeDelta::days(self.config.wave.window_days),
        })
    }
}

impl Ledger {
    /// The touches of each of some inquiries up to a moment, by time.
    ///
    /// # Errors
    /// When the store fails.
    pub(super) async fn touches(&self, store: &Store, inquiries: &[&Inquiry], as_of: DateTime<Utc>) -> Result<Vec<Vec<Touch>>, AuditError> {
        let ids: Vec<String> = inquiries.iter().map(|inquiry| inquiry.id.0.clone()).collect();
        let mut mails: HashMap<InquiryId, Vec<Touch>> = HashMap::new();
        for touch in store.touches_owned(&ids).await?.into_iter().filter(|touch| !is_held(touch)) {
            let Some(owner) = touch.inquiry.clone() else { continue };
            mails.entry(owner).or_default().push(touch);
        }
        let of = |inquiry: &&Inquiry| {
            let mut touches = mails.remove(&inquiry.id).unwrap_or_default();
            touches.extend(self.at(&self.owned, &inquiry.id).cloned());
            touches.retain(|touch| touch.arrival.at <= as_of);
            touches.sort_by(|a, b| (a.arrival.at, &a.id).cmp(&(b.arrival.at, &b.id)));
            touches
        };
        Ok(inquiries.iter().map(of).collect())
    }

    fn at<'a>(&'a self, places: &'a Places, inquiry: &InquiryId) -> impl Iterator<Item = &'a Touch> {
        places.get(inquiry).into_iter().flatten().filter_map(|place| self.touches.get(*place))
    }

    /// Everything that a person has yet to decide on, whether it came or the shopper sent it.
    pub(super) fn open(&self, as_of: DateTime<Utc>) -> impl Iterator<Item = &Touch> {
        self.touches.iter().chain(&self.sent).filter(move |touch| touch.review.is_some() && touch.arrival.at <= as_of)
    }

    /// How many messages that could not be read so far may answer any of these inquiries.
    pub(super) fn unread(&self, inquiries: &[&Inquiry], as_of: DateTime<Utc>) -> usize {
        let may_answer = |unread: &&Unread| inquiries.iter().any(|inquiry| unread.may_answer(inquiry, self.window, as_of));
        self.unread.iter().filter(may_answer).count()
    }

    /// The log of an inquiry with these touches as of a moment.
    pub(super) fn log(&self, inquiry: &Inquiry, touches: &[Touch], as_of: DateTime<Utc>) -> Log {
        let in_review = self.at(&self.asked, &inquiry.id).filter(|touch| touch.arrival.at <= as_of).count();
        let sent = self.sent.iter().filter(|touch| touch.arrival.at <= as_of && candidates(touch).contains(&&inquiry.id)).count();
        let opt_out_at = opted::of_both(inquiry, self.opt_outs.get(&inquiry.id).copied()).filter(|at| *at <= as_of);
        let unread = self.unread.iter().filter(|unread| unread.may_answer(inquiry, self.window, as_of)).count();
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Log {
            schema: crate::score::LOG_SCHEMA.to_owned(),
            as_of,
            inquiry: LogInquiry {
                shop: inquiry.shop.slug.clone(),
                builder: inquiry.shop.builder.clone(),
                timezone: inquiry.shop.timezone,
                hours: inquiry.shop.hours.clone(),
                holidays: inquiry.shop.holidays.clone(),
                status: Some(inquiry.status),
                reason: inquiry.reason.clone(),
                sent_at: inquiry.sent_at,
                confirmed_at: inquiry.confirmed_at.filter(|_| inquiry.status == Status::Confirmed),
                confirmed_by: inquiry.confirmed_by,
                question: Some(inquiry.shop.ask.question.clone()),
                offered: Offered { phone: inquiry.offered_phone, text: inquiry.offered_text },
                opt_out_at,
                // Whoever was asked to stop cannot be asked to persist.
                withdrawn_at: inquiry.withdrawn_at.into_iter().chain(opt_out_at).min(),
                coverage_gaps: self.gaps(inquiry, as_of),
                in_review: number(in_review + unread),
                opt_outs_in_review: number(sent),
            },
            touches: touches.iter().map(log_touch).collect(),
        }
    }

    /// What was watched, really or in rehearsals.
    fn watched(&self, rehearsal: bool) -> &[(String, Vec<Span>)] {
        let [real, rehearsed] = &self.coverage;
        if rehearsal { rehearsed } else { real }
    }

    /// When a source that this inquiry depends on was not watched, or its mailbox not proven alive, within its window so far.
    pub(super) fn gaps(&self, inquiry: &Inquiry, as_of: DateTime<Utc>) -> Vec<Gap> {
        let Some(start) = inquiry.confirmed_at.or(inquiry.sent_at) else { return Vec::new() };
        let span = (start, as_of.min(start + self.window));
        let mut sources = vec![inquiry.mailbox.clone()];
        if inquiry.offered_phone {
            let number = inquiry.persona.phone.as_deref();
            let of_number = self.phones.iter().find(|(of, _)| Some(of.as_str()) == number);
            // A number that no source watches is a source that is never covered.
            sources.push(of_number.map_or_else(|| "phone".to_owned(), |(_, source)| source.clone()));
        }
        sources.into_iter().flat_map(|source| self.gaps_of(&source, inquiry, span)).collect()
    }

    /// When a source was not watched, or not proven alive, within a span of an inquiry.
    fn gaps_of(&self, source: &str, inquiry: &Inquiry, span: Span) -> Vec<Gap> {
        let covered = self.watched(inquiry.rehearsal).iter().find(|(name, _)| *name == source).map_or(&[][..], |(_, spans)| spans);
        let unread = uncovered(span, covered);
        let mut open: Vec<(Span, Option<Channel>, String)> = Vec::new();
        if let Some(life) = self.lives.get(&(source.to_owned(), inquiry.rehearsal)) {
            for Unproven { span, why } in life.unproven(span) {
                // What was not read either is a gap already.
                open.extend(uncovered(span, &unread).into_iter().map(|span| (span, None, why.clone())));
            }
        }
        let [real, rehearsed] = &self.texts;
        let texts = if inquiry.rehearsal { rehearsed } else { real }.get(source).filter(|_| inquiry.offered_text);
        let unread = match texts {
            Some(texts) => apart(&unread, &uncovered(span, texts)),
            // Texts were not agreed to: none can be missed.
            None => unread.into_iter().map(|gap| (gap, None)).collect(),
        };
        let because = |gap: Span, channel| self.unread_because(source, channel, inquiry.rehearsal, gap, gap.1 == span.1);
        open.extend(unread.into_iter().map(|(gap, channel)| (gap, channel, because(gap, channel))));
        // Times are told in seconds: what is shorter is the time that looking took.
        open.retain(|((from, to), ..)| *to - *from >= SHORTEST);
        open.sort_by(|one, other| (one.0, &one.2).cmp(&(other.0, &other.2)));
        open.into_iter().map(|((from, to), channel, why)| Gap { source: source.to_owned(), from, to, channel, why: Some(why) }).collect()
    }

    /// Why a source is not covered, in a few words; what is missing explains it, and what was in the way last what is open at the `end`.
    fn unread_because(&self, source: &str, channel: Option<Channel>, rehearsal: bool, gap: Span, end: bool) -> String {
        let within = |lacking: &&Lacking| {
            let (from, to) = lacking.span();
            from < gap.1 && to > gap.0
        };
        let of_source = self.lacking.get(&(source.to_owned(), rehearsal)).into_iter();
        let lacking: Vec<String> = of_source.flatten().filter(within).take(TOLD).map(Lacking::tell).collect();
        if !lacking.is_empty() {
            return lacking.join("; ");
        }
        let silent = match channel {
            _ if source.starts_with("mailbox.") => "not read to its end",
            None => "no log shows it",
            Some(Channel::Sms) => "no log shows its texts",
            Some(_) => "no log shows its calls",
        };
        self.obstacles.get(source).filter(|_| end).map_or_else(|| silent.to_owned(), |obstacle| format!("{silent}: {obstacle}"))
    }

    /// The gaps of all sources over the windows of these inquiries; a source without one stands with an empty list.
    pub(super) fn all_gaps(&self, inquiries: &[&Inquiry], as_of: DateTime<Utc>) -> BTreeMap<String, Vec<Gap>> {
        let mut all: BTreeMap<String, Vec<Gap>> = self.watched(false).iter().map(|(source, _)| (source.clone(), Vec::new())).collect();
        for gap in inquiries.iter().filter(|inquiry| inquiry.status == Status::Confirmed).flat_map(|inquiry| self.gaps(inquiry, as_of)) {
            all.entry(gap.source.clone()).or_default().push(gap);
        }
        all.into_iter().map(|(source, gaps)| (source, joined(gaps))).collect()
    }

    /// What the logs of each number can prove up to a moment.
    pub(super) fn phoned(&self, as_of: DateTime<Utc>) -> BTreeMap<String, Phoned> {
        let ours = |touch: &Touch| touch.from.as_ref().is_some_and(|from| self.is_ours(from));
        let mut all = BTreeMap::new();
        for (number, source) in &self.phones {
            let logged =
                || self.touches.iter().filter(|touch| touch.source == *source && touch.marks.heard.is_some() && touch.arrival.at <= as_of);
            let first = self.given.get(number);
            let stranger = |touch: &Touch| touch.inquiry.is_none() && !ours(touch);
            all.insert(
                source.clone(),
                Phoned {
                    cannot_show: self.limits.get(source).cloned().unwrap_or_default(),
                    by: self.parts.get(source).cloned().unwrap_or_default(),
                    own_call: logged().filter(|touch| ours(touch)).map(|touch| touch.arrival.at).max(),
                    background: first.and_then(|first| quiet::before(logged().map(|touch| (touch.arrival.at, stranger(touch))), *first)),
                },
            );
        }
        all
    }

    /// Whether a number is one of ours.
    fn is_ours(&self, number: &str) -> bool {
        self.given.contains_key(number) || self.testers.contains(number) || self.phones.iter().any(|(own, _)| own == number)
    }

    /// What shows that the mailboxes of these inquiries received mail in their windows so far.
    pub(super) fn alive(&self, inquiries: &[&Inquiry], as_of: DateTime<Utc>) -> BTreeMap<String, Alive> {
        let mut all = BTreeMap::new();
        for (source, canaries) in &self.canaries {
            let of_source = || inquiries.iter().filter(|inquiry| inquiry.mailbox == *source);
            let starts = of_source().filter_map(|inquiry| inquiry.confirmed_at.or(inquiry.sent_at));
            let Some((first, last)) = starts.clone().min().zip(starts.max()) else { continue };
            // The canary that a wave starts with leaves before its first inquiry.
            let within = |at: DateTime<Utc>| first - TimeDelta::days(1) <= at && at <= as_of.min(last + self.window + TimeDelta::days(1));
            let rehearsal = of_source().any(|inquiry| inquiry.rehearsal);
            let mut alive = Alive::default();
            for (canary, stand) in canaries.all.iter().filter(|(canary, _)| within(canary.sent_at) && canary.rehearsal == rehearsal) {
                match (stand, &canary.back) {
                    (_, Some(back)) => {
                        alive.back += 1;
                        alive.in_spam += u32::from(back.placement == Some(Placement::Spam));
                        alive.slowest_s = alive.slowest_s.max(Some(round_trip(canary, back)));
                        let surest = |skew: &Skew| (!skew.is_certain(), skew.width_ms());
                        alive.skew_s = alive.skew_s.into_iter().chain(skew(canary)).min_by_key(surest);
                    }
                    (Stand::Lost, None) => alive.lost += 1,
                    _ => {}
                }
            }
            let mails = self.mails.get(&(source.clone(), rehearsal)).into_iter().flatten();
            for at in mails.filter(|at| **at >= first && **at <= as_of) {
                alive.other_mails += 1;
                alive.last_mail = alive.last_mail.max(Some(*at));
            }
            all.insert(source.clone(), alive);
        }
        all
    }
}

/// Whether the ledger holds a touch; a mail that nobody must look at is read with its inquiry.
fn is_held(touch: &Touch) -> bool {
    touch.channel != Channel::Email || touch.marks.heard.is_some() || touch.review.is_some()
}

/// The places of touches by the inquiries that each has to do with.
fn places<'a>(touches: &'a [Touch], inquiries: impl Fn(&'a Touch) -> Vec<&'a InquiryId>) -> Places {
    let mut places = Places::new();
    for (place, touch) in touches.iter().enumerate() {
        for inquiry in inquiries(touch) {
            let of = places.entry(inquiry.clone()).or_default();
            // The same candidate may stand twice.
            if of.last() != Some(&place) {
                of.push(place);
            }
        }
    }
    places
}

/// The inquiries that a touch in review may belong to: a mail by itself to any of its candidates, but one that was given to somebody to
/// nobody else.
fn candidates(touch: &Touch) -> Vec<&InquiryId> {
    match &touch.inquiry {
        _ if touch.review.is_none() => Vec::new(),
        Some(owner) => vec![owner],
        None => touch.attribution.candidates.iter().map(|candidate| &candidate.inquiry).collect(),
    }
}

/// What of a span the covered ones (in order, apart) leave open.
fn uncovered(span: Span, covered: &[Span]) -> Vec<Span> {
    let mut open = Vec::new();
    let mut from = span.0;
    for (start, end) in covered {
        if *end <= from {
            continue;
        }
        if *start >= span.1 {
            break;
        }
        if *start > from {
            open.push((from, *start));
        }
        from = from.max(*end);
    }
    if from < span.1 {
        open.push((from, span.1));
    }
    open
}

/// What no log shows, no log of calls, or no log of texts.
fn apart(calls: &[Span], texts: &[Span]) -> Vec<(Span, Option<Channel>)> {
    let without = |spans: &[Span], others: &[Span]| spans.iter().flat_map(|span| uncovered(*span, others)).collect::<Vec<_>>();
    let (only_calls, only_texts) = (without(calls, texts), without(texts, calls));
    let both = without(calls, &only_calls);
    let of = |spans: Vec<Span>, channel| spans.into_iter().map(move |span| (span, channel));
    of(both, None).chain(of(only_calls, Some(Channel::Call))).chain(of(only_texts, Some(Channel::Sms))).collect()
}

/// Spans in order, with what overlaps joined where the reason is the same.
fn joined(mut spans: Vec<Gap>) -> Vec<Gap> {
    spans.sort_by(|a, b| (a.from, a.to, &a.why).cmp(&(b.from, b.to, &b.why)));
    let mut joined: Vec<Gap> = Vec::new();
    for span in spans {
        match joined.iter_mut().rev().find(|known| known.why == span.why) {
            Some(last) if span.from <= last.to => last.to = last.to.max(span.to),
            _ => joined.push(span),
        }
    }
    joined
}

fn log_touch(touch: &Touch) -> LogTouch {
    LogTouch {
        id: touch.id.as_str().into(),
        channel: touch.channel,
        origin: touch.classified.origin,
        // The clock of an inquiry starts at a whole second, as mail servers stamp them. A source that knows more of the second would else
        // make an answer of 299.5 s one of 301.
        at: whole_second(touch.arrival.at),
        at_latest: touch.arrival.at_latest.map(whole_second),
        disputed: touch.arrival.disputed,
        from: touch.from.clone(),
        labels: touch.classified.labels.clone(),
        attributed_by: touch.attribution.by.or(Some(AttributedBy::Content)),
        confidence: Some(touch.attribution.confidence),
        evidence: Some(format!("sha256:{}", touch.sha256)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_covered_is_a_gap() {
        let day = |day: i64| DateTime::from_timestamp(day * 86_400, 0).unwrap();
        let span = |from, to| (day(from), day(to));
        for (covered, want) in [
            (vec![], vec![span(10, 20)]),
            (vec![span(0, 30)], vec![]),
            (vec![span(0, 12)], vec![span(12, 20)]),
            (vec![span(12, 14), span(15, 40)], vec![span(10, 12), span(14, 15)]),
            (vec![span(0, 10), span(20, 30)], vec![span(10, 20)]),
            (vec![span(10, 20)], vec![]),
        ] {
            assert_eq!(uncovered(span(10, 20), &covered), want, "{covered:?}");
        }
        assert_eq!(uncovered(span(20, 20), &[]), vec![]);
    }

    #[test]
    fn what_shows_calls_alone_leaves_texts_open() {
        let day = |day: i64| DateTime::from_timestamp(day * 86_400, 0).unwrap();
        let spans = |spans: &[(i64, i64)]| spans.iter().map(|(from, to)| (day(*from), day(*to))).collect::<Vec<_>>();
        let (call, text) = (Some(Channel::Call), Some(Channel::Sms));
        for (calls, texts, want) in [
            (&[][..], &[][..], vec![]),
            (&[(1, 9)], &[(1, 9)], vec![((1, 9), None)]),
            (&[], &[(1, 9)], vec![((1, 9), text)]),
            (&[(1, 9)], &[], vec![((1, 9), call)]),
            (&[(1, 5)], &[(1, 9)], vec![((1, 5), None), ((5, 9), text)]),
            (&[(1, 5), (8, 9)], &[(4, 8)], vec![((4, 5), None), ((1, 4), call), ((8, 9), call), ((5, 8), text)]),
        ] {
            let want: Vec<_> = want.into_iter().map(|((from, to), channel)| ((day(from), day(to)), channel)).collect();
            assert_eq!(apart(&spans(calls), &spans(texts)), want, "{calls:?} {texts:?}");
        }
    }
}
