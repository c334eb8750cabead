use std::sync::Mutex;

use reqwest::Method;
use serde_json::{Value, json};

use crate::JourneyBody;

/// An answer of the API, read whole.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub text: String,
}

impl Answer {
    pub async fn of(response: reqwest::Response) -> Self {
        let status = response.status().as_u16();
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()))
            .collect();
        Self { status, headers, text: response.text().await.expect("a readable answer") }
    }

    /// The body as JSON; null when it is empty.
    pub fn json(&self) -> Value {
        if self.text.is_empty() {
            Value::Null
        } else {
            serde_json::from_str(&self.text).unwrap_or(Value::Null)
        }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The key and the secret that the page of a new key shows.
    ///
    /// # Panics
    /// When it shows none.
    pub fn new_key(&self) -> (String, String) {
        let mut shown = self.text.split("pp-secret\">").skip(1).filter_map(|rest| rest.split('<').next());
        match (shown.next(), shown.next()) {
            (Some(key), Some(secret)) => (key.to_owned(), secret.to_owned()),
            _ => panic!("no key is shown: {}", self.text),
        }
    }

    /// The labels of a refusal by the terms.
    pub fn labels(&self) -> Vec<String> {
        self.json()["error"]["data"]["terms_violation_labels"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|label| label.as_str().map(str::to_owned))
            .collect()
    }
}

/// An operator's server.
pub struct OperatorServer {
    client: reqwest::Client,
    base_url: String,
    pub id: i64,
    pub access_key: String,
    pub secret_key: String,
    token: Mutex<String>,
    /// The version it speaks.
    pub version: &'static str,
}

impl OperatorServer {
    /// The server that holds this key, at a house or at its sandbox.
    pub fn new(
        client: reqwest::Client,
        base_url: &str,
        id: i64,
        access_key: String,
        secret_key: String,
    ) -> Self {
        Self {
            client,
            base_url: base_url.to_owned(),
            id,
            access_key,
            secret_key,
            token: Mutex::default(),
            version: "v3.3",
        }
    }

    /// The same operator, speaking another version.
    #[must_use]
    pub fn speaking(&self, version: &'static str) -> Self {
        Self {
            client: self.client.clone(),
            base_url: self.base_url.clone(),
            id: self.id,
            access_key: self.access_key.clone(),
            secret_key: self.secret_key.clone(),
            token: Mutex::new(self.token()),
            version,
        }
    }

    /// The same operator, speaking to another house that knows its key: a restored one.
    #[must_use]
    pub fn at(&self, base_url: &str) -> Self {
        Self { base_url: base_url.to_owned(), ..self.speaking(self.version) }
    }

    /// The present token.
    pub fn token(&self) -> String {
        self.token.lock().expect("a token").clone()
    }

    /// Exchanges the key for a token.
    pub async fn ask_token(&self) -> Answer {
        let body = json!({"access_key": self.access_key, "secret_key": self.secret_key});
        let url = format!("{}/{}/auth/access_token", self.base_url, self.version);
        Answer::of(self.client.post(url).json(&body).send().await.expect("an answer")).await
    }

    /// Exchanges the key for a token and keeps it.
    pub async fn renew_token(&self) {
        let answer = self.ask_token().await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        let token = answer.json()["access_token"].as_str().expect("a token in the answer").to_owned();
        *self.token.lock().expect("a token") = token;
    }

    /// Any request, with the token.
    pub async fn ask(&self, method: Method, path: &str, body: Option<String>) -> Answer {
        let url = format!("{}/{}{path}", self.base_url, self.version);
        let mut request = self.client.request(method, url).bearer_auth(self.token());
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body);
        }
        Answer::of(request.send().await.expect("an answer")).await
    }

    pub async fn send(&self, journey: &JourneyBody) -> Answer {
        self.ask(Method::POST, "/journeys", Some(journey.to_string())).await
    }

    pub async fn read(&self, operator_journey_id: &str) -> Answer {
        self.ask(Method::GET, &format!("/journeys/{operator_journey_id}"), None).await
    }

    /// The public status of a journey.
    pub async fn status(&self, operator_journey_id: &str) -> String {
        self.read(operator_journey_id).await.json()["status"].as_str().unwrap_or("none").to_owned()
    }

    pub async fn list(&self, query: &str) -> Answer {
        self.ask(Method::GET, &format!("/journeys?{query}"), None).await
    }

    pub async fn correct(&self, operator_journey_id: &str, journey: &JourneyBody) -> Answer {
        let body = journey.correction().to_string();
        self.ask(Method::PATCH, &format!("/journeys/{operator_journey_id}"), Some(body)).await
    }

    pub async fn cancel(&self, operator_journey_id: &str) -> Answer {
        let body = json!({"code": "no_show"}).to_string();
        self.ask(Method::POST, &format!("/journeys/{operator_journey_id}/cancel"), Some(body)).await
    }
}
