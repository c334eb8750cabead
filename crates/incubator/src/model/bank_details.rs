//! French bank details (*RIB*) and their keys.

use thiserror::Error;

/// Bank 5, branch 5, account 11, key 2. Sensitive even when published: finance roles only. It has no JSON
/// on purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankDetails {
    pub holder: String,
    pub bank: String,
    pub branch: String,
    pub account: String,
    pub key: String,
    pub iban: String,
}

/// Bank details that cannot be right (C18).
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BankDetailsError {
    #[error("{field} of {length} characters, digits or capital letters")]
    Shape { field: &'static str, length: usize },
    #[error("the RIB key {expected} for this bank, branch and account")]
    Key { expected: String },
    #[error("the IBAN {expected} for this account")]
    Iban { expected: String },
}

impl BankDetails {
    /// Holder, bank, branch, account, key: what is kept, sealed.
    pub fn parts(&self) -> [String; 5] {
        [&self.holder, &self.bank, &self.branch, &self.account, &self.key].map(Clone::clone)
    }

    /// The reverse of [`Self::parts`]; `None` for what they cannot have come from.
    pub fn from_parts([holder, bank, branch, account, key]: [String; 5]) -> Option<Self> {
        Self::new(holder, [bank, branch, account, key], None).ok()
    }

    /// Checks the key and, when it is written, the IBAN; computes the IBAN otherwise.
    ///
    /// # Errors
    /// [`BankDetailsError`]: a field of another shape, a key or an IBAN that does not fit.
    pub fn new(
        holder: String,
        [bank, branch, account, key]: [String; 4],
        iban: Option<String>,
    ) -> Result<Self, BankDetailsError> {
        for (field, value, length) in
            [("a bank code", &bank, 5), ("a branch code", &branch, 5), ("an account number", &account, 11)]
        {
            if value.len() != length || !value.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()) {
                return Err(BankDetailsError::Shape { field, length });
            }
        }
        let expected = rib_key(&bank, &branch, &account);
        if key != expected {
            return Err(BankDetailsError::Key { expected });
        }
        let computed = iban_of(&format!("{bank}{branch}{account}{key}"));
        let given = iban.map(|iban| iban.replace(' ', ""));
        if given.is_some_and(|given| given != computed) {
            return Err(BankDetailsError::Iban { expected: computed });
        }
        Ok(Self { holder, bank, branch, account, key, iban: computed })
    }
}

/// 97 less the remainder of 89 × bank + 15 × branch + 3 × account, by 97. Letters count as digits: A and J are 1, B, K
/// and S are 2, and so on.
fn rib_key(bank: &str, branch: &str, account: &str) -> String {
    let number = |text: &str| {
        text.bytes().fold(0_u64, |number, byte| {
            let digit = match byte {
                b'A'..=b'I' => byte - b'A' + 1,
                b'J'..=b'R' => byte - b'J' + 1,
                b'S'..=b'Z' => byte - b'S' + 2,
                digit => digit - b'0',
            };
            number * 10 + u64::from(digit)
        })
    };
    format!("{:02}", 97 - (89 * number(bank) + 15 * number(branch) + 3 * number(account)) % 97)
}

/// The French IBAN of an account, its check digits computed modulo 97 (ISO 13616).
fn iban_of(account: &str) -> String {
    let remainder = format!("{account}FR00").bytes().fold(0_u32, |remainder, byte| match byte {
        b'A'..=b'Z' => (remainder * 100 + u32::from(byte - b'A') + 10) % 97,
        digit => (remainder * 10 + u32::from(digit - b'0')) % 97,
    });
    format!("FR{:02}{account}", 98 - remainder)
}
