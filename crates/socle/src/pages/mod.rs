//! What pages are made of: the frame, forms, lists, figures, dates and amounts as French people read them.

mod chart;
mod form;
pub mod format;
mod frame;
mod pager;

pub use chart::{Bar, BarChart};
pub use form::{Choice, FieldError, FormErrors};
pub use frame::{Crumb, Flash, Link, MenuItem, Page, Person};
pub use pager::{Pager, PagerEntry};
