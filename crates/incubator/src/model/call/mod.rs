//! Calls for projects: what an edition says, its course, and how a jury's marks become a ranking (spec §7).

mod course;
mod coverage;
mod edition;
mod figures;
mod scoring;
mod templates;

pub use course::{Facts, Phase, Refusal, Step};
pub use coverage::{Uncovered, left, uncovered};
pub use edition::{
    AwardKind, Calendar, CallKind, Criterion, Description, EligibilityQuestion, FormQuestion, MarkStage,
    OrganisationKind, Scale,
};
pub use figures::grouped;
pub use scoring::{Average, Mark, Ranked, Score, Sheet, average, ranking};
pub use templates::{CallTemplates, Consent, Retention, Template, TemplatesError};
