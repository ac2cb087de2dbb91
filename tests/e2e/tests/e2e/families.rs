//! Every product that the provider sells, through the real stack: inquire, pay what was shown, and
//! hold a receipt with the fields of its family.

use std::collections::BTreeSet;

use ppob_api::v1::family_details::Details;
use ppob_api::v1::product_parameters::Family as Parameters;
use ppob_api::v1::{
    Bill, BpjsParameters, Family, InquireRequest, ListProductsRequest, Payment, PaymentState,
    Product, ProductParameters, Receipt,
};
use ppob_e2e::request::bill;
use ppob_e2e::{Engine, Problem, Result, World, audit};

/// Those that MMBC sells.
const FAMILIES: [Family; 10] = [
    Family::PlnPrepaid,
    Family::PlnPostpaid,
    Family::PlnNonTaglis,
    Family::Telkom,
    Family::PayTv,
    Family::Gas,
    Family::Water,
    Family::Bpjs,
    Family::Multifinance,
    Family::PostpaidPhone,
];

#[tokio::test(flavor = "multi_thread")]
async fn every_product_of_every_family_is_inquired_paid_and_proved() -> Result<()> {
    let world = World::new().await?;
    let engine = world.serve().await?;
    let products = products(&engine).await?;
    let families: BTreeSet<i32> = products.iter().map(|product| product.family).collect();
    assert_eq!(families, FAMILIES.into_iter().map(i32::from).collect());
    for product in &products {
        let code = &product.product_code;
        assert!(product.available, "{product:?}");
        assert!(!product.customer_number_hint.is_empty(), "{code}");
        let asked = InquireRequest {
            product_code: code.clone(),
            customer_number: customer_number(product.family()).to_owned(),
            parameters: needed_parameters(product)?,
            amount_rupiah: None,
        };
        let shown = engine
            .inquire(asked.clone())
            .await
            .map_err(|status| Problem::new(format!("{code}: {status:?}")))?;
        assert_shown(product, &shown);
        let request = bill(&format!("family-{code}"), &asked, &shown.inquiry_id);
        let payment = engine
            .pay(request)
            .await
            .map_err(|problem| Problem::new(format!("{code}: {problem}")))?;
        assert_paid(product, &shown, &payment);
    }
    let payments = engine.payments().await?;
    assert_eq!(payments.len(), products.len());
    let ledger = world.provider.ledger();
    assert_eq!(audit::disagreements(&ledger, &payments), Vec::<String>::new());
    Ok(())
}

async fn products(engine: &Engine) -> Result<Vec<Product>> {
    let request = ListProductsRequest { page_size: 1000, ..ListProductsRequest::default() };
    Ok(engine.client.catalog.clone().list_products(request).await?.into_inner().products)
}

/// A number of the family's grammar that is no magic number.
fn customer_number(family: Family) -> &'static str {
    match family {
        Family::PlnNonTaglis | Family::Bpjs => "5300000012399",
        Family::PostpaidPhone => "081234567899",
        _ => "530000001299",
    }
}

/// What the product says that it needs, and nothing else.
fn needed_parameters(product: &Product) -> Result<Option<ProductParameters>> {
    let mut parameters = ProductParameters::default();
    for path in &product.needed_parameters {
        parameters.family = match path.as_str() {
            "bpjs.months" => Some(Parameters::Bpjs(BpjsParameters { months: 1 })),
            _ => return Err(Problem::new(format!("{product:?} needs {path}"))),
        };
    }
    Ok((!product.needed_parameters.is_empty()).then_some(parameters))
}

fn assert_shown(product: &Product, bill: &Bill) {
    let code = &product.product_code;
    assert!(!bill.inquiry_id.is_empty(), "{code}");
    assert_eq!(&bill.product_code, code);
    assert!(!bill.customer_name.is_empty(), "{code}");
    assert!(bill.total_rupiah > 0, "{code}");
    assert!(!bill.lines.is_empty(), "{code}");
    if let (Some(amount), Some(admin)) = (bill.bill_rupiah, bill.admin_rupiah) {
        assert_eq!(amount + admin, bill.total_rupiah, "{code}");
    }
}

fn assert_paid(product: &Product, bill: &Bill, payment: &Payment) {
    let code = &product.product_code;
    assert_eq!(payment.state(), PaymentState::Succeeded, "{payment:?}");
    assert_eq!(payment.total_rupiah, Some(bill.total_rupiah), "{code}: what was shown is paid");
    assert!(!payment.cost_unexpected, "{code}");
    let (total, cost) = (payment.total_rupiah.unwrap_or(0), payment.cost_rupiah.unwrap_or(0));
    assert_eq!(payment.commission_rupiah, Some(total - cost), "{code}");
    let receipt = payment.receipt.clone().unwrap_or_default();
    assert!(!receipt.provider_reference.is_empty(), "{code}");
    assert!(!receipt.reference.is_empty(), "{code}");
    assert_eq!(receipt.customer_name, bill.customer_name, "{code}");
    assert_eq!(receipt.total_rupiah, payment.total_rupiah, "{code}");
    let raw: Vec<&String> = receipt.raw_fields.keys().collect();
    assert!(raw.iter().any(|key| key.as_str() == "ppob_reff"), "{code}: {raw:?}");
    assert!(!raw.iter().any(|key| key.contains("saldo")), "{code}: the deposit is shown");
    let labels: Vec<&str> = receipt.lines.iter().map(|line| line.label.as_str()).collect();
    for label in ["Nama", "Total Bayar"] {
        assert!(labels.contains(&label), "{code}: {labels:?}");
    }
    assert!(
        has_the_details_of(product.family(), &receipt),
        "{code}: {:?}",
        receipt.raw_fields.keys()
    );
}

/// Whether the typed fields are those of the family, and those that its receipts always have are
/// filled. Values are held against the provider's own fields.
fn has_the_details_of(family: Family, receipt: &Receipt) -> bool {
    let Some(details) = receipt.details.as_ref().and_then(|details| details.details.as_ref())
    else {
        return false;
    };
    let raw = |name: &str| receipt.raw_fields.get(name).cloned().unwrap_or_default();
    let fits = |value: &str, name: &str| !value.is_empty() && value == raw(name);
    let periods = |periods: &[String]| {
        let months: Vec<String> = raw("ppob_bulantagihan").split(',').map(str::to_owned).collect();
        !periods.is_empty() && periods == months
    };
    match (family, details) {
        (Family::PlnPrepaid, Details::PlnPrepaid(one)) => {
            let is_token = one.token.len() == 20 && one.token.bytes().all(|b| b.is_ascii_digit());
            is_token
                && one.nominal_rupiah > 0
                && !one.energy_kwh.is_empty()
                && fits(&one.meter_number, "ppob_nomormeter")
        }
        (Family::PlnPostpaid, Details::PlnPostpaid(one)) => {
            periods(&one.periods)
                && fits(&one.meter_stand, "ppob_standmeter")
                && fits(&one.tariff_power, "ppob_tarifdaya")
        }
        (Family::PlnNonTaglis, Details::PlnNonTaglis(one)) => {
            fits(&one.registration_number, "ppob_nomorregistrasi")
                && fits(&one.payment_kind, "ppob_jenisbayar")
        }
        (Family::Telkom, Details::Telkom(one)) => !one.bill_details.is_empty(),
        (Family::PayTv, Details::PayTv(one)) => periods(&one.periods),
        (Family::Gas, Details::Gas(one)) => {
            periods(&one.periods) && fits(&one.volume, "ppob_volumepemakaian")
        }
        (Family::Water, Details::Water(one)) => {
            periods(&one.periods) && fits(&one.volume, "ppob_volumepemakaian")
        }
        (Family::Bpjs, Details::Bpjs(one)) => {
            periods(&one.periods) && one.participant_count > 0 && !one.participant_names.is_empty()
        }
        (Family::Multifinance, Details::Multifinance(one)) => {
            // Each company has a table of its own; what it sends is there, the rest is empty.
            one.police_number == raw("ppob_nomorpolisi")
                && one.vehicle == raw("ppob_kendaraan")
                && one.instalment_number == raw("ppob_angsuranke")
                && one.due_date == raw("ppob_jatuhtempo")
        }
        (Family::PostpaidPhone, Details::PostpaidPhone(_)) => true,
        _ => false,
    }
}
