use std::fs::File;
use std::io::{BufReader, Read, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;

use super::manifest::{Manifest, Member};
use super::{BackupError, io_at};

/// The first member.
const MANIFEST: &str = "manifest.json";
/// More than any house could list.
const LARGEST_MANIFEST: u64 = 16 * 1024 * 1024;
/// The unit of tar.
const BLOCK: usize = 512;
/// A skippable frame (zstd format, RFC 8878 §3.1.2) of 32 bytes: tools that read zstd pass over it.
const TRAILER: [u8; 8] = [0x50, 0x2A, 0x4D, 0x18, 32, 0, 0, 0];

/// An archive being written beside its final place.
pub(super) struct Writer {
    file: NamedTempFile,
    place: PathBuf,
    at: Timestamp,
}

impl Writer {
    pub(super) fn new(folder: &Path, place: &Path, manifest: &Manifest) -> Result<Self, BackupError> {
        let file = tempfile::Builder::new()
            .prefix(".backup-")
            .suffix(".tmp")
            .tempfile_in(folder)
            .map_err(io_at(folder))?;
        let mut writer = Self { file, place: place.to_owned(), at: manifest.at };
        let text = serde_json::to_vec_pretty(manifest)
            .map_err(|cause| BackupError::Io { place: MANIFEST.to_owned(), cause: cause.into() })?;
        writer.add(MANIFEST, text.len() as u64, &mut text.as_slice())?;
        Ok(writer)
    }

    /// Adds a member: a zstd frame of its own.
    pub(super) fn add(&mut self, path: &str, size: u64, content: &mut dyn Read) -> Result<(), BackupError> {
        let at = self.at;
        let file = self.file.as_file_mut();
        write_member(file, path, size, at, content).map_err(io_at(&self.place))
    }

    /// Ends the archive, makes it durable and gives it its name, unless a file has it already.
    pub(super) fn finish(mut self, folder: &Path) -> Result<u64, BackupError> {
        let failed = io_at(&self.place);
        let file = self.file.as_file_mut();
        let mut end = frame(file).map_err(&failed)?;
        end.write_all(&[0; 2 * BLOCK]).and_then(|()| end.finish().map(drop)).map_err(&failed)?;
        file.seek(SeekFrom::Start(0)).map_err(&failed)?;
        let digest = digest_of(&mut BufReader::new(&mut *file), u64::MAX).map_err(&failed)?;
        file.seek(SeekFrom::End(0)).map_err(&failed)?;
        file.write_all(&TRAILER).and_then(|()| file.write_all(&digest)).map_err(&failed)?;
        file.sync_all().map_err(&failed)?;
        let size = file.metadata().map_err(&failed)?.len();
        let place = self.place;
        self.file.persist_noclobber(&place).map_err(|refused| {
            if refused.error.kind() == std::io::ErrorKind::AlreadyExists {
                already_there(&place)
            } else {
                failed(refused.error)
            }
        })?;
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(io_at(folder))?;
        Ok(size)
    }
}

/// The refusal to write over a file.
pub(super) fn already_there(place: &Path) -> BackupError {
    BackupError::Refused(format!(
        "{} exists: a backup overwrites nothing, give another name",
        place.display()
    ))
}

fn frame(file: &mut File) -> std::io::Result<zstd::Encoder<'static, &mut File>> {
    let mut frame = zstd::Encoder::new(file, zstd::DEFAULT_COMPRESSION_LEVEL)?;
    frame.include_checksum(true)?;
    Ok(frame)
}

fn write_member(
    file: &mut File,
    path: &str,
    size: u64,
    at: Timestamp,
    content: &mut dyn Read,
) -> std::io::Result<()> {
    let mut frame = frame(file)?;
    let mut header = tar::Header::new_gnu();
    header.set_path(path)?;
    header.set_size(size);
    header.set_mode(0o600);
    header.set_mtime(u64::try_from(at.as_second()).unwrap_or_default());
    header.set_cksum();
    frame.write_all(header.as_bytes())?;
    let written = std::io::copy(content, &mut frame)?;
    if written != size {
        return Err(std::io::Error::other(format!("{path}: {written} bytes read, {size} expected")));
    }
    frame.write_all(&vec![0; padding(size)])?;
    frame.finish()?;
    Ok(())
}

/// How many zeros follow a member of `size` bytes.
fn padding(size: u64) -> usize {
    // Less than a block: always fits.
    usize::try_from(size.next_multiple_of(BLOCK as u64) - size).unwrap_or_default()
}

/// The SHA-256 of the next `most` bytes, or of all there is.
pub(crate) fn digest_of(input: &mut dyn Read, most: u64) -> std::io::Result<[u8; 32]> {
    let mut digest = Sha256::new();
    let mut input = input.take(most);
    let mut buffer = vec![0; 1 << 16];
    loop {
        match input.read(&mut buffer)? {
            0 => return Ok(digest.finalize().into()),
            read => digest.update(&buffer[..read]),
        }
    }
}

/// An archive being read, member after member, in the order of its manifest.
pub(super) struct Reader {
    place: PathBuf,
    input: zstd::Decoder<'static, BufReader<File>>,
    pub(super) manifest: Manifest,
    /// How many members were begun.
    begun: usize,
    left: u64,
    digest: Sha256,
}

impl Reader {
    /// Opens `place` and reads its manifest.
    pub(super) fn open(place: &Path) -> Result<Self, BackupError> {
        let file = File::open(place)
            .map_err(|cause| BackupError::Refused(format!("{}: {cause}", place.display())))?;
        let damaged = |cause: &dyn std::fmt::Display| wrong(place, MANIFEST, cause);
        // The manifest's frame is read to its checksum first: what it says is only believed once it is whole.
        let mut frame = zstd::Decoder::new(&file).map_err(|cause| damaged(&cause))?.single_frame();
        std::io::copy(&mut frame, &mut std::io::sink()).map_err(|cause| damaged(&cause))?;
        (&file).rewind().map_err(|cause| damaged(&cause))?;
        let mut input = zstd::Decoder::new(file).map_err(|cause| damaged(&cause))?;
        let size = read_header(&mut input, MANIFEST).map_err(|cause| damaged(&cause))?;
        if size > LARGEST_MANIFEST {
            return Err(damaged(&format!("{size} bytes, at most {LARGEST_MANIFEST} are expected")));
        }
        let mut text = vec![0; usize::try_from(size).unwrap_or_default()];
        let mut zeros = vec![0; padding(size)];
        input
            .read_exact(&mut text)
            .and_then(|()| input.read_exact(&mut zeros))
            .map_err(|cause| damaged(&cause))?;
        let manifest = serde_json::from_slice(&text).map_err(|cause| damaged(&cause))?;
        let place = place.to_owned();
        Ok(Self { place, input, manifest, begun: 0, left: 0, digest: Sha256::new() })
    }

    /// Goes to the next member; `None` at the end, once the end is as it must be.
    pub(super) fn next(&mut self) -> Result<Option<Member>, BackupError> {
        let Some(member) = self.manifest.members.get(self.begun).cloned() else {
            let mut end = Vec::new();
            let read = (&mut self.input).take(4 * BLOCK as u64).read_to_end(&mut end);
            return match read {
                Ok(_) if end == [0; 2 * BLOCK] => Ok(None),
                Ok(_) => Err(wrong(&self.place, "(end)", &"something follows the last member")),
                Err(cause) => Err(wrong(&self.place, "(end)", &cause)),
            };
        };
        let size =
            read_header(&mut self.input, &member.path).map_err(|cause| self.wrong_begin(&member, &cause))?;
        if size != member.size {
            let text = format!("{size} bytes, {} are expected", member.size);
            return Err(wrong(&self.place, &member.path, &text));
        }
        self.begun += 1;
        self.left = size;
        self.digest = Sha256::new();
        if size == 0 {
            self.end_member(&member)?;
        }
        Ok(Some(member))
    }

    /// Reads some of the member; zero bytes once all of it was read and found to be what the manifest says.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> Result<usize, BackupError> {
        let Some(member) = self.begun.checked_sub(1).and_then(|at| self.manifest.members.get(at)).cloned()
        else {
            return Ok(0);
        };
        if self.left == 0 {
            return Ok(0);
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self
            .input
            .read(&mut buffer[..most])
            .and_then(|read| if read == 0 { Err(std::io::ErrorKind::UnexpectedEof.into()) } else { Ok(read) })
            .map_err(|cause| wrong(&self.place, &member.path, &cause))?;
        self.digest.update(&buffer[..read]);
        self.left -= read as u64;
        if self.left == 0 {
            self.end_member(&member)?;
        }
        Ok(read)
    }

    fn end_member(&mut self, member: &Member) -> Result<(), BackupError> {
        let mut zeros = vec![0; padding(member.size)];
        self.input.read_exact(&mut zeros).map_err(|cause| wrong(&self.place, &member.path, &cause))?;
        let found = hex::encode(std::mem::take(&mut self.digest).finalize());
        if found == member.sha256 {
            return Ok(());
        }
        let text = format!("SHA-256 {found}, {} is expected", member.sha256);
        Err(wrong(&self.place, &member.path, &text))
    }

    /// The end of a frame is only read with the next one: either may be the damaged one.
    fn wrong_begin(&self, member: &Member, cause: &dyn std::fmt::Display) -> BackupError {
        let before = self.begun.checked_sub(1).and_then(|at| self.manifest.members.get(at));
        let before = before.map_or(MANIFEST, |member| member.path.as_str());
        wrong(&self.place, &member.path, &format!("{cause} (or at the end of {before})"))
    }
}

/// Reads the whole archive and checks every member and every byte; nothing is written.
pub(super) fn verify(place: &Path) -> Result<(), BackupError> {
    let mut reader = Reader::open(place)?;
    let mut buffer = vec![0; 1 << 16];
    while reader.next()?.is_some() {
        while reader.read(&mut buffer)? > 0 {}
    }
    // Bits that mean nothing to the decompression are covered by the trailer.
    let failed = io_at(place);
    let mut file = File::open(place).map_err(&failed)?;
    let size = file.metadata().map_err(&failed)?.len();
    let trailer_at = size.saturating_sub(TRAILER.len() as u64 + 32);
    let digest = digest_of(&mut BufReader::new(&mut file), trailer_at).map_err(&failed)?;
    file.seek(SeekFrom::Start(trailer_at)).map_err(&failed)?;
    let mut trailer = Vec::new();
    file.read_to_end(&mut trailer).map_err(&failed)?;
    if trailer == [TRAILER.as_slice(), &digest].concat() {
        Ok(())
    } else {
        let text = "the fingerprint of the whole is not the one written at the end: a byte was changed between members";
        Err(wrong(place, "(end)", &text))
    }
}

fn wrong(place: &Path, member: &str, cause: &dyn std::fmt::Display) -> BackupError {
    BackupError::Refused(format!("{}, member {member}: {cause}; the archive is damaged", place.display()))
}

/// Reads the header of a member that must be called `expected`; returns its size.
fn read_header(input: &mut dyn Read, expected: &str) -> std::io::Result<u64> {
    let mut block = [0; BLOCK];
    input.read_exact(&mut block)?;
    let header = tar::Header::from_byte_slice(&block);
    let mut blank = header.clone();
    blank.set_cksum();
    if blank.cksum()? != header.cksum()? {
        return Err(std::io::Error::other("the header does not have the checksum it says"));
    }
    let found = header.path_bytes();
    if found.as_ref() != expected.as_bytes() {
        let found = String::from_utf8_lossy(&found).into_owned();
        return Err(std::io::Error::other(format!("found member {found:?} in its place")));
    }
    header.entry_size()
}
