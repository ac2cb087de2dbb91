//! Customer numbers, codes, names, times and tokens of any text.

use ppob_types::{
    ConsumerId, CustomerNumber, Family, InquiryId, PaymentId, PlnToken, ProductCode, ProviderName,
    ProviderRef, Rupiah, Timestamp,
};

/// A text as everything that has a grammar: what is accepted fits it, is normal, and is read again as the
/// same; what is refused is not shown.
pub(crate) fn texts(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let spellings = CustomerNumber::spellings(&text);
    for family in Family::ALL {
        match CustomerNumber::parse(family, &text) {
            Ok(number) => {
                assert_eq!(CustomerNumber::parse(family, number.expose()).as_ref(), Ok(&number));
                assert!(spellings.contains(&number), "{family}");
                assert!((3..=40).contains(&number.expose().len()));
                assert!(number.expose().chars().all(|c| c.is_ascii_graphic()));
                let hidden = number.expose().len() - 4.min(number.expose().len());
                let (secret, _) = number.expose().split_at(hidden);
                let shown = format!("{number:?} {}", number.masked());
                assert!(hidden < 4 || !shown.contains(secret), "{shown}");
                let json = serde_json::to_string(&number).expect("JSON");
                assert_eq!(serde_json::from_str::<CustomerNumber>(&json).ok(), Some(number));
            }
            Err(error) => {
                let shown = format!("{error} {error:?}");
                let number = text.trim();
                assert!(number.len() < 40 || !shown.contains(number), "{shown}");
            }
        }
    }
    if let Ok(product) = ProductCode::new(&text) {
        assert_eq!(product.to_string().parse(), Ok(product));
    }
    for read in [
        PaymentId::new(&text).map(|id| id.to_string()).ok(),
        ConsumerId::new(&text).map(|id| id.to_string()).ok(),
        ProviderName::new(&text).map(|id| id.to_string()).ok(),
        InquiryId::new(&text).map(|id| id.to_string()).ok(),
    ] {
        assert!(read.is_none_or(|read| read == text && text.chars().all(|c| c.is_ascii_graphic())));
    }
    if let Ok(family) = text.parse::<Family>() {
        assert_eq!(family.as_str(), text);
    }
    if let Some(reference) = ProviderRef::new(&text) {
        assert_eq!(reference.as_str(), text.trim());
    }
    if let Ok(token) = PlnToken::parse(&text) {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        assert_eq!(digits.len(), 20);
        assert_eq!(PlnToken::parse(&token.grouped()), Ok(token.clone()));
        assert!(!format!("{token:?}").contains(&digits[..8]), "the token shows");
    }
}

/// A text as a provider's time, and eight bytes as a moment and an amount: printed and read again as the
/// same.
pub(crate) fn moments(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Some(read) = Timestamp::from_wib(&text) {
        assert_eq!(Timestamp::from_wib(&read.wib()), Some(read), "{text}");
        assert!(read.wib_second_of_day() < 86_400);
    }
    let Some(bytes) = data.first_chunk::<8>() else { return };
    let number = i64::from_le_bytes(*bytes);
    let at = Timestamp::from_micros(number);
    let whole = Timestamp::from_seconds(number / 1_000_000_000);
    assert!(whole.wib() == "-" || Timestamp::from_wib(&whole.wib()) == Some(whole));
    assert!(!format!("{at} {}", at.wib()).is_empty());
    assert_eq!(at.since(at), std::time::Duration::ZERO);
    let shown = Rupiah::new(number).to_string();
    let digits: String = shown.chars().filter(char::is_ascii_digit).collect();
    assert_eq!(digits.parse(), Ok(number.unsigned_abs()), "{shown}");
    assert_eq!(shown.starts_with('-'), number < 0);
}
