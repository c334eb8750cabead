//! The five agreements this house was built from, as files. Bodies are real; people and bank accounts are invented.

/// DGITM to DINUM, the registry of carpooling proofs, signed on 24 March 2020.
pub const REGISTRE: &str = include_str!("../data/agreements/registre-preuve-covoiturage.yaml");
/// Cerema and DINUM, brownfields, signed on 3 September 2020.
pub const FRICHES: &str = include_str!("../data/agreements/friches.yaml");
/// Ministry of Culture to DINUM, an incubator, not dated.
pub const ATELIER: &str = include_str!("../data/agreements/atelier-numerique.yaml");
/// DINUM to the digital factory of the social ministries, `DomiFa`, signed on 23 November 2020.
pub const DOMIFA: &str = include_str!("../data/agreements/domifa.yaml");
/// ADEME, the prefect of the Lot and DINSIC, Lotocar, signed on 18 October 2019.
pub const LOTOCAR: &str = include_str!("../data/agreements/lotocar.yaml");

/// Each with the name of its file.
pub const ALL: [(&str, &str); 5] = [
    ("registre-preuve-covoiturage.yaml", REGISTRE),
    ("friches.yaml", FRICHES),
    ("atelier-numerique.yaml", ATELIER),
    ("domifa.yaml", DOMIFA),
    ("lotocar.yaml", LOTOCAR),
];
