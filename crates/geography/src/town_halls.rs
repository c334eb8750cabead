use std::collections::BTreeMap;

use crate::input_error::InputError;
use crate::source_file::SourceFile;
use crate::table::Table;
use crate::{InseeCode, Point};

/// Where town halls are. Columns: `code_insee`, `lon`, `lat` (degrees); a commune's first line counts, lines without
/// a place are passed over.
pub(crate) fn read(file: &SourceFile) -> Result<BTreeMap<InseeCode, Point>, InputError> {
    let mut halls = BTreeMap::new();
    for row in Table::read(file, &["code_insee", "lon", "lat"])?.rows() {
        if row.get("lon").is_empty() && row.get("lat").is_empty() {
            continue;
        }
        let code = row.code("code_insee")?;
        let degrees = |column| row.number(column);
        let point = Point::new(degrees("lat")?, degrees("lon")?).map_err(|error| {
            row.unexpected(if error.noun == "latitude" { "lat" } else { "lon" }, "degrees")
        })?;
        halls.entry(code).or_insert(point);
    }
    Ok(halls)
}
