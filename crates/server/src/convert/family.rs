//! Families, states and bases.

use ppob_api::v1;
use ppob_payment::PaymentState;
use ppob_types::{Basis, Family, TokenState};

use crate::errors::Violations;

pub(crate) const fn family(family: Family) -> v1::Family {
    match family {
        Family::PlnPrepaid => v1::Family::PlnPrepaid,
        Family::PlnPostpaid => v1::Family::PlnPostpaid,
        Family::PlnNonTaglis => v1::Family::PlnNonTaglis,
        Family::Telkom => v1::Family::Telkom,
        Family::PayTv => v1::Family::PayTv,
        Family::Gas => v1::Family::Gas,
        Family::Water => v1::Family::Water,
        Family::Bpjs => v1::Family::Bpjs,
        Family::Multifinance => v1::Family::Multifinance,
        Family::PostpaidPhone => v1::Family::PostpaidPhone,
        Family::MobileTopUp => v1::Family::MobileTopUp,
        Family::Emoney => v1::Family::Emoney,
        Family::Games => v1::Family::Games,
        Family::Tax => v1::Family::Tax,
        Family::Other => v1::Family::Other,
    }
}

/// The families of a filter. `FAMILY_UNSPECIFIED` restricts nothing.
pub(crate) fn families(numbers: &[i32], bad: &mut Violations) -> Vec<Family> {
    let mut wanted = Vec::new();
    for (at, number) in numbers.iter().enumerate() {
        let known = v1::Family::try_from(*number).ok();
        let found = Family::ALL.into_iter().find(|one| Some(family(*one)) == known);
        match (known, found) {
            (Some(v1::Family::Unspecified), _) => {}
            (_, Some(found)) => wanted.push(found),
            _ => bad.add(format!("families[{at}]"), "there is no such family"),
        }
    }
    wanted.sort_unstable();
    wanted.dedup();
    wanted
}

pub(crate) const fn state(state: PaymentState) -> v1::PaymentState {
    match state {
        PaymentState::Accepted => v1::PaymentState::Accepted,
        PaymentState::Processing => v1::PaymentState::Processing,
        PaymentState::InDoubt => v1::PaymentState::InDoubt,
        PaymentState::Succeeded => v1::PaymentState::Succeeded,
        PaymentState::Failed => v1::PaymentState::Failed,
        PaymentState::Reversed => v1::PaymentState::Reversed,
    }
}

/// The states of a filter. `PAYMENT_STATE_UNSPECIFIED` restricts nothing.
pub(crate) fn states(numbers: &[i32], bad: &mut Violations) -> Vec<PaymentState> {
    let mut wanted = Vec::new();
    for (at, number) in numbers.iter().enumerate() {
        match v1::PaymentState::try_from(*number) {
            Ok(v1::PaymentState::Unspecified) => {}
            Ok(v1::PaymentState::Accepted) => wanted.push(PaymentState::Accepted),
            Ok(v1::PaymentState::Processing) => wanted.push(PaymentState::Processing),
            Ok(v1::PaymentState::InDoubt) => wanted.push(PaymentState::InDoubt),
            Ok(v1::PaymentState::Succeeded) => wanted.push(PaymentState::Succeeded),
            Ok(v1::PaymentState::Failed) => wanted.push(PaymentState::Failed),
            Ok(v1::PaymentState::Reversed) => wanted.push(PaymentState::Reversed),
            Err(_) => bad.add(format!("states[{at}]"), "there is no such state"),
        }
    }
    wanted.sort_unstable();
    wanted.dedup();
    wanted
}

pub(crate) const fn basis(basis: Basis) -> v1::Basis {
    match basis {
        Basis::ProviderAnswer => v1::Basis::ProviderAnswer,
        Basis::Status => v1::Basis::Status,
        Basis::Callback => v1::Basis::Callback,
        Basis::Statement => v1::Basis::Statement,
        Basis::BalanceChain => v1::Basis::BalanceChain,
        Basis::Operator => v1::Basis::Operator,
        Basis::Engine => v1::Basis::Engine,
    }
}

pub(crate) const fn token_state(state: TokenState) -> v1::TokenState {
    match state {
        TokenState::None => v1::TokenState::Unspecified,
        TokenState::Awaited => v1::TokenState::Awaited,
        TokenState::Present => v1::TokenState::Present,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_family_comes_back_from_a_filter() {
        let numbers: Vec<i32> = Family::ALL.map(|one| family(one).into()).to_vec();
        let mut bad = Violations::default();
        let mut all = Family::ALL.to_vec();
        all.sort_unstable();
        assert_eq!(families(&numbers, &mut bad), all);
        assert!(bad.check().is_ok());
    }

    #[test]
    fn numbers_of_no_enum_value_are_refused_by_field() {
        let mut bad = Violations::default();
        assert!(families(&[0], &mut bad).is_empty());
        families(&[1, 99], &mut bad);
        states(&[-1], &mut bad);
        let message = bad.check().unwrap_err().message().to_owned();
        assert!(message.contains("families[1]") && message.contains("states[0]"));
    }
}
