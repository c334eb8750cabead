//! Randomness for secrets, from the operating system. Rules never draw: they receive what was drawn.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// `N` bytes nobody can guess.
#[must_use]
pub fn secret_bytes<const N: usize>() -> [u8; N] {
    use rand::TryRng as _;
    let mut bytes = [0_u8; N];
    // An operating system without a random source cannot run this program at all.
    rand::rngs::SysRng.try_fill_bytes(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// A secret of 256 bits as URL-safe text (43 characters).
#[must_use]
pub fn secret_text() -> String {
    URL_SAFE_NO_PAD.encode(secret_bytes::<32>())
}

/// A code of six digits to type, for instance received by e-mail. Rejection keeps it uniform.
#[must_use]
pub fn six_digits() -> String {
    loop {
        let draw = u32::from_le_bytes(secret_bytes::<4>());
        if draw < 4_294_000_000 {
            return format!("{:06}", draw % 1_000_000);
        }
    }
}
