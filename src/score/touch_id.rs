//! The id of a touch. Whatever rests on a touch names it (every criterion, every fix), so that ids are shared and not copied. In JSON it
//! is a string.

use std::borrow::Borrow;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

/// A touch's id.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, JsonSchema)]
#[serde(from = "String")]
#[schemars(with = "String")]
pub struct TouchId(Arc<str>);

impl Serialize for TouchId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

impl From<String> for TouchId {
    fn from(id: String) -> Self {
        Self(id.into())
    }
}

impl From<&str> for TouchId {
    fn from(id: &str) -> Self {
        Self(id.into())
    }
}

impl Deref for TouchId {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for TouchId {
    fn borrow(&self) -> &str {
        self
    }
}

impl fmt::Display for TouchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl PartialEq<&str> for TouchId {
    fn eq(&self, other: &&str) -> bool {
        **self == **other
    }
}
