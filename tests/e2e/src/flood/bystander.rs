//! Another caller, who only wants to be served.

use std::time::Duration;

use ppob_api::PpobClient;
use ppob_api::v1::{GetPaymentRequest, PaymentState};
use tokio::sync::watch;
use tokio::time::Instant;

use super::memory;
use crate::wait::soon;
use crate::{Engine, Problem, Result, request};

/// Another caller, with a connection of its own that stands, and a fresh one for each round.
#[derive(Debug)]
pub(super) struct Bystander<'a> {
    engine: &'a Engine,
    client: PpobClient,
}

/// What it saw.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// How long each round took.
    pub(super) took: Vec<Duration>,
    /// What it paid.
    pub(super) accepted: Vec<String>,
    /// The most memory that the engine had.
    pub(super) memory: u64,
}

impl<'a> Bystander<'a> {
    pub(super) async fn new(engine: &'a Engine) -> Result<Self> {
        Ok(Self { engine, client: engine.connection().await? })
    }

    pub(super) async fn rounds(&self, rounds: usize) -> Result<Seen> {
        let mut seen = Seen::default();
        for _ in 0..rounds {
            self.round(&mut seen).await?;
        }
        Ok(seen)
    }

    /// Goes on until `over`, and for at least so many rounds.
    pub(super) async fn until(&self, over: watch::Receiver<bool>, least: usize) -> Result<Seen> {
        let mut seen = Seen::default();
        while !*over.borrow() || seen.took.len() < least {
            self.round(&mut seen).await?;
        }
        Ok(seen)
    }

    /// Pays over the standing connection, and asks for that payment over a fresh one.
    async fn round(&self, seen: &mut Seen) -> Result<()> {
        let customer = request::fresh_customer();
        let payment_id = format!("bystander-{customer}");
        let begin = Instant::now();
        let served = soon("another caller is served", async {
            let token = request::token(&payment_id, &customer);
            let paid = self.client.payments.clone().create_payment(token).await?;
            let fresh = self.engine.connection().await?;
            let request = GetPaymentRequest { payment_id: payment_id.clone() };
            let found = fresh.payments.clone().get_payment(request).await?;
            Ok::<_, Problem>([paid.into_inner().payment, found.into_inner().payment])
        });
        for payment in served.await?? {
            let state = payment.map(|payment| payment.state());
            if state != Some(PaymentState::Succeeded) {
                return Err(Problem::new(format!("payment {payment_id} is {state:?}")));
            }
        }
        seen.took.push(begin.elapsed());
        seen.accepted.push(payment_id);
        seen.memory = seen.memory.max(memory(self.engine).await?);
        Ok(())
    }
}
