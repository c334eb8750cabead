//! Enumerations whose values have one name in files and one in French.

/// A closed list of values that people write in files.
pub trait Named: Copy + 'static {
    const ALL: &'static [Self];
    /// The name in files and in JSON.
    fn as_str(self) -> &'static str;
    /// The name on a page, in French.
    fn fr(self) -> &'static str;

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.as_str() == name)
    }
}

/// Declares an enumeration, the name of each value in files, and its name in French.
macro_rules! named {
    ($(#[$about:meta])* $name:ident { $($(#[$value_about:meta])* $value:ident = $text:literal, $fr:literal;)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$value_about])* #[serde(rename = $text)] $value),+ }

        impl $crate::model::named::Named for $name {
            const ALL: &'static [Self] = &[$(Self::$value),+];
            fn as_str(self) -> &'static str {
                match self { $(Self::$value => $text),+ }
            }
            fn fr(self) -> &'static str {
                match self { $(Self::$value => $fr),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str($crate::model::named::Named::as_str(*self))
            }
        }
    };
}

pub(crate) use named;
