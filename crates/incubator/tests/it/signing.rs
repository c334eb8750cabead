//! From the draft to the last signature: desks are consulted, parties sign one after the other.

use incubator::Incubator;
use socle::audit;
use testkit::on_both_stores;

use crate::agreements::{ORCHARD, agent, filed};

const BASE: &str = "/incubateur/conventions/vergers";

fn plain(text: &str) -> String {
    text.replace(['\u{a0}', '\u{202f}'], " ").replace("&#39;", "'")
}

/// The orchard's agreement before anybody signs.
fn draft() -> String {
    ORCHARD
        .replace("signature: { on: 2026-03-02 }\n", "")
        .replace(", signed_by: Rose Quenneville, signed_on: 2026-03-01", "")
        .replace(", signed_by: Paul Ibarra, signed_on: 2026-03-02", "")
}

on_both_stores! {
    async fn parties_sign_one_after_the_other_and_the_last_makes_it_signed(house: TestHouse) {
        filed(&house, &draft()).await;
        let legal = agent(&house, "incubator.legal", None).await;
        let sponsor = agent(&house, "agreement.sponsor", Some("convention:vergers")).await;
        assert!(plain(&legal.open(BASE).await.text).contains("aucune date pour Agence des vergers, Direction du numérique"));
        assert_eq!(sponsor.open(&format!("{BASE}/vie/signature")).await.status, 403);

        // The controller is asked first; it answers against, then in favour.
        let visa = format!("{BASE}/vie/avis");
        let told = |opinion: &'static str, given: &'static str, note: &'static str| {
            [("body", "cbcm"), ("requested", "2026-09-01"), ("opinion", opinion), ("given", given), ("told", note)]
        };
        let bad = legal.submit(&visa, &told("against", "2026-08-01", "")).await;
        assert_eq!(bad.status, 422);
        for expected in ["La réponse vient avant la demande.", "Dites les réserves"] {
            assert!(bad.text.contains(expected), "{expected}: {}", bad.text);
        }
        assert_eq!(legal.submit(&visa, &told("", "", "")).await.status, 303);
        assert!(plain(&legal.open(BASE).await.text).contains("avis attendu depuis le 01/09/2026"));
        assert_eq!(legal.submit(&visa, &told("against", "2026-09-10", "crédits insuffisants")).await.status, 303);
        assert!(plain(&legal.open(BASE).await.text).contains("CBCM de l’agence : avis défavorable"));
        assert_eq!(legal.submit(&visa, &told("favourable", "2026-09-20", "")).await.status, 303);
        assert!(!plain(&legal.open(BASE).await.text).contains("avis défavorable"), "the latest answer counts");

        let sign = format!("{BASE}/vie/signature");
        let by = |party: &'static str, day: &'static str| [("body", party), ("day", day), ("name", "Rose Quenneville"), ("role", "directrice")];
        let bad = legal.submit(&sign, &[("body", "cbcm"), ("day", "2027-01-01")]).await;
        assert_eq!(bad.status, 422);
        for expected in ["Choisissez une partie qui n’a pas encore signé.", "Ce jour est dans l’avenir.", "Indiquez qui a signé."] {
            assert!(bad.text.contains(expected), "{expected}: {}", bad.text);
        }
        assert_eq!(legal.submit(&sign, &by("agence", "2026-10-01")).await.status, 303);
        let page = plain(&legal.open(BASE).await.text);
        assert!(page.contains("aucune date pour Direction du numérique") && !page.contains("Signée le"), "{page}");
        assert_eq!(legal.submit(&sign, &by("agence", "2026-10-01")).await.status, 422, "it signed");
        assert_eq!(legal.submit(&sign, &by("direction", "2026-10-05")).await.status, 303);
        let page = plain(&legal.open(BASE).await.text);
        assert!(page.contains("Signée le 05/10/2026") && page.contains("Dernier jour le 05/04/2028"), "{page}");
        assert_eq!(legal.open(&sign).await.status, 409, "all signed");
        let life = plain(&legal.open(&format!("{BASE}/vie")).await.text);
        assert!(life.contains("Signée par Direction du numérique, le 5 octobre 2026"), "{life}");
        // Signatures are not in the log by name.
        let incubator = Incubator::open(&house.registry.house).await.expect("the incubator");
        let page = audit::Page { before: None, only: audit::everything(), limit: 100 };
        let rows = audit::latest(&incubator.database, &page).await.expect("the log");
        let recorded = rows.iter().filter(|row| row.facts.contains("\"signature\"")).count();
        assert_eq!(recorded, 2);
        assert!(rows.iter().all(|row| !row.facts.contains("Quenneville")));
    }
}
