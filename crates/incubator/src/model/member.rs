//! Who works on a product.

use jiff::civil::Date;
use serde::Deserialize;

use super::named::named;

named! {
    /// What somebody does in a team.
    MemberRole {
        Intrapreneur = "intrapreneur", "intrapreneur";
        Coach = "coach", "coach";
        Developer = "developer", "développement";
        Designer = "designer", "design";
        Deployment = "deployment", "déploiement";
        Product = "product", "gestion de produit";
        Data = "data", "données";
        Other = "other", "autre";
    }
}

named! {
    /// Who employs them.
    MemberStatus {
        Agent = "agent", "agent public";
        Contractor = "contractor", "salarié d’un prestataire";
        Freelance = "freelance", "indépendant";
    }
}

impl MemberStatus {
    /// Whether conventions that want experts free of conflicts of interest mean them: who is paid by the market.
    pub fn is_expert(self) -> bool {
        self != Self::Agent
    }
}

/// Somebody in a team, from a day to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub name: String,
    pub role: MemberRole,
    pub employer: String,
    pub status: MemberStatus,
    pub from: Date,
    /// Last day; none while nobody knows.
    pub until: Option<Date>,
    /// Of full time, in percent.
    pub share: i32,
    /// The order that pays for them.
    pub order: Option<i64>,
}

/// How a mission is paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Funding {
    /// A public agent: their administration pays.
    Own,
    /// No order is named.
    Unknown,
    /// The order has no last day.
    Open,
    Until(Date),
    /// The mission goes on after the order's last day.
    Short(Date),
}

impl Member {
    pub fn is_there(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|last| day <= last)
    }

    /// How the mission is paid for, given the last day of its order when one is named.
    pub fn funding(&self, order_ends: Option<Option<Date>>) -> Funding {
        match (order_ends, self.until) {
            (None, _) if self.status == MemberStatus::Agent => Funding::Own,
            (None, _) => Funding::Unknown,
            (Some(None), _) => Funding::Open,
            (Some(Some(end)), Some(until)) if until <= end => Funding::Until(end),
            (Some(Some(end)), None) => Funding::Until(end),
            (Some(Some(end)), Some(_)) => Funding::Short(end),
        }
    }
}

/// What conventions ask of an intrapreneur (`data/intrapreneur.yaml`).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IntrapreneurCriteria {
    /// The day they were last checked against the source, as `YYYY-MM-DD`.
    pub checked_on: String,
    pub criteria: Vec<IntrapreneurCriterion>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IntrapreneurCriterion {
    pub key: String,
    pub fr: String,
}

/// The criteria shipped with the program cannot be read: a mistake of ours.
#[derive(Debug, thiserror::Error)]
#[error("the criteria of intrapreneurs cannot be read: {0}")]
pub struct CriteriaError(String);

impl IntrapreneurCriteria {
    /// # Errors
    /// [`CriteriaError`] when our own data is wrong.
    pub fn shipped() -> Result<Self, CriteriaError> {
        serde_saphyr::from_str(include_str!("../../data/intrapreneur.yaml"))
            .map_err(|error| CriteriaError(error.to_string()))
    }
}

named! {
    /// When the criteria are looked at.
    Occasion {
        Appointment = "appointment", "à la désignation";
        Committee = "committee", "pour un comité";
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn member(status: MemberStatus, until: Option<Date>) -> Member {
        Member {
            name: "Ada".to_owned(),
            role: MemberRole::Developer,
            employer: String::new(),
            status,
            from: date(2026, 1, 1),
            until,
            share: 80,
            order: None,
        }
    }

    #[test]
    fn a_mission_is_paid_until_the_end_of_its_order() {
        let end = date(2026, 6, 30);
        let until = |day| member(MemberStatus::Freelance, Some(day));
        assert_eq!(until(end).funding(Some(Some(end))), Funding::Until(end));
        assert_eq!(until(date(2026, 7, 1)).funding(Some(Some(end))), Funding::Short(end));
        assert_eq!(until(end).funding(Some(None)), Funding::Open);
        assert_eq!(until(end).funding(None), Funding::Unknown);
        assert_eq!(member(MemberStatus::Agent, None).funding(None), Funding::Own);
    }

    #[test]
    fn seven_criteria_each_with_its_key() {
        let criteria = IntrapreneurCriteria::shipped().expect("our own data").criteria;
        assert_eq!(criteria.len(), 7);
        let keys: std::collections::BTreeSet<_> = criteria.iter().map(|one| one.key.as_str()).collect();
        assert_eq!(keys.len(), 7);
    }
}
