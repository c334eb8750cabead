//! data.gouv.fr by its API (udata, version 1): a data set is made hidden, receives its files, then is shown. Every call may
//! be made again: what exists there is brought up to date.

use std::collections::BTreeMap;

use anyhow::Context as _;
use axum::http::{Method, Request, Response};
use serde_json::{Value, json};
use socle::config::Config;
use socle::outbox::Transports;
use socle::outgoing::CallError;

use super::dataset::{PublishedFile, print};

/// A catalogue, and the account that publishes there.
pub struct Catalogue {
    api: String,
    key: String,
    pub organisation: Option<String>,
    transports: Transports,
}

/// What is known to exist there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct There {
    /// Empty when it was never made.
    pub dataset: String,
    /// Files, by their key here.
    pub resources: BTreeMap<String, String>,
}

/// Why a call did not do what it should, in French, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// What is named does not exist there any more.
    Gone,
    Told(String),
}

/// As much as is read of what the other side says of an error.
const LONGEST_EXCUSE: usize = 200;

impl Catalogue {
    /// The catalogue of the configuration, if it names one.
    ///
    /// # Errors
    /// A section without a key, or with a key that cannot be read or sent.
    pub fn configured(config: &Config, transports: &Transports) -> anyhow::Result<Option<Self>> {
        let Some(section) = &config.data_gouv else { return Ok(None) };
        let key = match (&section.key, &section.key_file) {
            (Some(_), Some(_)) => anyhow::bail!("[data_gouv] key or key_file, not both"),
            (Some(key), None) => key.clone(),
            (None, Some(file)) => std::fs::read_to_string(file)
                .with_context(|| format!("[data_gouv] key_file {}", file.display()))?,
            (None, None) => anyhow::bail!("[data_gouv] key or key_file is missing"),
        };
        let key = key.trim().to_owned();
        let sound = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic());
        anyhow::ensure!(sound, "[data_gouv] the key is empty, or holds signs that no header carries");
        transports.http.check(&section.api).with_context(|| format!("[data_gouv] api {}", section.api))?;
        let organisation = section.organisation.clone().filter(|one| !one.trim().is_empty());
        let api = section.api.trim().trim_end_matches('/').to_owned();
        Ok(Some(Self { api, key, organisation, transports: transports.clone() }))
    }

    /// Whether it may be called: in a demonstration, on this machine only.
    pub fn may_be_called(&self) -> bool {
        self.transports.may_call(&self.api)
    }

    /// Makes the data set, hidden, or brings it up to date; its identifier. `shown`: whether everybody sees it already.
    pub async fn keep_dataset(&self, known: &str, shown: bool, about: &Value) -> Result<String, Failure> {
        let mut about = about.clone();
        about["private"] = json!(!shown);
        if known.is_empty() {
            return identifier(&self.ask(Method::POST, "/datasets/", &about).await?);
        }
        self.ask(Method::PUT, &format!("/datasets/{known}/"), &about).await?;
        Ok(known.to_owned())
    }

    /// Sends a file, as a new one or in place of the one that is known; its identifier.
    pub async fn keep_file(
        &self,
        dataset: &str,
        known: Option<&str>,
        file: &PublishedFile,
    ) -> Result<String, Failure> {
        let path = match known {
            Some(known) => format!("/datasets/{dataset}/resources/{known}/upload/"),
            None => format!("/datasets/{dataset}/upload/"),
        };
        let (boundary, body) = form_of(file);
        let kind = format!("multipart/form-data; boundary={boundary}");
        let made = identifier(&self.call(Method::POST, &path, &kind, body).await?)?;
        let about = json!({"title": file.title, "type": file.kind, "format": file.format, "mime": file.mime});
        self.ask(Method::PUT, &format!("/datasets/{dataset}/resources/{made}/"), &about).await?;
        Ok(made)
    }

    /// Shows the data set to everybody; the address of its page.
    pub async fn show(&self, dataset: &str, about: &Value) -> Result<String, Failure> {
        let mut shown = about.clone();
        shown["private"] = json!(false);
        let told = self.ask(Method::PUT, &format!("/datasets/{dataset}/"), &shown).await?;
        let page = told["page"].as_str().filter(|page| page.len() <= 500);
        let sound = page.filter(|page| self.transports.http.check(page).is_ok());
        Ok(sound.map_or_else(|| format!("{}/datasets/{dataset}/", self.site()), str::to_owned))
    }

    /// The site whose API this is.
    fn site(&self) -> String {
        url::Url::parse(&self.api).map_or_else(|_| self.api.clone(), |url| url.origin().ascii_serialization())
    }

    async fn ask(&self, method: Method, path: &str, body: &Value) -> Result<Value, Failure> {
        self.call(method, path, "application/json", body.to_string().into_bytes()).await
    }

    async fn call(&self, method: Method, path: &str, kind: &str, body: Vec<u8>) -> Result<Value, Failure> {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.api))
            .header("x-api-key", &self.key)
            .header("accept", "application/json")
            .header("content-type", kind)
            .body(body)
            .map_err(|cause| Failure::Told(format!("la demande n’a pas pu s’écrire\u{a0}: {cause}")))?;
        let answer = self.transports.http.call(request).await.map_err(|error| Failure::Told(why(&error)))?;
        if answer.status().is_success() {
            return serde_json::from_slice(answer.body())
                .map_err(|_| Failure::Told("sa réponse n’est pas lisible. Réessayez plus tard".to_owned()));
        }
        Err(self.refused(&answer))
    }

    fn refused(&self, answer: &Response<Vec<u8>>) -> Failure {
        let status = answer.status().as_u16();
        Failure::Told(match status {
            404 | 410 => return Failure::Gone,
            400 | 422 => format!("la description est refusée\u{a0}: {}", self.excuse(answer.body())),
            401 => "la clé est refusée. Demandez-en une au compte qui publie, dans ses réglages, et donnez-la à qui tient cette maison".to_owned(),
            403 => "ce compte n’a pas le droit de publier pour cette organisation. Demandez-le à qui l’administre sur data.gouv.fr".to_owned(),
            413 => "un fichier est trop lourd pour le catalogue. Publiez à la main, avec le dossier".to_owned(),
            429 => "le catalogue demande de revenir plus tard. Réessayez dans une heure".to_owned(),
            300..=399 => "l’adresse de l’API renvoie ailleurs. Dites-le à qui tient cette maison".to_owned(),
            500..=599 => format!("le catalogue est en panne (code {status}). Réessayez plus tard"),
            _ => format!("le catalogue répond autre chose que prévu (code {status}). Dites-le à qui tient cette maison"),
        })
    }

    /// What the other side says, short and without our key.
    fn excuse(&self, body: &[u8]) -> String {
        let told: Value = serde_json::from_slice(body).unwrap_or_default();
        let told = match (&told["errors"], &told["message"]) {
            (Value::Object(fields), _) if !fields.is_empty() => Value::Object(fields.clone()).to_string(),
            (_, Value::String(message)) => message.clone(),
            _ => "sans autre précision".to_owned(),
        };
        let told: String = told.replace(&self.key, "…").chars().filter(|one| !one.is_control()).collect();
        told.chars().take(LONGEST_EXCUSE).collect()
    }
}

/// An identifier that may stand in an address.
fn identifier(told: &Value) -> Result<String, Failure> {
    let sound = |one: &&str| {
        (1..=64).contains(&one.len()) && one.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let found = told["id"].as_str().filter(sound);
    found.map(str::to_owned).ok_or_else(|| {
        Failure::Told("sa réponse ne dit pas ce qui a été créé. Dites-le à qui tient cette maison".to_owned())
    })
}

/// The file as a form of one field, with a boundary that it does not hold.
fn form_of(file: &PublishedFile) -> (String, Vec<u8>) {
    let boundary = print(&file.bytes);
    let mut body = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{}\"\r\nContent-Type: {}\r\n\r\n",
        file.name, file.mime
    )
    .into_bytes();
    body.extend_from_slice(&file.bytes);
    body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    (boundary, body)
}

fn why(error: &CallError) -> String {
    match error {
        CallError::Refused(refused) => format!("{refused}. Dites-le à qui tient cette maison"),
        CallError::TooLong => "sa réponse dépasse un mégaoctet. Dites-le à qui tient cette maison".to_owned(),
        CallError::TooLate => "il n’a pas répondu en dix secondes. Réessayez plus tard".to_owned(),
        CallError::Astray => "il renvoie d’adresse en adresse. Dites-le à qui tient cette maison".to_owned(),
        CallError::Failed(_) => "il ne répond pas. Réessayez plus tard".to_owned(),
    }
}
