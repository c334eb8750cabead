use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use socle::pages::{Choice, FormErrors, Page};
use socle::rights::Scope;
use socle::web::{Asked, Filled, Name, Problem, Visitor, answered, page, redirect};

use super::agreement::sentence;
use super::agreement_head::refused;
use super::team_head::{address, form_page, found};
use super::typed;
use crate::Incubator;
use crate::model::named::Named as _;
use crate::model::objective::{Node, Objective, ObjectiveStatus};
use crate::store::objective::NotAdded;
use crate::store::portfolio::Product;
use crate::store::{agreement_product, objective};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new()
        .route("/incubateur/services/{slug}/equipe/objectifs/nouveau", get(show_new).post(add))
        .route("/incubateur/services/{slug}/equipe/objectifs/{id}", get(show).post(amend))
}

const ACTION: &str = "objective.write";

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Typed {
    /// Number of the objective it is a part of.
    sous: String,
    title: String,
    agreement: String,
    status: String,
    due: String,
    note: String,
    reviewed: String,
    version: String,
}

impl Typed {
    fn of(node: &Node) -> Self {
        let day = |day: Option<jiff::civil::Date>| day.map_or_else(String::new, |day| day.to_string());
        let one = &node.objective;
        Self {
            sous: String::new(),
            title: one.title.clone(),
            agreement: one.agreement.clone(),
            status: one.status.to_string(),
            due: day(one.due),
            note: one.note.clone(),
            reviewed: day(one.reviewed),
            version: node.version.to_string(),
        }
    }
}

#[derive(Template)]
#[template(path = "team/objective.html")]
struct ObjectivePage {
    page: Page,
    title: &'static str,
    /// The objective it is or will be a part of.
    above: String,
    base: String,
    /// Where the form goes.
    action: String,
    known: bool,
    statuses: Vec<Choice>,
    agreements: Vec<Choice>,
    new: Typed,
    errors: FormErrors,
}

/// What a form is about: the product, and the objective that is changed or the one above a new one.
struct Place<'a> {
    product: &'a Product,
    scope: &'a Scope,
    above: Option<&'a Node>,
    changed: Option<&'a Node>,
}

async fn form(
    incubator: &Incubator,
    visitor: &Visitor,
    place: Place<'_>,
    (new, errors): (Typed, FormErrors),
) -> Result<Response, Problem> {
    let slug = &place.product.slug;
    let agreements = agreement_product::agreements(&incubator.database, place.scope, slug).await?;
    let base = address(slug);
    let title = match (place.changed, place.above) {
        (Some(_), _) => "Faire le point",
        (None, Some(_)) => "Ajouter une étape",
        (None, None) => "Ajouter un objectif",
    };
    let status = if new.status.is_empty() { ObjectiveStatus::Open.as_str() } else { &new.status };
    let shown = ObjectivePage {
        page: form_page(visitor, place.product, "", title),
        title,
        above: place.above.map_or_else(String::new, |node| node.objective.title.clone()),
        action: place.changed.map_or_else(
            || format!("{base}/objectifs/nouveau"),
            |node| format!("{base}/objectifs/{}", node.id),
        ),
        known: place.changed.is_some(),
        statuses: ObjectiveStatus::ALL
            .iter()
            .map(|one| Choice::new(one.as_str(), &sentence(one.fr()), status))
            .collect(),
        agreements: agreements
            .iter()
            .map(|(reference, title)| Choice::new(reference, title, &new.agreement))
            .collect(),
        base,
        new,
        errors: errors.clone(),
    };
    Ok(answered(page(&shown), &errors))
}

/// What was typed, if it can be kept.
fn read(
    incubator: &Incubator,
    new: &Typed,
    agreements: &[(String, String)],
    before: Option<&Objective>,
) -> Result<Objective, FormErrors> {
    let mut errors = FormErrors::default();
    let title = typed::text(&mut errors, "title", &new.title, "Écrivez ce que le service veut changer.", 300);
    let status = match new.status.as_str() {
        "" => Some(ObjectiveStatus::Open),
        name => ObjectiveStatus::from_name(name),
    };
    if status.is_none() {
        errors.add("status", "Choisissez où en est l’objectif.");
    }
    // One that only others may read stays as it was.
    let agreement = match before {
        Some(before)
            if new.agreement.is_empty() && agreements.iter().all(|one| one.0 != before.agreement) =>
        {
            before.agreement.clone()
        }
        _ => new.agreement.clone(),
    };
    let known = before.is_some_and(|before| before.agreement == agreement);
    if !agreement.is_empty() && !known && agreements.iter().all(|one| one.0 != agreement) {
        errors.add("agreement", "Choisissez une des conventions de ce service.");
    }
    let due = typed::maybe_day(&mut errors, "due", &new.due);
    let reviewed = if new.reviewed.trim().is_empty() {
        None
    } else {
        typed::past_day(&mut errors, "reviewed", &new.reviewed, incubator.today())
    };
    let note = new.note.trim().chars().take(2_000).collect();
    match (status, errors.is_empty()) {
        (Some(status), true) => Ok(Objective { title, agreement, status, due, note, reviewed }),
        _ => Err(errors),
    }
}

async fn show_new(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(slug): Name,
    Asked(new): Asked<Typed>,
) -> Result<Response, Problem> {
    let (product, scope) = found(&incubator, &visitor, ACTION, &slug).await?;
    let tree = objective::of(&incubator.database, &slug).await?;
    let above = above(&tree, &new)?;
    let place = Place { product: &product, scope: &scope, above, changed: None };
    form(&incubator, &visitor, place, (new, FormErrors::default())).await
}

/// The objective that the new one is a part of, if it names one.
fn above<'a>(tree: &'a [Node], new: &Typed) -> Result<Option<&'a Node>, Problem> {
    if new.sous.is_empty() {
        return Ok(None);
    }
    let found = new.sous.parse().ok().and_then(|id| Node::find(tree, id));
    Ok(Some(found.ok_or(Problem::NotFound)?.0))
}

async fn add(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(slug): Name,
    Filled(new): Filled<Typed>,
) -> Result<Response, Problem> {
    let (product, scope) = found(&incubator, &visitor, ACTION, &slug).await?;
    let tree = objective::of(&incubator.database, &slug).await?;
    let above = above(&tree, &new)?;
    let agreements = agreement_product::agreements(&incubator.database, &scope, &slug).await?;
    let objective = match read(&incubator, &new, &agreements, None) {
        Ok(objective) => objective,
        Err(errors) => {
            let place = Place { product: &product, scope: &scope, above, changed: None };
            return form(&incubator, &visitor, place, (new, errors)).await;
        }
    };
    let parent = above.map(|node| node.id);
    match objective::add(&incubator.database, visitor.actor(), &slug, parent, objective).await? {
        Ok(_) => Ok(redirect(&format!("{}?fait=objectif-ajoute", address(&slug)))),
        Err(NotAdded::Elsewhere) => Err(Problem::NotFound),
        Err(NotAdded::TooDeep) => Err(refused("Une étape d’étape ne se découpe pas davantage.")),
    }
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((slug, id)): Path<(String, i64)>,
) -> Result<Response, Problem> {
    let (product, scope) = found(&incubator, &visitor, ACTION, &slug).await?;
    let tree = objective::of(&incubator.database, &slug).await?;
    let (node, _) = Node::find(&tree, id).ok_or(Problem::NotFound)?;
    let place = Place { product: &product, scope: &scope, above: None, changed: Some(node) };
    form(&incubator, &visitor, place, (Typed::of(node), FormErrors::default())).await
}

async fn amend(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((slug, id)): Path<(String, i64)>,
    Filled(new): Filled<Typed>,
) -> Result<Response, Problem> {
    let (product, scope) = found(&incubator, &visitor, ACTION, &slug).await?;
    let tree = objective::of(&incubator.database, &slug).await?;
    let (node, _) = Node::find(&tree, id).ok_or(Problem::NotFound)?;
    let agreements = agreement_product::agreements(&incubator.database, &scope, &slug).await?;
    let after = match read(&incubator, &new, &agreements, Some(&node.objective)) {
        Ok(after) => after,
        Err(errors) => {
            let place = Place { product: &product, scope: &scope, above: None, changed: Some(node) };
            return form(&incubator, &visitor, place, (new, errors)).await;
        }
    };
    // What was shown when the form opened: whoever changed it meanwhile is not overwritten.
    let before = Node { version: new.version.parse().unwrap_or_default(), ..node.clone() };
    objective::amend(&incubator.database, visitor.actor(), &slug, &before, after).await?;
    Ok(redirect(&format!("{}?fait=objectif-change", address(&slug))))
}
