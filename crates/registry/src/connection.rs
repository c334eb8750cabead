//! How far each operator is from its first accepted journey: facts of both sides put together.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use jiff::Timestamp;
use socle::rights::Scope;
use socle::store::Instant;

use crate::Registry;
use crate::model::checklist::{Checklist, Facts, Gate, Request};
use crate::model::{ConditionsCatalogue, LocalDay};
use crate::store::onboarding::{self, Onboarding};
use crate::store::operator::{self, Operator};
use crate::store::sign::{self, Kind, Sign};
use crate::store::{ServiceError, accepted_conditions, access_key, operator_notice, summary};

/// The conditions shipped with the program. They are tested: a program that cannot read them does not build.
pub static CONDITIONS: LazyLock<ConditionsCatalogue> = LazyLock::new(|| {
    ConditionsCatalogue::parse(include_str!("../data/conditions.toml"))
        .expect("the shipped conditions are well formed")
});

/// An operator, and how far it got.
pub struct Connection {
    pub operator: Operator,
    pub onboarding: Option<Onboarding>,
    pub checklist: Checklist,
    /// The public half of its last key of the sandbox that works.
    pub sandbox_key: Option<String>,
    /// Where it tells people what becomes of their data.
    pub notice: Option<String>,
    pub last_call: Option<Timestamp>,
    /// When something was last refused in the sandbox, and by which rule or for which field.
    pub last_refusal: Option<(Timestamp, String)>,
    /// The last day with a valid journey.
    pub last_valid_day: Option<LocalDay>,
}

/// How far the operators of a scope got, in the order of their names.
pub async fn list(registry: &Registry, scope: &Scope) -> Result<Vec<Connection>, ServiceError> {
    let operators = operator::list(&registry.database, scope).await?;
    let Some(sandbox) = registry.sandbox() else { return Ok(Vec::new()) };
    let conditions = &CONDITIONS.at(registry.house.clock.now()).version;
    let (real, aside) = (&registry.database, &sandbox.database);
    let numbers: BTreeSet<i64> = operators.iter().map(|operator| operator.id).collect();
    let (real_keys, tried_keys) = (access_key::first(real).await?, access_key::first(aside).await?);
    let working = access_key::list(aside, scope).await?;
    let onboardings = onboarding::all(real).await?;
    let notices = operator_notice::all(real).await?;
    let accepted = accepted_conditions::of_version(real, conditions).await?;
    let tried = operator::list(aside, scope).await?;
    let mut signs: BTreeMap<i64, Vec<Sign>> = BTreeMap::new();
    for sign in sign::of(aside, &numbers).await? {
        signs.entry(sign.operator_id).or_default().push(sign);
    }
    let days = summary::last_days(real).await?;
    let approval = registry.house.config.onboarding.approval;
    let connection = |operator: Operator| {
        let id = operator.id;
        let onboarding = onboardings.iter().find(|one| one.operator_id == id).cloned();
        let signs = signs.get(&id).map_or(&[][..], Vec::as_slice);
        let sign = |kind: Kind| signs.iter().find(|sign| sign.kind == kind.as_str());
        let first = |kind| sign(kind).map(|sign| sign.first_at.timestamp());
        let notice = notices.iter().find(|one| one.operator_id == id);
        let here = tried.iter().find(|one| one.id == id);
        let at = |instant: Option<Instant>| instant.map(Instant::timestamp);
        let facts = Facts {
            account: Some(
                onboarding.as_ref().map_or(operator.created_at, |one| one.confirmed_at).timestamp(),
            ),
            sandbox_key: at(tried_keys.get(&id).copied()),
            sandbox_journey: at(here.and_then(|one| one.connected_at)),
            recovered: first(Kind::Recovered),
            corrected: first(Kind::Corrected),
            canceled: first(Kind::Canceled),
            notice: notice.map(|one| one.at.timestamp()),
            conditions: accepted.iter().find(|one| one.operator_id == id).map(|one| one.at.timestamp()),
            real_key: at(real_keys.get(&id).copied()),
            real_journey: at(operator.connected_at),
            request: onboarding.as_ref().map(|one| Request {
                approved: at(one.approved_at),
                opened: at(one.opened_at),
                closed: at(one.closed_at),
            }),
        };
        let refusals = [Kind::Refused, Kind::Faulty].into_iter().filter_map(sign);
        Connection {
            checklist: Checklist::new(facts, approval),
            sandbox_key: working.iter().find(|key| key.operator_id == id).map(|key| key.id.clone()),
            notice: notice.map(|one| one.url.clone()),
            last_call: sign(Kind::Call).map(|sign| sign.last_at.timestamp()),
            last_refusal: refusals
                .max_by_key(|sign| sign.last_at)
                .map(|sign| (sign.last_at.timestamp(), sign.detail.clone())),
            last_valid_day: days.get(&id).copied(),
            onboarding,
            operator,
        }
    };
    Ok(operators.into_iter().map(connection).collect())
}

/// How far one operator got.
pub async fn of(registry: &Registry, operator: i64) -> Result<Option<Connection>, ServiceError> {
    let scope = Scope::Tenant(crate::store::tenant(operator));
    Ok(list(registry, &scope).await?.into_iter().next())
}

/// Whether an operator may draw a key here. The sandbox never asks anything.
pub async fn gate(registry: &Registry, operator: i64) -> Result<Gate, ServiceError> {
    // Nearly every operator is open already: that costs one read.
    let onboarding = onboarding::of(&registry.database, operator).await?;
    if onboarding.is_none_or(|one| one.opened_at.is_some() && one.closed_at.is_none()) {
        return Ok(Gate::Open);
    }
    Ok(of(registry, operator).await?.map_or(Gate::Closed, |connection| connection.checklist.gate()))
}
