//! The space of a member of a jury: whom they read, their declarations, their marks.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use socle::pages::{Choice, FormErrors, Page, format};
use socle::web::{Asked, Filled, Name, Problem, Visitor, answered, page, redirect};

use super::agreement::sentence;
use super::call_head::{address, colour, instant, judged, jury_page, not_now};
use super::done::Done;
use super::typed;
use crate::Incubator;
use crate::model::call::{MarkStage, Phase, Step};
use crate::model::named::Named as _;
use crate::store::application::{self, Eligibility, Model, NotNow};
use crate::store::call_edition::Edition;
use crate::store::{call_declaration, call_marks};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new()
        .route("/incubateur/appels/{slug}/jury", get(list))
        .route("/incubateur/appels/{slug}/jury/{id}/declarer", get(show).post(declare))
}

/// Whether the jury reads an application now.
pub fn is_shown(edition: &Edition, row: &Model) -> bool {
    if row.erased_at.is_some() || row.sent_at.is_none() || row.withdrawn_at.is_some() {
        return false;
    }
    match edition.step {
        Step::Preselection => {
            edition.told.jury_preselects && row.eligibility() == Some(Eligibility::Eligible)
        }
        Step::Shortlisted | Step::Hearing | Step::Deliberation => row.is_kept(),
        // Before, nothing is confided to the jury; once results are published it has nothing more to read.
        Step::Draft | Step::Announced | Step::Eligibility | Step::Published => false,
    }
}

/// A candidate in the list.
struct Line {
    href: String,
    project: String,
    organisation: String,
    hearing: String,
    state: &'static str,
    colour: &'static str,
    action: &'static str,
}

#[derive(Template)]
#[template(path = "call/jury.html")]
struct JuryPage {
    page: Page,
    title: String,
    base: String,
    phase: String,
    colour: &'static str,
    next: String,
    lines: Vec<Line>,
    may_read_marks: bool,
    chairs: bool,
    has_minutes: bool,
}

fn next(edition: &Edition, phase: Phase, lines: &[Line], chairs: bool) -> String {
    let to_do = lines.iter().filter(|one| matches!(one.action, "Déclarer" | "Noter")).count();
    match phase {
        Phase::Preselection if !edition.told.jury_preselects => {
            "Rien pour l’instant : vous lirez les candidats à entendre.".to_owned()
        }
        Phase::Preselection | Phase::Hearing if to_do > 0 => {
            format!(
                "Il vous reste {to_do} candidature{} à déclarer ou à noter.",
                if to_do > 1 { "s" } else { "" }
            )
        }
        Phase::Preselection | Phase::Hearing => {
            "Vous avez tout noté. Vos notes peuvent changer jusqu’à la fin de l’étape.".to_owned()
        }
        Phase::Shortlisted => {
            "Déclarez dès maintenant vos liens avec les candidats. Vous noterez aux auditions.".to_owned()
        }
        Phase::Deliberation if chairs => {
            "Les notes se lisent. Relisez le procès-verbal et les décisions, puis signez.".to_owned()
        }
        Phase::Deliberation => "Les notes se lisent : délibérez.".to_owned(),
        Phase::Published | Phase::Onboarding => {
            "Les résultats sont publiés. Merci : les dossiers ne vous sont plus montrés.".to_owned()
        }
        _ => format!(
            "Rien pour l’instant. L’appel se clôt le {}.",
            format::date(edition.told.calendar.closes.date())
        ),
    }
}

async fn list(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(slug): Name,
    Asked(done): Asked<Done>,
) -> Result<Response, Problem> {
    let (edition, agent) = judged(&incubator, &visitor, &slug).await?;
    let base = format!("{}/jury", address(&slug));
    let declared = call_declaration::of_edition(incubator.database.read(), edition.row.id).await?;
    let marked = call_marks::of_edition(incubator.database.read(), edition.row.id).await?;
    let mut lines = Vec::new();
    for row in application::sent(incubator.database.read(), edition.row.id).await? {
        if !is_shown(&edition, &row) {
            continue;
        }
        let dossier = application::open(&incubator.keyring, &row).await?;
        let conflict = declared
            .iter()
            .find(|one| one.application_id == row.id && one.agent_id == agent)
            .map(|one| one.conflict);
        let has_sheet = edition.marking().is_some_and(|stage| {
            let mine = |one: &&call_marks::Model| one.application_id == row.id && one.agent_id == agent;
            marked.iter().filter(mine).any(|one| one.stage == stage.as_str())
        });
        let (state, colour, action) = match conflict {
            None => ("à déclarer", "warning", "Déclarer"),
            Some(true) if edition.step < Step::Deliberation => ("vous vous abstenez", "", "Corriger"),
            Some(true) => ("vous vous abstenez", "", ""),
            Some(false) if has_sheet => ("noté", "success", "Relire"),
            Some(false) if edition.marking().is_some() => ("à noter", "new", "Noter"),
            Some(false) => ("déclaré", "info", "Relire"),
        };
        let end = if conflict == Some(false) { "" } else { "/declarer" };
        lines.push(Line {
            href: format!("{base}/{}{end}", row.id),
            project: dossier.project,
            organisation: dossier.organisation,
            hearing: row.hearing_at.map_or_else(String::new, |at| instant(at.timestamp())),
            state,
            colour,
            action,
        });
    }
    let phase = edition.phase(incubator.hour());
    let chairs = edition.row.chair_id == Some(agent);
    let shown = JuryPage {
        page: done.announce(jury_page(&visitor, &edition, "Le jury")),
        title: edition.told.title.clone(),
        phase: sentence(phase.fr()),
        colour: colour(phase),
        next: next(&edition, phase, &lines, chairs),
        lines,
        may_read_marks: edition.marks_are_open_to_read(MarkStage::Hearing),
        chairs,
        has_minutes: !edition.row.minutes.is_empty() && edition.step >= Step::Deliberation,
        base,
    };
    Ok(page(&shown))
}

/// An application that the jury reads now.
pub async fn shown(incubator: &Incubator, edition: &Edition, id: i64) -> Result<Model, Problem> {
    let row = application::find(&incubator.database, edition.row.id, id).await?;
    row.filter(|row| is_shown(edition, row)).ok_or(Problem::NotFound)
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Typed {
    conflict: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "call/declare.html")]
struct DeclarePage {
    page: Page,
    action: String,
    back: String,
    project: String,
    person: String,
    organisation: String,
    choices: Vec<Choice>,
    new: Typed,
    errors: FormErrors,
}

async fn form(
    incubator: &Incubator,
    visitor: &Visitor,
    (edition, row): (&Edition, &Model),
    (new, errors): (Typed, FormErrors),
) -> Result<Response, Problem> {
    let dossier = application::open(&incubator.keyring, row).await?;
    let base = format!("{}/jury", address(&edition.row.slug));
    let shown = DeclarePage {
        page: jury_page(visitor, edition, "Déclarer vos liens"),
        action: format!("{base}/{}/declarer", row.id),
        back: base,
        project: dossier.project,
        person: dossier.person,
        organisation: dossier.organisation,
        choices: vec![
            Choice::new("non", "Non, aucun lien", &new.conflict),
            Choice::new("oui", "Oui : je m’abstiens", &new.conflict),
        ],
        new,
        errors: errors.clone(),
    };
    Ok(answered(page(&shown), &errors))
}

/// An application about which a link may still be declared.
async fn declarable(
    incubator: &Incubator,
    visitor: &Visitor,
    (slug, id): (&str, i64),
) -> Result<(Edition, i64, Model), Problem> {
    let (edition, agent) = judged(incubator, visitor, slug).await?;
    let row = shown(incubator, &edition, id).await?;
    if edition.step < Step::Deliberation {
        return Ok((edition, agent, row));
    }
    Err(not_now(
        "La délibération est ouverte : les déclarations ne changent plus. Dites-le à la présidence du jury.",
    ))
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((slug, id)): Path<(String, i64)>,
) -> Result<Response, Problem> {
    let (edition, _, row) = declarable(&incubator, &visitor, (&slug, id)).await?;
    form(&incubator, &visitor, (&edition, &row), Default::default()).await
}

async fn declare(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((slug, id)): Path<(String, i64)>,
    Filled(new): Filled<Typed>,
) -> Result<Response, Problem> {
    let (edition, agent, row) = declarable(&incubator, &visitor, (&slug, id)).await?;
    let mut errors = FormErrors::default();
    let conflict = match new.conflict.as_str() {
        "oui" => true,
        "non" => false,
        _ => {
            errors.add("conflict", "Répondez par oui ou par non.");
            false
        }
    };
    let reason = if conflict {
        typed::text(&mut errors, "reason", &new.reason, "Dites quel est ce lien, en quelques mots.", 300)
    } else {
        String::new()
    };
    if !errors.is_empty() {
        return form(&incubator, &visitor, (&edition, &row), (new, errors)).await;
    }
    let said =
        call_declaration::declare(&incubator.database, visitor.actor(), agent, row, (conflict, reason));
    if said.await? == Err(NotNow) {
        return Err(not_now("La délibération vient de s’ouvrir : les déclarations ne changent plus."));
    }
    let base = format!("{}/jury", address(&slug));
    let to = if conflict { base } else { format!("{base}/{id}") };
    Ok(redirect(&format!("{to}?fait=jury-declare")))
}
