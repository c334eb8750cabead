use incubator::model::{
    bank_details::{BankDetails, BankDetailsError},
    money::Cents,
};

#[test]
fn amounts_are_read_to_the_cent_or_refused() {
    for (text, cents) in
        [("280000", 28_000_000), ("280 000 €", 28_000_000), ("117560.40", 11_756_040), ("0,05", 5)]
    {
        assert_eq!(text.parse(), Ok(Cents::new(cents)), "{text}");
    }
    for text in ["", "-5", "1.5", "28 00", "1,234,567", "12e3", "n.c.", "999999999999"] {
        assert!(text.parse::<Cents>().is_err(), "{text}");
    }
    assert_eq!(Cents::euros(2_350_000).to_string(), "2 350 000 €");
    assert_eq!(Cents::new(-123_456).fr(), "-1\u{202f}234,56\u{a0}€");
}

#[test]
fn a_rib_key_and_an_iban_are_checked() {
    let account = |key: &str, iban: Option<&str>| {
        let parts = ["30001", "00064", "00000092441", key].map(str::to_owned);
        BankDetails::new("comptable".into(), parts, iban.map(str::to_owned))
    };
    assert_eq!(account("40", None).unwrap().iban, "FR7630001000640000009244140");
    assert!(account("40", Some("FR76 3000 1000 6400 0000 9244 140")).is_ok());
    assert_eq!(account("41", None), Err(BankDetailsError::Key { expected: "40".into() }));
    assert!(matches!(account("40", Some("FR7530001000640000009244140")), Err(BankDetailsError::Iban { .. })));
}
