use thiserror::Error;

/// Text refused as an official code.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{noun} {seen:?} is not valid, expected {expected}")]
pub struct InvalidCode {
    /// What the text should have been, e.g. "commune code".
    pub noun: &'static str,
    /// What was read.
    pub seen: String,
    /// The accepted form, in words.
    pub expected: &'static str,
}

/// At most `N` ASCII characters kept in place, so that a code is copied and compared like a number.
/// Unused bytes are zero, hence the order is the order of the texts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ShortText<const N: usize>([u8; N]);

impl<const N: usize> ShortText<N> {
    pub(crate) fn new(text: &str) -> Option<Self> {
        let mut bytes = [0; N];
        bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        (text.is_ascii() && !text.contains('\0')).then_some(Self(bytes))
    }

    pub(crate) fn as_str(&self) -> &str {
        let end = self.0.iter().position(|byte| *byte == 0).unwrap_or(N);
        std::str::from_utf8(&self.0[..end]).unwrap_or_default()
    }
}

/// Declares a code type: checked when read from text, written as text, ordered as text.
macro_rules! official_code {
    ($(#[$doc:meta])* $name:ident, $size:literal, $noun:literal, $expected:literal, $accepts:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(into = "String", try_from = "String")]
        pub struct $name($crate::code::ShortText<$size>);

        impl $name {
            /// The code as it is written in official files.
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::code::InvalidCode;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let accepts: fn(&[u8]) -> bool = $accepts;
                $crate::code::ShortText::new(text).filter(|_| accepts(text.as_bytes())).map(Self).ok_or_else(|| {
                    $crate::code::InvalidCode {
                        noun: $noun,
                        seen: text.chars().take(40).collect(),
                        expected: $expected,
                    }
                })
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::code::InvalidCode;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(code: $name) -> Self {
                code.as_str().to_owned()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({})", stringify!($name), self.as_str())
            }
        }
    };
}
pub(crate) use official_code;

/// Whether every byte is a decimal digit.
pub(crate) fn digits(bytes: &[u8]) -> bool {
    bytes.iter().all(u8::is_ascii_digit)
}
