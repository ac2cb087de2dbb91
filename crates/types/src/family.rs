//! Product families.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A group of products with the same request and receipt fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// PLN electricity tokens.
    PlnPrepaid,
    /// PLN monthly electricity bills.
    PlnPostpaid,
    /// PLN bills that are not for electricity used (new connections, changes of power).
    PlnNonTaglis,
    /// Telkom fixed line, internet and cable TV.
    Telkom,
    /// Subscription television.
    PayTv,
    /// Piped gas (PGN).
    Gas,
    /// Water companies (PDAM).
    Water,
    /// Social insurance (BPJS).
    Bpjs,
    /// Instalments of finance companies.
    Multifinance,
    /// Postpaid mobile phone bills.
    PostpaidPhone,
    /// Mobile credit and data packages.
    MobileTopUp,
    /// Electronic money.
    Emoney,
    /// Game vouchers and top-ups.
    Games,
    /// Taxes (PBB, SAMSAT).
    Tax,
    /// Anything else.
    Other,
}

/// A name that is no [`Family`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown product family {0:?}")]
pub struct UnknownFamily(pub String);

impl Family {
    /// Every family, in the order of the declaration.
    pub const ALL: [Self; 15] = [
        Self::PlnPrepaid,
        Self::PlnPostpaid,
        Self::PlnNonTaglis,
        Self::Telkom,
        Self::PayTv,
        Self::Gas,
        Self::Water,
        Self::Bpjs,
        Self::Multifinance,
        Self::PostpaidPhone,
        Self::MobileTopUp,
        Self::Emoney,
        Self::Games,
        Self::Tax,
        Self::Other,
    ];

    /// The stable name, as in configuration, metrics and the journal.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PlnPrepaid => "pln-prepaid",
            Self::PlnPostpaid => "pln-postpaid",
            Self::PlnNonTaglis => "pln-non-taglis",
            Self::Telkom => "telkom",
            Self::PayTv => "pay-tv",
            Self::Gas => "gas",
            Self::Water => "water",
            Self::Bpjs => "bpjs",
            Self::Multifinance => "multifinance",
            Self::PostpaidPhone => "postpaid-phone",
            Self::MobileTopUp => "mobile-top-up",
            Self::Emoney => "emoney",
            Self::Games => "games",
            Self::Tax => "tax",
            Self::Other => "other",
        }
    }

    /// Whether what is owed is known only after an inquiry. The others have a price in the list,
    /// and buying the same thing twice is possible and charges twice.
    pub const fn is_bill(self) -> bool {
        !matches!(self, Self::PlnPrepaid | Self::MobileTopUp | Self::Emoney | Self::Games)
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Family {
    type Err = UnknownFamily;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|family| family.as_str() == name)
            .ok_or_else(|| UnknownFamily(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_family_reads_back_from_its_name_and_from_json() {
        for family in Family::ALL {
            assert_eq!(family.as_str().parse(), Ok(family));
            let json = serde_json::to_string(&family).unwrap();
            assert_eq!(json, format!("\"{family}\""));
        }
        assert_eq!("gaz".parse::<Family>(), Err(UnknownFamily("gaz".to_owned())));
    }
}
