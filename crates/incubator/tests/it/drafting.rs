//! An agreement entered by choosing its clauses, without a file.

use testkit::on_both_stores;

use crate::agreements::agent;

const DELEGATION: &str = "/incubateur/conventions/nouvelle/delegation";

on_both_stores! {
    async fn a_delegation_is_entered_by_choosing_its_clauses(house: TestHouse) {
        let legal = agent(&house, "incubator.legal", None).await;
        let choice = legal.open("/incubateur/conventions/nouvelle").await.text;
        assert!(choice.contains("Délégation de gestion") && choice.contains("Convention de partenariat"), "{choice}");
        let page = legal.open(DELEGATION).await.text;
        assert!(page.contains("Article 5\u{a0}: Les engagements ne dépassent pas le montant alloué."), "{page}");
        // Which box is which clause is said by the page.
        let rank = |clause: &str| {
            let before = page.split(clause).next().expect("the clause");
            before.rsplit("name=\"clauses\" value=\"").next().and_then(|rest| rest.split('"').next()).expect("a box").to_owned()
        };
        let (ceiling, monthly, copies) =
            (rank("Les engagements ne dépassent"), rank("rend compte chaque mois"), rank("Une copie de la convention va"));
        let mut form = vec![
            ("title", "Délégation des jardins"), ("reference", "jardins-2026"), ("name0", "Agence des jardins"),
            ("name1", "Direction du numérique"), ("signed_by0", "Ève Mandel"), ("signed_on0", "2026-09-28"),
            ("signed_by1", "Ali Fontanel"), ("signed_on1", "2026-10-01"), ("effect", "on_signature"), ("months", "12"),
            ("nature", "maximum"), ("year0", "2026"), ("ae0", "50 000"), ("cp0", ""), ("year1", "2027"), ("ae1", "70 000"),
            ("cp1", "120 000"), ("copies", "CBCM de l’agence\nCBCM du Premier ministre\n"),
        ];
        form.extend([("clauses", ceiling.as_str()), ("clauses", &monthly), ("clauses", &copies)]);
        assert_eq!(legal.submit(DELEGATION, &form).await.status, 303);
        let page = legal.open("/incubateur/conventions/jardins-2026").await.text;
        assert!(page.contains("en vigueur") && page.contains("Dernier jour le 01/10/2027"), "{page}");
        assert!(page.contains("120\u{202f}000\u{a0}€"), "the ceiling, and a blank cell is not zero: {page}");
        let text = legal.open("/incubateur/conventions/jardins-2026/texte").await.text;
        assert!(text.contains("n.c.") && !text.contains("Trois mois"), "{text}");
        let duties = legal.open("/incubateur/conventions/jardins-2026/echeances").await.text;
        assert!(duties.contains("novembre 2026") && duties.contains("CBCM du Premier ministre"), "{duties}");
    }
}

on_both_stores! {
    async fn what_is_missing_is_said_beside_its_field(house: TestHouse) {
        let legal = agent(&house, "incubator.legal", None).await;
        let form = [
            ("title", ""), ("reference", "Jardins Été"), ("name0", "Agence"), ("name1", ""), ("effect", "on_date"),
            ("effect_date", ""), ("months", "beaucoup"), ("year0", "20"), ("ae0", "mille"), ("nature", "maximum"), ("signed_on0", "2026-02-30"),
        ];
        let answer = legal.submit(DELEGATION, &form).await;
        assert_eq!(answer.status, 422);
        for told in [
            "Donnez un titre", "minuscules sans accent", "Indiquez le nom de cet organisme", "un jour qui existe",
            "le jour de la prise d’effet", "un nombre de mois", "des montants en euros",
        ] {
            assert!(answer.text.contains(told), "{told}: {}", answer.text);
        }
        assert!(answer.text.contains("value=\"Jardins Été\""), "what was typed stays: {}", answer.text);
        let finance = agent(&house, "incubator.portfolio", None).await;
        assert_eq!(finance.open(DELEGATION).await.status, 403);
        assert_eq!(legal.open("/incubateur/conventions/nouvelle/pacte").await.status, 404);
    }
}
