//! Pages of the registry, handlers beside their templates (`templates/`).

mod access_review;
mod accompanied;
mod accompaniment;
mod announcement;
mod breach;
mod breaches;
mod checklist;
mod commune;
mod confirmation;
mod documentation;
mod exports;
mod home;
mod join;
mod join_form;
mod journey;
mod journey_filters;
mod journeys;
mod keys;
mod log;
mod log_words;
mod notifications;
mod operator_figures;
mod operator_form;
mod operators;
mod organisation;
mod people;
mod perimeter;
mod period;
mod person;
mod personal_data;
mod place;
mod queues;
mod reading;
mod rules;
mod sandbox;
mod side;
mod step_example;
mod step_words;
mod territories;
mod territory;
mod territory_figures;
mod territory_map;
mod trial;

use std::sync::Arc;

use axum::{Router, middleware};
use socle::pages::Choice;

use crate::Registry;
use crate::sandbox::with_operators;
use crate::store::operator::Operator;

pub(crate) use join::letter as join_letter;

pub fn routes(registry: &Arc<Registry>) -> Router {
    let of_the_sandbox = registry.sandbox().map(|sandbox| {
        let base = sandbox.space.pages();
        let bring = middleware::from_fn_with_state(Arc::clone(sandbox), with_operators);
        sandbox::routes(base).merge(of_both_sides(base)).route_layer(bring).with_state(Arc::clone(sandbox))
    });
    of_the_sandbox.unwrap_or_default().merge(of_the_registry(registry))
}

/// What the sandbox has as well.
fn of_both_sides(base: &str) -> Router<Arc<Registry>> {
    Router::new()
        .merge(journeys::routes(base))
        .merge(journey::routes(base))
        .merge(keys::routes(base))
        .merge(person::routes(base))
}

fn of_the_registry(registry: &Arc<Registry>) -> Router {
    of_both_sides(registry.space.pages())
        .merge(home::routes())
        .merge(join::routes())
        .merge(checklist::routes())
        .merge(accompaniment::routes())
        .merge(accompanied::routes())
        .merge(trial::routes())
        .merge(exports::routes())
        .merge(operator_figures::routes())
        .merge(notifications::routes())
        .merge(people::routes())
        .merge(access_review::routes())
        .merge(personal_data::routes())
        .merge(breaches::routes())
        .merge(breach::routes())
        .merge(operators::routes())
        .merge(territories::routes())
        .merge(territory::routes())
        .merge(perimeter::routes())
        .merge(rules::routes())
        .merge(queues::routes())
        .merge(log::routes())
        .merge(documentation::routes(registry))
        .with_state(Arc::clone(registry))
}

/// Operators to choose among.
fn operator_choices(operators: &[Operator], present: &str) -> Vec<Choice> {
    operators.iter().map(|operator| Choice::new(&operator.id.to_string(), &operator.name, present)).collect()
}
