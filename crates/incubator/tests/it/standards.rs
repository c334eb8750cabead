//! What a product answers to the standards, what clauses ask of it, what its sheet shows already.

use incubator::Incubator;
use incubator::model::portfolio::{Content, ProductSheet};
use incubator::store::import::import;
use socle::audit::Actor;
use testkit::{TestHouse, on_both_stores};

use crate::agreements::{ORCHARD, agent, filed};

const SHEET: &str = "---\ntitle: Vergers partagés\nmission: Partager les vergers\nincubator: atelier\nphases:\n  - name: construction\n    start: 2026-03-01\nbudget_url: https://vergers.exemple.fr/budget\n---\n";
const TEAM: &str = "/incubateur/services/vergers/equipe/conformite";

pub async fn orchard(house: &TestHouse, agreement: &str) {
    let incubator = Incubator::open(&house.registry.house).await.expect("the incubator");
    let mut content = Content::default();
    content.products.insert("vergers".to_owned(), ProductSheet::parse(SHEET).expect("a sheet"));
    import(&incubator.database, Actor::Program("test"), &content).await.expect("taken in");
    filed(house, agreement).await;
}

on_both_stores! {
    async fn what_a_clause_asks_is_told_with_its_clause_and_the_rest_is_optional(house: TestHouse) {
        let with_stats = format!("{ORCHARD}  - {{ clause: stats_public, article: \"4\", text: \"Une page de statistiques est ouverte.\" }}\n");
        orchard(&house, &with_stats).await;
        let lead = agent(&house, "product.lead", Some("service:vergers")).await;
        let board = lead.open(TEAM).await.text;
        assert!(board.contains("article 4\u{a0}: Une page de statistiques est ouverte."), "{board}");
        assert!(board.contains("Un comité se tient au moins tous les six mois"), "{board}");
        assert!(!board.contains("Un outil vérifie le style"), "nobody asks for it: {board}");
        let seen = lead.open(&format!("{TEAM}/domaine/transparency")).await.text;
        assert!(seen.contains("https://vergers.exemple.fr/budget"), "the sheet shows it: {seen}");

        let form = format!("{TEAM}/critere/stats-matrix");
        let unsaid = lead.submit(&form, &[("answer", "yes")]).await;
        assert_eq!(unsaid.status, 422);
        assert!(unsaid.text.contains("Dites où cela se voit"), "{}", unsaid.text);
        assert_eq!(lead.submit(&form, &[("answer", "")]).await.status, 422);
        assert_eq!(lead.submit(&form, &[("answer", "yes"), ("evidence", "https://vergers.exemple.fr/stats")]).await.status, 303);
        let fresh = format!("{TEAM}/critere/stats-fresh");
        assert_eq!(lead.submit(&fresh, &[("answer", "not-applicable"), ("evidence", "aucun comité encore")]).await.status, 303);
        let board = lead.open(TEAM).await.text;
        assert!(!board.contains("Une page de statistiques est ouverte."), "{board}");
        let history = lead.open(&form).await.text;
        assert!(history.contains("Oui le") && history.contains("https://vergers.exemple.fr/stats"), "{history}");

        // What expires is asked again.
        let approved = format!("{TEAM}/critere/security-approved");
        let dated = |day: &'static str| [("answer", "yes"), ("evidence", "décision n° 12"), ("valid_until", day)];
        assert_eq!(lead.submit(&approved, &dated("")).await.status, 422);
        assert_eq!(lead.submit(&approved, &dated("2026-11-01")).await.status, 303);
        let security = lead.open(&format!("{TEAM}/domaine/security")).await.text;
        assert!(security.contains("à renouveler") && security.contains("valable jusqu’au 1er\u{a0}novembre 2026"), "{security}");
        assert_eq!(lead.open(&format!("{TEAM}/critere/inconnu")).await.status, 404);
        assert_eq!(lead.open(&format!("{TEAM}/domaine/inconnu")).await.status, 404);
    }
}

on_both_stores! {
    async fn what_the_product_is_decides_what_agreements_ask(house: TestHouse) {
        let silent = ORCHARD.replace("is_procedure: true, authenticates_users: false, ", "");
        orchard(&house, &silent).await;
        let lead = agent(&house, "product.lead", Some("service:vergers")).await;
        let duties = "/incubateur/conventions/vergers/echeances";
        assert!(lead.open(duties).await.text.contains("est-ce une démarche en ligne"), "nobody has said");
        let profile = format!("{TEAM}/profil");
        assert_eq!(lead.submit(&profile, &[("is_procedure", "non"), ("authenticates_users", "")]).await.status, 303);
        let page = lead.open(duties).await.text;
        assert!(page.contains("pas une démarche en ligne") && !page.contains("est-ce une démarche en ligne"), "{page}");
        assert_eq!(lead.submit(&profile, &[("is_procedure", "oui"), ("authenticates_users", "")]).await.status, 303);
        assert!(!lead.open(duties).await.text.contains("pas une démarche en ligne"));
        let other = agent(&house, "product.lead", Some("service:ailleurs")).await;
        assert_eq!(other.open(TEAM).await.status, 404);
        assert_eq!(other.submit(&profile, &[("is_procedure", "non")]).await.status, 404);
    }
}
