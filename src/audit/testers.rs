//! Numbers from which the shopper tries whether a phone is alive: calls from them are the phone's canary, and nobody's touches. Takes a
//! number that a person names; refuses one that is a builder's.

use std::collections::BTreeSet;

use super::{AuditError, Workspace};
use crate::store::Touch;

/// Under which source they are kept.
const TESTERS: &str = "test numbers";

impl Workspace {
    /// Notes that calls and texts from a number are the shopper's own tries; judges what came from it again.
    ///
    /// # Errors
    /// When the number is a builder's, or the store fails.
    pub async fn record_tester(&self, number: &str) -> Result<(), AuditError> {
        let inquiries = self.store.inquiries(None).await?;
        let builder = inquiries.iter().find(|inquiry| inquiry.shop.phones.iter().any(|phone| phone == number));
        // By the number that rang alone, a try may have been taken for a builder's call; by its words, it was one.
        let mut said = None;
        let first = |touch: Touch| {
            if said.is_none() && touch.marks.said.is_some() && touch.from.as_deref() == Some(number) {
                said = Some(touch.id);
            }
        };
        self.store.each_touch(first).await?;
        let whose = builder.map(|inquiry| inquiry.shop.builder.clone()).or_else(|| said.map(|touch| format!("touch {touch}")));
        if let Some(whose) = whose {
            return Err(AuditError::wrong(
                format!("note {number} as a number of your own: it is that of {whose}"),
                "call from another phone, or decide that touch with `crickets review set` first",
            ));
        }
        self.store.put_progress(TESTERS, number, &true.into()).await?;
        self.derive().await?;
        Ok(())
    }

    /// The numbers of the shopper's own other phones.
    pub(super) async fn testers(&self) -> Result<BTreeSet<String>, AuditError> {
        Ok(self.store.progress(TESTERS).await?.into_iter().map(|(number, _)| number).collect())
    }
}
