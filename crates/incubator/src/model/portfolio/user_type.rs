/// Whom a product serves, among those that the programme offers to choose (spec §4.2: the data hold 91 values).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum UserType {
    Individual,
    Company,
    Association,
    LocalAuthority,
    State,
    School,
}

impl UserType {
    pub const ALL: [Self; 6] =
        [Self::Individual, Self::Company, Self::Association, Self::LocalAuthority, Self::State, Self::School];

    /// The published name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Individual => "particulier",
            Self::Company => "entreprise",
            Self::Association => "association",
            Self::LocalAuthority => "collectivite-territoriale",
            Self::State => "etat",
            Self::School => "etablissement-scolaire",
        }
    }

    /// What people read.
    pub fn title(self) -> &'static str {
        match self {
            Self::Individual => "Particuliers",
            Self::Company => "Entreprises",
            Self::Association => "Associations",
            Self::LocalAuthority => "Collectivités territoriales",
            Self::State => "Services de l’État",
            Self::School => "Établissements scolaires",
        }
    }

    /// The published name, with or without capitals and spaces around; anything else is somebody's own words.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }
}
