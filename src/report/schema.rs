//! The JSON Schemas (draft 2020-12) of what others read and write: `crickets.report/1` and `crickets.call/1`, which come out, and
//! `crickets.log/1`, which goes in. Made from the types themselves and committed under `docs/schema/`; keys may be added, so that none is forbidden.

use schemars::generate::SchemaSettings;

use super::{Report, ReportError};
use crate::collect::phone::{CALL_SCHEMA, CallLine};
use crate::score::Log;

/// Each schema: its file's name, and its text.
///
/// # Errors
/// When one cannot be encoded.
pub fn schemas() -> Result<[(&'static str, String); 3], ReportError> {
    let report = SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<Report>();
    let log = SchemaSettings::draft2020_12().for_deserialize().into_generator().into_root_schema_for::<Log>();
    let call = SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<CallLine<'_>>();
    Ok([
        ("call.schema.json", text(call, CALL_SCHEMA)?),
        ("report.schema.json", text(report, "crickets.report/1")?),
        ("log.schema.json", text(log, "crickets.log/1")?),
    ])
}

fn text(mut schema: schemars::Schema, name: &str) -> Result<String, ReportError> {
    schema.insert("title".to_owned(), name.into());
    let text = serde_json::to_string_pretty(&schema);
    let failed =
        |error: serde_json::Error| ReportError::Encode { file: name.to_owned(), wave: "any".to_owned(), message: error.to_string() };
    text.map(|text| text + "\n").map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_schemas_are_the_codes() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema");
        for (name, schema) in schemas().unwrap() {
            let path = folder.join(name);
            if std::env::var_os("UPDATE").is_some() {
                std::fs::create_dir_all(&folder).unwrap();
                std::fs::write(&path, &schema).unwrap();
            }
            let committed = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(committed == schema, "{} is out of date: run this test with UPDATE=1", path.display());
        }
    }
}
