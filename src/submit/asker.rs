//! Who asks: the persona, for which shop, and where the answers reach us. Every form of a shop is filled from these three.

use crate::shop::{Persona, Shop};

/// Who fills a form, and about what.
#[derive(Clone, Copy, Debug)]
pub struct Asker<'a> {
    /// Whom we ask what, and what its file says of the form.
    pub shop: &'a Shop,
    /// The home buyer who asks.
    pub persona: &'a Persona,
    /// The address that answers go to, made for this inquiry.
    pub alias: &'a str,
}
