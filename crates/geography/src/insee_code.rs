use crate::code::{digits, official_code};

official_code!(
    /// A commune code of the official geographic code (INSEE, *code officiel géographique*): `46042`, `2A004`.
    /// Municipal arrondissements and past communes have codes of the same form.
    InseeCode,
    5,
    "commune code",
    "five characters: five digits, or 2A/2B and three digits",
    |bytes| bytes.len() == 5 && (digits(bytes) || matches!(&bytes[..2], b"2A" | b"2B") && digits(&bytes[2..]))
);

#[cfg(test)]
mod tests {
    use super::InseeCode;

    #[test]
    fn a_corsican_code_keeps_its_letter() {
        let code: InseeCode = "2A004".parse().unwrap();
        assert_eq!(code.to_string(), "2A004");
        assert_eq!(serde_json::to_string(&code).unwrap(), "\"2A004\"");
        assert_eq!(serde_json::from_str::<InseeCode>("\"2A004\"").unwrap(), code);
    }

    #[test]
    fn a_postal_habit_is_refused_with_what_is_expected() {
        for wrong in ["4604", "46 042", "460421", "2C004", "4604é", "", "46042\0"] {
            let error = wrong.parse::<InseeCode>().unwrap_err();
            assert!(error.to_string().contains("five characters"), "{error}");
        }
    }
}
