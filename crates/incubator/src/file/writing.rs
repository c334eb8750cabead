//! Simple values as people write them.

use jiff::civil::Date;

use crate::model::{
    body::BodyKey,
    money::{Cents, CommitmentAuthorisation, PaymentCredit},
    month::Month,
    named::Named,
};

/// A value written in a few characters, and what to say when it is not one.
pub(super) trait Writing: Sized {
    fn read(text: &str) -> Option<Self>;
    fn expected() -> String;
}

impl Writing for String {
    fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn expected() -> String {
        "a text".into()
    }
}

impl Writing for Date {
    fn read(text: &str) -> Option<Self> {
        // Ten characters: jiff would also accept a time of day.
        (text.len() == 10).then(|| text.parse().ok()).flatten()
    }

    fn expected() -> String {
        "a day that exists, as 2020-03-24".into()
    }
}

impl Writing for Month {
    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn expected() -> String {
        "a month, as 2019-11".into()
    }
}

impl Writing for Cents {
    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn expected() -> String {
        crate::model::money::NotAnAmount.to_string()
    }
}

impl Writing for CommitmentAuthorisation {
    fn read(text: &str) -> Option<Self> {
        Cents::read(text).map(Self)
    }

    fn expected() -> String {
        Cents::expected()
    }
}

impl Writing for PaymentCredit {
    fn read(text: &str) -> Option<Self> {
        Cents::read(text).map(Self)
    }

    fn expected() -> String {
        Cents::expected()
    }
}

impl Writing for BodyKey {
    fn read(text: &str) -> Option<Self> {
        let sound = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        (!text.is_empty() && text.bytes().all(sound)).then(|| Self(text.to_owned()))
    }

    fn expected() -> String {
        "the key of a body, in lowercase letters, digits and dashes, as cbcm-spm".into()
    }
}

impl Writing for bool {
    fn read(text: &str) -> Option<Self> {
        match text {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    fn expected() -> String {
        "true or false".into()
    }
}

impl Writing for u16 {
    fn read(text: &str) -> Option<Self> {
        text.parse().ok().filter(|count| *count <= 1200)
    }

    fn expected() -> String {
        "a whole number from 0 to 1200".into()
    }
}

/// A year of the budget.
impl Writing for i16 {
    fn read(text: &str) -> Option<Self> {
        text.parse().ok().filter(|year| (2000..=2100).contains(year))
    }

    fn expected() -> String {
        "a year from 2000 to 2100".into()
    }
}

impl<T: Named> Writing for Choice<T> {
    fn read(text: &str) -> Option<Self> {
        T::from_name(text).map(Self)
    }

    fn expected() -> String {
        format!("one of {}", T::ALL.iter().map(|value| value.as_str()).collect::<Vec<_>>().join(", "))
    }
}

/// One value of a closed list.
pub(super) struct Choice<T>(pub T);
