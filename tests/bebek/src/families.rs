//! Which families are sold, and what each has on its receipt.

use ppob_types::{Family, FamilyDetails, PlnPrepaidDetails, PlnToken, ReceiptLine};

use crate::wire::Fields;

/// LEFT: every family that the document sells. Begin with one.
pub(crate) const fn is_sold(family: Family) -> bool {
    matches!(family, Family::PlnPrepaid)
}

/// LEFT: the field that holds an electricity token.
const TOKEN: &[&str] = &[];

/// LEFT: what is printed, in the provider's order: a label in Indonesian, and the field.
const LINES: &[(&str, &str)] = &[];

/// The typed fields of a family.
///
/// LEFT: the other families that are sold, and the other fields of this one.
pub(crate) fn details(family: Family, fields: &Fields) -> FamilyDetails {
    match family {
        Family::PlnPrepaid => FamilyDetails::PlnPrepaid(PlnPrepaidDetails {
            token: token(fields),
            ..PlnPrepaidDetails::default()
        }),
        _ => FamilyDetails::None,
    }
}

/// The lines to print.
pub(crate) fn lines(fields: &Fields) -> Vec<ReceiptLine> {
    let printed = LINES.iter().filter_map(|(label, name)| {
        let value = fields.text(&[name])?;
        Some(ReceiptLine::new(label, value))
    });
    // What is no whole token must not be printed as one.
    let token = token(fields).map(|token| ReceiptLine::new("Token", token.grouped()));
    printed.chain(token).collect()
}

fn token(fields: &Fields) -> Option<PlnToken> {
    PlnToken::parse(fields.text(TOKEN)?).ok()
}
