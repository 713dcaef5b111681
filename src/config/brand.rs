//! `[brand]`: whose report it is. A name, a logo (PNG, JPEG or SVG) and an accent colour, which must read on the page: 4.5 to 1
//! against its grounds, by WCAG 2.2. The logo is read when a report is written, not before.

use std::path::PathBuf;

use base64::Engine as _;
use toml::Spanned;

use super::colour::{Colour, READABLE};
use super::load::Check;
use super::raw::RawBrand;
use crate::document::DocumentError;

/// The largest logo: it stands in every page.
const LARGEST: u64 = 200 * 1024;
/// What stands behind text on a light page, as in `report/style.css`: the darkest first.
pub const LIGHT: [Colour; 3] = [Colour::rgb(0xf1, 0xef, 0xe9), Colour::rgb(0xfa, 0xf9, 0xf6), Colour::WHITE];
/// What stands behind text on a dark page: the lightest first.
pub const DARK: [Colour; 3] = [Colour::rgb(0x22, 0x29, 0x34), Colour::rgb(0x1a, 0x20, 0x29), Colour::rgb(0x12, 0x16, 0x1c)];

/// Whose report it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Brand {
    /// The name, where it is not the workspace's.
    pub name: Option<String>,
    /// The file of the logo.
    pub logo: Option<PathBuf>,
    /// The accent.
    pub accent: Option<Accent>,
}

/// An accent with its shades.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accent {
    /// On a light page, and its tint behind text of that colour.
    pub light: (Colour, Colour),
    /// On a dark page, likewise.
    pub dark: (Colour, Colour),
}

impl Accent {
    /// The shades of an accent that reads on a light page.
    fn of(light: Colour, dark: Option<Colour>) -> Self {
        let dark = dark.unwrap_or(light).readable(Colour::WHITE, &DARK);
        let tint = |accent: Colour, ground: Colour| {
            let tints = (0..=14).rev().map(|percent| ground.mixed(accent, f64::from(percent) / 100.0));
            tints.into_iter().find(|tint| accent.contrast(*tint) >= READABLE).unwrap_or(ground)
        };
        let [.., white] = LIGHT;
        let [_, card, _] = DARK;
        Self { light: (light, tint(light, white)), dark: (dark, tint(dark, card)) }
    }
}

/// Why a logo cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum LogoError {
    /// It cannot be read.
    #[error("could not read the logo {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It is not what a page may hold.
    #[error("could not use the logo {path}: {message}")]
    Unfit {
        /// The file.
        path: PathBuf,
        /// Why.
        message: String,
    },
}

impl Brand {
    /// The logo as the address of an image (`data:`), if there is one.
    ///
    /// # Errors
    /// When the file cannot be read, is larger than 200 kB, is no picture, or is an SVG with script or something to fetch.
    pub fn picture(&self) -> Result<Option<String>, LogoError> {
        let Some(path) = &self.logo else { return Ok(None) };
        let error = |source| LogoError::Read { path: path.clone(), source };
        let unfit = |message: &str| LogoError::Unfit { path: path.clone(), message: message.to_owned() };
        if std::fs::metadata(path).map_err(error)?.len() > LARGEST {
            return Err(unfit("it is larger than 200 kB, and every page holds it"));
        }
        let bytes = std::fs::read(path).map_err(error)?;
        let kind = kind(&bytes).map_err(unfit)?;
        Ok(Some(format!("data:{kind};base64,{}", base64::engine::general_purpose::STANDARD.encode(bytes))))
    }
}

/// The media type of a picture, by its bytes.
fn kind(bytes: &[u8]) -> Result<&'static str, &'static str> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Ok("image/png");
    }
    if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
        return Ok("image/jpeg");
    }
    let text = std::str::from_utf8(bytes).map_err(|_| "it is neither PNG nor JPEG nor SVG")?.to_ascii_lowercase();
    if !text.contains("<svg") {
        return Err("it is neither PNG nor JPEG nor SVG");
    }
    // A page shows it as a picture only, where nothing of this runs or loads; a logo that needs it would be broken there.
    let active = ["<script", "javascript:", "<foreignobject", "<!entity", "@import", "href=\"http", "href='http", "href=\"//", "url(http"];
    let handler = text.split(char::is_whitespace).any(|word| word.starts_with("on") && word.contains('='));
    if handler || active.iter().any(|part| text.contains(part)) {
        return Err("the SVG carries script or fetches something; export it as plain shapes");
    }
    Ok("image/svg+xml")
}

impl Check<'_> {
    pub(super) fn brand(&self, raw: &RawBrand) -> Result<Brand, DocumentError> {
        let name = raw.name.as_ref().map(|name| self.brand_name(name)).transpose()?;
        let logo = raw.logo.as_ref().map(|logo| self.logo(logo)).transpose()?;
        let dark = raw.accent_dark.as_ref().map(|raw| self.accent(raw, "dark", Colour::WHITE, &DARK)).transpose()?;
        let light = raw.accent.as_ref().map(|raw| self.accent(raw, "light", Colour::BLACK, &LIGHT)).transpose()?;
        let accent = match (light, dark, &raw.accent_dark) {
            (Some(light), dark, _) => Some(Accent::of(light, dark)),
            (None, Some(_), Some(raw)) => {
                return Err(self.wrong(raw.span(), "a colour for dark pages alone is half an accent", "add `accent` for light pages"));
            }
            _ => None,
        };
        Ok(Brand { name, logo, accent })
    }

    fn brand_name(&self, name: &Spanned<String>) -> Result<String, DocumentError> {
        match name.get_ref().trim() {
            "" => Err(self.wrong(name.span(), "a brand's name is empty", "leave it out, and the workspace's name stands on the report")),
            name => Ok(name.to_owned()),
        }
    }

    fn logo(&self, logo: &Spanned<PathBuf>) -> Result<PathBuf, DocumentError> {
        let end = logo.get_ref().extension().and_then(|end| end.to_str()).unwrap_or_default().to_ascii_lowercase();
        if !["png", "jpg", "jpeg", "svg"].contains(&end.as_str()) {
            return Err(self.wrong(logo.span(), "a logo is a PNG, JPEG or SVG file", "name one such as `logo.svg`"));
        }
        Ok(self.root.join(logo.get_ref()))
    }

    fn accent(&self, raw: &Spanned<String>, page: &str, towards: Colour, grounds: &[Colour]) -> Result<Colour, DocumentError> {
        let text = raw.get_ref();
        let Some(colour) = Colour::parse(text) else {
            return Err(self.wrong(raw.span(), format!("`{text}` is no colour"), "write it as `#0e6655`"));
        };
        let least = colour.least(grounds);
        if least >= READABLE {
            return Ok(colour);
        }
        // Cut, not rounded: 4.49 does not read as 4.5.
        let shown = (least * 10.0).floor() / 10.0;
        let near = colour.readable(towards, grounds);
        let message = format!("`{text}` does not read on a {page} page: its contrast is {shown:.1} to 1, and text needs {READABLE} to 1");
        Err(self.wrong(raw.span(), message, &format!("the nearest shade that reads is `{near}`")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_accent_gets_shades_that_read() {
        for text in ["#0e6655", "#7a0000", "#000000", "#1f3fa8", "#5b2a86", "#6b4e00"] {
            let accent = Accent::of(Colour::parse(text).unwrap(), None);
            assert!(accent.light.0.least(&LIGHT) >= READABLE && accent.dark.0.least(&DARK) >= READABLE, "{text}: {accent:?}");
            assert!(accent.light.0.contrast(accent.light.1) >= READABLE && accent.dark.0.contrast(accent.dark.1) >= READABLE, "{text}");
        }
    }

    #[test]
    fn a_logo_is_known_by_its_bytes_and_runs_nothing() {
        let svg =
            |inner: &str| format!("<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\">{inner}</svg>");
        assert_eq!(kind(b"\x89PNG\r\n\x1a\n...."), Ok("image/png"));
        assert_eq!(kind(&[0xff, 0xd8, 0xff, 0xe0]), Ok("image/jpeg"));
        assert_eq!(kind(svg("<path d=\"M0 0h9v9z\"/><use href=\"#a\"/>").as_bytes()), Ok("image/svg+xml"));
        for bad in [
            "<script>alert(1)</script>",
            "<ScRiPt href=x />",
            "<path onload=\"x()\"/>",
            "<g\nonclick='x()'/>",
            "<a href=\"javascript:x()\"/>",
            "<image href=\"http://evil.example/a.png\"/>",
            "<image href='https://evil.example/a.png'/>",
            "<style>@import url(//evil.example)</style>",
            "<foreignObject><p>a</p></foreignObject>",
        ] {
            assert!(kind(svg(bad).as_bytes()).is_err(), "{bad}");
        }
        assert!(kind(b"GIF89a").is_err() && kind(b"<html>").is_err() && kind(&[0, 159, 146]).is_err());
    }

    #[test]
    fn a_logo_that_cannot_be_shown_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("logo.png");
        let brand = Brand { logo: Some(path.clone()), ..Brand::default() };
        assert!(brand.picture().unwrap_err().to_string().starts_with("could not read the logo "));
        std::fs::write(&path, "GIF89a").unwrap();
        assert!(brand.picture().unwrap_err().to_string().ends_with("it is neither PNG nor JPEG nor SVG"));
        std::fs::write(&path, vec![0; 300 * 1024]).unwrap();
        assert!(brand.picture().unwrap_err().to_string().contains("larger than 200 kB"));
        std::fs::write(&path, b"\x89PNG\r\n\x1a\n").unwrap();
        assert_eq!(brand.picture().unwrap().as_deref(), Some("data:image/png;base64,iVBORw0KGgo="));
        assert_eq!(Brand::default().picture().unwrap(), None);
    }
}
