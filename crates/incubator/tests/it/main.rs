//! Stories of the incubator, through HTTP and the command line's own functions, on both stores.

mod compliance;
mod portfolio;
mod rights;
