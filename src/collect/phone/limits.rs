//! What each kind of log cannot show, so that "no call" is never said of more than was looked at. Takes the name of a format, gives a
//! sentence.

/// What a log of this format cannot show; `None` where nothing is known to be missing.
#[must_use]
pub fn cannot_show(format: &str) -> Option<&'static str> {
    let named = |names: &[&str]| names.iter().any(|name| format.starts_with(name));
    if named(&["android", "super-backup"]) {
        Some("An Android backup holds no RCS messages, and no rows that were deleted before it was made.")
    } else if named(&["google-voice"]) {
        Some("Google's Takeout holds what was there when it was made, and may lack the last hours before.")
    } else if named(&["imazing", "iphone"]) {
        Some("An iPhone's log lacks what was deleted before it was exported.")
    } else if named(&["twilio"]) {
        Some("Twilio's lists are asked for by whole days of UTC, and lack what was deleted from the account.")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_limit_is_a_sentence() {
        for format in ["android-xml", "super-backup-xml", "google-voice-html", "imazing-csv", "twilio-json"] {
            assert!(cannot_show(format).is_some_and(|said| said.ends_with('.')), "{format}");
        }
        assert_eq!(cannot_show("neutral-csv"), None);
    }
}
