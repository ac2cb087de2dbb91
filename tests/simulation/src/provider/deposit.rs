//! What an order debits from our deposit.

use ppob_provider::PayRequest;
use ppob_types::Rupiah;

use crate::random::Random;

/// How much more than ranked an attempt may cost.
pub(crate) const COST_TOLERANCE: Rupiah = Rupiah::new(1_000);

/// Mostly what was expected; sometimes the price has moved, as far as is allowed.
pub(super) fn debited(request: &PayRequest, random: &mut Random) -> Rupiah {
    let moved =
        if random.permille(100) { i64::try_from(random.below(1_001)).unwrap_or(0) } else { 0 };
    let allowed = request.max_cost.get();
    Rupiah::new(allowed - COST_TOLERANCE.get() + moved)
}
