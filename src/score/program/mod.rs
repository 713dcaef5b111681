//! A builder's own figures beside the audit. Takes rows of leads, appointments and sales by month and source; gives the three ratios
//! with their intervals, warns where walk-in leads that were handed back to online sales are mixed in, and shows the figures without
//! them. The rows are the builder's word: nothing of them changes a score.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A row of the builder's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where it stands in the file.
    pub line: u64,
    /// `2026-10`; `None` where the file has no months.
    pub month: Option<String>,
    /// Where the leads came from; `None` where the file does not say.
    pub source: Option<String>,
    /// Leads.
    pub leads: u64,
    /// Appointments.
    pub appointments: u64,
    /// Sales.
    pub sales: u64,
}

/// A row that could not be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BadRow {
    /// Where it stands in the file.
    pub line: u64,
    /// What is wrong with it.
    pub message: String,
}

/// A part of a whole, with its 95 % Wilson interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Ratio {
    /// How many.
    pub number: u64,
    /// Of how many.
    pub of: u64,
    /// Its share; `None` of none.
    pub share: Option<f64>,
    /// Where the true share lies in 95 of 100 such samples; `None` of none, or where there are more than there can be.
    pub interval: Option<[f64; 2]>,
}

/// The three ratios of some rows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Figures {
    /// Leads.
    pub leads: u64,
    /// Appointments.
    pub appointments: u64,
    /// Sales.
    pub sales: u64,
    /// Leads that became appointments.
    pub lead_to_appointment: Ratio,
    /// Appointments that became sales.
    pub appointment_to_sale: Ratio,
    /// Leads that became sales.
    pub lead_to_sale: Ratio,
}

/// The figures of a month or a source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Slice {
    /// The month, or the source as the file writes it.
    pub name: String,
    /// Whether these are walk-in leads handed back to online sales, by its words.
    pub onsite: bool,
    /// The figures.
    pub figures: Figures,
}

/// What is not as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WarningKind {
    /// Sources whose words say walk-in.
    OnsiteSources,
    /// A fall of the ratio while leads rise, as when walk-in leads are mixed in.
    RatioFell,
    /// More appointments than leads, or more sales than appointments.
    Impossible,
    /// Rows that could not be used.
    BadRows,
}

/// A warning, with the lines or months that it rests on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Warning {
    /// What kind.
    pub kind: WarningKind,
    /// What and why, in sentences.
    pub text: String,
}

/// A builder's own figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Program {
    /// The builder; empty where a file stands alone.
    pub builder: String,
    /// The file, as the shop file names it.
    pub file: String,
    /// The first month, `2026-01`.
    pub from: Option<String>,
    /// The last.
    pub to: Option<String>,
    /// All usable rows together.
    pub all: Figures,
    /// Without the sources whose words say walk-in; `None` where there are none.
    pub without_onsite: Option<Figures>,
    /// By source, the most leads first; empty where the file has no sources.
    pub by_source: Vec<Slice>,
    /// By month.
    pub by_month: Vec<Slice>,
    /// What is not as it should be.
    pub warnings: Vec<Warning>,
    /// Rows that could not be used.
    pub bad_rows: Vec<BadRow>,
    /// The mean audit score of the builder's final inquiries over the trailing waves, and of how many; `None` where there is none.
    pub audit: Option<Audit>,
}

/// The audit score that the figures stand beside.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Audit {
    /// The mean score.
    pub mean_score: f64,
    /// Of how many inquiries.
    pub n: u32,
}

impl Program {
    /// Every text in it that may hold a name or foreign words, for whoever hides or cleans names.
    pub fn each_text(&mut self, mut change: impl FnMut(&mut String)) {
        change(&mut self.builder);
        change(&mut self.file);
        self.by_source.iter_mut().for_each(|slice| change(&mut slice.name));
        self.warnings.iter_mut().for_each(|warning| change(&mut warning.text));
        self.bad_rows.iter_mut().for_each(|row| change(&mut row.message));
    }
}
