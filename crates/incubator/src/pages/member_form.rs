use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use socle::pages::{Choice, FormErrors, Page};
use socle::web::{Filled, Name, Problem, Visitor, answered, page, redirect};

use super::agreement::sentence;
use super::agreement_head::refused;
use super::team_head::{address, form_page, found};
use super::typed;
use crate::Incubator;
use crate::model::member::{Member, MemberRole, MemberStatus};
use crate::model::named::Named as _;
use crate::store::member::{self, Known};
use crate::store::order;
use crate::store::portfolio::Product;

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new()
        .route("/incubateur/services/{slug}/equipe/membres/nouveau", get(ask).post(add))
        .route("/incubateur/services/{slug}/equipe/membres/{id}/changer", get(ask_change).post(change))
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Typed {
    name: String,
    role: String,
    employer: String,
    status: String,
    from: String,
    until: String,
    share: String,
    order: String,
    version: String,
}

impl Typed {
    fn of(known: &Known) -> Self {
        let member = &known.member;
        Self {
            name: member.name.clone(),
            role: member.role.to_string(),
            employer: member.employer.clone(),
            status: member.status.to_string(),
            from: member.from.to_string(),
            until: member.until.map(|day| day.to_string()).unwrap_or_default(),
            share: member.share.to_string(),
            order: member.order.map(|id| id.to_string()).unwrap_or_default(),
            version: known.version.to_string(),
        }
    }
}

#[derive(Template)]
#[template(path = "team/member_form.html")]
struct FormPage {
    page: Page,
    title: &'static str,
    action: String,
    button: &'static str,
    roles: Vec<Choice>,
    statuses: Vec<Choice>,
    orders: Vec<Choice>,
    new: Typed,
    errors: FormErrors,
}

async fn form(
    incubator: &Incubator,
    visitor: &Visitor,
    (product, known): (&Product, Option<&Known>),
    (new, errors): (Typed, FormErrors),
) -> Result<Response, Problem> {
    let base = address(&product.slug);
    let (title, button, action) = match known {
        None => ("Ajouter une personne", "Ajouter", format!("{base}/membres/nouveau")),
        Some(known) => ("Changer une fiche", "Enregistrer", format!("{base}/membres/{}/changer", known.id)),
    };
    let orders = order::of_product(&incubator.database, &product.slug).await?;
    let named = |(id, title): (i64, String)| Choice::new(&id.to_string(), &title, &new.order);
    let shown = FormPage {
        page: form_page(visitor, product, "/membres", title),
        title,
        action,
        button,
        roles: MemberRole::ALL
            .iter()
            .map(|one| Choice::new(one.as_str(), &sentence(one.fr()), &new.role))
            .collect(),
        statuses: MemberStatus::ALL
            .iter()
            .map(|one| Choice::new(one.as_str(), &sentence(one.fr()), &new.status))
            .collect(),
        orders: orders.into_iter().map(named).collect(),
        new,
        errors: errors.clone(),
    };
    Ok(answered(page(&shown), &errors))
}

/// The person that was typed, or what is to be corrected.
async fn read(
    incubator: &Incubator,
    slug: &str,
    new: &Typed,
) -> Result<(Option<Member>, FormErrors), Problem> {
    let mut errors = FormErrors::default();
    let name = typed::text(&mut errors, "name", &new.name, "Indiquez le nom de la personne.", 120);
    let role = MemberRole::from_name(&new.role);
    if role.is_none() {
        errors.add("role", "Choisissez ce que la personne fait.");
    }
    let status = MemberStatus::from_name(&new.status);
    if status.is_none() {
        errors.add("status", "Choisissez qui l’emploie.");
    }
    let employer = typed::text(
        &mut errors,
        "employer",
        &new.employer,
        "Indiquez son administration ou son entreprise.",
        120,
    );
    let from = typed::day(&mut errors, "from", &new.from);
    let until = typed::maybe_day(&mut errors, "until", &new.until);
    if from.zip(until).is_some_and(|(from, until)| until < from) {
        errors.add("until", "La fin vient avant le début.");
    }
    let share =
        new.share.trim().trim_end_matches('%').trim().parse().ok().filter(|share| (1..=100).contains(share));
    if share.is_none() {
        errors.add("share", "Indiquez une part entre 1 et 100, par exemple 80.");
    }
    let order = match new.order.as_str() {
        "" => None,
        typed => {
            let known = order::of_product(&incubator.database, slug).await?;
            let found = typed.parse().ok().filter(|id| known.iter().any(|(one, _)| one == id));
            if found.is_none() {
                errors.add("order", "Choisissez une commande de ce service.");
            }
            found
        }
    };
    let (Some(role), Some(status), Some(from), Some(share), true) =
        (role, status, from, share, errors.is_empty())
    else {
        return Ok((None, errors));
    };
    Ok((Some(Member { name, role, employer, status, from, until, share, order }), errors))
}

async fn ask(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(slug): Name,
) -> Result<Response, Problem> {
    let (product, _) = found(&incubator, &visitor, "member.write", &slug).await?;
    let new = Typed { share: "100".to_owned(), ..Typed::default() };
    form(&incubator, &visitor, (&product, None), (new, FormErrors::default())).await
}

async fn add(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(slug): Name,
    Filled(new): Filled<Typed>,
) -> Result<Response, Problem> {
    let (product, _) = found(&incubator, &visitor, "member.write", &slug).await?;
    let (read, errors) = read(&incubator, &slug, &new).await?;
    let Some(member) = read else {
        return form(&incubator, &visitor, (&product, None), (new, errors)).await;
    };
    let knowledge = incubator.knowledge().await?;
    let id = member::add(&incubator.database, &knowledge, visitor.actor(), slug.clone(), member).await?;
    Ok(redirect(&format!("{}/membres/{id}?fait=membre-ajoute", address(&slug))))
}

/// Somebody whose name was not forgotten.
async fn kept(incubator: &Incubator, slug: &str, id: i64) -> Result<Known, Problem> {
    let known = member::find(&incubator.database, slug, id).await?.ok_or(Problem::NotFound)?;
    if known.forgotten {
        Err(refused("Le nom de cette personne est effacé\u{a0}: sa fiche ne change plus."))
    } else {
        Ok(known)
    }
}

async fn ask_change(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((slug, id)): Path<(String, i64)>,
) -> Result<Response, Problem> {
    let (product, _) = found(&incubator, &visitor, "member.write", &slug).await?;
    let known = kept(&incubator, &slug, id).await?;
    form(&incubator, &visitor, (&product, Some(&known)), (Typed::of(&known), FormErrors::default())).await
}

async fn change(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((slug, id)): Path<(String, i64)>,
    Filled(new): Filled<Typed>,
) -> Result<Response, Problem> {
    let (product, _) = found(&incubator, &visitor, "member.write", &slug).await?;
    let mut known = kept(&incubator, &slug, id).await?;
    let (read, errors) = read(&incubator, &slug, &new).await?;
    let Some(member) = read else {
        return form(&incubator, &visitor, (&product, Some(&known)), (new, errors)).await;
    };
    // What was seen is what is changed: somebody else's change in between is not undone.
    known.version = new.version.parse().unwrap_or(known.version);
    let knowledge = incubator.knowledge().await?;
    member::amend(&incubator.database, &knowledge, visitor.actor(), known, member).await?;
    Ok(redirect(&format!("{}/membres/{id}?fait=membre-change", address(&slug))))
}
