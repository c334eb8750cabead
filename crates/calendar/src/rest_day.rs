//! Why a day is not worked.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// The reason for which a day is not a working day. One reason a day, the first in this order: holiday, Sunday, closed
/// day, Saturday; so that `Saturday` always means an ordinary Saturday.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RestDay {
    /// A holiday, by its French name.
    Holiday {
        name: Cow<'static, str>,
    },
    Sunday,
    /// A day on which the service is closed (*jour chômé*, code de procédure civile, art. 642).
    Closed,
    Saturday,
}
