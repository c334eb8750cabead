use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use geography::{AomSource, Reference};
use serde::Deserialize;
use socle::pages::{Choice, FormErrors, Page, format};
use socle::rights::Grant;
use socle::web::{Problem, Visitor, answered, page, redirect};

use super::announcement::Done;
use super::commune::{self, Meant};
use super::place;
use super::territory::found;
use crate::model::identity::folded;
use crate::model::perimeter::UnknownSelector;
use crate::model::{Perimeter, Selector, SelectorKind};
use crate::store::territory::{self, SetBy, Territory};
use crate::{Registry, SHEET};
use socle::web::{Asked, Filled, Number};

pub fn routes() -> Router<Arc<Registry>> {
    Router::new()
        .route("/registre/territoires/{id}/perimetre", get(show).post(add))
        .route("/registre/territoires/{id}/perimetre/retirer", post(remove))
        .route("/registre/territoires/{id}/perimetre/accord", post(agree))
}

/// How many names are proposed at most.
const PROPOSED: usize = 12;
/// How many parts a perimeter may have.
const MOST: usize = 500;

/// What was typed.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    pub kind: String,
    pub what: String,
}

/// A part of the perimeter.
struct Part {
    kind: &'static str,
    kind_value: &'static str,
    code: String,
    name: String,
    communes: String,
}

/// Something that what was typed may mean: one click adds it.
pub(super) struct Proposal {
    pub kind: &'static str,
    pub code: String,
    pub label: String,
}

#[derive(Template)]
#[template(path = "perimeter.html")]
struct PerimeterPage {
    page: Page,
    id: i64,
    name: String,
    parts: Vec<Part>,
    communes: String,
    kinds: Vec<Choice>,
    kind_hint: &'static str,
    new: Typed,
    errors: FormErrors,
    proposals: Vec<Proposal>,
    /// « Accepté le 22 novembre 2026 »; empty until the team agrees.
    agreed: String,
    may_agree: bool,
}

/// What people call a kind.
pub(super) fn word(kind: SelectorKind) -> &'static str {
    match kind {
        SelectorKind::Commune => "Commune",
        SelectorKind::Epci => "Intercommunalité (EPCI)",
        SelectorKind::Aom => "Autorité organisatrice de la mobilité (AOM)",
        SelectorKind::Department => "Département",
        SelectorKind::Region => "Région",
    }
}

/// The kinds to choose among.
pub(super) fn kinds(present: &str) -> Vec<Choice> {
    SelectorKind::ALL.into_iter().map(|kind| Choice::new(kind.as_str(), word(kind), present)).collect()
}

/// What is to be known before choosing a kind.
pub(super) fn kind_hint(reference: &Reference) -> &'static str {
    match reference.aom_source() {
        AomSource::List(_) => "",
        AomSource::EpciStandsIn(_) => {
            "Ce registre n’a pas la liste des AOM\u{a0}: chaque intercommunalité tient lieu de la sienne."
        }
    }
}

pub(super) fn communes(count: usize) -> String {
    match count {
        0 => "aucune commune".to_owned(),
        1 => "1 commune".to_owned(),
        _ => format!("{} communes", format::integer(i64::try_from(count).unwrap_or(i64::MAX))),
    }
}

async fn perimeter_page(
    registry: &Registry,
    visitor: &Visitor,
    territory: &Territory,
    new: Typed,
    (errors, proposals): (FormErrors, Vec<Proposal>),
    done: &Done,
) -> Result<Response, Problem> {
    let reference = &registry.house.places.reference;
    let selectors = territory::perimeter(&registry.database, territory.id).await?;
    let mut all = std::collections::BTreeSet::new();
    let mut parts = Vec::new();
    for selector in &selectors {
        let of = selector.communes(reference).unwrap_or_default();
        all.extend(of.iter().map(|commune| commune.code));
        parts.push(Part {
            kind: word(selector.kind),
            kind_value: selector.kind.as_str(),
            name: selector.name(reference).unwrap_or("n’existe plus dans les listes officielles").to_owned(),
            code: selector.code.clone(),
            communes: communes(of.len()),
        });
    }
    let page_ = Page::of_service(visitor, &SHEET, "Périmètre")
        .under("Territoires", "/registre/territoires")
        .under(&territory.name, &format!("/registre/territoires/{}", territory.id));
    let shown = PerimeterPage {
        page: done.announce(page_),
        id: territory.id,
        name: territory.name.clone(),
        parts,
        communes: communes(all.len()),
        kinds: kinds(&new.kind),
        kind_hint: kind_hint(reference),
        new,
        proposals,
        agreed: territory.agreed_at.map_or_else(String::new, place::day),
        may_agree: visitor.grant(&SHEET, "territory.agree") != Grant::No,
        errors: errors.clone(),
    };
    Ok(answered(page(&shown), &errors))
}

async fn show(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Number(id): Number,
    Asked(done): Asked<Done>,
) -> Result<Response, Problem> {
    let territory = found(&registry, &visitor, "territory.manage", id).await?;
    let nothing = (FormErrors::default(), Vec::new());
    perimeter_page(&registry, &visitor, &territory, Typed::default(), nothing, &done).await
}

/// The selector that was meant, or what to say and to propose.
pub(super) fn read(reference: &Reference, typed: &Typed) -> Result<Selector, (FormErrors, Vec<Proposal>)> {
    let mut errors = FormErrors::default();
    let kind = SelectorKind::parse(&typed.kind);
    if kind.is_none() {
        errors.add("kind", "Choisissez ce que vous ajoutez.");
    }
    let what = typed.what.trim();
    if what.is_empty() {
        errors.add("what", "Indiquez un nom ou un code officiel.");
    }
    let Some(kind) = kind.filter(|_| errors.is_empty()) else { return Err((errors, Vec::new())) };
    let by_code = Selector::new(kind, what);
    match by_code.communes(reference) {
        Ok(_) => return Ok(by_code),
        Err(UnknownSelector::PastCommune { name, today }) => {
            errors.add(
                "what",
                format!(
                    "{name} ({}) n’est plus une commune. Ajoutez celle qui la comprend aujourd’hui.",
                    by_code.code
                ),
            );
            let proposals = today.iter().map(|one| of_commune(one)).collect();
            return Err((errors, proposals));
        }
        Err(UnknownSelector::Unknown) => {}
    }
    let named = named(reference, kind, what);
    match named {
        Ok(selector) => Ok(selector),
        Err(proposals) if proposals.is_empty() => {
            errors.add(
                "what",
                format!("« {what} » ne figure pas parmi les noms et les codes officiels. Vérifiez l’orthographe, ou saisissez le code."),
            );
            Err((errors, proposals))
        }
        Err(proposals) => {
            let text = if proposals.len() == 1 {
                format!(
                    "« {what} » ne figure pas dans les listes officielles. Voyez ci-dessous le nom le plus proche."
                )
            } else {
                "Plusieurs réponses sont possibles : choisissez ci-dessous.".to_owned()
            };
            errors.add("what", text);
            Err((errors, proposals))
        }
    }
}

fn of_commune(commune: &geography::Commune) -> Proposal {
    Proposal {
        kind: "commune",
        code: commune.code.to_string(),
        label: format!("{} ({})", commune.name, commune.code),
    }
}

/// The only one of this name, or those that it may be.
fn named(reference: &Reference, kind: SelectorKind, what: &str) -> Result<Selector, Vec<Proposal>> {
    let list: Vec<(&str, String)> = match kind {
        SelectorKind::Commune => {
            return match commune::read(reference, what) {
                Meant::Known { places, .. } if !places.is_empty() => {
                    let selector = Selector::new(kind, &places[0]);
                    if selector.communes(reference).is_ok() { Ok(selector) } else { Err(Vec::new()) }
                }
                Meant::Known { .. } => Err(Vec::new()),
                Meant::Several(found) | Meant::Unknown(found) => {
                    Err(found.into_iter().map(of_commune).collect())
                }
            };
        }
        SelectorKind::Epci => {
            reference.epcis().iter().map(|one| (one.name.as_str(), one.code.to_string())).collect()
        }
        SelectorKind::Aom => {
            reference.aoms().iter().map(|one| (one.name.as_str(), one.code.to_string())).collect()
        }
        SelectorKind::Department => {
            reference.departments().iter().map(|one| (one.name.as_str(), one.code.to_string())).collect()
        }
        SelectorKind::Region => {
            reference.regions().iter().map(|one| (one.name.as_str(), one.code.to_string())).collect()
        }
    };
    let wanted = folded(what);
    let exact: Vec<_> = list.iter().filter(|(name, _)| folded(name) == wanted).collect();
    if let [(_, code)] = exact.as_slice() {
        return Ok(Selector::new(kind, code));
    }
    let found = list.iter().filter(|(name, _)| !wanted.is_empty() && folded(name).contains(&wanted));
    Err(found
        .take(PROPOSED)
        .map(|(name, code)| Proposal {
            kind: kind.as_str(),
            code: code.clone(),
            label: format!("{name} ({code})"),
        })
        .collect())
}

async fn add(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Number(id): Number,
    Filled(typed): Filled<Typed>,
) -> Result<Response, Problem> {
    let territory = found(&registry, &visitor, "territory.manage", id).await?;
    let mut selectors = territory::perimeter(&registry.database, id).await?;
    let reference = &registry.house.places.reference;
    let read = read(reference, &typed).and_then(|selector| {
        let mut errors = FormErrors::default();
        if selectors.contains(&selector) {
            errors.add("what", "Ce périmètre en fait déjà partie.");
        } else if selectors.len() >= MOST {
            errors.add("what", format!("Un périmètre compte {MOST} éléments au plus."));
        }
        if errors.is_empty() { Ok(selector) } else { Err((errors, Vec::new())) }
    });
    match read {
        Ok(selector) => {
            selectors.push(selector);
            set(&registry, &visitor, &territory, selectors).await?;
            Ok(redirect(&format!("/registre/territoires/{id}/perimetre?fait=perimetre-change")))
        }
        Err(refused) => {
            perimeter_page(&registry, &visitor, &territory, typed, refused, &Done::default()).await
        }
    }
}

async fn remove(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Number(id): Number,
    Filled(typed): Filled<Typed>,
) -> Result<Response, Problem> {
    let territory = found(&registry, &visitor, "territory.manage", id).await?;
    let mut selectors = territory::perimeter(&registry.database, id).await?;
    let before = selectors.len();
    selectors.retain(|one| one.kind.as_str() != typed.kind || one.code != typed.what);
    if selectors.len() < before {
        set(&registry, &visitor, &territory, selectors).await?;
    }
    Ok(redirect(&format!("/registre/territoires/{id}/perimetre?fait=perimetre-change")))
}

async fn set(
    registry: &Registry,
    visitor: &Visitor,
    territory: &Territory,
    selectors: Vec<Selector>,
) -> Result<(), Problem> {
    let perimeter = Perimeter::of(&registry.house.places.reference, selectors);
    let by =
        if visitor.grant(&SHEET, "territory.manage") == Grant::All { SetBy::Team } else { SetBy::Itself };
    territory::set_perimeter(&registry.database, visitor.actor(), territory, perimeter, by).await?;
    Ok(())
}

async fn agree(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Number(id): Number,
) -> Result<Response, Problem> {
    visitor.allow(&SHEET, "territory.agree")?;
    let territory = found(&registry, &visitor, "territory.manage", id).await?;
    territory::agree(&registry.database, visitor.actor(), &territory).await?;
    Ok(redirect(&format!("/registre/territoires/{id}/perimetre?fait=perimetre-accepte")))
}
