//! What really happened: written by those who did it, and kept from the product. Holds for every shop how its inquiry must have
//! ended and every touch that followed; and the touches that belong to nobody.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::classify::{Labels, Origin};
use crate::collect::Channel;
use crate::shop::{Basis, Status};

/// A touch as whoever sent it knows it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TrueTouch {
    /// The channel.
    pub channel: Channel,
    /// Who really wrote it.
    pub origin: Origin,
    /// The second at which it arrived or began to ring.
    pub at: DateTime<Utc>,
    /// Address or number it came from.
    pub from: String,
    /// Who it was.
    pub who: String,
    /// Whether review would be a right place for it too, because only its words tell whose it is.
    pub may_be_in_review: bool,
    /// What a careful reader would note; only what is set is worth checking.
    pub labels: Labels,
}

/// A touch that belongs to nobody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stray {
    /// The channel.
    pub channel: Channel,
    /// When it came.
    pub at: DateTime<Utc>,
    /// Address or number it came from.
    pub from: String,
    /// What it was.
    pub what: String,
}

/// The truth about one shop.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ShopTruth {
    /// The builder's name.
    pub builder: String,
    /// Why it may be shopped.
    pub basis: Basis,
    /// How the inquiry must have ended.
    pub status: Status,
    /// When the site took it.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// Pages that the site handed out.
    pub page_loads: u32,
    /// Forms of any kind posted to the site.
    pub posts: u32,
    /// What a fair shopper would not have done there.
    pub violations: Vec<String>,
    /// When the shopper asked not to be contacted again.
    pub opt_out_at: Option<DateTime<Utc>>,
    /// What followed, by time.
    pub touches: Vec<TrueTouch>,
}

/// The truth about a wave.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Truth {
    /// By slug.
    pub shops: BTreeMap<String, ShopTruth>,
    /// What belongs to nobody.
    pub strays: Vec<Stray>,
}
