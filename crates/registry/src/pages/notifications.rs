use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use socle::outgoing::Refused;
use socle::pages::{FormErrors, Page};
use socle::rights::{Grant, Scope};
use socle::web::{Problem, Visitor, answered, page, redirect};

use super::announcement::Done;
use super::confirmation::Confirmation;
use super::place;
use crate::store::subscription::{self, Subscription};
use crate::store::subscription::{Opened, Wanted};
use crate::store::{PAYLOADS, operator, operator_of, tenant};
use crate::{Registry, SHEET};
use socle::web::{Asked, Filled, Name};

pub fn routes() -> Router<Arc<Registry>> {
    Router::new()
        .route("/registre/notifications", get(list).post(create))
        .route("/registre/notifications/{id}/arreter", get(ask_end).post(end))
}

/// The longest address, in characters.
const LONGEST: usize = 1_000;

/// A line of the list.
struct Row {
    id: String,
    url: String,
    operator: String,
    since: String,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct NewSubscription {
    url: String,
}

#[derive(Template)]
#[template(path = "notifications.html")]
struct NotificationsPage {
    page: Page,
    subscriptions: Vec<Row>,
    /// Whether those of several operators are listed.
    of_every_operator: bool,
    new: NewSubscription,
    errors: FormErrors,
    may_manage: bool,
}

async fn notifications_page(
    registry: &Registry,
    visitor: &Visitor,
    scope: &Scope,
    new: NewSubscription,
    errors: FormErrors,
    done: &Done,
) -> Result<Response, Problem> {
    let operators = operator::list(&registry.database, scope).await?;
    let named = |id: i64| {
        operators
            .iter()
            .find(|operator| operator.id == id)
            .map_or_else(String::new, |operator| operator.name.clone())
    };
    let subscriptions = subscription::list(&registry.database, scope)
        .await?
        .into_iter()
        .map(|one| Row {
            operator: named(one.operator_id),
            since: place::day(one.created_at),
            id: one.id,
            url: one.url,
        })
        .collect();
    let shown = NotificationsPage {
        page: done.announce(Page::of_service(visitor, &SHEET, "Notifications")),
        subscriptions,
        of_every_operator: *scope == Scope::All,
        new,
        may_manage: visitor.grant(&SHEET, "subscription.manage") != Grant::No,
        errors: errors.clone(),
    };
    Ok(answered(page(&shown), &errors))
}

async fn list(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Asked(done): Asked<Done>,
) -> Result<Response, Problem> {
    let scope = visitor.allow(&SHEET, "subscription.read")?;
    notifications_page(&registry, &visitor, &scope, NewSubscription::default(), FormErrors::default(), &done)
        .await
}

#[derive(Template)]
#[template(path = "new_subscription.html")]
struct NewSubscriptionPage {
    page: Page,
    url: String,
    secret: String,
}

/// Opens a subscription. Its secret is on the answer itself and nowhere else.
async fn create(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Filled(new): Filled<NewSubscription>,
) -> Result<Response, Problem> {
    let scope = visitor.allow(&SHEET, "subscription.manage")?;
    let operator = operator_of(&scope).ok_or(Problem::NotFound)?;
    let url = match read(&registry, &new.url) {
        Ok(url) => url,
        Err(text) => {
            let mut errors = FormErrors::default();
            errors.add("url", text);
            return notifications_page(&registry, &visitor, &scope, new, errors, &Done::default()).await;
        }
    };
    let key = registry.keyring.current(&tenant(operator), PAYLOADS).await?;
    let (id, secret) = (uuid::Uuid::new_v4().to_string(), socle::chance::secret_text());
    let wanted = Wanted { id: &id, url: &url, secret: &secret };
    let opened =
        subscription::open(&registry.database, visitor.actor(), &key, operator, wanted, None).await?;
    if opened == Opened::TooMany {
        return Err(Problem::Refused {
            status: StatusCode::CONFLICT,
            text: format!(
                "Vous avez déjà {} notifications. Arrêtez-en une avant d’en ajouter une autre.",
                subscription::MOST
            ),
        });
    }
    Ok(page(&NewSubscriptionPage {
        page: Page::of_service(&visitor, &SHEET, "Nouvelle notification")
            .under("Notifications", "/registre/notifications"),
        url,
        secret,
    }))
}

/// The address that was typed, or what is wrong with it.
fn read(registry: &Registry, typed: &str) -> Result<String, String> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err("Indiquez l’adresse que le registre doit appeler.".to_owned());
    }
    if typed.chars().count() > LONGEST {
        return Err(format!("Cette adresse est trop longue : {LONGEST} caractères au plus."));
    }
    registry.house.transports.http.check(typed).map(|url| url.to_string()).map_err(|refused| match refused {
        Refused::Unreadable(_) => {
            "Cette adresse n’est pas lisible. Exemple attendu : https://exemple.fr/trajets".to_owned()
        }
        Refused::NotHttps => "L’adresse doit commencer par https:// pour que les messages restent secrets en chemin.".to_owned(),
        Refused::Internal(host) => {
            format!("« {host} » désigne un réseau interne. Donnez une adresse joignable depuis Internet.")
        }
        Refused::Credentials => "L’adresse ne doit contenir ni identifiant ni mot de passe : la signature suffit à nous reconnaître.".to_owned(),
    })
}

async fn found(registry: &Registry, scope: &Scope, id: &str) -> Result<Subscription, Problem> {
    let open = subscription::list(&registry.database, scope).await?;
    open.into_iter().find(|one| one.id == id).ok_or(Problem::NotFound)
}

async fn ask_end(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Name(id): Name,
) -> Result<Response, Problem> {
    let scope = visitor.allow(&SHEET, "subscription.manage")?;
    let subscription = found(&registry, &scope, &id).await?;
    let confirmation = Confirmation {
        page: Page::of_service(&visitor, &SHEET, "Arrêter les notifications")
            .under("Notifications", "/registre/notifications"),
        question: "Arrêter les notifications vers cette adresse ?".to_owned(),
        about: subscription.url,
        consequences: vec![
            "Plus aucun changement d’état ne sera envoyé à cette adresse.".to_owned(),
            "Les messages déjà en attente peuvent encore partir.".to_owned(),
            "Rien n’est perdu : votre serveur peut relire tous les changements par l’interface.".to_owned(),
            "Pour reprendre, vous devrez créer une nouvelle notification, avec un nouveau secret.".to_owned(),
        ],
        action: format!("/registre/notifications/{id}/arreter"),
        button: "Arrêter les notifications",
        danger: true,
        back: "/registre/notifications".to_owned(),
    };
    Ok(confirmation.answer())
}

async fn end(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Name(id): Name,
) -> Result<Response, Problem> {
    let scope = visitor.allow(&SHEET, "subscription.manage")?;
    if !subscription::end(&registry.database, visitor.actor(), &scope, &id).await? {
        return Err(Problem::NotFound);
    }
    Ok(redirect("/registre/notifications?fait=notification-arretee"))
}
