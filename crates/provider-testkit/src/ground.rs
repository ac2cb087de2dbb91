//! The ground of one case: a simulator of its own, the tap in front of it, and a provider at the tap.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ppob_provider::{
    AttemptRef, BuildRequest, BuiltProvider, Capability, InquiryRequest, InquiryRule, PayRequest,
    PpobProvider, ProviderError, ProviderErrorKind,
};
use ppob_types::{
    AttemptId, Bill, Family, PayAnswer, ProviderName, Rupiah, StatusReport, StatusVerdict,
};

use crate::check::{Checked, Stop, fail, leave_out};
use crate::manner::Manner;
use crate::mint::{clock, context, permit};
use crate::stand::Stand;
use crate::tap::{Exchange, Tap};
use crate::{Debit, Play, Remote, Sample, Saying, Scene, Setup, Subject};

/// Everything a case needs. Cases that try several things take a fresh one
/// for each.
pub(crate) struct Ground {
    pub(crate) subject: Arc<dyn Subject>,
    pub(crate) remote: Box<dyn Remote>,
    pub(crate) tap: Arc<Tap>,
    pub(crate) built: BuiltProvider,
    family: Option<Family>,
    serial: AtomicU64,
}

/// A purchase whose scene is set.
#[derive(Clone, Debug)]
pub(crate) struct Prepared {
    pub(crate) sample: Sample,
    pub(crate) request: PayRequest,
    pub(crate) bill: Option<Bill>,
    words: Option<Saying>,
}

/// What came of a call that pays.
#[derive(Clone, Debug)]
pub(crate) struct Paid {
    pub(crate) answer: PayAnswer,
    /// What it sent.
    pub(crate) exchanges: Vec<Exchange>,
    pub(crate) connections: usize,
    /// Whether the permit saw a connection stand.
    pub(crate) may_have_sent: bool,
}

/// How many checks a scene has to come true in.
const CHECKS: usize = 3;

/// For peers that answer: nobody waits that long.
pub(crate) const PATIENT: (Duration, Duration) = (Duration::from_secs(20), Duration::from_mins(1));

/// For peers that never let a connection stand.
pub(crate) const SHORT_CONNECT: (Duration, Duration) =
    (Duration::from_millis(300), Duration::from_mins(1));

/// For peers that never finish an answer.
pub(crate) const SHORT_TOTAL: (Duration, Duration) =
    (Duration::from_secs(2), Duration::from_secs(4));

impl Ground {
    pub(crate) async fn new(
        subject: Arc<dyn Subject>,
        family: Option<Family>,
        Stand { tap, built }: Stand,
    ) -> Self {
        let remote = subject.start().await;
        tap.stand_before(&remote.origin());
        Self { subject, remote, tap, built, family, serial: AtomicU64::new(0xB3) }
    }

    /// The same account before a new simulator. The ground it is made of is not to be used after.
    pub(crate) async fn fresh(&self) -> Self {
        let stand = Stand { tap: Arc::clone(&self.tap), built: self.built.clone() };
        Self::new(Arc::clone(&self.subject), self.family, stand).await
    }

    pub(crate) fn provider(&self) -> &dyn PpobProvider {
        &*self.built.provider
    }

    /// The same account at another address or with other patience.
    pub(crate) fn elsewhere(
        &self,
        origin: &str,
        patience: (Duration, Duration),
    ) -> Checked<BuiltProvider> {
        build(&*self.subject, origin, patience)
    }

    /// An impatient instance at the tap.
    pub(crate) fn impatient(&self) -> Checked<BuiltProvider> {
        self.elsewhere(&self.tap.origin(), SHORT_TOTAL)
    }

    pub(crate) fn family(&self) -> Checked<Family> {
        self.family.ok_or_else(|| Stop::Failed("the case is of no family".to_owned()))
    }

    pub(crate) fn capability(&self) -> Capability {
        self.family.map_or_else(Capability::default, |family| self.provider().capability(family))
    }

    /// Every sample of the family.
    pub(crate) fn samples(&self) -> Vec<Sample> {
        let mut samples = self.subject.samples();
        samples.retain(|sample| Some(sample.purchase.family) == self.family);
        samples
    }

    /// The sample that plays in every case.
    pub(crate) fn sample(&self) -> Checked<Sample> {
        match self.samples().into_iter().next() {
            Some(sample) => Ok(sample),
            None => fail("the subject gives no sample of this family"),
        }
    }

    /// A reference that was not used yet.
    pub(crate) fn attempt(&self) -> AttemptId {
        AttemptId::new(self.serial.fetch_add(1, Ordering::SeqCst), 1)
    }

    /// Sets a scene for the first sample, and asks what is owed where the payment must carry that.
    pub(crate) async fn prepare(&self, scene: &Scene) -> Checked<Prepared> {
        self.prepare_sample(scene, &self.sample()?).await
    }

    pub(crate) async fn prepare_sample(&self, scene: &Scene, sample: &Sample) -> Checked<Prepared> {
        let attempt = self.attempt();
        let (sample, words) = self.play(scene, sample, &attempt).await?;
        let bill = self.bound_bill(scene, &sample, &attempt).await?;
        Ok(Prepared::new(attempt, sample, bill, words))
    }

    async fn play(
        &self,
        scene: &Scene,
        sample: &Sample,
        attempt: &AttemptId,
    ) -> Checked<(Sample, Option<Saying>)> {
        match self.remote.play(scene, sample, attempt).await {
            Play::Set(sample) => Ok((sample, None)),
            Play::Says(sample, words) => Ok((sample, Some(words))),
            Play::CannotSay(reason) => leave_out(reason),
        }
    }

    /// A purchase that the provider takes: at once if the protocol can say so, else pending.
    pub(crate) async fn prepare_accepted(&self) -> Checked<Prepared> {
        self.prepare_accepted_sample(&self.sample()?).await
    }

    pub(crate) async fn prepare_accepted_sample(&self, sample: &Sample) -> Checked<Prepared> {
        match self.prepare_sample(&Scene::Succeeds, sample).await {
            Err(Stop::LeftOut(_)) => self.prepare_sample(&Scene::PendingThenSucceeds, sample).await,
            prepared => prepared,
        }
    }

    async fn bound_bill(
        &self,
        scene: &Scene,
        sample: &Sample,
        attempt: &AttemptId,
    ) -> Checked<Option<Bill>> {
        if !matches!(self.capability().inquiry, InquiryRule::Bound { .. }) {
            return Ok(None);
        }
        match self.inquire(sample, Some(attempt)).await {
            Ok(bill) => Ok(Some(bill)),
            Err(ProviderError { kind: ProviderErrorKind::Refused(_), .. })
                if matches!(scene, Scene::Refused(_)) =>
            {
                leave_out(format!("{scene:?}: already the inquiry is refused"))
            }
            Err(error) => fail(format!("the inquiry before the payment failed: {error}")),
        }
    }

    /// Asks what is owed; whatever it sent is taken from the tap.
    pub(crate) async fn inquire(
        &self,
        sample: &Sample,
        reference: Option<&AttemptId>,
    ) -> Result<Bill, ProviderError> {
        let request = inquiry(sample, reference);
        self.provider().inquire(&context(), &request).await
    }

    /// Pays in the scene that was set.
    pub(crate) async fn pay(&self, prepared: &Prepared) -> Paid {
        let words = prepared.words.clone();
        self.pay_through(prepared, words.map_or(Manner::Pass, Manner::Says)).await
    }

    /// Pays, and this is done to the answer; everything afterwards passes again.
    pub(crate) async fn pay_through(&self, prepared: &Prepared, manner: Manner) -> Paid {
        self.pay_by(self.provider(), &prepared.request, manner).await
    }

    pub(crate) async fn pay_by(
        &self,
        provider: &dyn PpobProvider,
        request: &PayRequest,
        manner: Manner,
    ) -> Paid {
        let (permit, watch) = permit(&request.attempt);
        self.forget_traffic();
        self.tap.set(manner);
        let answer = provider.pay(&context(), request, permit).await;
        self.tap.set(Manner::Pass);
        Paid {
            answer,
            exchanges: self.tap.take_exchanges(),
            connections: self.tap.take_connections(),
            may_have_sent: watch.may_have_sent(),
        }
    }

    /// What was sent until now no longer counts.
    pub(crate) fn forget_traffic(&self) {
        let _seen = (self.tap.take_exchanges(), self.tap.take_connections());
    }

    /// Asks what became of a payment, once.
    pub(crate) async fn check(&self, attempt: &AttemptRef) -> Result<StatusReport, ProviderError> {
        if let Some(bounds) = self.capability().status_is_purchase {
            self.remote.pass(bounds.min_gap).await;
        }
        self.forget_traffic();
        self.check_by(self.provider(), attempt).await
    }

    /// Asks in the way that the family declares.
    pub(crate) async fn check_by(
        &self,
        provider: &dyn PpobProvider,
        attempt: &AttemptRef,
    ) -> Result<StatusReport, ProviderError> {
        if self.capability().status_is_purchase.is_none() {
            return provider.check_status(&context(), attempt).await;
        }
        let (permit, _) = permit(&attempt.attempt);
        let known = attempt.provider_ref.as_ref();
        provider.check_by_purchase(&context(), &again(attempt), known, permit).await
    }

    /// Asks until the answer is no longer that it is worked on, but only as often as scenes promise.
    pub(crate) async fn check_until_final(
        &self,
        attempt: &AttemptRef,
    ) -> Result<StatusReport, ProviderError> {
        let mut report = self.check(attempt).await?;
        for _ in 1..CHECKS {
            if report.verdict != StatusVerdict::Pending {
                break;
            }
            report = self.check(attempt).await?;
        }
        Ok(report)
    }

    /// The debits that stand.
    pub(crate) async fn debits(&self) -> Vec<Debit> {
        let mut debits = self.remote.debits().await;
        debits.retain(|debit| !debit.refunded);
        debits
    }
}

/// The question what is owed.
pub(crate) fn inquiry(sample: &Sample, reference: Option<&AttemptId>) -> InquiryRequest {
    InquiryRequest {
        purchase: sample.purchase.clone(),
        provider_code: sample.provider_code.clone(),
        reference: reference.cloned(),
    }
}

/// The attempt as it would be looked up later.
pub(crate) fn reference(request: &PayRequest, answer: &PayAnswer) -> AttemptRef {
    AttemptRef {
        attempt: request.attempt.clone(),
        provider_ref: answer.observed.provider_ref.clone(),
        purchase: request.purchase.clone(),
        provider_code: request.provider_code.clone(),
        sent_at: clock().now(),
        max_cost: request.max_cost,
    }
}

/// The purchase of an attempt, as a check makes it again.
pub(crate) fn again(attempt: &AttemptRef) -> PayRequest {
    PayRequest {
        attempt: attempt.attempt.clone(),
        purchase: attempt.purchase.clone(),
        provider_code: attempt.provider_code.clone(),
        max_cost: attempt.max_cost,
        inquiry_token: None,
    }
}

/// Builds an account of the subject.
pub(crate) fn build(
    subject: &dyn Subject,
    origin: &str,
    (connect_timeout, total_timeout): (Duration, Duration),
) -> Checked<BuiltProvider> {
    let setup = Setup { origin: origin.to_owned(), connect_timeout, total_timeout };
    build_from(subject, subject.settings(&setup))
        .map_err(|error| Stop::Failed(format!("the settings are refused: {error}")))
}

pub(crate) fn build_from(
    subject: &dyn Subject,
    settings: serde_json::Value,
) -> Result<BuiltProvider, ppob_provider::BuildError> {
    let name = ProviderName::new("under-test")
        .map_err(|error| ppob_provider::BuildError::new("name", error.to_string()))?;
    (subject.kind().build)(BuildRequest { name, settings, clock: clock() })
}

pub(crate) fn failed(error: &std::io::Error) -> Stop {
    Stop::Failed(format!("the machine has no socket left: {error}"))
}

/// A sum that is on no price list.
pub(crate) const ODD_SUM: Rupiah = Rupiah::new(77_353);

impl Prepared {
    fn new(attempt: AttemptId, sample: Sample, bill: Option<Bill>, words: Option<Saying>) -> Self {
        let request = PayRequest {
            attempt,
            purchase: sample.purchase.clone(),
            provider_code: sample.provider_code.clone(),
            max_cost: sample.max_cost,
            inquiry_token: bill.as_ref().and_then(|bill| bill.token.clone()),
        };
        Self { sample, request, bill, words }
    }

    /// What the kit answers in the simulator's place, if the scene is played like that.
    pub(crate) fn words(&self) -> Option<Saying> {
        self.words.clone()
    }
}

/// Scenes that are about another call than the one that pays.
impl Ground {
    /// Sets a scene of an inquiry; nothing is asked before.
    pub(crate) async fn prepare_question(&self, scene: &Scene) -> Checked<Prepared> {
        let attempt = self.attempt();
        let (sample, words) = self.play(scene, &self.sample()?, &attempt).await?;
        Ok(Prepared::new(attempt, sample, None, words))
    }

    /// Sets a scene of a status check; the words are for the check, not for the payment before it.
    pub(crate) async fn prepare_check(&self, scene: &Scene) -> Checked<(Prepared, Option<Saying>)> {
        let mut prepared = self.prepare(scene).await?;
        let words = prepared.words.take();
        Ok((prepared, words))
    }
}
