//! The registry through its front door: HTTP in, HTTP out, on both stores.

mod access_review;
mod api;
mod audit;
mod changes;
mod concurrency;
mod credentials;
mod exports;
mod limits;
mod onboarding;
mod privacy;
mod proconnect;
mod quality;
mod rights;
mod risks;
mod sandbox;
mod sign_in;
mod statistics;
mod switches;
mod terms;
mod territories;
