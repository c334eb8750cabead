//! The registry through its front door: HTTP in, HTTP out, on both stores.

mod api;
mod audit;
mod changes;
mod concurrency;
mod credentials;
mod limits;
mod onboarding;
mod privacy;
mod rights;
mod risks;
mod sandbox;
mod sign_in;
mod statistics;
mod terms;
mod territories;
