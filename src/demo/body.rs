//! Reads a posted form: `application/x-www-form-urlencoded` and `multipart/form-data` (RFC 7578) in the charset of the page.
//! Takes bytes; gives names and values in order. What is broken is left out, as a careless server would.

use encoding_rs::Encoding;

/// The entries of a body.
pub(super) fn entries(content_type: &str, body: &[u8], charset: &str) -> Vec<(String, String)> {
    let encoding = Encoding::for_label(charset.as_bytes()).unwrap_or(encoding_rs::UTF_8);
    let text = |bytes: &[u8]| encoding.decode_without_bom_handling(bytes).0.into_owned();
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if kind == "multipart/form-data" {
        let Some(boundary) = parameter(content_type, "boundary") else { return Vec::new() };
        return parts(body, format!("--{boundary}").as_bytes())
            .into_iter()
            .filter_map(|part| {
                let at = find(part, b"\r\n\r\n")?;
                let head = text(part.get(..at)?);
                let value = part.get(at + 4..)?;
                let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with("content-disposition"))?;
                Some((parameter(line, "name")?, text(value.strip_suffix(b"\r\n").unwrap_or(value))))
            })
            .collect();
    }
    body.split(|&byte| byte == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let mut halves = pair.splitn(2, |&byte| byte == b'=');
            let mut half = || text(&unescape(halves.next().unwrap_or_default()));
            (half(), half())
        })
        .collect()
}

/// A parameter of a header line.
fn parameter(line: &str, name: &str) -> Option<String> {
    line.split(';').skip(1).find_map(|item| {
        let (key, value) = item.trim().split_once('=')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim_matches('"').to_owned())
    })
}

/// Where `needle` begins.
fn find(hay: &[u8], needle: &[u8]) -> Option<usize> {
    hay.windows(needle.len()).position(|window| window == needle)
}

/// What lies between the boundaries.
fn parts<'a>(mut body: &'a [u8], boundary: &[u8]) -> Vec<&'a [u8]> {
    let mut found = Vec::new();
    let Some(start) = find(body, boundary) else { return found };
    body = body.get(start + boundary.len()..).unwrap_or_default();
    while let Some(end) = find(body, boundary) {
        found.extend(body.get(..end).and_then(|part| part.strip_prefix(b"\r\n")));
        body = body.get(end + boundary.len()..).unwrap_or_default();
    }
    found
}

/// Undoes percent-encoding and `+`.
fn unescape(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|two| std::str::from_utf8(two).ok()).and_then(|two| u8::from_str_radix(two, 16).ok());
        let byte = match (first, hex) {
            (b'%', Some(byte)) => byte,
            (b'+', _) => b' ',
            _ => first,
        };
        out.push(byte);
        rest = if first == b'%' && hex.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_encodings_give_the_same_entries() {
        let expected =
            vec![("name".to_owned(), "Dana W".to_owned()), ("q".to_owned(), "a=b & c\r\nd%".to_owned()), ("e".to_owned(), String::new())];
        let urlencoded = b"name=Dana+W&q=a%3Db+%26+c%0D%0Ad%&e=";
        assert_eq!(entries("application/x-www-form-urlencoded", urlencoded, "utf-8"), expected);
        let multipart = b"--xYz\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nDana W\r\n--xYz\r\nContent-Disposition: form-data; name=\"q\"\r\n\r\n\
            a=b & c\r\nd%\r\n--xYz\r\nContent-Disposition: form-data; name=\"e\"; filename=\"\"\r\nContent-Type: application/octet-stream\r\n\r\n\r\n--xYz--\r\n";
        assert_eq!(entries("multipart/form-data; boundary=xYz", multipart, "utf-8"), expected);
    }

    #[test]
    fn the_charset_of_the_page_decides() {
        assert_eq!(entries("application/x-www-form-urlencoded", b"q=Pe%F1asco%92s", "windows-1252")[0].1, "Peñasco’s");
        assert_eq!(entries("application/x-www-form-urlencoded", "q=Peñasco".as_bytes(), "utf-8")[0].1, "Peñasco");
    }

    #[test]
    fn broken_bodies_give_nothing() {
        assert!(entries("multipart/form-data", b"--x", "utf-8").is_empty());
        assert!(entries("multipart/form-data; boundary=x", b"--x\r\nno head", "utf-8").is_empty());
        assert!(entries("", b"", "utf-8").is_empty());
    }
}
