//! What the registry measures: the four success measures of its agreement (seed 000), and what `/stats` shows.

use std::collections::BTreeMap;

use askama::Template as _;
use jiff::civil::Date;
use socle::indicators::{Indicator, Measure, Period};
use socle::pages::{Bar, BarChart, format};
use socle::rights::Scope;
use socle::store::Instant;

use crate::model::LocalDay;
use crate::store::{operator, summary, territory, territory_summary};
use crate::{Registry, SHEET};

/// The agreement whose measures these are.
const AGREEMENT: &str = "convention de délégation de gestion DGITM–DINUM du 24 mars 2020, article 2";
const SOURCE: &str = "registre, trajets valides";

/// How many months are told one by one.
const MONTHS: usize = 12;

/// What happened in a month.
#[derive(Clone, Copy, Debug, Default)]
struct Month {
    totals: summary::Totals,
    /// Operators connected at its end.
    operators: i64,
}

fn kilometres(totals: summary::Totals) -> i64 {
    (totals.metres + 500) / 1_000
}

/// The last twelve months, the present one included, by their first day.
async fn months(registry: &Registry, today: Date) -> anyhow::Result<BTreeMap<Date, Month>> {
    let mut months: BTreeMap<Date, Month> = BTreeMap::new();
    let mut month = today.first_of_month();
    for _ in 0..MONTHS {
        months.insert(month, Month::default());
        month = month.saturating_sub(jiff::Span::new().months(1));
    }
    for (day, totals) in summary::by_day(&registry.database, &Scope::All).await? {
        if let Some(month) = months.get_mut(&day.date().first_of_month()) {
            month.totals = month.totals.plus(totals);
        }
    }
    let connections = operator::connections(&registry.database).await?;
    for (first, month) in &mut months {
        let until = first.last_of_month();
        let by_then = |at: &Instant| format::paris().to_datetime(at.timestamp()).date() <= until;
        month.operators = i64::try_from(connections.iter().filter(|at| by_then(at)).count())?;
    }
    Ok(months)
}

fn today(registry: &Registry) -> Date {
    format::paris().to_datetime(registry.house.clock.now()).date()
}

/// Everything, computed now: since the opening, then month by month.
pub async fn measure(registry: &Registry) -> anyhow::Result<Vec<Indicator>> {
    let today = today(registry);
    let days = summary::by_day(&registry.database, &Scope::All).await?;
    let totals = days.into_iter().fold(summary::Totals::default(), |sum, (_, day)| sum.plus(day));
    let operators = i64::try_from(operator::connections(&registry.database).await?.len())?;
    let since_opening = Period { from: None, to: today };
    let mut all = vec![
        operators_connected(since_opening, operators),
        awaited(
            "authorities_with_campaign",
            "Autorités ayant lancé une campagne",
            "Autorités organisatrices de la mobilité qui ont lancé une campagne d’incitation au covoiturage.",
            ("authorities", "autorités"),
            since_opening,
        ),
        growth(since_opening, in_authorities(registry, today).await?),
        awaited(
            "certificates_issued",
            "Attestations délivrées",
            "Attestations de covoiturage délivrées aux personnes qui covoiturent.",
            ("certificates", "attestations"),
            since_opening,
        ),
        journeys(since_opening, totals.journeys),
        shared_kilometres(since_opening, kilometres(totals)),
    ];
    for (first, month) in months(registry, today).await? {
        let period = Period { from: Some(first), to: std::cmp::min(first.last_of_month(), today) };
        all.push(operators_connected(period, month.operators));
        all.push(journeys(period, month.totals.journeys));
        all.push(shared_kilometres(period, kilometres(month.totals)));
    }
    Ok(all)
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^53")]
fn measured(value: i64) -> Measure {
    Measure::Measured { value: value as f64 }
}

fn operators_connected(period: Period, value: i64) -> Indicator {
    Indicator {
        product: SHEET.id,
        name: "operators_connected",
        title: "Opérateurs connectés",
        definition: "Opérateurs dont au moins un trajet a été accepté, à la fin de la période.",
        unit: "operators",
        unit_label: "opérateurs",
        source: SOURCE,
        agreement: Some(AGREEMENT),
        period,
        measure: measured(value),
    }
}

fn journeys(period: Period, value: i64) -> Indicator {
    Indicator {
        product: SHEET.id,
        name: "journeys",
        title: "Trajets",
        definition: "Couples d’un conducteur et d’un passager dont le trajet est valide ; jour du départ.",
        unit: "journeys",
        unit_label: "trajets",
        source: SOURCE,
        agreement: None,
        period,
        measure: measured(value),
    }
}

fn shared_kilometres(period: Period, value: i64) -> Indicator {
    Indicator {
        product: SHEET.id,
        name: "kilometres",
        title: "Kilomètres partagés",
        definition: "Somme des distances déclarées des trajets valides ; jour du départ.",
        unit: "km",
        unit_label: "km",
        source: SOURCE,
        agreement: None,
        period,
        measure: measured(value),
    }
}

/// Journeys of all authorities that have a turning day, before and after it.
async fn in_authorities(registry: &Registry, today: Date) -> anyhow::Result<Option<(i64, i64)>> {
    let today = LocalDay::from_date(today);
    let (mut before, mut after) = (0, 0);
    for territory in territory::list(&registry.database, &Scope::All).await? {
        if let Some(found) =
            territory_summary::before_and_after(&registry.database, &territory, today).await?
        {
            before += found.before;
            after += found.after;
        }
    }
    Ok((before > 0).then_some((before, after)))
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^53")]
fn growth(period: Period, journeys: Option<(i64, i64)>) -> Indicator {
    let measure = match journeys {
        // In tenths of a percent.
        Some((before, after)) => {
            Measure::Measured { value: (((after - before) * 1_000) / before) as f64 / 10.0 }
        }
        None => Measure::NotMeasuredYet,
    };
    Indicator {
        product: SHEET.id,
        name: "journeys_growth_in_authorities",
        title: "Évolution du covoiturage chez les autorités utilisatrices",
        definition: "Trajets dans le ressort des autorités utilisatrices, avant et après la date qu’elles ont choisie (le début de leur campagne), sur deux durées égales de 90 jours au plus.",
        unit: "percent",
        unit_label: "%",
        source: SOURCE,
        agreement: Some(AGREEMENT),
        period,
        measure,
    }
}

/// A measure of the agreement that nothing computes yet.
fn awaited(
    name: &'static str,
    title: &'static str,
    definition: &'static str,
    (unit, unit_label): (&'static str, &'static str),
    period: Period,
) -> Indicator {
    Indicator {
        product: SHEET.id,
        name,
        title,
        definition,
        unit,
        unit_label,
        source: "aucune pour l’instant",
        agreement: Some(AGREEMENT),
        period,
        measure: Measure::NotMeasuredYet,
    }
}

/// The last twelve months, as charts.
pub async fn charts(registry: &Registry) -> anyhow::Result<String> {
    let months = months(registry, today(registry)).await?;
    let chart = |id: &str, title: &str, unit: &str, value: fn(&Month) -> i64| {
        let bars = months.iter().map(|(first, month)| Bar {
            label: format::short_month(*first),
            name: format::month(*first),
            value: value(month),
        });
        BarChart::new(id, title, "Mois", unit, bars.collect()).render()
    };
    Ok([
        chart("trajets-par-mois", "Trajets valides par mois", "Trajets", |month| month.totals.journeys)?,
        chart("kilometres-par-mois", "Kilomètres partagés par mois", "Kilomètres", |month| {
            kilometres(month.totals)
        })?,
        chart("operateurs-par-mois", "Opérateurs connectés à la fin du mois", "Opérateurs", |month| {
            month.operators
        })?,
    ]
    .concat())
}
