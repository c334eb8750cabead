//! The way from a request to a first accepted journey. Each step is a fact or is not: nothing is ticked by hand where
//! a fact exists.

use jiff::Timestamp;

/// A step, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    Account,
    SandboxKey,
    SandboxJourney,
    SandboxRefusal,
    SandboxChanges,
    Notice,
    Conditions,
    RealKey,
    RealJourney,
}

impl Step {
    pub const ALL: [Self; 9] = [
        Self::Account,
        Self::SandboxKey,
        Self::SandboxJourney,
        Self::SandboxRefusal,
        Self::SandboxChanges,
        Self::Notice,
        Self::Conditions,
        Self::RealKey,
        Self::RealJourney,
    ];

    /// From 1.
    pub fn number(self) -> usize {
        Self::ALL.iter().position(|step| *step == self).unwrap_or_default() + 1
    }
}

/// When each thing became true.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    pub account: Option<Timestamp>,
    pub sandbox_key: Option<Timestamp>,
    pub sandbox_journey: Option<Timestamp>,
    /// A journey accepted after a refusal.
    pub recovered: Option<Timestamp>,
    pub corrected: Option<Timestamp>,
    pub canceled: Option<Timestamp>,
    pub notice: Option<Timestamp>,
    /// Of the version in force.
    pub conditions: Option<Timestamp>,
    pub real_key: Option<Timestamp>,
    pub real_journey: Option<Timestamp>,
    /// `None` for an operator that the team registered: its registration is the team's agreement.
    pub request: Option<Request>,
}

/// What became of a request to join.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Request {
    pub approved: Option<Timestamp>,
    pub opened: Option<Timestamp>,
    pub closed: Option<Timestamp>,
}

/// Whether an operator may draw access keys of the real registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    Open,
    /// Steps of the checklist are missing.
    Steps,
    /// The team must agree.
    Approval,
    /// The team closed the request.
    Closed,
}

/// Where a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Done(Timestamp),
    /// The operator was connected without it.
    Unneeded,
    /// Can be done.
    Possible,
    /// Something else comes first.
    Later,
}

/// The checklist of one operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checklist {
    facts: Facts,
    /// Whether the team must agree before real keys are drawn.
    approval: bool,
}

impl Checklist {
    pub fn new(facts: Facts, approval: bool) -> Self {
        Self { facts, approval }
    }

    fn done(&self, step: Step) -> Option<Timestamp> {
        let facts = &self.facts;
        match step {
            Step::Account => facts.account,
            Step::SandboxKey => facts.sandbox_key,
            Step::SandboxJourney => facts.sandbox_journey,
            Step::SandboxRefusal => facts.recovered,
            Step::SandboxChanges => {
                facts.corrected.zip(facts.canceled).map(|(corrected, canceled)| corrected.max(canceled))
            }
            Step::Notice => facts.notice,
            Step::Conditions => facts.conditions,
            Step::RealKey => facts.real_key,
            Step::RealJourney => facts.real_journey,
        }
    }

    /// Whether the first real journey was accepted.
    pub fn is_connected(&self) -> bool {
        self.facts.real_journey.is_some()
    }

    /// Whether real keys may be drawn. What was opened once stays so: later conditions do not close it.
    pub fn gate(&self) -> Gate {
        let Some(request) = self.facts.request else { return Gate::Open };
        let before = Step::ALL.into_iter().filter(|step| *step < Step::RealKey);
        if request.closed.is_some() {
            Gate::Closed
        } else if request.opened.is_some() {
            Gate::Open
        } else if before.map(|step| self.done(step)).any(|done| done.is_none()) {
            Gate::Steps
        } else if self.approval && request.approved.is_none() {
            Gate::Approval
        } else {
            Gate::Open
        }
    }

    pub fn standing(&self, step: Step) -> Standing {
        if let Some(at) = self.done(step) {
            return Standing::Done(at);
        }
        if self.is_connected() {
            return Standing::Unneeded;
        }
        let possible = match step {
            Step::Account | Step::SandboxKey | Step::Notice | Step::Conditions => true,
            Step::SandboxJourney => self.facts.sandbox_key.is_some(),
            Step::SandboxRefusal | Step::SandboxChanges => self.facts.sandbox_journey.is_some(),
            Step::RealKey => self.gate() == Gate::Open,
            Step::RealJourney => self.facts.real_key.is_some(),
        };
        if possible { Standing::Possible } else { Standing::Later }
    }

    /// The step to do now; `None` when the operator is connected.
    pub fn current(&self) -> Option<Step> {
        if self.is_connected() {
            return None;
        }
        Step::ALL.into_iter().find(|step| self.done(*step).is_none())
    }

    /// When the last step forward was made.
    pub fn last_progress(&self) -> Option<Timestamp> {
        let steps = Step::ALL.into_iter().filter_map(|step| self.done(step));
        let partly =
            [self.facts.corrected, self.facts.canceled, self.facts.request.and_then(|one| one.approved)];
        steps.chain(partly.into_iter().flatten()).max()
    }

    /// How many steps are done.
    pub fn count_done(&self) -> usize {
        Step::ALL.into_iter().filter(|step| self.done(*step).is_some()).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64) -> Option<Timestamp> {
        Timestamp::from_second(hour * 3_600).ok()
    }

    /// Everything before the real key.
    fn ready() -> Facts {
        Facts {
            account: at(1),
            sandbox_key: at(2),
            sandbox_journey: at(3),
            recovered: at(4),
            corrected: at(5),
            canceled: at(6),
            notice: at(7),
            conditions: at(1),
            request: Some(Request::default()),
            ..Facts::default()
        }
    }

    #[test]
    fn real_keys_open_when_every_step_before_is_done() {
        assert_eq!(Checklist::new(ready(), false).gate(), Gate::Open);
        let missing: [fn(&mut Facts); 5] = [
            |facts| facts.recovered = None,
            |facts| facts.canceled = None,
            |facts| facts.corrected = None,
            |facts| facts.notice = None,
            |facts| facts.conditions = None,
        ];
        for remove in missing {
            let mut facts = ready();
            remove(&mut facts);
            assert_eq!(Checklist::new(facts, false).gate(), Gate::Steps);
        }
    }

    #[test]
    fn where_the_team_must_agree_it_comes_last_and_stays() {
        assert_eq!(Checklist::new(ready(), true).gate(), Gate::Approval);
        let request = |request| Facts { request: Some(request), ..ready() };
        let approved = Request { approved: at(8), ..Request::default() };
        assert_eq!(Checklist::new(request(approved), true).gate(), Gate::Open);
        let opened = Request { opened: at(9), ..Request::default() };
        let new_conditions = Facts { conditions: None, ..request(opened) };
        assert_eq!(Checklist::new(new_conditions, true).gate(), Gate::Open, "what was opened stays open");
        let closed = Request { closed: at(10), ..opened };
        assert_eq!(Checklist::new(request(closed), false).gate(), Gate::Closed);
        let registered = Facts { account: at(1), ..Facts::default() };
        assert_eq!(Checklist::new(registered, true).gate(), Gate::Open, "the team registered it");
    }

    #[test]
    fn one_is_stuck_since_the_last_step_forward() {
        let facts = Facts { recovered: None, notice: at(20), ..ready() };
        let checklist = Checklist::new(facts, false);
        assert_eq!(checklist.current(), Some(Step::SandboxRefusal));
        assert_eq!(checklist.last_progress(), at(20), "whichever step it was");
        assert_eq!(checklist.standing(Step::SandboxRefusal), Standing::Possible);
        assert_eq!(checklist.standing(Step::RealKey), Standing::Later);
    }

    #[test]
    fn a_connected_operator_has_nothing_left_to_do() {
        let facts = Facts { account: at(1), real_key: at(2), real_journey: at(3), ..Facts::default() };
        let checklist = Checklist::new(facts, false);
        assert_eq!(checklist.current(), None);
        assert_eq!(checklist.standing(Step::SandboxKey), Standing::Unneeded);
    }
}
