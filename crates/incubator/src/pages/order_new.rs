use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use socle::pages::{Choice, FormErrors, Page};
use socle::rights::Scope;
use socle::web::{Filled, Name, Problem, Visitor, answered, page, redirect};

use super::agreement::sentence;
use super::agreement_head::{address, found, head};
use super::typed;
use crate::Incubator;
use crate::model::named::Named;
use crate::model::order::ServiceKind;
use crate::model::product::Product;
use crate::model::public_budget::{Activity, Resource};
use crate::model::tenant::Tenant;
use crate::store::agreement::Filed;
use crate::store::order::{self, NewOrder, NewOrderLine};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new().route("/incubateur/conventions/{reference}/commandes/nouvelle", get(show).post(foresee))
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Typed {
    title: String,
    product: String,
    service: String,
    activity: String,
    resource: String,
    amount: String,
    supplier: String,
    market: String,
    market_ends_on: String,
    from: String,
    to: String,
    need: String,
}

#[derive(Template)]
#[template(path = "agreement/order_new.html")]
struct NewOrderPage {
    page: Page,
    title: String,
    base: String,
    products: Vec<Choice>,
    services: Vec<Choice>,
    activities: Vec<Choice>,
    resources: Vec<Choice>,
    new: Typed,
    errors: FormErrors,
}

/// The products one may order for: one's own, or all.
fn products<'a>(filed: &'a Filed, scope: &Scope) -> Vec<&'a Product> {
    let written = &filed.agreement.written;
    written.products.iter().filter(|one| Tenant::covers(scope, &written.reference, &one.key)).collect()
}

fn form(
    incubator: &Incubator,
    visitor: &Visitor,
    (filed, scope): (&Filed, &Scope),
    (new, errors): (Typed, FormErrors),
) -> Response {
    let today = incubator.today();
    let (page_of, head, _) = head(visitor, filed, today, "/credits");
    let shown = NewOrderPage {
        page: page_of,
        title: head.title,
        base: address(&filed.agreement.written.reference),
        products: products(filed, scope)
            .iter()
            .map(|one| Choice::new(&one.key, &one.name, &new.product))
            .collect(),
        activities: choices::<Activity>(&new.activity),
        resources: choices::<Resource>(&new.resource),
        services: ServiceKind::ALL
            .iter()
            .map(|one| Choice::new(one.as_str(), &sentence(one.fr()), &new.service))
            .collect(),
        new,
        errors: errors.clone(),
    };
    answered(page(&shown), &errors)
}

fn choices<N: Named>(chosen: &str) -> Vec<Choice> {
    N::ALL.iter().map(|one| Choice::new(one.as_str(), &sentence(one.fr()), chosen)).collect()
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(reference): Name,
) -> Result<Response, Problem> {
    let (filed, scope) = found(&incubator, &visitor, "order.prepare", &reference).await?;
    Ok(form(&incubator, &visitor, (&filed, &scope), Default::default()))
}

async fn foresee(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(reference): Name,
    Filled(new): Filled<Typed>,
) -> Result<Response, Problem> {
    let (filed, scope) = found(&incubator, &visitor, "order.prepare", &reference).await?;
    let mut errors = FormErrors::default();
    let title =
        typed::text(&mut errors, "title", &new.title, "Dites en quelques mots ce qui est commandé.", 120);
    let product = products(&filed, &scope).into_iter().find(|one| one.key == new.product);
    if product.is_none() {
        errors.add("product", "Choisissez le service numérique pour lequel vous commandez.");
    }
    let service = ServiceKind::from_name(&new.service);
    if service.is_none() {
        errors.add("service", "Choisissez la nature de la prestation.");
    }
    let amount = typed::amount(&mut errors, "amount", &new.amount);
    let from = typed::maybe_day(&mut errors, "from", &new.from);
    let to = typed::maybe_day(&mut errors, "to", &new.to);
    if from.zip(to).is_some_and(|(from, to)| to < from) {
        errors.add("to", "La fin vient avant le début.");
    }
    let market_ends_on = typed::maybe_day(&mut errors, "market_ends_on", &new.market_ends_on);
    let (Some(product), Some(service), Some(amount), true) = (product, service, amount, errors.is_empty())
    else {
        return Ok(form(&incubator, &visitor, (&filed, &scope), (new, errors)));
    };
    let cut = |text: &str, most: usize| text.trim().chars().take(most).collect::<String>();
    let today = incubator.today();
    let line = NewOrderLine {
        label: title.clone(),
        service,
        activity: Activity::from_name(&new.activity).map(|one| one.to_string()).unwrap_or_default(),
        resource: Resource::from_name(&new.resource).map(|one| one.to_string()).unwrap_or_default(),
        amount,
    };
    let order = NewOrder {
        product: product.key.clone(),
        title,
        supplier: cut(&new.supplier, 120),
        market: cut(&new.market, 120),
        phase: product.phase_on(today),
        need: cut(&new.need, 4_000),
        from,
        to,
        market_ends_on,
        lines: vec![line],
        signed: None,
    };
    let knowledge = incubator.knowledge().await?;
    let id = order::foresee(&incubator.database, &knowledge, visitor.actor(), filed.id, order).await?;
    Ok(redirect(&format!("{}/commandes/{id}?fait=commande-prevue", address(&reference))))
}
