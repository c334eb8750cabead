use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use socle::pages::{Choice, FormErrors, Page};
use socle::rights::{Grant, Scope};
use socle::web::{Problem, Visitor, answered, page, redirect};

use super::announcement::Done;
use super::confirmation::Confirmation;
use super::side::page_of;
use super::{operator_choices, place};
use crate::model::checklist::Gate;
use crate::store::access_key::{self, AccessKey};
use crate::store::operator::{self, Operator};
use crate::store::operator_of;
use crate::{Registry, SHEET, connection};
use socle::web::{Asked, Filled, Name};

pub fn routes(base: &str) -> Router<Arc<Registry>> {
    Router::new()
        .route(&format!("{base}/cles"), get(list).post(create))
        .route(&format!("{base}/cles/{{id}}/revoquer"), get(ask_revocation).post(revoke))
}

/// The longest name of a key, in characters.
const LONGEST: usize = 80;

/// A line of the list.
struct Row {
    id: String,
    label: String,
    operator: String,
    created: String,
    used: String,
}

impl Row {
    fn new(key: AccessKey, operators: &[Operator]) -> Self {
        let operator = operators.iter().find(|operator| operator.id == key.operator_id);
        Self {
            label: key.label,
            operator: operator.map_or_else(String::new, |operator| operator.name.clone()),
            created: place::day(key.created_at),
            used: key.last_used_at.map_or_else(|| "jamais".to_owned(), place::moment),
            id: key.id,
        }
    }
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct NewKey {
    label: String,
    operator: String,
}

#[derive(Template)]
#[template(path = "keys.html")]
struct KeysPage {
    page: Page,
    base: &'static str,
    heading: &'static str,
    /// What these keys do not open; empty on the real side.
    limit: &'static str,
    keys: Vec<Row>,
    /// Whether keys of several operators are listed.
    of_every_operator: bool,
    operators: Vec<Choice>,
    new: NewKey,
    errors: FormErrors,
    /// Why no key may be drawn yet; empty when one may.
    closed: &'static str,
    may_create: bool,
    may_revoke: bool,
}

async fn keys_page(
    registry: &Registry,
    visitor: &Visitor,
    scope: &Scope,
    new: NewKey,
    errors: FormErrors,
    done: &Done,
) -> Result<Response, Problem> {
    let operators = operator::list(&registry.database, scope).await?;
    let mut keys: Vec<Row> = access_key::list(&registry.database, scope)
        .await?
        .into_iter()
        .map(|key| Row::new(key, &operators))
        .collect();
    // Stable: within an operator the newest stays first.
    keys.sort_by(|one, other| one.operator.cmp(&other.operator));
    let closed = match operator_of(scope) {
        Some(operator) => refused(connection::gate(registry, operator).await?).unwrap_or_default(),
        None => "",
    };
    let (heading, limit) = if registry.space.is_sandbox() {
        ("Clés du bac à sable", "Ces clés n’ouvrent que le bac à sable\u{a0}: le vrai registre les refuse.")
    } else {
        ("Clés d’accès", "")
    };
    let shown = KeysPage {
        page: done.announce(page_of(registry, visitor, "Clés d’accès")),
        base: registry.space.pages(),
        heading,
        limit,
        closed,
        keys,
        of_every_operator: *scope == Scope::All,
        operators: operator_choices(&operators, &new.operator),
        new,
        may_create: visitor.grant(&SHEET, "credentials.create") != Grant::No,
        may_revoke: visitor.grant(&SHEET, "credentials.delete") != Grant::No,
        errors: errors.clone(),
    };
    Ok(answered(page(&shown), &errors))
}

async fn list(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Asked(done): Asked<Done>,
) -> Result<Response, Problem> {
    let scope = visitor.allow(&SHEET, "credentials.read")?;
    keys_page(&registry, &visitor, &scope, NewKey::default(), FormErrors::default(), &done).await
}

#[derive(Template)]
#[template(path = "new_key.html")]
struct NewKeyPage {
    page: Page,
    base: &'static str,
    sandbox: bool,
    label: String,
    operator: String,
    access_key: String,
    secret_key: String,
    /// A command line that asks for a token.
    example: String,
}

/// Why no key may be drawn yet.
fn refused(gate: Gate) -> Option<&'static str> {
    match gate {
        Gate::Open => None,
        Gate::Steps => Some(
            "Cet opérateur n’est pas encore connecté : il manque des étapes avant une vraie clé. La page « Raccordement » dit lesquelles. Les clés du bac à sable, elles, sont ouvertes.",
        ),
        Gate::Approval => Some(
            "L’équipe du registre doit donner son accord avant la première vraie clé. Elle voit la demande ; il n’y a rien d’autre à faire.",
        ),
        Gate::Closed => Some(
            "L’équipe du registre a clos la demande de cet opérateur. La page « Raccordement » dit pourquoi.",
        ),
    }
}

/// Creates a key. Its secret is on the answer itself and nowhere else: there is no page to redirect to.
async fn create(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Filled(new): Filled<NewKey>,
) -> Result<Response, Problem> {
    let scope = visitor.allow(&SHEET, "credentials.create")?;
    let operators = operator::list(&registry.database, &scope).await?;
    let mut errors = FormErrors::default();
    let operator = chosen(&scope, &operators, &new.operator);
    if operator.is_none() {
        errors.add("operator", "Choisissez l’opérateur dont le serveur utilisera cette clé.");
    }
    let label = new.label.trim().to_owned();
    match label.chars().count() {
        0 => errors.add(
            "label",
            "Donnez un nom à la clé, pour la reconnaître plus tard. Par exemple : serveur de production.",
        ),
        length if length > LONGEST => {
            errors.add("label", format!("Ce nom compte {length} caractères ; la limite est de {LONGEST}."));
        }
        _ => {}
    }
    let Some(operator) = operator.filter(|_| errors.is_empty()) else {
        return keys_page(&registry, &visitor, &scope, new, errors, &Done::default()).await;
    };
    if let Some(text) = refused(connection::gate(&registry, operator.id).await?) {
        return Err(Problem::Refused { status: StatusCode::CONFLICT, text: text.to_owned() });
    }
    let (access_key, secret_key) = (uuid::Uuid::new_v4().to_string(), socle::chance::secret_text());
    access_key::create(
        &registry.database,
        visitor.actor(),
        operator.id,
        label.clone(),
        access_key.clone(),
        &secret_key,
        None,
    )
    .await?;
    let base = registry.space.pages();
    let example = format!(
        "curl -X POST {}{}/v3.4/auth/access_token \\\n  -H 'content-type: application/json' \\\n  -d '{{\"access_key\": \"{access_key}\", \"secret_key\": \"{secret_key}\"}}'",
        registry.house.config.base_url(),
        registry.space.api()
    );
    Ok(page(&NewKeyPage {
        page: page_of(&registry, &visitor, "Nouvelle clé").under("Clés d’accès", &format!("{base}/cles")),
        base,
        sandbox: registry.space.is_sandbox(),
        label,
        operator: operator.name.clone(),
        access_key,
        secret_key,
        example,
    }))
}

/// The operator a thing is made for: one's own, or the one that was chosen.
pub(super) fn chosen<'o>(scope: &Scope, operators: &'o [Operator], named: &str) -> Option<&'o Operator> {
    let wanted = operator_of(scope).or_else(|| named.parse().ok())?;
    operators.iter().find(|operator| operator.id == wanted)
}

async fn ask_revocation(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Name(id): Name,
) -> Result<Response, Problem> {
    let scope = visitor.allow(&SHEET, "credentials.delete")?;
    let keys = access_key::list(&registry.database, &scope).await?;
    let key = keys.into_iter().find(|key| key.id == id).ok_or(Problem::NotFound)?;
    let operator = operator::find(&registry.database, &scope, key.operator_id).await?;
    let operator = operator.map_or_else(String::new, |operator| operator.name);
    let used = key.last_used_at.map_or_else(
        || "n’a jamais servi".to_owned(),
        |at| format!("a servi pour la dernière fois le {}", place::moment(at)),
    );
    let base = registry.space.pages();
    let confirmation = Confirmation {
        page: page_of(&registry, &visitor, "Révoquer une clé").under("Clés d’accès", &format!("{base}/cles")),
        question: format!("Révoquer la clé « {} » ?", key.label),
        about: format!("Cette clé de {operator}, créée le {}, {used}.", place::day(key.created_at)),
        consequences: vec![
            "Le serveur qui l’utilise ne pourra plus envoyer de trajets, ni lire leur état. C’est immédiat."
                .to_owned(),
            "Les trajets déjà envoyés restent dans le registre.".to_owned(),
            "Une clé révoquée ne peut pas être rétablie ; vous pourrez en créer une autre.".to_owned(),
        ],
        action: format!("{base}/cles/{id}/revoquer"),
        button: "Révoquer la clé",
        danger: true,
        back: format!("{base}/cles"),
    };
    Ok(confirmation.answer())
}

async fn revoke(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Name(id): Name,
) -> Result<Response, Problem> {
    let scope = visitor.allow(&SHEET, "credentials.delete")?;
    if !access_key::revoke(&registry.database, visitor.actor(), &scope, &id).await? {
        return Err(Problem::NotFound);
    }
    registry.working_keys.forget(&id);
    Ok(redirect(&format!("{}/cles?fait=cle-revoquee", registry.space.pages())))
}
