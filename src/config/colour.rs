//! Colours that are read: takes `#rgb` or `#rrggbb`; measures contrast by WCAG 2.2 (1.4.3: text needs 4.5 to 1 against its ground),
//! and finds the nearest shade that has it. Refuses any other way to write a colour.

use std::fmt;

/// What text needs against its ground.
pub const READABLE: f64 = 4.5;

/// A colour in sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour([u8; 3]);

impl Colour {
    /// White.
    pub const WHITE: Self = Self([255; 3]);
    /// Black.
    pub const BLACK: Self = Self([0; 3]);

    /// From its parts.
    #[must_use]
    pub const fn rgb(red: u8, green: u8, blue: u8) -> Self {
        Self([red, green, blue])
    }

    /// Reads `#rgb` or `#rrggbb`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits: Vec<u8> =
            text.strip_prefix('#')?.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect::<Option<_>>()?;
        let pair = |pair: &[u8]| pair.iter().fold(0, |sum, digit| sum * 16 + digit);
        match digits.as_slice() {
            [red, green, blue] => Some(Self([red * 17, green * 17, blue * 17])),
            six if six.len() == 6 => {
                let mut parts = six.chunks(2).map(pair);
                Some(Self([parts.next()?, parts.next()?, parts.next()?]))
            }
            _ => None,
        }
    }

    /// WCAG's relative luminance.
    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let share = f64::from(part) / 255.0;
            if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        let [red, green, blue] = self.0.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// The contrast of two colours, 1 to 21.
    #[must_use]
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance() + 0.05, other.luminance() + 0.05);
        one.max(two) / one.min(two)
    }

    /// The least contrast to any of the grounds.
    #[must_use]
    pub fn least(self, grounds: &[Self]) -> f64 {
        grounds.iter().map(|ground| self.contrast(*ground)).fold(21.0, f64::min)
    }

    /// So much of the other colour mixed in, 0 to 1.
    #[must_use]
    pub fn mixed(self, other: Self, share: f64) -> Self {
        let share = share.clamp(0.0, 1.0);
        let mut mixed = self.0;
        for (part, towards) in mixed.iter_mut().zip(other.0) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between two bytes")]
            let between = (f64::from(*part) * (1.0 - share) + f64::from(towards) * share).round() as u8;
            *part = between;
        }
        Self(mixed)
    }

    /// The nearest shade towards another colour that reads on every ground; that colour where none does.
    #[must_use]
    pub fn readable(self, towards: Self, grounds: &[Self]) -> Self {
        let shades = (0..=100).map(|step| self.mixed(towards, f64::from(step) / 100.0));
        shades.into_iter().find(|shade| shade.least(grounds) >= READABLE).unwrap_or(towards)
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_in_two_ways_and_no_other() {
        for (text, shown) in [("#0E6655", Some("#0e6655")), ("#fff", Some("#ffffff")), ("#1a9", Some("#11aa99"))] {
            assert_eq!(Colour::parse(text).map(|c| c.to_string()).as_deref(), shown);
        }
        for bad in ["", "#", "fff", "#ffff", "#12345g", "#1234567", "red", "rgb(1,2,3)", "#fff;}", "#ｆｆｆ"] {
            assert_eq!(Colour::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn contrast_is_wcags() {
        let grey = Colour::rgb(0x76, 0x76, 0x76);
        assert!((Colour::WHITE.contrast(Colour::BLACK) - 21.0).abs() < 1e-9);
        // The classic: the lightest grey that reads on white.
        assert!((grey.contrast(Colour::WHITE) - 4.54).abs() < 0.005, "{}", grey.contrast(Colour::WHITE));
        assert!(Colour::rgb(0x77, 0x77, 0x77).contrast(Colour::WHITE) < READABLE);
        let shade = Colour::rgb(255, 204, 0).readable(Colour::BLACK, &[Colour::WHITE]);
        assert!(shade.contrast(Colour::WHITE) >= READABLE && shade.contrast(Colour::WHITE) < 4.7, "{shade}");
    }
}
