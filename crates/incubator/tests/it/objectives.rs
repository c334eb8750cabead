//! What a team aims at: a tree, written by the team, read by whoever pays for it.

use incubator::Incubator;
use incubator::model::portfolio::{Content, ProductSheet};
use incubator::store::import::import;
use socle::audit::{self, Actor};
use testkit::{Agent, TestHouse, on_both_stores};

use crate::agreements::{ORCHARD, agent, filed};

pub const TEAM: &str = "/incubateur/services/vergers/equipe";

/// Puts a product in the portfolio, with that page of measures.
pub async fn listed(house: &TestHouse, slug: &str, name: &str, stats_url: &str) {
    let sheet = format!(
        "---\ntitle: {name}\nmission: Partager ce qui pousse\nincubator: atelier\nphases:\n  - name: construction\n    start: 2026-03-01\nstats_url: {stats_url}\n---\n"
    );
    let mut content = Content::default();
    content.products.insert(slug.to_owned(), ProductSheet::parse(&sheet).expect("a sheet"));
    let incubator = Incubator::open(&house.registry.house).await.expect("the incubator");
    import(&incubator.database, Actor::Program("tests"), &content).await.expect("a store");
}

/// How many entries of the log tell that action.
pub async fn logged(house: &TestHouse, action: &str) -> usize {
    let incubator = Incubator::open(&house.registry.house).await.expect("the incubator");
    let page = audit::Page { before: None, only: audit::everything(), limit: 200 };
    let rows = audit::latest(&incubator.database, &page).await.expect("the log");
    rows.iter().filter(|row| row.action == action).count()
}

/// The numbers of the links that follow `before` on a page.
pub fn numbers(page: &str, before: &str) -> Vec<i64> {
    page.split(before)
        .skip(1)
        .filter_map(|rest| rest.split(|one: char| !one.is_ascii_digit()).next()?.parse().ok())
        .collect()
}

async fn added(by: &Agent, under: &str, title: &str) -> u16 {
    by.submit(&format!("{TEAM}/objectifs/nouveau"), &[("sous", under), ("title", title)]).await.status
}

on_both_stores! {
    async fn a_team_writes_its_objectives_and_the_sponsor_reads_them(house: TestHouse) {
        filed(&house, ORCHARD).await;
        listed(&house, "vergers", "Vergers partagés", "").await;
        let lead = agent(&house, "product.lead", Some("service:vergers")).await;
        let sponsor = agent(&house, "agreement.sponsor", Some("convention:vergers")).await;
        let empty = lead.open(TEAM).await.text;
        assert!(empty.contains("Aucun objectif n’est inscrit") && empty.contains("Ajouter un objectif"), "{empty}");
        let bad = lead.submit(&format!("{TEAM}/objectifs/nouveau"), &[("title", ""), ("due", "bientôt"), ("agreement", "domifa")]).await;
        assert_eq!(bad.status, 422);
        for told in ["Écrivez ce que le service veut changer", "un jour qui existe", "une des conventions de ce service"] {
            assert!(bad.text.contains(told), "{told}: {}", bad.text);
        }
        assert_eq!(added(&lead, "", "Ouvrir cent vergers").await, 303);
        let top = numbers(&lead.open(TEAM).await.text, "objectifs/nouveau?sous=")[0].to_string();
        assert_eq!(added(&lead, &top, "Dix communes pilotes").await, 303);
        let page = lead.open(TEAM).await.text;
        let part = numbers(&page, "objectifs/nouveau?sous=")[1].to_string();
        assert_eq!(added(&lead, &part, "Signer avec le département").await, 303);
        let page = lead.open(TEAM).await.text;
        let deepest = *numbers(&page, "/equipe/objectifs/").last().expect("a third");
        assert_eq!(added(&lead, &deepest.to_string(), "Une étape de trop").await, 409, "a tree has three levels");
        assert_eq!(added(&lead, "999999", "Sous rien").await, 404);

        let here = format!("{TEAM}/objectifs/{part}");
        let step = [("version", "1"), ("title", "Dix communes pilotes"), ("status", "reached"), ("agreement", "vergers"),
            ("due", "2026-12-31"), ("reviewed", "2026-11-20"), ("note", "Douze ont signé.")];
        assert_eq!(lead.submit(&here, &step).await.status, 303);
        assert_eq!(lead.submit(&here, &step).await.status, 409, "whoever changed it meanwhile is not overwritten");
        let later = [("version", "2"), ("title", "Dix communes pilotes"), ("status", "reached"), ("reviewed", "2027-01-01")];
        assert_eq!(lead.submit(&here, &later).await.status, 422, "nothing was looked at tomorrow");

        let read = sponsor.open(TEAM).await.text;
        for told in ["Ouvrir cent vergers", "Signer avec le département", "Douze ont signé.", "Un objectif atteint sur 3",
            "pour le 31\u{a0}décembre 2026", "regardé le 20\u{a0}novembre 2026", "Délégation vergers partagés"] {
            assert!(read.contains(told), "{told}: {read}");
        }
        assert!(!read.contains("Faire le point"), "a sponsor reads");
        assert_eq!(sponsor.open(&here).await.status, 403);
        assert_eq!(logged(&house, "objective.added").await, 3);
        assert_eq!(logged(&house, "objective.changed").await, 1);
        let public = Agent::nobody(house.client.clone(), &house.base_url).open("/incubateur/services/vergers").await.text;
        assert!(!public.contains("Dix communes pilotes") && !public.contains("espace de l’équipe"), "not public: {public}");
        assert!(lead.open("/incubateur/services/vergers").await.text.contains("espace de l’équipe"));
    }
}

on_both_stores! {
    async fn a_team_sees_no_other_team(house: TestHouse) {
        filed(&house, ORCHARD).await;
        listed(&house, "vergers", "Vergers partagés", "").await;
        listed(&house, "ruches", "Ruches partagées", "").await;
        let lead = agent(&house, "product.lead", Some("service:vergers")).await;
        let neighbour = agent(&house, "product.lead", Some("service:ruches")).await;
        assert_eq!(added(&lead, "", "Ouvrir cent vergers").await, 303);
        let id = numbers(&lead.open(TEAM).await.text, "/equipe/objectifs/")[0];
        // The numbers of one product are nothing under the address of another.
        let elsewhere = format!("/incubateur/services/ruches/equipe/objectifs/{id}");
        for path in [TEAM.to_owned(), format!("{TEAM}/objectifs/{id}"), elsewhere.clone()] {
            assert_eq!(neighbour.open(&path).await.status, 404, "{path}");
        }
        let change = [("version", "1"), ("title", "Ruches"), ("status", "reached")];
        assert_eq!(neighbour.submit(&elsewhere, &change).await.status, 404);
        let officer = agent(&house, "agreement.officer", Some("convention:vergers")).await;
        assert_eq!(officer.open(TEAM).await.status, 200);
        assert_eq!(officer.open("/incubateur/services/ruches/equipe").await.status, 404);
        assert_eq!(lead.open("/incubateur/services/nulle-part/equipe").await.status, 404);
        let list = officer.open("/incubateur/mesures").await.text;
        assert!(list.contains("Vergers partagés") && !list.contains("Ruches partagées"), "{list}");
    }
}
