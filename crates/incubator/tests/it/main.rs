//! Stories of the incubator, through HTTP and the command line's own functions, on both stores.

mod accounts;
mod agreements;
mod applications;
mod call_awards;
mod calls;
mod committees;
mod compliance;
mod credits;
mod drafting;
mod imports;
mod indicators;
mod members;
mod objectives;
mod orders;
mod portfolio;
mod publication;
mod rights;
mod signing;
mod standards;
mod telling;
