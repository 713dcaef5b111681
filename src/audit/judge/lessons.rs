//! What a touch teaches about others: whose its marks are, when its owner is certain, and what a call's or text's own words tell.

use super::Judge;
use crate::attribute::{AttributedBy, Lesson, Marks};
use crate::audit::opted;
use crate::classify::Origin;
use crate::shop::InquiryId;
use crate::store::Touch;

impl Judge<'_> {
    /// What a touch teaches: when its owner is certain; a call or text whose words tell whose it is; one that came before anybody was asked.
    pub(in crate::audit) fn lesson(&self, touch: &Touch) -> Option<Lesson> {
        if opted::is_ours(touch) {
            return None;
        }
        let attribution = &touch.attribution;
        let sent_by_us = self.sent_by_us(&touch.marks);
        if !attribution.is_certain() && sent_by_us.is_none() {
            return self.lesson_of_call(touch);
        }
        let mut marks = touch.marks.clone();
        marks.senders.retain(|sender| !self.is_ours(sender));
        marks.direct_phone = marks.direct_phone.filter(|_| sent_by_us.is_none());
        Some(Lesson {
            touch: touch.id.clone(),
            at: touch.arrival.at,
            owner: sent_by_us.or_else(|| attribution.owner.clone()),
            by_person: attribution.by == Some(AttributedBy::Person),
            marks,
            bounce: touch.classified.origin == Origin::Bounce,
        })
    }

    /// What a call or text teaches whose owner is not certain: its number, to the builder that its words name or to nobody.
    fn lesson_of_call(&self, touch: &Touch) -> Option<Lesson> {
        let heard = touch.marks.heard.as_ref()?;
        let first = match &heard.to {
            Some(to) => self.given.get(to),
            None => self.given.values().min(),
        };
        let before = first.is_some_and(|first| touch.arrival.at < *first);
        let said = touch.marks.said.clone();
        if said.is_none() && !before {
            return None;
        }
        let own = |number: &String| self.given.contains_key(number);
        let direct_phone = touch.marks.direct_phone.clone().filter(|number| said.is_some() && !own(number));
        Some(Lesson {
            touch: touch.id.clone(),
            at: touch.arrival.at,
            owner: said,
            by_person: false,
            marks: Marks { caller: touch.marks.caller.clone(), direct_phone, ..Marks::default() },
            bounce: false,
        })
    }

    /// The inquiry from whose alias a mail went to somebody else: its thread is that inquiry's.
    fn sent_by_us(&self, marks: &Marks) -> Option<InquiryId> {
        let owner = self.aliases.get(marks.senders.first()?)?;
        marks.recipients.iter().any(|recipient| !self.is_ours(recipient)).then(|| owner.clone())
    }
}
