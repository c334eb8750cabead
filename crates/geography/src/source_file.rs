use std::borrow::Cow;
use std::io::Read;
use std::path::Path;

use flate2::read::MultiGzDecoder;

use crate::input_error::{InputError, Place};

/// No official list comes near this size once decompressed.
const LARGEST: u64 = 1 << 30;

/// The content of an official file, plain or gzip, with the name errors give it and the year it is valid for.
#[derive(Debug, Clone)]
pub struct SourceFile {
    pub name: String,
    pub year: i16,
    pub bytes: Vec<u8>,
}

impl SourceFile {
    /// Reads a file; its path is its name in errors.
    pub fn open(path: &Path, year: i16) -> Result<Self, InputError> {
        let name = path.display().to_string();
        match std::fs::read(path) {
            Ok(bytes) => Ok(Self { name, year, bytes }),
            Err(cause) => Err(InputError::Unreadable { file: name, cause }),
        }
    }

    /// The file's last name, for the record of where lists came from.
    pub(crate) fn short_name(&self) -> String {
        self.name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned()
    }

    /// The content, decompressed when it starts as gzip does.
    pub(crate) fn content(&self) -> Result<Cow<'_, [u8]>, InputError> {
        if !self.bytes.starts_with(&[0x1f, 0x8b]) {
            return Ok(Cow::Borrowed(&self.bytes));
        }
        let mut plain = Vec::new();
        let read = MultiGzDecoder::new(self.bytes.as_slice()).take(LARGEST + 1).read_to_end(&mut plain);
        read.map_err(|cause| InputError::Unreadable { file: self.name.clone(), cause })?;
        if plain.len() as u64 > LARGEST {
            let seen = "more than 1 GiB once decompressed";
            return Err(InputError::unexpected_state(&self.name, Place::Whole, "size", seen, "less"));
        }
        Ok(Cow::Owned(plain))
    }
}
