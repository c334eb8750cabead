use askama::Template;
use axum::response::Response;
use socle::pages::Page;
use socle::web::page;

/// The page that asks once, in words, before something that is not easily undone.
#[derive(Template)]
#[template(path = "confirmation.html")]
pub struct Confirmation {
    pub page: Page,
    /// A question: « Révoquer la clé « Serveur » ? »
    pub question: String,
    /// What it is about, in one sentence.
    pub about: String,
    /// What will happen.
    pub consequences: Vec<String>,
    /// Where the form is sent.
    pub action: String,
    pub button: &'static str,
    /// Whether something is lost.
    pub danger: bool,
    /// Where one goes back to.
    pub back: String,
}

impl Confirmation {
    pub fn answer(&self) -> Response {
        page(self)
    }
}
