//! What an operator sends, month after month: its valid journeys, and the quality of what it sends, with advice.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use jiff::civil::Date;
use serde::Deserialize;
use socle::pages::{Bar, BarChart, Choice, Page, format};
use socle::rights::Scope;
use socle::web::{Problem, Visitor, page};

use super::territory_figures::Period;
use super::{operator_choices, place};
use crate::model::{Label, LocalDay};
use crate::store::fact::month_of;
use crate::store::quality::{self, Measure};
use crate::store::summary::{self, Totals};
use crate::store::{operator, tenant};
use crate::{Registry, SHEET};
use socle::web::Asked;

pub fn routes() -> Router<Arc<Registry>> {
    Router::new().route("/registre/chiffres", get(show)).route("/registre/chiffres.csv", get(table))
}

const ACTION: &str = "operator.figures";
/// The choice of a list that excludes nothing.
const EVERY: &str = "all";
/// The share above which something deserves advice, in thousandths.
const WORTH_ADVICE: i64 = 10;

/// Which figures to show.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Query {
    /// A year; anything else is the last twelve months.
    periode: String,
    operateur: String,
}

/// A month of valid journeys.
struct MonthLine {
    month: String,
    journeys: String,
    kilometres: String,
    seats: String,
}

/// A month of receptions: counts and shares.
struct QualityLine {
    month: String,
    received: String,
    refused: String,
    late: String,
    unplaced: String,
    corrected: String,
    canceled: String,
    repeated: String,
}

/// Something that happens often enough to be worth mending.
struct Advice {
    title: String,
    text: &'static str,
}

#[derive(Template)]
#[template(path = "operator_figures.html")]
struct OperatorFiguresPage {
    page: Page,
    periods: Vec<Choice>,
    operators: Vec<Choice>,
    period: String,
    csv_href: String,
    by_month: BarChart,
    months: Vec<MonthLine>,
    quality: Vec<QualityLine>,
    received: i64,
    advice: Vec<Advice>,
    /// Whether who reads is the operator itself, that may follow the advice.
    own: bool,
}

/// The figures of a scope over a period, month by month.
struct Figures {
    /// By month of departure.
    valid: BTreeMap<i32, Totals>,
    /// By month of reception.
    quality: BTreeMap<(i32, &'static str), i64>,
    /// The year of the first valid journey ever.
    first_year: Option<i16>,
}

impl Figures {
    async fn read(registry: &Registry, scope: &Scope, period: Period) -> Result<Self, Problem> {
        let (first, last) = (LocalDay::from_date(period.from), LocalDay::from_date(period.to));
        let mut valid: BTreeMap<i32, Totals> = BTreeMap::new();
        let by_day = summary::by_day(&registry.database, scope).await?;
        let first_year = by_day.first().map(|(day, _)| day.date().year());
        for (day, totals) in by_day {
            if (first.0..=last.0).contains(&day.0) {
                let month = valid.entry(month_of(day.date())).or_default();
                *month = month.plus(totals);
            }
        }
        let quality = quality::by_month(&registry.database, scope, first..=last).await?;
        Ok(Self { valid, quality, first_year })
    }

    fn of(&self, month: i32, measure: Measure) -> i64 {
        self.quality.get(&(month, measure.as_str())).copied().unwrap_or_default()
    }

    fn all(&self, measure: Measure) -> i64 {
        self.quality.iter().filter(|((_, name), _)| *name == measure.as_str()).map(|(_, count)| count).sum()
    }
}

/// What to do about a measure that is too high.
fn advised(measure: Measure) -> Option<(&'static str, &'static str)> {
    Some(match measure {
        Measure::Received | Measure::Refused => return None,
        Measure::Late => (
            "envoyés tard",
            "Plus de la moitié du délai d’envoi était passée à leur réception. Envoyez chaque trajet dès son arrivée\u{a0}: une panne d’un jour suffit sinon à tout faire refuser.",
        ),
        Measure::Unplaced => (
            "sans commune de départ ou d’arrivée",
            "Vérifiez que la latitude et la longitude ne sont pas inversées, et que vous envoyez la position relevée, pas (0, 0).",
        ),
        Measure::RefusedFor(Label::Expired) => (
            "refusés parce qu’envoyés trop tard",
            "Votre file d’envoi s’arrête ou prend du retard. Surveillez l’âge du plus ancien trajet qui attend, et reprenez les envois sans attendre.",
        ),
        Measure::RefusedFor(Label::DistanceTooShort) => (
            "refusés parce que trop courts",
            "Vérifiez que la distance est en mètres. Si elle est juste, n’envoyez pas les trajets sous la limite.",
        ),
        Measure::RefusedFor(Label::TooManyTripsByDay) => (
            "refusés parce que la personne voyage trop dans la journée",
            "Donnez le même identifiant de voyage (operator_trip_id) aux passagers d’une même voiture\u{a0}: ils comptent alors pour un voyage.",
        ),
        Measure::RefusedFor(Label::TooCloseTrips) => (
            "refusés parce que trop proches d’un autre",
            "Un détour ou un arrêt coupe souvent un voyage en deux. Envoyez-le en un seul trajet, ou sous le même identifiant de voyage.",
        ),
        Measure::Corrected => (
            "corrigés après coup",
            "Attendez que le trajet soit terminé et ses montants connus avant de l’envoyer\u{a0}: une correction n’est possible que 24\u{a0}h.",
        ),
        Measure::Canceled => (
            "annulés après coup",
            "Envoyez un trajet seulement quand les deux personnes l’ont fait. Une annulation est définitive.",
        ),
        Measure::Repeated => (
            "envoyés deux fois",
            "Après une coupure, renvoyez avec la même clé d’idempotence\u{a0}: la première réponse vous est rendue.",
        ),
    })
}

/// What a measure is a share of: what is sent twice is kept once, and counted beside what is received.
fn out_of(measure: Measure, count: i64, received: i64) -> i64 {
    if measure == Measure::Repeated { received + count } else { received }
}

/// Advice, the most frequent first.
fn advice(figures: &Figures) -> Vec<Advice> {
    let received = figures.all(Measure::Received);
    let mut found: Vec<(i64, Advice)> = Measure::ALL
        .into_iter()
        .filter_map(|measure| {
            let (what, text) = advised(measure)?;
            let count = figures.all(measure);
            let all = out_of(measure, count, received);
            let title = format!("{} des trajets sont {what}", format::percent(count, all));
            (all > 0 && count * 1_000 / all >= WORTH_ADVICE).then_some((count, Advice { title, text }))
        })
        .collect();
    found.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    found.into_iter().map(|(_, advice)| advice).collect()
}

/// The scope to read: one's own, or that of the operator that was chosen.
async fn read_scope(
    registry: &Registry,
    visitor: &Visitor,
    query: &Query,
) -> Result<(Scope, Vec<Choice>), Problem> {
    let scope = visitor.allow(&SHEET, ACTION)?;
    if scope != Scope::All {
        return Ok((scope, Vec::new()));
    }
    let operators = operator::list(&registry.database, &scope).await?;
    let chosen = operators.iter().find(|one| one.id.to_string() == query.operateur);
    let every = Choice::new(EVERY, "Tous les opérateurs", &query.operateur);
    let choices = std::iter::once(every).chain(operator_choices(&operators, &query.operateur)).collect();
    Ok((chosen.map_or(Scope::All, |one| Scope::Tenant(tenant(one.id))), choices))
}

fn today(registry: &Registry) -> Date {
    place::today(registry.house.clock.now(), &format::paris())
}

async fn show(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Asked(query): Asked<Query>,
) -> Result<Response, Problem> {
    let (scope, operators) = read_scope(&registry, &visitor, &query).await?;
    let today = today(&registry);
    let period = Period::read(&query.periode, today);
    let figures = Figures::read(&registry, &scope, period).await?;
    let months = period.months();
    let valid = |first: Date| figures.valid.get(&month_of(first)).copied().unwrap_or_default();
    let share = |first: Date, measure: Measure| {
        let month = month_of(first);
        let count = figures.of(month, measure);
        format::percent(count, out_of(measure, count, figures.of(month, Measure::Received)))
    };
    let mut query_again = url::form_urlencoded::Serializer::new(String::new());
    query_again.append_pair("periode", &query.periode).append_pair("operateur", &query.operateur);
    let shown = OperatorFiguresPage {
        page: Page::of_service(&visitor, &SHEET, "Chiffres"),
        periods: period.choices(today, figures.first_year),
        period: format!("Du {} au {}", format::date(period.from), format::date(period.to)),
        csv_href: format!("/registre/chiffres.csv?{}", query_again.finish()),
        by_month: BarChart::new(
            "trajets-par-mois",
            "Trajets valides par mois de départ",
            "Mois",
            "Trajets",
            months
                .iter()
                .map(|first| Bar {
                    label: format::short_month(*first),
                    name: format::month(*first),
                    value: valid(*first).journeys,
                })
                .collect(),
        ),
        months: months
            .iter()
            .rev()
            .map(|first| {
                let totals = valid(*first);
                MonthLine {
                    month: format::month(*first),
                    journeys: format::integer(totals.journeys),
                    kilometres: format::integer((totals.metres + 500) / 1_000),
                    seats: format::integer(totals.seats),
                }
            })
            .collect(),
        quality: months
            .iter()
            .rev()
            .map(|first| QualityLine {
                month: format::month(*first),
                received: format::integer(figures.of(month_of(*first), Measure::Received)),
                refused: share(*first, Measure::Refused),
                late: share(*first, Measure::Late),
                unplaced: share(*first, Measure::Unplaced),
                corrected: share(*first, Measure::Corrected),
                canceled: share(*first, Measure::Canceled),
                repeated: share(*first, Measure::Repeated),
            })
            .collect(),
        received: figures.all(Measure::Received),
        advice: advice(&figures),
        own: operators.is_empty(),
        operators,
    };
    Ok(page(&shown))
}

/// The same figures for a spreadsheet, one a line.
async fn table(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Asked(query): Asked<Query>,
) -> Result<Response, Problem> {
    let (scope, _) = read_scope(&registry, &visitor, &query).await?;
    let period = Period::read(&query.periode, today(&registry));
    let figures = Figures::read(&registry, &scope, period).await?;
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(b"\xef\xbb\xbf".to_vec());
    let failed = |cause: csv::Error| Problem::internal(&cause);
    writer.write_record(["mois", "mesure", "valeur"]).map_err(failed)?;
    for first in period.months() {
        let month = format!("{}-{:02}", first.year(), first.month());
        let totals = figures.valid.get(&month_of(first)).copied().unwrap_or_default();
        let valid = [
            ("valid_journeys", totals.journeys),
            ("valid_metres", totals.metres),
            ("valid_seats", totals.seats),
        ];
        let counted =
            Measure::ALL.into_iter().map(|measure| (measure.as_str(), figures.of(month_of(first), measure)));
        for (measure, value) in valid.into_iter().chain(counted) {
            writer.write_record([month.as_str(), measure, &value.to_string()]).map_err(failed)?;
        }
    }
    let body = writer.into_inner().map_err(|cause| Problem::internal(&cause))?;
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"chiffres.csv\""),
    ];
    Ok((StatusCode::OK, headers, body).into_response())
}
