use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

use crate::config::Contact;
use crate::pages::Page;
use crate::privacy::ProcessingEntry;
use crate::web::app::Rooms;
use crate::web::{Problem, Visitor, page};

pub(super) fn routes(rooms: Rooms) -> Router {
    Router::new()
        .route("/mentions-legales", get(legal))
        .route("/confidentialite", get(privacy))
        .route("/accessibilite", get(accessibility))
        .route("/securite", get(security))
        .route("/.well-known/security.txt", get(security_txt))
        .with_state(rooms)
}

#[derive(Template)]
#[template(path = "notices/legal.html")]
struct LegalPage {
    page: Page,
    contact: Contact,
}

async fn legal(visitor: Visitor) -> Response {
    let contact = visitor.house.config.contact.clone();
    page(&LegalPage { page: Page::of_the_house(&visitor, "Mentions légales"), contact })
}

#[derive(Template)]
#[template(path = "notices/privacy.html")]
struct PrivacyPage {
    page: Page,
    contact: Contact,
    entries: Vec<ProcessingEntry>,
}

async fn privacy(State(rooms): State<Rooms>, visitor: Visitor) -> Result<Response, Problem> {
    let mut entries = vec![
        ProcessingEntry::parse(include_str!("../../../data/privacy.toml"))
            .map_err(|cause| Problem::internal(&cause))?,
    ];
    for room in rooms.0.iter() {
        entries.push(room.sheet().processing().map_err(|cause| Problem::internal(&cause))?);
    }
    let contact = visitor.house.config.contact.clone();
    Ok(page(&PrivacyPage { page: Page::of_the_house(&visitor, "Données personnelles"), contact, entries }))
}

#[derive(Template)]
#[template(path = "notices/accessibility.html")]
struct AccessibilityPage {
    page: Page,
    contact: Contact,
}

async fn accessibility(visitor: Visitor) -> Response {
    let contact = visitor.house.config.contact.clone();
    page(&AccessibilityPage { page: Page::of_the_house(&visitor, "Accessibilité"), contact })
}

#[derive(Template)]
#[template(path = "notices/security.html")]
struct SecurityPage {
    page: Page,
    contact: Contact,
}

async fn security(visitor: Visitor) -> Response {
    let contact = visitor.house.config.contact.clone();
    page(&SecurityPage { page: Page::of_the_house(&visitor, "Sécurité"), contact })
}

/// RFC 9116.
async fn security_txt(visitor: Visitor) -> Response {
    let config = &visitor.house.config;
    let expires = visitor.house.clock.now() + jiff::SignedDuration::from_hours(24 * 180);
    let text = format!(
        "Contact: mailto:{}\nExpires: {}\nPreferred-Languages: fr, en\nCanonical: {}/.well-known/security.txt\n",
        config.contact.security_email,
        expires.strftime("%Y-%m-%dT%H:%M:%SZ"),
        config.base_url()
    );
    ([(CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}
