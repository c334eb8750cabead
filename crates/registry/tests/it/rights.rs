//! Every cell of the rights table, through the door each action uses.

use registry::rights::RIGHTS;
use registry::store::{tenant, territory_tenant};
use reqwest::Method;
use serde_json::json;
use socle::rights::Grant;
use testkit::{Agent, Answer, JourneyBody, OperatorServer, TestHouse, on_both_stores};

/// A role, in the shoes of whoever holds it.
enum Holder {
    Person(Agent),
    Server(OperatorServer),
}

impl Holder {
    async fn ask(&self, method: Method, path: &str, body: Option<String>) -> Answer {
        match self {
            Self::Person(agent) => agent.ask(method, path, body.map(|body| ("application/json", body))).await,
            Self::Server(server) => {
                let path = path.strip_prefix("/v3.3").unwrap_or(path);
                server.ask(method, path, body).await
            }
        }
    }

    async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        match self {
            Self::Person(agent) => agent.submit(path, fields).await,
            Self::Server(_) => unreachable!("machines have no forms"),
        }
    }
}

/// Tries `action` on what belongs to `operator`: the status of the answer.
async fn attempt(
    house: &TestHouse,
    holder: &Holder,
    action: &str,
    operator: &OperatorServer,
    territory: i64,
    journey: &JourneyBody,
) -> u16 {
    let number = registry::store::journey::find(house.registry.database.read(), operator.id, journey.id())
        .await
        .expect("a store")
        .map_or(0, |journey| journey.id);
    let fresh = JourneyBody::an_hour_before(house.now())
        .of(&uuid::Uuid::new_v4().to_string(), &uuid::Uuid::new_v4().to_string());
    let get = |path: String| async move { holder.ask(Method::GET, &path, None).await.status };
    let post =
        |path: String, body: String| async move { holder.ask(Method::POST, &path, Some(body)).await.status };
    match action {
        "journey.create" => post("/v3.3/journeys".to_owned(), fresh.to_string()).await,
        "journey.correct" => {
            let body = Some(journey.correction().to_string());
            holder.ask(Method::PATCH, &format!("/v3.3/journeys/{}", journey.id()), body).await.status
        }
        "journey.cancel" => {
            post(format!("/v3.3/journeys/{}/cancel", journey.id()), json!({"code": "x"}).to_string()).await
        }
        "journey.status" => get(format!("/v3.3/journeys/{}", journey.id())).await,
        "journey.judge" => post("/v3.3/judgements".to_owned(), fresh.to_string()).await,
        "changes.read" => get("/v3.3/changes".to_owned()).await,
        "subscription.read" => get("/v3.3/subscriptions".to_owned()).await,
        "subscription.manage" => {
            post("/v3.3/subscriptions".to_owned(), json!({"url": "https://exemple.fr/"}).to_string()).await
        }
        "credentials.read" => get(format!("/v3.3/auth/credentials?operator_id={}", operator.id)).await,
        "credentials.create" => {
            holder
                .ask(Method::POST, &format!("/v3.3/auth/credentials?operator_id={}", operator.id), None)
                .await
                .status
        }
        "credentials.delete" => {
            holder.ask(Method::DELETE, "/v3.3/auth/credentials?token_id=unknown", None).await.status
        }
        "journey.browse" => get(format!("/registre/trajets/{number}")).await,
        "journey.read_sent" => holder.form(&format!("/registre/trajets/{number}/envoi"), &[]).await.status,
        "journey.export" => holder.form("/registre/exports", &[("from", "")]).await.status,
        "operator.figures" => get(format!("/registre/chiffres?operateur={}", operator.id)).await,
        "operator.list" => get(format!("/registre/operateurs/{}", operator.id)).await,
        "operator.register" => holder.form("/registre/operateurs", &[("name", "")]).await.status,
        "operator.suspend" => get(format!("/registre/operateurs/{}/suspendre", operator.id)).await,
        "territory.figures" => get(format!("/registre/territoires/{territory}")).await,
        "territory.register" => holder.form("/registre/territoires", &[("name", "")]).await.status,
        "territory.manage" => get(format!("/registre/territoires/{territory}/perimetre")).await,
        "territory.agree" => {
            holder.form(&format!("/registre/territoires/{territory}/perimetre/accord"), &[]).await.status
        }
        "user.list" => get("/registre/personnes".to_owned()).await,
        "user.manage" => holder.form("/registre/personnes", &[("email", "")]).await.status,
        "rules.read" => get("/registre/regles".to_owned()).await,
        "queues.read" => get("/registre/files".to_owned()).await,
        "switches.manage" => get("/interrupteurs/registry".to_owned()).await,
        "privacy.read" => get("/registre/donnees".to_owned()).await,
        "privacy.person" => get("/registre/donnees/personne".to_owned()).await,
        "privacy.breach" => get("/registre/violations".to_owned()).await,
        "audit.read" => get("/registre/journal".to_owned()).await,
        "onboarding.read" => get("/registre/raccordement".to_owned()).await,
        "onboarding.manage" => holder.form("/registre/raccordement/information", &[("url", "")]).await.status,
        "onboarding.accompany" => get(format!("/registre/accompagnement/{}", operator.id)).await,
        "onboarding.decide" => get(format!("/registre/accompagnement/{}/accord", operator.id)).await,
        other => panic!("no test tries {other}: add it here"),
    }
}

/// Pages and forms: what only people use.
fn is_a_page(action: &str) -> bool {
    let pages = ["journey.browse", "journey.read_sent", "journey.export"];
    pages.contains(&action)
        || [
            "operator.",
            "territory.",
            "privacy.",
            "user.",
            "rules.",
            "queues.",
            "switches.",
            "audit.",
            "onboarding.",
        ]
        .iter()
        .any(|start| action.starts_with(start))
}

/// Actions on one thing of one tenant, which another tenant must not even see.
const ON_ONE_THING: [&str; 9] = [
    "territory.figures",
    "territory.manage",
    "journey.correct",
    "journey.cancel",
    "journey.status",
    "journey.browse",
    "journey.read_sent",
    "credentials.read",
    "credentials.create",
];

on_both_stores! {
    async fn every_cell_is_enforced(house: TestHouse) {
        let (own, other) = (house.operator("Covoit’Vallée").await, house.operator("Trajets Partagés").await);
        let (own_territory, other_territory) =
            (crate::territories::territory(&house, "Grand Figeac").await, crate::territories::territory(&house, "Grand Cahors").await);
        let mut tried = 0;
        for role in RIGHTS.roles {
            for line in RIGHTS.lines {
                if is_a_page(line.action) && !role.for_people {
                    assert_eq!(RIGHTS.grant(role.name, line.action), Grant::No, "{}: a machine reads no page", line.action);
                    continue;
                }
                let holder = if role.for_people {
                    let tenant = match role.name.split_once('.') {
                        Some(("operator", _)) => Some(tenant(own.id)),
                        Some(("territory", _)) => Some(territory_tenant(own_territory)),
                        _ => None,
                    };
                    Holder::Person(house.agent_of(role.name, tenant).await)
                } else {
                    Holder::Server(own.speaking("v3.3"))
                };
                for (operator, territory, is_own) in [(&own, own_territory, true), (&other, other_territory, false)] {
                    let journey = JourneyBody::an_hour_before(house.now())
                        .of(&uuid::Uuid::new_v4().to_string(), &uuid::Uuid::new_v4().to_string());
                    assert_eq!(operator.send(&journey).await.status, 201);
                    let status = attempt(&house, &holder, line.action, operator, territory, &journey).await;
                    let grant = RIGHTS.grant(role.name, line.action);
                    let cell = format!("{} × {}, {}: {status}", role.name, line.action, if is_own { "own" } else { "another's" });
                    let refused = status == 403 || status == 401;
                    match grant {
                        Grant::No => assert!(refused, "{cell}"),
                        Grant::All => assert!(!refused, "{cell}"),
                        Grant::Own if is_own => assert!(!refused && status < 500, "{cell}"),
                        Grant::Own if ON_ONE_THING.contains(&line.action) => {
                            assert!(refused || status == 404, "{cell}");
                        }
                        Grant::Own => {}
                    }
                    assert!(status < 500, "{cell}");
                    tried += 1;
                }
            }
        }
        assert!(RIGHTS.faults().is_empty(), "{:?}", RIGHTS.faults());
        assert!(tried > 150, "{tried} cells");
    }
}
