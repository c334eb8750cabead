use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use socle::pages::{Page, format};
use socle::web::{Problem, Visitor, page};

use super::agreement_head;
use super::committee_head::{address, name, title};
use crate::model::named::Named as _;
use crate::model::tenant::Tenant;
use crate::store::committee::{self, Committee};
use crate::store::{agreement, day, decision, open_duty};
use crate::{Incubator, SHEET};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new().route("/incubateur/comites", get(show))
}

/// How many of each the page shows.
const MOST: u64 = 50;

/// A committee that an agreement asks for.
struct Asked {
    title: String,
    when: String,
    late: bool,
    href: String,
}

/// A committee in a list.
pub struct Line {
    pub title: String,
    pub href: String,
    pub products: String,
    pub decided: String,
    pub passed: bool,
}

#[derive(Template)]
#[template(path = "committee/list.html")]
struct CommitteesPage {
    page: Page,
    asked: Vec<Asked>,
    ahead: Vec<Line>,
    held: Vec<Line>,
    may_plan: bool,
}

/// Committees as lists show them.
pub async fn lines(
    incubator: &Incubator,
    own: Option<&str>,
    committees: Vec<Committee>,
) -> Result<Vec<Line>, Problem> {
    let knowledge = incubator.knowledge().await?;
    let ids: Vec<i64> = committees.iter().map(|one| one.row.id).collect();
    let decided = decision::of_committees(incubator.database.read(), &ids).await?;
    let today = incubator.today();
    let mine = |product: &str| own.is_none_or(|own| own == product);
    Ok(committees
        .into_iter()
        .map(|one| {
            let taken = decided.get(&one.row.id).into_iter().flatten().filter(|one| mine(&one.row.product));
            let products = one.products.iter().filter(|product| mine(product));
            Line {
                title: title(&one),
                href: address(one.row.id),
                products: products.map(|slug| name(&knowledge, None, slug)).collect::<Vec<_>>().join(", "),
                decided: taken.map(|one| one.outcome().fr()).collect::<Vec<_>>().join(", "),
                passed: one.is_ahead() && day::date(one.row.day) < today,
            }
        })
        .collect())
}

async fn show(State(incubator): State<Arc<Incubator>>, visitor: Visitor) -> Result<Response, Problem> {
    let scope = visitor.allow(&SHEET, "committee.read")?;
    let own = match Tenant::of(&scope) {
        Some(Tenant::Service(slug)) => Some(slug),
        _ => None,
    };
    let may_plan = visitor.allow(&SHEET, "committee.prepare").is_ok();
    let ahead = committee::ahead(&incubator.database, &scope, MOST).await?;
    let foreseen = |agreement: i64, product: &str| {
        let under = ahead.iter().filter(|one| one.row.agreement_id == Some(agreement));
        under.into_iter().any(|one| product.is_empty() || one.products.iter().any(|slug| slug == product))
    };
    let knowledge = incubator.knowledge().await?;
    let duties = open_duty::committees(&incubator.database, &scope, MOST).await?;
    let mut ids: Vec<i64> = duties.iter().map(|duty| duty.agreement_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let titles = agreement::titles(&incubator.database, &ids).await?;
    let mut asked: Vec<Asked> = Vec::new();
    for duty in duties.into_iter().filter(|duty| !foreseen(duty.agreement_id, &duty.product)) {
        let (reference, mut title) = titles.get(&duty.agreement_id).cloned().unwrap_or_default();
        if !duty.product.is_empty() {
            title = format!("{}, {title}", name(&knowledge, None, &duty.product));
        }
        // The soonest of each: the next ones follow from it.
        if asked.iter().all(|known| known.title != title) {
            let href = format!("{}/comites", agreement_head::address(&reference));
            asked.push(Asked {
                title,
                when: format::date(day::date(duty.day)),
                late: duty.status == "late",
                href,
            });
        }
    }
    let held = committee::held(&incubator.database, &scope, MOST).await?;
    let shown = CommitteesPage {
        page: Page::of_service(&visitor, &SHEET, "Comités"),
        asked,
        ahead: lines(&incubator, own.as_deref(), ahead).await?,
        held: lines(&incubator, own.as_deref(), held).await?,
        may_plan,
    };
    Ok(page(&shown))
}
