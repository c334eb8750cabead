//! The lines of a text, by the hundred: one buffer for all, whatever the length of the file.

use std::io::{self, BufRead};
use std::ops::Range;

use crate::store::bulk::AT_ONCE;

/// A journey is not longer than the API takes.
const LONGEST: usize = 2 * 1024 * 1024;
/// A chunk is cut when it holds as much.
const LARGEST: usize = 4 * 1024 * 1024;

/// Some lines that follow each other.
#[derive(Debug, Default)]
pub struct Chunk {
    text: Vec<u8>,
    lines: Vec<(u64, Option<Range<usize>>)>,
    /// The number of the last line read, empty ones included. The first of a file is 1.
    pub upto: u64,
}

impl Chunk {
    /// The lines that hold something, with their number; `None` for one that is too long.
    pub fn lines(&self) -> impl Iterator<Item = (u64, Option<&[u8]>)> {
        self.lines.iter().map(|(number, range)| (*number, range.clone().map(|range| &self.text[range])))
    }
}

/// Cuts a text in chunks.
pub struct Lines<R> {
    text: R,
    read: u64,
}

impl<R: BufRead> Lines<R> {
    pub fn new(text: R) -> Self {
        Self { text, read: 0 }
    }

    /// Passes lines until `position`.
    pub fn skip_to(&mut self, position: u64) -> io::Result<()> {
        while self.read < position && self.text.skip_until(b'\n')? > 0 {
            self.read += 1;
        }
        Ok(())
    }

    /// The next lines; `None` at the end.
    pub fn next_chunk(&mut self) -> io::Result<Option<Chunk>> {
        let before = self.read;
        let mut chunk = Chunk::default();
        while chunk.lines.len() < AT_ONCE && chunk.text.len() < LARGEST {
            let begin = chunk.text.len();
            let most = LONGEST as u64 + 2;
            let read = io::Read::take(&mut self.text, most).read_until(b'\n', &mut chunk.text)?;
            if read == 0 {
                break;
            }
            self.read += 1;
            if read as u64 == most && !chunk.text.ends_with(b"\n") {
                chunk.text.truncate(begin);
                self.text.skip_until(b'\n')?;
                chunk.lines.push((self.read, None));
                continue;
            }
            let line = chunk.text[begin..].trim_ascii();
            if line.is_empty() {
                chunk.text.truncate(begin);
            } else {
                // Spaces at the ends of a CSV line may be tabs that separate: only its end is taken away.
                let mut end = chunk.text.len();
                while end > begin && matches!(chunk.text[end - 1], b'\n' | b'\r') {
                    end -= 1;
                }
                chunk.lines.push((self.read, Some(begin..end)));
            }
        }
        chunk.upto = self.read;
        Ok((self.read > before).then_some(chunk))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8], position: u64) -> Vec<(u64, Option<String>)> {
        let mut lines = Lines::new(text);
        lines.skip_to(position).expect("lines");
        let mut all = Vec::new();
        while let Some(chunk) = lines.next_chunk().expect("a chunk") {
            all.extend(
                chunk
                    .lines()
                    .map(|(number, line)| (number, line.map(|line| String::from_utf8_lossy(line).into()))),
            );
        }
        all
    }

    #[test]
    fn lines_keep_their_number() {
        let some = |number, text: &str| (number, Some(text.to_owned()));
        assert_eq!(read(b"a\r\n\n\t\nb\t\nc", 0), [some(1, "a"), some(4, "b\t"), some(5, "c")]);
        assert_eq!(read(b"a\nb\nc\n", 2), [some(3, "c")]);
        assert_eq!(read(b"a\n", 7), []);
    }

    #[test]
    fn a_line_that_is_too_long_does_not_fill_the_memory() {
        let mut text = vec![b'x'; 3 * LONGEST];
        text.extend(b"\nb\n");
        assert_eq!(read(&text, 0), [(1, None), (2, Some("b".to_owned()))]);
    }
}
