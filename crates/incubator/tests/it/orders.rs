//! Orders and the ledger: who decides what, and what the ceiling allows.

use incubator::shipped;
use testkit::{Agent, TestHouse, on_both_stores};

use crate::agreements::{ORCHARD, agent, filed};

const BASE: &str = "/incubateur/conventions/vergers";

/// The people of an order.
struct Desk {
    finance: Agent,
    lead: Agent,
}

async fn desk(house: &TestHouse) -> Desk {
    filed(house, ORCHARD).await;
    Desk {
        finance: agent(house, "incubator.finance", None).await,
        lead: agent(house, "product.lead", Some("service:vergers")).await,
    }
}

/// Foresees an order; its address.
async fn foreseen(by: &Agent, title: &str, amount: &str) -> String {
    let order = [("title", title), ("product", "vergers"), ("service", "devops"), ("amount", amount)];
    let answer = by.submit(&format!("{BASE}/commandes/nouvelle"), &order).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    answer.header("location").and_then(|to| to.split('?').next()).expect("its page").to_owned()
}

/// Takes an order to the approval of its quote.
async fn approved(desk: &Desk, title: &str, amount: &str) -> String {
    let order = foreseen(&desk.lead, title, amount).await;
    let quote = [("supplier", "Atelier du code"), ("document", "D-7"), ("amount", amount)];
    assert_eq!(desk.lead.submit(&format!("{order}/receive-quote"), &quote).await.status, 303);
    assert_eq!(desk.lead.submit(&format!("{order}/approve-quote"), &[]).await.status, 303);
    order
}

async fn sign(by: &Agent, order: &str, number: &str, day: &str) -> (u16, String) {
    let answer = by.submit(&format!("{order}/sign"), &[("number", number), ("day", day)]).await;
    (answer.status, answer.text)
}

on_both_stores! {
    async fn an_order_goes_from_the_need_to_the_last_payment(house: TestHouse) {
        let desk = desk(&house).await;
        let order = approved(&desk, "Développement", "48 000").await;
        // The finance desk checks credits and signs; it neither validates quotes nor certifies.
        assert_eq!(desk.finance.open(&format!("{order}/certify")).await.status, 403);
        assert_eq!(desk.lead.open(&format!("{order}/sign")).await.status, 403);
        assert_eq!(desk.finance.submit(&format!("{order}/reserve"), &[("document", "R-1")]).await.status, 303);
        let bad = sign(&desk.finance, &order, "14045", "2026-11-20").await;
        assert_eq!(bad.0, 422);
        assert!(bad.1.contains("dix chiffres"), "{}", bad.1);
        assert_eq!(sign(&desk.finance, &order, "1404518242", "2026-11-20").await.0, 303);
        assert_eq!(sign(&desk.finance, &order, "1404518242", "2026-11-20").await.0, 409, "signed once");

        let certify = format!("{order}/certify");
        let delivered = |amount: &'static str, day: &'static str| [("amount", amount), ("day", day), ("note", "PV n° 1")];
        let more = desk.lead.submit(&certify, &delivered("48 000,01", "2026-11-24")).await;
        assert_eq!(more.status, 409);
        assert!(more.text.contains("dépasse ce qui reste") && more.text.contains("48\u{202f}000\u{a0}€"), "{}", more.text);
        assert_eq!(desk.lead.submit(&certify, &delivered("10 000", "2026-11-19")).await.status, 409, "before its signature");
        assert_eq!(desk.lead.submit(&certify, &delivered("30 000", "2026-11-24")).await.status, 303);

        let pay = format!("{order}/pay");
        let payment = |amount: &'static str| [("amount", amount), ("day", "2026-11-25"), ("document", "DP-1")];
        assert_eq!(desk.finance.submit(&pay, &payment("30 000,01")).await.status, 409, "nothing is paid that is not certified");
        assert_eq!(desk.finance.submit(&pay, &payment("20 000")).await.status, 303);
        let early = desk.finance.submit(&format!("{order}/close"), &[]).await;
        assert_eq!(early.status, 409);
        assert!(early.text.contains("10\u{202f}000\u{a0}€ sont certifiés"), "{}", early.text);
        assert_eq!(desk.finance.submit(&pay, &payment("10 000")).await.status, 303);
        assert_eq!(desk.finance.submit(&format!("{order}/close"), &[]).await.status, 303);

        // What was not used is free again.
        let credits = desk.finance.open(&format!("{BASE}/credits")).await.text;
        assert!(credits.contains("Retrait d&#39;engagement") || credits.contains("Retrait d'engagement"), "{credits}");
        assert!(credits.contains("70\u{202f}000\u{a0}€"), "100 000 less 30 000: {credits}");
        let page = desk.lead.open(&order).await.text;
        assert!(page.contains("Tout est payé"), "{page}");
    }
}

on_both_stores! {
    async fn a_commitment_above_the_ceiling_is_refused_with_its_figures(house: TestHouse) {
        let desk = desk(&house).await;
        let first = approved(&desk, "Première année", "60 000").await;
        assert_eq!(sign(&desk.finance, &first, "1400000001", "2026-11-02").await.0, 303);
        let second = approved(&desk, "Deuxième année", "40 000,01").await;
        let (status, text) = sign(&desk.finance, &second, "1400000002", "2026-11-20").await;
        assert_eq!(status, 409);
        for figure in ["60\u{202f}000\u{a0}€ déjà engagés", "plafond de 100\u{202f}000\u{a0}€", "0,01\u{a0}€ de trop"] {
            assert!(text.contains(figure), "{figure}: {text}");
        }
        let credits = desk.finance.open(&format!("{BASE}/credits")).await.text;
        assert!(credits.contains("40\u{202f}000\u{a0}€"), "nothing was written: {credits}");
        // Past the refusal with a reason, which stays in the log.
        let why = [("number", "1400000002"), ("day", "2026-11-20"), ("reason", "engagement déjà notifié")];
        assert_eq!(desk.finance.submit(&format!("{second}/sign"), &why).await.status, 303);
        let incubator = incubator::Incubator::open(&house.registry.house).await.expect("the incubator");
        let page = socle::audit::Page { before: None, only: socle::audit::everything(), limit: 20 };
        let rows = socle::audit::latest(&incubator.database, &page).await.expect("the log");
        let overridden = rows.iter().find(|row| row.facts.contains("engagement déjà notifié")).expect("an entry");
        assert!(overridden.facts.contains("10000001"), "with the figures in cents: {}", overridden.facts);
        let page = desk.finance.open(BASE).await.text;
        assert!(page.contains("Ce qui bloque"), "{page}");
    }
}

on_both_stores! {
    async fn two_who_commit_at_once_never_pass_the_ceiling(house: TestHouse) {
        let desk = desk(&house).await;
        let mut orders = Vec::new();
        for rank in 0..8 {
            orders.push((approved(&desk, &format!("Lot {rank}"), "15 000").await, format!("15000000{rank:02}")));
        }
        let signed = futures::future::join_all(
            orders.iter().map(|(order, number)| sign(&desk.finance, order, number, "2026-11-24")),
        )
        .await;
        assert_eq!(signed.iter().filter(|(status, _)| *status == 303).count(), 6, "90 000 of 100 000");
        assert_eq!(signed.iter().filter(|(status, _)| *status == 409).count(), 2);
        let credits = desk.finance.open(&format!("{BASE}/credits")).await.text;
        assert!(credits.contains("90\u{202f}000\u{a0}€"), "{credits}");
    }
}

on_both_stores! {
    async fn outside_the_period_the_phases_or_while_suspended_nothing_is_signed(house: TestHouse) {
        let desk = desk(&house).await;
        let legal = agent(&house, "incubator.legal", None).await;
        let order = approved(&desk, "Développement", "10 000").await;
        let (status, text) = sign(&desk.finance, &order, "1400000003", "2026-03-01").await;
        assert_eq!(status, 409);
        assert!(text.contains("avant le début de la couverture le 02/03/2026"), "{text}");

        let suspension = [("day", "2026-11-10"), ("reason", "crédits insuffisants")];
        assert_eq!(legal.submit(&format!("{BASE}/vie/suspension"), &suspension).await.status, 303);
        assert!(legal.open(BASE).await.text.contains("suspendue"));
        let (status, text) = sign(&desk.finance, &order, "1400000003", "2026-11-20").await;
        assert_eq!(status, 409);
        assert!(text.contains("pendant la suspension ouverte le 10/11/2026"), "{text}");
        let life = legal.open(&format!("{BASE}/vie")).await.text;
        let next = life.split(&format!("{BASE}/vie/suite/")).nth(1).and_then(|rest| rest.split('"').next()).expect("a way on");
        assert_eq!(legal.submit(&format!("{BASE}/vie/suite/{next}"), &[("day", "2026-11-19")]).await.status, 303);
        assert_eq!(sign(&desk.finance, &order, "1400000003", "2026-11-20").await.0, 303);
    }
}

on_both_stores! {
    async fn credits_made_available_bound_reservations_and_a_line_is_reversed(house: TestHouse) {
        let desk = desk(&house).await;
        let credits = format!("{BASE}/credits");
        let available = [("kind", "availability"), ("day", "2026-04-01"), ("ae", "50 000"), ("cp", "40 000"), ("document", "N-12")];
        assert_eq!(desk.lead.submit(&credits, &available).await.status, 403);
        assert_eq!(desk.finance.submit(&credits, &[("kind", "receipt"), ("day", "2026-04-01"), ("document", "T-1")]).await.status, 422);
        assert_eq!(desk.finance.submit(&credits, &available).await.status, 303);
        let order = approved(&desk, "Développement", "60 000").await;
        let refused = desk.finance.submit(&format!("{order}/reserve"), &[]).await;
        assert_eq!(refused.status, 409);
        assert!(refused.text.contains("demander 10\u{202f}000\u{a0}€"), "{}", refused.text);

        let page = desk.finance.open(&credits).await.text;
        let line = page.split("<option value=\"").filter_map(|rest| rest.split('"').next()?.parse::<i64>().ok()).last().expect("a line").to_string();
        let reverse = format!("{credits}/annuler");
        assert_eq!(desk.finance.submit(&reverse, &[("line", &line), ("reason", "")]).await.status, 409);
        assert_eq!(desk.finance.submit(&reverse, &[("line", &line), ("reason", "saisie sur la mauvaise convention")]).await.status, 303);
        assert_eq!(desk.finance.submit(&reverse, &[("line", &line), ("reason", "encore")]).await.status, 409, "once");
        let page = desk.finance.open(&credits).await.text;
        assert!(page.contains("Annulation") && page.contains("-50\u{202f}000\u{a0}€"), "{page}");
    }
}

on_both_stores! {
    async fn the_culture_delegation_holds_to_the_cent(house: TestHouse) {
        // Seed of the incubator: 2 350 000 € in all, CP above AE in 2022 and a blank cell, without a false alarm.
        filed(&house, &shipped::ATELIER.replace("products: []", "products:\n  - { key: musee, name: Musée }")).await;
        let legal = agent(&house, "incubator.legal", None).await;
        let finance = agent(&house, "incubator.finance", None).await;
        let base = "/incubateur/conventions/atelier-numerique";
        let page = finance.open(base).await.text;
        assert!(page.contains("2\u{202f}350\u{202f}000\u{a0}€") && !page.contains("les CP cumulés"), "{page}");
        assert!(finance.open(&format!("{base}/texte")).await.text.contains("n.c."));
        assert_eq!(legal.open(base).await.status, 200);
    }
}

on_both_stores! {
    async fn a_product_team_orders_for_its_own_product_only(house: TestHouse) {
        let two = ORCHARD.replace("phases: [{ phase: construction, from: 2026-03-01 }] }", "phases: [{ phase: construction, from: 2026-03-01 }] }\n  - { key: ruches, name: Ruches partagées }");
        filed(&house, &two).await;
        let lead = agent(&house, "product.lead", Some("service:vergers")).await;
        let other = agent(&house, "product.lead", Some("service:ruches")).await;
        let foreign = [("title", "Ruches"), ("product", "ruches"), ("service", "design"), ("amount", "5 000")];
        assert_eq!(lead.submit(&format!("{BASE}/commandes/nouvelle"), &foreign).await.status, 422);
        let order = foreseen(&lead, "Développement", "5 000").await;
        assert_eq!(other.open(&order).await.status, 404);
        assert_eq!(other.open(&format!("{order}/receive-quote")).await.status, 404);
        assert!(!other.open(&format!("{BASE}/credits")).await.text.contains("Développement"));
        let bad = [("title", ""), ("product", ""), ("service", ""), ("amount", "beaucoup"), ("from", "2026-05-02"), ("to", "2026-05-01")];
        let answer = lead.submit(&format!("{BASE}/commandes/nouvelle"), &bad).await;
        assert_eq!(answer.status, 422);
        for told in ["ce qui est commandé", "Choisissez le service", "nature de la prestation", "un montant en euros", "avant le début"] {
            assert!(answer.text.contains(told), "{told}: {}", answer.text);
        }
    }
}

/// What the ledger's page offers to reverse: numbers of lines, the oldest first.
fn reversible(page: &str) -> Vec<String> {
    page.split("<option value=\"")
        .filter_map(|rest| rest.split('"').next()?.parse::<i64>().ok())
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .map(|number| number.to_string())
        .collect()
}

on_both_stores! {
    async fn credits_set_aside_for_an_order_given_up_are_free_again(house: TestHouse) {
        let desk = desk(&house).await;
        let credits = format!("{BASE}/credits");
        let available = [("kind", "availability"), ("day", "2026-04-01"), ("ae", "60 000"), ("document", "N-12")];
        assert_eq!(desk.finance.submit(&credits, &available).await.status, 303);
        let first = approved(&desk, "Développement", "60 000").await;
        assert_eq!(desk.finance.submit(&format!("{first}/reserve"), &[]).await.status, 303);
        let second = approved(&desk, "Autre développement", "60 000").await;
        assert_eq!(desk.finance.submit(&format!("{second}/reserve"), &[]).await.status, 409, "all is set aside");
        assert_eq!(desk.finance.submit(&format!("{first}/abandon"), &[("note", "le besoin a changé")]).await.status, 303);
        assert_eq!(desk.finance.submit(&format!("{second}/reserve"), &[]).await.status, 303);
        assert_eq!(sign(&desk.finance, &second, "1400000009", "2026-11-20").await.0, 303);
    }
}

on_both_stores! {
    async fn a_step_is_taken_on_what_was_seen_and_once(house: TestHouse) {
        let desk = desk(&house).await;
        let order = approved(&desk, "Développement", "48 000").await;
        let form = desk.finance.open(&format!("{order}/sign")).await.text;
        let version = form.split("name=\"version\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a version").to_owned();
        let signature = [("number", "1404518242"), ("day", "2026-11-20"), ("version", version.as_str())];
        assert_eq!(desk.finance.submit(&format!("{order}/sign"), &signature).await.status, 303);
        let certify = [("amount", "20 000"), ("day", "2026-11-24"), ("note", "PV n° 1"), ("version", version.as_str())];
        let stale = desk.lead.submit(&format!("{order}/certify"), &certify).await;
        assert_eq!(stale.status, 409);
        assert!(stale.text.contains("a changé depuis"), "{}", stale.text);
        assert_eq!(desk.lead.submit(&format!("{order}/certify"), &certify[..3]).await.status, 303);

        // Another order never takes its number; nothing is paid before the day it was certified.
        let other = approved(&desk, "Tests", "5 000").await;
        let (status, text) = sign(&desk.finance, &other, "1404518242", "2026-11-20").await;
        assert_eq!(status, 409);
        assert!(text.contains("porte déjà le numéro 1404518242"), "{text}");
        let pay = format!("{order}/pay");
        let payment = |day: &'static str| [("amount", "20 000"), ("day", day), ("document", "DP-1")];
        assert_eq!(desk.finance.submit(&pay, &payment("2026-11-23")).await.status, 409, "certified on the 24th");
        assert_eq!(desk.finance.submit(&pay, &payment("2026-11-25")).await.status, 303);

        // What is paid stays certified; what is closed stays closed.
        let reverse = format!("{BASE}/credits/annuler");
        let lines = reversible(&desk.finance.open(&format!("{BASE}/credits")).await.text);
        let [certification, _payment] = lines.as_slice() else { panic!("two lines: {lines:?}") };
        let answer = desk.finance.submit(&reverse, &[("line", certification), ("reason", "essai")]).await;
        assert_eq!(answer.status, 409);
        assert!(answer.text.contains("déjà payé"), "{}", answer.text);
        assert_eq!(desk.finance.submit(&format!("{order}/close"), &[]).await.status, 303);
        for line in &lines {
            let answer = desk.finance.submit(&reverse, &[("line", line), ("reason", "essai")]).await;
            assert_eq!(answer.status, 409, "{}", answer.text);
            assert!(answer.text.contains("soldée"), "{}", answer.text);
        }
    }
}

on_both_stores! {
    async fn a_team_sees_and_notes_its_own_among_several(house: TestHouse) {
        let two = ORCHARD
            .replace("phases: [{ phase: construction, from: 2026-03-01 }] }", "phases: [{ phase: construction, from: 2026-03-01 }] }\n  - { key: ruches, name: Ruches partagées }")
            .replace("article: \"2\", debtor", "article: \"2\", per_product: true, debtor");
        filed(&house, &two).await;
        let desk = Desk {
            finance: agent(&house, "incubator.finance", None).await,
            lead: agent(&house, "product.lead", Some("service:vergers")).await,
        };
        let order = approved(&desk, "Développement", "10 000").await;
        assert_eq!(sign(&desk.finance, &order, "1404518242", "2026-11-20").await.0, 303);
        let hives = agent(&house, "product.lead", Some("service:ruches")).await;
        let credits = hives.open(&format!("{BASE}/credits")).await.text;
        assert!(!credits.contains("1404518242"), "the number of another team's order: {credits}");
        assert!(desk.lead.open(&format!("{BASE}/credits")).await.text.contains("1404518242"));
        let duties = hives.open(&format!("{BASE}/echeances")).await.text;
        assert!(duties.contains("Ruches partagées") && !duties.contains("(Vergers partagés)"), "{duties}");
        let note = |service: &'static str| {
            [("clause", "committee.periodic"), ("article", "2"), ("service", service), ("mois", "2026-09"), ("done_on", "2026-09-01"), ("reference", "relevé")]
        };
        assert_eq!(hives.submit(&format!("{BASE}/echeances/noter"), &note("Vergers partagés")).await.status, 404);
        assert_eq!(hives.submit(&format!("{BASE}/echeances/noter"), &note("Ruches partagées")).await.status, 303);
        let waive = [("clause", "account.final"), ("article", "5"), ("service", ""), ("mois", "2027-09"), ("done_on", "2026-11-20"), ("waived", "inutile")];
        let answer = hives.submit(&format!("{BASE}/echeances/noter"), &waive).await;
        assert_eq!(answer.status, 422, "what the whole agreement owes is not a team's to waive");
    }
}
