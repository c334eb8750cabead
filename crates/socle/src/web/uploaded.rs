//! A form with a file.

use std::collections::BTreeMap;

use axum::extract::{FromRequest, Multipart, Request};
use axum::http::StatusCode;

use super::Problem;

/// How many fields a form with a file may have.
const MOST_FIELDS: usize = 64;

/// A form with one file: `enctype="multipart/form-data"`. Whole in memory: what a body may weigh bounds it.
pub struct Uploaded {
    pub fields: BTreeMap<String, String>,
    /// None when no file was chosen.
    pub file: Option<UploadedFile>,
}

/// What was sent as a file. Its name and its type are what the sender says.
pub struct UploadedFile {
    pub name: String,
    pub media_type: String,
    pub bytes: Vec<u8>,
}

impl Uploaded {
    /// What was typed in a field; nothing when it was not sent.
    pub fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }
}

fn refused(status: StatusCode) -> Problem {
    let text = if status == StatusCode::PAYLOAD_TOO_LARGE {
        "Le fichier est trop lourd\u{a0}: deux mégaoctets au plus. Revenez en arrière, puis recommencez avec une partie du fichier."
    } else {
        "Le formulaire reçu n’est pas lisible. Revenez en arrière, puis recommencez."
    };
    Problem::Refused { status, text: text.to_owned() }
}

impl<S: Send + Sync> FromRequest<S> for Uploaded {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let mut parts =
            Multipart::from_request(request, state).await.map_err(|_| refused(StatusCode::BAD_REQUEST))?;
        let mut read = Self { fields: BTreeMap::new(), file: None };
        while let Some(part) = parts.next_field().await.map_err(|error| refused(error.status()))? {
            let name = part.name().unwrap_or_default().to_owned();
            let file_name = part.file_name().map(str::to_owned);
            let media_type = part.content_type().unwrap_or_default().to_owned();
            let bytes = part.bytes().await.map_err(|error| refused(error.status()))?;
            match file_name {
                // A browser sends an empty name when no file was chosen.
                Some(file) if file.is_empty() && bytes.is_empty() => {}
                Some(file) => {
                    read.file = Some(UploadedFile { name: file, media_type, bytes: bytes.to_vec() });
                }
                None if read.fields.len() < MOST_FIELDS => {
                    let text =
                        String::from_utf8(bytes.to_vec()).map_err(|_| refused(StatusCode::BAD_REQUEST))?;
                    read.fields.insert(name, text);
                }
                None => return Err(refused(StatusCode::BAD_REQUEST)),
            }
        }
        Ok(read)
    }
}
