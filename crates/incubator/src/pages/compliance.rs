use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use jiff::civil::Date;
use socle::pages::{Page, format};
use socle::rights::Scope;
use socle::web::{Asked as Query, Name, Problem, Visitor, page};

use super::agreement_head;
use super::done::Done;
use super::team_head::{Head, address, form_page, found, head, may};
use crate::Incubator;
use crate::model::agreement::Agreement;
use crate::model::compliance::{Answer, Asked, Given, State as Standing, asked, score, state};
use crate::model::phase::Phase;
use crate::model::seen::seen;
use crate::model::standards::Criterion;
use crate::store::portfolio::Product;
use crate::store::{agreement, agreement_product, compliance_answer, day, decision};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new()
        .route("/incubateur/services/{slug}/equipe/conformite", get(show))
        .route("/incubateur/services/{slug}/equipe/conformite/domaine/{category}", get(category))
}

/// Everything that a product's compliance is read from.
pub struct Board {
    pub answers: HashMap<String, Given>,
    pub agreements: Vec<Agreement>,
    pub phase: Option<Phase>,
    pub today: Date,
}

impl Board {
    pub fn state(&self, criterion: &Criterion) -> Standing {
        state(criterion, self.answers.get(&criterion.key), self.phase, self.today)
    }
}

/// Reads it; what the sheet shows stands for an answer where nobody gave one.
pub async fn board(incubator: &Incubator, scope: &Scope, product: &Product) -> Result<Board, Problem> {
    let today = incubator.today();
    let mut answers = compliance_answer::of(&incubator.database, &product.slug).await?;
    let decided = decision::of_product(&incubator.database, &product.slug).await?;
    let committee = decided.first().map(|(committee, _)| day::date(committee.day));
    for criterion in
        incubator.standards.categories.iter().flat_map(crate::model::standards::Category::criteria)
    {
        if answers.contains_key(&criterion.key) {
            continue;
        }
        if let Some(evidence) = seen(&criterion.key, &product.sheet.details, committee, today) {
            let given = Given { answer: Answer::Yes, evidence, checked_on: today, valid_until: None };
            answers.insert(criterion.key.clone(), given);
        }
    }
    let knowledge = incubator.knowledge().await?;
    let mut agreements = Vec::new();
    for (reference, _) in agreement_product::agreements(&incubator.database, scope, &product.slug).await? {
        let filed = agreement::find(&incubator.database, &knowledge, scope, &reference).await?;
        agreements.extend(filed.map(|filed| filed.agreement));
    }
    let stage = product.sheet.history.on(today).and_then(|one| one.stage.phase());
    Ok(Board { answers, agreements, phase: stage, today })
}

/// A domain of the standards.
struct Domain {
    title: String,
    href: String,
    passed: usize,
    all: usize,
    expired: usize,
}

/// Something that an agreement asks for and that is not met.
struct Missing {
    what: String,
    state: &'static str,
    because: Vec<(String, String)>,
    href: String,
}

#[derive(Template)]
#[template(path = "team/compliance.html")]
struct CompliancePage {
    page: Page,
    head: Head,
    base: String,
    domains: Vec<Domain>,
    missing: Vec<Missing>,
    /// Questions that clauses ask of the product: question, answer.
    profile: Vec<(&'static str, &'static str)>,
    may_write: bool,
    source: String,
}

/// « article 4 : Une page /stats est ouverte. », and the way to it.
fn because(one: &Asked) -> (String, String) {
    let told = format!("{}, article {}\u{a0}: {}", one.title, one.article, one.text);
    (told, format!("{}/texte", agreement_head::address(&one.reference)))
}

fn said(answer: Option<bool>) -> &'static str {
    match answer {
        Some(true) => "oui",
        Some(false) => "non",
        None => "personne n’a répondu",
    }
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(slug): Name,
    Query(done): Query<Done>,
) -> Result<Response, Problem> {
    let (product, scope) = found(&incubator, &visitor, "product.read", &slug).await?;
    let board = board(&incubator, &scope, &product).await?;
    let (page_of, head) = head(&visitor, &product, "/conformite");
    let base = format!("{}/conformite", address(&slug));
    let standards = &incubator.standards;
    let mut missing = Vec::new();
    for standard in standards.categories.iter().flat_map(|one| &one.standards) {
        for criterion in &standard.criteria {
            let (state, asked) = (board.state(criterion), asked(criterion, &board.agreements));
            if !asked.is_empty() && !state.is_passed() && state != Standing::Later {
                missing.push(Missing {
                    what: format!("{}\u{a0}– {}", standard.fr, criterion.fr),
                    state: state.fr(),
                    because: asked.iter().map(because).collect(),
                    href: format!("{base}/critere/{}", criterion.key),
                });
            }
        }
    }
    let written = board.agreements.iter().flat_map(|one| &one.written.products);
    let written: Vec<_> = written.filter(|one| one.key == slug).collect();
    let mut profile = incubator.portfolio().await?.profiles.get(&slug).copied().unwrap_or_default();
    // What a text said, where the team has not answered.
    profile.is_procedure = profile.is_procedure.or(written.iter().find_map(|one| one.is_procedure));
    profile.authenticates_users =
        profile.authenticates_users.or(written.iter().find_map(|one| one.authenticates_users));
    let shown = CompliancePage {
        page: done.announce(page_of),
        head,
        domains: standards
            .categories
            .iter()
            .map(|one| {
                let (passed, all) = score(one, |criterion| board.state(criterion));
                let expired = one.criteria().filter(|one| board.state(one) == Standing::Expired).count();
                let href = format!("{base}/domaine/{}", one.key);
                Domain { title: one.fr.clone(), href, passed, all, expired }
            })
            .collect(),
        missing,
        profile: vec![
            ("Est-ce une démarche administrative en ligne ?", said(profile.is_procedure)),
            ("Les usagers doivent-ils se connecter ?", said(profile.authenticates_users)),
        ],
        may_write: may(&incubator, &visitor, "compliance.write", &slug).await?,
        source: format!("Standards {}, vérifiés le {}", standards.version, french(&standards.checked_on)),
        base,
    };
    Ok(page(&shown))
}

fn french(day: &str) -> String {
    day.parse().map_or_else(|_| day.to_owned(), format::date)
}

/// A criterion in the list of its domain.
struct Line {
    what: String,
    state: &'static str,
    colour: &'static str,
    evidence: String,
    until: String,
    because: Vec<(String, String)>,
    href: String,
}

/// Criteria under the standard they belong to.
struct Group {
    title: String,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "team/compliance_domain.html")]
struct DomainPage {
    page: Page,
    title: String,
    name: String,
    groups: Vec<Group>,
    may_write: bool,
    back: String,
}

pub fn colour(state: Standing) -> &'static str {
    match state {
        Standing::Met | Standing::NotApplicable => "success",
        Standing::Expired => "error",
        Standing::NotMet => "warning",
        Standing::Later | Standing::Unanswered => "",
    }
}

fn line(board: &Board, base: &str, criterion: &Criterion) -> Line {
    let state = board.state(criterion);
    let given = board.answers.get(&criterion.key);
    Line {
        what: criterion.fr.clone(),
        state: state.fr(),
        colour: colour(state),
        evidence: given.map_or_else(String::new, |one| one.evidence.clone()),
        until: given
            .and_then(|one| one.valid_until)
            .map_or_else(String::new, |day| format!("valable jusqu’au {}", format::date(day))),
        because: asked(criterion, &board.agreements).iter().map(because).collect(),
        href: format!("{base}/critere/{}", criterion.key),
    }
}

async fn category(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((slug, key)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (product, scope) = found(&incubator, &visitor, "product.read", &slug).await?;
    let category = incubator.standards.category(&key).ok_or(Problem::NotFound)?;
    let board = board(&incubator, &scope, &product).await?;
    let base = format!("{}/conformite", address(&slug));
    let shown = DomainPage {
        page: form_page(&visitor, &product, "/conformite", &category.fr),
        title: category.fr.clone(),
        name: product.sheet.name.clone(),
        groups: category
            .standards
            .iter()
            .map(|standard| Group {
                title: standard.fr.clone(),
                lines: standard.criteria.iter().map(|one| line(&board, &base, one)).collect(),
            })
            .collect(),
        may_write: may(&incubator, &visitor, "compliance.write", &slug).await?,
        back: base,
    };
    Ok(page(&shown))
}
