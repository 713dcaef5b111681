//! From a path to rows: folders are walked, archives opened, files recognised by how they begin and given to their reader.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use encoding_rs::{Decoder, Encoding};
use flate2::read::MultiGzDecoder;

use super::archive::{self, Bounded, GZIP, ZIP};
use super::format::{HEAD, Head, READERS, Source, is_tar, looks_like};
use super::reading::{Reading, Settings, Sink, Summary};
use crate::collect::CollectError;

/// How much UTF-16 becomes UTF-8 at once.
const PIECE: usize = 16 * 1024;

/// Reads a file, an archive or a folder of phone records into `sink`. In a folder or archive what is no call log is passed over.
///
/// # Errors
/// When a file cannot be read, nothing there is a call log, or whoever takes the rows cannot keep one.
pub fn path<'a>(path: &Path, settings: &'a Settings, sink: &'a mut Sink<'a>) -> Result<Summary, CollectError> {
    let mut reading = Reading::new(settings, sink);
    if !path.is_dir() {
        file(path, &mut reading)?;
        return Ok(reading.finish());
    }
    let mut known = false;
    for member in files(path)? {
        match file(&member, &mut reading) {
            Ok(()) => known = true,
            Err(CollectError::UnknownLog { .. }) => reading.skip("not a call log"),
            // It is asked about at the end; the others do not wait for the answer.
            Err(CollectError::Unmapped(question)) => {
                known = true;
                reading.summary.questions.push(*question);
            }
            Err(error) => return Err(error),
        }
    }
    if known {
        return Ok(reading.finish());
    }
    Err(CollectError::UnknownLog { file: path.display().to_string(), looks: "a folder without any call log".to_owned() })
}

/// Reads phone records that are at hand, or a part of a file, into `sink`; they are called `name`.
///
/// # Errors
/// When they cannot be read, are no call log, or whoever takes the rows cannot keep one.
pub fn bytes<'a>(
    path: &Path,
    name: &str,
    mut bytes: impl Read,
    settings: &'a Settings,
    sink: &'a mut Sink<'a>,
) -> Result<Summary, CollectError> {
    let mut reading = Reading::new(settings, sink);
    stream(path, name, &mut bytes, &mut reading, false)?;
    Ok(reading.finish())
}

fn file(path: &Path, reading: &mut Reading<'_>) -> Result<(), CollectError> {
    let failed = |source| CollectError::Read { path: path.to_owned(), source };
    let mut opened = File::open(path).map_err(failed)?;
    let begins = peek(&mut opened, ZIP.len()).map_err(failed)?;
    if begins == ZIP {
        return archive::zip(path, opened, reading);
    }
    stream(path, &path.display().to_string(), &mut begins.as_slice().chain(opened), reading, false)
}

/// Reads one stream that is called `name`. What gzip packed is unpacked, but not within an archive; UTF-16 becomes UTF-8, if it begins
/// with its byte order mark.
pub(super) fn stream(path: &Path, name: &str, stream: &mut dyn Read, reading: &mut Reading<'_>, packed: bool) -> Result<(), CollectError> {
    let failed = |source| CollectError::Read { path: path.to_owned(), source };
    let begins = peek(stream, HEAD).map_err(failed)?;
    if begins.starts_with(GZIP) && !packed {
        let length = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
        let inner = MultiGzDecoder::new(begins.as_slice().chain(stream));
        let mut bounded = Bounded { inner, left: archive::swells(length) };
        return self::stream(path, name, &mut bounded, reading, true);
    }
    if let Some(order) =
        [encoding_rs::UTF_16LE, encoding_rs::UTF_16BE].into_iter().find(|order| Some((*order, 2)) == Encoding::for_bom(&begins))
    {
        let mut utf8 = Utf8::new(order, begins.as_slice().chain(stream));
        let begins = peek(&mut utf8, HEAD).map_err(failed)?;
        return text(path, name, &begins, &mut utf8, reading);
    }
    text(path, name, &begins, stream, reading)
}

/// Gives a stream, of which the beginning was read, to the reader that knows it.
fn text(path: &Path, name: &str, begins: &[u8], rest: &mut dyn Read, reading: &mut Reading<'_>) -> Result<(), CollectError> {
    let head = Head::new(begins);
    let Some(reader) = READERS.iter().filter(|_| !is_tar(&head)).find(|reader| (reader.recognises)(&head)) else {
        return Err(CollectError::UnknownLog { file: name.to_owned(), looks: looks_like(&head) });
    };
    reading.begin(name, reader.name);
    let mut whole = BufReader::with_capacity(HEAD, begins.chain(rest));
    (reader.read)(&mut Source { path, reader: &mut whole }, reading)
}

/// The first bytes of a stream, at most so many.
pub(super) fn peek(stream: &mut dyn Read, most: usize) -> std::io::Result<Vec<u8>> {
    let mut begins = Vec::with_capacity(most.min(HEAD));
    stream.take(most as u64).read_to_end(&mut begins)?;
    Ok(begins)
}

/// UTF-16 as UTF-8, piece by piece.
struct Utf8<R> {
    inner: R,
    decoder: Decoder,
    input: Vec<u8>,
    output: Vec<u8>,
    /// How much of the output was taken.
    taken: usize,
    ended: bool,
}

impl<R: Read> Utf8<R> {
    fn new(order: &'static Encoding, inner: R) -> Self {
        let decoder = order.new_decoder_with_bom_removal();
        Self { inner, decoder, input: vec![0; PIECE], output: Vec::new(), taken: 0, ended: false }
    }
}

impl<R: Read> Read for Utf8<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.taken == self.output.len() && !self.ended {
            let read = self.inner.read(&mut self.input)?;
            self.ended = read == 0;
            // Room for the worst case, so that all input is used.
            self.output.resize(3 * PIECE + 16, 0);
            let input = self.input.get(..read).unwrap_or_default();
            let (_, _, written, _) = self.decoder.decode_to_utf8(input, &mut self.output, self.ended);
            self.output.truncate(written);
            self.taken = 0;
        }
        let read = self.output.get(self.taken..).unwrap_or_default().read(buffer)?;
        self.taken += read;
        Ok(read)
    }
}

/// Every file below a folder, in the order of their names.
///
/// # Errors
/// When a folder cannot be listed.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>, CollectError> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(folder) = waiting.pop() {
        let failed = |source| CollectError::Read { path: folder.clone(), source };
        for entry in std::fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let kind = entry.file_type().map_err(failed)?;
            // A link could lead out of the folder, or round in it.
            if kind.is_dir() {
                waiting.push(entry.path());
            } else if kind.is_file() {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    const LOG: &str = "channel,from,started_at,body\nsms,72345,2026-11-02T15:04:05Z,h\u{e9}llo \u{1f44c}\n";
    const BACKUP: &str = "<smses count='1'><sms address='72345' date='1336729664538' type='1' body='x'/></smses>";

    /// What a file holds: its rows, with their files' names behind the folder's.
    fn all(name: &str, bytes: &[u8]) -> Result<(Vec<String>, Summary), String> {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join(name);
        std::fs::write(&place, bytes).unwrap();
        let mut rows = Vec::new();
        let settings = Settings::default();
        let mut sink = |row: super::super::Row<'_>| {
            let file = row.file.rsplit_once(name).map_or(row.file, |(_, file)| file);
            let said = row.call.as_ref().map_or_else(|problem| format!("! {problem}"), |call| call.body.clone().unwrap_or_default());
            rows.push(format!("{file}|{}|{}|{said}", row.format, row.place));
            Ok(())
        };
        let summary = path(&place, &settings, &mut sink).map_err(|error| error.to_string())?;
        Ok((rows, summary))
    }

    fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        for (name, bytes) in members {
            writer.start_file(*name, options).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    /// The same archive, its members said to be encrypted.
    fn locked(zip: &[u8]) -> Vec<u8> {
        let mut bytes = zip.to_vec();
        for (signature, flags) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
            let at = zip.windows(4).position(|window| window == signature).unwrap();
            bytes[at + flags] |= 1;
        }
        bytes
    }

    fn gzipped(bytes: &[u8]) -> Vec<u8> {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        writer.write_all(bytes).unwrap();
        writer.finish().unwrap()
    }

    fn utf16(text: &str, big: bool) -> Vec<u8> {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    }

    #[test]
    fn packed_files_are_read_like_others() {
        let plain = all("log", LOG.as_bytes()).unwrap().0;
        assert_eq!(plain, ["|neutral-csv|line 2|h\u{e9}llo \u{1f44c}"]);
        for bytes in [gzipped(LOG.as_bytes()), utf16(LOG, false), utf16(LOG, true), gzipped(&utf16(LOG, true))] {
            assert_eq!(all("log", &bytes).unwrap().0, plain);
        }
        let long = format!("{LOG}{}", "sms,72345,2026-11-02T15:04:05Z,\u{4f60}\u{597d}\u{1f44c}\n".repeat(10_000));
        assert_eq!(all("log", &utf16(&long, false)).unwrap().0, all("log", long.as_bytes()).unwrap().0);
        assert!(all("log", &gzipped(&gzipped(LOG.as_bytes()))).unwrap_err().contains("a gzip file"));
    }

    #[test]
    fn the_members_of_an_archive_are_read_by_their_readers() {
        let inner = zipped(&[("log.csv", LOG.as_bytes())]);
        let bytes = zipped(&[("Takeout/a.csv", LOG.as_bytes()), ("b.mp3", b"ID3"), ("../../b.xml", BACKUP.as_bytes()), ("c.zip", &inner)]);
        let (rows, summary) = all("t.zip", &bytes).unwrap();
        assert_eq!(rows, ["/Takeout/a.csv|neutral-csv|line 2|h\u{e9}llo \u{1f44c}", "/../../b.xml|android-xml|byte 17|x"]);
        assert_eq!(summary.skipped.into_iter().collect::<Vec<_>>(), [("an archive within an archive", 1), ("not a call log", 1)]);
        for (bytes, part) in [
            (zipped(&[("b.mp3", b"ID3")]), "a zip archive without any call log"),
            (zipped(&[("[Content_Types].xml", b"<Types/>"), ("a.csv", LOG.as_bytes())]), "office"),
            (zipped(&[("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", b"<a/>")]), "office"),
            (zipped(&[("Index/Document.iwa", b"x")]), "office"),
            (zipped(&[("c.zip", &inner)]), "holds another archive; unpack"),
            (locked(&zipped(&[("log.csv", LOG.as_bytes())])), "a password; unpack it with it"),
        ] {
            let error = all("t.zip", &bytes).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
    }

    #[test]
    fn what_is_no_call_log_is_told_with_what_to_do() {
        let mut tar = format!("{:\0<257}ustar\x0000{:\0<248}", "log.csv", "").into_bytes();
        tar.extend(LOG.as_bytes());
        tar.resize(2048, 0);
        for (bytes, part) in [
            (tar.clone(), "a tar archive; unpack it"),
            (gzipped(&tar), "a tar archive; unpack it"),
            (b"%PDF-1.7\n".to_vec(), "as CSV"),
            (b"7z\xbc\xaf\x27\x1c\0\0".to_vec(), "unpack it"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(), "save the sheet as CSV"),
            (b"From: Amy <amy@b.example>\r\nSubject: Hi, you\r\n\r\nHello\r\n".to_vec(), "import mail"),
            (b"Received: from a\nFrom: amy\nDate: Tue, 3 Nov 2026 09:00:00 -0600\n\nCall 512-555-0110".to_vec(), "import mail"),
            (b"Note: From: nobody\n".to_vec(), "a text that begins"),
        ] {
            let error = all("log", &bytes).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
    }

    #[test]
    fn a_table_that_leaves_something_open_does_not_hold_up_the_others() {
        let open = "Date,Number,Direction\n02/06/2026 09:45,5125550111,Inbound\n".as_bytes();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.csv"), open).unwrap();
        std::fs::write(folder.path().join("b.csv"), LOG).unwrap();
        let mut count = 0;
        let settings = Settings::default();
        let mut sink = |_: super::super::Row<'_>| {
            count += 1;
            Ok(())
        };
        let summary = path(folder.path(), &settings, &mut sink).unwrap();
        assert_eq!((count, summary.questions.len()), (1, 1), "{:?}", summary.questions);
        assert!(summary.questions[0].file.ends_with("a.csv"));
        let (rows, summary) = all("t.zip", &zipped(&[("a.csv", open), ("b.csv", LOG.as_bytes())])).unwrap();
        assert_eq!((rows.len(), summary.questions.len()), (1, 1));
        assert!(all("a.csv", open).is_err(), "a file by itself is asked about at once");
    }

    #[test]
    fn half_an_archive_is_told_of() {
        let whole = zipped(&[("log.csv", LOG.as_bytes())]);
        let (rows, summary) = all("t.zip", &whole[..whole.len() - 30]).unwrap();
        assert_eq!((rows.len(), summary.bad), (1, 1));
        assert!(rows[0].contains("|byte 0|! the zip archive cannot be read"), "{rows:?}");
    }

    #[test]
    fn a_member_that_cannot_be_unpacked_is_told_of() {
        let mut bytes = zipped(&[("a.xml", BACKUP.as_bytes()), ("b.csv", LOG.as_bytes())]);
        // The first member's data begins behind its header of 30 bytes and its name.
        bytes[30 + 5..30 + 25].fill(0xff);
        let (rows, summary) = all("t.zip", &bytes).unwrap();
        assert_eq!((rows.len(), summary.bad), (2, 1));
        assert!(rows[0].starts_with("/a.xml|zip|record 1|! it cannot be unpacked"), "{rows:?}");
    }

    #[test]
    fn a_bomb_is_stopped() {
        let mut bounded = Bounded { inner: std::io::repeat(b'x'), left: 1000 };
        let error = std::io::copy(&mut bounded, &mut std::io::sink()).unwrap_err();
        assert!(error.to_string().contains("swells"));
        let mut bounded = Bounded { inner: std::io::repeat(b'x').take(1000), left: 1000 };
        assert_eq!(std::io::copy(&mut bounded, &mut std::io::sink()).unwrap(), 1000);
    }
}
