//! Which of the two ends of a delay count.

use serde::{Deserialize, Serialize};

/// Whether the first day (*dies a quo*) and the last (*dies ad quem*) are part of the delay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counting {
    /// The day of the act does not count, the last day does and ends at 24 h. The rule of civil procedure, and the
    /// one to use when a text is silent. Source: code de procédure civile, art. 641, al. 1er and 642, al. 1er.
    #[default]
    Ordinary,
    /// *Délai franc*: neither end counts, so the act can still be done on the day after the last. The rule of appeals
    /// to administrative courts. Source: Conseil d'État, 19 septembre 2014, n° 362568. Counted backwards, the rule of
    /// délais à rebours: Cour de cassation, com., 14 mars 2018, n° 16-26.996.
    Franc,
    /// Both ends count: how long something lasts, rather than when something must be done. One year from 1 January
    /// ends on 31 December. From a day whose number the last month lacks (29 February, one year), it ends on the last
    /// day of that month.
    ///
    /// No general text: the usage of terms stated "from the ... included", and of the attestation of domiciliation
    /// (code de l'action sociale et des familles, art. D264-1: one year).
    Inclusive,
}
