//! What every page of a committee shares: finding it, what it is about, its address.

use socle::pages::{Page, format};
use socle::rights::Scope;
use socle::web::{Problem, Visitor};

use super::agreement::sentence;
use crate::model::named::Named as _;
use crate::model::tenant::Tenant;
use crate::store::agreement::{self, Filed, Knowledge};
use crate::store::committee::{self, Committee};
use crate::store::day;
use crate::{Incubator, SHEET};

/// A committee, with its agreement and the products the reader may see.
pub struct Found {
    pub committee: Committee,
    pub filed: Option<Filed>,
    /// Identifier and name.
    pub products: Vec<(String, String)>,
}

impl Found {
    /// The name of one of its products; none when it is not about it, or not for this reader.
    pub fn product(&self, slug: &str) -> Option<&str> {
        self.products.iter().find(|(known, _)| known == slug).map(|(_, name)| name.as_str())
    }

    pub fn title(&self) -> String {
        title(&self.committee)
    }
}

/// « Comité d’investissement du 12 novembre 2026 ».
pub fn title(committee: &Committee) -> String {
    format!("{} du {}", sentence(committee.kind().fr()), format::date(day::date(committee.row.day)))
}

/// The name of a product, from the portfolio or from the agreement.
pub fn name(knowledge: &Knowledge, filed: Option<&Filed>, slug: &str) -> String {
    let listed = filed.and_then(|filed| filed.agreement.written.products.iter().find(|one| one.key == slug));
    let named = knowledge.portfolio.product(slug).map(|one| one.sheet.name.clone());
    named.or_else(|| listed.map(|one| one.name.clone())).unwrap_or_else(|| slug.to_owned())
}

/// The committee, for whoever may do that.
pub async fn found(
    incubator: &Incubator,
    visitor: &Visitor,
    action: &str,
    id: i64,
) -> Result<Found, Problem> {
    let scope = visitor.allow(&SHEET, action)?;
    let committee = committee::find(&incubator.database, &scope, id).await?.ok_or(Problem::NotFound)?;
    let knowledge = incubator.knowledge().await?;
    let filed = match committee.row.agreement_id {
        Some(agreement) => agreement::numbered(&incubator.database, &knowledge, agreement).await?,
        None => None,
    };
    let mine = |slug: &&String| seen(&scope, slug);
    let products = committee.products.iter().filter(mine);
    let products = products.map(|slug| (slug.clone(), name(&knowledge, filed.as_ref(), slug))).collect();
    Ok(Found { committee, filed, products })
}

/// A product's people see their product only; an agreement's see all that its committees are about.
fn seen(scope: &Scope, product: &str) -> bool {
    match Tenant::of(scope) {
        Some(Tenant::Service(own)) => own == product,
        _ => true,
    }
}

/// The address of a committee.
pub fn address(id: i64) -> String {
    format!("/incubateur/comites/{id}")
}

/// The frame of a page under a committee.
pub fn frame(visitor: &Visitor, found: &Found, title: &str) -> Page {
    Page::of_service(visitor, &SHEET, title)
        .under("Comités", "/incubateur/comites")
        .under(&found.title(), &address(found.committee.row.id))
}
