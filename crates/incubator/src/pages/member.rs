use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use serde_json::json;
use socle::pages::{Page, format};
use socle::web::{Asked, Problem, Visitor, page, redirect};

use super::agreement::sentence;
use super::agreement_head::refused;
use super::done::Done;
use super::members::{funding, funding_words, missing, when};
use super::team_head::{address, form_page, found, may};
use crate::Incubator;
use crate::model::member::MemberRole;
use crate::model::named::Named as _;
use crate::store::member::{self, Known};
use crate::store::{criteria_review, day, interest_declaration, mission_letter};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new()
        .route("/incubateur/services/{slug}/equipe/membres/{id}", get(show))
        .route("/incubateur/services/{slug}/equipe/membres/{id}/donnees.json", get(export))
        .route("/incubateur/services/{slug}/equipe/membres/{id}/effacer", post(forget))
}

/// A paper of somebody: what it says, and the form that records another.
struct Paper {
    lines: Vec<String>,
    href: String,
    button: &'static str,
    may_write: bool,
}

#[derive(Template)]
#[template(path = "team/member.html")]
struct MemberPage {
    page: Page,
    base: String,
    name: String,
    role: String,
    employer: String,
    status: &'static str,
    when: String,
    funding: String,
    now: String,
    letter: Option<Paper>,
    criteria: Option<Paper>,
    /// What each criterion was answered.
    answers: Vec<(String, &'static str, String)>,
    declaration: Option<Paper>,
    may_write: bool,
    /// Once the mission is over.
    may_forget: bool,
}

fn letter_lines(letter: Option<&mission_letter::Model>) -> Vec<String> {
    let Some(letter) = letter else { return vec!["Aucune lettre n’est inscrite.".to_owned()] };
    let powers = [
        (letter.arbitrates, "décide seul de ce que le service devient"),
        (letter.approves_quotes, "valide seul les devis"),
        (letter.certifies, "certifie seul les services faits"),
    ];
    let said: Vec<&str> = powers.iter().filter(|(held, _)| *held).map(|(_, words)| *words).collect();
    let mut lines = vec![format!("Signée le {}.", format::date(day::date(letter.signed_day)))];
    lines.push(if said.is_empty() {
        "Elle ne donne aucun pouvoir de décider seul.".to_owned()
    } else {
        format!("Pouvoirs\u{a0}: {}.", said.join(", "))
    });
    lines.push(if letter.reporting.is_empty() {
        "Elle ne dit pas comment la direction métier est informée.".to_owned()
    } else {
        format!("Information de la direction métier\u{a0}: {}", letter.reporting)
    });
    lines.push(format!("Document\u{a0}: {}", letter.reference));
    lines
}

fn review_lines(review: Option<&criteria_review::Review>) -> Vec<String> {
    let Some(review) = review else { return vec!["Ils n’ont pas encore été vérifiés.".to_owned()] };
    let unmet = review.answers.iter().filter(|one| !one.met).count();
    let when = format!("Vérifiés {}, le {}.", review.occasion.fr(), format::date(review.day));
    let said = match unmet {
        0 => "Les sept sont remplis.".to_owned(),
        1 => "Un critère n’est pas rempli.".to_owned(),
        many => format!("{many} critères ne sont pas remplis."),
    };
    vec![when, said]
}

fn declaration_lines(
    declaration: Option<&interest_declaration::Model>,
    asked: bool,
    in_full: bool,
) -> Vec<String> {
    let Some(one) = declaration else {
        let asked = if asked { " Une convention la demande." } else { "" };
        return vec![format!("Aucune déclaration n’est inscrite.{asked}")];
    };
    let mut lines = vec![format!("Reçue le {}.", format::date(day::date(one.declared_day)))];
    if !in_full {
        return lines;
    }
    lines.push(if one.has_interests {
        format!("Des intérêts sont déclarés. Décidé\u{a0}: {}", one.measures)
    } else {
        "Aucun intérêt qui gêne.".to_owned()
    });
    if !one.reviewed_by.is_empty() {
        lines.push(format!("Examinée par {}. Document\u{a0}: {}", one.reviewed_by, one.reference));
    }
    lines
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((slug, id)): Path<(String, i64)>,
    Asked(done): Asked<Done>,
) -> Result<Response, Problem> {
    let (product, _) = found(&incubator, &visitor, "product.read", &slug).await?;
    let known = member::find(&incubator.database, &slug, id).await?.ok_or(Problem::NotFound)?;
    let base = format!("{}/membres/{id}", address(&slug));
    let wants = member::wants_declarations(&incubator.database, &slug).await?;
    let today = incubator.today();
    let lead = known.member.role == MemberRole::Intrapreneur;
    let may_judge = may(&incubator, &visitor, "mission.write", &slug).await? && !known.forgotten;
    let may_declare = may(&incubator, &visitor, "interests.write", &slug).await?;
    let may_write = may(&incubator, &visitor, "member.write", &slug).await? && !known.forgotten;
    if may_declare && known.declaration.is_some() {
        member::read_interests(&incubator.database, visitor.actor(), id).await?;
    }
    let paper = |lines, end: &str, button, may_write| Paper {
        lines,
        href: format!("{base}/{end}"),
        button,
        may_write,
    };
    let told = missing(&known, wants);
    let now = if known.forgotten {
        "Son nom a été effacé. Les dates restent, comme preuves.".to_owned()
    } else if told.is_empty() {
        "Rien ne manque à cette fiche.".to_owned()
    } else {
        format!("À voir\u{a0}: {}.", told.join(", "))
    };
    let words: Vec<(String, &'static str, String)> = known
        .review
        .iter()
        .flat_map(|review| &review.answers)
        .map(|one| {
            let criterion = incubator.criteria.criteria.iter().find(|known| known.key == one.key);
            let name = criterion.map_or_else(|| one.key.clone(), |known| known.fr.clone());
            (name, if one.met { "Oui" } else { "Non" }, one.note.clone())
        })
        .collect();
    let shown = MemberPage {
        page: done.announce(form_page(&visitor, &product, "/membres", known.name())),
        name: known.name().to_owned(),
        role: sentence(known.member.role.fr()),
        employer: known.member.employer.clone(),
        status: known.member.status.fr(),
        when: sentence(&when(&known)),
        funding: funding_words(funding(&incubator, &known).await?, today),
        now,
        letter: lead.then(|| {
            paper(letter_lines(known.letter.as_ref()), "lettre", "Inscrire une lettre de mission", may_judge)
        }),
        criteria: lead.then(|| {
            paper(review_lines(known.review.as_ref()), "criteres", "Vérifier les critères", may_judge)
        }),
        answers: words,
        declaration: (wants || known.declaration.is_some() || known.member.status.is_expert()).then(|| {
            let lines = declaration_lines(known.declaration.as_ref(), wants, may_declare);
            paper(lines, "declaration", "Inscrire une déclaration", may_declare && !known.forgotten)
        }),
        may_write,
        may_forget: may_write && known.member.until.is_some_and(|last| last <= today),
        base,
    };
    Ok(page(&shown))
}

/// Everything that is held about somebody, for them: JSON.
async fn export(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((slug, id)): Path<(String, i64)>,
) -> Result<Response, Problem> {
    found(&incubator, &visitor, "interests.write", &slug).await?;
    let known = member::find(&incubator.database, &slug, id).await?.ok_or(Problem::NotFound)?;
    member::read_interests(&incubator.database, visitor.actor(), id).await?;
    let letters = mission_letter::all(&incubator.database, id).await?;
    let reviews = criteria_review::all(&incubator.database, id).await?;
    let declarations = interest_declaration::all(&incubator.database, id).await?;
    let day_of = |number: i32| day::date(number).to_string();
    let held = json!({
        "service": slug,
        "name": known.member.name, "role": known.member.role, "status": known.member.status,
        "employer": known.member.employer, "from": known.member.from, "until": known.member.until,
        "share_percent": known.member.share,
        "mission_letters": letters.iter().map(|one| json!({
            "signed_on": day_of(one.signed_day), "arbitrates": one.arbitrates,
            "approves_quotes": one.approves_quotes, "certifies": one.certifies, "reporting": one.reporting,
            "document": one.reference,
        })).collect::<Vec<_>>(),
        "criteria": reviews.iter().map(|one| json!({"day": one.day, "answers": one.answers})).collect::<Vec<_>>(),
        "interest_declarations": declarations.iter().map(|one| json!({
            "declared_on": day_of(one.declared_day), "has_interests": one.has_interests,
            "measures": one.measures, "document": one.reference, "reviewed_by": one.reviewed_by,
        })).collect::<Vec<_>>(),
    });
    let headers =
        [(CONTENT_TYPE, "application/json"), (CONTENT_DISPOSITION, "attachment; filename=\"personne.json\"")];
    Ok((headers, format!("{held:#}\n")).into_response())
}

async fn forget(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((slug, id)): Path<(String, i64)>,
) -> Result<Response, Problem> {
    found(&incubator, &visitor, "member.write", &slug).await?;
    let known: Known = member::find(&incubator.database, &slug, id).await?.ok_or(Problem::NotFound)?;
    if known.forgotten {
        return Err(refused("Le nom de cette personne est déjà effacé."));
    }
    if known.member.until.is_none_or(|last| incubator.today() < last) {
        return Err(refused(
            "Sa mission n’est pas terminée\u{a0}: indiquez d’abord son dernier jour, puis revenez effacer son nom.",
        ));
    }
    let knowledge = incubator.knowledge().await?;
    member::forget(&incubator.database, &knowledge, visitor.actor(), known).await?;
    Ok(redirect(&format!("{}/membres/{id}?fait=membre-oublie", address(&slug))))
}
