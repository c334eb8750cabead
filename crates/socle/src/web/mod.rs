//! The front door: who comes in, what they may ask, how they are answered.

mod account_log;
mod answer;
pub mod app;
mod asked;
mod assets;
mod guard;
mod origin;
mod proconnect;
mod public;
pub mod rates;
mod sign_in;
mod switches;
mod uploaded;
mod visitor;

pub use answer::{Problem, page, redirect};
pub use asked::{Asked, Filled, Name, Number, answered};
pub use assets::Assets;
pub use origin::Origin;
pub use sign_in::{demonstration_accounts, demonstration_link};
pub use switches::of as switches_of;
pub use uploaded::{Uploaded, UploadedFile};
pub use visitor::{Visitor, house_of};
