//! From the command line to the messages, and back to a command line that repeats it.

use ppob_api::v1::create_payment_request::Approval as Approved;
use ppob_api::v1::product_parameters::Family;
use ppob_api::v1::{
    BpjsParameters, CreatePaymentRequest, InquireRequest, ProductParameters, TaxParameters,
};

use crate::args::{Pay, Purchase};
use crate::text::Add;

/// What an inquiry asks.
pub(super) fn inquiry(purchase: &Purchase) -> InquireRequest {
    InquireRequest {
        product_code: purchase.product.clone(),
        customer_number: purchase.number.clone(),
        parameters: parameters(purchase),
        amount_rupiah: purchase.amount,
    }
}

/// What a payment asks, under this id.
pub(super) fn payment(pay: &Pay, payment_id: &str) -> CreatePaymentRequest {
    let approval = match (&pay.approval.inquiry, pay.approval.approved_total) {
        (Some(inquiry), _) => Some(Approved::InquiryId(inquiry.clone())),
        (None, total) => total.map(Approved::ApprovedTotalRupiah),
    };
    CreatePaymentRequest {
        payment_id: payment_id.to_owned(),
        product_code: pay.purchase.product.clone(),
        customer_number: pay.purchase.number.clone(),
        parameters: parameters(&pay.purchase),
        amount_rupiah: pay.purchase.amount,
        approval,
        allow_lower_total: pay.allow_lower_total,
        max_total_rupiah: pay.max_total,
        repeat: pay.repeat,
        despite_in_doubt: pay.despite_in_doubt.clone().unwrap_or_default(),
        pay_within: None,
        wait: None,
    }
}

/// The command that asks for exactly the same payment again.
pub(super) fn repeat(pay: &Pay, payment_id: &str) -> String {
    let mut command = format!(
        "ppob pay {} {} --id {payment_id}",
        quoted(&pay.purchase.product),
        quoted(&pay.purchase.number)
    );
    let mut option = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            command.add(format_args!(" --{name} {}", quoted(&value)));
        }
    };
    let number = |number: Option<i64>| number.map(|number| number.to_string());
    option("amount", number(pay.purchase.amount));
    option("months", number(pay.purchase.months.map(i64::from)));
    option("year", number(pay.purchase.year.map(i64::from)));
    option("second-id", pay.purchase.second_id.clone());
    option("inquiry", pay.approval.inquiry.clone());
    option("approved-total", number(pay.approval.approved_total));
    option("max-total", number(pay.max_total));
    option("repeat", Some(pay.repeat.to_string()).filter(|_| pay.repeat != 0));
    option("despite-in-doubt", pay.despite_in_doubt.clone());
    option(
        "address",
        Some(pay.server.address.clone()).filter(|address| address != "127.0.0.1:50051"),
    );
    if pay.allow_lower_total {
        command.push_str(" --allow-lower-total");
    }
    command
}

fn parameters(purchase: &Purchase) -> Option<ProductParameters> {
    let bpjs = purchase.months.map(|months| Family::Bpjs(BpjsParameters { months }));
    let family = bpjs.or_else(|| purchase.year.map(|year| Family::Tax(TaxParameters { year })));
    let second_id = purchase.second_id.clone().unwrap_or_default();
    (family.is_some() || !second_id.is_empty()).then_some(ProductParameters { second_id, family })
}

/// For a shell.
fn quoted(text: &str) -> String {
    let plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | '/' | ',');
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::{Arguments, Command};

    fn parsed(line: &str) -> Box<Pay> {
        match Arguments::try_parse_from(line.split(' ')).unwrap().command {
            Command::Pay(pay) => Box::new(pay),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_command_to_repeat_asks_for_exactly_the_same_payment() {
        for line in [
            "ppob pay PLN-PREPAID-20000 530000001234",
            "ppob pay PLN-POSTPAID 530000001234 --inquiry i-1 --allow-lower-total --max-total 9",
            "ppob pay BPJS 0001234567890 --months 3 --approved-total 150000 --repeat 2",
            "ppob pay SAMSAT B1234XYZ,5 --year 2026 --second-id 12|3 --amount 7 --address 127.0.0.1:9",
            "ppob pay X 530000001234 --repeat 1 --despite-in-doubt pay-0001",
        ] {
            let pay = parsed(line);
            let again = repeat(&pay, "pay-0002").replace('\'', "");
            let again = parsed(&again);
            assert_eq!(payment(&again, "pay-0002"), payment(&pay, "pay-0002"), "{line}");
            assert_eq!(again.id.as_deref(), Some("pay-0002"));
            assert_eq!(again.server.address, pay.server.address);
        }
    }

    #[test]
    fn what_a_shell_would_misread_is_quoted() {
        assert_eq!(quoted("12|3"), "'12|3'");
        assert_eq!(quoted("it's"), "'it'\\''s'");
        assert_eq!(quoted("i-1"), "i-1");
    }
}
