//! `pepiniere incubator import DIR`: the programme's public content, read from its repository.

mod command;
mod repository;

pub use command::{command, run_command};
pub use repository::read;
