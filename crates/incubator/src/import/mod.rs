//! `pepiniere incubator import DIR`: the programme's public content, read from its repository.

mod command;
mod content;

pub use command::{command, run_command};
pub use content::{Content, Refused, read};
