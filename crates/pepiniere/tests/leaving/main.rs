//! A service leaves a house with everything it has, is received in another, or ends.

mod copy;
mod end;
mod interruption;
mod pack;
mod place;
mod receipt;
