//! The signature of `OtomaX` centres, from their documents: SHA-1 in base 64 for addresses, without padding.

use data_encoding::BASE64URL_NOPAD;
use sha1::{Digest as _, Sha1};

pub(crate) fn signature(parts: &[&str]) -> String {
    BASE64URL_NOPAD.encode(&Sha1::digest(parts.join("|").as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_example_comes_out() {
        let parts = ["OtomaX", "OK001", "S5", "081200000000", "R1", "1234", "pwd"];
        assert_eq!(signature(&parts), "8mntixjGqnwcO3BvjnUut-ZfFlk");
    }
}
