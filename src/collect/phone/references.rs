//! The references in a value of XML (`&amp;`, `&#10;`, `&#x41;`), read as phone backups write them: an emoji as the two halves of its
//! surrogate pair, which no XML reader takes. What is no reference stays as it is; entities of a file's own are none.

/// A value with its references read. The halves of a surrogate pair become one letter; what is no reference stays as it is.
pub(super) fn text(value: &[u8]) -> String {
    let value = String::from_utf8_lossy(value);
    let mut text = String::with_capacity(value.len());
    let mut rest = value.as_ref();
    while let Some((before, after)) = rest.split_once('&') {
        text.push_str(before);
        match reference(after) {
            Some((Referred::Letter(letter), behind)) => {
                text.push(letter);
                rest = behind;
            }
            Some((Referred::High(high), behind)) => {
                let (letter, behind) = match behind.strip_prefix('&').and_then(reference) {
                    Some((Referred::Low(low), behind)) => (char::decode_utf16([high, low]).next().and_then(Result::ok), behind),
                    _ => (None, behind),
                };
                text.push(letter.unwrap_or(char::REPLACEMENT_CHARACTER));
                rest = behind;
            }
            Some((Referred::Low(_), behind)) => {
                text.push(char::REPLACEMENT_CHARACTER);
                rest = behind;
            }
            None => {
                text.push('&');
                rest = after;
            }
        }
    }
    text.push_str(rest);
    text
}

enum Referred {
    Letter(char),
    High(u16),
    Low(u16),
}

/// What a reference after its `&` means, and what follows it.
fn reference(after: &str) -> Option<(Referred, &str)> {
    let end = after.bytes().take(12).position(|byte| byte == b';')?;
    let (name, rest) = after.split_at_checked(end)?;
    let rest = rest.strip_prefix(';')?;
    let letter = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse::<u32>().ok()?,
            };
            match u16::try_from(code) {
                Ok(high @ 0xD800..=0xDBFF) => return Some((Referred::High(high), rest)),
                Ok(low @ 0xDC00..=0xDFFF) => return Some((Referred::Low(low), rest)),
                Ok(0) => char::REPLACEMENT_CHARACTER,
                _ => char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER),
            }
        }
    };
    Some((Referred::Letter(letter), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_and_halves_of_a_letter_joined() {
        for (value, expected) in [
            ("&lt;a&gt; &amp;&quot;&apos;&#10;&#x41;", "<a> &\"'\nA"),
            ("Yup &#55357;&#56396;!", "Yup \u{1f44c}!"),
            ("&#xD83D;&#xDC4C;", "\u{1f44c}"),
            ("&#128076;&#8239;x", "\u{1f44c}\u{202f}x"),
            ("&#55357;x &#56396; &#55357;&#55357;&#56396;", "\u{fffd}x \u{fffd} \u{fffd}\u{1f44c}"),
            ("&#0; & &nope; &#; &#x; &#99999999; &", "\u{fffd} & &nope; &#; &#x; \u{fffd} &"),
            ("&amp;amp;", "&amp;"),
        ] {
            assert_eq!(text(value.as_bytes()), expected, "{value}");
        }
        assert_eq!(text(b"a\xff&amp;"), "a\u{fffd}&");
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_some_text(bytes in proptest::collection::vec(proptest::sample::select(b"&#x;5dD8apm\xff".to_vec()), 0..60)) {
            text(&bytes);
        }
    }
}
