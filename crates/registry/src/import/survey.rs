//! A first reading of the whole file: which file it is, how its text is written. Nothing is kept but figures.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use encoding_rs_io::DecodeReaderBytesBuilder;
use flate2::read::MultiGzDecoder;
use sha2::{Digest as _, Sha256};

/// How much is read at once.
const BUFFER: usize = 256 * 1024;
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// What a file is.
#[derive(Clone, Debug)]
pub struct Survey {
    /// SHA-256 of its bytes, in hexadecimal.
    pub fingerprint: String,
    /// Its length in bytes, as it lies on disk.
    pub bytes: u64,
    pub gzipped: bool,
    pub encoding: &'static Encoding,
}

/// Counts, on the way, the bytes that were read from the disk; at their end, they must be those that were surveyed.
struct Followed<R> {
    inner: Fingerprinted<R>,
    read: Arc<AtomicU64>,
    expected: String,
}

impl<R: Read> Read for Followed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.read.fetch_add(read as u64, Ordering::Relaxed);
        if read == 0 && !buffer.is_empty() && self.inner.fingerprint() != self.expected {
            return Err(io::Error::other(
                "the file changed while it was read: let it be complete, then start again",
            ));
        }
        Ok(read)
    }
}

/// Takes the fingerprint of what passes.
struct Fingerprinted<R> {
    inner: R,
    digest: Sha256,
    bytes: u64,
}

impl<R> Fingerprinted<R> {
    fn new(inner: R) -> Self {
        Self { inner, digest: Sha256::new(), bytes: 0 }
    }

    /// Of what passed until now.
    fn fingerprint(&self) -> String {
        hex::encode(self.digest.clone().finalize())
    }
}

impl<R: Read> Read for Fingerprinted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.digest.update(&buffer[..read]);
        self.bytes += read as u64;
        Ok(read)
    }
}

impl Survey {
    /// Reads the whole file once.
    pub fn of(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        if file.metadata()?.is_dir() {
            return Err(io::Error::other("a folder was seen: a file of journeys is expected"));
        }
        let gzipped = is_gzipped(&mut file)?;
        let mut raw = Fingerprinted::new(File::open(path)?);
        let mut guess = Guess::default();
        if gzipped {
            let cut = |cause| io::Error::other(format!("the gzip file is cut or altered ({cause})"));
            let mut text = MultiGzDecoder::new(io::BufReader::with_capacity(BUFFER, &mut raw));
            read_all(&mut text, &mut guess).map_err(cut)?;
            io::copy(&mut raw, &mut io::sink())?;
        } else {
            read_all(&mut raw, &mut guess)?;
        }
        Ok(Self { fingerprint: raw.fingerprint(), bytes: raw.bytes, gzipped, encoding: guess.encoding()? })
    }

    /// The text of the file in UTF-8 (or almost: a line may be broken), without byte order mark. `read` follows the
    /// bytes read from the disk.
    pub fn text(&self, path: &Path, read: Arc<AtomicU64>) -> io::Result<Box<dyn Read + Send>> {
        let inner = Fingerprinted::new(File::open(path)?);
        let file = Followed { inner, read, expected: self.fingerprint.clone() };
        let plain: Box<dyn Read + Send> = if self.gzipped {
            Box::new(MultiGzDecoder::new(io::BufReader::with_capacity(BUFFER, file)))
        } else {
            Box::new(file)
        };
        let mut decoding = DecodeReaderBytesBuilder::new();
        if self.encoding == UTF_8 {
            // Bytes that are not UTF-8 break their own line only.
            decoding.bom_sniffing(false).strip_bom(true);
        } else {
            decoding.encoding(Some(self.encoding));
        }
        Ok(Box::new(decoding.build_with_buffer(plain, vec![0; BUFFER])?))
    }
}

fn is_gzipped(file: &mut File) -> io::Result<bool> {
    let mut magic = Vec::new();
    file.take(2).read_to_end(&mut magic)?;
    Ok(magic == [0x1F, 0x8B])
}

fn read_all(text: &mut impl Read, guess: &mut Guess) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    loop {
        match text.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => guess.add(&buffer[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    guess.end();
    Ok(())
}

/// What the bytes of a text say of its encoding.
#[derive(Default)]
struct Guess {
    first: Vec<u8>,
    /// Bytes that cannot be UTF-8, and characters of several bytes that are.
    impossible: u64,
    several: u64,
    /// A character that the last piece cut.
    carried: Vec<u8>,
}

impl Guess {
    fn add(&mut self, piece: &[u8]) {
        if self.first.len() < 4 {
            self.first.extend(piece.iter().take(4 - self.first.len()));
        }
        // Text in plain ASCII, as most is, is passed at once.
        if self.carried.is_empty() && piece.is_ascii() {
            return;
        }
        let mut bytes = std::mem::take(&mut self.carried);
        bytes.extend_from_slice(piece);
        let mut rest = bytes.as_slice();
        loop {
            match std::str::from_utf8(rest) {
                Ok(text) => return self.several += several(text),
                Err(error) => {
                    let (valid, after) = rest.split_at(error.valid_up_to());
                    self.several += several(std::str::from_utf8(valid).unwrap_or_default());
                    let Some(wrong) = error.error_len() else { return self.carried = after.to_vec() };
                    self.impossible += 1;
                    rest = &after[wrong..];
                }
            }
        }
    }

    fn end(&mut self) {
        if !self.carried.is_empty() {
            self.impossible += 1;
        }
    }

    fn encoding(&self) -> io::Result<&'static Encoding> {
        Ok(match self.first.as_slice() {
            [0xFF, 0xFE, 0, 0] | [0, 0, 0xFE, 0xFF] => {
                return Err(io::Error::other(
                    "UTF-32 was seen: UTF-8 (best), UTF-16 or Windows-1252 is expected",
                ));
            }
            [0xFF, 0xFE, ..] | [1..=255, 0, ..] => UTF_16LE,
            [0xFE, 0xFF, ..] | [0, 1..=255, ..] => UTF_16BE,
            first if first.starts_with(BYTE_ORDER_MARK) => UTF_8,
            // A text in Windows-1252 with a word such as « É » almost never is UTF-8 by chance; one wrong byte among
            // good characters is a broken line.
            _ if self.impossible > self.several => WINDOWS_1252,
            _ => UTF_8,
        })
    }
}

/// How many characters take several bytes.
fn several(text: &str) -> u64 {
    text.bytes().filter(|byte| *byte >= 0xC0).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guessed(text: &[u8]) -> &'static str {
        let mut guess = Guess::default();
        // Byte by byte: characters are cut everywhere.
        for byte in text {
            guess.add(&[*byte]);
        }
        guess.end();
        guess.encoding().map_or("none", Encoding::name)
    }

    #[test]
    fn encodings_are_told_apart() {
        assert_eq!(guessed(b"{}"), "UTF-8");
        assert_eq!(guessed("{\"é\": \"€\"}".as_bytes()), "UTF-8");
        assert_eq!(guessed(b"\xEF\xBB\xBFoperator_journey_id"), "UTF-8");
        assert_eq!(guessed(b"caf\xE9;d\xE9part"), "windows-1252");
        assert_eq!(guessed(b"\xFF\xFE{\0}\0"), "UTF-16LE");
        assert_eq!(guessed(b"{\0}\0"), "UTF-16LE");
        assert_eq!(guessed(b"\0{\0}"), "UTF-16BE");
        assert_eq!(guessed(b"\xFF\xFE\0\0"), "none");
        // One broken byte does not make mojibake of the whole file.
        assert_eq!(guessed("éééé \u{e0}".as_bytes().strip_suffix(b"\xA0").unwrap_or_default()), "UTF-8");
    }
}
