//! What a team supposes, and what the field answers.

use super::named::named;

named! {
    Verdict {
        Open = "open", "à vérifier";
        Confirmed = "confirmed", "confirmée";
        /// As useful as the other: what is not true is not built.
        Refuted = "refuted", "réfutée";
        Undecided = "undecided", "sans conclusion";
    }
}
