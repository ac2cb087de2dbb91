//! What an answer about a payment shows, whatever it means.

use std::collections::BTreeMap;

use ppob_http::Answer;
use ppob_types::{
    Family, FamilyDetails, Observed, PlnPrepaidDetails, RawAnswer, Receipt, ReceiptLine, Sensitive,
    Timestamp,
};

use crate::families::{details, lines};
use crate::serial::TokenSerial;
use crate::wire::{Fields, top_up_reference};

/// What a readable answer about a top-up shows. `price` is what it costs us; what the customer pays is ours
/// to say.
pub(crate) fn observe_top_up(answer: &[u8], fields: &Fields) -> Observed {
    Observed {
        provider_ref: fields.tr_id().and_then(top_up_reference),
        charged: fields.money("price"),
        balance_after: fields.money("balance"),
        raw: Some(RawAnswer::new(answer)),
        ..Observed::default()
    }
}

/// What a readable answer about a bill shows. IAK calls `price` what the customer owes and `selling_price`
/// what leaves our deposit: the reverse of what others call them.
pub(crate) fn observe_bill(answer: &[u8], fields: &Fields) -> Observed {
    Observed {
        provider_ref: fields.tr_id().and_then(ppob_types::ProviderRef::new),
        charged: fields.money("selling_price"),
        total: fields.money("price"),
        balance_after: fields.money("balance"),
        raw: Some(RawAnswer::new(answer)),
        ..Observed::default()
    }
}

/// What an answer shows that cannot be read: itself.
pub(crate) fn observe_unreadable(answer: &Answer) -> Observed {
    Observed { raw: Some(RawAnswer::new(&answer.body)), ..Observed::default() }
}

/// The receipt of a top-up.
pub(crate) fn top_up_receipt(family: Family, fields: &Fields) -> Receipt {
    let serial = fields.line("sn");
    let mut lines = vec![];
    let mut line = |label: &str, value: Option<String>| {
        lines.extend(value.map(|value| ReceiptLine::new(label, value)));
    };
    line("Produk", fields.line("product_code"));
    line("No. Pelanggan", fields.line("customer_id"));
    let mut details = FamilyDetails::None;
    if family == Family::PlnPrepaid {
        let read = TokenSerial::read(serial.as_deref().unwrap_or_default());
        line("Pelanggan/Tarif/Daya", read.between);
        line("Jumlah kWh", read.kwh.clone());
        // Its place is kept while no valid one has come.
        let token = read.token.as_ref().map(ppob_types::PlnToken::grouped);
        line("Stroom/Token", Some(token.unwrap_or_default()));
        details = FamilyDetails::PlnPrepaid(PlnPrepaidDetails {
            token: read.token,
            kwh: read.kwh,
            ..PlnPrepaidDetails::default()
        });
    } else {
        line("SN", serial.clone());
        line("PIN", fields.line("pin"));
    }
    // The serial number of anything but plain credit is worth money, or holds a name.
    let plain = |serial: &String| serial.bytes().all(|byte| byte.is_ascii_digit());
    Receipt {
        reference: serial
            .filter(|serial| family == Family::MobileTopUp && plain(serial))
            .map(Sensitive::new),
        details,
        raw_fields: for_customers(fields),
        lines,
        ..Receipt::default()
    }
}

/// The receipt of a bill.
pub(crate) fn bill_receipt(family: Family, fields: &Fields) -> Receipt {
    Receipt {
        reference: fields.line("noref").map(Sensitive::new),
        paid_at: fields.text("datetime").and_then(paid_at),
        customer_name: fields.line("tr_name").map(Sensitive::new),
        details: details(family, fields),
        raw_fields: for_customers(fields),
        lines: lines(family, fields),
    }
}

/// `20180803171844`, which has no zone: Western Indonesian Time.
fn paid_at(text: &str) -> Option<Timestamp> {
    let whole = text.len() == 14 && text.bytes().all(|byte| byte.is_ascii_digit());
    whole.then(|| Timestamp::from_wib_as("%Y%m%d%H%M%S", text)).flatten()
}

/// What we pay and how much is in our deposit is nobody's business who sees a receipt; a signature is a
/// secret.
fn for_customers(fields: &Fields) -> BTreeMap<String, Sensitive> {
    let mut fields = fields.flat();
    for ours in ["balance", "selling_price", "sign"] {
        fields.remove(ours);
    }
    // Of a top-up: the price to us.
    if fields.contains_key("product_code") {
        fields.remove("price");
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fact_62_a_time_without_a_zone_is_western_indonesian_time() {
        let time = paid_at("20180803171844").unwrap();
        assert_eq!(time.wib(), "2018-08-03 17:18:44");
        assert_eq!(time.to_string(), "2018-08-03T10:18:44Z");
        for text in ["", "2018-08-03 17:18", "20181303171844", "201808031718440", "2018080317184x"]
        {
            assert_eq!(paid_at(text), None, "{text}");
        }
    }
}
