//! What a person is asked about a table: how it would be read, with rows of it, and what it leaves open.

use serde::Serialize;

use super::CallRecord;
use super::map::Map;

/// A proposed map and what it leaves open.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Question {
    /// The file.
    pub file: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// What it was recognised as; `mapped-csv` where it is nothing known.
    pub format: String,
    /// How it would be read.
    pub mapping: Map,
    /// How sure that is, from 0 to 1.
    pub confidence: f64,
    /// What was decided by the file itself, in sentences.
    pub decided: Vec<String>,
    /// What is open.
    pub ambiguities: Vec<Ambiguity>,
    /// Rows of it, with what they would be read as where nothing is open.
    pub examples: Vec<Example>,
    /// How many rows there are.
    pub rows: u64,
}

/// What a table does not say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ambiguity {
    /// What is open: `date_order`, `timezone`, `numbers`, `time`, `direction`, `channel`, `delimiter`, `words`.
    pub kind: &'static str,
    /// The same in a sentence.
    pub message: String,
    /// The options that settle it.
    pub settle: Vec<String>,
}

/// A row of the table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Example {
    /// Its line.
    pub line: u64,
    /// The row as it stands there.
    pub row: String,
    /// What it would be read as, or what is wrong with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call: Option<CallRecord>,
    /// Why it cannot be read as the map is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

impl std::fmt::Display for Question {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let open: Vec<&str> = self.ambiguities.iter().map(|ambiguity| ambiguity.message.as_str()).collect();
        if open.is_empty() {
            write!(
                formatter,
                "its columns are known by their names and cells alone; see the mapping, and take it with --yes or --save-map NAME"
            )
        } else {
            write!(formatter, "{}", open.join("; "))
        }
    }
}
