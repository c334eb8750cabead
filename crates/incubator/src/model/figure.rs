//! A measured number: exact to the ten-thousandth, whatever its unit. Never a floating number.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Ten-thousandths of a unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Figure(i64);

const UNIT: i64 = 10_000;
/// The largest whole part that is read: a million billions would not be a measure.
const MOST: i64 = 99_999_999_999_999;

/// A number nobody can read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a number: 1250, 1 250 or 12.5, at most four decimals and fourteen digits before them")]
pub struct NotAFigure;

impl Figure {
    pub const ZERO: Self = Self(0);

    /// From ten-thousandths, as they are kept.
    pub const fn new(ten_thousandths: i64) -> Self {
        Self(ten_thousandths)
    }

    pub const fn whole(number: i64) -> Self {
        Self(number.saturating_mul(UNIT))
    }

    /// Ten-thousandths.
    pub const fn as_i64(self) -> i64 {
        self.0
    }

    /// The number that was measured elsewhere, to the nearest ten-thousandth; `None` when it is not one, or too large.
    pub fn measured(value: f64) -> Option<Self> {
        // The shortest text that reads back as the same number: what its author wrote.
        let text = format!("{value:.4}");
        text.parse().ok()
    }

    /// `part` in `all`, in percent, to the nearest hundredth; `None` when there is nothing to share.
    pub fn percent(part: Self, all: Self) -> Option<Self> {
        let (part, all) = (i128::from(part.0), i128::from(all.0));
        if all <= 0 {
            return None;
        }
        let scaled = part * 100 * 100;
        let half = if scaled < 0 { -all / 2 } else { all / 2 };
        i64::try_from((scaled + half) / all * (i128::from(UNIT) / 100)).ok().map(Self)
    }

    /// The nearest whole number.
    pub const fn rounded(self) -> i64 {
        let half = if self.0 < 0 { -UNIT / 2 } else { UNIT / 2 };
        self.0.saturating_add(half) / UNIT
    }

    /// As a French page writes it: `12 500,5`, with spaces that do not break.
    pub fn fr(self) -> String {
        self.written("\u{202f}", ",", "−")
    }

    fn written(self, thousands: &str, decimal: &str, minus: &str) -> String {
        let size = self.0.unsigned_abs();
        let unit = UNIT.unsigned_abs();
        let digits = (size / unit).to_string();
        let mut text = String::from(if self.0 < 0 { minus } else { "" });
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                text.push_str(thousands);
            }
            text.push(digit);
        }
        let decimals = format!("{:04}", size % unit);
        let decimals = decimals.trim_end_matches('0');
        if !decimals.is_empty() {
            text.push_str(decimal);
            text.push_str(decimals);
        }
        text
    }
}

/// As files and machines write it: `12500.5`.
impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written("", ".", "-"))
    }
}

/// As people type it: spaces between thousands, a comma or a point before decimals, a sign.
impl FromStr for Figure {
    type Err = NotAFigure;

    fn from_str(text: &str) -> Result<Self, NotAFigure> {
        let text: String =
            text.trim().chars().filter(|one| !matches!(one, ' ' | '\u{a0}' | '\u{202f}')).collect();
        let (negative, text) = match text.strip_prefix(['-', '−']) {
            Some(rest) => (true, rest),
            None => (false, text.as_str()),
        };
        let (whole, decimals) = text.split_once([',', '.']).unwrap_or((text, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(decimals) || decimals.len() > 4 || whole.len() > 20 {
            return Err(NotAFigure);
        }
        let whole: i64 = whole.parse().map_err(|_| NotAFigure)?;
        if whole > MOST {
            return Err(NotAFigure);
        }
        let decimals: i64 = format!("{decimals:0<4}").parse().map_err(|_| NotAFigure)?;
        let size = whole * UNIT + decimals;
        Ok(Self(if negative { -size } else { size }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_as_typed_and_written_the_french_way() {
        let fr = |text: &str| text.parse::<Figure>().map(Figure::fr);
        assert_eq!(fr("12 500,50"), Ok("12\u{202f}500,5".to_owned()));
        assert_eq!(fr("-3.25"), Ok("−3,25".to_owned()));
        assert_eq!(fr("0"), Ok("0".to_owned()));
        for wrong in ["", "beaucoup", "1,2,3", "1e5", "12.34567", "999999999999999999999", ",5"] {
            assert_eq!(fr(wrong), Err(NotAFigure), "{wrong}");
        }
        assert_eq!(Figure::measured(0.1), Some(Figure::new(1_000)));
        assert_eq!(Figure::measured(f64::NAN), None);
        assert_eq!(Figure::measured(f64::INFINITY), None);
        assert_eq!(Figure::measured(1e300), None);
        assert_eq!(Figure::percent(Figure::whole(1), Figure::whole(3)), Some(Figure::new(333_300)));
        assert_eq!(Figure::percent(Figure::whole(1), Figure::ZERO), None);
        assert_eq!(Figure::new(15_000).rounded(), 2);
    }
}
