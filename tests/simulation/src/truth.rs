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
    /// The provider gave it back.
    pub(crate) given_back: bool,
    /// Somebody on the way said no in the provider's name: who is told so is told wrongly, and no engine
    /// can know it. But it must not be paid again.
    pub(crate) denied: bool,
}

/// How often a payment was charged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Charges {
    pub(crate) all: u32,
    /// What was not given back.
    pub(crate) kept: u32,
    /// Of these, what was denied on the way.
    pub(crate) known_to_nobody: u32,
}

impl Charges {
    /// What stays charged for all that anybody can know.
    pub(crate) const fn net(self) -> u32 {
        self.kept - self.known_to_nobody
    }
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

    /// The provider gave the money of this attempt back.
    pub(crate) fn give_back(&mut self, key: &PaymentKey, reference: &ProviderRef) {
        let mut charges = self.charges.iter_mut();
        let charge = charges.find(|charge| charge.key == *key && charge.reference == *reference);
        if let Some(charge) = charge {
            charge.given_back = true;
        }
    }

    /// How often it was charged, and how many of these stayed.
    pub(crate) fn count(&self, key: &PaymentKey) -> Charges {
        let mut count = Charges::default();
        for charge in self.charges_of(key) {
            count.all += 1;
            count.kept += u32::from(!charge.given_back);
            count.known_to_nobody += u32::from(!charge.given_back && charge.denied);
        }
        count
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
    let number = number.split('T').next()?;
    Some((u64::from_str_radix(serial, 16).ok()?, number.parse().ok()?))
}
