//! Where a holiday is observed.

use serde::{Deserialize, Serialize};

/// A part of France with its own list of public holidays.
///
/// New Caledonia, French Polynesia and Wallis-et-Futuna are absent on purpose: they have their own labour law, and
/// articles L3133-1 and L3422-2 of the code du travail do not apply there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Territory {
    /// European France without Bas-Rhin, Haut-Rhin and Moselle.
    Metropole,
    /// Bas-Rhin, Haut-Rhin, Moselle, in a commune that has a Protestant church or a church shared by both
    /// confessions: Good Friday is a holiday (code du travail, art. L3134-13, 2°).
    AlsaceMoselle,
    /// The same departments, in a commune without such a church: 26 December, but not Good Friday.
    AlsaceMoselleWithoutTemple,
    Guadeloupe,
    Martinique,
    Guyane,
    Reunion,
    Mayotte,
    SaintBarthelemy,
    SaintMartin,
    SaintPierreEtMiquelon,
}

impl Territory {
    /// Every territory, in the order of their INSEE codes.
    pub const ALL: &'static [Self] = &[
        Self::Metropole,
        Self::AlsaceMoselle,
        Self::AlsaceMoselleWithoutTemple,
        Self::Guadeloupe,
        Self::Martinique,
        Self::Guyane,
        Self::Reunion,
        Self::Mayotte,
        Self::SaintBarthelemy,
        Self::SaintMartin,
        Self::SaintPierreEtMiquelon,
    ];

    /// The name to show, in French.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Metropole => "France métropolitaine",
            Self::AlsaceMoselle => "Alsace-Moselle",
            Self::AlsaceMoselleWithoutTemple => {
                "Alsace-Moselle (commune sans temple protestant ni église mixte)"
            }
            Self::Guadeloupe => "Guadeloupe",
            Self::Martinique => "Martinique",
            Self::Guyane => "Guyane",
            Self::Reunion => "La Réunion",
            Self::Mayotte => "Mayotte",
            Self::SaintBarthelemy => "Saint-Barthélemy",
            Self::SaintMartin => "Saint-Martin",
            Self::SaintPierreEtMiquelon => "Saint-Pierre-et-Miquelon",
        }
    }

    /// The territory of a department or overseas collectivity, by its INSEE code (`"35"`, `"2A"`, `"974"`).
    ///
    /// `None` for a code that is not one, and for the collectivities this type leaves out. Departments 57, 67 and 68
    /// answer [`Territory::AlsaceMoselle`]: no published list says which communes have no Protestant church, and
    /// counting Good Friday as a holiday never deprives anyone of time.
    pub fn of_department(code: &str) -> Option<Self> {
        match code {
            "57" | "67" | "68" => Some(Self::AlsaceMoselle),
            "2A" | "2B" => Some(Self::Metropole),
            "971" => Some(Self::Guadeloupe),
            "972" => Some(Self::Martinique),
            "973" => Some(Self::Guyane),
            "974" => Some(Self::Reunion),
            "975" => Some(Self::SaintPierreEtMiquelon),
            "976" => Some(Self::Mayotte),
            "977" => Some(Self::SaintBarthelemy),
            "978" => Some(Self::SaintMartin),
            _ => match code.as_bytes() {
                // 20 became 2A and 2B in 1976.
                [tens @ b'0'..=b'9', units @ b'0'..=b'9'] => {
                    let number = (tens - b'0') * 10 + (units - b'0');
                    ((1..=95).contains(&number) && number != 20).then_some(Self::Metropole)
                }
                _ => None,
            },
        }
    }
}
