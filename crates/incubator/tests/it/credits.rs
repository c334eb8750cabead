//! Credits by year: asked for, received, lapsed on 31 December or carried over.

use testkit::{Agent, on_both_stores};

use crate::agreements::{ORCHARD, agent, filed};
use crate::standards::orchard;

const BASE: &str = "/incubateur/conventions/vergers/credits";

fn plain(text: &str) -> String {
    text.replace(['\u{a0}', '\u{202f}'], " ").replace("&#39;", "'")
}

/// The link whose address holds that.
fn link(page: &str, holding: &str) -> String {
    let to = page
        .split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .find(|to| to.contains(holding));
    to.unwrap_or_else(|| panic!("no link with {holding}: {page}")).to_owned()
}

async fn foreseen(by: &Agent, amount: &str) {
    let order = [("title", "Code"), ("product", "vergers"), ("service", "devops"), ("amount", amount)];
    let answer = by.submit("/incubateur/conventions/vergers/commandes/nouvelle", &order).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
}

on_both_stores! {
    async fn credits_are_asked_for_and_the_answer_goes_to_the_ledger(house: TestHouse) {
        filed(&house, ORCHARD).await;
        let finance = agent(&house, "incubator.finance", None).await;
        let lead = agent(&house, "product.lead", Some("service:vergers")).await;
        foreseen(&lead, "30 000").await;
        assert_eq!(lead.open(&format!("{BASE}/demande")).await.status, 403);
        let form = plain(&finance.open(&format!("{BASE}/demande")).await.text);
        assert!(form.contains("Les commandes prévues demandent 30 000 €") && form.contains("value=\"30 000 €\""), "{form}");
        let bad = finance.submit(&format!("{BASE}/demande"), &[("year", "2019"), ("day", "2027-01-01")]).await;
        assert_eq!(bad.status, 422);
        for told in ["Indiquez 2025, 2026 ou 2027.", "Ce jour est dans l’avenir.", "Indiquez le courrier"] {
            assert!(bad.text.contains(told), "{told}: {}", bad.text);
        }
        let asked = [("year", "2026"), ("ae", "30 000"), ("cp", "20 000"), ("day", "2026-11-10"), ("document", "Courrier 8")];
        assert_eq!(finance.submit(&format!("{BASE}/demande"), &asked).await.status, 303);
        let page = finance.open(BASE).await.text;
        assert!(plain(&page).contains("30 000 € d’AE et 20 000 € de CP pour 2026, demandés le 10 novembre 2026"), "{page}");
        let form = link(&page, "/credits/demande/");
        assert!(!lead.open(BASE).await.text.contains("Noter la réponse"));
        let unsaid = finance.submit(&form, &[("outcome", "recus")]).await;
        assert_eq!(unsaid.status, 422);
        assert!(unsaid.text.contains("un jour qui existe") && unsaid.text.contains("Indiquez la pièce"), "{}", unsaid.text);
        let received = [("outcome", "recus"), ("ae", "25 000"), ("cp", "20 000"), ("day", "2026-11-20"), ("document", "MAD 1")];
        assert_eq!(finance.submit(&form, &received).await.status, 303);
        let page = plain(&finance.open(BASE).await.text);
        assert!(page.contains("reçue : ligne") && page.contains("MAD 1"), "{page}");
        assert_eq!(finance.submit(&form, &received).await.status, 404, "answered once");

        // Another one is refused: nothing is written in the ledger.
        assert_eq!(finance.submit(&format!("{BASE}/demande"), &asked).await.status, 303);
        let form = link(&finance.open(BASE).await.text, "/credits/demande/");
        assert_eq!(finance.submit(&form, &[("outcome", "refuses"), ("reason", "exercice clos")]).await.status, 303);
        let page = plain(&finance.open(BASE).await.text);
        assert!(page.contains("close : exercice clos"), "{page}");
        assert!(page.contains("2026, AE</th><td class=\"pp-number\">60 000 €</td><td class=\"pp-number\">25 000 €</td><td class=\"pp-number\">0 €</td><td class=\"pp-number\">25 000 €</td>"), "{page}");
    }
}

on_both_stores! {
    async fn what_a_year_leaves_lapses_unless_it_is_carried_over(house: TestHouse) {
        // Signed a year before: credits of 2025 were made available and not all committed.
        let text = ORCHARD.replace("on: 2026-03-02", "on: 2025-03-02").replace("signed_on: 2026-03", "signed_on: 2025-03")
            .replace("year: 2027", "year: 2025").replace("months: 18", "months: 36");
        filed(&house, &text).await;
        let finance = agent(&house, "incubator.finance", None).await;
        let line = [("kind", "availability"), ("day", "2025-04-01"), ("ae", "40 000"), ("cp", "40 000"), ("document", "MAD 1")];
        assert_eq!(finance.submit(BASE, &line).await.status, 303);
        let page = finance.open(BASE).await.text;
        assert!(page.contains("2025 laisse des crédits non consommés."), "{page}");
        assert!(!page.contains("/credits/report/2026"));

        // Nothing is available in 2026: what 2025 left has lapsed.
        let import = || {
            let finance = &finance;
            async move {
                let table = r#"{"header":["Objet","Montant","EJ","Date"],"rows":[{"line":2,"cells":["Code","30 000","1404518242","10/04/2026"]}]}"#;
                let form = [("table", table), ("write", "oui"), ("column_title", "0"), ("column_amount", "1"), ("column_number", "2"), ("column_signed", "3")];
                plain(&finance.submit(&format!("{BASE}/importer/commandes/lire"), &form).await.text)
            }
        };
        let refused = import().await;
        assert!(refused.contains("Écrites : 0.") && refused.contains("dépassent les 0 € d'AE mises à disposition pour 2026"), "{refused}");

        let carry = format!("{BASE}/report/2025");
        let over = [("ae", "40 000,01"), ("day", "2025-12-20"), ("document", "Arrêté 3")];
        let bad = finance.submit(&carry, &over).await;
        assert_eq!(bad.status, 422);
        assert!(bad.text.contains("Un report de 2025 se décide en 2026."), "{}", bad.text);
        let over = [("ae", "40 000,01"), ("cp", "40 000,01"), ("day", "2026-02-15"), ("document", "Arrêté 3")];
        let bad = finance.submit(&carry, &over).await;
        assert_eq!((bad.status, plain(&bad.text).matches("L’année 2025 ne laisse que 40 000 €.").count()), (422, 4), "beside each and in the summary: {}", bad.text);
        // Two at once do not carry over twice what is left.
        let decree = [("ae", "40 000"), ("day", "2026-02-15"), ("document", "Arrêté 3")];
        let (one, other) = tokio::join!(finance.submit(&carry, &decree), finance.submit(&carry, &decree));
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 422]);
        let page = plain(&finance.open(BASE).await.text);
        assert!(page.contains("2026, AE</th><td class=\"pp-number\">60 000 €</td><td class=\"pp-number\">40 000 €</td>"), "{page}");
        assert!(import().await.contains("Écrites : 1."));
        assert_eq!(finance.open(&format!("{BASE}/report/2026")).await.status, 404, "the year is not over");
        assert_eq!(finance.open(&format!("{BASE}/report/2019")).await.status, 404);
    }
}

on_both_stores! {
    async fn what_a_product_costs_is_public_by_activity_and_resource(house: TestHouse) {
        orchard(&house, ORCHARD).await;
        let finance = agent(&house, "incubator.finance", None).await;
        let lead = agent(&house, "product.lead", Some("service:vergers")).await;
        let public = "/incubateur/services/vergers";
        assert!(!finance.open(public).await.text.contains("Ce qu’il coûte"), "nothing is ordered");
        let order = [("title", "Code"), ("product", "vergers"), ("service", "devops"), ("activity", "security"), ("amount", "30 000")];
        let order = lead.submit("/incubateur/conventions/vergers/commandes/nouvelle", &order).await;
        let order = order.header("location").and_then(|to| to.split('?').next()).expect("its page").to_owned();
        let anyone = Agent::nobody(house.client.clone(), &house.base_url);
        let page = plain(&anyone.open(public).await.text);
        assert!(page.contains("Sécurité</th><td>Prestations</td><td class=\"pp-number\">0 €</td><td class=\"pp-number\">0 €</td><td class=\"pp-number\">30 000 €</td>"), "{page}");
        let step = |by: Agent, step: &'static str, fields: Vec<(&'static str, &'static str)>| {
            let path = format!("{order}/{step}");
            async move { (by.submit(&path, &fields).await.status, by) }
        };
        let (status, lead) = step(lead, "receive-quote", vec![("supplier", "Noé Ferrand"), ("document", "D"), ("amount", "24 000,10")]).await;
        assert_eq!(status, 303);
        let (status, lead) = step(lead, "approve-quote", vec![]).await;
        assert_eq!(status, 303);
        let (status, finance) = step(finance, "sign", vec![("number", "1404518242"), ("day", "2026-11-02")]).await;
        assert_eq!(status, 303);
        let (status, lead) = step(lead, "certify", vec![("amount", "10 000"), ("day", "2026-11-10"), ("note", "PV")]).await;
        assert_eq!(status, 303);
        let (status, _) = step(finance, "pay", vec![("amount", "8 600"), ("day", "2026-11-20"), ("document", "DP")]).await;
        assert_eq!(status, 303);
        let page = plain(&anyone.open(public).await.text);
        assert!(page.contains("Sécurité</th><td>Prestations</td><td class=\"pp-number\">24 000,10 €</td><td class=\"pp-number\">8 600 €</td><td class=\"pp-number\">0 €</td>"), "the quote keeps the activity: {page}");
        assert!(!page.contains("Ferrand"), "who sells is not told");
        assert!(page.contains("Le coût par usage n’est pas calculé : l’équipe ne publie pas"), "{page}");
        let team = "/incubateur/services/vergers/equipe/indicateurs";
        let users = [("title", "Usagers actifs par mois"), ("definition", "Distincts"), ("unit", "personnes"), ("axis", "used"), ("kind", "count"), ("published", "oui")];
        let made = lead.submit(&format!("{team}/nouveau"), &users).await;
        assert_eq!(made.status, 303, "{}", made.text);
        let made = made.header("location").and_then(|to| to.split('?').next()).expect("its page").to_owned();
        let point = [("day", "2026-11-20"), ("value", "430")];
        let typed = lead.submit(&made, &point).await;
        assert_eq!(typed.status, 303, "{}", typed.text);
        let page = plain(&anyone.open(public).await.text);
        assert!(page.contains("Coût par usage : 20 € en 2026, soit 8 600 € payés pour 430"), "{page}");
        let data = anyone.open("/incubateur/donnees/budgets.csv").await.text;
        assert!(data.contains("vergers;2026;security;services;24000.10;8600.00;0.00"), "{data}");
        let data = anyone.open("/incubateur/donnees/budgets.json").await.text;
        assert!(data.contains("\"ae\":\"24000.10\"") && !data.contains("Ferrand"), "{data}");
    }
}
