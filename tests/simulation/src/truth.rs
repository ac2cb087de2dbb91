//! What was really charged. The engine never sees this.

use std::collections::BTreeMap;
use std::time::Duration;

use ppob_types::{AttemptId, PaymentKey, ProductCode, ProviderName, ProviderRef, Purchase, Rupiah};

/// A charge that really happened.
#[derive(Clone, Debug)]
pub(crate) struct Charge {
    /// Whose payment it was for, known out of band.
    pub(crate) key: PaymentKey,
    pub(crate) attempt: AttemptId,
    pub(crate) provider: ProviderName,
    pub(crate) purchase: Purchase,
    /// What was debited.
    pub(crate) amount: Rupiah,
    pub(crate) reference: ProviderRef,
    /// Since the world began.
    pub(crate) at: Duration,
}

/// The ledger of all providers.
#[derive(Debug, Default)]
pub(crate) struct Truth {
    charges: Vec<Charge>,
    of_payment: BTreeMap<PaymentKey, Vec<usize>>,
    of_bill: BTreeMap<(ProductCode, String), Duration>,
    serials: BTreeMap<u64, PaymentKey>,
}

impl Truth {
    /// A payment was about to be accepted under this serial: attempts with it are this payment's.
    pub(crate) fn is_called(&mut self, serial: u64, key: &PaymentKey) {
        self.serials.insert(serial, key.clone());
    }

    /// Whose attempt it is.
    pub(crate) fn owner(&self, attempt: &AttemptId) -> Option<PaymentKey> {
        let (serial, _) = parts(attempt)?;
        self.serials.get(&serial).cloned()
    }

    pub(crate) fn add(&mut self, charge: Charge) {
        let index = self.charges.len();
        self.of_payment.entry(charge.key.clone()).or_default().push(index);
        let bill = (charge.purchase.product.clone(), charge.purchase.customer.expose().to_owned());
        self.of_bill.insert(bill, charge.at);
        self.charges.push(charge);
    }

    pub(crate) fn charges(&self) -> &[Charge] {
        &self.charges
    }

    pub(crate) fn charges_of(&self, key: &PaymentKey) -> impl Iterator<Item = &Charge> {
        let of_key = self.of_payment.get(key).map(Vec::as_slice).unwrap_or_default();
        of_key.iter().filter_map(|index| self.charges.get(*index))
    }

    pub(crate) fn charge_of_attempt(
        &self,
        key: &PaymentKey,
        attempt: &AttemptId,
    ) -> Option<&Charge> {
        self.charges_of(key).find(|charge| charge.attempt == *attempt)
    }

    /// When this product was last paid for this customer.
    pub(crate) fn last_paid(&self, purchase: &Purchase) -> Option<Duration> {
        let bill = (purchase.product.clone(), purchase.customer.expose().to_owned());
        self.of_bill.get(&bill).copied()
    }
}

/// Serial and number of an attempt, read off its id.
pub(crate) fn parts(attempt: &AttemptId) -> Option<(u64, u32)> {
    let (serial, number) = attempt.as_str().strip_prefix('P')?.split_once('N')?;
    Some((u64::from_str_radix(serial, 16).ok()?, number.parse().ok()?))
}
