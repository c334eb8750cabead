//! What leaves the house when an agreement is published: its text without what is hidden, as pages, files and a pack, and
//! the sending to the State's catalogue.

pub mod catalogue;
pub mod dataset;
pub mod files;
pub mod sending;
pub mod text;

pub use self::text::PublicText;
