//! Typed receipt and bill fields per family.
//!
//! Every field is optional: providers' documents and answers drift, and a missing field must not
//! make a paid bill unreadable. Sources are named on each struct.

use serde::{Deserialize, Serialize};

use crate::retention::Anonymous as _;
use crate::{PlnToken, Rupiah, Sensitive};

/// Typed fields of one family.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "family", rename_all = "kebab-case")]
pub enum FamilyDetails {
    /// The family has no fields of its own, or none came.
    #[default]
    None,
    /// See [`PlnPrepaidDetails`].
    PlnPrepaid(PlnPrepaidDetails),
    /// See [`PlnPostpaidDetails`].
    PlnPostpaid(PlnPostpaidDetails),
    /// See [`PlnNonTaglisDetails`].
    PlnNonTaglis(PlnNonTaglisDetails),
    /// See [`TelkomDetails`].
    Telkom(TelkomDetails),
    /// See [`PayTvDetails`].
    PayTv(PayTvDetails),
    /// See [`GasDetails`].
    Gas(GasDetails),
    /// See [`WaterDetails`].
    Water(WaterDetails),
    /// See [`BpjsDetails`].
    Bpjs(BpjsDetails),
    /// See [`MultifinanceDetails`].
    Multifinance(MultifinanceDetails),
    /// Postpaid phone bills (MMBC document, field table Kartu Postpaid).
    PostpaidPhone {
        /// The bill.
        bill: Option<Rupiah>,
        /// Admin fee.
        admin: Option<Rupiah>,
    },
}

/// Declares the fields of a family once, and how a later answer fills the gaps of an earlier one.
macro_rules! details {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        pub struct $name {
            $(
                $(#[$field_doc])*
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $field: $type,
            )+
        }

        impl $name {
            fn gain(&mut self, later: Self) {
                $(
                    if self.$field.is_none() {
                        self.$field = later.$field;
                    }
                )+
            }

            fn anonymous(self) -> Self {
                Self { $($field: self.$field.anonymous(),)+ }
            }
        }
    };
}

details! {
    /// PLN tokens (MMBC document, field table PLN TOKEN).
    PlnPrepaidDetails {
        /// What was bought, before the admin fee.
        nominal: Option<Rupiah>,
        /// Meter number.
        meter_number: Option<Sensitive>,
        /// Tariff and power, e.g. `R2/4400 VA`.
        tariff_power: Option<String>,
        /// Materai.
        stamp_duty: Option<Rupiah>,
        /// PPN.
        vat: Option<Rupiah>,
        /// PPJ.
        street_lighting_tax: Option<Rupiah>,
        /// Angsuran.
        instalment: Option<Rupiah>,
        /// What of the nominal became electricity.
        token_value: Option<Rupiah>,
        /// Admin fee.
        admin: Option<Rupiah>,
        /// The token. A bearer value.
        token: Option<PlnToken>,
        /// Kilowatt-hours, a decimal with a comma as the provider writes it, e.g. `94,50`.
        kwh: Option<String>,
    }
}

details! {
    /// PLN monthly bills (MMBC document, field table PLN BULANAN).
    PlnPostpaidDetails {
        /// Months in arrears.
        periods: Option<String>,
        /// Meter readings.
        meter_stand: Option<String>,
        /// Tariff and power.
        tariff_power: Option<String>,
        /// The bill.
        bill: Option<Rupiah>,
        /// Admin fee.
        admin: Option<Rupiah>,
    }
}

details! {
    /// PLN bills that are not for electricity used (fields as MMBC's own app reads them).
    PlnNonTaglisDetails {
        /// Registration number.
        registration_number: Option<Sensitive>,
        /// What is paid for.
        kind: Option<String>,
        /// The bill.
        bill: Option<Rupiah>,
        /// Admin fee.
        admin: Option<Rupiah>,
    }
}

details! {
    /// Telkom group (MMBC document, field table TELKOM Group).
    TelkomDetails {
        /// Detail of the bill.
        bill_detail: Option<String>,
        /// The bill.
        bill: Option<Rupiah>,
        /// Admin fee.
        admin: Option<Rupiah>,
    }
}

details! {
    /// Subscription television (MMBC document, field table TV Berlangganan).
    PayTvDetails {
        /// Months billed.
        periods: Option<String>,
        /// The bill.
        bill: Option<Rupiah>,
        /// Admin fee.
        admin: Option<Rupiah>,
    }
}

details! {
    /// Piped gas (MMBC document, field table PGN).
    GasDetails {
        /// Months billed.
        periods: Option<String>,
        /// Volume used.
        volume: Option<String>,
        /// Meter readings (MMBC's own app).
        meter: Option<String>,
        /// The bill.
        bill: Option<Rupiah>,
        /// Admin fee.
        admin: Option<Rupiah>,
    }
}

details! {
    /// Water companies (MMBC document, field table PDAM).
    WaterDetails {
        /// Months billed.
        periods: Option<String>,
        /// Volume used.
        volume: Option<String>,
        /// Number of months in arrears (inquiry).
        arrears: Option<String>,
        /// The bill.
        bill: Option<Rupiah>,
        /// Admin fee.
        admin: Option<Rupiah>,
    }
}

details! {
    /// Social insurance (fields as MMBC's own app reads them).
    BpjsDetails {
        /// How many participants the bill covers.
        participants: Option<String>,
        /// Name of the participant.
        participant_name: Option<Sensitive>,
        /// Months billed.
        periods: Option<String>,
        /// The bill.
        bill: Option<Rupiah>,
        /// Admin fee.
        admin: Option<Rupiah>,
    }
}

details! {
    /// Instalments (MMBC document, field tables Multifinance, FIF, ADIRA, others).
    MultifinanceDetails {
        /// Licence plate.
        police_number: Option<Sensitive>,
        /// Kind of vehicle.
        vehicle: Option<String>,
        /// Which instalment.
        instalment_number: Option<String>,
        /// Instalments left.
        remaining_tenor: Option<String>,
        /// Due date, as the provider writes it.
        due_date: Option<String>,
        /// `ppob_sisaangsuran`, as the provider writes it.
        remaining_instalments: Option<String>,
        /// Penalty.
        penalty: Option<Rupiah>,
        /// The bill.
        bill: Option<Rupiah>,
        /// Admin fee; FIF and some others state none.
        admin: Option<Rupiah>,
    }
}

impl FamilyDetails {
    /// Fills the gaps of these details from `later`. Details of another family are ignored.
    pub fn gain(&mut self, later: Self) {
        match (self, later) {
            (known @ Self::None, later) => *known = later,
            (Self::PlnPrepaid(known), Self::PlnPrepaid(later)) => known.gain(later),
            (Self::PlnPostpaid(known), Self::PlnPostpaid(later)) => known.gain(later),
            (Self::PlnNonTaglis(known), Self::PlnNonTaglis(later)) => known.gain(later),
            (Self::Telkom(known), Self::Telkom(later)) => known.gain(later),
            (Self::PayTv(known), Self::PayTv(later)) => known.gain(later),
            (Self::Gas(known), Self::Gas(later)) => known.gain(later),
            (Self::Water(known), Self::Water(later)) => known.gain(later),
            (Self::Bpjs(known), Self::Bpjs(later)) => known.gain(later),
            (Self::Multifinance(known), Self::Multifinance(later)) => known.gain(later),
            (
                Self::PostpaidPhone { bill, admin },
                Self::PostpaidPhone { bill: later_bill, admin: later_admin },
            ) => {
                *bill = bill.or(later_bill);
                *admin = admin.or(later_admin);
            }
            _ => {}
        }
    }

    /// What is kept when personal data go: the amounts.
    #[must_use]
    pub fn without_personal_data(self) -> Self {
        match self {
            Self::None => Self::None,
            Self::PlnPrepaid(details) => Self::PlnPrepaid(details.anonymous()),
            Self::PlnPostpaid(details) => Self::PlnPostpaid(details.anonymous()),
            Self::PlnNonTaglis(details) => Self::PlnNonTaglis(details.anonymous()),
            Self::Telkom(details) => Self::Telkom(details.anonymous()),
            Self::PayTv(details) => Self::PayTv(details.anonymous()),
            Self::Gas(details) => Self::Gas(details.anonymous()),
            Self::Water(details) => Self::Water(details.anonymous()),
            Self::Bpjs(details) => Self::Bpjs(details.anonymous()),
            Self::Multifinance(details) => Self::Multifinance(details.anonymous()),
            Self::PostpaidPhone { bill, admin } => Self::PostpaidPhone { bill, admin },
        }
    }

    /// The PLN token, if these are a PLN token's details and it has come.
    pub fn pln_token(&self) -> Option<&PlnToken> {
        match self {
            Self::PlnPrepaid(details) => details.token.as_ref(),
            _ => None,
        }
    }
}
