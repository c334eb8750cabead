use std::fmt;

/// Why a document was not made.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// The data does not become JSON.
    #[error("the data of {template}.typ cannot be written as JSON")]
    Data { template: &'static str, source: serde_json::Error },
    /// Two images have the same name.
    #[error("two images are named \"{0}\"")]
    SameName(String),
    /// The instant is before year 1 or after year 9999.
    #[error("{0} is not a date of documents")]
    Date(jiff::Timestamp),
    /// The template, or what it makes of the data, is refused: it does not compile, or is not PDF/A-3a and PDF/UA-1.
    #[error("{}", listed(.0))]
    Template(Vec<Fault>),
}

/// One thing that is wrong in a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// `account.typ` or `house.typ`; none when it is the document as a whole.
    pub place: Option<Place>,
    pub message: String,
    pub hints: Vec<String>,
}

/// Where it is. Lines and columns begin at 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub file: String,
    pub line: usize,
    pub column: usize,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Place { file, line, column }) = &self.place {
            write!(f, "{file}:{line}:{column}: ")?;
        }
        f.write_str(&self.message)?;
        for hint in &self.hints {
            write!(f, " ({hint})")?;
        }
        Ok(())
    }
}

fn listed(faults: &[Fault]) -> String {
    faults.iter().map(Fault::to_string).collect::<Vec<_>>().join("\n")
}
