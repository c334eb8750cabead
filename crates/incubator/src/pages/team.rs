use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use jiff::civil::Date;
use socle::pages::{Page, format};
use socle::web::{Asked, Name, Problem, Visitor, page};

use super::agreement::sentence;
use super::agreement_head::address as agreement_address;
use super::done::Done;
use super::team_head::{Head, address, found, head, may};
use crate::Incubator;
use crate::model::named::Named as _;
use crate::model::objective::{DEEPEST, Node, ObjectiveStatus};
use crate::model::tenant::Tenant;
use crate::store::{agreement_product, objective};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new().route("/incubateur/services/{slug}/equipe", get(show))
}

/// An objective as people read it.
struct Line {
    title: String,
    status: String,
    colour: &'static str,
    /// « pour le 31 décembre 2026 », « en retard, … », or nothing.
    due: String,
    /// « regardé le… », or nothing.
    reviewed: String,
    note: String,
    /// Address and title of the agreement that asks for it.
    agreement: Option<(String, String)>,
    href: String,
    /// Where a part of it is added; empty when the tree is deep enough.
    add: String,
    parts: Vec<Line>,
}

#[derive(Template)]
#[template(path = "team/objectives.html")]
struct TeamPage {
    page: Page,
    head: Head,
    new_href: String,
    may_write: bool,
    counted: String,
    lines: Vec<Line>,
    /// Where a committee is foreseen without an agreement; empty when it is not for this reader.
    committee_href: String,
}

/// What lines are made with.
struct Context<'a> {
    base: &'a str,
    agreements: &'a [(String, String)],
    today: Date,
}

pub(super) fn colour(status: ObjectiveStatus) -> &'static str {
    match status {
        ObjectiveStatus::Open | ObjectiveStatus::Abandoned => "",
        ObjectiveStatus::InProgress => "info",
        ObjectiveStatus::Reached => "success",
    }
}

fn line(context: &Context<'_>, node: &Node, depth: usize) -> Line {
    let one = &node.objective;
    let agreement = context.agreements.iter().find(|(reference, _)| *reference == one.agreement);
    let due = one.due.map_or_else(String::new, |due| {
        let late = if one.late(context.today) { "en retard, " } else { "" };
        format!("{late}pour le {}", format::date(due))
    });
    Line {
        title: one.title.clone(),
        status: sentence(one.status.fr()),
        colour: colour(one.status),
        due,
        reviewed: one.reviewed.map_or_else(String::new, |day| format!("regardé le {}", format::date(day))),
        note: one.note.clone(),
        agreement: agreement.map(|(reference, title)| (agreement_address(reference), title.clone())),
        href: format!("{}/objectifs/{}", context.base, node.id),
        add: if depth < DEEPEST {
            format!("{}/objectifs/nouveau?sous={}", context.base, node.id)
        } else {
            String::new()
        },
        parts: node.parts.iter().map(|part| line(context, part, depth + 1)).collect(),
    }
}

/// « 3 objectifs sur 12 sont atteints ».
fn counted(tree: &[Node]) -> String {
    let all = Node::walk(tree);
    let alive = all.iter().filter(|(one, _)| one.objective.status != ObjectiveStatus::Abandoned).count();
    let reached = all.iter().filter(|(one, _)| one.objective.status == ObjectiveStatus::Reached).count();
    match (alive, reached) {
        (0, _) => String::new(),
        (_, 0) => format!("{alive} à atteindre, aucun atteint pour l’instant."),
        (_, 1) => format!("Un objectif atteint sur {alive}."),
        _ => format!("{reached} objectifs atteints sur {alive}."),
    }
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(slug): Name,
    Asked(done): Asked<Done>,
) -> Result<Response, Problem> {
    let (product, scope) = found(&incubator, &visitor, "product.read", &slug).await?;
    let tree = objective::of(&incubator.database, &slug).await?;
    let agreements = agreement_product::agreements(&incubator.database, &scope, &slug).await?;
    let (page_of, head) = head(&visitor, &product, "");
    let base = address(&slug);
    let context = Context { base: &base, agreements: &agreements, today: incubator.today() };
    let lines = tree.iter().map(|node| line(&context, node, 1)).collect();
    let of_agreement = matches!(Tenant::of(&scope), Some(Tenant::Agreement(_)));
    let may_plan = !of_agreement && may(&incubator, &visitor, "committee.prepare", &slug).await?;
    let shown = TeamPage {
        committee_href: if may_plan {
            format!("/incubateur/services/{slug}/comites/nouveau")
        } else {
            String::new()
        },
        page: done.announce(page_of),
        head,
        may_write: may(&incubator, &visitor, "objective.write", &slug).await?,
        counted: counted(&tree),
        lines,
        new_href: format!("{base}/objectifs/nouveau"),
    };
    Ok(page(&shown))
}
