//! The file of a candidate for a member of the jury, and their marks.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use socle::pages::{Choice, FormErrors, Page};
use socle::web::{Asked, Filled, Problem, Visitor, answered, page, redirect};

use super::application_send::{Answered, answers};
use super::call_file::{SheetLine, sheets};
use super::call_head::{MOST, address, judged, jury_page, not_now, numbered};
use super::done::Done;
use super::jury::shown;
use crate::Incubator;
use crate::model::call::{Mark, MarkStage, Scale};
use crate::store::application::{self, Dossier, Model, NotNow};
use crate::store::call_declaration;
use crate::store::call_edition::Edition;
use crate::store::call_marks::{self, Marked};

const MARK: [&str; MOST] = numbered!("mark_");
const COMMENT: [&str; MOST] = numbered!("comment_");

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new().route("/incubateur/appels/{slug}/jury/{id}", get(show).post(mark))
}

type Typed = BTreeMap<String, String>;

/// The fields of a criterion.
struct Row {
    label: String,
    weight: u8,
    mark: &'static str,
    choices: Vec<Choice>,
    comment: &'static str,
    said: String,
    error: String,
    focus: bool,
}

#[derive(Template)]
#[template(path = "call/marks.html")]
struct MarksPage {
    page: Page,
    project: String,
    person: String,
    organisation: String,
    summary: String,
    base: String,
    back: String,
    answers: Vec<Answered>,
    /// What is marked now; nothing outside of a stage.
    rows: Vec<Row>,
    given: bool,
    /// What everybody gave, once it may be read.
    sheets: Vec<SheetLine>,
    may_declare: bool,
    errors: FormErrors,
}

/// A candidate that this member reads: declared without a link.
async fn open(
    incubator: &Incubator,
    visitor: &Visitor,
    (slug, id): (&str, i64),
) -> Result<Result<(Edition, i64, Model), Response>, Problem> {
    let (edition, agent) = judged(incubator, visitor, slug).await?;
    let row = shown(incubator, &edition, id).await?;
    let declared = call_declaration::of_edition(incubator.database.read(), edition.row.id).await?;
    let mine = declared.iter().find(|one| one.application_id == id && one.agent_id == agent);
    match mine {
        Some(one) if one.conflict => Err(not_now(
            "Vous avez déclaré un lien avec ce candidat : vous vous abstenez, son dossier et ses notes ne vous sont pas montrés.",
        )),
        Some(_) => Ok(Ok((edition, agent, row))),
        None if edition.step < crate::model::call::Step::Deliberation => {
            Ok(Err(redirect(&format!("{}/jury/{id}/declarer", address(slug)))))
        }
        None => Err(not_now(
            "Vous n’avez rien déclaré sur ce candidat avant la délibération : son dossier et ses notes ne vous sont pas montrés.",
        )),
    }
}

fn rows(edition: &Edition, stage: Option<MarkStage>, new: &Typed, errors: &FormErrors) -> Vec<Row> {
    let Some(stage) = stage else { return Vec::new() };
    let criteria = edition.told.criteria_of(stage);
    criteria
        .into_iter()
        .zip(MARK.into_iter().zip(COMMENT))
        .map(|(one, (mark, comment))| {
            let given = new.get(mark).map_or("", String::as_str);
            let choices = match one.scale {
                Scale::Tick => vec![Choice::new("oui", "Oui", given), Choice::new("non", "Non", given)],
                Scale::Ten => (0..=10_u8)
                    .map(|value| Choice::new(&value.to_string(), &value.to_string(), given))
                    .collect(),
            };
            Row {
                label: one.label.clone(),
                weight: one.weight,
                mark,
                choices,
                comment,
                said: new.get(comment).cloned().unwrap_or_default(),
                error: errors.of(mark),
                focus: errors.first(mark),
            }
        })
        .collect()
}

async fn form(
    incubator: &Incubator,
    visitor: &Visitor,
    (edition, row, dossier): (&Edition, &Model, Dossier),
    (new, given, errors): (&Typed, bool, FormErrors),
    done: &Done,
) -> Result<Response, Problem> {
    let back = format!("{}/jury", address(&edition.row.slug));
    let shown = MarksPage {
        page: done.announce(jury_page(visitor, edition, &dossier.project)),
        base: format!("{back}/{}", row.id),
        back,
        answers: answers(edition, &dossier),
        rows: rows(edition, edition.marking(), new, &errors),
        given,
        sheets: if edition.marks_are_open_to_read(MarkStage::Hearing) {
            sheets(incubator, edition, row.id).await?
        } else {
            Vec::new()
        },
        may_declare: edition.step < crate::model::call::Step::Deliberation,
        project: dossier.project,
        person: dossier.person,
        organisation: dossier.organisation,
        summary: dossier.summary,
        errors: errors.clone(),
    };
    Ok(answered(page(&shown), &errors))
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((slug, id)): Path<(String, i64)>,
    Asked(done): Asked<Done>,
) -> Result<Response, Problem> {
    let (edition, agent, row) = match open(&incubator, &visitor, (&slug, id)).await? {
        Ok(found) => found,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let mut new = Typed::new();
    let mut given = false;
    if let Some(stage) = edition.marking()
        && let Some(sheet) = call_marks::own(&incubator.database, id, agent, stage).await?
    {
        given = true;
        let marked = sheet.marked()?;
        for (one, (mark, comment)) in
            edition.told.criteria_of(stage).into_iter().zip(MARK.into_iter().zip(COMMENT))
        {
            if let Some(before) = marked.get(&one.key) {
                new.insert(mark.to_owned(), before.mark.typed(one.scale));
                new.insert(comment.to_owned(), before.comment.clone());
            }
        }
    }
    let (database, keyring) = (&incubator.database, &incubator.keyring);
    let dossier = application::read(database, keyring, visitor.actor(), &row).await?;
    form(&incubator, &visitor, (&edition, &row, dossier), (&new, given, FormErrors::default()), &done).await
}

async fn mark(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((slug, id)): Path<(String, i64)>,
    Filled(new): Filled<Typed>,
) -> Result<Response, Problem> {
    let closed = || not_now("Cette étape est close : les notes sont figées.");
    let (edition, agent, row) = match open(&incubator, &visitor, (&slug, id)).await? {
        Ok(found) => found,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let stage = edition.marking().ok_or_else(closed)?;
    let (mut errors, mut sheet) = (FormErrors::default(), BTreeMap::new());
    for (one, (field, comment)) in
        edition.told.criteria_of(stage).into_iter().zip(MARK.into_iter().zip(COMMENT))
    {
        let typed = new.get(field).map_or("", String::as_str);
        match Mark::read(one.scale, typed) {
            Some(mark) => {
                let comment = new.get(comment).map_or("", |text| text.trim()).chars().take(1_000).collect();
                sheet.insert(one.key.clone(), Marked { mark, comment });
            }
            None if one.scale == Scale::Tick => errors.add(field, "Répondez par oui ou par non."),
            None => errors.add(field, "Choisissez une note de 0 à 10."),
        }
    }
    if !errors.is_empty() {
        let dossier = application::open(&incubator.keyring, &row).await?;
        let told = (&new, false, errors);
        return form(&incubator, &visitor, (&edition, &row, dossier), told, &Done::default()).await;
    }
    let kept = call_marks::mark(&incubator.database, visitor.actor(), agent, row, (stage, sheet)).await?;
    if kept == Err(NotNow) {
        return Err(closed());
    }
    Ok(redirect(&format!("{}/jury?fait=jury-note", address(&slug))))
}
