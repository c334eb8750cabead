//! Committees: foreseen, prepared, held; what they decide changes the phase, opens duties, and is closed with evidence.

use incubator::model::portfolio::{Content, ProductSheet};
use incubator::store::import::import;
use incubator::{Incubator, shipped};
use socle::audit::{self, Actor};
use testkit::{Agent, TestHouse, on_both_stores};

use crate::agreements::{ORCHARD, agent, filed};

const BASE: &str = "/incubateur/conventions/vergers";

const SHEET: &str = "---\ntitle: Vergers partagés\nmission: Partager les vergers\nincubator: atelier\nphases:\n  - name: construction\n    start: 2026-03-01\n---\n";

/// The product in the portfolio and its agreement.
async fn orchard(house: &TestHouse) -> Incubator {
    let incubator = Incubator::open(&house.registry.house).await.expect("the incubator");
    let mut content = Content::default();
    content.products.insert("vergers".to_owned(), ProductSheet::parse(SHEET).expect("a sheet"));
    import(&incubator.database, Actor::Program("test"), &content).await.expect("taken in");
    filed(house, ORCHARD).await;
    incubator
}

/// Foresees a committee on the orchards; its address.
async fn planned(by: &Agent, day: &str) -> String {
    let new = [
        ("kind", "investment"),
        ("day", day),
        ("chair", "Agence des vergers"),
        ("asked", "Passer en accélération avec 40 000 € pour six mois"),
    ];
    let answer = by.submit(&format!("{BASE}/comites/nouveau"), &new).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    answer.header("location").and_then(|to| to.split('?').next()).expect("its page").to_owned()
}

async fn held(by: &Agent, day: &str) -> String {
    let committee = planned(by, day).await;
    let minutes = [("day", day), ("text", "L’impact a été présenté.")];
    let answer = by.submit(&format!("{committee}/tenu"), &minutes).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    committee
}

/// The way on that a page shows under `end`.
fn way(page: &str, committee: &str, end: &str) -> String {
    let start = format!("{committee}/{end}/");
    let rest = page.split(&start).nth(1).unwrap_or_else(|| panic!("no way to {start}: {page}"));
    format!("{start}{}", rest.split('"').next().unwrap_or_default())
}

on_both_stores! {
    async fn a_committee_goes_from_its_date_to_its_decision(house: TestHouse) {
        orchard(&house).await;
        let lead = agent(&house, "product.lead", Some("service:vergers")).await;
        let head = agent(&house, "incubator.head", None).await;
        let sponsor = agent(&house, "agreement.sponsor", Some("convention:vergers")).await;

        let asked = head.open("/incubateur/comites").await.text;
        assert!(asked.contains("À prévoir") && asked.contains("Délégation vergers partagés"), "{asked}");
        assert_eq!(lead.submit(&format!("{BASE}/comites/nouveau"), &[("kind", ""), ("day", "2026-11-31")]).await.status, 422);
        let committee = planned(&lead, "2026-11-20").await;
        let listed = head.open("/incubateur/comites").await.text;
        assert!(listed.contains("Comité d’investissement du 20\u{a0}novembre 2026"), "{listed}");
        assert!(!listed.contains("À prévoir"), "its date is taken: {listed}");
        let page = lead.open(&committee).await.text;
        assert!(page.contains("Les conditions du dernier comité"), "the usual agenda: {page}");

        let person = [("name", "Rose Quenneville"), ("body", "Agence des vergers"), ("function", "directrice")];
        assert_eq!(lead.submit(&format!("{committee}/personnes"), &person).await.status, 303);
        assert_eq!(lead.submit(&format!("{committee}/personnes"), &[("name", "")]).await.status, 422);
        assert_eq!(lead.submit(&format!("{committee}/dossier-envoye"), &[("day", "2026-11-16")]).await.status, 303);

        // Nothing is decided before it is held; nor by those who build.
        assert_eq!(head.open(&format!("{committee}/decision/vergers")).await.status, 409);
        let tomorrow = lead.submit(&format!("{committee}/tenu"), &[("day", "2027-01-20")]).await;
        assert_eq!(tomorrow.status, 422);
        assert!(tomorrow.text.contains("dans l’avenir"), "{}", tomorrow.text);
        assert_eq!(lead.submit(&format!("{committee}/tenu"), &[("day", "2026-11-20"), ("text", "Relevé")]).await.status, 303);
        assert_eq!(lead.open(&format!("{committee}/decision/vergers")).await.status, 403);

        let unsaid = [("body", "Agence des vergers"), ("opinion", "reserved")];
        let answer = sponsor.submit(&format!("{committee}/avis/vergers"), &unsaid).await;
        assert_eq!(answer.status, 422);
        assert!(answer.text.contains("Dites pourquoi"), "{}", answer.text);
        let opinion = [("body", "Agence des vergers"), ("opinion", "favourable")];
        assert_eq!(sponsor.submit(&format!("{committee}/avis/vergers"), &opinion).await.status, 303);
        let elsewhere = [("body", "Ministère d’à côté"), ("opinion", "favourable")];
        assert_eq!(sponsor.submit(&format!("{committee}/avis/vergers"), &elsewhere).await.status, 422);

        let decision = [
            ("outcome", "accelerate"),
            ("stage_from", "2026-11-20"),
            ("envelope", "40 000"),
            ("envelope_from", "2026-11-20"),
            ("envelope_to", "2027-05-20"),
            ("hypothesis", "Les communes partagent leurs vergers sans aide"),
            ("criterion_1", "Communes actives"),
            ("target_1", "10 communes"),
            ("condition_1", "Trouver un porteur durable"),
            ("check_1", "2026-11-24"),
        ];
        assert_eq!(head.submit(&format!("{committee}/decision/vergers"), &decision).await.status, 303);
        let page = sponsor.open(&committee).await.text;
        for told in ["Passer en accélération", "Accélération à partir du 20\u{a0}novembre 2026", "40\u{202f}000\u{a0}€", "Communes actives\u{a0}: 10 communes", "favorable"] {
            assert!(page.contains(told), "{told}: {page}");
        }

        // The phase is public, the duty of the committee is done, the condition is one.
        let public = house.agent_in("incubator", "call.jury", None).await.open("/incubateur/services/vergers").await.text;
        assert!(public.contains("Accélération") && public.contains("20\u{a0}novembre 2026"), "{public}");
        let duties = head.open(&format!("{BASE}/echeances")).await.text;
        assert!(duties.contains("faite en retard, le 20/11/2026"), "due on the 2nd of September: {duties}");
        assert!(duties.contains("Remplir la condition du comité : Trouver un porteur durable"), "{duties}");
        assert!(duties.contains("Article 2\u{a0}: Un comité tous les six mois. (comité du 20/11/2026)"), "it cites its clause: {duties}");
        let all = head.open("/incubateur/echeances").await.text;
        assert!(all.contains("Trouver un porteur durable") && all.contains("en retard"), "{all}");

        // It is closed with what shows it.
        let page = head.open(&committee).await.text;
        let condition = way(&page, &committee, "condition");
        assert_eq!(lead.open(&condition).await.status, 403);
        assert_eq!(head.submit(&condition, &[("result", "met"), ("day", "2026-11-23"), ("note", "")]).await.status, 422);
        assert_eq!(head.submit(&condition, &[("result", "met"), ("day", "2026-11-23"), ("note", "convention signée avec le parc")]).await.status, 303);
        assert_eq!(head.open(&condition).await.status, 404, "it is closed");
        let duties = head.open(&format!("{BASE}/echeances")).await.text;
        assert!(duties.contains("faite le 23/11/2026") && duties.contains("convention signée avec le parc"), "{duties}");

        let hypothesis = way(&lead.open(&committee).await.text, &committee, "hypothese");
        let refuted = [("result", "refuted"), ("day", "2026-11-24"), ("note", "3 communes sur 14 seulement, faute d’agent")];
        assert_eq!(lead.submit(&hypothesis, &refuted).await.status, 303);
        let page = sponsor.open(&committee).await.text;
        assert!(page.contains("réfutée le 24\u{a0}novembre 2026") && page.contains("3 communes sur 14"), "{page}");
    }
}

on_both_stores! {
    async fn a_decision_is_corrected_and_the_log_keeps_both(house: TestHouse) {
        let incubator = orchard(&house).await;
        let head = agent(&house, "incubator.head", None).await;
        let committee = held(&head, "2026-11-10").await;
        let decision = format!("{committee}/decision/vergers");
        for (wrong, told) in [
            (vec![("outcome", "")], "Choisissez la décision"),
            (vec![("outcome", "construct")], "déjà en phase «\u{a0}Construction\u{a0}»"),
            (vec![("outcome", "accelerate"), ("stage_from", "2026-11-09")], "avant le comité qui la décide"),
            (vec![("outcome", "continue"), ("envelope", "beaucoup")], "un montant en euros"),
            (vec![("outcome", "continue"), ("envelope", "10 000")], "à partir de quel jour"),
            (vec![("outcome", "continue"), ("envelope", "10 000"), ("envelope_from", "2027-02-01"), ("envelope_to", "2027-01-01")], "avant le début"),
            (vec![("outcome", "continue"), ("condition_1", "Trouver")], "quel jour elle sera vérifiée"),
            (vec![("outcome", "continue"), ("condition_1", "Trouver"), ("check_1", "2026-11-09")], "avant le comité"),
            (vec![("outcome", "continue"), ("target_2", "10")], "quel est ce critère"),
        ] {
            let answer = head.submit(&decision, &wrong).await;
            assert_eq!(answer.status, 422, "{wrong:?}");
            assert!(answer.text.contains(told), "{told}: {}", answer.text);
        }
        assert!(head.open(&committee).await.text.contains("Aucune décision n’est encore inscrite"), "nothing is half-written");
        let first = [("outcome", "accelerate"), ("condition_1", "Trouver un porteur"), ("check_1", "2027-01-10"), ("hypothesis", "Le pari")];
        assert_eq!(head.submit(&decision, &first).await.status, 303);
        let condition = way(&head.open(&committee).await.text, &committee, "condition");
        assert_eq!(head.submit(&condition, &[("result", "dropped"), ("day", "2026-11-20"), ("note", "le parc reprend")]).await.status, 303);

        // It was to stop: the phase follows, the condition that was closed stays, the open hypothesis goes.
        let form = head.open(&decision).await.text;
        assert!(form.contains("Trouver un porteur") && form.contains("Le pari"), "{form}");
        let stop = [("outcome", "stop"), ("stage_from", "2026-11-15"), ("note", "le terrain n’en veut pas")];
        assert_eq!(head.submit(&decision, &stop).await.status, 303);
        let page = head.open(&committee).await.text;
        assert!(page.contains("Arrêter") && page.contains("abandonnée le 20\u{a0}novembre 2026") && !page.contains("Le pari"), "{page}");
        let public = head.open("/incubateur/services/vergers").await.text;
        assert!(public.contains("une issue normale") && !public.contains("Accélération"), "{public}");

        // The committee is not moved after the phase it opened.
        let moved = head.submit(&format!("{committee}/tenu"), &[("day", "2026-11-16")]).await;
        assert_eq!(moved.status, 422);
        assert!(moved.text.contains("corrigez d’abord la décision"), "{}", moved.text);
        assert_eq!(head.submit(&format!("{committee}/tenu"), &[("day", "2026-11-12")]).await.status, 303);

        let log = audit::latest(&incubator.database, &audit::Page { before: None, only: audit::everything(), limit: 30 }).await.expect("the log");
        let last = log.iter().find(|row| row.action == "committee.decided").expect("an entry");
        assert!(last.facts.contains("\"accelerate\"") && last.facts.contains("\"stop\""), "before and after: {}", last.facts);

        // After the end, nothing more is decided.
        let next = held(&head, "2026-11-22").await;
        let answer = head.submit(&format!("{next}/decision/vergers"), &[("outcome", "continue")]).await;
        assert_eq!(answer.status, 422);
        assert!(answer.text.contains("a quitté le programme"), "{}", answer.text);
    }
}

on_both_stores! {
    async fn a_committee_is_seen_by_whom_it_concerns(house: TestHouse) {
        filed(&house, &ORCHARD.replace("phases: [{ phase: construction, from: 2026-03-01 }] }", "phases: [{ phase: construction, from: 2026-03-01 }] }\n  - { key: ruches, name: Ruches partagées }")).await;
        let head = agent(&house, "incubator.head", None).await;
        let all = [("kind", "investment"), ("product", "*"), ("day", "2026-11-10"), ("agenda", "Un seul point")];
        let answer = head.submit(&format!("{BASE}/comites/nouveau"), &all).await;
        let committee = answer.header("location").and_then(|to| to.split('?').next()).expect("its page").to_owned();
        let hives = agent(&house, "product.lead", Some("service:ruches")).await;
        let page = hives.open(&committee).await.text;
        assert!(page.contains("Ruches partagées") && !page.contains("Vergers partagés</h2>"), "{page}");
        for (role, tenant) in [("product.lead", "service:ailleurs"), ("agreement.sponsor", "convention:ailleurs")] {
            let stranger = agent(&house, role, Some(tenant)).await;
            assert_eq!(stranger.open(&committee).await.status, 404, "{role}");
            assert_eq!(stranger.open(&format!("{committee}/dossier")).await.status, 404, "{role}");
            assert!(!stranger.open("/incubateur/comites").await.text.contains(&committee));
        }
        assert_eq!(head.submit(&format!("{committee}/tenu"), &[("day", "2026-11-10")]).await.status, 303);
        assert_eq!(head.submit(&format!("{committee}/decision/ruches"), &[("outcome", "continue")]).await.status, 303);
        let answer = head.submit(&format!("{committee}/decision/ailleurs"), &[("outcome", "continue")]).await;
        assert_eq!(answer.status, 404);
        // A hypothesis is closed under its own committee only.
        assert_eq!(head.submit(&format!("{committee}/decision/vergers"), &[("outcome", "continue"), ("hypothesis", "Un pari")]).await.status, 303);
        let one = way(&head.open(&committee).await.text, &committee, "hypothese");
        let number = one.rsplit('/').next().expect("a number").to_owned();
        let other = planned_for(&head, "ruches").await;
        assert_eq!(head.open(&format!("{other}/hypothese/{number}")).await.status, 404);
        assert_eq!(hives.open(&one).await.status, 404, "it is the orchards' one");

        // Called off, it stays in sight with its reason and waits for nothing.
        assert_eq!(head.submit(&format!("{other}/annuler"), &[("text", "")]).await.status, 422);
        assert_eq!(head.submit(&format!("{other}/annuler"), &[("text", "le jury est malade")]).await.status, 303);
        let page = head.open(&other).await.text;
        assert!(page.contains("le jury est malade") && page.contains("annulé"), "{page}");
        assert_eq!(head.submit(&format!("{other}/tenu"), &[("day", "2026-11-10")]).await.status, 409);
        assert_eq!(head.submit(&format!("{other}/personnes"), &[("name", "Rose"), ("body", "Agence")]).await.status, 409);
    }
}

async fn planned_for(by: &Agent, product: &str) -> String {
    let new = [("kind", "strategic"), ("product", product), ("day", "2026-12-10")];
    let answer = by.submit(&format!("{BASE}/comites/nouveau"), &new).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    answer.header("location").and_then(|to| to.split('?').next()).expect("its page").to_owned()
}

/// The text of a document, page after page, and how many pages it has.
fn read(file: &[u8]) -> (String, usize) {
    let document = lopdf::Document::load_mem(file).expect("a PDF");
    let pages: Vec<u32> = document.get_pages().keys().copied().collect();
    (document.extract_text(&pages).expect("its text").replace('\n', " "), pages.len())
}

on_both_stores! {
    async fn the_pack_is_made_in_one_click(house: TestHouse) {
        orchard(&house).await;
        let head = agent(&house, "incubator.head", None).await;
        let before = held(&head, "2026-09-01").await;
        let decision = [("outcome", "continue"), ("envelope", "30 000"), ("envelope_from", "2026-09-01"), ("envelope_to", "2027-03-01"), ("condition_1", "Trouver un porteur"), ("check_1", "2026-12-01"), ("hypothesis", "Un pari")];
        assert_eq!(head.submit(&format!("{before}/decision/vergers"), &decision).await.status, 303);
        let committee = planned(&head, "2026-12-10").await;
        let sponsor = agent(&house, "agreement.sponsor", Some("convention:vergers")).await;
        let file = sponsor.save(&format!("{committee}/dossier")).await.expect("the pack");
        let (text, pages) = read(&file);
        for told in ["Passer en accélération avec 40", "Trouver un porteur", "Un pari", "30", "Construction", "tenir le comité", "intégrer le bouton"] {
            assert!(text.contains(told), "{told}: {text}");
        }
        assert!(pages >= 2, "{pages}");
    }
}

on_both_stores! {
    async fn the_planned_committees_of_a_tripartite_agreement_are_held_in_their_months(house: TestHouse) {
        filed(&house, shipped::LOTOCAR).await;
        let head = agent(&house, "incubator.head", None).await;
        let base = "/incubateur/conventions/lotocar";
        for day in ["2019-11-18", "2020-02-12"] {
            let new = [("kind", "strategic"), ("day", day)];
            let answer = head.submit(&format!("{base}/comites/nouveau"), &new).await;
            assert_eq!(answer.status, 303, "{}", answer.text);
            let committee = answer.header("location").and_then(|to| to.split('?').next()).expect("its page").to_owned();
            assert_eq!(head.submit(&format!("{committee}/tenu"), &[("day", day)]).await.status, 303);
        }
        let duties = head.open(&format!("{base}/echeances")).await.text;
        assert!(duties.contains("faite le 18/11/2019") && duties.contains("faite le 12/02/2020"), "{duties}");
    }
}
