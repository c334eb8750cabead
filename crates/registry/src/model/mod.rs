//! Nouns, states and rules of the registry. Pure: no store, no clock, no randomness.

pub mod checklist;
pub mod conditions;
pub mod export_format;
pub mod identity;
pub mod perimeter;
pub mod phone;
pub mod placement;
pub mod status;
pub mod submission;
pub mod terms;
pub mod units;

pub use conditions::{Conditions, ConditionsCatalogue};
pub use export_format::ExportFormat;
pub use identity::Identity;
pub use perimeter::{Perimeter, Selector, SelectorKind};
pub use phone::{Numbering, Phone, TruncatedPhone};
pub use placement::PlaceCode;
pub use status::{Acquisition, Check, PublicStatus};
pub use submission::{Correction, Fault, Submission};
pub use terms::{Couple, Label, Neighbour, Terms, TermsCatalogue, Verdict, Violation};
pub use units::{Cents, LocalDay, Metres, OperatorClass, Seats, Siret};
