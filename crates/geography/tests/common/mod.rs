//! What the tests of this folder share. Each test program uses a part of it.
#![allow(dead_code, reason = "each test program uses a part")]

use std::path::PathBuf;
use std::sync::LazyLock;

use geography::{CountryCode, How, InseeCode, Metres, Placement, Placer, Point, Reference, SourceFile};

pub static REFERENCE: LazyLock<Reference> =
    LazyLock::new(|| Reference::embedded().expect("the committed pack is readable"));
pub static PLACER: LazyLock<Placer> = LazyLock::new(|| Placer::new(&REFERENCE));

pub fn insee(code: &str) -> InseeCode {
    code.parse().expect("a commune code")
}

pub fn point(latitude: f64, longitude: f64) -> Point {
    Point::new(latitude, longitude).expect("a point on Earth")
}

pub fn inside(code: &str) -> Placement {
    Placement::Commune { code: insee(code), how: How::Inside }
}

pub fn in_country(code: &str) -> Placement {
    let code: CountryCode = code.parse().expect("a country code");
    Placement::Country { code, how: How::Inside }
}

/// How far outside a commune a point was placed in it.
pub fn distance_to(placement: Placement, code: &str) -> Metres {
    match placement {
        Placement::Commune { code: placed, how: How::NearestWithin(metres) } if placed == insee(code) => {
            metres
        }
        other => panic!("expected near {code}, placed {other:?}"),
    }
}

/// A file in memory, as if read from disk.
pub fn file(name: &str, year: i16, content: &str) -> SourceFile {
    SourceFile { name: name.into(), year, bytes: content.into() }
}

/// `GeoJSON` with a square for each commune: code, south, west, side in degrees.
pub fn squares(year: i16, squares: &[(&str, f64, f64, f64)]) -> SourceFile {
    let feature = |(code, south, west, side): &(&str, f64, f64, f64)| {
        let (north, east) = (south + side, west + side);
        format!(
            r#"{{"type":"Feature","properties":{{"code":"{code}"}},"geometry":{{"type":"Polygon","coordinates":
            [[[{west},{south}],[{east},{south}],[{east},{north}],[{west},{north}],[{west},{south}]]]}}}}"#
        )
    };
    let features = squares.iter().map(feature).collect::<Vec<_>>().join(",");
    file("squares.geojson", year, &format!(r#"{{"type":"FeatureCollection","features":[{features}]}}"#))
}

/// A file of the data shared with the project, or nothing, said aloud, where they are not.
pub fn shared(path: &str, year: i16) -> Option<SourceFile> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(path);
    match SourceFile::open(&path, year) {
        Ok(file) => Some(file),
        Err(error) => {
            eprintln!("SKIPPED, shared data absent: {error}");
            None
        }
    }
}
