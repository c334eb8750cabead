//! The files of a finance desk come in: seen first, written once, refused line by line with the reason.

use axum::http::Method;
use testkit::{Agent, Answer, on_both_stores};

use crate::agreements::{ORCHARD, agent, filed};

const BASE: &str = "/incubateur/conventions/vergers";

async fn upload(by: &Agent, what: &str, file: &str) -> Answer {
    let body = format!(
        "--limite\r\ncontent-disposition: form-data; name=\"file\"; filename=\"f.csv\"\r\ncontent-type: text/csv\r\n\r\n{file}\r\n--limite\r\ncontent-disposition: form-data; name=\"text\"\r\n\r\n\r\n--limite--\r\n"
    );
    let path = format!("{BASE}/credits/importer/{what}");
    by.ask(Method::POST, &path, Some(("multipart/form-data; boundary=limite", body))).await
}

fn table(page: &str) -> String {
    let value = page.split("name=\"table\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    let value = value.unwrap_or_else(|| panic!("the table: {page}"));
    value
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&#38;", "&")
}

/// Sends back what the page holds, with columns by rank, and writes.
async fn write(by: &Agent, what: &str, page: &str, columns: &[(&str, &str)]) -> Answer {
    let table = table(page);
    let columns: Vec<(String, &str)> =
        columns.iter().map(|(name, at)| (format!("column_{name}"), *at)).collect();
    let mut form = vec![("table", table.as_str()), ("write", "oui")];
    form.extend(columns.iter().map(|(name, at)| (name.as_str(), *at)));
    by.submit(&format!("{BASE}/credits/importer/{what}/lire"), &form).await
}

fn plain(text: &str) -> String {
    text.replace(['\u{a0}', '\u{202f}'], " ").replace("&#39;", "'")
}

fn says(page: &str, told: &[&str]) {
    let page = plain(page);
    for one in told {
        assert!(page.contains(one), "{one}: {page}");
    }
}

const ORDERS: &str = "Objet;Nature;Montant TTC;Titulaire;EJ;Date de signature
Développement;devops;48 000,50;Atelier du code;1404518242;10/04/2026
Parcours;design;12 000;;;
Trop;devops;60 000;;1404518299;01/10/2026
Peinture;peinture;10;;;
Sans jour;devops;10;;1404518298;
;;5;;;";
const COLUMNS: [(&str, &str); 6] =
    [("title", "0"), ("nature", "1"), ("amount", "2"), ("supplier", "3"), ("number", "4"), ("signed", "5")];
const CHORUS: &str = "N° EJ;Date;Pièce;Montant engagé;Montant SF;Payé
1404518242;2026-06-15;SF-1;48 000;12 000,40;
1404518242;20/07/2026;DP-1;;;12 000,40
1404518242;2026-07-21;DP-2;;;0,01
1404518242;2026-08-01;SF-2;;48 000;
1404518277;2026-08-01;SF-3;;10;
14045;2026-08-01;SF-3;;10;
1404518242;31/11/2026;SF-4;;10;
1404518242;2026-09-01;SF-5;;-10;";
const CHORUS_COLUMNS: [(&str, &str); 6] =
    [("number", "0"), ("day", "1"), ("document", "2"), ("committed", "3"), ("certified", "4"), ("paid", "5")];

on_both_stores! {
    async fn orders_of_a_spreadsheet_are_seen_then_written_once(house: TestHouse) {
        filed(&house, ORCHARD).await;
        let finance = agent(&house, "incubator.finance", None).await;
        let lead = agent(&house, "product.lead", Some("service:vergers")).await;
        assert_eq!(lead.open(&format!("{BASE}/credits/importer/commandes")).await.status, 403);
        let seen = upload(&finance, "commandes", ORDERS).await;
        assert_eq!(seen.status, 200, "{}", seen.text);
        says(&seen.text, &[
            "Rien n’est encore écrit. À écrire : 2. Déjà connues : 0. Refusées : 4.",
            "plafond de 100 000 €", "8 000,50 € de trop", "Nature « peinture » inconnue", "numéro Chorus sans jour de signature", "L’objet manque",
        ]);
        assert!(!plain(&finance.open(&format!("{BASE}/credits")).await.text).contains("Développement"), "a trial writes nothing");
        let written = write(&finance, "commandes", &seen.text, &COLUMNS).await;
        says(&written.text, &["Écrites : 2. Déjà connues : 0. Refusées : 4."]);
        let credits = finance.open(&format!("{BASE}/credits")).await.text;
        says(&credits, &["Développement", "1404518242", "48 000,50 €", "51 999,50 €", "Parcours"]);

        let again = upload(&finance, "commandes", ORDERS).await;
        says(&again.text, &["À écrire : 0. Déjà connues : 2. Refusées : 4."]);
        let again = write(&finance, "commandes", &again.text, &COLUMNS).await;
        says(&again.text, &["Écrites : 0. Déjà connues : 2."]);
        assert_eq!(finance.open(&format!("{BASE}/credits")).await.text.matches("1404518242").count(), credits.matches("1404518242").count());
        let other = upload(&finance, "commandes", &ORDERS.replace("48 000,50", "47 000")).await;
        says(&other.text, &["est déjà inscrite, pour 48 000,50 €"]);
    }
}

on_both_stores! {
    async fn chorus_tells_the_intrapreneur_certifies_then_payments_are_written_once(house: TestHouse) {
        filed(&house, ORCHARD).await;
        let finance = agent(&house, "incubator.finance", None).await;
        let lead = agent(&house, "product.lead", Some("service:vergers")).await;
        let seen = upload(&finance, "commandes", ORDERS).await;
        write(&finance, "commandes", &seen.text, &COLUMNS).await;
        let seen = upload(&finance, "chorus", CHORUS).await;
        says(&seen.text, &[
            "À écrire : 1. Déjà connues : 0. Refusées : 7.",
            "Service fait de 12 000,40 € : sera signalé à l’intrapreneur.",
            "Chorus dit 48 000 € engagés, la maison 48 000,50 €.",
            "12 000,40 € dépasse ce que l’intrapreneur a certifié ce jour-là et que personne n’a payé : 0 €.",
            "48 000 € dépasse ce qui reste à certifier : 36 000,10 €.",
            "Aucune commande signée de cette convention ne porte le numéro 1404518277",
            "« 14045 » n’est pas un numéro d’engagement", "« 31/11/2026 » n’est pas un jour qui existe", "« -10 » est négatif",
        ]);
        says(&write(&finance, "chorus", &seen.text, &CHORUS_COLUMNS).await.text, &["Écrites : 1."]);

        // A file certifies nothing: the intrapreneur is told, and does.
        let credits = finance.open(&format!("{BASE}/credits")).await.text;
        assert!(!credits.contains("Service fait (ligne") && !credits.contains("DP-1"), "{credits}");
        let at = credits.split("/commandes/").skip(1).filter_map(|rest| rest.split('"').next()).find(|id| id.parse::<i64>().is_ok());
        let order = format!("{BASE}/commandes/{}", at.expect("its page"));
        let shown = finance.open(&order).await.text;
        says(&shown, &["Chorus dit 12 000,40 € de service fait de plus", "SF-1 du 15 juin 2026", "L’intrapreneur ou le chargé de suivi certifie ici"]);
        let told = lead.open(&order).await.text;
        let form = told.split("href=\"").find_map(|rest| rest.split_once('"').filter(|(to, _)| to.contains("/certify?"))).expect("a link").0;
        let form = lead.open(&form.replace("&amp;", "&").replace("&#38;", "&")).await;
        says(&form.text, &["value=\"12 000,40 €\"", "value=\"2026-06-15\"", "Chorus, pièce SF-1"]);
        let certified = [("amount", "12 000,40"), ("day", "2026-06-15"), ("note", "Chorus, pièce SF-1")];
        assert_eq!(lead.submit(&format!("{order}/certify"), &certified).await.status, 303);
        assert!(!lead.open(&order).await.text.contains("Chorus dit"));

        // What was refused comes in with the next extract; what was taken does not come twice.
        let seen = upload(&finance, "chorus", CHORUS).await;
        says(&seen.text, &["À écrire : 1. Déjà connues : 1. Refusées : 6."]);
        says(&write(&finance, "chorus", &seen.text, &CHORUS_COLUMNS).await.text, &["Écrites : 1."]);
        let paid = finance.open(&format!("{BASE}/credits")).await.text;
        says(&paid, &["DP-1"]);
        let again = upload(&finance, "chorus", CHORUS).await;
        says(&again.text, &["À écrire : 0. Déjà connues : 2. Refusées : 6."]);
        write(&finance, "chorus", &again.text, &CHORUS_COLUMNS).await;
        assert_eq!(finance.open(&format!("{BASE}/credits")).await.text.matches("DP-1").count(), paid.matches("DP-1").count());
    }
}

on_both_stores! {
    async fn lines_of_one_number_are_one_order_or_none(house: TestHouse) {
        filed(&house, ORCHARD).await;
        let finance = agent(&house, "incubator.finance", None).await;
        let file = "Objet\tMontant TTC\tEJ\tDate\nCode\t10 000\t1404518242\t10/04/2026\nDessin\t2 000,5\t1404518242\t10/04/2026\nCode\t1\t1404518299\t10/04/2026\nDessin\t1\t1404518299\t11/04/2026\n";
        let seen = upload(&finance, "commandes", file).await;
        says(&seen.text, &["À écrire : 1. Déjà connues : 0. Refusées : 1.", "Code, 12 000,50 €", "Les lignes de l’engagement 1404518299 n’ont pas toutes le même jour de signature."]);
        let columns = [("title", "0"), ("amount", "1"), ("number", "2"), ("signed", "3")];
        says(&write(&finance, "commandes", &seen.text, &columns).await.text, &["Écrites : 1."]);
        says(&finance.open(&format!("{BASE}/credits")).await.text, &["12 000,50 €", "87 999,50 €"]);
    }
}

on_both_stores! {
    async fn an_unknown_shape_asks_which_column_is_what(house: TestHouse) {
        filed(&house, ORCHARD).await;
        let finance = agent(&house, "incubator.finance", None).await;
        let file = "Truc;Machin\nCarte des vergers;1 200\n";
        let asked = upload(&finance, "commandes", file).await;
        says(&asked.text, &["Il manque : Objet, Montant TTC", "Quelle colonne est quoi", ">Machin</option>"]);
        let chosen = [("title", "0"), ("amount", "1")];
        let written = write(&finance, "commandes", &asked.text, &chosen).await;
        says(&written.text, &["Écrites : 1.", "Carte des vergers, 1 200 €"]);
        let empty = upload(&finance, "commandes", "").await;
        assert_eq!(empty.status, 422);
        says(&empty.text, &["Ce fichier est vide."]);
        let broken = upload(&finance, "commandes", "PK\u{3}\u{4}rien").await;
        assert_eq!(broken.status, 422);
        // What comes back with the page weighs more than the file: it is told before, not after.
        let wide = format!("Objet;Montant\n{}", format!("{};1\n", "é".repeat(250)).repeat(1_500));
        let wide = upload(&finance, "commandes", &wide).await;
        assert_eq!(wide.status, 422);
        says(&wide.text, &["Ce tableau est trop grand"]);
        let heavy = upload(&finance, "commandes", &"Objet;1\n".repeat(300_000)).await;
        assert_eq!(heavy.status, 413);
        says(&heavy.text, &["deux mégaoctets au plus"]);
        assert_eq!(finance.open(&format!("{BASE}/credits/importer/autre")).await.status, 404);
    }
}
