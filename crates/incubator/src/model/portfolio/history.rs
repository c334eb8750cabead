use jiff::civil::Date;

use super::Stage;
use crate::model::product::PhaseEntry;

/// A stage from a day on. Its end is that of the next one's beginning, unless it says so itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Episode {
    pub stage: Stage,
    pub from: Date,
    pub to: Option<Date>,
    pub comment: String,
}

/// The stages of a product as they were recorded. A stage may come back; one may be announced for a day to come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History(pub Vec<Episode>);

impl History {
    /// Adds what a committee decided. A sheet that says the same is left alone.
    pub fn add(&mut self, decided: Episode) {
        if !self.0.iter().any(|one| one.stage == decided.stage && one.from == decided.from) {
            self.0.push(decided);
        }
    }

    /// The stage on a day: the latest begun by then; of two begun the same day, the one recorded last. `None` before
    /// the first.
    pub fn on(&self, day: Date) -> Option<&Episode> {
        self.0.iter().filter(|one| one.from <= day).max_by_key(|one| one.from)
    }

    /// Whether the stage on a day depends on the order of the records: two different ones begin the same day.
    pub fn is_ambiguous_on(&self, day: Date) -> bool {
        self.on(day).is_some_and(|present| {
            self.0.iter().any(|other| other.from == present.from && other.stage != present.stage)
        })
    }

    /// What is announced after a day, the soonest first.
    pub fn announced_after(&self, day: Date) -> Vec<&Episode> {
        let mut announced: Vec<_> = self.0.iter().filter(|one| one.from > day).collect();
        announced.sort_by_key(|one| one.from);
        announced
    }

    /// The stage that whoever takes the latest beginning, whatever the day, would find: the first recorded of two.
    pub fn latest_start(&self) -> Option<Stage> {
        let latest = self.0.iter().map(|one| one.from).max()?;
        self.0.iter().find(|one| one.from == latest).map(|one| one.stage)
    }

    /// The same as agreements read it.
    pub fn phases(&self) -> Vec<PhaseEntry> {
        let episodes = self.in_order().into_iter();
        episodes.filter_map(|one| Some(PhaseEntry { phase: one.stage.phase()?, from: one.from })).collect()
    }

    /// Everything, in order of time; records of one day stay in their order.
    pub fn in_order(&self) -> Vec<&Episode> {
        let mut episodes: Vec<_> = self.0.iter().collect();
        episodes.sort_by_key(|one| one.from);
        episodes
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn history(episodes: &[(Stage, Date)]) -> History {
        History(
            episodes
                .iter()
                .map(|(stage, from)| Episode { stage: *stage, from: *from, to: None, comment: String::new() })
                .collect(),
        )
    }

    #[test]
    fn a_stage_announced_does_not_hold_before_its_day() {
        let heritage = history(&[
            (Stage::Acceleration, date(2024, 1, 1)),
            (Stage::Consolidation, date(2026, 4, 6)),
            (Stage::Transferred, date(2026, 12, 18)),
        ]);
        let on = |day| heritage.on(day).map(|one| one.stage);
        assert_eq!(on(date(2023, 12, 31)), None);
        assert_eq!(on(date(2026, 7, 20)), Some(Stage::Consolidation));
        assert_eq!(on(date(2026, 12, 17)), Some(Stage::Consolidation));
        assert_eq!(on(date(2026, 12, 18)), Some(Stage::Transferred));
        assert_eq!(heritage.latest_start(), Some(Stage::Transferred), "what a rule without a date says");
        assert_eq!(heritage.announced_after(date(2026, 7, 20)).len(), 1);
    }

    #[test]
    fn of_two_that_begin_the_same_day_the_one_recorded_last_holds_and_it_is_said() {
        let both = history(&[(Stage::Transferred, date(2025, 3, 1)), (Stage::Stopped, date(2025, 3, 1))]);
        assert_eq!(both.on(date(2025, 3, 1)).map(|one| one.stage), Some(Stage::Stopped));
        assert!(both.is_ambiguous_on(date(2026, 1, 1)));
        assert!(!both.is_ambiguous_on(date(2025, 2, 28)));
    }

    #[test]
    fn a_stage_may_come_back() {
        let back = history(&[
            (Stage::Construction, date(2023, 1, 1)),
            (Stage::Acceleration, date(2024, 1, 1)),
            (Stage::Construction, date(2025, 1, 1)),
        ]);
        assert_eq!(back.on(date(2025, 6, 1)).map(|one| one.stage), Some(Stage::Construction));
    }
}
