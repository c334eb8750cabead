//! Figures of a territory: the valid journeys that start or end in it, along several axes. Kept in the same change
//! as each status; counted again from the flows when a perimeter changes.

use std::collections::{BTreeMap, HashMap, HashSet};

use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, ConnectionTrait, DbBackend, QueryOrder as _, QuerySelect as _, Statement};
use socle::store::{Database, Tx};

use super::fact::{Fact, ROWS, month_of};
use super::summary::{self, Totals};
use super::territory::Territory;
use super::{ServiceError, territory_place};
use crate::model::LocalDay;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "territory_summaries")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub territory_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub axis: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub month: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub value: String,
    pub journeys: i64,
    pub metres: i64,
    pub seats: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What journeys are told apart by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Axis {
    /// Days since 1970-01-01.
    Day,
    Operator,
    /// A, B or C.
    Class,
    /// Tens of kilometres.
    Band,
    /// 0 to 23, on the clocks of the departure.
    Hour,
    /// `in`, `out` or `within`.
    Direction,
    /// A commune of the territory in which journeys start or end.
    Place,
}

impl Axis {
    pub const ALL: [Self; 7] =
        [Self::Day, Self::Operator, Self::Class, Self::Band, Self::Hour, Self::Direction, Self::Place];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Operator => "operator",
            Self::Class => "class",
            Self::Band => "band",
            Self::Hour => "hour",
            Self::Direction => "direction",
            Self::Place => "place",
        }
    }

    /// What a flow counts under, and where flows are read, in SQL. `{inside}` are the territory's places.
    fn in_sql(self) -> (&'static str, &'static str) {
        let flows = "FROM flows WHERE start_place IN {inside} OR end_place IN {inside}";
        match self {
            Self::Day => ("CAST(day AS TEXT)", flows),
            Self::Operator => ("CAST(operator_id AS TEXT)", flows),
            Self::Class => ("operator_class", flows),
            Self::Band => ("CAST(distance_band AS TEXT)", flows),
            Self::Hour => ("CAST(hour AS TEXT)", flows),
            Self::Direction => (
                "CASE WHEN start_place NOT IN {inside} THEN 'in' WHEN end_place NOT IN {inside} THEN 'out' ELSE 'within' END",
                flows,
            ),
            Self::Place => (
                "place",
                "FROM (SELECT month, start_place AS place, journeys, metres, seats FROM flows \
                 UNION ALL \
                 SELECT month, end_place, journeys, metres, seats FROM flows WHERE end_place <> start_place) AS ends \
                 WHERE place IN {inside}",
            ),
        }
    }
}

/// The axes and values under which a territory counts a flow.
fn values(fact: &Fact, starts_here: bool, ends_here: bool) -> Vec<(Axis, String)> {
    let direction = match (starts_here, ends_here) {
        (true, true) => "within",
        (true, false) => "out",
        (false, _) => "in",
    };
    let mut values = vec![
        (Axis::Day, fact.day.0.to_string()),
        (Axis::Operator, fact.operator.to_string()),
        (Axis::Class, fact.operator_class.clone()),
        (Axis::Band, fact.distance_band.to_string()),
        (Axis::Hour, fact.hour.to_string()),
        (Axis::Direction, direction.to_owned()),
    ];
    if starts_here {
        values.push((Axis::Place, fact.start_place.clone()));
    }
    if ends_here && !(starts_here && fact.start_place == fact.end_place) {
        values.push((Axis::Place, fact.end_place.clone()));
    }
    values
}

/// Counts facts in the territories they start or end in.
pub(super) async fn add(
    connection: &impl ConnectionTrait,
    facts: &BTreeMap<Fact, Totals>,
) -> Result<(), ServiceError> {
    let places: HashSet<&str> =
        facts.keys().flat_map(|fact| [fact.start_place.as_str(), fact.end_place.as_str()]).collect();
    let mut territories: HashMap<String, Vec<i64>> = HashMap::new();
    for row in territory_place::Entity::find()
        .filter(territory_place::Column::Place.is_in(places))
        .all(connection)
        .await?
    {
        territories.entry(row.place).or_default().push(row.territory_id);
    }
    let mut sums: BTreeMap<(i64, Axis, i32, String), Totals> = BTreeMap::new();
    for (fact, totals) in facts {
        let of = |place: &str| territories.get(place).map_or(&[][..], Vec::as_slice);
        let (starts, ends) = (of(&fact.start_place), of(&fact.end_place));
        let mut concerned: Vec<i64> = starts.iter().chain(ends).copied().collect();
        concerned.sort_unstable();
        concerned.dedup();
        for territory in concerned {
            for (axis, value) in values(fact, starts.contains(&territory), ends.contains(&territory)) {
                let sum = sums.entry((territory, axis, fact.month(), value)).or_default();
                *sum = sum.plus(*totals);
            }
        }
    }
    let key = [Column::TerritoryId, Column::Axis, Column::Month, Column::Value];
    let conflict = summary::adding(Entity, key, [Column::Journeys, Column::Metres, Column::Seats]);
    let rows: Vec<ActiveModel> = sums
        .into_iter()
        .map(|((territory, axis, month, value), totals)| ActiveModel {
            territory_id: Set(territory),
            axis: Set(axis.as_str().to_owned()),
            month: Set(month),
            value: Set(value),
            journeys: Set(totals.journeys),
            metres: Set(totals.metres),
            seats: Set(totals.seats),
        })
        .collect();
    for rows in rows.chunks(ROWS) {
        Entity::insert_many(rows.to_vec())
            .on_conflict(conflict.clone())
            .exec_without_returning(connection)
            .await?;
    }
    Ok(())
}

/// Counts a territory again from the flows: its perimeter changed.
pub(super) async fn count_again(tx: &Tx, territory: i64) -> Result<(), ServiceError> {
    Entity::delete_many().filter(Column::TerritoryId.eq(territory)).exec(tx.connection()).await?;
    let inside = format!("(SELECT place FROM territory_places WHERE territory_id = {territory})");
    for axis in Axis::ALL {
        let (value, from) = axis.in_sql();
        let sql = format!(
            "INSERT INTO territory_summaries (territory_id, axis, month, value, journeys, metres, seats) \
             SELECT {territory}, '{axis}', month, value, \
             CAST(SUM(journeys) AS BIGINT), CAST(SUM(metres) AS BIGINT), CAST(SUM(seats) AS BIGINT) \
             FROM (SELECT month, {value} AS value, journeys, metres, seats {from}) AS counted GROUP BY month, value",
            axis = axis.as_str(),
        )
        .replace("{inside}", &inside);
        let backend: DbBackend = tx.connection().get_database_backend();
        tx.connection().execute_raw(Statement::from_string(backend, sql)).await?;
    }
    Ok(())
}

/// The figures of a territory along some axes, from one month to another (202601), each value with its month.
pub async fn read(
    database: &Database,
    territory: i64,
    axes: &[Axis],
    months: std::ops::RangeInclusive<i32>,
) -> Result<BTreeMap<(Axis, String), BTreeMap<i32, Totals>>, ServiceError> {
    let rows: Vec<(String, i32, String, i64, i64, i64)> = Entity::find()
        .select_only()
        .columns([
            Column::Axis,
            Column::Month,
            Column::Value,
            Column::Journeys,
            Column::Metres,
            Column::Seats,
        ])
        .filter(Column::TerritoryId.eq(territory))
        .filter(Column::Axis.is_in(axes.iter().map(|axis| axis.as_str())))
        .filter(Column::Month.between(*months.start(), *months.end()))
        .filter(Column::Journeys.ne(0))
        .into_tuple()
        .all(database.read())
        .await?;
    let mut read: BTreeMap<(Axis, String), BTreeMap<i32, Totals>> = BTreeMap::new();
    for (name, month, value, journeys, metres, seats) in rows {
        let Some(found) = Axis::ALL.into_iter().find(|known| known.as_str() == name) else { continue };
        read.entry((found, value)).or_default().insert(month, Totals { journeys, metres, seats });
    }
    Ok(read)
}

/// The longest time compared on each side of a turning day, in days.
const COMPARED: i32 = 90;

/// The year of the first journey counted for a territory.
pub async fn first_year(database: &Database, territory: i64) -> Result<Option<i16>, ServiceError> {
    let month: Option<i32> = Entity::find()
        .select_only()
        .column(Column::Month)
        .filter(Column::TerritoryId.eq(territory))
        .filter(Column::Axis.eq(Axis::Direction.as_str()))
        .filter(Column::Journeys.ne(0))
        .order_by_asc(Column::Month)
        .into_tuple()
        .one(database.read())
        .await?;
    Ok(month.and_then(|month| i16::try_from(month / 100).ok()))
}

/// Journeys of a territory on both sides of its turning day, over two times of the same length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BeforeAndAfter {
    pub turning: LocalDay,
    /// Days on each side; 0 when the turning day is not over.
    pub length: i32,
    pub before: i64,
    pub after: i64,
}

/// Counts journeys before and after the turning day, if the territory has one. `today` is not over: it is not
/// compared.
pub async fn before_and_after(
    database: &Database,
    territory: &Territory,
    today: LocalDay,
) -> Result<Option<BeforeAndAfter>, ServiceError> {
    let Some(day) = territory.turning_day else { return Ok(None) };
    let length = (today.0 - day).clamp(0, COMPARED);
    let (first, last) = (day - length, day + length - 1);
    let (mut before, mut after) = (0, 0);
    if length > 0 {
        let months = month_of(LocalDay(first).date())..=month_of(LocalDay(last).date());
        for ((_, value), months) in read(database, territory.id, &[Axis::Day], months).await? {
            let Ok(at) = value.parse::<i32>() else { continue };
            let journeys: i64 = months.values().map(|totals| totals.journeys).sum();
            if (first..day).contains(&at) {
                before += journeys;
            } else if (day..=last).contains(&at) {
                after += journeys;
            }
        }
    }
    Ok(Some(BeforeAndAfter { turning: LocalDay(day), length, before, after }))
}
