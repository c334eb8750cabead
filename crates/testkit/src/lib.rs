//! Starts the program on a scratch store, with a clock that tests move, and speaks to it over HTTP as its users
//! do: an operator's server, an agent with a browser.

mod agent;
mod journey;
mod operator;
mod provider;
mod scratch;

pub use agent::Agent;
pub use journey::{JourneyBody, identity_key};
pub use operator::{Answer, OperatorServer};
pub use provider::{Provider, Said};
pub use scratch::{StoreKind, TestHouse, start_of_tests};

/// A client that follows no redirection, with this project's one TLS provider.
pub fn http_client() -> reqwest::Client {
    // Installed once for the process; a second call finds it there already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client")
}

/// Writes a test once and runs it on both stores.
///
/// Without `PostgreSQL` (`PEPINIERE_TEST_POSTGRES` not set) the second run says that it is skipped; with
/// `PEPINIERE_TEST_COMPULSORY` it fails instead.
#[macro_export]
macro_rules! on_both_stores {
    ($(#[$doc:meta])* async fn $name:ident($house:ident: TestHouse) $body:block) => {
        $(#[$doc])*
        async fn $name($house: $crate::TestHouse) $body

        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::$name($crate::TestHouse::start($crate::StoreKind::Sqlite).await.expect("a house on SQLite")).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                if let Some(store) = $crate::StoreKind::postgres() {
                    super::$name($crate::TestHouse::start(store).await.expect("a house on PostgreSQL")).await;
                }
            }
        }
    };
}
