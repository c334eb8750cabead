/// A foreign land kept from the world outlines because journeys from France may reach it.
pub(crate) struct Neighbour {
    /// ISO 3166-1 numeric, the key of `world-atlas`.
    pub(crate) numeric: &'static str,
    /// INSEE country code.
    pub(crate) code: &'static str,
    /// ISO 3166-1 alpha-2.
    pub(crate) iso: &'static str,
    /// As INSEE writes it.
    pub(crate) name: &'static str,
}

const fn neighbour(
    numeric: &'static str,
    code: &'static str,
    iso: &'static str,
    name: &'static str,
) -> Neighbour {
    Neighbour { numeric, code, iso, name }
}

/// Codes, alpha-2 codes and names: INSEE, code officiel géographique, list of countries (`pays_insee_iso2.csv`).
/// Kept: the lands that touch France or face it across less than a day's drive or a ferry, and the islands around the
/// overseas departments. Several lands may share one INSEE code.
pub(crate) const NEIGHBOURS: [Neighbour; 28] = [
    neighbour("276", "99109", "DE", "Allemagne"),
    neighbour("040", "99110", "AT", "Autriche"),
    neighbour("438", "99113", "LI", "Liechtenstein"),
    neighbour("380", "99127", "IT", "Italie"),
    neighbour("674", "99128", "SM", "Saint-Marin"),
    neighbour("020", "99130", "AD", "Andorre"),
    neighbour("056", "99131", "BE", "Belgique"),
    neighbour("826", "99132", "GB", "Royaume-Uni"),
    neighbour("724", "99134", "ES", "Espagne"),
    neighbour("528", "99135", "NL", "Pays-Bas"),
    neighbour("372", "99136", "IE", "Irlande"),
    neighbour("442", "99137", "LU", "Luxembourg"),
    neighbour("492", "99138", "MC", "Monaco"),
    neighbour("620", "99139", "PT", "Portugal"),
    neighbour("756", "99140", "CH", "Suisse"),
    neighbour("831", "99161", "GB", "Dépendances de la Couronne britannique"),
    neighbour("832", "99161", "GB", "Dépendances de la Couronne britannique"),
    neighbour("480", "99390", "MU", "Maurice"),
    neighbour("174", "99397", "KM", "Comores"),
    neighbour("076", "99416", "BR", "Brésil"),
    neighbour("660", "99425", "GB", "Territoires britanniques dans les Antilles et Bermudes"),
    neighbour("500", "99425", "GB", "Territoires britanniques dans les Antilles et Bermudes"),
    neighbour("740", "99437", "SR", "Suriname"),
    neighbour("212", "99438", "DM", "Dominique"),
    neighbour("662", "99439", "LC", "Sainte-Lucie"),
    neighbour("028", "99441", "AG", "Antigua-et-Barbuda"),
    neighbour("659", "99442", "KN", "Saint-Christophe-et-Niévès"),
    neighbour("534", "99445", "SX", "Saint-Martin (partie néerlandaise)"),
];

/// Collectivities of one commune whose outline is taken from the world outlines too (coarse, a few hundred metres),
/// for want of a better: without it the French part of Saint-Martin would be taken for its Dutch neighbour.
/// ISO 3166-1 numeric, commune code.
pub(crate) const COLLECTIVITIES: [(&str, &str); 2] = [("652", "97701"), ("663", "97801")];

/// Codes given up when a commune of Guadeloupe became a collectivity (organic law 2007-223 of 21 February 2007),
/// which the file of movements ends without a successor. Past code, code of today.
pub(crate) const COLLECTIVITY_CODES: [(&str, &str); 2] = [("97123", "97701"), ("97127", "97801")];
