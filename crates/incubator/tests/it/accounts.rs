//! Accounts of an agreement: prepared from what is known, sent once, received; and the ledger goes on.

use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};
use incubator::{Incubator, shipped};
use jiff::SignedDuration;
use socle::audit;
use testkit::{Agent, TestHouse, on_both_stores};

use crate::agreements::{ORCHARD, agent, filed};

const BASE: &str = "/incubateur/conventions/vergers";
const OCTOBER: &str = "/incubateur/conventions/vergers/comptes/2026-10";
const NOVEMBER: &str = "/incubateur/conventions/vergers/comptes/2026-11";

/// The orchards, with a monthly account, one order under way and one foreseen.
fn monthly() -> String {
    format!(
        "{ORCHARD}  - {{ clause: account.monthly, article: \"5\", text: \"Un compte chaque mois.\" }}
orders:
  - {{ number: \"1404518242\", supplier: Atelier du code, product: vergers, phase: construction, signed_on: 2026-04-10, from: 2026-04-15, to: 2027-03-31, lines: [{{ label: Développement, service: devops, amount: 48000.50 }}] }}
  - {{ estimate: true, product: vergers, from: 2027-01-01, to: 2027-02-28, lines: [{{ label: Accessibilité, service: design, amount: 10000 }}] }}
ledger:
  - {{ date: 2026-04-01, kind: availability, ae: 60000, cp: 40000, document: N-12 }}
  - {{ date: 2026-06-15, kind: certification, cp: 12000.40, order: \"1404518242\" }}
  - {{ date: 2026-09-20, kind: payment, cp: 12000.40, order: \"1404518242\" }}
  - {{ date: 2026-10-08, kind: certification, cp: 6000.10, order: \"1404518242\" }}
"
    )
}

/// The value of a hidden field.
fn hidden(page: &str, name: &str) -> String {
    let field =
        page.split(&format!("name=\"{name}\" value=\"")).nth(1).and_then(|rest| rest.split('"').next());
    field.unwrap_or_else(|| panic!("{name}: {page}")).to_owned()
}

/// Writes the text of an account and goes on to its sending; what was read.
async fn reread(by: &Agent, account: &str, progress: &str) -> String {
    let page = by.open(account).await.text;
    let version = hidden(&page, "version");
    let text = [
        ("progress", progress),
        ("orders", "Une commande au printemps."),
        ("consumption", "Régulière."),
        ("version", version.as_str()),
        ("next", "relire"),
    ];
    let saved = by.submit(account, &text).await;
    assert_eq!(saved.status, 303, "{}", saved.text);
    assert!(saved.header("location").is_some_and(|to| to.ends_with("/envoyer")));
    hidden(&by.open(&format!("{account}/envoyer")).await.text, "read")
}

async fn sent(by: &Agent, account: &str, progress: &str) {
    let read = reread(by, account, progress).await;
    let answer = by.submit(&format!("{account}/envoyer"), &[("read", &read)]).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
}

/// What a page or a file says, without what does not break.
fn plain(text: &str) -> String {
    text.replace(['\u{a0}', '\u{202f}'], " ").replace("&#39;", "'")
}

fn says(page: &str, told: &[&str]) {
    let page = plain(page);
    for one in told {
        assert!(page.contains(one), "{one}: {page}");
    }
}

/// The row of a table that begins with these words.
fn row(page: &str, begins: &str) -> String {
    let page = plain(page);
    let at = page.find(&format!("<th scope=\"row\">{begins}")).unwrap_or_else(|| panic!("{begins}: {page}"));
    page[at..].split("</tr>").next().expect("a row").to_owned()
}

/// The address of the order on the page of credits.
async fn order(by: &Agent) -> String {
    let page = by.open(&format!("{BASE}/credits")).await.text;
    let at = page.find("1404518242").expect("the order");
    let (before, _) = page.split_at(at);
    let href = before.rsplit("href=\"").next().and_then(|rest| rest.split('"').next()).expect("its address");
    href.to_owned()
}

async fn log(house: &TestHouse) -> Vec<(String, String)> {
    let incubator = Incubator::open(&house.registry.house).await.expect("the incubator");
    let page = audit::Page { before: None, only: audit::everything(), limit: 50 };
    let rows = audit::latest(&incubator.database, &page).await.expect("the log");
    rows.into_iter().map(|row| (row.action, row.facts)).collect()
}

on_both_stores! {
    async fn a_month_is_prepared_to_the_cent_and_sent_with_its_proof(house: TestHouse) {
        filed(&house, &monthly()).await;
        let finance = agent(&house, "incubator.finance", None).await;
        let list = finance.open(&format!("{BASE}/comptes")).await.text;
        says(&list, &["Compte rendu d’octobre 2026", "Au plus tard le 30 novembre 2026", "à préparer, en retard", "Compte rendu final", "Article 5 : Un compte chaque mois."]);

        let page = finance.open(OCTOBER).await.text;
        says(&page, &["Projet, non envoyé", "Reste à engager (AE)</dt><dd>51 999,50 €", "Vergers partagés : phase de construction.", "service fait 6 000,10 €"]);
        says(&row(&page, "Service fait certifié"), &["6 000,10 €", "18 000,50 €"]);
        says(&row(&page, "Payé"), &["0 €", "12 000,40 €"]);
        says(&row(&page, "Engagé, retraits déduits"), &["48 000,50 €"]);
        says(&row(&page, "1404518242, Développement, Atelier du code"), &["48 000,50 €", "18 000,50 €", "12 000,40 €"]);
        says(&row(&page, "Accessibilité"), &["1er janvier 2027", "28 février 2027", "10 000 €"]);
        says(&row(&page, "Novembre 2026"), &["7 200,02 €"]);
        says(&row(&page, "Janvier 2027"), &["10 000 €", "12 200,02 €"]);

        let empty = finance.submit(OCTOBER, &[("progress", " "), ("version", "0")]).await;
        assert_eq!(empty.status, 422);
        says(&empty.text, &["Dites ce qui a avancé"]);
        let read = reread(&finance, OCTOBER, "- La carte est ouverte.\n- Cent vergers inscrits.").await;
        // The ledger moves between the reading and the sending: what was not read is not sent.
        let order = order(&finance).await;
        let lead = agent(&house, "product.lead", Some("service:vergers")).await;
        let certified = [("amount", "1 000"), ("day", "2026-10-30"), ("note", "PV n° 3")];
        assert_eq!(lead.submit(&format!("{order}/certify"), &certified).await.status, 303);
        let stale = finance.submit(&format!("{OCTOBER}/envoyer"), &[("read", &read)]).await;
        assert_eq!(stale.status, 409);
        says(&stale.text, &["ont changé depuis votre relecture"]);
        sent(&finance, OCTOBER, "- La carte est ouverte.\n- Cent vergers inscrits.").await;
        says(&finance.open(OCTOBER).await.text, &["envoyé le 25 novembre 2026", "<li>Cent vergers inscrits.</li>", "19 000,50 €"]);
        let duties = finance.open(&format!("{BASE}/echeances")).await.text;
        says(&duties, &["faite le 25/11/2026", "Compte rendu d’octobre 2026, envoyé le 25 novembre 2026"]);
        let log = log(&house).await;
        assert!(log.iter().any(|(action, facts)| action == "account.sent" && facts.contains("2026-10")), "{log:?}");
        let again = finance.submit(OCTOBER, &[("progress", "autre chose"), ("version", "1")]).await;
        assert_eq!(again.status, 409, "a sent account does not change");
    }
}

on_both_stores! {
    async fn the_ledger_goes_on_and_the_next_account_tells_what_it_corrects(house: TestHouse) {
        filed(&house, &monthly()).await;
        let finance = agent(&house, "incubator.finance", None).await;
        sent(&finance, OCTOBER, "Rien de plus.").await;
        let before = finance.open(OCTOBER).await.text;
        let order = order(&finance).await;
        let late = [("amount", "6 000,10"), ("day", "2026-10-28"), ("document", "DP-9")];
        assert_eq!(finance.submit(&format!("{order}/pay"), &late).await.status, 303);
        assert_eq!(finance.open(OCTOBER).await.text, before, "not a cent of it changes");
        says(&row(&before, "Payé"), &["12 000,40 €"]);

        let next = finance.open(NOVEMBER).await.text;
        says(&next, &["Lignes d’un mois déjà rendu", "28 octobre 2026", "1404518242, DP-9"]);
        says(&row(&next, "Paiement"), &["6 000,10 €"]);
        let paid = row(&next, "Payé");
        says(&paid, &["<td class=\"pp-number\">0 €</td>", "18 000,50 €"]);
        // The month is not over.
        says(&next, &["pourra être envoyé à partir du 30 novembre 2026"]);
        let early = finance.submit(&format!("{NOVEMBER}/envoyer"), &[("read", "")]).await;
        assert_eq!(early.status, 409);
        house.wait(SignedDuration::from_hours(24 * 5));
        let finance = agent(&house, "incubator.finance", None).await;
        sent(&finance, NOVEMBER, "Le paiement d’octobre est corrigé.").await;
        says(&finance.open(&format!("{BASE}/comptes")).await.text, &["envoyé le 30 novembre 2026"]);
    }
}

on_both_stores! {
    async fn an_account_is_taken_back_with_its_proof_and_never_by_halves(house: TestHouse) {
        let legal = filed(&house, &monthly()).await;
        let finance = agent(&house, "incubator.finance", None).await;
        sent(&finance, OCTOBER, "Rien de plus.").await;
        // Its proof alone is not withdrawn.
        let life = legal.open(&format!("{BASE}/vie")).await.text;
        let proof = life.rsplit("<option value=\"").next().and_then(|rest| rest.split('"').next()).expect("a fact").to_owned();
        let refused = legal.submit(&format!("{BASE}/vie/retirer"), &[("fact", &proof), ("reason", "erreur")]).await;
        assert_eq!(refused.status, 409);
        says(&refused.text, &["Reprenez le compte rendu"]);

        let back = format!("{OCTOBER}/reprendre");
        assert_eq!(finance.submit(&back, &[("reason", "")]).await.status, 422);
        assert_eq!(finance.submit(&back, &[("reason", "mauvais mois")]).await.status, 303);
        says(&finance.open(OCTOBER).await.text, &["Projet, non envoyé", "Rien de plus."]);
        assert!(!plain(&finance.open(&format!("{BASE}/echeances")).await.text).contains("Compte rendu d’octobre"), "to be done again");
        let log = log(&house).await;
        assert!(log.iter().any(|(action, facts)| action == "account.taken_back" && facts.contains("mauvais mois")), "{log:?}");
        assert_eq!(finance.submit(&back, &[("reason", "encore")]).await.status, 409);
        sent(&finance, OCTOBER, "Cette fois le bon.").await;

        // Once it is acknowledged it stays.
        let sponsor = agent(&house, "agreement.sponsor", Some("convention:vergers")).await;
        says(&sponsor.open(&format!("{BASE}/comptes")).await.text, &["attend votre accusé de réception"]);
        let receive = format!("{OCTOBER}/accuser-reception");
        let early = sponsor.submit(&receive, &[("day", "2026-11-20")]).await;
        assert_eq!(early.status, 422);
        says(&early.text, &["n’a pas été reçu avant"]);
        assert_eq!(finance.submit(&receive, &[("day", "2026-11-25")]).await.status, 403);
        assert_eq!(sponsor.submit(&receive, &[("day", "2026-11-25")]).await.status, 303);
        assert_eq!(sponsor.submit(&receive, &[("day", "2026-11-25")]).await.status, 409, "once");
        says(&finance.open(OCTOBER).await.text, &["Le 25 novembre 2026, par : Commanditaire"]);
        says(&finance.open(&format!("{BASE}/comptes")).await.text, &["reçu le 25 novembre 2026"]);
        assert_eq!(finance.submit(&back, &[("reason", "trop tard")]).await.status, 409);
    }
}

on_both_stores! {
    async fn the_partnership_gives_back_what_it_did_not_spend(house: TestHouse) {
        let text = format!(
            "{}\npublications:\n  - {{ channel: data.gouv.fr, published_on: 2020-10-12 }}
orders:
  - {{ number: \"1400000077\", supplier: Fabrique, product: friches, signed_on: 2020-10-20, lines: [{{ label: Réalisation, service: devops, amount: 150000.33 }}] }}
ledger:
  - {{ date: 2020-10-13, kind: receipt, cash: 200000, document: titre 1 }}
  - {{ date: 2020-10-15, kind: credit-opening, ae: 200000, cp: 200000, document: arrêté 2 }}
  - {{ date: 2021-02-01, kind: certification, cp: 150000.33, order: \"1400000077\" }}
  - {{ date: 2021-03-01, kind: payment, cp: 150000.33, order: \"1400000077\" }}
",
            shipped::FRICHES
        );
        filed(&house, &text).await;
        let finance = agent(&house, "incubator.finance", None).await;
        let account = "/incubateur/conventions/friches/comptes/final";
        let page = finance.open(account).await.text;
        says(&page, &["Le 31 mai 2021, dernier jour de la convention", "Fonds de concours"]);
        says(&row(&page, "Consommé"), &["150 000,33 €"]);
        says(&row(&page, "Solde : encaissé"), &["49 999,67 €"]);
        says(&row(&page, "Cerema"), &["49 999,67 €"]);
        sent(&finance, account, "La plateforme est ouverte à tous.").await;
        says(&finance.open("/incubateur/conventions/friches/echeances").await.text, &["faite en retard, le 25/11/2026"]);
        assert_eq!(finance.open("/incubateur/conventions/friches/comptes/2021-02").await.status, 404);
    }
}

on_both_stores! {
    async fn what_the_agreement_does_not_ask_is_said_so(house: TestHouse) {
        filed(&house, shipped::DOMIFA).await;
        let finance = agent(&house, "incubator.finance", None).await;
        let list = finance.open("/incubateur/conventions/domifa/comptes").await.text;
        says(&list, &["Compte rendu final"]);
        assert!(!plain(&list).contains("2021-01"), "{list}");
        let month = finance.open("/incubateur/conventions/domifa/comptes/2021-01").await;
        assert_eq!(month.status, 404);
        says(&month.text, &["ne demande aucun compte rendu mensuel"]);
        assert_eq!(finance.open("/incubateur/conventions/domifa/comptes/demain").await.status, 404);
        let none = ORCHARD.replace("  - { clause: account.final, article: \"5\", text: \"Compte au terme.\" }\n", "");
        filed(&house, &none).await;
        says(&finance.open(&format!("{BASE}/comptes")).await.text, &["ne demande aucun compte rendu"]);
    }
}

on_both_stores! {
    async fn a_team_among_several_does_not_read_the_orders_of_the_others(house: TestHouse) {
        let two = monthly().replace("phases: [{ phase: construction, from: 2026-03-01 }] }", "phases: [{ phase: construction, from: 2026-03-01 }] }\n  - { key: ruches, name: Ruches partagées }");
        filed(&house, &two).await;
        filed(&house, shipped::LOTOCAR).await;
        let other = agent(&house, "product.lead", Some("service:ruches")).await;
        let list = other.open(&format!("{BASE}/comptes")).await.text;
        says(&list, &["Compte rendu d’octobre 2026", "son contenu est réservé"]);
        for end in ["", "/compte-rendu.pdf", "/compte-rendu.xlsx"] {
            assert_eq!(other.open(&format!("{OCTOBER}{end}")).await.status, 404, "{end}");
        }
        let sponsor = agent(&house, "agreement.sponsor", Some("convention:vergers")).await;
        assert_eq!(sponsor.open(OCTOBER).await.status, 200);
        for end in ["", "/final", "/final/compte-rendu.pdf", "/final/accuser-reception"] {
            assert_eq!(sponsor.open(&format!("/incubateur/conventions/lotocar/comptes{end}")).await.status, 404, "{end}");
        }
    }
}

on_both_stores! {
    async fn an_account_leaves_as_pdf_and_as_spreadsheet_that_say_the_same(house: TestHouse) {
        filed(&house, &monthly()).await;
        let finance = agent(&house, "incubator.finance", None).await;
        let text_of = |file: &[u8]| {
            assert!(file.starts_with(b"%PDF"));
            let document = lopdf::Document::load_mem(file).expect("a PDF file");
            assert!(document.catalog().expect("a catalogue").has(b"StructTreeRoot"), "tagged");
            let pages: Vec<u32> = document.get_pages().into_keys().collect();
            plain(&document.extract_text(&pages).expect("its text"))
        };
        let draft = finance.save(&format!("{OCTOBER}/compte-rendu.pdf")).await.expect("a file");
        assert!(text_of(&draft).contains("Projet, non envoyé"), "{}", text_of(&draft));
        let mut book = Xlsx::new(Cursor::new(finance.save(&format!("{OCTOBER}/compte-rendu.xlsx")).await.expect("a file"))).expect("a workbook");
        let first = book.worksheet_range("Compte rendu").expect("the first sheet");
        assert_eq!(first.get((0, 1)).map(ToString::to_string).as_deref(), Some("Projet, non envoyé"));

        sent(&finance, OCTOBER, "- La carte est ouverte.\nUn mot de plus 🏠.").await;
        let file = finance.save(&format!("{OCTOBER}/compte-rendu.pdf")).await.expect("a file");
        let text = text_of(&file);
        for told in ["Compte rendu d’octobre 2026", "La carte est ouverte.", "18 000,50 €", "1404518242"] {
            assert!(text.contains(told), "{told}: {text}");
        }
        assert!(!text.contains("Projet, non envoyé"));
        assert_eq!(finance.save(&format!("{OCTOBER}/compte-rendu.pdf")).await.expect("a file"), file, "the same each time");
        let mut book = Xlsx::new(Cursor::new(finance.save(&format!("{OCTOBER}/compte-rendu.xlsx")).await.expect("a file"))).expect("a workbook");
        let orders = book.worksheet_range("commandes").expect("the orders");
        assert_eq!(orders.get((1, 4)), Some(&Data::Float(18_000.5)), "a number: {orders:?}");
        let foreseen = book.worksheet_range("previsions").expect("what is foreseen");
        assert!(matches!(foreseen.get((1, 2)), Some(Data::DateTime(_))), "a day: {foreseen:?}");
    }
}
