use reqwest::Method;

use crate::Answer;

/// An agent with a browser: a session, pages, forms.
pub struct Agent {
    client: reqwest::Client,
    base_url: String,
    pub email: String,
    cookie: String,
}

impl Agent {
    /// Signs in by a demonstration link.
    pub(crate) async fn enter(client: reqwest::Client, base_url: &str, email: &str, link: &str) -> Self {
        let answer = Answer::of(client.get(link).send().await.expect("an answer")).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        let cookie =
            answer.header("set-cookie").and_then(|cookie| cookie.split(';').next()).expect("a session");
        Self { cookie: cookie.to_owned(), client, base_url: base_url.to_owned(), email: email.to_owned() }
    }

    /// A visitor without session.
    pub fn nobody(client: reqwest::Client, base_url: &str) -> Self {
        Self { client, base_url: base_url.to_owned(), email: String::new(), cookie: String::new() }
    }

    /// The same browser with a session's cookie.
    #[must_use]
    pub fn with_cookie(&self, cookie: &str) -> Self {
        Self {
            client: self.client.clone(),
            base_url: self.base_url.clone(),
            email: self.email.clone(),
            cookie: cookie.to_owned(),
        }
    }

    /// Opens a page.
    pub async fn open(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, None).await
    }

    /// Saves a file; `None` when it is refused or breaks off.
    pub async fn save(&self, path: &str) -> Option<Vec<u8>> {
        let answer = self.request(Method::GET, path).send().await.ok()?.error_for_status().ok()?;
        answer.bytes().await.ok().map(|bytes| bytes.to_vec())
    }

    /// Sends a form.
    pub async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut form = String::new();
        for (name, value) in fields {
            let encoded: Vec<u8> =
                value.bytes().flat_map(|byte| format!("%{byte:02X}").into_bytes()).collect();
            if !form.is_empty() {
                form.push('&');
            }
            form.push_str(name);
            form.push('=');
            form.push_str(&String::from_utf8_lossy(&encoded));
        }
        self.ask(Method::POST, path, Some(("application/x-www-form-urlencoded", form))).await
    }

    /// Any request with the session.
    pub async fn ask(&self, method: Method, path: &str, body: Option<(&str, String)>) -> Answer {
        let mut request = self.request(method, path);
        if let Some((kind, body)) = body {
            request = request.header("content-type", kind).body(body);
        }
        Answer::of(request.send().await.expect("an answer")).await
    }

    /// A post to the API under an idempotency key.
    pub async fn post_once(&self, path: &str, body: Option<&serde_json::Value>, key: &str) -> Answer {
        let mut request = self.request(Method::POST, path).header("idempotency-key", key);
        if let Some(body) = body {
            request = request.json(body);
        }
        Answer::of(request.send().await.expect("an answer")).await
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request =
            self.client.request(method, format!("{}{path}", self.base_url)).header("accept", "text/html");
        if self.cookie.is_empty() { request } else { request.header("cookie", &self.cookie) }
    }
}
