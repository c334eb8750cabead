use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::movement::{Level, Movement, Side};
use crate::{InseeCode, PastCommune, Standing};

/// A current commune that was drawn out of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Detachment {
    pub commune: InseeCode,
    /// The current commune whose ground it came from.
    pub from: InseeCode,
    /// The year it happened.
    pub year: i16,
}

/// The history of communes read against those of today.
pub(crate) struct Succession<'a> {
    /// Events that gave a code's ground to another code, by the first.
    leaving: BTreeMap<InseeCode, Vec<Handover<'a>>>,
    /// The current commune a code stands for, when it does: itself, or that of an arrondissement.
    current: &'a dyn Fn(InseeCode) -> Option<InseeCode>,
}

struct Handover<'a> {
    date: Date,
    before: &'a Side,
    after: &'a Side,
}

impl<'a> Succession<'a> {
    pub(crate) fn new(
        movements: &'a [Movement],
        current: &'a dyn Fn(InseeCode) -> Option<InseeCode>,
    ) -> Self {
        let mut leaving = BTreeMap::<_, Vec<_>>::new();
        for movement in movements {
            let (Some(before), Some(after)) = (&movement.before, &movement.after) else { continue };
            if before.code != after.code {
                leaving.entry(before.code).or_default().push(Handover { date: movement.date, before, after });
            }
        }
        Self { leaving, current }
    }

    /// Every code that is no longer a commune's and whose ground can be followed until today.
    pub(crate) fn past(&self) -> impl Iterator<Item = PastCommune> {
        self.leaving.iter().filter(|(code, _)| (self.current)(**code).is_none()).filter_map(
            |(code, handovers)| {
                let mut today = BTreeSet::new();
                self.follow(*code, Date::MIN, &mut BTreeSet::new(), &mut today);
                let named = handovers
                    .iter()
                    .max_by_key(|handover| (handover.before.level == Level::Commune, handover.date))?;
                (!today.is_empty()).then(|| PastCommune {
                    code: *code,
                    name: named.before.name.clone(),
                    standing: Standing::Former,
                    today: today.into_iter().collect(),
                })
            },
        )
    }

    /// Adds the current communes that hold a code's ground, from a date on. A code given up and taken again is today
    /// whatever holds it; one given up for good is what it became the last time it was a commune.
    fn follow(
        &self,
        code: InseeCode,
        since: Date,
        seen: &mut BTreeSet<InseeCode>,
        today: &mut BTreeSet<InseeCode>,
    ) {
        if let Some(current) = (self.current)(code) {
            today.insert(current);
            return;
        }
        if !seen.insert(code) {
            return;
        }
        let later =
            || self.leaving.get(&code).into_iter().flatten().filter(|handover| handover.date >= since);
        let whole = |handover: &&Handover<'_>| {
            handover.before.level == Level::Commune
                && matches!(handover.after.level, Level::Commune | Level::Arrondissement)
        };
        // A commune's own events first; those of the associated or delegated commune it became, for want of them.
        let Some((last, of_commune)) = later()
            .filter(whole)
            .map(|handover| handover.date)
            .max()
            .map(|last| (last, true))
            .or_else(|| later().map(|handover| handover.date).max().map(|last| (last, false)))
        else {
            return;
        };
        for handover in later().filter(|handover| handover.date == last && (!of_commune || whole(handover))) {
            self.follow(handover.after.code, last, seen, today);
        }
    }
}

/// Current communes drawn out of another, with the latest such event (MOD 20, creation; 21, set up again).
pub(crate) fn detachments(
    movements: &[Movement],
    is_current: impl Fn(InseeCode) -> bool,
    resolve: impl Fn(InseeCode) -> Vec<InseeCode>,
) -> Vec<Detachment> {
    let mut latest = BTreeMap::<InseeCode, (Date, InseeCode)>::new();
    for movement in movements.iter().filter(|movement| matches!(movement.kind, 20 | 21)) {
        let (Some(before), Some(after)) = (&movement.before, &movement.after) else { continue };
        let communes = before.level == Level::Commune && after.level == Level::Commune;
        if communes && before.code != after.code && is_current(after.code) {
            let event = (movement.date, before.code);
            latest.entry(after.code).and_modify(|known| *known = event.max(*known)).or_insert(event);
        }
    }
    latest
        .into_iter()
        .filter_map(|(commune, (date, origin))| match resolve(origin).as_slice() {
            [from] if *from != commune => Some(Detachment { commune, from: *from, year: date.year() }),
            _ => None,
        })
        .collect()
}
