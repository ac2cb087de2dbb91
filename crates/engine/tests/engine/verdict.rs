//! Verdicts of persons, who look before they give them.

use ppob_engine::{OperateError, Resolve, Resolved};

use crate::support::World;

impl World {
    /// The verdict of somebody who has just looked at the review.
    pub(crate) async fn shown(&self, verdict: Resolve) -> Resolve {
        let reviews = self.engine.reviews(100).await.unwrap();
        let review = reviews.into_iter().find(|review| review.payment.key == verdict.key);
        Resolve { seen: review.and_then(|review| review.seen), ..verdict }
    }

    /// Looks at the review and gives the verdict.
    pub(crate) async fn resolve(&self, verdict: Resolve) -> Result<Resolved, OperateError> {
        let verdict = self.shown(verdict).await;
        self.engine.resolve(verdict).await
    }
}
