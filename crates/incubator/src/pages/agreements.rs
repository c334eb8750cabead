use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use socle::pages::{Choice, Page, Pager, format};
use socle::rights::Grant;
use socle::web::{Asked, Problem, Visitor, page};

use super::agreement_head::address;
use super::done::Done;
use crate::model::money::Cents;
use crate::model::named::Named as _;
use crate::model::outlook::Urgency;
use crate::store::agreement_list::{Listed, Wanted, list};
use crate::store::day;
use crate::{Incubator, SHEET};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new().route("/incubateur/conventions", get(show))
}

/// How many agreements a page shows.
const A_PAGE: u64 = 30;

/// What was asked for.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Filters {
    pub q: String,
    /// A name of [`Urgency`]; nothing for all.
    pub etat: String,
    /// Identifier of a product.
    pub service: String,
    pub page: u64,
    pub fait: String,
}

impl Filters {
    fn query(&self, page: u64) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in [("q", &self.q), ("etat", &self.etat), ("service", &self.service)] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        query.append_pair("page", &page.to_string());
        format!("/incubateur/conventions?{}", query.finish())
    }
}

/// A line of the list.
struct Row {
    href: String,
    title: String,
    urgency: &'static str,
    colour: &'static str,
    end: String,
    ceiling: String,
    committed: String,
    left: String,
    duties: String,
}

#[derive(Template)]
#[template(path = "agreements.html")]
struct AgreementsPage {
    page: Page,
    filters: Filters,
    states: Vec<Choice>,
    counted: String,
    rows: Vec<Row>,
    pager: Pager,
    may_write: bool,
    filtered: bool,
}

fn colour(urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::Blocked | Urgency::Late => "error",
        Urgency::Short | Urgency::Soon => "warning",
        Urgency::Calm => "success",
        Urgency::ToClose => "info",
        Urgency::Still => "",
    }
}

fn row(one: Listed) -> Row {
    let outlook = one.outlook;
    let urgency =
        Urgency::ALL.iter().copied().find(|known| known.rank() == outlook.urgency).unwrap_or(Urgency::Calm);
    let money = |cents: i64| Cents::new(cents).fr();
    let late = match outlook.late {
        0 => String::new(),
        1 => "une en retard".to_owned(),
        many => format!("{many} en retard"),
    };
    let soon = match outlook.soon {
        0 => String::new(),
        1 => "une proche".to_owned(),
        many => format!("{many} proches"),
    };
    let duties = [late, soon].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ");
    Row {
        href: address(&one.row.reference),
        title: one.row.title,
        urgency: urgency.fr(),
        colour: colour(urgency),
        end: outlook.end_day.map_or_else(|| "–".to_owned(), |end| format::date(day::date(end))),
        ceiling: outlook.ceiling.map_or_else(|| "n.c.".to_owned(), money),
        committed: money(outlook.committed),
        left: outlook.ceiling.map_or_else(|| "n.c.".to_owned(), |one| money(one - outlook.committed)),
        duties: if duties.is_empty() { "–".to_owned() } else { duties },
    }
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Asked(filters): Asked<Filters>,
) -> Result<Response, Problem> {
    let scope = visitor.allow(&SHEET, "agreement.read")?;
    let wanted = Wanted {
        words: filters.q.split_whitespace().take(8).map(str::to_owned).collect(),
        urgency: Urgency::from_name(&filters.etat).map(Urgency::rank),
        product: Some(filters.service.clone()).filter(|slug| !slug.is_empty()),
    };
    let asked = filters.page.max(1);
    let (listed, count) = list(&incubator.database, &scope, &wanted, (asked, A_PAGE)).await?;
    let pages = count.div_ceil(A_PAGE).max(1);
    let every = Choice::new("", "Toutes", &filters.etat);
    let states = Urgency::ALL.iter().map(|one| Choice::new(one.as_str(), one.fr(), &filters.etat));
    let shown = AgreementsPage {
        page: Done::new(&filters.fait).announce(Page::of_service(&visitor, &SHEET, "Conventions")),
        states: std::iter::once(every).chain(states).collect(),
        counted: match count {
            0 => "Aucune convention".to_owned(),
            1 => "Une convention".to_owned(),
            _ => format!("{} conventions", format::integer(i64::try_from(count).unwrap_or(i64::MAX))),
        },
        rows: listed.into_iter().map(row).collect(),
        pager: Pager::new(asked.min(pages), pages, |number| filters.query(number)),
        may_write: visitor.grant(&SHEET, "agreement.write") != Grant::No,
        filtered: !(filters.q.is_empty() && filters.etat.is_empty() && filters.service.is_empty()),
        filters,
    };
    Ok(page(&shown))
}
