//! Builds a reference pack from the unpacked sources; `data/PROVENANCE.md` says which.
//!
//! ```text
//! cargo run -p geography --example build_reference -- DECOUPAGE WORLD_ATLAS BOUNDARIES YEAR MOVEMENTS TOWN_HALLS PACK
//! ```

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use geography::pack::{Inputs, build};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [administrative, world_atlas, boundaries, year, movements, town_halls, pack] = arguments.as_slice()
    else {
        return Err("seven arguments: DECOUPAGE WORLD_ATLAS BOUNDARIES YEAR MOVEMENTS TOWN_HALLS PACK".into());
    };
    let reference = build(&Inputs {
        administrative: Path::new(administrative),
        boundaries: Path::new(boundaries),
        boundaries_year: year.parse()?,
        world_atlas: Path::new(world_atlas),
        movements: Some(Path::new(movements)),
        town_halls: Some(Path::new(town_halls)),
    })?;
    let bytes = reference.to_pack();
    std::fs::write(PathBuf::from(pack), &bytes)?;
    println!("{pack}: {} bytes", bytes.len());
    println!(
        "{} communes, {} without outline, {} arrondissements, {} past codes, {} EPCI, {} departments, {} regions, {} countries",
        reference.communes().len(),
        reference.without_polygon().count(),
        reference.arrondissements().len(),
        reference.past_communes().len(),
        reference.epcis().len(),
        reference.departments().len(),
        reference.regions().len(),
        reference.countries().len(),
    );
    Ok(())
}
