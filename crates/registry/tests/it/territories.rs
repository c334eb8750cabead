//! An authority sees the journeys that start or end in its perimeter, and nothing else.

use std::collections::BTreeMap;

use geography::InseeCode;
use jiff::SignedDuration;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use socle::audit::Actor;
use testkit::{Agent, JourneyBody, TestHouse, on_both_stores};

/// A territory without perimeter.
pub async fn territory(house: &TestHouse, name: &str) -> i64 {
    let new = registry::store::territory::NewTerritory {
        uuid: uuid::Uuid::new_v4().to_string(),
        name: name.to_owned(),
        siret: "90000000900016".to_owned(),
        contact_email: "contact@exemple.fr".to_owned(),
        perimeter: registry::model::Perimeter::default(),
    };
    registry::store::territory::register(&house.registry.database, Actor::Program("tests"), new)
        .await
        .expect("a territory")
        .id
}

async fn agent(house: &TestHouse, role: &str, territory: i64) -> Agent {
    house.agent_of(role, Some(registry::store::territory_tenant(territory))).await
}

async fn add(agent: &Agent, territory: i64, kind: &str, what: &str) -> testkit::Answer {
    agent
        .submit(&format!("/registre/territoires/{territory}/perimetre"), &[("kind", kind), ("what", what)])
        .await
}

/// The figures of a territory as its file tells them, without the month: (axis, value) → journeys.
async fn figures(agent: &Agent, territory: i64) -> BTreeMap<(String, String), i64> {
    let file = agent.open(&format!("/registre/territoires/{territory}/chiffres.csv")).await;
    assert_eq!(file.status, 200, "{}", file.text);
    let mut figures = BTreeMap::new();
    for line in file.text.lines().skip(1) {
        let cells: Vec<&str> = line.split(';').collect();
        let count: i64 = cells[3].parse().expect("a count");
        *figures.entry((cells[1].to_owned(), cells[2].to_owned())).or_default() += count;
    }
    figures
}

fn count(figures: &BTreeMap<(String, String), i64>, axis: &str, value: &str) -> i64 {
    figures.get(&(axis.to_owned(), value.to_owned())).copied().unwrap_or_default()
}

/// Communes inside (the Lot) and outside.
const INSIDE: [&str; 4] = ["46042", "46102", "46127", "46128"];
const OUTSIDE: [&str; 4] = ["12145", "82121", "19031", "24322"];

/// A journey as the test itself counts it.
struct Sent {
    body: JourneyBody,
    from: &'static str,
    to: &'static str,
    distance: i64,
    class: &'static str,
}

/// Our own count, from what was sent.
fn own_count(sent: &[Sent]) -> BTreeMap<(String, String), i64> {
    let mut own = BTreeMap::new();
    let mut add = |axis: &str, value: String| {
        *own.entry((axis.to_owned(), value)).or_default() += 1;
    };
    for one in sent {
        let (starts, ends) = (INSIDE.contains(&one.from), INSIDE.contains(&one.to));
        if !starts && !ends {
            continue;
        }
        let direction = if starts && ends {
            "within"
        } else if starts {
            "out"
        } else {
            "in"
        };
        add("direction", direction.to_owned());
        add("class", one.class.to_owned());
        add("band", (one.distance / 10_000).min(5).to_string());
        if starts {
            add("place", one.from.to_owned());
        }
        if ends && one.from != one.to {
            add("place", one.to.to_owned());
        }
    }
    own
}

fn compared(mut figures: BTreeMap<(String, String), i64>) -> BTreeMap<(String, String), i64> {
    figures.retain(|(axis, _), count| {
        *count != 0 && ["direction", "class", "band", "place"].contains(&axis.as_str())
    });
    figures
}

on_both_stores! {
    async fn the_figures_of_a_perimeter_are_those_one_counts_oneself(house: TestHouse) {
        let operator = house.operator("Covoit’Vallée").await;
        let id = territory(&house, "Département du Lot").await;
        let admin = agent(&house, "territory.admin", id).await;
        assert_eq!(add(&admin, id, "department", "Lot").await.status, 303);
        let seed = 20_261_125;
        let mut rng = StdRng::seed_from_u64(seed);
        let reference = &house.registry.house.places.reference;
        let all: Vec<&'static str> = INSIDE.into_iter().chain(OUTSIDE).collect();
        let mut sent: Vec<Sent> = Vec::new();
        let inside = |code: &str, rng: &mut StdRng| {
            let code: InseeCode = code.parse().expect("a code");
            let point = reference.point_inside(&code, rng.random_range(0.4..0.6), rng.random_range(0.4..0.6)).expect("an outline");
            (point.latitude.degrees(), point.longitude.degrees())
        };
        for number in 0..60 {
            let (from, to) = (all[rng.random_range(0..all.len())], all[rng.random_range(0..all.len())]);
            let ((from_lat, from_lon), (to_lat, to_lon)) = (inside(from, &mut rng), inside(to, &mut rng));
            let distance = rng.random_range(3_000..80_000);
            let class = ["A", "B", "C"][rng.random_range(0..3)];
            let body = JourneyBody::an_hour_before(house.now())
                .of(&format!("driver {number}"), &format!("passenger {number}"))
                .with("/start/lat", from_lat).with("/start/lon", from_lon)
                .with("/end/lat", to_lat).with("/end/lon", to_lon)
                .with("/distance", distance).with("/operator_class", class);
            assert_eq!(operator.send(&body).await.status, 201);
            sent.push(Sent { body, from, to, distance, class });
        }
        house.settle().await;
        assert_eq!(compared(figures(&admin, id).await), own_count(&sent), "seed {seed}");

        // Some are cancelled, some corrected: the figures follow.
        for _ in 0..10 {
            let gone = sent.swap_remove(rng.random_range(0..sent.len()));
            assert_eq!(operator.cancel(gone.body.id()).await.status, 200);
        }
        for one in &mut sent[..10] {
            one.distance = 2_500;
            let corrected = one.body.clone().with("/distance", 2_500);
            assert_eq!(operator.correct(one.body.id(), &corrected).await.status, 200);
        }
        house.settle().await;
        let kept = figures(&admin, id).await;
        assert_eq!(compared(kept.clone()), own_count(&sent), "seed {seed}");

        // Counted again from the flows, they are the same, along every axis.
        assert_eq!(add(&admin, id, "commune", "Cahors").await.status, 303);
        let mut again = figures(&admin, id).await;
        again.retain(|_, count| *count != 0);
        assert_eq!(again, kept);

        // A smaller perimeter sees less.
        let remove = format!("/registre/territoires/{id}/perimetre/retirer");
        assert_eq!(admin.submit(&remove, &[("kind", "department"), ("what", "46")]).await.status, 303);
        let smaller = figures(&admin, id).await;
        let of_cahors = sent.iter().filter(|one| one.from == "46042" || one.to == "46042").count();
        assert_eq!(count(&smaller, "place", "46042"), i64::try_from(of_cahors).expect("a count"));
        assert!(smaller.keys().all(|(axis, value)| axis != "place" || value == "46042"), "nothing outside is named");
    }
}

on_both_stores! {
    async fn a_territory_never_sees_another_s_figures(house: TestHouse) {
        let (mine, other) = (territory(&house, "Grand Figeac").await, territory(&house, "Grand Cahors").await);
        let admin = agent(&house, "territory.admin", mine).await;
        let user = agent(&house, "territory.user", mine).await;
        for path in ["", "/chiffres.csv", "/perimetre"] {
            assert_eq!(admin.open(&format!("/registre/territoires/{other}{path}")).await.status, 404, "{path}");
        }
        assert_eq!(add(&admin, other, "commune", "Cahors").await.status, 404);
        assert_eq!(user.open(&format!("/registre/territoires/{mine}")).await.status, 200);
        assert_eq!(add(&user, mine, "commune", "Figeac").await.status, 403, "the team reads");
        for path in ["/registre/trajets", "/registre/operateurs", "/registre/cles", "/registre/journal"] {
            assert_eq!(admin.open(path).await.status, 403, "{path}");
        }
        assert_eq!(admin.open("/registre/territoires").await.header("location"), Some(format!("/registre/territoires/{mine}").as_str()));
        // Colleagues are invited, in this territory only.
        let invited = admin.submit("/registre/personnes", &[("name", "Zoé Martin-Lefèvre"), ("email", "zoe@exemple.fr"), ("role", "territory.user"), ("organisation", "operator:1")]).await;
        assert_eq!(invited.status, 303, "{}", invited.text);
        let people = admin.open("/registre/personnes").await;
        assert!(people.text.contains("zoe@exemple.fr") && people.text.contains("pas encore"), "she is to come");
        assert!(!people.text.contains("value=\"operator.admin\"") && !people.text.contains("value=\"registry.admin\""));
        let elsewhere = agent(&house, "territory.admin", other).await;
        assert!(!elsewhere.open("/registre/personnes").await.text.contains("zoe@"));
    }
}

on_both_stores! {
    async fn a_perimeter_is_made_of_official_names_and_codes(house: TestHouse) {
        let id = territory(&house, "Syndicat mixte").await;
        let admin = agent(&house, "territory.admin", id).await;
        let page = admin.open(&format!("/registre/territoires/{id}")).await;
        assert!(page.text.contains("Définir le périmètre"), "an empty page says what to do");
        let reference = &house.registry.house.places.reference;
        let past = reference.past_communes().iter().find(|past| past.today.len() == 1).expect("a merger");
        let refused = add(&admin, id, "commune", past.code.as_str()).await;
        assert_eq!(refused.status, 422);
        let today = reference.commune(&past.today[0]).expect("a commune");
        assert!(refused.text.contains("n’est plus une commune") && refused.text.contains(today.code.as_str()), "today’s is proposed");
        for (kind, what, said) in [
            ("commune", "Cahorss", "Cahors"),
            ("department", "999", "ne figure pas"),
            ("", "Cahors", "Choisissez"),
            ("region", "", "Indiquez un nom"),
        ] {
            let refused = add(&admin, id, kind, what).await;
            assert_eq!(refused.status, 422, "{kind} {what}");
            assert!(refused.text.contains(said), "{kind} {what}");
        }
        for (kind, what) in [("region", "Bretagne"), ("commune", "46042"), ("epci", reference.epcis()[0].name.as_str())] {
            assert_eq!(add(&admin, id, kind, what).await.status, 303, "{kind} {what}");
        }
        assert_eq!(add(&admin, id, "region", "Bretagne").await.status, 422, "once");
        let page = admin.open(&format!("/registre/territoires/{id}/perimetre")).await;
        assert!(page.text.contains("Bretagne") && page.text.contains("Cahors"));
    }
}

on_both_stores! {
    async fn before_and_after_a_date_are_compared(house: TestHouse) {
        let operator = house.operator("Covoit’Vallée").await;
        let id = territory(&house, "Grand Cahors").await;
        let admin = agent(&house, "territory.admin", id).await;
        assert_eq!(add(&admin, id, "commune", "Cahors").await.status, 303);
        let send = async |couple: &str| {
            let body = JourneyBody::an_hour_before(house.now()).of(&format!("d{couple}"), &format!("p{couple}"));
            assert_eq!(operator.send(&body).await.status, 201);
        };
        // Two journeys on the 25th; three on the 27th.
        send("a").await;
        send("b").await;
        house.wait(SignedDuration::from_hours(48));
        operator.renew_token().await;
        for couple in ["c", "d", "e"] {
            send(couple).await;
        }
        house.settle().await;
        house.wait(SignedDuration::from_hours(24));
        let admin = agent(&house, "territory.admin", id).await;
        let path = format!("/registre/territoires/{id}/bascule");
        assert_eq!(admin.submit(&path, &[("day", "2026-11-27")]).await.status, 303);
        let page = admin.open(&format!("/registre/territoires/{id}")).await.text;
        assert!(page.contains("Sans trajet avant cette date"), "one day on each side: {page}");
        house.wait(SignedDuration::from_hours(24));
        let admin = agent(&house, "territory.admin", id).await;
        let page = admin.open(&format!("/registre/territoires/{id}")).await.text;
        assert!(page.contains("+\u{a0}50\u{a0}%"), "two days on each side: {page}");
        let anyone = Agent::nobody(house.client.clone(), &house.base_url);
        let document = anyone.open("/stats.json").await.json();
        let growth = document["indicators"].as_array().expect("a list").iter().find(|one| one["name"] == "journeys_growth_in_authorities").expect("the measure");
        assert_eq!(growth["value"], 50.0, "the agreement's measure");
        assert_eq!(admin.submit(&path, &[("day", "demain")]).await.status, 422);
        assert_eq!(admin.submit(&path, &[("day", "2100-01-01")]).await.status, 422);
        assert_eq!(admin.submit(&path, &[("day", "")]).await.status, 303);
        assert!(admin.open(&format!("/registre/territoires/{id}")).await.text.contains("Choisissez une date"));
    }
}

on_both_stores! {
    async fn a_territory_comes_from_the_official_lists(house: TestHouse) {
        let admin = house.agent("registry.admin", None).await;
        let contact = [("siret", "90000000900016"), ("email", "mobilites@exemple.fr")];
        let form = |kind: &'static str, what: &'static str| [("kind", kind), ("what", what), contact[0], contact[1]];
        let unknown = admin.submit("/registre/territoires", &form("department", "Atlantide")).await;
        assert_eq!(unknown.status, 422);
        assert!(unknown.text.contains("ne figure pas parmi les noms et les codes officiels"), "{}", unknown.text);
        let several = admin.submit("/registre/territoires", &form("region", "Pays")).await;
        assert_eq!(several.status, 422);
        assert!(several.text.contains("Choisir Pays de la Loire"), "{}", several.text);
        let made = admin.submit("/registre/territoires", &form("department", "Lot")).await;
        assert_eq!(made.status, 303, "{}", made.text);
        let page = admin.open(made.header("location").expect("its page")).await.text;
        let reference = &house.registry.house.places.reference;
        let communes = reference.communes().iter().filter(|one| one.department.as_str() == "46").count();
        assert!(page.contains("Lot") && page.contains(&format!("{communes} communes")), "named and filled: {page}");
        let list = admin.open("/registre/territoires").await.text;
        assert!(list.contains(&format!("{communes} communes")), "{list}");
        let nameless = admin.submit("/registre/territoires", &[("name", ""), contact[0], contact[1]]).await;
        assert_eq!(nameless.status, 422);
    }
}
