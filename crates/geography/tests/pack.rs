//! The pack file: what is written is read, and nothing else is.

mod common;

use std::io::Read;

use common::REFERENCE;
use geography::{PackError, Reference};

static COMMITTED: &[u8] = include_bytes!("../data/reference.pack");

/// The header and the inflated lists: how tightly they are deflated is the library's business.
fn inflated(pack: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let (length, rest) = pack[10..].split_first_chunk().expect("a header");
    let (header, rest) = rest.split_at(u32::from_le_bytes(*length) as usize);
    let mut lists = Vec::new();
    flate2::read::DeflateDecoder::new(&rest[8..rest.len() - 4])
        .read_to_end(&mut lists)
        .expect("deflated lists");
    (header.to_vec(), lists)
}

#[test]
fn the_committed_pack_is_small_and_says_what_this_code_writes() {
    assert!(COMMITTED.len() < 5_000_000, "{}", COMMITTED.len());
    assert!(inflated(&REFERENCE.to_pack()) == inflated(COMMITTED));
}

#[test]
fn a_changed_byte_is_refused_wherever_it_is() {
    let last = COMMITTED.len() - 1;
    for place in (8..300).step_by(7).chain((300..last).step_by(50_021)).chain([last]) {
        let mut damaged = COMMITTED.to_vec();
        damaged[place] ^= 1;
        let error = Reference::from_pack(&damaged).unwrap_err();
        assert!(matches!(error, PackError::Checksum { .. }), "byte {place}: {error}");
        assert!(error.to_string().contains("damaged"), "{error}");
    }
}

#[test]
fn another_file_or_a_cut_one_is_refused() {
    let error = Reference::from_pack(b"PK\x03\x04 a zip").unwrap_err();
    assert_eq!(
        error.to_string(),
        r#"not a reference pack: it starts with "PK\\x03\\x04 a z", expected "PEPGEO\\x00\\x00""#
    );
    for length in [0, 5, 8, 9, 12, 100, COMMITTED.len() / 2, COMMITTED.len() - 1] {
        assert!(Reference::from_pack(&COMMITTED[..length]).is_err(), "{length}");
    }
}

/// The pack with a change and a checksum that agrees with it.
fn forged(change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut pack = COMMITTED[..COMMITTED.len() - 4].to_vec();
    change(&mut pack);
    let mut crc = flate2::Crc::new();
    crc.update(&pack);
    pack.extend(crc.sum().to_le_bytes());
    pack
}

#[test]
fn another_format_says_which_one_is_read() {
    let error = Reference::from_pack(&forged(|pack| pack[8] = 9)).unwrap_err();
    assert!(error.to_string().contains("has format 9, this program reads format 1"), "{error}");
}

#[test]
fn a_forged_pack_never_panics() {
    for place in (10..COMMITTED.len() - 4).step_by(180_007) {
        let _ = Reference::from_pack(&forged(|pack| pack[place] = pack[place].wrapping_add(101)));
    }
    let endless = forged(|pack| pack[10..14].fill(0xff));
    assert!(matches!(Reference::from_pack(&endless), Err(PackError::Malformed { .. })));
}
