use std::borrow::Cow;

use super::audience::Audience;
use super::line::{Line, Moment, Part, Sent};

/// What a cell holds.
#[derive(Clone, Debug)]
pub enum Cell<'a> {
    Nothing,
    Text(Cow<'a, str>),
    Integer(i64),
    Decimal(f64),
    Moment(Moment),
}

/// What all the cells of a column hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    Integer,
    Decimal,
    Moment,
}

/// A column of an export.
#[derive(Clone, Copy)]
pub struct Column {
    /// As the registry before us named it (spec §10.6).
    pub name: &'static str,
    pub kind: Kind,
    /// Who may read it: operator, territory, registry (as an operator's own people who may not read what was sent).
    readers: [bool; 3],
    pub read: for<'a> fn(&'a Line<'a>) -> Cell<'a>,
}

const EVERYONE: [bool; 3] = [true, true, true];
const OPERATOR: [bool; 3] = [true, false, false];
const TERRITORY: [bool; 3] = [false, true, false];
const TERRITORY_AND_REGISTRY: [bool; 3] = [false, true, true];
const OPERATOR_AND_REGISTRY: [bool; 3] = [true, false, true];

/// The columns that an audience reads, in order.
pub fn columns(audience: &Audience) -> Vec<Column> {
    let reader = match audience {
        Audience::Operator => 0,
        Audience::Territory(_) => 1,
        Audience::OperatorTeam | Audience::Registry => 2,
    };
    ALL.iter().filter(|column| column.readers[reader]).copied().collect()
}

fn text(value: &str) -> Cell<'_> {
    if value.is_empty() { Cell::Nothing } else { Cell::Text(Cow::Borrowed(value)) }
}

fn owned<'a>(value: Option<String>) -> Cell<'a> {
    value.map_or(Cell::Nothing, |value| Cell::Text(Cow::Owned(value)))
}

fn decimal<'a>(value: Option<f64>) -> Cell<'a> {
    value.map_or(Cell::Nothing, Cell::Decimal)
}

/// Euros, from cents.
fn euros<'a>(cents: i64) -> Cell<'a> {
    #[expect(clippy::cast_precision_loss, reason = "amounts of one journey")]
    Cell::Decimal(cents as f64 / 100.0)
}

fn date<'a>(moment: &Moment) -> Cell<'a> {
    owned(Some(moment.local.date().to_string()))
}

fn time<'a>(moment: &Moment) -> Cell<'a> {
    owned(Some(moment.local.time().to_string()))
}

fn duration<'a>(line: &Line<'_>) -> Cell<'a> {
    // From what this audience knows of both ends, which is exact for its operator only.
    let seconds = line.end.at.duration_since(line.start.at).as_secs();
    owned(Some(format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds % 3_600 / 60, seconds % 60)))
}

fn identity<'a>(line: &'a Line<'a>, part: fn(&'a Sent<'a>) -> &'a Part<'a>, key: bool) -> Cell<'a> {
    let Some(sent) = &line.sent else { return Cell::Nothing };
    let identity = &part(sent).identity;
    text(if key { &identity.identity_key } else { &identity.operator_user_id })
}

fn pseudonym<'a>(line: &'a Line<'a>, part: fn(&'a Sent<'a>) -> &'a Part<'a>) -> Cell<'a> {
    let key = line.sent.as_ref().map(|sent| &part(sent).identity.identity_key);
    owned(key.and_then(|key| line.audience.pseudonym("person", key)))
}

macro_rules! column {
    ($name:literal, $kind:ident, $readers:ident, $read:expr) => {
        Column { name: $name, kind: Kind::$kind, readers: $readers, read: $read }
    };
}

const ALL: &[Column] = &[
    column!("journey_id", Integer, OPERATOR_AND_REGISTRY, |line| Cell::Integer(line.departure.id)),
    column!("journey_pseudonym", Text, TERRITORY, |line| {
        owned(line.audience.pseudonym("journey", &line.departure.id.to_string()))
    }),
    column!("operator_trip_id", Text, OPERATOR_AND_REGISTRY, |line| text(&line.departure.operator_trip_id)),
    column!("trip_pseudonym", Text, TERRITORY, |line| {
        let trip = format!("{} {}", line.departure.operator_id, line.departure.operator_trip_id);
        owned(line.audience.pseudonym("trip", &trip))
    }),
    column!("operator_journey_id", Text, OPERATOR_AND_REGISTRY, |line| {
        text(&line.departure.operator_journey_id)
    }),
    column!("operator", Text, TERRITORY_AND_REGISTRY, |line| text(line.operator)),
    column!("operator_class", Text, EVERYONE, |line| text(&line.departure.operator_class)),
    column!("status", Text, EVERYONE, |line| text(&line.departure.status)),
    column!("refused_for", Text, OPERATOR_AND_REGISTRY, |line| {
        let labels: Vec<&str> = line.broken.iter().map(|broken| broken.label.as_str()).collect();
        owned((!labels.is_empty()).then(|| labels.join(" ")))
    }),
    column!("received_datetime", Moment, OPERATOR_AND_REGISTRY, |line| {
        Cell::Moment(Moment::new(line.departure.received_at.timestamp(), &line.from.zone))
    }),
    column!("start_datetime", Moment, EVERYONE, |line| Cell::Moment(line.start)),
    column!("start_date", Text, EVERYONE, |line| date(&line.start)),
    column!("start_time", Text, EVERYONE, |line| time(&line.start)),
    column!("end_datetime", Moment, EVERYONE, |line| Cell::Moment(line.end)),
    column!("end_date", Text, EVERYONE, |line| date(&line.end)),
    column!("end_time", Text, EVERYONE, |line| time(&line.end)),
    column!("duration", Text, EVERYONE, |line| duration(line)),
    // Kilometres.
    column!("distance", Decimal, EVERYONE, |line| Cell::Decimal(f64::from(line.metres()) / 1_000.0)),
    column!("start_lat", Decimal, EVERYONE, |line| decimal(
        line.spot(|sent| sent.start, line.from).map(|at| at.0)
    )),
    column!("start_lon", Decimal, EVERYONE, |line| decimal(
        line.spot(|sent| sent.start, line.from).map(|at| at.1)
    )),
    column!("end_lat", Decimal, EVERYONE, |line| decimal(line.spot(|sent| sent.end, line.to).map(|at| at.0))),
    column!("end_lon", Decimal, EVERYONE, |line| decimal(line.spot(|sent| sent.end, line.to).map(|at| at.1))),
    column!("start_insee", Text, EVERYONE, |line| text(&line.from.code)),
    column!("start_commune", Text, EVERYONE, |line| text(&line.from.commune)),
    column!("start_departement", Text, EVERYONE, |line| text(&line.from.department)),
    column!("start_epci", Text, EVERYONE, |line| text(&line.from.epci)),
    column!("start_aom", Text, EVERYONE, |line| text(&line.from.aom)),
    column!("start_region", Text, EVERYONE, |line| text(&line.from.region)),
    column!("start_pays", Text, EVERYONE, |line| text(&line.from.country)),
    column!("end_insee", Text, EVERYONE, |line| text(&line.to.code)),
    column!("end_commune", Text, EVERYONE, |line| text(&line.to.commune)),
    column!("end_departement", Text, EVERYONE, |line| text(&line.to.department)),
    column!("end_epci", Text, EVERYONE, |line| text(&line.to.epci)),
    column!("end_aom", Text, EVERYONE, |line| text(&line.to.aom)),
    column!("end_region", Text, EVERYONE, |line| text(&line.to.region)),
    column!("end_pays", Text, EVERYONE, |line| text(&line.to.country)),
    column!("operator_passenger_id", Text, OPERATOR, |line| identity(line, |sent| &sent.passenger, false)),
    column!("passenger_identity_key", Text, OPERATOR, |line| identity(line, |sent| &sent.passenger, true)),
    column!("operator_driver_id", Text, OPERATOR, |line| identity(line, |sent| &sent.driver, false)),
    column!("driver_identity_key", Text, OPERATOR, |line| identity(line, |sent| &sent.driver, true)),
    column!("passenger_pseudonym", Text, TERRITORY, |line| pseudonym(line, |sent| &sent.passenger)),
    column!("driver_pseudonym", Text, TERRITORY, |line| pseudonym(line, |sent| &sent.driver)),
    // Euros.
    column!("driver_revenue", Decimal, EVERYONE, |line| euros(line.departure.driver_revenue.into())),
    column!("passenger_contribution", Decimal, EVERYONE, |line| {
        euros(line.departure.passenger_contribution.into())
    }),
    column!("passenger_seats", Integer, EVERYONE, |line| Cell::Integer(line.departure.seats.into())),
    column!("incentive_count", Integer, EVERYONE, |line| {
        Cell::Integer(i64::try_from(line.incentives.len()).unwrap_or(i64::MAX))
    }),
    column!("incentive_0_siret", Text, EVERYONE, |line| line
        .incentives
        .first()
        .map_or(Cell::Nothing, |one| text(&one.siret))),
    column!("incentive_0_amount", Decimal, EVERYONE, |line| line
        .incentives
        .first()
        .map_or(Cell::Nothing, |one| euros(one.amount))),
    column!("incentive_1_siret", Text, EVERYONE, |line| line
        .incentives
        .get(1)
        .map_or(Cell::Nothing, |one| text(&one.siret))),
    column!("incentive_1_amount", Decimal, EVERYONE, |line| line
        .incentives
        .get(1)
        .map_or(Cell::Nothing, |one| euros(one.amount))),
    column!("incentive_2_siret", Text, EVERYONE, |line| line
        .incentives
        .get(2)
        .map_or(Cell::Nothing, |one| text(&one.siret))),
    column!("incentive_2_amount", Decimal, EVERYONE, |line| line
        .incentives
        .get(2)
        .map_or(Cell::Nothing, |one| euros(one.amount))),
];
