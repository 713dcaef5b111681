//! Tests of [`super`]: tags with their places, what is broken, and that little is kept however much there is.

use super::bytes::RAW;
use super::*;

const KNOWN: [&str; 3] = ["sms", "mms", "smses"];

fn all(content: &[u8]) -> Vec<String> {
    let mut tags = Tags::new(content, &KNOWN, |_, name| name != "data");
    let mut seen = Vec::new();
    loop {
        let next = tags.advance().unwrap();
        let body = tags.tag().get("b").map(|body| format!(" {body}")).unwrap_or_default();
        let (at, name) = (tags.begins(), &tags.tag().name);
        match next {
            Next::Nothing => return seen,
            Next::Broken(why) => seen.push(format!("{at} ! {why}")),
            Next::End => seen.push(format!("{at} /{name}")),
            Next::Start(empty) => seen.push(format!("{at} {name}{}{body}", if empty { "/" } else { "" })),
        }
    }
}

#[test]
fn tags_are_read_with_their_places() {
    for (content, expected) in [
        (
            "<?xml version='1.0'?><!-- <sms/> --><!DOCTYPE a [<!ENTITY x \">\">]><smses><sms b='1>\"'/></smses >",
            "66 smses|73 sms/ 1>\"|87 /smses",
        ),
        ("<sms\n b = \"x\"\tc='' ></sms>", "0 sms x|20 /sms"),
        ("<sms b=\"Yup &#55357;&#56396;!\"/>", "0 sms/ Yup \u{1f44c}!"),
        ("<sms b=\"null\"/>", "0 sms/"),
        ("<sms b=\"I <3 you, <call me> <sms x\"/>", "0 sms/ I <3 you, <call me> <sms x"),
        ("<sms b=\"cut", "0 ! the file ends within it: it was cut off"),
        ("<sms b=\"1\" <sms b=\"2\"/>", "0 ! it is not closed before the next begins|11 sms/ 2"),
        ("<sms b=\"1\n<sms b=\"2\"/></smses>", "0 ! a quotation mark is never closed|10 sms/ 2|22 /smses"),
        ("<sms b=\"1\n</smses>", "0 ! a quotation mark is never closed|10 /smses"),
        ("<sms b=1/><sms b='2'/>", "0 ! a value stands without quotation marks|10 sms/ 2"),
        ("<sms b=\"1\" =\"2\"/><sms/>", "0 ! its attributes cannot be told apart|17 sms/"),
        ("a < b <sms/>", "6 sms/"),
        ("<sms x b='1' y/>", "0 sms/ 1"),
    ] {
        assert_eq!(all(content.as_bytes()).join("|"), expected, "{content}");
    }
}

#[test]
fn the_bytes_of_a_message_are_held_together_without_its_picture() {
    let content = format!("<smses><mms b='1'> <part data=\"{}\" b='2'/> </mms><sms/>", "A".repeat(5000));
    let mut tags = Tags::new(content.as_bytes(), &KNOWN, |_, name| name != "data");
    tags.advance().unwrap();
    assert_eq!(tags.advance().unwrap(), Next::Start(false));
    tags.hold();
    assert_eq!(tags.advance().unwrap(), Next::Start(true));
    assert_eq!(tags.tag().get("b").as_deref(), Some("2"));
    assert_eq!((tags.tag().get("data"), tags.tag().has(&["b"])), (None, true));
    assert_eq!(tags.advance().unwrap(), Next::End);
    assert_eq!(tags.raw(), "<mms b='1'> <part data=\"(5000 bytes left out)\" b='2'/> </mms>");
    tags.let_go();
    tags.advance().unwrap();
    assert_eq!(tags.raw(), "<sms/>");
}

/// A backup in one line whose video is of so many bytes.
struct Video {
    left: usize,
    ends: Vec<std::io::Cursor<&'static [u8]>>,
}

impl std::io::Read for Video {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        if self.ends.len() == 1 && self.left > 0 {
            let length = buffer.len().min(self.left);
            self.left -= length;
            buffer.iter_mut().take(length).for_each(|byte| *byte = b'A');
            return Ok(length);
        }
        match self.ends.last_mut().map(|end| end.read(buffer)) {
            Some(Ok(0)) if self.ends.len() > 1 => {
                self.ends.pop();
                self.read(buffer)
            }
            Some(read) => read,
            None => Ok(0),
        }
    }
}

#[test]
fn a_video_of_any_length_takes_no_memory() {
    const VIDEO: usize = 200 * 1024 * 1024;
    let begins: &[u8] = b"<smses><mms><part ct=\"video/mp4\" data=\"";
    let ends: &[u8] = b"\"/></mms><sms b=\"after\"/></smses>";
    let video = Video { left: VIDEO, ends: vec![std::io::Cursor::new(ends), std::io::Cursor::new(begins)] };
    let mut tags = Tags::new(std::io::BufReader::new(video), &KNOWN, |_, name| name != "data");
    let mut last = None;
    while tags.advance().unwrap() != Next::Nothing {
        let values: usize = tags.tag.attributes.iter().map(|(_, value)| value.capacity()).sum();
        assert!(tags.raw.capacity() + values < 2 * RAW, "{} and {values} bytes are kept", tags.raw.capacity());
        last = tags.tag().get("b").or(last);
    }
    assert_eq!(last.as_deref(), Some("after"));
    assert_eq!(tags.at(), (VIDEO + begins.len() + ends.len()) as u64);
}

#[test]
fn what_is_kept_of_a_tag_is_bounded() {
    let mut content = "<sms".to_owned();
    for name in 0..2000 {
        content.push_str(&format!(" a{name}='{}'", "x".repeat(2000)));
    }
    content.push_str(&format!(" b='{}'/><sms b='after'/>", "x".repeat(2 * VALUE)));
    let mut tags = Tags::new(content.as_bytes(), &KNOWN, |_, _| true);
    assert_eq!(tags.advance().unwrap(), Next::Start(true));
    assert!(tags.tag.attributes.iter().map(|(_, value)| value.len()).sum::<usize>() <= ROOM && tags.raw.len() <= RAW);
    assert_eq!(tags.advance().unwrap(), Next::Start(true));
    assert_eq!(tags.tag().get("b").as_deref(), Some("after"));
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_read_to_their_end(bytes in proptest::collection::vec(proptest::sample::select(b"<>/='\" sm!-[]?&#;5x\n\xff".to_vec()), 0..200)) {
        all(&bytes);
        }
}
