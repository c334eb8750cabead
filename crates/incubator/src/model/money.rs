//! Money: whole cents of a euro, taxes included. Never a floating number.

use std::{
    fmt,
    iter::Sum,
    ops::{Add, Sub},
    str::FromStr,
};

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Cents of a euro. A sum that would not fit stays at the largest amount that does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Cents(i64);

/// An amount nobody can read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("an amount in euros: 280000, 280 000 or 117560.40, at most 99 999 999 999")]
pub struct NotAnAmount;

impl Cents {
    pub const ZERO: Self = Self(0);

    pub const fn new(cents: i64) -> Self {
        Self(cents)
    }

    pub const fn euros(euros: i64) -> Self {
        Self(euros.saturating_mul(100))
    }

    pub const fn as_i64(self) -> i64 {
        self.0
    }

    /// How far below zero nothing is kept: what is left of a negative balance is nothing.
    #[must_use]
    pub fn at_least_zero(self) -> Self {
        self.max(Self::ZERO)
    }

    #[must_use]
    pub const fn distance(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0).saturating_abs())
    }

    /// As a French page writes it: `280 000 €`, with spaces that do not break.
    pub fn fr(self) -> String {
        self.written('\u{202f}', ',', '\u{a0}')
    }

    fn written(self, thousands: char, decimal: char, before_euro: char) -> String {
        let cents = self.0.unsigned_abs();
        let digits = (cents / 100).to_string();
        let mut text = String::from(if self.0 < 0 { "-" } else { "" });
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                text.push(thousands);
            }
            text.push(digit);
        }
        if !cents.is_multiple_of(100) {
            text.push(decimal);
            text.push_str(&(100 + cents % 100).to_string()[1..]);
        }
        text.push(before_euro);
        text.push('€');
        text
    }
}

impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written(' ', '.', ' '))
    }
}

impl Add for Cents {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Cents {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Sum for Cents {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

impl FromStr for Cents {
    type Err = NotAnAmount;

    /// Euros, thousands separated by a space or not, cents after a point or a comma, always two of them.
    fn from_str(text: &str) -> Result<Self, NotAnAmount> {
        let text = text.trim_end_matches('€').trim();
        let (whole, cents) = match text.split_once(['.', ',']) {
            Some((whole, cents)) if cents.len() == 2 => (whole, cents),
            Some(_) => return Err(NotAnAmount),
            None => (text, "0"),
        };
        let groups: Vec<&str> = whole.split([' ', '_', '\u{a0}', '\u{202f}']).collect();
        let grouped = groups.len() == 1 || groups.iter().skip(1).all(|group| group.len() == 3);
        let digits = groups.concat();
        let readable = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !grouped || !readable(&digits) || !readable(cents) || digits.len() > 11 {
            return Err(NotAnAmount);
        }
        let euros: i64 = digits.parse().map_err(|_| NotAnAmount)?;
        let cents: i64 = cents.parse().map_err(|_| NotAnAmount)?;
        Ok(Self(euros * 100 + cents))
    }
}

/// AE, *autorisation d'engagement*: how much may be committed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CommitmentAuthorisation(pub Cents);

/// CP, *crédit de paiement*: how much may be paid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PaymentCredit(pub Cents);
