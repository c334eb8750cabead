use std::collections::BTreeMap;
use std::sync::LazyLock;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Binding, Bytes, Datetime, Duration, Value};
use typst::syntax::{FileId, Source, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Feature, Library, LibraryExt, World};

use crate::fonts::FONTS;

/// Everything that one document may read, by path from the root: `house.typ`, `data.json`, `images/0.svg`.
pub(crate) struct Sources {
    pub(crate) main: Source,
    pub(crate) files: BTreeMap<String, Bytes>,
}

/// The language of templates, with the scopes of table headers, and without `eval`: text never becomes code.
static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| {
    let mut library = Library::builder().with_features([Feature::A11yExtras].into_iter().collect()).build();
    library.global.scope_mut().bind("eval".into(), Binding::detached(Value::None));
    library.std = Binding::detached(library.global.clone());
    LazyHash::new(library)
});

impl World for Sources {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &FONTS.book
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main.id() {
            return Ok(self.main.clone());
        }
        let bytes = self.file(id)?;
        let text = std::str::from_utf8(&bytes)?;
        Ok(Source::new(id, text.to_owned()))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let path = id.vpath().get_without_slash();
        match id.root() {
            VirtualRoot::Project => {
                self.files.get(path).cloned().ok_or_else(|| FileError::NotFound(path.into()))
            }
            VirtualRoot::Package(_) => Err(FileError::AccessDenied),
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        FONTS.fonts.get(index).cloned()
    }

    /// Documents have no clock: the dates they show are in their data.
    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}
