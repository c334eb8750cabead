use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;
use socle::pages::Page;
use socle::rights::Grant;
use socle::web::{Visitor, page};
use utoipa::openapi::OpenApi;
use utoipa::openapi::path::Operation;

use crate::api::openapi;
use crate::{Registry, SHEET};

pub fn routes(registry: &Arc<Registry>) -> Router<Arc<Registry>> {
    // The description does not change while the program runs.
    let groups = Arc::new(groups(&openapi::document(registry)));
    Router::new().route("/registre/api", get(async move |visitor: Visitor| show(&visitor, groups)))
}

/// A route of the interface.
#[derive(Clone)]
struct Row {
    method: &'static str,
    path: String,
    summary: String,
    /// Whether the summary is the description's own, in English.
    english: bool,
}

/// Routes about one thing.
#[derive(Clone)]
struct Group {
    /// Of the table.
    id: String,
    name: String,
    rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "documentation.html")]
struct DocumentationPage {
    page: Page,
    base_url: String,
    groups: Arc<Vec<Group>>,
    may_try: bool,
}

fn show(visitor: &Visitor, groups: Arc<Vec<Group>>) -> Response {
    page(&DocumentationPage {
        page: Page::of_service(visitor, &SHEET, "Documentation de l’interface"),
        base_url: visitor.house.config.base_url(),
        groups,
        may_try: visitor.grant(&SHEET, "journey.judge") != Grant::No,
    })
}

/// The routes by tag, in the order of the description.
fn groups(document: &OpenApi) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (path, item) in &document.paths.paths {
        let operations = [
            ("GET", &item.get),
            ("POST", &item.post),
            ("PATCH", &item.patch),
            ("PUT", &item.put),
            ("DELETE", &item.delete),
        ];
        for (method, operation) in operations {
            let Some(operation) = operation else { continue };
            let tag = operation.tags.iter().flatten().next().map_or("Autres", String::as_str);
            let (summary, english) = summary(operation);
            let row = Row { method, path: path.clone(), summary, english };
            if let Some(group) = groups.iter_mut().find(|group| group.name == tag) {
                group.rows.push(row);
            } else {
                let id = format!("routes-{}", groups.len() + 1);
                groups.push(Group { id, name: tag.to_owned(), rows: vec![row] });
            }
        }
    }
    groups
}

/// What a route does, in French when we have put it so.
fn summary(operation: &Operation) -> (String, bool) {
    let french = match operation.operation_id.as_deref() {
        Some("auth:access_token") => "Échanger une clé d’accès contre un jeton valable cinq minutes",
        Some("auth:readCredentials") => "Lister les clés d’accès",
        Some("auth:createCredentials") => "Créer une clé d’accès",
        Some("auth:deleteCredentials") => "Révoquer une clé d’accès",
        Some("acquisition:create") => "Envoyer un trajet",
        Some("acquisition:cancel") => "Annuler un trajet",
        Some("acquisition:update") => "Corriger un trajet",
        Some("acquisition:status") => "Lire l’état d’un trajet",
        Some("acquisition:list") => "Lister les trajets dans un état donné",
        Some("acquisition:judge") => "Essayer un trajet sans l’enregistrer",
        Some("acquisition:changes") => "Lire les changements d’état depuis la dernière fois",
        Some("subscription:list") => "Lister les notifications",
        Some("subscription:create") => "Demander des notifications",
        Some("subscription:end") => "Arrêter des notifications",
        _ => return (operation.summary.clone().unwrap_or_default(), true),
    };
    (french.to_owned(), false)
}
