use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use serde::Deserialize;
use socle::pages::{Choice, FormErrors, Page, format};
use socle::rights::Scope;
use socle::web::{Problem, Visitor, answered, page, redirect};

use super::{operator_choices, place};
use crate::model::LocalDay;
use crate::store::breach::{self, Breach, NewBreach};
use crate::store::operator::{self, Operator};
use crate::{Registry, SHEET};
use socle::web::Filled;

pub fn routes() -> Router<Arc<Registry>> {
    Router::new().route("/registre/violations", get(list).post(record))
}

/// The longest text, in characters.
const LONGEST: usize = 2_000;

/// A line of the register.
struct Row {
    id: i64,
    discovered: String,
    nature: String,
    standing: String,
}

/// What was typed.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct BreachForm {
    /// `2026-11-25T14:05`, on the clocks of Paris.
    discovered: String,
    nature: String,
    consequences: String,
    measures: String,
    operator: String,
    from: String,
    to: String,
}

#[derive(Template)]
#[template(path = "breaches.html")]
struct BreachesPage {
    page: Page,
    breaches: Vec<Row>,
    operators: Vec<Choice>,
    new: BreachForm,
    errors: FormErrors,
}

/// Where the 72 hours stand.
pub(super) fn standing(breach: &Breach, now: Timestamp) -> String {
    let deadline = breach.deadline();
    match breach.notified_at.map(socle::store::Instant::timestamp) {
        Some(at) if at <= deadline => format!("CNIL prévenue le {}, dans les temps", place::moment(at)),
        Some(at) => format!("CNIL prévenue le {}, après les 72 heures", place::moment(at)),
        None if now > deadline => format!("Délai dépassé depuis le {}", place::moment(deadline)),
        None => {
            let hours = deadline.duration_since(now).as_hours();
            format!("CNIL à prévenir avant le {} (il reste {hours}\u{a0}h)", place::moment(deadline))
        }
    }
}

impl BreachForm {
    fn read(&self, operators: &[Operator], now: Timestamp) -> Result<NewBreach, FormErrors> {
        let mut errors = FormErrors::default();
        let discovered = instant(&self.discovered);
        match discovered {
            None => errors.add("discovered", "Indiquez le jour et l’heure où vous l’avez apprise."),
            Some(at) if at > now => errors.add("discovered", "Cette date est dans l’avenir."),
            Some(_) => {}
        }
        for (field, text, missing) in [
            ("nature", &self.nature, "Dites ce qui s’est passé."),
            ("consequences", &self.consequences, "Dites ce que les personnes risquent."),
            ("measures", &self.measures, "Dites ce qui est fait pour y remédier."),
        ] {
            match text.trim().chars().count() {
                0 => errors.add(field, missing),
                length if length > LONGEST => errors
                    .add(field, format!("Ce texte compte {length} caractères ; la limite est de {LONGEST}.")),
                _ => {}
            }
        }
        let operator = operators.iter().find(|one| one.id.to_string() == self.operator).map(|one| one.id);
        if operator.is_none() && !self.operator.is_empty() {
            errors.add("operator", "Choisissez un opérateur de la liste, ou aucun.");
        }
        let (from, to) = (self.from.trim().parse::<Date>(), self.to.trim().parse::<Date>());
        if from.is_err() {
            errors.add("from", "Indiquez la date des premiers trajets touchés.");
        }
        match (&from, &to) {
            (_, Err(_)) => errors.add("to", "Indiquez la date des derniers trajets touchés."),
            (Ok(from), Ok(to)) if to < from => {
                errors.add("to", "Cette date vient avant celle des premiers trajets.");
            }
            _ => {}
        }
        match (discovered, from, to) {
            (Some(discovered_at), Ok(from), Ok(to)) if errors.is_empty() => Ok(NewBreach {
                discovered_at,
                nature: self.nature.trim().to_owned(),
                consequences: self.consequences.trim().to_owned(),
                measures: self.measures.trim().to_owned(),
                operator,
                from: LocalDay::from_date(from),
                to: LocalDay::from_date(to),
            }),
            _ => Err(errors),
        }
    }
}

/// A date and time typed on the clocks of Paris.
pub(super) fn instant(typed: &str) -> Option<Timestamp> {
    let local: DateTime = typed.trim().parse().ok()?;
    Some(local.to_zoned_datetime(format::paris()).ok()?.timestamp())
}

async fn breaches_page(
    registry: &Registry,
    visitor: &Visitor,
    new: BreachForm,
    errors: FormErrors,
) -> Result<Response, Problem> {
    let now = registry.house.clock.now();
    let breaches = breach::list(&registry.database).await?;
    let operators = operator::list(&registry.database, &Scope::All).await?;
    let shown = BreachesPage {
        page: Page::of_service(visitor, &SHEET, "Violations de données")
            .under("Données personnelles", "/registre/donnees"),
        breaches: breaches
            .into_iter()
            .map(|one| Row {
                id: one.id,
                discovered: place::moment(one.discovered_at),
                standing: standing(&one, now),
                nature: one.nature,
            })
            .collect(),
        operators: operator_choices(&operators, &new.operator),
        new,
        errors: errors.clone(),
    };
    Ok(answered(page(&shown), &errors))
}

async fn list(State(registry): State<Arc<Registry>>, visitor: Visitor) -> Result<Response, Problem> {
    visitor.allow(&SHEET, "privacy.breach")?;
    breaches_page(&registry, &visitor, BreachForm::default(), FormErrors::default()).await
}

async fn record(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Filled(new): Filled<BreachForm>,
) -> Result<Response, Problem> {
    visitor.allow(&SHEET, "privacy.breach")?;
    let operators = operator::list(&registry.database, &Scope::All).await?;
    match new.read(&operators, registry.house.clock.now()) {
        Ok(wanted) => {
            let made = breach::record(&registry.database, visitor.actor(), wanted).await?;
            Ok(redirect(&format!("/registre/violations/{}?fait=violation-inscrite", made.id)))
        }
        Err(errors) => breaches_page(&registry, &visitor, new, errors).await,
    }
}
