//! The figures of a territory over a period, ready to be shown.

use std::collections::BTreeMap;

use jiff::Span;
use jiff::civil::Date;
use socle::pages::{Bar, BarChart, Choice, format};
use socle::rights::Scope;
use socle::web::Problem;

use super::place;
use crate::Registry;
use crate::model::LocalDay;
use crate::store::fact::{LAST_BAND, month_of};
use crate::store::operator;
use crate::store::summary::Totals;
use crate::store::territory::Territory;
use crate::store::territory_summary::{self, Axis, BeforeAndAfter};

/// The months shown, the first and the last day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    pub from: Date,
    pub to: Date,
}

impl Period {
    /// A year by its number, or the last twelve months.
    pub fn read(asked: &str, today: Date) -> Self {
        match asked.parse::<i16>().ok().filter(|year| (2020..=today.year()).contains(year)) {
            Some(year) => {
                let from = jiff::civil::date(year, 1, 1);
                Self { from, to: std::cmp::min(from.last_of_year(), today) }
            }
            None => Self { from: today.first_of_month().saturating_sub(Span::new().months(11)), to: today },
        }
    }

    /// What an address says to ask for it: a year, or nothing for the last twelve months.
    pub fn asked(self, today: Date) -> String {
        let last_months = self.from != self.from.first_of_year() || self == Self::read("", today);
        if last_months { String::new() } else { self.from.year().to_string() }
    }

    /// The periods one may choose among: the years from `first` on, the year of the first journey known.
    pub fn choices(self, today: Date, first: Option<i16>) -> Vec<Choice> {
        let present = self.asked(today);
        let years = (first.unwrap_or(today.year()).min(self.from.year())..=today.year()).rev();
        std::iter::once(Choice::new("", "Les douze derniers mois", &present))
            .chain(years.map(|year| Choice::new(&year.to_string(), &format!("Année {year}"), &present)))
            .collect()
    }

    pub fn months(self) -> Vec<Date> {
        self.from.series(Span::new().months(1)).take_while(|first| *first <= self.to).collect()
    }
}

/// A line of a table.
pub struct Line {
    pub label: String,
    pub journeys: String,
    pub share: String,
    pub kilometres: String,
}

/// Departures before and after a day.
pub struct Comparison {
    pub before: String,
    pub before_journeys: String,
    pub after: String,
    pub after_journeys: String,
    /// « + 12 % », or why it is not told.
    pub change: String,
}

/// What a territory's page shows.
pub struct Figures {
    pub totals: Totals,
    pub by_month: BarChart,
    pub by_hour: BarChart,
    pub operators: Vec<Line>,
    pub classes: Vec<Line>,
    pub bands: Vec<Line>,
    pub directions: Vec<Line>,
    /// Journeys that start or end in each commune of the territory, today's codes, the most first.
    pub communes: Vec<(String, Totals)>,
    pub comparison: Option<Comparison>,
}

type Values = BTreeMap<String, Totals>;

fn line(label: String, totals: Totals, all: Totals) -> Line {
    Line {
        label,
        journeys: format::integer(totals.journeys),
        share: format::percent(totals.journeys, all.journeys),
        kilometres: format::integer((totals.metres + 500) / 1_000),
    }
}

/// Reads the figures of a period.
pub async fn read(registry: &Registry, territory: &Territory, period: Period) -> Result<Figures, Problem> {
    let months = month_of(period.from)..=month_of(period.to);
    let axes: Vec<_> = Axis::ALL.into_iter().filter(|axis| *axis != Axis::Day).collect();
    let found = territory_summary::read(&registry.database, territory.id, &axes, months).await?;
    let mut by_axis: BTreeMap<Axis, Values> = BTreeMap::new();
    let mut by_month: BTreeMap<i32, i64> = BTreeMap::new();
    for ((axis, value), months) in found {
        for (month, totals) in months {
            let sum = by_axis.entry(axis).or_default().entry(value.clone()).or_default();
            *sum = sum.plus(totals);
            if axis == Axis::Class {
                *by_month.entry(month).or_default() += totals.journeys;
            }
        }
    }
    let of = |axis: Axis| by_axis.get(&axis).cloned().unwrap_or_default();
    let totals = of(Axis::Class).into_values().fold(Totals::default(), Totals::plus);
    let names: BTreeMap<String, String> = operator::list(&registry.database, &Scope::All)
        .await?
        .into_iter()
        .map(|operator| (operator.id.to_string(), operator.name))
        .collect();
    let mut operators: Vec<_> = of(Axis::Operator).into_iter().collect();
    operators.sort_by_key(|(_, totals)| std::cmp::Reverse(totals.journeys));
    let communes = communes(registry, of(Axis::Place));
    let hours = of(Axis::Hour);
    Ok(Figures {
        by_month: BarChart::new(
            "trajets-par-mois",
            "Trajets par mois",
            "Mois",
            "Trajets",
            period
                .months()
                .into_iter()
                .map(|first| Bar {
                    label: format!("{:02}/{:02}", first.month(), first.year() % 100),
                    name: format::month(first),
                    value: by_month.get(&month_of(first)).copied().unwrap_or_default(),
                })
                .collect(),
        ),
        by_hour: BarChart::new(
            "trajets-par-heure",
            "Trajets par heure de départ",
            "Heure",
            "Trajets",
            (0..24)
                .map(|hour: i32| Bar {
                    label: hour.to_string(),
                    name: format!("De {hour} h à {} h", hour + 1),
                    value: hours.get(&hour.to_string()).map_or(0, |totals| totals.journeys),
                })
                .collect(),
        ),
        operators: operators
            .into_iter()
            .map(|(id, sum)| {
                let name = names.get(&id).cloned().unwrap_or_else(|| format!("Opérateur {id}"));
                line(name, sum, totals)
            })
            .collect(),
        classes: of(Axis::Class)
            .into_iter()
            .map(|(class, sum)| line(format!("Classe {class}"), sum, totals))
            .collect(),
        bands: of(Axis::Band).into_iter().map(|(band, sum)| line(band_name(&band), sum, totals)).collect(),
        directions: [
            ("out", "Partent du territoire"),
            ("in", "Arrivent dans le territoire"),
            ("within", "Restent dans le territoire"),
        ]
        .into_iter()
        .map(|(key, label)| {
            let sum = of(Axis::Direction).get(key).copied().unwrap_or_default();
            line(label.to_owned(), sum, totals)
        })
        .collect(),
        comparison: comparison(registry, territory).await?,
        communes,
        totals,
    })
}

fn band_name(band: &str) -> String {
    let band: i32 = band.parse().unwrap_or_default();
    if band >= LAST_BAND {
        "50 km et plus".to_owned()
    } else {
        format!("De {} à {} km", band * 10, band * 10 + 10)
    }
}

/// Places as communes of today: a merged one adds to the one that took it in.
fn communes(registry: &Registry, places: Values) -> Vec<(String, Totals)> {
    let reference = &registry.house.places.reference;
    let mut today: BTreeMap<String, Totals> = BTreeMap::new();
    for (code, totals) in places {
        let current = code.parse().ok().and_then(|code| match reference.resolve(&code).as_slice() {
            [only] => Some(only.code.to_string()),
            _ => None,
        });
        let sum = today.entry(current.unwrap_or(code)).or_default();
        *sum = sum.plus(totals);
    }
    let mut communes: Vec<_> = today.into_iter().collect();
    communes.sort_by_key(|(code, totals)| (std::cmp::Reverse(totals.journeys), code.clone()));
    communes
}

/// Two times of the same length on both sides of the turning day, in words.
async fn comparison(registry: &Registry, territory: &Territory) -> Result<Option<Comparison>, Problem> {
    let today = LocalDay::from_date(place::today(registry.house.clock.now(), &format::paris()));
    let found = territory_summary::before_and_after(&registry.database, territory, today).await?;
    let Some(BeforeAndAfter { turning, length, before, after }) = found else { return Ok(None) };
    if length == 0 {
        let turning = format::date(turning.date());
        let none = || "–".to_owned();
        return Ok(Some(Comparison {
            before: format!("Avant le {turning}"),
            before_journeys: none(),
            after: format!("À partir du {turning}"),
            after_journeys: none(),
            change: "La comparaison commencera le lendemain de cette date.".to_owned(),
        }));
    }
    let span = |from: i32, to: i32| {
        format!("Du {} au {}", format::date(LocalDay(from).date()), format::date(LocalDay(to).date()))
    };
    let change = if before == 0 {
        "Sans trajet avant cette date, l’évolution ne se calcule pas.".to_owned()
    } else {
        let percent = ((after - before) * 100) / before;
        let sign = match percent {
            0 => "",
            1.. => "+\u{a0}",
            _ => "−\u{a0}",
        };
        format!("Évolution\u{a0}: {sign}{}\u{a0}%", format::integer(percent.abs()))
    };
    Ok(Some(Comparison {
        before: span(turning.0 - length, turning.0 - 1),
        before_journeys: format::integer(before),
        after: span(turning.0, turning.0 + length - 1),
        after_journeys: format::integer(after),
        change,
    }))
}
