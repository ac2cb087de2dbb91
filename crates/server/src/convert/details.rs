//! Typed fields of the families.

use ppob_api::v1;
use ppob_api::v1::family_details::Details;
use ppob_types::{
    BpjsDetails, FamilyDetails, GasDetails, MultifinanceDetails, PlnPrepaidDetails, Rupiah,
    Sensitive, WaterDetails,
};

use super::scalar::rupiah;

/// The message of a family's fields; none if there are none.
pub(crate) fn details(details: &FamilyDetails) -> Option<v1::FamilyDetails> {
    let details = match details {
        FamilyDetails::None => return None,
        FamilyDetails::PlnPrepaid(one) => Details::PlnPrepaid(pln_prepaid(one)),
        FamilyDetails::PlnPostpaid(one) => Details::PlnPostpaid(v1::PlnPostpaidDetails {
            periods: several(one.periods.as_deref()),
            meter_stand: text(one.meter_stand.as_deref()),
            tariff_power: text(one.tariff_power.as_deref()),
            ..Default::default()
        }),
        FamilyDetails::PlnNonTaglis(one) => Details::PlnNonTaglis(v1::PlnNonTaglisDetails {
            registration_number: exposed(one.registration_number.as_ref()),
            payment_kind: text(one.kind.as_deref()),
        }),
        FamilyDetails::Telkom(one) => Details::Telkom(v1::TelkomDetails {
            bill_details: one.bill_detail.iter().cloned().collect(),
            periods: Vec::new(),
        }),
        FamilyDetails::PayTv(one) => {
            Details::PayTv(v1::PayTvDetails { periods: several(one.periods.as_deref()) })
        }
        FamilyDetails::Gas(one) => Details::Gas(gas(one)),
        FamilyDetails::Water(one) => Details::Water(water(one)),
        FamilyDetails::Bpjs(one) => Details::Bpjs(bpjs(one)),
        FamilyDetails::Multifinance(one) => Details::Multifinance(multifinance(one)),
        FamilyDetails::PostpaidPhone { .. } => {
            Details::PostpaidPhone(v1::PostpaidPhoneDetails::default())
        }
    };
    Some(v1::FamilyDetails { details: Some(details) })
}

/// The parts of the total: bill without admin fee, admin fee, penalty.
pub(crate) fn parts(details: &FamilyDetails) -> (Option<Rupiah>, Option<Rupiah>, Option<Rupiah>) {
    match details {
        FamilyDetails::None => (None, None, None),
        FamilyDetails::PlnPrepaid(one) => (one.nominal, one.admin, None),
        FamilyDetails::PlnPostpaid(one) => (one.bill, one.admin, None),
        FamilyDetails::PlnNonTaglis(one) => (one.bill, one.admin, None),
        FamilyDetails::Telkom(one) => (one.bill, one.admin, None),
        FamilyDetails::PayTv(one) => (one.bill, one.admin, None),
        FamilyDetails::Gas(one) => (one.bill, one.admin, None),
        FamilyDetails::Water(one) => (one.bill, one.admin, None),
        FamilyDetails::Bpjs(one) => (one.bill, one.admin, None),
        FamilyDetails::Multifinance(one) => (one.bill, one.admin, one.penalty),
        FamilyDetails::PostpaidPhone { bill, admin } => (*bill, *admin, None),
    }
}

fn pln_prepaid(one: &PlnPrepaidDetails) -> v1::PlnPrepaidDetails {
    v1::PlnPrepaidDetails {
        token: one.token.as_ref().map(|token| token.expose().to_owned()).unwrap_or_default(),
        meter_number: exposed(one.meter_number.as_ref()),
        subscriber_number: String::new(),
        tariff_power: text(one.tariff_power.as_deref()),
        energy_kwh: one.kwh.as_deref().map(decimal).unwrap_or_default(),
        nominal_rupiah: one.nominal.unwrap_or_default().get(),
        token_value_rupiah: rupiah(one.token_value),
        stamp_duty_rupiah: rupiah(one.stamp_duty),
        vat_rupiah: rupiah(one.vat),
        street_lighting_tax_rupiah: rupiah(one.street_lighting_tax),
        instalment_rupiah: rupiah(one.instalment),
        information: String::new(),
    }
}

fn gas(one: &GasDetails) -> v1::GasDetails {
    v1::GasDetails {
        periods: several(one.periods.as_deref()),
        volume: text(one.volume.as_deref()),
        meter_stand: text(one.meter.as_deref()),
    }
}

fn water(one: &WaterDetails) -> v1::WaterDetails {
    v1::WaterDetails {
        periods: several(one.periods.as_deref()),
        volume: text(one.volume.as_deref()),
        arrears: text(one.arrears.as_deref()),
        ..Default::default()
    }
}

fn bpjs(one: &BpjsDetails) -> v1::BpjsDetails {
    let count = one.participants.as_deref().unwrap_or_default();
    v1::BpjsDetails {
        participant_count: count.trim().parse().unwrap_or(0),
        participant_names: one
            .participant_name
            .iter()
            .map(|name| name.expose().to_owned())
            .collect(),
        periods: several(one.periods.as_deref()),
        ..Default::default()
    }
}

fn multifinance(one: &MultifinanceDetails) -> v1::MultifinanceDetails {
    v1::MultifinanceDetails {
        police_number: exposed(one.police_number.as_ref()),
        vehicle: text(one.vehicle.as_deref()),
        instalment_number: text(one.instalment_number.as_deref()),
        remaining_tenor: text(one.remaining_tenor.as_deref()),
        due_date: text(one.due_date.as_deref()),
        remaining_instalments: text(one.remaining_instalments.as_deref()),
        penalty_rupiah: rupiah(one.penalty),
    }
}

fn text(text: Option<&str>) -> String {
    text.unwrap_or_default().to_owned()
}

fn exposed(text: Option<&Sensitive>) -> String {
    text.map(|text| text.expose().to_owned()).unwrap_or_default()
}

/// `202608,202609` as two.
fn several(text: Option<&str>) -> Vec<String> {
    text.unwrap_or_default()
        .split([',', ';'])
        .map(str::trim)
        .filter(|one| !one.is_empty())
        .map(str::to_owned)
        .collect()
}

/// A decimal number with a point, whether it was written `94,50`, `94.50` or `1.094,50`.
fn decimal(text: &str) -> String {
    let text = text.trim();
    if text.contains(',') { text.replace('.', "").replace(',', ".") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use ppob_types::{
        PayTvDetails, PlnNonTaglisDetails, PlnPostpaidDetails, PlnToken, TelkomDetails,
    };

    use super::*;

    #[test]
    fn energy_has_a_decimal_point() {
        for (written, read) in [("94,50", "94.50"), ("94.50", "94.50"), ("1.094,5", "1094.5")] {
            assert_eq!(decimal(written), read);
        }
    }

    #[test]
    fn every_family_keeps_its_fields() {
        let some = |text: &str| Some(text.to_owned());
        let bill = Some(Rupiah::new(80_000));
        let all = [
            FamilyDetails::PlnPrepaid(PlnPrepaidDetails {
                nominal: bill,
                token: PlnToken::parse("12345678910111213141").ok(),
                ..Default::default()
            }),
            FamilyDetails::PlnPostpaid(PlnPostpaidDetails {
                periods: some("202608, 202609"),
                bill,
                ..Default::default()
            }),
            FamilyDetails::PlnNonTaglis(PlnNonTaglisDetails {
                kind: some("PASANG BARU"),
                bill,
                ..Default::default()
            }),
            FamilyDetails::Telkom(TelkomDetails {
                bill_detail: some("202609"),
                bill,
                ..Default::default()
            }),
            FamilyDetails::PayTv(PayTvDetails { bill, ..Default::default() }),
            FamilyDetails::Gas(GasDetails { meter: some("1-2"), bill, ..Default::default() }),
            FamilyDetails::Water(WaterDetails { arrears: some("2"), bill, ..Default::default() }),
            FamilyDetails::Bpjs(BpjsDetails {
                participants: some(" 4 "),
                bill,
                ..Default::default()
            }),
            FamilyDetails::Multifinance(MultifinanceDetails {
                vehicle: some("BEAT"),
                bill,
                ..Default::default()
            }),
            FamilyDetails::PostpaidPhone { bill, admin: None },
        ];
        let text = all
            .iter()
            .map(|one| {
                assert_eq!(parts(one).0, bill, "{one:?}");
                format!("{:?}", details(one).and_then(|message| message.details))
            })
            .collect::<Vec<_>>()
            .join("\n");
        for kept in
            ["80000", "\"202608\", \"202609\"", "PASANG BARU", "participant_count: 4", "BEAT"]
        {
            assert!(text.contains(kept), "{kept} is not in {text}");
        }
        assert!(!text.contains("12345678910111213141"), "Debug hides the token");
        let Some(Details::PlnPrepaid(shown)) = details(&all[0]).and_then(|m| m.details) else {
            panic!("no PLN details");
        };
        assert_eq!(shown.token, "12345678910111213141");
    }
}
