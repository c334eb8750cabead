//! Every cell of the rights table, through the door each action uses.

use incubator::rights::RIGHTS;
use socle::rights::Grant;
use testkit::{Agent, TestHouse, on_both_stores};

use crate::agreements::{ORCHARD, agent, filed};
use crate::calls::{CALL, JURY, announced};
use crate::objectives::{TEAM, listed};

const BASE: &str = "/incubateur/conventions/vergers";

/// What actions are tried on, made by those who may.
struct Tried {
    order: String,
    committee: String,
    hypothesis: String,
    /// An intrapreneur of the team.
    member: String,
}

async fn prepared(house: &TestHouse) -> Tried {
    let head = agent(house, "incubator.head", None).await;
    let new = [("kind", "investment"), ("day", "2026-11-10")];
    let answer = head.submit(&format!("{BASE}/comites/nouveau"), &new).await;
    let committee =
        answer.header("location").and_then(|to| to.split('?').next()).expect("its page").to_owned();
    assert_eq!(head.submit(&format!("{committee}/tenu"), &[("day", "2026-11-10")]).await.status, 303);
    let decided = [("outcome", "continue"), ("hypothesis", "Un pari")];
    assert_eq!(head.submit(&format!("{committee}/decision/vergers"), &decided).await.status, 303);
    let page = head.open(&committee).await.text;
    let hypothesis =
        page.split(&format!("{committee}/hypothese/")).nth(1).and_then(|rest| rest.split('"').next());
    let hypothesis = hypothesis.expect("a hypothesis").to_owned();
    let person = [
        ("name", "Rose"),
        ("role", "intrapreneur"),
        ("status", "agent"),
        ("employer", "Agence"),
        ("from", "2026-03-01"),
        ("share", "80"),
    ];
    let added = head.submit(&format!("{TEAM}/membres/nouveau"), &person).await;
    let member = added.header("location").and_then(|to| to.split('?').next()).expect("their page").to_owned();
    Tried { order: order(house).await, committee, hypothesis, member }
}

async fn order(house: &TestHouse) -> String {
    let finance = agent(house, "incubator.finance", None).await;
    let order = [("title", "Essai"), ("product", "vergers"), ("service", "devops"), ("amount", "1 000")];
    let answer = finance.submit(&format!("{BASE}/commandes/nouvelle"), &order).await;
    answer.header("location").and_then(|to| to.split('?').next()).expect("its page").to_owned()
}

/// Tries an action, changing nothing: what is missing is refused after the right is checked.
async fn tried(agent: &Agent, action: &str, on: &Tried) -> u16 {
    let Tried { order, committee, hypothesis, member } = on;
    let get = |path: String| async move { agent.open(&path).await.status };
    match action {
        "agreement.read" => get(BASE.to_owned()).await,
        "agreement.write" => get("/incubateur/conventions/nouvelle".to_owned()).await,
        "fact.record" => get(format!("{BASE}/vie/publication")).await,
        "publication.send" => get(format!("{BASE}/publication/envoyer")).await,
        "duty.evidence" => {
            get(format!("{BASE}/echeances/noter?clause=committee.periodic&article=2&service=&mois=2027-03"))
                .await
        }
        "bank.read" => get(format!("{BASE}/coordonnees-bancaires")).await,
        "ledger.write" => agent.submit(&format!("{BASE}/credits"), &[("kind", "")]).await.status,
        "order.prepare" => get(format!("{BASE}/commandes/nouvelle")).await,
        // From the estimate these steps lead back to the order.
        "order.approve" => get(format!("{order}/approve-quote")).await,
        "order.commit" => get(format!("{order}/sign")).await,
        "committee.read" => get(committee.clone()).await,
        "committee.prepare" => get(format!("{BASE}/comites/nouveau")).await,
        "committee.opinion" => get(format!("{committee}/avis/vergers")).await,
        "committee.decide" => get(format!("{committee}/decision/vergers")).await,
        "hypothesis.close" => get(format!("{committee}/hypothese/{hypothesis}")).await,
        "compliance.write" => get("/incubateur/services/vergers/equipe/conformite/profil".to_owned()).await,
        "account.write" => agent.submit(&format!("{BASE}/comptes/final"), &[("progress", "")]).await.status,
        // As long as nothing is sent, it leads back to the account.
        "account.acknowledge" => get(format!("{BASE}/comptes/final/accuser-reception")).await,
        "product.read" => get(TEAM.to_owned()).await,
        "objective.write" => get(format!("{TEAM}/objectifs/nouveau")).await,
        "indicator.write" => get(format!("{TEAM}/indicateurs/nouveau")).await,
        "member.write" => get(format!("{TEAM}/membres/nouveau")).await,
        "mission.write" => get(format!("{member}/lettre")).await,
        "interests.write" => get(format!("{member}/declaration")).await,
        "call.read" => get(format!("{CALL}/suivi")).await,
        "call.write" => get("/incubateur/appels/nouveau".to_owned()).await,
        "call.organise" => get(format!("{CALL}/suivi/jury")).await,
        "call.judge" => get(format!("{CALL}/jury")).await,
        "switches.manage" => get("/interrupteurs/incubator".to_owned()).await,
        "audit.read" => get("/comptes/incubator".to_owned()).await,
        other => panic!("{other} has no trial"),
    }
}

on_both_stores! {
    async fn every_cell_is_enforced(house: TestHouse) {
        filed(&house, ORCHARD).await;
        listed(&house, "vergers", "Vergers partagés", "").await;
        announced(&house, "other", &[]).await;
        let on = prepared(&house).await;
        for (column, role) in RIGHTS.roles.iter().enumerate() {
            let tenant = match role.name.split('.').next() {
                Some("product") => Some("service:vergers"),
                Some("agreement") => Some("convention:vergers"),
                Some("call") => Some(JURY),
                _ => None,
            };
            let agent = agent(&house, role.name, tenant).await;
            for line in RIGHTS.lines {
                let status = tried(&agent, line.action, &on).await;
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
        announced(&house, "other", &[]).await;
        let on = prepared(&house).await;
        for role in RIGHTS.roles {
            let elsewhere = match role.name.split('.').next() {
                Some("product") => "service:ailleurs",
                Some("agreement") => "convention:ailleurs",
                Some("call") => "appel:ailleurs",
                _ => continue,
            };
            let agent = agent(&house, role.name, Some(elsewhere)).await;
            for line in RIGHTS.lines {
                let status = tried(&agent, line.action, &on).await;
                assert!(matches!(status, 403 | 404), "{} by {} of elsewhere: {status}", line.action, role.name);
            }
        }
    }
}
