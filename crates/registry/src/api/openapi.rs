//! The description of the interface, generated from the code and served at `/openapi.json`.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::{Json, middleware};
use serde_json::Value;
use socle::web::Visitor;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{OpenApi, Server};
use utoipa::{Modify, OpenApi as _, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{auth, changes, credentials, journeys, judgement, limits, subscriptions};
use crate::Registry;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Registre de preuve de covoiturage : API des opérateurs",
        version = "3.4",
        description = "What a carpool operator's server sends to the registry, and reads from it. Timestamps are ISO 8601 \
            with their offset, money is in euro cents, distances in metres. See docs/operators.md for the way from zero to a \
            first accepted journey.",
        license(name = "MIT"),
    ),
    security(("token" = [])),
    modifiers(&Token),
)]
struct Description;

struct Token;

impl Modify for Token {
    fn modify(&self, description: &mut OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        description
            .components
            .get_or_insert_default()
            .add_security_scheme("token", SecurityScheme::Http(scheme));
    }
}

/// The routes of one version with their description.
pub fn described(registry: &Arc<Registry>) -> (Router, OpenApi) {
    let state = || Arc::clone(registry);
    let posts = OpenApiRouter::new()
        .routes(routes!(journeys::create))
        .routes(routes!(journeys::cancel))
        .route_layer(middleware::from_fn_with_state(state(), limits::posts));
    let reads = OpenApiRouter::new()
        .routes(routes!(journeys::list))
        .routes(routes!(journeys::status, journeys::correct))
        .routes(routes!(judgement::create))
        .routes(routes!(changes::read))
        .route_layer(middleware::from_fn_with_state(state(), limits::reads));
    let credentials = OpenApiRouter::new()
        .routes(routes!(credentials::read, credentials::create, credentials::delete))
        .routes(routes!(subscriptions::list, subscriptions::create))
        .routes(routes!(subscriptions::end))
        .route_layer(middleware::from_fn_with_state(state(), limits::credentials));
    let (router, description) = OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(auth::create_token))
        .merge(posts)
        .merge(reads)
        .merge(credentials)
        .split_for_parts();
    (router.with_state(state()), description)
}

/// The description that is served, and where the interface it describes begins.
#[derive(Clone)]
pub struct Served {
    description: Arc<OpenApi>,
    beginning: &'static str,
}

impl Served {
    pub fn of(registry: &Arc<Registry>) -> Self {
        Self { description: Arc::new(document(registry)), beginning: registry.space.api() }
    }
}

/// The description as JSON, with the address of this house.
pub async fn serve(visitor: Visitor, State(served): State<Served>) -> Response {
    let mut description = (*served.description).clone();
    let base = visitor.house.config.base_url();
    description.servers = Some(vec![Server::new(format!("{base}{}/v3.4", served.beginning))]);
    Json(description).into_response()
}

/// The description, without the routes.
pub fn document(registry: &Arc<Registry>) -> OpenApi {
    described(registry).1
}

// What is sent, as documentation shows it. The types that read it are in `model`; a test sends the examples.

/// A journey: one driver, one passenger booking.
#[derive(ToSchema)]
#[schema(as = Journey, example = json!(serde_json::from_str::<Value>(include_str!("../../data/example_journey.json")).unwrap_or_default()))]
#[expect(dead_code, reason = "only described")]
pub struct SubmissionSchema {
    #[schema(min_length = 1, max_length = 256)]
    operator_journey_id: String,
    /// Groups the passengers of one vehicle run.
    #[schema(min_length = 1, max_length = 256)]
    operator_trip_id: String,
    operator_class: ClassSchema,
    start: MomentSchema,
    end: MomentSchema,
    /// Metres along the road.
    #[schema(minimum = 1, maximum = 1_000_000)]
    distance: i64,
    #[schema(max_length = 256, nullable = false)]
    licence_plate: Option<String>,
    /// Incentives as the operator applied them, in order: territory, sponsor, operator. An empty list if none.
    #[schema(max_items = 20)]
    incentives: Vec<IncentiveSchema>,
    driver: DriverSchema,
    passenger: PassengerSchema,
}

/// What a correction may change.
#[derive(ToSchema)]
#[schema(as = Correction)]
#[expect(dead_code, reason = "only described")]
pub struct CorrectionSchema {
    #[schema(min_length = 1, max_length = 256, nullable = false)]
    operator_trip_id: Option<String>,
    operator_class: ClassSchema,
    #[schema(max_items = 20)]
    incentives: Vec<IncentiveSchema>,
    start: MomentSchema,
    end: MomentSchema,
    /// Metres along the road.
    #[schema(minimum = 1, maximum = 1_000_000)]
    distance: i64,
}

/// What the operator certifies: A the matching, B also one occupant's trip, C also every occupant's.
#[derive(ToSchema)]
#[schema(as = OperatorClass)]
#[expect(dead_code, reason = "only described")]
enum ClassSchema {
    A,
    B,
    C,
}

/// Where and when.
#[derive(ToSchema)]
#[schema(as = Moment)]
#[expect(dead_code, reason = "only described")]
struct MomentSchema {
    #[schema(format = DateTime, max_length = 64, example = "2026-11-25T07:30:00Z")]
    datetime: String,
    #[schema(minimum = -90, maximum = 90)]
    lat: f64,
    #[schema(minimum = -180, maximum = 180)]
    lon: f64,
}

#[derive(ToSchema)]
#[schema(as = Incentive)]
#[expect(dead_code, reason = "only described")]
struct IncentiveSchema {
    #[schema(minimum = 0, maximum = 19)]
    index: i64,
    #[schema(pattern = "^[0-9]{14}$", example = "11000101300017")]
    siret: String,
    /// Euro cents.
    #[schema(minimum = 0, maximum = 100_000)]
    amount: i64,
}

#[derive(ToSchema)]
#[schema(as = Driver)]
#[expect(dead_code, reason = "only described")]
struct DriverSchema {
    identity: IdentitySchema,
    /// What the driver really received, in euro cents.
    #[schema(minimum = 0, maximum = 1_000_000)]
    revenue: i64,
}

#[derive(ToSchema)]
#[schema(as = Passenger)]
#[expect(dead_code, reason = "only described")]
struct PassengerSchema {
    identity: IdentitySchema,
    /// What the passenger really paid, in euro cents.
    #[schema(minimum = 0, maximum = 1_000_000)]
    contribution: i64,
    #[schema(minimum = 1, maximum = 8, nullable = false)]
    seats: Option<i64>,
    #[schema(max_items = 20, nullable = false)]
    payments: Option<Vec<PaymentSchema>>,
}

#[derive(ToSchema)]
#[schema(as = Payment)]
#[expect(dead_code, reason = "only described")]
struct PaymentSchema {
    #[schema(minimum = 0, maximum = 19)]
    index: i64,
    #[schema(pattern = "^[0-9]{14}$")]
    siret: String,
    #[schema(min_length = 1, max_length = 256)]
    r#type: String,
    /// Euro cents.
    #[schema(minimum = 0, maximum = 100_000)]
    amount: i64,
}

/// A person. `phone` or `phone_trunc` is required.
#[derive(ToSchema)]
#[schema(as = Identity)]
#[expect(dead_code, reason = "only described")]
struct IdentitySchema {
    #[schema(min_length = 1, max_length = 256)]
    operator_user_id: String,
    /// SHA-256 of `<E.164 number>-<LAST NAME>`, in lower-case hexadecimal.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    identity_key: String,
    /// E.164.
    #[schema(example = "+33601020304", nullable = false)]
    phone: Option<String>,
    /// E.164 without the last two digits.
    #[schema(example = "+336010203", nullable = false)]
    phone_trunc: Option<String>,
    #[schema(nullable = false)]
    travel_pass: Option<TravelPassSchema>,
    /// Of the passenger. Null when it is not known.
    over_18: Option<bool>,
}

#[derive(ToSchema)]
#[schema(as = TravelPass)]
#[expect(dead_code, reason = "only described")]
struct TravelPassSchema {
    #[schema(pattern = "^navigo$", example = "navigo")]
    name: String,
    #[schema(min_length = 1, max_length = 256)]
    user_id: String,
}
