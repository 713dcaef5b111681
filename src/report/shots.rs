//! Screenshots of a submission, made small enough to stand in a page: takes the file of a piece of evidence, gives a JPEG as a `data:`
//! address. Half the size of the screen or less, its top, at most 300 kB. What is no PNG (ISO/IEC 15948), is interlaced, was changed
//! since it was kept, or is too large is not shown; the page then only names it.

use std::io::Cursor;
use std::path::Path;

use base64::Engine as _;
use sha2::{Digest, Sha256};

/// The largest file that is read.
const LARGEST: u64 = 32 << 20;
/// How wide a picture may be.
const WIDE: usize = 720;
/// How tall; a page that is longer is cut.
const TALL: usize = 1_600;
/// The largest picture, in bytes.
const BYTES: usize = 300 * 1024;

/// A picture for a page.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Shot {
    /// Its `data:` address.
    pub(crate) address: String,
    /// Its width.
    pub(crate) width: usize,
    /// Its height.
    pub(crate) height: usize,
    /// Whether the page went on below it.
    pub(crate) cut: bool,
}

/// The picture in a file that holds bytes of this SHA-256.
pub(crate) fn shot(path: &Path, sha256: &str) -> Option<Shot> {
    let length = std::fs::metadata(path).ok()?.len();
    let bytes = (length <= LARGEST).then(|| std::fs::read(path).ok()).flatten()?;
    if format!("{:x}", Sha256::digest(&bytes)) != sha256 {
        return None;
    }
    small(&bytes)
}

fn small(png: &[u8]) -> Option<Shot> {
    let mut decoder = png::Decoder::new(Cursor::new(png));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().ok()?;
    let info = reader.info();
    let (from, rows) = (usize::try_from(info.width).ok()?, usize::try_from(info.height).ok()?);
    if info.interlaced || from == 0 || rows == 0 {
        return None;
    }
    let samples = reader.output_color_type().0.samples();
    let by = from.div_ceil(WIDE);
    let (width, height) = (from / by, (rows / by).min(TALL));
    let mut pixels = Vec::with_capacity(width * height * 3);
    let mut sums = vec![0_u32; width * 3];
    let area = u32::try_from(by * by).ok()?;
    for row in 0..height * by {
        add(reader.next_row().ok()??.data(), samples, by, &mut sums);
        if row % by == by - 1 {
            pixels.extend(sums.iter().map(|sum| u8::try_from(sum / area).unwrap_or(u8::MAX)));
            sums.fill(0);
        }
    }
    let address = [72, 50, 30].into_iter().find_map(|quality| address(&pixels, width, height, quality))?;
    Some(Shot { address, width, height, cut: rows / by > height })
}

/// Adds a row to the sums, so many pixels to one; what is transparent is white.
fn add(row: &[u8], samples: usize, by: usize, sums: &mut [u32]) {
    let pixels = row.chunks_exact(samples * by);
    for (sum, group) in sums.chunks_exact_mut(3).zip(pixels) {
        for pixel in group.chunks_exact(samples) {
            let (colour, alpha) = match pixel {
                [grey] => ([*grey; 3], 255),
                [grey, alpha] => ([*grey; 3], *alpha),
                [red, green, blue] => ([*red, *green, *blue], 255),
                [red, green, blue, alpha] => ([*red, *green, *blue], *alpha),
                _ => ([255; 3], 255),
            };
            for (sum, part) in sum.iter_mut().zip(colour) {
                *sum += (u32::from(part) * u32::from(alpha) + 255 * (255 - u32::from(alpha))) / 255;
            }
        }
    }
}

fn address(pixels: &[u8], width: usize, height: usize, quality: u8) -> Option<String> {
    let mut jpeg = Vec::new();
    let (width, height) = (u16::try_from(width).ok()?, u16::try_from(height).ok()?);
    jpeg_encoder::Encoder::new(&mut jpeg, quality).encode(pixels, width, height, jpeg_encoder::ColorType::Rgb).ok()?;
    (jpeg.len() <= BYTES).then(|| format!("data:image/jpeg;base64,{}", base64::engine::general_purpose::STANDARD.encode(jpeg)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32, colour: png::ColorType, data: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, width, height);
        encoder.set_color(colour);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::Fastest);
        encoder.write_header().unwrap().write_image_data(data).unwrap();
        bytes
    }

    #[test]
    fn a_screenshot_is_halved_and_cut() {
        let shot = small(&png(724, 3_400, png::ColorType::Grayscale, &vec![7; 724 * 3_400])).unwrap();
        assert_eq!((shot.width, shot.height, shot.cut), (362, 1_600, true));
        assert!(shot.address.starts_with("data:image/jpeg;base64,/9j/"));
        let shot = small(&png(300, 40, png::ColorType::Rgba, &vec![7; 300 * 40 * 4])).unwrap();
        assert_eq!((shot.width, shot.height, shot.cut), (300, 40, false));
    }

    #[test]
    fn what_a_page_cannot_hold_is_left_out() {
        assert_eq!(small(b"GIF89a"), None);
        let bytes = png(8, 8, png::ColorType::Rgb, &[1; 8 * 8 * 3]);
        assert_eq!(small(&bytes[..40]), None);
        // Noise does not compress: even at the least quality it is too large.
        let mut state = 1_u32;
        let noise = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_le_bytes()[3]
        });
        let noise: Vec<u8> = noise.take(720 * 1_600 * 3).collect();
        assert_eq!(small(&png(720, 1_600, png::ColorType::Rgb, &noise)), None);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shot");
        std::fs::write(&path, &bytes).unwrap();
        let name = format!("{:x}", Sha256::digest(&bytes));
        assert!(shot(&path, &name).is_some());
        assert_eq!(shot(&path, &"0".repeat(64)), None, "changed since it was kept");
        assert_eq!(shot(&folder.path().join("none"), &name), None);
    }

    #[test]
    fn what_is_transparent_is_white() {
        let mut sums = [0; 3];
        add(&[0, 0, 0, 0, 100, 100, 100, 255], 4, 2, &mut sums);
        assert_eq!(sums, [355; 3]);
    }
}
