use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use socle::pages::{FormErrors, Page, format};
use socle::web::{Filled, Problem, Visitor, answered, page, redirect};

use super::agreement::sentence;
use super::agreement_head::address;
use crate::file;
use crate::model::named::Named as _;
use crate::model::written::Kind;
use crate::store::agreement::{ReferenceTaken, file as keep};
use crate::store::{ServiceError, call_award};
use crate::{Incubator, SHEET};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new()
        .route("/incubateur/conventions/nouvelle", get(choose))
        .route("/incubateur/conventions/fichier", get(show).post(take))
}

/// A kind of agreement to enter.
struct Way {
    href: String,
    title: String,
    about: String,
}

#[derive(Template)]
#[template(path = "agreement/choose.html")]
struct ChoosePage {
    page: Page,
    ways: Vec<Way>,
    /// Laureates of calls whose agreement is still to be filed: title and address.
    laureates: Vec<(String, String)>,
    /// When the models were last checked.
    checked: String,
}

async fn choose(State(incubator): State<Arc<Incubator>>, visitor: Visitor) -> Result<Response, Problem> {
    visitor.allow(&SHEET, "agreement.write")?;
    let models = incubator.models.models.iter();
    let ways = models
        .filter_map(|(name, model)| {
            Some(Way {
                href: format!("/incubateur/conventions/nouvelle/{name}"),
                title: match &model.title {
                    Some(title) => title.clone(),
                    None => sentence(Kind::from_name(name)?.fr()),
                },
                about: model.about.clone(),
            })
        })
        .collect();
    let page_of = Page::of_service(&visitor, &SHEET, "Inscrire une convention")
        .under("Conventions", "/incubateur/conventions");
    let checked = incubator.models.checked_on.parse().map_or_else(|_| String::new(), format::date);
    let awards = call_award::to_file(&incubator.database).await?;
    let laureates = awards.iter().map(|one| Ok((one.draft()?.title, draft_address(one.application_id))));
    let laureates = laureates.collect::<Result<_, ServiceError>>()?;
    Ok(page(&ChoosePage { page: page_of, ways, laureates, checked }))
}

/// Where the agreement of a laureate is filed: its model is that of seed 003, the fifth FAST.
pub fn draft_address(laureate: i64) -> String {
    format!("/incubateur/conventions/nouvelle/fast-delegation?laureat={laureate}")
}

/// The text of a file, in the format of `docs/agreements.md`.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Typed {
    text: String,
}

/// Something to correct in the text.
struct Mistake {
    line: u64,
    place: String,
    seen: String,
    expected: String,
}

#[derive(Template)]
#[template(path = "agreement/new.html")]
struct NewPage {
    page: Page,
    new: Typed,
    mistakes: Vec<Mistake>,
    errors: FormErrors,
}

fn form(visitor: &Visitor, new: Typed, mistakes: Vec<Mistake>, errors: FormErrors) -> Response {
    let page_of = Page::of_service(visitor, &SHEET, "Inscrire depuis un fichier")
        .under("Conventions", "/incubateur/conventions");
    let shown = NewPage { page: page_of, new, mistakes, errors: errors.clone() };
    answered(page(&shown), &errors)
}

async fn show(visitor: Visitor) -> Result<Response, Problem> {
    visitor.allow(&SHEET, "agreement.write")?;
    Ok(form(&visitor, Typed::default(), Vec::new(), FormErrors::default()))
}

async fn take(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Filled(new): Filled<Typed>,
) -> Result<Response, Problem> {
    visitor.allow(&SHEET, "agreement.write")?;
    let mut errors = FormErrors::default();
    let agreement = match file::read("convention", &new.text, &incubator.library) {
        Ok(agreement) => agreement,
        Err(unreadable) => {
            errors.add(
                "text",
                "Le texte n’a pas pu être lu\u{a0}: corrigez les lignes signalées. Rien n’est inscrit.",
            );
            let mistakes = unreadable.problems.into_iter().map(|one| Mistake {
                line: one.line,
                place: one.path,
                seen: one.seen.unwrap_or_else(|| "rien".to_owned()),
                expected: one.expected,
            });
            let mistakes = mistakes.collect();
            return Ok(form(&visitor, new, mistakes, errors));
        }
    };
    let reference = agreement.written.reference.clone();
    let knowledge = incubator.knowledge().await?;
    let (database, keyring) = (&incubator.database, &incubator.keyring);
    let kept = keep(database, keyring, &knowledge, visitor.actor(), agreement).await?;
    if kept == Err(ReferenceTaken) {
        errors.add("text", format!("Une convention porte déjà la référence «\u{a0}{reference}\u{a0}»."));
        return Ok(form(&visitor, new, Vec::new(), errors));
    }
    Ok(redirect(&format!("{}?fait=convention-inscrite", address(&reference))))
}
