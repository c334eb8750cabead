use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use jiff::civil::Date;
use serde::Deserialize;
use socle::pages::{Choice, FormErrors, Page};
use socle::web::{Asked, Filled, Name, Problem, Visitor, answered, page, redirect};

use super::agreement::sentence;
use super::done::Done;
use super::indicator::{found_indicator, maybe_figure};
use super::team_head::{address, form_page, found};
use super::typed;
use crate::Incubator;
use crate::model::figure::Figure;
use crate::model::indicator::{Axis, Indicator, Kind, key_of};
use crate::model::named::Named as _;
use crate::model::stats_document::Told;
use crate::store::indicator::{self, Kept};
use crate::store::portfolio::Product;
use crate::store::reading;

pub fn routes() -> Router<Arc<Incubator>> {
    let base = "/incubateur/services/{slug}/equipe/indicateurs";
    Router::new()
        .route(&format!("{base}/nouveau"), get(show_new).post(add))
        .route(&format!("{base}/{{id}}/changer"), get(show).post(amend))
        .route(&format!("{base}/{{id}}/retirer"), post(retire))
}

const ACTION: &str = "indicator.write";

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Typed {
    title: String,
    definition: String,
    population: String,
    unit: String,
    axis: String,
    kind: String,
    source: String,
    baseline: String,
    target: String,
    target_day: String,
    /// `oui` when anyone may read it.
    published: String,
    version: String,
}

impl Typed {
    /// What a new indicator begins with.
    fn fresh() -> Self {
        Self { published: "oui".to_owned(), ..Self::default() }
    }

    fn of(kept: &Kept) -> Self {
        let one = &kept.indicator;
        let written = |figure: Option<Figure>| figure.map_or_else(String::new, Figure::fr);
        Self {
            title: one.title.clone(),
            definition: one.definition.clone(),
            population: one.population.clone(),
            unit: one.unit.clone(),
            axis: one.axis.to_string(),
            kind: one.kind.to_string(),
            source: one.source.clone(),
            baseline: written(one.baseline),
            target: written(one.target),
            target_day: one.target_day.map_or_else(String::new, |day: Date| day.to_string()),
            published: if one.published { "oui".to_owned() } else { String::new() },
            version: kept.version.to_string(),
        }
    }
}

#[derive(Template)]
#[template(path = "team/indicator_form.html")]
struct FormPage {
    page: Page,
    title: &'static str,
    action: String,
    back: String,
    /// Where it is retired; empty for a new one.
    retire: String,
    axes: Vec<Choice>,
    kinds: Vec<Choice>,
    sources: Vec<Choice>,
    published: bool,
    new: Typed,
    errors: FormErrors,
}

/// What is changed: nothing for a new indicator.
type Changed<'a> = Option<&'a Kept>;

async fn form(
    incubator: &Incubator,
    visitor: &Visitor,
    (product, changed): (&Product, Changed<'_>),
    done: &Done,
    (new, errors): (Typed, FormErrors),
) -> Result<Response, Problem> {
    let list = format!("{}/indicateurs", address(&product.slug));
    let told = reading::of(&incubator.database, &product.slug).await?.found();
    let title = if changed.is_some() { "Changer l’indicateur" } else { "Ajouter un indicateur" };
    let here = changed.map(|kept| format!("{list}/{}", kept.id));
    let shown = FormPage {
        page: done.announce(form_page(visitor, product, "/indicateurs", title)),
        title,
        action: here.as_ref().map_or_else(|| format!("{list}/nouveau"), |here| format!("{here}/changer")),
        retire: here.as_ref().map_or_else(String::new, |here| format!("{here}/retirer")),
        back: here.unwrap_or(list),
        axes: Axis::ALL.iter().map(|one| Choice::new(one.as_str(), &sentence(one.fr()), &new.axis)).collect(),
        kinds: Kind::ALL
            .iter()
            .map(|one| Choice::new(one.as_str(), &sentence(one.fr()), &new.kind))
            .collect(),
        sources: sources(&told, &new.source),
        published: new.published == "oui",
        new,
        errors: errors.clone(),
    };
    Ok(answered(page(&shown), &errors))
}

/// What can be followed; one that is followed stays there when the page no longer tells it.
fn sources(told: &[Told], present: &str) -> Vec<Choice> {
    let lost = !present.is_empty() && told.iter().all(|one| one.key != present);
    let missing = lost.then(|| Choice::new(present, &format!("{present} (absente de la page lue)"), present));
    let label = |one: &Told| {
        let by_period = if one.key.ends_with(":period") { ", par période" } else { "" };
        format!("{}{by_period}", one.title)
    };
    told.iter().map(|one| Choice::new(&one.key, &label(one), present)).chain(missing).collect()
}

/// What was typed, if it can be kept. A known indicator keeps its key.
async fn read(
    incubator: &Incubator,
    slug: &str,
    new: &Typed,
    before: Changed<'_>,
) -> Result<Result<Indicator, FormErrors>, Problem> {
    let mut errors = FormErrors::default();
    let title = typed::text(&mut errors, "title", &new.title, "Dites ce qui est mesuré.", 200);
    let definition =
        typed::text(&mut errors, "definition", &new.definition, "Dites ce qui est compté exactement.", 1_000);
    let axis = Axis::from_name(&new.axis);
    if axis.is_none() {
        errors.add("axis", "Choisissez ce que l’indicateur montre.");
    }
    let kind = Kind::from_name(&new.kind);
    if kind.is_none() {
        errors.add("kind", "Choisissez la nature de la valeur.");
    }
    let told = reading::of(&incubator.database, slug).await?.found();
    let kept_source = before.is_some_and(|kept| kept.indicator.source == new.source);
    let found = told.into_iter().find(|one| one.key == new.source);
    if !new.source.is_empty() && found.is_none() && !kept_source {
        errors.add("source", "Choisissez une des mesures de la page du service.");
    }
    let baseline = maybe_figure(&mut errors, "baseline", &new.baseline);
    let target = maybe_figure(&mut errors, "target", &new.target);
    let target_day = typed::maybe_day(&mut errors, "target_day", &new.target_day);
    let cut = |text: &str, most: usize| text.trim().chars().take(most).collect::<String>();
    let (Some(axis), Some(kind), true) = (axis, kind, errors.is_empty()) else { return Ok(Err(errors)) };
    Ok(Ok(Indicator {
        key: before.map_or_else(|| key_of(&title), |kept| kept.indicator.key.clone()),
        title,
        definition,
        population: cut(&new.population, 300),
        unit: cut(&new.unit, 60),
        axis,
        kind,
        source: new.source.clone(),
        baseline,
        target,
        target_day,
        published: new.published == "oui",
        points: found.map_or_else(Vec::new, |told| told.points),
    }))
}

async fn show_new(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(slug): Name,
) -> Result<Response, Problem> {
    let (product, _) = found(&incubator, &visitor, ACTION, &slug).await?;
    let fresh = (Typed::fresh(), FormErrors::default());
    form(&incubator, &visitor, (&product, None), &Done::default(), fresh).await
}

async fn add(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(slug): Name,
    Filled(new): Filled<Typed>,
) -> Result<Response, Problem> {
    let (product, _) = found(&incubator, &visitor, ACTION, &slug).await?;
    match read(&incubator, &slug, &new, None).await? {
        Ok(indicator) => {
            let id = indicator::add(&incubator.database, visitor.actor(), &slug, indicator).await?;
            Ok(redirect(&format!("{}/indicateurs/{id}?fait=indicateur-ajoute", address(&slug))))
        }
        Err(errors) => form(&incubator, &visitor, (&product, None), &Done::default(), (new, errors)).await,
    }
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((slug, id)): Path<(String, i64)>,
    Asked(done): Asked<Done>,
) -> Result<Response, Problem> {
    let (product, kept) = found_indicator(&incubator, &visitor, ACTION, (&slug, id)).await?;
    let present = (Typed::of(&kept), FormErrors::default());
    form(&incubator, &visitor, (&product, Some(&kept)), &done, present).await
}

async fn amend(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((slug, id)): Path<(String, i64)>,
    Filled(new): Filled<Typed>,
) -> Result<Response, Problem> {
    let (product, mut kept) = found_indicator(&incubator, &visitor, ACTION, (&slug, id)).await?;
    let after = match read(&incubator, &slug, &new, Some(&kept)).await? {
        Ok(after) => after,
        Err(errors) => {
            let place = (&product, Some(&kept));
            return form(&incubator, &visitor, place, &Done::default(), (new, errors)).await;
        }
    };
    // What was shown when the form opened: whoever changed it meanwhile is not overwritten.
    kept.version = new.version.parse().unwrap_or_default();
    indicator::amend(&incubator.database, visitor.actor(), kept, after).await?;
    Ok(redirect(&format!("{}/indicateurs/{id}?fait=indicateur-change", address(&slug))))
}

async fn retire(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((slug, id)): Path<(String, i64)>,
) -> Result<Response, Problem> {
    let (_, kept) = found_indicator(&incubator, &visitor, ACTION, (&slug, id)).await?;
    indicator::retire(&incubator.database, visitor.actor(), kept).await?;
    Ok(redirect(&format!("{}/indicateurs?fait=indicateur-retire", address(&slug))))
}
