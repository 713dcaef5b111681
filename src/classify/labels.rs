//! What a touch says: the labels of the contract. Absent means unknown.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::collect::Placement;

/// Whether the inquiry's question was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum QuestionAnswered {
    /// Answered.
    Yes,
    /// Answered in part.
    Partly,
    /// "Call me and I'll tell you."
    Deferred,
    /// Not answered.
    No,
    /// Cannot be told.
    Unknown,
}

/// Whether a visit or call was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Appointment {
    /// A stated time or a scheduling link.
    Specific,
    /// A vague invitation.
    Vague,
    /// None.
    None,
}

/// A kind of fault in a written answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// A template placeholder left in the text.
    MergeField,
    /// Addressed to somebody else.
    WrongName,
    /// About another community.
    WrongCommunity,
}

/// The labels of a touch; `None` means unknown.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Labels {
    /// The named human who wrote or called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender_name: Option<String>,
    /// Whether the shopper's name was used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name_used: Option<bool>,
    /// Whether the community or plan was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub community_named: Option<bool>,
    /// A direct number given, E.164.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direct_phone: Option<String>,
    /// Where the mail landed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placement: Option<Placement>,
    /// The video's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub video: Option<String>,
    /// Whether a visit or call was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub appointment: Option<Appointment>,
    /// The scheduling link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheduling_link: Option<String>,
    /// Whether a reason to choose this builder or a discovery question was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason_or_discovery: Option<bool>,
    /// Whether the question was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub question: Option<QuestionAnswered>,
    /// Kinds of fault found; `None` when not judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub faults: Option<Vec<Fault>>,
    /// The colleague that the writer handed over to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introduces: Option<String>,
    /// A personal-looking mail within 60 s.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suspected_automation: Option<bool>,
}

/// The words that each judged label rests on, by label name.
pub type Quotes = BTreeMap<String, String>;
