//! The program: command line, configuration, which services are mounted. No business rule.

mod anonymised;
mod backup;
pub mod command_line;
mod compliance;
mod demo;
mod destruction;
mod doctor;
mod handover;
mod invitation;
mod keys;
mod reference;
pub mod serving;
mod switches;

use socle::service::Service;

/// Every service of the house, in the order the home page shows them.
pub fn services() -> Vec<Box<dyn Service>> {
    vec![Box::new(registry::RegistryService), Box::new(incubator::IncubatorService)]
}
