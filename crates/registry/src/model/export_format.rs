use std::str::FromStr;

/// In which form journeys leave the registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// Text with semicolons, UTF-8.
    Csv,
    /// Office Open XML.
    Spreadsheet,
    /// Apache Parquet.
    Parquet,
}

impl ExportFormat {
    pub const ALL: [Self; 3] = [Self::Csv, Self::Spreadsheet, Self::Parquet];

    /// Its name, which is also the end of the file's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Spreadsheet => "xlsx",
            Self::Parquet => "parquet",
        }
    }

    /// As HTTP names it.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Spreadsheet => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }
}

impl FromStr for ExportFormat {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|format| format.as_str() == text).ok_or(())
    }
}
