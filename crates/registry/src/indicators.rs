//! What the registry measures: the four success measures of its agreement (seed 000), and what `/stats` shows.

use std::collections::BTreeMap;

use askama::Template as _;
use jiff::civil::Date;
use socle::indicators::{Indicator, Measure, Period};
use socle::pages::{Bar, BarChart, format};
use socle::rights::Scope;

use crate::store::{operator, summary};
use crate::{Registry, SHEET};

/// The agreement whose measures these are.
const AGREEMENT: &str = "convention de délégation de gestion DGITM–DINUM du 24 mars 2020, article 2";
const SOURCE: &str = "registre, trajets valides";

/// Everything, computed now.
pub async fn measure(registry: &Registry) -> anyhow::Result<Vec<Indicator>> {
    let today = format::paris().to_datetime(registry.house.clock.now()).date();
    let period = Period { from: None, to: today };
    let totals = summary::by_day(&registry.database, &Scope::All)
        .await?
        .into_iter()
        .fold(summary::Totals::default(), |sum, (_, day)| sum.plus(day));
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^53")]
    let number = |value: i64| Measure::Measured { value: value as f64 };
    let connected = i64::try_from(operator::connected(&registry.database).await?)?;
    let one = |name, title, definition, unit, unit_label, agreement, measure| Indicator {
        product: SHEET.id,
        name,
        title,
        definition,
        unit,
        unit_label,
        source: SOURCE,
        agreement,
        period,
        measure,
    };
    Ok(vec![
        one(
            "operators_connected",
            "Opérateurs connectés",
            "Opérateurs dont au moins un trajet a été accepté.",
            "operators",
            "opérateurs",
            Some(AGREEMENT),
            number(connected),
        ),
        one(
            "authorities_with_campaign",
            "Autorités ayant lancé une campagne",
            "Autorités organisatrices de la mobilité qui ont lancé une campagne d’incitation au covoiturage.",
            "authorities",
            "autorités",
            Some(AGREEMENT),
            Measure::NotMeasuredYet,
        ),
        one(
            "journeys_growth_in_authorities",
            "Évolution du covoiturage chez les autorités utilisatrices",
            "Trajets dans le ressort des autorités utilisatrices, avant et après le début de leur campagne.",
            "percent",
            "%",
            Some(AGREEMENT),
            Measure::NotMeasuredYet,
        ),
        one(
            "certificates_issued",
            "Attestations délivrées",
            "Attestations de covoiturage délivrées aux personnes qui covoiturent.",
            "certificates",
            "attestations",
            Some(AGREEMENT),
            Measure::NotMeasuredYet,
        ),
        one(
            "journeys",
            "Trajets",
            "Couples d’un conducteur et d’un passager dont le trajet est valide.",
            "journeys",
            "trajets",
            None,
            number(totals.journeys),
        ),
        one(
            "kilometres",
            "Kilomètres partagés",
            "Somme des distances déclarées des trajets valides.",
            "km",
            "km",
            None,
            number((totals.metres + 500) / 1_000),
        ),
    ])
}

const SHORT_MONTHS: [&str; 12] =
    ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."];

/// Journeys and kilometres of the last twelve months, as charts.
pub async fn charts(registry: &Registry) -> anyhow::Result<String> {
    let today = format::paris().to_datetime(registry.house.clock.now()).date();
    let mut months: BTreeMap<Date, summary::Totals> = BTreeMap::new();
    let mut month = today.first_of_month();
    for _ in 0..12 {
        months.insert(month, summary::Totals::default());
        month = month.saturating_sub(jiff::Span::new().months(1));
    }
    for (day, totals) in summary::by_day(&registry.database, &Scope::All).await? {
        if let Some(month) = months.get_mut(&day.date().first_of_month()) {
            *month = month.plus(totals);
        }
    }
    let bars = |value: fn(&summary::Totals) -> i64| {
        months
            .iter()
            .map(|(month, totals)| Bar {
                label: SHORT_MONTHS[usize::from(month.month().unsigned_abs()) - 1].to_owned(),
                name: format::month(*month),
                value: value(totals),
            })
            .collect()
    };
    let journeys = BarChart::new(
        "trajets-par-mois",
        "Trajets valides par mois",
        "Mois",
        "Trajets",
        bars(|totals| totals.journeys),
    );
    let kilometres = BarChart::new(
        "kilometres-par-mois",
        "Kilomètres partagés par mois",
        "Mois",
        "Kilomètres",
        bars(|totals| (totals.metres + 500) / 1_000),
    );
    Ok(journeys.render()? + &kilometres.render()?)
}
