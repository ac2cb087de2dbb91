//! What a provider crate tells the kit about itself.

use std::time::Duration;

use async_trait::async_trait;
use ppob_provider::ProviderKind;
use ppob_types::{
    AttemptId, CustomerNumber, Family, Parameters, ProductCode, Purchase, Rejection, Rupiah,
};

use crate::{News, NewsSample, Remote};

/// A kind of provider under test, with one way of configuring it.
///
/// Everything here is facts; nothing decides whether a case passes.
#[async_trait]
pub trait Subject: Send + Sync + 'static {
    /// What the report calls it: `mmbc`, `h2h (otomax)`.
    fn name(&self) -> String;

    /// The kind that its crate exports. The kit builds every instance itself.
    fn kind(&self) -> ProviderKind;

    /// A complete table of settings for an account at [`Setup::origin`], in which every path of the
    /// protocol lies below that one origin, and its timeouts are those of `setup`. Plain HTTP must be
    /// permitted; secrets are named by reference, as in any configuration.
    fn settings(&self, setup: &Setup) -> serde_json::Value;

    /// Every secret that [`settings`](Self::settings) leads to, in the clear: nothing may show one.
    fn secrets(&self) -> Vec<String>;

    /// What to buy, at least one of each declared family. The first of a family plays in every case; the
    /// others only have to succeed (long amounts, odd numbers, codes with spaces).
    fn samples(&self) -> Vec<Sample>;

    /// Starts a simulator of its own for one case.
    async fn start(&self) -> Box<dyn Remote>;

    /// The definite refusals of a payment that the list of its crate holds and that a scene can say, with
    /// the scope it declares for each. At least one.
    fn refusals(&self, family: Family) -> Vec<Rejection>;

    /// The same for an inquiry. Empty where the family has none.
    fn bill_refusals(&self, family: Family) -> Vec<Rejection> {
        let _ = family;
        Vec::new()
    }

    /// A callback as the provider would send it about `attempt`. `None` where it sends no such one.
    fn callback(&self, news: News, sample: &Sample, attempt: &AttemptId) -> Option<NewsSample> {
        let _ = (news, sample, attempt);
        None
    }

    /// Cases that the protocol itself makes impossible to pass, each with its reason. They are run all the
    /// same, and one that passes everywhere is a failure of the waiver.
    fn waivers(&self) -> Vec<Waiver> {
        Vec::new()
    }
}

/// Where an instance shall find its provider, and how long it may wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    /// `http://127.0.0.1:PORT` or `https://127.0.0.1:PORT`, without a slash at the end.
    pub origin: String,
    /// Until a connection must stand, for every kind of call.
    pub connect_timeout: Duration,
    /// Until an answer must be whole, for every kind of call; at least twice the connect timeout.
    pub total_timeout: Duration,
}

/// Something to buy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// What and for whom. The number must be an ordinary one for the simulator.
    pub purchase: Purchase,
    /// The provider's own code of the product.
    pub provider_code: String,
    /// More than it costs.
    pub max_cost: Rupiah,
}

/// A case that the protocol makes impossible to pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiver {
    /// The sentence of the case.
    pub case: &'static str,
    /// Why no provider of this protocol can pass it.
    pub reason: &'static str,
}

impl Sample {
    /// A purchase without an amount and without parameters, for at most ten million rupiah.
    ///
    /// # Panics
    /// If the product code or the number breaks its grammar: a mistake of the test.
    #[expect(clippy::expect_used, reason = "a test's own constants")]
    pub fn new(family: Family, product: &str, provider_code: &str, customer: &str) -> Self {
        let purchase = Purchase {
            product: ProductCode::new(product).expect("a product code"),
            family,
            customer: CustomerNumber::parse(family, customer).expect("a number of the family"),
            amount: None,
            parameters: Parameters::default(),
        };
        let max_cost = Rupiah::new(10_000_000);
        Self { purchase, provider_code: provider_code.to_owned(), max_cost }
    }

    /// The same with an open amount.
    #[must_use]
    pub fn amount(mut self, amount: Rupiah) -> Self {
        self.purchase.amount = Some(amount);
        self
    }

    /// The same with parameters.
    #[must_use]
    pub fn parameters(mut self, parameters: Parameters) -> Self {
        self.purchase.parameters = parameters;
        self
    }

    /// The same for another customer.
    ///
    /// # Panics
    /// If the number breaks the family's grammar: a mistake of the test.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test's own constants")]
    pub fn for_customer(mut self, customer: &str) -> Self {
        let family = self.purchase.family;
        self.purchase.customer =
            CustomerNumber::parse(family, customer).expect("a number of the family");
        self
    }
}
