/// What pages that show this geography must say, one line for each source (texts required by the licences).
pub const ATTRIBUTION: [&str; 4] = [
    "Source : INSEE (code officiel géographique, populations), DGCL (intercommunalités) – Licence Ouverte 2.0",
    "Contours des communes : © IGN ADMIN EXPRESS COG – Licence Ouverte 2.0",
    "Mairies : DILA, Annuaire de l’administration – Licence Ouverte 2.0",
    "Contours des pays : Natural Earth, world-atlas – domaine public, ISC",
];
