//! Every cell of the rights table, through the door each action uses.

use incubator::rights::RIGHTS;
use socle::rights::Grant;
use testkit::{Agent, TestHouse, on_both_stores};

use crate::agreements::{ORCHARD, agent, filed};
use crate::objectives::{TEAM, listed};

const BASE: &str = "/incubateur/conventions/vergers";

/// An order on which the step of an action may be tried, made by those who may.
async fn order(house: &TestHouse) -> String {
    let finance = agent(house, "incubator.finance", None).await;
    let order = [("title", "Essai"), ("product", "vergers"), ("service", "devops"), ("amount", "1 000")];
    let answer = finance.submit(&format!("{BASE}/commandes/nouvelle"), &order).await;
    answer.header("location").and_then(|to| to.split('?').next()).expect("its page").to_owned()
}

/// Tries an action, changing nothing: what is missing is refused after the right is checked.
async fn tried(agent: &Agent, action: &str, order: &str) -> u16 {
    let get = |path: String| async move { agent.open(&path).await.status };
    match action {
        "agreement.read" => get(BASE.to_owned()).await,
        "agreement.write" => get("/incubateur/conventions/nouvelle".to_owned()).await,
        "fact.record" => get(format!("{BASE}/vie/publication")).await,
        "duty.evidence" => {
            get(format!("{BASE}/echeances/noter?clause=committee.periodic&article=2&service=&mois=2026-09"))
                .await
        }
        "bank.read" => get(format!("{BASE}/coordonnees-bancaires")).await,
        "ledger.write" => agent.submit(&format!("{BASE}/credits"), &[("kind", "")]).await.status,
        "order.prepare" => get(format!("{BASE}/commandes/nouvelle")).await,
        // From the estimate these steps lead back to the order.
        "order.approve" => get(format!("{order}/approve-quote")).await,
        "order.commit" => get(format!("{order}/sign")).await,
        "product.read" => get(TEAM.to_owned()).await,
        "objective.write" => get(format!("{TEAM}/objectifs/nouveau")).await,
        "indicator.write" => get(format!("{TEAM}/indicateurs/nouveau")).await,
        "switches.manage" => get("/interrupteurs/incubator".to_owned()).await,
        "audit.read" => get("/comptes/incubator".to_owned()).await,
        other => panic!("{other} has no trial"),
    }
}

on_both_stores! {
    async fn every_cell_is_enforced(house: TestHouse) {
        filed(&house, ORCHARD).await;
        listed(&house, "vergers", "Vergers partagés", "").await;
        let order = order(&house).await;
        for (column, role) in RIGHTS.roles.iter().enumerate() {
            let tenant = match role.name.split('.').next() {
                Some("product") => Some("service:vergers"),
                Some("agreement") => Some("convention:vergers"),
                _ => None,
            };
            let agent = agent(&house, role.name, tenant).await;
            for line in RIGHTS.lines {
                let status = tried(&agent, line.action, &order).await;
                let allowed = line.grants[column] != Grant::No;
                assert_eq!(status == 403, !allowed, "{} by {}: {status}", line.action, role.name);
                assert!(!allowed || matches!(status, 200 | 303 | 422), "{} by {}: {status}", line.action, role.name);
            }
            assert_eq!(agent.open("/comptes/registry").await.status, 403, "another service's log");
        }
    }
}

on_both_stores! {
    async fn own_is_one_s_own(house: TestHouse) {
        filed(&house, ORCHARD).await;
        listed(&house, "vergers", "Vergers partagés", "").await;
        let order = order(&house).await;
        for role in RIGHTS.roles.iter().filter(|role| role.name.starts_with("product.") || role.name.starts_with("agreement.")) {
            let elsewhere = if role.name.starts_with("product.") { "service:ailleurs" } else { "convention:ailleurs" };
            let agent = agent(&house, role.name, Some(elsewhere)).await;
            for line in RIGHTS.lines {
                let status = tried(&agent, line.action, &order).await;
                assert!(matches!(status, 403 | 404), "{} by {} of elsewhere: {status}", line.action, role.name);
            }
        }
    }
}
