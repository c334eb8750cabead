//! The file of a candidate, for those who organise. Reading it is logged.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use socle::pages::{Page, format};
use socle::web::{Asked, Problem, Visitor, page, redirect};

use super::agreement::sentence;
use super::application_send::{Answered, answers};
use super::call_desk::state;
use super::call_head::{address, desk_page, instant, not_now, organised, sent};
use super::call_jury::jurors;
use super::done::Done;
use crate::Incubator;
use crate::model::call::{MarkStage, Step};
use crate::model::named::Named as _;
use crate::store::application::{self, Dossier, Eligibility, Model, NotNow};
use crate::store::application_erasure;
use crate::store::call_edition::Edition;
use crate::store::{call_award, call_declaration, call_marks};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new()
        .route("/incubateur/appels/{slug}/candidatures/{id}", get(show))
        .route("/incubateur/appels/{slug}/candidatures/{id}/effacer", post(erase))
}

/// A sheet of a member of the jury, once its stage is over.
pub struct SheetLine {
    pub anchor: String,
    /// Whose, and of which stage.
    pub caption: String,
    /// Criterion, mark, comment.
    pub marks: Vec<(String, String, String)>,
}

/// The sheets about an application that may be read now.
pub async fn sheets(incubator: &Incubator, edition: &Edition, id: i64) -> Result<Vec<SheetLine>, Problem> {
    let mut lines = Vec::new();
    for row in call_marks::of_edition(incubator.database.read(), edition.row.id).await? {
        let stage = MarkStage::from_name(&row.stage).filter(|stage| edition.marks_are_open_to_read(*stage));
        let Some(stage) = stage.filter(|_| row.application_id == id) else { continue };
        let mut given = row.marked()?;
        let agent = incubator.house.people.agent(row.agent_id).await?;
        let criteria = edition.told.criteria_of(stage).into_iter();
        let who = agent.map_or_else(|| "compte supprimé".to_owned(), |agent| agent.name);
        lines.push(SheetLine {
            anchor: format!("fiche-{}", lines.len() + 1),
            caption: format!("{who}, {}", stage.fr()),
            marks: criteria
                .filter_map(|one| {
                    let marked = given.remove(&one.key)?;
                    Some((one.label.clone(), marked.mark.typed(one.scale), marked.comment))
                })
                .collect(),
        });
    }
    Ok(lines)
}

#[derive(Template)]
#[template(path = "call/file.html")]
struct FilePage {
    page: Page,
    project: String,
    number: String,
    state: String,
    base: String,
    /// The decision that this step asks; empty when none.
    decide: &'static str,
    summary: String,
    contact: Vec<(&'static str, String)>,
    answers: Vec<Answered>,
    decided: Vec<(String, String)>,
    conditions: Vec<String>,
    abstentions: Vec<String>,
    sheets: Vec<SheetLine>,
    /// How many sheets are given while they are secret.
    secret: Option<(usize, usize)>,
    may_erase: bool,
    erased: bool,
}

/// The decision that the step of an edition asks about an application.
pub fn decision(edition: &Edition, row: &Model) -> &'static str {
    match edition.step {
        Step::Eligibility => "Dire si elle est recevable",
        Step::Shortlisted if row.eligibility() == Some(Eligibility::Eligible) => {
            "Dire si elle est à entendre"
        }
        Step::Deliberation if row.is_kept() => "Inscrire la décision du jury",
        _ => "",
    }
}

fn contact(row: &Model, dossier: &Dossier) -> Vec<(&'static str, String)> {
    let mut lines = vec![
        ("Candidat", dossier.person.clone()),
        ("Adresse", dossier.email.clone()),
        ("Organisme", format!("{} ({})", dossier.organisation, row.kind().fr())),
        ("Département", row.department.clone()),
    ];
    if !dossier.phone.is_empty() {
        lines.push(("Téléphone", dossier.phone.clone()));
    }
    lines.extend(row.sent_at.map(|at| ("Envoyée le", instant(at.timestamp()))));
    lines.extend(row.hearing_at.map(|at| ("Audition", instant(at.timestamp()))));
    lines
}

fn decided(row: &Model) -> Vec<(String, String)> {
    let mut lines = Vec::new();
    lines.extend(row.eligibility().map(|one| (sentence(one.fr()), row.eligibility_reason.clone())));
    lines.extend(row.choice().map(|one| (sentence(one.fr()), row.choice_reason.clone())));
    lines.extend(row.outcome().map(|one| (sentence(one.fr()), row.outcome_reason.clone())));
    lines.extend(row.granted.map(|cents| ("Montant accordé".to_owned(), format::euros(cents))));
    lines
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((slug, id)): Path<(String, i64)>,
    Asked(done): Asked<Done>,
) -> Result<Response, Problem> {
    let edition = organised(&incubator, &visitor, "call.organise", &slug).await?;
    let row = sent(&incubator, &edition, id).await?;
    let (database, keyring) = (&incubator.database, &incubator.keyring);
    let dossier = application::read(database, keyring, visitor.actor(), &row).await?;
    let declared = call_declaration::of_edition(database.read(), edition.row.id).await?;
    let jury = jurors(&incubator, &edition).await?;
    let abstained = declared.iter().filter(|one| one.application_id == id && one.conflict);
    let abstentions = abstained.filter_map(|one| {
        let member = jury.iter().find(|member| member.agent.id == one.agent_id)?;
        Some(format!("{} : {}", member.agent.name, one.reason))
    });
    let marks = call_marks::of_edition(database.read(), edition.row.id).await?;
    let secret = edition.marking().map(|stage| {
        let given = marks.iter().filter(|one| one.application_id == id && one.stage == stage.as_str());
        (given.count(), jury.len())
    });
    let number = row.number.clone().unwrap_or_default();
    let over = edition.step == Step::Published && !row.is_laureate();
    let shown = FilePage {
        page: done.announce(desk_page(&visitor, &edition, &number)),
        project: if row.erased_at.is_some() { "Dossier effacé".to_owned() } else { dossier.project.clone() },
        state: state(&row, edition.step),
        base: format!("{}/candidatures/{id}", address(&slug)),
        decide: decision(&edition, &row),
        summary: dossier.summary.clone(),
        contact: contact(&row, &dossier),
        answers: answers(&edition, &dossier),
        decided: decided(&row),
        conditions: row.conditions(),
        abstentions: abstentions.collect(),
        sheets: sheets(&incubator, &edition, id).await?,
        secret,
        may_erase: over && row.erased_at.is_none(),
        erased: row.erased_at.is_some(),
        number,
    };
    Ok(page(&shown))
}

async fn erase(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((slug, id)): Path<(String, i64)>,
) -> Result<Response, Problem> {
    let edition = organised(&incubator, &visitor, "call.organise", &slug).await?;
    let row = sent(&incubator, &edition, id).await?;
    let given = call_award::find(&incubator.database, id).await?.is_some();
    if given || application_erasure::erase(&incubator.database, visitor.actor(), row).await? == Err(NotNow) {
        return Err(not_now(
            "Seul un dossier qui n’est pas retenu s’efface, une fois les résultats publiés.",
        ));
    }
    Ok(redirect(&format!("{}/suivi?fait=candidature-effacee", address(&slug))))
}
