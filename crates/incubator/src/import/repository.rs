use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::model::portfolio::{
    Content, IncubatorSheet, OrganisationSheet, ProductSheet, Refused, SheetError,
};

/// Reads a copy of the repository, or its `content` folder.
pub fn read(folder: &Path) -> anyhow::Result<Content> {
    let inside = [folder.to_owned(), folder.join("content")];
    let root = inside.iter().find(|root| root.join("_startups").is_dir()).with_context(|| {
        format!("{}: no folder _startups there, nor in content/: expected a copy of the programme's public repository", folder.display())
    })?;
    let mut refused = Vec::new();
    let products = sheets(&root.join("_startups"), ProductSheet::parse, &mut refused)?;
    let incubators = sheets(&root.join("_incubators"), IncubatorSheet::parse, &mut refused)?;
    let organisations = sheets(&root.join("_organisations"), OrganisationSheet::parse, &mut refused)?;
    Ok(Content { products, incubators, organisations, refused })
}

/// The sheets of a folder; a folder that is not there holds none.
fn sheets<T>(
    folder: &Path,
    parse: fn(&str) -> Result<T, SheetError>,
    refused: &mut Vec<Refused>,
) -> anyhow::Result<BTreeMap<String, T>> {
    let mut read = BTreeMap::new();
    if !folder.is_dir() {
        return Ok(read);
    }
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())
        .with_context(|| folder.display().to_string())?;
    files.retain(|file| file.extension().is_some_and(|end| end == "md"));
    files.sort();
    for file in files {
        let Some(identifier) = file.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned) else {
            refused.push(Refused { why: "its name is not UTF-8".to_owned(), file });
            continue;
        };
        let parsed = fs::read_to_string(&file)
            .map_err(|cause| cause.to_string())
            .and_then(|text| parse(&text).map_err(|cause| cause.to_string()));
        match parsed {
            Ok(sheet) => {
                read.insert(identifier, sheet);
            }
            Err(why) => refused.push(Refused { file, why }),
        }
    }
    Ok(read)
}
