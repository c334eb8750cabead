use std::collections::BTreeMap;

use serde::Serialize;
use typst::diag::{SourceDiagnostic, SourceResult, Warned};
use typst::ecow::eco_vec;
use typst::foundations::{Bytes, Datetime, Smart};
use typst::syntax::{DiagSpan, RootedPath, Source, Span, VirtualPath, VirtualRoot};
use typst::{World, WorldExt};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use crate::error::{Fault, PdfError, Place};
use crate::image::Image;
use crate::sources::Sources;
use crate::writable;

const HOUSE: &str = include_str!("house.typ");

/// How many renders typst's caches live on: none, because they hold what documents say.
const REMEMBERED: usize = 0;

/// A kind of document.
#[derive(Debug, Clone, Copy)]
pub struct Template {
    name: &'static str,
    source: &'static str,
}

impl Template {
    /// `name` is what errors call it: `account` for `account.typ`.
    pub const fn new(name: &'static str, source: &'static str) -> Self {
        Self { name, source }
    }

    /// The document, as the bytes of a PDF file.
    ///
    /// The template reads `data` as a value of that name, and `images` by their names. `made_at` is written in the file's description;
    /// the document shows no date but those of `data`.
    pub fn render<D: Serialize>(
        &self,
        data: &D,
        images: &[Image],
        made_at: jiff::Timestamp,
    ) -> Result<Vec<u8>, PdfError> {
        let sources = self.sources(data, images)?;
        let timestamp = timestamp(made_at).ok_or(PdfError::Date(made_at))?;
        let made = compile(&sources, timestamp);
        typst::comemo::evict(REMEMBERED);
        made.map_err(|diagnostics| {
            PdfError::Template(diagnostics.iter().map(|one| fault(&sources, one)).collect())
        })
    }

    fn sources<D: Serialize>(&self, data: &D, images: &[Image]) -> Result<Sources, PdfError> {
        let unwritten = |source| PdfError::Data { template: self.name, source };
        let data = serde_json::to_value(data).map(writable::value).map_err(unwritten)?;
        let mut names = BTreeMap::new();
        let mut files = BTreeMap::from([
            ("house.typ".to_owned(), Bytes::from_string(HOUSE)),
            ("data.json".to_owned(), Bytes::from_string(data.to_string())),
        ]);
        // Paths are kept by the typesetter for as long as the program lives: they are ranks, and names stay in a file.
        for (rank, image) in images.iter().enumerate() {
            let path = format!("images/{rank}.{}", image.kind.extension());
            if names.insert(image.name.clone(), format!("/{path}")).is_some() {
                return Err(PdfError::SameName(image.name.clone()));
            }
            files.insert(path, image.bytes.clone());
        }
        let names = serde_json::to_string(&names).map_err(unwritten)?;
        files.insert("images.json".to_owned(), Bytes::from_string(names));
        Ok(Sources { main: self.main()?, files })
    }

    fn main(&self) -> Result<Source, PdfError> {
        let path = VirtualPath::new(format!("{}.typ", self.name)).map_err(|error| {
            let message = format!("\"{}\" is no name of a template: {error}", self.name);
            PdfError::Template(vec![Fault { place: None, message, hints: Vec::new() }])
        })?;
        let id = RootedPath::new(VirtualRoot::Project, path).intern();
        Ok(Source::new(id, self.source.to_owned()))
    }
}

fn compile(sources: &Sources, timestamp: Timestamp) -> SourceResult<Vec<u8>> {
    let Warned { output, warnings } = typst::compile::<PagedDocument>(sources);
    let document = output?;
    if !warnings.is_empty() {
        return Err(warnings);
    }
    let standards = PdfStandards::new(&[PdfStandard::A_3a, PdfStandard::Ua_1])
        .map_err(|error| eco_vec![SourceDiagnostic::error(Span::detached(), error.message().clone())])?;
    let options = PdfOptions {
        creator: Smart::Custom(None),
        timestamp: Some(timestamp),
        standards,
        ..PdfOptions::default()
    };
    typst_pdf::pdf(&document, &options)
}

fn timestamp(at: jiff::Timestamp) -> Option<Timestamp> {
    let at = jiff::tz::TimeZone::UTC.to_datetime(at);
    let part = |number: i8| u8::try_from(number).ok();
    Datetime::from_ymd_hms(
        i32::from(at.year()),
        part(at.month())?,
        part(at.day())?,
        part(at.hour())?,
        part(at.minute())?,
        part(at.second())?,
    )
    .map(Timestamp::new_utc)
}

fn fault(sources: &Sources, diagnostic: &SourceDiagnostic) -> Fault {
    Fault {
        place: place(sources, diagnostic),
        message: diagnostic.message.to_string(),
        hints: diagnostic.hints.iter().map(|hint| hint.v.to_string()).collect(),
    }
}

/// What is wrong in `house.typ` is told where the template called it.
fn place(sources: &Sources, diagnostic: &SourceDiagnostic) -> Option<Place> {
    let calls = diagnostic.trace.iter().map(|call| DiagSpan::from(call.span));
    let spans: Vec<DiagSpan> = std::iter::once(diagnostic.span).chain(calls).collect();
    let main = Some(sources.main.id());
    let span = spans
        .iter()
        .find(|span| span.id() == main)
        .or_else(|| spans.iter().find(|span| span.id().is_some()))?;
    let (line, column) = spot(sources, *span)?;
    Some(Place { file: span.id()?.vpath().get_without_slash().to_owned(), line, column })
}

fn spot(sources: &Sources, span: DiagSpan) -> Option<(usize, usize)> {
    let source = sources.source(span.id()?).ok()?;
    let (line, column) = source.lines().byte_to_line_column(sources.range(span)?.start)?;
    Some((line + 1, column + 1))
}
