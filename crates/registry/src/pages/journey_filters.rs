//! The form above the list of journeys: which ones to show.

use geography::Reference;
use jiff::Span;
use jiff::civil::Date;
use serde::Deserialize;
use socle::pages::{Choice, FormErrors, format};

use super::commune::{self, Meant};
use super::period::{midnight, read_date};
use crate::explanation;
use crate::model::PublicStatus;
use crate::store::journey::Listing;
use crate::store::operator::Operator;

/// How many journeys a page shows.
pub const A_PAGE: u64 = 50;
/// Beyond this, journeys are no longer counted.
pub const COUNTED: u64 = 10_000;
/// Choices of a list that exclude nothing.
const EVERY: &str = "all";

/// The statuses that journeys have; the others are only declared.
pub const STATUSES: [PublicStatus; 7] = [
    PublicStatus::Ok,
    PublicStatus::Pending,
    PublicStatus::TermsViolationError,
    PublicStatus::AcquisitionError,
    PublicStatus::AnomalyError,
    PublicStatus::FraudError,
    PublicStatus::Canceled,
];

/// What was typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Filters {
    pub from: String,
    pub to: String,
    pub status: String,
    pub commune: String,
    pub operator: String,
    pub page: String,
}

/// A commune to choose, by a link that keeps the other filters.
pub struct Candidate {
    pub label: String,
    pub href: String,
}

/// What is searched.
pub struct Search {
    pub from: Date,
    pub to: Date,
    pub listing: Listing,
    pub operator: Option<i64>,
    pub page: u64,
}

/// The filters once read: what to search, or what to correct.
pub struct Read {
    /// As the form shows them again.
    pub filters: Filters,
    pub errors: FormErrors,
    pub candidates: Vec<Candidate>,
    pub search: Option<Search>,
}

impl Filters {
    /// Reads the filters; without dates, the seven days that end today. `operators` are those one may choose among.
    pub fn read(mut self, reference: &Reference, today: Date, operators: &[Operator]) -> Read {
        let mut errors = FormErrors::default();
        let mut candidates = Vec::new();
        let from = read_date(&self.from, today.saturating_sub(Span::new().days(6)), "from", &mut errors);
        let to = read_date(&self.to, today, "to", &mut errors);
        let to = match (from, to) {
            (Some(from), Some(to)) if to < from => {
                errors.add(
                    "to",
                    format!(
                        "La période finit avant de commencer : choisissez une date à partir du {}.",
                        format::date(from)
                    ),
                );
                None
            }
            (_, to) => to,
        };
        // The form shows again what was understood, or else what was typed.
        for (typed, read) in [(&mut self.from, from), (&mut self.to, to)] {
            if let Some(read) = read {
                *typed = read.to_string();
            }
        }
        let status = self.status.parse().ok();
        let operator =
            operators.iter().map(|operator| operator.id).find(|id| id.to_string() == self.operator);
        let places = self.places(reference, &mut errors, &mut candidates);
        let search = match (from, to, places) {
            (Some(from), Some(to), Some(places)) if errors.is_empty() => {
                let page = self.page.parse().unwrap_or(1).clamp(1, COUNTED / A_PAGE);
                let listing = Listing {
                    status,
                    from: midnight(from),
                    to: midnight(to.saturating_add(Span::new().days(1))),
                    places,
                    limit: A_PAGE,
                    offset: (page - 1) * A_PAGE,
                };
                Some(Search { from, to, listing, operator, page })
            }
            _ => None,
        };
        Read { filters: self, errors, candidates, search }
    }

    /// The places to search; none for everywhere, `None` when a choice or a correction is needed.
    fn places(
        &mut self,
        reference: &Reference,
        errors: &mut FormErrors,
        candidates: &mut Vec<Candidate>,
    ) -> Option<Vec<String>> {
        if self.commune.trim().is_empty() {
            return Some(Vec::new());
        }
        let typed: String = self.commune.trim().chars().take(60).collect();
        let (found, message) = match commune::read(reference, &typed) {
            Meant::Known { places, label } => {
                self.commune = label;
                return Some(places);
            }
            Meant::Several(found) => (
                found,
                format!("Plusieurs communes répondent à « {typed} » : choisissez la bonne ci-dessous."),
            ),
            Meant::Unknown(near) if near.is_empty() => (
                near,
                format!(
                    "Aucune commune ne répond à « {typed} ». Vérifiez l’orthographe, ou saisissez le code INSEE (cinq caractères)."
                ),
            ),
            Meant::Unknown(near) => (
                near,
                format!(
                    "Aucune commune ne s’appelle « {typed} ». Les noms les plus proches sont ci-dessous."
                ),
            ),
        };
        errors.add("commune", message);
        candidates.extend(found.into_iter().map(|commune| {
            let department =
                reference.department(&commune.department).map_or("", |department| &department.name);
            let chosen = Self { commune: commune.code.to_string(), ..self.clone() };
            Candidate {
                label: format!("{} ({department}, {})", commune.name, commune.code),
                href: chosen.query(1),
            }
        }));
        None
    }

    /// The address of a page of the real list with these filters.
    pub fn address(&self, page: u64) -> String {
        format!("/registre/trajets{}", self.query(page))
    }

    /// The same, from the list itself, on either side.
    pub fn query(&self, page: u64) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in [
            ("from", &self.from),
            ("to", &self.to),
            ("status", &self.status),
            ("commune", &self.commune),
            ("operator", &self.operator),
        ] {
            if !value.is_empty() && value != EVERY {
                query.append_pair(name, value);
            }
        }
        if page > 1 {
            query.append_pair("page", &page.to_string());
        }
        format!("?{}", query.finish())
    }

    pub fn status_choices(&self) -> Vec<Choice> {
        let choice = |status: PublicStatus| {
            Choice::new(status.as_str(), explanation::of_status(status).0, &self.status)
        };
        let every = Choice::new(EVERY, "Tous les états", &self.status);
        std::iter::once(every).chain(STATUSES.into_iter().map(choice)).collect()
    }

    pub fn operator_choices(&self, operators: &[Operator]) -> Vec<Choice> {
        let every = Choice::new(EVERY, "Tous les opérateurs", &self.operator);
        std::iter::once(every).chain(super::operator_choices(operators, &self.operator)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_dates_the_last_seven_days_are_shown() {
        let reference = Reference::embedded().expect("the shipped reference");
        let read = Filters::default().read(&reference, Date::constant(2026, 11, 25), &[]);
        assert_eq!((read.filters.from.as_str(), read.filters.to.as_str()), ("2026-11-19", "2026-11-25"));
        let listing = read.search.expect("a search").listing;
        assert_eq!(listing.from, "2026-11-18T23:00:00Z".parse().ok(), "midnight in Paris");
        assert_eq!(listing.to, "2026-11-25T23:00:00Z".parse().ok());
    }

    #[test]
    fn a_period_that_ends_before_it_begins_is_to_correct() {
        let reference = Reference::embedded().expect("the shipped reference");
        let filters =
            Filters { from: "25/11/2026".to_owned(), to: "2026-11-24".to_owned(), ..Filters::default() };
        let read = filters.read(&reference, Date::constant(2026, 11, 25), &[]);
        assert!(read.search.is_none());
        assert_eq!(read.errors.0[0].field, "to");
    }
}
