//! What the jury gave, once the stage is over: averages, spreads, ranking.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use socle::pages::Page;
use socle::web::{Name, Problem, Visitor, page};

use super::call_head::{address, desk_page, judged, jury_page, not_now, organised};
use crate::Incubator;
use crate::model::call::{MarkStage, Ranked, Scale, Sheet, average, ranking};
use crate::model::named::Named as _;
use crate::store::application::{self, Model};
use crate::store::call_declaration;
use crate::store::call_edition::Edition;
use crate::store::call_marks;

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new()
        .route("/incubateur/appels/{slug}/suivi/classement", get(for_organisers))
        .route("/incubateur/appels/{slug}/jury/classement", get(for_jury))
}

/// A candidate in the ranking.
struct Line {
    place: String,
    number: String,
    project: String,
    href: String,
    mean: String,
    spread: String,
    sheets: usize,
    abstentions: usize,
    /// The average of each criterion.
    parts: Vec<String>,
    outcome: String,
}

#[derive(Template)]
#[template(path = "call/ranking.html")]
struct RankingPage {
    page: Page,
    title: String,
    back: String,
    criteria: Vec<String>,
    lines: Vec<Line>,
    /// How many candidates the reader does not see, having abstained.
    hidden: usize,
}

/// `1er ex æquo`.
fn place(ranked: &Ranked<Model>) -> String {
    let Some(place) = ranked.place else { return "sans note".to_owned() };
    let rank = if place == 1 { "1er".to_owned() } else { format!("{place}e") };
    if ranked.tied { format!("{rank} ex æquo") } else { rank }
}

/// The stage whose marks are read last.
pub fn stage_to_read(edition: &Edition) -> Option<MarkStage> {
    MarkStage::ALL.iter().rev().copied().find(|stage| edition.marks_are_open_to_read(*stage))
}

/// The applications marked at a stage.
fn marked_at(stage: MarkStage, row: &Model) -> bool {
    match stage {
        MarkStage::Preselection => row.eligibility() == Some(application::Eligibility::Eligible),
        MarkStage::Hearing => row.is_kept(),
    }
}

async fn lines(
    incubator: &Incubator,
    edition: &Edition,
    stage: MarkStage,
    (hidden, base): (&HashSet<i64>, &str),
) -> Result<Vec<Line>, Problem> {
    let criteria = edition.told.criteria_of(stage);
    let mut sheets: HashMap<i64, Vec<Sheet>> = HashMap::new();
    for row in call_marks::of_edition(incubator.database.read(), edition.row.id).await? {
        if row.stage == stage.as_str() {
            sheets.entry(row.application_id).or_default().push(row.marks()?);
        }
    }
    let declared = call_declaration::of_edition(incubator.database.read(), edition.row.id).await?;
    let rows = application::sent(incubator.database.read(), edition.row.id).await?;
    let marked = rows.into_iter().filter(|row| marked_at(stage, row));
    let candidates = marked.map(|row| {
        let given: Vec<&Sheet> = sheets.get(&row.id).map(|all| all.iter().collect()).unwrap_or_default();
        let mean = average(&criteria, &given);
        (row, mean)
    });
    let mut lines = Vec::new();
    // Places count every candidate: whoever abstained on one does not see it, and the others keep their place.
    for ranked in ranking(candidates.collect()) {
        if hidden.contains(&ranked.what.id) {
            continue;
        }
        let dossier = application::open(&incubator.keyring, &ranked.what).await?;
        let given: Vec<&Sheet> =
            sheets.get(&ranked.what.id).map(|all| all.iter().collect()).unwrap_or_default();
        let parts = criteria.iter().map(|one| match average(&[*one], &given) {
            Some(part) if one.scale == Scale::Tick => {
                let yes =
                    given.iter().filter(|sheet| sheet.get(&one.key).is_some_and(|mark| mark.value() > 0));
                format!("{} oui sur {}", yes.count(), part.sheets)
            }
            Some(part) => part.mean.fr(),
            None => "–".to_owned(),
        });
        let abstained =
            declared.iter().filter(|one| one.application_id == ranked.what.id && one.conflict).count();
        lines.push(Line {
            place: place(&ranked),
            number: ranked.what.number.clone().unwrap_or_default(),
            project: dossier.project,
            href: format!("{base}/{}", ranked.what.id),
            mean: ranked.average.map_or_else(|| "–".to_owned(), |one| one.mean.fr()),
            spread: ranked.average.map_or_else(|| "–".to_owned(), |one| one.spread.fr()),
            sheets: given.len(),
            abstentions: abstained,
            parts: parts.collect(),
            outcome: ranked.what.outcome().map_or_else(String::new, |one| one.fr().to_owned()),
        });
    }
    Ok(lines)
}

fn secret() -> Problem {
    not_now("Les notes restent secrètes jusqu’à la délibération : seul leur nombre est connu.")
}

async fn for_organisers(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(slug): Name,
) -> Result<Response, Problem> {
    let edition = organised(&incubator, &visitor, "call.organise", &slug).await?;
    let stage = stage_to_read(&edition).ok_or_else(secret)?;
    let base = address(&slug);
    let lines =
        lines(&incubator, &edition, stage, (&HashSet::new(), &format!("{base}/candidatures"))).await?;
    let shown = RankingPage {
        page: desk_page(&visitor, &edition, "Notes et classement"),
        title: format!("Notes et classement : {}", stage.fr()),
        back: format!("{base}/suivi"),
        criteria: edition.told.criteria_of(stage).iter().map(|one| one.label.clone()).collect(),
        lines,
        hidden: 0,
    };
    Ok(page(&shown))
}

async fn for_jury(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(slug): Name,
) -> Result<Response, Problem> {
    let (edition, agent) = judged(&incubator, &visitor, &slug).await?;
    let stage = Some(MarkStage::Hearing).filter(|stage| edition.marks_are_open_to_read(*stage));
    let stage = stage.ok_or_else(secret)?;
    let declared = call_declaration::of_edition(incubator.database.read(), edition.row.id).await?;
    let mine = declared.iter().filter(|one| one.agent_id == agent && one.conflict);
    let hidden: HashSet<i64> = mine.map(|one| one.application_id).collect();
    let base = format!("{}/jury", address(&slug));
    let shown = RankingPage {
        page: jury_page(&visitor, &edition, "Notes et classement"),
        title: "Notes et classement".to_owned(),
        criteria: edition.told.criteria_of(stage).iter().map(|one| one.label.clone()).collect(),
        lines: lines(&incubator, &edition, stage, (&hidden, &base)).await?,
        hidden: hidden.len(),
        back: base,
    };
    Ok(page(&shown))
}
