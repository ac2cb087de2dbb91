//! In which order offers are asked.

use std::collections::BTreeMap;
use std::fmt;

use ppob_types::{Family, ProductCode};
use serde::{Deserialize, Serialize};

use crate::rank::Ranked;

/// In which order the offers of a product are asked. Between equals: lower cost, then whose lost answers
/// can be found out better, then priority, then the provider's name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// The lowest cost first.
    #[default]
    Cheapest,
    /// The lowest configured priority number first.
    Priority,
    /// At random by configured weights; the draw comes with the question. Weights of 0 come last.
    Weighted,
    /// The best recent success rate (in whole per cent) first, then the fastest (in steps of 100 ms).
    BestSuccess,
}

/// Which strategy holds for which product.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StrategyTable {
    /// Where nothing more particular is said.
    pub default: Strategy,
    /// Per family.
    pub families: BTreeMap<Family, Strategy>,
    /// Per product; stronger than its family.
    pub products: BTreeMap<ProductCode, Strategy>,
}

impl Strategy {
    /// The stable name, as in configuration and `ExplainRoute`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cheapest => "cheapest",
            Self::Priority => "priority",
            Self::Weighted => "weighted",
            Self::BestSuccess => "best-success",
        }
    }

    /// Without a draw, `weighted` puts the greatest weight first.
    pub(crate) fn order(self, ranked: &mut Vec<Ranked<'_>>, draw: Option<u64>) {
        ranked.sort_by(|a, b| self.compare(a, b));
        if let (Self::Weighted, Some(draw)) = (self, draw) {
            shuffle_by_weight(ranked, draw);
        }
    }
}

impl StrategyTable {
    /// The strategy for a product.
    pub fn of(&self, product: &ProductCode, family: Family) -> Strategy {
        self.products
            .get(product)
            .or_else(|| self.families.get(&family))
            .copied()
            .unwrap_or(self.default)
    }
}

impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Draws without putting back: the share of first places is the share of weight.
fn shuffle_by_weight(ranked: &mut Vec<Ranked<'_>>, mut draw: u64) {
    let mut rest = std::mem::take(ranked);
    while !rest.is_empty() {
        let sum: u64 = rest.iter().map(|one| u64::from(one.facts.weight)).sum();
        draw = scramble(draw);
        let mut ticket = draw.checked_rem(sum).unwrap_or(0);
        let drawn = rest.iter().position(|one| {
            let weight = u64::from(one.facts.weight);
            let hit = ticket < weight;
            ticket = ticket.saturating_sub(weight);
            hit
        });
        // Only weights of 0 are left: they follow in the order they have.
        ranked.push(rest.remove(drawn.unwrap_or(0)));
    }
}

/// The mixing step of `SplitMix64`: spreads the draw, so that one number serves every round.
const fn scramble(draw: u64) -> u64 {
    let mut z = draw.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_is_stronger_than_its_family_and_that_than_the_default() {
        let table: StrategyTable = serde_json::from_str(
            r#"{"default": "priority", "families": {"pln-prepaid": "cheapest"},
                "products": {"PLN-PREPAID-20000": "best-success"}}"#,
        )
        .unwrap();
        let code = |text| ProductCode::new(text).unwrap();
        let of = |text, family| table.of(&code(text), family);
        assert_eq!(of("PLN-PREPAID-20000", Family::PlnPrepaid), Strategy::BestSuccess);
        assert_eq!(of("PLN-PREPAID-50000", Family::PlnPrepaid), Strategy::Cheapest);
        assert_eq!(of("PDAM-ATB", Family::Water), Strategy::Priority);
        assert!(serde_json::from_str::<StrategyTable>(r#"{"famlies": {}}"#).is_err());
    }
}
