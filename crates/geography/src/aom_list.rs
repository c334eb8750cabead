use std::collections::BTreeMap;

use crate::input_error::InputError;
use crate::source_file::SourceFile;
use crate::table::Table;
use crate::{Aom, AomCode, InseeCode};

/// A list of communes with their mobility authority, of any year.
pub(crate) struct AomList {
    pub(crate) aoms: BTreeMap<AomCode, Aom>,
    pub(crate) communes: Vec<AomOfCommune>,
}

/// One line: a commune and its authority.
pub(crate) struct AomOfCommune {
    pub(crate) line: usize,
    pub(crate) commune: InseeCode,
    pub(crate) aom: AomCode,
}

/// What loading a list of AOMs did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AomReport {
    /// Current communes that have an AOM now.
    pub communes: usize,
    /// Lines whose code is past, read as the communes of today.
    pub recoded: usize,
    /// Communes set up after the list's year: they keep the AOM of the commune they came from.
    pub inherited: Vec<InseeCode>,
    /// Communes whose past codes had several AOMs, and no line of their own: the most frequent was kept.
    pub disputed: Vec<InseeCode>,
    /// Communes without AOM.
    pub without: Vec<InseeCode>,
}

/// Columns: `code_insee`, `siren_aom`, `nom_aom`, `forme_juridique`.
pub(crate) fn read(file: &SourceFile) -> Result<AomList, InputError> {
    let table = Table::read(file, &["code_insee", "siren_aom", "nom_aom", "forme_juridique"])?;
    let (mut aoms, mut lines) = (BTreeMap::new(), BTreeMap::new());
    let mut communes = Vec::new();
    for row in table.rows() {
        let commune = row.code("code_insee")?;
        if let Some(line) = lines.insert(commune, row.line()) {
            return Err(
                row.unexpected("code_insee", format!("a commune seen once, this one is on line {line}"))
            );
        }
        let code: AomCode = row.code("siren_aom")?;
        let (name, form) = (row.get("nom_aom"), row.get("forme_juridique"));
        if name.is_empty() {
            return Err(row.unexpected("nom_aom", "a name"));
        }
        let aom =
            aoms.entry(code).or_insert_with(|| Aom { code, name: name.to_owned(), form: form.to_owned() });
        if aom.name != name {
            return Err(row.unexpected("nom_aom", format!("{:?}, the name seen first for {code}", aom.name)));
        }
        communes.push(AomOfCommune { line: row.line(), commune, aom: code });
    }
    Ok(AomList { aoms, communes })
}
