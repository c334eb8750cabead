//! The reference in one file.
//!
//! | bytes | content |
//! |---|---|
//! | 8 | `PEPGEO` and two zero bytes |
//! | 2 | format version, little-endian |
//! | 4 | length of the header, little-endian |
//! | … | header: the editions, in JSON |
//! | 8 | length of the lists once inflated, little-endian |
//! | … | the lists, deflated |
//! | 4 | CRC-32 of all that precedes, little-endian |
//!
//! In the lists, numbers are LEB128 varints, signed ones zigzagged; texts are preceded by their length; a commune is
//! named by its rank. Outlines are steps of 1e-5 degree from point to point, all longitudes then all latitudes.

mod build;
mod error;
mod reader;
mod writer;

pub use build::{Inputs, build};
pub use error::PackError;
pub(crate) use reader::read;
pub(crate) use writer::write;

const MAGIC: [u8; 8] = *b"PEPGEO\0\0";
const FORMAT: u16 = 1;
/// Nothing is allocated beyond this for a pack, whatever it announces.
const LARGEST: u64 = 1 << 28;

fn checksum(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}
