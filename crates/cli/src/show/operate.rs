//! What operators see.

use ppob_api::v1::{
    CheckNowResponse, OfferSwitch, ProviderStatus, RefreshResult, ReloadConfigResponse,
    ResolvePaymentResponse, ResolveResult,
};

use super::payment::payment_of;
use super::text::{moment, or_dash, rupiah, table, word};
use crate::text::Add;

/// Providers, one per row, and what is wrong with them.
pub(crate) fn providers(providers: &[ProviderStatus]) -> String {
    if providers.is_empty() {
        return "No provider is configured.".to_owned();
    }
    let rows = providers.iter().map(|provider| {
        [
            provider.provider.clone(),
            provider.kind.clone(),
            word(provider.mode().as_str_name(), "PROVIDER_MODE_").to_owned(),
            rupiah(provider.balance_rupiah),
            moment(provider.price_time.as_ref()),
            format!("{}/{}", provider.available_offer_count, provider.offer_count),
            provider.in_flight.to_string(),
            provider.in_doubt.to_string(),
        ]
    });
    let mut text = table(
        ["PROVIDER", "KIND", "MODE", ">BALANCE", "PRICES OF", ">OPEN", ">SENDING", ">IN DOUBT"],
        rows.collect(),
    );
    text.push('\n');
    for provider in providers {
        for remark in remarks(provider) {
            text.add(format_args!("{}: {remark}\n", provider.provider));
        }
    }
    text
}

fn remarks(provider: &ProviderStatus) -> Vec<String> {
    let mut remarks = Vec::new();
    if !provider.last_error.is_empty() {
        remarks.push(provider.last_error.clone());
    }
    if !provider.mode_reason.is_empty() {
        remarks.push(format!(
            "mode set by {} on {}: {}",
            or_dash(&provider.mode_actor),
            moment(provider.mode_time.as_ref()),
            provider.mode_reason
        ));
    }
    remarks.extend(provider.offer_switches.iter().map(offer));
    for operation in &provider.operations {
        if !operation.breaker_reason.is_empty() {
            remarks.push(format!(
                "breaker of {} {}: {}",
                word(operation.operation().as_str_name(), "PROVIDER_OPERATION_"),
                word(operation.breaker().as_str_name(), "BREAKER_STATE_"),
                operation.breaker_reason
            ));
        }
    }
    if provider.unmapped_count > 0 {
        remarks.push(format!(
            "{} products of its price list are mapped to none of ours",
            provider.unmapped_count
        ));
    }
    if provider.plaintext && !provider.simulated {
        remarks.push("plain HTTP: passwords can be read and answers forged on the way".to_owned());
    }
    remarks
}

/// What switching an offer did.
pub(crate) fn switched(switch: Option<&OfferSwitch>) -> String {
    switch.map_or_else(String::new, |switch| format!("{}: {}\n", switch.provider, offer(switch)))
}

fn offer(switch: &OfferSwitch) -> String {
    let until = match &switch.until_time {
        None => String::new(),
        Some(until) => format!(" until {}", moment(Some(until))),
    };
    format!(
        "{} is {}{until}, by {} on {}: {}",
        switch.product_code,
        word(switch.mode().as_str_name(), "OFFER_MODE_"),
        or_dash(&switch.actor),
        moment(switch.switch_time.as_ref()),
        or_dash(&switch.reason)
    )
}

/// What a check of a payment of `consumer` brought.
pub(crate) fn checked(answer: &CheckNowResponse, consumer: &str) -> String {
    let mut text = String::new();
    if let Some(evidence) = &answer.evidence {
        text.add(format_args!("{}\n", evidence.text));
    }
    if let Some(after) = &answer.payment {
        text.push_str(&payment_of(after, consumer));
    }
    text
}

/// What resolving a payment of `consumer` did.
pub(crate) fn resolved(answer: &ResolvePaymentResponse, consumer: &str) -> String {
    let mut text = match answer.result() {
        ResolveResult::AwaitsSecondPerson => {
            "The verdict is kept. Another person has to give the same one (ppob resolve ID \
             --not-executed), where keys are used with an API key of their own; nothing has changed yet.\n"
                .to_owned()
        }
        ResolveResult::Resolved | ResolveResult::Unspecified => "Resolved.\n".to_owned(),
    };
    if let Some(after) = &answer.payment {
        text.push_str(&payment_of(after, consumer));
    }
    text
}

/// What reading price lists brought.
pub(crate) fn refreshed(results: &[RefreshResult]) -> String {
    let rows = results.iter().map(|result| {
        [
            result.provider.clone(),
            result.product_count.to_string(),
            result.changed_count.to_string(),
            result.unmapped_count.to_string(),
            moment(result.price_time.as_ref()),
            or_dash(&result.error).to_owned(),
        ]
    });
    table(["PROVIDER", ">PRODUCTS", ">CHANGED", ">UNMAPPED", "READ", "ERROR"], rows.collect())
}

/// What reading the configuration again changed, or would change.
pub(crate) fn reloaded(answer: &ReloadConfigResponse, only_checked: bool) -> String {
    let mut text = String::new();
    let mut list = |head: &str, lines: &[String]| {
        if !lines.is_empty() {
            text.add(format_args!("{head}\n"));
            for line in lines {
                text.add(format_args!("  {line}\n"));
            }
        }
    };
    let applied = if only_checked { "Would take effect now:" } else { "In effect now:" };
    list(applied, &answer.changed_keys);
    list("In effect only after a restart:", &answer.restart_keys);
    list("Mind:", &answer.warnings);
    if answer.changed_keys.is_empty() && answer.restart_keys.is_empty() {
        text.insert_str(0, "Nothing differs from what is in effect.\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use ppob_api::v1::ProviderMode;

    use super::*;

    #[test]
    fn a_provider_with_a_wrong_password_says_so_below_the_table() {
        let provider = ProviderStatus {
            provider: "mmbc-a".to_owned(),
            kind: "mmbc".to_owned(),
            mode: ProviderMode::Active.into(),
            balance_rupiah: Some(1_000_000),
            offer_count: 30,
            available_offer_count: 29,
            last_error: "price list: user name or password refused".to_owned(),
            plaintext: true,
            ..ProviderStatus::default()
        };
        assert_eq!(
            providers(&[provider]),
            "PROVIDER  KIND  MODE         BALANCE  PRICES OF   OPEN  SENDING  IN DOUBT\n\
             mmbc-a    mmbc  ACTIVE  Rp 1.000.000  -          29/30        0         0\n\
             mmbc-a: price list: user name or password refused\n\
             mmbc-a: plain HTTP: passwords can be read and answers forged on the way\n"
        );
    }
}
