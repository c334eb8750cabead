//! Official French geography: the communes of the current official code (INSEE, *code officiel géographique*), what
//! they belong to, what became of past ones, and the question "in which commune does this point lie?".
//!
//! Start from [`Reference::embedded`], and ask a [`Placer`]:
//!
//! ```
//! use geography::{How, Placement, Placer, Point, Reference};
//!
//! let reference = Reference::embedded()?;
//! let placer = Placer::new(&reference);
//! let cathedral = Point::new(44.4475, 1.4431)?;
//! let cahors = "46042".parse()?;
//! assert_eq!(placer.place(cathedral), Placement::Commune { code: cahors, how: How::Inside });
//! assert_eq!(reference.commune(&cahors).map(|commune| commune.name.as_str()), Some("Cahors"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Pure: no network, no clock, no database. Files are read only by [`pack::build`] and [`SourceFile::open`].

mod administrative;
mod aom;
mod aom_code;
mod aom_list;
mod arrondissement;
mod attribution;
mod bands;
mod code;
mod commune;
mod country;
mod country_code;
mod department;
mod department_code;
mod edge;
mod edition;
mod epci;
mod epci_code;
mod geojson;
mod input_error;
mod insee_code;
mod layer;
mod local_plane;
mod metres;
mod movement;
mod name_index;
mod neighbour;
mod outline;
pub mod pack;
mod past_commune;
mod placement;
mod placer;
mod point;
mod reference;
mod region;
mod region_code;
mod scan;
mod source_file;
mod square_metres;
mod succession;
mod table;
mod time_zone_name;
mod topojson;
mod town_halls;

pub use aom::Aom;
pub use aom_code::AomCode;
pub use aom_list::AomReport;
pub use arrondissement::Arrondissement;
pub use attribution::ATTRIBUTION;
pub use code::InvalidCode;
pub use commune::Commune;
pub use country::Country;
pub use country_code::CountryCode;
pub use department::Department;
pub use department_code::DepartmentCode;
pub use edition::{AomSource, Edition, Editions};
pub use epci::{Epci, EpciKind};
pub use epci_code::EpciCode;
pub use input_error::{InputError, Place};
pub use insee_code::InseeCode;
pub use metres::Metres;
pub use outline::{InvalidOutline, Outline};
pub use pack::PackError;
pub use past_commune::{PastCommune, Standing};
pub use placement::{How, Placement};
pub use placer::{NEAR, Placer};
pub use point::{InvalidCoordinate, Latitude, Longitude, Point};
pub use reference::{Area, BoundariesReport, MovementsReport, Reference};
pub use region::Region;
pub use region_code::RegionCode;
pub use scan::place_by_scan;
pub use source_file::SourceFile;
pub use square_metres::SquareMetres;
pub use succession::Detachment;
pub use time_zone_name::TimeZoneName;
