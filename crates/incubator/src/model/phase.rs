//! Phases of a service.

use super::named::named;

named! {
    /// The phases of the State startup approach. The fourth is called consolidation or transfer according to the
    /// agreement.
    Phase {
        Investigation = "investigation", "investigation";
        Construction = "construction", "construction";
        Acceleration = "acceleration", "accélération";
        Consolidation = "consolidation", "consolidation";
        Transfer = "transfer", "transfert";
    }
}
