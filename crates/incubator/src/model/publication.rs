//! Where an agreement is published, and when.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{body::BodyKey, named::named};

named! {
    /// Where agreements are published.
    Channel {
        DataGouv = "data.gouv.fr", "data.gouv.fr";
        Matignon = "matignon-infos-services", "Matignon Infos Services";
        Gouvernement = "gouvernement.fr", "gouvernement.fr";
        Ministry = "ministry", "les modalités propres de chaque département ministériel";
        OfficialBulletin = "official-bulletin", "le bulletin officiel";
        OwnSite = "own-site", "le site de la partie";
    }
}

/// A publication that took place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publication {
    pub channel: Channel,
    pub published_on: Date,
    pub by: Option<BodyKey>,
    pub address: Option<String>,
}
