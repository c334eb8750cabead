//! What a committee decides for a product.

use super::named::named;
use super::portfolio::Stage;

named! {
    Outcome {
        Continue = "continue", "continuer";
        /// Until its conditions are checked.
        ContinueProvisionally = "continue-provisionally", "continuer à titre provisoire";
        Construct = "construct", "passer en construction";
        Accelerate = "accelerate", "passer en accélération";
        Consolidate = "consolidate", "passer en consolidation";
        Transfer = "transfer", "transférer le service";
        /// A normal way to end.
        Stop = "stop", "arrêter";
    }
}

named! {
    /// What a party thinks of it.
    Opinion {
        Favourable = "favourable", "favorable";
        Reserved = "reserved", "réservé";
        Unfavourable = "unfavourable", "défavorable";
    }
}

/// A decision that does not fit the phase of the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// It is in that phase already.
    Already(Stage),
    /// It left the programme: nothing is decided any more.
    Over(Stage),
}

impl Outcome {
    /// The phase it opens from the present one; `None` when the phase stays. A product without a phase may begin anywhere;
    /// going back is a committee's right.
    pub fn opens(self, present: Option<Stage>) -> Result<Option<Stage>, Misfit> {
        if let Some(over) = present.filter(|stage| !stage.is_active()) {
            return Err(Misfit::Over(over));
        }
        let next = match self {
            Self::Continue | Self::ContinueProvisionally => return Ok(None),
            Self::Construct => Stage::Construction,
            Self::Accelerate => Stage::Acceleration,
            Self::Consolidate => Stage::Consolidation,
            Self::Transfer => Stage::Transferred,
            Self::Stop if present == Some(Stage::Investigation) => Stage::StoppedAtInvestigation,
            Self::Stop => Stage::Stopped,
        };
        if present == Some(next) { Err(Misfit::Already(next)) } else { Ok(Some(next)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::named::Named as _;

    #[test]
    fn an_idea_stopped_at_the_end_of_its_investigation_is_told_apart() {
        assert_eq!(Outcome::Stop.opens(Some(Stage::Investigation)), Ok(Some(Stage::StoppedAtInvestigation)));
        assert_eq!(Outcome::Stop.opens(Some(Stage::Acceleration)), Ok(Some(Stage::Stopped)));
    }

    #[test]
    fn going_on_changes_no_phase_and_no_decision_opens_the_present_one() {
        for stage in Stage::ALL.into_iter().filter(|stage| stage.is_active()) {
            assert_eq!(Outcome::Continue.opens(Some(stage)), Ok(None));
            for outcome in Outcome::ALL {
                assert_ne!(outcome.opens(Some(stage)), Ok(Some(stage)), "{outcome} in {stage}");
            }
        }
        assert_eq!(
            Outcome::Accelerate.opens(Some(Stage::Acceleration)),
            Err(Misfit::Already(Stage::Acceleration))
        );
    }

    #[test]
    fn nothing_is_decided_for_what_left_the_programme() {
        for outcome in Outcome::ALL {
            assert_eq!(outcome.opens(Some(Stage::Transferred)), Err(Misfit::Over(Stage::Transferred)));
        }
    }
}
