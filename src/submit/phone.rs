//! Writes the persona's number the way a field wants it: by its pattern and length, else ten digits for a US number.

use regex::Regex;

use super::page::Control;

/// The number as the field wants it; `None` when no way of writing it fits.
pub(super) fn written(number: &str, control: &Control) -> Option<String> {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let national = digits.strip_prefix('1').filter(|rest| rest.len() == 10 && number.starts_with("+1"));
    let mut ways = Vec::new();
    if let Some((area, exchange, line)) = national.and_then(parts) {
        ways.push(format!("{area}{exchange}{line}"));
        ways.push(format!("({area}) {exchange}-{line}"));
        ways.push(format!("{area}-{exchange}-{line}"));
        ways.push(format!("{area}.{exchange}.{line}"));
        ways.push(format!("{area} {exchange} {line}"));
        ways.push(format!("1-{area}-{exchange}-{line}"));
        if control.pattern.is_empty() && control.placeholder.contains('(') {
            ways.swap(0, 1);
        } else if control.pattern.is_empty() && control.placeholder.contains('-') {
            ways.swap(0, 2);
        }
        if control.placeholder.trim_start().starts_with('+') {
            ways.insert(0, number.to_owned());
        }
    }
    ways.push(number.to_owned());
    ways.push(digits);
    let pattern = Some(control.pattern.as_str()).filter(|p| !p.is_empty()).and_then(|p| Regex::new(&format!("^(?:{p})$")).ok());
    let numeric = control.kind == "number";
    ways.into_iter().find(|way| {
        control.maxlength.is_none_or(|max| way.chars().count() <= max)
            && pattern.as_ref().is_none_or(|pattern| pattern.is_match(way))
            && (!numeric || way.chars().all(|c| c.is_ascii_digit()))
    })
}

/// The digits of a US number that go into one of several boxes: `before` digits stand in the boxes before it, and it takes
/// so many; the last box takes what is left.
pub(super) fn part(number: &str, (before, own): (usize, usize)) -> Option<String> {
    let national = number.strip_prefix("+1").filter(|rest| rest.len() == 10)?;
    let end = if national.len().saturating_sub(before + own) < 3 { national.len() } else { before + own };
    let digits = national.get(before..end)?;
    (!digits.is_empty() && digits.len() <= own).then(|| digits.to_owned())
}

fn parts(national: &str) -> Option<(&str, &str, &str)> {
    Some((national.get(..3)?, national.get(3..6)?, national.get(6..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_split_into_its_boxes() {
        let us = "+15125550142";
        for (before, own, expected) in
            [(0, 3, Some("512")), (3, 3, Some("555")), (6, 4, Some("0142")), (3, 8, Some("5550142")), (6, 3, None)]
        {
            assert_eq!(part(us, (before, own)).as_deref(), expected, "{before} {own}");
        }
        assert_eq!(part("+4930123456", (0, 3)), None);
    }

    #[test]
    fn the_number_is_written_as_the_field_wants_it() {
        let us = "+15125550142";
        for (number, pattern, maxlength, placeholder, expected) in [
            (us, "", None, "", Some("5125550142")),
            (us, r"\d{3}-\d{3}-\d{4}", None, "", Some("512-555-0142")),
            (us, r"[0-9()#&+*\-=. ]+", None, "", Some("5125550142")),
            (us, "", None, "(555) 555-5555", Some("(512) 555-0142")),
            (us, r"\+[0-9]{11}", None, "", Some("+15125550142")),
            (us, "", Some(10), "", Some("5125550142")),
            (us, "", Some(7), "", None),
            (us, r"(?=bad)x", None, "", Some("5125550142")),
            ("+4930123456", "", None, "", Some("+4930123456")),
        ] {
            let control =
                Control { kind: "tel", pattern: pattern.into(), maxlength, placeholder: placeholder.into(), ..Control::default() };
            assert_eq!(written(number, &control).as_deref(), expected, "{pattern}{placeholder}");
        }
    }
}
